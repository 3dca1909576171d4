"""The page in a browser: what people click shows exactly what the results hold."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from matplotlib.image import imread

from research import datasets
from research.publish.judged import JudgedEstimate
from research.publish.page import render
from research.publish.page.sliders import sliders
from research.wording import amount, interval_text, typeset
from tests.publish.conftest import RESULTS
from tests.publish.test_page import HOSTILE, poisoned

pytestmark = pytest.mark.browser

WIDTHS = (390, 820, 1280)
SHARES, COUNTS, DOWNLOADS, TAGS = (  # many switches, two, a skipped combination, sliders
    ("tenthe/china-more-small", "parameter_scale", "shares",
     "small: share of hosts, China minus US"),
    ("tenthe/china-more-small", "parameter_scale", "counts", "small: hosts, China minus US"),
    ("tuoitre/china-over-us-downloads", "chinese_origin_downloads", "top 1,000, 2026-06-11",
     "share of downloads, China minus US"),
    ("tenthe/top-tags", "leading_tags", "Tenthe, 2025-04-24",
     "lead of the pair over all other tags"),
)  # fmt: skip


def address_of(shown, claim, name, key, label) -> str:
    """The address of an answer: its claim, and its place on the card."""
    (card,) = (card for card in shown["claims"] if card["id"] == claim)
    answers = [(each["analysis"], each["key"], each["label"]) for each in card["questions"]]
    return f"#{claim}/{answers.index((name, key, label)) + 1}"


def shown_rows(tab):
    return tab.locator("#table tbody tr:visible")


def tally(tab, word):
    """The label of a verdict, which shows its claims alone."""
    return tab.locator("label").filter(has=tab.locator(f"[name=verdict][value='{word}']"))


# The table of claims ------------------------------------------------------------------------------


def test_filters_show_the_claims_that_fit_and_say_how_many(visit, written, shown):
    tab, cards = visit(written), shown["claims"]
    assert shown_rows(tab).count() == len(cards)
    for name, key in (
        ("verdict", lambda card: card["word"]),
        ("source", lambda card: card["source"]["id"]),
        ("channel", lambda card: card["channel"]),
    ):
        for value, n in Counter(map(key, cards)).items():
            if name == "verdict":
                tally(tab, value).click()
            else:
                tab.select_option(f"select[name={name}]", value)
            assert shown_rows(tab).count() == n
            assert tab.locator("output").inner_text() == f"{n} of {len(cards)} claims"
        tab.get_by_text("Show all", exact=True).click()
    tab.fill("[type=search]", "HERFINDAHL qwen")
    assert tab.get_by_text("No claim fits.").is_visible()
    tab.fill("[type=search]", "small models")
    ids = [row.get_attribute("data-claim") for row in shown_rows(tab).all()]
    assert "tenthe/china-more-small" in ids
    tally(tab, "contradicted").click()
    assert shown_rows(tab).count() < len(ids)


def test_sorting_goes_up_down_and_back(visit, written, shown):
    tab = visit(written)

    def order():
        return tab.eval_on_selector_all("#table tbody tr", "rows => rows.map(r => r.dataset.claim)")

    as_written = order()
    shares = {card["id"]: card.get("agreeing", -1) for card in shown["claims"]}
    agree = tab.get_by_role("button", name="Agree")
    agree.click()
    assert [shares[i] for i in order()] == sorted(shares.values(), reverse=True)
    assert agree.locator("xpath=..").get_attribute("aria-sort") == "ascending"
    agree.click()
    assert [shares[i] for i in order()] == sorted(shares.values())
    agree.click()
    assert order() == as_written


def test_the_order_of_the_table_is_in_the_address_and_survives_a_reload(visit, written):
    tab = visit(written)

    def order():
        return tab.eval_on_selector_all("#table tbody tr", "rows => rows.map(r => r.dataset.claim)")

    agree = tab.get_by_role("button", name="Agree")
    agree.click()
    agree.click()
    sorted_ = order()
    assert tab.evaluate("location.hash") == "#?order=-agree"
    tab.reload()
    tab.wait_for_selector("#table th[aria-sort=descending]")
    assert order() == sorted_
    tab.evaluate("location.hash = '#?order=nonsense&text=small+models'")
    tab.wait_for_function("() => document.querySelector('[type=search]').value")
    assert not tab.locator("#table th:is([aria-sort=ascending], [aria-sort=descending])").count()


@pytest.mark.parametrize("sought", ["Alibaba", "nvidia", "France", "license"])
def test_a_search_looks_through_all_that_the_answers_read(visit, written, shown, sought):
    tab = visit(written)
    tab.fill("[type=search]", sought)
    tab.wait_for_function("n => document.querySelector('output').value !== `${n} of ${n} claims`",
                          arg=len(shown["claims"]))  # fmt: skip
    texts = shown_rows(tab).locator("th").all_text_contents()
    said = [sought.lower().replace("license", "licence") in text.lower() for text in texts]
    assert said == sorted(said, reverse=True)  # first the claims that say it themselves
    assert said
    address = tab.evaluate("location.hash")
    assert address == f"#?text={sought}"
    tab.reload()
    tab.wait_for_function("() => document.querySelectorAll('#table tbody tr[hidden]').length")
    assert tab.locator("[type=search]").input_value() == sought


def test_an_address_that_leads_nowhere_says_so(visit, written, shown):
    tab = visit(written, "#tenthe/no-such-claim")
    assert (
        tab.get_by_role("alert").inner_text()
        == "There is no claim of that name here. These are all."
    )
    assert shown_rows(tab).count() == len(shown["claims"])
    go(tab, "tenthe/china-more-small")
    assert not tab.get_by_role("alert").is_visible()


BARS = """svgs => svgs.flatMap(svg => [...svg.querySelectorAll("rect.set, rect.drawn")].map(bar =>
  [parseFloat(bar.getAttribute("x")), parseFloat(bar.getAttribute("width"))].map((told, at) => {
    const [box, within] = [bar.getBoundingClientRect(), svg.getBoundingClientRect()];
    return (at ? box.width : box.left - within.left) / within.width * 100 - told;
  })))"""


@pytest.mark.parametrize("width", WIDTHS)
def test_every_bar_is_drawn_where_its_numbers_say(visit, written, width):
    """No rule of the style sheet moves what the numbers place."""
    tab = visit(written, width=width)
    for address, drawings in (("", ".strip"), (DOWNLOADS[0], ".card.open svg:is(.plot, .alone)")):
        go(tab, address)
        off = tab.locator(drawings).evaluate_all(BARS)
        assert len(off) > 3  # a set and what is drawn of it, and the rows of a budget
        assert max(abs(each) for bar in off for each in bar) < 0.1  # percent of the width


# Cards --------------------------------------------------------------------------------------------


def test_every_claim_opens_at_its_address(visit, written, shown):
    tab = visit(written)
    for card in shown["claims"] + shown["own"]:
        tab.evaluate("hash => { location.hash = hash }", card["id"])
        tab.wait_for_function(
            "id => document.querySelector('.card.open')?.id === id", arg=card["id"]
        )
        assert tab.locator(".card.open h2").inner_text() == typeset(card["statement"])
        assert card["word"] in tab.locator(".card.open .ruling").first.inner_text()
    tab.get_by_role("link", name="All claims").click()
    tab.wait_for_selector("#overview:visible")
    assert tab.locator(".card:visible").count() == 0


def test_readers_come_back_to_where_they_opened_a_claim(visit, written, shown):
    tab, last = visit(written), shown["claims"][-1]["id"]
    tab.locator(f"[data-claim='{last}'] a").click()
    tab.wait_for_selector(".card.open")
    tab.get_by_role("link", name="All claims").click()
    line = tab.locator(f"[data-claim='{last}'] a")
    tab.wait_for_function("() => document.activeElement.closest('tr')")
    assert line.evaluate("link => link === document.activeElement")
    assert 0 < line.bounding_box()["y"] < 900


FOUND = """wanted =>
  document.querySelector(".card.open [data-explorer] .found")?.textContent === wanted"""


def with_switches(address, choices) -> str:
    """The address of an answer with these switches set."""
    values = {name.replace("_", " "): typeset(str(value)) for name, value in choices.items()}
    return f"{address}?{urlencode(values)}"


@pytest.mark.parametrize("of", [SHARES, COUNTS, DOWNLOADS, TAGS], ids=lambda of: of[2])
def test_switches_show_exactly_what_the_results_hold(visit, written, shown, results, of):
    """All combinations, each by its address."""
    _, name, key, label = of
    answer, address = results[name].answers[key], address_of(shown, *of)
    tab = visit(written, address)
    host = tab.locator(".card.open [data-explorer]")
    found, said = host.locator(".found"), host.locator(".readout")
    unit = answer.estimates[label].unit
    for row in (r for r in answer.specifications if r.label == label):
        for choices in row.combinations:
            tab.evaluate("hash => { location.hash = hash }", with_switches(address, choices))
            host.locator("fieldset").first.wait_for(state="attached")
            tab.wait_for_function(FOUND, arg=amount(row.bounds, unit))
            assert interval_text(row.interval, unit) in said.text_content()
            assert host.locator(".readout .verdict").inner_text() == row.verdict.word
    assert found.count() == 1


def option(host, name, value):
    """The switch of a choice for one value, by the texts that a reader sees."""
    field = host.locator("fieldset").filter(
        has=host.page.locator("legend", has_text=re.compile(f"^{name.replace('_', ' ')}$"))
    )
    told = re.compile(f"^{re.escape(typeset(str(value)))}$")
    return field.locator("label").filter(has=host.page.locator("span:not(.aside)", has_text=told))


def test_a_value_without_an_estimate_is_off_with_its_reason_beside_it(
    visit, written, shown, results
):
    answer = results[DOWNLOADS[1]].answers[DOWNLOADS[2]]
    tab = visit(written, address_of(shown, *DOWNLOADS))
    host = tab.locator(".card.open [data-explorer]")
    host.locator("fieldset").first.wait_for(state="attached")
    near = [
        (changed[0], skipped)
        for skipped in answer.skipped
        if len(changed := [c for c, v in skipped.choices.items() if v != answer.choices[c]]) == 1
    ]
    assert near
    for choice, skipped in near:
        one = option(host, choice, skipped.choices[choice])
        assert one.locator("input").is_disabled()
        assert one.locator(".aside").inner_text() == typeset(skipped.reason)
    assert host.locator("input:disabled").count() == len(near)


def test_a_switch_that_moves_nothing_is_not_shown_and_each_says_what_it_asks(visit, written, shown):
    tab = visit(written)
    for card in (c for c in shown["claims"] if c["questions"]):
        go(tab, card["id"])
        fields = tab.locator(".card.open [data-explorer] fieldset").all()
        told = card["questions"][0]["explorer"]
        for field, choice in zip(fields, told["choices"], strict=True):
            several = len(choice["values"]) > 1 and choice["name"] not in told["still"]
            assert field.is_visible() == several
            assert not several or field.locator("p").inner_text() == choice["about"]
        reasons = tab.locator(".card.open [data-explorer] > .aside").all_text_contents()
        assert all(any(f"{name} ({why})" in text for text in reasons)
                   for name, why in told["still"].items())  # fmt: skip


def test_the_switches_of_a_card_are_in_the_address_and_survive_a_reload(visit, written, shown):
    address = address_of(shown, *SHARES)
    tab = visit(written, address)
    host = tab.locator(".card.open [data-explorer]")
    option(host, "clones", "removed, spread as all hosts").click()
    slider = tab.locator(".card.open .slider input").first
    slider.focus()
    tab.keyboard.press("End")
    said = tab.locator(".card.open .readout").all_inner_texts()
    told = tab.evaluate("location.hash")
    assert told.startswith(f"{address}?clones=removed%2C+spread+as+all+hosts&slider+1=")
    tab.reload()
    tab.locator(".card.open .slider").first.wait_for()
    assert tab.locator(".card.open .readout").all_inner_texts() == said
    tab.get_by_role("button", name="Back to the primary").click()
    assert "clones" not in tab.evaluate("location.hash")


def test_switches_write_the_command_that_computes_it(visit, written):
    tab = visit(written, "#tenthe/china-more-small/2")
    option(
        tab.locator(".card.open [data-explorer]"), "clones", "removed, spread as all hosts"
    ).click()
    command = tab.locator(".card.open [data-command]")
    assert command.inner_text() == (
        "research run parameter_scale --set quantity=shares "
        "--set 'clones=removed, spread as all hosts'"
    )
    tab.get_by_role("button", name="Back to the primary").click()
    assert command.inner_text() == "research run parameter_scale --set quantity=shares"


@pytest.mark.parametrize("of", [SHARES, TAGS], ids=lambda of: of[2])
def test_sliders_show_exactly_the_grid_that_the_result_holds(visit, written, shown, results, of):
    _, name, key, label = of
    item = JudgedEstimate(result=results[name], key=key, label=label)
    tab = visit(written, address_of(shown, *of))
    drawn = tab.locator(".card.open .slider")
    drawn.first.wait_for()
    assert drawn.count() == len(item.estimate.curves) > 0
    for box, slider in zip(drawn.all(), sliders(item), strict=True):
        handle = box.locator("input")
        for position, point in enumerate(slider["points"]):
            handle.evaluate(
                "(input, at) => { input.value = at; input.dispatchEvent(new Event('input')) }",
                position,
            )
            assert box.locator(".found").text_content() == point["text"]
            assert box.locator(".readout .verdict").inner_text() == point["word"]
            assert slider["grid"][position] in handle.get_attribute("aria-valuetext")


def test_the_question_of_a_claim_can_be_changed_and_linked_to(visit, written, shown):
    card = next(c for c in shown["claims"] if c["id"] == "patterns/likes-uncorrelated")
    tab = visit(written, f"#{card['id']}/3")
    tab.wait_for_selector(f".card.open [data-question={card['questions'][2]['id']}]")
    tab.locator(".card.open select").select_option("4")
    tab.wait_for_selector(f".card.open [data-question={card['questions'][4]['id']}]")
    assert tab.evaluate("location.hash") == f"#{card['id']}/5"
    asked = card["questions"][4]
    host = tab.locator(".card.open [data-host]")
    assert (
        words_of(host.locator(".quote"))
        == f"{asked['of']} {asked['short']} {asked['under']}".strip()
    )
    assert words_of(host.locator(".whole")) == typeset(f"{asked['of']} {asked['quote']}")


def words_of(texts) -> str:
    return " ".join(texts.text_content().split(" ")).strip()


def test_a_row_of_a_table_has_an_address(visit, written, results):
    table = results["parameter_scale"].answers["counts"].tables["classes"]
    tab = visit(written, "#tenthe/china-more-small/1/classes/2")
    row = tab.locator("tr.sought")
    row.wait_for()
    told = [cell if isinstance(cell, str) else f"{cell:g}" for cell in table.rows[1]]
    assert row.locator("td").all_inner_texts() == told
    assert row.is_visible()


# Files --------------------------------------------------------------------------------------------


def taken(tab, button) -> bytes:
    with tab.expect_download() as download:
        button.click()
    return download.value.path().read_bytes()


def test_downloads_hold_what_the_result_holds(visit, written, results):
    _, name, key, label = SHARES
    tab = visit(written, "#tenthe/china-more-small/2")
    tab.wait_for_selector(".card.open .drawing svg")
    get = {kind: taken(tab, tab.locator(f".card.open [data-get={kind}]")) for kind in
           ("csv", "json", "svg", "png")}  # fmt: skip
    assert get["json"] == (RESULTS / f"{name}.json").read_bytes()
    rows = list(csv.DictReader(io.StringIO(get["csv"].decode())))
    kept = [r for r in results[name].answers[key].specifications if r.label == label]
    assert [float(r["low"]) for r in rows] == [s.bounds.low for s in kept for _ in (s, *s.equal)]
    ends = [s.interval.high if s.interval else None for s in kept for _ in (s, *s.equal)]
    assert [float(r["interval_high"] or "nan") for r in rows] == pytest.approx(
        [float("nan") if end is None else end for end in ends], nan_ok=True, abs=0, rel=0
    )
    assert rows[0]["verdict"] == kept[0].verdict.word
    drawing = ElementTree.fromstring(get["svg"])
    assert drawing.tag.endswith("svg")
    assert b"font/ttf" in get["svg"]
    assert get["png"].startswith(b"\x89PNG")
    assert len(get["png"]) > 20_000  # a drawing, not an empty canvas


def test_the_table_of_claims_and_citations_can_be_taken_along(visit, written, shown):
    tab = visit(written)
    rows = list(
        csv.DictReader(io.StringIO(taken(tab, tab.locator("[data-get-claims=csv]")).decode()))
    )
    assert [row["id"] for row in rows] == [card["id"] for card in shown["claims"]]
    assert json.loads(taken(tab, tab.locator("[data-get-claims=json]"))) == rows
    tab.evaluate("location.hash = 'tenthe/f16-important'")
    entry = taken(tab, tab.locator(".card.open [data-cite=bibtex]")).decode()
    assert entry.startswith("@misc{modelometrics-tenthe-f16-important,")
    assert json.loads(taken(tab, tab.locator(".card.open [data-cite=csl]")))


def test_a_dataset_shows_its_first_rows_and_gives_small_tables_whole(visit, written, shown):
    known = datasets.versions("tenthe")["2025-04-24"]
    (card,) = (card for card in shown["datasets"] if card["dataset"] == "tenthe")
    tab = visit(written)
    go(tab, "data/tenthe@2025-04-24")
    assert [table["table"] for table in card["tables"]] == list(known.resources)
    folds = tab.locator(".card.open details.table").all()
    for table, folded in zip(known.resources, folds, strict=True):
        folded.evaluate("each => { each.open = true }")
        file = known.path(table).read_bytes()
        head, *rows = csv.reader(io.StringIO(file.decode(), newline=""))
        cells = folded.locator("tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
        )
        assert folded.locator("thead th").all_inner_texts() == head[:8]
        assert [len(line) for line in cells] == [len(head[:8])] * min(5, len(rows))
        assert all(
            whole.startswith(told.removesuffix("…"))
            for line, row in zip(cells, rows, strict=False)
            for told, whole in zip(line, row, strict=False)
        )
        got = taken(tab, folded.locator("[data-table]"))
        assert got == file
    numbers = list(csv.DictReader(io.StringIO(got.decode())))
    assert [float(row["value"]) for row in numbers if row["value"]]
    links = tab.locator(".card.open .users a")
    assert links.count() > 20
    links.first.click()
    tab.wait_for_selector(".card.open .drawing svg")


def test_a_table_that_is_too_large_says_how_to_get_it(visit, written):
    tab = visit(written)
    go(tab, "data/hub_top_models@2026-06-11")
    assert not tab.locator(".card.open [data-table]").count()
    assert (
        "research data show hub_top_models" in tab.locator(".card.open details.table").inner_text()
    )


# For everybody ------------------------------------------------------------------------------------


OPENED = ("", "tenthe/china-more-small/2", "data/tenthe@2025-04-24")


@pytest.mark.parametrize(
    ("scheme", "width", "rules"),
    [
        ("light", 1280, {}),
        pytest.param(
            "dark",
            390,
            {"runOnly": ["color-contrast", "scrollable-region-focusable"]},
            marks=pytest.mark.long,
        ),
    ],
)
def test_the_page_is_accessible(visit, written, scheme, width, rules):
    from axe_playwright_python.sync_playwright import Axe

    tab = visit(written, color_scheme=scheme, width=width)
    for address in OPENED:
        go(tab, address)
        found = Axe().run(tab, options=rules).response
        assert "color-contrast" in [rule["id"] for rule in found["passes"]]
        assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found["violations"]] == []


def go(tab, address):
    """Move within the page, and wait until what is there is drawn."""
    tab.evaluate("hash => { location.hash = hash }", address)
    if address.startswith("tenthe"):
        tab.wait_for_selector(".card.open .drawing svg")
    else:
        tab.wait_for_selector(f"[id='{address}']:visible" if address else "#overview:visible")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_screen(visit, written, width):
    tab = visit(written, width=width)
    for address in OPENED:
        go(tab, address)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_a_figure_that_is_cut_on_a_phone_has_a_cue(visit, written):
    tab = visit(written, "#tenthe/china-more-small/2", width=390)
    tab.wait_for_selector(".card.open .drawing svg")
    drawing = tab.locator(".card.open .drawing")

    def edge():
        return imread(io.BytesIO(drawing.screenshot()))[:, -2, :3].mean()

    cut = edge()
    drawing.evaluate("each => { each.scrollLeft = each.scrollWidth }")
    assert cut < edge() - 0.05


def test_the_keyboard_alone_opens_a_claim_and_moves_a_switch(visit, written):
    tab = visit(written)
    tab.locator("[data-claim='tenthe/china-more-small'] a").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_function("() => document.activeElement.id === 'tenthe/china-more-small'")
    tab.locator(".card.open [data-explorer] input").first.focus()
    tab.keyboard.press("ArrowDown")
    assert "removed" in tab.locator(".card.open [data-command]").inner_text()


def test_without_scripts_every_claim_and_its_answer_can_be_read(visit, written, shown):
    tab = visit(written, java_script_enabled=False)
    short, whole = (
        tab.locator(f".card {each}").all_text_contents() for each in (".quote", ".whole")
    )
    for card in shown["claims"]:
        # Whose claim it is leads, so that the sentences can be quoted alone.
        of = f"{card['source']['name']}: “{card['statement']}”. "
        assert any(text.startswith(typeset(of + card["short"])) for text in short)
        assert typeset(of + card["quote"]) in whole


def test_print_leaves_out_what_only_a_screen_can_use(visit, written):
    tab = visit(written, "#tenthe/china-more-small")
    tab.emulate_media(media="print")
    assert not tab.locator(".card.open button:visible").count()
    assert tab.locator(".card.open .quote").first.is_visible()
    folded = tab.locator(".card.open details:not([open]) .whole").first
    assert folded.is_visible()  # paper cannot be unfolded
    tab.emulate_media(media="screen")
    assert not folded.is_visible()


def test_hostile_text_is_shown_and_does_nothing(visit, shown, tmp_path):
    cards = {name: poisoned(shown[name]) for name in ("claims", "own", "datasets", "headlines")}
    recordings = {path.stem: hostile_tables(path.read_text()) for path in RESULTS.glob("*.json")}
    file = tmp_path / "hostile.html"
    file.write_text(render(shown | cards, recordings), encoding="utf-8")
    tab = visit(file, "#tenthe/us-most-deployments/2")
    tab.wait_for_selector(".card.open .drawing svg")
    for details in tab.locator(".card.open details").all():
        details.evaluate("each => { each.open = true }")
    tab.wait_for_selector(".card.open details.rows td")
    tab.locator(".card.open [data-explorer] input").nth(1).check()
    assert tab.evaluate("window.pwned") is None
    assert tab.locator(".card.open :is(img, script)").count() == 0
    assert "{{7*7}}" in tab.locator(".card.open .quote").first.inner_text()
    assert HOSTILE in tab.locator(".card.open details.rows td").first.text_content()


def hostile_tables(text: str) -> str:
    result = json.loads(text)
    for answer in result["answers"].values():
        for table in answer["tables"].values():
            table["rows"] = [[HOSTILE, *row[1:]] for row in table["rows"]]
    return json.dumps(result)
