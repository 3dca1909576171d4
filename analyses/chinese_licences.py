"""How many Chinese companies publish models of their own under an open-source licence?

The article says numerous startups, and no number that would be numerous. Which companies are
startups is not coded, so that all of them are counted, beside those of the United States.
"""

from dataclasses import replace
from typing import Annotated, Literal

import pandas as pd

from research import ESTIMAND, Estimate, Sample, Settled, figures
from research.doubts import Distinct, Share, where
from research.estimators.budget import budget
from research.measures.hub import TAGGED, hub_downloads
from research.measures.publishers import CHINA, UNITED_STATES

COMPANIES = "Chinese companies with a model under an open-source licence"
SHARE = "share of the models of {} companies under an open-source licence"
COUNTRIES = {"Chinese": CHINA, "US": UNITED_STATES}

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


def sample(
    hub_llm_models,
    publisher_origins,
    claim_sources,
    *,
    until: Annotated[Literal["the article", "now"], ESTIMAND] = "the article",
    named_other: Literal["not open-source", "unknown"] = "not open-source",
) -> Sample:
    units = hub_downloads(hub_llm_models, publisher_origins, tell=["licence", "created"])
    published = claim_sources.set_index("source").loc[ARTICLE, "published"]
    rows = units.rows
    last = pd.Timestamp(published) if until == "the article" else rows["created"].max()
    own = rows["kind"].eq("company") & rows["role"].ne("repackager")
    unnamed = {"unknown"} if named_other == "not open-source" else {"unknown", "other"}
    licence = rows["licence"].mask(rows["licence"].isin(unnamed), "")
    licensed = replace(units, rows=rows.assign(licence=licence))
    return Sample(
        population="the models of companies in the Hub's LLM catalogue",
        as_of=f"{last:%Y-%m-%d}",
        data={"models": licensed.counted().among(own & rows["created"].le(last))},
    )


def estimate(sample) -> list[Estimate]:
    models, open_source = sample["models"], where(licence=OPEN)
    return [
        _companies(models),
        *(
            _share(SHARE.format(name), Share(of=open_source, among=country).in_(models))
            for name, country in COUNTRIES.items()
        ),
    ]


def _companies(models) -> Estimate:
    chinese, _ = models.holds(CHINA)
    wanted = where(licence=OPEN, **CHINA.values)
    return Distinct(models, wanted, by="organisation").estimate(
        label=COMPANIES,
        value=None,
        unit="companies",
        n=float(models.rows.loc[chinese, "organisation"].nunique()),
        n_unit="Chinese companies with a model in the catalogue",
        assumptions=(TAGGED,),
    )


def _share(label, asked) -> Estimate:
    return asked.estimate(
        label=label,
        value=None,
        unit="share of models",
        assumptions=(TAGGED,),
        budget=budget(*asked.budget(), *asked.drawn("organisation")),
    )


COLORS = {"Chinese": figures.CHINA, "US": figures.UNITED_STATES}


def figure(result):
    return figures.rows_of(
        result,
        height=2.2,
        names={SHARE.format(name): name for name in COUNTRIES},
        row="{name}, until {answer}",
        colors=COLORS,
        xlim=(0, 1),
        xlabel="share of models under an open-source licence",
    )
