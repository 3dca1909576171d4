"""Do Ollama and the Hub show the same share of Chinese-origin models, family by family?

A family is a name of the Ollama library, such as qwen2.5; rules in the crosswalk find its
repositories on the Hub. Channels of one date are paired: hosts with the pulls of 2025-04-24, Hub
downloads of 30 days with the pulls of the days before. Neither channel consists of these families
alone. What the crosswalk leaves over may have any origin, and that leads where it is much.
"""

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
from research.measures.pulls import pulls_by_name
from research.estimators.budget import alternatives_row, budget, leave_one_out_row, sampling_row
from research.estimators.clustered import paired_share_difference
from research.estimators.ranged import Ranged, paired_gap_bounds, ranged_share
from research.estimators.tipping import tipping_point
from research.wording import number

GAP = "Chinese-origin share, pulls minus the other channel"
SAME = "the same over the families that both channels hold"
CODED = "the same with all other models coded by publisher"
SHARES = {
    "same": "{}: Chinese-origin share of the families that both hold",
    "coded": "{}: Chinese-origin share with other models coded by publisher",
    "any": "{}: Chinese-origin share with other models of any origin",
}
COVERED = "{}: share in families that both hold"
ENOUGH = 0.95  # where a channel holds less than this in shared families, the bounds lead
ALIKE = 0.05

HYPOTHESES = {
    label: Hypothesis(
        estimand=f"Chinese-origin share of Ollama pulls minus that of the other channel, {over}",
        null=0,
        margin=ALIKE,
        null_source="five percentage points either way, set for this study; less is read as alike",
        alternative="equivalent",
        role="out of sample",
        scope="other measure",
    )
    for label, over in ((GAP, "all models"), (SAME, "families observed in both"))
}

DATES = {"top 1,000": "2026-06-11", "LLM catalogue": "2026-06-19", "hosts": "2025-04-24"}
OTHER = {
    "top 1,000": "the 1,000 most downloaded models",
    "LLM catalogue": "the LLM catalogue",
    "hosts": "the ten leading tags of the Tenthe scan",
}
EMBEDDING = ["feature-extraction", "sentence-similarity"]
GENERATION = ["text-generation", "image-text-to-text", "any-to-any"]
WEIGHTS = ["low", "value", "high"]
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
) -> Sample:
    _refuse(pulls, other, window, copies)
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

    if other == "hosts":
        listed = _deployments(tenthe_model_tags, tenthe_quantizations)
    else:
        models = _models(other, hub_top_models, hub_llm_panel, hub_llm_models)
        listed = _with_family(models, model_crosswalk_repositories, names, kinds)
        listed = listed[(copies == "with their family") | listed["relation"].ne("copy")]
        listed = listed.assign(codes=_codes(listed["author"], publisher_origins))
    day, is_top = pd.Timestamp(DATES[other]), other == "top 1,000"
    return Sample(
        population=f"{_words(pulls, window)} and {OTHER[other]}",
        as_of=DATES[other],
        data={
            "channels": _paired(pulled(day), listed[listed["as_of"] == day], names),
            "pulls": pulls,
            "other": "hosts" if other == "hosts" else "downloads",
            # Downloads of the last place. The catalogue has none: it is not cut by rank.
            "cut": _cut(hub_top_models, day) if is_top else None,
            "days": _over_days(pulled, listed) if is_top else {},
            "scripts": _scripts(ollama_library_pulls, model_crosswalk_names, day),
        },
    )


def _refuse(pulls, other, window, copies) -> None:
    if pulls == "all" and window != 30:
        raise NotApplicable("all pulls up to a date have no window")
    if other == "hosts" and pulls == "new" and window != 30:
        raise NotApplicable("the series of pulls begins too late for this window")
    if other == "hosts" and copies == "left out":
        raise NotApplicable("this pair holds no repositories of the Hub, so it has no copies")


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


def _codes(authors, origins) -> pd.Series:
    return authors.map(origins.set_index("author")["candidates"]).fillna("")


def _chinese(codes) -> dict[str, pd.Series]:
    """Whether the origin is certainly, and whether it may be, Chinese."""
    unknown = codes.eq("") | codes.str.contains("ZZ")
    return {"certain": codes.eq("CN"), "possible": unknown | codes.str.contains("CN")}


# The other channel --------------------------------------------------------------------------------


def _models(other, top, panel, catalogue) -> pd.DataFrame:
    """The models of a Hub table, by day; of the catalogue only the day that is paired."""
    if other == "top 1,000":
        return top
    rows = panel[panel["as_of"] == DATES[other]]
    author = rows["model_id"].str.partition("/")[0]
    return rows.assign(author=author, traffic_spike=False).merge(
        catalogue[["model_id", "pipeline_tag"]], on="model_id", how="left", validate="one_to_one"
    )


