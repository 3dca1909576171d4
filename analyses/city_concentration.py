"""Do a few cities carry the overwhelming majority of Ollama hosts in the US and in China?

The report lists the ten leading cities of each country. Cities below the ten are bounded: none is
larger than the tenth. Five of the ten US cities are where geolocation puts the addresses of
Amazon's regions; with these left out, other cities move up, and the ten are known up to bounds.
"""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    BudgetRow,
    CannotEstimate,
    Curve,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    TippingPoint,
    figures,
)
from research.doubts import LEFT_OUT, PRINTED, Computed, Thinned, Within
from research.estimators.budget import alternatives_row, budget
from research.estimators.truncation import leading_bounds
from research.measures.hosts import AMAZON_CITIES, LISTED, TENTHE_ADDRESSES
from research.measures.other_scans import SENTINEL
from research.results import deferred

MAJORITY = 2 / 3
COUNTRIES = {"US": "United States", "CN": "China"}
SHARE = "share of addresses in the leading cities, {}"
GAP = "addresses in the leading cities, US minus China"
GAP_OF_SHARES = "share of addresses in the leading cities, US minus China"
ELSEWHERE = "share of hosts in the ten leading cities, China, another scan"
IN_TEN = "share in the ten leading cities"

HYPOTHESES = {
    label: Hypothesis(
        claims=["tenthe/city-concentration"],
        estimand=estimand,
        null=MAJORITY,
        null_source="plain meaning of overwhelming majority: more than two thirds; stated by this "
        "project",
        alternative="greater",
        role=role,
        scope=scope,
        part=part,
    )
    for label, estimand, part, role, scope in (
        *(
            (SHARE.format(name), f"share in the leading cities, {name}", name, "reanalysis", "same")
            for name in COUNTRIES.values()
        ),
        (ELSEWHERE, IN_TEN, "China", "out of sample", "other population"),
    )
} | {
    GAP: Hypothesis(
        claims=["tenthe/us-cities-larger"],
        estimand="addresses in the ten leading cities, US minus China",
        null=0,
        null_source="equality: the claim says the US cities hold more",
        alternative="greater",
        role="reanalysis",
    ),
    GAP_OF_SHARES: Hypothesis(
        estimand="share of a country's addresses in its ten leading cities, US minus China",
        null=0,
        null_source="equality: the same comparison free of the size of the countries",
        alternative="greater",
        role="reanalysis",
        scope="other measure",
    ),
}

AMAZON = AMAZON_CITIES["US"]


def sample(
    tenthe_cities,
    tenthe_countries,
    published_aggregates,
    *,
    scan: Annotated[Literal["Tenthe", "SentinelLABS"], ESTIMAND] = "Tenthe",
    few: Literal[10, 5, 3] = 10,
    amazon: Literal["kept", "removed"] = "kept",
) -> Sample:
    if scan == "SentinelLABS":
        if (few, amazon) != (10, "kept"):
            raise NotApplicable("the scan gives one city and provinces, not the leading cities")
        return _sentinel(published_aggregates)
    totals = tenthe_countries.set_index("country")["discovered_ips"]
    ranked = tenthe_cities["rank_country"].notna() & tenthe_cities["country"].isin(COUNTRIES)
    cities = tenthe_cities[ranked].set_index("city")
    if not set(COUNTRIES) <= set(cities["country"]) & set(totals.index):
        raise CannotEstimate("the scan does not list cities of both the US and China")
    return Sample(
        population=TENTHE_ADDRESSES,
        as_of="2025-04-24",
        data={
            "few": few,
            "removed": float(amazon == "removed"),
            "countries": {
                country: Cities(
                    listed=cities.loc[cities["country"] == country, "discovered_ips"].astype(float),
                    total=float(totals[country]),
                )
                for country in COUNTRIES
            },
        },
        tables={"cities": cities.reset_index()},
    )


