"""Do Apache and MIT cover three in four top models, and still more of what is downloaded?

An article of January 2024 put the two licences at 76 % of the 300 top models and at 92 % of their
downloads. Its list is not published, so that its figures can only be set beside later lists. One
model in fourteen to nine names no licence; it may have any, which bounds what can be said. The
lists of 2026-06-10 and 2026-06-11 are one observation and not two: they share 29 of 30 days.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    BudgetRow,
    Estimate,
    FromTable,
    Hypothesis,
    Sample,
    TippingPoint,
    figures,
)
from research.doubts import Coarse, Gap, Share, where
from research.estimators.budget import alternatives_row, budget
from research.estimators.clustered import clustered_share
from research.estimators.proportions import goodman, wilson
from research.measures.hub import LICENCE, LIKE_THEN, LISTED, TAGGED, USED, hub_downloads
from research.measures.top_lists import lists_of, of_day, top_lists
from research.wording import number, percent

MODELS, DOWNLOADS = "permissive share of models", "permissive share of downloads"
GAP = "permissive share of downloads minus that of models"
RATIO = "models under Apache per model under MIT"
UNITS = {
    MODELS: "share of models",
    DOWNLOADS: "share of downloads",
    GAP: "difference in share",
    RATIO: "ratio of models",
}
LATER = {"role": "out of sample", "scope": "later date"}
FIVE_POINTS = "five percentage points either way, stated by this project"

HYPOTHESES = {
    MODELS: Hypothesis(
        claims=["patterns/permissive-by-count"],
        estimand="share of the top models that are under Apache or MIT",
        null=0.5,
        null_source="plain meaning of most: more than half; stated by this project",
        alternative="greater",
        **LATER,
    ),
    RATIO: Hypothesis(
        claims=["patterns/apache-twice-mit"],
        estimand="top models under Apache over those under MIT",
        null=1.75,
        margin=0.25,
        null_source="'nearly twice': at most twice, and nearer to it than to once; stated by this "
        "project",
        alternative="equivalent",
        **LATER,
    ),
    GAP: Hypothesis(
        claims=["patterns/permissive-by-downloads"],
        estimand="share of downloads under Apache or MIT minus the share of models",
        null=0,
        null_source="equality: the claim says that the share of downloads is larger",
        alternative="greater",
        part="larger",
        **LATER,
    ),
    DOWNLOADS: Hypothesis(
        claims=["patterns/permissive-by-downloads"],
        estimand="share of downloads of the top models that is under Apache or MIT",
        null=0.92,
        margin=0.05,
        null_source=f"the published share; {FIVE_POINTS}",
        alternative="equivalent",
        **LATER,
    ),
}

AS_PUBLISHED = "as published, 2024-01"
POPULATIONS = FromTable("hub_top_models", lambda models: [*lists_of(models), AS_PUBLISHED])
ROUNDING = {MODELS: 0.005, DOWNLOADS: 0.005, GAP: 0.01, RATIO: 0.5}  # of the article's figures
PERMISSIVE = {
    "Apache or MIT": {"apache-2.0", "mit"},
    # Free use, change and redistribution against a notice; those that occur.
    "every permissive licence": {
        "apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "afl-3.0", "cc0-1.0", "cc-by-4.0",
        "cdla-permissive-2.0",
    },
}  # fmt: skip


def sample(
    hub_top_models,
    publisher_origins,
    published_claims,
    *,
    population: Annotated[str, ESTIMAND, POPULATIONS] = "top 300, 2026-06-11",
    permissive: Literal["Apache or MIT", "every permissive licence"] = "Apache or MIT",
    no_licence: Literal["unknown", "not permissive", "left out"] = "unknown",
    spike: Literal["kept", "removed"] = "kept",
) -> Sample:
    published = _published(published_claims)
    if population == AS_PUBLISHED:
        return Sample(population="the article's 300 models", as_of="2024-01", data=published)
    chosen = lists_of(hub_top_models)[population]
    lists = {
        day: _licensed(rows, publisher_origins, no_licence)
        for day, rows in top_lists(hub_top_models, chosen.size).items()
    }
    wanted = where(licence=PERMISSIVE[permissive])
    asked = {day: _asked(units, wanted) for day, units in lists.items()}
    units, questions = (of_day(found, chosen.day, spike) for found in (lists, asked))
    return Sample(
        population=chosen.population,
        as_of=chosen.day,
        data={
            "models": units.rows.assign(certain=units.holds(wanted)[0]),
            "asked": questions,
            "dates": {
                label: {day: found[label].value for day, found in asked.items()}
                for label in questions
            },
            "ratios": {day: _ratio_of(units.rows) for day, units in lists.items()},
        },
    )


def _published(claims) -> dict[str, float]:
    stated = claims.set_index("claim_id")["stated_value"]
    models, downloads = (
        float(stated[f"patterns/permissive-by-{weight}"]) / 100 for weight in ("count", "downloads")
    )
    ratio = float(stated["patterns/apache-twice-mit"])
    return {MODELS: models, DOWNLOADS: downloads, GAP: downloads - models, RATIO: ratio}


def _licensed(rows, origins, no_licence) -> Coarse:
    """The models with their licences; one that names none may be under any, unless none counts."""
    units = hub_downloads(rows, origins, tell=["licence"])
    licence, tags = units.rows["licence"], units.rows["licence"].str.split("|").map(set)
    unnamed = licence.eq("")
    told = {
        "Apache": tags.map({"apache-2.0"}.issubset),
        "MIT": tags.map({"mit"}.issubset),
        "unnamed": unnamed,
        "licence": licence.mask(unnamed, "none") if no_licence == "not permissive" else licence,
    }
    units = replace(units, rows=units.rows.assign(**told))
    return units.among(~unnamed) if no_licence == "left out" else units


def _asked(units, wanted) -> dict:
    """The permissive share of models, that of downloads, and what the latter is more."""
    share = Share(of=wanted)
    models, downloads = share.in_(units.counted()), share.in_(units)
    return {MODELS: models, DOWNLOADS: downloads, GAP: Gap(downloads, models, paired=True)}


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    if "models" not in sample.data:
        return _as_published(sample)
    shares = [_share(sample, label) for label in (MODELS, DOWNLOADS)]
    ratio = [_ratio(sample)] if sample["models"]["MIT"].sum() > 1 else []
    return [*shares, _gap(sample), *ratio, *_every_licence(sample["models"])]


def _finite(sample, label, *, points, rows, **found) -> Estimate:
    return Estimate(
        label=label,
        unit=UNITS[label],
        n=len(sample["models"]),
        n_unit="models",
        assumptions=ASSUMPTIONS,
        tipping_points=tuple(points),
        budget=budget(*rows),
        **found,
    )


def _answer(sample, label, *more, points) -> Estimate:
    asked = sample["asked"][label]
    date = alternatives_row("date", sample["dates"][label])
    return _finite(
        sample,
        label,
        value=asked.value,
        bounds=asked.bounds(),
        points=points,
        rows=[*asked.budget(), date, *asked.drawn("organisation"), *more],
    )


def _share(sample, label) -> Estimate:
    asked = sample["asked"][label]
    points = _of_the_doubtful(asked, label)
    return _answer(sample, label, *asked.drawn_and_open("organisation"), points=points)


def _gap(sample) -> Estimate:
    return _answer(sample, GAP, points=[*_left_out(sample["models"]), *_not_genuine(sample)])


def _ratio_of(models) -> float:
    apache, mit = models["Apache"].sum(), models["MIT"].sum()
    return float(apache / mit) if mit else math.nan


def _ratio(sample) -> Estimate:
    models = sample["models"]
    apache, mit = (float(models[licence].sum()) for licence in ("Apache", "MIT"))
    open_ones = float(models["licence"].eq("").sum())
    bounds = Bounds(apache / (mit + open_ones), (apache + open_ones) / mit)
    held = models.groupby("organisation")[["Apache", "MIT"]].sum()
    rest = (held.sum() - held).add_prefix("all but ", axis="index").query("MIT > 0")
    without = (rest["Apache"] / rest["MIT"]).to_dict()
    dates = {day: ratio for day, ratio in sample["ratios"].items() if not math.isnan(ratio)}
    return _finite(
        sample,
        RATIO,
        value=_ratio_of(models),
        bounds=bounds,
        points=[_of_the_unnamed(models)],
        rows=[
            alternatives_row(LICENCE.name, {"any licence for each": bounds}),
            alternatives_row("date", dates),
            alternatives_row("one organisation left out", without),
        ],
    )


def _every_licence(models) -> list[Estimate]:
    """All kinds of licence at once, with the clustering by organisation that is found."""
    named = {"Apache": models["Apache"], "MIT": models["MIT"] & ~models["Apache"]}
    named["no licence named"] = models["unnamed"]
    named["any other licence"] = ~pd.DataFrame(named).any(axis="columns")
    counts = {kind: int(held.sum()) for kind, held in named.items() if held.any()}
    ones = np.ones(len(models))
    found = clustered_share(ones * models["certain"], ones, models["organisation"])
    effect = max(1.0, found.se**2 / (found.value * (1 - found.value) / len(models)))
    intervals = goodman(list(counts.values()), design_effect=effect)
    return [
        Estimate(
            label=f"{kind}: share of models",
            unit="share of models",
            reading="superpopulation",
            value=count / len(models),
            interval=interval,
            n=len(models),
            n_unit="models",
            n_effective=len(models) / effect,
            assumptions=(CLUSTERED,),
        )
        for (kind, count), interval in zip(counts.items(), intervals, strict=True)
    ]


def _as_published(sample) -> list[Estimate]:
    """What the article's own figures say as far as it rounds them."""
    found = {label: sample[label] for label in ROUNDING}
    interval = wilson(found[MODELS] * ARTICLE, ARTICLE)
    drawn = BudgetRow(
        source="other models drawn",
        low=interval.low,
        high=interval.high,
        detail="Wilson interval as if models were independent, which they are not",
    )
    return [
        Estimate(
            label=f"published: {label}",
            unit=UNITS[label],
            value=value,
            bounds=Bounds(value - ROUNDING[label], value + ROUNDING[label]),
            n=ARTICLE,
            n_unit="models",
            assumptions=(UNSEEN,),
            budget=(drawn,) if label == MODELS else (),
        )
        for label, value in found.items()
    ]


