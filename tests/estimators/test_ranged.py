"""Weights known up to a range, against the enumeration of all weights and codings."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from research.estimators.ranged import (
    Ranged,
    paired_gap_bounds,
    ranged_mean,
    rounded_gain,
)
from research.results import CannotEstimate, ResearchError

ROUNDING = 1e-12  # sums of a few numbers of order one

RANGES = [
    ([(2, 3), (4, 4), (1, 2)], [True, False, False], [True, False, True]),
    ([(0, 3), (1, 4), (2, 2)], [False, True, False], [True, True, False]),
    ([(5, 5), (1, 1), (3, 3)], [True, False, False], [True, True, False]),
    ([(0, 9), (6, 7)], [True, False], [True, False]),
]
PAIRS = [
    # Nothing uncertain, and all weights known: the two sharp cases.
    ([(2, 3), (4, 5), (1, 2)], [(1, 2), (3, 3), (2, 5)], [1, 0, 0], [1, 0, 0], True),
    ([(2, 2), (4, 4), (1, 1)], [(1, 1), (3, 3), (7, 7)], [1, 0, 0], [1, 0, 1], True),
    # Both: valid, not sharp.
    ([(2, 3), (4, 5), (1, 2)], [(1, 1), (3, 3), (2, 2)], [1, 0, 0], [1, 0, 1], False),
    ([(0, 4), (3, 5), (2, 2)], [(0, 5), (1, 1), (4, 4)], [0, 1, 0], [1, 1, 0], False),
]


def ranged(limits) -> Ranged:
    low, high = np.array(limits, dtype=float).T
    return Ranged(low=low, value=(low + high) / 2, high=high)


def codings(certain, possible):
    """Every way to code the uncertain units."""
    options = [sorted({bool(c), bool(c or p)}) for c, p in zip(certain, possible, strict=True)]
    return [np.array(coding) for coding in product(*options)]


def weights(limits):
    return [np.array(drawn, dtype=float) for drawn in product(*limits)]


def share(weight, member):
    return weight[member].sum() / weight.sum()


@pytest.mark.parametrize(("limits", "certain", "possible"), RANGES)
def test_shares_span_all_weights_and_codings(limits, certain, possible):
    every = [share(w, c) for w in weights(limits) for c in codings(certain, possible)]
    found = ranged_mean(ranged(limits), certain, np.maximum(certain, possible))
    assert tuple(found) == pytest.approx((min(every), max(every)), abs=ROUNDING)


@pytest.mark.parametrize(("first", "second", "certain", "possible", "sharp"), PAIRS)
def test_gaps_contain_all_weights_and_joint_codings(first, second, certain, possible, sharp):
    every = [
        share(a, coding) - share(b, coding)
        for a in weights(first)
        for b in weights(second)
        for coding in codings(certain, possible)
    ]
    found = paired_gap_bounds(ranged(first), ranged(second), certain, possible)
    assert found.low <= min(every) + ROUNDING
    assert found.high >= max(every) - ROUNDING
    attained = tuple(found) == pytest.approx((min(every), max(every)), abs=ROUNDING)
    assert attained is sharp


def test_a_gap_codes_a_unit_alike_in_both_channels():
    """Coded apart, the unit of unknown origin would open the gap from -0.5 to 0.5."""
    same = Ranged.exactly([1, 1])
    assert tuple(paired_gap_bounds(same, same, [0, 0], [1, 0])) == (0, 0)


@pytest.mark.parametrize(("step_before", "step_after"), [(0, 1), (10, 10), (10, 100), (1, 100)])
def test_gains_span_all_totals_that_show_alike(step_before, step_after):
    before, after = 1000, 1100

    def totals(shown, step):
        return np.arange(shown - step / 2, shown + step / 2 + 0.25, 0.5)

    every = np.subtract.outer(totals(after, step_after), totals(before, step_before))
    gain = rounded_gain([before], [after], before_step=[step_before], after_step=[step_after])
    assert gain.low[0] == max(every.min(), 0)
    assert gain.high[0] == every.max()
    assert gain.value[0] == after - before


def test_a_gain_is_never_negative():
    gain = rounded_gain([1.2e6], [1.2e6], before_step=[1e5], after_step=[1e5])
    assert (gain.low[0], gain.value[0], gain.high[0]) == (0, 0, 1e5)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: rounded_gain([9], [5], before_step=[1], after_step=[1]), ResearchError, "shrank"),
        (lambda: ranged([(2, 1)]), ResearchError, "lie in its range"),
        (lambda: ranged_mean(ranged([(0, 0)]), [1], [1]), CannotEstimate, "may be zero"),
        (lambda: Ranged.exactly([-1.0]), ResearchError, "no negative number"),
    ],
)
def test_refusals_say_what_is_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call()
