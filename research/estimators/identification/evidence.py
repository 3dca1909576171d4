"""Evidence on two groups that holds whatever their sizes: a test and a ratio of ratios."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from research.estimators import valid
from research.estimators.identification.bounds import contrast_bounds, same_classes
from research.estimators.valid import estimator
from research.results import Bounds, CannotEstimate, Interval, ResearchError


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioOfRatios:
    """A ratio of two ratios of classes, bounds on the standard error of its log, an interval."""

    value: float
    log_error: Bounds
    interval: Interval


@estimator
def least_favourable_z(
    first: ArrayLike, second: ArrayLike, which: int, *, design_effect: float = 1.0
) -> float:
    """How strong is the evidence for a difference of shares whatever the sizes of the groups?

    Parameters
    ----------
    first, second : array_like of shape (classes,)
        Units in each class, in the same order, for both groups.
    which : int
        Position of the class.
    design_effect : float
        Variance relative to independent units.

    Returns
    -------
    float
        The least absolute two-sample z statistic (pooled variance) over all admissible sizes;
        zero where the shares may be equal.

    Raises
    ------
    CannotEstimate, ResearchError
        As :func:`research.estimators.identification.bounds.contrast_bounds`.

    References
    ----------
    Manski (2003), Partial Identification of Probability Distributions, doi:10.1007/b97478.

    Notes
    -----
    With the first share the larger one, units outside the class weaken the evidence if added to
    the first group and strengthen it if added to the second (differentiate the chi-square of the
    2x2 table), so that the least value is at a corner. Agrees with a grid search in R.

    Examples
    --------
    >>> round(least_favourable_z([3313, 4481, 1548, 280], [1368, 6495, 1301, 58], 0), 3)
    18.338
    >>> least_favourable_z([3313, 4481, 1548, 280], [1368, 6495, 1301, 58], 1)
    0.0
    """
    difference = contrast_bounds(first, second, which)
    inflation = math.sqrt(valid.design_effect(design_effect))
    if 0 in difference:
        return 0.0
    one, other = same_classes(first, second)
    sizes = (one.sum(), other.max()) if difference.low > 0 else (one.max(), other.sum())
    return _pooled_z((one[which], other[which]), sizes) / inflation


@estimator
def least_favourable_holm(
    first: ArrayLike, second: ArrayLike, *, design_effect: float = 1.0
) -> tuple[float, ...]:
    """In which classes do two groups differ, whatever their sizes?

    Parameters
    ----------
    first, second : array_like of shape (classes,)
        Units in each class, in the same order, for both groups.
    design_effect : float
        Variance relative to independent units.

    Returns
    -------
    tuple of float
        Two-sided p-values per class of the least favourable z, adjusted by Holm's method over all
        classes; one where the bounds contain equality.

    Raises
    ------
    CannotEstimate, ResearchError
        As :func:`least_favourable_z`.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6:65-70, https://www.jstor.org/stable/4615733.

    Notes
    -----
    Holm's adjustment is that of statsmodels.

    Examples
    --------
    >>> [round(p, 3) for p in least_favourable_holm([30, 45, 15], [14, 65, 13])]
    [0.324, 1.0, 1.0]
    """
    one, _ = same_classes(first, second)
    z = [
        least_favourable_z(first, second, which, design_effect=design_effect)
        for which in range(one.size)
    ]
    adjusted = multipletests(2 * norm.sf(z), method="holm")[1]
    return tuple(float(p) for p in adjusted)


@estimator
def ratio_of_ratios(
    first: ArrayLike,
    second: ArrayLike,
    *,
    numerator: int,
    denominator: int,
    level: float = 0.95,
    design_effect: float = 1.0,
) -> RatioOfRatios:
    """Has the first group relatively more of one class than of another? No size is needed.

    Parameters
    ----------
    first, second : array_like of shape (classes,)
        Units in each class, in the same order, for both groups.
    numerator, denominator : int
        Positions of the two classes.
    level : float
        Confidence level.
    design_effect : float
        Variance relative to independent units.

    Returns
    -------
    RatioOfRatios
        The ratio (point-identified), bounds on the standard error of its log over the unknown
        overlap of the two classes, and the interval with the largest of these errors.

    Assumptions
    -----------
    Units of each pattern of classes are Poisson counts; the overlap is between none and all of
    the smaller class.

    Raises
    ------
    CannotEstimate
        One of the four counts is zero.
    ResearchError
        Bad counts, or both classes are the same.

    References
    ----------
    Agresti (2013), Categorical Data Analysis, 3rd ed., section 16.1 (the delta method).

    Notes
    -----
    Agrees with the delta method in R.

    Examples
    --------
    >>> found = ratio_of_ratios([3313, 4481], [1368, 6495], numerator=0, denominator=1)
    >>> round(found.value, 4), round(found.interval.low, 4), round(found.interval.high, 4)
    (3.5103, 3.2612, 3.7783)
    """
    one, other = same_classes(first, second)
    pair = [valid.index(which, one.size) for which in (numerator, denominator)]
    if numerator == denominator:
        raise ResearchError("A ratio of classes needs two different classes.")
    cells = np.array([one[pair], other[pair]])
    if not cells.all():
        raise CannotEstimate("A count is zero, so that the log of the ratio of ratios is infinite.")
    value = float(cells[0, 0] / cells[0, 1] / (cells[1, 0] / cells[1, 1]))
    disjoint, nested = (1 / cells).sum(), (1 / cells).sum() - (2 / cells.max(axis=1)).sum()
    errors = np.sqrt(valid.design_effect(design_effect) * np.array([max(0.0, nested), disjoint]))
    reach = math.exp(norm.ppf((1 + valid.level(level)) / 2) * errors[1])
    return RatioOfRatios(
        value=value,
        log_error=Bounds(float(errors[0]), float(errors[1])),
        interval=Interval(
            value / reach, value * reach, level, "delta method, disjoint classes", design_effect
        ),
    )


def _pooled_z(counts: tuple[float, float], sizes: tuple[float, float]) -> float:
    """Absolute two-sample z statistic with pooled variance."""
    (x, y), (n, m) = counts, sizes
    pooled = (x + y) / (n + m)
    return float(abs(x / n - y / m) / math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)))
