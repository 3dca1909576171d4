"""An analysis or a claim on two screens: the answer in one sentence, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from research.publish.claims import ClaimAnswer
from research.publish.in_short import compared, counted, headline
from research.publish.judged import JudgedEstimate, ReportedEstimate, judged, reported
from research.publish.reasons import claim_text, depends_on, why
from research.publish.screen import LEVEL, Group, Row, row_of
from research.results import Assumption, Bounds, Interval, Result, Settled
from research.wording import amount, capital, listed

ALLOWED = {  # what a verdict is read with where an assumption fails
    "scope": "the verdict is about what was counted",
    "set": "what the data allow includes that",
    "interval": "the interval includes that",
}
HOLDS = ("no", "not testable", "yes")  # the order in which assumptions are told
FRAGILE = (
    "It is fragile: at most half of the defensible ways to compute it agree, or one says the "
    "opposite."
)


@dataclass(frozen=True, kw_only=True)
class Section:
    """Sentences, or rows of answers, below a heading.

    ``lines`` is the room that they get, and ``more`` says where the rest is.
    """

    heading: str = ""
    items: Sequence[str] = ()
    groups: Sequence[Group] = ()
    lines: int = 12
    more: str = "--json has all"


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What is asked, the answer in one sentence, and what it rests on."""

    title: str
    headline: str
    sections: tuple[Section, ...]


def of_result(result: Result, words: Mapping[str, str]) -> Explanation:
    """An analysis explained; ``words`` are the verdicts of claims, where they are known."""
    estimates, all_ = judged(result), f"research run {result.analysis}"
    rows = _groups(estimates or reported(result))
    return Explanation(
        title=f"{result.analysis}: {result.title}",
        headline=_told(result),
        sections=(
            Section(heading="Claims", items=tuple(_claims(result, words)), lines=9),
            Section(items=_paragraphs(result.about), lines=13),
            Section(heading="Answers", groups=rows, lines=18, more=all_),
            Section(heading="Without an answer", items=tuple(_unanswered(result)), lines=8),
            Section(heading="Why", items=tuple(_reasons(estimates)), lines=6),
            Section(heading="Choices that matter", items=_choices(estimates), lines=6),
            *_doubts(estimates, lines=(7, 11)),
        ),
    )


def of_claim(answer: ClaimAnswer) -> Explanation:
    """A claim explained by the estimates that decide it, or by what settles it."""
    text, alone = answer.claim.get("claim", answer.id), answer.alone
    several = () if alone else answer.deciding
    near = f"Nearest to the claim, which needs {answer.needs}"
    return Explanation(
        title=f"“{text}” ({', '.join(filter(None, [answer.cited, answer.id]))})",
        headline=headline(answer),
        sections=(
            Section(heading="What was measured", items=_measured(alone) if alone else ()),
            Section(heading=near, groups=_by_part(answer, several), lines=22),
            Section(heading="Why", items=_settled(answer.settled), lines=14),
            Section(heading="How far to trust it", items=tuple(_trust(answer)), lines=16),
            Section(heading="Choices that matter", items=_choices(several), lines=7),
            *_doubts(answer.deciding, lines=(8, 12)),
            Section(heading="Further from the claim", groups=_groups(answer.others), lines=12),
            Section(items=(f"The page has its picture: research open {answer.id}.",)),
        ),
    )


def _told(result: Result) -> str:
    """The same of an analysis."""
    estimates = judged(result)
    if len(estimates) == 1:
        return compared(estimates[0], place=False)
    if estimates:
        return f"Of {len(estimates)} answers {counted(estimates)}."
    words = [f"“{each.word}” of {each.claim}" for each in result.settled]
    return f"No estimate is judged; it says {listed(words)}." if words else "Nothing is judged."


# What it rests on ---------------------------------------------------------------------------------


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())


def _claims(result: Result, words: Mapping[str, str]) -> Iterator[str]:
    named = [claim for item in judged(result) for claim in item.hypothesis.claims]
    for claim in dict.fromkeys([*named, *(each.claim for each in result.settled)]):
        word = f"{words[claim]}: " if claim in words else ""
        yield f"{word}{claim_text(claim)}"


