"""How few units carry a heavy-tailed total: effective sizes and tail indices."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from research.estimators.cluster_totals import weights as nonnegative
from research.estimators.valid import Floats, estimator, floats
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
    return _participation(sizes)


@estimator
def influence_number(deviations: ArrayLike) -> float:
    """How many clusters carry a variance that is the sum of their squared deviations?

    ``(sum d**2)**2 / sum d**4`` for deviations ``d`` of shape (n,): n where all matter equally,
    1 where one cluster is the whole variance, and 0 where there is no variance at all.

    Examples
    --------
    >>> influence_number([1.0, -1.0]), influence_number([0.0, 0.0])
    (2.0, 0.0)
    """
    squares = np.square(_scaled(floats(deviations, "deviations")))
    return _participation(squares) if squares.any() else 0.0


def _scaled(values: Floats) -> Floats:
    """Divided by the largest, so that squares neither overflow nor vanish."""
    largest = np.abs(values).max()
    return values / largest if largest > 0 else values


def _participation(sizes: Floats) -> float:
    scaled = _scaled(sizes)
    return float(scaled.sum() ** 2 / np.square(scaled).sum())


@estimator
def hill_index(values: ArrayLike, k: int | None = None) -> float:
    """How heavy is the tail: do the totals of a wider population have a mean at all?

    Parameters
    ----------
    values : array of shape (n,)
        Non-negative sizes; zeros say nothing about the tail and are left out.
    k : int, optional
        Number of largest values used. Default: the square root of the number of positive values
        (at least two), a common compromise between bias and variance.

    Returns
    -------
    float
        The exponent of ``P(X > x) ~ x**-index``. At or below 1 the mean is infinite, at or below
        2 the variance is. Infinite where the k + 1 largest values are equal.

    Raises
    ------
    CannotEstimate
        Fewer than ``k + 1`` positive values.

    References
    ----------
    Hill (1975), Annals of Statistics 3:1163-1174, doi:10.1214/aos/1176343247. Agrees with R's
    closed form.

    Examples
    --------
    >>> round(hill_index([1_200_000, 850_000, 400_000, 390_000, 120_000], k=3), 4)
    1.5557
    """
    positive = np.sort(nonnegative(values, "values"))[::-1]
    positive = positive[positive > 0]
    if k is None:
        k = min(max(2, math.isqrt(positive.size)), positive.size - 1)
    if k < 1 or positive.size <= k:
        raise CannotEstimate(
            f"A tail index of the {k} largest values needs {max(k, 1) + 1} positive values, "
            f"found {positive.size}."
        )
    excess = float(np.log(positive[:k]).mean() - np.log(positive[k]))
    return 1 / excess if excess > 0 else math.inf
