"""Concentration of ranged weights, against corners, random draws and a grid of levels."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog

from research.estimators.ranged import Ranged
from research.estimators.ranged_indices import ranged_hhi, ranged_top_share
from research.results import CannotEstimate

EXACT = 1e-9
CHORD = 0.03  # where ranges are narrow a chord lies so little above the squares


def index(sizes):
    shares = np.asarray(sizes) / np.sum(sizes)
    return float((shares**2).sum())


def four(sizes):
    return float(np.sort(sizes)[-4:].sum() / np.sum(sizes))


@pytest.mark.parametrize("seed", range(6))
def test_the_bounds_hold_every_set_of_weights_in_the_ranges(seed):
    rng = np.random.default_rng(seed)
    value = rng.pareto(1.0, 7) + 0.2
    half = value * rng.uniform(0, 0.2, 7)
    weight = Ranged(low=value - half, value=value, high=value + half)
    hhi, top = ranged_hhi(weight), ranged_top_share(weight, 4)
    corners = [np.array(c) for c in itertools.product(*zip(weight.low, weight.high, strict=True))]
    inner = [rng.uniform(weight.low, weight.high) for _ in range(2000)]
    for bounds, statistic in ((hhi, index), (top, four)):
        found = [statistic(sizes) for sizes in (*corners, *inner)]
        assert bounds.low <= min(found) + EXACT
        assert max(found) <= bounds.high + EXACT
    assert hhi.high <= max(map(index, corners)) * (1 + CHORD)
    assert top.high == pytest.approx(max(map(four, corners)))
    level = [np.clip(t, weight.low, weight.high) for t in np.linspace(0, value.max() * 2, 4001)]
    assert hhi.low == pytest.approx(min(map(index, level)), rel=1e-5)  # a grid of 4001 levels


def least_share_by_programme(weight, k):
    """Shares y and the total's inverse t: of y the k largest are at most k u + sum of v."""
    n, one = len(weight.low), np.eye(len(weight.low))
    low, high = weight.low[:, None], weight.high[:, None]
    zero, level = np.zeros((n, 1)), np.ones((n, 1))
    rows = [[one, -one, zero, -level], [one, 0 * one, -high, zero], [-one, 0 * one, low, zero]]
    cost = np.concatenate([np.zeros(n), np.ones(n), [0, k]])
    whole = np.concatenate([np.ones(n), np.zeros(n + 2)])[None]
    return linprog(cost, np.block(rows), np.zeros(3 * n), whole, [1]).fun


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("k", [1, 3, 8])
def test_the_least_share_of_the_largest_is_that_of_a_linear_programme(seed, k):
    rng = np.random.default_rng(seed)
    value = rng.pareto(1.0, 8) + 0.2
    half = value * rng.uniform(0, 0.9, 8)
    weight = Ranged(low=value - half, value=value, high=value + half)
    assert ranged_top_share(weight, k).low == pytest.approx(least_share_by_programme(weight, k))


def test_the_largest_at_their_least_are_not_the_largest():
    weight = Ranged(low=np.array([1.0, 3.0]), value=np.array([5.0, 4.0]), high=np.array([9.0, 5.0]))
    assert ranged_top_share(weight, 1).low == 0.5  # with 1 and 5 the other one has five sixths


def test_weights_that_may_all_be_zero_have_no_concentration():
    nothing = Ranged(low=np.zeros(2), value=np.ones(2), high=np.ones(2))
    for bounds in (ranged_hhi, lambda weight: ranged_top_share(weight, 1)):
        with pytest.raises(CannotEstimate, match="may be zero"):
            bounds(nothing)
