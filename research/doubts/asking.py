"""What follows from a question and its doubts: value, set, budget, tipping points."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

import numpy as np

from research.doubts.coarse import Coarse, Doubt, Where
from research.estimators.budget import drawn_row, leave_one_out_row, ratio_row, sampling_row
from research.estimators.clustered import (
    LeaveOneOut,
    clustered_ratio,
    jackknife_interval,
    kish_effective_size,
    paired_share_difference,
)
from research.estimators.ranged import paired_gap_bounds
from research.estimators.tipping import tipping_point
from research.plain import agree
from research.results import (
    Bounds,
    BudgetRow,
    CannotEstimate,
    Estimate,
    Sharpness,
    TippingPoint,
)
from research.wording import counted, number, percent, plural

if TYPE_CHECKING:
    from research.doubts.drawing import Worlds
    from research.doubts.questions import ShareIn
    from research.estimators.clustered import ClusteredEstimate
    from research.estimators.ranged import Ranged
    from research.estimators.valid import Flags, Floats

MOST_LEFT_OUT = 0.99  # of some things: without all of them there may be no share


class Asked(Protocol):
    """A question asked of coarse units."""

    @property
    @abstractmethod
    def doubts(self) -> Collection[Doubt]:
        """All that may be open, in the order in which a reader is told."""

    @abstractmethod
    def bounds(self, doubts: Collection[str] | None = None) -> Bounds:
        """The identified set with these doubts open, by their names; by default with all."""

    @abstractmethod
    def over(self, change: Callable[[Coarse], Coarse]) -> Self:
        """The same asked of units that are made of these."""

    @abstractmethod
    def in_worlds(self, worlds: Worlds) -> Floats:
        """The estimate in each world; NaN where it is not defined there.

        Returns
        -------
        array of shape (worlds,)

        Raises
        ------
        NoBelief
            Nothing is believed of a doubt that is open.
        """

    @property
    def channels(self) -> Sequence[Coarse]:
        """The units that are asked, channel by channel."""
        all_units: list[Coarse] = []

        def seen(units: Coarse) -> Coarse:
            all_units.append(units)
            return units

        self.over(seen)
        return all_units

    def without(self, cluster: str, *names: object) -> Self:
        """The same asked of the units that are of none of these clusters."""
        return self.over(lambda units: units.among(~units.rows[cluster].isin(names)))

    def redrawn(self, cluster: str) -> ClusteredEstimate:
        """The estimate as shown if other clusters had been drawn, and without each of them."""
        raise CannotEstimate(f"What other {cluster}s would have given is not known.")

    def without_each(self, cluster: str) -> LeaveOneOut:
        """The estimate as shown without each cluster in turn."""
        return self.redrawn(cluster).leave_one_out

    def detail(self, doubt: Doubt) -> str:
        """What a reader is told of a doubt."""
        return doubt.detail

    def added(self, cluster: str) -> tuple[Floats, Any]:
        """What each unit that counts adds to a sum as shown, and its cluster."""
        raise CannotEstimate(f"This is no sum over {plural(cluster)}.")

    @property
    def value(self) -> float:
        """The estimate as shown: no doubt is open."""
        return self.bounds(()).low

    @abstractmethod
    def sharp(self, doubts: Collection[str] | None = None) -> bool:
        """Whether a world reaches each end of the set; else the set is valid and may be wide."""

    def sharpness(self) -> Sharpness:
        """Whether the data allow both ends of the identified set; those of a point they do."""
        if self.sharp() or agree(*self.bounds()):
            return "sharp"
        unrounded = [doubt.name for doubt in self.doubts if not doubt.is_rounding]
        is_sharp = self.sharp(unrounded) and not agree(*self.bounds(unrounded))
        return "sharp up to rounding" if is_sharp else "outer"

    def estimate(self, **fields: Any) -> Estimate:
        """The identified set as an estimate, with what else is told of it.

        The value is the one as shown, unless another is told; none where that is ``None``.
        """
        if "value" not in fields:
            fields["value"] = self.value
        fields = {"drawn": self} | fields
        return Estimate(bounds=self.bounds(), sharpness=self.sharpness(), **fields)

    @abstractmethod
    def opens(self, doubt: Doubt) -> bool:
        """Whether a doubt leaves anything open."""

    def budget(self) -> list[BudgetRow]:
        """A row for each doubt that leaves anything open, all others being as shown."""
        return [self.row(doubt) for doubt in self.doubts if self.opens(doubt)]

    def row(self, doubt: Doubt, *more: Doubt) -> BudgetRow:
        """The row of a doubt, with more of them open beside it."""
        bounds = self.bounds([open_too.name for open_too in (doubt, *more)])
        return BudgetRow(
            source=doubt.name, low=bounds.low, high=bounds.high, detail=self.detail(doubt)
        )

    def turning(self, doubt: Doubt, null: float = 0.0) -> float | None:
        """Which part of what a doubt leaves open must resolve against the estimate to reach a null?

        That part of each unit's weight is open and resolves in the worst way, all else being as
        shown. ``None`` where no part is enough, or the estimate as shown is the null. Where the set
        is not sharp, a smaller part does not reach it, and this one may not.
        """
        end: Literal["low", "high"] = "low" if self.value > null else "high"

        def margin(part: float) -> float:
            partly = self.over(lambda units: units.partly(doubt, part))
            return float(getattr(partly.bounds([doubt.name]), end)) - null

        if not self.opens(doubt) or self.value == null:
            return None
        return tipping_point(margin, 0, 1, steps=1)  # the more is open the wider is the set

    def left_out(self, cluster: str) -> BudgetRow:
        """The row of the estimate without one of the clusters, whichever that is."""
        return leave_one_out_row(self.without_each(cluster), cluster)

    def drawn(self, cluster: str) -> list[BudgetRow]:
        """Two rows more: without one of the clusters, and with others drawn.

        None where the estimate is the same whichever clusters are drawn.
        """
        try:
            redrawn = self.redrawn(cluster)
        except CannotEstimate:
            return []
        return [
            leave_one_out_row(redrawn.leave_one_out, cluster),
            sampling_row(redrawn, f"{cluster}s"),
        ]


class OfUnits(Asked):
    """A question asked of the units of one channel."""

    units: Coarse

    @property
    def doubts(self) -> Collection[Doubt]:
        return tuple(self.units.doubts)

    @abstractmethod
    def opened(self, doubt: Doubt) -> Flags:
        """Which units does a doubt leave open, in what they are or in what they weigh?"""

    def opens(self, doubt: Doubt) -> bool:
        return bool(self.opened(doubt).any())

    def whole(self, doubts: Collection[str] | None = None) -> Ranged:
        """The weights that are asked about."""
        return self.units.weight(doubts)

    def detail(self, doubt: Doubt) -> str:
        """How much a doubt leaves open, and what that may be."""
        opened, weight = self.opened(doubt), self.whole([doubt.name]).high
        part = percent(float(weight[opened].sum() / weight.sum()))
        units = counted(self.units.size(opened), self.units.unit)
        return f"{units} with {part} of the {self.units.weighs}: {doubt.detail}"

    def independent(self, doubts: Collection[str] | None) -> bool:
        """Whether each weight that is open is open by itself."""
        weight = self.units.weight(doubts)
        return self.units.independent or bool((weight.low == weight.high).all())

    def without_each(self, cluster: str) -> LeaveOneOut:
        """The estimate as shown without each cluster in turn: the question is asked anew."""
        names = np.array(sorted(self.units.rows[cluster].unique()), dtype=object)
        values = np.array([self.without(cluster, name).value for name in names])
        return LeaveOneOut(value=self.value, labels=names, values=values)


@dataclass(frozen=True, slots=True)
class OfTwo(Asked):
    """What two questions give together: the doubts of both, each answered by itself."""

    first: Asked
    second: Asked

    def over(self, change: Callable[[Coarse], Coarse]) -> Self:
        return replace(self, first=self.first.over(change), second=self.second.over(change))

    @property
    def doubts(self) -> Collection[Doubt]:
        return tuple(dict.fromkeys([*self.first.doubts, *self.second.doubts]))

    def opens(self, doubt: Doubt) -> bool:
        return self.first.opens(doubt) or self.second.opens(doubt)

    def detail(self, doubt: Doubt) -> str:
        """How much a doubt leaves open on each side, and what that may be."""
        sides = [side.detail(doubt) for side in (self.first, self.second) if side.opens(doubt)]
        return "; ".join(dict.fromkeys(sides)) or doubt.detail

    @abstractmethod
    def of(self, first: Floats, second: Floats) -> Floats:
        """What values of both sides give: more, the more the first and the less the second has."""

    def in_worlds(self, worlds: Worlds) -> Floats:
        """Both sides in the same worlds."""
        return self.of(self.first.in_worlds(worlds), self.second.in_worlds(worlds))

    @property
    def value(self) -> float:
        return self._set(Bounds.at(self.first.value), Bounds.at(self.second.value)).low

    def bounds(self, doubts: Collection[str] | None = None) -> Bounds:
        return self._set(self.first.bounds(doubts), self.second.bounds(doubts))

    def _set(self, first: Bounds, second: Bounds) -> Bounds:
        low, high = self.of(np.array([*first]), np.array([second.high, second.low])).tolist()
        if math.isnan(low) or math.isnan(high):
            raise CannotEstimate("There may be nothing to divide by.")
        return Bounds(low, high)

    def sharp(self, doubts: Collection[str] | None = None) -> bool:
        """Where both sides are, and no unit is open on both."""
        return self.first.sharp(doubts) and self.second.sharp(doubts)

    def drawn(self, cluster: str) -> list[BudgetRow]:
        """Without one of the clusters; what others would have given is not known."""
        return [self.left_out(cluster)]

    def without_each(self, cluster: str) -> LeaveOneOut:
        """The estimate as shown without each cluster on both sides, where it has an answer."""
        sides = []
        for side in (self.first, self.second):
            without = side.without_each(cluster)
            sides.append((side.value, dict(zip(without.labels, without.values, strict=True))))
        names = np.array(sorted({name for _, without in sides for name in without}), dtype=object)
        values = self.of(
            *(np.array([without.get(name, shown) for name in names]) for shown, without in sides)
        )
        defined = ~np.isnan(values)
        return LeaveOneOut(value=self.value, labels=names[defined], values=values[defined])


@dataclass(frozen=True, slots=True)
class Difference(OfTwo):
    """What one question finds minus what another finds, of units that they do not share."""

    def of(self, first: Floats, second: Floats) -> Floats:
        return first - second


@dataclass(frozen=True, slots=True)
class Quotient(OfTwo):
    """What one question finds over what another finds: a unit that is open is on one side only."""

    def of(self, first: Floats, second: Floats) -> Floats:
        quotient: Floats = np.full(len(first), np.nan)
        return np.divide(first, second, out=quotient, where=second > 0)

    def drawn(self, cluster: str) -> list[BudgetRow]:
        """Without one of the clusters; of two sums also with others drawn, in both at once."""
        left_out = [self.left_out(cluster)]
        try:
            (above, one), (below, other) = self.first.added(cluster), self.second.added(cluster)
            ratio = clustered_ratio(
                np.concatenate([above, np.zeros(len(below))]),
                np.concatenate([np.zeros(len(above)), below]),
                np.concatenate([one, other]),
            )
        except CannotEstimate:
            return left_out
        return [*left_out, ratio_row(ratio, plural(cluster))]


@dataclass(frozen=True, slots=True)
class Gap(Difference):
    """A share in one channel minus that in another.

    Parameters
    ----------
    first, second
        The share in either.
    paired
        Both channels hold the same units in the same order, and what a unit is, it is in both.
        Else they hold no unit in common.
    """

    first: ShareIn
    second: ShareIn
    paired: bool = False

    def bounds(self, doubts: Collection[str] | None = None) -> Bounds:
        """Sharp where no unit is in both channels, or no weight is open; else valid.

        As for :func:`paired_gap_bounds`, the totals take each weight at its worst.
        """
        if self.paired:
            weights = self.first.whole(doubts), self.second.whole(doubts)
            if self.first.question.minus is not None:
                return self._moved(*weights, *self.first.scores(doubts))
            return paired_gap_bounds(
                *weights, *self.first.units.holds(self.first.question.of, doubts)
            )
        return Difference.bounds(self, doubts)

    def _moved(self, first: Ranged, second: Ranged, least: Floats, most: Floats) -> Bounds:
        """The gap of two leads: each unit adds what it weighs more in one channel, if it counts."""
        if (first.low != first.high).any() or (second.low != second.high).any():
            raise CannotEstimate("Leads in two channels are compared where all weights are known.")
        moved = first.value / first.value.sum() - second.value / second.value.sum()
        ends = least * moved, most * moved
        low, high = (float(end(ends, axis=0).sum()) for end in (np.min, np.max))
        return Bounds(low, high)

    def redrawn(self, cluster: str) -> ClusteredEstimate:
        """As for one channel; a cluster is drawn, or left out, in both channels at once."""
        one, other = self.first, self.second
        nothing = np.zeros(len(one.units.rows)), np.zeros(len(other.units.rows))
        certain = [asked.units.holds(asked.question.of, ())[0] for asked in (one, other)]
        return paired_share_difference(
            np.concatenate([one.whole(()).value, nothing[1]]),
            np.concatenate([nothing[0], other.whole(()).value]),
            np.concatenate(certain),
            np.concatenate([asked.units.rows[cluster] for asked in (one, other)]),
        )

    def drawn(self, cluster: str) -> list[BudgetRow]:
        """As for one channel; of leads the plain jackknife, which carries no verdict."""
        if self.first.question.minus is None:
            return Asked.drawn(self, cluster)
        without = self.without_each(cluster)
        held = [
            side.units.rows.groupby(cluster)["value"].sum() for side in (self.first, self.second)
        ]
        effective = min(kish_effective_size(totals) for totals in held)
        interval = jackknife_interval(without, effective, within=(-2, 2))
        plain = "a plain jackknife, which carries no verdict"
        return [
            leave_one_out_row(without, cluster),
            drawn_row(interval, len(without.labels), effective, plain, f"{cluster}s"),
        ]

    def sharp(self, doubts: Collection[str] | None = None) -> bool:
        """Paired, only while weights and what units are are not open at once."""
        sides = self.first, self.second
        if not self.paired:
            return all(side.sharp(doubts) for side in sides)
        weights = [side.whole(doubts) for side in sides]
        ranged = any((weight.low != weight.high).any() for weight in weights)
        least, most = self.first.scores(doubts)
        return not (ranged and (least != most).any())

    def thinned(self, wanted: Where, part: float, *, second: bool = False) -> Gap:
        """The gap without a part of the weight of some units of the first or the second channel."""
        if second:
            return replace(self, second=self.second.thinned(wanted, part))
        return replace(self, first=self.first.thinned(wanted, part))


def overturned(margin: Callable[[float], float], *, things: str, nothing: str) -> TippingPoint:
    """Which part of some things must not be genuine for a verdict to be lost, told.

    Parameters
    ----------
    margin
        What is left of the conclusion without each part; positive where it stands.
    things
        What they are called.
    nothing
        The sentence where the conclusion does not stand to begin with.
    """
    what = f"part of the {things} that are not genuine"
    if margin(0.0) <= 0:
        return TippingPoint(what=what, threshold=None, sentence=nothing)
    at = tipping_point(margin, 0, MOST_LEFT_OUT, steps=20)
    if at is None:
        sentence = f"kept whatever part of the {things} were not genuine"
    else:
        sentence = f"lost if {number(100 * at, 0)} % of the {things} were not genuine"
    return TippingPoint(what=what, threshold=at, sentence=sentence)
