"""Sizes of models of both countries."""

import pandas as pd
import pytest

import research

GAP = "share that is small, China minus US"


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("chinese_model_sizes")


@pytest.fixture(scope="module")
def models():
    origins = research.load("publisher_origins")
    own = origins[
        (origins["role"] != "repackager") & ~origins["kind"].isin(["individual", "unknown"])
    ]
    rows = research.load("hub_llm_models").merge(own.dropna(subset="kind"), on="author")
    kinds = ["text-generation", "image-text-to-text", "any-to-any"]
    year = rows["created_at"].gt("2024-11-27") & rows["created_at"].le("2025-11-27")
    return rows[rows["pipeline_tag"].isin(kinds) & year]


@pytest.mark.parametrize(
    ("small", "edge"), [("below 7 billion parameters", 7e9), ("below 1 billion parameters", 1e9)]
)
def test_the_gap_is_the_difference_of_both_shares(result, models, small, edge):
    china, us = (
        models.loc[models["candidates"] == code, "parameters"].lt(edge).mean()
        for code in ("CN", "US")
    )
    found = result.answer(small=small, weight="models").estimates[GAP]
    assert found.value == pytest.approx(china - us)
    assert found.bounds.low <= found.value <= found.bounds.high


def test_chinese_models_are_not_the_smaller_ones_by_number(result, models):
    found = result.answer(weight="models").estimates
    assert found[GAP].bounds.high < 0
    median = models.loc[models["candidates"] == "CN", "parameters"].median()
    assert found["median size of the Chinese models"].value == pytest.approx(median / 1e9)


def test_weighted_by_downloads_there_is_no_median(result):
    labels = result.answer(weight="downloads").estimates
    assert not any(label.startswith("median") for label in labels)


def test_nothing_is_judged(result):
    assert [settled.word for settled in result.settled] == ["not testable"]
    assert pd.Series(result.hypotheses).empty
