"""Pulls and families of both channels, against the tables."""

from __future__ import annotations

import pandas as pd
import pytest

import research
from research.measures.channels import HUB_DATES, in_both, pulls_of
from research.measures.pulls import WEIGHTS, pulls_by_name

DAY = pd.Timestamp(HUB_DATES["top 1,000"])


@pytest.fixture(scope="module")
def series():
    return research.load("ollama_library_pulls")


@pytest.fixture(scope="module")
def names():
    return research.load("model_crosswalk_names")


@pytest.mark.parametrize("window", [30, None])
def test_only_the_chosen_names_are_pulled_each_from_its_account(series, names, window):
    local = names[~names["served_remotely"]]
    found, every = pulls_of(local, series, DAY, window), pulls_by_name(series, DAY, window)
    assert set(found.index) == set(every.index) & set(local["ollama_name"])
    assert len(found) < len(every)
    pd.testing.assert_frame_equal(found[WEIGHTS], every.loc[found.index])
    accounts = local.set_index("ollama_name")["hub_account"]
    assert found["hub_account"].dropna().to_dict() == accounts[found.index].dropna().to_dict()


def test_families_in_both_channels_are_the_same_on_either_side():
    pulled = pd.DataFrame({"value": [1, 2, 3]}, index=["phi3", "qwen3", "llama3"])
    listed = pd.DataFrame({"ollama_name": ["qwen3", None, "llama3", "bert", "qwen3"]})
    names, models = in_both(pulled, listed)
    assert names.index.tolist() == ["qwen3", "llama3"]
    assert models.index.tolist() == [0, 2, 4]
