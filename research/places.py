"""Where things are: what ships with the package, the folder where one works; safe writing."""

from __future__ import annotations

import logging
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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
    paths: dict[str, Path] = {}
    for root in search(kind):
        for path in sorted(root.glob(marker)):
            name = path.parent.name if path.parent != root else path.stem
            paths.setdefault(name, path)
    return paths


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


@contextmanager
def workshop(parent: Path, prefix: str) -> Iterator[Path]:
    """A folder for what is being made, which its owner alone can read; gone afterwards.

    A run that is killed leaves its folder behind. Each folder has a lock that ends with its run:
    the next run that makes one of the same prefix removes what has no holder, and warns of it.
    """
    from filelock import FileLock

    _clear_away(parent, prefix)
    folder = parent / f"{prefix}{secrets.token_hex(8)}"
    lock = folder.with_name(f"{folder.name}.lock")
    try:
        with FileLock(lock):
            folder.mkdir(mode=0o700)
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        lock.unlink(missing_ok=True)


def _clear_away(parent: Path, prefix: str) -> None:
    """Remove the folders of runs that were killed."""
    from filelock import FileLock, Timeout

    for lock in sorted(parent.glob(f"{prefix}*.lock")):
        if not _is_mine(lock):
            continue
        try:
            with FileLock(lock, blocking=False):
                folder = lock.with_suffix("")
                if folder.exists():
                    shutil.rmtree(folder)
                    logging.getLogger("research").warning(
                        "Removed %s: a run that was killed had left it there.", folder
                    )
        except Timeout:
            continue
        lock.unlink(missing_ok=True)


def _is_mine(path: Path) -> bool:
    """Folders for temporary files are shared with others on some systems."""
    try:
        return not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()
    except FileNotFoundError:  # its run has just ended
        return False
