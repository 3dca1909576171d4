"""Are the families that Ollama users pull most those that are downloaded most from the Hub?

Hosts are counted for ten tags only, and these were chosen by their hosts, so that pulls stand in
for deployments here. Association asks whether both channels rank the
families alike, agreement whether the share in one may be read as the share in the other. The site
rounds pulls: thirty days of them leave the ranks open, hence ninety days are the default.

Families that both channels hold are one question, all families of the library another: a family
that the list of downloads lacks lies below its last place, and which families a list holds depends
on their downloads.
"""

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
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
    TippingPoint,
    figures,
)
from research.doubts import RankCorrelation, turned_at
from research.estimators.association import (
    lin_concordance,
    share_concordance,
    share_elasticity,
    share_ratios,
    spearman_interval,
)
from research.estimators.association.agreement import MINIMUM_LIN
from research.estimators.association.shares import GRID
from research.estimators.budget import budget, leave_one_out_row
from research.estimators.clustered import recomputed_without_each
from research.estimators.design_effects import intraclass_correlation, weighted_cluster_size
from research.estimators.tipping import tipping_point
from research.measures.channels import day_of_both, of_kinds, of_names
from research.measures.hub import hub_downloads
from research.measures.publishers import library_publishers
from research.measures.pulls import ROUNDED, days_counted, ollama_pulls, pulls_in_words
from research.measures.top_lists import on_day
from research.results import BudgetRow, Deferred, deferred

RHO = "rank correlation of pulls and downloads (Spearman)"
TAU = "rank correlation of pulls and downloads (Kendall)"
CONCORDANCE = "agreement of shares on the log scale (Lin's concordance)"
SLOPE = "per cent more downloads with one per cent more pulls"
RATIO, LOWEST, HIGHEST = (
    "share of pulls over share of downloads, typical family",
    "share of pulls over share of downloads, lower limit of agreement",
    "share of pulls over share of downloads, upper limit of agreement",
)

HYPOTHESES = {
    RHO: Hypothesis(
        estimand="rank correlation over families of Ollama pulls and Hub downloads",
        null=0,
        null_source="no association: downloads say nothing about pulls",
        alternative="greater",
        role="out of sample",
        scope="other measure",
    ),
    CONCORDANCE: Hypothesis(
        estimand="concordance over families of the logarithms of both shares",
        null=0.9,
        null_source="McBride (2005), NIWA report HAM2005-062: below 0.90 agreement is poor",
        alternative="greater",
        role="out of sample",
        scope="other measure",
    ),
}

DATES = {"top 1,000": "2026-06-11", "LLM catalogue": "2026-06-19"}
HUB = {
    "top 1,000": "among the 1,000 most downloaded models",
    "LLM catalogue": "in the LLM catalogue",
}
POPULATIONS = {
    "in both": "the families found both in {} and {}",
    "all of the library": "all families of the Ollama library, by {} and their downloads {}",
}
USUAL = 90  # days
FEWEST = 4  # families: of fewer the interval of a rank correlation is not defined


def sample(
    ollama_library_pulls,
    hub_top_models,
    hub_llm_panel,
    model_crosswalk_names,
    model_crosswalk_repositories,
    publisher_origins,
    *,
    pulls: Annotated[Literal["new", "all"], ESTIMAND] = "new",
    downloads: Annotated[Literal["top 1,000", "LLM catalogue"], ESTIMAND] = "top 1,000",
    families: Annotated[Literal["in both", "all of the library"], ESTIMAND] = "in both",
    window: Literal[90, 30, 180] = 90,
    embeddings: Literal["counted", "left out"] = "counted",
    copies: Literal["with their family", "left out"] = "with their family",
) -> Sample:
    days = days_counted(pulls, window, usual=USUAL)
    if downloads == "LLM catalogue" and families == "all of the library":
        raise NotApplicable("a family that the catalogue lacks is not observed, which is not zero")
    table = hub_top_models if downloads == "top 1,000" else hub_llm_panel
    day = day_of_both(table, ollama_library_pulls, DATES[downloads])
    models = hub_downloads(
        on_day(table, day), publisher_origins, families=model_crosswalk_repositories
    )
    # The catalogue has no last place: it is not cut by downloads.
    last_place = models.rows["value"].min() if downloads == "top 1,000" else None
    if copies == "left out":
        models = models.among(models.rows["relation"].eq("own"))
    names, _ = of_kinds(model_crosswalk_names, embeddings=embeddings)
    library = library_publishers(names, publisher_origins)
    pulled = ollama_pulls(ollama_library_pulls, library, day, days)
    every = RankCorrelation(pulled, of_names(pulled, models, last_place=last_place))
    is_listed = every.second.rows["value"] > 0
    listed = every.over(lambda channel: channel.among(is_listed))
    is_pulled = listed.first.rows["high"] > 0
    both = listed.over(lambda channel: channel.among(is_pulled))
    if len(both.first.rows) < FEWEST:
        raise CannotEstimate(f"fewer than {FEWEST} families are in both channels")
    return Sample(
        population=POPULATIONS[families].format(pulls_in_words(days), HUB[downloads]),
        as_of=f"{day:%Y-%m-%d}",
        data={
            "ranked": listed if families == "in both" else every,
            "both": both if families == "in both" else None,
        },
        tables={"families": _table(both.first.rows, both.second.rows)},
    )


