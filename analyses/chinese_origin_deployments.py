"""Do model tags of Chinese origin rank high among deployments?

Three of the ten leading tags come from Chinese publishers. How much that is depends on what is
counted (hosts that list a tag, listings, or hosts with at least one), and on a block of about ten
thousand hosts that look like copies of one another and list the same five tags.
"""

from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    BudgetRow,
    Curve,
    Estimate,
    Hypothesis,
    Sample,
    TippingPoint,
    figures,
)
from research.estimators.budget import alternatives_row, budget
from research.estimators.contamination import contamination_bounds
from research.estimators.identification import frechet_bounds, origin_share_bounds
from research.estimators.tipping import tipping_point
from research.measures.clone_block import LEADING, Block, in_block, without_block
from research.wording import number

SHARE, ANY = (
    "Chinese-origin share of the ten leading tags",
    "hosts with a Chinese-origin leading tag",
)

HYPOTHESES = {
    SHARE: Hypothesis(
        claims=["tenthe/chinese-tags-strong"],
        estimand="share of the listings of the ten leading tags that belong to Chinese-origin tags",
        null=0.3,
        null_source="an even share of the ten places, three of which are Chinese; stated by this "
        "project, since the claim says only that such tags rank high",
        alternative="greater",
        role="reanalysis",
        scope="other measure",
    ),
    ANY: Hypothesis(
        claims=["tenthe/chinese-tags-strong"],
        estimand="share of answering hosts that list at least one Chinese-origin leading tag",
        null=0.5,
        null_source="plain meaning of most hosts; stated by this project",
        alternative="greater",
        role="reanalysis",
        scope="other measure",
    ),
}


def sample(
    tenthe_model_tags,
    tenthe_families,
    tenthe_totals,
    tenthe_quantizations,
    model_crosswalk,
    model_crosswalk_tags,
    *,
    unit: Annotated[
        Literal["tag-host pairs", "tag occurrences", "hosts"], ESTIMAND
    ] = "tag-host pairs",
    origin: Literal["publisher", "base model"] = "publisher",
    clones: Literal["kept", "removed"] = "kept",
) -> Sample:
    tags = _with_origin(tenthe_model_tags, model_crosswalk_tags, origin)
    block = Block.largest(tags) if clones == "removed" else Block(0.0, 0.0)
    totals = tenthe_totals.set_index("name")["value"]
    return Sample(
        population=POPULATIONS[unit],
        as_of="2025-04-24",
        data={
            "unit": unit,
            "tags": without_block(tags, block),
            "hosts": float(totals["answering_hosts"]) - block.hosts,
            # The table of quantization levels is the only sum over tags of any rank.
            "listings of all tags": float(tenthe_quantizations["tag_occurrences"].sum())
            - LEADING * block.listings,
            "block": Block.largest(tags) if clones == "kept" else None,
            "families": _family_origins(
                tenthe_families, model_crosswalk, model_crosswalk_tags, tags
            ),
        },
        tables={"tags": tags.assign(in_block=in_block(tags))},
    )


POPULATIONS = {
    "tag-host pairs": "the hosts listing the ten leading tags of the Tenthe scan",
    "tag occurrences": "the listings of the ten leading tags of the Tenthe scan",
    "hosts": "the answering hosts of the Tenthe scan",
}


def _with_origin(tags, crosswalk, origin) -> pd.DataFrame:
    """The ten tags with the country of the publisher, or of the base model where there is one."""
    known = tags.merge(crosswalk, on="ollama_tag", how="left", validate="one_to_one")
    country = known["publisher_country"]
    if origin == "base model":
        country = known["base_publisher_country"].fillna(country)
    return tags.assign(country=country.fillna("ZZ").to_numpy())


def _family_origins(families, names, tags, listed) -> pd.DataFrame:
    """Per architecture family: may its models be Chinese, and how many hosts surely have one?

    Sure are the hosts of a family all of whose known models are Chinese, and else those of its most
    frequent Chinese tag (two tags may share their hosts).
    """
    columns = ["family", "publisher_country"]
    models = pd.concat([names[columns], tags[columns]])
    chinese = models["publisher_country"].eq("CN").groupby(models["family"]).agg(["all", "any"])
    known = families.merge(chinese, left_on="family", right_index=True, how="left", validate="1:1")
    family = listed["ollama_tag"].map(tags.set_index("ollama_tag")["family"])
    sure = listed[listed["country"].eq("CN")].groupby(family)["answering_hosts"].max()
    return known.assign(
        sure=known["answering_hosts"].where(known["all"].eq(True), known["family"].map(sure)),
        possible=known["answering_hosts"].where(~known["any"].eq(False), 0.0),
    ).fillna({"sure": 0.0})


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    if sample["unit"] == "hosts":
        return [_any_host(sample), _family_share(sample)]
    return [_share(sample)]


