"""What follows if any part of some units is taken out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from research.doubts.telling import lost_if
from research.estimators.budget import alternatives_row
from research.estimators.tipping import tipping_point
from research.results import Bounds, BudgetRow, Curve, TippingPoint

STEPS = 8  # of a search: an end moves steadily as more is taken out


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinned:
    """A set or an interval, with some of the units that it rests on taken out.

    Parameters
    ----------
    without
        What it is without so many of them.
    of
        How many there are.
    things, are
        What they are called, and what they would have to be to be taken out.
    most
        How many are taken out at most: by default all. 1, where ``without`` takes a part of them.

    Examples
    --------
    >>> hosts = Thinned.share(60, 100, things="hosts with it", are="are fake")
    >>> hosts.lost(0.5).sentence
    'lost if 20 of the 60 hosts with it are fake'
    >>> hosts.curve("fake hosts", 4).grid
    (0.0, 20.0, 40.0, 60.0)
    """

    without: Callable[[float], Bounds]
    of: float
    things: str
    are: str = "are no deployments"
    most: float | None = None

    @classmethod
    def share(
        cls, part: float, whole: float, *, things: str, are: str = "are no deployments"
    ) -> Thinned:
        """A part as a share of a whole, with units of the part taken out of both."""

        def without(gone: float) -> Bounds:
            left = whole - gone
            return Bounds.at((part - gone) / left) if left else Bounds(0.0, 1.0)

        return cls(without=without, of=part, things=things, are=are)

    def lost(
        self, null: float = 0.0, *, end: Literal["low", "high"] = "low", given: str = "",
        reached: str = "",
    ) -> TippingPoint:  # fmt: skip
        """How many must be taken out for an end to cross the null, told by :func:`lost_if`."""

        def margin(gone: float) -> float:
            return float(getattr(self.without(gone), end)) - null

        crossed = tipping_point(margin, 0, self._greatest, steps=STEPS) if self._greatest else None
        return lost_if(crossed, self.of, self.things, self.are, given=given, reached=reached)

    def row(self, source: str, parts: Mapping[str, float]) -> BudgetRow:
        """The budget row of several numbers that may be taken out, by their names."""
        return alternatives_row(source, {name: self.without(gone) for name, gone in parts.items()})

    def curve(self, over: str, steps: int = 41, *, grid_unit: str = "") -> Curve:
        """The set over how many are taken out."""
        grid = np.linspace(0, self._greatest, steps).tolist()
        return Curve.of(over, grid, map(self.without, grid), grid_unit=grid_unit)

    @property
    def _greatest(self) -> float:
        return self.of if self.most is None else self.most
