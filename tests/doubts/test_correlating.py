"""Rank correlations of two channels: what rounding leaves open, and who matters most."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from research.doubts import Coarse, Doubt, RankCorrelation

ROUNDING, BELOW = Doubt("rounding", "every total at its worst"), Doubt("below", "less than listed")
OF = {"Spearman": stats.spearmanr, "Kendall": stats.kendalltau}
N = 40


@pytest.fixture(scope="module")
def channels():
    rng = np.random.default_rng(3)
    shown, error = rng.integers(2, 90, N).astype(float), rng.uniform(0, 2, N)
    weights = {"low": shown - error, "value": shown, "high": shown + error}
    pulls = pd.DataFrame({**weights, "weight_doubt": "rounding", "organisation": list("abcd") * 10})
    downloads = np.sort(shown + rng.integers(0, 60, N))
    downloads[:5] = 0
    most = np.where(downloads == 0, 3, downloads)
    below = pd.DataFrame({"low": downloads, "value": downloads, "high": most})
    return (
        Coarse(pulls, [ROUNDING], "names", "pulls"),
        Coarse(below.assign(weight_doubt="below"), [BELOW], "names", "downloads"),
    )


@pytest.mark.parametrize("of", OF)
def test_the_set_holds_every_order_that_is_left_open(channels, of):
    asked, rng = RankCorrelation(*channels, of=of), np.random.default_rng(4)
    first, second = (units.weight() for units in channels)
    assert asked.value == pytest.approx(OF[of](first.value, second.value)[0])
    for _ in range(50):
        drawn = OF[of](*(rng.uniform(each.low, each.high) for each in (first, second)))[0]
        assert drawn in asked.bounds()
    assert asked.interval().low < asked.bounds().low <= asked.bounds().high < asked.interval().high
    assert asked.interval(design_effect=1.2).width > asked.interval().width


def test_each_doubt_has_a_row_that_says_how_many_units_it_leaves_open(channels):
    asked = RankCorrelation(*channels)
    rows = {row.source: row for row in asked.budget()}
    assert list(rows) == ["rounding", "below"]
    assert rows["rounding"].detail == f"{N} names: every total at its worst"
    assert rows["below"].detail == "5 names: less than listed"
    assert all(row.low in asked.bounds() and row.high in asked.bounds() for row in rows.values())
    assert not asked.sharp()
    assert asked.sharp([])


def test_units_are_ranked_anew_without_each_organisation(channels):
    row = RankCorrelation(*channels).left_out("organisation")
    first, second = (units.weight().value for units in channels)
    who = channels[0].rows["organisation"].to_numpy()
    without = {name: stats.spearmanr(first[who != name], second[who != name])[0] for name in "abcd"}
    assert row.low == pytest.approx(min(*without.values(), stats.spearmanr(first, second)[0]))
    assert row.source == "one organisation left out"
