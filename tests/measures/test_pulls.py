"""Pulls of a window, against the series as it stands."""

from __future__ import annotations

import pandas as pd
import pytest

import research
from research.measures.pulls import pulls_by_name
from research.results import ResearchError

DAY = pd.Timestamp("2026-06-11")


@pytest.fixture(scope="module")
def series():
    return research.load("ollama_library_pulls")


def shown(series, day):
    return series[series["date"] == day].set_index("ollama_name")["ollama_pulls_total"]


def test_all_pulls_are_the_totals_of_the_day(series):
    found = pulls_by_name(series, DAY)
    assert found["value"].to_dict() == shown(series, DAY).to_dict()
    assert tuple(found.loc["llama3.1"]) == (115_750_000, 115_800_000, 115_850_000)


def test_new_pulls_are_the_difference_of_two_days(series):
    found = pulls_by_name(series, DAY, 30)
    before = shown(series, DAY - pd.Timedelta(days=30))
    gained = (shown(series, DAY) - before).dropna()
    assert found.loc[gained.index, "value"].tolist() == gained.tolist()
    assert (found["low"] >= 0).all()


def test_a_name_younger_than_the_window_had_no_pulls_before(series):
    before = shown(series, DAY - pd.Timedelta(days=30))
    found = pulls_by_name(series, DAY, 30)
    new = found[~found.index.isin(before.index)]
    assert new["value"].to_dict() == shown(series, DAY)[new.index].to_dict()
    assert len(new) > 0


def test_a_day_that_the_series_lacks_is_refused(series):
    with pytest.raises(ResearchError, match=r"no 2026-08-01\. It runs from 2025-02-17"):
        pulls_by_name(series, pd.Timestamp("2026-08-01"))
