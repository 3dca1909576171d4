"""The Chinese-origin share in pulls, hosts and downloads, recomputed from the tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import research
from research import figures
from research.analysis import find, run

EXACT = 1e-9
GAP = "Chinese-origin share, pulls minus the other channel"
SAME = "the same over the families that both channels hold"
CODED = "the same with all other models coded by publisher"
HUB = {"top 1,000": "2026-06-11", "LLM catalogue": "2026-06-19"}
ALIKE = 0.05


@pytest.fixture(scope="module")
def result():
    return run(find("channel_gap"))


@pytest.fixture(scope="module")
def names():
    """Names of the library: whether they are, or may be, Chinese, and what a pull fetches."""
    kinds = research.load("model_crosswalk_names").set_index("ollama_name")
    written = research.load("model_crosswalk").set_index("ollama_name")["publisher_candidates"]
    coded = research.load("publisher_origins").set_index("author")["candidates"]
    codes = {
        name: coded[account] if account in coded.index else written[name]
        for name, account in kinds["hub_account"].items()
    }
    chinese = {name: code == "CN" for name, code in codes.items()}
    open_to_it = {name: pd.isna(c) or "CN" in c.split("|") for name, c in codes.items()}
    return kinds.assign(chinese=pd.Series(chinese), possible=pd.Series(open_to_it))


def pulled(day, window=None):
    """Pulls as shown, with half a step to either side, straight from the series."""
    series = research.load("ollama_library_pulls").set_index("ollama_name")
    after = series[series["date"] == day]
    shown, error = after["ollama_pulls_total"].astype(float), after["pulls_step"] / 2
    if window:
        before = series[series["date"] == pd.Timestamp(day) - pd.Timedelta(days=window)]
        shown = shown.sub(before["ollama_pulls_total"], fill_value=0)[after.index]
        error = error.add(before["pulls_step"] / 2, fill_value=0)[after.index]
    return pd.DataFrame({"shown": shown, "error": error.astype(float)})


def downloaded(other):
    """Downloads of every family in a Hub table."""
    table = {"top 1,000": "hub_top_models", "LLM catalogue": "hub_llm_panel"}[other]
    models = research.load(table)
    models = models[models["as_of"] == HUB[other]].set_index("model_id")["hub_downloads_30d"]
    families = research.load("model_crosswalk_repositories").set_index("hub_repository")
    return models.groupby(families["ollama_name"].reindex(models.index)).sum()


def deployed():
    tags = research.load("tenthe_model_tags")
    return tags.groupby(tags["ollama_tag"].str.split(":").str[0])["answering_hosts"].sum()


def other_channel(other):
    return deployed() if other == "hosts" else downloaded(other)


@pytest.mark.parametrize("other", ["top 1,000", "LLM catalogue", "hosts"])
@pytest.mark.parametrize("pulls", ["new", "all"])
def test_shares_of_shared_families_come_out_of_the_tables(result, names, pulls, other):
    answer = result.answer(pulls=pulls, other=other)
    local = names.index[~names["served_remotely"]]
    weights = pulled(answer.as_of, 30 if pulls == "new" else None)
    weights = weights[weights.index.isin(local)].join(other_channel(other).rename("other"))
    both = weights.dropna()
    chinese = names["chinese"].reindex(both.index).astype(bool)
    shares = [both.loc[chinese, c].sum() / both[c].sum() for c in ("shown", "other")]
    same = answer.estimates[SAME]
    assert same.n == len(both)
    assert same.value == pytest.approx(shares[0] - shares[1], abs=EXACT)
    # Rounding at its worst: Chinese families at one end of their ranges, all others at the other.
    low, high = (both["shown"] - both["error"]).clip(lower=0), both["shown"] + both["error"]
    least = low[chinese].sum() / (low[chinese].sum() + high[~chinese].sum()) - shares[1]
    most = high[chinese].sum() / (high[chinese].sum() + low[~chinese].sum()) - shares[1]
    unsure = (names["possible"] & ~names["chinese"]).reindex(both.index).astype(bool)
    slack = max(
        high[unsure].sum() / low.sum(), both.loc[unsure, "other"].sum() / both["other"].sum()
    )
    assert slack < 0.02
    assert same.bounds.low == pytest.approx(least, abs=slack + EXACT)
    assert same.bounds.high == pytest.approx(most, abs=slack + EXACT)
    covered = answer.estimates["pulls: share in families that both hold"].value
    assert covered == pytest.approx(both["shown"].sum() / weights["shown"].sum(), abs=EXACT)


def test_the_covered_part_of_the_hosts_counts_unlisted_tags_by_their_listings(result):
    listed = research.load("tenthe_model_tags")
    unlisted = research.load("tenthe_quantizations")["tag_occurrences"].sum()
    unlisted -= listed["tag_occurrences"].sum()
    hosts = listed["answering_hosts"].sum()
    covered = result.answer(pulls="all", other="hosts").estimates[
        "hosts: share in families that both hold"
    ]
    assert covered.value == pytest.approx(hosts / (hosts + unlisted), abs=EXACT)


def test_every_assumption_narrows_the_set(result):
    for answer in result.answers.values():
        gap, coded, same = (answer.estimates[label] for label in (GAP, CODED, SAME))
        assert gap.bounds.low <= coded.bounds.low <= coded.bounds.high <= gap.bounds.high
        assert gap.value == same.value
        assert gap.value in gap.bounds
        assert gap.value in same.bounds


def test_bounds_lead_where_too_little_is_covered(result):
    for answer in result.answers.values():
        covered = [e.value for label, e in answer.estimates.items() if "share in families" in label]
        assert min(covered) < 0.95
        assert answer.estimates[GAP].bounds.width > answer.estimates[SAME].bounds.width
        assert answer.verdicts[GAP].word == "not identified"


def test_what_is_known_of_shared_families_alone(result):
    words = {key: answer.verdicts[SAME].word for key, answer in result.answers.items()}
    assert words == {
        "new, top 1,000": "not identified",  # the rounding of thirty days leaves it open
        "new, LLM catalogue": "does not hold",
        "new, hosts": "does not hold",
        "all, top 1,000": "does not hold",
        "all, LLM catalogue": "does not hold",
        "all, hosts": "holds",
    }
    assert all(answer.estimates[SAME].value < 0 for answer in result.answers.values())


def test_longer_windows_are_less_rounded(result):
    rows = result.answer(pulls="new", other="top 1,000").specifications
    defaults = {"remote_names": "left out", "embeddings": "counted", "origin": "publisher"}
    width = {
        row.choices["window"]: row.bounds.width
        for row in rows
        if row.label == SAME
        and row.choices["copies"] == "with their family"
        and defaults.items() <= row.choices.items()
    }
    assert width[30] > width[90] > width[180]


def test_levelling_part_of_other_models_makes_the_shares_equal(result, names):
    answer = result.answer(pulls="all", other="hosts")
    needed = answer.estimates[GAP].tipping_points[0].threshold
    pulls = pulled("2025-04-24")["shown"]
    share = pulls[names["chinese"].reindex(pulls.index).astype(bool)].sum() / pulls.sum()
    hosts, covered = deployed(), answer.estimates["hosts: share in families that both hold"].value
    chinese = hosts[names["chinese"].reindex(hosts.index).astype(bool)].sum() / hosts.sum()
    assert covered * chinese + (1 - covered) * needed == pytest.approx(share, abs=EXACT)


@pytest.mark.parametrize("other", ["top 1,000", "hosts"])
def test_the_verdict_turns_where_the_tipping_point_says(result, names, other):
    answer = result.answer(pulls="all", other=other)
    point = answer.estimates[SAME].tipping_points[0]
    weights = pulled(answer.as_of).join(other_channel(other).rename("other")).dropna()
    both = weights[~names["served_remotely"].reindex(weights.index)]
    codes = names.reindex(both.index)
    chinese = codes["chinese"].astype(bool).to_numpy()
    assert (codes["chinese"] == codes["possible"]).all()  # no family of unknown origin here
    thinned = "other" if point.what.startswith("part of the downloads") else "shown"

    def extremes(removed):
        kept = np.where(chinese, 1 - removed, 1)
        scale = {"shown": 1, "other": 1} | {thinned: kept}
        low, high = (
            (both["shown"] + sign * both["error"]).to_numpy() * scale["shown"] for sign in (-1, 1)
        )
        rest = both["other"] * scale["other"]
        share = rest[chinese].sum() / rest.sum()
        least = low[chinese].sum() / (low[chinese].sum() + high[~chinese].sum()) - share
        most = high[chinese].sum() / (high[chinese].sum() + low[~chinese].sum()) - share
        return least, most

    def alike(removed):
        return max(map(abs, extremes(removed))) < ALIKE

    def apart(removed):
        return extremes(removed)[1] < -ALIKE

    holds = alike if answer.verdicts[SAME].word == "holds" else apart
    step = 1e-6
    assert holds(0)
    assert holds(point.threshold - step)
    assert not holds(point.threshold + step)


# Choices ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def channels():
    analysis = find("channel_gap")
    frames = [research.load(table) for table in analysis.tables]
    return lambda **choices: analysis.module.sample(*frames, **choices)["channels"]


def test_remote_names_are_counted_or_not(channels):
    left_out, counted = channels(), channels(remote_names="counted")
    assert "glm-5" not in left_out.index
    assert counted.loc["glm-5", "value"] > 1e6
    assert counted["other value"].sum() == pytest.approx(left_out["other value"].sum())


def test_embeddings_leave_both_channels(channels):
    kept, left_out = channels(), channels(embeddings="left out")
    assert {"all-minilm", "nomic-embed-text"} <= set(kept.index)
    assert not {"all-minilm", "nomic-embed-text"} & set(left_out.index)
    assert left_out["other value"].sum() < 0.7 * kept["other value"].sum()


def test_copies_leave_the_downloads_only(channels):
    kept, left_out = channels(), channels(copies="left out")
    assert left_out["other value"].sum() < kept["other value"].sum()
    assert left_out.loc["qwen3", "other value"] < kept.loc["qwen3", "other value"]
    assert left_out["value"].sum() == pytest.approx(kept["value"].sum())


def test_the_base_model_makes_mixed_families_uncertain(channels):
    by_publisher, by_base = channels(), channels(origin="base model")
    assert tuple(by_publisher.loc["deepseek-r1", ["certain", "possible"]]) == (True, True)
    assert tuple(by_base.loc["deepseek-r1", ["certain", "possible"]]) == (False, True)
    assert tuple(by_base.loc["qwen3", ["certain", "possible"]]) == (True, True)
    assert tuple(by_base.loc["openthinker", ["certain", "possible"]]) == (True, True)


def test_combinations_without_meaning_say_why(result):
    reasons = {s.reason for answer in result.answers.values() for s in answer.skipped}
    assert reasons == {
        "all pulls up to a date have no window",
        "the series of pulls begins too late for this window",
        "this pair holds no repositories of the Hub, so it has no copies",
    }


# Figure -------------------------------------------------------------------------------------------


def test_the_figure_draws_sets_rings_and_coverage_of_the_result(result):
    with figures.theme():
        shares, gaps = find("channel_gap").module.figure(result).axes
    rings = [line.get_xdata()[0] for line in gaps.lines if line.get_marker() == "o"]
    bars = [tuple(line.get_xdata()) for line in gaps.lines if len(line.get_xdata()) == 2]
    written = {text.get_text() for text in shares.texts}
    for answer in result.answers.values():
        assert any(ring == pytest.approx(answer.estimates[SAME].value) for ring in rings)
        for label in (GAP, CODED):
            drawn = tuple(answer.estimates[label].bounds)
            assert any(bar == pytest.approx(drawn) for bar in bars)
        covered = answer.estimates["pulls: share in families that both hold"].value
        assert f"{covered:.0%}" in written
    dashed = [line.get_xdata()[0] for line in gaps.lines if line.get_linestyle() == "--"]
    assert dashed == [0]
