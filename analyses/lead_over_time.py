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
from scipy import stats

from research import (
    Assumption,
    Bounds,
    BudgetRow,
    Estimate,
    Hypothesis,
    Sample,
    TippingPoint,
    figures,
)
from research.estimators.budget import budget
from research.estimators.clustered import jackknife_se, kish_effective_size
from research.wording import number

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
SPAN = 30  # days of a window of downloads: nearer states share downloads
DATES = ["first", "last"]
OPEN = ["is CN", "is US", "may be CN", "may be US"]


def sample(
    hub_llm_panel,
    publisher_origins,
    hub_top_models,
    *,
    since: Literal["2026-02-26", "2026-04-01", "2026-05-09", "2026-06-19"] = "2026-02-26",
    until: Literal["2026-10-05", "2026-08-03"] = "2026-10-05",
    spike: Literal["removed", "kept"] = "removed",
) -> Sample:
    models = _fresh(hub_llm_panel, publisher_origins)
    if spike == "removed":
        inflated = hub_top_models.loc[hub_top_models["traffic_spike"], "model_id"]
        models = models[~models["model_id"].isin(inflated)]
    moves = _moves(models)
    return Sample(
        population="the models of the LLM catalogue that both states counted afresh",
        as_of=until,
        data={
            "accounts": _both(models, pd.Timestamp(since), pd.Timestamp(until)),
            "moves": moves,
        },
        tables={"moves": moves},
    )


def _fresh(panel, origins) -> pd.DataFrame:
    """Counts that were observed and refreshed, with the countries of their publishers."""
    fresh = panel[(panel["hub_downloads_30d"] > 0) & ~panel["stale_suspect"].fillna(False)]
    author = fresh["model_id"].str.partition("/")[0]
    accounts = origins.set_index("author")
    codes = author.map(accounts["candidates"]).fillna("")
    return pd.DataFrame(
        {
            "as_of": fresh["as_of"],
            "model_id": fresh["model_id"],
            "downloads": fresh["hub_downloads_30d"].astype(float),
            "organisation": author.map(accounts["parent"]).fillna(author),
            "author": author,
        }
        | {f"is {code}": codes.eq(code) for code in ("CN", "US")}
        | {f"may be {code}": codes.eq("") | codes.str.contains(code) for code in ("CN", "US")}
    )


def _both(models, first, last) -> pd.DataFrame:
    """Accounts with their share of the downloads at two dates, over the models fresh at both."""
    earlier, later = (models[models["as_of"] == day] for day in (first, last))
    both = earlier.merge(
        later[["model_id", "downloads"]], on="model_id", suffixes=("", " later"), validate="1:1"
    )
    shares = {
        "first": both["downloads"] / both["downloads"].sum(),
        "last": both["downloads later"] / both["downloads later"].sum(),
    }
    sums = both.assign(**shares, models=1).groupby(["author", "organisation", *OPEN])
    return sums[["first", "last", "models"]].sum().reset_index()


def _sign(accounts) -> pd.Series:
    return accounts["is CN"].astype(int) - accounts["is US"].astype(int)


def _shown(accounts) -> float:
    """The change with every account in doubt counted to neither country."""
    return float((_sign(accounts) * (accounts["last"] - accounts["first"])).sum())


def _bounds(accounts) -> Bounds:
    """The change if each account in doubt belongs to the country that lowers or raises it most."""
    moved = accounts["last"] - accounts["first"]
    doubtful = ~(accounts["is CN"] | accounts["is US"])
    known = (_sign(accounts) * moved).to_numpy()
    china, us = (np.where(doubtful & accounts[f"may be {c}"], s * moved, known) for c, s in SIGNS)
    options = np.array([known, china, us])
    return Bounds(float(options.min(axis=0).sum()), float(options.max(axis=0).sum()))


SIGNS = (("CN", 1), ("US", -1))


def _moves(models) -> pd.DataFrame:
    """The change between any two states whose windows do not overlap, origins as known."""
    wide = models.pivot(index="model_id", columns="as_of", values="downloads")
    sign = _sign(models.drop_duplicates("model_id").set_index("model_id").loc[wide.index])
    counted, downloads = wide.notna().to_numpy(float), wide.fillna(0).to_numpy()
    signed = downloads * sign.to_numpy()[:, None]
    # Row i, column j: of state i, over the models that state j counted too.
    lead = _shared_sums(signed, counted) / _shared_sums(downloads, counted)
    days, shared = list(wide.columns), _shared_sums(counted, counted)
    return pd.DataFrame(
        [
            {
                "since": f"{days[i]:%Y-%m-%d}",
                "until": f"{days[j]:%Y-%m-%d}",
                "models": int(shared[i, j]),
                "change": float(lead[j, i] - lead[i, j]),
            }
            for i, j in combinations(range(len(days)), 2)
            if (days[j] - days[i]).days >= SPAN
        ]
    )


def _shared_sums(of_state, counted) -> np.ndarray:
    # Not a matrix product: its threads make the last digits depend on the machine.
    return np.einsum("ki,kj->ij", of_state, counted)


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> Estimate:
    accounts, moves = sample["accounts"], sample["moves"]
    found, models = _bounds(accounts), int(accounts["models"].sum())
    return Estimate(
        label=CHANGE,
        unit="change of a difference in share of downloads",
        reading="finite population",
        value=_shown(accounts),
        bounds=found,
        n=models,
        n_unit="models fresh at both dates",
        assumptions=(SAME_MODELS, OVERLAP),
        tipping_points=(_mistaken(accounts),),
        budget=budget(
            BudgetRow(
                source="origin unknown or disputed",
                low=found.low,
                high=found.high,
                detail="an account has the same origin at both dates",
            ),
            _pairs_row(moves),
            _left_out_row(accounts),
            _drawn_row(accounts),
        ),
    )


