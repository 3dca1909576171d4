"""How concentrated are sizes over the units of a complete table?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from research.estimators import valid
from research.estimators.valid import Floats, estimator
from research.results import CannotEstimate, ResearchError


@estimator
def hhi(sizes: ArrayLike) -> float:
    """How concentrated are sizes over all units of a table (Herfindahl-Hirschman)?

    Parameters
    ----------
    sizes : array of shape (n,)
        Non-negative size of each unit, e.g. hosts of each AS organisation. For a table that was cut
        off report bounds instead.

    Returns
    -------
    float
        The sum of squared shares, from 1 / n to 1; one over it is the effective number of units.

    Raises
    ------
    CannotEstimate
        Fewer than two units, or all sizes are zero.

    References
    ----------
    Cowell (2011), Measuring Inequality, doi:10.1093/acprof:osobl/9780199594030.001.0001. Agrees
    with R's ineq.

    Examples
    --------
    >>> hhi([3, 1])
    0.625
    """
    return float(np.square(_shares(sizes)).sum())


@estimator
def top_share(sizes: ArrayLike, k: int) -> float:
    """What share do the k largest units hold (CR_k)?

    Raises
    ------
    CannotEstimate
        As :func:`hhi`.

    Examples
    --------
    >>> top_share([5, 3, 1, 1], 2)
    0.8
    """
    shares = _shares(sizes)
    return min(1.0, float(shares.cumsum()[_rank(k, len(shares)) - 1]))  # rounding may pass 1


def _shares(sizes: ArrayLike) -> Floats:
    """Shares of all units, largest first."""
    numbers = valid.counts(sizes, "sizes")
    if len(numbers) < 2:
        raise CannotEstimate("Concentration is about how units share a total: there is one unit.")
    return np.sort(numbers / numbers.sum())[::-1]


def _rank(k: int, n: int) -> int:
    if not 1 <= k <= n:
        raise ResearchError(f"k should be between 1 and the number of units ({n}), found {k}.")
    return k
