"""Are five of the ten best models Chinese, and what can a list of ten tell?

The claim of August 2024 names a leaderboard, not its ten models, and no table of that month is
bundled. The makers printed the ten leading models when they opened the leaderboard's second version
in June 2024: that list is tested, and two later rankings of language models beside it. Ten places
tell little about all models: that is shown too.
"""

from dataclasses import replace
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
from research.doubts import among, turned_at
from research.estimators.proportions import clopper_pearson
from research.measures.publishers import accounts_of, publishers

MODELS = "Chinese share of the ten leading models"
ORGANISATIONS = "Chinese share of the organisations behind them"
TELLS = "share of all models that such a list is compatible with"

HYPOTHESES = {
    MODELS: Hypothesis(
        claims=["china-oss/five-of-ten"],
        estimand="share of models of Chinese publishers among the ten leading ones",
        null=0.45,
        null_source="between four and five of ten: the claim says five",
        alternative="greater",
        role="out of sample",
        scope="other measure",
    )
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
TOP = 10
RANKINGS = {
    "leaderboard": ("the ten leading models of the Open LLM Leaderboard", "2024-06-26"),
    "likes": ("the ten most liked text-generation models of the LLM catalogue", "2026-10-05"),
    "downloads": (
        "the ten most downloaded text-generation models of the LLM catalogue",
        "2026-10-05",
    ),
}
ORDER = {"likes": "likes", "downloads": "hub_downloads_30d"}


def sample(
    hub_llm_models,
    publisher_origins,
    *,
    ranking: Annotated[Literal["leaderboard", "likes", "downloads"], ESTIMAND] = "leaderboard",
    board: Literal[
        "as printed by the makers", "as reported by the press"
    ] = "as printed by the makers",
) -> Sample:
    population, as_of = RANKINGS[ranking]
    if ranking != "leaderboard" and board != "as printed by the makers":
        raise NotApplicable("only the leaderboard was reported in two forms")
    reported = board == "as reported by the press"
    if ranking == "leaderboard":
        listed = pd.DataFrame({"model_id": PRINTED})
    else:
        text = hub_llm_models[hub_llm_models["pipeline_tag"] == "text-generation"]
        listed = text.nlargest(TOP, ORDER[ranking])[["model_id"]]
    if len(listed) < TOP:
        raise CannotEstimate(f"the catalogue holds {len(listed)} such models, and ten are needed")
    ten = _coded(listed.reset_index(drop=True), publisher_origins)
    return Sample(
        population=population,
        as_of=as_of,
        data={"ten": ten, "reported": REPORTED if reported else None},
        tables={"ten": ten[["model_id", "organisation", "chinese"]]},
    )


def _coded(models, origins) -> pd.DataFrame:
    """The models with their organisation, and whether they certainly or possibly are Chinese."""
    known = publishers(accounts_of(models["model_id"]), origins)
    chinese, possible = among(known["origin"], {"CN"})
    return pd.DataFrame(
        {
            "model_id": models["model_id"],
            "organisation": known["organisation"],
            "chinese": chinese,
            "possible": possible,
        }
    )


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    ten = sample["ten"]
    if sample["reported"] is not None:
        return [_of_ten(sample["reported"], sample["reported"], None)]
    return [
        _of_ten(int(ten["chinese"].sum()), int(ten["possible"].sum()), ten),
        _of_organisations(ten),
        _compatible(ten),
    ]


def _of_ten(sure, possible, ten) -> Estimate:
    spare = sure - HYPOTHESES[MODELS].null * TOP
    entries = int(np.floor(abs(spare))) + 1
    held = "turned if {:0} of the ten places were held by a model of another origin"
    return Estimate(
        label=MODELS,
        unit="share of models",
        value=sure / TOP,
        bounds=Bounds(sure / TOP, possible / TOP),
        n=TOP,
        n_unit="places",
        assumptions=(NOT_AUGUST,) if ten is None else (NOT_AUGUST, _bases(ten)),
        tipping_points=(turned_at("places that would have to change hands", held, entries),),
    )


def _of_organisations(ten) -> Estimate:
    organisations = ten.groupby("organisation")[["chinese", "possible"]].max()
    low, high = (float(organisations[part].mean()) for part in ("chinese", "possible"))
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
    found, owners = int(ten["chinese"].sum()), ten["organisation"].nunique()
    design_effect = TOP / owners
    grid = np.linspace(1, TOP / 2, 17).tolist()
    limits = [clopper_pearson(found, TOP, design_effect=deff) for deff in grid]
    return Estimate(
        label=TELLS,
        unit="share of models",
        reading="superpopulation",
        value=found / TOP,
        interval=clopper_pearson(found, TOP, design_effect=design_effect),
        n=TOP,
        n_unit="places",
        n_effective=TOP / design_effect,
        assumptions=(DRAWN,),
        curves=(Curve.of("design effect", grid, [Bounds.at(found / TOP)] * len(grid), limits),),
    )


NOT_AUGUST = Assumption.of_scope(
    name="this is the leaderboard of the claim",
    evidence="The state of August 2024 is not bundled. The list of June is the makers' selection; "
    "press reports of the full board in the same days count four Chinese models in ten.",
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


def figure(result):
    canvas, (places, tells) = figures.canvas(
        (1, 2), height=2.7, source=_source(result), width_ratios=(1.3, 1)
    )
    answers = [result.answer(ranking=name) for name in RANKINGS]
    for row, answer in enumerate(answers):
        _draw_places(places, -row, answer.tables["ten"])
    labels = ["leaderboard, June 2024", "most liked, October 2026", "most downloaded, October 2026"]
    figures.forest(
        places, labels, width=16, xlim=(0.4, 10.6), xticks=range(1, TOP + 1),
        xlabel="place (written: Chinese publisher)", title="a  Ten places",
    )  # fmt: skip
    tell = [
        replace(answer.estimates[TELLS], bounds=answer.estimates[MODELS].identified)
        for answer in answers
    ]
    owners = [answer.estimates[ORGANISATIONS].value for answer in answers]
    figures.forest(
        tells, [""] * len(labels), figures.Series(rows=tell, offset=0.12),
        figures.Series(rows=owners, marker="D", offset=-0.22), null=HYPOTHESES[MODELS].null,
        xlim=(0, 1), title="b  What they tell",
        xlabel="Chinese share (dot: of models; diamond: of\norganisations; line: 95% interval)",
    )  # fmt: skip
    return canvas


def _source(result) -> str:
    return f"{figures.credits(result)} Leaderboard: as printed by its makers, 2024-06-26."


def _draw_places(axes, y, table) -> None:
    for place, row in enumerate(table.rows, start=1):
        chinese = dict(zip(table.columns, row, strict=True))["chinese"]
        face = figures.CHINA if chinese else "white"
        axes.plot(place, y, "s", ms=9, mfc=face, mec=figures.CHINA if chinese else figures.MUTED)
