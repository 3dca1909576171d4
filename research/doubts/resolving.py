"""Cells of a channel in drawn worlds: what they are there, and what they weigh."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial, reduce
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from research.doubts.beliefs import Belief, alike
from research.doubts.coarse import (
    BETWEEN,
    CONFIRMED,
    ERROR,
    EXCESS,
    MEMBER,
    OPENED_BY,
    WEIGHT,
    WEIGHTS,
    Where,
)
from research.doubts.drawing import Worlds
from research.results import CannotEstimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from research.estimators.valid import Codes, Flags, Floats, Labels

    Columns = dict[str, NDArray[Any]]

Made = TypeVar("Made")
MISCODED = "coded wrong"  # the doubt about origins that are in no other, and not confirmed
CODED, KIND = "origin", "kind"
PARTS = "_{}_parts"  # all that a unit is in part, of which a row is one
HALF = 0.5  # a unit more for each candidate that nothing speaks for (Jeffreys' prior)
OWNER, UNIT = "_owner", "_unit"  # what resolves together; buckets, where a cell is one of many
AT_HAND = 32  # cells that are drawn together: a processor holds them at hand with their worlds
LEAST_NAMED = 2  # values of an attribute: where there is one, the others have been left out


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Those of cells whose organisations name some values, made when they are read: few are.

    Parameters
    ----------
    others : array of shape (names + 1, worlds)
        Where each value begins by the shares of the channel.
    weight
        As how many units of the organisation these count.
    own : array of shape (cells, names + 1)
        How many units of each organisation name a value before each, and how many any.
    """

    others: Floats
    weight: float
    own: Floats

    def __getitem__(self, which: int) -> Floats:
        whole = self.own[:, -1:] + self.weight
        edge: Floats = self.weight / whole * self.others[which]
        edge += self.own[:, [which]] / whole
        return edge


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Cells that may be the same.

    Parameters
    ----------
    at
        Which cells.
    names
        The values that they may have.
    edges : :class:`Edges`, or array of shape (names + 1, worlds) or (names + 1, 1)
        Where between 0 and 1 each value begins, and the last ends.
    draw
        Gives the place of each cell between 0 and 1 in each world.
    moves
        Gives in which worlds it is what lies there and not what it is coded as; in all if ``None``.
    """

    at: Codes
    names: tuple[str, ...]
    edges: Edges | Floats
    draw: Callable[[], Floats]
    moves: Callable[[], Flags] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """How many units name each value of an attribute and no other, by organisation.

    Parameters
    ----------
    names
        The values.
    counts : array of shape (organisations + 1, names)
        How many units of an organisation name each; the last row is of those that name none.
    places
        Of each organisation its row.
    """

    names: tuple[str, ...]
    counts: Floats
    places: Mapping[str, int]

    def totals(self) -> dict[str, float]:
        """How many units of the channel name each."""
        return dict(zip(self.names, self.counts.sum(axis=0).tolist(), strict=True))

    def weights(self, strength: float) -> dict[str, float]:
        """The same, as so many units in all."""
        totals = self.totals()
        total = sum(totals.values())
        return {name: strength * count / total for name, count in totals.items()}

    def before(self, owners: Labels) -> Floats:
        """How many units of these organisations name a value before each, and how many any.

        Returns
        -------
        array of shape (owners, names + 1)
        """
        counts = self.counts[[self.places.get(owner, -1) for owner in owners]]
        return np.pad(counts.cumsum(axis=1), ((0, 0), (1, 0)))


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
    """

    columns: Columns
    named: Mapping[str, Named]
    # What was read off the columns: the same cells are drawn in many worlds.
    _read: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.columns["value"])

    def chunks(self) -> list[Cells]:
        """The same cells, so many at a time as a processor holds at hand with all their worlds.

        Those of which the same is open stand together.
        """
        return self._once("chunks", self._chunks)

    def _chunks(self) -> list[Cells]:
        certain = [self._names_one(name) for name in self.named]
        ranged, texts = self.columns["low"] < self.columns["high"], [KIND, *self.named]
        labels = [*certain, ranged, *(self.columns[name] for name in texts)]
        keys = list(zip(*(column.tolist() for column in labels), strict=True))
        order = sorted(range(len(keys)), key=keys.__getitem__)
        parts = [order[first : first + AT_HAND] for first in range(0, len(order), AT_HAND)]
        return [
            Cells({name: column[part] for name, column in self.columns.items()}, self.named)
            for part in parts
        ]

    def sums(self, worlds: Worlds, asked: Sequence[Sequence[Where]]) -> Floats:
        """What all cells weigh together in each world that are as several conditions want.

        Returns
        -------
        array of shape (asked, worlds)
        """
        totals = np.zeros((len(asked), worlds.count))
        for part in self.chunks():
            held = part.holds(worlds, {wanted for together in asked for wanted in together})
            weight = part.weight(worlds)
            for total, together in zip(totals, asked, strict=True):
                counts = reduce(np.logical_and, [held[wanted] for wanted in together])
                total += np.einsum("cw,cw->w", weight, counts)
        return totals

    # What cells weigh

    def weight(self, worlds: Worlds) -> Floats:
        """What each cell weighs in each world: nothing where it does not belong to the channel.

        Returns
        -------
        array of shape (cells, worlds), or (cells, 1) where it is the same in all
        """
        low, weights, high = (self.columns[end][:, None] for end in WEIGHTS)
        ranged, outside = self.columns["low"] < self.columns["high"], ~self.columns[MEMBER]
        if ranged.any() or outside.any():
            weights = np.repeat(weights, worlds.count, axis=1)
        for belief, _, at in self._open(worlds, WEIGHT, ranged, self._doubts(WEIGHT)):
            belief.about("a weight", "range")
            places = worlds.places(belief, self._keys(belief, at), WEIGHT)
            places *= (high - low)[at]
            places += low[at]
            weights[at] = places
        for belief, _, at in self._open(worlds, MEMBER, outside, self._doubts(MEMBER)):
            rate = worlds.rate(belief.about("what belongs to the channel", "rate"))
            weights[at] *= self._uniform(worlds, belief, at, MEMBER) < rate
        weights = self._without_excess(worlds, weights) if worlds.with_errors else weights
        return self._of_parts(worlds, weights)

    def _without_excess(self, worlds: Worlds, weights: Floats) -> Floats:
        """The weights without what errors have added: no more than there is."""
        excess = self.columns[EXCESS]
        if not excess.any():
            return weights
        weights = weights + np.zeros(worlds.count)
        for belief, _, at in self._open(worlds, EXCESS, excess > 0, self.columns[ERROR]):
            belief.about("an excess", "range", "peaks")
            added = worlds.places(belief, self._keys(belief, at), EXCESS)
            weights[at] = np.maximum(weights[at] - excess[at, None] * added, 0)
        return weights

    def _of_parts(self, worlds: Worlds, weights: Floats) -> Floats:
        """The weights where what a unit is in several parts weighs what this part does."""
        for attribute in self.named:
            texts = self.columns.get(PARTS.format(attribute))
            if texts is None:
                continue
            weights = weights + np.zeros(worlds.count)
            parts = self._open(worlds, f"{attribute} in part", texts != "", self._doubts(attribute))
            for belief, _, at in parts:
                for one, key in zip(at.tolist(), self._keys(belief, at), strict=True):
                    weights[one] *= self._part(worlds, belief, attribute, one, key)
        return weights

    def _part(self, worlds: Worlds, belief: Belief, attribute: str, one: int, key: str) -> Floats:
        """Which part of its unit a cell is in each world: all parts add up to one."""
        text = self.columns[PARTS.format(attribute)][one]
        names = text.split(BETWEEN)
        weights = dict.fromkeys(names, belief.parameters["concentration"])
        shares = worlds.shares(belief.doubt, weights, f"{attribute} {text} {key}")
        return np.asarray(shares[names.index(self.columns[attribute][one])])

    # What cells are

    def holds(self, worlds: Worlds, asked: Collection[Where]) -> dict[Where, Flags]:
        """Whether each cell is as wanted in each world, for each of several conditions.

        Returns
        -------
        arrays of shape (cells, worlds), or (cells, 1) where it is the same in all
        """
        wanted: dict[str, set[frozenset[str]]] = {}
        for each in asked:
            for attribute, values in each.values.items():
                wanted.setdefault(attribute, set()).add(values)
        by_attribute = {
            name: self._among(worlds, name, several) for name, several in wanted.items()
        }
        every = np.ones((len(self), 1), dtype=bool)
        held = {}
        for each in asked:
            flags = [by_attribute[name][values] for name, values in each.values.items()]
            both: Flags = reduce(np.logical_and, flags, every)
            held[each] = ~both if each.other else both
        return held

    def _among(
        self, worlds: Worlds, attribute: str, wanted: Collection[frozenset[str]]
    ) -> dict[frozenset[str], Flags]:
        """Whether each cell has one of the values, for each set of them."""
        held = {values: self._certain(attribute, values) for values in wanted}
        groups = list(self._groups(worlds, attribute))
        if groups:
            held = {v: np.repeat(flags, worlds.count, axis=1) for v, flags in held.items()}
        for group in groups:
            drawn, moves = group.draw(), group.moves and group.moves()
            for values, flags in held.items():
                lies = _lie(group, drawn, values)
                flags[group.at] = lies if moves is None else np.where(moves, lies, flags[group.at])
        return held

    def _certain(self, attribute: str, values: frozenset[str]) -> Flags:
        """Whether a cell has one of the values in all worlds: an array of shape (cells, 1)."""
        return self._once(
            (attribute, values),
            lambda: np.array([
                [bool(text) and values.issuperset(text.split(BETWEEN))]
                for text in self.columns[attribute]
            ], dtype=bool),
        )  # fmt: skip

    def by_kind(self, worlds: Worlds, attribute: str) -> Iterator[tuple[Codes, str, Flags]]:
        """Cells with a candidate of theirs, and in which worlds each of them is that one."""
        stays = np.ones((len(self), worlds.count), dtype=bool)
        for group in self._groups(worlds, attribute):
            drawn, moves = group.draw(), group.moves and group.moves()
            if moves is not None:
                stays[group.at] = ~moves
            past = np.ones(drawn.shape, dtype=bool) if moves is None else moves
            for which, name in enumerate(group.names, start=1):
                beyond = past & (drawn >= group.edges[which])
                yield group.at, name, past & ~beyond
                past = beyond
        for (text,), same in _alike([self.columns[attribute]], self._names_one(attribute)):
            yield same, text, stays[same]

    def candidates(self, worlds: Worlds, attribute: str) -> set[str]:
        """All values that any cell has in any world."""
        named = set(self.columns[attribute][self._names_one(attribute)])
        return named.union(*(each.names for each in self._groups(worlds, attribute)))

    def _groups(self, worlds: Worlds, attribute: str) -> Iterator[Group]:
        """The cells that are not the same in all worlds, by what they may be."""
        texts, several = self.columns[attribute], ~self._names_one(attribute)
        opened = self._open(worlds, attribute, several, self._doubts(attribute), texts)
        for belief, text, at in opened:
            belief.about("an attribute", "categories", "as named", "alike", "split")
            names, edges = self._edges(worlds, attribute, belief, text, at)
            draw = partial(self._uniform, worlds, belief, at, attribute)
            yield Group(at, names, edges, draw)
        if attribute == CODED and worlds.with_errors:
            yield from self._miscoded(worlds)

    def _edges(
        self, worlds: Worlds, attribute: str, belief: Belief, text: str, at: Codes
    ) -> tuple[tuple[str, ...], Edges | Floats]:
        """What cells of the same candidates may be, and where between 0 and 1 each begins."""
        if text:
            names = tuple(text.split(BETWEEN))
            return names, self._between(worlds, attribute, belief, names)
        if belief.family == "categories":
            # Kinds of which the same is believed have the same shares in a world.
            return tuple(belief.weights), _weighed(worlds, belief, belief.weights)
        named = self.named[attribute]
        if len(named.names) < LEAST_NAMED:
            raise CannotEstimate(
                f"All units that name a {attribute} name the same: nothing says what others may be."
            )
        if belief.family in ("alike", "split"):
            return named.names, worlds.edges(belief.doubt, alike(named.names))
        others = worlds.edges(belief.doubt, named.weights(belief.strength))
        own = self._once(("own", attribute), lambda: named.before(self.columns[OWNER]))
        return named.names, Edges(others, belief.own, own[at])

    def _between(
        self, worlds: Worlds, attribute: str, belief: Belief, names: Sequence[str]
    ) -> Floats:
        """The edges of the candidates between which evidence leaves it open."""
        if belief.between == "even":
            return np.arange(len(names) + 1)[:, None] / len(names)
        if belief.between == "any":
            return _weighed(worlds, belief, alike(names))
        weighed = belief.weights or self.named[attribute].totals()
        return _weighed(worlds, belief, {n: weighed.get(n, 0.0) + HALF for n in names})

    def _miscoded(self, worlds: Worlds) -> Iterator[Group]:
        """Codes that are wrong in a world: the country is any of the others."""
        codes = self.columns[CODED]
        coded = self._names_one(CODED) & ~self.columns[CONFIRMED]
        doubts = np.full(len(self), MISCODED, dtype=object)
        for belief, code, at in self._open(worlds, MISCODED, coded, doubts, codes):
            belief.about("codes that are wrong", "miscoded")
            others = {name: weight for name, weight in belief.weights.items() if name != code}
            edges = worlds.edges(belief.doubt, others, "elsewhere")
            draw = partial(self._uniform, worlds, belief, at, "elsewhere")
            yield Group(at, tuple(others), edges, draw, partial(self._errs, worlds, belief, at))

    def _errs(self, worlds: Worlds, belief: Belief, at: Codes) -> Flags:
        """In which worlds the code of each cell is wrong."""
        return np.asarray(self._uniform(worlds, belief, at, MISCODED) < worlds.rate(belief))

    # What is drawn for cells

    def _doubts(self, column: str) -> Labels:
        return self.columns[OPENED_BY.format(column)]

    def _names_one(self, attribute: str) -> Flags:
        return self._once(("one", attribute), lambda: names_one(self.columns[attribute]))

    def _open(
        self, worlds: Worlds, what: str, opened: Flags, *labels: Labels
    ) -> Iterator[tuple[Belief, str, Codes]]:
        """What is believed of the cells of which something is open, and which these are.

        By their doubts, the first of the labels, and by the others, of which the last is told.
        """
        key = ("open", what)
        for agreed, at in self._once(key, lambda: _alike([*labels, self.columns[KIND]], opened)):
            doubt, *text, kind = agreed
            yield worlds.beliefs[doubt, kind], "".join(text), at

    def _uniform(self, worlds: Worlds, belief: Belief, at: Codes, what: str) -> Floats:
        """For each of some cells a number between 0 and 1 in each world.

        It is the same for all that resolves together.
        """
        return worlds.uniforms(belief.doubt, self._keys(belief, at), what)

    def _keys(self, belief: Belief, at: Codes) -> list[str]:
        """For each of some cells what resolves together with it."""
        if belief.together == "all":
            return [""] * len(at)
        keys: list[str] = self.columns[UNIT if belief.together == "unit" else OWNER][at].tolist()
        return keys

    def _once(self, key: Any, read: Callable[[], Made]) -> Made:
        if key not in self._read:
            self._read[key] = read()
        made: Made = self._read[key]
        return made


