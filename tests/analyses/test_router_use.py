"""Tokens on a router: the published sums are those of nine models, and fifty say otherwise."""

from __future__ import annotations

import pytest

import research
from research import figures
from research.analysis import find

AHEAD = "share of the tokens of the leading models, China minus US"
BEFORE = "share of the tokens on any earlier day or week, China minus US at its greatest"
LATER = "share of all tokens, China minus US"
OPEN_BEFORE = "Chinese share of the tokens of open models, at the earliest"
OPEN_AFTER = "Chinese share of the tokens of open models"


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("router_use")


@pytest.fixture(scope="module")
def home():
    makers = research.load("router_makers")
    return dict(zip(makers["author"], makers["candidates"], strict=True))


def of(rows, home, country, column):
    return rows.loc[rows["author"].map(home) == country, column].sum()


def test_the_published_sums_are_those_of_the_nine_leading_models(result, home):
    stated = research.load("published_claims").set_index("claim_id")
    china, us = map(float, stated.loc["router/china-ahead", "stated_value"].split(" vs "))
    weeks = research.load("router_weekly_tokens")
    nine = weeks[(weeks["date"] == "2026-02-16") & (weeks["rank"] <= 9)]
    found = [of(nine, home, country, "tokens_of_week") / 1e12 for country in ("CN", "US")]
    assert found == pytest.approx([china, us], abs=0.01)
    answer = result.answer(tokens="leading models of the week")
    expected = (found[0] - found[1]) / (nine["tokens_of_week"].sum() / 1e12)
    assert answer.estimates[AHEAD].value == pytest.approx(expected)
    assert answer.verdicts[AHEAD].word == "holds"


def test_of_the_fifty_of_a_day_in_that_week_the_us_is_ahead(result, home):
    days = research.load("router_model_tokens")
    fifty = days[days["date"] == "2026-02-11"]
    china, us = (of(fifty, home, country, "tokens_of_day") for country in ("CN", "US"))
    total = fifty["tokens_of_day"].sum()
    found = result.answer(tokens="fifty of a day")
    assert found.estimates[AHEAD].value == pytest.approx((china - us) / total)
    unknown = (total - sum(of(fifty, home, code, "tokens_of_day") for code in set(home.values())
                           if code != "ZZ")) / total  # fmt: skip
    assert found.estimates[AHEAD].bounds.high == pytest.approx((china - us) / total + unknown)
    assert found.verdicts[AHEAD].word == "does not hold"


@pytest.mark.parametrize("tokens", ["leading models of the week", "fifty of a day"])
def test_no_day_or_week_before_has_china_ahead(result, tokens):
    table = result.answer(tokens=tokens).tables["days"]
    rows = table.to_frame()
    before = rows[rows["day"] < result.answer(tokens=tokens).as_of]
    found = result.answer(tokens=tokens).estimates[BEFORE]
    assert found.n == len(before)
    assert found.bounds.high == pytest.approx(before["high"].max())
    assert found.bounds.high < 0


def test_of_all_tokens_china_is_ahead_in_june_and_october_2026(result, home):
    days = research.load("router_model_tokens")
    month = days[days["date"].between("2026-06-03", "2026-07-05")]
    assert month["date"].nunique() == 33
    china, us = (of(month, home, country, "tokens_of_day") for country in ("CN", "US"))
    found = result.answer(tokens="June 2026").estimates[LATER]
    assert found.value == pytest.approx((china - us) / month["tokens_of_day"].sum())
    words = {result.answer(tokens=t).verdicts[LATER].word for t in ("June 2026", "by maker")}
    assert words == {"holds"}


def test_chinese_models_have_most_tokens_of_open_models_by_a_list_read_by_a_person(result, home):
    days = research.load("router_model_tokens")
    day = days[days["date"] == "2026-03-11"]
    others = (
        "arcee-ai/trinity-large-preview", "openai/gpt-oss-120b", "openai/gpt-oss-20b",
        "mistralai/mistral-nemo", "nvidia/nemotron-3-super-120b-a12b-20230311",
        "meta-llama/llama-3.1-8b-instruct",
    )  # fmt: skip
    rest = day.loc[day["model"].isin(others), "tokens_of_day"].sum()
    closed = day["model"] == "qwen/qwen3.5-flash-20260224"
    china = of(day[~closed], home, "CN", "tokens_of_day")
    found = result.answer(tokens="open models")
    assert found.estimates[OPEN_AFTER].value == pytest.approx(china / (china + rest))
    assert found.verdicts[OPEN_AFTER].word == "holds"
    assert found.verdicts[OPEN_BEFORE].word == "does not hold"


def test_start_ups_are_not_testable_and_it_is_said_what_it_would_take(result):
    (settled,) = [each for each in result.settled if each.claim == "startups/chinese-models"]
    assert settled.word == "not testable"
    assert "It would take" in settled.reason


def test_the_figure_colours_who_is_ahead(result):
    with figures.theme():
        (axes,) = find("router_use").module.figure(result).axes
    red = [line for line in axes.lines if line.get_color() == figures.CHINA]
    blue = [line for line in axes.lines if line.get_color() == figures.UNITED_STATES]
    assert red
    assert blue
    for line in red:
        assert min(line.get_ydata()) > 0
    for line in blue:
        assert max(line.get_ydata()) < 0
