"""Which models stand behind the sizes 134.52M and 137M?

The report names embedding models such as nomic-embed-text, or very small models such as smollm.
The first size is that of one tag of the table, smollm2:135m, which generates text; of the second
the table of tags holds none. What is left of both may be of any model. That a model of this size is
very small needs no test, so that the question is whether the models named stand behind it, and
whether embedding models alone would.
"""

import numpy as np

from research import Assumption, Bounds, Estimate, Hypothesis, Sample, figures
from research.doubts import LEFT_OUT, Computed, Within, if_open, lost_if

NAMED = "listings of both sizes: of the models named"
EMBEDDING = "listings of both sizes: embedding models"
OF_SIZE = "listings of {}: embedding models"
SIZES = ["134.52M", "137M"]
HALF = "rank high because of: more than half of the listings; stated by this project"

HYPOTHESES = {
    NAMED: Hypothesis(
        claims=["tenthe/million-sizes"],
        estimand="share of the listings of both sizes that are nomic-embed-text or smollm",
        null=0.5,
        null_source=HALF,
        alternative="greater",
        role="reanalysis",
    ),
    EMBEDDING: Hypothesis(
        estimand="share of the listings of both sizes that are embedding models",
        null=0.5,
        null_source=HALF,
        alternative="greater",
        role="own question",
    ),
}


def sample(tenthe_parameter_sizes, tenthe_model_tags, model_crosswalk_tags, model_crosswalk_names):
    sizes = tenthe_parameter_sizes.set_index("parameter_size")["tag_occurrences"][SIZES]
    listed = tenthe_model_tags.merge(model_crosswalk_tags, on="ollama_tag", validate="1:1")
    embedding = model_crosswalk_names.set_index("ollama_name")["embedding"]
    known = listed[listed["parameter_size"].isin(SIZES)]
    generating = known[~known["ollama_name"].map(embedding).fillna(False).astype(bool)]
    small = generating.groupby("parameter_size")["tag_occurrences"].sum()
    return Sample(
        population="the listings of models of 134.52M and 137M in the Tenthe scan",
        as_of="2025-04-24",
        data={"listings": sizes.astype(float), "small": small.reindex(SIZES, fill_value=0.0)},
        tables={"tags": known[["ollama_tag", "parameter_size", "tag_occurrences"]]},
    )


def estimate(sample) -> list[Estimate]:
    listings, small = sample["listings"], sample["small"]
    everything = listings.sum()
    named = Bounds(small.sum() / everything, 1.0)
    embedding = Bounds(0.0, 1 - small.sum() / everything)
    of_size = {size: Bounds(0.0, 1 - small[size] / count) for size, count in listings.items()}
    drawn = {size: Within(LEFT_OUT, bounds, f"tags of {size}") for size, bounds in of_size.items()}
    both = Computed(
        lambda *shares: np.average(shares, axis=0, weights=listings.to_numpy()), *drawn.values()
    )
    spare = small.sum() - everything / 2
    tag = "listings of smollm2:135m"
    lost = lost_if(spare, small.sum(), tag, "had another size", reached="open only")
    return [
        _share(NAMED, named, everything, Within(LEFT_OUT, named, NAMED), lost),
        _share(EMBEDDING, embedding, everything, both, lost),
        *(
            _share(OF_SIZE.format(size), of_size[size], count, drawn[size])
            for size, count in listings.items()
        ),
    ]


def _share(label, bounds, listings, drawn, *points) -> Estimate:
    details = {"drawn": if_open(drawn), "tipping_points": points}
    who = "listings (estimated by the report)"
    return Estimate.of(label, bounds, "share of listings", listings, who, ONE_SIZE, **details)


ONE_SIZE = Assumption(
    name="a tag has one size",
    holds="yes",
    evidence="The size is read from the model's file, and smollm2:135m comes in one file only.",
)


def figure(result):
    return figures.rows_of(
        result,
        height=2.2,
        width=60,
        xlim=(0, 1),
        null=0.5,
        null_text="half",
        xlabel="share of listings (bar: all that the table allows)",
    )
