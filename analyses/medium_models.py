"""Are medium models on more hosts than those of any other class, in the US and in China?

The report counts the addresses that serve at least one model of a class; one address can serve
several. The suspected block of clones holds medium models alone, so that all that it adds is added
to the medium class. In which country it lies is not published.
"""

import pandas as pd

from research import CannotEstimate, Estimate, Hypothesis, Sample, figures
from research.doubts import lost_if
from research.measures.clone_block import Spread, part_of_medium
from research.measures.hosts import TENTHE_HOSTS, genuine, total

DOMINANT = "US: hosts with medium models over those of the next class"
FIRST = "China: hosts with medium models minus those of the next class"
MEDIUM = "M"

HYPOTHESES = {
    DOMINANT: Hypothesis(
        claims=["tenthe/us-medium-dominates"],
        estimand="answering US hosts with a medium model over those with one of the next class",
        null=2,
        null_source="absolutely dominant: more than twice the second; stated by this project",
        alternative="greater",
        role="reanalysis",
    ),
    FIRST: Hypothesis(
        claims=["tenthe/china-medium-first"],
        estimand="answering Chinese hosts with a medium model minus those with one of any other",
        null=0,
        null_source="equality: the claim says that no other class is on more hosts",
        alternative="greater",
        role="reanalysis",
    ),
}


def sample(
    tenthe_parameter_scale, tenthe_model_tags, tenthe_totals, *, clones: Spread = "kept"
) -> Sample:
    keys = {"index": "country", "columns": "parameter_class"}
    hosts = tenthe_parameter_scale.pivot(**keys, values="answering_hosts")
    if not {"US", "CN"} <= set(hosts.index):
        raise CannotEstimate("The scan has too few hosts in China or in the US to be told.")
    part = part_of_medium(clones, tenthe_model_tags, total(tenthe_totals, "answering_hosts"))
    return Sample(
        population=TENTHE_HOSTS,
        as_of="2025-04-24",
        data={country: _medium_and_next(hosts.loc[country], part) for country in ("US", "CN")},
        tables={"classes": tenthe_parameter_scale},
    )


def _medium_and_next(hosts, removed) -> pd.Series:
    others = hosts.drop(MEDIUM).astype(float)
    return pd.Series({"medium": float(hosts[MEDIUM]) * (1 - removed), "next": others.max()})


def estimate(sample) -> list[Estimate]:
    us, china = sample["US"], sample["CN"]
    return [
        _estimate(DOMINANT, "ratio of hosts", us["medium"] / us["next"], us, 2 * us["next"]),
        _estimate(FIRST, "answering hosts", china["medium"] - china["next"], china, china["next"]),
    ]


def _estimate(label, unit, value, hosts, needed) -> Estimate:
    medium, lost = hosts["medium"], []
    if medium > needed:  # else nothing is left to lose
        lost = [lost_if(medium - needed, medium, "hosts with medium models", "were clones")]
    n, who = hosts.sum(), "class-host pairs"
    return Estimate.of(label, value, unit, n, who, GENUINE, tipping_points=lost)


GENUINE = genuine("all five are medium, and in which country they lie is not published")


def figure(result):
    canvas, panels = figures.two_panels(result, height=2.0)
    titles = {DOMINANT: "a  US: medium over next class", FIRST: "b  China: medium minus next"}
    for axes, (label, title) in zip(panels, titles.items(), strict=True):
        rows = {s.choices["clones"]: s.bounds for s in result.answer().specifications
                if s.label == label}  # fmt: skip
        figures.forest(
            axes, list(rows), figures.Series(rows=list(rows.values())), width=20, title=title,
            null=HYPOTHESES[label].null, xlabel=result.answer().estimates[label].unit,
        )  # fmt: skip
        figures.count_ticks(axes.xaxis)
    return canvas
