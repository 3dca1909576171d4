"""What a country's hosts may be set against: whole, coded, and a lower bound where it is one."""

from __future__ import annotations

import pandas as pd
import pycountry
import pytest

from research.datasets import load

QUARTER = "2025-04-01"  # that of the Tenthe report
TABLES = ["country_developers", "country_topic_developers", "country_addresses", "country_people"]


@pytest.fixture(scope="module")
def developers() -> pd.DataFrame:
    return load("country_developers")


@pytest.fixture(scope="module")
def topics() -> pd.DataFrame:
    return load("country_topic_developers")


@pytest.mark.parametrize("table", TABLES)
def test_countries_are_countries(table):
    assert set(load(table)["country"]) <= {one.alpha_2 for one in pycountry.countries}


@pytest.mark.parametrize(
    ("table", "rows"), list(zip(TABLES, [5_192, 2_532, 237, 860], strict=True))
)
def test_no_row_is_lost(table, rows):
    assert len(load(table)) == rows


def test_sums_and_single_figures_are_those_of_the_sources():
    addresses = load("country_addresses")["ipv4_addresses"]
    people = load("country_people").set_index(["country", "year"])["population"]
    assert addresses.sum() == 3_686_958_928
    assert people["CN", 2024] == 1_408_975_000
    assert people["US", 2024] == 340_110_988


@pytest.mark.parametrize(
    ("country", "per_million_developers", "per_million_people"),
    [("US", 1077, 86), ("CN", 1552, 12)],
)
def test_hosts_by_developer_and_by_person_are_those_computed_independently(
    developers, country, per_million_developers, per_million_people
):
    hosts = load("tenthe_countries").set_index("country")["discovered_ips"][country]
    now = developers[developers["quarter"] == QUARTER].set_index("country")["developers"][country]
    people = load("country_people").set_index(["country", "year"])["population"][country, 2024]
    assert round(1e6 * hosts / now) == per_million_developers
    assert round(1e6 * hosts / people) == per_million_people


def test_developers_are_cumulative_but_for_some_corrections(developers):
    wide = developers.pivot(index="country", columns="quarter", values="developers")
    falls = wide.astype("float64").diff(axis="columns") < 0
    assert wide.shape == (231, 23)
    assert falls.to_numpy().sum() < 0.02 * falls.size
    assert not falls.loc[["US", "CN"]].any(axis=None)


def test_empty_cells_are_few_of_developers_and_many_of_pushes(developers):
    empty = developers.isna().mean()
    assert empty["developers"] < 0.01
    assert 0.19 < empty["organizations"] < 0.25
    assert 0.19 < empty["git_pushes"] < 0.25


def test_china_is_absent_from_topics_that_are_not_used_there(topics):
    chinese = topics[topics["country"] == "CN"]
    assert not {"ollama", "deepseek", "openai"} & set(chinese["topic"])
    last = chinese.groupby("topic")["quarter"].max()
    assert last["machine-learning"] == pd.Timestamp("2023-10-01")
    assert last["pytorch"] == pd.Timestamp("2023-04-01")
    assert topics["developers_pushing"].min() >= 100


def test_groups_and_taiwan_are_where_the_limitations_say(developers):
    assert "EU" not in set(developers["country"])
    assert "TW" in set(developers["country"])
    assert "TW" not in set(load("country_people")["country"])
