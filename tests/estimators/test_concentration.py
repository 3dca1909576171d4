"""Concentration: definitions, brute force, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from research.estimators.concentration import (
    concentration,
    hhi_jackknife_se,
    top_share,
)
from research.results import CannotEstimate, ResearchError

EXACT = 1e-9  # the same arithmetic in another order

sizes = st.lists(st.floats(0, 1e6), min_size=3, max_size=15).filter(
    lambda x: sum(v > 1 for v in x) > 2
)


@given(sizes)
def test_indices_stay_within_their_ranges(x) -> None:
    found, n = concentration(x), len(x)
    assert 1 / n - EXACT <= found.hhi <= 1
    assert -EXACT <= found.hhi_normalised <= 1
    assert 1 <= found.effective_number <= n + EXACT
    assert -EXACT <= found.gini <= found.gini_corrected + EXACT <= 1 + 2 * EXACT
    assert -EXACT <= found.theil <= np.log(n) + EXACT
    assert 0 < found.rosenbluth <= 1 + EXACT


@given(sizes, st.floats(1e-3, 1e3))
def test_order_and_unit_do_not_matter(x, factor) -> None:
    found, other = concentration(x), concentration(np.array(x)[::-1] * factor)
    for name in ("hhi", "gini", "theil", "rosenbluth"):
        assert getattr(other, name) == pytest.approx(getattr(found, name), abs=EXACT)


@given(sizes)
def test_gini_is_half_the_mean_difference(x) -> None:
    shares = np.array(x) / np.mean(x)
    expected = np.abs(shares[:, None] - shares).mean() / 2
    assert concentration(x).gini == pytest.approx(expected, abs=EXACT)


@given(sizes)
def test_jackknife_by_leaving_out(x) -> None:
    without = [concentration(np.delete(x, i)).hhi for i in range(len(x))]
    expected = np.sqrt((len(x) - 1) * np.var(without))
    assert hhi_jackknife_se(x) == pytest.approx(expected, abs=EXACT)


def test_equal_units_and_a_monopoly() -> None:
    equal, one = concentration([3, 3, 3, 3]), concentration([5, 0, 0, 0])
    assert (equal.hhi, equal.effective_number) == (0.25, 4)
    assert equal.gini == pytest.approx(0)
    assert equal.theil == pytest.approx(0)
    assert (one.hhi, one.hhi_normalised, one.gini_corrected, one.rosenbluth) == (1, 1, 1, 1)
    assert one.theil == pytest.approx(np.log(4))


@given(sizes)
def test_top_shares_grow_to_one(x) -> None:
    shares = [top_share(x, k) for k in range(1, len(x) + 1)]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: concentration([5]), CannotEstimate, "there is one unit"),
        (lambda: concentration([0, 0]), CannotEstimate, "All counts of 'sizes' are zero"),
        (lambda: concentration([-1, 2]), ResearchError, "cannot be negative"),
        (lambda: concentration([np.inf, 2]), ResearchError, "missing or infinite"),
        (lambda: top_share([1, 2], 3), ResearchError, "between 1 and the number of units"),
        (lambda: hhi_jackknife_se([1, 2]), CannotEstimate, "at least three units"),
        (lambda: hhi_jackknife_se([1, 0, 0]), CannotEstimate, "no one holds everything"),
    ],
)
def test_refusals(call, error, message) -> None:
    with pytest.raises(error, match=message):
        call()
