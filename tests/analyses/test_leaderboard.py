"""Five of ten: one by publisher on the claim's day, more by architecture, four or five before."""

from __future__ import annotations

import pandas as pd
import pytest
from scipy.stats import binom

import research
from research import figures
from research.analysis import find

PUBLISHED = "Chinese share of the ten leading models, on the claim's day"
BUILT = "share of the ten leading models with a Chinese architecture"
BASED = "share of the ten leading models with a Chinese base"
EARLIER = "Chinese share of the ten leading models, in July"
MODELS = "Chinese share of the ten leading models"
ORGANISATIONS = "Chinese share of the organisations behind them"
TELLS = "share of all models that such a list is compatible with"
DAYS = "days of the leaderboard with five Chinese models of ten"
LISTS = ("printed list", "likes", "downloads")
# Chinese by architecture, as a person reads the strings: of Alibaba and of Shanghai AI Laboratory.
CHINESE = ("Qwen2ForCausalLM", "InternLM2ForCausalLM")
OTHER = (
    "LlamaForCausalLM", "MixtralForCausalLM", "Phi3ForCausalLM", "CohereForCausalLM",
)  # fmt: skip


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("leaderboard")


@pytest.fixture(scope="module")
def boards():
    """By day, model and architecture of the first ten rows, read with nothing of the package."""
    states = research.load("leaderboard_states")
    rows = zip(states["as_of"], states["model_id"], states["architecture"], strict=True)
    found = {}
    for day, model, architecture in rows:
        found.setdefault(f"{day:%Y-%m-%d}", []).append((model, architecture))
    return {day: listed[:10] for day, listed in found.items()}


@pytest.fixture(scope="module")
def text():
    origins = research.load("publisher_origins").set_index("author")["candidates"]
    models = research.load("hub_llm_models")
    models = models[models["pipeline_tag"] == "text-generation"]
    return models.assign(chinese=models["author"].map(origins) == "CN")


def test_one_of_ten_has_a_chinese_publisher_on_the_day_of_the_claim(result, boards):
    ten = [model for model, _ in boards["2024-08-19"]]
    chinese = [model for model in ten if model.startswith("Qwen/")]
    answer = result.answer(ranking="leaderboard")
    assert [row[0] for row in answer.tables["ten"].rows] == ten
    assert (len(ten), chinese) == (10, ["Qwen/Qwen2-72B-Instruct"])
    assert answer.estimates[PUBLISHED].value == 0.1
    assert answer.verdicts[PUBLISHED].word == "contradicted"


def test_eight_or_nine_have_a_chinese_architecture_once_the_strings_are_mended(result, boards):
    ten = boards["2024-08-19"]
    chinese = [m for m, string in ten if string in CHINESE and not m.startswith("meta-llama/")]
    unread = [m for m, string in ten if string not in CHINESE + OTHER]
    assert (len(chinese), unread) == (8, ["dnhkng/RYS-Huge-bnb-4bit"])
    found = result.answer(ranking="leaderboard, architectures")
    assert tuple(found.estimates[BUILT].bounds) == (0.8, 0.9)
    wrong = [s for s in found.specifications if s.choices["strings"] == "as they were"]
    assert {s.value for s in wrong if s.label == BUILT} == {0.9, 0.4}  # of all, of highlighted ones


def test_the_tie_of_place_ten_leaves_four_or_five_in_july(result):
    full = research.load("leaderboard_full")
    july = full[full["as_of"] == "2024-07-13"]
    tied = july.loc[july["average_score"] == 29.56, "model_id"].tolist()
    above = july.loc[july["average_score"] > 29.56, "model_id"].tolist()
    assert (len(above), tied) == (9, ["Qwen/Qwen1.5-110B", "abacusai/Smaug-72B-v0.1"])
    assert sum(model.startswith(("Qwen/", "01-ai/", "internlm/")) for model in above) == 4
    found = result.answer(ranking="leaderboard, first day")
    assert tuple(found.estimates[EARLIER].bounds) == (0.4, 0.5)
    assert found.verdicts[EARLIER].word == "not identified"


