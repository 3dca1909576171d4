"""The charts in a browser: the values of the results, read by keys and pointer, and as files."""

from __future__ import annotations

import csv
import io
import re
import shutil
from xml.etree import ElementTree

import numpy as np
import pytest

from research import figures
from research.publish.page import render
from research.publish.page.first_screen import COLUMNS, first_screen
from research.publish.page.specs import placed
from research.wording import typeset
from tests.publish.conftest import RESULTS, ready
from tests.publish.firefox import RIGHT, Firefox
from tests.publish.test_page import HOSTILE
from tests.publish.test_page_in_browser import taken

pytestmark = pytest.mark.browser

NAMES = ("time", "pair", "size")


@pytest.fixture(scope="module")
def charts(results):
    return {chart.name: chart for chart in first_screen(results.values())}


def figure(tab, name):
    return tab.locator(f"[data-chart={name}]")


def choose(tab, name, view, chart):
    """Set the switches of a chart by what a reader sees."""
    for value, switch in zip(view.split("/"), chart.switches, strict=True):
        box = figure(tab, name).locator(f"[data-switch={switch.name}]")
        box.select_option(label=typeset(switch.values[value]))


@pytest.mark.parametrize("name", NAMES)
def test_every_view_shows_its_sentence_and_the_rows_of_the_result(screen, charts, name):
    tab, chart = screen(), charts[name]
    for view, shown in chart.views.items():
        choose(tab, name, view, chart)
        said = figure(tab, name).locator(".say").text_content().strip()
        assert said == typeset(shown.quote)
        cells = (
            figure(tab, name)
            .locator("tbody tr")
            .evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent))")
        )
        columns = list(COLUMNS)
        assert [[float(line[columns.index(end)]) for end in ("low", "high")] for line in cells] == [
            [row.low, row.high] for row in shown.rows
        ]
        assert [line[columns.index("origin")] for line in cells] == [r.origin for r in shown.rows]


@pytest.mark.parametrize("name", NAMES)
def test_every_set_of_the_result_is_drawn(screen, charts, name):
    """Each mark tells a screen reader what it was drawn from."""
    tab, chart = screen(), charts[name]
    told = (
        figure(tab, name)
        .locator("[role=graphics-symbol][aria-label]")
        .evaluate_all("marks => marks.map(mark => mark.getAttribute('aria-label'))")
    )
    first = next(iter(chart.views))
    for row in placed(chart):
        drawn = [t for t in told if f"low: {row['low']};" in t and f"high: {row['high']};" in t]
        assert any(f"origin: {row['origin']}" in t for t in drawn) or row["view"] != first
    assert len(told) >= 2 * len(chart.views[first].rows)


def test_bars_begin_and_end_where_their_values_are_on_the_axis(screen, charts):
    tab = screen()
    bars = (
        figure(tab, "size")
        .locator("[aria-roledescription=bar]")
        .evaluate_all("bars => bars.map(bar => [bar.getAttribute('d'), bar.getAttribute('fill')])")
    )
    rows = charts["size"].views["in-1"].rows
    ends = []
    for row, (path, fill) in zip(rows, bars, strict=False):
        start, width = re.match(r"M([\d.]+),[\d.]+h([\d.]+)", path).groups()
        ends += [(row.low, float(start)), (row.high, float(start) + float(width))]
        assert fill == (figures.CHINA if row.origin == "China" else figures.UNITED_STATES)
    values, places = np.array(ends).T
    slope, start = np.polyfit(values, places, 1)
    assert np.abs(start + slope * values - places).max() < 0.01  # pixels
    box = figure(tab, "size").locator(".canvas svg").bounding_box()
    assert start > -0.01
    assert slope > 200
    assert start + slope < box["width"]  # none and all lie within


def test_the_line_of_equal_shares_is_drawn(screen):
    line = figure(screen(), "pair").locator(".canvas line[stroke-dasharray='4,3']")
    assert line.count() == 1


@pytest.mark.parametrize("name", NAMES)
def test_arrow_keys_read_every_value_in_order(screen, charts, name):
    tab, chart = screen(), charts[name]
    view = next(iter(chart.views.values()))
    host, said = figure(tab, name).locator("[data-draw]"), figure(tab, name).locator("[data-read]")
    host.focus()
    for row in view.rows:
        tab.keyboard.press("ArrowRight")
        assert said.text_content() == typeset(row.words)
    tab.keyboard.press("ArrowLeft")
    assert said.text_content() == typeset(view.rows[-2].words)


