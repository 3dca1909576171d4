"""A block of clones that all list the same tags: how it shows in counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from research.estimators import valid
from research.estimators.valid import estimator
from research.results import CannotEstimate, ResearchError


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
    Written for this study; the arithmetic is subtraction. Agrees with subtraction, tag by tag (in
    the tests).

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
