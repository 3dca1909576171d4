"""Intervals against statsmodels and their own definitions."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from research.estimators.clustered import cluster_sample_mean, kish_effective_size
from research.estimators.proportions import (
    clopper_pearson,
    korn_graubard,
    logit,
    newcombe,
    shares_of_kinds,
    unsized_difference,
    unsized_newcombe,
    wilson,
)
from research.estimators.proportions.single import score_interval
from research.results import Bounds, CannotEstimate, Interval, ResearchError

ROUNDING = 1e-9  # both sides are computed in double precision, in a different order

PAIRS = [
    ((56, 70), (48, 80)),
    ((9, 10), (3, 10)),
    ((5, 56), (1, 29)),
    ((30, 31), (1, 90)),
    ((1, 2), (2, 3)),
    ((3, 4000), (9, 5000)),
]
EMPTY_OR_FULL = [
    ((0, 10), (0, 20)),
    ((0, 10), (5, 20)),
    ((5, 10), (0, 20)),
    ((10, 10), (0, 20)),
    ((10, 10), (20, 20)),
    ((0, 1), (1, 1)),
    ((1, 1), (0, 1)),
    ((0, 1), (0, 1)),
    ((1, 10**9), (0, 10**9)),
]

samples = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.floats(0.6, 0.995)
effects = st.floats(0.5, 20)


def wilson_of_any_size(count: int, size: int, **how: float) -> Interval:
    return score_interval((count, size), **how)


SINGLE = [wilson_of_any_size, clopper_pearson]


def within(inner: Bounds, outer: Bounds) -> bool:
    return outer.low <= inner.low + ROUNDING and inner.high <= outer.high + ROUNDING


@pytest.mark.parametrize("method", SINGLE)
@given(sample=samples, level=levels, effect=effects)
def test_one_sample_contains_the_share_mirrors_and_widens(
    method: Callable[..., Interval], sample: tuple[int, int], level: float, effect: float
) -> None:
    count, size = sample
    found = method(count, size, level=level, design_effect=effect)
    mirrored = method(size - count, size, level=level, design_effect=effect)
    assert found.low <= count / size <= found.high
    assert within(found, Bounds(0, 1))
    assert (found.low, found.high) == pytest.approx((1 - mirrored.high, 1 - mirrored.low))
    assert within(found, method(count, size, level=level + 0.004, design_effect=effect))
    assert within(found, method(count, size, level=level, design_effect=2 * effect))


def test_limits_at_no_and_at_all_units_are_exact() -> None:
    for method in SINGLE:
        assert method(0, 7).low == 0
        assert method(7, 7).high == 1


def test_each_kind_has_the_interval_of_its_own_count_at_bonferronis_level() -> None:
    """Against R's variance of a proportion from clusters, with the same functions kind by kind."""
    rng = np.random.default_rng(1)
    cluster = rng.integers(0, 12, 150)
    alike = rng.random(150) * 1.5 + cluster % 3 * 0.75  # within a cluster
    kind = np.array(["a", "b", "c"])[alike.astype(int) % 3]
    for scale, alone in (("beta", korn_graubard), ("logit", logit)):
        together = shares_of_kinds(kind, cluster, scale=scale)
        assert list(together) == list(dict.fromkeys(kind))
        for name, found in together.items():
            mean = cluster_sample_mean(kind == name, cluster)
            effect = max(1.0, mean.se**2 / (mean.value * (1 - mean.value) / 150))
            freedom = kish_effective_size(np.bincount(cluster)) - 1
            of_it = alone(
                float((kind == name).sum()), 150, design_effect=effect, freedom=freedom,
                level=1 - 0.05 / 3,
            )  # fmt: skip
            assert tuple(found) == pytest.approx(tuple(of_it), abs=ROUNDING)
            assert (found.level, found.design_effect) == (0.95, pytest.approx(effect))


