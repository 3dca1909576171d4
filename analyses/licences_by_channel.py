"""Is as much of the Ollama pulls as of the Hub downloads under a permissive licence?

A family is a name of the Ollama library; its licences are those of its own repositories on the
Hub. The sizes of a family can differ in licence, and which size was pulled is not known: such a
family may have been pulled under any of its licences. The Hub counts each repository by itself.
"""

from typing import Annotated, Literal

import numpy as np
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
    TippingPoint,
    figures,
)
from research.estimators.budget import budget, leave_one_out_row, sampling_row
from research.estimators.clustered import paired_share_difference
from research.estimators.ranged import Ranged, ranged_share
from research.estimators.tipping import tipping_point
from research.measures.channels import EMBEDDING, GENERATION, HUB_DATES, in_both, pulls_of
from research.measures.publishers import organisations
from research.measures.pulls import WEIGHTS
from research.measures.top_lists import on_day
from research.wording import number

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
    if pulls == "all" and window != 30:
        raise NotApplicable("all pulls up to a date have no window")
    if families == "all" and copies == "left out":
        raise NotApplicable("other models than those of the families are copies too")
    day = pd.Timestamp(HUB_DATES[downloads])
    facts = _facts(hub_top_models, hub_llm_models)
    listed = hub_llm_panel if downloads == "catalogue" else hub_top_models
    listed = on_day(listed, day).set_index("model_id")
    listed = listed.join(model_crosswalk_repositories.set_index("hub_repository"))
    names = model_crosswalk_names[~model_crosswalk_names["served_remotely"]]
    pulled = pulls_of(names, ollama_library_pulls, day, window if pulls == "new" else None)
    if copies == "left out":
        listed = listed[listed["relation"] == "own"]
    if families == "in both":
        pulled, listed = in_both(pulled, listed)
    else:
        tasks = facts["pipeline_tag"].reindex(listed.index)
        listed = listed[listed["ollama_name"].notna() | tasks.isin(GENERATION + EMBEDDING)]
    every = listed.index.union(model_crosswalk_repositories["hub_repository"])
    judged = _judged(facts["licence"].reindex(every), PERMISSIVE[permissive])
    rows = pd.concat(
        [
            _pulled(pulled, _of_families(judged, model_crosswalk_repositories)),
            _downloaded(listed, judged),
        ]
    )
    publisher = organisations(rows["account"], publisher_origins).fillna("not published")
    count = f"the Ollama pulls of {window} days" if pulls == "new" else "all Ollama pulls"
    which = "the families shared by" if families == "in both" else "all families and models of"
    return Sample(
        population=f"{which} {count} and {HUB[downloads]}",
        as_of=HUB_DATES[downloads],
        data={"rows": rows.assign(publisher=publisher)},
    )


def _facts(top, catalogue) -> pd.DataFrame:
    """Licence and task of every repository: the newest that is known of each."""
    columns = ["model_id", "licence", "pipeline_tag"]
    known = pd.concat(
        [top.sort_values("as_of", ascending=False, kind="stable")[columns], catalogue[columns]]
    )
    parts = [known.dropna(subset=[c]).drop_duplicates("model_id") for c in columns[1:]]
    found = [p.set_index("model_id")[c] for p, c in zip(parts, columns[1:], strict=True)]
    return pd.concat(found, axis="columns")


def _judged(licences, permissive) -> pd.DataFrame:
    """Whether each repository is certainly, and whether it may be, under a permissive licence."""
    of = {text: set(text.split("|")) for text in licences.dropna().unique()}
    certain = {text: tags <= permissive for text, tags in of.items()}
    # Of two licences either may be the one that counts.
    possible = {text: bool(tags & permissive) for text, tags in of.items()}
    return pd.DataFrame(
        {
            "certain": licences.map(certain).eq(True),
            "possible": ~licences.map(possible).eq(False),
            "unnamed": licences.isna(),
        }
    )


def _of_families(judged, repositories) -> pd.DataFrame:
    """A family is certainly permissive where every repository of its own is."""
    own = repositories[repositories["relation"] == "own"].set_index("hub_repository")
    found = own.join(judged, how="inner").groupby("ollama_name")
    return pd.DataFrame(
        {
            "certain": found["certain"].all(),
            "possible": found["possible"].any(),
            "unnamed": found["unnamed"].any(),
        }
    )


