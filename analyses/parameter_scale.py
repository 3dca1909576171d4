"""Do the United States run medium models, and China small, large and extra-large ones?

The report counts, for each country, the addresses that serve at least one model of a class. One
address can serve several classes, and how many addresses serve a model of any class is not
published. The counts can be compared as they stand; the shares of the hosts that serve a model of
some class are known only up to bounds.
"""

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

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
    TippingPoint,
    figures,
)
from research.doubts import Thinned, lost_at, lost_if, turned_at
from research.estimators.tipping import tipping_point
from research.measures.class_sets import Classes, Contrast, hosts_with_a_class
from research.measures.clone_block import Block, Spread, part_of_medium
from research.measures.hosts import (
    INDEPENDENT,
    NOTHING,
    TENTHE_HOSTS,
    network_share,
    refuse_without_block,
    total,
)
from research.measures.latent_hosts import BLOCK, hosts_by_class
from research.results import deferred

CLASSES = {"S": "small", "M": "medium", "L": "large", "XL": "extra-large"}
ARTICLES = {"S": "a", "M": "a", "L": "a", "XL": "an"}
MEDIUM = "M"
ANYWHERE = "removed, wherever it stands"
MOST = 2000  # design effects that are tried
CLAIMS = {
    "S": ("tenthe/china-more-small", "greater"),
    "M": ("tenthe/us-more-medium", "less"),
    "L": ("tenthe/china-more-large", "greater"),
    "XL": ("tenthe/china-more-extra-large", "greater"),
}
BESIDE = "{}: share difference{}"
IN_POINTS = "difference in share of hosts with a classed model"
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
    clones: Literal[Spread, ANYWHERE] = "kept",
) -> Sample:
    keys = {"index": "country", "columns": "parameter_class"}
    counts = tenthe_parameter_scale.pivot(**keys, values="answering_hosts")[list(CLASSES)]
    if tenthe_class_sets is not None:
        return _known(tenthe_class_sets, counts, quantity, clones)
    answering = total(tenthe_totals, "answering_hosts")
    # The suspected block holds five tags of 4 to 8 billion parameters: medium, and nothing else.
    counts, genuine = counts.astype(float), None
    if clones == ANYWHERE:
        block = Block.largest(tenthe_model_tags)
        genuine = hosts_by_class(counts.loc[["CN", "US"]], answering, block)
    else:
        counts[MEDIUM] *= 1 - part_of_medium(clones, tenthe_model_tags, answering)
    return Sample(
        population=POPULATIONS[quantity],
        as_of="2025-04-24",
        data={
            "quantity": quantity,
            "genuine": genuine,
            "china": Classes(counts.loc["CN"]),
            "us": Classes(counts.loc["US"]),
            "answering": answering,
            "network share": network_share(tenthe_hosting, tenthe_totals),
        },
        tables={"classes": tenthe_parameter_scale},
    )


def _known(class_sets, counts, quantity, clones) -> Sample:
    """A scan that counts the sets of classes: how many hosts have any class is known."""
    refuse_without_block(NOTHING, clones)
    absent = [country for country in ("CN", "US") if country not in counts.index]
    if absent:
        raise CannotEstimate(f"The scan has too few hosts in {' and '.join(absent)} to be told.")
    china, us = (
        Classes(hosts.astype(float), hosts_with_a_class(class_sets, country, hosts))
        for country, hosts in counts.loc[["CN", "US"]].iterrows()
    )
    return Sample(
        population=OWN_POPULATIONS[quantity],
        as_of=f"{class_sets['as_of'].max():%Y-%m-%d}",
        data={"quantity": quantity, "genuine": None, "china": china, "us": us},
        tables={"class sets": class_sets},
    )


POPULATIONS = {
    "shares": "the hosts of the Tenthe scan with a model of a listed class",
    "counts": TENTHE_HOSTS,
}
OWN_POPULATIONS = {
    "shares": "the hosts of the scan with a model of a listed class",
    "counts": "the answering hosts of the scan",
}


