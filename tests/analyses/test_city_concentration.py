"""Leading cities: two thirds of the addresses, the US against China, and Amazon's regions."""

from __future__ import annotations

import pytest

import research
from research import figures
from research.analysis import find

US = "share of addresses in the leading cities, United States"
CN = "share of addresses in the leading cities, China"
GAP = "addresses in the leading cities, US minus China"
SHARES = "share of addresses in the leading cities, US minus China"
ELSEWHERE = "share of hosts in the ten leading cities, China, another scan"
TOTALS = {"US": 29_195, "CN": 16_464}
AMAZON = ["Ashburn", "Boardman", "Columbus", "Portland", "San Jose"]


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("city_concentration")


@pytest.fixture(scope="module")
def tenthe(result):
    return result.answer(scan="Tenthe")


@pytest.fixture(scope="module")
def cities():
    table = research.load("tenthe_cities").dropna(subset="rank_country")
    return {
        country: rows.set_index("city")["discovered_ips"].sort_values(ascending=False)
        for country, rows in table.groupby("country")
    }


def spec(answer, label, **choices):
    (found,) = [
        s for s in answer.specifications
        if s.label == label and any(choices.items() <= c.items() for c in s.combinations)
    ]  # fmt: skip
    return found


@pytest.mark.parametrize(("label", "country"), [(US, "US"), (CN, "CN")])
@pytest.mark.parametrize("few", [10, 5, 3])
def test_shares_of_the_leading_cities(tenthe, cities, label, country, few):
    found = spec(tenthe, label, few=few, amazon="kept")
    share = cities[country].head(few).sum() / TOTALS[country]
    assert found.value == pytest.approx(share)
    assert found.verdict.word == ("supported" if share > 2 / 3 else "contradicted")


def test_ten_cities_are_enough_in_both_countries_and_five_only_in_the_us(tenthe):
    words = {
        (label, few): spec(tenthe, label, few=few, amazon="kept").verdict.word
        for label in (US, CN)
        for few in (10, 5)
    }
    assert [few for (label, few), word in words.items() if word == "supported" and label == US] == [
        10,
        5,
    ]
    assert [few for (label, few), word in words.items() if word == "supported" and label == CN] == [
        10
    ]


def test_without_cities_of_amazon_regions_the_ten_are_known_up_to_bounds(tenthe, cities):
    left = cities["US"].drop(AMAZON)
    total, last = TOTALS["US"] - cities["US"][AMAZON].sum(), cities["US"].min()
    found = spec(tenthe, US, few=10, amazon="removed")
    expected = left.sum() / total, (left.sum() + 5 * last) / total
    assert tuple(found.bounds) == pytest.approx(expected)
    assert found.verdict.word == "not identified"


@pytest.mark.parametrize("few", [10, 5, 3])
def test_the_us_cities_hold_more_and_without_amazon_fewer(tenthe, cities, few):
    china = cities["CN"].head(few).sum()
    assert spec(tenthe, GAP, few=few, amazon="kept").value == cities["US"].head(few).sum() - china
    removed = spec(tenthe, GAP, few=few, amazon="removed")
    assert removed.bounds.low == cities["US"].drop(AMAZON).head(few).sum() - china
    assert removed.verdict.word == "contradicted"


def test_the_share_is_larger_in_the_us_too(tenthe, cities):
    us, china = (cities[c].sum() / TOTALS[c] for c in ("US", "CN"))
    assert tenthe.estimates[SHARES].bounds.low == pytest.approx(us - china)
    assert tenthe.verdicts[SHARES].word == "holds"


def thresholds(estimate):
    return [point.threshold for point in estimate.tipping_points]


@pytest.mark.parametrize(("label", "country"), [(US, "US"), (CN, "CN")])
def test_tipping_points_bring_the_share_to_two_thirds(tenthe, cities, label, country):
    lost = thresholds(tenthe.estimates[label])[0]
    assert (cities[country].sum() - lost) / (TOTALS[country] - lost) == pytest.approx(2 / 3)


def test_tipping_points_at_amazon(tenthe, cities):
    amazon, ten = cities["US"][AMAZON].sum(), cities["US"].sum()
    gone = thresholds(tenthe.estimates[US])[1] * amazon
    assert (ten - gone) / (TOTALS["US"] - gone) == pytest.approx(2 / 3)
    all_gone, at_amazon = thresholds(tenthe.estimates[GAP])
    assert ten - all_gone == cities["CN"].sum()
    assert ten - at_amazon * amazon == pytest.approx(cities["CN"].sum())


def test_another_scan_gives_no_ten_cities(result):
    sentinel = result.answer(scan="SentinelLABS")
    assert sentinel.verdicts[ELSEWHERE].word == "not identified"
    assert sentinel.estimates[ELSEWHERE].bounds.low == pytest.approx(0.295)


def test_the_figure_draws_the_cities_and_what_they_hold(result, tenthe, cities):
    with figures.theme():
        bars, curves = find("city_concentration").module.figure(result).axes
    widths = [patch.get_width() * 1000 for patch in bars.patches]
    assert widths == pytest.approx([*cities["US"], *cities["CN"]])
    drawn = {line.get_marker(): line.get_ydata() for line in curves.lines}
    assert drawn["s"][-1] == tenthe.estimates[US].value
    assert drawn["o"][-1] == tenthe.estimates[CN].value
