"""Is the hosting of Ollama highly concentrated at cloud providers, with Amazon far ahead?

The report lists ten networks and a total. The networks below the ten are bounded: none is larger
than the last one listed. Brands that stand twice in the table may be counted as one provider. All
of this describes listed addresses; what hosts the ones that answered is not published.
"""

from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    Curve,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    TippingPoint,
    figures,
)
from research.doubts import lost_if
from research.estimators.contamination import overlap_bounds
from research.estimators.tipping import verdict_change
from research.estimators.truncation import (
    herfindahl_bounds,
    lead_bounds,
    rest_of,
    top_share_bounds,
)
from research.measures.hosts import total
from research.wording import number

HIGH = 0.25  # US merger guidelines of 2010; those of 2023 draw the line at 0.18
INDEX, FIRST, NEXT, CLOUD = (
    "Herfindahl index of hosting",
    "share of addresses, Amazon minus the next provider",
    "share of addresses, leading Chinese provider minus the next other one",
    "share of addresses at cloud and hosting providers",
)
PARTS = {INDEX: "concentrated", FIRST: "amazon", NEXT: "chinese", CLOUD: "clouds"}
ANSWERING = "Amazon's share of the hosts that answered"
LATER = {label: f"{label}, another scan" for label in (INDEX, FIRST, NEXT, CLOUD)}

_QUESTIONS = {
    INDEX: ("Herfindahl index over providers", HIGH, "US merger guidelines 2010"),
    FIRST: ("share, Amazon minus the next provider", 0, "equality: Amazon has the largest share"),
    NEXT: (
        "share, leading Chinese provider minus the next other one after Amazon",
        0,
        "equality: Chinese operators and clouds follow Amazon",
    ),
    CLOUD: (
        "share of addresses at cloud and hosting providers",
        0.5,
        "plain meaning of concentrated at: more than half; stated by this project",
    ),
}
HYPOTHESES = {
    name: Hypothesis(
        claims=["tenthe/cloud-hosting"],
        estimand=estimand,
        null=null,
        null_source=source,
        alternative="greater",
        role=role,
        scope=scope,
        part=PARTS[label],
    )
    for label, (estimand, null, source) in _QUESTIONS.items()
    for name, role, scope in (
        (label, "reanalysis", "same"),
        (LATER[label], "out of sample", "other population"),
    )
}

AMAZON = ("AWS", "AMAZON", "Amazon")
CHINESE = ("China ", "Alibaba", "Aliyun", "Tencent")
TELECOM = ("China ", "Korea Telecom")


def sample(
    tenthe_hosting,
    tenthe_totals,
    published_aggregates,
    *,
    scan: Annotated[Literal["Tenthe", "NuClide", "SentinelLABS"], ESTIMAND] = "Tenthe",
    amazon: Literal["one provider", "two networks"] = "one provider",
    unicom: Literal["one provider", "two networks"] = "one provider",
    unlisted: Literal["providers of their own", "of any provider"] = "providers of their own",
) -> Sample:
    if scan != "Tenthe" and "two networks" in (amazon, unicom):
        raise NotApplicable("the scan gives providers, not their networks")
    if scan == "SentinelLABS":
        return _sentinel(published_aggregates)
    if scan == "NuClide":
        providers, everything = _confirmed(published_aggregates)
    else:
        everything = total(tenthe_totals, "discovered_ips")
        providers = _listed(tenthe_hosting, amazon, unicom)
    population, as_of, unit = SCANS[scan]
    return Sample(
        population=population,
        as_of=as_of,
        elsewhere=scan != "Tenthe",
        data={
            "scan": scan,
            "unit": unit,
            "addresses": providers,
            "total": everything,
            "answering": total(tenthe_totals, "answering_hosts") if scan == "Tenthe" else None,
            "owners": "any" if unlisted == "of any provider" else "their own",
        },
        tables={"providers": providers.reset_index()},
    )


SCANS = {
    "Tenthe": (
        "the addresses that FOFA listed for the Tenthe report",
        "2025-04-24",
        "listed addresses",
    ),
    "NuClide": ("the hosts that NuClide confirmed as open", "2026-05-15", "confirmed hosts"),
}


def _listed(hosting, amazon, unicom) -> pd.Series:
    """Addresses by provider, the networks of one brand together or apart."""
    name = hosting["provider"].mask(hosting["provider"] == "Hosting Provider")
    if amazon == "two networks":
        name = name.mask(name == "AWS")
    if unicom == "one provider":
        name = name.replace("China Unicom (Beijing)", "China Unicom")
    name = name.fillna(hosting["organisation"])
    return (
        hosting.groupby(name.rename("provider"))["discovered_ips"]
        .sum()
        .sort_values(kind="stable")[::-1]
    )


def _confirmed(aggregates) -> tuple[pd.Series, float]:
    mine = aggregates[aggregates["source"] == "nuclide-2026-05-15"]
    rows = mine[mine["dimension"] == "provider"]
    total = mine.loc[mine["category"] == "confirmed unauthenticated", "value"].item()
    return rows.rename(columns={"category": "provider"}).set_index("provider")["value"], total


