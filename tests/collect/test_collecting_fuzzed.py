"""Whatever a file or an answer holds: a table, or an error in prose, and nothing half written."""

from __future__ import annotations

import gzip
import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from research.collect import bulk
from research.collect.hub import authors, census, families, top
from research.collect.ollama_library import freeze_files
from research.datasets import Dataset
from research.datasets.files import frame_problems
from research.datasets.reading import read
from research.results import ResearchError
from tests.collect.loopback import Listed, Loopback, body, rows, serving
from tests.collect.taking import take
from tests.collect.test_bulk import DAY, MODELS
from tests.collect.test_ollama_library import LISTED, OF_AN_ACCOUNT, REGISTRY, SEARCHED, SERIES

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("no_token")]

SEED = 20261129
CASES = 100  # of each kind
LONGEST = 60.0  # seconds; the slowest takes one
ODD = [
    None, True, False, 0, -1, 1.5, 1e300, 10**19, -(2**63), 2**63, 10**400, "", "-", " ", "0",
    "\N{SUPERSCRIPT TWO}", "1.2.3K", "-5", "inf", "NaN", "9" * 19, "9" * 400 + "M", "a\nb", "a,b",
    "\x00", "\x1b[31m", "\u202e", "'", '"', "|", "9999-12-31", "10000-01-01", "0001-01-01", "2026",
    "infinity", "2026-11-19T25:00:00Z", [], {}, [[]], [None], {"a": {}}, [1, "a"], {"total": "x"},
    {"total": -5, "parameters": {"F32": -1, "": None}}, {"models": [1, None, {"id": 5}]},
    ["license:"] * 300, "x" * 200_000,
]  # fmt: skip
PIECES = [
    b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b"'", b"<", b">", b"<!--", b"</", b"{", b"}",
    b"[" * 3_000, b",", b",,,", b"\n", b"\r", b"\\", b"\\ud800", b"NaN", b"1e999", b"-1", b"9" * 30,
    b"&#x110000;", b"<li x-test-model>", b'<a href="/library/x">', b"\xe2\x80\xa8",
]  # fmt: skip


def scrambled(chance: random.Random, payload: bytes) -> bytes:
    """Some bytes cut, turned, doubled or put in."""
    for _ in range(chance.randint(1, 3)):
        first, last = sorted(chance.randint(0, len(payload)) for _ in range(2))
        last = min(last, first + chance.choice((1, 10, 300)))
        payload = chance.choice(
            (
                payload[:first],
                payload[:first] + payload[last:],
                payload[:last] + payload[first:],
                payload[:first] + chance.choice(PIECES) + payload[last:],
                payload[:first]
                + bytes(255 - byte for byte in payload[first:last])
                + payload[last:],
            )
        )
    return payload