def _share(sample) -> Estimate:
    tags, column = sample["tags"], COLUMNS[sample["unit"]]
    chinese = tags["country"].eq("CN")
    unknown = tags["country"].eq("ZZ")
    found = origin_share_bounds(tags[column], chinese, unknown)
    return Estimate(
        label=SHARE,
        unit=f"share of {sample['unit']}",
        reading="finite population",
        value=found.low if found.width == 0 else None,
        bounds=found,
        n=tags[column].sum(),
        n_unit=sample["unit"],
        assumptions=(GENUINE, CODED),
        budget=_share_budget(sample, found),
        tipping_points=() if sample["block"] is None else (_clones_to_lose(sample),),
        curves=() if sample["block"] is None else (_over_clones(sample),),
    )


COLUMNS = {"tag-host pairs": "answering_hosts", "tag occurrences": "tag_occurrences"}


def _share_without(sample, clones: float) -> float:
    """The share after so many hosts of the block (and their listings) are removed."""
    column = COLUMNS[sample["unit"]]
    thinned = without_block(sample["tags"], sample["block"].part(clones))
    return float(thinned.loc[thinned["country"].eq("CN"), column].sum() / thinned[column].sum())


def _clones_to_lose(sample) -> TippingPoint:
    null, largest = HYPOTHESES[SHARE].null, sample["block"].hosts
    lost = tipping_point(lambda clones: _share_without(sample, clones) - null, 0, largest)
    told = (
        f"kept even without the whole block of {number(largest)} hosts"
        if lost is None
        else f"lost if {number(lost)} of the block's {number(largest)} hosts were clones"
    )
    return TippingPoint(what="cloned hosts in the block", threshold=lost, sentence=told)


def _over_clones(sample) -> Curve:
    grid = np.linspace(0, sample["block"].hosts, 41)
    share = tuple(_share_without(sample, clones) for clones in grid)
    return Curve(over="cloned hosts removed", grid=tuple(grid), low=share, high=share)


def _share_budget(sample, found) -> tuple[BudgetRow, ...]:
    tags, column = sample["tags"], COLUMNS[sample["unit"]]
    rows = []
    if sample["block"] is not None:
        rows += [_structured_row(sample, found), _unstructured_row(sample, found)]
    if column == "tag_occurrences":
        rows.append(_tail_row(tags, sample["listings of all tags"]))
    largest = tags.loc[tags["country"].eq("CN")].nlargest(1, column).iloc[0]
    without = tags[tags["ollama_tag"] != largest["ollama_tag"]]
    left = float(without.loc[without["country"].eq("CN"), column].sum() / without[column].sum())
    rows.append(
        BudgetRow(
            source="one tag left out",
            low=min(left, found.low),
            high=max(left, found.high),
            detail=f"{number(left)} without {largest['ollama_tag']}",
        )
    )
    return budget(*rows)


def _structured_row(sample, found) -> BudgetRow:
    values = {
        "all hosts genuine": found.low,
        "the block removed": _share_without(sample, sample["block"].hosts),
    }
    return alternatives_row("the five-tag block", values)


def _unstructured_row(sample, found) -> BudgetRow:
    """Horowitz-Manski: as many listings as the block has, but of any tag whatever."""
    tags, column = sample["tags"], COLUMNS[sample["unit"]]
    block = sample["block"].hosts if column == "answering_hosts" else sample["block"].listings
    in_error = LEADING * block / tags[column].sum()
    low, high = contamination_bounds(found.low, in_error)
    return BudgetRow(
        source="contamination of unknown form",
        low=low,
        high=high,
        detail=f"if any {number(in_error)} of the {sample['unit']} were not genuine",
    )


def _tail_row(tags, everything) -> BudgetRow:
    chinese = tags.loc[tags["country"].eq("CN"), "tag_occurrences"].sum()
    unlisted = everything - tags["tag_occurrences"].sum()
    return BudgetRow(
        source="tags below the ten",
        low=float(chinese / everything),
        high=float((chinese + unlisted) / everything),
        detail=f"{number(unlisted)} further listings, of any origin",
    )


def _any_host(sample) -> Estimate:
    tags = sample["tags"]
    chinese = tags.loc[tags["country"].eq("CN"), "answering_hosts"]
    found = frechet_bounds(chinese, sample["hosts"]).at_least_one
    points = ()
    if sample["block"] is not None:
        points = (_clones_to_lose_hosts(sample, chinese),)
    return Estimate(
        label=ANY,
        unit="share of answering hosts",
        reading="finite population",
        bounds=found,
        n=sample["hosts"],
        n_unit="answering hosts",
        assumptions=(GENUINE, CODED, OVERLAP),
        tipping_points=points,
    )


