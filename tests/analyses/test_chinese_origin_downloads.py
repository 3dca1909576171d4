"""China against the US in downloads: opposite signs in two populations, each with its doubts."""

from __future__ import annotations

import math

import pytest

import research
from research import figures
from research.analysis import find, run

DIFFERENCE = "share of downloads, China minus US"
TOP, APRIL = "top 1,000, 2026-06-11", "top 1,000, 2026-04-28"
TOP_TEXT = "text generation in the top 1,000, 2026-06-11"
CREATED = "created 2024-08 to 2025-08 in the top 1,000, 2026-06-11"
TEXT, CATALOGUE = "text generation in the LLM catalogue, 2026-10-05", "LLM catalogue, 2026-10-05"
VERDICTS = {
    TOP: "does not hold",
    APRIL: "does not hold",
    TOP_TEXT: "holds",
    CREATED: "holds",
    TEXT: "not identified",
    CATALOGUE: "holds",
}
SPIKE = "Qwen/Qwen3-VL-2B-Instruct"
SBERT = ["sentence-transformers", "cross-encoder"]
EXACT = 1e-9  # sums of a thousand to sixteen thousand numbers in another order


@pytest.fixture(scope="module")
def result():
    return run(find("chinese_origin_downloads"))


@pytest.fixture(scope="module")
def rows():
    """Every population as (account, downloads, model, base models, role, possible countries)."""
    origins = research.load("publisher_origins").set_index("author")
    top, llm = research.load("hub_top_models"), research.load("hub_llm_models")
    june, april = (top[top["as_of"] == day] for day in ("2026-06-11", "2026-04-28"))
    new = june[(june["created_at"] >= "2024-08-01") & (june["created_at"] < "2025-09-01")]
    tables = {
        TOP: june,
        APRIL: april,
        TOP_TEXT: june[june["pipeline_tag"] == "text-generation"],
        CREATED: new,
        TEXT: llm[llm["pipeline_tag"] == "text-generation"],
        CATALOGUE: llm,
    }
    joined = {
        name: table.merge(origins, on="author", how="left", validate="many_to_one")
        for name, table in tables.items()
    }
    for table in joined.values():
        table["possible"] = [possible(codes) for codes in table["candidates"]]
    return joined


def possible(codes) -> frozenset[str]:
    """The countries of an account, other than China and the US as one."""
    if not isinstance(codes, str):
        return frozenset(["CN", "US", "other"])
    return frozenset(c if c in ("CN", "US") else "other" for c in codes.split("|"))


SIGN = {"CN": 1, "US": -1, "other": 0}


def difference(table, choose) -> float:
    """China minus US where ``choose`` settles the sign of each set of possible countries."""
    sign = table["possible"].map(lambda countries: choose([SIGN[c] for c in countries]))
    downloads = table["hub_downloads_30d"].astype(float)
    return float((sign * downloads).sum() / downloads.sum())


def as_known(signs) -> int:
    return signs[0] if len(signs) == 1 else 0


def primary(result, population):
    return result.answer(population=population).estimates[DIFFERENCE]


def specification(result, population, **choices):
    found = [
        row
        for row in result.answer(population=population).specifications
        if any(choices.items() <= c.items() for c in (row.choices, *row.also))
    ]
    return found[0]


@pytest.mark.parametrize("population", VERDICTS)
def test_difference_and_bounds_are_those_of_a_plain_sum(result, rows, population):
    found = primary(result, population)
    assert found.value == pytest.approx(difference(rows[population], as_known), abs=EXACT)
    assert found.bounds.low == pytest.approx(difference(rows[population], min), abs=EXACT)
    assert found.bounds.high == pytest.approx(difference(rows[population], max), abs=EXACT)
    assert found.n == (rows[population]["hub_downloads_30d"] > 0).sum()


@pytest.mark.parametrize("population", VERDICTS)
def test_verdicts_follow_from_the_bounds_alone(result, population):
    answer = result.answer(population=population)
    assert answer.verdicts[DIFFERENCE].word == VERDICTS[population]
    found = answer.estimates[DIFFERENCE]
    assert found.interval is None
    assert found.test is None
    assert (found.bounds.low > 0) == (VERDICTS[population] == "holds")
    assert (found.bounds.high < 0) == (VERDICTS[population] == "does not hold")


