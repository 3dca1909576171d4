"""Likes against downloads: what an R squared of 0.06 says, and what other measures say."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

import research
from research import figures
from research.analysis import find

PUBLISHED = "published: size of the correlation of the counts"
COUNTS, RANKS = "correlation of the counts", "correlation of the ranks"
SLOPE = "per cent more likes with one per cent more downloads"
DAYS, SIZES = ("2026-06-11", "2026-06-10", "2026-04-28"), {"top 300": 300, "top 1,000": 1000}
LISTS = [f"{top}, {day}" for day in DAYS for top in SIZES]
TEXT = "text generation in the LLM catalogue, 2026-10-05"
CATALOGUE, ARTICLE = "LLM catalogue, 2026-10-05", "as published, 2024-01"
POPULATIONS = [*LISTS, TEXT, CATALOGUE]
JUNE, APRIL = "top 300, 2026-06-11", "top 300, 2026-04-28"
EXACT = 1e-9  # sums of ten thousand numbers in another order


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("likes_and_downloads")


@pytest.fixture(scope="module")
def tables():
    """Every population as (model, downloads, likes, organisation)."""
    top, catalogue = research.load("hub_top_models"), research.load("hub_llm_models")
    found = {}
    for name in LISTS:
        who, day = name.split(", 2026")
        rows = top[top["as_of"] == f"2026{day}"]
        found[name] = rows.sort_values("hub_downloads_30d", ascending=False, kind="stable").head(
            SIZES[who]
        )
    found[CATALOGUE] = catalogue.query("likes_observed and downloads_observed")
    found[TEXT] = found[CATALOGUE].query("pipeline_tag == 'text-generation'")
    origins = research.load("publisher_origins")[["author", "parent"]]
    for name, rows in found.items():
        joined = rows.merge(origins, on="author", how="left", validate="many_to_one")
        joined["organisation"] = joined["parent"].fillna(joined["author"])
        joined["downloads"] = joined["hub_downloads_30d"].astype(float)
        joined["likes"] = joined["likes"].astype(float)
        found[name] = joined
    return found


def found(result, population, label):
    return result.answer(population=population).estimates[label]


def budget(result, population, label):
    return {row.source: row for row in found(result, population, label).budget}


def r_of(rows) -> float:
    return float(stats.pearsonr(rows["downloads"], rows["likes"]).statistic)


def rho_of(rows) -> float:
    return float(stats.spearmanr(rows["downloads"], rows["likes"]).statistic)


# What the published figure says -------------------------------------------------------------------


def test_an_r_squared_of_six_hundredths_is_a_correlation_of_a_quarter(result):
    estimate = found(result, ARTICLE, PUBLISHED)
    assert estimate.value == pytest.approx(math.sqrt(0.06), abs=EXACT)
    assert tuple(estimate.bounds) == pytest.approx((0.055**0.5, 0.065**0.5), abs=EXACT)
    t = math.sqrt(0.06 * 298 / 0.94)
    assert estimate.test.statistic == pytest.approx(t, rel=EXACT)
    assert estimate.test.p == pytest.approx(2 * stats.t.sf(t, 298), rel=1e-6)
    assert 1e-5 < estimate.test.p < 3e-5
    independent = budget(result, ARTICLE, PUBLISHED)["other models drawn"]
    low = math.tanh(math.atanh(0.055**0.5) - 1.959963984540054 / math.sqrt(297))
    assert independent.low == pytest.approx(low, abs=EXACT)


def test_the_published_figure_reaches_zero_at_the_clustering_of_a_list_of_2026(result, tables):
    """Lists of April have a design effect beyond the one that the figure stands."""
    answer = result.answer(population=ARTICLE)
    assert answer.verdicts[PUBLISHED].word == "inconclusive"
    estimate = answer.estimates[PUBLISHED]
    effects = [
        standard_error(tables[f"top 300, {day}"], COUNTS) ** 2 * 297
        for day in ("2026-04-28", "2026-06-10", "2026-06-11")
    ]
    assert estimate.interval.design_effect == pytest.approx(max(effects))
    (point,) = estimate.tipping_points
    z = math.atanh(0.055**0.5) * math.sqrt(297 / point.threshold)
    assert z == pytest.approx(1.959963984540054, abs=EXACT)
    assert min(effects) < point.threshold < max(effects)
    assert estimate.interval.low < 0 < estimate.bounds.low


# Correlations of the later lists ------------------------------------------------------------------


@pytest.mark.parametrize("population", POPULATIONS)
def test_correlations_are_those_of_numpy_and_scipy(result, tables, population):
    rows = tables[population]
    for label, reference in ((COUNTS, r_of(rows)), (RANKS, rho_of(rows))):
        estimate = found(result, population, label)
        assert estimate.value == pytest.approx(reference, abs=EXACT)
        assert estimate.n == len(rows)


@pytest.mark.parametrize("population", POPULATIONS)
def test_no_list_holds_what_the_claim_says(result, population):
    verdicts = result.answer(population=population).verdicts
    words = {label: verdict.word for label, verdict in verdicts.items()}
    assert words == dict.fromkeys((COUNTS, RANKS, SLOPE), "does not hold")
    counts, ranks = (found(result, population, label) for label in (COUNTS, RANKS))
    assert 0.1 < counts.value < ranks.value
    assert counts.interval is None


def test_in_the_top_lists_the_r_squared_of_counts_is_as_small_as_the_published_one(result):
    for population in LISTS:
        assert found(result, population, COUNTS).value ** 2 < 0.06


def standard_error(rows, label) -> float:
    """Jackknife over organisations, on Fisher's scale, ranking anew each time."""
    correlation = r_of if label == COUNTS else rho_of
    without = [
        math.atanh(correlation(rows[rows["organisation"] != name]))
        for name in rows["organisation"].unique()
    ]
    n = len(without)
    return math.sqrt((n - 1) / n * np.square(without - np.mean(without)).sum())


