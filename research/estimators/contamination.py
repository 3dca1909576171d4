"""What a proportion may be once some of the observations are not what they seem."""

from __future__ import annotations

from research.estimators import valid
from research.estimators.valid import estimator
from research.results import Bounds


@estimator
def contamination_bounds(p: float, epsilon: float) -> Bounds:
    """What is a proportion among sound observations, if at most a share ``epsilon`` is in error?

    Parameters
    ----------
    p : float
        Observed proportion.
    epsilon : float
        Largest share of observations in error, from 0 to 1.

    Returns
    -------
    Bounds
        Sharp bounds; [0, 1] if every observation may be in error.

    Assumptions
    -----------
    None on the process that errs.

    Raises
    ------
    ResearchError
        A proportion or a share outside [0, 1].

    References
    ----------
    Horowitz and Manski (1995), Econometrica 63:281-302, doi:10.2307/2951627.

    Notes
    -----
    Agrees with the closed form in R and with an enumeration of small samples (in the tests).

    Examples
    --------
    >>> contamination_bounds(0.75, 0.5)
    Bounds(low=0.5, high=1.0)
    """
    valid.number(p, "p", 0, 1)
    valid.number(epsilon, "epsilon", 0, 1)
    kept = 1 - epsilon
    if kept == 0:
        return Bounds(0.0, 1.0)
    return Bounds(max(0.0, p - epsilon) / kept, min(1.0, p / kept))


@estimator
def overlap_bounds(first: float, second: float, total: float) -> Bounds:
    """How many units must two sets share, and how many can they?

    Parameters
    ----------
    first, second : float
        Units in each set.
    total : float
        Units in the population.

    Returns
    -------
    Bounds
        Sharp bounds on the size of the intersection.

    Raises
    ------
    ResearchError
        A negative number, or a set larger than the population.

    References
    ----------
    Fréchet (1935), Fundamenta Mathematicae 25:379-387, doi:10.4064/fm-25-1-379-387.

    Notes
    -----
    Agrees with a complete enumeration of the joint tables of small counts (in the tests).

    Examples
    --------
    >>> overlap_bounds(12_659, 12_572, 24_038)
    Bounds(low=1193.0, high=12572.0)
    """
    valid.number(total, "total", 0)
    sizes = [valid.number(size, "size of a set", 0, total) for size in (first, second)]
    return Bounds(max(0.0, sum(sizes) - total), min(sizes))
