"""Are fill-mask models downloaded most, then speech recognition, then text classification?

An article of January 2024 ranked the tasks of the 300 top models by downloads: fill-mask first,
speech recognition second, text classification third, text generation fifth. A rank is what it is
in a list, but for the models that name no task: they may be of any, which leaves some ranks open.
The lists of 2026-06-10 and 2026-06-11 are one observation and not two: they share 29 of 30 days.
"""

import math
from functools import partial
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    BudgetRow,
    CannotEstimate,
    Estimate,
    FromTable,
    Hypothesis,
    Sample,
    TippingPoint,
    figures,
)
from research.estimators.budget import alternatives_row, budget, leave_one_out_row, sampling_row
from research.estimators.clustered import clustered_share, kish_effective_size, leave_one_out
from research.estimators.multiverse import rank_confidence_sets
from research.measures.hub import LIKE_THEN, USED
from research.measures.publishers import organisations
from research.measures.top_lists import lists_of, of_day, top_lists
from research.wording import number, percent

CLAIMED = {
    "fill-mask": 1,
    "automatic-speech-recognition": 2,
    "text-classification": 3,
    "text-generation": 5,
}
RANK, SHARE = "{}: rank by downloads", "{}: share of downloads"
NO_TASK = "no task named"
LEADING = 8  # tasks that are shown beside those of the claim

HYPOTHESES = {
    RANK.format(task): Hypothesis(
        claims=["patterns/fill-mask-first"],
        estimand=f"rank of {task} among the tasks of the most downloaded models, by downloads",
        null=rank,
        null_source="the rank that the claim gives",
        alternative="equivalent",
        role="out of sample",
        scope="later date",
        part=task,
    )
    for task, rank in CLAIMED.items()
}

# Tags for one kind of use, of which a model gets one or the other.
RELATED = {
    "sentence-similarity": "embedding",
    "feature-extraction": "embedding",
    "image-text-to-text": "text-generation",
    "any-to-any": "text-generation",
    "text2text-generation": "text-generation",
}


def sample(
    hub_top_models,
    publisher_origins,
    *,
    population: Annotated[
        str, ESTIMAND, FromTable("hub_top_models", lists_of)
    ] = "top 300, 2026-06-11",
    tags: Literal["as they are", "related ones together"] = "as they are",
    no_task: Literal["unknown", "left out"] = "unknown",
    spike: Literal["kept", "removed"] = "kept",
) -> Sample:
    chosen = lists_of(hub_top_models)[population]
    tagged = partial(_tagged, publisher_origins, tags, no_task)
    listed = top_lists(hub_top_models, chosen.size)
    lists = {day: tagged(rows) for day, rows in listed.items()}
    models = of_day(lists, chosen.day, spike)
    return Sample(
        population=chosen.population,
        as_of=chosen.day,
        data={
            # Downloads by organisation (rows) and task (columns).
            "held": models.pivot_table("downloads", "organisation", "task", "sum", fill_value=0),
            "models": models["task"].value_counts(),
            "dates": {day: rows.groupby("task")["downloads"].sum() for day, rows in lists.items()},
        },
    )


def _tagged(origins, tags, no_task, rows) -> pd.DataFrame:
    task = rows["pipeline_tag"].fillna(NO_TASK)
    models = pd.DataFrame(
        {
            "task": task.replace(RELATED) if tags == "related ones together" else task,
            "downloads": rows["hub_downloads_30d"].astype(float),
            "organisation": organisations(rows["author"], origins),
        }
    )
    return models[task != NO_TASK] if no_task == "left out" else models


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample, *, rng) -> list[Estimate]:
    held, models = sample["held"], sample["models"]
    totals = held.sum().sort_values(ascending=False, kind="stable")
    named = totals.drop(NO_TASK, errors="ignore")
    shown = list(dict.fromkeys([*named.index[:LEADING], *(t for t in CLAIMED if t in named)]))
    claimed = [task for task in CLAIMED if task in named]  # others have no rank
    drawn = _drawn(held, shown, rng)
    ranks = [_rank(sample, totals, task, drawn[task]) for task in claimed]
    shares = [_share(held, task, models[task]) for task in (*shown, NO_TASK) if task in held]
    return [*ranks, *shares]