@pytest.mark.parametrize("population", [JUNE, "top 1,000, 2026-06-11"])
def test_errors_of_ranks_are_those_of_a_jackknife(result, tables, population):
    rows = tables[population]
    row = budget(result, population, RANKS)["other organisations drawn"]
    sizes = rows["organisation"].value_counts()
    kish = sizes.sum() ** 2 / (sizes**2).sum()
    half = (math.atanh(row.high) - math.atanh(row.low)) / 2
    se = half / stats.t.ppf(0.975, kish - 1)
    assert se == pytest.approx(standard_error(rows, RANKS))
    assert (math.atanh(row.high) + math.atanh(row.low)) / 2 == pytest.approx(
        math.atanh(rho_of(rows)), abs=EXACT
    )


@pytest.mark.parametrize("population", [JUNE, APRIL])
def test_leaving_out_one_model_or_organisation(result, tables, population):
    rows, rows_of = tables[population], budget(result, population, COUNTS)
    for unit, column in (("model", "model_id"), ("organisation", "organisation")):
        without = {name: r_of(rows[rows[column] != name]) for name in rows[column].unique()}
        row = rows_of[f"one {unit} left out"]
        assert (row.low, row.high) == pytest.approx(
            (min(without.values()), max(without.values())), abs=EXACT
        )
        assert max(without, key=lambda name: abs(without[name] - r_of(rows))) in row.detail


@pytest.mark.parametrize("population", POPULATIONS)
def test_the_fewest_models_bring_the_correlation_of_counts_within_a_tenth(
    result, tables, population
):
    rows = tables[population]
    (point,) = found(result, population, COUNTS).tipping_points
    x, y = (rows[column].to_numpy() for column in ("downloads", "likes"))
    for _ in range(int(point.threshold)):
        assert np.corrcoef(x, y)[0, 1] > 0.1
        # The one that lowers it most is among the twenty that pull hardest.
        pull = (x - x.mean()) * (y - y.mean()) / (x.std() * y.std())
        tried = np.argsort(pull)[-20:]
        best = min(tried, key=lambda i: np.corrcoef(np.delete(x, i), np.delete(y, i))[0, 1])
        x, y = np.delete(x, best), np.delete(y, best)
    assert np.corrcoef(x, y)[0, 1] <= 0.1


def test_ranks_stay_well_above_a_tenth(result, tables):
    (point,) = found(result, JUNE, RANKS).tipping_points
    distance = math.atanh(rho_of(tables[JUNE])) - math.atanh(0.1)
    assert distance / point.threshold == pytest.approx(standard_error(tables[JUNE], RANKS))
    assert point.threshold > 2


def test_shorter_lists_show_less_correlation_of_ranks(result, tables):
    curve = found(result, "top 1,000, 2026-06-11", RANKS).curves[0]
    rows = tables["top 1,000, 2026-06-11"]
    for size, value in zip(curve.grid, curve.low, strict=True):
        assert value == pytest.approx(rho_of(rows.head(int(size))), abs=EXACT)
    assert curve.low[0] < 0.1 < curve.low[-1]
    assert not found(result, CATALOGUE, RANKS).curves  # it is not cut by downloads


