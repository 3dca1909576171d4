"""Does the llama family dominate absolutely, with qwen2 second?

The report estimates hosts by family from its fifty leading tags. Twice as many hosts as qwen2 would
be more than answered at all, since one tag of qwen2 alone, counted exactly, is on more than half of
them. A family is an architecture: it says how a model is built, not who made it, and most models
built like llama are not Meta's.
"""

from dataclasses import replace
from typing import Annotated, Literal

import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    CannotEstimate,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    Settled,
    figures,
)
from research.measures.hosts import ESTIMATED, TENTHE_HOSTS, OverBlock, genuine, hosts_by, with_kind
from research.measures.other_scans import SENTINEL

FIRST, SECOND = "llama", "qwen2"

RATIO, RATIO_LISTED = "hosts with llama over hosts with qwen2", "listings of llama over qwen2"
ORDER, ORDER_LISTED = "least lead in the order llama, qwen2, others", "least lead by listings"
PLACES = "places that llama and qwen2 are off the first two"
NOT_META = "llama architecture not published by Meta, of the names of the library"
SHARE = "hosts with {}"
MLLAMA = "names of the library with the architecture mllama"

TWICE = "plain meaning of absolute dominance; stated by this project"
EQUAL = "equality: the claim puts llama first and qwen2 second"
HYPOTHESES = {
    label: Hypothesis(
        claims=["tenthe/llama-dominates"],
        estimand=estimand,
        null=null,
        null_source=source,
        alternative="greater",
        role="reanalysis",
        scope=scope,
        part="dominates" if source == TWICE else "order",
    )
    for label, estimand, null, source, scope in (
        (RATIO, "answering hosts with a llama model over those with a qwen2 one", 2, TWICE, "same"),
        (RATIO_LISTED, "listings of llama models over those of qwen2 models", 2, TWICE,
         "other measure"),
        (ORDER, "hosts of each of the two families minus those of the next", 0, EQUAL, "same"),
        (ORDER_LISTED, "listings of each of the two families minus those of the next", 0, EQUAL,
         "other measure"),
    )
} | {
    PLACES: Hypothesis(
        claims=["tenthe/llama-dominates"],
        estimand="sum of the distances of both families' ranks from the first and second",
        null=0,
        null_source=EQUAL,
        alternative="equivalent",
        role="out of sample",
        scope="later date",
        part="order",
    )
}  # fmt: skip

SETTLED = [
    Settled(
        claim="tenthe/mllama-hybrids",
        word="contradicted by documentation",
        reason="mllama is the architecture of one series of Meta, Llama 3.2 Vision: a Llama 3.1 "
        "text model with a vision adapter. The Ollama library held one name with it.",
        reference="https://huggingface.co/docs/transformers/model_doc/mllama; dataset "
        "model_crosswalk",
    ),
    Settled(
        claim="tenthe/embeddings-auto-download",
        word="contradicted by documentation",
        reason="Ollama has no default embedding model to download: a request for embeddings names "
        "its model, and pulling one is a request of its own. Whether other programs pull one, and "
        "whether that is why these families rank high, cannot be told from counts.",
        reference="https://github.com/ollama/ollama/blob/"
        "01e52d24bc00defcd9bcc6d995b11df0f08bc6f1/docs/api.md",
    ),
]


def sample(
    tenthe_families,
    tenthe_model_tags,
    tenthe_quantizations,
    tenthe_totals,
    model_crosswalk,
    model_crosswalk_tags,
    ollama_library_names,
    published_aggregates,
    tenthe_class_sets=None,
    *,
    measure: Annotated[
        Literal["hosts, 2025-04-24", "listings, 2025-04-24", "hosts, 2025"], ESTIMAND
    ] = "hosts, 2025-04-24",
    counts: Literal["families as estimated", "exact tags alone"] = "families as estimated",
    clones: Literal["kept", "removed"] = "kept",
) -> Sample:
    if measure == "hosts, 2025":
        if (counts, clones) != ("families as estimated", "kept"):
            raise NotApplicable("the later scan publishes ranks of families and no counts")
        return _later(published_aggregates)
    if measure.startswith("listings") and counts == "exact tags alone":
        raise NotApplicable("how often tags below the ten are listed is not known")
    tags = with_kind(tenthe_model_tags, model_crosswalk_tags, "family")
    rows = tenthe_families if counts == "families as estimated" else tags
    hosts = hosts_by(
        "family", rows, tags, totals=tenthe_totals, levels=tenthe_quantizations,
        class_sets=tenthe_class_sets, clones=clones,
    )  # fmt: skip
    return Sample(
        population=TENTHE_HOSTS,
        as_of="2025-04-24",
        data={
            "column": "answering_hosts" if measure.startswith("hosts") else "tag_occurrences",
            "estimated": counts == "families as estimated",
            "hosts": hosts,
            "library": _library(ollama_library_names, model_crosswalk),
        },
        tables={"families": _table(hosts)} if counts == "families as estimated" else {},
    )


