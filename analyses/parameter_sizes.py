"""Are models of 7 to 8 billion parameters the absolute mainstream?

The report estimates hosts for each size as servers spell it. A host can hold several sizes, so that
the hosts with one of the four spellings from 7B to 8.0B are known up to bounds. Four of the five
tags of the suspected block of clones have such a size, and what is left without the block allows
either answer. Larger and 4B models are counted too; what would make them important was not said.
"""

from typing import Annotated, Literal

import numpy as np

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    BudgetRow,
    Curve,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    Settled,
    TippingPoint,
    figures,
)
from research.estimators.identification import frechet_bounds
from research.estimators.tipping import tipping_point
from research.measures.clone_block import (
    LEADING,
    Block,
    in_block,
    with_block_tags,
    without_part,
)
from research.wording import number

MAINSTREAM = ["8.0B", "7.6B", "7.2B", "7B"]
LARGE = ["13B", "12.2B", "32.8B", "14.8B"]

HOSTS = "hosts with a model of 7B to 8B"
LISTED = "listings that are of 7B to 8B"
FOUR = "hosts with a model of size 4B"
ONE_TAG = "listings of size 4B that are qwen:latest"
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
        reason="no threshold: what share would be important was not said beforehand. The row is "
        "almost entirely one tag, qwen:latest, of the suspected block of clones.",
        reference="dataset tenthe, known limitations",
    ),
    Settled(
        claim="tenthe/over-10b-considerable",
        word="not testable",
        reason="no threshold: how many hosts are a considerable volume was not said beforehand; "
        "the bounds on their share are given instead.",
        reference="dataset published_claims",
    ),
]


def sample(
    tenthe_parameter_sizes,
    tenthe_quantizations,
    tenthe_model_tags,
    tenthe_totals,
    model_crosswalk_tags,
    *,
    unit: Annotated[Literal["hosts", "listings"], ESTIMAND] = "hosts",
    counts: Literal["sizes as estimated", "exact tags alone"] = "sizes as estimated",
    clones: Literal["kept", "removed"] = "kept",
) -> Sample:
    if unit == "listings" and counts == "exact tags alone":
        raise NotApplicable("how often tags below the ten are listed is not known")
    sizes = model_crosswalk_tags[["ollama_tag", "parameter_size"]]
    tags = tenthe_model_tags.merge(sizes, on="ollama_tag", how="left", validate="one_to_one")
    tags["block_tags"] = in_block(tags).astype(float)
    rows = with_block_tags(tenthe_parameter_sizes, tags, "parameter_size")
    return Sample(
        population="the answering hosts of the Tenthe scan",
        as_of="2025-04-24",
        data={
            "unit": unit,
            "rows": rows if counts == "sizes as estimated" else tags,
            "estimated": counts == "sizes as estimated",
            "block": Block.largest(tags),
            "removed": 1.0 if clones == "removed" else 0.0,
            "hosts": float(tenthe_totals.set_index("name").loc["answering_hosts", "value"]),
            # Every listing has one level: the sum over levels is the only one over all models.
            "listings": float(tenthe_quantizations["tag_occurrences"].sum()),
            "tags": tags,
        },
        tables={"sizes": rows[["parameter_size", "answering_hosts", "block_tags"]]},
    )


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    if not sample["estimated"]:
        return [_mainstream(sample)]
    if sample["unit"] == "listings":
        return [_mainstream(sample), _one_tag(sample)]
    return [_mainstream(sample), _hosts(sample, OVER_TEN, LARGE), _hosts(sample, FOUR, ["4B"])]


def _share_of_hosts(sample, sizes, part: float) -> Bounds:
    """Bounds on the hosts with one of the sizes, without this part of the suspected block."""
    left = without_part(sample["rows"], sample["block"], part)
    hosts = left.loc[left["parameter_size"].isin(sizes), "answering_hosts"]
    return frechet_bounds(hosts, sample["hosts"] - part * sample["block"].hosts).at_least_one


