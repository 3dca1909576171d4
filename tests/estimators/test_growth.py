"""No estimator of n units takes n * n of anything: counted in bytes and in calls, never in time."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from research.estimators import (
    association,
    partial_ranks,
    ranged,
    ranged_indices,
    tipping,
    truncation,
)
from research.estimators.association import (
    kendall,
    log_log,
    median_regression,
    robust_regression,
    spearman,
)
from research.estimators.clustered import (
    cluster_robust,
    cluster_sample_mean,
    clustered_share,
    leave_one_out,
    paired_share_difference,
    share_difference,
)
from research.estimators.concentration import (
    hhi,
)
from research.estimators.multiverse import (
    rank_confidence_sets,
    rank_sets,
)
from research.estimators.rates import gap_ratio
from research.estimators.rates.counts import poisson_regression

FEW, MANY = 600, 2_400
LINEAR = 8  # times the memory for four times the units: n log n gives 5 or 6, n * n gives 16


class Units:
    """n invented units, the same in every test."""

    def __init__(self, n: int) -> None:
        self.rng = np.random.default_rng(5)
        self.n = n
        self.x = self.rng.lognormal(size=n)
        self.y = self.x * self.rng.lognormal(size=n)
        self.tied = np.floor(10 * self.y) + 1
        self.listed = np.sort(self.tied)[::-1]
        self.line = np.column_stack((np.ones(n), self.x))
        self.cluster = np.arange(n) // 2
        self.member = self.cluster % 3 == 0
        self.yes = self.rng.random(n) < 0.4
        self.ranged = ranged.Ranged(low=self.x, value=self.x, high=1.1 * self.x)
        self.exact = ranged.Ranged.exactly(self.y)


CALLS: dict[str, Callable[[Units], Any]] = {
    "spearman": lambda u: spearman(u.x, u.tied, rng=u.rng),
    "kendall": lambda u: kendall(u.x, u.y, rng=u.rng),
    "kendall, ties": lambda u: kendall(u.x, u.tied, rng=u.rng),
    "kendall_bounds": lambda u: partial_ranks.kendall_bounds(u.ranged, u.exact),
    "spearman_bounds": lambda u: partial_ranks.spearman_bounds(u.ranged, u.exact),
    "log_log": lambda u: log_log(u.y, u.x, u.cluster),
    "log_log, no clusters": lambda u: log_log(u.y, u.x),
    "robust_regression": lambda u: robust_regression(u.y, u.line, u.cluster),
    "median_regression": lambda u: median_regression(u.y, u.line, u.cluster),
    "poisson_regression": lambda u: poisson_regression(u.tied, u.line, u.cluster),
    "cluster_robust": lambda u: cluster_robust(u.y, u.line, u.cluster),
    "clustered_share": lambda u: clustered_share(u.yes * u.y, u.y, u.cluster),
    "share_difference": lambda u: share_difference(u.yes * u.y, ~u.yes * u.y, u.y, u.cluster),
    "paired_share_difference": lambda u: paired_share_difference(u.x, u.y, u.yes, u.cluster),
    "cluster_sample_mean": lambda u: cluster_sample_mean(u.y, u.cluster),
    "leave_one_out": lambda u: leave_one_out(u.yes * u.y, u.y, u.cluster),
    "hhi": lambda u: hhi(u.y),
    "gap_ratio": lambda u: gap_ratio(u.x, u.yes, u.member, u.cluster, rng=u.rng),
    "ranged_mean": lambda u: ranged.ranged_mean(u.ranged, u.yes, u.yes | u.member),
    "paired_gap_bounds": lambda u: ranged.paired_gap_bounds(u.ranged, u.exact, u.yes, u.member),
    "misclassification_tipping": lambda u: tipping.misclassification_tipping(
        u.x, u.yes, ~u.yes & u.member
    ),
    "clustered_correlation": lambda u: association.clustered_correlation(
        u.x, u.tied, u.cluster, of="ranks"
    ),
    "correlation_without_each": lambda u: association.correlation_without_each(u.x, u.y),
    "ranged_hhi": lambda u: ranged_indices.ranged_hhi(u.ranged),
    "ranged_top_share": lambda u: ranged_indices.ranged_top_share(u.ranged, 4),
    "herfindahl_bounds": lambda u: truncation.herfindahl_bounds(u.listed, 2 * u.listed.sum()),
}


@pytest.mark.parametrize("name", CALLS)
def test_memory_grows_no_faster_than_n_log_n(name) -> None:
    peaks = []
    for n in (FEW, MANY):
        units = Units(n)
        CALLS[name](units)  # what a first call imports and caches is not counted
        tracemalloc.start()
        CALLS[name](units)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # What does not grow at all, such as the resamples that fit at once, hides nothing.
    assert peaks[1] < LINEAR * max(peaks[0], 100 * FEW)


def test_many_pairs_are_judged_by_the_approximation_of_scipy() -> None:
    units = Units(501)
    for found, expected in (
        (spearman(units.x, units.tied), stats.spearmanr(units.x, units.tied)),
        (kendall(units.x, units.y), stats.kendalltau(units.x, units.y, method="asymptotic")),
        (kendall(units.x, units.tied), stats.kendalltau(units.x, units.tied)),
    ):
        assert (found.value, found.p) == pytest.approx((expected.statistic, expected.pvalue))
        assert found.method.endswith("approximation")


def test_ranks_of_many_units_need_no_draws() -> None:
    rng = np.random.default_rng(8)
    before = rng.bit_generator.state
    sets = rank_confidence_sets(np.arange(101)[::-1] * 5.0, np.eye(101) / 2, rng=rng)
    assert [(each.low, each.high) for each in sets] == [(i, i) for i in range(1, 102)]
    assert rng.bit_generator.state == before


def test_critical_values_that_are_not_drawn_are_a_little_larger(monkeypatch) -> None:
    rng = np.random.default_rng(9)
    values = rng.normal(size=12) * 2
    drawn = rank_confidence_sets(values, np.eye(12), rng=rng)
    monkeypatch.setattr(rank_sets, "DRAWN_UP_TO", 11)
    counted = rank_confidence_sets(values, np.eye(12), rng=rng)
    for narrow, wide in zip(drawn, counted, strict=True):
        assert wide.low <= narrow.low
        assert narrow.high <= wide.high
    widths = [sum(each.high - each.low for each in sets) for sets in (drawn, counted)]
    assert widths[0] < widths[1] < 1.3 * widths[0]


def test_bounds_of_many_units_contain_those_of_an_assignment(monkeypatch) -> None:
    units = Units(60)
    exact = partial_ranks.spearman_bounds(units.ranged, units.exact)
    monkeypatch.setattr(partial_ranks, "ASSIGNED_UP_TO", 59)
    wide = partial_ranks.spearman_bounds(units.ranged, units.exact)
    assert -1 < wide.low < exact.low <= exact.high < wide.high < 1
    points = partial_ranks.spearman_bounds(units.exact, ranged.Ranged.exactly(units.x))
    assert tuple(points) == pytest.approx((stats.spearmanr(units.x, units.y).statistic,) * 2)


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 4), min_size=2, max_size=9))
def test_orders_are_counted_as_pair_by_pair(rows) -> None:
    x, y = (
        ranged.Ranged(low=array[:, 0], value=array[:, 0], high=array.sum(axis=1))
        for array in (np.array(rows)[:, :2], np.array(rows)[:, 2:])
    )
    signs = [
        np.sign((v.low[i] > v.high[j]) * 1.0 - (v.high[i] < v.low[j]))
        for i, j in combinations(range(len(rows)), 2)
        for v in (x, y)
    ]
    both = np.array(signs[::2]) * np.array(signs[1::2])
    open_order = (both == 0).mean()
    expected = both.mean() - open_order, both.mean() + open_order
    assert tuple(partial_ranks.kendall_bounds(x, y)) == pytest.approx(expected)
