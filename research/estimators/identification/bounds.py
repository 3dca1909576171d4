"""Sharp bounds on unions, shares and contrasts of overlapping classes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike

from research.estimators import valid
from research.estimators.valid import estimator
from research.results import Bounds, ResearchError


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
    Fréchet (1935), Fundamenta Mathematicae 25:379-387, doi:10.4064/fm-25-1-379-387. Agrees with a
    complete enumeration of the joint tables of small counts (in the tests).

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
    Fréchet (1935), Fundamenta Mathematicae 25:379-387, doi:10.4064/fm-25-1-379-387. Agrees with a
    complete enumeration of the joint tables of small counts (in the tests).

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
def share_bounds(counts: ArrayLike, which: int) -> Bounds:
    """Which share of the units with any class belongs to class ``which``?

    Parameters
    ----------
    counts : array_like of shape (classes,)
        Units in each class; a unit may be in several.
    which : int
        Position of the class.

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
    Manski (2003), Partial Identification of Probability Distributions, doi:10.1007/b97478. Agrees
    with a complete enumeration of the joint tables of small counts (in the tests).

    Examples
    --------
    >>> share_bounds([3, 4, 1], 0)
    Bounds(low=0.375, high=0.75)
    """
    units = union_bounds(counts)
    classes = valid.counts(counts, "counts")
    count = float(classes[valid.index(which, classes.size)])
    return Bounds(count / units.high, count / units.low)


@estimator
def contrast_bounds(first: ArrayLike, second: ArrayLike, which: int) -> Bounds:
    """How does the share of one class differ between two groups of unknown size?

    Parameters
    ----------
    first, second : array_like of shape (classes,)
        Units in each class, in the same order, for both groups.
    which : int
        Position of the class that is compared.

    Returns
    -------
    Bounds
        Of first minus second. Sharp: it rises with the share of the first group and falls with
        that of the second, and the sizes of the two groups are unknown independently of each
        other.

    Raises
    ------
    CannotEstimate, ResearchError
        As :func:`share_bounds`; also where the classes do not match.

    References
    ----------
    Manski (2003), Partial Identification of Probability Distributions, doi:10.1007/b97478. Agrees
    with a search over every pair of sizes in R.

    Examples
    --------
    >>> contrast_bounds([3, 3, 2], [1, 3, 4], 0)
    Bounds(low=0.125, high=0.875)
    """
    same_classes(first, second)
    return share_bounds(first, which) - share_bounds(second, which)


def same_classes(first: ArrayLike, second: ArrayLike) -> tuple[valid.Floats, valid.Floats]:
    """Both groups' counts, of the same classes."""
    one, other = valid.counts(first, "first"), valid.counts(second, "second")
    if one.size != other.size:
        raise ResearchError(
            f"The groups should have the same classes, found {one.size} and {other.size}. "
            "Give a class that is absent from one group the count 0."
        )
    return one, other
