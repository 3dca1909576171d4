"""Is a Chinese model of the same age, size, task and licence downloaded more than a US one?

Models of the two countries differ in age, size, task and licence, and downloads depend on all four.
Compared is therefore how many times as often a Chinese model is downloaded as one of the US that is
alike in the four, by least squares on logarithms. What is left may still come from anything that no
table tells, such as the fame of a publisher.
"""

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    BudgetRow,
    Estimate,
    Hypothesis,
    Interval,
    NotApplicable,
    Sample,
    figures,
)
from research.doubts import turned_at
from research.estimators.association import (
    median_regression,
    partial_r2,
    robustness_value,
    truncated_regression,
)
from research.estimators.budget import alternatives_row, budget, leave_one_out_row
from research.estimators.clustered import LeaveOneOut, cluster_robust
from research.measures.channels import of_kinds
from research.measures.hub import USED, hub_downloads, hub_facts
from research.measures.like_for_like import COVARIATES, compared, generating, told_of_names
from research.measures.publishers import (
    CHINA,
    UNITED_STATES,
    Persons,
    library_publishers,
    with_persons,
)
from research.measures.pulls import ollama_pulls
from research.measures.remembering import remembered
from research.measures.top_lists import newest_first, on_day
from research.results import deferred

ALIKE, AS_THEY_ARE = "China over US, like for like", "China over US, as they are"
UNCUT = "China over US, like for like, had the list no end"
ORIGIN = 1  # the column of the regressors

HYPOTHESES = {
    ALIKE: Hypothesis(
        estimand="downloads or pulls of a Chinese model over those of a US one of the same age, "
        "size, task and licence (ratio of geometric means)",
        null=1,
        null_source="equality; stated by this project",
        alternative="greater",
        role="own question",
    )
}
DAYS = {"catalogue": "2026-10-05", "top 1,000": "2026-06-11", "pulls": "2026-06-11"}
POPULATIONS = {
    "catalogue": "the generating models of the LLM catalogue from China and the US",
    "top 1,000": "the generating ones of the 1,000 most downloaded models from China and the US",
    "pulls": "the names of the Ollama library from China and the US",
}
UNITS = {"catalogue": "models", "top 1,000": "models", "pulls": "names"}


def sample(
    hub_llm_models,
    hub_top_models,
    ollama_library_pulls,
    model_crosswalk,
    model_crosswalk_names,
    model_crosswalk_repositories,
    publisher_origins,
    *,
    channel: Annotated[Literal["catalogue", "top 1,000", "pulls"], ESTIMAND] = "catalogue",
    sizes: Literal["all models", "known alone"] = "all models",
    slopes: Literal["shared", "by origin"] = "shared",
    persons: Persons = "in no country",
) -> Sample:
    day = pd.Timestamp(DAYS[channel])
    facts = hub_facts(newest_first(hub_top_models), hub_llm_models)
    origins = with_persons(publisher_origins, persons)
    if channel == "pulls":
        names, _ = of_kinds(model_crosswalk_names, embeddings="left out")
        library = library_publishers(names, origins, model_crosswalk)
        pulled = ollama_pulls(ollama_library_pulls, library, day)
        every = units = told_of_names(pulled, facts, model_crosswalk_repositories)
    else:
        every = _models(channel, day, hub_llm_models, hub_top_models, origins, facts)
        units = generating(every)
    pairs, tasks = compared(units, day), {}
    if channel != "pulls":
        tasks = {"those without a task too": compared(generating(every, or_unknown=True), day)}
    return Sample(
        population=POPULATIONS[channel],
        as_of=DAYS[channel],
        data={
            "channel": channel,
            "pairs": pairs.sized() if sizes == "known alone" else pairs,
            "by origin": slopes == "by origin",
            "last place": every.rows["value"].min() if channel == "top 1,000" else None,
            "origins": {
                "unknown origins counted to China": compared(units, day, possible=CHINA),
                "unknown origins counted to the US": compared(units, day, possible=UNITED_STATES),
            },
            "tasks": tasks,
        },
        tables={"organisations": lambda: _beyond(pairs)},
    )


