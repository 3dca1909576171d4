"""The figure of an analysis at the widths of journals: two columns, and one where legible.

For one column the panels of a figure are put below each other, in the same type. What this cannot
make legible (text that overlaps or leaves the canvas) is not delivered: the wide figure stays.
"""

from __future__ import annotations

import re
import textwrap
import warnings
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research import figures
from research.publish.drawing import drawn
from research.results import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

INCH = 25.4  # mm
WIDE, NARROW = 183, 89  # mm: the widths of two columns and of one in most journals
TALLEST = 240  # mm: the text height of a page
FITTING = 200  # mm of it that leave room for text
SMALLEST = 6.0  # pt: below it journals refuse type
SCALES = (1.0, 6 / 7)  # of the type; the smallest in use, 7 pt, becomes the smallest allowed
RESOLUTION = 300  # dots per inch of the PNG
MARK = 2  # pixels from the middle of a small mark to its edge
TOUCHING = 1.5  # pixels by which the boxes of two texts may overlap: boxes are larger than ink


def draw(result: Result, folder: Path) -> list[Path]:
    """Write ``NAME.pdf``, ``.svg``, ``.png`` and, where legible, the same as ``NAME-single``."""
    import matplotlib as mpl

    with figures.theme(), mpl.rc_context({"savefig.dpi": RESOLUTION}):
        wide = widened(drawn(result))
        written = figures.save(wide, folder / result.analysis)
        for scale in SCALES:
            narrow = narrowed(drawn(result), scale)
            if is_legible(narrow, as_good_as=wide):
                return written + figures.save(narrow, folder / f"{result.analysis}-single")
    return written


def leaves_room(picture: Path) -> bool:
    """Whether an SVG is there that leaves room for text on a page, at its own size."""
    if not picture.exists():
        return False
    (height,) = re.findall(r'<svg [^>]*\bheight="([\d.]+)pt"', picture.read_text("utf-8")[:2000])
    return float(height) / 72 * INCH <= FITTING


def widened(figure: Figure) -> Figure:
    """The figure at the width of two columns, in its own proportions."""
    width, height = figure.get_size_inches()
    figure.set_size_inches(WIDE / INCH, height * WIDE / INCH / width)
    return figure


def narrowed(figure: Figure, scale: float = 1.0) -> Figure:
    """The figure at the width of one column: panels below each other, long lines wrapped.

    Parameters
    ----------
    figure
        As drawn for the paper.
    scale
        Of the type; it never falls below the smallest size allowed.
    """
    height = figure.get_figheight()
    beside = _stack(figure)
    figure.set_size_inches(NARROW / INCH, min(height * beside, TALLEST / INCH))
    for text in _texts(figure):
        text.set_fontsize(max(SMALLEST, float(text.get_fontsize()) * scale))
    for line in figure.texts:  # the source: wrapped for the wide figure
        line.set_text(" ".join(line.get_text().split()))
    _wrap_what_sticks_out(figure)
    return figure


def _stack(figure: Figure) -> int:
    """Put the panels of one grid below each other; returns how many stood beside each other."""
    panels = figure.axes
    specs = [spec for panel in panels if (spec := panel.get_subplotspec())]
    grid = specs[0].get_gridspec() if specs else None
    in_one_grid = all(spec.get_gridspec() is grid for spec in specs)
    if grid is None or not in_one_grid or len(specs) < len(panels) or grid.ncols == 1:
        return 1
    heights: Any = grid.get_height_ratios()
    tall = [heights[spec.rowspan.start] for spec in specs]
    column = figure.add_gridspec(len(panels), 1, height_ratios=tall)
    for row, panel in enumerate(panels):
        panel.set_subplotspec(column[row, 0])
        panel.tick_params(labelleft=True, labelbottom=True)  # a shared axis had hidden them
    return int(grid.ncols)


def _wrap_what_sticks_out(figure: Figure) -> None:
    """Break the lines of titles and axis labels that are longer than the canvas is wide."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a collapsed layout is judged by is_legible
        figure.draw_without_rendering()
    for text in (*figure.texts, *(text for panel in figure.axes for text in _headings(panel))):
        box, right = text.get_window_extent(), figure.bbox.x1
        room = (
            right - box.x0
            if text.get_horizontalalignment() == "left"
            else 2 * right - box.x0 - box.x1
        )
        if box.x1 > right and room > 0:
            lines = text.get_text().split("\n")
            widest = max(8, int(max(map(len, lines)) * room / box.width) - 1)
            text.set_text("\n".join(textwrap.fill(line, widest) for line in lines))


def _headings(panel: Axes) -> Iterator[Text]:
    """Title and label of the horizontal axis; annotations are of another type."""
    from matplotlib.text import Text

    yield panel.xaxis.label
    yield from (part for part in panel.get_children() if type(part) is Text and part.get_text())


# Legibility ---------------------------------------------------------------------------------------


def is_legible(figure: Figure, *, as_good_as: Figure) -> bool:
    """No text leaves the canvas; no more of it lies on text or marks than in the other figure."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            figure.draw_without_rendering()
        except UserWarning:  # there is no room for the axes
            return False
    as_good_as.draw_without_rendering()
    return (
        not any(_outside(figure))
        and overlaps(figure) <= overlaps(as_good_as)
        and covered(figure) <= covered(as_good_as)
    )


def _outside(figure: Figure) -> Iterator[Text]:
    left, bottom, right, top = figure.bbox.extents
    for text in _texts(figure):
        box = text.get_window_extent()
        if (
            box.x0 < left - TOUCHING or box.x1 > right + TOUCHING
            or box.y0 < bottom - TOUCHING or box.y1 > top + TOUCHING
        ):  # fmt: skip
            yield text


def overlaps(figure: Figure) -> int:
    """How many pairs of texts lie on each other."""
    boxes = [text.get_window_extent() for text in _texts(figure) if text.get_rotation() == 0]
    return sum(_overlap(one, other) for one, other in combinations(boxes, 2))


def covered(figure: Figure) -> int:
    """How many marks (points, ends of bars and whiskers) lie under a text or a legend."""
    legends = filter(None, (panel.get_legend() for panel in figure.axes))
    boxes = [part.get_window_extent().padded(MARK) for part in (*_texts(figure), *legends)]
    marks = [
        line.get_transform().transform(line.get_path().vertices)
        for panel in figure.axes
        for line in panel.lines
    ]
    return sum(int(box.count_contains(points)) for box in boxes for points in marks)


def _overlap(one: Bbox, other: Bbox) -> bool:
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    along = min(one.y1, other.y1) - max(one.y0, other.y0)
    return bool(across > TOUCHING and along > TOUCHING)


def _texts(figure: Figure) -> list[Text]:
    """Every text that shows: not the labels of ticks beyond the ends of an axis."""
    from matplotlib.text import Text

    hidden = {id(text) for panel in figure.axes for text in _beyond(panel)}
    return [
        text
        for text in figure.findobj(Text)
        if text.get_text() and text.get_visible() and id(text) not in hidden
    ]


def _beyond(panel: Axes) -> Iterator[Text]:
    for axis in (panel.xaxis, panel.yaxis):
        low, high = sorted(axis.get_view_interval())
        room = 1e-9 * (high - low)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if not low - room <= tick.get_loc() <= high + room or not tick.label1.get_visible():
                yield tick.label1
            yield tick.label2
