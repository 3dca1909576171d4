"""Effects that matter: equivalence within a margin, and what a sample is able to tell."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, binom, norm

from research.estimators import valid
from research.estimators.valid import estimator
from research.results import Bounds, CannotEstimate, Interval

Sample = tuple[float, float]
MOST_UNITS = 100_000  # every count of them is weighed


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalence:
    """Two one-sided tests of a difference against a margin; ``p`` is the larger of both.

    The interval at level ``1 - 2 alpha`` lies within the margin exactly where ``p < alpha``.
    """

    z_low: float
    z_high: float
    p_low: float
    p_high: float
    interval: Interval

    @property
    def p(self) -> float:
        return max(self.p_low, self.p_high)


@estimator
def equivalence(
    first: Sample,
    second: Sample,
    margin: Bounds,
    *,
    alpha: float = 0.05,
    design_effect: float = 1.0,
) -> Equivalence:
    """Are two proportions equal up to a margin that was stated in advance?

    Parameters
    ----------
    first, second : tuple of float
        Units with the property and all units, per sample.
    margin : Bounds
        Differences (first minus second) that count as none.
    alpha : float
        Size of each one-sided test.
    design_effect : float
        Variance relative to independent units.

    Returns
    -------
    Equivalence
        Wald statistics with unpooled variance against both ends of the margin.

    Assumptions
    -----------
    Independent binomial counts, large enough for the normal approximation.

    Raises
    ------
    CannotEstimate
        Both proportions are 0 or 1: the variance is then estimated as zero.
    ResearchError
        Bad counts, or a bad ``alpha`` or design effect.

    References
    ----------
    Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15:657-680,
    doi:10.1007/BF01068419.

    Notes
    -----
    Agrees with TOSTER in R and with statsmodels.

    Examples
    --------
    >>> round(equivalence((65, 100), (70, 100), Bounds(-0.1, 0.1)).p, 4)
    0.2248
    """
    (x, n), (y, m) = valid.successes(*first), valid.successes(*second)
    p, q = x / n, y / m
    variance = (p * (1 - p) / n + q * (1 - q) / m) * valid.design_effect(design_effect)
    if variance == 0:
        raise CannotEstimate(
            "Both proportions are 0 or 1, so that the Wald variance is zero. "
            "Compare a score interval with the margin."
        )
    error, level = math.sqrt(variance), 1 - 2 * valid.number(alpha, "alpha", 1e-12, 0.25)
    reach = float(norm.ppf((1 + level) / 2)) * error
    z_low, z_high = (p - q - margin.low) / error, (p - q - margin.high) / error
    return Equivalence(
        z_low=z_low,
        z_high=z_high,
        p_low=float(norm.sf(z_low)),
        p_high=float(norm.cdf(z_high)),
        interval=Interval(p - q - reach, p - q + reach, level, "Wald", design_effect),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Detectable:
    """The least share that a sample tells from the null, and the count that rejects the null."""

    share: float
    needed: int


@estimator
def detectable_share(n: int, null: float, *, alpha: float = 0.05, power: float = 0.8) -> Detectable:
    """How large must a share be for so few independent units to show that it exceeds a null?

    Parameters
    ----------
    n : int
        Units, e.g. places of a list.
    null : float
        The share under the null.
    alpha, power : float
        Size of the one-sided exact test, and how often it is to reject at the share asked for.

    Returns
    -------
    Detectable
        The share at which the exact binomial test has this power.

    Raises
    ------
    CannotEstimate
        Not even a sample with the property throughout rejects the null.
    ResearchError
        A null, size or power outside (0, 1), or more than 100,000 units.

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26:404-413, doi:10.1093/biomet/26.4.404.

    Notes
    -----
    Agrees with the power of scipy's ``binomtest``, count by count (in the tests).

    Examples
    --------
    >>> found = detectable_share(10, 0.5)
    >>> round(found.share, 3), found.needed
    (0.917, 9)
    """
    units = int(valid.number(n, "n", 1, MOST_UNITS))
    tail = binom.sf(np.arange(-1, units), units, valid.number(null, "null", 0, 1))
    rejected = np.flatnonzero(tail <= 1 - valid.level(1 - alpha))
    if not rejected.size:
        raise CannotEstimate(
            f"{units} units with the property throughout do not tell their share from {null:g} at "
            f"the level {alpha:g}: take more units."
        )
    needed = int(rejected[0])
    return Detectable(
        share=float(beta.ppf(valid.level(power), needed, units - needed + 1)), needed=needed
    )
