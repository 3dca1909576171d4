"""Are larger models a greater part of the downloads from the Hub than of the pulls from Ollama?

Ollama counts the pulls of a name, and most names come in several sizes: which of them was pulled
is not known, and the default tag does not tell. Such a name may have gone to any size that it
lists. The Hub counts each repository, but the size of packed or unlabelled weights is in doubt.
"""

from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    Bounds,
    BudgetRow,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    TippingPoint,
    figures,
)
from research.estimators.budget import budget, leave_one_out_row, sampling_row
from research.estimators.clustered import paired_share_difference
from research.estimators.ranged import Ranged, paired_gap_bounds, ranged_share
from research.measures.channels import EMBEDDING, GENERATION, HUB_DATES, in_both, pulls_of
from research.measures.clone_block import LEADING, Block
from research.measures.publishers import organisations
from research.measures.pulls import WEIGHTS
from research.measures.top_lists import on_day
from research.wording import number

EDGES = {"S": (0, 1), "M": (1, 10), "L": (10, 50), "XL": (50, np.inf)}  # billion parameters
CLASSES = {
    "below 1 billion parameters": ["S"],
    "1 to 10 billion parameters": ["M"],
    "10 to 50 billion parameters": ["L"],
    "from 50 billion parameters": ["XL"],
    "from 10 billion parameters": ["L", "XL"],
}
LARGE = list(CLASSES)[-1]
GAP, SHARE = "{}: share, the other channel minus pulls", "{}: share of {}"
IF_ALIKE = "{}, if families were pulled in the sizes downloaded"
APART = 0.05

HYPOTHESES = {
    GAP.format(LARGE): Hypothesis(
        estimand=f"share of models {LARGE}, another channel minus Ollama pulls",
        null=0,
        margin=APART,
        null_source="five percentage points either way, stated by this project: less is alike",
        alternative="different",
        role="out of sample",
        scope="other measure",
    )
}

DATES = HUB_DATES | {"hosts": "2025-04-24"}
OTHER = {
    "catalogue": "the generating models of the LLM catalogue",
    "top 1,000": "the generating ones of the 1,000 most downloaded models",
    "hosts": "the models listed by the hosts of the Tenthe scan",
}
STATED = r"(?:^|[-_ ])(\d+(?:\.\d+)?)([bm])(?![a-z0-9])"  # a size in a name; not of active experts
PACKED = r"awq|gptq|int4|4bit|4-bit|nvfp4|mxfp4|w4a16|bnb|quantized"
MOST_IN_ONE = 8  # weights of four bits in an integer of 32, which the catalogue may count as one
DOUBTFUL = 2  # a catalogue's size this many times off the one in the name is not trusted


def sample(
    ollama_library_pulls,
    ollama_library_tags,
    hub_llm_panel,
    hub_llm_models,
    hub_top_models,
    model_crosswalk_names,
    model_crosswalk_repositories,
    publisher_origins,
    tenthe_parameter_sizes,
    tenthe_quantizations,
    tenthe_model_tags,
    *,
    other: Annotated[Literal["catalogue", "top 1,000", "hosts"], ESTIMAND] = "catalogue",
    families: Annotated[Literal["all models", "in both"], ESTIMAND] = "all models",
    window: Literal[30, 90] = 30,
    embeddings: Literal["left out", "counted"] = "left out",
    sizes: Literal["catalogue and name", "catalogue alone"] = "catalogue and name",
    clones: Literal["kept", "removed"] = "kept",
) -> Sample:
    _refuse(other, families, window, sizes, clones)
    day = pd.Timestamp(DATES[other])
    names = model_crosswalk_names[~model_crosswalk_names["served_remotely"]]
    kinds = GENERATION + EMBEDDING
    if embeddings == "left out":
        names, kinds = names[~names["embedding"]], GENERATION
    pulled = pulls_of(names, ollama_library_pulls, day, window)
    series = ollama_library_pulls[ollama_library_pulls["date"] == day]
    pulled = pulled.join(_listed_sizes(series, ollama_library_tags), how="left")
    if other == "hosts":
        listed = _listings(
            tenthe_parameter_sizes, tenthe_quantizations, tenthe_model_tags, clones == "removed"
        )
    else:
        models = _models(other, day, hub_top_models, hub_llm_panel, hub_llm_models)
        listed = _sized(models[models["pipeline_tag"].isin(kinds)], sizes)
        listed = listed.join(model_crosswalk_repositories.set_index("hub_repository"))
    if families == "in both":
        pulled, listed = in_both(pulled, listed)
    return Sample(
        population=f"the Ollama pulls of {window} days and {OTHER[other]}"
        + (", families in both" if families == "in both" else ""),
        as_of=DATES[other],
        data={
            "rows": _rows(pulled, listed, publisher_origins),
            "other": "listings" if other == "hosts" else "downloads",
            "shared": families == "in both",
        },
    )


