"""Why a verdict is what it is, and on which choices it depends, in words."""

from __future__ import annotations

from collections.abc import Iterator

from research import datasets
from research.publish.judged import JudgedEstimate
from research.publish.verdict import FAILS, HOLDS
from research.results import Answer, Estimate, Specification
from research.wording import level

WHY = {
    **dict.fromkeys(HOLDS, "{all_of} lies among the values that the claim needs"),
    **dict.fromkeys(FAILS, "{none_of} lies among the values that the claim needs"),
    "not identified": "the data allow values on both sides of what the claim needs, however many "
    "of the same kind were collected",
    "inconclusive": "what the data allow lies on one side of what the claim needs, but {all_of} "
    "does not: more data could decide",
}
ACROSS = "what the data allow ends where the claim's values begin"


def claim_text(name: str) -> str:
    """A claim by its id, with what it says."""
    claims = {row["claim_id"]: row["claim"] for row in datasets.texts("published_claims")}
    return f"{name}: {claims[name]}" if name in claims else name


def why(item: JudgedEstimate) -> str:
    """Why its verdict is what it is."""
    interval, word = item.estimate.interval, item.word
    if word == "inconclusive" and interval is None:
        return ACROSS
    return WHY[word].format(all_of=_whole(item.estimate), none_of=_whole(item.estimate, "none"))


def _whole(estimate: Estimate, quantifier: str = "all") -> str:
    """What the verdict is read off: the interval, else the set, else the value."""
    if estimate.interval:
        return f"{quantifier} of the {level(estimate.interval.level)} interval"
    if estimate.bounds and estimate.bounds.width > 0:
        return f"{quantifier} of the identified set"
    return "the value" if quantifier == "all" else "no part of the value"


def depends_on(answer: Answer, label: str) -> Iterator[str]:
    """The choices whose values do not all agree with the verdict alike, as sentences."""
    word = answer.verdicts[label].word
    rows = [row for row in answer.specifications if row.label == label]
    for name, used in answer.choices.items():
        agree = {value: _agreeing(rows, name, value, word) for value in _values(rows, name)}
        if len({same == of for same, of in agree.values()}) > 1:
            yield f"the choice “{name}” decides: {', '.join(_with(agree, used))}"


def _with(agree: dict[object, tuple[int, int]], used: object) -> Iterator[str]:
    """How many ways agree with each value of a choice."""
    for at, (value, (n, of)) in enumerate(agree.items()):
        here, ways = ", as here," if value == used else "", " ways agree" if at == 0 else ""
        yield f"with “{value}”{here} {n} of {of}{ways}"


def _values(rows: list[Specification], name: str) -> list[object]:
    return list(dict.fromkeys(choices[name] for row in rows for choices in row.combinations))


def _agreeing(rows: list[Specification], name: str, value: object, word: str) -> tuple[int, int]:
    mine = [row for row in rows if any(choices[name] == value for choices in row.combinations)]
    return sum(row.verdict.word == word for row in mine), len(mine)
