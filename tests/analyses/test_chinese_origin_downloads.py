"""China against the US in downloads: opposite signs in two populations, each with its doubts."""

from __future__ import annotations

import pytest

import research
from research import figures
from research.analysis import find
from tests.drawn import is_set
from tests.origins import coded_origins

DIFFERENCE = "share of downloads, China minus US"
TOP, APRIL = "top 1,000, 2026-06-11", "top 1,000, 2026-04-28"
TOP_TEXT = "text generation in the top 1,000, 2026-06-11"
CREATED = "created 2024-08 to 2025-08 in the top 1,000, 2026-06-11"
TEXT, CATALOGUE = "text generation in the LLM catalogue, 2026-10-05", "LLM catalogue, 2026-10-05"
VERDICTS = {
    TOP: "does not hold",
    APRIL: "does not hold",
    TOP_TEXT: "not identified",
    CREATED: "holds",
    TEXT: "not identified",
    CATALOGUE: "holds",
}
SPIKE = "Qwen/Qwen3-VL-2B-Instruct"
SBERT = ["sentence-transformers", "cross-encoder"]
PART = ": part of the difference"
AGES = ["created by 2022-03-02 (legacy import)", "created later", "no date of creation"]
EXACT = 1e-9  # sums of a thousand to sixteen thousand numbers in another order


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("chinese_origin_downloads", multiverse=False)


@pytest.fixture(scope="module")
def multiverse(analysed):
    return analysed("chinese_origin_downloads")


@pytest.fixture(scope="module")
def module():
    return find("chinese_origin_downloads").module


@pytest.fixture(scope="module")
def rows():
    """Every population as (account, downloads, model, base models, role, possible countries)."""
    top, llm = research.load("hub_top_models"), research.load("hub_llm_models")
    llm = llm[llm["downloads_observed"].astype(bool)]
    june, april = (top[top["as_of"] == day] for day in ("2026-06-11", "2026-04-28"))
    new = june[(june["created_at"] >= "2024-08-01") & (june["created_at"] < "2025-09-01")]
    tables = {
        TOP: june,
        APRIL: april,
        TOP_TEXT: june[june["pipeline_tag"].fillna("text-generation") == "text-generation"],
        CREATED: new,
        TEXT: llm[llm["pipeline_tag"].fillna("text-generation") == "text-generation"],
        CATALOGUE: llm,
    }
    return {name: with_origins(table, name in (TOP_TEXT, TEXT)) for name, table in tables.items()}


def with_origins(table, by_task=False):
    """The models with the countries of their accounts; those without a task may be left out."""
    origins = coded_origins()
    joined = table.merge(origins, on="author", how="left", validate="many_to_one")
    return joined.assign(
        possible=[possible(codes) for codes in joined["candidates"]],
        optional=joined["pipeline_tag"].isna() & by_task,
    )


def possible(codes) -> frozenset[str]:
    """The countries of an account, other than China and the US as one."""
    if not isinstance(codes, str):
        return frozenset(["CN", "US", "other"])
    return frozenset(c if c in ("CN", "US") else "other" for c in codes.split("|"))


SIGN = {"CN": 1, "US": -1, "other": 0}


def mean(values, table) -> float:
    downloads = table["hub_downloads_30d"].astype(float)
    return float((values * downloads).sum() / downloads.sum())


def signs(table, choose):
    return table["possible"].map(lambda countries: choose([SIGN[c] for c in countries]))


def known(table) -> float:
    """China minus US without the models that may not belong, doubtful publishers in neither."""
    certain = table[~table["optional"]]
    return mean(signs(certain, as_known), certain)


def as_known(found) -> int:
    return found[0] if len(found) == 1 else 0


def end(table, choose, values=None) -> float:
    """The least or greatest mean: optional models enter from one side, up to some value."""
    values = signs(table, choose) if values is None else values
    side = 1 if choose is min else -1
    within = [~table["optional"] | (side * values <= limit) for limit in (-2, -1, 0, 1)]
    return choose(mean(values[some], table[some]) for some in within)


def ends(table) -> tuple[float, float]:
    return end(table, min), end(table, max)


def primary(result, population):
    return result.answer(population=population).estimates[DIFFERENCE]


