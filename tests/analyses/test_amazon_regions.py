"""The ranking of countries as a map of one cloud's regions, and what the US lead rests on."""

from __future__ import annotations

import pytest

import research
from research import figures
from research.analysis import find

FIRST = "share of the listed addresses, US minus China"
TOTAL = 99_412
US_CITIES = ["Ashburn", "Boardman", "Columbus", "Portland", "San Jose"]
OUTSIDE = ["Beijing", "Hangzhou", "Seattle"]  # the leading cities without an Amazon region


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("amazon_regions")


@pytest.fixture(scope="module")
def answer(result):
    return result.answer()


@pytest.fixture(scope="module")
def cities():
    return research.load("tenthe_cities").set_index("city")


@pytest.fixture(scope="module")
def countries():
    return research.load("tenthe_countries").set_index("country")["discovered_ips"]


@pytest.fixture(scope="module")
def in_regions(cities):
    leading = cities[cities["rank_world"].notna()].drop(OUTSIDE)["discovered_ips"]
    return leading.sum() + cities.loc["Boardman", "discovered_ips"]


def lead(cities, countries, in_regions, removed):
    gone = removed * cities.loc[US_CITIES, "discovered_ips"].sum()
    return (countries["US"] - gone - countries["CN"]) / (TOTAL - removed * in_regions)


def test_cities_of_regions_hold_as_many_addresses_as_amazon_networks(answer, in_regions):
    label = "share of the listed addresses in {}"
    of_cities = answer.estimates[label.format("listed cities of Amazon regions")].value
    of_networks = (53_658 + 5_539) / TOTAL
    assert of_cities == pytest.approx(in_regions / TOTAL)
    assert abs(of_cities - of_networks) < 0.01


def test_the_ranks_below_china_are_mostly_cities_of_regions(answer, countries, in_regions, cities):
    found = answer.estimates["share in a city of an Amazon region, countries of ranks 3 to 15"]
    below = countries.iloc[2:15]
    known = in_regions - cities.loc[US_CITIES, "discovered_ips"].sum()
    assert found.bounds.low == pytest.approx(known / below.sum())
    assert found.bounds.high == pytest.approx((known + countries["SE"]) / below.sum())


def test_the_lead_turns_where_the_sentence_says(answer, cities, countries, in_regions):
    (point,) = answer.estimates[FIRST].tipping_points
    assert lead(cities, countries, in_regions, point.threshold) == pytest.approx(0, abs=1e-9)
    assert lead(cities, countries, in_regions, point.threshold - 0.01) > 0


def test_thinning_gives_amazon_its_later_share(answer):
    too_many = answer.estimates[
        "share of Amazon's addresses to leave out for its share of May 2026"
    ].value
    left = (1 - too_many) * 59_197
    assert left / (TOTAL - 59_197 + left) == pytest.approx(3_720 / 16_473)


def test_the_verdict_turns_with_the_choice(answer, cities, countries, in_regions):
    words = {s.choices["amazon"]: s.verdict.word for s in answer.specifications}
    assert list(words.values()) == ["supported", "contradicted", "contradicted"]
    values = {s.choices["amazon"]: s.value for s in answer.specifications}
    assert values["removed"] == pytest.approx(lead(cities, countries, in_regions, 1))


def test_the_figure_splits_the_us_bar_and_marks_the_turn(result, answer, countries, cities):
    with figures.theme():
        bars, curve = find("amazon_regions").module.figure(result).axes
    us = cities.loc[US_CITIES, "discovered_ips"].sum()
    widths = [patch.get_width() * 1000 for patch in bars.patches[:2]]
    assert widths == pytest.approx([countries["US"] - us, us])
    (turn,) = [line for line in curve.lines if line.get_markerfacecolor() == "white"]
    assert turn.get_xdata()[0] == answer.estimates[FIRST].tipping_points[0].threshold
