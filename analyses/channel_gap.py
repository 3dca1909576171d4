"""Do Ollama and the Hub show the same share of Chinese-origin models, family by family?

A family is a name of the Ollama library, such as qwen2.5; rules in the crosswalk find its
repositories on the Hub. Channels of one date are paired: hosts with the pulls of 2025-04-24, Hub
downloads of 30 days with the pulls of the days before. Neither channel consists of these families
alone. A model outside them has the origin of its publisher, as a family has, and any origin where
the publisher's is not known. A model of the Hub without a pipeline tag may be of the kinds that
Ollama serves or not, and may count or not.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    Curve,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    TippingPoint,
    figures,
)
from research.doubts import EVERY, Coarse, Doubt, Gap, Share, overturned, turned_at, where
from research.estimators.budget import alternatives_row, budget
from research.estimators.tipping import verdict_change
from research.measures.channels import day_of_both, of_kinds, over_families
from research.measures.clone_block import Block, in_block, without_block
from research.measures.hub import hub_downloads, hub_facts
from research.measures.publishers import CHINA, ORIGIN, base_origins, library_publishers
from research.measures.pulls import (
    ROUNDED,
    WEIGHTS,
    days_counted,
    ollama_pulls,
    pulls_by_name,
    pulls_in_words,
)
from research.measures.remembering import remembered
from research.measures.top_lists import on_day, top_lists
from research.results import BudgetRow, deferred, judge
from research.wording import written

GAP = "Chinese-origin share, pulls minus the other channel"
SAME = "the same over the families that both channels hold"
ANY = "the same with other models of any origin"
SHARES = {
    "same": "{}: Chinese-origin share of the families that both hold",
    "coded": "{}: Chinese-origin share with other models coded by publisher",
    "any": "{}: Chinese-origin share with other models of any origin",
}
COVERED = "{}: share in families that both hold"
ALIKE = 0.05

HYPOTHESES = {
    label: Hypothesis(
        estimand=f"Chinese-origin share of Ollama pulls minus that of the other channel, {over}",
        null=0,
        margin=ALIKE,
        null_source="five percentage points either way, stated by this project after a first look "
        "at the data: exploratory; less is read as alike",
        alternative="equivalent",
        role="out of sample",
        scope="other measure",
    )
    for label, over in ((GAP, "all models by publisher"), (SAME, "families observed in both"))
}

DATES = {"top 1,000": "2026-06-11", "LLM catalogue": "2026-06-19", "hosts": "2025-04-24"}
OTHER = {
    "top 1,000": "the {} models among the 1,000 most downloaded",
    "LLM catalogue": "the {} models of the LLM catalogue",
    "hosts": "the model tags of the answering hosts of the Tenthe scan",
}
KINDS = {"counted": "language, multimodal and embedding", "left out": "language and multimodal"}
SIDES = ("pulls", "other")
ROWS_COUNTED = "families and publishers of other models"
LOOK_BACK = 180  # days


def sample(
    ollama_library_pulls,
    hub_top_models,
    hub_llm_panel,
    hub_llm_models,
    tenthe_model_tags,
    tenthe_quantizations,
    model_crosswalk,
    model_crosswalk_tags,
    model_crosswalk_names,
    model_crosswalk_repositories,
    publisher_origins,
    *,
    pulls: Annotated[Literal["new", "all"], ESTIMAND] = "new",
    other: Annotated[Literal["top 1,000", "LLM catalogue", "hosts"], ESTIMAND] = "top 1,000",
    window: Literal[30, 90, 180] = 30,
    remote_names: Literal["left out", "counted"] = "left out",
    embeddings: Literal["counted", "left out"] = "counted",
    copies: Literal["with their family", "left out"] = "with their family",
    origin: Literal["publisher", "base model"] = "publisher",
    clones: Literal["kept", "removed"] = "kept",
) -> Sample:
    days = days_counted(pulls, window)
    _refuse(pulls, other, window, copies, clones)
    names, kinds = of_kinds(model_crosswalk_names, embeddings=embeddings, remote="counted")
    library = library_publishers(names, publisher_origins, model_crosswalk)
    if origin == "base model":
        library = _of_bases(library, model_crosswalk, model_crosswalk_tags)
    counted = library if remote_names == "counted" else _served_locally(library, names)

    hub = hub_top_models if other == "top 1,000" else hub_llm_panel
    day = pd.Timestamp(DATES[other])
    if other != "hosts":
        day = day_of_both(hub, ollama_library_pulls, DATES[other])

    def downloaded(models) -> Coarse:
        tables = publisher_origins, hub_llm_models, model_crosswalk_repositories
        return _downloaded(models, *tables, library, kinds, copies, origin)

    def gap(listed, day) -> Gap:
        pulled = ollama_pulls(ollama_library_pulls, counted, day, days)
        sides = over_families(pulled, _counted(listed), library)
        return Gap(*map(CHINESE.in_, sides), paired=True)

    if other == "hosts":
        listed = _deployments(tenthe_model_tags, tenthe_quantizations, clones)
    else:
        listed = downloaded(on_day(hub, day))
    every_day = top_lists(hub, len(hub)) if other == "top 1,000" else {}
    block = other == "hosts" and clones == "kept"
    return Sample(
        population=f"{pulls_in_words(days)} and {OTHER[other].format(KINDS[embeddings])}",
        as_of=f"{day:%Y-%m-%d}",
        data={
            "gap": gap(listed, day),
            "pulls": pulls,
            "other": "hosts" if other == "hosts" else "downloads",
            "list": listed,
            "block": Block.largest(tenthe_model_tags).hosts if block else 0.0,
        },
        deferred={
            "days": lambda: {
                name: gap(downloaded(models), models["as_of"].max())
                for name, models in every_day.items()
            },
            "scripts": lambda: _scripts(ollama_library_pulls, model_crosswalk_names, day),
        },
    )


def _refuse(pulls, other, window, copies, clones) -> None:
    if other == "hosts" and pulls == "new" and window != 30:
        raise NotApplicable("the series of pulls begins too late for this window")
    if other == "hosts" and copies == "left out":
        raise NotApplicable("this pair holds no repositories of the Hub, so it has no copies")
    if other != "hosts" and clones == "removed":
        raise NotApplicable("downloads are not counted by host, so that no clone is among them")


def _scripts(series, names, day) -> str:
    """What shows that scripts pull: the even gains of the less pulled names, and of remote ones."""
    days = min((day - series["date"].min()).days, LOOK_BACK)
    gains, totals = pulls_by_name(series, day, days)["value"], pulls_by_name(series, day)["value"]
    remote = gains.index.isin(names.loc[names["served_remotely"], "ollama_name"])
    older = ~remote & (gains < totals)
    less = gains[older & (totals - gains <= (totals - gains)[older].median())]
    low, high = less.quantile([0.25, 0.75]).round(-2)
    evenly = written(
        "In {:0} days half of the {:0} less pulled names gained {} to {}, whatever they hold",
        days,
        len(less),
        low,
        high,
    )
    if remote.any():
        evenly += written(
            "; of the {:0} names served remotely, a pull of which fetches no weights, the median "
            "gained {}",
            remote.sum(),
            gains[remote].median(),
        )
    return evenly + "."


# The names of the library -------------------------------------------------------------------------


@remembered
def _of_bases(library, crosswalk, tags) -> pd.DataFrame:
    return library.assign(origin=base_origins(library, crosswalk, tags))


@remembered
def _served_locally(library, names) -> pd.DataFrame:
    return library.loc[names.loc[~names["served_remotely"], "ollama_name"]]


# The other channel --------------------------------------------------------------------------------


@remembered
def _downloaded(models, origins, catalogue, repositories, library, kinds, copies, origin) -> Coarse:
    """The models of a day of which any may be of the kinds that Ollama serves."""
    units = _models(models, origins, catalogue, repositories, library.index, copies)
    if origin == "base model":  # those of models outside the families are not known
        units = replace(units, rows=units.rows.assign(origin=""))
    return _members(units, kinds)


def _models(models, origins, catalogue, repositories, names, copies) -> Coarse:
    """The models of a day with their families, copies as chosen.

    A task that the list does not tell is the catalogue's; none, where it has dropped the model.
    """
    facts = hub_facts(catalogue)
    units = hub_downloads(models, origins, tell=["task"], facts=facts, families=repositories)
    family = units.rows["family"]
    units = replace(units, rows=units.rows.assign(family=family.where(family.isin(names))))
    copied = units.rows["relation"].eq("copy") & units.rows["family"].notna()
    return units.among(~copied | (copies == "with their family"))


def _members(units, kinds) -> Coarse:
    """Which models certainly are of the kinds that Ollama serves, and which may be.

    A model without a pipeline tag that belongs to no family may be, so that its downloads count
    from none to all; as shown they do not count.
    """
    task = units.rows["task"]
    certain = units.rows["family"].notna() | task.isin(kinds)
    shown = units.rows["value"].where(certain, 0.0)
    rows = units.rows.assign(
        low=shown, value=shown, counted=certain | task.eq(""), weight_doubt=UNTAGGED.name
    )
    return replace(units, rows=rows, doubts=(*units.doubts, UNTAGGED))


def _counted(units) -> Coarse:
    return units.among(units.rows["counted"])


def _deployments(tags, quantizations, clones) -> Coarse:
    """Hosts of each leading tag, and of all other tags at most as many as these have listings."""
    listings = quantizations["tag_occurrences"].sum() - tags["tag_occurrences"].sum()
    if clones == "removed":
        tags = without_block(tags)
    hosts = dict.fromkeys(WEIGHTS, tags["answering_hosts"].astype(float))
    family = tags["ollama_tag"].str.partition(":")[0]
    listed = pd.DataFrame({"family": family, "block_tags": in_block(tags), **hosts})
    unlisted = {"low": 0.0, "value": float(listings), "high": float(listings), "block_tags": False}
    every = pd.concat([listed, pd.DataFrame([unlisted])], ignore_index=True)
    rows = every.assign(
        origin="", organisation="the tags that the report does not list", counted=True,
        origin_doubt=ORIGIN.name, weight_doubt=UNLISTED.name,
    )  # fmt: skip
    return Coarse(rows, (ORIGIN, UNLISTED), "tags", "hosts")


CHINESE, SHARED, ALONE = Share(of=CHINA), where(shared="yes"), where(shared="no")
UNTAGGED = Doubt("models without a pipeline tag", "counted or not")
UNLISTED = Doubt("hosts of tags not listed", "from none to one a listing")
OUTSIDE = Doubt("other models of any origin", "models that only one channel holds, of any origin")


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> Iterator[Estimate]:
    gap = sample["gap"]
    extents = {"same": gap.among(SHARED), "coded": gap, "any": _others_of_any_origin(gap)}
    judged = (GAP, "coded", EVERY, _assumptions(sample)), (SAME, "same", SHARED, IN_PULLS)
    for label, extent, wanted, assumed in judged:
        yield _difference(
            label,
            extents[extent],
            assumptions=assumed,
            tipping_points=_tipping_points(sample, extents[extent], label),
            budget=_budget(sample, extents[extent], wanted),
        )
    yield _difference(
        ANY,
        extents["any"],
        assumptions=IN_PULLS,
        tipping_points=(_levelling(sample),),
        curves=(_over_origin_of_others(gap),),
    )
    for side in SIDES:
        yield from (_share(sample, side, e, extents[e]) for e in extents)
    yield from (_coverage(sample, side) for side in SIDES)


def _others_of_any_origin(gap) -> Gap:
    return gap.over(lambda units: units.opening("origin", ALONE, OUTSIDE))


def _difference(label, asked, **told) -> Estimate:
    return asked.estimate(
        label=label,
        unit="difference in share",
        value=asked.value if label == SAME else None,
        n=len(asked.first.units.rows),
        n_unit="families in both channels" if label == SAME else ROWS_COUNTED,
        **told,
    )


def _side(gap, side):
    return gap.first if side == "pulls" else gap.second


def _share(sample, side, extent, gap) -> Estimate:
    """The share in one channel: what the figure sets beside each other."""
    share = _side(gap, side)
    return share.estimate(
        label=SHARES[extent].format(_name(sample, side)),
        unit=f"share of {_name(sample, side)}",
        value=share.value if extent == "same" else None,
        n=len(share.units.rows),
        n_unit="families" if extent == "same" else ROWS_COUNTED,
        assumptions=IN_PULLS if side == "pulls" else (ONE_ORIGIN,),
    )


def _covered(sample, side):
    """The part of a channel that is in families that both hold."""
    return Share(of=SHARED).in_(_side(sample["gap"], side).units)


def _coverage(sample, side) -> Estimate:
    name, covered = _name(sample, side), _covered(sample, side)
    return covered.estimate(
        label=COVERED.format(name),
        unit=f"share of {name}",
        value=covered.value,
        n=_shared_families(sample),
        n_unit="families in both channels",
        assumptions=(_unlisted(sample),) if name == "hosts" else (RULES, MEMBERS),
    )


def _shared_families(sample) -> int:
    return len(sample["gap"].among(SHARED).first.units.rows)


def _unlisted(sample) -> Assumption:
    return Assumption(
        name="each listing of another tag is another host",
        holds="not testable",
        evidence=written(
            "The other tags have {} listings and at most as many hosts, so that the share is at "
            "least this.",
            sample["gap"].second.units.held(ALONE),
        ),
    )


def _name(sample, side) -> str:
    return "pulls" if side == "pulls" else sample["other"]


# What could move it -------------------------------------------------------------------------------


@deferred
def _budget(sample, gap, wanted) -> tuple[BudgetRow, ...]:
    """The gap as shown (unknown origins not Chinese), and where each source could move it."""
    found = [*gap.budget(), *gap.drawn("organisation")]
    if sample["days"]:
        days = {day: found.among(wanted).value for day, found in sample["days"].items()}
        found.append(alternatives_row("day of the list", days))
    if sample["pulls"] == "new":
        found.append(_without_sweeps(gap))
    if sample["block"]:
        fewer = _fewer(sample, gap, sample["block"])
        clones = {"no clones": gap.value, written("{} clones", sample["block"]): fewer.value}
        found.append(alternatives_row("clones among the hosts", clones))
    if wanted == EVERY:
        found.append(_others_of_any_origin(gap).row(OUTSIDE, ORIGIN))
    return budget(*found)


def _without_sweeps(gap):
    """What the median family gained is taken for the work of scripts that pull every name."""
    pulls = gap.first.units
    every = float(pulls.rows.loc[pulls.rows["high"] > 0, "value"].median())
    fewer = replace(gap, first=CHINESE.in_(pulls.less(every)))
    gaps = {"all pulls": gap.value, written("{} fewer of each name", every): fewer.value}
    return alternatives_row("scripts that pull every name", gaps)


def _fewer(sample, gap, clones) -> Gap:
    """The gap without so many hosts that each list all five tags of the block."""
    tags = sample["list"].rows.groupby("family")["block_tags"].sum()
    hosts = gap.second.units
    held = hosts.rows["family"].map(tags).fillna(0).astype(float)
    return replace(gap, second=CHINESE.in_(hosts.less(clones * held)))


def _origin_of_others(gap) -> tuple[float, float]:
    """Chinese and unmatched part of the other channel, as shown."""
    matched = Share(of=where(origin="CN", shared="yes")).in_(gap.second.units)
    return matched.value, Share(of=ALONE).in_(gap.second.units).value


def _levelling(sample) -> TippingPoint:
    """Which part of the unmatched models would have to be Chinese for the shares to be equal."""
    matched, unmatched = _origin_of_others(sample["gap"])
    needed = (sample["gap"].first.value - matched) / unmatched if unmatched else math.inf
    what = f"{sample['other']} outside shared families"
    if not 0 <= needed <= 1:
        never = f"no origin of the {what} makes the shares equal"
        return TippingPoint(what=f"Chinese part of the {what}", threshold=None, sentence=never)
    return turned_at(
        f"Chinese part of the {what}",
        f"the shares are equal if {{:%0}} of the {what} are of Chinese origin",
        needed,
    )


def _over_origin_of_others(gap) -> Curve:
    grid = np.linspace(0, 1, 21)
    matched, unmatched = _origin_of_others(gap)
    pulls, other = gap.first.bounds(), matched + grid * unmatched
    return Curve(
        over="Chinese part of the models outside shared families, in the other channel",
        grid=tuple(grid),
        low=tuple(pulls.low - other),
        high=tuple(pulls.high - other),
    )


@deferred
def _tipping_points(sample, gap, label) -> tuple[TippingPoint, ...]:
    points = [_not_genuine(sample, gap, side) for side in SIDES]
    if sample["block"]:
        points.append(_cloned(sample, gap, label))
    return tuple(points)


def _cloned(sample, gap, label) -> TippingPoint:
    """How many clones among the hosts would give the gap another verdict."""
    what = "hosts that are clones of one block"

    def word(clones: float) -> str:
        return judge(HYPOTHESES[label], _fewer(sample, gap, clones).bounds(), None).word

    block = sample["block"]
    turned = verdict_change(word, 0, block, steps=20)
    if turned is None:
        kept = written("the same with up to {} clones, the most possible", block)
        return TippingPoint(what=what, threshold=None, sentence=kept)
    return turned_at(what, f"'{word(turned)}' if {{}} hosts or more were clones", turned)


def _not_genuine(sample, gap, side) -> TippingPoint:
    """Which part of one channel's weight must be automated or faked to lose the verdict."""
    start = gap.bounds()
    alike = _inside(start) > 0
    # Less Chinese weight lowers the share of its channel, less of the others raises it.
    gap_rises = (start.low + start.high > 0) == alike
    chinese = gap_rises != (side == "pulls")
    thinned, second = CHINA if chinese else ~CHINA, side != "pulls"
    units = "families" if gap.first.units.holds(SHARED)[0].all() else "models"
    what = f"{_name(sample, side)} of {'Chinese' if chinese else 'other'} {units}"

    def margin(removed: float) -> float:
        found = gap.thinned(thinned, removed, second=second).bounds()
        return _inside(found) if alike else -ALIKE + max(found.low, -found.high)

    return overturned(
        margin,
        things=what,
        nothing="nothing to lose: what is open already leaves no verdict",
    )


