"""Bounds from truncated tables against the enumeration of all partitions of the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest

from research.estimators.truncation import (
    herfindahl_bounds,
    lead_bounds,
    leading_bounds,
    rest_of,
    top_share_bounds,
)
from research.results import CannotEstimate, ResearchError

TABLES = [([5, 3], 15), ([4, 4, 2], 17), ([6], 11), ([3, 1], 6), ([5, 2], 7)]
ROUNDING = 1e-12  # sums of a few numbers of order one


def partitions(amount: int, largest: int) -> Iterator[list[int]]:
    """All ways to write an amount as a sum of whole numbers up to ``largest``."""
    if amount == 0:
        yield []
    for part in range(min(amount, largest), 0, -1):
        for others in partitions(amount - part, part):
            yield [part, *others]


@pytest.mark.parametrize(("top", "total"), TABLES)
def test_herfindahl_bounds_are_attained(top: list[int], total: int) -> None:
    rests = list(partitions(total - sum(top), min(top)))
    indices = [sum(n**2 for n in [*top, *rest]) / total**2 for rest in rests]
    found = herfindahl_bounds(top, total)
    assert tuple(found) == pytest.approx((min(indices), max(indices)))


def test_the_rest_has_the_property_or_not() -> None:
    assert tuple(top_share_bounds([5, 3], [True, False], 10)) == (0.5, 0.7)
    assert tuple(top_share_bounds([5, 3], [True, True], 8)) == (1.0, 1.0)


def test_shares_that_add_up_to_one_leave_no_rest() -> None:
    assert 0.7 + 0.2 + 0.1 != 1  # in double precision; sum() of Python 3.12 compensates
    assert rest_of([0.7, 0.2, 0.1], 1) == 0


def test_a_huge_rest_costs_nothing() -> None:
    found = herfindahl_bounds([2, 1], 10**15)
    assert found.low == pytest.approx(1e-15)
    assert rest_of([2, 1], 10**15) == 10**15 - 3


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: rest_of([5, 3], 7), ResearchError, "more than the total of 7"),
        (lambda: rest_of([5, 0], 7), ResearchError, "smallest listed, zero"),
        (lambda: rest_of([0, 0], 7), CannotEstimate, "All counts"),
        (lambda: rest_of([5, 3], math.nan), ResearchError, "'total'"),
        (lambda: herfindahl_bounds([0.5, 0.2], 1), ResearchError, "give counts, not shares"),
        (lambda: top_share_bounds([4, 2], [True], 8), ResearchError, "2 truth values"),
    ],
)
def test_what_cannot_be_estimated_says_why(
    call: Callable[[], object], error: type[ResearchError], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(("top", "total"), TABLES)
@pytest.mark.parametrize("k", [1, 2, 4])
def test_the_leading_units_hold_what_some_partition_gives_them(top, total, k) -> None:
    thinned = [top[0] * 0.25, *top[1:]]  # a part of the largest is taken out: others move up
    rest, largest = total - sum(top), min(top)
    held = [
        sum(sorted([*thinned, *others], reverse=True)[:k]) for others in partitions(rest, largest)
    ]
    found = leading_bounds(thinned, k, rest=rest, largest=largest)
    assert found.high == pytest.approx(max(held))
    assert found.low == pytest.approx(sum(sorted(thinned, reverse=True)[:k]))
    assert found.low <= min(held)


@pytest.mark.parametrize(("top", "total"), TABLES)
def test_units_left_out_that_belong_to_listed_ones_concentrate_the_most(top, total) -> None:
    rest = total - sum(top)
    found = herfindahl_bounds(top, total, owners="any")
    merged = [top[0] + rest, *top[1:]]
    assert found.high == pytest.approx(sum(n**2 for n in merged) / total**2)
    assert found.low == herfindahl_bounds(top, total).low


def test_a_lead_allows_for_units_that_are_not_listed() -> None:
    first, second = [True, False, False], [False, True, False]
    assert tuple(lead_bounds([9, 2, 4], first, second, 20)) == (7, 7)
    assert tuple(lead_bounds([9, 3, 5], second, first, 30)) == (-6, -6)
    # A unit as large as the smallest listed may be of either kind.
    assert tuple(lead_bounds([9, 9, 9], first, second, 36)) == (0, 0)
    assert tuple(lead_bounds([9, 2, 4], first, second, 20, owners="any")) == (2, 12)
    with pytest.raises(CannotEstimate, match="No unit of one"):
        lead_bounds([9, 2], [True, True], [False, False], 20)
