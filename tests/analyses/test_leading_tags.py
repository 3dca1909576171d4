"""Who leads among the tags: with and without the block, now and a year later."""

from __future__ import annotations

import math

import pytest

import research
from research import figures
from research.analysis import find

LEAD = "lead of the pair over all other tags"
SHARE = "lead of the pair, had other hosts answered"
ORDER = "llama3:latest minus deepseek-r1:latest, had other hosts answered"
Z = 1.959963984540054


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("leading_tags")


@pytest.fixture(scope="module")
def listed(result):
    return result.answer(scan="Tenthe, 2025-04-24")


@pytest.fixture(scope="module")
def hosts():
    return research.load("tenthe_model_tags").set_index("ollama_tag")["answering_hosts"]


def words(answer, label):
    return {
        tuple(spec.choices.values()): spec.verdict.word
        for spec in answer.specifications
        if spec.label == label
    }


def test_the_pair_leads_as_listed_and_not_without_the_block(listed, hosts):
    assert listed.estimates[LEAD].value == hosts.iloc[1] - hosts.iloc[2] == 1_409
    assert words(listed, LEAD) == {("kept", 1): "supported", ("removed", 1): "contradicted"}
    removed = next(s for s in listed.specifications if s.label == LEAD and s.value < 0)
    assert removed.value == (hosts.iloc[1] - hosts.iloc[4]) - hosts["smollm2:135m"]


def test_the_tipping_number_of_clones_ties_the_pair_with_the_next(listed, hosts):
    clones = listed.estimates[LEAD].tipping_points[0].threshold
    thinned = hosts.astype(float)
    thinned.iloc[:5] -= clones
    assert thinned["deepseek-r1:latest"] == pytest.approx(thinned.iloc[2:].max())


def test_the_lead_is_lost_at_its_design_effect(listed, hosts):
    lead, discordant = hosts.iloc[1] - hosts.iloc[2], hosts.iloc[1] + hosts.iloc[2]
    assert discordant <= 24_038  # so that no host need list both
    lost = listed.estimates[SHARE].tipping_points[0].threshold
    assert lead / math.sqrt(discordant * lost) == pytest.approx(Z)
    assert words(listed, SHARE) == {
        ("kept", 1): "holds",
        ("kept", 10): "holds",
        ("kept", 50): "inconclusive",
        ("removed", 1): "does not hold",
        ("removed", 10): "does not hold",
        ("removed", 50): "does not hold",
    }


def test_the_first_two_cannot_be_told_apart(listed, hosts):
    found, lead = listed.estimates[ORDER], hosts.iloc[0] - hosts.iloc[1]
    both = hosts.iloc[0] + hosts.iloc[1] - 24_038  # at least so many hosts list both
    reach = Z * math.sqrt(hosts.iloc[0] + hosts.iloc[1] - 2 * both) / 24_038
    assert found.value == pytest.approx(lead / 24_038)
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (found.value - reach, found.value + reach)
    )
    assert found.test.statistic == pytest.approx(found.value / reach * Z)
    assert set(words(listed, ORDER).values()) == {"inconclusive"}


def test_rank_sets_hold_the_rank_and_grow_with_the_design_effect(listed, hosts):
    for rank, tag in enumerate(hosts.index, start=1):
        found = listed.estimates[f"rank of {tag}"]
        curve = found.curves[0]
        assert found.value == rank
        assert curve.grid == (1, 10, 50)
        assert all(low <= rank <= high for low, high in zip(curve.interval_low,
                   curve.interval_high, strict=True))  # fmt: skip
        assert curve.interval_high[-1] - curve.interval_low[-1] >= found.interval.width
    assert listed.estimates["rank of deepseek-r1:latest"].interval.high == 2
    assert listed.estimates["rank of deepseek-r1:latest without the block"].interval.low > 2


def test_a_year_later_another_tag_leads(result):
    later = result.answer(scan="NuClide, 2026-05-15")
    label = f"{LEAD}, a year later"
    assert later.estimates[label].value == 2_788 - 6_893
    assert later.verdicts[label].word == "does not hold"
    assert {s.choices["clones"] for s in later.skipped} == {"removed"}


def test_what_vague_claims_and_mechanisms_get(result, listed, hosts):
    settled = {answer.claim: answer.word for answer in result.settled}
    assert settled == {
        "tenthe/latest-preferred": "not testable",
        "tenthe/text-quant-preferred": "not testable",
        "tenthe/small-models-present": "not testable",
    }
    small = listed.estimates["hosts with smollm2:135m or qwen2.5:1.5b"].bounds
    assert tuple(small) == pytest.approx((4_058 / 24_038, (4_058 + 2_668) / 24_038))
    latest = hosts[hosts.index.str.endswith(":latest")].sum()
    found = listed.estimates["share of :latest among the leading tags"]
    assert found.value == found.budget[0].high == pytest.approx(latest / hosts.sum())
    assert found.budget[0].low == pytest.approx((latest - 4 * 9_845) / (hosts.sum() - 5 * 9_845))


def test_the_figure_draws_ranks_and_the_lead(result, listed):
    with figures.theme():
        ranks, lead = find("leading_tags").module.figure(result).axes
    circles = [line.get_xdata()[0] for line in ranks.lines if line.get_marker() == "o"]
    assert circles == list(range(1, 11))
    curve = next(line for line in lead.lines if len(line.get_xdata()) > 2)
    assert curve.get_ydata()[0] == listed.estimates[LEAD].value
    assert curve.get_ydata()[-1] == pytest.approx(-1_331)
