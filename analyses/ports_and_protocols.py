"""Do most instances run on Ollama's port 11434, and over unencrypted HTTP?

The report counts addresses that a search engine lists as Ollama, whether they answered or not. Of
these fewer than a third had the default port. Protocols overlap: two thirds were on HTTP, but how
many were on HTTP alone depends on whether each address was on one of the two at all. Which ports
and protocols the addresses had that answered was not published.
"""

from typing import Annotated, Literal

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    Estimate,
    Hypothesis,
    Sample,
    TippingPoint,
    figures,
)
from research.doubts import Computed, Doubt, Thinned, Within
from research.measures.hosts import TENTHE_ADDRESSES, TENTHE_HOSTS, total
from research.measures.margins import Margins
from research.measures.other_scans import HOU, HOU_RECORDS, ONE_SOURCE
from research.wording import written

HALF = 0.5
PORTS = ("11434", "80", "8080", "443")
WITH_PORT = "addresses with port {}"
DEFAULT_PORT = WITH_PORT.format(PORTS[0])
DEFAULT_ANSWERING = "answering addresses with port 11434"
DEFAULT_ON_HTTP = "addresses on HTTP with port 11434"
NO_NAMED_PORT = "addresses with none of the four ports"
ANY_HTTP = "addresses on HTTP"
HTTP_ALONE = "addresses on HTTP alone"
BOTH = "addresses on both HTTP and HTTPS"
ELSEWHERE = "services on plain HTTP, fifteen programs"
PLAIN = "addresses on HTTP, of Ollama alone"
RECORDS_WITH_PORT = "records with port 11434"
ALL, ANSWERED, ON_HTTP, OTHERS = "all listed", "answering", "on HTTP", "fifteen programs"
RECORDS = "records"
PORT, HTTP = "tenthe/default-port", "tenthe/http-majority"
MEANT = {
    PORT: "plain meaning of great majority; stated by this project",
    HTTP: "plain meaning of most",
}

HYPOTHESES = {
    label: Hypothesis(
        claims=[claim],
        estimand=estimand,
        null=HALF,
        null_source=MEANT[claim],
        alternative="greater",
        role=role,
        scope=scope,
    )
    for label, claim, estimand, role, scope in (
        (DEFAULT_PORT, PORT, "share of listed addresses with port 11434", "reanalysis", "same"),
        (DEFAULT_ANSWERING, PORT, "share of answering addresses with port 11434", "reanalysis",
         "other population"),
        (DEFAULT_ON_HTTP, PORT, "share of addresses on HTTP with port 11434", "reanalysis",
         "other population"),
        (ANY_HTTP, HTTP, "share of listed addresses that are on HTTP", "reanalysis", "same"),
        (HTTP_ALONE, HTTP, "share of listed addresses on HTTP and not on HTTPS", "reanalysis",
         "other measure"),
        (ELSEWHERE, HTTP, "share of exposed services that are on plain HTTP", "out of sample",
         "other population"),
        (RECORDS_WITH_PORT, PORT, "share of records of Ollama with port 11434", "out of sample",
         "other population"),
    )
} | {
    PLAIN: Hypothesis(
        claims=["hou/plain-http"],
        estimand="share of the listed addresses of one of the fifteen programs that are on HTTP",
        null=0.4,
        null_source="the claim itself: over 40 percent",
        alternative="greater",
        role="out of sample",
        scope="other population",
    )
}  # fmt: skip


POPULATIONS = {
    ALL: TENTHE_ADDRESSES,
    ANSWERED: TENTHE_HOSTS,
    ON_HTTP: "the addresses on HTTP that FOFA listed for the Tenthe report",
    OTHERS: HOU.population,
    RECORDS: f"records of Ollama ({HOU_RECORDS.population})",
}


