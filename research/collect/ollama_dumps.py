"""What a saved file of the public Ollama library says, as rows of the tables of ``ollama_library``.

Three kinds are read: saved pages of the library's list (HTML), a registry dump (JSON with
``models`` by name and their ``tags`` within), and a series of pulls by day (CSV).
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from research.collect.ollama_pages import CLOUD, Entry, entries
from research.results import ResearchError

PULLS = re.compile(r"([\d.]+)([KM]?)")
# The site shows one decimal from 10,000 on and drops it where it is 0, so "74K" is 74.0K.
STEPS = {"": 1, "K": 100, "M": 100_000}
TIMES = {"": 1, "K": 1_000, "M": 1_000_000}
GIGABYTES = {"MB": 1e-3, "GB": 1.0, "TB": 1e3}
TOKENS = {"": 1, "K": 1024, "M": 1024**2}
REMOTE = re.compile(r"(.*-)?cloud")  # answered by Ollama's own servers; nothing is downloaded
SIZE = re.compile(r"e?\d+(?:\.\d+)?(?:x\d+)?[mb]")  # 7b, 1.5b, 8x7b, e2b, 135m
SERIES = ("date", "model", "pulls_text", "tag_count", "sizes")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dump:
    """What one file says: rows by table, of the days that it holds, and rows it left out."""

    path: Path
    rows: dict[str, list[Row]]
    left_out: int = 0


def read(path: Path, *, as_of: str | None = None) -> Dump:
    """The rows of one file, by table.

    Raises
    ------
    ResearchError
        If the file is none of the kinds that are read here, or its day is not known.
    """
    text = _text(path)
    if text.lstrip().startswith("{"):
        return _of_registry(path, text)
    if text.lstrip().startswith("<"):
        return _of_page(path, text, _day(path, as_of))
    if text.split("\n", 1)[0].strip().split(",")[:3] == list(SERIES[:3]):
        return _of_series(path, text)
    raise ResearchError(
        f"{path} begins with '{text.lstrip()[:30]}': expected a saved page of the Ollama library "
        f"(HTML), a registry dump (JSON) or a series of pulls (CSV with {', '.join(SERIES)})."
    )


# Kinds of files -----------------------------------------------------------------------------------


def _of_page(path: Path, text: str, day: str) -> Dump:
    found = entries(text)
    named = [entry for entry in found if entry.name]
    if not named:
        raise ResearchError(
            f"{path} is HTML without any entry of the Ollama library: expected elements with the "
            "attribute x-test-model and links to /library/NAME. Save the page of the list "
            "(ollama.com/library or ollama.com/search) itself, as HTML and not as text."
        )
    rows = [_listed(path, entry) for entry in named]
    return Dump(
        path,
        {
            "ollama_library_pulls": [{"date": day, **row} for row in rows],
            "ollama_library_names": [{"as_of": day, **row} for row in rows],
        },
        left_out=len(found) - len(named),
    )


def _listed(path: Path, entry: Entry) -> Row:
    where = f"{path}, entry '{entry.name}'"
    counted = re.match(r"[\d,]+", entry.tags)
    if not counted:
        raise ResearchError(f"{where}: found '{entry.tags}' tags, expected a number such as 93.")
    # A badge of the cloud says that some tags are remote, not that all are.
    remote = None if CLOUD in entry.capabilities else False
    return {
        "ollama_name": entry.name,
        **_pulls(where, entry.pulls),
        "n_tags": int(counted[0].replace(",", "")),
        "sizes": "|".join(size for size in entry.sizes if SIZE.fullmatch(size)) or None,
        "sizes_listed": bool(entry.sizes),
        "capabilities": "|".join(sorted(set(entry.capabilities))) or None,
        "remote_only": remote,
    }


def _of_registry(path: Path, text: str) -> Dump:
    try:
        dump = json.loads(text)
        day, models = str(dump["lastUpdated"])[:10], dict(dump["models"])
        tags = [
            {"as_of": day, "ollama_name": name, **_tag(f"{path}, tag '{name}:{tag}'", tag, entry)}
            for name, model in models.items()
            for tag, entry in model["tags"].items()
        ]
        names = [_named(path, name, model) for name, model in models.items()]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResearchError(
            f"{path} is no registry dump: {type(error).__name__} {error}. Expected JSON with "
            "'lastUpdated' and 'models', and per model 'pullCount', 'tagCount', 'categories' and "
            "'tags'."
        ) from None
    if not names:
        raise ResearchError(f"{path} lists no models: expected at least one under 'models'.")
    return Dump(
        path,
        {
            "ollama_registry_pulls": [{"date": _day(path, day), **row} for row in names],
            "ollama_library_names": [{"as_of": day, **row} for row in names],
            "ollama_library_tags": tags,
        },
    )


def _named(path: Path, name: str, model: Row) -> Row:
    remote = [REMOTE.fullmatch(tag) is not None for tag in model["tags"]]
    return {
        "ollama_name": name,
        **_pulls(f"{path}, model '{name}'", model["pullCount"]),
        "n_tags": model["tagCount"],
        "capabilities": "|".join(sorted(model["categories"])) or None,
        "remote_only": all(remote) if remote else None,
    }


def _tag(where: str, tag: str, entry: Row) -> Row:
    remote = REMOTE.fullmatch(tag) is not None
    # A remote tag has no size, and scrapers take the context window that follows for it.
    size, window = (None, entry["size"]) if remote else (entry["size"], entry["contextWindow"])
    gigabytes = _scaled(where, size, GIGABYTES)
    tokens = _scaled(where, window, TOKENS)
    return {
        "tag": tag,
        "served_remotely": remote,
        # Megabytes are the finest unit shown: 102MB is 0.102 and not 0.10200000000000001.
        "size_gb": None if gigabytes is None else round(gigabytes, 3),
        "context_window_tokens": None if tokens is None else int(tokens),
        "input_types": "|".join(entry["capabilities"]).lower() or None,
        "model_hash": entry["modelHash"] or None,
    }


def _of_series(path: Path, text: str) -> Dump:
    lines = csv.DictReader(text.splitlines())
    lacking = [column for column in SERIES if column not in (lines.fieldnames or [])]
    if lacking:
        raise ResearchError(
            f"{path} has no column {', '.join(lacking)}: expected {', '.join(SERIES)}."
        )
    raw = list(lines)
    if not raw:
        raise ResearchError(f"{path} has a header and no rows: expected one a day and name.")
    with_sizes = any(row["sizes"] for row in raw)
    rows = [_of_a_day(f"{path}, row {at}", row) for at, row in enumerate(raw, start=2)]
    return Dump(path, {"ollama_library_pulls" if with_sizes else "ollama_registry_pulls": rows})


def _of_a_day(where: str, row: Row) -> Row:
    counted = int(row["tag_count"]) if row["tag_count"].isdigit() else 0
    return {
        "date": _day(where, row["date"]),
        "ollama_name": row["model"],
        **_pulls(where, row["pulls_text"]),
        "n_tags": counted or None,  # where a scraper failed to count it wrote 0
        # Scrapers have run sizes together: 135m360m1.7b.
        "sizes": "|".join(SIZE.findall(row["sizes"])) or None,
        "sizes_listed": bool(row["sizes"]),
    }


# Values -------------------------------------------------------------------------------------------


def _pulls(where: Any, shown: str | None) -> Row:
    """Pulls and their rounding step, read from ``"39.2M"``, ``"74K"`` or ``"9,999"``."""
    if not shown:
        return {"ollama_pulls_total": None, "pulls_step": None}
    parts = PULLS.fullmatch(shown.replace(",", "").strip())
    if parts is None:
        raise ResearchError(
            f"{where}: found '{shown}' pulls, expected a number such as 9,999 or 39.2M."
        )
    total = round(float(parts[1]) * TIMES[parts[2]])
    return {"ollama_pulls_total": total, "pulls_step": STEPS[parts[2]]}


def _scaled(where: str, shown: str | None, units: dict[str, Any]) -> float | None:
    if not shown:
        return None
    parts = re.fullmatch(r"([\d.]+)\s*([A-Z]*)", shown)
    if parts is None or parts[2] not in units:
        raise ResearchError(
            f"{where}: found '{shown}', expected a number with one of the units "
            f"{', '.join(unit or 'none' for unit in units)}."
        )
    return float(parts[1]) * float(units[parts[2]])


def _day(where: Any, day: str | None) -> str:
    if day is None:
        raise ResearchError(
            f"{where} does not say on which day it was saved. Give --as-of, such as 2026-11-01."
        )
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        raise ResearchError(f"{where}: '{day}' is no day such as 2026-11-01.") from None


def _text(path: Path) -> str:
    try:
        payload = path.read_bytes()
        return (gzip.decompress(payload) if payload[:2] == b"\x1f\x8b" else payload).decode()
    except FileNotFoundError:
        raise ResearchError(f"There is no file {path}. Give the path of a saved page.") from None
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile):
        raise ResearchError(
            f"{path} is not UTF-8 text, plain or compressed with gzip. Save the page anew."
        ) from None
