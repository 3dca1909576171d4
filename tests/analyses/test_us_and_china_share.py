"""The share of two countries is computed where no threshold was claimed."""

import pytest

import research


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("us_and_china_share")


def test_the_listed_share_is_that_of_the_table(result):
    hosts = research.load("tenthe_countries").set_index("country")["discovered_ips"]
    totals = research.load("tenthe_totals").set_index("name")["value"]
    found = result.answer().estimates["share of the listed addresses in the US and China"]
    share = (hosts["US"] + hosts["CN"]) / totals["discovered_ips"]
    assert found.value == pytest.approx(share)


def test_of_the_answering_hosts_there_is_a_lower_bound_alone(result):
    scale = research.load("tenthe_parameter_scale").groupby("country")["answering_hosts"].max()
    totals = research.load("tenthe_totals").set_index("name")["value"]
    found = result.answer().estimates["share of the answering hosts in the US and China"].bounds
    assert found.low == pytest.approx(scale[["US", "CN"]].sum() / totals["answering_hosts"])
    assert found.high == 1


def test_the_claim_is_not_testable_and_judged_nowhere(result):
    assert [settled.word for settled in result.settled] == ["not testable"]
    assert result.hypotheses == {}
