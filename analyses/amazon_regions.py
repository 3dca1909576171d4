"""Is the ranking of countries by Ollama hosts a map of one cloud's regions?

Three in five of the addresses that the search engine listed lie in Amazon's networks, and as many
in the cities of its regions. Most of these addresses never answered. How many of them may be no
deployments before the United States loses its lead over China?
"""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from research import Assumption, Bounds, CannotEstimate, Estimate, Hypothesis, Sample, figures
from research.doubts import LEFT_OUT, Thinned, Within, if_open
from research.measures.hosts import AMAZON_CITIES, TENTHE_ADDRESSES, total
from research.measures.other_scans import CONFIRMED
from research.wording import written

FIRST = "share of the listed addresses, US minus China"
IN_REGIONS = "share of the listed addresses in listed cities of Amazon regions"
TOO_MANY = "share of Amazon's addresses to leave out for its share of May 2026"
BELOW = "share in a city of an Amazon region, countries of ranks 3 to 15"

HYPOTHESES = {
    FIRST: Hypothesis(
        claims=["tenthe/us-most-deployments"],
        estimand="share of the listed addresses that are deployments, US minus China",
        null=0,
        null_source="equality: the claim says one country has more",
        alternative="greater",
        role="reanalysis",
        part="first",
    )
}


def sample(
    tenthe_countries,
    tenthe_cities,
    tenthe_hosting,
    tenthe_totals,
    published_aggregates,
    *,
    amazon: Literal["kept", "thinned to its share in 2026", "removed"] = "kept",
) -> Sample:
    report = Report.of(tenthe_countries, tenthe_cities, tenthe_hosting, tenthe_totals)
    later = CONFIRMED.counts(published_aggregates)["Amazon (combined subsidiaries)", "hosts"]
    too_many = report.too_many(float(later / CONFIRMED.hosts(published_aggregates)))
    return Sample(
        population=TENTHE_ADDRESSES,
        as_of="2025-04-24",
        data={
            "report": report,
            "too many": too_many,
            "removed": {"kept": 0.0, "removed": 1.0}.get(amazon, too_many),
        },
        tables={"countries": report.countries.reset_index()},
    )


@dataclass(frozen=True)
class Report:
    """Listed addresses: by country with those in region cities, by leading region city, in all."""

    countries: pd.DataFrame
    cities: pd.Series
    amazon: float
    total: float

    @classmethod
    def of(cls, countries, cities, hosting, totals) -> "Report":
        if not {"US", "CN"} <= set(countries["country"]) or "AWS" not in set(hosting["provider"]):
            raise CannotEstimate("the tables do not tell Amazon, the US and China apart")
        region = [row.city in AMAZON_CITIES.get(row.country, ()) for row in cities.itertuples()]
        in_regions = cities[region].groupby("country")["discovered_ips"].sum()
        table = countries.set_index("country").assign(in_regions=in_regions)
        return cls(
            countries=table.fillna({"in_regions": 0.0}),
            cities=cities[region].dropna(subset="rank_world").set_index("city")["discovered_ips"],
            amazon=float(hosting.loc[hosting["provider"] == "AWS", "discovered_ips"].sum()),
            total=total(totals, "discovered_ips"),
        )

    def too_many(self, later: float) -> float:
        """The share of Amazon's addresses to remove for Amazon to hold the later share."""
        return 1 - later / (1 - later) * (self.total - self.amazon) / self.amazon

    def gap(self, removed: float) -> float:
        """US minus China, once a share of the addresses in region cities is removed everywhere."""
        left = self.countries["discovered_ips"] - removed * self.countries["in_regions"]
        return float(left["US"] - left["CN"]) / self.left(removed)

    def left(self, removed: float) -> float:
        return float(self.total - removed * self.countries["in_regions"].sum())


def estimate(sample) -> list[Estimate]:
    if sample["removed"]:
        return [_first(sample)]
    return [_first(sample), *_map(sample["report"]), _too_many(sample)]


def _first(sample) -> Estimate:
    report, removed = sample["report"], sample["removed"]
    thinned = Thinned(
        without=lambda part: Bounds.at(report.gap(part)),
        of=report.countries.loc["US", "in_regions"],
        things="addresses in US cities of Amazon regions",
        most=1,
    )
    parts = {"none": 0.0, "down to Amazon's share in 2026": sample["too many"], "all": 1.0}
    gone = "addresses in cities of Amazon regions removed"
    row, curve = thinned.row(gone, parts), thinned.curve(f"share of the {gone}", grid_unit="share")
    return Estimate(
        label=FIRST,
        unit="difference in share of listed addresses",
        value=report.gap(removed),
        n=report.left(removed),
        n_unit="listed addresses",
        assumptions=(_spread(report), IN_CITY),
        tipping_points=() if removed else (thinned.lost(),),
        budget=() if removed else (row,),
        curves=() if removed else (curve,),
    )


