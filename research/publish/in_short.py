"""An answer in one sentence that is right when quoted alone; ``quotable`` has all the others.

It says the word and in which setting, what was measured of whom and when, what came out and what
is needed. Of several answers one for each side stands for the others, which are counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from research import wording
from research.publish.claims import ClaimAnswer
from research.publish.judged import JudgedEstimate, moves, one_changed, tally
from research.publish.verdict import FAILS, FIRM, HOLDS, MIXED
from research.results import Settled
from research.wording import CONVENTIONS, capital, listed

GLOSS = {  # of words that say nothing to whoever does not know the rule
    "not identified": ", the data cannot tell",
    "inconclusive": ", the data are too few to tell",
}
ELSEWHERE = {  # where an answer is not on the claim's own terms
    "same": "",
    "earlier date": " at an earlier date",
    "later date": " at a later date",
    "other population": " in another population",
    "other measure": " by another measure",
}
COUNTED = {  # what a channel counts is not who uses models
    "deployments": "Counted where hosts stand, not by user.",
    "downloads": "Counted by publisher, not by user.",
    "tokens": "Counted by maker, not by user.",
}
SAYS = {  # what one answer, and what several, do to a claim
    "supported": ("supports it", "support it"),
    "holds": ("holds", "hold"),
    "contradicted": ("contradicts it", "contradict it"),
    "does not hold": ("does not hold", "do not hold"),
    "not identified": ("cannot tell", "cannot tell"),
    "inconclusive": ("is too small to tell", "are too small to tell"),
    MIXED: ("is mixed", "are mixed"),
}
DIFFERENCE = "China minus US"
LONG = 10  # words of a population: a question that names its list may say it instead
HOMES = ("sentence_transformers", "kept_at")  # of a family that one country made, another keeps


def in_short(answer: ClaimAnswer) -> str:
    """The answer to a claim in one sentence to quote, and what its channel counts.

    Examples
    --------
    >>> open_ = Settled(claim="a/b", word="not testable", reason="no threshold: what is many?")
    >>> in_short(ClaimAnswer(claim={"claim_id": "a/b"}, source={}, settled=open_))
    'Not testable: the claim sets no threshold, so that no number can bear it out or refute it.'
    """
    if answer.verdict is None:
        return headline(answer)
    if answer.alone:
        sentence = compared(answer.alone)
    else:
        sentence = _mixed(answer) if answer.verdict.word == MIXED else _least_sure(answer)
    return f"{sentence} {COUNTED.get(answer.claim.get('level', ''), '')}".strip()


def headline(answer: ClaimAnswer) -> str:
    """The same, above what says of whom and when: of several answers how many say what."""
    if answer.alone:
        return compared(answer.alone, place=False)
    if answer.verdict:
        return f"{capital(answer.word)}{GLOSS.get(answer.word, '')}: {_together(answer)}."
    return settling(answer.settled) if answer.settled else ""


def compared(item: JudgedEstimate, *, place: bool = True) -> str:
    """The word, what was measured, what came out and what is needed; the unit is said once."""
    if not place:
        return (
            f"{capital(item.said)}{GLOSS.get(item.word, '')}: {_estimand(item)}, {_needed(item)}."
        )
    ways = f" ({item.agreement} ways agree)" if item.is_fragile else ""
    return f"{_lead(item, item.word, item.is_fragile)}{ways}. {capital(_measured(item))}"


def _lead(item: JudgedEstimate, word: str, fragile: bool) -> str:
    """The word, the setting it holds in, and whether it is fragile."""
    elsewhere = ELSEWHERE[item.hypothesis.scope] if item.hypothesis.claims and word in FIRM else ""
    return f"{capital(word)}{elsewhere}{', fragile' * fragile}{GLOSS.get(word, '')}"


def _measured(item: JudgedEstimate) -> str:
    """What was measured, what came out, of whom, what is needed and on which condition."""
    condition = f", if {listed(item.conditions)}" if item.conditions else ""
    home = f"; {other}" if (other := _other_home(item)) else ""
    clause = f"{_levels(item)}{_needed(item, of_whom(item))}{condition}{home}"
    return f"{_estimand(item)}: {clause}."


def _needed(item: JudgedEstimate, place: str = "") -> str:
    """What came out and what is needed."""
    unit = item.estimate.unit
    needs = item.needs.removesuffix(f" {unit}").removesuffix(" percentage points")
    who = "the claim" if item.hypothesis.claims else "it"
    return f"{item.amount}{place}, where {who} needs {needs}"


def _estimand(item: JudgedEstimate) -> str:
    """What was measured, without the population, which is told beside it."""
    return item.hypothesis.estimand.removesuffix(f", among {item.answer.population}")


def of_whom(item: JudgedEstimate) -> str:
    """Population and date, in brackets."""
    return f" ({item.answer.population}, {item.answer.as_of})"


def _levels(item: JudgedEstimate) -> str:
    """Of a difference the two shares that it is of, where the result has them."""
    levels = ", ".join(f"{country} {level.amount}" for country, level in item.levels)
    return f"{levels}; the difference " if levels else ""


# Several answers ----------------------------------------------------------------------------------


def _mixed(answer: ClaimAnswer) -> str:
    """How many of the nearest settings say what, with one of each of two sides."""
    nearest = answer.verdict.nearest if answer.verdict else ()
    words = [setting.word for setting in nearest]
    counts = [f"{words.count(word)} {says[words.count(word) > 1]}"
            for word, says in SAYS.items() if word in words]  # fmt: skip
    both = _two_sides(answer.deciding)
    ends = ", but ".join(_end(item, both) for item in both)
    what = min({_estimand(item) for item in both}, {item.label for item in both}, key=_words)
    named = what.pop().replace(": ", ", ") if len(what) == 1 else ""
    if all(item.levels for item in both):
        named = named.removesuffix(f", {DIFFERENCE}")
    lead = f"{capital(named)}: " if named else ""
    return f"Mixed: of {len(words)} nearest answers {', '.join(counts)}. {lead}{ends}."


def _words(texts: set[str]) -> tuple[int, int]:
    """One text before several, and a short one before a long one."""
    return len(texts), min(len(text.split()) for text in texts)


def _other_home(item: JudgedEstimate) -> str:
    """What comes out with a family in its other home, if that is further off than the set is wide.

    A family that one country made and another keeps is at home in either.
    """
    for other, row in one_changed(item.answer, item.label):
        if other[0] in HOMES and moves(item.estimate.identified, row.bounds):
            return f"{CONVENTIONS[other]} {wording.quantity(row.bounds, item.estimate.unit)}"
    return ""


def _two_sides(estimates: Sequence[JudgedEstimate]) -> tuple[JudgedEstimate, JudgedEstimate]:
    """An answer of each of two sides, both of one thing where they can be.

    Of those of a side one that has levels, and whose population is said in the fewest words.
    """
    one, other = sorted({_side(item.word) for item in estimates})[:2]
    second = min((item for item in estimates if _side(item.word) == other), key=_ease)
    first = [item for item in estimates if _side(item.word) == one]
    return min(first, key=lambda item: (item.label != second.label, _ease(item))), second


def _ease(item: JudgedEstimate) -> tuple[bool, int]:
    return not item.levels, len(item.answer.population.split())


def _end(item: JudgedEstimate, both: Sequence[JudgedEstimate]) -> str:
    """One of the two: what came out, by what it differs from the other, and the other home.

    What both share is said with the first, of their dates with the second.
    """
    amount = wording.entry(item.estimate.identified, item.estimate.unit)
    is_second = item is both[1]
    home = _other_home(item)
    if all(each.levels for each in both):
        amount = ", ".join(f"{country} {level.amount}" for country, level in item.levels)
        home = f"{DIFFERENCE} with {home}" if home else ""
    elif is_second and both[0].estimate.unit == item.estimate.unit:
        amount = amount.removesuffix(" points")
    dates = {each.answer.as_of for each in both}
    day = f", {item.answer.as_of}" if is_second or len(dates) > 1 else ""
    where = f"{_population(item)}{day}"
    if len({(each.answer.population, each.answer.as_of) for each in both}) == 1:
        where = item.question or item.label
    return f"{amount} ({'; '.join(filter(None, (where, home)))})"


def _population(item: JudgedEstimate) -> str:
    """The population, or the question where it says the same in far fewer words."""
    named, day = item.answer.population, item.answer.as_of
    is_long = len(named.split()) > LONG and item.question.endswith(f", {day}")
    return item.question.removesuffix(f", {day}") if is_long else named


def _least_sure(answer: ClaimAnswer) -> str:
    """The word that all share, or that one part decides, with the answer that bears it least."""
    assert answer.verdict is not None
    word, fragile = answer.verdict.word, answer.verdict.is_fragile
    same = [each for each in answer.deciding if _side(each.word) == _side(word)] or answer.deciding
    item = min(same, key=lambda each: each.robustness.share)
    several = f"{len(answer.parts)} parts" if answer.parts else f"{len(answer.deciding)} answers"
    one = "the least sure" if len(same) == len(answer.deciding) else "this decides"
    return f"{_lead(item, word, fragile)}. Of {several} {one}: {_measured(item)}"


def _side(word: str) -> int:
    return next((place for place, words in enumerate((HOLDS, FAILS)) if word in words), 2)


def _together(answer: ClaimAnswer) -> str:
    n, parts = len(answer.deciding), len(answer.parts)
    of_it = f", for the {parts} things that it says" if parts else ""
    if len(tally(answer.deciding)) == 1:
        all_ = "both" if n == 2 else f"all {n}"
        return f"{all_} answers nearest to the claim say so{of_it}"
    return f"of the {n} answers nearest to the claim{of_it}, {counted(answer.deciding)}"


def counted(estimates: Sequence[JudgedEstimate]) -> str:
    """How many answers say what."""
    return listed([f"{n} {'says' if n == 1 else 'say'} “{word}”" for word, n in tally(estimates)])


def settling(settled: Settled) -> str:
    """The word of a claim that no estimate answers, and why."""
    why = "the published figures cannot say whether it is so"
    if settled.word != "not testable":
        why = "a document answers it, and no estimate is needed"
    elif settled.reason.startswith("no threshold"):
        why = "the claim sets no threshold, so that no number can bear it out or refute it"
    return f"{capital(settled.word)}: {why}."
