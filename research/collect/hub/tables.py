"""From kept pages to one table: typed, counted where it cannot be read, without repeats.

All of it runs in DuckDB with a fixed memory, so that three million rows need no more than a
thousand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research.collect.hub.asking import CollectError
from research.collect.hub.columns import COLUMNS, FIELDS, WHOLE
from research.collect.hub.pages import ROWS, Pages
from research.collect.hub.queries import Query
from research.datasets.files import literal
from research.places import unglobbed

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

MEMORY = "200MB"  # beyond it DuckDB works on the disk
PANDAS_TYPES = {"string": "str", "integer": "Int64", "boolean": "boolean", "date": "datetime64[s]"}
LEFT_OUT, EMPTIED = "row left out", "field left empty"

FEW = 64  # items of a list that may be compared each with each
FIRST_DAY = "2000-01-01"  # whatever says to be older, or younger than it can be, is a mistake

# Small words of the columns. Only a text that holds something is a value.
MACROS = (
    "if_a(x, kind) AS CASE WHEN json_type(x) = kind THEN x END",
    "as_text(x) AS CASE WHEN json_type(x) = 'VARCHAR' THEN nullif(x ->> '$', '') END",
    "as_count(x) AS CASE WHEN json_type(x) = 'UBIGINT' THEN try_cast(x AS BIGINT) END",
    "any_day(x) AS CASE WHEN regexp_matches(as_text(x), '^[0-9]{4}-[0-9]{2}-[0-9]{2}') "
    "THEN try_cast(as_text(x) AS TIMESTAMP)::DATE END",
    f"as_day(x, last) AS CASE WHEN any_day(x) BETWEEN DATE '{FIRST_DAY}' AND last "
    "THEN any_day(x) END",
    "as_gated(x) AS CASE x WHEN 'false' THEN 'no' WHEN '\"auto\"' THEN 'auto' "
    "WHEN '\"manual\"' THEN 'manual' END",
    # Each item once, where it stands first. Long lists are sorted to find what is repeated.
    "placed(x) AS list_sort(list_transform(x, lambda item, place: {'item': item, 'place': place}))",
    "once(x) AS list_transform([placed(x)], lambda all_of_it: list_filter(all_of_it, "
    "lambda one, k: one.item <> '' AND (k = 1 OR all_of_it[k - 1].item <> one.item)))[1]",
    "first_places(x) AS list_transform(list_sort(list_transform(once(x), "
    "lambda one: {'place': one.place, 'item': one.item})), lambda one: one.item)",
    f"firsts(x) AS CASE WHEN len(x) <= {FEW} THEN list_filter(x, "
    "lambda item, place: item <> '' AND list_position(x, item) = place) ELSE first_places(x) END",
    "joined(x) AS nullif(array_to_string(firsts(x), '|'), '')",
    "after(x, prefix) AS joined(list_transform(list_filter(x, "
    "lambda tag: starts_with(tag, prefix)), lambda tag: substr(tag, length(prefix) + 1)))",
    # Each base is tagged twice, bare and with the relation; a repository's name has no colon.
    "base_tags(x, parts) AS list_filter(list_transform(x, lambda tag: string_split(tag, ':')), "
    "lambda tag: tag[1] = 'base_model' AND len(tag) = parts)",
    "tagged_bases(x) AS list_transform(base_tags(x, 2), lambda tag: tag[2])",
    "tagged_relations(x) AS list_transform(base_tags(x, 3), lambda tag: tag[2])",
    "named_bases(x) AS list_transform(x.models, lambda base: base.id)",
    "dominant(x) AS list_sort(list_transform(list_filter(map_entries(x), "
    "lambda one: one.value >= 0), "
    "lambda one: {'less': -one.value, 'kind': one.key}))[1].kind",
    "summed(x) AS CASE WHEN list_min(map_values(x)) >= 0 THEN list_sum(map_values(x)) END",
)
BASES = '{"relation": "VARCHAR", "models": [{"id": "VARCHAR"}]}'
WEIGHTS = '{"parameters": "MAP(VARCHAR, BIGINT)"}'
PACKED = '{"architecture": "VARCHAR"}'
LATEST = "366"  # days after the beginning: whoever goes on with an old collection finds changes
_NAMES = ", ".join(column.name for column in COLUMNS)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What came of the rows: every one received is kept, or counted here with its reason.

    ``beyond`` are rows of a top list below its last place; ``problems`` has per reason how many
    rows and with what consequence; ``missing`` per column how many kept rows lack it.
    """

    received: int
    left_out: int
    duplicates: int
    beyond: int
    kept: int
    problems: list[dict[str, Any]]
    missing: dict[str, int]
    renamed: list[dict[str, str]]