def test_the_pointer_reads_the_nearest_value(screen, charts):
    tab = screen()
    host = figure(tab, "time").locator("[data-draw]")
    box = host.bounding_box()
    words = {typeset(row.words) for row in charts["time"].views["downloads/all"].rows}
    for part in (0.2, 0.6, 0.95):
        tab.mouse.move(box["x"] + part * box["width"], box["y"] + 0.3 * box["height"])
        tab.wait_for_function("() => document.querySelector('[data-chart=time] .read.on')")
        assert figure(tab, "time").locator("[data-read]").text_content() in words


def test_a_switch_that_leads_nowhere_is_off_and_says_why(screen, charts):
    tab = screen()
    time = figure(tab, "time")
    assert not time.locator("[data-why]").is_visible()
    time.get_by_label("Models").select_option("new")
    time.get_by_label("Counted").select_option("pulls")
    (reason,) = set(charts["time"].switches[1].without.values())
    assert time.locator("[data-why]").inner_text() == reason
    assert time.get_by_label("Models").input_value() == "all"
    assert time.locator("option:disabled").count() == 2


def test_the_state_of_the_switches_is_in_the_address_and_survives_a_reload(screen, charts):
    tab = screen()
    choose(tab, "time", "downloads/text", charts["time"])
    choose(tab, "size", "in-6", charts["size"])
    said = [figure(tab, name).locator(".say").text_content() for name in NAMES]
    address = tab.evaluate("location.hash")
    assert address == "#?time.models=text&size.channel=in-6"
    tab.reload()
    ready(tab)
    assert [figure(tab, name).locator(".say").text_content() for name in NAMES] == said
    assert figure(tab, "size").get_by_label("Counted").input_value() == "in-6"
    choose(tab, "time", "downloads/all", charts["time"])
    choose(tab, "size", "in-1", charts["size"])
    assert tab.evaluate("location.hash") == ""
    assert not tab.locator("#unknown").is_visible()


def test_an_address_that_names_no_value_leaves_the_first_view(screen, charts):
    tab = screen("#?time.models=nonsense&pair.channels=pair-99")
    first = typeset(charts["time"].views["downloads/all"].quote)
    assert figure(tab, "time").locator(".say").text_content().strip() == first


@pytest.mark.parametrize("name", NAMES)
def test_files_of_a_chart_parse_as_numbers_and_pictures(screen, charts, name):
    tab, chart = screen(), charts[name]
    get = {kind: taken(tab, figure(tab, name).locator(f"[data-take={kind}]"))
           for kind in ("svg", "png", "csv", "codebook")}  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(get["csv"].decode())))
    expected = [row for view in chart.views.values() for row in view.rows]
    assert [(float(r["low"]), float(r["high"])) for r in rows] == [
        (e.low, e.high) for e in expected
    ]
    assert [float(r["value"]) if r["value"] else None for r in rows] == [e.value for e in expected]
    assert [r["end"] for r in rows] == [e.end for e in expected]
    assert all(r["unit"] and r["source"].startswith("modelometrics ") for r in rows)
    codebook = list(csv.DictReader(io.StringIO(get["codebook"].decode())))
    assert [each["column"] for each in codebook] == list(rows[0])
    drawing = ElementTree.fromstring(get["svg"])
    texts = " ".join(
        "".join(each.itertext()) for each in drawing.iter() if each.tag.endswith("text")
    )
    assert chart.title in texts
    assert "modelometrics" in texts
    assert b"font/ttf" in get["svg"]
    assert get["png"].startswith(b"\x89PNG")
    assert len(get["png"]) > 20_000


def test_the_policy_allows_no_evaluated_code(screen):
    tab = screen()
    policy = tab.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert (
        tab.evaluate(
            "() => document.querySelectorAll('[data-draw][data-shown] .canvas svg').length"
        )
        == 3
    )


