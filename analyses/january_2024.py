"""What do the states of the Hub before and after January 2024 say of the claims of that month?

An article of January 2024 ranked tasks and creators of the 300 top models. The Hub is known on a
day before it, in October 2022, and on one after it, in September 2024. That the month lay between
the two, in every rank and share, is an assumption that nothing here can test: where both days agree
under it, the answer is firm, and else open. Licences are known after it alone.
"""

from typing import Annotated, Literal

import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    figures,
)
from research.doubts import Gap, Quotient, Ranking, Share, Sum, where
from research.estimators.budget import alternatives_row, budget
from research.measures.hub import TAGGED, USED, hub_downloads, without_spike
from research.measures.top_lists import on_day

TASKS = {
    "fill-mask": 1,
    "automatic-speech-recognition": 2,
    "text-classification": 3,
    "text-generation": 5,
}
BY_MODELS = dict.fromkeys(["Stability AI", "Meta", "Microsoft", "TheBloke"], (1, 4))
BY_DOWNLOADS = {"Meta": (1, 1), "OpenAI": (2, 3), "Google": (2, 3)}
TASK_RANK, RANK = "{}: rank of the task by downloads", "{}: rank of the creator by {}"
META = "Meta: share of downloads"
MODELS, DOWNLOADS = "permissive share of models", "permissive share of downloads"
GAP, RATIO = "permissive share of downloads minus that of models", "Apache models per MIT model"
CLAIM = "the rank that the claim gives"
POINTS = "five percentage points either way, stated by this project"

# Label: claim, null, margin, where that is from, alternative, part.
_ASKED = {
    **{
        TASK_RANK.format(task): ("patterns/fill-mask-first", rank, 0.0, CLAIM, "equivalent", task)
        for task, rank in TASKS.items()
    },
    **{
        RANK.format(who, unit): (
            claim, (first + last) / 2, (last - first) / 2, CLAIM, "equivalent", who,
        )
        for unit, claim, ranks in (
            ("models", "patterns/creators-by-count", BY_MODELS),
            ("downloads", "patterns/meta-leads-downloads", BY_DOWNLOADS),
        )
        for who, (first, last) in ranks.items()
    },
    META: (
        "patterns/meta-leads-downloads", 0.3, 0.05, f"the published share; {POINTS}",
        "equivalent", "",
    ),
    MODELS: (
        "patterns/permissive-by-count", 0.5, 0.0, "plain meaning of most: more than half; stated "
        "by this project", "greater", "",
    ),
    DOWNLOADS: (
        "patterns/permissive-by-downloads", 0.92, 0.05, f"the published share; {POINTS}",
        "equivalent", "",
    ),
    GAP: (
        "patterns/permissive-by-downloads", 0.0, 0.0, "equality: the claim says that the share of "
        "downloads is larger", "greater", "larger",
    ),
    RATIO: (
        "patterns/apache-twice-mit", 1.75, 0.25, "'nearly twice': at most twice, and nearer to it "
        "than to once; stated by this project", "equivalent", "",
    ),
}  # fmt: skip
HYPOTHESES = {
    label: Hypothesis(
        claims=[claim],
        estimand=f"{label}, among the 300 most downloaded models",
        null=null,
        margin=margin,
        null_source=source,
        alternative=alternative,
        role="out of sample",
        scope="later date",
        part=part,
    )
    for label, (claim, null, margin, source, alternative, part) in _ASKED.items()
}
BEFORE, AFTER = "2022-10-01", "2024-09-20"
TOP = 300
# Labels of tasks that are of one kind, as far as they changed between the two days.
MERGED = {"conversational": "text-generation", "text2text-generation": "text-generation"}
PERMISSIVE = {"apache-2.0", "mit"}
LICENSED = (MODELS, DOWNLOADS, GAP, RATIO)


def sample(
    hub_history,
    publisher_origins,
    *,
    asked: Annotated[Literal["tasks and creators", "licences"], ESTIMAND] = "tasks and creators",
    spikes: Literal["kept", "removed"] = "kept",
    labels: Literal["merged", "as they were"] = "merged",
    creator: Literal["organisation", "account"] = "organisation",
) -> Sample:
    if asked == "licences" and (labels, creator) != ("merged", "organisation"):
        raise NotApplicable("licences are asked of no task and of no creator")
    days = (AFTER,) if asked == "licences" else (BEFORE, AFTER)
    found = {}
    for day in days:
        units = _listed(hub_history, publisher_origins, day, labels)
        units = without_spike(units) if spikes == "removed" else units
        found[day] = _licences(units) if asked == "licences" else _ranks(units, creator)
    return Sample(
        population=f"the {TOP} most downloaded models",
        as_of=AFTER,
        data={"asked": found, "n": TOP},
        tables={"states": _states(found)},
    )


def _listed(history, origins, day, labels):
    """The most downloaded models of a day; a model that names no task may be of any."""
    listed = on_day(history, day)
    task = listed["task"].replace(MERGED) if labels == "merged" else listed["task"]
    listed = listed.assign(author=listed["account"], pipeline_tag=task)
    told = ["task", "licence", "spike"]
    return hub_downloads(listed[listed["rank"] <= TOP], origins, tell=told)