def _refuse(other, families, window, sizes, clones) -> None:
    if other != "hosts":
        if clones != "kept":
            raise NotApplicable("the suspected clones are hosts")
        return
    if families == "in both":
        raise NotApplicable("the table of sizes does not tell families")
    if window != 30:
        raise NotApplicable("the series of pulls begins too late for this window")
    if sizes != "catalogue and name":
        raise NotApplicable("hosts report their sizes themselves")


# Sizes --------------------------------------------------------------------------------------------


def _touched(low, high) -> dict[str, np.ndarray]:
    """Which classes a size between two values, in billions, may be of."""
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    return {k: (low < above) & (high >= at_least) for k, (at_least, above) in EDGES.items()}


def _listed_sizes(series, tags) -> pd.DataFrame:
    """The classes of each name: those of all sizes it lists, or else of those in its tags."""
    listed = series.set_index("ollama_name")["sizes"].dropna().str.split("|").explode()
    sized = tags[~tags["ollama_name"].isin(listed.index)]
    in_tags = sized.set_index("ollama_name")["tag"].str.extract(r"^(\d+(?:\.\d+)?[bm])(?:-|$)")[0]
    sizes = pd.concat([listed, in_tags.dropna()])
    sizes = sizes[sizes != "1m"]  # a context of one million tokens and not a size
    found = pd.DataFrame(_touched(*_stated_range(sizes)), index=sizes.index)
    return found.groupby(level=0).any()


def _stated_range(sizes) -> tuple[pd.Series, pd.Series]:
    """What a stated size may be: half of its last digit to either side; 8x7b is from 7 to 56."""
    parts = sizes.str.extract(r"^(?:(\d+)x)?e?(\d+)(?:\.(\d+))?([bm])$")
    unit = parts[3].map({"b": 1.0, "m": 1e-3})
    decimals = parts[2].fillna("").str.len()
    stated = (parts[1] + "." + parts[2].fillna("0")).astype(float)
    half = 0.5 * 10.0**-decimals
    experts = parts[0].fillna("1").astype(float)
    return (stated - half) * unit, (stated + half) * unit * experts


def _models(other, day, top, panel, catalogue) -> pd.DataFrame:
    facts = catalogue.set_index("model_id")[["pipeline_tag", "parameters"]]
    if other == "catalogue":
        return on_day(panel, day).set_index("model_id").join(facts)
    return on_day(top, day).set_index("model_id").join(facts["parameters"])


def _sized(models, sizes) -> pd.DataFrame:
    """The classes that each repository may be of; every class where its size is not known."""
    low = high = models["parameters"].astype(float) / 1e9
    if sizes == "catalogue and name":
        name = models.index.str.partition("/").get_level_values(2).str.lower().to_series()
        parts = name.str.extract(STATED)
        stated = parts[0].astype(float) * parts[1].map({"b": 1.0, "m": 1e-3})
        stated.index = models.index
        packed = pd.Series(name.str.contains(PACKED).to_numpy(), index=models.index)
        far = packed | (stated / low > DOUBTFUL) | (stated / low < 1 / DOUBTFUL) | low.isna()
        most = high.where(~packed | stated.notna(), high * MOST_IN_ONE)
        low, high = low.where(~far, np.fmin(low, stated)), high.where(~far, np.fmax(most, stated))
    classes = _touched(low.fillna(0), high.fillna(np.inf))
    downloads = dict.fromkeys(WEIGHTS, models["hub_downloads_30d"].astype(float))
    account = models.index.str.partition("/").get_level_values(0)
    return pd.DataFrame({**downloads, **classes, "hub_account": account}, index=models.index)


def _listings(sizes, quantizations, tags, without_clones) -> pd.DataFrame:
    """Listings of the leading sizes, and of all others with any size."""
    billions = np.append(sizes["parameters_billion"], np.nan)
    listed = np.append(sizes["tag_occurrences"], 0.0)
    listed[-1] = quantizations["tag_occurrences"].sum() - listed.sum()
    classes = _touched(np.nan_to_num(billions), np.nan_to_num(billions, nan=np.inf))
    if without_clones:  # five tags of 4 to 8 billion parameters
        medium = classes["M"] & ~np.isnan(billions)
        block = LEADING * Block.largest(tags).listings
        listed[medium] *= 1 - block / listed[medium].sum()
    return pd.DataFrame({**dict.fromkeys(WEIGHTS, listed), **classes, "hub_account": ""})


