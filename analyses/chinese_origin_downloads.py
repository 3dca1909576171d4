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

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    BudgetRow,
    Estimate,
    FromTable,
    Hypothesis,
    NotApplicable,
    Sample,
    TippingPoint,
    figures,
)
from research.estimators.budget import alternatives_row, budget, leave_one_out_row, sampling_row
from research.estimators.clustered import clustered_share, share_difference
from research.estimators.tipping import misclassification_tipping
from research.wording import number, percent

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


def populations(models) -> list[str]:
    """The lists of the first and the last day, two parts of the latter, and the catalogue."""
    first, last = (f"{day:%Y-%m-%d}" for day in (models["as_of"].min(), models["as_of"].max()))
    return [
        *dict.fromkeys((f"top 1,000, {last}", f"top 1,000, {first}")),
        f"text generation in the top 1,000, {last}",
        f"created 2024-08 to 2025-08 in the top 1,000, {last}",
        "text generation in the LLM catalogue, 2026-10-05",
        "LLM catalogue, 2026-10-05",
    ]


POPULATIONS = FromTable("hub_top_models", populations)
NAMES = {
    "top 1,000": "the 1,000 most downloaded models",
    "text generation in the top 1,000": "the text-generation models among the 1,000 most "
    "downloaded",
    "created 2024-08 to 2025-08 in the top 1,000": "the models created from August 2024 to August "
    "2025 among the 1,000 most downloaded",
    "text generation in the LLM catalogue": "the text-generation models of the LLM catalogue that "
    "have a download count",
    "LLM catalogue": "all models of the LLM catalogue that have a download count",
}
CLAIMED_YEAR = ("2024-08-01", "2025-08-31")  # of the published figures

TASKS = {
    "text generation": ["text-generation"],
    "multimodal": ["image-text-to-text", "any-to-any", "image-to-text"],
    "embedding and ranking": ["feature-extraction", "sentence-similarity", "text-ranking"],
    "fill-mask": ["fill-mask"],
    "no task named": [],
    "every other task": [],
}
AGES = {
    "created by 2022-03-02 (legacy import)": True,
    "created later": False,
    "no date of creation": None,
}
THE = {"China": "China", "US": "the US"}
COUNTRIES = {"CN": "China", "US": "US", "DE": "Germany"}
MAY_BE = [*COUNTRIES.values(), "elsewhere"]  # columns: may the publisher be at home there?
KEPT = [
    "model_id", "hub_downloads_30d", "counted", "optional", "task", "age", "names_a_base",
    "refreshed",
]  # fmt: skip
SENTENCE_TRANSFORMERS = ["sentence-transformers", "cross-encoder"]  # begun in Darmstadt


@dataclass(frozen=True)
class Conventions:
    """How the same models are coded, where more than one way is defensible."""

    spike: str
    repackagers: str
    sentence_transformers: str
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
    population: Annotated[str, ESTIMAND, POPULATIONS] = "top 1,000, 2026-06-11",
    untagged: Literal["may belong", "left out"] = "may belong",
    spike: Literal["kept", "removed"] = "kept",
    repackagers: Literal["themselves", "base model"] = "themselves",
    sentence_transformers: Literal["Germany", "United States"] = "Germany",
    organisation: Literal["parent", "account"] = "parent",
) -> Sample:
    who, date = population.rsplit(", ", 1)
    if untagged == "left out" and not who.startswith("text generation"):
        raise NotApplicable("these models are chosen whatever their task")
    tables = _by_date(who, hub_top_models, hub_llm_models)
    members = {day: _members(table, who, untagged) for day, table in tables.items()}
    if spike == "removed" and not members[date]["traffic_spike"].any():
        raise NotApplicable("none of these models has a traffic spike on that day")
    conventions = Conventions(spike, repackagers, sentence_transformers)
    accounts = cache(partial(_accounts, publisher_origins))

    @cache
    def coded(day: str, under: Conventions) -> pd.DataFrame:
        homes = accounts(under.sentence_transformers, under.hong_kong_taiwan)
        return _coded(members[day], homes, under)

    models = coded(date, conventions)
    if organisation == "account":
        models = models.assign(organisation=models["account"])
    return Sample(
        population=NAMES[who],
        as_of=date,
        data={
            "models": models[models["counted"]],
            "uncounted": models.loc[~models["counted"], MAY_BE],
            # The downloads of the last place; the catalogue has none, as it is not cut by rank.
            "cut": None if "catalogue" in who else float(tables[date]["hub_downloads_30d"].min()),
            "varied": _varied(partial(coded, date), conventions),
            "dates": _over_dates(coded, members, conventions),
        },
        tables={"published": _published(hub_published_anchors)},
    )


