"""Tables of any size: one in Parquet is asked by DuckDB, and no more than the answer is held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from research.datasets.descriptors import DatasetError
from research.datasets.files import damage_named, identifier, literal, typed
from research.places import unglobbed

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

ROWS, PLACE = "rows", "place"  # the table in a query, and the place of each row in it
MEMORY = "200MB"  # of the engine: beyond it the engine works on the disk
MORE_MEMORY = "1GB"  # where some of that cannot be put on the disk, as of a hundred million rows
THREADS = "1"  # two would each group their rows, and then again what both found


class AnySize:
    """Marks a table of ``sample()``: a frame, but of a file in Parquet a :class:`LargeTable`."""


@dataclass(frozen=True, eq=False)
class LargeTable:
    """A table in Parquet that is asked and never loaded.

    Parameters
    ----------
    path
        The file.
    schema
        The fields of its descriptor that may be read.
    condition
        Which rows it has, as SQL.
    """

    path: Path
    schema: tuple[dict[str, Any], ...]
    condition: str = "true"
    _counted: dict[str, pd.Series] = field(default_factory=dict, init=False, repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that may be read."""
        return tuple(field["name"] for field in self.schema)

    @property
    def required(self) -> frozenset[str]:
        """The columns that have a value in every row, as the table was checked for."""
        fields = (field for field in self.schema if field.get("constraints", {}).get("required"))
        return frozenset(field["name"] for field in fields)

    def on(self, column: str, value: object) -> LargeTable:
        """The rows that have this value alone."""
        chosen = f"{identifier(column)} = {literal(str(value))}"
        return replace(self, condition=f"{self.condition} AND {chosen}")

    def counts(self, column: str) -> pd.Series:
        """How many rows each value has, by the value: read once, nobody may write into it."""
        if column not in self._counted:
            name = identifier(column)
            sql = f"SELECT {name}, count(*) AS n FROM {ROWS} GROUP BY ALL ORDER BY ALL"
            self._counted[column] = query(self, sql).set_index(column)["n"]
        return self._counted[column]

    def largest(self, size: int, column: str) -> pd.DataFrame:
        """The so many rows that have most of a column, typed as a loaded table."""
        names = ", ".join(map(identifier, self.columns))
        order = f"{identifier(column)} DESC NULLS LAST, {PLACE}"
        rows = query(self, f"SELECT {names} FROM {ROWS} ORDER BY {order} LIMIT {size}")
        return typed(rows, self.schema)


def query(table: pd.DataFrame | LargeTable, sql: str, **beside: pd.DataFrame) -> pd.DataFrame:
    """What a query finds in a table of any size.

    Parameters
    ----------
    table
        Stands in the query as ``rows``; its column ``place`` has the order of the rows.
    sql
        The query, in the dialect of DuckDB.
    **beside
        Small tables, by the names that they have in the query.

    Raises
    ------
    DatasetError
        The file cannot be read, or is too large for the memory that is allowed.

    Examples
    --------
    >>> import pandas as pd
    >>> models = pd.DataFrame({"task": ["text", "audio", "text"], "downloads": [1, 2, 3]})
    >>> sums = "SELECT task, sum(downloads) AS held FROM rows GROUP BY task ORDER BY min(place)"
    >>> query(models, sums).to_numpy().tolist()
    [['text', 4.0], ['audio', 2.0]]
    """
    import duckdb

    for memory in (MEMORY, MORE_MEMORY):
        try:
            return _found(table, sql, beside, memory)
        except duckdb.OutOfMemoryException as error:
            reason = str(error).splitlines()[0]
    name = table.path if isinstance(table, LargeTable) else "a table"
    raise DatasetError(f"{name} is too large to be asked in {MORE_MEMORY} of memory ({reason}).")


def _found(
    table: pd.DataFrame | LargeTable, sql: str, beside: Mapping[str, pd.DataFrame], memory: str
) -> pd.DataFrame:
    """What a query finds in so much memory."""
    with _engine(memory) as engine:
        for name, frame in beside.items():
            engine.register(name, frame)
        if not isinstance(table, LargeTable):
            engine.register(ROWS, table.assign(**{PLACE: range(len(table))}))
            return engine.execute(sql).df()
        with damage_named(table.path):
            file = literal(unglobbed(table.path))
            engine.execute(
                f"CREATE VIEW {ROWS} AS SELECT * EXCLUDE (file_row_number), "
                f"file_row_number AS {PLACE} FROM read_parquet({file}, file_row_number = true) "
                f"WHERE {table.condition}"
            )
            return engine.execute(sql).df()


@contextmanager
def _engine(memory: str) -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    with TemporaryDirectory() as folder:
        limits = {"memory_limit": memory, "threads": THREADS}
        with duckdb.connect(config={**limits, "temp_directory": folder}) as engine:
            yield engine
