"""What a channel is that can be asked about: its units, its attributes, its days."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from research.doubts import Coarse, Doubt
from research.measures.top_lists import apart, days_of
from research.results import Assumption

Tables = Mapping[str, Any]  # by name: a frame, or a large table where a channel can ask one


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a question needs of a channel.

    Parameters
    ----------
    day
        Such as ``"2026-06-11"``.
    window
        Days of which the units' weights are counted, where the channel has windows; ``None`` for
        all since a unit exists.
    size
        Units of a list, where it is cut to those that weigh most; ``None`` for the whole list.
    by
        The attributes that the question names.
    choices
        Values of the channel's choices.
    named
        The values that the question names, by attribute.
    """

    day: str
    window: int | None = None
    size: int | None = None
    by: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Channel(ABC):
    """A way in which models are counted.

    Parameters
    ----------
    name, about
        What it is called, and what it counts.
    weighs, unit
        What the weights of its units count, and what these are, in the plural.
    dated
        The tables that hold its days with their column of them, the preferred one first.
    tables
        What it reads besides; ``more`` is what single attributes need.
    attributes
        What each of them tells; ``lacks`` says why it does not tell what other channels do.
    choices
        In which defensible ways its units are made, the usual one first.
    assumptions
        What is assumed of its counts, and of attributes by their names.
    window
        The usual one in days; ``None`` where the channel has no windows of one's own.
    counted_days
        What one of its counts is of, where it has none.
    no_sum, no_series
        Why its amounts, or all that is asked of it, do not compare over days; empty where they do.
    no_day
        Why it has no further days, for a message.
    alone
        Why nothing may stand in for its tables; empty where something may.
    left_out
        As what a share or a sum is drawn within its set, where the table leaves out what would be
        drawn one by one; ``None`` where its units are drawn.
    any_size
        Whether its days may be asked of a table that is not loaded.
    """

    name: str
    about: str
    weighs: str
    unit: str
    dated: Mapping[str, str]
    tables: tuple[str, ...]
    attributes: Mapping[str, str]
    lacks: Mapping[str, str]
    more: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()
    of_attributes: Mapping[str, Assumption] = field(default_factory=dict)
    window: int | None = None
    counted_days: int = 1
    no_sum: str = ""
    no_series: str = ""
    no_day: str = ""
    alone: str = ""
    left_out: Doubt | None = None
    any_size: bool = False

    @abstractmethod
    def units(self, tables: Tables, wanted: Wanted) -> Coarse:
        """Its units as far as a question needs them."""

    @abstractmethod
    def population(self, tables: Tables, wanted: Wanted) -> str:
        """Of whom an answer speaks."""

    def needs(self, attributes: Collection[str]) -> list[str]:
        """The tables that a question about these attributes reads."""
        further = (table for name in attributes for table in self.more.get(name, ()))
        return list(dict.fromkeys([*self.dated, *self.tables, *further]))

    def days(self, tables: Tables) -> list[str]:
        """Its days in their order."""
        held = (self._held(tables, name) for name in self.dated if name in tables)
        return sorted({day for days in held for day in days})

    def records(self, tables: Tables, day: str, attribute: str) -> bool:
        """Whether anything is told of an attribute on a day."""
        return attribute in self.attributes and day in self.days(tables)

    def table_of(self, tables: Tables, day: str) -> str:
        """The first table that has a day."""
        return next(n for n in self.dated if n in tables and day in self._held(tables, n))

    def _held(self, tables: Tables, name: str) -> list[str]:
        return days_of(tables[name], self.dated[name])

    def can_count(self, days: Collection[str], day: str, window: int | None) -> bool:
        """Whether the window before a day can be counted."""
        begins = date.fromisoformat(day) - timedelta(days=(self.window and window) or 0)
        return begins.isoformat() in days

    def apart(self, days: Sequence[str], window: int | None) -> list[str]:
        """The days whose counts do not overlap, from the last one back."""
        return apart(days, (self.window and window) or self.counted_days)


def few(items: Sequence[str], most: int = 6) -> str:
    """Items for a message: the first two and the last where they are many.

    Examples
    --------
    >>> few(["a", "b"]), few(list("abcdefgh"))
    ('a, b', 'a, b, ... h (8 in all)')
    """
    if not items:
        return "none"
    if len(items) <= most:
        return ", ".join(items)
    return f"{items[0]}, {items[1]}, ... {items[-1]} ({len(items)} in all)"