def _varied(coded, conventions) -> dict[str, dict[str, Bounds]]:
    """The difference under each value of each convention, the others staying as they are."""
    return {
        source: {
            value: _difference(
                models := _certain(coded(replace(conventions, **{convention: value}))),
                doubtful=models["repackager"] & (value == "base model"),
            )
            for value in values
        }
        for convention, (source, values) in VARIED.items()
    }


def _over_dates(coded, members, conventions) -> dict[str, float]:
    """The difference on every day, and without the spike where there is one."""
    found = {}
    for day, rows in members.items():
        found[day] = _known(coded(day, replace(conventions, spike="kept")))
        if rows["traffic_spike"].any():
            without = coded(day, replace(conventions, spike="removed"))
            found[f"{day} without the spike"] = _known(without)
    return found


def _published(anchors) -> pd.DataFrame:
    """The shares that the claim repeats, as published."""
    quantities = {f"{country} share of HF downloads": country for country in ("China", "US")}
    rows = anchors[anchors["quantity"].isin(quantities) & anchors["source"].str.contains("Longpre")]
    shares = rows["stated_value"].astype(float) / 100
    return pd.DataFrame({"country": rows["quantity"].map(quantities), "share": shares})


# Which models are counted -------------------------------------------------------------------------


def _by_date(who, top, catalogue) -> dict[str, pd.DataFrame]:
    """The table that a population is part of, on each day on which it was taken."""
    if "catalogue" not in who:
        top = top.assign(stale_suspect=False, downloads_observed=True)
        return {f"{day:%Y-%m-%d}": rows for day, rows in top.groupby("as_of")}
    # The catalogue names no base models; the lists of 1,000 name those of some of its models. The
    # Hub ignores case.
    named = top.dropna(subset="base_models").drop_duplicates("model_id", keep="last")
    bases = pd.Series(named["base_models"].array, index=named["model_id"].str.lower())
    found = catalogue["model_id"].str.lower().map(bases)
    return {"2026-10-05": catalogue.assign(traffic_spike=False, base_models=found)}


def _members(table, who, untagged) -> pd.DataFrame:
    """The models of a population, and those of which nobody knows whether they are of it."""
    optional = pd.Series(False, index=table.index)
    if who.startswith("text generation"):
        optional = table["pipeline_tag"].isna() & (untagged == "may belong")
        table = table[optional | (table["pipeline_tag"] == "text-generation")]
    if who.startswith("created"):
        table = table[table["created_at"].between(*CLAIMED_YEAR)]
    groups = {tag: task for task, tags in TASKS.items() for tag in tags}
    task = table["pipeline_tag"].map(groups).fillna("every other task")
    ages = {legacy: age for age, legacy in AGES.items() if legacy is not None}
    members = table.assign(
        hub_downloads_30d=table["hub_downloads_30d"].astype(float),
        counted=table["downloads_observed"].astype(bool),
        optional=optional.loc[table.index],
        task=task.mask(table["pipeline_tag"].isna(), "no task named"),
        age=table["legacy_created_at"].map(ages).fillna("no date of creation"),
        names_a_base=table["base_models"].notna(),
        refreshed=~table["stale_suspect"].fillna(False).astype(bool),
    )
    return members.reset_index(drop=True)


# Whose they are -----------------------------------------------------------------------------------


def _coded(rows, accounts, conventions) -> pd.DataFrame:
    """The models with the countries that each may belong to."""
    if conventions.spike == "removed":
        rows = rows[~rows["traffic_spike"]]
    home = _home(rows["author"], accounts)
    if conventions.repackagers == "base model":
        named = _base(rows[home["repackager"]], accounts)
        home.loc[named.index, named.columns] = named
    return home.assign(**{column: rows[column] for column in KEPT})


