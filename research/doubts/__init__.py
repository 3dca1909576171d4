"""Coarse data: what is known of each unit, under which doubt the rest is open, and what follows.

A question is asked of units, and the answer follows from their doubts: the value as shown, the
identified set with every doubt open, the budget row of each doubt alone, the tipping points.
"""

from research.doubts.asking import Asked, Difference, Gap, Quotient, overturned
from research.doubts.beliefs import Belief, Beliefs
from research.doubts.coarse import EVERY, Coarse, Doubt, Where, among, where
from research.doubts.correlating import RankCorrelation
from research.doubts.counting import Distinct
from research.doubts.drawing import Worlds
from research.doubts.placing import (
    LEFT_OUT,
    MEANWHILE,
    PRINTED,
    SPREAD,
    Computed,
    Divided,
    Within,
    if_open,
)
from research.doubts.questions import Share, Sum
from research.doubts.ranking import Ranking
from research.doubts.representing import Representation
from research.doubts.simulating import with_draws
from research.doubts.telling import lost_at, lost_if, resolved_against, turned_at
from research.doubts.thinning import Thinned

__all__ = [
    "EVERY", "LEFT_OUT", "MEANWHILE", "PRINTED", "SPREAD", "Asked", "Belief", "Beliefs", "Coarse",
    "Computed", "Difference", "Distinct", "Divided", "Doubt", "Gap", "Quotient", "RankCorrelation",
    "Ranking", "Representation", "Share", "Sum", "Thinned", "Where", "Within", "Worlds", "among",
    "if_open", "lost_at", "lost_if", "overturned", "resolved_against", "turned_at",
    "where", "with_draws",
]  # fmt: skip
