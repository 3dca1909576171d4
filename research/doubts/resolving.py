"""The units of a channel in drawn worlds: what they are there, and what they weigh."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
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
    among,
    amounts_of,
)
from research.doubts.drawing import Worlds, cumulated
from research.results import CannotEstimate

if TYPE_CHECKING:
    import pandas as pd

    from research.estimators.valid import Codes, Flags, Floats

MISCODED = "coded wrong"  # the doubt about origins that are in no other, and not confirmed
CODED = "origin"
ORGANISATION, KIND, NAME = "organisation", "kind", "unit"
PARTS = "_{}_parts"  # all that a unit is in part, of which a row is one
HALF = 0.5  # a unit more for each candidate that nothing speaks for (Jeffreys' prior)
OWNER, UNIT = "_owner", "_unit"  # what resolves together; buckets, where a cell is one of many
ONE_BY_ONE = 2_048  # cells that are drawn one by one: lighter ones move in BUCKETS
BUCKETS = 32
CHUNK = 256  # cells whose worlds are held at once
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
    names: Sequence[str]
    cells: Iterable[tuple[int, Floats, Flags]]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Units that differ between worlds; those that always resolve alike are one row.

    Parameters
    ----------
    rows
        As those of :class:`research.doubts.Coarse`, with ``member``, ``confirmed`` (whether its
        origin is beyond error), ``kind``, and :data:`OWNER` and :data:`UNIT`, which say what
        resolves together. What a unit is in several parts is a row for each, and a column of
        :data:`PARTS` names them all.
    named
        Of each attribute how many units name each value, a row an organisation.
    worlds
        The worlds.
    """

    rows: pd.DataFrame
    named: dict[str, pd.DataFrame]
    worlds: Worlds

    def weight(self) -> Floats:
        """What each cell weighs in each world: nothing where it does not belong to the channel.

        Returns
        -------
        array of shape (cells, worlds), or (cells, 1) where it is the same in all
        """
        low, shown, high = (self.rows[end].to_numpy(dtype=float) for end in WEIGHTS)
        outside = ~self.rows[MEMBER].to_numpy(dtype=bool)
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
        excess = self.rows[EXCESS].to_numpy(dtype=float)
        if not excess.any():
            return found
        found = found + np.zeros(self.worlds.count)
        for belief, at in self._by_belief(excess > 0, self.rows[ERROR]):
            belief.about("an excess", "range", "peaks")
            for one, part in self._parts_added(belief, at):
                found[one] = np.maximum(found[one] - excess[one] * part, 0)
        return found

    def _parts_added(self, belief: Belief, at: Codes) -> Iterator[tuple[int, Floats]]:
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
        for column in self.rows.columns.intersection([PARTS.format(name) for name in self.named]):
            attribute = column.removeprefix("_").removesuffix("_parts")
            texts, kinds = self.rows[column].to_numpy(), self.rows[attribute].to_numpy()
            found = found + np.zeros(self.worlds.count)
            for belief, at in self._by_belief(texts != "", self._doubts(attribute)):
                for one, key in self._keys(belief, at):
                    parts = self._split(belief, attribute, texts[one], key)
                    found[one] *= parts[texts[one].split(BETWEEN).index(kinds[one])]
        return found

    def _split(self, belief: Belief, attribute: str, text: str, key: str) -> Floats:
        """How a unit is split among all that it is in part, in each world."""
        weights = dict.fromkeys(text.split(BETWEEN), belief.parameters["concentration"])
        return self.worlds.shares(belief.doubt, weights, f"{attribute} {text} {key}")

    def holds(self, wanted: Where) -> Flags:
        """Whether each cell is as wanted in each world.

        Returns
        -------
        array of shape (cells, worlds)
        """
        found = np.ones((len(self.rows), self.worlds.count), dtype=bool)
        for attribute, values in wanted.values.items():
            found &= self._among(attribute, values)
        return ~found if wanted.other else found

    def chunks(self) -> Iterator[Cells]:
        """The same cells, so many at a time: no array of all cells and worlds is held."""
        for first in range(0, len(self.rows), CHUNK):
            rows = self.rows.iloc[first : first + CHUNK].reset_index(drop=True)
            yield Cells(rows, self.named, self.worlds)

    def _among(self, attribute: str, values: frozenset[str]) -> Flags:
        certain, _ = among(self.rows[attribute], values)
        found = np.repeat(certain[:, None], self.worlds.count, axis=1)
        for group in self._open(attribute):
            spans = list(_spans(group.edges, group.names, values))
            for one, drawn, moves in group.cells:
                np.copyto(found[one], _within(drawn, spans), where=moves)
        return found

    def by_kind(self, attribute: str) -> Iterator[tuple[int, str, Flags | bool]]:
        """Each cell with each of its candidates, and in which worlds it is that one."""
        texts = self.rows[attribute].to_numpy()
        stays: dict[int, Flags | bool] = dict.fromkeys(
            np.flatnonzero(_names_one(self.rows[attribute])).tolist(), True
        )
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
        one = _names_one(self.rows[attribute])
        return set(self.rows[attribute][one]).union(*(each.names for each in self._open(attribute)))

    def _open(self, attribute: str) -> Iterator[Group]:
        """The cells that are not the same in all worlds, by what they may be."""
        several = ~_names_one(self.rows[attribute])
        always = np.ones(self.worlds.count, dtype=bool)
        for belief, at in self._by_belief(several, self._doubts(attribute)):
            belief.about("an attribute", "categories", "as named", "alike", "split")
            for edges, names, same in self._edges(attribute, belief, at):
                drawn = self._uniform(belief, at[same], attribute)
                yield Group(edges, names, ((one, place, always) for one, place in drawn))
        if attribute == CODED and self.worlds.with_errors:
            yield from self._miscoded()

    def _edges(
        self, attribute: str, belief: Belief, at: Codes
    ) -> Iterator[tuple[Edges | Floats, Sequence[str], Codes]]:
        """Where between 0 and 1 each value begins, for cells of the same candidates at a time."""
        texts = self.rows[attribute].to_numpy()[at]
        for text in dict.fromkeys(texts):
            same = np.flatnonzero(texts == text)
            if text:
                names = text.split(BETWEEN)
                yield self._between(attribute, belief, names), names, same
            elif belief.family == "categories":
                # Kinds of which the same is believed have the same shares in a world.
                told = "|".join(f"{name}={weight}" for name, weight in belief.weights.items())
                edges = self.worlds.edges(belief.doubt, belief.weights, told)
                yield edges, list(belief.weights), same
            else:
                yield from self._as_named(attribute, belief, at, same)

    def _between(self, attribute: str, belief: Belief, names: list[str]) -> Floats:
        """The same for the candidates between which evidence leaves it open."""
        if belief.between == "even":
            return np.arange(len(names) + 1) / len(names)
        weights = alike(names)
        if belief.between == "weighed":
            weighed = belief.weights or self.named[attribute].sum().to_dict()
            weights = {name: weighed.get(name, 0.0) + HALF for name in names}
        told = "|".join(f"{name}={weight}" for name, weight in weights.items())
        return self.worlds.edges(belief.doubt, weights, told)

    def _as_named(
        self, attribute: str, belief: Belief, at: Codes, same: Codes
    ) -> Iterator[tuple[Edges | Floats, Sequence[str], Codes]]:
        """As the units that name one: those of the same organisation and, less, of the channel."""
        import pandas as pd

        named = self.named[attribute]
        if len(named.columns) < LEAST_NAMED:
            raise CannotEstimate(
                f"All units that name a {attribute} name the same: nothing says what others may be."
            )
        names, every = [str(name) for name in named], named.sum().to_numpy(dtype=float)
        vague = belief.family in ("alike", "split")
        weights = alike(names)
        if not vague:
            weights = dict(zip(names, belief.strength * every / every.sum(), strict=True))
        edges = self.worlds.edges(belief.doubt, weights)
        place = named.index.get_indexer(pd.Index(self.rows[OWNER].to_numpy()[at[same]]))
        known = (place >= 0) & (not vague)
        yield edges, names, same[~known]
        counts = named.to_numpy(dtype=float)
        for organisation in dict.fromkeys(place[known].tolist()):
            own = np.append(0.0, counts[organisation].cumsum())
            yield Edges(edges, belief.own, own), names, same[place == organisation]

    def _miscoded(self) -> Iterator[Group]:
        """Codes that are wrong in a world: the country is any of the others."""
        texts = self.rows[CODED].to_numpy()
        coded = _names_one(self.rows[CODED]) & ~self.rows[CONFIRMED].to_numpy(dtype=bool)
        for belief, at in self._by_belief(coded, MISCODED):
            rate = self.worlds.rate(belief.about("codes that are wrong", "miscoded"))
            drawn = self.worlds.shares(belief.doubt, belief.weights, "elsewhere")
            shares = dict(zip(belief.weights, drawn, strict=True))
            for code in dict.fromkeys(texts[at]):
                others = {name: share for name, share in shares.items() if name != code}
                them = np.stack(list(others.values()))
                same = at[texts[at] == code]
                cells = zip(
                    self._uniform(belief, same, MISCODED),
                    self._uniform(belief, same, "elsewhere"),
                    strict=True,
                )
                yield Group(
                    cumulated(them / them.sum(axis=0)), list(others),
                    ((one, place, erring < rate) for (one, erring), (_, place) in cells),
                )  # fmt: skip

    def _doubts(self, column: str) -> pd.Series:
        return self.rows[OPENED_BY.format(column)]

    def _by_belief(self, opened: Flags, doubts: pd.Series | str) -> Iterator[tuple[Belief, Codes]]:
        """What is believed of the cells that are open, and which these are."""
        (at,) = np.nonzero(opened)
        names = np.array([doubts] * len(opened) if isinstance(doubts, str) else doubts)[at]
        kinds = self.rows[KIND].to_numpy()[at]
        for doubt, kind in dict.fromkeys(zip(names, kinds, strict=True)):
            of_it = (names == doubt) & (kinds == kind)
            yield self.worlds.beliefs[doubt, kind], at[of_it]

    def _uniform(self, belief: Belief, at: Codes, what: str) -> Iterator[tuple[int, Floats]]:
        """For each of some cells a number between 0 and 1 in each world.

        It is the same for all that resolves together.
        """
        for one, key in self._keys(belief, at):
            yield one, self.worlds.uniform(belief.doubt, key, what)

    def _keys(self, belief: Belief, at: Codes) -> Iterator[tuple[int, str]]:
        """For each of some cells what resolves together with it."""
        keys = self.rows[UNIT if belief.together == "unit" else OWNER].to_numpy()
        for one in at:
            yield one, "" if belief.together == "all" else keys[one]


