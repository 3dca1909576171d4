"""Many estimates at once: families of tests, specification curves, and claims about ranks.

``multiplicity`` adjusts p-values, ``curve`` tests all specifications of one question together,
``rank_sets`` says which ranks are compatible with the data, and ``paired_counts`` compares two tags
that share hosts.
"""

from research.estimators.multiverse.curve import SpecificationCurve, specification_curve
from research.estimators.multiverse.multiplicity import Adjusted, Adjustment, adjust
from research.estimators.multiverse.paired_counts import McNemarBounds, mcnemar_bounds
from research.estimators.multiverse.rank_sets import (
    RankSet,
    clustered_covariance,
    multinomial_covariance,
    rank_confidence_sets,
)

__all__ = [
    "Adjusted",
    "Adjustment",
    "McNemarBounds",
    "RankSet",
    "SpecificationCurve",
    "adjust",
    "clustered_covariance",
    "mcnemar_bounds",
    "multinomial_covariance",
    "rank_confidence_sets",
    "specification_curve",
]
