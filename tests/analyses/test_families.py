"""Architecture families: first and second place, but no dominance, and no origin."""

from __future__ import annotations

import pytest

import research
from research import figures
from research.analysis import find

RATIO, LISTED = "hosts with llama over hosts with qwen2", "listings of llama over qwen2"
BLOCK_HOSTS, BLOCK_LISTINGS = 9_845, 20_980


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("families")


@pytest.fixture(scope="module")
def families():
    return research.load("tenthe_families").set_index("family")


def specs(result, measure, label):
    return {
        (spec.choices["counts"].split()[0], spec.choices["clones"]): spec
        for spec in result.answer(measure=measure).specifications
        if spec.label == label
    }


def test_llama_is_not_on_twice_as_many_hosts_with_or_without_the_block(result, families):
    found = specs(result, "hosts, 2025-04-24", RATIO)
    llama, qwen = families.loc[["llama", "qwen2"], "answering_hosts"]
    without = (llama - BLOCK_HOSTS) / (qwen - BLOCK_HOSTS)
    assert found["families", "kept"].value == pytest.approx(llama / qwen)
    assert found["families", "removed"].value == pytest.approx(without)
    assert without < 2
    point = result.answer(measure="hosts, 2025-04-24").estimates[RATIO].tipping_points[0]
    assert point.threshold is None


def test_exact_tags_alone_rule_twice_out_unless_the_block_goes(result):
    found = specs(result, "hosts, 2025-04-24", RATIO)
    # llama: at least llama3:latest, at most everybody; qwen2: at least deepseek-r1:latest
    assert tuple(found["exact", "kept"].bounds) == pytest.approx((12_659 / 24_038, 24_038 / 12_572))
    left = 24_038 - BLOCK_HOSTS
    expected = (4_058 / left, left / (12_572 - BLOCK_HOSTS))
    assert tuple(found["exact", "removed"].bounds) == pytest.approx(expected)
    assert {key: spec.verdict.word for key, spec in found.items()} == {
        ("families", "kept"): "contradicted",
        ("families", "removed"): "contradicted",
        ("exact", "kept"): "contradicted",
        ("exact", "removed"): "not identified",
    }


def test_by_listings_the_verdict_turns_on_the_block(result, families):
    found = specs(result, "listings, 2025-04-24", LISTED)
    assert found["families", "kept"].verdict.word == "does not hold"
    assert found["families", "removed"].verdict.word == "holds"
    estimate = result.answer(measure="listings, 2025-04-24").estimates[LISTED]
    part = estimate.tipping_points[0].threshold / BLOCK_HOSTS
    llama, qwen = families.loc[["llama", "qwen2"], "tag_occurrences"]
    # three of the five tags are llama, two qwen2
    ratio = (llama - 3 * part * BLOCK_LISTINGS) / (qwen - 2 * part * BLOCK_LISTINGS)
    assert ratio == pytest.approx(2)


def test_the_order_holds_and_another_scan_agrees(result, families):
    hosts = families["answering_hosts"]
    label = "least lead in the order llama, qwen2, others"
    answer = result.answer(measure="hosts, 2025-04-24")
    assert answer.estimates[label].value == hosts["llama"] - hosts["qwen2"]
    assert answer.verdicts[label].word == "supported"
    later = result.answer(measure="hosts, 2025")
    places = "places that llama and qwen2 are off the first two"
    assert later.estimates[places].value == 0
    assert later.verdicts[places].word == "holds"


def test_the_architecture_is_mostly_not_metas(result):
    answer = result.answer(measure="hosts, 2025-04-24")
    names = research.load("ollama_library_names")
    names = names[names["as_of"] == "2025-04-24"]
    coded = research.load("model_crosswalk").set_index("ollama_name")
    llama = coded.loc[names["ollama_name"], "family"].eq("llama")
    meta = coded.loc[names["ollama_name"], "publisher"].eq("Meta") & llama
    label = "llama architecture not published by Meta, of the names of the library"
    assert answer.estimates[label].value == pytest.approx(1 - meta.sum() / llama.sum())
    assert answer.estimates[label].value > 0.9
    assert answer.estimates["names of the library with the architecture mllama"].value == 1


def test_two_claims_are_settled_by_documentation(result):
    assert {answer.claim: answer.word for answer in result.settled} == {
        "tenthe/mllama-hybrids": "contradicted by documentation",
        "tenthe/embeddings-auto-download": "contradicted by documentation",
    }
    assert all(answer.reference for answer in result.settled)


def test_the_figure_draws_the_families_and_every_ratio(result, families):
    with figures.theme():
        bars, ratios = find("families").module.figure(result).axes
    widths = [bar.get_width() for bar in bars.patches]
    assert widths[0::2] == families["answering_hosts"].tolist()
    assert sum(widths[0::2]) - sum(widths[1::2]) == pytest.approx(2 * BLOCK_HOSTS)
    dots = [line.get_xdata()[0] for line in ratios.lines if line.get_marker() == "o"]
    assert dots == pytest.approx([1.1325, 1.2948, 1.6839, 2.0798], abs=1e-3)
