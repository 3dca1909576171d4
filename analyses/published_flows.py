"""Did China lead the US in a year's downloads, and Qwen the next eight makers in a month's?

A report gives China 41 and the US 36.5 per cent of the downloads of February 2025 to February 2026,
and Qwen's team says that Qwen had more in December 2025 than eight other makers together. Neither
says which models count. Two things are known here: what a fixed cohort of language models had month
by month, chosen in hindsight, and the most downloaded models of the Hub a few weeks later.
"""

from typing import Annotated, Literal

import pandas as pd

from research import ESTIMAND, Assumption, Estimate, Hypothesis, NotApplicable, Sample, figures
from research.doubts import Quotient, Sum, turned_at, where
from research.measures.hub import COUNTED_DAYS, USED, hub_downloads, without_spike
from research.measures.published_totals import flows_of_makers
from research.measures.publishers import (
    CHINA_MINUS_US,
    Persons,
    kept_at_hugging_face,
    level_if,
    with_persons,
)
from research.measures.top_lists import on_day
from research.wording import written

LEAD = "share of the downloads of a cohort, China minus US"
LATER_LEAD = "share of the downloads of a later list, China minus US"
EIGHT = "downloads of Qwen per download of the next eight makers, in a cohort"
LATER_EIGHT = "downloads of Qwen per download of the next eight makers, in a later list"

HYPOTHESES = {
    label: Hypothesis(
        claims=[claim],
        estimand=estimand,
        null=null,
        null_source=source,
        alternative="greater",
        role="out of sample",
        scope="other population",
    )
    for labels, claim, estimand, null, source in (
        (
            (LEAD, LATER_LEAD), "hub-spring/china-over-us",
            "share of downloads of publishers in China minus that of the US", 0,
            "equality: the claim says that China's share is larger",
        ),
        (
            (EIGHT, LATER_EIGHT), "qwen/over-the-next-eight",
            "downloads of Qwen over those of the eight makers that the claim names", 1,
            "equality: the claim says that Qwen has more",
        ),
    )
    for label in labels
}  # fmt: skip
EIGHT_MAKERS = [
    "Meta", "DeepSeek", "OpenAI", "Mistral AI", "NVIDIA", "Zhipu AI", "Moonshot AI", "MiniMax",
    "Tsinghua University / Zhipu AI",
]  # fmt: skip
YEAR = pd.Timestamp("2025-02-01"), pd.Timestamp("2026-02-28")
DECEMBER = pd.Timestamp("2025-12-01"), pd.Timestamp("2025-12-31")
LIST_DAY = "2026-04-28"
NOT_OF_USERS = "did not come from users"
# In the cohorts these makers have old models alone.
OLD = ["OpenAI", "Hugging Face"]


def sample(
    hub_maker_flows,
    hub_top_models,
    publisher_origins,
    *,
    counted: Annotated[
        Literal[
            "a year, 41 models", "a year, 35 models", "a month, 41 models", "a month, 35 models",
            "1,000 most downloaded",
        ],
        ESTIMAND,
    ] = "a year, 41 models",
    old_models: Literal["counted", "left out"] = "counted",
    spike: Literal["kept", "removed"] = "kept",
    kept_at: Literal["birthplace", "Hugging Face"] = "birthplace",
    persons: Persons = "in no country",
) -> Sample:  # fmt: skip
    of_list = counted == "1,000 most downloaded"
    if of_list and old_models != "counted":
        raise NotApplicable("only of the cohorts the makers of old models are known")
    if not of_list and (spike, kept_at) != ("kept", "birthplace"):
        raise NotApplicable("only the list has a spike, and models of sentence-transformers")
    if of_list:
        origins = with_persons(publisher_origins, persons)
        if kept_at == "Hugging Face":
            origins = kept_at_hugging_face(origins)
        listed = on_day(hub_top_models, LIST_DAY)
        units = hub_downloads(listed, origins, tell=["spike"])
        units = without_spike(units) if spike == "removed" else units
        return _sample(
            "the 1,000 most downloaded models", LIST_DAY, units, (LATER_LEAD, LATER_EIGHT),
            _list_of(listed),
        )  # fmt: skip
    period, _, cohort = counted.partition(", ")
    span, label = (YEAR, LEAD) if period == "a year" else (DECEMBER, EIGHT)
    units = flows_of_makers(hub_maker_flows, cohort, *span, persons=persons)
    months = hub_maker_flows.loc[hub_maker_flows["cohort"] == cohort, "month"]
    months = months[months.between(*span)]
    assumption = _cohort(months, cohort, units)
    if old_models == "left out":
        units = units.among(~units.rows["organisation"].isin(OLD))
    population = f"the {cohort.removesuffix(' models')} language models that a site followed"
    last = months.max() + pd.offsets.MonthEnd()
    return _sample(population, f"{last:%Y-%m-%d}", units, (label,), assumption)