def _accounts(origins, sentence_transformers, hong_kong_taiwan) -> pd.DataFrame:
    """Of each Hub account: which countries it may belong to, its role and its organisation."""
    # The last row stands for every account that nobody has coded: it may belong anywhere.
    accounts = pd.concat([origins, pd.DataFrame({"author": [""]})]).set_index("author")
    if sentence_transformers == "United States":
        accounts.loc[SENTENCE_TRANSFORMERS, ["candidates", "parent"]] = "US", "Hugging Face"
    places = dict(COUNTRIES)
    if hong_kong_taiwan == "counted to China":
        places |= {"HK": "China", "TW": "China"}
    homes = [
        {places.get(code, "elsewhere") for code in codes.split("|")} if codes else set(MAY_BE)
        for codes in accounts["candidates"].fillna("")
    ]
    possible = {place: [place in home for home in homes] for place in MAY_BE}
    return pd.DataFrame(possible, index=accounts.index).assign(
        repackager=accounts["role"].eq("repackager"),
        mixed=accounts["role"].eq("both"),
        organisation=accounts["parent"],
    )


def _home(authors, accounts) -> pd.DataFrame:
    """The row of each author in ``accounts``; the last one for whoever is not there."""
    home = accounts.iloc[accounts.index.get_indexer(authors)].set_axis(authors.index)
    return home.assign(organisation=home["organisation"].fillna(authors), account=authors)


def _base(rows, accounts) -> pd.DataFrame:
    """Home of the base models that repackaged models name; anywhere, where they name none."""
    authors = rows["base_models"].str.split("|").explode().str.partition("/")[0]
    bases = _home(authors, accounts).groupby(level=0)
    publisher = bases[["organisation", "account"]].first()
    return bases[MAY_BE].any().join(publisher.apply(lambda names: names.fillna(rows["author"])))


# The identified set -------------------------------------------------------------------------------


def belonging(values, weights, optional) -> np.ndarray:
    """Which optional units belong where the weighted mean of ``values`` is least? (All others do.)

    A unit lowers a mean just if its value is below that mean, which then is lower still, so that
    more units may have to go: a linear-fractional programme, solved as by Dinkelbach (1967),
    doi:10.1287/mnsc.13.7.492. It ends, as each round lowers the mean of finitely many.
    """
    belongs = ~optional
    while True:
        mean = np.average(values, weights=weights * belongs)
        better = ~optional | (values < mean)
        if (better == belongs).all():
            return belongs
        belongs = better


def _least(values, weights, optional) -> float:
    return float(np.average(values, weights=weights * belonging(values, weights, optional)))


def _set(models, least, most) -> Bounds:
    """Range of a mean over downloads, if each model counts from ``least`` to ``most``."""
    units = models["hub_downloads_30d"].to_numpy(), models["optional"].to_numpy()
    return Bounds(_least(np.asarray(least), *units), -_least(-np.asarray(most), *units))


