"""Video models: another country leads by tag and account, China by what was repackaged."""

from __future__ import annotations

import pytest

import research
from research import figures
from research.analysis import find
from tests.origins import coded_origins

LEAD = "China minus the next country, video generation"
SHARE = "China: share, video generation"
TAGS = ["text-to-video", "image-to-video", "video-to-video"]
EXACT = 1e-9


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("video_generation")


@pytest.fixture(scope="module")
def tagged():
    """The models of June that the Hub tags as making videos, with the code of their account."""
    top = research.load("hub_top_models")
    june = top[(top["as_of"] == "2026-06-11") & top["pipeline_tag"].isin(TAGS)]
    codes = coded_origins().set_index("author")["candidates"]
    return june.assign(code=june["author"].map(codes))


def specification(result, measured="downloads, June", **choices):
    return next(
        row
        for row in result.answer(measured=measured).specifications
        if any(choices.items() <= c.items() for c in row.combinations)
    )


def listed(result, measured="downloads, June"):
    table = result.answer(measured=measured).tables["models"]
    return table.to_frame()


def test_by_task_and_account_israel_leads_by_plain_sums(result, tagged):
    weight = tagged["hub_downloads_30d"].astype(float)
    held = weight.groupby(tagged["code"]).sum()
    doubtful = weight[tagged["code"].isna()].sum()
    assert held.idxmax() == "IL"
    found = specification(result, attributed="account", found_by="task alone")
    assert found.value == pytest.approx((held["CN"] - held["IL"]) / weight.sum(), abs=EXACT)
    low = (held["CN"] - held["IL"] - doubtful) / weight.sum()
    assert found.bounds.low == pytest.approx(low, abs=EXACT)
    assert found.bounds.high == pytest.approx(
        (held["CN"] + doubtful - held["IL"]) / weight.sum(), abs=EXACT
    )
    assert found.verdict.word == "does not hold"


def test_untagged_models_are_repackaged_ones_of_video_families(result, tagged):
    models = listed(result)
    added = models[~models["model"].isin(tagged["model_id"])]
    assert len(added) == 7
    assert added["model"].str.contains("Wan|LTX|HunyuanVideo").all()
    top = research.load("hub_top_models").drop_duplicates("model_id").set_index("model_id")
    assert top.loc[added["model"], "pipeline_tag"].isna().all()


def test_by_base_or_family_china_leads_in_downloads_and_not_in_models(result):
    words = {m: result.answer(measured=m).verdicts[LEAD].word for m in result.answers}
    assert words == {
        "downloads, June": "holds",
        "downloads, April": "holds",
        "models": "does not hold",  # as many as the next country has: no lead
        "trending places": "holds",  # not identified if private persons may be of any country
    }
    models = listed(result)
    shares = models["value"].groupby(models["origin"]).sum() / models["value"].sum()
    found = result.answer().estimates
    assert found[SHARE].value == pytest.approx(shares["CN"], abs=EXACT)
    assert found[LEAD].value == pytest.approx(shares["CN"] - shares["IL"], abs=EXACT)


def test_a_base_that_is_not_named_may_be_anyones(result):
    found = specification(result, attributed="base named", found_by="task or family")
    assert found.bounds.low < 0 < found.bounds.high
    assert found.verdict.word == "not identified"
    models = listed(result)
    nameless = models["model"].str.startswith("Comfy-Org/")
    share = models["value"][nameless].sum() / models["value"].sum()
    assert found.bounds.width == pytest.approx(2 * share, abs=EXACT)


def test_the_verdict_rests_on_the_reading_of_names(result):
    every = result.answer().robustness[LEAD]
    assert every.same_verdict == 1 < every.specifications
    assert every.low < 0 < every.high


@pytest.mark.parametrize("measured", ["downloads, June", "downloads, April"])
def test_as_much_more_of_another_country_as_the_tipping_point_says_closes_the_gap(result, measured):
    models = listed(result, measured)
    total = models["value"].sum()
    (point,) = result.answer(measured=measured).estimates[LEAD].tipping_points
    china, israel = (models["value"][models["origin"] == code].sum() for code in ("CN", "IL"))
    assert israel + point.threshold * total == pytest.approx(china, rel=EXACT)


def test_without_alibaba_nothing_is_left_of_the_lead(result):
    row = next(
        r for r in result.answer().estimates[LEAD].budget if r.source == "one organisation left out"
    )
    assert row.detail.endswith("without Alibaba")
    assert row.low < -0.5


def test_the_figure_stacks_whole_bars_and_marks_the_leads(result):
    with figures.theme():
        parts, leads = find("video_generation").module.figure(result).axes
    bars: dict[float, float] = {}
    for patch in parts.patches:
        bars[patch.get_y()] = bars.get(patch.get_y(), 0) + patch.get_width()
    assert list(bars.values()) == pytest.approx([1, 1, 1])
    points = [line.get_xdata()[0] for line in leads.lines if len(line.get_xdata()) == 1]
    expected = [result.answer(measured=m).estimates[LEAD].value for m in result.answers]
    assert points == pytest.approx(expected)
