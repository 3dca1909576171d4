"""A contrast of two groups that needs no size of either: a ratio of ratios."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from research.estimators import valid
from research.estimators.identification.bounds import same_classes
from research.estimators.valid import estimator
from research.results import CannotEstimate, Interval, ResearchError


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioOfRatios:
    """A ratio of two ratios of classes, and its interval."""

    value: float
    interval: Interval


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

    Returns
    -------
    RatioOfRatios
        The ratio (point-identified), and the interval with the largest standard error of its log
        over the unknown overlap of the two classes: that of disjoint ones.

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
    Agresti (2013), Categorical Data Analysis, 3rd ed., section 16.1 (the delta method). Agrees with
    the delta method in R.

    Examples
    --------
    >>> ratio = ratio_of_ratios([3313, 4481], [1368, 6495], numerator=0, denominator=1)
    >>> round(ratio.value, 4), round(ratio.interval.low, 4), round(ratio.interval.high, 4)
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
    error = math.sqrt(valid.design_effect(design_effect) * (1 / cells).sum())
    reach = math.exp(norm.ppf((1 + valid.level(level)) / 2) * error)
    return RatioOfRatios(
        value=value,
        interval=Interval(
            value / reach, value * reach, level, "delta method, disjoint classes", design_effect
        ),
    )
