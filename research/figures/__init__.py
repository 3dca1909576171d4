"""One look for every figure. Estimates go in, a Figure comes out; nothing is estimated here.

Reading key, the same everywhere: a thick bar is the identified set and its dark part the simulation
interval, a thin line with caps the confidence interval, a dot the point estimate, a dashed line the
null of the claim.
"""

from research.figures.marks import crossing, draw_set, note, null_line
from research.figures.panels import (
    Series,
    bars,
    budget,
    color_of,
    forest,
    label_rows,
    stacked_bars,
    thinned_bars,
)
from research.figures.printing import FORMATS, TEXT_SVG, printed, save
from research.figures.sheet import canvas, credits, two_panels
from research.figures.style import (
    CHINA,
    FAINT,
    INK,
    MUTED,
    ORIGINS,
    OTHER,
    UNITED_STATES,
    font_folder,
    theme,
)
from research.figures.ticks import count_ticks, percent_ticks, plain_ticks, point_ticks
from research.figures.whole import default, of_estimate, rows_of

__all__ = [
    "CHINA", "FAINT", "FORMATS", "INK", "MUTED", "ORIGINS", "OTHER", "TEXT_SVG", "UNITED_STATES",
    "Series", "bars", "budget", "canvas", "color_of", "count_ticks", "credits", "crossing",
    "default", "draw_set", "font_folder", "forest", "label_rows", "note", "null_line",
    "of_estimate", "percent_ticks", "plain_ticks", "point_ticks", "printed", "rows_of", "save",
    "stacked_bars", "theme", "thinned_bars", "two_panels",
]  # fmt: skip
