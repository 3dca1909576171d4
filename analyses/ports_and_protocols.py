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
    figures,
)
from research.doubts import lost_if
from research.estimators.contamination import overlap_bounds
from research.estimators.identification import union_bounds
from research.estimators.tipping import tipping_point
from research.measures.hosts import total

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
NO_TLS = "services without valid TLS data, fifteen programs"
ALL, ANSWERED, ON_HTTP, OTHERS = "all listed", "answering", "on HTTP", "fifteen programs"

HYPOTHESES = {
    label: Hypothesis(
        claims=[claim],
        estimand=estimand,
        null=0.5,
        null_source=source,
        alternative="greater",
        role=role,
        scope=scope,
    )
    for label, claim, estimand, source, role, scope in (
        (DEFAULT_PORT, "tenthe/default-port", "share of listed addresses with port 11434",
         "plain meaning of great majority; stated by this project", "reanalysis", "same"),
        (DEFAULT_ANSWERING, "tenthe/default-port", "share of answering addresses with port 11434",
         "plain meaning of great majority; stated by this project", "reanalysis",
         "other population"),
        (DEFAULT_ON_HTTP, "tenthe/default-port", "share of addresses on HTTP with port 11434",
         "plain meaning of great majority; stated by this project", "reanalysis",
         "other population"),
        (ANY_HTTP, "tenthe/http-majority", "share of listed addresses that are on HTTP",
         "plain meaning of most", "reanalysis", "same"),
        (HTTP_ALONE, "tenthe/http-majority", "share of listed addresses on HTTP and not on HTTPS",
         "plain meaning of most", "reanalysis", "other measure"),
        (ELSEWHERE, "tenthe/http-majority", "share of exposed services that are on plain HTTP",
         "plain meaning of most", "out of sample", "other population"),
    )
}  # fmt: skip


def sample(
    tenthe_totals,
    tenthe_hosting,
    published_aggregates,
    *,
    addresses: Annotated[
        Literal["all listed", "answering", "on HTTP", "fifteen programs"], ESTIMAND
    ] = "all listed",
    neither: Literal["possible", "excluded"] = "possible",
) -> Sample:
    hou = published_aggregates[published_aggregates["source"] == "hou-2025"]
    amazon = tenthe_hosting["provider"].eq("AWS")
    return Sample(
        population=POPULATIONS[addresses],
        as_of="2025-05-05" if addresses == OTHERS else "2025-04-24",
        elsewhere=addresses == OTHERS,
        data={
            "addresses": addresses,
            "neither": neither,
            "listed": total(tenthe_totals, "discovered_ips"),
            "answering": total(tenthe_totals, "answering_hosts"),
            "ports": {p: total(tenthe_totals, f"discovered_ips_port_{p}") for p in PORTS},
            "http": total(tenthe_totals, "discovered_ips_http"),
            "https": total(tenthe_totals, "discovered_ips_https"),
            "amazon": float(tenthe_hosting.loc[amazon, "discovered_ips"].sum()),
            "others": hou.set_index("category")["value"],
        },
    )


POPULATIONS = {
    ALL: "the addresses that a search engine lists as Ollama",
    ANSWERED: "the answering hosts of the Tenthe scan",
    ON_HTTP: "the addresses on HTTP that a search engine lists as Ollama",
    OTHERS: "the exposed services of fifteen programs (Hou et al. 2025)",
}


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    match sample["addresses"]:
        case "answering":
            return [_default_port_within(sample, DEFAULT_ANSWERING, sample["answering"])]
        case "on HTTP":
            return [_default_port_within(sample, DEFAULT_ON_HTTP, sample["http"])]
        case "fifteen programs":
            return _elsewhere(sample["others"])
    return [
        _default_port(sample),
        *(_of_listed(sample, WITH_PORT.format(p), _point(sample, p)) for p in PORTS[1:]),
        _no_named_port(sample),
        _any_http(sample),
        _http_alone(sample),
        _both(sample),
    ]


def _point(sample, port) -> Bounds:
    share = sample["ports"][port] / sample["listed"]
    return Bounds(share, share)


def _default_port(sample) -> Estimate:
    everyone, on_port = sample["listed"], sample["ports"][PORTS[0]]
    spared = everyone - 2 * on_port  # then the port would be had by half of what is left
    return _of_listed(
        sample,
        DEFAULT_PORT,
        _point(sample, PORTS[0]),
        tipping_points=(
            lost_if(
                spared, everyone - on_port, "addresses without the port", "were not Ollama",
                reached="half are reached",
            ),
        ),
    )  # fmt: skip


def _default_port_within(sample, label, part) -> Estimate:
    """The default port among a part of the addresses, of which no port is published."""
    shared = overlap_bounds(part, sample["ports"][PORTS[0]], sample["listed"])
    return Estimate(
        label=label,
        unit="share of addresses",
        bounds=Bounds(shared.low / part, shared.high / part),
        n=part,
        n_unit="addresses",
        assumptions=(CROSSED,),
    )


