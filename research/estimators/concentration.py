"""How concentrated are sizes over units: in a complete table, and as a sample of one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from research.estimators import valid
from research.estimators.cluster_totals import all_but_one
from research.estimators.clustered.jackknife import jackknife_se
from research.estimators.proportions import wilson
from research.estimators.valid import Floats, estimator
from research.results import CannotEstimate, Interval, ResearchError


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledHHI:
    """The Herfindahl-Hirschman index of a population of which counts are a sample.

    ``value`` is the index of the sample, which is too high on average; ``unbiased`` is not.
    """

    value: float
    unbiased: float
    se: float
    interval: Interval


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
def top_share_interval(
    counts: ArrayLike, k: int, *, design_effect: float, level: float = 0.95
) -> Interval:
    """What share do the k largest units hold in the population that the counts are a sample of?

    Parameters
    ----------
    counts : array of shape (n,)
        Sampled elements (e.g. hosts) of each unit.
    k : int
        Units at the top. Which ones they are is taken as known: where the k-th and the next are
        close, the sample flatters the top.
    design_effect : float
        Variance over that of independent elements. It has no default, as hosts share networks.

    Returns
    -------
    Interval
        Wilson's, with the effective number of elements.

    Raises
    ------
    CannotEstimate
        Fewer than 200 effective elements, as :func:`wilson`.

    References
    ----------
    Wilson (1927), JASA 22:209-212, doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> interval = top_share_interval([500, 300, 100, 100], 2, design_effect=4)
    >>> round(interval.low, 2), round(interval.high, 2)
    (0.75, 0.84)
    """
    ordered = np.sort(valid.counts(counts, "counts"))[::-1]
    top = float(ordered[: _rank(k, len(ordered))].sum())
    return wilson(top, float(ordered.sum()), level=level, design_effect=design_effect)


@estimator
def sampled_hhi(counts: ArrayLike, *, design_effect: float, level: float = 0.95) -> SampledHHI:
    """How concentrated is the population that the counts are a sample of?

    Parameters
    ----------
    counts : array of shape (n,)
        Sampled elements (e.g. hosts) of each unit.
    design_effect : float
        Variance over that of independent elements. It has no default, as hosts share networks.

    Returns
    -------
    SampledHHI
        Delta-method standard error ``2 sqrt((sum p**3 - HHI**2) design_effect / n)``, and a
        normal interval on the logit scale. ``unbiased`` holds for independent elements.

    Raises
    ------
    CannotEstimate
        Fewer than two elements, or all units have equal counts (also: there is one), where the
        delta method gives no error.

    References
    ----------
    Simpson (1949), Nature 163:688, doi:10.1038/163688a0 (unbiased). Agrees with closed forms in
    R.

    Examples
    --------
    >>> found = sampled_hhi([40, 25, 15, 10, 5, 3, 2], design_effect=10)
    >>> round(found.value, 4), round(found.unbiased, 4), round(found.se, 4)
    (0.2588, 0.2513, 0.0829)
    """
    numbers = valid.counts(counts, "counts")
    n = float(numbers.sum())
    shares = numbers / n
    hhi = float(np.square(shares).sum())
    spread = float((shares * np.square(shares - hhi)).sum())  # equals sum p**3 - hhi**2
    if n <= 1 or spread <= np.finfo(float).eps ** 2:
        raise CannotEstimate(
            "The sampling error of a concentration index needs at least two elements and units "
            f"of unequal size, found {n:g} elements in {np.count_nonzero(numbers)} units."
        )
    se = 2 * math.sqrt(spread * valid.design_effect(design_effect) / n)
    half = float(stats.norm.ppf((1 + valid.level(level)) / 2)) * se / (hhi * (1 - hhi))
    center = special.logit(hhi)
    low, high = float(special.expit(center - half)), float(special.expit(center + half))
    return SampledHHI(
        value=hhi,
        unbiased=float((numbers * (numbers - 1)).sum()) / (n * (n - 1)),
        se=se,
        interval=Interval(low, high, level, "delta method, logit scale", design_effect),
    )


@estimator
def gini_jackknife_se(sizes: ArrayLike) -> float:
    """How much would the Gini index vary, had other units been drawn?

    The jackknife's standard error (centred at the mean) of the uncorrected index over units, which
    are taken as independent draws.

    Raises
    ------
    CannotEstimate
        Fewer than three units, or one holds everything.

    References
    ----------
    Yitzhaki (1991), Journal of Business and Economic Statistics 9:235-239,
    doi:10.1080/07350015.1991.10509849. Agrees with R's ineq, unit by unit.

    Examples
    --------
    >>> round(gini_jackknife_se([1, 2, 3, 10]), 4)
    0.1593
    """
    shares, others = _without_each(sizes)
    n = len(shares)
    ranks = np.arange(1, n + 1)
    # Without unit j (largest first) the smaller ones move up a rank. Sums of what stays, rather
    # than differences, keep all digits where one unit holds nearly everything.
    larger = np.concatenate(([0.0], (ranks * shares).cumsum()[:-1]))
    smaller = np.concatenate((((ranks - 1) * shares)[::-1].cumsum()[::-1][1:], [0.0]))
    by_rank = (larger + smaller) / others
    return jackknife_se((n - 2 * by_rank) / (n - 1))


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
