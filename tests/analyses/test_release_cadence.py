"""Release cadence: six months is refuted, two weeks is not shown, and the contrast is open."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, t

import research
from research import figures
from research.analysis import find, run

GAP = "{}: days between releases of a company"
RATIO = "days between releases, US over China"
DRAWN = "the same, companies as draws"
NAIVE = "the same, if releases were independent: TOO SURE"
YEARS = {
    "before the claim": ("2024-11-27", "2025-11-27"),
    "latest": ("2025-10-05", "2026-10-05"),
}
CODES = {"China": "CN", "US": "US"}
EXACT = 1e-9


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("release_cadence")


@pytest.fixture(scope="module")
def repositories():
    columns = ["model_id", "author", "created_at"]
    tables = [research.load(name)[columns] for name in ("hub_llm_models", "hub_top_models")]
    rows = pd.concat(tables)
    rows = rows.assign(key=rows["model_id"].str.lower())
    first = rows.groupby("key").agg(author=("author", "first"), created=("created_at", "min"))
    coded = first.merge(research.load("publisher_origins"), on="author", validate="many_to_one")
    coded = coded[(coded["kind"] == "company") & (coded["role"] != "repackager")]
    coded = coded[coded["candidates"].isin(["CN", "US"])]
    return coded.assign(company=coded["parent"].fillna(coded["author"]))


def plain(repositories, country, year, *, days=False):
    """Days watched, releases and undated repositories of the companies of a country."""
    start, end = map(pd.Timestamp, YEARS[year])
    watched = releases = undated = 0
    for _, mine in repositories[repositories["candidates"] == CODES[country]].groupby("company"):
        first = mine["created"].min()
        if pd.isna(first) or first >= end:
            continue
        inside = mine["created"][(mine["created"] > max(start, first)) & (mine["created"] <= end)]
        watched += (end - max(start, first)).days
        releases += inside.nunique() if days else len(inside)
        undated += mine["created"].isna().sum()
    return watched, releases, undated


def specification(result, label, release, **estimand):
    rows = result.answer(**estimand).specifications
    return next(
        r for r in rows
        if r.label == label and any(each["release"] == release for each in r.combinations)
    )  # fmt: skip


@pytest.mark.parametrize("country", CODES)
@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("days", [False, True])
def test_mean_gaps_are_time_over_releases(result, repositories, country, year, days):
    watched, releases, _ = plain(repositories, country, year, days=days)
    release = "day with a repository" if days else "repository"
    found = specification(result, GAP.format(country), release, year=year, companies="all")
    assert found.value == pytest.approx(watched / releases, abs=EXACT)
    assert tuple(found.bounds) == (0, found.value)


def test_downloads_are_those_of_the_newest_table_that_holds_a_repository():
    module = find("release_cadence").module
    days = pd.to_datetime(["2026-06-11", "2026-04-28"])
    catalogue = pd.DataFrame(
        {"model_id": "Qwen/one", "author": "Qwen", "created_at": days[1], "hub_downloads_30d": 3},
        index=range(40),  # a sort that is not stable takes any of so many
    )
    top = pd.DataFrame(
        {
            "model_id": ["qwen/One", "Qwen/two", "Qwen/two"],
            "author": "Qwen",
            "created_at": days[1],
            "hub_downloads_30d": [9, 1, 2],
            "as_of": [days[0], *days[::-1]],
        }
    )
    origins = pd.DataFrame(
        {"author": ["Qwen"], "kind": "company", "role": "developer", "candidates": "CN",
         "parent": "Alibaba"}
    )  # fmt: skip
    found = module._repositories(catalogue, top, origins).set_index("name")["downloads"]
    assert found.to_dict() == {"one": 3.0, "two": 2.0}


def test_repositories_without_a_date_shorten_the_gap_by_what_they_may(repositories):
    fixed = run(find("release_cadence"), fixed={"release": "repository"})
    watched, releases, undated = plain(repositories, "US", "before the claim")
    found = fixed.answer(year="before the claim", companies="all").estimates[GAP.format("US")]
    row = next(r for r in found.budget if r.source == "repositories without a date")
    assert row.low == pytest.approx(watched / (releases + undated), abs=EXACT)
    assert row.high == found.value


@pytest.mark.parametrize("country", CODES)
def test_all_together_release_as_often_as_all_their_releases_fill_the_year(
    result, repositories, country
):
    label = f"{country}: days between releases of any company"
    found = specification(result, label, "repository", year="before the claim", companies="all")
    _, releases, _ = plain(repositories, country, "before the claim")
    assert found.value == pytest.approx(365 / releases, abs=EXACT)
    primary = result.answer(year="before the claim", companies="all").estimates[label]
    row = next(r for r in primary.budget if r.source == "repositories without a date")
    assert row.low < row.high == primary.value
    word = {"China": "holds", "US": "does not hold"}[country]
    assert found.verdict.word == word


def test_a_main_generation_is_one_release_whatever_its_sizes_and_tunes():
    module = find("release_cadence").module
    names = ["qwen3-8b", "qwen3-coder-next", "qwen2.5-7b", "qwen2.5-vl", "gpt-oss-20b", "gpt"]
    rows = pd.DataFrame({"company": "x", "name": names, "created": pd.Timestamp("2026-01-01")})
    found = module._releases(rows, "main generation")
    assert sorted(found["name"]) == ["gpt", "qwen2.5", "qwen3"]


def test_six_months_is_refuted_by_every_choice_and_two_weeks_by_none(result):
    for answer in result.answers.values():
        for row in answer.specifications:
            if row.label == GAP.format("US"):
                assert row.verdict.word == "does not hold"
                assert row.bounds.high < 182
            elif row.label == GAP.format("China"):
                assert row.verdict.word == "not identified"


def test_the_contrast_is_open_but_by_generations_and_once_by_repositories(result):
    closed = {
        (key, row.choices["release"]): row.verdict.word
        for key, answer in result.answers.items()
        for row in answer.specifications
        if row.label == RATIO and row.verdict.word != "not identified"
    }
    assert closed == {
        ("before the claim, leading", "main generation"): "does not hold",
        ("latest, all", "main generation"): "holds",
        ("latest, all", "repository"): "holds",
    }


def test_as_many_releases_as_the_tipping_point_says_give_the_claimed_gap(result):
    for country, claimed in (("China", 14), ("US", 182)):
        found = result.answer().estimates[GAP.format(country)]
        (point,) = found.tipping_points
        assert found.value / point.threshold == pytest.approx(claimed, rel=EXACT)
    assert result.answer().estimates[GAP.format("China")].tipping_points[0].threshold > 1


def test_among_leading_companies_the_us_is_no_slower(result):
    for year in YEARS:
        found = result.answer(year=year, companies="leading").estimates
        assert found[RATIO].value < 1
        assert found[RATIO].n == 20
        assert result.answer(year=year, companies="all").estimates[RATIO].value > 1


def test_companies_as_draws_leave_the_contrast_open_where_releases_do_not(result):
    found = result.answer(year="before the claim", companies="all").estimates
    assert found[DRAWN].interval.low < 1 < found[DRAWN].interval.high
    assert found[DRAWN].test.p > 0.05 > found[NAIVE].test.p
    assert found[NAIVE].interval.low > 1
    assert found[NAIVE].label not in result.hypotheses


def test_the_naive_test_is_the_binomial_one_given_the_sum(result):
    found = result.answer().estimates
    table = result.answer().tables["companies"]
    rows = table.to_frame()
    sums = rows.groupby("country")[["days", "releases"]].sum()
    china, both = int(sums.loc["CN", "releases"]), int(sums["releases"].sum())
    expected = binomtest(china, both, sums.loc["CN", "days"] / sums["days"].sum())
    assert found[NAIVE].test.p == pytest.approx(expected.pvalue, rel=1e-6)


def test_the_interval_is_a_jackknife_over_companies(result):
    table = result.answer().tables["companies"]
    rows = table.to_frame()
    variance = 0.0
    for _, mine in rows.groupby("country"):
        kept = [mine.drop(index=i) for i in mine.index]
        logs = np.log([k["days"].sum() / k["releases"].sum() for k in kept])
        variance += (len(logs) - 1) * np.var(logs)
    found = result.answer().estimates[DRAWN]
    width = np.log(found.interval.high / found.interval.low) / 2
    smaller = rows["country"].value_counts().min()
    assert width == pytest.approx(t.ppf(0.975, smaller - 1) * np.sqrt(variance), rel=1e-6)


def test_variants_of_one_name_are_one_release(result):
    values = {
        release: specification(result, GAP.format("China"), release, companies="all").value
        for release in ("new name", "repository")
    }
    assert values["new name"] > 2 * values["repository"]


def test_the_figure_draws_gaps_and_companies(result):
    with figures.theme():
        means, each = find("release_cadence").module.figure(result).axes
    points = [line.get_xdata()[0] for line in means.lines if len(line.get_xdata()) == 1]
    for answer in result.answers.values():
        for country in CODES:
            value = answer.estimates[GAP.format(country)].value
            assert any(point == pytest.approx(value) for point in points)
    table = result.answer().tables["companies"]
    rows = table.to_frame()
    assert len(each.lines) == (rows["releases"] > 0).sum()
