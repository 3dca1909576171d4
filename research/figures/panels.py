"""Panels that several figures need: rows of sets below each other, bars of counts and shares."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from research.figures.marks import draw_set, note, null_line
from research.figures.style import FAINT, INK, OTHER
from research.figures.ticks import count_ticks, percent_ticks, point_ticks
from research.results import Bounds, BudgetRow, Estimate
from research.wording import DIFFERENCES, SHARES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HIGH = 0.64  # of a row: a bar
ROOM = 0.45  # of the width of a panel: names of series fit in


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What one look shows in the rows of a forest.

    Parameters
    ----------
    rows
        One a row: an estimate with its set, value and interval; bounds; a number, which is drawn as
        a hollow mark (what was claimed or published); or ``None`` for nothing.
    values
        The value within bounds of each row, where it is known.
    name
        Written beside one of them, where several series share the rows.
    color, marker
        The look; several colours, one a row.
    offset
        Height above the middle of the row. By default series stand below each other in it.
    """

    rows: Sequence[Estimate | Bounds | float | None]
    values: Sequence[float | None] = ()
    name: str = ""
    color: str | Sequence[str] = INK
    marker: str = "o"
    offset: float | None = None


def forest(
    axes: Axes,
    labels: Sequence[str] | None,
    *series: Series,
    null: float | None = None,
    null_text: str = "",
    band: tuple[float, float] | None = None,
    groups: Sequence[int] = (),
    notes: Sequence[str] = (),
    width: int = 34,
    **look: Any,
) -> None:
    """Rows of identified sets, values and intervals, the first on top.

    Parameters
    ----------
    labels
        Of the rows; ``None`` where the panel shares them with the one to its left.
    *series
        What stands in the rows.
    null, null_text
        The dashed line of the claim, and its name.
    band
        A grey band, such as the differences that count as none.
    groups
        Numbers of rows above which a thin line separates groups.
    notes
        A text a row, to the right of the axes.
    width
        Characters after which labels are broken.
    **look
        For ``Axes.set``: ``title``, ``xlabel``, ``xlim`` and their like.
    """
    if band is not None:
        axes.axvspan(*band, color=FAINT, alpha=0.5, lw=0, zorder=0)
    if null is not None:
        null_line(axes, null, null_text)
    for shared, offset in zip(series, _offsets(series), strict=True):
        _draw_series(axes, shared, offset)
    for row in groups:
        axes.axhline(0.5 - row, color=FAINT, lw=0.8)
    _outer_labels(axes, labels, notes, width)
    axes.set(**look)
    _tick_in_unit(axes, series)
    _name_series(axes, series, null)


def _offsets(series: Sequence[Series]) -> list[float]:
    """Heights above the middle of the row: series without one of their own below each other."""
    free = sum(shared.offset is None for shared in series)
    places = iter(0.17 * (free - 1) - 0.34 * place for place in range(free))
    return [next(places) if shared.offset is None else shared.offset for shared in series]


def _draw_series(axes: Axes, series: Series, offset: float) -> None:
    for row, drawn in enumerate(series.rows):
        color = series.color if isinstance(series.color, str) else series.color[row]
        look: dict[str, Any] = {"color": color, "marker": series.marker}
        match drawn:
            case Estimate():
                inner = drawn.simulated and drawn.simulated.interval
                look |= {"value": drawn.value, "drawn": inner}
                draw_set(axes, offset - row, drawn.identified, drawn.interval, **look)
            case Bounds():
                value = series.values[row] if series.values else None
                draw_set(axes, offset - row, drawn, value=value, **look)
            case int() | float():
                look |= {"mfc": "white", "mec": color, "ms": 4.5, "ls": "none"}
                axes.plot(drawn, offset - row, **look)


def _outer_labels(
    axes: Axes, labels: Sequence[str] | None, notes: Sequence[str], width: int
) -> None:
    """Labels on the left and notes on the right; no axis where the left neighbour has it."""
    if labels is None:
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    else:
        label_rows(axes, labels, width=width)
    for row, text in enumerate(notes):
        axes.annotate(
            text, (1.02, -row), xycoords=("axes fraction", "data"), va="center", fontsize=8
        )


def _tick_in_unit(axes: Axes, series: Sequence[Series]) -> None:
    """Shares in per cent and their differences in points, where estimates of one kind are drawn."""
    from matplotlib.ticker import FixedFormatter

    units = [row.unit for each in series for row in each.rows if isinstance(row, Estimate)]
    if not units or isinstance(axes.xaxis.get_major_formatter(), FixedFormatter):
        return  # or the figure has given its ticks names
    if all(unit.startswith(DIFFERENCES) for unit in units):
        point_ticks(axes.xaxis)
    elif all(unit.startswith(SHARES) for unit in units):
        percent_ticks(axes.xaxis)