def estimate(sample, *, design_effect: Literal[1, 10, 50] = 1) -> list[Estimate]:
    contrasts = [Contrast(sample["china"], sample["us"], k) for k in CLASSES]
    if design_effect != 1 and (sample["quantity"] == "counts" or sample["genuine"]):
        raise NotApplicable("what is said of the listed hosts alone has no sampling error")
    if sample["genuine"]:
        return [_anywhere(sample, k) for k in CLASSES]
    if sample["quantity"] == "counts":
        return [_hosts(contrast) for contrast in contrasts]
    shares = [_share(contrast, sample, design_effect) for contrast in contrasts]
    if contrasts[0].serving:
        return [*shares, *map(_from_counts, contrasts)]
    estimates = []
    for share, contrast in zip(shares, contrasts, strict=True):
        estimates += [share, _among_all(contrast, sample["answering"])]
    return [*estimates, *(_per_medium(c, design_effect) for c in contrasts if c.of != MEDIUM)]


# Counts as the report compares them ---------------------------------------------------------------


def _hosts(contrast) -> Estimate:
    label, assumed = IN_HOSTS.format(CLASSES[contrast.of]), _genuine(contrast)
    china, us = (country.hosts[contrast.of] for country in (contrast.first, contrast.second))
    leader, trailer = ("China", "the US") if china > us else ("the US", "China")
    hosts, given = f"hosts of {leader}", f"and all of {trailer} were"
    lost = lost_if(abs(china - us), max(china, us), hosts, "were not genuine", given=given)
    return Estimate.of(
        label, china - us, "answering hosts", china + us, "hosts", *assumed, tipping_points=[lost]
    )


# Shares of hosts: identified sets -----------------------------------------------------------------


def _share(contrast, sample, design_effect) -> Estimate:
    bounds, n = contrast.bounds(), contrast.serving or contrast.pairs
    return Estimate(
        label=IN_SHARE.format(CLASSES[contrast.of]),
        unit=IN_POINTS,
        reading="superpopulation",
        value=bounds.point,
        bounds=bounds,
        sharpness="sharp",
        drawn=contrast.drawn() if bounds.width else None,
        interval=contrast.interval(design_effect),
        n=n,
        n_unit="hosts with a classed model" if contrast.serving else "class-host pairs",
        n_effective=n / design_effect,
        assumptions=(*_genuine(contrast), INDEPENDENT)
        if contrast.serving
        else (*_genuine(contrast), SPREAD, *UNKNOWN),
        tipping_points=_tipping_points(contrast, sample),
        curves=_curves(contrast),
    )


def _claimed_end(contrast) -> Literal["low", "high"]:
    """The end of a set or interval that is nearest to the sign that is not claimed."""
    return "low" if CLAIMS[contrast.of][1] == "greater" else "high"


def _margin(bounds: Bounds, end) -> float:
    """How far inside the claimed region the interval or set lies; negative where it reaches out."""
    return bounds.low if end == "low" else -bounds.high


@deferred
def _tipping_points(contrast, sample) -> tuple[TippingPoint, ...]:
    end = _claimed_end(contrast)
    stands = _margin(contrast.bounds(), end) > 0  # else there is nothing more to lose
    if contrast.serving:
        return (_design_effect(contrast, end),) if stands else ()
    ratio = contrast.multiplicity()
    turned = turned_at(
        "classes per host in China over the US",
        "the sign turns where Chinese hosts serve {} times as many classes as US hosts (possible: "
        "{} to {})",
        ratio.tipping,
        *ratio.feasible,
    )
    if not stands:
        return (turned,)
    side, whose = ("first", "Chinese") if end == "low" else ("second", "US")
    fake = _thinned(contrast, side, contrast.of, f"{whose} hosts of the class", "were fake")
    clones = _thinned(contrast, "second", MEDIUM, "medium US hosts", "were clones")
    return (
        _design_effect(contrast, end, _network_sizes(sample)),
        fake.lost(end=end),
        clones.lost(end=end, given="and no Chinese one was"),
        turned,
    )


def _design_effect(contrast, end, sizes=()) -> TippingPoint:
    """The design effect at which the claimed sign is lost; sizes are those of a host's network."""
    lost = tipping_point(lambda deff: _margin(contrast.interval(deff), end), 1, MOST)
    return lost_at(lost, sizes, up_to=MOST)


def _network_sizes(sample) -> list[float]:
    """Hosts in the network of a random one, for any possible number of hosts."""
    countries = [sample[country].hosts for country in ("china", "us")]
    least, most = min(map(max, countries)), max(map(sum, countries))
    return [sample["network share"] * n for n in (least, most)]


