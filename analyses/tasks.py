"""Are fill-mask models downloaded most, then speech recognition, then text classification?

An article of January 2024 ranked the tasks of the 300 top models by downloads: fill-mask first,
speech recognition second, text classification third, text generation fifth. A rank is what it is
in a list, but for the models that name no task: they may be of any, which leaves some ranks open.
The lists of 2026-06-10 and 2026-06-11 are one observation and not two: they share 29 of 30 days.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Annotated, Literal

from research import (
    ESTIMAND,
    AnySize,
    Assumption,
    Bounds,
    Estimate,
    FromTable,
    Hypothesis,
    Sample,
    figures,
)
from research.doubts import Coarse, Ranking, Share, where
from research.estimators.budget import alternatives_row, budget
from research.measures.hub import LIKE_THEN, USED, hub_downloads
from research.measures.remembering import remembered
from research.measures.top_lists import chosen_list, lists_of, top_lists
from research.results import BudgetRow, Deferred

CLAIMED = {
    "fill-mask": 1,
    "automatic-speech-recognition": 2,
    "text-classification": 3,
    "text-generation": 5,
}
RANK, SHARE = "{}: rank by downloads", "{}: share of downloads"
POPULATIONS = FromTable("hub_top_models", lists_of)
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
    hub_top_models: AnySize,
    publisher_origins,
    *,
    population: Annotated[str, ESTIMAND, POPULATIONS] = "top 300, 2026-06-11",
    tags: Literal["as they are", "related ones together"] = "as they are",
    no_task: Literal["unknown", "left out"] = "unknown",
    spike: Literal["kept", "removed"] = "kept",
) -> Sample:
    chosen = lists_of(hub_top_models)[population]
    lists = top_lists(hub_top_models, chosen.size)

    def ranked(listed) -> Ranking:
        return Ranking(_tagged(listed, publisher_origins, tags, no_task), "task")

    return Sample(
        population=chosen.population,
        as_of=chosen.day,
        data={"tasks": ranked(chosen_list(lists, chosen.day, spike))},
        deferred={"dates": lambda: {day: ranked(listed) for day, listed in lists.items()}},
    )


@remembered
def _tagged(rows, origins, tags, no_task) -> Coarse:
    """The models with their tasks; one that names none may be of any, unless it is left out."""
    units = hub_downloads(rows, origins, tell=["task"])
    task = units.rows["task"]
    named = task.ne("").map({True: "yes", False: "no"})
    if tags == "related ones together":
        task = task.replace(RELATED)
    units = replace(units, rows=units.rows.assign(task=task, named=named))
    return units.among(task.ne("")) if no_task == "left out" else units


def estimate(sample, *, rng) -> Iterator[Estimate]:
    tasks = sample["tasks"]
    named = list(tasks.shown.index)
    claimed = [task for task in CLAIMED if task in named]  # others have no rank
    shown = list(dict.fromkeys([*named[:LEADING], *claimed]))
    drawn = cache(partial(tasks.drawn, shown, "organisation", rng=rng))
    yield from (_rank(sample, task, drawn) for task in claimed)
    yield from (_share(tasks.units, task, where(task=task)) for task in shown)
    if tasks.units.rows["named"].eq("no").any():
        yield _share(tasks.units, NO_TASK, where(named="no"))


def _rank(sample, task, drawn) -> Estimate:
    rank = sample["tasks"].rank(task)

    def rows() -> Iterator[BudgetRow]:
        dates = {day: tasks.rank(task).value for day, tasks in sample["dates"].items()}
        yield from rank.budget()
        yield from (rank.left_out("organisation"), drawn()[task], alternatives_row("date", dates))

    return rank.estimate(
        label=RANK.format(task),
        unit="rank",
        n=len(rank.units.rows),
        n_unit="models",
        assumptions=ASSUMPTIONS,
        tipping_points=Deferred(lambda: [rank.moved(CLAIMED[task], CLAIMED[task])]),
        budget=Deferred(lambda: budget(*rows())),
    )


def _share(units, task, of_it) -> Estimate:
    share = Share(of=of_it).in_(units)
    return share.estimate(
        label=SHARE.format(task),
        unit="share of downloads",
        n=int(units.holds(of_it, ())[0].sum()),
        n_unit="models of the task",
        assumptions=ASSUMPTIONS,
        budget=Deferred(lambda: budget(*share.budget(), *share.drawn("organisation"))),
    )


ASSUMPTIONS = (
    LIKE_THEN,
    Assumption.of_scope(
        name="one tag says what a model is for",
        evidence="Publishers choose one tag of several that fit; most vision-language models also "
        "generate text, and embeddings go by two tags.",
    ),
    USED,
    Assumption.of_scope(
        name="the list is a sample",
        evidence="The claim is about the list itself, which is complete. What other organisations "
        "would have given is a row of the budget; most tasks hang on one or two of them, too few "
        "for the normal errors that its sets of ranks rest on.",
    ),
)


# Figure -------------------------------------------------------------------------------------------

LISTS = {
    "top 300, 2026-06-11": ("300 most downloaded", figures.INK, "o"),
    "top 1,000, 2026-06-11": ("1,000 most downloaded", figures.OTHER, "s"),
}


def figure(result):
    canvas, (shares, ranks) = figures.two_panels(result, height=3.3, widths=(1, 1.1))
    answers = {look: result.answer(population=population) for population, look in LISTS.items()}
    tasks = [*dict.fromkeys(task for answer in answers.values() for task in _shown(answer))]
    tasks.sort(key=NO_TASK.__eq__)  # stable: the models that name none go last
    figures.forest(
        shares, tasks, *_series(answers, lambda answer: [_point(answer, task) for task in tasks]),
        xlim=(0, 0.26), xlabel="share of downloads", title="a  Tasks in June 2026",
    )  # fmt: skip
    figures.percent_ticks(shares.xaxis)
    ranked = [RANK.format(task) for task in CLAIMED]
    figures.forest(
        ranks, list(CLAIMED),
        *_series(answers, lambda answer: [answer.estimates[label] for label in ranked]),
        width=16, xlim=(0, 19), xticks=[1, 5, 10, 15], title="b  Ranks, claimed and found",
        xlabel="rank by downloads\n(bar: models that name no task)",
    )  # fmt: skip
    _key(shares, ranks)
    return canvas


def _series(answers, rows) -> list[figures.Series]:
    return [
        figures.Series(rows=rows(answer), color=color, marker=marker)
        for (_, color, marker), answer in answers.items()
    ]


def _point(answer, task) -> Bounds | None:
    share = answer.estimates.get(SHARE.format(task))
    return share and Bounds.at(share.value)


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