def _inside(found: Bounds) -> float:
    return ALIKE - max(abs(found.low), abs(found.high))


# Assumptions --------------------------------------------------------------------------------------


@deferred
def _assumptions(sample) -> tuple[Assumption, ...]:
    what = sample["other"]
    parts = [_covered(sample, side).value for side in SIDES]
    spread = Assumption.of_scope("pulls are made by users", sample["scripts"])
    cover = Assumption.of_scope(
        name="the channels hold the same models",
        evidence=written(
            "{:0} families that both hold make up {:%0} of the pulls and {:%0} of the {}.",
            _shared_families(sample),
            *parts,
            what,
        ),
    )
    member = _unlisted(sample) if what == "hosts" else MEMBERS
    also = (CLONES,) if what == "hosts" else ()
    return cover, member, *also, RULES, BY_PUBLISHER, ROUNDED, ONE_ORIGIN, spread, SAME_ACT


RULES = Assumption(
    name="the rules find every repository of a family",
    holds="no",
    without="copies",
    evidence="They read names and base tags; copies under free names or under the accounts of "
    "developers are missed.",
)
ONE_ORIGIN = Assumption(
    name="all tags of a family have one origin",
    holds="no",
    without="origin",
    evidence="Tags of deepseek-r1 or cogito are made from Llama and from Qwen; the publisher is "
    "one. With the base model as origin such a family may be Chinese or not, and a later name "
    "whose base is not recorded keeps its publisher's origin.",
)
IN_PULLS = ROUNDED, ONE_ORIGIN
BY_PUBLISHER = Assumption(
    name="models outside the families have the origin of their publisher",
    holds="not testable",
    evidence="Their base models are not in the crosswalk. A publisher whose origin is not known "
    "may be Chinese or not; with the base model as origin all of them may.",
)
MEMBERS = Assumption(
    name="the pipeline tag says which models are language, multimodal or embedding models",
    holds="no",
    without="models without a pipeline tag",
    evidence="A model without a tag that belongs to no family may be one or not: the bounds hold "
    "for both, and shares as shown leave it out. A model of a family counts whatever its tag.",
)
CLONES = Assumption(
    name="no host is a clone of another",
    holds="no",
    without="clones",
    evidence="The five leading tags look like one block of clones; the choice clones removes the "
    "largest one possible, and a tipping point says how many would change the verdict.",
)
SAME_ACT = Assumption.of_scope(
    name="a pull, a download and a host count the same act",
    evidence="A pull fetches a finished quantization, a download is any request for a file, with "
    "caches and tests among them, and a host is counted once for each tag it lists.",
)


