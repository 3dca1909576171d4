"""Association of pulls and downloads, recomputed from the tables."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import research
from research import figures
from research.analysis import find
from research.estimators.association import spearman_interval

EXACT = 1e-9
CHANCE = 1 / 10_000  # the least p that 9,999 random permutations can give, one-sided
RHO = "rank correlation of pulls and downloads (Spearman)"
TAU = "rank correlation of pulls and downloads (Kendall)"
ANSWERS = [(p, d) for p in ("new", "all") for d in ("top 1,000", "LLM catalogue")]
TABLES = {"top 1,000": "hub_top_models", "LLM catalogue": "hub_llm_panel"}


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("rank_agreement", multiverse=False)


def families(pulls, downloads, day):
    """Pulls and downloads of the families that both channels hold, straight from the tables."""
    series = research.load("ollama_library_pulls").set_index("ollama_name")
    after = series[series["date"] == day]
    shown, error = after["ollama_pulls_total"].astype(float), after["pulls_step"] / 2
    if pulls == "new":
        before = series[series["date"] == pd.Timestamp(day) - pd.Timedelta(days=90)]
        shown = shown.sub(before["ollama_pulls_total"], fill_value=0)[after.index]
        error = error.add(before["pulls_step"] / 2, fill_value=0)[after.index]
    models = research.load(TABLES[downloads])
    models = models[models["as_of"] == day].set_index("model_id")["hub_downloads_30d"]
    known = research.load("model_crosswalk_repositories").set_index("hub_repository")
    sums = models.groupby(known["ollama_name"].reindex(models.index)).sum()
    kinds = research.load("model_crosswalk_names").set_index("ollama_name")
    rows = pd.DataFrame({"pulls": shown, "error": error, "downloads": sums[sums > 0]}).dropna()
    return rows[~kinds["served_remotely"].reindex(rows.index)].astype(float)


@pytest.fixture(scope="module")
def tables(result):
    return {(p, d): families(p, d, result.answer(pulls=p, downloads=d).as_of) for p, d in ANSWERS}


@pytest.mark.parametrize("which", ANSWERS)
def test_rank_correlations(result, tables, which):
    rows = tables[which]
    rho, tau = (
        result.answer(pulls=which[0], downloads=which[1], families="in both").estimates[label]
        for label in (RHO, TAU)
    )
    assert rho.n == tau.n == len(rows)
    assert rho.value == pytest.approx(stats.spearmanr(rows["pulls"], rows["downloads"])[0])
    assert tau.value == pytest.approx(stats.kendalltau(rows["pulls"], rows["downloads"])[0])
    ranks = rows[["pulls", "downloads"]].rank()
    assert rho.test.statistic == pytest.approx(((ranks["pulls"] - ranks["downloads"]) ** 2).sum())
    assert rho.test.p == pytest.approx(2 * CHANCE)
    assert tau.test.p == pytest.approx(2 * CHANCE)


@pytest.mark.parametrize("which", ANSWERS)
def test_the_set_holds_every_order_that_rounding_leaves_open(result, tables, which):
    rows, rng = tables[which], np.random.default_rng(1)
    low = (rows["pulls"] - rows["error"]).clip(lower=0)
    estimates = result.answer(pulls=which[0], downloads=which[1], families="in both").estimates
    for label, correlation in ((RHO, stats.spearmanr), (TAU, stats.kendalltau)):
        drawn = [
            correlation(rng.uniform(low, rows["pulls"] + rows["error"]), rows["downloads"])[0]
            for _ in range(50)
        ]
        found = estimates[label]
        assert found.value in found.bounds
        assert found.bounds.low <= min(drawn) < max(drawn) <= found.bounds.high


def test_intervals_start_at_the_ends_of_the_set(result):
    """Bonett and Wright (2000) and Fieller, Hartley and Pearson (1957), by hand."""
    answer = result.answer(pulls="new", downloads="top 1,000")
    factors = {RHO: lambda end, n: (1 + end**2 / 2) / (n - 3), TAU: lambda _, n: 0.437 / (n - 4)}
    for label, variance in factors.items():
        found = answer.estimates[label]
        for end, limit, sign in zip(found.bounds, found.interval, (-1, 1), strict=True):
            z = stats.norm.ppf((1 + found.interval.level) / 2)  # of the family, or 95 % by itself
            half = z * math.sqrt(variance(end, found.n))
            assert limit == pytest.approx(math.tanh(math.atanh(end) + sign * half), abs=1e-6)
        assert found.interval.design_effect == 1


def test_verdicts_of_association(result):
    for answer in result.answers.values():
        if answer.estimand["families"] == "in both":
            assert answer.verdicts[RHO].word == "holds"
        elif not answer.refused:
            assert answer.verdicts[RHO].word == "not identified"


@pytest.mark.parametrize("which", ANSWERS)
def test_the_design_effect_brings_the_interval_to_zero(result, which):
    rho = result.answer(pulls=which[0], downloads=which[1], families="in both").estimates[RHO]
    lost, level = rho.tipping_points[0].threshold, rho.interval.level
    low, n = rho.bounds.low, rho.n
    assert spearman_interval(low, n / lost, level=level).low == pytest.approx(0, abs=1e-6)
    assert spearman_interval(low, n / (lost - 0.1), level=level).low > 0


def test_dependence_is_named(result):
    for answer in (a for a in result.answers.values() if not a.refused):
        named = {a.name for estimate in answer.estimates.values() for a in estimate.assumptions}
        assert "the channels do not feed each other" in named


# Choices ------------------------------------------------------------------------------------------


@pytest.mark.long
def test_rounding_leaves_less_open_in_longer_windows(analysed):
    result = analysed("rank_agreement")
    rows = result.answer(pulls="new", downloads="top 1,000").specifications
    chosen = {"embeddings": "counted", "copies": "with their family"}
    width = {
        row.choices["window"]: row.bounds.width
        for row in rows
        if row.label == RHO and chosen.items() <= row.choices.items()
    }
    assert width[30] > width[90] > width[180]


def test_families_below_the_cut_widen_the_set(result):
    """The order of those that the list of 1,000 lacks is not known, so that much more is open."""
    width = {
        families: result.answer(pulls="all", downloads="top 1,000", families=families)
        .estimates[RHO]
        .bounds.width
        for families in ("in both", "all of the library")
    }
    assert width["all of the library"] > 5 * width["in both"]


def test_which_families_is_a_question_of_its_own(result):
    for answer in result.answers.values():
        assert "families" not in answer.choices
        if not answer.refused:
            both = answer.estimand["families"] == "in both"
            assert ("found both in" in answer.population) == both


def test_the_catalogue_says_nothing_of_the_families_it_lacks(result):
    choices = {"pulls": "new", "downloads": "LLM catalogue"}
    refused = result.answer(**choices, families="all of the library").refused
    assert "not observed, which is not zero" in refused


@pytest.mark.long
def test_all_pulls_have_no_window(analysed):
    result = analysed("rank_agreement")
    skipped = result.answer(pulls="all", downloads="top 1,000").skipped
    assert {s.choices["window"] for s in skipped} == {30, 180}
    assert {s.reason for s in skipped} == {"all pulls up to a date have no window"}


# Figure -------------------------------------------------------------------------------------------


def test_the_figure_draws_the_shares_that_the_result_holds(result):
    answer = result.answer(pulls="new", downloads="top 1,000")
    with figures.theme():
        (scatter,) = find("rank_agreement").module.figure(result).axes
    table = answer.tables["families"]
    shares = table.to_frame()
    points = np.vstack([np.asarray(drawn.get_offsets()) for drawn in scatter.collections])
    held = shares[["share of downloads", "share of pulls"]].to_numpy()
    np.testing.assert_allclose(np.sort(points, axis=0), np.sort(held, axis=0))
    named = {text.get_text() for text in scatter.texts}
    assert {"gemma2", "nomic-embed-text", "all-minilm", "equal"} <= named
    assert named - {"equal"} <= set(shares["family"])