def _rank_of(totals, task) -> int:
    return int(1 + (totals.drop(NO_TASK, errors="ignore") > totals[task]).sum())


def _rank_bounds(totals, task) -> Bounds:
    """Open ranks: with all unnamed downloads in this task, or in those just below it."""
    own, unnamed = totals[task], totals.get(NO_TASK, 0.0)
    others = totals.drop([task, NO_TASK], errors="ignore")
    behind = np.sort(own - others[others <= own])
    overtaking = int((np.cumsum(behind) < unnamed).sum())
    return Bounds(int(1 + (others > own + unnamed).sum()), _rank_of(totals, task) + overtaking)


def _rank(sample, totals, task, drawn) -> Estimate:
    bounds, unnamed = _rank_bounds(totals, task), totals.get(NO_TASK, 0.0)
    dates = {day: _rank_of(found, task) for day, found in sample["dates"].items()}
    detail = (
        f"{sample['models'].get(NO_TASK, 0)} models with {percent(unnamed / totals.sum())} of "
        "downloads"
    )
    return Estimate(
        label=RANK.format(task),
        unit="rank",
        value=_rank_of(totals, task),
        bounds=bounds,
        n=int(sample["models"].sum()),
        n_unit="models",
        assumptions=ASSUMPTIONS,
        tipping_points=(_turning(totals, task),),
        budget=budget(
            BudgetRow(source=NO_TASK, low=bounds.low, high=bounds.high, detail=detail),
            alternatives_row("date", dates),
            alternatives_row("one organisation left out", _without_each(sample["held"], task)),
            drawn,
        ),
    )


def _without_each(held, task) -> dict[str, int]:
    """The rank of a task without each organisation in turn."""
    left = (held.sum() - held).drop(columns=NO_TASK, errors="ignore")
    ranks = 1 + left.gt(left[task], axis="index").sum(axis="columns")
    return {f"all but {name}": int(rank) for name, rank in ranks.items()}


def _drawn(held, shown, rng) -> dict[str, BudgetRow]:
    """Ranks that are not excluded, for all tasks shown at once, had others been drawn."""
    everything = held.sum(axis="columns")
    shares = held[shown].sum() / everything.sum()
    # What each organisation adds to the error of the shares; they are the units drawn.
    errors = (held[shown] - np.outer(everything, shares)) / everything.sum()
    covariance = errors.T @ errors * len(held) / (len(held) - 1)
    sets = rank_confidence_sets(shares, covariance, rng=rng)
    effective = number(kish_effective_size(everything), 1)
    detail = f"95 % confidence set of all {len(shown)} ranks shown; {len(held)} organisations, "
    return {
        task: BudgetRow(
            source="other organisations drawn",
            low=found.low,
            high=found.high,
            detail=f"{detail}{effective} effective: too few for the normal errors it rests on",
        )
        for task, found in zip(shown, sets, strict=True)
    }


def _share(held, task, models) -> Estimate:
    columns = held[task], held.sum(axis="columns"), held.index
    left_out = leave_one_out(*columns)
    unnamed = 0.0 if task == NO_TASK else float(held.get(NO_TASK, held[task] * 0).sum())
    most = (held[task].sum() + unnamed) / held.to_numpy().sum()
    return Estimate(
        label=SHARE.format(task),
        unit="share of downloads",
        value=left_out.value,
        bounds=Bounds(left_out.value, max(left_out.value, float(most))),
        n=int(models),
        n_unit="models of the task",
        assumptions=ASSUMPTIONS,
        budget=budget(leave_one_out_row(left_out), _sampled(*columns)),
    )


def _sampled(part, whole, organisation) -> BudgetRow:
    try:
        return sampling_row(clustered_share(part, whole, organisation))
    except CannotEstimate as reason:
        return BudgetRow(source="other organisations drawn", low=0, high=1, detail=str(reason))


# What would overturn it ---------------------------------------------------------------------------


