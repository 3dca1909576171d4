"""Sizes of effects, and equivalence within a margin."""

from __future__ import annotations

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike
from scipy.stats import chi2_contingency, norm

from research.estimators import valid
from research.results import Bounds, CannotEstimate, Interval

Sample = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class CramersV:
    """Pearson's chi-square of a table, Cramér's V, and V corrected for its bias."""

    chi_square: float
    v: float
    corrected: float


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


def cohens_h(first: float, second: float) -> float:
    """How far apart are two proportions on a scale on which all differences weigh alike?

    Parameters
    ----------
    first, second : float
        Proportions.

    Returns
    -------
    float
        Difference of the angles ``2 asin(sqrt(p))``, between -pi and pi.

    Raises
    ------
    ResearchError
        A proportion outside [0, 1].

    References
    ----------
    Cohen (1988), Statistical Power Analysis, 2nd ed., doi:10.4324/9780203771587, chapter 6.

    Notes
    -----
    Agrees with pwr in R.

    Examples
    --------
    >>> round(cohens_h(0.65, 0.45), 4)
    0.4049
    """
    angles = [2 * math.asin(math.sqrt(valid.number(p, "p", 0, 1))) for p in (first, second)]
    return angles[0] - angles[1]


def cramers_v(table: ArrayLike) -> CramersV:
    """How strongly are two classifications of the same units associated?

    Parameters
    ----------
    table : array_like of shape (rows, columns)
        Units in each cell; every unit in exactly one.

    Returns
    -------
    CramersV
        V between 0 and 1 as computed, and with Bergsma's correction of bias.

    Assumptions
    -----------
    Independent units: not for classes that overlap.

    Raises
    ------
    CannotEstimate
        An empty row or column, or too few units for the correction.
    ResearchError
        The table is no table of counts.

    References
    ----------
    Bergsma (2013), Journal of the Korean Statistical Society 42:323-328,
    doi:10.1016/j.jkss.2012.10.002.

    Notes
    -----
    Agrees with vcd and effectsize in R.

    Examples
    --------
    >>> found = cramers_v([[56, 14], [48, 32]])
    >>> round(found.v, 4), round(found.corrected, 4)
    (0.2164, 0.201)
    """
    cells = valid.table(table, "table")
    if not (cells.sum(axis=0).all() and cells.sum(axis=1).all()):
        raise CannotEstimate("A row or column of the table is empty. Leave it out.")
    chi_square = float(chi2_contingency(cells, correction=False).statistic)
    n, (rows, columns) = float(cells.sum()), cells.shape
    kept = [k - (k - 1) ** 2 / (n - 1) - 1 for k in (rows, columns)] if n > 1 else [0.0]
    if min(kept) <= 0:
        raise CannotEstimate(f"{n:g} units are too few to correct the bias of V in this table.")
    phi = max(0.0, chi_square / n - (rows - 1) * (columns - 1) / (n - 1))
    return CramersV(
        chi_square=chi_square,
        v=math.sqrt(chi_square / n / (min(rows, columns) - 1)),
        corrected=math.sqrt(phi / min(kept)),
    )


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
    error, level = math.sqrt(variance), 1 - 2 * valid.number(alpha, "alpha", 0, 0.25)
    reach = float(norm.ppf((1 + level) / 2)) * error
    z_low, z_high = (p - q - margin.low) / error, (p - q - margin.high) / error
    return Equivalence(
        z_low=z_low,
        z_high=z_high,
        p_low=float(norm.sf(z_low)),
        p_high=float(norm.cdf(z_high)),
        interval=Interval(p - q - reach, p - q + reach, level, "Wald", design_effect),
    )
