"""Events in time, counts, and short lists.

``exposure`` compares two rates, ``gaps`` the time between releases, ``counts`` holds Poisson
regression, and ``top_lists`` tests short ranked lists.
"""

from research.estimators.rates.counts import poisson_regression
from research.estimators.rates.exposure import RateRatio, rate_ratio
from research.estimators.rates.gaps import GapRatio, gap_ratio, gap_ratio_interval
from research.estimators.rates.top_lists import (
    RankBiasedOverlap,
    TopListTest,
    rank_biased_overlap,
    top_list_test,
)

__all__ = [
    "GapRatio",
    "RankBiasedOverlap",
    "RateRatio",
    "TopListTest",
    "gap_ratio",
    "gap_ratio_interval",
    "poisson_regression",
    "rank_biased_overlap",
    "rate_ratio",
    "top_list_test",
]