ARTICLE = 300  # models in its list

# What would overturn it ---------------------------------------------------------------------------


def _of_the_doubtful(asked, label) -> Iterator[TippingPoint]:
    """Which part of the doubtful models must be permissive for the claim to begin or cease."""
    hypothesis, what = HYPOTHESES[label], UNITS[label].split()[-1]
    around = hypothesis.null - hypothesis.margin, hypothesis.null + hypothesis.margin
    edges = dict(zip(around, ("reaches", "exceeds"), strict=True))  # one where there is no margin
    for edge, turn in edges.items():
        part = asked.turning(LICENCE, edge)
        if part is not None:
            yield TippingPoint(
                what=f"part of the doubtful {what} that is permissive, at {percent(edge)}",
                threshold=part,
                sentence=f"{turn} {percent(edge)} if {percent(part)} of the {what} without a "
                "clear licence are permissive",
            )


def _left_out(models) -> Iterator[TippingPoint]:
    """The fewest organisations, each time the one that matters most, that the gap hangs on."""
    held = pd.DataFrame({"downloads": models["value"], "models": 1.0})
    held = held.join(held.mul(models["certain"], axis="index").add_prefix("permissive "))
    held, names = held.groupby(models["organisation"]).sum(), []
    while len(held) > 1 and _gap_of(held.sum()) > 0:
        names.append(_gap_of(held.sum() - held).idxmin())
        held = held.drop(index=names[-1])
    if names:
        yield TippingPoint(
            what="organisations left out, each time the one that matters most",
            threshold=len(names),
            sentence=f"lost without {len(names)} organisations: {', '.join(names)}",
        )