def _signs(models) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What a model adds to China minus US: at the least, as known, and at the most.

    1 for China, -1 for the US, 0 for any other country and, as known, wherever there is doubt.
    """
    china, us, *others = (models[place].to_numpy() for place in MAY_BE)
    other = np.logical_or(*others)
    least = np.select([us, other], [-1, 0], 1)
    most = np.select([china, other], [1, 0], -1)
    return least, np.where(least == most, least, 0), most


def _difference(models, *, doubtful=True) -> Bounds:
    """China minus US over all codings of the ``doubtful`` models, the others as known."""
    least, known, most = _signs(models)
    return _set(models, np.where(doubtful, least, known), np.where(doubtful, most, known))


def _certain(models) -> pd.DataFrame:
    return models[~models["optional"]]


def _known(models) -> float:
    """China minus US with every publisher in doubt counted to neither, every other model out."""
    return _difference(_certain(models), doubtful=False).low


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    models = sample["models"]
    shares = [_share(models, country) for country in COUNTRIES.values()]
    return [_contrast(sample), *shares, *_parts(models, "task"), *_parts(models, "age")]


def _contrast(sample) -> Estimate:
    models = sample["models"]
    drawn = _redrawn(models, "organisation")
    return _finite(
        models,
        label=DIFFERENCE,
        value=_known(models),
        bounds=_difference(models),
        assumptions=tuple(_assumptions(sample, drawn)),
        tipping_points=_tipping_points(sample),
        budget=budget(*_sources(sample, drawn)),
    )


def _finite(models, *, unit="difference in share of downloads", **found) -> Estimate:
    return Estimate(
        unit=unit, reading="finite population", n=len(_certain(models)), n_unit="models", **found
    )


def _redrawn(models, cluster):
    """The difference if other clusters had been drawn, and without each one."""
    models = _certain(models)
    _, known, _ = _signs(models)
    downloads = models["hub_downloads_30d"]
    return share_difference(
        downloads * (known > 0), downloads * (known < 0), downloads, models[cluster]
    )


def _share(models, country) -> Estimate:
    least = models[country] & (models[MAY_BE].sum(axis="columns") == 1)
    ends = least.astype(int), models[country].astype(int)
    bounds = _set(models, *ends)
    certain = _certain(models)
    downloads = certain["hub_downloads_30d"]
    drawn = clustered_share(downloads * least[certain.index], downloads, certain["organisation"])
    return _finite(
        models,
        unit="share of downloads",
        label=SHARE.format(country),
        value=bounds.low if bounds.width == 0 else None,
        bounds=bounds,
        assumptions=(CODED,),
        budget=budget(
            _origin_row(certain, _set(certain, *(end[certain.index] for end in ends))),
            *_task_rows(models, ends[0]),
            leave_one_out_row(drawn.leave_one_out, "organisation"),
            _interval_row(drawn),
        ),
    )


def _parts(models, by) -> list[Estimate]:
    """What each group adds to the difference; the parts add up to it."""
    groups = models.groupby(by)
    if models["optional"].any() or len(groups) == 1:  # no parts of a total that is not known
        return []
    total = models["hub_downloads_30d"].sum()
    return [
        _part(rows, group, float(rows["hub_downloads_30d"].sum() / total)) for group, rows in groups
    ]


def _part(models, group, weight) -> Estimate:
    bounds, known = _difference(models), _known(models)
    return _finite(
        models,
        label=PART.format(group),
        value=known * weight,
        bounds=Bounds(bounds.low * weight, bounds.high * weight),
        assumptions=(CODED,),
    )


# What is uncertain --------------------------------------------------------------------------------


def _sources(sample, drawn) -> list[BudgetRow]:
    """One row a source of doubt, each from the estimate with every other doubt left out."""
    models, certain = sample["models"], _certain(sample["models"])
    fresh = _known(certain[certain["refreshed"]])
    rows = [
        _origin_row(certain, _difference(certain)),
        *_task_rows(models, _signs(models)[1]),
        *(_convention_row(*item) for item in sample["varied"].items()),
        leave_one_out_row(drawn.leave_one_out, "organisation"),
        leave_one_out_row(_redrawn(models, "account").leave_one_out, "account"),
        leave_one_out_row(_redrawn(models, "model_id").leave_one_out, "model"),
        alternatives_row("date", sample["dates"]),
        alternatives_row(
            "counts not refreshed", {"all counts": _known(certain), "fresh counts only": fresh}
        ),
        _interval_row(drawn),
    ]
    return [row for row in rows if row.width > 0]


def _origin_row(models, bounds) -> BudgetRow:
    doubtful = models[models[MAY_BE].sum(axis="columns") > 1]
    share = doubtful["hub_downloads_30d"].sum() / models["hub_downloads_30d"].sum()
    detail = f"{number(len(doubtful), 0)} models with {percent(share)} of downloads; "
    others = "every other row counts them to none of the countries"
    return _row("origin unknown or disputed", bounds, detail + others)


def _row(source, found, detail) -> BudgetRow:
    return BudgetRow(source=source, low=found.low, high=found.high, detail=detail)


def _task_rows(models, known) -> Iterator[BudgetRow]:
    """What the models without a task do to the estimate, where they may belong or not."""
    if models["optional"].any():
        detail = f"{_without_a_task(models)}; every other row leaves them out"
        yield _row("task unknown", _set(models, known, known), detail)


def _without_a_task(models) -> str:
    downloads = models["hub_downloads_30d"].groupby(models["optional"]).sum()
    return (
        f"{number(models['optional'].sum(), 0)} models that name no task, with "
        f"{percent(downloads[True] / downloads[False])} as many downloads as those of the task"
    )


def _convention_row(name, found) -> BudgetRow:
    low = min(found, key=lambda value: found[value].low)
    high = max(found, key=lambda value: found[value].high)
    bounds = Bounds(found[low].low, found[high].high)
    return _row(name, bounds, f"lowest: {low}; highest: {high}")


def _interval_row(drawn) -> BudgetRow:
    row = sampling_row(drawn)
    conditions = "whose conditions fail" if drawn.failed else "whose conditions hold"
    return replace(row, detail=f"{drawn.interval.level:.0%} interval {conditions}: {row.detail}")


# What would overturn it ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Lead:
    """What one country has more than the other: ``signed`` downloads of each model.

    ``against`` decides every doubt against the leader, which gives the end of the identified set
    that is nearest to zero; ``known`` leaves all doubt out.
    """

    leader: str
    trailer: str
    against: pd.DataFrame
    known: pd.DataFrame

    @classmethod
    def of(cls, models) -> "Lead":
        least, known, most = _signs(models)
        downloads, optional = models["hub_downloads_30d"], models["optional"]
        china = _known(models) > 0
        worst = least if china else -most
        belongs = belonging(worst, downloads.to_numpy(), optional.to_numpy())
        return cls(
            leader="China" if china else "US",
            trailer="US" if china else "China",
            against=models.assign(signed=downloads * worst)[belongs],
            known=models.assign(signed=downloads * (known if china else -known))[~optional],
        )

    def lost(self, what, threshold, sentence) -> TippingPoint:
        """Where the verdict is lost: nowhere, if the identified set holds both signs."""
        if self.against["signed"].sum() > 0:
            return TippingPoint(what=what, threshold=threshold, sentence=sentence)
        none = "there is no verdict to lose, as the identified set holds both signs"
        return TippingPoint(what=what, threshold=None, sentence=none)


def _tipping_points(sample) -> tuple[TippingPoint, ...]:
    models = sample["models"]
    lead = Lead.of(models)
    return (
        _miscoded(lead),
        *_settling(lead, models),
        _left_out(lead),
        _not_listed(lead, sample["cut"], sample["uncounted"]),
    )


def _miscoded(lead) -> TippingPoint:
    against, known = (
        misclassification_tipping(rows["hub_downloads_30d"], rows["signed"] > 0, rows["signed"] < 0)
        for rows in (lead.against, lead.known)
    )
    return lead.lost(
        "share of downloads coded to the wrong one of the two countries",
        against.exchanged,
        f"the lead of {THE[lead.leader]} is lost if {percent(against.exchanged)} of all downloads "
        f"({against.units} of its models suffice) were coded to the wrong one of the two countries "
        f"and every doubtful publisher were against it; {percent(known.exchanged)} "
        f"({known.units} of its models) with every doubtful publisher in neither",
    )


def _settling(lead, models) -> Iterator[TippingPoint]:
    """Which part of one kind of doubt turns the sign, every other doubt left out."""
    the, gap = THE[lead.trailer], lead.known["signed"].sum()
    downloads, possible = models["hub_downloads_30d"], models[lead.trailer]
    several, optional = models[MAY_BE].sum(axis="columns") > 1, models["optional"]
    yield _turned(
        f"share of the doubtful downloads that are of {the}",
        gap / downloads[possible & several & ~optional].sum(),
        f"of the downloads of unknown or disputed origin were of {the}",
    )
    if optional.any():
        yield _turned(
            f"share of the downloads without a task, of {the}, that belong",
            gap / downloads[possible & ~several & optional].sum(),
            f"of the downloads of models of {the} that name no task belonged",
        )


def _turned(what, needed, of) -> TippingPoint:
    if needed > 1:
        needed, told = None, "stays even if all"
    else:
        told = f"turns if {percent(needed)}"
    sentence = f"all other doubt left out, the sign {told} {of}"
    return TippingPoint(what=what, threshold=needed, sentence=sentence)


def _left_out(lead) -> TippingPoint:
    against, known = _fewest(lead.against), _fewest(lead.known)
    sentence = f"lost without {_together(against)}"
    if against != known:
        sentence += (
            " if every doubtful publisher is against it; with every one in neither, lost without "
            f"{_together(known)}"
        )
    what = f"organisations of {THE[lead.leader]} left out, the largest first"
    return lead.lost(what, len(against), sentence)


def _fewest(rows) -> list[str]:
    """The fewest organisations of the leading country without which it leads no more."""
    held = rows["signed"].groupby(rows["organisation"]).sum()
    largest = held[held > 0].sort_values(ascending=False, kind="stable")
    return list(largest.index[: int(np.searchsorted(largest.cumsum(), held.sum()) + 1)])


def _together(names) -> str:
    if len(names) == 1:
        return names[0]
    if len(names) > 3:
        return f"the {len(names)} largest, {', '.join(names[:3])} and so on, together"
    return f"{', '.join(names[:-1])} and {names[-1]} together"


def _not_listed(lead, cut, uncounted) -> TippingPoint:
    """Downloads outside the list, or without a count in it, that would close the gap."""
    the, gaps = THE[lead.trailer], [rows["signed"].sum() for rows in (lead.against, lead.known)]
    if cut is not None:
        needed = [math.ceil(gap / cut) for gap in gaps]
        what = f"further models of {the} at the cut"
        told = f"below the cut, {{}} more models of {the} with the downloads of the last place"
    else:
        possible = int(uncounted[lead.trailer].sum())
        needed = [gap / possible for gap in gaps]
        what = f"downloads of each model without a count that may be of {the}"
        models = f"the {number(possible, 0)} models without a count that may be of {the}"
        told = f"{{}} downloads of each of {models}"
    against, known = (number(amount, 0) for amount in needed)
    return lead.lost(
        what,
        needed[0],
        f"{told.format(against)} would close the gap if every doubtful publisher is of {the}; "
        f"{known} if of neither country",
    )


def _assumptions(sample, drawn) -> Iterator[Assumption]:
    models = sample["models"]
    yield OTHER_YEAR
    yield LISTED if sample["cut"] is not None else CATALOGUED
    if len(sample["uncounted"]):
        yield _without_count(sample["uncounted"])
    if models["optional"].any():
        yield Assumption(
            name="every model of the task names it",
            holds="no",
            evidence=f"{_without_a_task(models)}, may belong: the set holds whichever do.",
        )
    yield CODED
    yield _repackaged(_certain(models))
    failed = ", ".join(condition.name for condition in drawn.failed)
    yield Assumption(
        name="organisations are independent draws, so that an interval may carry the verdict",
        holds="no",
        evidence=f"Not large enough: {failed}. The interval is one row of the budget.",
    )
    yield USED


def _without_count(rows) -> Assumption:
    return Assumption(
        name="the models without a download count would change nothing",
        holds="not testable",
        evidence=f"For {number(len(rows), 0)} further models the catalogue gives no count, as its "
        "lists by trend and by likes do not: they are outside the population.",
    )


def _repackaged(models) -> Assumption:
    downloads = models["hub_downloads_30d"]
    repackaged, mixed = downloads[models["repackager"]], downloads[models["mixed"]]
    named = downloads[models["repackager"] & models["names_a_base"]].sum() / repackaged.sum()
    return Assumption(
        name="a repackaged model belongs to whoever repackaged it",
        holds="no",
        evidence=f"Repackagers hold {percent(repackaged.sum() / downloads.sum())} of the "
        f"downloads, and a base model is named for {percent(named)} of that. Accounts that "
        f"also train count as developers; they hold {percent(mixed.sum() / downloads.sum())}.",
    )


OTHER_YEAR = Assumption(
    name="these are the models and the year of the claim",
    holds="no",
    evidence="The published shares are those of new models from August 2024 to August 2025; these "
    "are counts of 30 days in 2026.",
)
LISTED = Assumption(
    name="the rest of the Hub is like its 1,000 most downloaded models",
    holds="not testable",
    evidence="The list ends at its last place and does not hold the total of the Hub.",
)
CATALOGUED = Assumption(
    name="the catalogue holds all language models",
    holds="no",
    evidence="It gathers five tasks by rank, trend and likes; repositories that hold GGUF files "
    "only are absent, and stale counts stay.",
)
CODED = Assumption(
    name="publishers are coded correctly",
    holds="not testable",
    evidence="Both codings were made by one language model, so that their agreement is not truth.",
)
USED = Assumption(
    name="a download is a use",
    holds="no",
    evidence="The Hub counts requests of one file: caches, tests and crawlers count too.",
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
        (2, 2), height=7, source=figures.sources(result), height_ratios=(1, 1.15), sharey="row"
    )
    answers = [result.answer(population=population) for population in ROWS]
    published = dict(answers[0].tables["published"].rows)
    _draw_shares(shares, answers, published)
    _draw_gaps(gaps, answers, published)
    figures.label_rows(shares, [*ROWS.values(), PUBLISHED], width=26)
    for axes, population in ((top, TOP), (catalogue, CATALOGUE)):
        _draw_parts(axes, result.answer(population=population))
    figures.label_rows(top, [*TASKS, *AGES, "together"], width=26)
    top.set_title("c  1,000 most downloaded, June")
    catalogue.set_title("d  LLM catalogue")
    for axes in (gaps, catalogue):
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    return canvas


def _draw_shares(axes, answers, published) -> None:
    for country, (offset, color, marker) in LOOK.items():
        for row, answer in enumerate(answers):
            found = answer.estimates[SHARE.format(country)]
            figures.draw_set(
                axes, offset - row, found.identified, value=found.value, color=color, marker=marker
            )
        axes.plot(published[country], offset - len(answers), marker, mfc="white", mec=color, ms=4.5)
        first = answers[0].estimates[SHARE.format(country)].identified
        _note(axes, country, (first.low, offset), (-4, 0), ha="right", color=color)
    axes.set_xlim(0, 0.65)
    axes.set_xlabel("share of downloads\n(bar: origin or task unknown)")
    axes.set_title("a  China and the US")


def _draw_gaps(axes, answers, published) -> None:
    figures.null_line(axes, 0)
    for row, answer in enumerate(answers):
        found, every = answer.estimates[DIFFERENCE], answer.robustness[DIFFERENCE]
        axes.plot([every.low, every.high], [-row, -row], color=figures.OTHER, lw=0.8)
        for value in {other.value for other in answer.specifications}:
            axes.plot([value] * 2, [-row - 0.22, -row + 0.22], color=figures.OTHER, lw=0.8)
        figures.draw_set(axes, -row, found.identified, value=found.value)
        _note(axes, answer.verdicts[DIFFERENCE].word, (0.5, -row), (6, 0), color=figures.INK)
    _note(axes, "China ahead?", (0.5, 0.55), (6, 0), color=figures.MUTED)
    gap = published["China"] - published["US"]
    axes.plot(gap, -len(answers), "o", mfc="white", mec=figures.INK, ms=4.5)
    axes.set_xlim(-0.5, 0.5)
    for text, place, side in (("US ahead", -6, "right"), ("China ahead", 6, "left")):
        _note(axes, text, (0, 0.55), (place, 0), ha=side, color=figures.MUTED)
    axes.set_xlabel("difference in share of downloads\n(dot: doubt left out; ticks, line: choices)")
    axes.set_title("b  China minus US")


def _draw_parts(axes, answer) -> None:
    figures.null_line(axes, 0)
    parts = [*(PART.format(group) for group in (*TASKS, *AGES)), DIFFERENCE]
    for row, label in enumerate(parts):
        found = answer.estimates.get(label)
        if found is None:
            _note(axes, "none listed", (0, -row), (6, 0), color=figures.MUTED)
            continue
        color = figures.CHINA if found.value > 0 else figures.UNITED_STATES
        marker = "o" if found.value > 0 else "s"
        figures.draw_set(
            axes, -row, found.identified, value=found.value, color=color, marker=marker
        )
    for below in (len(TASKS), len(TASKS) + len(AGES)):
        axes.axhline(0.5 - below, color=figures.FAINT, lw=0.8)
    axes.set_xlim(-0.29, 0.29)
    axes.set_xlabel("part of China minus US, by task and by age")


def _note(axes, text, point, offset, *, color, ha="left") -> None:
    axes.annotate(
        text, point, xytext=offset, textcoords="offset points", ha=ha, va="center", fontsize=8,
        color=color,
    )  # fmt: skip
