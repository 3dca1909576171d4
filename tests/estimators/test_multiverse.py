"""Ranks and paired counts: brute force, levels held, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from research.estimators.multiverse import (
    mcnemar_bounds,
    rank_confidence_sets,
)
from research.results import CannotEstimate, ResearchError

EXACT = 1e-9  # the same arithmetic in another order


# Ranks --------------------------------------------------------------------------------------------


def multinomial(counts):
    shares = np.array(counts) / np.sum(counts)
    return (np.diag(shares) - np.outer(shares, shares)) / np.sum(counts)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(-5, 5), min_size=2, max_size=6), st.floats(0.01, 4))
def test_rank_sets_contain_the_rank_and_widen(values, variance) -> None:
    k = len(values)

    def sets(scale: float, level: float = 0.95):
        rng = np.random.default_rng(1)
        return rank_confidence_sets(values, np.eye(k) * variance * scale, rng=rng, level=level)

    for base, noisier, surer in zip(sets(1), sets(9), sets(1, 0.999), strict=True):
        assert 1 <= base.low <= base.rank <= base.high <= k
        for wider in (noisier, surer):
            assert wider.low <= base.low
            assert base.high <= wider.high


def test_rank_sets_hold_their_level() -> None:
    """All five true ranks at once in at least 0.95 of 300 samples, within three standard errors."""
    rng = np.random.default_rng(19)
    truth = np.array([0.4, 0.25, 0.2, 0.1, 0.05])
    held = 0
    for _ in range(300):
        counts = rng.multinomial(400, truth)
        sets = rank_confidence_sets(counts / 400, multinomial(counts), rng=rng)
        held += all(each.low <= i <= each.high for i, each in enumerate(sets, start=1))
    assert held / 300 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 300)


def test_a_clear_order_is_found_and_lost_to_the_design_effect() -> None:
    counts = [500, 300, 200]
    for deff, expected in ((1, [(1, 1), (2, 2), (3, 3)]), (1000, [(1, 3)] * 3)):
        sets = rank_confidence_sets(
            np.array(counts) / 1000, deff * multinomial(counts), rng=np.random.default_rng(2)
        )
        assert [(each.low, each.high) for each in sets] == expected


@pytest.mark.parametrize(
    ("values", "covariance", "error", "message"),
    [
        ([1], np.eye(1), CannotEstimate, "One unit alone"),
        ([1, 2], np.ones((2, 2)), CannotEstimate, "no variance"),
        ([1, 2], np.eye(3), ResearchError, "2 by 2 table"),
        ([1, np.nan], np.eye(2), ResearchError, "missing"),
    ],
)
def test_rank_refusals(values, covariance, error, message) -> None:
    with pytest.raises(error, match=message):
        rank_confidence_sets(values, covariance, rng=np.random.default_rng(0))


# Paired counts ------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 6))
def test_paired_bounds_are_attained_and_agree_with_statsmodels(first, second, neither) -> None:
    total = max(first, second) + neither
    found = mcnemar_bounds(first, second, total, design_effect=1)
    p = []
    for both in range(max(0, first + second - total), min(first, second) + 1):
        table = [[both, first - both], [second - both, total - first - second + both]]
        only = first + second - 2 * both
        p.append(float(mcnemar(table, exact=False, correction=False).pvalue) if only else 1.0)
    assert found.p.low == pytest.approx(min(p))
    assert found.p.high == pytest.approx(max(p))
    swapped = mcnemar_bounds(second, first, total, design_effect=1)
    assert swapped.z.low == pytest.approx(-found.z.high)


def test_design_effect_divides_the_score() -> None:
    base, clustered = (mcnemar_bounds(60, 40, 120, design_effect=d) for d in (1, 4))
    assert clustered.z.high == pytest.approx(base.z.high / 2)
    assert clustered.p.high > base.p.high


@pytest.mark.parametrize(
    ("numbers", "deff", "message"),
    [
        ((0, 0, 10), 1, "Neither tag"),
        ((11, 2, 10), 1, "count of the sample"),
        ((1, 2, 10), 0, "design effect"),
    ],
)
def test_paired_refusals(numbers, deff, message) -> None:
    with pytest.raises(ResearchError, match=message):
        mcnemar_bounds(*numbers, design_effect=deff)


def test_the_interval_of_a_lead_reaches_zero_where_its_test_does():
    found = mcnemar_bounds(60, 40, 120, design_effect=1)
    at = mcnemar_bounds(60, 40, 120, design_effect=found.lost_at)
    assert at.interval.low == pytest.approx(0, abs=1e-12)
    assert at.p.high == pytest.approx(0.05)
    # Hosts with either tag alone: nobody has both in the worst case, 100 of 120.
    half = stats.norm.ppf(0.975) * math.sqrt(100) / 120
    assert found.interval.high == pytest.approx(20 / 120 + half)
