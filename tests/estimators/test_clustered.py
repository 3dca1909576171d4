"""Shares of clustered totals: symmetries, brute force, conditions, refusals, coverage."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from research.estimators.budget import (
    alternatives_row,
    budget,
    leave_one_out_row,
    sampling_row,
)
from research.estimators.clustered import (
    LeaveOneOut,
    cluster_robust,
    cluster_sample_mean,
    clustered_ratio,
    clustered_share,
    jackknife_interval,
    jackknife_se,
    kish_effective_size,
    leave_one_out,
    linearised_se,
    paired_share_difference,
    share_difference,
)
from research.estimators.clustered.tails import hill, kish
from research.results import BudgetRow, CannotEstimate, ResearchError

EXACT = 1e-9  # the same arithmetic in another order
ONE_BY_ONE = 1e-7  # links and their inverses amplify rounding for shares near 0 and 1

sizes = st.floats(0.01, 1e6)
fractions = st.floats(0.01, 0.99)
clusters = st.lists(st.tuples(sizes, fractions, fractions), min_size=3, max_size=12)


def arrays(rows: list[tuple[float, float, float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two disjoint parts of a whole."""
    whole, first, rest = (np.array(column) for column in zip(*rows, strict=True))
    return whole * first, whole * (1 - first) * rest, whole


# One share ----------------------------------------------------------------------------------------


@given(clusters)
def test_a_share_and_its_remainder_mirror_each_other(rows) -> None:
    part, _, whole = arrays(rows)
    share, rest = clustered_share(part, whole), clustered_share(whole - part, whole)
    assert share.value == pytest.approx(1 - rest.value, abs=ONE_BY_ONE)
    assert share.interval.low == pytest.approx(1 - rest.interval.high, abs=ONE_BY_ONE)
    assert share.interval.high == pytest.approx(1 - rest.interval.low, abs=ONE_BY_ONE)


@given(clusters, st.floats(1e-200, 1e60))
def test_the_unit_of_the_weights_does_not_matter(rows, factor) -> None:
    part, _, whole = arrays(rows)
    share, scaled = clustered_share(part, whole), clustered_share(part * factor, whole * factor)
    assert scaled.interval.low == pytest.approx(share.interval.low, abs=ONE_BY_ONE)
    assert scaled.se == pytest.approx(share.se, rel=1e-6)
    assert scaled.kish_n == pytest.approx(share.kish_n)


@given(clusters)
def test_only_totals_of_clusters_count(rows) -> None:
    part, _, whole = arrays(rows)
    halves = clustered_share(
        np.repeat(part / 2, 2), np.repeat(whole / 2, 2), np.repeat(np.arange(len(whole)), 2)
    )
    share = clustered_share(part, whole)
    assert halves.interval.low == pytest.approx(share.interval.low, abs=ONE_BY_ONE)
    assert halves.n_clusters == share.n_clusters


@given(clusters)
def test_intervals_contain_the_share_and_widen_with_the_level(rows) -> None:
    part, _, whole = arrays(rows)
    narrow, wide = (clustered_share(part, whole, level=level) for level in (0.8, 0.99))
    assert 0 <= wide.interval.low <= narrow.interval.low <= narrow.value + EXACT
    assert narrow.value - EXACT <= narrow.interval.high <= wide.interval.high <= 1


@given(clusters)
def test_leaving_out_is_what_it_says(rows) -> None:
    part, _, whole = arrays(rows)
    left_out = leave_one_out(part, whole)
    brute = [np.delete(part, i).sum() / np.delete(whole, i).sum() for i in range(len(whole))]
    assert left_out.values == pytest.approx(brute, abs=EXACT)
    largest = int(np.abs(np.array(brute) - left_out.value).argmax())
    assert left_out.without == pytest.approx(brute[largest], abs=EXACT)
    assert left_out.low <= left_out.without <= left_out.high


