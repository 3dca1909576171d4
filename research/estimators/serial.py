"""Values one after the other in time, of which neighbours are alike."""

from __future__ import annotations

from research.estimators import valid
from research.estimators.valid import estimator
from research.results import CannotEstimate


@estimator
def effective_length(n: int, likeness: float) -> float:
    """How many independent values would tell as much about the mean as a series?

    Parameters
    ----------
    n : int
        Values one after the other, at equal distances.
    likeness : float
        Correlation of neighbours, which fades geometrically (a first-order autoregression).

    Returns
    -------
    float
        ``n (1 - likeness) / (1 + likeness)``, at most ``n``.

    Raises
    ------
    CannotEstimate
        Neighbours are equal, or opposite.

    References
    ----------
    Bayley and Hammersley (1946), Supplement to the Journal of the Royal Statistical Society
    8:184-197, doi:10.2307/2983560 (for long series). Agrees with the variance of means of simulated
    series (in the tests).

    Examples
    --------
    >>> effective_length(100, 0.25), effective_length(100, -0.5)
    (60.0, 100.0)
    """
    if abs(valid.number(likeness, "likeness", -1, 1)) == 1:
        raise CannotEstimate(f"Neighbours that correlate by {likeness:g} tell of one value alone.")
    return valid.number(n, "n", 1) * min(1.0, (1 - likeness) / (1 + likeness))
