"""Derived models by the bases that they name, counted by hand from the texts."""

from __future__ import annotations

import pytest

import research
from research.analysis import find, run

QWEN = "models made from Qwen's per model made from Llama's"
LLAMA = "models made from Llama's per model made from DeepSeek's"
LISTS = {
    "most downloaded, March 2025": ("hub_history", "2025-03-21"),
    "most downloaded, April 2026": ("hub_history", "2026-04-28"),
    "new models, August 2026": ("hub_lists", "2026-08-22"),
}


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("derivatives")


def counted(rows, maker):
    """Models that name a base of the maker, without the maker's own."""
    return sum(
        any(base.startswith(f"{maker}/") for base in bases.split("|"))
        for model, bases in zip(rows["model_id"], rows["base_models"].fillna(""), strict=True)
        if not model.startswith(f"{maker}/")
    )


@pytest.mark.parametrize("models", LISTS)
def test_ratios_are_those_of_a_count_by_hand(result, models):
    table, day = LISTS[models]
    rows = research.load(table)
    rows = rows[rows["as_of"] == day]
    qwen, llama, deepseek = (
        counted(rows, maker) for maker in ("Qwen", "meta-llama", "deepseek-ai")
    )
    found = result.answer(models=models).estimates
    assert found[QWEN].value == pytest.approx(qwen / llama)
    assert found[LLAMA].value == pytest.approx(llama / deepseek)


@pytest.mark.parametrize("models", LISTS)
def test_that_many_models_with_the_other_base_turn_the_order(result, models):
    answer = result.answer(models=models)
    counts = dict(answer.tables["derived"].rows)
    for label, more, fewer in ((QWEN, "Qwen", "Llama"), (LLAMA, "Llama", "DeepSeek")):
        (point,) = answer.estimates[label].tipping_points
        gap = abs(counts[more] - counts[fewer])
        assert gap - 2 * point.threshold < 0 <= gap - 2 * (point.threshold - 1)


def test_qwen_is_ahead_in_2026_and_in_march_2025_only_with_its_own_models(result):
    words = {models: result.answer(models=models).verdicts[QWEN].word for models in LISTS}
    assert list(words.values()) == ["does not hold", "holds", "holds"]
    rows = result.answer(models="most downloaded, March 2025").specifications
    own = next(s for s in rows if s.label == QWEN and s.choices["own"] == "counted")
    assert own.verdict.word == "holds"


def test_where_nobody_names_a_base_of_a_maker_there_is_no_ratio():
    history = research.load("hub_history")
    bases = history["base_models"].str.replace("deepseek-ai/", "someone/", regex=False)
    analysis = find("derivatives", data={"hub_history": history.assign(base_models=bases)})
    models = "most downloaded, March 2025"
    refused = run(analysis, fixed={"models": models}, multiverse=False).answer(models=models)
    assert not refused.estimates
    assert "names a base of deepseek-ai" in refused.skipped[0].reason


@pytest.mark.parametrize("models", LISTS)
def test_it_is_said_how_many_models_name_a_base(result, models):
    table, day = LISTS[models]
    rows = research.load(table)
    rows = rows[rows["as_of"] == day]
    told = result.answer(models=models).estimates[QWEN].assumptions[0].evidence
    naming = rows["base_models"].notna().sum()
    assert "".join(told.split()).startswith(f"{naming}ofthe{len(rows)}modelslistednameabase")
