"""Figures draw what they are given, name it, and come out as the same bytes."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import matplotlib as mpl
import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from matplotlib import font_manager
from matplotlib.layout_engine import ConstrainedLayoutEngine

from research import Bounds, BudgetRow, Estimate, Interval, Result, figures, places
from research.analysis import analyses, find, recorded
from research.figures import style
from research.figures.marks import DARK
from research.publish.drawing import drawn
from research.results import Answer, Provenance, Simulated, Verdict

RESULTS = places.bundled() / "paper" / "results"


def estimate(low, high, **extra):
    return Estimate(
        label="share", unit="share", reading="superpopulation", bounds=Bounds(low, high), **extra
    )


WITH_INTERVAL = estimate(0.1, 0.4, interval=Interval(0.05, 0.5))


@pytest.fixture
def axes():
    with figures.theme():
        _, axes = figures.canvas(height=2)
        yield axes


def whiskers(axes):
    return [
        tuple(point[0] for point in segment)
        for collection in axes.collections
        for segment in collection.get_segments()
    ]


def test_a_forest_has_whiskers_at_the_limits_and_bars_over_the_set(axes):
    rows = [estimate(0.1, 0.4, interval=Interval(0.05, 0.5)), estimate(0.2, 0.2)]
    figures.forest(axes, ["one", "two"], figures.Series(rows=rows))
    assert whiskers(axes) == [pytest.approx((0.05, 0.5))]
    bars = [tuple(line.get_xdata()) for line in axes.lines if line.get_linewidth() == 5]
    assert bars == [(0.1, 0.4)]
    points = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert points == [0.2]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["one", "two"]


def test_the_interval_of_draws_is_the_dark_part_of_the_set(axes):
    drawn = dataclasses.replace(WITH_INTERVAL, simulated=Simulated(low=0.2, high=0.3, worlds=9))
    figures.forest(axes, ["one", "two"], figures.Series(rows=[drawn, drawn]))
    bars = [line for line in axes.lines if line.get_linewidth() == 5]
    assert [tuple(bar.get_xdata()) for bar in bars] == [(0.1, 0.4), (0.2, 0.3)] * 2
    assert bars[1].get_color()[3] > bars[0].get_color()[3]
    below = " ".join(axes.figure.get_supxlabel().split())
    assert below.count(DARK) == 1


def test_a_figure_without_draws_does_not_speak_of_them(axes):
    point = dataclasses.replace(
        estimate(0.2, 0.2), simulated=Simulated(low=0.2, high=0.2, worlds=9)
    )
    figures.forest(axes, ["one", "two"], figures.Series(rows=[WITH_INTERVAL, point]))
    assert axes.figure.get_supxlabel() == ""


def test_series_share_the_rows_of_a_forest(axes):
    figures.forest(
        axes,
        ["one", "two"],
        figures.Series(rows=[Bounds(0.1, 0.2), None], name="above"),
        figures.Series(rows=[Bounds(0.6, 0.6), Bounds(0.52, 0.52)], name="below", color="0.5"),
        figures.Series(rows=[None, 0.25], marker="D", offset=0),
        null=0.5,
        band=(0.4, 0.6),
        groups=[1],
        notes=["first", "second"],
        xlim=(0, 1),
    )
    drawn = {(line.get_marker(), *line.get_xdata(), line.get_ydata()[0]) for line in axes.lines}
    assert ("|", 0.1, 0.2, 0.17) in drawn
    assert {("o", 0.6, -0.17), ("o", 0.52, -1.17), ("D", 0.25, -1.0)} <= drawn
    hollow = next(line for line in axes.lines if line.get_marker() == "D")
    assert hollow.get_markerfacecolor() == "white"
    texts = {text.get_text(): text for text in axes.texts}
    assert {"above", "below", "first", "second"} <= set(texts)
    # In the first row the null runs through the room on either side; the second row has room.
    assert texts["above"].xy[1] == pytest.approx(-0.83)
    assert texts["below"].xy == pytest.approx((0.52, -1.17))
    (span,) = axes.patches
    assert (span.get_x(), span.get_width()) == pytest.approx((0.4, 0.2))
    assert any(list(line.get_ydata()) == [-0.5, -0.5] for line in axes.lines)


def test_a_panel_that_shares_its_rows_has_no_axis_of_its_own(axes):
    figures.forest(axes, None, figures.Series(rows=[Bounds(0.1, 0.2)]))
    assert not axes.spines["left"].get_visible()


def test_the_null_line_stands_at_the_null(axes):
    figures.null_line(axes, 0.3, "even share")
    assert list(axes.lines[0].get_xdata()) == [0.3, 0.3]
    assert axes.texts[0].get_text() == "even share"


def test_the_parts_of_a_bar_begin_where_the_one_before_ends(axes):
    parts = {"first": {"a": 1.0, "b": 2.0}, "second": {"b": 3.0}}
    figures.stacked_bars(axes, parts, {"a": ("red", ""), "b": ("blue", "//")})
    drawn = [(bar.get_x(), bar.get_width()) for bar in axes.patches]
    assert drawn == [(0, 1), (0, 0), (1, 2), (0, 3)]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]


def test_a_lead_has_the_colour_of_who_is_ahead_unless_the_set_leaves_it_open():
    leads = Bounds(0.1, 0.2), Bounds(-0.2, -0.1), Bounds(-0.1, 0.2)
    found = [figures.color_of(lead, "first", "second", "open") for lead in leads]
    assert found == ["first", "second", "open"]


def test_a_budget_puts_the_widest_row_on_top(axes):
    rows = [
        BudgetRow(source="date", low=0.2, high=0.3, detail=""),
        BudgetRow(source="origin", low=0.1, high=0.5, detail=""),
    ]
    figures.budget(axes, rows, value=0.25)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["origin", "date"]


def test_an_analysis_without_a_figure_gets_a_forest_of_its_judged_estimates():
    result = recorded("parameter_scale", RESULTS)
    with figures.theme():
        axes = figures.default(result).axes[0]
    assert len(axes.get_yticklabels()) == sum(len(a.verdicts) for a in result.answers.values())


def test_saving_twice_gives_the_same_bytes(tmp_path):
    def saved(name):
        with figures.theme():
            figure, axes = figures.canvas(height=2, source="Data: toy (2026).")
            figures.forest(axes, ["one"], figures.Series(rows=[WITH_INTERVAL]))
            return [path.read_bytes() for path in figures.save(figure, tmp_path / name)]

    assert saved("a") == saved("b")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.pdf", "a.png", "a.svg", "b.pdf", "b.png", "b.svg",
    ]  # fmt: skip


def test_pyplot_inline_draws_in_the_style_in_which_a_figure_was_made():
    """The inline backend of a notebook prints the canvas, outside the theme."""
    with figures.theme():
        figure, axes = figures.canvas(height=2, source="Data: none.")
        axes.set_title("Share of hosts")
        axes.plot([0, 1000], [0, 1])

    def printed():
        made = io.BytesIO()
        figure.canvas.print_figure(made, format="png", dpi=60, bbox_inches="tight")
        made.seek(0)
        return mpl.image.imread(made)

    alone = printed()
    with figures.theme():
        assert np.array_equal(alone, printed())


def test_all_formats_are_drawn_at_once_and_laid_out_as_an_svg_is(monkeypatch):
    """Each is as alone, also after others: what is laid out leaves no trace in the figure."""
    with figures.theme():
        figure, axes = figures.canvas(height=2, source="Data: toy (2026).")
        axes.set_title("Long enough to be measured by the layout")
        drawn, draw = [], axes.title.draw
        monkeypatch.setattr(axes.title, "draw", lambda r: drawn.append(r) or draw(r))
        kinds = (*figures.FORMATS, figures.TEXT_SVG)
        together = figures.printed(figure, *kinds)
        assert len(drawn) == 1
        for kind, printed in zip(kinds, together, strict=True):
            assert figures.printed(figure, kind) == [printed]
            if kind == "svg":
                buffer = io.BytesIO()
                figure.savefig(buffer, format="svg", metadata={"Date": None})
                assert printed == buffer.getvalue()
            if kind == "png":
                buffer = io.BytesIO(printed)
                high = figure.get_figheight() * mpl.rcParams["savefig.dpi"]
                assert mpl.image.imread(buffer).shape[0] == round(high)
        assert b"measured by the layout</text>" in figures.printed(figure, figures.TEXT_SVG)[0]


def bytes_of(folder, name="a"):
    """A figure with a date axis, text and an interval, as it is written."""
    with figures.theme():
        figure, (left, right) = figures.canvas((1, 2), height=2, source="Data: toy (2026).")
        figures.forest(left, ["one"], figures.Series(rows=[WITH_INTERVAL]))
        right.plot(pd.to_datetime(["2026-03-01", "2026-09-01"]), [1 / 3, 1e-3])
        right.set_yscale("log")
        return [path.read_bytes() for path in figures.save(figure, folder / name)]


def test_the_settings_of_a_user_change_no_figure(tmp_path):
    before = bytes_of(tmp_path)
    mine = {"font.size": 20, "axes.grid": True, "lines.linewidth": 5, "timezone": "Asia/Tokyo",
            "path.simplify": False, "pdf.compression": 9, "text.hinting": "none"}  # fmt: skip
    with mpl.rc_context(mine):
        assert bytes_of(tmp_path) == before


def test_the_last_bits_of_a_position_show_in_no_figure(tmp_path, monkeypatch):
    """The solver of the layout errs a little differently each time."""
    before = bytes_of(tmp_path)
    solved = ConstrainedLayoutEngine.execute

    def errs(engine, figure):
        solved(engine, figure)
        for axes in figure.axes:
            left, bottom, width, height = axes.get_position(original=True).bounds
            axes.set_position([left + 3e-13, bottom - 3e-13, width, height], which="original")

    monkeypatch.setattr(ConstrainedLayoutEngine, "execute", errs)
    assert bytes_of(tmp_path) == before


def test_a_face_of_the_same_name_on_the_system_is_not_used(monkeypatch):
    faces = font_manager.fontManager.ttflist
    other = next(face for face in faces if face.name == "DejaVu Sans" and face.weight == 400)
    impostor = dataclasses.replace(other, name="Source Sans Pro")
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [impostor, *faces])
    style.register_fonts.cache_clear()
    with figures.theme():
        chosen = font_manager.findfont("Source Sans Pro")
    assert Path(chosen).parent.resolve() == figures.font_folder().resolve()


def test_units_stand_in_the_order_of_the_estimates():
    units = ["hosts", "addresses", "tags", "models", "pulls"]
    found = {
        unit: Estimate(label=unit, unit=unit, reading="finite population", value=1.0)
        for unit in units
    }
    answer = Answer(
        estimand={}, choices={}, population="", as_of="", estimates=found,
        verdicts=dict.fromkeys(units, Verdict(word="holds", phrase="holds")),
        robustness={}, specifications=(),
    )  # fmt: skip
    result = Result(
        analysis="toy", title="", about="", choices={}, hypotheses={}, settled=(),
        answers={"answer": answer}, provenance=Provenance(seed=1, tables={}),
    )  # fmt: skip
    with figures.theme():
        assert figures.default(result).axes[0].get_xlabel() == ", ".join(units)


def test_an_interval_without_an_end_runs_to_the_edge_as_an_arrow(axes):
    found = estimate(0.2, 0.4, interval=Interval(0.1, float("inf")))
    figures.forest(axes, ["one"], figures.Series(rows=[found]))
    (arrow,) = [text for text in axes.texts if getattr(text, "arrow_patch", None)]
    assert arrow.xy == (1, 0)
    ends = [tuple(line.get_xdata()) for line in axes.lines if line.get_linewidth() == 0.9]
    assert (0.2, 0.1) in ends
    axes.figure.canvas.draw()  # nothing infinite reaches the renderer


def test_a_share_is_ticked_in_per_cent_a_difference_in_points_and_a_count_with_thin_spaces(axes):
    share = Estimate(label="x", unit="share of hosts", value=0.2)
    figures.forest(axes, ["x"], figures.Series(rows=[share]), xlabel="share\n(bar: all)")
    ticked = axes.xaxis.get_major_formatter()
    assert (ticked(0.5, None), axes.get_xlabel()) == ("50\xa0%", "share\n(bar: all)")
    gap = Estimate(label="x", unit="difference in share of hosts", value=0.2)
    figures.forest(axes, ["x"], figures.Series(rows=[gap]), xlabel="US minus China\n(bar: all)")
    ticked = axes.xaxis.get_major_formatter()
    assert (ticked(-0.5, None), axes.get_xlabel()) == ("−50", "US minus China, points\n(bar: all)")
    figures.count_ticks(axes.xaxis)
    assert axes.xaxis.get_major_formatter()(12000, None) == "12\u202f000"


@pytest.mark.parametrize("name", sorted(analyses()))
def test_several_panels_have_letters(name):
    with figures.theme():
        panels = drawn(recorded(name, RESULTS), find(name)).axes
    titles = [title for panel in panels if (title := panel.get_title(loc="left"))]
    if len(titles) > 1:
        letters = [f"{letter}  " for letter, _ in zip("abcd", titles, strict=False)]
        assert [title[:3] for title in titles] == letters


@pytest.mark.parametrize("name", ["clone_block", "lead_over_time", "leading_tags", "primary_hosts"])
def test_a_figure_that_shows_no_country_has_not_their_colours(name, tmp_path):
    with figures.theme():
        figures.save(drawn(recorded(name, RESULTS), find(name)), tmp_path / name, ["svg"])
    text = (tmp_path / f"{name}.svg").read_text(encoding="utf-8")
    assert figures.INK in text
    assert figures.CHINA not in text
    assert figures.UNITED_STATES not in text
