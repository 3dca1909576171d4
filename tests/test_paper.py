"""The paper: no typed number, no unused result, a missing number stops the build, same bytes."""

from __future__ import annotations

import json
import re
import shutil

import pytest
import typst
from matplotlib.figure import Figure

import research
from research import calibration, places
from research.analysis import analyses, recorded
from research.measures import other_scans
from research.publish import paper
from research.publish.paper import compile_paper, prepare_paper, working_copy
from research.results import ResearchError

RESULTS = places.bundled() / "paper" / "results"
TEXTS = {
    name: (places.bundled() / "paper" / f"{name}.typ").read_text(encoding="utf-8")
    for name in paper.MANUSCRIPTS
}
RESULTS_SPAN = ("// RESULTS", "// END RESULTS")
SPANS = {"paper": [("// ABSTRACT", "// END ABSTRACT"), RESULTS_SPAN], "supplement": [RESULTS_SPAN]}
# Digits that are names: the level of the intervals, populations (the 300 and the 1 000 most
# downloaded), measures (30-day downloads), classes (7 to 8 billion parameters, 4-bit), and years.
ALLOWED = {
    "95", "300", "1\\u{202f}000", "30", "7", "8", "4", "2010", "2022", "2023", "2024", "2025",
    "2026",
}  # fmt: skip
NUMBER = r"\d+(?:(?:[.,]|\\u\{202f\})\d+)*"


def spans():
    for name, marks in SPANS.items():
        text = TEXTS[name]
        for start, end in marks:
            assert text.count(start) == text.count(end) == 1
            yield text[text.index(start) : text.index(end)]


def prose(text: str) -> str:
    """The text as a reader sees it, without code, strings, labels and comments."""
    for pattern in (
        r"\bCR2\b",  # the name of an estimator
        r"//[^\n]*",
        r"\"[^\"\n]*\"",
        r"`[^`]*`",
        r"digits: \d",
        r"<[\w-]+>",
        r"@[\w-]+",
    ):
        text = re.sub(pattern, " ", text)
    return text


def test_no_number_is_typed_where_results_are_reported():
    typed = [n for span in spans() for n in re.findall(NUMBER, prose(span))]
    assert set(typed) <= ALLOWED


def test_no_semicolon_after_a_number_is_swallowed():
    """Typst ends an expression at ``;``, so that a semicolon of the text must be escaped."""
    prose_lines = [line for span in spans() for line in span.splitlines() if "#let" not in line]
    assert [line for line in prose_lines if ");" in line] == []


def test_the_check_for_typed_numbers_finds_one():
    text = 'China has 24.3 % of `x1` "y2" #f("a", digits: 0) @fig-3'
    assert re.findall(NUMBER, prose(text)) == ["24.3"]


@pytest.mark.parametrize("name", sorted(analyses()))
def test_every_analysis_has_its_figure_once_in_paper_or_supplement(name):
    assert "".join(TEXTS.values()).count(f'#drawing("{name}"') == 1


def test_every_figure_that_the_texts_draw_belongs_to_an_analysis():
    assert set(re.findall(r'#drawing\("(\w+)"', "".join(TEXTS.values()))) == set(analyses())


def test_the_paper_has_six_to_eight_figures():
    assert 6 <= len(re.findall(r'#drawing\("', TEXTS["paper"])) <= 8


def test_every_source_of_a_claim_is_cited(blank):
    entries = json.loads((blank / "build" / "sources.yml").read_text(encoding="utf-8"))
    assert {row["source"] for row in research.datasets.texts("published_claims")} <= entries.keys()
    assert all(entry["title"]["value"] for entry in entries.values())
    assert all(author["name"] for entry in entries.values() for author in entry["author"])
    assert entries["tenthe-2025"]["author"] == [{"name": "Tenthe AI"}]  # who publishes
    persons = [{"name": name} for name in ("Hou", "Han", "Zhao", "Wang")]
    assert entries["hou-2025"]["author"] == persons  # and not arXiv
    assert entries["xu-2026"]["author"][-1] == {"name": "Sun"}
    assert entries["atom-2026"]["author"][0] == {"name": "Lambert", "given-name": "Nathan"}


def test_every_scan_that_a_figure_shows_is_cited():
    scans = [it for it in vars(other_scans).values() if isinstance(it, other_scans.OtherScan)]
    shown = {scan.source.removesuffix("-records") for scan in scans}
    cited = {key for text in TEXTS.values() for key in re.findall(r"[@<]([a-z]+-[\w-]+)", text)}
    assert len(shown) > 5
    assert shown - cited == set()


@pytest.fixture
def blank(tmp_path, monkeypatch):
    """The paper's folder with a blank canvas for every figure: the whole paper is a long test."""
    drawings = tmp_path / "build" / "figures"
    monkeypatch.setattr(calibration, "draw", lambda *_: [])
    monkeypatch.setattr(paper.figures, "save", lambda *_: [])
    shutil.copytree(RESULTS, tmp_path / "results")
    working_copy(tmp_path)
    prepare_paper([recorded(name, RESULTS) for name in analyses()], tmp_path, drawings.parent)
    drawings.mkdir()
    for name in (*analyses(), "claims", "calibration", "calibration_methods"):
        Figure(figsize=(1, 1)).savefig(drawings / f"{name}.pdf")
    return tmp_path


def test_the_text_finds_every_number_that_it_asks_for(blank):
    assert compile_paper(blank).keys() == {"paper.pdf", "supplement.pdf"}


ASTRAY = r"\d,\d{3}\b|\b\d{1,3} \d{3}\b|\d ?%|(^|[ (])-\d"
MARKED = f'#show regex("{ASTRAY}"): it => it + [#metadata(it.text)<astray>]\n'.replace("\\", "\\\\")


def test_the_paper_has_one_form_of_numbers(blank, monkeypatch):
    def query(source, **how):
        return typst.query(source, "<astray>", field="value", **how).encode()

    monkeypatch.setattr(typst, "compile", query)
    for name, text in TEXTS.items():
        marked = MARKED + text + "\n1,000 of 5% (-2)\n"
        (blank / f"{name}.typ").write_text(marked, encoding="utf-8")
    for astray in compile_paper(blank).values():
        assert json.loads(astray) == ["1,000", "5%", "(-2"]  # of the last line alone


@pytest.mark.long
def test_compiling_twice_gives_the_same_bytes(paper):
    for name, pdf in compile_paper(paper).items():
        assert (paper / "build" / name).read_bytes() == pdf


@pytest.mark.long
@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ('#estimate("parameter_scale", "shares", "no such estimate").value', "no such estimate"),
        ('#result("no_such_analysis")', "no_such_analysis"),
        ("@no-such-reference", "no-such-reference"),
    ],
)
def test_a_missing_number_stops_the_build_and_leaves_the_old_paper(
    paper, tmp_path, broken, message
):
    folder = tmp_path / "paper"
    shutil.copytree(paper, folder)
    before = (folder / "build" / "paper.pdf").read_bytes()
    (folder / "paper.typ").write_text(TEXTS["paper"] + "\n" + broken + "\n", encoding="utf-8")
    with pytest.raises(ResearchError, match=rf"(?s)does not compile: .*{message}"):
        compile_paper(folder)
    assert (folder / "build" / "paper.pdf").read_bytes() == before
