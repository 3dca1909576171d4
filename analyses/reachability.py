"""How many of the addresses that a search engine lists as Ollama can be reached?

The report divides the addresses that answered by those that one search engine had listed, and its
conclusion then calls all of them reachable. Other scans list and ask in other ways: their shares
say whether about a quarter is a fact about Ollama or about one list.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    BudgetRow,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    Settled,
    figures,
)
from research.doubts import PRINTED, Computed, Thinned, Within, if_open
from research.estimators.budget import alternatives_row, budget
from research.measures.hosts import (
    BLOCK,
    CLASSED,
    LISTED,
    answered_in,
    answering_by_country,
    refuse_without_block,
    suspected_block,
    total,
)
from research.measures.other_scans import (
    CANDIDATES,
    CISCO,
    CLOUD_RANGES,
    CONFIRMED,
    INTRUDER,
    QIANXIN,
    OtherScan,
)
from research.wording import amount, written

QUARTER, ABOUT = 0.25, 0.025
ADDRESSES = "share of the listed addresses that answer"
RECORDS = "share of the listed records that answer"
ELSEWHERE = "share of the listed hosts that answer, another scan"
WORDED = "share of the listed addresses that the conclusion calls reachable"
CHINA = "share that answers, China minus all other countries"
COUNTRY, COMPARED = "share that answers: {}", ("CN", "US")
COUNTRIES = {
    "China": figures.CHINA,
    "United States": figures.UNITED_STATES,
    "all other countries": figures.OTHER,
}

HYPOTHESES = {
    label: Hypothesis(
        claims=["tenthe/reachable-share"],
        estimand=f"share of {of} that answer /api/tags without a key",
        null=QUARTER,
        margin=ABOUT,
        null_source="about a quarter: nearer to it than to a fifth or to three tenths; stated by "
        "this project",
        alternative="equivalent",
        role=role,
        scope=scope,
    )
    for label, of, role, scope in (
        (ADDRESSES, "the addresses that FOFA listed", "reanalysis", "same"),
        (RECORDS, "the records that FOFA listed", "reanalysis", "other measure"),
        (ELSEWHERE, "the hosts of another list", "out of sample", "other population"),
    )
} | {
    CHINA: Hypothesis(
        estimand="share of the listed addresses that answer, China minus all other countries",
        null=0,
        null_source="equality: one rate for every country",
        alternative="greater",
        role="reanalysis",
        scope="other measure",
    )
}

SETTLED = [
    Settled(
        claim="tenthe/reach-wording",
        word="contradicted by documentation",
        reason="Section 9 calls all 99 412 listed addresses publicly accessible through /api/tags; "
        "section 4 of the same report, and its summary, count 24 038 that answered.",
        reference="Tenthe AI report of 2025-04-24, sections 2 and 4 (table tenthe_totals)",
    )
]


@dataclass(frozen=True)
class Scan:
    """What another measurement asked, and which of its own totals give the share.

    Each total is named by its category and metric. ``percent`` is a printed percentage of the
    answering hosts, or of the listed ones where answering hosts are not counted.
    """

    other: OtherScan
    asked: str
    answering: tuple[str, str] | None = None
    percent: tuple[str, str] | None = None
    half_a_digit: float = 0.0

    def share(self, counts) -> Bounds:
        whole = counts[self.answering] / counts[self.other.total] if self.answering else 1.0
        part = counts[self.percent] / 100 if self.percent else 1.0
        return Bounds(whole * (part - self.half_a_digit), whole * (part + self.half_a_digit))


TENTHE = {
    "Tenthe by address": ("addresses", "discovered_ips", "answering_hosts"),
    "Tenthe by record": ("records", "discovered_records", "endpoints"),
}
SCANS = {
    "Cisco": Scan(
        CISCO,
        "listed servers, answering without a key",
        answering=("answered without authentication", "servers"),
    ),
    "Intruder": Scan(
        INTRUDER,
        "exposed instances, answering a prompt",
        percent=("answered a prompt", "share"),
        half_a_digit=0.005,
    ),
    "NuClide, cloud ranges": Scan(
        CLOUD_RANGES, "open ports, confirmed as Ollama", answering=("confirmed", "instances")
    ),
    "Qi An Xin": Scan(
        QIANXIN,
        "listed servers, active and unprotected",
        answering=("active", "servers"),
        percent=("active without protection", "share of active"),
        half_a_digit=0.0005,
    ),
    "NuClide, Shodan": Scan(CANDIDATES, "candidates, confirmed as open", answering=CONFIRMED.total),
}


def sample(
    tenthe_totals,
    tenthe_countries,
    tenthe_parameter_scale,
    tenthe_model_tags,
    published_aggregates,
    tenthe_class_sets=None,
    *,
    scan: Annotated[Literal[*TENTHE, *SCANS], ESTIMAND] = "Tenthe by address",
    clones: Literal["kept", "removed"] = "kept",
) -> Sample:
    if scan in SCANS:
        if clones == "removed":
            raise NotApplicable("the suspected block is known from the Tenthe report alone")
        return _other(SCANS[scan], published_aggregates)
    unit, listed, answering = TENTHE[scan]
    largest = suspected_block(tenthe_model_tags, tenthe_class_sets)
    refuse_without_block(largest, clones)
    block = largest.hosts if unit == "addresses" else largest.listings
    countries = tenthe_countries.set_index("country")["discovered_ips"]
    answered = total(tenthe_totals, answering)
    return Sample(
        population=f"the {unit} that FOFA listed for the Tenthe report",
        as_of="2025-04-24",
        data={
            "unit": unit,
            "listed": total(tenthe_totals, listed),
            "answering": answered,
            "block": block,
            "clones": block if clones == "removed" else 0.0,
            "totals": tenthe_totals.set_index("name")["value"].to_dict(),
            "countries": countries.to_dict(),
            "answering in": answering_by_country(tenthe_parameter_scale, answered, countries),
        },
        tables={"totals": tenthe_totals},
    )


def _other(scan, aggregates) -> Sample:
    listed, share = scan.other.hosts(aggregates), scan.share(scan.other.counts(aggregates))
    return Sample(
        **scan.other.described,
        data={"asked": scan.asked, "listed": listed, "share": share},
        tables={"totals": scan.other.rows(aggregates, "total").drop(columns="note")},
    )


def estimate(sample) -> list[Estimate]:
    if "share" in sample.data:
        return [_elsewhere(sample)]
    if sample["unit"] == "records":
        return [_answering(sample, RECORDS)]
    if sample["clones"]:  # where the block lies is unknown, hence nothing on countries
        return [_answering(sample, ADDRESSES)]
    estimates = [_answering(sample, ADDRESSES), *_worded(sample)]
    known = [sample["answering in"].get(country) for country in COMPARED]
    if not all(answering and answering.low for answering in known):
        return estimates
    return [*estimates, _contrast(sample, known[0]), *_countries(sample, *known)]


def _elsewhere(sample) -> Estimate:
    share, unit = sample["share"], sample["asked"].split(",")[0]
    alike = Assumption.of_scope(
        name="the scan lists and asks as the Tenthe report does",
        evidence=f"It counts {sample['asked']}, found through another channel.",
    )
    drawn = if_open(Within(PRINTED, share, sample["asked"]))
    return Estimate.of(
        ELSEWHERE, share, f"share of {unit}", sample["listed"], unit, alike, drawn=drawn
    )


def _answering(sample, label) -> Estimate:
    answering, listed, unit = (sample[name] for name in ("answering", "listed", "unit"))
    clones = Thinned.share(answering, listed, things=f"answering {unit}", are="were clones")
    silent = Thinned(
        without=lambda never: Bounds.at(answering / (listed - never)),
        of=listed - answering,
        things=f"silent {unit}",
        are="never ran Ollama",
    )
    gone = sample["clones"]
    about = silent.lost(QUARTER + ABOUT), clones.lost(QUARTER - ABOUT)
    return Estimate(
        label=label,
        unit=f"share of {unit}",
        value=clones.without(gone).point,
        n=listed - gone,
        n_unit=f"listed {unit}",
        assumptions=(*_listed(sample["totals"]), GENUINE),
        tipping_points=() if gone else about,
        budget=() if gone else _budget(sample, clones),
    )


def _budget(sample, clones) -> tuple[BudgetRow, ...]:
    share, totals, rows = clones.without(0).low, sample["totals"], []
    if sample["block"]:
        rows.append(clones.row(BLOCK, {"all genuine": 0, "the block removed": sample["block"]}))
    if sample["unit"] == "addresses" and "discovered_ips_port_11434" in totals:
        port = totals["discovered_ips_port_11434"]
        by_record = totals["endpoints"] / totals["discovered_records"]
        rows += [
            alternatives_row("unit counted", {"addresses": share, "records": by_record}),
            alternatives_row(
                "what the search engine takes for Ollama",
                {
                    "all that it lists": share,
                    "Ollama's port alone, if every answer came from it": sample["answering"] / port,
                },
            ),
        ]
    return budget(*rows)


def _worded(sample) -> list[Estimate]:
    """What the conclusion of the report says, where there is one."""
    called = sample["totals"].get("discovered_ips_called_reachable")
    if called is None:
        return []
    answering, listed = sample["answering"], sample["listed"]
    counts = "Section 4 of the report counts {:0} answering addresses out of {:0}."
    describes = Assumption.of_scope(
        name="the conclusion describes the data", evidence=written(counts, answering, listed)
    )
    share, who = called / listed, "listed addresses"
    return [Estimate.of(WORDED, share, "share of addresses", listed, who, describes)]


# Countries: section 6.6 counts hosts by class of model, so that at least so many answered ---------


def _contrast(sample, china) -> Estimate:
    chinese = sample["countries"]["CN"]

    def gap(answering: float, clones: float = 0) -> float:
        others = (sample["answering"] - answering) / (sample["listed"] - chinese)
        return (answering - clones) / (chinese - clones) - others

    medium = Thinned(
        without=lambda clones: Bounds.at(gap(china.low, clones)),
        of=china.low,
        things="Chinese hosts with a medium model",
        are="were clones",
    )
    return Estimate(
        label=CHINA,
        unit="difference in share of addresses",
        bounds=Bounds(gap(china.low), gap(china.high)),
        sharpness="sharp",
        drawn=Computed(gap, answered_in("CN", sample["answering in"], sample["answering"])),
        n=sample["listed"],
        n_unit="listed addresses",
        assumptions=(CLASSED, GENUINE),
        tipping_points=(medium.lost(),),
    )


def _countries(sample, china, us) -> list[Estimate]:
    rest = sample["answering"] - china - us
    by_country = sample["answering in"].items()
    least = sum(count.low for country, count in by_country if country not in COMPARED)
    answering = china, us, Bounds(max(least, rest.low), rest.high)
    listed = [sample["countries"][country] for country in COMPARED]
    listed.append(sample["listed"] - sum(listed))
    drawn = _answered(sample, listed)
    return [
        Estimate(
            label=COUNTRY.format(place),
            unit="share of addresses",
            bounds=count / n,
            sharpness="sharp",
            drawn=asked,
            n=n,
            n_unit="listed addresses",
            assumptions=(CLASSED,),
        )
        for place, count, n, asked in zip(COUNTRIES, answering, listed, drawn, strict=True)
    ]


def _answered(sample, listed) -> tuple[Computed, ...]:
    """The share that answers in China, in the US and in all other countries, to be drawn."""
    everyone, (of_china, of_us, of_others) = sample["answering"], listed
    china, us = (answered_in(code, sample["answering in"], everyone) for code in COMPARED)
    return (
        Computed(lambda china: china / of_china, china),
        Computed(lambda us: us / of_us, us),
        Computed(lambda china, us: (everyone - china - us) / of_others, china, us),
    )


def _listed(totals) -> tuple[Assumption, ...]:
    kinds = "discovered_ips_port_11434", "discovered_ips_https"
    if not set(kinds) <= set(totals):
        return ()
    evidence = written(
        "{:%0} of the listed addresses had Ollama's port and {:%0} answered HTTPS, which Ollama "
        "does not serve by itself; why an address stayed silent was not recorded.",
        *(totals[kind] / totals["discovered_ips"] for kind in kinds),
    )
    return (Assumption.of_scope(name=LISTED.name, evidence=evidence),)


GENUINE = Assumption(
    name="every answer is that of a genuine deployment",
    holds="no",
    without="clones",
    evidence="The five leading tags look like one block of cloned hosts.",
)


def figure(result):
    canvas, axes = figures.canvas(height=4.2, source=result)
    rows = [*_tenthe_rows(result), *_other_rows(result)]
    figures.forest(
        axes,
        [label for label, *_ in rows],
        figures.Series(rows=[share for _, share, *_ in rows], color=[color for *_, color in rows]),
        band=(QUARTER - ABOUT, QUARTER + ABOUT),
        groups=[len(rows) - len(SCANS)],
        notes=[f"{amount(share, 'share')} of {of}" for _, share, of, _ in rows],
        width=40,
        xlim=(0, 1.02),
        xlabel="share that answers (bar: all that the counts allow)",
    )
    figures.percent_ticks(axes.xaxis)
    above = {"xycoords": ("data", "axes fraction"), "ha": "center", "va": "baseline"}
    figures.note(axes, "about a quarter", (QUARTER, 1), (0, 2), muted=True, **above)
    return canvas


def _tenthe_rows(result) -> list[tuple]:
    """Label, set, of what, colour: the report's own figures, then its countries."""
    answer = result.answer(scan="Tenthe by address")
    by_record = result.answer(scan="Tenthe by record").estimates
    estimates = answer.estimates | by_record
    rows = [
        ("Tenthe, as its conclusion words it", WORDED, figures.OTHER),
        ("Tenthe, by address (the claim)", ADDRESSES, figures.INK),
        ("Tenthe, by record", RECORDS, figures.INK),
        *((f"Tenthe, {place}", COUNTRY.format(place), c) for place, c in COUNTRIES.items()),
    ]
    drawn = [
        (name, each.identified, written("{:0} {}", each.n, each.n_unit), color)
        for name, label, color in rows
        if (each := estimates.get(label)) is not None
    ]
    drawn[2:2] = [
        ("Tenthe, without suspected clones", row.bounds, "the addresses left", figures.INK)
        for row in answer.specifications
        if row.label == ADDRESSES and row.choices["clones"] == "removed"
    ]
    return drawn


def _other_rows(result) -> list[tuple]:
    rows = []
    for name, scan in SCANS.items():
        share = result.answer(scan=name).estimates[ELSEWHERE]
        asked = written("{:0} {}", share.n, scan.asked)
        rows.append((f"{name} ({scan.other.as_of[:7]})", share.identified, asked, figures.INK))
    return rows
