"""Do model tags of Chinese origin rank high among deployments?

Three of the ten leading tags come from Chinese publishers. How much that is depends on what is
counted (hosts that list a tag, listings, or hosts with at least one), and on a block of about ten
thousand hosts that look like copies of one another and list the same five tags.
"""

from dataclasses import replace
from typing import Annotated, Literal

import pandas as pd

from research import ESTIMAND, Assumption, Bounds, BudgetRow, Estimate, Hypothesis, Sample, figures
from research.doubts import Doubt, Share, where
from research.estimators.budget import alternatives_row, budget, leave_one_out_row
from research.estimators.clustered import leave_one_out
from research.estimators.contamination import contamination_bounds
from research.measures.clone_block import LEADING, Block
from research.measures.hosts import (
    ESTIMATED,
    TENTHE_HOSTS,
    OverBlock,
    hosts_by,
    overlapping,
    with_kind,
)
from research.measures.latent_hosts import BLOCK, WANTED, hosts_by_family

SHARE, ANY, BASED = (
    "Chinese-origin share of the ten leading tags",
    "hosts with a Chinese-origin leading tag",
    "hosts with a model of a Chinese architecture",
)

OF_TAGS = {
    "claims": ["tenthe/chinese-tags-strong"],
    "alternative": "greater",
    "role": "reanalysis",
    "scope": "other measure",
}
MOST = "plain meaning of most hosts; stated by this project"
HYPOTHESES = {
    SHARE: Hypothesis(
        estimand="share of Chinese-origin tags in the hosts or listings of the ten leading tags",
        null=0.3,
        null_source="an even share of the ten places, three of which are Chinese; stated by this "
        "project, since the claim says only that such tags rank high",
        **OF_TAGS,
    ),
    ANY: Hypothesis(
        estimand="share of answering hosts that list at least one Chinese-origin leading tag",
        null=0.5,
        null_source=MOST,
        **OF_TAGS,
    ),
    BASED: Hypothesis(
        estimand="share of answering hosts with a model of an architecture all of whose known "
        "models build on a Chinese one, or with a Chinese-based leading tag",
        null=0.5,
        null_source=MOST,
        alternative="greater",
        role="own question",
    ),
}
POPULATIONS = {
    "tag-host pairs": "the hosts listing the ten leading tags of the Tenthe scan",
    "tag occurrences": "the listings of the ten leading tags of the Tenthe scan",
    "hosts": TENTHE_HOSTS,
}


def sample(
    tenthe_model_tags,
    tenthe_families,
    tenthe_totals,
    tenthe_quantizations,
    model_crosswalk,
    model_crosswalk_tags,
    tenthe_class_sets=None,
    *,
    unit: Annotated[Literal[*POPULATIONS], ESTIMAND] = "tag-host pairs",
    origin: Literal["publisher", "base model"] = "publisher",
    clones: Literal["kept", "removed"] = "kept",
) -> Sample:
    origins = _origins(model_crosswalk_tags, origin)
    tags = with_kind(tenthe_model_tags, origins, "origin", "organisation")
    tags = tags.assign(origin=tags["origin"].fillna(""), origin_doubt=UNKNOWN.name)
    hosts = hosts_by(
        "ollama_tag", tags, tags, totals=tenthe_totals, levels=tenthe_quantizations,
        class_sets=tenthe_class_sets, clones=clones,
    )  # fmt: skip
    known = model_crosswalk, model_crosswalk_tags
    return Sample(
        population=POPULATIONS[unit],
        as_of="2025-04-24",
        data={
            "unit": unit,
            "hosts": replace(hosts, doubts=(UNKNOWN,)),
            "by family": _by_family(tenthe_families, *known, tenthe_model_tags, hosts.hosts),
        },
        tables={
            "tags": tags.assign(
                country=tags["origin"].replace("", "ZZ"), in_block=hosts.rows["block_tags"] > 0
            )[[*tenthe_model_tags.columns, "country", "in_block"]]
        },
    )


