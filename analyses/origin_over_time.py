"""Since when is China ahead of the United States, and in which channel?

A first time needs a state before it in which China was certainly behind, and one in which China is
certainly ahead. Three channels have dated states: the most downloaded models of the Hub on some
days from June 2021 on, the pulls of the Ollama library since November 2023, and published
cumulative downloads of two days. Between two states nothing is known, so that a first time is a set
of dates. Volumes do not compare across days, since the Hub has changed what it counts: shares do.

The claim on the year to August 2025 is about new models. Two states lie in that year: of the most
downloaded models that were then less than a year old, the answer is given for either day.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    CannotEstimate,
    Estimate,
    FromTable,
    Hypothesis,
    NotApplicable,
    Sample,
    TippingPoint,
    figures,
)
from research.doubts import MEANWHILE, Asked, Coarse, Computed, Share, Within, turned_at, where
from research.doubts.simulating import MOST_UNDEFINED
from research.estimators.budget import alternatives_row, budget, leave_one_out_row
from research.estimators.clustered import LeaveOneOut
from research.estimators.serial import serial_trend
from research.measures.channels import of_kinds
from research.measures.hub import COUNTED_DAYS, USED, without_spike
from research.measures.hub_states import (
    COUNTED_ANEW,
    State,
    common_size,
    crossing,
    for_trend,
    hub_state,
    later_states,
    new_models,
    refuse_unlabelled,
    states_of,
    with_later,
)
from research.measures.published_totals import cumulative_downloads
from research.measures.publishers import (
    CHINA,
    UNITED_STATES,
    Persons,
    kept_at_hugging_face,
    library_publishers,
    with_persons,
    with_unmatched,
)
from research.measures.pulls import ollama_pulls
from research.measures.remembering import remembered
from research.measures.top_lists import apart
from research.results import BudgetRow, deferred
from research.wording import written

LEAD = "share of downloads, China minus US"
BEFORE = "at the earliest date: China minus US"
AFTER = "after the claimed year: China minus US"
SHARE = "{}: share at the last date"
TREND = "trend of China minus US"
FIRST = "first time ahead, days after the claimed year"

HYPOTHESES = {
    LEAD: Hypothesis(
        claims=["tuoitre/china-over-us-downloads"],
        estimand="share of the downloads of 30 days of models created within a year, publishers in "
        "China minus those in the US",
        null=0,
        null_source="equality: the claim says that China's share is larger",
        alternative="greater",
        role="out of sample",
        scope="other population",
    )
} | {
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
TEXT = where(task="text-generation")
PULLS, TOTALS = "Ollama pulls", "published downloads"
ALL, GENERATION, NEW = "Hub, all models", "Hub, text generation", "Hub, created within a year"
COUNTRIES = {"China": CHINA, "US": UNITED_STATES}
YEAR = 365.25  # days


def populations(states) -> list[str]:
    """The channels and parts of them, and the new models of each state in the claimed year."""
    inside = [s.day for s in states_of(states).values() if s.date > CLAIMED_YEAR[0]]
    claimed = [day for day in inside if pd.Timestamp(day) <= CLAIMED_YEAR[1]]
    return [ALL, GENERATION, NEW, PULLS, TOTALS, *(f"{NEW}, {day}" for day in claimed)]


def sample(
    hub_history,
    hub_history_states,
    hub_top_models,
    ollama_library_pulls,
    ollama_pull_states,
    model_crosswalk,
    model_crosswalk_names,
    hub_published_anchors,
    publisher_origins,
    *,
    population: Annotated[str, ESTIMAND, FromTable("hub_history_states", populations)] = ALL,
    spikes: Literal["kept", "removed"] = "kept",
    untagged: Literal["may belong", "left out"] = "may belong",
    persons: Persons = "in no country",
    sentence_transformers: Literal["Germany", "United States"] = "Germany",
    remote_names: Literal["counted", "left out"] = "counted",
    window: Literal[30, 60, 90] = 30,
) -> Sample:
    of_hub = (spikes, sentence_transformers) != ("kept", "Germany")
    _refuse(population, of_hub, untagged, persons, (remote_names, window) != ("counted", 30))
    states = later_states(hub_history_states, hub_top_models)
    channel = Channel(
        population=population, states=states, history=with_later(hub_history, hub_top_models),
        pulls=ollama_library_pulls, early_pulls=ollama_pull_states, crosswalk=model_crosswalk,
        names=model_crosswalk_names, published=hub_published_anchors, origins=publisher_origins,
        spikes=spikes, untagged=untagged, persons=persons,
        sentence_transformers=sentence_transformers, remote_names=remote_names, window=window,
    )  # fmt: skip
    asked = channel.known()
    leads = pd.DataFrame([_row(*each) for each in asked])
    after = leads[(leads["end"] > CLAIMED_YEAR[1]) & (leads["kind"] != "window")]
    words = POPULATIONS.get(population) or WORDS[population.split(", 2")[0]]
    days = {name: leads[name].dt.strftime("%Y-%m-%d") for name in ("begin", "end")}
    return Sample(
        population=words.format(common_size(states)),
        as_of=f"{(after if len(after) else leads)['end'].iloc[0]:%Y-%m-%d}",
        data={
            "population": population,
            "leads": leads,
            "units": [units for *_, units in asked],
            "compared": _compared(states, leads, population),
        },
        tables={"leads": leads.assign(**days).drop(columns="sharpness")},
        deferred={"otherwise": channel.otherwise},
    )


POPULATIONS = {
    PULLS: "the pulls of the Ollama library",
    TOTALS: "the language models of a published count",
}
WORDS = {
    ALL: "the {} most downloaded models of the Hub",
    GENERATION: "the text-generation models among the {} most downloaded of the Hub",
    NEW: "the models created within a year before, among the {} most downloaded of the Hub",
}


def _refuse(population, of_hub, untagged, persons, of_pulls) -> None:
    if population != PULLS and of_pulls:
        raise NotApplicable("only pulls have remote names, and windows that can be chosen")
    if population in (PULLS, TOTALS) and of_hub:
        raise NotApplicable("only lists of the Hub have spikes, and hold sentence-transformers")
    if population != GENERATION and untagged != "may belong":
        raise NotApplicable("these models are chosen whatever their task")
    if population == TOTALS and persons != "in no country":
        raise NotApplicable("the published count says nothing of private persons")


def _compared(states, leads, population) -> list[str]:
    """The days that a line may be drawn through."""
    if population in (PULLS, TOTALS):
        return []
    days = set(leads["end"].dt.strftime("%Y-%m-%d"))
    return [state.day for state in for_trend([*states.values()]) if state.day in days]


# Channels -----------------------------------------------------------------------------------------

OTHERWISE = {
    "private persons of any country": {"persons": "of any country"},
    "sentence-transformers as of the United States": {"sentence_transformers": "United States"},
    "marked traffic spikes left out": {"spikes": "removed"},
    "models without a task left out": {"untagged": "left out"},
    "names served remotely left out": {"remote_names": "left out"},
}
NO_OTHER = {TOTALS: tuple(OTHERWISE), PULLS: ("sentence-transformers", "marked", "models without")}


@dataclass(frozen=True, kw_only=True, eq=False)
class Channel:
    """What a channel is made of, and how its units and their publishers are read."""

    population: str
    states: dict[str, State]
    history: pd.DataFrame
    pulls: pd.DataFrame
    early_pulls: pd.DataFrame
    crosswalk: pd.DataFrame
    names: pd.DataFrame
    published: pd.DataFrame
    origins: pd.DataFrame
    spikes: str
    untagged: str
    persons: Persons
    sentence_transformers: str
    remote_names: str
    window: int

    @property
    def part(self) -> str:
        """The population without the day to which it may be confined."""
        return self.population.partition(", 2")[0]

    def known(self) -> list:
        """What is known of it, state by state: kind, first and last day, questions, units."""
        origins = with_persons(self.origins, self.persons)
        if self.population == PULLS:
            names, _ = of_kinds(self.names, remote=self.remote_names)
            return self._of_pulls(library_publishers(names, origins, self.crosswalk))
        if self.population == TOTALS:
            totals, asked = cumulative_downloads(self.published), _asked(TOTALS)
            days = {pd.Timestamp(day): units for day, units in totals.items()}
            return [("until", day, day, asked, units) for day, units in days.items()]
        if self.sentence_transformers == "United States":
            origins = kept_at_hugging_face(origins)
        return self._of_hub(origins)

    def otherwise(self) -> dict[str, Coarse]:
        """The units at the last date under another convention each, by what the convention says."""
        of_hub = ("names served", *(() if self.part == GENERATION else ("models without",)))
        return {
            convention: _last(replace(self, **change).known())
            for convention, change in OTHERWISE.items()
            if not convention.startswith(NO_OTHER.get(self.part, of_hub))
        }

    def _of_hub(self, origins) -> list:
        states, day = self.states, self.population.partition(", 2")[2]
        days = [f"2{day}"] if day else apart(states, COUNTED_DAYS)
        if self.part == GENERATION:
            labelled = [each for each in days if states[each].labels]
            refuse_unlabelled([states[each] for each in labelled or days])
            days = labelled
        size, periods, asked = common_size(states), [], _asked(self.part)
        members = self.part == NEW, self.spikes, self.untagged
        for each in days:
            date = states[each].date
            units = _of_state(self.history, origins, each, size, *members)
            periods.append(("state", date, date, asked, units))
        return periods

    def _of_pulls(self, library) -> list:
        """All pulls until each early state, windows one after the other, and the year's end."""
        series, window = self.pulls, self.window
        first, last = series["date"].min(), series["date"].max()
        states = _until(self.early_pulls, first)
        known = _every_name(library, states)
        asked, periods = _asked(PULLS), []
        for day in states["date"].drop_duplicates().sort_values(kind="stable"):
            periods.append(("until", day, day, asked, ollama_pulls(states, known, day)))
        periods.append(("until", first, first, asked, ollama_pulls(series, library, first)))
        for end in pd.date_range(first + pd.Timedelta(days=window), last, freq=f"{window}D"):
            begin = end - pd.Timedelta(days=window)
            periods.append(
                ("window", begin, end, asked, ollama_pulls(series, library, end, window))
            )
        since = ollama_pulls(series, library, PUBLISHED, (PUBLISHED - CLAIMED_YEAR[1]).days)
        return [*periods, ("after", CLAIMED_YEAR[1], PUBLISHED, asked, since)]


