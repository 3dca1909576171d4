"""Saved files of the Ollama library in the form of the bundled dataset."""

from __future__ import annotations

import gzip
import json
import time

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

import research
from research.cli.collect_files import ollama_library
from research.collect.ollama_dumps import read
from research.collect.ollama_library import freeze_files, resource
from research.collect.ollama_pages import entries
from research.datasets import describe, sources, verify
from research.results import ResearchError

TABLES = [
    "ollama_library_pulls", "ollama_registry_pulls", "ollama_library_names", "ollama_library_tags",
]  # fmt: skip
DAY = "2026-11-20"
# The two ways in which the site writes an entry: its list, and its search.
LISTED = """
<li x-test-model class="flex"><a href="/library/qwen3" class="group">
  <div x-test-model-title title="qwen3"><h2><span>qwen3</span></h2>
    <p>Words &amp; more words, in the cloud <br> and elsewhere.</p></div>
  <div><span x-test-capability class="a">tools</span><span x-test-capability>Thinking</span>
    <span class="b">cloud</span><span x-test-size>0.6b</span><span x-test-size>8b</span>
    <span x-test-size>30b</span></div>
  <p><span><svg><path d="M1 1"/></svg><span x-test-pull-count>35M</span><span>&nbsp;Pulls</span>
    </span><span><span x-test-tag-count>58</span>&nbsp;Tags</span>
    <span x-test-updated>2 weeks ago</span></p></a></li>"""
SEARCHED = """
<li x-test-model><a href="/library/nomic-embed-text"><div title="nomic-embed-text">
  <h2><span x-test-search-response-title>nomic-embed-text</span></h2></div>
  <span x-test-capability>embedding</span>
  <p><span x-test-pull-count>9,876</span><span x-test-tag-count>1,003 Tags</span></p></a></li>"""
OF_AN_ACCOUNT = """
<li x-test-model><a href="/someone/model"><span x-test-pull-count>1K</span>
  <span x-test-tag-count>1</span></a></li>"""