def _sentinel(aggregates) -> Sample:
    mine = aggregates[aggregates["source"] == "sentinellabs-2026"]
    share = mine[mine["dimension"] == "network"].set_index("category")["value"] / 100
    hosts = mine[(mine["dimension"] == "total") & (mine["metric"] == "unique hosts")]
    return Sample(
        population="the hosts that SentinelLABS and Censys observed in 2025",
        as_of="2025-12",
        elsewhere=True,
        data={
            "scan": "SentinelLABS",
            "total": float(hosts["value"].item()),
            # Printed in whole per cent: each is off by at most half a point.
            "cloud": Bounds(
                share["hyperscaler (tier)"] - 0.005,
                1 - share["fixed-access telecom (ASN type)"] + 0.005,
            ),
        },
    )


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    if sample["scan"] == "SentinelLABS":
        return [_cloud_by_type(sample)]
    found = [_index(sample), *_first(sample), *_next(sample), _cloud(sample)]
    return [*found, _answering(sample)] if sample["scan"] == "Tenthe" else found


def _estimate(sample, label, unit, bounds, **more) -> Estimate:
    return Estimate(
        label=label if sample["scan"] == "Tenthe" else LATER[label],
        unit=unit,
        value=bounds.low if bounds.width == 0 else None,
        bounds=bounds,
        n=sample["total"],
        n_unit=sample["unit"],
        **more,
    )


def _herfindahl(sample, removed: float = 0) -> Bounds:
    """The index once a share of the addresses at Amazon is removed, in whole addresses."""
    addresses = sample["addresses"].astype(float).copy()
    at_amazon = addresses.index.str.startswith(AMAZON)
    addresses[at_amazon] -= np.floor(removed * addresses[at_amazon])
    total = sample["total"] - float((sample["addresses"] - addresses).sum())
    return herfindahl_bounds(addresses, total, owners=sample["owners"]).index


def _index(sample) -> Estimate:
    found = _herfindahl(sample)
    concentrated = found.low > HIGH
    return _estimate(
        sample,
        INDEX,
        "sum of squared shares",
        found,
        assumptions=(OWN, GENUINE),
        tipping_points=(_not_deployed(sample),) if concentrated else (),
        curves=(_over_removed(sample),) if concentrated else (),
    )


def _most(sample) -> float:
    """The share of Amazon's addresses to remove before one of its networks leaves the table."""
    at_amazon = sample["addresses"].index.str.startswith(AMAZON)
    others, own = sample["addresses"][~at_amazon], sample["addresses"][at_amazon]
    return 1 - float(others.min() / own.min())


def _not_deployed(sample) -> TippingPoint:
    lost = verdict_change(lambda removed: _herfindahl(sample, removed).low > HIGH, 0, _most(sample))
    at_amazon = sample["addresses"][sample["addresses"].index.str.startswith(AMAZON)].sum()
    return lost_if(lost, at_amazon, "addresses in Amazon's networks", "are no deployments")


def _over_removed(sample) -> Curve:
    grid = np.linspace(0, _most(sample), 41)
    sets = [_herfindahl(sample, removed) for removed in grid]
    return Curve(
        over="share of Amazon's addresses removed",
        grid_unit="share",
        grid=tuple(grid),
        low=tuple(found.low for found in sets),
        high=tuple(found.high for found in sets),
    )


def _lead(sample, label, ahead, behind) -> list[Estimate]:
    """Lead of the largest provider of one kind over the largest of another, if both are listed."""
    if not (ahead.any() and behind.any()):
        return []
    addresses, total = sample["addresses"], sample["total"]
    found = lead_bounds(addresses, ahead, behind, total, owners=sample["owners"])
    lead = _estimate(
        sample,
        label,
        f"difference in share of {sample['unit']}",
        Bounds(found.low / total, found.high / total),
        assumptions=(OWN, GENUINE),
        tipping_points=(_one_more(found.low, rest_of(addresses, total)),) if found.low > 0 else (),
    )
    return [lead]


def _one_more(lead, rest) -> TippingPoint:
    return lost_if(
        lead if lead <= rest.amount else None, rest.amount, "addresses in unlisted networks",
        "belong to the provider that follows",
    )  # fmt: skip


def _first(sample) -> list[Estimate]:
    at_amazon = sample["addresses"].index.str.startswith(AMAZON)
    return _lead(sample, FIRST, at_amazon, ~at_amazon)


def _next(sample) -> list[Estimate]:
    names = sample["addresses"].index.str
    chinese = names.startswith(CHINESE)
    return _lead(sample, NEXT, chinese, ~(chinese | names.startswith(AMAZON)))


