"""The ten leading models in drawn worlds: closed forms, and every world within what days allow."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import research
from research.doubts import Beliefs, Worlds
from research.measures.leaderboards import TOP, LeadingTen, chinese_of_ten, origins_read

SCORES = [20.0, 19.0, 18.0, 17.0, 16.0, 15.0, 14.0, 13.0, 12.0, 11.0, 11.0, 11.0, 10.0]
MODELS = ["us/one", "none/two", *(f"us/{at}" for at in range(7)), "cn/last", "us/last", "us/too",
          "cn/below"]  # fmt: skip
ORIGINS = {"us": "US", "cn": "CN", "none": "CN|US"}


@pytest.fixture(scope="module")
def worlds() -> Worlds:
    return Worlds(Beliefs.of(research.load("stated_beliefs")))


def test_ties_and_open_origins_are_drawn_each_by_itself(worlds):
    states = pd.DataFrame({
        "as_of": pd.Timestamp("2024-07-13"), "model_id": MODELS, "average_score": SCORES,
    })  # fmt: skip
    origin = states["model_id"].str.split("/").str[0].map(ORIGINS)
    ten = LeadingTen.of(states, origin, research.load("publisher_origins"), "publisher")
    (drawn,) = ten.in_worlds(worlds)
    assert chinese_of_ten(states, origin).iloc[0].tolist() == [0, 1, 2]  # least, shown, most
    # One of two candidates, and one of three models that share the tenth place.
    expected = {0: 1 / 2 * 2 / 3, 1: 1 / 2 * 2 / 3 + 1 / 2 * 1 / 3, 2: 1 / 2 * 1 / 3}
    for number, share in expected.items():
        assert (drawn == number).mean() == pytest.approx(share, abs=0.02)
    assert {doubt.name for doubt in ten.doubts if ten.opens(doubt)} == {
        "origin unknown or disputed", "models that share the tenth place",
    }  # fmt: skip


def believing(worlds: Worlds) -> Worlds:
    """The same, of an analyst who believes something of models that name no base, too."""
    stated = research.load("stated_beliefs")
    like = stated[stated["doubt"] == "architectures that tell nothing"]
    theirs = pd.concat([stated, like.assign(doubt="models that name no base")])
    return replace(worlds, beliefs=Beliefs.of(theirs))


@pytest.mark.parametrize("reading", ["publisher", "architecture", "base"])
def test_every_world_of_the_leaderboard_lies_within_what_its_days_allow(worlds, reading):
    states, origins = (research.load(name) for name in ("leaderboard_states", "publisher_origins"))
    states = states[states["as_of"] >= "2024-08-30"] if reading == "base" else states
    origin = origins_read(states, origins, reading)
    days = chinese_of_ten(states, origin)
    drawn = LeadingTen.of(states, origin, origins, reading).in_worlds(believing(worlds))
    assert drawn.shape == (len(days), worlds.count)
    assert (drawn.min(axis=1) >= days["least"]).all()
    assert (drawn.max(axis=1) <= days["most"]).all()
    closed = days["least"] == days["most"]
    assert (drawn[closed.to_numpy()] == days.loc[closed, ["least"]].to_numpy()).all()
    assert drawn.max() <= TOP
