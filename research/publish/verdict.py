"""The word of a claim: which answers are nearest to it, and what they say together.

Answers differ from a claim in population, measure and date. One is nearer than another if it is at
least as near in all three and nearer in one (dates within 30 days tie; two populations or measures
that are both not the claim's own cannot be compared). The nearest are those to which no other is
nearer. A claim of several parts holds where all parts hold in one population, and fails where one
fails. The word is the first of these that applies:

1. *not identified* or *inconclusive*, where all nearest answers say so;
2. *mixed*, where the nearest answers differ, or the analyses of one part in one population;
3. the word that they share, *fragile* where at most half of the specifications agree with an answer
   or any says the opposite.

Nothing here knows of files, estimates or texts, and file order decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TIE = 30  # days by which two dates may differ and be equally near
HOLDS, FAILS = ("supported", "holds"), ("contradicted", "does not hold")
FIRM = HOLDS + FAILS
MIXED = "mixed"


@dataclass(frozen=True, kw_only=True)
class PartAnswer:
    """One answer to a claim or to a part of it.

    Parameters
    ----------
    index
        Its place among the answers, which decides nothing.
    part
        The part of the claim that it answers; empty where the claim has one only.
    word, is_fragile
        Its verdict, and whether many other ways to compute it say something else.
    population, measure
        Empty where it is the claim's own.
    days
        From the date of the claim's data to that of its own.
    """

    index: int
    word: str
    is_fragile: bool = False
    part: str = ""
    population: str = ""
    measure: str = ""
    days: int = 0


@dataclass(frozen=True, kw_only=True)
class Setting:
    """All that one population and date say of a claim: one answer, or one a part at least."""

    answers: tuple[PartAnswer, ...]
    word: str

    @property
    def population(self) -> str:
        return self.answers[0].population

    @property
    def days(self) -> int:
        return self.answers[0].days

    @property
    def measures(self) -> frozenset[tuple[str, str]]:
        """What of each part is not measured as the claim does."""
        return frozenset((each.part, each.measure) for each in self.answers if each.measure)

    @property
    def is_fragile(self) -> bool:
        """Whether what decides its word is fragile: all parts that hold, or the firmest that fails.

        A claim fails where one part fails, so that one firm failure is enough.
        """
        if self.word in FAILS:
            return all(each.is_fragile for each in self.answers if each.word in FAILS)
        return self.word in HOLDS and any(each.is_fragile for each in self.answers)


@dataclass(frozen=True, kw_only=True)
class ClaimVerdict:
    """The word of a claim with what it is read off.

    ``nearest`` are the settings to which no other is nearer.
    """

    word: str
    is_fragile: bool
    nearest: tuple[Setting, ...]

    @property
    def places(self) -> frozenset[int]:
        """Which of the answers decide."""
        return frozenset(each.index for setting in self.nearest for each in setting.answers)


def judge_claim(answers: Sequence[PartAnswer], parts: Sequence[str] = ()) -> ClaimVerdict:
    """The verdict on a claim from its answers.

    Parameters
    ----------
    answers
        All answers to it; those of no part are left out where the claim has ``parts``.
    parts
        What the claim says, where it says several things.

    Examples
    --------
    >>> far = PartAnswer(index=0, word="holds", population="a list", days=400)
    >>> near = PartAnswer(index=1, word="does not hold", population="a list", days=10)
    >>> judge_claim([far, near]).word
    'does not hold'
    >>> other = PartAnswer(index=2, word="holds", population="a catalogue", days=10)
    >>> judge_claim([far, near, other]).word
    'mixed'
    """
    settings = list(_settings(answers, parts))
    nearest = tuple(undominated(settings))
    word = shared([setting.word for setting in nearest])
    fragile = word != MIXED and any(setting.is_fragile for setting in nearest)
    return ClaimVerdict(word=word, is_fragile=fragile, nearest=nearest)


def undominated(settings: Sequence[Setting]) -> Iterator[Setting]:
    """The settings to which no other is nearer to the claim."""
    for setting in settings:
        if not any(is_nearer(other, setting) for other in settings):
            yield setting


def is_nearer(one: Setting, other: Setting) -> bool:
    """At least as near in population, measure and date, and nearer in one of them.

    >>> own, later = (
    ...     Setting(answers=(PartAnswer(index=0, word="holds", days=days),), word="")
    ...     for days in (0, 31)
    ... )
    >>> is_nearer(own, later), is_nearer(later, own)
    (True, False)
    """
    as_near = (
        not one.population or one.population == other.population,
        one.measures <= other.measures,
        one.days <= other.days + TIE,
    )
    nearer = (
        not one.population and bool(other.population),
        one.measures < other.measures,
        one.days < other.days - TIE,
    )
    return all(as_near) and any(nearer)


def _settings(answers: Sequence[PartAnswer], parts: Sequence[str]) -> Iterator[Setting]:
    if not parts:
        for answer in answers:
            yield Setting(answers=(answer,), word=answer.word)
        return
    relevant = [answer for answer in answers if answer.part in parts]
    groups: dict[tuple[str, int], list[PartAnswer]] = {}
    for answer in relevant:
        groups.setdefault((answer.population, answer.days), []).append(answer)
    made = [_together(group, parts) for group in groups.values()]
    whole = [setting for setting in made if setting is not None]
    yield from whole or [_incomplete(group) for group in groups.values()]


def _together(group: Sequence[PartAnswer], parts: Sequence[str]) -> Setting | None:
    """What one population says of all parts; nothing where it lacks a part and none fails."""
    chosen = {part: _of_part(group, part) for part in parts}
    words = [shared([one.word for one in answers]) for answers in chosen.values() if answers]
    complete = all(chosen.values())
    if not complete and not set(words) & set(FAILS):
        return None
    answers = tuple(answer for part in chosen.values() for answer in part)
    return Setting(answers=answers, word=combined(words))


def _incomplete(group: Sequence[PartAnswer]) -> Setting:
    """Where no population answers all parts, nothing follows for the claim from one of them."""
    return Setting(answers=tuple(group), word="not identified")


def _of_part(group: Sequence[PartAnswer], part: str) -> list[PartAnswer]:
    """The answers of a part in one population that are measured as the claim does, or all."""
    mine = [answer for answer in group if answer.part == part]
    return [answer for answer in mine if not answer.measure] or mine


def shared(words: Sequence[str]) -> str:
    """The word that answers share; of two that say the same, the one that claims less.

    >>> shared(["supported", "supported"]), shared(["supported", "holds"]), shared(["holds", "?"])
    ('supported', 'holds', 'mixed')
    """
    for same, elsewhere in (HOLDS, FAILS):
        if set(words) <= {same, elsewhere}:
            return elsewhere if elsewhere in words else same
    return words[0] if len(set(words)) == 1 else MIXED


def combined(words: Sequence[str]) -> str:
    """The word of a claim from the words of its parts in one population.

    >>> combined(["holds", "does not hold"]), combined(["holds", "not identified"])
    ('does not hold', 'not identified')
    >>> combined(["supported", "supported"]), combined(["supported", "holds"])
    ('supported', 'holds')
    """
    for word in ("contradicted", "does not hold", "not identified", MIXED, "inconclusive", "holds"):
        if word in words:
            return word
    return "supported"
