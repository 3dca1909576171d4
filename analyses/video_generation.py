"""Does China lead in video generation models?

The Hub tags few models as text-to-video or image-to-video. Most video weights that are downloaded
are repackaged for one program, under accounts of other countries and without a tag: whose they are
is read from the base that they name or, where they name none, from the family in their name. By tag
and account another country leads; by base China does.
"""

from functools import partial
from typing import Annotated, Literal

import pandas as pd

from research import ESTIMAND, Assumption, Estimate, Hypothesis, Sample, TippingPoint, figures
from research.doubts import Coarse, Ranking, Share, turned_at
from research.estimators.budget import alternatives_row, budget
from research.measures.publishers import (
    ANYWHERE,
    CHINA,
    ORIGIN,
    Persons,
    accounts_of,
    publishers,
    with_persons,
)
from research.measures.remembering import remembered
from research.measures.top_lists import on_day
from research.results import BudgetRow, deferred

LEAD = "China minus the next country, video generation"
SHARE = "China: share, video generation"

HYPOTHESES = {
    LEAD: Hypothesis(
        claims=["tuoitre/video-lead"],
        estimand="China's share of video generation models minus that of the country with the "
        "largest share among all others",
        null=0,
        null_source="to lead is to be ahead of every other country: stated by this project",
        alternative="greater",
        role="out of sample",
        scope="other measure",
    )
}
VIDEO = ["text-to-video", "image-to-video", "video-to-video", "image-text-to-video"]
SHOWN = {tag: tag.title().replace("-To-", "-to-") for tag in VIDEO}  # as the trending page has it
# Families of video generation models, by the beginning or a part of a repository's name, and the
# account of their makers. Those of the tables, and whatever else they might have held.
FAMILIES = {
    r"(?:^|[^a-z])wan(?:[_-]?2|video)": "Wan-AI",
    r"minimax-?h3": "MiniMaxAI",
    r"hunyuan_?-?video": "tencent",
    r"cogvideo": "zai-org",
    r"ltx": "Lightricks",
    r"stable-video-diffusion": "stabilityai",
    r"cosmos.*(?:video|predict|diffusion)": "nvidia",
}
COUNTRIES = {"CN": "China", "IL": "Israel", "US": "US", "GB": "United Kingdom", "FI": "Finland"}
ATTRIBUTED = ("base or family", "base named", "account")
FOUND_BY = ("task or family", "task alone")
DATES = {"downloads, June": "2026-06-11", "downloads, April": "2026-04-28", "models": "2026-06-11"}


def sample(
    hub_top_models,
    hub_trending,
    publisher_origins,
    *,
    measured: Annotated[Literal[*DATES, "trending places"], ESTIMAND] = "downloads, June",
    attributed: Literal[*ATTRIBUTED] = "base or family",
    found_by: Literal[*FOUND_BY] = "task or family",
    persons: Persons = "in no country",
) -> Sample:
    if measured == "trending places":
        listed, as_of = _trending(hub_trending), f"{hub_trending['date'].max():%Y-%m-%d}"
        who = "the daily thirty of the trending list"
    else:
        as_of = DATES[measured]
        listed = _listed(
            on_day(hub_top_models, as_of), by="models" if measured == "models" else "downloads"
        )
        who = "the 1,000 most downloaded models"
    models = partial(_models, listed, with_persons(publisher_origins, persons))
    video = models(attributed, found_by)
    return Sample(
        population=f"the video generation models among {who}",
        as_of=as_of,
        data={"video": video, "unit": measured.split(",")[0]},
        tables={
            "models": video.units.rows[["model", "owner", "organisation", "origin", "value"]]
            .sort_values("value", ascending=False, kind="stable"),
            "attribution": lambda: pd.concat(
                [_by_origin(models(by, found_by), by) for by in ATTRIBUTED]
            ),
        },
        deferred={
            "attribution": lambda: {by: _ahead(models(by, found_by)) for by in ATTRIBUTED},
            "found by": lambda: {search: _ahead(models(attributed, search)) for search in FOUND_BY},
        },
    )  # fmt: skip


