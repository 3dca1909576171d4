"""Are Chinese models used more than US ones on a router of requests, and which of open models?

Texts of 2026 give the tokens of one week in February: the frozen table has the same figures, and
they are those of the nine leading models. Of the fifty leading models of a day in that week the
answer is another. Tokens of one router are no measure of all use, and free offers move them. That
four of five US start-ups use Chinese models is a remark on who pitches to one investor: no table
here holds start-ups.
"""

from typing import Annotated, Literal

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
    Settled,
    figures,
)
from research.doubts import Share, where
from research.measures.publishers import (
    CHINA,
    CHINA_MINUS_US,
    UNITED_STATES,
    Persons,
    level_if,
    with_persons,
)
from research.measures.routers import ONE_ROUTER, routed

AHEAD = "share of the tokens of the leading models, China minus US"
BEFORE = "share of the tokens on any earlier day or week, China minus US at its greatest"
LATER = "share of all tokens, China minus US"
OPEN_BEFORE = "Chinese share of the tokens of open models, at the earliest"
OPEN_AFTER = "Chinese share of the tokens of open models"
OPEN = "share of tokens that goes to open models"

HYPOTHESES = {
    label: Hypothesis(
        claims=["router/china-ahead"],
        estimand=estimand,
        null=0,
        null_source="equality: the claim says that one country has more",
        alternative=alternative,
        role="reanalysis" if label != LATER else "out of sample",
        scope=scope,
        part=part,
    )
    for label, estimand, alternative, scope, part in (
        (AHEAD, "share of the tokens of the leading models of makers in China minus that of the "
         "US, in the week of the claim", "greater", "other population", "ahead"),
        (BEFORE, "the same on the earlier day or week on which it was greatest", "less",
         "other population", "before"),
        (LATER, "share of all tokens of makers in China minus that of the US", "greater",
         "later date", "ahead"),
    )
} | {
    label: Hypothesis(
        claims=["atom/chinese-open-tokens"],
        estimand=f"share of the tokens of models with public weights that makers in China have, "
        f"among the fifty leading models of {when}",
        null=null,
        margin=margin,
        null_source=source,
        alternative=alternative,
        role="out of sample",
        scope="other population",
        part=part,
    )
    for label, when, null, margin, source, alternative, part in (
        (OPEN_BEFORE, "a day in February 2025", 0.028, 0.05,
         "the published share; five percentage points either way, stated by this project",
         "equivalent", "before"),
        (OPEN_AFTER, "a day in March 2026", 0.7, 0.0, "the claim itself", "greater", "after"),
    )
}  # fmt: skip
SETTLED = [
    Settled(
        claim="startups/chinese-models",
        word="not testable",
        reason="No table holds start-ups. The figure goes back to one investor's estimate of the "
        "chance that a company which pitches to them uses a Chinese open model; some texts give it "
        "of all start-ups, some of those that use open models at all, and one puts it near one in "
        "five of all. It would take a sample of start-ups drawn without regard to who funds them, "
        "asked which models they run.",
        reference="https://officechai.com/ai/80-chance-that-startups-we-see-are-using-chinese-ai-"
        "models-andreessen-horowitz-partner; https://pbxscience.com/?p=16430; "
        "https://www.sovereigncompute.news/p/a-fifth-of-us-ai-startups-run-on",
    )
]
# By population: the table, its days, and which of its rows.
WEEK, DAY, OPEN_DAY, LAST = "2026-02-16", "2026-02-11", "2026-03-11", "2026-10-07"
MONTH = pd.Timestamp("2026-06-03"), pd.Timestamp("2026-07-05")
LEADERS = {"nine": 9, "ten": 10}
WEEKLY = "leading models of the week"
POPULATIONS = {
    WEEKLY: "the leading models of a week on the router's page",
    "fifty of a day": "the fifty leading models of a day on the router",
    "June 2026": "all tokens of 33 days on the router",
    "by maker": "all tokens of a day on the router",
    "open models": "the fifty leading models of a day on the router, those with public weights",
}


