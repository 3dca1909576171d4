"""Bars of counts and shares, one a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from research.figures.forests import label_rows
from research.figures.marks import note
from research.figures.style import INK, OTHER
from research.figures.ticks import count_ticks
from research.results import Bounds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HIGH = 0.64  # of a row: a bar


def bars(
    axes: Axes,
    labels: Sequence[str],
    values: Sequence[float],
    *,
    color: str | Sequence[str] = INK,
    hatch: str | Sequence[str] = "",
    told: Sequence[str] = (),
    **look: Any,
) -> None:
    """Bars of counts or shares, the first on top; ``told`` is written at the ends of the first."""
    axes.barh(range(0, -len(labels), -1), values, color=color, hatch=hatch, height=HIGH,
              edgecolor="white", lw=0)  # fmt: skip
    for row, (text, end) in enumerate(zip(told, values, strict=False)):
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
