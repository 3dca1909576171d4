"""Weights known up to a range: rounded totals, what they gained, and shares of such weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from research.estimators import valid
from research.estimators.cluster_totals import same_length, weights
from research.estimators.valid import Flags, Floats, estimator
from research.results import Bounds, CannotEstimate, ResearchError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranged:
    """One non-negative weight a unit, known to lie in ``[low, high]``; ``value`` is the one shown.

    Raises
    ------
    ResearchError
        Arrays of different lengths, negative weights, or a value outside its range.
    """

    low: Floats
    value: Floats
    high: Floats

    def __post_init__(self) -> None:
        low, value, high = (
            weights(part, name)
            for part, name in ((self.low, "low"), (self.value, "value"), (self.high, "high"))
        )
        same_length(low=low, value=value, high=high)
        if ((value < low) | (value > high)).any():
            at = int(((value < low) | (value > high)).argmax())
            raise ResearchError(
                f"The weight of unit {at} should lie in its range, found {value[at]:g} and "
                f"[{low[at]:g}, {high[at]:g}]."
            )
        for name, part in (("low", low), ("value", value), ("high", high)):
            object.__setattr__(self, name, part)

    @classmethod
    def exactly(cls, values: ArrayLike) -> Ranged:
        """Weights that are known."""
        array = weights(values, "values")
        return cls(low=array, value=array, high=array)


@estimator
def rounded(totals: ArrayLike, steps: ArrayLike) -> Ranged:
    """Which true totals show as these, rounded to the nearest multiple of a step?

    Parameters
    ----------
    totals, steps : arrays of shape (n,)
        Totals as shown, and the distance of two neighbouring values that can be shown.

    Returns
    -------
    Ranged
        Half a step to either side; a total is not negative.

    References
    ----------
    Manski (2003), Partial Identification of Probability Distributions, doi:10.1007/b97478, on
    interval data.

    Examples
    --------
    >>> rounded([1.1e6, 653], [1e5, 1]).low.tolist()
    [1050000.0, 652.5]
    """
    shown, half = weights(totals, "totals"), weights(steps, "steps") / 2
    same_length(totals=shown, steps=half)
    return Ranged(low=np.maximum(shown - half, 0), value=shown, high=shown + half)


@estimator
def rounded_gain(
    before: ArrayLike, after: ArrayLike, *, before_step: ArrayLike, after_step: ArrayLike
) -> Ranged:
    """How much did a total grow that is only shown rounded?

    Parameters
    ----------
    before, after : arrays of shape (n,)
        Totals as shown, e.g. pulls on two days; 0 with step 0 for what did not exist yet.
    before_step, after_step : arrays of shape (n,)
        Distance of two neighbouring values that can be shown. A total is rounded to the nearest,
        so the true one is at most half a step away.

    Returns
    -------
    Ranged
        The gain, which is not negative: totals only grow.

    Raises
    ------
    ResearchError
        A total that shrank by more than rounding explains.

    References
    ----------
    Manski (2003), as in :func:`rounded`. Agrees with the enumeration of all totals that round to
    the ones shown (in the tests).

    Examples
    --------
    >>> gain = rounded_gain([900, 1.1e6], [9_500, 1.2e6], before_step=[1, 1e5], after_step=[1, 1e5])
    >>> gain.low.tolist(), gain.high.tolist()
    ([8599.0, 0.0], [8601.0, 200000.0])
    """
    old, new = valid.floats(before, "before"), valid.floats(after, "after")
    old_step, new_step = weights(before_step, "before_step"), weights(after_step, "after_step")
    same_length(before=old, after=new, before_step=old_step, after_step=new_step)
    shown, error = new - old, (old_step + new_step) / 2
    if (shown + error < 0).any():
        at = int((shown + error).argmin())
        raise ResearchError(
            f"The total of unit {at} shrank by {-shown[at]:g}, more than its rounding of "
            f"{error[at]:g} explains. Leave it out: its gain is not known."
        )
    return Ranged(low=np.maximum(shown - error, 0), value=np.maximum(shown, 0), high=shown + error)


@estimator
def ranged_mean(weight: Ranged, least: ArrayLike, most: ArrayLike) -> Bounds:
    """How low and how high can a weighted mean be, weights and values known up to ranges?

    Parameters
    ----------
    weight : Ranged
        Of n units. A unit that may count or not weighs from nothing to its greatest weight.
    least, most : arrays of shape (n,)
        The least and the greatest value of each unit.

    Returns
    -------
    Bounds
        Sharp: a unit weighs as much as it can just if its value lies below the least mean, and
        likewise above the greatest.

    Raises
    ------
    CannotEstimate
        All weights are zero.

    References
    ----------
    Dinkelbach (1967), Management Science 13:492-498, doi:10.1287/mnsc.13.7.492. Agrees with the
    enumeration of all codings where values are zero and one, and with that of all extreme weights
    and values (in the tests).

    Examples
    --------
    >>> weight = Ranged(low=np.array([3, 0]), value=np.array([4, 0]), high=np.array([5, 6]))
    >>> ranged_mean(weight, [1, -1], [1, 0])
    Bounds(low=-0.3333333333333333, high=1.0)
    """
    low, high = valid.floats(least, "least"), valid.floats(most, "most")
    same_length(weight=weight.value, least=low, most=high)
    if (low > high).any():
        at = int((low > high).argmax())
        raise ResearchError(
            f"The values of unit {at} should be in order, found {low[at]:g} above {high[at]:g}."
        )
    _positive(weight.high.sum())
    ends = _least_mean(weight, low), -_least_mean(weight, -high)
    return Bounds(*sorted(ends))  # the last bit may swap the ends of a point


@estimator
def paired_gap_bounds(
    first: Ranged, second: Ranged, certain: ArrayLike, possible: ArrayLike
) -> Bounds:
    """By how much does a share differ between two channels that hold the same units?

    Parameters
    ----------
    first, second : Ranged
        Weights of the same n units in both channels.
    certain, possible : arrays of bool, shape (n,)
        The unit certainly belongs to the class whose share is meant; it may belong to it. A unit
        that may belong to it belongs to it in both channels or in neither.

    Returns
    -------
    Bounds
        First share minus second. Sharp where no unit is uncertain, or all weights are known;
        otherwise valid and slightly wide, as the denominators take each weight at its worst.

    Raises
    ------
    CannotEstimate
        All weights of a channel may be zero.

    References
    ----------
    Manski (2003), as in :func:`rounded`. Contains the enumeration of all codings and extreme
    weights, and equals it in the sharp cases (in the tests).

    Examples
    --------
    >>> pulls, downloads = Ranged.exactly([5, 3, 2]), Ranged.exactly([1, 4, 5])
    >>> gap = paired_gap_bounds(pulls, downloads, [True, False, False], [True, True, False])
    >>> round(gap.low, 3), round(gap.high, 3)
    (0.3, 0.4)
    """
    same_length(first=first.value, second=second.value)
    sure, maybe = _origins(len(first.value), certain, possible)
    # The share of the units outside the class differs by the same amount the other way.
    ends = _least_gap(first, second, sure, maybe), -_least_gap(first, second, ~maybe, ~sure)
    low, high = sorted(ends)  # the last bit may swap the ends of a point
    return Bounds(max(low, -1.0), min(high, 1.0))


def _least_mean(weight: Ranged, values: Floats) -> float:
    """Dinkelbach's rounds: each lowers the mean of finitely many weightings, so that they end."""
    mean, lower = np.inf, float(np.average(values, weights=weight.high))
    while lower < mean:
        mean = lower
        weights = np.where(values < mean, weight.high, weight.low)
        lower = float(np.average(values, weights=weights)) if weights.any() else mean
    return mean


def _least_gap(first: Ranged, second: Ranged, sure: Flags, maybe: Flags) -> float:
    """First minus second share, both denominators as large as they can be.

    The first share is least with members low and others high, the second greatest with members
    high and others low; an uncertain unit is a member where that lowers the difference.
    """
    unsure = maybe & ~sure
    first_total = _positive(first.low[sure].sum() + first.high[~sure].sum())
    second_total = _positive(second.high[maybe].sum() + second.low[~maybe].sum())
    certain = first.low[sure].sum() / first_total - 1 + second.low[~sure].sum() / second_total
    joining = first.low[unsure] / first_total - second.low[unsure] / second_total
    return float(certain + np.minimum(joining, 0).sum())


def _origins(n: int, certain: ArrayLike, possible: ArrayLike) -> tuple[Flags, Flags]:
    sure = valid.flags(certain, "certain", n)
    return sure, sure | valid.flags(possible, "possible", n)


def _positive(total: float) -> float:
    if total <= 0:
        raise CannotEstimate("The total may be zero, so that no share of it is defined.")
    return float(total)
