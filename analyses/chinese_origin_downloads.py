"""Do models of Chinese publishers take a larger share of Hub downloads than those of US publishers?

That depends on which models are counted: each population has its own answer, and they differ in
sign. The published shares, 17.1 % for China and 15.8 % for the US, are those of new models from
August 2024 to August 2025. No table here holds the downloads of that year, so nothing here speaks
for or against those figures. The nearest that can be said is how the models created in that year
fare in 2026, as far as they are among the 1,000 most downloaded.

The list of 2026-06-10 has no answer of its own: it shares 29 of 30 days with that of 2026-06-11.
"""

import math
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
    Hypothesis,
    Sample,
    TippingPoint,
    figures,
)
from research.estimators.budget import alternatives_row, budget, leave_one_out_row, sampling_row
from research.estimators.clustered import clustered_share, leave_one_out, share_difference
from research.estimators.identification import origin_share_bounds
from research.estimators.tipping import misclassification_tipping
from research.wording import number

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

Population = Literal[
    "top 1,000, 2026-06-11",
    "top 1,000, 2026-04-28",
    "text generation in the top 1,000, 2026-06-11",
    "created 2024-08 to 2025-08 in the top 1,000, 2026-06-11",
    "text generation in the LLM catalogue, 2026-10-05",
    "LLM catalogue, 2026-10-05",
]
NAMES = {
    "top 1,000": "the 1,000 most downloaded models",
    "text generation in the top 1,000": "the text-generation models among the 1,000 most "
    "downloaded",
    "created 2024-08 to 2025-08 in the top 1,000": "the models created from August 2024 to August "
    "2025 among the 1,000 most downloaded",
    "text generation in the LLM catalogue": "the text-generation models of the LLM catalogue",
    "LLM catalogue": "all models of the LLM catalogue",
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
THE = {"China": "China", "US": "the US"}
COUNTRIES = {"China": "CN", "US": "US", "Germany": "DE"}
MAY_BE = [*COUNTRIES, "elsewhere"]  # columns: may the publisher be at home there?
KEPT = ["model_id", "hub_downloads_30d", "task", "names_a_base", "refreshed"]
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
    population: Annotated[Population, ESTIMAND] = "top 1,000, 2026-06-11",
    spike: Literal["kept", "removed"] = "kept",
    repackagers: Literal["themselves", "base model"] = "themselves",
    sentence_transformers: Literal["Germany", "United States"] = "Germany",
    organisation: Literal["parent", "account"] = "parent",
) -> Sample:
    who, date = population.rsplit(", ", 1)
    tables = _by_date(who, hub_top_models, hub_llm_models)
    members = {day: _members(table, who) for day, table in tables.items()}
    conventions = Conventions(spike, repackagers, sentence_transformers)
    accounts = cache(partial(_accounts, publisher_origins))

    @cache
    def coded(day: str, under: Conventions) -> pd.DataFrame:
        homes = accounts(under.sentence_transformers, under.hong_kong_taiwan)
        return _coded(members[day], homes, under)

    models = coded(date, conventions)
    organisations = models[organisation]
    return Sample(
        population=NAMES[who],
        as_of=date,
        data={
            "models": models.drop(columns=["parent", "account"]).assign(organisation=organisations),
            "cluster": "account" if organisation == "account" else "organisation",
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
                models := coded(replace(conventions, **{convention: value})),
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
        top = top.assign(stale_suspect=False)
        return {f"{day:%Y-%m-%d}": rows for day, rows in top.groupby("as_of")}
    # The catalogue names no base models; the lists of 1,000 name those of some of its models. The
    # Hub ignores case.
    named = top.dropna(subset="base_models").drop_duplicates("model_id", keep="last")
    bases = pd.Series(named["base_models"].array, index=named["model_id"].str.lower())
    found = catalogue["model_id"].str.lower().map(bases)
    return {"2026-10-05": catalogue.assign(traffic_spike=False, base_models=found)}


def _members(table, who) -> pd.DataFrame:
    if who.startswith("text generation"):
        table = table[table["pipeline_tag"] == "text-generation"]
    if who.startswith("created"):
        table = table[table["created_at"].between(*CLAIMED_YEAR)]
    groups = {tag: task for task, tags in TASKS.items() for tag in tags}
    task = table["pipeline_tag"].map(groups).fillna("every other task")
    members = table.assign(
        hub_downloads_30d=table["hub_downloads_30d"].astype(float),
        task=task.mask(table["pipeline_tag"].isna(), "no task named"),
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
        repackaged = rows[home["repackager"]]
        home.loc[repackaged.index, [*MAY_BE, "parent", "account"]] = _base(repackaged, accounts)
    return home.assign(**{column: rows[column] for column in KEPT})


def _accounts(origins, sentence_transformers, hong_kong_taiwan) -> pd.DataFrame:
    """Of each Hub account: which countries it may belong to, its role and its parent."""
    # The last row stands for every account that nobody has coded: it may belong anywhere.
    accounts = pd.concat([origins, pd.DataFrame({"author": [""]})]).set_index("author")
    if sentence_transformers == "United States":
        accounts.loc[SENTENCE_TRANSFORMERS, ["candidates", "parent"]] = "US", "Hugging Face"
    codes = accounts["candidates"]
    if hong_kong_taiwan == "counted to China":
        codes = codes.str.replace("HK|TW", "CN", regex=True)
    listed = "|".join(COUNTRIES.values())
    return pd.DataFrame(
        {country: codes.str.contains(code, na=True) for country, code in COUNTRIES.items()}
        | {
            "elsewhere": codes.str.replace(rf"({listed})\|?", "", regex=True).ne(""),
            "repackager": accounts["role"].eq("repackager"),
            "mixed": accounts["role"].eq("both"),
            "parent": accounts["parent"],
        }
    )


def _home(authors, accounts) -> pd.DataFrame:
    """The row of each author in ``accounts``; the last one for whoever is not there."""
    home = accounts.iloc[accounts.index.get_indexer(authors)].set_axis(authors.index)
    return home.assign(parent=home["parent"].fillna(authors), account=authors)


def _base(rows, accounts) -> pd.DataFrame:
    """Home of the base models that repackaged models name; anywhere, where they name none."""
    authors = rows["base_models"].str.split("|").explode().str.partition("/")[0]
    bases = _home(authors, accounts).groupby(level=0)
    publisher = bases[["parent", "account"]].first()
    return bases[MAY_BE].any().join(publisher.apply(lambda names: names.fillna(rows["author"])))


def _signs(models) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What a model adds to China minus US: at the least, as known, and at the most.

    1 for China, -1 for the US, 0 for any other country and, as known, wherever there is doubt.
    """
    other = models["Germany"] | models["elsewhere"]
    least = np.select([models["US"], other], [-1, 0], 1)
    most = np.select([models["China"], other], [1, 0], -1)
    return least, np.where(least == most, least, 0), most


def _difference(models, *, doubtful=True) -> Bounds:
    """China minus US over all codings of the ``doubtful`` models, the others as known."""
    least, known, most = _signs(models)
    weights = models["hub_downloads_30d"] / models["hub_downloads_30d"].sum()
    low, high = (float(np.where(doubtful, end, known) @ weights) for end in (least, most))
    return Bounds(low, high)


def _known(models) -> float:
    """China minus US with every publisher in doubt counted to neither."""
    return _difference(models, doubtful=False).low


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    models = sample["models"]
    shares = [_share(models, country, sample["cluster"]) for country in COUNTRIES]
    return [_contrast(sample), *shares, *_parts(models)]


def _contrast(sample) -> Estimate:
    models = sample["models"]
    drawn = _redrawn(models, models["organisation"])
    return Estimate(
        label=DIFFERENCE,
        unit="difference in share of downloads",
        reading="finite population",
        value=_known(models),
        bounds=_difference(models),
        n=_counted(models),
        n_unit="models",
        assumptions=_assumptions(sample, drawn),
        tipping_points=_tipping_points(sample),
        budget=budget(*_sources(sample, drawn)),
    )


def _redrawn(models, cluster):
    """The difference if other organisations (or models) had been drawn, and without each one."""
    _, known, _ = _signs(models)
    downloads = models["hub_downloads_30d"]
    return share_difference(downloads * (known > 0), downloads * (known < 0), downloads, cluster)


def _share(models, country, cluster) -> Estimate:
    downloads = models["hub_downloads_30d"]
    certain = models[country] & (models[MAY_BE].sum(axis="columns") == 1)
    bounds = origin_share_bounds(downloads, certain, models[country])
    columns = downloads * certain, downloads, models["organisation"]
    return Estimate(
        label=SHARE.format(country),
        unit="share of downloads",
        reading="finite population",
        value=bounds.low,
        bounds=bounds,
        n=_counted(models),
        n_unit="models",
        assumptions=(CODED,),
        budget=budget(
            _origin_row(models, bounds),
            leave_one_out_row(leave_one_out(*columns), cluster),
            sampling_row(clustered_share(*columns), f"{cluster}s"),
        ),
    )


def _parts(models) -> list[Estimate]:
    """What each task adds to the difference; the parts add up to it."""
    downloads = models["hub_downloads_30d"].groupby(models["task"]).sum()
    weights = downloads / downloads.sum()
    if len(weights) == 1:
        return []
    return [_part(models[models["task"] == task], task, weights[task]) for task in weights.index]


def _part(models, task, weight) -> Estimate:
    bounds, known = _difference(models), _known(models)
    return Estimate(
        label=PART.format(task),
        unit="difference in share of downloads",
        reading="finite population",
        value=known * weight,
        bounds=Bounds(bounds.low * weight, bounds.high * weight),
        n=_counted(models),
        n_unit="models",
        assumptions=(CODED,),
    )


def _counted(models) -> int:
    return int((models["hub_downloads_30d"] > 0).sum())


def percent(share) -> str:
    return f"{number(100 * share, 1)} %"


# What is uncertain --------------------------------------------------------------------------------


def _sources(sample, drawn) -> list[BudgetRow]:
    """One row a source of doubt; all but the first keep every doubtful publisher out of both."""
    models, cluster = sample["models"], sample["cluster"]
    one_model = _redrawn(models, models["model_id"]).leave_one_out
    rows = [
        _origin_row(models, _difference(models)),
        *(_convention_row(*item) for item in sample["varied"].items()),
        leave_one_out_row(drawn.leave_one_out, cluster),
        leave_one_out_row(one_model, "model"),
        alternatives_row("date", sample["dates"]),
        sampling_row(drawn, f"{cluster}s"),
        *(_catalogue_rows(models) if sample["cut"] is None else [_below_the_cut(sample)]),
    ]
    return [row for row in rows if row.width > 0]


def _origin_row(models, bounds) -> BudgetRow:
    doubtful = models[models[MAY_BE].sum(axis="columns") > 1]
    share = doubtful["hub_downloads_30d"].sum() / models["hub_downloads_30d"].sum()
    return BudgetRow(
        source="origin unknown or disputed",
        low=bounds.low,
        high=bounds.high,
        detail=f"{number(len(doubtful), 0)} models with {percent(share)} of downloads",
    )


def _convention_row(name, found) -> BudgetRow:
    low = min(found, key=lambda value: found[value].low)
    high = max(found, key=lambda value: found[value].high)
    return BudgetRow(
        source=name,
        low=found[low].low,
        high=found[high].high,
        detail=f"lowest: {low}; highest: {high}",
    )


def _below_the_cut(sample) -> BudgetRow:
    models, gap = sample["models"], _known(sample["models"])
    more = len(models) * sample["cut"] / models["hub_downloads_30d"].sum()
    return BudgetRow(
        source="as many models again below the cut",
        low=(gap - more) / (1 + more),
        high=(gap + more) / (1 + more),
        detail=f"each with at most the {number(sample['cut'])} downloads of the last place, all of "
        "one country; of the rest of the Hub the table says nothing",
    )


def _catalogue_rows(models) -> list[BudgetRow]:
    downloads = models["hub_downloads_30d"]
    typical = downloads[downloads > 0].median()
    missing = models[downloads == 0]
    us, china = (typical * missing[country].sum() for country in ("US", "China"))
    gap, total = _known(models), downloads.sum()
    fresh = _known(models[models["refreshed"]])
    return [
        alternatives_row("counts not refreshed", {"all counts": gap, "fresh counts only": fresh}),
        BudgetRow(
            source="models without a count",
            low=(gap * total - us) / (total + us),
            high=(gap * total + china) / (total + china),
            detail=f"{number(len(missing), 0)} models, if each had up to the {number(typical)} "
            "downloads of the median model",
        ),
    ]


# What would overturn it ---------------------------------------------------------------------------


def _tipping_points(sample) -> tuple[TippingPoint, ...]:
    models = sample["models"]
    gap = _known(models)
    leader, trailer = ("China", "US") if gap > 0 else ("US", "China")
    return (
        _miscoded(models, leader),
        _unknown(models, gap, trailer),
        _left_out(models, gap, leader, sample["cluster"]),
        _not_listed(sample, gap, trailer),
    )


def _miscoded(models, leader) -> TippingPoint:
    _, known, _ = _signs(models)
    lost = misclassification_tipping(models["hub_downloads_30d"], known > 0, known < 0)
    bounds = _difference(models)
    worst = max(bounds.low, -bounds.high) / 2
    against = (
        f"{percent(worst)} with every doubtful publisher against it"
        if worst > 0
        else "none, if every doubtful publisher is against it"
    )
    return TippingPoint(
        what="share of downloads coded to the wrong one of the two countries",
        threshold=lost.exchanged,
        sentence=f"the lead of {THE[leader]} is lost if {percent(lost.exchanged)} of all downloads "
        f"were coded to the wrong one of the two countries ({against}); {lost.units} of its models "
        "suffice",
    )


def _unknown(models, gap, trailer) -> TippingPoint:
    doubtful = models[trailer] & (models[MAY_BE].sum(axis="columns") > 1)
    share = models["hub_downloads_30d"][doubtful].sum() / models["hub_downloads_30d"].sum()
    needed = abs(gap) / share if share > 0 else math.inf
    told = (
        f"lost if {percent(needed)} of the downloads of unknown or disputed origin were of "
        f"{THE[trailer]} and the rest of neither"
        if needed <= 1
        else f"kept even if every publisher of unknown or disputed origin were of {THE[trailer]}"
    )
    return TippingPoint(
        what=f"share of the doubtful downloads that are of {THE[trailer]}",
        threshold=needed if needed <= 1 else None,
        sentence=told,
    )


def _left_out(models, gap, leader, cluster) -> TippingPoint:
    """The fewest organisations of the leading country without which it leads no more."""
    _, known, _ = _signs(models)
    signed = models["hub_downloads_30d"] * known * np.sign(gap)
    held = signed.groupby(models["organisation"]).sum()
    held = held[held > 0].sort_values(ascending=False)
    fewest = int(np.searchsorted(held.cumsum(), signed.sum()) + 1)
    names = ", ".join(held.index[: min(fewest, 3)]) + (" and more" if fewest > 3 else "")
    return TippingPoint(
        what=f"{cluster}s of {THE[leader]} left out, the largest first",
        threshold=fewest,
        sentence=f"lost without {fewest} of the {cluster}s of {THE[leader]}: {names}",
    )


def _not_listed(sample, gap, trailer) -> TippingPoint:
    """Downloads outside the table, or without a count in it, that would close the gap."""
    models, the = sample["models"], THE[trailer]
    downloads = models["hub_downloads_30d"]
    missing = abs(gap) * downloads.sum()
    if sample["cut"] is not None:
        needed = math.ceil(missing / sample["cut"])
        return TippingPoint(
            what=f"further models of {the} at the cut",
            threshold=needed,
            sentence=f"below the cut, {number(needed, 0)} more models of {the} with as many "
            "downloads as the last place would close the gap",
        )
    possible = int((models[trailer] & (downloads == 0)).sum())
    return TippingPoint(
        what=f"downloads of each model without a count that may be of {the}",
        threshold=missing / possible,
        sentence=f"the {number(possible, 0)} models without a count that may be of {the} would "
        f"need {number(missing / possible, 0)} downloads each",
    )


def _assumptions(sample, drawn) -> tuple[Assumption, ...]:
    models = sample["models"]
    downloads = models["hub_downloads_30d"]
    repackaged, mixed = downloads[models["repackager"]], downloads[models["mixed"]]
    named = downloads[models["repackager"] & models["names_a_base"]].sum() / repackaged.sum()
    failed = ", ".join(condition.name for condition in drawn.failed)
    return (
        OTHER_YEAR,
        LISTED if sample["cut"] is not None else CATALOGUED,
        CODED,
        Assumption(
            name="a repackaged model belongs to whoever repackaged it",
            holds="no",
            evidence=f"Repackagers hold {percent(repackaged.sum() / downloads.sum())} of the "
            f"downloads, and a base model is named for {percent(named)} of that. Accounts that "
            f"also train count as developers; they hold {percent(mixed.sum() / downloads.sum())}.",
        ),
        Assumption(
            name="organisations are independent draws, so that an interval may carry the verdict",
            holds="no",
            evidence=f"Not large enough: {failed}. The interval is one row of the budget.",
        ),
        Assumption(
            name="a download is a use",
            holds="no",
            evidence="The Hub counts requests of one file: caches, tests and crawlers count too.",
        ),
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
        (2, 2), height=6, source=figures.sources(result), height_ratios=(1.15, 1), sharey="row"
    )
    answers = [result.answer(population=population) for population in ROWS]
    published = dict(answers[0].tables["published"].rows)
    _draw_shares(shares, answers, published)
    _draw_gaps(gaps, answers, published)
    figures.label_rows(shares, [*ROWS.values(), PUBLISHED], width=26)
    for axes, population in ((top, TOP), (catalogue, CATALOGUE)):
        _draw_parts(axes, result.answer(population=population))
    figures.label_rows(top, [*TASKS, "together"])
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
        first = answers[0].estimates[SHARE.format(country)]
        _note(axes, country, (first.value, offset), (-5, 0), ha="right", color=color)
    axes.set_xlim(0, 0.65)
    axes.set_xlabel("share of downloads\n(bar: unknown or disputed origin)")
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
    axes.set_xlabel("difference in share of downloads\n(ticks, line: other analytic choices)")
    axes.set_title("b  China minus US")


def _draw_parts(axes, answer) -> None:
    figures.null_line(axes, 0)
    parts = [*(PART.format(task) for task in TASKS), DIFFERENCE]
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
    axes.axhline(0.5 - len(TASKS), color=figures.FAINT, lw=0.8)
    axes.set_xlim(-0.27, 0.27)
    axes.set_xlabel("part of China minus US, by task")


def _note(axes, text, point, offset, *, color, ha="left") -> None:
    axes.annotate(
        text, point, xytext=offset, textcoords="offset points", ha=ha, va="center", fontsize=8,
        color=color,
    )  # fmt: skip
