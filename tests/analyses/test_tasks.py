"""Ranks of tasks by downloads, and what the models without a task leave open."""

from __future__ import annotations

import pytest

import research
from research import figures
from research.analysis import find
from tests.drawn import is_set

CLAIMED = {
    "fill-mask": 1,
    "automatic-speech-recognition": 2,
    "text-classification": 3,
    "text-generation": 5,
}
DAYS, SIZES = ("2026-06-11", "2026-06-10", "2026-04-28"), {"top 300": 300, "top 1,000": 1000}
LISTS = [f"{top}, {day}" for day in DAYS for top in SIZES]
JUNE, APRIL = "top 300, 2026-06-11", "top 300, 2026-04-28"
EXACT = 1e-9  # sums of a thousand numbers in another order


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("tasks")


@pytest.fixture(scope="module")
def lists():
    table = research.load("hub_top_models").sort_values(
        "hub_downloads_30d", ascending=False, kind="stable"
    )
    origins = research.load("publisher_origins")[["author", "parent"]]
    table = table.merge(origins, on="author", how="left", validate="many_to_one")
    table["organisation"] = table["parent"].fillna(table["author"])
    table["downloads"] = table["hub_downloads_30d"].astype(float)
    found = {}
    for name in LISTS:
        top, day = name.split(", 2026")
        found[name] = table[table["as_of"] == f"2026{day}"].head(SIZES[top])
    return found


def totals(rows) -> dict[str, float]:
    return rows.groupby("pipeline_tag")["downloads"].sum().to_dict()


def rank(held, task) -> int:
    return 1 + sum(other > held[task] for other in held.values())


def unnamed(rows) -> float:
    return float(rows["downloads"][rows["pipeline_tag"].isna()].sum())


def found(result, population, task):
    return result.answer(population=population).estimates[f"{task}: rank by downloads"]


@pytest.mark.parametrize("task", CLAIMED)
@pytest.mark.parametrize("population", LISTS)
def test_rank_and_its_best_and_worst_case(result, lists, population, task):
    held, spare = totals(lists[population]), unnamed(lists[population])
    estimate = found(result, population, task)
    assert estimate.value == rank(held, task)
    assert estimate.bounds.low == rank(held | {task: held[task] + spare}, task)
    # The worst case lifts the tasks just behind above this one, nearest first, while it lasts.
    lifted = dict(held)
    for other in sorted((t for t in held if held[t] < held[task]), key=held.get, reverse=True):
        needed = held[task] - held[other]
        if needed >= spare:
            break
        spare -= needed
        lifted[other] = held[task] + 1
    assert estimate.bounds.high == rank(lifted, task)


@pytest.mark.parametrize("population", LISTS)
def test_verdicts_follow_from_the_open_ranks(result, population):
    answer = result.answer(population=population)
    for task, claimed in CLAIMED.items():
        low, high = found(result, population, task).bounds
        word = "not identified" if low <= claimed <= high else "does not hold"
        assert answer.verdicts[f"{task}: rank by downloads"].word == word
    words = {v.word for label, v in answer.verdicts.items() if "text-classification" not in label}
    assert words == {"does not hold"}


def test_only_text_classification_may_be_where_the_claim_has_it_and_only_in_june(result):
    key = "text-classification: rank by downloads"
    words = {p: result.answer(population=p).verdicts[key].word for p in LISTS}
    assert {p for p, word in words.items() if word == "not identified"} == {
        p for p in LISTS if "06-1" in p
    }


@pytest.mark.parametrize("population", LISTS)
def test_shares_add_up_with_what_is_not_shown(result, lists, population):
    rows = lists[population]
    shares = {
        label.partition(":")[0]: estimate
        for label, estimate in result.answer(population=population).estimates.items()
        if label.endswith("share of downloads")
    }
    held, everything = totals(rows), rows["downloads"].sum()
    for task, estimate in shares.items():
        own = unnamed(rows) if task == "no task named" else held[task]
        assert estimate.value == pytest.approx(own / everything, abs=EXACT)
    leading = sorted(held, key=held.get, reverse=True)[:8]
    assert {*leading, *CLAIMED, "no task named"} == set(shares)
    width = unnamed(rows) / everything
    assert shares["fill-mask"].bounds.width == pytest.approx(width, abs=EXACT)


