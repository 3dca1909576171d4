"""The suspected block of clones: what the published sums show, and that they prove nothing."""

from __future__ import annotations

from itertools import combinations

import pytest

import research
from research import figures
from research.analysis import find


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("clone_block")


@pytest.fixture(scope="module")
def estimates(result):
    return result.answer().estimates


@pytest.fixture(scope="module")
def tags():
    return research.load("tenthe_model_tags").set_index("ollama_tag")


def ends(estimate):
    return tuple(estimate.identified)


def test_the_counts_force_no_host_to_list_all_five(result, estimates, tags):
    label = "hosts that list all five leading tags"
    hosts = tags["answering_hosts"].head(5)
    assert hosts.sum() < 4 * 24_038  # else some host would have to list all five
    assert ends(estimates[label]) == pytest.approx((0, hosts.min() / 24_038))
    assert result.answer().verdicts[label].word == "not identified"


def test_fewer_hosts_with_a_leading_tag_would_force_a_block(result, estimates, tags):
    hosts = tags["answering_hosts"].head(5)
    point = estimates["hosts that list all five leading tags"].tipping_points[0]
    assert hosts.sum() - 4 * point.threshold == pytest.approx(0)
    nested = next(
        s
        for s in result.answer().specifications
        if s.choices["listing"] == "by as few hosts as can"
    )
    most = hosts.max()
    assert tuple(nested.bounds) == pytest.approx(
        ((hosts.sum() - 4 * most) / most, hosts.min() / most)
    )
    assert nested.verdict.word == "holds"


def test_without_the_block_four_tags_fall_to_the_rate_of_the_others(estimates, tags):
    hosts, listed = tags["answering_hosts"], tags["tag_occurrences"]
    left = (listed.head(4) - listed.iloc[4]) / (hosts.head(4) - hosts.iloc[4])
    ratio = listed / hosts
    expected = {
        "the five leading tags": ratio.head(5),
        "the other four without the block": left,
        "the five tags after them": ratio.tail(5),
    }
    for group, values in expected.items():
        found = ends(estimates[f"listings a host: {group}"])
        assert found == pytest.approx((values.min(), values.max()))
    assert left.max() < ratio.head(5).min()


def test_no_other_five_tags_come_near(estimates, tags):
    rows = [tuple(row) for row in tags[["answering_hosts", "tag_occurrences"]].to_numpy().tolist()]
    remainders = []
    for chosen in combinations(rows, 5):
        hosts, listed = min(chosen)
        left = [(h - hosts, o - listed) for h, o in chosen if h != hosts]
        if not any(o < h for h, o in left):
            remainders.append(max(o / h for h, o in left))
    best, second = sorted(remainders)[:2]
    named = "largest remainder, listings a host: {}"
    assert estimates[named.format("the five leading tags")].value == pytest.approx(best)
    assert estimates[named.format("the best other five")].value == pytest.approx(second)
    assert second > 1.5 * best


def test_traces_elsewhere(estimates):
    assert estimates["listings of size 4B that are qwen:latest"].value > 0.997
    assert estimates["listings of level Q4_K_S that are llama3:8b-text-q4_K_S"].value > 0.997


def test_pulls_do_not_single_out_the_five(estimates):
    low, high = ends(estimates["hosts per million pulls: the five leading tags"])
    other_low, other_high = ends(estimates["hosts per million pulls: the five tags after them"])
    assert other_low < low < high < other_high


def test_a_year_later_two_tags_have_what_is_left_without_the_block(result):
    table = result.answer().tables["later"]
    rows = {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    for tag in ("llama3:latest", "deepseek-r1:latest"):
        row = rows[tag]
        assert row["later_low"] == row["later_high"]
        assert abs(row["later_low"] - row["without_block"]) < 0.03
        assert row["as_listed"] - row["later_low"] > 0.3
    assert rows["qwen:latest"]["later_low"] == 0 < rows["qwen:latest"]["later_high"] < 0.08


def test_the_figure_draws_both_rates_and_all_three_shares(result, tags):
    with figures.theme():
        ratios, shares = find("clone_block").module.figure(result).axes
    drawn = [line.get_xdata()[0] for line in ratios.lines]
    listed = (tags["tag_occurrences"] / tags["answering_hosts"]).tolist()
    assert all(any(value == pytest.approx(x) for x in drawn) for value in listed)
    assert len(drawn) == len(listed) + 4
    later = [line.get_xdata()[0] for line in shares.lines if line.get_marker() == "D"
             and len(line.get_xdata())]  # fmt: skip
    assert later[0] == pytest.approx(3_141 / 16_473)