# Figure -------------------------------------------------------------------------------------------


def figure(result):
    canvas, (shares, gaps) = figures.canvas(
        (1, 2), height=4.4, source=figures.credits(result), width_ratios=(1.25, 1), sharey=True
    )
    rows = [row for other in DATES for row in _rows(result, other)]
    groups = [row for row, (_, _, gap) in enumerate(rows) if not gap and row]
    share, gap = ([row[at] for row in rows] for at in (1, 2))
    figures.forest(
        shares, [row[0] for row in rows], *_nested(share), groups=groups, width=40,
        xlim=(0, 1), xlabel="Chinese-origin share", title="Each channel",
    )  # fmt: skip
    for row, (_, _, _, covered) in enumerate(share):
        figures.note(shares, written("{:%0}", covered.value), (0.94, -row), (0, 0), ha="center")
    figures.forest(
        gaps, None, *_nested(gap), null=0, band=(-ALIKE, ALIKE), groups=groups,
        xlabel="pulls minus the other channel", title="Difference",
    )  # fmt: skip
    for axes, text, at in (
        (shares, "of channel\nin shared\nfamilies", 0.94), (gaps, "within\n5 points", 0)
    ):  # fmt: skip
        above = {"xycoords": ("data", "axes fraction"), "ha": "center", "va": "bottom"}
        figures.note(axes, text, (at, 1), (0, 0), muted=True, **above)
    _key(canvas)
    return canvas