def test_logit_interval_from_its_definition() -> None:
    part, whole = np.array([9.0, 1, 3, 2, 5]), np.array([10.0, 8, 4, 7, 5.5])
    share = clustered_share(part, whole, level=0.9)
    p = np.array([np.delete(part, i).sum() / np.delete(whole, i).sum() for i in range(5)])
    logits = np.log(p / (1 - p))
    se = np.sqrt(4 / 5 * ((logits - logits.mean()) ** 2).sum())
    df = whole.sum() ** 2 / (whole**2).sum() - 1
    center = np.log(part.sum() / (whole - part).sum())
    for end, sign in ((share.interval.low, -1), (share.interval.high, 1)):
        expected = 1 / (1 + np.exp(-center - sign * stats.t.ppf(0.95, df) * se))
        assert end == pytest.approx(expected, abs=EXACT)


def test_unequal_labels_are_grouped_whatever_their_type() -> None:
    part, whole = [4.0, 1, 2, 3], [5.0, 5, 5, 5]
    found = [
        clustered_share(part, whole, labels).interval
        for labels in (["a", "a", "b", "c"], [7, 7, 1, 3], np.array(["x", "x", "y", "z"], object))
    ]
    assert found[0] == found[1] == found[2]


def test_a_hundred_thousand_organisations() -> None:
    rng = np.random.default_rng(1)
    whole = rng.pareto(1.5, 100_000)
    part = whole * (rng.random(100_000) < 0.3)
    share = clustered_share(part, whole, rng.permutation(100_000))
    for i in (0, 50_000, 99_999):
        label = share.leave_one_out.labels[i]
        assert label == share.leave_one_out.labels.tolist()[i]
    assert 0.2 < share.interval.low < share.value < share.interval.high < 0.45


# Differences --------------------------------------------------------------------------------------


@given(clusters)
def test_swapping_the_shares_flips_the_difference(rows) -> None:
    first, second, whole = arrays(rows)
    gap = share_difference(first, second, whole)
    back = share_difference(second, first, whole)
    assert -1 <= gap.interval.low <= gap.value + EXACT
    assert gap.value - EXACT <= gap.interval.high <= 1
    assert gap.value == -back.value
    assert gap.interval.low == pytest.approx(-back.interval.high, abs=EXACT)
    assert [c.holds for c in gap.conditions[2:]] == [c.holds for c in back.conditions[2:]]


@given(clusters)
def test_the_difference_to_nothing_is_the_share(rows) -> None:
    part, _, whole = arrays(rows)
    gap, share = share_difference(part, np.zeros_like(part), whole), clustered_share(part, whole)
    assert gap.value == share.value
    assert gap.se == pytest.approx(share.se, rel=1e-6, abs=EXACT)
    assert not gap.trusted  # a numerator without any cluster


@given(clusters, st.data())
def test_swapping_channels_or_members_flips_the_paired_difference(rows, data) -> None:
    first, second, _ = arrays(rows)
    member = np.arange(len(first)) % 2 == 0
    gap = paired_share_difference(first, second, member)
    for other in (
        paired_share_difference(second, first, member),
        paired_share_difference(first, second, ~member),
    ):
        assert gap.value == pytest.approx(-other.value, abs=EXACT)
        assert gap.interval.low == pytest.approx(-other.interval.high, abs=ONE_BY_ONE)
        assert gap.trusted == other.trusted


def test_difference_of_shares_has_the_multinomial_variance_for_single_units() -> None:
    # Units of equal weight, each its own cluster: var = (p1 + p2 - (p1 - p2)**2) / (n - 1).
    first, second = np.repeat([1.0, 0, 0], [30, 50, 20]), np.repeat([0, 1.0, 0], [30, 50, 20])
    gap = share_difference(first, second, np.ones(100))
    assert gap.se == pytest.approx(np.sqrt((0.8 - 0.04) / 99))
    assert gap.kish_n == pytest.approx(100)
    assert [c.name for c in gap.failed] == []


