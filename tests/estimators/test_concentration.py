"""Concentration: definitions, brute force, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from research.estimators.concentration import (
    hhi,
    top_share,
)
from research.results import CannotEstimate, ResearchError

EXACT = 1e-9  # the same arithmetic in another order

sizes = st.lists(st.floats(0, 1e6), min_size=3, max_size=15).filter(
    lambda x: sum(v > 1 for v in x) > 2
)


@given(sizes)
def test_the_index_stays_within_its_range(x) -> None:
    assert 1 / len(x) - EXACT <= hhi(x) <= 1


@given(sizes, st.floats(1e-3, 1e3))
def test_order_and_unit_do_not_matter(x, factor) -> None:
    assert hhi(np.array(x)[::-1] * factor) == pytest.approx(hhi(x), abs=EXACT)


def test_equal_units_and_a_monopoly() -> None:
    assert hhi([3, 3, 3, 3]) == 0.25
    assert hhi([5, 0, 0, 0]) == 1


@given(sizes)
def test_top_shares_grow_to_one(x) -> None:
    shares = [top_share(x, k) for k in range(1, len(x) + 1)]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: hhi([5]), CannotEstimate, "there is one unit"),
        (lambda: hhi([0, 0]), CannotEstimate, "All counts of 'sizes' are zero"),
        (lambda: hhi([-1, 2]), ResearchError, "cannot be negative"),
        (lambda: hhi([np.inf, 2]), ResearchError, "missing or infinite"),
        (lambda: top_share([1, 2], 3), ResearchError, "between 1 and the number of units"),
    ],
)
def test_refusals(call, error, message) -> None:
    with pytest.raises(error, match=message):
        call()
