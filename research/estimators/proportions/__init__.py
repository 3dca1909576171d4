"""Proportions of independent units, one sample or two, with the design effect as an argument.

``single`` holds intervals for one sample, ``pairs`` for two, ``exact`` tests that hold in small
samples, and ``effects`` equivalence. Counts are divided by the design effect, so that an interval
is that of the effective sample.
"""

from research.estimators.proportions.effects import Equivalence, equivalence
from research.estimators.proportions.exact import (
    Alternative,
    FisherExact,
    binomial_exact,
    fisher_exact,
    unconditional_exact,
)
from research.estimators.proportions.pairs import miettinen_nurminen, newcombe
from research.estimators.proportions.single import clopper_pearson, goodman, wilson

__all__ = [
    "Alternative",
    "Equivalence",
    "FisherExact",
    "binomial_exact",
    "clopper_pearson",
    "equivalence",
    "fisher_exact",
    "goodman",
    "miettinen_nurminen",
    "newcombe",
    "unconditional_exact",
    "wilson",
]