def _thinned(contrast, side, k, things, are) -> Thinned:
    """The interval without hosts of one country that have models of one class alone."""
    hosts = getattr(contrast, side).hosts[k]
    return Thinned(
        without=lambda gone: contrast.without(side, k, gone).interval(),
        of=hosts,
        things=things,
        are=are,
        most=hosts - 1,
    )


@deferred
def _curves(contrast) -> tuple[Curve, ...]:
    """The interval over design effects, and the ratio of shares over classes per host."""
    bounds, effects = contrast.bounds(), np.geomspace(1, 1000, 31).tolist()
    intervals = map(contrast.interval, effects)
    over_effects = Curve.of("design effect", effects, [bounds] * len(effects), intervals)
    if contrast.serving:
        return (over_effects,)
    one_unknown = contrast.multiplicity()
    ratios = np.geomspace(*one_unknown.feasible, 41).tolist()
    over_ratios = Curve.of(
        "classes per host in China over the US",
        ratios,
        [Bounds.at(one_unknown.ratio * ratio) for ratio in ratios],
        unit="ratio of shares, China over the US",
        null=1.0,
        start=1.0,
    )
    return over_effects, over_ratios


# The block in any country -------------------------------------------------------------------------


def _anywhere(sample, k) -> Estimate:
    """The difference without the block, of which nobody knows in which countries it stands."""
    hosts, counts = sample["genuine"], sample["quantity"] == "counts"
    genuine = hosts.kinds["classed"] & ~hosts.kinds[BLOCK]
    china, us = (genuine & hosts.kinds["country"].eq(code) for code in ("CN", "US"))
    asked = hosts.lead if counts else hosts.difference
    difference = asked(hosts.kinds[k], china, us)
    template, unit = (IN_HOSTS, "answering hosts") if counts else (IN_SHARE, IN_POINTS)
    return Estimate(
        label=template.format(CLASSES[k]),
        unit=unit,
        value=difference.outer.point,
        bounds=difference.outer,
        sharpness=difference.sharpness,
        n=sample["answering"],
        n_unit="answering hosts of the world",
        assumptions=(*IMITATED[k], UNKNOWN[0]),
    )


# What assumptions buy, and what needs no denominator ----------------------------------------------


def _from_counts(contrast) -> Estimate:
    """What the counts of the classes alone would have told, where more is known."""
    label = BESIDE.format(CLASSES[contrast.of], ", from the counts of the classes alone")
    contrasts, drawn = contrast.from_counts(), contrast.drawn_from_counts()
    n, who = contrast.pairs, "class-host pairs"
    return Estimate.of(label, contrasts, IN_POINTS, n, who, *_genuine(contrast), drawn=drawn)


def _among_all(contrast, answering) -> Estimate:
    """The same among all answering hosts, of which the two countries have at most the total."""
    return Estimate(
        label=BESIDE.format(CLASSES[contrast.of], " among all answering hosts"),
        unit="difference in share of answering hosts",
        bounds=contrast.among(answering),
        sharpness="outer",
        drawn=contrast.drawn_among(answering),
        n=answering,
        n_unit="answering hosts of the world",
        assumptions=(Assumption(name="outer bounds", holds="yes", evidence=COUNTRIES),),
    )


def _per_medium(contrast, design_effect) -> Estimate:
    ratio = contrast.per(MEDIUM, design_effect=design_effect)
    both = [country.hosts[[contrast.of, MEDIUM]] for country in (contrast.first, contrast.second)]
    return Estimate(
        label=f"{CLASSES[contrast.of]} per medium host, China over US",
        unit="ratio of ratios",
        reading="superpopulation",
        value=ratio.value,
        interval=ratio.interval,
        n=float(sum(hosts.sum() for hosts in both)),
        n_unit="class-host pairs",
        assumptions=(GENUINE,),
    )


def _genuine(contrast) -> tuple[Assumption, ...]:
    return (SUSPECTED,) if contrast.serving else (GENUINE, *IMITATED[contrast.of])


