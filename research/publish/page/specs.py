"""The charts as Vega-Lite: what is drawn where, in which colour. No number is made here.

The rows come from the page as the data ``rows``; the script sets ``at``, the row that is read, and
``view``, the rows that the switches choose. Red and blue are the two countries, and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import altair as alt

from research import figures
from research.publish.headlines import CLASSES
from research.publish.page.first_screen import CHINA, LIMITS, UNITED_STATES, Chart, Row
from research.wording import typeset

HEIGHT = 240  # pixels
FONT = "Source Sans Pro"
PAPER = "#ffffff"
APART = 0.07  # of the height: two names that are nearer would touch
SHORT = {CHINA: "China", UNITED_STATES: "US"}
COLOUR = alt.Color(
    "origin:N",
    scale=alt.Scale(
        domain=[CHINA, UNITED_STATES], range=[figures.CHINA, figures.UNITED_STATES]
    ),
    legend=None,
)  # fmt: skip
SHAPE = alt.Shape(
    "origin:N",
    scale=alt.Scale(domain=[CHINA, UNITED_STATES], range=["circle", "square"]),
    legend=None,
)
PERCENT = "format(datum.value * 100, '.0f') + '\u00a0%'"
READ = "datum.row === at"
CHOSEN = "datum.view === view"
VIEW = {"view": ""}
CONFIG = alt.Config(
    font=FONT, autosize=alt.AutoSizeParams(type="fit-x", contains="padding"), padding=2,
    view=alt.ViewConfig(stroke=None),
    axis=alt.AxisConfig(
        labelColor=figures.MUTED, titleColor=figures.MUTED, gridColor=figures.FAINT,
        domainColor=figures.MUTED, tickColor=figures.MUTED, labelFontSize=12, titleFontSize=12,
        titleFontWeight="normal",
    ),
)  # fmt: skip
CURVE = 170  # pixels of a drawing of columns
NARROW = 1.2  # percent of the axis: what is narrower is a dot
REGION, SET = "#e4eeec", "#86aaa6"
CHOSEN_COLUMN = "datum.n === at"


def spec(chart: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The specification of a chart, whose axes hold all these rows."""
    if chart == "pair":
        return _pair(rows)
    return _time() if chart == "time" else _size()


def placed(chart: Chart) -> list[dict[str, Any]]:
    """The rows of all views of a chart, each with its number and its place in the drawing."""
    place = {"time": _in_time, "pair": _in_pairs, "size": _in_sizes}[chart.name]
    rows = [
        placed for at, view in enumerate(chart.views.values()) for placed in place(view.rows, at)
    ]
    return [row | {"row": number} for number, row in enumerate(rows)]


def _in_time(rows: Sequence[Row], _: int) -> Iterator[dict[str, Any]]:
    last = {row.origin: row for row in rows}
    names = _apart({origin: row.value or row.low for origin, row in last.items()})
    for row in rows:
        midnight = datetime.combine(date.fromisoformat(row.end), time(), UTC)
        is_last = row is last[row.origin]
        name = {"label": SHORT[row.origin], "label_at": names[row.origin]} if is_last else {}
        yield row.record() | {"at": int(midnight.timestamp() * 1000), "label": ""} | name


def _apart(places: dict[str, float]) -> dict[str, float]:
    """Where both names stand: beside their last value, and never over each other."""
    (lower, low), (upper, high) = sorted(places.items(), key=lambda each: each[1])
    room = max(0.0, APART - (high - low)) / 2
    return {lower: low - room, upper: high + room}


def _in_pairs(rows: Sequence[Row], view: int) -> Iterator[dict[str, Any]]:
    for at, row in enumerate(rows):
        place = {"place": view + 0.22 + 0.26 * at, "label": "" if view else SHORT[row.origin]}
        head = {"head": typeset(row.series), "place_of_head": view - 0.12} if at == 0 else {}
        yield row.record() | place | head


def _in_sizes(rows: Sequence[Row], _: int) -> Iterator[dict[str, Any]]:
    for row in rows:
        label = SHORT[row.origin] if row.size == CLASSES[0] else ""
        yield row.record() | {"middle": (row.low + row.high) / 2, "label": label}


def of_rows() -> alt.Chart:
    """A chart of the rows that the page gives."""
    return alt.Chart(alt.NamedData(name="rows"))


