"""Were there more than 100 Chinese large language models in August 2024?

The article writes models "with over a billion tokens". Models are counted by parameters, which may
be meant; whoever means the tokens of the training text counts smaller models too. The tables of the
Hub hold those models that were still downloaded in 2026: what they do not hold only adds.
"""

from dataclasses import replace
from typing import Annotated, Literal

import pandas as pd

from research import ESTIMAND, Assumption, Estimate, Hypothesis, Sample, figures
from research.doubts import Distinct, Doubt, lost_if, where
from research.measures.hub import GENERATION, YEAR, hub_downloads
from research.measures.publishers import CHINA, Persons, with_persons

COUNT = "Chinese language models until August 2024"

HYPOTHESES = {
    COUNT: Hypothesis(
        claims=["china-oss/hundred-models"],
        estimand="language models of publishers in China that the Hub tables hold, created until "
        "the day of the article",
        null=100,
        alternative="greater",
        role="out of sample",
        scope="other population",
    )
}
ARTICLE = "china-oss-2024"
BILLION = 1e9
# What a repository adds to the name of a model: its training stage, level and file format.
VARIANT = (
    r"[-_.](?:chat|instruct|base|sft|dpo|rl|hf|gguf|gptq|awq|int4|int8|4bit|8bit|bf16|fp16|fp8|"
    r"mlx|w4a16|zero|expo|\d+k)(?![a-z0-9]).*$"
)


def sample(
    hub_llm_models,
    publisher_origins,
    claim_sources,
    *,
    tokens: Annotated[Literal["parameters meant", "training tokens meant"], ESTIMAND] = (
        "parameters meant"
    ),
    counted: Literal["repositories", "variants of a model once"] = "repositories",
    persons: Persons = "in no country",
) -> Sample:
    published = pd.Timestamp(claim_sources.set_index("source").loc[ARTICLE, "published"])
    origins = with_persons(publisher_origins, persons)
    units = hub_downloads(hub_llm_models, origins, tell=["task", "created", "parameters"])
    rows = units.rows
    chosen = rows["task"].isin(GENERATION) & rows["role"].ne("repackager")
    conditions = {"early": _told(rows["created"] <= published, rows["created"])}
    if tokens == "parameters meant":
        conditions["large"] = _told(rows["parameters"] > BILLION, rows["parameters"])
    opens = {f"{name}_doubt": UNKNOWN[name].name for name in conditions}
    doubts = (*units.doubts, *(UNKNOWN[name] for name in conditions))
    units = replace(units, rows=rows.assign(**conditions, **opens), doubts=doubts)
    for name in conditions:
        chosen &= conditions[name].ne("no")
    wanted = where(**CHINA.values, **dict.fromkeys(conditions, "yes"))
    names = rows.index.str.lower()
    if counted == "variants of a model once":
        names = names.str.replace(VARIANT, "", regex=True)
    units = replace(units, rows=units.rows.assign(name=names)).among(chosen)
    return Sample(
        population="the Chinese language models in the Hub tables",
        as_of=f"{published:%Y-%m-%d}",
        data={"models": Distinct(units, wanted, by="name")},
        tables={"publishers": _publishers(units, wanted)},
    )


UNKNOWN = {
    "early": YEAR,
    "large": Doubt("models of unknown size", "models above a billion parameters or smaller ones"),
}


def _told(holds, column) -> pd.Series:
    """Whether something holds, empty where the table does not tell."""
    return holds.map({True: "yes", False: "no"}).where(column.notna(), "")


def _publishers(units, wanted) -> pd.DataFrame:
    chinese = units.rows[units.holds(wanted)[0]]
    counts = chinese["organisation"].rename("publisher").value_counts().rename("models")
    return counts.reset_index().sort_values(["models", "publisher"], ascending=[False, True])


def estimate(sample) -> Estimate:
    models = sample["models"]
    certain, spare = models.value, models.value - HYPOTHESES[COUNT].null
    miscoded = [lost_if(spare, certain, "models", "are not Chinese")] if spare > 0 else []
    return models.estimate(
        label=COUNT,
        unit="models",
        n=float(models.units.rows["name"].nunique()),
        n_unit="models of that time in the tables",
        assumptions=(SURVIVORS,),
        tipping_points=miscoded,
    )


SURVIVORS = Assumption.of_set(
    name="the tables hold every model",
    evidence="They hold what was downloaded in 2026; models that are not on the Hub, were deleted "
    "or are downloaded by nobody are missing, which can only raise the count.",
)


def figure(result):
    canvas, axes = figures.canvas(height=3.0, source=result)
    publishers, models = zip(*result.answer().tables["publishers"].rows[:12], strict=True)
    xlabel = "language models above a billion parameters, until August 2024"
    figures.bars(axes, publishers, models, color=figures.CHINA, xlabel=xlabel)
    return canvas
