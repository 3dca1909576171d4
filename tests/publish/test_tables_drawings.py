"""The figures fit the columns of journals, in type that can be read, or are not delivered."""

from __future__ import annotations

import re
import struct
from itertools import pairwise

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from research import figures
from research.analysis import recorded
from research.publish.drawing import drawn
from research.publish.tables import drawings
from research.publish.tables.drawings import INCH, NARROW, RESOLUTION, SMALLEST, TALLEST, WIDE
from research.publish.tables.folder import readme
from tests.publish.material import RESULTS
from tests.shortened import first

POINT = 72  # per inch
ROUNDING = 0.02  # of a point, in the size that a PDF states


def sizes(stem):
    """Width and height in mm, as PDF, SVG and PNG state them."""
    pdf = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+)", stem.with_suffix(".pdf").read_bytes())
    svg = re.search(r'<svg[^>]* width="([\d.]+)pt"', stem.with_suffix(".svg").read_text())
    png = struct.unpack(">2I", stem.with_suffix(".png").read_bytes()[16:24])
    width, height = (float(side) / POINT * INCH for side in pdf.groups())
    return width, height, float(svg[1]) / POINT * INCH, png[0] / RESOLUTION * INCH


# two panels; three panels; one panel; type made smaller; a shared axis
@pytest.mark.parametrize(
    "name",
    first(
        [
            "parameter_scale",
            "leading_families",
            "origin_over_time",
            "release_cadence",
            "clone_block",
        ]
    ),
)
def test_a_figure_has_the_width_of_the_column(tmp_path, name):
    drawings.draw(recorded(name, RESULTS), tmp_path)
    for stem, wanted in ((name, WIDE), (f"{name}-single", NARROW)):
        pdf, height, svg, png = sizes(tmp_path / stem)
        assert pdf == pytest.approx(wanted, abs=ROUNDING)
        assert svg == pytest.approx(wanted, abs=ROUNDING)
        assert png == pytest.approx(wanted, abs=INCH / RESOLUTION)
        assert height <= TALLEST + ROUNDING


@pytest.mark.parametrize("scale", drawings.SCALES)
@pytest.mark.parametrize("name", first(["parameter_scale", "licences", "chinese_origin_downloads"]))
def test_no_type_is_smaller_than_journals_print(name, scale):
    with figures.theme():
        figure = drawings.narrowed(drawn(recorded(name, RESULTS)), scale)
        figure.draw_without_rendering()
    assert min(text.get_fontsize() for text in figure.findobj(Text)) >= SMALLEST


def test_panels_stand_below_each_other_in_one_column():
    with figures.theme():
        figure = drawings.narrowed(drawn(recorded("licences", RESULTS)))
        figure.draw_without_rendering()
    boxes = [axes.get_position() for axes in figure.axes]
    assert len(boxes) == 3
    assert all(above.y0 > below.y1 for above, below in pairwise(boxes))
    assert len({round(box.x0, 6) for box in boxes}) == 1
    assert all(axes.yaxis.get_majorticklabels()[0].get_visible() for axes in figure.axes)


def test_a_figure_that_would_not_be_legible_in_one_column_comes_in_two_only(tmp_path):
    result = recorded("reachability", RESULTS)
    written = drawings.draw(result, tmp_path / "figures")
    assert "not of reachability" in " ".join(readme(tmp_path, [result]).split())
    assert sorted(path.name for path in written) == [
        "reachability.pdf", "reachability.png", "reachability.svg",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("x", "y", "text", "legible"),
    [
        (0.5, 0.5, "fine", True),
        (0.5, 0.81, "on another text", False),
        (0.2, 0.2, "on a point", False),
        (0.9, 0.5, "beyond the edge of the canvas", False),
    ],
)
def test_what_counts_as_legible(x, y, text, legible):
    def drawn(*extra):
        figure = Figure(figsize=(3, 2))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.plot([0.25, 0.8], [0.22, 0.3], "o")
        axes.set(xlim=(0, 1), ylim=(0, 1))
        for position in ((0.5, 0.8, "another text"), *extra):
            axes.text(*position)
        return figure

    assert drawings.is_legible(drawn((x, y, text)), as_good_as=drawn()) is legible
    assert drawings.is_legible(drawn(), as_good_as=drawn())


def test_an_analysis_that_is_not_here_gets_the_default_figure(tmp_path):
    from dataclasses import replace

    result = replace(recorded("parameter_scale", RESULTS), analysis="mine")
    assert {path.name for path in drawings.draw(result, tmp_path)} >= {"mine.pdf", "mine.svg"}
