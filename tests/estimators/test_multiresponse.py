"""Tests for several answers: against single-answer tests, resampling and simulation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency

from research.estimators.multiresponse import (
    decady_thomas,
    item_statistics,
    marginal_independence,
    marginal_independence_bootstrap,
    pairwise_independence,
    pairwise_independence_bootstrap,
)
from research.estimators.rao_scott import cluster_chi_square
from research.results import CannotEstimate, ResearchError

RESAMPLING = 0.02  # four binomial errors of a p-value of about 0.1 from 4,999 resamples


def survey(seed: int, units: int, items: int, *, groups: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Group and correlated answers of units; the groups do not matter."""
    rng = np.random.default_rng(seed)
    leaning = rng.normal(size=(units, 1))
    return rng.integers(groups, size=units), (leaning + rng.normal(size=(units, items)) > 0.3)


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=4, max_size=40))
def test_a_single_item_is_pearsons_test(records: list[tuple[int, bool]]) -> None:
    groups, answers = (np.array(column) for column in zip(*records, strict=True))
    assume(len(set(groups)) > 1 and len(set(answers)) > 1)
    sizes = np.array([(groups == g).sum() for g in sorted(set(groups))])
    chosen = np.array([answers[groups == g].sum() for g in sorted(set(groups))])
    expected = chi2_contingency(np.stack([chosen, sizes - chosen]), correction=False).statistic
    assert item_statistics(chosen[:, None], sizes) == pytest.approx(expected)
    by_hand = decady_thomas(chosen[:, None], sizes)
    assert by_hand.corrected == pytest.approx(expected)
    p = chi2.sf(expected, len(sizes) - 1)
    assert (by_hand.p, by_hand.p_worst_dependence, by_hand.p_first_order) == pytest.approx(
        (p, p, p)
    )


def test_an_empty_cell_stays_zero() -> None:
    """No constant is added: Pearson's own statistic, item by item."""
    chosen, sizes = np.array([[0, 3], [4, 12]]), np.array([9, 12])
    expected = [
        chi2_contingency(np.stack([column, sizes - column]), correction=False).statistic
        for column in chosen.T
    ]
    assert item_statistics(chosen, sizes) == pytest.approx(expected)


def test_records_with_counts_are_records_repeated() -> None:
    groups, items = survey(1, 60, 3, groups=3)
    counts = np.random.default_rng(2).integers(0, 4, size=60)
    together = marginal_independence(groups, items, counts=counts)
    apart = marginal_independence(np.repeat(groups, counts), np.repeat(items, counts, axis=0))
    assert together.parts == pytest.approx(apart.parts)
    assert (together.adjusted, together.df, together.p) == pytest.approx(
        (apart.adjusted, apart.df, apart.p)
    )


def test_identical_items_have_the_p_value_of_one() -> None:
    """Complete dependence: the adjustment and the worst-case bound both see a single item."""
    groups, items = survey(3, 300, 1)
    one = item_statistics(*margins(groups, items))[0]
    fourfold = np.repeat(items, 4, axis=1)
    p = chi2.sf(one, 1)
    found = marginal_independence(groups, fourfold)
    assert found.statistic == pytest.approx(4 * one)
    # Covariances within groups differ from those under the null by terms of order one over n.
    assert found.p == pytest.approx(p, abs=0.01)
    assert decady_thomas(*margins(groups, fourfold)).p_worst_dependence == pytest.approx(p)