def _table(hosts) -> pd.DataFrame:
    left = hosts.without(1.0).rows["answering_hosts"]
    return hosts.rows[["family", "answering_hosts"]].assign(without_block=left)


def _library(names, crosswalk) -> pd.DataFrame:
    """The names of the library on the day of the scan with architecture, publisher and pulls."""
    day = names.loc[names["as_of"] == "2025-04-24", ["ollama_name", "ollama_pulls_total"]]
    columns = ["ollama_name", "family", "publisher"]
    return day.merge(crosswalk[columns], on="ollama_name", how="left", validate="one_to_one")


def _later(aggregates) -> Sample:
    families = SENTINEL.rows(aggregates, "model family")
    ranks = families[families["metric"] == "rank"]
    return Sample(
        **SENTINEL.described,
        data={
            "column": "rank",
            "ranks": ranks.set_index("category")["value"],
            "hosts": SENTINEL.hosts(aggregates),
        },
        tables={"ranks": ranks[["category", "value"]]},
    )


def estimate(sample) -> list[Estimate]:
    if sample["column"] == "rank":
        return [_places(sample["ranks"], sample["hosts"])]
    if not sample["estimated"]:
        return [_ratio_of_exact(sample)]
    estimates = [_ratio(sample), _least_lead(sample)]
    if sample["column"] == "answering_hosts":
        estimates += [*_shares(sample), *_names(sample["library"])]
    return estimates


def _counts(hosts, column) -> pd.Series:
    counts = hosts.rows.set_index("family")[column]
    if counts.reindex([FIRST, SECOND], fill_value=0.0).min() <= 0:
        raise CannotEstimate(f"The table does not list both {FIRST} and {SECOND}.")
    return counts


def _counted(sample) -> pd.Series:
    return _counts(sample["hosts"].left, sample["column"])


def _ratio(sample) -> Estimate:
    label = RATIO if sample["column"] == "answering_hosts" else RATIO_LISTED
    counted, pairs = _counted(sample), UNITS[sample["column"]]

    def ratio(left) -> Bounds:
        counts = _counts(left, sample["column"])
        return Bounds.at(float(counts[FIRST] / counts[SECOND]))

    over = OverBlock(sample["hosts"], ratio)
    return Estimate(
        label=label,
        unit=f"ratio of {pairs}",
        value=over.bounds().low,
        n=float(counted[FIRST] + counted[SECOND]),
        n_unit=f"{pairs} (estimated by the report)",
        assumptions=(GENUINE, ESTIMATED, ORIGIN),
        tipping_points=() if sample["hosts"].removed else over.points(HYPOTHESES[label].null),
    )


UNITS = {"answering_hosts": "family-host pairs", "tag_occurrences": "listings"}


def _ratio_of_exact(sample) -> Estimate:
    """What the exact tags alone allow: a family has the hosts of its largest tag, or more."""
    left = sample["hosts"].left
    most = left.rows.groupby("family", as_index=False)["answering_hosts"].max()
    least = _counts(replace(left, rows=most), "answering_hosts")
    return Estimate(
        label=RATIO,
        unit=f"ratio of {UNITS[sample['column']]}",
        bounds=Bounds(float(least[FIRST] / left.hosts), float(left.hosts / least[SECOND])),
        n=left.hosts,
        n_unit="answering hosts",
        assumptions=(GENUINE, ORIGIN),
    )


