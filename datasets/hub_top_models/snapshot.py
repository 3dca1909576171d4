"""Freeze the 1,000 most downloaded models of the Hugging Face Hub on three dates.

Run ``python datasets/hub_top_models/snapshot.py FOLDER``, where FOLDER holds the source's three
tables under the names ``hf_top1000_<date>.csv``; ``datapackage.json`` says where they come from.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from research.datasets import freeze

SNAPSHOTS = ("2026-04-28", "2026-06-10", "2026-06-11")
# Older repositories all carry the day on which they were imported.
LEGACY_IMPORT = pd.Timestamp("2022-03-02")
SPIKE = ("2026-04-28", "Qwen/Qwen3-VL-2B-Instruct")  # automated traffic, gone by June


def snapshot(folder: Path) -> dict[str, pd.DataFrame]:
    """The table of the dataset by name."""
    raw = pd.concat([read(folder, date) for date in SNAPSHOTS], ignore_index=True)
    return {"hub_top_models": tidy(raw)}


def read(folder: Path, date: str) -> pd.DataFrame:
    # Only an empty cell is missing, so that no name is swallowed as "NA" or "null".
    frame = pd.read_csv(folder / f"hf_top1000_{date}.csv", keep_default_na=False, na_values=[""])
    return frame.assign(as_of=date)


def tidy(raw: pd.DataFrame) -> pd.DataFrame:
    # The time of day says nothing about a model; whole days in UTC compare across tables.
    created, modified = (
        pd.to_datetime(raw[column], utc=True).dt.tz_localize(None).dt.normalize()
        for column in ("created_at", "last_modified")
    )
    tags = [row.split(",") for row in raw["tags"]]
    return pd.DataFrame(
        {
            "as_of": pd.to_datetime(raw["as_of"]),
            "model_id": raw["model_id"],
            "author": raw["author"],
            "hub_downloads_30d": raw["downloads"],
            "likes": raw["likes"],
            "pipeline_tag": raw["pipeline_tag"],
            "library_name": raw["library_name"],
            "licence": after(tags, "license:"),
            "base_models": base_models(tags),
            "base_relation": base_relation(tags),
            "is_gguf": ["gguf" in row for row in tags],
            "created_at": created,
            "legacy_created_at": created == LEGACY_IMPORT,
            "last_modified": modified,
            "traffic_spike": (raw["as_of"] == SPIKE[0]) & (raw["model_id"] == SPIKE[1]),
        }
    )


def base_models(tags: list[list[str]]) -> pd.Series:
    """All repositories that a model says it was made from."""
    return after(base_tags(tags, colons=1), "base_model:")


def base_relation(tags: list[list[str]]) -> pd.Series:
    """How it was made from them: quantized, finetune, adapter or merge."""
    typed = base_tags(tags, colons=2)
    return after([[tag.rpartition(":")[0] for tag in row] for row in typed], "base_model:")


def base_tags(tags: list[list[str]], *, colons: int) -> list[list[str]]:
    """Each base is tagged twice, bare and with the relation; a repository's name has no colon."""
    return [
        [tag for tag in row if tag.startswith("base_model:") and tag.count(":") == colons]
        for row in tags
    ]


def after(tags: list[list[str]], prefix: str) -> pd.Series:
    """What follows ``prefix`` in a row's tags, each once, joined by ``|``; missing where none."""
    found = [
        dict.fromkeys(tag.removeprefix(prefix) for tag in row if tag.startswith(prefix))
        for row in tags
    ]
    return pd.Series(["|".join(values) or None for values in found], dtype="str")


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
