"""Do Chinese models fill more than half of the Hub's trending top ten?

The claim is of July 2025, and the daily lists here run from November 2025 to August 2026. Variants
of one release fill several places, so that organisations are counted; entries are the other answer.
Private persons are in no country, and many of them tune Chinese models: organisations counted by
publisher the answer is no, if persons may be of any country it is open, by family it is yes.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

import pandas as pd

from research import ESTIMAND, Assumption, Estimate, Hypothesis, Interval, Sample, figures
from research.doubts import Coarse, Share, lost_if
from research.estimators.budget import alternatives_row, budget
from research.estimators.clustered import cluster_sample_mean
from research.estimators.serial import effective_length
from research.measures.publishers import CHINA, ORIGIN, Persons, publishers, with_persons
from research.measures.pulls import WEIGHTS
from research.measures.remembering import remembered
from research.results import BudgetRow, deferred
from research.wording import written

SHARE = "Chinese share of the top ten, mean of the days"
MONTHS = "Chinese share of the top ten, months as draws"

HYPOTHESES = {
    SHARE: Hypothesis(
        claims=["trending/china-top10"],
        estimand="Chinese share of the ten leading places of the trending list, mean of the days",
        null=0.5,
        null_source="more than half of the top ten: plain meaning of dominate",
        alternative="greater",
        role="out of sample",
        scope="later date",
    )
}
TOP = 10
ORIGINS = ("publisher", "family in the name")
# Names of model families, whoever tunes or repackages them. Where a name bears two, as a distilled
# model does, the Chinese one counts: the weights that were tuned are mostly Qwen's.
FAMILIES = {
    "other": r"llama|gemma|gpt-oss|mistral|ministral|phi-\d|nemotron|flux|ltx|lfm|granite|bonsai",
    "CN": r"qwen|deepseek|glm|kimi|minimax|hunyuan|wan-?2|z-image|ernie|minicpm|mimo|step-?\d",
}


def sample(
    hub_trending,
    publisher_origins,
    *,
    counted: Annotated[Literal["organisations", "entries"], ESTIMAND] = "organisations",
    origin: Literal["publisher", "family in the name"] = "publisher",
    repackagers: Literal["counted", "left out"] = "counted",
    persons: Persons = "in no country",
) -> Sample:
    origins = with_persons(publisher_origins, persons)

    entries = _coded(hub_trending, origins, origin, repackagers)
    places = _places(entries, counted)
    days = _by_day(places)

    def share(by) -> float:
        return CHINESE.in_(_places(_coded(hub_trending, origins, by, repackagers), counted)).value

    return Sample(
        population=f"the {counted} of the trending top ten",
        as_of=f"{entries['date'].max():%Y-%m-%d}",
        data={
            "counted": counted,
            "days": days,
            "chinese": CHINESE.in_(places),
        },
        deferred={"by origin": lambda: {f"the {by}": share(by) for by in ORIGINS}},
        tables={"days": days.assign(date=days["date"].dt.strftime("%Y-%m-%d"))},
    )


CHINESE = Share(of=CHINA)


@remembered
def _coded(trending, origins, origin, repackagers) -> pd.DataFrame:
    """The entries with the countries that each may come from."""
    known = publishers(trending["author"], origins)
    codes = known["origin"]
    if origin == "family in the name":
        name = trending["model_id"].str.partition("/")[2].str.lower()
        for country, families in FAMILIES.items():
            codes = codes.mask(name.str.contains(families), country)
    entries = trending[["date", "rank", "model_id"]].assign(
        organisation=known["organisation"], role=known["role"], origin=codes
    )
    return entries[entries["role"] != "repackager"] if repackagers == "left out" else entries


def _places(entries, counted) -> Coarse:
    """The first ten entries; of an organisation that has several, only the first one."""
    top = entries[entries["rank"] <= TOP].sort_values(["date", "rank"])
    if counted == "organisations":
        top = top.drop_duplicates(["date", "organisation"])
    return _weighed(top)


def _weighed(places) -> Coarse:
    """The places, those of one day with the weight of one day: a share is the mean of the days."""
    weight = 1 / places.groupby("date")["date"].transform("size")
    rows = places.assign(origin_doubt=ORIGIN.name, **dict.fromkeys(WEIGHTS, weight))
    return Coarse(rows, (ORIGIN,), "places", "places")


def _by_day(places) -> pd.DataFrame:
    chinese, possible = places.holds(CHINA)
    days = places.rows.assign(chinese=chinese, possible=possible).groupby("date").agg(
        places=("chinese", "size"), chinese=("chinese", "sum"), possible=("possible", "sum")
    )  # fmt: skip
    low, high = (days[part] / days["places"] for part in ("chinese", "possible"))
    return days.assign(low=low, high=high).reset_index()


def estimate(sample) -> Iterator[Estimate]:
    yield _share(sample)
    yield _over_months(sample)


def _share(sample) -> Estimate:
    chinese, places = sample["chinese"], "places of unknown origin"
    part, doubtful = chinese.turning(ORIGIN, HYPOTHESES[SHARE].null), chinese.opened(ORIGIN).sum()
    lost = lost_if(part, float(doubtful), places, "were Chinese", reached="half is reached")
    return chinese.estimate(
        label=SHARE,
        unit=f"share of {sample['counted']}",
        n=len(sample["days"]),
        n_unit="days",
        assumptions=(LATER, CODED, _likeness(sample["days"])),
        tipping_points=(lost,),
        budget=_budget(sample),
    )


@deferred
def _budget(sample) -> tuple[BudgetRow, ...]:
    chinese = sample["chinese"]
    return budget(
        *chinese.budget(),
        alternatives_row("origin read from", sample["by origin"]),
        alternatives_row("one month alone", _months(chinese.units)),
        alternatives_row("one organisation left out", _without_each(chinese)),
    )


def _months(places) -> dict[str, float]:
    month = places.rows["date"].dt.strftime("%Y-%m")
    return {one: CHINESE.in_(places.among(month == one)).value for one in sorted(month.unique())}


def _without_each(chinese) -> dict[str, float]:
    """The share without each of the leading organisations, as if it had never been listed."""
    rows = chinese.units.rows
    leading = rows.loc[chinese.units.holds(CHINA)[0], "organisation"].value_counts().index[:5]
    without = {name: _weighed(rows[rows["organisation"] != name]) for name in leading}
    shares = {f"all but {name}": CHINESE.in_(rest).value for name, rest in without.items()}
    return {"all of them": chinese.value, **shares}


def _over_months(sample) -> Estimate:
    """What other months might have shown: neighbouring days are nearly the same list."""
    days, chinese = sample["days"], sample["chinese"]
    month = days["date"].dt.strftime("%Y-%m")
    low, high = (cluster_sample_mean(days[part], month).interval for part in ("low", "high"))
    method = "months as clusters, both ends of the set"
    return chinese.estimate(
        label=MONTHS,
        unit=f"share of {sample['counted']}",
        reading="superpopulation",
        interval=Interval(low.low, high.high, low.level, method),
        n=len(days),
        n_unit="days",
        n_effective=_effective(days),
        assumptions=(LATER, CODED, _likeness(days)),
    )


def _effective(days) -> float:
    """Independent days that would tell as much about the mean, if likeness fades geometrically."""
    return effective_length(len(days), float(days["low"].autocorr(1)))


def _likeness(days) -> Assumption:
    evidence = written(
        "The shares of one day and the next correlate by {}: {:0} days tell as much as {:0} "
        "independent ones.",
        float(days["low"].autocorr(1)),
        len(days),
        _effective(days),
    )
    return Assumption.of_scope(name="days are independent", evidence=evidence)


LATER = Assumption.of_scope(
    name="the lists of the claim are among these",
    evidence="The claim names models of July 2025; the lists begin on 2025-11-07.",
)
CODED = Assumption.untestable(
    name="the publisher's home is the origin of a model",
    evidence="Many private persons, who are in no country, tune Chinese models; accounts that "
    "nobody coded may be of any country.",
)


def figure(result):
    answer = result.answer(counted="organisations")
    canvas, (course, doubts) = figures.two_panels(result, height=3.2, widths=(1.6, 1))
    _draw_course(course, answer.tables["days"])
    share = answer.estimates[SHARE]
    figures.budget(
        doubts, share.budget, value=share.value, width=16, null=HYPOTHESES[SHARE].null,
        xlim=(0, 1), xlabel="Chinese share, mean of the days\n(line: certain origins only)",
        title="b  What the share may be",
    )  # fmt: skip
    figures.percent_ticks(doubts.xaxis)
    return canvas


def _draw_course(axes, table) -> None:
    days = table.to_frame()
    dates = pd.to_datetime(days["date"])
    axes.fill_between(
        dates, days["low"], days["high"], step="mid", color=figures.FAINT, lw=0,
        label="may be Chinese",
    )  # fmt: skip
    axes.step(dates, days["low"], where="mid", color=figures.CHINA, lw=0.9, label="certainly")
    axes.axhline(0.5, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)))
    months = pd.to_datetime(["2025-12-01", "2026-03-01", "2026-06-01"])
    axes.set_xticks(months, [f"{month:%b %Y}" for month in months])
    axes.set(ylim=(0, 1.12), yticks=[0, 0.25, 0.5, 0.75, 1])
    figures.percent_ticks(axes.yaxis)
    axes.set_ylabel("share of organisations in the top ten")
    axes.set_title("a  Chinese organisations, day by day")
    axes.legend(loc="upper right", fontsize=7.5, ncols=2, borderaxespad=0)
