"""The lists of the most downloaded models, against the table."""

from __future__ import annotations

import pytest

import research
from research.measures.top_lists import SIZES, WITHOUT_SPIKE, chosen_list, lists_of, top_lists


@pytest.fixture(scope="module")
def models():
    return research.load("hub_top_models")


@pytest.fixture(scope="module")
def lists(models):
    return top_lists(models, 300)


@pytest.mark.parametrize("day", ["2026-04-28", "2026-06-10", "2026-06-11"])
def test_a_list_holds_the_most_downloaded_of_its_day(models, lists, day):
    downloads = models.loc[models["as_of"] == day].set_index("model_id")["hub_downloads_30d"]
    chosen = lists[day]["model_id"]
    assert len(chosen) == 300
    assert downloads[chosen].min() >= downloads.drop(chosen).max()


def test_a_list_without_its_spike_lacks_nothing_else(lists):
    kept, removed = (chosen_list(lists, "2026-04-28", spike) for spike in ("kept", "removed"))
    assert removed["model_id"].tolist() == kept.loc[~kept["traffic_spike"], "model_id"].tolist()
    assert 0 < len(removed) < len(kept)


def test_a_list_without_a_spike_has_none_to_remove(lists):
    assert chosen_list(lists, "2026-06-11", "removed") is lists["2026-06-11"]
    assert f"2026-06-11 {WITHOUT_SPIKE}" not in lists


def test_the_named_lists_are_those_that_the_table_can_fill(models):
    names = list(lists_of(models))
    assert names[:2] == ["top 300, 2026-06-11", "top 1,000, 2026-06-11"]
    assert len(names) == len(SIZES) * models["as_of"].nunique()
    short = models[models["as_of"] == "2026-06-10"]
    assert list(lists_of(short.head(500))) == ["top 300, 2026-06-10"]
    assert list(lists_of(short.head(40))) == ["top 40, 2026-06-10"]


def test_a_list_says_its_size_and_its_day(models):
    found = lists_of(models)["top 1,000, 2026-06-10"]
    assert (found.size, found.day) == (1000, "2026-06-10")
    assert found.population == "the 1,000 most downloaded models"
