"""Totals that come in clusters, such as downloads of models in organisations.

``shares`` holds shares and their differences with jackknife intervals and the conditions under
which these are believed, ``leave_one_out`` what a share is without each cluster, ``tails``
effective sizes and tail indices, ``few_clusters`` least squares, ``sample_mean`` the mean of a
sample of clusters, and ``ratios`` a ratio of two of their totals.
"""

from research.estimators.clustered.few_clusters import Fit, cluster_robust
from research.estimators.clustered.jackknife import (
    ClusteredEstimate,
    Condition,
    jackknife_interval,
    jackknife_se,
    linearised_se,
)
from research.estimators.clustered.leave_one_out import (
    LeaveOneOut,
    leave_one_out,
    recomputed_without_each,
)
from research.estimators.clustered.ratios import ClusteredRatio, clustered_ratio
from research.estimators.clustered.sample_mean import ClusterSampleMean, cluster_sample_mean
from research.estimators.clustered.shares import (
    clustered_share,
    paired_share_difference,
    share_difference,
)
from research.estimators.clustered.tails import kish_effective_size

__all__ = [
    "ClusterSampleMean",
    "ClusteredEstimate",
    "ClusteredRatio",
    "Condition",
    "Fit",
    "LeaveOneOut",
    "cluster_robust",
    "cluster_sample_mean",
    "clustered_ratio",
    "clustered_share",
    "jackknife_interval",
    "jackknife_se",
    "kish_effective_size",
    "leave_one_out",
    "linearised_se",
    "paired_share_difference",
    "recomputed_without_each",
    "share_difference",
]
