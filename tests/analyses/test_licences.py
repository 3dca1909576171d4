"""Permissive licences by number of models and by downloads, with the unnamed ones as bounds."""

from __future__ import annotations

import pytest
from statsmodels.stats.proportion import proportion_confint

import research
from research import figures
from research.analysis import find

MODELS, DOWNLOADS = "permissive share of models", "permissive share of downloads"
GAP = "permissive share of downloads minus that of models"
RATIO = "models under Apache per model under MIT"
DAYS, SIZES = ("2026-06-11", "2026-06-10", "2026-04-28"), {"top 300": 300, "top 1,000": 1000}
LISTS = [f"{top}, {day}" for day in DAYS for top in SIZES]
JUNE, APRIL = "top 300, 2026-06-11", "top 300, 2026-04-28"
WORDS = {MODELS: "holds", DOWNLOADS: "not identified", GAP: "holds"}
EXACT = 1e-9  # sums of a thousand numbers in another order


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("licences")


@pytest.fixture(scope="module")
def lists():
    """Each list with its licence tags: both licences, neither, or none named."""
    table = research.load("hub_top_models")
    origins = research.load("publisher_origins").set_index("author")["parent"].to_dict()
    found = {}
    for name in LISTS:
        top, day = name.split(", 2026")
        rows = table[table["as_of"] == f"2026{day}"].sort_values(
            "hub_downloads_30d", ascending=False, kind="stable"
        )
        rows = rows.head(SIZES[top]).assign(
            downloads=lambda t: t["hub_downloads_30d"].astype(float)
        )
        tags = [set(licence.split("|")) for licence in rows["licence"].fillna("")]
        rows["certain"] = [named <= {"apache-2.0", "mit"} for named in tags]
        # None of the lists has two licences that are neither of the two.
        rows["open"] = [named == {""} or len(named) > 1 for named in tags]
        parents = [origins.get(author) for author in rows["author"]]
        rows["organisation"] = [
            p if isinstance(p, str) else a for p, a in zip(parents, rows["author"], strict=True)
        ]
        found[name] = rows
    return found


def found(result, population, label):
    return result.answer(population=population).estimates[label]


def gap(rows, permissive) -> float:
    downloads = rows["downloads"]
    return float(downloads[permissive].sum() / downloads.sum() - permissive.mean())


@pytest.mark.parametrize("population", LISTS)
def test_shares_run_from_named_to_possible(result, lists, population):
    rows = lists[population]
    possible = rows["certain"] | rows["open"]
    for label, weight in ((MODELS, rows["downloads"] * 0 + 1), (DOWNLOADS, rows["downloads"])):
        estimate = found(result, population, label)
        low, high = (weight[part].sum() / weight.sum() for part in (rows["certain"], possible))
        assert estimate.value == pytest.approx(low, abs=EXACT)
        assert tuple(estimate.bounds) == pytest.approx((low, high), abs=EXACT)
        assert estimate.n == len(rows)


@pytest.mark.parametrize("population", LISTS)
def test_bounds_of_the_gap_are_attained_by_the_worst_licences(result, lists, population):
    rows, estimate = lists[population], found(result, population, GAP)
    weighs_more = rows["downloads"] / rows["downloads"].sum() > 1 / len(rows)
    least = gap(rows, rows["certain"] | (rows["open"] & ~weighs_more))
    most = gap(rows, rows["certain"] | (rows["open"] & weighs_more))
    assert estimate.value == pytest.approx(gap(rows, rows["certain"]), abs=EXACT)
    assert tuple(estimate.bounds) == pytest.approx((least, most), abs=EXACT)
    shares = found(result, population, MODELS).bounds, found(result, population, DOWNLOADS).bounds
    assert estimate.bounds.low > shares[1].low - shares[0].high  # not both extremes at once


@pytest.mark.parametrize("population", LISTS)
def test_ratio_gives_every_unnamed_licence_to_one_side(result, lists, population):
    tags = lists[population]["licence"]
    apache, mit = (tags.str.contains(tag, na=False).sum() for tag in ("apache-2.0", r"\bmit\b"))
    unnamed = tags.isna().sum()
    estimate = found(result, population, RATIO)
    assert estimate.value == pytest.approx(apache / mit, abs=EXACT)
    ends = apache / (mit + unnamed), (apache + unnamed) / mit
    assert tuple(estimate.bounds) == pytest.approx(ends, abs=EXACT)