def _with_family(models, repositories, names, kinds) -> pd.DataFrame:
    """The models of the kinds that Ollama serves, and those that belong to a family."""
    families = repositories[repositories["ollama_name"].isin(names.index)]
    found = models.merge(
        families, left_on="model_id", right_on="hub_repository", how="left", validate="many_to_one"
    )
    found = found[found["ollama_name"].notna() | found["pipeline_tag"].isin(kinds)]
    downloads = dict.fromkeys(WEIGHTS, found["hub_downloads_30d"].astype(float))
    columns = ["as_of", "ollama_name", "relation", "author", "traffic_spike"]
    return found[columns].assign(**downloads)


def _deployments(tags, quantizations) -> pd.DataFrame:
    """Hosts of each leading tag, and of all other tags at most as many as these have listings."""
    listings = quantizations["tag_occurrences"].sum() - tags["tag_occurrences"].sum()
    hosts = dict.fromkeys(WEIGHTS, tags["answering_hosts"].astype(float))
    listed = pd.DataFrame({"ollama_name": tags["ollama_tag"].str.partition(":")[0], **hosts})
    unlisted = pd.DataFrame([{"low": 0.0, "value": float(listings), "high": float(listings)}])
    every = pd.concat([listed, unlisted], ignore_index=True)
    return every.assign(codes="", as_of=pd.Timestamp(DATES["hosts"]))


def _paired(pulled, listed, names) -> pd.DataFrame:
    """One row a family that both channels hold, and rows for what only one of them holds."""
    both = _shared(pulled, listed)
    alone = pulled[~pulled.index.isin(both.index)]
    unmatched = listed[~listed["ollama_name"].isin(both.index)]
    codes = unmatched["ollama_name"].map(names["codes"]).fillna(unmatched["codes"])
    rest = unmatched.groupby(codes)[WEIGHTS].sum().add_prefix("other ")
    rest = rest.rename_axis("codes").reset_index()
    channels = pd.concat([both.assign(shared=True), alone, rest]).rename_axis("family")
    numbers = [*WEIGHTS, *(f"other {w}" for w in WEIGHTS)]
    channels[numbers] = channels[numbers].fillna(0.0)
    channels["shared"] = channels["shared"].notna()
    return channels.assign(**_chinese(channels["codes"]))


def _shared(pulled, listed) -> pd.DataFrame:
    families = listed.groupby("ollama_name")[WEIGHTS].sum()
    return pulled.join(families.add_prefix("other "), how="inner")


def _cut(top, day) -> float:
    return float(top.loc[top["as_of"] == day, "hub_downloads_30d"].min())


def _over_days(pulled, listed) -> dict[str, float]:
    """The gap over shared families on every day of the lists, and without the traffic spike."""
    found = {}
    for day, models in listed.groupby("as_of"):
        pulls = pulled(day)
        for spike in sorted({False, bool(models["traffic_spike"].any())}):
            counted = models[~models["traffic_spike"]] if spike else models
            both = _shared(pulls, counted)
            label = f"{day:%Y-%m-%d}" + (" without the traffic spike" if spike else "")
            found[label] = _shown(both.assign(shared=True, **_chinese(both["codes"])))
    return found


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    channels = sample["channels"]
    shared = channels[channels["shared"]]
    covered = _covered(channels)
    return [
        _gap(sample, channels, shared, covered),
        _same(sample, shared),
        _coded(channels),
        *(_share(sample, side, extent) for side in ("pulls", "other") for extent in SHARES),
        *(_coverage(sample, side, covered[side]) for side in ("pulls", "other")),
    ]


def _weights(channels, side, *, exact=False) -> Ranged:
    columns = [w if side == "pulls" else f"other {w}" for w in WEIGHTS]
    if exact:
        return Ranged.exactly(channels[columns[1]])
    low, value, high = (channels[column].to_numpy() for column in columns)
    return Ranged(low=low, value=value, high=high)


def _bounds(channels, *, any_origin=False, uncertain=True, exact=False) -> Bounds:
    """The gap: with all that is open, or with some of it (origins, pulls, others) as it stands."""
    certain = channels["certain"]
    possible = channels["possible"] if uncertain else certain
    if any_origin:
        certain, possible = certain & channels["shared"], possible | ~channels["shared"]
    sides = (_weights(channels, side, exact=exact) for side in ("pulls", "other"))
    return paired_gap_bounds(*sides, certain, possible)


def _shown(shared) -> float:
    """The gap as the channels show it, a family of unknown origin counted as not Chinese."""
    return _bounds(shared, uncertain=False, exact=True).low


def _covered(channels) -> dict[str, float]:
    """Part of each channel, as shown, in families that both hold."""
    columns = {"pulls": "value", "other": "other value"}
    return {
        side: float(channels.loc[channels["shared"], column].sum() / channels[column].sum())
        for side, column in columns.items()
    }


