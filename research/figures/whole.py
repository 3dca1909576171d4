"""Whole figures of a result or of one estimate, where an analysis draws none of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from research.figures.marks import null_line
from research.figures.panels import Series, forest
from research.figures.sheet import canvas
from research.figures.style import INK
from research.results import Bounds, Estimate, ResearchError, Result
from research.wording import DIFFERENCES, number, tick

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def default(result: Result) -> Figure:
    """The figure of an analysis that draws none: every judged estimate of every answer.

    Where none is judged, all that have the unit of the first.
    """
    units = [each.unit for answer in result.answers.values() for each in answer.estimates.values()]
    judged = any(answer.verdicts for answer in result.answers.values())
    rows = {
        f"{key}: {label}" if len(result.answers) > 1 else label: estimate
        for key, answer in result.answers.items()
        for label, estimate in answer.estimates.items()
        if (label in answer.verdicts if judged else estimate.unit == units[0])
    }
    if not rows:
        raise ResearchError(f"{result.analysis} has no estimate on these data: nothing to draw.")
    figure, axes = canvas(height=0.9 + 0.34 * len(rows), source=result)
    forest(axes, list(rows), Series(rows=list(rows.values())))
    for null in sorted({hypothesis.null for hypothesis in result.hypotheses.values()}):
        null_line(axes, null, f"null {number(null)}")
    _name_units(axes, [estimate.unit for estimate in rows.values()])
    return figure


def _name_units(axes: Axes, units: Iterable[str]) -> None:
    """What the axis shows: shares in per cent and their differences in points, where alone."""
    names = list(dict.fromkeys(units))
    points = ", percentage points" if len(names) == 1 and names[0].startswith(DIFFERENCES) else ""
    axes.set_xlabel(", ".join(names) + points)
    if len(names) == 1:
        axes.xaxis.set_major_formatter(lambda value, _: tick(value, names[0]))


def of_estimate(estimate: Estimate) -> Figure:
    """An estimate and, below it, what each source of its uncertainty alone gives."""
    figure, axes = canvas(height=1.2 + 0.34 * len(estimate.budget))
    names = [estimate.label, *(row.source for row in estimate.budget)]
    alone = [Bounds(row.low, row.high) for row in estimate.budget]
    forest(axes, names, Series(rows=(estimate, *alone)))
    _name_units(axes, [estimate.unit])
    return figure


def rows_of(
    result: Result,
    *,
    height: float,
    names: Mapping[str, str] | None = None,
    row: str = "{answer}: {name}",
    colors: Mapping[str, str] | None = None,
    **panel: Any,
) -> Figure:
    """Estimates as rows of one :func:`forest`, which takes ``panel``.

    Parameters
    ----------
    height
        In inches.
    names
        Labels of estimates and what they are called; by default all of the primary answer.
    row
        What a row is called where named estimates of several answers are drawn.
    colors
        By name.
    """
    answers = result.answers
    if names is None:
        answers, row = {"": result.answer()}, "{name}"
        names = {label: label for label in result.answer().estimates}
    rows = {
        row.format(answer=key, name=name): (answer.estimates[label], (colors or {}).get(name, INK))
        for key, answer in answers.items()
        for label, name in names.items()
        if label in answer.estimates
    }
    figure, axes = canvas(height=height, source=result)
    estimates, looks = zip(*rows.values(), strict=True)
    forest(axes, list(rows), Series(rows=estimates, color=looks), **panel)
    return figure
