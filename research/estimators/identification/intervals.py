"""Confidence intervals for a parameter that the data confine to a set but do not pin down."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from scipy.optimize import brentq, minimize_scalar
from scipy.special import ndtr, owens_t
from scipy.stats import norm

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
    level : float
        Confidence level.

    Returns
    -------
    float
        The solution ``c`` of ``Phi(c + width) - Phi(-c) = level``: from the two-sided normal
        quantile at a point to the one-sided one for a wide set.

    Raises
    ------
    ResearchError
        A negative width, or a level outside (0.5, 1).

    References
    ----------
    Imbens and Manski (2004), Econometrica 72:1845-1857, doi:10.1111/j.1468-0262.2004.00555.x.

    Notes
    -----
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
    Ends jointly normal; the standard error of the width vanishes where the width does. Where the
    set may be short and the ends are correlated, use :func:`stoye`.

    Raises
    ------
    ResearchError
        Negative or missing standard errors, or a level outside (0.5, 1).

    References
    ----------
    Imbens and Manski (2004), Econometrica 72:1845-1857, doi:10.1111/j.1468-0262.2004.00555.x.

    Notes
    -----
    Agrees with R; simulated coverage at the ends 0.950 to 0.954.

    Examples
    --------
    >>> found = imbens_manski(Bounds(0.1, 0.6), 0.01, 0.02)
    >>> round(found.low, 4), round(found.high, 4)
    (0.0836, 0.6329)
    """
    low, high = _errors(se_low, se_high)
    largest = max(low, high)
    width = bounds.width / largest if largest else math.inf
    c = imbens_manski_critical_value(width, level=level)
    return Interval(bounds.low - c * low, bounds.high + c * high, level, "Imbens-Manski")


@estimator
def stoye_critical_values(
    width: float, se_low: float, se_high: float, *, correlation: float, level: float = 0.95
) -> tuple[float, float]:
    """How far beyond each end must the shortest interval reach when the ends are correlated?

    Parameters
    ----------
    width : float
        Estimated width of the identified set, in the unit of the parameter.
    se_low, se_high : float
        Standard errors of the two ends.
    correlation : float
        Correlation of the estimators of the two ends.
    level : float
        Confidence level.

    Returns
    -------
    tuple of float
        Critical values for the low and the high end, in standard errors: of all pairs that cover
        both ends of the set with probability ``level``, the pair of the shortest interval.

    Raises
    ------
    ResearchError
        Negative width or standard errors, a correlation outside [-1, 1], or a bad level.

    References
    ----------
    Stoye (2009), Econometrica 77:1299-1315, doi:10.3982/ECTA7347.

    Notes
    -----
    The pairs that cover form a convex set (the bivariate normal distribution function is
    log-concave), hence one minimum. Agrees with an R programme on mvtnorm.

    Examples
    --------
    >>> low, high = stoye_critical_values(10, 1, 1, correlation=0.5)
    >>> round(low, 3), round(high, 3)
    (1.645, 1.645)
    """
    one_sided = float(norm.ppf(valid.level(level)))
    low, high = _errors(se_low, se_high)
    r = -valid.number(correlation, "correlation", -1, 1)
    valid.number(width, "width", 0)
    if low == 0 or high == 0:  # one end is known: only the other can fail to cover
        return one_sided, one_sided

    def partner(c_low: float) -> float:
        """The smallest critical value of the high end that covers both ends of the set."""
        at_low = _crossing(lambda c: _both_below(c_low, c + width / high, r) - level, one_sided)
        at_high = _crossing(lambda c: _both_below(c, c_low + width / low, r) - level, one_sided)
        return max(at_low, at_high)

    # Two-sided values always cover, so the best low value cannot cost more than they do.
    two_sided = float(norm.ppf((1 + level) / 2))
    dearest = (two_sided * (low + high) - one_sided * high) / low
    best = minimize_scalar(
        lambda c: c * low + partner(c) * high,
        bounds=(one_sided, dearest),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(best.x), partner(float(best.x))


@estimator
def stoye(
    bounds: Bounds, se_low: float, se_high: float, *, correlation: float, level: float = 0.95
) -> Interval:
    """Which interval covers the parameter when the set may be short and its ends are correlated?

    Parameters
    ----------
    bounds : Bounds
        Estimated identified set.
    se_low, se_high : float
        Standard errors of its two ends.
    correlation : float
        Correlation of the two estimators.
    level : float
        Confidence level for the parameter.

    Returns
    -------
    Interval
        The shortest interval that covers both ends of the set.

    Assumptions
    -----------
    Ends jointly normal with known correlation; the width is taken as estimated (no shrinkage
    towards a point).

    Raises
    ------
    ResearchError
        As :func:`stoye_critical_values`.

    References
    ----------
    Stoye (2009), Econometrica 77:1299-1315, doi:10.3982/ECTA7347.

    Notes
    -----
    Agrees with an R programme on mvtnorm.

    Examples
    --------
    >>> found = stoye(Bounds(-0.04, 0.02), 0.03, 0.025, correlation=0.5)
    >>> round(found.low, 4), round(found.high, 4)
    (-0.0894, 0.0612)
    """
    c_low, c_high = stoye_critical_values(
        bounds.width, se_low, se_high, correlation=correlation, level=level
    )
    return Interval(bounds.low - c_low * se_low, bounds.high + c_high * se_high, level, "Stoye")


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
    doi:10.1080/01621459.1961.10482090.

    Notes
    -----
    Arithmetic; there is no implementation to compare with.

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


def _crossing(excess: Callable[[float], float], low: float) -> float:
    """Where an increasing function of a critical value reaches zero; ``low`` if it starts above."""
    if excess(low) >= 0:
        return low
    return float(brentq(excess, low, FAR, xtol=FINE)) if excess(FAR) > 0 else FAR


def _both_below(h: float, k: float, r: float) -> float:
    """P(X <= h, Y <= k) for standard normal X, Y with correlation r; both h and k positive.

    Owen's formula is exact to rounding, whereas a quasi-random integral would add noise to the
    search for the shortest interval.
    """
    if abs(r) == 1:
        return float(min(norm.cdf(h), norm.cdf(k)) if r > 0 else norm.cdf(h) + norm.cdf(k) - 1)
    root = math.sqrt(1 - r * r)
    tails = owens_t(h, (k / h - r) / root) + owens_t(k, (h / k - r) / root)
    return float((norm.cdf(h) + norm.cdf(k)) / 2 - tails)
