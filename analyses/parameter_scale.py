"""Do the United States run medium models, and China small, large and extra-large ones?

The report counts, for each country, the addresses that serve at least one model of a class. One
address can serve several classes, and how many addresses serve a model of any class is not
published. The counts can be compared as they stand; the shares of the hosts that serve a model of
some class are known only up to bounds.
"""

from dataclasses import replace
from functools import partial
from typing import Annotated, Literal

import numpy as np
from scipy.stats import chi2_contingency

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    CannotEstimate,
    Curve,
    Estimate,
    Hypothesis,
    Interval,
    NotApplicable,
    Sample,
    Test,
    TippingPoint,
    figures,
)
from research.doubts import lost_at, lost_if, told
from research.estimators.identification import (
    assumption_ladder,
    contrast_bounds,
    contrast_interval,
    equal_multiplicity,
    ratio_of_ratios,
)
from research.estimators.proportions import unsized_difference, unsized_newcombe
from research.estimators.tipping import tipping_point
from research.measures.class_sets import hosts_with_a_class
from research.measures.clone_block import Block
from research.measures.hosts import INDEPENDENT, total

CLASSES = {"S": "small", "M": "medium", "L": "large", "XL": "extra-large"}
ARTICLES = {"S": "a", "M": "a", "L": "a", "XL": "an"}
MEDIUM = list(CLASSES).index("M")
MOST = 2000  # design effects that are tried
CLAIMS = {
    "S": ("tenthe/china-more-small", "greater"),
    "M": ("tenthe/us-more-medium", "less"),
    "L": ("tenthe/china-more-large", "greater"),
    "XL": ("tenthe/china-more-extra-large", "greater"),
}
IN_HOSTS, IN_SHARE = "{}: hosts, China minus US", "{}: share of hosts, China minus US"

HYPOTHESES = {
    template.format(CLASSES[k]): Hypothesis(
        claims=[claim],
        estimand=f"{what} with {ARTICLES[k]} {CLASSES[k]} model, China minus United States",
        null=0,
        alternative=alternative,
        role="reanalysis",
        scope=scope,
        null_source="equality: the claim says one country has more",
    )
    for k, (claim, alternative) in CLAIMS.items()
    for template, what, scope in (
        (IN_HOSTS, "answering hosts", "same"),
        (IN_SHARE, "share of the hosts with a model of a listed class", "other measure"),
    )
}


def sample(
    tenthe_parameter_scale,
    tenthe_model_tags,
    tenthe_totals,
    tenthe_hosting,
    tenthe_class_sets=None,
    *,
    quantity: Annotated[Literal["shares", "counts"], ESTIMAND] = "shares",
    clones: Literal[
        "kept", "removed, spread as all hosts", "removed, spread as medium hosts"
    ] = "kept",
) -> Sample:
    counts = tenthe_parameter_scale.pivot(
        index="country", columns="parameter_class", values="answering_hosts"
    )[list(CLASSES)]
    if tenthe_class_sets is not None:
        return _known(tenthe_class_sets, counts, quantity, clones)
    kept = 1 - CLONE_SHARES[clones](tenthe_model_tags, tenthe_totals)
    china, us = (counts.loc[country].to_numpy(float) for country in ("CN", "US"))
    # The suspected block holds five tags of 4 to 8 billion parameters: medium, and nothing else.
    china[MEDIUM] *= kept
    us[MEDIUM] *= kept
    return Sample(
        population=POPULATIONS[quantity],
        as_of="2025-04-24",
        data={
            "quantity": quantity,
            "china": china,
            "us": us,
            "answering": total(tenthe_totals, "answering_hosts"),
            "concentration": _concentration(tenthe_hosting, tenthe_totals),
        },
        tables={"classes": tenthe_parameter_scale},
    )


