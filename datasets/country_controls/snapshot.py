"""Freeze what a country's share may be set against: developers, people, registered addresses.

Run ``python datasets/country_controls/snapshot.py FOLDER``, where FOLDER holds the raw tables under
the names of ``datapackage.json``.

What is changed, and why: countries become ISO 3166-1 alpha-2 codes; groups of countries (the EU,
the World Bank's regions) and Kosovo, which has no such code, are left out; a quarter is its first
day.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pycountry

from research.datasets import freeze

ACTIVITY = "github-innovation-graph/github_activity_by_economy_quarter.csv"
TOPICS = "github-innovation-graph/github_ai_topic_pushers.csv"
ADDRESSES = "country-controls/ipv4_addresses_by_country_2026-02-01.csv"
PEOPLE = "country-controls/population_2021_to_2024.csv"


def snapshot(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of the dataset by name."""
    activity, topics, addresses, people = (
        read(folder / name) for name in (ACTIVITY, TOPICS, ADDRESSES, PEOPLE)
    )
    counts = ["developers", "organizations", "repositories", "git_pushes"]
    codes = {one.alpha_3: one.alpha_2 for one in pycountry.countries}
    return {
        "country_developers": quarterly(activity)[["country", "quarter", *counts]].astype(
            dict.fromkeys(counts, "Int64")
        ),
        "country_topic_developers": quarterly(topics)[
            ["country", "quarter", "topic", "pushers"]
        ].rename(columns={"pushers": "developers_pushing"}),
        "country_addresses": countries(addresses.rename(columns={"iso2": "country"}))[
            ["country", "ipv4_addresses"]
        ],
        "country_people": countries(
            people.assign(country=people["iso3_or_group"].map(codes))[
                ["country", "year", "population"]
            ]
        ),
    }


def read(path: Path) -> pd.DataFrame:
    # Only an empty cell is missing: NA is Namibia.
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def quarterly(raw: pd.DataFrame) -> pd.DataFrame:
    first = raw["year"].astype(str) + "-" + (3 * raw["quarter"] - 2).astype(str) + "-01"
    quarter = pd.to_datetime(first, format="%Y-%m-%d")
    return countries(
        raw.drop(columns="quarter").rename(columns={"iso2": "country"}).assign(quarter=quarter)
    )


def countries(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of countries, without those of groups."""
    known = {one.alpha_2 for one in pycountry.countries}
    return table[table["country"].isin(known)].reset_index(drop=True)


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
