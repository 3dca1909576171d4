"""One look for every figure. Estimates go in, a Figure comes out; nothing is estimated here.

Reading key, the same everywhere: a thick bar is the identified set and its dark part the simulation
interval, a thin line with caps the confidence interval, a dot the point estimate, a dashed line the
null of the claim.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research.results import Bounds, BudgetRow, Estimate, Interval, ResearchError, Result
from research.wording import DIFFERENCES, SHARES, number, tick, typeset

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure, FigureBase
    from matplotlib.layout_engine import LayoutEngine

WIDTH = 6.6  # inches: the text width of the paper
INK, MUTED, FAINT = "#1a1a1a", "#5f5f5f", "#d9d9d9"
CHINA, UNITED_STATES, OTHER = "#b2402a", "#1f4e8c", "#8a8a8a"  # also differ in lightness
FORMATS = ("svg", "pdf", "png")
HIGH = 0.64  # of a row: a bar
ROOM = 0.45  # of the width of a panel: names of series fit in
TEXT_SVG = "text.svg"  # text stays text, set in the type face of the page that holds it
DARK = "Bars: all that the data allow; dark: with the doubts drawn as stated (95 %)."
DECIMALS = 6  # of a drawn position; the last bits of a number differ between processors


@contextmanager
def theme() -> Iterator[None]:
    """The style of every figure; wrap drawing and saving in it.

    It starts from matplotlib's own defaults: a ``matplotlibrc`` of the user changes nothing.
    Numbers in texts get the form that they have everywhere.
    """
    import matplotlib as mpl
    import seaborn as sns

    _register_fonts()
    style = sns.axes_style("ticks") | sns.plotting_context("paper") | _OURS
    plain = {name: value for name, value in mpl.rcParamsDefault.items() if name != "backend"}
    with mpl.rc_context(plain | style), _typeset():
        yield


def _in_style() -> AbstractContextManager[None]:
    """The theme, where it does not hold yet: within it a format may have settings of its own."""
    import matplotlib as mpl

    holds = mpl.rcParams["font.sans-serif"] == _OURS["font.sans-serif"]
    return nullcontext() if holds else theme()


@contextmanager
def _typeset() -> Iterator[None]:
    """Numbers in one form in every text but formulas; matplotlib writes those at ticks anew."""
    from matplotlib import text

    kind: Any = text.Text
    given = kind.set_text

    def set_text(drawn: Any, words: Any) -> None:
        is_plain = isinstance(words, str) and "$" not in words
        given(drawn, typeset(words) if is_plain else words)

    kind.set_text = set_text
    try:
        yield
    finally:
        kind.set_text = given


_OURS: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["Source Sans Pro", "DejaVu Sans"],
    "font.size": 9,
    "axes.labelsize": 9,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titleweight": "semibold",
    "axes.titlepad": 7,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "figure.dpi": 100,
    "savefig.dpi": 220,
    "pdf.compression": 0,  # compressed streams differ between builds of Python
    "pdf.fonttype": 42,  # text stays text, embedded as TrueType
    "svg.fonttype": "path",  # looks the same where the font is not installed
    "svg.hashsalt": "modelometrics",  # the same figure gives the same bytes
    # Which points of a line are as good as on it turns on the last bits of a number.
    "path.simplify": False,
}


@cache
def font_folder() -> Path:
    """The folder of the type face (Source Sans Pro, SIL Open Font License)."""
    import font_source_sans_pro

    return Path(font_source_sans_pro.__file__).parent / "files"


@cache
def _register_fonts() -> None:
    from matplotlib import font_manager

    for weight in ("Regular", "Semibold", "Bold", "It"):
        font_manager.fontManager.addfont(font_folder() / f"SourceSansPro-{weight}.ttf")
        known = font_manager.fontManager.ttflist
        known.insert(0, known.pop())  # before a face of the same name that the system has


def canvas(
    shape: tuple[int, int] = (1, 1), *, height: float, source: Result | str = "", **gridspec: Any
) -> tuple[Figure, Any]:
    """A figure of the paper's text width and its axes, with the source in small type below.

    Parameters
    ----------
    shape
        Rows and columns of axes.
    height
        In inches.
    source
        The data and their date; of a result :func:`credits`.
    **gridspec
        For ``Figure.subplots``: ``width_ratios``, ``height_ratios``, ``sharex``, ``sharey``.
    """
    figure = _shown_by_notebooks()(figsize=(WIDTH, height), layout=_layout())
    axes = figure.subplots(*shape, **gridspec)
    if text := credits(source) if isinstance(source, Result) else source:
        _write_below(figure, text)
    return figure, axes


def _write_below(figure: FigureBase, text: str) -> None:
    look: dict[str, Any] = {"ha": "left", "fontsize": 7, "color": MUTED, "linespacing": 1.3}
    figure.supxlabel(textwrap.fill(text, 128), x=0.008, **look)


@cache
def _shown_by_notebooks() -> type[Figure]:
    """A figure that a notebook draws, and a user saves, in the style in which it was made."""
    from matplotlib.figure import Figure

    class Drawing(Figure):
        def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
            """The picture, and how wide a notebook shows it, in pixels."""
            with theme():
                return printed(self, "png")[0], {"width": round(100 * self.get_figwidth())}

        def savefig(self, *where: Any, **how: Any) -> None:
            with theme():
                super().savefig(*where, **how)

        # Where pyplot draws inline, these two alone are called.
        def draw(self, renderer: Any) -> None:
            with _in_style():
                super().draw(renderer)

        def get_tightbbox(self, *renderer: Any, **how: Any) -> Any:
            with _in_style():
                return super().get_tightbbox(*renderer, **how)

    return Drawing


def _layout() -> LayoutEngine:
    """Matplotlib's constrained layout, rounded: its solver errs a little differently each time."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine
    from matplotlib.transforms import Bbox

    class Rounded(ConstrainedLayoutEngine):
        def execute(self, fig: Figure) -> None:
            super().execute(fig)
            for axes in fig.axes:
                place = (round(e, DECIMALS) for e in axes.get_position(original=True).bounds)
                axes.set_position(Bbox.from_bounds(*place), which="original")
                axes.set_in_layout(True)
            for text in fig.texts:
                x, y = text.get_position()
                text.set_position((round(x, DECIMALS), round(y, DECIMALS)))

    return Rounded()