@dataclass(frozen=True)
class Cities:
    """The listed addresses of a country, and those of its largest cities by name."""

    listed: pd.Series
    total: float

    @property
    def regions(self) -> float:
        """Those in cities of Amazon regions, of which any part may be removed."""
        return float(self.listed[self.listed.index.isin(AMAZON)].sum())

    def left(self, removed: float) -> float:
        return self.total - removed * self.regions

    def leading(self, few: int, removed: float = 0) -> Bounds:
        """How many the leading cities hold: other cities may have moved up."""
        left = self.listed.where(~self.listed.index.isin(AMAZON), (1 - removed) * self.listed)
        rest = self.total - self.listed.sum()
        return leading_bounds(left, few, rest=rest, largest=self.listed.min())

    def share(self, few: int, removed: float = 0) -> Bounds:
        return self.leading(few, removed) / self.left(removed)


def _sentinel(aggregates) -> Sample:
    geography = SENTINEL.rows(aggregates, "geography")
    places = geography[geography["read"] == "primary"]
    names = places["category"].str[4:].str.replace("+", "and")
    return Sample(
        **SENTINEL.described,
        data={"Beijing": places.set_index(names)["value"]["Beijing"] / 100},
        tables={"places": places.drop(columns="note")},
    )


def estimate(sample) -> list[Estimate]:
    if "Beijing" in sample.data:
        return _elsewhere(sample)
    countries, few, removed = sample["countries"], sample["few"], sample["removed"]
    us, china = countries["US"], countries["CN"]
    shares = [_share(name, countries[name], few, removed) for name in COUNTRIES]
    return [*shares, _gap(us, china, few, removed), _difference(us, china, few, removed)]


def _share(name, cities, few, removed) -> Estimate:
    bounds = Estimate.of(
        SHARE.format(COUNTRIES[name]),
        cities.share(few, removed),
        "share of the country's listed addresses",
        cities.left(removed),
        "listed addresses of the country",
        PLACED,
        LISTED,
    )
    if removed:
        return bounds
    details = {
        "tipping_points": _share_points(name, cities, few),
        "curves": _over_number(name, cities),
    }
    return replace(bounds, budget=_budget(name, cities, few), **details)


@deferred
def _share_points(name, cities, few) -> tuple[TippingPoint, ...]:
    """What would bring a share above two thirds down to it."""
    leading, total = cities.leading(few).low, cities.total
    fakes = Thinned.share(leading, total, things="addresses in the leading cities")
    if leading <= MAJORITY * total:
        return ()
    if name != "US":
        return (fakes.lost(MAJORITY),)
    regions = _regions(cities, lambda part: cities.share(few, part))
    return fakes.lost(MAJORITY), regions.lost(MAJORITY)


def _regions(cities, without) -> Thinned:
    """A set once a part of the addresses in cities of Amazon regions is taken out."""
    return Thinned(
        without=without,
        of=cities.regions,
        things="addresses in US cities of Amazon regions",
        most=1,
    )


@deferred
def _budget(name, cities, chosen) -> tuple[BudgetRow, ...]:
    few = {f"the first {few}": cities.share(few).low for few in (10, 5, 3)}
    rows = [alternatives_row("how many cities are a few", few)]
    if name == "US":
        regions = _regions(cities, lambda part: cities.share(chosen, part))
        parts = {"all their addresses": 0.0, "none of them": 1.0}
        rows.append(regions.row("cities of Amazon regions", parts))
    return budget(*rows)


@deferred
def _over_number(name, cities) -> tuple[Curve, ...]:
    """The share against the number of leading cities, with those of Amazon regions and without."""
    parts = {"kept": 0.0, "removed": 1.0} if name == "US" else {"kept": 0.0}
    numbers = range(1, 11)
    return tuple(
        Curve.of(
            f"number of leading cities, those of Amazon regions {name}",
            numbers,
            [cities.share(few, removed) for few in numbers],
        )
        for name, removed in parts.items()
    )


# The United States against China ------------------------------------------------------------------


def _gap(us, china, few, removed) -> Estimate:
    gap = us.leading(few, removed) - china.leading(few, removed)
    cities = Thinned(
        without=lambda fake: gap - fake,
        of=us.leading(few, removed).low,
        things="addresses in leading US cities",
    )
    regions = _regions(us, lambda part: us.leading(few, part) - china.leading(few, part))
    lost = () if removed else (cities.lost(given="and all in China are"), regions.lost())
    n, who = us.left(removed) + china.left(removed), "listed addresses"
    return Estimate.of(
        GAP, gap, who, n, f"{who} of both countries", PLACED, LISTED, tipping_points=lost
    )


