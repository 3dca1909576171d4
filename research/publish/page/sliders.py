"""Sliders over the grids that a result holds: one scalar moves, the estimate and verdict follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from research.publish.judged import JudgedEstimate
from research.publish.page.questions import frame, point
from research.publish.page.scales import axis, claimed
from research.results import Bounds, Curve, Estimate, Interval, judge
from research.wording import number, percent, typeset


@dataclass(frozen=True)
class Scalar:
    """What a slider moves: its name for people, and the scale of the curve where it is another."""

    label: str
    unit: str = ""  # of the curve; empty where it is the estimate's own
    null: float | None = None  # the value of that unit that stands for the hypothesis's null
    shares: bool = False  # whether the grid is a share, said in percent
    start: float | None = None  # where the slider stands first; else where the estimate is


SLIDERS = {
    "cloned hosts removed": Scalar("Hosts of the suspected block taken for clones and removed"),
    "design effect": Scalar("Design effect: how many hosts count as one independent draw"),
    "classes per host in China over the US": Scalar(
        "Model classes a Chinese host serves, for each one of a US host",
        unit="ratio of shares, China over the US",
        null=1.0,
        start=1.0,
    ),
    "share of the addresses in cities of Amazon regions removed": Scalar(
        "Addresses in cities of Amazon regions taken for no deployments", shares=True
    ),
    "share of Amazon's addresses removed": Scalar(
        "Amazon's addresses taken for no deployments", shares=True
    ),
    "number of leading cities, those of Amazon regions kept": Scalar("Number of leading cities"),
    "number of leading cities, those of Amazon regions removed": Scalar(
        "Number of leading cities, with those of Amazon regions removed"
    ),
    "models in the list": Scalar("Length of the list: the most downloaded models"),
}


def sliders(item: JudgedEstimate) -> list[dict[str, Any]]:
    """The curves of an estimate; the verdict at each grid point is the project's own."""
    return [_slider(item, curve) for curve in item.estimate.curves]


def _slider(item: JudgedEstimate, curve: Curve) -> dict[str, Any]:
    scalar = SLIDERS.get(curve.over, Scalar(curve.over))
    hypothesis = item.hypothesis
    if scalar.null is not None:
        hypothesis = replace(hypothesis, null=scalar.null)
    points = list(_along(curve, item.estimate.interval))
    scale = axis(
        [claimed(hypothesis), *(limits or found for found, limits in points)],
        scalar.unit or item.estimate.unit,
    )
    shown = [
        point(found, limits, judge(hypothesis, found, limits).word, scale)
        for found, limits in points
    ]
    return {
        "label": scalar.label,
        "measure": scalar.unit,
        "without_interval": item.estimate.interval is not None and not curve.interval_low,
        "grid": [grid_text(value, scalar) for value in curve.grid],
        "points": shown,
        "start": _start(item.estimate, points)
        if scalar.start is None
        else _nearest(curve.grid, scalar.start),
        **frame(scale, hypothesis),
    }


def _along(curve: Curve, like: Interval | None) -> Iterator[tuple[Bounds, Interval | None]]:
    level = 0.95 if like is None else like.level
    for position, (low, high) in enumerate(zip(curve.low, curve.high, strict=True)):
        limits = None
        if curve.interval_low:
            limits = Interval(curve.interval_low[position], curve.interval_high[position], level)
        yield Bounds(low, high), limits


def grid_text(value: float, scalar: Scalar) -> str:
    """A grid point for people."""
    if scalar.shares:
        return typeset(percent(value))
    return typeset(number(value, 0 if float(value).is_integer() or value >= 100 else 2))


def _start(found: Estimate, points: Sequence[tuple[Bounds, Interval | None]]) -> int:
    """The grid point that is the estimate itself; the first where none is."""

    def distance(position: int) -> float:
        bounds = points[position][0]
        gap = abs(bounds.low - found.identified.low) + abs(bounds.high - found.identified.high)
        return round(gap, 9)

    return min(range(len(points)), key=distance)


def _nearest(grid: Sequence[float], value: float) -> int:
    return min(range(len(grid)), key=lambda position: abs(grid[position] - value))