def _name_series(axes: Axes, series: Sequence[Series], null: float | None) -> None:
    """The names of series beside their sets, in the first row with room for them."""
    named = [(s, offset) for s, offset in zip(series, _offsets(series), strict=True) if s.name]
    if not named:
        return
    row, before = _with_room(axes, [s.rows for s, _ in named], null)
    for shared, offset in named:
        low, *_, high = _extent(shared.rows[row]) or axes.get_xlim()
        at, color = (low if before else high, offset - row), shared.color
        color = color if isinstance(color, str) else INK
        note(axes, shared.name, at, (-7 if before else 7, 0), color=color)


def _with_room(
    axes: Axes, rows: Sequence[Sequence[Estimate | Bounds | float | None]], null: float | None
) -> tuple[int, bool]:
    """The row, and whether before its sets, where names cross nothing; else where most is free."""
    left, right = axes.get_xlim()
    places = []
    for row, drawn in enumerate(zip(*rows, strict=True)):
        ends = [end for each in drawn for end in _extent(each)]
        for low, high in ((left, min(ends, default=left)), (max(ends, default=right), right)):
            crossed = null is not None and low < null < high
            places.append((0 if crossed else (high - low) / (right - left), row, low == left))
    _, row, before = next((place for place in places if place[0] >= ROOM), max(places))
    return row, before


def _extent(drawn: Estimate | Bounds | float | None) -> list[float]:
    """The ends of all that is drawn, in order."""
    match drawn:
        case Estimate():
            return sorted([*drawn.identified, *(drawn.interval or ())])
        case Bounds():
            return [*drawn]
    return [] if drawn is None else [drawn]


def label_rows(axes: Axes, labels: Sequence[str], *, width: int = 34) -> None:
    """Write the row labels of a forest at heights 0, -1, -2, ..."""
    axes.set_yticks(range(0, -len(labels), -1), [textwrap.fill(label, width) for label in labels])
    axes.set_ylim(-len(labels) + 0.4, 0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def budget(
    axes: Axes, rows: Sequence[BudgetRow], *, value: float | None = None, **look: Any
) -> None:
    """An uncertainty budget as a :func:`forest`: the range of each source, the widest on top."""
    ordered = sorted(rows, key=lambda row: row.width, reverse=True)
    if value is not None:
        axes.axvline(value, color=INK, lw=0.8, zorder=0)
    ranges = Series(rows=[Bounds(row.low, row.high) for row in ordered])
    forest(axes, [row.source for row in ordered], ranges, **look)


# Bars ---------------------------------------------------------------------------------------------


def bars(
    axes: Axes,
    labels: Sequence[str],
    values: Sequence[float],
    *,
    color: str | Sequence[str] = INK,
    hatch: str | Sequence[str] = "",
    notes: Sequence[str] = (),
    **look: Any,
) -> None:
    """Bars of counts or shares, the first on top, with ``notes`` at the ends of the first."""
    axes.barh(range(0, -len(labels), -1), values, color=color, hatch=hatch, height=HIGH,
              edgecolor="white", lw=0)  # fmt: skip
    for row, (text, end) in enumerate(zip(notes, values, strict=False)):
        note(axes, text, (end, -row))
    label_rows(axes, labels)
    axes.set(**look)


def stacked_bars(
    axes: Axes,
    parts: Mapping[str, Mapping[str, float]],
    looks: Mapping[str, tuple[str, str]],
    **legend: Any,
) -> None:
    """Bars one a row, of parts that ``looks`` orders and gives a colour and a hatch."""
    rows, ends = range(0, -len(parts), -1), [0.0] * len(parts)
    for name, (color, hatch) in looks.items():
        widths = [held.get(name, 0.0) for held in parts.values()]
        axes.barh(rows, widths, left=ends, height=HIGH, color=color, hatch=hatch, lw=0,
                  edgecolor="white", label=name)  # fmt: skip
        ends = [end + width for end, width in zip(ends, widths, strict=True)]
    label_rows(axes, list(parts), width=16)
    axes.legend(fontsize=7.5, **legend)


def color_of(lead: Bounds, ahead: str, behind: str, undecided: str = OTHER) -> str:
    """The colour of who is ahead, another where the set leaves that open."""
    if lead.low <= 0 <= lead.high:
        return undecided
    return ahead if lead.low > 0 else behind


def thinned_bars(
    axes: Axes,
    labels: Sequence[str],
    whole: Sequence[float],
    left: Sequence[float],
    *,
    bold: Sequence[bool] = (),
    color: str | Sequence[str] = OTHER,
    **look: Any,
) -> None:
    """Bars of counts, pale where a part of them may be taken out; ``bold`` marks labels."""
    for row, (all_of_it, kept) in enumerate(zip(whole, left, strict=True)):
        shade = color if isinstance(color, str) else color[row]
        axes.barh(-row, all_of_it, color=shade, alpha=0.4, height=HIGH)
        axes.barh(-row, kept, color=shade, height=HIGH)
    label_rows(axes, labels)
    for name, is_bold in zip(axes.get_yticklabels(), bold, strict=False):
        name.set_fontweight("semibold" if is_bold else "normal")
    axes.set(**look)
    count_ticks(axes.xaxis)
