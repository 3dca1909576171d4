"""Sizes of models as names, tags and records tell them."""

from __future__ import annotations

import pandas as pd
import pytest

import research
from research.doubts import Coarse, Share, where
from research.doubts.beliefs import Beliefs
from research.doubts.drawing import Worlds
from research.measures.sizes import (
    ANY,
    EDGES,
    classes,
    of_listed_sizes,
    of_recorded_sizes,
    stated_range,
)

WEIGHTS = dict.fromkeys(["low", "value", "high"], 5.0)


@pytest.mark.parametrize(
    ("size", "expected"),
    [("7b", "M"), ("1b", "S|M"), ("10b", "M|L"), ("270m", "S"), ("e4b", "M"), ("671b", "XL"),
     ("1.5b", "M"), ("70b", "XL"), ("8x22b", "L|XL"), ("8x7b", "M|L|XL")],
)  # fmt: skip
def test_a_stated_size_is_known_to_half_of_its_last_digit(size, expected):
    assert classes(*stated_range(pd.Series([size]))) == [expected]


@pytest.mark.parametrize(
    ("name", "billions", "expected"),
    [("a/Some-12B-NVFP4", 6.9, ["M", "L"]), ("a/Model-GPTQ", 1.9, ["M", "L"]),
     ("a/Plain-8B", 8.2, ["M"]), ("a/Plain-70B", 9.0, ["M", "L", "XL"]),
     ("a/Moe-30B-A3B", 30.5, ["L"]), ("a/Plain-70B", None, ["XL"]), ("gpt2", None, [ANY]),
     ("opt-350m", None, ["S"]), ("a/x-1b", None, ["S", "M"]), ("a/x-1b", 0.9, ["S"]),
     ("a/Mix-8x7B", None, ["M", "L", "XL"]), ("a/Mix-8x7B", 46.7, ["L"])],
)  # fmt: skip
def test_packed_doubtful_and_missing_sizes_are_ranges(name, billions, expected):
    size = None if billions is None else billions * 1e9
    models = Coarse(pd.DataFrame({"parameters": [size], **WEIGHTS}, index=[name]), ())
    assert of_recorded_sizes(models).rows["size"].item().split("|") == expected
    alone = of_recorded_sizes(models, "record alone").rows["size"].item()
    assert alone in EDGES if billions else alone == ANY


def test_a_model_that_tells_no_size_is_believed_to_be_as_others_of_its_organisation():
    sizes = [5e8] * 30 + [7e9] * 10 + [None]
    rows = pd.DataFrame({"parameters": sizes, **WEIGHTS}, index=[f"a/m{i}" for i in range(41)])
    rows = rows.assign(organisation=["a"] * 30 + ["b"] * 10 + ["a"])
    models = of_recorded_sizes(Coarse(rows, ()))
    small = Share(of=where(size="S")).in_(models)
    worlds = Worlds(Beliefs.of(research.load("stated_beliefs")))
    assert tuple(small.bounds()) == pytest.approx((30 / 41, 31 / 41))
    drawn_small = (small.in_worlds(worlds) > 30.5 / 41).mean()
    assert drawn_small == pytest.approx((30 + 0.75) / 31, abs=0.01)  # 30 of its own, 1 the list


def test_a_name_may_be_of_any_size_that_it_lists_and_of_any_at_all_where_it_lists_none():
    pulled = Coarse(pd.DataFrame(WEIGHTS, index=["qwen3", "phi3", "odd"]), ())
    series = pd.DataFrame(
        {"ollama_name": ["qwen3", "phi3", "odd"], "sizes": ["0.6b|8b|235b", None, "1m"]}
    )
    tags = pd.DataFrame(
        {"ollama_name": ["phi3", "phi3", "odd"], "tag": ["14b-q4", "latest", "latest"]}
    )
    found = of_listed_sizes(pulled, series, tags).rows
    assert set(found.loc["qwen3", "size"].split("|")) == {"S", "M", "XL"}
    assert found.loc["phi3", "size"] == "L"
    assert pd.isna(found.loc["odd", "size"])
    assert found["size_doubt"].tolist() == ["names of several sizes"] * 2 + ["names without a size"]