def _unanswered(result: Result) -> Iterator[str]:
    yield from (f"{s.claim}: {s.word}. {capital(s.reason)}" for s in result.settled)
    refused = {key: answer.refused for key, answer in result.answers.items() if answer.refused}
    yield from (f"{key}: cannot be estimated, {reason}" for key, reason in refused.items())


def _reasons(estimates: Sequence[JudgedEstimate]) -> Iterator[str]:
    """Why answers have the word that they have: each reason once."""
    yield from dict.fromkeys(f"{item.word}: {why(item)}" for item in estimates)


def _measured(item: JudgedEstimate) -> tuple[str, ...]:
    amounts = ", ".join(filter(None, [item.amount, item.interval]))
    return (
        f"Among {item.answer.population}, {item.answer.as_of}.",
        f"Found {amounts}; needed {item.needs}: {why(item)}.",
        *item.drawn,
    )


def _settled(settled: Settled | None) -> tuple[str, ...]:
    if settled is None:
        return ()
    source = (f"Source: {settled.reference}.",) if settled.reference else ()
    return (capital(settled.reason), *source)


def _trust(answer: ClaimAnswer) -> Iterator[str]:
    """How near the answer is to the claim, and how much hangs on how it is computed."""
    if answer.verdict is None:
        return
    yield _setting(answer.deciding)
    if answer.verdict.is_fragile:
        yield FRAGILE
    if answer.alone:
        yield answer.alone.ways
        yield from depends_on(answer.alone.answer, answer.alone.label)
    conditions = dict.fromkeys(name for item in answer.deciding for name in item.conditions)
    if conditions:
        yield f"It stands only if {listed(list(conditions))}, which the evidence speaks against."
    if answer.counted:
        yield answer.counted


def _setting(estimates: Sequence[JudgedEstimate]) -> str:
    scopes = {item.hypothesis.scope for item in estimates}
    if scopes == {"same"}:
        return "It is measured on the claim's own data, by its definition, at its date."
    how = listed(sorted(scopes - {"same"}))
    some = "Some of it is" if "same" in scopes else "It is"
    return (
        f"{some} measured otherwise than the claim was made ({how}), which neither supports nor "
        "contradicts the claim on its own terms."
    )


def _choices(estimates: Sequence[JudgedEstimate]) -> tuple[str, ...]:
    """The choices whose values decide answers, each with the answers that it decides."""
    return _of_whom(
        (item, text) for item in estimates for text in depends_on(item.answer, item.label)
    )


def _doubts(estimates: Sequence[JudgedEstimate], *, lines: tuple[int, int]) -> Iterator[Section]:
    """What would overturn answers, and the assumptions that they are made under, each once.

    Of several answers what overturns each first.
    """
    some = 1 if len(estimates) > 1 else None
    overturned = _of_whom((item, text) for item in estimates for text in item.overturned[:some])
    yield Section(heading="What would overturn it", items=overturned, lines=lines[0])
    yield Section(heading="Assumptions", items=tuple(_assumed(estimates)), lines=lines[1])


def _of_whom(texts: Iterable[tuple[JudgedEstimate, str]]) -> tuple[str, ...]:
    """Sentences, each once; after the answers that they are of, where there are several answers."""
    sentences: dict[str, list[str]] = {}
    for item, text in texts:
        sentences.setdefault(text, []).append(item.name)
    if len({name for names in sentences.values() for name in names}) < 2:
        return tuple(f"{capital(text)}." for text in sentences)
    return tuple(f"{'; '.join(names)}: {text}." for text, names in sentences.items())


