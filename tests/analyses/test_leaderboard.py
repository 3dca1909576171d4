"""Five of ten: true of one list, not of another, and compatible with almost any share."""

from __future__ import annotations

import pytest
from scipy.stats import binom

import research
from research import figures
from research.analysis import find

MODELS = "Chinese share of the ten leading models"
ORGANISATIONS = "Chinese share of the organisations behind them"
TELLS = "share of all models that such a list is compatible with"


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("leaderboard")


@pytest.fixture(scope="module")
def text():
    origins = research.load("publisher_origins").set_index("author")["candidates"]
    models = research.load("hub_llm_models")
    models = models[models["pipeline_tag"] == "text-generation"]
    return models.assign(chinese=models["author"].map(origins) == "CN")


def test_the_printed_list_holds_five_chinese_models_of_two_organisations(result):
    answer = result.answer(ranking="leaderboard")
    names = [row[0] for row in answer.tables["ten"].rows]
    chinese = [name for name in names if name.startswith(("Qwen/", "01-ai/"))]
    assert (len(names), len(chinese)) == (10, 5)
    assert answer.estimates[MODELS].value == 0.5
    assert answer.estimates[ORGANISATIONS].value == pytest.approx(2 / 6)


@pytest.mark.parametrize(
    ("ranking", "column"), [("likes", "likes"), ("downloads", "hub_downloads_30d")]
)
def test_later_rankings_are_counted_from_the_catalogue(result, text, ranking, column):
    ten = text.sort_values(column, ascending=False).head(10)
    assert result.answer(ranking=ranking).estimates[MODELS].value == ten["chinese"].mean()


def test_verdicts_turn_with_the_list(result):
    words = {name: result.answer(ranking=name).verdicts[MODELS].word for name in result.answers}
    assert words == {"leaderboard": "holds", "likes": "does not hold", "downloads": "holds"}
    rows = {s.choices["board"]: s for s in result.answer(ranking="leaderboard").specifications}
    pressed = rows["as reported by the press"]
    assert (pressed.value, pressed.verdict.word) == (0.4, "does not hold")


@pytest.mark.parametrize("ranking", ["leaderboard", "likes", "downloads"])
def test_that_many_places_in_other_hands_turn_the_verdict(result, ranking):
    found = result.answer(ranking=ranking).estimates[MODELS]
    (point,) = found.tipping_points
    step = -1 if found.value > 0.45 else 1
    assert (found.value + step * point.threshold / 10 > 0.45) != (found.value > 0.45)
    nearly = found.value + step * (point.threshold - 1) / 10
    assert (nearly > 0.45) == (found.value > 0.45)


def test_the_interval_is_exact_at_as_many_places_as_organisations(result):
    found = result.answer(ranking="leaderboard").estimates[TELLS]
    n = 6
    assert found.n_effective == n
    # Clopper and Pearson: the limits at which three of six would be a surprise at 2.5 %.
    assert binom.sf(2, n, found.interval.low) == pytest.approx(0.025, rel=1e-6)
    assert binom.cdf(3, n, found.interval.high) == pytest.approx(0.025, rel=1e-6)


def test_the_figure_fills_the_chinese_places_and_draws_the_intervals(result):
    with figures.theme():
        places, tells = find("leaderboard").module.figure(result).axes
    filled = [line for line in places.lines if line.get_markerfacecolor() == figures.CHINA]
    assert len(filled) == sum(
        round(10 * result.answer(ranking=name).estimates[MODELS].value) for name in result.answers
    )
    spans = [
        (segment[0][0], segment[1][0])
        for collection in tells.collections
        for segment in collection.get_segments()
    ]
    for name in result.answers:
        interval = result.answer(ranking=name).estimates[TELLS].interval
        assert any(span == pytest.approx((interval.low, interval.high)) for span in spans)
