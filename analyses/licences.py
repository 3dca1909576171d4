"""Do Apache and MIT cover three in four top models, and still more of what is downloaded?

An article of January 2024 put the two licences at 76 % of the 300 top models and at 92 % of their
downloads. Its list is not published, so that its figures can only be set beside later lists. One
model in fourteen to nine names no licence; it may have any, which bounds what can be said. The
lists of 2026-06-10 and 2026-06-11 are one observation and not two: they share 29 of 30 days.
"""

import math
from dataclasses import replace
from functools import partial
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
from research.estimators.budget import alternatives_row, budget, leave_one_out_row, sampling_row
from research.estimators.clustered import clustered_share, paired_share_difference
from research.estimators.identification import imbens_manski, origin_share_bounds
from research.estimators.proportions import goodman, wilson
from research.measures.hub import LIKE_THEN, LISTED, TAGGED, USED
from research.measures.publishers import organisations
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
    licensed = partial(_licensed, publisher_origins, PERMISSIVE[permissive], no_licence)
    listed = top_lists(hub_top_models, chosen.size)
    lists = {day: licensed(rows) for day, rows in listed.items()}
    return Sample(
        population=chosen.population,
        as_of=chosen.day,
        data={
            "models": of_day(lists, chosen.day, spike),
            "dates": lists,
        },
    )


def _published(claims) -> dict[str, float]:
    stated = claims.set_index("claim_id")["stated_value"]
    models, downloads = (
        float(stated[f"patterns/permissive-by-{weight}"]) / 100 for weight in ("count", "downloads")
    )
    ratio = float(stated["patterns/apache-twice-mit"])
    return {MODELS: models, DOWNLOADS: downloads, GAP: downloads - models, RATIO: ratio}


def _licensed(origins, permissive, no_licence, rows) -> pd.DataFrame:
    """Whether each model is certainly, or possibly, under a permissive licence."""
    tags, unnamed = rows["licence"].fillna("").str.split("|").map(set), rows["licence"].isna()
    models = pd.DataFrame(
        {
            "downloads": rows["hub_downloads_30d"].astype(float),
            "organisation": organisations(rows["author"], origins),
            "certain": tags.map(permissive.issuperset) & ~unnamed,
            # Of two licences either may be the one that counts.
            "possible": ~tags.map(permissive.isdisjoint) | (unnamed & (no_licence == "unknown")),
            "Apache": tags.map({"apache-2.0"}.issubset),
            "MIT": tags.map({"mit"}.issubset),
            "unnamed": unnamed,
        }
    )
    return models[~unnamed] if no_licence == "left out" else models


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    if "models" not in sample.data:
        return _as_published(sample)
    shares = [_share(sample, label) for label in (MODELS, DOWNLOADS)]
    ratio = [_ratio(sample)] if sample["models"]["MIT"].sum() > 1 else []
    return [*shares, _gap(sample), *ratio, *_every_licence(sample["models"])]


def _bounds(models, label) -> Bounds:
    doubtful = models["possible"] & ~models["certain"]
    if label == RATIO:
        apache, mit = float(models["Apache"].sum()), float(models["MIT"].sum())
        open_ones = float((doubtful & models["unnamed"]).sum())
        return Bounds(apache / (mit + open_ones), (apache + open_ones) / mit)
    if label == GAP:
        # A doubtful model moves both shares at once: by no more than what it weighs more in one.
        adds = models["downloads"] / models["downloads"].sum() - 1 / len(models)
        known, open_ones = adds[models["certain"]].sum(), adds[doubtful]
        less, more = open_ones.clip(upper=0).sum(), open_ones.clip(lower=0).sum()
        return Bounds(float(known + less), float(known + more))
    return origin_share_bounds(_weights(models, label), models["certain"], models["possible"])


def _weights(models, label) -> np.ndarray:
    return np.ones(len(models)) if label == MODELS else models["downloads"].to_numpy()


