"""A block of clones, all of one class: what it does to contrasts and how it shows in counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from numpy.typing import ArrayLike

from research.estimators import valid
from research.estimators.identification import Measure, contrast_bounds
from research.estimators.tipping import tipping_point
from research.results import Bounds, CannotEstimate, ResearchError

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Bounds on a contrast over a grid of clones removed from the first and the second group.

    ``low[i][j]`` and ``high[i][j]`` belong to ``first[i]`` and ``second[j]`` units removed.
    """

    first: tuple[float, ...]
    second: tuple[float, ...]
    low: tuple[tuple[float, ...], ...]
    high: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneResiduals:
    """What is left of each tag without a block of clones: hosts, occurrences, and their ratio.

    A ratio is ``None`` where no host is left.
    """

    hosts: tuple[float, ...]
    occurrences: tuple[float, ...]
    ratio: tuple[float | None, ...]
    ratio_before: tuple[float, ...]


def structured_contamination(
    first: ArrayLike,
    second: ArrayLike,
    which: int,
    *,
    block_class: int,
    at_most: Pair,
    measure: Measure = "difference",
) -> Bounds:
    """What may a contrast be if up to so many units of one class are clones in each group?

    Parameters
    ----------
    first, second : array_like of shape (classes,)
        Units in each class, in the same order, for both groups.
    which : int
        Position of the class that is compared.
    block_class : int
        The only class that a clone belongs to.
    at_most : tuple of float
        Largest number of clones in the first and in the second group.
    measure : {"difference", "ratio", "odds ratio"}
        First minus second, or first over second.

    Returns
    -------
    Bounds
        Of the contrast among units that are no clones, over all admissible numbers of clones and
        of units. Each share is monotone in the clones of its group, so that the extremes are at
        none or all removed.

    Raises
    ------
    CannotEstimate, ResearchError
        As :func:`research.estimators.identification.contrast_bounds`; also where there are more
        clones than units in their class.

    References
    ----------
    Horowitz and Manski (1995), Econometrica 63:281-302, doi:10.2307/2951627, for contamination
    without structure.

    Notes
    -----
    Agrees with a search over all numbers of clones (in the tests).

    Examples
    --------
    >>> found = structured_contamination([3, 4], [1, 6], 0, block_class=1, at_most=(0, 2))
    >>> round(found.low, 3), round(found.high, 3)
    (0.179, 0.607)
    """
    corners = [
        contrast_bounds(
            without_block(first, block_class, one),
            without_block(second, block_class, other),
            which,
            measure=measure,
        )
        for one, other in product((0.0, at_most[0]), (0.0, at_most[1]))
    ]
    return Bounds(min(b.low for b in corners), max(b.high for b in corners))


def contamination_surface(
    first: ArrayLike,
    second: ArrayLike,
    which: int,
    *,
    block_class: int,
    removed: tuple[Sequence[float], Sequence[float]],
    measure: Measure = "difference",
) -> Surface:
    """How do the bounds on a contrast move as clones are removed from either group?

    Parameters
    ----------
    first, second : array_like of shape (classes,)
        Units in each class, in the same order, for both groups.
    which : int
        Position of the class that is compared.
    block_class : int
        The only class that a clone belongs to.
    removed : tuple of two sequences of float
        Numbers of clones to remove from the first and from the second group.
    measure : {"difference", "ratio", "odds ratio"}
        First minus second, or first over second.

    Returns
    -------
    Surface
        The bounds at every pair of numbers removed.

    Raises
    ------
    CannotEstimate, ResearchError
        As :func:`structured_contamination`.

    References
    ----------
    Horowitz and Manski (1995), Econometrica 63:281-302, doi:10.2307/2951627, for contamination
    without structure.

    Notes
    -----
    Each point is :func:`research.estimators.identification.contrast_bounds` of what is left.

    Examples
    --------
    >>> surface = contamination_surface([3, 4], [1, 6], 0, block_class=1, removed=([0], [0, 4]))
    >>> [round(low, 3) for low in surface.low[0]]
    [0.262, -0.071]
    """
    ones, others = (tuple(float(units) for units in grid) for grid in removed)
    bounds = [
        [
            contrast_bounds(
                without_block(first, block_class, one),
                without_block(second, block_class, other),
                which,
                measure=measure,
            )
            for other in others
        ]
        for one in ones
    ]
    return Surface(
        first=ones,
        second=others,
        low=tuple(tuple(b.low for b in row) for row in bounds),
        high=tuple(tuple(b.high for b in row) for row in bounds),
    )


