"""A block of clones that all list the same tags: how it shows in counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from research.estimators import valid
from research.estimators.valid import estimator
from research.results import CannotEstimate, ResearchError


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneResiduals:
    """What is left of each tag without a block of clones: hosts, occurrences, and their ratio.

    A ratio is ``None`` where no host is left.
    """

    hosts: tuple[float, ...]
    occurrences: tuple[float, ...]
    ratio: tuple[float | None, ...]
    ratio_before: tuple[float, ...]


@estimator
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


@estimator
def largest_remainder(hosts: ArrayLike, occurrences: ArrayLike) -> float | None:
    """How often would hosts list a tag, at most, outside the largest block of clones of all tags?

    Parameters
    ----------
    hosts, occurrences : array_like of shape (tags,)
        Hosts that list each tag, and how often they list it.

    Returns
    -------
    float or None
        Occurrences per host of the tag with most of them, the rarest tag's hosts and occurrences
        taken out of all others. ``None`` where a tag would keep fewer occurrences than hosts, or
        occurrences and no host: then there is no such block.

    Assumptions
    -----------
    Every host of the block lists every one of the tags, and the rarest tag lies in it alone.

    Raises
    ------
    CannotEstimate
        Fewer than two tags, or one without hosts.

    References
    ----------
    Written for this study; the arithmetic is subtraction.

    Notes
    -----
    Agrees with :func:`clone_block_residuals`.

    Examples
    --------
    >>> largest_remainder([10, 8], [21, 17]), largest_remainder([10, 8], [17, 17])
    (2.0, None)
    """
    units, listed = valid.counts(hosts, "hosts"), valid.counts(occurrences, "occurrences")
    if units.shape != listed.shape:
        raise ResearchError("'hosts' and 'occurrences' should have one entry per tag each.")
    if len(units) < 2 or not units.all():
        raise CannotEstimate("A block is of two tags or more, each of them with hosts.")
    rarest = int(units.argmin())
    left, left_listed = (np.delete(x - x[rarest], rarest) for x in (units, listed))
    if (left_listed < left).any() or (left == 0).any():
        return None
    return float((left_listed / left).max())
