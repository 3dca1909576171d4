"""The origins of publishers as analyses read them, in plain pandas."""

from __future__ import annotations

import pandas as pd

import research

NO_COUNTRY = "no country"


def coded_origins() -> pd.DataFrame:
    """The table with private persons, whom no coder gives a country in it, in no country."""
    origins = research.load("publisher_origins")
    person = origins["country_coder_a"].isna()
    return origins.assign(candidates=origins["candidates"].mask(person, NO_COUNTRY))
