"""Rates, gaps, counts and short lists: other implementations, brute force, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.rates import test_poisson_2indep as poisson_2indep

from research.estimators.rates import (
    gap_ratio,
    gap_ratio_interval,
    poisson_regression,
    rate_ratio,
)
from research.results import CannotEstimate, ResearchError

EXACT = 1e-9  # the same arithmetic in another order
ITERATIVE = 1e-4  # statsmodels stops its search for the negative binomial earlier

events = st.integers(0, 40)
exposure = st.floats(0.1, 100)


# Two rates ----------------------------------------------------------------------------------------


@settings(deadline=None)
@given(events, events, exposure, exposure)
def test_rate_ratio_and_its_inverse(a, b, s, t) -> None:
    assume(a + b > 0)
    found, inverse = rate_ratio((a, b), (s, t)), rate_ratio((b, a), (t, s))
    assert found.interval.low <= found.value <= found.interval.high
    assert inverse.p == pytest.approx(found.p)
    assert (found.interval.low == 0) == (a == 0)
    assert (found.interval.high == np.inf) == (b == 0)
    if a and b:
        assert inverse.value == pytest.approx(1 / found.value)
        assert inverse.interval.low == pytest.approx(1 / found.interval.high, rel=1e-6)


@settings(deadline=None)
@given(events, events, exposure, exposure)
def test_rate_test_agrees_with_statsmodels(a, b, s, t) -> None:
    assume(a * b > 0)  # theirs divides by the second rate
    theirs = poisson_2indep(a, s, b, t, method="exact-cond").pvalue
    assert rate_ratio((a, b), (s, t)).p == pytest.approx(theirs, abs=1e-6)


def test_interval_ends_are_where_one_sided_tests_turn() -> None:
    found = rate_ratio((7, 12), (3, 5), level=0.9)
    for ratio, tail in (
        (found.interval.low, lambda p: stats.binom.sf(6, 19, p)),
        (found.interval.high, lambda p: stats.binom.cdf(7, 19, p)),
    ):
        share = ratio * 3 / (ratio * 3 + 5)
        assert tail(share) == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize(
    ("counts", "exposures", "error", "message"),
    [
        ((0, 0), (1, 1), CannotEstimate, "Neither group has an event"),
        ((1.5, 2), (1, 1), ResearchError, "whole number"),
        ((-1, 2), (1, 1), ResearchError, "from zero to"),
        ((1, 2), (0, 1), ResearchError, "positive and finite"),
        ((1, 2), (np.inf, 1), ResearchError, "positive and finite"),
    ],
)
def test_rate_refusals(counts, exposures, error, message) -> None:
    with pytest.raises(error, match=message):
        rate_ratio(counts, exposures)


# Gaps ---------------------------------------------------------------------------------------------

GAPS = np.array([5.0, 9, 3, 30, 25, 8, 12, 40, 6, 7, 2, 50, 20, 33])
ENDED = np.array([1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0])
FIRST = np.array([1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0])
ORGANISATION = np.array(list("aaabbcccdddeee"))


def test_gap_test_agrees_with_scipy_over_organisations() -> None:
    found = gap_ratio(GAPS, ENDED, FIRST, ORGANISATION)
    where = [np.flatnonzero(label == ORGANISATION) for label in np.unique(ORGANISATION)]
    totals = [(GAPS[rows].sum(), ENDED[rows].sum()) for rows in where]
    first = [bool(FIRST[rows].all()) for rows in where]

    def statistic(chosen: np.ndarray) -> float:
        """One less Welch's p-value of the logarithms, deleting organisation by organisation."""
        member = np.array(chosen, dtype=bool)
        logs, variances, df = [], [], []
        for rows in (np.array(totals)[member], np.array(totals)[~member]):
            logs.append(np.log(rows[:, 0].sum() / rows[:, 1].sum()))
            left = [np.delete(rows, i, axis=0).sum(axis=0) for i in range(len(rows))]
            without = [np.log(s / a) for s, a in left]
            df.append(len(rows) - 1)
            variances.append(df[-1] ** 2 / len(rows) * np.var(without, ddof=1))
        whole = sum(variances)
        welch = whole**2 / sum(v**2 / k for v, k in zip(variances, df, strict=True))
        return 1 - 2 * stats.t.sf(abs(logs[0] - logs[1]) / np.sqrt(whole), welch)

    theirs = stats.permutation_test(
        (np.array(first),),
        statistic,
        permutation_type="pairings",
        n_resamples=1000,
        vectorized=False,
        alternative="greater",
    )
    assert found.p == pytest.approx(theirs.pvalue)
    two = 2 * stats.t.sf(abs(found.t), 1e9)
    assert found.t < 0 < two < 1 - theirs.statistic  # Welch's tail is the longer one
    assert np.log(found.value) == pytest.approx(np.log(87 / 5) - np.log(163 / 4))
    assert found.method == "all 10 assignments of 3 of 5 clusters"