def twisted(chance: random.Random, value: object) -> object:
    """Somewhere within, another value than belongs there."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        name = chance.choice(list(value))
        if chance.random() < 0.1:
            return {other: kept for other, kept in value.items() if other != name}
        return value | {name: twisted(chance, value[name])}
    if isinstance(value, list) and value and chance.random() < 0.85:
        place = chance.randrange(len(value))
        return [*value[:place], twisted(chance, value[place]), *value[place + 1 :]]
    return chance.choice(ODD)


def is_a_table_or_prose(into: Path, make: Callable[..., Dataset], /, *given, **named) -> bool:
    """Whether it is a table; an exception of any other kind fails the test by itself."""
    began, made, said = time.monotonic(), None, ""
    try:
        made = make(*given, **named)
    except ResearchError as error:
        said = str(error)
    assert made is not None or len(said) > 20
    assert time.monotonic() - began < LONGEST
    assert not [*into.rglob("*.part"), *into.rglob(".*-*.part")]
    if made is None:
        assert not [*into.glob("[!.]*/[!.]*/datapackage.json")]
        return False
    for table, resource in made.resources.items():
        assert frame_problems(read(made, table), resource) == []
    return True


def page() -> bytes:
    return ("<html>" + LISTED * 12 + SEARCHED + OF_AN_ACCOUNT + "</html>").encode()


def registry(chance: random.Random) -> bytes:
    many = {f"{name}{n}": model for n in range(8) for name, model in REGISTRY["models"].items()}
    return json.dumps(twisted(chance, REGISTRY | {"models": many})).encode()


def series(chance: random.Random) -> bytes:
    lines = [SERIES.strip(), *(f"2026-11-{n:02},m{n},9.5K,1,3,7b,now" for n in range(1, 25))]
    at = chance.randrange(len(lines))
    cells = lines[at].split(",")
    cells[chance.randrange(len(cells))] = str(chance.choice(ODD))
    return "\n".join([*lines[:at], ",".join(cells), *lines[at + 1 :]]).encode()


SAVED = {
    "page": lambda chance: scrambled(chance, page()),
    "registry": registry,
    "registry, its bytes": lambda chance: scrambled(chance, json.dumps(REGISTRY).encode()),
    "series": series,
    "series, its bytes": lambda chance: scrambled(chance, SERIES.encode()),
    "packed": lambda chance: scrambled(chance, gzip.compress(SERIES.encode(), mtime=0)),
}


@pytest.mark.parametrize("kind", SAVED)
def test_saved_files_of_the_library(tmp_path, kind):
    chance, tables = random.Random(f"{SEED} {kind}"), 0
    for case in range(CASES):
        path, into = tmp_path / f"{case}.file", tmp_path / str(case)
        path.write_bytes(SAVED[kind](chance))
        tables += is_a_table_or_prose(into, freeze_files, [path], as_of=DAY, into=into)
    assert tables < CASES


SQL = (
    "NULL", "-1", "1.5", "'inf'::DOUBLE", "10::HUGEINT ** 30", "''", "'[]'", "'{'", "[1]", "['']",
    "[NULL]::VARCHAR[]", "{'total': -1}", "{'a': [1]}", "TRUE", "'9999-12-31'", "'a'::BLOB",
    "TIMESTAMP 'infinity'", "DATE '0001-01-01'", "INTERVAL 1 DAY", "uuid()::VARCHAR",
    "MAP {'a': 1}", "repeat('x', 100000)", "TIME '12:00'", "chr(27) || '[31m'",
)  # fmt: skip


def from_file(path: Path, **given) -> Dataset:
    return bulk.freeze_file(path, **given)


@pytest.mark.parametrize("kind", ["columns", "bytes"])
def test_downloaded_tables(tmp_path, kind):
    chance, tables = random.Random(f"{SEED} {kind}"), 0
    names = [name for name, *_ in duckdb.sql(f"DESCRIBE {MODELS}").fetchall()]
    for case in range(CASES // 3):
        path, into = tmp_path / f"{case}.parquet", tmp_path / str(case)
        changed = chance.sample(names, chance.randint(1, 3)) if kind == "columns" else []
        columns = ", ".join(f'{chance.choice(SQL)} AS "{name}"' for name in changed)
        source = f"SELECT * REPLACE ({columns}) FROM ({MODELS})" if columns else MODELS
        duckdb.sql(f"COPY ({source}) TO '{path}' (FORMAT parquet)")
        if kind == "bytes":
            path.write_bytes(scrambled(chance, path.read_bytes()))
        top_list = chance.choice((None, 2))
        tables += is_a_table_or_prose(into, from_file, path, as_of=DAY, most=top_list, into=into)
    assert tables < CASES


@pytest.mark.parametrize("kind", ["values", "bytes"])
def test_answers_of_the_hub(tmp_path, kind):
    chance, tables, models = random.Random(f"{SEED} {kind}"), 0, rows(6)
    names = [row["id"] for row in models]
    queries = [census(), top(6), authors([models[0]["author"], "x"]), families(names[:3])]
    for case in range(CASES // 2):
        query = chance.choice(queries)
        sent = models[0] if query.by_id else models
        if kind == "values":
            text = json.dumps(twisted(chance, sent)).encode()
        else:
            text = scrambled(chance, json.dumps(sent).encode())
        into, code = tmp_path / str(case), chance.choice((200, 200, 200, 400, 429, 500, 302))
        with serving(Loopback(Listed(models), page=4)) as server:
            server.faults = {chance.choice((1, 2)): body(text, code)}
            tables += is_a_table_or_prose(into, take, query, server.address, into, attempts=2)
    assert tables > 0


@pytest.mark.parametrize("name", ["page.json", "rows.json.gz", "collection.json"])
def test_kept_pages(tmp_path, name):
    chance = random.Random(f"{SEED} {name}")
    for case in range(CASES // 3):
        into = tmp_path / str(case)
        with serving(Loopback(Listed(rows(12)), page=4)) as server:
            server.faults = {3: body(b"", 400)}
            with pytest.raises(ResearchError):
                take(census(), server.address, into)
            path = chance.choice(sorted((into / ".collecting").rglob(name)))
            path.write_bytes(scrambled(chance, path.read_bytes()))
            is_a_table_or_prose(into, take, census(), server.address, into)