def test_days_with_five_are_counted_one_by_one(result, boards):
    """No day for sure by publisher; by architecture all but the first of July."""
    by_publisher = result.answer(ranking="leaderboard").estimates[DAYS]
    assert tuple(by_publisher.bounds) == (0, 1)
    sure = possible = 0
    for ten in boards.values():
        chinese = sum(
            string in CHINESE and not model.startswith(("meta-llama/", "google/"))
            for model, string in ten
        )
        unread = sum(string not in CHINESE + OTHER for _, string in ten)
        sure, possible = sure + (chinese >= 5), possible + (chinese + unread >= 5)
    found = result.answer(ranking="leaderboard, architectures").estimates[DAYS]
    assert (tuple(found.bounds), found.n) == ((sure, possible), len(boards))
    assert (sure, possible, len(boards)) == (180, 181, 190)


def test_bases_that_are_not_told_leave_the_answer_open(result):
    found = result.answer(ranking="leaderboard, bases")
    assert found.verdicts[BASED].word == "not identified"
    assert found.estimates[DAYS].bounds.high == found.estimates[DAYS].n == 165


def test_private_persons_of_any_country_leave_the_claims_day_open(result):
    rows = result.answer(ranking="leaderboard").specifications
    words = {
        (s.choices["view"], s.choices["persons"]): s.verdict.word
        for s in rows
        if s.label == PUBLISHED
    }
    assert words.pop(("all models", "of any country")) == "not identified"
    assert set(words.values()) == {"contradicted"}


def test_the_printed_list_holds_five_chinese_models_of_two_organisations(result):
    answer = result.answer(ranking="printed list")
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
    words = {name: result.answer(ranking=name).verdicts[MODELS].word for name in LISTS}
    assert words == {"printed list": "holds", "likes": "does not hold", "downloads": "holds"}
    rows = result.answer(ranking="printed list").specifications
    pressed = next(s for s in rows if s.choices["printed"] == "as the press reported")
    assert (pressed.value, pressed.verdict.word) == (0.4, "does not hold")


@pytest.mark.parametrize("ranking", LISTS)
def test_that_many_places_in_other_hands_turn_the_verdict(result, ranking):
    found = result.answer(ranking=ranking).estimates[MODELS]
    (point,) = found.tipping_points
    step = -1 if found.value > 0.45 else 1
    assert (found.value + step * point.threshold / 10 > 0.45) != (found.value > 0.45)
    nearly = found.value + step * (point.threshold - 1) / 10
    assert (nearly > 0.45) == (found.value > 0.45)


def test_the_interval_is_exact_at_as_many_places_as_organisations(result):
    found = result.answer(ranking="printed list").estimates[TELLS]
    n = 6
    assert found.n_effective == n
    # Clopper and Pearson: the limits at which three of six would be a surprise at 2.5 %.
    assert binom.sf(2, n, found.interval.low) == pytest.approx(0.025, rel=1e-6)
    assert binom.cdf(3, n, found.interval.high) == pytest.approx(0.025, rel=1e-6)


def test_the_figure_has_a_bar_a_day_and_fills_the_chinese_places(result):
    shown = ("printed list", "leaderboard, first day", "leaderboard", "likes", "downloads")
    with figures.theme():
        days, places = find("leaderboard").module.figure(result).axes
    filled = [line for line in places.lines if line.get_markerfacecolor() == figures.CHINA]
    answers = [result.answer(ranking=name) for name in shown]
    ten = [pd.DataFrame(a.tables["ten"].rows, columns=a.tables["ten"].columns) for a in answers]
    assert len(filled) == sum(table["chinese"].sum() for table in ten)
    drawn = [pd.Series(area.get_data().values).dropna() for area in days.patches]
    assert [len(ends) for ends in drawn] == [190] * 6 + [165] * 3
    table = result.answer(ranking="leaderboard").tables["days"].to_frame()
    least, most, ten = drawn[:3]
    assert [*least] == [*table["least"]]
    assert [*most] == [*table["most"]]
    assert {*ten} == {10}