def clones_to_overturn(
    first: ArrayLike, second: ArrayLike, which: int, *, block_class: int
) -> tuple[float | None, float | None]:
    """How many clones in one group would undo the sign of a difference of shares?

    Parameters
    ----------
    first, second : array_like of shape (classes,)
        Units in each class, in the same order, for both groups.
    which : int
        Position of the class that is compared.
    block_class : int
        The only class that a clone belongs to.

    Returns
    -------
    tuple of float or None
        The least number of clones in the first group alone, and in the second alone, at which the
        sign of the difference is no longer identified; ``None`` where not even removing the
        whole class does it; zero where the sign is not identified to begin with.

    Raises
    ------
    CannotEstimate, ResearchError
        As :func:`structured_contamination`.

    References
    ----------
    Horowitz and Manski (1995), Econometrica 63:281-302, doi:10.2307/2951627, for contamination
    without structure.

    Notes
    -----
    Agrees with a search over all whole numbers of clones (in the tests).

    Examples
    --------
    >>> _, second = clones_to_overturn([3, 4], [1, 6], 0, block_class=1)
    >>> round(second, 3)
    3.667
    """
    observed = contrast_bounds(first, second, which)
    if 0 in observed:
        return 0.0, 0.0

    def margin(removed: Pair) -> float:
        bounds = structured_contamination(
            first, second, which, block_class=block_class, at_most=removed
        )
        return bounds.low if observed.low > 0 else -bounds.high

    most = [float(valid.counts(group, "counts")[block_class]) for group in (first, second)]
    return (
        tipping_point(lambda clones: margin((clones, 0.0)), 0, most[0]) if most[0] else None,
        tipping_point(lambda clones: margin((0.0, clones)), 0, most[1]) if most[1] else None,
    )


def clone_block_residuals(
    hosts: ArrayLike, occurrences: ArrayLike, block_hosts: float, block_occurrences: float
) -> CloneResiduals:
    """Do tags look ordinary once a common block of cloned hosts is taken out of each?

    Parameters
    ----------
    hosts, occurrences : array_like of shape (tags,)
        Hosts that list each tag, and how often they list it.
    block_hosts, block_occurrences : float
        Hosts and occurrences of the supposed block, the same for every tag.

    Returns
    -------
    CloneResiduals
        What is left of each tag, its occurrences per host, and those of the whole tag. Clones are
        plausible if the ratio falls to that of tags outside the block; it does not prove them.

    Assumptions
    -----------
    Every host of the block lists every one of the tags.

    Raises
    ------
    CannotEstimate
        A tag without hosts.
    ResearchError
        Bad counts, vectors of different lengths, or a block larger than a tag.

    References
    ----------
    Written for this study; the arithmetic is subtraction.

    Notes
    -----
    Agrees with the arithmetic in R.

    Examples
    --------
    >>> clone_block_residuals([10, 8], [21, 18], 8, 17).ratio
    (2.0, None)
    """
    units, listed = valid.counts(hosts, "hosts"), valid.counts(occurrences, "occurrences")
    if units.shape != listed.shape:
        raise ResearchError("'hosts' and 'occurrences' should have one entry per tag each.")
    if not units.all():
        raise CannotEstimate("A tag without hosts has no occurrences per host.")
    left = units - valid.number(block_hosts, "block_hosts", 0)
    left_listed = listed - valid.number(block_occurrences, "block_occurrences", 0)
    if left.min() < 0 or left_listed.min() < 0:
        raise ResearchError("The block holds more than one of the tags it should be part of.")
    ratio = [float(o / h) if h else None for h, o in zip(left, left_listed, strict=True)]
    return CloneResiduals(
        hosts=tuple(left.tolist()),
        occurrences=tuple(left_listed.tolist()),
        ratio=tuple(ratio),
        ratio_before=tuple((listed / units).tolist()),
    )


def without_block(counts: ArrayLike, block_class: int, clones: float) -> valid.Floats:
    """The counts of a group without so many clones, all of one class only."""
    classes = valid.counts(counts, "counts")
    position = valid.index(block_class, classes.size)
    valid.number(clones, "clones", 0, float(classes[position]))
    left = classes.copy()
    left[position] -= clones
    return left
