"""Sizes by channel: pulls of a name may have gone to any size that it lists."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import research
from research import figures
from research.analysis import find
from research.doubts import Coarse, Share, where

EXTENT = "from 10 billion parameters"
GAP = f"{EXTENT}: share, the other channel minus pulls"
SHARE = f"{EXTENT}: share of {{}}"
EXACT = 1e-9


@pytest.fixture(scope="module")
def analysis():
    return find("sizes_by_channel")


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("sizes_by_channel", multiverse=False)


@pytest.fixture(scope="module")
def frames(analysis):
    return {table: research.load(table) for table in analysis.tables}


def sampled(analysis, frames, **choices):
    return analysis.module.sample(*frames.values(), **choices)


def test_every_verdict_follows_from_the_bounds(result):
    judged = [answer for answer in result.answers.values() if not answer.refused]
    assert len(judged) == 5
    for answer in judged:
        found = answer.estimates[GAP]
        outside = found.identified.low > 0.05 or found.identified.high < -0.05
        assert answer.verdicts[GAP].word == ("holds" if outside else "not identified")
        pulls = answer.estimates[SHARE.format("pulls")].identified
        assert found.identified.width > pulls.width


def test_the_names_of_one_large_size_are_the_least_share_of_the_pulls(result, frames):
    series, names = frames["ollama_library_pulls"], frames["model_crosswalk_names"]
    kept = names.loc[~names["embedding"] & ~names["served_remotely"], "ollama_name"]
    now, before = (
        series[series["date"] == day].set_index("ollama_name")
        for day in ("2026-06-19", "2026-05-20")
    )
    now = now[now.index.isin(kept)]
    before = before.reindex(now.index)[["ollama_pulls_total", "pulls_step"]].fillna(0)
    gain = now["ollama_pulls_total"] - before["ollama_pulls_total"]
    error = (now["pulls_step"] + before["pulls_step"]) / 2
    listed = now["sizes"].dropna().str.split("|").explode()
    tags = frames["ollama_library_tags"]
    tags = tags[~tags["ollama_name"].isin(listed.index)].set_index("ollama_name")["tag"]
    listed = pd.concat([listed, tags[tags.str.match(r"[\d.]+[bm](-|$)")].str.partition("-")[0]])
    listed = listed[listed != "1m"]
    experts = listed.str.replace(r"^\d+x", "", regex=True)  # 8x22b is more than 22
    billions = pd.to_numeric(experts.str.removesuffix("b"), errors="coerce")
    large = (billions > 10).groupby(level=0).all().reindex(now.index, fill_value=False)
    low, high = (gain - error).clip(lower=0), gain + error
    least = low[large].sum() / (low[large].sum() + high[~large].sum())
    found = result.answer(other="catalogue").estimates[SHARE.format("pulls")].identified
    assert found.low == pytest.approx(least, abs=EXACT)


def test_listings_of_hosts_are_those_of_the_leading_sizes_with_the_rest_open(result, frames):
    sizes = frames["tenthe_parameter_sizes"]
    total = frames["tenthe_quantizations"]["tag_occurrences"].sum()
    large = sizes.loc[sizes["parameters_billion"] >= 10, "tag_occurrences"].sum()
    rest = total - sizes["tag_occurrences"].sum()
    found = result.answer(other="hosts").estimates[SHARE.format("listings")].identified
    assert tuple(found) == pytest.approx((large / total, (large + rest) / total), abs=EXACT)


def test_downloads_hold_the_share_that_the_catalogue_shows(result, frames):
    panel = frames["hub_llm_panel"]
    june = panel[panel["as_of"] == "2026-06-19"].merge(frames["hub_llm_models"], on="model_id")
    kinds = ["text-generation", "image-text-to-text", "any-to-any"]
    june = june[june["pipeline_tag"].isin(kinds)]
    weight = june["hub_downloads_30d_x"]
    share = weight[june["parameters"] >= 10e9].sum() / weight.sum()
    found = result.answer(other="catalogue").estimates[SHARE.format("downloads")].identified
    assert share in found
    assert found.width < 0.05


@pytest.mark.parametrize(
    ("size", "classes"),
    [("7b", "M"), ("1b", "SM"), ("10b", "ML"), ("8x7b", "ML"), ("270m", "S"), ("e4b", "M"),
     ("671b", "XL"), ("1.5b", "M"), ("70b", "XL"), ("8x22b", "LXL")],
)  # fmt: skip
def test_a_stated_size_is_known_to_half_of_its_last_digit(analysis, size, classes):
    module = analysis.module
    if size == "8x7b":  # seven billion in each of eight, fewer than 56 together
        classes = "MLXL"
    found = module._classes(*module._stated_range(pd.Series([size])))
    assert [text.replace("|", "") for text in found] == [classes]


@pytest.mark.parametrize(
    ("name", "billions", "classes"),
    [("a/Some-12B-NVFP4", 6.9, ["M", "L"]), ("a/Model-GPTQ", 1.9, ["M", "L"]),
     ("a/Plain-8B", 8.2, ["M"]), ("a/Plain-70B", 9.0, ["M", "L", "XL"]),
     ("a/Moe-30B-A3B", 30.5, ["L"])],
)  # fmt: skip
def test_packed_or_doubtful_sizes_are_ranges(analysis, name, billions, classes):
    weights = dict.fromkeys(["low", "value", "high"], 5.0)
    models = Coarse(pd.DataFrame({"parameters": billions * 1e9, **weights}, index=[name]), ())
    found = analysis.module._sized(models, "catalogue and name").rows.iloc[0]
    assert found["size"].split("|") == classes
    alone = analysis.module._sized(models, "catalogue alone").rows.iloc[0]
    assert alone["size"] in analysis.module.EDGES


def test_the_tipping_point_makes_the_shares_equal(analysis, frames, result):
    found = result.answer(other="catalogue").estimates[GAP]
    sample = sampled(analysis, frames)
    large = Share(of=where(size=["L", "XL"]))
    doubts = [d.name for side in ("pulls", "other") for d in sample[side].doubts]
    doubts.remove("rounding of the pulls")
    low, high = large.in_(sample["pulls"]).bounds(doubts)
    other = large.in_(sample["other"]).bounds(doubts)
    threshold = found.tipping_points[0].threshold
    assert low + threshold * (high - low) == pytest.approx(other.low, abs=EXACT)


def test_choices_do_what_they_say(analysis, frames):
    def units(side, **choices):
        return sampled(analysis, frames, **choices)[side].rows

    kept, counted = (units("pulls", embeddings=e) for e in ("left out", "counted"))
    assert set(kept.index) < set(counted.index)
    assert "nomic-embed-text" in set(counted.index) - set(kept.index)
    shared = sampled(analysis, frames, families="in both")
    assert set(shared["other"].rows["family"]) == set(shared["pulls"].rows.index)
    medium = {
        clones: units("other", other="hosts", clones=clones) for clones in ("kept", "removed")
    }
    lost = medium["kept"]["value"].sum() - medium["removed"]["value"].sum()
    tags = frames["tenthe_model_tags"].nsmallest(5, "rank")
    assert lost == pytest.approx(5 * tags["tag_occurrences"].min())


def test_the_figure_draws_the_bounds_of_the_result(analysis, result):
    with figures.theme():
        canvas = analysis.module.figure(result)
    for axes, other in zip(canvas.axes, ("catalogue", "top 1,000", "hosts"), strict=True):
        drawn = [tuple(line.get_xdata()) for line in axes.lines]
        what = "listings" if other == "hosts" else "downloads"
        for side in ("pulls", what):
            found = result.answer(other=other).estimates[SHARE.format(side)].identified
            assert any(np.allclose(ends, tuple(found)) for ends in drawn if len(ends) == 2)
