"""Which units of a channel differ between worlds, and which of them resolve alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

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
from research.doubts.resolving import (
    CODED,
    KIND,
    OWNER,
    PARTS,
    UNIT,
    Cells,
    Named,
    names_one,
)

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from research.doubts.drawing import Worlds
    from research.doubts.resolving import Columns
    from research.estimators.valid import Flags, Floats, Labels

ORGANISATION, NAME = "organisation", "unit"
ONE_BY_ONE = 2_048  # cells that are drawn one by one: lighter ones move in BUCKETS
BUCKETS = 32


def held(units: Coarse, worlds: Worlds, *asked: tuple[Where, ...]) -> Floats:
    """What all units weigh together in each world that are as several conditions want.

    Parameters
    ----------
    units
        A channel.
    worlds
        The worlds.
    *asked
        Of each sum the conditions that its units meet.

    Returns
    -------
    array of shape (asked, worlds)
    """
    latest: dict[Worlds, Floats] = units.once(("held", asked), dict)
    if worlds not in latest:
        latest.clear()
        latest[worlds] = _held(units, worlds, asked)
    return latest[worlds]


def _held(units: Coarse, worlds: Worlds, asked: Sequence[Sequence[Where]]) -> Floats:
    fixed, cells = resolved(units, {wanted for together in asked for wanted in together}, worlds)
    shown = fixed.once(("shown", asked), lambda: _as_shown(fixed, asked))
    return shown[:, None] + cells.sums(worlds, asked)


def _as_shown(fixed: Coarse, asked: Collection[Collection[Where]]) -> Floats:
    """What units weigh together that are the same in all worlds."""
    if fixed.rows.empty:
        return np.zeros(len(asked))
    weight = fixed.weight(()).value
    counted = [[fixed.holds(wanted, ())[0] for wanted in together] for together in asked]
    return np.array([weight[np.all(flags, axis=0)].sum() for flags in counted])


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
    key = ("cells", frozenset(asked), worlds.with_errors, *moves)
    return units.once(key, lambda: _separated(units, asked, worlds))


def _separated(units: Coarse, asked: Collection[Where], worlds: Worlds) -> tuple[Coarse, Cells]:
    attributes = sorted({name for wanted in asked for name in wanted.values})
    differs = _differs(units, asked, worlds)
    columns = _joined(_dressed(units.rows[differs], attributes), attributes, worlds)
    named = {name: _named(units.channel, name) for name in attributes}
    return units.among(~differs), Cells(columns, named)


def weights_of_units(units: Coarse, worlds: Worlds) -> Floats:
    """What each unit weighs in each world.

    Returns
    -------
    array of shape (units, worlds), or (units, 1) where they are the same in all
    """
    cells = units.once("units", lambda: Cells(_dressed(units.rows, []), {}))
    return cells.weight(worlds)


def held_by_units(units: Coarse, wanted: Where, worlds: Worlds) -> Flags:
    """Whether each unit is as wanted in each world: none is joined with another.

    Returns
    -------
    array of shape (units, worlds)
    """
    names = list(wanted.values)
    cells = units.once(
        ("units", *names),
        lambda: Cells(
            _dressed(units.rows, names), {name: _named(units.channel, name) for name in names}
        ),
    )
    held = cells.holds(worlds, [wanted])[wanted]
    return np.broadcast_to(held, (len(cells), worlds.count))


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
    opened = {name: ~names_one(cells[name]) for name in attributes}
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
    one = names_one(texts)
    count = rows[NUMBER].to_numpy(dtype=float) if NUMBER in rows else np.ones(len(rows))
    values, names = pd.factorize(texts[one], sort=True)
    owners, of = pd.factorize(_texts(rows, ORGANISATION)[one], sort=True)
    counts = np.zeros((len(of) + 1, len(names)))
    np.add.at(counts, (owners, values), count[one])
    return Named(tuple(names), counts, {name: place for place, name in enumerate(of)})
