"""The word of a claim: every clause of the rule, without any data."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from research.publish.claims import days_between, last_day
from research.publish.verdict import (
    PartAnswer,
    Setting,
    combined,
    is_nearer,
    judge_claim,
    shared,
)
from research.results import Robustness


def answer(word, index=0, **more):
    return PartAnswer(index=index, word=word, **more)


def setting(**more):
    return Setting(answers=(answer("holds", **more),), word="holds")


@pytest.mark.parametrize(
    ("agree", "against", "neither", "fragile"),
    [(3, 0, 0, False), (2, 0, 1, False), (2, 0, 2, True), (1, 0, 2, True), (99, 1, 0, True)],
)
def test_an_answer_is_fragile_where_half_disagree_or_one_opposes(agree, against, neither, fragile):
    ways = agree + against + neither
    found = Robustness(
        same_verdict=agree, specifications=ways, skipped=0, low=0, high=1, against=against
    )
    assert found.is_weak is fragile


@pytest.mark.parametrize("word", ["not identified", "inconclusive"])
def test_only_firm_words_are_fragile(word):
    assert not judge_claim([answer(word, is_fragile=True)]).is_fragile


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"population": "a"}),
        ({}, {"measure": "m"}),
        ({}, {"days": 31}),
        ({"population": "a"}, {"population": "a", "measure": "m"}),
        ({"population": "a", "days": 0}, {"population": "a", "days": 31}),
        ({"measure": "m", "days": 0}, {"measure": "m", "days": 31}),
        ({"days": 30}, {"population": "a", "days": 0}),  # a date within thirty days ties
    ],
)
def test_what_is_nearer_in_one_and_as_near_in_the_others_is_nearer(one, other):
    assert is_nearer(setting(**one), setting(**other))
    assert not is_nearer(setting(**other), setting(**one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({"days": 0}, {"days": 30}),
        ({"population": "a"}, {"population": "b"}),
        ({"population": "a"}, {"population": "b", "days": 400}),  # populations cannot be compared
        ({"measure": "m"}, {"measure": "n", "days": 400}),
        ({"population": "a"}, {"measure": "m"}),
        ({"days": 31}, {"population": "a"}),
    ],
)
def test_what_is_nearer_in_nothing_or_further_in_something_is_not_nearer(one, other):
    assert not is_nearer(setting(**one), setting(**other))
    assert not is_nearer(setting(**other), setting(**one))


def test_the_nearest_answer_gives_the_word_whatever_the_order():
    answers = [
        answer("supported", 0),
        answer("does not hold", 1, population="a"),
        answer("not identified", 2, measure="m"),
        answer("does not hold", 3, days=400),
    ]
    for order in permutations(answers):
        found = judge_claim(order)
        assert (found.word, found.places) == ("supported", {0})


def test_nearest_answers_that_differ_are_mixed_and_all_are_shown():
    answers = [
        answer("holds", 0, population="a"),
        answer("not identified", 1, population="b"),
        answer("does not hold", 2, population="b", days=400),
    ]
    for order in permutations(answers):
        found = judge_claim(order)
        assert (found.word, found.is_fragile, found.places) == ("mixed", False, {0, 1})


def test_a_shared_word_is_fragile_where_one_of_the_nearest_is():
    near = [answer("holds", 0, population="a"), answer("holds", 1, population="b")]
    assert not judge_claim(near).is_fragile
    assert judge_claim([near[0], replace(near[1], is_fragile=True)]).is_fragile


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (["supported", "supported"], "supported"),
        (["supported", "holds"], "holds"),
        (["contradicted", "does not hold"], "does not hold"),
        (["holds", "does not hold"], "mixed"),
        (["inconclusive", "inconclusive"], "inconclusive"),
        (["inconclusive", "not identified"], "mixed"),
    ],
)
def test_answers_share_a_word_or_are_mixed(words, word):
    assert shared(words) == word


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (["supported", "supported"], "supported"),
        (["supported", "holds"], "holds"),
        (["holds", "does not hold"], "does not hold"),
        (["contradicted", "does not hold"], "contradicted"),
        (["not identified", "does not hold"], "does not hold"),
        (["not identified", "mixed"], "not identified"),
        (["mixed", "inconclusive"], "mixed"),
        (["inconclusive", "holds"], "inconclusive"),
    ],
)
def test_a_claim_holds_where_all_parts_hold_and_fails_where_one_fails(words, word):
    assert combined(words) == word
    answers = [
        answer(each, place, part=str(place)) for place, each in enumerate(words) if each != "mixed"
    ]
    if len(answers) == len(words):
        assert judge_claim(answers, ["0", "1"]).word == word


def test_parts_must_hold_in_the_same_population():
    apart = [
        answer("holds", 0, part="x", population="a"),
        answer("holds", 1, part="y", population="b"),
    ]
    assert judge_claim(apart, ["x", "y"]).word == "not identified"
    together = [*apart, answer("holds", 2, part="y", population="a")]
    found = judge_claim(together, ["x", "y"])
    assert (found.word, found.places) == ("holds", {0, 2})


def test_one_part_that_fails_is_enough_where_another_was_not_asked():
    found = judge_claim([answer("does not hold", part="x", population="a")], ["x", "y"])
    assert found.word == "does not hold"


def test_an_answer_to_no_part_decides_nothing():
    answers = [answer("holds", 0, part="x"), answer("does not hold", 1)]
    assert judge_claim(answers, ["x"]).word == "holds"


def test_a_part_measured_as_the_claim_does_outweighs_another_measure():
    own, other = answer("holds", 0, part="x"), answer("does not hold", 1, part="x", measure="m")
    assert judge_claim([own, other], ["x"]).places == {0}


def test_two_answers_to_one_part_that_differ_are_mixed():
    answers = [answer("holds", 0, part="x"), answer("does not hold", 1, part="x")]
    found = judge_claim(answers, ["x"])
    assert found.word == "mixed"


def test_a_failure_is_fragile_only_where_every_part_that_fails_is():
    firm, weak = (
        answer("does not hold", 0, part="x"),
        answer("does not hold", 1, part="y", is_fragile=True),
    )
    assert not judge_claim([firm, weak], ["x", "y"]).is_fragile
    assert judge_claim([replace(firm, is_fragile=True), weak], ["x", "y"]).is_fragile
    holds = replace(firm, word="holds"), replace(weak, word="holds")
    assert judge_claim(holds, ["x", "y"]).is_fragile


def test_dates_that_lack_a_day_are_their_last_and_unknown_ones_are_far():
    assert str(last_day("2024-02")) == "2024-02-29"
    assert days_between("2025-08-01", {"last_day": "2025-08-31"}) == 30
    assert days_between("some day", {"last_day": "2025-08-31"}) > 10**5
    assert days_between("2025-08-01", {}) > 10**5
