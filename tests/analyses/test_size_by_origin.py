"""Sizes by origin: leads in every channel, recomputed in plain pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

import research
from research import figures
from research.analysis import find
from research.results import NotApplicable

SIZES = {"small": (0, 1), "medium": (1, 10), "large": (10, 50), "extra-large": (50, np.inf)}
LEAD = "{}: share, China minus US"
KINDS = ["text-generation", "image-text-to-text", "any-to-any", "feature-extraction",
         "sentence-similarity"]  # fmt: skip


@pytest.fixture(scope="module")
def analysis():
    return find("size_by_origin")


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("size_by_origin", multiverse=False)


@pytest.fixture(scope="module")
def alone(analysis):
    """The leads of the catalogue where the size on record alone counts."""
    sample = analysis.module.sample(*analysis.frames.values(), sizes="record alone")
    return {found.label: found for found in analysis.module.estimate(sample)}


def least_mean(scores, weight, certain):
    """The mean at which all that units add to it, each at its worst, is nothing."""

    def added(mean):
        each = weight * (scores - mean)
        return np.where(certain, each, np.minimum(each, 0.0)).sum()

    return brentq(added, -1.01, 1.01, xtol=1e-13)


@pytest.mark.parametrize("size", SIZES)
def test_the_catalogue_leads_as_its_rows_do(alone, size):
    models = research.load("hub_llm_models")
    coded = research.load("publisher_origins").set_index("author")
    persons = (coded[["kind", "kind_coder_a", "kind_coder_b"]] == "individual").any(axis="columns")
    nowhere = persons & coded["candidates"].isna() & coded["kind"].isin(["individual", "unknown"])
    codes = coded["candidates"].mask(nowhere, "no country")
    candidates = models["author"].map(codes).fillna("").str.split("|")
    billions, (least, above) = models["parameters"].astype(float) / 1e9, SIZES[size]
    is_it = billions.between(least, above, inclusive="left")
    served = models["pipeline_tag"].isin(KINDS)
    certain = is_it & served
    possible = (is_it | billions.isna()) & (served | models["pipeline_tag"].isna())
    weight = models.loc[possible, "hub_downloads_30d"].to_numpy(dtype=float)
    ends = []
    for leader, rival in (("CN", "US"), ("US", "CN")):
        scores = [
            -1 if rival in each or each == [""] else int(each == [leader])
            for each in candidates[possible]
        ]
        ends.append(least_mean(np.array(scores), weight, certain[possible].to_numpy()))
    assert tuple(alone[LEAD.format(size)].identified) == pytest.approx((ends[0], -ends[1]))


@pytest.mark.parametrize("size", SIZES)
def test_hosts_of_other_countries_are_from_none_to_all_that_are_left(result, size):
    scale = research.load("tenthe_parameter_scale")
    hosts = scale.pivot(index="country", columns="parameter_class", values="answering_hosts")
    totals = research.load("tenthe_totals").set_index("name")["value"]
    left = totals["answering_hosts"] - hosts.max(axis="columns").sum()
    china, us = hosts.loc[["CN", "US"], dict(zip(SIZES, ("S", "M", "L", "XL"), strict=True))[size]]
    ends = sorted((china - us) / (china + us + others) for others in (0, left))
    found = result.answer(channel="hosts, 2025-04").estimates[LEAD.format(size)]
    assert tuple(found.identified) == pytest.approx(tuple(ends))
    assert found.n == china + us


def test_pulls_of_names_of_one_size_are_the_least_share(result):
    """Names of one class, one country and a known origin, against all that may be of the class."""
    series, names = research.load("ollama_library_pulls"), research.load("model_crosswalk_names")
    kept = names.loc[~names["served_remotely"]].set_index("ollama_name")["hub_account"]
    now, before = (
        series[series["date"] == day].set_index("ollama_name")
        for day in ("2026-06-19", "2026-05-20")
    )
    now = now[now.index.isin(kept.index)]
    before = before.reindex(now.index)[["ollama_pulls_total", "pulls_step"]].fillna(0)
    gain = (now["ollama_pulls_total"] - before["ollama_pulls_total"]).astype(float)
    error = (now["pulls_step"] + before["pulls_step"]) / 2
    low, high = (gain - error).clip(lower=0), gain + error
    listed = now["sizes"].dropna().str.split("|").explode()
    tags = research.load("ollama_library_tags")
    tags = tags[~tags["ollama_name"].isin(listed.index)].set_index("ollama_name")["tag"]
    listed = pd.concat([listed, tags[tags.str.match(r"[\d.]+[bm](-|$)")].str.partition("-")[0]])
    listed = listed[listed != "1m"]
    single = listed.str.removeprefix("e").str.replace(r"^\d+x", "", regex=True)
    billions = pd.to_numeric(single.str[:-1]) * single.str[-1].map({"b": 1.0, "m": 1e-3})
    giant = listed.str.contains("x") | (billions >= 49)
    may_be = giant.groupby(level=0).any().reindex(now.index, fill_value=True)
    certain = (billions > 51).groupby(level=0).all().reindex(now.index, fill_value=False)
    coded = research.load("publisher_origins").set_index("author")["candidates"]
    chinese = kept[now.index].map(coded).eq("CN")
    least = low[certain & chinese].sum()
    found = result.answer(channel="pulls, 2026-06").estimates["extra-large: share of China"]
    others = high[may_be & ~chinese].sum()
    assert found.identified.low == pytest.approx(least / (least + others))


def test_choices_that_a_channel_does_not_have_are_refused(analysis):
    for choices in (
        {"channel": "hosts, 2025-04", "embeddings": "left out"},
        {"channel": "pulls, 2026-06", "sizes": "record alone"},
        {"channel": "catalogue, 2026-10", "clones": "removed, spread as all hosts"},
    ):
        with pytest.raises(NotApplicable):
            analysis.module.sample(*analysis.frames.values(), **choices)


def test_the_block_takes_medium_hosts_alone(analysis):
    def hosts(clones):
        frames = analysis.frames.values()
        sample = analysis.module.sample(*frames, channel="hosts, 2025-04", clones=clones)
        rows = sample["units"].rows
        return rows[rows["origin"].isin(["CN", "US"])].groupby("size")["value"].sum()

    fewer = hosts("kept") - hosts("removed, spread as all hosts")
    assert fewer["M"] > 0
    assert fewer.drop("M").eq(0).all()


def test_the_figure_shows_who_is_ahead(analysis, result):
    with figures.theme():
        canvas = analysis.module.figure(result)
    assert len(canvas.axes) == len(SIZES)
    for axes, size in zip(canvas.axes, SIZES, strict=True):
        drawn = [tuple(line.get_xdata()) for line in axes.lines]
        for answer in result.answers.values():
            found = tuple(answer.estimates[LEAD.format(size)].identified)
            assert any(np.allclose(ends, found) for ends in drawn if len(ends) == 2)


def test_a_lead_of_hosts_is_lost_where_so_many_are_no_deployments(result):
    found = result.answer(channel="hosts, 2025-04").estimates
    for size, country in (("small", "CN"), ("medium", "US"), ("extra-large", "CN")):
        rows = research.load("tenthe_parameter_scale")
        code = {"small": "S", "medium": "M", "extra-large": "XL"}[size]
        hosts = rows[rows["parameter_class"] == code].set_index("country")["answering_hosts"]
        other = "US" if country == "CN" else "CN"
        (point,) = found[LEAD.format(size)].tipping_points
        assert point.threshold == pytest.approx(1 - hosts[other] / hosts[country], abs=1e-6)


def test_where_no_lead_is_certain_it_is_told_how_much_of_a_doubt_levels_it(result):
    found = result.answer(channel="top 1,000, 2024-09").estimates[LEAD.format("small")]
    (point,) = found.tipping_points
    assert "sizes of repositories" in point.what
    assert 0 < point.threshold < 1
