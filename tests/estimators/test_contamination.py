"""Contamination bounds against the enumeration of errors in small samples."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from research.estimators.clones import largest_remainder
from research.estimators.contamination import contamination_bounds
from research.results import CannotEstimate, ResearchError

ROUNDING = 1e-9  # both sides are computed in double precision, in a different order
shares = st.floats(0, 1)


@pytest.mark.parametrize("ones", range(9))
@pytest.mark.parametrize("wrong", range(8))
def test_bounds_are_the_extremes_over_all_errors(ones: int, wrong: int) -> None:
    """Of eight observations, ``wrong`` are in error: they do not count, or may be either value."""
    total = 8
    error_free = set()
    for removed_ones in range(max(0, wrong - (total - ones)), min(wrong, ones) + 1):
        kept = ones - removed_ones
        error_free.add(kept / (total - wrong))
    found = contamination_bounds(ones / total, wrong / total)
    assert tuple(found) == pytest.approx((min(error_free), max(error_free)))


@given(shares, st.floats(0, 1))
def test_bounds_contain_the_observed_share_and_widen(p: float, epsilon: float) -> None:
    found = contamination_bounds(p, epsilon)
    wider = contamination_bounds(p, (1 + epsilon) / 2)
    assert found.low <= p <= found.high + ROUNDING
    assert wider.low <= found.low + ROUNDING
    assert wider.high >= found.high - ROUNDING
    assert tuple(contamination_bounds(p, 1)) == (0, 1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: contamination_bounds(1.2, 0.1), ResearchError, "'p'"),
        (lambda: contamination_bounds(0.2, -0.1), ResearchError, "'epsilon'"),
        (lambda: contamination_bounds(math.nan, 0.1), ResearchError, "'p'"),
    ],
)
def test_what_cannot_be_estimated_says_why(
    call: Callable[[], object], error: type[ResearchError], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()


def test_the_largest_remainder_is_that_of_the_block_as_large_as_the_rarest_tag():
    hosts, listed = [10, 8, 9], [24, 17, 20]
    assert largest_remainder(hosts, listed) == max((24 - 17) / (10 - 8), (20 - 17) / (9 - 8))
    assert largest_remainder([10, 8], [18, 17]) is None  # one listing of two hosts
    assert largest_remainder([8, 8], [18, 17]) is None  # a listing of no host
    with pytest.raises(CannotEstimate, match="two tags or more"):
        largest_remainder([8], [18])
