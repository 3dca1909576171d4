"""What would overturn a conclusion: the value of a nuisance at which it is lost."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from research.estimators import valid
from research.estimators.valid import estimator
from research.results import ResearchError

ACCURACY = 1e-10  # relative accuracy of a tipping point: far below the digits that are printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Miscoding:
    """How much weight must be coded wrongly to undo a difference of two shares.

    ``exchanged`` is the share of all weight to move from the leading group to the other one,
    ``units`` the fewest units whose exchange undoes the difference.
    """

    exchanged: float
    units: int


@estimator
def tipping_point(
    margin: Callable[[float], float], low: float, high: float, *, steps: int = 256
) -> float | None:
    """At which smallest value of a nuisance does a continuous margin lose its sign?

    Parameters
    ----------
    margin : callable
        The margin of the conclusion at a value of the nuisance, e.g. the lower confidence limit
        minus the null, as a continuous function.
    low, high : float
        Range of the nuisance; the conclusion is the one drawn at ``low``.
    steps : int
        Equal steps in which the range is searched: a sign that is lost and regained within one
        step is not seen.

    Returns
    -------
    float or None
        Where the margin first reaches zero; ``None`` where it keeps its sign over the range.

    Raises
    ------
    ResearchError
        An empty range, no step, or a margin that is not a number.

    References
    ----------
    Brent (1973), Algorithms for Minimization without Derivatives, chapter 4. The root is that of
    scipy's ``brentq``; agrees with closed forms (in the tests).

    Examples
    --------
    >>> round(tipping_point(lambda x: 2 - x * x, 0, 10), 6)
    1.414214
    >>> tipping_point(lambda x: 1 + x, 0, 10) is None
    True
    """

    def sign_kept(x: float) -> float:
        value = float(margin(x))
        if math.isnan(value):
            raise ResearchError(f"The margin is not a number where the nuisance is {x:g}.")
        return value

    start = sign_kept(low)
    if start == 0:
        return float(low)
    bracket = _first_step(lambda x: sign_kept(x) * start > 0, low, high, steps)
    if bracket is None:
        return None
    return float(brentq(sign_kept, *bracket, rtol=ACCURACY, xtol=ACCURACY * (high - low)))


@estimator
def misclassification_tipping(weights: ArrayLike, first: ArrayLike, second: ArrayLike) -> Miscoding:
    """How much weight must be coded wrongly for two groups' shares of a total to be equal?

    Parameters
    ----------
    weights : array_like of shape (units,)
        Weight (e.g. downloads) per unit.
    first, second : array_like of bool, shape (units,)
        The unit is coded as the first, as the second group; never both, possibly neither.

    Returns
    -------
    Miscoding
        Shares of the total weight, and the fewest units, largest first.

    Raises
    ------
    CannotEstimate
        All weights are zero.
    ResearchError
        Bad weights, or a unit coded as both groups.

    References
    ----------
    Lash, Fox and Fink (2009), Applying Quantitative Bias Analysis to Epidemiologic Data,
    doi:10.1007/978-0-387-87959-8, chapter 6. Agrees with the enumeration of all recodings of small
    samples (in the tests).

    Examples
    --------
    >>> misclassification_tipping([5, 3, 2], [1, 1, 0], [0, 0, 1])
    Miscoding(exchanged=0.3, units=1)
    """
    weight = valid.counts(weights, "weights")
    one = valid.flags(first, "first", weight.size)
    other = valid.flags(second, "second", weight.size)
    if (one & other).any():
        raise ResearchError("A unit cannot be coded as both groups.")
    gap = float(weight[one].sum() - weight[other].sum())
    moved = np.cumsum(np.sort(weight[one if gap > 0 else other])[::-1])
    units = int(np.searchsorted(moved, abs(gap) / 2) + 1) if gap else 0
    return Miscoding(exchanged=abs(gap) / 2 / float(weight.sum()), units=units)


def _first_step(
    holds: Callable[[float], bool], low: float, high: float, steps: int
) -> tuple[float, float] | None:
    """The first of equal steps at whose end a condition, true at ``low``, no longer holds."""
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ResearchError(f"A search needs a range low < high, found [{low}, {high}].")
    grid = np.linspace(float(low), float(high), valid.repetitions(steps, "steps") + 1)
    for before, after in pairwise(grid.tolist()):
        if not holds(after):
            return before, after
    return None