def _mistaken(accounts) -> TippingPoint:
    """Downloads of the later date that would have to be no users' to undo the change."""
    gains = 1 if _shown(accounts) > 0 else -1
    before, after = (gains * float((_sign(accounts) * accounts[day]).sum()) for day in DATES)
    # Without a part x of all downloads, all of the country that gains: (after - x) / (1 - x).
    removed = (after - before) / (1 - before)
    who = "China" if gains > 0 else "the US"
    return TippingPoint(
        what=f"part of all later downloads that are of {who} and no users'",
        threshold=removed,
        sentence=f"undone if {removed:.0%} of the later downloads, all of {who}, were no users' "
        f"(the difference was {number(gains * before)} before)",
    )


def _pairs_row(moves) -> BudgetRow:
    """The change between any two states whose windows do not overlap."""
    least, most = (moves.loc[getattr(moves["change"], at)()] for at in ("idxmin", "idxmax"))
    return BudgetRow(
        source="other pairs of dates",
        low=least["change"],
        high=most["change"],
        detail=f"lowest from {least['since']} to {least['until']}, highest from {most['since']} to "
        f"{most['until']}",
    )


def _without(accounts) -> pd.Series:
    """The change without each organisation."""
    sign = _sign(accounts)
    parts = accounts.assign(lead=sign * accounts["first"], later=sign * accounts["last"])
    held = parts.groupby("organisation")[["first", "last", "lead", "later"]].sum()
    rest = held.sum() - held
    return rest["later"] / rest["last"] - rest["lead"] / rest["first"]


def _left_out_row(accounts) -> BudgetRow:
    without, value = _without(accounts), _shown(accounts)
    name = (without - value).abs().idxmax()
    return BudgetRow(
        source="one organisation left out",
        low=min(float(without.min()), value),
        high=max(float(without.max()), value),
        detail=f"{number(float(without[name]))} without {name}",
    )


def _drawn_row(accounts) -> BudgetRow:
    """The jackknife over organisations: too few carry the downloads for it to give a verdict."""
    without, value = _without(accounts).to_numpy(), _shown(accounts)
    totals = accounts.groupby("organisation")[["first", "last"]].sum()
    kish = min(kish_effective_size(totals[day].to_numpy()) for day in totals)
    half = float(stats.t.ppf(0.975, kish - 1)) * jackknife_se(without)
    return BudgetRow(
        source="other organisations drawn",
        low=max(value - half, -2.0),
        high=min(value + half, 2.0),
        detail=f"{len(without)} organisations drawn, {number(kish, 1)} effective: too few for a "
        "verdict",
    )


SAME_MODELS = Assumption(
    name="the models that both states counted stand for all",
    holds="no",
    evidence="New models are left out by construction, and those of the first states were the most "
    "downloaded ones of their day.",
)
OVERLAP = Assumption(
    name="the eighteen states are independent observations",
    holds="no",
    evidence="Each counts 30 days; 221 days hold seven windows that do not overlap.",
)


# Figure -------------------------------------------------------------------------------------------


STYLES = {
    "2026-02-26": ("o", "-", figures.CHINA),
    "2026-04-01": ("s", "--", figures.INK),
    "2026-05-09": ("^", ":", figures.UNITED_STATES),
    "2026-06-19": ("D", "-.", figures.OTHER),
}


def figure(result):
    answer = result.answer()
    canvas, (course, doubts) = figures.canvas(
        (1, 2), height=3.3, source=figures.sources(result), width_ratios=(1.5, 1)
    )
    _draw_courses(course, answer.tables["moves"])
    found = answer.estimates[CHANGE]
    figures.budget(doubts, found.budget, value=found.value)
    ordered = sorted(found.budget, key=lambda row: row.width, reverse=True)
    figures.label_rows(doubts, [row.source for row in ordered], width=16)
    figures.null_line(doubts, 0)
    doubts.set_xlabel("change of China minus US\n(line: 26 Feb to 5 Oct 2026)")
    doubts.set_title("b  What the change may be")
    return canvas


def _draw_courses(axes, moves) -> None:
    """The lead from each of four states on, over the models that later states share."""
    rows = [dict(zip(moves.columns, row, strict=True)) for row in moves.rows]
    axes.axhline(0, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
    for since, (marker, line, color) in STYLES.items():
        mine = [row for row in rows if row["since"] == since]
        days = pd.to_datetime([since, *(row["until"] for row in mine)])
        changes = [0.0, *(row["change"] for row in mine)]
        axes.plot(
            days, changes, marker=marker, ls=line, color=color, ms=3.5, lw=1, mec="white", mew=0.4,
            label=f"since {pd.Timestamp(since):%-d %b}",
        )  # fmt: skip
    axes.set_xticks(pd.to_datetime(["2026-03-01", "2026-05-01", "2026-07-01", "2026-09-01"]))
    axes.set_xticklabels(["Mar 2026", "May", "Jul", "Sep"])
    axes.set_ylim(-0.04, 0.18)
    axes.set_ylabel("change of China minus US")
    axes.set_title("a  Same models, from four states on")
    axes.legend(loc="upper left", fontsize=7.5, labelspacing=0.3, ncols=2, columnspacing=1)
