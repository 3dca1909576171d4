"""Is 4-bit quantisation overwhelmingly dominant?

By every measure here more than two thirds of hosts or listings have it, with the suspected block of
clones or without, and in another scan too. It is no evidence of preference: nine in ten names of
the Ollama library give 4 bits to whoever asks for nothing else. F16 is what tiny and embedding
models come in.
"""

from typing import Annotated, Literal

import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    BudgetRow,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    Settled,
    TippingPoint,
    figures,
)
from research.estimators.identification import frechet_bounds, origin_share_bounds
from research.estimators.tipping import tipping_point
from research.measures.clone_block import (
    LEADING,
    Block,
    in_block,
    with_block_tags,
    without_part,
)
from research.wording import number

LATER_SCAN = "sentinellabs-2026"
ROUNDED = 0.005  # the later scan gives whole percent

HOSTS, LISTED = "hosts with a 4-bit model", "listings that are 4-bit"
LATER = "4-bit share of the levels observed in another scan"
DEFAULTS = "library names whose default is 4-bit, by {}"
F16 = "hosts with an F16 model"
F16_KNOWN = "F16 listings of models that come as F16"

HYPOTHESES = {
    label: Hypothesis(
        claims=["tenthe/four-bit-dominates"],
        estimand=estimand,
        null=2 / 3,
        null_source="plain meaning of overwhelmingly dominant; stated by this project",
        alternative="greater",
        role=role,
        scope=scope,
    )
    for label, estimand, role, scope in (
        (HOSTS, "share of answering hosts with a 4-bit model", "reanalysis", "same"),
        (LISTED, "share of listings that are 4-bit", "reanalysis", "other measure"),
        (LATER, "4-bit share of observed quantisation levels", "out of sample", "later date"),
    )
}

SETTLED = [
    Settled(
        claim="tenthe/f16-important",
        word="not testable",
        reason="no threshold: what share would be important was not said beforehand. Most F16 "
        "listings are of one tiny model that comes as F16, so they show no wish for fidelity.",
        reference="datasets published_claims and model_crosswalk",
    )
]


def sample(
    tenthe_quantizations,
    tenthe_families,
    tenthe_model_tags,
    tenthe_totals,
    model_crosswalk,
    model_crosswalk_tags,
    ollama_library_names,
    published_aggregates,
    *,
    measure: Annotated[
        Literal["hosts, 2025-04-24", "listings, 2025-04-24", "levels, 2025"], ESTIMAND
    ] = "hosts, 2025-04-24",
    counts: Literal["levels as estimated", "exact tags alone"] = "levels as estimated",
    clones: Literal["kept", "removed"] = "kept",
) -> Sample:
    if measure == "levels, 2025":
        if (counts, clones) != ("levels as estimated", "kept"):
            raise NotApplicable("the later scan publishes shares of levels and nothing else")
        return _later(published_aggregates)
    if measure.startswith("listings") and counts == "exact tags alone":
        raise NotApplicable("how often tags below the ten are listed is not known")
    tags = tenthe_model_tags.merge(
        model_crosswalk_tags[["ollama_tag", "quantization"]],
        on="ollama_tag", how="left", validate="one_to_one",
    )  # fmt: skip
    tags["block_tags"] = in_block(tags).astype(float)
    levels = with_block_tags(tenthe_quantizations, tags, "quantization")
    exact = tags.assign(bits=tags["quantization"].map(levels.set_index("quantization")["bits"]))
    return Sample(
        population="the answering hosts of the Tenthe scan",
        as_of="2025-04-24",
        data={
            "measure": measure.split(",")[0],
            "rows": levels if counts == "levels as estimated" else exact,
            "estimated": counts == "levels as estimated",
            "block": Block.largest(tags),
            "removed": 1.0 if clones == "removed" else 0.0,
            "hosts": float(tenthe_totals.set_index("name").loc["answering_hosts", "value"]),
            "library": _library(ollama_library_names, model_crosswalk),
            "F16 by default": _f16_by_default(tags, tenthe_families),
        },
        tables={"levels": _table(levels, Block.largest(tags))},
    )


def _table(levels, block) -> pd.DataFrame:
    left = without_part(levels, block, 1.0)["answering_hosts"]
    return levels[["quantization", "bits", "answering_hosts"]].assign(without_block=left)


def _library(names, crosswalk) -> pd.DataFrame:
    """The names of the library on the day of the scan, with the level of their default."""
    day = names.loc[names["as_of"] == "2025-04-24", ["ollama_name", "ollama_pulls_total"]]
    columns = ["ollama_name", "quantization"]
    return day.merge(crosswalk[columns], on="ollama_name", how="left", validate="one_to_one")


