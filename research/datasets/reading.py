"""Find datasets and their versions, load tables, verify what lies on disk."""

from __future__ import annotations

import csv
import glob
from collections.abc import Container, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research import places
from research.datasets.descriptors import (
    DESCRIPTOR,
    Dataset,
    DatasetError,
    read_descriptor,
)
from research.datasets.files import (
    damage_named,
    frame_problems,
    parquet_problems,
    parquet_rows,
    read_csv,
    read_parquet,
    sha256,
)
from research.datasets.large import LargeTable
from research.plain import unknown

if TYPE_CHECKING:
    import pandas as pd


def datasets() -> dict[str, Dataset]:
    """All datasets by name: those of ``./datasets`` overlay the bundled ones.

    One that exists only in versions taken anew stands with its newest.
    """
    paths = places.folders("datasets", f"*/{DESCRIPTOR}")
    known = {name: read_descriptor(path.parent) for name, path in paths.items()}
    for name in {path.parent.parent.name for path in _taken_anew()} - set(known):
        known[name] = list(versions(name).values())[-1]
    return dict(sorted(known.items()))


def versions(name: str) -> dict[str, Dataset]:
    """All versions of a dataset, oldest first: the frozen one and those taken anew.

    Examples
    --------
    >>> list(versions("tenthe"))
    ['2025-04-24']
    """
    plain = places.folders("datasets", f"{glob.escape(name)}/{DESCRIPTOR}").values()
    anew = [path for path in _taken_anew() if path.parent.parent.name == name]
    all_versions = [read_descriptor(path.parent) for path in (*reversed(anew), *plain)]
    return dict(sorted({dataset.version: dataset for dataset in all_versions}.items()))


def _taken_anew() -> list[Path]:
    """Descriptors of versions: NAME/VERSION in the searched folders, the nearest first."""
    return [
        path
        for root in places.search("datasets")
        for path in sorted(root.glob(f"[!.]*/[!.]*/{DESCRIPTOR}"))
    ]


def tables() -> dict[str, Dataset]:
    """Every table name with the dataset that holds it."""
    holders: dict[str, Dataset] = {}
    for dataset in datasets().values():
        for table in dataset.resources:
            if table in holders:
                raise DatasetError(
                    f"Two datasets hold a table '{table}': {holders[table].folder} and "
                    f"{dataset.folder}. Rename one of the tables."
                )
            holders[table] = dataset
    return holders


def describe(name: str, version: str | None = None) -> Dataset:
    """The dataset of this name, or the one that holds the table of this name.

    Parameters
    ----------
    name
        Of a dataset or of a table.
    version
        One of :func:`versions`; by default the frozen one, or the newest where none is frozen.

    Raises
    ------
    DatasetError
        If there is neither, or no such version; the message lists what there is.

    Examples
    --------
    >>> describe("tenthe_countries").version
    '2025-04-24'
    """
    known = tables() | datasets()
    if name not in known:
        raise DatasetError(unknown("dataset or table", name, known))
    if version is None:
        return known[name]
    of_it = versions(known[name].name)
    if version not in of_it:
        raise DatasetError(unknown(f"version of '{known[name].name}'", version, of_it))
    return of_it[version]


def load(table: str, version: str | None = None) -> pd.DataFrame:
    """One table, whole: checksum first, then the types of its descriptor.

    Parameters
    ----------
    table : str
        Name of a table (a resource); ``research data list`` shows them.
    version : str, optional
        One of :func:`versions`; by default the frozen one, or the newest where none is frozen.

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
    dataset = known[table] if version is None else describe(known[table].name, version)
    return read(dataset, table)


def read(dataset: Dataset, table: str, columns: Container[str] | None = None) -> pd.DataFrame:
    """A table of this very dataset: checksum first, then types.

    Of one in Parquet, which may hold millions of rows, these columns alone; by default all.
    """
    return whole(open_table(dataset, table, columns))


def whole(table: pd.DataFrame | LargeTable) -> pd.DataFrame:
    """An opened table as a frame, with the columns that may be read."""
    if not isinstance(table, LargeTable):
        return table
    with damage_named(table.path):
        return read_parquet(table.path, list(table.schema))


def open_table(
    dataset: Dataset, table: str, columns: Container[str] | None = None
) -> pd.DataFrame | LargeTable:
    """The same, but for one in Parquet, which is to be asked: of it the checksum is read alone."""
    if table not in dataset.resources:
        raise DatasetError(
            unknown(f"table in {dataset.name} {dataset.version}", table, dataset.resources)
        )
    resource, path = dataset.resources[table], checked_path(dataset, table)
    fields = resource["schema"]["fields"]
    if _is_parquet(resource):
        wanted = (field for field in fields if columns is None or field["name"] in columns)
        return LargeTable(path, tuple(wanted))
    with damage_named(path):
        return read_csv(path, fields)


def texts(table: str) -> list[dict[str, str]]:
    """The rows of a small table as the texts of its file: checksum first.

    Listing and explaining wait for no library that reads tables. A table in Parquet needs one.
    """
    dataset = describe(table)
    if _is_parquet(dataset.resources[table]):
        rows = read(dataset, table).astype(object)
        records = rows.where(rows.notna(), "").astype(str).to_dict("records")
        return [{str(name): cell for name, cell in row.items()} for row in records]
    with checked_path(dataset, table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def verify(name: str, version: str | None = None) -> list[str]:
    """What is wrong with a dataset on disk, as sentences; empty where all is well.

    Checks hash, size, number of rows, columns, types and primary key of every table, in every
    version where none is named.
    """
    dataset = describe(name, version)
    chosen = [dataset] if version else versions(dataset.name).values()
    return [
        problem for each in chosen for table in each.resources for problem in _wrong(each, table)
    ]


def _wrong(dataset: Dataset, table: str) -> list[str]:
    resource, where = dataset.resources[table], f"table '{table}' of version {dataset.version}"
    try:
        path = checked_path(dataset, table)
        with damage_named(path):
            if _is_parquet(resource):
                rows, problems = parquet_rows(path), parquet_problems(path, resource)
            else:
                frame = read(dataset, table)
                rows, problems = len(frame), frame_problems(frame, resource)
    except DatasetError as error:
        return [str(error)]
    for what, count in (("bytes", path.stat().st_size), ("rows", rows)):
        if count != resource[what]:
            problems.append(f"has {count} {what}, the descriptor says {resource[what]}")
    return [f"{where}: {problem}" for problem in problems]


def _is_parquet(resource: Mapping[str, Any]) -> bool:
    return resource.get("format") == "parquet"


def checked_path(dataset: Dataset, table: str) -> Path:
    """The path of a table's file, which is there and has the hash of its descriptor."""
    path, expected = dataset.path(table), dataset.resources[table]["hash"]
    if path.is_symlink() and path.resolve().parent != dataset.folder.resolve():
        raise DatasetError(
            f"The file of table '{table}' is a link out of its dataset: {path} -> "
            f"{path.resolve()}. Put the file itself there."
        )
    if not path.is_file():
        raise DatasetError(
            f"The file of table '{table}' is not there: {path}. Restore it (git checkout, or "
            "install the package again)."
        )
    found = sha256(path)
    if found != expected:
        raise DatasetError(
            f"{path} is not the file that was frozen: expected {expected}, found {found}. It was "
            "changed after freezing. Restore it (git checkout), or freeze it anew with its "
            "snapshot.py and say why in the history."
        )
    return path