def _assumed(estimates: Sequence[JudgedEstimate]) -> Iterator[str]:
    """Every assumption once, those that fail first, as the first answer has it."""
    first = dict[str, tuple[JudgedEstimate, Assumption]]()
    for item in estimates:
        for each in item.estimate.assumptions:
            if each.name not in first or each.name in item.conditions:
                first[each.name] = item, each
    for item, each in sorted(first.values(), key=lambda pair: HOLDS.index(pair[1].holds)):
        yield f"{capital(each.name)}: {_state(item, each)}. {each.evidence}"


def _state(item: JudgedEstimate, assumption: Assumption) -> str:
    """Whether an assumption holds; where it fails, what follows for the verdict."""
    if assumption.holds != "no":
        return {"yes": "holds", "not testable": "cannot be tested"}[assumption.holds]
    if assumption.name in item.conditions:
        return "fails, and the verdict stands only if it held"
    follows = ALLOWED.get(assumption.without) or _shown(item, assumption.without)
    return f"fails; {follows}" if follows else "fails"


def _shown(item: JudgedEstimate, doubt: str) -> str:
    """What a doubt alone does to an estimate, or the choice that shows it."""
    for row in item.estimate.budget:
        if row.source == doubt:
            return f"by itself that allows {amount(Bounds(row.low, row.high), item.estimate.unit)}"
    rows = [choices for row in item.specifications for choices in row.combinations]
    values = {choices[doubt] for choices in rows if doubt in choices}
    return f"the choice “{doubt}” shows what follows" if len(values) > 1 else ""


# Answers as rows ----------------------------------------------------------------------------------


def _groups(estimates: Sequence[ReportedEstimate]) -> list[Group]:
    """Answers below what they are of: question, population and date."""
    rows: dict[str, list[Row]] = {}
    for item in estimates:
        question = f"{item.question}: " if item.question else ""
        place = f"{question}{item.answer.population}, {item.answer.as_of}"
        rows.setdefault(place, []).append(row_of(item, _usual(item)))
    return [Group(heading=place, rows=tuple(mine)) for place, mine in rows.items()]


def _usual(item: ReportedEstimate) -> Interval | None:
    """The form of its interval at the usual level: the limits are then told alone."""
    interval = item.estimate.interval
    return replace(interval, level=LEVEL) if interval else None


def _by_part(answer: ClaimAnswer, estimates: Sequence[JudgedEstimate]) -> list[Group]:
    """The same, below the part of the claim that they answer."""
    groups = []
    for part in dict.fromkeys(item.hypothesis.part for item in estimates):
        mine = [item for item in estimates if item.hypothesis.part == part]
        stated = f"{capital(answer.parts[part])}. " if part in answer.parts else ""
        groups += [replace(each, heading=f"{stated}{each.heading}") for each in _groups(mine)]
    return groups


# For scripts --------------------------------------------------------------------------------------


def plain(result: Result) -> list[dict[str, Any]]:
    """Every judged estimate of a result in sentences, by what each is about.

    Examples
    --------
    >>> from research.analysis import find, run
    >>> text = plain(run(find("us_against_china_hosts")))[0]
    >>> text["verdict"], text["why"]
    ('supported', 'the value lies among the values that the claim needs')
    """
    return [_plain(item) for item in judged(result)]


def _plain(item: JudgedEstimate) -> dict[str, Any]:
    return {
        "question": item.question,
        "label": item.label,
        "claims": [claim_text(name) for name in item.hypothesis.claims],
        "needs": item.needs,
        "amount": "; ".join(filter(None, (item.amount, item.ends, item.interval))),
        "drawn": item.drawn,
        "verdict": item.phrase,
        "why": why(item),
        "robustness": _robustness(item),
        "depends_on": [*depends_on(item.answer, item.label)],
        "only_if": item.conditions,
        "overturned": item.overturned,
        "assumptions": [
            f"{each.name}: {each.holds}. {each.evidence}" for each in item.estimate.assumptions
        ],
    }


def _robustness(item: JudgedEstimate) -> str:
    same = item.robustness
    text = f"{item.agreement} specifications give this verdict; all of them together: {item.range}"
    if same.skipped:
        text += f"; {same.skipped} more combinations of choices make no sense or no estimate"
    return text
