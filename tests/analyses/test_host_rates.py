"""Hosts per developer, person and address: who has more turns with what hosts are set against."""

from __future__ import annotations

import pytest

from research import figures
from research.analysis import find

RATE = "hosts of the US per {}, over those of China"
LISTED = {"US": 29_195, "China": 16_464}
# As the sources print them: accounts of developers of the second quarter of 2025, people of 2024,
# registered IPv4 addresses.
SIZES = {
    "developer": {"US": 27_113_067, "China": 10_608_138},
    "person": {"US": 340_110_988, "China": 1_408_975_000},
    "registered address": {"US": 1_610_358_368, "China": 342_953_984},
}


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("host_rates")


@pytest.mark.parametrize(
    ("per", "word"),
    [("developer", "does not hold"), ("person", "holds"), ("registered address", "does not hold")],
)
def test_the_rate_is_hosts_over_what_they_are_set_against(result, per, word):
    rates = {who: LISTED[who] / SIZES[per][who] for who in LISTED}
    answer = result.answer(counted="listed addresses", per=per)
    assert answer.estimates[RATE.format(per)].value == pytest.approx(rates["US"] / rates["China"])
    assert answer.verdicts[RATE.format(per)].word == word


def test_rates_per_million_are_those_of_the_figure(result):
    table = result.answer(counted="listed addresses", per="developer").tables["rates"]
    rates = [round(row[table.columns.index("rate")]) for row in table.rows]
    assert rates == [1_077, 1_552]


@pytest.mark.parametrize("per", SIZES)
def test_the_tipping_point_levels_both_countries(result, per):
    found = result.answer(counted="listed addresses", per=per).estimates[RATE.format(per)]
    (point,) = found.tipping_points
    ratio = found.value
    assert ratio * point.threshold == pytest.approx(1) or ratio / point.threshold == pytest.approx(
        1
    )
    assert point.threshold >= 1


@pytest.mark.parametrize("quarter", ["of the week", "the one before"])
def test_a_quarter_earlier_changes_no_word(result, quarter):
    rows = result.answer(counted="listed addresses", per="developer").specifications
    words = {s.verdict.word for s in rows if s.choices["quarter"] == quarter}
    assert words == {"does not hold"}


def test_the_figure_draws_both_countries_in_their_colours(result):
    with figures.theme():
        panels = find("host_rates").module.figure(result).axes
    for axes in panels:
        colors = [line.get_color() for line in axes.lines if len(line.get_xdata()) == 1]
        assert colors == [figures.UNITED_STATES, figures.CHINA] * 4
