"""Do Chinese companies release every one to two weeks, and US companies every six to twelve months?

Repositories and their dates of creation show releases, but only of models that are still there and
that the tables list: a gap found is an upper bound of the true one. That is enough to refute six
months and not enough to refute two weeks. Mean gaps are time over releases, so that a gap that has
not ended yet counts too.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    CannotEstimate,
    Estimate,
    Hypothesis,
    Interval,
    Sample,
    Test,
    TippingPoint,
    figures,
)
from research.doubts import Coarse, Computed, Doubt, Quotient, Sum, Within, turned_at, where
from research.estimators.budget import alternatives_row, budget
from research.estimators.rates import gap_ratio, gap_ratio_interval, rate_ratio
from research.measures.publishers import publishers
from research.measures.pulls import WEIGHTS
from research.measures.remembering import remembered
from research.results import BudgetRow, deferred
from research.wording import written

GAP = "{}: days between releases of a company"
ANY = "{}: days between releases of any company"
RATIO = "days between releases, US over China"
DRAWN = "the same, companies as draws"
NAIVE = "the same, if releases were independent: TOO SURE"

WEEKS, MONTHS = 14, 182  # the claim: at most two weeks, and at least six months
COUNTRIES = {"CN": "China", "US": "US"}
# "They" may be each company by itself, or all companies of a country together.
HYPOTHESES = {
    label.format(country): Hypothesis(
        claims=["tuoitre/release-cadence"],
        estimand=f"mean days between releases of {who.format(country)}, time over releases",
        null=null,
        null_source=f"{words}: the claim itself",
        alternative=alternative,
        role="out of sample",
        scope="other measure",
        part=country,
    )
    for country, null, words, alternative in (
        ("China", WEEKS, "at most two weeks", "less"),
        ("US", MONTHS, "at least six months", "greater"),
    )
    for label, who in ((GAP, "one {} company"), (ANY, "all {} companies together"))
} | {
    RATIO: Hypothesis(
        claims=["tuoitre/release-cadence"],
        estimand="mean days between releases of a US company over those of a Chinese one",
        null=1,
        null_source="equality: the claim says that Chinese companies release more often",
        alternative="greater",
        role="out of sample",
        scope="other measure",
    )
}
YEARS = {"before the claim": ("2024-11-27", "2025-11-27"), "latest": ("2025-10-05", "2026-10-05")}
LEADING = 10  # companies of each country, by downloads
# Parts of a repository's name that tell a variant of one release: size, tuning, precision, format.
VARIANT = (
    r"\d+(\.\d+)?[bmkt]|a\d+(\.\d+)?b|\d+x\d+b|e\d+b|\d+e|instruct|chat|base|it|pt|hf|thinking|preview"
    r"|gguf|awq|gptq|mlx|onnx|qat|[wi]nt[48]|fp[48]|nvfp4|mxfp4|b?f16|\dbits?|w\d+a\d+|q\d.*|kv|dynamic"
    r"|quantized|unquantized|block|static|torch|ao|draft|eagle3?|dflash|mtp|speculator|assistant|hybrid"
)


def sample(
    hub_llm_models,
    hub_top_models,
    publisher_origins,
    *,
    year: Annotated[Literal["before the claim", "latest"], ESTIMAND] = "before the claim",
    companies: Annotated[Literal["all", "leading"], ESTIMAND] = "all",
    release: Literal[
        "new name", "main generation", "day with a repository", "repository"
    ] = "new name",
) -> Sample:
    first, last = map(pd.Timestamp, YEARS[year])
    repositories = _repositories(hub_llm_models, hub_top_models, publisher_origins)
    _both_countries(repositories)
    releases = _releases(repositories, release)
    by_company = _by_company(repositories, releases, first, last)
    if companies == "leading":
        ranked = by_company.sort_values(["downloads", "company"], ascending=[False, True])
        by_company = ranked.groupby("country").head(LEADING).sort_values("company", kind="stable")
    _both_countries(by_company)
    released = by_company.loc[by_company["releases"] > 0, "country"].value_counts()
    if released.reindex(list(COUNTRIES), fill_value=0).min() < 2:
        raise CannotEstimate("fewer than two companies of a country released anything that year")
    who = "leading companies" if companies == "leading" else "companies"
    inside = releases["created"].gt(first) & releases["company"].isin(by_company["company"])
    return Sample(
        population=f"the {who} in the Hub tables",
        as_of=YEARS[year][1],
        data={
            "companies": by_company.reset_index(drop=True),
            "gaps": _gaps(releases[inside & (releases["created"] <= last)], by_company, last),
            "watched": _weighing(by_company, by_company["days"]),
            "year": _weighing(pd.DataFrame({"country": list(COUNTRIES)}), (last - first).days),
            "released": _released(by_company),
        },
        tables={
            "companies": by_company.drop(columns="begin").sort_values(
                ["releases", "company"], ascending=[False, True]
            )
        },
    )


def _both_countries(companies) -> None:
    if set(companies["country"]) != set(COUNTRIES):
        raise CannotEstimate("companies of China and of the US are needed, each with a repository")


# Releases -----------------------------------------------------------------------------------------


@remembered
def _repositories(catalogue, top, origins) -> pd.DataFrame:
    """Repositories of Chinese and US companies that publish models of their own."""
    columns = ["model_id", "author", "created_at", "hub_downloads_30d"]
    newest_first = top.sort_values("as_of", ascending=False, kind="stable")
    every = pd.concat([catalogue[columns], newest_first[columns]])
    every = every.assign(key=every["model_id"].str.lower()).sort_values("created_at", kind="stable")
    every = every.drop_duplicates("key")  # of the rows with the earliest date, the newest
    every = every.reset_index(drop=True)
    coded = every.join(publishers(every["author"], origins))
    kept = (coded["kind"] == "company") & (coded["role"] != "repackager")
    coded = coded[kept & coded["origin"].isin(COUNTRIES)].reset_index(drop=True)
    repositories = {
        "company": coded["organisation"],
        "country": coded["origin"],
        "name": coded["model_id"].str.replace("^[^/]*/?", "", regex=True).str.lower(),
        "created": coded["created_at"],
        "downloads": coded["hub_downloads_30d"].astype(float),
    }
    return pd.DataFrame(repositories)


@remembered
def _releases(repositories, release) -> pd.DataFrame:
    """The first repository of each release. Undated ones stay in, without a date."""
    ordered = repositories.sort_values(["created", "name"])
    if release == "repository":
        return ordered
    if release == "day with a repository":
        dated = ordered["created"].notna()
        days = ordered[dated].drop_duplicates(["company", "created"])
        return pd.concat([days, ordered[~dated]])
    words = ordered["name"].str.replace(rf"(?<![^-_ ])(?:{VARIANT})(?![^-_ ])", "", regex=True)
    words = words.str.replace(r"[-_ ]+", "-", regex=True).str.strip("-")
    if release == "main generation":  # a name up to its first number; without one, its first word
        numbered = words.str.extract(r"^(\D*\d+(?:\.\d+)*)", expand=False)
        words = numbered.fillna(words.str.partition("-")[0])
    return ordered.assign(name=words).drop_duplicates(["company", "name"])


def _by_company(repositories, releases, first, last) -> pd.DataFrame:
    """Releases in the year, days watched, and repositories without a date, by company.

    A company is watched from its first repository on, which is not counted as a release: it opens
    the first gap.
    """
    start = repositories[repositories["created"] <= last].groupby("company").agg(
        country=("country", "first"), begin=("created", "min")
    )  # fmt: skip
    _both_countries(start)
    start["days"] = (last - start["begin"].clip(lower=first)).dt.days
    opened = releases["company"].map(start["begin"])
    counted = releases[releases["created"].gt(first) & releases["created"].le(last)]
    counted = counted[counted["created"] > opened[counted.index]]
    undated = releases[releases["created"].isna()]
    by_company = start[start["days"] > 0].assign(
        releases=counted.groupby("company").size(),
        undated=undated.groupby("company").size(),
        downloads=repositories.groupby("company")["downloads"].sum(),
    )
    return by_company.fillna({"releases": 0, "undated": 0}).reset_index()


def _weighing(rows, weight) -> Coarse:
    weights = dict.fromkeys(WEIGHTS, weight)
    return Coarse(rows.assign(**weights).astype(dict.fromkeys(WEIGHTS, float)), (), "companies")


def _released(companies) -> Coarse:
    """The companies by their releases; those without a date may be of the year."""
    units = _weighing(companies, companies["releases"])
    most = companies["releases"] + companies["undated"]
    rows = units.rows.assign(high=most.astype(float), weight_doubt=UNDATED.name)
    return Coarse(rows, (UNDATED,), "companies", "releases")


UNLISTED = Doubt("releases that no table lists", "the part of all releases that is listed")
UNDATED = Doubt("repositories without a date", "releases that may be of any year")


def _gaps(releases, companies, last) -> pd.DataFrame:
    """The time between releases of each company, with the gap that has not ended yet."""
    rows = []
    released = releases.sort_values("created", kind="stable").groupby("company")["created"]
    dates = released.agg(list)
    for company in companies.itertuples():
        mine = [day for day in dates.get(company.company, []) if day > company.begin]
        ends = [*mine, last]
        starts = [last - pd.Timedelta(days=company.days), *mine]
        rows += [
            (company.company, company.country, (end - start).days, number_ < len(mine))
            for number_, (start, end) in enumerate(zip(starts, ends, strict=True))
        ]
    return pd.DataFrame(rows, columns=["company", "country", "days", "ended"])


def estimate(sample, *, rng) -> Iterator[Estimate]:
    companies, gaps = sample["companies"], sample["gaps"]
    cadence = {code: _cadence(sample["watched"], sample["released"], code) for code in COUNTRIES}
    for code, country in COUNTRIES.items():
        yield _each(cadence[code], country, companies[companies["country"] == code])
        yield _together(_cadence(sample["year"], sample["released"], code), country)
    yield _ratio(Quotient(cadence["US"], cadence["CN"]), companies)
    yield _as_draws(companies, gaps, rng)
    yield _naive(companies)


def _cadence(days, released, code) -> Quotient:
    """Time over releases, of one country."""
    return Quotient(*(Sum(units, where(country=code)) for units in (days, released)))


def _each(cadence, country, companies) -> Estimate:
    """How long one waits for the next release of a company."""
    rows = _budget(cadence, "company")
    gap = _gap(cadence, GAP, country, rows, n=len(companies), n_unit="companies")
    return replace(gap, assumptions=(*gap.assumptions, _unequal(companies)))


def _together(cadence, country) -> Estimate:
    """How long one waits for the next release of anyone: many companies make short gaps."""
    released = int(cadence.second.value)
    return _gap(cadence, ANY, country, _budget(cadence), n=released, n_unit="releases")


@deferred
def _budget(cadence, *drawn) -> tuple[BudgetRow, ...]:
    """What each doubt makes of a gap, and other clusters drawn where they are named."""
    unlisted = {"none of them": cadence.value, "any number of them": 0.0}
    rows = [alternatives_row(UNLISTED.name, unlisted), *cadence.budget()]
    return budget(*rows, *(row for cluster in drawn for row in cadence.drawn(cluster)))


def _gap(cadence, template, country, rows, **counted) -> Estimate:
    label = template.format(country)
    return Estimate(
        label=label,
        unit="days",
        value=cadence.value,
        bounds=Bounds(0.0, cadence.value),
        sharpness="sharp",
        drawn=Computed(np.multiply, cadence, Within(UNLISTED, Bounds(0.0, 1.0), "both")),
        assumptions=(SURVIVORS, A_RELEASE),
        tipping_points=(_unseen(cadence, HYPOTHESES[label].null),),
        budget=rows,
        **counted,
    )


def _unseen(cadence, null) -> TippingPoint:
    """How many releases for each one seen would put the mean gap at the claimed one."""
    needed = cadence.value / null
    would = (
        "needs {} releases for each one seen"
        if needed > 1
        else "would leave {:%0} of the releases seen, and unseen ones only shorten it"
    )
    return turned_at("true releases over those seen", f"a mean gap of {null} days {would}", needed)


def _ratio(ratio, companies) -> Estimate:
    return ratio.estimate(
        label=RATIO,
        unit="ratio",
        n=len(companies),
        n_unit="companies",
        assumptions=(ALIKE, A_RELEASE),
        tipping_points=(_equal(ratio.value),),
        budget=_over_companies(ratio, companies),
    )


@deferred
def _over_companies(ratio, companies) -> tuple[BudgetRow, ...]:
    drawn = {"a jackknife over companies": _jackknife(companies)}
    return budget(*ratio.budget(), alternatives_row("other companies drawn", drawn))


def _equal(value) -> TippingPoint:
    """By which factor one country's releases are more incomplete where both release alike."""
    who = "US" if value > 1 else "Chinese"
    return turned_at(
        f"{who} releases for each one seen, over those of the other country",
        f"equal if there were {{}} {who} releases for each one seen and no unseen other ones; the "
        "claim's figures give {:0} or more",
        max(value, 1 / value),
        MONTHS / WEEKS,
    )


