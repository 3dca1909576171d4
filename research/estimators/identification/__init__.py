"""What counts of overlapping classes identify when the number of units is unknown.

A unit (a host) may belong to several classes, so that the classes' counts bound the number of
units without fixing it. ``bounds`` holds identified sets, ``multiplicity`` what an assumption on
classes per unit buys, ``intervals`` confidence intervals for a parameter known only to lie in a
set, ``contrasts`` intervals for differences of two groups, ``evidence`` what holds at any size.
"""

from research.estimators.identification.bounds import (
    Frechet,
    Measure,
    contrast_bounds,
    frechet_bounds,
    share_bounds,
    union_bounds,
)
from research.estimators.identification.contrasts import (
    contrast_interval,
    simultaneous_contrasts,
)
from research.estimators.identification.evidence import (
    RatioOfRatios,
    least_favourable_holm,
    least_favourable_z,
    ratio_of_ratios,
)
from research.estimators.identification.intervals import (
    imbens_manski,
    imbens_manski_critical_value,
    joined_interval,
    simultaneous_level,
    stoye,
    stoye_critical_values,
)
from research.estimators.identification.multiplicity import (
    EqualMultiplicity,
    Rung,
    assumption_ladder,
    equal_multiplicity,
)

__all__ = [
    "EqualMultiplicity",
    "Frechet",
    "Measure",
    "RatioOfRatios",
    "Rung",
    "assumption_ladder",
    "contrast_bounds",
    "contrast_interval",
    "equal_multiplicity",
    "frechet_bounds",
    "imbens_manski",
    "imbens_manski_critical_value",
    "joined_interval",
    "least_favourable_holm",
    "least_favourable_z",
    "ratio_of_ratios",
    "share_bounds",
    "simultaneous_contrasts",
    "simultaneous_level",
    "stoye",
    "stoye_critical_values",
    "union_bounds",
]