@dataclass(frozen=True)
class Table:
    """The table of a collection while it is made, in a database of its own on the disk."""

    engine: duckdb.DuckDBPyConnection
    query: Query
    folder: Path

    def frame(self) -> pd.DataFrame:
        """The rows in their order, typed as the columns say."""
        import pandas as pd

        rows = self.engine.execute(f"SELECT {_NAMES} FROM chosen").fetchall()
        frame = pd.DataFrame(rows, columns=[column.name for column in COLUMNS], dtype=object)
        return frame.astype({column.name: PANDAS_TYPES[column.type] for column in COLUMNS})

    def parquet(self) -> Path:
        """The rows in their order as a Parquet file; equal rows give equal bytes."""
        path = self.folder / f"{self.query.dataset}.parquet"
        self.engine.execute(
            f"COPY (SELECT {_NAMES} FROM chosen) TO {write_to(path)} (FORMAT parquet, CODEC zstd)"
        )
        return path

    def counts(self) -> Counts:
        """What came of every row."""
        received, left_out, duplicates, kept = self._rows(
            "SELECT count(*), count(*) FILTER (unnamed), count(*) FILTER (repeated), "
            "(SELECT count(*) FROM chosen) FROM received"
        )[0]
        return Counts(
            received=received,
            left_out=left_out,
            duplicates=duplicates,
            beyond=received - left_out - duplicates - kept,
            kept=kept,
            problems=self._problems(),
            missing=self._missing(),
            renamed=[
                {"requested": asked, "found": found, "object_id": object_id}
                for asked, found, object_id in self._rows(
                    "SELECT requested_id, model_id, object_id FROM chosen "
                    "WHERE requested_id <> model_id"
                )
            ],
        )

    def _problems(self) -> list[dict[str, Any]]:
        found = self._rows(
            "SELECT reason, unnamed, count(*) FROM "
            "(SELECT unnest(problems) AS reason, unnamed FROM received) GROUP BY ALL ORDER BY ALL"
        )
        return [
            {"reason": reason, "rows": rows, "consequence": LEFT_OUT if unnamed else EMPTIED}
            for reason, unnamed, rows in found
        ]

    def _missing(self) -> dict[str, int]:
        optional = [column.name for column in COLUMNS if not column.required]
        counted = ", ".join(f"count(*) - count({name})" for name in optional)
        found = self._rows(f"SELECT {counted} FROM chosen")[0]
        return {name: rows for name, rows in zip(optional, found, strict=True) if rows}

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.engine.execute(sql).fetchall()


@contextmanager
def table(query: Query, pages: Pages, as_of: str) -> Iterator[Table]:
    """The table of the kept pages; what it needs on the disk is gone afterwards.

    Raises
    ------
    CollectError
        If the disk or the memory does not suffice, or a kept page cannot be read.
    """
    import duckdb

    with pages.workshop() as folder:
        try:
            with duckdb.connect(
                folder / "table.duckdb",
                config={"memory_limit": MEMORY, "temp_directory": str(folder), "threads": 2},
            ) as engine:
                prepare(engine)
                _receive(engine, query, pages, as_of)
                _choose(engine, query)
                yield Table(engine, query, folder)
        except duckdb.Error as error:
            raise CollectError(
                f"The table could not be made from the pages: {error}\nWhere the disk of "
                f"{folder.parent} is full, make room on it."
            ) from None


def prepare(engine: duckdb.DuckDBPyConnection) -> None:
    """The words of the columns; and no day depends on where the machine stands."""
    engine.execute("SET TimeZone = 'UTC'")
    for macro in MACROS:
        engine.execute(f"CREATE MACRO {macro}")


