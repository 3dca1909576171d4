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

    References
    ----------
    Horowitz and Manski (1995), Econometrica 63:281-302, doi:10.2307/2951627. Agrees with the closed
    form in R and with an enumeration of small samples (in the tests).

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
