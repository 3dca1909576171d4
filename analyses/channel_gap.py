"""Do Ollama and the Hub show the same share of Chinese-origin models, family by family?

A family is a name of the Ollama library, such as qwen2.5; rules in the crosswalk find its
repositories on the Hub. Channels of one date are paired: hosts with the pulls of 2025-04-24, Hub
downloads of 30 days with the pulls of the days before. Neither channel consists of these families
alone. A model outside them has the origin of its publisher, as a family has, and any origin where
the publisher's is not known. A model of the Hub without a pipeline tag may be of the kinds that
Ollama serves or not, and may count or not.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    BudgetRow,
    Curve,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    TippingPoint,
    figures,
)
from research.estimators.budget import alternatives_row, budget, leave_one_out_row, sampling_row
from research.estimators.clustered import paired_share_difference
from research.estimators.ranged import Ranged, paired_gap_bounds, ranged_share
from research.estimators.tipping import tipping_point, verdict_change
from research.measures.channels import EMBEDDING, GENERATION
from research.measures.clone_block import Block, in_block, without_block
from research.measures.pulls import WEIGHTS, pulls_by_name
from research.measures.top_lists import on_day
from research.results import judge
from research.wording import number

GAP = "Chinese-origin share, pulls minus the other channel"
SAME = "the same over the families that both channels hold"
ANY = "the same with other models of any origin"
SHARES = {
    "same": "{}: Chinese-origin share of the families that both hold",
    "coded": "{}: Chinese-origin share with other models coded by publisher",
    "any": "{}: Chinese-origin share with other models of any origin",
}
COVERED = "{}: share in families that both hold"
COVERED_OF_LIST = "{}: share of the whole list in families that both hold"
COMPARED_OF_LIST = "{}: share of the whole list in the models compared"
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
SIDES, VALUES = ("pulls", "other"), ("value", "other value")
ROWS_COUNTED = "families and publishers of other models"
LOOK_BACK = 180  # days
UNLISTED = "the tags that the report does not list"


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
    _refuse(pulls, other, window, copies, clones)
    names = _names(model_crosswalk_names, model_crosswalk, publisher_origins)
    if origin == "base model":
        names["codes"] = _base_codes(names, model_crosswalk, model_crosswalk_tags)
    kinds = GENERATION + EMBEDDING
    if embeddings == "left out":
        names, kinds = names[~names["embedding"]], GENERATION
    counted = names[(remote_names == "counted") | ~names["served_remotely"]]

    def pulled(day) -> pd.DataFrame:
        found = pulls_by_name(ollama_library_pulls, day, window if pulls == "new" else None)
        return found.join(counted[["codes", "publisher"]], how="inner")

    day = pd.Timestamp(DATES[other])
    if other == "hosts":
        listed = _deployments(tenthe_model_tags, tenthe_quantizations, clones)
    else:
        models = _models(other, hub_top_models, hub_llm_panel, hub_llm_models)
        listed = _with_family(models, model_crosswalk_repositories, names, kinds)
        listed = listed[(copies == "with their family") | listed["relation"].ne("copy")]
        # The bases of models outside the families are not known.
        listed = _of_publisher(listed, publisher_origins, coded=origin == "publisher")
    of_day = on_day(listed, day)
    return Sample(
        population=f"{_words(pulls, window)} and {OTHER[other].format(KINDS[embeddings])}",
        as_of=DATES[other],
        data={
            "channels": _paired(pulled(day), of_day[of_day["member"]], names),
            "pulls": pulls,
            "other": "hosts" if other == "hosts" else "downloads",
            "list": None if other == "hosts" else _list(of_day),
            "days": _over_days(pulled, listed, names) if other == "top 1,000" else {},
            "block": _block(tenthe_model_tags) if other == "hosts" and clones == "kept" else 0.0,
            "scripts": _scripts(ollama_library_pulls, model_crosswalk_names, day),
        },
    )


def _refuse(pulls, other, window, copies, clones) -> None:
    if pulls == "all" and window != 30:
        raise NotApplicable("all pulls up to a date have no window")
    if other == "hosts" and pulls == "new" and window != 30:
        raise NotApplicable("the series of pulls begins too late for this window")
    if other == "hosts" and copies == "left out":
        raise NotApplicable("this pair holds no repositories of the Hub, so it has no copies")
    if other != "hosts" and clones == "removed":
        raise NotApplicable("downloads are not counted by host, so that no clone is among them")


def _words(pulls, window) -> str:
    return "all Ollama pulls" if pulls == "all" else f"the Ollama pulls of {window} days"


def _scripts(series, names, day) -> str:
    """What shows that scripts pull: the even gains of the less pulled names, and of remote ones."""
    days = min((day - series["date"].min()).days, LOOK_BACK)
    gains, totals = pulls_by_name(series, day, days)["value"], pulls_by_name(series, day)["value"]
    remote = gains.index.isin(names.loc[names["served_remotely"], "ollama_name"])
    older = ~remote & (gains < totals)
    less = gains[older & (totals - gains <= (totals - gains)[older].median())]
    low, high = less.quantile([0.25, 0.75]).round(-2)
    told = (
        f"In {days} days half of the {len(less)} less pulled names gained {number(low)} to "
        f"{number(high)}, whatever they hold"
    )
    if remote.any():
        told += f"; of the {remote.sum()} names served remotely, a pull of which fetches no "
        told += f"weights, the median gained {number(gains[remote].median())}"
    return told + "."


# Families and their origin ------------------------------------------------------------------------


def _names(kinds, crosswalk, origins) -> pd.DataFrame:
    """Of each name of the library: publisher, and the countries that it may be of ("": any)."""
    known = kinds.merge(crosswalk, on="ollama_name", how="left", validate="one_to_one")
    accounts = origins.set_index("author").reindex(known["hub_account"])
    coded = accounts["country"].notna().to_numpy()
    codes = known["publisher_candidates"].mask(coded, accounts["candidates"].to_numpy())
    parent = pd.Series(accounts["parent"].to_numpy()).fillna(known["hub_account"])
    return pd.DataFrame(
        {
            "codes": codes.fillna("").to_numpy(),
            "publisher": parent.fillna(known["publisher"]).to_numpy(),
            "embedding": known["embedding"].to_numpy(),
            "served_remotely": known["served_remotely"].to_numpy(),
        },
        index=pd.Index(known["ollama_name"]),
    )


def _base_codes(names, crosswalk, tags) -> pd.Series:
    """Countries of the publishers of the weights that a name's tags were made from."""
    bases = pd.concat([crosswalk, tags])[["ollama_name", "base_publisher_country"]]
    own = bases["ollama_name"].map(names["codes"]).replace("", "ZZ")
    codes = bases["base_publisher_country"].fillna(own)
    return codes.groupby(bases["ollama_name"]).agg(lambda found: "|".join(sorted(set(found))))