# When not to believe it ---------------------------------------------------------------------------


def test_conditions_name_what_failed_and_the_threshold() -> None:
    part, whole = [9000.0, 1, 1, 0, 0, 0], [9000.0, 500, 400, 300, 200, 100]
    share = clustered_share(part, whole)
    failed = {condition.name: condition for condition in share.failed}
    assert not share.trusted
    assert failed["Kish n of the numerator"].found == pytest.approx(1, abs=0.01)
    assert all(condition.found <= condition.threshold for condition in share.failed)


def test_many_similar_clusters_are_trusted() -> None:
    rng = np.random.default_rng(3)
    whole = rng.uniform(1, 2, 80)
    share = clustered_share(whole * rng.uniform(0.2, 0.8, 80), whole)
    assert share.trusted
    found = {condition.name: condition.found for condition in share.conditions}
    assert found["influence number"] > 20
    assert found["lower limit of the Hill index of the totals"] > 1.5


@pytest.mark.parametrize("scale", [1.0, 3.0, 7.7])
def test_equal_shares_give_a_point_that_is_not_trusted(scale) -> None:
    whole = np.array([1.0, 2, 5, 7, 9]) * scale
    share = clustered_share(whole * 0.3, whole)
    assert share.interval.low == pytest.approx(0.3)
    assert share.interval.high == pytest.approx(0.3)
    assert "influence number" in [each.name for each in share.failed if each.found == 0]


def test_one_giant_gives_the_whole_range() -> None:
    share = clustered_share([1e18, 1, 2], [1.5e18, 2, 3])
    assert (share.interval.low, share.interval.high) == (0, 1)
    assert not share.trusted


REFUSED = [
    ([0, 0], [0, 0], None, CannotEstimate, "The total is 0"),
    ([1, 2], [3, 4], ["a", "a"], CannotEstimate, "one cluster holds all"),
    ([0, 0, 0], [1, 2, 3], None, CannotEstimate, "exactly 0"),
    ([1, 2, 3], [1, 2, 3], None, CannotEstimate, "exactly 1"),
    ([5, 0, 0], [9, 2, 3], ["x", "y", "z"], CannotEstimate, "Without 'x' the share is 0"),
    ([5, 2, 2], [5, 2, 3], ["x", "y", "z"], CannotEstimate, "Without 'z' the share is 1"),
    ([1e308] * 3, [1.5e308] * 3, None, ResearchError, "larger unit"),
    ([2, 0], [1, 1], None, ResearchError, "exceeds its whole weight"),
    ([np.nan, 1], [2, 2], None, ResearchError, "missing or infinite"),
    ([-1, 1], [2, 2], None, ResearchError, "no negative number"),
    ([], [], None, ResearchError, "at least one number"),
    ([1, 1], [2, 2, 2], None, ResearchError, "'part' has 2, 'whole' has 3"),
    ([1, 1], [2, 2], ["a", None], ResearchError, "no label for 1 of 2"),
    ([1, 1], [2, 2], ["a"], ResearchError, "'cluster' should hold 2 labels"),
]


@pytest.mark.parametrize(("part", "whole", "cluster", "error", "message"), REFUSED)
def test_share_refusals(part, whole, cluster, error, message) -> None:
    with pytest.raises(error, match=message):
        clustered_share(part, whole, cluster)


def test_difference_refusals() -> None:
    with pytest.raises(CannotEstimate, match="Without 'b' the difference of shares is 1"):
        share_difference([4, 0, 5], [0, 3, 0], [4, 3, 5], ["a", "b", "c"])
    with pytest.raises(CannotEstimate, match="the total is zero"):
        paired_share_difference([1, 0, 0], [1, 2, 3], [1, 0, 0])
    with pytest.raises(ResearchError, match="true and false"):
        paired_share_difference([1, 2, 3], [1, 2, 3], [1, 2, 0])


