"""Lineage by tags: some Chinese models have Western bases, and many others have Chinese ones."""

from __future__ import annotations

import pandas as pd
import pytest

import research
from research import figures
from research.analysis import find
from tests.origins import coded_origins

WESTERN = "Chinese models made from Western ones"
WESTERN_SHARE = "Western share of the bases of Chinese models"
CHINESE_SHARE = "Chinese share of the bases of all other models"
ARCHITECTURE = "Llama's architecture among Chinese text-generation models"
WEST = {"US", "FR", "GB", "DE", "CA", "NL", "CH", "IT", "ES"}
EXACT = 1e-9


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("lineage")


@pytest.fixture(scope="module")
def origins():
    return coded_origins().set_index("author")["candidates"]


@pytest.fixture(scope="module")
def models(origins):
    """The 1,000 models with the codes of their publisher and of each base of another name."""
    top = research.load("hub_top_models")
    top = top[top["as_of"] == "2026-06-11"].fillna({"base_models": ""})
    rows = []
    for row in top.itertuples():
        named = [b for b in row.base_models.split("|") if b.lower() != row.model_id.lower()]
        owners = [base.split("/")[0] for base in named if base]
        rows.append(
            {
                "model": row.model_id,
                "code": origins.get(row.author),
                "bases": [origins.get(owner) for owner in owners],
                "other": bool(owners) and set(owners) != {row.author},
                "downloads": float(row.hub_downloads_30d),
            }
        )
    return pd.DataFrame(rows)


def test_one_of_the_most_downloaded_chinese_models_names_a_western_base(result, models):
    chinese = models[models["code"] == "CN"]
    western = chinese[chinese["bases"].map(lambda codes: bool(set(codes) & WEST))]
    silent = chinese[chinese["bases"].map(len) == 0]
    found = result.answer(counted="models").estimates[WESTERN]
    assert found.value == len(western) == 1
    assert found.bounds.high == len(western) + len(silent)
    assert western["model"].item() in found.tipping_points[0].sentence


def test_a_model_with_bases_of_several_origins_may_have_that_of_each():
    listed = pd.DataFrame({"model_id": ["Qwen/a", "Qwen/b"], "hub_downloads_30d": 1})
    listed["base_models"] = ["Qwen/x|meta-llama/y", "meta-llama/y|google/z"]
    models = find("lineage").module._of_hub(listed, research.load("publisher_origins"))
    assert models.rows["base"].to_list() == ["China|the West", "the West"]


def test_existence_holds_and_would_be_lost_only_without_every_tag(result):
    for counted in ("models", "Ollama names"):
        answer = result.answer(counted=counted)
        found = answer.estimates[WESTERN]
        assert answer.verdicts[WESTERN].word == "holds"
        assert found.value - found.tipping_points[0].threshold == 0


@pytest.mark.parametrize(("counted", "weight"), [("models", None), ("downloads", "downloads")])
def test_chinese_bases_of_others_are_those_of_a_plain_sum(result, models, counted, weight):
    others = models[(models["code"] != "CN") & models["other"]]
    weights = others[weight] if weight else pd.Series(1.0, index=others.index)
    sure = others["bases"].map(lambda codes: set(codes) == {"CN"})
    found = result.answer(counted=counted).estimates[CHINESE_SHARE]
    assert found.n == len(others)
    assert found.value == pytest.approx(weights[sure].sum() / weights.sum(), abs=EXACT)
    assert found.bounds.low == found.value < found.bounds.high


def test_by_downloads_the_chinese_share_is_less_than_half_of_that_by_models(result):
    models, downloads = (
        result.answer(counted=counted).estimates[CHINESE_SHARE]
        for counted in ("models", "downloads")
    )
    assert downloads.bounds.high < models.bounds.low / 2


def test_names_of_the_library_are_counted_from_the_crosswalk(result):
    names = research.load("model_crosswalk")
    chinese = names[names["publisher_candidates"] == "CN"]
    western = chinese[chinese["base_publisher_country"].isin(WEST)]
    found = result.answer(counted="Ollama names").estimates
    assert found[WESTERN].value == len(western) == 7
    other = chinese["base_publisher"].notna() & (chinese["base_publisher"] != chinese["publisher"])
    assert found[WESTERN_SHARE].value == pytest.approx(len(western) / other.sum(), abs=EXACT)


def test_llama_is_an_architecture_of_one_in_ten_and_yi_bears_it(result, origins):
    catalogue = research.load("hub_llm_models")
    text = catalogue[catalogue["pipeline_tag"] == "text-generation"]
    chinese = text[text["author"].map(origins) == "CN"]
    llama = chinese["architecture"].str.lower() == "llama"
    found = result.answer(counted="models").estimates[ARCHITECTURE]
    assert found.value == pytest.approx(llama.fillna(False).mean(), abs=EXACT)
    assert (chinese["author"][llama.fillna(False)] == "01-ai").any()
    yi = research.load("model_crosswalk").set_index("ollama_name").loc["yi"]
    assert (yi["derivative"], yi["family"]) == (False, "llama")
    assert result.settled[0].word == "supported by documentation"


def test_leaving_out_quantized_copies_changes_the_sample_and_not_the_verdict(result):
    rows = result.answer(counted="models").specifications
    assert {row.verdict.word for row in rows} == {"holds"}
    assert "does not tell" in result.answer(counted="Ollama names").skipped[0].reason


def test_published_shares_are_read_from_the_anchors(result):
    table = result.answer(counted="models").tables["published"]
    assert sorted(share for _, share in table.rows) == [0.63, 0.69]


def test_the_figure_stacks_the_flows_and_draws_the_shares(result):
    with figures.theme():
        flows, shares = find("lineage").module.figure(result).axes
    answer = result.answer(counted="models")
    widths = sum(patch.get_width() for patch in flows.patches if patch.get_height() > 0.5)
    assert widths == pytest.approx(sum(row[2] for row in answer.tables["flows"].rows))
    points = [line.get_xdata()[0] for line in shares.lines if len(line.get_xdata()) == 1]
    for counted in ("models", "downloads", "Ollama names"):
        value = result.answer(counted=counted).estimates[CHINESE_SHARE].value
        assert any(point == pytest.approx(value) for point in points)
