"""Sampling error of comparisons of two groups whose sizes are known only to lie in a range.

At the largest possible size the classes are disjoint, at the smallest all lie in the largest
class: at each corner the joint law is known, and the variance of a share is the binomial one.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from research.estimators import valid
from research.estimators.identification.bounds import same_classes
from research.estimators.identification.intervals import imbens_manski
from research.estimators.valid import estimator
from research.results import Bounds, CannotEstimate, Interval

# Chance of leaving out the class that is truly the largest: small against any usual 1 - level.
SELECTION_ERROR = 0.001


@estimator
def contrast_interval(
    first: ArrayLike,
    second: ArrayLike,
    which: int,
    *,
    level: float = 0.95,
    design_effect: float = 1.0,
) -> Interval:
    """Which difference of shares of a class is compatible with the counts of two groups?

    Parameters
    ----------
    first, second : array_like of shape (classes,)
        Units in each class, in the same order, for both groups; a unit may be in several classes.
    which : int
        Position of the class.
    level : float
        Confidence level for the difference.

    Returns
    -------
    Interval
        Imbens-Manski interval with binomial errors at the corners. Where another class than the
        largest may be the largest in the population, the union over all such classes, since a
        maximum has no normal law near a tie. The union is conservative: the share in the sample
        lies within the sample's own bounds whichever class is the largest.

    Assumptions
    -----------
    The two groups are independent samples; counts over the design effect large enough for the
    normal approximation (about five: at one, a true null is rejected in 8 % instead of 5 %).

    Raises
    ------
    CannotEstimate
        The class is empty in a group: its binomial error would be zero.

    References
    ----------
    Imbens and Manski (2004), Econometrica 72:1845-1857, doi:10.1111/j.1468-0262.2004.00555.x;
    Chernozhukov, Lee and Rosen (2013), Econometrica 81:667-737, doi:10.3982/ECTA8718, on maxima.
    Agrees with R where the largest classes are clear; coverage is simulated in the tests.

    Examples
    --------
    >>> interval = contrast_interval([3313, 4481, 1548, 280], [1368, 6495, 1301, 58], 0)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.1222, 0.6034)
    """
    one, other = _occupied(first, second, which)
    inflation = math.sqrt(valid.design_effect(design_effect))
    intervals = []
    for largest in product(_candidates(one, design_effect), _candidates(other, design_effect)):
        bounds, low, high = _ends(one, other, which, largest)
        intervals.append(imbens_manski(bounds, low * inflation, high * inflation, level=level))
    return Interval(
        max(-1.0, min(interval.low for interval in intervals)),  # a difference of shares
        min(1.0, max(interval.high for interval in intervals)),
        level,
        "Imbens-Manski, binomial corner errors",
        design_effect,
    )


def _occupied(first: ArrayLike, second: ArrayLike, which: int) -> tuple[valid.Floats, valid.Floats]:
    one, other = same_classes(first, second)
    valid.index(which, one.size)
    if one[which] == 0 or other[which] == 0:
        raise CannotEstimate(
            f"Class {which} is empty in one group, so that its binomial error would be zero. "
            "Report the bounds alone."
        )
    return one, other


def _ends(
    one: valid.Floats, other: valid.Floats, which: int, largest: tuple[int, int]
) -> tuple[Bounds, float, float]:
    """Bounds on the difference and their errors if these classes are the largest ones."""
    sizes_low = float(one.sum()), float(other[largest[1]])
    sizes_high = float(one[largest[0]]), float(other.sum())
    counts = float(one[which]), float(other[which])
    (low, se_low), (high, se_high) = (_difference(counts, n) for n in (sizes_low, sizes_high))
    return Bounds(low, high), se_low, se_high


def _difference(counts: tuple[float, float], sizes: tuple[float, float]) -> tuple[float, float]:
    """Difference of two shares (at most one each) and its binomial standard error."""
    p, q = (min(1.0, count / size) for count, size in zip(counts, sizes, strict=True))
    return p - q, math.sqrt(p * (1 - p) / sizes[0] + q * (1 - q) / sizes[1])


def _candidates(counts: valid.Floats, design_effect: float) -> list[int]:
    """Classes that may be the largest: not clearly smaller than the one that is largest here.

    Disjoint classes give the difference of two counts its largest variance, their sum.
    """
    largest = counts.max()
    error = np.sqrt(design_effect * (largest + counts))
    close = largest - counts <= norm.isf(SELECTION_ERROR) * error
    return [int(k) for k in np.flatnonzero(close)]
