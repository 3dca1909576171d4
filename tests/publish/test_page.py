"""The page as text: what it says, what it never says, what it carries, and that it is safe."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import is_dataclass, replace
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from markupsafe import Markup

from research import Bounds, Curve, Estimate, Hypothesis, Interval, TippingPoint, figures, places
from research.publish.claims import answer_claims
from research.publish.datasets_read import safe_link
from research.publish.drawing import drawn
from research.publish.headlines import headlines
from research.publish.judged import LEADS, JudgedEstimate, judged
from research.publish.methods import INTERVALS, Method
from research.publish.page import MARKS, page, render
from research.publish.page.citing import bibtex, csl
from research.publish.page.embedding import inline
from research.publish.page.scales import axis
from research.publish.page.sliders import sliders
from research.results import ResearchError, judge
from research.wording import amount, interval_text, region, sensitivity, typeset
from tests.publish.conftest import RESULTS

MEGABYTE = 1_000_000
ESTIMATORS = places.bundled() / "research" / "estimators"
HOSTILE = (
    "</script><script>window.pwned=1</script><!--\"><img src=x onerror='window.pwned=1'>"
    "javascript:window.pwned=1 {{7*7}} {% raw %} &lt; \u202e\u2066 \u2028 ' ` \\"
)


def every_judged(results):
    for result in results.values():
        yield from judged(result)


# Words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (0.241802, 0.241802, "share of addresses", "24.2 %"),
        (0.602, 1.0, "share of hosts", "60.2 to 100 %"),
        (-0.2, -0.08, "difference in share", "−20.0 to −8.0 percentage points"),
        (0.3594, 0.3612, "sum of squared shares", "0.359 to 0.361"),
        (13384, 13384, "listed addresses", "13 384 listed addresses"),
        (2, 6, "rank", "2 to 6"),
        (1.13, 1.13, "ratio of hosts", "1.13"),
        (0, float("inf"), "days", "0.00 to infinity days"),
    ],
)
def test_amounts_are_said_in_their_unit(low, high, unit, text):
    assert amount(Bounds(low, high), unit) == typeset(text)


@pytest.mark.parametrize(
    ("alternative", "null", "margin", "text"),
    [
        ("greater", 0.5, 0, "more than 50 %"),
        ("less", 0.5, 0, "less than 50 %"),
        ("equivalent", 0.25, 0.025, "22.5 to 27.5 %"),
        ("equivalent", 0.3, 0, "exactly 30 %"),
        ("different", 0.3, 0.05, "anything but 25 to 35 %"),
        ("less", 1.0, 0, "less than 100 %"),
    ],
)
def test_what_a_claim_needs_is_said_without_false_decimals(alternative, null, margin, text):
    needed = Hypothesis(
        estimand="", null=null, margin=margin, alternative=alternative, role="reanalysis"
    )
    assert region(needed, "share of hosts") == typeset(text)


def test_an_interval_says_its_level_and_the_design_effect_it_assumes():
    found = Interval(0.1, 0.2, 0.9875, "x", 1.91341)
    text = "98.75 % interval 10.0 to 20.0 % at design effect 1.9"
    assert interval_text(found, "share of hosts") == typeset(text)
    assert interval_text(None, "share of hosts") == ""


def test_the_abbreviation_of_the_design_effect_is_spelt_out():
    point = TippingPoint(what="", threshold=135, sentence="lost at deff 135, say")
    assert sensitivity(point) == "lost at a design effect of 135, say"


def test_the_sentences_to_quote_name_verdict_value_threshold_population_and_date(results):
    for item in every_judged(results):
        text, found = item.quotable, item.estimate
        word = item.word
        if item.hypothesis.claims:
            assert text.startswith(f"{LEADS[word]}{', but fragile' * item.is_fragile}.")
        for part in (
            item.hypothesis.estimand,
            amount(found.identified, found.unit),
            interval_text(found.interval, found.unit),
            region(item.hypothesis, found.unit),
            f"({item.answer.population}, {item.answer.as_of})",
        ):
            assert part in text


def test_only_the_claims_own_terms_support_or_contradict_it(results):
    for item in every_judged(results):
        says_so = re.match(r"(Supported|Contradicted) on the claim's own terms", item.quotable)
        assert bool(says_so) <= (item.hypothesis.scope == "same")
        assert "neither supports nor contradicts" in LEADS["holds"]


def test_a_claim_whose_nearest_answers_differ_shows_all_of_them(shown, results):
    answers = {each.id: each for each in answer_claims(list(results.values()))}
    mixed = [card for card in shown["claims"] if card["word"] == "mixed"]
    assert mixed
    for card in mixed:
        deciding = answers[card["id"]].deciding
        assert len(deciding) == card["deciding"] == len(card["strips"]) > 1
        assert card["quote"].startswith("Mixed: ")
        for item in deciding:
            assert item.amount in card["quote"]
            assert item.answer.population in card["quote"]


def test_a_fragile_word_is_never_bare(shown, results):
    for item in every_judged(results):
        assert ("fragile" in item.said) == item.is_fragile
        assert (", but fragile." in item.quotable) == item.is_fragile
    fragile = [card for card in shown["claims"] if card["word"].endswith("fragile")]
    assert fragile
    assert {MARKS[card["word"]] for card in fragile} == {"fragile"}


def test_one_word_stands_on_card_row_and_data(shown, written, results):
    words = {each.id: each.word for each in answer_claims(list(results.values()))}
    text = written.read_text(encoding="utf-8")
    rows = {row["id"]: row["verdict"] for row in embedded(text)["claims"]}
    lines = dict(re.findall(r'<tr role="row" data-claim="([^"]+)".*?data-verdict="([^"]+)"', text))
    assert {card["id"]: card["word"] for card in shown["claims"]} == words == rows
    assert words.items() <= lines.items()


def test_a_claim_that_no_estimate_answers_is_quoted_with_its_reason(shown, results):
    answers = {a.claim["claim_id"]: a for a in answer_claims(list(results.values()))}
    settled = [card for card in shown["claims"] if not card["questions"]]
    assert settled
    for card in settled:
        quote, reason = card["quote"].lower(), answers[card["id"]].settled.reason.lower()
        assert quote.startswith(card["word"])
        assert reason.rstrip(".") in quote


# Methods, sliders, headlines ----------------------------------------------------------------------


def test_every_method_of_an_interval_is_explained(results):
    named = {
        estimate.interval.method
        for result in results.values()
        for answer in result.answers.values()
        for estimate in answer.estimates.values()
        if estimate.interval
    }
    given = "".join(path.read_text() for path in ESTIMATORS.rglob("*.py"))
    assert named <= set(INTERVALS)
    unused = set(INTERVALS) - named - {""}
    assert {name for name in unused if f'"{name}"' not in given} == set()  # an own analysis may
    sections = re.findall(r"^## (.+)$", methods_text(), re.MULTILINE)
    assert {method.section for method in INTERVALS.values()} <= set(sections)


def methods_text() -> str:
    from research import places

    return (places.bundled() / "METHODS.md").read_text(encoding="utf-8")


def test_a_slider_says_what_it_moves_and_a_grid_of_shares_in_per_cent(results):
    for item in every_judged(results):
        for curve, slider in zip(item.estimate.curves, sliders(item), strict=True):
            assert slider["label"].lower() == curve.over.lower()
            assert all(
                text.endswith("%") == (curve.grid_unit == "share") for text in slider["grid"]
            )


def test_a_slider_that_stands_on_the_estimate_shows_its_verdict(results):
    compared = 0
    for item in every_judged(results):
        word = item.word
        for slider in sliders(item):
            point = slider["points"][slider["start"]]
            if point["text"] == amount(item.estimate.identified, item.estimate.unit):
                compared += 1
                assert point["word"] == word
    assert compared > 20


def test_a_curve_of_ratios_is_judged_against_one(results):
    """The ratio of two shares says who is ahead by being above one, their difference above zero."""
    item = JudgedEstimate(
        result=results["parameter_scale"],
        key="shares",
        label="medium: share of hosts, China minus US",
    )
    curve = next(c for c in item.estimate.curves if c.over.startswith("classes per host"))
    slider = sliders(item)[item.estimate.curves.index(curve)]
    assert [p["word"] for p in slider["points"]] == [
        "holds" if ratio < 1 else "does not hold" for ratio in curve.low
    ]
    assert len({p["word"] for p in slider["points"]}) == 2


def test_a_slider_reads_its_intervals_at_the_level_of_the_estimate(results):
    item = next(i for i in every_judged(results) if i.estimate.interval)
    curve = Curve(over="x", grid=(1, 2), low=(0, 0), high=(0, 0), interval_low=(-1, -2),
                  interval_high=(1, 2))  # fmt: skip
    found = Estimate(label=item.label, unit="ratio", reading="superpopulation", value=0.0,
                     interval=Interval(-1, 1, 0.9), curves=(curve,))  # fmt: skip
    answer = replace(item.answer, estimates=item.answer.estimates | {item.label: found})
    result = replace(item.result, answers=item.result.answers | {item.key: answer})
    (slider,) = sliders(replace(item, result=result))
    assert slider["points"][1]["interval"] == typeset("90 % interval −2 to 2")
    assert slider["points"][1]["word"] == judge(item.hypothesis, Bounds(0, 0), Bounds(-2, 2)).word


def test_a_headline_that_a_result_no_longer_bears_out_stops_the_page(results):
    result = results["parameter_scale"]
    shares = result.answers["shares"]
    label = "small: share of hosts, China minus US"
    turned = shares.verdicts | {label: replace(shares.verdicts[label], word="inconclusive")}
    changed = replace(result, answers=result.answers | {"shares": replace(shares, verdicts=turned)})
    assert len(headlines(list(results.values()))) == 4
    with pytest.raises(ResearchError, match=r"small and extra-large.*Rewrite .*headlines\.py"):
        headlines([*(r for r in results.values() if r is not result), changed])


def test_positions_are_percent_of_the_axis_and_infinity_is_its_end():
    scale = axis([Bounds(-1, 1), Bounds(0, float("inf"))], "share of hosts")
    assert scale.span(Bounds(float("-inf"), 0)) == [0.0, 50.0]
    wanted = ["−100 %", "−50 %", "0 %", "50 %", "100 %"]
    assert [label for _, label in scale.ticks()] == [*map(typeset, wanted)]


# The file -----------------------------------------------------------------------------------------


class Markup5(HTMLParser):
    """Collects what a browser would act upon."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def attributes(self, name):
        return [attrs[name] or "" for _, attrs in self.tags if name in attrs]