def _difference(us, china, few, removed) -> Estimate:
    gap = us.share(few, removed) - china.share(few, removed)
    n, who = us.left(removed) + china.left(removed), "listed addresses"
    unit, both = f"difference in share of {who}", f"{who} of both countries"
    return Estimate.of(GAP_OF_SHARES, gap, unit, n, both, PLACED, LISTED, value=None)


def _elsewhere(sample) -> list[Estimate]:
    """Printed in whole per cent: each share is off by at most half a point."""
    beijing = Bounds.at(sample["Beijing"], 0.005)
    drawn = Computed(
        lambda first, others: first + (1 - first) * others,
        Within(PRINTED, beijing, "Beijing"),
        Within(LEFT_OUT, Bounds(0.0, 1.0), "other cities of China"),
    )
    ten = Estimate(
        label=ELSEWHERE,
        unit="share of the hosts in China",
        bounds=Bounds(beijing.low, 1.0),
        sharpness="outer",
        drawn=drawn,
        assumptions=(ONE_OF_TEN,),
    )
    return [ten]


ONE_OF_TEN = Assumption.of_set(
    name="the share of every leading city is given",
    evidence="Only Beijing is; Shanghai and a whole province are given together.",
)
PLACED = Assumption(
    name="a city is where its hosts are run",
    holds="no",
    without="amazon",
    evidence="Geolocation puts the addresses of a cloud in one city of its region: Portland and "
    "Boardman, some 250 km apart, stand for the same Amazon region.",
)


def figure(result):
    canvas, (bars, curves) = figures.two_panels(result, height=4.3)
    answer = result.answer(scan="Tenthe")
    _draw_cities(bars, answer.tables["cities"])
    _draw_shares(curves, answer)
    return canvas


COLORS = {"US": figures.UNITED_STATES, "CN": figures.CHINA}


def _draw_cities(axes, table) -> None:
    cities = table.to_frame()
    order = cities.assign(is_china=cities["country"] == "CN")
    order = order.sort_values(["is_china", "rank_country"], ignore_index=True)
    for row in order.itertuples():
        color, in_region = COLORS[row.country], row.city in AMAZON
        axes.barh(
            -row.Index, row.discovered_ips / 1000, height=0.7, lw=0.7, edgecolor=color,
            facecolor="white" if in_region else color, hatch="/////" if in_region else "",
        )  # fmt: skip
    figures.label_rows(axes, order["city"].tolist())
    axes.set_xlabel("listed addresses, thousand\n(hatched: cities of Amazon regions)")
    axes.set_title("a  Ten US and ten Chinese cities")


def _draw_shares(axes, answer) -> None:
    us, without = answer.estimates[SHARE.format("United States")].curves
    (china,) = answer.estimates[SHARE.format("China")].curves
    axes.fill_between(
        without.grid, without.low, without.high, color=figures.UNITED_STATES, alpha=0.25, lw=0
    )
    axes.plot(without.grid, without.low, color=figures.UNITED_STATES, lw=0.9, ls=(0, (2, 2)))
    for curve, color, marker in ((us, COLORS["US"], "s"), (china, COLORS["CN"], "o")):
        axes.plot(curve.grid, curve.low, marker=marker, ms=3.5, color=color, lw=1.3)
    axes.axhline(MAJORITY, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)))
    without_amazon = "US without cities of Amazon\nregions (band: all that\nthe table allows)"
    for text, x, y, color in (
        ("United States", 2.9, us.low[4] + 0.06, COLORS["US"]),
        ("China", 8.3, china.low[7] - 0.06, COLORS["CN"]),
        (without_amazon, 5.2, 0.42, COLORS["US"]),
        ("two thirds", 0.8, MAJORITY + 0.01, figures.MUTED),
    ):
        axes.annotate(text, (x, y), fontsize=8, color=color, va="bottom")
    axes.set(ylim=(0, 1), xticks=us.grid, title="b  What they hold together")
    axes.set(xlabel="number of leading cities", ylabel="share of the country's listed addresses")
    figures.percent_ticks(axes.yaxis)