def specification(result, population, **choices):
    found = [
        row
        for row in result.answer(population=population).specifications
        if any(choices.items() <= c.items() for c in row.combinations)
    ]
    return found[0]


@pytest.mark.parametrize("population", VERDICTS)
def test_difference_and_bounds_are_those_of_a_plain_sum(result, rows, population):
    found, table = primary(result, population), rows[population]
    assert found.value == pytest.approx(known(table), abs=EXACT)
    assert tuple(found.bounds) == pytest.approx(ends(table), abs=EXACT)
    assert found.n == (~table["optional"]).sum()
    assert (table["hub_downloads_30d"] > 0).all()


@pytest.mark.parametrize("population", VERDICTS)
def test_verdicts_follow_from_the_bounds_alone(result, population):
    answer = result.answer(population=population)
    assert answer.verdicts[DIFFERENCE].word == VERDICTS[population]
    found = answer.estimates[DIFFERENCE]
    assert found.interval is None
    assert found.test is None
    assert (found.bounds.low > 0) == (VERDICTS[population] == "holds")
    assert (found.bounds.high < 0) == (VERDICTS[population] == "does not hold")


@pytest.mark.parametrize("population", [TOP, TOP_TEXT])
@pytest.mark.parametrize(("country", "code"), [("China", "CN"), ("US", "US")])
def test_shares_run_from_certain_to_possible_without_a_point(
    result, rows, population, country, code
):
    found = result.answer(population=population).estimates[f"{country}: share of downloads"]
    table = rows[population]
    certain = (table["country"] == code).astype(int)
    may = table["candidates"].str.contains(code, na=True).astype(int)
    assert found.bounds.low == pytest.approx(end(table, min, certain), abs=EXACT)
    assert found.bounds.high == pytest.approx(end(table, max, may), abs=EXACT)
    assert found.value is None


def test_the_bounds_of_the_difference_are_narrower_than_those_of_the_shares_allow(result):
    # One account cannot be of both countries, nor add to neither twice.
    answer = result.answer(population=TOP)
    china, us = (answer.estimates[f"{c}: share of downloads"].bounds for c in ("China", "US"))
    found = answer.estimates[DIFFERENCE].bounds
    assert found.low == pytest.approx(china.low - us.high, abs=EXACT)
    assert found.high == pytest.approx(china.high - us.low, abs=EXACT)


@pytest.mark.parametrize("population", [TOP, APRIL, CATALOGUE])
@pytest.mark.parametrize("by", ["task", "age"])
def test_parts_add_up_to_the_difference(result, population, by):
    estimates = result.answer(population=population).estimates
    parts = [
        found
        for label, found in estimates.items()
        if label.endswith(PART) and (label.removesuffix(PART) in AGES) == (by == "age")
    ]
    whole = estimates[DIFFERENCE]
    assert len(parts) > 1
    assert sum(part.value for part in parts) == pytest.approx(whole.value, abs=EXACT)
    for limit in ("low", "high"):
        added = sum(getattr(part.bounds, limit) for part in parts)
        assert added == pytest.approx(getattr(whole.bounds, limit), abs=EXACT)
    assert sum(part.n for part in parts) == whole.n


@pytest.mark.parametrize("population", [TOP, APRIL])
def test_the_lead_of_the_us_is_that_of_repositories_of_the_legacy_import(result, rows, population):
    old, later, _ = (label + PART for label in AGES)
    estimates, table = result.answer(population=population).estimates, rows[population]
    imported = (table["created_at"] == "2022-03-02").astype(int)
    found = mean(imported * signs(table, as_known), table)
    assert estimates[old].value == pytest.approx(found, abs=EXACT)
    assert estimates[old].bounds.high < 0 < estimates[later].value


def test_both_populations_agree_on_language_tasks_and_differ_in_what_else_they_hold(result):
    for population in (TOP, CATALOGUE):
        estimates = result.answer(population=population).estimates
        for task in ("text generation", "multimodal", "embedding and ranking"):
            assert estimates[f"{task}: part of the difference"].value > 0
    top, catalogue = (result.answer(population=p).estimates for p in (TOP, CATALOGUE))
    assert top["fill-mask: part of the difference"].bounds.high < 0
    assert "fill-mask: part of the difference" not in catalogue