def embedded(text: str):
    """The data of a page, unpacked."""
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)
    return json.loads(data)


def unpacked(text: str) -> str:
    return gzip.decompress(base64.b64decode(text)).decode()


def test_the_page_is_one_small_file_that_asks_for_nothing(written):
    text = written.read_text(encoding="utf-8")
    assert written.stat().st_size < 5 * MEGABYTE
    seen = Markup5(text)
    assert seen.attributes("src") == []
    for tag, attrs in seen.tags:
        if tag != "a" and "href" in attrs:
            assert attrs["href"].startswith(("#", "data:,"))
    assert "@import" not in text
    assert re.findall(r"url\((?!data:font/ttf;base64,)", text) == []


def test_the_page_is_the_same_when_written_again(written, shown):
    recordings = {path.stem: path.read_text() for path in sorted(RESULTS.glob("*.json"))}
    assert render(shown, recordings).encode() == written.read_bytes()


def test_the_page_carries_every_result_as_it_was_recorded(written):
    carried = embedded(written.read_text(encoding="utf-8"))["results"]
    assert {name: unpacked(text) for name, text in carried.items()} == {
        path.stem: path.read_text(encoding="utf-8") for path in RESULTS.glob("*.json")
    }


def test_every_claim_has_an_address_of_its_own(written, shown):
    ids = Markup5(written.read_text(encoding="utf-8")).attributes("id")
    assert len(ids) == len(set(ids))
    assert {card["id"] for card in shown["claims"]} <= set(ids)
    assert {card["word"] for card in shown["claims"]} <= set(MARKS)


