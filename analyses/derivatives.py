"""Are more models made from Qwen's than from Llama's, and more from Llama's than from DeepSeek's?

A text of February 2026 gives 113,000, 27,000 and 6,000 derived models on the Hub in mid-2025. No
table here counts the whole Hub. Among the most downloaded models, and among those that a radar of
new models collected, the order can be read off the bases that models name.
"""

import math
from typing import Annotated, Literal

import pandas as pd

from research import ESTIMAND, Assumption, CannotEstimate, Estimate, Hypothesis, Sample, figures
from research.doubts import Coarse, Quotient, Sum, turned_at, where
from research.estimators.budget import budget
from research.measures.hub import hub_downloads, named_bases
from research.measures.pulls import WEIGHTS
from research.measures.top_lists import on_day
from research.wording import written

QWEN = "models made from Qwen's per model made from Llama's"
LLAMA = "models made from Llama's per model made from DeepSeek's"

HYPOTHESES = {
    label: Hypothesis(
        claims=["derivatives/qwen-llama-deepseek"],
        estimand=f"{label}, by the bases that models name",
        null=1,
        null_source="equality: the claim says which family has more",
        alternative="greater",
        role="out of sample",
        scope="other population",
        part=part,
    )
    for label, part in ((QWEN, "Qwen"), (LLAMA, "Llama"))
}
MAKERS = {"Qwen": "Qwen", "Llama": "meta-llama", "DeepSeek": "deepseek-ai"}
PAIRS = {QWEN: ("Qwen", "Llama"), LLAMA: ("Llama", "DeepSeek")}
# March 2025 lacks a model: it is the same kind of list, of which the nearest day counts.
TOP = "the most downloaded models, 1,000 at most"
LISTS = {
    "most downloaded, March 2025": (TOP, "2025-03-21"),
    "most downloaded, April 2026": (TOP, "2026-04-28"),
    "new models, August 2026": ("the models of a curated radar of new models", "2026-08-22"),
}


def sample(
    hub_history,
    hub_lists,
    publisher_origins,
    *,
    models: Annotated[Literal[*LISTS], ESTIMAND] = "most downloaded, March 2025",
    own: Literal["left out", "counted"] = "left out",
) -> Sample:
    population, day = LISTS[models]
    listed = on_day(hub_lists if models.startswith("new") else hub_history, day)
    named = hub_downloads(listed, publisher_origins, tell=["base"]).rows
    derived = _derived(named.dropna(subset="base"), publisher_origins, own)
    counts = {name: derived.held(where(base=at)) for name, at in MAKERS.items()}
    named_any = int(named["base"].notna().sum())
    return Sample(
        population=population,
        as_of=day,
        data={"derived": derived, "listed": len(listed), "naming": named_any, "own": own},
        tables={"derived": pd.DataFrame(counts.items(), columns=["base", "models"])},
    )


def _derived(models, origins, own) -> Coarse:
    """Each model once with each maker whose base it names; a maker's own count where they shall."""
    bases = named_bases(models["base"], origins)["account"]
    makers = models[["account", "organisation"]].reindex(bases.index)
    pairs = makers.assign(base=bases).rename(columns={"account": "by"})
    pairs = pairs.reset_index(names="model").drop_duplicates()
    if own == "left out":
        pairs = pairs[pairs["base"] != pairs["by"]]
    return Coarse(pairs.assign(**dict.fromkeys(WEIGHTS, 1.0)), (), "models", "models")


def estimate(sample) -> list[Estimate]:
    units, ratios = sample["derived"], []
    for label, pair in PAIRS.items():
        more, fewer = (Sum(units, where(base=MAKERS[name])) for name in pair)
        if not fewer.value:
            raise CannotEstimate(
                f"no model of the list names a base of {MAKERS[pair[1]]}: there is nothing that "
                f"the models made from {pair[0]}'s could be set against"
            )
        ratios.append(_ratio(label, Quotient(more, fewer), more.value - fewer.value, sample))
    return ratios


def _ratio(label, ratio, gap, sample) -> Estimate:
    turned = turned_at(
        "models that would have to name the other base",
        "turned with {:0} models that name the base of the other instead",
        math.floor(abs(gap) / 2) + 1,
    )
    details = {"budget": budget(*ratio.drawn("organisation")[1:]), "tipping_points": (turned,)}
    n, who = sample["listed"], "models listed"
    return Estimate.of(label, ratio.value, "ratio", n, who, _named(sample), LISTED, **details)


def _named(sample) -> Assumption:
    """What is counted, and how many models could have been."""
    counted = (
        "{:0} of the {:0} models listed name a base. A model counts once for each of the three "
        "makers of whose account it names one, whatever it was made by; a maker's own models are "
        "{}. The Hub too counts those alone that name their base."
    )
    evidence = written(counted, sample["naming"], sample["listed"], sample["own"])
    return Assumption.of_scope(name="a derived model names its base", evidence=evidence)


LISTED = Assumption.of_scope(
    name="the list stands for the whole Hub",
    evidence="It holds what is downloaded most, or what is new; most derived models are neither.",
)


def figure(result):
    canvas, panels = figures.canvas((1, 3), height=1.9, source=result, sharey=True)
    for axes, letter, (models, (_, day)) in zip(panels, "abc", LISTS.items(), strict=True):
        makers, counts = zip(*result.answer(models=models).tables["derived"].rows, strict=True)
        figures.bars(
            axes, makers, counts, color=[figures.INK, figures.OTHER, figures.OTHER],
            notes=[written("{:0}", count) for count in counts], xlabel="models",
            title=f"{letter}  {models.partition(',')[0]}\n{day}",
        )  # fmt: skip
        figures.count_ticks(axes.xaxis)
        axes.margins(x=0.25)
    return canvas
