"""The families drawn, as Vega-Lite: pulls against downloads, and the course of one family.

As for the charts of the first screen: rows come from the page, the script says which is read, and
no number is made here. Red and blue are the two countries, and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt

from research import figures
from research.publish.page.first_screen import CHINA, UNITED_STATES
from research.publish.page.specs import PAPER, READ, finished, nearest, of_rows, ring

OTHER = "other or not known"
GROUPS = [CHINA, UNITED_STATES, OTHER]
COLOUR = alt.Color(
    "group:N",
    scale=alt.Scale(
        domain=GROUPS, range=[figures.CHINA, figures.UNITED_STATES, figures.OTHER]
    ),
    legend=None,
)  # fmt: skip
SHAPE = alt.Shape(
    "group:N", scale=alt.Scale(domain=GROUPS, range=["circle", "square", "diamond"]), legend=None
)
CHOSEN_ALONE: dict[str, Any] = {  # no filter: a scale of nothing has no ends
    "color": alt.value(figures.INK), "opacity": alt.condition(READ, alt.value(1), alt.value(0)),
}  # fmt: skip
NUMBER = "replace(format(datum.value, ',.0f'), regexp(',', 'g'), '\u202f')"
DECADES = {"pulls": (2.0, 7.0), "downloads": (2.0, 8.0)}  # of ten; below the first stands none
ROOM = 0.35  # of a decade, beyond either end
WIDE, HIGH = 900, 420  # pixels that names are placed for
NARROW = 600  # pixels below which no names stand beside the marks
NAMED = 34  # families at most that are named without being read


def placed(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with their place in the scatter; of none stands at the edge, hollow."""
    points = [
        row | {
            "view": "",
            "x": _within(row["downloads"], "downloads"),
            "y": _within(row["pulls"], "pulls"),
            "y_low": _within(row["pulls_low"], "pulls"),
            "y_high": _within(row["pulls_high"], "pulls"),
            "hollow": not (row["pulls"] > 0 and row["downloads"] > 0),
        }
        for row in rows
    ]  # fmt: skip
    names = set(_named(points))
    return [row | {"name": row["family"] if row["family"] in names else ""} for row in points]


def _domain(counted: str) -> tuple[float, float]:
    low, high = DECADES[counted]
    return 10 ** (low - ROOM), 10 ** (high + ROOM)


def _within(value: float, counted: str) -> float:
    return max(value, 10 ** DECADES[counted][0])


def _named(rows: Iterable[dict[str, Any]]) -> Iterable[str]:
    """Families whose names fit beside their marks, those of most weight first."""
    rows = sorted(rows, key=lambda row: -max(row["pulls_share"], row["downloads_share"]))
    marks = [_pixels(row) for row in rows]
    taken: list[tuple[float, float, float, float]] = []
    for row, (x, y) in zip(rows, marks, strict=True):
        box = (x + 5, y - 7, x + 12 + 6.4 * len(row["family"]), y + 7)
        over_marks = any(box[0] < a < box[2] and box[1] < b < box[3] for a, b in marks)
        over_names = any(
            box[0] < right and left < box[2] and box[1] < bottom and top < box[3]
            for left, top, right, bottom in taken
        )
        if len(taken) < NAMED and box[2] < WIDE and not over_marks and not over_names:
            taken.append(box)
            yield row["family"]


def _pixels(row: dict[str, Any]) -> tuple[float, float]:
    """Where a mark stands in a drawing of the usual size."""
    parts = []
    for place, counted in (("x", "downloads"), ("y", "pulls")):
        low, high = map(math.log10, _domain(counted))
        parts.append((math.log10(row[place]) - low) / (high - low))
    return parts[0] * WIDE, (1 - parts[1]) * HIGH


def _axis(counted: str) -> dict[str, Any]:
    """A logarithmic scale of counts; its first tick is none."""
    low, high = DECADES[counted]
    ticks = [10.0**power for power in range(int(low), int(high) + 1)]
    return {
        "scale": alt.Scale(type="log", domain=list(_domain(counted)), nice=False),
        "axis": alt.Axis(
            title=f"{counted} of 30 days (log scale)", values=ticks, ticks=False, domain=False,
            labelExpr=f"datum.value <= {ticks[0]} ? 'none' : {NUMBER}", labelOverlap=True,
        ),
    }  # fmt: skip


