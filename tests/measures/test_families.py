"""Families one by one, against the tables and plain arithmetic."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import research
from research.doubts import Coarse, Representation, where
from research.measures.families import course_of_downloads, course_of_pulls, each_family
from research.measures.pulls import WEIGHTS

DAY = pd.Timestamp("2026-06-19")


def channel(low, value, high):
    names = ["phi3", "qwen3", "yi"]
    rows = pd.DataFrame({"family": names, "organisation": "someone", "origin": "US"})
    return Coarse(rows.assign(low=low, value=value, high=high), ())


def test_a_share_is_least_where_all_others_are_most():
    pulls = channel([4.0, 1.0, 0.0], [5.0, 2.0, 1.0], [6.0, 3.0, 2.0])
    downloads = channel(*[[2.0, 6.0, 0.0]] * 3)
    odds = Representation(pulls, downloads, where(family="phi3"))
    rows = each_family(odds, ("pulls", "downloads")).set_index("family")
    first = rows.loc["phi3"]
    assert [first[f"share of pulls {end}"] for end in WEIGHTS] == pytest.approx(
        [4 / (4 + 3 + 2), 5 / 8, 6 / (6 + 1 + 0)]
    )
    assert [first[f"ratio {end}"] for end in WEIGHTS] == pytest.approx(
        [each / (2 / 8) for each in (4 / 9, 5 / 8, 6 / 7)]
    )
    assert all(math.isnan(rows.loc["yi", f"ratio {end}"]) for end in WEIGHTS)  # no downloads
    assert rows.loc["yi", "downloads value"] == 0


def test_windows_of_pulls_follow_one_another_and_are_gains_of_the_series():
    series = research.load("ollama_library_pulls")
    course = course_of_pulls(series, ["llama3.2"], DAY, 30)
    assert course["end"].iloc[-1] == "2026-06-19"
    assert course["begin"].tolist()[1:] == course["end"].tolist()[:-1]
    totals = series[series["ollama_name"] == "llama3.2"].set_index("date")["ollama_pulls_total"]
    gains = [int(totals[row.end] - totals[row.begin]) for row in course.itertuples()]
    assert course["value"].tolist() == gains
    assert (course["low"] <= course["value"]).all()


def test_a_window_that_the_series_lacks_is_left_out():
    series = research.load("ollama_library_pulls")
    lacking = series[series["date"] != pd.Timestamp("2026-05-20")]
    whole, less = (course_of_pulls(rows, ["llama3.2"], DAY, 30) for rows in (series, lacking))
    gone = set(whole["end"]) - set(less["end"])
    assert gone == {"2026-06-19", "2026-05-20"}


def test_downloads_are_those_of_the_models_that_each_list_holds():
    history = research.load("hub_history")
    rules = research.load("model_crosswalk_repositories")
    found = course_of_downloads({"top": history}, rules, ["qwen3-vl", "gemma3"])
    mine = rules[rules["ollama_name"] == "qwen3-vl"]["hub_repository"]
    listed = history[history["model_id"].isin(mine)]
    rows = found[found["family"] == "qwen3-vl"].set_index("end")
    for day, models in listed.groupby("as_of"):
        row = rows.loc[f"{day:%Y-%m-%d}"]
        assert row["downloads"] == models["hub_downloads_30d"].sum()
        assert row["models"] == len(models)
        assert row["spike"] == models["traffic_spike"].any()
    assert rows["spike"].sum() == 1
    assert set(found["family"]) == {"gemma3", "qwen3-vl"}
