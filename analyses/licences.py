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
    AnySize,
    Assumption,
    Bounds,
    Estimate,
    FromTable,
    Hypothesis,
    Sample,
    TippingPoint,
    figures,
)
from research.doubts import (
    PRINTED,
    Coarse,
    Computed,
    Gap,
    Quotient,
    Share,
    Sum,
    Within,
    turned_at,
    where,
)
from research.estimators.budget import alternatives_row, budget, drawn_row
from research.estimators.proportions import shares_of_kinds, wilson
from research.measures.hub import LICENCE, LIKE_THEN, LISTED, TAGGED, USED, hub_downloads
from research.measures.remembering import remembered
from research.measures.top_lists import chosen_list, lists_of, top_lists
from research.results import BudgetRow, Deferred
from research.wording import written

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
    hub_top_models: AnySize,
    publisher_origins,
    published_claims,
    *,
    population: Annotated[str, ESTIMAND, POPULATIONS] = "top 300, 2026-06-11",
    permissive: Literal[*PERMISSIVE] = "Apache or MIT",
    no_licence: Literal["unknown", "not permissive", "left out"] = "unknown",
    spike: Literal["kept", "removed"] = "kept",
) -> Sample:
    published = _published(published_claims)
    if population == AS_PUBLISHED:
        return Sample(population="the article's 300 models", as_of="2024-01", data=published)
    chosen = lists_of(hub_top_models)[population]
    lists = top_lists(hub_top_models, chosen.size)

    def asked_of(listed) -> dict:
        units = _licensed(listed, publisher_origins, no_licence)
        return _asked(units, where(licence=PERMISSIVE[permissive]))

    return Sample(
        population=chosen.population,
        as_of=chosen.day,
        data={"asked": asked_of(chosen_list(lists, chosen.day, spike))},
        deferred={"dates": lambda: {day: asked_of(listed) for day, listed in lists.items()}},
    )


def _published(claims) -> dict[str, float]:
    stated = claims.set_index("claim_id")["stated_value"]
    share = "patterns/permissive-by-{}".format
    models, downloads = (float(stated[share(by)]) / 100 for by in ("count", "downloads"))
    ratio = float(stated["patterns/apache-twice-mit"])
    return {MODELS: models, DOWNLOADS: downloads, GAP: downloads - models, RATIO: ratio}


@remembered
def _licensed(rows, origins, no_licence) -> Coarse:
    """The models with their licences; one that names none may be under any, unless none counts."""
    units = hub_downloads(rows, origins, tell=["licence"])
    licence, tags = units.rows["licence"], units.rows["licence"].str.split("|").map(set)
    unnamed = licence.eq("")
    whether = {True: "yes", False: "no"}
    told_of = {"unnamed": unnamed}
    for column, tag in (("apache", "apache-2.0"), ("mit", "mit")):
        told_of[column] = tags.map({tag}.issubset).map(whether)
        told_of[f"{column}_doubt"] = LICENCE.name
    if no_licence == "not permissive":
        told_of["licence"] = licence.mask(unnamed, "none")
    else:
        told_of |= {column: told_of[column].mask(unnamed, "") for column in ("apache", "mit")}
    units = replace(units, rows=units.rows.assign(**told_of))
    return units.among(~unnamed) if no_licence == "left out" else units


KINDS = ("Apache", "MIT", "no licence named", "any other licence")
APACHE, MIT = where(apache="yes"), where(mit="yes")


def _asked(units, wanted) -> dict:
    """What is permissive of models and of downloads, by how much they differ, Apache per MIT."""
    share = Share(of=wanted)
    models, downloads = share.in_(units.counted()), share.in_(units)
    asked = {MODELS: models, DOWNLOADS: downloads, GAP: Gap(downloads, models, paired=True)}
    apache, mit = (Sum(models.units, of_it) for of_it in (APACHE, MIT))
    return asked | {RATIO: Quotient(apache, mit)} if mit.value > 1 else asked


def estimate(sample) -> Iterator[Estimate]:
    if "asked" not in sample.data:
        yield from _as_published(sample)
        return
    asked = sample["asked"]
    for label in (MODELS, DOWNLOADS):
        yield _answer(sample, label, lambda label=label: _of_the_doubtful(asked[label], label))
    yield _answer(sample, GAP, lambda: [*_left_out(asked), *_not_genuine(asked)])
    if RATIO in asked:
        yield _answer(sample, RATIO, lambda: [_of_the_unnamed(asked[RATIO])])
    yield from _every_licence(asked[MODELS].units)


def _answer(sample, label, points) -> Estimate:
    asked = sample["asked"][label]

    def rows() -> Iterator[BudgetRow]:
        dates = {
            day: answers[label].value
            for day, answers in sample["dates"].items()
            if label in answers
        }
        yield from (*asked.budget(), alternatives_row("date", dates), *asked.drawn("organisation"))
        if label in (MODELS, DOWNLOADS):
            yield from asked.drawn_and_open("organisation")

    return asked.estimate(
        label=label,
        unit=UNITS[label],
        n=len(sample["asked"][MODELS].units.rows),
        n_unit="models",
        assumptions=ASSUMPTIONS,
        tipping_points=Deferred(points),
        budget=Deferred(lambda: budget(*rows())),
    )


