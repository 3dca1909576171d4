"""Draws of clusters with replacement: every one of them where they can be listed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import special

from research.estimators.valid import Floats
from research.results import ResearchError

LISTED_AT_MOST = 100_000  # distinct resamples; ten clusters have 92,378
RESAMPLES = 9999
NUMBERS_AT_ONCE = 4_000_000  # so that 100,000 clusters need no more memory than 100


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """Share and standard error in each resample; ``times`` is how many resamples share the row."""

    share: Floats
    se: Floats
    times: Floats
    dropped: int


def resample(part: Floats, whole: Floats, size: int, rng: np.random.Generator | None) -> Resampled:
    """Shares and their linearised standard errors in resamples of ``size`` clusters."""
    rows = []
    for drawn, times in _draws(len(part), size, rng):
        total = drawn @ whole
        some = total > 0
        share = (drawn @ part)[some] / total[some]
        squares = np.square(part - share[:, None] * whole)
        spread = np.sqrt(size / max(size - 1, 1) * (drawn[some] * squares).sum(axis=1))
        rows.append((share, spread / total[some], times[some], times[~some].sum()))
    shares, errors, alike, dropped = zip(*rows, strict=True)
    return Resampled(
        np.concatenate(shares), np.concatenate(errors), np.concatenate(alike), int(sum(dropped))
    )


def _draws(n: int, size: int, rng: np.random.Generator | None) -> Iterator[tuple[Floats, Floats]]:
    """Blocks of resamples: how often each cluster is drawn, and how many resamples are alike.

    A resample matters only through the counts of its clusters, so that 92,378 rows stand for all
    10**10 resamples of ten clusters.
    """
    if size <= 10 and math.comb(n + size - 1, size) <= LISTED_AT_MOST:
        bars = np.array(list(combinations(range(n + size - 1), n - 1))).reshape(-1, n - 1)
        edges = np.pad(bars, ((0, 0), (1, 1)), constant_values=((0, 0), (-1, n + size - 1)))
        counts = np.diff(edges, axis=1) - 1.0
        yield counts, np.rint(math.factorial(size) / special.factorial(counts).prod(axis=1))
        return
    if rng is None:
        raise ResearchError(
            f"{n} clusters have too many resamples to list: give a random generator (rng)."
        )
    block = max(1, min(RESAMPLES, NUMBERS_AT_ONCE // n))
    for start in range(0, RESAMPLES, block):
        rows = min(block, RESAMPLES - start)
        yield rng.multinomial(size, np.full(n, 1 / n), size=rows).astype(float), np.ones(rows)


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
