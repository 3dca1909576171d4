"""Disclosure control of all counts of a scan: every table, and how they hang together."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from research.collect.scans.counting import rules_of
from research.collect.scans.disclosure import (
    Protected,
    is_small,
    parts_are_wide,
    protect_listing,
    protect_sums,
    small_parts,
)
from research.collect.scans.record import CLASSES, NO_ANSWER, UNKNOWN_COUNTRY, class_set
from research.collect.scans.rules import RULES
from research.collect.scans.stages import KINDS

Frames = dict[str, pd.DataFrame]
Part = Literal["hosts", "genuine"]
Shown = npt.NDArray[np.bool_]

ANY = "any rule"
PARTS: tuple[Part, Part] = ("hosts", "genuine")
PAIRS = list(combinations(CLASSES, 2))


@dataclass(slots=True)
class Safe:
    """The counts that may be published, as ``hosts`` and ``genuine``; missing where they may not.

    ``suppressed`` holds, per table and part of it, how many cells were lost and how many hosts they
    have together where what is published tells it; for all hosts, and without clones.
    """

    threshold: int
    clones_told: bool
    frames: Frames = field(default_factory=dict)
    suppressed: dict[Part, list[tuple[str, str, int, int | None]]] = field(
        default_factory=lambda: {"hosts": [], "genuine": []}
    )

    def lost(
        self, part: Part, table: str, group: str, counts: pd.Series, *, told: bool = True
    ) -> None:
        """These cells are suppressed; ``told``: what is published tells their sum."""
        self.lost_cells(part, table, group, len(counts), int(counts.sum()) if told else None)

    def lost_cells(self, part: Part, table: str, group: str, cells: int, hosts: int | None) -> None:
        """So many cells are suppressed, of so many hosts where that is told."""
        if cells:
            self.suppressed[part].append((table, group, cells, hosts))


def protect(counts: Frames, threshold: int) -> Safe:
    """Suppress what is small, and what would give something small away.

    Parameters
    ----------
    counts : dict of frames
        As ``counting.counts`` gives them.
    threshold : int
        Fewest hosts of a published cell.

    Returns
    -------
    Safe
        Where the clones of the whole scan are fewer than the threshold, nothing tells them: then
        ``clones_told`` is false, and ``genuine`` equals ``hosts`` everywhere.
    """
    suspicions = counts["suspected_clones"]
    clones = suspicions.loc[suspicions["suspicion"] > 0, "hosts"].sum()
    told = not 0 < clones < threshold
    if not told:
        counts = {
            subject: frame.assign(genuine=frame["hosts"]) if "genuine" in frame else frame
            for subject, frame in counts.items()
        }
    safe = Safe(threshold, told)
    _listing(safe, "countries", counts["countries"])
    _listing(safe, "hosting", counts["hosting"])
    _cities(safe, counts["cities"])
    for subject in KINDS:
        _overlapping(safe, subject, counts[subject])
    _totals(safe, counts["totals"].dropna(subset="genuine").query("hosts > 0"))
    _classes(safe, counts["class_sets"])
    _suspicions(safe, suspicions)
    safe.frames["signatures"] = counts["signatures"]
    return safe


def _columns(rows: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    return rows["hosts"].to_numpy(np.int64), rows["genuine"].to_numpy(np.int64)


def _told(rows: pd.DataFrame, hosts: Shown, genuine: Shown) -> pd.DataFrame:
    """The rows with missing values where a count may not be published."""
    return rows.assign(
        hosts=rows["hosts"].astype("Int64").where(hosts),
        genuine=rows["genuine"].astype("Int64").where(genuine),
    )


def _listing(safe: Safe, subject: str, rows: pd.DataFrame, group: str = "") -> None:
    """A table whose total is known: what is suppressed has a sum that is safe."""
    shown = dict(
        zip(PARTS, protect_listing(*_columns(rows), threshold=safe.threshold), strict=True)
    )
    found = [frame for frame in (safe.frames.get(subject),) if frame is not None]
    safe.frames[subject] = pd.concat([*found, _told(rows, **shown)], ignore_index=True)
    for part in PARTS:
        safe.lost(part, subject, group, rows.loc[~shown[part], part])


def _cities(safe: Safe, cities: pd.DataFrame) -> None:
    """The cities of a country add up to the country, where that is published."""
    safe.frames["cities"] = cities.iloc[:0]
    if not (cities["city"] != "").any():
        return
    countries = safe.frames["countries"].dropna(subset=list(PARTS))["country"]
    for country in countries:
        _listing(safe, "cities", cities[cities["country"] == country], country)
    hidden = cities.loc[~cities["country"].isin(countries)]
    for part in PARTS:
        safe.lost(part, "cities", "countries that are suppressed", hidden[part], told=False)


def _overlapping(safe: Safe, subject: str, rows: pd.DataFrame) -> None:
    """A table whose rows overlap, so that no total gives them away; only its own two parts can."""
    name = KINDS[subject]
    few = int(rows.loc[rows[name].isna(), "cells"].sum())
    rows = rows.dropna(subset=name)
    hosts, genuine = _columns(rows)
    apart = ~small_parts(hosts, genuine, safe.threshold)
    safe.frames[subject] = _told(rows, np.ones_like(apart), apart)
    safe.lost_cells("hosts", subject, "", few, None)
    safe.lost_cells("genuine", subject, "", few + int((~apart).sum()), None)


def _totals(safe: Safe, rows: pd.DataFrame) -> None:
    """Totals of addresses: what is left of all addresses must not be few either."""
    hosts, genuine = _columns(rows)
    every = rows.set_index("name").loc["discovered_ips"]
    within = (rows["name"] != "endpoints").to_numpy(np.int64)
    left = within * (every["hosts"] - hosts), within * (every["genuine"] - genuine)
    few = small_parts(hosts, genuine, safe.threshold) | small_parts(*left, safe.threshold)
    large = ~is_small(hosts, safe.threshold) & ~is_small(left[0], safe.threshold)
    safe.frames["totals"] = _told(rows, large, large & ~few)
    for part, shown in zip(PARTS, (large, large & ~few), strict=True):
        safe.lost(part, "totals", "", rows.loc[~shown, part], told=False)


def _classes(safe: Safe, cells: pd.DataFrame) -> None:
    """Class sets, classes and overlaps of each country whose total is published."""
    names = [
        class_set(int(bits)) if answered else NO_ANSWER
        for bits, answered in zip(cells["classes"], cells["answered"], strict=True)
    ]
    cells = cells.assign(class_set=names)
    sets, sums = [cells.iloc[:0]], [_summed("", cells.iloc[:0]).iloc[:0]]
    told = safe.frames["countries"].dropna(subset="hosts").set_index("country")
    for country, with_genuine in told["genuine"].notna().items():
        mine = cells[cells["country"] == country]
        if country == UNKNOWN_COUNTRY:
            continue
        found, apart = _protected(mine, bool(with_genuine), safe.threshold)
        sets.append(_told(mine, found.cells, found.cells & apart))
        sums.append(_told(_summed(str(country), mine), found.sums, found.sums & apart))
        for part, shown in zip(PARTS, (found.cells, found.cells & apart), strict=True):
            lost, known = mine.loc[~shown, part], bool(found.sums[0])
            safe.lost(part, "class_sets", str(country), lost, told=known)
    safe.frames["class_sets"] = pd.concat(sets, ignore_index=True)
    safe.frames["class_sums"] = pd.concat(sums, ignore_index=True)


def _protected(cells: pd.DataFrame, apart: bool, threshold: int) -> tuple[Protected, bool]:
    """What is published of a country, and whether its counts without clones are, too.

    They are where they cost no sum of the counts of all hosts.
    """
    (hosts, genuine), holds = _columns(cells), _holds(cells)
    options = {"essential": 1 + len(CLASSES), "threshold": threshold}
    alone = protect_sums(hosts, hosts, holds, **options)
    both = protect_sums(hosts, genuine, holds, **options) if apart else None
    essential = slice(options["essential"])
    if alone and both and (alone.sums[essential] == both.sums[essential]).all():
        return both, True
    every = np.ones(len(cells), dtype=bool)
    if alone and (not apart or parts_are_wide(hosts, genuine, every, threshold)):
        return alone, False
    return Protected(~every, np.zeros(len(holds), dtype=bool)), False


def _holds(cells: pd.DataFrame) -> Shown:
    """Which cells are in the country, in each class, and in each pair of classes."""
    bits = cells["classes"].to_numpy(np.int64)
    held = {code: bits >> position & 1 > 0 for position, code in enumerate(CLASSES)}
    pairs = [held[one] & held[other] for one, other in PAIRS]
    return np.array([np.ones(len(cells), dtype=bool), *held.values(), *pairs])


def _summed(country: str, cells: pd.DataFrame) -> pd.DataFrame:
    """The sums over the class sets of a country: all, each class, each pair of classes."""
    names = [("", ""), *((code, "") for code in CLASSES), *PAIRS]
    hosts, genuine = (_holds(cells) @ part for part in _columns(cells))
    found = pd.DataFrame(names, columns=["class_a", "class_b"])
    return found.assign(country=country, hosts=hosts, genuine=genuine)


def _suspicions(safe: Safe, suspicions: pd.DataFrame) -> None:
    """Hosts by rule; a host can bear several marks, so these overlap."""
    found = dict.fromkeys((*RULES, ANY), 0)
    for bits, hosts in zip(suspicions["suspicion"], suspicions["hosts"], strict=True):
        for rule in [*rules_of(int(bits)), *([ANY] if bits else [])]:
            found[rule] += int(hosts)
    rows = pd.DataFrame({"rule": list(found), "hosts": list(found.values())})
    few = is_small(rows["hosts"].to_numpy(np.int64), safe.threshold)
    safe.frames["suspected_clones"] = rows.assign(hosts=rows["hosts"].astype("Int64").mask(few))
    safe.lost("hosts", "suspected_clones", "", rows.loc[few, "hosts"], told=False)
