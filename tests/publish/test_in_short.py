"""The sentence of an answer: short, right when quoted alone, of both sides where it is mixed."""

from __future__ import annotations

from statistics import median

import pytest

from research.publish.claims import answer_claims, days_between
from research.publish.in_short import COUNTED, SAYS, compared, in_short
from research.publish.judged import judged
from research.publish.page.questions import asks
from research.publish.verdict import FIRM
from research.results import Bounds


@pytest.fixture(scope="module")
def answers(results):
    return answer_claims(list(results.values()))


def test_sentences_are_short(answers):
    lengths = {answer.id: len(in_short(answer).split()) for answer in answers}
    assert median(lengths.values()) <= 45
    assert max(lengths.values()) <= 70, lengths
    for answer in (each for each in answers if each.judged):
        assert lengths[answer.id] < len(answer.quotable.split())


def test_a_sentence_names_word_value_population_date_and_what_is_counted(answers):
    for answer in (each for each in answers if each.verdict):
        told = in_short(answer)
        assert told.lower().startswith(answer.verdict.word)
        assert told.endswith(COUNTED[answer.claim["level"]])
        assert ("fragile" in told) >= answer.verdict.is_fragile
        named = [item for item in answer.deciding if item.amount in told or item.levels]
        assert named
        assert any(item.answer.population in told or item.question in told for item in named)


def test_a_mixed_sentence_shows_two_sides_and_counts_all(answers):
    mixed = [answer for answer in answers if answer.word == "mixed"]
    assert mixed
    for answer in mixed:
        told = in_short(answer)
        nearest = answer.verdict.nearest
        assert f"of the {len(nearest)} nearest answers" in told
        for word, says in SAYS.items():
            n = sum(setting.word == word for setting in nearest)
            assert (f"{n} {says[n > 1]}" in told) == (n > 0)
        assert ", but " in told


def test_a_failed_assumption_that_would_turn_the_word_is_in_its_sentence(results):
    conditioned = [each for r in results.values() for each in judged(r) if each.conditions]
    assert conditioned
    for item in conditioned:
        assert all(name in compared(item) for name in item.conditions)


def test_levels_stand_beside_a_difference_only_if_it_is_theirs(results):
    """Shares of another day or population are none of its levels."""
    told = [item for result in results.values() for item in judged(result) if item.levels]
    assert len(told) > 5
    for item in told:
        (china, first), (us, second) = item.levels
        assert (china, us) == ("China", "US")
        low, high = (level.estimate.identified for level in (first, second))
        outer = Bounds(low.low - high.high, low.high - high.low)
        assert outer.low <= item.estimate.identified.low + 1e-9
        assert item.estimate.identified.high <= outer.high + 1e-9
        assert f"China {first.amount}, US {second.amount}; the difference" in compared(item)


def test_only_a_firm_word_says_in_which_setting(results):
    for item in (each for result in results.values() for each in judged(result)):
        claimed = item.hypothesis.claims and item.hypothesis.scope != "same"
        says = compared(item).split(".")[0]
        assert bool({"another", "later", "earlier"} & set(says.split())) == bool(
            claimed and item.word in FIRM
        )


def test_answers_come_nearest_first(answers):
    """Those that decide, then by date within one population and measure."""
    for answer in answers:
        order = answer.by_nearness
        assert sorted(map(id, order)) == sorted(map(id, answer.judged))
        n = len(answer.deciding)
        assert {id(item) for item in order[:n]} == {id(item) for item in answer.deciding}
        for group in (order[:n], order[n:]):
            days = {}
            for item in group:
                place = item.answer.population, item.hypothesis.scope, item.hypothesis.estimand
                days.setdefault(place, []).append(days_between(item.answer.as_of, answer.source))
            assert all(told == sorted(told) for told in days.values()), answer.id


def test_every_choice_of_the_project_is_explained_in_a_sentence(results):
    asked = {
        choice
        for result in results.values()
        for item in judged(result)
        for choice in item.answer.choices
        if len(result.choices[choice]) > 1
    }
    assert asked == set(asks())
    assert all(text.endswith(".") and len(text) < 100 for text in asks().values())