def _known(models, label) -> float:
    """The quantity with every doubtful model counted as not permissive."""
    if label == RATIO:
        return float(models["Apache"].sum() / models["MIT"].sum())
    if label == GAP:
        return _known(models, DOWNLOADS) - _known(models, MODELS)
    return _bounds(models, label).low


def _finite(sample, label, *drawn, points) -> Estimate:
    models, bounds = sample["models"], _bounds(sample["models"], label)
    dates = {day: _known(rows, label) for day, rows in sample["dates"].items()}
    doubtful = (models["possible"] & ~models["certain"]).sum()
    detail = f"{doubtful} models, any licence for each"
    return Estimate(
        label=label,
        unit=UNITS[label],
        reading="finite population",
        value=_known(models, label),
        bounds=bounds,
        n=len(models),
        n_unit="models",
        assumptions=ASSUMPTIONS,
        tipping_points=tuple(points),
        budget=budget(
            BudgetRow(source="licence not named", low=bounds.low, high=bounds.high, detail=detail),
            alternatives_row("date", dates),
            *drawn,
        ),
    )


def _share(sample, label) -> Estimate:
    models = sample["models"]
    weights = _weights(models, label)
    low, high = (
        clustered_share(weights * models[end], weights, models["organisation"])
        for end in ("certain", "possible")
    )
    both = imbens_manski(_bounds(models, label), low.se, high.se)
    return _finite(
        sample,
        label,
        leave_one_out_row(low.leave_one_out),
        sampling_row(low),
        BudgetRow(
            source="other organisations drawn and licence not named",
            low=both.low,
            high=both.high,
            detail="Imbens-Manski interval, standard errors by organisation",
        ),
        points=_of_the_doubtful(models, label),
    )


def _gap(sample) -> Estimate:
    models = sample["models"]
    drawn = paired_share_difference(
        models["downloads"], np.ones(len(models)), models["certain"], models["organisation"]
    )
    return _finite(
        sample,
        GAP,
        leave_one_out_row(drawn.leave_one_out),
        sampling_row(drawn),
        points=[_left_out(models), _not_genuine(models)],
    )


def _ratio(sample) -> Estimate:
    models = sample["models"]
    held = models.groupby("organisation")[["Apache", "MIT"]].sum()
    without = (held["Apache"].sum() - held["Apache"]) / (held["MIT"].sum() - held["MIT"])
    row = alternatives_row("one organisation left out", without.add_prefix("all but ").to_dict())
    return _finite(sample, RATIO, row, points=[_of_the_unnamed(models)])


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
            reading="finite population",
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


def _of_the_doubtful(models, label) -> list[TippingPoint]:
    """Which part of the doubtful models must be permissive for the claim to begin or cease."""
    low, high = _bounds(models, label)
    hypothesis, what = HYPOTHESES[label], UNITS[label].split()[-1]
    around = hypothesis.null - hypothesis.margin, hypothesis.null + hypothesis.margin
    edges = dict(zip(around, ("reaches", "exceeds"), strict=True))  # one where there is no margin
    return [
        TippingPoint(
            what=f"part of the doubtful {what} that is permissive, at {percent(edge)}",
            threshold=(edge - low) / (high - low),
            sentence=f"{turn} {percent(edge)} if {percent((edge - low) / (high - low))} of the "
            f"{what} without a clear licence are permissive",
        )
        for edge, turn in edges.items()
        if low < edge < high
    ]


def _left_out(models) -> TippingPoint:
    """The fewest organisations, each time the one that matters most, that the gap hangs on."""
    held = pd.DataFrame({"downloads": models["downloads"], "models": 1.0})
    held = held.join(held.mul(models["certain"], axis="index").add_prefix("permissive "))
    held, names = held.groupby(models["organisation"]).sum(), []
    while _gap_of(held.sum()) > 0:
        names.append(_gap_of(held.sum() - held).idxmin())
        held = held.drop(index=names[-1])
    return TippingPoint(
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


def _not_genuine(models) -> TippingPoint:
    lost = _known(models, GAP) / (1 - _known(models, MODELS))
    return TippingPoint(
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
