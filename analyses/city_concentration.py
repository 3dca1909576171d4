"""Do a few cities carry the overwhelming majority of Ollama hosts in the US and in China?

The report lists the ten leading cities of each country. Cities below the ten are bounded: none is
larger than the tenth. Five of the ten US cities are where geolocation puts the addresses of
Amazon's regions; with these left out, other cities move up, and the ten are known up to bounds.
"""

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
from research.doubts import lost_if
from research.estimators.budget import alternatives_row, budget
from research.estimators.tipping import tipping_point
from research.estimators.truncation import herfindahl_bounds, leading_bounds, top_share_bounds
from research.measures.hosts import LISTED

MAJORITY = 2 / 3
COUNTRIES = {"US": "United States", "CN": "China"}
SHARE = "share of addresses in the leading cities, {}"
GAP = "addresses in the leading cities, US minus China"
GAP_OF_SHARES = "share of addresses in the leading cities, US minus China"
ELSEWHERE = "share of hosts in the ten leading cities, China, another scan"
NUMBER = "effective number of cities, {}"
PLACE = "share of its country's hosts, {}"
PLACES = {
    "Beijing": ("CN", ["Beijing"]),
    "Shanghai and Guangdong": ("CN", ["Shanghai", "Guangzhou", "Shenzhen"]),
    "Virginia": ("US", ["Ashburn"]),
}

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
        (
            ELSEWHERE,
            "share in the ten leading cities",
            "China",
            "out of sample",
            "other population",
        ),
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

# US cities in which geolocation puts the addresses of Amazon's four US regions.
AMAZON = ("Ashburn", "Boardman", "Columbus", "Portland", "San Jose")


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
        population="the addresses that FOFA listed for the Tenthe report",
        as_of="2025-04-24",
        data={
            "few": few,
            "removed": float(amazon == "removed"),
            "cities": {
                country: cities.loc[cities["country"] == country, "discovered_ips"].astype(float)
                for country in COUNTRIES
            },
            "totals": {country: float(totals[country]) for country in COUNTRIES},
        },
        tables={"cities": cities.reset_index()},
    )


def _sentinel(aggregates) -> Sample:
    mine = aggregates[
        (aggregates["source"] == "sentinellabs-2026") & (aggregates["read"] == "primary")
    ]
    places = mine[mine["dimension"] == "geography"]
    names = places["category"].str[4:].str.replace("+", "and")
    share = places.set_index(names)["value"] / 100
    return Sample(
        population="the hosts that SentinelLABS and Censys observed in 2025",
        as_of="2025-12",
        elsewhere=True,
        data={"shares": share.to_dict()},
        tables={"places": places.drop(columns="note")},
    )


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    if "shares" in sample.data:
        return _elsewhere(sample)
    found = [*(_share(sample, country) for country in COUNTRIES), _gap(sample), _difference(sample)]
    if sample["removed"]:
        return found
    return [*found, *(_number(sample, country) for country in COUNTRIES), *_places(sample)]


def _leading(sample, country, removed: float, few: int) -> tuple[Bounds, float]:
    """Addresses in the leading cities, and in all, once a share of those at Amazon is removed."""
    cities = sample["cities"][country]
    left = cities.where(~cities.index.isin(AMAZON), (1 - removed) * cities)
    rest = sample["totals"][country] - cities.sum()
    leading = leading_bounds(left, few, rest=rest, largest=cities.min())
    return leading, float(left.sum() + rest)


def _share_of(sample, country, removed: float, few: int) -> Bounds:
    leading, total = _leading(sample, country, removed, few)
    return Bounds(leading.low / total, leading.high / total)


def _share(sample, country) -> Estimate:
    removed, few = sample["removed"], sample["few"]
    found = _share_of(sample, country, removed, few)
    return Estimate(
        label=SHARE.format(COUNTRIES[country]),
        unit="share of the country's listed addresses",
        value=found.low if found.width == 0 else None,
        bounds=found,
        n=_leading(sample, country, removed, few)[1],
        n_unit="listed addresses of the country",
        assumptions=(PLACED, LISTED),
        tipping_points=() if removed else _share_points(sample, country),
        budget=() if removed else _budget(sample, country),
        curves=() if removed else _over_number(sample, country),
    )


