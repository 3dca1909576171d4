"""What can be asked: channels, their attributes and days, and the values that occur."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, overload

from research.analysis.asking.answering import Asking
from research.analysis.asking.given import refuse_other_data
from research.analysis.asking.question import Question, tells
from research.collect import country_names
from research.datasets import Given
from research.doubts import Coarse, Ranking, Share, where
from research.doubts.coarse import BETWEEN
from research.measures.channel import Channel, few
from research.measures.known_channels import CHANNELS
from research.measures.sizes import CLASSES, EDGES
from research.plain import unknown
from research.results import UnknownName
from research.wording import width_here

if TYPE_CHECKING:
    import pandas as pd

COUNTRIES = ("origin", "country")  # attributes whose values are codes of countries


@dataclass(frozen=True, repr=False)
class Told:
    """One channel: ``attributes`` with what each tells, ``days``, ``values("origin")``."""

    channel: Channel
    data: Mapping[str, Given] | None

    @property
    def name(self) -> str:
        return self.channel.name

    @property
    def about(self) -> str:
        """What is counted."""
        return self.channel.about

    @property
    def attributes(self) -> Mapping[str, str]:
        """What it tells of its models."""
        return self.channel.attributes

    @property
    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """In which defensible ways its models are counted, the usual one first."""
        return self.channel.choices

    @cached_property
    def days(self) -> list[str]:
        """Its days in their order."""
        return self.channel.days(self._asking(next(iter(self.attributes))).tables)

    def values(self, attribute: str, *, on: str = "", window: int | None = None) -> pd.DataFrame:
        """The values of an attribute that occur on a day, the heaviest first.

        Parameters
        ----------
        attribute, on, window
            As for :func:`research.ask`.

        Returns
        -------
        pandas.DataFrame
            ``value``; how many ``models`` certainly have it; ``share_low`` and ``share_high``, the
            set of their share.
        """
        asking = self._asking(attribute, on, window)
        units = asking.units(asking.wanted(asking.days[0], {}))[0]
        return values_of(units, attribute)

    def _asking(self, attribute: str, on: str = "", window: int | None = None) -> Asking:
        tells(self.channel, attribute)
        question = Question(channels=(self.name,), rank=attribute, on=on, window=window)
        return Asking.of(question, self.data)

    def __repr__(self) -> str:
        lines = [f"{self.name}: {self.about}", f"  days: {few(self.days)}"]
        return "\n".join([*lines, *(f"  {name}: {text}" for name, text in self.attributes.items())])


class Listing(Sequence[Told]):
    """The channels in a list: ``listing["NAME"]`` is one of them."""

    def __init__(self, data: Mapping[str, Given] | None) -> None:
        refuse_other_data(data)
        self._told = {name: Told(channel, data) for name, channel in CHANNELS.items()}

    def __len__(self) -> int:
        return len(self._told)

    def __iter__(self) -> Iterator[Told]:
        return iter(self._told.values())

    @overload
    def __getitem__(self, which: str | int) -> Told: ...
    @overload
    def __getitem__(self, which: slice) -> Sequence[Told]: ...
    def __getitem__(self, which: str | int | slice) -> Told | Sequence[Told]:
        if isinstance(which, str):
            if which not in self._told:
                raise UnknownName(unknown("channel", which, self._told))
            return self._told[which]
        return list(self)[which]

    def __repr__(self) -> str:
        room = width_here()
        return "\n".join(f"{each.name:<10} {each.about}"[:room] for each in self)


def values_of(units: Coarse, attribute: str) -> pd.DataFrame:
    """Every value of an attribute that a unit names: how many have it, and the set of its share."""
    import pandas as pd

    extent = Ranking(units, attribute).extent()
    heaviest = extent.drop("").sort_values("least", ascending=False, kind="stable").index
    rows = []
    for name in heaviest:
        wanted = where(**{attribute: name})
        certain, _ = units.holds(wanted, ())
        bounds = Share(of=wanted).in_(units).bounds()
        rows.append((name, units.size(certain), bounds.low, bounds.high))
    return pd.DataFrame(rows, columns=["value", "models", "share_low", "share_high"])


# Values that do not occur -------------------------------------------------------------------------


def refuse_unseen(asking: Asking) -> None:
    """Refuse a value that no unit names on any of the days: it is most likely a slip.

    A country counts as seen, and a class of size: that nothing is of it is an answer.

    Raises
    ------
    UnknownName
        With what may be meant.
    """
    question = asking.question
    conditions = (question.share, question.minus, question.total, question.among)
    named = [
        (attribute, value)
        for condition in conditions
        if condition
        for attribute, held in condition.values.items()
        for value in sorted(held)
        if not _is_known(attribute, value)
    ]
    for attribute, value in named:
        if not any(value in seen for seen in _seen(asking, attribute)):
            raise UnknownName(_unseen(attribute, value, set().union(*_seen(asking, attribute))))


def _seen(asking: Asking, attribute: str) -> Iterator[set[str]]:
    """The values that units name on each day."""
    for day in asking.days:
        units = asking.units(replace(asking.wanted(day, {}), named={}))
        texts = (text for each in units for text in each.rows[attribute].dropna().unique())
        yield {name for text in texts for name in text.split(BETWEEN)}


def _is_known(attribute: str, value: str) -> bool:
    """Whether it is a value even where no unit has it."""
    if attribute in COUNTRIES:
        return value in country_names.iso()
    return attribute == "size" and value in EDGES


def _unseen(attribute: str, value: str, seen: set[str]) -> str:
    """The message for a value that nothing has; a country's name has its code."""
    if attribute in COUNTRIES:
        codes = " or ".join(sorted(country_names.meant(value)))
        meant = f"Did you mean {codes}?" if codes else "Countries are named one by one, such as CN."
        return f"'{value}' is no code of a country. {meant}"
    if attribute == "size":
        return f"'{value}' is no class of size: {CLASSES}."
    return unknown(attribute, value, seen - {""})
