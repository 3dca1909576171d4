"""Are models from China smaller than those from the United States?

The report of the news says that China builds small but powerful models. It names no size, and power
is not in these tables: what can be told is how large the models of either country are.
"""

from typing import Annotated, Literal

import pandas as pd

from research import ESTIMAND, Assumption, Estimate, Sample, Settled, figures
from research.doubts import Coarse, Doubt, Share, where
from research.estimators.budget import budget
from research.measures.hub import GENERATION

SHARE = "share of the {} models that are small"
GAP = "share that is small, China minus US"
MEDIAN = "median size of the {} models"
COUNTRIES = {"CN": "Chinese", "US": "US"}

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
BOTH = Doubt("publishers of either country", "either of the candidates")


def sample(
    hub_llm_models,
    publisher_origins,
    claim_sources,
    *,
    small: Annotated[
        Literal["below 7 billion parameters", "below 1 billion parameters"], ESTIMAND
    ] = "below 7 billion parameters",
    weight: Annotated[Literal["models", "downloads"], ESTIMAND] = "models",
    created: Literal["in the year before the news", "ever"] = "in the year before the news",
) -> Sample:
    own = publisher_origins[publisher_origins["role"].ne("repackager")]
    models = hub_llm_models.merge(own, on="author", validate="m:1")
    models = models[models["pipeline_tag"].isin(GENERATION)]
    news = pd.Timestamp(claim_sources.set_index("source").loc[NEWS, "published"])
    if created != "ever":
        begin = news - pd.DateOffset(years=1)
        models = models[models["created_at"].gt(begin) & models["created_at"].le(news)]
    return Sample(
        population=f"the {weight} of publishers of the LLM catalogue coded as Chinese or US",
        as_of=f"{news:%Y-%m-%d}" if created != "ever" else f"{models['created_at'].max():%Y-%m-%d}",
        data={
            "weight": weight,
            **{c: _units(models, c, SMALL[small], weight) for c in COUNTRIES},
        },
    )


def _units(models, country, edge, weight) -> Coarse:
    """The models of a country; where a publisher may be of another one too, they may not belong."""
    codes = models["candidates"].fillna("").str.split("|")
    mine = models[[country in found for found in codes]]
    counts = 1.0 if weight == "models" else mine["hub_downloads_30d"].astype(float)
    rows = pd.DataFrame(
        {
            "organisation": mine["parent"].fillna(mine["author"]),
            "parameters": mine["parameters"].astype(float),
            "size": mine["parameters"].lt(edge).map({True: "small", False: "larger"}),
            "member": mine["candidates"].eq(country),
            "member_doubt": BOTH.name,
        }
    )
    return Coarse(rows.assign(low=counts, value=counts, high=counts), [BOTH])


def estimate(sample) -> list[Estimate]:
    asked = Share(of=where(size="small"))
    shares = {code: asked.in_(sample[code]) for code in COUNTRIES}
    gap = shares["CN"] - shares["US"]
    found = [_share(GAP, gap, sum(len(s.units.rows) for s in shares.values()))]
    found += [
        _share(SHARE.format(name), shares[code], len(shares[code].units.rows))
        for code, name in COUNTRIES.items()
    ]
    if sample["weight"] == "models":
        found += [_median(sample[code], name) for code, name in COUNTRIES.items()]
    return found


def _share(label, asked, models) -> Estimate:
    return Estimate(
        label=label,
        unit="share",
        reading="finite population",
        value=asked.value,
        bounds=asked.bounds(),
        n=float(models),
        n_unit="models",
        assumptions=(DECLARED,),
        budget=budget(*asked.budget(), *asked.drawn("organisation")),
    )


def _median(units, name) -> Estimate:
    known = units.rows.loc[units.rows["member"], "parameters"]
    return Estimate(
        label=MEDIAN.format(name),
        unit="billion parameters",
        reading="finite population",
        value=float(known.median()) / 1e9,
        n=float(len(known)),
        n_unit="models",
        assumptions=(DECLARED,),
    )


DECLARED = Assumption(
    name="the catalogue's size is the size of the model",
    holds="no",
    evidence="It is counted in the files, in which packed weights of few bits count as fewer.",
)


# Figure -------------------------------------------------------------------------------------------

COLORS = {"Chinese": figures.CHINA, "US": figures.UNITED_STATES}


def figure(result):
    canvas, axes = figures.canvas(height=2.8, source=figures.sources(result))
    rows = {
        f"{name}: {key}": answer.estimates[SHARE.format(name)]
        for key, answer in result.answers.items()
        for name in COUNTRIES.values()
    }
    colors = [COLORS[row.partition(":")[0]] for row in rows]
    series = figures.Series(rows=list(rows.values()), color=colors)
    figures.forest(axes, list(rows), series, xlim=(0, 1), xlabel="share that is small")
    return canvas
