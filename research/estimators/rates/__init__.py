"""Events in time, and counts.

``exposure`` compares two rates, ``gaps`` the time between releases, and ``counts`` holds Poisson
regression.
"""

from research.estimators.rates.counts import poisson_regression
from research.estimators.rates.exposure import RateRatio, rate_ratio
from research.estimators.rates.gaps import GapRatio, gap_ratio, gap_ratio_interval

__all__ = [
    "GapRatio",
    "RateRatio",
    "gap_ratio",
    "gap_ratio_interval",
    "poisson_regression",
    "rate_ratio",
]
