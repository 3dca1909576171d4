"""Rank correlations of values whose order is known in part only, such as rounded counts."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from research.estimators.cluster_totals import same_length
from research.estimators.ranged import Ranged
from research.estimators.valid import Floats, estimator
from research.results import Bounds, CannotEstimate

ASSIGNED_UP_TO = 1_000  # units; an assignment weighs every unit against every rank


@estimator
def kendall_bounds(x: Ranged, y: Ranged) -> Bounds:
    """Which values of Kendall's tau do overlapping ranges leave open?

    Parameters
    ----------
    x, y : Ranged
        Of the same n units. Two units are in order where their ranges do not overlap; otherwise
        either may be the larger one.

    Returns
    -------
    Bounds
        Every pair whose order is open may be concordant or discordant. Valid, and sharp where all
        ranges are points without ties; wide where open orders exclude each other.

    Raises
    ------
    CannotEstimate
        Fewer than two units.

    References
    ----------
    Kendall (1938), Biometrika 30:81-93, doi:10.2307/2332226. Contains tau of every draw from the
    ranges, and equals ``scipy.stats.kendalltau`` where all orders are known (in the tests).

    Examples
    --------
    >>> x = Ranged(low=np.array([0, 2, 3]), value=np.array([1, 3, 4]), high=np.array([1, 4, 5]))
    >>> tau = kendall_bounds(x, Ranged.exactly([1, 2, 3]))
    >>> round(tau.low, 3), tau.high
    (0.333, 1.0)
    """
    n = _pairs(x, y)
    pairs = n * (n - 1) // 2
    concordant = _pairs_below((x.high, y.high), (x.low, y.low))
    discordant = _pairs_below((x.high, -y.low), (x.low, -y.high))
    return Bounds((2 * concordant - pairs) / pairs, (pairs - 2 * discordant) / pairs)


@estimator
def spearman_bounds(x: Ranged, y: Ranged) -> Bounds:
    """Which values of Spearman's rho do overlapping ranges leave open?

    Parameters
    ----------
    x, y : Ranged
        As for :func:`kendall_bounds`.

    Returns
    -------
    Bounds
        Each unit may take any rank that leaves enough places for the units certainly below and
        above it. The extreme sums of squared rank differences are found by assigning ranks to
        units, in one variable at a time with the other one free within its ranks; the tighter of
        the two holds. Valid; sharp where one variable is known and the ranges of the other are
        nested or disjoint. Above 1,000 units each unit takes its own extreme, whatever ranks the
        others take: valid too, and wider where ranges overlap.

    Raises
    ------
    CannotEstimate
        Fewer than two units.

    References
    ----------
    Spearman (1904), American Journal of Psychology 15:72-101, doi:10.2307/1412159. The assignment
    is solved by scipy's ``linear_sum_assignment``. Contains rho of every draw from the ranges, and
    equals the enumeration of all rankings for one block of unordered units (in the tests).

    Examples
    --------
    >>> x = Ranged(low=np.array([0, 2, 3]), value=np.array([1, 3, 4]), high=np.array([1, 4, 5]))
    >>> spearman_bounds(x, Ranged.exactly([1, 2, 3]))
    Bounds(low=0.5, high=1.0)
    """
    n = _pairs(x, y)
    spans = _rank_span(x), _rank_span(y)
    if n > ASSIGNED_UP_TO:
        sums = [_unit_by_unit(*spans)]
    else:
        sums = [_squared_differences(*spans), _squared_differences(*spans[::-1])]
    least, most = max(low for low, _ in sums), min(high for _, high in sums)
    return Bounds(_rho(most, n), _rho(least, n))


def _rho(squared_differences: float, n: int) -> float:
    return float(np.clip(1 - 6 * squared_differences / (n**3 - n), -1, 1))


def _squared_differences(
    assigned: tuple[Floats, Floats], free: tuple[Floats, Floats]
) -> tuple[float, float]:
    """Least and greatest sum of squared rank differences: each rank is assigned to one unit."""
    n = len(assigned[0])
    rank = np.arange(1.0, n + 1)
    allowed = (rank >= assigned[0][:, None]) & (rank <= assigned[1][:, None])
    below, above = free[0][:, None] - rank, rank - free[1][:, None]
    nearest = np.maximum(np.maximum(below, above), 0) ** 2
    farthest = np.maximum(np.abs(below), np.abs(above)) ** 2
    forbidden = float(n) ** 4  # more than any sum of squared differences
    return (
        _assigned_sum(np.where(allowed, nearest, forbidden)),
        -_assigned_sum(np.where(allowed, -farthest, forbidden)),
    )


def _unit_by_unit(
    first: tuple[Floats, Floats], second: tuple[Floats, Floats]
) -> tuple[float, float]:
    """Sums of each unit's least and greatest squared rank difference."""
    apart = first[0] - second[1], second[0] - first[1]
    nearest = np.maximum(np.maximum(*apart), 0)
    return float(np.square(nearest).sum()), float(np.square(np.minimum(*apart)).sum())


def _assigned_sum(cost: Floats) -> float:
    return float(cost[linear_sum_assignment(cost)].sum())


def _rank_span(values: Ranged) -> tuple[Floats, Floats]:
    """Lowest and highest rank of each unit: those certainly below it, and not certainly above."""
    below = np.searchsorted(np.sort(values.high), values.low, side="left")
    not_above = np.searchsorted(np.sort(values.low), values.high, side="right")
    return np.asarray(1.0 + below), not_above.astype(float)


def _pairs_below(points: tuple[Floats, Floats], corners: tuple[Floats, Floats]) -> int:
    """In how many pairs is a point below a corner in both coordinates?

    In the order of the first coordinate, whole blocks of points lie before whole blocks of
    corners. Merging neighbouring blocks of 1, 2, 4, ... in the order of the second coordinate
    meets each pair once, so that n log n steps count all n * n of them.
    """
    first, second = (np.concatenate(pair) for pair in zip(points, corners, strict=True))
    is_point = np.arange(len(first)) < len(points[0])
    place = np.empty(len(first), dtype=np.intp)
    place[np.lexsort((is_point, first))] = np.arange(len(first))  # equal is not below
    merged = np.lexsort((is_point, second))
    count = 0
    for level in range(len(first).bit_length()):
        order = merged[np.argsort(place[merged] >> (level + 1), kind="stable")]
        later = (place[order] >> level & 1).astype(bool)
        points_before = np.cumsum(is_point[order] & ~later)
        block = place[order] >> (level + 1)
        before_block = np.concatenate(([0], points_before))[np.searchsorted(block, block)]
        count += int((points_before - before_block)[later & ~is_point[order]].sum())
    return count


def _pairs(x: Ranged, y: Ranged) -> int:
    same_length(x=x.value, y=y.value)
    if len(x.value) < 2:
        raise CannotEstimate(f"A rank correlation needs at least two units, found {len(x.value)}.")
    return len(x.value)