def _ahead(video) -> float:
    return video.lead("CN").value


# Which models generate video, and whose they are --------------------------------------------------


@remembered
def _listed(top, by) -> pd.DataFrame:
    """The models of a list, each of which weighs its downloads or counts once."""
    return pd.DataFrame(
        {
            "model": top["model_id"],
            "task": top["pipeline_tag"].isin(VIDEO),
            "account": top["author"],
            "base": accounts_of(top["base_models"]),
            # Not those with another task: what describes videos does not make them.
            "family": _family(top["model_id"]).where(
                top["pipeline_tag"].isna() | top["pipeline_tag"].isin(VIDEO)
            ),
            "weight": top["hub_downloads_30d"].astype(float) if by == "downloads" else 1.0,
        }
    )


@remembered
def _trending(trending) -> pd.DataFrame:
    """The models that the page listed, with the number of days on which it did."""
    page = trending.assign(task=trending["category"].isin(SHOWN.values()))
    tagged = trending["category"].isna() | page["task"]
    page["family"] = _family(page["model_id"]).where(tagged)
    models = page.groupby(["model_id", "author"]).agg(
        task=("task", "any"), family=("family", "first"), weight=("date", "nunique")
    )
    models = models.reset_index().rename(columns={"model_id": "model", "author": "account"})
    return models.assign(base=pd.NA, weight=models["weight"].astype(float))


def _family(names) -> pd.Series:
    """The account of the makers of the family that a repository's name bears."""
    name = names.str.partition("/")[2].str.lower()
    accounts = pd.Series(pd.NA, index=names.index, dtype=object)
    for pattern, account in FAMILIES.items():
        accounts = accounts.mask(name.str.contains(pattern) & accounts.isna(), account)
    return accounts


@remembered
def _models(listed, origins, attributed, found_by) -> Ranking:
    """The models that generate video, by where they are from."""
    named = listed["family"].notna() & (found_by == "task or family")
    return Ranking(_coded(listed[listed["task"] | named], origins, attributed), "origin")


def _coded(video, origins, attributed) -> Coarse:
    """The models with the countries that each may be of; an empty text for any country."""
    owner = video["account"]
    if attributed != "account":
        maker = video["base"]
        if attributed == "base or family":
            maker = maker.fillna(video["family"])
        owner = maker.fillna(owner)
    known = publishers(owner, origins)
    origin = known["origin"]
    if attributed == "base named":  # repackaged without a base that is named: anyone's
        repackaged = publishers(video["account"], origins)["role"].eq("repackager")
        origin = origin.mask(repackaged & video["base"].isna(), ANYWHERE)
    rows = known[["organisation"]].assign(
        model=video["model"], owner=owner, origin=origin, origin_doubt=ORIGIN.name,
        **dict.fromkeys(["low", "value", "high"], video["weight"]),
    )  # fmt: skip
    return Coarse(rows, (ORIGIN,), "models", "weight")


def _by_origin(video, by) -> pd.DataFrame:
    """Share of each origin under one attribution: a country, or the doubt."""
    models = video.units.rows
    origin = models["origin"].where(models["origin"].isin(COUNTRIES), "unknown or other")
    shares = models.groupby(origin)["value"].sum() / models["value"].sum()
    return shares.rename_axis("origin").reset_index(name="share").assign(attributed=by)


def estimate(sample) -> list[Estimate]:
    share, unit = Share(of=CHINA).in_(sample["video"].units), sample["unit"]
    models = {"n": len(share.units.rows), "n_unit": "video generation models"}
    of_china = share.estimate(
        label=SHARE, unit=f"share of {unit}", assumptions=(FEW, BY_NAME), **models
    )
    return [_leading(sample, unit, models), of_china]


