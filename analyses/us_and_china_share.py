"""What part of the addresses do the United States and China hold together?

The report calls it significant and says no number that would be. Its countries are those of the
listed addresses; of the answering ones only lower bounds follow, from the hosts with models of each
size class.
"""

from typing import Literal

from research import Bounds, CannotEstimate, Estimate, Sample, Settled, figures
from research.doubts import Computed
from research.measures.hosts import (
    CLASSED,
    LISTED,
    TENTHE_ADDRESSES,
    answered_in,
    answering_by_country,
    total,
)

OF_LISTED = "share of the listed addresses in the US and China"
OF_ANSWERING = "share of the answering hosts in the US and China"

HYPOTHESES = {}
SETTLED = [
    Settled(
        claim="tenthe/us-china-share",
        word="not testable",
        reason="no threshold: what part would be significant was not said beforehand. They hold "
        f"{{{OF_LISTED}}} of the listed addresses and {{{OF_ANSWERING}}} of the answering hosts.",
        reference="dataset published_claims",
    )
]
CHINA = {"mainland": ["CN"], "with Hong Kong and Taiwan": ["CN", "HK", "TW"]}


def sample(
    tenthe_countries,
    tenthe_parameter_scale,
    tenthe_totals,
    *,
    china: Literal["mainland", "with Hong Kong and Taiwan"] = "mainland",
) -> Sample:
    listed = tenthe_countries.set_index("country")["discovered_ips"]
    largest = tenthe_parameter_scale.groupby("country")["answering_hosts"].max()
    countries = ["US", *CHINA[china]]
    if not {"US", "CN"} <= set(listed.index) & set(largest.index):
        raise CannotEstimate("The scan has too few hosts in China or in the US to be told.")
    answering = total(tenthe_totals, "answering_hosts")
    return Sample(
        population=TENTHE_ADDRESSES,
        as_of="2025-04-24",
        data={
            "listed": float(listed.reindex(countries, fill_value=0).sum()),
            "discovered": total(tenthe_totals, "discovered_ips"),
            "at least": float(largest[["US", "CN"]].sum()),
            "answering": answering,
            "answering in": answering_by_country(tenthe_parameter_scale, answering, listed),
        },
        tables={"countries": tenthe_countries},
    )


def estimate(sample) -> list[Estimate]:
    everywhere, everyone, unit = sample["discovered"], sample["answering"], "share of addresses"
    listed, answering = sample["listed"] / everywhere, Bounds(sample["at least"] / everyone, 1.0)
    both = [answered_in(country, sample["answering in"], everyone) for country in ("US", "CN")]
    drawn = Computed(lambda us, china: (us + china) / everyone, *both)
    who = "answering hosts"
    return [
        Estimate.of(OF_LISTED, listed, unit, everywhere, "listed addresses", LISTED),
        Estimate.of(OF_ANSWERING, answering, unit, everyone, who, CLASSED, drawn=drawn),
    ]


def figure(result):
    return figures.rows_of(
        result,
        height=1.5,
        xlim=(0, 1),
        xlabel="share of addresses (bar: all that the tables allow)",
    )
