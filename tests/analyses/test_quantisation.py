"""4-bit dominates by every measure of the scan and in another one; F16 is a matter of defaults."""

from __future__ import annotations

import pytest

import research
from research import figures
from research.analysis import find

HOSTS, LISTED = "hosts with a 4-bit model", "listings that are 4-bit"
LATER = "4-bit share of the levels observed in another scan"
BLOCK_HOSTS, BLOCK_LISTINGS = 9_845, 20_980


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("quantisation")


@pytest.fixture(scope="module")
def levels():
    return research.load("tenthe_quantizations").set_index("quantization")


def test_hosts_with_and_without_the_block_and_from_exact_tags(result, levels):
    answer = result.answer(measure="hosts, 2025-04-24")
    largest, left = levels["answering_hosts"].max(), 24_038 - BLOCK_HOSTS
    expected = {
        ("levels", "kept"): (largest / 24_038, "supported"),
        ("levels", "removed"): ((largest - BLOCK_HOSTS) / left, "supported"),
        ("exact", "kept"): (12_659 / 24_038, "not identified"),
        ("exact", "removed"): (3_124 / left, "not identified"),
    }
    for spec in answer.specifications:
        low, word = expected.pop((spec.choices["counts"].split()[0], spec.choices["clones"]))
        assert tuple(spec.bounds) == pytest.approx((low, 1))
        assert spec.verdict.word == word
    assert not expected


def test_listings_with_and_without_the_block(result, levels):
    answer = result.answer(measure="listings, 2025-04-24")
    four, total = levels.loc[levels["bits"].eq(4).fillna(False), "tag_occurrences"].sum(), 176_799
    assert total == levels["tag_occurrences"].sum()
    block = 5 * BLOCK_LISTINGS
    assert [s.value for s in answer.specifications] == pytest.approx(
        [four / total, (four - block) / (total - block)]
    )
    assert [s.verdict.word for s in answer.specifications] == ["holds", "holds"]


def test_only_an_overstatement_by_the_report_would_overturn_it(result, levels):
    points = result.answer(measure="hosts, 2025-04-24").estimates[HOSTS].tipping_points
    clones, times = (point.threshold for point in points)
    assert clones is None
    assert levels["answering_hosts"].max() / times / 24_038 == pytest.approx(2 / 3)


def test_another_scan_agrees_within_its_rounding(result):
    answer = result.answer(measure="levels, 2025")
    assert tuple(answer.estimates[LATER].bounds) == pytest.approx((0.715, 0.725))
    assert answer.verdicts[LATER].word == "holds"
    assert len(answer.skipped) == 3


def test_defaults_are_4_bit_and_f16_listings_are_defaults(result, levels):
    estimates = result.answer(measure="listings, 2025-04-24").estimates
    names = research.load("ollama_library_names")
    names = names[names["as_of"] == "2025-04-24"]["ollama_name"]
    default = research.load("model_crosswalk").set_index("ollama_name").loc[names, "quantization"]
    four = default.isin(["Q4_0", "Q4_K_M"]).sum()
    found = estimates["library names whose default is 4-bit, by name"].bounds
    assert found.low == pytest.approx(four / len(names))
    assert found.high == pytest.approx((four + default.isna().sum()) / len(names))
    f16 = estimates["F16 listings of models that come as F16"].bounds
    assert f16.low == pytest.approx(5_016 / levels.loc["F16", "tag_occurrences"])
    assert 0.5 < f16.low < f16.high < 1
    assert [(s.claim, s.word) for s in result.settled] == [("tenthe/f16-important", "not testable")]


def test_f16_hosts_as_listed_and_without_the_block(result):
    found = result.answer(measure="hosts, 2025-04-24").estimates["hosts with an F16 model"]
    assert found.value == found.budget[0].low == pytest.approx(5_793 / 24_038)
    assert found.budget[0].high == pytest.approx(5_793 / (24_038 - BLOCK_HOSTS))


def test_the_figure_draws_levels_and_every_share(result, levels):
    with figures.theme():
        bars, shares = find("quantisation").module.figure(result).axes
    widths = [bar.get_width() for bar in bars.patches]
    assert widths[0::2] == levels["answering_hosts"].tolist()
    assert sum(widths[0::2]) - sum(widths[1::2]) == pytest.approx(3 * BLOCK_HOSTS)
    spans = [tuple(line.get_xdata()) for line in shares.lines if line.get_linewidth() == 5]
    assert spans[0] == pytest.approx((20_966 / 24_038, 1))
    assert len(shares.get_yticks()) == 4 + 2 + 1 + 2
