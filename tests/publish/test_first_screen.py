"""The first screen says what the results say: levels, conventions, rows, and nothing typed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from research import figures
from research.publish.headlines import ODDS
from research.publish.judged import moves
from research.publish.page.embedding import library
from research.publish.page.first_screen import COLUMNS, PAIRS, first_screen, level
from research.publish.page.specs import placed, spec
from research.results import Bounds, ResearchError
from research.wording import quantity, typeset


@pytest.fixture(scope="module")
def charts(results):
    return {chart.name: chart for chart in first_screen(results.values())}


def whole_percent(low, high):
    """A set in whole per cent, written without the code of the page."""
    ends = dict.fromkeys(str(round(100 * end)) for end in (low, high))
    return " to ".join(ends) + "\u00a0%"


def test_the_course_is_the_table_of_the_result(charts, results):
    answer = results["origin_over_time"].answers["Hub, all models"]
    table = answer.tables["leads"].to_frame().set_index("end")
    rows = charts["time"].views["downloads/all"].rows
    assert len(rows) == 2 * len(table)
    for row in rows:
        code = {"China": "China", "United States": "US"}[row.origin]
        assert [row.low, row.value, row.high] == list(
            table.loc[row.end, [f"{code} {part}" for part in ("low", "value", "high")]]
        )


def test_the_first_sentence_names_levels_publishers_population_and_date(charts, results):
    answer = results["origin_over_time"].answers["Hub, all models"]
    said = charts["time"].views["downloads/all"].sentence
    for code in ("China", "US"):
        found = answer.estimates[f"{code}: share at the last date"].identified
        assert whole_percent(*found) in said
    assert "publishers in China" in said
    assert "publishers in the United States" in said
    assert answer.population.replace("the Hub", "the Hugging Face Hub") in said
    last = answer.tables["leads"].rows[-1][2]
    assert said.startswith(f"In {datetime.fromisoformat(last):%B %Y} ")


def test_a_convention_that_moves_a_level_far_is_part_of_the_sentence(charts, results):
    for view in charts["time"].views.values():
        answer = results["origin_over_time"].answers[view.rows[0].series]
        for code in ("China", "US"):
            found = answer.estimates[f"{code}: share at the last date"]
            set_ = found.identified
            for row in found.budget:
                shift = max(abs(row.low - set_.low), abs(row.high - set_.high))
                far = shift > set_.high - set_.low + 1e-9
                name = "China" if code == "China" else "United States"
                stands = re.search(rf"With {row.source}:[^.]*{name} ", view.under) is not None
                assert stands == far, (view.name, row.source)
    moved = charts["time"].views["downloads/all"].under
    assert "sentence-transformers as of the United States" in moved


def test_the_conventions_of_the_last_date_are_those_of_the_specifications(analysed):
    """The budget of a level is another path through the analysis than its specifications."""
    answer = analysed("origin_over_time").answers["Hub, all models"]
    china, us = (answer.estimates[f"{code}: share at the last date"] for code in ("China", "US"))
    row = next(each for each in us.budget if each.source.startswith("sentence-transformers"))
    moved = [
        each.bounds.high - answer.estimates[each.label].identified.high
        for each in answer.specifications
        for choices in each.combinations
        if each.label == "after the claimed year: China minus US"
        and {k for k, v in choices.items() if v != answer.choices[k]} == {"sentence_transformers"}
    ]
    assert len(moved) == 1
    assert us.identified.low - row.low == pytest.approx(moved[0], abs=0.05)  # two months apart
    unmoved = next(e for e in china.budget if e.source.startswith("sentence-transformers"))
    assert Bounds(unmoved.low, unmoved.high) == china.identified


def _counted(key):
    """What both channels of a pair count, read off its name."""
    first, second = key.split(", ")
    kept = {"hosts": "hosts", "pulls": "pulls"}
    return first.split(" ")[0], kept.get(second.split(" ")[0], "downloads")


def test_ratios_and_levels_of_two_channels_are_those_of_the_result(charts, results):
    answers = results["over_representation"].answers
    assert set(answers) <= set(PAIRS)
    told = {key for key, answer in answers.items() if any(" over " in e for e in answer.estimates
                                                          if e.startswith("China:"))}  # fmt: skip
    keys = [key for key in PAIRS if key in told]
    assert len(keys) >= 6
    for view, key in zip(charts["pair"].views.values(), keys, strict=True):
        answer = answers[key]
        first, second = _counted(key)
        for row in view.rows:
            found = answer.estimates[f"{row.origin}: share of {first} over share of {second}"]
            low, high = found.identified
            assert (row.low, row.value, row.high) == (low, found.value, high)
            assert quantity(found.identified, found.unit) in view.sentence
            for counted in (first, second):
                share = answer.estimates[f"{row.origin}: share of {counted}"].identified
                assert whole_percent(*share) in view.sentence
    carried = answers["pulls, catalogue"].estimates[ODDS]
    (left_out,) = (r for r in carried.budget if r.source == "one organisation left out")
    assert left_out.detail.removeprefix("furthest without ") in charts["pair"].views["pair-1"].under


def test_who_is_ahead_at_which_size_follows_the_sets(charts, results):
    answers = {answer.population: answer for answer in results["size_by_origin"].answers.values()}
    by_day = {(a.population, a.as_of): a for a in results["size_by_origin"].answers.values()}
    assert len(by_day) == len(charts["size"].views) >= len(answers)
    for view in charts["size"].views.values():
        answer = by_day[view.rows[0].population, view.rows[0].end]
        for size in ("small", "medium", "large", "extra-large"):
            lead = answer.estimates[f"{size}: share, China minus US"].identified
            (part,) = (p for p in view.sentence.split(";") if re.search(rf"(?<!-){size} \(", p))
            ahead = ["in China were ahead" in part, "in the United States were ahead" in part]
            assert ahead == [lead.low > 0, lead.high < 0], (view.name, size)


def test_embedding_models_stand_beside_the_small_ones_that_they_carry(charts):
    said = charts["size"].views["in-1"].under
    assert "With embedding models left out: China minus US small" in said


def test_every_view_can_be_reached_or_says_why_not(charts):
    for chart in charts.values():
        places = [()]
        for switch in chart.switches:
            places = [(*before, value) for before in places for value in switch.values]
        refused = {at for switch in chart.switches for at in switch.without}
        for at in places:
            assert ("/".join(at) in chart.views) != (at in refused)
        assert all(len(switch.values) > 1 for switch in chart.switches)


def test_rows_have_a_unit_a_date_a_source_and_every_column_is_described(charts):
    for chart in charts.values():
        rows = placed(chart)
        assert [row["row"] for row in rows] == list(range(len(rows)))
        for row in rows:
            assert set(COLUMNS) <= set(row)
            assert all(row[name] for name in ("unit", "begin", "end", "source", "population"))
            assert row["low"] <= row["high"]
            assert not any(isinstance(row[name], str) for name in ("low", "value", "high"))
    midnight = datetime(2021, 6, 15, tzinfo=UTC).timestamp() * 1000
    assert placed(charts["time"])[0]["at"] == midnight


def test_red_and_blue_are_the_two_countries(charts):
    for name, chart in charts.items():
        text, countries = str(spec(name, placed(chart))), [figures.CHINA, figures.UNITED_STATES]
        assert f"'domain': ['China', 'United States'], 'range': {countries}" in text
        colours = set(re.findall(r"#[0-9a-f]{6}", text))
        assert colours <= {figures.CHINA, figures.UNITED_STATES, figures.INK, figures.MUTED,
                           figures.FAINT, "#ffffff"}  # fmt: skip


def test_names_that_would_touch_are_moved_apart(charts):
    rows = [row for row in placed(charts["time"]) if row["view"] == "pulls/all" and row["label"]]
    low, high = sorted(row["label_at"] for row in rows)
    assert high - low == pytest.approx(0.07)


def test_the_library_is_one_script_that_ends_in_itself():
    text = library()
    assert "</script" not in text
    assert text == library()
    assert len(text) < 1_000_000


def test_a_choice_without_words_stops_the_page(results):
    result = results["size_by_origin"]
    key, answer = next(iter(result.answers.items()))
    row = next(r for r in answer.specifications if r.label.startswith("small"))
    odd = replace(row, choices=dict(row.choices) | {"sizes": "guessed"}, equal=())
    changed = replace(answer, specifications=(*answer.specifications, odd))
    others = [r for r in results.values() if r.analysis != "size_by_origin"]
    broken = replace(result, answers={**result.answers, key: changed})
    with pytest.raises(ResearchError, match="guessed"):
        first_screen([*others, broken])


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [(0.242, 0.2497, "24 to 25 %"), (0.371, 0.374, "37 %"), (0.004, 0.5, "0.4 to 50.0 %")],
)
def test_levels_are_said_in_whole_per_cent_unless_that_is_none(low, high, told):
    assert level(Bounds(low, high)) == typeset(told)


def test_a_convention_within_the_set_moves_nothing():
    assert not moves(Bounds(0.2, 0.4), Bounds(0.25, 0.35))
    assert moves(Bounds(0.5, 0.5), Bounds(0.5, 0.6))
    assert not moves(Bounds(0.5, 0.5), Bounds(0.5, 0.5))
