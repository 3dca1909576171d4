"""Freeze the Open LLM Leaderboard as it stood, day by day.

Run ``python datasets/leaderboard_states/snapshot.py FOLDER``, where FOLDER holds the raw files of
the two sources under the names of ``datapackage.json``.

What is changed, and why:

- Types come in three spellings, with and without a picture or spaces; here each is one word.
- Columns whose meaning the source turned around (flagged, mixture of experts: true for all), raw
  scores beside scaled ones and hashes are left out, and of 2023 a size that is no size.
- Nothing is mended: wrong architectures and rows that stand twice are in the limitations.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from research.datasets import freeze

DAILY = "leaderboard_v2_top100_daily_2024-07-13_to_2025-03-21.csv.gz"
FULL = {
    "2024-07-13": "leaderboard_v2_full_2024-07-13.csv",
    "2024-08-19": "leaderboard_v2_full_2024-08-19.csv",
}
FIRST_VERSION = "leaderboard_v1_top100_2023-05-23_to_2023-10-31.csv"
FIRST_VERSION_LAST = "leaderboard_v1_top1000_2024-06-19.csv"

# What a type's letters, without spaces and pictures, begin with.
TYPES = {
    "chat": "chat", "fine": "fine-tuned", "base": "merge", "pretrained": "pretrained",
    "continuously": "continuously pretrained", "multimodal": "multimodal", "other": "other",
}  # fmt: skip
NAMES = {
    "model": "model_id", "fullname": "model_id", "average": "average_score",
    "type": "model_type", "params_b": "parameters_billion", "hub_licence": "licence",
    "hub_license": "licence", "hub_likes": "likes", "hub_hearts": "likes",
    "base_model": "base_models", "available_on_the_hub": "available_on_hub",
    "maintainers_highlight": "highlighted", "submission_date": "submitted", "date": "submitted",
    "upload_to_hub_date": "uploaded",
}  # fmt: skip
SCORES = {
    "ifeval": "ifeval_score", "bbh": "bbh_score", "math_lvl_5": "math_score",
    "gpqa": "gpqa_score", "musr": "musr_score", "mmlupro": "mmlu_pro_score",
}  # fmt: skip
UNKNOWN = -1  # the leaderboard's own word for a size that it could not read
LISTED = ["as_of", "rank", "model_id", "average_score"]
TOLD = ["model_type", "architecture", "parameters_billion", "licence", "likes"]


def snapshot(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of the dataset by name."""
    full = pd.concat([placed(read(folder / name), day) for day, name in FULL.items()])
    last = placed(read(folder / FIRST_VERSION_LAST), "2024-06-19").rename(columns=NAMES)
    first = pd.concat([read(folder / FIRST_VERSION).rename(columns=NAMES), last])
    more = ["precision", "available_on_hub"]
    return {
        "leaderboard_states": form(
            read(folder / DAILY),
            [*LISTED, *TOLD, "base_models", "highlighted", "official_provider", "submitted"],
        ),
        "leaderboard_full": form(
            full.rename(columns=SCORES),
            [*LISTED, *SCORES.values(), *TOLD, *more, "highlighted", "submitted", "uploaded"],
        ),
        "leaderboard_first_version": form(first, [*LISTED, *TOLD, *more, "submitted"]),
    }


def read(path: Path) -> pd.DataFrame:
    # Only an empty cell is missing, so that no name is swallowed as "NA" or "null".
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])


def placed(table: pd.DataFrame, day: str) -> pd.DataFrame:
    """A table in the order of its source, which is that of the average."""
    return table.drop(columns="model", errors="ignore").assign(
        as_of=day, rank=range(1, len(table) + 1)
    )


def form(raw: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """The named columns, with the types of the descriptor."""
    table = raw.rename(columns=NAMES)[columns].reset_index(drop=True)
    numbers = [c for c in columns if c.endswith("_score") or c == "parameters_billion"]
    truths = {"available_on_hub", "highlighted", "official_provider"} & set(columns)
    dates = {"as_of", "submitted", "uploaded"} & set(columns)
    return table.assign(
        rank=table["rank"].astype("int64"),
        model_type=table["model_type"].map(one_word, na_action="ignore").astype("str"),
        likes=pd.to_numeric(table["likes"]).astype("Int64"),
        **{column: pd.to_numeric(table[column]).mask(lambda n: n == UNKNOWN) for column in numbers},
        **{column: truth(table[column]) for column in truths},
        **{column: pd.to_datetime(table[column].str[:10]) for column in dates},
    )


def one_word(text: str) -> str:
    letters = "".join(c for c in text if c.isascii() and c.isalpha()).lower()
    return next(word for begins, word in TYPES.items() if letters.startswith(begins))


def truth(texts: pd.Series) -> pd.Series:
    return texts.str.lower().map({"true": True, "false": False}).astype("boolean")


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