def _gap_of(held):
    """The gap of one row of totals, or of each row of a table of them."""
    return (
        held["permissive downloads"] / held["downloads"]
        - held["permissive models"] / held["models"]
    )


def _not_genuine(sample) -> Iterator[TippingPoint]:
    others = 1 - sample["asked"][MODELS].value
    if others:
        lost = sample["asked"][GAP].value / others
        yield TippingPoint(
            what="downloads that are not genuine, all of permissive models",
            threshold=lost,
            sentence=f"lost if {percent(lost)} of all downloads were automated, and these of "
            "permissive models only",
        )


def _of_the_unnamed(models) -> TippingPoint:
    """Models without a licence that bring the ratio to the upper end of 'nearly twice'."""
    apache, mit = int(models["Apache"].sum()), int(models["MIT"].sum())
    most = HYPOTHESES[RATIO].null + HYPOTHESES[RATIO].margin
    above = apache > most * mit
    needed = math.ceil(apache / most) - mit if above else math.floor(most * mit) + 1 - apache
    licence, turn = ("MIT", "comes down to") if above else ("Apache", "rises above")
    return TippingPoint(
        what=f"further models under {licence}",
        threshold=needed,
        sentence=f"{turn} {number(most, 1)} with {needed} more under {licence}; "
        f"{int(models['unnamed'].sum())} models name no licence",
    )