def _gap(sample, channels, shared, covered) -> Estimate:
    enough = min(covered.values()) >= ENOUGH
    return Estimate(
        label=GAP,
        unit="difference in share",
        reading="finite population",
        value=_shown(shared),
        bounds=_bounds(shared) if enough else _bounds(channels, any_origin=True),
        n=len(shared),
        n_unit="families in both channels",
        assumptions=_assumptions(sample, covered),
        tipping_points=(_levelling(sample, channels),),
        budget=budget(*_sources(sample, channels, shared)),
        curves=(_over_origin_of_others(channels),),
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
        assumptions=(ROUNDED, ONE_ORIGIN),
        tipping_points=(_not_genuine(sample, shared),),
    )


def _coded(channels) -> Estimate:
    return Estimate(
        label=CODED,
        unit="difference in share",
        reading="finite population",
        bounds=_bounds(channels),
        n=len(channels),
        n_unit="families and groups of other models",
        assumptions=(ROUNDED, ONE_ORIGIN, BY_PUBLISHER),
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
        n_unit="families" if extent == "same" else "families and groups of other models",
        assumptions=(ROUNDED, ONE_ORIGIN) if side == "pulls" else (ONE_ORIGIN,),
    )


def _coverage(sample, side, covered) -> Estimate:
    return Estimate(
        label=COVERED.format(_name(sample, side)),
        unit=f"share of {_name(sample, side)}",
        reading="finite population",
        value=covered,
        n=int(sample["channels"]["shared"].sum()),
        n_unit="families in both channels",
        assumptions=(_unlisted(sample),) if _name(sample, side) == "hosts" else (RULES,),
    )


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


def _sources(sample, channels, shared) -> list[BudgetRow]:
    """The gap over shared families, and where each source alone could move it."""
    redrawn = paired_share_difference(
        shared["value"], shared["other value"], shared["certain"], shared["publisher"]
    )
    missed = ~channels["shared"]
    rows = [
        _row("rounding of the pulls", _bounds(shared, uncertain=False), "every total at its worst"),
        _row("families of unknown origin", _bounds(shared, exact=True), "each Chinese or not"),
        _row(
            "other models of any origin",
            _bounds(channels, any_origin=True, exact=True),
            f"{missed.sum()} names and groups of models that only one channel holds",
        ),
        _row("other models by publisher", _bounds(channels, exact=True), "unknown publishers open"),
        leave_one_out_row(redrawn.leave_one_out, "publisher"),
        sampling_row(redrawn, "publishers"),
    ]
    if sample["cut"] is not None:
        rows.append(_below_the_cut(channels, sample["cut"]))
        rows.append(alternatives_row("day of the list", sample["days"]))
    if sample["pulls"] == "new":
        rows.append(_without_sweeps(shared))
    return rows


def _without_sweeps(shared) -> BudgetRow:
    """What the median family gained is taken for the work of scripts that pull every name."""
    every = float(shared["value"].median())
    fewer = shared.assign(value=(shared["value"] - every).clip(lower=0))
    gaps = {"all pulls": _shown(shared), f"{number(every)} fewer of each name": _shown(fewer)}
    return alternatives_row("scripts that pull every name", gaps)


def _row(source, found, detail) -> BudgetRow:
    return BudgetRow(source=source, low=found.low, high=found.high, detail=detail)


def _below_the_cut(channels, cut) -> BudgetRow:
    """Families that only the pulls hold may have up to the downloads of the last place."""
    rows = channels[channels["shared"] | (channels["value"] > 0)]
    known = rows["other value"].to_numpy()
    downloads = Ranged(low=known, value=known, high=np.where(rows["shared"], known, cut))
    pulled = _weights(rows, "pulls", exact=True)
    found = paired_gap_bounds(pulled, downloads, rows["certain"], rows["certain"])
    absent = int((~rows["shared"]).sum())
    return _row(
        "families below the cut", found, f"{absent} families with 0 to {number(cut)} downloads each"
    )


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


def _not_genuine(sample, shared) -> TippingPoint:
    """Which part of one channel's Chinese weight must be automated or faked to lose the verdict."""
    weights = {side: _weights(shared, side) for side in ("pulls", "other")}
    certain, possible = shared["certain"].to_numpy(), shared["possible"].to_numpy()
    alike = _inside(_bounds(shared)) > 0
    # The gap narrows without Chinese weight of the channel that leads, and widens otherwise.
    side = "pulls" if (_shown(shared) > 0) != alike else "other"
    what = f"{_name(sample, side)} of Chinese families"

    def margin(removed: float) -> float:
        kept, thinned = np.where(certain, 1 - removed, 1.0), weights[side]
        parts = {w: getattr(thinned, w) * kept for w in WEIGHTS}
        found = paired_gap_bounds(*(weights | {side: Ranged(**parts)}).values(), certain, possible)
        return _inside(found) if alike else -ALIKE + max(found.low, -found.high)

    lost = tipping_point(margin, 0, 0.99, steps=20) if margin(0) > 0 else None
    if margin(0) <= 0:
        told = "nothing to lose: the rounding of the pulls alone leaves it open"
    elif lost is None:
        told = f"kept whatever part of the {what} were not genuine"
    else:
        told = f"lost if {lost:.0%} of the {what} were not genuine"
    return TippingPoint(what=f"part of the {what} not genuine", threshold=lost, sentence=told)


