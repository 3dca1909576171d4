"""Classes per unit: the one unknown number that drives every contrast of class shares.

With ``m`` mean classes per unit, a group has ``sum(counts) / m`` units. Between two groups the
ratio of the shares of a class is the ratio of its shares of all class incidences, times
``m_first / m_second``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike

from research.estimators import valid
from research.estimators.identification.bounds import same_classes
from research.estimators.valid import estimator
from research.results import Bounds, CannotEstimate


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualMultiplicity:
    """The ratio of shares at equal classes per unit, and how far equality must fail to undo it.

    ``tipping`` is the ratio of classes per unit (first over second) at which the shares are equal,
    ``feasible`` the range of that ratio which the counts admit.
    """

    ratio: float
    tipping: float
    feasible: Bounds


@estimator
def equal_multiplicity(first: ArrayLike, second: ArrayLike, which: int) -> EqualMultiplicity:
    """Which ratio of shares do equal classes per unit imply, and what would undo it?

    Parameters
    ----------
    first, second : array_like of shape (classes,)
        Units in each class, in the same order, for both groups.
    which : int
        Position of the class.

    Returns
    -------
    EqualMultiplicity
        The ratio of shares if both groups have the same mean number of classes per unit; the
        ratio of classes per unit at which the shares are equal (infinite where the class is empty
        in the first group); and the range of that ratio that the counts admit.

    Raises
    ------
    CannotEstimate
        The class is empty in both groups.

    References
    ----------
    Manski (2003), Partial Identification of Probability Distributions, doi:10.1007/b97478. Agrees
    with the closed form in R; the feasible range with a search over all sizes.

    Examples
    --------
    >>> equal_multiplicity([3, 4, 1], [1, 6, 1], 0)
    EqualMultiplicity(ratio=3.0, tipping=0.3333333333333333, feasible=Bounds(low=0.75, high=2.0))
    """
    one, other = same_classes(first, second)
    position = valid.index(which, one.size)
    ahead, behind = float(one[position] / one.sum()), float(other[position] / other.sum())
    if ahead == behind == 0:
        raise CannotEstimate(f"Class {which} is empty in both groups: its shares have no ratio.")
    return EqualMultiplicity(
        ratio=ahead / behind if behind else math.inf,
        tipping=behind / ahead if ahead else math.inf,
        feasible=Bounds(float(other.max() / other.sum()), float(one.sum() / one.max())),
    )
