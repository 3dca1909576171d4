"""Questions that can be asked of coarse units."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from research.doubts.asking import Asked, Gap
from research.doubts.coarse import EVERY, Coarse, Doubt, Where
from research.estimators.clustered import clustered_share, share_difference
from research.estimators.ranged import Ranged, ranged_mean
from research.results import Bounds

if TYPE_CHECKING:
    from research.estimators.clustered import ClusteredEstimate
    from research.estimators.valid import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Which share of the weight have some units, or by how much does it exceed that of others?

    Parameters
    ----------
    of
        The units whose share is asked for.
    minus
        The units whose share is taken off it, if any.
    among
        The units whose weight is the whole.

    Examples
    --------
    >>> import pandas as pd
    >>> from research.doubts import Doubt, where
    >>> weights = dict.fromkeys(["low", "value", "high"], [5.0, 3.0, 2.0])
    >>> rows = pd.DataFrame({**weights, "origin": ["CN", "", "US"], "origin_doubt": "unknown"})
    >>> lead = Share(of=where(origin="CN"), minus=where(origin="US"))
    >>> asked = lead.in_(Coarse(rows, [Doubt("unknown", "any country")]))
    >>> asked.value, asked.bounds()
    (0.3, Bounds(low=0.0, high=0.6))
    """

    of: Where
    minus: Where | None = None
    among: Where = EVERY

    def in_(self, units: Coarse) -> ShareIn:
        """The question asked of these units."""
        return ShareIn(self, units)


@dataclass(frozen=True, slots=True)
class ShareIn(Asked):
    """A share in the units of one channel."""

    question: Share
    units: Coarse

    def __sub__(self, other: ShareIn) -> Gap:
        """The gap between two channels that hold no unit in common."""
        return Gap(self, other)

    @property
    def doubts(self) -> Collection[Doubt]:
        return tuple(self.units.doubts)

    def bounds(self, doubts: Collection[str] | None = None) -> Bounds:
        """Sharp: each unit is open by itself, in what it is and in what it weighs."""
        return ranged_mean(self.whole(doubts), *self._scores(doubts))

    def thinned(self, wanted: Where, part: float) -> ShareIn:
        """The same asked of the units without a part of the weight of some."""
        return ShareIn(self.question, self.units.thinned(wanted, part))

    def redrawn(self, cluster: str) -> ClusteredEstimate:
        """The share as shown if other clusters had been drawn, and without each of them."""
        weight, (score, _) = self.whole(()).value, self._scores(())
        clusters = self.units.rows[cluster]
        ahead, behind = weight * (score > 0), weight * (score < 0)
        if self.question.minus is None:
            return clustered_share(ahead, weight, clusters)
        return share_difference(ahead, behind, weight, clusters)

    def whole(self, doubts: Collection[str] | None = None) -> Ranged:
        """The weights of which the share is taken: from nothing, where a unit may be among them."""
        weight = self.units.weight(doubts)
        certain, possible = self.units.holds(self.question.among, doubts)
        return Ranged(
            low=weight.low * certain, value=weight.value * certain, high=weight.high * possible
        )

    def _scores(self, doubts: Collection[str] | None) -> tuple[Floats, Floats]:
        """What a unit adds for each of its weight: 1 to the share, -1 to the one taken off it."""
        least, most = self.units.holds(self.question.of, doubts)
        if self.question.minus is None:
            return least.astype(float), most.astype(float)
        against = self.units.holds(self.question.minus, doubts)
        return np.subtract(least, against[1], dtype=float), np.subtract(
            most, against[0], dtype=float
        )
