"""Are more than 40 per cent of new language models Chinese?

A text of late 2025 says so of new models on the Hub, and leaves open whether a model is as Chinese
as its publisher or as the base that it was made from. Two lists hold new models with their days of
creation: a catalogue of language models, of which those made in the three months before are taken,
and a radar of new models of August 2026. Neither is a census; most publishers of new models are
coded by nobody.
"""

from dataclasses import replace
from typing import Annotated, Literal

import pandas as pd

from research import ESTIMAND, Assumption, Estimate, Hypothesis, Sample, figures
from research.doubts import Share
from research.estimators.budget import budget
from research.measures.hub import GENERATION, hub_downloads, named_bases
from research.measures.publishers import CHINA, Persons, any_of, with_persons
from research.measures.remembering import remembered
from research.measures.top_lists import on_day

PUBLISHED = "Chinese share of new language models, by publisher"
BASED = "Chinese share of new language models, by the base that they name or else the publisher"
NAMED = "Chinese share of new language models that name a base, by the base"

HYPOTHESES = {
    label: Hypothesis(
        claims=["atom/chinese-new-models"],
        estimand=f"share of language models created in a span of months, {of}",
        null=0.4,
        alternative="greater",
        role="out of sample",
        scope="other population",
    )
    for label, of in (
        (PUBLISHED, "whose publisher is in China"),
        (BASED, "made from a base whose publisher is in China, or published there"),
        (NAMED, "of those that name a base, made from one whose publisher is in China"),
    )
}
CATALOGUE = "the language models of a catalogue that were created in the three months before"
RADAR = "the language models of a radar of new models that were created in that month"
AUTUMN, AUGUST = ("2025-09-01", "2025-11-30"), ("2026-08-01", "2026-08-22")
# By list and reading: what it is, the span in which its models were created, and what is asked.
LISTS = {
    "catalogue": (CATALOGUE, AUTUMN, PUBLISHED),
    "radar": (RADAR, AUGUST, PUBLISHED),
    "radar, by base": (RADAR, AUGUST, BASED),
    "radar, by named base": (f"{RADAR} and name a base", AUGUST, NAMED),
}


def sample(
    hub_llm_models,
    hub_lists,
    publisher_origins,
    *,
    models: Annotated[Literal[*LISTS], ESTIMAND] = "catalogue",
    persons: Persons = "in no country",
    untagged: Literal["left out", "counted"] = "left out",
) -> Sample:
    population, (first, last), label = LISTS[models]
    listed = hub_llm_models if models == "catalogue" else on_day(_tagged(hub_lists), last)
    origins = with_persons(publisher_origins, persons)
    tell = ["task", "created", "base"]
    units = hub_downloads(listed, origins, tell=tell).counted()
    kinds = [*GENERATION, *([""] if untagged == "counted" else [])]
    created = units.rows["created"].between(pd.Timestamp(first), pd.Timestamp(last))
    units = units.among(created & units.rows["task"].isin(kinds))
    if label == NAMED:
        units = units.among(units.rows["base"].notna())
    if label != PUBLISHED:
        units = _by_base(units, origins)
    return Sample(population=population, as_of=last, data={"units": units, "label": label})


@remembered
def _tagged(lists) -> pd.DataFrame:
    """The lists of others, with the name that tasks have in the tables of the Hub."""
    return lists.rename(columns={"task": "pipeline_tag"})


def _by_base(units, origins):
    """The models with the countries of the bases that they name, in place of their own."""
    bases = named_bases(units.rows["base"].dropna(), origins)
    theirs = any_of(bases["origin"], bases.index).reindex(units.rows.index)
    return replace(units, rows=units.rows.assign(origin=theirs.fillna(units.rows["origin"])))


CHINESE = Share(of=CHINA)


def estimate(sample) -> Estimate:
    share = CHINESE.in_(sample["units"])
    return share.estimate(
        label=sample["label"],
        unit="share of models",
        n=sample["units"].size(),
        n_unit="new models",
        assumptions=(SURVIVORS, CODED),
        budget=budget(*share.budget()),
    )


SURVIVORS = Assumption.of_scope(
    name="the list holds the new models",
    evidence="The catalogue holds those that ranked by downloads, trend or likes in some week of "
    "2026, the radar what its curators met; most new models of the Hub are in neither.",
)
CODED = Assumption.of_set(
    name="where publishers are at home is known",
    evidence="Most accounts with one or two new models are coded by nobody: their models may be "
    "Chinese or not.",
)


ROWS = {
    "catalogue": "catalogue, autumn 2025: by publisher",
    "radar": "radar, August 2026: by publisher",
    "radar, by base": "radar: by the base named, or else publisher",
    "radar, by named base": "radar: by the base, where one is named",
}


def figure(result):
    canvas, axes = figures.canvas(height=1.9, source=result)
    rows = [result.answer(models=models).estimates[LISTS[models][2]] for models in ROWS]
    figures.forest(
        axes, list(ROWS.values()), figures.Series(rows=rows), null=HYPOTHESES[PUBLISHED].null,
        null_text="claimed: above", width=44, xlim=(0, 1),
        xlabel="Chinese share of new language models (bar: publishers that are not coded)",
    )  # fmt: skip
    return canvas
