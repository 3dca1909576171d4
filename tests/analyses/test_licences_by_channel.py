"""Licences by channel: shares of pulls and of downloads with what is not known as bounds."""

from __future__ import annotations

import pytest

import research
from research import figures
from research.analysis import find
from research.doubts import Share

GAP = "permissive share, downloads minus pulls"
PULLS, DOWNLOADS = "permissive share of pulls", "permissive share of downloads"
EXACT = 1e-9
ROOT = 1e-3  # tipping points are found by halving


@pytest.fixture(scope="module")
def analysis():
    return find("licences_by_channel")


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("licences_by_channel", multiverse=False)


@pytest.fixture(scope="module")
def frames(analysis):
    return {table: research.load(table) for table in analysis.tables}


def asked(analysis, frames, **choices):
    """The sample, and its gap: permissive downloads minus permissive pulls."""
    sample = analysis.module.sample(*frames.values(), **choices)
    permissive = Share(of=sample["permissive"])
    return permissive.in_(sample["downloads"]) - permissive.in_(sample["pulls"])


def test_every_verdict_follows_from_the_bounds(result):
    assert len(result.answers) == 8
    for answer in result.answers.values():
        found = {label: e.identified for label, e in answer.estimates.items()}
        assert found[GAP].low == pytest.approx(found[DOWNLOADS].low - found[PULLS].high)
        assert found[GAP].high == pytest.approx(found[DOWNLOADS].high - found[PULLS].low)
        holds = found[GAP].low > 0.05
        assert answer.verdicts[GAP].word == ("holds" if holds else "not identified")


def test_of_all_pulls_the_share_is_clearly_lower_than_of_downloads(result):
    for answer in result.answers.values():
        if answer.estimand["pulls"] == "all":
            assert answer.verdicts[GAP].word == "holds"


def test_downloads_of_the_list_are_plain_sums(result, frames):
    top, repositories = frames["hub_top_models"], frames["model_crosswalk_repositories"]
    listed = top[top["as_of"] == "2026-06-11"]
    names = frames["model_crosswalk_names"]
    series = frames["ollama_library_pulls"]
    held = set(series.loc[series["date"] == "2026-06-11", "ollama_name"])
    held -= set(names.loc[names["served_remotely"], "ollama_name"])
    mine = repositories[repositories["ollama_name"].isin(held)]
    listed = listed[listed["model_id"].isin(mine["hub_repository"])]
    known = frames["hub_llm_models"].set_index("model_id")["licence"]
    licence = listed["licence"].fillna(listed["model_id"].map(known))
    weight = listed["hub_downloads_30d"]
    permissive = weight[licence.isin(["apache-2.0", "mit"])].sum() / weight.sum()
    unnamed = weight[licence.isna()].sum() / weight.sum()
    found = result.answer(downloads="top 1,000", families="in both", pulls="new")
    found = found.estimates[DOWNLOADS].identified
    assert found.low == pytest.approx(permissive, abs=EXACT)
    assert permissive <= found.high <= permissive + unnamed + EXACT


@pytest.mark.parametrize(
    ("family", "certain", "possible"),
    [("qwen3", True, True), ("llama3.2", False, False), ("qwen2.5", False, True),
     ("gemma2", False, False), ("deepseek-r1", True, True), ("qwen2.5-coder", False, True)],
)  # fmt: skip
def test_a_family_has_the_licences_of_its_own_repositories(
    analysis, frames, family, certain, possible
):
    pulls = asked(analysis, frames).second
    at = pulls.units.rows.index.get_loc(family)
    assert [flags[at] for flags in pulls.units.holds(pulls.question.of)] == [certain, possible]


@pytest.mark.parametrize("downloads", ["catalogue", "top 1,000"])
def test_the_tipping_point_loses_the_verdict(analysis, frames, result, downloads):
    answer = result.answer(families="in both", downloads=downloads, pulls="all")
    lost = answer.estimates[GAP].tipping_points[1].threshold
    gap = asked(analysis, frames, downloads=downloads, pulls="all")
    for change, keeps in ((-ROOT, True), (ROOT, False)):
        found = gap.thinned(gap.first.question.of, lost + change).bounds()
        assert (found.low > 0.05) is keeps


def test_choices_do_what_they_say(analysis, frames):
    def downloads(**choices):
        share = asked(analysis, frames, **choices).first
        return share.units.rows.index, share.units.holds(share.question.of)[0].sum()

    strict, wide = (downloads(permissive=p) for p in ("Apache or MIT", "every permissive licence"))
    assert wide[1] > strict[1]
    own, _ = downloads(copies="left out")
    repositories = frames["model_crosswalk_repositories"]
    copied = repositories.loc[repositories["relation"] == "copy", "hub_repository"]
    assert strict[0].isin(copied).any()
    assert not own.isin(copied).any()
    everything, _ = downloads(families="all")
    assert set(strict[0]) < set(everything)


def test_the_figure_draws_the_bounds_of_the_result(analysis, result):
    with figures.theme():
        canvas = analysis.module.figure(result)
    drawn = [[tuple(line.get_xdata()) for line in axes.lines] for axes in canvas.axes]
    for answer in result.answers.values():
        for panel, label in ((0, PULLS), (0, DOWNLOADS), (1, GAP)):
            assert tuple(answer.estimates[label].identified) in drawn[panel]
