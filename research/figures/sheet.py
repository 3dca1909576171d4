"""An empty figure of the paper's width, with its source in small type below."""

from __future__ import annotations

import textwrap
from functools import cache
from typing import TYPE_CHECKING, Any

from research.figures.printing import DECIMALS, printed
from research.figures.style import MUTED, in_style, theme
from research.results import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure, FigureBase
    from matplotlib.layout_engine import LayoutEngine

WIDTH = 6.6  # inches: the text width of the paper


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
        write_below(figure, text)
    return figure, axes


def two_panels(
    source: Result | str, *, height: float, widths: tuple[float, float] = (1, 1), **gridspec: Any
) -> tuple[Figure, Any]:
    """A :func:`canvas` with two axes side by side."""
    gridspec |= {"width_ratios": widths}
    return canvas((1, 2), height=height, source=source, **gridspec)


def write_below(figure: FigureBase, text: str) -> None:
    """Set the small type below a figure, in place of what stands there."""
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
            with in_style():
                super().draw(renderer)

        def get_tightbbox(self, *renderer: Any, **how: Any) -> Any:
            with in_style():
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
