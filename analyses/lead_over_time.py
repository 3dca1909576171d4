"""Has the lead of China over the United States in downloads grown in 2026?

The catalogue grew from 497 to 16,842 models within the year, so that its totals of two dates say
nothing about a trend. Compared are the models that two states share and that both counted afresh.
The lead grew in spring and has not grown since June. One model with automated traffic in April and
May would turn the sign of many comparisons; it is left out unless chosen otherwise.
"""

from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from research import Assumption, Estimate, Hypothesis, Sample, TippingPoint, figures
from research.doubts import Coarse, Gap, turned_at
from research.estimators.budget import alternatives_row, budget
from research.measures.hub import COUNTED_DAYS, fresh, hub_downloads, overlapping
from research.measures.publishers import CHINA, CHINA_MINUS_US, UNITED_STATES, Persons, with_persons
from research.measures.remembering import remembered
from research.measures.top_lists import on_day
from research.results import BudgetRow, deferred

CHANGE = "change of China minus US, same models"
HYPOTHESES = {
    CHANGE: Hypothesis(
        estimand="share of downloads of publishers in China minus those in the US, over the models "
        "counted at two dates: the later difference less the earlier one",
        null=0,
        null_source="no change",
        alternative="greater",
        role="out of sample",
        scope="other measure",
    )
}


def sample(
    hub_llm_panel,
    publisher_origins,
    hub_top_models,
    *,
    since: Literal["2026-02-26", "2026-04-01", "2026-05-09", "2026-06-19"] = "2026-02-26",
    until: Literal["2026-10-05", "2026-08-03"] = "2026-10-05",
    spike: Literal["removed", "kept"] = "removed",
    persons: Persons = "in no country",
) -> Sample:
    models = _counted(hub_llm_panel, hub_top_models, spike)
    origins = with_persons(publisher_origins, persons)
    moves = _moves(models, origins)
    earlier, later, both = _shared(models, origins, since, until)
    return Sample(
        population="the models of the LLM catalogue that both states counted afresh",
        as_of=until,
        data={
            "change": Gap(CHINA_MINUS_US.in_(later), CHINA_MINUS_US.in_(earlier), paired=True),
            "models": both,
            "moves": moves,
            "overlap": overlapping(models["as_of"]),
        },
        tables={"moves": moves},
    )


@remembered
def _counted(panel, top, spike) -> pd.DataFrame:
    """The models whose downloads were counted anew, with the marked spike or without."""
    models = fresh(panel)
    inflated = top.loc[top["traffic_spike"], "model_id"]
    return models[~models["model_id"].isin(inflated)] if spike == "removed" else models


def _shared(models, origins, since, until) -> tuple[Coarse, Coarse, int]:
    """Downloads of each account at two dates, over the models fresh at both, and their number."""
    earlier, later = (on_day(models, day) for day in (since, until))
    both = set(earlier["model_id"]) & set(later["model_id"])
    units = [hub_downloads(r[r["model_id"].isin(both)], origins) for r in (earlier, later)]
    return *units[0].paired(units[1], ["account", "organisation", "origin"]), len(both)


@remembered
def _moves(models, origins) -> pd.DataFrame:
    """The change between any two states whose windows do not overlap, origins as known."""
    wide = models.pivot(index="model_id", columns="as_of", values="hub_downloads_30d")
    units = hub_downloads(
        models.drop_duplicates("model_id").sort_values("model_id", kind="stable"), origins
    )
    china, us = (units.holds(country, ())[0] for country in (CHINA, UNITED_STATES))
    counted, downloads = wide.notna().to_numpy(float), wide.fillna(0).to_numpy(float)
    signed = downloads * np.subtract(china, us, dtype=float)[:, None]
    # Row i, column j: of state i, over the models that state j counted too.
    lead = _shared_sums(signed, counted) / _shared_sums(downloads, counted)
    days, shared = list(wide.columns), _shared_sums(counted, counted)
    rows = [
        (f"{days[i]:%Y-%m-%d}", f"{days[j]:%Y-%m-%d}", int(shared[i, j]), lead[j, i] - lead[i, j])
        for i, j in combinations(range(len(days)), 2)
        if (days[j] - days[i]).days >= COUNTED_DAYS
    ]
    return pd.DataFrame(rows, columns=["since", "until", "models", "change"])