@pytest.mark.parametrize("population", LISTS)
def test_verdicts_follow_from_the_bounds(result, population):
    answer = result.answer(population=population)
    assert {label: answer.verdicts[label].word for label in WORDS} == WORDS
    assert answer.verdicts[RATIO].word == "not identified"
    assert found(result, population, GAP).bounds.low > 0
    low, high = found(result, population, DOWNLOADS).bounds
    assert low < 0.87 < high or low < 0.97 < high
    assert found(result, population, MODELS).bounds.low > 0.5


def test_thresholds_and_published_figures_are_those_of_the_claims(result):
    stated = research.load("published_claims").set_index("claim_id")["stated_value"].astype("str")
    downloads = float(stated["patterns/permissive-by-downloads"])
    assert result.hypotheses[DOWNLOADS].null == downloads / 100
    assert result.hypotheses[MODELS].null == 0.5  # "most"
    upper = result.hypotheses[RATIO].null + result.hypotheses[RATIO].margin
    assert upper == float(stated["patterns/apache-twice-mit"])  # "nearly twice" is not more
    answer = result.answer(population="as published, 2024-01")
    assert not answer.verdicts  # the article's figures cannot confirm themselves
    published = answer.estimates[f"published: {GAP}"]
    assert tuple(published.bounds) == pytest.approx((0.15, 0.17), abs=EXACT)
    row = answer.estimates[f"published: {MODELS}"].budget[0]
    assert (row.low, row.high) == pytest.approx(
        proportion_confint(0.76 * 300, 300, method="wilson"), abs=1e-9
    )


def test_the_permissive_share_of_downloads_is_below_the_published_one_whatever_is_unnamed(result):
    published = result.answer(population="as published, 2024-01").estimates[
        f"published: {DOWNLOADS}"
    ]
    for population in (JUNE, "top 1,000, 2026-06-11", "top 1,000, 2026-04-28"):
        assert found(result, population, DOWNLOADS).bounds.high < published.bounds.low


def test_intervals_of_all_kinds_hold_together_each_at_the_clustering_of_its_kind(result):
    kinds = [
        estimate
        for label, estimate in result.answer(population=JUNE).estimates.items()
        if label.endswith(": share of models")
    ]
    assert sum(estimate.value for estimate in kinds) == pytest.approx(1, abs=EXACT)
    assert kinds[0].n_effective < kinds[0].n / 2
    assert len({estimate.n_effective for estimate in kinds}) == len(kinds) == 4
    for estimate in kinds:
        (row,) = (row for row in estimate.budget if row.source == "how the interval is made")
        assert row.low <= estimate.interval.low < estimate.value
        assert estimate.value < estimate.interval.high <= row.high
        independent = proportion_confint(
            estimate.value * estimate.n_effective, estimate.n_effective, 0.05 / 4, method="beta"
        )  # the effective sample, as if its size were known: the interval is wider
        assert estimate.interval.low < independent[0]
        assert independent[1] < estimate.interval.high


# Choices ------------------------------------------------------------------------------------------


def specification(result, population, label, **choices):
    return next(
        row
        for row in result.answer(population=population).specifications
        if row.label == label and any(choices.items() <= made.items() for made in row.combinations)
    )


def test_choices_do_what_they_say(result, lists):
    rows = lists[JUNE]
    named = rows[rows["licence"].notna()]
    claimed = {"permissive": "Apache or MIT"}
    left_out = specification(result, JUNE, MODELS, no_licence="left out", **claimed)
    assert left_out.value == pytest.approx(named["certain"].mean(), abs=EXACT)
    other = specification(result, JUNE, MODELS, no_licence="not permissive", **claimed)
    assert other.value == pytest.approx(rows["certain"].mean(), abs=EXACT)
    wider = specification(result, JUNE, MODELS, permissive="every permissive licence")
    both = ["cc-by-4.0", "bsd-3-clause", "afl-3.0", "cdla-permissive-2.0|apache-2.0"]
    more = rows["licence"].isin(both)
    assert wider.value == pytest.approx((rows["certain"] | more).mean(), abs=EXACT)
    assert more.sum() > 1


def test_the_spike_is_one_model_of_april(result, lists):
    rows = lists[APRIL][~lists[APRIL]["traffic_spike"].astype(bool)]
    plain = {"permissive": "Apache or MIT", "no_licence": "unknown"}
    removed = specification(result, APRIL, GAP, spike="removed", **plain)
    assert removed.value == pytest.approx(gap(rows, rows["certain"]), abs=EXACT)
    assert removed.value < found(result, APRIL, GAP).value
    same = [specification(result, JUNE, GAP, spike=s, **plain) for s in ("kept", "removed")]
    assert same[0] is same[1]