ROWS = {
    "top 1,000": "downloads, top 1,000",
    "LLM catalogue": "downloads, catalogue",
    "hosts": "hosts, by tag",
}


def _rows(result, other) -> list[tuple]:
    """Label, share and gap of the other channel (without a gap), new pulls and all pulls."""
    new, everything = (result.answer(pulls=pulls, other=other) for pulls in ("new", "all"))
    name = "hosts" if other == "hosts" else "downloads"
    return [
        (f"{DATES[other]}: {ROWS[other]}", _share_of(new, name), ()),
        ("pulls of the 30 days before", _share_of(new, "pulls"), _gap_of(new)),
        ("all pulls until then", _share_of(everything, "pulls"), _gap_of(everything)),
    ]


def _share_of(answer, name) -> list[Estimate]:
    labels = [*(SHARES[extent].format(name) for extent in SHARES), COVERED.format(name)]
    return [answer.estimates[label] for label in labels]


def _gap_of(answer) -> list[Estimate]:
    return [answer.estimates[label] for label in (SAME, GAP, ANY)]


def _nested(rows) -> Iterator[figures.Series]:
    """The families that both hold; other models coded by publisher; these of any origin."""
    for at, color in ((2, figures.OTHER), (1, figures.INK)):
        yield figures.Series(
            rows=[row[at].identified if row else None for row in rows], color=color, offset=0
        )
    yield figures.Series(rows=[row[0].value if row else None for row in rows], offset=0)


def _key(canvas) -> None:
    """What the marks assume of the models outside the families that both channels hold."""
    from matplotlib.lines import Line2D

    bar = {"lw": 5, "alpha": 0.45, "solid_capstyle": "butt"}
    ring = {"ls": "none", "marker": "o", "ms": 5, "mfc": "white", "mec": figures.INK, "mew": 1.1}
    handles = [
        Line2D([], [], color=figures.OTHER, label="of any origin", **bar),
        Line2D([], [], color=figures.INK, label="of their publisher's origin (judged)", **bar),
        Line2D([], [], label="left out; totals as shown", **ring),
    ]
    canvas.legend(
        handles=handles, loc="outside upper left", ncols=3, title_fontsize=8.5, alignment="left",
        title="Models outside the families that both channels hold are",
    )  # fmt: skip
