"""Are models of 7 to 8 billion parameters the absolute mainstream?

The report estimates hosts for each size as servers spell it. A host can hold several sizes, so that
the hosts with one of the four spellings from 7B to 8.0B are known up to bounds. Four of the five
tags of the suspected block of clones have such a size, and what is left without the block allows
either answer. Larger and 4B models are counted too; what would make them important was not said.
"""

from typing import Annotated, Literal

from research import ESTIMAND, Estimate, Hypothesis, NotApplicable, Sample, Settled, figures
from research.doubts import Doubt, Share, where
from research.estimators.budget import budget
from research.measures.hosts import (
    ESTIMATED,
    NOTHING,
    TENTHE_HOSTS,
    OverBlock,
    genuine,
    hosts_by,
    overlapping,
    with_kind,
)

MAINSTREAM = ["8.0B", "7.6B", "7.2B", "7B"]
ONLY_FOUR = "qwen:latest"  # the one leading tag of size 4B
LARGE = ["13B", "12.2B", "32.8B", "14.8B"]

HOSTS = "hosts with a model of 7B to 8B"
LISTED = "listings that are of 7B to 8B"
FOUR = "hosts with a model of size 4B"
ONE_TAG = "listings of size 4B that are qwen:latest"
FOUR_LEFT = "hosts with a model of size 4B, without the suspected block"
FOUR_OTHERS = "hosts with a model of size 4B, without those of qwen:latest"
OVER_TEN = "hosts with one of the four sizes over 10B"

HALF = "plain meaning of absolute mainstream; stated by this project"
HYPOTHESES = {
    label: Hypothesis(
        claims=["tenthe/7b-8b-mainstream"],
        estimand=estimand,
        null=0.5,
        null_source=HALF,
        alternative="greater",
        role="reanalysis",
        scope=scope,
    )
    for label, estimand, scope in (
        (HOSTS, "share of answering hosts with a model of size 8.0B, 7.6B, 7.2B or 7B", "same"),
        (LISTED, "share of listings that are of size 8.0B, 7.6B, 7.2B or 7B", "other measure"),
    )
}

SETTLED = [
    Settled(
        claim="tenthe/4b-important",
        word="not testable",
        reason="no threshold: what share would be important was not said beforehand; "
        f"{{{FOUR}}} of the answering hosts have one, but {{{ONE_TAG}}} of the listings are of one "
        "tag, qwen:latest, of the suspected block of clones. Without the block "
        f"{{{FOUR_LEFT}}} remain, without the tag {{{FOUR_OTHERS}}}.",
        reference="dataset tenthe, known limitations",
    ),
    Settled(
        claim="tenthe/over-10b-considerable",
        word="not testable",
        reason="no threshold: how many hosts are a considerable volume was not said beforehand; "
        f"they are {{{OVER_TEN}}} of the answering hosts.",
        reference="dataset published_claims",
    ),
]


def sample(
    tenthe_parameter_sizes,
    tenthe_quantizations,
    tenthe_model_tags,
    tenthe_totals,
    model_crosswalk_tags,
    tenthe_class_sets=None,
    *,
    unit: Annotated[Literal["hosts", "listings"], ESTIMAND] = "hosts",
    counts: Literal["sizes as estimated", "exact tags alone"] = "sizes as estimated",
    clones: Literal["kept", "removed"] = "kept",
) -> Sample:
    if unit == "listings" and counts == "exact tags alone":
        raise NotApplicable("how often tags below the ten are listed is not known")
    tags = with_kind(tenthe_model_tags, model_crosswalk_tags, "parameter_size")
    rows = tenthe_parameter_sizes if counts == "sizes as estimated" else tags
    hosts = hosts_by(
        "parameter_size", rows, tags, totals=tenthe_totals, levels=tenthe_quantizations,
        class_sets=tenthe_class_sets, clones=clones,
    )  # fmt: skip
    estimated = counts == "sizes as estimated"
    sizes = hosts.rows[["parameter_size", "answering_hosts", "block_tags"]]
    return Sample(
        population=TENTHE_HOSTS,
        as_of="2025-04-24",
        data={"unit": unit, "hosts": hosts, "estimated": estimated, "tags": tags},
        tables={"sizes": sizes} if estimated else {},
    )


def estimate(sample) -> list[Estimate]:
    if sample["unit"] == "listings":
        return [_listings(sample), *_one_tag(sample)]
    mainstream = _hosts(sample, HOSTS, MAINSTREAM)
    if not sample["estimated"]:
        return [mainstream]
    listed = set(sample["hosts"].rows["parameter_size"])
    others = {OVER_TEN: LARGE, FOUR: ["4B"]}
    shares = [_hosts(sample, *o) for o in others.items() if listed.intersection(o[1])]
    return [mainstream, *shares, *_four_left(sample)]