def _chinese(codes) -> dict[str, pd.Series]:
    """Whether the origin is certainly, and whether it may be, Chinese."""
    unknown = codes.eq("") | codes.str.contains("ZZ")
    return {"certain": codes.eq("CN"), "possible": unknown | codes.str.contains("CN")}


# The other channel --------------------------------------------------------------------------------


def _models(other, top, panel, catalogue) -> pd.DataFrame:
    """The models of a Hub table, by day; of the catalogue only the day that is paired."""
    if other == "top 1,000":
        return top
    rows = on_day(panel, DATES[other])
    return rows.assign(
        author=rows["model_id"].str.partition("/")[0],
        traffic_spike=False,
        # Without a tag too: the models that the catalogue has dropped since.
        pipeline_tag=rows["model_id"].map(catalogue.set_index("model_id")["pipeline_tag"]),
    )


def _with_family(models, repositories, names, kinds) -> pd.DataFrame:
    """Each model with its family: a member of the kinds that Ollama serves, or possibly one.

    A model without a pipeline tag that belongs to no family may be a member or not, so that its
    downloads count from none to all; as shown they do not count.
    """
    family = models["model_id"].map(repositories.set_index("hub_repository")["ollama_name"])
    relation = models["model_id"].map(repositories.set_index("hub_repository")["relation"])
    family = family.where(family.isin(names.index))
    sure = family.notna() | models["pipeline_tag"].isin(kinds)
    downloads = models["hub_downloads_30d"].astype(float)
    counted = downloads.where(sure, 0.0)
    return models[["as_of", "author", "traffic_spike"]].assign(
        ollama_name=family,
        relation=relation.where(family.notna()),
        member=sure | models["pipeline_tag"].isna(),
        low=counted,
        value=counted,
        high=downloads,
    )