def _least_lead(sample) -> Estimate:
    label = ORDER if sample["column"] == "answering_hosts" else ORDER_LISTED
    counted, pairs = _counted(sample), UNITS[sample["column"]]
    others = counted.drop([FIRST, SECOND]).max()
    lead = min(counted[FIRST] - counted[SECOND], counted[SECOND] - others)
    of = f"{pairs} (estimated by the report)"
    return Estimate.of(label, lead, pairs, counted.sum(), of, GENUINE, ESTIMATED)


def _places(ranks, hosts) -> Estimate:
    off = abs(ranks[FIRST] - 1) + abs(ranks[SECOND] - 2)
    return Estimate.of(PLACES, off, "places", hosts, "hosts", ONLY_RANKS)


def _shares(sample) -> list[Estimate]:
    everyone, who = sample["hosts"].left.hosts, "answering hosts"
    shares = _counted(sample)[[FIRST, SECOND]] / everyone
    return [
        Estimate.of(SHARE.format(family), share, f"share of {who}", everyone, who, ESTIMATED)
        for family, share in shares.items()
    ]


def _names(library) -> list[Estimate]:
    """Names of the library built like llama that are not Meta's, and those built like mllama."""
    others = library.loc[library["family"] == FIRST, "publisher"] != "Meta"
    part, mllama = others.mean(), library["family"].eq("mllama").sum()
    return [
        Estimate.of(NOT_META, part, "share of names", len(others), "names", ORIGIN, BACKGROUND),
        Estimate.of(MLLAMA, mllama, "names", len(library), "names", BACKGROUND),
    ]


GENUINE = genuine("three llama tags, two qwen2")
ORIGIN = Assumption(
    name="a family is one publisher's",
    holds="no",
    evidence="The field holds an architecture: llama also that of Mistral, Nous Research and "
    "Hugging Face, qwen2 also that of the small DeepSeek-R1 models.",
)
BACKGROUND = Assumption(
    name="the architecture of each name of the library is known",
    holds="yes",
    evidence="Seen in answers of servers for some names, background knowledge for most.",
)
ONLY_RANKS = Assumption.of_scope(
    name="ranks in another scan bear on dominance",
    evidence="Counts by family are in a chart that could not be read: the order agrees, by how "
    "much llama leads is not known.",
)


def figure(result):
    answer = result.answer()
    canvas, (bars, ratios) = figures.two_panels(result, height=3.3, widths=(1.1, 1))
    _draw_families(bars, answer)
    _draw_ratios(ratios, result)
    return canvas


def _draw_families(axes, answer) -> None:
    table = answer.tables["families"]
    names, hosts, left = zip(*table.rows, strict=True)
    figures.thinned_bars(
        axes, names, hosts, left, xlim=(0, 43000),
        xlabel="hosts by family, estimated\n(pale: suspected block of clones)",
    )  # fmt: skip
    axes.set_title("a  Hosts by architecture", pad=16)
    everyone, second = answer.estimates[SHARE.format(FIRST)].n, table.rows[1][1]
    for where, text in ((everyone, "all that\nanswered"), (2 * second, "twice\nqwen2")):
        axes.axvline(where, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)))
        figures.note(axes, text, (where, -7), muted=True)
    figures.plain_ticks(axes.xaxis, (0, 10000, 20000, 30000, 40000))


def _draw_ratios(axes, result) -> None:
    rows = {}
    for answer in list(result.answers.values())[:2]:
        for spec in answer.specifications:
            if spec.label in (RATIO, RATIO_LISTED):
                unit = "listings" if spec.label == RATIO_LISTED else "hosts"
                exact = " (exact tags)" if spec.choices["counts"].startswith("exact") else ""
                without = ", no block" if spec.choices["clones"] == "removed" else ""
                rows[unit + without + exact] = spec
    figures.forest(
        axes, list(rows), figures.Series(rows=[spec.bounds for spec in rows.values()]),
        null=result.hypotheses[RATIO].null, null_text="twice",
        xlabel="llama over qwen2\n(bar: all that the counts allow)",
    )  # fmt: skip
    axes.set_xlim(0, None)
    axes.set_title("b  Dominance", pad=16)