def credits(result: Result) -> str:
    """The tables behind a result with their dates, as one line for below a figure."""
    origins = ((each["dataset"], each["version"]) for each in result.provenance.tables.values())
    tables = sorted({f"{name} ({day})" if day else name for name, day in origins})
    return f"Data: {', '.join(tables)}." if tables else ""


def draw_set(
    axes: Axes,
    y: float,
    found: Bounds,
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
        _draw_endless(axes, y, found, interval, color)
    elif interval is not None:
        axes.errorbar(
            (interval.low + interval.high) / 2, y, xerr=(interval.high - interval.low) / 2,
            fmt="none", ecolor=color, elinewidth=0.9, capsize=2.5, capthick=0.9,
        )  # fmt: skip
    if found.width > 0:
        # Without its ends a set that is narrower than a pixel would not show.
        axes.plot(
            [found.low, found.high], [y, y], color=to_rgba(color, 0.4), lw=5, marker="|", ms=5.4,
            mec=color, mew=1.1, solid_capstyle="butt",
        )  # fmt: skip
    if drawn is not None and found.width > 0:
        dark = to_rgba(color, 0.75)
        axes.plot([drawn.low, drawn.high], [y, y], color=dark, lw=5, solid_capstyle="butt")
        _tell_below(axes, DARK)
    point = value if value is not None else (found.low if found.width == 0 else None)
    if point is not None:
        axes.plot(point, y, marker=marker, ms=4.5, mfc=color, mec="white", mew=0.6, ls="none")


def _tell_below(axes: Axes, sentence: str) -> None:
    """Add a sentence to the small type below the figure, once."""
    figure = axes.figure
    told = " ".join(figure.get_supxlabel().split())
    if sentence not in told:
        _write_below(figure, f"{sentence} {told}".strip())


def _draw_endless(axes: Axes, y: float, found: Bounds, interval: Interval, color: str) -> None:
    for edge, end, start in ((0, interval.low, found.low), (1, interval.high, found.high)):
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
    found = []
    for row, drawn in enumerate(zip(*rows, strict=True)):
        ends = [end for each in drawn for end in _extent(each)]
        for low, high in ((left, min(ends, default=left)), (max(ends, default=right), right)):
            crossed = null is not None and low < null < high
            found.append((0 if crossed else (high - low) / (right - left), row, low == left))
    _, row, before = next((place for place in found if place[0] >= ROOM), max(found))
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


def crossing(
    axes: Axes, at: float | None, null: float, *, told: str | None = None, rising: bool = False
) -> None:
    """The dashed line of a null along the x axis, and a ring where a curve crosses it."""
    axes.axhline(null, color=MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
    if at is None:
        return
    axes.plot(at, null, "o", ms=5, mfc="white", mec=INK, mew=1)
    text = number(at) if told is None else told
    note(axes, text, (at, null), (4 if rising else -4, -5), va="top")


def percent_ticks(axis: Axis) -> None:
    """Ticks of shares in per cent."""
    axis.set_major_formatter(lambda share, _: tick(share, SHARES[0]))


def point_ticks(axis: Axis) -> None:
    """Ticks of differences of shares in points; the name of the axis, if it has one, says so."""
    axis.set_major_formatter(lambda gap, _: tick(gap, DIFFERENCES[0]))
    name, bracket, rest = axis.get_label_text().partition("\n(")
    if name and "points" not in name:
        axis.set_label_text(f"{name}, points{bracket}{rest}")


def count_ticks(axis: Axis) -> None:
    """Ticks of counts, with thin spaces at thousands."""
    axis.set_major_formatter(lambda count, _: tick(count, ""))


def plain_ticks(axis: Axis, ticks: Sequence[float]) -> None:
    """Ticks of a logarithmic axis as plain numbers."""
    from matplotlib.ticker import FixedLocator, NullLocator

    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(lambda value, _: f"{value:,g}")


def budget(
    axes: Axes, rows: Sequence[BudgetRow], *, value: float | None = None, **look: Any
) -> None:
    """An uncertainty budget as a :func:`forest`: the range of each source, the widest on top."""
    ordered = sorted(rows, key=lambda row: row.width, reverse=True)
    if value is not None:
        axes.axvline(value, color=INK, lw=0.8, zorder=0)
    ranges = Series(rows=[Bounds(row.low, row.high) for row in ordered])
    forest(axes, [row.source for row in ordered], ranges, **look)


def default(result: Result) -> Figure:
    """The figure of an analysis that draws none: every judged estimate of every answer.

    Where none is judged, all that have the unit of the first.
    """
    units = [each.unit for answer in result.answers.values() for each in answer.estimates.values()]
    judged = any(answer.verdicts for answer in result.answers.values())
    rows = {
        f"{key}: {label}" if len(result.answers) > 1 else label: found
        for key, answer in result.answers.items()
        for label, found in answer.estimates.items()
        if (label in answer.verdicts if judged else found.unit == units[0])
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


def of_estimate(found: Estimate) -> Figure:
    """An estimate and, below it, what each source of its uncertainty alone gives."""
    figure, axes = canvas(height=1.2 + 0.34 * len(found.budget))
    names = [found.label, *(row.source for row in found.budget)]
    alone = [Bounds(row.low, row.high) for row in found.budget]
    forest(axes, names, Series(rows=(found, *alone)))
    _name_units(axes, [found.unit])
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


def save(figure: Figure, stem: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write ``stem.svg``, ``stem.pdf`` and ``stem.png``: the same bytes every time."""
    from research.places import write_beside

    written = [stem.with_name(f"{stem.name}.{kind}") for kind in formats]
    for path, content in zip(written, printed(figure, *formats), strict=True):
        write_beside(path, content)
    return written


def printed(figure: Figure, *kinds: str) -> list[bytes]:
    """The figure in several formats, :data:`TEXT_SVG` among them: always the same bytes.

    Laid out once for all of them, and drawn once for each; ``Figure.savefig`` draws twice.
    """
    import matplotlib as mpl

    wanted = mpl.rcParams["savefig.dpi"]
    points = figure.dpi if wanted == "figure" else wanted
    with _laid_out(figure), _rounded_png(), _plain_pdf():
        return [_printed(figure, kind, points) for kind in kinds]


def _printed(figure: Figure, kind: str, points: float) -> bytes:
    """In one format, laid out as it stands, with so many points an inch where it has points."""
    import io

    import matplotlib as mpl
    from matplotlib.backend_bases import get_registered_canvas_class

    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
    extension = kind.rpartition(".")[2]
    canvas, buffer = get_registered_canvas_class(extension)(figure), io.BytesIO()
    figure.dpi = points
    text = "none" if kind == TEXT_SVG else mpl.rcParams["svg.fonttype"]
    with mpl.rc_context({"svg.fonttype": text}):
        getattr(canvas, f"print_{extension}")(buffer, metadata=undated[extension])
    return buffer.getvalue()


@contextmanager
def _laid_out(figure: Figure) -> Iterator[None]:
    """The layout made, as on the canvas of an SVG, and left alone by what draws the figure."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    before, resolution, layout = figure.canvas, figure.dpi, figure.get_layout_engine()
    try:
        figure.dpi = FigureCanvasSVG(figure).fixed_dpi
        if layout is not None:
            layout.execute(figure)
            figure.set_layout_engine("none")
        yield
    finally:
        if layout is not None:
            figure.set_layout_engine(layout)
        figure.dpi = resolution
        figure.set_canvas(before)


@contextmanager
def _rounded_png() -> Iterator[None]:
    """Draw lines between rounded points.

    How two pieces of a straight line are joined turns on the last bits of where they meet.
    """
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.transforms import IdentityTransform

    drawn: Any = RendererAgg.draw_path

    def draw_path(renderer: Any, gc: Any, path: Any, transform: Any, face: Any = None) -> None:
        placed = path.transformed(transform)
        placed.vertices = placed.vertices.round(DECIMALS)
        drawn(renderer, gc, placed, IdentityTransform(), face)

    RendererAgg.draw_path = draw_path  # type: ignore[method-assign]
    try:
        yield
    finally:
        RendererAgg.draw_path = drawn  # type: ignore[method-assign]


@contextmanager
def _plain_pdf() -> Iterator[None]:
    """Write the numbers of a PDF with as many decimals as those of an SVG, and fonts as drawn.

    Matplotlib writes ten, and offers no setting for it. Kerning and ligatures are drawn as they
    are: the tables for them, which take longest to embed, no reader of a PDF looks at.
    """
    from fontTools.subset import Options  # type: ignore[import-untyped]
    from matplotlib.backends import backend_pdf

    written: Any = backend_pdf.pdfRepr
    dropped = Options._drop_tables_default
    backend_pdf.pdfRepr = lambda value: written(
        round(value, DECIMALS) + 0.0 if isinstance(value, float) else value
    )
    Options._drop_tables_default = [*dropped, "GPOS", "GSUB", "GDEF"]
    try:
        yield
    finally:
        backend_pdf.pdfRepr = written
        Options._drop_tables_default = dropped
