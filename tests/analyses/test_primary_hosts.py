"""The three hosts of the summary against the report's own table."""

import pytest

LEAD = "least of the three minus the largest other provider"


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("primary_hosts")


def test_a_telecom_operator_comes_before_two_of_the_three(result):
    answer = result.answer(among="all providers")
    ordered = [provider for provider, _ in answer.tables["providers"].rows]
    assert [ordered.index(n) for n in ("AWS", "Alibaba Cloud", "Tencent Cloud")] == [0, 2, 5]
    assert answer.verdicts[LEAD].word == "contradicted"
    assert "China Telecom" in answer.estimates[LEAD].tipping_points[0].sentence


def test_among_clouds_it_hangs_on_what_hengtong_is(result):
    answer = result.answer(among="cloud providers")
    words = {s.choices["hengtong"]: s.verdict.word for s in answer.specifications}
    assert words == {"a cloud provider": "contradicted", "none": "supported"}


def test_two_networks_of_unicom_change_nothing(result):
    (row,) = result.answer(among="all providers").specifications
    assert {choices["unicom"] for choices in row.combinations} == {
        "one provider",
        "two networks",
    }
