"""Each print as it stands, at 60, 80 and 150 columns: a text file each, in ``tests/prints``.

Where a print is meant to change, ``RENEW_PRINTS=1 pytest tests/test_prints.py`` writes them anew.
Committed results are printed: nothing is fitted, and one process prints all.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import research.analysis
import research.datasets
from research import places
from research.analysis import analyses, recorded, recorded_verdicts
from research.cli import app, printing
from research.cli.analyses import MADE, known_claims
from research.publish.claims import answer_claims, answered, verdicts_on_record
from research.publish.explanation import of_claim, of_result
from research.publish.headlines import headlines

HERE = Path(__file__).parent / "prints"
RESULTS = places.bundled() / "paper" / "results"
WIDTHS = 60, 80, 150
TWO_SCREENS = 80
TEN_LINES = 13  # of 80 columns, about
LISTED = (
    "city_concentration",
    "clone_block",
    "parameter_scale",
    "ports_and_protocols",
    "us_and_china_share",
)
DATASETS = ("published_claims", "tenthe")
PRINTS = {
    "start": (),
    "help": ("--help",),
    "help_run": ("run", "--help"),
    "list": ("list",),
    "show": ("show", "ports_and_protocols"),
    "run": ("run", "ports_and_protocols"),
    "run_claim": ("run", "tenthe/http-majority"),
    "explain_analysis": ("explain", "parameter_scale"),
    "explain_claim": ("explain", "tenthe/china-more-small"),
    "explain_fragile": ("explain", "tenthe/city-concentration"),
    "explain_not_testable": ("explain", "tenthe/us-china-share"),
    "data_list": ("data", "list"),
    "data_show": ("data", "show", "tenthe_parameter_scale"),
}


@pytest.fixture
def typed(monkeypatch, capsys):
    """Types a command at a width and gives what it prints; a run gives the committed result."""
    shipped, outlines = research.datasets.datasets(), research.analysis.outlines()
    known = {name: shipped[name] for name in DATASETS}
    monkeypatch.setattr(research.datasets, "datasets", lambda: known)
    monkeypatch.setattr(
        research.analysis, "outlines", lambda: [one for one in outlines if one.name in LISTED]
    )
    monkeypatch.setattr(
        research.analysis, "run", lambda analysis, **_: recorded(analysis.name, RESULTS)
    )
    monkeypatch.chdir(places.bundled())

    def at(width, *words):
        monkeypatch.setenv("COLUMNS", str(width))
        app(list(words), prog_name="research", standalone_mode=False)
        return capsys.readouterr().out

    return at


@pytest.mark.parametrize("name", PRINTS)
def test_a_print_is_as_it_stands(typed, name):
    for width in WIDTHS:
        stands, printed = HERE / f"{name}_{width}.txt", typed(width, *PRINTS[name])
        if os.environ.get("RENEW_PRINTS"):
            stands.write_text(printed, encoding="utf-8")
        assert printed == stands.read_text(encoding="utf-8"), f"RENEW_PRINTS=1: {stands.name}"


@pytest.mark.parametrize("name", PRINTS)
def test_a_print_keeps_to_its_width_and_cuts_no_word(name):
    """A line is longer only where a single word is, such as an address."""
    texts = {w: (HERE / f"{name}_{w}.txt").read_text(encoding="utf-8") for w in WIDTHS}
    for width, text in texts.items():
        for line in text.splitlines():
            assert len(line) <= width or len(max(line.split(), key=len)) > width - 14
    if not name.startswith(("help", "explain")):  # the former is laid out by click, the latter cut
        words = [sorted(set(re.findall(r"\w{5,}", text))) for text in texts.values()]
        assert words[0] == words[1] == words[2]


@pytest.fixture(scope="module")
def results():
    return [recorded(name, RESULTS) for name in analyses()]


def test_every_explanation_fits_two_screens(results, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    words = {answer.id: answer.word for answer in answered(results)}
    told = [of_result(result, words) for result in results]
    told += [of_claim(answer) for answer in answer_claims(results)]
    for each in told:
        printing.print_explanation(each)
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) <= TWO_SCREENS, each.title


def test_the_study_ends_with_its_findings_in_words_and_where_it_lies(results, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    made = {name: f"mine/build/{name}" for name in MADE}
    printing.print_findings(results, Path("mine"), made)
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) <= TEN_LINES
    flat = " ".join(printed.split())
    for told in (
        *(found.headline for found in headlines(results)),
        *made.values(),
        "research list",
    ):
        assert told in flat
    counted = re.search(r"(\d+) claims: (.*?)\.", flat)
    parts = [int(number) for number in re.findall(r"(?:^|; )(\d+) ", counted[2])]
    assert sum(parts) == int(counted[1]) == len(known_claims())


def test_an_explanation_begins_with_the_word_of_the_claim(results):
    for answer in answer_claims(results):
        headline = of_claim(answer).headline
        assert headline.lower().startswith(answer.word)
        assert headline.endswith(".")


def test_an_assumption_is_said_once(results):
    for result in results:
        (assumed,) = (s for s in of_result(result, {}).sections if s.heading == "Assumptions")
        names = [item.split(": ")[0] for item in assumed.items]
        assert len(names) == len(set(names))


def test_verdicts_are_read_without_numbers_as_with_them(results):
    light = [recorded_verdicts(result.analysis, RESULTS) for result in results]
    words = {answer.id: answer.word for answer in answered(results)}
    assert {answer.id: answer.word for answer in answered(light)} == words
    assert list(words) == sorted(known_claims())


def test_a_file_that_is_no_result_says_nothing(tmp_path):
    (tmp_path / "notes.json").write_text("{}")
    (tmp_path / "tasks.json").write_text("not JSON")
    assert verdicts_on_record(tmp_path) == ({}, {})


def test_rows_without_room_stand_below_one_another():
    rows = [{"name": "a_name_that_is_long", "title": "words that may be broken", "empty": ""}]
    assert printing.table(rows, 60) == [
        "name                 title",
        "a_name_that_is_long  words that may be broken",
    ]
    assert printing.table(rows, 34) == [
        "name                 title",
        "a_name_that_is_long  words that",
        "                     may be broken",
    ]
    assert printing.table(rows, 24) == [
        "a_name_that_is_long",
        "  title: words that may",
        "  be broken",
    ]
