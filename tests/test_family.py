"""The confirmatory family: listed once, out of sample, judged by simultaneous intervals."""

from __future__ import annotations

import pytest

from research import places
from research.analysis import recorded
from research.analysis.family import FAMILY, LEVEL, level_of


@pytest.fixture(params=FAMILY, ids=lambda member: f"{member.analysis}-{member.answer}")
def judged(request):
    member = request.param
    result = recorded(member.analysis, places.bundled() / "paper" / "results")
    return member, result.hypotheses[member.label], result.answers[member.answer]


def test_every_member_is_out_of_sample_and_has_a_verdict(judged):
    member, hypothesis, answer = judged
    assert hypothesis.role == "out of sample"
    assert answer.verdicts[member.label].word


def test_every_member_has_an_interval_at_the_simultaneous_level(judged):
    member, _, answer = judged
    interval = answer.estimates[member.label].interval
    assert interval.level == pytest.approx(1 - (1 - LEVEL) / len(FAMILY))


def test_other_answers_of_the_same_analysis_keep_their_level():
    member = FAMILY[0]
    result = recorded(member.analysis, places.bundled() / "paper" / "results")
    others = [key for key in result.answers if level_of(member.analysis, key) == LEVEL]
    assert others
    for key in others:
        for estimate in result.answers[key].estimates.values():
            assert estimate.interval is None or estimate.interval.level == LEVEL
