"""Proportions of independent units, one sample or two, with the design effect as an argument.

``single`` holds intervals for one sample, ``pairs`` for two, ``exact`` tests that hold in small
samples, ``effects`` sizes of effects and equivalence, ``power`` what samples can detect. Counts are
divided by the design effect, so that an interval is that of the effective sample.
"""

from research.estimators.proportions.effects import (
    CramersV,
    Equivalence,
    cohens_h,
    cramers_v,
    equivalence,
)
from research.estimators.proportions.exact import (
    Alternative,
    FisherExact,
    binomial_exact,
    fisher_exact,
    unconditional_exact,
)
from research.estimators.proportions.pairs import miettinen_nurminen, newcombe
from research.estimators.proportions.power import (
    minimum_detectable_h,
    power_h,
    power_proportions,
)
from research.estimators.proportions.single import clopper_pearson, goodman, wilson

__all__ = [
    "Alternative",
    "CramersV",
    "Equivalence",
    "FisherExact",
    "binomial_exact",
    "clopper_pearson",
    "cohens_h",
    "cramers_v",
    "equivalence",
    "fisher_exact",
    "goodman",
    "miettinen_nurminen",
    "minimum_detectable_h",
    "newcombe",
    "power_h",
    "power_proportions",
    "unconditional_exact",
    "wilson",
]