def _table(pulls, downloads) -> pd.DataFrame:
    """Shares of each family in both channels, for the figure."""
    share = downloads["value"] / downloads["value"].sum()
    # The least share has all others at their most, the greatest all others at their least.
    least = pulls["low"] / (pulls["low"] + pulls["high"].sum() - pulls["high"])
    most = pulls["high"] / (pulls["high"] + pulls["low"].sum() - pulls["low"])
    origin = pulls["origin"].map({"CN": "China", "US": "United States"})
    shares = {
        "origin": origin.fillna("other or unknown"),
        "share of pulls": pulls["value"] / pulls["value"].sum(),
        "share of downloads": share,
        "ratio, low": least / share,
        "ratio, high": most / share,
    }
    return pd.DataFrame(shares).rename_axis("family").reset_index()


# Association --------------------------------------------------------------------------------------


def estimate(sample, *, rng, level) -> Iterator[Estimate]:
    yield _ranks(sample, "Spearman", rng, level)
    yield _ranks(sample, "Kendall", rng)
    if sample["both"]:
        yield from _agreement(sample["both"])


def _ranks(sample, of, rng, level=0.95) -> Estimate:
    asked = replace(sample["ranked"], of=of)
    judged = of == "Spearman"
    conditioned = [CONDITIONED] if sample["both"] else []
    return asked.estimate(
        label=RHO if judged else TAU,
        unit="rank correlation",
        reading="superpopulation",
        value=asked.value,
        interval=asked.interval(level=level),
        test=Deferred(lambda: [asked.test(rng)]),  # thousands of permutations
        n=len(asked.first.rows),
        n_unit="families",
        assumptions=(*_common(asked.first.rows), *conditioned),
        tipping_points=_similar_ranks(asked, level) if judged else (),
        budget=_rank_rows(asked) if judged else (),
    )


@deferred
def _rank_rows(asked) -> tuple[BudgetRow, ...]:
    return budget(*asked.budget(), asked.left_out("organisation"))


SIMILAR = "design effect of families that share a publisher"


@deferred
def _similar_ranks(asked, level) -> Iterator[TippingPoint]:
    """How alike the families of one publisher would have to be for the interval to reach 0."""
    low, n = asked.bounds().low, len(asked.first.rows)

    def margin(design_effect: float) -> float:
        return spearman_interval(low, n / design_effect, level=level).low

    if margin(1) <= 0:
        yield _kept("nothing to lose: the interval holds zero as it stands")
    elif (lost := tipping_point(margin, 1, n / FEWEST, steps=40)) is None:
        yield _kept("kept at any design effect")
    else:
        yield _lost_at(lost, asked.first.rows)


def _kept(sentence) -> TippingPoint:
    return TippingPoint(what=SIMILAR, threshold=None, sentence=sentence)


def _lost_at(design_effect, families) -> TippingPoint:
    size = weighted_cluster_size(families["organisation"].value_counts())
    if design_effect > size:
        lost = "lost at deff {:1}, more than a publisher's {:1} families can cause"
        return turned_at(SIMILAR, lost, design_effect, size)
    lost = (
        "lost at deff {:1}, an intraclass correlation of {} among the {:1} families of a publisher"
    )
    alike = intraclass_correlation(design_effect, size)
    return turned_at(SIMILAR, lost, design_effect, alike, size)


# Agreement ----------------------------------------------------------------------------------------