@remembered
def _of_state(history, origins, day, size, are_new, spikes, untagged) -> Coarse:
    """The models of a list of the Hub that count."""
    units = hub_state(history, origins, day, size)
    if spikes == "removed":
        units = without_spike(units)
    if are_new:
        units = new_models(units, day)
    return units.among(units.holds(TEXT, ())[0]) if untagged == "left out" else units


@remembered
def _until(early, first) -> pd.DataFrame:
    """The early states of the library, in the form of the series that begins on a day."""
    return early[early["as_of"] < first].rename(columns={"as_of": "date"})


@remembered
def _every_name(library, states) -> pd.DataFrame:
    return with_unmatched(library, states["ollama_name"])


def _last(states) -> Coarse:
    return [units for kind, *_, units in states if kind != "after"][-1]


def _asked(part) -> dict[str, Share]:
    """China minus US, and either, among the models that count."""
    among = {"among": TEXT} if part == GENERATION else {}
    lead = Share(of=CHINA, minus=UNITED_STATES, **among)
    return {"": lead} | {name: Share(of=of, **among) for name, of in COUNTRIES.items()}


def _row(kind, begin, end, asked, units) -> dict:
    """China minus US and both shares on one day: as shown, and their least and greatest value."""
    row = {"kind": kind, "begin": begin, "end": end}
    return row | units.once(("row", asked[""]), partial(_told, asked, units))


