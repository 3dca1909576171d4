"""The ten leading tags: the Chinese-origin share, and what a block of clones does to it."""

from __future__ import annotations

import pytest

import research
from research import figures
from research.analysis import find

CHINESE = {"deepseek-r1:latest", "qwen:latest", "qwen2.5:1.5b"}
SHARE = "Chinese-origin share of the ten leading tags"
ANY = "hosts with a Chinese-origin leading tag"


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("chinese_origin_deployments")


@pytest.fixture(scope="module")
def tags():
    return research.load("tenthe_model_tags").set_index("ollama_tag")


def test_three_of_the_ten_tags_are_chinese_as_the_null_says(result, tags):
    coded = research.load("model_crosswalk_tags").set_index("ollama_tag")["publisher_country"]
    assert set(coded[coded.eq("CN")].index) & set(tags.index) == CHINESE
    assert result.hypotheses[SHARE].null == len(CHINESE) / len(tags)


@pytest.mark.parametrize(
    ("unit", "column"),
    [("tag-host pairs", "answering_hosts"), ("tag occurrences", "tag_occurrences")],
)
def test_the_share_and_what_the_block_leaves_of_it(result, tags, unit, column):
    answer, weights = result.answer(unit=unit), tags[column]
    chinese = weights[list(CHINESE)].sum()
    assert answer.estimates[SHARE].value == pytest.approx(chinese / weights.sum())
    # two of the five tags of the block are Chinese
    block = weights.head(5).min()
    without = (chinese - 2 * block) / (weights.sum() - 5 * block)
    removed = next(s for s in answer.specifications if s.choices["clones"] == "removed")
    assert removed.value == pytest.approx(without)
    assert [s.verdict.word for s in answer.specifications] == ["holds", "does not hold"]


def test_the_tipping_block_brings_the_share_to_the_null(result, tags):
    point = result.answer(unit="tag-host pairs").estimates[SHARE].tipping_points[0]
    weights, clones = tags["answering_hosts"], point.threshold
    share = (weights[list(CHINESE)].sum() - 2 * clones) / (weights.sum() - 5 * clones)
    assert share == pytest.approx(result.hypotheses[SHARE].null)


def test_hosts_with_a_chinese_tag_lie_between_the_largest_tag_and_all(result, tags):
    answer = result.answer(unit="hosts")
    assert tuple(answer.estimates[ANY].bounds) == pytest.approx((12_572 / 24_038, 1))
    clones = answer.estimates[ANY].tipping_points[0].threshold
    assert (12_572 - clones) / (24_038 - clones) == pytest.approx(0.5)
    words = [s.verdict.word for s in answer.specifications if s.label == ANY]
    assert words == ["holds", "does not hold"]


def test_publisher_and_base_model_agree_and_count_once(result):
    for answer in result.answers.values():
        assert {s.choices["origin"] for s in answer.specifications} == {"publisher"}
        assert all(s.equal[0]["origin"] == "base model" for s in answer.specifications)


def test_hosts_of_chinese_architectures_are_most_even_without_the_block(result):
    """The families all of whose bases are Chinese, the larger one; the block holds tags of it."""
    label, answer = "hosts with a model of a Chinese architecture", result.answer(unit="hosts")
    families = research.load("tenthe_families").set_index("family")["answering_hosts"]
    largest, everyone, block = families[["qwen2", "deepseek2"]].max(), 24_038, 9_845
    found = answer.estimates[label]
    assert tuple(found.bounds) == pytest.approx((largest / everyone, 1))
    rows = {row.source: row for row in found.budget}
    assert rows["the five-tag block"].low == pytest.approx((largest - block) / (everyone - block))
    assert rows["the table that is read"].low == pytest.approx(12_572 / everyone)
    removed = [s for s in answer.specifications if s.label == label]
    assert [s.verdict.word for s in removed] == ["holds", "holds"]


def test_the_figure_draws_the_tags_and_both_curves(result, tags):
    with figures.theme():
        bars, curves = find("chinese_origin_deployments").module.figure(result).axes
    widths = [bar.get_width() for bar in bars.patches]
    assert widths[0::2] == tags["answering_hosts"].tolist()
    assert sum(widths[1:10:2]) == tags["answering_hosts"].head(5).sum() - 5 * 9_845
    drawn = [line.get_ydata()[0] for line in curves.lines[:4] if len(line.get_xdata()) > 2]
    held = [
        result.answer(unit=u).estimates[SHARE].value for u in ("tag-host pairs", "tag occurrences")
    ]
    assert drawn == pytest.approx(held)