# Choices ------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_spike_is_one_model_of_april(multiverse, rows):
    without = rows[APRIL][rows[APRIL]["model_id"] != SPIKE]
    removed = specification(multiverse, APRIL, spike="removed")
    assert removed.value == pytest.approx(known(without), abs=EXACT)
    refused = {s.reason for s in multiverse.answer(population=CREATED).skipped}
    assert "none of these models has a traffic spike on that day" in refused


@pytest.mark.long
@pytest.mark.parametrize(("population", "word"), [(TOP_TEXT, "holds"), (TEXT, "not identified")])
def test_without_the_models_that_name_no_task_only_origins_are_in_doubt(
    multiverse, rows, population, word
):
    tagged = rows[population][~rows[population]["optional"]]
    found = specification(multiverse, population, untagged="left out")
    assert tuple(found.bounds) == pytest.approx(ends(tagged), abs=EXACT)
    assert found.value == primary(multiverse, population).value
    assert found.verdict.word == word


@pytest.mark.long
@pytest.mark.parametrize("population", [TOP, APRIL, CATALOGUE])
def test_sentence_transformers_move_from_germany_to_the_us(multiverse, rows, population):
    table = rows[population]
    downloads = table["hub_downloads_30d"].astype(float)
    moved = downloads[table["author"].isin(SBERT)].sum() / downloads.sum()
    american = specification(multiverse, population, sentence_transformers="United States")
    assert moved > 0
    assert american.value == pytest.approx(primary(multiverse, population).value - moved, abs=EXACT)


@pytest.mark.long
@pytest.mark.parametrize("population", [TOP, TOP_TEXT, CATALOGUE])
def test_repackaged_models_follow_the_base_they_name_or_may_be_anyones(
    multiverse, rows, population
):
    origins = coded_origins().set_index("author")["candidates"]
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
    based = specification(multiverse, population, repackagers="base model")
    assert based.value == pytest.approx(known(table), abs=EXACT)
    assert tuple(based.bounds) == pytest.approx(ends(table), abs=EXACT)


# What is uncertain, and what would overturn it ----------------------------------------------------


def budget(result, population):
    return {row.source: row for row in primary(result, population).budget}


def test_budget_rows_hold_what_a_plain_sum_gives(result, rows):
    top, april, catalogue = (budget(result, p) for p in (TOP, APRIL, CATALOGUE))
    june = rows[TOP]
    parents = june["parent"].fillna(june["author"])
    without = june[parents != "Alibaba"]
    assert top["one organisation left out"].detail.endswith("without Alibaba")
    assert top["one organisation left out"].low == pytest.approx(known(without), abs=EXACT)
    without = june[june["author"] != "Qwen"]  # not all of Alibaba
    assert top["one account left out"].detail.endswith("without Qwen")
    assert top["one account left out"].low == pytest.approx(known(without), abs=EXACT)
    despiked = rows[APRIL][rows[APRIL]["model_id"] != SPIKE]
    assert top["date"].low == pytest.approx(known(despiked), abs=EXACT)
    assert top["date"].high == primary(result, APRIL).value
    assert april["one model left out"].detail.endswith(SPIKE)
    assert "traffic spike" not in top
    fresh = rows[CATALOGUE][~rows[CATALOGUE]["stale_suspect"].fillna(False).astype(bool)]
    assert catalogue["counts not refreshed"].high == pytest.approx(known(fresh), abs=EXACT)


@pytest.mark.parametrize("population", VERDICTS)
def test_origin_and_task_have_a_row_each_where_they_are_in_doubt(result, rows, population):
    table, found = rows[population], budget(result, population)
    origin = found["origin unknown or disputed"]
    assert (origin.low, origin.high) == pytest.approx(ends(table[~table["optional"]]), abs=EXACT)
    assert ("task unknown" in found) == table["optional"].any()
    if table["optional"].any():
        values, task = signs(table, as_known), found["task unknown"]
        assert task.low == pytest.approx(end(table, min, values), abs=EXACT)
        assert task.high == pytest.approx(end(table, max, values), abs=EXACT)


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
    assert row == max(primary(result, population).budget, key=lambda each: each.width)
    assert "lower limit of the Hill index of the totals is" in row.detail
    assert "simulated coverage in such draws" in row.detail
    assert row.low < 0 < row.high