def _cloud(sample) -> Estimate:
    addresses = sample["addresses"]
    cloud = ~addresses.index.str.startswith(TELECOM)
    known = float(addresses[cloud].sum())
    found = top_share_bounds(addresses, cloud, sample["total"])
    needed = known - 0.5 * sample["total"]
    return _estimate(
        sample,
        CLOUD,
        f"share of {sample['unit']}",
        found,
        assumptions=(GENUINE,),
        tipping_points=(
            lost_if(
                2 * needed, known, "addresses at listed clouds and hosting providers",
                "are no deployments",
            ),
        )
        if needed > 0
        else (),
    )  # fmt: skip


def _cloud_by_type(sample) -> Estimate:
    return Estimate(
        label=LATER[CLOUD],
        unit="share of hosts",
        bounds=sample["cloud"],
        n=sample["total"],
        n_unit="observed hosts",
        assumptions=(
            Assumption(
                name="a host outside fixed-access telecom networks is at a cloud",
                holds="not testable",
                evidence="The report types 56 % of hosts as fixed-access telecom and 19 % not at "
                "all, and by another label 32 % as hyperscaler.",
            ),
        ),
    )


def _answering(sample) -> Estimate:
    """How many of the hosts that answered are at Amazon: all, none, or anything between."""
    at_amazon = sample["addresses"][sample["addresses"].index.str.startswith(AMAZON)].sum()
    shared = overlap_bounds(float(at_amazon), sample["answering"], sample["total"])
    return Estimate(
        label=ANSWERING,
        unit="share of answering hosts",
        bounds=Bounds(shared.low / sample["answering"], shared.high / sample["answering"]),
        n=sample["answering"],
        n_unit="answering hosts",
        assumptions=(
            Assumption(
                name="addresses at Amazon answer as others do",
                holds="not testable",
                evidence="The report tables networks for the listed addresses only.",
            ),
        ),
    )


OWN = Assumption(
    name="an unlisted network belongs to no listed provider",
    holds="not testable",
    evidence="A quarter of the addresses lie in networks below the ten, none larger than the last "
    "one; who runs them is not given.",
)
GENUINE = Assumption(
    name="every address is a deployment",
    holds="no",
    evidence="Three quarters of the listed addresses did not answer, and the hosts confirmed in "
    "May 2026 are at Amazon three times less often.",
)


# Figure -------------------------------------------------------------------------------------------


def figure(result):
    if not result.answer(scan="Tenthe").estimates[INDEX].curves:
        return figures.default(result)  # no verdict that addresses at Amazon could turn
    canvas, (bars, curve) = figures.canvas(
        (1, 2), height=3.3, source=figures.sources(result), width_ratios=(1.2, 1)
    )
    _draw_providers(bars, result.answer(scan="Tenthe"))
    _draw_index(curve, result)
    return canvas


def _draw_providers(axes, answer) -> None:
    table = answer.tables["providers"]
    total = answer.estimates[INDEX].n
    rows = [(name, addresses / total) for name, addresses in table.rows]
    rest = 1 - sum(share for _, share in rows)
    smallest = min(addresses for _, addresses in table.rows)
    for position, (name, share) in enumerate(rows):
        color = figures.CHINA if name.startswith(CHINESE) else figures.INK
        axes.barh(-position, share, color=color, height=0.66)
        axes.annotate(
            f"{share:.1%}", (share, -position), xytext=(4, 0), textcoords="offset points",
            va="center", fontsize=8,
        )  # fmt: skip
    axes.barh(-len(rows), rest, color="white", edgecolor=figures.MUTED, hatch="/////", height=0.66)
    axes.annotate(
        f"{rest:.1%}", (rest, -len(rows)), xytext=(4, 0), textcoords="offset points",
        va="center", fontsize=8,
    )  # fmt: skip
    below = f"networks with at most {number(smallest)} each"
    figures.label_rows(axes, [*(name for name, _ in rows), below])
    axes.set_xlim(0, 0.7)
    axes.set_xlabel("share of the listed addresses (red: Chinese)")
    axes.set_title("Who hosts the addresses")


def _draw_index(axes, result) -> None:
    found = result.answer(scan="Tenthe").estimates[INDEX]
    later = result.answer(scan="NuClide").estimates[LATER[INDEX]].identified
    curve, turn = found.curves[0], found.tipping_points[0].threshold
    axes.fill_between(curve.grid, curve.low, curve.high, color=figures.INK, alpha=0.35, lw=0)
    axes.plot(curve.grid, curve.low, color=figures.INK, lw=1)
    axes.axhspan(*later, color=figures.OTHER, alpha=0.6, lw=0)
    figures.crossing(axes, turn, HIGH)
    for text, x, y in (
        ("highly concentrated above", 0.98, HIGH + 0.008),
        ("hosts confirmed in May 2026", 0.02, later.high + 0.006),
    ):
        axes.annotate(
            text, (x, y), xycoords=("axes fraction", "data"), fontsize=7.5, va="bottom",
            ha="right" if x > 0.5 else "left", color=figures.MUTED,
        )  # fmt: skip
    axes.set_xlim(0, 1)
    axes.set_ylim(0, None)
    axes.set_xlabel("share of the addresses at Amazon\nthat are no deployments")
    axes.set_ylabel("Herfindahl index")
    axes.set_title("What the concentration rests on")
