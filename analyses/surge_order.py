"""Did Kimi-K2 come before Qwen3 and GLM-4?

The trending post lets the surge of Chinese models begin with Kimi-K2. Its names can be read in two
ways: as the first models of a name, or as what was released in the month in which it was written.
The day of a release is that of the first repository that the publisher made.
"""

from typing import Annotated, Literal

import pandas as pd

from research import ESTIMAND, Assumption, CannotEstimate, Estimate, Hypothesis, Sample, figures
from research.doubts import turned_at

AHEAD = "days from Kimi-K2 to the earlier of Qwen3 and GLM-4"
EACH = "days from Kimi-K2 to {}"
FIRST = "Kimi-K2"

HYPOTHESES = {
    AHEAD: Hypothesis(
        claims=["trending/surge-order"],
        estimand="days from the first repository of Kimi-K2 to that of Qwen3 or GLM-4, whichever "
        "is earlier",
        null=0,
        null_source="what begins a surge comes first",
        alternative="greater",
        role="out of sample",
    )
}
# Beginnings of repository names, and the accounts of their publishers.
NAMED = {
    FIRST: ("kimi-k2", ["moonshotai"]),
    "Qwen3": ("qwen3", ["Qwen"]),
    "GLM-4": ("glm-4", ["zai-org", "THUDM"]),
}
POST = "trending-top10"


def sample(
    hub_llm_models,
    hub_top_models,
    claim_sources,
    *,
    meant: Annotated[Literal["the first of the name", "that month's release"], ESTIMAND] = (
        "the first of the name"
    ),
    day: Literal["first repository", "first instruct model"] = "first repository",
) -> Sample:
    columns = ["model_id", "author", "created_at", "legacy_created_at"]
    every = pd.concat([hub_llm_models[columns], hub_top_models[columns]])
    dated = every[every["created_at"].notna() & ~every["legacy_created_at"].fillna(False)]
    if meant == "that month's release":
        written = pd.Period(claim_sources.set_index("source").loc[POST, "published"], freq="M")
        dated = dated[dated["created_at"].dt.to_period("M") == written]
    if day == "first instruct model":
        dated = dated[~dated["model_id"].str.contains("base", case=False)]
    first = pd.DataFrame([_first(dated, model) for model in NAMED])
    return Sample(
        population="the repositories of the models named",
        as_of=f"{hub_llm_models['created_at'].max():%Y-%m-%d}",
        data={"first": first.set_index("model")},
        tables={"first": first.assign(created=first["created"].dt.strftime("%Y-%m-%d"))},
    )


def _first(dated, model) -> dict:
    """The earliest repository of a name, of its publisher."""
    beginning, accounts = NAMED[model]
    name = dated["model_id"].astype(object).str.replace("^[^/]*/", "", regex=True).str.lower()
    mine = dated[name.str.startswith(beginning) & dated["author"].isin(accounts)]
    if mine.empty:
        raise CannotEstimate(f"the tables hold no repository of {model} of that time")
    row = mine.sort_values(["created_at", "model_id"]).iloc[0]
    return {"model": model, "repository": row["model_id"], "created": row["created_at"]}


def estimate(sample) -> list[Estimate]:
    created = sample["first"]["created"]
    days = (created.drop(FIRST) - created[FIRST]).dt.days
    return [
        _days(AHEAD, days.min(), sample["first"].loc[days.idxmin()]),
        *(_days(EACH.format(name), gap, sample["first"].loc[name]) for name, gap in days.items()),
    ]


def _days(label, days, row) -> Estimate:
    first = f"{row['repository']} ({row['created']:%Y-%m-%d})"
    other = "older" if days > 0 else "younger"
    turned = turned_at(
        "days by which the date would have to be wrong",
        f"turned if {first} were more than {{:0}} days {other}",
        float(abs(days)),
    )
    return Estimate.of(label, days, "days", len(NAMED), "names", PUBLIC, tipping_points=(turned,))


PUBLIC = Assumption(
    name="a repository is public on the day of its creation",
    holds="no",
    evidence="Repositories are made some days before they are shown; the day of either is not "
    "told, so that gaps of a few days decide nothing.",
)


def figure(result):
    return figures.rows_of(
        result,
        height=2.0,
        names={EACH.format(name): name for name in list(NAMED)[1:]},
        null=0,
        null_text="with Kimi-K2",
        xlabel="days from the first repository of Kimi-K2",
    )
