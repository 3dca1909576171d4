"""Models of 7B to 8B: more than half as listed, undecided without the block."""

from __future__ import annotations

import pytest

import research
from research import figures
from research.analysis import find

HOSTS, LISTED = "hosts with a model of 7B to 8B", "listings that are of 7B to 8B"
SIZES = ["8.0B", "7.6B", "7.2B", "7B"]
BLOCK_HOSTS, BLOCK_LISTINGS = 9_845, 20_980


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("parameter_sizes")


@pytest.fixture(scope="module")
def sizes():
    return research.load("tenthe_parameter_sizes").set_index("parameter_size")


def least(sizes, clones=0.0):
    """Smallest share of hosts with one of the four sizes, three of which hold the block."""
    hosts = sizes.loc[SIZES, "answering_hosts"] - [clones, clones, clones, 0]
    return hosts.max() / (24_038 - clones)


def listed(sizes, part=0.0):
    """Share of listings; four of the five tags of the block are of these sizes."""
    total = research.load("tenthe_quantizations")["tag_occurrences"].sum()
    of_sizes = sizes.loc[SIZES, "tag_occurrences"].sum() - 4 * part * BLOCK_LISTINGS
    return of_sizes / (total - 5 * part * BLOCK_LISTINGS)


def test_hosts_lie_between_the_largest_size_and_all(result, sizes):
    answer = result.answer(unit="hosts")
    assert tuple(answer.estimates[HOSTS].bounds) == pytest.approx((least(sizes), 1))
    found = {
        (s.choices["counts"].split()[0], s.choices["clones"]): (s.bounds.low, s.verdict.word)
        for s in answer.specifications
    }
    without = 24_038 - BLOCK_HOSTS
    expected = {
        ("sizes", "kept"): (least(sizes), "supported"),
        ("sizes", "removed"): (least(sizes, BLOCK_HOSTS), "not identified"),
        ("exact", "kept"): (12_659 / 24_038, "supported"),
        ("exact", "removed"): (3_124 / without, "not identified"),
    }
    assert found.keys() == expected.keys()
    for key, (low, word) in expected.items():
        assert found[key] == (pytest.approx(low), word)


def test_listings_turn_on_the_block(result, sizes):
    answer = result.answer(unit="listings")
    assert [s.verdict.word for s in answer.specifications] == ["holds", "does not hold"]
    assert [s.value for s in answer.specifications] == pytest.approx(
        [listed(sizes), listed(sizes, 1)]
    )


def test_tipping_numbers_of_clones_bring_both_to_half(result, sizes):
    hosts = result.answer(unit="hosts").estimates[HOSTS].tipping_points[0].threshold
    assert least(sizes, hosts) == pytest.approx(0.5)
    listings = result.answer(unit="listings").estimates[LISTED].tipping_points[0].threshold
    assert listed(sizes, listings / BLOCK_HOSTS) == pytest.approx(0.5)


def test_vague_claims_are_shown_and_not_judged(result, sizes):
    assert {answer.word for answer in result.settled} == {"not testable"}
    estimates = result.answer(unit="hosts").estimates
    large = sizes.loc[["13B", "12.2B", "32.8B", "14.8B"], "answering_hosts"]
    over_ten = estimates["hosts with one of the four sizes over 10B"].bounds
    assert tuple(over_ten) == pytest.approx((large.max() / 24_038, large.sum() / 24_038))
    four = estimates["hosts with a model of size 4B"]
    assert four.value == pytest.approx(9_895 / 24_038)
    assert four.budget[0].low == pytest.approx(50 / (24_038 - BLOCK_HOSTS))
    left, others = (
        estimates[f"hosts with a model of size 4B, without {what}"].value
        for what in ("the suspected block", "those of qwen:latest")
    )
    assert (left, others) == (9_895 - BLOCK_HOSTS, 9_895 - (BLOCK_HOSTS + 23))
    assert f"Without the block {left:.0f} hosts remain, without the tag {others:.0f} hosts." in {
        answer.claim: answer.reason for answer in result.settled
    }["tenthe/4b-important"].replace("\u202f", " ")
    one_tag = result.answer(unit="listings").estimates["listings of size 4B that are qwen:latest"]
    assert one_tag.value == pytest.approx(21_007 / 21_058)


def test_the_figure_draws_sizes_and_both_curves(result, sizes):
    with figures.theme():
        bars, curves = find("parameter_sizes").module.figure(result).axes
    widths = [bar.get_width() for bar in bars.patches]
    assert widths[0::2] == sizes["answering_hosts"].tolist()
    assert sum(widths[0::2]) - sum(widths[1::2]) == pytest.approx(4 * BLOCK_HOSTS)
    drawn = [line.get_ydata() for line in curves.lines if len(line.get_xdata()) > 2]
    assert [line[0] for line in drawn] == pytest.approx([least(sizes), listed(sizes)])
    assert [line[-1] for line in drawn] == pytest.approx(
        [least(sizes, BLOCK_HOSTS), listed(sizes, 1)]
    )
