"""Are llama3:latest and deepseek-r1:latest the two most deployed tags?

As listed they are, and the two cannot be told apart. But five tags lead all others, and they look
like one block of identical hosts (clone_block weighs the evidence). Without that block the pair is
behind small models. Had other hosts answered, ranks would differ too: by how much depends on how
alike the hosts of one network are, and on which hosts list which tags, of which nothing is known.
"""

from collections.abc import Iterator
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
    Interval,
    NotApplicable,
    Sample,
    Settled,
    Test,
    figures,
)
from research.doubts import lost_at, where
from research.estimators.budget import alternatives_row
from research.estimators.multiverse import mcnemar_bounds, rank_confidence_sets
from research.measures.hosts import (
    BLOCK,
    INDEPENDENT,
    NOTHING,
    TENTHE_HOSTS,
    Hosts,
    OverBlock,
    genuine,
    hosts_by,
    network_share,
    overlapping,
    total,
)
from research.measures.other_scans import CONFIRMED

PAIR = ["llama3:latest", "deepseek-r1:latest"]
SMALL = ["smollm2:135m", "qwen2.5:1.5b"]
DESIGN_EFFECTS = (1, 10, 50)

LEAD = "lead of the pair over all other tags"
LEAD_SHARE = "lead of the pair, had other hosts answered"
ORDER = "llama3:latest minus deepseek-r1:latest, had other hosts answered"
LEAD_LATER = "lead of the pair over all other tags, a year later"
RANK = "rank of {}"
LATEST = "share of :latest among the leading tags"
ANY_SMALL = "hosts with smollm2:135m or qwen2.5:1.5b"

LEADS = {
    "claims": ["tenthe/top-tags"],
    "null": 0,
    "null_source": "equality: the claim says that no other tag is on more hosts",
    "alternative": "greater",
}
HYPOTHESES = {
    LEAD: Hypothesis(
        estimand="answering hosts of the rarer of the two tags minus those of any other tag",
        role="reanalysis",
        **LEADS,
    ),
    LEAD_SHARE: Hypothesis(
        estimand="the same lead as a share of hosts, over scans that could have been made",
        role="reanalysis",
        scope="other measure",
        **LEADS,
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
        estimand="hosts of the rarer of the two tags minus those of any other tag, May 2026",
        role="out of sample",
        scope="later date",
        **LEADS,
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
        f"{{{ANY_SMALL}}} of the answering hosts have one of the two tags.",
        reference="dataset published_claims",
    ),
]