def _pulled(pulled, families) -> pd.DataFrame:
    rows = pulled.join(families).rename(columns={"hub_account": "account"})
    return _unknown_open(rows).assign(side="pulls")


def _downloaded(listed, judged) -> pd.DataFrame:
    rows = listed[["hub_downloads_30d"]].join(judged)
    downloads = dict.fromkeys(WEIGHTS, rows["hub_downloads_30d"].astype(float))
    account = rows.index.str.partition("/").get_level_values(0)
    rows = rows.assign(**downloads, account=account).drop(columns="hub_downloads_30d")
    return _unknown_open(rows).assign(side="downloads")


def _unknown_open(rows) -> pd.DataFrame:
    """A unit of which no licence is known may be under any."""
    return rows.assign(
        certain=rows["certain"].eq(True),
        possible=~rows["possible"].eq(False),
        unnamed=~rows["unnamed"].eq(False),
    )


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    rows = sample["rows"]
    return [_gap(rows), _share(rows, "pulls"), _share(rows, "downloads")]


def _bounds(rows, side, *, exact=False, open_units=True) -> Bounds:
    """Share in one channel; with pulls as shown, or with doubtful units counted as outside."""
    mine = rows[rows["side"] == side]
    columns = ["value"] * 3 if exact else WEIGHTS
    low, value, high = (mine[column].to_numpy() for column in columns)
    possible = mine["possible"] if open_units else mine["certain"]
    return ranged_share(Ranged(low=low, value=value, high=high), mine["certain"], possible)


def _difference(rows, **how) -> Bounds:
    """Downloads minus pulls; the mix of licences of a family may differ between the channels."""
    pulls, downloads = (_bounds(rows, side, **how) for side in ("pulls", "downloads"))
    return Bounds(downloads.low - pulls.high, downloads.high - pulls.low)


def _gap(rows) -> Estimate:
    return Estimate(
        label=GAP,
        unit="difference in share",
        reading="finite population",
        bounds=_difference(rows),
        n=len(rows),
        n_unit="families and repositories",
        assumptions=(_one_licence(rows), TAGGED, NOT_ALIKE),
        tipping_points=(_levelling(rows), _not_genuine(rows)),
        budget=budget(*_sources(rows)),
    )


def _share(rows, side) -> Estimate:
    return Estimate(
        label=SHARE.format(side),
        unit=f"share of {side}",
        reading="finite population",
        bounds=_bounds(rows, side),
        n=int((rows["side"] == side).sum()),
        n_unit="families" if side == "pulls" else "repositories",
        assumptions=(_one_licence(rows), TAGGED),
    )


# What could move it -------------------------------------------------------------------------------


def _sources(rows) -> list[BudgetRow]:
    """Each source alone, what else is in doubt being counted as not permissive."""
    pulled = rows["side"].eq("pulls")
    kinds = {
        "families of several licences": (pulled & ~rows["unnamed"], "any licence of the family"),
        "families with a licence not named": (pulled & rows["unnamed"], "any licence"),
        "repositories without a clear licence": (~pulled, "any licence"),
    }
    found = {"rounding of the pulls": (_difference(rows, open_units=False), "all at their worst")}
    for source, (open_ones, detail) in kinds.items():
        settled = rows.assign(possible=rows["certain"] | (rows["possible"] & open_ones))
        found[source] = _difference(settled, exact=True), detail
    budgeted = [
        BudgetRow(source=source, low=ends.low, high=ends.high, detail=detail)
        for source, (ends, detail) in found.items()
    ]
    drawn = paired_share_difference(
        rows["value"] * ~pulled, rows["value"] * pulled, rows["certain"], rows["publisher"]
    )
    left_out, others = (
        leave_one_out_row(drawn.leave_one_out, "publisher"),
        sampling_row(drawn, "publishers"),
    )
    return [*budgeted, left_out, others]


def _levelling(rows) -> TippingPoint:
    """Which part of the pulls in doubt would have to be permissive for equal shares."""
    low, high = _bounds(rows, "pulls", exact=True)
    ends = [(end - low) / (high - low) for end in _bounds(rows, "downloads", exact=True)]
    what = "part of the pulls in doubt that are permissive"
    if ends[1] < 0 or ends[0] > 1:
        told = "with the pulls as shown, no licence of the families in doubt makes the shares equal"
        return TippingPoint(what=what, threshold=None, sentence=told)
    told = f"the shares are equal only if {number(100 * max(ends[0], 0), 0)} to "
    told += f"{number(100 * min(ends[1], 1), 0)} % of the pulls in doubt are permissive"
    return TippingPoint(what=what, threshold=max(ends[0], 0.0), sentence=told)