def _f16_by_default(tags, families) -> Bounds:
    """Listings of one tiny model that is F16, without and with those of embedding families."""
    tiny = float(tags.loc[tags["quantization"] == "F16", "tag_occurrences"].sum())
    embedding = families["family"].isin(["bert", "nomic-bert"])
    return Bounds(tiny, tiny + float(families.loc[embedding, "tag_occurrences"].sum()))


def _later(aggregates) -> Sample:
    rows = aggregates[aggregates["source"] == LATER_SCAN].set_index(["category", "metric"])
    return Sample(
        population="the hosts of the SentinelLABS scan",
        as_of="2025 (March to December)",
        data={
            "measure": "levels",
            "percent": float(rows.loc[("all 4-bit", "share of observed quantizations"), "value"]),
            "hosts": float(rows.loc[("all", "unique hosts"), "value"]),
        },
    )


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    match sample["measure"]:
        case "levels":
            return [_observed_later(sample)]
        case "listings":
            return [_four_bit(sample), *_defaults(sample), _f16_known(sample)]
    return [_four_bit(sample), _f16(sample)] if sample["estimated"] else [_four_bit(sample)]


def _hosts(sample, chosen, part: float) -> Bounds:
    """Bounds on the hosts with one of the chosen rows, without this part of the block."""
    hosts = without_part(sample["rows"], sample["block"], part).loc[chosen, "answering_hosts"]
    return frechet_bounds(hosts, sample["hosts"] - part * sample["block"].hosts).at_least_one


def _listings(sample, chosen, part: float) -> Bounds:
    """The listings of the chosen rows, without this part of the block."""
    left = without_part(sample["rows"], sample["block"], part)["tag_occurrences"]
    share = float(left[chosen].sum() / left.sum())
    return Bounds(share, share)


def _four_bit(sample) -> Estimate:
    by_hosts, removed = sample["measure"] == "hosts", sample["removed"]
    four, two_thirds = sample["rows"]["bits"].eq(4).fillna(False), HYPOTHESES[HOSTS].null

    def share(part: float) -> Bounds:
        return _hosts(sample, four, part) if by_hosts else _listings(sample, four, part)

    found, block = share(removed), sample["block"]
    everyone = sample["hosts"] - removed * block.hosts
    clones = removed * LEADING * block.listings
    listings = float(sample["rows"]["tag_occurrences"].sum() - clones)
    return Estimate(
        label=HOSTS if by_hosts else LISTED,
        unit="share of answering hosts" if by_hosts else "share of listings",
        reading="finite population",
        value=found.low if found.width == 0 else None,
        bounds=found,
        n=everyone if by_hosts else listings,
        n_unit="answering hosts" if by_hosts else "listings (estimated by the report)",
        assumptions=(GENUINE, ESTIMATED, OVERLAP)[: 3 if by_hosts else 2],
        # All five tags are 4-bit: no other error of the size of the block could do more.
        budget=(_block_row(share),),
        tipping_points=() if removed or found.low < two_thirds else _lost(block, share),
    )


def _block_row(share) -> BudgetRow:
    kept, left = share(0.0), share(1.0)
    return BudgetRow(
        source="the five-tag block",
        low=min(kept.low, left.low),
        high=max(kept.high, left.high),
        detail=f"at least {number(kept.low)} with the whole block, {number(left.low)} without it",
    )


def _lost(block, share) -> tuple[TippingPoint, ...]:
    """What would take the lower bound down to the claimed share."""
    largest, null = block.hosts, HYPOTHESES[HOSTS].null
    lost = tipping_point(lambda clones: share(clones / largest).low - null, 0, largest)
    told = (
        f"kept even without the whole block of {number(largest)} hosts"
        if lost is None
        else f"lost if {number(lost)} of the block's {number(largest)} hosts were clones"
    )
    times = share(0.0).low / null
    return (
        TippingPoint(what="cloned hosts in the block", threshold=lost, sentence=told),
        TippingPoint(
            what="overstatement by the report",
            threshold=times,
            sentence=f"lost if the report's estimate were {number(times)} times the truth",
        ),
    )


def _observed_later(sample) -> Estimate:
    share = sample["percent"] / 100
    return Estimate(
        label=LATER,
        unit="share of observed quantisation levels",
        reading="finite population",
        bounds=Bounds(share - ROUNDED, share + ROUNDED),
        n=sample["hosts"],
        n_unit="hosts",
        assumptions=(OTHER_SCAN,),
    )


