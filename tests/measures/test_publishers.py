"""Organisations behind accounts, against the table."""

from __future__ import annotations

import pandas as pd

import research
from research.measures.publishers import base_origins, library_publishers, organisations
from tests.origins import coded_origins


def test_an_account_is_its_organisations_and_else_its_own():
    origins = research.load("publisher_origins")
    accounts = pd.concat([origins["author"], pd.Series(["no-such-account", None])])
    found = organisations(accounts, origins)
    known = origins["parent"].fillna(origins["author"])
    assert found.iloc[:-1].tolist() == [*known, "no-such-account"]
    assert pd.isna(found.iloc[-1])


def test_a_name_is_of_its_account_or_else_of_whom_the_crosswalk_names():
    names, crosswalk, origins = map(
        research.load, ["model_crosswalk_names", "model_crosswalk", "publisher_origins"]
    )
    found = library_publishers(names, origins, crosswalk)
    stated = crosswalk.set_index("ollama_name")["publisher_candidates"].fillna("")
    coded = coded_origins().set_index("author")["candidates"].fillna("")
    for name, row in found.iterrows():
        assert row["origin"] == coded.get(row["account"], stated[name]), name
    assert found["organisation"].notna().all()


def test_the_base_of_a_name_decides_whose_it_is_where_one_is_known():
    library = pd.DataFrame({"origin": ["CN", "US", ""]}, index=["r1", "own", "none"])
    bases = pd.DataFrame({
        "ollama_name": ["r1", "own", "none"], "base_publisher_country": ["US", None, None],
    })  # fmt: skip
    tags = pd.DataFrame({"ollama_name": ["r1", "own"], "base_publisher_country": ["CN", "ZZ"]})
    assert base_origins(library, bases, tags).to_dict() == {"r1": "CN|US", "own": "", "none": ""}