def sample(
    router_weekly_tokens,
    router_model_tokens,
    router_lab_tokens,
    router_makers,
    publisher_origins,
    *,
    tokens: Annotated[Literal[*POPULATIONS], ESTIMAND] = WEEKLY,
    leaders: Literal["nine", "ten"] = "nine",
    free: Literal["counted", "left out"] = "counted",
    persons: Persons = "in no country",
) -> Sample:
    weekly, origins = tokens == WEEKLY, with_persons(publisher_origins, persons)
    if leaders != "nine" and not weekly:
        raise NotApplicable("only the weeks hold the models that the page named")
    if free != "counted" and tokens == "by maker":
        raise NotApplicable("tokens by maker do not tell free offers")
    table, last = {
        WEEKLY: (router_weekly_tokens, WEEK),
        "fifty of a day": (router_model_tokens, DAY),
        "June 2026": (router_model_tokens, f"{MONTH[1]:%Y-%m-%d}"),
        "by maker": (router_lab_tokens, LAST),
        "open models": (router_model_tokens, OPEN_DAY),
    }[tokens]
    if weekly:
        table = table[table["rank"] <= LEADERS[leaders]]
    if free == "left out":
        table = table[table["variant"] != "free"]
    units = {
        day: routed(rows, router_makers, origins) for day, rows in _by_day(table, tokens, last)
    }
    if pd.Timestamp(last) not in units:
        raise CannotEstimate(f"the table holds no tokens of {last}")
    return Sample(
        population=POPULATIONS[tokens],
        as_of=last,
        data={"tokens": tokens, "units": units, "day": pd.Timestamp(last)},
        tables={"days": lambda: _days(units)},
    )


def _by_day(table, tokens, last) -> list[tuple[pd.Timestamp, pd.DataFrame]]:
    """The rows of each day or week; those of the month that holds all tokens together."""
    inside = table["date"].between(*MONTH)
    if tokens == "June 2026":
        return [(pd.Timestamp(last), table[inside])]
    return list(table[~inside].groupby("date"))


def _days(units) -> pd.DataFrame:
    """China minus US on every day or week: the set, and the shares of both as shown."""
    rows = []
    for day, of_day in units.items():
        lead = CHINA_MINUS_US.in_(of_day)
        shares = {name: Share(of=of).in_(of_day).value for name, of in BOTH.items()}
        low, high = lead.bounds()
        rows.append({"day": f"{day:%Y-%m-%d}", **shares, "low": low, "high": high})
    return pd.DataFrame(rows)


BOTH = {"china": CHINA, "us": UNITED_STATES}


def estimate(sample) -> list[Estimate]:
    units, day = sample["units"], sample["day"]
    if sample["tokens"] == "open models":
        return [
            _of_day(OPEN_BEFORE, CHINESE_OF_OPEN.in_(units[min(units)]), _start(units)),
            _of_day(OPEN_AFTER, CHINESE_OF_OPEN.in_(units[day])),
            _of_day(OPEN, Share(of=OPEN_MODELS).in_(units[day])),
        ]
    if sample["tokens"] in ("June 2026", "by maker"):
        return [_lead(units[day], LATER)]
    earlier = {each: CHINA_MINUS_US.in_(units[each]) for each in units if each < day}
    if not earlier:
        raise CannotEstimate(f"the table holds no tokens before {day:%Y-%m-%d}")
    return [_lead(units[day], AHEAD), _greatest(earlier, day)]


def _lead(units, label) -> Estimate:
    lead = CHINA_MINUS_US.in_(units)
    return lead.estimate(
        label=label,
        unit="difference in share of tokens",
        n=units.held(),
        n_unit="tokens",
        assumptions=(ONE_ROUTER, LEADING) if label == AHEAD else (ONE_ROUTER, ANOTHER_TIME),
        tipping_points=(level_if(units, "are not use", other="all of the other are"),),
    )


