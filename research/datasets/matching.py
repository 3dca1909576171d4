"""Who is who in two versions of a table: rows matched by identity or key, within a fixed memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from research.datasets.descriptors import Dataset
from research.datasets.files import DUCKDB_TYPE, identifier, literal
from research.datasets.reading import checked_path
from research.places import unglobbed

if TYPE_CHECKING:
    import duckdb

MEMORY = "300MB"  # beyond it DuckDB works on the disk
DAYS = ("as_of", "date")  # key columns that hold a day: versions are compared at the latest
IDENTITY = "object_id"  # of a repository of the Hub; it stays when the repository is renamed,
NAME = "model_id"  # and this changes


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of two versions in the tables ``old`` and ``new``, and who is who in ``pairs``."""

    engine: duckdb.DuckDBPyConnection
    table: str
    key: tuple[str, ...]
    named_by: tuple[str, ...]
    measures: dict[str, str]
    by_identity: bool
    day: str

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return self.engine.execute(sql).fetchall()

    def count(self, sql: str) -> int:
        return int(self.ask(f"SELECT count(*) FROM {sql}")[0][0])


def common_key(before: Dataset, after: Dataset, table: str) -> tuple[str, ...]:
    """The columns that tell rows of a day apart in both versions; empty where none do."""
    keys = [_primary_key(side, table) for side in (before, after)]
    apart = {tuple(c for c in key if c not in (*DAYS, IDENTITY)) for key in keys}
    if len(apart) == 1 and any(apart):
        return apart.pop()
    if NAME in before.types(table) and NAME in after.types(table):
        return (NAME,)
    return keys[0] if keys[0] == keys[1] else ()  # one row a day


@contextmanager
def matched(before: Dataset, after: Dataset, table: str, key: tuple[str, ...]) -> Iterator[Rows]:
    """The rows of both versions at the latest day of each, and the pairs that belong together."""
    import duckdb

    old, new = before.types(table), after.types(table)
    both = {column: kind for column, kind in new.items() if column in old}
    named_by = (NAME,) if NAME in both else key
    units = {field["name"]: str(field["unit"]) for field in _schema(after, table)["fields"]}
    measures = {
        column: units[column]
        for column, kind in both.items()
        if {kind, old[column]} <= {"integer", "number"} and column not in key
    }
    keyed = {*_primary_key(before, table)} & {*_primary_key(after, table)} - {*key}
    day = next((column for column in DAYS if column in keyed), "")
    kept = [c for c in dict.fromkeys((*key, *named_by, day, IDENTITY, *measures)) if c in both]
    with TemporaryDirectory() as folder:
        config: dict[str, Any] = {"memory_limit": MEMORY, "temp_directory": folder, "threads": "2"}
        with duckdb.connect(Path(folder) / "rows.duckdb", config=config) as engine:
            for name, side in (("old", before), ("new", after)):
                engine.execute(f"CREATE TABLE {name} AS {_selected(side, table, kept, day)}")
            rows = Rows(engine, table, key, named_by, measures, IDENTITY in both, day)
            yield replace(rows, by_identity=_match(rows))


def _selected(side: Dataset, table: str, kept: list[str], day: str) -> str:
    """SQL for the rows of the latest day, with the columns that are compared."""
    path = literal(unglobbed(checked_path(side, table)))
    types = {c: DUCKDB_TYPE[kind] for c, kind in side.types(table).items()}
    if side.resources[table].get("format") == "parquet":
        source = f"read_parquet({path})"
    else:
        columns = ", ".join(f"{literal(c)}: '{kind}'" for c, kind in types.items())
        source = (
            f"read_csv({path}, header = true, auto_detect = false, delim = ',', quote = '\"', "
            f"escape = '\"', nullstr = '', columns = {{{columns}}})"
        )
    typed = ", ".join(f"{identifier(c)}::{types[c]} AS {identifier(c)}" for c in kept)
    latest = f"WHERE {day} = (SELECT max({day}) FROM {source})" if day else ""
    return f"SELECT {typed} FROM {source} {latest}"


def _match(rows: Rows) -> bool:
    """Pair the rows: by identity where it tells them apart in both versions, the others by key."""
    rows.ask("CREATE TABLE pairs (o BIGINT, n BIGINT)")
    unlike = ""
    if rows.by_identity and _tells_apart(rows):
        rows.ask(
            "INSERT INTO pairs SELECT old.rowid, new.rowid FROM old JOIN new "
            f"ON old.{IDENTITY} = new.{IDENTITY}"
        )
        # Two identities under one name are two things, of which one is gone and the other new.
        unlike = f"AND (old.{IDENTITY} IS NULL OR new.{IDENTITY} IS NULL)"
    by_identity = rows.count("pairs") > 0
    same = " AND ".join(f"old.{c} IS NOT DISTINCT FROM new.{c}" for c in map(identifier, rows.key))
    rows.ask(
        f"INSERT INTO pairs SELECT old.rowid, new.rowid FROM old JOIN new ON {same} {unlike} "
        "WHERE old.rowid NOT IN (SELECT o FROM pairs) AND new.rowid NOT IN (SELECT n FROM pairs)"
    )
    return by_identity


def _tells_apart(rows: Rows) -> bool:
    once = f"SELECT count({IDENTITY}) = count(DISTINCT {IDENTITY}) FROM"
    return all(rows.ask(f"{once} {side}")[0][0] for side in ("old", "new"))


def _schema(dataset: Dataset, table: str) -> dict[str, Any]:
    schema: dict[str, Any] = dataset.resources[table]["schema"]
    return schema


def _primary_key(dataset: Dataset, table: str) -> tuple[str, ...]:
    return tuple(_schema(dataset, table).get("primaryKey", []))


def quoted(columns: Iterable[str], table: str = "") -> str:
    """Column names as SQL, of one of the tables where it is named."""
    return ", ".join(table + "." * bool(table) + identifier(column) for column in columns)