def _agreement(both) -> Iterator[Estimate]:
    """Concordance, ratios and slope of the shares of families in both channels."""
    pulls, downloads = both.first.weight(), both.second.weight().value
    publisher = both.first.rows["organisation"]
    concordance = share_concordance(pulls, downloads)
    common = {
        "reading": "superpopulation",
        "n": int((pulls.value > 0).sum()),
        "n_unit": "families in both",
        "assumptions": (*_common(both.first.rows), LOGARITHMS, _searched(pulls), CONDITIONED),
    }
    yield Estimate(
        label=CONCORDANCE,
        unit="concordance",
        **_over_rounding(concordance),
        **common,
        tipping_points=_what_would_agree(concordance, both),
        budget=_without_each(pulls.value, downloads, publisher),
    )
    ratios = share_ratios(pulls, downloads)
    for label, ratio in zip((RATIO, LOWEST, HIGHEST), ratios, strict=True):
        yield Estimate(label=label, unit="ratio of shares", **_over_rounding(ratio), **common)
    yield Estimate(
        label=SLOPE,
        unit="elasticity",
        n_effective=publisher.nunique(),
        **_over_rounding(share_elasticity(pulls, downloads, publisher)),
        **common,
    )


def _over_rounding(found) -> dict:
    return {
        "value": found.value,
        "bounds": found.bounds,
        "sharpness": found.sharpness,
        "interval": found.interval,
    }


@deferred
def _without_each(pulls, downloads, publisher) -> Iterator[BudgetRow]:
    """The concordance of the families as shown without each publisher."""
    shown = pulls > 0
    pulls, downloads = pulls[shown], downloads[shown]

    def concordance(left) -> float:
        shares = (part[left] / part[left].sum() for part in (pulls, downloads))
        return lin_concordance(*map(np.log, shares)).value

    yield leave_one_out_row(recomputed_without_each(concordance, publisher[shown]))


@deferred
def _what_would_agree(concordance, both) -> tuple[TippingPoint, ...]:
    return _similar_shares(concordance, both.first.rows), _without_the_worst(both)


def _similar_shares(concordance, families) -> TippingPoint:
    """The design effect at which the interval of the highest concordance reaches good agreement."""
    good = HYPOTHESES[CONCORDANCE].null
    if concordance.interval.high >= good:
        return _kept("nothing to lose: the interval reaches good agreement as it stands")
    center, reached, wanted = (
        math.atanh(end) for end in (concordance.bounds.high, concordance.interval.high, good)
    )
    return _lost_at(((wanted - center) / (reached - center)) ** 2, families)


def _without_the_worst(both) -> TippingPoint:
    """How many families must be left out, the most different first, for agreement to be good."""
    pulls, downloads = (side.rows["value"] for side in (both.first, both.second))
    ratio = (pulls / pulls.sum()) / (downloads / downloads.sum())
    # A family without a pull as shown is as different as can be.
    nearness = np.log(ratio.clip(lower=np.finfo(float).tiny)).abs().rank(method="first")

    def opened(left_out: int) -> bool:
        kept = both.over(lambda channel: channel.among(nearness <= len(ratio) - left_out))
        found = share_concordance(kept.first.weight(), kept.second.weight().value)
        return found.interval.high >= HYPOTHESES[CONCORDANCE].null

    what = "families left out, the most different first"
    most = len(ratio) - MINIMUM_LIN
    lost = bisect_left(range(most + 1), True, key=opened)
    if lost > most:
        kept = f"kept even for the {MINIMUM_LIN} families that agree best"
        return TippingPoint(what=what, threshold=None, sentence=kept)
    return turned_at(
        what, "open without the {:0} most different of {:0} families", lost, len(ratio)
    )


# Assumptions --------------------------------------------------------------------------------------


def _common(families) -> tuple[Assumption, ...]:
    """What every interval over families assumes."""
    of_publishers = families["organisation"].value_counts()
    draws = Assumption(
        name="families are independent draws",
        holds="no",
        without="interval",
        evidence=f"{of_publishers.head(3).sum()} of {len(families)} are of three publishers, and a "
        "new release takes the place of an old one in both channels.",
    )
    return draws, FED, replace(ROUNDED, without="set"), SCRIPTS


def _searched(pulled) -> Assumption:
    possible = int((pulled.low <= 0).sum())
    return Assumption(
        name="the extremes over the rounding are found",
        holds="not testable",
        evidence=f"The search tries {GRID} values of each family's range, from several starts; it "
        f"is not proven to reach the outermost. {possible} of {len(pulled.low)} families may have "
        "had no pull: each is left out or has at least one pull, whichever is further.",
    )


FED = Assumption.of_scope(
    name="the channels do not feed each other",
    evidence="What trends on the Hub is added to the Ollama library, and Ollama can pull from the "
    "Hub itself; how much of either is not published.",
)
SCRIPTS = Assumption.of_scope(
    name="pulls and downloads are made by users",
    evidence="Scripts pull whole libraries, caches and tests download; names served remotely, a "
    "pull of which fetches no weights, are left out.",
)
LOGARITHMS = Assumption(
    name="the logarithms of shares are normal, their differences unrelated to size",
    holds="not testable",
    evidence="Families that one channel lacks have no logarithm and are left out.",
)
CONDITIONED = Assumption.of_scope(
    name="families in both channels stand for those in one of them",
    evidence="A family is in both only if it is downloaded enough to be listed: that selects on "
    "one of the variables compared. All families of the library are a question of their own.",
)


