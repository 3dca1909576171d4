"""Freeze lists of the Hub's models that were chosen by something else than downloads.

Run ``python datasets/hub_lists/snapshot.py FOLDER``, where FOLDER holds the raw files of the
sources under the names of ``datapackage.json``.

What is changed, and why: the sources come into one form; the text of model cards, languages, file
sizes and formats are left out, and of the radar its last state alone is kept.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from research.datasets import freeze, read_descriptor, reading

BY_TASK = "hub-2023-03-per-task/hub_models_per_task_2023-03.csv"
LEADING = "hub-top12-2025-09/hub_top12_2025-09-28_to_10-02.csv"
LIKED = "hub-liked-2025-11-12/hub_most_liked_97_2025-11-06_to_10.csv"
GATHERED = "hub-liked-2025-11-12/hub_most_liked_2025-12-08.csv"
RADAR = "hub-radar-2026-08/hub_radar_2026-08-22.csv.gz"
LEADING_DAY = "2025-09-28"  # the one list of twelve that is in the order of downloads

LIKES, LIKES_BY_TASK, DOWNLOADS = "likes", "likes within a task", "downloads"
TREND, SEVERAL, CURATED = "trend and downloads", "likes, trend and downloads", "a curated radar"
COLUMNS = {
    "downloads_30d": "hub_downloads_30d", "pipeline_tag": "task", "base_model": "base_models",
    "created_on": "created_at", "value_first_seen_utc": "count_first_seen",
}  # fmt: skip
ORDER = [
    "as_of", "chosen_by", "position", "model_id", "account", "hub_downloads_30d",
    "count_first_seen", "likes", "task", "licence", "base_models", "parameters", "created_at",
    "gated", "removed",
]  # fmt: skip


def snapshot(folder: Path) -> dict[str, pd.DataFrame]:
    """The table of the dataset by name."""
    by_task, leading, liked, gathered, radar = (
        read(folder / name) for name in (BY_TASK, LEADING, LIKED, GATHERED, RADAR)
    )
    first = leading["date"] == LEADING_DAY
    lists = [
        by_task.drop(columns="task").assign(as_of="2023-04-01", chosen_by=LIKES_BY_TASK),
        leading.assign(as_of=leading["date"], chosen_by=TREND).assign(
            chosen_by=pd.Series(TREND, index=leading.index).mask(first, DOWNLOADS),
            position=leading["list_position"],
        ),
        placed(liked.assign(as_of=liked["commit_time_utc"].str[:10], chosen_by=LIKES)),
        gathered.assign(as_of="2025-12-08", chosen_by=SEVERAL),
        radar.assign(as_of="2026-08-22", chosen_by=CURATED),
    ]
    forms = [each.rename(columns=COLUMNS).reindex(columns=ORDER) for each in lists]
    return {"hub_lists": typed(pd.concat(forms, ignore_index=True))}


def read(path: Path) -> pd.DataFrame:
    # Only an empty cell is missing, so that no name is swallowed as "NA" or "null".
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])


def placed(liked: pd.DataFrame) -> pd.DataFrame:
    """The place within each list, which is in the order of likes."""
    return liked.assign(position=liked.groupby("as_of").cumcount() + 1)


def typed(lists: pd.DataFrame) -> pd.DataFrame:
    whole = dict.fromkeys(["position", "hub_downloads_30d", "likes", "parameters"], "Int64")
    texts = dict.fromkeys(["task", "licence", "base_models"], "str")
    numbers = {name: pd.to_numeric(lists[name]) for name in whole}
    history = read_descriptor(Path(__file__).parents[1] / "hub_history")
    renames = reading.read(history, "hub_account_renames").set_index("model_id")["present_account"]
    before_the_slash = lists["model_id"].str.extract("^([^/]+)/", expand=False)
    seen = lists["count_first_seen"].str[:10].fillna(lists["as_of"])
    return lists.assign(
        **numbers,
        as_of=pd.to_datetime(lists["as_of"]),
        account=before_the_slash.fillna(lists["model_id"].map(renames)),
        count_first_seen=pd.to_datetime(seen),
        created_at=pd.to_datetime(lists["created_at"]),
        gated=lists["gated"].map({"0": False, "1": True}).astype("boolean"),
        removed=lists["removed"].map({"0": False, "1": True}).astype("boolean"),
    ).astype(whole | texts)


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
