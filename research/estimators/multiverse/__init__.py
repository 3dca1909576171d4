"""Claims about ranks, and about tags on the same hosts.

``rank_sets`` says which ranks are compatible with the data, and ``paired_counts`` compares two tags
that share hosts.
"""

from research.estimators.multiverse.paired_counts import McNemarBounds, mcnemar_bounds
from research.estimators.multiverse.rank_sets import (
    RankSet,
    clustered_covariance,
    rank_confidence_sets,
)

__all__ = [
    "McNemarBounds",
    "RankSet",
    "clustered_covariance",
    "mcnemar_bounds",
    "rank_confidence_sets",
]