# Choices ------------------------------------------------------------------------------------------


def specification(result, population, task, **choices):
    return next(
        row
        for row in result.answer(population=population).specifications
        if row.label == f"{task}: rank by downloads"
        and any(choices.items() <= made.items() for made in row.combinations)
    )


def test_choices_do_what_they_say(result, lists):
    plain = {"tags": "as they are", "spike": "kept"}
    left_out = specification(result, JUNE, "text-classification", no_task="left out", **plain)
    assert left_out.bounds.width == 0
    held = totals(lists[JUNE])
    together = held["text-generation"] + held["image-text-to-text"] + held.get("any-to-any", 0)
    together += held.get("text2text-generation", 0)
    embedding = held["sentence-similarity"] + held["feature-extraction"]
    merged = specification(
        result, JUNE, "text-generation", tags="related ones together", no_task="left out"
    )
    assert merged.value == 1 + (embedding > together)
    rows = lists[APRIL]
    rows = rows[~rows["traffic_spike"].astype(bool)]
    removed = specification(
        result, APRIL, "fill-mask", tags="as they are", spike="removed", no_task="unknown"
    )
    assert removed.value == rank(totals(rows), "fill-mask")
    assert removed.value < found(result, APRIL, "fill-mask").value


# What would overturn it ---------------------------------------------------------------------------


@pytest.mark.parametrize("task", CLAIMED)
@pytest.mark.parametrize("population", LISTS)
def test_the_named_downloads_bring_the_task_to_the_rank_of_the_claim(
    result, lists, population, task
):
    held = totals(lists[population])
    (point,) = found(result, population, task).tipping_points
    lacks = rank(held, task) > CLAIMED[task]
    sign = 1 if lacks else -1
    assert rank(held | {task: held[task] + sign * (point.threshold + 1)}, task) == CLAIMED[task]
    assert rank(held | {task: held[task] + sign * (point.threshold - 1)}, task) != CLAIMED[task]


def test_budget_rows_hold_what_a_plain_sum_gives(result, lists):
    rows = lists[JUNE]
    budget = {row.source: row for row in found(result, JUNE, "fill-mask").budget}
    ranks = {
        name: rank(totals(rows[rows["organisation"] != name]), "fill-mask")
        for name in rows["organisation"].unique()
    }
    left = budget["one organisation left out"]
    assert (left.low, left.high) == (min(ranks.values()), max(ranks.values()))
    assert ranks[left.detail.removeprefix("furthest without ")] in (left.low, left.high)
    assert budget["task unknown"].low == found(result, JUNE, "fill-mask").bounds.low
    drawn = budget["other organisations drawn"]
    assert drawn.low <= rank(totals(rows), "fill-mask") <= drawn.high
    assert "as if these were independent" in drawn.detail


def test_where_one_organisation_is_the_whole_task_no_interval_is_made_up(result):
    share = result.answer(population=JUNE).estimates["time-series-forecasting: share of downloads"]
    rows = {row.source: row for row in share.budget}
    assert share.interval is None
    assert rows["other organisations drawn"].width > 0.9


# Figure -------------------------------------------------------------------------------------------


def test_the_figure_draws_claimed_and_found_ranks(result):
    with figures.theme():
        module = find("tasks").module
        shares, ranks = module.figure(result).axes
    claimed = next(line for line in ranks.lines if line.get_marker() == "D")
    assert list(claimed.get_xdata()) == list(CLAIMED.values())
    drawn = {
        (line.get_xdata()[0], round(-line.get_ydata()[0]))
        for line in ranks.lines
        if line.get_marker() in ("o", "s")
    }
    assert drawn == {
        (found(result, population, task).value, row)
        for population in module.LISTS
        for row, task in enumerate(CLAIMED)
    }
    bars = {tuple(line.get_xdata()) for line in ranks.lines if is_set(line)}
    assert {tuple(found(result, p, t).bounds) for p in module.LISTS for t in CLAIMED} == bars
    first = result.answer(population=JUNE).estimates["sentence-similarity: share of downloads"]
    assert shares.lines[0].get_xdata()[0] == first.value
