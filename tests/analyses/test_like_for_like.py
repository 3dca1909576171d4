"""Models of both countries alike in age, size, task and licence: against a computation by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

import research
from research import figures
from research.analysis import find
from research.measures.like_for_like import COVARIATES, Compared

ALIKE, AS_THEY_ARE = "China over US, like for like", "China over US, as they are"
UNCUT = "China over US, like for like, had the list no end"
GENERATING = ["text-generation", "image-text-to-text", "any-to-any"]


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("like_for_like", multiverse=False)


@pytest.fixture(scope="module")
def listed():
    """The list of 1,000 by plain merges: outcome, regressors and organisation of each model."""
    models = research.load("hub_top_models")
    rows = models[models["as_of"] == "2026-06-11"].set_index("model_id")
    known = research.load("hub_llm_models").set_index("model_id")
    latest = models.sort_values("as_of", kind="stable").groupby("model_id").last()
    for column in ("licence", "pipeline_tag", "created_at"):
        rows[column] = latest[column].reindex(rows.index)
        rows[column] = rows[column].fillna(known[column].reindex(rows.index))
    origins = research.load("publisher_origins").set_index("author")
    rows = rows.join(origins[["candidates", "parent"]], on="author")
    rows = rows[rows["candidates"].isin(["CN", "US"]) & rows["pipeline_tag"].isin(GENERATING)]
    age = (pd.Timestamp("2026-06-11") - pd.to_datetime(rows["created_at"])).dt.days.clip(lower=1)
    size = np.log(known["parameters"].reindex(rows.index).astype(float))
    x = pd.DataFrame(
        {
            "one": 1.0,
            "chinese": rows["candidates"].eq("CN").astype(float),
            "age": np.log(age.astype(float)),
            "size": size.fillna(size.mean()),
            "unsized": size.isna().astype(float),
            "text": rows["pipeline_tag"].eq("text-generation").astype(float),
            "open": rows["licence"].isin(["apache-2.0", "mit"]).astype(float),
        }
    )
    y = np.log(rows["hub_downloads_30d"].astype(float))
    return y, x, rows["parent"].fillna(rows["author"])


def by_hand(y, x, cluster):
    """Bell and McCaffrey's error and degrees of freedom of the second coefficient."""
    x, y = x.to_numpy(), y.to_numpy()
    inverse = np.linalg.inv(x.T @ x)
    hat = x @ inverse @ x.T
    residuals, spread = y - hat @ y, np.eye(len(y)) - hat
    columns, variance = [], 0.0
    for name in cluster.unique():
        own = np.flatnonzero(cluster == name)
        values, vectors = np.linalg.eigh(spread[np.ix_(own, own)])
        root = np.array([1 / math.sqrt(v) if v > 1e-10 else 0 for v in values])
        weights = (vectors * root) @ vectors.T @ x[own] @ inverse[:, 1]
        variance += (weights @ residuals[own]) ** 2
        columns.append(spread[:, own] @ weights)
    form = np.array(columns) @ np.array(columns).T
    return math.sqrt(variance), np.trace(form) ** 2 / np.trace(form @ form)


def test_the_ratio_and_its_interval_are_those_of_the_frozen_files(result, listed):
    y, x, cluster = listed
    found = result.answer(channel="top 1,000").estimates[ALIKE]
    slope = sm.OLS(y, x).fit().params["chinese"]
    assert found.value == pytest.approx(math.exp(slope))
    assert (found.n, found.n_effective) == (len(y), cluster.nunique())
    se, df = by_hand(y, x, cluster)
    half = stats.t.ppf(0.975, df) * se
    limits = math.exp(slope - half), math.exp(slope + half)
    assert tuple(found.interval) == pytest.approx(limits, rel=1e-6)


def test_without_covariates_it_is_the_ratio_of_geometric_means(result, listed):
    y, x, _ = listed
    means = y.groupby(x["chinese"]).mean()
    found = result.answer(channel="top 1,000").estimates[AS_THEY_ARE]
    assert found.value == pytest.approx(math.exp(means[1.0] - means[0.0]))


def test_the_cut_list_alone_has_an_answer_without_its_end(result):
    assert UNCUT in result.answer(channel="top 1,000").estimates
    for channel in ("catalogue", "pulls"):
        assert UNCUT not in result.answer(channel=channel).estimates


def test_no_channel_tells_that_chinese_models_are_downloaded_more(result):
    for channel in ("catalogue", "top 1,000", "pulls"):
        answer = result.answer(channel=channel)
        found = answer.estimates[ALIKE]
        assert found.interval.low < 1 < found.interval.high
        assert answer.verdicts[ALIKE].word == "inconclusive"


def test_one_company_carries_the_lead(result, listed):
    y, x, cluster = listed
    rows = {r.source: r for r in result.answer(channel="top 1,000").estimates[ALIKE].budget}
    kept = cluster != "Alibaba"
    without = math.exp(sm.OLS(y[kept], x[kept]).fit().params["chinese"])
    assert rows["one organisation left out"].low == pytest.approx(without, rel=0.01)
    assert "Alibaba" in rows["one organisation left out"].detail


def test_an_unmeasured_cause_is_as_strong_as_the_t_says(result, listed):
    y, x, _ = listed
    fit = sm.OLS(y, x).fit()
    ratio = fit.tvalues["chinese"] ** 2 / fit.df_resid
    value = (math.sqrt(ratio**2 + 4 * ratio) - ratio) / 2
    point = result.answer(channel="top 1,000").estimates[ALIKE].tipping_points[0]
    assert point.threshold == pytest.approx(value)


def test_the_mean_contrast_is_that_of_predictions(listed):
    """Slopes by origin: predict each model as Chinese and as of the US, and average."""
    y, x, organisation = listed
    rows = x.rename(columns={"age": "log age", "size": "log size", "unsized": "size not known",
                             "text": "text alone", "open": "Apache or MIT"})  # fmt: skip
    pairs = Compared(rows.assign(weight=np.exp(y), organisation=organisation))
    sides = {side: x["chinese"] == side for side in (0, 1)}
    fits = [sm.OLS(y[own], x[own].drop(columns="chinese")).fit() for own in sides.values()]
    every = x.drop(columns="chinese")
    contrast = (fits[1].predict(every) - fits[0].predict(every)).mean()
    design = pairs.design(*COVARIATES, by_origin=True)
    slopes = np.linalg.lstsq(design, pairs.logarithms, rcond=None)[0]
    assert slopes[1] == pytest.approx(contrast)


def test_the_figure_draws_all_ratios_and_each_organisation(result):
    with figures.theme():
        ratios, spread = find("like_for_like").module.figure(result).axes
    estimates = [e for answer in result.answers.values() for e in answer.estimates.values()]
    assert len(ratios.get_yticklabels()) == len(estimates) == 7
    table = result.answer(channel="catalogue").tables["organisations"]
    assert len(spread.collections[0].get_offsets()) == len(table.rows)
