"""How many tags of the Ollama library are named size-variant-quantisation?

The report says that names often follow the form; how often would be often it does not say. The
library holds every tag that can be pulled; which of them are run, the ten leading tags tell.
"""

from typing import Annotated, Literal

import pandas as pd

from research import ESTIMAND, Assumption, Estimate, Sample, Settled, figures
from research.measures.top_lists import on_day

WHOLE = "library tags of the form size-variant-quantisation"
PARTS = "library tags that begin with a size"
LATEST = "library tags named latest"
LEADING = "leading tags of the scan of that form"
LISTED = "listings of the leading tags that are of that form"

HYPOTHESES = {}
SETTLED = [
    Settled(
        claim="tenthe/tag-grammar",
        word="not testable",
        reason="no threshold: how often would be often was not said beforehand; "
        f"{{{WHOLE}}} of the library's tags have the form, and {{{LEADING}}} of the ten leading "
        "tags of the scan.",
        reference="dataset published_claims",
    )
]
SIZE = r"(?:\d+x)?e?\d+(?:\.\d+)?[bm]"
QUANTISATION = r"(?:i?q\d\w*|b?f(?:p)?(?:16|32)|fp8|nvfp4|mxfp4|mxfp8|int[48])"
FORM = rf"{SIZE}-.+-{QUANTISATION}"


def sample(
    ollama_library_tags,
    tenthe_model_tags,
    *,
    day: Annotated[Literal["2025-04-24", "2026-08-21"], ESTIMAND] = "2025-04-24",
    remote: Literal["left out", "counted"] = "left out",
) -> Sample:
    library = on_day(ollama_library_tags, pd.Timestamp(day))
    if remote == "left out":
        library = library[~library["served_remotely"].fillna(False).astype(bool)]
    leading = tenthe_model_tags.set_index("ollama_tag")["tag_occurrences"]
    return Sample(
        population="the tags of the Ollama library",
        as_of=day,
        data={
            "library": library["tag"],
            "leading": pd.Series(leading.index.str.partition(":").get_level_values(2)),
            "listings": leading.reset_index(drop=True).astype(float),
        },
    )


def estimate(sample) -> list[Estimate]:
    library, leading, listings = sample["library"], sample["leading"], sample["listings"]
    formed = leading.str.fullmatch(FORM, case=False)
    return [
        Estimate.of(label, share, "share", n, n_unit, READ)
        for label, share, n, n_unit in (
            (WHOLE, library.str.fullmatch(FORM, case=False).mean(), len(library), "tags"),
            (PARTS, library.str.match(rf"{SIZE}(?:-|$)", case=False).mean(), len(library), "tags"),
            (LATEST, library.eq("latest").mean(), len(library), "tags"),
            (LEADING, formed.mean(), len(leading), "tags of the scan"),
            (LISTED, listings[formed].sum() / listings.sum(), listings.sum(), "listings"),
        )
    ]


READ = Assumption.untestable(
    name="the parts of a name are read as they are meant",
    evidence="What stands between a size and a level is taken for the variant, whatever it says.",
)


def figure(result):
    return figures.rows_of(
        result, height=1.9, width=60, xlim=(0, 1), xlabel="share of tags or listings"
    )
