"""Are llama3:latest and deepseek-r1:latest the two most deployed tags?

As listed they are, and the two cannot be told apart. But five tags lead all others, and they look
like one block of identical hosts (clone_block weighs the evidence). Without that block the pair is
behind small models. Had other hosts answered, ranks would differ too: by how much depends on how
alike the hosts of one network are, and on which hosts list which tags, of which nothing is known.
"""

from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Curve,
    Estimate,
    Hypothesis,
    Interval,
    NotApplicable,
    Sample,
    Settled,
    Test,
    TippingPoint,
    figures,
)
from research.estimators.budget import alternatives_row
from research.estimators.design_effects import intraclass_correlation
from research.estimators.identification import frechet_bounds
from research.estimators.multiverse import mcnemar_bounds, rank_confidence_sets
from research.estimators.tipping import tipping_point
from research.measures.clone_block import LEADING, Block, without_block
from research.wording import number

PAIR = ["llama3:latest", "deepseek-r1:latest"]
SMALL = ["smollm2:135m", "qwen2.5:1.5b"]
LATER_SCAN = "nuclide-2026-05-15"
DESIGN_EFFECTS = (1, 10, 50)

LEAD = "lead of the pair over all other tags"
LEAD_SHARE = "lead of the pair, had other hosts answered"
ORDER = "llama3:latest minus deepseek-r1:latest, had other hosts answered"
LEAD_LATER = "lead of the pair over all other tags, a year later"
RANK = "rank of {}"
LATEST = "share of :latest among the leading tags"
ANY_SMALL = "hosts with smollm2:135m or qwen2.5:1.5b"

EVEN = "equality: the claim says that no other tag is on more hosts"
HYPOTHESES = {
    LEAD: Hypothesis(
        claims=["tenthe/top-tags"],
        estimand="answering hosts of the rarer of the two tags minus those of any other tag",
        null=0,
        null_source=EVEN,
        alternative="greater",
        role="reanalysis",
    ),
    LEAD_SHARE: Hypothesis(
        claims=["tenthe/top-tags"],
        estimand="the same lead as a share of hosts, over scans that could have been made",
        null=0,
        null_source=EVEN,
        alternative="greater",
        role="reanalysis",
        scope="other measure",
    ),
    ORDER: Hypothesis(
        estimand="share of hosts with llama3:latest minus that with deepseek-r1:latest",
        null=0,
        null_source="equality: the table ranks llama3:latest first",
        alternative="greater",
        role="reanalysis",
        scope="other measure",
    ),
    LEAD_LATER: Hypothesis(
        claims=["tenthe/top-tags"],
        estimand="hosts of the rarer of the two tags minus those of any other tag, May 2026",
        null=0,
        null_source=EVEN,
        alternative="greater",
        role="out of sample",
        scope="later date",
    ),
}

SETTLED = [
    Settled(
        claim="tenthe/latest-preferred",
        word="not testable",
        reason="A host that lists :latest shows what it holds and not what anybody preferred: "
        "Ollama fetches :latest whenever no tag is named, and four of the five tags of the "
        "suspected block are of this kind.",
        reference="ollama/ollama, docs/api.md, model names; dataset tenthe",
    ),
    Settled(
        claim="tenthe/text-quant-preferred",
        word="not testable",
        reason="The counts do not say why a host holds a tag; this one is the rarest of the five "
        "that look like copies of one another, so that each of its hosts may be a copy.",
        reference="dataset tenthe, known limitations",
    ),
    Settled(
        claim="tenthe/small-models-present",
        word="not testable",
        reason="no threshold: how many hosts are a considerable number was not said beforehand; "
        "the share of hosts with one of the two tags is given instead.",
        reference="dataset published_claims",
    ),
]


def sample(
    tenthe_model_tags,
    tenthe_totals,
    tenthe_hosting,
    published_aggregates,
    *,
    scan: Annotated[
        Literal["Tenthe, 2025-04-24", "NuClide, 2026-05-15"], ESTIMAND
    ] = "Tenthe, 2025-04-24",
    clones: Literal["kept", "removed"] = "kept",
) -> Sample:
    if scan.startswith("NuClide"):
        if clones == "removed":
            raise NotApplicable("the list of 2026 holds only two of the block's five tags")
        return _later(published_aggregates)
    totals = tenthe_totals.set_index("name")["value"]
    tags, largest = tenthe_model_tags.set_index("ollama_tag"), Block.largest(tenthe_model_tags)
    listed = tags["answering_hosts"].astype(float)
    without = without_block(tags, largest)["answering_hosts"]
    block, hosts = largest.hosts, float(totals["answering_hosts"])
    return Sample(
        population="the answering hosts of the Tenthe scan",
        as_of="2025-04-24",
        data={
            "scan": "Tenthe",
            "hosts": listed if clones == "kept" else without,
            "total": hosts if clones == "kept" else hosts - block,
            "block": block if clones == "kept" else 0.0,
            "both": {"": (listed, hosts), " without the block": (without, hosts - block)},
            "cluster size": float(
                (tenthe_hosting["discovered_ips"] ** 2).sum() / totals["discovered_ips"]
            ),
        },
        tables={"tags": pd.DataFrame({"listed": listed, "without": without}).reset_index()},
    )