def _share_of_listings(sample, part: float) -> Bounds:
    """The listings of the sizes, without this part of the suspected block."""
    left = without_part(sample["rows"], sample["block"], part)
    listed = left.loc[left["parameter_size"].isin(MAINSTREAM), "tag_occurrences"].sum()
    share = float(listed / (sample["listings"] - LEADING * part * sample["block"].listings))
    return Bounds(share, share)


def _mainstream(sample) -> Estimate:
    by_hosts, removed = sample["unit"] == "hosts", sample["removed"]

    def share(part: float) -> Bounds:
        if by_hosts:
            return _share_of_hosts(sample, MAINSTREAM, part)
        return _share_of_listings(sample, part)

    found = share(removed)
    everyone = sample["hosts"] - removed * sample["block"].hosts
    listings = sample["listings"] - removed * LEADING * sample["block"].listings
    return Estimate(
        label=HOSTS if by_hosts else LISTED,
        unit="share of answering hosts" if by_hosts else "share of listings",
        reading="finite population",
        value=found.low if found.width == 0 else None,
        bounds=found,
        n=everyone if by_hosts else listings,
        n_unit="answering hosts" if by_hosts else "listings (estimated by the report)",
        assumptions=(GENUINE, ESTIMATED, OVERLAP)[: 3 if by_hosts else 2],
        budget=(_block_row(share), *([] if by_hosts else [_unlisted_row(sample, found)])),
        tipping_points=() if removed else (_clones_to_lose(sample, share),),
        curves=() if removed else (_over_clones(sample, share),),
    )


def _clones_to_lose(sample, share) -> TippingPoint:
    largest, null = sample["block"].hosts, HYPOTHESES[HOSTS].null
    lost = tipping_point(lambda clones: share(clones / largest).low - null, 0, largest)
    told = f"lost if {number(lost)} of the block's {number(largest)} hosts were clones"
    return TippingPoint(what="cloned hosts in the block", threshold=lost, sentence=told)


def _over_clones(sample, share) -> Curve:
    grid = np.linspace(0, sample["block"].hosts, 41)
    found = [share(clones / grid[-1]) for clones in grid]
    return Curve(
        over="cloned hosts removed",
        grid=tuple(grid),
        low=tuple(each.low for each in found),
        high=tuple(each.high for each in found),
    )


def _block_row(share) -> BudgetRow:
    kept, left = share(0.0), share(1.0)
    return BudgetRow(
        source="the five-tag block",
        low=min(kept.low, left.low),
        high=max(kept.high, left.high),
        detail=f"at least {number(kept.low)} with the whole block, {number(left.low)} without it",
    )


def _unlisted_row(sample, found) -> BudgetRow:
    unlisted = sample["listings"] - sample["rows"]["tag_occurrences"].sum()
    return BudgetRow(
        source="sizes below the fifteen",
        low=found.low,
        high=found.high + float(unlisted / sample["listings"]),
        detail=f"{number(unlisted)} further listings, of any size",
    )


def _hosts(sample, label, sizes) -> Estimate:
    """Hosts with sizes that a vague claim names: shown, not judged."""
    found = _share_of_hosts(sample, sizes, sample["removed"])
    without = _share_of_hosts(sample, sizes, 1.0)
    return Estimate(
        label=label,
        unit="share of answering hosts",
        reading="finite population",
        value=found.low if found.width == 0 else None,
        bounds=found,
        n=sample["hosts"] - sample["removed"] * sample["block"].hosts,
        n_unit="answering hosts",
        assumptions=(GENUINE, ESTIMATED, OVERLAP),
        budget=(
            BudgetRow(
                source="the five-tag block",
                low=min(found.low, without.low),
                high=max(found.high, without.high),
                detail=f"at most {number(found.high)} as listed, {number(without.high)} without it",
            ),
        ),
    )