def _rows(pulled, listed, origins) -> pd.DataFrame:
    """What both channels hold, with classes and publishers; a name without a size may be of all."""
    both = pd.concat(
        {
            "pulls": pulled.rename_axis("unit").assign(family=pulled.index),
            "other": listed.rename_axis("unit").rename(columns={"ollama_name": "family"}),
        },
        names=["side"],
    ).reset_index()
    unsized = ~both[list(EDGES)].eq(True).any(axis="columns")
    both[list(EDGES)] = both[list(EDGES)].eq(True) | unsized.to_numpy()[:, None]
    publisher = organisations(both["hub_account"], origins).fillna("not published")
    return both.reindex(columns=["side", "unit", "family", *WEIGHTS, *EDGES]).assign(
        publisher=publisher, unsized=unsized
    )


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> list[Estimate]:
    found = [_gap(sample)]
    if sample["shared"]:
        found.append(_as_downloaded(sample))
    return found + [_share(sample, side, k) for k in CLASSES for side in ("pulls", "other")]


def _within(rows, extent) -> tuple[np.ndarray, np.ndarray]:
    """Whether each unit is certainly of these classes, and whether it may be."""
    inside, outside = CLASSES[extent], [k for k in EDGES if k not in CLASSES[extent]]
    possible = rows[inside].any(axis="columns").to_numpy()
    return possible & ~rows[outside].any(axis="columns").to_numpy(), possible


def _bounds(rows, side, extent, *, exact=False, open_units=True) -> Bounds:
    """Share in one channel; with pulls as shown, or with units in doubt counted as outside."""
    mine = rows[rows["side"] == side]
    columns = ["value"] * 3 if exact else WEIGHTS
    low, value, high = (mine[column].to_numpy() for column in columns)
    certain, possible = _within(mine, extent)
    return ranged_share(
        Ranged(low=low, value=value, high=high), certain, possible if open_units else certain
    )


def _difference(rows, extent, **how) -> Bounds:
    """Other channel minus pulls: sharp, as no unit is counted in both channels."""
    pulls, other = (_bounds(rows, side, extent, **how) for side in ("pulls", "other"))
    return Bounds(other.low - pulls.high, other.high - pulls.low)


def _gap(sample) -> Estimate:
    rows = sample["rows"]
    return Estimate(
        label=GAP.format(LARGE),
        unit="difference in share",
        reading="finite population",
        bounds=_difference(rows, LARGE),
        n=len(rows),
        n_unit=f"names and {'repositories' if sample['other'] == 'downloads' else 'sizes'}",
        assumptions=_assumptions(rows),
        tipping_points=(_levelling(sample, LARGE),),
        budget=budget(*_sources(sample, LARGE)),
    )


def _as_downloaded(sample) -> Estimate:
    """What is left of the gap if each family were pulled in the sizes that it is downloaded in."""
    rows = sample["rows"]
    pulls = rows[rows["side"] == "pulls"].set_index("family")["value"]
    mine = rows[(rows["side"] == "other") & rows["value"].gt(0)]
    in_family = mine["value"] / mine.groupby("family")["value"].transform("sum")
    channels = Ranged.exactly(mine["value"]), Ranged.exactly(in_family * mine["family"].map(pulls))
    return Estimate(
        label=IF_ALIKE.format(GAP.format(LARGE)),
        unit="difference in share",
        reading="finite population",
        bounds=paired_gap_bounds(*channels, *_within(mine, LARGE)),
        n=mine["family"].nunique(),
        n_unit="families",
        assumptions=(SIZES_ALIKE,),
    )


def _share(sample, side, extent) -> Estimate:
    rows, what = sample["rows"], "pulls" if side == "pulls" else sample["other"]
    return Estimate(
        label=SHARE.format(extent, what),
        unit=f"share of {what}",
        reading="finite population",
        bounds=_bounds(rows, side, extent),
        n=int((rows["side"] == side).sum()),
        n_unit={"pulls": "names", "downloads": "repositories", "listings": "sizes"}[what],
        assumptions=_assumptions(rows),
    )


# What could move it -------------------------------------------------------------------------------


def _sources(sample, extent) -> list[BudgetRow]:
    """Each source alone, what else is in doubt being counted as of another size."""
    rows = sample["rows"]
    certain = _within(rows, extent)[0]
    alone = {"rounding of the pulls": (rows, {"open_units": False}, "every total at its worst")}
    kinds = {
        "names of several sizes": (rows["side"].eq("pulls") & ~rows["unsized"], "any size listed"),
        "names without a size": (rows["side"].eq("pulls") & rows["unsized"], "any size"),
        "sizes in the other channel": (rows["side"].eq("other"), "any size that its record allows"),
    }
    for source, (open_ones, detail) in kinds.items():
        settled = rows.copy()  # all that is in doubt elsewhere is outside
        away = next(k for k in EDGES if k not in CLASSES[extent])
        closed = ~open_ones & ~certain
        settled.loc[closed, list(EDGES)] = [k == away for k in EDGES]
        alone[source] = settled, {"exact": True}, detail
    found = [
        BudgetRow(source=source, **_ends(_difference(frame, extent, **how)), detail=detail)
        for source, (frame, how, detail) in alone.items()
    ]
    return found + (_drawn(rows, certain) if sample["other"] == "downloads" else [])


