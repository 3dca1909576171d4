"""The lead between two published dates, and from one published share."""

import pytest

LEAD = "share of the downloads of the past year, China minus US"


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("published_past_year")


def test_the_flow_between_the_dates_holds_what_the_figures_allow(result):
    answer = result.answer(report="ATOM")
    china, us, others = (row[1:] for row in answer.tables["downloads"].rows)
    stated = (china[1] - us[1]) / (china[1] + us[1] + others[1])
    found = answer.estimates[LEAD].bounds
    assert found.low < stated < found.high
    assert (round(china[1] / 1e6), round(us[1] / 1e6)) == (1053, 547)
    assert china[1] + us[1] + others[1] == pytest.approx(1.7e9)
    assert answer.verdicts[LEAD].word == "holds"


def test_a_share_of_one_country_alone_leaves_the_lead_open(result):
    answer = result.answer(report="Hugging Face")
    assert answer.verdicts[LEAD].word == "not identified"
    china = answer.estimates["share of the downloads of the past year, China"].bounds
    found = answer.estimates[LEAD].bounds
    assert found.high == pytest.approx(china.high)
    assert found.low == pytest.approx(2 * china.low - 1)


def test_the_tipping_point_levels_the_two(result):
    answer = result.answer(report="ATOM")
    china, us, _ = (row[1:] for row in answer.tables["downloads"].rows)
    (point,) = answer.estimates[LEAD].tipping_points
    assert china[0] * (1 - point.threshold) == pytest.approx(us[2])
