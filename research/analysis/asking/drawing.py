"""The figure of a question's answer, drawn from the result alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from research import figures
from research.analysis.asking.labels import RANK
from research.results import Answer, Estimate, Result
from research.wording import DIFFERENCES, SHARES, quantity, tick

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BRIDGED = 60  # days between two states that a band goes on over; longer gaps stay open
COLOURS = {"CN": figures.CHINA, "US": figures.UNITED_STATES}
MARKS = ("o", "s", "D")


def figure(result: Result) -> Figure:
    """Over time the sets of each day; of one day the sets, and what each doubt alone gives."""
    answers = list(result.answers.values())
    if all(answer.refused for answer in answers):
        return figures.default(result)
    if "day" in answers[0].estimand:
        return _over_time(result, [answer for answer in answers if not answer.refused])
    if any(estimate.unit == "rank" for estimate in answers[0].estimates.values()):
        return _of_ranks(result, answers[0])
    return _of_one_day(result, answers[0])


def colour(label: str) -> str:
    """Of what is of China or the US alone; anything else is black."""
    asked = label.partition(", among ")[0]
    named = [code for code in COLOURS if f"origin {code}" in asked or asked.startswith(f"{code}: ")]
    alone = " minus " not in asked and " or " not in asked
    return COLOURS[named[0]] if alone and len(named) == 1 else figures.INK


# One day ------------------------------------------------------------------------------------------


def _of_one_day(result: Result, answer: Answer) -> Figure:
    estimates = list(answer.estimates.values())
    first, parts = estimates[0], estimates[1:]
    panels = [[first, *parts]] if _same_unit(estimates) else [[first], parts]
    rows = [*(len(panel) for panel in panels), len(first.budget)]
    rows = [row for row in rows if row]
    canvas, drawn = figures.canvas(
        (len(rows), 1),
        height=0.75 * len(rows) + 0.36 * sum(rows),
        source=result,
        height_ratios=[row + 1.2 for row in rows],
        squeeze=False,
    )
    axes = list(drawn[:, 0])
    for panel, shown in zip(axes, panels, strict=False):
        _draw_sets(panel, shown, _null(result, shown[0]))
    if first.budget:
        _draw_budget(axes[-1], first, _null(result, first))
    return canvas


def _same_unit(estimates: Sequence[Estimate]) -> bool:
    return len({each.unit for each in estimates}) == 1


def _null(result: Result, estimate: Estimate) -> float | None:
    tested = result.hypotheses.get(estimate.label) if estimate.label in result.hypotheses else None
    return tested.null if tested else None


def _draw_sets(axes: Axes, estimates: Sequence[Estimate], null: float | None) -> None:
    series = figures.Series(rows=list(estimates), color=[colour(each.label) for each in estimates])
    figures.forest(axes, [each.label for each in estimates], series, null=null, width=38)
    _ticks(axes.xaxis, axes.set_xlabel, *(each.unit for each in estimates))


def _draw_budget(axes: Axes, estimate: Estimate, null: float | None) -> None:
    title = "What each doubt alone gives"
    figures.budget(axes, estimate.budget, value=estimate.value, null=null, width=38, title=title)
    _ticks(axes.xaxis, axes.set_xlabel, estimate.unit)


def _ticks(axis: Any, name: Any, *units: str) -> None:
    """Ticks in per cent or points, and what the axis shows: of several channels a share."""
    unit = units[0] if len(set(units)) == 1 else "share"
    axis.set_major_formatter(lambda value, _: tick(value, unit))
    name("percentage points" if unit.startswith(DIFFERENCES) else unit)


# Ranks --------------------------------------------------------------------------------------------


def _of_ranks(result: Result, answer: Answer) -> Figure:
    """The leading values by their share, with their ranks beside them."""
    shares = [each for each in answer.estimates.values() if each.unit != "rank"]
    weighs = shares[0].unit.removeprefix("share of ")
    kinds = [each.label.removesuffix(f": {each.unit}") for each in shares]
    ranks = [answer.estimates[RANK.format(kind, weighs)] for kind in kinds]
    canvas, axes = figures.canvas(height=1.1 + 0.3 * len(kinds), source=result)
    looks = [colour(each.label) for each in shares]
    notes = [f"rank {quantity(each.identified, 'rank')}" for each in ranks]
    figures.forest(axes, kinds, figures.Series(rows=shares, color=looks), notes=notes, width=30)
    axes.set_xlim(left=0)
    _ticks(axes.xaxis, axes.set_xlabel, shares[0].unit)
    return canvas


# Over time ----------------------------------------------------------------------------------------


def _over_time(result: Result, answers: Sequence[Answer]) -> Figure:
    """The sets of each day: the shares in one panel, their difference in another."""
    units = list(dict.fromkeys(each.unit for each in answers[0].estimates.values()))
    canvas, drawn = figures.canvas(
        (len(units), 1),
        height=0.6 + 2.4 * len(units),
        source=result,
        sharex=True,
        squeeze=False,
    )
    for axes, unit in zip(drawn[:, 0], reversed(units), strict=True):
        labels = [label for label, each in answers[0].estimates.items() if each.unit == unit]
        _draw_days(axes, answers, labels)
        if len(labels) == 1:
            axes.set_title(labels[0][0].upper() + labels[0][1:])
        _ticks(axes.yaxis, axes.set_ylabel, unit)
        if unit.startswith(SHARES):
            axes.set_ylim(bottom=0)
        if (null := _null(result, answers[0].estimates[labels[0]])) is not None:
            axes.axhline(null, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
    return canvas


def _draw_days(axes: Axes, answers: Sequence[Answer], labels: Sequence[str]) -> None:
    for at, label in enumerate(labels):
        course = _in_order(answers, label)
        _draw_course(axes, course, colour(label), MARKS[at % len(MARKS)])
        if len(labels) > 1:
            day, last = course[-1]
            place = _date(day), _middle(last)
            figures.note(axes, _short(label), place, (8, 0), color=colour(label))


def _in_order(answers: Sequence[Answer], label: str) -> list[tuple[str, Estimate]]:
    held = (answer for answer in answers if label in answer.estimates)
    return sorted(((each.as_of, each.estimates[label]) for each in held), key=itemgetter(0))


def _draw_course(
    axes: Axes, course: Sequence[tuple[str, Estimate]], color: str, marker: str
) -> None:
    """A bar a day, and a band between days that are near each other."""
    for near in _without_gaps(course):
        days = [_date(day) for day, _ in near]
        low, high = zip(*(each.identified for _, each in near), strict=True)
        axes.fill_between(days, low, high, color=color, alpha=0.18, lw=0)
    for day, each in course:
        _draw_day(axes, _date(day), each, color, marker)


def _draw_day(axes: Axes, day: Any, estimate: Estimate, color: str, marker: str) -> None:
    from matplotlib.colors import to_rgba

    low, high = estimate.identified
    axes.plot(
        [day, day], [low, high], color=to_rgba(color, 0.45), lw=4, solid_capstyle="butt",
        marker="_", ms=6, mec=color, mew=1,
    )  # fmt: skip
    if estimate.value is not None:
        axes.plot(day, estimate.value, marker=marker, ms=3.5, mfc=color, mec="white", mew=0.5)


def _without_gaps(course: Sequence[tuple[str, Estimate]]) -> Iterator[list[tuple[str, Estimate]]]:
    """The days in groups that a band may go on over."""
    near: list[tuple[str, Estimate]] = []
    for day, each in course:
        if near and (_date(day) - _date(near[-1][0])).days > BRIDGED:
            yield near
            near = []
        near.append((day, each))
    yield near


def _date(day: str) -> Any:
    import pandas as pd

    return pd.Timestamp(day)


def _middle(estimate: Estimate) -> float:
    return sum(estimate.identified) / 2 if estimate.value is None else estimate.value


def _short(label: str) -> str:
    """What stands beside a course: what the label says after what is counted."""
    return label.partition(", ")[2].partition(", among")[0]