def sample(
    tenthe_totals,
    published_aggregates,
    *,
    addresses: Annotated[Literal[*POPULATIONS], ESTIMAND] = ALL,
    neither: Literal["possible", "excluded"] = "possible",
) -> Sample:
    scan = {OTHERS: HOU, RECORDS: HOU_RECORDS}.get(addresses)
    return Sample(
        population=POPULATIONS[addresses],
        as_of=scan.as_of if scan else "2025-04-24",
        elsewhere=scan is not None,
        data={
            "addresses": addresses,
            "neither": neither,
            "listed": Margins(
                {name: total(tenthe_totals, row) for name, row in SETS.items()},
                everyone=total(tenthe_totals, "discovered_ips"),
            ),
            "others": HOU.rows(published_aggregates).set_index("category")["value"],
            "records": HOU_RECORDS.hosts(published_aggregates),
            "by port": HOU_RECORDS.of_program(published_aggregates, "Ollama", "port"),
        },
    )


# Sets of the listed addresses by the rows of tenthe_totals that count them.
SETS = {
    **{port: f"discovered_ips_port_{port}" for port in PORTS},
    "HTTP": "discovered_ips_http",
    "HTTPS": "discovered_ips_https",
    "answering": "answering_hosts",
}


def estimate(sample) -> list[Estimate]:
    listed = sample["listed"]
    match sample["addresses"]:
        case "answering":
            return [_default_port_within(listed, DEFAULT_ANSWERING, "answering")]
        case "on HTTP":
            return [_default_port_within(listed, DEFAULT_ON_HTTP, "HTTP")]
        case "fifteen programs":
            return [_elsewhere(sample["others"])]
        case "records":
            return [_of_records(sample["by port"], sample["records"])]
    both, drawn = listed.all_of("HTTP", "HTTPS"), _drawn(listed)
    if sample["neither"] == "excluded":  # each address is on one of the two at least
        both, drawn = Bounds.at(both.low), {}
    shares = {
        DEFAULT_PORT: listed.all_of(PORTS[0]),
        **{WITH_PORT.format(port): listed.all_of(port) for port in PORTS[1:]},
        NO_NAMED_PORT: 1 - listed.any_of(*PORTS),
        ANY_HTTP: listed.all_of("HTTP"),
        PLAIN: listed.all_of("HTTP"),
        HTTP_ALONE: listed.all_of("HTTP") - both,
        BOTH: both,
    }
    lost = _tipping_points(listed, both)
    who = "listed addresses"
    return [
        Estimate.of(
            label, share, f"share of {who}", listed.everyone, who, LISTED, CROSSED,
            drawn=drawn.get(label), tipping_points=lost.get(label, ()),
        )
        for label, share in shares.items()
    ]  # fmt: skip


def _drawn(listed) -> dict[str, Computed]:
    """The shares that overlaps leave open, to be drawn."""
    both, http = listed.overlap("HTTP", "HTTPS"), listed.all_of("HTTP").low
    return {
        NO_NAMED_PORT: Computed(lambda any_of_them: 1 - any_of_them, listed.union(*PORTS)),
        HTTP_ALONE: Computed(lambda both: http - both, both),
        BOTH: both,
    }


def _default_port_within(listed, label, part) -> Estimate:
    """The default port among a part of the addresses, of which no port is published."""
    share, drawn = (ask(PORTS[0], among=part) for ask in (listed.all_of, listed.part))
    n, who = listed.sizes[part], "addresses"
    return Estimate.of(label, share, f"share of {who}", n, who, CROSSED, drawn=drawn)


def _tipping_points(listed, both) -> dict[str, tuple[TippingPoint]]:
    """What would bring each share to one half."""
    everyone, on_port, on_http = listed.everyone, listed.sizes[PORTS[0]], listed.sizes["HTTP"]
    without_port = Thinned(
        without=lambda fake: Bounds.at(on_port / (everyone - fake)),
        of=everyone - on_port,
        things="addresses without the port",
        are="were not Ollama",
    )
    with_http = Thinned.share(on_http, everyone, things="addresses on HTTP", are="were not Ollama")
    on_both = Thinned(
        without=lambda shared: Bounds.at((on_http - shared) / everyone),
        of=both.high * everyone,
        things="addresses that may be on both",
        are="are on both",
    )
    return {
        DEFAULT_PORT: (without_port.lost(HALF, reached="half are reached"),),
        ANY_HTTP: (with_http.lost(HALF, given="and all others were"),),
        HTTP_ALONE: (on_both.lost(HALF, reached="no half is left"),),
    }


