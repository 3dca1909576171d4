"""A block of clones that all list the same tags: how it shows in counts."""

from __future__ import annotations

from dataclasses import dataclass

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