def finished(
    *layers: alt.Chart, height: int = HEIGHT, params: Mapping[str, Any] = VIEW
) -> dict[str, Any]:
    """The layers as one specification, in the page's look."""
    named = [alt.param(name=name, value=value) for name, value in {"at": -1, **params}.items()]
    look = {"width": "container", "height": height, "background": "transparent", "config": CONFIG}
    chart = alt.layer(*layers, **look).add_params(*named)
    plain: dict[str, Any] = chart.to_dict()
    return plain


def nearest(layer: alt.Chart, field: str = "row", on: str = "pointermove") -> alt.Chart:
    """The layer whose nearest mark is read when a pointer moves over the chart, or is clicked."""
    near = alt.selection_point(
        name="near", fields=[field], on=on, nearest=True, clear=False, empty=False
    )
    return layer.add_params(near)


# Shares over time ---------------------------------------------------------------------------------


def _time() -> dict[str, Any]:
    x = alt.X(
        "at:T",
        scale=alt.Scale(type="utc", domain=[{"year": each, "utc": True} for each in (2021, 2027)]),
        axis=alt.Axis(title=None, format="%Y", tickCount="year", grid=False, labelFlush=False),
    )  # fmt: skip
    low = alt.Y(
        "low:Q", scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(title=None, labelExpr=PERCENT, values=[0, 0.25, 0.5, 0.75, 1], domain=False,
                      ticks=False),
    )  # fmt: skip
    base = of_rows().encode(x=x, color=COLOUR)
    bands = base.mark_area(opacity=0.18).encode(y=low, y2="high:Q", detail="kind:N")
    paths = base.mark_line(strokeWidth=1, opacity=0.6).encode(y="value:Q", detail="kind:N")
    sets = base.mark_rule(strokeWidth=5, opacity=0.45).encode(y=low, y2="high:Q")
    filled = alt.condition("datum.kind === 'until'", alt.value(PAPER), COLOUR)
    points = base.mark_point(size=38, strokeWidth=1.4, opacity=1).encode(
        y="value:Q", shape=SHAPE, fill=filled
    )
    names = base.mark_text(align="left", dx=7, fontSize=13, fontWeight=600).encode(
        y="label_at:Q", text="label:N"
    )
    return finished(bands, paths, sets, nearest(points), ring(base).encode(y="value:Q"), names)


def ring(base: alt.Chart) -> alt.Chart:
    """A ring around the row that is read."""
    read = base.transform_filter(READ).mark_point(size=190, strokeWidth=1.6, opacity=1, fill=None)
    coloured: alt.Chart = read.encode(color=alt.value(figures.INK))
    return coloured


# Over-representation ------------------------------------------------------------------------------


