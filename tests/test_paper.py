"""The paper: no typed number, no unused result, a missing number stops the build, same bytes."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
import typst
from matplotlib.figure import Figure
from PIL import Image

import research
from research import calibration, places
from research.analysis import analyses, recorded
from research.measures import other_scans
from research.publish import paper
from research.publish.paper import compile_paper, prepare_paper, working_copy
from research.publish.verdict import TIE
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


# Tables -------------------------------------------------------------------------------------------

DAY = re.compile(r"20\d\d-\d\d-\d\d")


def printed(element) -> str:
    """The text of a part of a document."""
    if isinstance(element, list):
        return "".join(map(printed, element))
    if not isinstance(element, dict) or element.get("func") == "metadata":
        return ""
    own = element.get("text", " " if element.get("func") in ("space", "linebreak") else "")
    parts = (element.get(name) for name in ("body", "children", "child"))
    return (own if isinstance(own, str) else printed(own)) + "".join(
        map(printed, filter(None, parts))
    )


def blocks(table) -> list[list[tuple[str, ...]]]:
    """The rows of a table, head first; a cell over all columns begins another block of rows."""
    parts = [part for part in table["children"] if part["func"] in ("cell", "header")]
    head, *rest = parts
    cells = [cell for part in rest for cell in part.get("children", [part])]
    width, found = len(table["columns"]), [[]]
    texts: list[str] = []
    for cell in [*head["children"], *cells]:
        if cell.get("colspan", 1) > 1:
            found.append([])
            continue
        texts.append(printed(cell["body"]).strip())
        if len(texts) == width:
            found[-1].append(tuple(texts))
            texts = []
    assert texts == []
    return found


@pytest.fixture
def tables(blank, monkeypatch):
    """All tables of both texts, as blocks of rows."""

    def query(source, **how):
        return typst.query(source, "figure.where(kind: table)", **how).encode()

    monkeypatch.setattr(typst, "compile", query)
    found = [json.loads(text) for text in compile_paper(blank).values()]
    return [blocks(figure["body"]) for figures_ in found for figure in figures_]


def test_no_table_has_a_row_named_answer(tables):
    names = [row[0] for table in tables for block in table for row in block]
    assert len(names) > 300
    assert [name for name in names if re.match("answer( |:|$)", name)] == []


def test_no_column_says_claimed_of_what_nobody_claimed(tables):
    heads = [table[0][0] for table in tables]
    assert all(heads)
    assert not any("claimed" in cell for head in heads for cell in head)


def test_no_table_has_a_row_twice(tables):
    """Nor the states of a list that lie within a month of each other, which are one."""
    for rows in (block for table in tables for block in table):
        assert len(rows) == len(set(rows))
        days: dict[str, list[date]] = {}
        for name in (row[0] for row in rows if len(DAY.findall(row[0])) == 1):
            day = date.fromisoformat(DAY.findall(name)[0])
            days.setdefault(DAY.sub("", name), []).append(day)
        for found in days.values():
            apart = [(later - day).days for day, later in pairwise(sorted(found))]
            assert all(gap > TIE for gap in apart), rows


# Pages --------------------------------------------------------------------------------------------


@pytest.fixture
def pages(paper, monkeypatch):
    """Both texts as pictures, a page each: the shares of the height at which there is no ink."""
    compiled = typst.compile

    def pictures(source, **how):
        return compiled(source, format="png", ppi=24, **how)

    monkeypatch.setattr(typst, "compile", pictures)
    return {
        name.removesuffix(".pdf"): [largest_blank(page) for page in printed_pages]
        for name, printed_pages in compile_paper(paper).items()
    }


def largest_blank(page: bytes) -> float:
    """The largest blank within the margins of a page, as a share of the height between them."""
    grey = np.asarray(Image.open(BytesIO(page)).convert("L"))
    top, bottom = (round(cm / 29.7 * len(grey)) for cm in (2.2, 2.4))
    inked = np.flatnonzero((grey[top:-bottom] < 200).any(axis=1))
    ends = [-1, *inked, len(grey) - top - bottom]
    return float(np.diff(ends).max() - 1) / (len(grey) - top - bottom)


def test_the_blank_of_a_page_is_measured():
    sheet = Image.new("L", (200, 297), 255)
    sheet.paste(0, (20, 22, 180, 22 + 50))
    written = BytesIO()
    sheet.save(written, "png")
    assert largest_blank(written.getvalue()) == pytest.approx(1 - 50 / (297 - 22 - 24), abs=0.01)


@pytest.mark.long
def test_the_paper_has_ten_to_twelve_pages(pages):
    assert 10 <= len(pages["paper"]) <= 12


@pytest.mark.long
@pytest.mark.parametrize("name", paper.MANUSCRIPTS)
def test_no_page_but_the_last_is_half_blank(pages, name):
    blank = [page for page, share in enumerate(pages[name][:-1], start=1) if share > 0.5]
    assert blank == []


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