def _greatest(earlier, day) -> Estimate:
    """Where China was furthest ahead before, or least behind: days are open one by one."""
    leads = earlier.values()
    sets = [lead.bounds() for lead in leads]
    return Estimate(
        label=BEFORE,
        unit="difference in share of tokens",
        value=max(lead.value for lead in leads),
        bounds=Bounds(max(bounds.low for bounds in sets), max(bounds.high for bounds in sets)),
        sharpness="sharp",
        n=float(len(leads)),
        n_unit="days or weeks before",
        assumptions=(ONE_ROUTER, LEADING, _start(earlier), _gaps(earlier, day)),
    )


OPEN_MODELS = where(weights="open")
CHINESE_OF_OPEN = Share(of=CHINA, among=OPEN_MODELS)


def _of_day(label, share, *more) -> Estimate:
    return share.estimate(
        label=label,
        unit="share of tokens",
        n=share.units.held(),
        n_unit="tokens",
        assumptions=(ONE_ROUTER, PUBLIC, LEADING, ONE_DAY, *more),
    )


LEADING = Assumption.of_scope(
    name="the leading models stand for all",
    evidence="A list holds the models that were used most; what lies below its last place is in no "
    "share. In the week of the claim nine models and fifty say opposite things.",
)
ANOTHER_TIME = Assumption.of_scope(
    name="the router of a later time is that of the claim",
    evidence="All tokens are known for days after the claim alone: who led then may have led by "
    "models that came out since.",
)
ONE_DAY = Assumption.of_scope(
    name="a day stands for its month",
    evidence="Of a month one day is known, and a free offer can carry a day.",
)


def _start(days) -> Assumption:
    """The router is older than what is known of it."""
    evidence = f"The first day or week that is known is {min(days):%Y-%m-%d}; the router is older."
    return Assumption.of_scope(name="nothing is missing before the first day", evidence=evidence)


def _gaps(earlier, day) -> Assumption:
    """Which months between the first day and the claim no day or week is known of."""
    months = pd.period_range(min(earlier), day, freq="M")
    without = [f"{month}" for month in months.difference(pd.PeriodIndex(earlier, freq="M"))]
    without = [month for month in without if month != f"{day:%Y-%m}"]
    known = f"{len(earlier)} days or weeks are known since {min(earlier):%Y-%m}; "
    known += f"of these months none is: {', '.join(without)}." if without else "no month lacks one."
    return Assumption.of_scope(name="no day before is missing", evidence=known)


PUBLIC = Assumption.of_set(
    name="whether weights are public is known by name",
    evidence="Models that the router names alone, test models and new ones are open to both.",
)


# Figure -------------------------------------------------------------------------------------------

COURSES = {
    "leading models of the week": ("nine leading models of a week", "o"),
    "fifty of a day": ("fifty leading models of a day", "s"),
    "June 2026": ("all tokens of a month", "D"),
    "by maker": ("all tokens of a day", "^"),
}
COLORS = figures.CHINA, figures.UNITED_STATES, figures.INK  # who is ahead, or nobody


def figure(result):
    canvas, axes = figures.canvas(height=3.2, source=result)
    for tokens, look in COURSES.items():
        _draw(axes, result.answer(tokens=tokens).tables["days"], *look)
    axes.axhline(0, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
    axes.axvline(pd.Timestamp(WEEK), color=figures.MUTED, lw=0.8, zorder=0)
    figures.note(axes, "week of the claim", (pd.Timestamp(WEEK), -0.9), (4, 0), muted=True)
    axes.set(ylim=(-1.05, 0.75), title="Who has more tokens on the router?")
    axes.set_ylabel("China minus US, share of tokens")
    figures.point_ticks(axes.yaxis)
    axes.set_xlabel("bar: makers that are not known; red: China ahead, blue: the US")
    axes.legend(loc="upper left", fontsize=7.5)
    return canvas


def _draw(axes, table, name, marker) -> None:
    for row in table.to_frame().itertuples():
        day, lead = pd.Timestamp(row.day), row.china - row.us
        color = figures.color_of(Bounds(row.low, row.high), *COLORS)
        axes.plot([day] * 2, [row.low, row.high], color=color, lw=3, alpha=0.4)
        axes.plot(day, lead, marker, color=color, ms=4.5, mec="white", mew=0.6)
    axes.plot([], [], marker, color=figures.INK, ms=4.5, ls="none", label=name)
