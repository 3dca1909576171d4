"""Freeze the daily top thirty of the Hugging Face page of trending models.

Run ``python datasets/hub_trending/snapshot.py FILE``, where FILE is the source's series as
``hf_trending_top30_daily_2025-11-07_to_2026-08-21.csv``; ``datapackage.json`` says where it comes
from.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from research.datasets import freeze

# The page shows "5.12k" or "229B"; a model without a category, a size or downloads shows the next
# value in that place, and the scraper took it for the missing one.
NUMBER = r"([\d.]+)([kMBT]?)"
UPDATED = r"Updated.*"
MULTIPLE = {"": 1, "k": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


def snapshot(path: Path) -> dict[str, pd.DataFrame]:
    """The table of the dataset by name."""
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    return {"hub_trending": tidy(raw)}


def tidy(raw: pd.DataFrame) -> pd.DataFrame:
    size_as_category = raw["category"].str.fullmatch(NUMBER)
    shifted = size_as_category | raw["category"].str.fullmatch(UPDATED)
    return pd.DataFrame(
        {
            "date": pd.to_datetime(raw["date"]),
            "rank": raw["rank"].astype("int64"),
            "model_id": raw["model_id"],
            "author": raw["model_id"].str.replace("/.*", "", regex=True),
            "category": raw["category"].mask(shifted),
            # A size read as the category goes back to its place, which is empty in those rows.
            "parameters_rounded": number(raw["model_size"].mask(size_as_category, raw["category"])),
            # Where the page showed no downloads, "Updated 2 days ago" can stand here: no number.
            "hub_downloads_30d_rounded": number(raw["downloads_rounded"]),
            "likes_rounded": number(raw["likes_rounded"]),
            "shifted": shifted,
        }
    )


def number(text: pd.Series) -> pd.Series:
    """``"1.73M"`` as 1 730 000; missing where the text is not a number."""
    parts = text.str.extract(f"^{NUMBER}$")
    return (parts[0].astype("float64") * parts[1].map(MULTIPLE)).round().astype("Int64")


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
