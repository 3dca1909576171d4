"""Draws of clusters with replacement: every one of them where they can be listed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from research.estimators.valid import Floats
from research.results import ResearchError

LISTED_AT_MOST = 100_000  # distinct resamples; ten clusters have 92,378
RESAMPLES = 9_999
NUMBERS_AT_ONCE = 100_000  # what fits into a processor's cache: larger blocks wait for memory

Block = tuple[NDArray[np.intp], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """Share and standard error in each resample; ``times`` is how many resamples share the row.

    ``dropped`` is the number of resamples whose total is zero.
    """

    share: Floats
    se: Floats
    times: Floats
    dropped: int


def resample(
    part: Floats, whole: Floats, blocks: Iterator[Block], *, errors: bool = False
) -> Resampled:
    """Shares in the resamples of :func:`draws`, and if asked for their linearised errors."""
    pairs = part + 1j * whole  # one look-up a drawn cluster instead of two, in half the time
    rows = []
    for drawn, times in blocks:
        found = pairs.take(drawn)
        sums = found.sum(axis=1)
        some = sums.imag > 0
        share = sums.real[some] / sums.imag[some]
        se = _linearised(found[some], share) / sums.imag[some] if errors else np.zeros(0)
        rows.append((share, se, times[some], times[~some].sum()))
    shares, spreads, alike, dropped = zip(*rows, strict=True)
    return Resampled(
        np.concatenate(shares), np.concatenate(spreads), np.concatenate(alike), int(sum(dropped))
    )


def _linearised(drawn: NDArray[np.complex128], share: Floats) -> Floats:
    """Error of a share times the total it is taken of, for each row of drawn clusters."""
    size = drawn.shape[1]
    residuals = drawn.real - share[:, None] * drawn.imag
    return np.asarray(np.sqrt(size / max(size - 1, 1) * np.square(residuals).sum(axis=1)))


def draws(
    n: int, size: int, rng: np.random.Generator | None, resamples: int = RESAMPLES
) -> Iterator[Block]:
    """Resamples of ``size`` of n clusters in blocks: which are drawn, and how many are alike.

    The order of the clusters of a resample does not matter, so that 92,378 rows stand for all
    10**10 resamples of ten clusters. A generator gives the same resamples as it gives to
    ``scipy.stats.bootstrap`` and to arch.

    >>> [(drawn.tolist(), times.tolist()) for drawn, times in draws(2, 2, None)]
    [([[0, 0], [0, 1], [1, 1]], [1.0, 2.0, 1.0])]
    """
    if size <= 10 and math.comb(n + size - 1, size) <= LISTED_AT_MOST:
        drawn = np.array(list(combinations_with_replacement(range(n), size)))
        # Numbered among its equals, a cluster drawn three times gives 1 * 2 * 3.
        among_equals = np.tril(drawn[:, :, None] == drawn[:, None, :]).sum(axis=2)
        yield drawn, math.factorial(size) / among_equals.prod(axis=1)
        return
    if rng is None:
        raise ResearchError(
            f"{n} clusters have too many resamples to list: give a random generator (rng)."
        )
    block = max(1, NUMBERS_AT_ONCE // size)
    for start in range(0, resamples, block):
        rows = min(block, resamples - start)
        yield rng.integers(n, size=(rows, size)), np.ones(rows)


def quantiles(values: Floats, times: Floats, levels: Floats) -> tuple[float, float]:
    """Two quantiles (R's type 7) of values of which each stands ``times`` times."""
    order = np.argsort(values, kind="stable")
    sorted_values, last = values[order], np.cumsum(times[order])
    place = (last[-1] - 1) * levels
    below = np.floor(place)
    found = [
        sorted_values[np.searchsorted(last, np.minimum(rank, last[-1] - 1), side="right")]
        for rank in (below, below + 1)
    ]
    between = found[0] + (place - below) * (found[1] - found[0])
    return float(between[0]), float(between[1])