ASSUMPTIONS = (LIKE_THEN, TAGGED, USED, LISTED)
CLUSTERED = Assumption(
    name="models are independent",
    holds="no",
    evidence="One organisation chooses one licence for many models; the intervals use the design "
    "effect of the permissive share for every kind, and hold together.",
)
UNSEEN = Assumption(
    name="the figures can be recomputed",
    holds="no",
    evidence="The article gives whole per cents of a list that it does not publish, and does not "
    "say how it counts models without a licence.",
)


# Figure -------------------------------------------------------------------------------------------

ROWS = {
    "as published, 2024-01": "published in January 2024: 300 models",
    "top 300, 2026-04-28": "300 most downloaded, April 2026",
    "top 300, 2026-06-11": "300 most downloaded, June 2026",
    "top 1,000, 2026-04-28": "1,000 most downloaded, April 2026",
    "top 1,000, 2026-06-11": "1,000 most downloaded, June 2026",
}


def figure(result):
    canvas, (shares, gaps, ratios) = figures.canvas(
        (1, 3), height=2.9, source=figures.sources(result), sharey=True, width_ratios=(1.5, 1, 1)
    )
    found = [_drawn(result.answer(population=population)) for population in ROWS]
    claim = HYPOTHESES[RATIO]
    figures.forest(
        shares,
        list(ROWS.values()),
        _series(found, MODELS, name="models", marker="s", color=figures.OTHER),
        _series(found, DOWNLOADS, name="downloads"),
        width=24,
        title="a  Under Apache or MIT",
        xlabel="share of models, of downloads\n(bar: licences that are not named)",
        xlim=(0.6, 1),
    )
    figures.forest(
        gaps, None, _series(found, GAP), null=0, title="b  Difference", xlim=(-0.02, 0.2),
        xlabel="share of downloads\nminus share of models",
    )  # fmt: skip
    figures.forest(
        ratios, None, _series(found, RATIO), title="c  Apache per MIT", xlim=(1.2, 3.4),
        band=(claim.null - claim.margin, claim.null + claim.margin),
        xlabel="ratio of models\n(grey: rounds to two)",
    )  # fmt: skip
    return canvas


def _drawn(answer) -> dict[str, Estimate]:
    return {label.removeprefix("published: "): e for label, e in answer.estimates.items()}


def _series(found, label, **look):
    """The set and the value in each row; an interval is not drawn."""
    rows = [replace(estimates[label], interval=None) for estimates in found]
    return figures.Series(rows=rows, **look)
