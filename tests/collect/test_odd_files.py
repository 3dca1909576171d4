"""Odd files of every kind that a person's table comes in: a table, or an error in prose.

Never a traceback, a hang or a half-written file. The files are invented from a seed, so that one
that fails can be made again.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import random
import signal
import zipfile
from contextlib import contextmanager

import openpyxl
import pytest
import typer
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from typer.testing import CliRunner

from research.cli import data, own_data
from research.results import ResearchError

SEEDS = range(60)
PATIENCE = 120  # seconds for one file: far beyond what any needs
TABLE = "country,hosts,share,day,new\nChad,12,0.5,2026-11-01,true\nFrance,4,1.25,2026-11-04,false\n"
ANSWERS = {
    "title": "T", "description": "D.", "version": "2026-11-05", "licence": "CC0-1.0",
    "source": "S", "citation": "C.", "limitation": "L.",
}  # fmt: skip
CELLS = [
    "a", "", "1", "-3", "1.932", "1,5", "1.234,5", "12 %", "007", "NA", "nan", "inf", "1e999",
    "9" * 30, "2026-11-01", "2026-02-30", "01.11.2026", "0001-01-01", "9999-12-31", "true", "Korea",
    "Chad", "36", "\r", "a\rb", '"', "'", "[/24]", "\x1b[2J", "\u202e", "é", "中国", "\x00", "=1+1",
    "-", "x" * 300,
]  # fmt: skip
ENDS = ["\n", "\n", "\r\n", "\r"]
VALUES = [
    None, True, 0, -1, 10**400, 1e308, "", "x", "../../out", "/etc/passwd", "a/b", "..", "\ud800",
    "\x00", "http://127.0.0.1:9/x.json", [], {}, [1], [[]], {"a": {}}, "integer", "date", "(a+)+$",
    "(", "%d", ["hosts"], "2026-11-05", "csv", "parquet", "sha256:0",
]  # fmt: skip

app = typer.Typer()
for command in (own_data.new, own_data.check, own_data.add, data.list_data, data.show_data,
                data.verify_data):  # fmt: skip
    app.command()(command)

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no alarm clock on this system"),
    # pandas and openpyxl remark on odd cells, and leave damaged archives to the collector.
    pytest.mark.filterwarnings("ignore"),
]


@contextmanager
def patience():
    def hangs(*_):
        raise AssertionError("a file kept the program busy without end")

    before = signal.signal(signal.SIGALRM, hangs)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run(*arguments):
    """The exit code; a traceback is anything but an error in prose."""
    with patience():
        done = CliRunner().invoke(app, list(map(str, arguments)))
    if isinstance(done.exception, ResearchError):
        assert len(str(done.exception)) > 20
        return 2
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code


@pytest.fixture
def here(tmp_path, monkeypatch):
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    return inside


def left_whole(here):
    """Nothing is half written, nothing lies outside, and what was added is as frozen."""
    assert [path.name for path in here.parent.iterdir()] == ["inside"]
    names = [path.name for path in here.rglob("*")]
    assert not [name for name in names if name.endswith(".part")]
    for path in here.glob("datasets/*"):
        assert run("verify-data", path.name) == 0


def journey(here, file):
    """All that one does with a table."""
    (here / "answers.json").write_text(json.dumps(ANSWERS))
    if run("new", file, "--name", "mine", "--answers", "answers.json") == 0:
        path = here / "mine.draft.json"
        package = json.loads(path.read_text(encoding="utf-8"))
        for field in package["resources"][0]["schema"]["fields"]:
            field |= {"description": "D", "unit": field["unit"] or "text"}
        path.write_text(json.dumps(package), encoding="utf-8")
        checked = run("check", "mine")
        added = run("add", "mine")
        assert (checked == 0) == (added == 0)
    left_whole(here)


@pytest.mark.parametrize("seed", SEEDS)
def test_odd_text(here, seed):
    """Well quoted and of one width as a rule: else all would be refused at the door."""
    draw = random.Random(seed)
    delimiter, width = draw.choice(",;\t|"), draw.randint(1, 4)
    rows = [[f"c{at}" for at in range(width)], *odd_rows(width, draw)]
    if draw.random() < 0.2:
        rows.insert(
            draw.randint(0, 1), draw.choice([[f"sep={delimiter}"], ["Title"], [], ["a"] * 6])
        )
    text = io.StringIO()
    if draw.random() < 0.8:
        csv.writer(text, delimiter=delimiter, lineterminator=draw.choice(ENDS)).writerows(rows)
    else:
        text.write(draw.choice(ENDS).join(delimiter.join(row) for row in rows))
    encoding = draw.choice(["utf-8", "utf-8", "utf-16", "utf-8-sig", "cp1252"])
    payload = text.getvalue().encode(encoding, "replace")
    (here / "mine.csv").write_bytes(scrambled(payload, draw) if draw.random() < 0.15 else payload)
    journey(here, "mine.csv")


def odd_rows(width, draw):
    """Rows whose columns hold a few of the odd cells each."""
    pools = [draw.sample(CELLS, draw.randint(1, 3)) for _ in range(width)]
    return [[draw.choice(pool) for pool in pools] for _ in range(draw.randint(1, 8))]


def scrambled(payload, draw):
    """Some bytes changed, and perhaps the end cut off."""
    changed = bytearray(payload)
    for _ in range(draw.randint(1, 8)):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed[: draw.randint(1, len(changed))] if draw.random() < 0.3 else changed)


@pytest.mark.parametrize("seed", SEEDS)
def test_odd_workbooks(here, seed):
    draw = random.Random(seed)
    book = openpyxl.Workbook()
    width = draw.randint(1, 4)
    for row in [[f"c{at}" for at in range(width)], *odd_rows(width, draw)]:
        numbers = [draw.choice([cell, cell, draw.randint(0, 9), 1.932]) for cell in row]
        book.active.append([without_control(cell) for cell in numbers])
    packed = io.BytesIO()
    book.save(packed)
    payload = packed.getvalue()
    if draw.random() < 0.5:
        payload = damaged(packed, draw)
    (here / "mine.xlsx").write_bytes(scrambled(payload, draw) if draw.random() < 0.1 else payload)
    journey(here, "mine.xlsx")


def without_control(cell):
    """openpyxl writes no control characters."""
    return ILLEGAL_CHARACTERS_RE.sub("", cell) if isinstance(cell, str) else cell


def damaged(packed, draw):
    """A workbook of which one part is not what it was."""
    odd = io.BytesIO()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(odd, "w") as new:
        chosen = draw.choice(old.infolist())
        for part in old.infolist():
            payload = old.read(part)
            if part is chosen:
                payload = draw.choice([scrambled(payload, draw), b"", b"<a/>"])
            new.writestr(part, payload)
    return odd.getvalue()


def changed(package, draw):
    """A JSON value with some of it replaced, removed or put elsewhere."""
    package = copy.deepcopy(package)
    for _ in range(draw.randint(1, 2)):
        value, steps = package, []
        while isinstance(value, dict | list) and value and (not steps or draw.random() < 0.8):
            keys = list(value) if isinstance(value, dict) else range(len(value))
            steps.append((value, draw.choice(list(keys))))
            value = value[steps[-1][1]]
        inside, key = steps[-1]
        if draw.random() < 0.2:
            del inside[key]
        elif draw.random() < 0.2 and isinstance(inside, dict):
            inside[draw.choice(["constraints", "dialect", "pattern", "profile", "format"])] = (
                draw.choice(VALUES)
            )
        else:
            inside[key] = draw.choice(VALUES)
    return json.dumps(package)


def drafted(here):
    """A draft that can be added."""
    (here / "hosts.csv").write_text(TABLE)
    (here / "answers.json").write_text(json.dumps(ANSWERS))
    options = [f"--describe={name}=D" for name in TABLE.split("\n")[0].split(",")]
    options += ["--unit=hosts=hosts", "--unit=share=share", "--key=country"]
    assert run("new", "hosts.csv", "--answers", "answers.json", *options) == 0
    return here / "hosts.draft.json"


def written_anew(path, draw):
    text = changed(json.loads(path.read_text()), draw).encode()
    path.write_bytes(scrambled(text, draw) if draw.random() < 0.1 else text)


@pytest.mark.parametrize("seed", SEEDS)
def test_odd_drafts(here, seed):
    written_anew(drafted(here), random.Random(seed))
    checked = run("check", "hosts.draft.json")
    added = run("add", "hosts.draft.json")
    assert (checked == 0) == (added == 0)
    left_whole(here)


@pytest.mark.parametrize("seed", SEEDS)
def test_odd_descriptors(here, seed):
    draft = drafted(here)
    assert run("add", "hosts") == 0
    draft.unlink()
    written_anew(here / "datasets/hosts/2026-11-05/datapackage.json", random.Random(seed))
    for command in ("check", "show-data", "verify-data"):
        run(command, "hosts")
    run("list-data")
