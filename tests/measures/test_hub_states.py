"""Dated states of the Hub: coded by who made a model, compared only where they may be."""

from __future__ import annotations

import pandas as pd
import pytest

import research
from research.doubts import Share, where
from research.measures.hub_states import (
    common_size,
    crossing,
    for_trend,
    hub_state,
    later_states,
    new_models,
    refuse_unlabelled,
    states_of,
    with_later,
)
from research.measures.publishers import CHINA_MINUS_US
from research.results import CannotEstimate
from tests.origins import coded_origins

EXACT = 1e-12


@pytest.fixture(scope="module")
def tables():
    return research.load("hub_history"), research.load("publisher_origins")


@pytest.fixture(scope="module")
def states():
    return states_of(research.load("hub_history_states"))


@pytest.fixture(scope="module")
def plain(tables):
    """The lists with the code of who made each model, in plain pandas."""
    coded = coded_origins().set_index("author")["candidates"]
    rows = tables[0][tables[0]["rank"] <= 999]
    who = rows["model_id"].where(rows["model_id"].isin(coded.index), rows["account"])
    task = rows["task"].replace(["conversational", "text2text-generation"], "text-generation")
    return rows.assign(code=who.map(coded).fillna(""), merged=task.fillna(""))


def lead(rows):
    weight = rows["hub_downloads_30d"].astype(float)
    sums = weight.groupby(rows["code"]).sum()
    return (sums.get("CN", 0) - sums.get("US", 0)) / weight.sum()


def test_the_lead_of_every_day_is_a_plain_sum(tables, states, plain):
    for day in states:
        rows = plain[plain["as_of"] == day]
        found = CHINA_MINUS_US.in_(hub_state(*tables, day, 999))
        assert found.value == pytest.approx(lead(rows), abs=EXACT), day
        weight = rows["hub_downloads_30d"]
        may = [rows["code"].eq("") | rows["code"].str.contains(code) for code in ("CN", "US")]
        certain = [rows["code"].eq(code) for code in ("CN", "US")]
        low = (weight[certain[0]].sum() - weight[may[1]].sum()) / weight.sum()
        high = (weight[may[0]].sum() - weight[certain[1]].sum()) / weight.sum()
        assert tuple(found.bounds()) == pytest.approx((low, high), abs=EXACT), day


def test_text_generation_is_counted_under_its_merged_label(tables, plain):
    rows = plain[plain["as_of"] == "2022-07-02"]
    units = hub_state(*tables, "2022-07-02", 999)
    assert units.rows["task"].tolist() == rows["merged"].tolist()
    asked = Share(of=where(origin="US"), among=where(task="text-generation")).in_(units)
    text = rows[rows["merged"] == "text-generation"]
    held = text.loc[text["code"] == "US", "hub_downloads_30d"].sum()
    assert asked.certain.value == pytest.approx(held / text["hub_downloads_30d"].sum(), abs=EXACT)
    as_they_were = set(tables[0].loc[tables[0]["as_of"] == "2022-07-02", "task"].dropna())
    assert {"conversational", "text2text-generation"} <= as_they_were


def test_models_of_unknown_age_may_be_new_and_older_ones_are_left_out(tables, plain):
    day = pd.Timestamp("2024-09-20")
    rows = plain[plain["as_of"] == day]
    found = new_models(hub_state(*tables, "2024-09-20", 999), "2024-09-20").rows
    since = day - pd.Timedelta(days=365)
    assert found["member"].sum() == (rows["created_at"] >= since).sum()
    assert len(found) - found["member"].sum() == rows["created_at"].isna().sum()


def test_the_day_of_a_bulk_import_is_the_latest_that_a_creation_can_be(tables):
    rows = tables[0][tables[0]["as_of"] == "2022-07-02"]
    legacy = rows["legacy_created_at"].fillna(False).astype(bool)
    found = new_models(hub_state(*tables, "2022-07-02", 1000), "2022-07-02").rows
    assert not found.loc[found.index.isin(rows.loc[legacy, "model_id"]), "member"].any()


def test_lists_are_compared_at_the_length_of_the_shortest(tables, states):
    assert common_size(states) == 999
    with pytest.raises(CannotEstimate, match="999 models, not 1000"):
        hub_state(*tables, "2025-03-21", 1000)


def test_tasks_of_a_day_without_any_are_refused(states):
    refuse_unlabelled([states["2022-10-01"], states["2024-09-20"]])
    with pytest.raises(CannotEstimate, match="no task is recorded on 2021-06-15"):
        refuse_unlabelled([states["2021-06-15"]])


def test_a_trend_needs_four_states_that_count_alike_and_are_apart(states):
    assert len(for_trend([*states.values()])) == 4
    with pytest.raises(CannotEstimate, match="there are 3"):
        for_trend([state for state in states.values() if state.day != "2024-09-20"])
    with pytest.raises(CannotEstimate, match="there are 1"):  # a day apart, windows overlap
        for_trend([states["2026-06-10"], states["2026-06-11"]])


@pytest.mark.parametrize(
    ("sets", "behind", "ahead"),
    [
        ([(-3, -2), (-1, 1), (1, 2)], 0, 2),
        ([(-3, -2), (-1, 1), (-2, -1)], 2, None),
        ([(1, 2), (-2, -1), (1, 2)], None, 0),  # ahead at once: no state before shows it behind
        ([(-1, 1), (-1, 1), (-1, 1)], None, None),
    ],
)
def test_a_crossing_lies_between_the_last_day_behind_and_the_first_ahead(sets, behind, ahead):
    days = pd.Series(pd.to_datetime(["2022-01-01", "2024-01-01", "2026-01-01"]))
    found = crossing(days, *(pd.Series([pair[end] for pair in sets]) for end in (0, 1)))
    assert found.behind == (None if behind is None else days[behind])
    assert found.ahead == (None if ahead is None else days[ahead])
    with pytest.raises(CannotEstimate):
        found.day()


def test_a_crossing_within_one_window_has_a_day():
    days = pd.Series(pd.to_datetime(["2026-01-01", "2026-01-31"]))
    found = crossing(days, pd.Series([-2.0, 1.0]), pd.Series([-1.0, 2.0]))
    assert found.day() == days[1]


# Next month's list --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def next_month():
    top = research.load("hub_top_models")
    last = top[top["as_of"] == top["as_of"].max()]
    return last.assign(as_of=pd.Timestamp("2026-12-11")).sample(frac=1, random_state=1)


def test_a_later_list_becomes_a_state_of_its_own(tables, next_month):
    history = with_later(tables[0], next_month)
    found = later_states(research.load("hub_history_states"), next_month)
    assert list(found)[-1] == "2026-12-11"
    units = hub_state(history, tables[1], "2026-12-11", 999)
    before = hub_state(*tables, "2026-06-11", 999)
    assert CHINA_MINUS_US.in_(units).bounds() == CHINA_MINUS_US.in_(before).bounds()
    assert len(for_trend([*found.values()])) == 5
    assert len(history) == len(tables[0]) + 1000


def test_a_later_list_that_is_shorter_is_refused(next_month):
    with pytest.raises(CannotEstimate, match="300 models, and the dated lists have 999"):
        later_states(research.load("hub_history_states"), next_month.head(300))