def _known(class_sets, counts, quantity, clones) -> Sample:
    """A scan that counts the sets of classes: how many hosts have any class is known."""
    if clones != "kept":
        raise NotApplicable("a scan of one's own has its suspected clones in a dataset of its own")
    absent = [country for country in ("CN", "US") if country not in counts.index]
    if absent:
        raise CannotEstimate(f"The scan has too few hosts in {' and '.join(absent)} to be told.")
    china, us = (counts.loc[country] for country in ("CN", "US"))
    return Sample(
        population=OWN_POPULATIONS[quantity],
        as_of=f"{class_sets['as_of'].max():%Y-%m-%d}",
        data={
            "quantity": quantity,
            "china": china.to_numpy(float),
            "us": us.to_numpy(float),
            "units": tuple(
                hosts_with_a_class(class_sets, group.name, group) for group in (china, us)
            ),
        },
        tables={"class sets": class_sets},
    )


POPULATIONS = {
    "shares": "the hosts of the Tenthe scan with a model of a listed class",
    "counts": "the answering hosts of the Tenthe scan",
}
OWN_POPULATIONS = {
    "shares": "the hosts of the scan with a model of a listed class",
    "counts": "the answering hosts of the scan",
}


# Share of the medium hosts of each country that belong to the block, at its largest. Where the
# block lies is not published; both rules take the same share from both countries.
CLONE_SHARES = {
    "kept": lambda _tags, _totals: 0.0,
    "removed, spread as all hosts": lambda tags, totals: (
        Block.largest(tags).hosts / total(totals, "answering_hosts")
    ),
    "removed, spread as medium hosts": lambda tags, _totals: (
        Block.largest(tags).hosts / tags["answering_hosts"].max()
    ),
}


def _concentration(hosting, totals) -> float:
    """Herfindahl index of networks among discovered addresses, from the listed ones alone."""
    return float(((hosting["discovered_ips"] / total(totals, "discovered_ips")) ** 2).sum())


def estimate(sample, *, design_effect: Literal[1, 10, 50] = 1) -> list[Estimate]:
    china, us = sample["china"], sample["us"]
    if sample["quantity"] == "counts":
        if design_effect != 1:
            raise NotApplicable("a count of the listed hosts has no sampling error to inflate")
        known = "units" in sample.data
        return [
            _hosts(china, us, position, k, (SUSPECTED,) if known else (GENUINE, *IMITATED[k]))
            for position, k in enumerate(CLASSES)
        ]
    if "units" in sample.data:
        return [
            estimate
            for position, k in enumerate(CLASSES)
            for estimate in _shares_of_known(sample, position, k, design_effect)
        ]
    found = []
    for position, k in enumerate(CLASSES):
        found.append(_share(sample, position, k, design_effect))
        found += _ladder(china, us, position, k)
        found.append(_among_all(sample, position, k))
        if k != "M":
            found.append(_relative_to_medium(china, us, position, k, design_effect))
    return [*found, _naive_chi_square(china, us)]


# Counts as the report compares them ---------------------------------------------------------------


def _hosts(china, us, position, k, assumptions) -> Estimate:
    gap = china[position] - us[position]
    leader, trailer = ("China", "the US") if gap > 0 else ("the US", "China")
    return Estimate(
        label=IN_HOSTS.format(CLASSES[k]),
        unit="answering hosts",
        value=gap,
        n=china[position] + us[position],
        n_unit="hosts",
        assumptions=assumptions,
        tipping_points=(
            lost_if(
                abs(gap), max(china[position], us[position]), f"hosts of {leader}",
                "were not genuine", also=f"and all of {trailer} were",
            ),
        ),
    )  # fmt: skip


# Shares of hosts: identified sets -----------------------------------------------------------------


def _share(sample, position, k, design_effect) -> Estimate:
    china, us = sample["china"], sample["us"]
    found = contrast_bounds(china, us, position)
    interval = partial(contrast_interval, china, us, position)
    return Estimate(
        label=IN_SHARE.format(CLASSES[k]),
        unit="difference in share of hosts with a classed model",
        reading="superpopulation",
        bounds=found,
        interval=interval(design_effect=design_effect),
        n=china.sum() + us.sum(),
        n_unit="class-host pairs",
        n_effective=(china.sum() + us.sum()) / design_effect,
        assumptions=(GENUINE, *IMITATED[k], SPREAD, *UNKNOWN),
        tipping_points=_tipping_points(sample, position, k),
        curves=(_over_design_effect(found, interval), _over_multiplicity(china, us, position)),
    )


