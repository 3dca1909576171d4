"""From rows of JSON to one table: typed, counted where it cannot be read, without repeats.

All of it runs in DuckDB with a fixed memory, so that three million rows need no more than a
thousand.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research.collect.beside import sql_beside
from research.collect.hub.columns import COLUMNS, FIELDS, WHOLE
from research.collect.hub.queries import Wanted
from research.datasets import Dataset, freeze
from research.datasets.files import DUCKDB_TYPE, PANDAS_TYPES, literal

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

FRAME_MOST = 20_000  # rows; beyond it a table is written without being held in memory
LEFT_OUT, EMPTIED = "row left out", "field left empty"

BASES = '{"relation": "VARCHAR", "models": [{"id": "VARCHAR"}]}'
WEIGHTS = '{"parameters": "MAP(VARCHAR, BIGINT)"}'
PACKED = '{"architecture": "VARCHAR"}'
_NAMES = ", ".join(column.name for column in COLUMNS)


@dataclass(frozen=True)
class Table:
    """The table while it is made, in a database of its own below ``folder``."""

    engine: duckdb.DuckDBPyConnection
    wanted: Wanted
    folder: Path

    def freeze(self, folder: Path, descriptor: dict[str, Any]) -> Dataset:
        """Freeze the rows in their order: few as CSV, many as Parquet; equal rows, equal bytes."""
        name = self.wanted.dataset
        few = self._rows("SELECT count(*) FROM chosen")[0][0] <= FRAME_MOST
        rows = self._frame() if few else self._parquet(self.folder / f"{name}.parquet")
        return freeze(folder, {name: rows}, descriptor=descriptor)

    def _frame(self) -> pd.DataFrame:
        import pandas as pd

        types = PANDAS_TYPES | {"date": "datetime64[s]"}
        rows = self._rows(f"SELECT {_NAMES} FROM chosen")
        frame = pd.DataFrame(rows, columns=[column.name for column in COLUMNS], dtype=object)
        return frame.astype({column.name: types[column.type] for column in COLUMNS})

    def _parquet(self, path: Path) -> Path:
        self.engine.execute(
            f"COPY (SELECT {_NAMES} FROM chosen) TO {literal(str(path))} "
            "(FORMAT parquet, CODEC zstd)"
        )
        return path

    def came_of(self) -> dict[str, Any]:
        """What came of the rows, in the words of a descriptor: each is kept, or counted here.

        ``rowsLeftOut`` have no name, ``duplicates`` are repeated, ``belowTheLastPlace`` those of a
        top list; ``problems`` has per reason how many rows and with what consequence; ``missing``
        per column how many kept rows lack it.
        """
        received, left_out, duplicates, kept = self._rows(
            "SELECT count(*), count(*) FILTER (unnamed), count(*) FILTER (repeated), "
            "(SELECT count(*) FROM chosen) FROM received"
        )[0]
        renamed = self._rows(
            "SELECT requested_id, model_id, object_id FROM chosen WHERE requested_id <> model_id"
        )
        names = ("requested", "found", "object_id")
        return {
            "rowsReceived": received,
            "rowsKept": kept,
            "rowsLeftOut": left_out,
            "duplicates": duplicates,
            "belowTheLastPlace": received - left_out - duplicates - kept,
            "problems": self._problems(),
            "missing": self._missing(),
            "renamed": [dict(zip(names, row, strict=True)) for row in renamed],
        }

    def _problems(self) -> list[dict[str, Any]]:
        counts = self._rows(
            "SELECT reason, unnamed, count(*) FROM "
            "(SELECT unnest(problems) AS reason, unnamed FROM received) GROUP BY ALL ORDER BY ALL"
        )
        return [
            {"reason": reason, "rows": rows, "consequence": LEFT_OUT if unnamed else EMPTIED}
            for reason, unnamed, rows in counts
        ]

    def _missing(self) -> dict[str, int]:
        optional = [column.name for column in COLUMNS if not column.required]
        counted = ", ".join(f"count(*) - count({name})" for name in optional)
        counts = self._rows(f"SELECT {counted} FROM chosen")[0]
        return {name: rows for name, rows in zip(optional, counts, strict=True) if rows}

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.engine.execute(sql).fetchall()


@contextmanager
def database(folder: Path, **settings: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database below ``folder``, in which no day depends on where the machine stands."""
    import duckdb

    config = {"temp_directory": str(folder), **settings}
    with duckdb.connect(folder / "table.duckdb", config=config) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute(sql_beside(__file__))
        yield engine


