"""Assigning a group to clusters anew: what a difference would be if the group meant nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from research.estimators.cluster_totals import Codes, cluster_codes
from research.estimators.valid import Flags, Floats
from research.results import CannotEstimate, ResearchError

LISTED_AT_MOST = 20_000
DRAWS = 9999
NUMBERS_AT_ONCE = 4_000_000
ROUNDING = 1e-9  # relative; statistics closer than this are equal


def group_by_cluster(member: Flags, cluster: ArrayLike | None) -> tuple[Flags, Codes]:
    """Which clusters belong to the group, and the cluster of each unit.

    >>> group, codes = group_by_cluster(np.array([True, True, False]), ["Qwen", "Qwen", "Meta"])
    >>> group.tolist(), codes.tolist()
    ([True, False], [0, 0, 1])
    """
    labels, codes = cluster_codes(cluster, len(member))
    inside = np.bincount(codes, weights=member)
    size = np.bincount(codes)
    mixed = (inside > 0) & (inside < size)
    if mixed.any():
        raise ResearchError(
            f"'{labels[mixed.argmax()]}' and {int(mixed.sum()) - 1} other clusters have units both "
            "in the group and outside: a permutation test assigns whole clusters."
        )
    group = inside > 0
    if group.all() or not group.any():
        raise CannotEstimate("All clusters belong to one group: there is nothing to compare.")
    return group, codes


def permuted_sums(
    group: Flags, totals: Floats, rng: np.random.Generator | None
) -> tuple[Floats, str]:
    """Sums of cluster totals over the group, under the actual assignment and all others.

    Parameters
    ----------
    group : boolean array of shape (clusters,)
        The actual assignment.
    totals : array of shape (clusters, columns)
        What is summed.
    rng : numpy.random.Generator, optional
        Needed where there are more than 20,000 assignments; then 9,999 are drawn.

    Returns
    -------
    array of shape (assignments, columns), str
        The actual assignment comes first and is counted once; the text says which there are.

    Examples
    --------
    >>> totals = np.array([[5.0], [1.0], [2.0]])
    >>> sums, method = permuted_sums(np.array([True, False, False]), totals, None)
    >>> sums[:, 0].tolist(), method
    ([5.0, 1.0, 2.0], 'all 3 assignments of 1 of 3 clusters')
    """
    n, k = len(group), int(group.sum())
    ways = math.comb(n, k)
    if ways <= LISTED_AT_MOST and ways * k <= NUMBERS_AT_ONCE:
        chosen = np.array(list(combinations(range(n), k)))
        parts = np.array_split(chosen, 1 + chosen.size * totals.shape[1] // NUMBERS_AT_ONCE)
        sums = np.concatenate([totals[part].sum(axis=1) for part in parts])
        actual = int((chosen == np.flatnonzero(group)).all(axis=1).argmax())
        order = np.concatenate(([actual], np.delete(np.arange(ways), actual)))
        return sums[order], f"all {ways:,} assignments of {k} of {n} clusters"
    if rng is None:
        raise ResearchError(
            f"There are {ways:.3g} ways to choose {k} of {n} clusters: give a random generator "
            "(rng) to draw from them."
        )
    blocks = [group[None, :].astype(float), *_random_rows(group, rng)]
    return (
        np.concatenate([block @ totals for block in blocks]),
        f"{DRAWS:,} random assignments of {k} of {n} clusters",
    )


def _random_rows(group: Flags, rng: np.random.Generator) -> Iterator[Floats]:
    rows = max(1, NUMBERS_AT_ONCE // len(group))
    for start in range(0, DRAWS, rows):
        block = np.tile(group, (min(rows, DRAWS - start), 1))
        yield rng.permuted(block, axis=1).astype(float)


def share_as_extreme(statistics: Floats) -> float:
    """P-value: the share of assignments whose statistic is at least that of the first, the actual.

    A statistic that is undefined for an assignment (NaN) counts as extreme.

    >>> share_as_extreme(np.array([2.0, 1.0, 2.0, np.nan]))
    0.75
    """
    actual = statistics[0]
    return float(np.mean(~(statistics < actual - ROUNDING * abs(actual))))