def _told(asked, units) -> dict:
    row = {"sharpness": asked[""].in_(units).sharpness()}
    for name, question in asked.items():
        share = question.in_(units)
        low, high = share.bounds()
        ends = {"low": low, "value": share.value, "high": high}
        row |= {f"{name} {part}".strip(): value for part, value in ends.items()}
    china, us = (units.held(of) for of in COUNTRIES.values())
    return row | {"china": china, "us": us, "total": units.held()}


def estimate(sample) -> Iterator[Estimate]:
    leads, population = sample["leads"], sample["population"]
    if population not in (ALL, GENERATION, NEW, PULLS, TOTALS):
        yield _level(sample, leads.index[0], LEAD)
    else:
        late = leads.index[(leads["end"] > CLAIMED_YEAR[1]) & (leads["kind"] != "window")]
        if late.empty:
            raise CannotEstimate(
                f"no state lies after the claimed year, which ends on {CLAIMED_YEAR[1]:%Y-%m-%d}: "
                f"the last one is of {leads['end'].max():%Y-%m-%d}"
            )
        yield _level(sample, leads.index[0], BEFORE)
        yield _level(sample, late[0], AFTER)
        yield _first(sample)
        if population == PULLS:
            yield _of_windows(sample)
        elif sample["compared"]:
            yield _of_states(sample)
    yield from (_share(sample, name) for name in COUNTRIES)