@pytest.mark.parametrize(("country", "code"), [("China", "CN"), ("US", "US"), ("Germany", "DE")])
def test_shares_run_from_certain_to_possible(result, rows, country, code):
    found = result.answer(population=TOP).estimates[f"{country}: share of downloads"]
    table = rows[TOP]
    downloads = table["hub_downloads_30d"].astype(float)
    may = table["candidates"].isna() | table["candidates"].str.contains(code, na=False)
    assert found.bounds.low == pytest.approx(
        downloads[table["country"] == code].sum() / downloads.sum(), abs=EXACT
    )
    assert found.bounds.high == pytest.approx(downloads[may].sum() / downloads.sum(), abs=EXACT)


def test_the_bounds_of_the_difference_are_narrower_than_those_of_the_shares_allow(result):
    # One account cannot be of both countries, nor add to neither twice.
    answer = result.answer(population=TOP)
    china, us = (answer.estimates[f"{c}: share of downloads"].bounds for c in ("China", "US"))
    found = answer.estimates[DIFFERENCE].bounds
    assert found.low == pytest.approx(china.low - us.high, abs=EXACT)
    assert found.high == pytest.approx(china.high - us.low, abs=EXACT)


@pytest.mark.parametrize("population", [TOP, APRIL, CATALOGUE])
def test_tasks_add_up_to_the_difference(result, population):
    answer = result.answer(population=population)
    parts = [e for label, e in answer.estimates.items() if label.endswith("part of the difference")]
    whole = answer.estimates[DIFFERENCE]
    for end in ("value", "bounds.low", "bounds.high"):
        first, _, last = end.partition(".")
        values = [getattr(getattr(e, first), last) if last else e.value for e in [*parts, whole]]
        assert sum(values[:-1]) == pytest.approx(values[-1], abs=EXACT)


def test_both_populations_agree_on_language_tasks_and_differ_in_what_else_they_hold(result):
    for population in (TOP, CATALOGUE):
        estimates = result.answer(population=population).estimates
        for task in ("text generation", "multimodal", "embedding and ranking"):
            assert estimates[f"{task}: part of the difference"].value > 0
    top, catalogue = (result.answer(population=p).estimates for p in (TOP, CATALOGUE))
    assert top["fill-mask: part of the difference"].bounds.high < 0
    assert "fill-mask: part of the difference" not in catalogue


# Choices ------------------------------------------------------------------------------------------


def test_the_spike_is_one_model_of_april(result, rows):
    without = rows[APRIL][rows[APRIL]["model_id"] != SPIKE]
    removed = specification(result, APRIL, spike="removed")
    assert removed.value == pytest.approx(difference(without, as_known), abs=EXACT)
    kept = specification(result, TOP, spike="kept")
    assert specification(result, TOP, spike="removed") is kept  # the same sample counts once


@pytest.mark.parametrize("population", [TOP, APRIL, CATALOGUE])
def test_sentence_transformers_move_from_germany_to_the_us(result, rows, population):
    table = rows[population]
    downloads = table["hub_downloads_30d"].astype(float)
    moved = downloads[table["author"].isin(SBERT)].sum() / downloads.sum()
    american = specification(result, population, sentence_transformers="United States")
    assert moved > 0
    assert american.value == pytest.approx(primary(result, population).value - moved, abs=EXACT)