def _no_named_port(sample) -> Estimate:
    named = union_bounds(list(sample["ports"].values()), total=sample["listed"])
    share = Bounds(1 - named.high / sample["listed"], 1 - named.low / sample["listed"])
    return _of_listed(sample, NO_NAMED_PORT, share)


def _on_both(sample) -> Bounds:
    """Addresses on both protocols; a point if each listed address is on one of them at least."""
    shared = overlap_bounds(sample["http"], sample["https"], sample["listed"])
    return shared if sample["neither"] == "possible" else Bounds(shared.low, shared.low)


def _any_http(sample) -> Estimate:
    everyone, on_http, null = sample["listed"], sample["http"], HYPOTHESES[ANY_HTTP].null
    lost = tipping_point(lambda fake: (on_http - fake) / (everyone - fake) - null, 0, on_http)
    return _of_listed(
        sample,
        ANY_HTTP,
        Bounds(on_http / everyone, on_http / everyone),
        tipping_points=(
            lost_if(
                lost, on_http, "addresses on HTTP", "were not Ollama", also="and all others were"
            ),
        ),
    )


def _http_alone(sample) -> Estimate:
    everyone, both = sample["listed"], _on_both(sample)
    alone = Bounds((sample["http"] - both.high) / everyone, (sample["http"] - both.low) / everyone)
    most = sample["http"] - HYPOTHESES[HTTP_ALONE].null * everyone
    return _of_listed(
        sample,
        HTTP_ALONE,
        alone,
        tipping_points=(
            lost_if(
                most,
                both.high,
                "addresses that may be on both",
                "are on both",
                reached="no half is left",
            ),
        ),
    )


def _both(sample) -> Estimate:
    both = _on_both(sample)
    share = Bounds(both.low / sample["listed"], both.high / sample["listed"])
    return _of_listed(sample, BOTH, share)


def _of_listed(sample, label, share, *, tipping_points=()) -> Estimate:
    return Estimate(
        label=label,
        unit="share of listed addresses",
        value=share.low if share.width == 0 else None,
        bounds=share,
        n=sample["listed"],
        n_unit="listed addresses",
        assumptions=(LISTED, CROSSED),
        tipping_points=tipping_points,
    )


def _elsewhere(others) -> list[Estimate]:
    """Two figures of another measurement, each given as 'more than'."""
    everyone = float(others["all 15 frameworks"])
    rows = (
        (ELSEWHERE, float(others["plain HTTP"]) / 100, MORE_THAN),
        (NO_TLS, float(others["no valid TLS metadata"]) / everyone, NOT_PLAIN),
    )
    return [
        Estimate(
            label=label,
            unit="share of services",
            bounds=Bounds(least, 1.0),
            n=everyone,
            n_unit="services",
            assumptions=(assumption,),
        )
        for label, least, assumption in rows
    ]


LISTED = Assumption(
    name="every listed address runs Ollama",
    holds="no",
    evidence="Three quarters did not answer as Ollama does, and many are on HTTPS, which Ollama "
    "does not serve by itself; the report calls all of them instances.",
)
CROSSED = Assumption(
    name="which ports and protocols go together, and which answered, is known",
    holds="no",
    evidence="Only totals are published: the bounds hold for every overlap.",
)
MORE_THAN = Assumption(
    name="the published figure is exact",
    holds="no",
    evidence="It is given as more than forty percent, over fifteen programs of which Ollama is "
    "one.",
)
NOT_PLAIN = Assumption(
    name="a service without valid TLS data is on plain HTTP",
    holds="not testable",
    evidence="A certificate that could not be read counts too; given as more than the figure.",
)


# Figure -------------------------------------------------------------------------------------------


def figure(result):
    listed = result.answer(addresses=ALL).estimates
    canvas, (ports, protocols) = figures.canvas(
        (1, 2), height=2.9, source=figures.sources(result), width_ratios=(1, 1.2)
    )
    of_all = {port: listed[WITH_PORT.format(port)] for port in PORTS}
    within = {
        "none of these": listed[NO_NAMED_PORT],
        "11434, of those on HTTP": result.answer(addresses=ON_HTTP).estimates[DEFAULT_ON_HTTP],
        "11434, of those that answered": result.answer(addresses=ANSWERED).estimates[
            DEFAULT_ANSWERING
        ],
    }
    rows = of_all | within
    figures.forest(
        ports, list(rows), figures.Series(rows=list(rows.values())), title="Ports",
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
        for told, share, color in named:
            axes.barh(-position, share, left=left, color=color, height=0.42)
            axes.annotate(
                f"{told}\n{share:.0%}", (left + share / 2, -position - 0.25), ha="center",
                va="top", fontsize=8,
            )  # fmt: skip
            left += share
    figures.label_rows(axes, [row[0] for row in rows], width=8)
    axes.set_ylim(-1.65, 0.4)
    axes.set_xlabel("share of listed addresses\n(the truth lies between the two rows)")
    axes.set_title("Protocols")
