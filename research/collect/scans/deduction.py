"""What a reader can deduce from all figures at once, and which figures are suppressed against it.

A reader knows bounds on sums of counts: the published figures, and what holds of any counts. A
small count is protected where these leave it a range at least as wide as the threshold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Shown = npt.NDArray[np.bool_]

ROUNDING = 1e-6  # of the solver, in hosts
KNOWN_ANYWAY = -1


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures that may be published: one entry each.

    Parameters
    ----------
    order
        Of two that give a count away the one of lower order is suppressed.
    needs
        Place of the figure without which it is not published either; -1 where it needs none.
    """

    order: Numbers
    needs: Places

    def published(self, shown: Shown) -> Shown:
        """Those shown without the ones that need another that is not."""
        while True:
            kept = shown & ((self.needs < 0) | shown[self.needs])
            if (kept == shown).all():
                return kept
            shown = kept


@dataclass(slots=True)
class Rows:
    """What is known: row by row, the least and the greatest sum of some counts.

    ``figure`` is where that is read: the place of a figure, or -1 where it is known anyway.
    """

    counts: int
    cells: list[Sequence[int] | Places] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    figure: list[int] = field(default_factory=list)

    def add(self, cells: Sequence[int] | Places, low: float, high: float, figure: int) -> None:
        """The sum over these counts is from ``low`` to ``high``."""
        self.cells.append(cells)
        self.low.append(low)
        self.high.append(high)
        self.figure.append(figure)

    def known(self) -> Known:
        """The rows as arrays."""
        ends = np.cumsum([0, *map(len, self.cells)])
        places = np.fromiter((cell for cells in self.cells for cell in cells), np.int64, ends[-1])
        weights = csr_array((np.ones(ends[-1]), places, ends), shape=(len(ends) - 1, self.counts))
        limits = np.array([self.low, self.high], dtype=float)
        return Known(weights, limits[0], limits[1], np.array(self.figure, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Known:
    """Rows as arrays: ``low <= weights @ counts <= high``."""

    weights: csr_array
    low: Numbers
    high: Numbers
    figure: Places

    def of(self, shown: Shown) -> Known:
        """The rows that are known anyway or read off the figures shown."""
        return self.rows((self.figure < 0) | shown[self.figure])

    def rows(self, kept: Shown) -> Known:
        """Some of the rows."""
        return Known(self.weights[kept], self.low[kept], self.high[kept], self.figure[kept])

    def beside(self, other: Known) -> Known:
        """These rows and those."""
        return Known(
            vstack([self.weights, other.weights], format="csr"),
            np.concatenate([self.low, other.low]),
            np.concatenate([self.high, other.high]),
            np.concatenate([self.figure, other.figure]),
        )


def suppress(
    figures: Figures,
    shown: Shown,
    known: Callable[[Shown], Known],
    sensitive: csr_array,
    *,
    groups: Places,
    threshold: int,
) -> Shown | None:
    """Which figures may be published, so that no small count can be deduced from them?

    Parameters
    ----------
    figures
        All that might be published.
    shown : array of bool
        Those that are published if nothing is given away.
    known
        What a reader knows who sees the figures shown.
    sensitive : array of shape (small counts, counts)
        The counts to protect, each as a sum of counts.
    groups : array of int, shape (small counts,)
        Counts of different groups have little to do with each other: their ranges are looked at
        together first, which decides nothing but saves time.
    threshold : int
        Least width of the range that a reader is left with, in whole hosts.

    Returns
    -------
    array of bool, or None
        True for what is published. None where a small count is given away by what is known anyway.

    Notes
    -----
    Two linear programmes give the range of a count. A published figure whose multiplier is not
    zero there helps to narrow it: the one of lowest order is suppressed, until the range is wide.
    Ranges only widen on the way, so that none is looked at twice, and each solution shows of every
    count a value that it can have. Each range is that of one count with all else unknown; counts
    are whole numbers, and programmes over these can leave it narrower.

    References
    ----------
    Fischetti and Salazar (2001), Management Science 47:1008-1027,
    doi:10.1287/mnsc.47.7.1008.9805.

    Examples
    --------
    Two counts add up to 54; the second one is 4, so the first may not be published:

    >>> rows = Rows(counts=2)
    >>> rows.add([0, 1], 54, 54, KNOWN_ANYWAY)
    >>> rows.add([0], 50, 50, 0)
    >>> first = Figures(np.array([0.0]), np.array([-1]))
    >>> second = csr_array(np.array([[0.0, 1.0]]))
    >>> every = np.array([True])
    >>> suppress(first, every, rows.known().of, second, groups=np.array([0]), threshold=10)
    array([False])
    """
    shown = figures.published(shown)
    ranges = _Ranges(sensitive, threshold)
    ranges.widen_together(known(shown), groups)
    for count in range(sensitive.shape[0]):
        while not ranges.wide[count]:
            read = ranges.widen(known(shown), [count])
            if ranges.wide[count]:
                break
            if not read.size:
                return None
            shown[read[np.argmin(figures.order[read])]] = False
            shown = figures.published(shown)
    return shown


class _Ranges:
    """The least and greatest value of each count over all solutions so far."""

    def __init__(self, sensitive: csr_array, threshold: int) -> None:
        self._sensitive, self._threshold = sensitive, threshold
        self._least = np.full(sensitive.shape[0], np.inf)
        self._greatest = np.full(sensitive.shape[0], -np.inf)

    @property
    def wide(self) -> Shown:
        """Whether whole numbers over a range as wide as the threshold are possible."""
        width = np.floor(self._greatest + ROUNDING) - np.ceil(self._least - ROUNDING)
        return np.asarray(width >= self._threshold)

    def widen(self, known: Known, counts: Sequence[int] | Places) -> Places:
        """Look at both ends of a sum of counts; gives the figures that hold one where it is."""
        goal = self._sensitive[counts].sum(axis=0).astype(float)
        read = [KNOWN_ANYWAY]
        for sign in (1, -1):
            solution, tight = _extreme(known, sign * goal)
            values = self._sensitive @ solution
            self._least = np.minimum(self._least, values)
            self._greatest = np.maximum(self._greatest, values)
            read += tight
        places = np.unique(read)
        return places[places >= 0]

    def widen_together(self, known: Known, groups: Places) -> None:
        """One count of each group at a time, as long as there is one that was not looked at."""
        open_ = ~self.wide
        while open_.any() and len(np.unique(groups)) > 1:
            _, first = np.unique(np.where(open_, groups, -1), return_index=True)
            chosen = first[open_[first]]
            self.widen(known, chosen)
            open_[chosen] = False
            open_ &= ~self.wide


def _extreme(known: Known, goal: Numbers) -> tuple[Numbers, list[int]]:
    """Counts where the goal is least, and the figures that keep it from being less."""
    equal = known.low == known.high
    upper, lower = ~equal & np.isfinite(known.high), ~equal & np.isfinite(known.low)
    used = np.unique(np.append(known.weights.indices, np.flatnonzero(goal)))
    weights = known.weights[:, used]
    optimum = linprog(
        goal[used],
        A_eq=weights[equal],
        b_eq=known.low[equal],
        A_ub=vstack([weights[upper], -weights[lower]], format="csr"),
        b_ub=np.concatenate([known.high[upper], -known.low[lower]]),
    )
    if optimum.x is None:
        raise RuntimeError(f"The ranges of the small counts were not found: {optimum.message}")
    multipliers = np.concatenate([optimum.eqlin.marginals, optimum.ineqlin.marginals])
    figure = np.concatenate([known.figure[rows] for rows in (equal, upper, lower)])
    solution = np.zeros(goal.size)
    solution[used] = optimum.x
    return solution, figure[np.abs(multipliers) > ROUNDING].tolist()
