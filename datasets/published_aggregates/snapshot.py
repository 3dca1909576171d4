"""Freeze figures published by others: ``python datasets/published_aggregates/snapshot.py RAW``.

RAW is a folder with two hand-made tables: ``published_aggregates.csv`` (figures on exposed hosts)
and ``hub_published_anchors.csv`` (figures on downloads).

What is changed, and why:

- What belongs to a measurement (title, window, unit, population, text read) moves from its 167
  rows to one row of ``aggregate_sources``; a measurement described in two ways stops the script.
- The column on exactness held two things, how exact a figure is and whether the original was
  read. They become two columns with few values each; an unknown wording stops the script.
- Countries of the dimension geography become ISO 3166-1 alpha-2 codes, as everywhere.
- "n/a", "not stated" and the like become empty cells: only an empty cell is missing.
- Addresses become complete; "news reports, e.g. ..." keeps the address and loses the words.
- "same" becomes what the row before says: a row must be readable by itself.
"""

import sys
from pathlib import Path

import pandas as pd

from research.datasets import freeze

COUNTRIES = {"United States": "US", "China": "CN", "Germany": "DE"}

# Wording of the raw table: how exact, how read.
EXACTNESS = {
    "exact": ("exact", "primary"),
    "rounded": ("rounded", "primary"),
    "about": ("approximate", "primary"),
    "roughly": ("approximate", "primary"),
    "approximate": ("approximate", "primary"),
    "nearly": ("less than", "primary"),
    "less than": ("less than", "primary"),
    "at least": ("at least", "primary"),
    "over": ("more than", "primary"),
    "quoted by a third party": ("as quoted", "secondary"),
    "SECONDARY": ("as quoted", "secondary"),
    "SECONDARY, about": ("approximate", "secondary"),
    "SECONDARY, approximate": ("approximate", "secondary"),
    "SECONDARY, more than": ("more than", "secondary"),
}
READ_LEVELS = {
    "primary": "primary",
    "primary (co-author)": "primary",
    "primary+secondary": "primary",
    "secondary": "secondary",
    "tertiary": "tertiary",
}

NOT_STATED = r"n/a$|not stated|not known"  # how the raw cells begin that say "we do not know"
REPOSITORY = "https://github.com/nuclide-research/AI-LLM-Infrastructure-OSINT/blob/"
COMMIT = "779bca994d8a4be5e96cddff63d1e038e43d3a3a"

SOURCE_COLUMNS = {
    "source_id": "source",
    "title": "title",
    "publisher": "publisher",
    "published": "published",
    "window": "time_window",
    "unit": "unit_of_observation",
    "denominator": "population",
    "url": "url",
    "text_read": "text_read",
}


def snapshot(raw: Path) -> dict[str, pd.DataFrame]:
    """All tables of the dataset by name."""
    aggregates = read(raw / "published_aggregates.csv")
    return {
        "published_aggregates": figures(aggregates),
        "aggregate_sources": sources(aggregates),
        "hub_published_anchors": anchors(read(raw / "hub_published_anchors.csv")),
    }


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])


def figures(raw: pd.DataFrame) -> pd.DataFrame:
    """One figure a row, without what belongs to its source."""
    wording = pd.DataFrame([EXACTNESS[word] for word in raw["exactness"]])
    abroad = raw["dimension"] == "geography"
    return pd.DataFrame(
        {
            "source": raw["source_id"],
            "dimension": raw["dimension"],
            "category": raw["category"].where(~abroad, raw["category"].replace(COUNTRIES)),
            "metric": raw["metric"],
            "value": raw["value"].astype(float),
            "unit": raw["value_unit"],
            "section": raw["section"],
            "exactness": wording[0],
            "read": wording[1],
            "note": raw["note"],
        }
    )


def sources(raw: pd.DataFrame) -> pd.DataFrame:
    """One row a measurement."""
    frame = raw[list(SOURCE_COLUMNS)].rename(columns=SOURCE_COLUMNS).drop_duplicates()
    if frame["source"].duplicated().any():
        twice = frame.loc[frame["source"].duplicated(), "source"].tolist()
        raise SystemExit(f"Described in two ways: {', '.join(twice)}. Make their rows agree.")
    for column in ("time_window", "population"):
        frame[column] = frame[column].mask(frame[column].str.match(NOT_STATED))
    frame["text_read"] = frame["text_read"].str.removeprefix("SECONDARY: ")
    return frame.assign(url=frame["url"].map(address)).reset_index(drop=True)


def address(url: str) -> str | None:
    """A complete address, or nothing where the raw table holds words."""
    if url.startswith("https://"):
        return url
    if url.startswith("github.com/nuclide-research/"):
        return f"{REPOSITORY}{COMMIT}/{url.split()[1]}"
    if url.startswith("(news reports; e.g. "):
        return "https://" + url.removeprefix("(news reports; e.g. ").removesuffix(")")
    return None


def anchors(raw: pd.DataFrame) -> pd.DataFrame:
    """The statements on downloads, each readable by itself."""
    place = raw["where_read"].mask(raw["where_read"].str.startswith("same")).ffill()
    section = raw["where_read"].str.extract(r"^same(, section \d)", expand=False).fillna("")
    note = raw["definition_or_note"].str.replace(
        "same (", "downloads of recently created models (", regex=False
    )
    return pd.DataFrame(
        {
            "source": raw["source"],
            "quantity": raw["quantity"],
            "stated_value": raw["value"],
            "unit": raw["unit"].replace({"%": "percent", "x": "ratio"}),
            "time_window": raw["window"],
            # The raw note names a raw file; here the same snapshot is a table of a dataset.
            "note": note.str.replace(
                "REPRODUCED from hf_top1000_2026-04-28.csv",
                "reproduced from hub_top_models of that day",
            ),
            "where_read": place + section,
            "read": raw["read_level"].map(READ_LEVELS),
        }
    )


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