def _origins(crosswalk, origin) -> pd.DataFrame:
    """Each tag's publisher and its country, or its base model's where there is one."""
    country, organisation = crosswalk["publisher_country"], crosswalk["publisher"]
    if origin == "base model":
        country = crosswalk["base_publisher_country"].fillna(country)
        account = crosswalk["base_hub_repository"].str.partition("/")[0]
        organisation = account.where(crosswalk["base_publisher_country"].notna(), organisation)
    return crosswalk.assign(origin=country, organisation=organisation)


def _by_family(families, names, tags, listed, answering):
    """Hosts by the architectures all or some of whose known models build on a Chinese one."""
    known = pd.concat([_origins(models, "base model") for models in (names, tags)])
    chinese = known["origin"].eq("CN").groupby(known["family"]).agg(["all", "any"])
    candidates = families.merge(
        chinese, left_on="family", right_index=True, how="left", validate="1:1"
    ).fillna({"all": False, "any": True})
    candidates = candidates[candidates["any"]]
    candidates = candidates.assign(wanted=candidates["all"].map({True: "yes", False: "maybe"}))
    sure = candidates.loc[candidates["all"], "family"]
    leading = with_kind(listed, tags, "family")
    return hosts_by_family(candidates, leading[leading["family"].isin(sure)], answering)


def estimate(sample) -> list[Estimate]:
    if sample["unit"] == "hosts":
        return [_any_host(sample), _based(sample)]
    return [_share(sample)]


def _share(sample) -> Estimate:
    left, kept = sample["hosts"].left, not sample["hosts"].removed
    asked = _asked(sample, left)
    over = OverBlock(sample["hosts"], lambda hosts: _asked(sample, hosts).bounds())
    bounds = asked.bounds()
    return asked.estimate(
        label=SHARE,
        unit=f"share of {sample['unit']}",
        value=bounds.point,
        n=asked.whole().value.sum(),
        n_unit=sample["unit"],
        assumptions=(GENUINE, CODED),
        budget=_share_budget(sample, left, over, bounds) if kept else (),
        tipping_points=over.points(HYPOTHESES[SHARE].null) if kept else (),
        curves=over.curves() if kept else (),
    )


COLUMNS = {"tag-host pairs": "answering_hosts", "tag occurrences": "tag_occurrences"}
CHINESE = Share(of=where(origin="CN"))


def _asked(sample, hosts):
    """The Chinese share of the tags, weighed by hosts or by listings."""
    return CHINESE.in_(hosts.listed(weight=COLUMNS[sample["unit"]]))


def _share_budget(sample, left, over, bounds) -> tuple[BudgetRow, ...]:
    rows = [*over.rows(), *_asked(sample, left).budget()]
    if left.block.hosts:
        rows.append(_unstructured_row(sample, bounds))
    if sample["unit"] == "tag occurrences":
        rows += CHINESE.in_(left.listed(TAIL, counted=False)).budget()[-1:]
    units = _asked(sample, left).units.rows
    without = leave_one_out(
        units["value"].where(units["origin"].eq("CN"), 0.0), units["value"], units["ollama_tag"]
    )
    rows.append(leave_one_out_row(without, "tag"))
    return budget(*rows)


def _unstructured_row(sample, bounds) -> BudgetRow:
    """Horowitz-Manski: as many listings as the block has, but of any tag whatever."""
    hosts, column = sample["hosts"], COLUMNS[sample["unit"]]
    block = hosts.block.hosts if column == "answering_hosts" else hosts.block.listings
    in_error = LEADING * block / hosts.rows[column].sum()
    alternative = f"as many {sample['unit']} of any tag that are not genuine"
    return alternatives_row(
        "contamination of unknown form", {alternative: contamination_bounds(bounds.low, in_error)}
    )


