"""How many Chinese companies publish models of their own under an open-source licence?

The article says numerous startups, and no number that would be numerous. Which companies are
startups is not coded, so that all of them are counted, beside those of the United States.
"""

from typing import Annotated, Literal

import pandas as pd

from research import ESTIMAND, Assumption, Bounds, Estimate, Sample, Settled, figures
from research.doubts import Coarse, Doubt, Share, where
from research.estimators.budget import budget

COMPANIES = "Chinese companies with a model under an open-source licence"
SHARE = "share of the models of {} companies under an open-source licence"
GAP = "share under an open-source licence, China minus US"
COUNTRIES = {"CN": "Chinese", "US": "US"}

HYPOTHESES = {}
SETTLED = [
    Settled(
        claim="china-oss/open-licences",
        word="not testable",
        reason="no threshold: how many startups are numerous was not said beforehand. Of what the "
        f"Hub's catalogue holds of that time, {{{COMPANIES}}} had such a model, and "
        f"{{{SHARE.format('Chinese')}}} of their models were under such a licence, against "
        f"{{{SHARE.format('US')}}} of those of US companies.",
        reference="dataset published_claims",
    )
]
ARTICLE = "china-oss-2024"
# Approved by the Open Source Initiative; those that occur.
OPEN = {
    "apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear", "bsd", "afl-3.0",
    "gpl", "gpl-2.0", "gpl-3.0", "agpl-3.0", "lgpl", "lgpl-3.0", "mpl-2.0", "artistic-2.0", "isc",
    "unlicense", "osl-3.0", "ecl-2.0", "ms-pl", "zlib",
}  # fmt: skip
UNNAMED = Doubt("models without a named licence", "any licence")


def sample(
    hub_llm_models,
    publisher_origins,
    claim_sources,
    *,
    until: Annotated[Literal["the article", "now"], ESTIMAND] = "the article",
    named_other: Literal["not open-source", "unknown"] = "not open-source",
) -> Sample:
    own = publisher_origins[
        publisher_origins["kind"].eq("company") & publisher_origins["role"].ne("repackager")
    ]
    models = hub_llm_models.merge(own, on="author", validate="m:1")
    published = claim_sources.set_index("source").loc[ARTICLE, "published"]
    last = pd.Timestamp(published) if until == "the article" else models["created_at"].max()
    models = models[models["created_at"] <= last]
    unnamed = {"other", "unknown"} if named_other == "unknown" else {"unknown"}
    licence = models["licence"].mask(models["licence"].isin(unnamed)).fillna("")
    models = models.assign(company=models["parent"].fillna(models["author"]), licence=licence)
    return Sample(
        population="the models of companies in the Hub's LLM catalogue",
        as_of=f"{last:%Y-%m-%d}",
        data={code: _units(models[models["candidates"] == code]) for code in COUNTRIES},
    )


def _units(models) -> Coarse:
    rows = models[["company", "licence"]].assign(low=1.0, value=1.0, high=1.0)
    return Coarse(rows.assign(licence_doubt=UNNAMED.name), [UNNAMED])


def estimate(sample) -> list[Estimate]:
    asked = Share(of=where(licence=OPEN))
    chinese, american = (asked.in_(sample[code]) for code in COUNTRIES)
    shares = zip(COUNTRIES.values(), (chinese, american), strict=True)
    return [
        _companies(sample["CN"]),
        *(_share(SHARE.format(name), share, share.units.rows) for name, share in shares),
        _share(GAP, chinese - american, pd.concat([chinese.units.rows, american.units.rows])),
    ]


def _companies(units) -> Estimate:
    certain, possible = units.holds(where(licence=OPEN))
    company = units.rows["company"]
    return Estimate(
        label=COMPANIES,
        unit="companies",
        reading="finite population",
        bounds=Bounds(float(company[certain].nunique()), float(company[possible].nunique())),
        n=float(company.nunique()),
        n_unit="Chinese companies with a model in the catalogue",
        assumptions=(TAGGED,),
    )


def _share(label, asked, rows) -> Estimate:
    return Estimate(
        label=label,
        unit="share of models",
        reading="finite population",
        bounds=asked.bounds(),
        n=float(len(rows)),
        n_unit="models",
        assumptions=(TAGGED,),
        budget=budget(*asked.budget(), *asked.drawn("company")),
    )


TAGGED = Assumption(
    name="the tag is the licence",
    holds="not testable",
    evidence="Publishers set it themselves, and today's tag is read back, not that of 2024.",
)


# Figure -------------------------------------------------------------------------------------------

COLORS = {"Chinese": figures.CHINA, "US": figures.UNITED_STATES}


def figure(result):
    canvas, axes = figures.canvas(height=2.2, source=figures.sources(result))
    rows = {
        f"{name}, until {key}": answer.estimates[SHARE.format(name)]
        for key, answer in result.answers.items()
        for name in COUNTRIES.values()
    }
    colors = [COLORS[row.partition(",")[0]] for row in rows]
    series = figures.Series(rows=list(rows.values()), color=colors)
    figures.forest(
        axes, list(rows), series, xlim=(0, 1), xlabel="share of models under an open-source licence"
    )
    return canvas
