"""A question is answered as an analysis is: by a sample, estimates and the runner."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from research import datasets
from research.analysis.asking.given import refuse_other_data
from research.analysis.asking.labels import OF_HOMES, OTHERWISE
from research.analysis.asking.placing import drawn_as
from research.analysis.asking.question import Question, in_words
from research.analysis.asking.ranks import left_out, ranks
from research.analysis.asking.tipping import tipping_points
from research.analysis.declare import BELIEFS, Analysis, Choice, Sample
from research.analysis.running import SEED, run
from research.doubts import (
    EVERY,
    Asked,
    Coarse,
    Gap,
    Representation,
    Share,
    Sum,
    Where,
    where,
)
from research.doubts.questions import ShareIn
from research.doubts.simulating import Drawn
from research.estimators.budget import budget
from research.measures.channel import Channel, Wanted, few
from research.measures.channels import SAME_ACT, over_families
from research.measures.hub import hub_downloads
from research.measures.known_channels import (
    CHANNELS,
    HOME,
    HOMES,
    ORGANISATION,
    Downloads,
    common_size,
)
from research.measures.publishers import kept_at_hugging_face, library_publishers
from research.plain import unknown
from research.results import (
    Assumption,
    BudgetRow,
    Deferred,
    Estimate,
    Hypothesis,
    Provenance,
    ResearchError,
    Result,
    UnknownName,
)
from research.wording import CONVENTIONS

if TYPE_CHECKING:
    import pandas as pd

SHARED = where(shared="yes")
REPOSITORIES, NAMES = "model_crosswalk_repositories", "model_crosswalk_names"


@dataclass(frozen=True)
class Asking:
    """A question with the tables that it is asked of.

    Parameters
    ----------
    question
        What is asked.
    data
        What stands in for a table or dataset, as :func:`research.run` takes it.
    believed
        What stands in for the table of beliefs, which no channel reads.
    """

    question: Question
    data: Mapping[str, datasets.Given]
    believed: Mapping[str, datasets.Given] = field(default_factory=dict)

    @classmethod
    def of(cls, question: Question, data: Mapping[str, datasets.Given] | None) -> Asking:
        """A question with all that is given in place of tables.

        Raises
        ------
        ResearchError
            It is not given by the names of tables.
        """
        refuse_other_data(data)
        given = {**(data or {})}
        beliefs = {name: given.pop(name) for name in [BELIEFS] if name in given}
        return cls(question, given, beliefs)

    # What it reads --------------------------------------------------------------------------------

    @cached_property
    def sources(self) -> dict[str, datasets.Source]:
        """Where each table is read from; other data for a table of days are asked alone."""
        asked = self._channels
        for reason in (each.alone for each in asked if self.data and each.alone):
            raise ResearchError(f"Nothing can stand in for these tables: {reason}.")
        wanted = [table for each in asked for table in each.needs(self.question.attributes)]
        wanted += [REPOSITORIES] if len(asked) == 2 else []
        chosen = datasets.sources(dict.fromkeys(wanted), self.data)
        own = datasets.sources(chosen, {})
        missing = [name for name, source in chosen.items() if source is None]
        for each in asked:
            given = {name for name in each.dated if chosen[name] and chosen[name] != own[name]}
            left_out = set(each.dated) - given if given else set()
            if not {name for name in each.dated if chosen[name]} or set(missing) & set(each.tables):
                raise ResearchError(
                    f"The {each.name} need the tables {', '.join((*each.dated, *each.tables))}, "
                    f"and what was chosen ({datasets.told(self.data)}) lacks {', '.join(missing)}."
                )
            chosen = {name: each for name, each in chosen.items() if name not in left_out}
        return {name: source for name, source in chosen.items() if source is not None}

    @cached_property
    def tables(self) -> dict[str, Any]:
        """The tables; one of any size is open, to be asked, where the channel can."""
        alone = len(self.question.channels) == 1 and self.question.channel.any_size
        dated = self.question.channel.dated if alone else ()
        return {
            name: source.open() if name in dated else source.load()
            for name, source in self.sources.items()
        }

    @property
    def used(self) -> list[str]:
        """The tables that an answer reads: of those that hold days, the ones that are asked."""
        dated = {name for each in self._channels for name in each.dated}
        asked = {each.table_of(self.tables, day) for each in self._channels for day in self.days}
        return [name for name in self.sources if name not in dated or name in asked]

    @cached_property
    def window(self) -> int | None:
        """The days that are counted."""
        if self.question.window == "all":
            return None
        usual = next((each.window for each in self._channels if each.window), None)
        return self.question.window or usual

    @property
    def _channels(self) -> list[Channel]:
        return [CHANNELS[name] for name in self.question.channels]

    # Its days -------------------------------------------------------------------------------------

    @cached_property
    def days(self) -> list[str]:
        """The days that are asked, the last one first."""
        known = self._known_days
        if not self.question.over_time:
            return [self._chosen(known)]
        channel = self.question.channel
        if channel.no_series:
            raise ResearchError(f"No question over time: {channel.no_series}. Ask for one day.")
        if self.question.total and channel.no_sum:
            raise ResearchError(f"No sums over time: {channel.no_sum}. Ask for a share.")
        days = channel.apart(self._recorded(known), self.window)
        if len(days) < 2:
            raise ResearchError(
                f"Over time needs two days whose counts do not overlap, and {channel.name} have "
                f"{few(known)}."
            )
        return days[::-1]

    def _recorded(self, days: Sequence[str]) -> list[str]:
        """The days on which something is told of every attribute that is named."""
        asked = self.question.attributes
        return [
            day
            for day in days
            if all(each.records(self.tables, day, a) for each in self._channels for a in asked)
        ]

    @cached_property
    def size(self) -> int | None:
        """The length to which the lists of several days are cut."""
        if not self.question.over_time:
            return None
        return common_size(self.question.channel, self.tables, self.days)

    @cached_property
    def _known_days(self) -> list[str]:
        """The days that every channel has, with the window that is asked."""
        each = [set(channel.days(self.tables)) for channel in self._channels]
        known = sorted(set.intersection(*each))
        for channel in self._channels:
            days = set(channel.days(self.tables))
            known = [day for day in known if channel.can_count(days, day, self.window)]
        if not known:
            have = "; ".join(
                f"{channel.name}: {few(channel.days(self.tables))}" for channel in self._channels
            )
            counted = f", with the {self.window} days before it" if self.window else ""
            raise ResearchError(f"There is no day for this question{counted}. {have}.")
        return known

    def _chosen(self, known: Sequence[str]) -> str:
        """The last day that begins as is asked."""
        days = [day for day in known if day.startswith(self.question.on)]
        if not days:
            names = " and ".join(self.question.channels)
            window = f", each with the {self.window} days before it" if self.window else ""
            raise ResearchError(
                f"No day of {names} begins with '{self.question.on}'. They have{window}: "
                f"{few(known)}.{self._near(known)}"
            )
        day = days[-1]
        for name in self.question.attributes:
            if not all(each.records(self.tables, day, name) for each in self._channels):
                raise ResearchError(
                    f"No {name} was recorded on {day}. Ask for a later day: {few(known)}."
                )
        return day

    def _near(self, known: Sequence[str]) -> str:
        """The days before and after the one that is not there, and why there are no others."""
        place = bisect(known, self.question.on)
        is_day = re.match(r"\d{4}(-|$)", self.question.on)
        near = known[max(place - 1, 0) : place + 1] if is_day else []
        hints = [f" The nearest: {' and '.join(near)}."] if len(known) > len(near) > 0 else []
        hints += [] if is_day else [f" Days are written as {known[-1]}, months as {known[-1][:7]}."]
        return "".join([*hints, *(f" {each.no_day}." for each in self._channels if each.no_day)])

    # Its units ------------------------------------------------------------------------------------

    def wanted(self, day: str, choices: Mapping[str, str]) -> Wanted:
        """What is needed of a channel on a day."""
        return Wanted(
            day=day,
            window=self.window,
            size=self.size,
            by=self.question.attributes,
            choices=choices,
            named=self.question.named,
        )

    def units(self, wanted: Wanted) -> tuple[Coarse, ...]:
        """The units of its channel, or those of both over the families that both hold."""
        if len(self.question.channels) == 1:
            return (self.question.channel.units(self.tables, wanted),)
        (other,) = (each for each in self._channels if isinstance(each, Downloads))
        origins = self.tables["publisher_origins"]
        if wanted.choices.get(HOME) == HOMES[1]:
            origins = kept_at_hugging_face(origins)
        tables = {**self.tables, "publisher_origins": origins}
        pulled = CHANNELS["pulls"].units(tables, wanted)
        models = other.listed(self.tables, wanted)
        listed = hub_downloads(models, origins, families=self.tables[REPOSITORIES])
        library = library_publishers(self.tables[NAMES], origins)
        pair = dict(zip(("pulls", other.name), over_families(pulled, listed, library), strict=True))
        return tuple(_among(pair[name], SHARED) for name in self.question.channels)

    def population(self, wanted: Wanted) -> str:
        """Of whom the answer speaks."""
        populations = [each.population(self.tables, wanted) for each in self._channels]
        among = self.question.among
        if self.question.rank and among.values:
            return f"{populations[0]}, those with {in_words(among)}"
        if len(populations) == 1:
            return populations[0]
        return f"the families that {populations[0]} and {populations[1]} both hold"

    # Its answer -----------------------------------------------------------------------------------

    def analysis(self) -> Analysis:
        """The question as the runner takes it."""
        hypothesis = self.question.hypothesis()
        return Analysis(
            name=self.question.name,
            path=Path(__file__),
            module=SimpleNamespace(  # type: ignore[arg-type]
                __doc__=f"{self.question.title}\n\n{self.about}",
                sample=self._sampler(),
                estimate=self.estimates,
            ),
            declared=tuple(self._choices()),
            hypotheses={self.question.label: hypothesis} if hypothesis else {},
            settled=(),
            believed=self.believed,
        )

    def _choices(self) -> Iterator[Choice]:
        if self.question.over_time:
            yield Choice(name="day", values=tuple(self.days), is_estimand=True, of="sample")
        for channel in self._channels:
            for name, values in channel.choices.items():
                if len(self._channels) == 1 or channel.name == "pulls" or name == HOME:
                    yield Choice(name=name, values=values, is_estimand=False, of="sample")

    def refuse_other_choices(self, given: Mapping[str, Any]) -> None:
        """Refuse a choice, or a value of one, that the channels do not have.

        Raises
        ------
        UnknownName
            With those that there are.
        """
        known = {each.name: each.values for each in self._choices()}
        names = " and ".join(self.question.channels)
        for name, value in given.items():
            if not known:
                raise UnknownName(f"The {names} have no choices: leave out '{name}'.")
            if name not in known:
                raise UnknownName(unknown(f"choice of {names}", name, known))
            if value not in known[name]:
                raise UnknownName(unknown(f"value of the choice {name}", str(value), known[name]))

    def _sampler(self) -> Callable[..., Sample]:
        def sample(*, day: str = self.days[0], **choices: str) -> Sample:
            return self.sample(day, choices)

        return sample

    def sample(self, day: str, choices: Mapping[str, str]) -> Sample:
        """What an answer is estimated from."""
        wanted = self.wanted(day, choices)
        return Sample(
            population=self.population(wanted),
            as_of=day,
            data={"units": self.units(wanted)},
            tables={OTHERWISE: lambda: self._otherwise(day, choices)} if self._has_homes else {},
            elsewhere=True,  # population and day are those of the tables that are read
        )

    @property
    def _has_homes(self) -> bool:
        """Whether it matters whom a model belongs to, and the channel leaves a choice."""
        known = {each.name for each in self._choices()}
        bears = {"origin", ORGANISATION} & set(self.question.attributes)
        return bool(bears and known & set(OF_HOMES)) and not self.question.rank

    def _otherwise(self, day: str, choices: Mapping[str, str]) -> pd.DataFrame:
        """What is asked under each convention of whom a model belongs to that is not the usual."""
        import pandas as pd

        known = {each.name: each.values for each in self._choices() if each.name in OF_HOMES}
        rows = []
        for (name, value), convention in CONVENTIONS.items():
            if value in known.get(name, ()) and choices.get(name) != value:
                units = self.units(self.wanted(day, {**choices, name: value}))
                for label, asked, _ in _asked(self.question, units):
                    rows.append((label, convention, *asked.bounds()))
        return pd.DataFrame(rows, columns=["estimate", "convention", "low", "high"])

    @property
    def about(self) -> str:
        """Which days are asked, and which are left out."""
        if not self.question.over_time:
            return ""
        recorded = self._recorded(self._known_days)
        silent = [day for day in self._known_days if day not in recorded]
        overlapping = [day for day in recorded if day not in self.days]
        text = f"Asked of {len(self.days)} days: {few(self.days[::-1])}."
        if overlapping:
            text += f" Left out, as their counts overlap with later ones: {few(overlapping)}."
        if silent:
            named = " or ".join(self.question.attributes)
            text += f" Left out, as no {named} was recorded: {few(silent)}."
        return text

    def estimates(self, sample: Sample) -> Iterator[Estimate]:
        """What is asked, and the shares that it is made of."""
        units = sample["units"]
        if self.question.rank:
            yield from ranks(self.question, units[0], self.assumptions)
            return
        drawn_within = self.question.channel.left_out
        for label, asked, unit in _asked(self.question, units):
            hypothesis = self.question.hypothesis() if label == self.question.label else None
            drawn = drawn_as(asked, label, drawn_within)
            n = _possible(_first_units(asked), self.question.among)
            yield _told(asked, label, unit, self.assumptions, hypothesis, n, drawn)

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """What is assumed of the channels and of the attributes that are named."""
        named = self.question.attributes
        assumed = [one for each in self._channels for one in each.assumptions]
        assumed += [
            each.of_attributes[name]
            for each in self._channels
            for name in named
            if name in each.of_attributes
        ]
        assumed += [SAME_ACT] if len(self._channels) == 2 else []
        return tuple(dict.fromkeys(assumed))


def answer(
    asking: Asking, choices: Mapping[str, Any], done: Callable[[], None] = lambda: None
) -> Result:
    """The result of a question."""
    asking.refuse_other_choices(choices)
    result = run(asking.analysis(), fixed=choices, done=done)
    mine = {name: asking.sources[name].origin for name in asking.used}
    tables = {**mine, **result.provenance.tables}
    return replace(result, path="", provenance=Provenance(seed=SEED, tables=tables))


# Estimates ----------------------------------------------------------------------------------------


def _among(units: Coarse, wanted: Where) -> Coarse:
    return units.among(units.holds(wanted, ())[0])


def _asked(question: Question, units: Sequence[Coarse]) -> Iterator[tuple[str, Asked, str]]:
    """What is asked, then the shares that it is made of: each with its label and unit."""
    if question.total:
        yield question.label, _sum(question, units[0]), question.unit
        return
    of, minus, among = question.share or EVERY, question.minus, question.among
    sides = [Share(of=of, minus=minus, among=among).in_(each) for each in units]
    yield question.label, _compared(question, sides), question.unit
    if len(units) == 2:
        for name, side in zip(question.channels, sides, strict=True):
            yield question.label_of(of, name), side, f"share of {name}"
    elif minus:
        for part in (of, minus):
            share, weighs = Share(of=part, among=among).in_(units[0]), question.weighs[0]
            yield question.label_of(part, weighs), share, f"share of {weighs}"


def _compared(question: Question, sides: Sequence[ShareIn]) -> Asked:
    if len(sides) == 1:
        return sides[0]
    first, second = sides
    if question.ratio:
        return Representation(first.units, second.units, question.share or EVERY)
    return Gap(first, second, paired=True)


def _sum(question: Question, units: Coarse) -> Sum:
    total = question.total or EVERY
    return Sum(units, replace(total, values={**total.values, **question.among.values}))


def _told(
    asked: Asked,
    label: str,
    unit: str,
    assumptions: Sequence[Assumption],
    hypothesis: Hypothesis | None,
    n: int,
    drawn: Drawn | None,
) -> Estimate:
    return asked.estimate(
        drawn=drawn,
        label=label,
        unit=unit,
        n=float(n),
        n_unit=_first_units(asked).unit,
        assumptions=tuple(assumptions),
        budget=Deferred(lambda: budget(*_rows(asked))),
        tipping_points=Deferred(lambda: tipping_points(asked, hypothesis) if hypothesis else ()),
    )


def _possible(units: Coarse, among: Where) -> int:
    """How many units may be of the whole."""
    return units.size(units.holds(among)[1])


def _first_units(asked: Any) -> Coarse:
    """The units that are asked, or those of the first of two channels."""
    while not isinstance(asked, Coarse):
        asked = asked.units if hasattr(asked, "units") else asked.first
    return asked


def _rows(asked: Asked) -> list[BudgetRow]:
    if ORGANISATION not in _first_units(asked).rows:
        return asked.budget()
    return [*asked.budget(), *(asked.drawn(ORGANISATION) or left_out(asked))]