def _every_licence(models) -> list[Estimate]:
    """All kinds of licence at once, each with the clustering by organisation that it shows."""
    kinds, organisations = _kinds(models), models.rows["organisation"]
    intervals = shares_of_kinds(kinds, organisations)
    of_odds = shares_of_kinds(kinds, organisations, scale="logit")
    return [
        Estimate(
            label=f"{kind}: share of models",
            unit="share of models",
            reading="superpopulation",
            value=float((kinds == kind).mean()),
            interval=intervals[kind],
            n=len(kinds),
            n_unit="models",
            n_effective=len(kinds) / intervals[kind].design_effect,
            assumptions=(CLUSTERED,),
            budget=(
                alternatives_row(
                    "how the interval is made",
                    {"Korn and Graubard's": intervals[kind], "that of log odds": of_odds[kind]},
                ),
            ),
        )
        for kind in KINDS
        if kind in intervals
    ]


def _kinds(models) -> pd.Series:
    """The kind of licence of each model; of several licences the first of the kinds."""
    held = {"Apache": models.holds(APACHE)[0], "MIT": models.holds(MIT)[0]}
    named = models.rows["unnamed"].map({True: "no licence named", False: "any other licence"})
    for kind in ("MIT", "Apache"):
        named = named.mask(held[kind], kind)
    return named


def _as_published(sample) -> list[Estimate]:
    """What the article's own figures say as far as it rounds them."""
    published = {label: sample[label] for label in ROUNDING}
    caution = "Wilson interval as if models were independent, which they are not"
    drawn = drawn_row(
        wilson(published[MODELS] * ARTICLE, ARTICLE), ARTICLE, ARTICLE, caution, "models"
    )
    printed = {label: Bounds.at(value, ROUNDING[label]) for label, value in published.items()}
    unrounded = {
        label: Within(PRINTED, bounds, f"{label}, January 2024")
        for label, bounds in printed.items()
    }
    unrounded[GAP] = Computed(np.subtract, unrounded[DOWNLOADS], unrounded[MODELS])
    return [
        Estimate(
            label=f"published: {label}",
            unit=UNITS[label],
            value=value,
            bounds=printed[label],
            sharpness="sharp",
            drawn=unrounded[label],
            n=ARTICLE,
            n_unit="models",
            assumptions=(UNSEEN,),
            budget=(drawn,) if label == MODELS else (),
        )
        for label, value in published.items()
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
            yield turned_at(
                written(f"part of the doubtful {what} that is permissive, at {{:%}}", edge),
                f"{turn} {{1:%}} if {{0:%}} of the {what} without a clear licence are permissive",
                part,
                edge,
            )


def _left_out(asked) -> Iterator[TippingPoint]:
    """The fewest organisations, each time the one that matters most, that the gap hangs on."""
    permissive, models = asked[DOWNLOADS], asked[DOWNLOADS].units
    held = pd.DataFrame({"downloads": models.rows["value"], "models": 1.0})
    certain = models.holds(permissive.question.of)[0]
    held = held.join(held.mul(certain, axis="index").add_prefix("permissive "))
    held, names = held.groupby(models.rows["organisation"]).sum(), []
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


def _not_genuine(asked) -> Iterator[TippingPoint]:
    others = 1 - asked[MODELS].value
    if others:
        yield turned_at(
            "downloads that are not genuine, all of permissive models",
            "lost if {:%} of all downloads were automated, and these of permissive models only",
            asked[GAP].value / others,
        )


def _of_the_unnamed(ratio) -> TippingPoint:
    """Models without a licence that bring the ratio to the upper end of 'nearly twice'."""
    apache, mit = ratio.first.value, ratio.second.value
    most = HYPOTHESES[RATIO].null + HYPOTHESES[RATIO].margin
    above = apache > most * mit
    needed = math.ceil(apache / most) - mit if above else math.floor(most * mit) + 1 - apache
    licence, turn = ("MIT", "comes down to") if above else ("Apache", "rises above")
    return turned_at(
        f"further models under {licence}",
        f"{turn} {{1:1}} with {{0:0}} more under {licence}; {{2:0}} models name no licence",
        needed,
        most,
        float(ratio.first.units.rows["unnamed"].sum()),
    )


ASSUMPTIONS = (LIKE_THEN, TAGGED, USED, LISTED)
CLUSTERED = Assumption(
    name="models are independent",
    holds="no",
    without="interval",
    evidence="One organisation chooses one licence for many models; each interval uses the design "
    "effect of its kind, and all hold together.",
)
UNSEEN = Assumption.of_set(
    name="the figures can be recomputed",
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
        (1, 3), height=2.9, source=result, sharey=True, width_ratios=(1.5, 1, 1)
    )
    answers = [
        {label.removeprefix("published: "): each for label, each in answer.estimates.items()}
        for answer in (result.answer(population=population) for population in ROWS)
    ]
    claim = HYPOTHESES[RATIO]
    figures.forest(
        shares,
        list(ROWS.values()),
        _series(answers, MODELS, name="models", marker="s", color=figures.OTHER),
        _series(answers, DOWNLOADS, name="downloads"),
        width=24,
        title="a  Under Apache or MIT",
        xlabel="share of models, of downloads\n(bar: licences that are not named)",
        xlim=(0.6, 1),
    )
    figures.forest(
        gaps, None, _series(answers, GAP), null=0, title="b  Difference", xlim=(-0.02, 0.2),
        xlabel="share of downloads\nminus share of models",
    )  # fmt: skip
    figures.forest(
        ratios, None, _series(answers, RATIO), title="c  Apache per MIT", xlim=(1.2, 3.4),
        band=(claim.null - claim.margin, claim.null + claim.margin),
        xlabel="ratio of models\n(grey: rounds to two)",
    )  # fmt: skip
    return canvas


def _series(answers, label, **look):
    """The set and the value in each row; an interval is not drawn."""
    rows = [replace(estimates[label], interval=None) for estimates in answers]
    return figures.Series(rows=rows, **look)
