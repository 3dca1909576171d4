"""Sharp bounds on unions, shares and contrasts of overlapping classes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from numpy.typing import ArrayLike

from research.estimators import valid
from research.estimators.valid import estimator
from research.results import Bounds, CannotEstimate, ResearchError

Measure = Literal["difference", "ratio", "odds ratio"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frechet:
    """Bounds on the share of units in at least one class, and in every class."""

    at_least_one: Bounds
    every: Bounds


@estimator
def union_bounds(counts: ArrayLike, *, total: float | None = None) -> Bounds:
    """How many units belong to at least one of several classes that may overlap?

    Parameters
    ----------
    counts : array_like of shape (classes,)
        Units in each class.
    total : float, optional
        Units in the whole population, where known: the union cannot exceed it.

    Returns
    -------
    Bounds
        From the largest class (all others nested in it) to the sum (all disjoint). Sharp: every
        whole number in between is attained by some overlap.

    Raises
    ------
    CannotEstimate
        All counts are zero.
    ResearchError
        Counts are negative or missing, or a class is larger than ``total``.

    References
    ----------
    Fréchet (1935), Fundamenta Mathematicae 25:379-387, doi:10.4064/fm-25-1-379-387.

    Notes
    -----
    Agrees with a complete enumeration of the joint tables of small counts (in the tests).

    Examples
    --------
    >>> union_bounds([3313, 4481, 1548, 280])
    Bounds(low=4481.0, high=9622.0)
    """
    classes = valid.counts(counts, "counts")
    largest, everything = float(classes.max()), float(classes.sum())
    if total is None:
        return Bounds(largest, everything)
    if not largest <= total < math.inf:
        raise ResearchError(
            f"A class of {largest:g} units does not fit into a total of {total:g}. "
            "Check that both count the same units."
        )
    return Bounds(largest, min(everything, float(total)))


@estimator
def frechet_bounds(counts: ArrayLike, total: float) -> Frechet:
    """Which share of ``total`` units is in at least one class, and which share in every class?

    Parameters
    ----------
    counts : array_like of shape (classes,)
        Units in each class.
    total : float
        Units in the population.

    Returns
    -------
    Frechet
        Boole-Fréchet bounds of both shares, each sharp.

    Raises
    ------
    CannotEstimate, ResearchError
        As :func:`union_bounds`.

    References
    ----------
    Fréchet (1935), Fundamenta Mathematicae 25:379-387, doi:10.4064/fm-25-1-379-387.

    Notes
    -----
    Agrees with a complete enumeration of the joint tables of small counts (in the tests).

    Examples
    --------
    >>> frechet_bounds([6, 5], 10)
    Frechet(at_least_one=Bounds(low=0.6, high=1.0), every=Bounds(low=0.1, high=0.5))
    """
    low, high = union_bounds(counts, total=total)
    classes = valid.counts(counts, "counts")
    left_out = float((total - classes).sum())
    return Frechet(
        at_least_one=Bounds(low / total, high / total),
        every=Bounds(max(0.0, total - left_out) / total, float(classes.min()) / total),
    )


@estimator
def share_bounds(counts: ArrayLike, which: int, *, total: float | None = None) -> Bounds:
    """Which share of the units with any class belongs to class ``which``?

    Parameters
    ----------
    counts : array_like of shape (classes,)
        Units in each class; a unit may be in several.
    which : int
        Position of the class.
    total : float, optional
        An upper limit of the number of units, where known.

    Returns
    -------
    Bounds
        Count over the largest possible number of units to count over the smallest. Sharp.

    Raises
    ------
    CannotEstimate, ResearchError
        As :func:`union_bounds`; also where there is no class ``which``.

    References
    ----------
    Manski (2003), Partial Identification of Probability Distributions, doi:10.1007/b97478.

    Notes
    -----
    Agrees with a complete enumeration of the joint tables of small counts (in the tests).

    Examples
    --------
    >>> share_bounds([3, 4, 1], 0)
    Bounds(low=0.375, high=0.75)
    """
    units = union_bounds(counts, total=total)
    classes = valid.counts(counts, "counts")
    count = float(classes[valid.index(which, classes.size)])
    return Bounds(count / units.high, count / units.low)


@estimator
def contrast_bounds(
    first: ArrayLike, second: ArrayLike, which: int, *, measure: Measure = "difference"
) -> Bounds:
    """How does the share of one class differ between two groups of unknown size?

    Parameters
    ----------
    first, second : array_like of shape (classes,)
        Units in each class, in the same order, for both groups.
    which : int
        Position of the class that is compared.
    measure : {"difference", "ratio", "odds ratio"}
        First minus second, or first over second.

    Returns
    -------
    Bounds
        Sharp: each measure rises with the share of the first group and falls with that of the
        second, and the sizes of the two groups are unknown independently of each other.
        A limit is infinite where the share of the second group may be zero (or, for odds, that
        of the first may be one).

    Raises
    ------
    CannotEstimate
        The measure is undefined for every admissible size: 0/0, or both shares equal to one for
        the odds ratio.
    ResearchError
        Bad counts, classes that do not match, or an unknown measure.

    References
    ----------
    Manski (2003), Partial Identification of Probability Distributions, doi:10.1007/b97478.

    Notes
    -----
    Agrees with a search over every pair of sizes in R.

    Examples
    --------
    >>> contrast_bounds([3, 4], [1, 4], 0, measure="ratio")
    Bounds(low=1.7142857142857142, high=3.75)
    """
    same_classes(first, second)
    corners = product(share_bounds(first, which), share_bounds(second, which))
    return contrast_range(list(corners), measure)


def same_classes(first: ArrayLike, second: ArrayLike) -> tuple[valid.Floats, valid.Floats]:
    """Both groups' counts, of the same classes."""
    one, other = valid.counts(first, "first"), valid.counts(second, "second")
    if one.size != other.size:
        raise ResearchError(
            f"The groups should have the same classes, found {one.size} and {other.size}. "
            "Give a class that is absent from one group the count 0."
        )
    return one, other


def contrast_range(shares: Sequence[tuple[float, float]], measure: Measure) -> Bounds:
    """The least and greatest contrast over pairs of shares, where it is defined."""
    match measure:
        case "difference":
            values = [one - other for one, other in shares]
        case "ratio":
            values = _quotients(shares)
        case "odds ratio":
            values = _quotients([(_odds(one), _odds(other)) for one, other in shares])
    return Bounds(min(values), max(values))


def _odds(share: float) -> float:
    return math.inf if share == 1 else share / (1 - share)


def _quotients(pairs: Sequence[tuple[float, float]]) -> list[float]:
    """The quotients other than 0/0 and infinity over infinity."""
    defined = [(a, b) for a, b in pairs if a != b or 0 < a < math.inf]
    if not defined:
        raise CannotEstimate(
            "The ratio is 0/0: the class is empty in both groups, or holds every unit of both."
        )
    return [a / b if b else math.inf for a, b in defined]
