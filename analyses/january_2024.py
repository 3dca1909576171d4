"""What do the states of the Hub before and after January 2024 say of the claims of that month?

An article of January 2024 ranked tasks and creators of the 300 top models. The Hub is known on a
day before it, in October 2022, and on one after it, in September 2024. That the month lay between
the two, in every rank and share, is an assumption that nothing here can test: where both days agree
under it, the answer is firm, and else open. Licences are known after it alone. Likes are known in
two lists that were chosen by them, of April 2023 and of December 2025: of each the 300 models with
most downloads are taken.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    CannotEstimate,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    figures,
)
from research.doubts import (
    MEANWHILE,
    Computed,
    Doubt,
    Gap,
    Quotient,
    Ranking,
    Share,
    Sum,
    Within,
    where,
)
from research.estimators.association import clustered_correlation, correlation_row
from research.estimators.budget import alternatives_row, budget
from research.measures.hub import TAGGED, USED, hub_downloads, without_spike
from research.measures.hub_states import MERGED
from research.measures.publishers import organisations
from research.measures.top_lists import on_day
from research.results import BudgetRow
from research.wording import written

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
COUNTS, RANKS = "correlation of likes and downloads", "rank correlation of likes and downloads"
CLAIM = "the rank that the claim gives"
SMALL = "below what Cohen (1988) calls small, stated by this project"
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
    COUNTS: ("patterns/likes-uncorrelated", 0.0, 0.1, SMALL, "equivalent", ""),
    RANKS: ("patterns/likes-uncorrelated", 0.0, 0.1, SMALL, "equivalent", ""),
}  # fmt: skip
LIKED = {COUNTS: "values", RANKS: "ranks"}
LISTED = " of lists that were chosen by likes"
HYPOTHESES = {
    label: Hypothesis(
        claims=[claim],
        estimand=f"{label}, among the 300 most downloaded models{LISTED if label in LIKED else ''}",
        null=null,
        margin=margin,
        null_source=source,
        alternative=alternative,
        role="out of sample",
        scope="other population" if label in LIKED else "later date",
        part=part,
    )
    for label, (claim, null, margin, source, alternative, part) in _ASKED.items()
}
BEFORE, AFTER = "2022-10-01", "2024-09-20"
TOP = 300
LIKES_BEFORE, LIKES_AFTER = "2023-04-01", "2025-12-08"
PERMISSIVE = {"apache-2.0", "mit"}
ARTICLE = "download-patterns-2024"


def sample(
    hub_history,
    hub_lists,
    publisher_origins,
    claim_terms,
    *,
    asked: Annotated[
        Literal["tasks and creators", "licences", "likes"], ESTIMAND
    ] = "tasks and creators",
    spikes: Literal["kept", "removed"] = "kept",
    creator: Literal["organisation", "account"] = "organisation",
) -> Sample:
    if asked != "tasks and creators" and creator != "organisation":
        raise NotApplicable("licences and likes are asked of no creator")
    if asked == "likes" and spikes != "kept":
        raise NotApplicable("the lists with likes do not tell which counts are spikes")
    claimed = pd.Timestamp(claim_terms.set_index("source").loc[ARTICLE, "last_day"])
    if asked == "likes":
        days = LIKES_BEFORE, LIKES_AFTER
        questions = {day: _likes(hub_lists, publisher_origins, day) for day in days}
        assumptions = (_between_days([*questions], claimed), CHOSEN, USED)
    elif asked == "licences":
        units = _listed(hub_history, publisher_origins, AFTER, spikes)
        questions, assumptions = {AFTER: _licences(units)}, (LATER, TAGGED, USED)
    else:
        days = BEFORE, AFTER
        units = {day: _listed(hub_history, publisher_origins, day, spikes) for day in days}
        questions = {day: _ranks(each, creator) for day, each in units.items()}
        assumptions = (_between_days([*questions], claimed), _spikes(hub_history), USED)
    of_lists = " of a list that was chosen by likes" if asked == "likes" else ""
    return Sample(
        population=f"the {TOP} most downloaded models{of_lists}",
        as_of=max(questions),
        data={"asked": questions, "assumptions": assumptions},
        tables={"states": lambda: _states(questions)},
    )


def _listed(history, origins, day, spikes):
    """The most downloaded models of a day; a model that names no task may be of any."""
    listed = on_day(history, day)
    # Labels changed between the days: those that became one are compared as one.
    task = listed["task"].replace(MERGED)
    listed = listed.assign(author=listed["account"], pipeline_tag=task)
    columns = ["task", "licence", "spike"]
    units = hub_downloads(listed[listed["rank"] <= TOP], origins, tell=columns)
    return without_spike(units) if spikes == "removed" else units


@dataclass(frozen=True)
class Known:
    """A correlation in the counts of a list: nothing of it is open."""

    value: float
    row: BudgetRow  # had other organisations been drawn

    def bounds(self) -> Bounds:
        return Bounds.at(self.value)


def _likes(lists, origins, day) -> dict:
    """Both correlations, of the models of a list that were downloaded most."""
    listed = on_day(lists, day).nlargest(TOP, "hub_downloads_30d")
    if len(listed) < TOP:
        raise CannotEstimate(f"the list of {day} has {len(listed)} models, and {TOP} are compared")
    counts = [listed[name].astype(float) for name in ("hub_downloads_30d", "likes")]
    of = organisations(listed["account"].fillna(listed["model_id"]), origins)
    correlations = {kind: clustered_correlation(*counts, of, of=kind) for kind in LIKED.values()}
    rows = {kind: correlation_row(each, kind) for kind, each in correlations.items()}
    return {label: Known(correlations[kind].value, rows[kind]) for label, kind in LIKED.items()}


def _ranks(units, creator) -> dict:
    tasks, name = Ranking(units, "task"), ACCOUNTS if creator == "account" else {}
    models, downloads = Ranking(units.counted(), creator), Ranking(units, creator)
    return {
        **{TASK_RANK.format(task): tasks.rank(task) for task in TASKS},
        **{RANK.format(who, "models"): models.rank(name.get(who, who)) for who in BY_MODELS},
        **{RANK.format(who, "downloads"): downloads.rank(name.get(who, who))
           for who in BY_DOWNLOADS},
        META: Share(of=where(**{creator: name.get("Meta", "Meta")})).in_(units),
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


def _states(days) -> pd.DataFrame:
    """What each day says, as shown and at most and least."""
    rows = [
        (day, label, asked.value, *asked.bounds())
        for day, answers in days.items()
        for label, asked in answers.items()
    ]
    return pd.DataFrame(rows, columns=["day", "label", "value", "low", "high"])


def estimate(sample) -> list[Estimate]:
    days = sample["asked"]
    return [_between(label, days, sample["assumptions"]) for label in days[max(days)]]


def _between(label, days, assumptions) -> Estimate:
    """All values from those that one day allows to those of the other."""
    sets = [_allowed(asked[label]) for asked in days.values()]
    bounds = Bounds(min(each.low for each in sets), max(each.high for each in sets))
    known, last = {day: asked[label].value for day, asked in days.items()}, days[max(days)][label]
    # Other organisations on the later day; ranks and shares of one day are known.
    redrawn = [last.row] if isinstance(last, Known) else []
    return Estimate(
        label=label,
        unit=_unit(label),
        value=last.value,
        bounds=bounds,
        sharpness="outer",
        drawn=_drawn(label, days) if bounds.width else None,
        n=float(TOP),
        n_unit="models",
        assumptions=assumptions,
        budget=budget(alternatives_row("state", known), *redrawn),
    )


def _allowed(asked) -> Bounds:
    """What a day allows; whoever is not listed on it may have been first in between."""
    bounds = asked.bounds()
    return Bounds(1.0, bounds.high) if _absent(asked) else bounds


def _absent(asked) -> bool:
    """Whether anyone whose rank is asked for is not listed."""
    return any(kind not in asked.ranking.shown for kind in getattr(asked, "kinds", ()))


def _drawn(label, days):
    """Anywhere between what both days hold in a world; a rank is a whole number."""
    drawn = [_on_day(label, day, asked[label]) for day, asked in days.items()]
    if len(drawn) == 1:
        return drawn[0]
    place = Within(MEANWHILE, Bounds(0.0, 1.0), label)
    if _unit(label) == "rank":
        return Computed(_rank_between, *drawn, place)
    return Computed(lambda one, other, place: one + place * (other - one), *drawn, place)


def _on_day(label, day, asked):
    """What a day holds; whoever is not listed on it may have any rank up to the one found."""
    if isinstance(asked, Known):
        return Within(MEANWHILE, asked.bounds())
    if not _absent(asked):
        return asked
    place = Within(NOT_LISTED, Bounds(0.0, 1.0), f"{label}, {day}")
    return Computed(
        lambda last, place: _rank_between(np.ones_like(last), last, place), asked, place
    )


def _rank_between(one, other, place) -> np.ndarray:
    low, high = np.minimum(one, other), np.maximum(one, other)
    return np.minimum(low + np.floor(place * (high - low + 1)), high)


NOT_LISTED = Doubt("ranks of who is not listed", "any rank up to the first that is not listed")


def _unit(label) -> str:
    units = {RATIO: "ratio of models", GAP: "difference in share", MODELS: "share of models"}
    units |= dict.fromkeys(LIKED, "correlation")
    return units.get(label, "rank" if "rank" in label else "share of downloads")


def _between_days(days, claimed) -> Assumption:
    """That January 2024 lay between both days, in whatever is asked."""
    evidence = written(
        "The days are {:0} days before and {:0} days after the claim's. What rose and fell again "
        "in between is seen on neither: whoever is missing on a day may have had any rank.",
        *(abs((pd.Timestamp(day) - claimed).days) for day in days),
    )
    return Assumption.untestable(
        name="in January 2024 whatever is asked lay between what both days say", evidence=evidence
    )


def _spikes(history) -> Assumption:
    """How much of the later day is in counts that stand far above those of before and after."""
    top = on_day(history, AFTER).nsmallest(TOP, "rank")
    spike = top["traffic_spike"].fillna(False).astype(bool)
    held = top["hub_downloads_30d"] / top["hub_downloads_30d"].sum()
    evidence = (
        "{:%0} of the downloads of {} are those of {:0} models whose counts are spikes, {:%0} of "
        "one of them: without them is another specification."
    )
    evidence = written(evidence, held[spike].sum(), AFTER, spike.sum(), held[spike].max())
    return Assumption.of_scope(name="the counts are genuine", evidence=evidence)


LATER = Assumption.of_scope(
    name="licences were in January 2024 as in September",
    evidence="Of the lists before, that of April 2023 alone has them. It was chosen by likes in "
    "each task, and is no part of the most downloaded models that a share could be taken of: so "
    "there is no bracket.",
)
CHOSEN = Assumption.of_scope(
    name="a list that was chosen by likes shows how likes go with downloads",
    evidence="The list of 2023 holds the most liked models of each task, without masked language "
    "models and embeddings; that of 2025 was gathered by likes, trend and downloads. Cutting a "
    "list by either can lower a correlation. The dated lists of the most downloaded models record "
    "no likes before 2026.",
)


def figure(result):
    canvas, grid = figures.canvas(
        (3, 2), height=4.0, source=result, width_ratios=(1, 1), height_ratios=(3, 1.2, 2)
    )
    _draw_ranks(_over_all_rows(grid[:, 0]), result.answer(asked="tasks and creators").estimates)
    licensed = result.answer(asked="licences").estimates
    of_meta = result.answer(asked="tasks and creators").estimates[META]
    figures.forest(
        grid[0, 1], ["Meta, of downloads", "permissive, of models", "permissive, of downloads"],
        figures.Series(rows=[of_meta, licensed[MODELS], licensed[DOWNLOADS]]), xlim=(0, 1),
        title="b  Shares", xlabel="share (licences:\nSeptember 2024)",
    )  # fmt: skip
    figures.forest(
        grid[1, 1], ["permissive, of downloads\nminus of models"],
        figures.Series(rows=[licensed[GAP]]), null=0, width=24,
        title="c  Their difference", xlabel="points",
    )  # fmt: skip
    margin, likes = HYPOTHESES[COUNTS].margin, result.answer(asked="likes").estimates
    figures.forest(
        grid[2, 1], ["counts", "ranks"], figures.Series(rows=[likes[label] for label in LIKED]),
        null=0, band=(-margin, margin), xlim=(-0.15, 0.45), title="d  Likes",
        xlabel="correlation (grey: small)",
    )  # fmt: skip
    return canvas


def _over_all_rows(column):
    """The first panel of a column, over the place of all of them."""
    first, *others = column
    first.set_subplotspec(first.get_gridspec()[:, 0])
    for panel in others:
        panel.remove()
    return first


def _draw_ranks(axes, ranked) -> None:
    rows = [label for label in ranked if ranked[label].unit == "rank"]
    figures.forest(
        axes, [f"{label.split(':')[0]}, {label[label.index('by '):]}" for label in rows],
        figures.Series(rows=[ranked[label] for label in rows]), width=60, xscale="log",
        title="a  Ranks between both days", xlabel="rank (dot: September 2024; grey: claimed)",
    )  # fmt: skip
    for row, label in enumerate(rows):
        claim = HYPOTHESES[label]
        span = [claim.null - claim.margin - 0.1, claim.null + claim.margin + 0.1]
        axes.plot(span, [-row] * 2, color=figures.FAINT, lw=9, zorder=0, solid_capstyle="butt")
    figures.plain_ticks(axes.xaxis, (1, 3, 10, 30, 100))
