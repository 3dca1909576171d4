"""Score-based intervals for two independent proportions: difference, ratio and odds ratio.

Miettinen and Nurminen's intervals are written here: those of statsmodels 0.15 are wrong for the
difference (its issue 10269) and fail on tables with an empty or a full cell.
"""

from __future__ import annotations

import math

from scipy.stats import norm

from research.estimators import valid
from research.estimators.identification import Measure
from research.estimators.proportions.score_limits import (
    low_difference,
    low_odds_ratio,
    low_ratio,
)
from research.estimators.proportions.single import score_interval
from research.estimators.valid import estimator
from research.results import CannotEstimate, Interval

Sample = tuple[float, float]


@estimator
def newcombe(
    first: Sample, second: Sample, *, level: float = 0.95, design_effect: float = 1.0
) -> Interval:
    """By how much may two independent proportions differ?

    Parameters
    ----------
    first, second : tuple of float
        Units with the property and all units, per sample.
    level : float
        Confidence level.
    design_effect : float
        Variance relative to independent units.

    Returns
    -------
    Interval
        Newcombe's hybrid of two Wilson intervals (his method 10) for first minus second.

    Assumptions
    -----------
    Independent binomial counts; one design effect for both.

    Raises
    ------
    CannotEstimate
        A sample without units.
    ResearchError
        A count outside its sample, or a bad level or design effect.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873-890,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.

    Notes
    -----
    Agrees with ratesci in R, with Newcombe's table and with statsmodels.

    Examples
    --------
    >>> found = newcombe((56, 70), (48, 80))
    >>> round(found.low, 4), round(found.high, 4)
    (0.0524, 0.3339)
    """
    p, q = _proportion(first, "the first sample"), _proportion(second, "the second sample")
    one = score_interval(first, level=level, design_effect=design_effect)
    other = score_interval(second, level=level, design_effect=design_effect)
    return Interval(
        p - q - math.hypot(p - one.low, other.high - q),
        p - q + math.hypot(one.high - p, q - other.low),
        level,
        "Newcombe hybrid score",
        design_effect,
    )


@estimator
def miettinen_nurminen(
    first: Sample,
    second: Sample,
    *,
    measure: Measure = "difference",
    level: float = 0.95,
    design_effect: float = 1.0,
) -> Interval:
    """Which contrasts of two independent proportions does the score test not reject?

    Parameters
    ----------
    first, second : tuple of float
        Units with the property and all units, per sample.
    measure : {"difference", "ratio", "odds ratio"}
        First minus second, or first over second.
    level : float
        Confidence level.
    design_effect : float
        Variance relative to independent units.

    Returns
    -------
    Interval
        Asymptotic score interval with the variance factor N / (N - 1). Limits of a ratio may be
        infinite.

    Assumptions
    -----------
    Independent binomial counts; one design effect for both.

    Raises
    ------
    CannotEstimate
        A sample without units, an effective total of one unit or less, or a ratio of 0/0.
    ResearchError
        A count outside its sample, a bad level or design effect, or an unknown measure.

    References
    ----------
    Miettinen and Nurminen (1985), Statistics in Medicine 4:213-226, doi:10.1002/sim.4780040211.

    Notes
    -----
    Agrees with ratesci in R (difference) and, where it can compute them, with statsmodels (ratio
    and odds ratio).

    Examples
    --------
    >>> found = miettinen_nurminen((56, 70), (48, 80))
    >>> round(found.low, 4), round(found.high, 4)
    (0.0528, 0.3382)
    """
    effect = valid.design_effect(design_effect)
    one, other = (_effective(sample, effect) for sample in (first, second))
    z = float(norm.ppf((1 + valid.level(level)) / 2))
    match measure:
        case "difference":
            low, high = low_difference(one, other, z), -low_difference(other, one, z)
        case "ratio":
            _refuse_undefined(one[0] == other[0] == 0)
            low, high = low_ratio(one, other, z), _inverse(low_ratio(other, one, z))
        case "odds ratio":
            _refuse_undefined(one[0] + other[0] in (0, one[1] + other[1]))
            low, high = low_odds_ratio(one, other, z), _inverse(low_odds_ratio(other, one, z))
    return Interval(low, high, level, "Miettinen-Nurminen score", design_effect)


def _proportion(sample: Sample, group: str) -> float:
    count, size = valid.successes(*sample, group)
    return count / size


def _effective(sample: Sample, design_effect: float) -> Sample:
    count, size = valid.successes(*sample)
    return count / design_effect, size / design_effect


def _refuse_undefined(undefined: bool) -> None:
    if undefined:
        raise CannotEstimate("The ratio is 0/0: the property is found in no unit, or in every one.")


def _inverse(value: float) -> float:
    return 1 / value if value else math.inf
