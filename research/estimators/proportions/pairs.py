"""The difference of two independent proportions."""

from __future__ import annotations

import math

from research.estimators import valid
from research.estimators.proportions.single import score_interval
from research.estimators.valid import estimator
from research.results import Interval

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

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873-890,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I. Agrees with ratesci in R,
    with Newcombe's table and with statsmodels.

    Examples
    --------
    >>> interval = newcombe((56, 70), (48, 80))
    >>> round(interval.low, 4), round(interval.high, 4)
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


def _proportion(sample: Sample, group: str) -> float:
    count, size = valid.successes(*sample, group)
    return count / size
