"""Rank correlations of values in ranges, against scipy, enumeration and random draws."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from research.estimators.partial_ranks import kendall_bounds, spearman_bounds
from research.estimators.ranged import Ranged
from research.results import CannotEstimate

ROUNDING = 1e-12
BOUNDS = [(spearman_bounds, stats.spearmanr), (kendall_bounds, stats.kendalltau)]


def ranged(low, high) -> Ranged:
    return Ranged(low=np.array(low, float), value=np.array(low, float), high=np.array(high, float))


@pytest.mark.parametrize(("bounds", "correlation"), BOUNDS)
def test_points_without_ties_give_the_correlation_itself(bounds, correlation):
    rng = np.random.default_rng(3)
    x, y = rng.random(12), rng.random(12)
    found = bounds(Ranged.exactly(x), Ranged.exactly(y))
    assert tuple(found) == pytest.approx((correlation(x, y).statistic,) * 2, abs=ROUNDING)


@pytest.mark.parametrize(("bounds", "correlation"), BOUNDS)
def test_one_unordered_block_is_enumerated(bounds, correlation):
    """The last four units lie below a cut, in unknown order: 24 rankings."""
    x = np.array([5.0, 3.0, 9.0, 1.0, 2.0, 8.0, 4.0])
    every = [
        correlation(x, np.concatenate(([9, 8, 7], order))).statistic
        for order in permutations(range(1, 5))
    ]
    found = bounds(Ranged.exactly(x), ranged([9, 8, 7, 0, 0, 0, 0], [9, 8, 7, 6, 6, 6, 6]))
    assert tuple(found) == pytest.approx((min(every), max(every)), abs=ROUNDING)


@pytest.mark.parametrize(("bounds", "correlation"), BOUNDS)
def test_no_draw_from_the_ranges_leaves_the_bounds(bounds, correlation):
    rng = np.random.default_rng(4)
    low_x, low_y = rng.random(9), rng.random(9)
    high_x, high_y = low_x + 0.2 * rng.random(9), low_y + 0.1 * rng.random(9)
    found = bounds(ranged(low_x, high_x), ranged(low_y, high_y))
    drawn = [
        correlation(rng.uniform(low_x, high_x), rng.uniform(low_y, high_y)).statistic
        for _ in range(500)
    ]
    assert found.low <= min(drawn)
    assert found.high >= max(drawn)
    assert -1 < found.low < found.high < 1  # the ranges do say something


@pytest.mark.parametrize("bounds", [spearman_bounds, kendall_bounds])
def test_one_unit_has_no_rank(bounds):
    with pytest.raises(CannotEstimate, match="at least two units"):
        bounds(Ranged.exactly([1.0]), Ranged.exactly([1.0]))