def _of_publisher(listed, origins, *, coded) -> pd.DataFrame:
    accounts = origins.set_index("author")
    publisher = listed["author"].map(accounts["parent"]).fillna(listed["author"])
    codes = listed["author"].map(accounts["candidates"]).fillna("") if coded else ""
    return listed.assign(codes=codes, publisher=publisher)


def _deployments(tags, quantizations, clones) -> pd.DataFrame:
    """Hosts of each leading tag, and of all other tags at most as many as these have listings."""
    listings = quantizations["tag_occurrences"].sum() - tags["tag_occurrences"].sum()
    if clones == "removed":
        tags = without_block(tags, Block.largest(tags))
    hosts = dict.fromkeys(WEIGHTS, tags["answering_hosts"].astype(float))
    family = tags["ollama_tag"].str.partition(":")[0]
    listed = pd.DataFrame({"ollama_name": family, "block_tags": in_block(tags), **hosts})
    unlisted = {"low": 0.0, "value": float(listings), "high": float(listings), "block_tags": False}
    every = pd.concat([listed, pd.DataFrame([unlisted])], ignore_index=True)
    day = pd.Timestamp(DATES["hosts"])
    return every.assign(codes="", publisher=UNLISTED, as_of=day, member=True)


def _block(tags) -> float:
    """Hosts of the largest block of clones possible."""
    return Block.largest(tags).hosts


def _paired(pulled, listed, names) -> pd.DataFrame:
    """One row a family that both channels hold, and rows for what only one of them holds."""
    both = _shared(pulled, listed)
    alone = pulled[~pulled.index.isin(both.index)]
    unmatched = listed[~listed["ollama_name"].isin(both.index)]
    known = {
        column: unmatched["ollama_name"].map(names[column]).fillna(unmatched[column])
        for column in ("codes", "publisher")
    }
    rest = unmatched[WEIGHTS].add_prefix("other ").groupby([*known.values()]).sum()
    rest = rest.rename_axis(list(known)).reset_index()
    channels = pd.concat([both.assign(shared=True), alone, rest]).rename_axis("family")
    numbers = [*WEIGHTS, *(f"other {w}" for w in WEIGHTS), "block_tags"]
    channels[numbers] = channels.reindex(columns=numbers).fillna(0.0)
    channels["shared"] = channels["shared"].notna()
    return channels.assign(**_chinese(channels["codes"]))


def _shared(pulled, listed) -> pd.DataFrame:
    families = listed.groupby("ollama_name")[WEIGHTS].sum().add_prefix("other ")
    if "block_tags" in listed:
        families["block_tags"] = listed.groupby("ollama_name")["block_tags"].sum().astype(float)
    return pulled.join(families, how="inner")


def _list(listed) -> dict[str, float]:
    """Downloads of all models listed, of the models compared, and of those that may be."""
    compared = listed[listed["member"]]
    parts = {w: float(compared[w].sum()) for w in ("value", "high")}
    return {"whole": float(listed["high"].sum()), **parts}


def _over_days(pulled, listed, names) -> dict[str, dict[str, float]]:
    """Both gaps as shown, on every day of the lists, and without the traffic spike."""
    codes = listed["ollama_name"].map(names["codes"]).fillna(listed["codes"])
    members = listed.assign(certain=codes.eq("CN"))[listed["member"]]
    found: dict[str, dict[str, float]] = {"all": {}, "same": {}}
    for day, models in members.groupby("as_of"):
        pulls = pulled(day)
        pulls = pulls.assign(certain=pulls["codes"].eq("CN"))
        for spike in sorted({False, bool(models["traffic_spike"].any())}):
            counted = models[~models["traffic_spike"]] if spike else models
            label = f"{day:%Y-%m-%d}" + (" without the traffic spike" if spike else "")
            found["all"][label] = _certain_share(pulls) - _certain_share(counted)
            both = pulls[pulls.index.isin(counted["ollama_name"])]
            matched = counted[counted["ollama_name"].isin(pulls.index)]
            found["same"][label] = _certain_share(both) - _certain_share(matched)
    return found


