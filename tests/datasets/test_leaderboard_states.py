"""The leaderboard as it stood: whole, in order, and with the flaws that change an answer."""

from __future__ import annotations

import pandas as pd
import pytest

from research.datasets import describe, load


@pytest.fixture(scope="module")
def daily():
    return load("leaderboard_states")


@pytest.fixture(scope="module")
def whole():
    return load("leaderboard_full")


@pytest.fixture(scope="module")
def first_version():
    return load("leaderboard_first_version")


def leading(table: pd.DataFrame, day: str, places: int = 10) -> pd.DataFrame:
    return table[(table["as_of"] == day) & (table["rank"] <= places)]


def test_every_day_has_its_hundred_in_order(daily):
    assert (len(daily), daily["as_of"].nunique()) == (24_267, 190)
    hundred = daily[daily["rank"] <= 100].groupby("as_of")["rank"]
    assert hundred.agg(["size", "min", "max"]).drop_duplicates().to_numpy().tolist() == [
        [100, 1, 100]
    ]
    in_order = daily.groupby("as_of")["average_score"].apply(lambda s: s.is_monotonic_decreasing)
    assert in_order.all()
    every_day = pd.date_range("2024-07-13", "2025-03-21")
    missing = every_day.difference(daily["as_of"].unique())
    assert (len(every_day), len(missing)) == (252, 62)
    assert pd.Timestamp("2024-08-18") in missing
    assert pd.Timestamp("2024-08-19") not in missing


@pytest.mark.parametrize(
    ("day", "models", "away"), [("2024-07-13", 237, 0), ("2024-08-19", 731, 36)]
)
def test_whole_days_agree_with_the_daily_states(daily, whole, day, models, away):
    table = whole[whole["as_of"] == day]
    assert len(table) == models
    assert (~table["available_on_hub"]).sum() == away
    here, there = leading(table, day, 100), leading(daily, day, 100)
    assert here["model_id"].tolist() == there["model_id"].tolist()
    assert here["average_score"].tolist() == there["average_score"].tolist()


def test_the_first_version_has_its_days(first_version):
    lengths = first_version.groupby("as_of").size()
    assert (len(lengths), lengths.iloc[-1]) == (19, 1000)
    assert lengths.iloc[:-1].between(49, 100).all()
    last = first_version[first_version["as_of"] == "2024-06-19"]
    assert (~last["available_on_hub"]).sum() == 203
    first = first_version[first_version["as_of"] < "2024"]
    assert first["model_id"].str.contains("/").mean() == pytest.approx(0.958, abs=0.0005)


# Known flaws --------------------------------------------------------------------------------------


def test_place_ten_is_shared_on_the_first_day(whole):
    first = leading(whole, "2024-07-13", 12).set_index("model_id")["average_score"]
    assert first[first == 29.56].index.tolist() == ["Qwen/Qwen1.5-110B", "abacusai/Smaug-72B-v0.1"]
    chinese = {"Qwen", "01-ai", "internlm"}
    sure, tied = first[first > 29.56], first[first == 29.56]
    counts = [sum(name.split("/")[0] in chinese for name in part.index) for part in (sure, tied)]
    assert (len(sure), counts) == (9, [4, 1])


def test_publisher_and_architecture_are_two_readings(daily):
    ten = leading(daily, "2024-08-19")
    assert ten["model_id"].str.startswith("Qwen/").sum() == 1
    assert (ten["architecture"] == "Qwen2ForCausalLM").sum() == 8
    assert ten["base_models"].isna().all()
    assert daily.loc[daily["base_models"].notna(), "as_of"].min() == pd.Timestamp("2024-08-30")


def test_llama_carries_the_architecture_of_another(daily, whole):
    wrong = daily[
        daily["model_id"].str.contains("Llama-3.1", regex=False)
        & (daily["architecture"] == "InternLM2ForCausalLM")
    ]
    assert wrong["model_id"].nunique() == 3
    assert wrong["as_of"].agg(["min", "max"]).dt.strftime("%m-%d").tolist() == ["07-26", "08-28"]
    august = whole[(whole["as_of"] == "2024-08-19") & ~whole["model_id"].str.startswith("internlm")]
    marked = august.loc[august["architecture"] == "InternLM2ForCausalLM", "model_id"]
    assert len(marked) == 6
    assert {"google/gemma-2-2b", "google/gemma-2-2b-it"} <= set(marked)


def test_a_model_may_stand_twice(daily, whole):
    key = ["as_of", "model_id"]
    assert daily.duplicated(key).sum() == 431
    assert whole.duplicated(key).sum() == 24
    assert not whole.duplicated([*key, "precision"]).any()


def test_a_day_tells_the_maintainers_choice_or_the_official_providers(daily):
    told = daily.groupby("as_of")[["highlighted", "official_provider"]].sum()
    asked = daily.groupby("as_of")[["highlighted", "official_provider"]].count() > 0
    days = asked.index
    late = (days >= "2025-01-09") | ((days >= "2024-12-05") & (days <= "2024-12-10"))
    assert (asked["official_provider"] == late).all()
    assert (asked["highlighted"] == ~late).all()
    assert (told.loc[late, "official_provider"] == 50).all()
    chosen = told.loc[~late, "highlighted"]
    assert (chosen.min(), chosen.max()) == (50, 91)


def test_places_of_one_day_of_2023_do_not_follow_the_average(first_version):
    ordered = first_version.sort_values(["as_of", "rank"])
    upwards = ordered.groupby("as_of")["average_score"].diff() > 0
    assert upwards.groupby(ordered["as_of"]).sum().loc[lambda n: n > 0].to_dict() == {
        pd.Timestamp("2023-07-28"): 40,
        pd.Timestamp("2023-10-04"): 1,
    }


def test_sources_with_a_licence_of_their_own_are_named():
    names = {one["name"] for one in describe("leaderboard_states").descriptor["licenses"]}
    assert names == {"MPL-2.0", "MIT"}