def _jackknife(companies) -> Interval:
    """The ratio's interval with companies as draws."""
    return gap_ratio_interval(
        companies["days"], companies["releases"], companies["country"] == "US"
    )


def _as_draws(companies, gaps, rng) -> Estimate:
    """The ratio with a permutation test of its logarithm over its error."""
    ratio = gap_ratio(
        gaps["days"], gaps["ended"], gaps["country"] == "US", gaps["company"], rng=rng
    )
    return Estimate(
        label=DRAWN,
        unit="ratio",
        reading="superpopulation",
        value=ratio.value,
        interval=_jackknife(companies),
        test=Test(name=f"permutation of companies, {ratio.method}", statistic=ratio.t, p=ratio.p),
        n=len(companies),
        n_unit="companies",
        assumptions=(SURVIVORS, A_RELEASE, _unequal(companies)),
    )


def _naive(companies) -> Estimate:
    """What an exact test prints that takes every release for an independent event."""
    both = companies.groupby("country")[["releases", "days"]].sum().loc[list(COUNTRIES)]
    releases = tuple(map(int, both["releases"]))
    ratio = rate_ratio(releases, tuple(map(float, both["days"])))
    return Estimate(
        label=NAIVE,
        unit="ratio",
        reading="superpopulation",
        value=ratio.value,
        interval=ratio.interval,
        test=Test(name="exact conditional Poisson", statistic=ratio.value, p=ratio.p),
        n=sum(releases),
        n_unit="releases treated as independent",
        assumptions=(_unequal(companies),),
    )