def _turning(totals, task) -> TippingPoint:
    """Downloads that a task lacks for the rank of the claim, has too many of, or may lose."""
    rank, own, unnamed = CLAIMED[task], float(totals[task]), totals.get(NO_TASK, 0.0)
    others = totals.drop([task, NO_TASK], errors="ignore").to_numpy()
    if rank > len(others):
        told = f"the list names too few other tasks for rank {rank} to be lost"
        return TippingPoint(
            what=f"downloads between the task and rank {rank}", threshold=None, sentence=told
        )
    lacking = float(others[rank - 1]) - own
    spare = own - float(others[rank - 2]) if rank > 1 else -math.inf
    if lacking > 0:
        of = f", or {percent(lacking / unnamed)} of those that name no task" if unnamed else ""
        change, told = lacking, f"only with {number(1 + lacking / own, 1)} times the downloads{of}"
    elif spare >= 0:
        change, told = spare, f"only with {percent(spare / own)} fewer downloads"
    else:
        change, told = -lacking, f"is lost with {percent(-lacking / own)} fewer downloads"
    return TippingPoint(
        what=f"downloads between the task and rank {rank}",
        threshold=change,
        sentence=f"rank {rank} {told}",
    )


ASSUMPTIONS = (
    LIKE_THEN,
    Assumption(
        name="one tag says what a model is for",
        holds="no",
        evidence="Publishers choose one tag of several that fit; most vision-language models also "
        "generate text, and embeddings go by two tags.",
    ),
    USED,
    Assumption(
        name="the list is a sample",
        holds="no",
        evidence="The claim is about the list itself, which is complete. What other organisations "
        "would have given is a row of the budget; most tasks hang on one or two of them.",
    ),
)


# Figure -------------------------------------------------------------------------------------------

LISTS = {
    "top 300, 2026-06-11": ("300 most downloaded", figures.INK, "o"),
    "top 1,000, 2026-06-11": ("1,000 most downloaded", figures.OTHER, "s"),
}


def figure(result):
    canvas, (shares, ranks) = figures.canvas(
        (1, 2), height=3.3, source=figures.sources(result), width_ratios=(1, 1.1)
    )
    answers = {look: result.answer(population=population) for population, look in LISTS.items()}
    tasks = [*dict.fromkeys(task for answer in answers.values() for task in _shown(answer))]
    tasks.sort(key=NO_TASK.__eq__)  # stable: the models that name none go last
    figures.forest(
        shares, tasks,
        *(
            figures.Series(
                rows=[_point(answer, SHARE.format(task)) for task in tasks], color=color,
                marker=marker,
            )
            for (_, color, marker), answer in answers.items()
        ),
        xlim=(0, 0.26), xlabel="share of downloads", title="a  Tasks in June 2026",
    )  # fmt: skip
    figures.forest(
        ranks, list(CLAIMED),
        *(
            figures.Series(
                rows=[answer.estimates[RANK.format(task)] for task in CLAIMED], color=color,
                marker=marker,
            )
            for (_, color, marker), answer in answers.items()
        ),
        width=16, xlim=(0, 19), xticks=[1, 5, 10, 15], title="b  Ranks, claimed and found",
        xlabel="rank by downloads\n(bar: models that name no task)",
    )  # fmt: skip
    _key(shares, ranks)
    return canvas


def _point(answer, label) -> Bounds | None:
    found = answer.estimates.get(label)
    return None if found is None else Bounds(found.value, found.value)


def _shown(answer) -> list[str]:
    suffix = SHARE.format("")
    return [label.removesuffix(suffix) for label in answer.estimates if label.endswith(suffix)]


def _key(shares, ranks) -> None:
    claimed = {"marker": "D", "ls": "none", "mfc": "white", "mec": figures.INK, "ms": 5}
    ranks.plot(list(CLAIMED.values()), [-row for row in range(len(CLAIMED))], **claimed)
    for name, color, marker in LISTS.values():
        shares.plot([], [], marker, color=color, ms=4.5, mec="white", label=name)
    shares.plot([], [], **claimed, label="claimed in 2024 (b)")
    shares.legend(loc="lower right", bbox_to_anchor=(1.04, 0.13), handletextpad=0.3)
