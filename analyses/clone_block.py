"""Are the five leading tags of the scan one block of identical hosts?

Nobody but the report's authors has seen the hosts: what can be said follows from published sums.
Much speaks for a block. The five tags alone are listed about twice by each host that has them; with
one common block taken out, the other four fall to the rate of ordinary tags, and no other set of
five of the ten tags does anything like it; two rows of other tables consist of one of these tags;
and another scan a year later finds all five far less often than was listed, and the two that it
names about as often as they are left without the block.

None of it proves a block. The counts force not a single host to list all five tags. If there was
one, its size, its place and its purpose in April 2025 are unknown: the deception fleet that
answered with exactly these five tags in May 2026 lies in a network that is too small in the report.
Pulls from the library do not single out the five: other tags are further from their popularity.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Literal

import pandas as pd

from research import Assumption, Bounds, CannotEstimate, Estimate, Hypothesis, Sample, figures
from research.doubts import SPREAD, turned_at
from research.estimators.clones import largest_remainder
from research.measures.clone_block import LEADING, Block, in_block, without_block
from research.measures.hosts import TENTHE_HOSTS
from research.measures.margins import Margins
from research.measures.other_scans import CONFIRMED

FLEET = "nuclide-2026-05-04"

ALL_FIVE = "hosts that list all five leading tags"
PER_HOST = "listings a host: {}"
FIVE, AFTER = "the five leading tags", "the five tags after them"
REMAINDER = "largest remainder, listings a host: {}"
ONE_TAG = "listings of {} that are {}"
PER_PULLS = "hosts per million pulls: {}"
FLEET_FIVE = "Linode, May 2026: hosts with just these five tags"
ESTIMATED = "listings (estimated by the report)"

HYPOTHESES = {
    ALL_FIVE: Hypothesis(
        estimand="share of answering hosts that list all five leading tags",
        null=0,
        null_source="a block exists if at least one host lists all five; stated by this project",
        alternative="greater",
        role="reanalysis",
        scope="other measure",
    )
}


def sample(
    tenthe_model_tags,
    tenthe_totals,
    tenthe_parameter_sizes,
    tenthe_quantizations,
    ollama_library_names,
    published_aggregates,
    tenthe_class_sets=None,
    *,
    listing: Literal["by any answering host", "by as few hosts as can"] = "by any answering host",
) -> Sample:
    if tenthe_class_sets is not None:
        raise CannotEstimate("the scan finds its suspected clones host by host; none are guessed")
    tags = tenthe_model_tags.set_index("ollama_tag")
    totals = tenthe_totals.set_index("name")["value"]
    fewest = float(_leading(tags)["answering_hosts"].max())
    scanned = published_aggregates.set_index(["source", "category", "metric"])["value"]
    return Sample(
        population=TENTHE_HOSTS,
        as_of="2025-04-24",
        data={
            "tags": tags,
            "totals": totals,
            # Hosts over which the leading tags are spread: all, or those that one tag alone needs.
            "hosts": fewest if listing == "by as few hosts as can" else totals["answering_hosts"],
            "sizes": tenthe_parameter_sizes.set_index("parameter_size")["tag_occurrences"],
            "levels": tenthe_quantizations.set_index("quantization")["tag_occurrences"],
            "pulls": _pulls(tags, ollama_library_names),
            "fleet": scanned[FLEET],
        },
        tables={"tags": _remains(tags), "later": _later(tags, totals, published_aggregates)},
    )


def _leading(tags) -> pd.DataFrame:
    return tags[in_block(tags)]


def _rest(tags) -> pd.DataFrame:
    """What is left of the leading tags without a block as large as the rarest of them allows."""
    left = _leading(without_block(tags))
    ratio = left["tag_occurrences"] / left["answering_hosts"]
    return pd.DataFrame({"hosts": left["answering_hosts"], "ratio": ratio})


def _remains(tags) -> pd.DataFrame:
    """Each tag with its listings a host, as listed and without the block."""
    left = _rest(tags)
    ratio = tags["tag_occurrences"] / tags["answering_hosts"]
    as_listed = tags.assign(ratio=ratio, in_block=in_block(tags))
    return as_listed.assign(
        hosts_left=left["hosts"].reindex(tags.index, fill_value=0), ratio_left=left["ratio"]
    ).reset_index()


def _later(tags, totals, aggregates) -> pd.DataFrame:
    """Shares of hosts by tag in April 2025, as listed and without the block, and in May 2026."""
    counted = CONFIRMED.rows(aggregates, "model tag").set_index("category")["value"]
    everyone = CONFIRMED.hosts(aggregates)
    block = Block.largest(tags).hosts
    hosts, genuine = tags["answering_hosts"], totals["answering_hosts"] - block
    known = counted.reindex(tags.index)
    return pd.DataFrame(
        {
            "ollama_tag": tags.index,
            "as_listed": (hosts / totals["answering_hosts"]).to_numpy(),
            "without_block": ((hosts - block * in_block(tags)) / genuine).to_numpy(),
            # A tag that is not among the fifteen listed has at most the hosts of the last of them.
            "later_low": (known.fillna(0) / everyone).to_numpy(),
            "later_high": (known.fillna(counted.min()) / everyone).to_numpy(),
        }
    )


def _pulls(tags, names) -> pd.Series:
    """Pulls of the name of each tag in the library on the day of the scan."""
    day = names[names["as_of"] == "2025-04-24"].set_index("ollama_name")["ollama_pulls_total"]
    return pd.Series(day.loc[tags.index.str.split(":").str[0]].to_numpy(float), index=tags.index)


def estimate(sample) -> Iterator[Estimate]:
    tags = sample["tags"]
    yield _size(sample)
    yield from _listings_a_host(tags)
    yield from _every_other_set(tags)
    yield from _rows_of_one_tag(tags["tag_occurrences"], sample["sizes"], sample["levels"])
    yield from _hosts_and_pulls(tags, sample["pulls"])
    yield _fleet(sample["fleet"])


def _counted(label, unit, quantity, of, *assumptions) -> Estimate:
    """An estimate read off counts; ``of`` says how many of what it was read from."""
    undrawn = {"undrawn": SPREAD} if isinstance(quantity, Bounds) else {}
    return Estimate.of(label, quantity, unit, *of, *assumptions, **undrawn)


def _range(values) -> Bounds:
    return Bounds(float(values.min()), float(values.max()))


def _size(sample) -> Estimate:
    """The block's share of hosts: at most this, and perhaps nothing."""
    leading, hosts, who = _leading(sample["tags"]), sample["hosts"], "answering hosts"
    share = Margins(leading["answering_hosts"], hosts).all_of(*leading.index)
    # So few hosts with any of the five tags that some of them must list all five.
    forced = turned_at(
        "hosts with any of the five tags",
        "a block would follow if fewer than {:0} of the {:0} hosts listed any of the five tags",
        float(leading["answering_hosts"].sum() / (LEADING - 1)),
        sample["totals"]["answering_hosts"],
    )
    details = {"undrawn": YES_OR_NO, "tipping_points": (forced,)}
    return Estimate.of(
        ALL_FIVE, share, f"share of {who}", hosts, who, NO_OVERLAPS, PURPOSE, **details
    )