def _certain_share(rows) -> float:
    return float(rows.loc[rows["certain"], "value"].sum() / rows["value"].sum())


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    channels = sample["channels"]
    shared = channels[channels["shared"]]
    return [
        _gap(sample, channels, shared),
        _same(sample, shared),
        _any(sample, channels),
        *(_share(sample, side, extent) for side in SIDES for extent in SHARES),
        *(_coverage(sample, side) for side in SIDES),
        *(_of_the_list(sample) if sample["list"] else ()),
    ]


def _weights(rows, side, *, exact=False) -> Ranged:
    columns = [w if side == "pulls" else f"other {w}" for w in WEIGHTS]
    if exact:
        return Ranged.exactly(rows[columns[1]])
    low, value, high = (rows[column].to_numpy() for column in columns)
    return Ranged(low=low, value=value, high=high)


def _bounds(rows, *, any_origin=False, uncertain=True, exact=()) -> Bounds:
    """The gap: with all that is open, or with some of it (origins, pulls, others) as it stands."""
    certain = rows["certain"]
    possible = rows["possible"] if uncertain else certain
    if any_origin:
        certain, possible = certain & rows["shared"], possible | ~rows["shared"]
    sides = (_weights(rows, side, exact=side in exact) for side in SIDES)
    return paired_gap_bounds(*sides, certain, possible)


def _shown(rows) -> float:
    """The gap as the channels show it, where an unknown origin counts as not Chinese."""
    return _bounds(rows, uncertain=False, exact=SIDES).low


def _gap(sample, channels, shared) -> Estimate:
    return Estimate(
        label=GAP,
        unit="difference in share",
        reading="finite population",
        bounds=_bounds(channels),
        n=len(channels),
        n_unit=ROWS_COUNTED,
        assumptions=_assumptions(sample, shared),
        tipping_points=_tipping_points(sample, channels, GAP),
        budget=budget(*_sources(sample, channels, "all"), *_other_models(sample, channels)),
    )


def _same(sample, shared) -> Estimate:
    return Estimate(
        label=SAME,
        unit="difference in share",
        reading="finite population",
        value=_shown(shared),
        bounds=_bounds(shared),
        n=len(shared),
        n_unit="families in both channels",
        assumptions=(ROUNDED, ONE_ORIGIN, OUTER),
        tipping_points=_tipping_points(sample, shared, SAME),
        budget=budget(*_sources(sample, shared, "same")),
    )


def _any(sample, channels) -> Estimate:
    return Estimate(
        label=ANY,
        unit="difference in share",
        reading="finite population",
        bounds=_bounds(channels, any_origin=True),
        n=len(channels),
        n_unit=ROWS_COUNTED,
        assumptions=(ROUNDED, ONE_ORIGIN, OUTER),
        tipping_points=(_levelling(sample, channels),),
        curves=(_over_origin_of_others(channels),),
    )


def _share(sample, side, extent) -> Estimate:
    """The share in one channel: what the figure sets beside each other."""
    rows = sample["channels"]
    rows = rows[rows["shared"]] if extent == "same" else rows
    certain, possible = rows["certain"], rows["possible"]
    if extent == "any":
        certain, possible = certain & rows["shared"], possible | ~rows["shared"]
    shown = _weights(rows, side).value
    return Estimate(
        label=SHARES[extent].format(_name(sample, side)),
        unit=f"share of {_name(sample, side)}",
        reading="finite population",
        value=float(shown[certain].sum() / shown.sum()) if extent == "same" else None,
        bounds=ranged_share(_weights(rows, side), certain, possible),
        n=len(rows),
        n_unit="families" if extent == "same" else ROWS_COUNTED,
        assumptions=(ROUNDED, ONE_ORIGIN) if side == "pulls" else (ONE_ORIGIN,),
    )


def _coverage(sample, side) -> Estimate:
    channels = sample["channels"]
    name, weights = _name(sample, side), _weights(channels, side)
    shared = channels["shared"]
    return Estimate(
        label=COVERED.format(name),
        unit=f"share of {name}",
        reading="finite population",
        value=_covered(channels)[side],
        bounds=ranged_share(weights, shared, shared),
        n=int(shared.sum()),
        n_unit="families in both channels",
        assumptions=(_unlisted(sample),) if name == "hosts" else (RULES, MEMBERS),
    )