def _margin(found: Bounds, k: str) -> float:
    """How far inside the claimed region the interval or set lies; negative where it reaches out."""
    return found.low if CLAIMS[k][1] == "greater" else -found.high


def _tipping_points(sample, position, k) -> tuple[TippingPoint, ...]:
    china, us = sample["china"], sample["us"]
    ratio = equal_multiplicity(china, us, position)
    turned = told(
        "classes per host in China over the US",
        "the sign turns where Chinese hosts serve {} times as many classes as US hosts (possible: "
        "{} to {})",
        ratio.tipping,
        *ratio.feasible,
    )
    if _margin(contrast_bounds(china, us, position), k) <= 0:
        return (turned,)  # nothing more to lose: the set itself straddles zero
    return (
        _design_effect(partial(contrast_interval, china, us, position), k, _network_sizes(sample)),
        _fake(china, us, position, k),
        _clones(china, us, position, k),
        turned,
    )


def _design_effect(interval, k, sizes=()) -> TippingPoint:
    """The design effect at which the claimed sign is lost; sizes are those of a host's network."""
    lost = tipping_point(lambda deff: _margin(interval(design_effect=deff), k), 1, MOST)
    return lost_at(lost, sizes, up_to=MOST)


def _network_sizes(sample) -> list[float]:
    """Hosts in the network of a random one, for any possible number of hosts."""
    hosts = [size(group) for size in (np.max, np.sum) for group in (sample["china"], sample["us"])]
    return [sample["concentration"] * n for n in (min(hosts), max(hosts))]


def _fake(china, us, position, k) -> TippingPoint:
    """Hosts of the leading country and of this class alone that would have to be fake."""
    leader, hosts = ("Chinese", china) if CLAIMS[k][1] == "greater" else ("US", us)
    lost = tipping_point(
        lambda fake: _margin_without(china, us, position, k, hosts, position, fake),
        0,
        hosts[position] - 1,
    )
    return lost_if(lost, hosts[position], f"{leader} hosts of the class", "were fake")


def _clones(china, us, position, k) -> TippingPoint:
    """US hosts of medium models alone that would have to be clones."""
    lost = tipping_point(
        lambda clones: _margin_without(china, us, position, k, us, MEDIUM, clones),
        0,
        us[MEDIUM] - 1,
    )
    return lost_if(
        lost, us[MEDIUM], "medium US hosts", "were clones", also="and no Chinese one was"
    )


def _margin_without(china, us, position, k, thinned, where, removed) -> float:
    """The margin of the interval after removing hosts of one class from one country."""
    fewer = thinned.copy()
    fewer[where] -= removed
    pair = (fewer, us) if thinned is china else (china, fewer)
    return _margin(contrast_interval(*pair, position), k)


def _over_design_effect(found, interval) -> Curve:
    grid = np.geomspace(1, 1000, 31)
    intervals = [interval(design_effect=deff) for deff in grid]
    return Curve(
        over="design effect",
        grid=tuple(grid),
        low=(found.low,) * len(grid),
        high=(found.high,) * len(grid),
        interval_low=tuple(interval.low for interval in intervals),
        interval_high=tuple(interval.high for interval in intervals),
    )


def _over_multiplicity(china, us, position) -> Curve:
    """The ratio of shares as the one unknown that drives all four contrasts moves."""
    found = equal_multiplicity(china, us, position)
    grid = np.geomspace(*found.feasible, 41)
    ratio = tuple(found.ratio * grid)
    return Curve(
        over="classes per host in China over the US",
        grid=tuple(grid),
        low=ratio,
        high=ratio,
        unit="ratio of shares, China over the US",
        null=1.0,
        start=1.0,
    )


# Shares of hosts: where the sets of classes are counted -------------------------------------------


