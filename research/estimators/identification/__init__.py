"""What counts of overlapping classes identify when the number of units is unknown.

A unit (a host) may belong to several classes, so that the classes' counts bound the number of
units without fixing it. ``bounds`` holds identified sets, ``multiplicity`` what an assumption on
classes per unit buys, ``latent`` what several tables say together, ``intervals`` confidence
intervals for a parameter known only to lie in a set, ``contrasts`` intervals for differences of two
groups, ``ratios`` what holds at any size.
"""

from research.estimators.identification.bounds import (
    Frechet,
    contrast_bounds,
    frechet_bounds,
    share_bounds,
    union_bounds,
)
from research.estimators.identification.contrasts import (
    contrast_interval,
)
from research.estimators.identification.intervals import (
    imbens_manski,
    imbens_manski_critical_value,
    joined_interval,
    simultaneous_level,
)
from research.estimators.identification.latent import (
    LatentDifference,
    latent_difference,
    latent_share,
)
from research.estimators.identification.multiplicity import (
    EqualMultiplicity,
    equal_multiplicity,
)
from research.estimators.identification.ratios import (
    RatioOfRatios,
    ratio_of_ratios,
)

__all__ = [
    "EqualMultiplicity",
    "Frechet",
    "LatentDifference",
    "RatioOfRatios",
    "contrast_bounds",
    "contrast_interval",
    "equal_multiplicity",
    "frechet_bounds",
    "imbens_manski",
    "imbens_manski_critical_value",
    "joined_interval",
    "latent_difference",
    "latent_share",
    "ratio_of_ratios",
    "share_bounds",
    "simultaneous_level",
    "union_bounds",
]
