"""What clusters larger than any seen could do to a share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from research.estimators import valid
from research.estimators.cluster_totals import weights
from research.estimators.clustered.tails import hill_index
from research.estimators.valid import Floats, estimator
from research.results import Interval

Number = TypeVar("Number", float, Floats)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenTail:
    """What clusters larger than any seen could take off an estimate, or add to it.

    ``share`` is at most their share of the total (of the larger one of two totals). An interval
    is shrunk to ``kept`` of itself, then reaches ``below`` and ``above`` further.
    """

    share: float
    kept: float
    below: float
    above: float

    def widened(self, interval: Interval, lowest: float) -> Interval:
        """The interval of the estimate if such clusters may belong to any class."""
        return Interval(
            max(lowest, self.kept * interval.low - self.below),
            min(1.0, self.kept * interval.high + self.above),
            interval.level,
            f"{interval.method}, allowing for larger clusters than any seen",
        )


@estimator
def unseen_share(totals: ArrayLike, *, level: float = 0.95) -> float:
    """At most which share of the total would clusters hold that are larger than any seen?

    Parameters
    ----------
    totals : array of shape (n,)
        Non-negative total of each cluster.
    level : float
        Confidence level.

    Returns
    -------
    float
        ``beyond / (sum + beyond)``. If more than ``-log(1 - level)`` clusters (three, at 0.95) in
        n were expected to exceed the largest one seen, some would have been seen with probability
        ``level``; each has the mean of a Pareto tail above it. One where the tail has no mean.

    Notes
    -----
    Assumes independent clusters with a Pareto tail above the ``n**(2/3)`` largest; its index is
    taken at its lower confidence limit, at the same level. Of the class of the unseen clusters
    nothing is assumed. Giants so rare that the table holds no trace of them are beyond it, as they
    are beyond any interval (Bahadur and Savage 1956; the coverage study shows how far).

    Raises
    ------
    CannotEstimate
        Fewer than two positive totals.

    References
    ----------
    Hanley and Lippman-Hand (1983), JAMA 249:1743-1745, doi:10.1001/jama.1983.03330370053031 (the
    rule of three); Weissman (1978), JASA 73:812-815, doi:10.1080/01621459.1978.10480104 (beyond
    the largest value); Manski (2003), doi:10.1007/b97478 (unknown classes as bounds); Bahadur and
    Savage (1956), Annals of Mathematical Statistics 27:1115-1122, doi:10.1214/aoms/1177728077 (no
    interval covers a mean in all populations that have one). Its coverage is that of the project's
    own study.

    Examples
    --------
    >>> round(unseen_share(range(20, 40)), 3)
    0.208
    """
    sizes = weights(totals, "totals")
    index = least_tail_index(sizes, valid.level(level))
    if index <= 1:
        return 1.0
    return expected_beyond(float(sizes.max() / sizes.sum()), index, level)


def least_tail_index(totals: Floats, level: float) -> float:
    """Lower confidence limit of the Hill index of the largest ``n**(2/3)`` of n positive totals."""
    k = tail_size(int(np.count_nonzero(totals)))
    return lower_limit(hill_index(totals, k), k, level)


def lower_limit(index: Number, k: int, level: float) -> Number:
    """Lower confidence limit of a tail index from its Hill estimate of the k largest values.

    Above the next value the logarithms of a Pareto tail are exponential, so that k times the index
    over its estimate is a gamma variable of shape k.

    >>> round(lower_limit(1.5, 42, 0.95), 3)
    1.141
    """
    return index * float(stats.gamma.ppf(1 - level, k)) / k


def tail_size(n: int) -> int:
    """How many of n values count as the tail: ``n**(2/3)``, which the coverage study favours.

    >>> tail_size(10), tail_size(1000)
    (5, 100)
    """
    return min(n - 1, max(2, round(math.pow(n, 2 / 3))))


def expected_beyond(largest: Number, index: Number, level: float) -> Number:
    """Share of the total beyond its largest cluster, which holds a share of ``largest``.

    >>> round(expected_beyond(0.1, 2.0, 0.95), 3)
    0.375
    """
    beyond = -math.log(1 - level) * largest / (1 - 1 / index)
    return beyond / (1 + beyond)


def unseen_in_share(totals: Floats, level: float) -> UnseenTail:
    """What unseen clusters could do to a share: all of them inside it, or all outside."""
    unseen = unseen_share(totals, level=level)
    return UnseenTail(share=unseen, kept=1 - unseen, below=0.0, above=unseen)


def unseen_in_difference(totals: Floats, level: float) -> UnseenTail:
    """What unseen clusters could do to a difference of two shares of one total."""
    unseen = unseen_share(totals, level=level)
    return UnseenTail(share=unseen, kept=1 - unseen, below=unseen, above=unseen)


def unseen_in_pair(
    totals: tuple[Floats, Floats], shares: tuple[float, float], level: float
) -> UnseenTail:
    """What unseen clusters could do to a difference of shares of two totals.

    They need not be the same clusters in both.
    """
    u, v = (unseen_share(each, level=level) for each in totals)
    first, second = shares
    return UnseenTail(
        share=max(u, v),
        kept=1.0,
        below=u * first + v * (1 - second),
        above=u * (1 - first) + v * second,
    )
