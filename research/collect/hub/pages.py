"""The pages of a collection as they came, each kept together with the address of the next.

A page is a folder that appears by one renaming: there is no moment at which its rows are kept and
its next address is not. Nothing else is needed to go on after a run was killed.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from research.collect.hub.asking import CollectError
from research.datasets.names import name_problem
from research.places import write_beside

ROWS, ABOUT, COLLECTION = "rows.json.gz", "page.json", "collection.json"
QUICK = 1  # zlib's quickest level: the pages are read once and deleted
_BEGAN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z")


@dataclass(frozen=True, kw_only=True)
class Page:
    """What is kept of a page beside its rows.

    ``brings`` is the same for pages of the same models, whatever is said of them; ``seal`` is of
    all that is kept, so that a single bit that changed on the disk shows.
    """

    number: int
    start: str
    address: str
    next: str | None
    status: int
    rows: int
    requests: int
    taken_at: str
    brings: str = ""
    seal: str = ""


@dataclass(frozen=True)
class Pages:
    """The folder of an unfinished collection."""

    folder: Path

    def began(self) -> dict[str, Any] | None:
        """What was noted when the collection began; nothing where there is none.

        Raises
        ------
        CollectError
            If what lies there is not what was written: it may have come with somebody's folder.
        """
        path = self.folder / COLLECTION
        if not path.is_file():
            return None
        try:
            noted = dict(json.loads(path.read_bytes()))
            asked, began = noted["query"], str(noted["began"])
            named = not name_problem("version", noted["version"])
            sound = [named, _BEGAN.fullmatch(began), asked["option"]]
            date.fromisoformat(began[:10])
        except (ValueError, KeyError, TypeError, RecursionError):
            sound = [False]
        if not all(sound):
            raise CollectError(
                f"{path} is not as it was written, so nobody knows which collection lies there. "
                "Discard it with --restart."
            )
        return noted

    def begin(self, noted: dict[str, Any]) -> None:
        """Begin anew: whatever else lies in the folder goes."""
        for left in (self.folder, self._beside("done")):
            shutil.rmtree(left, ignore_errors=True)
        write_beside(self.folder / COLLECTION, json.dumps(noted, indent=1).encode())

    def keep(self, page: Page, body: bytes) -> Page:
        """Keep a page for good: on the disk before its name is there."""
        # Without a time: equal pages are equal files.
        packed = gzip.compress(body, QUICK, mtime=0) if page.rows else b""
        whole = replace(page, seal=_seal(page, packed))
        final = self.path(page.number)
        beside = final.with_name(f".{final.name}.part")
        shutil.rmtree(beside, ignore_errors=True)
        try:
            beside.mkdir(parents=True)
            if packed:
                _write_through(beside / ROWS, packed)
            _write_through(beside / ABOUT, json.dumps(asdict(whole), indent=1).encode())
            beside.rename(final)
        except OSError as error:
            shutil.rmtree(beside, ignore_errors=True)
            raise CollectError(
                f"Page {page.number:,} could not be written to {self.folder}: {error.strerror}. "
                "Make room on that disk."
            ) from None
        return whole

    def kept(self) -> list[Page]:
        """The pages in order, up to the first that is missing or not as it was written."""
        pages = []
        for number in range(1, 1 + sum(1 for _ in self.folder.glob("pages/[!.]*"))):
            page = self._read(number)
            if page is None:
                break
            pages.append(page)
        return pages

    def drop_after(self, number: int) -> None:
        """Drop whatever follows a page: it is asked for again."""
        wanted = {self.path(at) for at in range(1, number + 1)}
        for path in self.folder.glob("pages/*"):
            if path not in wanted:
                shutil.rmtree(path)

    def models(self, page: Page) -> list[Any]:
        """The rows of a page of a listing."""
        import orjson

        if not page.rows:
            return []
        return list(orjson.loads(gzip.decompress(self.rows(page.number).read_bytes())))

    def rows(self, number: int) -> Path:
        """The file of the rows of a page, as they came."""
        return self.path(number) / ROWS

    def path(self, number: int) -> Path:
        return self.folder / "pages" / f"{number:07d}"

    def finish(self, keep_in: Path | None) -> None:
        """The dataset is frozen: delete the pages, or move them where they are kept."""
        if keep_in is not None:
            keep_in.parent.mkdir(parents=True, exist_ok=True)
            self.folder.rename(keep_in)
            return
        done = self._beside("done")  # renamed first: half of a collection must not look like one
        shutil.rmtree(done, ignore_errors=True)
        self.folder.rename(done)
        shutil.rmtree(done, ignore_errors=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else collects into this folder; the lock of a killed run is gone with it."""
        from filelock import FileLock, Timeout

        self.folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._beside("lock"))
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise CollectError(
                f"Another run is collecting into {self.folder}. Wait until it is done."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def _beside(self, what: str) -> Path:
        return self.folder.with_name(f".{self.folder.name}.{what}")

    def _read(self, number: int) -> Page | None:
        path = self.path(number)
        try:
            page = Page(**json.loads((path / ABOUT).read_bytes()))
            packed = self.rows(number).read_bytes() if page.rows else b""
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        whole = page.seal == _seal(page, packed) and page.number == number
        return page if whole and _is_typed(page) else None


def _seal(page: Page, packed: bytes) -> str:
    metadata = json.dumps(asdict(replace(page, seal="")), sort_keys=True).encode()
    return hashlib.sha256(metadata + packed).hexdigest()


def _is_typed(page: Page) -> bool:
    wholes = (page.status, page.rows, page.requests)
    texts = (page.start, page.address, page.next or "", page.taken_at)
    return all(type(value) is int for value in wholes) and all(type(t) is str for t in texts)


def _write_through(path: Path, payload: bytes) -> None:
    """Onto the disk and not only into its cache: a page must outlive a power cut too."""
    with path.open("wb") as file:
        file.write(payload)
        file.flush()
        os.fsync(file.fileno())