def receive(
    engine: duckdb.DuckDBPyConnection, wanted: Wanted, source: str, *, as_of: str, last: str
) -> None:
    """Make of every row what it says and what is wrong with it; choose those of the table.

    Parameters
    ----------
    engine
        A :func:`database`.
    wanted
        Which rows become the table.
    source
        SQL that gives ``number`` (of the page or row, from the first), ``kind`` (a type of JSON),
        the fields of :data:`FIELDS` as JSON, and ``requested`` (a text, or null).
    as_of
        Day of the table.
    last
        SQL of the last day of a change that can be.
    """
    columns = ",\n".join(f"({c.sql})::{DUCKDB_TYPE[c.type]} AS {c.name}" for c in COLUMNS)
    identity = "object_id IS NULL OR " if wanted.identified else ""
    engine.execute(f"""
        CREATE TABLE received AS
        WITH sent AS ({source}), typed AS ({_typed(as_of, last)})
        SELECT number, {_problems_of_a_row(wanted)} AS problems,
            {identity}model_id IS NULL AS unnamed, {columns}
        FROM typed
    """)
    _choose(engine, wanted)


def _typed(as_of: str, last: str) -> str:
    return f"""
        SELECT sent.*,
            DATE '{as_of}' AS as_of,
            as_text(_id) AS object_id,
            as_text(id) AS model_id,
            as_day(createdAt, {last}) AS created,
            as_day(lastModified, {last}) AS modified,
            from_json(if_a(tags, 'ARRAY'), '["VARCHAR"]') AS labels,
            from_json(if_a(baseModels, 'OBJECT'), '{BASES}') AS bases,
            from_json(if_a(safetensors, 'OBJECT'), '{WEIGHTS}') AS weights,
            from_json(if_a(gguf, 'OBJECT'), '{PACKED}') AS packed
        FROM sent
    """


def _problems_of_a_row(wanted: Wanted) -> str:
    """A list of sentences; a field that is absent or null is missing and no problem."""
    wrong = {
        f"{name} is not {field.words}": f"json_type({name}) NOT IN {(*field.kinds, 'NULL')}"
        for name, field in FIELDS.items()
    }
    tests = {
        "row is not an object": "kind <> 'OBJECT'",
        "row has no _id": f"{wanted.identified} AND kind = 'OBJECT' AND as_text(_id) IS NULL",
        "row has no id": "kind = 'OBJECT' AND as_text(id) IS NULL",
        **wrong,
        **{
            f"{name} is no day that can be": f"as_text({name}) IS NOT NULL AND {day} IS NULL"
            for name, day in (("createdAt", "created"), ("lastModified", "modified"))
        },
        **{
            f"{name} is below 0 or above 2^63": f"json_type({name}) IN {FIELDS[name].kinds} "
            f"AND as_count({name}) IS NULL"
            for name in WHOLE
        },
        **{
            f"{name} has a total that is no count": f"json_type({name} -> '$.total') <> 'NULL' "
            f"AND as_count({name} -> '$.total') IS NULL"
            for name in ("safetensors", "gguf")
        },
        "safetensors has a count below 0": "list_min(map_values(weights.parameters)) < 0",
        "gated is true or another word": (
            f"json_type(gated) IN {FIELDS['gated'].kinds} AND as_gated(gated) IS NULL"
        ),
        "safetensors has no total": "weights.parameters IS NOT NULL "
        "AND coalesce(json_type(safetensors -> '$.total'), 'NULL') = 'NULL'",
    }
    cases = ", ".join(f"CASE WHEN {test} THEN '{reason}' END" for reason, test in tests.items())
    return f"list_filter([{cases}], lambda reason: reason IS NOT NULL)"


def _choose(engine: duckdb.DuckDBPyConnection, wanted: Wanted) -> None:
    """The view ``chosen``. Keys are compared by a hash of eight bytes first, and then in full."""
    engine.execute("ALTER TABLE received ADD COLUMN repeated BOOLEAN DEFAULT false")
    engine.execute(f"""
        UPDATE received SET repeated = true WHERE rowid IN (
            SELECT rowid FROM received WHERE NOT unnamed AND hash({wanted.key}) IN (
                SELECT hash({wanted.key}) FROM received GROUP BY ALL HAVING count(*) > 1
            )
            QUALIFY row_number() OVER (PARTITION BY {wanted.key} ORDER BY {wanted.first}) > 1
        )
    """)
    limit = f"LIMIT {wanted.count}" if wanted.count else ""
    engine.execute(
        "CREATE VIEW chosen AS FROM received WHERE NOT unnamed AND NOT repeated "
        f"ORDER BY {wanted.order} {limit}"
    )
