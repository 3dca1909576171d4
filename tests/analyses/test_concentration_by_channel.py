"""Concentration by channel: indices of rounded weights, and who weighs more where."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import research
from research import figures
from research.analysis import find

HHI_GAP = "concentration index (HHI), pulls minus downloads"
CR4_GAP = "share of the four largest, pulls minus downloads"
MARGINS = {HHI_GAP: 0.01, CR4_GAP: 0.05}
EXACT = 1e-9


@pytest.fixture(scope="module")
def analysis():
    return find("concentration_by_channel")


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("concentration_by_channel", multiverse=False)


@pytest.fixture(scope="module")
def frames(analysis):
    return {table: research.load(table) for table in analysis.tables}


def index(sizes):
    shares = np.asarray(sizes) / np.sum(sizes)
    return float((shares**2).sum())


def four(sizes):
    return float(np.sort(sizes)[-4:].sum() / np.sum(sizes))


@pytest.mark.parametrize("downloads", ["catalogue", "top 1,000"])
def test_over_shared_families_the_indices_are_those_of_plain_sums(result, frames, downloads):
    repositories = frames["model_crosswalk_repositories"]
    day = {"catalogue": "2026-06-19", "top 1,000": "2026-06-11"}[downloads]
    table = frames["hub_llm_panel" if downloads == "catalogue" else "hub_top_models"]
    listed = table[table["as_of"] == day].merge(
        repositories, left_on="model_id", right_on="hub_repository"
    )
    sums = listed.groupby("ollama_name")["hub_downloads_30d"].sum()
    series = frames["ollama_library_pulls"]
    pulls = series[series["date"] == day].set_index("ollama_name")["ollama_pulls_total"]
    names = frames["model_crosswalk_names"]
    local = names.loc[~names["served_remotely"], "ollama_name"]
    both = pd.DataFrame({"pulls": pulls, "downloads": sums[sums > 0]}).dropna()
    both = both[both.index.isin(local)]
    found = result.answer(unit="shared families", downloads=downloads, pulls="all").estimates
    assert found[HHI_GAP].n == len(both)
    assert found[HHI_GAP].value == pytest.approx(index(both["pulls"]) - index(both["downloads"]))
    assert found[CR4_GAP].value == pytest.approx(four(both["pulls"]) - four(both["downloads"]))


def test_every_verdict_follows_from_the_bounds(result):
    assert len(result.answers) == 8
    for answer in result.answers.values():
        for label, margin in MARGINS.items():
            low, high = answer.estimates[label].identified
            if low > margin or high < -margin:
                expected = "holds"
            elif -margin <= low and high <= margin:
                expected = "does not hold"
            else:
                expected = "not identified"
            assert answer.verdicts[label].word == expected


def test_ratios_hold_at_once(analysis, frames):
    sample = analysis.module.sample(*frames.values(), unit="shared families")
    pulls, downloads = sample["pulls"].units.rows.set_index("family"), sample["downloads"].shown
    ratios = sample.tables["ratios"].set_index("family")
    rng, share = np.random.default_rng(1), downloads / downloads.sum()
    for _ in range(200):
        drawn = pd.Series(rng.uniform(pulls["low"], pulls["high"]), index=pulls.index)
        ratio = (drawn / drawn.sum() / share).reindex(ratios.index)
        assert ratio.between(ratios["low"] - EXACT, ratios["high"] + EXACT).all()


@pytest.mark.parametrize("label", [HHI_GAP, CR4_GAP])
@pytest.mark.parametrize("unit", ["publishers", "shared families"])
def test_the_tipping_point_gives_another_verdict(analysis, frames, result, label, unit):
    answer = result.answer(unit=unit, downloads="catalogue", pulls="all")
    point = answer.estimates[label].tipping_points[0]
    sample = analysis.module.sample(*frames.values(), unit=unit, pulls="all")
    largest = None if label == HHI_GAP else 4
    names = point.sentence.removeprefix("another verdict without ").split(", ")
    assert len(names) == point.threshold
    words = []
    for drop in (names[:-1], names):
        sides = (
            sample[side].concentration(largest).without(sample[side].by, *drop).bounds()
            for side in ("pulls", "downloads")
        )
        low, high = next(sides) - next(sides)
        margin = MARGINS[label]
        words.append((low > margin, high < -margin, -margin <= low and high <= margin))
    assert words[0] != words[1]


def test_choices_do_what_they_say(analysis, frames):
    def downloads(**choices):
        return analysis.module.sample(*frames.values(), **choices)["downloads"].shown

    assert "UKP Lab TU Darmstadt" in downloads().index
    assert "UKP Lab TU Darmstadt" not in downloads(embeddings="left out").index
    assert downloads(copies="by their account").size > downloads().size
    listed = {"downloads": "top 1,000"}
    assert downloads(**listed, spike="left out").sum() <= downloads(**listed).sum()


def test_the_figure_draws_the_effective_numbers_and_ratios(analysis, result):
    with figures.theme():
        canvas = analysis.module.figure(result)
    indices, ratios = canvas.axes
    points = [float(line.get_xdata()[0]) for line in indices.lines if len(line.get_xdata()) == 1]
    for answer in result.answers.values():
        for channel in ("pulls", "downloads"):
            assert answer.estimates[f"effective number, {channel}"].value in points
    table = result.answer(unit="shared families", pulls="new").tables["ratios"]
    shown = {row[table.columns.index("family")] for row in table.rows[: analysis.module.SHOWN]}
    assert {label.get_text() for label in ratios.get_yticklabels()} == shown