def _clones_to_lose_hosts(sample, chinese) -> TippingPoint:
    """All Chinese leading tags but the smallest are in the block, and so is every removed host."""
    null, largest = HYPOTHESES[ANY].null, sample["block"].hosts

    def margin(clones: float) -> float:
        return (chinese.max() - clones) / (sample["hosts"] - clones) - null

    lost = tipping_point(margin, 0, largest)
    return TippingPoint(
        what="cloned hosts in the block",
        threshold=lost,
        sentence=f"lost if {number(lost)} of the block's {number(largest)} hosts were clones",
    )


def _family_share(sample) -> Estimate:
    """What the table of architectures, with the block in it, says of origin: little."""
    families = sample["families"]
    pairs = families["answering_hosts"].sum()
    return Estimate(
        label="Chinese-origin share of the ten leading architecture families",
        unit="share of family-host pairs",
        reading="finite population",
        bounds=Bounds(families["sure"].sum() / pairs, families["possible"].sum() / pairs),
        n=pairs,
        n_unit="family-host pairs (estimated by the report)",
        assumptions=(
            Assumption(
                name="family is origin",
                holds="no",
                evidence="Publishers of several countries use one architecture: llama also Chinese "
                "ones, bert also BAAI. What is surely Chinese are the hosts of Chinese tags.",
            ),
        ),
    )


GENUINE = Assumption(
    name="every listing is a genuine deployment",
    holds="no",
    evidence="The five leading tags are listed about twice by each host, and without the least "
    "frequent of them all others fall to the rate of ordinary tags, as a block of clones would.",
)
CODED = Assumption(
    name="origin is that of the publisher",
    holds="yes",
    evidence="All ten tags have a documented publisher; the publisher of the base model gives the "
    "same country for each.",
)
OVERLAP = Assumption(
    name="which tags share a host is known",
    holds="no",
    evidence="No overlap is published; the bounds hold for every overlap.",
)


# Figure -------------------------------------------------------------------------------------------


def figure(result):
    pairs = result.answer(unit="tag-host pairs")
    canvas, (bars, curves) = figures.canvas(
        (1, 2), height=3.3, source=figures.sources(result), width_ratios=(1.25, 1)
    )
    _draw_tags(bars, pairs.tables["tags"])
    _draw_curves(curves, result)
    return canvas


def _draw_tags(axes, table) -> None:
    tags = pd.DataFrame(table.rows, columns=table.columns)
    block = Block.largest(tags)
    for row in tags.itertuples():
        color = figures.CHINA if row.country == "CN" else figures.OTHER
        genuine = row.answering_hosts - (block.hosts if row.in_block else 0)
        axes.barh(-row.rank + 1, row.answering_hosts, color=color, alpha=0.35, height=0.62)
        axes.barh(-row.rank + 1, genuine, color=color, height=0.62)
    figures.label_rows(axes, list(tags["ollama_tag"]))
    for tick, country in zip(axes.get_yticklabels(), tags["country"], strict=True):
        tick.set_fontweight("semibold" if country == "CN" else "normal")
    axes.set_xlabel("answering hosts (pale: suspected block of clones)")
    axes.set_title("Ten leading tags; Chinese origin in bold")


def _draw_curves(axes, result) -> None:
    for unit, style in (("tag-host pairs", "-"), ("tag occurrences", "--")):
        found = result.answer(unit=unit).estimates[SHARE]
        curve = found.curves[0]
        axes.plot(curve.grid, curve.low, ls=style, color=figures.CHINA, lw=1.4)
        axes.annotate(
            unit, (curve.grid[2], curve.low[2]), xytext=(0, -26 if style == "-" else 5),
            textcoords="offset points", fontsize=8,
        )  # fmt: skip
        turn = found.tipping_points[0].threshold
        if turn is not None:
            axes.plot(turn, result.hypotheses[SHARE].null, "o", ms=5, mfc="white", mec=figures.INK)
    axes.axhline(result.hypotheses[SHARE].null, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)))
    axes.annotate(
        "an even share of the ten places", (0, result.hypotheses[SHARE].null), xytext=(2, -9),
        textcoords="offset points", fontsize=7.5, color=figures.MUTED,
    )  # fmt: skip
    axes.set_xlabel("cloned hosts removed from the block")
    axes.set_ylabel("Chinese-origin share")
    axes.set_title("What the block decides")
