"""Do models of Chinese publishers take a larger share of Hub downloads than those of US publishers?

That depends on which models are counted: each population has its own answer, and they differ in
sign. The published shares, 17.1 % for China and 15.8 % for the US, are those of new models from
August 2024 to August 2025. No table here holds the downloads of that year, so nothing here speaks
for or against those figures. The nearest that can be said is how the models created in that year
fare in 2026, as far as they are among the 1,000 most downloaded.

A model that names no task may be of text generation or not. An answer for text generation holds
whatever the truth about both the origin of a publisher and the task of a model.

The list of 2026-06-10 has no answer of its own: it shares 29 of 30 days with that of 2026-06-11.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Annotated, Literal

import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Estimate,
    FromTable,
    Hypothesis,
    NotApplicable,
    Sample,
    TippingPoint,
    figures,
)
from research.doubts import EVERY, Coarse, Share, Where, turned_at, where
from research.estimators.budget import alternatives_row, budget
from research.measures.hub import BASE, TASK, USED, hub_downloads, made_from
from research.measures.publishers import (
    CHINA,
    ORIGIN,
    UNITED_STATES,
    Persons,
    greater_china,
    kept_at_hugging_face,
    with_persons,
)
from research.measures.remembering import remembered
from research.measures.top_lists import by_day
from research.results import BudgetRow, deferred
from research.wording import written

DIFFERENCE = "share of downloads, China minus US"
SHARE, PART = "{}: share of downloads", "{}: part of the difference"

HYPOTHESES = {
    DIFFERENCE: Hypothesis(
        claims=["tuoitre/china-over-us-downloads"],
        estimand="share of the downloads of 30 days, publishers in China minus those in the US",
        null=0,
        null_source="equality: the claim says that China's share is larger",
        alternative="greater",
        role="out of sample",
        scope="other population",
    )
}

CLAIMED_YEAR = ("2024-08-01", "2025-08-31")  # of the published figures
CATALOGUE_DAY = "2026-10-05"


@dataclass(frozen=True, kw_only=True)
class Population:
    """Which models of a table of the Hub count, on which day."""

    words: str
    day: str
    catalogue: bool = False
    task: str | None = None  # the only one that counts
    created: tuple[str, str] | None = None

    @property
    def among(self) -> Where:
        return EVERY if self.task is None else where(task=self.task)


@remembered
def populations(models) -> dict[str, Population]:
    """The lists of the first and the last day, two parts of the latter, and the catalogue."""
    first, last = (f"{day:%Y-%m-%d}" for day in (models["as_of"].min(), models["as_of"].max()))
    top, text = "the 1,000 most downloaded models", "text-generation"
    among = "among the 1,000 most downloaded"
    counted = "of the LLM catalogue that have a download count"
    catalogue = {"day": CATALOGUE_DAY, "catalogue": True}
    return {
        f"top 1,000, {last}": Population(words=top, day=last),
        f"top 1,000, {first}": Population(words=top, day=first),
        f"text generation in the top 1,000, {last}": Population(
            words=f"the text-generation models {among}", day=last, task=text
        ),
        f"created 2024-08 to 2025-08 in the top 1,000, {last}": Population(
            words=f"the models created from August 2024 to August 2025 {among}",
            day=last,
            created=CLAIMED_YEAR,
        ),
        f"text generation in the LLM catalogue, {CATALOGUE_DAY}": Population(
            words=f"the text-generation models {counted}", task=text, **catalogue
        ),
        f"LLM catalogue, {CATALOGUE_DAY}": Population(words=f"all models {counted}", **catalogue),
    }


TASKS = {
    "text generation": ["text-generation"],
    "multimodal": ["image-text-to-text", "any-to-any", "image-to-text"],
    "embedding and ranking": ["feature-extraction", "sentence-similarity", "text-ranking"],
    "fill-mask": ["fill-mask"],
    "no task named": [""],
    "every other task": [],
}
AGES = {
    "created by 2022-03-02 (legacy import)": True,
    "created later": False,
    "no date of creation": None,
}
THE = {"China": "China", "US": "the US"}
COUNTRIES = {"China": CHINA, "US": UNITED_STATES}
TOLD = ["task", "created", "legacy", "base", "spike", "stale", "observed"]


@dataclass(frozen=True)
class Conventions:
    """How the same models are coded, where more than one way is defensible."""

    spike: str
    repackagers: str
    sentence_transformers: str
    persons: Persons
    hong_kong_taiwan: str = "apart"


# The name of each convention in the uncertainty budget, and its values.
VARIED = {
    "spike": ("traffic spike", ("kept", "removed")),
    "repackagers": ("attribution of repackaged models", ("themselves", "base model")),
    "sentence_transformers": ("home of sentence-transformers", ("Germany", "United States")),
    "hong_kong_taiwan": ("Hong Kong and Taiwan", ("apart", "counted to China")),
}


def sample(
    hub_top_models,
    hub_llm_models,
    publisher_origins,
    hub_published_anchors,
    *,
    population: Annotated[
        str, ESTIMAND, FromTable("hub_top_models", populations)
    ] = "top 1,000, 2026-06-11",
    untagged: Literal["may belong", "left out"] = "may belong",
    spike: Literal["kept", "removed"] = "kept",
    repackagers: Literal["themselves", "base model"] = "themselves",
    sentence_transformers: Literal["Germany", "United States"] = "Germany",
    persons: Persons = "in no country",
    organisation: Literal["parent", "account"] = "parent",
) -> Sample:
    counted = populations(hub_top_models)[population]
    if untagged == "left out" and counted.task is None:
        raise NotApplicable("these models are chosen whatever their task")
    tables = _by_date(counted, hub_top_models, hub_llm_models)
    members = {day: _members(table, counted, untagged) for day, table in tables.items()}
    if spike == "removed" and not members[counted.day]["traffic_spike"].any():
        raise NotApplicable("none of these models has a traffic spike on that day")
    conventions = Conventions(spike, repackagers, sentence_transformers, persons)
    lead = Share(of=CHINA, minus=UNITED_STATES, among=counted.among)

    @cache
    def asked(day: str, under: Conventions):
        return lead.in_(_coded(members[day], publisher_origins, under))

    difference = asked(counted.day, conventions)
    units = difference.units
    if organisation == "account":
        units = replace(units, rows=units.rows.assign(organisation=units.rows["account"]))
    observed = units.rows["observed"]
    # The downloads of the last place; the catalogue has none, as it is not cut by rank.
    cut = None if counted.catalogue else float(tables[counted.day]["hub_downloads_30d"].min())
    return Sample(
        population=counted.words,
        as_of=counted.day,
        data={
            "lead": lead.in_(units.among(observed)),
            "uncounted": units.among(~observed),
            "cut": cut,
        },
        deferred={
            "varied": lambda: _varied(partial(asked, counted.day), conventions),
            "dates": lambda: _over_dates(asked, members, conventions),
        },
        tables={"published": lambda: _published(hub_published_anchors)},
    )


def _varied(asked, conventions) -> dict:
    """The difference under each value of each convention, the others staying as they are.

    A repackaged model whose base is not named may be of anyone.
    """
    return {
        source: {
            value: asked(replace(conventions, **{convention: value})).certain.bounds([BASE.name])
            for value in values
        }
        for convention, (source, values) in VARIED.items()
    }


def _over_dates(asked, members, conventions) -> dict[str, float]:
    """The difference on every day, and without the spike where there is one."""
    differences = {}
    for day, rows in members.items():
        if rows.empty:
            continue
        differences[day] = asked(day, replace(conventions, spike="kept")).value
        if rows["traffic_spike"].any():
            without = asked(day, replace(conventions, spike="removed"))
            differences[f"{day} without the spike"] = without.value
    return differences


def _published(anchors) -> pd.DataFrame:
    """The shares that the claim repeats, as published."""
    quantities = {f"{country} share of HF downloads": country for country in ("China", "US")}
    rows = anchors[anchors["quantity"].isin(quantities) & anchors["source"].str.contains("Longpre")]
    shares = rows["stated_value"].astype(float) / 100
    return pd.DataFrame({"country": rows["quantity"].map(quantities), "share": shares})


# Which models are counted, and whose they are -----------------------------------------------------


@remembered
def _by_date(counted, top, catalogue) -> dict[str, pd.DataFrame]:
    """The table that a population is part of, on each day on which it was taken."""
    if not counted.catalogue:
        return by_day(top.assign(stale_suspect=False, downloads_observed=True))
    # The catalogue names no base models; the lists of 1,000 name those of some of its models. The
    # Hub ignores case.
    named = top.dropna(subset="base_models").drop_duplicates("model_id", keep="last")
    bases = pd.Series(named["base_models"].array, index=named["model_id"].str.lower())
    base_models = catalogue["model_id"].str.lower().map(bases)
    return {counted.day: catalogue.assign(traffic_spike=False, base_models=base_models)}


@remembered
def _members(table, counted, untagged) -> pd.DataFrame:
    """The models of a population, and those of which nobody knows whether they are of it."""
    if untagged == "left out":
        table = table[table["pipeline_tag"].notna()]
    if counted.created is not None:
        table = table[table["created_at"].between(*counted.created)]
    return table


@remembered
def _coded(rows, origins, conventions) -> Coarse:
    """The models with the countries that each may belong to."""
    if conventions.sentence_transformers == "United States":
        origins = kept_at_hugging_face(origins)
    if conventions.hong_kong_taiwan == "counted to China":
        origins = greater_china(origins)
    origins = with_persons(origins, conventions.persons)
    units = _told(rows, origins, conventions.spike)
    return made_from(units, origins) if conventions.repackagers == "base model" else units


@remembered
def _told(rows, origins, spike) -> Coarse:
    """The models with what their parts are asked by, and which the repackagers do not change."""
    listed = rows[~rows["traffic_spike"]] if spike == "removed" else rows
    units = hub_downloads(listed, origins, tell=TOLD)
    groups = {tag: task for task, tags in TASKS.items() for tag in tags}
    ages = {legacy: age for age, legacy in AGES.items() if legacy is not None}
    columns = {
        "group": units.rows["task"].map(groups).fillna("every other task"),
        "age": units.rows["legacy"].map(ages).fillna("no date of creation"),
        "model": units.rows.index,
        "observed": units.rows["observed"].astype(bool),
        "stale": units.rows["stale"].fillna(False).astype(bool),
    }
    return replace(units, rows=units.rows.assign(**columns))


def estimate(sample) -> Iterator[Estimate]:
    lead = sample["lead"]
    details = {"tipping_points": _tipping_points(sample), "budget": _budget(sample)}
    yield _finite(lead, label=DIFFERENCE, assumptions=_assumptions(sample), **details)
    yield from (_share(lead, country) for country in COUNTRIES)
    yield from (*_parts(lead, "group"), *_parts(lead, "age"))


def _finite(asked, *, unit="difference in share of downloads", **fields) -> Estimate:
    return asked.estimate(unit=unit, n=len(asked.certain.units.rows), n_unit="models", **fields)


def _share(lead, country) -> Estimate:
    share = Share(of=COUNTRIES[country], among=lead.question.among).in_(lead.units)
    return _finite(
        share,
        unit="share of downloads",
        label=SHARE.format(country),
        value=share.value if share.bounds().width == 0 else None,
        assumptions=(CODED,),
        budget=budget(*share.budget(), *share.drawn("organisation")),
    )


def _parts(lead, by) -> Iterator[Estimate]:
    """What each group adds to the difference; the parts add up to it."""
    groups = lead.units.rows[by]
    if lead.opened(TASK).any() or groups.nunique() <= 1:  # no parts of a total that is not known
        return
    for group in sorted(groups.unique()):
        china, us = (where(**side.values, **{by: group}) for side in COUNTRIES.values())
        part = Share(of=china, minus=us).in_(lead.units)
        contribution = _finite(part, label=PART.format(group), assumptions=(CODED,))
        yield replace(contribution, n=int(groups.eq(group).sum()))


# What is uncertain --------------------------------------------------------------------------------


@deferred
def _budget(sample) -> tuple[BudgetRow, ...]:
    """One row a source of doubt, each from the estimate with every other doubt left out."""
    lead = sample["lead"]
    fresh = lead.question.in_(lead.units.among(~lead.units.rows["stale"]))
    counts = {"all counts": lead.value, "fresh counts only": fresh.value}
    others = {**sample["varied"], "date": sample["dates"], "counts not refreshed": counts}
    drawn = [*lead.drawn("organisation"), *lead.drawn("account")[:1], *lead.drawn("model")[:1]]
    rows = [*lead.budget(), *(alternatives_row(*item) for item in others.items()), *drawn]
    return budget(*(row for row in rows if row.width > 0))


# What would overturn it ---------------------------------------------------------------------------


@deferred
def _tipping_points(sample) -> Iterator[TippingPoint]:
    lead = sample["lead"]
    if not lead.value:  # nobody is ahead
        return
    ahead, behind = ("China", "US") if lead.value > 0 else ("US", "China")
    if ahead == "US":
        lead = lead.question.reversed().in_(lead.units)
    # With every doubt against whoever is ahead, and with every doubt left out.
    worlds = lead.least(), lead.certain.least(())
    yield from _miscoded(worlds, THE[ahead])
    yield from _settling(lead, THE[behind])
    yield from _left_out(worlds, THE[ahead])
    yield from _not_listed(worlds, THE[behind], COUNTRIES[behind], sample)


def _lost(worlds, what, threshold, sentence) -> Iterator[TippingPoint]:
    """Where the verdict is lost: nowhere, if the identified set holds both signs."""
    if worlds[0].lead <= 0:
        sentence = "there is no verdict to lose, as the identified set holds both signs"
        threshold = None
    yield TippingPoint(what=what, threshold=threshold, sentence=sentence)


def _miscoded(worlds, the) -> Iterator[TippingPoint]:
    against, known = (world.miscoding() for world in worlds)
    what = "share of downloads coded to the wrong one of the two countries"
    sentence = (
        f"the lead of {the} is lost if {{:%}} of all downloads ({{:0}} of its models suffice) were "
        "coded to the wrong one of the two countries and every doubtful publisher were against it; "
        "{:%} ({:0} of its models) with every doubtful publisher in neither"
    )
    sentence = written(sentence, against.exchanged, against.units, known.exchanged, known.units)
    return _lost(worlds, what, against.exchanged, sentence)


def _settling(lead, the) -> Iterator[TippingPoint]:
    """Which part of one kind of doubt turns the sign, every other doubt left out."""
    yield _turned(
        f"share of the doubtful downloads that are of {the}",
        lead.turning(ORIGIN),
        f"of the downloads of unknown or disputed origin were of {the}",
    )
    if lead.opened(TASK).any():
        yield _turned(
            f"share of the downloads without a task, of {the}, that belong",
            lead.turning(TASK),
            f"of the downloads of models of {the} that name no task belonged",
        )


def _turned(what, needed, of) -> TippingPoint:
    if needed is None:
        stays = f"all other doubt left out, the sign stays even if all {of}"
        return TippingPoint(what=what, threshold=None, sentence=stays)
    return turned_at(what, f"all other doubt left out, the sign turns if {{:%}} {of}", needed)


def _left_out(worlds, the) -> Iterator[TippingPoint]:
    against, known = (world.fewest("organisation") for world in worlds)
    sentence = f"lost without {_together(against)}"
    if against != known:
        sentence += (
            " if every doubtful publisher is against it; with every one in neither, lost without "
            f"{_together(known)}"
        )
    what = f"organisations of {the} left out, the largest first"
    return _lost(worlds, what, len(against), sentence)


def _together(names) -> str:
    if len(names) == 1:
        return names[0]
    if len(names) > 3:
        return f"the {len(names)} largest, {', '.join(names[:3])} and so on, together"
    return f"{', '.join(names[:-1])} and {names[-1]} together"


def _not_listed(worlds, the, of_it, sample) -> Iterator[TippingPoint]:
    """Downloads outside the list, or without a count in it, that would close the gap."""
    gaps = [world.lead for world in worlds]
    possible = int(sample["uncounted"].holds(of_it)[1].sum())
    if sample["cut"]:
        needed = [math.ceil(gap / sample["cut"]) for gap in gaps]
        what = f"further models of {the} at the cut"
        ways = f"below the cut, {{:0}} more models of {the} with the downloads of the last place"
    elif possible:
        needed = [gap / possible for gap in gaps]
        what = f"downloads of each model without a count that may be of {the}"
        models = written(f"the {{:0}} models without a count that may be of {the}", possible)
        ways = f"{{:0}} downloads of each of {models}"
    else:  # the table ends at a model without a download, and counts every one
        return iter(())
    sentence = (
        f"{ways} would close the gap if every doubtful publisher is of {the}; {{:0}} if of neither "
        "country"
    )
    return _lost(worlds, what, needed[0], written(sentence, *needed))


@deferred
def _assumptions(sample) -> Iterator[Assumption]:
    lead = sample["lead"]
    yield OTHER_YEAR
    yield LISTED if sample["cut"] is not None else CATALOGUED
    if without := len(sample["uncounted"].rows):
        yield Assumption.untestable(
            name="the models without a download count would change nothing",
            evidence=written(
                "For {:0} further models the catalogue gives no count, as its lists by trend and "
                "by likes do not: they are outside the population.",
                without,
            ),
        )
    if lead.opened(TASK).any():
        yield Assumption(
            name="every model of the task names it",
            holds="no",
            without="task unknown",
            evidence=f"{lead.detail(TASK)}. The set holds whichever of them are of the task.",
        )
    yield CODED
    yield _repackaged(lead.certain.units.rows)
    yield DRAWN
    yield USED


def _repackaged(models) -> Assumption:
    total, parts = models["value"].sum(), models.groupby("role")["value"].sum()
    repackaged = models[models["role"] == "repackager"]
    held, named = repackaged["value"].sum(), repackaged.dropna(subset="base")["value"].sum()
    base = written(" and a base model is named for {:%} of that", named / held) if held else ""
    template = (
        "Repackagers hold {:%} of the downloads,{}. Accounts that also train count as developers; "
        "they hold {:%}."
    )
    return Assumption(
        name="a repackaged model belongs to whoever repackaged it",
        holds="no",
        without="attribution of repackaged models",
        evidence=written(template, held / total, base, parts.get("both", 0.0) / total),
    )


OTHER_YEAR = Assumption.of_scope(
    name="these are the models and the year of the claim",
    evidence="The published shares are those of new models from August 2024 to August 2025; these "
    "are counts of 30 days in 2026.",
)
LISTED = Assumption.untestable(
    name="the rest of the Hub is like its 1,000 most downloaded models",
    evidence="The list ends at its last place and does not hold the total of the Hub.",
)
CATALOGUED = Assumption.of_scope(
    name="the catalogue holds all language models",
    evidence="It gathers five tasks by rank, trend and likes; repositories that hold GGUF files "
    "only are absent, and stale counts stay.",
)
DRAWN = Assumption.of_scope(
    name="organisations are independent draws, so that an interval may carry the verdict",
    evidence="The interval is one row of the budget, with any condition that fails.",
)
CODED = Assumption.untestable(
    name="publishers are coded correctly",
    evidence="Both codings were made by one language model, so that their agreement is not truth.",
)


# Figure -------------------------------------------------------------------------------------------

TOP, CATALOGUE = "top 1,000, 2026-06-11", "LLM catalogue, 2026-10-05"
ROWS = {
    TOP: "1,000 most downloaded, June 2026",
    "top 1,000, 2026-04-28": "1,000 most downloaded, April 2026",
    CATALOGUE: "LLM catalogue, October 2026",
    "text generation in the top 1,000, 2026-06-11": "text generation, of the 1,000 in June",
    "text generation in the LLM catalogue, 2026-10-05": "text generation, of the catalogue",
    "created 2024-08 to 2025-08 in the top 1,000, 2026-06-11": "created Aug 2024 to Aug 2025, "
    "of the 1,000 in June",
}
PUBLISHED = "published: new models in the year to Aug 2025"
LOOK = {"China": (0.17, figures.CHINA, "o"), "US": (-0.17, figures.UNITED_STATES, "s")}


def figure(result):
    canvas, ((shares, gaps), (top, catalogue)) = figures.canvas(
        (2, 2), height=7, source=result, height_ratios=(1, 1.15), sharey="row"
    )
    answers = [result.answer(population=population) for population in ROWS]
    published = dict(answers[0].tables["published"].rows)
    _draw_shares(shares, answers, published)
    _draw_gaps(gaps, answers, published)
    _draw_parts(top, result.answer(population=TOP), "c  1,000 most downloaded, June")
    _draw_parts(catalogue, result.answer(population=CATALOGUE), "d  LLM catalogue", named=False)
    return canvas


def _draw_shares(axes, answers, published) -> None:
    figures.forest(
        axes, [*ROWS.values(), PUBLISHED],
        *(
            figures.Series(
                rows=[*(a.estimates[SHARE.format(country)] for a in answers), published[country]],
                name=country, color=color, marker=marker, offset=offset,
            )
            for country, (offset, color, marker) in LOOK.items()
        ),
        width=26, xlim=(0, 0.65), xlabel="share of downloads\n(bar: origin or task unknown)",
        title="a  China and the US",
    )  # fmt: skip


def _draw_gaps(axes, answers, published) -> None:
    for row, answer in enumerate(answers):
        every = answer.robustness[DIFFERENCE]
        axes.plot([every.low, every.high], [-row, -row], color=figures.OTHER, lw=0.8)
        others = {other.value for other in answer.specifications}
        axes.plot([*others], [-row] * len(others), "|", ms=12, mew=0.8, color=figures.OTHER)
    gaps = [answer.estimates[DIFFERENCE] for answer in answers]
    figures.forest(
        axes, None, figures.Series(rows=[*gaps, published["China"] - published["US"]]), null=0,
        notes=[answer.verdicts[DIFFERENCE].word for answer in answers], xlim=(-0.5, 0.5),
        xlabel="difference in share of downloads\n(dot: doubt left out; ticks, line: choices)",
        title="b  China minus US: is China ahead?",
    )  # fmt: skip
    for text, place in (("US ahead", -6), ("China ahead", 6)):
        figures.note(axes, text, (0, 0.55), (place, 0), muted=True)


def _draw_parts(axes, answer, title, *, named=True) -> None:
    rows = [*TASKS, *AGES, "together"]
    labels = [*(PART.format(group) for group in rows[:-1]), DIFFERENCE]
    parts = [answer.estimates.get(label) for label in labels]
    of_countries = [
        figures.Series(
            rows=[each if each and (each.value > 0) == (country == "China") else None
                  for each in parts],
            color=color, marker=marker, offset=0,
        )
        for country, (_, color, marker) in LOOK.items()
    ]  # fmt: skip
    figures.forest(
        axes, rows if named else None, *of_countries, null=0, width=26,
        groups=[len(TASKS), len(TASKS) + len(AGES)], xlim=(-0.29, 0.29), title=title,
        xlabel="part of China minus US\n(by task and by age)",
    )  # fmt: skip
    for row in (row for row, each in enumerate(parts) if each is None):
        figures.note(axes, "none listed", (0, -row), (6, 0), muted=True)