def scatter(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The specification of pulls against downloads, with the line of equal shares."""
    x, y = alt.X("x:Q", **_axis("downloads")), alt.Y("y:Q", **_axis("pulls"))
    base = of_rows().encode(x=x, y=y, color=COLOUR)
    sets = base.mark_rule(strokeWidth=3, opacity=0.3).encode(y=alt.Y("y_low:Q"), y2="y_high:Q")
    hollow = alt.condition("datum.hollow", alt.value(PAPER), COLOUR)
    points = base.mark_point(size=44, strokeWidth=1.3, opacity=1).encode(shape=SHAPE, fill=hollow)
    wide = alt.ExprRef(f"width < {NARROW} ? 0 : 1")
    names = base.mark_text(align="left", dx=7, fontSize=11.5, color=figures.MUTED, opacity=wide)
    names = names.encode(text="name:N", color=alt.value(figures.MUTED))
    read = base.transform_filter(READ)
    halo = read.mark_text(dy=-15, fontSize=13, fontWeight=600, stroke=PAPER, strokeWidth=4)
    caption = read.mark_text(dy=-15, fontSize=13, fontWeight=600)
    ink = alt.value(figures.INK)
    return finished(
        *_equal_shares(rows, x, y), sets, nearest(points), names, ring(base),
        halo.encode(text="family:N"), caption.encode(text="family:N", color=ink), height=HIGH,
    )  # fmt: skip


def _equal_shares(rows: Sequence[dict[str, Any]], x: alt.X, y: alt.Y) -> tuple[alt.Chart, ...]:
    """Where a family has the same share of pulls as of downloads."""
    pulls, downloads = (sum(row[name] for row in rows) for name in ("pulls", "downloads"))
    ends = [{"x": end, "y": end * pulls / downloads} for end in _domain("downloads")]
    top = _domain("pulls")[1]
    line = alt.Chart(alt.InlineData(values=ends)).mark_line(
        color=figures.MUTED, strokeDash=[4, 3], strokeWidth=1, clip=True
    ).encode(x=x, y=y)  # fmt: skip

    def words(text: str, at: float, height: float) -> alt.Chart:
        source = alt.InlineData(values=[{"x": at, "y": height, "words": text}])
        return alt.Chart(source).encode(x=x, y=y, text="words:N")

    above = words("above the line: more of the pulls", ends[0]["x"], top)
    below = words("below: more of the downloads", ends[1]["x"], _domain("pulls")[0])
    look: dict[str, Any] = {"fontSize": 12, "color": figures.MUTED}
    return (
        line,
        above.mark_text(align="left", baseline="top", dx=4, dy=2, **look),
        below.mark_text(align="right", baseline="bottom", dx=-4, dy=-4, **look),
    )


# One family ---------------------------------------------------------------------------------------


def course(counted: str, days: tuple[str, str]) -> dict[str, Any]:
    """The specification of the pulls or the downloads of one family between two days."""
    x = alt.X(
        "end:T",
        scale=alt.Scale(type="utc", domain=[_utc(day) for day in days]),
        axis=alt.Axis(title=None, format="%b %Y", tickCount=6, grid=False, labelFlush=True),
    )  # fmt: skip
    y = alt.Y(
        "value:Q", scale=alt.Scale(zero=True),
        axis=alt.Axis(title=None, tickCount=4, labelExpr=NUMBER, domain=False, ticks=False),
    )  # fmt: skip
    base = of_rows().encode(x=x, y=y, color=COLOUR)
    if counted == "pulls":
        start = alt.X("begin:T")
        sets = base.mark_rect(opacity=0.3).encode(x=start, x2="end", y=alt.Y("low:Q"), y2="high:Q")
        values = base.mark_rule(strokeWidth=1.6, opacity=1).encode(x=start, x2="end")
        aims = base.mark_point(opacity=0, size=30)
        read = base.mark_rule(strokeWidth=5).encode(x=start, x2="end", **CHOSEN_ALONE)
        return finished(sets, values, nearest(aims), read, height=150)
    hollow = alt.condition("datum.listed === 'LLM catalogue'", COLOUR, alt.value(PAPER))
    points = base.mark_point(size=50, strokeWidth=1.5, opacity=1).encode(shape=SHAPE, fill=hollow)
    read = base.mark_point(size=190, strokeWidth=1.6, fill=None).encode(**CHOSEN_ALONE)
    return finished(nearest(points), read, height=150)


def _utc(day: str) -> dict[str, int | bool]:
    year, month, date = map(int, day.split("-"))
    return {"year": year, "month": month, "date": date, "utc": True}
