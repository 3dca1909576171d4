"""How large models are, in four classes: what names, tags and repositories tell of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from research.doubts import Coarse, Doubt
from research.doubts.coarse import BETWEEN
from research.measures.remembering import remembered
from research.results import Assumption

if TYPE_CHECKING:
    import pandas as pd

EDGES = {"S": (0, 1), "M": (1, 10), "L": (10, 50), "XL": (50, np.inf)}  # billion parameters
ANY = ""  # of a model that tells none
CLASSES = "S (below 1 billion parameters), M (below 10), L (below 50) or XL"
STATED = r"(?:^|[-_ ])((?:\d+x)?\d+(?:\.\d+)?[bm])(?![a-z0-9])"  # in a name; not of active experts
PACKED = r"awq|gptq|int4|4bit|4-bit|nvfp4|mxfp4|w4a16|bnb|quantized"
MOST_IN_ONE = 8  # weights of four bits in an integer of 32, which a repository may count as one
DOUBTFUL = 2  # a recorded size this many times off the one in the name is not trusted

SEVERAL = Doubt("names of several sizes", "any size listed")
UNSIZED = Doubt("names without a size", "any size")
RECORDED = Doubt("sizes of repositories", "any size that record and name allow")
LABELS = Assumption(
    name="sizes are as stated",
    holds="no",
    without=RECORDED.name,
    evidence="A size stated in a name is taken as rounded to its last digit, a product of experts "
    "as an upper end; where record and name differ by a factor of two, or weights are packed, the "
    "size is a range, and where neither tells, any size.",
)


def classes(low: Iterable[float], high: Iterable[float]) -> list[str]:
    """The classes that each model may be of.

    Parameters
    ----------
    low, high
        Its least and its greatest size, in billions of parameters.

    Examples
    --------
    >>> classes([0.5, 6.5, 0], [0.5, 56, float("inf")])
    ['S', 'M|L|XL', 'S|M|L|XL']
    """
    return [
        BETWEEN.join(k for k, (start, end) in EDGES.items() if least < end and most >= start)
        for least, most in zip(low, high, strict=True)
    ]


def stated_range(sizes: pd.Series) -> tuple[pd.Series, pd.Series]:
    """What a stated size may be, in billions: half of its last digit to either side.

    Examples
    --------
    >>> import pandas as pd
    >>> low, high = stated_range(pd.Series(["7b", "270m", "8x7b"]))
    >>> low.tolist(), high.tolist()
    ([6.5, 0.2695, 6.5], [7.5, 0.2705, 60.0])
    """
    parts = sizes.str.extract(r"^(?:(\d+)x)?e?(\d+)(?:\.(\d+))?([bm])$")
    unit = parts[3].map({"b": 1.0, "m": 1e-3})
    decimals = parts[2].fillna("").str.len()
    stated = (parts[1] + "." + parts[2].fillna("0")).astype(float)
    half = 0.5 * 10.0**-decimals
    experts = parts[0].fillna("1").astype(float)
    return (stated - half) * unit, (stated + half) * unit * experts


def of_listed_sizes(pulled: Coarse, series: pd.DataFrame, tags: pd.DataFrame) -> Coarse:
    """The names of the library with the classes of all sizes that they list.

    Parameters
    ----------
    pulled
        From :func:`research.measures.pulls.ollama_pulls`.
    series
        The rows of one day of the table ``ollama_library_pulls``.
    tags
        The table ``ollama_library_tags``, for names whose sizes the page does not list.

    Examples
    --------
    >>> import pandas as pd
    >>> weights = dict.fromkeys(["low", "value", "high"], 1.0)
    >>> names = Coarse(pd.DataFrame(weights, index=["qwen3", "phi3"]), ())
    >>> series = pd.DataFrame({"ollama_name": ["qwen3", "phi3"], "sizes": ["0.6b|8b", None]})
    >>> tags = pd.DataFrame({"ollama_name": ["phi3"], "tag": ["14b-instruct"]})
    >>> of_listed_sizes(names, series, tags).rows["size"].tolist()
    ['S|M', 'L']
    """
    rows = pulled.rows.join(_listed(series, tags), how="left")
    doubt = rows["size"].isna().map({True: UNSIZED.name, False: SEVERAL.name})
    doubts = (*pulled.doubts, SEVERAL, UNSIZED)
    return replace(pulled, rows=rows.assign(size_doubt=doubt), doubts=doubts)


@remembered
def _listed(series: pd.DataFrame, tags: pd.DataFrame) -> pd.Series:
    import pandas as pd

    listed = series.set_index("ollama_name")["sizes"].dropna().str.split(BETWEEN).explode()
    sized = tags[~tags["ollama_name"].isin(listed.index)]
    in_tags = sized.set_index("ollama_name")["tag"].str.extract(r"^(\d+(?:\.\d+)?[bm])(?:-|$)")[0]
    sizes = pd.concat([listed, in_tags.dropna()])
    sizes = sizes[sizes != "1m"]  # a context of one million tokens and not a size
    size_classes = pd.Series(classes(*stated_range(sizes)), index=sizes.index, name="size")
    each = size_classes.str.split(BETWEEN).explode().reset_index().drop_duplicates()
    return each.groupby("ollama_name")["size"].agg(BETWEEN.join)


def of_recorded_sizes(
    units: Coarse, trusted: Literal["record and name", "record alone"] = "record and name"
) -> Coarse:
    """The models of the Hub with the classes that their sizes may be of.

    Parameters
    ----------
    units
        From :func:`research.measures.hub.hub_downloads`, told of ``parameters``.
    trusted
        Whether a size in the name counts beside the one on record.

    Examples
    --------
    >>> import pandas as pd
    >>> weights = dict.fromkeys(["low", "value", "high"], 1.0)
    >>> models = pd.DataFrame({"parameters": [8.2e9, None], **weights}, index=["a/x-8B", "a/y-70B"])
    >>> of_recorded_sizes(Coarse(models, ())).rows["size"].tolist()
    ['M', 'XL']
    """
    models = units.rows
    low = high = models["parameters"].astype(float) / 1e9
    if trusted == "record and name":
        low, high = _with_name(low)
    # Of what tells no size another is believed than of what tells several.
    size_classes = np.where(low.isna(), ANY, classes(low.fillna(0), high.fillna(np.inf)))
    rows = models.assign(size=size_classes, size_doubt=RECORDED.name)
    return replace(units, rows=rows, doubts=(*units.doubts, RECORDED))


def _with_name(recorded: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The range of sizes, in billions, that the record and the name of each model allow."""
    name = recorded.index.to_series().str.rpartition("/")[2].str.lower()
    least, greatest = stated_range(name.str.extract(STATED)[0])
    packed = name.str.contains(PACKED)
    ratio = (least + greatest) / 2 / recorded
    far = packed | (ratio > DOUBTFUL) | (ratio < 1 / DOUBTFUL) | recorded.isna()
    most = recorded.where(~packed | least.notna(), recorded * MOST_IN_ONE)
    return recorded.where(~far, np.fmin(recorded, least)), most.where(~far, np.fmax(most, greatest))