def test_swapping_the_groups_inverts_the_ratio() -> None:
    found, swapped = (gap_ratio(GAPS, ENDED, g, ORGANISATION) for g in (FIRST, 1 - FIRST))
    assert swapped.value == pytest.approx(1 / found.value)
    assert (swapped.p, swapped.t) == pytest.approx((found.p, -found.t))


def test_an_unfinished_gap_lengthens_the_mean() -> None:
    longer = np.where((ENDED == 0) & (FIRST == 1), GAPS * 10, GAPS)
    values = [gap_ratio(gaps, ENDED, FIRST, ORGANISATION).value for gaps in (longer, GAPS)]
    assert values[0] > values[1]


def test_random_assignments_hold_their_level() -> None:
    """Organisations alike: p below 0.1 in a tenth of 200 draws, within three standard errors."""
    rng = np.random.default_rng(12)
    below = 0
    for _ in range(200):
        gaps = rng.exponential(1, 40) * np.repeat(rng.lognormal(0, 0.5, 10), 4)
        found = gap_ratio(
            gaps, np.tile([1, 1, 1, 0], 10), np.repeat([1, 0], 20), np.arange(40) // 4
        )
        below += found.p <= 0.1
    assert below / 200 == pytest.approx(0.1, abs=3 * np.sqrt(0.09 / 200))


def test_gaps_that_are_alike_but_for_their_spread_are_rarely_told_apart() -> None:
    """Four organisations that vary widely against twelve: the difference alone rejects 0.3."""
    rng, first, rejected = np.random.default_rng(5), np.arange(16) < 4, 0
    for _ in range(300):
        means = np.where(first, rng.gamma(0.5, 2, 16), rng.gamma(8, 1 / 8, 16))
        gaps = rng.gamma(5, 1, 16) * means / 4
        found = gap_ratio(
            np.repeat(gaps, 4), np.ones(64), np.repeat(first, 4), np.repeat(range(16), 4)
        )
        rejected += found.p <= 0.05
    assert rejected / 300 < 0.13


def test_organisations_that_are_all_alike_differ_in_nothing() -> None:
    found = gap_ratio(np.full(12, 0.1), np.ones(12), np.arange(12) < 4, np.arange(12) // 2)
    assert (found.value, found.p) == (pytest.approx(1), 1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: gap_ratio([1, 2], [1, 1], [1, 1], ["a", "b"]), CannotEstimate, "needs two"),
        (
            lambda: gap_ratio([1, 2, 3, 4], [1, 0, 1, 0], [1, 1, 0, 0], list("abcd")),
            CannotEstimate,
            "without any one",
        ),
        (lambda: gap_ratio([1, 2], [1, 1], [1, 0], ["a", "a"]), ResearchError, "'a' and 0 other"),
        (lambda: gap_ratio([-1, 2], [1, 1], [1, 0], ["a", "b"]), ResearchError, "no negative"),
        (
            lambda: gap_ratio(np.ones(40), np.ones(40), np.arange(40) < 20, np.arange(40)),
            ResearchError,
            "20 of 40 clusters: give a random generator",
        ),
    ],
)
def test_gap_refusals(call, error, message) -> None:
    with pytest.raises(error, match=message):
        call()


# Counts -------------------------------------------------------------------------------------------


