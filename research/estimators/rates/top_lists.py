"""Short ranked lists: are there more of a kind than chance puts there, and do two lists agree?"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from research.estimators import valid
from research.estimators.valid import Floats, estimator
from research.plain import shortened
from research.results import Bounds, Interval, ResearchError

LONGEST = 1_000_000  # entries of a list; the law of those of a kind is summed over them


@dataclass(frozen=True, slots=True, kw_only=True)
class TopListTest:
    """A kind's entries on a list against its share of all that could be listed.

    ``p_more`` and ``p_fewer`` are exact one-sided, ``p`` is two-sided (twice the smaller),
    ``p_mid`` two-sided with half the probability of what was found. ``interval`` is for the share
    of the kind in the population if the list were a random draw from it.
    """

    expected: float
    p: float
    p_mid: float
    p_more: float
    p_fewer: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class RankBiasedOverlap:
    """Extrapolated agreement of two rankings, and what the ranks not shown could make of it."""

    value: float
    bounds: Bounds


@estimator
def top_list_test(
    found: int, listed: int, kind: int, population: int, *, level: float = 0.95
) -> TopListTest:
    """Does a list hold more entries of a kind than a random draw from the population would?

    Parameters
    ----------
    found, listed : int
        Entries of the kind on the list, and all entries. Entries that are variants of one release
        are one decision: count organisations, or the test is too sure.
    kind, population : int
        Members of the kind among all that could have been listed.

    Returns
    -------
    TopListTest
        Hypergeometric; the interval inverts both one-sided tests over every possible ``kind``.

    Raises
    ------
    ResearchError
        Numbers that do not fit together.

    References
    ----------
    Fisher (1935), The Design of Experiments; Buonaccorsi (1987), American Statistician 41:215-218,
    doi:10.1080/00031305.1987.10475484 (the interval). Agrees with ``scipy.stats.fisher_exact``.

    Examples
    --------
    >>> test = top_list_test(6, 10, 300, 1000)
    >>> round(test.p_more, 4), test.expected, round(test.interval.low, 3)
    (0.0465, 3.0, 0.264)
    """
    if not 0 <= found <= min(listed, kind) or listed - found > population - kind:
        raise ResearchError(
            f"{found} of {listed} entries cannot be of a kind with {kind} of {population} members."
        )
    if not 1 <= listed <= LONGEST:
        raise ResearchError(f"A list has one to {LONGEST:,} entries, found {listed:,}.")
    law = stats.hypergeom(population, kind, listed)
    more, fewer, same = (float(law.sf(found - 1)), float(law.cdf(found)), float(law.pmf(found)))
    low, high = _compatible_kinds(found, listed, population, (1 - valid.level(level)) / 2)
    return TopListTest(
        expected=listed * kind / population,
        p=min(1.0, 2 * min(more, fewer)),
        p_mid=min(1.0, 2 * (min(more, fewer) - same / 2)),
        p_more=more,
        p_fewer=fewer,
        interval=Interval(low / population, high / population, level, "exact hypergeometric"),
    )


def _compatible_kinds(found: int, listed: int, population: int, tail: float) -> tuple[float, float]:
    """Smallest and largest size of the kind that neither one-sided test rejects.

    The larger the kind, the likelier more of it and the less likely fewer, so that halving the
    range finds both ends.
    """
    kinds = range(found, population - (listed - found) + 1)
    low = bisect_left(
        kinds, True, key=lambda kind: stats.hypergeom.sf(found - 1, population, kind, listed) > tail
    )
    high = bisect_left(
        kinds, True, key=lambda kind: stats.hypergeom.cdf(found, population, kind, listed) <= tail
    )
    return float(kinds[low]), float(kinds[high - 1])


@estimator
def rank_biased_overlap(
    first: Sequence[Hashable], second: Sequence[Hashable], *, persistence: float = 0.9
) -> RankBiasedOverlap:
    """How alike are two rankings, when the top counts most and neither list is complete?

    Parameters
    ----------
    first, second : sequences
        Names in order of rank, without repetition; the lists may differ in length.
    persistence : float
        Probability that a reader goes on to the next rank; at 0.9 the first ten ranks carry 86 %
        of the weight.

    Returns
    -------
    RankBiasedOverlap
        From 0 (disjoint) to 1 (identical).

    Raises
    ------
    ResearchError
        An empty list, a name that stands twice, or a persistence outside (0, 1).

    References
    ----------
    Webber, Moffat and Zobel (2010), ACM Transactions on Information Systems 28(4):20,
    doi:10.1145/1852102.1852106, equations 11, 23 and 32.

    Examples
    --------
    >>> overlap = rank_biased_overlap(["a", "b", "c"], ["a", "c", "d"])
    >>> round(overlap.value, 3), round(overlap.bounds.low, 3), round(overlap.bounds.high, 3)
    (0.685, 0.367, 0.928)
    """
    p = valid.number(persistence, "persistence", 1e-6, 1 - 1e-6)
    for ranking in (first, second):
        if len(ranking) == 0 or len(set(ranking)) < len(ranking):
            raise ResearchError(f"A ranking needs distinct names, found {shortened(ranking)}.")
    short, long = sorted((list(first), list(second)), key=len)
    s, n = len(short), len(long)
    common = _common(short, long)
    depths = np.arange(1.0, n + 1)
    weights = (1 - p) * p ** (depths - 1)
    at_s, at_n = float(common[s - 1]), float(common[-1])
    hidden = np.maximum(depths - s, 0)  # ranks of the short list that are not shown
    value = float(weights @ (common / depths + hidden * at_s / (s * depths)))
    value += ((at_n - at_s) / n + at_s / s) * p**n
    unseen = max(0.0, -math.log1p(-p) - float((p**depths / depths).sum()))
    least = float(weights @ (common / depths)) + (1 - p) / p * at_n * unseen
    # Ranks so deep that they weigh nothing leave all three equal, but for rounding.
    ends = min(least, value), max(_most(common, s, p), value)
    return RankBiasedOverlap(value=value, bounds=Bounds(*ends))


def _common(short: Sequence[Hashable], long: Sequence[Hashable]) -> Floats:
    """How many names stand in both lists down to each depth of the longer one."""
    rank = {name: depth for depth, name in enumerate(short)}
    entered = [max(depth, rank[name]) for depth, name in enumerate(long) if name in rank]
    return np.cumsum(np.bincount(entered, minlength=len(long))).astype(float)


def _most(common: Floats, s: int, p: float) -> float:
    """The overlap if every name not shown matched as soon as it could.

    Each hidden rank of the short list adds one match down to the end of the long list, each
    further rank two, until the lists agree completely.
    """
    n = len(common)
    complete = n + s - int(common[-1])
    depths = np.arange(1.0, complete + 1)
    matched = np.append(common, np.full(complete - n, common[-1]))
    matched += np.clip(depths - s, 0, None) + np.clip(depths - n, 0, None)
    agreement = np.minimum(matched / depths, 1)
    return float(((1 - p) * p ** (depths - 1)) @ agreement) + p**complete