def test_leaving_out_serves_where_no_interval_exists() -> None:
    left_out = leave_one_out([5, 0, 0], [9, 2, 3], ["x", "y", "z"])
    assert (left_out.cluster, left_out.without) == ("x", 0)


# Ratios of two totals -----------------------------------------------------------------------------


@given(clusters)
def test_a_ratio_turned_round_has_the_interval_turned_round(rows) -> None:
    above, _, below = arrays(rows)
    try:
        found, turned = clustered_ratio(above, below), clustered_ratio(below, above)
    except CannotEstimate:
        return
    assert turned.value == pytest.approx(1 / found.value, rel=EXACT)
    assert turned.interval.low == pytest.approx(1 / found.interval.high, rel=ONE_BY_ONE)
    assert found.interval.low <= found.value * (1 + EXACT)


def test_a_ratio_of_units_is_that_of_the_totals_of_their_clusters() -> None:
    units = clustered_ratio([3, 2, 4, 0, 1, 5], [1, 1, 0, 2, 3, 4], list("aabbcd"))
    totals = clustered_ratio([5, 4, 1, 5], [2, 2, 3, 4], list("abcd"))
    assert (units.value, units.se) == pytest.approx((totals.value, totals.se), rel=EXACT)
    assert tuple(units.interval) == pytest.approx(tuple(totals.interval), rel=EXACT)


def test_a_share_of_a_total_has_the_error_of_a_ratio() -> None:
    part, whole = [9, 0, 3, 0, 4], [9, 6, 4, 3, 5]
    assert clustered_ratio(part, whole).se == pytest.approx(clustered_share(part, whole).se)


def test_the_jackknife_of_a_ratio_is_the_spread_of_a_bootstrap_over_clusters() -> None:
    rng = np.random.default_rng(4)
    above, below = np.exp(rng.standard_normal((2, 400)) / 2)
    found = clustered_ratio(above, below)
    drawn = rng.integers(0, 400, (4000, 400))
    spread = np.log(above[drawn].sum(axis=1) / below[drawn].sum(axis=1)).std()
    half = np.log(found.interval.high / found.interval.low) / 2
    t = stats.t.ppf(0.975, found.kish_n - 1)
    assert half / t == pytest.approx(spread, rel=0.05)
    assert found.se / found.value == pytest.approx(spread, rel=0.05)


@pytest.mark.parametrize(
    ("above", "below", "message"),
    [
        ([0, 0, 0], [1, 2, 3], "total of 'above' is zero"),
        ([1, 2, 3], [0, 5, 0], "Without '1' the total of 'below'"),
        ([1, 1, 1e6], [1, 1, 1], "effective clusters"),
    ],
)
def test_ratio_refusals(above, below, message) -> None:
    with pytest.raises(CannotEstimate, match=message):
        clustered_ratio(above, below)


def test_coverage_with_moderate_tails() -> None:
    """Lognormal organisations: at least 0.92 of the intervals hold the true share."""
    rng = np.random.default_rng(20)
    held = 0
    for _ in range(400):
        whole = rng.lognormal(0, 1.2, 60)
        share = clustered_share(whole * rng.beta(2, 3, 60), whole)
        held += 0.4 in share.interval
    assert held / 400 >= 0.92  # binomial standard error 0.011 around a nominal 0.95


# Tails and standard errors ------------------------------------------------------------------------


@given(st.lists(sizes, min_size=1, max_size=20))
def test_effective_size_lies_between_one_and_n(weights) -> None:
    assert 1 - EXACT <= kish_effective_size(weights) <= len(weights) + EXACT


@pytest.mark.parametrize("weight", [1e-300, 1, 1e70])
def test_effective_size_of_extreme_weights(weight) -> None:
    assert kish_effective_size([weight, weight]) == pytest.approx(2)


@given(st.integers(1, 10), st.floats(1, 100))
def test_influence_counts_equal_deviations(n, size) -> None:
    deviations = np.append(np.full(n, size), np.zeros(3))
    assert kish(np.square(deviations)) == pytest.approx(n)