def counts(dispersion: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    x = sm.add_constant(rng.normal(size=400))
    mean = np.exp(x @ [1, 0.4])
    shape = 1 / dispersion if dispersion else np.inf
    draws = rng.gamma(shape, mean / shape) if dispersion else mean
    return rng.poisson(draws), x, rng.integers(0, 50, 400)


def test_poisson_errors_by_cluster_agree_with_statsmodels() -> None:
    y, x, cluster = counts(0.5)
    found = poisson_regression(y, x, cluster)
    theirs = sm.GLM(y, x, family=sm.families.Poisson()).fit(
        cov_type="cluster", cov_kwds={"groups": cluster}
    )
    assert found.coefficients == pytest.approx(theirs.params)
    assert found.se == pytest.approx(theirs.bse)


def test_poisson_slope_does_not_depend_on_the_unit() -> None:
    y, x, cluster = counts(0.5)
    found, scaled = (poisson_regression(y * unit, x, cluster) for unit in (1, 1e8))
    assert scaled.coefficients[1] == pytest.approx(found.coefficients[1])
    assert scaled.se == pytest.approx(found.se)


@pytest.mark.parametrize("unit", [1, 1e7, 1e8, 1e12])
def test_poisson_of_large_values_is_found(unit) -> None:
    """Of two groups the slope is the logarithm of the ratio of their means, in closed form."""
    y = np.array([1, 2, 3, 9, 4, 7]) * unit
    found = poisson_regression(y, sm.add_constant([0, 0, 0, 1, 1, 1]))
    assert found.coefficients == pytest.approx([math.log(2 * unit), math.log(20 / 6)])


def test_poisson_of_any_size_solves_its_equations() -> None:
    rng = np.random.default_rng(11)
    for size in np.repeat([1, 1e4, 1e7, 1e9], 15):
        x = sm.add_constant(rng.normal(size=(40, 2)) * [1, 1e5])
        y = rng.poisson(np.exp(1 + 0.5 * x[:, 1]) * size).astype(float)
        means = np.exp(x @ poisson_regression(y, x).coefficients)
        assert x.T @ means == pytest.approx(x.T @ y, rel=1e-6, abs=1e-7 * (np.abs(x).T @ y).max())


def test_zeros_on_both_sides_are_not_separated() -> None:
    """The positive values leave the slope open, and zeros at both ends settle it at zero."""
    x = np.column_stack((np.ones(6), [0, 0, 1, -1, 0, 0]))
    assert poisson_regression([1, 2, 0, 0, 0, 0], x).coefficients == pytest.approx(
        [math.log(0.5), 0], abs=1e-8
    )


@pytest.mark.parametrize(
    ("y", "x", "message"),
    [
        ([0, 0, 0], np.ones((3, 1)), "All values of 'y' are zero"),
        ([1, 2, 0, 0], np.column_stack((np.ones(4), [0, 0, 1e-9, 3])), "separates the zeros"),
        ([-1, 2, 3], np.ones((3, 1)), "no negative value"),
        ([0, 0, 3, 5], sm.add_constant([0, 0, 1, 1]), "separates the zeros"),
        ([1, 2, 3], np.ones((3, 2)), "collinear"),
    ],
)
def test_count_refusals(y, x, message) -> None:
    with pytest.raises(ResearchError, match=message):
        poisson_regression(y, x)


# The ratio of gaps with organisations as draws ----------------------------------------------------


def test_the_interval_of_a_gap_ratio_deletes_organisation_by_organisation():
    time, releases = np.array([70.0, 50, 90, 20, 40, 60]), np.array([1.0, 2, 2, 2, 3, 1])
    first = np.arange(6) < 3
    found = gap_ratio_interval(time, releases, first)
    variance = 0.0
    for group in (first, ~first):
        days, events = time[group], releases[group]
        without = [
            math.log(np.delete(days, i).sum() / np.delete(events, i).sum()) for i in range(3)
        ]
        variance += 2 / 3 * np.square(np.array(without) - np.mean(without)).sum()
    middle = math.log(time[first].sum() / releases[first].sum())
    middle -= math.log(time[~first].sum() / releases[~first].sum())
    half = stats.t.ppf(0.975, 2) * math.sqrt(variance)
    assert (found.low, found.high) == pytest.approx(
        (math.exp(middle - half), math.exp(middle + half))
    )


def test_the_interval_of_a_gap_ratio_covers_where_companies_differ():
    rng, hits, draws = np.random.default_rng(4), 0, 400
    for _ in range(draws):
        first = np.arange(24) < 12
        rates = np.where(first, 1.0, 2.0) * rng.gamma(2, 0.5, 24)  # companies differ in pace
        time = rng.uniform(20, 40, 24)
        found = gap_ratio_interval(time, rng.poisson(rates * time) + 0.0, first)
        hits += found.low <= 2 <= found.high
    assert 0.9 < hits / draws < 0.99


def test_a_group_of_one_organisation_has_no_interval_of_its_gaps():
    with pytest.raises(CannotEstimate, match="two organisations"):
        gap_ratio_interval([5, 6, 7], [1, 1, 1], [1, 0, 0])