SURVIVORS = Assumption(
    name="every release is in the tables",
    holds="no",
    without="releases that no table lists",
    evidence="Repositories that were deleted, or that no list led to, are absent: releases are "
    "counted too low and gaps too long.",
)
ALIKE = Assumption.untestable(
    name="the tables list the same part of both countries' releases",
    evidence="They follow downloads, trend and likes; whether Chinese or US releases go unnoticed "
    "more often is not known.",
)
A_RELEASE = Assumption.untestable(
    name="a new name of a repository is a release",
    evidence="The claim does not say what counts; main generations, days and repositories are the "
    "other choices.",
)


def _unequal(companies) -> Assumption:
    expected = companies["days"] * companies["releases"].sum() / companies["days"].sum()
    squares = (companies["releases"] - expected) ** 2 / expected
    spread = float(squares.sum() / (len(companies) - 1))
    idle = float((companies["releases"] == 0).mean())
    template = (
        "Releases of companies vary {:0} times as much as one common rate would let them; {:%0} "
        "released nothing in the year."
    )
    return Assumption(
        name="companies release alike",
        holds="no",
        without="one company left out",
        evidence=written(template, spread, idle),
    )


# Figure -------------------------------------------------------------------------------------------


LOOK = {"China": (figures.CHINA, "o"), "US": (figures.UNITED_STATES, "s")}
CLAIMED = ((7, 14), (182, 365))
NAMED = ("Alibaba", "DeepSeek", "Tencent", "NVIDIA", "Google", "Meta")
ROWS = {
    ("before the claim", "all"): "all, year to Nov 2025",
    ("before the claim", "leading"): "ten leading, year to Nov 2025",
    ("latest", "all"): "all, year to Oct 2026",
    ("latest", "leading"): "ten leading, year to Oct 2026",
}


