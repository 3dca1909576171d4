"""How few clusters carry a heavy-tailed total, and what larger ones than any seen could hold.

Arrays of totals have a table in each row and a cluster in each column.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from research.estimators.cluster_totals import weights as nonnegative
from research.estimators.valid import Floats, estimator
from research.results import CannotEstimate


@estimator
def kish_effective_size(weights: ArrayLike) -> float:
    """How many equally large units would carry as much information as these?

    Parameters
    ----------
    weights : array of shape (n,)
        Non-negative sizes, e.g. downloads of each organisation.

    Returns
    -------
    float
        ``(sum w)**2 / sum w**2``: n where all are equal, 1 where one unit holds everything.

    Raises
    ------
    CannotEstimate
        All weights are zero.

    References
    ----------
    Kish (1965), Survey Sampling, Wiley. Agrees with R's closed form.

    Examples
    --------
    >>> kish_effective_size([1, 1, 1, 1]), round(kish_effective_size([100, 1, 1]), 3)
    (4.0, 1.04)
    """
    sizes = nonnegative(weights, "weights")
    if not sizes.any():
        raise CannotEstimate("All weights are zero, so they have no effective size.")
    return float(kish(sizes))


def kish(totals: Floats) -> Floats:
    """The same for each table; zero where all its totals are.

    Of squared deviations it is the number of clusters that carry their variance.
    """
    largest = totals.max(axis=-1, keepdims=True)
    # Divided by the largest, so that squares neither overflow nor vanish.
    scaled = totals / np.where(largest > 0, largest, 1.0)
    squares = np.square(scaled).sum(axis=-1)
    return np.asarray(np.square(scaled.sum(axis=-1)) / np.where(squares > 0, squares, 1.0))


def hill(totals: Floats, k: int) -> Floats:
    """Tail index of each table from the logarithms of its k largest totals over the next one.

    The exponent of ``P(X > x) ~ x**-index``: at or below 1 the mean is infinite. Infinite where
    the k + 1 largest are equal. Hill (1975), Annals of Statistics 3:1163-1174,
    doi:10.1214/aos/1176343247; agrees with R's closed form.

    >>> hill(np.array([[1_200_000, 850_000, 400_000, 390_000, 120_000]]), 3).round(4).tolist()
    [1.5557]
    """
    top = np.sort(np.partition(totals, -k - 1, axis=1)[:, -k - 1 :], axis=1)
    with np.errstate(divide="ignore"):
        return np.asarray(1 / (np.log(top[:, 1:]).mean(axis=1) - np.log(top[:, 0])))


def tail_size(n: int) -> int:
    """How many of n values count as the tail: ``n**(2/3)``, which the coverage study favours.

    >>> tail_size(10), tail_size(1000)
    (5, 100)
    """
    return min(n - 1, max(2, round(math.pow(n, 2 / 3))))


@dataclass(frozen=True, slots=True, eq=False)
class Unseen:
    """At most which share of a table's total lies in clusters larger than any seen.

    ``index`` is the lower confidence limit of the tail index that it follows from.
    """

    share: Floats
    index: Floats


def unseen(totals: Floats, level: float) -> Unseen:
    """What clusters larger than any seen could hold of each total.

    If more than ``-log(1 - level)`` clusters (three, at 0.95) in n were expected to exceed the
    largest one seen, some would have been seen with probability ``level``; each has the mean of a
    Pareto tail above it: ``beyond / (sum + beyond)``. One where the tail has no mean.

    Assumes independent clusters with a Pareto tail above the ``n**(2/3)`` largest; its index is
    taken at its lower confidence limit, at the same level: above the next value the logarithms are
    exponential, so that k times the index over its estimate is a gamma variable of shape k. Of the
    class of the unseen clusters nothing is assumed. Giants so rare that the table holds no trace of
    them are beyond it, as they are beyond any interval (the coverage study shows how far).

    Totals are positive; a cluster that has nothing in any table is left out. At least two of them.

    Hanley and Lippman-Hand (1983), JAMA 249:1743-1745, doi:10.1001/jama.1983.03330370053031 (the
    rule of three); Weissman (1978), JASA 73:812-815, doi:10.1080/01621459.1978.10480104 (beyond
    the largest value); Manski (2003), doi:10.1007/b97478 (unknown classes as bounds); Bahadur and
    Savage (1956), Annals of Mathematical Statistics 27:1115-1122, doi:10.1214/aoms/1177728077 (no
    interval covers a mean in all populations that have one).

    >>> unseen(np.array([range(20, 40)]), 0.95).share.round(3).tolist()
    [0.208]
    """
    held = totals[:, totals.any(axis=0)]
    k = tail_size(held.shape[1])
    index = hill(held, k) * float(stats.gamma.ppf(1 - level, k)) / k
    largest = held.max(axis=1) / held.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = -math.log(1 - level) * largest / (1 - 1 / index)
        return Unseen(np.where(index > 1, beyond / (1 + beyond), 1.0), index)
