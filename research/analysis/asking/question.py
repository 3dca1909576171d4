"""A question that needs no file: what is asked of which channel, and whether that makes sense."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from research.analysis.asking.given import mistyped
from research.analysis.asking.labels import PREFIX, SHARE, TOP
from research.doubts import EVERY, Where, where
from research.measures.channel import Channel
from research.measures.known_channels import CHANNELS, ORGANISATION
from research.plain import unknown
from research.results import Hypothesis, ResearchError, UnknownName
from research.wording import trimmed

Conditions = Mapping[str, str | Collection[str]]  # attribute -> the value, or several
Alternative = Literal["greater", "less"]
LONGEST, DIGITS = 60, 10  # characters of such a name, and of its code
BETWEEN_FAMILIES = ("origin", ORGANISATION, "family")  # what two channels tell of a family


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, checked.

    Parameters
    ----------
    channels
        One, or two that are set beside each other over the families that both hold.
    share, minus
        The units whose share is asked for, and those whose share is taken off it.
    total
        The units whose amount is asked for.
    rank, top
        The attribute whose values are ranked, and how many of them.
    among
        The units that are the whole.
    over_time
        Whether on all days that compare.
    on
        A day, or its beginning; by default the last one.
    window
        Days of which are counted; ``None`` as the channel does by itself.
    ratio
        Whether the first of two channels is divided by the second.
    more_than, less_than
        The threshold of the verdict.

    Raises
    ------
    ResearchError
        If it makes no sense, with the reason.
    """

    channels: tuple[str, ...]
    share: Where | None = None
    minus: Where | None = None
    total: Where | None = None
    rank: str = ""
    top: int = TOP
    among: Where = EVERY
    over_time: bool = False
    on: str = ""
    window: int | Literal["all"] | None = None
    ratio: bool = False
    more_than: float | None = None
    less_than: float | None = None

    def __post_init__(self) -> None:
        if sentence := mistyped(self):
            raise ResearchError(sentence)
        for name in self.channels:
            if name not in CHANNELS:
                raise UnknownName(unknown("channel", name, CHANNELS))
        for sentence in (reason(self) for reason in (_nonsense, _out_of_place)):
            if sentence:
                raise ResearchError(sentence)
        for name in self.channels:
            for attribute in self.attributes:
                tells(CHANNELS[name], attribute)

    @property
    def channel(self) -> Channel:
        """The channel, or the first of two."""
        return CHANNELS[self.channels[0]]

    @property
    def attributes(self) -> tuple[str, ...]:
        """All that it names of the units."""
        conditions = (self.share, self.minus, self.total, self.among)
        named = (name for condition in conditions if condition for name in condition.values)
        return tuple(dict.fromkeys([*named, *([self.rank] if self.rank else [])]))

    @property
    def named(self) -> dict[str, frozenset[str]]:
        """The values that it names, by attribute."""
        values: dict[str, frozenset[str]] = {}
        for condition in (self.share, self.minus, self.total, self.among):
            for name, held in condition.values.items() if condition else ():
                values[name] = values.get(name, frozenset()) | held
        return values

    @property
    def label(self) -> str:
        """The estimate in words."""
        if self.rank:
            return f"{self.rank} by {self.weighs[0]}{self._among}"
        if self.total:
            return f"{self.weighs[0]}, {in_words(self.total)}{self._among}"
        minus = f" minus {in_words(self.minus)}" if self.minus else ""
        compared = (" over " if self.ratio else " minus ").join(map(SHARE.format, self.weighs))
        return f"{compared}, {in_words(self.share or EVERY)}{minus}{self._among}"

    def label_of(self, part: Where, weighs: str) -> str:
        """The label of one of the shares that it is made of."""
        return f"{SHARE.format(weighs)}, {in_words(part)}{self._among}"

    @property
    def weighs(self) -> tuple[str, ...]:
        """What its channels count: of two, which may count the same, their names."""
        return self.channels if len(self.channels) > 1 else (self.channel.weighs,)

    @property
    def title(self) -> str:
        """The question as a sentence."""
        weighs, *others = (f"the {name}" for name in self.channels)
        if self.rank:
            asks = f"Which values of {self.rank} have most of {weighs}"
        elif self.total:
            asks = f"How much of {weighs} is of {in_words(self.total)}"
        else:
            minus = f", minus the share of {in_words(self.minus)}" if self.minus else ""
            asks = f"What share of {weighs} has {in_words(self.share or EVERY)}{minus}"
            asks += f", beside the share of {others[0]}" if others else ""
        return f"{asks}{self._among}?"

    @property
    def unit(self) -> str:
        """Of the estimate."""
        (first, *_), several = self.weighs, len(self.channels) > 1
        if self.ratio:
            return "ratio of shares"
        if self.total:
            return first
        return f"difference in share of {first}" if self.minus or several else f"share of {first}"

    @property
    def name(self) -> str:
        """Of its result: the same question has the same name, another one has another.

        Words tell a reader what is asked, and a code all that words leave out.
        """
        parts: dict[str, object] = {
            "": self.on,
            "window": self.window,
            "over": "time" if self.over_time else None,
        }
        given = zip(("more than", "less than"), self._thresholds, strict=True)
        parts |= {name: trimmed(each) for name, each in given if each is not None}
        parts |= {"top": self.top if self.rank else None}
        words = (f"{name} {value}" for name, value in parts.items() if value not in (None, ""))
        text = " ".join([self.label, *words])
        plain = re.sub(r"[^a-z0-9]+", "_", text.lower())[:LONGEST].strip("_")
        return f"{PREFIX}{plain}_{self._code}"

    @property
    def _code(self) -> str:
        """Of all that is asked, in whatever order it was given."""
        conditions = {
            "share": self.share, "minus": self.minus, "total": self.total, "among": self.among,
        }  # fmt: skip
        given = {name: _sorted(each) for name, each in conditions.items() if each}
        thresholds = [None if each is None else float(each) for each in self._thresholds]
        parts = [
            self.channels, given, self.rank, int(self.top) if self.rank else 0, self.over_time,
            self.on, self.window and str(self.window), self.ratio, thresholds,
        ]  # fmt: skip
        return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:DIGITS]

    @property
    def _thresholds(self) -> tuple[float | None, float | None]:
        return self.more_than, self.less_than

    def hypothesis(self) -> Hypothesis | None:
        """What its estimate is compared with: a difference or a ratio with equality by itself."""
        source = "the question itself"
        if self.less_than is not None:
            return self._compared("less", self.less_than, source)
        if self.more_than is not None:
            return self._compared("greater", self.more_than, source)
        if self.rank or self.total or not (self.minus or len(self.channels) > 1):
            return None
        return self._compared("greater", float(self.ratio), "equality, as no threshold was given")

    def _compared(self, alternative: Alternative, null: float, source: str) -> Hypothesis:
        return Hypothesis(
            estimand=self.label,
            null=null,
            null_source=source,
            alternative=alternative,
            role="own question",
        )

    @property
    def _among(self) -> str:
        return f", among {in_words(self.among)}" if self.among.values else ""


