"""Places on the trending list against downloads, pair by pair."""

from itertools import combinations

import numpy as np
import pytest

import research
from research.analysis import find

ORDER = "pairs with more downloads in the higher place, minus those with fewer"


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("trending_and_downloads")


@pytest.fixture(scope="module")
def days():
    rows = research.load("hub_trending").sort_values(["date", "rank"])
    shown = rows["hub_downloads_30d_rounded"].astype(float)
    return [day.tolist() for _, day in shown.groupby(rows["date"])]


def test_every_pair_is_counted_once_and_hidden_ones_may_go_either_way(result, days):
    more = fewer = pairs = 0
    for day in days:
        for higher, lower in combinations(day, 2):
            more, fewer, pairs = more + (higher > lower), fewer + (higher < lower), pairs + 1
    found = result.answer(pairs="all").estimates[ORDER]
    hidden = pairs - more - fewer
    assert found.n == pairs
    assert found.bounds.low == pytest.approx((more - fewer - hidden) / pairs)
    assert found.bounds.high == pytest.approx((more - fewer + hidden) / pairs)
    assert found.value == pytest.approx((more - fewer) / (more + fewer))


def test_the_top_ten_is_compared_with_the_places_below_it(result, days):
    found = result.answer(pairs="top ten and the rest").estimates[ORDER]
    assert found.n == len(days) * 10 * 20


@pytest.mark.parametrize("pairs", ["all", "top ten and the rest"])
def test_only_what_an_empty_cell_means_decides_it(result, pairs):
    words = {
        s.choices["not_shown"]: s.verdict.word for s in result.answer(pairs=pairs).specifications
    }
    assert words == {"open": "not identified", "no downloads": "holds"}


def test_the_tipping_point_is_where_the_sign_turns():
    module = find("trending_and_downloads").module
    counts = {"more": 60, "fewer": 30, "pairs": 190}
    part = module._turned(counts).threshold
    assert 60 + (1 - part) * 100 == pytest.approx(30 + part * 100)
    assert module._turned({"more": 60, "fewer": 30, "pairs": 90}).threshold is None
    assert module._turned({"more": 60, "fewer": 30, "pairs": 100}).threshold is None


def test_across_the_top_ten_all_that_is_open_can_go_one_way():
    """Hidden numbers that reach both ends; the middle one of three places cannot reach them."""
    module = find("trending_and_downloads").module
    shown = np.array([np.nan, *[50.0] * 9, 70.0, np.nan, 50.0])

    def order(downloads, every):
        pairs = module._pairs(downloads, every)
        return (int(pairs["more"]) - int(pairs["fewer"])) / pairs["pairs"]

    ways = [np.where(np.isnan(shown), 0, shown) for _ in range(2)]
    ways[0][0], ways[1][11] = 1e9, 1e9
    # Equal as rounded: the true numbers may lie either way.
    for way, sign in zip(ways, (1, -1), strict=True):
        way[1:10] += sign * 0.1
    low, high = module._bounds(module._pairs(shown, False))
    assert [order(way, False) for way in ways] == pytest.approx([high, low])
    three = np.array([10.0, np.nan, 20.0])
    most = max(order(np.array([10.0, x, 20.0]), True) for x in (0, 15, 30))
    assert most < module._bounds(module._pairs(three, True)).high