def test_tail_index_of_a_pareto_sample() -> None:
    values = np.random.default_rng(5).pareto(1.3, 20_000) + 1
    assert hill(values[None, :], 2_000) == pytest.approx(1.3, abs=0.1)


def test_no_weight_has_no_effective_size() -> None:
    with pytest.raises(ResearchError, match="All weights are zero"):
        kish_effective_size([0, 0])


def test_equal_giants_have_no_tail() -> None:
    assert hill(np.full((1, 4), 7.0), 2) == np.inf


# Few clusters -------------------------------------------------------------------------------------


def regression(n: int = 40, groups: int = 8) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    cluster = np.arange(n) % groups
    x = np.column_stack((np.ones(n), rng.normal(size=n), cluster < groups // 2)).astype(float)
    return x @ [1, 0.5, 0.3] + rng.normal(size=groups)[cluster] + rng.normal(size=n), x, cluster


def test_single_units_give_hc2() -> None:
    y, x, _ = regression()
    fit = cluster_robust(y, x)
    theirs = sm.OLS(y, x).fit(cov_type="HC2")
    assert fit.coefficients == pytest.approx(theirs.params)
    assert fit.se == pytest.approx(theirs.bse)


def test_bell_mccaffrey_from_its_definition() -> None:
    """The adjustment by matrix roots, and the degrees of freedom from the whole matrix."""
    y, x, cluster = regression(24, 6)
    fit = cluster_robust(y, x, cluster)
    inverse = np.linalg.inv(x.T @ x)
    hat = x @ inverse @ x.T
    residual = y - hat @ y
    meat, columns = np.zeros((3, 3)), []
    for label in range(6):
        rows = np.flatnonzero(cluster == label)
        values, vectors = np.linalg.eigh(np.eye(len(rows)) - hat[np.ix_(rows, rows)])
        keep = values > 1e-9
        root = vectors[:, keep] @ np.diag(values[keep] ** -0.5) @ vectors[:, keep].T
        score = x[rows].T @ root @ residual[rows]
        meat += np.outer(score, score)
        columns.append((np.eye(24) - hat)[:, rows] @ root @ x[rows] @ inverse)
    assert fit.se == pytest.approx(np.sqrt(np.diag(inverse @ meat @ inverse)))
    for j in range(3):
        g = np.column_stack([column[:, j] for column in columns])
        b = g.T @ g
        assert fit.df[j] == pytest.approx(np.trace(b) ** 2 / np.trace(b @ b))


@pytest.mark.parametrize(
    ("y", "x", "cluster", "message"),
    [
        ([1, 2, 3], np.ones((3, 1)), ["a", "a", "a"], "at least two clusters"),
        ([1, 2], np.array([[1.0, 1], [1, 2]]), ["a", "b"], "3 units"),
        ([1, 2, 3], np.ones((3, 2)), ["a", "b", "c"], "collinear"),
        ([1, 2, 3], np.ones(3), ["a", "b", "c"], "in units by regressors"),
        ([1, 2, 9, 4], np.eye(2)[[0, 1, 1, 1]], list("abbb"), "determined by single clusters"),
    ],
)
def test_regression_refusals(y, x, cluster, message) -> None:
    with pytest.raises(ResearchError, match=message):
        cluster_robust(y, x, cluster)


# A mean of a cluster sample, and the budget -------------------------------------------------------


def test_single_units_have_no_design_effect() -> None:
    values = [3, 1, 4, 1, 5, 9, 2, 6]
    mean = cluster_sample_mean(values, range(8))
    assert mean.design_effect == pytest.approx(1)
    assert mean.se == pytest.approx(np.std(values, ddof=1) / np.sqrt(8))
    assert "with 7 degrees of freedom" in mean.interval.method
    repeated = cluster_sample_mean(np.repeat(values, 10), np.repeat(range(8), 10))
    assert repeated.se == pytest.approx(mean.se)
    assert repeated.design_effect == pytest.approx(10 * (79 / 80) * (8 / 7))


@pytest.mark.parametrize(
    ("values", "cluster", "message"),
    [
        ([1, 2], ["a", "a"], "at least two clusters"),
        ([3, 3], ["a", "b"], "values that differ"),
        (range(101), ["a"] * 100 + ["b"], "holds all but a few"),
    ],
)
def test_sample_mean_refusals(values, cluster, message) -> None:
    with pytest.raises(ResearchError, match=message):
        cluster_sample_mean(values, cluster)


def test_unequal_clusters_leave_kish_degrees_of_freedom() -> None:
    sizes = [12, 3, 3, 2, 1, 1]
    values = np.random.default_rng(2).normal(size=sum(sizes)) + np.repeat(range(6), sizes)
    mean = cluster_sample_mean(values, np.repeat(range(6), sizes))
    kish = sum(sizes) ** 2 / sum(size**2 for size in sizes)
    half = stats.t.ppf(0.975, kish - 1) * mean.se
    assert tuple(mean.interval) == pytest.approx((mean.value - half, mean.value + half))


def test_a_mean_of_unequal_clusters_is_covered() -> None:
    """Ten lognormal clusters: clusters less one as degrees of freedom cover 0.90 of the samples."""
    rng, held, repetitions = np.random.default_rng(6), np.zeros(2), 600
    for _ in range(repetitions):
        sizes = np.ceil(5 * np.exp(rng.standard_normal(10))).astype(int)
        effects = np.repeat(rng.standard_normal(10) / 2, sizes)
        found = cluster_sample_mean(
            effects + rng.standard_normal(sizes.sum()), np.repeat(range(10), sizes)
        )
        more = stats.t.ppf(0.975, 9) * found.se
        held += [0 in found.interval, abs(found.value) <= more]
    assert held[0] / repetitions > 0.93
    assert held[1] / repetitions < 0.92


def test_standard_errors_of_a_mean() -> None:
    values = np.array([1.0, 4, 2, 8])
    without = (values.sum() - values) / 3
    assert jackknife_se(without) == pytest.approx(values.std(ddof=1) / 2)
    assert linearised_se((values - values.mean()) / 4) == pytest.approx(values.std(ddof=1) / 2)
    left_out = LeaveOneOut(value=values.mean(), labels=np.array(list("abcd")), values=without)
    t = stats.ttest_1samp(values, 0).confidence_interval()
    assert tuple(jackknife_interval(left_out, 4, within=(-9, 99))) == pytest.approx(tuple(t))
    assert jackknife_interval(left_out, 4, within=(0, 5)).high == 5


def test_budget_leads_with_the_widest_row() -> None:
    part, whole = [9, 1, 3, 2], [10, 6, 4, 5]
    labels = ["Qwen", "Meta", "Mistral", "Google"]
    rows = budget(
        leave_one_out_row(leave_one_out(part, whole, labels)),
        sampling_row(clustered_share(part, whole, labels)),
        alternatives_row("date", {"April": 0.5, "May": 0.6, "June": 0.55}),
        BudgetRow(source="nothing", low=0.6, high=0.6, detail="known"),
    )
    assert [row.source for row in rows] == [
        "other organisations drawn",
        "one organisation left out",
        "date",
        "nothing",
    ]
    assert rows[0].detail == (
        "4 organisations drawn, 3.5 effective; number of clusters is 4, not above 9; "
        "lower limit of the Hill index of the totals is 0.5, not above 1; "
        "of so few the coverage study says nothing"
    )
    assert rows[1].detail == "furthest without Qwen"
    assert (rows[1].low, rows[1].high) == (0.4, 14 / 19)
    assert rows[2].detail == "lowest under April, highest under May"
    with pytest.raises(CannotEstimate, match="one alternative"):
        alternatives_row("date", {})
