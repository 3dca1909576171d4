"""Freeze a catalogue of language, vision-language, embedding and speech models of 2026-10-05.

Run ``python datasets/hub_llm_models/snapshot.py FILE``, where FILE is the source's catalogue as
``hf_models_llmfit_2026-10-05.csv``; ``datapackage.json`` says where it comes from.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from research.datasets import freeze

# Older repositories all carry the day on which they were imported.
LEGACY_IMPORT = pd.Timestamp("2022-03-02")
# Typed in by the catalogue's authors with round numbers. Dropped by name: their pipeline tag also
# stands on a real row, microsoft/Phi-4-multimodal-instruct.
HAND_ENTERED = (
    "openai/whisper-large-v3",
    "openai/whisper-large-v3-turbo",
    "openai/whisper-medium",
    "distil-whisper/distil-large-v3",
)
# The Hub ignores case, so these repeat a repository. Of two spellings the one that the Hub's own
# listing returned stays; where it returned both (a renaming), the one still being refreshed.
REPEATED = (
    "microsoft/phi-3-mini-4k-instruct",  # kept: Phi-3
    "RedHatAI/gemma-4-26B-A4B-it-FP8-Dynamic",  # kept: FP8-dynamic
    "RedHatAI/gemma-4-31B-it-FP8-Dynamic",  # kept: FP8-dynamic
)
UNCHANGED = {"0": False, "1": True}


def snapshot(path: Path) -> dict[str, pd.DataFrame]:
    """The table of the dataset by name."""
    # Only an empty cell is missing, so that no name is swallowed as "NA" or "null".
    raw = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    raw = raw[~raw["name"].isin(HAND_ENTERED + REPEATED)].reset_index(drop=True)
    return {"hub_llm_models": tidy(raw)}


def tidy(raw: pd.DataFrame) -> pd.DataFrame:
    # Left out: format, use_case and parameter_count (guesses and roundings made to plan hardware),
    # provider (not the account in a third of the rows), languages (one model in three).
    downloads = whole(raw["hf_downloads"])
    created = pd.to_datetime(raw["release_date"])
    return pd.DataFrame(
        {
            "model_id": raw["name"],
            "author": raw["name"].str.replace("/.*", "", regex=True),
            "hub_downloads_30d": downloads,
            # The scrapes by trend and by likes did not ask for downloads and the catalogue wrote 0.
            "downloads_observed": downloads > 0,
            "likes": whole(raw["hf_likes"]),
            # Likes and the date came with the same answers: without a date every value is 0.
            "likes_observed": created.notna(),
            "licence": raw["license"].str.replace(",", "|"),
            "pipeline_tag": known(raw["pipeline_tag"]),
            "architecture": known(raw["architecture"]),
            "parameters": whole(raw["parameters_raw"]),
            "is_moe": raw["is_moe"] == "True",
            "active_parameters": whole(raw["active_parameters"]),
            "context_length": whole(raw["context_length"]),
            "created_at": created,
            "legacy_created_at": (created == LEGACY_IMPORT).astype("boolean").mask(created.isna()),
            "stale_suspect": raw["unchanged_vs_2026-09-21"].map(UNCHANGED).astype("boolean"),
            "n_gguf_sources": whole(raw["n_gguf_sources"]),
        }
    )


def known(values: pd.Series) -> pd.Series:
    """The word ``unknown`` is the catalogue's way of leaving a cell empty."""
    return values.mask(values == "unknown")


def whole(values: pd.Series) -> pd.Series:
    return values.astype("Int64")


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
