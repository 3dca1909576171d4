"""Which cells may be published: none below a threshold, and none that others would give away.

Every count has two parts: genuine hosts and suspected clones. As both the count with and the count
without clones are published, each part and the count itself must be protected.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Protected:
    """Which cells and which sums over cells are published (true) or suppressed (false)."""

    cells: npt.NDArray[np.bool_]
    sums: npt.NDArray[np.bool_]


def is_small(counts: Counts, threshold: int) -> npt.NDArray[np.bool_]:
    """Counts that are neither zero nor as large as the threshold."""
    return np.logical_and(counts > 0, counts < threshold)


def small_parts(hosts: Counts, genuine: Counts, threshold: int) -> npt.NDArray[np.bool_]:
    """Cells of which the count, its genuine part or its clones are few."""
    few: npt.NDArray[np.bool_] = np.any(
        [is_small(part, threshold) for part in _parts(hosts, genuine)], axis=0
    )
    return few


def protect_listing(
    hosts: Counts, genuine: Counts, *, threshold: int
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which rows of a table may be published when its totals are known?

    Parameters
    ----------
    hosts, genuine : array of shape (rows,)
        The rows add up to totals that are published: hosts, and hosts without clones.
    threshold : int
        Fewest hosts of a published row.

    Returns
    -------
    pair of arrays of bool, shape (rows,)
        True where the count of hosts is published, and where that without clones is. What is not
        published is at least two rows that add up to zero or to the threshold at least (hosts,
        genuine hosts and clones each): the totals less the published rows tell no more than that.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, doi:10.1002/9781118348239.

    Examples
    --------
    >>> import numpy as np
    >>> hosts, genuine = np.array([90, 40, 12, 3]), np.array([60, 28, 12, 3])
    >>> every, without = protect_listing(hosts, genuine, threshold=10)
    >>> every.tolist(), without.tolist()
    ([True, True, False, False], [True, True, False, False])
    """
    order = np.argsort(hosts, kind="stable")
    hidden = is_small(hosts, threshold)
    _hide_until(lambda: _sums_are_large([hosts], hidden, threshold), hidden, order)
    apart = hidden | small_parts(hosts, genuine, threshold)
    parts = [genuine, hosts - genuine]
    _hide_until(
        lambda: (
            _sums_are_large(parts, apart, threshold)
            and parts_are_wide(hosts, genuine, apart, threshold)
        ),
        apart,
        order,
    )
    return ~hidden, ~apart


def parts_are_wide(
    hosts: Counts, genuine: Counts, hidden: npt.NDArray[np.bool_], threshold: int
) -> bool:
    """Whether the clones of each hidden row of many hosts could be few or many.

    The row's hosts may be published; then its clones are at most these, and at least the clones of
    all hidden rows less the hosts of the others.
    """
    rows, clones = hosts[hidden], (hosts - genuine)[hidden]
    least = np.maximum(0, clones.sum() - (rows.sum() - rows))
    width = np.minimum(rows, clones.sum()) - least
    sensitive = small_parts(rows, rows - clones, threshold) & (rows >= threshold)
    return not (sensitive & (width < threshold)).any()


def protect_sums(
    hosts: Counts,
    genuine: Counts,
    sums: npt.NDArray[np.bool_],
    *,
    essential: int,
    threshold: int,
) -> Protected | None:
    """Which cells may be published beside sums over them?

    Parameters
    ----------
    hosts, genuine : array of shape (cells,)
        Disjoint cells, such as the class sets of a country.
    sums : array of bool, shape (sums, cells)
        Which cells each sum holds.
    essential : int
        So many leading sums are published at the cost of cells; the others only where they are
        safe beside the cells.
    threshold : int
        Fewest hosts of a published cell or sum.

    Returns
    -------
    Protected or None
        Cells are suppressed, smallest first, until whoever knows all that is published knows each
        small part of a suppressed cell only up to a range at least as wide as the threshold (found
        by linear programming). None where the essential sums alone would give one away.

    References
    ----------
    Fischetti and Salazar (2001), Management Science 47:1008-1027,
    doi:10.1287/mnsc.47.7.1008.9805.

    Examples
    --------
    >>> import numpy as np
    >>> hosts = np.array([500, 300, 200, 4, 60])
    >>> every = np.ones((1, 5), dtype=bool)
    >>> protect_sums(hosts, hosts, every, essential=1, threshold=10).cells
    array([ True,  True,  True, False, False])
    """
    parts = _parts(hosts, genuine)
    small = np.any([is_small(sums @ part, threshold) for part in parts], axis=0)
    shown = ~small & (np.arange(len(sums)) < essential)
    hidden = small_parts(hosts, genuine, threshold)
    for cell in np.argsort(hosts, kind="stable"):
        if _is_safe(parts, hidden, sums[shown], threshold):
            break
        hidden[cell] = True
    if not _is_safe(parts, hidden, sums[shown], threshold):
        return None
    for row in np.flatnonzero(~small & ~shown):
        with_it = shown | (np.arange(len(sums)) == row)
        shown = with_it if _is_safe(parts, hidden, sums[with_it], threshold) else shown
    return Protected(~hidden, shown)


def _hide_until(safe: Callable[[], bool], hidden: npt.NDArray[np.bool_], order: Counts) -> None:
    """Hide one more row, the smallest first, until what is hidden is safe."""
    for row in order:
        if safe():
            return
        hidden[row] = True


def _sums_are_large(parts: Sequence[Counts], hidden: npt.NDArray[np.bool_], threshold: int) -> bool:
    """Whether several rows are hidden, or none, and no part of them adds up to little."""
    return hidden.sum() != 1 and not any(is_small(part[hidden].sum(), threshold) for part in parts)


def _parts(hosts: Counts, genuine: Counts) -> tuple[Counts, Counts, Counts]:
    return hosts, genuine, hosts - genuine


def _is_safe(
    parts: Sequence[Counts],
    hidden: npt.NDArray[np.bool_],
    sums: npt.NDArray[np.bool_],
    threshold: int,
) -> bool:
    """Whether each small part of a hidden cell could be anything over a wide enough range."""
    hosts, genuine, clones = (part[hidden] for part in parts)
    known = sums[:, hidden].astype(float)
    for cell in map(int, np.flatnonzero(small_parts(hosts, genuine, threshold))):
        small = [is_small(part[cell], threshold) for part in (hosts, genuine, clones)]
        width = _width(known, genuine, cell)
        if width >= threshold and not small[2]:
            continue
        of_clones = _width(known, clones, cell)
        needed = zip(small, (width + of_clones, width, of_clones), strict=True)
        if any(few and found < threshold for few, found in needed):
            return False
    return True


def _width(known: npt.NDArray[np.float64], counts: Counts, cell: int) -> float:
    """How far apart a cell's least and greatest value are, given the known sums of all cells."""
    if not known[:, cell].any():
        return math.inf
    if not counts.any():
        return 0.0
    # Both in one program: two fillings of the cells, as far apart in this one as can be.
    goal = np.zeros(2 * counts.size)
    goal[cell], goal[counts.size + cell] = -1, 1
    both, none = np.hstack([known, np.zeros_like(known)]), np.hstack([np.zeros_like(known), known])
    found = linprog(goal, A_eq=np.vstack([both, none]), b_eq=np.tile(known @ counts, 2))
    return float(-(found.fun or 0.0))
