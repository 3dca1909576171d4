"""Ranks of DeepSeek and Qwen: one of the two leads, the other depends on what is counted."""

from __future__ import annotations

import pandas as pd
import pytest

import research
from research import figures
from research.analysis import find

LOWER = "rank of the lower one of DeepSeek and Qwen"
RANK = "rank of {}"
POPULATIONS = ["top 1,000", "language models", "text generation", "catalogue", "Ollama pulls"]
EXACT = 1e-9


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("leading_families")


@pytest.fixture(scope="module")
def text():
    top = research.load("hub_top_models")
    june = top[(top["as_of"] == "2026-06-11") & (top["pipeline_tag"] == "text-generation")]
    return june.fillna({"base_models": ""})


def families(result, population):
    table = result.answer(population=population).tables["totals"]
    return table.to_frame().set_index("family")


def specification(result, population, **choices):
    return next(
        row
        for row in result.answer(population=population).specifications
        if any(choices.items() <= c.items() for c in row.combinations)
    )


@pytest.mark.parametrize(("family", "account"), [("Qwen", "Qwen"), ("DeepSeek", "deepseek-ai")])
def test_by_account_the_ranks_are_those_of_plain_sums(result, text, family, account):
    totals = text.groupby("author")["hub_downloads_30d"].sum()
    rank = 1 + (totals > totals[account]).sum()
    chosen = specification(result, "text generation", belongs="to its account")
    assert rank in (1, 2)
    assert chosen.value == 2
    assert chosen.verdict.word == "holds"
    assert family in families(result, "text generation").index


def bearing(text) -> pd.Series:
    """Which of three names each model bears: in its own name, or else in that of its base."""
    found = []
    for model, bases in zip(text["model_id"], text["base_models"], strict=True):
        own, base = (" ".join(n.split("/")[-1] for n in t.split("|")) for t in (model, bases))
        names = {f for f in ("deepseek", "qwen", "llama") if f in own.lower()}
        found.append(names or {f for f in ("deepseek", "qwen", "llama") if f in base.lower()})
    return pd.Series(found, index=text.index)


@pytest.mark.parametrize("family", ["DeepSeek", "Llama"])
def test_by_name_a_family_holds_every_model_that_bears_its_name(result, text, family):
    names, weight = bearing(text), text["hub_downloads_30d"].astype(float)
    of = names.map(lambda found: family.lower() in found)
    alone = names.map(lambda found: found == {family.lower()})
    table = families(result, "text generation").loc[family]
    assert table["high"] == pytest.approx(weight[of].sum())
    assert table["low"] == pytest.approx(weight[alone].sum())
    assert table["models"] == of.sum()
    assert table["low"] < table["value"] < table["high"]


def test_a_model_that_bears_no_name_belongs_to_the_family_of_its_base(result, text):
    of = bearing(text).map(lambda found: "qwen" in found)
    qwen = families(result, "text generation").loc["Qwen"]
    assert qwen["high"] == pytest.approx(text["hub_downloads_30d"][of].sum())
    assert of.sum() > text["model_id"].str.lower().str.contains("/.*qwen").sum()


def test_the_claim_fails_wherever_models_count_for_the_family_they_are_named_after(result):
    words = {p: result.answer(population=p).verdicts[LOWER].word for p in POPULATIONS}
    assert set(words.values()) == {"does not hold"}


@pytest.mark.parametrize("population", POPULATIONS)
def test_the_lower_rank_is_the_worse_of_the_two(result, population):
    found = result.answer(population=population).estimates
    ranks = [found[RANK.format(family)] for family in ("DeepSeek", "Qwen")]
    assert found[LOWER].value == max(rank.value for rank in ranks)
    assert found[LOWER].bounds.high == max(rank.bounds.high for rank in ranks)
    totals = families(result, population)
    for family, rank in zip(("DeepSeek", "Qwen"), ranks, strict=True):
        mine, others = totals.loc[family], totals.drop(index=family)
        assert rank.bounds.low == 1 + (others["low"] > mine["high"]).sum()
        assert rank.bounds.high == 1 + (others["high"] > mine["low"]).sum()
    row = next(r for r in found[LOWER].budget if r.source == "other models drawn")
    assert 2 <= row.low <= row.high


@pytest.mark.parametrize("population", ["text generation", "Ollama pulls", "catalogue"])
def test_the_factor_puts_the_lower_one_level_with_the_largest_rival(result, population):
    totals = families(result, population)["value"]
    rivals = totals.drop(["DeepSeek", "Qwen"])
    lower = totals[["DeepSeek", "Qwen"]].min()
    (point,) = result.answer(population=population).estimates[LOWER].tipping_points
    assert lower * point.threshold == pytest.approx(rivals.max(), rel=EXACT)
    assert point.threshold > 1


def test_pulls_of_the_months_before_the_claim_are_ranked_as_shown(result):
    series = research.load("ollama_library_pulls")
    days = [
        series[series["date"] == day].set_index("ollama_name")["ollama_pulls_total"]
        for day in ("2025-02-17", "2025-11-27")
    ]
    gain = (days[1] - days[0].reindex(days[1].index).fillna(0)).clip(lower=0)
    llama = gain[gain.index.str.contains("llama") & ~gain.index.str.contains("deepseek")]
    assert families(result, "Ollama pulls").loc["Llama", "value"] == pytest.approx(llama.sum())
    ranks = result.answer(population="Ollama pulls").estimates
    assert ranks[RANK.format("DeepSeek")].value == 2
    assert ranks[RANK.format("Qwen")].value == 3


def test_other_draws_of_models_leave_the_rank_of_deepseek_open(result):
    found = result.answer(population="text generation").estimates
    assert (found[RANK.format("Qwen")].budget[0].low, found[RANK.format("Qwen")].value) == (1, 1)
    row = found[RANK.format("DeepSeek")].budget[0]
    assert row.low < found[RANK.format("DeepSeek")].value < row.high


def test_the_figure_draws_the_totals_in_order(result):
    with figures.theme():
        panels = find("leading_families").module.figure(result).axes
    for axes, population in zip(
        panels, ("top 1,000", "text generation", "Ollama pulls"), strict=True
    ):
        points = [line.get_xdata()[0] for line in axes.lines if len(line.get_xdata()) == 1]
        totals = families(result, population)["value"] / 1e6
        assert points[:6] == pytest.approx(list(totals.head(6)))
        names = [label.get_text() for label in axes.get_yticklabels()]
        assert any(name.endswith("DeepSeek") for name in names)
