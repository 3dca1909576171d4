"""The class sets of all countries, and all totals that tell something of them, as one system.

A count of the system is one class set of one country: of genuine hosts, and (unless no clones are
told) of clones. Class sets of countries that are not told are one country, ``REST``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from research.collect.scans.deduction import (
    KNOWN_ANYWAY,
    Figures,
    Known,
    Rows,
    Shown,
    suppress,
)
from research.collect.scans.disclosure import is_small
from research.collect.scans.record import CLASSES, UNKNOWN_COUNTRY

Counts = npt.NDArray[np.int64]
Key = tuple[str, int, object]  # kind, country (-1: all) and name of a figure
_T = TypeVar("_T", int, npt.NDArray[np.int64])

REST = ""
SETS = 2 ** len(CLASSES) + 1  # of classes, and no answer
SILENT = SETS - 1
PAIRS = list(combinations(CLASSES, 2))
SUMS = [*((code, "") for code in CLASSES), *PAIRS]
PARTS = ("hosts", "genuine", "clones")

# Of two figures that give a count away, the one of the earlier kind is suppressed; of one kind,
# that of genuine hosts before that of all.
ORDER = ("value", "pair", "set", "class", "sets", "endpoints", "answering")


def _parted(hosts: _T, genuine: _T) -> dict[str, _T]:
    """A number, or numbers, of all hosts, of genuine ones and of clones."""
    return {"hosts": hosts, "genuine": genuine, "clones": hosts - genuine}


def holds(code: str, other: str = "") -> Counts:
    """The class sets that hold a class (or a pair of them)."""
    bits = np.arange(SILENT)
    names = list(CLASSES)
    held = [bits >> names.index(name) & 1 > 0 for name in (code, other) if name]
    return np.flatnonzero(np.all(held, axis=0))


@dataclass(frozen=True, slots=True)
class Scan:
    """What the system is made of.

    Parameters
    ----------
    hosts, genuine : array of shape (countries, class sets)
        The class sets by country; the last one is no answer.
    countries
        Their names.
    told
        For each country, which of its totals are published: "hosts", "genuine".
    values
        Published tags, families, sizes and levels: ``kind``, ``hosts``, ``genuine`` (0 and missing
        where not published), ``code`` (the class of a size, else empty).
    few : dict
        For sizes: how many are not published, and the greatest of them, by part.
    endpoints
        Endpoints that answered, of all and of genuine hosts; and all endpoints.
    threshold
        Fewest hosts of a published figure.
    with_clones
        Whether the two parts are told at all.
    """

    hosts: Counts
    genuine: Counts
    countries: Sequence[str]
    told: Sequence[set[str]]
    values: pd.DataFrame
    few: tuple[int, int]
    endpoints: tuple[int, int, int]
    threshold: int
    with_clones: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its kind, country and name, its part, the counts that it sums, and their sum.

    ``needs`` is the place of the figure without which it is not published, -1 where there is none;
    ``large`` says that neither it nor what is left of that one is few.
    """

    key: Key
    part: str
    cells: Counts
    value: int
    needs: int
    large: bool


