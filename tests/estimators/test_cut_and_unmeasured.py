"""Regression on a list that was cut, and how strong an unmeasured cause would have to be."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import optimize, stats

from research.estimators.association import partial_r2, robustness_value, truncated_regression
from research.results import CannotEstimate, ResearchError


def listed(n=1500, *, cut=1.2, seed=1, clusters=30):
    """Units above a cut, their regressors, and clusters with an effect of their own."""
    rng = np.random.default_rng(seed)
    x = np.column_stack((np.ones(n), rng.integers(0, 2, n), rng.normal(size=n)))
    y = x @ [1, 0.5, -0.3] + 0.8 * rng.normal(size=n)
    above = y > cut
    return y[above], x[above], np.arange(above.sum()) % clusters


def test_the_fit_is_the_most_likely_truncated_normal():
    y, x, _ = listed()

    def unlikely(at):
        mean, spread = x @ at[:3], math.exp(at[3])
        below = (1.2 - mean) / spread
        return -stats.truncnorm.logpdf(y, below, np.inf, mean, spread).sum()

    tight = {"maxiter": 5000, "xatol": 1e-9, "fatol": 1e-9}
    found = optimize.minimize(unlikely, [1, 0.3, 0, 0], method="Nelder-Mead", options=tight).x
    assert truncated_regression(y, x, 1.2).coefficients == pytest.approx(found[:3], abs=1e-5)


def test_errors_are_those_of_the_fits_without_each_cluster():
    y, x, cluster = listed(600, clusters=7)
    without = [
        truncated_regression(y[cluster != g], x[cluster != g], 1.2).coefficients for g in range(7)
    ]
    fit = truncated_regression(y, x, 1.2, cluster)
    assert fit.se == pytest.approx(np.std(without, axis=0) * math.sqrt(6), rel=1e-5)
    half = stats.t.ppf(0.975, 6) * fit.se[1]
    assert fit.intervals[1].high == pytest.approx(fit.coefficients[1] + half)


def test_the_truth_lies_in_the_interval_as_often_as_it_says_and_least_squares_misses_it():
    covered, plain = 0, []
    for seed in range(120):
        y, x, cluster = listed(1200, seed=seed, clusters=25)
        interval = truncated_regression(y, x, 1.2, cluster).intervals[1]
        covered += interval.low < 0.5 < interval.high
        plain.append(np.linalg.lstsq(x, y, rcond=None)[0][1])
    assert covered >= 0.89 * 120
    assert np.mean(plain) < 0.35  # the cut draws groups together


def test_units_of_the_outcome_do_not_matter():
    y, x, cluster = listed(500)
    fit, scaled = (truncated_regression(k * y, x, k * 1.2, cluster) for k in (1, 1000))
    assert scaled.coefficients == pytest.approx(1000 * fit.coefficients, rel=1e-5)
    assert scaled.se == pytest.approx(1000 * fit.se, rel=1e-4)


def test_an_exponential_tail_has_no_normal_law():
    tail = np.random.default_rng(3).exponential(size=800) ** 1.3  # a little heavier than that
    with pytest.raises(CannotEstimate, match="exponential tail"):
        truncated_regression(tail, np.ones((800, 1)), 0.0)


def test_an_outcome_below_the_cut_is_an_error():
    with pytest.raises(ResearchError, match=r"cut at 2, but holds an outcome of 1"):
        truncated_regression([1, 2, 3.0], np.ones((3, 1)), 2.0)


def test_all_outcomes_equal_explain_nothing():
    with pytest.raises(CannotEstimate, match="nothing to explain"):
        truncated_regression([2.0, 2, 2], np.ones((3, 1)), 1.0)


# An unmeasured cause ------------------------------------------------------------------------------


def test_partial_r2_is_that_of_the_t_of_least_squares():
    rng = np.random.default_rng(5)
    x = sm.add_constant(rng.normal(size=(60, 3)))
    y = x @ [1, 0.4, 0, 0.2] + rng.normal(size=60)
    fit = sm.OLS(y, x).fit()
    for which in range(4):
        t = fit.tvalues[which]
        assert partial_r2(y, x, which) == pytest.approx(t**2 / (t**2 + fit.df_resid))


def test_the_value_of_the_published_example():
    """Cinelli and Hazlett (2020), table 1: t = 4.18445 with 783 degrees of freedom."""
    explained = 4.18445**2 / (4.18445**2 + 783)
    assert explained == pytest.approx(0.0219, abs=5e-5)
    assert robustness_value(explained) == pytest.approx(0.1388, abs=5e-5)


@pytest.mark.parametrize("slope", [0.1, 0.6])
def test_a_cause_of_that_strength_undoes_the_coefficient(slope):
    """Such a cause is made: it explains as much of origin and of what origin leaves."""
    one, origin, error, other = np.linalg.qr(np.random.default_rng(2).normal(size=(40, 4)))[0].T
    basis = np.column_stack((np.ones(40), origin, error, other))
    one, origin, error, other = np.linalg.qr(basis)[0].T
    outcome = slope * origin + error
    value = robustness_value(partial_r2(outcome, np.column_stack((one, origin)), 1))
    own, left = math.sqrt(value), math.sqrt(value * (1 - value))
    cause = own * origin + left * error + math.sqrt(1 - own**2 - left**2) * other
    x = np.column_stack((one, origin, cause))
    assert partial_r2(origin, np.column_stack((one, cause)), 1) == pytest.approx(value)
    assert partial_r2(outcome, x, 2) == pytest.approx(value)
    assert np.linalg.lstsq(x, outcome, rcond=None)[0][1] == pytest.approx(0, abs=1e-12)


def test_the_ends_of_the_value():
    assert robustness_value(0.0) == 0
    assert robustness_value(1.0) == 1


def test_a_wholly_explained_outcome_leaves_nothing():
    x = sm.add_constant(np.arange(12.0).reshape(6, 2) ** 2)
    with pytest.raises(CannotEstimate, match="nothing is left"):
        partial_r2(x[:, 2] * 3, x, 1)
