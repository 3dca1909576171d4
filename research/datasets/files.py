"""The files of tables: CSV for people and small tables, Parquet for millions of rows."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from research.datasets.descriptors import DatasetError
from research.places import unglobbed

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas as pd

GZIP_ABOVE = 1_000_000  # bytes of CSV text: smaller tables stay readable in a browser and in a diff
REPEATED = 10  # times a text occurs on average before it pays to find where it occurs
PANDAS_TYPES = {"string": "str", "integer": "Int64", "number": "float64", "boolean": "boolean"}
DUCKDB_TYPE = {
    "string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN",
    "date": "DATE",
}  # fmt: skip
# What DuckDB may call the types of a descriptor.
DUCKDB_TYPES = {
    "string": ("VARCHAR",),
    "integer": ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "UINTEGER", "UBIGINT"),
    "number": ("DOUBLE", "FLOAT", "BIGINT", "INTEGER"),
    "boolean": ("BOOLEAN",),
    "date": ("DATE", "TIMESTAMP"),
}  # fmt: skip


# Reading ------------------------------------------------------------------------------------------


def read_csv(path: Path, schema: list[dict[str, Any]]) -> pd.DataFrame:
    """The frame of a CSV file, plain or compressed, with the types of its descriptor."""
    import pandas as pd

    dates = [column["name"] for column in schema if column["type"] == "date"]
    types = {c["name"]: PANDAS_TYPES[c["type"]] for c in schema if c["name"] not in dates}
    # Only an empty cell is missing: "n/a", "None" and "NA" (Namibia) are values.
    frame = pd.read_csv(path, dtype=types, parse_dates=dates, keep_default_na=False, na_values=[""])
    return _whole(frame)


def read_parquet(path: Path, schema: list[dict[str, Any]]) -> pd.DataFrame:
    """The frame of a Parquet file, with the types of its descriptor.

    A column at a time: beside the frame no more than one column is held as it was read.
    """
    import duckdb
    import pandas as pd

    with duckdb.connect(config={"threads": "1"}) as engine:
        rows = engine.from_parquet(unglobbed(path))
        columns = {column["name"]: _read_column(engine, rows, column) for column in schema}
    return _whole(pd.DataFrame(columns, copy=False))


def _read_column(
    engine: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, column: Mapping[str, Any]
) -> pd.Series:
    name, kind = identifier(column["name"]), column["type"]
    if kind == "string" and _repeat(rows, name):
        return _read_repeated(engine, rows, name)
    return _of_kind(rows.select(name).df().iloc[:, 0], kind)


def _of_kind(values: Any, kind: str) -> pd.Series:
    import pandas as pd

    return pd.Series(
        pd.to_datetime(values) if kind == "date" else values.astype(PANDAS_TYPES[kind])
    )


def typed(frame: pd.DataFrame, schema: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """What the engine found, with the types of its descriptor."""
    kinds = {column["name"]: column["type"] for column in schema}
    return _whole(frame.assign(**{name: _of_kind(frame[name], kinds[name]) for name in kinds}))


def _read_repeated(
    engine: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, name: str
) -> pd.Series:
    """Texts of which each is made once, and held once for all its cells."""
    import pandas as pd

    known = rows.filter(f"{name} IS NOT NULL").select(name).distinct().order(name)
    engine.execute(f"CREATE OR REPLACE TEMP TYPE texts AS ENUM ({known.sql_query()})")
    cells = rows.select(f"CAST({name} AS texts)").df().iloc[:, 0].cat
    texts = pd.Index(cells.categories, dtype="str")
    return pd.Series(texts.take(cells.codes, fill_value=float("nan")))


def _repeat(rows: duckdb.DuckDBPyRelation, name: str) -> bool:
    """Whether texts repeat so often that it pays to hold each of them once, for all its cells."""
    distinct, cells = rows.aggregate(f"approx_count_distinct({name}), count(*)").fetchall()[0]
    return bool(cells > REPEATED * distinct)


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    whole = [c for c in frame.columns if frame[c].dtype == "Int64" and not frame[c].hasnans]
    return frame.astype(dict.fromkeys(whole, "int64"))


@contextmanager
def damage_named(path: Path) -> Iterator[None]:
    """A file with the right hash can still be none of its format: whoever froze it, damaged it."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException:  # no damage
        raise
    except (ValueError, LookupError, ArithmeticError, EOFError, zlib.error, duckdb.Error) as error:
        raise DatasetError(
            f"{path} cannot be read in the format of its descriptor "
            f"({str(error).splitlines()[0] if str(error) else type(error).__name__}). "
            "Restore it, or freeze it anew."
        ) from None


