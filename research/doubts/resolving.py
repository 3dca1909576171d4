"""The units of a channel in drawn worlds: what they are there, and what they weigh."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from research.doubts.beliefs import Belief, alike
from research.doubts.coarse import (
    BETWEEN,
    CONFIRMED,
    ERROR,
    EXCESS,
    MEMBER,
    NUMBER,
    OPENED_BY,
    WEIGHT,
    WEIGHTS,
    Coarse,
    Where,
)
from research.doubts.drawing import Worlds
from research.results import CannotEstimate

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from research.estimators.valid import Flags, Floats, Labels

    Columns = dict[str, NDArray[Any]]
    Places = Sequence[int]

MISCODED = "coded wrong"  # the doubt about origins that are in no other, and not confirmed
CODED = "origin"
ORGANISATION, KIND, NAME = "organisation", "kind", "unit"
PARTS = "_{}_parts"  # all that a unit is in part, of which a row is one
HALF = 0.5  # a unit more for each candidate that nothing speaks for (Jeffreys' prior)
OWNER, UNIT = "_owner", "_unit"  # what resolves together; buckets, where a cell is one of many
ONE_BY_ONE = 2_048  # cells that are drawn one by one: lighter ones move in BUCKETS
BUCKETS = 32
HELD = 2**18  # numbers of cells in worlds that are held at once: a processor has them at hand
LEAST_NAMED = 2  # values of an attribute: where there is one, the others have been left out


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Those of one organisation, made when they are read: few of many are.

    Parameters
    ----------
    others : array of shape (names + 1, worlds)
        Where each value begins by the shares of the channel.
    weight
        As how many units of the organisation these count.
    own : array of shape (names + 1,)
        How many of its units name a value before each, and how many any.
    """

    others: Floats
    weight: float
    own: Floats

    def __getitem__(self, which: int) -> Floats:
        mixed = self.own[which] + self.weight * self.others[which]
        return np.asarray(mixed / (self.own[-1] + self.weight))


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Cells that may be the same.

    Parameters
    ----------
    edges : :class:`Edges`, or array of shape (names + 1, worlds) or (names + 1,)
        Where between 0 and 1 each value begins, and the last ends.
    names
        The values.
    cells
        Of each cell its position, a place between 0 and 1 in each world, and in which worlds it is
        what lies there and not what it is coded as.
    """

    edges: Edges | Floats
    names: tuple[str, ...]
    cells: Iterable[tuple[int, Floats, Flags]]


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """How many units name each value of an attribute and no other, by organisation.

    Parameters
    ----------
    names
        The values.
    counts : array of shape (organisations, names)
        How many units of an organisation name each.
    places
        Of each organisation its row.
    """

    names: tuple[str, ...]
    counts: Floats
    places: Mapping[str, int]

    def totals(self) -> dict[str, float]:
        """How many units of the channel name each."""
        return dict(zip(self.names, self.counts.sum(axis=0).tolist(), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Units that differ between worlds; those that always resolve alike are one.

    Parameters
    ----------
    columns
        As those of :class:`research.doubts.Coarse`, an array of shape (cells,) each, with
        ``member``, ``confirmed`` (whether its origin is beyond error), ``kind``, and :data:`OWNER`
        and :data:`UNIT`, which say what resolves together. What a unit is in several parts is a
        cell for each, and a column of :data:`PARTS` names them all.
    named
        Of each attribute how many units name each value.
    worlds
        The worlds.
    """

    columns: Columns
    named: Mapping[str, Named]
    worlds: Worlds

    def __len__(self) -> int:
        return len(self.columns["value"])

    def weight(self) -> Floats:
        """What each cell weighs in each world: nothing where it does not belong to the channel.

        Returns
        -------
        array of shape (cells, worlds), or (cells, 1) where it is the same in all
        """
        low, shown, high = (self.columns[end] for end in WEIGHTS)
        outside = ~self.columns[MEMBER]
        found = shown[:, None]
        if (low < high).any() or outside.any():
            found = np.repeat(found, self.worlds.count, axis=1)
        for belief, at in self._by_belief(low < high, self._doubts(WEIGHT)):
            belief.about("a weight", "range")
            for one, drawn in self._uniform(belief, at, WEIGHT):
                found[one] = low[one] + (high[one] - low[one]) * belief.place(drawn)
        for belief, at in self._by_belief(outside, self._doubts(MEMBER)):
            rate = self.worlds.rate(belief.about("what belongs to the channel", "rate"))
            for one, drawn in self._uniform(belief, at, MEMBER):
                found[one] *= drawn < rate
        found = self._without_excess(found) if self.worlds.with_errors else found
        return self._of_parts(found)

    def _without_excess(self, found: Floats) -> Floats:
        """The weights without what errors have added: no more than there is."""
        excess = self.columns[EXCESS]
        if not excess.any():
            return found
        found = found + np.zeros(self.worlds.count)
        for belief, at in self._by_belief(excess > 0, self.columns[ERROR]):
            belief.about("an excess", "range", "peaks")
            for one, part in self._parts_added(belief, at):
                found[one] = np.maximum(found[one] - excess[one] * part, 0)
        return found

    def _parts_added(self, belief: Belief, at: Places) -> Iterator[tuple[int, Floats]]:
        """Which part of the excess of each cell an error has added in each world."""
        if belief.family == "range":
            places: dict[str, Floats] = {}
            for one, key in self._keys(belief, at):
                if key not in places:
                    drawn = self.worlds.uniform(belief.doubt, key, EXCESS)
                    places[key] = belief.place(drawn)
                yield one, places[key]
            return
        rate = self.worlds.rate(belief)
        for one, drawn in self._uniform(belief, at, EXCESS):
            part, has = np.zeros(self.worlds.count), drawn < rate
            part[has] = belief.place((drawn / rate)[has], "part_")
            yield one, part

    def _of_parts(self, found: Floats) -> Floats:
        """The weights where what a unit is in several parts weighs what this part does."""
        for attribute in self.named:
            texts = self.columns.get(PARTS.format(attribute))
            if texts is None:
                continue
            found = found + np.zeros(self.worlds.count)
            kinds = self.columns[attribute]
            for belief, at in self._by_belief(texts != "", self._doubts(attribute)):
                for one, key in self._keys(belief, at):
                    parts = self._split(belief, attribute, texts[one], key)
                    found[one] *= parts[texts[one].split(BETWEEN).index(kinds[one])]
        return found

    def _split(self, belief: Belief, attribute: str, text: str, key: str) -> Floats:
        """How a unit is split among all that it is in part, in each world."""
        weights = dict.fromkeys(text.split(BETWEEN), belief.parameters["concentration"])
        return self.worlds.shares(belief.doubt, weights, f"{attribute} {text} {key}")

    def holds(self, *asked: Where) -> list[Flags]:
        """Whether each cell is as wanted in each world, for each of several conditions.

        Returns
        -------
        list of arrays of shape (cells, worlds), or (cells, 1) where it is the same in all
        """
        wanted: dict[str, set[frozenset[str]]] = {}
        for each in asked:
            for attribute, values in each.values.items():
                wanted.setdefault(attribute, set()).add(values)
        found = {name: self._among(name, several) for name, several in wanted.items()}
        every = np.ones((len(self), 1), dtype=bool)
        held = []
        for each in asked:
            flags = [found[name][values] for name, values in each.values.items()]
            both: Flags = reduce(np.logical_and, flags) if flags else every
            held.append(~both if each.other else both)
        return held

    def chunks(self) -> Iterator[Cells]:
        """The same cells, so many at a time as a processor holds at hand with all their worlds."""
        some = max(HELD // self.worlds.count, 1)
        for first in range(0, len(self), some):
            part = slice(first, first + some)
            columns = {name: column[part] for name, column in self.columns.items()}
            yield Cells(columns, self.named, self.worlds)

    def _among(
        self, attribute: str, wanted: Collection[frozenset[str]]
    ) -> dict[frozenset[str], Flags]:
        """Whether each cell has one of the values, for each set of them."""
        texts = [frozenset(filter(None, t.split(BETWEEN))) for t in self.columns[attribute]]
        found = {}
        for values in wanted:
            certain = np.array([bool(text) and text <= values for text in texts], dtype=bool)
            found[values] = np.repeat(certain[:, None], self.worlds.count, axis=1)
        for group in self._open(attribute):
            spans = {values: list(_spans(group, values)) for values in wanted}
            for one, drawn, moves in group.cells:
                for values, flags in found.items():
                    np.copyto(flags[one], _within(drawn, spans[values]), where=moves)
        return found

    def by_kind(self, attribute: str) -> Iterator[tuple[int, str, Flags | bool]]:
        """Each cell with each of its candidates, and in which worlds it is that one."""
        texts = self.columns[attribute]
        one_named = np.flatnonzero(_names_one(texts)).tolist()
        stays: dict[int, Flags | bool] = dict.fromkeys(one_named, True)
        for group in self._open(attribute):
            ends = [group.edges[which] for which in range(len(group.names) + 1)]
            for one, drawn, moves in group.cells:
                for name, begin, end in zip(group.names, ends[:-1], ends[1:], strict=True):
                    yield one, name, (drawn >= begin) & (drawn < end) & moves
                if one in stays:
                    stays[one] = ~moves
        for one, when in stays.items():
            yield one, texts[one], when

    def candidates(self, attribute: str) -> set[str]:
        """All values that any cell has in any world."""
        texts = self.columns[attribute]
        named = set(texts[_names_one(texts)])
        return named.union(*(each.names for each in self._open(attribute)))

    def _open(self, attribute: str) -> Iterator[Group]:
        """The cells that are not the same in all worlds, by what they may be."""
        several = ~_names_one(self.columns[attribute])
        always = np.ones(self.worlds.count, dtype=bool)
        for belief, at in self._by_belief(several, self._doubts(attribute)):
            belief.about("an attribute", "categories", "as named", "alike", "split")
            for edges, names, same in self._edges(attribute, belief, at):
                drawn = self._uniform(belief, same, attribute)
                yield Group(edges, names, ((one, place, always) for one, place in drawn))
        if attribute == CODED and self.worlds.with_errors:
            yield from self._miscoded()

    def _edges(
        self, attribute: str, belief: Belief, at: Places
    ) -> Iterator[tuple[Edges | Floats, tuple[str, ...], Places]]:
        """Where between 0 and 1 each value begins, for cells of the same candidates at a time."""
        for text, same in _grouped(self.columns[attribute], at).items():
            if text:
                names = tuple(text.split(BETWEEN))
                yield self._between(attribute, belief, names), names, same
            elif belief.family == "categories":
                # Kinds of which the same is believed have the same shares in a world.
                told = "|".join(f"{name}={weight}" for name, weight in belief.weights.items())
                edges = self.worlds.edges(belief.doubt, belief.weights, told)
                yield edges, tuple(belief.weights), same
            else:
                yield from self._as_named(attribute, belief, same)

    def _between(self, attribute: str, belief: Belief, names: Sequence[str]) -> Floats:
        """The same for the candidates between which evidence leaves it open."""
        if belief.between == "even":
            return np.arange(len(names) + 1) / len(names)
        weights = alike(names)
        if belief.between == "weighed":
            weighed = belief.weights or self.named[attribute].totals()
            weights = {name: weighed.get(name, 0.0) + HALF for name in names}
        told = "|".join(f"{name}={weight}" for name, weight in weights.items())
        return self.worlds.edges(belief.doubt, weights, told)

    def _as_named(
        self, attribute: str, belief: Belief, same: Places
    ) -> Iterator[tuple[Edges | Floats, tuple[str, ...], Places]]:
        """As the units that name one: those of the same organisation and, less, of the channel."""
        named = self.named[attribute]
        if len(named.names) < LEAST_NAMED:
            raise CannotEstimate(
                f"All units that name a {attribute} name the same: nothing says what others may be."
            )
        if belief.family in ("alike", "split"):
            yield self.worlds.edges(belief.doubt, alike(named.names)), named.names, same
            return
        totals = named.totals()
        total = sum(totals.values())
        weights = {name: belief.strength * count / total for name, count in totals.items()}
        edges = self.worlds.edges(belief.doubt, weights)
        for owner, cells in _grouped(self.columns[OWNER], same).items():
            place = named.places.get(owner)
            if place is None:
                yield edges, named.names, cells
                continue
            own = np.append(0.0, named.counts[place].cumsum())
            yield Edges(edges, belief.own, own), named.names, cells

    def _miscoded(self) -> Iterator[Group]:
        """Codes that are wrong in a world: the country is any of the others."""
        codes = self.columns[CODED]
        coded = _names_one(codes) & ~self.columns[CONFIRMED]
        for belief, at in self._by_belief(coded, np.full(len(self), MISCODED, dtype=object)):
            rate = self.worlds.rate(belief.about("codes that are wrong", "miscoded"))
            for code, same in _grouped(codes, at).items():
                others = {name: weight for name, weight in belief.weights.items() if name != code}
                cells = zip(
                    self._uniform(belief, same, MISCODED),
                    self._uniform(belief, same, "elsewhere"),
                    strict=True,
                )
                yield Group(
                    self.worlds.edges(belief.doubt, others, "elsewhere"), tuple(others),
                    ((one, place, erring < rate) for (one, erring), (_, place) in cells),
                )  # fmt: skip

    def _doubts(self, column: str) -> Labels:
        return self.columns[OPENED_BY.format(column)]

    def _by_belief(self, opened: Flags, doubts: Labels) -> Iterator[tuple[Belief, Places]]:
        """What is believed of the cells that are open, and which these are."""
        (at,) = np.nonzero(opened)
        kinds = self.columns[KIND]
        for doubt, of_it in _grouped(doubts, at.tolist()).items():
            for kind, same in _grouped(kinds, of_it).items():
                yield self.worlds.beliefs[doubt, kind], same

    def _uniform(self, belief: Belief, at: Places, what: str) -> Iterator[tuple[int, Floats]]:
        """For each of some cells a number between 0 and 1 in each world.

        It is the same for all that resolves together.
        """
        for one, key in self._keys(belief, at):
            yield one, self.worlds.uniform(belief.doubt, key, what)

    def _keys(self, belief: Belief, at: Places) -> Iterator[tuple[int, str]]:
        """For each of some cells what resolves together with it."""
        keys = self.columns[UNIT if belief.together == "unit" else OWNER]
        for one in at:
            yield one, "" if belief.together == "all" else keys[one]


def _grouped(labels: Labels, at: Places) -> dict[str, list[int]]:
    """Some places by their labels."""
    found: dict[str, list[int]] = {}
    for one in at:
        found.setdefault(labels[one], []).append(one)
    return found


def _spans(group: Group, values: frozenset[str]) -> Iterator[tuple[Floats, Floats]]:
    """From where to where the values lie; neighbours are one span."""
    for first, last in _turns(group.names, values):
        yield group.edges[first], group.edges[last]


@lru_cache(maxsize=512)
def _turns(names: tuple[str, ...], values: frozenset[str]) -> list[tuple[int, int]]:
    wanted = np.array([False, *(name in values for name in names), False])
    turns = np.flatnonzero(wanted[1:] != wanted[:-1]).tolist()
    return list(zip(turns[::2], turns[1::2], strict=True))


def _within(drawn: Floats, spans: Sequence[tuple[Floats, Floats]]) -> Flags:
    """Whether each draw lies in one of the spans."""
    found = np.zeros(drawn.shape, dtype=bool)
    for begin, end in spans:
        found |= (drawn >= begin) & (drawn < end)
    return found


# Which units are cells ----------------------------------------------------------------------------


def resolved(units: Coarse, asked: Collection[Where], worlds: Worlds) -> tuple[Coarse, Cells]:
    """The units that are the same in all worlds, and the cells of the others.

    Parameters
    ----------
    units
        A channel.
    asked
        What a question wants to know of its units.
    worlds
        The worlds.

    Notes
    -----
    Of many cells the :data:`ONE_BY_ONE` with most weight are drawn one by one, and the others in
    :data:`BUCKETS` groups, each of which resolves alike, but for those of an organisation with a
    heavy cell, which resolve as that does: a census costs little more than a list. What lies in the
    groups weighs little, and moves a little more together than it would alone.
    """
    beliefs = worlds.beliefs
    moves = tuple(sorted(beliefs.by_unit())), tuple(sorted(beliefs.split()))
    key = ("cells", tuple(map(_told, asked)), worlds.with_errors, *moves)
    fixed, columns, named = units.once(key, lambda: _separated(units, asked, worlds))
    return fixed, Cells(columns, named, worlds)


def _told(wanted: Where) -> tuple[Any, ...]:
    return wanted.other, *sorted((name, *sorted(them)) for name, them in wanted.values.items())


def _separated(
    units: Coarse, asked: Collection[Where], worlds: Worlds
) -> tuple[Coarse, Columns, dict[str, Named]]:
    """The units that are the same in all worlds, the cells of the others, and what units name."""
    attributes = sorted({name for wanted in asked for name in wanted.values})
    differs = _differs(units, asked, worlds)
    cells = _joined(_dressed(units.rows[differs], attributes), attributes, worlds)
    return units.among(~differs), cells, {name: _named(units.channel, name) for name in attributes}


def weights_of_units(units: Coarse, worlds: Worlds) -> Floats:
    """What each unit weighs in each world.

    Returns
    -------
    array of shape (units, worlds), or (units, 1) where they are the same in all
    """
    return Cells(_dressed(units.rows, []), {}, worlds).weight()


def held_by_units(units: Coarse, wanted: Where, worlds: Worlds) -> Flags:
    """Whether each unit is as wanted in each world: none is joined with another.

    Returns
    -------
    array of shape (units, worlds)
    """
    named = {name: _named(units.channel, name) for name in wanted.values}
    (held,) = Cells(_dressed(units.rows, list(wanted.values)), named, worlds).holds(wanted)
    return held


def _names_one(texts: Labels) -> Flags:
    """Whether each text names one candidate."""
    return np.array([bool(text) and BETWEEN not in text for text in texts], dtype=bool)


def _differs(units: Coarse, asked: Collection[Where], worlds: Worlds) -> Flags:
    """Which units are not the same in all worlds."""
    weight = units.weight()
    differs = np.asarray(weight.low != weight.high)
    for attribute, values in {item for wanted in asked for item in wanted.values.items()}:
        certain, possible = units.holds(Where({attribute: values}))
        differs |= certain != possible
        if worlds.with_errors and attribute == CODED:
            differs |= ~_flags(units.rows, CONFIRMED, absent=False)
    if worlds.with_errors and EXCESS in units.rows:
        differs |= units.rows[EXCESS].to_numpy(dtype=float) > 0
    return np.asarray(differs & (weight.high > 0))


def _dressed(rows: pd.DataFrame, attributes: Sequence[str]) -> Columns:
    """Units with the columns that cells have."""
    texts = [*attributes, *map(OPENED_BY.format, (*attributes, WEIGHT, MEMBER)), KIND, ERROR]
    unit = rows.index.astype(str).to_numpy(dtype=object)
    if NAME in rows:
        named = rows[NAME].notna().to_numpy()
        unit = np.where(named, rows[NAME].to_numpy(dtype=object), unit)
    return {
        **{name: rows[name].to_numpy(dtype=float) for name in WEIGHTS},
        **{name: _texts(rows, name) for name in texts},
        MEMBER: _flags(rows, MEMBER, absent=True),
        CONFIRMED: _flags(rows, CONFIRMED, absent=False),
        EXCESS: rows[EXCESS].fillna(0.0).to_numpy(float) if EXCESS in rows else _same(rows, 0.0),
        UNIT: unit,
        OWNER: _texts(rows, ORGANISATION) if ORGANISATION in rows else unit,
    }


def _texts(rows: pd.DataFrame, name: str) -> Labels:
    """A column of texts; an empty one where there is none."""
    return rows[name].astype(object).fillna("").to_numpy() if name in rows else _same(rows, "")


def _flags(rows: pd.DataFrame, name: str, *, absent: bool) -> Flags:
    return rows[name].to_numpy(dtype=bool) if name in rows else _same(rows, absent)


def _same(rows: pd.DataFrame, value: float | str) -> NDArray[Any]:
    """One value for each row, held once."""
    kind = object if isinstance(value, str) else type(value)
    return np.broadcast_to(np.array([value], dtype=kind), len(rows))


def _alone(cells: Columns, attributes: Sequence[str], worlds: Worlds) -> Flags:
    """Which units resolve each by itself in anything that is open."""
    opened = {name: ~_names_one(cells[name]) for name in attributes}
    opened |= {WEIGHT: cells["low"] < cells["high"], MEMBER: ~cells[MEMBER]}
    by_unit = set(worlds.beliefs.by_unit())
    alone = [_is_in(cells[OPENED_BY.format(name)], by_unit) & it for name, it in opened.items()]
    if worlds.with_errors:
        alone.append(_is_in(cells[ERROR], by_unit) & (cells[EXCESS] > 0))
    return np.asarray(np.any(alone, axis=0))


def _is_in(texts: Labels, names: Collection[str]) -> Flags:
    return np.array([text in names for text in texts], dtype=bool)


def _in_parts(cells: Columns, attributes: Sequence[str], worlds: Worlds) -> Columns:
    """The units with a cell for each of what one of them is in part."""
    for name in attributes:
        split = _is_in(cells[OPENED_BY.format(name)], worlds.beliefs.split())
        split &= np.array([BETWEEN in text for text in cells[name]], dtype=bool)
        if split.any():
            texts = np.where(split, cells[name], "").astype(object)
            parts = [
                text.split(BETWEEN) if is_split else [text]
                for text, is_split in zip(cells[name], split, strict=True)
            ]
            again = np.repeat(np.arange(len(texts)), [len(part) for part in parts])
            cells = {column: values[again] for column, values in cells.items()}
            cells[name] = np.array([text for part in parts for text in part], dtype=object)
            cells[PARTS.format(name)] = texts[again]
    return cells


def _joined(cells: Columns, attributes: Sequence[str], worlds: Worlds) -> Columns:
    """One cell for the units that always resolve alike; of many the lighter ones in buckets.

    Only units that resolve by themselves are told apart.
    """
    apart = np.where(_alone(cells, attributes, worlds), cells[UNIT], "").astype(object)
    cells = _summed(_in_parts({**cells, UNIT: apart}, attributes, worlds))
    if len(cells[UNIT]) <= ONE_BY_ONE:
        return cells
    order = np.argsort(-cells["high"], kind="stable")
    cells = {name: column[order] for name, column in cells.items()}
    heavy = set(cells[OWNER][:ONE_BY_ONE])
    for one in range(ONE_BY_ONE, len(order)):
        owner = cells[OWNER][one]
        bucket = f"bucket {crc32(owner.encode()) % BUCKETS}"
        cells[UNIT][one] = bucket
        # What is light of an organisation with a heavy cell resolves as that does.
        if owner not in heavy:
            cells[OWNER][one] = bucket
    return _summed(cells)


def _summed(cells: Columns) -> Columns:
    """One cell for all that agree in what is told of them, with their amounts added up."""
    import pandas as pd

    amounts = (*WEIGHTS, EXCESS)
    number = np.zeros(len(cells[UNIT]), dtype=np.int64)
    for column in (column for name, column in cells.items() if name not in amounts):
        codes, values = pd.factorize(column)
        if len(values) > 1:  # of most columns all are the same
            number, _ = pd.factorize(number * len(values) + codes)
    _, first = np.unique(number, return_index=True)
    return {
        name: np.bincount(number, column, len(first)) if name in amounts else column[first]
        for name, column in cells.items()
    }


def _named(units: Coarse, attribute: str) -> Named:
    """How many units name each value of an attribute and no other, by organisation."""
    return units.once(("named", attribute), lambda: _counted_by_organisation(units.rows, attribute))


def _counted_by_organisation(rows: pd.DataFrame, attribute: str) -> Named:
    import pandas as pd

    texts = _texts(rows, attribute)
    one = _names_one(texts)
    count = rows[NUMBER].to_numpy(dtype=float) if NUMBER in rows else np.ones(len(rows))
    values, names = pd.factorize(texts[one], sort=True)
    owners, of = pd.factorize(_texts(rows, ORGANISATION)[one], sort=True)
    counts = np.zeros((len(of), len(names)))
    np.add.at(counts, (owners, values), count[one])
    return Named(tuple(names), counts, {name: place for place, name in enumerate(of)})