def _spans(
    edges: Edges | Floats, names: Sequence[str], values: frozenset[str]
) -> Iterator[tuple[Floats, Floats]]:
    """From where to where the values lie; neighbours are one span."""
    wanted = np.array([False, *(name in values for name in names), False])
    (turns,) = np.nonzero(wanted[1:] != wanted[:-1])
    for first, last in zip(turns[::2], turns[1::2], strict=True):
        yield edges[first], edges[last]


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
    fixed, rows, named = units.once(key, lambda: _separated(units, asked, worlds))
    return fixed, Cells(rows, named, worlds)


def _told(wanted: Where) -> tuple[Any, ...]:
    return wanted.other, *sorted((name, *sorted(them)) for name, them in wanted.values.items())


def _separated(
    units: Coarse, asked: Collection[Where], worlds: Worlds
) -> tuple[Coarse, pd.DataFrame, dict[str, pd.DataFrame]]:
    """The units that are the same in all worlds, the cells of the others, and what units name."""
    attributes = sorted({name for wanted in asked for name in wanted.values})
    differs = _differs(units, asked, worlds)
    cells = _joined(units.rows[differs], attributes, worlds)
    return units.among(~differs), cells, {name: _named(units.channel, name) for name in attributes}


def weights_of_units(units: Coarse, worlds: Worlds) -> Floats:
    """What each unit weighs in each world.

    Returns
    -------
    array of shape (units, worlds), or (units, 1) where they are the same in all
    """
    return Cells(_dressed(units.rows, []).reset_index(drop=True), {}, worlds).weight()


