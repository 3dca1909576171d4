"""Proportions of independent units, one sample or two, with the design effect as an argument.

``single`` holds intervals for one sample, ``pairs`` for two, ``unsized`` for two whose sizes are
bounded, ``exact`` tests that hold in small samples, and ``effects`` equivalence and power. Counts
are divided by the design effect, so that an interval is that of the effective sample.
"""

from research.estimators.proportions.effects import (
    Detectable,
    Equivalence,
    detectable_share,
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
from research.estimators.proportions.single import clopper_pearson, goodman, wilson
from research.estimators.proportions.unsized import unsized_difference, unsized_newcombe

__all__ = [
    "Alternative",
    "Detectable",
    "Equivalence",
    "FisherExact",
    "binomial_exact",
    "clopper_pearson",
    "detectable_share",
    "equivalence",
    "fisher_exact",
    "goodman",
    "miettinen_nurminen",
    "newcombe",
    "unconditional_exact",
    "unsized_difference",
    "unsized_newcombe",
    "wilson",
]