def _share_points(sample, country) -> tuple[TippingPoint, ...]:
    """What would bring a share above two thirds down to it."""
    few = sample["few"]
    leading, total = _leading(sample, country, 0, few)
    lost = (leading.low - MAJORITY * total) / (1 - MAJORITY)
    if lost <= 0:
        return ()
    things = "addresses in the leading cities"
    point = lost_if(lost, leading.low, things, "are no deployments")
    if country == "CN":
        return (point,)
    return (point, _at_amazon(sample, lambda r: _share_of(sample, "US", r, few).low - MAJORITY))


def _of_regions(sample) -> pd.Series:
    us = sample["cities"]["US"]
    return us[us.index.isin(AMAZON)]


def _at_amazon(sample, margin) -> TippingPoint:
    lost = tipping_point(margin, 0, 1)
    things = "addresses in US cities of Amazon regions"
    return lost_if(lost, _of_regions(sample).sum(), things, "are no deployments")


def _budget(sample, country) -> tuple[BudgetRow, ...]:
    few = {f"the first {few}": _share_of(sample, country, 0, few).low for few in (10, 5, 3)}
    rows = [alternatives_row("how many cities are a few", few)]
    if country == "US":
        kept, removed = (_share_of(sample, "US", share, sample["few"]) for share in (0, 1))
        rows.append(
            alternatives_row(
                "cities of Amazon regions", {"all their addresses": kept, "none of them": removed}
            )
        )
    return budget(*rows)


def _over_number(sample, country) -> tuple[Curve, ...]:
    """The share against the number of leading cities, with those of Amazon regions and without."""
    grid = range(1, 11)
    named = {"kept": 0.0, "removed": 1.0} if country == "US" else {"kept": 0.0}
    curves = []
    for name, removed in named.items():
        sets = [_share_of(sample, country, removed, few) for few in grid]
        curves.append(
            Curve(
                over=f"number of leading cities, those of Amazon regions {name}",
                grid=tuple(grid),
                low=tuple(found.low for found in sets),
                high=tuple(found.high for found in sets),
            )
        )
    return tuple(curves)


# The United States against China ------------------------------------------------------------------


def _lead(sample, removed: float) -> Bounds:
    us, china = (_leading(sample, country, removed, sample["few"])[0] for country in COUNTRIES)
    return Bounds(us.low - china.high, us.high - china.low)


def _gap(sample) -> Estimate:
    found = _lead(sample, sample["removed"])
    us = _leading(sample, "US", sample["removed"], sample["few"])[0].low
    points = (
        lost_if(
            found.low,
            us,
            "addresses in leading US cities",
            "are no deployments",
            also="and all in China are",
        ),
        _at_amazon(sample, lambda r: _lead(sample, r).low),
    )
    return Estimate(
        label=GAP,
        unit="listed addresses",
        value=found.low if found.width == 0 else None,
        bounds=found,
        n=sum(_leading(sample, country, sample["removed"], 10)[1] for country in COUNTRIES),
        n_unit="listed addresses of both countries",
        assumptions=(PLACED, LISTED),
        tipping_points=() if sample["removed"] else points,
    )


def _difference(sample) -> Estimate:
    us, china = (
        _share_of(sample, country, sample["removed"], sample["few"]) for country in COUNTRIES
    )
    return Estimate(
        label=GAP_OF_SHARES,
        unit="difference in share of listed addresses",
        bounds=Bounds(us.low - china.high, us.high - china.low),
        n=sum(_leading(sample, country, sample["removed"], 10)[1] for country in COUNTRIES),
        n_unit="listed addresses of both countries",
        assumptions=(PLACED, LISTED),
    )


# Beside the claims --------------------------------------------------------------------------------