def held_by_units(units: Coarse, wanted: Where, worlds: Worlds) -> Flags:
    """Whether each unit is as wanted in each world: none is joined with another.

    Returns
    -------
    array of shape (units, worlds)
    """
    named = {name: _named(units.channel, name) for name in wanted.values}
    rows = _dressed(units.rows, list(wanted.values)).reset_index(drop=True)
    return Cells(rows, named, worlds).holds(wanted)


def _names_one(texts: pd.Series) -> Flags:
    """Whether each text names one candidate."""
    one: Flags = (texts.ne("") & ~texts.str.contains(BETWEEN, regex=False)).to_numpy(dtype=bool)
    return one


def _differs(units: Coarse, asked: Collection[Where], worlds: Worlds) -> Flags:
    """Which units are not the same in all worlds."""
    weight = units.weight()
    differs = np.asarray(weight.low != weight.high)
    for attribute, values in {item for wanted in asked for item in wanted.values.items()}:
        certain, possible = units.holds(Where({attribute: values}))
        differs |= certain != possible
        if worlds.with_errors and attribute == CODED:
            differs |= ~_dressed(units.rows, [])[CONFIRMED].to_numpy(dtype=bool)
    if worlds.with_errors and EXCESS in units.rows:
        differs |= units.rows[EXCESS].to_numpy(dtype=float) > 0
    return np.asarray(differs & (weight.high > 0))