def test_hostile_text_in_a_chart_is_shown_and_does_nothing(visit, shown, tmp_path):
    texts = ("series", "population", "source", "words", "amount", "label", "head")

    def poison(row):
        return {k: f"{v}{HOSTILE}" if k in texts and v else v for k, v in row.items()}

    charts = [
        chart | {
            "title": chart["title"] + HOSTILE,
            "rows": [poison(row) for row in chart["rows"]],
            "first": chart["first"] | {"rows": [poison(row) for row in chart["first"]["rows"]]},
            "views": {name: {part: text + HOSTILE for part, text in view.items()}
                      for name, view in chart["views"].items()},
        }
        for chart in shown["charts"]
    ]  # fmt: skip
    recordings = {path.stem: path.read_text() for path in RESULTS.glob("*.json")}
    file = tmp_path / "hostile.html"
    file.write_text(render(shown | {"charts": charts}, recordings), encoding="utf-8")
    tab = visit(file)
    ready(tab)
    assert tab.evaluate("window.pwned") is None
    assert tab.locator(".charts :is(img, script)").count() == 0
    assert "{{7*7}}" in figure(tab, "time").locator(".say").inner_text()
    svg = taken(tab, figure(tab, "pair").locator("[data-take=svg]"))
    assert not [e for e in ElementTree.fromstring(svg).iter() if e.tag.endswith(("script", "img"))]


def test_without_scripts_the_sentences_and_the_rows_can_be_read(visit, written, charts):
    tab = visit(written, java_script_enabled=False)
    for name, chart in charts.items():
        first = next(iter(chart.views.values()))
        assert figure(tab, name).locator(".say").text_content().strip() == typeset(first.quote)
        assert figure(tab, name).locator("tbody tr").count() == len(first.rows)


def test_the_charts_stand_on_the_first_screen(screen):
    tab = screen()
    tab.set_viewport_size({"width": 1280, "height": 800})
    for name in NAMES:
        box = figure(tab, name).locator("[data-draw]").bounding_box()
        assert box["y"] + box["height"] < 620
        said = figure(tab, name).locator("[data-sentence]").bounding_box()
        assert said["y"] + said["height"] < 800


def test_charts_are_drawn_for_those_who_come_from_a_card(visit, written):
    tab = visit(written, "#tenthe/china-more-small")
    tab.wait_for_selector(".card.open .drawing svg")
    tab.set_viewport_size({"width": 1000, "height": 800})
    tab.get_by_role("link", name="All claims").click()
    tab.wait_for_selector("#overview:visible")
    tab.evaluate("scrollTo(0, 0)")
    ready(tab)
    for name in NAMES:
        assert figure(tab, name).locator(".canvas svg").bounding_box()["width"] > 200


@pytest.fixture
def firefox(tmp_path):
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        pytest.skip("The smoke test of the page in Firefox needs firefox-esr.")
    window = Firefox(program, tmp_path / "profile")
    yield window
    window.close()


def test_firefox_opens_the_file_draws_reads_and_switches(firefox, written, charts):
    views = charts["time"].views
    firefox.ask("WebDriver:Navigate", url=written.as_uri())
    firefox.wait_for("document.querySelectorAll('[data-draw][data-shown]').length === 3")
    marks = """return [...document.querySelectorAll("[data-draw][data-shown]")].map(
        each => each.querySelectorAll("[role=graphics-symbol]").length)"""
    assert all(drawn >= 2 * len(next(iter(charts[name].views.values())).rows)
               for name, drawn in zip(NAMES, firefox.run(marks), strict=True))  # fmt: skip
    firefox.press("[data-chart=time] [data-draw]", RIGHT)
    assert firefox.text("[data-chart=time] [data-read]") == typeset(
        views["downloads/all"].rows[0].words
    )
    firefox.press("[data-chart=time] [data-switch=models]", "text")
    assert firefox.text("[data-chart=time] .say") == typeset(views["downloads/text"].quote)
    assert firefox.run("return location.hash") == "#?time.models=text"
    firefox.ask("WebDriver:Refresh")
    firefox.wait_for("document.querySelectorAll('[data-draw][data-shown]').length === 3")
    assert firefox.text("[data-chart=time] .say") == typeset(views["downloads/text"].quote)
    firefox.run("location.hash = 'tenthe/china-more-small/2'")
    firefox.wait_for("document.querySelector('.card.open .columns svg')")
    assert firefox.complaints() == []
