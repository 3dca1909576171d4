"""Lists of the Hub chosen by something else than downloads: what they are, and are not."""

from __future__ import annotations

import pandas as pd
import pytest
from huggingface_hub.utils import validate_repo_id

from research.datasets import describe, load


@pytest.fixture(scope="module")
def lists():
    return load("hub_lists")


@pytest.fixture(scope="module")
def radar(lists):
    return lists[lists["chosen_by"] == "a curated radar"]


@pytest.fixture(scope="module")
def gathered(lists):
    return lists[lists["as_of"] == "2025-12-08"]


@pytest.mark.parametrize(
    ("chosen_by", "lengths", "downloads"),
    [
        ("likes within a task", {"2023-04-01": 673}, 140_076_900),
        ("downloads", {"2025-09-28": 12}, 563_720_032),
        ("trend and downloads", {"2025-09-30": 12, "2025-10-01": 12, "2025-10-02": 12}, None),
        ("likes", {"2025-11-06": 97, "2025-11-09": 97, "2025-11-10": 97}, None),
        ("likes, trend and downloads", {"2025-12-08": 1_238}, 731_239_145),
        ("a curated radar", {"2026-08-22": 15_904}, 911_067_134),
    ],
)
def test_lists_are_whole(lists, chosen_by, lengths, downloads):
    chosen = lists[lists["chosen_by"] == chosen_by]
    found = chosen.groupby(chosen["as_of"].dt.strftime("%Y-%m-%d")).size()
    assert found.to_dict() == lengths
    if downloads is not None:
        assert chosen["hub_downloads_30d"].sum() == downloads


def test_models_are_named_as_the_hub_allows(lists):
    for model in lists["model_id"].unique():
        validate_repo_id(model)


def test_only_one_list_is_in_the_order_of_downloads(lists):
    placed = lists.dropna(subset="position").sort_values("position", kind="stable")
    ordered = placed.groupby("as_of")["hub_downloads_30d"].apply(
        lambda counts: counts.is_monotonic_decreasing
    )
    assert ordered[ordered].index.strftime("%Y-%m-%d").tolist() == ["2025-09-28"]
    liked = placed[placed["chosen_by"] == "likes"]
    assert liked.groupby("as_of")["likes"].apply(lambda likes: likes.max()).min() > 12_000
    assert liked["likes"].min() == 1_523


def test_the_list_by_likes_within_a_task_lacks_masked_models(lists):
    of_2023 = lists[lists["as_of"] == "2023-04-01"]
    lengths = of_2023["task"].value_counts()
    assert (lengths == 30).sum() == 21
    assert sorted(lengths[lengths < 30]) == [8, 13, 22]
    assert not {"fill-mask", "feature-extraction"} & set(lengths.index)
    weight = of_2023.set_index("model_id")["hub_downloads_30d"]
    leader = "jonatasgrosman/wav2vec2-large-xlsr-53-english"
    assert weight[leader] / weight.sum() == pytest.approx(0.22, abs=0.005)


def test_half_of_the_leading_hundred_is_missing_from_what_was_gathered(gathered):
    april = load("hub_top_models")
    leading = april[april["as_of"] == "2026-04-28"]["model_id"].head(100)
    assert leading.isin(gathered["model_id"]).sum() == 50
    assert (gathered["hub_downloads_30d"] == 0).sum() == 105


def test_only_counts_of_the_day_agree_with_the_trending_page(gathered):
    fresh = gathered["count_first_seen"] == "2025-12-08"
    assert fresh.sum() == 487
    assert (gathered["count_first_seen"] == "2025-12-02").sum() == 748
    weight = gathered["hub_downloads_30d"]
    assert weight[fresh].sum() / weight.sum() == pytest.approx(0.888, abs=0.0005)
    page = load("hub_trending")
    both = page[page["date"] == "2025-12-08"].merge(gathered, on="model_id", validate="1:1")
    ratio = both["hub_downloads_30d"] / both["hub_downloads_30d_rounded"]
    assert len(both) == 7
    assert ratio.between(0.998, 1.002).all()


def test_the_radar_is_new_models_with_a_few_popular_ones(radar):
    assert (radar["created_at"] >= "2026-08-01").sum() == 14_155
    assert (radar["hub_downloads_30d"] >= 1_000).sum() == 1_569
    weight = radar.set_index("model_id")["hub_downloads_30d"]
    assert weight["sentence-transformers/all-MiniLM-L6-v2"] == 257_229_302
    assert radar["removed"].sum() == 748
    assert radar["model_id"].str.lower().duplicated().sum() == 4
    fresh = radar["count_first_seen"] == "2026-08-22"
    assert weight[fresh.to_numpy()].sum() > 0.999 * weight.sum()


def test_the_radar_lies_between_two_states_of_the_panel(radar):
    panel = load("hub_llm_panel")
    near = panel[panel["as_of"].isin(pd.to_datetime(["2026-08-17", "2026-08-24"]))]
    counts = near.pivot(index="model_id", columns="as_of", values="hub_downloads_30d").dropna()
    both = radar.set_index("model_id")["hub_downloads_30d"].to_frame().join(counts, how="inner")
    large = both[both["hub_downloads_30d"] > 1_000_000]
    inside = large["hub_downloads_30d"].between(
        0.95 * large[counts.columns].min(axis="columns"),
        1.05 * large[counts.columns].max(axis="columns"),
    )
    assert len(large) == 58
    assert inside.sum() == 57


def test_some_declared_parameters_are_impossible(radar):
    declared = radar["parameters"].dropna()
    assert (declared > 10**15).sum() == 2
    assert (declared < 100_000).sum() == 38


def test_what_the_lists_are_not_is_stated():
    package = describe("hub_lists").descriptor
    assert "None of these lists is a part of the Hub's downloads" in package["knownLimitations"][0]
    assert any("686f6c61" in licence["title"] for licence in package["licenses"])