def _number(sample, country) -> Estimate:
    total = sample["totals"][country]
    return Estimate(
        label=NUMBER.format(COUNTRIES[country]),
        unit="cities of equal size",
        bounds=herfindahl_bounds(sample["cities"][country], total).effective_number,
        n=total,
        n_unit="listed addresses of the country",
        assumptions=(PLACED,),
    )


def _places(sample) -> list[Estimate]:
    """The places that another scan gives; a province has more cities than the table lists."""
    found = []
    for place, (country, names) in PLACES.items():
        cities, total = sample["cities"][country], sample["totals"][country]
        bounds = top_share_bounds(cities, cities.index.isin(names), total)
        if place in names:  # a city, not a province: all of it is in the table
            bounds = Bounds(bounds.low, bounds.low)
        found.append(_place(place, bounds, total))
    return found


def _place(place, bounds, n) -> Estimate:
    return Estimate(
        label=PLACE.format(place),
        unit="share of the country's hosts",
        bounds=bounds,
        n=n,
        n_unit="listed addresses of the country" if n else "",
        assumptions=(PLACED,),
    )


def _elsewhere(sample) -> list[Estimate]:
    """Printed in whole per cent: each share is off by at most half a point."""
    shares = {
        place: Bounds(sample["shares"][place] - 0.005, sample["shares"][place] + 0.005)
        for place in PLACES
    }
    ten = Estimate(
        label=ELSEWHERE,
        unit="share of the hosts in China",
        bounds=Bounds(shares["Beijing"].low, 1.0),
        assumptions=(
            Assumption(
                name="the share of every leading city is given",
                holds="no",
                evidence="Only Beijing is; Shanghai and a whole province are given together.",
            ),
        ),
    )
    return [ten, *(_place(place, bounds, None) for place, bounds in shares.items())]


PLACED = Assumption(
    name="a city is where its hosts are run",
    holds="no",
    evidence="Geolocation puts the addresses of a cloud in one city of its region: Portland and "
    "Boardman, some 250 km apart, stand for the same Amazon region.",
)


# Figure -------------------------------------------------------------------------------------------


def figure(result):
    canvas, (bars, curves) = figures.canvas(
        (1, 2), height=4.3, source=figures.sources(result), width_ratios=(1, 1)
    )
    answer = result.answer(scan="Tenthe")
    _draw_cities(bars, answer.tables["cities"])
    _draw_shares(curves, answer)
    return canvas


COLORS = {"US": figures.UNITED_STATES, "CN": figures.CHINA}


def _draw_cities(axes, table) -> None:
    cities = pd.DataFrame(table.rows, columns=table.columns)
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
    axes.set_title("Ten US and ten Chinese cities")


def _draw_shares(axes, answer) -> None:
    us, without = answer.estimates[SHARE.format("United States")].curves
    (china,) = answer.estimates[SHARE.format("China")].curves
    axes.fill_between(
        without.grid, without.low, without.high, color=figures.UNITED_STATES, alpha=0.25, lw=0
    )
    axes.plot(without.grid, without.low, color=figures.UNITED_STATES, lw=0.9, ls=(0, (2, 2)))
    for curve, color, marker in ((us, COLORS["US"], "o"), (china, COLORS["CN"], "s")):
        axes.plot(curve.grid, curve.low, marker=marker, ms=3.5, color=color, lw=1.3)
    axes.axhline(MAJORITY, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)))
    for text, x, y, color in (
        ("United States", 2.9, us.low[4] + 0.06, COLORS["US"]),
        ("China", 8.3, china.low[7] - 0.06, COLORS["CN"]),
        (
            "US without cities of Amazon\nregions (band: all that\nthe table allows)",
            5.2,
            0.42,
            COLORS["US"],
        ),
        ("two thirds", 0.8, MAJORITY + 0.01, figures.MUTED),
    ):
        axes.annotate(text, (x, y), fontsize=8, color=color, va="bottom")
    axes.set_ylim(0, 1)
    axes.set_xticks(us.grid)
    axes.set_xlabel("number of leading cities")
    axes.set_ylabel("share of the country's listed addresses")
    axes.set_title("What they hold together")
