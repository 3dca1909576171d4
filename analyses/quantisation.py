"""Is 4-bit quantisation overwhelmingly dominant?

By every measure here more than two thirds of hosts or listings have it, with the suspected block of
clones or without, and in another scan too. It is no evidence of preference: nine in ten names of
the Ollama library give 4 bits to whoever asks for nothing else. F16 is what tiny and embedding
models come in.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    Settled,
    TippingPoint,
    figures,
)
from research.doubts import (
    LEFT_OUT,
    PRINTED,
    Coarse,
    Doubt,
    Share,
    Within,
    if_open,
    turned_at,
    where,
)
from research.estimators.budget import budget
from research.measures.hosts import (
    ESTIMATED,
    TENTHE_HOSTS,
    OverBlock,
    genuine,
    hosts_by,
    overlapping,
    with_kind,
)
from research.measures.other_scans import SENTINEL

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
        reason="no threshold: what share would be important was not said beforehand; "
        f"{{{F16}}} of the answering hosts have one, but {{{F16_KNOWN}}} of the F16 listings are "
        "of models that come as F16, so they show no wish for fidelity.",
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
    tenthe_class_sets=None,
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
    tags = with_kind(tenthe_model_tags, model_crosswalk_tags, "quantization")
    rows = tenthe_quantizations if counts == "levels as estimated" else tags
    hosts = hosts_by(
        "quantization", rows, tags, totals=tenthe_totals, levels=tenthe_quantizations,
        class_sets=tenthe_class_sets, clones=clones,
    )  # fmt: skip
    bits = tenthe_quantizations.set_index("quantization")["bits"].astype("Int64").astype("string")
    bits = hosts.rows["quantization"].map(bits).fillna("")
    levels = hosts.rows.assign(bits=bits, bits_doubt=NOT_TOLD.name)
    hosts = replace(hosts, rows=levels, doubts=(NOT_TOLD,))
    return Sample(
        population=TENTHE_HOSTS,
        as_of="2025-04-24",
        data={
            "measure": measure.split(",")[0],
            "hosts": hosts,
            "estimated": counts == "levels as estimated",
            "library": _library(ollama_library_names, model_crosswalk),
            "F16 by default": _f16_by_default(tags, tenthe_families),
        },
        tables={"levels": _table(hosts)} if counts == "levels as estimated" else {},
    )


def _table(hosts) -> pd.DataFrame:
    columns = ["quantization", "bits", "answering_hosts"]
    table = hosts.rows[columns].assign(without_block=hosts.without(1.0).rows["answering_hosts"])
    return table.assign(bits=pd.to_numeric(table["bits"]).astype("Int64"))


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
    four_bit = SENTINEL.counts(aggregates)["all 4-bit", "share of observed quantizations"]
    return Sample(
        **SENTINEL.described,
        data={"measure": "levels", "percent": float(four_bit), "hosts": SENTINEL.hosts(aggregates)},
    )


def estimate(sample) -> list[Estimate]:
    match sample["measure"]:
        case "levels":
            return [_observed_later(sample)]
        case "listings":
            return [_four_bit(sample), *_defaults(sample), *_f16_known(sample)]
    return [_four_bit(sample), *_f16(sample)] if sample["estimated"] else [_four_bit(sample)]


def _four_bit(sample) -> Estimate:
    by_hosts, left = sample["measure"] == "hosts", sample["hosts"].left
    four = Share(of=where(bits="4"))
    over = OverBlock(
        sample["hosts"],
        lambda left: left.with_any(four.of) if by_hosts else four.in_(left.listed()).bounds(()),
    )
    return over.estimate(
        label=HOSTS if by_hosts else LISTED,
        unit="share of answering hosts" if by_hosts else "share of listings",
        n=left.hosts if by_hosts else left.listings,
        n_unit="answering hosts" if by_hosts else "listings (estimated by the report)",
        assumptions=(GENUINE, ESTIMATED, overlapping("levels"))[: 3 if by_hosts else 2],
        # All five tags are 4-bit: no other error of the size of the block could do more.
        budget=over.rows() if by_hosts else budget(*over.rows(), *four.in_(left.listed()).budget()),
        tipping_points=() if sample["hosts"].removed else _lost(over),
    )


def _lost(over) -> tuple[TippingPoint, ...]:
    """What would take the lower bound down to the claimed share, where it is above."""
    null = HYPOTHESES[HOSTS].null
    if over.at(0.0).low < null:
        return ()
    times = over.at(0.0).low / null
    overstated = "lost if the report's estimate were {} times the truth"
    return *over.points(null), turned_at("overstatement by the report", overstated, times)


def _observed_later(sample) -> Estimate:
    share, unit = (
        Bounds.at(sample["percent"] / 100, ROUNDED),
        "share of observed quantisation levels",
    )
    drawn = Within(PRINTED, share, LATER)
    return Estimate.of(LATER, share, unit, sample["hosts"], "hosts", OTHER_SCAN, drawn=drawn)


def _f16(sample) -> list[Estimate]:
    if not sample["hosts"].rows["quantization"].eq("F16").any():
        return []
    over = OverBlock(sample["hosts"], lambda left: left.with_any(where(quantization="F16")))
    least, hosts, who = over.bounds().low, sample["hosts"].left.hosts, "answering hosts"
    rows = over.rows()
    return [Estimate.of(F16, least, f"share of {who}", hosts, who, GENUINE, ESTIMATED, budget=rows)]


def _f16_known(sample) -> list[Estimate]:
    rows, (low, high) = sample["hosts"].rows, sample["F16 by default"]
    everything = float(rows.loc[rows["quantization"] == "F16", "tag_occurrences"].sum())
    if not everything:
        return []
    bounds = Bounds(low / everything, min(1.0, high / everything))
    known = Estimate(
        label=F16_KNOWN,
        unit="share of F16 listings",
        bounds=bounds,
        sharpness="outer",
        drawn=if_open(Within(LEFT_OUT, bounds, F16_KNOWN)),
        n=everything,
        n_unit="listings (estimated by the report)",
        assumptions=(ESTIMATED, F16_DEFAULT),
    )
    return [known]


def _defaults(sample) -> Iterator[Estimate]:
    """What the library gives to whoever names no level."""
    library, four = sample["library"], Share(of=where(level="Q4"))
    level = library["quantization"].str.slice(0, 2).fillna("")
    weights = {"name": 1.0, "pulls": library["ollama_pulls_total"].astype(float)}
    names = library.assign(level=level, level_doubt=SILENT.name)
    for by, weight in weights.items():
        weighed = names.assign(low=weight, value=weight, high=weight)
        asked = four.in_(Coarse(weighed, [SILENT], weighs="names" if by == "name" else by))
        yield asked.estimate(
            label=DEFAULTS.format(by),
            value=None,
            unit=f"share of {asked.units.weighs}",
            n=asked.whole().value.sum(),
            n_unit=asked.units.weighs,
        )


SILENT = Doubt("names without a level", "any level")
NOT_TOLD = Doubt("levels without a number of bits", "any number of bits")
GENUINE = genuine("all five are 4-bit")
OTHER_SCAN = Assumption.untestable(
    name="the share of observed levels is that of hosts or of listings",
    evidence="The source does not say what it counts each level once for; its hosts were observed "
    "over most of a year.",
)
F16_DEFAULT = Assumption.untestable(
    name="all listings of the families bert and nomic-bert are F16",
    evidence="Every such name of the library has an F16 default; other levels can be asked for.",
)


def figure(result):
    canvas, (bars, shares) = figures.two_panels(result, height=3.2, widths=(1, 1.1))
    _draw_levels(bars, result.answer().tables["levels"])
    _draw_shares(shares, result)
    return canvas


def _draw_levels(axes, table) -> None:
    levels = table.to_frame()
    figures.thinned_bars(
        axes, list(levels["quantization"]), levels["answering_hosts"], levels["without_block"],
        bold=levels["bits"].eq(4),
        xlabel="hosts by level, estimated\n(pale: suspected block of clones)",
    )  # fmt: skip
    axes.set_title("a  Levels; 4-bit in bold", pad=16)
    figures.plain_ticks(axes.xaxis, (0, 5000, 10000, 15000, 20000))


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
    axes.set_title("b  Share of 4-bit", pad=16)
    figures.percent_ticks(axes.xaxis)
