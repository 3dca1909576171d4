"""How many times as much do some units weigh in one channel as in another, all known in part?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from research.estimators import valid
from research.estimators.cluster_totals import same_length
from research.estimators.ranged import Ranged
from research.estimators.valid import Flags, Floats, estimator
from research.results import Bounds, CannotEstimate


@estimator
def paired_ratio_bounds(
    first: Ranged, second: Ranged, certain: ArrayLike, possible: ArrayLike
) -> Bounds:
    """How many times as much do the units of a class weigh in one channel as in another?

    Parameters
    ----------
    first, second : Ranged
        Weights of the same n units in both channels.
    certain, possible : arrays of bool, shape (n,)
        The unit certainly belongs to the class; it may belong to it. It belongs to it in both
        channels or in neither.

    Returns
    -------
    Bounds
        First total over second. Sharp: a unit that may belong is in the class just if it weighs
        more for its weight in the second channel than the class does at its most, and likewise at
        its least.

    Raises
    ------
    CannotEstimate
        No unit certainly belongs to the class, or those that do may weigh nothing in the second
        channel.

    References
    ----------
    Dinkelbach (1967), Management Science 13:492-498, doi:10.1287/mnsc.13.7.492. Agrees with the
    enumeration of all classes and extreme weights (in the tests).

    Examples
    --------
    >>> pulls, downloads = Ranged.exactly([6, 3, 1]), Ranged.exactly([2, 6, 1])
    >>> paired_ratio_bounds(pulls, downloads, [True, False, False], [True, True, False])
    Bounds(low=1.125, high=3.0)
    """
    sure, maybe = _classes(first, second, certain, possible)
    ends = (
        -_greatest_ratio(-first.low, second.high, sure, maybe),
        _greatest_ratio(first.high, second.low, sure, maybe),
    )
    return Bounds(*sorted(abs(end) for end in ends))  # the last bit may swap the ends of a point


@estimator
def representation_bounds(
    first: Ranged, second: Ranged, certain: ArrayLike, possible: ArrayLike
) -> Bounds:
    """How many times as large is the share of a class in one channel as in another?

    Parameters
    ----------
    first, second, certain, possible
        As for :func:`paired_ratio_bounds`.

    Returns
    -------
    Bounds
        First share over second. Sharp where all weights or the class are known; else valid and
        slightly wide, as the totals of both channels take each open unit at its worst.

    Raises
    ------
    CannotEstimate
        As for :func:`paired_ratio_bounds`, or a channel may weigh nothing.

    References
    ----------
    Dinkelbach (1967), as in :func:`paired_ratio_bounds`. Contains the enumeration of all classes
    and extreme weights, and equals it in the sharp cases (in the tests).

    Examples
    --------
    >>> pulls, downloads = Ranged.exactly([6, 3, 1]), Ranged.exactly([2, 6, 1])
    >>> bounds = representation_bounds(pulls, downloads, [True, False, False], [True, True, False])
    >>> round(bounds.low, 4), round(bounds.high, 4)
    (1.0125, 2.7)
    """
    sure, maybe = _classes(first, second, certain, possible)
    ratio = paired_ratio_bounds(first, second, sure, maybe)
    # The class at its most stands against the others at their least, and the other way round.
    most = _total(second.low, second.high, sure) / _total(first.high, first.low, sure)
    least = _total(second.high, second.low, sure) / _total(first.low, first.high, sure)
    return Bounds(*sorted((ratio.low * least, ratio.high * most)))


def _classes(
    first: Ranged, second: Ranged, certain: ArrayLike, possible: ArrayLike
) -> tuple[Flags, Flags]:
    same_length(first=first.value, second=second.value)
    sure = valid.flags(certain, "certain", len(first.value))
    return sure, sure | valid.flags(possible, "possible", len(first.value))


def _greatest_ratio(first: Floats, second: Floats, sure: Flags, maybe: Flags) -> float:
    """Dinkelbach's rounds: each raises the ratio of one of finitely many classes, and they end."""
    held = float(second[sure].sum())
    if held <= 0:
        raise CannotEstimate("The class may weigh nothing in the second channel: no ratio to it.")
    ratio, greater = -np.inf, float(first[sure].sum() / held)
    while greater > ratio:
        ratio = greater
        chosen = sure | (maybe & (first > ratio * second))
        greater = float(first[chosen].sum() / second[chosen].sum())
    return ratio


def _total(of_class: Floats, of_others: Floats, in_class: Flags) -> float:
    total = float(np.where(in_class, of_class, of_others).sum())
    if total <= 0:
        raise CannotEstimate("The total may be zero, so that no share of it is defined.")
    return total
