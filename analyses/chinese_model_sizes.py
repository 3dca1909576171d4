"""Are models from China smaller than those from the United States?

The report of the news says that China builds small but powerful models. It names no size, and power
is not in these tables: what can be told is how large the models of either country are.
"""

from dataclasses import replace
from typing import Annotated, Literal

import pandas as pd

from research import ESTIMAND, Assumption, Estimate, Sample, Settled, figures
from research.doubts import Share, where
from research.estimators.budget import budget
from research.measures.hub import GENERATION, hub_downloads
from research.measures.publishers import CHINA, UNITED_STATES, Persons, with_persons

SHARE = "share of the {} models that are small"
GAP = "share that is small, China minus US"
MEDIAN = "median size of the {} models"
COUNTRIES = {"Chinese": CHINA, "US": UNITED_STATES}

HYPOTHESES = {}
SETTLED = [
    Settled(
        claim="tuoitre/small-models",
        word="not testable",
        reason="no threshold: neither what is small nor what is powerful was said beforehand. Of "
        f"the Chinese models of the year {{{SHARE.format('Chinese')}}} are below 7 billion "
        f"parameters, of the US models {{{SHARE.format('US')}}}; the medians are "
        f"{{{MEDIAN.format('Chinese')}}} and {{{MEDIAN.format('US')}}}.",
        reference="dataset published_claims",
    )
]
SMALL = {"below 7 billion parameters": 7e9, "below 1 billion parameters": 1e9}
NEWS = "tuoitre-2025"


def sample(
    hub_llm_models,
    publisher_origins,
    claim_sources,
    *,
    small: Annotated[Literal[*SMALL], ESTIMAND] = "below 7 billion parameters",
    weight: Annotated[Literal["models", "downloads"], ESTIMAND] = "models",
    created: Literal["in the year before the news", "ever"] = "in the year before the news",
    persons: Persons = "in no country",
) -> Sample:
    origins = with_persons(publisher_origins, persons)
    units = hub_downloads(hub_llm_models, origins, tell=["task", "created", "parameters"])
    rows = units.rows
    sizes = rows["parameters"].lt(SMALL[small]).map({True: "small", False: "larger"})
    models = replace(units, rows=rows.assign(size=sizes))
    # Publishers whom nobody has coded are left out: they may be of any country.
    others = {"", "unknown"} if persons == "of any country" else {"", "unknown", "individual"}
    own = ~rows["kind"].isin(others) & rows["role"].ne("repackager")
    chosen = own & rows["task"].isin(GENERATION)
    news = pd.Timestamp(claim_sources.set_index("source").loc[NEWS, "published"])
    last = news if created != "ever" else rows["created"].max()
    if created != "ever":
        chosen &= rows["created"].gt(news - pd.DateOffset(years=1)) & rows["created"].le(news)
    return Sample(
        population=f"the {weight} of the LLM catalogue, of publishers of a known kind",
        as_of=f"{last:%Y-%m-%d}",
        data={
            "weight": weight,
            "models": (models.counted() if weight == "models" else models).among(chosen),
        },
    )


def estimate(sample) -> list[Estimate]:
    models = sample["models"]
    shares = {
        name: Share(of=where(size="small"), among=country).in_(models)
        for name, country in COUNTRIES.items()
    }
    estimates = [_share(GAP, shares["Chinese"] - shares["US"])]
    estimates += [_share(SHARE.format(name), share) for name, share in shares.items()]
    if sample["weight"] == "models":
        estimates += [_median(models, name) for name in COUNTRIES]
    return estimates


def _share(label, asked) -> Estimate:
    return asked.estimate(
        label=label,
        unit="difference in share" if label == GAP else "share",
        assumptions=(DECLARED,),
        budget=budget(*asked.budget(), *asked.drawn("organisation")),
    )


def _median(models, name) -> Estimate:
    known = models.rows.loc[models.holds(COUNTRIES[name])[0], "parameters"].astype(float)
    label, median = MEDIAN.format(name), known.median() / 1e9
    return Estimate.of(label, median, "billion parameters", len(known), "models", DECLARED)


DECLARED = Assumption.of_scope(
    name="the catalogue's size is the size of the model",
    evidence="It is counted in the files, in which packed weights of few bits count as fewer.",
)


COLORS = {"Chinese": figures.CHINA, "US": figures.UNITED_STATES}


def figure(result):
    return figures.rows_of(
        result,
        height=2.7,
        width=60,
        names={SHARE.format(name): name for name in COUNTRIES},
        row="{name}: {answer}",
        colors=COLORS,
        xlim=(0, 1),
        xlabel="share that is small",
    )
