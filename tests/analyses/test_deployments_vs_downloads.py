"""Association and agreement of pulls and downloads, recomputed from the tables."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import research
from research import figures
from research.analysis import find, run
from research.estimators.association import lin_concordance, spearman_interval

EXACT = 1e-9
CHANCE = 1 / 10_000  # the least p that 9,999 random permutations can give, one-sided
RHO = "rank correlation of pulls and downloads (Spearman)"
TAU = "rank correlation of pulls and downloads (Kendall)"
CONCORDANCE = "agreement of shares on the log scale (Lin's concordance)"
RATIO = "share of pulls over share of downloads, {}"
ANSWERS = [(p, d) for p in ("new", "all") for d in ("top 1,000", "LLM catalogue")]
TABLES = {"top 1,000": "hub_top_models", "LLM catalogue": "hub_llm_panel"}


@pytest.fixture(scope="module")
def result():
    return run(find("deployments_vs_downloads"))


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
        result.answer(pulls=which[0], downloads=which[1]).estimates[label] for label in (RHO, TAU)
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
    estimates = result.answer(pulls=which[0], downloads=which[1]).estimates
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
            half = 1.959964 * math.sqrt(variance(end, found.n))
            assert limit == pytest.approx(math.tanh(math.atanh(end) + sign * half), abs=1e-6)
        assert found.interval.design_effect == 1


@pytest.mark.parametrize("which", ANSWERS)
def test_agreement(result, tables, which):
    rows = tables[which]
    rows = rows[rows["pulls"] > 0]
    x, y = (np.log(rows[c] / rows[c].sum()) for c in ("pulls", "downloads"))
    estimates = result.answer(pulls=which[0], downloads=which[1]).estimates
    lin = (
        2
        * np.cov(x, y, ddof=0)[0, 1]
        / (x.var(ddof=0) + y.var(ddof=0) + (x.mean() - y.mean()) ** 2)
    )
    assert estimates[CONCORDANCE].value == pytest.approx(lin)
    gap, spread = (x - y).mean(), (x - y).std()
    assert estimates[RATIO.format("typical family")].value == pytest.approx(math.exp(gap))
    for side, sign in (("lower", -1), ("upper", 1)):
        limit = estimates[RATIO.format(f"{side} limit of agreement")].value
        assert limit == pytest.approx(math.exp(gap + sign * 1.959964 * spread), rel=1e-6)
    slope = estimates["per cent more downloads with one per cent more pulls"]
    logs = np.log(rows["pulls"]), np.log(rows["downloads"])
    assert slope.value == pytest.approx(np.polyfit(*logs, 1)[0])
    assert slope.interval.low < slope.value < slope.interval.high


def test_verdicts_association_but_no_agreement(result):
    for answer in result.answers.values():
        assert answer.verdicts[RHO].word == "holds"
        assert answer.verdicts[CONCORDANCE].word == "does not hold"


@pytest.mark.parametrize("which", ANSWERS)
def test_the_design_effect_brings_the_interval_to_zero(result, which):
    rho = result.answer(pulls=which[0], downloads=which[1]).estimates[RHO]
    lost = rho.tipping_points[0].threshold
    assert spearman_interval(rho.bounds.low, rho.n / lost).low == pytest.approx(0, abs=1e-6)
    assert spearman_interval(rho.bounds.low, rho.n / (lost - 0.1)).low > 0


@pytest.mark.parametrize("which", ANSWERS)
def test_agreement_is_open_without_the_most_different_families(result, tables, which):
    found = result.answer(pulls=which[0], downloads=which[1]).estimates[CONCORDANCE]
    left_out = found.tipping_points[0].threshold
    rows = tables[which]
    rows = rows[rows["pulls"] > 0]
    ratio = np.log(
        rows["pulls"] / rows["pulls"].sum() / (rows["downloads"] / rows["downloads"].sum())
    )
    nearest = rows.loc[ratio.abs().sort_values(kind="stable").index]

    def upper_limit(removed):
        kept = nearest.head(len(rows) - removed)
        logs = (np.log(kept[c] / kept[c].sum()) for c in ("pulls", "downloads"))
        return lin_concordance(*logs).interval.high

    assert upper_limit(left_out) >= 0.9
    assert upper_limit(left_out - 1) < 0.9


def test_hosts_are_shown_without_interval_or_verdict(result):
    label = "rank correlation of pulls and hosts, names of the ten leading tags"
    shown = result.answer(pulls="all", downloads="top 1,000").estimates[label]
    tags = research.load("tenthe_model_tags")
    hosts = tags.groupby(tags["ollama_tag"].str.split(":").str[0])["answering_hosts"].sum()
    series = research.load("ollama_library_pulls")
    pulls = series[series["date"] == "2025-04-24"].set_index("ollama_name")["ollama_pulls_total"]
    assert shown.n == len(hosts) == 9
    assert shown.value == pytest.approx(stats.spearmanr(hosts, pulls[hosts.index])[0])
    assert shown.interval is None
    assert shown.test is None
    assert label not in result.hypotheses
    assert any("with most hosts" in assumption.evidence for assumption in shown.assumptions)


def test_dependence_and_the_year_between_are_named(result):
    for answer in result.answers.values():
        named = {a.name for estimate in answer.estimates.values() for a in estimate.assumptions}
        assert "the channels do not feed each other" in named
        assert "hosts of 2025 stand for hosts of 2026" in named


# Choices ------------------------------------------------------------------------------------------


def test_rounding_leaves_less_open_in_longer_windows(result):
    rows = result.answer(pulls="new", downloads="top 1,000").specifications
    chosen = {"families": "in both", "embeddings": "counted", "copies": "with their family"}
    width = {
        row.choices["window"]: row.bounds.width
        for row in rows
        if row.label == RHO and chosen.items() <= row.choices.items()
    }
    assert width[30] > width[90] > width[180]


def test_families_below_the_cut_widen_the_set(result):
    """The order of those that the list of 1,000 lacks is not known, so that much more is open."""
    answer = result.answer(pulls="all", downloads="top 1,000")
    width = {row.choices["families"]: row.bounds.width for row in answer.specifications
             if row.label == RHO and row.choices["embeddings"] == "counted"
             and row.choices["copies"] == "with their family"}  # fmt: skip
    assert width["all of the library"] > 5 * width["in both"]


def test_only_families_in_both_have_ratios(result):
    rows = result.answer(pulls="new", downloads="top 1,000").specifications
    assert {r.choices["families"] for r in rows if r.label == CONCORDANCE} == {"in both"}
    assert {r.choices["families"] for r in rows if r.label == RHO} == {
        "in both",
        "all of the library",
    }


def test_the_catalogue_says_nothing_of_the_families_it_lacks(result):
    answer = result.answer(pulls="new", downloads="LLM catalogue")
    assert {s.choices["families"] for s in answer.skipped} == {"all of the library"}
    assert all("not observed, which is not zero" in s.reason for s in answer.skipped)
    assert "distance of the two compositions (Aitchison)" not in answer.estimates


def test_all_pulls_have_no_window(result):
    skipped = result.answer(pulls="all", downloads="top 1,000").skipped
    assert {s.choices["window"] for s in skipped} == {30, 180}
    assert {s.reason for s in skipped} == {"all pulls up to a date have no window"}


# Figure -------------------------------------------------------------------------------------------


def test_the_figure_draws_the_shares_and_limits_that_the_result_holds(result):
    answer = result.answer(pulls="new", downloads="top 1,000")
    with figures.theme():
        scatter, ratios = find("deployments_vs_downloads").module.figure(result).axes
    table = answer.tables["families"]
    shares = pd.DataFrame(table.rows, columns=table.columns)
    points = np.vstack([np.asarray(drawn.get_offsets()) for drawn in scatter.collections])
    held = shares[["share of downloads", "share of pulls"]].to_numpy()
    np.testing.assert_allclose(np.sort(points, axis=0), np.sort(held, axis=0))
    band = ratios.patches[0].get_extents().transformed(ratios.transData.inverted())
    limits = (RATIO.format(f"{side} limit of agreement") for side in ("lower", "upper"))
    drawn = band.x0, band.x1
    assert drawn == pytest.approx([answer.estimates[limit].value for limit in limits], rel=1e-6)
    assert [line.get_xdata()[0] for line in ratios.lines if line.get_linestyle() == "--"] == [1]
    named = {text.get_text() for text in scatter.texts}
    assert {"gemma2", "nomic-embed-text", "all-minilm"} <= named <= set(shares["family"])