def _inside(found: Bounds) -> float:
    return ALIKE - max(abs(found.low), abs(found.high))


# Assumptions --------------------------------------------------------------------------------------


def _assumptions(sample, covered) -> tuple[Assumption, ...]:
    what = sample["other"]
    spread = Assumption(name="pulls are made by users", holds="no", evidence=sample["scripts"])
    cover = Assumption(
        name="the channels hold the same models",
        holds="no",
        evidence=f"Families that both hold make up {covered['pulls']:.0%} of the pulls and "
        f"{covered['other']:.0%} of the {what}.",
    )
    return cover, RULES, ROUNDED, ONE_ORIGIN, spread, SAME_ACT


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
    evidence="Their base models are not in the crosswalk.",
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
    labels = []
    for other, day in DATES.items():
        new, everything = (result.answer(pulls=pulls, other=other) for pulls in ("new", "all"))
        name = "hosts" if other == "hosts" else "downloads"
        _draw_share(shares, -len(labels), new, name)
        for position, answer in enumerate((new, everything), start=len(labels) + 1):
            _draw_share(shares, -position, answer, "pulls")
            _draw_gap(gaps, -position, answer)
        labels += [f"{day}: {ROWS[other]}", "pulls of the 30 days before", "all pulls until then"]
    _dress(shares, gaps, labels)
    _key(canvas)
    return canvas


ROWS = {
    "top 1,000": "downloads, top 1,000",
    "LLM catalogue": "downloads, catalogue",
    "hosts": "hosts, ten leading tags",
}


def _draw_share(axes, y, answer, name) -> None:
    extents = [answer.estimates[SHARES[e].format(name)] for e in ("any", "coded", "same")]
    _draw_nested(axes, y, extents)
    covered = answer.estimates[COVERED.format(name)].value
    axes.annotate(f"{covered:.0%}", (0.94, y), ha="center", va="center", fontsize=8)


def _draw_gap(axes, y, answer) -> None:
    _draw_nested(axes, y, [answer.estimates[label] for label in (GAP, CODED, SAME)])


def _draw_nested(axes, y, estimates) -> None:
    """Other models of any origin; these coded by publisher; the families that both hold."""
    widest, coded, same = estimates
    figures.draw_set(axes, y, widest.identified, color=figures.OTHER)
    figures.draw_set(axes, y, coded.identified, color=figures.INK)
    axes.plot(same.value, y, "o", ms=5, mfc="white", mec=figures.INK, mew=1.1)


def _dress(shares, gaps, labels) -> None:
    figures.label_rows(shares, labels, width=40)
    shares.set_xlim(0, 1)
    shares.set_xlabel("Chinese-origin share")
    shares.set_title("Each channel")
    shares.annotate(
        "in shared\nfamilies", (0.94, 1), xycoords="axes fraction", ha="center", va="bottom",
        fontsize=7.5, color=figures.MUTED,
    )  # fmt: skip
    figures.null_line(gaps, 0)
    gaps.axvspan(-ALIKE, ALIKE, color=figures.FAINT, alpha=0.5, lw=0, zorder=0)
    gaps.tick_params(axis="y", length=0)
    gaps.spines["left"].set_visible(False)
    gaps.set_xlabel("pulls minus the other (band: alike)")
    gaps.set_title("Their difference")
    for axes in (shares, gaps):
        for boundary in (-2.5, -5.5):
            axes.axhline(boundary, color=figures.FAINT, lw=0.6)


def _key(canvas) -> None:
    """What the marks assume of the models outside the families that both channels hold."""
    from matplotlib.lines import Line2D

    bar = {"lw": 5, "alpha": 0.45, "solid_capstyle": "butt"}
    ring = {"ls": "none", "marker": "o", "ms": 5, "mfc": "white", "mec": figures.INK, "mew": 1.1}
    handles = [
        Line2D([], [], color=figures.OTHER, label="they may have any origin", **bar),
        Line2D([], [], color=figures.INK, label="they have their publisher's", **bar),
        Line2D([], [], label="they are left out", **ring),
    ]
    canvas.legend(
        handles=handles, loc="outside upper left", ncols=3, title="Models outside shared families:",
        title_fontsize=8.5, alignment="left",
    )  # fmt: skip
