"""An assumption that fails is opened, or is what is counted, or is a condition of a firm word."""

from __future__ import annotations

import pytest

from research import Assumption, Bounds, BudgetRow, Estimate, Hypothesis
from research.publish.judged import READ_ANYWAY, JudgedEstimate, judged
from research.publish.verdict import FIRM
from research.results import Answer, Provenance, Result, Robustness, Specification, judge

LEAD = Hypothesis(estimand="lead", null=0, alternative="greater", role="reanalysis")


def failed(results):
    for result in results.values():
        for answer in result.answers.values():
            for found in answer.estimates.values():
                for each in found.assumptions:
                    if each.holds == "no":
                        yield result, found, each


def test_every_failed_assumption_names_what_it_is_read_with(results):
    """A doubt of the budget, a choice, the set, the interval, or what is counted; else nothing."""
    for result, _, each in failed(results):
        sources = {
            row.source
            for answer in result.answers.values()
            for found in answer.estimates.values()
            for row in found.budget
        }
        named = {"", *READ_ANYWAY, *sources, *result.choices}
        assert each.without in named, f"{result.analysis}: '{each.name}' names '{each.without}'"


def test_a_word_that_an_interval_carries_has_one(results):
    for item in (item for result in results.values() for item in judged(result)):
        named = {each.without for each in item.estimate.assumptions if each.holds == "no"}
        assert "interval" not in named or item.estimate.interval


def test_a_condition_is_said_where_it_decides_and_nowhere_else(results):
    conditions = 0
    for item in (item for result in results.values() for item in judged(result)):
        conditions += bool(item.conditions)
        assert ("It stands only if" in item.quotable) == bool(item.conditions)
        assert all(name in item.quotable and name in item.line for name in item.conditions)
        assert item.word in FIRM or not item.conditions
    assert conditions


def answered(without="", *, rows=(), other="holds", bounds=(1.0, 2.0)) -> JudgedEstimate:
    """An estimate under one failed assumption, with another value of the choice 'clones'."""
    found = Bounds(*bounds)
    estimate = Estimate(
        label="lead", unit="hosts", bounds=found, budget=rows,
        assumptions=(Assumption(name="x", holds="no", evidence="y", without=without),),
    )  # fmt: skip
    own = judge(LEAD, found, None)
    ways = [
        ("kept", own),
        ("removed", own if other == "holds" else judge(LEAD, Bounds.at(-1.0), None)),
    ]
    answer = Answer(
        estimand={}, choices={"clones": "kept"}, population="hosts", as_of="2025-04-24",
        estimates={"lead": estimate}, verdicts={"lead": own},
        robustness={
            "lead": Robustness(same_verdict=1, specifications=2, skipped=0, low=-2, high=2)
        },
        specifications=tuple(
            Specification(
                label="lead", choices={"clones": value}, value=None, bounds=found, interval=None,
                verdict=verdict,
            )
            for value, verdict in ways
        ),
    )  # fmt: skip
    result = Result(
        analysis="a", title="", about="", choices={"clones": ("kept", "removed")},
        hypotheses={"lead": LEAD}, settled=(), answers={"answer": answer},
        provenance=Provenance(seed=1, tables={}),
    )  # fmt: skip
    return JudgedEstimate(result=result, key="answer", label="lead")


def row(low, high) -> BudgetRow:
    return BudgetRow(source="doubt", low=low, high=high, detail="")


@pytest.mark.parametrize("without", READ_ANYWAY)
def test_what_is_counted_and_what_a_set_holds_without_is_no_condition(without):
    assert answered(without).conditions == ()


def test_what_nothing_opens_is_a_condition_of_a_firm_word_alone():
    assert answered("").conditions == ("x",)
    assert answered("", bounds=(-1.0, 2.0)).conditions == ()


def test_a_row_conditions_only_where_it_turns_the_word():
    assert answered("doubt", rows=(row(1.2, 1.5),)).conditions == ()
    assert answered("doubt", rows=(row(0.5, 3.0),)).conditions == ()
    assert answered("doubt", rows=(row(-0.5, 1.5),)).conditions == ("x",)


def test_a_choice_conditions_only_where_it_turns_the_word():
    assert answered("clones").conditions == ()
    assert answered("clones", other="does not hold").conditions == ("x",)


def test_ends_of_a_set_are_said_to_be_sharp_or_not(results):
    told = {}
    for item in (item for result in results.values() for item in judged(result)):
        told.setdefault(item.estimate.sharpness, set()).add(item.ends.partition(":")[0])
        assert not item.ends or item.estimate.identified.width
    assert told["outer"] == {"outer"}
    assert told["sharp"] == {"sharp", ""}
    assert told[None] == {""}


def test_every_identified_set_says_whether_it_is_sharp(results):
    silent = [
        f"{name}: '{label}'"
        for name, result in results.items()
        for answer in result.answers.values()
        for label, found in answer.estimates.items()
        if found.bounds is not None and found.sharpness is None
    ]
    assert silent == [], (
        "These sets do not say whether the data allow both of their ends. Take the estimate from a "
        "question (`asked.estimate(...)`), or give `sharpness=`: 'sharp' where the docstring of "
        "the routine that made the set argues so or an enumeration shows it, else 'outer'."
    )