@pytest.mark.parametrize("population", [TOP, TOP_TEXT, CATALOGUE])
def test_repackaged_models_follow_the_base_they_name_or_may_be_anyones(result, rows, population):
    origins = research.load("publisher_origins").set_index("author")["candidates"]
    table = rows[population].copy()
    if "base_models" not in table:
        top = research.load("hub_top_models").dropna(subset="base_models")
        bases = dict(zip(top["model_id"].str.lower(), top["base_models"], strict=True))
        table["base_models"] = [bases.get(m.lower()) for m in table["model_id"]]
    for i, row in table[table["role"] == "repackager"].iterrows():
        named = row["base_models"]
        bases = named.split("|") if isinstance(named, str) else ["nobody/knows"]
        sets = [possible(origins.get(base.split("/")[0])) for base in bases]
        table.at[i, "possible"] = frozenset().union(*sets)
    based = specification(result, population, repackagers="base model")
    assert based.value == pytest.approx(difference(table, as_known), abs=EXACT)
    assert based.bounds.low == pytest.approx(difference(table, min), abs=EXACT)
    assert based.bounds.high == pytest.approx(difference(table, max), abs=EXACT)


def test_whether_accounts_are_merged_into_parents_changes_no_share(result):
    for population in VERDICTS:
        account = specification(result, population, organisation="account")
        assert account.value == primary(result, population).value


def test_by_account_the_largest_single_publisher_is_another(result):
    by_account = run(
        find("chinese_origin_downloads"), fixed={"population": TOP, "organisation": "account"}
    )
    row = budget(by_account, TOP)["one account left out"]
    assert row.detail.endswith("without Qwen")
    assert budget(result, TOP)["one organisation left out"].low < row.low  # Qwen is not all of it


# What is uncertain, and what would overturn it ----------------------------------------------------


def budget(result, population):
    return {row.source: row for row in primary(result, population).budget}


def test_budget_rows_hold_what_a_plain_sum_gives(result, rows):
    top, april, catalogue = (budget(result, p) for p in (TOP, APRIL, CATALOGUE))
    june = rows[TOP]
    parents = june["parent"].fillna(june["author"])
    without = june[parents != "Alibaba"]
    assert top["one organisation left out"].detail.endswith("without Alibaba")
    assert top["one organisation left out"].low == pytest.approx(
        difference(without, as_known), abs=EXACT
    )
    despiked = rows[APRIL][rows[APRIL]["model_id"] != SPIKE]
    assert top["date"].low == pytest.approx(difference(despiked, as_known), abs=EXACT)
    assert top["date"].high == primary(result, APRIL).value
    assert april["one model left out"].detail.endswith(SPIKE)
    assert "traffic spike" not in top
    fresh = rows[CATALOGUE][~rows[CATALOGUE]["stale_suspect"].fillna(False).astype(bool)]
    assert catalogue["counts not refreshed"].high == pytest.approx(
        difference(fresh, as_known), abs=EXACT
    )


@pytest.mark.parametrize("population", VERDICTS)
def test_every_row_but_that_of_the_unknown_starts_from_the_estimate(result, population):
    value = primary(result, population).value
    for row in primary(result, population).budget:
        assert row.low - EXACT <= value <= row.high + EXACT, row.source


@pytest.mark.parametrize("population", VERDICTS)
def test_the_interval_over_organisations_is_a_row_that_says_why_it_carries_no_verdict(
    result, population
):
    row = budget(result, population)["other organisations drawn"]
    assert row == primary(result, population).widest
    assert "Kish n of the first numerator is" in row.detail
    assert row.low < 0 < row.high


def points(result, population):
    return {point.what: point for point in primary(result, population).tipping_points}


@pytest.mark.parametrize("population", VERDICTS)
def test_recoding_the_tipping_share_brings_the_difference_to_zero(result, rows, population):
    table = rows[population].sort_values("hub_downloads_30d", ascending=False)
    value = primary(result, population).value
    key = "share of downloads coded to the wrong one of the two countries"
    threshold = points(result, population)[key].threshold
    assert value - 2 * math.copysign(threshold, value) == pytest.approx(0, abs=EXACT)
    leader, trailer = ("CN", "US") if value > 0 else ("US", "CN")
    leading = table.index[table["country"] == leader]
    fewest = next(k for k in range(1, 100) if recoded(table, leading[:k], trailer) * value <= 0)
    assert f"; {fewest} of its models suffice" in points(result, population)[key].sentence


def recoded(table, which, country) -> float:
    new = table["possible"].mask(table.index.isin(which), frozenset([country]))
    return difference(table.assign(possible=new), as_known)