def _map(report) -> list[Estimate]:
    """How much of the ranking is a map of one cloud's regions."""
    table = report.countries
    below = table[table["rank"].between(3, 15)]
    known, n = below["in_regions"].sum(), below["discovered_ips"].sum()
    # A region whose city is in no list (Stockholm) may hold all of its country, or nothing.
    unlisted = below.index.isin(list(AMAZON_CITIES)) & below["in_regions"].eq(0)
    possible = known + below.loc[unlisted, "discovered_ips"].sum()
    shares = {
        IN_REGIONS: (Bounds.at(table["in_regions"].sum()), report.total),
        BELOW: (Bounds(known, possible), n),
    }
    return [
        Estimate(
            label=label,
            unit="share of listed addresses",
            value=(addresses / of).point,
            bounds=addresses / of,
            sharpness="outer",
            drawn=if_open(Within(LEFT_OUT, addresses / of, "regions whose city is in no list")),
            n=float(of),
            n_unit="listed addresses",
            assumptions=(IN_CITY,),
        )
        for label, (addresses, of) in shares.items()
    ]


def _too_many(sample) -> Estimate:
    return Estimate(
        label=TOO_MANY,
        unit="share of listed addresses in Amazon's networks",
        value=sample["too many"],
        assumptions=(CONFIRMS,),
    )


CONFIRMS = Assumption.of_scope(
    name="the later survey confirms what the search engine listed",
    evidence="It was made thirteen months later, from another search engine, and counts hosts that "
    "answered as open; its figure for Amazon is approximate.",
)


def _spread(report) -> Assumption:
    evidence = written(
        "{:%0} lie in Amazon's networks, and the {:0} cities of its regions among the 20 leading "
        "ones have {:0} to {:0} each: Cape Town as many as Montreal, whatever the size of the "
        "market.",
        report.amazon / report.total,
        *report.cities.agg(["size", "min", "max"]),
    )
    return Assumption(
        name="the addresses are spread as deployments are",
        holds="no",
        without="addresses in cities of Amazon regions removed",
        evidence=evidence,
    )


IN_CITY = Assumption.untestable(
    name="the addresses in a region's city are Amazon's",
    evidence="The cities hold other hosts too, and Amazon has addresses elsewhere; the two totals "
    "are within a percentage point of one another. Networks are not given by country.",
)


def figure(result):
    canvas, (countries, removed) = figures.two_panels(result, height=3.7, widths=(1.1, 1))
    answer = result.answer()
    _draw_countries(countries, answer.tables["countries"])
    _draw_removed(removed, answer)
    return canvas


def _draw_countries(axes, table) -> None:
    rows = table.to_frame().head(15)
    for row in rows.itertuples():
        color, elsewhere = COLORS.get(row.country, INK), row.discovered_ips - row.in_regions
        axes.barh(1 - row.rank, elsewhere / 1000, color=color, height=0.68)
        axes.barh(
            1 - row.rank, row.in_regions / 1000, left=elsewhere / 1000, height=0.68,
            color="white", edgecolor=color, hatch="/////", lw=0.7,
        )  # fmt: skip
    china = rows.set_index("country").loc["CN", "discovered_ips"] / 1000
    axes.plot([china, china], [-1.35, 0.5], color=figures.INK, lw=1.1)
    sweden = rows.index[rows["country"] == "SE"][0]
    end = rows.loc[sweden, "discovered_ips"] / 1000
    figures.note(axes, "(Stockholm not listed)", (end, -sweden), muted=True)
    figures.label_rows(axes, [NAMES[country] for country in rows["country"]])
    axes.set_xlabel("listed addresses, thousand\n(hatched: in cities of Amazon regions)")
    axes.set_title("a  The 15 leading countries")


INK = "#6b6b6b"
COLORS = {"US": figures.UNITED_STATES, "CN": figures.CHINA}
NAMES = {
    "US": "United States", "CN": "China", "JP": "Japan", "DE": "Germany", "GB": "United Kingdom",
    "IN": "India", "SG": "Singapore", "KR": "South Korea", "IE": "Ireland", "FR": "France",
    "AU": "Australia", "BR": "Brazil", "CA": "Canada", "ZA": "South Africa", "SE": "Sweden",
}  # fmt: skip


def _draw_removed(axes, answer) -> None:
    first = answer.estimates[FIRST]
    curve, too_many = first.curves[0], answer.estimates[TOO_MANY].value
    thinned = next(s for s in answer.specifications if s.choices["amazon"].startswith("thinned"))
    axes.plot(curve.grid, curve.low, color=figures.INK, lw=1.3)
    turn = first.tipping_points[0].threshold
    figures.crossing(axes, turn, 0, label=written("lead lost at {:%0}", turn))
    axes.plot(too_many, thinned.value, "o", ms=5, mfc=figures.INK, mec=figures.INK)
    confirmed = "Amazon as in the\nconfirmed hosts of 2026"
    figures.note(axes, confirmed, (too_many, thinned.value), (-7, -9))
    axes.set_xlim(0, 1)
    axes.set_xlabel("share of the addresses in cities of\nAmazon regions that are no deployments")
    figures.percent_ticks(axes.xaxis)
    axes.set_ylabel("share of addresses left, US minus China")
    figures.point_ticks(axes.yaxis)
    axes.set_title("b  What the US lead rests on")
