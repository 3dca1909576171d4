"""Intervals and tests against statsmodels, scipy and their own definitions."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import minimize_scalar
from statsmodels.stats.proportion import confint_proportions_2indep

from research.estimators.identification import Measure
from research.estimators.proportions import (
    binomial_exact,
    clopper_pearson,
    detectable_share,
    equivalence,
    fisher_exact,
    goodman,
    miettinen_nurminen,
    newcombe,
    unconditional_exact,
    unsized_difference,
    unsized_newcombe,
    wilson,
)
from research.estimators.proportions.single import score_interval
from research.results import Bounds, CannotEstimate, Interval, ResearchError

ROUNDING = 1e-9  # both sides are computed in double precision, in a different order
LIKELIHOOD = 1e-5  # a numerical maximum is flat: its square root of the rounding error and more
ROOT = 1e-6  # statsmodels stops its search for a limit at about this accuracy

Z = float(stats.norm.ppf(0.975))
MEASURES = get_args(Measure)
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
# Few, nearly all, or any number of units with the property, in samples of up to 10^10.
large_samples = st.integers(1, 10**10).flatmap(
    lambda n: st.tuples(
        st.one_of(st.integers(0, min(n, 3)), st.integers(max(0, n - 3), n), st.integers(0, n)),
        st.just(n),
    )
)
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


def test_goodman_is_wilson_at_the_bonferroni_level() -> None:
    counts = [40, 25, 0, 35]
    for found, count in zip(goodman(counts, design_effect=2), counts, strict=True):
        alone = score_interval((count, 100), level=1 - 0.05 / 4, design_effect=2)
        assert tuple(found) == pytest.approx(tuple(alone), abs=ROUNDING)


@pytest.mark.parametrize(("first", "second"), PAIRS + EMPTY_OR_FULL)
def test_newcombe_agrees_with_statsmodels(first: tuple[int, int], second: tuple[int, int]) -> None:
    expected = confint_proportions_2indep(*first, *second, method="newcomb", compare="diff")
    assert tuple(newcombe(first, second)) == pytest.approx(expected, abs=ROUNDING)


def shares_of(measure: str, value: float, q: float) -> float:
    """The first share at which the contrast with the second share ``q`` has this value."""
    if measure == "difference":
        return q + value
    return q * value if measure == "ratio" else q * value / (1 - q + q * value)


def score_squared(
    first: tuple[int, int], second: tuple[int, int], measure: str, value: float
) -> float:
    """The squared score statistic, its shares found by a direct search for the likeliest pair."""
    (x, n), (y, m) = first, second

    def misfit(q: float) -> float:
        p = shares_of(measure, value, q)
        terms = [(x, p), (n - x, 1 - p), (y, q), (m - y, 1 - q)]
        return -sum(count * math.log(max(share, 1e-300)) for count, share in terms if count)

    low, high = 0.0, 1.0
    if measure == "difference":
        low, high = max(0.0, -value), min(1.0, 1 - value)
    if measure == "ratio":
        high = min(1.0, 1 / value)
    grid = np.linspace(low, high, 401)
    start = int(np.argmin([misfit(q) for q in grid]))
    around = grid[max(0, start - 1)], grid[min(400, start + 1)]
    q = minimize_scalar(misfit, bounds=around, method="bounded", options={"xatol": 1e-13}).x
    p = shares_of(measure, value, q)
    factor = (n + m) / (n + m - 1)
    a, b = p * (1 - p) / n, q * (1 - q) / m
    if measure == "difference":
        return (x / n - y / m - value) ** 2 / (a + b) / factor
    if measure == "ratio":
        return (x / n - value * y / m) ** 2 / (a + value**2 * b) / factor
    return (x - n * p) ** 2 * (1 / (a * n**2) + 1 / (b * m**2)) / factor


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(("first", "second"), PAIRS[:5])
def test_score_limits_solve_their_equation(
    first: tuple[int, int], second: tuple[int, int], measure: Measure
) -> None:
    for limit in miettinen_nurminen(first, second, measure=measure):
        assert score_squared(first, second, measure, limit) == pytest.approx(Z**2, rel=LIKELIHOOD)


@pytest.mark.parametrize(("first", "second"), PAIRS)
@pytest.mark.parametrize(("measure", "name"), [("ratio", "ratio"), ("odds ratio", "odds-ratio")])
def test_score_ratios_agree_with_statsmodels(
    first: tuple[int, int], second: tuple[int, int], measure: Measure, name: str
) -> None:
    with np.errstate(all="ignore"):  # statsmodels divides by zero on its way to the limits
        expected = confint_proportions_2indep(*first, *second, method="score", compare=name)
    found = miettinen_nurminen(first, second, measure=measure)
    assert tuple(found) == pytest.approx(expected, rel=ROOT)


@pytest.mark.parametrize(("first", "second"), EMPTY_OR_FULL)
def test_score_differences_exist_for_empty_and_full_cells(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    found = miettinen_nurminen(first, second)
    difference = first[0] / first[1] - second[0] / second[1]
    assert -1 <= found.low <= difference <= found.high <= 1
    assert found.width > 0


def test_a_few_events_among_very_many_units_are_a_poisson_comparison() -> None:
    """In closed form, with z the normal quantile: (1-d)^2 = z^2 d above, (1-d) = z^2 below."""
    found = miettinen_nurminen((1, 10**9), (0, 10**9))
    root = (2 + Z**2 + math.sqrt((2 + Z**2) ** 2 - 4)) / 2
    assert found.high * 1e9 == pytest.approx(root, rel=LIKELIHOOD)
    assert found.low * 1e9 == pytest.approx(1 - Z**2, rel=LIKELIHOOD)


@pytest.mark.parametrize(
    ("first", "second", "measure", "end", "limit"),
    [
        ((0, 10), (5, 20), "ratio", "low", 0.0),
        ((0, 10), (5, 20), "odds ratio", "low", 0.0),
        ((5, 10), (0, 20), "ratio", "high", math.inf),
        ((5, 10), (0, 20), "odds ratio", "high", math.inf),
        ((10, 10), (5, 20), "odds ratio", "high", math.inf),
        ((5, 10), (20, 20), "odds ratio", "low", 0.0),
        ((10, 10), (0, 20), "difference", "high", 1.0),
    ],
)
def test_limits_at_the_edge_of_the_scale(
    first: tuple[int, int], second: tuple[int, int], measure: Measure, end: str, limit: float
) -> None:
    found = miettinen_nurminen(first, second, measure=measure)
    assert getattr(found, end) == limit
    other = found.low if end == "high" else found.high
    assert 0 < other < math.inf


@settings(max_examples=60, deadline=None)
@given(samples, samples, levels, effects)
def test_intervals_of_differences_flip_and_widen(
    first: tuple[int, int], second: tuple[int, int], level: float, effect: float
) -> None:
    for method in (newcombe, miettinen_nurminen):
        if method is miettinen_nurminen and first[1] + second[1] <= effect * 2:
            continue  # too small an effective sample: refused, as tested below
        found = method(first, second, level=level, design_effect=effect)
        back = method(second, first, level=level, design_effect=effect)
        assert (found.low, found.high) == pytest.approx((-back.high, -back.low), abs=ROUNDING)
        assert (found.level, found.design_effect) == (level, effect)
        assert within(found, method(first, second, level=level + 0.004, design_effect=effect))
        assert within(found, method(first, second, level=level, design_effect=effect * 1.5))


@settings(max_examples=60, deadline=None)
@given(samples, samples, st.sampled_from(["ratio", "odds ratio"]))
def test_intervals_of_ratios_invert(
    first: tuple[int, int], second: tuple[int, int], measure: Measure
) -> None:
    try:
        found = miettinen_nurminen(first, second, measure=measure)
    except CannotEstimate:
        assert first[0] + second[0] in (0, first[1] + second[1])
        return
    back = miettinen_nurminen(second, first, measure=measure)
    inverse = tuple(1 / limit if limit else math.inf for limit in (back.high, back.low))
    assert tuple(found) == pytest.approx(inverse, rel=ROUNDING)


@settings(max_examples=150, deadline=None)
@given(large_samples, large_samples, st.sampled_from(MEASURES), st.sampled_from([1, 50]))
def test_score_limits_enclose_the_estimate_at_any_size(
    first: tuple[int, int], second: tuple[int, int], measure: Measure, effect: float
) -> None:
    try:
        found = miettinen_nurminen(first, second, measure=measure, design_effect=effect)
    except CannotEstimate:
        return
    p, q = first[0] / first[1], second[0] / second[1]
    values = {"difference": (p - q, 1), "ratio": (p, q), "odds ratio": (p * (1 - q), q * (1 - p))}
    part, whole = values[measure]
    estimate = part / whole if whole else math.inf
    slack = ROUNDING * max(1.0, abs(estimate)) if math.isfinite(estimate) else 0.0
    assert found.low - slack <= estimate <= found.high + slack
    assert found.low < found.high


@pytest.mark.parametrize("method", ["boschloo", "barnard"])
@pytest.mark.parametrize(("first", "second"), [((7, 15), (12, 13)), ((2, 5), (9, 11))])
def test_unconditional_tests_take_the_largest_p_over_the_common_share(
    first: tuple[int, int], second: tuple[int, int], method: str
) -> None:
    """Enumerated here: tables at least as extreme, and their probability over a fine grid."""
    (x, n), (y, m) = first, second

    def order(a: int, b: int) -> float:
        if method == "boschloo":
            table = [[a, n - a], [b, m - b]]
            return float(stats.fisher_exact(table, alternative="less").pvalue)
        pooled = (a + b) / (n + m)
        error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
        return (a / n - b / m) / error if error else 0.0

    observed = order(x, y)
    extreme = [
        (a, b) for a, b in product(range(n + 1), range(m + 1)) if order(a, b) <= observed + 1e-12
    ]
    grid = np.linspace(0.001, 0.999, 999)
    p = sum(stats.binom.pmf(a, n, grid) * stats.binom.pmf(b, m, grid) for a, b in extreme).max()
    found = unconditional_exact(first, second, method=method, alternative="less")
    assert found.p == pytest.approx(p, rel=1e-3)  # the largest over a grid, not over all shares
    opposite = unconditional_exact(second, first, method=method, alternative="greater")
    assert found.p == pytest.approx(opposite.p, rel=1e-3)


def test_samples_without_any_difference_are_no_evidence() -> None:
    assert unconditional_exact((0, 5), (0, 9)).p == 1
    assert unconditional_exact((5, 5), (9, 9), method="barnard").p == 1


@given(*[st.integers(1, 30)] * 4)
@settings(max_examples=30, deadline=None)
def test_fisher_inverts_when_rows_are_swapped(a: int, b: int, c: int, d: int) -> None:
    found, back = fisher_exact([[a, b], [c, d]]), fisher_exact([[c, d], [a, b]])
    assert found.odds_ratio * back.odds_ratio == pytest.approx(1, rel=1e-4)
    assert found.interval.low * back.interval.high == pytest.approx(1, rel=1e-4)
    assert found.p_greater == pytest.approx(back.p_less)
    assert found.p_two_sided == pytest.approx(back.p_two_sided)
    assert found.odds_ratio in found.interval


def test_an_empty_cell_gives_an_endless_odds_ratio() -> None:
    found = fisher_exact([[3, 0], [1, 4]])
    assert found.odds_ratio == found.interval.high == math.inf
    assert 0 < found.interval.low < math.inf


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_the_exact_binomial_sums_the_extreme_tail(alternative: str) -> None:
    probabilities = stats.binom.pmf(np.arange(11), 10, 0.35)
    tails = {
        "two-sided": probabilities[probabilities <= probabilities[8] * (1 + ROUNDING)].sum(),
        "greater": probabilities[8:].sum(),
        "less": probabilities[:9].sum(),
    }
    found = binomial_exact(8, 10, 0.35, alternative=alternative)
    assert found.p == pytest.approx(tails[alternative])
    assert found.statistic == 8


@given(samples, samples, st.floats(0.01, 0.5))
def test_equivalence_is_the_interval_within_the_margin(
    first: tuple[int, int], second: tuple[int, int], margin: float
) -> None:
    try:
        found = equivalence(first, second, Bounds(-margin, margin))
    except CannotEstimate:
        assert first[0] in (0, first[1])
        assert second[0] in (0, second[1])
        return
    inside = -margin < found.interval.low and found.interval.high < margin
    assert (found.p < 0.05) == inside
    wider = equivalence(first, second, Bounds(-margin, margin), design_effect=4)
    assert wider.interval.width == pytest.approx(2 * found.interval.width)


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
        (lambda: goodman([0, 0]), CannotEstimate, "All counts"),
        (lambda: newcombe((0, 0), (1, 2)), CannotEstimate, "no unit in the first sample"),
        (lambda: miettinen_nurminen((1, 2), (1, 2), design_effect=4), CannotEstimate, "total of 1"),
        (
            lambda: miettinen_nurminen((1, 2), (1, 2), measure="x"),
            ResearchError,
            "'measure' should",
        ),
        (lambda: miettinen_nurminen((0, 2), (0, 2), measure="ratio"), CannotEstimate, "0/0"),
        (lambda: miettinen_nurminen((2, 2), (2, 2), measure="odds ratio"), CannotEstimate, "0/0"),
        (lambda: unconditional_exact((1.5, 2), (1, 2)), ResearchError, "whole counts"),
        (lambda: unconditional_exact((1, 2), (1, 2), method="x"), ResearchError, "boschloo"),
        (lambda: unconditional_exact((1, 2), (1, 2), alternative="x"), ResearchError, "two-sided"),
        (lambda: binomial_exact(1, 2, 1.5), ResearchError, "'null'"),
        (lambda: fisher_exact([[1, 0], [2, 0]]), CannotEstimate, "row or column"),
        (lambda: fisher_exact([[1, 0.5], [2, 1]]), ResearchError, "whole counts"),
        (lambda: fisher_exact([[1, 1, 1], [2, 1, 1]]), ResearchError, "2x2"),
        (lambda: equivalence((0, 5), (5, 5), Bounds(-0.1, 0.1)), CannotEstimate, "Wald variance"),
    ],
)
def test_what_cannot_be_estimated_says_why(
    call: Callable[[], object], error: type[ResearchError], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()


# Sizes that are bounded, and what a sample can tell -----------------------------------------------


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


@pytest.mark.parametrize(("n", "null"), [(10, 0.5), (7, 0.3), (40, 0.1)])
def test_the_detectable_share_has_the_power_asked_for(n, null):
    found = detectable_share(n, null, power=0.8)
    tests = [stats.binomtest(k, n, null, alternative="greater").pvalue for k in range(n + 1)]
    rejecting = [k for k, p in enumerate(tests) if p <= 0.05]
    assert found.needed == rejecting[0]
    assert stats.binom.pmf(rejecting, n, found.share).sum() == pytest.approx(0.8)


def test_too_few_units_detect_nothing():
    with pytest.raises(CannotEstimate, match="take more units"):
        detectable_share(4, 0.5)
