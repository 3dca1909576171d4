"""Frozen datasets: a folder with a Data Package descriptor and its tables.

``load`` checks the hash of the whole file and then sets the types; ``freeze`` is the one way to
write. A *dataset* is a folder; a *table* is one resource of it; table names are unique.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research import places
from research.places import write_beside
from research.results import ResearchError

if TYPE_CHECKING:
    import pandas as pd

DESCRIPTOR = "datapackage.json"
GZIP_ABOVE = 1_000_000  # bytes of CSV text: smaller tables stay readable in a browser and in a diff
REQUIRED = (
    "name", "title", "description", "version", "licenses", "sources", "citation",
    "knownLimitations", "resources",
)  # fmt: skip
PANDAS_TYPES = {"string": "str", "integer": "Int64", "number": "float64", "boolean": "boolean"}


class DatasetError(ResearchError):
    """A dataset is unknown, incomplete or not what its descriptor says."""


@dataclass(frozen=True)
class Dataset:
    """A dataset's descriptor and where it lies."""

    folder: Path
    descriptor: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.descriptor["name"])

    @property
    def version(self) -> str:
        return str(self.descriptor["version"])

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """The tables by name."""
        return {resource["name"]: resource for resource in self.descriptor["resources"]}

    def path(self, table: str) -> Path:
        return self.folder / str(self.resources[table]["path"])


def datasets() -> dict[str, Dataset]:
    """All datasets by name: those of ``./datasets`` overlay the bundled ones."""
    found = places.folders("datasets", f"*/{DESCRIPTOR}")
    return {name: read_descriptor(path.parent) for name, path in sorted(found.items())}


def tables() -> dict[str, Dataset]:
    """Every table name with the dataset that holds it."""
    found: dict[str, Dataset] = {}
    for dataset in datasets().values():
        for table in dataset.resources:
            if table in found:
                raise DatasetError(
                    f"Two datasets hold a table '{table}': {found[table].folder} and "
                    f"{dataset.folder}. Rename one of the tables."
                )
            found[table] = dataset
    return found


def describe(name: str) -> Dataset:
    """The dataset of this name, or the one that holds the table of this name.

    Raises
    ------
    DatasetError
        If there is neither; the message lists what there is.

    Examples
    --------
    >>> describe("tenthe_countries").version
    '2025-04-24'
    """
    known = tables() | datasets()
    if name not in known:
        raise DatasetError(unknown("dataset or table", name, known))
    return known[name]


def load(table: str) -> pd.DataFrame:
    """One table, whole: checksum first, then the types of its descriptor.

    Parameters
    ----------
    table : str
        Name of a table (a resource); ``research data list`` shows them.

    Returns
    -------
    pandas.DataFrame
        Columns in the order of the descriptor. Text is ``str``, whole numbers ``int64`` (``Int64``
        where values are missing), dates ``datetime64``. Only an empty cell is missing.

    Raises
    ------
    DatasetError
        If the table is unknown, or its file is absent or not the one that was frozen.

    Examples
    --------
    >>> import research
    >>> research.load("tenthe_countries").iloc[0].to_dict()
    {'rank': 1, 'country': 'US', 'discovered_ips': 29195}
    """
    known = tables()
    if table not in known:
        raise DatasetError(unknown("table", table, known))
    dataset = known[table]
    return _typed(_checked_bytes(dataset, table), dataset.resources[table]["schema"]["fields"])


def read_descriptor(folder: Path) -> Dataset:
    """The dataset in ``folder``, refused when its descriptor lacks what a reader must know."""
    path = folder / DESCRIPTOR
    try:
        descriptor = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DatasetError(f"There is no {DESCRIPTOR} in {folder}: a dataset needs one.") from None
    except UnicodeDecodeError:
        raise DatasetError(f"{path} is not UTF-8 text. Save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise DatasetError(
            f"{path} is not valid JSON (line {error.lineno}, column {error.colno}: {error.msg}). "
            "Mend that line; nothing was loaded."
        ) from None
    if not isinstance(descriptor, dict):
        raise DatasetError(f"{path} holds no JSON object, so it describes no dataset.")
    problems = _descriptor_problems(descriptor)
    if descriptor.get("name") != folder.name:
        problems.append(f"its name is '{descriptor.get('name')}', its folder '{folder.name}'")
    if problems:
        raise DatasetError(f"The descriptor {path} is not complete:\n" + _bullets(problems))
    return Dataset(folder, descriptor)


def verify(name: str) -> list[str]:
    """What is wrong with a dataset on disk, as sentences; empty where all is well.

    Checks hash, size, columns, types and primary key of every table.
    """
    dataset, problems = describe(name), []
    for table, resource in dataset.resources.items():
        try:
            frame = load(table)
        except DatasetError as error:
            problems.append(str(error))
            continue
        problems += _frame_problems(frame, resource)
    return problems


