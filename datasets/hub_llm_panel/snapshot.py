"""Freeze eighteen states of a catalogue of Hugging Face models, February to October 2026.

Run ``python datasets/hub_llm_panel/snapshot.py FOLDER``, where FOLDER holds
``hf_llm_downloads_panel_2026-02_to_2026-10.csv.gz`` and ``snapshot_index.csv``;
``datapackage.json`` says where they come from.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from research.datasets import freeze

# Typed in by the catalogue's authors with round numbers that never change.
HAND_ENTERED = (
    "openai/whisper-large-v3",
    "openai/whisper-large-v3-turbo",
    "openai/whisper-medium",
    "distil-whisper/distil-large-v3",
)
# The Hub ignores case, so two spellings are one repository; the spelling kept is that of the
# table hub_llm_models.
SPELLING = {
    "microsoft/phi-3-mini-4k-instruct": "microsoft/Phi-3-mini-4k-instruct",
    "RedHatAI/gemma-4-26B-A4B-it-FP8-Dynamic": "RedHatAI/gemma-4-26B-A4B-it-FP8-dynamic",
    "RedHatAI/gemma-4-31B-it-FP8-Dynamic": "RedHatAI/gemma-4-31B-it-FP8-dynamic",
}
LOG_MATCHES = "dates_matched_exactly_in_an_independent_daily_series"


def snapshot(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of the dataset by name."""
    raw = read(folder / "hf_llm_downloads_panel_2026-02_to_2026-10.csv.gz")
    panel = with_staleness(one_row_per_model(raw[~raw["model_id"].isin(HAND_ENTERED)]))
    index = snapshots(read(folder / "snapshot_index.csv"), panel)
    return {"hub_llm_panel": panel, "hub_llm_panel_snapshots": index}


def read(path: Path) -> pd.DataFrame:
    # Only an empty cell is missing, so that no name is swallowed as "NA" or "null".
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])


def one_row_per_model(raw: pd.DataFrame) -> pd.DataFrame:
    """One row a snapshot and model: the refreshed one of two spellings, else the one with likes."""
    panel = pd.DataFrame(
        {
            "as_of": pd.to_datetime(raw["as_of"]),
            "snapshot_id": raw["snapshot_id"],
            "model_id": raw["model_id"].replace(SPELLING),
            "hub_downloads_30d": raw["hf_downloads_30d"].astype("int64"),
            "likes": raw["hf_likes"].astype("int64"),
            "stale": raw["stale_suspect"] == "1",
            "respelled": raw["model_id"].isin(list(SPELLING)),
        }
    )
    best_first = panel.sort_values(
        ["as_of", "model_id", "stale", "likes", "respelled"],
        ascending=[True, True, True, False, True],
    )
    return best_first.drop_duplicates(["as_of", "model_id"]).drop(columns=["stale", "respelled"])


def with_staleness(panel: pd.DataFrame) -> pd.DataFrame:
    """Mark values equal to the model's previous one; computed anew because spellings were merged.

    It gives the source's own flag in every row that the merging did not touch.
    """
    before = panel.groupby("model_id")["hub_downloads_30d"].shift()
    same = (panel["hub_downloads_30d"] == before) & (panel["hub_downloads_30d"] > 0)
    panel = panel.assign(stale_suspect=same.astype("boolean").mask(before.isna()))
    largest_first = ["as_of", "hub_downloads_30d", "model_id"]
    return panel.sort_values(
        largest_first, ascending=[True, False, True], ignore_index=True, kind="stable"
    )


def snapshots(raw: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    as_of = pd.to_datetime(raw["as_of_best_estimate"])
    not_after = pd.to_datetime(raw["not_after_commit_or_release_date"])
    return pd.DataFrame(
        {
            "as_of": as_of,
            "snapshot_id": raw["snapshot_id"],
            # Without a date of commit or release, the newest model and the weekday have to do.
            "as_of_inferred": not_after.isna(),
            "not_after": not_after,
            "newest_created_at": pd.to_datetime(raw["max_release_date_in_rows"]),
            "log_matches": raw[LOG_MATCHES].str.replace("; ", "|"),
            "n_models": as_of.map(panel["as_of"].value_counts()),
            "n_models_source": raw["rows"].astype("int64"),
            "hub_downloads_30d_source": raw["sum_downloads"].astype("int64"),
        }
    )


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