def points(result, population):
    return {point.what: point for point in primary(result, population).tipping_points}


DECIDED = [population for population, word in VERDICTS.items() if word != "not identified"]


def test_where_the_set_holds_both_signs_no_verdict_can_be_lost(result):
    for population in set(VERDICTS) - set(DECIDED):
        for what, point in points(result, population).items():
            if not what.startswith("share of the d"):  # those say what would settle it
                assert point.threshold is None
                assert point.sentence.startswith("there is no verdict to lose")


def against(table, value) -> float:
    """The end of the set nearest to zero, as the lead of the leading country."""
    low, high = ends(table)
    return low if value > 0 else -high


@pytest.mark.parametrize("population", DECIDED)
def test_recoding_the_tipping_share_brings_the_nearest_end_to_zero(result, rows, population):
    table = rows[population].sort_values("hub_downloads_30d", ascending=False)
    value = primary(result, population).value
    point = points(result, population)[
        "share of downloads coded to the wrong one of the two countries"
    ]
    assert against(table, value) - 2 * point.threshold == pytest.approx(0, abs=EXACT)
    leader, trailer = ("CN", "US") if value > 0 else ("US", "CN")
    leading = table.index[table["country"] == leader]
    codings = [table] + [recoded(table, leading[:k], trailer) for k in range(1, 20)]
    fewest = next(k for k, coding in enumerate(codings) if against(coding, value) <= 0)
    assert f"({fewest} of its models suffice)" in point.sentence
    fewest = next(k for k, coding in enumerate(codings) if known(coding) * value <= 0)
    assert f"({fewest} of its models) with every doubtful" in point.sentence


def recoded(table, which, country):
    new = table["possible"].mask(table.index.isin(which), frozenset([country]))
    return table.assign(possible=new)


@pytest.mark.parametrize("population", DECIDED)
def test_leaving_out_the_largest_organisations_loses_the_verdict_at_the_number_given(
    result, rows, population
):
    table, value = rows[population], primary(result, population).value
    parents = table["parent"].fillna(table["author"])
    code, leader = ("CN", "China") if value > 0 else ("US", "the US")
    leading = table["hub_downloads_30d"].where(table["country"] == code, 0).groupby(parents).sum()
    largest = list(leading.sort_values(ascending=False).index)
    without = [table[~parents.isin(largest[:k])] for k in range(10)]
    fewest = next(k for k, rest in enumerate(without) if against(rest, value) <= 0)
    point = points(result, population)[f"organisations of {leader} left out, the largest first"]
    first = " and ".join(largest[:fewest]) + " together" * (fewest > 1)
    assert point.threshold == fewest <= 2
    assert point.sentence.startswith(f"lost without {first}")
    turned = next(k for k, rest in enumerate(without) if known(rest) * value <= 0)
    together = " and ".join(largest[:turned]) + " together" * (turned > 1)
    assert point.sentence.endswith(f"lost without {together}")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["A"], "A"),
        (["A", "B"], "A and B together"),
        (["A", "B", "C"], "A, B and C together"),
        (["A", "B", "C", "D"], "the 4 largest, A, B, C and so on, together"),
    ],
)
def test_organisations_are_named_as_one_would_say_it(module, names, told):
    assert module._together(names) == told


def test_origins_may_turn_text_generation_in_the_catalogue_and_tasks_that_in_the_list(result, rows):
    for population in VERDICTS:
        trailer = "the US" if primary(result, population).value > 0 else "China"
        found = points(result, population)
        origin = found[f"share of the doubtful downloads that are of {trailer}"]
        assert (origin.threshold is not None) == (population == TEXT)
        task = found.get(f"share of the downloads without a task, of {trailer}, that belong")
        assert (task is not None) == (population in (TEXT, TOP_TEXT))
        assert (task is not None and task.threshold is not None) == (population == TOP_TEXT)
    table = rows[TEXT][~rows[TEXT]["optional"]]
    doubtful = table["possible"].map(lambda c: len(c) > 1 and "US" in c).astype(int)
    needed = points(result, TEXT)["share of the doubtful downloads that are of the US"].threshold
    assert known(table) - needed * mean(doubtful, table) == pytest.approx(0, abs=EXACT)
    table = rows[TOP_TEXT]
    downloads = table["hub_downloads_30d"].where(table["country"] == "US", 0)
    key = "share of the downloads without a task, of the US, that belong"
    needed = points(result, TOP_TEXT)[key].threshold
    certain = table[~table["optional"]]
    ahead = known(certain) * certain["hub_downloads_30d"].sum()
    assert needed * downloads[table["optional"]].sum() == pytest.approx(ahead, rel=EXACT)


