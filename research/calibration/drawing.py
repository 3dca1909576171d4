"""The study as two figures: heavy-tailed totals cell by cell, and every other interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research import figures
from research.calibration.clustered import JACKKNIFE, WIDENED
from research.calibration.settings import LABELS, ORGANISATIONS, TAILS
from research.calibration.study import Calibration, behind_verdict
from research.figures import FAINT, INK, MUTED, OTHER
from research.results import ResearchError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STUDIES = {"share": "share", "difference": "difference", "paired difference": "two channels"}
LOOK = {  # colour, marker and place of each label: apart in greyscale by the marker
    LABELS[0]: (MUTED, "o", -1),
    LABELS[1]: (INK, "s", 0),
    LABELS[2]: (OTHER, "^", 1),
}
SHIFT = 0.13  # between labels, so that markers do not hide each other
NOTE = (
    "Filled: among the draws in which the conditions hold, left out where that is less than "
    "{rarely:.0%} of them. Open: all draws. Dashed line: {goal:.2f}, the goal for all draws if "
    "those without a verdict count as covered; thin line: the nominal 0.95. Simulation, {draws} "
    "draws a cell, seed {seed}."
)


def draw(
    calibration: Calibration, folder: Path, formats: Sequence[str] = figures.FORMATS
) -> list[Path]:
    """Both figures of the study: ``calibration`` and ``calibration_methods``."""
    with figures.theme():
        return [
            *figures.save(figure(calibration), folder / "calibration", formats),
            *figures.save(figure_of_methods(calibration), folder / "calibration_methods", formats),
        ]


def figure(calibration: Calibration) -> Figure:
    """Coverage of the intervals for heavy-tailed totals, and how often their conditions hold."""
    rows = len(STUDIES)
    canvas, panels = figures.canvas(
        (2 * rows, len(TAILS)),
        height=7.6,
        source=NOTE.format(draws=_draws(calibration), **calibration),
        height_ratios=(3, 1) * rows,
        sharex=True,
        sharey="row",
    )
    for row, (study, name) in enumerate(STUDIES.items()):
        for column, tail in enumerate(TAILS):
            where = study, tail
            _draw_coverage(panels[2 * row, column], calibration, where)
            _draw_rate(panels[2 * row + 1, column], calibration, where)
        panels[2 * row, 0].set_ylabel(f"coverage,\n{name}")
        panels[2 * row + 1, 0].set_ylabel("conditions\nhold")
    for tail, top, bottom in zip(TAILS, panels[0], panels[-1], strict=True):
        top.set_title(tail.replace("lognormal", "lognormal, sd").replace("Pareto", "Pareto, index"))
        bottom.set_xticks(range(len(ORGANISATIONS)), [str(n) for n in ORGANISATIONS])
        bottom.set_xlabel("organisations")
    _legend(canvas)
    return canvas


def figure_of_methods(calibration: Calibration) -> Figure:
    """Coverage of every other interval that may carry a verdict, a dot a cell."""
    rows, resampled = dict(_other_intervals(calibration)), dict(_resampled(calibration))
    canvas, axes = figures.canvas(
        height=0.9 + 0.2 * (len(rows) + len(resampled)),
        source="A dot is a cell of the study. Filled: coverage among the draws in which the "
        "interval may carry a verdict. Open: an interval that may not, with the organisations of a "
        f"table drawn anew. Dashed line: the goal of {calibration['goal']:.2f}; thin line: 0.95.",
    )
    for position, dots in enumerate([*rows.values(), *resampled.values()]):
        face = INK if position < len(rows) else "white"
        axes.plot([min(dots), max(dots)], [-position] * 2, color=FAINT, lw=2, zorder=0)
        axes.plot(dots, [-position] * len(dots), "o", ms=3.4, mfc=face, mec=INK, mew=0.4, alpha=0.7)
    _goal_lines(axes.axvline, calibration)
    figures.label_rows(axes, [*rows, *resampled], width=66)
    axes.tick_params(axis="y", labelsize=7.5)
    axes.set_xlabel("coverage")
    return canvas


def _draw_coverage(axes: Axes, calibration: Calibration, where: tuple[str, str]) -> None:
    """Of both intervals in one study and tail, by number of organisations."""
    _goal_lines(axes.axhline, calibration)
    for label, (color, marker, place) in LOOK.items():
        rows = [_methods(calibration, *where, label, n) for n in ORGANISATIONS]
        places = [at + place * SHIFT for at in range(len(rows))]
        plain = [row[JACKKNIFE]["coverage"] for row in rows]
        kept = [behind_verdict(row[WIDENED]) for row in rows]
        believed = [float("nan") if value is None else value for value in kept]
        axes.plot(
            places, plain, color=color, lw=0.6, ls=":", marker=marker, ms=3.4, mfc="white", mew=0.7
        )
        axes.plot(places, believed, color=color, lw=0.9, marker=marker, ms=3.6, mew=0)


def _draw_rate(axes: Axes, calibration: Calibration, where: tuple[str, str]) -> None:
    """How often the conditions hold in one study and tail."""
    for label, (color, marker, place) in LOOK.items():
        rows = [_methods(calibration, *where, label, n)[WIDENED] for n in ORGANISATIONS]
        places = [at + place * SHIFT for at in range(len(rows))]
        rates = [row["conditions"]["rate"] for row in rows]
        axes.plot(places, rates, color=color, lw=0.9, marker=marker, ms=2.6, mew=0)
    axes.set_ylim(-0.12, 1.12)
    axes.set_yticks([0, 1])


def _goal_lines(line: Callable[..., Any], calibration: Calibration) -> None:
    line(calibration["goal"], color=MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
    line(0.95, color=MUTED, lw=0.5, zorder=0)


def _legend(canvas: Figure) -> None:
    from matplotlib.lines import Line2D

    labels = ("label independent of size", "largest always in the group", "chance rising with size")
    entries = [
        (label, Line2D([], [], color=color, marker=marker, lw=0.9, ms=4, mew=0))
        for label, (color, marker, _) in zip(labels, LOOK.values(), strict=True)
    ]
    filled = Line2D([], [], color=INK, marker="o", lw=0.9, ms=4, mew=0)
    empty = Line2D([], [], color=INK, marker="o", lw=0.6, ls=":", ms=4, mfc="white", mew=0.7)
    # A legend fills its columns first: the labels make the upper row, the intervals the lower one.
    entries.insert(1, ("allowing for larger ones than any seen", filled))
    entries.insert(3, ("plain jackknife", empty))
    names, marks = zip(*entries, strict=True)
    canvas.legend(marks, names, loc="outside upper center", ncols=3, handlelength=1.8)


def _methods(
    calibration: Calibration, study: str, tail: str, label: str, organisations: int
) -> dict[str, dict[str, Any]]:
    """What was counted in one cell, by method."""
    wanted = {"tail": tail, "label": label, "organisations": organisations}
    for item in calibration["cells"]:
        if item["cell"]["study"] == study and item["cell"]["setting"] == wanted:
            return {row["method"]: row for row in item["coverage"]}
    raise ResearchError(f"The coverage study has no cell {wanted} of '{study}': run all of it.")


def _other_intervals(calibration: Calibration) -> Iterator[tuple[str, list[float]]]:
    """Coverage in every cell in which an interval carries a verdict, by parameter and method."""
    rows: dict[str, list[float]] = {}
    for item in calibration["cells"]:
        if item["cell"]["study"] in (*STUDIES, "table"):
            continue
        for row in item["coverage"]:
            value = behind_verdict(row)
            if value is not None and row["level"] == 0.95:
                rows.setdefault(f"{row['target']['parameter']}: {row['method']}", []).append(value)
    yield from rows.items()


def _resampled(calibration: Calibration) -> Iterator[tuple[str, list[float]]]:
    """Coverage of the plain jackknife for each bundled table, drawn anew."""
    rows: dict[str, list[float]] = {}
    for item in calibration["cells"]:
        if item["cell"]["study"] == "table":
            name = f"shares and differences of {item['cell']['setting']['table']}: plain jackknife"
            rows.setdefault(name, []).extend(
                row["coverage"] for row in item["coverage"] if row["method"] == JACKKNIFE
            )
    yield from rows.items()


def _draws(calibration: Calibration) -> str:
    drawn = [
        c["cell"]["repetitions"] for c in calibration["cells"] if c["cell"]["study"] in STUDIES
    ]
    return f"{max(drawn):,}".replace(",", " ")
