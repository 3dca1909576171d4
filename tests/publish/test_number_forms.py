"""Every number that is printed has one form: thin thousands, no break before %, a true minus."""

from __future__ import annotations

import base64
import gzip
import json
import re
from html.parser import HTMLParser

import pytest
from typer.testing import CliRunner

from research.analysis import analyses
from research.cli import app

ASTRAY = re.compile(
    r"(?<![\d.])\d{1,3}[ ,]\d{3}(?!\d)"  # 1,000 and 1 000
    r"|\d ?%"
    r"|(?<![\w.)\]-])-\d"
)
COPIED = {"script", "style", "code", "pre"}  # what is run or copied, and is read by no one
OF_MACHINES = {"arguments", "command"}


class Reader(HTMLParser):
    """The texts of a page that a reader sees."""

    def __init__(self):
        super().__init__()
        self.within, self.texts = [], []

    def handle_starttag(self, tag, _attributes):
        if tag in COPIED:
            self.within.append(tag)

    def handle_endtag(self, tag):
        if tag in COPIED:
            self.within.pop()

    def handle_data(self, data):
        if not self.within:
            self.texts.append(data)


def visible(markup: str) -> list[str]:
    reader = Reader()
    reader.feed(markup)
    return reader.texts


def leaves(value) -> list[str]:
    """The texts of plain data that the page's script shows."""
    if isinstance(value, dict):
        return [text for key in value.keys() - OF_MACHINES for text in leaves(value[key])]
    if isinstance(value, list):
        return [text for item in value for text in leaves(item)]
    return [value] if isinstance(value, str) else []


def unpacked(text: str) -> str:
    return gzip.decompress(base64.b64decode(text)).decode()


def astray(texts) -> list[str]:
    return sorted({text for text in texts if ASTRAY.search(text)})


@pytest.mark.parametrize("text", ["1,000", "of 1 000", "5%", "5 %", "(-2", "-0.2 to 1"])
def test_the_search_finds_other_forms(text):
    assert astray([text]) == [text]


@pytest.mark.parametrize("text", ["1\u202f000", "5\u00a0%", "\u22122", "2026-06-11", "in 2025 100"])
def test_the_search_leaves_the_one_form_alone(text):
    assert astray([text]) == []


def test_the_page_has_one_form_of_numbers(written):
    text = written.read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', text)[1])
    assert astray(visible(text)) == astray(leaves(data["claims"])) == []
    for packed in data["figures"].values():
        assert astray(visible(unpacked(packed))) == []
    for packed in data["cards"].values():
        for question in json.loads(unpacked(packed)):
            assert astray(visible(question["html"])) == []
            assert astray(leaves([question["explorer"], question["sliders"]])) == []


@pytest.mark.parametrize(
    "command", [("list",), *((told, name) for told in ("explain", "show") for name in analyses())]
)
def test_the_terminal_has_one_form_of_numbers(command):
    done = CliRunner().invoke(app, list(command))
    assert done.exit_code == 0
    assert astray(done.output.splitlines()) == []
