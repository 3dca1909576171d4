"""The confirmatory family: hypotheses that are judged together, by simultaneous intervals.

Listed here and nowhere else. A member is out of sample (not read off the claim's own table) and has
a sampling interval. The list was declared on 2026-11-21, after the tables that ship with this
package had been looked at: on them its intervals are simultaneous and still exploratory; on data
taken later they can confirm.
"""

from __future__ import annotations

from typing import NamedTuple

DECLARED = "2026-11-21"
LEVEL = 0.95  # of all members together; of any other estimate by itself


class Member(NamedTuple):
    """An analysis, the key of its answer, and the label of the estimate that is judged."""

    analysis: str
    answer: str
    label: str


LIKES = "per cent more likes with one per cent more downloads"
PULLS = "rank correlation of pulls and downloads (Spearman)"

FAMILY = (
    Member("likes_and_downloads", "top 1,000, 2026-06-11", LIKES),
    Member("likes_and_downloads", "LLM catalogue, 2026-10-05", LIKES),
    Member("rank_agreement", "new, top 1,000, in both", PULLS),
    Member("rank_agreement", "new, LLM catalogue, in both", PULLS),
)


def level_of(analysis: str, answer: str) -> float:
    """The confidence level of an answer's intervals: a higher one where the family has a member.

    Examples
    --------
    >>> level_of("parameter_scale", "shares"), level_of(*FAMILY[0][:2])
    (0.95, 0.9875)
    """
    from research.estimators.identification import simultaneous_level

    if (analysis, answer) in {member[:2] for member in FAMILY}:
        return simultaneous_level(LEVEL, len(FAMILY))
    return LEVEL
