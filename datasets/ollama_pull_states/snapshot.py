"""Freeze states of the pulls of the Ollama library, the first of 2023.

Run ``python datasets/ollama_pull_states/snapshot.py FOLDER``, where FOLDER holds the raw tables
under the names of ``datapackage.json``.

What is changed, and why: the four states that repeat an older page are dropped, as the raw index
says; three numbers that the source cut by one (8199999) become those that were displayed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from research.datasets import freeze, read_descriptor, reading

STATES = "ollama_library_pulls_states_2023-11-29_to_2026-08-17.csv"
INDEX = "state_index.csv"
IN_THOUSANDS = "2026-01-22"  # from this state on the source keeps thousands below a million


def snapshot(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of the dataset by name."""
    raw, index = read(folder / STATES), read(folder / INDEX)
    shown = raw["pulls"].astype("int64")
    step = steps(shown, raw["as_of"] >= IN_THOUSANDS)
    pulls = pd.DataFrame(
        {
            "as_of": pd.to_datetime(raw["as_of"]),
            "ollama_name": raw["model"],
            "ollama_pulls_total": (shown / step).round().astype("int64") * step,
            "pulls_step": step,
        }
    )
    return {"ollama_pull_states": pulls, "ollama_pull_state_index": listed(pulls, index)}


def read(path: Path) -> pd.DataFrame:
    # Only an empty cell is missing, so that no name is swallowed as "NA" or "null".
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])


def steps(pulls: pd.Series, in_thousands: pd.Series) -> pd.Series:
    """The rounding step: one decimal of K and M, exact below 10,000."""
    tenths = pd.Series(1, index=pulls.index).mask(pulls >= 10_000, 100)
    return tenths.mask(in_thousands, 1_000).mask(pulls >= 1_000_000, 100_000)


def listed(pulls: pd.DataFrame, index: pd.DataFrame) -> pd.DataFrame:
    """A row a state: how many names, their sum, the commit, and the names of the daily series."""
    usable = index[index["usable"] == "True"]
    day = pd.to_datetime(usable["authored"].str[:10])
    daily = reading.read(
        read_descriptor(Path(__file__).parents[1] / "ollama_library"), "ollama_library_pulls"
    )
    sums = pulls.groupby("as_of")["ollama_pulls_total"].agg(n_names="size", ollama_pulls_sum="sum")
    table = sums.join(usable.set_index(day)["commit"], validate="one_to_one")
    table["n_names_daily_series"] = daily.groupby("date").size().reindex(table.index)
    return table.astype({"n_names_daily_series": "Int64"}).reset_index()


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