@remembered
def _models(channel, day, catalogue, top, origins, facts):
    """The models of the catalogue whose downloads were asked for, or of the list."""
    listed = (
        catalogue[catalogue["downloads_observed"]] if channel == "catalogue" else on_day(top, day)
    )
    columns = ["task", "licence", "created", "parameters"]
    return hub_downloads(
        listed[["model_id", "hub_downloads_30d"]], origins, tell=columns, facts=facts
    )


def _beyond(pairs) -> pd.DataFrame:
    """How far the models of each organisation lie from what age, size, task and licence tell."""
    x = pairs.design(*COVARIATES).drop(columns="chinese")
    fitted = x @ np.linalg.lstsq(x, pairs.logarithms, rcond=None)[0]
    rows = pairs.rows.assign(beyond=pairs.logarithms - fitted)
    by_organisation = rows.groupby("organisation").agg(
        chinese=("chinese", "max"), models=("beyond", "size"), beyond=("beyond", "mean")
    )
    by_organisation["times"] = np.exp(by_organisation.pop("beyond"))
    return by_organisation.sort_values("models", ascending=False, kind="stable").reset_index()


def estimate(sample, *, level) -> list[Estimate]:
    pairs, by_origin = sample["pairs"], sample["by origin"]
    if by_origin and sample["last place"]:
        raise NotApplicable("the list is too short for slopes of each origin")
    ratios = [
        _ratio(sample, ALIKE, _fit(pairs, by_origin, level), budget=_doubts(sample)),
        _ratio(sample, AS_THEY_ARE, _fit(pairs, level=level, covariates=())),
    ]
    ratios[0] = replace(ratios[0], tipping_points=_unmeasured(pairs))
    if sample["last place"]:
        ratios.append(_ratio(sample, UNCUT, _had_no_end(sample, level)))
    return ratios


def _fit(pairs, by_origin=False, level=0.95, covariates=COVARIATES):
    x = pairs.design(*covariates, by_origin=by_origin)
    return cluster_robust(pairs.logarithms, x, pairs.rows["organisation"], level=level)


def _had_no_end(sample, level):
    pairs, cut = sample["pairs"], float(np.log(sample["last place"]))
    x, organisation = pairs.design(*COVARIATES), pairs.rows["organisation"]
    return truncated_regression(pairs.logarithms, x, cut, organisation, level=level)


def _times(fit) -> float:
    """The coefficient of the origin as a ratio."""
    return float(np.exp(fit.coefficients[ORIGIN]))


def _ratio(sample, label, fit, **more) -> Estimate:
    interval = fit.intervals[ORIGIN]
    low, high = (float(np.exp(end)) for end in interval)
    return Estimate(
        label=label,
        unit="ratio",
        reading="superpopulation",
        value=_times(fit),
        interval=Interval(low, high, interval.level, interval.method),
        n=fit.n,
        n_unit=UNITS[sample["channel"]],
        n_effective=fit.n_clusters,
        assumptions=(UNMEASURED, DRAWN, LISTED, USED),
        **more,
    )


@deferred
def _doubts(sample) -> tuple[BudgetRow, ...]:
    pairs = sample["pairs"]
    median = median_regression(pairs.logarithms, pairs.design(*COVARIATES))
    rows = [
        leave_one_out_row(_without_each(pairs)),
        alternatives_row("mean or median", {"mean": _plain(pairs), "median": _times(median)}),
        alternatives_row("origin unknown or disputed", _alternatives(sample, "origins")),
    ]
    if sample["tasks"]:
        rows.append(alternatives_row("models that name no task", _alternatives(sample, "tasks")))
    return budget(*rows)


def _alternatives(sample, what) -> dict:
    others = {name: _plain(pairs) for name, pairs in sample[what].items()}
    return {"as coded": _plain(sample["pairs"])} | others


def _without_each(pairs) -> LeaveOneOut:
    """The ratio without each organisation."""
    slopes = {name: _slope(x, y) for name, x, y in pairs.without_each()}
    names, values = np.array([*slopes]), np.array([*slopes.values()])
    return LeaveOneOut(value=_plain(pairs), labels=names, values=values)


def _plain(pairs) -> float:
    """The ratio alone, without its interval."""
    return _slope(pairs.design(*COVARIATES), pairs.logarithms)