def figure(result):
    canvas, (means, each) = figures.two_panels(result, height=3.2, widths=(1, 1.1), sharex=True)
    answers = [result.answer(year=year, companies=companies).estimates for year, companies in ROWS]
    series = []
    for country, (color, marker) in LOOK.items():
        gaps = [estimates[GAP.format(country)] for estimates in answers]
        rows, values = [_undated(gap) for gap in gaps], [gap.value for gap in gaps]
        series.append(figures.Series(rows=rows, values=values, color=color, marker=marker))
    figures.forest(means, list(ROWS.values()), *series, width=16, title="a  Time over releases")
    _draw_companies(each, result.answer().tables["companies"])
    for axes in (means, each):
        axes.set(xscale="log", xlim=(2.4, 520))
        figures.plain_ticks(axes.xaxis, (3, 7, 14, 30, 90, 182, 365))
        axes.tick_params(axis="x", labelsize=8)
        for color, claimed in zip((figures.CHINA, figures.UNITED_STATES), CLAIMED, strict=True):
            axes.axvspan(*claimed, color=color, alpha=0.13, lw=0, zorder=0)
        axes.set_xlabel("days between releases of a company\n(shaded: as claimed)")
    return canvas


def _undated(estimate) -> Bounds:
    """How far repositories without a date could shorten the gap."""
    rows = [row for row in estimate.budget if row.source == UNDATED.name]
    return Bounds(rows[0].low, rows[0].high) if rows else Bounds.at(estimate.value)


def _draw_companies(axes, table) -> None:
    """One mark a company; those without a release in the year stand at the right."""
    rows = table.records()
    for level, (code, country) in enumerate(COUNTRIES.items()):
        color, marker = LOOK[country]
        mine = [row for row in rows if row["country"] == code]
        idle = sum(row["releases"] == 0 for row in mine)
        for place, row in enumerate(row for row in mine if row["releases"]):
            x, y = row["days"] / row["releases"], -level - 0.3 + 0.6 * (place % 7) / 6
            axes.plot(x, y, marker, ms=4, mfc=color, mec="white", mew=0.4)
            if row["company"] in NAMED:
                figures.note(axes, row["company"], (x, y), (-3, 0), fontsize=7)
        none = {"fontsize": 7, "ha": "right", "va": "bottom"}
        text = f"{idle} of {len(mine)}\nwith none"
        figures.note(axes, text, (500, -level + 0.4), (0, 0), muted=True, **none)
    figures.label_rows(axes, list(COUNTRIES.values()))
    axes.set_title("b  Each company, year to Nov 2025")
