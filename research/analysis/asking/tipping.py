"""What would overturn the answer to a question, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from research.analysis.asking.question import in_words
from research.doubts import Asked, Representation, Where, overturned, resolved_against
from research.doubts.asking import Gap
from research.doubts.questions import ShareIn
from research.results import Hypothesis, TippingPoint

Comparable = ShareIn | Gap | Representation


def tipping_points(asked: Asked, hypothesis: Hypothesis) -> Iterator[TippingPoint]:
    """How much of each doubt, and of what is counted, must be otherwise for the verdict to fall."""
    if not isinstance(asked, Comparable):
        return
    if hypothesis.null in asked.bounds():
        yield from resolved_against(asked, hypothesis.null)
    else:
        yield _not_genuine(asked, hypothesis)


def _not_genuine(asked: Comparable, hypothesis: Hypothesis) -> TippingPoint:
    """Which part of what is ahead must not count, every doubt being open."""
    null = hypothesis.null
    of_first = asked.bounds().low > null
    ahead = _ahead(asked, of_first)

    def margin(part: float) -> float:
        bounds = _thinned(asked, ahead, part, of_first).bounds()
        return bounds.low - null if of_first else null - bounds.high

    weighs = asked.channels[0 if of_first else -1].weighs
    whose = "all others" if ahead.other else in_words(ahead)
    return overturned(margin, things=f"{weighs} of {whose}", nothing="there is no verdict to lose")


def _ahead(asked: Comparable, of_first: bool) -> Where:
    """Whose weight makes the answer as large as it is, or keeps it as small."""
    if isinstance(asked, Representation):
        return asked.of
    if isinstance(asked, Gap):
        return asked.first.question.of
    return asked.question.of if of_first else asked.question.minus or ~asked.question.of


def _thinned(asked: Comparable, ahead: Where, part: float, of_first: bool) -> Asked:
    """Without a part of it: of two channels in the one in which its share is larger."""
    if isinstance(asked, ShareIn):
        return asked.thinned(ahead, part)
    return asked.thinned(ahead, part, second=not of_first)