def _one_tag(sample) -> Estimate:
    rows, tags = sample["rows"], sample["tags"].set_index("ollama_tag")
    everything = float(rows.set_index("parameter_size").loc["4B", "tag_occurrences"])
    return Estimate(
        label=ONE_TAG,
        unit="share of listings",
        reading="finite population",
        value=float(tags.loc["qwen:latest", "tag_occurrences"] / everything),
        n=everything,
        n_unit="listings (estimated by the report)",
    )


GENUINE = Assumption(
    name="every listing is a genuine deployment",
    holds="no",
    evidence="The five leading tags look like one block of clones: four are of 7B to 8B, one of "
    "4B.",
)
ESTIMATED = Assumption(
    name="the report's estimates by size are exact",
    holds="no",
    evidence="It sums up its fifty leading tags and gives the counts as approximate; the exact "
    "count of the leading tag alone gives a lower bound that needs no estimate.",
)
OVERLAP = Assumption(
    name="which sizes share a host is known",
    holds="no",
    evidence="No overlap is published; the bounds hold for every overlap.",
)


# Figure -------------------------------------------------------------------------------------------


def figure(result):
    hosts, listings = (result.answer(unit=unit) for unit in ("hosts", "listings"))
    canvas, (bars, curves) = figures.canvas(
        (1, 2), height=3.5, source=figures.sources(result), width_ratios=(1, 1.15)
    )
    _draw_sizes(bars, hosts)
    _draw_shares(curves, hosts.estimates[HOSTS], listings.estimates[LISTED])
    return canvas


def _draw_sizes(axes, answer) -> None:
    rows, block = answer.tables["sizes"].rows, max(answer.estimates[HOSTS].curves[0].grid)
    for position, (_, hosts, tags) in enumerate(rows):
        axes.barh(-position, hosts, color=figures.OTHER, alpha=0.4, height=0.66)
        axes.barh(-position, hosts - block * (tags > 0), color=figures.OTHER, height=0.66)
    figures.label_rows(axes, [row[0] for row in rows])
    for tick, (size, *_) in zip(axes.get_yticklabels(), rows, strict=True):
        tick.set_fontweight("semibold" if size in MAINSTREAM else "normal")
    figures.plain_ticks(axes.xaxis, (0, 5000, 10000, 15000))
    axes.set_xlabel("hosts by size, estimated\n(pale: suspected block of clones)")
    axes.set_title("Sizes; 7B to 8B in bold")


def _draw_shares(axes, hosts, listings) -> None:
    curve, null = hosts.curves[0], HYPOTHESES[HOSTS].null
    axes.fill_between(curve.grid, curve.low, curve.high, color=figures.FAINT, alpha=0.7, lw=0)
    axes.plot(curve.grid, curve.low, color=figures.INK, lw=1.4)
    axes.plot(listings.curves[0].grid, listings.curves[0].low, color=figures.INK, lw=1.4, ls="--")
    axes.axhline(null, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)))
    for estimate in (hosts, listings):
        turn = estimate.tipping_points[0].threshold
        axes.plot(turn, null, "o", ms=5, mfc="white", mec=figures.INK, mew=1)
        axes.annotate(
            number(turn), (turn, null), xytext=(0, -5), textcoords="offset points", ha="center",
            va="top", fontsize=8,
        )  # fmt: skip
    told = {
        "hosts: anywhere in the grey": (0.06, 0.82),
        "hosts, at least": (0.3, 0.37),
        "listings": (0.4, 0.625),
    }
    for text, (x, y) in told.items():
        axes.annotate(text, (x * curve.grid[-1], y), fontsize=8)
    axes.annotate(
        "half", (curve.grid[-1], null), xytext=(2, 3), textcoords="offset points", ha="right",
        fontsize=7.5, color=figures.MUTED,
    )  # fmt: skip
    axes.set_ylim(0.2, 1.0)
    figures.plain_ticks(axes.xaxis, (0, 2500, 5000, 7500, 10000))
    axes.set_xlabel("cloned hosts removed from the block")
    axes.set_ylabel("share of 7B to 8B")
    axes.set_title("What the block decides")
