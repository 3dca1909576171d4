"""Have the downloads of the Hub and the pulls of Ollama spread over more publishers?

An index of concentration (HHI: the sum of squared shares, 1 where one publisher has all) and the
share of the ten largest publishers, on dated lists of the most downloaded models, all cut to the
length of the shortest, and in windows of pulls one after the other. Changes are those since the
first list that counts downloads as the last one does, or the first window. Publishers below the
cut are left out; the site rounds pulls, so that theirs are known up to bounds. How heavy the tail
of publishers is says whether a mean and a variance over publishers exist at all.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    Curve,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    TippingPoint,
    figures,
)
from research.doubts import Difference, Ranking, resolved_against
from research.doubts.coarse import ERROR, amounts_of
from research.estimators.budget import budget
from research.estimators.tail_index import tail_index, threshold_plot
from research.measures.hub import COUNTED_DAYS, without_spike
from research.measures.hub_states import COUNTED_ANEW, common_size, for_trend, hub_state, states_of
from research.measures.publishers import kept_at_hugging_face, library_publishers
from research.measures.pulls import ROUNDED, ROUNDING, ollama_pulls
from research.measures.top_lists import apart
from research.results import BudgetRow, deferred
from research.wording import written

INDEX, TEN = "concentration index (HHI)", "share of the ten largest"
TAIL = "tail index of publishers at the last date"
LAST, CHANGE = "{} of publishers at the last date", "{}: change since the first date"
LARGEST = {INDEX: None, TEN: 10}
UNITS = {INDEX: ("index", "change of the index"), TEN: ("share", "difference in share")}
SIGNIFICANT = (
    "100 points of 10 000: the increase that the US Merger Guidelines of 2023 take for "
    "significant, taken over by this project"
)
HYPOTHESES = {
    CHANGE.format(INDEX): Hypothesis(
        estimand="concentration index of publishers at the last date minus that at the first one "
        "that counts alike",
        null=-0.01,
        null_source=SIGNIFICANT,
        alternative="less",
        role="own question",
    )
}
HUB, PULLS = "Hub downloads", "Ollama pulls"


def sample(
    hub_history,
    hub_history_states,
    ollama_library_pulls,
    model_crosswalk,
    model_crosswalk_names,
    publisher_origins,
    *,
    channel: Annotated[Literal[HUB, PULLS], ESTIMAND] = HUB,
    organisation: Literal["parent", "account"] = "parent",
    spikes: Literal["kept", "removed"] = "kept",
    sentence_transformers: Literal["Germany", "United States"] = "Germany",
    window: Literal[30, 60, 90] = 30,
) -> Sample:
    if channel == HUB and window != 30:
        raise NotApplicable("the Hub counts 30 days")
    if channel == PULLS and (spikes, sentence_transformers) != ("kept", "Germany"):
        raise NotApplicable("only lists of the Hub have spikes, and hold sentence-transformers")
    origins, states = publisher_origins, states_of(hub_history_states)
    if sentence_transformers == "United States":
        origins = kept_at_hugging_face(origins)
    if channel == HUB:
        by_day = _of_hub(hub_history, origins, states, spikes)
        first = pd.Timestamp(for_trend([*states.values()])[0].day)
        words = f"the {common_size(states)} most downloaded models"
    else:
        library = library_publishers(model_crosswalk_names, origins, model_crosswalk)
        by_day = _of_pulls(ollama_library_pulls, library, window)
        first, words = min(by_day), "the names of the Ollama library"
    by = "organisation" if organisation == "parent" else "account"
    rankings = {day: _ranked(units, by) for day, units in by_day.items()}
    return Sample(
        population=f"the publishers of {words}",
        as_of=f"{max(by_day):%Y-%m-%d}",
        data={"first": rankings[first], "last": rankings[max(by_day)], "channel": channel},
        tables={
            "course": lambda: pd.DataFrame([_row(day, each) for day, each in rankings.items()])
        },
    )


def _of_hub(history, origins, states, spikes) -> dict:
    by_day = {}
    for day in apart(states, COUNTED_DAYS):
        units = hub_state(history, origins, day, common_size(states))
        by_day[states[day].date] = without_spike(units) if spikes == "removed" else units
    return by_day


def _of_pulls(series, library, window) -> dict:
    begin = series["date"].min() + pd.Timedelta(days=window)
    ends = pd.date_range(begin, series["date"].max(), freq=f"{window}D")
    return {end: ollama_pulls(series, library, end, window) for end in ends}


def _ranked(units, by) -> Ranking:
    """What each publisher holds; who has no known account stands for itself."""
    who = units.rows[by].fillna(units.rows["organisation"])
    rows = units.rows.groupby(who.rename(by))[amounts_of(units.rows)].sum().reset_index()
    rows = rows.assign(weight_doubt=ROUNDING.name, **{ERROR: units.rows[ERROR].iloc[0]})
    return Ranking(replace(units, rows=rows, doubts=(ROUNDING,), unit="publishers"), by)


def _row(day, ranking) -> dict:
    row: dict = {"date": f"{day:%Y-%m-%d}", "publishers": len(ranking.shown)}
    for name, largest in LARGEST.items():
        concentration = ranking.concentration(largest)
        low, high = concentration.bounds()
        row |= {f"{name} low": low, f"{name} value": concentration.value, f"{name} high": high}
    return row


def estimate(sample) -> Iterator[Estimate]:
    first, last = sample["first"], sample["last"]
    yield _tail(sample)
    for name, largest in LARGEST.items():
        now, then = (ranking.concentration(largest) for ranking in (last, first))
        unit, of_change = UNITS[name]
        yield _told(sample, now, LAST.format(name), unit)
        change, label = Difference(now, then), CHANGE.format(name)
        yield _told(sample, change, label, of_change, tipping_points=_tipping(change, label))


def _tail(sample) -> Estimate:
    """The exponent of the power law that the largest publishers follow."""
    held = sample["last"].shown
    tail = tail_index(held)
    return Estimate(
        label=TAIL,
        unit="index",
        reading="superpopulation",
        value=tail.value,
        interval=tail.interval,
        n=len(held),
        n_unit="publishers",
        n_effective=float(tail.kept),
        assumptions=(POWER, CUT_BELOW, _moments(tail.interval)),
        curves=_thresholds(held),
    )


@deferred
def _thresholds(held) -> Iterator[Curve]:
    plot = threshold_plot(held)
    kept, values = [float(each.kept) for each in plot], [Bounds.at(each.value) for each in plot]
    yield Curve.of("largest publishers taken", kept, values, (each.interval for each in plot))


def _moments(index) -> Assumption:
    """Whether normal intervals of totals can be trusted: they need a variance."""
    template = (
        "A variance over publishers needs an index above 2, and a mean one above 1; the interval "
        "runs from {:1} to {:1}. A normal interval of a total, or of a share of one, needs both."
    )
    return Assumption(
        name="publishers have a mean and a variance",
        holds="yes" if index.low > 2 else "no" if index.high < 2 else "not testable",
        without="scope" if index.high < 2 else "",
        evidence=written(template, *index),
    )


@deferred
def _tipping(change, label) -> Iterator[TippingPoint]:
    """How much of the rounding would have to be otherwise for the index to have fallen, or not."""
    if label in HYPOTHESES and (null := HYPOTHESES[label].null) in change.bounds():
        reached = written("the index has fallen by no more than {}", -null)
        yield from resolved_against(change, null, reached=reached)


def _told(sample, asked, label, unit, **more) -> Estimate:
    hub = sample["channel"] == HUB
    return asked.estimate(
        label=label,
        unit=unit,
        n=len(sample["last"].shown),
        n_unit="publishers",
        assumptions=(COUNTED_ANEW, CUT) if hub else (ROUNDED, COMPLETE),
        budget=_budget(asked, sample["last"].by),
        **more,
    )


@deferred
def _budget(asked, cluster) -> tuple[BudgetRow, ...]:
    return budget(*asked.budget(), asked.left_out(cluster))


CUT = Assumption.of_scope(
    name="the list is the Hub",
    evidence="Publishers below the cut would lower the index and the share of the ten largest.",
)
POWER = Assumption.untestable(
    name="the largest publishers follow a power law",
    evidence="Where they do, the index stays as more of them are taken (the curve). Where it "
    "falls, the tail is lighter further out, as that of a lognormal is.",
)
CUT_BELOW = Assumption.of_scope(
    name="publishers are those that are listed",
    evidence="A list that is cut lacks small publishers, and the small models of large ones. The "
    "largest alone count, so that those who are absent move nothing.",
)
COMPLETE = Assumption.of_scope(
    name="each name has one publisher",
    evidence="Names that nobody has matched stand together as one.",
)


# Figure -------------------------------------------------------------------------------------------


LOOK = {HUB: (figures.INK, "s"), PULLS: (figures.OTHER, "o")}


def figure(result):
    canvas, (*axes, tails) = figures.canvas((1, 3), height=2.9, source=result)
    titles = {INDEX: "a  Concentration index", TEN: "b  Ten largest publishers"}
    for panel, (name, title) in zip(axes, titles.items(), strict=True):
        for channel, (color, marker) in LOOK.items():
            _draw_course(panel, result.answer(channel=channel), name, color, marker, channel)
        years = pd.date_range("2021-01-01", "2026-01-01", freq="YS")
        panel.set_xticks(years[::2], [f"{year:%Y}" for year in years[::2]])
        panel.set(ylim=(0, None), title=title)
    axes[0].set_ylabel("sum of squared shares (1: one publisher)")
    axes[1].set_ylabel("share of downloads or pulls")
    axes[1].set_ylim(0, 1)
    figures.percent_ticks(axes[1].yaxis)
    axes[0].legend(loc="upper left", fontsize=7.5)
    _draw_tails(tails, result)
    return canvas


def _draw_tails(axes, result) -> None:
    for channel, (color, marker) in LOOK.items():
        (curve,) = result.answer(channel=channel).estimates[TAIL].curves
        axes.fill_between(curve.grid, curve.interval_low, curve.interval_high, color=color,
                          alpha=0.15, lw=0)  # fmt: skip
        axes.plot(curve.grid, curve.low, marker=marker, ms=3.5, lw=1, color=color)
    for index, text in ((1, "no mean below"), (2, "no variance below")):
        axes.axhline(index, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
        figures.note(
            axes, text, (140, index), (0, 3), muted=True, fontsize=7, ha="right", va="bottom"
        )
    axes.set(xscale="log", ylim=(0, 3), title="c  Tail index")
    axes.set(xlabel="largest publishers taken", ylabel="index of the tail")
    figures.plain_ticks(axes.xaxis, (5, 10, 30, 100))


def _draw_course(axes, answer, name, color, marker, channel) -> None:
    for row in answer.tables["course"].records():
        day = pd.Timestamp(row["date"])
        ends = [row[f"{name} low"], row[f"{name} high"]]
        axes.plot([day] * 2, ends, color=color, lw=3.5, alpha=0.4, solid_capstyle="butt")
        axes.plot(day, row[f"{name} value"], marker, ms=4.5, mfc=color, mec="white", mew=0.7)
    axes.plot([], [], marker, ms=4.5, color=color, label=channel)