# Slopes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("population", [JUNE, "top 1,000, 2026-04-28", TEXT])
def test_slopes_agree_with_other_fits(result, tables, population):
    rows = tables[population]
    liked = rows[rows["likes"] > 0]
    x, every_x = (sm.add_constant(np.log(t["downloads"])) for t in (liked, rows))
    y = np.log(liked["likes"])
    least_squares = sm.OLS(y, x).fit()
    others = (
        sm.OLS(np.log(rows["likes"] + 1), every_x).fit(),
        sm.QuantReg(y, x).fit(p_tol=1e-9, max_iter=5000),
        sm.RLM(y, x).fit(),
        sm.GLM(rows["likes"], every_x, family=sm.families.Poisson()).fit(),
    )
    estimate = found(result, population, SLOPE)
    assert estimate.value == pytest.approx(least_squares.params.iloc[1], abs=1e-4)
    assert estimate.interval.low > 0.1
    assert estimate.n == least_squares.nobs
    slopes = [fit.params.iloc[1] for fit in (least_squares, *others)]
    (row,) = estimate.budget
    assert (row.low, row.high) == pytest.approx((min(slopes), max(slopes)), abs=1e-4)
    clustered = sm.OLS(y, x).fit(
        cov_type="cluster", cov_kwds={"groups": liked["organisation"].astype("category").cat.codes}
    )
    # CR1 with one degree of freedom a cluster: close to CR2, and never wider.
    half = found(result, population, SLOPE).interval.width / 2
    assert 0.95 < half / (1.96 * clustered.bse.iloc[1]) < 1.6


def test_the_slope_is_lost_at_that_many_standard_errors(result):
    for population in POPULATIONS:
        estimate = found(result, population, SLOPE)
        (point,) = estimate.tipping_points
        half = estimate.value - estimate.interval.low
        assert estimate.value - point.threshold * half == pytest.approx(0.1, abs=EXACT)
        assert point.threshold > 1


# Choices ------------------------------------------------------------------------------------------


def specification(result, population, label, **choices):
    return next(
        row
        for row in result.answer(population=population).specifications
        if row.label == label and any(choices.items() <= made.items() for made in row.combinations)
    )


def test_choices_do_what_they_say(result, tables):
    april = tables[APRIL][~tables[APRIL]["traffic_spike"].astype(bool)]
    removed = specification(result, APRIL, COUNTS, spike="removed")
    assert removed.value == pytest.approx(r_of(april), abs=EXACT)
    rows = tables[CATALOGUE]
    fresh = rows[~rows["stale_suspect"].fillna(False).astype(bool)]
    left_out = specification(result, CATALOGUE, RANKS, stale_counts="left out")
    assert left_out.value == pytest.approx(rho_of(fresh), abs=EXACT)
    june = {s: specification(result, JUNE, COUNTS, spike=s) for s in ("kept", "removed")}
    assert june["kept"] is june["removed"]


def test_models_whose_likes_were_not_asked_for_are_left_out(tables, result):
    catalogue = research.load("hub_llm_models")
    assert not catalogue.loc[~catalogue["likes_observed"], "likes"].any()
    assert found(result, CATALOGUE, COUNTS).n < len(catalogue) - 5000


# Figure -------------------------------------------------------------------------------------------


def test_the_figure_draws_the_correlations_and_their_curves(result):
    with figures.theme():
        module = find("likes_and_downloads").module
        lists, lengths = module.figure(result).axes
    dots = {
        (round(-line.get_ydata()[0]), line.get_marker()): line.get_xdata()[0]
        for line in lists.lines
        if line.get_marker() in ("o", "s")
    }
    for row, population in enumerate(module.ROWS):
        first = PUBLISHED if population == ARTICLE else COUNTS
        assert dots[row, "s"] == found(result, population, first).value
        if population != ARTICLE:
            assert dots[row, "o"] == found(result, population, RANKS).value
    curves = [line for line in lengths.lines if len(line.get_xdata()) > 2]
    longest = "top 1,000, 2026-06-11"
    for line, label in zip(curves, (COUNTS, RANKS), strict=True):
        assert tuple(line.get_ydata()) == found(result, longest, label).curves[0].low
