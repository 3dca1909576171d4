"""Two measures of the same units: do they go together?

``ranks`` holds rank correlations, ``clustered`` correlations of units in clusters, ``regression``
slopes, ``truncated`` those of a list that was cut, and ``sensitivity`` what an unmeasured cause
could do to them.
"""

from research.estimators.association.clustered import (
    ClusteredCorrelation,
    clustered_correlation,
    correlation,
    correlation_row,
    correlation_without_each,
    pearson_interval,
)
from research.estimators.association.ranks import (
    RankCorrelation,
    kendall,
    kendall_interval,
    spearman,
    spearman_interval,
)
from research.estimators.association.regression import (
    log_log,
    median_regression,
    robust_regression,
)
from research.estimators.association.sensitivity import (
    partial_r2,
    robustness_value,
)
from research.estimators.association.truncated import truncated_regression

__all__ = [
    "ClusteredCorrelation",
    "RankCorrelation",
    "clustered_correlation",
    "correlation",
    "correlation_row",
    "correlation_without_each",
    "kendall",
    "kendall_interval",
    "log_log",
    "median_regression",
    "partial_r2",
    "pearson_interval",
    "robust_regression",
    "robustness_value",
    "spearman",
    "spearman_interval",
    "truncated_regression",
]