def _later(aggregates) -> Sample:
    rows = aggregates[aggregates["source"] == LATER_SCAN].set_index("category")
    hosts = rows.loc[rows["dimension"] == "model tag", "value"]
    return Sample(
        population="the open hosts of the NuClide scan",
        as_of="2026-05-15",
        data={
            "scan": "NuClide",
            "hosts": hosts,
            "total": float(rows.loc["confirmed unauthenticated", "value"]),
        },
        tables={"tags": hosts.reset_index()},
    )


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample, *, rng, design_effect: Literal[1, 10, 50] = 1) -> list[Estimate]:
    if sample["scan"] == "NuClide":
        return [_lead(sample, LEAD_LATER), _latest(sample)]
    hosts = sample["hosts"]
    rivals = hosts.drop(PAIR)
    return [
        _lead(sample, LEAD),
        _gap(sample, LEAD_SHARE, hosts[PAIR].min(), rivals.max(), design_effect),
        _gap(sample, ORDER, hosts[PAIR[0]], hosts[PAIR[1]], design_effect),
        _latest(sample),
        _any_small(sample),
        *_ranks(sample, design_effect, rng),
    ]


def _lead_without(hosts, clones: float) -> float:
    """The lead once so many hosts of the block are gone from the five leading tags."""
    thinned = hosts.copy()
    thinned[thinned.nlargest(LEADING).index] -= clones
    return float(thinned[PAIR].min() - thinned.drop(PAIR).max())


def _lead(sample, label) -> Estimate:
    hosts, block = sample["hosts"], sample.data.get("block", 0.0)
    points, curves = (), ()
    if block:
        lost = tipping_point(lambda clones: _lead_without(hosts, clones), 0, block)
        told = f"lost if {number(lost)} of the block's {number(block)} hosts were clones"
        points = (TippingPoint(what="cloned hosts in the block", threshold=lost, sentence=told),)
        grid = np.linspace(0, block, 61)
        lead = tuple(_lead_without(hosts, clones) for clones in grid)
        curves = (Curve(over="cloned hosts removed", grid=tuple(grid), low=lead, high=lead),)
    return Estimate(
        label=label,
        unit="hosts",
        reading="finite population",
        value=float(hosts[PAIR].min() - hosts.drop(PAIR).max()),
        n=sample["total"],
        n_unit="hosts",
        assumptions=(GENUINE,) if sample["scan"] == "Tenthe" else (OTHER_SCAN,),
        tipping_points=points,
        curves=curves,
    )


def _gap(sample, label, first, second, design_effect) -> Estimate:
    """A difference of two tags that share an unknown number of hosts: at its most uncertain."""
    total = sample["total"]
    found = mcnemar_bounds(first, second, total, design_effect=design_effect)
    return Estimate(
        label=label,
        unit="difference in share of hosts",
        reading="superpopulation",
        value=float(first - second) / total,
        interval=found.interval,
        test=Test(name=found.interval.method, statistic=min(found.z, key=abs), p=found.p.high),
        n=total,
        n_unit="hosts",
        n_effective=total / design_effect,
        assumptions=(GENUINE, OVERLAP, INDEPENDENT),
        tipping_points=_lost_at(found.lost_at, first - second, sample),
    )


def _lost_at(design_effect, lead, sample) -> tuple[TippingPoint, ...]:
    """The design effect at which the interval of a lead begins to hold zero, if above one."""
    if lead < 0 or design_effect < 1:
        return ()  # there is nothing to lose
    similar = intraclass_correlation(design_effect, sample["cluster size"])
    told = f"lost at deff {number(design_effect, 0)}, an intraclass correlation of"
    return (
        TippingPoint(
            what="design effect",
            threshold=design_effect,
            sentence=f"{told} {number(similar, 3)}",
        ),
    )


def _ranks(sample, design_effect, rng) -> list[Estimate]:
    """Each tag's rank, as listed and without the block."""
    estimates = []
    for which, (hosts, total) in sample["both"].items():
        sets = {deff: _rank_sets(hosts, total, deff, rng) for deff in DESIGN_EFFECTS}
        for position, tag in enumerate(hosts.index):
            found = {deff: ranks[position] for deff, ranks in sets.items()}
            label = RANK.format(tag) + which
            estimates.append(_rank(label, found, design_effect, total))
    return estimates


def _rank(label, found, design_effect, total) -> Estimate:
    rank, here = float(found[design_effect].rank), found[design_effect]
    name = "rank confidence set, all tags together"
    return Estimate(
        label=label,
        unit="rank among the ten tags",
        reading="superpopulation",
        value=rank,
        interval=Interval(here.low, here.high, 0.95, name, design_effect),
        n=total,
        n_unit="hosts",
        n_effective=total / design_effect,
        assumptions=(GENUINE, OVERLAP, INDEPENDENT),
        curves=(
            Curve(
                over="design effect",
                grid=DESIGN_EFFECTS,
                low=(rank,) * len(found),
                high=(rank,) * len(found),
                interval_low=tuple(float(each.low) for each in found.values()),
                interval_high=tuple(float(each.high) for each in found.values()),
            ),
        ),
    )