def freeze(
    folder: Path, frames: Mapping[str, pd.DataFrame], *, descriptor: dict[str, Any] | None = None
) -> Dataset:
    """Write a dataset: the tables, and their hash, size and row count into the descriptor.

    Parameters
    ----------
    folder
        The dataset's folder. Its ``datapackage.json`` (or ``descriptor``) describes every column.
    frames
        One frame per table, named like its resource, columns as described.

    Raises
    ------
    DatasetError
        If a column is undescribed, missing or of another type, or a key repeats. Nothing is written
        then: every file is written beside and renamed only when all are ready.
    """
    package = descriptor if descriptor is not None else _json(folder / DESCRIPTOR)
    resources = {resource["name"]: resource for resource in package.get("resources", [])}
    if set(resources) != set(frames):
        raise DatasetError(
            f"{folder.name}: the descriptor names the tables {sorted(resources)}, "
            f"the frames are {sorted(frames)}. Make them agree."
        )
    payloads = {}
    for table, frame in frames.items():
        problems = _frame_problems(frame, resources[table])
        if problems:
            raise DatasetError(f"{folder.name}: {table} cannot be frozen:\n" + _bullets(problems))
        payloads[table] = _describe_file(resources[table], frame)
    problems = _descriptor_problems(package)
    if problems:
        raise DatasetError(
            f"The descriptor of {folder.name} is not complete:\n" + _bullets(problems)
        )
    folder.mkdir(parents=True, exist_ok=True)
    for table, payload in payloads.items():
        write_beside(folder / resources[table]["path"], payload)
    text = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
    write_beside(folder / DESCRIPTOR, text.encode())
    return Dataset(folder, package)


def unknown(kind: str, name: str, known: Mapping[str, Any]) -> str:
    """The message for a name that does not exist: a guess, and all that do."""
    guess = get_close_matches(name, known, n=1)
    hint = f" Did you mean '{guess[0]}'?" if guess else ""
    return f"There is no {kind} named '{name}'.{hint} Known: {', '.join(sorted(known))}."


# Reading ------------------------------------------------------------------------------------------


def _checked_bytes(dataset: Dataset, table: str) -> bytes:
    path, expected = dataset.path(table), dataset.resources[table]["hash"]
    try:
        payload = path.read_bytes()
    except FileNotFoundError:
        raise DatasetError(
            f"The file of table '{table}' is not there: {path}. Restore it (git checkout, or "
            "install the package again)."
        ) from None
    found = _hash(payload)
    if found != expected:
        raise DatasetError(
            f"{path} is not the file that was frozen: expected {expected}, found {found}. It was "
            "changed after freezing. Restore it (git checkout), or freeze it anew with its "
            "snapshot.py and say why in the history."
        )
    return payload


def _typed(payload: bytes, schema: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    text = gzip.decompress(payload) if payload[:2] == b"\x1f\x8b" else payload
    dates = [column["name"] for column in schema if column["type"] == "date"]
    types = {c["name"]: PANDAS_TYPES[c["type"]] for c in schema if c["name"] not in dates}
    # Only an empty cell is missing: "n/a", "None" and "NA" (Namibia) are values.
    frame = pd.read_csv(
        io.BytesIO(text), dtype=types, parse_dates=dates, keep_default_na=False, na_values=[""]
    )
    whole = [c for c in frame.columns if frame[c].dtype == "Int64" and not frame[c].hasnans]
    return frame.astype(dict.fromkeys(whole, "int64"))


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise DatasetError(f"There is no descriptor {path}: write it before freezing.")
    return dict(json.loads(path.read_text(encoding="utf-8")))


# Checking -----------------------------------------------------------------------------------------


def _descriptor_problems(descriptor: Mapping[str, Any]) -> list[str]:
    problems = [
        f"it has no '{key}'; add it (a reader must know it before using the data)"
        for key in REQUIRED
        if not descriptor.get(key)
    ]
    for resource in descriptor.get("resources", []):
        name = resource.get("name", "a resource without a name")
        missing = [key for key in ("path", "hash", "bytes", "schema") if not resource.get(key)]
        problems += [f"table '{name}' has no '{key}'" for key in missing]
        for column in resource.get("schema", {}).get("fields", []):
            lacks = [key for key in ("type", "unit", "description") if not column.get(key)]
            problems += [f"field '{name}.{column.get('name')}' has no '{key}'" for key in lacks]
    return problems


def _frame_problems(frame: pd.DataFrame, resource: Mapping[str, Any]) -> list[str]:
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
    key = schema.get("primaryKey", [])
    if key and frame.duplicated(key).any():
        row = frame.loc[frame.duplicated(key), key].iloc[0].to_dict()
        problems.append(f"the primary key {key} repeats, first at {row}")
    return problems


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


def _describe_file(resource: dict[str, Any], frame: pd.DataFrame) -> bytes:
    """The file's bytes; its path, hash, size and row count go into ``resource``."""
    text = frame.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d").encode()
    packed = len(text) > GZIP_ABOVE
    payload = gzip.compress(text, compresslevel=9, mtime=0) if packed else text
    resource |= {
        "path": f"{resource['name']}.csv" + (".gz" if packed else ""),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(payload),
        "hash": _hash(payload),
        "rows": len(frame),
    }
    if packed:
        resource["compression"] = "gz"
    return payload


def _hash(payload: bytes) -> str:
    return "sha256:" + hashlib.sha256(payload).hexdigest()


def _bullets(problems: list[str]) -> str:
    return "\n".join(f"  - {problem}" for problem in problems)