def _sample(population, as_of, units, labels, stands_for) -> Sample:
    made = units.rows.groupby("organisation")["value"].sum().nlargest(12)
    return Sample(
        population=population,
        as_of=as_of,
        data={"units": units, "labels": labels, "assumptions": (USED, stands_for)},
        tables={"makers": made.rename("downloads").reset_index()},
    )


def estimate(sample) -> list[Estimate]:
    ask = {LEAD: _lead, LATER_LEAD: _lead, EIGHT: _eight, LATER_EIGHT: _eight}
    return [ask[label](sample["units"], label, sample["assumptions"]) for label in sample["labels"]]


def _lead(units, label, assumptions) -> Estimate:
    asked = CHINA_MINUS_US.in_(units)
    return asked.estimate(
        label=label,
        unit="difference in share of downloads",
        n=units.held(),
        n_unit="downloads",
        assumptions=assumptions,
        tipping_points=(level_if(units, NOT_OF_USERS, other="all of the other did"),),
    )


QWEN = {"account": "Qwen", "organisation": "Alibaba"}  # a cohort names makers and no accounts


def _eight(units, label, assumptions) -> Estimate:
    by = "account" if "account" in units.rows else "organisation"
    qwen, eight = (
        Sum(units, of) for of in (where(**{by: QWEN[by]}), where(organisation=EIGHT_MAKERS))
    )
    ratio = Quotient(qwen, eight)
    level = "level with the eight at {} times the downloads of Qwen"
    return ratio.estimate(
        label=label,
        unit="ratio",
        n=units.held(),
        n_unit="downloads",
        assumptions=assumptions,
        tipping_points=(turned_at("factor on the downloads of Qwen", level, 1 / ratio.value),),
    )


def _cohort(months, cohort, units) -> Assumption:
    """Which models and months stand for those of the claim?"""
    old = units.held(where(organisation=OLD)) / units.held()
    evidence = written(
        "It holds {} that a site followed in August 2026, chosen in hindsight: what it does not "
        "follow, such as Gemma, embeddings and quantized copies, is in no share. {:%0} of its "
        "downloads are those of {}, whose models in it are old ones. Months: {}.",
        cohort.replace("models", "language models"),
        old,
        " and ".join(OLD),
        " to ".join(dict.fromkeys(f"{month:%Y-%m}" for month in (months.min(), months.max()))),
    )
    return Assumption.of_scope(name="the cohort stands for the Hub", evidence=evidence)


def _list_of(listed) -> Assumption:
    """Which models and days stand for those of the claim?"""
    template = "It holds the {:0} most downloaded models of all tasks, in the {:0} days before {}."
    return Assumption.of_scope(
        name="the list stands for the claim's models and months",
        evidence=written(template, len(listed), COUNTED_DAYS, LIST_DAY),
    )


def figure(result):
    canvas, (leads, ratios) = figures.two_panels(result, height=2.3)
    rows = {
        "35 models, Mar to Dec 2025": ("a year, 35 models", LEAD),
        "41 models, Jun 2025 to Feb 2026": ("a year, 41 models", LEAD),
        "1,000 most downloaded, Apr 2026": ("1,000 most downloaded", LATER_LEAD),
    }
    _draw(
        leads, result, rows, null=0, title="a  China minus US",
        xlabel="share of downloads (bar: unknown origin)",
    )  # fmt: skip
    rows = {
        "35 models, Dec 2025": ("a month, 35 models", EIGHT),
        "41 models, Dec 2025": ("a month, 41 models", EIGHT),
        "1,000 most downloaded, Apr 2026": ("1,000 most downloaded", LATER_EIGHT),
    }
    _draw(
        ratios, result, rows, null=1, title="b  Qwen per next eight makers",
        xlabel="ratio of downloads",
    )  # fmt: skip
    return canvas


def _draw(axes, result, rows, **look) -> None:
    estimates = [
        result.answer(counted=counted).estimates[label] for counted, label in rows.values()
    ]
    figures.forest(axes, list(rows), figures.Series(rows=estimates), width=18, **look)
