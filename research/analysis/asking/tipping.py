"""What would overturn the answer to a question, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from research.analysis.asking.question import in_words
from research.doubts import Asked, Coarse, Doubt, Representation, Where, overturned, turned_at
from research.doubts.asking import Gap
from research.doubts.questions import ShareIn
from research.results import Hypothesis, TippingPoint

Comparable = ShareIn | Gap | Representation
REACHED = "the threshold is reached if {:%0} of the {} in doubt ({}) were otherwise than as shown"
AT_LEAST = "the threshold is not reached before {:%0} of the {} in doubt ({}) are otherwise"


def tipping_points(asked: Asked, hypothesis: Hypothesis) -> Iterator[TippingPoint]:
    """How much of each doubt, and of what is counted, must be otherwise for the verdict to fall."""
    if not isinstance(asked, Comparable):
        return
    for doubt in asked.doubts:
        if asked.opens(doubt):
            yield _of_doubt(asked, doubt, hypothesis.null)
    if (found := _not_genuine(asked, hypothesis)) is not None:
        yield found


def _of_doubt(asked: Comparable, doubt: Doubt, null: float) -> TippingPoint:
    """Which part of what a doubt leaves open must be otherwise, the others being as shown."""
    weighs = _open_in(asked, doubt)
    what, part = f"part of the {weighs} open: {doubt.name}", asked.turning(doubt, null)
    if part is None:
        told = f"the {weighs} in doubt alone ({doubt.name}) do not reach the threshold"
        return TippingPoint(what=what, threshold=None, sentence=told)
    told = REACHED if asked.sharp([doubt.name]) else AT_LEAST
    return turned_at(what, told, part, weighs, doubt.name)


def _open_in(asked: Comparable, doubt: Doubt) -> str:
    """What the channels count in which a doubt leaves anything open."""
    channels = _channels(asked)
    weights = [(units.weighs, units.weight([doubt.name])) for units in channels]
    ranged = [weighs for weighs, weight in weights if (weight.low != weight.high).any()]
    return " and ".join(dict.fromkeys(ranged or [units.weighs for units in channels]))


def _channels(asked: Comparable) -> Sequence[Coarse]:
    if isinstance(asked, Gap):
        return asked.first.units, asked.second.units
    return (asked.first, asked.second) if isinstance(asked, Representation) else (asked.units,)


def _not_genuine(asked: Comparable, hypothesis: Hypothesis) -> TippingPoint | None:
    """Which part of what is ahead must not count, every doubt being open."""
    null, found = hypothesis.null, asked.bounds()
    if null in found:  # there is no verdict to lose
        return None
    of_first = found.low > null
    ahead = _ahead(asked, of_first)
    if ahead is None:
        return None

    def margin(part: float) -> float:
        found = _thinned(asked, ahead, part, of_first).bounds()
        return found.low - null if of_first else null - found.high

    weighs = _channels(asked)[0 if of_first else -1].weighs
    return overturned(
        margin, things=f"{weighs} of {in_words(ahead)}", nothing="there is no verdict to lose"
    )


def _ahead(asked: Comparable, of_first: bool) -> Where | None:
    """Whose weight makes the answer as large as it is, or keeps it as small."""
    if isinstance(asked, Representation):
        return asked.of
    if isinstance(asked, Gap):
        return asked.first.question.of
    return asked.question.of if of_first else asked.question.minus


def _thinned(asked: Comparable, ahead: Where, part: float, of_first: bool) -> Asked:
    """Without a part of it: of two channels in the one in which its share is larger."""
    if isinstance(asked, ShareIn):
        return asked.thinned(ahead, part)
    return asked.thinned(ahead, part, second=not of_first)
