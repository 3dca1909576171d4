"""Confidence intervals for a parameter that the data confine to a set but do not pin down."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.optimize import brentq
from scipy.special import ndtr

from research.estimators import valid
from research.estimators.valid import estimator
from research.results import Bounds, CannotEstimate, Interval, ResearchError

FAR = 40.0  # standard errors beyond which a normal tail is zero in double precision
FINE = 1e-12  # absolute accuracy of critical values: well beyond the 1e-8 of the references


@estimator
def imbens_manski_critical_value(width: float, *, level: float = 0.95) -> float:
    """How many standard errors beyond its bounds must an interval for the parameter reach?

    Parameters
    ----------
    width : float
        Width of the identified set in units of the larger standard error of its ends; may be
        infinite.

    Returns
    -------
    float
        The solution ``c`` of ``Phi(c + width) - Phi(-c) = level``: from the two-sided normal
        quantile at a point to the one-sided one for a wide set.

    References
    ----------
    Imbens and Manski (2004), Econometrica 72:1845-1857, doi:10.1111/j.1468-0262.2004.00555.x.
    Agrees with ``uniroot`` in R.

    Examples
    --------
    >>> round(imbens_manski_critical_value(0), 4), round(imbens_manski_critical_value(10), 4)
    (1.96, 1.6449)
    """
    valid.level(level)
    if not width >= 0:
        raise ResearchError(f"The width of an identified set is not negative, found {width}.")
    wide = min(width, 2 * FAR)
    return float(brentq(lambda c: ndtr(c + wide) - ndtr(-c) - level, 0, FAR, xtol=FINE))


@estimator
def imbens_manski(
    bounds: Bounds, se_low: float, se_high: float, *, level: float = 0.95
) -> Interval:
    """Which interval covers the parameter, wherever in its identified set it lies?

    Parameters
    ----------
    bounds : Bounds
        Estimated identified set.
    se_low, se_high : float
        Standard errors of its two ends.
    level : float
        Confidence level for the parameter (not for the set).

    Returns
    -------
    Interval
        ``[low - c se_low, high + c se_high]``.

    Assumptions
    -----------
    Ends jointly normal; the standard error of the width vanishes where the width does.

    References
    ----------
    Imbens and Manski (2004), Econometrica 72:1845-1857, doi:10.1111/j.1468-0262.2004.00555.x.
    Agrees with R; simulated coverage at the ends 0.950 to 0.954.

    Examples
    --------
    >>> interval = imbens_manski(Bounds(0.1, 0.6), 0.01, 0.02)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0836, 0.6329)
    """
    low, high = _errors(se_low, se_high)
    largest = max(low, high)
    width = bounds.width / largest if largest else math.inf
    c = imbens_manski_critical_value(width, level=level)
    return Interval(bounds.low - c * low, bounds.high + c * high, level, "Imbens-Manski")


@estimator
def joined_interval(
    intervals: Sequence[Interval], *, design_effect: float | None = None
) -> Interval:
    """Which values are compatible with some point of a set, given the interval at each end?

    Parameters
    ----------
    intervals : sequence of Interval
        By one method at one level, at the points of the set that lie furthest out.
    design_effect : float, optional
        The one that all of them assume.

    Returns
    -------
    Interval
        From the least of all limits to the greatest. It covers each point of the set at the level
        of the intervals, and is wider than needed for a single one (:func:`imbens_manski`).

    Raises
    ------
    CannotEstimate
        There is no interval.

    References
    ----------
    Imbens and Manski (2004), as in :func:`imbens_manski`, on intervals that cover the whole set.

    Examples
    --------
    >>> ends = Interval(0.1, 0.4, 0.95, "t"), Interval(0.2, 0.6, 0.95, "t")
    >>> joined_interval(ends).high, joined_interval(ends).method
    (0.6, 't, over the set')
    """
    if len(intervals) == 0:
        raise CannotEstimate("No interval is given that could be joined to others.")
    low, high = min(each.low for each in intervals), max(each.high for each in intervals)
    first = intervals[0]
    return Interval(low, high, first.level, f"{first.method}, over the set", design_effect)


@estimator
def simultaneous_level(level: float, comparisons: int) -> float:
    """At which level must each of several intervals be taken to hold together at ``level``?

    Parameters
    ----------
    level : float
        Joint confidence level.
    comparisons : int
        Number of intervals in the family.

    Returns
    -------
    float
        The Bonferroni level ``1 - (1 - level) / comparisons``, valid under any dependence.

    Raises
    ------
    ResearchError
        No comparison, or a level outside (0.5, 1).

    References
    ----------
    Dunn (1961), Journal of the American Statistical Association 56:52-64,
    doi:10.1080/01621459.1961.10482090. Arithmetic; there is no implementation to compare with.

    Examples
    --------
    >>> simultaneous_level(0.95, 4)
    0.9875
    """
    if comparisons < 1:
        raise ResearchError(f"A family holds at least one comparison, found {comparisons}.")
    return 1 - (1 - valid.level(level)) / comparisons


def _errors(se_low: float, se_high: float) -> tuple[float, float]:
    return valid.number(se_low, "se_low", 0), valid.number(se_high, "se_high", 0)
