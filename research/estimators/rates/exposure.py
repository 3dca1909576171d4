"""Is one rate higher than another? Exact comparison of two counts with their exposures."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

from research.estimators import valid
from research.estimators.valid import estimator
from research.results import CannotEstimate, Interval, ResearchError

MOST_EVENTS = 2**53  # beyond it not every whole number is a number here


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRatio:
    """First rate over second: infinite where only the second has no event; p is two-sided."""

    value: float
    p: float
    interval: Interval


@estimator
def rate_ratio(
    events: tuple[int, int], exposures: tuple[float, float], *, level: float = 0.95
) -> RateRatio:
    """By which factor does the first rate of events exceed the second?

    Parameters
    ----------
    events : pair of int
        Events of the two groups, e.g. releases.
    exposures : pair of float
        Time (or space) in which they happened, in one unit, e.g. organisation-months, up to the
        end of observation and not up to the last event.

    Returns
    -------
    RateRatio
        Given their sum, the first count is binomial: the test adds up all counts that are no more
        likely than the one found, the interval is Clopper and Pearson's. Assumes Poisson counts;
        over-dispersion (releases come in bursts) makes both too sure.

    Raises
    ------
    CannotEstimate
        There is no event at all.

    References
    ----------
    Przyborowski and Wilenski (1940), Biometrika 31:313-323, doi:10.1093/biomet/31.3-4.313. Agrees
    with ``poisson.test`` in R, and with statsmodels' ``exact-cond`` p.

    Examples
    --------
    >>> ratio = rate_ratio((11, 21), (800, 3011))
    >>> round(ratio.value, 3), round(ratio.p, 4), round(ratio.interval.low, 3)
    (1.971, 0.0797, 0.858)
    """
    first, second = (_count(number) for number in events)
    if min(exposures) <= 0 or not math.isfinite(sum(exposures)):
        raise ResearchError(f"Exposures should be positive and finite, found {exposures}.")
    if first + second == 0:
        raise CannotEstimate("Neither group has an event, so their rates have no ratio.")
    times = exposures[1] / exposures[0]
    binomial = stats.binomtest(first, first + second, 1 / (1 + times))
    share = binomial.proportion_ci(valid.level(level), method="exact")
    return RateRatio(
        value=first / second * times if second else math.inf,
        p=float(binomial.pvalue),
        interval=Interval(
            _odds(float(share.low)) * times,
            _odds(float(share.high)) * times,
            level,
            "exact conditional (Clopper-Pearson)",
        ),
    )


def _count(number: float) -> int:
    if not 0 <= number <= MOST_EVENTS or number != int(number):
        raise ResearchError(
            f"Events should be whole numbers from zero to {MOST_EVENTS:g}, found {number}."
        )
    return int(number)


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else math.inf