def in_words(condition: Where) -> str:
    """A condition as it is printed.

    Examples
    --------
    >>> in_words(where(origin=["CN", "HK"], task="text-generation"))
    'origin CN or HK and task text-generation'
    """
    parts = (f"{name} {' or '.join(sorted(held))}" for name, held in condition.values.items())
    return " and ".join(parts)


def condition(what: str, given: Conditions | None) -> Where | None:
    """A condition as somebody gives it.

    Parameters
    ----------
    what
        Which part of the question it is, for a message.
    given
        From attributes to the value, or to several of which any will do.

    Raises
    ------
    ResearchError
        It is no mapping from names to texts.
    """
    if given is None:
        return None
    if not isinstance(given, Mapping) or not given:
        raise ResearchError(
            f"'{what}' wants attributes with their values, such as {{'origin': 'CN'}}; found "
            f"{given!r}."
        )
    held = {name: [each] if isinstance(each, str) else each for name, each in given.items()}
    for name, values in held.items():
        texts = isinstance(values, Collection) and all(isinstance(each, str) for each in values)
        if not (isinstance(name, str) and texts and values and all(values)):
            raise ResearchError(
                f"'{what}' wants a text as the value of {name!r}, or several; found {values!r}."
            )
    return where(**dict(sorted(held.items())))


def _sorted(condition: Where) -> dict[str, list[str]]:
    return {name: sorted(held) for name, held in condition.values.items()}


def tells(channel: Channel, attribute: str) -> None:
    """Refuse an attribute that a channel does not tell, with the reason where there is one."""
    if not isinstance(attribute, str):
        raise ResearchError(
            f"An attribute of {channel.name} is a text such as 'origin'; found {attribute!r}."
        )
    if attribute in channel.attributes:
        return
    if attribute in channel.lacks:
        raise ResearchError(
            f"The {channel.name} cannot be asked by {attribute}: {channel.lacks[attribute]}. They "
            f"tell: {', '.join(sorted(channel.attributes))}."
        )
    raise UnknownName(unknown(f"attribute of {channel.name}", attribute, channel.attributes))


# What makes no sense ------------------------------------------------------------------------------


