"""Two measures of the same units: do they go together, and do they give the same number?

``ranks`` holds rank correlations, ``agreement`` concordance and limits of agreement, and
``regression`` slopes.
"""

from research.estimators.association.agreement import (
    Concordance,
    LimitsOfAgreement,
    bland_altman,
    bland_altman_ratio,
    lin_concordance,
)
from research.estimators.association.ranks import (
    RankCorrelation,
    kendall,
    kendall_interval,
    spearman,
    spearman_interval,
)
from research.estimators.association.regression import (
    Fit,
    log_log,
    quantile_regression,
    robust_regression,
)

__all__ = [
    "Concordance",
    "Fit",
    "LimitsOfAgreement",
    "RankCorrelation",
    "bland_altman",
    "bland_altman_ratio",
    "kendall",
    "kendall_interval",
    "lin_concordance",
    "log_log",
    "quantile_regression",
    "robust_regression",
    "spearman",
    "spearman_interval",
]
