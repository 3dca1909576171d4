"""One look for every figure. Estimates go in, a Figure comes out; nothing is estimated here.

Reading key, the same everywhere: a thick bar is the identified set, a thin line with caps the
confidence interval, a dot the point estimate, a dashed line the null of the claim.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research.results import Answer, Bounds, BudgetRow, Estimate, Interval, Result
from research.wording import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import LayoutEngine

WIDTH = 6.6  # inches: the text width of the paper
INK, MUTED, FAINT = "#1a1a1a", "#5f5f5f", "#d9d9d9"
CHINA, UNITED_STATES, OTHER = "#b2402a", "#1f4e8c", "#8a8a8a"  # also differ in lightness
FORMATS = ("svg", "pdf", "png")
DECIMALS = 6  # of a drawn position; the last bits of a number differ between processors


@contextmanager
def theme() -> Iterator[None]:
    """The style of every figure; wrap drawing and saving in it.

    It starts from matplotlib's own defaults: a ``matplotlibrc`` of the user changes nothing.
    """
    import matplotlib as mpl
    import seaborn as sns

    _register_fonts()
    style = sns.axes_style("ticks") | sns.plotting_context("paper") | _OURS
    plain = {name: value for name, value in mpl.rcParamsDefault.items() if name != "backend"}
    with mpl.rc_context(plain | style):
        yield


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
    shape: tuple[int, int] = (1, 1), *, height: float, source: str = "", **gridspec: Any
) -> tuple[Figure, Any]:
    """A figure of the paper's text width and its axes, with the source in small type below.

    Parameters
    ----------
    shape
        Rows and columns of axes.
    height
        In inches.
    source
        The data and their date, e.g. from :func:`sources`.
    **gridspec
        For ``Figure.subplots``: ``width_ratios``, ``height_ratios``, ``sharex``, ``sharey``.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout=_layout())
    axes = figure.subplots(*shape, **gridspec)
    if source:
        figure.supxlabel(
            textwrap.fill(source, 128), x=0.008, ha="left", fontsize=7, color=MUTED, linespacing=1.3
        )
    return figure, axes


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


def sources(result: Result) -> str:
    """The tables behind a result with their dates, as one line for below a figure."""
    tables = sorted({f"{o['dataset']} ({o['version']})" for o in result.provenance.tables.values()})
    return "Data: " + ", ".join(tables) + "."


def draw_set(
    axes: Axes,
    y: float,
    found: Bounds,
    interval: Interval | None = None,
    *,
    value: float | None = None,
    color: str = INK,
    marker: str = "o",
) -> None:
    """One estimate at height ``y``: bar = identified set, capped line = interval, dot = point.

    An interval without an end runs as an arrow to the edge of the axes.
    """
    if interval is not None and math.isinf(interval.width):
        _draw_endless(axes, y, found, interval, color)
    elif interval is not None:
        axes.errorbar(
            (interval.low + interval.high) / 2, y, xerr=(interval.high - interval.low) / 2,
            fmt="none", ecolor=color, elinewidth=0.9, capsize=2.5, capthick=0.9,
        )  # fmt: skip
    if found.width > 0:
        axes.plot(
            [found.low, found.high], [y, y], color=color, lw=5, alpha=0.45, solid_capstyle="butt"
        )
    point = value if value is not None else (found.low if found.width == 0 else None)
    if point is not None:
        axes.plot(point, y, marker=marker, ms=4.5, mfc=color, mec="white", mew=0.6, ls="none")


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
        axes.annotate(
            text, (null, 1), xycoords=("data", "axes fraction"), xytext=(0, 3),
            textcoords="offset points", ha="center", va="bottom", fontsize=7.5, color=MUTED,
        )  # fmt: skip


def forest(
    axes: Axes, rows: Mapping[str, Estimate], *, colors: Mapping[str, str] | None = None
) -> None:
    """Estimates below each other, the first on top."""
    for position, (label, estimate) in enumerate(rows.items()):
        color = (colors or {}).get(label, INK)
        draw_set(
            axes,
            -position,
            estimate.identified,
            estimate.interval,
            value=estimate.value,
            color=color,
        )
    label_rows(axes, list(rows))


