"""Compositions: geometry, invariance, zeros."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from research.estimators.composition import (
    aitchison_distance,
    clr,
    replace_zeros,
    zero_sensitivity,
)
from research.results import CannotEstimate, ResearchError

EXACT = 1e-9  # the same arithmetic in another order

parts = st.floats(1e-6, 1e6)
two = st.lists(st.tuples(parts, parts), min_size=2, max_size=8).map(np.array)


@given(two)
def test_the_distance_is_that_of_all_log_ratios(pair) -> None:
    x, y = pair.T
    distance = aitchison_distance(x, y)
    assert distance == aitchison_distance(y, x)
    logs = np.log(x[:, None] / x) - np.log(y[:, None] / y)
    assert distance**2 == pytest.approx((logs**2).sum() / (2 * len(x)), abs=1e-6)


@given(two, st.floats(1e-3, 1e3))
def test_totals_do_not_matter(pair, factor) -> None:
    x, y = pair.T
    assert clr(x * factor) == pytest.approx(clr(x), abs=EXACT)
    assert clr(x).sum() == pytest.approx(0, abs=EXACT)
    assert aitchison_distance(x * factor, y) == pytest.approx(aitchison_distance(x, y), abs=EXACT)


@given(st.lists(st.floats(0, 100), min_size=2, max_size=8), st.floats(1e-6, 0.1))
def test_replacing_zeros_keeps_ratios(values, delta) -> None:
    x = np.append(values, 1.0)
    replaced = replace_zeros(x, delta)
    kept = x / x.sum() > 0
    assert replaced.sum() == pytest.approx(1)
    assert (replaced[~kept] == delta).all()
    assert replaced[kept] / replaced[-1] == pytest.approx(x[kept] / x[-1])


def test_sensitivity_shows_what_zeros_decide() -> None:
    found = zero_sensitivity([5, 5, 0], [4, 4, 2], [0.1, 0.01, 0.001])
    assert list(found.distances) == sorted(found.distances)
    assert (found.bounds.low, found.bounds.high) == (found.distances[0], found.distances[2])
    assert zero_sensitivity([5, 5], [4, 4], [0.1, 0.001]).bounds.high == pytest.approx(0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: clr([1, 0]), CannotEstimate, "'parts' has 1 parts that are not positive"),
        (lambda: clr([1]), CannotEstimate, "at least two parts"),
        (lambda: aitchison_distance([1, 2], [1, 2, 3]), ResearchError, "'first' has 2"),
        (lambda: aitchison_distance([1, 2], [0, 2]), CannotEstimate, "'second'"),
        (lambda: replace_zeros([0, 0], 0.1), CannotEstimate, "All counts of 'parts' are zero"),
        (lambda: replace_zeros([1, 0, 0], 0.5), ResearchError, "below one over the 2 zeros"),
        (lambda: replace_zeros([1, 0], 0), ResearchError, "delta should be positive"),
        (lambda: zero_sensitivity([1, 0], [1, 1], []), ResearchError, "at least one value"),
    ],
)
def test_refusals(call, error, message) -> None:
    with pytest.raises(error, match=message):
        call()
