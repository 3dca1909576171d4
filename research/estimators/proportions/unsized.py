"""Two proportions of samples whose sizes are known only up to bounds."""

from __future__ import annotations

from itertools import product

from research.estimators import valid
from research.estimators.proportions.pairs import newcombe
from research.estimators.valid import estimator
from research.results import Bounds, CannotEstimate, Interval

Pair = tuple[float, float]
Sizes = tuple[Bounds, Bounds]


@estimator
def unsized_difference(counts: Pair, sizes: Sizes) -> Bounds:
    """By how much do two shares differ, the sizes of the groups known up to bounds?

    Parameters
    ----------
    counts : tuple of float
        Units with the property in the first and the second group.
    sizes : tuple of Bounds
        Units in all, per group.

    Returns
    -------
    Bounds
        Sharp: each share falls with its size.

    Raises
    ------
    CannotEstimate
        A group that may be empty.
    ResearchError
        A count above the least size of its group.

    References
    ----------
    Manski (2003), Partial Identification of Probability Distributions, doi:10.1007/b97478. Agrees
    with the enumeration of all whole sizes (in the tests).

    Examples
    --------
    >>> unsized_difference((5, 2), (Bounds(10, 10), Bounds(8, 8)))
    Bounds(low=0.25, high=0.25)
    """
    (one, first), (other, second) = zip(counts, sizes, strict=True)
    _refuse_empty(first.low, second.low)
    shares = [
        [count / size for count, size in (valid.successes(k, n) for n in (bounds.high, bounds.low))]
        for k, bounds in ((one, first), (other, second))
    ]
    return Bounds(shares[0][0] - shares[1][1], shares[0][1] - shares[1][0])


@estimator
def unsized_newcombe(
    counts: Pair, sizes: Sizes, *, level: float = 0.95, design_effect: float = 1.0
) -> Interval:
    """Which difference of shares is compatible with counts of groups whose sizes are bounded?

    Parameters
    ----------
    counts, sizes
        As for :func:`unsized_difference`.

    Returns
    -------
    Interval
        The union of Newcombe's intervals over the ends of both sizes, which covers at least as
        often, whatever the sizes are.

    Raises
    ------
    CannotEstimate, ResearchError
        As :func:`unsized_difference`, and :func:`newcombe`.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873-890,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I. Agrees with
    :func:`newcombe` where sizes are known, and holds it for every size between (in the tests).

    Examples
    --------
    >>> interval = unsized_newcombe((56, 48), (Bounds(70, 70), Bounds(80, 80)))
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0524, 0.3339)
    """
    first, second = counts
    _refuse_empty(*(size.low for size in sizes))
    ends = [
        newcombe((first, one), (second, other), level=level, design_effect=design_effect)
        for one, other in product(*sizes)
    ]
    return Interval(
        min(end.low for end in ends), max(end.high for end in ends), level, ends[0].method,
        design_effect,
    )  # fmt: skip


def _refuse_empty(*least: float) -> None:
    if min(least) <= 0:
        raise CannotEstimate("A group may be empty, so that no share of it is defined.")
