"""Is as much of the Ollama pulls as of the Hub downloads under a permissive licence?

A family is a name of the Ollama library; its licences are those of its own repositories on the
Hub. The sizes of a family can differ in licence, and which size was pulled is not known: such a
family may have been pulled under any of its licences. The Hub counts each repository by itself.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

from research import (
    ESTIMAND,
    Assumption,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    figures,
)
from research.doubts import Coarse, Doubt, Share, levelled, overturned, where
from research.estimators.budget import budget
from research.measures.channels import (
    HUB_DATES,
    SAME_ACT,
    day_of_both,
    in_both,
    of_families,
    of_kinds,
)
from research.measures.hub import (
    LICENCE,
    TAGGED,
    hub_downloads,
    hub_facts,
)  # fmt: skip
from research.measures.publishers import library_publishers
from research.measures.pulls import days_counted, ollama_pulls, pulls_in_words
from research.measures.top_lists import newest_first, on_day
from research.results import Deferred
from research.wording import written

GAP = "permissive share, downloads minus pulls"
SHARE = "permissive share of {}"
APART = 0.05

HYPOTHESES = {
    GAP: Hypothesis(
        estimand="share of models under a permissive licence, Hub downloads minus Ollama pulls",
        null=0,
        margin=APART,
        null_source="five percentage points either way, stated by this project: less is alike",
        alternative="different",
        role="out of sample",
        scope="other measure",
    )
}

HUB = {"catalogue": "the LLM catalogue", "top 1,000": "the 1,000 most downloaded models"}
PERMISSIVE = {
    "Apache or MIT": {"apache-2.0", "mit"},
    # Free use, change and redistribution against a notice; those that occur.
    "every permissive licence": {
        "apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "afl-3.0", "cc0-1.0", "cc-by-4.0",
        "cdla-permissive-2.0",
    },
}  # fmt: skip


def sample(
    ollama_library_pulls,
    hub_llm_panel,
    hub_llm_models,
    hub_top_models,
    model_crosswalk_names,
    model_crosswalk_repositories,
    publisher_origins,
    *,
    families: Annotated[Literal["in both", "all"], ESTIMAND] = "in both",
    downloads: Annotated[Literal["catalogue", "top 1,000"], ESTIMAND] = "catalogue",
    pulls: Annotated[Literal["new", "all"], ESTIMAND] = "new",
    window: Literal[30, 90] = 30,
    permissive: Literal["Apache or MIT", "every permissive licence"] = "Apache or MIT",
    copies: Literal["with their family", "left out"] = "with their family",
) -> Sample:
    days = days_counted(pulls, window)
    if families == "all" and copies == "left out":
        raise NotApplicable("other models than those of the families are copies too")
    listed = hub_llm_panel if downloads == "catalogue" else hub_top_models
    day = day_of_both(listed, ollama_library_pulls, HUB_DATES[downloads])
    facts = hub_facts(newest_first(hub_top_models), hub_llm_models)
    downloaded = hub_downloads(
        on_day(listed, day)[["model_id", "hub_downloads_30d"]],
        publisher_origins,
        tell=["licence", "task"],
        facts=facts,
        families=model_crosswalk_repositories,
    )
    names, kinds = of_kinds(model_crosswalk_names)
    library = library_publishers(names, publisher_origins)
    pulled = ollama_pulls(ollama_library_pulls, library, day, days)
    if copies == "left out":
        downloaded = downloaded.among(downloaded.rows["relation"] == "own")
    if families == "in both":
        pulled, downloaded = in_both(pulled, downloaded)
    else:
        of_kind = downloaded.rows["task"].isin(kinds)
        downloaded = downloaded.among(downloaded.rows["family"].notna() | of_kind)
    which = "the families shared by" if families == "in both" else "all families and models of"
    return Sample(
        population=f"{which} {pulls_in_words(days)} and {HUB[downloads]}",
        as_of=f"{day:%Y-%m-%d}",
        data={
            "permissive": where(licence=PERMISSIVE[permissive]),
            "pulls": _licensed(pulled, of_families(facts["licence"], model_crosswalk_repositories)),
            "downloads": downloaded,
        },
    )


def _licensed(pulled, licences) -> Coarse:
    """The names with the licences of their families; any, where one is not named."""
    licence = licences.reindex(pulled.rows.index).fillna("")
    doubt = licence.eq("").map({True: UNNAMED.name, False: SEVERAL.name})
    rows = pulled.rows.assign(licence=licence, licence_doubt=doubt)
    return replace(pulled, rows=rows, doubts=(*pulled.doubts, SEVERAL, UNNAMED))


SEVERAL = Doubt("families of several licences", "any licence of the family")
UNNAMED = Doubt("families with a licence not named", "any licence")


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> Iterator[Estimate]:
    permissive = Share(of=sample["permissive"])
    pulls, downloads = (permissive.in_(sample[side]) for side in ("pulls", "downloads"))
    assumed = _one_licence(pulls), TAGGED
    yield _gap(downloads - pulls, assumed)
    yield from (_share(pulls, "pulls", assumed), _share(downloads, "downloads", assumed))


def _gap(gap, assumed) -> Estimate:
    return gap.estimate(
        label=GAP,
        unit="difference in share",
        n=len(gap.first.units.rows) + len(gap.second.units.rows),
        n_unit="families and repositories",
        assumptions=(*assumed, SAME_ACT),
        tipping_points=Deferred(lambda: (_levelling(gap), _not_genuine(gap))),
        budget=Deferred(lambda: budget(*gap.budget(), *gap.drawn("organisation"))),
    )


def _share(share, side, assumed) -> Estimate:
    return share.estimate(
        label=SHARE.format(side),
        unit=f"share of {side}",
        n=len(share.units.rows),
        n_unit="families" if side == "pulls" else "repositories",
        assumptions=assumed,
    )


# What could move it -------------------------------------------------------------------------------


def _levelling(gap):
    """Which part of the pulls in doubt would have to be permissive for equal shares."""
    return levelled(
        gap.levelling([SEVERAL.name, UNNAMED.name, LICENCE.name]),
        what="part of the pulls in doubt that are permissive",
        of="pulls in doubt",
        are="permissive",
        never="with the pulls as shown, no licence of the families in doubt makes the shares equal",
    )


def _not_genuine(gap):
    """Which part of the permissive downloads must be automated to lose the verdict."""
    permissive = gap.first.question.of
    return overturned(
        lambda part: gap.thinned(permissive, part).bounds().low - APART,
        things="permissive downloads",
        nothing="nothing to lose: the licences that are not known leave it open",
    )


def _one_licence(pulls) -> Assumption:
    certain, possible = pulls.units.holds(pulls.question.of)
    open_ones, value = possible & ~certain, pulls.units.rows["value"]
    part = value[open_ones].sum() / value.sum()
    return Assumption(
        name="a family has one licence, and it is known",
        holds="no",
        without="set",
        evidence=written(
            "{:0} of {:0} families, with {:%0} of the pulls, have repositories under different "
            "licences or under none that is named; their pulls may be permissive or not.",
            open_ones.sum(),
            len(value),
            part,
        ),
    )


# Figure -------------------------------------------------------------------------------------------

LOOKS = {"pulls": figures.INK, "downloads": figures.OTHER}


def figure(result):
    canvas, (shares, gaps) = figures.canvas(
        (1, 2), height=3.9, source=figures.credits(result), sharey=True, width_ratios=(1.2, 1)
    )
    answers = list(result.answers.values())
    figures.forest(
        shares,
        [_row_name(answer.estimand) for answer in answers],
        *(
            figures.Series(
                rows=[a.estimates[SHARE.format(side)] for a in answers], name=side, color=color
            )
            for side, color in LOOKS.items()
        ),
        width=44,
        title="a  Under Apache or MIT",
        xlabel="share of pulls, of downloads\n(bar: all that the licences allow)",
        xlim=(0, 1),
    )
    figures.forest(
        gaps,
        None,
        figures.Series(rows=[answer.estimates[GAP] for answer in answers]),
        null=0,
        band=(-APART, APART),
        title="b  Downloads minus pulls",
        xlabel="difference in share\n(band: alike)",
    )
    return canvas


def _row_name(estimand) -> str:
    families = "shared families" if estimand["families"] == "in both" else "all models"
    pulls = "30 days" if estimand["pulls"] == "new" else "all pulls"
    return f"{families}: {estimand['downloads']}, {pulls}"
