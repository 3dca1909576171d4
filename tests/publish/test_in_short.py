"""The sentence of an answer: short, right when quoted alone, of both sides where it is mixed."""

from __future__ import annotations

from statistics import median

import pytest

from research import wording
from research.collect.beside import beside
from research.publish.claims import answer_claims, days_between
from research.publish.in_short import COUNTED, SAYS, compared, in_short
from research.publish.judged import judged, moves
from research.publish.page import questions
from research.publish.verdict import FIRM
from research.results import Bounds


@pytest.fixture(scope="module")
def answers(results):
    return answer_claims(list(results.values()))


def test_sentences_are_short(answers):
    lengths = {answer.id: len(in_short(answer).split()) for answer in answers}
    assert median(lengths.values()) <= 45
    assert max(lengths.values()) <= 70, lengths
    mixed = [lengths[answer.id] for answer in answers if answer.word == "mixed"]
    assert median(mixed) <= 50, mixed
    assert max(mixed) <= 66, mixed  # of one with levels and the other home of a family
    for answer in (each for each in answers if each.judged):
        assert lengths[answer.id] < len(answer.quotable.split())


def test_a_sentence_names_word_value_population_date_and_what_is_counted(answers):
    for answer in (each for each in answers if each.verdict):
        told = in_short(answer)
        assert told.lower().startswith(answer.verdict.word)
        assert told.endswith(COUNTED[answer.claim["level"]])
        assert ("fragile" in told) >= answer.verdict.is_fragile
        named = [each for each in answer.deciding if each.amount in told or short(each) in told]
        named += [each for each in answer.deciding if has_levels(each, told)]
        assert any(each.answer.population in told or listed(each) in told for each in named)


def listed(item):
    return item.question.removesuffix(f", {item.answer.as_of}")


def has_levels(item, told):
    return (
        bool(item.levels) and ", ".join(f"{c} {level.amount}" for c, level in item.levels) in told
    )


def short(item):
    return wording.entry(item.estimate.identified, item.estimate.unit)


def test_a_mixed_sentence_shows_two_sides_and_counts_all(answers):
    mixed = [answer for answer in answers if answer.word == "mixed"]
    assert mixed
    for answer in mixed:
        told = in_short(answer)
        nearest = answer.verdict.nearest
        assert f"of {len(nearest)} nearest answers" in told
        for word, says in SAYS.items():
            n = sum(setting.word == word for setting in nearest)
            assert (f"{n} {says[n > 1]}" in told) == (n > 0)
        assert ", but " in told
    both = [sum(has_levels(each, in_short(a)) for each in a.deciding) for a in mixed]
    assert max(both) == 2  # levels, and not their difference alone


def test_a_failed_assumption_that_would_turn_the_word_is_in_its_sentence(results):
    conditioned = [each for r in results.values() for each in judged(r) if each.conditions]
    assert conditioned
    for item in conditioned:
        assert all(name in compared(item) for name in item.conditions)


def other_homes(item):
    """What comes out with a family in its other home, all else alike, where that is far off."""
    chosen = item.answer.choices
    for row in item.specifications:
        for choices in row.combinations:
            differ = {name for name in choices if choices[name] != chosen[name]}
            is_home = len(differ) == 1 and differ <= {"sentence_transformers", "kept_at"}
            if is_home and moves(item.estimate.identified, row.bounds):
                yield wording.quantity(row.bounds, item.estimate.unit)


def test_the_home_of_a_family_is_said_where_it_moves_the_number_far(results, answers):
    moved = [each for r in results.values() for each in judged(r) if [*other_homes(each)]]
    assert moved
    for item in moved:
        assert all(f"counted as US {found}" in compared(item) for found in other_homes(item))
    unmoved = [each for r in results.values() for each in judged(r) if each not in moved]
    assert not any("counted as US" in compared(each) for each in unmoved)
    mixed = [(answer, in_short(answer)) for answer in answers if answer.word == "mixed"]
    shown = [
        (item, told)
        for answer, told in mixed
        for item in answer.deciding
        if item in moved and (short(item).removesuffix(" points") in told or has_levels(item, told))
    ]
    assert shown
    assert all(found in told for item, told in shown for found in other_homes(item))


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
    explained = beside(questions.__file__)
    assert asked == set(explained)
    assert all(text.endswith(".") and len(text) < 100 for text in explained.values())
