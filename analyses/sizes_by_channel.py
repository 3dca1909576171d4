"""Are larger models a greater part of the downloads from the Hub than of the pulls from Ollama?

Ollama counts the pulls of a name, and most names come in several sizes: which of them was pulled
is not known, and the default tag does not tell. Such a name may have gone to any size that it
lists. The Hub counts each repository, but the size of packed or unlabelled weights is in doubt.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from research import (
    ESTIMAND,
    Assumption,
    CannotEstimate,
    Estimate,
    Hypothesis,
    NotApplicable,
    Sample,
    TippingPoint,
    figures,
)
from research.doubts import Coarse, Doubt, Share, levelled, where
from research.estimators.budget import budget
from research.measures.channels import HUB_DATES, SAME_ACT, day_of_both, in_both, of_kinds
from research.measures.clone_block import LEADING, Block
from research.measures.hub import hub_downloads, hub_facts
from research.measures.publishers import library_publishers
from research.measures.pulls import WEIGHTS, ollama_pulls, pulls_in_words
from research.measures.top_lists import on_day
from research.results import Deferred
from research.wording import written

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
    table = hub_llm_panel if other == "catalogue" else hub_top_models
    day = pd.Timestamp(DATES[other])
    if other != "hosts":
        day = day_of_both(table, ollama_library_pulls, DATES[other])
    names, kinds = of_kinds(model_crosswalk_names, embeddings=embeddings)
    library = library_publishers(names, publisher_origins)
    pulled = ollama_pulls(ollama_library_pulls, library, day, window)
    series = ollama_library_pulls[ollama_library_pulls["date"] == day]
    pulled = _of_sizes(pulled, _listed_sizes(series, ollama_library_tags))
    if other == "hosts":
        listed = _listings(
            tenthe_parameter_sizes, tenthe_quantizations, tenthe_model_tags, clones == "removed"
        )
    else:
        models = hub_downloads(
            on_day(table, day),
            publisher_origins,
            tell=["task", "parameters"],
            facts=hub_facts(hub_llm_models),
            families=model_crosswalk_repositories,
        )
        models = models.among(models.rows["task"].isin(kinds))
        if models.rows.empty:
            raise CannotEstimate(f"the table holds none of {OTHER[other]}")
        listed = _sized(models, sizes)
    if families == "in both":
        pulled, listed = in_both(pulled, listed)
    return Sample(
        population=f"{pulls_in_words(window)} and {OTHER[other]}"
        + (", families in both" if families == "in both" else ""),
        as_of=f"{day:%Y-%m-%d}",
        data={
            "pulls": pulled,
            "other": listed,
            "of other": "listings" if other == "hosts" else "downloads",
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


def _classes(low, high) -> list[str]:
    """The classes that a size between two values, in billions, may be of."""
    return [
        "|".join(k for k, (at_least, above) in EDGES.items() if least < above and most >= at_least)
        for least, most in zip(low, high, strict=True)
    ]


def _listed_sizes(series, tags) -> pd.Series:
    """The classes of each name: those of all sizes it lists, or else of those in its tags."""
    listed = series.set_index("ollama_name")["sizes"].dropna().str.split("|").explode()
    sized = tags[~tags["ollama_name"].isin(listed.index)]
    in_tags = sized.set_index("ollama_name")["tag"].str.extract(r"^(\d+(?:\.\d+)?[bm])(?:-|$)")[0]
    sizes = pd.concat([listed, in_tags.dropna()])
    sizes = sizes[sizes != "1m"]  # a context of one million tokens and not a size
    found = pd.Series(_classes(*_stated_range(sizes)), index=sizes.index, name="size")
    return found.groupby(level=0).agg("|".join)


def _stated_range(sizes) -> tuple[pd.Series, pd.Series]:
    """What a stated size may be: half of its last digit to either side; 8x7b is from 7 to 56."""
    parts = sizes.str.extract(r"^(?:(\d+)x)?e?(\d+)(?:\.(\d+))?([bm])$")
    unit = parts[3].map({"b": 1.0, "m": 1e-3})
    decimals = parts[2].fillna("").str.len()
    stated = (parts[1] + "." + parts[2].fillna("0")).astype(float)
    half = 0.5 * 10.0**-decimals
    experts = parts[0].fillna("1").astype(float)
    return (stated - half) * unit, (stated + half) * unit * experts


def _of_sizes(pulled, classes) -> Coarse:
    """The names with the classes of their sizes; one without a size may be of any class."""
    rows = pulled.rows.join(classes, how="left")
    doubt = rows["size"].isna().map({True: UNSIZED.name, False: SEVERAL.name})
    doubts = (*pulled.doubts, SEVERAL, UNSIZED)
    return replace(pulled, rows=rows.assign(size_doubt=doubt), doubts=doubts)


def _sized(units, sizes) -> Coarse:
    """The classes that each repository may be of; every class where its size is not known."""
    models = units.rows
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
    classes = _classes(low.fillna(0), high.fillna(np.inf))
    rows = models.assign(size=classes, size_doubt=OTHER_SIZES.name)
    return replace(units, rows=rows, doubts=(*units.doubts, OTHER_SIZES))


def _listings(sizes, quantizations, tags, without_clones) -> Coarse:
    """Listings of the leading sizes, and of all others with any size."""
    billions = np.append(sizes["parameters_billion"], np.nan)
    listed = np.append(sizes["tag_occurrences"], 0.0)
    listed[-1] = quantizations["tag_occurrences"].sum() - listed.sum()
    classes = _classes(np.nan_to_num(billions), np.nan_to_num(billions, nan=np.inf))
    if without_clones:  # five tags of 4 to 8 billion parameters
        medium = np.array(classes) == "M"
        block = LEADING * Block.largest(tags).listings
        listed[medium] *= 1 - block / listed[medium].sum()
    rows = pd.DataFrame({**dict.fromkeys(WEIGHTS, listed), "size": classes})
    return Coarse(rows.assign(size_doubt=OTHER_SIZES.name), (OTHER_SIZES,), "sizes", "listings")


SEVERAL = Doubt("names of several sizes", "any size listed")
UNSIZED = Doubt("names without a size", "any size")
OTHER_SIZES = Doubt("sizes in the other channel", "any size that its record allows")


# Estimates ----------------------------------------------------------------------------------------


def estimate(sample) -> Iterator[Estimate]:
    shares = {extent: Share(of=where(size=CLASSES[extent])) for extent in CLASSES}
    gap = shares[LARGE].in_(sample["other"]) - shares[LARGE].in_(sample["pulls"])
    assumed = _one_class(sample["pulls"].rows), LABELS, SAME_ACT
    yield _gap(gap, sample["of other"], assumed)
    for extent, share in shares.items():
        for side, what in (("pulls", "pulls"), ("other", sample["of other"])):
            yield _share(share.in_(sample[side]), extent, what, assumed)


UNITS = {"pulls": "names", "downloads": "repositories", "listings": "sizes"}


def _gap(gap, what, assumed) -> Estimate:
    drawn = what == "downloads" and gap.second.bounds(()).high > 0
    return gap.estimate(
        label=GAP.format(LARGE),
        unit="difference in share",
        n=len(gap.second.units.rows) + len(gap.first.units.rows),
        n_unit=f"names and {UNITS[what]}",
        assumptions=assumed,
        tipping_points=Deferred(lambda: [_levelling(gap)]),
        budget=Deferred(
            lambda: budget(*gap.budget(), *(gap.drawn("organisation") if drawn else []))
        ),
    )


def _share(share, extent, what, assumed) -> Estimate:
    return share.estimate(
        label=SHARE.format(extent, what),
        unit=f"share of {what}",
        n=len(share.units.rows),
        n_unit=UNITS[what],
        assumptions=assumed,
    )


def _levelling(gap) -> TippingPoint:
    """Which part of the pulls in doubt would have to be of the class for equal shares."""
    return levelled(
        gap.levelling([SEVERAL.name, UNSIZED.name, OTHER_SIZES.name]),
        what=f"part of the pulls in doubt that are {LARGE}",
        of="pulls in doubt",
        are=f"of models {LARGE}",
        never="with the pulls as shown, no size of what is pulled makes the shares equal",
    )


def _one_class(pulls) -> Assumption:
    several = pulls["size"].fillna("S|L").str.split("|").map(set).map(len).gt(1)
    part = pulls.loc[several, "value"].sum() / pulls["value"].sum()
    return Assumption(
        name="a name is of one size class",
        holds="no",
        without="names of several sizes",
        evidence=written(
            "{:0} of {:0} names, with {:%0} of the pulls, span several classes or list no size; "
            "their pulls may be of any that they list.",
            several.sum(),
            len(pulls),
            part,
        ),
    )


LABELS = Assumption(
    name="sizes are as stated",
    holds="no",
    without="sizes in the other channel",
    evidence="A size stated in a name is taken as rounded to its last digit, a product of experts "
    "as an upper end; where the catalogue is off by a factor of two, or weights are packed, the "
    "size is a range.",
)

# Figure -------------------------------------------------------------------------------------------

TITLES = {
    "catalogue": "a  Downloads, LLM catalogue",
    "top 1,000": "b  Downloads, top 1,000",
    "hosts": "c  Listings of hosts",
}


def figure(result):
    canvas, panels = figures.canvas(
        (1, 3), height=3.5, source=figures.credits(result), sharey=True, sharex=True
    )
    labels = [extent.replace(" parameters", "").capitalize() for extent in CLASSES]
    for axes, (other, title) in zip(panels, TITLES.items(), strict=True):
        found = result.answer(other=other, families="all models").estimates
        what = "listings" if other == "hosts" else "downloads"
        figures.forest(
            axes,
            labels if axes is panels[0] else None,
            *(
                figures.Series(
                    rows=[found[SHARE.format(extent, side)] for extent in CLASSES],
                    name=side,
                    color=color,
                )
                for side, color in (("pulls", figures.INK), (what, figures.OTHER))
            ),
            groups=[len(CLASSES) - 1],
            width=18,
            title=title,
            xlabel=f"share on {DATES[other]}\n(bar: all that the sizes allow)",
            xlim=(0, 1),
            xticks=(0, 0.5, 1),
        )
    return canvas