def _leading(sample, unit, models) -> Estimate:
    lead = sample["video"].lead("CN")
    return lead.estimate(
        label=LEAD,
        unit=f"difference in share of {unit}",
        assumptions=(FEW, BY_NAME, TRACED),
        tipping_points=(_closing(lead, unit),),
        budget=_budget(sample, lead),
        **models,
    )


@deferred
def _budget(sample, lead) -> tuple[BudgetRow, ...]:
    return budget(
        *lead.budget(),
        alternatives_row("attribution of repackaged models", sample["attribution"]),
        alternatives_row("video models found by", sample["found by"]),
        lead.left_out("organisation"),
    )


def _closing(lead, unit) -> TippingPoint:
    """What would have to be added to whoever is behind, as part of all that is counted."""
    behind = "another country" if lead.value > 0 else "China"
    return turned_at(
        f"{unit} of the trailing side that are missing, over all counted",
        f"turned if {unit} amounting to {{:%}} of those counted were missing from {behind}: below "
        "the lists' cut nothing is known",
        abs(lead.value),
    )


FEW = Assumption.of_scope(
    name="the lists hold the video models that matter",
    evidence="Only a handful of video models are among the 1,000 most downloaded; of the makers of "
    "Wan and HunyuanVideo no repository of their own is.",
)
BY_NAME = Assumption.untestable(
    name="a name tells what a model does and whose it is",
    evidence="Repackaged weights carry no task; their families were written down from knowledge.",
)
TRACED = Assumption.untestable(
    name="a repackaged, quantized or adapted model belongs to the makers of its base",
    evidence="The claim speaks of models and not of accounts; counting the accounts is a choice.",
)


# Figure -------------------------------------------------------------------------------------------

MEASURES = {
    "downloads, June": "downloads, June 2026",
    "downloads, April": "downloads, April 2026",
    "models": "number of models, June 2026",
    "trending places": "days on the trending page",
}
LOOK = {
    "CN": (figures.CHINA, ""),
    "IL": (figures.INK, "////"),
    "US": (figures.UNITED_STATES, ""),
    "FI": (figures.OTHER, "...."),
    "GB": (figures.OTHER, ""),
    "unknown or other": (figures.FAINT, ""),
}

WAYS = ["base, or family in the name", "base that is named", "account"]  # as ATTRIBUTED has them


def figure(result):
    canvas, (parts, leads) = figures.two_panels(result, height=2.7, widths=(1.3, 1))
    _draw_parts(parts, result.answer().tables["attribution"])
    answers = [result.answer(measured=measured) for measured in MEASURES]
    for row, every in enumerate(answer.robustness[LEAD] for answer in answers):
        leads.plot([every.low, every.high], [-row, -row], color=figures.OTHER, lw=0.9)
    figures.forest(
        leads, list(MEASURES.values()),
        figures.Series(rows=[answer.estimates[LEAD] for answer in answers]), null=0, width=18,
        xlim=(-1, 1), title="b  Does China lead?",
        xlabel="China minus the next country\n(bar: origins; line: other choices)",
    )  # fmt: skip
    return canvas


def _draw_parts(axes, table) -> None:
    """Downloads of June by origin, under the three ways to tell whose a model is."""
    shares: dict[str, dict] = {way: {} for way in WAYS}
    for row in table.records():
        name = COUNTRIES.get(row["origin"], row["origin"])
        shares[WAYS[ATTRIBUTED.index(row["attributed"])]][name] = row["share"]
    looks = {COUNTRIES.get(origin, origin): look for origin, look in LOOK.items()}
    held = {
        name: look for name, look in looks.items() if any(name in each for each in shares.values())
    }
    legend = {"loc": "lower left", "ncols": 3, "borderaxespad": 0, "columnspacing": 1}
    figures.stacked_bars(axes, shares, held, **legend)
    axes.set(ylim=(-3.45, 0.6), xlim=(0, 1))
    axes.set_xlabel("share of downloads, June 2026,\nby origin of what the row names")
    figures.percent_ticks(axes.xaxis)
    axes.set_title("a  Whose are the video models?")
