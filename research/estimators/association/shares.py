"""Agreement of the shares in two channels, where the counts of one are known up to ranges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from research.estimators import valid
from research.estimators.association.agreement import (
    NORMAL_95,
    bland_altman_ratio,
    lin_concordance,
)
from research.estimators.association.regression import log_log
from research.estimators.cluster_totals import cluster_codes, same_length
from research.estimators.identification.intervals import joined_interval
from research.estimators.ranged import Ranged, searched_extremes
from research.estimators.valid import Flags, Floats, estimator
from research.results import Bounds, CannotEstimate, Interval, Sharpness

GRID = 7  # values of each range that the search for extremes tries, both ends among them


@dataclass(frozen=True, slots=True, kw_only=True)
class OverRanges:
    """A statistic of the counts as shown, the set that ranges leave open, the interval over it."""

    value: float
    bounds: Bounds
    interval: Interval

    @property
    def sharpness(self) -> Sharpness:
        """Each end is attained, and none is proven outermost (:func:`searched_extremes`)."""
        return "inner"


FoundAt = Callable[[Floats, Floats, Flags], tuple[float, Interval]]


@estimator
def share_concordance(x: Ranged, y: ArrayLike) -> OverRanges:
    """May the share of a unit in one channel be read as its share in another?

    Parameters
    ----------
    x : Ranged
        Counts of n units in the first channel. A unit whose range begins at zero may be absent:
        then it has no logarithm and is left out, or else it has a count of at least one.
    y : array of shape (n,)
        Their positive counts in the second channel.

    Returns
    -------
    OverRanges
        Lin's concordance of the logarithms of shares (:func:`lin_concordance`). The ends of the set
        are searched for (:func:`searched_extremes`): each is attained, none is proven outermost.

    Raises
    ------
    CannotEstimate
        As :func:`lin_concordance`, for the counts as shown or at an end of the set.

    References
    ----------
    Lin (1989), Biometrics 45:255-268, doi:10.2307/2532051; Manski (2003), Partial Identification of
    Probability Distributions, doi:10.1007/b97478. Holds the concordance of every draw from the
    ranges (in the tests).

    Examples
    --------
    >>> shown = np.geomspace(1, 900, 40)
    >>> x = Ranged(low=shown / 2, value=shown, high=shown * 2)
    >>> found = share_concordance(x, shown[::-1] + shown)
    >>> found.bounds.low < found.value < found.bounds.high
    True
    """

    def found_at(first: Floats, second: Floats, _: Flags) -> tuple[float, Interval]:
        logs = (np.log(counts / counts.sum()) for counts in (first, second))
        found = lin_concordance(*logs)
        return found.value, found.interval

    return _over(x, y, _concordance, found_at)


@estimator
def share_ratios(x: Ranged, y: ArrayLike) -> tuple[OverRanges, OverRanges, OverRanges]:
    """Share in one channel over the share in another: the typical ratio and its limits?

    Parameters
    ----------
    x, y
        As for :func:`share_concordance`.

    Returns
    -------
    typical, lowest, highest : OverRanges
        Of :func:`bland_altman_ratio`, which says when it refuses: 95 % of the units lie within the
        limits.

    Examples
    --------
    >>> x = Ranged(low=np.array([1, 4, 6]), value=np.array([2, 4, 8]), high=np.array([3, 4, 9]))
    >>> typical, lowest, highest = share_ratios(x, [1, 2, 5])
    >>> lowest.value < typical.value < highest.value
    True
    """
    ends = {"bias": 0.0, "lower": -NORMAL_95, "upper": NORMAL_95}
    typical, lowest, highest = (
        _over(x, y, partial(_limit, deviations=deviations), _limit_at(name))
        for name, deviations in ends.items()
    )
    return typical, lowest, highest


@estimator
def share_elasticity(x: Ranged, y: ArrayLike, cluster: ArrayLike | None = None) -> OverRanges:
    """By how many per cent does y change with one per cent of x, which is known up to a range?

    Parameters
    ----------
    x, y
        As for :func:`share_concordance`.
    cluster : array of shape (n,), optional
        As for :func:`log_log`.

    Returns
    -------
    OverRanges
        Of :func:`log_log`, which says when it refuses.

    Examples
    --------
    >>> x = Ranged.exactly([1, 2, 3, 4, 5])
    >>> round(share_elasticity(x, [1, 4, 10, 15, 26]).value, 3)
    2.008
    """
    labels, codes = cluster_codes(cluster, len(x.value))

    def found_at(first: Floats, second: Floats, there: Flags) -> tuple[float, Interval]:
        fit = log_log(second, first, labels[codes][there])
        return float(fit.coefficients[1]), fit.intervals[1]

    return _over(x, y, _slope, found_at, design_effect=None)


def _limit_at(name: str) -> FoundAt:
    def found_at(first: Floats, second: Floats, _: Flags) -> tuple[float, Interval]:
        found = bland_altman_ratio(first / first.sum(), second / second.sum())
        return getattr(found, name), getattr(found, f"{name}_interval")

    return found_at


def _over(
    x: Ranged, y: ArrayLike, statistic: Callable[[Floats], Floats], found_at: FoundAt,
    *, design_effect: float | None = 1.0,
) -> OverRanges:  # fmt: skip
    """A statistic as shown and at its extremes, from sums of terms and from the units themselves.

    ``found_at`` gives value and interval of the counts of the units that are in both, and which.
    """
    second = valid.floats(y, "y")
    same_length(x=x.value, y=second)
    if second.min() <= 0:
        raise CannotEstimate(f"Logarithms need positive counts, found {second.min():g} in 'y'.")
    options = _options(x)
    found = []
    shown = np.zeros(len(second), dtype=np.intp)
    extremes = searched_extremes(_terms(options, second), statistic)
    for chosen in (shown, *(end.options for end in extremes)):
        first = np.take_along_axis(options, chosen[:, None], axis=1)[:, 0]
        there = first > 0
        found.append(found_at(first[there], second[there], there))
    values = [value for value, _ in found]
    interval = joined_interval([each for _, each in found], design_effect=design_effect)
    return OverRanges(value=values[0], bounds=Bounds(min(values), max(values)), interval=interval)


def _options(x: Ranged) -> Floats:
    """Of each unit its count as shown, values of its range, and none where that is possible."""
    least = np.maximum(x.low, 1)
    grid = np.geomspace(least, np.maximum(x.high, least), GRID, axis=1)
    return np.column_stack([x.value, grid, np.where(x.low > 0, x.value, 0.0)])


def _terms(options: Floats, y: Floats) -> Floats:
    """What each unit adds, under each option, to the sums that all statistics come from."""
    first, second = np.broadcast_arrays(options, y[:, None])
    there = first > 0
    log_x, log_y = np.log(np.where(there, first, 1)), np.log(second)
    logs = [log_x, log_y, log_x * log_x, log_x * log_y, log_y * log_y]
    terms = np.stack([np.ones_like(log_x), *logs, first, second], axis=-1)
    return np.asarray(terms * there[..., None])


def _moments(sums: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Mean difference of the logarithms of both shares, variances, covariance, and how many."""
    n, x, y, xx, xy, yy, first, second = np.moveaxis(sums, -1, 0)
    difference = (x - y) / n - np.log(first / second)
    return difference, (xx - x * x / n) / n, (yy - y * y / n) / n, (xy - x * y / n) / n, n


def _concordance(sums: Floats) -> Floats:
    difference, first, second, both, _ = _moments(sums)
    return np.asarray(2 * both / (first + second + difference**2))


def _slope(sums: Floats) -> Floats:
    _, first, _, both, _ = _moments(sums)
    return np.asarray(both / first)


def _limit(sums: Floats, *, deviations: float) -> Floats:
    """Mean difference of the logarithms, so many standard deviations added."""
    difference, first, second, both, n = _moments(sums)
    variance = (first + second - 2 * both) * n / (n - 1)
    return np.asarray(difference + deviations * np.sqrt(variance))
