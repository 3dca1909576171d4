"""The files of a scan: which they are, and what one holds where it is not what was expected."""

from __future__ import annotations

import codecs
import gzip
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from research.datasets.files import literal
from research.places import unglobbed
from research.results import ResearchError

READABLE = re.compile(r".*\.((jsonl|ndjson|json)(\.gz|\.zst)?|parquet)", re.DOTALL)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")  # of a field: an address is none
TOLD = 20  # names of fields in a message
LONGEST_HEAD = 1_000_000  # bytes of a first line that is looked at


def scan_files(paths: Sequence[Path]) -> list[Path]:
    """The files of records among these files and folders, in order, each once.

    Raises
    ------
    ResearchError
        If a path does not exist, or there is no file that can be read.
    """
    files: dict[Path, Path] = {}
    for path in paths:
        if not path.exists():
            raise ResearchError(f"There is no file or folder {path}. Check the path.")
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        readable = (f for f in inside if f.is_file() and READABLE.fullmatch(f.name.lower()))
        files |= {file.resolve(): file for file in readable if file.resolve() not in files}
    if not files:
        raise ResearchError(
            f"No file of records in {', '.join(map(str, paths))}: the names end in .jsonl, "
            ".ndjson, .json or .parquet, and may end in .gz or .zst after that (not .parquet)."
        )
    return list(files.values())


def is_table(path: Path) -> bool:
    """Whether a file is Parquet; the others hold a record a line."""
    return path.suffix.lower() == ".parquet"


def sql_path(path: Path) -> str:
    """The path as a text of DuckDB's SQL, where it names this file and no other."""
    return literal(unglobbed(path))


def begins_with_mark(path: Path) -> bool:
    """Whether a file of lines begins with a byte-order mark, which JSON does not know."""
    if path.suffix.lower() == ".zst":
        return _first_line(path).startswith(codecs.BOM_UTF8)
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opened(path, "rb") as file:
            return bytes(file.read(len(codecs.BOM_UTF8))) == codecs.BOM_UTF8
    except (EOFError, OSError):  # no such file of gzip: whoever reads it says so
        return False


def what_it_holds(path: Path) -> str:
    """What a file of no valid record holds, and what to do; no value of it is told."""
    if is_table(path):
        return _named(path, [(name,) for name in _columns(path)])
    text = _first_line(path).removeprefix(codecs.BOM_UTF8).decode(errors="replace").strip()
    if text.startswith("["):
        return (
            f"{path} is a JSON array, and a scan is one object a line: jq -c '.[]' "
            f"{path.name} > lines.jsonl makes it one."
        )
    try:
        return _named(path, list(_names(json.loads(text))))
    except (ValueError, RecursionError):
        return f"The first line of {path} is no JSON object (or has over 1 MB); each is to be one."


def _named(path: Path, names: Sequence[tuple[str | int, ...]]) -> str:
    """The names, and how to say what they are; what is no name of a field is not told."""
    fit = [name for name in names if all(isinstance(s, int) or NAME.fullmatch(s) for s in name)]
    dotted = [".".join(map(str, name)) for name in fit]
    if not dotted:
        return f"{path} holds no field with a name. Check that it is an export of a scan."
    more = ", ..." if len(dotted) > TOLD else ""
    return (
        f"{path} holds {', '.join(dotted[:TOLD])}{more}. Say which of them is what: --map "
        f"address=NAME --map observed_at=NAME, and so on (--map port==11434 gives a value to all)."
    )


def _names(node: Any, before: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of an object's values; of a list the first item speaks for all."""
    inner = node.items() if isinstance(node, dict) else enumerate(node[:1])
    for name, value in inner:
        first = value[:1] if isinstance(value, list) else [value]
        if any(isinstance(each, dict) and each for each in first):
            yield from _names(value, (*before, name))
        else:
            yield (*before, name)


def _first_line(path: Path) -> bytes:
    """Of any compression; every byte a letter."""
    import duckdb

    query = (
        f"FROM read_csv({sql_path(path)}, columns = {{line: 'VARCHAR'}}, header = false, "
        "auto_detect = false, delim = '\x01', quote = '', escape = '', strict_mode = false, "
        f"encoding = 'latin-1', max_line_size = {LONGEST_HEAD}, ignore_errors = true) LIMIT 1"
    )
    try:
        row = duckdb.connect().execute(query).fetchone()
    except duckdb.Error:  # whoever reads it says so
        return b""
    return str(row[0]).encode("latin-1", errors="replace") if row else b""


def _columns(path: Path) -> list[str]:
    import duckdb

    rows = duckdb.connect().execute(f"DESCRIBE FROM read_parquet({sql_path(path)})").fetchall()
    return [row[0] for row in rows]