@dataclass(slots=True)
class Linked:
    """The system of a scan; :meth:`choose` decides which figures are published."""

    scan: Scan
    figures: list[Figure] = field(default_factory=list)
    _kept: set[tuple[str, int, object, str]] = field(default_factory=set)
    _places: Counts = field(init=False)  # of the figures of tags and the like, by part; -1: none

    def __post_init__(self) -> None:
        for country, parts in enumerate(self.scan.told):
            if self.scan.countries[country] not in (REST, UNKNOWN_COUNTRY):
                self._country(country, "genuine" in parts)
        answering = self._holding("")
        self._pair(("answering", -1, "answering_hosts"), answering)
        self._pair(("endpoints", -1, "endpoints"), answering)
        values = self.scan.values.assign(told=self.scan.values["genuine"].notna())
        places = [
            self._pair(("value", -1, place), answering, of=each, genuine=bool(each.told))
            for place, each in enumerate(values.itertuples(index=False))
        ]
        self._places = np.array(places, dtype=np.int64).reshape(-1, 2).T

    @property
    def _parts(self) -> Sequence[str]:
        return PARTS if self.scan.with_clones else PARTS[:1]

    @property
    def _size(self) -> int:
        return self.scan.hosts.size * (1 + self.scan.with_clones)

    def choose(self) -> bool:
        """Which figures are published: false where what is known anyway gives a small count away.

        Each country alone comes first, for it is small; then all together.
        """
        figures, fixed = self._ordered(), self._fixed()
        sensitive, groups = self._sensitive()
        shown = np.array([figure.large for figure in self.figures])
        country = self._row_countries(fixed)
        systems = [
            (groups == group, fixed.rows(country == group).of)
            for group in np.unique(groups[groups < len(self.scan.countries) - 1])
        ]
        every = np.ones(groups.size, dtype=bool)
        systems.append((every, lambda shown: fixed.of(shown).beside(self._of_values(shown))))
        for counts, known in systems:
            still_shown = suppress(
                figures, shown, known, sensitive[counts],
                groups=groups[counts], threshold=self.scan.threshold,
            )  # fmt: skip
            if still_shown is None:
                return False
            shown = still_shown
        kept = (self.figures[place] for place in np.flatnonzero(shown))
        self._kept = {(*each.key, each.part) for each in kept}
        return True

    def shows(self, kind: str, country: int, names: Iterable[object], part: str) -> Shown:
        """Whether each of these is published; both parts are one where no clones are told."""
        of = part if self.scan.with_clones else "hosts"
        return np.array([(kind, country, name, of) in self._kept for name in names], dtype=bool)

    def _ordered(self) -> Figures:
        kinds = [ORDER.index(figure.key[0]) for figure in self.figures]
        of_all = [figure.part == "hosts" for figure in self.figures]
        values = [figure.value for figure in self.figures]
        order = np.empty(len(self.figures))
        order[np.lexsort((values, of_all, kinds))] = np.arange(len(self.figures))
        return Figures(order, np.array([figure.needs for figure in self.figures]))

    def _row_countries(self, fixed: Known) -> Counts:
        """The country that alone a row is about; -1 where it is about several."""
        size, low, high = self.scan.hosts.size, [], []
        for start, end in zip(fixed.weights.indptr, fixed.weights.indptr[1:], strict=False):
            countries = fixed.weights.indices[start:end] % size // SETS
            low.append(countries.min(initial=len(self.scan.told)))
            high.append(countries.max(initial=-1))
        return np.where(np.array(low) == high, low, -1)

    # The figures --------------------------------------------------------------------------------

    def _country(self, country: int, genuine: bool) -> None:
        first = country * SETS
        present = first + np.flatnonzero(self.scan.hosts[country])
        listed = self._add(("sets", country, ""), "hosts", present, 2**62)
        for cell in present:
            key = "set", country, int(cell) - first
            self._pair(key, np.array([cell]), needs=listed, genuine=genuine)
        for code, other in SUMS:
            key = "pair" if other else "class", country, (code, other)
            self._pair(key, first + holds(code, other), genuine=genuine)

    def _pair(
        self, key: Key, cells: Counts, *, of: Any = None, needs: int = -1, genuine: bool = True
    ) -> tuple[int, int]:
        """The places of the figure of all hosts, and of genuine ones (-1 where it is not told).

        ``of`` gives them by part, where they are no sums of the counts.
        """
        value = self._sum if of is None else lambda _, part: int(getattr(of, part))
        listed = self._add(key, "hosts", cells, value(cells, "hosts"), needs)
        if not (self.scan.with_clones and genuine):
            return listed, -1
        return listed, self._add(key, "genuine", cells, value(cells, "genuine"), listed)

    def _add(self, key: Key, part: str, cells: Counts, value: int, needs: int = -1) -> int:
        left = [self.figures[needs].value - value] if part == "genuine" else []
        large = not is_small(np.array([value, *left]), self.scan.threshold).any()
        self.figures.append(Figure(key, part, cells, value, needs, large))
        return len(self.figures) - 1

    def _sum(self, cells: Counts, part: str) -> int:
        return int(self._part(part).ravel()[cells].sum())

    def _part(self, part: str) -> Counts:
        return _parted(self.scan.hosts, self.scan.genuine)[part]

    def _counts(self, cells: Counts, part: str) -> Counts:
        """The counts of the system that a part of some class sets is the sum of."""
        clones = cells + self.scan.hosts.size
        if not self.scan.with_clones:
            return cells
        both = {"hosts": [cells, clones], "genuine": [cells], "clones": [clones]}
        return np.concatenate(both[part])

    # What is known ------------------------------------------------------------------------------

    def _fixed(self) -> Known:
        """Totals that are published anyway, and what each figure tells."""
        rows = Rows(self._size)
        everywhere = np.arange(self.scan.hosts.size)
        totals = [(everywhere, {"hosts", "genuine"})]
        totals += [
            (everywhere[country * SETS :][:SETS], parts)
            for country, parts in enumerate(self.scan.told)
        ]
        for cells, parts in totals:
            for part in sorted(parts if self.scan.with_clones else parts & {"hosts"}):
                value = self._sum(cells, part)
                rows.add(self._counts(cells, part), value, value, KNOWN_ANYWAY)
        for place, figure in enumerate(self.figures):
            for cells, part, low, high in self._told(figure):
                rows.add(self._counts(cells, part), low, high, place)
        return rows.known()

    def _told(self, figure: Figure) -> Iterator[tuple[Counts, str, float, float]]:
        """What a figure says of the counts: of which, of which part, from where to where."""
        kind, country, _ = figure.key
        if kind in ("set", "pair", "class", "answering"):
            yield figure.cells, figure.part, figure.value, figure.value
        if kind == "sets":
            first = country * SETS
            absent = np.setdiff1d(np.arange(first, first + SETS), figure.cells)
            yield absent, "hosts", -np.inf, 0
            for cell in figure.cells:
                yield np.array([cell]), "hosts", 1, np.inf
        if kind == "endpoints":
            yield from self._of_endpoints(figure)

    def _of_endpoints(self, figure: Figure) -> Iterator[tuple[Counts, str, float, float]]:
        """An answering host has one endpoint that answers, and few have more.

        How many endpoints there are beyond one a host is known from the records.
        """
        of_all, of_genuine, endpoints = self.scan.endpoints
        further = endpoints - int(self.scan.hosts.sum())
        answering = _parted(of_all, of_genuine)
        for part in (figure.part,) if figure.part == "hosts" else ("genuine", "clones"):
            yield figure.cells, part, answering[part] - further, answering[part]

    def _of_values(self, shown: Shown) -> Known:
        """A host that lists a tag answers; one that lists a size holds its class.

        The greatest of each says how many at least; all sizes of a class, how many at most.
        """
        rows = Rows(self._size)
        seen = (self._places >= 0) & shown[self._places]
        values, figure = self.scan.values, np.where(seen, self._places, -1)
        codes = values["code"].to_numpy()
        counts, read = self._told_values(figure)
        for part in self._parts:
            for code in ("", *CLASSES):
                mine = np.flatnonzero((read[part] >= 0) & ((codes == code) | (code == "")))
                if not mine.size:
                    continue
                cells = self._counts(self._holding(code), part)
                top = mine[np.argmax(counts[part][mine])]
                rows.add(cells, counts[part][top], np.inf, read[part][top])
                if code:
                    last = mine[np.argmin(counts[part][mine])]
                    most = counts[part][mine].sum() + self._unread(codes, code, figure, read[part])
                    rows.add(cells, -np.inf, most, read[part][last])
        return rows.known()

    def _told_values(self, figure: Counts) -> tuple[dict[str, Counts], dict[str, Counts]]:
        """By part: the counts of the tags and the like, and the figures that tell them."""
        hosts = self.scan.values["hosts"].to_numpy(np.int64)
        genuine = self.scan.values["genuine"].fillna(0).to_numpy(np.int64)
        read = {"hosts": figure[0], "genuine": figure[1], "clones": figure[1]}
        return _parted(hosts, genuine), read

    def _unread(self, codes: Counts, code: str, figure: Counts, read: Counts) -> int:
        """How many hosts the sizes of a class have at most whose count of a part is not told."""
        hosts = self.scan.values["hosts"].to_numpy(np.int64)
        by_all = hosts[(codes == code) & (read < 0) & (figure[0] >= 0)].sum()
        hidden = hosts[(codes != "") & (figure[0] < 0)]
        number, greatest = self.scan.few
        return int(by_all + (number + hidden.size) * max([greatest, *hidden]))

    def _holding(self, code: str) -> Counts:
        """The class sets of all countries that hold a class; without one, of hosts that answer."""
        everywhere = np.arange(self.scan.hosts.size)
        held = holds(code) if code else np.arange(SILENT)
        return everywhere[np.isin(everywhere % SETS, held)]

    def _sensitive(self) -> tuple[csr_array, Counts]:
        """The small counts, each as a sum of counts of the system, and their countries."""
        rows, countries = Rows(self._size), []
        for part in self._parts:
            counts = self._part(part).ravel()
            for cell in np.flatnonzero(is_small(counts, self.scan.threshold)):
                rows.add(self._counts(np.array([cell]), part), 0, np.inf, KNOWN_ANYWAY)
                countries.append(cell // SETS)
        return rows.known().weights, np.array(countries, dtype=np.int64)
