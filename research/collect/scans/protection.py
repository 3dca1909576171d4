"""Disclosure control of all counts of a scan: every table, and how they hang together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from research.collect.scans.deduction import KNOWN_ANYWAY, Figures, Rows, suppress
from research.collect.scans.disclosure import is_small, protect_listing, small_parts
from research.collect.scans.linked import REST, SETS, SILENT, SUMS, Linked, Scan, holds
from research.collect.scans.record import (
    CLASSES,
    KEPT,
    NO_ANSWER,
    NO_COUNTRY,
    UNCLEAR_LEVEL,
    UNCLEAR_SIZE,
    UNKNOWN_COUNTRY,
    class_set,
)
from research.collect.scans.rules import RULES
from research.collect.scans.stages import KINDS

Frames = dict[str, pd.DataFrame]
Part = Literal["hosts", "genuine"]
Counts = npt.NDArray[np.int64]
Shown = npt.NDArray[np.bool_]

ANY = "any rule"
PARTS: tuple[Part, Part] = ("hosts", "genuine")
PORT = "discovered_ips_port_"
NAMES = {"answering": "answering_hosts", "endpoints": "endpoints"}


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
        self, part: Part, table: str, group: str, counts: pd.Series, *, sum_known: bool = True
    ) -> None:
        """These cells are suppressed; ``sum_known``: what is published tells their sum."""
        self.lost_cells(part, table, group, len(counts), int(counts.sum()) if sum_known else None)

    def lost_cells(self, part: Part, table: str, group: str, cells: int, hosts: int | None) -> None:
        """So many cells are suppressed, of so many hosts where that is told."""
        if cells:
            self.suppressed[part].append((table, group, cells, hosts))


def protect(counts: Frames, threshold: int) -> Safe:
    """Suppress what is small, and what would give something small away.

    Parameters
    ----------
    counts : dict of frames
        As ``texts.withhold`` gives them; of as many hosts as the threshold, at least.
    threshold : int
        Fewest hosts of a published cell.

    Returns
    -------
    Safe
        Where the clones of the whole scan, or the other hosts, are fewer than the threshold (or
        where totals alone would give few away) nothing tells them: then ``clones_told`` is false,
        and ``genuine`` equals ``hosts`` everywhere.
    """
    everything = _total(counts, "discovered_ips")
    clones_told = not small_parts(*everything, threshold).any()
    safe = _protected(counts, Safe(threshold, clones_told))
    return safe or _protected(counts, Safe(threshold, False)) or _nothing_safe()


def _nothing_safe() -> Safe:
    raise AssertionError("A total as large as the threshold gives no small count away alone.")


def _protected(counts: Frames, safe: Safe) -> Safe | None:
    """None where clones cannot be told apart without telling of few hosts."""
    if not safe.clones_told:
        counts = {
            subject: frame.assign(genuine=frame["hosts"]) if "genuine" in frame else frame
            for subject, frame in counts.items()
        }
    _listing(safe, "countries", counts["countries"])
    _listing(safe, "hosting", counts["hosting"])
    _cities(safe, counts["cities"])
    _ports(safe, counts)
    for subject in KINDS:
        _values(safe, subject, counts[subject])
    system, cells = _system(safe, counts)
    if not system.choose():
        return None
    _classes(safe, system, cells)
    _chosen_values(safe, system)
    _totals(safe, counts, system)
    _suspicions(safe, counts["suspected_clones"])
    _records(safe, counts)
    # Sets that many hosts list alike are clones that can be counted.
    countable = safe.clones_told or _clones(counts) < safe.threshold
    safe.frames["masked_texts"] = counts["masked_texts"]
    safe.frames["signatures"] = counts["signatures"].iloc[: None if countable else 0]
    return safe


def _clones(counts: Frames) -> int:
    suspicions = counts["suspected_clones"]
    return int(suspicions.loc[suspicions["suspicion"] > 0, "hosts"].sum())


def _columns(rows: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    return rows["hosts"].to_numpy(np.int64), rows["genuine"].to_numpy(np.int64)


def _total(counts: Frames, name: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """A total of all hosts and of genuine ones; none is zero."""
    totals = counts["totals"]
    return _columns(totals[totals["name"] == name].fillna(0))


def _told(rows: pd.DataFrame, hosts: Shown, genuine: Shown) -> pd.DataFrame:
    """The rows with missing values where a count may not be published."""
    return rows.assign(
        hosts=rows["hosts"].astype("Int64").where(hosts),
        genuine=rows["genuine"].astype("Int64").where(genuine),
    )


# Tables that add up to a total ------------------------------------------------------------------


def _listing(safe: Safe, subject: str, rows: pd.DataFrame, group: str = "") -> None:
    """A table whose total is known: what is suppressed has a sum that is safe."""
    shown = dict(
        zip(PARTS, protect_listing(*_columns(rows), threshold=safe.threshold), strict=True)
    )
    earlier = [frame for frame in (safe.frames.get(subject),) if frame is not None]
    safe.frames[subject] = pd.concat([*earlier, _told(rows, **shown)], ignore_index=True)
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
        safe.lost(part, "cities", "countries that are suppressed", hidden[part], sum_known=False)


def _ports(safe: Safe, counts: Frames) -> None:
    """Hosts by port add up to the endpoints of all ports, which the numbers of records tell."""
    rows = counts["totals"][counts["totals"]["name"].str.startswith(PORT)].fillna(0)
    others = _endpoints(counts) - int(rows["hosts"].sum())
    hosts, genuine = (np.append(part, others) for part in _columns(rows))
    elsewhere = zip(_total(counts, "discovered_ips"), (hosts, genuine), strict=True)
    left, genuine_left = (np.append(total - part[:-1], 0) for total, part in elsewhere)
    hidden = is_small(hosts, safe.threshold) | is_small(left, safe.threshold)
    apart = small_parts(hosts, genuine, safe.threshold) | small_parts(
        left, genuine_left, safe.threshold
    )
    every, apart = protect_listing(
        hosts, genuine, threshold=safe.threshold, hidden=hidden, apart=apart
    )
    safe.frames["ports"] = _told(rows, every[:-1], apart[:-1])
    for part, shown in zip(PARTS, (every[:-1], apart[:-1]), strict=True):
        lost = rows.loc[~shown, part]
        safe.lost(part, "totals", "ports", lost[lost > 0], sum_known=False)


def _endpoints(counts: Frames) -> int:
    """All endpoints, whether they answered or not: the records that count."""
    records = counts["reasons"].set_index("reason")["records"]
    return int(records["all"] - records.drop(["all", *KEPT], errors="ignore").sum())


# Tables whose rows overlap ----------------------------------------------------------------------


def _values(safe: Safe, subject: str, rows: pd.DataFrame) -> None:
    """Tags and the like: no total gives their hosts away, but that of all listings their listings.

    Every listed model has one tag, one family, one size and one level, so that a table that is
    published whole tells the sum of the others.
    """
    name = KINDS[subject]
    unnamed = rows[name].isna() | (rows["billions"].isna() if "billions" in rows else False)
    hosts, genuine = _columns(rows)
    hidden = unnamed.to_numpy() | is_small(hosts, safe.threshold)
    every, apart = protect_listing(
        rows["listings"].to_numpy(np.int64),
        rows["genuine_listings"].to_numpy(np.int64),
        threshold=safe.threshold,
        hidden=hidden,
        apart=hidden | small_parts(hosts, genuine, safe.threshold),
        cells=rows["cells"].to_numpy(np.int64),
    )
    safe.frames[subject] = _told(rows, every, apart)


def _shown_values(safe: Safe) -> pd.DataFrame:
    """Tags, families, sizes and levels that are published so far, as the system takes them."""
    frames = []
    for subject in KINDS:
        rows = safe.frames[subject].dropna(subset="hosts")
        code = _codes(rows["billions"]) if "billions" in rows else ""
        frames.append(rows[["hosts", "genuine"]].assign(code=code, subject=subject))
    return pd.concat(frames)


def _codes(billions: pd.Series) -> pd.Series:
    limits = [low for low, _ in CLASSES.values()]
    return pd.Series(
        np.array(list(CLASSES))[np.searchsorted(limits, billions, side="right") - 1], billions.index
    )


def _chosen_values(safe: Safe, system: Linked) -> None:
    """Suppress what the system suppresses of the tags and the like, and count what is lost."""
    values = system.scan.values
    for part in PARTS:
        kept = values[system.shows("value", -1, range(len(values)), part)]
        for subject in KINDS:
            rows = safe.frames[subject]
            shown = rows.index.isin(kept.index[kept["subject"] == subject])
            rows[part] = rows[part].where(shown)
            lost = rows[rows[part].isna() & _counted(rows)]
            safe.lost_cells(part, subject, "", int(lost["cells"].sum()), None)


def _counted(rows: pd.DataFrame) -> pd.Series:
    """A size that states no number is in no table; those of few hosts are one row without name."""
    if "billions" not in rows:
        return pd.Series(True, rows.index)
    return rows["billions"].notna() | rows["size"].isna()


# The class sets and the totals ------------------------------------------------------------------


def _system(safe: Safe, counts: Frames) -> tuple[Linked, pd.DataFrame]:
    """The system of the class sets, and these with their place in it."""
    published = safe.frames["countries"].dropna(subset="hosts")
    names = [*published["country"].astype(str), REST]
    parts = [{"hosts", *(["genuine"] if apart else [])} for apart in published["genuine"].notna()]
    cells = counts["class_sets"]
    place = np.where(cells["answered"] > 0, cells["classes"], SILENT)
    block = cells["country"].map({name: at for at, name in enumerate(names)}).fillna(len(published))
    cells = cells.assign(place=place, block=block.astype(int))
    hosts, genuine = np.zeros((2, len(names), SETS), dtype=np.int64)
    for part, into in (("hosts", hosts), ("genuine", genuine)):
        np.add.at(into, (cells["block"], cells["place"]), cells[part])
    of_all, of_genuine = (int(part.sum()) for part in _total(counts, "endpoints"))
    sizes = safe.frames["parameter_sizes"]
    few = sizes[sizes["hosts"].isna() & _counted(sizes)]
    most = counts["parameter_sizes"].loc[few.index[few["size"].notna()], "hosts"]
    scan = Scan(
        hosts=hosts, genuine=genuine, countries=names, told=[*parts, set()],
        values=_shown_values(safe), endpoints=(of_all, of_genuine, _endpoints(counts)),
        few=(int(few["cells"].sum()), max([safe.threshold - 1, *most])),
        threshold=safe.threshold, with_clones=safe.clones_told,
    )  # fmt: skip
    return Linked(scan), cells


def _classes(safe: Safe, system: Linked, cells: pd.DataFrame) -> None:
    """Class sets, classes and overlaps of each country whose total is published."""
    scan, sets, sums = system.scan, [cells.iloc[:0]], [_sums(system, 0).iloc[:0]]
    for country, name in enumerate(scan.countries):
        if name in (REST, UNKNOWN_COUNTRY):
            continue
        mine, rows = cells[cells["block"] == country], _sums(system, country)
        shown = {part: system.shows("set", country, mine["place"], part) for part in PARTS}
        if system.shows("sets", country, [""], "hosts").all():
            sets.append(_told(mine, **shown))
        sums.append(_told(rows, **{
            part: system.shows("class", country, SUMS, part)
            | system.shows("pair", country, SUMS, part)
            for part in PARTS
        }))  # fmt: skip
        for part in PARTS:
            sum_known = part in scan.told[country] or not scan.with_clones
            safe.lost(part, "class_sets", name, mine.loc[~shown[part], part], sum_known=sum_known)
    named = pd.concat(sets, ignore_index=True)
    names = [NO_ANSWER if place == SILENT else class_set(place) for place in named["place"]]
    safe.frames["class_sets"] = named.assign(class_set=names)
    safe.frames["class_sums"] = pd.concat(sums, ignore_index=True)


def _sums(system: Linked, country: int) -> pd.DataFrame:
    """The sums over the class sets of a country: each class, each pair of classes."""
    scan = system.scan
    rows = pd.DataFrame(SUMS, columns=["class_a", "class_b"])
    held = [holds(*pair) for pair in SUMS]
    counts = {
        part: [int(cells[country][each].sum()) for each in held]
        for part, cells in (("hosts", scan.hosts), ("genuine", scan.genuine))
    }
    return rows.assign(country=scan.countries[country], **counts)


def _totals(safe: Safe, counts: Frames, system: Linked) -> None:
    """Totals of addresses and endpoints."""
    rows = counts["totals"].fillna(0)
    rows = rows[~rows["name"].str.startswith(PORT) & (rows["hosts"] > 0)]
    shown = {}
    for part in PARTS:
        figures = {name for name in ("answering", "endpoints")
                   if system.shows(name, -1, [NAMES[name]], part).all()}  # fmt: skip
        shown[part] = rows["name"].isin(["discovered_ips", *map(NAMES.get, figures)]).to_numpy()
        safe.lost(part, "totals", "", rows.loc[~shown[part], part], sum_known=False)
    ports = safe.frames.pop("ports")
    safe.frames["totals"] = pd.concat([_told(rows, **shown), ports], ignore_index=True)


def _suspicions(safe: Safe, suspicions: pd.DataFrame) -> None:
    """Hosts by rule; a host can bear several marks, so these overlap."""
    sets = np.arange(1, 1 << len(RULES))
    hosts = np.zeros(sets.size + 1, dtype=np.int64)
    np.add.at(hosts, suspicions["suspicion"].to_numpy(np.int64), suspicions["hosts"])
    bears = [np.flatnonzero(sets >> place & 1) for place in range(len(RULES))]
    values = np.array([*(hosts[1:][each].sum() for each in bears), hosts[1:].sum()])
    rows = pd.DataFrame({"rule": [*RULES, ANY], "hosts": values})
    shown = _told_rules(safe, hosts[1:], bears, values)
    safe.frames["suspected_clones"] = rows.assign(hosts=rows["hosts"].astype("Int64").where(shown))
    safe.lost("hosts", "suspected_clones", "", rows.loc[~shown, "hosts"], sum_known=False)


def _told_rules(safe: Safe, hosts: Counts, bears: list[Counts], values: Counts) -> Shown:
    """Which rules are told: so that no set of rules that few hosts bear is given away."""
    if not safe.clones_told:
        return np.asarray(values == 0)
    rows = Rows(hosts.size)
    places = [*range(len(bears)), KNOWN_ANYWAY]
    for cells, value, place in zip([*bears, np.arange(hosts.size)], values, places, strict=True):
        rows.add(cells, value, value, place)
    few = np.flatnonzero(is_small(hosts, safe.threshold))
    shown = suppress(
        Figures(values[:-1].astype(float), np.full(len(bears), -1)),
        ~is_small(values[:-1], safe.threshold),
        rows.known().of,
        csr_array(np.eye(hosts.size)[few]),
        groups=few,
        threshold=safe.threshold,
    )
    return np.append(np.zeros(len(bears), dtype=bool) if shown is None else shown, True)


def _records(safe: Safe, counts: Frames) -> None:
    """Records by reason; those without a country tell how many hosts have none at most.

    Those with a size or a level that is not understood are endpoints of hosts: few are not told.
    """
    records, countries = counts["reasons"], safe.frames["countries"]
    placeless = countries.loc[countries["country"] == UNKNOWN_COUNTRY, "hosts"]
    hidden = (records["reason"] == NO_COUNTRY) & bool(placeless.isna().any())
    unclear = records["reason"].isin((UNCLEAR_SIZE, UNCLEAR_LEVEL))
    hidden |= unclear & is_small(records["records"].to_numpy(np.int64), safe.threshold)
    safe.frames["reasons"] = records.assign(records=records["records"].astype("Int64").mask(hidden))