def _f16(sample) -> Estimate:
    chosen = sample["rows"]["quantization"].eq("F16")
    found, without = (_hosts(sample, chosen, part) for part in (sample["removed"], 1.0))
    return Estimate(
        label=F16,
        unit="share of answering hosts",
        reading="finite population",
        value=found.low,
        n=sample["hosts"] - sample["removed"] * sample["block"].hosts,
        n_unit="answering hosts",
        assumptions=(GENUINE, ESTIMATED),
        budget=(
            BudgetRow(
                source="the five-tag block",
                low=min(found.low, without.low),
                high=max(found.low, without.low),
                detail=f"{number(found.low)} as listed, {number(without.low)} without it",
            ),
        ),
    )


def _f16_known(sample) -> Estimate:
    rows = sample["rows"].set_index("quantization")
    everything = float(rows.loc["F16", "tag_occurrences"])
    low, high = sample["F16 by default"]
    return Estimate(
        label=F16_KNOWN,
        unit="share of F16 listings",
        reading="finite population",
        bounds=Bounds(low / everything, high / everything),
        n=everything,
        n_unit="listings (estimated by the report)",
        assumptions=(ESTIMATED, F16_DEFAULT),
    )


def _defaults(sample) -> list[Estimate]:
    """What the library gives to whoever names no level."""
    library = sample["library"]
    four = library["quantization"].str.startswith("Q4").fillna(False).astype(bool)
    unknown = library["quantization"].isna()
    weights = {"name": four * 0.0 + 1.0, "pulls": library["ollama_pulls_total"].astype(float)}
    return [
        Estimate(
            label=DEFAULTS.format(unit),
            unit=f"share of {'names' if unit == 'name' else unit}",
            reading="finite population",
            bounds=origin_share_bounds(weight, four, unknown),
            n=float(weight.sum()),
            n_unit="names" if unit == "name" else unit,
        )
        for unit, weight in weights.items()
    ]


GENUINE = Assumption(
    name="every listing is a genuine deployment",
    holds="no",
    evidence="The five leading tags look like one block of clones; all five are 4-bit.",
)
ESTIMATED = Assumption(
    name="the report's estimates by level are exact",
    holds="no",
    evidence="It sums up its fifty leading tags and gives the counts as approximate.",
)
OVERLAP = Assumption(
    name="which levels share a host is known",
    holds="no",
    evidence="No overlap is published; the bounds hold for every overlap.",
)
OTHER_SCAN = Assumption(
    name="the share of observed levels is that of hosts or of listings",
    holds="not testable",
    evidence="The source does not say what it counts each level once for; its hosts were observed "
    "over most of a year.",
)
F16_DEFAULT = Assumption(
    name="all listings of the families bert and nomic-bert are F16",
    holds="not testable",
    evidence="Every such name of the library has an F16 default; other levels can be asked for.",
)


# Figure -------------------------------------------------------------------------------------------


def figure(result):
    canvas, (bars, shares) = figures.canvas(
        (1, 2), height=3.2, source=figures.sources(result), width_ratios=(1, 1.1)
    )
    _draw_levels(bars, result.answer().tables["levels"])
    _draw_shares(shares, result)
    return canvas


def _draw_levels(axes, table) -> None:
    levels = pd.DataFrame(table.rows, columns=table.columns)
    for position, row in enumerate(levels.itertuples()):
        axes.barh(-position, row.answering_hosts, color=figures.OTHER, alpha=0.4, height=0.64)
        axes.barh(-position, row.without_block, color=figures.OTHER, height=0.64)
    figures.label_rows(axes, list(levels["quantization"]))
    for tick, bits in zip(axes.get_yticklabels(), levels["bits"], strict=True):
        tick.set_fontweight("semibold" if bits == 4 else "normal")
    figures.plain_ticks(axes.xaxis, (0, 5000, 10000, 15000, 20000))
    axes.set_xlabel("hosts by level, estimated\n(pale: suspected block of clones)")
    axes.set_title("Levels; 4-bit in bold")


def _draw_shares(axes, result) -> None:
    rows = {}
    for answer in result.answers.values():
        for spec in answer.specifications:
            what = {HOSTS: "hosts", LISTED: "listings"}.get(spec.label, "levels, other scan 2025")
            exact = " (exact tags)" if spec.choices["counts"].startswith("exact") else ""
            without = ", no block" if spec.choices["clones"] == "removed" else ""
            rows[what + without + exact] = spec.bounds
    defaults = result.answer(measure="listings, 2025-04-24").estimates
    for unit in ("name", "pulls"):
        rows[f"library defaults, by {unit}"] = defaults[DEFAULTS.format(unit)].identified
    null = result.hypotheses[HOSTS].null
    figures.forest(
        axes, list(rows), figures.Series(rows=list(rows.values())), null=null,
        null_text="two thirds", xlim=(0, 1.02),
        xlabel="share that is 4-bit (bar: all that the counts allow)",
    )  # fmt: skip
    axes.set_title("Share of 4-bit", pad=16)
    axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