# Checking -----------------------------------------------------------------------------------------


def frame_problems(frame: pd.DataFrame, resource: Mapping[str, Any]) -> list[str]:
    """Where a frame is not what its descriptor says, as sentences."""
    schema = resource["schema"]
    described = [column["name"] for column in schema["fields"]]
    if list(frame.columns) != described:
        return [f"the columns are {list(frame.columns)}, the descriptor says {described}"]
    problems = []
    for column in schema["fields"]:
        values = frame[column["name"]]
        if not _fits(values, column["type"]):
            problems.append(f"'{column['name']}' is {values.dtype}, described as {column['type']}")
        if column.get("constraints", {}).get("required") and values.isna().any():
            row = int(values.isna().to_numpy().argmax()) + 2
            problems.append(f"'{column['name']}' is required but empty in line {row}")
        problems += _too_small(values, column)
    key = schema.get("primaryKey", [])
    if key and frame.duplicated(key).any():
        row = frame.loc[frame.duplicated(key), key].iloc[0].to_dict()
        problems.append(f"the primary key {key} repeats, first at {row}")
    return problems


def _too_small(values: pd.Series, column: Mapping[str, Any]) -> list[str]:
    """Where a number is below the least that its descriptor allows."""
    least = column.get("constraints", {}).get("minimum")
    if not isinstance(least, int | float) or values.dtype.kind not in "iuf":
        return []
    below = (values < least).fillna(False).to_numpy(dtype=bool)
    if not below.any():
        return []
    row = int(below.argmax())
    return [f"'{column['name']}' is at least {least}, found {values.iloc[row]:g} in line {row + 2}"]


