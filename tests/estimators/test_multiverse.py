"""Families, curves, ranks and paired counts: brute force, levels held, refusals."""

from __future__ import annotations

import gc
import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from research.estimators.multiverse import (
    adjust,
    mcnemar_bounds,
    multinomial_covariance,
    rank_confidence_sets,
    specification_curve,
)
from research.estimators.permutation import permuted_sums, share_as_extreme
from research.results import CannotEstimate, ResearchError

EXACT = 1e-9  # the same arithmetic in another order
METHODS = ["Bonferroni", "Holm", "Hochberg", "Hommel", "Benjamini-Hochberg", "Benjamini-Yekutieli"]

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=12)


# Families -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def _uncollected():
    """Within Holm's, statsmodels collects all garbage of the process in every call."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gc, "collect", lambda *_: 0)
        yield


@pytest.mark.parametrize("method", METHODS)
@given(p=p_values)
def test_adjusting_raises_and_keeps_the_order(method, p) -> None:
    found = adjust(p, method)
    assert all(each >= given_p - EXACT for each, given_p in zip(found.p, p, strict=True))
    assert max(found.p) <= 1
    order = np.argsort(p, kind="stable")
    assert (np.diff(np.array(found.p)[order]) >= -EXACT).all()
    assert found.n_rejected == sum(each <= 0.05 for each in found.p)


@given(p_values)
def test_methods_are_ordered_by_how_much_they_ask(p) -> None:
    found = {method: np.array(adjust(p, method).p) for method in METHODS}
    for stricter, weaker in (
        ("Bonferroni", "Holm"),
        ("Holm", "Hochberg"),
        ("Hochberg", "Hommel"),
        ("Hommel", "Benjamini-Hochberg"),
        ("Benjamini-Yekutieli", "Benjamini-Hochberg"),
    ):
        assert (found[stricter] >= found[weaker] - EXACT).all()


@pytest.mark.parametrize(
    ("p", "method", "message"),
    [
        ([], "Holm", "at least one number"),
        ([0.1, np.nan], "Holm", "missing"),
        ([0.1, 1.1], "Holm", r"in \[0, 1\]"),
        ([0.1], "Sidak", "one of 'Bonferroni'"),
    ],
)
def test_family_refusals(p, method, message) -> None:
    with pytest.raises(ResearchError, match=message):
        adjust(p, method)


# Curves -------------------------------------------------------------------------------------------

RNG = np.random.default_rng(15)
GROUP = np.array([1, 0, 1, 0, 0, 1, 0, 0])
OUTCOMES = RNG.normal(size=(4, 8)) + GROUP
OUTCOMES[1, 2] = OUTCOMES[2, 7] = np.nan


def fitted(group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    estimates, p = [], []
    for row in OUTCOMES:
        kept = ~np.isnan(row)
        fit = stats.linregress(group[kept].astype(float), row[kept])
        estimates.append(fit.slope)
        p.append(fit.pvalue)
    return np.array(estimates), np.array(p)


def test_curve_against_least_squares_and_all_assignments() -> None:
    found = specification_curve(OUTCOMES, GROUP, alpha=0.2)
    groups = [np.isin(np.arange(8), chosen) for chosen in combinations(range(8), 3)]
    every = [fitted(group) for group in groups]
    estimates, p = fitted(GROUP)
    assert found.estimates == pytest.approx(estimates)
    assert found.p_values == pytest.approx(p)
    medians = np.array([np.median(each) for each, _ in every])
    assert found.p_median == np.mean(np.abs(medians) >= abs(np.median(estimates)) - EXACT)
    counts = np.array([((each > 0) & (q < 0.2)).sum() for each, q in every])
    assert found.significant == ((estimates > 0) & (p < 0.2)).sum()
    assert found.p_significant == np.mean(counts >= found.significant)
    z = [np.sum(np.sign(each) * stats.norm.isf(q / 2)) / 2 for each, q in every]
    assert found.stouffer == pytest.approx(np.sum(np.sign(estimates) * stats.norm.isf(p / 2)) / 2)
    assert found.p_stouffer == np.mean(np.abs(z) >= abs(found.stouffer) - EXACT)
    assert found.share_significant == found.significant / 4


def test_the_other_group_has_the_opposite_curve() -> None:
    found, other = specification_curve(OUTCOMES, GROUP), specification_curve(OUTCOMES, 1 - GROUP)
    assert other.estimates == pytest.approx([-each for each in found.estimates])
    assert other.p_values == pytest.approx(found.p_values)
    assert other.p_median == found.p_median
    assert other.stouffer == pytest.approx(-found.stouffer)


def test_whole_clusters_are_assigned() -> None:
    doubled = specification_curve(
        np.repeat(OUTCOMES, 2, axis=1), np.repeat(GROUP, 2), np.repeat(np.arange(8), 2)
    )
    single = specification_curve(OUTCOMES, GROUP)
    assert doubled.estimates == pytest.approx(single.estimates)
    assert doubled.p_median == single.p_median  # more units of the same clusters prove nothing
    assert max(doubled.p_values) < max(single.p_values)
    assert doubled.method == "all 56 assignments of 3 of 8 clusters"


def test_curve_holds_its_level() -> None:
    """No effect: p below 0.1 in a tenth of 300 draws at most, within three standard errors."""
    rng = np.random.default_rng(16)
    p = [specification_curve(rng.normal(size=(3, 10)), np.arange(10) < 4) for _ in range(300)]
    for name in ("p_median", "p_stouffer", "p_significant"):
        rate = np.mean([getattr(each, name) <= 0.1 for each in p])
        assert rate <= 0.1 + 3 * np.sqrt(0.09 / 300)


def test_a_perfect_fit_stays_finite() -> None:
    found = specification_curve([[1, 1, 0, 0], [5, 5, 0, 0]], [1, 1, 0, 0])
    assert found.p_values == (0, 0)
    assert math.isfinite(found.stouffer)
    assert found.p_median == pytest.approx(2 / 6)


def test_random_assignments_are_near_the_list() -> None:
    rng = np.random.default_rng(18)
    outcomes = rng.normal(size=(2, 20)) + 0.5 * (np.arange(20) < 10)
    drawn = specification_curve(outcomes, np.arange(20) < 10, rng=rng)
    listed = stats.ttest_ind(outcomes[0][:10], outcomes[0][10:]).pvalue
    alone = specification_curve(outcomes[:1], np.arange(20) < 10, rng=rng)
    assert drawn.method == "9,999 random assignments of 10 of 20 clusters"
    assert alone.p_median == pytest.approx(listed, abs=0.05)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: specification_curve([1, 2], [1, 0]), ResearchError, "specifications by units"),
        (lambda: specification_curve([[1, 2, np.inf]], [1, 0, 0]), ResearchError, "1 infinite"),
        (lambda: specification_curve([[1, 2, 3]], [1, 1, 1]), CannotEstimate, "one group"),
        (lambda: specification_curve([[1, 2]], [1, 0]), CannotEstimate, "keeps 2 units"),
        (
            lambda: specification_curve([[1, 2, 3, 4], [np.nan, 2, 3, 4]], [1, 0, 0, 0]),
            CannotEstimate,
            "Specification 1 keeps 3 units, 0 of them",
        ),
        (lambda: specification_curve([[2, 2, 2]], [1, 0, 0]), CannotEstimate, "are 2"),
        (
            lambda: specification_curve([[1, 2, 3]], [1, 0, 0], ["a", "a", "b"]),
            ResearchError,
            "whole clusters",
        ),
        (
            lambda: specification_curve([np.arange(30.0)], np.arange(30) < 15),
            ResearchError,
            "give a random generator",
        ),
    ],
)
def test_curve_refusals(call, error, message) -> None:
    with pytest.raises(error, match=message):
        call()


def test_the_actual_assignment_comes_first_and_counts() -> None:
    group, totals = np.array([False, True, False, True]), np.array([[1.0], [2], [4], [8]])
    sums, _ = permuted_sums(group, totals, None)
    assert sums[0, 0] == 10
    assert sorted(sums[:, 0]) == [3, 5, 6, 9, 10, 12]
    assert share_as_extreme(sums[:, 0]) == 2 / 6


# Ranks --------------------------------------------------------------------------------------------


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
        sets = rank_confidence_sets(
            counts / 400, multinomial_covariance(counts, design_effect=1), rng=rng
        )
        held += all(each.low <= i <= each.high for i, each in enumerate(sets, start=1))
    assert held / 300 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 300)


def test_a_clear_order_is_found_and_lost_to_the_design_effect() -> None:
    counts = [500, 300, 200]
    for deff, expected in ((1, [(1, 1), (2, 2), (3, 3)]), (1000, [(1, 3)] * 3)):
        covariance = multinomial_covariance(counts, design_effect=deff)
        sets = rank_confidence_sets(
            np.array(counts) / 1000, covariance, rng=np.random.default_rng(2)
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
        ((11, 2, 10), 1, "size of a set"),
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
