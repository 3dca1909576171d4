"""What would overturn the answer to a question, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from research.analysis.asking.question import in_words
from research.doubts import Asked, Doubt, overturned, turned_at
from research.doubts.questions import ShareIn
from research.results import Hypothesis, TippingPoint

REACHED = "the threshold is reached if {:%0} of the {} in doubt ({}) were otherwise than as shown"


def tipping_points(asked: Asked, hypothesis: Hypothesis) -> Iterator[TippingPoint]:
    """How much of each doubt, and of what is counted, must be otherwise for the verdict to fall."""
    if not isinstance(asked, ShareIn):
        return
    for doubt in asked.doubts:
        if asked.opens(doubt):
            yield _of_doubt(asked, doubt, hypothesis.null)
    if (found := _not_genuine(asked, hypothesis)) is not None:
        yield found


def _of_doubt(asked: ShareIn, doubt: Doubt, null: float) -> TippingPoint:
    """Which part of what a doubt leaves open must be otherwise, the others being as shown."""
    what, part = f"part of the {asked.units.weighs} open: {doubt.name}", asked.turning(doubt, null)
    if part is None:
        told = f"the {asked.units.weighs} in doubt alone ({doubt.name}) do not reach the threshold"
        return TippingPoint(what=what, threshold=None, sentence=told)
    return turned_at(what, REACHED, part, asked.units.weighs, doubt.name)


def _not_genuine(asked: ShareIn, hypothesis: Hypothesis) -> TippingPoint | None:
    """Which part of what is ahead must not count, every doubt being open."""
    question, null = asked.question, hypothesis.null
    found = asked.bounds()
    if null in found:  # there is no verdict to lose
        return None
    ahead = question.of if found.low > null else question.minus
    if ahead is None:
        return None

    def margin(part: float) -> float:
        found = asked.thinned(ahead, part).bounds()
        return found.low - null if ahead == question.of else null - found.high

    return overturned(
        margin,
        things=f"{asked.units.weighs} of {in_words(ahead)}",
        nothing="there is no verdict to lose",
    )