def _not_genuine(rows) -> TippingPoint:
    """Which part of the permissive downloads must be automated to lose the verdict."""
    permissive = rows["certain"] & rows["side"].eq("downloads")

    def margin(removed: float) -> float:
        kept = rows[WEIGHTS].mul(np.where(permissive, 1 - removed, 1.0), axis="index")
        return _difference(rows.assign(**kept)).low - APART

    what = "part of the permissive downloads that are not genuine"
    if margin(0) <= 0:
        told = "nothing to lose: the licences that are not known leave it open"
        return TippingPoint(what=what, threshold=None, sentence=told)
    lost = tipping_point(margin, 0, 0.99, steps=20)
    told = f"lost if {number(100 * lost, 0)} % of the permissive downloads were not genuine"
    return TippingPoint(what=what, threshold=lost, sentence=told)


def _one_licence(rows) -> Assumption:
    pulls = rows[rows["side"] == "pulls"]
    open_ones = pulls["possible"] & ~pulls["certain"]
    part = pulls.loc[open_ones, "value"].sum() / pulls["value"].sum()
    return Assumption(
        name="a family has one licence, and it is known",
        holds="no",
        evidence=f"{open_ones.sum()} of {len(pulls)} families, with {number(100 * part, 0)} % of "
        "the pulls, have repositories under different licences or under none that is named; their "
        "pulls may be permissive or not.",
    )


TAGGED = Assumption(
    name="the tag is the licence",
    holds="not testable",
    evidence="Publishers set it themselves, and today's tag is read back; copies may carry another "
    "one than their base allows.",
)
NOT_ALIKE = Assumption(
    name="a pull and a download count the same act",
    holds="no",
    evidence="A pull fetches one quantized file; a download is any request, and caches and tests "
    "repeat it.",
)


# Figure -------------------------------------------------------------------------------------------

LOOKS = {"pulls": figures.INK, "downloads": figures.OTHER}


def figure(result):
    canvas, (shares, gaps) = figures.canvas(
        (1, 2), height=3.9, source=figures.sources(result), sharey=True, width_ratios=(1.2, 1)
    )
    answers = list(result.answers.values())
    for row, answer in enumerate(answers):
        for side, height in (("pulls", 0.17), ("downloads", -0.17)):
            _draw(shares, height - row, answer.estimates[SHARE.format(side)], LOOKS[side])
        _draw(gaps, -row, answer.estimates[GAP], figures.INK)
    for side, height in (("pulls", 0.17), ("downloads", -0.17)):
        shares.annotate(
            side, (0.01, height), xycoords=("axes fraction", "data"), va="center", fontsize=8,
            color=LOOKS[side],
        )  # fmt: skip
    _dress(shares, gaps, [_row_name(answer.estimand) for answer in answers])
    return canvas


def _row_name(estimand) -> str:
    families = "shared families" if estimand["families"] == "in both" else "all models"
    pulls = "30 days" if estimand["pulls"] == "new" else "all pulls"
    return f"{families}: {estimand['downloads']}, {pulls}"


def _draw(axes, height, estimate, color) -> None:
    figures.draw_set(axes, height, estimate.identified, color=color)
    # A set narrower than a pixel would not show without its ends.
    axes.plot([*estimate.identified], [height] * 2, "|", ms=5.2, color=color)


def _dress(shares, gaps, labels) -> None:
    figures.label_rows(shares, labels, width=44)
    shares.set(xlim=(0, 1), title="a  Under Apache or MIT")
    shares.set_xlabel("share of pulls, of downloads\n(bar: all that the licences allow)")
    figures.null_line(gaps, 0)
    gaps.axvspan(-APART, APART, color=figures.FAINT, alpha=0.5, lw=0, zorder=0)
    gaps.set(title="b  Downloads minus pulls")
    gaps.set_xlabel("difference in share\n(band: alike)")
    gaps.tick_params(axis="y", length=0)
    gaps.spines["left"].set_visible(False)
