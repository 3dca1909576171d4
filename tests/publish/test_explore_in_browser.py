"""Families of both channels in a browser: the values of the result, found, sorted and opened."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from itertools import pairwise
from urllib.parse import quote

import numpy as np
import pytest

from research.plain import from_plain
from research.publish.page import render
from research.publish.page.explore import ANALYSIS, ANSWER, HEADS, explore, place
from research.results import Result
from research.wording import count
from tests.publish.conftest import RESULTS, ready
from tests.publish.test_page import HOSTILE
from tests.publish.test_page_in_browser import taken

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def told(results):
    """The rows of the result by family."""
    table = results[ANALYSIS].answers[ANSWER].tables["families"]
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return {row["family"]: row for row in rows}


def lines(tab):
    return tab.locator("#families-table tbody tr:visible")


def names(tab):
    return tab.locator("#families-table tbody tr:visible th").all_inner_texts()


def plain(text):
    """The numbers of a text that people read."""
    return [float(each) for each in re.findall(r"\d+(?:\.\d+)?", text.replace("\u202f", ""))]


def test_every_family_of_the_result_stands_in_the_table_with_its_values(screen, told):
    tab = screen("#explore?explore.all=1")
    assert sorted(names(tab)) == sorted(told)
    cells = tab.locator("#families-table tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )
    for family, organisation, origin, _, pulls, downloads, ratio in cells:
        row = told[family]
        assert (organisation, origin) == (row["organisation"], place(row["origin"]))
        ends = plain(pulls)
        assert [ends[0], ends[-1]] == pytest.approx([row["pulls low"], row["pulls high"]], abs=0.5)
        assert downloads == count(row["downloads value"])
        if row["ratio low"] is None:
            assert ratio == "no downloads"
        else:
            ends = [plain(ratio)[0], plain(ratio)[-1]]
            exact = [row["ratio low"], row["ratio high"]]
            assert ends == pytest.approx(exact, rel=0.005, abs=0.005)


VALUES = {"pulls": "pulls value", "downloads": "downloads value", "ratio": "ratio value"}


@pytest.mark.parametrize("name", HEADS)
def test_a_click_on_a_head_sorts_and_another_turns_the_order(screen, told, name):
    tab = screen("#explore?explore.all=1&explore.sort=family")
    head = tab.locator(f"[data-sort={name}]")
    for _ in range(2):
        head.click()
        way = head.locator("xpath=..").get_attribute("aria-sort")
        if name in VALUES:
            found = [told[family][VALUES[name]] for family in names(tab)]
            known = [each for each in found if each is not None]
            assert found == [*known, *[None] * (len(found) - len(known))]  # last, either way
            assert known == sorted(known, reverse=way == "descending")
        else:
            cells = f"rows => rows.map(row => row.cells[{[*HEADS].index(name)}].textContent)"
            keys = [
                key.lower() for key in tab.locator("#families-table tbody tr").evaluate_all(cells)
            ]
            assert (keys[0] < keys[-1]) == (way == "ascending")
            assert len(set(keys)) == sum(one != two for one, two in pairwise(keys)) + 1  # together


def test_search_and_filters_leave_the_families_that_fit(screen, told):
    tab = screen("#explore?explore.all=1")
    tab.fill("#families [name=text]", "QWEN alibaba")
    fit = {
        name for name, row in told.items() if "qwen" in name and row["organisation"] == "Alibaba"
    }
    assert fit
    assert set(names(tab)) == fit
    tab.fill("#families [name=text]", "")
    tab.select_option("#families [name=origin]", "United States")
    assert set(names(tab)) == {name for name, row in told.items() if row["origin"] == "US"}
    tab.select_option("#families [name=size]", "small")
    small = {
        n for n, r in told.items() if r["origin"] == "US" and "S" in (r["sizes"] or "").split("|")
    }
    assert set(names(tab)) == small
    assert (
        tab.locator("#families [data-count]").inner_text()
        == f"{len(small)} of {len(told)} families"
    )
    tab.get_by_role("button", name="All families").click()
    tab.fill("#families [name=text]", "llama3.2, qwen3 ,")
    either = {name for name in told if "llama3.2" in name or "qwen3" in name}
    assert set(names(tab)) >= either
    tab.fill("#families [name=text]", "no such thing")
    assert tab.get_by_text("No family fits.").is_visible()
    tab.get_by_role("button", name="All families").click()
    tab.wait_for_function(
        "() => document.querySelectorAll('#families-table tbody tr:not([hidden])').length > 100"
    )


def test_what_readers_set_is_in_the_address_and_survives_a_reload(screen):
    tab = screen()
    assert lines(tab).count() == 20
    tab.fill("#families [name=text]", "llama")
    tab.locator("[data-sort=ratio]").click()
    tab.select_option("#families [name=size]", "medium")
    shown, address = names(tab), tab.evaluate("location.hash")
    assert address == "#?explore.text=llama&explore.sort=-ratio&explore.size=medium"
    tab.reload()
    ready(tab)
    assert names(tab) == shown
    assert tab.locator("#families [name=text]").input_value() == "llama"
    lines(tab).first.locator("a").click()
    tab.locator("#family h2", has_text=shown[0]).wait_for()
    tab.get_by_role("link", name="All families").click()
    lines(tab).first.wait_for()
    assert names(tab) == shown
    assert "explore.text=llama" in tab.evaluate("location.hash")


def test_an_address_that_names_no_value_shows_all(screen):
    tab = screen("#?explore.origin=Nowhere&explore.sort=%22]&explore.size=huge")
    assert lines(tab).count() == 20
    assert (
        tab.locator("[data-sort=pulls]").locator("xpath=..").get_attribute("aria-sort")
        == "descending"
    )


def test_a_family_opens_by_key_and_tells_its_sets_and_course(screen, results, told):
    tab = screen()
    tab.locator("#families-table a", has_text="llama3.2").first.focus()
    tab.keyboard.press("Enter")
    tab.wait_for_function("() => document.activeElement.id === 'family'")
    assert tab.evaluate("location.hash") == "#family/llama3.2"
    assert tab.title().startswith("llama3.2")
    facts = dict(
        zip(*(tab.locator(f"#family {tag}").all_inner_texts() for tag in ("dt", "dd")), strict=True)
    )
    row, answer = told["llama3.2"], results[ANALYSIS].answers[ANSWER]
    assert plain(facts["Pulls"])[:2] == [row["pulls low"], row["pulls high"]]
    drawn = answer.estimates["llama3.2: share of pulls over share of downloads"].simulated
    assert plain(facts["Simulation interval"]) == [round(drawn.low, 2), round(drawn.high, 2)]
    course = answer.tables["pulls"].to_frame()
    course = course[course["family"] == "llama3.2"]
    cells = (
        tab.locator("#family table")
        .first.locator("tbody tr")
        .evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent))")
    )
    assert [line[:2] for line in cells] == course[["begin", "end"]].to_numpy().tolist()
    assert [plain(line[2]) for line in cells] == course[["low", "high"]].to_numpy().tolist()
    downloads = answer.tables["downloads"].to_frame()
    downloads = downloads[downloads["family"] == "llama3.2"].sort_values("end", kind="stable")
    told_of = (
        tab.locator("#family table").nth(1).locator("tbody td:nth-child(3)").all_text_contents()
    )
    assert [plain(text) for text in told_of] == [[each] for each in downloads["downloads"]]
    tab.reload()
    tab.locator("#family dt").first.wait_for()
    assert tab.locator("#family h2").inner_text() == "llama3.2"


def test_a_family_that_is_not_there_is_said_to_be_none(screen):
    tab = screen(f"#family/{quote('<b>nonsense</b>')}")
    assert (
        tab.locator("#family [role=alert]").inner_text()
        == "There is no family “<b>nonsense</b>” here."
    )
    tab.get_by_role("link", name="All families").click()
    lines(tab).first.wait_for()


IN_FILE = {
    "pulls_low": "pulls low", "pulls": "pulls value", "downloads": "downloads value",
    "ratio": "ratio value", "ratio_high": "ratio high",
}  # fmt: skip


def test_files_of_the_families_hold_the_numbers_of_the_result(screen, told):
    tab = screen()
    get = {
        kind: taken(tab, tab.locator(f"[data-take-families={kind}]"))
        for kind in ("csv", "codebook")
    }
    rows = list(csv.DictReader(io.StringIO(get["csv"].decode())))
    assert {row["family"] for row in rows} == set(told)
    for row in rows:
        of = told[row["family"]]
        for column, name in IN_FILE.items():
            assert (float(row[column]) if row[column] else None) == of[name]
        assert row["source"].startswith("modelometrics ")
    codebook = list(csv.DictReader(io.StringIO(get["codebook"].decode())))
    assert [each["column"] for each in codebook] == list(rows[0])
    assert all(each["description"] for each in codebook)


def drawn(tab, where="[data-scatter]"):
    tab.locator(where).first.scroll_into_view_if_needed()
    tab.wait_for_selector(f"{where}[data-shown] .canvas svg")


POINTS = "[data-scatter] path[aria-roledescription=point]"


def places(tab):
    """Where the marks of the scatter stand, in the order of their rows."""
    return tab.locator(POINTS).evaluate_all(
        "marks => marks.map(mark => { const at = mark.getCTM(); return [at.e, at.f] })"
    )


def test_every_family_is_drawn_where_its_values_are(screen, told, shown):
    tab = screen()
    drawn(tab)
    assert tab.locator(POINTS).count() == len(told)
    for row in shown["explore"]["rows"]:
        of = told[row["family"]]
        assert (row["pulls"], row["downloads"]) == (of["pulls value"], of["downloads value"])
        assert row["x"] == (of["downloads value"] or row["x"])
        assert row["y"] == (of["pulls value"] or row["y"])
        assert row["hollow"] == (not of["pulls value"] or not of["downloads value"])
    found = places(tab)
    rows = shown["explore"]["rows"]
    for axis, sign in ((0, 1), (1, -1)):
        values = [math.log10(row["xy"[axis]]) for row in rows]
        slope, start = np.polyfit(values, [place[axis] for place in found], 1)
        assert slope * sign > 30
        assert (
            max(abs(start + slope * v - p[axis]) for v, p in zip(values, found, strict=True)) < 0.1
        )


def test_the_line_of_equal_shares_parts_the_families_by_their_ratio(screen, told, shown):
    tab = screen()
    drawn(tab)
    line = tab.locator("[data-scatter] path[aria-roledescription='line mark']")
    assert line.get_attribute("stroke-dasharray") == "4,3"
    left, bottom, right, top = line.evaluate(
        """line => [0, 1].flatMap(part => { const at = line.getPointAtLength(
            part * line.getTotalLength()).matrixTransform(line.getCTM()); return [at.x, at.y] })"""
    )
    families = [row["family"] for row in shown["explore"]["rows"]]
    for family, (x, y) in zip(families, places(tab), strict=True):
        ratio = told[family]["ratio value"]
        over = bottom + (top - bottom) * (x - left) / (right - left) - y
        if ratio:
            assert (over > 0) == (ratio > 1) or abs(over) < 0.5


def test_keys_read_families_in_the_order_of_the_table_and_open_one(screen, shown):
    tab = screen()
    drawn(tab)
    said = tab.locator("#families [data-read]")
    tab.locator("[data-scatter]").focus()
    for row in shown["explore"]["rows"][:3]:
        tab.keyboard.press("ArrowRight")
        assert row["words"] in said.inner_text()
    tab.keyboard.press("Enter")
    tab.wait_for_function("() => document.activeElement.id === 'family'")
    assert tab.locator("#family h2").inner_text() == row["family"]


def test_the_pointer_reads_the_nearest_family_and_a_click_opens_it(screen):
    tab = screen()
    drawn(tab)
    tab.locator("[data-scatter]").evaluate("host => host.scrollIntoView({ block: 'center' })")
    box = tab.locator("[data-scatter]").bounding_box()
    place = box["x"] + 0.7 * box["width"], box["y"] + 0.3 * box["height"]
    tab.mouse.move(*place)
    tab.wait_for_selector("#families .read.on")
    family = tab.locator("#families [data-read]").inner_text().partition(" (")[0]
    tab.mouse.click(*place)
    tab.wait_for_function("() => document.activeElement.id === 'family'")
    assert tab.locator("#family h2").inner_text() == family


def test_the_filters_hold_for_the_scatter_too(screen, told):
    tab = screen("#?explore.origin=China")
    drawn(tab)
    assert tab.locator(POINTS).count() == sum(r["origin"] == "CN" for r in told.values())
    tab.fill("#families [name=text]", "deepseek")
    fit = sum("deepseek" in n and r["origin"] == "CN" for n, r in told.items())
    tab.wait_for_function(f"() => document.querySelectorAll('{POINTS}').length === {fit}")


def test_the_course_of_a_family_is_drawn_and_read(screen, results):
    tab = screen("#family/llama3.2")
    where = "#family .course-drawing"
    drawn(tab, where)
    course = results[ANALYSIS].answers[ANSWER].tables["pulls"].to_frame()
    course = course[course["family"] == "llama3.2"]
    tab.locator(where).first.focus()
    for row in course.head(3).itertuples():
        tab.keyboard.press("ArrowRight")
        said = tab.locator("#family .read").first.inner_text()
        assert f"{row.begin} to {row.end}" in said
        assert plain(said)[:2] == [row.low, row.high]


@pytest.mark.parametrize("width", [390, 1280])
def test_no_figure_of_the_table_or_of_a_family_is_cut(screen, width):
    tab = screen("#explore?explore.all=1", width=width)
    cut = """cells => cells.filter(cell => { const box = cell.getBoundingClientRect();
        return box.left < -0.5 || box.right > innerWidth + 0.5
            || cell.scrollWidth > cell.clientWidth + 1
    }).map(cell => cell.textContent)"""
    assert tab.locator("#families-table :is(td, tbody th)").evaluate_all(cut) == []
    tab.evaluate("location.hash = 'family/deepseek-r1'")
    tab.locator("#family dt").first.wait_for()
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.locator("#family td.figure").evaluate_all(cut) == []


@pytest.mark.parametrize("address", ["#explore", "#family/llama3.2"])
def test_families_are_accessible(screen, address):
    from axe_playwright_python.sync_playwright import Axe

    tab = screen(address)
    tab.locator("#family dt" if "family" in address else "#families-table tr").first.wait_for()
    found = Axe().run(tab).response
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found["violations"]] == []


def test_without_scripts_every_family_can_be_read(visit, written, told):
    tab = visit(written, java_script_enabled=False)
    assert sorted(names(tab)) == sorted(told)
    assert not tab.locator("#family").is_visible()


NAMES = (HOSTILE, "\"><b>a/b & 'c' %2F%", "智谱 \u202e São")


def test_hostile_names_are_shown_and_do_nothing(visit, results, shown, tmp_path):
    result = results[ANALYSIS]
    poisoned = explore(results | {ANALYSIS: with_names(result, NAMES)})
    recordings = {path.stem: path.read_text() for path in RESULTS.glob("*.json")}
    file = tmp_path / "hostile.html"
    file.write_text(render(shown | {"explore": poisoned}, recordings), encoding="utf-8")
    tab = visit(file, "#?explore.all=1")
    ready(tab)
    assert set(NAMES) <= set(
        tab.locator("#families-table th a").evaluate_all("all => all.map(a => a.textContent)")
    )
    for name in NAMES:
        link = next(
            a for a in tab.locator("#families-table th a").all() if a.text_content() == name
        )
        link.click()
        tab.wait_for_function(
            "name => document.querySelector('#family h2').textContent === name", arg=name
        )
        tab.locator("#family dt").first.wait_for()
        tab.reload()
        tab.locator("#family dt").first.wait_for()
        assert tab.locator("#family h2").text_content() == name
        assert tab.locator("#family :is(img, script, b)").count() == 0
        tab.get_by_role("link", name="All families").click()
        tab.locator("[data-more-families]").click() if lines(tab).count() == 20 else None
    assert tab.locator("#families :is(img, script, b)").count() == 0
    assert tab.evaluate("window.pwned") is None


def with_names(result, fresh):
    """The result with the first families under other names, and their publishers too."""
    table = result.answers[ANSWER].tables["families"]
    changed = dict(zip([row[0] for row in table.rows], fresh, strict=False))
    plain_result = json.loads((RESULTS / f"{ANALYSIS}.json").read_text())
    for name in ("families", "pulls", "downloads"):
        rows = plain_result["answers"][ANSWER]["tables"][name]["rows"]
        for row in rows:
            if row[0] in changed:
                row[0] = changed[row[0]]
                if name == "families":
                    row[1] = HOSTILE
    return from_plain(Result, plain_result)
