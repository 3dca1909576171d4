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
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    figures,
)
from research.doubts import LEFT_OUT, PRINTED, Computed, Doubt, Thinned, Within, if_open
from research.estimators.truncation import herfindahl_bounds, lead_bounds, rest_of, top_share_bounds
from research.measures.hosts import TENTHE_ADDRESSES, total
from research.measures.other_scans import CONFIRMED, SENTINEL
from research.wording import written

HIGH = 0.25  # US merger guidelines of 2010; those of 2023 draw the line at 0.18
INDEX, FIRST, NEXT, CLOUD = (
    "Herfindahl index of hosting",
    "share of addresses, Amazon minus the next provider",
    "share of addresses, leading Chinese provider minus the next other one",
    "share of addresses at cloud and hosting providers",
)
PARTS = {INDEX: "concentrated", FIRST: "amazon", NEXT: "chinese", CLOUD: "clouds"}
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
    data = {"scan": scan, "owners": "any" if unlisted == "of any provider" else "their own"}
    if scan == "NuClide":
        return _confirmed(published_aggregates, data)
    providers = _listed(tenthe_hosting, amazon, unicom)
    return Sample(
        population=TENTHE_ADDRESSES,
        as_of="2025-04-24",
        data={
            **data,
            "unit": "listed addresses",
            "addresses": providers,
            "total": total(tenthe_totals, "discovered_ips"),
        },
        tables={"providers": providers.reset_index()},
    )


def _listed(hosting, amazon, unicom) -> pd.Series:
    """Addresses by provider, the networks of one brand together or apart."""
    name = hosting["provider"].mask(hosting["provider"] == "Hosting Provider")
    if amazon == "two networks":
        name = name.mask(name == "AWS")
    if unicom == "one provider":
        name = name.replace("China Unicom (Beijing)", "China Unicom")
    name = name.fillna(hosting["organisation"])
    addresses = hosting.groupby(name.rename("provider"))["discovered_ips"].sum()
    return addresses.sort_values(kind="stable")[::-1]


def _confirmed(aggregates, data) -> Sample:
    rows = CONFIRMED.rows(aggregates, "provider").rename(columns={"category": "provider"})
    providers = rows.set_index("provider")["value"]
    return Sample(
        **CONFIRMED.described,
        data={
            **data,
            "unit": "confirmed hosts",
            "addresses": providers,
            "total": CONFIRMED.hosts(aggregates),
        },
        tables={"providers": providers.reset_index()},
    )


def _sentinel(aggregates) -> Sample:
    share = SENTINEL.rows(aggregates, "network").set_index("category")["value"] / 100
    kinds = "fixed-access telecom (ASN type)", "ASN-type null", "hyperscaler (tier)"
    # Printed in whole per cent: each is off by at most half a point.
    telecom, _, hyperscaler = printed = [Bounds.at(share[kind], 0.005) for kind in kinds]
    return Sample(
        **SENTINEL.described,
        data={
            "scan": "SentinelLABS",
            "total": SENTINEL.hosts(aggregates),
            "cloud": Bounds(hyperscaler.low, 1 - telecom.low),
            "printed": dict(zip(kinds, printed, strict=True)),
            "types": [share[kind] for kind in kinds],
        },
    )


def estimate(sample) -> list[Estimate]:
    if sample["scan"] == "SentinelLABS":
        return [_cloud_by_type(sample)]
    names = sample["addresses"].index.str
    amazon, chinese = names.startswith(AMAZON), names.startswith(CHINESE)
    leads = (FIRST, amazon, ~amazon), (NEXT, chinese, ~(chinese | amazon))
    listed = [lead for lead in leads if lead[1].any() and lead[2].any()]
    return [_index(sample), *(_lead(sample, *lead) for lead in listed), _cloud(sample)]


def _estimate(sample, label, unit, bounds, *assumptions, **more) -> Estimate:
    label = label if sample["scan"] == "Tenthe" else LATER[label]
    return Estimate.of(label, bounds, unit, sample["total"], sample["unit"], *assumptions, **more)


def _at_amazon(sample) -> pd.Series:
    """Whether each provider is Amazon, or one of its networks."""
    return sample["addresses"].index.str.startswith(AMAZON)


def _herfindahl(sample, removed: float = 0) -> Bounds:
    """The index once a share of the addresses at Amazon is removed, in whole addresses."""
    addresses, at_amazon = sample["addresses"].astype(float), _at_amazon(sample)
    gone = np.floor(removed * addresses.where(at_amazon, 0.0))
    total = sample["total"] - float(gone.sum())
    return herfindahl_bounds(addresses - gone, total, owners=sample["owners"])


def _index(sample) -> Estimate:
    index, at_amazon = _herfindahl(sample), _at_amazon(sample)
    others, own = sample["addresses"][~at_amazon], sample["addresses"][at_amazon]
    thinned = Thinned(
        without=lambda part: _herfindahl(sample, part),
        of=own.sum(),
        things="addresses in Amazon's networks",
        # So many that none of its networks leaves the table.
        most=1 - float(others.min() / own.min()),
    )
    concentrated = index.low > HIGH and at_amazon.any()
    curve = "share of Amazon's addresses removed"
    return _estimate(
        sample,
        INDEX,
        "sum of squared shares",
        index,
        OWN,
        GENUINE,
        drawn=if_open(Within(BELOW, index, sample["unit"])),
        tipping_points=(thinned.lost(HIGH),) if concentrated else (),
        curves=(thinned.curve(curve, grid_unit="share"),) if concentrated else (),
    )


