"""Was China ahead of the United States for the first time in 2025?

A first time needs a before and an after. Three channels show some of both: published cumulative
downloads of language models (March 2025 and March 2026), the pulls of the Ollama library (from
February 2025 on), and the downloads of the LLM catalogue (February to October 2026). None of them
holds the Hub downloads of the year to August 2025, for which the claim was made.
"""

from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    TippingPoint,
    figures,
)
from research.doubts import turned_at
from research.measures.hub import COUNTED_DAYS, fresh, hub_downloads, overlapping
from research.measures.published_totals import cumulative_downloads
from research.measures.publishers import CHINA, CHINA_MINUS_US, UNITED_STATES, library_publishers
from research.measures.pulls import ollama_pulls

BEFORE = "at the earliest date: China minus US"
AFTER = "after the claimed year: China minus US"

HYPOTHESES = {
    label: Hypothesis(
        claims=["tuoitre/first-time-ahead"],
        estimand=f"share of the channel of publishers in China minus that of the US, {when}",
        null=0,
        null_source="equality: a first time means behind before and ahead after",
        alternative=alternative,
        role="out of sample",
        scope="other measure",
        part="before" if label == BEFORE else "after",
    )
    for label, when, alternative in (
        (BEFORE, "as early as it is known", "less"),
        (AFTER, "as soon after August 2025 as it is known", "greater"),
    )
}

CLAIMED_YEAR = pd.Timestamp("2024-08-01"), pd.Timestamp("2025-08-31")
PUBLISHED = pd.Timestamp("2025-11-27")
UNITS = {"pulls": "pulls", "catalogue": "downloads", "published": "cumulative downloads"}


def sample(
    ollama_library_pulls,
    model_crosswalk,
    model_crosswalk_names,
    hub_llm_panel,
    publisher_origins,
    hub_published_anchors,
    *,
    channel: Annotated[Literal["pulls", "catalogue", "published"], ESTIMAND] = "pulls",
    remote_names: Literal["counted", "left out"] = "counted",
    window: Literal[30, 60, 90] = 30,
) -> Sample:
    if channel != "pulls" and (remote_names, window) != ("counted", 30):
        raise NotApplicable("only pulls have remote names, and windows that can be chosen")
    if channel == "pulls":
        remote = model_crosswalk_names["served_remotely"]
        names = model_crosswalk_names[~remote | (remote_names == "counted")]
        library = library_publishers(names, publisher_origins, model_crosswalk)
        leads = _pull_leads(ollama_library_pulls, library, window)
        population, as_of = "the pulls of the Ollama library", f"{PUBLISHED:%Y-%m-%d}"
    elif channel == "catalogue":
        leads = _catalogue_leads(hub_llm_panel, publisher_origins)
        population = "the models of the LLM catalogue that were counted afresh"
        as_of = f"{leads['end'].min():%Y-%m-%d}"
    else:
        leads = _published_leads(hub_published_anchors)
        population, as_of = "the language models of a published count", "2026-03-31"
    return Sample(
        population=population,
        as_of=as_of,
        data={"channel": channel, "leads": leads},
        tables={"leads": _dated(leads), "new models": _new_models(hub_published_anchors)},
    )


def _dated(leads) -> pd.DataFrame:
    """The rows with days as text, as a result holds them."""
    days = {name: leads[name].dt.strftime("%Y-%m-%d") for name in ("begin", "end")}
    return leads.assign(**days).drop(columns="sharpness")


# China minus US -----------------------------------------------------------------------------------


def _lead(units) -> dict:
    """China minus US as a share of all weight: as shown, and its least and greatest value."""
    asked = CHINA_MINUS_US.in_(units)
    bounds = asked.bounds()
    return {
        "low": bounds.low,
        "value": asked.value,
        "high": bounds.high,
        "sharpness": asked.sharpness(),
        "china": units.held(CHINA),
        "us": units.held(UNITED_STATES),
        "total": units.held(),
    }


def _row(period, begin, end, lead) -> dict:
    return {"period": period, "begin": begin, "end": end} | lead


# Pulls --------------------------------------------------------------------------------------------


def _pull_leads(series, library, window) -> pd.DataFrame:
    """All pulls until the series begins, then windows one after the other, and the year's end."""
    first, last = series["date"].min(), series["date"].max()

    def lead(day, days=None):
        return _lead(ollama_pulls(series, library, day, days))

    ends = pd.date_range(first + pd.Timedelta(days=window), last, freq=f"{window}D")
    rows = [_row("before", first, first, lead(first))]
    rows += [
        _row("window", end - pd.Timedelta(days=window), end, lead(end, window)) for end in ends
    ]
    since = (PUBLISHED - CLAIMED_YEAR[1]).days
    return pd.DataFrame([*rows, _row("after", CLAIMED_YEAR[1], PUBLISHED, lead(PUBLISHED, since))])


# Downloads of the catalogue -----------------------------------------------------------------------


def _catalogue_leads(panel, origins) -> pd.DataFrame:
    rows = []
    for day, state in fresh(panel).groupby("as_of"):
        lead = _lead(hub_downloads(state, origins))
        period = "after" if not rows else "state"
        rows.append(_row(period, day - pd.Timedelta(days=COUNTED_DAYS), day, lead))
    return pd.DataFrame(rows)


# What others have published -----------------------------------------------------------------------


def _published_leads(anchors) -> pd.DataFrame:
    """Cumulative downloads in March 2026 and, by the published growth, a year earlier."""
    published = cumulative_downloads(anchors).items()
    return pd.DataFrame(
        [
            _row(period, pd.Timestamp(day), pd.Timestamp(day), _lead(units))
            for period, (day, units) in zip(("before", "after"), published, strict=True)
        ]
    )


