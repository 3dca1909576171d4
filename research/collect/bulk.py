"""A downloaded table of Hub models (Parquet) in the form that ``research collect hub`` gives.

Daily and weekly snapshots of the whole Hub are published as Parquet files; one is fetched with the
Hub's own client, for example ``hf_hub_download("cfahlgren1/hub-stats", "models.parquet",
repo_type="dataset", revision=COMMIT)``, and read here. Nothing is downloaded by this module. The
file is read by DuckDB as a stream, so that millions of rows need no more memory than thousands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from research.collect.bulk_descriptor import Counts, described
from research.collect.hub.columns import COLUMNS
from research.collect.hub.tables import BASES, MACROS, PACKED, PANDAS_TYPES, WEIGHTS
from research.collect.vacancy import vacant
from research.datasets import Dataset, freeze
from research.results import ResearchError

if TYPE_CHECKING:
    import duckdb

MEMORY = "300MB"  # beyond it DuckDB works on the disk
MAGIC = b"PAR1"  # a whole Parquet file begins and ends with it
NEEDED = ("id", "tags", "downloads", "pipeline_tag")  # together they are a table of models
TEXTS = ("author", "createdAt", "lastModified", "library_name", "pipeline_tag", "_id", "id")
WHOLES = ("downloads", "downloadsAllTime", "likes", "trendingScore")
ENGINE_TYPES = {"string": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN", "date": "DATE"}
OBJECTS = {"baseModels": BASES, "safetensors": WEIGHTS, "gguf": PACKED}
# What the columns call these fields.
ALIASES = {"baseModels": "bases", "safetensors": "weights", "gguf": "packed", "tags": "labels"}


def freeze_file(
    path: Path, *, as_of: str | None = None, top: int | None = None, into: Path = Path("datasets")
) -> tuple[Dataset, Counts]:
    """Freeze a Parquet file of Hub models as a version of ``hub_models`` or ``hub_top_models``.

    Parameters
    ----------
    path
        A file with at least the columns ``id``, ``tags``, ``downloads`` and ``pipeline_tag``.
        Columns that it lacks are missing throughout.
    as_of
        Day on which the file was made (YYYY-MM-DD); by default what the file's own metadata say
        under ``as_of``.
    top
        Only so many models, those most downloaded in 30 days.
    into
        The folder of datasets.

    Returns
    -------
    tuple
        The dataset, whose version is the day, and what came of the rows.

    Raises
    ------
    ResearchError
        If the file is no whole Parquet table of models, the day is unknown or contradicts the
        file, or the version exists. Nothing is written then.
    """
    import duckdb

    _refuse_damaged(path)
    try:
        with _reading() as engine:
            absent = _open(engine, path)
            day = _day(engine, path, as_of)
            name = "hub_top_models" if top else "hub_models"
            folder = vacant(into, name, day)
            counts = _choose(engine, day, top, absent)
            package = described(path, name, day, counts)
            return _frozen(engine, folder, package, top), counts
    except duckdb.Error as error:  # damage shows in many ways
        raise ResearchError(
            f"{path} could not be read as a table of Hub models ({str(error).splitlines()[0]}). "
            "Download it again, and see that the disk has room."
        ) from None


# The file -----------------------------------------------------------------------------------------


def _refuse_damaged(path: Path) -> None:
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


@contextmanager
def _reading() -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    with TemporaryDirectory() as folder:
        config: dict[str, Any] = {
            "memory_limit": MEMORY, "temp_directory": folder, "threads": 1,
            "preserve_insertion_order": False,
        }  # fmt: skip
        with duckdb.connect(Path(folder) / "models.duckdb", config=config) as engine:
            for macro in MACROS:
                engine.execute(f"CREATE MACRO {macro}")
            yield engine


def _open(engine: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, ...]:
    """The view ``typed``, whose fields are as the columns want them; the fields that are absent."""
    source = f"read_parquet({_quoted(path)}, file_row_number = true)"
    kinds = {n: k for n, k, *_ in engine.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    lacking = [name for name in NEEDED if name not in kinds]
    if lacking:
        raise ResearchError(
            f"{path} is not a table of Hub models: it has no column {', '.join(lacking)}. Found "
            f"{', '.join(sorted(kinds.keys() - {'file_row_number'}))}. Take models.parquet."
        )
    fields = {
        **{name: f'to_json("{name}"::VARCHAR)' for name in TEXTS},
        **{name: f'to_json(try_cast("{name}" AS BIGINT))' for name in WHOLES},
        **{name: _object(name, kinds.get(name, ""), shape) for name, shape in OBJECTS.items()},
        "gated": "CASE lower(gated::VARCHAR) WHEN 'false' THEN 'false'::JSON "
        "ELSE to_json(lower(gated::VARCHAR)) END",
        "tags": "tags" if kinds["tags"].endswith("[]") else "from_json(tags, '[\"VARCHAR\"]')",
    }
    typed = ", ".join(
        f'{sql if name in kinds else "NULL"} AS "{ALIASES.get(name, name)}"'
        for name, sql in fields.items()
    )
    engine.execute(f"CREATE VIEW typed AS SELECT file_row_number AS place, {typed} FROM {source}")
    return tuple(name for name in fields if name not in kinds)


def _object(name: str, kind: str, shape: str) -> str:
    """A structure, or a text that holds one as JSON."""
    json = f'try_cast("{name}" AS JSON)' if kind == "VARCHAR" else f'to_json("{name}")'
    return f"from_json(if_a({json}, 'OBJECT'), '{shape}')"


def _day(engine: duckdb.DuckDBPyConnection, path: Path, given: str | None) -> str:
    """The day of the file: given, or from its metadata; never a guess."""
    found = engine.execute(
        f"SELECT decode(value) FROM parquet_kv_metadata({_quoted(path)}) "
        "WHERE decode(key) = 'as_of'"
    ).fetchone()
    day = given or (found[0] if found else None)
    if day is None:
        named = re.search(r"\d{4}-\d{2}-\d{2}", str(path))
        hint = (
            f" Its path names {named[0]}: give --as-of {named[0]} if that is it." if named else ""
        )
        raise ResearchError(
            f"{path} does not say of which day it is. Give --as-of with the day on which it was "
            f"made, such as 2026-11-01 (the date of the commit it was downloaded from).{hint}"
        )
    try:
        date.fromisoformat(day)
    except ValueError:
        raise ResearchError(f"--as-of wants a day such as 2026-11-01, found '{day}'.") from None
    changed = engine.execute("SELECT max(as_day(lastModified)) FROM typed").fetchall()[0][0]
    if changed and str(changed) > day:
        raise ResearchError(
            f"{path} holds a model that was changed on {changed}, after --as-of {day}. Give the "
            "day on which the file was made."
        )
    return day


# The rows -----------------------------------------------------------------------------------------


def _note_repeated(engine: duckdb.DuckDBPyConnection) -> int:
    """The table ``repeated``. Of a model that stands twice, the row that was changed last stays.

    Names are compared by a hash of eight bytes first, and only where two are equal in full.
    """
    engine.execute("""
        CREATE TABLE repeated AS SELECT place FROM (
            SELECT place, id, lastModified FROM typed
            WHERE as_text(id) IS NOT NULL AND hash(id) IN (
                SELECT hash(id) FROM typed GROUP BY hash(id) HAVING count(*) > 1
            )
        ) QUALIFY row_number() OVER (
            PARTITION BY id ORDER BY as_day(lastModified) DESC NULLS LAST, place
        ) > 1
    """)
    return int(engine.execute("SELECT count(*) FROM repeated").fetchall()[0][0])


def _choose(
    engine: duckdb.DuckDBPyConnection, day: str, top: int | None, absent: tuple[str, ...]
) -> Counts:
    """The view ``chosen``, in its order, and what came of every row."""
    repeated = _note_repeated(engine)
    columns = ", ".join(
        f"({column.sql})::{ENGINE_TYPES[column.type]} AS {column.name}" for column in COLUMNS
    )
    order = "hub_downloads_30d DESC NULLS LAST, model_id" if top else "created_at, model_id"
    engine.execute(f"""
        CREATE TABLE models AS WITH named AS (
            SELECT typed.* EXCLUDE (id), as_text(id) AS model_id, as_text(_id) AS object_id,
                NULL::VARCHAR AS requested, DATE '{day}' AS as_of
            FROM typed WHERE as_text(id) IS NOT NULL AND place NOT IN (FROM repeated)
        ) SELECT {columns} FROM named
    """)
    engine.execute(
        f"CREATE VIEW chosen AS FROM models ORDER BY {order} {f'LIMIT {top}' if top else ''}"
    )
    received, unnamed = engine.execute(
        "SELECT count(*), count(*) FILTER (as_text(id) IS NULL) FROM typed"
    ).fetchall()[0]
    kept = received - unnamed - repeated
    if not kept:
        raise ResearchError(f"The file holds {received} rows and no model with a name: no table.")
    return Counts(
        received=received, unnamed=unnamed, repeated=repeated,
        kept=min(kept, top or kept), absent=absent,
    )  # fmt: skip


def _frozen(
    engine: duckdb.DuckDBPyConnection, folder: Path, package: dict[str, Any], top: int | None
) -> Dataset:
    import pandas as pd

    names = [column.name for column in COLUMNS]
    if top:
        rows = engine.execute("FROM chosen").fetchall()
        frame = pd.DataFrame(rows, columns=names, dtype=object)
        typed = frame.astype({column.name: PANDAS_TYPES[column.type] for column in COLUMNS})
        return freeze(folder, {package["name"]: typed}, descriptor=package)
    with TemporaryDirectory() as made:
        path = Path(made) / f"{package['name']}.parquet"
        engine.execute(f"COPY (FROM chosen) TO {_quoted(path)} (FORMAT parquet, CODEC zstd)")
        return freeze(folder, {package["name"]: path}, descriptor=package)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
