"""The share of listed addresses that answer: the report's figures, its wording, other scans."""

from __future__ import annotations

import pytest

import research
from research import figures
from research.analysis import find

ADDRESSES = "share of the listed addresses that answer"
RECORDS = "share of the listed records that answer"
ELSEWHERE = "share of the listed hosts that answer, another scan"
CHINA = "share that answers, China minus all other countries"
# Shares that the other scans' own totals give, as far as they were printed.
PUBLISHED = {
    "Cisco": (214 / 1139, 214 / 1139),
    "Intruder": (0.305, 0.315),
    "NuClide, cloud ranges": (342 / 882, 342 / 882),
    "Qi An Xin": (6449 / 8971 * 0.8885, 6449 / 8971 * 0.8895),
    "NuClide, Shodan": (16473 / 25092, 16473 / 25092),
}


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("reachability")


@pytest.fixture(scope="module")
def totals():
    return research.load("tenthe_totals").set_index("name")["value"]


@pytest.fixture(scope="module")
def answer(result):
    return result.answer(scan="Tenthe by address")


def points(estimate):
    return {point.what: point.threshold for point in estimate.tipping_points}


def test_the_printed_share_is_recomputed_from_the_printed_counts(answer, totals):
    share = totals["answering_hosts"] / totals["discovered_ips"]
    assert answer.estimates[ADDRESSES].value == pytest.approx(share)
    assert 100 * share == pytest.approx(totals["answering_share"], abs=0.005)


def test_addresses_and_records_agree_that_it_is_about_a_quarter(result, answer, totals):
    by_record = result.answer(scan="Tenthe by record")
    share = totals["endpoints"] / totals["discovered_records"]
    assert by_record.estimates[RECORDS].value == pytest.approx(share)
    assert answer.verdicts[ADDRESSES].word == "supported"
    assert by_record.verdicts[RECORDS].word == "holds"


@pytest.mark.parametrize(
    ("scan", "answering", "listed", "of_tag"),
    [
        ("Tenthe by address", "answering_hosts", "discovered_ips", "answering_hosts"),
        ("Tenthe by record", "endpoints", "discovered_records", "tag_occurrences"),
    ],
)
def test_without_the_suspected_block_it_is_no_quarter(
    result, totals, scan, answering, listed, of_tag
):
    block = research.load("tenthe_model_tags").nsmallest(5, "rank")[of_tag].min()
    rows = [s for s in result.answer(scan=scan).specifications if s.label in (ADDRESSES, RECORDS)]
    removed = next(s for s in rows if s.choices["clones"] == "removed")
    share = (totals[answering] - block) / (totals[listed] - block)
    assert removed.value == pytest.approx(share)
    assert removed.verdict.word in ("contradicted", "does not hold")


def test_tipping_points_bring_the_share_to_the_margin(answer, totals):
    found = points(answer.estimates[ADDRESSES])
    listed, answering = totals["discovered_ips"], totals["answering_hosts"]
    never = found["silent addresses that never ran Ollama"]
    clones = found["answering addresses that were clones"]
    assert answering / (listed - never) == pytest.approx(0.275)
    assert (answering - clones) / (listed - clones) == pytest.approx(0.225)


def test_china_answers_more_often_than_the_others_even_at_the_least(answer, totals):
    china = 4481  # hosts with a medium model, the largest class
    others = (totals["answering_hosts"] - china) / (totals["discovered_ips"] - 16_464)
    found = answer.estimates[CHINA]
    assert found.bounds.low == pytest.approx(china / 16_464 - others)
    assert answer.verdicts[CHINA].word == "holds"
    (clones,) = points(found).values()
    assert (china - clones) / (16_464 - clones) == pytest.approx(others)


def test_country_sets_attain_their_ends_together(answer, totals):
    sets = {
        place: answer.estimates[f"share that answers: {place}"]
        for place in ("China", "United States", "all other countries")
    }
    least = [sets[place].bounds.low * sets[place].n for place in ("China", "United States")]
    most = sets["all other countries"].bounds.high * sets["all other countries"].n
    assert sum(least) + most == pytest.approx(totals["answering_hosts"])


@pytest.mark.parametrize("scan", PUBLISHED)
def test_no_other_scan_finds_a_quarter(result, scan):
    other = result.answer(scan=scan)
    assert tuple(other.estimates[ELSEWHERE].identified) == pytest.approx(PUBLISHED[scan])
    assert other.verdicts[ELSEWHERE].word == "does not hold"
    assert [s.choices["clones"] for s in other.skipped] == ["removed"]


def test_the_wording_is_contradicted_by_the_counts_that_it_names(result, answer, totals):
    (settled,) = result.settled
    assert settled.word == "contradicted by documentation"
    for name in ("discovered_ips_called_reachable", "answering_hosts"):
        assert f"{totals[name]:,.0f}".replace(",", " ") in settled.reason
    worded = "share of the listed addresses that the conclusion calls reachable"
    assert answer.estimates[worded].value == 1


def test_the_figure_draws_the_claim_and_every_other_scan(result, answer):
    with figures.theme():
        (axes,) = find("reachability").module.figure(result).axes
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert answer.estimates[ADDRESSES].value in dots
    drawn = [tuple(line.get_xdata()) for line in axes.lines]
    for ends in PUBLISHED.values():
        ends = ends[:1] if ends[0] == ends[1] else ends
        assert any(
            found == pytest.approx(tuple(ends)) for found in drawn if len(found) == len(ends)
        )
    assert len(axes.get_yticklabels()) == 7 + len(PUBLISHED)