def _covered(channels) -> dict[str, float]:
    """Part of each channel, as shown, in families that both hold."""
    shared = channels["shared"]
    shown = {side: channels[column] for side, column in zip(SIDES, VALUES, strict=True)}
    return {side: float(value[shared].sum() / value.sum()) for side, value in shown.items()}


def _of_the_list(sample) -> list[Estimate]:
    """How much of all downloads of the list is compared, and how much in shared families."""
    channels, listed = sample["channels"], sample["list"]
    matched = float(channels.loc[channels["shared"], "other value"].sum())
    common = {
        "unit": "share of the downloads of the list",
        "reading": "finite population",
        "assumptions": (RULES, MEMBERS),
    }
    return [
        Estimate(
            label=COVERED_OF_LIST.format("downloads"),
            value=matched / listed["whole"],
            n=int(channels["shared"].sum()),
            n_unit="families in both channels",
            **common,
        ),
        Estimate(
            label=COMPARED_OF_LIST.format("downloads"),
            value=listed["value"] / listed["whole"],
            bounds=Bounds(listed["value"] / listed["whole"], listed["high"] / listed["whole"]),
            n=len(channels),
            n_unit=ROWS_COUNTED,
            **common,
        ),
    ]


def _unlisted(sample) -> Assumption:
    channels = sample["channels"]
    listings = channels.loc[~channels["shared"], "other value"].sum()
    return Assumption(
        name="each listing of another tag is another host",
        holds="not testable",
        evidence=f"The other tags have {number(listings)} listings and at most as many hosts, so "
        "that the share is at least this.",
    )


def _name(sample, side) -> str:
    return "pulls" if side == "pulls" else sample["other"]


# What could move it -------------------------------------------------------------------------------


def _sources(sample, rows, extent) -> list[BudgetRow]:
    """The gap as shown (unknown origins not Chinese), and where each source could move it."""
    redrawn = paired_share_difference(
        rows["value"], rows["other value"], rows["certain"], rows["publisher"]
    )
    unknown = int((rows["possible"] & ~rows["certain"]).sum())
    found = [
        _row(
            "rounding of the pulls",
            _bounds(rows, uncertain=False, exact=("other",)),
            "every total at its worst",
        ),
        _row(
            "origins not known",
            _bounds(rows, exact=SIDES),
            f"{unknown} families or publishers, each Chinese or not",
        ),
        leave_one_out_row(redrawn.leave_one_out, "publisher"),
        sampling_row(redrawn, "publishers"),
    ]
    if sample["days"]:
        found.append(alternatives_row("day of the list", sample["days"][extent]))
    if sample["pulls"] == "new":
        found.append(_without_sweeps(rows))
    if sample["block"]:
        found.append(_without_clones(sample, rows))
    return found


def _other_models(sample, channels) -> list[BudgetRow]:
    """What the models outside the families could do to the gap of all models."""
    missed = ~channels["shared"]
    is_host = sample["other"] == "hosts"
    return [
        _row(
            "other models of any origin",
            _bounds(channels, any_origin=True, exact=SIDES),
            f"{missed.sum()} names and publishers of models that only one channel holds",
        ),
        _row(
            "hosts of tags not listed" if is_host else "models without a pipeline tag",
            _bounds(channels, uncertain=False, exact=("pulls",)),
            "from none to one a listing" if is_host else "counted or not",
        ),
    ]


def _without_sweeps(rows) -> BudgetRow:
    """What the median family gained is taken for the work of scripts that pull every name."""
    every = float(rows.loc[rows["high"] > 0, "value"].median())
    fewer = rows.assign(value=(rows["value"] - every).clip(lower=0))
    gaps = {"all pulls": _shown(rows), f"{number(every)} fewer of each name": _shown(fewer)}
    return alternatives_row("scripts that pull every name", gaps)


def _without_clones(sample, rows) -> BudgetRow:
    block = sample["block"]
    gaps = {"no clones": _shown(rows), f"{number(block)} clones": _shown(_fewer(rows, block))}
    return alternatives_row("clones among the hosts", gaps)


def _fewer(rows, clones) -> pd.DataFrame:
    """The rows without so many hosts that each list all five tags of the block."""
    columns = [f"other {w}" for w in WEIGHTS]
    return rows.assign(**{c: (rows[c] - clones * rows["block_tags"]).clip(0) for c in columns})


