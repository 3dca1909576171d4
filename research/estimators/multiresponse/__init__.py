"""Questions to which a unit may give several answers: tests of independence.

A chi-square test of the table of answers treats every answer as a unit of its own. These tests do
not: ``records`` work from the answers of each unit, ``resamples`` likewise by bootstrap, and
``margins`` from published totals per item.
"""

from research.estimators.multiresponse.margins import MarginalTest, decady_thomas, item_statistics
from research.estimators.multiresponse.records import (
    ResponseTest,
    marginal_independence,
    pairwise_independence,
)
from research.estimators.multiresponse.resamples import (
    marginal_independence_bootstrap,
    pairwise_independence_bootstrap,
)

__all__ = [
    "MarginalTest",
    "ResponseTest",
    "decady_thomas",
    "item_statistics",
    "marginal_independence",
    "marginal_independence_bootstrap",
    "pairwise_independence",
    "pairwise_independence_bootstrap",
]