# What would overturn it ---------------------------------------------------------------------------


def points(result, population, label):
    return {point.what: point for point in found(result, population, label).tipping_points}


@pytest.mark.parametrize("label", [MODELS, DOWNLOADS])
@pytest.mark.parametrize("population", LISTS)
def test_the_share_of_doubtful_models_brings_the_share_to_the_edge(result, population, label):
    low, high = found(result, population, label).bounds
    hypothesis, at = result.hypotheses[label], points(result, population, label).values()
    edges = [hypothesis.null - hypothesis.margin, hypothesis.null + hypothesis.margin]
    assert [low + point.threshold * (high - low) for point in at] == pytest.approx(
        [edge for edge in edges if low < edge < high], abs=EXACT
    )
    assert at or label == MODELS  # more than half of the models in any case


@pytest.mark.parametrize("population", LISTS)
def test_the_gap_is_lost_without_the_named_organisations_and_not_before(result, lists, population):
    rows = lists[population]
    point = points(result, population, GAP)[
        "organisations left out, each time the one that matters most"
    ]
    names = point.sentence.partition(": ")[2].split(", ")
    assert len(names) == point.threshold
    for left_out, is_lost in ((names, True), (names[:-1], False)):
        rest = rows[~rows["organisation"].isin(left_out)]
        assert (gap(rest, rest["certain"]) <= 0) == is_lost


@pytest.mark.parametrize("population", LISTS)
def test_the_gap_is_lost_with_that_many_automated_downloads(result, lists, population):
    rows = lists[population]
    key = "downloads that are not genuine, all of permissive models"
    share = points(result, population, GAP)[key].threshold
    automated = share * rows["downloads"].sum()
    genuine = rows["downloads"].sum() - automated
    permissive = rows["downloads"][rows["certain"]].sum() - automated
    assert permissive / genuine == pytest.approx(rows["certain"].mean(), abs=EXACT)


@pytest.mark.parametrize("population", LISTS)
def test_so_many_more_models_take_the_ratio_across_its_edge(result, lists, population):
    tags = lists[population]["licence"]
    apache, mit = (tags.str.contains(tag, na=False).sum() for tag in ("apache-2.0", r"\bmit\b"))
    (point,) = points(result, population, RATIO).values()
    more = point.threshold
    if point.what.endswith("MIT"):
        assert apache / (mit + more) <= 2 < apache / (mit + more - 1)
    else:
        assert (apache + more - 1) / mit <= 2 < (apache + more) / mit
    assert more <= tags.isna().sum()  # so the unnamed licences decide


def test_budget_rows_hold_what_a_plain_sum_gives(result, lists):
    rows, budget = lists[JUNE], {row.source: row for row in found(result, JUNE, GAP).budget}
    values = {
        name: gap(part := rows[rows["organisation"] != name], part["certain"])
        for name in rows["organisation"].unique()
    }
    left = budget["one organisation left out"]
    assert (left.low, left.high) == pytest.approx((min(values.values()), max(values.values())))
    dates = [gap(lists[f"top 300, {day}"], lists[f"top 300, {day}"]["certain"]) for day in DAYS]
    assert budget["date"].high == pytest.approx(max(dates), abs=EXACT)
    assert budget["date"].low < min(dates)  # April without its spike
    assert budget["other organisations drawn"].low < 0  # so it carries no verdict
    assert found(result, JUNE, GAP).interval is None


# Figure -------------------------------------------------------------------------------------------


def test_the_figure_draws_each_share_gap_and_ratio(result):
    with figures.theme():
        module = find("licences").module
        shares, gaps, ratios = module.figure(result).axes
    drawn = {
        axes: [
            (line.get_xdata()[0], round(-line.get_ydata()[0]))
            for line in axes.lines
            if line.get_marker() in ("o", "s")
        ]
        for axes in (shares, gaps, ratios)
    }
    for row, population in enumerate(module.ROWS):
        prefix = "published: " if "published" in population else ""
        for axes, labels in ((shares, (MODELS, DOWNLOADS)), (gaps, [GAP]), (ratios, [RATIO])):
            expected = [found(result, population, prefix + label).value for label in labels]
            assert [x for x, height in drawn[axes] if height == row] == pytest.approx(expected)
