"""Tests of proportions that hold in samples of any size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.stats.contingency import odds_ratio

from research.estimators import valid
from research.estimators.valid import estimator
from research.results import CannotEstimate, Interval, ResearchError, Test

Alternative = Literal["two-sided", "greater", "less"]
Unconditional = Literal["boschloo", "barnard"]
Sample = tuple[float, float]

MOST_UNITS = 100_000  # of a table for Fisher's test; its steps grow with the units
TABLES = 10_000  # that two samples can give; an unconditional test weighs every one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class FisherExact:
    """Fisher's test of a 2x2 table, the conditional estimate of the odds ratio, its interval."""

    odds_ratio: float
    interval: Interval
    p_two_sided: float
    p_greater: float
    p_less: float


@estimator
def binomial_exact(
    count: int, size: int, null: float, *, alternative: Alternative = "two-sided"
) -> Test:
    """Could a count have come from a given proportion?

    Parameters
    ----------
    count, size : int
        Units with the property, and all units.
    null : float
        Proportion under the null hypothesis.
    alternative : {"two-sided", "greater", "less"}
        Direction in which the proportion may differ.

    Returns
    -------
    Test
        The count and its exact p-value.

    Assumptions
    -----------
    Independent units: entries of one organisation are not.

    Raises
    ------
    CannotEstimate
        There is no unit.
    ResearchError
        Counts that are not whole or not in [0, size], or a null outside [0, 1].

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26:404-413, doi:10.1093/biomet/26.4.404.

    Notes
    -----
    The test of scipy; agrees with ``binom.test`` in R.

    Examples
    --------
    >>> round(binomial_exact(8, 10, 0.35, alternative="greater").p, 5)
    0.00482
    """
    x, n = _whole((count, size))
    valid.number(null, "null", 0, 1)
    p = float(stats.binomtest(x, n, null, alternative=alternative).pvalue)
    return Test(name="exact binomial", statistic=float(x), p=p)


@estimator
def fisher_exact(table: ArrayLike, *, level: float = 0.95) -> FisherExact:
    """Are two properties independent, given both margins of their 2x2 table?

    Parameters
    ----------
    table : array_like of int, shape (2, 2)
        Units by sample (rows) and property (columns).
    level : float
        Confidence level of the odds ratio.

    Returns
    -------
    FisherExact
        The conditional maximum-likelihood estimate of the odds ratio with its exact interval
        (a limit may be infinite), and p-values in both directions.

    Assumptions
    -----------
    Independent units.

    Raises
    ------
    CannotEstimate
        A row or column is empty: then every odds ratio gives the same table; or more than
        100,000 units.
    ResearchError
        The table is not 2x2, or holds numbers that are no counts.

    References
    ----------
    Fisher (1935), Journal of the Royal Statistical Society 98:39-82, doi:10.2307/2342435.

    Notes
    -----
    The functions of scipy; agrees with ``fisher.test`` in R.

    Examples
    --------
    >>> found = fisher_exact([[3, 1], [1, 3]])
    >>> round(found.odds_ratio, 4), round(found.p_two_sided, 4)
    (6.4083, 0.4857)
    """
    cells = _whole_table(table)
    estimate = odds_ratio(cells, kind="conditional")
    limits = estimate.confidence_interval(confidence_level=valid.level(level))
    two_sided, greater, less = (
        float(stats.fisher_exact(cells, alternative=way).pvalue) for way in get_args(Alternative)
    )
    return FisherExact(
        odds_ratio=float(estimate.statistic),
        interval=Interval(float(limits.low), float(limits.high), level, "Fisher exact", 1.0),
        p_two_sided=two_sided,
        p_greater=greater,
        p_less=less,
    )


@estimator
def unconditional_exact(
    first: Sample,
    second: Sample,
    *,
    method: Unconditional = "boschloo",
    alternative: Alternative = "two-sided",
) -> Test:
    """Do two small samples differ, with only the sizes of the samples given?

    Parameters
    ----------
    first, second : tuple of int
        Units with the property and all units, per sample.
    method : {"boschloo", "barnard"}
        Tables are ordered by Fisher's p-value, or by the pooled z statistic.
    alternative : {"two-sided", "greater", "less"}
        Direction in which the first proportion may differ.

    Returns
    -------
    Test
        The ordering statistic and the p-value, the largest over the common proportion. Where the
        sizes multiply to more than 10,000, both are those of the pooled z statistic: its p is not
        the worst case, and a little smaller.

    Assumptions
    -----------
    Independent units.

    Raises
    ------
    CannotEstimate
        A sample without units.
    ResearchError
        Counts that are not whole or not in their sample, or an unknown method or direction.

    References
    ----------
    Boschloo (1970), Statistica Neerlandica 24:1-9, doi:10.1111/j.1467-9574.1970.tb00104.x;
    Barnard (1947), Biometrika 34:123-138, doi:10.1093/biomet/34.1-2.123.

    Notes
    -----
    The tests of scipy, which expect the samples in columns.

    Examples
    --------
    >>> found = unconditional_exact((7, 15), (12, 15), method="barnard")
    >>> round(found.p, 4)
    0.0682
    """
    (x, n), (y, m) = _whole(first), _whole(second)
    if x + y in (0, n + m):  # the table that every common proportion makes likeliest
        return Test(name=method.capitalize(), statistic=0.0, p=1.0)
    if n * m > TABLES:
        return _pooled_z((x, n), (y, m), alternative)
    test = stats.boschloo_exact if method == "boschloo" else stats.barnard_exact
    found = test([[x, y], [n - x, m - y]], alternative=alternative)
    return Test(name=method.capitalize(), statistic=float(found.statistic), p=float(found.pvalue))


def _pooled_z(first: tuple[int, int], second: tuple[int, int], alternative: Alternative) -> Test:
    (x, n), (y, m) = first, second
    pooled = (x + y) / (n + m)
    z = (x / n - y / m) / math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    tails = {"greater": z, "less": -z, "two-sided": abs(z)}
    p = float(stats.norm.sf(tails[alternative])) * (2 if alternative == "two-sided" else 1)
    return Test(name="pooled z, normal approximation", statistic=z, p=p)


def _whole(sample: Sample) -> tuple[int, int]:
    count, size = valid.successes(*sample)
    if count != int(count) or size != int(size):
        raise ResearchError(
            f"An exact test needs whole counts, found {count} of {size}. "
            "Divide by a design effect only for an interval."
        )
    return int(count), int(size)


def _whole_table(table: ArrayLike) -> NDArray[np.int64]:
    cells = valid.table(table, "table")
    if cells.shape != (2, 2):
        raise ResearchError(f"Fisher's test here takes a 2x2 table, found shape {cells.shape}.")
    if not (cells.sum(axis=0).all() and cells.sum(axis=1).all()):
        raise CannotEstimate("A row or column of the table is empty: its odds ratio is undefined.")
    if (cells != np.floor(cells)).any():
        raise ResearchError("An exact test needs whole counts.")
    if cells.sum() > MOST_UNITS:
        raise CannotEstimate(
            f"Fisher's test lists every table with these margins, too many for {cells.sum():,.0f} "
            "units. Samples of this size are compared by miettinen_nurminen."
        )
    return cells.astype(np.int64)