def _pair(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    pairs = len({row["view"] for row in rows})
    y = alt.Y("place:Q", scale=alt.Scale(reverse=True, domain=[-0.45, pairs]), axis=None)
    powers = _powers([row[end] for row in rows for end in ("low", "high")])
    x = alt.X(
        "low:Q",
        scale=alt.Scale(type="log", domain=[powers[0], powers[-1]], nice=False),
        axis=alt.Axis(title="times as large a share (log scale)", values=powers,
                      labelExpr="format(datum.value, '~g') + '×'", domain=False, ticks=False),
    )  # fmt: skip
    strength = alt.condition(CHOSEN, alt.value(1), alt.value(0.4))
    base = of_rows().encode(y=y, color=COLOUR, opacity=strength)
    even = alt.Chart(alt.InlineData(values=[{"even": 1}])).mark_rule(
        color=figures.MUTED, strokeDash=[4, 3]
    ).encode(x=alt.X("even:Q"))  # fmt: skip
    sets = base.mark_rule(strokeWidth=6, opacity=0.5).encode(x=x, x2="high:Q")
    points = base.mark_point(size=42, filled=True).encode(x="value:Q", shape=SHAPE)
    legible = alt.condition(CHOSEN, alt.value(1), alt.value(0.8))
    heads = (
        of_rows().transform_filter("isValid(datum.head)")
        .mark_text(align="left", fontSize=12, baseline="middle", color=figures.MUTED)
        .encode(
            y=alt.Y("place_of_head:Q", axis=None), x=alt.value(0), text="head:N", opacity=legible
        )
    )  # fmt: skip
    # What stands behind a head does not run through its letters.
    behind = heads.mark_text(
        align="left", fontSize=12, baseline="middle", stroke=PAPER, strokeWidth=5, color=PAPER
    ).encode(opacity=alt.value(1))  # fmt: skip
    names = base.mark_text(align="left", dx=8, fontSize=12, fontWeight=600).encode(
        x="high:Q", text="label:N"
    )
    read = ring(base).encode(x="value:Q", opacity=alt.value(1))
    return finished(
        even, behind, sets, nearest(points), heads, names, read, height=max(HEIGHT, 39 * pairs)
    )


def _powers(values: Sequence[float]) -> list[float]:
    """The powers of two that hold all values.

    >>> _powers([0.3, 1.2, 2.9])
    [0.25, 0.5, 1.0, 2.0, 4.0]
    """
    low, high = (math.floor(math.log2(min(values))), math.ceil(math.log2(max(values))))
    return [2.0**power for power in range(low, high + 1)]


# Sizes --------------------------------------------------------------------------------------------


def _size() -> dict[str, Any]:
    x = alt.X(
        "low:Q", scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(title=None, labelExpr=PERCENT, values=[0, 0.25, 0.5, 0.75, 1], domain=False,
                      ticks=False),
    )  # fmt: skip
    limits = " : ".join(f"datum.value == '{name}' ? '{LIMITS[name]}'" for name in CLASSES)
    y = alt.Y(
        "size:N",
        sort=list(CLASSES),
        scale=alt.Scale(paddingInner=0.4, paddingOuter=0.1),
        axis=alt.Axis(title=None, ticks=False, domain=False, labelPadding=8,
                      labelExpr=f"[datum.label, {limits} : '']", labelLimit=120),
    )  # fmt: skip
    dodge = alt.YOffset("origin:N", sort=[CHINA, UNITED_STATES])
    base = of_rows().encode(y=y, yOffset=dodge, color=COLOUR)
    sets = base.mark_bar(height=9, opacity=0.85).encode(x=x, x2="high:Q")
    aims = base.mark_point(opacity=0, size=10).encode(x=alt.X("middle:Q"))
    read = base.transform_filter(READ).mark_bar(
        height=9, fill=None, stroke=figures.INK, strokeWidth=1.6
    ).encode(x=x, x2="high:Q", color=alt.value("transparent"))  # fmt: skip
    names = base.mark_text(align="left", dx=6, fontSize=12, fontWeight=600).encode(
        x="high:Q", text="label:N"
    )
    return finished(sets, nearest(aims), read, names)


# Columns of a card: specifications in order of size, or points of a grid -----------------------


def columns() -> dict[str, Any]:
    """Sets and intervals side by side, in percent of an axis whose labels are parameters.

    The script sets ``at``, the column that is read, and ``ticks`` with their ``labels``; the data
    are ``rows``, the ``region`` that the claim needs and the ``null`` at its threshold.
    """
    axis = alt.Axis(
        title=None, domain=False, ticks=False, labelLimit=80, values=alt.expr("ticks"),
        labelExpr="labels[indexof(ticks, datum.value)]",
    )  # fmt: skip
    y = alt.Y("low:Q", scale=alt.Scale(domain=[0, 100]), axis=axis)
    x = alt.X("n:O", scale=alt.Scale(padding=0), axis=None)
    region, null = (alt.Chart(alt.NamedData(name=name)).encode(y=y) for name in ("region", "null"))
    base = of_rows().encode(x=x)
    chosen = base.transform_filter(CHOSEN_COLUMN)
    ink, pale = alt.value(figures.INK), alt.value(figures.OTHER)
    sets = base.mark_rule().encode(
        y=y, y2="high:Q", strokeWidth=alt.StrokeWidth("wide:Q", scale=None),
        color=alt.condition(CHOSEN_COLUMN, ink, alt.value(SET)),
    )  # fmt: skip
    dots = base.transform_filter(f"datum.high - datum.low < {NARROW}").mark_point(
        filled=True, size=50, opacity=1
    ).encode(y=y, color=alt.condition(CHOSEN_COLUMN, ink, alt.value(figures.MUTED)))  # fmt: skip
    limits = base.mark_rule().encode(
        y="from:Q", y2="to:Q", color=alt.condition(CHOSEN_COLUMN, ink, pale)
    )
    return finished(
        region.mark_rect(color=REGION, opacity=1).encode(y2="high:Q"),
        null.mark_rule(color=figures.MUTED, strokeDash=[4, 3]),
        chosen.mark_rule(color=figures.MUTED, strokeDash=[2, 2]),
        limits,
        sets,
        dots,
        nearest(base.mark_point(opacity=0), "n", "click").encode(y=y),
        params={"ticks": [], "labels": []},
        height=CURVE,
    )
