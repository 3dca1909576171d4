"""Are the likes of a model uncorrelated to its downloads?

An article of January 2024 calls them completely uncorrelated, with an R squared of 0.06 over 300
models. That figure says otherwise: it is a correlation of about a quarter. Nor is an R squared of
counts a good measure: a few models of the largest counts decide it. Ranks and slopes of logarithms
ask the same of all models. The lists of 2026-06-10 and 2026-06-11 are one observation and not two.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.tools import add_constant

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    CannotEstimate,
    Curve,
    Estimate,
    FromTable,
    Hypothesis,
    Interval,
    Sample,
    Test,
    TippingPoint,
    figures,
)
from research.doubts import PRINTED, Computed, Within, turned_at
from research.estimators.association import (
    clustered_correlation,
    correlation,
    correlation_row,
    correlation_without_each,
    log_log,
    median_regression,
    pearson_interval,
    robust_regression,
)
from research.estimators.budget import alternatives_row, budget, drawn_row, leave_one_out_row
from research.estimators.rates import poisson_regression
from research.measures.hub import USED
from research.measures.publishers import organisations
from research.measures.remembering import remembered
from research.measures.top_lists import chosen_list, lists_of, top_lists
from research.results import BudgetRow, deferred
from research.wording import written

PUBLISHED = "published: size of the correlation of the counts"
COUNTS, RANKS = "correlation of the counts", "correlation of the ranks"
SLOPE = "per cent more likes with one per cent more downloads"
CLAIM = "patterns/likes-uncorrelated"
SMALL = "below what Cohen (1988) calls small, stated by this project"

HYPOTHESES = {
    PUBLISHED: Hypothesis(
        claims=[CLAIM],
        estimand="size of Pearson's correlation of likes and downloads, from the R squared given",
        null=0,
        null_source="zero: the claim says completely uncorrelated",
        alternative="equivalent",
        role="reanalysis",
        scope="same",
    )
} | {
    label: Hypothesis(
        claims=[CLAIM],
        estimand=estimand,
        null=0,
        margin=0.1,
        null_source=source,
        alternative="equivalent",
        role="out of sample",
        scope=scope,
    )
    for label, estimand, source, scope in (
        (COUNTS, "Pearson's correlation of likes and downloads", SMALL, "later date"),
        (RANKS, "Spearman's correlation of likes and downloads", SMALL, "other measure"),
        (
            SLOPE,
            "slope of log likes on log downloads",
            "a tenth of a per cent either way, stated by this project",
            "other measure",
        ),
    )
}

AS_PUBLISHED = "as published, 2024-01"
CATALOGUE_DAY = "2026-10-05"
CATALOGUES = {  # by name: which of its models
    f"text generation in the LLM catalogue, {CATALOGUE_DAY}": "text-generation",
    f"LLM catalogue, {CATALOGUE_DAY}": "all",
}
POPULATIONS = FromTable(
    "hub_top_models", lambda models: [*lists_of(models), *CATALOGUES, AS_PUBLISHED]
)
ARTICLE = 300  # models in its list
ROUNDED = 0.005  # it gives two decimals


def sample(
    hub_top_models,
    hub_llm_models,
    publisher_origins,
    published_claims,
    *,
    population: Annotated[str, ESTIMAND, POPULATIONS] = "top 300, 2026-06-11",
    spike: Literal["kept", "removed"] = "kept",
    stale_counts: Literal["kept", "left out"] = "kept",
) -> Sample:
    if population == AS_PUBLISHED:
        stated = published_claims.set_index("claim_id").loc[CLAIM, "stated_value"]
        lists = top_lists(hub_top_models, ARTICLE)
        measured = (_measured(rows, publisher_origins) for rows in lists.values())
        effects = [_drawn(models, COUNTS).design_effect for models in measured]
        data = {"R squared": float(stated), "design effects": Bounds(min(effects), max(effects))}
        return Sample(population="the article's 300 models", as_of="2024-01", data=data)
    if population in CATALOGUES:
        task, day = CATALOGUES[population], CATALOGUE_DAY
        who = f"{'the ' if task != 'all' else ''}{task} models of the LLM catalogue"
        lists = {day: _observed(hub_llm_models, task, stale_counts)}
    else:
        chosen = lists_of(hub_top_models)[population]
        who, day = chosen.population, chosen.day
        lists = top_lists(hub_top_models, chosen.size)
    if any(rows.empty for rows in lists.values()):
        raise CannotEstimate(f"the tables hold none of {who}")
    lists = {day: _measured(rows, publisher_origins) for day, rows in lists.items()}
    data = {"models": chosen_list(lists, day, spike), "dates": lists}
    return Sample(population=who, as_of=day, data=data)


def _observed(catalogue, task, stale_counts) -> pd.DataFrame:
    """Models of which both numbers were asked for; a 0 elsewhere means that they were not."""
    rows = catalogue[catalogue["likes_observed"] & catalogue["downloads_observed"]]
    if task != "all":
        rows = rows[rows["pipeline_tag"] == task]
    stale = rows["stale_suspect"].fillna(False).astype(bool)
    return rows[~stale] if stale_counts == "left out" else rows


@remembered
def _measured(rows, origins) -> pd.DataFrame:
    measured = {
        "model": rows["model_id"],
        "organisation": organisations(rows["author"], origins),
        "downloads": rows["hub_downloads_30d"].astype(float),
        "likes": rows["likes"].astype(float),
    }
    return pd.DataFrame(measured)


def estimate(sample, *, level) -> Iterator[Estimate]:
    if "models" not in sample.data:
        yield _published(sample["R squared"], sample["design effects"])
        return
    models = sample["models"]
    yield _correlated(sample, COUNTS, _models_left_out(models))
    yield _correlated(sample, RANKS, _standard_errors(models))
    yield _slope(models, level)


def _published(squared, effects) -> Estimate:
    """The correlation behind an R squared, which hides its sign, with Fisher's interval.

    Its design effect is the largest of later lists: of its own models nothing but their number is
    known.
    """
    low, coefficient, high = (math.sqrt(squared + error) for error in (-ROUNDED, 0.0, ROUNDED))
    correlations = Bounds(low, high)
    statistic = coefficient * math.sqrt((ARTICLE - 2) / (1 - coefficient**2))
    independent = pearson_interval(correlations, ARTICLE, design_effect=1.0)
    return Estimate(
        label=PUBLISHED,
        unit="correlation",
        reading="superpopulation",
        value=coefficient,
        bounds=correlations,
        sharpness="sharp",
        drawn=Computed(np.sqrt, Within(PRINTED, Bounds.at(squared, ROUNDED), "R squared")),
        interval=pearson_interval(correlations, ARTICLE, design_effect=effects.high),
        test=Test(
            name="t of the correlation, as if models were independent",
            statistic=statistic,
            p=float(2 * stats.t.sf(statistic, ARTICLE - 2)),
        ),
        n=ARTICLE,
        n_unit="models",
        n_effective=ARTICLE / effects.high,
        assumptions=(UNSEEN, BORROWED),
        tipping_points=(_clustering(low, effects),),
        budget=(drawn_row(independent, ARTICLE, ARTICLE, "as if independent", "models"),),
    )


def _correlated(sample, label, points) -> Estimate:
    models = sample["models"]
    return Estimate(
        label=label,
        unit="correlation",
        value=_correlation(models, label),
        n=len(models),
        n_unit="models",
        assumptions=ASSUMPTIONS,
        tipping_points=points,
        budget=_rows(models, sample["dates"], label),
        curves=_over_length(models, label) if _is_list(sample["dates"]) else (),
    )


def _is_list(dates) -> bool:
    """The catalogue is of one day, and not cut by downloads."""
    return len(dates) > 1


@deferred
def _rows(models, dates, label) -> tuple[BudgetRow, ...]:
    rows = [
        leave_one_out_row(_without_each(models, label, "model"), "model"),
        leave_one_out_row(_without_each(models, label, "organisation")),
        correlation_row(_drawn(models, label), _of(label)),
    ]
    if _is_list(dates):
        by_date = {day: _correlation(listed, label) for day, listed in dates.items()}
        rows.append(alternatives_row("date", by_date))
    return budget(*rows)


def _of(label) -> str:
    return "ranks" if label == RANKS else "values"


def _correlation(models, label) -> float:
    return correlation(models["downloads"], models["likes"], of=_of(label))


def _without_each(models, label, unit):
    """The correlation without each cluster (ranks stay those of the whole list)."""
    pairs = models["downloads"], models["likes"]
    return correlation_without_each(*pairs, models[unit], of=_of(label))


@remembered
def _drawn(models, label):
    return clustered_correlation(
        models["downloads"], models["likes"], models["organisation"], of=_of(label)
    )


@deferred
def _over_length(models, label) -> Iterator[Curve]:
    """The correlation in shorter lists: a list cut by downloads holds less of their variation."""
    by_downloads = models.sort_values("downloads", ascending=False, kind="stable")
    grid = np.unique(np.geomspace(50, len(models), 12).round().astype(int))
    correlations = tuple(_correlation(by_downloads.head(k), label) for k in grid)
    yield Curve(
        over="models in the list", grid=tuple(map(float, grid)), low=correlations, high=correlations
    )


def _slope(models, level) -> Estimate:
    """The slope of log likes on log downloads, of the models that are liked."""
    liked = models[models["likes"] > 0]
    fit = log_log(liked["likes"], liked["downloads"], liked["organisation"], level=level)
    return Estimate(
        label=SLOPE,
        unit="elasticity",
        reading="superpopulation",
        value=_elasticity(fit),
        interval=fit.intervals[1],
        n=fit.n,
        n_unit="models",
        assumptions=ASSUMPTIONS,
        tipping_points=_wider(fit),
        budget=_ways_to_fit(models, fit),
    )


def _elasticity(fit) -> float:
    return float(fit.coefficients[1])


@deferred
def _ways_to_fit(models, fit) -> Iterator[BudgetRow]:
    """The same slope, fitted in other ways."""
    liked = models[models["likes"] > 0]
    line, every_line = (add_constant(np.log(rows["downloads"])) for rows in (liked, models))
    y, cluster = np.log(liked["likes"]), liked["organisation"]
    likes, organisation = models["likes"], models["organisation"]
    fits = {
        SLOPE: fit,
        "one like added to each": log_log(likes + 1, models["downloads"], organisation),
        "median regression": median_regression(y, line, cluster),
        "Huber regression": robust_regression(y, line, cluster),
        "Poisson, models without a like included": poisson_regression(
            likes, every_line, organisation
        ),
    }

    slopes = {how: _elasticity(each) for how, each in fits.items()}
    yield alternatives_row("how the slope is fitted", slopes)


# What would overturn it ---------------------------------------------------------------------------


def _clustering(low, effects) -> TippingPoint:
    """The design effect at which the interval of the published correlation reaches zero."""
    lost = (math.atanh(low) / stats.norm.ppf(0.975)) ** 2 * (ARTICLE - 3)
    has = "reaches zero at a design effect of {:1}; lists of 2026 have {:1} to {:1}"
    return turned_at("design effect", has, lost, *effects)


@deferred
def _models_left_out(models) -> Iterator[TippingPoint]:
    """The fewest models, each time the one that matters most, that the correlation hangs on."""
    margin, left, names = HYPOTHESES[COUNTS].margin, models, []
    while abs(_correlation(left, COUNTS)) > margin:
        least = int(np.abs(_without_each(left, COUNTS, "model").values).argmin())
        names.append(left["model"].iloc[least])
        left = left.drop(index=left.index[least])
    shown = ", ".join(names[:3]) + (" and so on" if len(names) > 3 else "")
    yield turned_at(
        "models left out, each time the one that matters most",
        "within {1:1} of zero without {2} ({0:0} in all)",
        len(names),
        margin,
        shown,
    )


@deferred
def _wider(fit) -> Iterator[TippingPoint]:
    value, edge = _elasticity(fit), HYPOTHESES[SLOPE].margin
    factor = (value - edge) / (value - fit.intervals[1].low)
    lost = "lost if the standard error were {:1} times as large"
    yield turned_at("factor on the standard error", lost, factor)


@deferred
def _standard_errors(models) -> Iterator[TippingPoint]:
    margin, coefficient = HYPOTHESES[RANKS].margin, _drawn(models, RANKS)
    lost = (math.atanh(coefficient.value) - math.atanh(margin)) / coefficient.se_z
    above = "{:1} standard errors, organisations as units, above {:1}"
    yield turned_at("standard errors to the edge of a small correlation", above, lost, margin)


UNSEEN = Assumption.of_set(
    name="the figure can be recomputed",
    evidence="The article gives an R squared of two decimals; the 300 models are not published.",
)
BORROWED = Assumption.untestable(
    name="the 300 models vary at most as those of 2026 do",
    evidence="The design effect is the largest of the same correlation in the lists of as many "
    "models of 2026, whose organisations are left out one by one: clusters and heavy tails are in "
    "it.",
)
ASSUMPTIONS = (
    Assumption.of_scope(
        name="likes and downloads are of one time",
        evidence="Likes are counted since a model exists, downloads over 30 days: an old model has "
        "had more time to be liked.",
    ),
    Assumption.of_scope(
        name="the list was not chosen by what is compared",
        evidence="The lists are cut by downloads, which lowers a correlation but not a slope on "
        "downloads; models entered the catalogue by downloads, trend or likes, which can lower "
        "both.",
    ),
    Assumption.of_scope(
        name="the units are a random draw of organisations",
        evidence="The correlations are those of the list; what other organisations would have "
        "given is a row of the budget, and the interval of the slope.",
    ),
    USED,
)


# Figure -------------------------------------------------------------------------------------------

ROWS = {
    "as published, 2024-01": "published in 2024: top 300",
    "top 300, 2026-04-28": "top 300, April 2026",
    "top 300, 2026-06-11": "top 300, June 2026",
    "top 1,000, 2026-04-28": "top 1,000, April 2026",
    "top 1,000, 2026-06-11": "top 1,000, June 2026",
    "text generation in the LLM catalogue, 2026-10-05": "LLM catalogue, text generation",
    "LLM catalogue, 2026-10-05": "LLM catalogue, all",
}
LOOK = {
    PUBLISHED: (0, figures.OTHER, "s"),
    COUNTS: (0.17, figures.OTHER, "s"),
    RANKS: (-0.17, figures.INK, "o"),
}
CURVES_OF = "top 1,000, 2026-06-11"


def figure(result):
    canvas, (lists, lengths) = figures.two_panels(result, height=3.6, widths=(1.5, 1))
    answers = [result.answer(population=population).estimates for population in ROWS]
    margin = HYPOTHESES[COUNTS].margin
    figures.forest(
        lists, list(ROWS.values()), *(_series(answers, label) for label in LOOK), null=0,
        band=(-margin, margin), width=20, xlim=(-0.13, 0.97), xticks=[0, 0.2, 0.4, 0.6, 0.8],
        title="a  All lists",
        xlabel="correlation of likes and downloads\n(grey: small; ticks: one model left out)",
    )  # fmt: skip
    for row, estimates in enumerate(answers):
        _write(lists, row, estimates)
    for label in (COUNTS, RANKS):
        _, color, marker = LOOK[label]
        curve = result.answer(population=CURVES_OF).estimates[label].curves[0]
        lengths.plot(curve.grid, curve.low, marker=marker, ms=3.5, lw=1, color=color, label=label)
    _look(lengths, margin)
    return canvas


def _series(answers, label) -> figures.Series:
    offset, color, marker = LOOK[label]
    rows = [_drawn_of(estimates[label]) if label in estimates else None for estimates in answers]
    return figures.Series(rows=rows, color=color, marker=marker, offset=offset)


def _drawn_of(coefficient) -> Estimate:
    """The correlation with its interval, or else with what other organisations may have given."""
    if coefficient.interval is not None:
        return coefficient
    drawn = next(row for row in coefficient.budget if row.source == "other organisations drawn")
    shown = Interval(drawn.low, drawn.high)
    return replace(coefficient, interval=shown, reading="superpopulation")


def _write(axes, row, estimates) -> None:
    """The square of each correlation, and what one model does to it."""
    for coefficient in (estimates[label] for label in LOOK if label in estimates):
        offset, color, _ = LOOK[coefficient.label]
        text = written("R² {}", coefficient.value**2)
        axes.annotate(text, (0.8, offset - row), va="center", fontsize=7.5, color=color)
        if coefficient.label == COUNTS:
            left = next(each for each in coefficient.budget if each.source == "one model left out")
            ends = [left.low, left.high]
            axes.plot(ends, [offset - row] * 2, "|", ms=9, mew=1.4, color=color)


def _look(lengths, margin) -> None:
    lengths.axhspan(-margin, margin, color=figures.FAINT, lw=0, zorder=0)
    lengths.axhline(0, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)), zorder=0)
    lengths.set(xscale="log", ylim=(-0.13, 0.5), title="b  Shorter lists, June 2026")
    lengths.set(xlabel="most downloaded models in the list", ylabel="correlation")
    figures.plain_ticks(lengths.xaxis, (50, 100, 300, 1000))
    lengths.legend(loc="upper left")