def _row(source, found, detail) -> BudgetRow:
    return BudgetRow(source=source, low=found.low, high=found.high, detail=detail)


def _origin_of_others(channels) -> tuple[float, float, float]:
    """Chinese share of all pulls, Chinese and unmatched part of the other channel, as shown."""
    certain, pulls, other = channels["certain"], channels["value"], channels["other value"]
    return (
        float(pulls[certain].sum() / pulls.sum()),
        float(other[certain & channels["shared"]].sum() / other.sum()),
        float(other[~channels["shared"]].sum() / other.sum()),
    )


def _levelling(sample, channels) -> TippingPoint:
    """Which part of the unmatched models would have to be Chinese for the shares to be equal."""
    share, matched, unmatched = _origin_of_others(channels)
    needed = (share - matched) / unmatched
    what = f"{sample['other']} outside shared families"
    if not 0 <= needed <= 1:
        told = f"no origin of the {what} makes the shares equal"
        return TippingPoint(what=f"Chinese part of the {what}", threshold=None, sentence=told)
    return TippingPoint(
        what=f"Chinese part of the {what}",
        threshold=needed,
        sentence=f"the shares are equal if {needed:.0%} of the {what} are of Chinese origin",
    )


def _over_origin_of_others(channels) -> Curve:
    grid = np.linspace(0, 1, 21)
    _, matched, unmatched = _origin_of_others(channels)
    pulls = ranged_share(_weights(channels, "pulls"), channels["certain"], channels["possible"])
    other = matched + grid * unmatched
    return Curve(
        over="Chinese part of the models outside shared families, in the other channel",
        grid=tuple(grid),
        low=tuple(pulls.low - other),
        high=tuple(pulls.high - other),
    )


def _tipping_points(sample, rows, label) -> tuple[TippingPoint, ...]:
    points = [_not_genuine(sample, rows, side) for side in SIDES]
    if sample["block"]:
        points.append(_cloned(sample, rows, label))
    return tuple(points)


def _cloned(sample, rows, label) -> TippingPoint:
    """How many clones among the hosts would give the gap another verdict."""
    what = "hosts that are clones of one block"

    def word(clones: float) -> str:
        return judge(HYPOTHESES[label], _bounds(_fewer(rows, clones)), None).word

    block = sample["block"]
    turned = verdict_change(word, 0, block, steps=20)
    if turned is None:
        told = f"the same with up to {number(block)} clones, the most possible"
    else:
        told = f"'{word(turned)}' if {number(turned)} hosts or more were clones"
    return TippingPoint(what=what, threshold=turned, sentence=told)


def _not_genuine(sample, rows, side) -> TippingPoint:
    """Which part of one channel's weight must be automated or faked to lose the verdict."""
    weights = {s: _weights(rows, s) for s in SIDES}
    certain, possible = rows["certain"].to_numpy(), rows["possible"].to_numpy()
    start = _bounds(rows)
    alike = _inside(start) > 0
    # Less Chinese weight lowers the share of its channel, less of the others raises it.
    gap_rises = (start.low + start.high > 0) == alike
    chinese = gap_rises != (side == "pulls")
    thinned = certain if chinese else ~possible
    units = "families" if rows["shared"].all() else "models"
    what = f"{_name(sample, side)} of {'Chinese' if chinese else 'other'} {units}"

    def margin(removed: float) -> float:
        kept, full = np.where(thinned, 1 - removed, 1.0), weights[side]
        parts = {w: getattr(full, w) * kept for w in WEIGHTS}
        found = paired_gap_bounds(*(weights | {side: Ranged(**parts)}).values(), certain, possible)
        return _inside(found) if alike else -ALIKE + max(found.low, -found.high)

    lost = tipping_point(margin, 0, 0.99, steps=20) if margin(0) > 0 else None
    if margin(0) <= 0:
        told = "nothing to lose: what is open already leaves no verdict"
    elif lost is None:
        told = f"kept whatever part of the {what} were not genuine"
    else:
        told = f"lost if {lost:.0%} of the {what} were not genuine"
    return TippingPoint(what=f"part of the {what} not genuine", threshold=lost, sentence=told)


def _inside(found: Bounds) -> float:
    return ALIKE - max(abs(found.low), abs(found.high))


