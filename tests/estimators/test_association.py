"""Association: against scipy and statsmodels, by definition, and by simulation."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from research.calibration.populations import draw_pairs
from research.estimators.association import (
    clustered_correlation,
    correlation,
    correlation_without_each,
    kendall,
    kendall_interval,
    log_log,
    median_regression,
    pearson_interval,
    robust_regression,
    spearman,
    spearman_interval,
)
from research.results import Bounds, CannotEstimate, ResearchError

MONTE_CARLO = 0.02  # four standard errors of a p-value from 9,999 permutations

pairs = st.integers(3, 6).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 5), min_size=n, max_size=n)] * 2)
)


def differ(*lists: list[int]) -> bool:
    return all(len(set(each)) > 1 for each in lists)


# Ranks --------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(pairs.filter(lambda pair: differ(*pair)))
def test_exact_tests_agree_with_a_list_of_all_pairings(pair) -> None:
    x, y = (np.array(each, dtype=float) for each in pair)
    u, v = stats.rankdata(x), stats.rankdata(y)
    upper = np.triu_indices(len(x), 1)
    signs = np.sign(np.subtract.outer(x, x))[upper]
    shuffled = [np.array(order) for order in permutations(range(len(x)))]
    rho = [u @ v[order] for order in shuffled]
    tau = [signs @ np.sign(np.subtract.outer(y[order], y[order]))[upper] for order in shuffled]
    for found, draws in ((spearman(x, y), rho), (kendall(x, y), tau)):
        tails = np.mean(np.array(draws) <= draws[0]), np.mean(np.array(draws) >= draws[0])
        assert found.p == pytest.approx(min(1, 2 * min(tails)))
    assert spearman(x, y).value == pytest.approx(stats.spearmanr(x, y).statistic)
    assert kendall(x, y).value == pytest.approx(stats.kendalltau(x, y).statistic)


@settings(deadline=None)
@given(pairs.filter(lambda pair: differ(*pair)))
def test_reversing_one_ranking_flips_the_sign_only(pair) -> None:
    x, y = (np.array(each, dtype=float) for each in pair)
    for method in (spearman, kendall):
        found, flipped, swapped = method(x, y), method(x, -y), method(y, x)
        assert flipped.value == pytest.approx(-found.value)
        assert flipped.p == pytest.approx(found.p)
        assert swapped.value == pytest.approx(found.value)
        assert swapped.p == pytest.approx(found.p)
        assert method(x**3, np.exp(y)).value == pytest.approx(found.value)


@given(pairs.filter(lambda pair: differ(*pair)))
def test_concordant_pairs_by_counting(pair) -> None:
    x, y = pair
    n = len(x)
    concordant = sum((x[i] - x[j]) * (y[i] - y[j]) > 0 for i in range(n) for j in range(i + 1, n))
    assert kendall(x, y).statistic == concordant


@pytest.mark.parametrize("method", [spearman, kendall])
def test_random_permutations_are_near_the_exact_test(method) -> None:
    rng = np.random.default_rng(4)
    x = rng.integers(0, 20, 30)
    y = x + rng.integers(0, 60, 30)
    found = method(x, y, rng=rng)
    asymptotic = (stats.spearmanr if method is spearman else stats.kendalltau)(x, y).pvalue
    assert found.method == "9,999 random permutations"
    assert found.p == pytest.approx(asymptotic, abs=MONTE_CARLO)


def test_kendall_is_exact_for_any_number_of_distinct_values() -> None:
    rng = np.random.default_rng(6)
    x, y = rng.normal(size=(2, 40))
    assert kendall(x, y).p == pytest.approx(stats.kendalltau(x, y, method="exact").pvalue)


@given(st.floats(-0.99, 0.99), st.integers(30, 1000))
def test_intervals_contain_the_correlation_and_widen(value, n) -> None:
    for interval in (
        lambda level: spearman_interval(value, n, level=level),
        lambda level: kendall_interval(value, n, level=level),
    ):
        narrow, wide = interval(0.8), interval(0.99)
        assert -1 <= wide.low < narrow.low < value < narrow.high < wide.high <= 1


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: spearman([1, 2], [1, 2]), CannotEstimate, "at least three pairs"),
        (lambda: kendall([1, 1, 1], [1, 2, 3]), CannotEstimate, "All values of 'x' are 1"),
        (lambda: spearman([1, 2, 3], [4, 4, 4]), CannotEstimate, "All values of 'y' are 4"),
        (lambda: spearman([1, 2, np.nan], [1, 2, 3]), ResearchError, "missing or infinite"),
        (lambda: spearman([1, 2, 3], [1, 2]), ResearchError, "'x' has 3, 'y' has 2"),
        (lambda: spearman(range(20), range(20)), ResearchError, "give a random generator"),
        (lambda: kendall([1, 1, *range(9)], range(11)), ResearchError, "11 pairs have too many"),
        (lambda: spearman_interval(1.0, 20), CannotEstimate, "agree perfectly"),
        (lambda: spearman_interval(0.3, 3), CannotEstimate, "more than 3 pairs"),
        (lambda: kendall_interval(0.3, 29), CannotEstimate, "it needs 30"),
        (lambda: spearman_interval(1.2, 20), ResearchError, "correlation"),
    ],
)
def test_rank_refusals(call, error, message) -> None:
    with pytest.raises(error, match=message):
        call()


# Slopes -------------------------------------------------------------------------------------------


def simulated(n: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(9)
    cluster = rng.integers(0, 40, n)
    x = sm.add_constant(rng.normal(size=n))
    errors = rng.standard_t(3, n) + rng.normal(size=40)[cluster]
    return x @ [1, 2] + errors, x, cluster


def test_robust_slope_agrees_with_statsmodels() -> None:
    y, x, _ = simulated()
    found = robust_regression(y, x)
    fit = sm.RLM(y, x, M=sm.robust.norms.HuberT(1.345)).fit(maxiter=500, tol=1e-12)
    assert found.coefficients == pytest.approx(fit.params, abs=1e-4)  # 0.6745 against 0.67449
    assert found.se == pytest.approx(fit.bse, rel=0.2)  # theirs assumes equal variances


def test_one_far_unit_hardly_moves_the_robust_slope() -> None:
    y, x, _ = simulated()
    far = np.where(np.arange(len(y)) == 0, 1e6, y)
    found = robust_regression(far, x).coefficients
    assert found == pytest.approx(robust_regression(y, x).coefficients, abs=0.05)


def test_median_slope_agrees_with_statsmodels() -> None:
    y, x, _ = simulated()
    found = median_regression(y, x)
    fit = sm.QuantReg(y, x).fit(0.5, max_iter=5000)
    assert found.coefficients == pytest.approx(fit.params, abs=1e-4)  # theirs is iterative
    assert found.se == pytest.approx(fit.bse, rel=0.3)  # another kernel and bandwidth


def test_clusters_that_repeat_units_do_not_sharpen() -> None:
    y, x, _ = simulated(80)
    for fit in (robust_regression, median_regression):
        once = fit(y, x)
        twice = fit(np.repeat(y, 2), np.repeat(x, 2, axis=0), np.repeat(np.arange(80), 2))
        # The bandwidth of quantiles shrinks with the number of units, the rest does not change.
        assert twice.coefficients == pytest.approx(once.coefficients, abs=1e-3)
        assert twice.se == pytest.approx(once.se, rel=0.2)
        assert twice.n_clusters == 80


def test_log_log_recovers_an_elasticity() -> None:
    rng = np.random.default_rng(2)
    x = rng.lognormal(size=200)
    fit = log_log(5 * x**0.7 * rng.lognormal(0, 0.3, 200), x, rng.integers(0, 30, 200))
    assert fit.intervals[1].low < 0.7 < fit.intervals[1].high
    assert fit.coefficients[1] == pytest.approx(0.7, abs=0.1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: log_log([0, 1, 2], [1, 2, 3]), "positive values, found 0"),
        (lambda: robust_regression(range(1, 6), sm.add_constant(range(5))), "no scale"),
        (lambda: median_regression([1.0] * 8 + [9], np.ones((9, 1))), "fitted exactly"),
        (lambda: robust_regression([1, 2, 3], np.ones((3, 2))), "collinear"),
    ],
)
def test_slope_refusals(call, message) -> None:
    with pytest.raises(ResearchError, match=message):
        call()


# Correlations of units in clusters ----------------------------------------------------------------


@pytest.mark.parametrize("log_sd", [0, 1.5])
def test_values_and_ranks_correlate_as_scipy_says(log_sd):
    x, y, of = draw_pairs(np.random.default_rng(2), 90, 0.5, log_sd)
    assert correlation(x, y) == pytest.approx(stats.pearsonr(x, y).statistic)
    assert correlation(x, y, of="ranks") == pytest.approx(stats.spearmanr(x, y).statistic)
    found = correlation_without_each(x, y, of)
    without = [stats.pearsonr(x[of != who], y[of != who]).statistic for who in found.labels]
    assert found.values == pytest.approx(without, abs=1e-7)


def of_clusters(clusters):
    rng, cluster = np.random.default_rng(2), np.arange(3 * clusters) // 3
    shared = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], clusters)[cluster]
    x, y = (shared + rng.normal(size=(3 * clusters, 2))).T
    return x.round(1), y, cluster  # with ties


@pytest.mark.parametrize("of", ["values", "ranks"])
def test_the_clustered_error_is_that_of_a_jackknife(of):
    x, y, cluster = of_clusters(200)
    found = clustered_correlation(x, y, cluster, of=of)
    kept = [cluster != who for who in range(200)]
    without = [np.arctanh(correlation(x[k], y[k], of=of)) for k in kept]
    jackknife = np.sqrt(199 / 200 * np.square(np.array(without) - np.mean(without)).sum())
    assert found.se_z == pytest.approx(jackknife)
    half = stats.t.ppf(0.975, found.kish_n - 1) * found.se_z
    assert np.arctanh(found.interval.high) - np.arctanh(found.value) == pytest.approx(half)


@pytest.mark.parametrize("of", ["values", "ranks"])
def test_the_clustered_error_is_that_of_a_bootstrap(of):
    x, y, cluster = of_clusters(200)
    rows = np.arange(600).reshape(200, 3)

    def statistic(drawn):
        units = rows[drawn].reshape(-1)
        return np.arctanh(correlation(x[units], y[units], of=of))

    theirs = stats.bootstrap(
        (np.arange(200),), statistic, n_resamples=500, vectorized=False, method="percentile",
        rng=np.random.default_rng(1),
    )  # fmt: skip
    found = clustered_correlation(x, y, cluster, of=of)
    assert found.se_z == pytest.approx(theirs.standard_error, rel=0.1)  # of 500 resamples


def test_many_clusters_are_left_out_in_groups():
    x, y, cluster = of_clusters(1500)
    found = clustered_correlation(x, y, cluster, of="ranks")
    without = [np.arctanh(correlation(x[k], y[k], of="ranks"))
               for k in (cluster % 1000 != group for group in range(1000))]  # fmt: skip
    jackknife = np.sqrt(999 / 1000 * np.square(np.array(without) - np.mean(without)).sum())
    assert (found.n_clusters, found.se_z) == (1500, pytest.approx(jackknife))


@pytest.mark.parametrize("of", ["values", "ranks"])
def test_independent_normal_pairs_have_a_design_effect_of_one(of):
    x, y = np.random.default_rng(6).multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], 5_000).T
    found = clustered_correlation(x, y, of=of)
    factor = 1 if of == "values" else 1 + correlation(x, y, of=of) ** 2 / 2  # Bonett and Wright
    assert found.design_effect == pytest.approx(factor, rel=0.15)  # three errors of its own


def test_a_published_correlation_has_fishers_interval():
    x, y = np.random.default_rng(7).normal(size=(2, 50))
    fitted = stats.pearsonr(x, y)
    found = pearson_interval(Bounds(fitted.statistic, fitted.statistic), 50, design_effect=1)
    assert (found.low, found.high) == pytest.approx(tuple(fitted.confidence_interval(0.95)))
    rounded = pearson_interval(Bounds(0.1, 0.2), 50, design_effect=4)
    ends = [pearson_interval(Bounds(r, r), 50, design_effect=4) for r in (0.1, 0.2)]
    assert (rounded.low, rounded.high) == (ends[0].low, ends[1].high)


def test_correlations_without_an_interval_are_refused():
    with pytest.raises(CannotEstimate, match="no interval"):
        clustered_correlation([1, 2, 3], [2, 4, 6])
    with pytest.raises(CannotEstimate, match="no interval"):
        clustered_correlation([1, 2, 3], [2, 4, 5], ["a", "a", "a"])
    with pytest.raises(CannotEstimate, match="Without one cluster"):
        clustered_correlation([1, 2, 3, 4], [2, 4, 5, 4], list("aabb"), of="ranks")
    with pytest.raises(CannotEstimate, match="more than three pairs"):
        pearson_interval(Bounds(0.2, 0.2), 3, design_effect=1)