def _level(sample, at, label) -> Estimate:
    row, lead = sample["leads"].loc[at], _asked_at(sample, at)
    return lead.estimate(
        label=label,
        unit=f"difference in share of {_unit(sample)}",
        n=row["total"],
        n_unit=_unit(sample),
        assumptions=ASSUMPTIONS[sample["population"].split(",")[0]],
        tipping_points=(_not_of_users(row, _unit(sample)),),
        budget=_budget(lead),
    )


@deferred
def _budget(lead) -> tuple[BudgetRow, ...]:
    return budget(*lead.budget())


def _unit(sample) -> str:
    units = {PULLS: "pulls", TOTALS: "cumulative downloads"}
    return units.get(sample["population"], "downloads")


def _share(sample, name) -> Estimate:
    leads, of = sample["leads"], _asked(sample["population"].split(", 2")[0])[name]
    at = leads.index[leads["kind"] != "after"][-1]
    share = of.in_(sample["units"][at])
    return share.estimate(
        label=SHARE.format(name),
        unit=f"share of {_unit(sample)}",
        n=leads.loc[at, "total"],
        n_unit=_unit(sample),
        assumptions=ASSUMPTIONS[sample["population"].split(",")[0]],
        budget=_under_conventions(sample, of),
    )


@deferred
def _under_conventions(sample, of) -> tuple[BudgetRow, ...]:
    """The share at the last date under each other convention alone."""
    others = sample["otherwise"].items()
    return tuple(
        alternatives_row(convention, {convention: of.in_(units).bounds()})
        for convention, units in others
    )


def _not_of_users(row, unit) -> TippingPoint:
    """Which part of the leader's weight would have to go for both to be level?"""
    leader = "China" if row["value"] > 0 else "the US"
    what = f"share of the {unit} of {leader} that did not come from users"
    ahead, behind = max(row["china"], row["us"]), min(row["china"], row["us"])
    if not ahead:
        return TippingPoint(what=what, threshold=None, sentence="neither country leads as it is")
    lost = "the lead of {1} is lost if {0:%0} of its {2} did not come from users"
    return turned_at(what, lost, 1 - behind / ahead, leader, unit)


def _first(sample) -> Estimate:
    """Between the last state certainly behind and the first certainly ahead: a set of dates."""
    leads = sample["leads"][sample["leads"]["kind"] != "after"]
    crossed = crossing(leads["end"], leads["low"], leads["high"])
    behind, ahead = (
        float((day - CLAIMED_YEAR[1]).days) if day else unknown
        for day, unknown in ((crossed.behind, -np.inf), (crossed.ahead, np.inf))
    )
    return Estimate(
        label=FIRST,
        unit="days",
        bounds=Bounds(behind, ahead),
        sharpness="sharp",
        drawn=_drawn_first(sample, leads),
        n=len(leads),
        n_unit="states",
        assumptions=(_not_between(leads["end"], crossed),),
    )


def _asked_at(sample, at) -> Asked:
    """China minus the US in one state."""
    return _asked(sample["population"].split(", 2")[0])[""].in_(sample["units"][at])


def _first_day(days, ahead, place) -> np.ndarray:
    """The first day ahead in each world, at a place between the states that it lies between."""
    at = ahead.argmax(axis=0)
    known = ahead.any(axis=0) & (at > 0)
    if 1 - known.mean() > MOST_UNDEFINED:
        never = "In {:%} of the drawn worlds China is ahead in no state, or in the first already: "
        raise CannotEstimate(written(never + "no first day is drawn.", 1 - float(known.mean())))
    return np.where(known, days[at - 1] + place * (days[at] - days[at - 1]), np.nan)