def sample(
    tenthe_model_tags,
    tenthe_quantizations,
    tenthe_totals,
    tenthe_hosting,
    published_aggregates,
    tenthe_class_sets=None,
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
    hosts = hosts_by(
        "ollama_tag", tenthe_model_tags, tenthe_model_tags, totals=tenthe_totals,
        levels=tenthe_quantizations, class_sets=tenthe_class_sets, clones=clones,
    )  # fmt: skip
    network = network_share(tenthe_hosting, tenthe_totals)
    counts = {"listed": _by_tag(hosts), "without": _by_tag(hosts.without(1.0))}
    return Sample(
        population=TENTHE_HOSTS,
        as_of="2025-04-24",
        data={
            "scan": "Tenthe",
            "listed": hosts,
            "hosts": _by_tag(hosts.left),
            "total": hosts.left.hosts,
            "network size": network * total(tenthe_totals, "discovered_ips"),
        },
        tables={"tags": pd.DataFrame(counts).reset_index()},
    )


def _by_tag(hosts) -> pd.Series:
    return hosts.rows.set_index("ollama_tag")["answering_hosts"].astype(float)


def _later(aggregates) -> Sample:
    hosts = CONFIRMED.rows(aggregates, "model tag").set_index("category")["value"]
    return Sample(
        **CONFIRMED.described,
        data={"scan": "NuClide", "hosts": hosts, "total": CONFIRMED.hosts(aggregates)},
        tables={"tags": hosts.reset_index()},
    )


def estimate(sample, *, rng, design_effect: Literal[1, 10, 50] = 1) -> Iterator[Estimate]:
    if sample["scan"] == "NuClide":
        yield _lead(sample, LEAD_LATER)
        yield _latest(sample)
        return
    hosts, holds_pair = sample["hosts"], _all_listed(sample, PAIR)
    if holds_pair:
        yield _lead(sample, LEAD)
        yield _gap(sample, LEAD_SHARE, hosts[PAIR].min(), hosts.drop(PAIR).max(), design_effect)
        yield _gap(sample, ORDER, hosts[PAIR[0]], hosts[PAIR[1]], design_effect)
    yield _latest(sample)
    if holds_pair and _all_listed(sample, SMALL):
        yield _any_small(sample)
    yield from _ranks(sample, design_effect, rng)


def _all_listed(sample, tags) -> bool:
    return set(tags) <= set(sample["hosts"].index)


def _lead_of(hosts) -> Bounds:
    """The hosts of the rarer tag of the pair minus those of any other tag."""
    return Bounds.at(float(hosts[PAIR].min() - hosts.drop(PAIR).max()))


def _lead(sample, label) -> Estimate:
    kept = sample["scan"] == "Tenthe" and not sample["listed"].removed
    over = OverBlock(sample.data.get("listed"), lambda hosts: _lead_of(_by_tag(hosts)))
    return Estimate(
        label=label,
        unit="hosts",
        value=_lead_of(sample["hosts"]).low,
        n=sample["total"],
        n_unit="hosts",
        assumptions=(GENUINE,) if sample["scan"] == "Tenthe" else (OTHER_SCAN,),
        tipping_points=over.points(0.0) if kept else (),
        curves=over.curves(61) if kept else (),
    )


def _gap(sample, label, first, second, design_effect) -> Estimate:
    """A difference of two tags that share an unknown number of hosts: at its most uncertain."""
    total = sample["total"]
    comparison = mcnemar_bounds(first, second, total, design_effect=design_effect)
    # Below a design effect of one there is nothing to lose.
    loses = first >= second and comparison.lost_at >= 1
    return Estimate(
        label=label,
        unit="difference in share of hosts",
        reading="superpopulation",
        value=float(first - second) / total,
        interval=comparison.interval,
        test=Test(
            name=comparison.interval.method,
            statistic=min(comparison.z, key=abs),
            p=comparison.p.high,
        ),
        n=total,
        n_unit="hosts",
        n_effective=total / design_effect,
        assumptions=(GENUINE, overlapping("tags"), INDEPENDENT),
        tipping_points=(lost_at(comparison.lost_at, [sample["network size"]]),) if loses else (),
    )


def _ranks(sample, design_effect, rng) -> list[Estimate]:
    """Each tag's rank, as listed and without the block."""
    estimates = []
    for which, left in _as_listed_and_without(sample["listed"]).items():
        hosts = _by_tag(left)
        sets = {deff: _rank_sets(hosts, left.hosts, deff, rng) for deff in DESIGN_EFFECTS}
        for position, tag in enumerate(hosts.index):
            rank_sets = {deff: ranks[position] for deff, ranks in sets.items()}
            estimates.append(_rank(RANK.format(tag) + which, rank_sets, design_effect, left.hosts))
    return estimates


def _as_listed_and_without(hosts) -> dict[str, Hosts]:
    left = {} if hosts.block == NOTHING else {" without the block": hosts.without(1.0)}
    return {"": hosts, **left}


def _rank(label, rank_sets, design_effect, total) -> Estimate:
    rank, here = float(rank_sets[design_effect].rank), rank_sets[design_effect]
    limits = [Bounds(float(each.low), float(each.high)) for each in rank_sets.values()]
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
        assumptions=(GENUINE, overlapping("tags"), INDEPENDENT),
        curves=(Curve.of("design effect", rank_sets, [Bounds.at(rank)] * len(rank_sets), limits),),
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

    both = _as_listed_and_without(sample["listed"]) if sample["scan"] == "Tenthe" else {}
    values = {f"the tags as listed{which}": share(_by_tag(left)) for which, left in both.items()}
    hosts, pairs = sample["hosts"], "pairs of a host and a tag"
    rows = (alternatives_row(BLOCK, values),) if len(both) > 1 else ()
    return Estimate.of(LATEST, share(hosts), f"share of {pairs}", hosts.sum(), pairs, budget=rows)


def _any_small(sample) -> Estimate:
    over = OverBlock(sample["listed"], lambda left: left.with_any(where(ollama_tag=SMALL)))
    return over.estimate(label=ANY_SMALL, assumptions=(overlapping("tags"),), budget=())


GENUINE = genuine("without the largest such block the pair falls behind tags outside it")
OTHER_SCAN = Assumption.untestable(
    name="both scans look at the same kind of host",
    evidence="Another search engine, port and month; its list ends after fifteen tags, and some of "
    "these are answered by remote servers.",
)


def figure(result):
    answer = result.answer()
    if LEAD not in answer.estimates:
        return figures.default(result)
    canvas, (ranks, lead) = figures.two_panels(result, height=3.4, widths=(1.3, 1))
    _draw_ranks(ranks, answer)
    _draw_lead(lead, answer.estimates[LEAD])
    return canvas


def _draw_ranks(axes, answer) -> None:
    tags = [row[0] for row in answer.tables["tags"].rows]
    styles = (("", 0.16, figures.INK, "o"), (" without the block", -0.18, figures.OTHER, "D"))
    for which, shift, color, marker in styles:
        for position, tag in enumerate(tags):
            rank, height = answer.estimates[RANK.format(tag) + which], shift - position
            curve = rank.curves[0]
            ends = curve.interval_low[-1], curve.interval_high[-1]
            axes.plot(ends, (height, height), color=color, lw=0.9)
            ends = rank.interval.low, rank.interval.high
            axes.plot(ends, (height, height), color=color, lw=3.2, alpha=0.45)
            axes.plot(rank.value, height, marker, ms=4.5, color=color, mec="white", mew=0.5)
    figures.label_rows(axes, tags)
    axes.axvspan(0.6, 2.5, color=figures.FAINT, alpha=0.5, lw=0)
    axes.set(xlim=(0.6, 10.4), xticks=range(1, 11))
    axes.set_xlabel("rank by hosts (circles: listed, diamonds: no block)\n"
                    "95% sets: thick at deff 1, thin at deff 50")  # fmt: skip
    axes.set_title("a  Which ranks are possible")


def _draw_lead(axes, estimate) -> None:
    curve, turn = estimate.curves[0], estimate.tipping_points[0].threshold
    axes.plot(curve.grid, curve.low, color=figures.INK, lw=1.4)
    figures.crossing(axes, turn, 0)
    for text, x, y in (
        ("mistral:latest\ncomes next", 3500, 1350),
        ("smollm2:135m\nahead", 8300, -900),
    ):
        axes.annotate(text, (x, y), ha="right" if y < 0 else "center", va="top", fontsize=8)
    figures.plain_ticks(axes.xaxis, (0, 2500, 5000, 7500, 10000))
    figures.plain_ticks(axes.yaxis, (-1000, -500, 0, 500, 1000, 1500))
    axes.set_xlabel("cloned hosts removed from the block")
    axes.set(ylabel="hosts ahead of every other tag", title="b  Lead of the pair")
