"""Two measures of the same units: do they go together, and do they give the same number?

``ranks`` holds rank correlations, ``clustered`` correlations of units in clusters, ``agreement``
concordance and limits of agreement, ``shares`` the same of shares in two channels, and
``regression`` slopes.
"""

from research.estimators.association.agreement import (
    Concordance,
    LimitsOfAgreement,
    bland_altman,
    bland_altman_ratio,
    lin_concordance,
)
from research.estimators.association.clustered import (
    ClusteredCorrelation,
    clustered_correlation,
    correlation,
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
from research.estimators.association.shares import (
    OverRanges,
    share_concordance,
    share_elasticity,
    share_ratios,
)

__all__ = [
    "ClusteredCorrelation",
    "Concordance",
    "LimitsOfAgreement",
    "OverRanges",
    "RankCorrelation",
    "bland_altman",
    "bland_altman_ratio",
    "clustered_correlation",
    "correlation",
    "correlation_without_each",
    "kendall",
    "kendall_interval",
    "lin_concordance",
    "log_log",
    "median_regression",
    "pearson_interval",
    "robust_regression",
    "share_concordance",
    "share_elasticity",
    "share_ratios",
    "spearman",
    "spearman_interval",
]
