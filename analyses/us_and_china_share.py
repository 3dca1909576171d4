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
    totals = tenthe_totals.set_index("name")["value"]
    return Sample(
        population=TENTHE_ADDRESSES,
        as_of="2025-04-24",
        data={
            "listed": float(listed.reindex(countries, fill_value=0).sum()),
            "discovered": float(totals["discovered_ips"]),
            "at least": float(largest[["US", "CN"]].sum()),
            "answering": float(totals["answering_hosts"]),
            "answering in": answering_by_country(
                tenthe_parameter_scale, float(totals["answering_hosts"]), listed
            ),
        },
        tables={"countries": tenthe_countries},
    )


def estimate(sample) -> list[Estimate]:
    answering = Bounds(sample["at least"] / sample["answering"], 1.0)
    drawn = [
        answered_in(country, sample["answering in"], sample["answering"])
        for country in ("US", "CN")
    ]
    return [
        Estimate(
            label=OF_LISTED,
            unit="share of addresses",
            value=sample["listed"] / sample["discovered"],
            n=sample["discovered"],
            n_unit="listed addresses",
            assumptions=(LISTED,),
        ),
        Estimate(
            label=OF_ANSWERING,
            unit="share of addresses",
            bounds=answering,
            sharpness="sharp",
            drawn=Computed(lambda us, china: (us + china) / sample["answering"], *drawn),
            n=sample["answering"],
            n_unit="answering hosts",
            assumptions=(CLASSED,),
        ),
    ]


# Figure -------------------------------------------------------------------------------------------


def figure(result):
    return figures.rows_of(
        result,
        height=1.5,
        xlim=(0, 1),
        xlabel="share of addresses (bar: all that the tables allow)",
    )
