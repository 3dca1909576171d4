"""Which rows of a table may be published: none of few hosts, and none that others give away.

Every count has two parts: genuine hosts and suspected clones. As both the count with and the count
without clones are published, each part and the count itself must be protected.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Shown = npt.NDArray[np.bool_]


def is_small(counts: Counts, threshold: int) -> Shown:
    """Counts that are neither zero nor as large as the threshold."""
    return np.logical_and(counts > 0, counts < threshold)


def small_parts(hosts: Counts, genuine: Counts, threshold: int) -> Shown:
    """Cells of which the count, its genuine part or its clones are few."""
    parts = hosts, genuine, hosts - genuine
    few: Shown = np.any([is_small(part, threshold) for part in parts], axis=0)
    return few


def protect_listing(
    hosts: Counts,
    genuine: Counts,
    *,
    threshold: int,
    hidden: Shown | None = None,
    apart: Shown | None = None,
    cells: Counts | None = None,
) -> tuple[Shown, Shown]:
    """Which rows of a table may be published when its totals are known?

    Parameters
    ----------
    hosts, genuine : array of shape (rows,)
        The rows add up to totals that are known: hosts, and hosts without clones.
    threshold : int
        Fewest hosts of a published row.
    hidden, apart : array of bool, shape (rows,), optional
        Rows of which nothing is published, and of which the count without clones is not; by
        default those of few hosts.
    cells : array of int, shape (rows,), optional
        For how many rows each stands: by default one, or none where it counts no host.

    Returns
    -------
    pair of arrays of bool, shape (rows,)
        True where the count of hosts is published, and where that without clones is. What is not
        published is at least two rows. The totals less the published rows leave each of them a
        range as wide as the threshold, though their number is known and none of them is zero.

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
    cells = (hosts > 0).astype(np.int64) if cells is None else cells
    hidden = is_small(hosts, threshold) if hidden is None else hidden.copy()
    _hide_until(lambda: _rest_is_large(hosts, cells, hidden, threshold), hidden, order)
    apart = hidden | (small_parts(hosts, genuine, threshold) if apart is None else apart)
    _hide_until(
        lambda: (
            _rest_is_large(hosts, cells, apart, threshold)
            and not any(
                is_small(part[apart].sum(), threshold) for part in (genuine, hosts - genuine)
            )
            and parts_are_wide(hosts, genuine, apart, threshold)
        ),
        apart,
        order,
    )
    return ~hidden, ~apart


def parts_are_wide(hosts: Counts, genuine: Counts, hidden: Shown, threshold: int) -> bool:
    """Whether the clones of each hidden row of many hosts could be few or many.

    The row's hosts may be published; then its clones are at most these, and at least the clones of
    all hidden rows less the hosts of the others.
    """
    rows, clones = hosts[hidden], (hosts - genuine)[hidden]
    least = np.maximum(0, clones.sum() - (rows.sum() - rows))
    width = np.minimum(rows, clones.sum()) - least
    sensitive = small_parts(rows, rows - clones, threshold) & (rows >= threshold)
    return not (sensitive & (width < threshold)).any()


def _hide_until(safe: Callable[[], bool], hidden: Shown, order: Counts) -> None:
    """Hide one more row, the smallest first, until what is hidden is safe."""
    for row in order:
        if safe():
            return
        hidden[row] = True


def _rest_is_large(hosts: Counts, cells: Counts, hidden: Shown, threshold: int) -> bool:
    """Whether nothing is hidden, or several rows, each of one host or of many."""
    number = cells[hidden].sum()
    spare = hosts[hidden].sum() - number
    return bool(number == 0 or (number > 1 and spare >= threshold))
