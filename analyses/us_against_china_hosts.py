"""Does the United States run the most Ollama hosts, and China the second most?

The report ranks countries by the addresses that one search engine listed. Other scans, which list
or confirm hosts in other ways, are set beside it and never pooled: they count different things.
What the report's own ranking owes to one cloud is the question of amazon_regions.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    BudgetRow,
    CannotEstimate,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    figures,
)
from research.doubts import PRINTED, Computed, Doubt, Within, lost_if
from research.estimators.budget import alternatives_row
from research.measures.hosts import (
    CLASSED,
    LISTED,
    TENTHE_ADDRESSES,
    answered_in,
    answering_by_country,
    total,
)
from research.measures.other_scans import (
    CISCO,
    CONFIRMED,
    HOU,
    HOU_RECORDS,
    ONE_SOURCE,
    QIANXIN,
    SENTINEL,
    OtherScan,
)
from research.wording import written

FIRST = "share of the listed addresses, US minus China"
SECOND = "share of the listed addresses, China minus the next country"
FIRST_ELSEWHERE = "share of the hosts of another scan, US minus China"
NEXT_ELSEWHERE = "share of the hosts of another scan, China minus the next country"
ANSWERING = "share of the answering hosts, US minus China"

HYPOTHESES = {
    label: Hypothesis(
        claims=["tenthe/us-most-deployments"],
        estimand=estimand,
        null=0,
        null_source="equality: the claim says one country has more",
        alternative="greater",
        role=role,
        scope=scope,
        part="second" if label in (SECOND, NEXT_ELSEWHERE) else "first",
    )
    for label, estimand, role, scope in (
        (FIRST, "listed addresses, US minus China", "reanalysis", "same"),
        (SECOND, "listed addresses, China minus any but the US", "reanalysis", "same"),
        (ANSWERING, "answering hosts, US minus China", "reanalysis", "other measure"),
        (FIRST_ELSEWHERE, "hosts, US minus China", "out of sample", "other population"),
        (NEXT_ELSEWHERE, "hosts, China minus any but the US", "out of sample", "other population"),
    )
}


@dataclass(frozen=True)
class Scan:
    """What another measurement tells of countries.

    Where the countries given are its largest (``ranked``), no other one exceeds the smallest of
    them. A printed share may be off by ``within``. Of a scan of several programs one is meant.
    """

    other: OtherScan
    unit: str
    ranked: bool = True
    within: float = 0.0
    program: str = ""

    def countries(self, aggregates) -> pd.DataFrame:
        """What is told of countries, in rows."""
        if self.program:
            return self.other.of_program(aggregates, self.program, "country")
        return self.other.rows(aggregates, "geography")

    def hosts(self, aggregates) -> float:
        """How many hosts, or what stands for them, are counted in all countries."""
        if self.program:
            return float(self.other.counts(aggregates)[(self.program, "records")])
        return self.other.hosts(aggregates)


# Programs that serve language models, and what the tables of Hou et al. call them.
PROGRAMS = {"Ollama": "Ollama", "vLLM": "VLLM", "llama.cpp": "llamacpp"}
SCANS = {
    "Qi An Xin": Scan(QIANXIN, "servers listed by Hunter", ranked=False),
    "Hou et al.": Scan(HOU, "services of 15 frameworks", ranked=False),
    **{
        f"records of {name}": Scan(HOU_RECORDS, f"records of {name}", ranked=False, program=program)
        for name, program in PROGRAMS.items()
    },
    "Cisco": Scan(CISCO, "servers listed by Shodan", within=0.0005),
    # Press reports print 20 and 21 per cent for the US.
    "SentinelLABS": Scan(SENTINEL, "hosts seen in 293 days", within=0.01),
    "NuClide": Scan(CONFIRMED, "hosts confirmed as open"),
}


def sample(
    tenthe_countries,
    tenthe_parameter_scale,
    tenthe_totals,
    published_aggregates,
    *,
    scan: Annotated[Literal["Tenthe", *SCANS], ESTIMAND] = "Tenthe",
    china: Literal["mainland", "with Hong Kong and Taiwan"] = "mainland",
) -> Sample:
    if scan in SCANS:
        if china != "mainland":
            raise NotApplicable("the scan does not give both Hong Kong and Taiwan")
        return _other(SCANS[scan], published_aggregates)
    everywhere = total(tenthe_totals, "discovered_ips")
    listed = tenthe_countries.set_index("country")["discovered_ips"]
    if not {"US", "CN"} <= set(listed.index):
        raise CannotEstimate("the scan does not list both the US and China")
    answering = total(tenthe_totals, "answering_hosts")
    return Sample(
        population=TENTHE_ADDRESSES,
        as_of="2025-04-24",
        data={
            "listed": listed,
            "everywhere": everywhere,
            "china": GREATER_CHINA[:1] if china == "mainland" else GREATER_CHINA,
            "answering": answering,
            "answering in": answering_by_country(tenthe_parameter_scale, answering, listed),
        },
        tables={"countries": tenthe_countries},
    )


GREATER_CHINA = ["CN", "HK", "TW"]


def _other(scan, aggregates) -> Sample:
    places = scan.countries(aggregates)
    rows = places[places["category"].str.fullmatch("[A-Z]{2}")]
    n = scan.hosts(aggregates)
    percent = rows["unit"].eq("percent").all()
    shares = rows.set_index("category")["value"] / (100 if percent else n)
    described = scan.other.described
    if scan.program:
        described |= {"population": f"{scan.unit} ({scan.other.population})"}
    return Sample(
        **described,
        data={
            "shares": {place: Bounds.at(share, scan.within) for place, share in shares.items()},
            "ranked": scan.ranked,
            "second hand": bool(rows["read"].eq("secondary").any()),
            "n": n,
            "unit": scan.unit,
            "program": scan.program,
        },
        tables={"countries": rows.drop(columns="note")},
    )


# The report's own ranking -------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    if "listed" not in sample.data:
        return _elsewhere(sample)
    answering = [_answering(sample)] if len(sample["china"]) == 1 else []
    return [*_leads(sample), *answering]


def _lead(sample, label, lead, who, addresses) -> Estimate:
    """The lead of a country over another one, and how many of its addresses that is."""
    theirs, given = f"listed addresses of {who}", "and all of the next country are"
    lost = lost_if(lead, addresses, theirs, "are no deployments", given=given)
    return Estimate(
        label=label,
        unit="difference in share of listed addresses",
        value=lead / sample["everywhere"],
        n=sample["everywhere"],
        n_unit="listed addresses",
        assumptions=(LISTED, PLACED),
        tipping_points=(lost,),
        budget=_budget(sample) if label == FIRST else (),
    )


def _of(countries, listed) -> int:
    """The addresses of these countries; a scan may have none in one of them."""
    return listed.reindex(countries, fill_value=0).sum()


def _leads(sample) -> list[Estimate]:
    """That of the US over China, and that of China over any other country."""
    listed = sample["listed"]
    us, china = listed["US"], _of(sample["china"], listed)
    # A country below the table has at most as many as the last one in it.
    following = max(*listed.drop(["US", *sample["china"]], errors="ignore"), listed.min(), 0)
    return [
        _lead(sample, FIRST, float(us - china), "the US", us),
        _lead(sample, SECOND, float(china - following), "China", china),
    ]


def _budget(sample) -> tuple[BudgetRow, ...]:
    listed = sample["listed"]
    places = {"apart": GREATER_CHINA[:1], "counted with China": GREATER_CHINA}
    gaps = {
        name: float(listed["US"] - _of(china, listed)) / sample["everywhere"]
        for name, china in places.items()
    }
    return (alternatives_row("Hong Kong and Taiwan", gaps),)


def _answering(sample) -> Estimate:
    by_country, everyone = sample["answering in"], sample["answering"]
    both = [answered_in(country, by_country, everyone) for country in ("US", "CN")]
    drawn = Computed(lambda us, china: (us - china) / everyone, *both)
    lead, who = (by_country["US"] - by_country["CN"]) / everyone, "answering hosts"
    unit = f"difference in share of {who}"
    return Estimate.of(ANSWERING, lead, unit, everyone, who, CLASSED, drawn=drawn)


# Other scans --------------------------------------------------------------------------------------


def _elsewhere(sample) -> list[Estimate]:
    shares = dict(sample["shares"])
    rest = 1 - sum(share.low for share in shares.values())
    highest = [share.high for share in shares.values()]
    unlisted = min(rest, *highest) if sample["ranked"] else rest
    both_told = {"US", "CN"} <= set(shares)
    drawn = _drawn(sample, rest, unlisted)
    us, china = (shares.pop(country, Bounds(0.0, unlisted)) for country in ("US", "CN"))
    others = Bounds(
        max((share.low for share in shares.values()), default=0.0),
        max(unlisted, *(share.high for share in shares.values()), 0.0),
    )
    sets = {
        FIRST_ELSEWHERE: (us - china, "sharp" if both_told else "outer", drawn[0]),
        NEXT_ELSEWHERE: (china - others, "outer", drawn[1]),
    }
    return [
        Estimate(
            label=label,
            unit="difference in share of the scan's hosts",
            bounds=lead,
            sharpness=sharpness,
            drawn=asked if lead.width else None,
            n=sample["n"],
            n_unit=sample["unit"],
            assumptions=_assumptions(sample),
        )
        for label, (lead, sharpness, asked) in sets.items()
    ]


def _drawn(sample, rest, unlisted) -> tuple:
    """US minus China, and China minus any other country but the US, to be drawn.

    Countries that are not told divide what is left over, and none has more than is possible.
    """
    shares, name = sample["shares"], f"{{}} of the {sample['unit']}"
    printed = {place: Within(PRINTED, share, name.format(place)) for place, share in shares.items()}
    left = {
        place: Within(NOT_TOLD, Bounds(0.0, unlisted), name.format(place))
        for place in ("US", "CN")
        if place not in printed
    }
    us, china = ((printed | left)[place] for place in ("US", "CN"))
    others = [share for place, share in printed.items() if place not in ("US", "CN")]
    largest = Within(NOT_TOLD, Bounds(0.0, 1.0), name.format("the largest country not told"))

    def ahead(china, largest, *more) -> np.ndarray:
        gone, others = sum(more[: len(left)]), more[len(left) :]
        most = np.minimum(unlisted, np.maximum(rest - gone, 0.0))
        return china - np.maximum.reduce([largest * most, *others])

    return (
        Computed(np.subtract, us, china),
        Computed(ahead, china, largest, *left.values(), *others),
    )


NOT_TOLD = Doubt("countries that a table leaves out", "any part of what it leaves over")


def _assumptions(sample) -> tuple[Assumption, ...]:
    if sample["program"]:
        return (ONE_SOURCE,)
    return (COMPARABLE, SECOND_HAND) if sample["second hand"] else (COMPARABLE,)


PLACED = Assumption.untestable(
    name="a country is where its hosts are run",
    evidence="Country and city are those of the address, mostly of a data centre, not of who runs "
    "or uses the host.",
)
COMPARABLE = Assumption.of_scope(
    name="the scan lists and confirms as the Tenthe report does",
    evidence="It counts another unit, found through another channel at another date.",
)
SECOND_HAND = Assumption.untestable(
    name="the figures are those of the original",
    evidence="They were read in news or a summary; for SentinelLABS these disagree on whether "
    "shares are of all hosts or of ten countries, which leaves the sign as it is.",
)


def figure(result):
    canvas, (first, second) = figures.two_panels(result, height=4.4, sharex=True, sharey=True)
    rows = _rows(result)
    panels = (
        (first, list(rows), (figures.UNITED_STATES, figures.CHINA), "a  US ahead of China?",
         "China leads  |  US leads",
         "share of hosts, US minus China\n(bar: all that the figures allow)"),
        (second, None, (figures.CHINA, figures.OTHER), "b  China ahead of the rest?",
         "another leads  |  China leads", "share of hosts, China minus\nany country but the US"),
    )  # fmt: skip
    for at, (axes, labels, colors, title, sides, xlabel) in enumerate(panels):
        leads = [pair[at] for pair in rows.values()]
        looks = [lead and figures.color_of(lead, *colors, figures.INK) for lead in leads]
        figures.forest(
            axes, labels, figures.Series(rows=leads, color=looks), null=0, null_text=sides,
            xlabel=xlabel,
        )  # fmt: skip
        figures.point_ticks(axes.xaxis)
        axes.set_title(title, pad=16)
    first.set_yticks(first.get_yticks(), list(rows))
    return canvas


def _rows(result) -> dict[str, tuple]:
    """By row label: the lead of the US over China, and of China over any other country."""
    tenthe = result.answer(scan="Tenthe").estimates
    listed, answering = tenthe[FIRST], tenthe[ANSWERING]
    rows = {
        written("Tenthe, 2025-04\n{:0} addresses listed by FOFA", listed.n): tuple(
            tenthe[label].identified for label in (FIRST, SECOND)
        ),
        written("Tenthe, 2025-04\n{:0} that answered", answering.n): (answering.identified, None),
    }
    for name, scan in SCANS.items():
        estimates = result.answer(scan=name).estimates
        hosts = written("{:0} {}", estimates[FIRST_ELSEWHERE].n, scan.unit)
        rows[f"{name}, {scan.other.as_of[:7]}\n{hosts}"] = tuple(
            estimates[label].identified for label in (FIRST_ELSEWHERE, NEXT_ELSEWHERE)
        )
    return rows
