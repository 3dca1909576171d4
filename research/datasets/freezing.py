"""The one way to write a dataset: everything is checked, then everything appears."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research.datasets.descriptors import (
    DESCRIPTOR,
    Dataset,
    DatasetError,
    bullets,
    descriptor_problems,
)
from research.datasets.files import (
    csv_payload,
    csv_problems,
    damage_named,
    frame_problems,
    parquet_problems,
    parquet_rows,
    sha256,
)
from research.datasets.shapes import read_json
from research.places import workshop, write_beside

if TYPE_CHECKING:
    import pandas as pd

CSV = {"format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
PARQUET = {"format": "parquet", "mediatype": "application/vnd.apache.parquet"}


def freeze(
    folder: Path,
    frames: Mapping[str, pd.DataFrame | Path],
    *,
    descriptor: dict[str, Any] | None = None,
) -> Dataset:
    """Write a dataset: the tables, and their hash, size and row count into the descriptor.

    Parameters
    ----------
    folder
        The dataset's folder, or the folder of a version within it (``NAME/VERSION``, named like
        the descriptor's version). Its ``datapackage.json`` (or ``descriptor``) describes every
        column.
    frames
        Per table, named like its resource, a frame with the columns as described (stored as CSV)
        or the path of a Parquet file (checked without loading it, then moved into place).

    Raises
    ------
    DatasetError
        If a column is undescribed, missing or of another type, a key repeats, or a file read back
        is not the frame that was given; or if a ``descriptor`` is given and the folder exists: a
        version never changes. Nothing is written then: every file is written beside and renamed
        only when all are ready.
    """
    if descriptor is not None and folder.exists():
        raise DatasetError(_taken(folder))
    package = descriptor if descriptor is not None else _json(folder / DESCRIPTOR)
    _refuse(f"The descriptor of {folder.name}", descriptor_problems(package, folder, frozen=False))
    resources = {resource["name"]: resource for resource in package["resources"]}
    if set(resources) != set(frames):
        raise DatasetError(
            f"{folder.name}: the descriptor names the tables {sorted(resources)}, "
            f"the frames are {sorted(frames)}. Make them agree."
        )
    for table, source in frames.items():
        check = parquet_problems if isinstance(source, Path) else frame_problems
        _refuse(f"{folder.name}: {table}", check(source, resources[table]))  # type: ignore[arg-type]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with workshop(folder.parent, f".{folder.name}-") as beside:
        for table, source in frames.items():
            resources[table] |= _write(beside, resources[table], source)
        text = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
        write_beside(beside / DESCRIPTOR, text.encode())
        _put(beside, folder, anew=descriptor is not None)
    return Dataset(folder, package)


def freeze_together(
    folder: Path, made: Sequence[tuple[dict[str, Any], Mapping[str, pd.DataFrame]]]
) -> tuple[Dataset, ...]:
    """Write versions that belong together: all are ready before the first has its name.

    Parameters
    ----------
    folder
        The folder of datasets; each version goes to ``NAME/VERSION`` below it.
    made
        Per version its descriptor and its frames by table.

    Raises
    ------
    DatasetError
        If one of them is there already and is another one. Nothing is written then. Those that are
        there and the same are left: a run that was killed between two names is mended by the next.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with workshop(folder, ".together-") as beside:
        ready = [
            freeze(beside / package["name"] / package["version"], frames, descriptor=package)
            for package, frames in made
        ]
        targets = [folder / each.name / each.version for each in ready]
        missing = [
            (each, target)
            for each, target in zip(ready, targets, strict=True)
            if not _is_there(each.folder, target)
        ]
        for each, target in missing:
            target.parent.mkdir(exist_ok=True)
            _name(each.folder, target)
    return tuple(
        Dataset(target, each.descriptor) for each, target in zip(ready, targets, strict=True)
    )


def _is_there(made: Path, folder: Path) -> bool:
    """Whether a version is there, to the byte; another one in its place is an error."""
    if not folder.exists():
        return False
    for path in made.iterdir():
        other = folder / path.name
        if not other.is_file() or other.read_bytes() != path.read_bytes():
            raise DatasetError(_taken(folder))
    return True


def _taken(folder: Path) -> str:
    return (
        f"There is a version {folder} already, and versions never change. Take another name or "
        "day, or remove that one first."
    )


def _name(whole: Path, folder: Path) -> None:
    """Give a folder its name, unless somebody was quicker."""
    try:
        whole.rename(folder)
    except OSError:
        if folder.exists():
            raise DatasetError(_taken(folder)) from None
        raise


def _refuse(what: str, problems: list[str]) -> None:
    if problems:
        raise DatasetError(f"{what} cannot be frozen:\n" + bullets(problems))


def _write(
    folder: Path, resource: Mapping[str, Any], source: pd.DataFrame | Path
) -> dict[str, Any]:
    """Write a table's file, read it back, and say what the descriptor must know of it."""
    table = resource["name"]
    if isinstance(source, Path):
        path = folder / f"{table}.parquet"
        shutil.copyfile(source, path)
        kind: dict[str, Any] = dict(PARQUET)
        rows = parquet_rows(path)
        problems = [] if sha256(path) == sha256(source) else ["its copy is not the file given"]
    else:
        with damage_named(folder / f"{table}.csv"):
            payload, packed = csv_payload(source)
            path = folder / (f"{table}.csv" + (".gz" if packed else ""))
            path.write_bytes(payload)
            problems = csv_problems(path, resource, source)
        kind = CSV | ({"compression": "gz"} if packed else {})
        rows = len(source)
    _refuse(table, problems)
    return {
        "path": path.name,
        **kind,
        "bytes": path.stat().st_size,
        "hash": sha256(path),
        "rows": rows,
    }


def _put(made: Path, folder: Path, *, anew: bool) -> None:
    """A new folder appears whole; in one that exists, files are renamed, the descriptor last."""
    if anew or not folder.exists():
        whole = made / "whole"
        whole.mkdir()
        for path in [path for path in made.iterdir() if path != whole]:
            path.rename(whole / path.name)
        _name(whole, folder)
        return
    for path in sorted(made.iterdir(), key=lambda path: path.name == DESCRIPTOR):
        path.replace(folder / path.name)


def _json(path: Path) -> Any:
    if not path.is_file():
        raise DatasetError(f"There is no descriptor {path}: write it before freezing.")
    return read_json(path)
