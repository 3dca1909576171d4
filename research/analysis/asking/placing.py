"""What is drawn for an answer where a table leaves out the units that would be drawn one by one."""

from __future__ import annotations

from research.doubts import Asked, Doubt, Sum, Within, if_open
from research.doubts.questions import ShareIn
from research.doubts.simulating import Drawn


def drawn_as(asked: Asked, name: str, left_out: Doubt | None) -> Drawn | None:
    """What is drawn for an answer: a place in its set, where a table leaves out what else would be.

    A lead has no such place: the units that one side gains may be the other's loss, or nobody's.
    """
    if left_out is None or not isinstance(asked, ShareIn | Sum) or _is_lead(asked):
        return asked
    return if_open(Within(left_out, asked.bounds(), name))


def _is_lead(asked: ShareIn | Sum) -> bool:
    return isinstance(asked, ShareIn) and asked.question.minus is not None
