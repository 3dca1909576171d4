"""Do llama tags hold several of the ten leading places?

Four of the ten tags bear the name. Two of them belong to the suspected block of clones: without it
they lose their hosts, and the places of the ten are decided among what is left and the tags below
the table, which have at most as many hosts as the tenth.
"""

from typing import Literal

from research import Bounds, Estimate, Hypothesis, Sample, figures
from research.doubts import lost_if
from research.measures.clone_block import without_block
from research.measures.hosts import genuine

PLACES = "llama tags among the ten leading tags"
SEVERAL = 2

HYPOTHESES = {
    PLACES: Hypothesis(
        claims=["tenthe/llama-places"],
        estimand="llama tags among the ten tags on the most answering hosts",
        null=SEVERAL,
        null_source="several: more than two; stated by this project",
        alternative="greater",
        role="reanalysis",
    )
}


def sample(
    tenthe_model_tags,
    model_crosswalk_tags,
    *,
    llama: Literal["in the name", "or built on llama"] = "in the name",
    clones: Literal["kept", "removed"] = "kept",
) -> Sample:
    tags = tenthe_model_tags
    if clones == "removed":
        tags = without_block(tags)
    known = model_crosswalk_tags.set_index("ollama_tag").reindex(tags["ollama_tag"])
    own = tags["ollama_tag"].str.startswith("llama").to_numpy()
    built = known["base_hub_repository"].str.startswith("meta-llama/", na=False).to_numpy()
    return Sample(
        population="the ten leading tags of the Tenthe scan",
        as_of="2025-04-24",
        data={
            "hosts": tags["answering_hosts"].to_numpy(dtype=float),
            "llama": own | built if llama == "or built on llama" else own,
            # A tag below the table has at most as many hosts as the last one in it.
            "below": float(tenthe_model_tags["answering_hosts"].min()),
        },
        tables={"tags": tags.assign(llama=own, built_on_llama=built)},
    )


def estimate(sample) -> Estimate:
    hosts, llama = sample["hosts"], sample["llama"]
    # Whoever has fewer hosts than a tag below the table may have loses the place, or keeps it.
    sure = llama & (hosts >= sample["below"])
    certain = float(sure.sum())
    spare = certain - SEVERAL
    places = Bounds(certain, float((llama & (hosts > 0)).sum()))
    return Estimate(
        label=PLACES,
        unit="tags",
        value=places.point,
        bounds=places,
        n=float(len(hosts)),
        n_unit="leading tags",
        assumptions=(GENUINE,),
        tipping_points=(lost_if(spare, certain, "tags", "had no place"),) if spare > 0 else (),
    )


GENUINE = genuine("two of them are llama tags")


def figure(result):
    canvas, axes = figures.canvas(height=2.6, source=result)
    tags = result.answer().tables["tags"].to_frame()
    figures.bars(
        axes, tags["ollama_tag"], tags["answering_hosts"],
        color=[figures.INK if named else figures.OTHER for named in tags["llama"]],
        hatch=["////" if built else "" for built in tags["built_on_llama"]],
        xlabel="answering hosts (black: llama in the name; hatched: built on llama)",
    )  # fmt: skip
    figures.count_ticks(axes.xaxis)
    return canvas
