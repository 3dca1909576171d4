"""Units of which not everything is known: candidates, ranges, and the doubt that opens each.

Such data are coarse: Heitjan and Rubin (1991), doi:10.1214/aos/1176348396. Here nothing is assumed
about why they are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from research.estimators.ranged import Ranged
from research.results import CannotEstimate, ResearchError
from research.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from research.estimators.valid import Flags

Made = TypeVar("Made")
WEIGHTS = ("low", "value", "high")
OPENED_BY = "{}_doubt"  # the column with the doubt that opens a column
WEIGHT, MEMBER, NUMBER = "weight", "member", "number"
CONFIRMED = "confirmed"  # whether what a unit is said to be is beyond error
EXCESS, ERROR = "excess", "error"  # what an error may have added to a weight, and which: no set
BETWEEN = "|"  # two candidates


@dataclass(frozen=True, slots=True)
class Doubt:
    """A named cause of not knowing, and what a reader is told of it.

    Parameters
    ----------
    name
        What is not known: the source in the budget.
    detail
        What the units that it leaves open may be.
    is_rounding
        Whether it is the rounding of what they weigh.
    """

    name: str
    detail: str
    is_rounding: bool = False


@dataclass(frozen=True, slots=True)
class Where:
    """The units whose attributes are among these values: every unit, where none are named.

    Where ``other`` is true, all other units.
    """

    values: Mapping[str, frozenset[str]]
    other: bool = False

    def __hash__(self) -> int:
        return hash((frozenset(self.values.items()), self.other))

    def __invert__(self) -> Where:
        """All other units."""
        return replace(self, other=not self.other)


EVERY = Where({})


def where(**values: str | Collection[str]) -> Where:
    """The units whose attributes have these values.

    Parameters
    ----------
    **values
        Of each attribute the value, or several of which any will do.

    Examples
    --------
    >>> where(origin="CN", task=["text-generation", "any-to-any"]).values["origin"]
    frozenset({'CN'})
    """
    return Where({
        attribute: frozenset([wanted] if isinstance(wanted, str) else wanted)
        for attribute, wanted in values.items()
    })  # fmt: skip


def among(candidates: pd.Series, values: Collection[str]) -> tuple[Flags, Flags]:
    """Whether each unit certainly has one of these values, and whether it may have one.

    Parameters
    ----------
    candidates
        A text such as ``"CN|US"`` for each unit; an empty or missing one may be anything.
    values
        The values, of which any will do.

    Examples
    --------
    >>> import pandas as pd
    >>> certain, possible = among(pd.Series(["CN", "CN|US", "US", ""]), {"CN"})
    >>> certain.tolist(), possible.tolist()
    ([True, False, False, False], [True, True, False, True])
    """
    # Candidates repeat, so that each distinct text is read once; a missing one has the code -1.
    codes, texts = candidates.factorize()
    sets = [frozenset(text.split(BETWEEN)) if text else frozenset() for text in (*texts, "")]
    wanted = frozenset(values)
    certain = np.array([bool(options) and options <= wanted for options in sets], dtype=bool)
    possible = np.array([not options or bool(options & wanted) for options in sets], dtype=bool)
    return certain[codes], possible[codes]


@dataclass(frozen=True, slots=True, eq=False)
class Coarse:
    """The units of one channel, as far as they are known.

    Parameters
    ----------
    rows
        One row a unit. ``low``, ``value`` and ``high`` are its weight: the range, and the one
        shown. Every other attribute is a text of candidates such as ``"CN|US"``; an empty or
        missing one may be anything. A column ``NAME_doubt`` says which doubt opens the attribute
        NAME of each unit, ``weight_doubt`` its weight. Where there is a column ``member``, a unit
        in which it is false may belong to the channel or not, as ``member_doubt`` says. Where
        there is a column ``number``, a row is a cell: so many units that agree in all attributes,
        and what they weigh together. Where there is a column ``excess``, an error that opens no
        set may have added so much to the weight; the column ``error`` names it.
    doubts
        All that may be open, in the order in which a reader is told.
    unit, weighs
        What the units are, and what their weight counts, in the plural.
    independent
        Whether each weight is open by itself. Where not all that the ranges allow goes together, as
        where one is what others leave of a total, sets are valid and not sharp.

    Raises
    ------
    ResearchError
        A column is missing, or open under a doubt that is not declared.

    References
    ----------
    Heitjan and Rubin (1991), Annals of Statistics 19:2244-2253, doi:10.1214/aos/1176348396.

    Examples
    --------
    >>> import pandas as pd
    >>> weights = dict.fromkeys(["low", "value", "high"], [5.0, 3.0])
    >>> rows = pd.DataFrame({**weights, "origin": ["CN", ""], "origin_doubt": ["", "unknown"]})
    >>> units = Coarse(rows, [Doubt("unknown", "any country")])
    >>> certain, possible = units.holds(where(origin="CN"))
    >>> certain.tolist(), possible.tolist()
    ([True, False], [True, True])
    """

    rows: pd.DataFrame
    doubts: Collection[Doubt]
    unit: str = "units"
    weighs: str = "weight"
    independent: bool = True
    # The channel that these units are a part of: what its units name says what others may be.
    _whole: Coarse | None = field(default=None, init=False, repr=False, compare=False)
    # What was read off the rows: the same few conditions are asked of the same units many times.
    _read: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        missing = [column for column in WEIGHTS if column not in self.rows]
        if missing:
            raise ResearchError(
                f"Coarse units need the columns {', '.join(WEIGHTS)}; {', '.join(missing)} is "
                f"missing from {', '.join(map(str, self.rows.columns))}."
            )
        declared = {"", *(doubt.name for doubt in self.doubts)}
        for column in self.rows.columns:
            opens = str(column).endswith(OPENED_BY.format(""))
            for name in _named(self.rows[column]) - declared if opens else ():
                raise ResearchError(
                    f"The column {column} names a doubt that is not declared: '{name}'. Declared "
                    f"are: {', '.join(sorted(declared - {''})) or 'none'}."
                )

    def holds(self, wanted: Where, doubts: Collection[str] | None = None) -> tuple[Flags, Flags]:
        """Whether each unit certainly is as wanted, and whether it may be.

        Parameters
        ----------
        wanted
            The condition.
        doubts
            Names of those that are open, by default all. Of a doubt that is closed a unit is as
            shown: what has several candidates has none of the values that are asked for.
        """
        certain = possible = np.ones(len(self.rows), dtype=bool)
        for attribute, values in wanted.values.items():
            sure, maybe = self._among(attribute, values)
            maybe = sure | (maybe & self.is_open(attribute, doubts))
            certain, possible = certain & sure, possible & maybe
        return (~possible, ~certain) if wanted.other else (certain, possible)

    def weight(self, doubts: Collection[str] | None = None) -> Ranged:
        """The weight of each unit: a range where its doubt is open, else as shown."""
        if self.rows.empty:
            raise CannotEstimate("No unit is among those that are asked about.")
        low, value, high = (self.rows[column].to_numpy(dtype=float) for column in WEIGHTS)
        if np.isnan(value).any():
            units = counted(self.size(np.isnan(value)), self.unit)
            raise CannotEstimate(f"The {self.weighs} of {units} are not known.")
        ranged = self.is_open(WEIGHT, doubts)
        low, high = np.where(ranged, low, value), np.where(ranged, high, value)
        if MEMBER in self.rows:
            member = self.rows[MEMBER].to_numpy(dtype=bool)
            may_be = member | self.is_open(MEMBER, doubts)
            low, value, high = low * member, value * member, high * may_be
        return Ranged(low=low, value=value, high=high)

    def size(self, chosen: Flags | pd.Series | None = None) -> int:
        """How many units there are, or stand in some rows."""
        kept = np.ones(len(self.rows), dtype=bool) if chosen is None else np.asarray(chosen)
        return int(self.rows[NUMBER][kept].sum() if NUMBER in self.rows else kept.sum())

    def held(self, wanted: Where = EVERY) -> float:
        """The weight, as shown, of the units that certainly are as wanted."""
        certain, _ = self.holds(wanted, ())
        return float(self.weight(()).value[certain].sum()) if len(certain) else 0.0

    def among(self, chosen: Flags | pd.Series) -> Coarse:
        """These units alone."""
        if np.all(chosen):
            return self
        part = self._with(self.rows[chosen], {})
        object.__setattr__(part, "_whole", self.channel)
        return part

    @property
    def channel(self) -> Coarse:
        """The channel that these units were taken from."""
        return self._whole or self

    def certain(self) -> Coarse:
        """The units that belong to the channel whatever its doubts."""
        return self.among(self.rows[MEMBER].to_numpy(dtype=bool)) if MEMBER in self.rows else self

    def opening(self, attribute: str, wanted: Where, doubt: Doubt) -> Coarse:
        """The units where a further doubt leaves an attribute of some open to anything."""
        chosen, by = self.holds(wanted)[1], OPENED_BY.format(attribute)
        opened = {attribute: self.rows[attribute].mask(chosen, "")}
        opened[by] = self.rows[by].mask(chosen, doubt.name)
        return replace(self, rows=self.rows.assign(**opened), doubts=(*self.doubts, doubt))

    def counted(self) -> Coarse:
        """The units, each of which counts once whatever it weighs."""
        each = self.rows[NUMBER].astype(float) if NUMBER in self.rows else 1.0
        once = dict.fromkeys(WEIGHTS, each)
        rows = self.rows.drop(columns=[EXCESS, ERROR], errors="ignore").assign(**once)
        return replace(self, rows=rows, weighs=self.unit)

    def partly(self, doubt: Doubt, part: float) -> Coarse:
        """The units of each of which this part is open under a doubt, and the rest as shown.

        Each stands in two rows, whose weights together are its weight.
        """
        import pandas as pd

        opened = [str(column) for column in self.rows if str(column).endswith(OPENED_BY.format(""))]
        closed = {name: self.rows[name].mask(self.rows[name] == doubt.name, "") for name in opened}
        weights = self.rows[list(WEIGHTS)].astype(float)
        shown = self.rows.assign(**closed, **(weights * (1 - part)))
        rows = pd.concat([shown, self.rows.assign(**(weights * part))])
        return self._with(rows, {})

    def thinned(self, wanted: Where, part: float) -> Coarse:
        """The units if this part of the weight of those that certainly are as wanted were gone."""
        kept = np.where(self.holds(wanted)[0], 1 - part, 1.0)
        lighter = {c: self.rows[c].to_numpy(dtype=float) * kept for c in amounts_of(self.rows)}
        return self._with(self.rows.assign(**lighter), self._read)

    def paired(self, other: Coarse, by: Collection[str]) -> tuple[Coarse, Coarse]:
        """Two channels over the same units: whatever has these attributes in common is one.

        Parameters
        ----------
        other
            The other channel. A unit that a channel lacks weighs nothing there.
        by
            The attributes that tell units apart. What else is known of them is left out.
        """
        import pandas as pd

        both, keys = (self, other), list(by)
        carried = {*map(OPENED_BY.format, by), CONFIRMED}
        named = carried & set(self.rows) & set(other.rows)
        rows = pd.concat([units.rows[[*keys, *named]] for units in both], ignore_index=True)
        # Groups are numbered once: texts take longer to tell apart than numbers.
        grouped = rows.groupby(keys)
        number, opened = grouped.ngroup().to_numpy(), grouped.size().index.to_frame(index=False)
        for column in sorted(named):
            opened[column] = _last(rows[column], number)
        of_each = number[: len(self.rows)], number[len(self.rows) :]
        doubts = tuple(dict.fromkeys([*self.doubts, *other.doubts]))
        nothing = dict.fromkeys([*WEIGHTS, EXCESS], 0.0)
        one, two = (
            units._over(opened.join(_sums(units.rows, group)).fillna(nothing), doubts)
            for units, group in zip(both, of_each, strict=True)
        )
        return one, two

    def _with(self, rows: pd.DataFrame, read: dict[Any, Any]) -> Coarse:
        """The same of fewer units or other weights: what opens them needs no second check."""
        units = copy(self)
        object.__setattr__(units, "rows", rows)
        object.__setattr__(units, "_read", read)
        return units

    def _over(self, rows: pd.DataFrame, doubts: Collection[Doubt]) -> Coarse:
        """These rows as the channel; one that opened all its weights opens them still."""
        for opened in (OPENED_BY.format(WEIGHT), ERROR):
            if opened in self.rows and len(self.rows):
                rows[opened] = self.rows[opened].iloc[0]
        return replace(self, rows=rows, doubts=doubts)

    def _among(self, attribute: str, values: frozenset[str]) -> tuple[Flags, Flags]:
        """Whether all candidates of each unit are among the values, and whether any is."""
        if attribute not in self.rows:
            columns = [str(column) for column in self.rows.columns]
            reserved = (*WEIGHTS, NUMBER, EXCESS, ERROR)
            known = [c for c in columns if c not in reserved and not c.endswith("_doubt")]
            raise ResearchError(
                f"These units have no attribute '{attribute}'. They have: {', '.join(known)}."
            )
        key = attribute, values
        certain, possible = self.once(key, lambda: _kept(*among(self.rows[attribute], values)))
        return certain, possible

    def is_open(self, column: str, doubts: Collection[str] | None) -> Flags:
        """Which units are open in a column; all of them where it names no doubt."""
        by = OPENED_BY.format(column)
        if doubts is None or by not in self.rows:
            return np.full(len(self.rows), doubts is None, dtype=bool)
        names = sorted(set(doubts))
        key = (OPENED_BY, by, *names)
        kept = self.once(key, lambda: _kept(np.array(self.rows[by].isin(names), dtype=bool)))
        return kept[0]

    def once(self, key: Any, read: Callable[[], Made]) -> Made:
        """What is read off the rows, read once; nobody may write into it."""
        if key not in self._read:
            self._read[key] = read()
        made: Made = self._read[key]
        return made


def amounts_of(rows: pd.DataFrame) -> list[str]:
    """The columns that are amounts: they add up where units are joined."""
    return [*WEIGHTS, EXCESS] if EXCESS in rows else [*WEIGHTS]


def _kept(*flags: Flags) -> tuple[Flags, ...]:
    """Flags into which nobody can write."""
    for each in flags:
        each.flags.writeable = False
    return flags


def _named(column: pd.Series) -> set[Any]:
    """The distinct values that are there."""
    import pandas as pd

    return {*filter(pd.notna, column.unique())}


def _sums(rows: pd.DataFrame, group: NDArray[Any]) -> pd.DataFrame:
    """What the rows of each group weigh together."""
    return rows[amounts_of(rows)].groupby(group).sum()


def _last(names: pd.Series, group: NDArray[Any]) -> pd.Index:
    """Of the names in each group the last in their order; missing where none is named."""
    import pandas as pd

    codes, known = names.factorize(sort=True)
    last = pd.Series(codes).groupby(group).max()
    return pd.Index(known).take(last.to_numpy(), fill_value=np.nan)