COUNTRIES = (
    "How many hosts answered in each country is not published: at least the largest class, and "
    "together at most all that answered."
)
SPREAD = Assumption.untestable(
    name="clones, where removed, lie in both countries alike",
    evidence="Where the suspected block lies is not published.",
)
IMITATION = Assumption(
    name="no host imitates large models",
    holds="no",
    evidence="A public program that imitates Ollama lists large and extra-large models; each copy "
    "adds a host to both classes, in an unknown country.",
)
IMITATED = {"S": (), "M": (), "L": (IMITATION,), "XL": (IMITATION,)}
GENUINE = Assumption(
    name="every listed host is a genuine deployment",
    holds="no",
    without="clones",
    evidence="The five leading tags look like one block of cloned hosts, all of the medium class.",
)
UNKNOWN = (
    Assumption.of_set(
        name="a host is in one class", evidence="One address can serve several models."
    ),
    INDEPENDENT,
)
SUSPECTED = Assumption.untestable(
    name="every listed host is a genuine deployment",
    evidence="Suspected clones are counted by rule; the scan has a second dataset without them.",
)


def figure(result):
    shares = result.answer(quantity="shares")
    if not _multiplicity_curve(shares.estimates[IN_SHARE.format("small")]):
        canvas, sets = figures.canvas((1, 1), height=3.2, source=result)
        _draw_sets(sets, shares)
        return canvas
    canvas, (sets, ratios) = figures.two_panels(result, height=3.8, widths=(1.15, 1))
    _draw_sets(sets, shares)
    _draw_ratios(ratios, shares)
    return canvas


def _draw_sets(axes, answer) -> None:
    shares = [answer.estimates[IN_SHARE.format(name)] for name in CLASSES.values()]
    wide = [_interval_near(estimate, 50) for estimate in shares]
    figures.forest(
        axes,
        [f"{name} ({k})" for k, name in CLASSES.items()],
        figures.Series(rows=shares, name="95% interval, deff 1", offset=0.25),
        figures.Series(
            rows=[replace(f, interval=i) for f, (i, _) in zip(shares, wide, strict=True)],
            name=f"95% interval, deff {round(wide[0][1])}",
            color=figures.OTHER,
            offset=0,
        ),
        *_without_block(answer),
        null=0,
        title="a  What the counts identify",
        xlabel="share of hosts, China minus US\n(bars: all that the counts allow)",
    )


def _without_block(answer) -> list[figures.Series]:
    """The sets without the suspected block, in whichever countries it stands."""
    sets = {
        row.label: row.bounds for row in answer.specifications if row.choices["clones"] == ANYWHERE
    }
    rows = [sets.get(IN_SHARE.format(name)) for name in CLASSES.values()]
    look = {"name": "without the block", "color": figures.MUTED, "offset": -0.25}
    return [figures.Series(rows=rows, **look)] if sets else []


def _interval_near(estimate, design_effect) -> tuple[Interval, float]:
    """The interval of the curve at the grid's design effect nearest to the one wanted."""
    curve = next(c for c in estimate.curves if c.over == "design effect")
    at = min(range(len(curve.grid)), key=lambda i: abs(curve.grid[i] - design_effect))
    return Interval(curve.interval_low[at], curve.interval_high[at]), curve.grid[at]


def _multiplicity_curve(estimate) -> Curve | None:
    """The curve over classes per host; none where that is known."""
    return next((c for c in estimate.curves if c.over.startswith("classes per host")), None)


def _draw_ratios(axes, answer) -> None:
    axes.set(xscale="log", yscale="log")
    axes.axhline(1, color=figures.MUTED, lw=0.8, ls=(0, (4, 3)))
    for style, name in zip(("-", "--", "-.", ":"), CLASSES.values(), strict=True):
        estimate = answer.estimates[IN_SHARE.format(name)]
        curve = _multiplicity_curve(estimate)
        axes.plot(curve.grid, curve.low, ls=style, color=figures.INK, lw=1.2)
        figures.note(axes, name, (curve.grid[-1], curve.low[-1]))
        points = estimate.tipping_points
        turn = next(t.threshold for t in points if t.what.startswith("classes per"))
        if curve.grid[0] < turn < curve.grid[-1]:
            figures.crossing(axes, turn, 1, rising=True)
    figures.plain_ticks(axes.xaxis, (0.75, 1, 1.5, 2))
    figures.plain_ticks(axes.yaxis, (0.5, 1, 2, 5, 10))
    axes.set_xlabel("classes per host, China over US\n(unknown; all possible values shown)")
    axes.set(ylabel="share in China over share in the US", title="b  One unknown drives all four")