def has_types(path: Path, schema: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a Parquet file has all columns of a descriptor, and with their types."""
    import duckdb

    with duckdb.connect() as engine:
        rows = engine.from_parquet(unglobbed(path))
        types = dict(zip(rows.columns, map(str, rows.types), strict=True))
    return all(_is_of_type(types.get(column["name"], ""), column) for column in schema)


def _is_of_type(duckdb_type: str, column: Mapping[str, Any]) -> bool:
    return duckdb_type.split("(")[0] in DUCKDB_TYPES.get(column["type"], ())


def parquet_problems(path: Path, resource: Mapping[str, Any], *, exactly: bool = True) -> list[str]:
    """The same for a Parquet file, in the engine: it need not fit in memory.

    Unless ``exactly``, it has all columns of the descriptor and may have more, in any order.
    """
    import duckdb

    schema = resource["schema"]
    described = [column["name"] for column in schema["fields"]]
    with duckdb.connect(config={"memory_limit": "250MB", "threads": "1"}) as engine:
        engine.execute(f"CREATE VIEW rows AS FROM read_parquet({literal(unglobbed(path))})")
        types = {name: kind for name, kind, *_ in engine.execute("DESCRIBE rows").fetchall()}
        if list(types) != described and exactly:
            return [f"the columns are {list(types)}, the descriptor says {described}"]
        problems = [
            f"'{column['name']}' is {types[column['name']]}, described as {column['type']}"
            for column in schema["fields"]
            if not _is_of_type(types[column["name"]], column)
        ]
        return [
            *problems,
            *_empty_cells(engine, schema["fields"]),
            *_repeated_keys(engine, schema.get("primaryKey", [])),
        ]


def _empty_cells(engine: duckdb.DuckDBPyConnection, fields: list[dict[str, Any]]) -> list[str]:
    required = [c["name"] for c in fields if c.get("constraints", {}).get("required")]
    wanted = ", ".join(f"count(*) FILTER ({identifier(name)} IS NULL)" for name in required) or "0"
    counts = engine.execute(f"SELECT {wanted} FROM rows").fetchall()[0]
    return [
        f"'{name}' is required but empty in {count} rows"
        for name, count in zip(required, counts, strict=False)
        if count
    ]


def _repeated_keys(engine: duckdb.DuckDBPyConnection, key: list[str]) -> list[str]:
    """Equal keys lie in the same part of the rows: part by part, memory stays small."""
    parts = 16
    quoted = ", ".join(map(identifier, key))
    for part in range(parts if key else 0):
        twice = engine.execute(
            f"SELECT {quoted} FROM rows WHERE hash({quoted}) % {parts} = {part} "
            f"GROUP BY {quoted} HAVING count(*) > 1 LIMIT 1"
        ).fetchall()
        if twice:
            first = dict(zip(key, twice[0], strict=True))
            return [f"the primary key {key} repeats, first at {first}"]
    return []


def identifier(name: str) -> str:
    """The name of a column as SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def _fits(values: pd.Series, kind: str) -> bool:
    import pandas.api.types as is_a

    checks = {
        "string": is_a.is_string_dtype,
        "integer": is_a.is_integer_dtype,
        "number": is_a.is_numeric_dtype,
        "boolean": is_a.is_bool_dtype,
        "date": is_a.is_datetime64_any_dtype,
    }
    return kind in checks and bool(checks[kind](values) or values.isna().all())


# Writing ------------------------------------------------------------------------------------------


class _Lines(io.StringIO):
    """What :meth:`pandas.DataFrame.to_csv` writes to, a row at a time."""

    def write(self, line: str) -> int:
        # The writer quotes the signs that end its lines, and before Python 3.11.9 no others: told
        # to end them with both, it quotes a carriage return within a cell on every Python.
        return super().write(line.removesuffix("\r\n") + "\n")


def csv_payload(frame: pd.DataFrame) -> tuple[bytes, bool]:
    """The bytes of the CSV file, and whether they are compressed; equal frames, equal bytes."""
    lines = _Lines()
    frame.to_csv(lines, index=False, lineterminator="\r\n", date_format="%Y-%m-%d")
    text = lines.getvalue().encode()
    packed = len(text) > GZIP_ABOVE
    return (gzipped(text) if packed else text), packed


def gzipped(payload: bytes) -> bytes:
    """The payload as a gzip file: the same bytes on every machine.

    DuckDB carries its compressor with it; that of Python differs from build to build.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "packed.gz"
        _packer().execute(
            "COPY (SELECT $payload::BLOB) TO $path (FORMAT blob, COMPRESSION gzip)",
            {"payload": payload, "path": str(path)},
        )
        return path.read_bytes()


@cache
def _packer() -> duckdb.DuckDBPyConnection:
    import duckdb

    return duckdb.connect(config={"threads": "1"})


def csv_problems(path: Path, resource: Mapping[str, Any], meant: pd.DataFrame) -> list[str]:
    """Where a CSV file, read back, is not the frame that was meant; as sentences."""
    read_back = read_csv(path, resource["schema"]["fields"])
    if len(read_back) != len(meant):
        return [f"read back, the file has {len(read_back)} rows, expected {len(meant)}"]
    problems = frame_problems(read_back, resource)
    for column in [] if problems else read_back:
        unlike = _unlike(read_back[column], meant[column])
        if unlike.any():
            row = int(unlike.argmax())
            problems.append(
                f"'{column}', line {row + 2}: written as {meant[column].iloc[row]!r}, read back as "
                f"{read_back[column].iloc[row]!r}"
            )
    return problems


def _unlike(read_back: pd.Series, meant: pd.Series) -> np.ndarray:
    """Where two columns differ; an empty text is a missing one."""
    import numpy as np

    one, other = (side.astype(object).where(side.notna(), "") for side in (read_back, meant))
    return np.asarray(one.to_numpy() != other.to_numpy())


def parquet_rows(path: Path) -> int:
    """The number of rows of a Parquet file."""
    import duckdb

    with duckdb.connect() as engine:
        counted = engine.execute("SELECT count(*) FROM read_parquet(?)", [unglobbed(path)])
        return int(counted.fetchall()[0][0])


def sha256(path: Path) -> str:
    """The hash of a whole file as a descriptor states it."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
