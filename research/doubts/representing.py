"""Whether some units weigh more in one channel than in another, against all or against others."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from research.doubts.asking import Asked
from research.doubts.coarse import EVERY, Coarse, Doubt, Where
from research.doubts.questions import Sum
from research.doubts.telling import turned_at
from research.estimators.clustered import LeaveOneOut
from research.estimators.clustered.leave_one_out import totals_of
from research.estimators.ranged_ratios import paired_ratio_bounds, representation_bounds
from research.results import Bounds, CannotEstimate, TippingPoint
from research.wording import counted, number

if TYPE_CHECKING:
    from research.doubts.drawing import Worlds
    from research.estimators.valid import Flags, Floats


@dataclass(frozen=True, slots=True)
class Representation(Asked):
    """How many times as large is a share in one channel as in another?

    Parameters
    ----------
    first, second
        The channels, with the same units in the same order. What a unit is, it is in both.
    of
        The units whose share is asked for.
    than
        Other units that they are set against: the answer then is the odds ratio of the two classes
        and channels. By default all units: the answer is the ratio of the shares.

    Examples
    --------
    >>> import pandas as pd
    >>> from research.doubts import where
    >>> def channel(*weights):
    ...     rows = pd.DataFrame({**dict.fromkeys(["low", "value", "high"], weights)})
    ...     return Coarse(rows.assign(origin=["US", "CN", "CN"]), [])
    >>> us, china = where(origin="US"), where(origin="CN")
    >>> pulls, downloads = channel(5.0, 4.0, 1.0), channel(2.0, 6.0, 2.0)
    >>> odds = Representation(pulls, downloads, us, china)
    >>> odds.value, odds.share(us).value, odds.share(china).value
    (4.0, 2.5, 0.625)
    """

    first: Coarse
    second: Coarse
    of: Where
    than: Where = EVERY

    @property
    def doubts(self) -> Collection[Doubt]:
        return tuple(dict.fromkeys([*self.first.doubts, *self.second.doubts]))

    def over(self, change: Callable[[Coarse], Coarse]) -> Self:
        return replace(self, first=change(self.first), second=change(self.second))

    def among(self, wanted: Where) -> Self:
        """The same over the units that certainly are as wanted."""
        chosen = self.first.holds(wanted, ())[0]
        return self.over(lambda units: units.among(chosen))

    def thinned(self, wanted: Where, part: float, *, second: bool = False) -> Self:
        """Without a part of the weight of some units in the first or the second channel."""
        if second:
            return replace(self, second=self.second.thinned(wanted, part))
        return replace(self, first=self.first.thinned(wanted, part))

    def share(self, of: Where) -> Self:
        """The ratio of the shares of some units, set against all."""
        return replace(self, of=of, than=EVERY)

    def bounds(self, doubts: Collection[str] | None = None) -> Bounds:
        """Valid whatever is open; sharp as :meth:`sharp` says.

        Raises
        ------
        CannotEstimate
            The units asked about, or those that they are set against, may weigh nothing in the
            second channel, or the latter in the first.
        """
        weights = self.first.weight(doubts), self.second.weight(doubts)
        if self.than == EVERY:
            return representation_bounds(*weights, *self.first.holds(self.of, doubts))
        of, than = (
            paired_ratio_bounds(*weights, *self.first.holds(side, doubts))
            for side in (self.of, self.than)
        )
        if than.low <= 0:
            raise CannotEstimate(
                f"The units that are set against may have no {self.first.weighs}: no odds to them."
            )
        return Bounds(of.low / than.high, of.high / than.low)

    def in_worlds(self, worlds: Worlds) -> Floats:
        """In each world what a unit is, it is in both channels."""
        (of, of_other), (than, than_other) = (
            [Sum(channel, side).in_worlds(worlds) for channel in (self.first, self.second)]
            for side in (self.of, self.than)
        )
        ratio: Floats = np.full(worlds.count, np.nan)
        below = of_other * than
        np.divide(of * than_other, below, out=ratio, where=below > 0)
        return ratio

    def sharp(self, doubts: Collection[str] | None = None) -> bool:
        """While weights and what units are are not open at once, and no unit may be on both sides.

        Each end of an odds ratio takes each class at its own extreme, to which one unit may belong
        twice.
        """
        flags = [self.first.holds(side, doubts) for side in (self.of, self.than)]
        is_open = any((certain != possible).any() for certain, possible in flags)
        if self.than == EVERY:
            return not (is_open and self._ranged(doubts).any())
        both = flags[0][1] & flags[1][1]
        return not both.any() and not (is_open and self._ranged(doubts).any())

    def opens(self, doubt: Doubt) -> bool:
        return bool(self._opened(doubt).any())

    def detail(self, doubt: Doubt) -> str:
        """How many units a doubt leaves open, and how."""
        opened = self._opened(doubt).sum()
        return f"{number(opened, 0)} of {counted(self._size, self.first.unit)}: {doubt.detail}"

    def without_each(self, cluster: str) -> LeaveOneOut:
        """The estimate as shown without each cluster in both channels, where it has an answer."""
        weights = [channel.weight(()).value for channel in (self.first, self.second)]
        classes = [self.first.holds(side, ())[0] for side in (self.of, self.than)]
        labels, totals = totals_of(
            self.first.rows[cluster], *(w * held for held in classes for w in weights)
        )
        left = [np.maximum(total.sum() - total, 0.0) for total in totals]
        defined = (left[1] > 0) & (left[2] > 0) & (left[3] > 0)
        one, two, three, four = (part[defined] for part in left)
        values = (one / two) / (three / four)
        return LeaveOneOut(value=self.value, labels=labels[defined], values=values)

    def missing(self, null: float, things: str) -> TippingPoint:
        """How much would the second channel have to lack of the units asked about?

        Parameters
        ----------
        null
            The ratio that is then reached.
        things
            What the second channel counts of the units asked about.
        """
        what, held = f"{things} that are not counted", self.second.held(self.of)
        times = self.bounds().low / null
        if times <= 1:
            return TippingPoint(what=what, threshold=None, sentence=NOTHING)
        template = "lost if {:0} {} are missing, {:%0} of those that are counted"
        return turned_at(what, template, held * (times - 1), things, times - 1)

    def _ranged(self, doubts: Collection[str] | None) -> Flags:
        sides = [channel.weight(doubts) for channel in (self.first, self.second)]
        ranged: Flags = np.any([side.low != side.high for side in sides], axis=0)
        return ranged

    def _opened(self, doubt: Doubt) -> Flags:
        """Which units does a doubt leave open, in what they are or in what they weigh?"""
        flags = [self.first.holds(side, [doubt.name]) for side in (self.of, self.than)]
        opened: Flags = self._ranged([doubt.name])
        for certain, possible in flags:
            opened = opened | (certain != possible)
        return opened

    @property
    def _size(self) -> int:
        return self.first.size()


NOTHING = "nothing to lose: what is open already leaves no verdict"