def _lead(sample, label, ahead, behind) -> Estimate:
    """Lead of the largest provider of one kind over the largest of another."""
    addresses, total = sample["addresses"], sample["total"]
    bounds = lead_bounds(addresses, ahead, behind, total, owners=sample["owners"])
    unlisted = Thinned(
        without=lambda more: Bounds.at(bounds.low - more),
        of=rest_of(addresses, total),
        things="addresses in unlisted networks",
        are="belong to the provider that follows",
    )
    return _estimate(
        sample,
        label,
        f"difference in share of {sample['unit']}",
        bounds / total,
        OWN,
        GENUINE,
        tipping_points=(unlisted.lost(),) if bounds.low > 0 else (),
    )


def _cloud(sample) -> Estimate:
    addresses, total = sample["addresses"], sample["total"]
    cloud = ~addresses.index.str.startswith(TELECOM)
    known = float(addresses[cloud].sum())
    listed = Thinned.share(known, total, things="addresses at listed clouds and hosting providers")
    half = HYPOTHESES[CLOUD].null
    share = top_share_bounds(addresses, cloud, total)
    return _estimate(
        sample,
        CLOUD,
        f"share of {sample['unit']}",
        share,
        GENUINE,
        drawn=if_open(Within(LEFT_OUT, share, f"clouds among the {sample['unit']}")),
        tipping_points=(listed.lost(half),) if known / total > half else (),
    )


def _cloud_by_type(sample) -> Estimate:
    template = (
        "The report types {:%0} of hosts as fixed-access telecom and {:%0} not at all, and by "
        "another label {:%0} as hyperscaler."
    )
    elsewhere = Assumption.untestable(
        name="a host outside fixed-access telecom networks is at a cloud",
        evidence=written(template, *sample["types"]),
    )
    return Estimate(
        label=LATER[CLOUD],
        unit="share of hosts",
        bounds=sample["cloud"],
        sharpness="outer",
        drawn=_drawn_by_type(sample["printed"]),
        n=sample["total"],
        n_unit="observed hosts",
        assumptions=(elsewhere,),
    )


def _drawn_by_type(printed) -> Computed:
    """From the hyperscalers alone to all that is not telecom, to be drawn."""
    telecom, _, hyperscaler = (
        Within(PRINTED, share, f"{kind}, SentinelLABS") for kind, share in printed.items()
    )
    return Computed(
        lambda telecom, cloud, part: cloud + part * (1 - telecom - cloud),
        telecom,
        hyperscaler,
        Within(LEFT_OUT, Bounds(0.0, 1.0), "clouds among the networks of no stated type"),
    )


BELOW = Doubt("networks below the table", "from many small ones to few as large as may be")
OWN = Assumption.untestable(
    name="an unlisted network belongs to no listed provider",
    evidence="A quarter of the addresses lie in networks below the ten, none larger than the last "
    "one; who runs them is not given.",
)
GENUINE = Assumption.of_scope(
    name="every address is a deployment",
    evidence="Three quarters of the listed addresses did not answer, and the hosts confirmed in "
    "May 2026 are at Amazon three times less often.",
)


def figure(result):
    answer = result.answer(scan="Tenthe")
    if not answer.estimates[INDEX].curves:
        return figures.default(result)  # no verdict that addresses at Amazon could turn
    canvas, (bars, curve) = figures.two_panels(result, height=3.3, widths=(1.2, 1))
    _draw_providers(bars, answer)
    _draw_index(curve, result)
    return canvas


def _draw_providers(axes, answer) -> None:
    names, addresses = zip(*answer.tables["providers"].rows, strict=True)
    shares = [each / answer.estimates[INDEX].n for each in addresses]
    shares.append(1 - sum(shares))
    colors = [figures.CHINA if name.startswith(CHINESE) else figures.INK for name in names]
    figures.bars(
        axes, [*names, written("networks with at most {:0} each", min(addresses))], shares,
        color=[*colors, "white"], notes=[written("{:%}", share) for share in shares],
        title="a  Who hosts the addresses", xlim=(0, 0.7),
        xlabel="share of the listed addresses (red: Chinese)",
    )  # fmt: skip
    axes.patches[-1].set(edgecolor=figures.MUTED, hatch="/////", linewidth=0.8)
    figures.percent_ticks(axes.xaxis)


def _draw_index(axes, result) -> None:
    index = result.answer(scan="Tenthe").estimates[INDEX]
    later = result.answer(scan="NuClide").estimates[LATER[INDEX]].identified
    curve, turn = index.curves[0], index.tipping_points[0].threshold
    axes.fill_between(curve.grid, curve.low, curve.high, color=figures.INK, alpha=0.35, lw=0)
    axes.plot(curve.grid, curve.low, color=figures.INK, lw=1)
    axes.axhspan(*later, color=figures.OTHER, alpha=0.6, lw=0)
    figures.crossing(axes, turn, HIGH, label=None if turn is None else written("{:%}", turn))
    for text, x, y in (
        ("highly concentrated above", 0.98, HIGH + 0.008),
        ("hosts confirmed in May 2026", 0.02, later.high + 0.006),
    ):
        axes.annotate(
            text, (x, y), xycoords=("axes fraction", "data"), fontsize=7.5, va="bottom",
            ha="right" if x > 0.5 else "left", color=figures.MUTED,
        )  # fmt: skip
    axes.set(xlim=(0, 1), ylim=(0, None), ylabel="Herfindahl index")
    axes.set_xlabel("share of the addresses at Amazon\nthat are no deployments")
    figures.percent_ticks(axes.xaxis)
    axes.set_title("b  What the concentration rests on")
