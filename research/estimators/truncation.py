"""What a table of the largest units and a total say about the units that it leaves out.

Everywhere ``top`` holds the amounts of the largest units, an array of shape (units,), and ``total``
is the amount of all units: each unit that is left out has at most the smallest of ``top``. What
:func:`rest_of` refuses, all refuse: a total of zero (``CannotEstimate``), bad amounts, a total
below their sum, and a rest although the smallest listed is zero (``ResearchError``). All bounds are
sharp, those of :func:`herfindahl_bounds` for whole amounts.

References
----------
Marshall, Olkin and Arnold (2011), Inequalities: Theory of Majorization, 2nd ed.,
doi:10.1007/978-0-387-68276-1: a sum of squares, or of the largest, is greatest where the units that
are left out are as large as they can be. Manski (2003), Partial Identification of Probability
Distributions, doi:10.1007/b97478, for properties that are known of the listed units only.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from research.estimators import valid
from research.estimators.valid import estimator
from research.results import Bounds, CannotEstimate, ResearchError

Owners = Literal["their own", "any"]

ROUNDING = 1e-12  # a rest this small a share of the total comes from adding up decimal fractions


@estimator
def rest_of(top: ArrayLike, total: float) -> float:
    """How much lies below a table of the largest units?

    No unit of the rest is larger than the smallest one listed.

    Raises
    ------
    ResearchError
        The listed units hold more than the total, or nothing where some is left.

    Examples
    --------
    >>> rest_of([5, 3], 15)
    7.0
    """
    listed = valid.counts(top, "top")
    rest = valid.number(total, "total", 0) - float(listed.sum())
    smallest = float(listed.min())
    if abs(rest) <= ROUNDING * total:
        rest = 0.0
    if rest < 0:
        raise ResearchError(
            f"The listed amounts sum to {listed.sum():g}, more than the total of {total:g}. "
            "Check that a unit is not listed twice and that units are exclusive."
        )
    if rest > 0 and smallest == 0:
        raise ResearchError(
            f"A rest of {rest:g} cannot lie in units no larger than the smallest listed, zero."
        )
    return rest


@estimator
def top_share_bounds(top: ArrayLike, belongs: ArrayLike, total: float) -> Bounds:
    """Which share of the total has a property that is known for the listed units only?

    Parameters
    ----------
    belongs : array_like of bool, shape (units,)
        Which of the listed units have the property.

    Returns
    -------
    Bounds
        The rest without the property at the low end, with it at the high end.

    Notes
    -----
    Arithmetic; attained ends are checked in the tests.

    Examples
    --------
    >>> top_share_bounds([5, 3], [True, False], 10)
    Bounds(low=0.5, high=0.7)
    """
    listed, rest = valid.counts(top, "top"), rest_of(top, total)
    known = float(listed[valid.flags(belongs, "belongs", listed.size)].sum())
    return Bounds(known / total, (known + rest) / total)


@estimator
def herfindahl_bounds(top: ArrayLike, total: float, *, owners: Owners = "their own") -> Bounds:
    """How concentrated is a market of which only the largest units are listed?

    Parameters
    ----------
    owners : {"their own", "any"}
        Whether the units left out are units of their own, or may belong to any listed one.

    Returns
    -------
    Bounds
        Low: every unit left out has an amount of one. High: as many as possible are as large as
        the smallest listed, and one holds what remains; where they may belong to listed ones, all
        of them belong to the largest.

    Assumptions
    -----------
    The listed units are the largest, and exclusive.

    Raises
    ------
    ResearchError
        Amounts that are not whole.

    Notes
    -----
    Agrees with the closed form in R and an enumeration of partitions (in the tests).

    Examples
    --------
    >>> herfindahl_bounds([5, 3], 10)
    Bounds(low=0.36, high=0.38)
    """
    rest, amounts = rest_of(top, total), valid.counts(top, "top")
    if (amounts != np.floor(amounts)).any() or total != math.floor(total):
        raise ResearchError("Units of one need whole amounts: give counts, not shares.")
    listed, largest = float((amounts**2).sum()), float(amounts.min())
    low = listed + rest
    if owners == "any":
        high = listed + (2 * float(amounts.max()) + rest) * rest
    else:  # as many of the largest possible units as the rest fills, and one of what remains
        full = math.floor(rest / largest) if rest else 0
        high = listed + full * largest**2 + (rest - full * largest) ** 2
    return Bounds(low / total**2, high / total**2)


@estimator
def leading_bounds(listed: ArrayLike, k: int, *, rest: float, largest: float) -> Bounds:
    """How much do the k largest units hold, if some are not listed?

    Parameters
    ----------
    listed : array_like of shape (units,)
        Amounts of the listed units, of which some may have lost a part, so that others move up.
    k : int
        Units at the top.
    rest, largest : float
        The amount of all units that are not listed, and the most that one of them can have.

    Returns
    -------
    Bounds
        Low: none of the units left out is among the k. High: as many of them as possible are as
        large as they can be.

    Raises
    ------
    CannotEstimate
        All listed amounts are zero.
    ResearchError
        A rest in units that can have nothing.

    Notes
    -----
    Agrees with an enumeration of all partitions of small rests (in the tests).

    Examples
    --------
    >>> leading_bounds([5, 1], 2, rest=5, largest=3)
    Bounds(low=6.0, high=8.0)
    """
    amounts = valid.counts(listed, "listed")
    left, most = valid.number(rest, "rest", 0), valid.number(largest, "largest", 0)
    if left > 0 and most == 0:
        raise ResearchError(f"A rest of {left:g} cannot lie in units that have nothing.")
    full = min(int(left // most), k) if left else 0
    others = [*[most] * full, min(left - full * most, most)]
    low, high = (
        float(np.sort(units)[::-1][:k].sum()) for units in (amounts, np.append(amounts, others))
    )
    return Bounds(low, high)


@estimator
def lead_bounds(
    top: ArrayLike, ahead: ArrayLike, behind: ArrayLike, total: float,
    *, owners: Owners = "their own",
) -> Bounds:  # fmt: skip
    """By how much is the largest unit of one kind ahead of the largest one of another?

    Parameters
    ----------
    ahead, behind : array_like of bool, shape (units,)
        Which of the listed units are of the first kind, and of the second.
    owners
        As for :func:`herfindahl_bounds`.

    Returns
    -------
    Bounds
        In amounts, negative where the second kind is ahead. A unit left out may be of either kind.

    Raises
    ------
    CannotEstimate
        No unit of a kind is listed.

    Notes
    -----
    Arithmetic; attained ends are checked in the tests.

    Examples
    --------
    >>> lead_bounds([9, 5, 3], [True, False, False], [False, True, True], 20)
    Bounds(low=4.0, high=4.0)
    >>> lead_bounds([9, 5, 3], [True, False, False], [False, True, True], 20, owners="any")
    Bounds(low=1.0, high=7.0)
    """
    amounts, rest = valid.counts(top, "top"), rest_of(top, total)
    kinds = [
        valid.flags(kind, name, amounts.size)
        for kind, name in ((ahead, "ahead"), (behind, "behind"))
    ]
    if not all(kind.any() for kind in kinds):
        raise CannotEstimate("No unit of one of the two kinds is listed: its largest is not known.")
    leading, following = (float(amounts[kind].max()) for kind in kinds)
    if owners == "any":
        return Bounds(leading - following - rest, leading - following + rest)
    largest = min(float(amounts.min()), rest)
    return Bounds(leading - max(following, largest), max(leading, largest) - following)
