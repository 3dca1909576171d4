"""Contamination bounds against the enumeration of errors in small samples."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from research.estimators.clones import (
    clone_block_residuals,
    clones_to_overturn,
    contamination_surface,
    structured_contamination,
    without_block,
)
from research.estimators.contamination import (
    Sampling,
    contamination_bounds,
    contamination_tipping,
    overlap_bounds,
)
from research.estimators.identification import Measure, contrast_bounds
from research.results import CannotEstimate, ResearchError

ROUNDING = 1e-9  # both sides are computed in double precision, in a different order
CN, US = [3313, 4481, 1548, 280], [1368, 6495, 1301, 58]
shares = st.floats(0, 1)


@pytest.mark.parametrize("ones", range(9))
@pytest.mark.parametrize("wrong", range(8))
def test_bounds_are_the_extremes_over_all_errors(ones: int, wrong: int) -> None:
    """Of eight observations, ``wrong`` are in error: they do not count, or may be either value."""
    total = 8
    error_free, all_units = set(), set()
    for removed_ones in range(max(0, wrong - (total - ones)), min(wrong, ones) + 1):
        kept = ones - removed_ones
        error_free.add(kept / (total - wrong))
        all_units.update((kept + truly) / total for truly in range(wrong + 1))
    contaminated = contamination_bounds(ones / total, wrong / total)
    corrupted = contamination_bounds(ones / total, wrong / total, sampling="corrupted")
    assert tuple(contaminated) == pytest.approx((min(error_free), max(error_free)))
    assert tuple(corrupted) == pytest.approx((min(all_units), max(all_units)))


@given(shares, st.floats(0, 1), st.sampled_from(get_args(Sampling)))
def test_bounds_contain_the_observed_share_and_widen(
    p: float, epsilon: float, sampling: Sampling
) -> None:
    found = contamination_bounds(p, epsilon, sampling=sampling)
    wider = contamination_bounds(p, (1 + epsilon) / 2, sampling=sampling)
    assert found.low <= p <= found.high + ROUNDING
    assert wider.low <= found.low + ROUNDING
    assert wider.high >= found.high - ROUNDING
    assert tuple(contamination_bounds(p, 1)) == (0, 1)


@given(st.floats(0, 0.99), st.floats(0, 0.99), st.sampled_from(get_args(Sampling)))
def test_at_the_tipping_share_the_bounds_of_both_groups_touch(
    first: float, second: float, sampling: Sampling
) -> None:
    epsilon = contamination_tipping(first, second, sampling=sampling)
    high, low = max(first, second), min(first, second)
    leader = contamination_bounds(high, epsilon, sampling=sampling)
    follower = contamination_bounds(low, epsilon, sampling=sampling)
    assert leader.low == pytest.approx(follower.high, abs=ROUNDING)
    assert epsilon == contamination_tipping(second, first, sampling=sampling)


@pytest.mark.parametrize("measure", get_args(Measure))
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("at_most", [(0, 0), (3, 0), (0, 4), (3, 4)])
def test_a_block_is_bounded_by_all_numbers_of_clones(
    which: int, at_most: tuple[int, int], measure: Measure
) -> None:
    first, second = np.array([3, 5, 2]), np.array([2, 6, 2])
    block = np.array([0, 1, 0])
    every = [
        contrast_bounds(first - one * block, second - other * block, which, measure=measure)
        for one, other in product(range(at_most[0] + 1), range(at_most[1] + 1))
    ]
    found = structured_contamination(
        first, second, which, block_class=1, at_most=at_most, measure=measure
    )
    expected = (min(bounds.low for bounds in every), max(bounds.high for bounds in every))
    assert tuple(found) == pytest.approx(expected, abs=ROUNDING)


def test_the_surface_holds_the_bounds_at_each_pair() -> None:
    removed = ([0.0, 1000.0, 4000.0], [0.0, 2000.0])
    surface = contamination_surface(CN, US, 0, block_class=1, removed=removed, measure="ratio")
    for (i, one), (j, other) in product(enumerate(surface.first), enumerate(surface.second)):
        left = contrast_bounds(
            without_block(CN, 1, one), without_block(US, 1, other), 0, measure="ratio"
        )
        assert (surface.low[i][j], surface.high[i][j]) == tuple(left)


@pytest.mark.parametrize(("first", "second"), [([40, 60, 10], [10, 90, 9]), ([9, 70], [30, 50])])
def test_clones_to_overturn_are_the_least(first: list[int], second: list[int]) -> None:
    for side, found in enumerate(clones_to_overturn(first, second, 0, block_class=1)):
        sign = contrast_bounds(first, second, 0).low > 0
        lost = []
        for clones in range((first, second)[side][1] + 1):
            at_most = (clones, 0) if side == 0 else (0, clones)
            bounds = structured_contamination(first, second, 0, block_class=1, at_most=at_most)
            if (bounds.low <= 0) if sign else (bounds.high >= 0):
                lost.append(clones)
        assert (None if found is None else math.ceil(found - ROUNDING)) == min(lost, default=None)


def test_a_sign_that_is_not_identified_needs_no_clone() -> None:
    assert clones_to_overturn(CN, US, 2, block_class=1) == (0.0, 0.0)


def test_an_empty_block_class_overturns_nothing() -> None:
    assert clones_to_overturn([90, 0, 5], [10, 0, 60], 0, block_class=1) == (None, None)


def test_residuals_add_up_and_know_when_nothing_is_left() -> None:
    found = clone_block_residuals([10, 8, 9], [21, 18, 20], 8, 17)
    assert found.hosts == (2, 0, 1)
    assert found.occurrences == (4, 1, 3)
    assert found.ratio == (2, None, 3)
    assert found.ratio_before == pytest.approx((2.1, 2.25, 20 / 9))


@pytest.mark.parametrize(("first", "second"), list(product(range(6), repeat=2)))
def test_overlap_is_attained_at_both_ends(first: int, second: int) -> None:
    total = 5
    attained = {
        len(set(range(first)) & set(range(start, start + second)))
        for start in range(total - second + 1)
    }
    assert tuple(overlap_bounds(first, second, total)) == (min(attained), max(attained))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: contamination_bounds(1.2, 0.1), ResearchError, "'p'"),
        (lambda: contamination_bounds(0.2, -0.1), ResearchError, "'epsilon'"),
        (lambda: contamination_bounds(math.nan, 0.1), ResearchError, "'p'"),
        (lambda: contamination_bounds(0.2, 0.1, sampling="x"), ResearchError, "contaminated"),
        (lambda: contamination_tipping(0.2, 0.1, sampling="x"), ResearchError, "contaminated"),
        (lambda: without_block([1, 2], 1, 3), ResearchError, "'clones'"),
        (lambda: without_block([1, 2], 2, 1), ResearchError, "no class 2"),
        (
            lambda: structured_contamination([2], [3], 0, block_class=0, at_most=(2, 0)),
            CannotEstimate,
            "All counts",
        ),
        (lambda: clone_block_residuals([5, 0], [6, 0], 0, 0), CannotEstimate, "without hosts"),
        (lambda: clone_block_residuals([5], [6], 6, 1), ResearchError, "more than one of the tags"),
        (lambda: clone_block_residuals([5, 1], [6], 1, 1), ResearchError, "one entry per tag"),
        (lambda: overlap_bounds(5, 1, 4), ResearchError, "size of a set"),
    ],
)
def test_what_cannot_be_estimated_says_why(
    call: Callable[[], object], error: type[ResearchError], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()