def _dressed(rows: pd.DataFrame, attributes: Sequence[str]) -> pd.DataFrame:
    """Units with the columns that cells have."""
    import pandas as pd

    unit = pd.Series(rows.index.astype(str), rows.index)
    unit = rows[NAME].astype(object).fillna(unit) if NAME in rows else unit
    defaults = {
        MEMBER: True, CONFIRMED: False, KIND: "", EXCESS: 0.0, ERROR: "",
        **{OPENED_BY.format(name): "" for name in (*attributes, WEIGHT, MEMBER)},
    }  # fmt: skip
    missing: dict[str, Any] = {n: value for n, value in defaults.items() if n not in rows}
    texts = [*attributes, *defaults]
    found = rows.assign(**missing)[[*WEIGHTS, *dict.fromkeys(texts)]]
    owner = rows.get(ORGANISATION, unit)
    return (
        found.astype(dict.fromkeys(attributes, object))
        .assign(**{UNIT: unit, OWNER: owner})
        .fillna("")
    )


def _alone(rows: pd.DataFrame, attributes: Sequence[str], worlds: Worlds) -> Flags:
    """Which units resolve each by itself in anything that is open."""
    opened = {name: ~_names_one(rows[name]) for name in attributes}
    opened |= {
        WEIGHT: (rows["low"] < rows["high"]).to_numpy(),
        MEMBER: ~rows[MEMBER].to_numpy(bool),
    }
    by_unit = worlds.beliefs.by_unit()
    alone = [
        rows[OPENED_BY.format(name)].isin(by_unit) & is_open for name, is_open in opened.items()
    ]
    if worlds.with_errors:
        alone.append(rows[ERROR].isin(by_unit) & rows[EXCESS].gt(0))
    return np.asarray(np.any(alone, axis=0))


def _telling_units(rows: pd.DataFrame, attributes: Sequence[str], worlds: Worlds) -> pd.DataFrame:
    """The same as :func:`_dressed`; only units that resolve by themselves are told apart."""
    found = _dressed(rows, attributes).reset_index(drop=True)
    alone = _alone(found, attributes, worlds)
    return _in_parts(found.assign(**{UNIT: found[UNIT].where(alone, "")}), attributes, worlds)