def _nonsense(asked: Question) -> str:
    """Why the parts of a question do not go together; empty where they do."""
    kinds = [name for name in ("share", "total", "rank") if getattr(asked, name)]
    if not 1 <= len(asked.channels) <= 2 or len(set(asked.channels)) < len(asked.channels):
        return "A question is about one channel or about two different ones: " + ", ".join(CHANNELS)
    if len(kinds) != 1:
        given = f"found {' and '.join(kinds)}" if kinds else "none is given"
        return f"A question asks for one of share, sum and rank; {given}. Example: {EXAMPLE}"
    if asked.minus and not asked.share:
        return "'minus' takes a share off another one: give 'share' too."
    if sentence := _certain_anyway(asked):
        return sentence
    if named := [*_named(asked.total) & _named(asked.among)]:
        return (
            f"'sum' and 'among' both name {sorted(named)[0]}, and a sum is of what is as both say: "
            "name it once. A part of that whole is asked for by share."
        )
    if asked.over_time and asked.rank:
        return (
            "A rank over time has no course: other values lead on each day. Ask for the share of "
            "one value over time, or for the ranks of one day."
        )
    if asked.over_time and asked.on:
        return "A question is asked over time or on one day: leave one of them out."
    if asked.ratio and len(asked.channels) == 1:
        return (
            "A ratio sets one channel over another: name two, such as downloads pulls. Two groups "
            "of one channel are compared by minus."
        )
    if asked.ratio and asked.minus:
        return "A ratio of two differences has no meaning where one of them may be nothing."
    return _nonsense_of_two(asked) if len(asked.channels) == 2 else ""


def _certain_anyway(asked: Question) -> str:
    """Why no data are needed for an answer; empty where they are."""
    if asked.share and asked.share == asked.minus:
        return "'share' and 'minus' name the same models: their difference is nothing."
    share = asked.share.values if asked.share else {}
    among = asked.among.values
    if share and all(name in among and among[name] <= held for name, held in share.items()):
        return (
            f"All that is among {in_words(asked.among)} is as 'share' says: leave out 'among', or "
            "ask for a part of it."
        )
    if apart := [name for name in share if name in among and not among[name] & share[name]]:
        return f"Nothing that is among {in_words(asked.among)} has the {apart[0]} of 'share'."
    return ""


def _named(condition: Where | None) -> set[str]:
    return set(condition.values) if condition else set()


def _nonsense_of_two(asked: Question) -> str:
    if not asked.share:
        return "Two channels count different acts: shares of them compare, sums and ranks do not."
    if asked.minus:
        return (
            "Two channels are compared by one share: leave out minus, and ask for the share of "
            "each group, or for the difference in each channel by itself."
        )
    others = [name for name in asked.attributes if name not in BETWEEN_FAMILIES]
    if others:
        return (
            "Two channels are set beside each other family by family, and of a family both know "
            f"{', '.join(BETWEEN_FAMILIES)}; found {others[0]}. Ask each channel by itself."
        )
    hosts = " Hosts stand beside both in 'research show over_representation'."
    hosts = hosts if {"hosts", "listings"} & {*asked.channels} else ""
    if "pulls" not in asked.channels or not {"downloads", "catalogue"} & {*asked.channels}:
        return (
            "Families are names of the Ollama library: one of two channels is pulls, the other "
            f"downloads or catalogue.{hosts}"
        )
    if asked.over_time:
        return "Two channels are set beside each other on one day, which both have: leave out time."
    return ""


def _out_of_place(asked: Question) -> str:
    """A number that means nothing here; empty where all do."""
    given = [each for each in asked._thresholds if each is not None]
    if len(given) == 2:
        return "A question has one threshold: give 'more than' or 'less than'."
    if given and asked.total and 0 < given[0] < 1:
        return (
            f"The threshold of a sum is an amount of {asked.weighs[0]}, such as 500000; found "
            f"{trimmed(given[0])}. To compare a part of the whole, ask for it by share."
        )
    if given and asked.rank:
        return "A rank has no threshold: ask for the share of one, with more than or less than."
    low, high = (0.0, 1.0) if asked.unit.startswith("share") else (-1.0, 1.0)
    if given and "share" in asked.unit and not asked.ratio and not low <= given[0] <= high:
        return (
            f"A {asked.unit} lies between {trimmed(low)} and {trimmed(high)}; found "
            f"{trimmed(given[0])}. Write 0.41 or 41%."
        )
    if asked.top < 1:
        return f"At least one value is ranked; found {asked.top}."
    if asked.top != TOP and not asked.rank:
        return "'top' says how many values are ranked: give 'rank' too, such as rank organisation."
    return _window_out_of_place(asked)


def _window_out_of_place(asked: Question) -> str:
    windows = [CHANNELS[name].window for name in asked.channels]
    if asked.window is None:
        return ""
    if any(windows):
        if asked.window != "all" and asked.window < 1:
            return f"A window has at least one day; found {asked.window}."
        return ALL_OVER_TIME if asked.window == "all" and asked.over_time else ""
    counted = asked.channel.counted_days
    days = "day" if counted == 1 else "days"
    return (
        f"The {asked.channel.name} have no windows of one's own: each count is of {counted} {days}."
    )


ALL_OVER_TIME = (
    "All counts since a name exists hold those of every earlier day, so that days overlap: over "
    "time give a window of days, such as 30, or ask for one day."
)
EXAMPLE = "research ask downloads --share origin=CN"
