"""How concentrated are sizes over the units of a complete table?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from research.estimators import valid
from research.estimators.cluster_totals import all_but_one
from research.estimators.clustered.jackknife import jackknife_se
from research.estimators.valid import Floats, estimator
from research.results import CannotEstimate, ResearchError


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """Indices of one complete table of n sizes.

    ``hhi`` is the sum of squared shares (1 / n to 1), ``hhi_normalised`` the same from 0 to 1, and
    ``effective_number`` is one over ``hhi``. ``gini`` is that of the table; ``gini_corrected``,
    n / (n - 1) times it, can reach 1. ``rosenbluth`` weighs shares by rank, and ``theil`` is an
    entropy (0 to log n).
    """

    hhi: float
    hhi_normalised: float
    effective_number: float
    rosenbluth: float
    gini: float
    gini_corrected: float
    theil: float
    n: int


@estimator
def concentration(sizes: ArrayLike) -> Concentration:
    """How unequal are the sizes of all units of a table?

    Parameters
    ----------
    sizes : array of shape (n,)
        Non-negative size of each unit, e.g. hosts of each AS organisation; all units, so that a
        unit of size zero counts too. For a table that was cut off report bounds instead.

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
    >>> found = concentration([3, 1])
    >>> found.hhi, found.effective_number, found.gini
    (0.625, 1.6, 0.25)
    """
    shares = _shares(sizes)
    n, ranks = len(shares), np.arange(1, len(shares) + 1)
    hhi = float(np.square(shares).sum())
    by_rank = float((ranks * shares).sum())  # the largest has rank 1
    gini = (n + 1 - 2 * by_rank) / n
    return Concentration(
        hhi=hhi,
        hhi_normalised=(hhi - 1 / n) / (1 - 1 / n),
        effective_number=1 / hhi,
        rosenbluth=1 / (2 * by_rank - 1),
        gini=gini,
        gini_corrected=gini * n / (n - 1),
        theil=float(special.xlogy(shares, shares * n).sum()),
        n=n,
    )


@estimator
def top_share(sizes: ArrayLike, k: int) -> float:
    """What share do the k largest units hold (CR_k)?

    Raises
    ------
    CannotEstimate
        As :func:`concentration`.

    Examples
    --------
    >>> top_share([5, 3, 1, 1], 2)
    0.8
    """
    shares = _shares(sizes)
    return min(1.0, float(shares.cumsum()[_rank(k, len(shares)) - 1]))  # rounding may pass 1


@estimator
def hhi_jackknife_se(sizes: ArrayLike) -> float:
    """How much would the concentration index vary, had other units been drawn?

    The jackknife's standard error (centred at the mean) over units.

    Raises
    ------
    CannotEstimate
        Fewer than three units, or one holds everything.

    Examples
    --------
    >>> round(hhi_jackknife_se([1, 2, 3, 10]), 4)
    0.1486
    """
    shares, others = _without_each(sizes)
    squares = np.square(shares)
    return jackknife_se(all_but_one(squares) / np.square(others))


def _shares(sizes: ArrayLike) -> Floats:
    """Shares of all units, largest first."""
    numbers = valid.counts(sizes, "sizes")
    if len(numbers) < 2:
        raise CannotEstimate("Concentration is about how units share a total: there is one unit.")
    return np.sort(numbers / numbers.sum())[::-1]


def _without_each(sizes: ArrayLike) -> tuple[Floats, Floats]:
    """Shares, largest first, and what is left of the total without each."""
    shares = _shares(sizes)
    others = all_but_one(shares)
    if len(shares) < 3 or others[0] == 0:
        raise CannotEstimate(
            "A jackknife needs at least three units of which no one holds everything, found "
            f"{len(shares)} units, the second of them with {shares[1]:.3g} of the total."
        )
    return shares, others


def _rank(k: int, n: int) -> int:
    if not 1 <= k <= n:
        raise ResearchError(f"k should be between 1 and the number of units ({n}), found {k}.")
    return k
