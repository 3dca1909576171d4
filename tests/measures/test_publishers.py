"""Organisations behind accounts, against the table."""

from __future__ import annotations

import pandas as pd

import research
from research.measures.publishers import organisations


def test_an_account_is_its_organisations_and_else_its_own():
    origins = research.load("publisher_origins")
    accounts = pd.concat([origins["author"], pd.Series(["no-such-account", None])])
    found = organisations(accounts, origins)
    known = origins["parent"].fillna(origins["author"])
    assert found.iloc[:-1].tolist() == [*known, "no-such-account"]
    assert pd.isna(found.iloc[-1])