@pytest.mark.parametrize("population", VERDICTS)
def test_leaving_out_the_named_organisations_turns_the_sign_and_one_fewer_does_not(
    result, rows, population
):
    table, value = rows[population], primary(result, population).value
    parents = table["parent"].fillna(table["author"])
    leader = "China" if value > 0 else "the US"
    point = points(result, population)[f"organisations of {leader} left out, the largest first"]
    names = point.sentence.partition(": ")[2].split(", ")
    assert len(names) == point.threshold
    assert difference(table[~parents.isin(names)], as_known) * value <= 0
    assert difference(table[~parents.isin(names[:-1])], as_known) * value > 0


def test_only_for_text_generation_of_the_catalogue_the_unknown_publishers_decide(result, rows):
    for population in VERDICTS:
        trailer = "the US" if primary(result, population).value > 0 else "China"
        point = points(result, population)[f"share of the doubtful downloads that are of {trailer}"]
        assert (point.threshold is not None) == (population == TEXT)
    table = rows[TEXT]
    downloads = table["hub_downloads_30d"].astype(float)
    doubtful = table["possible"].map(lambda c: len(c) > 1 and "US" in c)
    needed = points(result, TEXT)["share of the doubtful downloads that are of the US"].threshold
    moved = needed * downloads[doubtful].sum() / downloads.sum()
    assert primary(result, TEXT).value - moved == pytest.approx(0, abs=EXACT)


def test_models_outside_the_tables_that_would_close_the_gap(result, rows):
    june = rows[TOP]["hub_downloads_30d"]
    needed = points(result, TOP)["further models of China at the cut"].threshold
    short = -primary(result, TOP).value * june.sum()
    assert (needed - 1) * june.min() < short <= needed * june.min()
    table = rows[CATALOGUE]
    silent = (table["hub_downloads_30d"] == 0) & table["possible"].map(lambda c: "US" in c)
    each = points(result, CATALOGUE)[
        "downloads of each model without a count that may be of the US"
    ]
    total = table["hub_downloads_30d"].astype(float).sum()
    assert each.threshold * silent.sum() == pytest.approx(
        primary(result, CATALOGUE).value * total, rel=EXACT
    )


# Figure -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def axes(result):
    with figures.theme():
        return find("chinese_origin_downloads").module.figure(result).axes


def dots(panel) -> list[tuple[float, float]]:
    """Where single markers stand, rounded rows."""
    lines = [line for line in panel.lines if line.get_marker() in ("o", "s")]
    return [(float(line.get_xdata()[0]), round(float(line.get_ydata()[0]))) for line in lines]


def test_the_figure_draws_the_differences_beside_the_published_one(result, axes):
    drawn = {row: x for x, row in dots(axes[1])}
    order = [TOP, APRIL, CATALOGUE, TOP_TEXT, TEXT, CREATED]
    for row, population in enumerate(order):
        assert drawn[-row] == pytest.approx(primary(result, population).value, abs=EXACT)
    assert drawn[-len(order)] == pytest.approx(0.171 - 0.158, abs=EXACT)
    words = [t.get_text() for t in axes[1].texts]
    assert [w for w in words if w in VERDICTS.values()] == [VERDICTS[p] for p in order]


def test_the_figure_draws_both_shares_and_the_parts(result, axes):
    estimates = result.answer(population=TOP).estimates
    first = sorted(x for x, row in dots(axes[0]) if row == 0)
    assert first == sorted(estimates[f"{c}: share of downloads"].value for c in ("China", "US"))
    published = sorted(x for x, row in dots(axes[0]) if row == -6)
    assert published == pytest.approx([0.158, 0.171], abs=EXACT)
    for panel, population in ((axes[2], TOP), (axes[3], CATALOGUE)):
        parts = result.answer(population=population).estimates.items()
        values = [e.value for label, e in parts if label.endswith("part of the difference")]
        assert sorted(x for x, _ in dots(panel)) == pytest.approx(
            sorted([*values, primary(result, population).value]), abs=EXACT
        )
        assert panel.get_xlim() == axes[2].get_xlim()  # opposite signs on one scale
