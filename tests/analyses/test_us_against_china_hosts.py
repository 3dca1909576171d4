"""The United States against China: the report's ranking and what other scans rank."""

from __future__ import annotations

import pytest

import research
from research import figures
from research.analysis import find

LISTED = (
    "share of the listed addresses, US minus China",
    "share of the listed addresses, China minus the next country",
)
ELSEWHERE = (
    "share of the hosts of another scan, US minus China",
    "share of the hosts of another scan, China minus the next country",
)
ANSWERING = "share of the answering hosts, US minus China"
TOTAL = 99_412
# From the published figures by hand: both leads at the least and at the most, and both verdicts.
OTHERS = {
    # only China's count is given: the US and any third country have what is left, or nothing
    "Qi An Xin": (
        (-5669 / 8971, (8971 - 2 * 5669) / 8971), ((2 * 5669 - 8971) / 8971, 5669 / 8971),
        ("does not hold", "holds"),
    ),
    "Hou et al.": (
        ((111728 - 56593) / 320102,) * 2,
        ((56593 - (320102 - 111728 - 56593)) / 320102, 56593 / 320102),
        ("holds", "not identified"),
    ),
    # fourteen countries are named, and what is left of all records may be of one more
    "records of Ollama": (
        ((46_871 - 21_866) / 155_423,) * 2, None, ("holds", "holds"),
    ),
    "records of vLLM": (((3_436 - 1_519) / 6_077,) * 2, None, ("holds", "holds")),
    "records of llama.cpp": (((3_525 - 115) / 4_234,) * 2, None, ("holds", "does not hold")),
    "Cisco": ((0.140, 0.142), (0.135, 0.137), ("holds", "holds")),
    # no third country is given, but it has no more than the US: 21 per cent
    "SentinelLABS": ((-0.12, -0.08), (0.29 - 0.21, 0.31), ("does not hold", "holds")),
    "NuClide": (
        ((2881 - 1765) / 16473,) * 2, ((1765 - 2618) / 16473,) * 2, ("holds", "does not hold"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("us_against_china_hosts")


@pytest.fixture(scope="module")
def tenthe(result):
    return result.answer(scan="Tenthe")


@pytest.fixture(scope="module")
def listed():
    return research.load("tenthe_countries").set_index("country")["discovered_ips"]


def test_the_listed_addresses_put_the_us_first_and_china_second(tenthe, listed):
    first, second = (tenthe.estimates[label] for label in LISTED)
    assert first.value == pytest.approx((listed["US"] - listed["CN"]) / TOTAL)
    assert second.value == pytest.approx((listed["CN"] - listed["JP"]) / TOTAL)
    assert [tenthe.verdicts[label].word for label in LISTED] == ["supported", "supported"]


def test_no_country_below_the_table_can_overtake(listed):
    assert listed.is_monotonic_decreasing
    assert listed.min() < listed["JP"]


def test_hong_kong_and_taiwan_change_the_lead_but_not_the_order(tenthe, listed):
    greater = listed[["CN", "HK", "TW"]].sum()
    rows = [s for s in tenthe.specifications if s.choices["china"] != "mainland"]
    values = {row.label: row.value for row in rows}
    assert values[LISTED[0]] == pytest.approx((listed["US"] - greater) / TOTAL)
    assert values[LISTED[1]] == pytest.approx((greater - listed["JP"]) / TOTAL)
    assert {row.verdict.word for row in rows} == {"supported"}


@pytest.mark.parametrize(("label", "ahead", "behind"), [(0, "US", "CN"), (1, "CN", "JP")])
def test_tipping_points_make_both_countries_equal(tenthe, listed, label, ahead, behind):
    (point,) = tenthe.estimates[LISTED[label]].tipping_points
    assert listed[ahead] - point.threshold == listed[behind]


def test_which_country_answers_most_is_not_identified(tenthe, listed):
    least = {"US": 6495, "CN": 4481}  # hosts of the largest class
    china_most, us_most = 24_038 - least["US"], 24_038 - least["CN"]
    assert china_most > listed["CN"]  # so all of China's addresses may have answered
    assert us_most < listed["US"]
    bounds = tenthe.estimates[ANSWERING].bounds
    assert bounds.low * 24_038 == pytest.approx(least["US"] - listed["CN"])
    assert bounds.high * 24_038 == pytest.approx(us_most - least["CN"])
    assert tenthe.verdicts[ANSWERING].word == "not identified"


@pytest.mark.parametrize("scan", OTHERS)
def test_other_scans_rank_in_their_own_way(result, scan):
    *sets, words = OTHERS[scan]
    answer = result.answer(scan=scan)
    for label, expected, word in zip(ELSEWHERE, sets, words, strict=True):
        if expected is not None:
            assert tuple(answer.estimates[label].identified) == pytest.approx(expected)
        assert answer.verdicts[label].word == word


@pytest.mark.parametrize(("name", "program"), [("Ollama", "Ollama"), ("vLLM", "VLLM")])
def test_records_leave_room_for_one_country_that_is_not_named(result, name, program):
    rows = research.load("published_aggregates")
    rows = rows[
        (rows["source"] == "hou-2025-records") & (rows["dimension"] == "program and country")
    ]
    mine = rows[rows["category"].str.startswith(f"{program}, ")].set_index("category")["value"]
    others = mine.drop([f"{program}, US", f"{program}, CN"])
    n = {"Ollama": 155_423, "VLLM": 6_077}[program]
    room = max(others.max(), n - mine.sum())
    china = mine[f"{program}, CN"]
    found = result.answer(scan=f"records of {name}").estimates[ELSEWHERE[1]].bounds
    assert tuple(found) == pytest.approx(((china - room) / n, (china - others.max()) / n))


def test_only_two_other_readings_confirm_both_ranks_of_ollama(result):
    confirmed = [
        scan
        for scan in OTHERS
        if {v.word for v in result.answer(scan=scan).verdicts.values()} == {"holds"}
    ]
    assert confirmed == ["records of Ollama", "records of vLLM", "Cisco"]


def test_the_figure_draws_every_set(result, tenthe):
    with figures.theme():
        first, second = find("us_against_china_hosts").module.figure(result).axes
    bars = [tuple(line.get_xdata()) for line in first.lines if line.get_linewidth() == 5]
    assert tuple(tenthe.estimates[ANSWERING].bounds) in bars
    dots = [line.get_xdata()[0] for line in second.lines if line.get_marker() == "o"]
    assert dots[0] == tenthe.estimates[LISTED[1]].value
    assert dots[-1] == pytest.approx((1765 - 2618) / 16473)
    assert len(first.get_yticklabels()) == 2 + len(OTHERS)
