"""Pulls and families of both channels, against the tables."""

from __future__ import annotations

import pandas as pd
import pytest

import research
from research.doubts import Coarse
from research.measures.channels import in_both, of_families, over_families
from research.measures.publishers import library_publishers
from research.measures.pulls import WEIGHTS, ollama_pulls, pulls_by_name

DAY = pd.Timestamp("2026-06-11")


@pytest.fixture(scope="module")
def series():
    return research.load("ollama_library_pulls")


@pytest.fixture(scope="module")
def names():
    return research.load("model_crosswalk_names")


@pytest.mark.parametrize("window", [30, None])
def test_only_the_chosen_names_are_pulled_each_from_its_account(series, names, window):
    local = names[~names["served_remotely"]]
    library = library_publishers(local, research.load("publisher_origins"))
    found = ollama_pulls(series, library, DAY, window).rows
    every = pulls_by_name(series, DAY, window)
    assert set(found.index) == set(every.index) & set(local["ollama_name"])
    assert len(found) < len(every)
    pd.testing.assert_frame_equal(found[WEIGHTS], every.loc[found.index])
    accounts = local.set_index("ollama_name")["hub_account"]
    assert found["account"].dropna().to_dict() == accounts[found.index].dropna().to_dict()


def units(weights, families) -> Coarse:
    rows = pd.DataFrame({"family": families, "origin": "", "organisation": "someone"})
    return Coarse(rows.assign(low=weights, value=weights, high=weights), ())


def test_families_in_both_channels_are_the_same_on_either_side():
    pulled = units([1.0, 2, 3], ["phi3", "qwen3", "llama3"])
    listed = units([1.0] * 5, ["qwen3", None, "llama3", "bert", "qwen3"])
    names, models = in_both(pulled, listed)
    assert names.rows["family"].tolist() == ["qwen3", "llama3"]
    assert models.rows.index.tolist() == [0, 2, 4]


def test_what_only_one_channel_holds_is_taken_by_publisher(series, names):
    library = library_publishers(names, research.load("publisher_origins"))
    pulled = ollama_pulls(series, library, DAY, 30)
    listed = units([5.0, 1, 2, 4, 3], ["qwen3", None, "qwen3", "no-family", None])
    pulls, other = over_families(pulled, listed, library)
    assert pulls.rows["family"].equals(other.rows["family"])
    held = other.rows[other.rows["value"] > 0].set_index(["family", "shared"])["value"]
    assert held.to_dict() == {("qwen3", "yes"): 7, ("", "no"): 8}
    assert pulls.rows["value"].sum() == pulled.rows["value"].sum()
    qwen = pulls.rows.set_index("family").loc["qwen3"]
    assert qwen[["organisation", "origin", "shared"]].tolist() == ["Alibaba", "CN", "yes"]


def test_a_family_may_be_whatever_its_own_repositories_are():
    columns = ["hub_repository", "ollama_name", "relation"]
    rows = [["a/x", "x", "own"], ["a/y", "y", "own"], ["b/y", "y", "own"], ["c/x", "x", "copy"]]
    facts = pd.Series({"a/x": "mit", "c/x": "gpl", "a/y": "apache-2.0"})
    found = of_families(facts, pd.DataFrame(rows, columns=columns))
    assert found.to_dict() == {"x": "mit", "y": ""}
