"""The trending top ten: Chinese by family, not by publisher; ten lists that are nearly one."""

from __future__ import annotations

import pandas as pd
import pytest

import research
from research import figures
from research.analysis import find
from tests.origins import coded_origins

SHARE = "Chinese share of the top ten, mean of the days"
MONTHS = "Chinese share of the top ten, months as draws"
COUNTED = ("organisations", "entries")
EXACT = 1e-9


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("trending_top_ten")


@pytest.fixture(scope="module")
def page():
    trending = research.load("hub_trending")
    origins = coded_origins().set_index("author")
    codes = trending["author"].map(origins["candidates"])
    return trending.assign(
        sure=codes == "CN",
        maybe=codes.isna() | codes.fillna("").str.contains("CN"),
        who=trending["author"].map(origins["parent"]).fillna(trending["author"]),
    )


def per_day(page, counted):
    top = page[page["rank"] <= 10].sort_values("rank")
    if counted == "organisations":
        top = top.drop_duplicates(["date", "who"])
    return top.groupby("date")[["sure", "maybe"]].mean()


@pytest.mark.parametrize("counted", COUNTED)
def test_shares_and_days_are_those_of_a_plain_mean(result, page, counted):
    days, found = per_day(page, counted), result.answer(counted=counted).estimates
    assert found[SHARE].value == pytest.approx(days["sure"].mean(), abs=EXACT)
    assert found[SHARE].bounds.high == pytest.approx(days["maybe"].mean(), abs=EXACT)
    assert found[SHARE].n == len(days) == 284


@pytest.mark.parametrize("counted", COUNTED)
def test_the_answer_is_yes_by_family_and_open_by_publisher_if_persons_may_be_of_any(
    result, counted
):
    rows = result.answer(counted=counted).specifications
    families = {r.verdict.word for r in rows if r.choices["origin"] == "family in the name"}
    anyone = {
        r.verdict.word for r in rows
        if (r.choices["origin"], r.choices["persons"]) == ("publisher", "of any country")
    }  # fmt: skip
    assert (families, anyone) == ({"holds"}, {"not identified"})


def test_organisations_by_publisher_with_persons_in_no_country_are_fewer_than_half(result):
    words = {counted: result.answer(counted=counted).verdicts[SHARE].word for counted in COUNTED}
    assert words == {"organisations": "does not hold", "entries": "not identified"}


def test_the_tipping_part_of_the_doubtful_places_gives_one_half(result):
    found = result.answer(counted="entries").estimates[SHARE]
    (point,) = found.tipping_points
    assert 0 < point.threshold < 1
    reached = found.bounds.low + point.threshold * (found.bounds.high - found.bounds.low)
    assert reached == pytest.approx(0.5, abs=EXACT)
    (none,) = result.answer(counted="organisations").estimates[SHARE].tipping_points
    assert none.threshold is None


def test_months_as_draws_give_an_interval_around_the_set(result, page):
    found = result.answer(counted="organisations").estimates[MONTHS]
    assert found.interval.low < found.bounds.low < found.bounds.high < found.interval.high
    days = per_day(page, "organisations")["sure"]
    alike = days.autocorr(1)
    assert found.n_effective == pytest.approx(284 * (1 - alike) / (1 + alike), rel=1e-6)
    assert found.n_effective < 30


def test_leaving_out_repackagers_raises_the_chinese_share(result):
    rows = result.answer(counted="entries").specifications
    values = {
        row.choices["repackagers"]: row.value
        for row in rows
        if row.choices["origin"] == "publisher"
    }
    assert values["left out"] > values["counted"]


def test_the_figure_draws_the_daily_shares_and_the_budget(result):
    with figures.theme():
        course, doubts = find("trending_top_ten").module.figure(result).axes
    answer = result.answer(counted="organisations")
    table = pd.DataFrame(answer.tables["days"].rows, columns=answer.tables["days"].columns)
    drawn = next(line for line in course.lines if line.get_label() == "certainly")
    assert list(drawn.get_ydata()) == pytest.approx(list(table["low"]))
    spans = [tuple(line.get_xdata()) for line in doubts.lines if len(line.get_xdata()) == 2]
    for row in answer.estimates[SHARE].budget:
        assert any(span == pytest.approx((row.low, row.high)) for span in spans)