def _ranks(units, creator) -> dict:
    by = creator if creator == "organisation" else "account"
    tasks = Ranking(units, "task")
    models, downloads = Ranking(units.counted(), by), Ranking(units, by)
    name = ACCOUNTS if by == "account" else {}
    return {
        **{TASK_RANK.format(task): tasks.rank(task) for task in TASKS},
        **{RANK.format(who, "models"): models.rank(name.get(who, who)) for who in BY_MODELS},
        **{RANK.format(who, "downloads"): downloads.rank(name.get(who, who))
           for who in BY_DOWNLOADS},
        META: Share(of=where(**{by: name.get("Meta", "Meta")})).in_(units),
    }  # fmt: skip


# The account that an article of its time would name.
ACCOUNTS = {
    "Stability AI": "stabilityai", "Meta": "facebook", "Microsoft": "microsoft",
    "OpenAI": "openai", "Google": "google",
}  # fmt: skip


def _licences(units) -> dict:
    """A model that names no licence may be under any."""
    permissive = Share(of=where(licence=PERMISSIVE))
    models, downloads = permissive.in_(units.counted()), permissive.in_(units)
    apache, mit = (Sum(units.counted(), where(licence=tag)) for tag in ("apache-2.0", "mit"))
    gap = Gap(downloads, models, paired=True)
    return {MODELS: models, DOWNLOADS: downloads, GAP: gap, RATIO: Quotient(apache, mit)}


def _states(found) -> pd.DataFrame:
    """What each day says, as shown and at most and least."""
    rows = [
        (day, label, asked.value, *asked.bounds())
        for day, answers in found.items()
        for label, asked in answers.items()
    ]
    return pd.DataFrame(rows, columns=["day", "label", "value", "low", "high"])


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    days = sample["asked"]
    return [_between(label, days, sample["n"]) for label in days[AFTER]]


def _between(label, days, n) -> Estimate:
    """All values from those that one day allows to those of the other."""
    sets = {day: _allowed(asked[label]) for day, asked in days.items()}
    known = {day: asked[label].value for day, asked in days.items()}
    return Estimate(
        label=label,
        unit=_unit(label),
        value=known[AFTER],
        bounds=Bounds(min(found.low for found in sets.values()),
                      max(found.high for found in sets.values())),
        sharpness="outer",
        n=float(n),
        n_unit="models",
        assumptions=(BETWEEN, SPIKES, USED) if len(days) > 1 else (LATER, TAGGED, USED),
        budget=budget(alternatives_row("state", known)),
    )  # fmt: skip


def _allowed(asked) -> Bounds:
    """What a day allows; whoever is not listed on it may have been first in between."""
    found = asked.bounds()
    kinds = getattr(asked, "kinds", ())
    absent = any(kind not in asked.ranking.shown for kind in kinds)
    return Bounds(1.0, found.high) if absent else found


def _unit(label) -> str:
    if label == RATIO:
        return "ratio of models"
    if label == GAP:
        return "difference in share"
    if "rank" in label:
        return "rank"
    return "share of models" if label == MODELS else "share of downloads"


BETWEEN = Assumption(
    name="in January 2024 every rank and share lay between those of both days",
    holds="not testable",
    evidence="The days are 16 months before and eight months after. What rose and fell again in "
    "between is seen on neither: whoever is missing on a day may have had any rank.",
)
LATER = Assumption.of_scope(
    name="licences were in January 2024 as in September",
    evidence="No list before has them, so that there is no bracket.",
)
SPIKES = Assumption.of_scope(
    name="the counts are genuine",
    evidence="One model of September 2024 has a sixth of the downloads of that day's list, and "
    "next to none half a year later.",
)

# Figure -------------------------------------------------------------------------------------------


def figure(result):
    canvas, (ranks, shares) = figures.canvas(
        (1, 2), height=3.6, source=figures.credits(result), width_ratios=(1.3, 1)
    )
    ranked = result.answer(asked="tasks and creators").estimates
    rows = [label for label in ranked if ranked[label].unit == "rank"]
    figures.forest(
        ranks, [label.replace(" of the task", "").replace(" of the creator", "") for label in rows],
        figures.Series(rows=[ranked[label] for label in rows]), width=46, xscale="log",
        title="a  Ranks between both days",
        xlabel="rank (dot: September 2024; grey: claimed)",
    )  # fmt: skip
    for row, label in enumerate(rows):
        claim = HYPOTHESES[label]
        span = [claim.null - claim.margin - 0.1, claim.null + claim.margin + 0.1]
        ranks.plot(span, [-row] * 2, color=figures.FAINT, lw=9, zorder=0, solid_capstyle="butt")
    figures.plain_ticks(ranks.xaxis, (1, 3, 10, 30, 100))
    licensed = result.answer(asked="licences").estimates
    found = {META: ranked[META], **{label: licensed[label] for label in (MODELS, DOWNLOADS, GAP)}}
    figures.forest(
        shares, list(found), figures.Series(rows=list(found.values())), width=18,
        title="b  Shares", xlabel="share\n(licences: September 2024)",
    )  # fmt: skip
    return canvas
