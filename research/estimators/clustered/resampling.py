"""Bootstrap of a share over clusters: all resamples where they can be listed, else random ones.

These intervals cover less than the jackknife of ``clustered`` when a few clusters carry the
total; they are here to be compared with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from research.estimators import valid
from research.estimators.clustered.draws import RESAMPLES, draws, quantiles, resample
from research.estimators.clustered.jackknife import linearised_se
from research.estimators.clustered.leave_one_out import cluster_shares
from research.estimators.valid import Floats
from research.results import CannotEstimate, Interval, ResearchError

TIE = 1e-12  # shares closer than this differ by rounding only


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapShare:
    """Percentile and BCa intervals of a share, with what the latter is made of.

    ``below`` is the proportion of resamples with a smaller share, ``dropped`` the number of those
    whose total is zero.
    """

    value: float
    mean: float
    sd: float
    percentile: Interval
    bca: Interval
    below: float
    bias_correction: float
    acceleration: float
    adjusted_levels: tuple[float, float]
    dropped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentisedShare:
    """Bootstrap-t intervals of a share on the logit scale and on its own, which may pass 0 or 1.

    ``quantiles`` are those of the studentised logit, upper first, as they enter the interval;
    ``dropped`` is the number of resamples without a standard error.
    """

    value: float
    se: float
    logit: Interval
    plain: Interval
    quantiles: tuple[float, float]
    dropped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsampledShare:
    """The m-out-of-n interval of a share, which may pass 0 or 1.

    ``quantiles`` are those of the share in resamples minus the share, upper first.
    """

    value: float
    interval: Interval
    quantiles: tuple[float, float]


def bootstrap_share(
    part: ArrayLike,
    whole: ArrayLike,
    cluster: ArrayLike | None = None,
    *,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
    resamples: int = RESAMPLES,
) -> BootstrapShare:
    """What share would other draws of the same clusters have given?

    Parameters
    ----------
    part, whole, cluster, level
        As for :func:`research.estimators.clustered.clustered_share`.
    rng : numpy.random.Generator, optional
        Needed above ten clusters; up to ten all resamples are listed, without random error.
    resamples : int
        Number of random resamples.

    Returns
    -------
    BootstrapShare
        Quantiles are those of R's type 7. Assumes independent clusters, none dominating.

    Raises
    ------
    CannotEstimate
        No share is defined, all clusters have the same one, or BCa has no bias correction as all
        resamples lie on one side.
    ResearchError
        No resample.

    References
    ----------
    Efron (1987), JASA 82:171-185, doi:10.1080/01621459.1987.10478410. Agrees with complete
    enumeration in R; a generator in the same state gives the intervals of ``scipy.stats.bootstrap``
    (paired), and the percentile interval of ``IIDBootstrap`` of arch.

    Examples
    --------
    >>> boot = bootstrap_share([30, 55, 12, 80], [60, 90, 45, 120])
    >>> round(boot.value, 3), round(boot.percentile.low, 3), round(boot.percentile.high, 3)
    (0.562, 0.4, 0.643)
    """
    shares = cluster_shares(part, whole, cluster)
    n = len(shares.part)
    resampled = resample(shares.part, shares.whole, draws(n, n, rng, _at_least_one(resamples)))
    mean = float(np.average(resampled.share, weights=resampled.times))
    variance = float(np.average(np.square(resampled.share - mean), weights=resampled.times))
    if variance <= TIE**2:
        raise CannotEstimate("All clusters have the same share, so resampling shows no variation.")
    below = float(resampled.times[resampled.share < shares.value - TIE].sum())
    below /= float(resampled.times.sum())
    bias, acceleration = _bias_correction(below), _acceleration(shares.without)
    tail = (1 - valid.level(level)) / 2
    z = bias + special.ndtri(np.array([tail, 1 - tail]))
    adjusted = special.ndtr(bias + z / (1 - acceleration * z))
    percentile = quantiles(resampled.share, resampled.times, np.array([tail, 1 - tail]))
    corrected = quantiles(resampled.share, resampled.times, adjusted)
    return BootstrapShare(
        value=shares.value,
        mean=mean,
        sd=math.sqrt(variance),
        percentile=Interval(*percentile, level, "percentile bootstrap over clusters"),
        bca=Interval(*corrected, level, "BCa bootstrap over clusters"),
        below=below,
        bias_correction=bias,
        acceleration=acceleration,
        adjusted_levels=(float(adjusted[0]), float(adjusted[1])),
        dropped=resampled.dropped,
    )


def studentised_share(
    part: ArrayLike,
    whole: ArrayLike,
    cluster: ArrayLike | None = None,
    *,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
) -> StudentisedShare:
    """What share would other draws have given, each judged by its own standard error?

    Parameters and assumptions are those of :func:`bootstrap_share`; the standard error is the
    linearised one, by the delta method on the logit scale.

    Raises
    ------
    CannotEstimate
        No share is defined, it is 0 or 1, or all clusters have the same one.

    References
    ----------
    Hall (1988), Annals of Statistics 16:927-953, doi:10.1214/aos/1176350933. Agrees with complete
    enumeration in R.

    Examples
    --------
    >>> boot = studentised_share([30, 55, 12, 80, 41, 25], [60, 90, 45, 120, 70, 66])
    >>> round(boot.logit.low, 3), round(boot.logit.high, 3), boot.dropped
    (0.338, 0.671, 6)
    """
    shares = cluster_shares(part, whole, cluster)
    value, se = shares.value, linearised_se(shares.influence)
    if se <= TIE or not 0 < value < 1:
        raise CannotEstimate(f"The share is {value:g} in all clusters: it has no standard error.")
    n = len(shares.part)
    resampled = resample(shares.part, shares.whole, draws(n, n, rng), errors=True)
    usable = resampled.se > TIE
    share, spread, times = resampled.share[usable], resampled.se[usable], resampled.times[usable]
    levels = np.array([1 + valid.level(level), 1 - level]) / 2
    logits = (special.logit(share) - special.logit(value)) * share * (1 - share) / spread
    high, low = quantiles(logits, times, levels)
    scale = se / (value * (1 - value))
    ends = special.expit(special.logit(value) - np.array([high, low]) * scale)
    plain = value - se * np.array(quantiles((share - value) / spread, times, levels))
    return StudentisedShare(
        value=value,
        se=se,
        logit=Interval(float(ends[0]), float(ends[1]), level, "studentised bootstrap, logit"),
        plain=Interval(float(plain[0]), float(plain[1]), level, "studentised bootstrap"),
        quantiles=(high, low),
        dropped=resampled.dropped + int(resampled.times[~usable].sum()),
    )


def m_out_of_n_share(
    part: ArrayLike,
    whole: ArrayLike,
    cluster: ArrayLike | None = None,
    *,
    m: int,
    tail_index: float = 2.0,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
) -> SubsampledShare:
    """What share would smaller draws have given, where n out of n fails in heavy tails?

    Parameters
    ----------
    m : int
        Clusters in a resample, fewer than there are clusters.
    tail_index : float
        Of the cluster totals, between 1 and 2; the error shrinks as ``n**(1 / tail_index - 1)``.
        At 2 and above that is the square root of n.

    Other parameters are those of :func:`bootstrap_share`.

    Raises
    ------
    CannotEstimate
        No share is defined.

    References
    ----------
    Bickel, Goetze and van Zwet (1997), Statistica Sinica 7:1-31; Politis and Romano (1994),
    Annals of Statistics 22:2031-2050, doi:10.1214/aos/1176325770. Agrees with complete
    enumeration in R.

    Examples
    --------
    >>> boot = m_out_of_n_share([30, 55, 12, 80, 41, 25], [60, 90, 45, 120, 70, 66], m=3)
    >>> round(boot.interval.low, 3), round(boot.interval.high, 3)
    (0.461, 0.672)
    """
    shares = cluster_shares(part, whole, cluster)
    n = len(shares.part)
    if not 1 <= m < n or tail_index <= 1:
        raise ResearchError(
            f"m-out-of-n needs 1 <= m < {n} clusters and a tail index above 1, "
            f"found m = {m} and {tail_index:g}."
        )
    resampled = resample(shares.part, shares.whole, draws(n, m, rng))
    levels = np.array([1 + valid.level(level), 1 - level]) / 2
    high, low = quantiles(resampled.share - shares.value, resampled.times, levels)
    rate = (m / n) ** (1 - 1 / min(tail_index, 2.0))
    interval = Interval(
        shares.value - rate * high, shares.value - rate * low, level, "m-out-of-n bootstrap, basic"
    )
    return SubsampledShare(value=shares.value, interval=interval, quantiles=(high, low))


def _at_least_one(resamples: int) -> int:
    if resamples < 1:
        raise ResearchError(f"A bootstrap needs at least one resample, found {resamples}.")
    return resamples


def _bias_correction(below: float) -> float:
    if not 0 < below < 1:
        raise CannotEstimate("All resamples lie on one side of the share: BCa is undefined.")
    return float(special.ndtri(below))


def _acceleration(without: Floats) -> float:
    deviations = without.mean() - without
    return float((deviations**3).sum() / (6 * np.square(deviations).sum() ** 1.5))
