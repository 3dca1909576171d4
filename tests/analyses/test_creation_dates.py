"""No repository of the models named existed in July 2023."""

from __future__ import annotations

import pandas as pd
import pytest

import research
from research import figures
from research.analysis import find

EARLIEST = "days from July 2023 to the first repository of any named model"
BEGINNINGS = {"Kimi-K2": "kimi-k2", "Qwen3": "qwen3", "GLM-4": "glm-4", "Wan 2.2": "wan"}


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("creation_dates")


@pytest.fixture(scope="module")
def dated():
    columns = ["model_id", "created_at", "legacy_created_at"]
    tables = [research.load(name)[columns] for name in ("hub_llm_models", "hub_top_models")]
    rows = pd.concat(tables).dropna(subset="created_at")
    return rows[~rows["legacy_created_at"].fillna(False)]


@pytest.mark.parametrize("model", BEGINNINGS)
def test_no_repository_of_the_name_is_older_than_the_claim(result, dated, model):
    name = dated["model_id"].str.split("/").str[1].str.lower()
    mine = dated[name.str.startswith(BEGINNINGS[model])]
    assert mine["created_at"].min() > pd.Timestamp("2023-07-31")
    (created,) = (row[2] for row in result.answer().tables["first"].rows if row[0] == model)
    assert pd.Timestamp(created) >= mine["created_at"].min()


def test_the_claim_is_contradicted_by_data_and_by_document(result):
    assert result.answer().verdicts[EARLIEST].word == "contradicted"
    (settled,) = result.settled
    assert (settled.claim, settled.word) == (
        "trending/july-2023",
        "contradicted by documentation",
    )
    sources = research.load("claim_sources").set_index("source")
    assert "/2025/07/" in sources.loc["trending-top10", "url"]


def test_the_earliest_of_the_four_is_judged(result):
    answer = result.answer()
    earliest = min(pd.Timestamp(row[2]) for row in answer.tables["first"].rows)
    found = answer.estimates[EARLIEST]
    assert found.value == (earliest - pd.Timestamp("2023-07-31")).days == 309
    (point,) = found.tipping_points
    assert point.threshold == 309
    assert "glm-4-9b-chat" in point.sentence


def test_anyones_repositories_do_not_change_the_answer(result):
    rows = result.answer().specifications
    choices = [c for row in rows for c in row.combinations]
    assert {c["repositories"] for c in choices} == {"of the publisher", "of anyone"}
    assert all(row.value > 0 for row in rows)


def test_the_figure_marks_the_four_dates(result):
    with figures.theme():
        (axes,) = find("creation_dates").module.figure(result).axes
    table = result.answer().tables["first"]
    rows = table.records()
    marks = {pd.Timestamp(line.get_xdata()[0]) for line in axes.lines}
    assert marks == {pd.Timestamp(row["created"]) for row in rows}