YES_OR_NO = (
    "Whether there is a block at all is asked: a belief about its size would take it for granted."
)


def _listings_a_host(tags) -> list[Estimate]:
    leading, after = _leading(tags), tags[~in_block(tags)]
    ratios = {
        FIVE: (leading["tag_occurrences"] / leading["answering_hosts"], leading),
        "the other four without the block": (_rest(tags)["ratio"].dropna(), leading),
        AFTER: (after["tag_occurrences"] / after["answering_hosts"], after),
    }
    return [
        _counted(PER_HOST.format(group), "listings a host", _range(ratio),
                 (of["answering_hosts"].sum(), "pairs of a host and a tag"), SAME_LISTS)
        for group, (ratio, of) in ratios.items()
    ]  # fmt: skip


def _every_other_set(tags) -> list[Estimate]:
    """Does any other set of five tags look like a block? A test that the five could have failed."""
    sets = list(combinations(tags.index, LEADING))
    counts = tags["answering_hosts"], tags["tag_occurrences"]
    largest = {chosen: largest_remainder(*(c[list(chosen)] for c in counts)) for chosen in sets}
    of = len(sets), "sets of five of the ten tags"
    own = largest.pop(tuple(_leading(tags).index))
    others = [remainder for remainder in largest.values() if remainder is not None]
    return [
        _counted(REMAINDER.format(five), "listings a host", remainder, of, SAME_LISTS, LOOKED_FOR)
        for five, remainder in ((FIVE, own), ("the best other five", min(others)))
    ]


def _rows_of_one_tag(listed, sizes, levels) -> list[Estimate]:
    rows = (
        ("size 4B", "qwen:latest", sizes["4B"]),
        ("level Q4_K_S", "llama3:8b-text-q4_K_S", levels["Q4_K_S"]),
    )
    unit = "share of listings"
    return [
        _counted(ONE_TAG.format(row, tag), unit, listed[tag] / total, (total, ESTIMATED))
        for row, tag, total in rows
    ]


def _hosts_and_pulls(tags, pulls) -> list[Estimate]:
    """Tags and popularity part company, but outside the five tags even more than among them."""
    ratio, leading = tags["answering_hosts"] / (pulls / 1e6), in_block(tags)
    unit, groups = "hosts per million pulls", ((FIVE, leading), (AFTER, ~leading))
    return [
        _counted(PER_PULLS.format(group), unit, _range(ratio[of]), (of.sum(), "tags"), OF_NAMES)
        for group, of in groups
    ]


