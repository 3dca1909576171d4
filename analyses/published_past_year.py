"""What do published figures say of the past year: by how much is China ahead of the US?

One report prints cumulative downloads of two dates: what lies between them is a year's flow.
Another prints China's share of a year, and no share of the US: all others may be of it or not.
"""

from typing import Annotated, Literal

from research import (
    ESTIMAND,
    Assumption,
    Estimate,
    Hypothesis,
    Sample,
    TippingPoint,
    figures,
)
from research.doubts import Share, overturned
from research.estimators.budget import budget
from research.measures.published_totals import downloads_of_a_year, share_of_a_year
from research.measures.publishers import CHINA, CHINA_MINUS_US, UNITED_STATES

LEAD = "share of the downloads of the past year, China minus US"
SHARE = "share of the downloads of the past year, {}"

HYPOTHESES = {
    LEAD: Hypothesis(
        claims=["tuoitre/china-over-us-downloads"],
        estimand="share of the downloads of a year, publishers in China minus those in the US",
        null=0,
        null_source="equality: the claim says that China's share is larger",
        alternative="greater",
        role="out of sample",
        scope="other population",
    )
}
REPORTS = {
    "ATOM": (downloads_of_a_year, "the main language models of the ATOM report", "2026-03-31"),
    "Hugging Face": (share_of_a_year, "the Hub's report of March 2026", "2026-03-17"),
}


def sample(
    hub_published_anchors,
    *,
    report: Annotated[Literal["ATOM", "Hugging Face"], ESTIMAND] = "ATOM",
) -> Sample:
    read, population, day = REPORTS[report]
    units = read(hub_published_anchors)
    return Sample(
        population=f"the downloads of the past year in {population}",
        as_of=day,
        data={"units": units},
        tables={"downloads": units.rows[["origin", "low", "value", "high"]]},
    )


def estimate(sample) -> list[Estimate]:
    units = sample["units"]
    lead = CHINA_MINUS_US.in_(units)
    asked = {
        LEAD: lead,
        SHARE.format("China"): Share(of=CHINA).in_(units),
        SHARE.format("US"): Share(of=UNITED_STATES).in_(units),
    }
    return [
        share.estimate(
            label=label,
            unit="difference in share of downloads" if label == LEAD else "share of downloads",
            assumptions=(REPORTED,),
            tipping_points=(_not_genuine(lead),) if label == LEAD else (),
            budget=budget(*share.budget()),
        )
        for label, share in asked.items()
    ]


def _not_genuine(lead) -> TippingPoint:
    """Which part of the Chinese downloads must be automated for the two to be level."""
    return overturned(
        lambda part: lead.thinned(CHINA, part).bounds().low,
        things="Chinese downloads",
        nothing="nothing to lose: all others may be of the US",
    )


REPORTED = Assumption(
    name="the reports count as they are quoted",
    holds="not testable",
    evidence="Their figures were read in summaries. ATOM counts the main language models alone; "
    "what the Hub's report takes for a download of the past year it does not say.",
)


# Figure -------------------------------------------------------------------------------------------


def figure(result):
    labels = [LEAD, *(SHARE.format(country) for country in ("China", "US"))]
    return figures.rows_of(
        result,
        height=2.4,
        names={label: label.rpartition(", ")[2] for label in labels},
        null=0,
        null_text="equal",
        xlabel="share of the downloads of a year (bar: all that the figures allow)",
    )