def _elsewhere(others) -> Estimate:
    """A figure of another measurement, given as 'more than'."""
    bounds, n = Bounds(float(others["plain HTTP"]) / 100, 1.0), others["all 15 frameworks"]
    drawn, who = Within(MORE, bounds, "services on plain HTTP"), "services"
    return Estimate.of(ELSEWHERE, bounds, f"share of {who}", n, who, MORE_THAN, drawn=drawn)


def _of_records(by_port, records) -> Estimate:
    """The default port among the records of the same engine and week."""
    on_port = float(by_port.set_index("category").at[f"port {PORTS[0]}", "value"]) / records
    return Estimate.of(
        RECORDS_WITH_PORT, on_port, "share of records", records, "records", ONE_SOURCE
    )


MORE = Doubt("figures that are given as more than one", "anything above it")
LISTED = Assumption.of_scope(
    name="every listed address runs Ollama",
    evidence="Three quarters did not answer as Ollama does, and many are on HTTPS, which Ollama "
    "does not serve by itself; the report calls all of them instances.",
)
CROSSED = Assumption.of_set(
    name="which ports and protocols go together, and which answered, is known",
    evidence="Only totals are published: the bounds hold for every overlap.",
)
MORE_THAN = Assumption.of_set(
    name="the published figure is exact",
    evidence="It is given as more than forty percent, over fifteen programs of which Ollama is "
    "one.",
)


def figure(result):
    listed = result.answer(addresses=ALL).estimates
    canvas, (ports, protocols) = figures.two_panels(result, height=2.9, widths=(1, 1.2))
    on_http, answered = (result.answer(addresses=part).estimates for part in (ON_HTTP, ANSWERED))
    rows = {port: listed[WITH_PORT.format(port)] for port in PORTS} | {
        "none of these": listed[NO_NAMED_PORT],
        "11434, of those on HTTP": on_http[DEFAULT_ON_HTTP],
        "11434, of those that answered": answered[DEFAULT_ANSWERING],
    }
    figures.forest(
        ports, list(rows), figures.Series(rows=list(rows.values())), title="a  Ports",
        xlabel="share of addresses\n(bar: all that the counts allow)",
    )  # fmt: skip
    _draw_overlaps(protocols, listed)
    for axes in (ports, protocols):
        figures.null_line(axes, HYPOTHESES[DEFAULT_PORT].null)
        axes.set_xlim(-0.02, 1.02)
        figures.percent_ticks(axes.xaxis)
    return canvas


def _draw_overlaps(axes, estimates) -> None:
    """The two extremes: HTTPS as far from HTTP as the counts allow, and wholly beside it."""
    alone, both = estimates[HTTP_ALONE].bounds, estimates[BOTH].bounds
    rest = 1 - estimates[ANY_HTTP].value
    rows = (
        ("fewest on both", (alone.high, both.low, rest), "HTTPS alone"),
        ("most on both", (alone.low, both.high, rest), "neither"),
    )
    colors = (figures.INK, figures.OTHER, figures.FAINT)
    for position, (_, shares, last) in enumerate(rows):
        left = 0.0
        named = zip(("HTTP alone", "both", last), shares, colors, strict=True)
        for name, share, color in named:
            axes.barh(-position, share, left=left, color=color, height=0.42)
            axes.annotate(
                written("{}\n{:%0}", name, share), (left + share / 2, -position - 0.25),
                ha="center", va="top", fontsize=8,
            )  # fmt: skip
            left += share
    figures.label_rows(axes, [row[0] for row in rows], width=8)
    axes.set(ylim=(-1.65, 0.4), title="b  Protocols")
    axes.set_xlabel("share of listed addresses\n(the truth lies between the two rows)")
