"""January 2024 between two days: hulls of what both allow, computed again by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import research
from research.analysis import find, run

BEFORE, AFTER = "2022-10-01", "2024-09-20"
RANKED = "rank correlation of likes and downloads"
MERGED = {"conversational": "text-generation", "text2text-generation": "text-generation"}


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("january_2024")


@pytest.fixture(scope="module")
def ranked(result):
    return result.answer(asked="tasks and creators")


@pytest.fixture(scope="module")
def listed():
    rows = research.load("hub_history")
    return {day: rows[(rows["as_of"] == day) & (rows["rank"] <= 300)] for day in (BEFORE, AFTER)}


def shown_rank(rows, kind):
    held = rows.groupby(rows["task"].replace(MERGED))["hub_downloads_30d"].sum()
    return 1 + int((held > held.get(kind, 0)).sum())


@pytest.mark.parametrize("task", ["fill-mask", "text-classification", "text-generation"])
def test_a_rank_is_the_hull_of_both_days(ranked, listed, task):
    found = ranked.estimates[f"{task}: rank of the task by downloads"]
    shown = [shown_rank(rows, task) for rows in listed.values()]
    assert found.value == shown[1]
    assert found.bounds.low <= min(shown)
    assert found.bounds.high >= max(shown)
    # All that names no task may be of it, and lift it so far and no further.
    best = []
    for rows in listed.values():
        held = rows.groupby(rows["task"].replace(MERGED))["hub_downloads_30d"].sum()
        unnamed = rows.loc[rows["task"].isna(), "hub_downloads_30d"].sum()
        best.append(1 + int((held.drop(task) > held[task] + unnamed).sum()))
    assert found.bounds.low == min(best)


def test_meta_by_downloads_is_counted_over_its_accounts(ranked, listed):
    origins = research.load("publisher_origins").set_index("author")["parent"]
    shares = []
    for rows in listed.values():
        who = rows["account"].map(origins).fillna(rows["account"])
        mine = rows.loc[who == "Meta", "hub_downloads_30d"].sum()
        shares.append(mine / rows["hub_downloads_30d"].sum())
    found = ranked.estimates["Meta: share of downloads"]
    assert tuple(found.bounds) == pytest.approx((min(shares), max(shares)))
    assert found.value == pytest.approx(shares[1])


def test_whoever_is_missing_on_a_day_may_have_been_first(ranked, listed):
    assert not any((rows["account"] == "TheBloke").any() for rows in listed.values())
    found = ranked.estimates["TheBloke: rank of the creator by models"]
    assert found.bounds.low == 1
    assert ranked.verdicts["TheBloke: rank of the creator by models"].word == "not identified"


def test_licences_are_those_of_september_2024_alone(result, listed):
    rows = listed[AFTER]
    permissive = rows["licence"].isin(["apache-2.0", "mit"])
    unnamed = rows["licence"].isna()
    found = result.answer(asked="licences").estimates["permissive share of models"]
    least = permissive.mean()
    assert tuple(found.bounds) == pytest.approx((least, least + unnamed.mean()))
    row = found.budget[0]
    assert (row.low, row.high) == pytest.approx((least, least))


def test_the_answer_is_as_far_from_the_claim_as_the_nearer_day(ranked):
    assert ranked.as_of == AFTER
    named = research.load("claim_terms").set_index("source").loc["download-patterns-2024"]
    assert ranked.population == named["population"]


def liked(day):
    rows = research.load("hub_lists")
    rows = rows[rows["as_of"] == day].sort_values("hub_downloads_30d", ascending=False)
    return rows.head(300)[["hub_downloads_30d", "likes"]].astype(float)


@pytest.mark.parametrize(
    ("label", "of", "word"),
    [
        ("correlation of likes and downloads", stats.pearsonr, "not identified"),
        ("rank correlation of likes and downloads", stats.spearmanr, "does not hold"),
    ],
)
def test_likes_are_bracketed_by_two_lists_that_were_chosen_by_them(result, label, of, word):
    answer = result.answer(asked="likes")
    sides = [float(of(*liked(day).to_numpy().T).statistic) for day in ("2023-04-01", "2025-12-08")]
    assert tuple(answer.estimates[label].bounds) == pytest.approx((min(sides), max(sides)))
    assert answer.estimates[label].value == pytest.approx(sides[1])
    assert answer.verdicts[label].word == word
    assert answer.as_of == "2025-12-08"


def test_other_organisations_may_have_given_another_correlation(result):
    """Leaving out organisation by organisation on the later day, on Fisher's scale."""
    lists, origins = research.load("hub_lists"), research.load("publisher_origins")
    rows = lists[lists["as_of"] == "2025-12-08"].nlargest(300, "hub_downloads_30d")
    parents = origins.set_index("author")["parent"]
    who = rows["account"].map(parents).fillna(rows["account"])
    values = rows[["hub_downloads_30d", "likes"]].astype(float)
    z = [np.arctanh(stats.spearmanr(values[who != name]).statistic) for name in who.unique()]
    se = np.sqrt((len(z) - 1) / len(z) * np.square(z - np.mean(z)).sum())
    effective = who.value_counts().sum() ** 2 / np.square(who.value_counts()).sum()
    (row,) = (
        row for row in result.answer(asked="likes").estimates[RANKED].budget
        if row.source == "other organisations drawn"
    )  # fmt: skip
    half = (np.arctanh(row.high) - np.arctanh(row.low)) / 2
    assert half == pytest.approx(stats.t.ppf(0.975, effective - 1) * se)


def test_the_dated_lists_of_downloads_have_no_likes(result):
    assert "likes" not in research.load("hub_history")
    assert research.load("hub_top_models")["as_of"].min().year == 2026
    (between, *_) = result.answer(asked="likes").estimates[RANKED].assumptions
    assert between.holds == "not testable"
    assert "305 days before and 677 days after" in between.evidence  # of 2024-01-31


def test_a_list_with_likes_that_is_shorter_is_refused():
    lists = research.load("hub_lists")
    short = lists[(lists["as_of"] != "2023-04-01") | (lists.index % 3 == 0)]
    analysis = find("january_2024", data={"hub_lists": short})
    refused = run(analysis, fixed={"asked": "likes"}, multiverse=False).answer(asked="likes")
    assert "and 300 are compared" in refused.skipped[0].reason


def test_how_much_is_in_spikes_is_read_off_the_list(ranked, listed):
    rows = listed[AFTER]
    share = rows["hub_downloads_30d"].max() / rows["hub_downloads_30d"].sum()
    told = next(iter(ranked.estimates.values())).assumptions[1].evidence
    assert f"{share:.0%}".removesuffix("%") in told
    assert str(int(rows["traffic_spike"].sum())) in told


def test_no_specification_compares_a_task_across_a_change_of_labels(result):
    assert "labels" not in result.choices
    history = research.load("hub_history")
    of_both = [set(history.loc[history["as_of"] == day, "task"]) for day in (BEFORE, AFTER)]
    assert [set(MERGED) <= labels for labels in of_both] == [True, False]  # one was merged since