def _rank_sets(hosts, total, design_effect, rng):
    share = (hosts / total).to_numpy()
    # Two tags of unknown overlap: the variance of their difference is at most twice the sum of
    # their own variances, whatever their correlation.
    variance = 2 * share * (1 - share) * design_effect / total
    return rank_confidence_sets(share, np.diag(variance), rng=rng)


def _latest(sample) -> Estimate:
    """How much of the leading tags is :latest, which is fetched where no tag is named."""

    def share(hosts) -> float:
        return float(hosts[hosts.index.str.endswith(":latest")].sum() / hosts.sum())

    both = sample.data.get("both", {})
    values = {f"the tags as listed{which}": share(hosts) for which, (hosts, _) in both.items()}
    return Estimate(
        label=LATEST,
        unit="share of pairs of a host and a tag",
        reading="finite population",
        value=share(sample["hosts"]),
        n=float(sample["hosts"].sum()),
        n_unit="pairs of a host and a tag",
        budget=(alternatives_row("the five-tag block", values),) if both else (),
    )


def _any_small(sample) -> Estimate:
    hosts = sample["hosts"]
    return Estimate(
        label=ANY_SMALL,
        unit="share of answering hosts",
        reading="finite population",
        bounds=frechet_bounds(hosts[SMALL], sample["total"]).at_least_one,
        n=sample["total"],
        n_unit="answering hosts",
        assumptions=(OVERLAP,),
    )


GENUINE = Assumption(
    name="every listed host is a genuine deployment",
    holds="no",
    evidence="The five leading tags look like one block of cloned hosts; without the largest such "
    "block the pair falls behind tags outside it.",
)
OVERLAP = Assumption(
    name="which tags share a host is known",
    holds="no",
    evidence="No overlap is published; bounds hold for every overlap, errors are the largest.",
)
INDEPENDENT = Assumption(
    name="hosts are independent",
    holds="no",
    evidence="Addresses cluster in a few clouds; the interval states its design effect.",
)
OTHER_SCAN = Assumption(
    name="both scans look at the same kind of host",
    holds="not testable",
    evidence="Another search engine, port and month; its list ends after fifteen tags, and some of "
    "these are answered by remote servers.",
)


# Figure -------------------------------------------------------------------------------------------


def figure(result):
    answer = result.answer()
    canvas, (ranks, lead) = figures.canvas(
        (1, 2), height=3.4, source=figures.sources(result), width_ratios=(1.3, 1)
    )
    _draw_ranks(ranks, answer)
    _draw_lead(lead, answer.estimates[LEAD])
    return canvas


def _draw_ranks(axes, answer) -> None:
    tags = [row[0] for row in answer.tables["tags"].rows]
    styles = (("", 0.16, figures.INK, "o"), (" without the block", -0.18, figures.CHINA, "D"))
    for which, shift, color, marker in styles:
        for position, tag in enumerate(tags):
            found, height = answer.estimates[RANK.format(tag) + which], shift - position
            curve = found.curves[0]
            ends = curve.interval_low[-1], curve.interval_high[-1]
            axes.plot(ends, (height, height), color=color, lw=0.9)
            ends = found.interval.low, found.interval.high
            axes.plot(ends, (height, height), color=color, lw=3.2, alpha=0.45)
            axes.plot(found.value, height, marker, ms=4.5, color=color, mec="white", mew=0.5)
    figures.label_rows(axes, tags)
    axes.axvspan(0.6, 2.5, color=figures.FAINT, alpha=0.5, lw=0)
    axes.set_xlim(0.6, 10.4)
    axes.set_xticks(range(1, 11))
    axes.set_xlabel("rank by hosts (circles: listed, diamonds: no block)\n"
                    "95% sets: thick at deff 1, thin at deff 50")  # fmt: skip
    axes.set_title("Which ranks are possible")


def _draw_lead(axes, estimate) -> None:
    curve, turn = estimate.curves[0], estimate.tipping_points[0].threshold
    axes.axhline(0, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)))
    axes.plot(curve.grid, curve.low, color=figures.INK, lw=1.4)
    axes.plot(turn, 0, "o", ms=5, mfc="white", mec=figures.INK, mew=1)
    axes.annotate(
        number(turn), (turn, 0), xytext=(-5, -4), textcoords="offset points", ha="right",
        va="top", fontsize=8,
    )  # fmt: skip
    for told, x, y in (
        ("mistral:latest\ncomes next", 3500, 1350),
        ("smollm2:135m\nahead", 8300, -900),
    ):
        axes.annotate(told, (x, y), ha="right" if y < 0 else "center", va="top", fontsize=8)
    figures.plain_ticks(axes.xaxis, (0, 2500, 5000, 7500, 10000))
    figures.plain_ticks(axes.yaxis, (-1000, -500, 0, 500, 1000, 1500))
    axes.set_xlabel("cloned hosts removed from the block")
    axes.set_ylabel("hosts ahead of every other tag")
    axes.set_title("Lead of the pair")
