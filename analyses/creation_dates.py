"""Could the models that the trending post names have been popular in July 2023?

A model cannot trend before its repository exists. The dates of creation are in the Hub tables; of
HunyuanWorld, whose repository is in none of them, nothing is said here.
"""

from typing import Literal

import pandas as pd

from research import Assumption, CannotEstimate, Estimate, Hypothesis, Sample, Settled, figures
from research.doubts import turned_at

EARLIEST = "days from July 2023 to the first repository of any named model"

HYPOTHESES = {
    EARLIEST: Hypothesis(
        claims=["trending/july-2023"],
        estimand="days from the end of July 2023 to the creation of the first repository that "
        "bears the name of one of the models",
        null=0,
        null_source="what trends must exist",
        alternative="less",
        role="out of sample",
    )
}
SETTLED = [
    Settled(
        claim="trending/july-2023",
        word="contradicted by documentation",
        reason="The address of the post itself holds the month in which it was written: July 2025.",
        reference="published_claims, table claim_sources (trending-top10)",
    )
]
CLAIMED = pd.Timestamp("2023-07-31")
# Beginnings of repository names, and the accounts of their publishers. Wan 2.2 is repackaged under
# another account in the tables; its publisher's own repository is not among them.
NAMED = {
    "Kimi-K2": ("kimi-k2", ["moonshotai"]),
    "Qwen3": ("qwen3", ["Qwen"]),
    "GLM-4": ("glm-4", ["zai-org", "THUDM"]),
    "Wan 2.2": (r"wan_?2\.2", ["Wan-AI", "Comfy-Org"]),
}


def sample(
    hub_llm_models,
    hub_top_models,
    *,
    repositories: Literal["of the publisher", "of anyone"] = "of the publisher",
) -> Sample:
    columns = ["model_id", "author", "created_at", "legacy_created_at"]
    every = pd.concat([hub_llm_models[columns], hub_top_models[columns]])
    dated = every[every["created_at"].notna() & ~every["legacy_created_at"].fillna(False)]
    name = dated["model_id"].str.partition("/")[2].str.lower()
    rows = []
    for model, (beginning, accounts) in NAMED.items():
        mine = dated[name.str.match(beginning)]
        if repositories == "of the publisher":
            mine = mine[mine["author"].isin(accounts)]
        if mine.empty:  # nothing is said of it
            continue
        first = mine.sort_values(["created_at", "model_id"]).iloc[0]
        count = mine["model_id"].nunique()
        rows.append((model, first["model_id"], first["created_at"], count))
    if not rows:
        raise CannotEstimate("the tables hold no repository of any of the models named")
    table = pd.DataFrame(rows, columns=["model", "repository", "created", "repositories"])
    return Sample(
        population="the repositories of the models named",
        as_of=f"{hub_llm_models['created_at'].max():%Y-%m-%d}",
        data={"first": table},
        tables={"first": table.assign(created=table["created"].dt.strftime("%Y-%m-%d"))},
    )


def estimate(sample) -> Estimate:
    first = sample["first"]
    days = (first["created"] - CLAIMED).dt.days
    earliest = first.loc[days.idxmin()]
    when = f"{earliest['repository']} ({earliest['created']:%Y-%m-%d})"
    turned = turned_at(
        "days by which the earliest date would have to be wrong",
        f"turned only if {when} was {{:0}} days older than its date of creation",
        float(days.min()),
    )
    return Estimate(
        label=EARLIEST,
        unit="days",
        value=float(days.min()),
        n=int(first["repositories"].sum()),
        n_unit="repositories with a date of creation",
        assumptions=(SURVIVORS,),
        tipping_points=(turned,),
    )


SURVIVORS = Assumption.untestable(
    name="no earlier repository of these names was deleted",
    evidence="The tables hold survivors; but the names are those of versions, of which the first "
    "was announced with its repository.",
)


def figure(result):
    rows = sorted(result.answer().tables["first"].records(), key=lambda row: row["created"])
    canvas, axes = figures.canvas(height=1.9, source=result)
    start = pd.Timestamp("2023-07-01")
    axes.axvspan(start, CLAIMED, color=figures.FAINT, lw=0)
    figures.note(axes, "claimed: July 2023", (CLAIMED, 0.5), muted=True, fontsize=8)
    for position, row in enumerate(rows):
        day = pd.Timestamp(row["created"])
        axes.plot(day, -position, "o", ms=5, color=figures.CHINA)
        label = f"{row['repository']}, {row['created']}"
        figures.note(axes, label, (day, -position), (-7, 0))
    figures.label_rows(axes, [row["model"] for row in rows])
    axes.set(ylim=(0.4 - len(rows), 0.9), xlim=(start, pd.Timestamp("2025-12-31")))
    months = pd.date_range("2023-07-01", "2025-07-01", freq="6MS")
    axes.set_xticks(months, [f"{month:%b %Y}" for month in months])
    axes.set_xlabel("first repository of the name")
    return canvas