def _shares_of_known(sample, position, k, design_effect) -> list[Estimate]:
    """The difference of shares, and what the counts of the classes alone would have told of it."""
    china, us = sample["china"], sample["us"]
    counts, units = (china[position], us[position]), sample["units"]
    bounds, n = unsized_difference(counts, units), sum(hosts.low for hosts in units)
    interval = partial(unsized_newcombe, counts, units)
    return [
        Estimate(
            label=IN_SHARE.format(CLASSES[k]),
            unit="difference in share of hosts with a classed model",
            reading="superpopulation",
            value=bounds.low if bounds.low == bounds.high else None,
            bounds=bounds,
            interval=interval(design_effect=design_effect),
            n=n,
            n_unit="hosts with a classed model",
            n_effective=n / design_effect,
            assumptions=(SUSPECTED, INDEPENDENT),
            tipping_points=(_design_effect(interval, k),) if _margin(bounds, k) > 0 else (),
            curves=(_over_design_effect(bounds, interval),),
        ),
        Estimate(
            label=f"{CLASSES[k]}: share difference, from the counts of the classes alone",
            unit="difference in share of hosts with a classed model",
            bounds=contrast_bounds(china, us, position),
            n=china.sum() + us.sum(),
            n_unit="class-host pairs",
            assumptions=(SUSPECTED,),
        ),
    ]


# What assumptions buy, and what needs no denominator ----------------------------------------------


RUNGS = (
    "nothing is assumed",
    "Chinese hosts serve at least as many classes as US hosts",
    "hosts of both countries serve equally many classes",
)


def _ladder(china, us, position, k) -> list[Estimate]:
    rungs = zip(RUNGS, assumption_ladder(china, us, position), strict=True)
    return [
        Estimate(
            label=f"{CLASSES[k]}: share difference if {assumed}",
            unit="difference in share of hosts",
            bounds=rung.bounds,
            n=china.sum() + us.sum(),
            n_unit="class-host pairs",
            assumptions=(Assumption(name=assumed, holds="not testable", evidence=NO_OVERLAPS),),
        )
        for assumed, rung in rungs
    ]


def _among_all(sample, position, k) -> Estimate:
    """The same among all answering hosts, of which the two countries have at most the total."""
    china, us, answering = sample["china"], sample["us"], sample["answering"]
    shares = [Bounds(n[position] / (answering - rest.max()), n[position] / n.max())
              for n, rest in ((china, us), (us, china))]  # fmt: skip
    return Estimate(
        label=f"{CLASSES[k]}: share difference among all answering hosts",
        unit="difference in share of answering hosts",
        bounds=Bounds(shares[0].low - shares[1].high, shares[0].high - shares[1].low),
        n=answering,
        n_unit="answering hosts of the world",
        assumptions=(Assumption(name="outer bounds", holds="yes", evidence=COUNTRIES),),
    )


def _relative_to_medium(china, us, position, k, design_effect) -> Estimate:
    found = ratio_of_ratios(
        china, us, numerator=position, denominator=MEDIUM, design_effect=design_effect
    )
    return Estimate(
        label=f"{CLASSES[k]} per medium host, China over US",
        unit="ratio of ratios",
        reading="superpopulation",
        value=found.value,
        interval=found.interval,
        n=china[position] + china[MEDIUM] + us[position] + us[MEDIUM],
        n_unit="class-host pairs",
        assumptions=(GENUINE,),
    )


def _naive_chi_square(china, us) -> Estimate:
    """What a textbook test would print, and why it may not be used."""
    table = np.array([china, us])
    statistic, p, _, _ = chi2_contingency(table, correction=False)
    return Estimate(
        label="naive chi-square over the 2 x 4 table: INVALID",
        unit="Cramer's V",
        reading="superpopulation",
        value=float(np.sqrt(statistic / table.sum())),
        test=Test(name="Pearson chi-square, 3 df (invalid)", statistic=statistic, p=p),
        n=table.sum(),
        n_unit="class-host pairs treated as hosts",
        assumptions=(
            Assumption(
                name="each host is in one cell",
                holds="no",
                evidence="One host serves several classes, so cells overlap; the rows are compared "
                "as if both countries served equally many classes per host; hosts of one network "
                "are alike.",
            ),
        ),
    )


