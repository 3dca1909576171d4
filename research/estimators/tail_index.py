"""How heavy is a tail: do the mean and the variance of the units exist?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from research.estimators import valid
from research.estimators.cluster_totals import weights
from research.estimators.valid import estimator
from research.results import CannotEstimate, Interval

FEWEST = 5  # largest values
POINTS = 12  # of a threshold plot


@dataclass(frozen=True, slots=True, kw_only=True)
class TailIndex:
    """Exponent of a power law that the largest values follow, and how many of them were taken."""

    value: float
    interval: Interval
    kept: int


@estimator
def tail_index(values: ArrayLike, kept: int | None = None, *, level: float = 0.95) -> TailIndex:
    """How fast do the largest values thin out, and do mean and variance of the units exist?

    Parameters
    ----------
    values : array of shape (n,)
        Amounts of independent units, such as downloads of each organisation.
    kept : int, optional
        So many of the largest are taken; by default the square root of n.

    Returns
    -------
    TailIndex
        The exponent in ``P(X > x) ~ x**-index``: at or below 1 no mean exists, at or below 2 no
        variance. It is the slope of the logarithm of rank minus one half on that of the amount,
        which takes out the leading bias of the plain regression; the interval is normal on the log
        scale, with standard error ``index * sqrt(2 / kept)``.

    Assumptions
    -----------
    Units are independent draws whose tail is that of a power. Units below the cut of a list are
    absent; they move nothing, as the largest alone count, but ``n`` is what is listed. Where the
    tail is that of a power only further out, as of a lognormal, the index falls with ``kept``.

    Raises
    ------
    CannotEstimate
        Fewer than five of the largest are positive, or they are all equal.

    References
    ----------
    Gabaix and Ibragimov (2011), Journal of Business and Economic Statistics 29:24-39,
    doi:10.1198/jbes.2009.06157. Agrees with ``scipy.stats.linregress``; coverage is simulated.

    Examples
    --------
    >>> tail = tail_index([1 / rank for rank in range(1, 101)], 20)
    >>> round(tail.value, 2), round(tail.interval.low, 2), round(tail.interval.high, 2)
    (1.16, 0.63, 2.16)
    """
    amounts = np.sort(weights(values, "values"))[::-1]
    size = _tail_size(len(amounts)) if kept is None else int(valid.number(kept, "kept", FEWEST))
    top = amounts[:size]
    if len(top) < max(size, FEWEST) or top[-1] <= 0 or top[0] == top[-1]:
        raise CannotEstimate(
            f"A tail needs {FEWEST} of the largest values or more, positive and not all equal; "
            f"{size} were asked for, and {int((top > 0).sum())} of {len(amounts)} are positive."
        )
    sizes, ranks = np.log(top), np.log(np.arange(1, size + 1) - 0.5)
    apart = sizes - sizes.mean()
    index = float(-(apart @ ranks) / (apart @ apart))
    half = float(stats.norm.ppf((1 + valid.level(level)) / 2)) * math.sqrt(2 / size)
    method = "log rank minus one half on log size"
    interval = Interval(index * math.exp(-half), index * math.exp(half), level, method)
    return TailIndex(value=index, interval=interval, kept=size)


def _tail_size(n: int) -> int:
    """How many of n values count as the tail: their square root, which the coverage study favours.

    >>> _tail_size(10), _tail_size(1000)
    (5, 32)
    """
    return max(FEWEST, round(math.sqrt(n)))


@estimator
def threshold_plot(values: ArrayLike) -> tuple[TailIndex, ...]:
    """What is the tail index as more of the largest values are taken, up to half of them?

    Raises
    ------
    CannotEstimate
        As :func:`tail_index`.

    Examples
    --------
    >>> [tail.kept for tail in threshold_plot([1 / rank for rank in range(1, 101)])]
    [5, 6, 8, 9, 12, 14, 18, 22, 27, 33, 41, 50]
    """
    amounts = weights(values, "values")
    most = int((amounts > 0).sum()) // 2
    kept = np.geomspace(FEWEST, max(FEWEST, most), POINTS).round().astype(int)
    return tuple(tail_index(amounts, size) for size in np.unique(kept).tolist())