def test_an_interval_is_wider_where_its_design_effect_is_less_certain() -> None:
    known = clopper_pearson(30, 100, design_effect=2)
    widths = [korn_graubard(30, 100, design_effect=2, freedom=f).width for f in (2, 10, 50, 1e6)]
    assert sorted(widths, reverse=True) == widths
    assert widths[-1] < known.width + 0.01  # of t against t of 99 degrees of freedom
    assert korn_graubard(30, 100, design_effect=2, freedom=99).width == pytest.approx(known.width)


@pytest.mark.parametrize(("first", "second"), PAIRS + EMPTY_OR_FULL)
def test_newcombe_agrees_with_statsmodels(first: tuple[int, int], second: tuple[int, int]) -> None:
    expected = confint_proportions_2indep(*first, *second, method="newcomb", compare="diff")
    assert tuple(newcombe(first, second)) == pytest.approx(expected, abs=ROUNDING)


@settings(max_examples=60, deadline=None)
@given(samples, samples, levels, effects)
def test_intervals_of_differences_flip_and_widen(
    first: tuple[int, int], second: tuple[int, int], level: float, effect: float
) -> None:
    found = newcombe(first, second, level=level, design_effect=effect)
    back = newcombe(second, first, level=level, design_effect=effect)
    assert (found.low, found.high) == pytest.approx((-back.high, -back.low), abs=ROUNDING)
    assert (found.level, found.design_effect) == (level, effect)
    assert within(found, newcombe(first, second, level=level + 0.004, design_effect=effect))
    assert within(found, newcombe(first, second, level=level, design_effect=effect * 1.5))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wilson(1, 0), CannotEstimate, "no unit in the sample"),
        (lambda: wilson(50, 199), CannotEstimate, "needs 200. Use clopper_pearson"),
        (lambda: wilson(50, 399, design_effect=2), CannotEstimate, "Of 199.5 effective units"),
        (lambda: wilson(3, 2), ResearchError, r"\[0, 2\]"),
        (lambda: wilson(-1, 2), ResearchError, r"\[0, 2\]"),
        (lambda: wilson(math.nan, 2), ResearchError, "a number, found nan"),
        (lambda: wilson(1, 2, level=1), ResearchError, "0.95, not 95"),
        (lambda: clopper_pearson(1, 2, design_effect=-1), ResearchError, "design effect"),
        (lambda: shares_of_kinds(["a", "a"], ["x", "y"]), CannotEstimate, "two kinds"),
        (lambda: shares_of_kinds(["a", "b"], ["x", "x"]), CannotEstimate, "clusters"),
        (lambda: logit(0, 9, design_effect=1, freedom=3), CannotEstimate, "Log odds"),
        (lambda: korn_graubard(1, 1, design_effect=1, freedom=3), CannotEstimate, "One unit"),
        (lambda: korn_graubard(1, 9, design_effect=1, freedom=0), ResearchError, "freedom"),
        (lambda: newcombe((0, 0), (1, 2)), CannotEstimate, "no unit in the first sample"),
    ],
)
def test_what_cannot_be_estimated_says_why(
    call: Callable[[], object], error: type[ResearchError], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()


# Sizes that are bounded ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sizes", [(Bounds(60, 60), Bounds(80, 80)), (Bounds(60, 75), Bounds(80, 82))]
)
def test_bounded_sizes_allow_what_some_whole_size_allows(sizes):
    every = [
        (one, other) for one, other in product(range(60, 76), range(80, 83))
        if sizes[0].low <= one <= sizes[0].high and sizes[1].low <= other <= sizes[1].high
    ]  # fmt: skip
    found = unsized_difference((30, 20), sizes)
    shares = [30 / one - 20 / other for one, other in every]
    assert tuple(found) == pytest.approx((min(shares), max(shares)))
    interval = unsized_newcombe((30, 20), sizes, design_effect=4)
    each = [newcombe((30, one), (20, other), design_effect=4) for one, other in every]
    assert interval.low == pytest.approx(min(i.low for i in each))
    assert interval.high == pytest.approx(max(i.high for i in each))


def test_a_group_that_may_be_empty_has_no_share():
    for bounds in (unsized_difference, unsized_newcombe):
        with pytest.raises(CannotEstimate, match="may be empty"):
            bounds((0, 1), (Bounds(0, 3), Bounds(5, 5)))
