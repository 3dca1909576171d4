"""What counts of overlapping classes identify when the number of units is unknown.

A unit (a host) may belong to several classes, so that the classes' counts bound the number of
units without fixing it. ``bounds`` holds identified sets, ``multiplicity`` what an assumption on
classes per unit buys, ``intervals`` confidence intervals for a parameter known only to lie in a
set, ``contrasts`` intervals for differences of two groups, ``ratios`` what holds at any size.
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
    "RatioOfRatios",
    "contrast_bounds",
    "contrast_interval",
    "equal_multiplicity",
    "frechet_bounds",
    "imbens_manski",
    "imbens_manski_critical_value",
    "joined_interval",
    "ratio_of_ratios",
    "share_bounds",
    "simultaneous_level",
    "union_bounds",
]
