"""Association and agreement of pulls and downloads, recomputed from the tables."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import research
from research import figures
from research.analysis import find
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
def result(analysed):
    return analysed("deployments_vs_downloads", multiverse=False)


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


@pytest.mark.parametrize("which", ANSWERS)
def test_agreement(result, tables, which):
    rows = tables[which]
    rows = rows[rows["pulls"] > 0]
    x, y = (np.log(rows[c] / rows[c].sum()) for c in ("pulls", "downloads"))
    estimates = result.answer(pulls=which[0], downloads=which[1], families="in both").estimates
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


AGREEMENT = [
    CONCORDANCE,
    *(RATIO.format(f) for f in ("typical family", "lower limit of agreement")),
    RATIO.format("upper limit of agreement"),
    "per cent more downloads with one per cent more pulls",
]


def statistics(pulls, downloads):
    """The five statistics of agreement, by hand, in the order of their labels."""
    x, y = (np.log(part / part.sum()) for part in (pulls, downloads))
    spread = 1.959964 * (x - y).std(ddof=1)
    gap, covariance = (x - y).mean(), np.cov(x, y, ddof=0)
    lin = 2 * covariance[0, 1] / (covariance[0, 0] + covariance[1, 1] + gap**2)
    return [lin, *np.exp([gap, gap - spread, gap + spread]), covariance[0, 1] / covariance[0, 0]]


@pytest.mark.parametrize("which", ANSWERS)
def test_agreement_holds_over_the_rounding_and_over_families_possibly_without_pulls(
    result, tables, which
):
    rows, rng = tables[which], np.random.default_rng(2)
    low, high = (rows["pulls"] - rows["error"]).clip(lower=0), rows["pulls"] + rows["error"]
    found = [
        result.answer(pulls=which[0], downloads=which[1], families="in both").estimates[label]
        for label in AGREEMENT
    ]
    for ends in range(200):
        # Draws of the interior, of the ends, and with the families that may have no pull left out.
        pulls = (
            rng.uniform(low, high) if ends % 2 else np.where(rng.random(len(low)) < 0.5, low, high)
        )
        kept = pulls >= 1
        drawn = statistics(pulls[kept], rows["downloads"].to_numpy()[kept])
        for estimate, value in zip(found, drawn, strict=True):
            assert estimate.bounds.low <= value <= estimate.bounds.high
            assert estimate.interval.low < estimate.bounds.low <= estimate.value
            assert estimate.value <= estimate.bounds.high < estimate.interval.high
    possible = int((low == 0).sum())
    told = [a.evidence for a in found[0].assumptions if "extremes" in a.name]
    assert f"{possible} of {len(rows)} families may have had no pull" in told[0]


def test_verdicts_association_but_no_agreement(result):
    for answer in result.answers.values():
        if answer.estimand["families"] == "in both":
            assert answer.verdicts[RHO].word == "holds"
            assert answer.verdicts[CONCORDANCE].word == "does not hold"
        elif not answer.refused:
            assert answer.verdicts[RHO].word == "not identified"
            assert CONCORDANCE not in answer.estimates


@pytest.mark.parametrize("which", ANSWERS)
def test_a_design_effect_brings_the_concordance_to_good_agreement(result, which):
    answer = result.answer(pulls=which[0], downloads=which[1], families="in both")
    found = answer.estimates[CONCORDANCE]
    point = found.tipping_points[0]
    assert point.what.startswith("design effect")
    center, reached = math.atanh(found.bounds.high), math.atanh(found.interval.high)
    widened = center + (reached - center) * math.sqrt(point.threshold)
    assert math.tanh(widened) == pytest.approx(0.9, abs=1e-3)
    assert found.interval.design_effect == 1


@pytest.mark.parametrize("which", ANSWERS)
def test_the_design_effect_brings_the_interval_to_zero(result, which):
    rho = result.answer(pulls=which[0], downloads=which[1], families="in both").estimates[RHO]
    lost, level = rho.tipping_points[0].threshold, rho.interval.level
    low, n = rho.bounds.low, rho.n
    assert spearman_interval(low, n / lost, level=level).low == pytest.approx(0, abs=1e-6)
    assert spearman_interval(low, n / (lost - 0.1), level=level).low > 0


@pytest.mark.parametrize("which", [("all", "top 1,000"), ("all", "LLM catalogue")])
def test_agreement_is_open_without_the_most_different_families(result, tables, which):
    found = result.answer(pulls=which[0], downloads=which[1], families="in both").estimates
    left_out = int(found[CONCORDANCE].tipping_points[1].threshold)
    rows = tables[which]
    ratio = np.log(
        rows["pulls"] / rows["pulls"].sum() / (rows["downloads"] / rows["downloads"].sum())
    )
    nearest = rows.loc[ratio.abs().sort_values(kind="stable").index]

    def upper_limit(removed):
        kept = nearest.head(len(rows) - removed)
        logs = (np.log(kept[c] / kept[c].sum()) for c in ("pulls", "downloads"))
        return lin_concordance(*logs).interval.high

    assert upper_limit(left_out + 2) >= 0.9  # of the pulls as shown, less kind than the rounding
    assert upper_limit(left_out - 1) < 0.9


def test_dependence_is_named(result):
    for answer in (a for a in result.answers.values() if not a.refused):
        named = {a.name for estimate in answer.estimates.values() for a in estimate.assumptions}
        assert "the channels do not feed each other" in named


# Choices ------------------------------------------------------------------------------------------


@pytest.mark.long
def test_rounding_leaves_less_open_in_longer_windows(analysed):
    result = analysed("deployments_vs_downloads")
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
    result = analysed("deployments_vs_downloads")
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
    assert {"gemma2", "nomic-embed-text", "all-minilm", "equal"} <= named
    assert named - {"equal"} <= set(shares["family"])
