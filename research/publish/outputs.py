"""Folders that commands fill: nobody's file is lost, and a run that was killed can be repeated.

A list in each folder holds the hash of every file that was written there. Only a file that is still
as the list says is replaced or removed. The list is written before the files: whenever a run ends,
what it wrote is known.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import Any

from research.places import write_beside
from research.results import ResearchError

WRITTEN, UNFINISHED, LOCK = ".research-written", ".research-unfinished", ".research-lock"
SHOWN = 10  # names in a refusal

Notify = Callable[[str], None]
Adopts = Callable[[Path], bool]  # whether a file that the list lacks is ours by what it holds


@dataclass(frozen=True)
class Outputs:
    """A folder that a command fills.

    Parameters
    ----------
    folder
        It need not exist.
    command
        Who writes, as a refusal names it.
    listed
        Name of the list, in the form of ``sha256sum``.
    """

    folder: Path
    command: str
    listed: str = WRITTEN

    @contextmanager
    def alone(self, notify: Notify = lambda _: None) -> Iterator[Path]:
        """Nobody else fills the folder; gives an empty one within it for what is being made.

        Raises
        ------
        ResearchError
            If another run holds the folder. The lock of a killed run is gone with it; what it left
            unfinished is removed, and ``notify`` is called.
        """
        if self.folder.exists() and not self.folder.is_dir():
            raise ResearchError(f"{self.folder} is a file. Name a folder to write into.")
        unfinished, existed = self.folder / UNFINISHED, self.folder.is_dir()
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with _locked(self.folder / LOCK), _emptied(unfinished, notify):
                # a name of its own: processes of a killed run may live for a moment more
                yield Path(mkdtemp(dir=unfinished))
        finally:
            if not existed:
                with suppress(OSError):  # where nothing was written nothing is left
                    self.folder.rmdir()

    def written(self) -> dict[str, set[str]]:
        """The hashes under which each file was written, by its path within the folder."""
        path, hashes = self.folder / self.listed, dict[str, set[str]]()
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        for hash_, name in re.findall(r"^([0-9a-f]{64})  (.+)$", text, re.MULTILINE):
            place = PurePosixPath(name)
            if not place.is_absolute() and ".." not in place.parts:
                hashes.setdefault(name, set()).add(hash_)
        return hashes

    def refuse_others(self, names: Iterable[str], *, adopts: Adopts = lambda _: False) -> None:
        """Refuse to replace a file that is not as it was written here.

        Raises
        ------
        ResearchError
            Which files these are.
        """
        written = self.written()
        others = [
            name
            for name in names
            if os.path.lexists(path := self.folder / name)
            and not (path.is_file() and (sha256(path) in written.get(name, ()) or adopts(path)))
        ]
        if others:
            listed = "\n".join(f"  - {name}" for name in others[:SHOWN])
            more = f"\n  and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
            raise ResearchError(
                f"These files in {self.folder} were not written by {self.command}, or were changed "
                f"since:\n{listed}{more}\nMove them away, or name another folder."
            )

    def put(self, fresh: Path, *, adopts: Adopts = lambda _: False) -> list[str]:
        """Move what was made below ``fresh`` into the folder; returns the paths within it."""
        made = {name: sha256(fresh / name) for name in files(fresh)}

        def known(path: Path) -> bool:
            return sha256(path) == made[path.relative_to(self.folder).as_posix()] or adopts(path)

        self.refuse_others(made, adopts=known)
        before = self.written()
        self._list(before | {name: {*before.get(name, ()), new} for name, new in made.items()})
        for name in made:
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).replace(self.folder / name)
        self._list(before | {name: {new} for name, new in made.items()})
        return list(made)

    def keep_only(self, names: Iterable[str]) -> None:
        """Remove what an earlier run wrote and this one did not, if nobody has changed it."""
        written, kept = self.written(), set(names)
        for name in written.keys() - kept:
            path = self.folder / name
            if path.is_file() and sha256(path) in written[name]:
                path.unlink()
        self._list({name: written[name] for name in kept})

    def _list(self, written: dict[str, set[str]]) -> None:
        lines = [
            f"{hash_}  {name}\n" for name in sorted(written) for hash_ in sorted(written[name])
        ]
        write_beside(self.folder / self.listed, "".join(lines).encode())


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise ResearchError(
            f"Another run is writing into {path.parent}. Wait until it is done."
        ) from None
    try:
        yield
    finally:
        with suppress(OSError):  # some systems keep a file that is open
            path.unlink()
        lock.release()


@contextmanager
def _emptied(unfinished: Path, notify: Notify) -> Iterator[None]:
    if unfinished.exists():
        shutil.rmtree(unfinished, ignore_errors=True)
        notify(f"Removed {unfinished}: a run that was killed had left it.")
    try:
        unfinished.mkdir(exist_ok=True)
        yield
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def write_json(path: Path, value: Any) -> None:
    """A value as JSON that people can read too, whole or not at all."""
    write_beside(path, f"{json.dumps(value, indent=1, ensure_ascii=False)}\n".encode())


def files(folder: Path) -> list[str]:
    """Every file below the folder, by its path within it."""
    paths = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(paths)


def sha256(path: Path) -> str:
    """The hash of a whole file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
