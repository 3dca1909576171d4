"""Where things stand on an axis, in percent of its width: geometry only, no estimate."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from research.results import Bounds, Hypothesis
from research.wording import tick

PADDING = 0.06  # of the range, on either side, so that nothing touches the frame


@dataclass(frozen=True)
class Axis:
    """A linear axis over ``[low, high]``; what lies beyond is drawn at its end."""

    low: float
    high: float
    unit: str

    def at(self, value: float) -> float:
        """Position in percent.

        >>> Axis(0, 2, "ratio").at(0.5), Axis(0, 2, "ratio").at(float("inf"))
        (25.0, 100.0)
        """
        inside = min(max(value, self.low), self.high)
        return round(100 * (inside - self.low) / (self.high - self.low), 2)

    def span(self, bounds: Bounds | None) -> list[float] | None:
        """Both ends in percent."""
        return None if bounds is None else [self.at(bounds.low), self.at(bounds.high)]

    def region(self, hypothesis: Hypothesis) -> list[list[float]]:
        """The stretches that support the claim."""
        where, complement = hypothesis.region()
        low, high = self.at(where.low), self.at(where.high)
        if not complement:
            return [[low, high]]
        return [[a, b] for a, b in ((0.0, low), (high, 100.0)) if a < b]

    def ticks(self) -> list[list[Any]]:
        """About five round positions with their labels."""
        from matplotlib.ticker import MaxNLocator

        every = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(self.low, self.high)
        return [[self.at(v), tick(v, self.unit)] for v in every if self.low <= v <= self.high]


def axis(sets: Iterable[Bounds], unit: str) -> Axis:
    """The axis that holds all finite ends of these sets, with room around them."""
    ends = [end for bounds in sets for end in bounds if math.isfinite(end)]
    low, high = min(ends), max(ends)
    room = PADDING * (high - low) or 0.5 * abs(low) or 1.0
    return Axis(low - room, high + room, unit)


def claimed(hypothesis: Hypothesis) -> Bounds:
    """The finite threshold of the claim: its null, with the margin."""
    return Bounds(hypothesis.null - hypothesis.margin, hypothesis.null + hypothesis.margin)
