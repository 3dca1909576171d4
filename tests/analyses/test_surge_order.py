"""Which of the three names came first, under both readings."""

import pandas as pd
import pytest

import research

AHEAD = "days from Kimi-K2 to the earlier of Qwen3 and GLM-4"


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("surge_order")


def test_the_first_models_of_the_other_names_are_older(result):
    answer = result.answer(meant="the first of the name")
    assert answer.verdicts[AHEAD].word == "contradicted"
    gaps = [answer.estimates[f"days from Kimi-K2 to {name}"].value for name in ("Qwen3", "GLM-4")]
    assert answer.estimates[AHEAD].value == min(gaps) < max(gaps) < 0


def test_the_releases_of_that_month_come_after_it(result):
    answer = result.answer(meant="that month's release")
    assert answer.verdicts[AHEAD].word == "supported"
    dates = [pd.Timestamp(row[2]) for row in answer.tables["first"].rows]
    assert dates[0] < min(dates[1:])
    assert {f"{day:%Y-%m}" for day in dates} == {
        research.load("claim_sources").set_index("source").loc["trending-top10", "published"]
    }


@pytest.mark.parametrize("meant", ["the first of the name", "that month's release"])
def test_the_public_model_instead_of_the_base_model_changes_no_word(result, meant):
    words = {s.verdict.word for s in result.answer(meant=meant).specifications}
    assert len(words) == 1


def test_each_repository_is_its_publishers_own(result):
    for answer in result.answers.values():
        accounts = [row[1].split("/")[0] for row in answer.tables["first"].rows]
        assert set(accounts) <= {"moonshotai", "Qwen", "zai-org", "THUDM"}
