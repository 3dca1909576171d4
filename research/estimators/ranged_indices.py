"""Concentration of weights that are known up to a range."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from research.estimators.concentration import hhi, top_share
from research.estimators.ranged import Ranged
from research.estimators.valid import Floats, estimator
from research.results import Bounds, CannotEstimate

CONVERGED = 1e-12  # relative gain below which a better choice is the noise of summation


@estimator
def ranged_hhi(weight: Ranged) -> Bounds:
    """How concentrated are weights known up to a range?

    Parameters
    ----------
    weight : Ranged
        Of n units.

    Returns
    -------
    Bounds
        Of the sum of squared shares. Sharp at the low end: all weights lie at one level as far as
        their ranges allow, the level that is its own ratio of squares to sum. Valid and nearly
        sharp at the high end: each square lies below the chord over its range; given the sum, the
        weights with the highest middles go to their upper ends first, and what remains is one
        variable between corners.

    Raises
    ------
    CannotEstimate
        Fewer than two units, or all weights may be zero.

    References
    ----------
    Marshall, Olkin and Arnold (2011), Inequalities: Theory of Majorization, 2nd ed.,
    doi:10.1007/978-0-387-68276-1. Agrees at the low end with a grid of levels, and holds all
    corners and random draws of the ranges (in the tests).

    Examples
    --------
    >>> import numpy as np
    >>> halves = Ranged(low=np.array([1, 3]), value=np.array([2, 4]), high=np.array([3, 5]))
    >>> index = ranged_hhi(halves)
    >>> round(index.low, 3), round(index.high, 3)
    (0.5, 0.727)
    """
    shown = hhi(weight.value)  # the last bit may put it outside
    if not weight.low.any():
        raise CannotEstimate("All weights may be zero, so that no share of them is defined.")
    return Bounds(min(shown, _least_hhi(weight)), max(shown, _greatest_hhi(weight)))


@estimator
def ranged_top_share(weight: Ranged, k: int) -> Bounds:
    """Which share do the k largest units hold, weights being known up to a range?

    Parameters
    ----------
    weight : Ranged
        Of n units.
    k : int
        Units at the top, from 1 to n; which they are may differ within the ranges.

    Returns
    -------
    Bounds
        Sharp. At the high end the best choice of k units weighs the most it can and all others
        the least. At the low end all weights lie at one level as far as their ranges allow: were
        the k alone at their least, others would take their places.

    Raises
    ------
    CannotEstimate
        As :func:`ranged_hhi`.

    References
    ----------
    Dinkelbach (1967), Management Science 13:492-498, doi:10.1287/mnsc.13.7.492. Agrees at the high
    end with the enumeration of all corners of the ranges, at the low end with a linear programme
    (in the tests).

    Examples
    --------
    >>> import numpy as np
    >>> halves = Ranged(low=np.array([1, 3]), value=np.array([2, 4]), high=np.array([3, 5]))
    >>> ranged_top_share(halves, 1)
    Bounds(low=0.5, high=0.8333333333333334)
    """
    shown = top_share(weight.value, k)  # the last bit may put it outside
    if not weight.low.any():
        raise CannotEstimate("All weights may be zero, so that no share of them is defined.")
    greatest = _best_share(weight.high, weight.low, k)
    return Bounds(min(shown, _least_top_share(weight, k)), max(shown, greatest))


def _least_hhi(weight: Ranged) -> float:
    def excess(level: float) -> float:  # grows with the level; zero where it is its own ratio
        even = np.clip(level, weight.low, weight.high)
        return float(level * even.sum() - np.square(even).sum())

    level = brentq(excess, 0, float(weight.high.max()))
    even = np.clip(level, weight.low, weight.high)
    return float(np.square(even).sum() / even.sum() ** 2)


def _greatest_hhi(weight: Ranged) -> float:
    order = np.argsort(-(weight.low + weight.high), kind="stable")
    low, high = weight.low[order], weight.high[order]
    total = low.sum() + np.concatenate(([0.0], (high - low).cumsum()))
    squares = np.square(low).sum() + np.concatenate(([0.0], (high**2 - low**2).cumsum()))
    # Between corners squares = start + slope total, and its ratio to total squared has one peak.
    slope = low + high
    start = squares[:-1] - slope * total[:-1]
    peak = np.clip(-2 * start / np.where(slope > 0, slope, 1), total[:-1], total[1:])
    between = (start + slope * peak) / peak**2
    return float(min(1.0, max(between.max(), *(squares / total**2))))


def _least_top_share(weight: Ranged, k: int) -> float:
    """The least ratio over all levels; between two ends of ranges it only rises or only falls."""
    low, high = np.sort(weight.low), np.sort(weight.high)
    level = np.concatenate([low, high])
    begun = np.searchsorted(low, level, side="right")  # ranges that begin at or below the level
    ended = np.searchsorted(high, level, side="right")
    above = low.sum() - np.concatenate(([0.0], low.cumsum()))[begun]
    below = np.concatenate(([0.0], high.cumsum()))[ended]
    # Of no k units is the sum greater than k levels and what any unit has above the level.
    top = above + level * (k - len(low) + begun)
    return float((top / (above + below + level * (begun - ended))).min())


def _best_share(chosen: Floats, others: Floats, k: int) -> float:
    """Greatest sum of ``chosen`` over k units to the sum of it and of ``others`` elsewhere."""
    share = 0.0
    while True:  # the best units at a share tell a better one, until none is
        best = np.argsort(-((1 - share) * chosen + share * others), kind="stable")[:k]
        part = chosen[best].sum()
        better = float(part / (part + others.sum() - others[best].sum()))
        if better <= share * (1 + CONVERGED):
            return better
        share = better
