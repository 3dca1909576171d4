"""Every command met with arguments that it cannot serve: a sentence and exit code 2."""

from __future__ import annotations

import signal
import sys
from typing import NamedTuple

import pytest
from typer.main import get_command

from research import cli

NAMES = {
    "empty": "",
    "above": "..",
    "here": ".",
    "far": "../../nothing",
    "root": "/",
    "slash": "a/b",
    "claim": "tenthe/nothing",
    "long": "x" * 300,
    "long file": "x" * 300 + ".py",
    "unicode": "naïve \u202e智谱.csv",
    "no text": "\udcff\udcfe",
    "control": "a\x1b[31mb\nc",
    "markup": "[bold]x[/24]",
    "folder": "a-folder",
    "python folder": "a-folder.py",
    "binary": "binary.bin",
    "python binary": "binary.py",
    "draft": "folder.draft.json",
}
POSITIONAL = {  # every command that takes a name or a path, and what it needs besides
    "show": (), "explain": (), "run": (), "ask": (), "open": (), "aggregate": (),
    "data show": (), "data verify": (), "data new": (), "data check": (), "data add": (),
    "collect hub-file": (), "collect ollama-library": (), "collect evolution": (),
    "publish tables": (),
    "data diff": ("2025-04-24", "2025-04-24"), "new": ("--table", "tenthe_countries"),
}  # fmt: skip
OPTIONS = (
    ("show", "tasks", "--data", "x"),
    ("show", "tasks", "--data", "../..=1"),
    ("run", "tasks", "--data", "hub_top_models=../.."),
    ("run", "tasks", "--set", "=1"),
    ("run", "tasks", "--set", "spike=\udcff"),
    ("run", "tasks", "--out", "a-file"),
    ("run", "tasks", "--out", "a-file/below"),
    ("explain", "tasks", "--set", "spike"),
    ("ask", "pulls", "--share", "origin"),
    ("ask", "pulls", "--share", "=CN"),
    ("ask", "pulls", "--share", "origin=\x1b[31mCN"),
    ("ask", "pulls", "--share", "origin=\udcff"),
    ("ask", "pulls", "--share", "origin=CN", "--more-than", "much"),
    ("ask", "pulls", "--share", "origin=CN", "--more-than", "nan"),
    ("ask", "pulls", "--share", "origin=CN", "--window", "-1"),
    ("ask", "pulls", "--share", "origin=CN", "--on", "../.."),
    ("ask", "pulls", "--share", "origin=CN", "--set", "rank=1"),
    ("ask", "pulls", "--share", "origin=CN", "--data", "x"),
    ("ask", "pulls", "--share", "origin=CN", "--out", "a-file"),
    ("ask", "pulls", "--rank", "origin", "--top", "0"),
    ("ask", "--values", "origin"),
    ("ask", "pulls", "--values", "nothing"),
    ("reproduce", "--folder", "a-file"),
    ("reproduce", "--check", "--folder", "a-file"),
    ("reproduce", "--jobs", "many"),
    ("open", "--folder", "a-file"),
    ("publish", "page", "--out", "a-folder"),
    ("publish", "page", "--out", "a-file"),
    ("publish", "page", "--out", "a-file/page.html"),
    ("publish", "page", "--results", "a-file"),
    ("publish", "page", "--results", "bad-results"),
    ("publish", "tables", "--out", "a-file"),
    ("publish", "tables", "--results", "a-file"),
    ("publish", "tables", "--results", "bad-results"),
    ("data", "new", "table.csv", "--answers", "a-folder"),
    ("data", "new", "table.csv", "--answers", "binary.bin"),
    ("data", "new", "table.csv", "--name", "../../x"),
    ("data", "new", "table.csv", "--unit", "hosts"),
    ("data", "show", "tenthe", "--version", "../.."),
    ("data", "diff", "tenthe", "..", "/"),
    ("data", "example-scan", "a-file"),
    ("data", "example-scan", "somewhere", "--hosts", "0"),
    ("data", "example-scan", "somewhere", "--form", "xml"),
    ("aggregate", "a-folder", "--name", "../x"),
    ("aggregate", "a-folder", "--name", ""),
    ("aggregate", "binary.bin", "--memory", "much"),
    ("aggregate", "binary.bin", "--threshold", "-1"),
    ("collect", "hub"),
    ("collect", "hub", "--top", "0"),
    ("collect", "hub", "--top", "5", "--version", "../x"),
    ("collect", "hub", "--authors", ""),
    ("collect", "hub-file", "binary.bin", "--as-of", "yesterday"),
    ("collect", "ollama-library", "a-file", "--as-of", "2026-99-99"),
    ("calibrate", "--jobs", "x"),
    ("new", "mine.py", "--table", "../x"),
)


class Ended(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def research(tmp_path, monkeypatch, capfd):
    """The command in this process, in a folder of things that it does not expect."""
    here = tmp_path / "here"  # so that no other test has left anything above it
    here.mkdir()
    for folder in ("a-folder", "a-folder.py", "folder.draft.json", "bad-results"):
        (here / folder).mkdir()
    for file in ("binary.bin", "binary.py", "bad-results/tasks.json"):
        (here / file).write_bytes(b"\x00\xff\xfe" * 100)
    (here / "a-file").write_text("mine")
    (here / "table.csv").write_text("country,hosts\nDE,1\n")
    monkeypatch.chdir(here)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nobody listens
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # pytest's own stay

    def called(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["research", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return Ended(int(ended.value.code or 0), *capfd.readouterr())

    return called


def refused(ended: Ended) -> bool:
    return ended.code == 2 and "Error: " in ended.err and "\x1b" not in ended.err + ended.out


SLOW = {"publish tables", "aggregate"}  # they read much before they can refuse


def named(command: str, name: str):
    """A case, long where the command is slow and another of its kind is not."""
    long = command in SLOW and name not in ("empty", "far", "no text", "folder")
    marks = [pytest.mark.long] if long else []
    return pytest.param(command, NAMES[name], marks=marks, id=f"{command}-{name}")


@pytest.mark.parametrize(
    ("command", "name"),
    # A whole disk is no name to refuse: everything on it would be looked at.
    [named(c, n) for c in POSITIONAL for n in NAMES if (c, n) != ("aggregate", "root")],
)
def test_a_name_that_is_none_is_refused(research, tmp_path, command, name):
    before = sorted(tmp_path.rglob("*"))
    ended = research(*command.split(), name, *POSITIONAL[command])
    assert refused(ended), ended
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("arguments", OPTIONS, ids=" ".join)
def test_an_option_that_makes_no_sense_is_refused(research, tmp_path, arguments):
    ended = research(*arguments)
    assert refused(ended), ended
    assert (tmp_path / "here" / "a-file").read_text() == "mine"


def test_every_command_is_met_with_hostile_arguments():
    met = {tuple(command.split()) for command in POSITIONAL}
    met |= {tuple(word for word in arguments[:2]) for arguments in OPTIONS}
    met |= {arguments[:1] for arguments in OPTIONS}
    takes_nothing = {("list",), ("data", "list")}
    assert set(commands(get_command(cli.app))) - takes_nothing <= met


def commands(group, path=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)
