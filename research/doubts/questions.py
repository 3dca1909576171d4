"""Questions that can be asked of coarse units."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from research.doubts.asking import Gap, OfUnits
from research.doubts.coarse import EVERY, Coarse, Doubt, Where
from research.doubts.joining import held
from research.doubts.worlds import World
from research.estimators.clustered import LeaveOneOut, clustered_share, share_difference
from research.estimators.clustered.leave_one_out import share_of_totals, totals_of
from research.estimators.identification import imbens_manski
from research.estimators.ranged import Ranged, ranged_mean
from research.results import Bounds, BudgetRow, CannotEstimate

if TYPE_CHECKING:
    from research.doubts.drawing import Worlds
    from research.estimators.clustered import ClusteredEstimate
    from research.estimators.valid import Flags, Floats


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

    def reversed(self) -> Share:
        """By how much the other share is larger."""
        return replace(self, of=self.minus or EVERY, minus=self.of)


@dataclass(frozen=True, slots=True)
class ShareIn(OfUnits):
    """A share in the units of one channel."""

    question: Share
    units: Coarse

    def __sub__(self, other: ShareIn) -> Gap:
        """The gap between two channels that hold no unit in common."""
        return Gap(self, other)

    def over(self, change: Callable[[Coarse], Coarse]) -> ShareIn:
        return ShareIn(self.question, change(self.units))

    def bounds(self, doubts: Collection[str] | None = None) -> Bounds:
        """Sharp: each unit is open by itself, in what it is and in what it weighs."""
        return ranged_mean(self.whole(doubts), *self.scores(doubts))

    def thinned(self, wanted: Where, part: float) -> ShareIn:
        """The same asked of the units without a part of the weight of some."""
        return ShareIn(self.question, self.units.thinned(wanted, part))

    def redrawn(self, cluster: str) -> ClusteredEstimate:
        """The share as shown if other clusters had been drawn, and without each of them."""
        shown = self.certain
        weight, (score, _) = shown.whole(()).value, shown.scores(())
        clusters = shown.units.rows[cluster]
        ahead, behind = weight * (score > 0), weight * (score < 0)
        if self.question.minus is None:
            return clustered_share(ahead, weight, clusters)
        return share_difference(ahead, behind, weight, clusters)

    @property
    def certain(self) -> ShareIn:
        """The same asked of the units alone that certainly are among the whole."""
        units = self.units.certain()
        return replace(self, units=units.among(units.holds(self.question.among, ())[0]))

    def opened(self, doubt: Doubt) -> Flags:
        """Which units does a doubt leave open, in what they are or in what they weigh?"""
        least, most = self.scores([doubt.name])
        weight = self.whole([doubt.name])
        opened: Flags = ((least != most) & (weight.high > 0)) | (weight.low != weight.high)
        return opened

    def in_worlds(self, worlds: Worlds) -> Floats:
        question = self.question
        sides = [(side, question.among) for side in (question.of, question.minus) if side]
        first, *second, whole = held(self.units, worlds, *sides, (question.among,))
        share: Floats = np.full(worlds.count, np.nan)
        np.divide(first - sum(second), whole, out=share, where=whole > 0)
        return share

    def sharp(self, doubts: Collection[str] | None = None) -> bool:
        """Unless an open attribute decides both what a unit is and whether it counts at all.

        Nor where weights are not open each by itself.
        """
        asked = [self.question.of, *([self.question.minus] if self.question.minus else [])]
        both = {name for side in asked for name in side.values} & set(self.question.among.values)
        known = Where({name: self.question.among.values[name] for name in both})
        certain, possible = self.units.holds(known, doubts)
        return bool((certain == possible).all()) and self.independent(doubts)

    def least(self, doubts: Collection[str] | None = None) -> World:
        """The world in which the share is least, if these doubts are open."""
        weight, (scores, _) = self.whole(doubts), self.scores(doubts)
        end = self.bounds(doubts).low
        weights = np.where(scores < end, weight.high, weight.low)
        return World(weights, weights * scores, self.units.rows)

    def without_each(self, cluster: str) -> LeaveOneOut:
        """The share as shown without each cluster."""
        shown = self.least(())
        labels, totals = totals_of(self.units.rows[cluster], shown.signed, shown.weight)
        return share_of_totals(labels, *totals)

    def turning(self, doubt: Doubt, null: float = 0.0) -> float | None:
        """Which part of what a doubt leaves open must be otherwise for the share to be ``null``?

        The other doubts are closed. ``None`` where nothing is open, or all of it is not enough.
        """
        ahead = float((self.whole(()).value * (self.scores(())[0] - null)).sum())
        weight, scores = self.whole([doubt.name]), self.scores([doubt.name])
        ends = [w * (score - null) for w in (weight.low, weight.high) for score in scores]
        turned = np.min(ends, axis=0).sum() if ahead > 0 else np.max(ends, axis=0).sum()
        left_open = abs(float(turned) - ahead)
        return abs(ahead) / left_open if 0 < abs(ahead) <= left_open else None

    def drawn_and_open(self, cluster: str) -> list[BudgetRow]:
        """A row for the share itself: every doubt open, and other clusters drawn.

        The interval of Imbens and Manski, with the standard errors of the least and the greatest
        share; no row where either is the same whichever clusters are drawn.
        """
        weight, clusters = self.whole().value, self.units.rows[cluster]
        ends = self.units.holds(self.question.of)
        try:
            errors = [clustered_share(weight * end, weight, clusters).se for end in ends]
        except CannotEstimate:
            return []
        interval = imbens_manski(self.bounds(), *errors)
        row = BudgetRow(
            source=f"other {cluster}s drawn and every doubt open",
            low=interval.low,
            high=interval.high,
            detail=f"Imbens-Manski interval, standard errors by {cluster}",
        )
        return [row]

    def whole(self, doubts: Collection[str] | None = None) -> Ranged:
        """The weights of which the share is taken: from nothing, where a unit may be among them."""
        weight = self.units.weight(doubts)
        certain, possible = self.units.holds(self.question.among, doubts)
        return Ranged(
            low=weight.low * certain, value=weight.value * certain, high=weight.high * possible
        )

    def scores(self, doubts: Collection[str] | None) -> tuple[Floats, Floats]:
        """What a unit adds for each of its weight: 1 to the share, -1 to the one taken off it."""
        least, most = self.units.holds(self.question.of, doubts)
        if self.question.minus is None:
            return least.astype(float), most.astype(float)
        against = self.units.holds(self.question.minus, doubts)
        return np.subtract(least, against[1], dtype=float), np.subtract(
            most, against[0], dtype=float
        )


@dataclass(frozen=True, slots=True)
class Sum(OfUnits):
    """How much do the units weigh that are as wanted?

    Parameters
    ----------
    units
        The units.
    wanted
        Which of them count.

    Examples
    --------
    >>> import pandas as pd
    >>> from research.doubts import Doubt, Quotient, where
    >>> weights = dict.fromkeys(["low", "value", "high"], [5.0, 3.0])
    >>> rows = pd.DataFrame({**weights, "origin": ["CN", ""], "origin_doubt": "unknown"})
    >>> units = Coarse(rows, [Doubt("unknown", "any country")])
    >>> chinese, of_the_us = (Sum(units, where(origin=code)) for code in ("CN", "US"))
    >>> chinese.bounds(), Quotient(of_the_us, chinese).bounds()
    (Bounds(low=5.0, high=8.0), Bounds(low=0.0, high=0.6))
    """

    units: Coarse
    wanted: Where

    def over(self, change: Callable[[Coarse], Coarse]) -> Sum:
        return Sum(change(self.units), self.wanted)

    def bounds(self, doubts: Collection[str] | None = None) -> Bounds:
        weight, (certain, possible) = self.whole(doubts), self.units.holds(self.wanted, doubts)
        return Bounds(float(weight.low[certain].sum()), float(weight.high[possible].sum()))

    def in_worlds(self, worlds: Worlds) -> Floats:
        return np.asarray(held(self.units, worlds, (self.wanted,))[0])

    def added(self, cluster: str) -> tuple[Floats, Any]:
        held, counts = self._held(), self.units.holds(self.wanted, ())[0]
        return held[counts], self.units.rows.loc[counts, cluster]

    def _held(self) -> Floats:
        held: Floats = self.whole(()).value * self.units.holds(self.wanted, ())[0]
        return held

    def without_each(self, cluster: str) -> LeaveOneOut:
        """The sum as shown without each cluster."""
        labels, (totals,) = totals_of(self.units.rows[cluster], self._held())
        return LeaveOneOut(value=self.value, labels=labels, values=self.value - totals)

    def sharp(self, doubts: Collection[str] | None = None) -> bool:
        """Where each weight is open by itself."""
        return self.independent(doubts)

    def opened(self, doubt: Doubt) -> Flags:
        weight, (certain, possible) = (
            self.whole([doubt.name]), self.units.holds(self.wanted, [doubt.name])
        )  # fmt: skip
        opened: Flags = possible & ((~certain & (weight.high > 0)) | (weight.low != weight.high))
        return opened
