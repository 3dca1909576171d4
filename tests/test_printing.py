"""Texts of others on the terminal: nothing in them is markup, nothing steers it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from research.cli import printing
from research.wording import readable

HOSTILE = "[/24] [red]hosts[/red] :smile: \x1b[31m\x9b2J\r\u202e\ud800"
SHOWN = r"[/24] [red]hosts[/red] :smile: \u001b[31m\u009b2J\u000d\u202e\ud800"
DESCRIPTOR = {
    "name": HOSTILE, "version": HOSTILE, "title": HOSTILE, "description": HOSTILE,
    "citation": HOSTILE, "licenses": [{"name": HOSTILE}], "sources": [{"title": HOSTILE}],
    "knownLimitations": [HOSTILE],
    "resources": [
        {"name": HOSTILE, "rows": 3, "schema": {"fields": [
            {"name": HOSTILE, "type": "string", "unit": HOSTILE, "description": HOSTILE}]}}
    ],
}  # fmt: skip


def test_what_steers_a_terminal_is_shown_and_all_else_stays():
    assert readable(HOSTILE) == SHOWN
    assert readable("Côte d'Ivoire, 中国\n\tنعم 👩‍🔬") == "Côte d'Ivoire, 中国\n\tنعم 👩‍🔬"


@pytest.mark.parametrize(
    "printed",
    [
        lambda: printing.print_rows([{"title": HOSTILE}], as_json=False),
        lambda: printing.print_dataset(DESCRIPTOR, HOSTILE),
        lambda: printing.say(HOSTILE),
        lambda: printing.write(HOSTILE, first=" ", later=" ", bold=True),
    ],
)
def test_every_way_to_print_shows_a_text_as_it_is(printed, capsys):
    printed()
    said = capsys.readouterr().out
    assert SHOWN in " ".join(said.split())
    assert readable(said) == said


def test_json_stays_json(capsys):
    printing.print_json({"title": HOSTILE})
    said = capsys.readouterr().out
    assert readable(said) == said
    assert json.loads(said) == {"title": HOSTILE}


def test_nothing_is_printed_past_the_printing_code():
    """Markup and control characters are dealt with there: a bare print would pass them."""
    folder = Path(printing.__file__).parent
    bare = [
        f"{path.name}: {line.strip()}"
        for path in folder.glob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith(("print(", "from rich.markup", "Console("))
        and path.name != "printing.py"
    ]
    assert bare == []


def test_what_the_terminal_cannot_write_is_shown_by_number():
    code = (
        "import sys; from research import cli; from research.results import ResearchError\n"
        "def refuse(**_): raise ResearchError('中国')\n"
        "cli.app = refuse; cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-c", code], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, "Error: \\u4e2d\\u56fd\n")
