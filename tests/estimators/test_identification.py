"""Bounds against complete enumeration; intervals against their defining equations."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from research.estimators.identification import (
    contrast_bounds,
    contrast_interval,
    equal_multiplicity,
    frechet_bounds,
    imbens_manski,
    imbens_manski_critical_value,
    ratio_of_ratios,
    share_bounds,
    simultaneous_level,
    union_bounds,
)
from research.estimators.ranged import Ranged, ranged_mean
from research.results import Bounds, CannotEstimate, ResearchError

ROUNDING = 1e-9  # both sides are computed in double precision, in a different order

CN, US = [3313, 4481, 1548, 280], [1368, 6495, 1301, 58]
CODINGS = list(product([False, True], repeat=3))

group = st.lists(st.integers(1, 60), min_size=3, max_size=3)
levels = st.floats(0.6, 0.995)
effects = st.floats(0.5, 50)
errors = st.floats(0.01, 1)


def unions(counts: list[int]) -> set[int]:
    """Size of the union for every way of placing classes of these sizes among units."""
    units = range(sum(counts))
    placements = [[set(chosen) for chosen in combinations(units, n)] for n in counts[1:]]
    first = set(range(counts[0]))  # which units the first class takes is a matter of names
    return {len(first.union(*others)) for others in product(*placements)}


def within(inner: Bounds, outer: Bounds) -> bool:
    return outer.low <= inner.low + ROUNDING and inner.high <= outer.high + ROUNDING


def sizes(counts: list[int]) -> range:
    return range(max(counts), sum(counts) + 1)


@pytest.mark.parametrize("counts", [[2, 1], [2, 2], [3, 2, 1], [1, 1, 1], [2, 2, 2], [4, 0, 1]])
def test_every_union_within_the_bounds_is_attained(counts: list[int]) -> None:
    low, high = union_bounds(counts)
    assert unions(counts) == set(range(int(low), int(high) + 1))


@pytest.mark.parametrize("counts", [[2, 1], [2, 2], [3, 2, 1], [2, 3, 2]])
@pytest.mark.parametrize("total", [3, 4, 5])
def test_frechet_bounds_are_attained(counts: list[int], total: int) -> None:
    placements = [[set(c) for c in combinations(range(total), n)] for n in counts]
    any_, all_ = set(), set()
    for classes in product(*placements):
        any_.add(len(set.union(*classes)) / total)
        all_.add(len(set.intersection(*classes)) / total)
    found = frechet_bounds(counts, total)
    assert tuple(found.at_least_one) == (min(any_), max(any_))
    assert tuple(found.every) == (min(all_), max(all_))


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([3, 5, 2], [4, 4, 1]),
        ([1, 6, 2], [5, 2, 2]),
        ([4, 1, 1], [6, 2, 0]),
        ([0, 3, 1], [2, 2, 2]),
    ],
)
def test_contrast_bounds_contain_all_sizes_and_attain_both_ends(
    first: list[int], second: list[int], which: int
) -> None:
    values = [first[which] / n - second[which] / m for n in sizes(first) for m in sizes(second)]
    expected = (min(values), max(values))
    assert tuple(contrast_bounds(first, second, which)) == pytest.approx(expected, abs=ROUNDING)


@given(group, group, st.integers(0, 2))
def test_swapping_the_groups_flips_signs(first: list[int], second: list[int], which: int) -> None:
    there, back = contrast_bounds(first, second, which), contrast_bounds(second, first, which)
    assert tuple(there) == pytest.approx((-back.high, -back.low), abs=ROUNDING)
    one, other = (contrast_interval(*pair, which) for pair in ((first, second), (second, first)))
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=ROUNDING)


@pytest.mark.parametrize("certain", CODINGS)
@pytest.mark.parametrize("possible", CODINGS)
def test_origin_shares_contain_every_coding(
    certain: tuple[bool, ...], possible: tuple[bool, ...]
) -> None:
    weights = np.array([5.0, 3.0, 2.0])
    codings = [
        sum(w for w, sure, maybe, coded in zip(weights, certain, possible, code, strict=True)
            if sure or (maybe and coded)) / weights.sum()
        for code in CODINGS
    ]  # fmt: skip
    expected = (min(codings), max(codings))
    most = np.maximum(certain, possible)
    found = ranged_mean(Ranged.exactly(weights), certain, most)
    assert tuple(found) == pytest.approx(expected)


def test_equal_multiplicity_says_when_it_can_fail() -> None:
    large, small = equal_multiplicity(CN, US, 2), equal_multiplicity(CN, US, 0)
    assert large.tipping in large.feasible
    assert small.tipping not in small.feasible
    assert large.ratio * large.tipping == pytest.approx(1)
    assert equal_multiplicity([0, 4], [1, 4], 0).tipping == math.inf
    assert equal_multiplicity([1, 4], [0, 4], 0).ratio == math.inf


@given(st.floats(0, 100), levels)
def test_critical_value_solves_its_equation(width: float, level: float) -> None:
    c = imbens_manski_critical_value(width, level=level)
    assert norm.cdf(c + width) - norm.cdf(-c) == pytest.approx(level, abs=ROUNDING)
    assert norm.ppf(level) - ROUNDING <= c <= norm.ppf((1 + level) / 2) + ROUNDING


def test_critical_value_of_an_endless_set_is_one_sided() -> None:
    assert imbens_manski_critical_value(math.inf) == pytest.approx(norm.ppf(0.95), abs=ROUNDING)


@given(st.floats(0, 2), errors, errors, levels)
def test_imbens_manski_widens_with_level_and_errors(
    width: float, se_low: float, se_high: float, level: float
) -> None:
    bounds = Bounds(0.0, width)
    found = imbens_manski(bounds, se_low, se_high, level=level)
    assert within(bounds, found)
    assert within(found, imbens_manski(bounds, se_low, se_high, level=level + 0.004))
    assert within(found, imbens_manski(bounds, 2 * se_low, 2 * se_high, level=level))
    assert found.width > bounds.width


def test_known_ends_need_no_margin() -> None:
    assert tuple(imbens_manski(Bounds(0.1, 0.2), 0, 0)) == (0.1, 0.2)


@given(group, group, st.integers(0, 2), levels, effects)
def test_contrast_interval_contains_the_bounds_and_widens(
    first: list[int], second: list[int], which: int, level: float, effect: float
) -> None:
    bounds = contrast_bounds(first, second, which)
    found = contrast_interval(first, second, which, level=level, design_effect=effect)
    assert within(bounds, found)
    assert (found.level, found.design_effect) == (level, effect)
    for wider in (
        contrast_interval(first, second, which, level=level + 0.004, design_effect=effect),
        contrast_interval(first, second, which, level=level, design_effect=2 * effect),
    ):
        assert within(found, wider)


def corner_errors(which: int, design_effect: float = 1) -> list[float]:
    """Binomial errors with one group's classes disjoint and the other's nested."""
    corners = ((sum(CN), max(US)), (max(CN), sum(US)))
    shares = [(CN[which] / n, n, US[which] / m, m) for n, m in corners]
    variances = [p * (1 - p) / n + q * (1 - q) / m for p, n, q, m in shares]
    return [math.sqrt(variance * design_effect) for variance in variances]


def test_a_clear_largest_class_leaves_the_plain_interval() -> None:
    plain = imbens_manski(contrast_bounds(CN, US, 0), *corner_errors(0))
    assert tuple(contrast_interval(CN, US, 0)) == pytest.approx(tuple(plain), abs=ROUNDING)


def test_an_unclear_largest_class_widens_only_the_end_that_it_touches() -> None:
    plain = imbens_manski(contrast_bounds(CN, US, 0), *corner_errors(0, design_effect=50))
    found = contrast_interval(CN, US, 0, design_effect=50)
    assert found.low == pytest.approx(plain.low, abs=ROUNDING)
    assert found.high > plain.high + 0.1


def draw(rng: np.random.Generator, law: str, shares: list[float], units: int) -> list[int]:
    """Classes of units that are disjoint, or all contained in the first class, which is all."""
    if law == "disjoint":
        return [int(n) for n in rng.multinomial(units, shares)]
    return [units, *(int(rng.binomial(units, share)) for share in shares[1:])]


@pytest.mark.parametrize(
    ("laws", "shares", "exact"),
    [
        (("disjoint", "nested"), ([0.5, 0.3, 0.2], [1, 0.6, 0.3]), True),
        (("nested", "disjoint"), ([1, 0.6, 0.3], [0.5, 0.3, 0.2]), True),
        (("nested", "disjoint"), ([1, 0.995, 0.3], [0.4, 0.4, 0.2]), False),
        (("disjoint", "nested"), ([0.34, 0.33, 0.33], [1, 0.99, 0.3]), False),
    ],
    ids=["low end", "high end", "high end, near ties", "low end, near ties"],
)
def test_coverage_where_the_truth_is_an_end_of_the_set(
    laws: tuple[str, str], shares: tuple[list[float], list[float]], exact: bool
) -> None:
    rng, repetitions = np.random.default_rng(20), 1000
    true = shares[0][2] - shares[1][2]
    groups = [
        [draw(rng, law, share, 800) for _ in range(repetitions)]
        for law, share in zip(laws, shares, strict=True)
    ]
    covered = np.mean([true in contrast_interval(*pair, 2) for pair in zip(*groups, strict=True)])
    deviation = math.sqrt(0.95 * 0.05 / repetitions)
    assert covered >= 0.95 - 3 * deviation
    if exact:  # a near tie is met by the union over candidates, which covers more than it must
        assert covered <= 0.95 + 3 * deviation


@given(*[st.lists(st.integers(1, 500), min_size=2, max_size=2)] * 2, effects)
def test_ratio_of_ratios_inverts(first: list[int], second: list[int], effect: float) -> None:
    there = ratio_of_ratios(first, second, numerator=0, denominator=1, design_effect=effect)
    back = ratio_of_ratios(second, first, numerator=0, denominator=1, design_effect=effect)
    assert there.value * back.value == pytest.approx(1)
    assert there.interval.low * back.interval.high == pytest.approx(1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: union_bounds([0, 0]), CannotEstimate, "All counts of 'counts' are zero"),
        (lambda: union_bounds([]), ResearchError, "at least one number"),
        (lambda: union_bounds([1, math.nan]), ResearchError, "1 missing or infinite"),
        (lambda: union_bounds([1, -1]), ResearchError, "cannot be negative"),
        (lambda: union_bounds(["a"]), ResearchError, "numbers only"),
        (lambda: union_bounds([5, 1], total=4), ResearchError, "does not fit into a total of 4"),
        (lambda: share_bounds([1, 2], 2), ResearchError, "numbered from 0 to 1"),
        (lambda: contrast_bounds([1], [1, 2], 0), ResearchError, "the same classes"),
        (lambda: equal_multiplicity([0, 1], [0, 1], 0), CannotEstimate, "empty in both groups"),
        (lambda: contrast_interval([0, 2], [1, 2], 0), CannotEstimate, "empty in one group"),
        (lambda: contrast_interval(CN, US, 0, level=95), ResearchError, "0.95, not 95"),
        (lambda: contrast_interval(CN, US, 0, design_effect=0), ResearchError, "design effect"),
        (lambda: imbens_manski(Bounds(0, 1), -1, 1), ResearchError, "'se_low'"),
        (lambda: imbens_manski(Bounds(0, 1), math.nan, 1), ResearchError, "'se_low'"),
        (lambda: imbens_manski_critical_value(-1), ResearchError, "not negative"),
        (lambda: simultaneous_level(0.95, 0), ResearchError, "at least one comparison"),
        (
            lambda: ratio_of_ratios([1, 0], [1, 1], numerator=0, denominator=1),
            CannotEstimate,
            "A count is zero",
        ),
        (
            lambda: ratio_of_ratios([1, 1], [1, 1], numerator=1, denominator=1),
            ResearchError,
            "two different classes",
        ),
    ],
)
def test_what_cannot_be_estimated_says_why(
    call: Callable[[], object], error: type[ResearchError], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("scale", [1, 10**6, 10**12])
def test_huge_counts_keep_the_bounds(scale: int) -> None:
    large = contrast_bounds([scale * n for n in CN], [scale * n for n in US], 0)
    assert tuple(large) == pytest.approx(tuple(contrast_bounds(CN, US, 0)), rel=ROUNDING)
