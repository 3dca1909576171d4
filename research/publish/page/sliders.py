"""Sliders over the grids that a result holds: one scalar moves, the estimate and verdict follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from research.publish.judged import JudgedEstimate
from research.publish.page.questions import columns, point
from research.publish.page.scales import axis, claimed
from research.results import Bounds, Curve, Estimate, Interval, judge
from research.wording import number, percent, typeset


def sliders(item: JudgedEstimate) -> list[dict[str, Any]]:
    """The curves of an estimate; the verdict at each grid point is the project's own."""
    return [_slider(item, curve) for curve in item.estimate.curves]


def _slider(item: JudgedEstimate, curve: Curve) -> dict[str, Any]:
    hypothesis = item.hypothesis
    if curve.null is not None:
        hypothesis = replace(hypothesis, null=curve.null)
    points = list(_along(curve, item.estimate.interval))
    scale = axis(
        [claimed(hypothesis), *(limits or bounds for bounds, limits in points)],
        curve.unit or item.estimate.unit,
    )
    shown = [
        point(bounds, limits, judge(hypothesis, bounds, limits).word, scale.unit)
        for bounds, limits in points
    ]
    return {
        "label": typeset(curve.over[:1].upper() + curve.over[1:]),
        "measure": curve.unit,
        "without_interval": item.estimate.interval is not None and not curve.interval_low,
        "grid": [grid_text(value, curve.grid_unit) for value in curve.grid],
        "points": shown,
        "start": _start(item.estimate, points)
        if curve.start is None
        else _nearest(curve.grid, curve.start),
        "drawn": columns(points, scale, hypothesis),
    }


def _along(curve: Curve, like: Interval | None) -> Iterator[tuple[Bounds, Interval | None]]:
    level = 0.95 if like is None else like.level
    for position, (low, high) in enumerate(zip(curve.low, curve.high, strict=True)):
        limits = None
        if curve.interval_low:
            limits = Interval(curve.interval_low[position], curve.interval_high[position], level)
        yield Bounds(low, high), limits


def grid_text(value: float, unit: str) -> str:
    """A grid point for people."""
    if unit == "share":
        return typeset(percent(value))
    return typeset(number(value, 0 if float(value).is_integer() or value >= 100 else 2))


def _start(estimate: Estimate, points: Sequence[tuple[Bounds, Interval | None]]) -> int:
    """The grid point that is the estimate itself; the first where none is."""

    def distance(position: int) -> float:
        bounds = points[position][0]
        gap = abs(bounds.low - estimate.identified.low) + abs(
            bounds.high - estimate.identified.high
        )
        return round(gap, 9)

    return min(range(len(points)), key=distance)


def _nearest(grid: Sequence[float], value: float) -> int:
    return min(range(len(grid)), key=lambda position: abs(grid[position] - value))
