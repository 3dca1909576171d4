"""Sets of known sizes: against the enumeration of all their overlaps."""

from __future__ import annotations

from itertools import combinations, product

import pytest

import research
from research.doubts import Beliefs, Worlds
from research.measures.margins import Margins

UNITS = 5
SIZES = {"a": 3, "b": 2, "c": 4}


def overlaps():
    """Every way in which sets of these sizes can lie among the units."""
    return product(*(map(set, combinations(range(UNITS), size)) for size in SIZES.values()))


@pytest.mark.parametrize(
    ("asked", "counted"),
    [
        (lambda m: m.any_of("a", "b"), lambda a, b, _: len(a | b) / UNITS),
        (lambda m: m.any_of("a", "b", "c"), lambda a, b, c: len(a | b | c) / UNITS),
        (lambda m: m.all_of("a", "b", "c"), lambda a, b, c: len(a & b & c) / UNITS),
        (lambda m: m.all_of("a", "c"), lambda a, _, c: len(a & c) / UNITS),
        (lambda m: m.all_of("b"), lambda _, b, __: len(b) / UNITS),
        (lambda m: m.all_of("a", among="c"), lambda a, _, c: len(a & c) / len(c)),
    ],
)
def test_shares_of_overlapping_sets_span_every_overlap(asked, counted):
    shares = [counted(*sets) for sets in overlaps()]
    assert tuple(asked(Margins(SIZES, UNITS))) == pytest.approx((min(shares), max(shares)))


def test_overlaps_that_are_drawn_lie_within_all_that_sizes_allow():
    margins, worlds = Margins(SIZES, UNITS), Worlds(Beliefs.of(research.load("stated_beliefs")))
    asked = {
        margins.overlap("a", "c"): margins.all_of("a", "c"),
        margins.union("a", "b"): margins.any_of("a", "b"),
        margins.part("a", among="c"): margins.all_of("a", among="c"),
    }
    for question, (low, high) in asked.items():
        drawn = question.in_worlds(worlds)
        assert low <= drawn.min() < low + 0.02
        assert high - 0.02 < drawn.max() <= high
    both, part = (question.in_worlds(worlds) for question in (*asked,)[::2])
    assert part == pytest.approx(both * UNITS / SIZES["c"])  # one overlap in both
