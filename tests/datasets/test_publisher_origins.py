"""The origins of publishers: nobody private has a country, and three codings are kept."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from research.datasets import load, verify

THIRD_CODING = {"ai21labs": "IL|US", "EleutherAI": "US|XI"}  # it contradicts the first two
PRINTED = 0.0005  # agreement is printed as per cent with one decimal, kappa with three


@pytest.fixture(scope="module")
def origins() -> pd.DataFrame:
    return load("publisher_origins")


@pytest.fixture(scope="module")
def persons(origins) -> pd.Series:
    either = (origins[["kind_coder_a", "kind_coder_b"]] == "individual").any(axis="columns")
    return (origins["kind"] == "individual") | ((origins["kind"] == "unknown") & either)


def test_the_table_is_intact():
    assert verify("publisher_origins") == []


def test_private_persons_are_in_no_country_in_no_column(origins, persons):
    told = ["candidates", "parent", "country_coder_a", "country_coder_b", "region_human", "note"]
    assert persons.sum() == 1114 + 15
    assert origins.loc[persons, told].isna().all(axis=None)
    assert set(origins.loc[persons, "country"]) == {"ZZ"}


def test_the_third_coding_disputes_two_countries(origins):
    candidates = origins.set_index("author")["candidates"]
    assert candidates[[*THIRD_CODING]].to_dict() == THIRD_CODING


def test_candidates_are_both_codes(origins):
    disputed = origins[(origins["country"] == "ZZ") & origins["candidates"].notna()]
    disputed = disputed[~disputed["author"].isin(THIRD_CODING)]
    pairs = ["|".join(sorted(pair)) for pair in zip(
        disputed["country_coder_a"], disputed["country_coder_b"], strict=True
    )]  # fmt: skip
    assert disputed["candidates"].tolist() == pairs


def test_country_is_what_both_coders_gave_where_the_third_does_not_contradict(origins, persons):
    coded = origins[~persons & ~origins["author"].isin(THIRD_CODING)]
    a, b = coded["country_coder_a"], coded["country_coder_b"]
    assert coded["country"].equals(a.where(a == b, "ZZ"))
    known = coded["country"] != "ZZ"
    assert coded.loc[known, "candidates"].equals(coded.loc[known, "country"])


def test_no_organisation_is_chinese_for_one_and_american_for_the_other(origins):
    assert origins["region_human"].notna().sum() == 109
    chinese, american = (origins["region_human"] == region for region in ("china", "us"))
    assert not (chinese & (origins["country"] == "US")).any()
    assert not (american & (origins["country"] == "CN")).any()


@pytest.mark.parametrize(("column", "agreement", "kappa", "n"), [
    ("country", 0.962, 0.955, 1078), ("kind", 0.959, 0.938, 2207)
])  # fmt: skip
def test_coders_agree_as_documented(origins, persons, column, agreement, kappa, n):
    coded = origins.dropna(subset=f"{column}_coder_a")
    a, b = coded[f"{column}_coder_a"], coded[f"{column}_coder_b"]
    chance = (a.value_counts(normalize=True) * b.value_counts(normalize=True)).sum()
    found = (a == b).mean()
    assert len(coded) == n
    assert found == pytest.approx(agreement, abs=PRINTED)
    assert (found - chance) / (1 - chance) == pytest.approx(kappa, abs=PRINTED)


def test_codes_are_codes_and_texts_hold_no_address(origins):
    for column in ("country", "candidates", "country_coder_a", "country_coder_b"):
        assert origins[column].dropna().str.fullmatch(r"[A-Z]{2}(\|[A-Z]{2})*").all()
    assert not origins["note"].str.contains(re.compile(r"@|https?:"), na=False).any()


def test_no_notes_on_individuals(origins):
    person = (origins[["kind", "kind_coder_a", "kind_coder_b"]] == "individual").any(axis="columns")
    assert origins.loc[person, "note"].isna().all()