def _fleet(counts) -> Estimate:
    """Found a year later on one network."""
    raw = counts["Linode", "raw hosts"]
    five = counts["five-tag set with version 0.1.33 on Linode", "hosts"] / raw
    of = raw, "hosts that look like Ollama"
    return _counted(FLEET_FIVE, "share of hosts found on the network", five, of, OTHER_NETWORK)


NO_OVERLAPS = Assumption.untestable(
    name="the five tags are listed by the same hosts",
    evidence="No overlap was published, and even two of the five tags may lie on different hosts.",
)
PURPOSE = Assumption.untestable(
    name="a block of identical hosts is no deployment",
    evidence="Templates of a cloud provider would look the same; of the 197 hosts with these tags "
    "in May 2026, 188 bore the marks of a deception fleet, and gave a version of Ollama from "
    "before one of the models existed.",
)
SAME_LISTS = Assumption.untestable(
    name="every host of the block lists each of its tags equally often",
    evidence="If so, taking it out leaves each tag at least one listing a host, as is found.",
)
LOOKED_FOR = Assumption.of_scope(
    name="the five tags were singled out before their counts were seen",
    evidence="They were noticed in this table; that a fleet answers with exactly these five was "
    "published independently a year later.",
)
OF_NAMES = Assumption.of_scope(
    name="pulls and hosts count the same thing",
    evidence="Pulls are those of a name since its release, over all its tags and all computers; "
    "hosts list one tag and are reachable from outside.",
)
OTHER_NETWORK = Assumption.of_scope(
    name="that fleet is the block of April 2025",
    evidence="Its network, AS63949, is not among the ten largest of the report and so had fewer "
    "addresses there than the tenth; the signature is the same, the place is not.",
)


def figure(result):
    answer = result.answer()
    canvas, (ratios, shares) = figures.two_panels(result, height=3.5, sharey=True)
    _draw_ratios(ratios, answer.tables["tags"].to_frame())
    _draw_shares(shares, answer.tables["later"].to_frame())
    return canvas


def _draw_ratios(axes, tags) -> None:
    ordinary = tags.loc[~tags["in_block"], "ratio"]
    axes.axvspan(ordinary.min(), ordinary.max(), color=figures.FAINT, alpha=0.6, lw=0)
    for row in tags.itertuples():
        height = 1 - row.rank
        if row.in_block and row.hosts_left > 0:
            axes.annotate(
                "", (row.ratio_left, height), (row.ratio, height),
                arrowprops={"arrowstyle": "-", "color": figures.MUTED, "lw": 0.8},
            )  # fmt: skip
            axes.plot(row.ratio_left, height, "o", ms=5.5, mfc="white", mec=figures.INK, mew=1.1)
        axes.plot(row.ratio, height, "o", ms=5.5, color=figures.INK, mec="white", mew=0.5)
    nothing = "the rarest of the five:\nnothing is left"
    figures.note(axes, nothing, (1.95, -4), (0, 0), muted=True, ha="right")
    figures.note(axes, "range of the\nother tags", (ordinary.max(), -8.5), muted=True)
    figures.label_rows(axes, list(tags["ollama_tag"]))
    axes.set(xlim=(1, 2.25), title="a  One block would explain the excess")
    axes.set_xlabel("listings a host, April 2025")


def _draw_shares(axes, later) -> None:
    listed, without, other_scan = (
        figures.Series(rows=rows, marker=marker, color=color, offset=0)
        for rows, marker, color in (
            ([Bounds(x, x) for x in later["as_listed"]], "o", figures.INK),
            (later["without_block"].tolist(), "o", figures.INK),
            (list(map(Bounds, later["later_low"], later["later_high"])), "D", figures.OTHER),
        )
    )
    figures.forest(axes, None, listed, without, other_scan)
    dot, ring = axes.get_lines()[0], axes.get_lines()[len(later)]
    diamond = axes.plot([], [], "D", ms=4.5, color=figures.OTHER, mec="white", ls="none")[0]
    bar = axes.plot([], [], color=figures.OTHER, lw=5, alpha=0.45, solid_capstyle="butt")[0]
    axes.legend(
        [dot, ring, diamond, bar],
        ["April 2025, as listed", "without the block", "another scan, May 2026",
         "not in its list of fifteen"],
        loc="lower right", fontsize=7.5, handlelength=1.2,
    )  # fmt: skip
    figures.percent_ticks(axes.xaxis)
    axes.set(xlim=(-0.01, 0.57), title="b  A scan a year later lacks the excess")
    axes.set_xlabel("share of hosts that list the tag")