def _any_host(sample) -> Estimate:
    over = OverBlock(sample["hosts"], lambda left: left.with_any(CHINESE.of))
    return over.estimate(
        null=HYPOTHESES[ANY].null,
        label=ANY,
        assumptions=(GENUINE, CODED, overlapping("tags")),
        budget=(),
        curves=(),
    )


def _based(sample) -> Estimate:
    """Hosts with a Chinese-based model: all that the tables of families and of tags allow."""
    hosts = sample["hosts"]
    over = OverBlock(hosts, lambda left: _of_families(sample, left))
    exactly = OverBlock(hosts, lambda left: left.with_any(CHINESE.of))
    by_table = {"families": over.bounds(), "the ten tags, counted exactly": exactly.bounds()}
    return over.estimate(
        null=HYPOTHESES[BASED].null,
        label=BASED,
        assumptions=(GENUINE, OF_FAMILIES),
        budget=budget(*over.rows(), alternatives_row(TABLE, by_table)),
    )


def _of_families(sample, left) -> Bounds:
    """The share among the hosts that are left, the others being those of the block."""
    hosts = sample["by family"]
    in_block = hosts.kinds[BLOCK]
    gone = sample["hosts"].hosts - left.hosts
    return hosts.counted(in_block, gone).share(hosts.kinds[WANTED], among=~in_block)


GENUINE = Assumption(
    name="every listing is a genuine deployment",
    holds="no",
    without="clones",
    evidence="The five leading tags are listed about twice by each host, and without the least "
    "frequent of them all others fall to the rate of ordinary tags, as a block of clones would.",
)
CODED = Assumption(
    name="origin is that of the publisher",
    holds="yes",
    evidence="All ten tags have a documented publisher; the publisher of the base model gives the "
    "same country for each.",
)
TABLE = "the table that is read"
OF_FAMILIES = Assumption(
    name="the report's estimates by family are exact",
    holds="no",
    without=TABLE,
    evidence=ESTIMATED.evidence,
)
UNKNOWN = Doubt("tags of unknown origin", "any country")
TAIL = Doubt("tags below the ten", "further listings, of any origin")


def figure(result):
    pairs = result.answer(unit="tag-host pairs")
    if not pairs.estimates[SHARE].curves:
        return figures.default(result)  # no block is suspected
    canvas, (bars, curves) = figures.two_panels(result, height=3.3, widths=(1.25, 1))
    _draw_tags(bars, pairs.tables["tags"])
    _draw_curves(curves, result)
    return canvas


def _draw_tags(axes, table) -> None:
    tags = table.to_frame()
    block = Block.largest(tags)
    chinese = tags["country"].eq("CN")
    figures.thinned_bars(
        axes, list(tags["ollama_tag"]), tags["answering_hosts"],
        tags["answering_hosts"] - block.hosts * tags["in_block"], bold=chinese,
        color=[figures.CHINA if own else figures.OTHER for own in chinese],
        xlabel="answering hosts (pale: suspected block of clones)",
        title="a  Ten leading tags; Chinese origin in bold",
    )  # fmt: skip


def _draw_curves(axes, result) -> None:
    null = HYPOTHESES[SHARE].null
    for unit, style in (("tag-host pairs", "-"), ("tag occurrences", "--")):
        share = result.answer(unit=unit).estimates[SHARE]
        curve = share.curves[0]
        axes.plot(curve.grid, curve.low, ls=style, color=figures.CHINA, lw=1.4)
        below = (0, -26 if style == "-" else 5)
        figures.note(axes, unit, (curve.grid[2], curve.low[2]), below, va="baseline")
        figures.crossing(axes, share.tipping_points[0].threshold, null, label="")
    places = "an even share of the ten places"
    figures.note(axes, places, (0, null), (2, -9), muted=True, va="baseline")
    axes.set_xlabel("cloned hosts removed from the block")
    figures.count_ticks(axes.xaxis)
    axes.set_ylabel("Chinese-origin share")
    figures.percent_ticks(axes.yaxis)
    axes.set_title("b  What the block decides")
