"""What several published tables say together: bounds over every distribution that fits them all.

Units are of kinds (cells), such as country by set of classes by whether they are copies. Nobody
counted the cells; each published number is a margin, the sum of some of them. Every distribution of
units over cells that has these margins is possible, and a share has the least and the greatest
value that any of them gives it.

Everywhere ``margins`` has shape (margins, cells): how often a unit of each cell counts for each
published number, which lies from ``low`` to ``high``, arrays of shape (margins,). Numbers of units
need not be whole here, so that sets are sharp but for less than one unit.

References
----------
Charnes and Cooper (1962), Naval Research Logistics Quarterly 9:181-186, doi:10.1002/nav.3800090303;
McCormick (1976), Mathematical Programming 10:147-175, doi:10.1007/BF01580665; Manski (2003),
Partial Identification of Probability Distributions, doi:10.1007/b97478.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog

from research.estimators import valid
from research.estimators.valid import Floats, estimator
from research.results import Bounds, CannotEstimate, ResearchError, Sharpness

MEETS = 1e-6  # inner and outer ends that are closer are one
MOST_BOXES = 400  # ranges of the ratio of two denominators that are tried
ANSWERED, UNBOUNDED = 0, 3  # scipy's codes


@dataclass(frozen=True, slots=True)
class LatentDifference:
    """Every difference lies in ``outer``; both ends of ``inner`` are attained."""

    outer: Bounds
    inner: Bounds

    @property
    def sharpness(self) -> Sharpness:
        """Whether the two are one set."""
        return "sharp up to rounding" if self._gap <= MEETS else "outer"

    @property
    def _gap(self) -> float:
        return max(self.inner.low - self.outer.low, self.outer.high - self.inner.high)


class Share(NamedTuple):
    """What is counted of each cell, and what it is a share of: 0 <= part <= whole."""

    part: Floats
    whole: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The published numbers, as ``rows @ cells <= limits``, in units of the largest of them."""

    rows: Floats
    limits: Floats


@estimator
def latent_share(
    part: ArrayLike, whole: ArrayLike, margins: ArrayLike, low: ArrayLike, high: ArrayLike
) -> Bounds:
    """Which share of some units is possible, given all that several tables publish?

    Parameters
    ----------
    part, whole : array_like of shape (cells,)
        How often a unit of each cell counts for the share, and for what it is a share of.
    margins, low, high
        The published numbers.

    Returns
    -------
    Bounds
        Sharp: the least and the greatest share of all distributions with these margins in which
        the whole is not empty. One linear programme for each end (Charnes and Cooper 1962).

    Raises
    ------
    CannotEstimate
        No distribution has all these margins, or in all that do the whole is empty.
    ResearchError
        A part that is larger than its whole, or a ``low`` above its ``high``.

    Notes
    -----
    Agrees with an enumeration of all tables of small counts (in the tests).

    Examples
    --------
    Of 10 hosts 6 have one tag and 5 another; cells: none, the first alone, the second, both.

    >>> tags = [[0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1]]
    >>> latent_share([0, 1, 1, 1], [1, 1, 1, 1], tags, [6, 5, 10], [6, 5, 10])
    Bounds(low=0.6, high=1.0)
    """
    tables = _tables(margins, low, high)
    share = _share(part, whole, tables, "whole")
    least, most = (
        sign * _solved(tables, sign * share.part, [(share.whole, 1.0, 1.0)])[0]
        for sign in (1.0, -1.0)
    )
    return Bounds(round(least, 12), round(most, 12))


@estimator
def latent_difference(
    first_part: ArrayLike,
    first_whole: ArrayLike,
    second_part: ArrayLike,
    second_whole: ArrayLike,
    margins: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
) -> LatentDifference:
    """By how much can one share exceed another, given all that several tables publish?

    Parameters
    ----------
    first_part, first_whole, second_part, second_whole : array_like of shape (cells,)
        Both shares, as in :func:`latent_share`.
    margins, low, high
        The published numbers.

    Returns
    -------
    LatentDifference
        First share minus second. A sum of two ratios is no linear programme; for a given range of
        the ratio of the two denominators one programme bounds it (McCormick 1976). That range is
        halved where the bound is the furthest out until what is bounded and what is attained meet,
        or so often that the rest is reported.

    Raises
    ------
    CannotEstimate
        No distribution has all these margins, or one of the wholes may be empty.
    ResearchError
        A part that is larger than its whole, or a ``low`` above its ``high``.

    Notes
    -----
    Agrees with an enumeration of all tables of small counts, and with
    :func:`research.estimators.identification.contrast_bounds` where nothing ties the groups to each
    other (in the tests).

    Examples
    --------
    Of 4 hosts in each of two groups some have a tag, 5 in all.

    >>> margins = [[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0]]
    >>> difference = latent_difference(
    ...     [1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 1], margins, [4, 4, 5], [4, 4, 5])
    >>> difference.outer, difference.sharpness
    (Bounds(low=-0.75, high=0.75), 'sharp up to rounding')
    """
    tables = _tables(margins, low, high)
    first = _share(first_part, first_whole, tables, "first_whole")
    second = _share(second_part, second_whole, tables, "second_whole")
    low_out, low_in = _least_difference(tables, first, second)
    high_out, high_in = _least_difference(tables, second, first)
    return LatentDifference(
        Bounds(round(low_out, 12), round(-high_out, 12)),
        Bounds(round(low_in, 12), round(-high_in, 12)),
    )