def _drawn_first(sample, leads) -> Computed:
    """Between the last state that is behind in a world and the first one ahead, to be drawn."""
    days = (leads["end"] - CLAIMED_YEAR[1]).dt.days.to_numpy(dtype=float)

    def first(place, *drawn) -> np.ndarray:
        return _first_day(days, np.array(drawn) > 0, place)

    place = Within(MEANWHILE, Bounds(0.0, 1.0), FIRST)
    return Computed(first, place, *(_asked_at(sample, at) for at in leads.index))


def _of_windows(sample) -> Estimate:
    """Least squares over windows that do not overlap, wider where neighbours are alike."""
    windows = sample["leads"][sample["leads"]["kind"] == "window"]
    trend = serial_trend(_years(windows), windows["value"])
    days = windows["end"].dt.strftime("%Y-%m-%d").to_numpy()
    without = LeaveOneOut(value=trend.slope, labels=days, values=trend.without)
    return Estimate(
        label=TREND,
        unit="difference in share, change per year",
        reading="superpopulation",
        value=trend.slope,
        interval=trend.interval,
        n=len(windows),
        n_unit="windows one after the other",
        n_effective=trend.n_effective,
        assumptions=(_alike(trend, len(windows)), *ASSUMPTIONS[PULLS]),
        budget=(leave_one_out_row(without, "window"),),
    )


def _of_states(sample) -> Estimate:
    """A line through the states that count alike: each is a set, and no error is drawn."""
    leads = sample["leads"]
    chosen = leads[leads["end"].dt.strftime("%Y-%m-%d").isin(sample["compared"])]
    years = _years(chosen)
    weight = (years - years.mean()) / ((years - years.mean()) ** 2).sum()
    ends = [weight * chosen[end].to_numpy() for end in ("low", "high")]
    return Estimate(
        label=TREND,
        unit="difference in share, change per year",
        value=float(weight @ chosen["value"]),
        bounds=Bounds(float(np.minimum(*ends).sum()), float(np.maximum(*ends).sum())),
        sharpness="outer",
        drawn=Computed(
            lambda *drawn: weight @ np.array(drawn), *(_asked_at(sample, at) for at in chosen.index)
        ),
        n=len(chosen),
        n_unit="states that count alike",
        assumptions=(_straight(len(chosen)), *ASSUMPTIONS["Hub"]),
    )


def _years(rows):
    return ((rows["end"] - rows["end"].min()).dt.days / YEAR).to_numpy()


# Assumptions --------------------------------------------------------------------------------------


def _alike(trend, windows) -> Assumption:
    template = (
        "Neighbouring windows are alike by {} (autocorrelation of residuals): {:0} windows count "
        "as {:1}."
    )
    return Assumption(
        name="windows are independent",
        holds="no" if trend.likeness > 0.1 else "yes",
        without="scope",
        evidence=written(template, trend.likeness, windows, trend.n_effective),
    )


def _not_between(days, crossed) -> Assumption:
    """What lies between the states is not seen."""
    apart = days.drop_duplicates().diff().dropna().dt.days
    evidence = (
        "From one of the {:0} states to the next it is up to {:0} days: a lead that came and went "
        "in between is not seen. First means that no dated state before has it. {}"
    )
    evidence = written(evidence, days.nunique(), apart.max(), _day_of(crossed))
    return Assumption.of_scope(
        name="whoever leads in two states leads between them", evidence=evidence
    )


def _day_of(crossed) -> str:
    """The day of the crossing, or why none can be given."""
    try:
        return f"It is seen on {crossed.day():%Y-%m-%d}."
    except CannotEstimate as reason:
        return f"No day is given: {reason}."


def _straight(states) -> Assumption:
    """A line through few states has no error of its own."""
    template = written(
        "{:0} states tell of no error of a line: the set holds what is not known of the states "
        "themselves, each at its worst.",
        states,
    )
    return Assumption.of_scope(name="the share moves in a straight line", evidence=template)


