"""A downloaded Parquet file, read by DuckDB as a stream: what is wrong with it is said in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from research.collect.hub.asking import fit
from research.collect.hub.tables import database
from research.results import ResearchError

if TYPE_CHECKING:
    import duckdb

MEMORY = "300MB"  # beyond it DuckDB works on the disk
MAGIC = b"PAR1"  # a whole Parquet file begins and ends with it


@contextmanager
def reading(
    path: Path, what: str, **settings: Any
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A database to read a file with, and a folder for what is made of it; gone afterwards.

    Parameters
    ----------
    path
        The file.
    what
        It should be, for a message.
    **settings
        Of DuckDB.

    Raises
    ------
    ResearchError
        It is no whole Parquet file, or DuckDB cannot read it.
    """
    import duckdb

    _refuse_damaged(path)
    try:
        with (
            TemporaryDirectory() as made,
            database(Path(made), memory_limit=MEMORY, **settings) as engine,
        ):
            yield engine, Path(made)
    except duckdb.Error as error:  # damage shows in many ways
        raise ResearchError(
            f"{path} could not be read as {what} ({fit(str(error))}). Download it again, and see "
            "that the disk has room."
        ) from None


def _refuse_damaged(path: Path) -> None:
    """Refuse what is no whole Parquet file, in words."""
    if not path.is_file():
        raise ResearchError(f"There is no file {path}. Give the path of a downloaded Parquet file.")
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(max(0, size - 4))
        end = file.read(4)
    if start != MAGIC:
        found = "an empty file" if not size else f"a file that begins with {start!r}"
        raise ResearchError(
            f"{path}: expected a Parquet file, found {found}. Download models.parquet itself (a "
            "small text file in its place is a pointer to it)."
        )
    if end != MAGIC:
        raise ResearchError(
            f"{path} is cut off after {size:,} bytes: it begins as a Parquet file and does not "
            "end as one. Download it again."
        )