def _least_difference(tables: Tables, first: Share, second: Share) -> tuple[float, float]:
    """The least of first minus second: what no table goes below, and what one attains.

    Branch and bound over the second denominator, that of the first being one.
    """
    start = _ratio_of_wholes(tables, first, second)
    bound, attained = _in_box(tables, first, second, start)
    boxes = [(bound, start)]
    for _ in range(MOST_BOXES):
        outer, (least, most) = heapq.heappop(boxes)
        if attained - outer <= MEETS or most / least - 1 <= MEETS:
            heapq.heappush(boxes, (outer, (least, most)))
            break
        middle = math.sqrt(least * most)
        for box in ((least, middle), (middle, most)):
            bound, value = _in_box(tables, first, second, box)
            attained = min(attained, value)
            heapq.heappush(boxes, (max(bound, outer), box))
    return min(boxes[0][0], attained), attained


def _ratio_of_wholes(tables: Tables, first: Share, second: Share) -> tuple[float, float]:
    """Between which values the second whole over the first lies."""
    scaled = [(first.whole, 1.0, 1.0)]
    least, most = (sign * _solved(tables, sign * second.whole, scaled)[0] for sign in (1.0, -1.0))
    if least <= MEETS:
        raise CannotEstimate(EMPTY)
    return least, most


def _in_box(
    tables: Tables, first: Share, second: Share, box: tuple[float, float]
) -> tuple[float, float]:
    """A bound on the least difference where the second whole is in a range, and one attained.

    A further variable stands for the second share, which is at most its part over the least whole,
    and at most one less the rest over the greatest.
    """
    least, most = box
    wanted = np.append(first.part, -1.0)
    over_least = np.append(-second.part / least, 1.0)
    over_most = np.append((second.whole - second.part) / most, 1.0)
    known = [
        (np.append(first.whole, 0.0), 1.0, 1.0),
        (np.append(second.whole, 0.0), least, most),
        (over_least, -math.inf, 0.0),
        (over_most, -math.inf, 1.0),
    ]
    try:
        bound, cells = _solved(tables, wanted, known)
    except CannotEstimate:  # no table has its ratio here, but for the last digit
        return math.inf, math.inf
    return bound, _of(first, cells) - _of(second, cells)


def _of(share: Share, cells: Floats) -> float:
    return float(share.part @ cells[: len(share.part)] / (share.whole @ cells[: len(share.whole)]))


def _solved(
    tables: Tables, wanted: Floats, known: list[tuple[Floats, float, float]]
) -> tuple[float, Floats]:
    """The least of ``wanted @ cells`` where cells fit the tables up to a factor, and the cells.

    The factor is a further variable, so that ``known`` can fix a denominator to one.
    """
    more = len(wanted) - tables.rows.shape[1]
    rows = np.hstack((tables.rows, np.zeros((len(tables.rows), more)), -tables.limits[:, None]))
    upper = [np.append(row, 0.0) for row, _, most in known if most < math.inf]
    lower = [-np.append(row, 0.0) for row, least, _ in known if least > -math.inf]
    limits = [most for *_, most in known if most < math.inf]
    limits += [-least for _, least, _ in known if least > -math.inf]
    optimum = linprog(
        np.append(wanted, 0.0),
        A_ub=np.vstack((rows, *upper, *lower)),
        b_ub=np.concatenate((np.zeros(len(rows)), limits)),
        method="highs-ds",
    )
    if optimum.status != ANSWERED:
        raise CannotEstimate(EMPTY if optimum.status == UNBOUNDED else _refusal(tables))
    cells = np.asarray(optimum.x, dtype=float)
    return float(wanted @ cells[:-1]), cells


EMPTY = (
    "In some tables with these margins there is no unit in one of the wholes: the share of an "
    "empty group is anything. Give the margins that keep it from being empty."
)
NO_UNIT = "In all tables with these margins there is no unit that a share could be of."
CONTRADICT = (
    "No distribution of the units has all these margins: the tables contradict each other. Check "
    "that all count the same units, and give those that are rounded a range."
)


def _refusal(tables: Tables) -> str:
    """Whether the tables contradict each other, or leave the whole empty."""
    nothing = np.zeros(tables.rows.shape[1])
    fits = linprog(nothing, A_ub=tables.rows, b_ub=tables.limits, method="highs-ds")
    return NO_UNIT if fits.status == ANSWERED else CONTRADICT


def _tables(margins: ArrayLike, low: ArrayLike, high: ArrayLike) -> Tables:
    rows = valid.numbers(margins, "margins", "margins", "cells")
    least, most = valid.floats(low, "low"), valid.floats(high, "high")
    if not len(rows) == len(least) == len(most):
        raise ResearchError(
            f"Each margin has a 'low' and a 'high'; found {len(rows)} margins, {len(least)} and "
            f"{len(most)}."
        )
    if (rows < 0).any() or (least < 0).any() or (least > most).any():
        raise ResearchError("Numbers of units are not negative, and no 'low' is above its 'high'.")
    largest = float(most.max()) or 1.0
    return Tables(np.vstack((rows, -rows)), np.concatenate((most, -least)) / largest)


def _share(part: ArrayLike, whole: ArrayLike, tables: Tables, name: str) -> Share:
    share = Share(valid.floats(part, "part"), valid.floats(whole, name))
    cells = tables.rows.shape[1]
    if not len(share.part) == len(share.whole) == cells:
        raise ResearchError(
            f"There are {cells} cells in 'margins'; a part and its whole have "
            f"{len(share.part)} and {len(share.whole)}."
        )
    if (share.part < 0).any() or (share.part > share.whole).any():
        raise ResearchError(f"A part lies between 0 and its whole ('{name}') in each cell.")
    return share
