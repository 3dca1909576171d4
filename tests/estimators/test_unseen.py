"""What clusters larger than any seen could do to a share."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy import stats

from research.estimators.budget import COVERAGE_WITHOUT_VERDICT, sampling_row
from research.estimators.clustered import (
    clustered_share,
    paired_share_difference,
    share_difference,
)
from research.estimators.clustered.jackknife import FISHER_Z
from research.estimators.clustered.shares import (
    jackknifed_difference,
    jackknifed_paired_difference,
    jackknifed_share,
)
from research.estimators.clustered.tails import hill, tail_size, unseen

SIZES = [float(size) for size in range(25, 5, -1)]
# Sums of the same floating-point numbers in another order.
ROUNDING = 1e-12
TAIL = "lower limit of the Hill index of the totals"

sizes = st.lists(st.floats(0.1, 1e6), min_size=10, max_size=40)


def unseen_share(totals: ArrayLike, level: float = 0.95) -> float:
    return float(unseen(np.asarray(totals, dtype=float)[None, :], level).share[0])


def inside() -> np.ndarray:
    return np.arange(len(SIZES)) % 3 == 0


def test_the_share_is_that_of_three_more_clusters_above_the_largest() -> None:
    k = tail_size(len(SIZES))
    index = hill(np.array([SIZES]), k)[0] * stats.chi2.ppf(0.05, 2 * k) / (2 * k)
    beyond = -math.log(0.05) * max(SIZES) * index / (index - 1)
    assert unseen_share(SIZES) == pytest.approx(beyond / (sum(SIZES) + beyond), rel=ROUNDING)
    assert -math.log(0.05) == pytest.approx(3, abs=0.005)  # the rule of three


def test_a_tail_without_a_mean_leaves_everything_open() -> None:
    heavy = [10.0**k for k in range(10)]
    assert unseen_share(heavy) == 1
    share = clustered_share(np.where(np.arange(10) % 2, heavy, 0), heavy)
    assert (share.verdict_interval.low, share.verdict_interval.high) == (0, 1)
    assert [condition.name for condition in share.failed][-1] == TAIL


def test_the_lower_limit_of_the_tail_index_is_below_it_as_often_as_it_says() -> None:
    rng = np.random.default_rng(7)
    below = unseen(rng.pareto(1.2, (2_000, 300)) + 1, 0.9).index <= 1.2
    assert below.mean() == pytest.approx(0.9, abs=3 * math.sqrt(0.09 / 2_000))


def test_a_tail_that_may_have_no_mean_is_refused() -> None:
    """An estimate above one is not enough: one of 1.15 from 44 organisations may be 0.9."""
    totals = np.random.default_rng(1).pareto(1.1, 300) + 1
    share = clustered_share(totals * np.linspace(0.2, 0.8, 300), totals)
    least = {each.name: each.found for each in share.conditions}
    assert hill(totals[None, :], tail_size(300)) > 1 > least[TAIL]
    assert not share.trusted
    assert tuple(share.verdict_interval) == (0, 1)


@given(sizes, st.floats(0.01, 100))
def test_the_share_is_a_share_and_has_no_unit(totals: list[float], unit: float) -> None:
    found = unseen_share(totals)
    assert 0 < found <= 1
    assert unseen_share([unit * total for total in totals]) == pytest.approx(found, rel=1e-6)


@given(sizes)
def test_more_confidence_leaves_more_unseen(totals: list[float]) -> None:
    assert unseen_share(totals, level=0.99) >= unseen_share(totals, level=0.9)


def test_the_ends_are_those_of_unseen_clusters_inside_and_outside_the_class() -> None:
    totals = np.array([SIZES])
    part, rest, u = totals * inside(), totals * ~inside(), unseen_share(SIZES)
    share = jackknifed_share(part, rest, totals, 0.95)
    gap = jackknifed_difference(part, rest, totals, 0.95)
    pair = jackknifed_paired_difference(part, rest, rest, part, 0.95)
    one = (part.sum() / totals.sum(), rest.sum() / totals.sum())
    most = u * one[0] + u * (1 - one[1]), u * (1 - one[0]) + u * one[1]
    for found, ends in (
        (share, lambda low, high: ((1 - u) * low, (1 - u) * high + u)),
        (gap, lambda low, high: ((1 - u) * low - u, (1 - u) * high + u)),
        (pair, lambda low, high: (low - most[0], high + most[1])),
    ):
        (low,), (high,) = found.limits(0.95)
        expected = np.clip(ends(low, high), found.link.lowest, 1)
        assert np.ravel(found.widened(0.95)) == pytest.approx(expected, rel=ROUNDING)
    assert gap.link == pair.link == FISHER_Z


@pytest.mark.parametrize("kind", ["share", "difference", "two channels"])
def test_the_interval_behind_a_verdict_contains_the_plain_one(kind: str) -> None:
    part = np.where(inside(), SIZES, 0)
    found = {
        "share": lambda: clustered_share(part, SIZES),
        "difference": lambda: share_difference(part, np.where(inside(), 0, SIZES), SIZES),
        "two channels": lambda: paired_share_difference(SIZES, SIZES[::-1], inside()),
    }[kind]()
    plain, wide = found.interval, found.verdict_interval
    assert wide.low < plain.low < found.value < plain.high < wide.high
    assert wide.low >= (0 if kind == "share" else -1)
    assert wide.high <= 1
    assert "larger clusters than any seen" in wide.method


def test_the_budget_shows_the_interval_that_may_carry_a_verdict_or_labels_the_plain_one() -> None:
    trusted = clustered_share(np.where(inside(), SIZES, 0), SIZES)
    row = sampling_row(trusted)
    assert trusted.trusted
    assert (row.low, row.high) == tuple(trusted.verdict_interval)
    heavy = np.array([10.0**k for k in range(12)])
    plain = clustered_share(np.where(np.arange(12) % 2, heavy, 0), heavy)
    row = sampling_row(plain)
    low, high = COVERAGE_WITHOUT_VERDICT
    assert not plain.trusted
    assert (row.low, row.high) == tuple(plain.interval)
    assert row.detail.endswith(
        f"simulated coverage in such draws {100 * low:.0f} to {100 * high:.0f} %, not 95\u00a0%"
    )
