"""Proportions of independent units, one sample or two, with the design effect as an argument.

``single`` holds intervals for one sample, ``clusters`` those whose design effect was estimated,
``pairs`` for two samples, ``unsized`` for two whose sizes are bounded. Counts are divided by the
design effect, so that an interval is that of the effective sample.
"""

from research.estimators.proportions.clusters import korn_graubard, logit, shares_of_kinds
from research.estimators.proportions.pairs import newcombe
from research.estimators.proportions.single import clopper_pearson, wilson
from research.estimators.proportions.unsized import unsized_difference, unsized_newcombe

__all__ = [
    "clopper_pearson",
    "korn_graubard",
    "logit",
    "newcombe",
    "shares_of_kinds",
    "unsized_difference",
    "unsized_newcombe",
    "wilson",
]