OTHER = Assumption.of_scope(
    name="these are the downloads of the claim",
    evidence="The claim rests on downloads of new models from the Hub, August 2024 to August 2025.",
)
ASSUMPTIONS = {
    "Hub": (OTHER, COUNTED_ANEW, USED),
    PULLS: (
        OTHER,
        Assumption.of_scope(
            name="pulls are made by users",
            evidence="Scripts pulled all names alike from January to April 2026, and names served "
            "remotely in May; one name, llama3.1, fills a window of spring 2025.",
        ),
        Assumption.of_scope(
            name="the early states list every name",
            evidence="They are transcribed from the page; names that they lack had pulls too.",
        ),
    ),
    TOTALS: (
        OTHER,
        Assumption.of_scope(
            name="cumulative downloads show who leads now",
            evidence="They lag behind the downloads of a month; the figures were read at second "
            "hand, and those of 2025 follow from published rates of growth.",
        ),
    ),
}


# Figure -------------------------------------------------------------------------------------------


PANELS = {
    ALL: "a  Hub: most downloaded models",
    PULLS: "b  Ollama: pulls",
    GENERATION: "c  Hub: text generation",
    NEW: "d  Hub: models less than a year old",
}
LOOK = {"US": (figures.UNITED_STATES, "s", -1), "China": (figures.CHINA, "o", 1)}
BESIDE = pd.Timedelta(days=16)  # so that both countries show on one day


def figure(result):
    canvas, axes = figures.canvas((2, 2), height=4.9, source=result, sharex=True)
    for panel, (population, title) in zip(axes.flat, PANELS.items(), strict=True):
        answer = result.answer(population=population)
        rows = answer.tables["leads"].records()
        _draw_gap(panel, answer.estimates[FIRST].bounds)
        for country in LOOK:
            _draw_country(panel, [row for row in rows if row["kind"] != "after"], country)
        _dress(panel, title)
        panel.set_ylabel(f"share of {'pulls' if population == PULLS else 'downloads'}")
    axes[1, 1].legend(*_keys(), loc="upper left", fontsize=7.5, borderaxespad=0.3)
    return canvas


def _draw_gap(axes, bounds) -> None:
    """Where China may have come ahead for the first time."""
    if not np.isfinite(bounds.high):
        at = pd.Timestamp("2021-02-01"), 0.95
        figures.note(axes, "China certainly ahead on no day", at, (0, 0), muted=True)
        return
    ends = [CLAIMED_YEAR[1] + pd.Timedelta(days=days) for days in bounds]
    axes.axvspan(*ends, color=figures.FAINT, alpha=0.6, lw=0, zorder=-1)
    figures.note(axes, "China first\nahead", (ends[0] + (ends[1] - ends[0]) / 2, 0.9), (0, 0),
                 muted=True, ha="center", va="top")  # fmt: skip


def _draw_country(axes, rows, country) -> None:
    color, marker, side = LOOK[country]
    for row in rows:
        begin, end = pd.Timestamp(row["begin"]), pd.Timestamp(row["end"])
        low, value, high = (row[f"{country} {part}"] for part in ("low", "value", "high"))
        if row["kind"] == "window":
            axes.fill_between([begin, end], low, high, color=color, alpha=0.4, lw=0)
            axes.plot([begin, end], [value, value], color=color, lw=1.2)
            continue
        day = end + side * BESIDE
        axes.plot([day, day], [low, high], color=color, lw=3.5, alpha=0.4, solid_capstyle="butt")
        face, edge = ("white", color) if row["kind"] == "until" else (color, "white")
        axes.plot(day, value, marker, ms=4.5, mfc=face, mec=edge, mew=0.7)


def _dress(axes, title) -> None:
    axes.set_xlim(pd.Timestamp("2021-01-01"), pd.Timestamp("2026-12-31"))
    years = pd.date_range("2021-01-01", "2026-01-01", freq="YS")
    axes.set_xticks(years, [f"{year:%Y}" for year in years])
    axes.set(ylim=(0, 1), title=title)
    figures.percent_ticks(axes.yaxis)


def _keys():
    from matplotlib.lines import Line2D

    look = {"ms": 4.5, "mew": 0.7, "lw": 0}
    keys = [
        Line2D([], [], marker=marker, mfc=color, mec="white", **look)
        for color, marker, _ in LOOK.values()
    ]
    until = Line2D([], [], marker="o", mfc="white", mec=figures.INK, **look)
    return [*keys, until], [*LOOK, "all until then"]