def _new_models(anchors) -> pd.DataFrame:
    """The shares that the claim rests on: new models, August 2024 to August 2025."""
    stated = anchors.drop_duplicates("quantity").set_index("quantity")["stated_value"]
    found = [float(stated[f"{who} share of HF downloads"]) for who in ("China", "US")]
    return pd.DataFrame({"country": ["China", "US"], "share": np.array(found) / 100})


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    leads, channel = sample["leads"], sample["channel"]
    assumptions = ASSUMPTIONS[channel]
    if channel == "catalogue":
        assumptions = *assumptions, overlapping(leads["end"])
    labels = {"before": BEFORE, "after": AFTER}
    return [
        _level(row, labels[row.period], UNITS[channel], assumptions)
        for row in leads.itertuples()
        if row.period in labels
    ]


def _level(row, label, unit, assumptions) -> Estimate:
    return Estimate(
        label=label,
        unit=f"difference in share of {unit}",
        value=row.value,
        bounds=Bounds(row.low, row.high),
        sharpness=row.sharpness,
        n=row.total,
        n_unit=unit,
        assumptions=assumptions,
        tipping_points=(_not_of_users(row, unit),),
    )


def _not_of_users(row, unit) -> TippingPoint:
    """Which part of the leader's weight would have to go for both to be level?"""
    leader = "China" if row.value > 0 else "the US"
    what = f"share of the {unit} of {leader} that did not come from users"
    ahead, behind = max(row.china, row.us), min(row.china, row.us)
    if not ahead:
        return TippingPoint(what=what, threshold=None, sentence="neither country leads as it is")
    lost = "the lead of {1} is lost if {0:%0} of its {2} did not come from users"
    return turned_at(what, lost, 1 - behind / ahead, leader, unit)


# Assumptions --------------------------------------------------------------------------------------


OTHER = Assumption.of_scope(
    name="these are the downloads of the claim",
    evidence="The claim rests on downloads of new models from the Hub, August 2024 to August 2025.",
)
ASSUMPTIONS = {
    "pulls": (
        OTHER,
        Assumption.of_scope(
            name="pulls are made by users",
            evidence="Scripts pulled all names alike from January to April 2026, and names served "
            "remotely in May; one name, llama3.1, fills a window of spring 2025.",
        ),
    ),
    "catalogue": (
        OTHER,
        Assumption(
            name="the catalogue begins before China led",
            holds="no",
            without="set",
            evidence="China leads in its first state, so that it cannot show a first time.",
        ),
    ),
    "published": (
        OTHER,
        Assumption.of_scope(
            name="cumulative downloads show who leads now",
            evidence="They lag behind the downloads of a month; the figures were read at second "
            "hand, and those of 2025 follow from published rates of growth.",
        ),
    ),
}


# Figure -------------------------------------------------------------------------------------------


LOOK = {
    "pulls": ("Ollama pulls, windows of 30 days (first: all before)", figures.INK, "o"),
    "catalogue": ("downloads of the LLM catalogue", figures.CHINA, "s"),
    "published": ("cumulative downloads, published", figures.UNITED_STATES, "D"),
}


def figure(result):
    canvas, axes = figures.canvas(height=3.6, source=figures.credits(result))
    for channel in LOOK:
        _draw_course(axes, result.answer(channel=channel), channel)
    _dress(axes, dict(result.answer(channel="published").tables["new models"].rows))
    return canvas


def _draw_course(axes, answer, channel) -> None:
    name, color, marker = LOOK[channel]
    table = answer.tables["leads"]
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    for row in rows:
        if channel == "pulls" and row["period"] == "after":
            continue  # it overlaps the windows that are drawn
        begin, end = pd.Timestamp(row["begin"]), pd.Timestamp(row["end"])
        middle = begin + (end - begin) / 2 if channel == "pulls" else end
        axes.plot(
            [middle] * 2, [row["low"], row["high"]], color=color, lw=4, alpha=0.4,
            solid_capstyle="butt",
        )  # fmt: skip
        before = channel == "pulls" and row["period"] == "before"
        face, edge = ("white", color) if before else (color, "white")
        axes.plot(middle, row["value"], marker, ms=4.5, mfc=face, mec=edge, mew=0.7)
    axes.plot([], [], marker, ms=4, color=color, label=name)


def _dress(axes, shares) -> None:
    axes.axhline(0, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
    axes.axvspan(*CLAIMED_YEAR, color=figures.FAINT, alpha=0.5, lw=0, zorder=-1)
    gap = shares["China"] - shares["US"]
    axes.plot(CLAIMED_YEAR, [gap] * 2, color=figures.INK, lw=1.2, label="new models, as claimed")
    axes.set_xlim(CLAIMED_YEAR[0], pd.Timestamp("2026-11-01"))
    axes.set_xticks(pd.to_datetime(["2025-01-01", "2025-07-01", "2026-01-01", "2026-07-01"]))
    axes.set_xticklabels(["Jan 2025", "Jul 2025", "Jan 2026", "Jul 2026"])
    axes.set_ylim(-0.8, 0.95)
    axes.set_ylabel("China minus US, share of all")
    axes.set_xlabel("grey: year of the claim; bars: unknown origin, rounding")
    axes.set_title("Who is ahead?")
    axes.legend(loc="upper left", fontsize=7.5, borderaxespad=0.2, labelspacing=0.3)