def _shared_sums(of_state, counted) -> np.ndarray:
    # Not a matrix product: its threads make the last digits depend on the machine.
    return np.einsum("ki,kj->ij", of_state, counted)


def estimate(sample) -> Estimate:
    change = sample["change"]
    return change.estimate(
        label=CHANGE,
        unit="change of a difference in share of downloads",
        n=sample["models"],
        n_unit="models fresh at both dates",
        assumptions=(SAME_MODELS, sample["overlap"]),
        tipping_points=(_not_of_users(change),),
        budget=_budget(change, sample["moves"]),
    )


@deferred
def _budget(change, moves) -> tuple[BudgetRow, ...]:
    pairs = moves["since"] + " to " + moves["until"]
    others = dict(zip(pairs, moves["change"], strict=True))
    return budget(
        *change.budget(),
        alternatives_row("other pairs of dates", others),
        *change.drawn("organisation"),
    )


def _not_of_users(change) -> TippingPoint:
    """Downloads of the later date that did not come from users, if the change is to be undone."""
    gains, who = (1, "China") if change.value > 0 else (-1, "the US")
    before, after = gains * change.second.value, gains * change.first.value
    # Without a part x of all downloads, all of the country that gains: (after - x) / (1 - x).
    return turned_at(
        f"part of all later downloads that are of {who} and did not come from users",
        "undone if {:%0} of the later downloads, all of {}, did not come from users (the "
        "difference was {:1} points before)",
        (after - before) / (1 - before),
        who,
        100 * before,
    )


SAME_MODELS = Assumption.of_scope(
    name="the models that both states counted stand for all",
    evidence="New models are left out by construction, and those of the first states were the most "
    "downloaded ones of their day.",
)


STYLES = {
    "2026-02-26": ("o", "-", figures.INK),
    "2026-04-01": ("s", "--", figures.MUTED),
    "2026-05-09": ("^", ":", figures.MUTED),
    "2026-06-19": ("D", "-.", figures.OTHER),
}


def figure(result):
    answer = result.answer()
    canvas, (course, doubts) = figures.two_panels(result, height=3.3, widths=(1.5, 1))
    _draw_courses(course, answer.tables["moves"])
    change = answer.estimates[CHANGE]
    figures.budget(
        doubts, change.budget, value=change.value, width=16, null=0,
        xlabel="change of China minus US\n(line: 26 Feb to 5 Oct 2026)",
        title="b  What the change may be",
    )  # fmt: skip
    figures.point_ticks(doubts.xaxis)
    return canvas


def _draw_courses(axes, moves) -> None:
    """The lead from each of four states on, over the models that later states share."""
    rows = moves.records()
    axes.axhline(0, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
    for since, (marker, line, color) in STYLES.items():
        mine = [row for row in rows if row["since"] == since]
        days = pd.to_datetime([since, *(row["until"] for row in mine)])
        changes = [0.0, *(row["change"] for row in mine)]
        axes.plot(
            days, changes, marker=marker, ls=line, color=color, ms=3.5, lw=1, mec="white", mew=0.4,
            label=f"since {pd.Timestamp(since):%-d %b}",
        )  # fmt: skip
    months = pd.date_range("2026-03-01", "2026-09-01", freq="2MS")
    axes.set_xticks(months, ["Mar 2026", "May", "Jul", "Sep"])
    axes.set(ylim=(-0.04, 0.18), ylabel="change of China minus US")
    figures.point_ticks(axes.yaxis)
    axes.set_title("a  Same models, from four states on")
    axes.legend(loc="upper left", fontsize=7.5, labelspacing=0.3, ncols=2, columnspacing=1)