def _slope(x, y) -> float:
    return float(np.exp(np.linalg.lstsq(x, y, rcond=None)[0][ORIGIN]))


@deferred
def _unmeasured(pairs):
    """How strong a cause that no table tells would have to be, beside the size of a model."""
    x, y = pairs.design(*COVARIATES), pairs.logarithms
    value = robustness_value(partial_r2(y, x, ORIGIN))
    sentence = (
        "the ratio would be one if something that no table tells explained {:%1} of what age, "
        "size, task and licence leave open, both of how often a model is taken and of where it is "
        "from"
    )
    if "log size" not in x:
        yield turned_at("an unmeasured cause", sentence, value)
        return
    others = x.drop(columns="chinese")
    of_weight, of_origin = (
        partial_r2(outcome, known, known.columns.get_loc("log size"))
        for outcome, known in ((y, x), (x["chinese"], others))
    )
    sentence += "; the size explains {:%1} of the one and {:%1} of the other"
    yield turned_at("an unmeasured cause", sentence, value, of_weight, of_origin)


UNMEASURED = Assumption.of_scope(
    name="nothing else differs between the models of the two countries",
    evidence="The comparison is of models alike in four things, and of no cause: the fame of a "
    "publisher, the quality of a model and mirrors of the Hub in China are in no table. How strong "
    "an unmeasured cause would have to be is told beside it.",
)
DRAWN = Assumption.of_scope(
    name="organisations are a draw",
    evidence="They are all there are. The interval says how much would differ if other "
    "organisations had published such models.",
)
LISTED = Assumption.of_scope(
    name="listed models are compared",
    evidence="The list of 1,000 is cut by downloads: of both countries it holds the successful "
    "models alone, which look more alike than all would. What the ratio would be had the list no "
    "end stands beside it. The catalogue is not cut at one number.",
)


def figure(result):
    canvas, (ratios, spread) = figures.two_panels(result, height=3.4, widths=(1.2, 1))
    _draw_ratios(ratios, result)
    _draw_spread(spread, result.answer(channel="catalogue").tables["organisations"])
    return canvas


def _draw_ratios(axes, result) -> None:
    answers = {channel: result.answer(channel=channel).estimates for channel in DAYS}
    rows = [
        (NAMES[channel] if label == ALIKE else WAYS[label], ratio)
        for channel, estimates in answers.items()
        for label, ratio in estimates.items()
    ]
    begun = np.cumsum([len(estimates) for estimates in answers.values()])[:-1].tolist()
    figures.forest(
        axes, [name for name, _ in rows], figures.Series(rows=[ratio for _, ratio in rows]),
        null=1, width=30, groups=begun, title="a  A Chinese model over a US one",
        xlabel="ratio of downloads or pulls\n(95% intervals, organisations as units)",
    )  # fmt: skip
    axes.set_xscale("log")
    figures.plain_ticks(axes.xaxis, (0.1, 0.3, 1, 3, 10, 30))


NAMES = {
    "catalogue": "LLM catalogue, like for like",
    "top 1,000": "top 1,000, like for like",
    "pulls": "Ollama pulls, like for like",
}
WAYS = {AS_THEY_ARE: "as they are", UNCUT: "had the list no end"}


def _draw_spread(axes, table) -> None:
    rows = table.to_frame()
    places = rows["chinese"].astype(float)
    offsets = np.resize([-0.24, -0.12, 0.0, 0.12, 0.24], len(rows))
    colors = [figures.CHINA if chinese else figures.UNITED_STATES for chinese in places]
    sizes = 4 + 6 * np.sqrt(rows["models"].astype(float))
    axes.scatter(1 - places + offsets, rows["times"].astype(float), s=sizes, c=colors, alpha=0.6)
    axes.axhline(1, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)))
    axes.set_yscale("log")
    figures.plain_ticks(axes.yaxis, (0.001, 0.01, 0.1, 1, 10, 100))
    axes.set_xticks([0, 1], ["China", "US"])
    axes.set(xlim=(-0.5, 1.5), title="b  Organisations, LLM catalogue")
    axes.set_ylabel("downloads over those of like models\n(larger: more models)")