def test_every_link_within_the_page_leads_somewhere(written, shown):
    """To a part of the page, or to a family that the page opens."""
    seen = Markup5(written.read_text(encoding="utf-8"))
    within = {link[1:] for link in seen.attributes("href") if link.startswith("#")}
    families = {f"family/{quote(row['family'], safe='')}" for row in shown["explore"]["rows"]}
    assert within <= set(seen.attributes("id")) | families


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(ResearchError, match=r"No results in .*research reproduce"):
        page(tmp_path, tmp_path / "page.html")


# Text from outside --------------------------------------------------------------------------------

BESIDE = ("paper.pdf", "supplement.pdf")  # that are made with the page
KEPT = {"id", "analysis", "key", "word", "link", "dataset", "version", "claims", "alternative"}


def poisoned(value, name=""):
    """The same contents with hostile text in every text that is not an identifier."""
    if isinstance(value, Markup | Method) or name in KEPT:
        return value
    if isinstance(value, str):
        return value + HOSTILE
    if is_dataclass(value):
        names = type(value).__dataclass_fields__
        return replace(value, **{n: poisoned(getattr(value, n), n) for n in names if n != "holds"})
    if isinstance(value, dict):
        return {key: poisoned(item, key) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(poisoned(item) for item in value)
    return value


@pytest.fixture(scope="module")
def hostile(shown):
    cards = {name: poisoned(shown[name]) for name in ("claims", "own", "datasets", "headlines")}
    return render(shown | cards | {"sources": {"x": HOSTILE}, "channels": [HOSTILE]}, {})


def test_text_from_outside_adds_no_element_and_no_script(hostile, written):
    clean = Markup5(written.read_text(encoding="utf-8"))
    seen = Markup5(hostile)
    for tag in ("script", "img", "style"):
        assert [t for t, _ in seen.tags].count(tag) == [t for t, _ in clean.tags].count(tag)
    assert not [n for _, attrs in seen.tags for n in attrs if n.startswith("on")]
    for link in seen.attributes("href"):
        assert link.startswith(("#", "https://", "http://", "data:,")) or link in BESIDE
    assert "{{7*7}}" in hostile.replace("&#39;", "'")


def test_text_from_outside_stays_text_in_what_travels_compressed(hostile):
    data = embedded(hostile)
    assert all(HOSTILE in row["claim"] for row in data["claims"])
    for name, text in data["cards"].items():
        for question in json.loads(unpacked(text)):
            tags = Markup5(question["html"]).tags
            assert not [t for t, _ in tags if t in ("script", "img")], name


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " JaVaScRiPt:alert(1)", "data:text/html,x", "//x", "", None]
)
def test_only_web_addresses_become_links(address):
    assert safe_link(address) == ""
    assert safe_link("https://example.org/a?b=c") == "https://example.org/a?b=c"


def test_citations_stay_well_formed_whatever_the_claim_says():
    entry = bibtex("tenthe/x", HOSTILE, "2026-10-05")
    assert entry.count("{") == entry.count("}")
    assert "\\script" not in entry
    (cited,) = json.loads(csl("tenthe/x", HOSTILE, "2026-10-05"))
    assert HOSTILE in cited["title"]
    assert cited["issued"] == {"date-parts": [[2026]]}


def test_a_drawing_that_is_made_already_is_the_one_that_the_page_would_make(results, shown):
    result = results["us_against_china_hosts"]
    with figures.theme():
        (made,) = figures.printed(drawn(result), figures.TEXT_SVG)
    assert inline(made) == shown["figures"][result.analysis]
