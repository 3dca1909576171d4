"""Do Chinese models lead at the sizes that hosts in China lead in, and in which channel not?

The report counts hosts by the size of their models and finds China ahead in small, large and
extra-large models, and the United States in medium ones. A host counts for the country where it
stands, a model for that of its publisher: whether both show the same pattern is what is asked. A
name of the Ollama library that comes in several sizes may have been pulled in any of them; the size
of a repository is the one on record, or in its name, or not known.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    CannotEstimate,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    TippingPoint,
    figures,
)
from research.doubts import Coarse, Doubt, Quotient, Share, overturned, resolved_against, where
from research.estimators.budget import budget
from research.measures.channels import day_of_both, of_kinds
from research.measures.clone_block import Spread, part_of_medium
from research.measures.hosts import TENTHE_HOSTS, genuine, total
from research.measures.hub import hub_downloads, hub_facts, of_tasks
from research.measures.publishers import (
    CHINA,
    UNITED_STATES,
    Persons,
    library_publishers,
    with_persons,
)
from research.measures.pulls import ROUNDED, ollama_pulls
from research.measures.remembering import remembered
from research.measures.sizes import LABELS, of_listed_sizes, of_recorded_sizes
from research.measures.top_lists import on_day
from research.results import BudgetRow, deferred

SIZES = {"S": "small", "M": "medium", "L": "large", "XL": "extra-large"}
LEAD, SHARE = "{}: share, China minus US", "{}: share of {}"
RATIO = "{}: share of pulls over share of downloads"
AHEAD = {"S": "greater", "M": "less", "L": "greater", "XL": "greater"}
ORIGINS = {"China": CHINA, "the United States": UNITED_STATES}

HYPOTHESES = {
    LEAD.format(SIZES[size]): Hypothesis(
        estimand=f"share of China in a channel's {SIZES[size]} models minus that of the US",
        null=0,
        null_source="equality: the scan has more hosts with such models in one of the countries",
        alternative=alternative,
        role="out of sample",
        scope="other measure",
    )
    for size, alternative in AHEAD.items()
}

DAYS = {
    "catalogue, 2026-10": "2026-10-05",
    "pulls, 2026-06": "2026-06-19",
    "hosts, 2025-04": "2025-04-24",
    "top 1,000, 2026-06": "2026-06-11",
    "top 1,000, 2025-03": "2025-03-21",
    "top 1,000, 2024-09": "2024-09-20",
}
WORDS = {
    "catalogue": "the models of the LLM catalogue",
    "top 1,000": "the 1,000 most downloaded models",
    "pulls": "the Ollama pulls of 30 days",
    "hosts": TENTHE_HOSTS,
}
WINDOW = 30  # days


def sample(
    hub_llm_models,
    hub_llm_panel,
    hub_top_models,
    hub_history,
    ollama_library_pulls,
    ollama_library_tags,
    model_crosswalk_names,
    publisher_origins,
    tenthe_parameter_scale,
    tenthe_model_tags,
    tenthe_totals,
    *,
    channel: Annotated[Literal[*DAYS], ESTIMAND] = "catalogue, 2026-10",
    embeddings: Literal["counted", "left out"] = "counted",
    sizes: Literal["record and name", "record alone"] = "record and name",
    persons: Persons = "in no country",
    clones: Spread = "kept",
) -> Sample:
    origins = with_persons(publisher_origins, persons)
    kind, day = channel.rpartition(", ")[0], DAYS[channel]
    _refuse(kind, embeddings, sizes, persons, clones)
    names, tasks = of_kinds(model_crosswalk_names, embeddings=embeddings)

    def downloaded(listed) -> Coarse:
        facts, tell = hub_facts(hub_llm_models, hub_history), ["task", "parameters"]
        units = hub_downloads(listed, origins, tell=tell, facts=facts)
        return of_recorded_sizes(of_tasks(units, tasks), sizes)

    if kind == "hosts":
        answering = total(tenthe_totals, "answering_hosts")
        removed = part_of_medium(clones, tenthe_model_tags, answering)
        units = _hosts(tenthe_parameter_scale, answering, removed)
    elif kind == "pulls":
        at = day_of_both(hub_llm_panel, ollama_library_pulls, day)
        library = library_publishers(names, origins)
        pulled = ollama_pulls(ollama_library_pulls, library, at, WINDOW)
        rows = ollama_library_pulls[ollama_library_pulls["date"] == at]
        units, day = of_listed_sizes(pulled, rows, ollama_library_tags), f"{at:%Y-%m-%d}"
    else:
        table = hub_top_models if channel == "top 1,000, 2026-06" else _tagged(hub_history)
        units = downloaded(hub_llm_models if kind == "catalogue" else on_day(table, day))
    return Sample(
        population=WORDS[kind],
        as_of=day,
        data={"kind": kind, "units": units},
        deferred={"downloads": lambda: downloaded(on_day(hub_llm_panel, day))},
    )


@remembered
def _tagged(history) -> pd.DataFrame:
    """The lists of other days, with the name that tasks have in the tables."""
    return history.rename(columns={"task": "pipeline_tag"})


def _refuse(kind, embeddings, sizes, persons, clones) -> None:
    if kind == "hosts" and (embeddings, sizes, persons) != TOLD_BY_HOSTS:
        raise NotApplicable("the scan tells no publishers and no embedding models, but every size")
    if kind == "pulls" and sizes != "record and name":
        raise NotApplicable("names of the library have no record of their size")
    if kind != "hosts" and clones != "kept":
        raise NotApplicable("the suspected clones are hosts")


TOLD_BY_HOSTS = "counted", "record and name", "in no country"


def _hosts(scale, answering, removed) -> Coarse:
    """The hosts of both countries by class; those of all others have from none to all that is left.

    A host may be in several classes: each class is a whole of its own.
    """
    counts = scale.pivot(index="country", columns="parameter_class", values="answering_hosts")
    if not {"CN", "US"} <= set(counts.index):
        raise CannotEstimate("The scan has too few hosts in China or in the US to be told.")
    hosts = counts.loc[["CN", "US"], list(SIZES)].astype(float)
    hosts["M"] *= 1 - removed
    left = answering - hosts.max(axis="columns").sum()
    known = hosts.stack().rename("value").reset_index()
    known = known.rename(columns={"country": "origin", "parameter_class": "size"})
    known = known.assign(low=known["value"], high=known["value"])
    others = pd.DataFrame({"origin": "elsewhere", "size": list(SIZES), "low": 0.0, "value": 0.0})
    rows = pd.concat([known, others.assign(high=left)], ignore_index=True)
    return Coarse(
        rows.assign(weight_doubt=ELSEWHERE.name), (ELSEWHERE,), "groups of hosts", "hosts"
    )


ELSEWHERE = Doubt("hosts in other countries", "from none to all that are left")


def estimate(sample) -> Iterator[Estimate]:
    units, kind = sample["units"], sample["kind"]
    for size, name in SIZES.items():
        lead = Share(of=CHINA, minus=UNITED_STATES, among=where(size=size)).in_(units)
        yield _told(
            LEAD.format(name), "difference in share", lead, kind, assumptions=ASSUMED[kind],
            budget=_budget(lead, kind), tipping_points=_tipping(lead, name),
        )  # fmt: skip
    for size, name in SIZES.items():
        for origin, country in ORIGINS.items():
            share = Share(of=country, among=where(size=size)).in_(units)
            yield _told(SHARE.format(name, origin), "share", share, kind)
    if kind == "pulls":
        for size, name in SIZES.items():
            share = Share(of=where(size=size))
            ratio = Quotient(share.in_(units), share.in_(sample["downloads"]))
            label, names = RATIO.format(name), {"n": len(units.rows), "n_unit": "names"}
            yield ratio.estimate(
                label=label, unit="ratio of pulls to downloads", value=None, **names
            )


def _told(label, unit, asked, kind, **more) -> Estimate:
    units, among = asked.units, asked.question.among
    in_hosts = kind == "hosts"
    return asked.estimate(
        label=label,
        value=None,
        unit=f"{unit} of {units.weighs}",
        n=units.held(among) if in_hosts else units.size(units.holds(among)[1]),
        n_unit="hosts in China or the US" if in_hosts else units.unit,
        **more,
    )


@deferred
def _budget(lead, kind) -> tuple[BudgetRow, ...]:
    drawn = [lead.left_out("organisation")] if kind in ("catalogue", "top 1,000") else []
    return budget(*lead.budget(), *drawn)


@deferred
def _tipping(lead, size) -> Iterator[TippingPoint]:
    """What would undo a lead; where none is certain, how much of each doubt would level it."""
    bounds = lead.bounds()
    if 0 in bounds:
        yield from resolved_against(lead, reached="both countries are level")
        return
    leads = bounds.low > 0
    ahead, country = (CHINA, "China") if leads else (UNITED_STATES, "the United States")

    def left(part: float) -> float:
        bounds = lead.thinned(ahead, part).bounds()
        return bounds.low if leads else -bounds.high

    yield overturned(
        left,
        things=f"{lead.units.weighs} of {size} models from {country}",
        nothing="neither country leads as it is",
    )


STANDS = Assumption.of_scope(
    name="a host runs the models of its country",
    evidence="Hosts have the country where they stand, models that of their publisher.",
)
ASSUMED = {
    "catalogue": (LABELS,),
    "top 1,000": (LABELS,),
    "pulls": (LABELS, ROUNDED),
    "hosts": (STANDS, genuine("all of the medium class")),
}


# Figure -------------------------------------------------------------------------------------------

ROWS = {
    "hosts, 2025-04": "hosts, 2025-04",
    "pulls, 2026-06": "pulls, 2026-06",
    "top 1,000, 2024-09": "downloads, 2024-09 (top 1,000)",
    "top 1,000, 2025-03": "downloads, 2025-03 (top 1,000)",
    "top 1,000, 2026-06": "downloads, 2026-06 (top 1,000)",
    "catalogue, 2026-10": "downloads, 2026-10 (catalogue)",
}
LOOK = figures.CHINA, figures.UNITED_STATES
TITLES = {
    "small": "a  Small\n(below 1 billion)",
    "medium": "b  Medium\n(1 to 10 billion)",
    "large": "c  Large\n(10 to 50 billion)",
    "extra-large": "d  Extra-large\n(from 50 billion)",
}


def figure(result):
    canvas, panels = figures.canvas((1, 4), height=3.5, source=result, sharey=True, sharex=True)
    for axes, (size, title) in zip(panels, TITLES.items(), strict=True):
        leads = [result.answer(channel=name).estimates[LEAD.format(size)] for name in ROWS]
        figures.forest(
            axes, list(ROWS.values()) if axes is panels[0] else None,
            figures.Series(rows=leads, color=[figures.color_of(each.identified, *LOOK)
                                              for each in leads]),
            null=0, groups=(1, 2), width=18, xlim=(-1, 1), xticks=(-0.5, 0, 0.5),
            xticklabels=("US +50", "0", "China +50"), xlabel="points ahead",
        )  # fmt: skip
        axes.set_title(title, fontsize=9)
    return canvas
