"""Figures draw what they are given, name it, and come out as the same bytes."""

from __future__ import annotations

import pytest

from research import Bounds, BudgetRow, Estimate, Interval, figures


def estimate(low, high, **extra):
    return Estimate(
        label="share", unit="share", reading="superpopulation", bounds=Bounds(low, high), **extra
    )


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
    figures.forest(
        axes,
        {"one": estimate(0.1, 0.4, interval=Interval(0.05, 0.5)), "two": estimate(0.2, 0.2)},
    )
    assert whiskers(axes) == [pytest.approx((0.05, 0.5))]
    bars = [tuple(line.get_xdata()) for line in axes.lines if line.get_linewidth() == 5]
    assert bars == [(0.1, 0.4)]
    points = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert points == [0.2]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["one", "two"]


def test_the_null_line_stands_at_the_null(axes):
    figures.null_line(axes, 0.3, "even share")
    assert list(axes.lines[0].get_xdata()) == [0.3, 0.3]
    assert axes.texts[0].get_text() == "even share"


def test_a_budget_puts_the_widest_row_on_top(axes):
    rows = [
        BudgetRow(source="date", low=0.2, high=0.3, detail=""),
        BudgetRow(source="origin", low=0.1, high=0.5, detail=""),
    ]
    figures.budget(axes, rows, value=0.25)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["origin", "date"]


def test_a_specification_curve_is_in_order_and_marks_the_primary_one(analysed):
    result = analysed("parameter_scale")
    answer = result.answer(quantity="shares")
    label = "small: share of hosts, China minus US"
    with figures.theme():
        _, (curve, choices) = figures.canvas((2, 1), height=4)
        figures.specification_curve((curve, choices), result, answer, label)
    bars = [line for line in curve.lines if line.get_linewidth() == 3]
    assert len(bars) == answer.robustness[label].specifications == 9
    middles = [sum(bar.get_ydata()) for bar in bars]
    assert middles == sorted(middles)
    assert sum(bar.get_color() == figures.CHINA for bar in bars) == 1
    rows = [text.get_text() for text in choices.get_yticklabels()]
    assert rows == ["clones: kept", "clones: removed, spread as all hosts",
                    "clones: removed, spread as medium hosts",
                    "design effect: 1", "design effect: 10", "design effect: 50"]  # fmt: skip


def test_an_analysis_without_a_figure_gets_a_forest_of_its_judged_estimates(analysed):
    result = analysed("parameter_scale")
    with figures.theme():
        axes = figures.default(result).axes[0]
    assert len(axes.get_yticklabels()) == sum(len(a.verdicts) for a in result.answers.values())


def test_saving_twice_gives_the_same_bytes(tmp_path):
    def saved(name):
        with figures.theme():
            figure, axes = figures.canvas(height=2, source="Data: toy (2026).")
            figures.forest(axes, {"one": estimate(0.1, 0.4, interval=Interval(0.05, 0.5))})
            return [path.read_bytes() for path in figures.save(figure, tmp_path / name)]

    assert saved("a") == saved("b")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.pdf", "a.png", "a.svg", "b.pdf", "b.png", "b.svg",
    ]  # fmt: skip


def test_an_interval_without_an_end_runs_to_the_edge_as_an_arrow(axes):
    found = estimate(0.2, 0.4, interval=Interval(0.1, float("inf")))
    figures.forest(axes, {"one": found})
    (arrow,) = [text for text in axes.texts if getattr(text, "arrow_patch", None)]
    assert arrow.xy == (1, 0)
    ends = [tuple(line.get_xdata()) for line in axes.lines if line.get_linewidth() == 0.9]
    assert (0.2, 0.1) in ends
    axes.figure.canvas.draw()  # nothing infinite reaches the renderer
