"""Where things are: what ships with the package, the folder where one works; safe writing."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

_PACKAGE = Path(__file__).parent


def bundled() -> Path:
    """The folder that holds the shipped ``datasets``, ``analyses`` and ``paper``.

    In a checkout that is the repository; in an installed wheel they are package data.
    """
    shipped = _PACKAGE / "_bundled"
    return shipped if shipped.is_dir() else _PACKAGE.parent


def search(kind: str) -> Iterator[Path]:
    """Folders named ``kind`` in the order of search: the working folder's, then the shipped."""
    here, shipped = Path.cwd() / kind, bundled() / kind
    if here.is_dir():
        yield here
    if shipped.is_dir() and not (here.is_dir() and here.samefile(shipped)):
        yield shipped


def folders(kind: str, marker: str) -> dict[str, Path]:
    """Every ``name/marker`` below the searched folders; an earlier folder overlays a later one."""
    found: dict[str, Path] = {}
    for root in search(kind):
        for path in sorted(root.glob(marker)):
            name = path.parent.name if path.parent != root else path.stem
            found.setdefault(name, path)
    return found


def unglobbed(path: Path) -> str:
    """The name of one file for DuckDB, which else reads a name as a pattern.

    Examples
    --------
    >>> unglobbed(Path("/data/x[1]*.parquet"))
    '/data/x[[]1][*].parquet'
    """
    return re.sub(r"[*?\[]", r"[\g<0>]", str(path.absolute()))


def write_beside(path: Path, payload: bytes) -> None:
    """Write to a neighbour of its own and rename it: whoever reads finds the old file or the new.

    On the disk before its name is there: a power cut leaves the old file or the new one too.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as file:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
