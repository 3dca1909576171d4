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
from research.estimators.identification.bounds import contrast_bounds, same_classes
from research.estimators.valid import estimator
from research.results import Bounds, CannotEstimate

UNRESTRICTED = "none"
FIRST_AT_LEAST = "classes per unit in the first group at least those in the second"
EQUAL = "equal classes per unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualMultiplicity:
    """The ratio of shares at equal classes per unit, and how far equality must fail to undo it.

    ``tipping`` is the ratio of classes per unit (first over second) at which the shares are equal,
    ``feasible`` the range of that ratio which the counts admit.
    """

    ratio: float
    tipping: float
    feasible: Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """An assumption, the bounds that it buys, and the sign: 1, -1, 0, or None if not identified."""

    assumption: str
    bounds: Bounds
    sign: int | None


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
    ResearchError
        Bad counts or classes that do not match.

    References
    ----------
    Manski (2003), Partial Identification of Probability Distributions, doi:10.1007/b97478.

    Notes
    -----
    Agrees with the closed form in R; the feasible range with a search over all sizes.

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


@estimator
def assumption_ladder(first: ArrayLike, second: ArrayLike, which: int) -> tuple[Rung, Rung, Rung]:
    """What does each assumption on classes per unit add to the comparison of two groups?

    Parameters
    ----------
    first, second : array_like of shape (classes,)
        Units in each class, in the same order, for both groups.
    which : int
        Position of the class.

    Returns
    -------
    tuple of three Rung
        Of first minus second under no assumption; at least as many classes per unit in the first
        group; equally many. Each set is sharp under its assumption and contained in the one before.

    Raises
    ------
    CannotEstimate, ResearchError
        As :func:`research.estimators.identification.bounds.contrast_bounds`.

    References
    ----------
    Manski (2003), Partial Identification of Probability Distributions, doi:10.1007/b97478.

    Notes
    -----
    The difference is monotone along every edge of the set of admissible pairs of classes per unit,
    so that its extremes are at its corners. Agrees with a search over all pairs (in the tests).

    Examples
    --------
    >>> for rung in assumption_ladder([3, 4, 1], [1, 6, 1], 0):
    ...     print(round(rung.bounds.low, 3), round(rung.bounds.high, 3), rung.sign)
    0.208 0.625 1
    0.25 0.625 1
    0.25 0.333 1
    """
    one, other = same_classes(first, second)
    position = valid.index(which, one.size)
    most = float(one.sum() / one.max())
    level = min(most, float(other.sum() / other.max()))

    def difference(m_first: float, m_second: float) -> float:
        return _share(one, position, m_first) - _share(other, position, m_second)

    equal = [difference(1, 1), difference(level, level)]
    ordered = [*equal, difference(most, 1), difference(most, level)]
    return (
        _rung(UNRESTRICTED, contrast_bounds(first, second, which)),
        _rung(FIRST_AT_LEAST, Bounds(min(ordered), max(ordered))),
        _rung(EQUAL, Bounds(min(equal), max(equal))),
    )


def _share(counts: valid.Floats, which: int, classes_per_unit: float) -> float:
    """Share of a class; exactly one where the class is the largest and all others lie in it."""
    largest, everything = float(counts.max()), float(counts.sum())
    nested = classes_per_unit == everything / largest
    return float(counts[which]) / (largest if nested else everything / classes_per_unit)


def _rung(assumption: str, bounds: Bounds) -> Rung:
    if bounds.low == bounds.high == 0:
        sign: int | None = 0
    else:
        sign = 1 if bounds.low > 0 else -1 if bounds.high < 0 else None
    return Rung(assumption=assumption, bounds=bounds, sign=sign)
