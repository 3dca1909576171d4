"""What do published figures say of the past year: by how much is China ahead of the US?

One report prints cumulative downloads of two dates: what lies between them is a year's flow.
Another prints China's share of a year, and no share of the US: all others may be of it or not. The
data of the study that the claim is from are not bundled; ``research collect evolution`` has them
from the Hub, and then the claim is answered on them.
"""

from typing import Annotated, Literal

import pandas as pd

from research import ESTIMAND, Assumption, CannotEstimate, Estimate, Hypothesis, Sample, figures
from research.doubts import Share, overturned
from research.estimators.budget import budget
from research.measures.published_totals import (
    downloads_of_a_year,
    downloads_of_new_models,
    share_of_a_year,
)
from research.measures.publishers import CHINA, CHINA_MINUS_US, UNITED_STATES

LEAD = "share of the downloads of the past year, China minus US"
SHARE = "share of the downloads of the past year, {}"

CLAIMED = "share of the downloads of new models in the year of the claim, China minus US"
WITHIN = "share of the downloads of new models in the weeks there are, China minus US"

HYPOTHESES = {
    label: Hypothesis(
        claims=["tuoitre/china-over-us-downloads"],
        estimand=estimand,
        null=0,
        null_source="equality: the claim says that China's share is larger",
        alternative="greater",
        role="reanalysis" if scope == "same" else "out of sample",
        scope=scope,
    )
    for label, estimand, scope in (
        (
            LEAD,
            "share of the downloads of a year, publishers in China minus those in the US",
            "other population",
        ),
        (
            CLAIMED,
            "share of the downloads of models within a year of their creation, August 2024 to "
            "August 2025, publishers in China minus those in the US",
            "same",
        ),
        (
            WITHIN,
            "share of the downloads of models within a year of their creation in those weeks of "
            "August 2024 to August 2025 that the data hold, publishers in China minus those in "
            "the US",
            "other population",
        ),
    )
}
REPORTS = {
    "ATOM": (downloads_of_a_year, "the main language models of the ATOM report", "2026-03-31"),
    "Hugging Face": (share_of_a_year, "the Hub's report of March 2026", "2026-03-17"),
}
YEAR = pd.Timestamp("2024-08-01"), pd.Timestamp("2025-08-31")
APART = pd.Timedelta(days=14)  # weeks begin and end where they do


def sample(
    hub_published_anchors,
    hub_evolution=None,
    *,
    report: Annotated[
        Literal["ATOM", "Hugging Face", "the study", "the study, weeks there are"], ESTIMAND
    ] = "ATOM",
) -> Sample:
    if report not in REPORTS:
        return _of_the_study(hub_evolution, whole=report == "the study")
    read, population, day = REPORTS[report]
    units = read(hub_published_anchors)
    return Sample(
        population=f"the downloads of the past year in {population}",
        as_of=day,
        data={"units": units, "lead": LEAD},
        tables={"downloads": units.rows[["origin", "low", "value", "high"]]},
    )


def _of_the_study(weekly, *, whole) -> Sample:
    """The weeks of the claim's year, all of them or those that the data of the study hold."""
    if weekly is None:
        raise CannotEstimate(
            "the data of the study are not bundled; online, research collect evolution fetches them"
        )
    first, last = max(weekly["week"].min(), YEAR[0]), min(weekly["week"].max(), YEAR[1])
    weeks = f"weeks of {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    if first > last or (whole and not (first <= YEAR[0] + APART and last >= YEAR[1] - APART)):
        held = f"{weekly['week'].min():%Y-%m-%d} to {weekly['week'].max():%Y-%m-%d}"
        raise CannotEstimate(f"the data hold {held}, not August 2024 to August 2025")
    units = downloads_of_new_models(weekly, first, last)
    return Sample(
        population=f"the downloads of models within a year of their creation, {weeks}",
        as_of=f"{last:%Y-%m-%d}",
        data={"units": units, "lead": CLAIMED if whole else WITHIN},
        tables={"downloads": units.rows[["origin", "low", "value", "high"]]},
    )


def estimate(sample) -> list[Estimate]:
    units = sample["units"]
    lead, label = CHINA_MINUS_US.in_(units), sample["lead"]
    countries = {"China": CHINA, "US": UNITED_STATES}
    shares = {SHARE.format(name): Share(of=of).in_(units) for name, of in countries.items()}
    asked = {label: lead, **shares}
    not_genuine = overturned(
        lambda part: lead.thinned(CHINA, part).bounds().low,
        things="Chinese downloads",
        nothing="nothing to lose: all others may be of the US",
    )
    return [
        share.estimate(
            label=of,
            value=None,
            unit="share of downloads" if share is not lead else "difference in share of downloads",
            assumptions=(AS_CODED if label != LEAD else REPORTED,),
            tipping_points=(not_genuine,) if share is lead else (),
            budget=budget(*share.budget()),
        )
        for of, share in asked.items()
    ]


REPORTED = Assumption.untestable(
    name="the reports count as they are quoted",
    evidence="Their figures were read in summaries. ATOM counts the main language models alone; "
    "what the Hub's report takes for a download of the past year it does not say.",
)
AS_CODED = Assumption.untestable(
    name="countries are as the study coded them",
    evidence="Its coding is taken as it is; international groups and private persons are of no "
    "country. A download is a request, and totals that fell count as no download.",
)


def figure(result):
    canvas, panels = figures.two_panels(result, height=2.1)
    countries = [SHARE.format(country) for country in ("China", "US")]
    for axes, labels, look in zip(panels, (countries, (LEAD, CLAIMED, WITHIN)), LOOKS, strict=True):
        rows = {
            f"{key}: {label.rpartition(', ')[2]}": answer.estimates[label]
            for key, answer in result.answers.items()
            for label in labels
            if label in answer.estimates
        }
        figures.forest(axes, list(rows), figures.Series(rows=list(rows.values())), **look)
    return canvas


LOOKS = (
    {
        "title": "a  Both countries", "xlim": (0, 1), "width": 20,
        "xlabel": "share of the downloads of a year\n(bar: all that the figures allow)",
    },
    {
        "title": "b  Difference", "xlim": (-0.7, 0.7), "width": 20, "null": 0,
        "xlabel": "China minus US\n(bar: all that the figures allow)",
    },
)  # fmt: skip