def test_models_outside_the_tables_that_would_close_the_gap(result, rows):
    june = rows[TOP]["hub_downloads_30d"]
    needed = points(result, TOP)["further models of China at the cut"].threshold
    short = -primary(result, TOP).bounds.high * june.sum()
    assert (needed - 1) * june.min() < short <= needed * june.min()
    llm = research.load("hub_llm_models")
    silent = with_origins(llm[~llm["downloads_observed"].astype(bool)])
    assert (silent["hub_downloads_30d"] == 0).all()
    american = silent["possible"].map(lambda c: "US" in c).sum()
    point = points(result, CATALOGUE)[
        "downloads of each model without a count that may be of the US"
    ]
    short = primary(result, CATALOGUE).bounds.low * rows[CATALOGUE]["hub_downloads_30d"].sum()
    assert point.threshold * american == pytest.approx(short, rel=EXACT)


def test_models_without_a_count_are_told_of_and_outside_the_population(result):
    llm = research.load("hub_llm_models")
    silent = int((~llm["downloads_observed"].astype(bool)).sum())
    told = [a.evidence for a in primary(result, CATALOGUE).assumptions if "count" in a.name]
    assert told[0].startswith(f"For {silent:,} ".replace(",", " "))
    assert primary(result, CATALOGUE).n == len(llm) - silent
    assert "that have a download count" in result.answer(population=CATALOGUE).population


# Figure -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def axes(result, module):
    with figures.theme():
        return module.figure(result).axes


def dots(panel) -> list[tuple[float, float]]:
    """Where single markers stand, rounded rows."""
    lines = [line for line in panel.lines if line.get_marker() in ("o", "s")]
    return [(float(line.get_xdata()[0]), round(float(line.get_ydata()[0]))) for line in lines]


def bars(panel, row) -> list[list[float]]:
    """The sets drawn within a row."""
    lines = [line for line in panel.lines if is_set(line)]
    return sorted(list(x.get_xdata()) for x in lines if round(float(x.get_ydata()[0])) == row)


def test_the_figure_draws_the_differences_beside_the_published_one(result, axes):
    drawn = {row: x for x, row in dots(axes[1])}
    order = [TOP, APRIL, CATALOGUE, TOP_TEXT, TEXT, CREATED]
    for row, population in enumerate(order):
        assert drawn[-row] == pytest.approx(primary(result, population).value, abs=EXACT)
    assert drawn[-len(order)] == pytest.approx(0.171 - 0.158, abs=EXACT)
    words = [t.get_text() for t in axes[1].texts]
    assert [w for w in words if w in VERDICTS.values()] == [VERDICTS[p] for p in order]


def test_the_figure_draws_both_shares_as_sets_and_the_parts(result, axes):
    for row, population in ((0, TOP), (-3, TOP_TEXT)):
        shares = result.answer(population=population).estimates
        sets = sorted(list(shares[f"{c}: share of downloads"].bounds) for c in ("China", "US"))
        assert bars(axes[0], row) == sets
        assert not [x for x, where in dots(axes[0]) if where == row]
    published = sorted(x for x, row in dots(axes[0]) if row == -6)
    assert published == pytest.approx([0.158, 0.171], abs=EXACT)
    for panel, population in ((axes[2], TOP), (axes[3], CATALOGUE)):
        parts = result.answer(population=population).estimates.items()
        values = [e.value for label, e in parts if label.endswith(PART)]
        assert sorted(x for x, _ in dots(panel)) == pytest.approx(
            sorted([*values, primary(result, population).value]), abs=EXACT
        )
        assert panel.get_xlim() == axes[2].get_xlim()  # opposite signs on one scale