# Figure -------------------------------------------------------------------------------------------

SHOWN = 14  # families in the right panel
FAR_APART = 4  # shares that differ by a larger factor are named in the left panel
COLORS = {
    "China": figures.CHINA,
    "United States": figures.UNITED_STATES,
    "other or unknown": figures.OTHER,
}
MARKERS = {"China": "o", "United States": "s", "other or unknown": "D"}


def figure(result):
    answer = result.answer(pulls="new", downloads="top 1,000", families="in both")
    table = answer.tables["families"]
    shares = pd.DataFrame(table.rows, columns=table.columns)
    weight = shares[["share of pulls", "share of downloads"]].max(axis="columns")
    largest = shares.loc[weight.nlargest(SHOWN).index]
    canvas, (scatter, ratios) = figures.canvas(
        (1, 2), height=4.0, source=figures.credits(result), width_ratios=(1.3, 1)
    )
    _draw_scatter(scatter, shares, largest)
    _draw_ratios(ratios, largest, answer)
    return canvas


def _draw_scatter(axes, shares, largest) -> None:
    import seaborn as sns

    sns.scatterplot(
        shares, x="share of downloads", y="share of pulls", hue="origin", style="origin",
        palette=COLORS, markers=MARKERS, hue_order=list(COLORS), style_order=list(COLORS),
        s=26, linewidth=0.5, ax=axes,
    )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.minorticks_off()
    axes.set_xlim(shares["share of downloads"].min() / 2, 2)
    axes.set_ylim(shares["share of pulls"].min() / 1.8, 0.5)
    axes.axline((1e-2, 1e-2), (1e-1, 1e-1), color=figures.MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
    axes.set_xlabel("share of downloads of 30 days")
    axes.set_ylabel("share of pulls of 90 days")
    axes.set_title("Families in both: 90-day pulls\nand 30-day downloads")
    figures.note(axes, "equal", (0.2, 0.2), (-4, 4), muted=True, rotation=44, ha="center")
    axes.legend(title=None, loc="lower right", handletextpad=0.1, borderaxespad=0.1)
    apart = np.abs(np.log(shares["share of pulls"] / shares["share of downloads"]))
    far = shares.index.isin(largest.index) & (apart > np.log(FAR_APART))
    for row in shares[far | (apart == apart.max())].to_dict("records"):
        _name(axes, row)


def _name(axes, row) -> None:
    """Above the point, or beside one that lies below the line of equality."""
    at = row["share of downloads"], row["share of pulls"]
    if at[1] > at[0]:
        figures.note(axes, row["family"], at, (5, 4), fontsize=7, ha="right", va="bottom")
    else:
        figures.note(axes, row["family"], at, (5, 0), fontsize=7)


def _draw_ratios(axes, largest, answer) -> None:
    ratio = largest["share of pulls"] / largest["share of downloads"]
    rows = largest.assign(ratio=ratio).sort_values("ratio", ascending=False, kind="stable")
    axes.set_xscale("log")
    axes.minorticks_off()
    low, typical, high = (answer.estimates[label].value for label in (LOWEST, RATIO, HIGHEST))
    axes.axvline(typical, color=figures.INK, lw=0.8, zorder=0)
    note = {"fontsize": 7.5, "color": figures.MUTED, "va": "top"}
    axes.annotate("limits of\nagreement:\n95 % of\nfamilies", (low * 1.15, 0.4), **note)
    axes.annotate("typical", (typical * 1.15, 1.4 - len(rows)), **note)
    figures.forest(
        axes, list(rows["family"]), *(_of_origin(rows, origin) for origin in COLORS), null=1,
        null_text="equal", band=(low, high), xlabel="share of pulls over share of downloads",
    )  # fmt: skip
    axes.set_title("Ratio, the largest of them", pad=16)


def _of_origin(rows, origin) -> figures.Series:
    """The ratios of the families of an origin, in the rows of all."""
    known = [
        Bounds(row["ratio, low"], row["ratio, high"]) if row["origin"] == origin else None
        for row in rows.to_dict("records")
    ]
    look = {"color": COLORS[origin], "marker": MARKERS[origin], "offset": 0}
    return figures.Series(rows=known, values=list(rows["ratio"]), **look)