def margins(groups: np.ndarray, items: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    names = np.unique(groups)
    return (
        np.array([items[groups == name].sum(axis=0) for name in names]),
        np.array([(groups == name).sum() for name in names]),
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_the_order_of_groups_and_items_does_not_matter(seed: int) -> None:
    groups, items = survey(seed, 80, 3)
    found, other = (
        marginal_independence(groups, items),
        marginal_independence(1 - groups, items[:, ::-1]),
    )
    assert other.parts == pytest.approx(found.parts[::-1])
    assert (other.adjusted, other.df, other.p) == pytest.approx((found.adjusted, found.df, found.p))
    assert found.p_bonferroni == pytest.approx(min(1, 3 * chi2.sf(max(found.parts), 1)))


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_the_bootstrap_agrees_with_the_adjustment(seed: int) -> None:
    groups, items = survey(seed, 400, 4)
    rng = np.random.default_rng(seed)
    found = marginal_independence_bootstrap(groups, items, rng=rng)
    analytic = marginal_independence(groups, items)
    assert found.statistic == pytest.approx(analytic.statistic)
    assert found.p == pytest.approx(analytic.p, abs=2 * RESAMPLING)
    pair = pairwise_independence_bootstrap(items[:, :2], items[::-1, 2:], rng=rng)
    analytic = pairwise_independence(items[:, :2], items[::-1, 2:])
    assert pair.statistic == pytest.approx(analytic.statistic)
    assert pair.p == pytest.approx(analytic.p, abs=2 * RESAMPLING)


def test_the_adjusted_tests_reject_a_true_null_as_often_as_they_say() -> None:
    repetitions, rejected = 500, np.zeros(2)
    for seed in range(repetitions):
        groups, items = survey(seed, 200, 4)
        rejected += [
            marginal_independence(groups, items).p < 0.05,
            pairwise_independence(items[:, :2], items[::-1, 2:]).p < 0.05,
        ]
    # Three binomial errors of 500 repetitions at 0.05.
    assert rejected / repetitions == pytest.approx([0.05, 0.05], abs=0.03)


def test_a_difference_is_found() -> None:
    groups, items = survey(21, 400, 3)
    items[:, 0] |= groups == 1
    found = marginal_independence(groups, items)
    assert found.p < 1e-6
    assert found.parts_p[0] == found.p_bonferroni < 1e-6
    rng = np.random.default_rng(1)
    assert marginal_independence_bootstrap(groups, items, rng=rng, resamples=99).p == 0.01


def test_pairs_of_single_items_are_pearsons_tests() -> None:
    _, items = survey(31, 90, 4)
    found = pairwise_independence(items[:, :2], items[:, 2:])
    expected = [
        chi2_contingency(
            [[(a & b).sum(), (a & ~b).sum()], [(~a & b).sum(), (~a & ~b).sum()]], correction=False
        ).statistic
        for a in items[:, :2].T
        for b in items[:, 2:].T
    ]
    assert found.parts == pytest.approx(expected)
    turned = pairwise_independence(items[:, 2:], items[:, :2])
    assert (turned.adjusted, turned.df) == pytest.approx((found.adjusted, found.df))


def test_first_order_p_lies_between_the_bounds_of_dependence() -> None:
    found = decady_thomas([[3313, 4481], [3100, 4300]], [9000, 9000])
    assert found.p_first_order < found.p_worst_dependence


def test_units_drawn_one_by_one_give_pearsons_test() -> None:
    """With every unit its own cluster the design effects are near one."""
    rng = np.random.default_rng(41)
    rows, columns = rng.integers(2, size=3000), rng.integers(3, size=3000)
    found = cluster_chi_square(rows, columns, np.arange(3000))
    table = np.zeros((2, 3))
    np.add.at(table, (rows, columns), 1)
    expected = chi2_contingency(table, correction=False)
    assert found.pearson == pytest.approx(expected.statistic)
    assert found.p_first_order == pytest.approx(expected.pvalue, abs=0.01)
    assert found.p == pytest.approx(expected.pvalue, abs=0.01)


def test_doubling_every_cluster_doubles_pearson_but_not_the_evidence() -> None:
    rng = np.random.default_rng(42)
    rows, columns, clusters = (rng.integers(k, size=200) for k in (2, 3, 20))
    once = cluster_chi_square(rows, columns, clusters)
    twice = cluster_chi_square(*(np.tile(labels, 2) for labels in (rows, columns, clusters)))
    assert twice.pearson == pytest.approx(2 * once.pearson)
    assert (twice.f, twice.df_numerator, twice.p, twice.p_first_order) == pytest.approx(
        (once.f, once.df_numerator, once.p, once.p_first_order)
    )
    weighted = cluster_chi_square(rows, columns, clusters, weights=np.full(200, 7.0))
    assert weighted.f == pytest.approx(once.f)
    finite = cluster_chi_square(rows, columns, clusters, clusters_in_population=40)
    assert finite.f == pytest.approx(2 * once.f)  # half of all clusters: half the variance


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: item_statistics([[1], [2]], [2, 2, 2]), ResearchError, "one row per group"),
        (lambda: item_statistics([[3], [1]], [2, 2]), ResearchError, "more than its group"),
        (lambda: item_statistics([[0], [0]], [2, 2]), CannotEstimate, "no unit or by every one"),
        (lambda: item_statistics([[2], [2]], [2, 2]), CannotEstimate, "no unit or by every one"),
        (lambda: decady_thomas([[0], [1]], [0, 2]), CannotEstimate, "no unit. Leave it out"),
        (lambda: marginal_independence([1, 1], [[1], [0]]), CannotEstimate, "two groups"),
        (lambda: marginal_independence([1, 2, 3], [[1], [0]]), ResearchError, "2 labels"),
        (lambda: marginal_independence([1, 2], [[1], [2]]), ResearchError, "matrix of 0 and 1"),
        (lambda: marginal_independence([1, 2], [[1], [0]]), CannotEstimate, "Use the bootstrap"),
        (
            lambda: marginal_independence([1, 2], [[1], [0]], counts=[1, 2, 3]),
            ResearchError,
            "2 numbers",
        ),
        (lambda: pairwise_independence([[1], [1]], [[0], [1]]), CannotEstimate, "first question"),
        (lambda: pairwise_independence([[1], [0]], [[0]]), ResearchError, "same records"),
        (
            lambda: marginal_independence_bootstrap(
                [1, 2], [[1], [0]], counts=[1.5, 2], rng=np.random.default_rng(1)
            ),
            ResearchError,
            "whole numbers",
        ),
        (
            lambda: pairwise_independence_bootstrap(
                [[1], [0]], [[1], [0]], rng=np.random.default_rng(1), resamples=0
            ),
            ResearchError,
            "between one and",
        ),
        (lambda: cluster_chi_square([1, 2], [1, 2], [1, 1]), CannotEstimate, "One cluster"),
        (lambda: cluster_chi_square([1, 1], [1, 2], [1, 2]), CannotEstimate, "two rows"),
        (lambda: cluster_chi_square([1, 2], [1, 2, 1], [1, 2]), ResearchError, "'columns' should"),
        (lambda: cluster_chi_square([1, 2], [1, 2], [1, 2, 3]), ResearchError, "'clusters' should"),
        (
            lambda: cluster_chi_square([1, 2], [1, 2], ["a", None]),
            ResearchError,
            "no label for 1 of 2",
        ),
        (
            lambda: cluster_chi_square([1, 2], [1, 2], [1, 2], weights=[1]),
            ResearchError,
            "'weights' should",
        ),
        (
            lambda: marginal_independence([1, np.nan], [[1], [0]]),
            ResearchError,
            "no label for 1 of 2",
        ),
        (
            lambda: cluster_chi_square([1, 2], [1, 2], [1, 2], clusters_in_population=1),
            ResearchError,
            "population of 1",
        ),
    ],
)
def test_what_cannot_be_estimated_says_why(
    call: Callable[[], object], error: type[ResearchError], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()
