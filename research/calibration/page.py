"""The coverage study as a page of the documentation: its table beside its figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from research.calibration.drawing import draw
from research.calibration.study import Calibration
from research.places import write_beside

HEAD = """# Does every interval cover, does every test hold?

Written by `research calibrate --full` from `calibration.json` (seed {seed}); the methods are in
[METHODS.md](../METHODS.md). The goal: in no setting of the grid does an interval carry a verdict
and miss in more than {missed:.0%} of the draws (*misled*). *Least coverage* is among the draws in
which its conditions hold; settings in which they hold in less than {rarely:.0%} of the draws count
as refused: there it carries no verdict, and the uncertainty budget leads. Rows in italics are
beyond what the interval assumes: they show where it gives out. No interval covers what was never
seen, such as giants so rare that a table holds no trace of them (Bahadur and Savage 1956,
doi:10.1214/aoms/1177728077): in *giants 100* the largest one of 750 organisations is a hundred
times as large as it would be.

![Coverage of the intervals for heavy-tailed totals](calibration.svg)

![Coverage of every other interval that may carry a verdict](calibration_methods.svg)

| study | interval | nominal | settings | refused | least coverage | where | misled |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def as_page(calibration: Calibration) -> str:
    """The page as Markdown: one row an interval that may carry a verdict."""
    rows = "".join(_row(row) for row in calibration["verdicts"])
    return HEAD.format(missed=1 - calibration["goal"], **calibration) + rows


def _row(row: dict[str, Any]) -> str:
    where = ", ".join(f"{name} {value}" for name, value in row.get("where", {}).items())
    least = "–" if row["least"] is None else f"{row['least']:.3f}"
    mark = "" if row["role"] == "verdict" else "*"
    return (
        f"| {mark}{row['study']}{mark} | {row['method']} | {row['level']} | "
        f"{row['cells']} | {row['refused']} | {least} | {where} | {row['misled']:.3f} |\n"
    )


def write_page(calibration: Calibration, folder: Path) -> Path:
    """Write ``coverage.md`` and its figures into ``folder``."""
    path = folder / "coverage.md"
    draw(calibration, folder, ("svg",))
    write_beside(path, as_page(calibration).encode())
    return path