COUNTRIES = (
    "How many hosts answered in each country is not published: at least the largest class, and "
    "together at most all that answered."
)
SPREAD = Assumption(
    name="clones, where removed, lie in both countries alike",
    holds="not testable",
    evidence="Where the suspected block lies is not published.",
)
IMITATION = Assumption(
    name="no host imitates large models",
    holds="no",
    evidence="A public program that imitates Ollama lists large and extra-large models; each copy "
    "adds a host to both classes, in an unknown country.",
)
IMITATED = {"S": (), "M": (), "L": (IMITATION,), "XL": (IMITATION,)}
NO_OVERLAPS = (
    "The report publishes neither the number of hosts with a classed model nor any overlap."
)
GENUINE = Assumption(
    name="every listed host is a genuine deployment",
    holds="no",
    evidence="The five leading tags look like one block of cloned hosts, all of the medium class.",
)
UNKNOWN = (
    Assumption(
        name="a host is in one class", holds="no", evidence="One address can serve several models."
    ),
    INDEPENDENT,
)
SUSPECTED = Assumption(
    name="every listed host is a genuine deployment",
    holds="not testable",
    evidence="Suspected clones are counted by rule; the scan has a second dataset without them.",
)


# Figure -------------------------------------------------------------------------------------------


def figure(result):
    shares = result.answer(quantity="shares")
    if not _multiplicity_curve(shares.estimates[IN_SHARE.format("small")]):
        canvas, sets = figures.canvas((1, 1), height=3.2, source=figures.sources(result))
        _draw_sets(sets, shares)
        return canvas
    canvas, (sets, ratios) = figures.canvas(
        (1, 2), height=3.2, source=figures.sources(result), width_ratios=(1.15, 1)
    )
    _draw_sets(sets, shares)
    _draw_ratios(ratios, shares)
    return canvas


def _draw_sets(axes, answer) -> None:
    found = [answer.estimates[IN_SHARE.format(name)] for name in CLASSES.values()]
    wide = [_interval_near(estimate, 50) for estimate in found]
    figures.forest(
        axes,
        [f"{name} ({k})" for k, name in CLASSES.items()],
        figures.Series(rows=found, name="95% interval, deff 1"),
        figures.Series(
            rows=[replace(f, interval=i) for f, (i, _) in zip(found, wide, strict=True)],
            name=f"95% interval, deff {round(wide[0][1])}",
            color=figures.OTHER,
        ),
        null=0,
        title="What the counts identify",
        xlabel="share of hosts, China minus US\n(bar: all that the counts allow)",
    )


def _interval_near(estimate, design_effect) -> tuple[Interval, float]:
    """The interval of the curve at the grid's design effect nearest to the one wanted."""
    curve = next(c for c in estimate.curves if c.over == "design effect")
    at = min(range(len(curve.grid)), key=lambda i: abs(curve.grid[i] - design_effect))
    return Interval(curve.interval_low[at], curve.interval_high[at]), curve.grid[at]


def _multiplicity_curve(estimate) -> Curve | None:
    """The curve over classes per host; none where that is known."""
    return next((c for c in estimate.curves if c.over.startswith("classes per host")), None)


def _draw_ratios(axes, answer) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.axhline(1, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)))
    for style, name in zip(("-", "--", "-.", ":"), CLASSES.values(), strict=True):
        estimate = answer.estimates[IN_SHARE.format(name)]
        curve = _multiplicity_curve(estimate)
        axes.plot(curve.grid, curve.low, ls=style, color=figures.INK, lw=1.2)
        axes.annotate(
            name, (curve.grid[-1], curve.low[-1]), xytext=(4, 0), textcoords="offset points",
            va="center", fontsize=8,
        )  # fmt: skip
        turn = next(
            t.threshold for t in estimate.tipping_points if t.what.startswith("classes per")
        )
        if curve.grid[0] < turn < curve.grid[-1]:
            figures.crossing(axes, turn, 1, rising=True)
    figures.plain_ticks(axes.xaxis, (0.75, 1, 1.5, 2))
    figures.plain_ticks(axes.yaxis, (0.5, 1, 2, 5, 10))
    axes.set_xlabel("classes per host, China over US\n(unknown; all possible values shown)")
    axes.set_ylabel("share in China over share in the US")
    axes.set_title("One unknown drives all four")
