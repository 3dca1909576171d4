"""Run the study cell by cell, and record what was found."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from research import places
from research.calibration import (
    clustered,
    permutations,
    proportions,
    sets,
    slopes,
    tails,
    units,
)
from research.calibration.cells import Cell, Coverage, Measured, Rejection, Row
from research.calibration.settings import GOAL, RARELY, SEED, SHORTFALL, cells
from research.places import write_beside
from research.plain import to_plain
from research.results import ResearchError
from research.workers import workers

Study = Callable[[Cell, np.random.Generator], Iterator[Row]]
Calibration = dict[str, Any]  # as recorded: plain values only

STUDIES: dict[str, Study] = {
    "share": clustered.study_share,
    "share, mean nearly infinite": clustered.study_extreme,
    "share, rare giants": clustered.study_extreme,
    "difference": clustered.study_difference,
    "paired difference": clustered.study_paired,
    "table": clustered.study_table,
    "ratio of totals": clustered.study_ratio,
    "contrast": sets.study_contrast,
    "ratio of ratios": sets.study_ratio_of_ratios,
    "clones": sets.study_clones,
    "unknown class": sets.study_unknown,
    "contaminated share": sets.study_contaminated,
    "proportion": proportions.study_proportion,
    "proportion of clusters": proportions.study_clustered_proportion,
    "two proportions": proportions.study_two_proportions,
    "kinds": proportions.study_kinds,
    "rates": proportions.study_rates,
    "two tags": proportions.study_two_tags,
    "rank correlation": units.study_rank_correlation,
    "correlation of clusters": units.study_clustered_correlation,
    "ranks": units.study_ranks,
    "tail index": tails.study_tail_index,
    "cluster mean": units.study_cluster_mean,
    "slope": slopes.study_slope,
    "slope of counts": slopes.study_count_slope,
    "slope is zero": slopes.study_zero_slope,
    "rank tests": permutations.study_rank_tests,
    "gaps": permutations.study_gaps,
    "gaps, unequal spread": permutations.study_uneven_gaps,
}


def run(
    *,
    full: bool,
    jobs: int | None = None,
    done: Callable[[str], None] = lambda _: None,
    only: Collection[str] = (),
    kept: Calibration | None = None,
) -> Calibration:
    """How often does every interval cover and every test reject, in every cell of the grid?

    Parameters
    ----------
    full
        The whole grid; else a part of it with few repetitions, to see that the study works.
    jobs
        Processes; by default one per processor. The numbers do not depend on it.
    done
        Called with the name of each finished cell.
    only
        Studies to draw; by default all.
    kept
        A study that was recorded: the cells of all other studies are taken from it.

    Returns
    -------
    dict
        Plain values: seed, goal, the worst coverage behind a verdict, and all cells.

    Raises
    ------
    ResearchError
        A study that does not exist, or a cell that was not recorded.
    """
    known = chosen(full=full, only=only)
    measured = []
    for measurement in _in_order(known, jobs):
        measured.append(measurement)
        done(f"{measurement.cell.study}, {measurement.cell.name}")
    return summarised(measured if kept is None else _merged(cells(full=full), measured, kept))


def chosen(*, full: bool, only: Collection[str] = ()) -> list[Cell]:
    """The cells of these studies; of all studies where none is named."""
    unknown = sorted(set(only) - set(STUDIES))
    if unknown:
        raise ResearchError(f"No study '{unknown[0]}'. Known: {', '.join(STUDIES)}.")
    return [cell for cell in cells(full=full) if not only or cell.study in only]


def measure(cell: Cell, seed: int = SEED) -> Measured:
    """Everything that is counted in one cell, from a generator of its own."""
    rows = list(STUDIES[cell.study](cell, cell.generator(seed)))
    return Measured(
        cell=cell,
        coverage=tuple(row for row in rows if isinstance(row, Coverage)),
        rejection=tuple(row for row in rows if isinstance(row, Rejection)),
    )


def record(calibration: Calibration, folder: Path) -> Path:
    """Write the study as ``folder/calibration.json``, whole or not at all."""
    path = folder / "calibration.json"
    write_beside(path, _text(calibration).encode())
    return path


def is_recorded(folder: Path) -> bool:
    """Whether the folder holds a coverage study."""
    try:
        return "verdicts" in recorded(folder)
    except (ResearchError, ValueError, TypeError):
        return False


def recorded(folder: Path | None = None) -> Calibration:
    """The study that was recorded in a folder; by default the one that ships with the paper.

    Raises
    ------
    ResearchError
        If there is none.
    """
    path = (folder or places.bundled() / "paper") / "calibration.json"
    if not path.is_file():
        raise ResearchError(f"No coverage study in {path.parent}. Run: research calibrate --full.")
    calibration: Calibration = json.loads(path.read_text(encoding="utf-8"))
    return calibration


def summarised(measured: Iterable[Any]) -> Calibration:
    """The study as plain values, with the least coverage behind a verdict of each method.

    ``verdicts`` holds, per study, method and role, in how many cells the interval carries verdicts
    (or would, where an assumption is violated), the cell in which it then covers least, and the
    greatest share of draws in which it carries one and misses; ``without_verdict`` the range over
    cells of the coverage of the jackknife's plain interval where the conditions for a verdict fail;
    ``stricter`` the least coverage of both intervals behind stricter conditions.
    """
    plain_cells = to_plain(list(measured))
    return {
        "seed": SEED,
        "goal": GOAL,
        "rarely": RARELY,
        "verdicts": _least(plain_cells),
        "without_verdict": _elsewhere(plain_cells),
        "stricter": _stricter(plain_cells),
        "cells": plain_cells,
    }


def behind_verdict(row: dict[str, Any]) -> float | None:
    """Coverage of an interval where it carries a verdict; none where it rarely or never does."""
    return believed(row) if row["role"] == "verdict" else None


def believed(row: dict[str, Any]) -> float | None:
    """Coverage among the draws in which the conditions hold; none where they rarely or never do."""
    conditions = row["conditions"]
    if conditions is None:
        return float(row["coverage"])
    return None if conditions["rate"] < RARELY else float(conditions["coverage"])


def misled(row: dict[str, Any]) -> float:
    """Share of the draws in which the conditions hold and the interval misses."""
    conditions = row["conditions"]
    if conditions is None:
        return 1 - float(row["coverage"])
    return float(conditions["rate"] * (1 - (conditions["coverage"] or 0)))


def shortfalls(calibration: Calibration) -> list[str]:
    """Where an interval carries a verdict and misses more often than its goal, a sentence each."""
    return [
        f"{item['cell']['study']} ({', '.join(map(str, item['cell']['setting'].values()))}): "
        f"{row['method']} carries a verdict and misses in {misled(row):.3f} of the draws, more "
        f"than {1 - row['level'] + SHORTFALL:.2f}"
        for item in calibration["cells"]
        for row in item["coverage"]
        if row["role"] == "verdict" and 1 - misled(row) < row["level"] - SHORTFALL
    ]


def _text(calibration: Calibration) -> str:
    """JSON with one line a cell, so that a difference between two versions names its cells."""
    head = {key: value for key, value in calibration.items() if key != "cells"}
    lines = [json.dumps(item, ensure_ascii=False, allow_nan=False) for item in calibration["cells"]]
    cells_text = ",\n  ".join(lines)
    text = json.dumps(head, indent=1, ensure_ascii=False, allow_nan=False)
    return f'{text[:-2]},\n "cells": [\n  {cells_text}\n ]\n}}\n'


def _merged(wanted: list[Cell], measured: list[Measured], kept: Calibration) -> list[Any]:
    """The cells in the order of the grid: those just measured, and the others as recorded."""
    plain_cells: list[Any] = [*kept["cells"], *to_plain(measured)]
    by_cell = {json.dumps(item["cell"], sort_keys=True): item for item in plain_cells}
    keys = [json.dumps(to_plain(cell), sort_keys=True) for cell in wanted]
    missing = [key for key in keys if key not in by_cell]
    if missing:
        raise ResearchError(
            f"{len(missing)} cells were never recorded, such as {missing[0]}. Draw their study too."
        )
    return [by_cell[key] for key in keys]


def _least(plain_cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for item in plain_cells:
        for row in item["coverage"]:
            if row["role"] not in ("verdict", "assumption violated"):
                continue
            names = {
                "study": item["cell"]["study"],
                "parameter": row["target"]["parameter"],
                "method": row["method"],
                "role": row["role"],
            }
            empty = names | {"level": row["level"], "cells": 0, "refused": 0, "least": None}
            least = rows.setdefault(tuple(names.values()), empty | {"misled": 0.0})
            coverage = believed(row)
            least["cells" if coverage is not None else "refused"] += 1
            least["misled"] = max(least["misled"], round(misled(row), 9))
            if coverage is not None and (least["least"] is None or coverage < least["least"]):
                least |= {"least": coverage, "where": item["cell"]["setting"]}
    return list(rows.values())


def _elsewhere(plain_cells: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Coverage of the plain jackknife where its conditions fail, by study."""
    ranges: dict[str, list[float]] = {}
    for item in plain_cells:
        for row in item["coverage"]:
            if row["method"] != clustered.JACKKNIFE:
                continue
            # Draws that are defined and fail, if they are not too few to tell.
            if row["conditions"]["rate"] + row["undefined"] <= 1 - RARELY:
                coverages = ranges.setdefault(item["cell"]["study"], [])
                coverages.append(row["conditions"]["coverage_elsewhere"])
    return {study: {"low": min(c), "high": max(c)} for study, c in ranges.items()}


def _stricter(plain_cells: list[dict[str, Any]]) -> dict[str, float]:
    """Least coverage over the grid if the conditions wanted more effective clusters."""
    least: dict[str, float] = {}
    for item in plain_cells:
        if item["cell"]["study"] not in ("share", "difference", "paired difference"):
            continue
        for row in item["coverage"]:
            if row["method"] in clustered.STRICTER.values() and row["conditions"]["rate"] >= RARELY:
                coverage = row["conditions"]["coverage"]
                least[row["method"]] = min(coverage, least.get(row["method"], 1.0))
    return least


def _in_order(chosen: list[Cell], jobs: int | None) -> Iterator[Measured]:
    count = min(jobs or os.cpu_count() or 1, len(chosen))
    if count <= 1:
        yield from map(measure, chosen)
        return
    with workers(count) as pool:
        yield from pool.map(measure, chosen)
