"""What a saved file of the public Ollama library says, as rows of the tables of ``ollama_library``.

Three kinds are read: saved pages of the library's list (HTML), a registry dump (JSON with
``models`` by name and their ``tags`` within), and a series of pulls by day (CSV).
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from research.collect.ollama_pages import CLOUD, Entry, entries
from research.results import ResearchError

PULLS = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)([KM]?)")
# The site shows one decimal from 10,000 on and drops it where it is 0, so "74K" is 74.0K.
STEPS = {"": 1, "K": 100, "M": 100_000}
TIMES = {"": 1, "K": 1_000, "M": 1_000_000}
GIGABYTES = {"MB": 1e-3, "GB": 1.0, "TB": 1e3}
TOKENS = {"": 1, "K": 1024, "M": 1024**2}
REMOTE = re.compile(r"(.*-)?cloud")  # answered by Ollama's own servers; nothing is downloaded
# 7b, 1.5b, 8x7b, e2b, 135m
SIZE = re.compile(r"e?[0-9]{1,6}(?:\.[0-9]{1,6})?(?:x[0-9]{1,6})?[mb]")
COUNT = re.compile(r"[0-9][0-9,]{0,18}")
SERIES = ("date", "model", "pulls_text", "tag_count", "sizes")
NOTHING = (None, "", "-")  # what sources write where they have nothing
MOST = 10**15  # of anything that is counted; more is a mistake
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
MOST_UNREADABLE = 0.1  # of the records of a file; where more are, the file is of another kind
LARGEST = 200_000_000  # bytes of a file once unpacked

Row = dict[str, Any]
_T = TypeVar("_T")


class Unreadable(ResearchError):
    """A record that cannot be read; ``reason`` is the same for all of its kind."""

    def __init__(self, where: str, found: Any, expected: str, reason: str) -> None:
        super().__init__(f"{where}: found {str(found)[:60]!r}{expected}.")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Dump:
    """What one file says: rows by table, of the days that it holds, and what it left out.

    ``outside`` are entries of accounts, which are not of the library; ``problems`` has by reason
    how many records could not be read.
    """

    path: Path
    rows: dict[str, list[Row]]
    outside: int = 0
    problems: Counter[str] = field(default_factory=Counter)


def read(path: Path, *, as_of: str | None = None) -> Dump:
    """The rows of one file, by table.

    A record that cannot be read is left out and counted, unless more than one in ten are.

    Raises
    ------
    ResearchError
        If the file is none of the kinds that are read here, or its day is not known.
    """
    text = _text(path).lstrip()
    if text.startswith("{"):
        return _of_registry(path, text)
    if text.startswith("<"):
        return _of_page(path, text, _stated(path, as_of))
    if text.split("\n", 1)[0].replace('"', "").strip().split(",")[:3] == list(SERIES[:3]):
        return _of_series(path, text)
    raise ResearchError(
        f"{path} begins with {text[:30]!r}: expected a saved page of the Ollama library "
        f"(HTML), a registry dump (JSON) or a series of pulls (CSV with {', '.join(SERIES)})."
    )


def _each(
    records: Iterable[_T], read_one: Callable[[_T], Row], problems: Counter[str]
) -> list[Row]:
    """The rows of the records that can be read; the others are counted, where they are few."""
    rows, bad = [], []
    for record in records:
        try:
            rows.append(read_one(record))
        except Unreadable as error:
            bad.append(error)
    if len(bad) > MOST_UNREADABLE * (len(rows) + len(bad)):
        raise bad[0]
    problems.update(error.reason for error in bad)
    return rows


# Pages --------------------------------------------------------------------------------------------


def _of_page(path: Path, text: str, day: str) -> Dump:
    all_entries, problems = entries(text), Counter[str]()
    named = [entry for entry in all_entries if entry.name]
    if not named:
        raise ResearchError(
            f"{path} is HTML without any entry of the Ollama library: expected elements with the "
            "attribute x-test-model and links to /library/NAME. Save the page of the list "
            "(ollama.com/library or ollama.com/search) itself, as HTML and not as text."
        )
    rows = _each(named, lambda entry: _listed(path, entry), problems)
    return Dump(
        path,
        {
            "ollama_library_pulls": [{"date": day, **row} for row in rows],
            "ollama_library_names": [{"as_of": day, **row} for row in rows],
        },
        outside=len(all_entries) - len(named),
        problems=problems,
    )


def _listed(path: Path, entry: Entry) -> Row:
    where = f"{path}, entry '{entry.name}'"
    # A badge of the cloud says that some tags are remote, not that all are.
    remote = None if CLOUD in entry.capabilities else False
    return {
        "ollama_name": entry.name,
        **_pulls(where, entry.pulls),
        "n_tags": _tags(where, entry.tags.lower().removesuffix("tags").removesuffix("tag")),
        "sizes": "|".join(size for size in entry.sizes if SIZE.fullmatch(size)) or None,
        "sizes_listed": bool(entry.sizes),
        "capabilities": "|".join(sorted(set(entry.capabilities))) or None,
        "remote_only": remote,
    }


# Registry dumps -----------------------------------------------------------------------------------


def _of_registry(path: Path, text: str) -> Dump:
    import orjson

    try:
        dump = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ResearchError(f"{path} is no registry dump: it is no whole JSON ({error}).") from None
    models, problems = dump.get("models"), Counter[str]()
    if not isinstance(models, dict) or not isinstance(dump.get("lastUpdated"), str):
        raise ResearchError(
            f"{path} is no registry dump: expected JSON with 'lastUpdated', a day, and 'models', "
            "and per model 'pullCount', 'tagCount', 'categories' and 'tags'."
        )
    if not models:
        raise ResearchError(f"{path} lists no models: expected at least one under 'models'.")
    day = _stated(path, dump["lastUpdated"][:10])
    names = _each(models.items(), lambda item: _named(path, *item), problems)
    known = {row["ollama_name"] for row in names}
    every = ((n, *tag) for n, model in models.items() if n in known for tag in _of(model).items())
    tags = _each(every, lambda item: _tag(path, *item), problems)
    return Dump(
        path,
        {
            "ollama_registry_pulls": [{"date": day, **row} for row in names],
            "ollama_library_names": [{"as_of": day, **row} for row in names],
            "ollama_library_tags": [{"as_of": day, **row} for row in tags],
        },
        problems=problems,
    )


def _of(model: Row) -> Row:
    """The tags of a model; none where there are none."""
    return dict(model.get("tags") or {})


def _named(path: Path, name: str, model: Any) -> Row:
    where = f"{path}, model '{name[:60]}'"
    if not name or not isinstance(model, dict) or not isinstance(model.get("tags") or {}, dict):
        raise Unreadable(
            where, model, ", expected an object with 'tags'", "model is no object with tags"
        )
    remote = [REMOTE.fullmatch(tag) is not None for tag in _of(model)]
    return {
        "ollama_name": name,
        **_pulls(where, model.get("pullCount")),
        "n_tags": _tags(where, model.get("tagCount")),
        "capabilities": "|".join(sorted(_texts(where, model.get("categories")))) or None,
        "remote_only": all(remote) if remote else None,
    }


def _tag(path: Path, name: str, tag: str, entry: Any) -> Row:
    where = f"{path}, tag '{name[:60]}:{tag[:60]}'"
    if not tag or not isinstance(entry, dict):
        raise Unreadable(where, entry, ", expected an object", "tag is no object")
    remote = REMOTE.fullmatch(tag) is not None
    size, window = entry.get("size"), entry.get("contextWindow")
    if remote:
        # A remote tag has no size. Some dumps say so with "-" or ""; in others the context window
        # has moved to its place.
        size, window = None, size if window in NOTHING else window
    gigabytes = _scaled(where, size, GIGABYTES)
    tokens = _scaled(where, window, TOKENS)
    digest = entry.get("modelHash")
    return {
        "ollama_name": name,
        "tag": tag,
        "served_remotely": remote,
        # Megabytes are the finest unit shown: 102MB is 0.102 and not 0.10200000000000001.
        "size_gb": None if gigabytes is None else round(gigabytes, 3),
        "context_window_tokens": None if tokens is None else int(tokens),
        "input_types": "|".join(_texts(where, entry.get("capabilities"))).lower() or None,
        "model_hash": digest if isinstance(digest, str) and digest else None,
    }


# Series -------------------------------------------------------------------------------------------


def _of_series(path: Path, text: str) -> Dump:
    lines = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        raw = list(lines)
    except csv.Error as error:
        raise ResearchError(
            f"{path}, line {lines.line_num}: is not CSV as it is written elsewhere ({error})."
        ) from None
    lacking = [column for column in SERIES if column not in (lines.fieldnames or [])]
    if lacking:
        raise ResearchError(
            f"{path} has no column {', '.join(lacking)}: expected {', '.join(SERIES)}."
        )
    if not raw:
        raise ResearchError(f"{path} has a header and no rows: expected one a day and name.")
    problems = Counter[str]()
    rows = _each(
        enumerate(raw, start=2), lambda at: _of_a_day(f"{path}, row {at[0]}", at[1]), problems
    )
    with_sizes = any(row["sizes"] for row in raw)
    table = "ollama_library_pulls" if with_sizes else "ollama_registry_pulls"
    return Dump(path, {table: rows}, problems=problems)


def _of_a_day(where: str, row: Row) -> Row:
    if None in row or None in row.values():
        raise Unreadable(
            where, len([cell for cell in row.values() if cell is not None]),
            " cells, expected as many as the header has", "row has other cells than the header",
        )  # fmt: skip
    if not row["model"].strip():
        raise Unreadable(where, "", ", expected the name of a model", "row names no model")
    # Where a scraper failed to count the tags it wrote 0, or something else.
    counted = re.fullmatch("[1-9][0-9]{0,8}", row["tag_count"])
    return {
        "date": _day(where, row["date"]),
        "ollama_name": row["model"].strip(),
        **_pulls(where, row["pulls_text"]),
        "n_tags": int(counted[0]) if counted else None,
        # Scrapers have run sizes together: 135m360m1.7b.
        "sizes": "|".join(SIZE.findall(row["sizes"])) or None,
        "sizes_listed": bool(row["sizes"]),
    }


# Values -------------------------------------------------------------------------------------------


def _pulls(where: str, shown: Any) -> Row:
    """Pulls and their rounding step, read from ``"39.2M"``, ``"74K"`` or ``"9,999"``."""
    if shown in NOTHING:
        return {"ollama_pulls_total": None, "pulls_step": None}
    parts = PULLS.fullmatch(str(shown).replace(",", "").strip())
    total = round(float(parts[1]) * TIMES[parts[2]]) if parts else 0
    if parts is None or total > MOST or isinstance(shown, float):
        raise Unreadable(
            where, shown, " pulls, expected a number such as 9,999 or 39.2M", "pulls are no number"
        )
    return {"ollama_pulls_total": total, "pulls_step": STEPS[parts[2]]}


def _tags(where: str, shown: Any) -> int | None:
    """The number of tags; nothing where the source says nothing."""
    text = "" if shown is None else str(shown).strip()
    if text in NOTHING:
        return None
    if COUNT.fullmatch(text) is None or int(text.replace(",", "")) > MOST:
        raise Unreadable(
            where, shown, " tags, expected a number such as 93", "the number of tags is no number"
        )
    return int(text.replace(",", ""))


def _texts(where: str, badges: Any) -> list[str]:
    texts = badges or []
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Unreadable(where, badges, ", expected a list of texts", "badges are no list of texts")
    return texts


def _scaled(where: str, shown: Any, units: dict[str, Any]) -> float | None:
    if shown in NOTHING:
        return None
    parts = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)\s?([A-Z]*)", str(shown))
    value = float(parts[1]) * units[parts[2]] if parts and parts[2] in units else 0.0
    if not 0 < value < MOST:
        raise Unreadable(
            where, shown, ", expected a number with one of the units "
            f"{', '.join(unit or 'none' for unit in units)}", "a size or window is no number",
        )  # fmt: skip
    return value


def _stated(path: Path, day: str | None) -> str:
    """The day of a whole file."""
    if day is None:
        raise ResearchError(
            f"{path} does not say on which day it was saved. Give --as-of, such as 2026-11-01."
        )
    return _day(str(path), day)


def _day(where: str, text: str) -> str:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = date.max
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Unreadable(where, text, ", which is no day such as 2026-11-01", "the day cannot be")
    return day.isoformat()


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            payload = file.read(LARGEST + 1)
        if len(payload) > LARGEST:
            raise ResearchError(
                f"{path} holds more than {LARGEST:,} bytes, which no page, dump or series does."
            )
        return payload.decode("utf-8-sig")  # a mark of the order of bytes says nothing in UTF-8
    except FileNotFoundError:
        raise ResearchError(f"There is no file {path}. Give the path of a saved page.") from None
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile, zlib.error):
        raise ResearchError(
            f"{path} is not UTF-8 text, plain or compressed with gzip. Save the page anew."
        ) from None
