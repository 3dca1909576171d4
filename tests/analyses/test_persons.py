"""Private persons belong to no country, or may belong to any: a choice wherever it moves a number.

Of every other analysis that reads who stands behind an account, no estimate changes.
"""

from __future__ import annotations

import pytest

import research
from research.analysis import analyses, find, run
from research.datasets import selection
from research.measures.publishers import ANYWHERE, private_persons

READERS = [name for name in analyses() if "publisher_origins" in find(name).tables]
OFFER = [name for name in READERS if "persons" in {choice.name for choice in find(name).choices}]
DO_NOT = [name for name in READERS if name not in OFFER]
SLOW = ("licences", "tasks")  # the long test has them too


@pytest.fixture
def of_any_country(monkeypatch):
    """From here on the table says of every private person that the country is not known."""
    origins = research.load("publisher_origins")
    persons = set(origins.loc[private_persons(origins), "author"])
    load = selection.Source.load

    def loaded(source, *columns):
        frame = load(source, *columns)
        if source.table != "publisher_origins":
            return frame
        person = frame["author"].isin(persons)
        assert person.any()
        return frame.assign(candidates=frame["candidates"].mask(person, ANYWHERE))

    return lambda: monkeypatch.setattr(selection.Source, "load", loaded)


def moved(one, other) -> list:
    """The answers and labels of which a number differs between two results."""
    return [
        (key, label)
        for key, answer in one.answers.items()
        for label, found in answer.estimates.items()
        if found != other.answers[key].estimates[label]
    ]


def test_most_analyses_that_code_origins_offer_the_choice():
    assert {"hundred_chinese_models", "lineage", "published_flows", "router_use"} <= set(OFFER)
    assert {"creators", "tasks", "licences"} <= set(DO_NOT)


@pytest.mark.parametrize("name", [name for name in DO_NOT if name not in SLOW])
def test_elsewhere_it_moves_no_number(name, of_any_country):
    known = run(find(name), multiverse=False)
    of_any_country()
    assert moved(known, run(find(name), multiverse=False)) == []


@pytest.mark.long
@pytest.mark.parametrize("name", DO_NOT)
def test_elsewhere_no_specification_moves_either(name, of_any_country):
    known = run(find(name))
    of_any_country()
    found = run(find(name))
    for key, answer in known.answers.items():
        assert answer.robustness == found.answers[key].robustness
        assert answer.specifications == found.answers[key].specifications


def test_the_table_that_it_is_shown_with_would_tell(of_any_country):
    known = run(find("published_flows"), multiverse=False)
    of_any_country()
    assert moved(known, run(find("published_flows"), multiverse=False)) == [
        ("1,000 most downloaded", "share of the downloads of a later list, China minus US")
    ]


@pytest.mark.long
@pytest.mark.parametrize("name", OFFER)
def test_persons_of_any_country_open_a_set_and_move_no_value(name):
    known = run(find(name), multiverse=False)
    found = run(find(name), fixed={"persons": "of any country"}, multiverse=False)
    for key, answer in found.answers.items():
        for label, opened in answer.estimates.items():
            closed = known.answers[key].estimates[label]
            assert opened.value == closed.value, (key, label)
            if closed.bounds is not None:
                assert opened.bounds.low <= closed.bounds.low, (key, label)
                assert opened.bounds.high >= closed.bounds.high, (key, label)


@pytest.mark.parametrize("cohort", ["35 models", "41 models"])
def test_in_a_cohort_they_open_as_much_as_they_hold(cohort):
    flows = research.load("hub_maker_flows")
    year = flows["month"].between("2025-02-01", "2026-02-28") & flows["cohort"].eq(cohort)
    made = flows["hub_downloads_per_30d"] * flows["month"].dt.days_in_month
    held = made[year].groupby(flows["maker"]).sum()
    share = held["private persons"] / held.sum()
    key, label = f"a year, {cohort}", "share of the downloads of a cohort, China minus US"
    closed, opened = (
        run(find("published_flows"), fixed={"persons": persons}, multiverse=False)
        .answers[key].estimates[label].bounds
        for persons in ("in no country", "of any country")
    )  # fmt: skip
    assert opened.low == pytest.approx(closed.low - share)
    assert opened.high == pytest.approx(closed.high + share)
