"""Are five of the ten best models Chinese, and what can a list of ten tell?

The claim of August 2024 names a leaderboard and not its ten models. The board of that day is known,
and a Chinese model may be one of a Chinese publisher, of a Chinese architecture, or one made from a
Chinese base: the three readings give one, eight and more. Other rankings of language models stand
beside it, among them the list that the makers printed when the board's second version began. Ten
places tell little about all models: that is shown too.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    CannotEstimate,
    Curve,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    figures,
)
from research.doubts import Computed, among, turned_at
from research.estimators.proportions import clopper_pearson
from research.measures.leaderboards import (
    TOP,
    LeadingTen,
    chinese_of_ten,
    highlighted,
    origins_read,
)
from research.measures.publishers import Persons, accounts_of, publishers, with_persons

PUBLISHED = "Chinese share of the ten leading models, on the claim's day"
BUILT = "share of the ten leading models with a Chinese architecture"
BASED = "share of the ten leading models with a Chinese base"
EARLIER = "Chinese share of the ten leading models, in July"
MODELS = "Chinese share of the ten leading models"
ORGANISATIONS = "Chinese share of the organisations behind them"
TELLS = "share of all models that such a list is compatible with"
DAYS = "days of the leaderboard with five Chinese models of ten"

HYPOTHESES = {
    label: Hypothesis(
        claims=["china-oss/five-of-ten"],
        estimand=estimand,
        null=0.45,
        null_source="between four and five of ten: the claim says five",
        alternative="greater",
        role=role,
        scope=scope,
    )
    for label, estimand, role, scope in (
        (PUBLISHED, "share of models of Chinese publishers among the ten leading ones",
         "reanalysis", "same"),
        (BUILT, "share of models of a Chinese architecture among the ten leading ones",
         "reanalysis", "other measure"),
        (BASED, "share of models made from Chinese ones among the ten leading ones",
         "out of sample", "other measure"),
        (EARLIER, "share of models of Chinese publishers among the ten leading ones",
         "out of sample", "earlier date"),
        (MODELS, "share of models of Chinese publishers among ten leading ones",
         "out of sample", "other measure"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Board:
    """A day of the leaderboard, and how it is read."""

    day: str
    reading: str
    label: str


BOARDS = {
    "leaderboard": Board("2024-08-19", "publisher", PUBLISHED),
    "leaderboard, architectures": Board("2024-08-19", "architecture", BUILT),
    # The first day that tells bases.
    "leaderboard, bases": Board("2024-08-30", "base", BASED),
    "leaderboard, first day": Board("2024-07-13", "publisher", EARLIER),
}
# The ten leading models as printed with the second version of the Open LLM Leaderboard, 2024-06-26
# (Fourrier et al., Open-LLM performances are plateauing, huggingface.co/spaces/open-llm-leaderboard
# /blog), read as a news item quotes it: https://taptechnews.com/f18a7d5004ff72f4.html. It is the
# makers' selection of models worth noting.
PRINTED = (
    "Qwen/Qwen2-72B-Instruct",
    "meta-llama/Meta-Llama-3-70B-Instruct",
    "microsoft/Phi-3-medium-4k-instruct",
    "01-ai/Yi-1.5-34B-Chat",
    "CohereForAI/c4ai-command-r-plus",
    "abacusai/Smaug-72B-v0.1",
    "Qwen/Qwen1.5-110B",
    "Qwen/Qwen1.5-110B-Chat",
    "microsoft/Phi-3-small-128k-instruct",
    "01-ai/Yi-1.5-9B-Chat",
)
# Press reports of the full board in the same days count three of Alibaba and one of 01.AI:
# https://vietnam.vn/en/llm-trung-quoc-thau-tom-top-10-mo-hinh-ai-nguon-mo-hang-dau-the-gioi.
REPORTED = 4
BOARD = "the ten leading models of the Open LLM Leaderboard"
AS_PRINTED = "the ten leading models as the leaderboard's makers printed them"
OF_CATALOGUE = "the ten most {} text-generation models of the LLM catalogue"
LISTS = {
    "printed list": (AS_PRINTED, "2024-06-26"),
    "likes": (OF_CATALOGUE.format("liked"), "2026-10-05"),
    "downloads": (OF_CATALOGUE.format("downloaded"), "2026-10-05"),
}
ORDER = {"likes": "likes", "downloads": "hub_downloads_30d"}


def sample(
    leaderboard_states,
    hub_llm_models,
    publisher_origins,
    *,
    ranking: Annotated[Literal[*BOARDS, *LISTS], ESTIMAND] = "leaderboard",
    view: Literal["all models", "highlighted by the maintainers"] = "all models",
    strings: Literal["mended", "as they were"] = "mended",
    persons: Persons = "in no country",
    printed: Literal["by the makers", "as the press reported"] = "by the makers",
) -> Sample:
    if ranking != "printed list" and printed != "by the makers":
        raise NotApplicable("only the list of June 2024 was reported in two forms")
    if ranking not in BOARDS and view != "all models":
        raise NotApplicable("only the leaderboard highlights models")
    if ranking != "leaderboard, architectures" and strings != "mended":
        raise NotApplicable("only architectures are told by strings")
    origins = with_persons(publisher_origins, persons)
    if ranking in BOARDS:
        states = leaderboard_states if view == "all models" else highlighted(leaderboard_states)
        return _of_board(states, origins, BOARDS[ranking], strings)
    population, as_of = LISTS[ranking]
    ten = _coded(_listed(hub_llm_models, ranking), origins)
    reported = printed == "as the press reported"
    return Sample(
        population=population,
        as_of=as_of,
        data={"ten": ten, "reported": REPORTED if reported else None},
        tables={"ten": ten[["model_id", "organisation", "chinese"]]},
    )


def _of_board(states, origins, board, strings) -> Sample:
    """The ten leading models of a day, and how many were Chinese on every day."""
    origin = origins_read(states, origins, board.reading, mended=strings == "mended")
    if board.reading == "base":  # days before tell no bases
        origin, states = (rows[states["as_of"] >= board.day] for rows in (origin, states))
    days = chinese_of_ten(states, origin)
    if board.day not in days.index:
        raise CannotEstimate(f"the table holds no ten models of {board.day}")
    listed, chinese = states[states["as_of"] == board.day].head(TOP), days.loc[board.day]
    known = publishers(accounts_of(listed["model_id"]), origins)
    read = among(origin.loc[listed.index], {"CN"})[0]
    ten = listed[["model_id"]].assign(organisation=known["organisation"], chinese=read)
    return Sample(
        population=BOARD,
        as_of=board.day,
        data={
            "board": board,
            "chinese": chinese,
            "days": days,
        },
        deferred={"ten": lambda: LeadingTen.of(states, origin, origins, board.reading)},
        tables={"ten": ten, "days": days.reset_index().assign(as_of=days.index.astype(str))},
    )


def _listed(catalogue, ranking) -> pd.DataFrame:
    if ranking == "printed list":
        return pd.DataFrame({"model_id": PRINTED})
    text = catalogue[catalogue["pipeline_tag"] == "text-generation"]
    listed = text.nlargest(TOP, ORDER[ranking])[["model_id"]].reset_index(drop=True)
    if len(listed) < TOP:
        raise CannotEstimate(f"the catalogue holds {len(listed)} such models, and ten are needed")
    return listed


def _coded(models, origins) -> pd.DataFrame:
    """The models with their organisation, and whether they certainly or possibly are Chinese."""
    known = publishers(accounts_of(models["model_id"]), origins)
    chinese, possible = among(known["origin"], {"CN"})
    columns = {"organisation": known["organisation"], "chinese": chinese, "possible": possible}
    return models[["model_id"]].assign(**columns)


def estimate(sample) -> list[Estimate]:
    if "board" in sample.data:
        return _on_board(sample["board"], sample["chinese"], sample["days"], sample["ten"])
    ten, reported = sample["ten"], sample["reported"]
    if reported is not None:
        return [_of_ten(MODELS, Bounds.at(reported), reported, (NOT_AUGUST,))]
    chinese, possible = int(ten["chinese"].sum()), int(ten["possible"].sum())
    assumptions = (NOT_AUGUST, _bases(ten))
    return [
        _of_ten(MODELS, Bounds(chinese, possible), chinese, assumptions),
        _of_organisations(ten),
        _compatible(ten),
    ]


def _on_board(board, chinese, days, ten) -> list[Estimate]:
    """The share of the day, and on how many days there were five."""
    at, read = days.index.get_loc(pd.Timestamp(board.day)), READ[board.reading]
    of_day = Computed(lambda chinese: chinese[at] / TOP, ten)
    bounds = Bounds(float(chinese["least"]), float(chinese["most"]))
    five = HYPOTHESES[board.label].null * TOP
    least, shown, most = (days[["least", "shown", "most"]] > five).sum().astype(float)
    of_days = Computed(lambda chinese: (chinese > five).sum(axis=0), ten)
    enough = Estimate(
        label=DAYS,
        unit="days",
        value=shown,
        bounds=Bounds(least, most),
        sharpness="sharp",
        drawn=of_days if least < most else None,
        n=len(days),
        n_unit="days",
        assumptions=(read,),
    )
    return [
        _of_ten(board.label, bounds, float(chinese["shown"]), (WHICH_DAY, read), of_day),
        enough,
    ]


def _of_ten(label, chinese, shown, assumptions, drawn=None) -> Estimate:
    five = HYPOTHESES[label].null * TOP
    entries = int(np.floor(abs(shown - five))) + 1
    held = "turned if {:0} of the ten places were held by a model of another origin"
    return Estimate(
        label=label,
        unit="share of models",
        value=shown / TOP,
        bounds=chinese / TOP,
        sharpness="sharp",
        drawn=drawn if chinese.width else None,
        n=TOP,
        n_unit="places",
        assumptions=assumptions,
        tipping_points=(turned_at("places that would have to change hands", held, entries),),
    )


def _of_organisations(ten) -> Estimate:
    organisations = ten.groupby("organisation")[["chinese", "possible"]].max()
    low, high = organisations.mean()
    return Estimate(
        label=ORGANISATIONS,
        unit="share of organisations",
        value=low,
        bounds=Bounds(low, high),
        n=len(organisations),
        n_unit="organisations",
        assumptions=(NOT_AUGUST,),
    )


def _compatible(ten) -> Estimate:
    """What share of all models could have put that many into a list of ten."""
    chinese, owners = int(ten["chinese"].sum()), ten["organisation"].nunique()
    design_effect = TOP / owners
    grid = np.linspace(1, TOP / 2, 17).tolist()
    limits = [clopper_pearson(chinese, TOP, design_effect=deff) for deff in grid]
    return Estimate(
        label=TELLS,
        unit="share of models",
        reading="superpopulation",
        value=chinese / TOP,
        interval=clopper_pearson(chinese, TOP, design_effect=design_effect),
        n=TOP,
        n_unit="places",
        n_effective=TOP / design_effect,
        assumptions=(DRAWN,),
        curves=(Curve.of("design effect", grid, [Bounds.at(chinese / TOP)] * len(grid), limits),),
    )


WHICH_DAY = Assumption.untestable(
    name="the claim read the board of its own day",
    evidence="The text is of 2024-08-19 and sums up another one. On 2024-07-13, the first day that "
    "is known, two models share place ten, so that one Chinese publisher more or less is listed.",
)
READ = {
    "publisher": Assumption.of_scope(
        name="a model is as Chinese as its publisher",
        evidence="From July 2024 on tuned and merged models of others led the board, most of them "
        "made from Qwen's.",
    ),
    "architecture": Assumption.of_scope(
        name="a model is as Chinese as its architecture",
        evidence="The string says how weights are laid out. Some bear Llama's that were made in "
        "China (Yi), and for a month three models of Meta bore InternLM2's: these are mended.",
    ),
    "base": Assumption.of_set(
        name="a model is as Chinese as the base that it names",
        evidence="Bases are told from 2024-08-30 on. Merges, models that name themselves and those "
        "made from a private person's may have any.",
    ),
}
NOT_AUGUST = Assumption.of_scope(
    name="this is the leaderboard of the claim",
    evidence="The list of June 2024 is the makers' selection, of which press reports count four "
    "Chinese models in ten; the other lists are of 2026 and rank by something else.",
)
DRAWN = Assumption(
    name="places are independent draws",
    holds="no",
    without="interval",
    evidence="Variants of one model fill several places; the design effect is places over "
    "organisations. A list of leaders is no random draw from all models.",
)


def _bases(ten) -> Assumption:
    several = ten["organisation"].value_counts()
    names = ", ".join(f"{name} {count}" for name, count in several[several > 1].items())
    return Assumption(
        name="ten places are ten decisions",
        holds="no" if names else "yes",
        without="scope",
        evidence=f"Places by organisation, where more than one: {names or 'none'}.",
    )


# Figure -------------------------------------------------------------------------------------------

SHOWN = {
    "leaderboard": "by publisher",
    "leaderboard, architectures": "by architecture",
    "leaderboard, bases": "by the base that is named",
}
APART = TOP + 4  # heights between two rows of days
PLACES = {
    "printed list": "as printed, June 2024",
    "leaderboard, first day": "leaderboard, 13 July 2024",
    "leaderboard": "leaderboard, 19 August 2024",
    "likes": "most liked, October 2026",
    "downloads": "most downloaded, October 2026",
}


def figure(result):
    source = f"{figures.credits(result)} June 2024: as printed by the leaderboard's makers."
    canvas, (days, places) = figures.two_panels(source, height=3.3, widths=(1.2, 1))
    for row, (ranking, name) in enumerate(SHOWN.items()):
        _draw_days(days, -row * APART, name, result.answer(ranking=ranking).tables["days"])
    _dress(days)
    for row, ranking in enumerate(PLACES):
        _draw_places(places, -row, result.answer(ranking=ranking).tables["ten"])
    figures.forest(
        places, list(PLACES.values()), width=18, xlim=(0.4, 10.6), xticks=range(1, TOP + 1),
        xlabel="place (red: Chinese publisher)", title="b  Ten places",
    )  # fmt: skip
    return canvas


def _draw_days(axes, bottom, name, table) -> None:
    """A bar a day: what is certain in red, what may be in pale red, the rest of ten in grey.

    Those of days that follow each other are one area, without edges between them.
    """
    days = table.to_frame()
    states = days.set_index(pd.to_datetime(days["as_of"]))[["least", "most"]].asfreq("D")
    midnights = pd.date_range(states.index[0] - pd.Timedelta(hours=12), periods=len(states) + 1)
    tops = states.assign(none=0, all=TOP).where(states["most"].notna()) + bottom
    for low, high, look in (
        ("none", "least", {"color": figures.CHINA}),
        ("least", "most", {"color": figures.CHINA, "alpha": 0.35}),
        ("most", "all", {"color": figures.FAINT, "alpha": 0.6}),
    ):
        axes.stairs(tops[high], midnights, baseline=tops[low], fill=True, lw=0, **look)
    claimed = bottom + HYPOTHESES[PUBLISHED].null * TOP
    axes.axhline(claimed, color=figures.INK, lw=0.8, ls=(0, (4, 3)))
    figures.note(axes, name, (states.index[-1], bottom + TOP), (-1, 6))


def _dress(axes) -> None:
    rows = range(0, -len(SHOWN) * APART, -APART)
    axes.set_yticks([row + n for row in rows for n in (0, TOP)], ["0", f"{TOP}"] * len(SHOWN))
    months = pd.to_datetime(["2024-07-01", "2024-10-01", "2025-01-01", "2025-04-01"])
    axes.set_xticks(months, [f"{month:%b %Y}" for month in months])
    axes.set(ylim=(rows[-1] - 0.5, APART + 0.5), title="a  How many of ten are Chinese?")
    of_claim = pd.Timestamp(BOARDS["leaderboard"].day)
    axes.axvline(of_claim, color=figures.INK, lw=0.8)
    figures.note(axes, "the claim", (of_claim, TOP), (4, 6))
    axes.set_xlabel("day (pale: may be Chinese; white: no state;\ndashed: between four and five)")


def _draw_places(axes, y, table) -> None:
    looks = {True: (figures.CHINA, figures.CHINA), False: ("white", figures.MUTED)}
    for place, row in enumerate(table.records(), start=1):
        face, edge = looks[bool(row["chinese"])]
        axes.plot(place, y, "s", ms=8, mfc=face, mec=edge)