REGISTRY = {
    "lastUpdated": "2026-11-20T22:59:52.837Z",
    "models": {
        "qwen3": {
            "description": "Words.",
            "categories": ["tools", "cloud"],
            "pullCount": "35.1M",
            "tagCount": 2,
            "tags": {
                "latest": {"size": "102MB", "contextWindow": "40K", "modelHash": "abc",
                           "capabilities": ["Text", "Image"]},
                "480b-cloud": {"size": "256K", "contextWindow": "", "modelHash": "def",
                               "capabilities": ["Text"]},
            },
        },
        "far": {
            "categories": ["cloud"],
            "pullCount": "",
            "tagCount": 1,
            "tags": {"cloud": {"size": "1M", "contextWindow": "", "modelHash": "",
                               "capabilities": []}},
        },
    },
}  # fmt: skip
SERIES = """date,model,pulls_text,pulls,tag_count,sizes,updated_text_or_date
2026-11-18,smollm,9.5K,9500,0,135m360m1.7b,now
2026-11-19,smollm,9.6K,9600,94,135m360m1.7b,now
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def page(here, *parts, name="library.html"):
    path = here / name
    path.write_text("<!doctype html><html><body><ul>" + "".join(parts) + "</ul></body></html>")
    return path


def registry(here, change=None):
    dump = json.loads(json.dumps(REGISTRY))
    if change:
        change(dump)
    path = here / "models.json"
    path.write_text(json.dumps(dump))
    return path


def filled(row):
    return dict(row.dropna())


def test_both_kinds_of_entries_are_read_and_descriptions_are_not():
    listed, searched, other = entries(LISTED + SEARCHED + OF_AN_ACCOUNT)
    assert (listed.name, listed.pulls, listed.tags) == ("qwen3", "35M", "58")
    assert listed.sizes == ["0.6b", "8b", "30b"]
    assert listed.capabilities == ["tools", "thinking", "cloud"]
    assert (searched.name, searched.pulls, searched.tags) == (
        "nomic-embed-text", "9,876", "1,003 Tags",
    )  # fmt: skip
    assert other.name == ""


def test_a_saved_page_fills_pulls_and_names(here):
    dataset = freeze_files([page(here, LISTED, SEARCHED, OF_AN_ACCOUNT)], as_of=DAY)
    assert list(dataset.resources) == ["ollama_library_pulls", "ollama_library_names"]
    names = research.datasets.reading.read(dataset, "ollama_library_names")
    many, embedding = (filled(row) for _, row in names.set_index("ollama_name").iterrows())
    assert many == {
        "as_of": pd.Timestamp(DAY), "ollama_pulls_total": 35_000_000, "pulls_step": 100_000,
        "n_tags": 58, "sizes": "0.6b|8b|30b", "sizes_listed": True,
        "capabilities": "cloud|thinking|tools",
    }  # fmt: skip  # whether all tags are remote is not known
    assert embedding == {
        "as_of": pd.Timestamp(DAY), "ollama_pulls_total": 9_876, "pulls_step": 1,
        "n_tags": 1003, "sizes_listed": False, "capabilities": "embedding", "remote_only": False,
    }  # fmt: skip
    assert "1 entries of the pages are not names" in dataset.descriptor["knownLimitations"][0]
    assert verify("ollama_library", DAY) == []


def test_a_registry_dump_fills_names_tags_and_the_second_series(here):
    dataset = freeze_files([registry(here)])
    assert list(dataset.resources) == [
        "ollama_registry_pulls", "ollama_library_names", "ollama_library_tags",
    ]  # fmt: skip
    assert dataset.version == DAY
    tags = research.datasets.reading.read(dataset, "ollama_library_tags").set_index("tag")
    latest, remote, other = (filled(tags.loc[tag]) for tag in ("latest", "480b-cloud", "cloud"))
    common = {"as_of": pd.Timestamp(DAY), "ollama_name": "qwen3"}
    assert latest == common | {
        "served_remotely": False, "size_gb": 0.102, "context_window_tokens": 40 * 1024,
        "input_types": "text|image", "model_hash": "abc",
    }  # fmt: skip
    assert remote == common | {
        "served_remotely": True, "context_window_tokens": 256 * 1024, "input_types": "text",
        "model_hash": "def",
    }  # fmt: skip
    assert other["context_window_tokens"] == 1024**2
    names = research.datasets.reading.read(dataset, "ollama_library_names")
    assert names["remote_only"].tolist() == [False, True]
    assert names["ollama_pulls_total"].isna().tolist() == [False, True]


def test_a_page_and_a_dump_of_one_day_complete_each_other(here):
    dataset = freeze_files([page(here, LISTED), registry(here)], as_of=DAY)
    assert set(dataset.resources) == set(TABLES)
    names = research.datasets.reading.read(dataset, "ollama_library_names")
    first = filled(names.iloc[0])
    assert (first["ollama_pulls_total"], first["sizes"]) == (35_000_000, "0.6b|8b|30b")
    assert not first["remote_only"]


def test_an_entry_that_came_on_two_pages_stands_once(here):
    pages = [page(here, LISTED), page(here, LISTED.replace("35M", "35.1M"), name="2.html")]
    dataset = freeze_files(pages, as_of=DAY)
    frame = research.datasets.reading.read(dataset, "ollama_library_pulls")
    assert frame["ollama_pulls_total"].tolist() == [35_000_000]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("text", "table"),
    [
        (SERIES, "ollama_library_pulls"),
        (SERIES.replace("135m360m1.7b", ""), "ollama_registry_pulls"),
    ],
)
def test_a_series_by_day(here, text, table, packed):
    path = here / "series.csv"
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    dataset = freeze_files([path])
    assert (list(dataset.resources), dataset.version) == ([table], "2026-11-19")
    frame = research.datasets.reading.read(dataset, table)
    assert frame["ollama_pulls_total"].tolist() == [9_500, 9_600]
    assert frame["pulls_step"].tolist() == [100, 100]
    assert frame["n_tags"].isna().tolist() == [True, False]
    if table == "ollama_library_pulls":
        assert frame["sizes"].tolist() == ["135m|360m|1.7b"] * 2


@pytest.mark.parametrize("table", TABLES)
def test_the_form_is_that_of_the_bundled_table(table):
    bundled, mine = describe("ollama_library").resources[table]["schema"], resource(table)["schema"]
    form, bundled_form = (
        [(field["name"], field["type"], field["unit"]) for field in schema["fields"]]
        for schema in (mine, bundled)
    )
    assert form == bundled_form
    assert mine["primaryKey"] == bundled["primaryKey"]


def test_the_version_stands_in_for_the_bundled_one(here):
    freeze_files([page(here, LISTED)], as_of=DAY)
    found = sources(["ollama_library_pulls", "ollama_library_tags"], {"ollama_library": DAY})
    assert len(found["ollama_library_pulls"].load()) == 1
    assert found["ollama_library_tags"] is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "begins with '': expected a saved page"),
        (b"qwen3 35M", "begins with 'qwen3 35M': expected a saved page of the Ollama library"),
        (b"<html><body>Sign in</body></html>", "HTML without any entry of the Ollama library"),
        (OF_AN_ACCOUNT.encode(), "HTML without any entry of the Ollama library"),
        (LISTED.replace("35M", "many").encode(), "entry 'qwen3': found 'many' pulls, expected"),
        (
            LISTED.replace("58", "few").encode(),
            "entry 'qwen3': found 'few' tags, expected a number",
        ),
        (b'{"models": ', "is no registry dump: it is no whole JSON"),
        (b'{"models": {}}', "is no registry dump: expected JSON with 'lastUpdated'"),
        (b'{"models": {}, "lastUpdated": 5}', "is no registry dump: expected JSON with"),
        (b'{"models": [], "lastUpdated": "2026-11-20"}', "is no registry dump: expected JSON with"),
        (b'{"models": {}, "lastUpdated": "2026-11-20"}', "lists no models"),
        (b'{"models": {"a": {}}, "lastUpdated": "9999-11-20"}', "'9999-11-20', which is no day"),
        (b'{"models": {"a": 1}, "lastUpdated": "2026-11-20"}', "model 'a': found '1', expected an"),
        (b'{"models": {"a": {"tags": [1]}}, "lastUpdated": "2026-11-20"}', "an object with 'tags'"),
        (b'{"a": ' + b"[" * 5_000, "is no registry dump: it is no whole JSON"),
        (b"date,model,pulls_text\n", "has no column tag_count, sizes"),
        (b"date,model,pulls_text,tag_count,sizes\n", "has a header and no rows"),
        (
            b"date,model,pulls_text,tag_count,sizes\n1.1.26,a,1,1,\n",
            "row 2: found '1.1.26', which is no day",
        ),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (gzip.compress(SERIES.encode(), mtime=0)[:40], "is not UTF-8 text, plain or compressed"),
        (
            gzip.compress(SERIES.encode(), mtime=0)[:20] + b"x" * 40,
            "is not UTF-8 text, plain or compressed",
        ),
        (LISTED.replace("35M", "1.2.3K").encode(), "found '1.2.3K' pulls"),
        (LISTED.replace("35M", "9" * 19).encode(), "found '9999999999999999999' pulls"),
        (LISTED.replace("58", "9" * 19).encode(), "found '9999999999999999999' tags"),
        (SERIES.replace("9.5K", "9" * 400 + "M").encode(), "row 2: found '99"),
        (b"date,model,pulls_text,tag_count,sizes\n2026-11-18,a,1\n", "row 2: found '3' cells"),
        (b"date,model,pulls_text,tag_count,sizes\n2026-11-18,a,1,1,,6\n", "row 2: found '6' cells"),
        (b"date,model,pulls_text,tag_count,sizes\n2026-11-18,,1,1,\n", "row 2: found ''"),
        (b'date,model,pulls_text,tag_count,sizes\n"2026', r"line \d: is not CSV"),
    ],
)
def test_a_bad_file_is_refused_and_nothing_is_written(here, content, message):
    (here / "file").write_bytes(content)
    with pytest.raises(ResearchError, match=message):
        freeze_files([here / "file"], as_of=DAY)
    assert not (here / "datasets").exists()


def tag_size(text):
    def change(dump):
        dump["models"]["qwen3"]["tags"]["latest"]["size"] = text

    return change


def test_an_unknown_unit_is_refused_with_its_tag(here):
    with pytest.raises(ResearchError, match="tag 'qwen3:latest': found '4PB', expected a number"):
        read(registry(here, tag_size("4PB")))


def test_a_page_without_a_day_asks_for_it(here):
    with pytest.raises(ResearchError, match="does not say on which day it was saved"):
        freeze_files([page(here, LISTED)])


def test_a_missing_file_and_a_version_that_exists(here):
    with pytest.raises(ResearchError, match="There is no file"):
        freeze_files([here / "none.html"], as_of=DAY)
    freeze_files([page(here, LISTED)], as_of=DAY)
    with pytest.raises(
        ResearchError, match=f"There is a version {DAY} of 'ollama_library' already"
    ):
        freeze_files([page(here, LISTED)], as_of=DAY)


def test_the_command_says_what_was_made_and_what_is_next(here):
    app = typer.Typer()
    app.command()(ollama_library)
    said = CliRunner().invoke(app, [str(page(here, LISTED)), "--as-of", DAY]).output
    assert "ollama_library_pulls.csv: 1 rows" in said
    assert f"research run ANALYSIS --data ollama_library={DAY}" in said


# What is odd and yet read -------------------------------------------------------------------------


def names_of(dataset, table="ollama_library_names"):
    return research.datasets.reading.read(dataset, table).set_index("ollama_name")


def test_an_entry_without_a_count_of_tags_is_a_row_with_that_cell_empty(here):
    without = SEARCHED.replace("<span x-test-tag-count>1,003 Tags</span>", "")
    names = names_of(freeze_files([page(here, LISTED, without)], as_of=DAY))
    assert filled(names["n_tags"]) == {"qwen3": 58}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", ["page", "registry", "series"])
def test_a_mark_of_the_order_of_bytes_is_no_part_of_the_text(here, kind, packed):
    made = {"page": lambda: page(here, LISTED), "registry": lambda: registry(here)}
    text = SERIES if kind == "series" else made[kind]().read_text()
    payload = b"\xef\xbb\xbf" + text.encode()
    (here / "marked").write_bytes(gzip.compress(payload) if packed else payload)
    assert len(freeze_files([here / "marked"], as_of=DAY).resources) > 0


@pytest.mark.parametrize("size", ["-", "", None])
def test_a_remote_tag_without_a_size_has_its_own_window(here, size):
    def change(dump):
        remote = dump["models"]["qwen3"]["tags"]["480b-cloud"]
        remote |= {"size": size, "contextWindow": "128K"}

    dump = read(registry(here, change))
    (row,) = (row for row in dump.rows["ollama_library_tags"] if row["tag"] == "480b-cloud")
    assert (row["size_gb"], row["context_window_tokens"]) == (None, 131_072)


def many(count):
    return "date,model,pulls_text,tag_count,sizes\n" + "".join(
        f"2026-11-{1 + number % 28:02},model{number},9.5K,3,\n" for number in range(count)
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("9999-12-31,a,1K,1,", "the day cannot be"),
        ("2026-13-01,a,1K,1,", "the day cannot be"),
        ("2026-11-30,a,-5,1,", "pulls are no number"),
        ("2026-11-30,a,inf,1,", "pulls are no number"),
        (f"2026-11-30,a,{'9' * 19},1,", "pulls are no number"),
        ("2026-11-30,a,1K", "row has other cells than the header"),
        ("2026-11-30,,1K,1,", "row names no model"),
    ],
)
def test_one_record_that_cannot_be_is_left_out_and_counted_by_reason(here, row, reason):
    (here / "series.csv").write_text(many(28) + row + "\n")
    dataset = freeze_files([here / "series.csv"])
    assert dataset.version == "2026-11-28"
    assert dataset.descriptor["collection"]["problems"] == {reason: 1}
    assert f"{reason} (1)" in dataset.descriptor["knownLimitations"][0]
    assert dataset.resources["ollama_registry_pulls"]["rows"] == 28


def test_marks_in_comments_scripts_and_attributes_are_text(here):
    odd = (
        "<!-- <li x-test-model><a href='/library/no'> --><script>'<li x-test-model>'</script>"
        + LISTED.replace('class="group"', 'class="[&>p]:x" title=\'a "b" > c\'')
    )
    (entry,) = entries(odd)
    assert (entry.name, entry.pulls, entry.tags) == ("qwen3", "35M", "58")


BROKEN = [
    "<span>",
    "<a ",
    "</a ",
    "<!--",
    "<!-- >",
    "<![x[",
    '<a b="',
    "<a '",
    "<",
    "&#x",
    "<b></i>",
]


@pytest.mark.parametrize("mark", BROKEN)
def test_very_many_broken_marks_take_no_time_to_speak_of(mark):
    """The standard parser takes minutes for some of them; a minute is also the test's limit."""
    began = time.monotonic()
    assert entries(SEARCHED + mark * 40_000)[0].name == "nomic-embed-text"
    assert time.monotonic() - began < 60


def test_a_file_beyond_measure_is_refused_before_it_is_unpacked(here, monkeypatch):
    monkeypatch.setattr("research.collect.ollama_dumps.LARGEST", 100_000)
    (here / "bomb").write_bytes(gzip.compress(b"<" + b" " * 1_000_000))
    with pytest.raises(ResearchError, match="holds more than 100,000 bytes"):
        read(here / "bomb")
