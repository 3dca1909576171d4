"""Do pulls and downloads rank the families of models alike?

Whether the share of a family in one channel is that in the other is the question of
over_representation. The site rounds pulls: thirty days of them leave the ranks open, hence ninety
days are the default.

Families that both channels hold are one question, all families of the library another: a family
that the list of downloads lacks lies below its last place, and which families a list holds depends
on their downloads.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    CannotEstimate,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    TippingPoint,
    figures,
)
from research.doubts import RankCorrelation, turned_at
from research.estimators.association import spearman_interval
from research.estimators.budget import budget
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

HYPOTHESES = {
    RHO: Hypothesis(
        estimand="rank correlation over families of Ollama pulls and Hub downloads",
        null=0,
        null_source="no association: downloads say nothing about pulls",
        alternative="greater",
        role="out of sample",
        scope="other measure",
    )
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
    held = listed.over(lambda channel: channel.among((listed.first.rows["high"] > 0).to_numpy()))
    if len(held.first.rows) < FEWEST:
        raise CannotEstimate(f"fewer than {FEWEST} families are in both channels")
    return Sample(
        population=POPULATIONS[families].format(pulls_in_words(days), HUB[downloads]),
        as_of=f"{day:%Y-%m-%d}",
        data={
            "ranked": listed if families == "in both" else every,
            "selected": families == "in both",
        },
        tables={"families": lambda: _table(held.first.rows, held.second.rows)},
    )


def _table(pulls, downloads) -> pd.DataFrame:
    """Shares of each family in both channels, for the figure."""
    origin = pulls["origin"].map({"CN": "China", "US": "United States"})
    shares = {
        "origin": origin.fillna("other or unknown"),
        "share of pulls": pulls["value"] / pulls["value"].sum(),
        "share of downloads": downloads["value"] / downloads["value"].sum(),
    }
    return pd.DataFrame(shares).rename_axis("family").reset_index()


# Association --------------------------------------------------------------------------------------


def estimate(sample, *, rng, level) -> Iterator[Estimate]:
    yield _ranks(sample, "Spearman", rng, level)
    yield _ranks(sample, "Kendall", rng)


def _ranks(sample, of, rng, level=0.95) -> Estimate:
    asked = replace(sample["ranked"], of=of)
    judged = of == "Spearman"
    conditioned = [CONDITIONED] if sample["selected"] else []

    def rows() -> tuple[BudgetRow, ...]:
        return budget(*asked.budget(), asked.left_out("organisation"))

    return asked.estimate(
        label=RHO if judged else TAU,
        unit="rank correlation",
        reading="superpopulation",
        interval=asked.interval(level=level),
        test=Deferred(lambda: [asked.test(rng)]),  # thousands of permutations
        n=len(asked.first.rows),
        n_unit="families",
        assumptions=(*_common(asked.first.rows), *conditioned),
        tipping_points=_similar_ranks(asked, level) if judged else (),
        budget=Deferred(rows) if judged else (),
    )


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
CONDITIONED = Assumption.of_scope(
    name="families in both channels stand for those in one of them",
    evidence="A family is in both only if it is downloaded enough to be listed: that selects on "
    "one of the variables compared. All families of the library are a question of their own.",
)


# Figure -------------------------------------------------------------------------------------------

SHOWN = 14  # families that may be named, those of most weight
FAR_APART = 4  # shares that differ by a larger factor are named in the left panel
COLORS = {origin: color for origin, (color, _) in figures.ORIGINS.items()}
MARKERS = {origin: marker for origin, (_, marker) in figures.ORIGINS.items()}


def figure(result):
    answer = result.answer(pulls="new", downloads="top 1,000", families="in both")
    shares = answer.tables["families"].to_frame()
    weight = shares[["share of pulls", "share of downloads"]].max(axis="columns")
    canvas, axes = figures.canvas(height=3.6, source=result)
    _draw_scatter(axes, shares, shares.loc[weight.nlargest(SHOWN).index])
    return canvas


def _draw_scatter(axes, shares, largest) -> None:
    import seaborn as sns

    sns.scatterplot(
        shares, x="share of downloads", y="share of pulls", hue="origin", style="origin",
        palette=COLORS, markers=MARKERS, hue_order=list(COLORS), style_order=list(COLORS),
        s=26, linewidth=0.5, ax=axes,
    )  # fmt: skip
    axes.set(xscale="log", yscale="log", title="Families that both channels hold")
    axes.minorticks_off()
    for axis in (axes.xaxis, axes.yaxis):
        figures.percent_ticks(axis)
    axes.set_xlim(shares["share of downloads"].min() / 2, 2)
    axes.set_ylim(shares["share of pulls"].min() / 1.8, 0.5)
    axes.axline((1e-2, 1e-2), (1e-1, 1e-1), color=figures.MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
    axes.set(xlabel="share of downloads of 30 days", ylabel="share of pulls of 90 days")
    figures.note(axes, "equal", (0.2, 0.2), (-4, 4), muted=True, rotation=24, ha="center")
    axes.legend(title=None, loc="lower right", handletextpad=0.1, borderaxespad=0.1)
    apart = np.abs(np.log(shares["share of pulls"] / shares["share of downloads"]))
    far = shares.index.isin(largest.index) & (apart > np.log(FAR_APART))
    for row in shares[far | (apart == apart.max())].to_dict("records"):
        _name(axes, row)


def _name(axes, row) -> None:
    """Above the point, or beside one that lies below the line of equality."""
    at = row["share of downloads"], row["share of pulls"]
    above = {"offset": (5, 4), "ha": "right", "va": "bottom"}
    look = above if at[1] > at[0] else {"offset": (5, 0)}
    figures.note(axes, row["family"], at, fontsize=7, **look)
