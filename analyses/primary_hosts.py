"""Are AWS, Alibaba Cloud and Tencent Cloud the three providers with the most listed addresses?

The report's summary names the three as the primary hosts. Its own table of networks can be read
against that in two ways: among all providers, or among cloud providers alone.
"""

from typing import Annotated, Literal

from research import ESTIMAND, Estimate, Hypothesis, Sample, figures
from research.doubts import lost_if
from research.measures.hosts import LISTED

LEAD = "least of the three minus the largest other provider"
NAMED = ["AWS", "Alibaba Cloud", "Tencent Cloud"]
TELECOM = ["China Telecom", "China Unicom", "China Unicom (Beijing)"]
UNNAMED = "Hosting Provider"

HYPOTHESES = {
    LEAD: Hypothesis(
        claims=["tenthe/primary-hosts"],
        estimand="listed addresses of the least of the three minus those of any other provider",
        null=0,
        null_source="equality: the summary says that no other provider hosts more",
        alternative="greater",
        role="reanalysis",
    )
}


def sample(
    tenthe_hosting,
    *,
    among: Annotated[Literal["all providers", "cloud providers"], ESTIMAND] = "all providers",
    unicom: Literal["one provider", "two networks"] = "one provider",
    hengtong: Literal["a cloud provider", "none"] = "a cloud provider",
) -> Sample:
    provider = tenthe_hosting["provider"]
    unnamed = provider.eq(UNNAMED)
    provider = provider.mask(unnamed, tenthe_hosting["organisation"])
    if unicom == "one provider":
        provider = provider.replace(TELECOM[2], TELECOM[1])
    addresses = tenthe_hosting.groupby(provider)["discovered_ips"].sum()
    if among == "cloud providers":
        no_clouds = [*TELECOM, *(provider[unnamed] if hengtong == "none" else [])]
        addresses = addresses.drop(no_clouds, errors="ignore")
    ordered = addresses.sort_values(ascending=False, kind="stable")
    return Sample(
        population=f"the addresses of {among} that FOFA listed for the Tenthe report",
        as_of="2025-04-24",
        data={"addresses": ordered.astype(float)},
        tables={"providers": ordered.reset_index()},
    )


def estimate(sample) -> Estimate:
    addresses = sample["addresses"]
    least, other = addresses[NAMED].idxmin(), addresses.drop(NAMED).idxmax()
    gap = addresses[least] - addresses[other]
    ahead, behind = (least, other) if gap > 0 else (other, least)
    turned = lost_if(
        abs(gap),
        addresses[ahead],
        f"listed addresses of {ahead}",
        "are no deployments",
        given=f"and all of {behind} are",
        reached="turned",
    )
    who, listed = "listed addresses of the providers in the table", addresses.sum()
    return Estimate.of(LEAD, gap, "listed addresses", listed, who, LISTED, tipping_points=(turned,))


def figure(result):
    canvas, axes = figures.canvas(height=2.4, source=result)
    rows = result.answer().tables["providers"].records()
    for position, row in enumerate(rows):
        color = figures.INK if row["provider"] in NAMED else figures.OTHER
        axes.plot(row["discovered_ips"], -position, "o", ms=5, color=color)
    figures.label_rows(axes, [row["provider"] for row in rows])
    axes.set_xscale("log")
    figures.plain_ticks(axes.xaxis, (1000, 3000, 10000, 30000))
    axes.set_xlabel("listed addresses (logarithmic; black: named by the summary)")
    return canvas
