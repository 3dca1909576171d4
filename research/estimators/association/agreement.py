"""Do two measures give the same number? Concordance and limits of agreement, not association."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from research.estimators import valid
from research.estimators.cluster_totals import same_length
from research.estimators.valid import Floats, estimator
from research.results import CannotEstimate, Interval

NORMAL_95 = float(stats.norm.ppf(0.975))
MINIMUM_LIN = 30  # pairs; with ten the interval covers 0.92 (``research calibrate``)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concordance:
    """Lin's concordance: Pearson's r (precision) times the bias correction (accuracy).

    ``se`` is on the scale of the coefficient itself, ``interval`` symmetric on Fisher's z scale.
    """

    value: float
    n: int
    se: float
    level: float

    @property
    def interval(self) -> Interval:
        """Refused with fewer than 30 pairs, of which it covers too rarely."""
        if self.n < MINIMUM_LIN:
            raise CannotEstimate(
                f"Of {self.n} pairs the interval of Lin's concordance covers too rarely: it needs "
                f"{MINIMUM_LIN}. Report the concordance without one."
            )
        return self.interval_of_any_size()

    def interval_of_any_size(self) -> Interval:
        """The interval whatever the number of pairs; the coverage study asks below 30."""
        quantile = float(stats.norm.ppf((1 + self.level) / 2))
        half, center = quantile * self.se / (1 - self.value**2), math.atanh(self.value)
        low, high = math.tanh(center - half), math.tanh(center + half)
        return Interval(low, high, self.level, "Lin, Fisher z scale")


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsOfAgreement:
    """Mean difference of two measures and the limits within which single differences fall.

    ``sd`` is the standard deviation of the differences.
    """

    bias: float
    sd: float
    n: int
    bias_interval: Interval
    lower: float
    upper: float
    lower_interval: Interval
    upper_interval: Interval


@estimator
def lin_concordance(x: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> Concordance:
    """How close are pairs of measurements to the line on which both are equal?

    Parameters
    ----------
    x, y : arrays of shape (n,)
        Two measurements of each unit in the same unit, e.g. a family's shares in two channels.

    Returns
    -------
    Concordance
        1 where all pairs agree. The interval assumes independent, roughly bivariate normal pairs,
        at least 30 of them.

    Raises
    ------
    CannotEstimate
        Fewer than three pairs, a constant measure, or pairs on a straight line, where the
        variance formula has no meaning.

    References
    ----------
    Lin (1989), Biometrics 45:255-268, doi:10.2307/2532051, with the corrected variance of Lin
    (2000), Biometrics 56:324-325. Agrees with ``epi.ccc`` of R's epiR.

    Examples
    --------
    >>> agreement = lin_concordance([1, 2, 3, 4, 5], [1.1, 1.9, 3.2, 4.1, 4.8])
    >>> round(agreement.value, 3), round(agreement.se, 3)
    (0.994, 0.006)
    """
    a, b = _measurements(x, y)
    if min(np.ptp(a), np.ptp(b)) == 0:
        raise CannotEstimate("A measure that is constant has no concordance with another.")
    shift = float(a.mean() - b.mean()) / math.sqrt(a.std() * b.std())
    scale = float(a.std() / b.std())
    correction = 2 / (scale + 1 / scale + shift**2)
    r = float(np.corrcoef(a, b)[0, 1])
    return Concordance(
        value=r * correction,
        n=len(a),
        se=_concordance_se(r, correction, shift, len(a)),
        level=valid.level(level),
    )


def _concordance_se(r: float, correction: float, shift: float, n: int) -> float:
    """Lin's variance with value / r written as the correction, so that r = 0 is no division."""
    value = r * correction
    variance = (
        (1 - r**2) * correction**2 * (1 - value**2)
        + 2 * value**2 * correction * (1 - value) * shift**2
        - value**2 * correction**2 * shift**4 / 2
    ) / (n - 2)
    if variance <= 0 or abs(value) >= 1:
        raise CannotEstimate(
            f"The pairs lie on a straight line (Pearson's r is {r:g}): the concordance is "
            f"{value:g}, and its interval is undefined."
        )
    return math.sqrt(variance)


@estimator
def bland_altman(x: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> LimitsOfAgreement:
    """How far apart may two measurements of one unit be?

    Parameters
    ----------
    x, y : arrays of shape (n,)
        Two measurements of each unit in the same unit.

    Returns
    -------
    LimitsOfAgreement
        Of ``x - y``: 95 % of normal differences lie within the limits (1.96 standard deviations,
        for which Bland and Altman took 2). Exact intervals of the limits come from the noncentral
        t distribution. Assumes independent units with normal
        differences that do not depend on the size measured.

    Raises
    ------
    CannotEstimate
        Fewer than three pairs.

    References
    ----------
    Bland and Altman (1986), Lancet 327:307-310, doi:10.1016/S0140-6736(86)90837-8, whose example
    it reproduces; Carkeet (2015), Optometry and Vision Science 92:e71-e80,
    doi:10.1097/OPX.0000000000000513 (exact intervals).

    Examples
    --------
    >>> limits = bland_altman([1, 2, 3, 4], [1.5, 1.5, 3.5, 3.5])
    >>> limits.bias, round(limits.upper, 3)
    (0.0, 1.132)
    """
    a, b = _measurements(x, y)
    differences = a - b
    n, mean, sd = len(differences), float(differences.mean()), float(differences.std(ddof=1))
    half = float(stats.t.ppf((1 + valid.level(level)) / 2, n - 1)) * sd * math.sqrt(1 / n)
    return LimitsOfAgreement(
        bias=mean,
        sd=sd,
        n=n,
        bias_interval=Interval(mean - half, mean + half, level, "t"),
        lower=mean - NORMAL_95 * sd,
        upper=mean + NORMAL_95 * sd,
        lower_interval=_exact_limit(mean, sd, n, -NORMAL_95, level),
        upper_interval=_exact_limit(mean, sd, n, NORMAL_95, level),
    )


def _exact_limit(mean: float, sd: float, n: int, k: float, level: float) -> Interval:
    """Interval of ``mu + k sigma``: ``sqrt(n) (mean - mu - k sigma) / sd`` is noncentral t."""
    center = -k * math.sqrt(n)
    high_t, low_t = (
        float(stats.nct.ppf(tail, n - 1, center)) for tail in ((1 + level) / 2, (1 - level) / 2)
    )
    half = sd / math.sqrt(n)
    return Interval(mean - half * high_t, mean - half * low_t, level, "exact, noncentral t")


def _measurements(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    a, b = valid.floats(x, "x"), valid.floats(y, "y")
    same_length(x=a, y=b)
    if len(a) < 3:
        raise CannotEstimate(f"Agreement needs at least three pairs, found {len(a)}.")
    return a, b