# Assumptions --------------------------------------------------------------------------------------


def _assumptions(sample, shared) -> tuple[Assumption, ...]:
    what, covered = sample["other"], _covered(sample["channels"])
    spread = Assumption(name="pulls are made by users", holds="no", evidence=sample["scripts"])
    cover = Assumption(
        name="the channels hold the same models",
        holds="no",
        evidence=f"{len(shared)} families that both hold make up {covered['pulls']:.0%} of the "
        f"pulls and {covered['other']:.0%} of the {what}.",
    )
    member = _unlisted(sample) if what == "hosts" else MEMBERS
    also = (CLONES,) if what == "hosts" else ()
    return cover, member, *also, RULES, BY_PUBLISHER, ROUNDED, ONE_ORIGIN, OUTER, spread, SAME_ACT


RULES = Assumption(
    name="the rules find every repository of a family",
    holds="no",
    evidence="They read names and base tags; copies under free names or under the accounts of "
    "developers are missed.",
)
ROUNDED = Assumption(
    name="pull counts are exact",
    holds="no",
    evidence="The site rounds to the nearest hundred, from one million on to the nearest hundred "
    "thousand; the bounds hold for all totals that round to those shown.",
)
ONE_ORIGIN = Assumption(
    name="all tags of a family have one origin",
    holds="no",
    evidence="Tags of deepseek-r1 or cogito are made from Llama and from Qwen; the publisher is "
    "one. With the base model as origin such a family may be Chinese or not, and a later name "
    "whose base is not recorded keeps its publisher's origin.",
)
BY_PUBLISHER = Assumption(
    name="models outside the families have the origin of their publisher",
    holds="not testable",
    evidence="Their base models are not in the crosswalk. A publisher whose origin is not known "
    "may be Chinese or not; with the base model as origin all of them may.",
)
MEMBERS = Assumption(
    name="the pipeline tag says which models are language, multimodal or embedding models",
    holds="no",
    evidence="A model without a tag that belongs to no family may be one or not: the bounds hold "
    "for both, and shares as shown leave it out. A model of a family counts whatever its tag.",
)
CLONES = Assumption(
    name="no host is a clone of another",
    holds="no",
    evidence="The five leading tags look like one block of clones; the choice clones removes the "
    "largest one possible, and a tipping point says how many would change the verdict.",
)
OUTER = Assumption(
    name="outer bounds",
    holds="yes",
    evidence="The bounds hold for every origin, rounding and membership that is open, but are not "
    "proven sharp where origins and totals are open together: each total takes every weight at "
    "its worst.",
)
SAME_ACT = Assumption(
    name="a pull, a download and a host count the same act",
    holds="no",
    evidence="A pull fetches a finished quantization, a download is any request for a file, with "
    "caches and tests among them, and a host is counted once for each tag it lists.",
)


# Figure -------------------------------------------------------------------------------------------


def figure(result):
    canvas, (shares, gaps) = figures.canvas(
        (1, 2), height=4.4, source=figures.sources(result), width_ratios=(1.25, 1), sharey=True
    )
    rows = [row for other in DATES for row in _rows(result, other)]
    groups = [row for row, (_, _, gap) in enumerate(rows) if not gap and row]
    share, gap = ([row[at] for row in rows] for at in (1, 2))
    figures.forest(
        shares, [row[0] for row in rows], *_nested(share), groups=groups, width=40,
        xlim=(0, 1), xlabel="Chinese-origin share", title="Each channel",
    )  # fmt: skip
    for row, (_, _, _, covered) in enumerate(share):
        shares.annotate(f"{covered.value:.0%}", (0.94, -row), ha="center", va="center", fontsize=8)
    figures.forest(
        gaps, None, *_nested(gap), null=0, band=(-ALIKE, ALIKE), groups=groups,
        xlabel="pulls minus the other channel", title="Difference",
    )  # fmt: skip
    _head(shares, "of channel\nin shared\nfamilies", (0.94, 1), "axes fraction")
    _head(gaps, "within\n5 points", (0, 1), ("data", "axes fraction"))
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


def _head(axes, text, at, coordinates) -> None:
    axes.annotate(
        text, at, xycoords=coordinates, ha="center", va="bottom", fontsize=7.5,
        color=figures.MUTED,
    )  # fmt: skip


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
