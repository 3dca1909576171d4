"""What is drawn of one estimate, and what is written beside it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from research.figures.sheet import write_below
from research.figures.style import INK, MUTED
from research.results import Bounds, Interval
from research.wording import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DARK = "Bars: all that the data allow; dark: with the doubts drawn as stated (95 %)."


def draw_set(
    axes: Axes,
    y: float,
    bounds: Bounds,
    interval: Interval | None = None,
    *,
    value: float | None = None,
    drawn: Bounds | None = None,
    color: str = INK,
    marker: str = "o",
) -> None:
    """One estimate at height ``y``: bar = identified set, capped line = interval, dot = point.

    An interval without an end runs as an arrow to the edge of the axes. Where a simulation interval
    is ``drawn``, it is the dark part of the bar; the figure then says so below.
    """
    from matplotlib.colors import to_rgba

    if interval is not None and math.isinf(interval.width):
        _draw_endless(axes, y, bounds, interval, color)
    elif interval is not None:
        axes.errorbar(
            (interval.low + interval.high) / 2, y, xerr=(interval.high - interval.low) / 2,
            fmt="none", ecolor=color, elinewidth=0.9, capsize=2.5, capthick=0.9,
        )  # fmt: skip
    if bounds.width > 0:
        # Without its ends a set that is narrower than a pixel would not show.
        axes.plot(
            [bounds.low, bounds.high], [y, y], color=to_rgba(color, 0.4), lw=5, marker="|", ms=5.4,
            mec=color, mew=1.1, solid_capstyle="butt",
        )  # fmt: skip
    if drawn is not None and bounds.width > 0:
        dark = to_rgba(color, 0.75)
        axes.plot([drawn.low, drawn.high], [y, y], color=dark, lw=5, solid_capstyle="butt")
        _tell_below(axes, DARK)
    point = value if value is not None else (bounds.low if bounds.width == 0 else None)
    if point is not None:
        axes.plot(point, y, marker=marker, ms=4.5, mfc=color, mec="white", mew=0.6, ls="none")


def _tell_below(axes: Axes, sentence: str) -> None:
    """Add a sentence to the small type below the figure, once."""
    figure = axes.figure
    text = " ".join(figure.get_supxlabel().split())
    if sentence not in text:
        write_below(figure, f"{sentence} {text}".strip())


def _draw_endless(axes: Axes, y: float, bounds: Bounds, interval: Interval, color: str) -> None:
    for edge, end, start in ((0, interval.low, bounds.low), (1, interval.high, bounds.high)):
        if math.isfinite(end):
            axes.plot([start, end], [y, y], color=color, lw=0.9, marker="|", ms=5, markevery=[1])
            continue
        axes.annotate(
            "", (edge, y), xycoords=axes.get_yaxis_transform(), xytext=(start, y),
            textcoords="data", arrowprops={"arrowstyle": "->", "color": color, "lw": 0.9},
        )  # fmt: skip


def null_line(axes: Axes, null: float, text: str = "") -> None:
    """The dashed line of the null, named at the top of the axes."""
    axes.axvline(null, color=MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
    if text:
        above = {"xycoords": ("data", "axes fraction"), "ha": "center", "va": "bottom"}
        note(axes, text, (null, 1), (0, 3), muted=True, **above)


def note(
    axes: Axes, text: str, at: tuple[Any, Any], offset: tuple[float, float] = (4, 0), *,
    muted: bool = False, **look: Any,
) -> None:  # fmt: skip
    """A small text beside a point: so many points to the right of it and above.

    Parameters
    ----------
    axes, text, at
        Where, what, and the point.
    offset
        To the left where it is negative; the text then ends there.
    muted
        In grey, for what explains the figure and is no result.
    **look
        For ``Axes.annotate``.
    """
    own = {"fontsize": 7.5, "color": MUTED} if muted else {"fontsize": 8}
    side = {"ha": "right" if offset[0] < 0 else "left", "va": "center"}
    axes.annotate(text, at, xytext=offset, textcoords="offset points", **own | side | look)


def crossing(
    axes: Axes, at: float | None, null: float, *, label: str | None = None, rising: bool = False
) -> None:
    """The dashed line of a null along the x axis, and a ring where a curve crosses it."""
    axes.axhline(null, color=MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
    if at is None:
        return
    axes.plot(at, null, "o", ms=5, mfc="white", mec=INK, mew=1)
    text = number(at) if label is None else label
    note(axes, text, (at, null), (4 if rising else -4, -5), va="top")