def label_rows(axes: Axes, labels: Sequence[str], *, width: int = 34) -> None:
    """Write the row labels of a forest at heights 0, -1, -2, ..."""
    axes.set_yticks(range(0, -len(labels), -1), [textwrap.fill(label, width) for label in labels])
    axes.set_ylim(-len(labels) + 0.4, 0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def plain_ticks(axis: Axis, ticks: Sequence[float]) -> None:
    """Ticks of a logarithmic axis as plain numbers."""
    from matplotlib.ticker import FixedLocator, NullLocator

    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(lambda value, _: f"{value:,g}".replace(",", " "))


def budget(axes: Axes, rows: Sequence[BudgetRow], *, value: float | None = None) -> None:
    """An uncertainty budget: the range that each source alone gives, the widest on top."""
    ordered = sorted(rows, key=lambda row: row.width, reverse=True)
    for position, row in enumerate(ordered):
        draw_set(axes, -position, Bounds(row.low, row.high), color=INK)
    if value is not None:
        axes.axvline(value, color=INK, lw=0.8, zorder=0)
    label_rows(axes, [row.source for row in ordered])


def specification_curve(
    panels: tuple[Axes, Axes], result: Result, answer: Answer, label: str
) -> None:
    """The multiverse of one estimate: specifications in order, and which choices each one makes."""
    curve, choices = panels
    rows = [row for row in answer.specifications if row.label == label]
    rows.sort(key=lambda row: (row.bounds.low + row.bounds.high, row.bounds.low))
    primary = next(i for i, row in enumerate(rows) if row.choices == answer.choices)
    for position, row in enumerate(rows):
        _draw_upright(curve, position, row.bounds, row.interval, is_primary=position == primary)
    curve.axhline(result.hypotheses[label].null, color=MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
    curve.set_xticks([])
    curve.spines["bottom"].set_visible(False)
    options = {name: result.choices[name] for name in answer.choices}
    _choice_dots(choices, options, [[row.choices, *row.also] for row in rows], primary)
    for axes in panels:
        axes.set_xlim(-0.7, len(rows) - 0.3)


def _draw_upright(
    axes: Axes, x: float, found: Bounds, interval: Interval | None, *, is_primary: bool
) -> None:
    color = CHINA if is_primary else MUTED
    if interval is not None:
        axes.plot([x, x], [interval.low, interval.high], color=color, lw=0.8)
    if found.width > 0:
        axes.plot(
            [x, x], [found.low, found.high], color=color, lw=3, alpha=0.5, solid_capstyle="butt"
        )
    else:
        axes.plot(x, found.low, "o", ms=4 if is_primary else 3, color=color)


def _choice_dots(
    axes: Axes,
    options: Mapping[str, Sequence[Any]],
    columns: Sequence[Sequence[Mapping[str, Any]]],
    primary: int,
) -> None:
    """A dot where a specification (column) makes a choice (row)."""
    height, ticks = 0.0, {}
    for name, values in options.items():
        for value in values:
            on = [i for i, group in enumerate(columns) if any(c[name] == value for c in group)]
            axes.plot(range(len(columns)), [height] * len(columns), ".", ms=1.5, color=FAINT)
            axes.plot(on, [height] * len(on), "o", ms=2.8, color=MUTED)
            if primary in on:
                axes.plot(primary, height, "o", ms=3.6, color=CHINA)
            ticks[height] = f"{name.replace('_', ' ')}: {value}"
            height -= 1
        height -= 0.6
    axes.set_yticks(list(ticks), list(ticks.values()), fontsize=7.5)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    axes.spines[:].set_visible(False)


def default(result: Result) -> Figure:
    """The figure of an analysis that draws none: every judged estimate of every answer."""
    rows = {
        f"{key}: {label}" if len(result.answers) > 1 else label: answer.estimates[label]
        for key, answer in result.answers.items()
        for label in answer.verdicts
    }
    figure, axes = canvas(height=0.9 + 0.34 * len(rows), source=sources(result))
    forest(axes, rows)
    for null in sorted({hypothesis.null for hypothesis in result.hypotheses.values()}):
        null_line(axes, null, f"null {number(null)}")
    axes.set_xlabel(", ".join(dict.fromkeys(estimate.unit for estimate in rows.values())))
    return figure


def save(figure: Figure, stem: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write ``stem.svg``, ``stem.pdf`` and ``stem.png``: the same bytes every time."""
    import io

    from research.places import write_beside

    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
    written = []
    for kind in formats:
        buffer = io.BytesIO()
        with _rounded_pdf():
            figure.savefig(buffer, format=kind, metadata=undated[kind])
        written.append(stem.with_suffix(f".{kind}"))
        write_beside(written[-1], buffer.getvalue())
    return written


@contextmanager
def _rounded_pdf() -> Iterator[None]:
    """Write the numbers of a PDF with as many decimals as those of an SVG.

    Matplotlib writes ten, and offers no setting for it.
    """
    from matplotlib.backends import backend_pdf

    written: Any = backend_pdf.pdfRepr
    backend_pdf.pdfRepr = lambda value: written(
        round(value, DECIMALS) + 0.0 if isinstance(value, float) else value
    )
    try:
        yield
    finally:
        backend_pdf.pdfRepr = written