def _ends(found) -> dict[str, float]:
    return {"low": found.low, "high": found.high}


def _drawn(rows, certain) -> list[BudgetRow]:
    """Without one publisher, in both channels at once; and with other publishers drawn."""
    value, pulls = rows["value"], rows["side"].eq("pulls")
    if not certain[pulls].any():
        return []
    drawn = paired_share_difference(value * ~pulls, value * pulls, certain, rows["publisher"])
    return [leave_one_out_row(drawn.leave_one_out, "publisher"), sampling_row(drawn, "publishers")]


def _levelling(sample, extent) -> TippingPoint:
    """Which part of the pulls in doubt would have to be of the class for equal shares."""
    rows, what = sample["rows"], f"part of the pulls in doubt that are {extent}"
    low, high = _bounds(rows, "pulls", extent, exact=True)
    least, most = _bounds(rows, "other", extent, exact=True)
    ends = [(end - low) / (high - low) for end in (least, most)] if high > low else [-1.0, -1.0]
    if ends[1] < 0 or ends[0] > 1:
        told = "with the pulls as shown, no size of what is pulled makes the shares equal"
        return TippingPoint(what=what, threshold=None, sentence=told)
    told = f"the shares are equal only if {number(100 * max(ends[0], 0), 0)} to "
    told += f"{number(100 * min(ends[1], 1), 0)} % of the pulls in doubt are of models {extent}"
    return TippingPoint(what=what, threshold=max(ends[0], 0.0), sentence=told)


def _assumptions(rows) -> tuple[Assumption, ...]:
    pulls = rows[rows["side"] == "pulls"]
    several = pulls[list(EDGES)].sum(axis="columns").gt(1)
    part = pulls.loc[several, "value"].sum() / pulls["value"].sum()
    one_class = Assumption(
        name="a name is of one size class",
        holds="no",
        evidence=f"{several.sum()} of {len(pulls)} names, with {number(100 * part, 0)} % of the "
        "pulls, span several classes or list no size; their pulls may be of any that they list.",
    )
    return one_class, LABELS, NOT_ALIKE


LABELS = Assumption(
    name="sizes are as stated",
    holds="no",
    evidence="A size stated in a name is taken as rounded to its last digit, a product of experts "
    "as an upper end; where the catalogue is off by a factor of two, or weights are packed, the "
    "size is a range.",
)
SIZES_ALIKE = Assumption(
    name="each family is pulled in the sizes in which it is downloaded",
    holds="not testable",
    evidence="Pulls are not counted by size; machines that pull are smaller than many that "
    "download, so that pulls would rather be of smaller models.",
)
NOT_ALIKE = Assumption(
    name="a pull and a download count the same act",
    holds="no",
    evidence="A pull fetches one quantized file; a download is any request, and caches, tests and "
    "shared computers repeat those of large models more or less often than those of small ones.",
)


# Figure -------------------------------------------------------------------------------------------

LOOKS = {"pulls": figures.INK, "downloads": figures.OTHER, "listings": figures.OTHER}


def figure(result):
    canvas, panels = figures.canvas(
        (1, 3), height=3.5, source=figures.sources(result), sharey=True, sharex=True
    )
    titles = ("a  Downloads, LLM catalogue", "b  Downloads, top 1,000", "c  Listings of hosts")
    for axes, other, title in zip(panels, DATES, titles, strict=True):
        _draw(axes, result.answer(other=other, families="all models"), other)
        axes.set_title(title)
        axes.set_xlabel(f"share on {DATES[other]}\n(bar: all that the sizes allow)")
    figures.label_rows(panels[0], [_written(extent) for extent in CLASSES], width=18)
    for axes in panels[1:]:
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    return canvas


def _written(extent) -> str:
    return extent.replace(" parameters", "").capitalize()


def _draw(axes, answer, other) -> None:
    what = "listings" if other == "hosts" else "downloads"
    for height, side in ((0.17, "pulls"), (-0.17, what)):
        for row, extent in enumerate(CLASSES):
            found = answer.estimates[SHARE.format(extent, side)]
            figures.draw_set(axes, height - row, found.identified, color=LOOKS[side])
            # A set narrower than a pixel would not show without its ends.
            axes.plot([*found.identified], [height - row] * 2, "|", ms=5.2, color=LOOKS[side])
        axes.annotate(
            side, (0.99, height), xycoords=("axes fraction", "data"), ha="right", va="center",
            fontsize=8, color=LOOKS[side],
        )  # fmt: skip
    axes.axhline(-3.5, color=figures.FAINT, lw=0.6)
    axes.set(xlim=(0, 1), xticks=(0, 0.5, 1))