def _receive(engine: duckdb.DuckDBPyConnection, query: Query, pages: Pages, as_of: str) -> None:
    """Every row of every page, typed, with what is wrong with it."""
    engine.execute("CREATE TABLE asked (number INTEGER, requested VARCHAR)")
    kept = pages.kept()
    if query.by_id:
        asked = [(page.number, page.start) for page in kept]
        engine.executemany("INSERT INTO asked VALUES (?, ?)", asked)
    files = ", ".join(read_from(pages.rows(page.number)) for page in kept if page.rows)
    shape = "unstructured" if query.by_id else "array"
    fields = json.dumps(dict.fromkeys(FIELDS, "JSON"))
    columns = ",\n".join(f"{column.sql} AS {column.name}" for column in COLUMNS)
    engine.execute(f"""
        CREATE TABLE received AS
        WITH pages AS (
            SELECT regexp_extract(filename, '([0-9]+).{ROWS}$', 1)::INTEGER AS number, json
            FROM read_json_objects([{files}], format = '{shape}', filename = true)
        ), fields AS (
            SELECT number, json_type(json) AS kind, unnest(json_transform(json, '{fields}'))
            FROM pages
        ), typed AS ({typed("fields", as_of, f"DATE '{as_of}' + {LATEST}")})
        SELECT number, {problems_of_a_row()} AS problems,
            object_id IS NULL OR model_id IS NULL AS unnamed, {columns}
        FROM typed LEFT JOIN asked USING (number)
    """)


def typed(source: str, as_of: str, last: str) -> str:
    """A query that types the JSON fields of ``source``; ``last`` is the last day of a change."""
    return f"""
        SELECT {source}.*,
            DATE '{as_of}' AS as_of,
            as_text(_id) AS object_id,
            as_text(id) AS model_id,
            as_day(createdAt, {last}) AS created,
            as_day(lastModified, {last}) AS modified,
            from_json(if_a(tags, 'ARRAY'), '["VARCHAR"]') AS labels,
            from_json(if_a(baseModels, 'OBJECT'), '{BASES}') AS bases,
            from_json(if_a(safetensors, 'OBJECT'), '{WEIGHTS}') AS weights,
            from_json(if_a(gguf, 'OBJECT'), '{PACKED}') AS packed
        FROM {source}
    """


def problems_of_a_row() -> str:
    """A list of sentences; a field that is absent or null is missing and no problem."""
    wrong = {
        f"{name} is not {field.words}": f"json_type({name}) NOT IN {(*field.kinds, 'NULL')}"
        for name, field in FIELDS.items()
    }
    found = {
        "row is not an object": "kind <> 'OBJECT'",
        "row has no _id": "kind = 'OBJECT' AND as_text(_id) IS NULL",
        "row has no id": "kind = 'OBJECT' AND as_text(id) IS NULL",
        **wrong,
        **{
            f"{name} is no day that can be": f"as_text({name}) IS NOT NULL AND {day} IS NULL"
            for name, day in (("createdAt", "created"), ("lastModified", "modified"))
        },
        **{
            f"{name} is below 0 or above 2^63": f"json_type({name}) IN {WHOLE.kinds} "
            f"AND as_count({name}) IS NULL"
            for name, field in FIELDS.items()
            if field is WHOLE
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
    cases = ", ".join(f"CASE WHEN {test} THEN '{reason}' END" for reason, test in found.items())
    return f"list_filter([{cases}], lambda reason: reason IS NOT NULL)"


def _choose(engine: duckdb.DuckDBPyConnection, query: Query) -> None:
    """Of a repository that came twice the first row: it is nearest to the day of the table.

    Identifiers are compared by a hash of eight bytes first, and only where two are equal in full.
    """
    engine.execute("ALTER TABLE received ADD COLUMN repeated BOOLEAN DEFAULT false")
    if not query.by_id:
        engine.execute("""
            UPDATE received SET repeated = true WHERE rowid IN (
                SELECT rowid FROM received WHERE NOT unnamed AND hash(object_id) IN (
                    SELECT hash(object_id) FROM received GROUP BY ALL HAVING count(*) > 1
                )
                QUALIFY row_number() OVER (PARTITION BY object_id ORDER BY number, rowid) > 1
            )
        """)
    limit = f"LIMIT {query.wanted}" if query.wanted else ""
    engine.execute(
        "CREATE VIEW chosen AS FROM received WHERE NOT unnamed AND NOT repeated "
        f"ORDER BY {query.order} {limit}"
    )


def read_from(path: Path) -> str:
    """The one file of this name, in SQL."""
    return literal(unglobbed(path))


def write_to(path: Path) -> str:
    """The file of this name as the target of COPY, which knows no patterns."""
    return literal(str(path))