def _in_parts(rows: pd.DataFrame, attributes: Sequence[str], worlds: Worlds) -> pd.DataFrame:
    """The units with a row for each of what one of them is in part."""
    import pandas as pd

    for name in attributes:
        split = rows[OPENED_BY.format(name)].isin(worlds.beliefs.split())
        split &= rows[name].str.contains(BETWEEN, regex=False)
        if split.any():
            texts = rows[name].where(split, "")
            parts = rows[split].assign(**{name: texts[split].str.split(BETWEEN)}).explode(name)
            rows = pd.concat([rows[~split], parts])
            rows = rows.assign(**{PARTS.format(name): texts.reindex(rows.index)})
            rows = rows.reset_index(drop=True)
    return rows


def _joined(rows: pd.DataFrame, attributes: Sequence[str], worlds: Worlds) -> pd.DataFrame:
    """One row for the units that always resolve alike; of many such rows the lighter in buckets."""
    rows = _telling_units(rows, attributes, worlds)
    opened = [OPENED_BY.format(name) for name in (*attributes, WEIGHT, MEMBER)]
    parts = [PARTS.format(name) for name in attributes]
    told = [*attributes, *opened, *parts, MEMBER, CONFIRMED, KIND, ERROR]
    # Of millions of rows most columns are the same in all: these are kept once, and are no key.
    same = {name: rows[name].iloc[0] for name in told if name in rows and _is_one(rows[name])}
    differ = [name for name in dict.fromkeys([*told, OWNER, UNIT]) if name in rows]
    differ = [name for name in differ if name not in same]
    rows = rows[[*differ, *amounts_of(rows)]]
    rows = _summed(rows, differ)
    if len(rows) > ONE_BY_ONE:
        rows = _in_buckets(rows)
        rows = _summed(rows, differ)
    return rows.assign(**same)


def _is_one(texts: pd.Series) -> bool:
    return len(texts) > 0 and bool(texts.eq(texts.iloc[0]).all())


def _summed(rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """One row for the rows that agree, in the order of the first of them: what these amount to."""
    import pandas as pd

    number = np.zeros(len(rows), dtype=np.int64)
    for name in by:
        codes, texts = rows[name].factorize()
        number = pd.factorize(number * len(texts) + codes)[0]
    first = rows.loc[~pd.Series(number).duplicated().to_numpy(), [*by]].reset_index(drop=True)
    return first.join(rows[amounts_of(rows)].groupby(number).sum())


def _in_buckets(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells, the heaviest first; those of the lighter that are in a bucket are of one owner."""
    cells = cells.sort_values("high", ascending=False, kind="stable").reset_index(drop=True)
    light = cells.index >= ONE_BY_ONE
    buckets = [f"bucket {number}" for number in range(BUCKETS)]
    placed = [buckets[crc32(name.encode()) % BUCKETS] for name in cells[OWNER]]
    # What is light of an organisation with a heavy cell resolves as that does.
    others = light & ~cells[OWNER].isin(cells[OWNER][~light])
    grouped = {OWNER: cells[OWNER].mask(others, placed), UNIT: cells[UNIT].mask(light, placed)}
    return cells.assign(**grouped)


def _named(units: Coarse, attribute: str) -> pd.DataFrame:
    """How many units name each value of an attribute and no other: a row an organisation."""
    return units.once(("named", attribute), lambda: _counted_by_organisation(units.rows, attribute))


def _counted_by_organisation(rows: pd.DataFrame, attribute: str) -> pd.DataFrame:
    import pandas as pd

    texts = rows[attribute].astype(object).fillna("")
    one = _names_one(texts)
    of = rows[ORGANISATION].fillna("") if ORGANISATION in rows else pd.Series("", rows.index)
    count = rows[NUMBER] if NUMBER in rows else pd.Series(1.0, rows.index)
    return count[one].groupby([of[one], texts[one]]).sum().unstack().fillna(0.0)
