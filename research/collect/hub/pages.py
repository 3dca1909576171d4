"""The pages of a collection as they came, each kept together with the address of the next.

A page is a folder that appears by one renaming: there is no moment at which its rows are kept and
its next address is not. Nothing else is needed to go on after a run was killed.
"""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from research.collect.hub.asking import CollectError
from research.places import write_beside

ROWS, ABOUT, COLLECTION = "rows.json.gz", "page.json", "collection.json"
QUICK = 1  # zlib's quickest level: the pages are read once and deleted


@dataclass(frozen=True, kw_only=True)
class Page:
    """What is kept of a page beside its rows. ``size`` is of the file of rows, in bytes."""

    number: int
    start: str
    address: str
    next: str | None
    status: int
    rows: int
    requests: int
    taken_at: str
    size: int = 0


@dataclass(frozen=True)
class Pages:
    """The folder of an unfinished collection."""

    folder: Path

    def began(self) -> dict[str, Any] | None:
        """What was noted when the collection began; nothing where there is none."""
        path = self.folder / COLLECTION
        return dict(json.loads(path.read_bytes())) if path.is_file() else None

    def begin(self, noted: dict[str, Any]) -> None:
        """Begin anew: whatever else lies in the folder goes."""
        for left in (self.folder, self._beside("table"), self._beside("done")):
            shutil.rmtree(left, ignore_errors=True)
        write_beside(self.folder / COLLECTION, json.dumps(noted, indent=1).encode())

    def keep(self, page: Page, body: bytes) -> Page:
        """Keep a page for good: on the disk before its name is there."""
        packed = _packed(body) if page.rows else b""
        whole = replace(page, size=len(packed))
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
        found = []
        for number in range(1, 1 + sum(1 for _ in self.folder.glob("pages/[!.]*"))):
            page = self._read(number)
            if page is None:
                break
            found.append(page)
        return found

    def drop_after(self, number: int) -> None:
        """Drop whatever follows a page: it is asked for again."""
        for path in self.folder.glob("pages/*"):
            if not path.name.isdigit() or int(path.name) > number:
                shutil.rmtree(path)

    def models(self, page: Page) -> list[Any]:
        """The rows of a page of a listing."""
        if not page.rows:
            return []
        packed = (self.path(page.number) / ROWS).read_bytes()
        return list(json.loads(zlib.decompress(packed, wbits=zlib.MAX_WBITS | 16)))

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
    def workshop(self) -> Iterator[Path]:
        """A folder for the table while it is made; gone afterwards, and made anew if left over."""
        folder = self._beside("table")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

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
            size = (path / ROWS).stat().st_size if page.rows else 0
        except (OSError, ValueError, TypeError):
            return None
        return page if page.size == size else None


def _packed(body: bytes) -> bytes:
    """Gzip without a time, so that equal pages are equal files."""
    packing = zlib.compressobj(QUICK, wbits=zlib.MAX_WBITS | 16)
    return packing.compress(body) + packing.flush()


def _write_through(path: Path, payload: bytes) -> None:
    """Onto the disk and not only into its cache: a page must outlive a power cut too."""
    with path.open("wb") as file:
        file.write(payload)
        file.flush()
        os.fsync(file.fileno())