def _weighed(worlds: Worlds, belief: Belief, weights: Mapping[str, float]) -> Floats:
    """The edges of values of these weights: the same weights have the same shares in a world."""
    stream = "|".join(f"{name}={weight}" for name, weight in weights.items())
    return worlds.edges(belief.doubt, weights, stream)


def names_one(texts: Labels) -> Flags:
    """Whether each text names one candidate."""
    return np.array([bool(text) and BETWEEN not in text for text in texts], dtype=bool)


def _alike(columns: Sequence[Labels], chosen: Flags) -> list[tuple[tuple[str, ...], Codes]]:
    """Which of the chosen cells agree in several columns, in the order of the first ones."""
    places: dict[tuple[str, ...], list[int]] = {}
    at = np.flatnonzero(chosen)
    agree = zip(*(column[at].tolist() for column in columns), strict=True)
    for one, labels in zip(at.tolist(), agree, strict=True):
        places.setdefault(labels, []).append(one)
    return [(labels, np.array(same)) for labels, same in places.items()]


def _lie(group: Group, drawn: Floats, values: frozenset[str]) -> Flags:
    """Whether each draw lies where one of the values does; neighbours are one span."""
    within = np.zeros(drawn.shape, dtype=bool)
    for first, last in _turns(group.names, values):
        after = drawn >= group.edges[first] if first > 0 else True
        before = drawn < group.edges[last] if last < len(group.names) else True
        within |= np.logical_and(after, before)
    return within


@lru_cache(maxsize=512)
def _turns(names: tuple[str, ...], values: frozenset[str]) -> list[tuple[int, int]]:
    wanted = np.array([False, *(name in values for name in names), False])
    turns = np.flatnonzero(wanted[1:] != wanted[:-1]).tolist()
    return list(zip(turns[::2], turns[1::2], strict=True))
