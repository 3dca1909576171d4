"""Flows of a cohort and a later list: both put the US ahead, and Qwen's lead hangs on one spike."""

from __future__ import annotations

import pytest

import research

LEAD = "share of the downloads of a cohort, China minus US"
LATER_LEAD = "share of the downloads of a later list, China minus US"
EIGHT = "downloads of Qwen per download of the next eight makers, in a cohort"
LATER_EIGHT = "downloads of Qwen per download of the next eight makers, in a later list"
NAMED = ("Meta", "DeepSeek", "OpenAI", "Mistral AI")  # the cohorts hold none of the other four


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("published_flows")


@pytest.fixture(scope="module")
def flows():
    found = research.load("hub_maker_flows")
    days = found["month"].dt.days_in_month
    return found.assign(downloads=found["hub_downloads_per_30d"] * days / 30)


@pytest.mark.parametrize("cohort", ["35 models", "41 models"])
def test_a_year_of_a_cohort_is_the_sum_of_its_months(result, flows, cohort):
    year = flows[(flows["cohort"] == cohort) & flows["month"].between("2025-02-01", "2026-02-28")]
    by = year.groupby("candidates")["downloads"].sum()
    answer = result.answer(counted=f"a year, {cohort}")
    assert answer.estimates[LEAD].value == pytest.approx((by["CN"] - by["US"]) / by.sum())
    assert answer.verdicts[LEAD].word == "does not hold"
    assert answer.as_of == {"35 models": "2025-12-31", "41 models": "2026-02-28"}[cohort]


@pytest.mark.parametrize("cohort", ["35 models", "41 models"])
def test_in_december_four_of_the_eight_had_more_than_qwen(result, flows, cohort):
    month = flows[(flows["cohort"] == cohort) & (flows["month"] == "2025-12-01")]
    made = month.groupby("maker")["downloads"].sum()
    found = result.answer(counted=f"a month, {cohort}")
    expected = made["Alibaba"] / made[list(NAMED)].sum()
    assert found.estimates[EIGHT].value == pytest.approx(expected)
    assert expected < 1


def test_in_the_later_list_one_spike_decides(result):
    listed = research.load("hub_top_models")
    listed = listed[listed["as_of"] == "2026-04-28"]
    qwen = listed[listed["author"] == "Qwen"]
    answer = result.answer(counted="1,000 most downloaded")
    rows = {s.choices["spike"]: s for s in answer.specifications if s.label == LATER_EIGHT}
    eight = qwen["hub_downloads_30d"].sum() / rows["kept"].value
    spike = listed.loc[listed["traffic_spike"].astype(bool), "hub_downloads_30d"].sum()
    without = (qwen["hub_downloads_30d"].sum() - spike) / eight
    assert rows["removed"].value == pytest.approx(without)
    assert rows["kept"].value > 1 > rows["removed"].value
    assert answer.verdicts[LATER_LEAD].word == "does not hold"