def _hosts(sample, label, sizes) -> Estimate:
    """Hosts with one of the sizes: judged where the claim names a share, else shown."""
    over = OverBlock(sample["hosts"], lambda left: left.with_any(where(parameter_size=sizes)))
    return over.estimate(
        null=HYPOTHESES[HOSTS].null if label == HOSTS else None,
        label=label,
        assumptions=(GENUINE, ESTIMATED, overlapping("sizes")),
    )


def _four_left(sample) -> list[Estimate]:
    """How many hosts with a 4B model remain without the block, and without its tag of that size."""
    hosts, tags = sample["hosts"], sample["tags"].set_index("ollama_tag")["answering_hosts"]
    four = hosts.rows["parameter_size"] == "4B"
    if hosts.block == NOTHING or not four.any() or ONLY_FOUR not in tags:
        return []
    everyone = float(hosts.rows.loc[four, "answering_hosts"].sum())
    left = {
        FOUR_LEFT: float(hosts.without(1.0).rows.loc[four, "answering_hosts"].sum()),
        FOUR_OTHERS: everyone - float(tags[ONLY_FOUR]),
    }
    who = "hosts with a model of size 4B (estimated by the report)"
    return [
        Estimate.of(label, value, "hosts", everyone, who, GENUINE, ESTIMATED)
        for label, value in left.items()
    ]


def _listings(sample) -> Estimate:
    mainstream = Share(of=where(parameter_size=MAINSTREAM))
    over = OverBlock(sample["hosts"], lambda left: mainstream.in_(left.listed(UNLISTED)).bounds(()))
    left = sample["hosts"].left
    return over.estimate(
        null=HYPOTHESES[HOSTS].null,
        label=LISTED,
        unit="share of listings",
        n=left.listings,
        n_unit="listings (estimated by the report)",
        assumptions=(GENUINE, ESTIMATED),
        budget=budget(*over.rows(), *mainstream.in_(left.listed(UNLISTED)).budget()),
    )


def _one_tag(sample) -> list[Estimate]:
    """How much of the smallest size that the claims name is one tag."""
    four, tags = (
        frame[frame["parameter_size"] == "4B"] for frame in (sample["hosts"].rows, sample["tags"])
    )
    listed = tags.loc[tags["ollama_tag"] == ONLY_FOUR, "tag_occurrences"]
    if four.empty or listed.empty:
        return []
    everything, of = four["tag_occurrences"].sum(), "listings (estimated by the report)"
    share = listed.sum() / everything
    return [Estimate.of(ONE_TAG, share, "share of listings", everything, of)]


UNLISTED = Doubt("sizes below the fifteen", "further listings, of any size")
GENUINE = genuine("four are of 7B to 8B, one of 4B")


def figure(result):
    hosts, listings = (result.answer(unit=unit) for unit in ("hosts", "listings"))
    if not hosts.estimates[HOSTS].curves:
        return figures.default(result)  # no block is suspected
    canvas, (bars, curves) = figures.two_panels(result, height=3.5, widths=(1, 1.15))
    _draw_sizes(bars, hosts)
    _draw_shares(curves, hosts.estimates[HOSTS], listings.estimates[LISTED])
    return canvas


def _draw_sizes(axes, answer) -> None:
    rows, block = answer.tables["sizes"].rows, max(answer.estimates[HOSTS].curves[0].grid)
    labels, hosts, tags = zip(*rows, strict=True)
    figures.thinned_bars(
        axes, labels, hosts, [n - block * (held > 0) for n, held in zip(hosts, tags, strict=True)],
        bold=[size in MAINSTREAM for size in labels], title="a  Sizes; 7B to 8B in bold",
        xlabel="hosts by size, estimated\n(pale: suspected block of clones)",
    )  # fmt: skip
    figures.plain_ticks(axes.xaxis, (0, 5000, 10000, 15000))


def _draw_shares(axes, hosts, listings) -> None:
    curve, null = hosts.curves[0], HYPOTHESES[HOSTS].null
    axes.fill_between(curve.grid, curve.low, curve.high, color=figures.FAINT, alpha=0.7, lw=0)
    axes.plot(curve.grid, curve.low, color=figures.INK, lw=1.4)
    axes.plot(listings.curves[0].grid, listings.curves[0].low, color=figures.INK, lw=1.4, ls="--")
    for estimate in (hosts, listings):
        figures.crossing(axes, estimate.tipping_points[0].threshold, null)
    labels = {
        "hosts: anywhere in the grey": (0.06, 0.82),
        "hosts, at least": (0.3, 0.37),
        "listings": (0.4, 0.625),
    }
    for text, (x, y) in labels.items():
        axes.annotate(text, (x * curve.grid[-1], y), fontsize=8)
    half = {"ha": "right", "va": "baseline"}
    figures.note(axes, "half", (curve.grid[-1], null), (2, 3), muted=True, **half)
    axes.set_ylim(0.2, 1.0)
    figures.plain_ticks(axes.xaxis, (0, 2500, 5000, 7500, 10000))
    axes.set(xlabel="cloned hosts removed from the block", ylabel="share of 7B to 8B")
    figures.percent_ticks(axes.yaxis)
    axes.set_title("b  What the block decides")
