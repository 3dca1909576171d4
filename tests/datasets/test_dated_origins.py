"""The second edition of the origins: nobody private has a country, and three codings are kept."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from research.datasets import load, verify

VERSION = "2026-11-29"
PRINTED = 0.0005  # agreement is printed as per cent with one decimal, kappa with three


@pytest.fixture(scope="module")
def origins() -> pd.DataFrame:
    return load("publisher_origins", VERSION)


@pytest.fixture(scope="module")
def persons(origins) -> pd.Series:
    either = (origins[["kind_coder_a", "kind_coder_b"]] == "individual").any(axis="columns")
    return (origins["kind"] == "individual") | ((origins["kind"] == "unknown") & either)


def test_the_version_is_intact_and_not_the_default():
    assert verify("publisher_origins", VERSION) == []
    assert len(load("publisher_origins")) == 1716


def test_private_persons_are_in_no_country_in_no_column(origins, persons):
    told = ["candidates", "parent", "country_coder_a", "country_coder_b", "region_human", "note"]
    assert persons.sum() == 1114 + 15
    assert origins.loc[persons, told].isna().all(axis=None)
    assert set(origins.loc[persons, "country"]) == {"ZZ"}


def test_all_accounts_of_the_first_edition_are_there_and_only_two_countries_are_disputed(
    origins, persons
):
    first, now = load("publisher_origins"), origins[~persons]
    both = first.merge(now, on="author", how="inner", suffixes=("_then", ""), validate="1:1")
    assert len(origins) == len(first) + 491
    assert set(first["author"]) <= set(origins["author"])
    moved = both[both["country"] != both["country_then"]]
    assert dict(zip(moved["author"], moved["candidates"], strict=True)) == {
        "ai21labs": "IL|US",
        "EleutherAI": "US|XI",
    }


def test_country_is_what_both_coders_gave_where_the_third_does_not_contradict(origins, persons):
    coded = origins[~persons & ~origins["author"].isin(["ai21labs", "EleutherAI"])]
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
