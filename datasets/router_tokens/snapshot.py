"""Freeze tokens by model and maker that one router passed on, 2025 and 2026.

Run ``python datasets/router_tokens/snapshot.py FOLDER``, where FOLDER holds the raw files of the
sources under the names of ``datapackage.json``.

What is changed, and why:

- Models and their variants (free, thinking, ...) are two columns in all tables.
- The rest outside the fifty is a row named ``other``; places are counted anew within a day, since
  one source counts them over all its days.
- Of the weekly lists tokens alone are kept: prices are no use, and the splits were made up before
  2026-02-16 by the source's own word. Of the running weeks only whole ones are kept, on Saturdays.
- Makers under several spellings get one name, and their country from publisher_origins.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from research.datasets import freeze, read_descriptor, reading

MONTHS = "openrouter-2025-2026/openrouter_open_share_monthly_2025-01_to_2026-10.csv"
LABS = "openrouter-2025-2026/openrouter_by_lab_sample_days.csv"
DAILY = "openrouter-2025-2026/openrouter_daily_top50_2026-06-03_to_07-05.csv"
SAMPLES = "openrouter-monthly/openrouter_by_model_sample_days.csv"
WEEKLY = "openrouter-2025-2026/openrouter_weekly_top10_2025-11-16_to_2026-05-11.csv"
RUNNING = "openrouter-2026/author_token_share_daily_2026-03-28_to_2026-05-16.csv"
ORIGINS = "publisher_origins"
OTHER = "other"
SATURDAY = 5
# Maker: its account on the Hub, and how the sources spell it.
MAKERS = {
    "Alibaba": ("Qwen", ["Alibaba Qwen", "qwen"]),
    "Amazon": ("amazon", ["amazon"]),
    "Anthropic": (None, ["Anthropic", "anthropic"]),
    "Ant Group": ("inclusionAI", ["inclusionAI", "inclusionai"]),
    "Arcee": ("arcee-ai", ["arcee-ai"]),
    "BAAI": ("BAAI", ["baai"]),
    "ByteDance": ("ByteDance-Seed", ["bytedance-seed"]),
    "Cohere": ("CohereLabs", ["cohere"]),
    "DeepSeek": ("deepseek-ai", ["DeepSeek", "deepseek"]),
    "Google": ("google", ["Google", "google"]),
    "Gryphe": ("Gryphe", ["Gryphe", "gryphe"]),
    "Kuaishou": ("Kwaipilot", ["kwaipilot"]),
    "Liquid": ("LiquidAI", ["liquid"]),
    "Meta": ("meta-llama", ["Meta", "meta-llama"]),
    "Microsoft": ("microsoft", ["microsoft"]),
    "MiniMax": ("MiniMaxAI", ["MiniMax", "minimax"]),
    "Mistral": ("mistralai", ["Mistral AI", "mistralai"]),
    "Moonshot": ("moonshotai", ["Moonshot AI", "moonshotai"]),
    "NeverSleep": ("NeverSleep", ["neversleep"]),
    "Nex": ("nex-agi", ["nex-agi"]),
    "Nous": ("NousResearch", ["nousresearch"]),
    "NVIDIA": ("nvidia", ["NVIDIA", "nvidia"]),
    "OpenAI": ("openai", ["OpenAI", "openai"]),
    "OpenChat": ("openchat", ["openchat"]),
    "Perplexity": (None, ["perplexity"]),
    "Poolside": ("poolside", ["poolside"]),
    "Sao10K": ("Sao10K", ["sao10k"]),
    "StepFun": ("stepfun-ai", ["stepfun"]),
    "Tencent": ("tencent", ["Tencent", "tencent"]),
    "TheDrummer": ("TheDrummer", ["thedrummer"]),
    "TNG": (None, ["TNG", "tngtech"]),
    "Upstage": ("upstage", ["Upstage", "upstage"]),
    "xAI": (None, ["xAI", "x-ai"]),
    "Xiaomi": ("XiaomiMiMo", ["Xiaomi", "xiaomi"]),
    "Z.ai": ("zai-org", ["Z.ai", "z-ai"]),
    "not known": (None, ["TypeSafe", "dots studio", "openrouter", "stealth (unlabelled)"]),
    OTHER: (None, ["other"]),
}
# Companies that publish no weights under an account that is coded.
HOMES = {"Anthropic": "US", "Perplexity": "US", "TNG": "DE", "xAI": "US"}


def snapshot(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of the dataset by name."""
    daily = read(folder / DAILY).rename(columns={"model_permaslug": "model"})
    daily["model"] = daily["model"].replace("__other__", OTHER)
    samples = read(folder / SAMPLES)
    variant = samples["variant"]
    samples["model"] = samples["model_id"].where(
        variant.isna(), samples["model_id"] + ":" + variant
    )
    samples = samples.rename(columns={"total_tokens": "tokens"})
    weekly = read(folder / WEEKLY).rename(
        columns={"week_ending_listed": "date", "model_permaslug": "model", "tokens_7d": "tokens"}
    )
    return {
        "router_open_share": months(read(folder / MONTHS)),
        "router_lab_tokens": by_lab(read(folder / LABS)),
        "router_model_tokens": by_model(
            pd.concat([samples, daily], ignore_index=True), "tokens_of_day"
        ),
        "router_weekly_tokens": by_model(weekly, "tokens_of_week"),
        "router_weekly_makers": whole_weeks(read(folder / RUNNING)),
        "router_makers": makers(),
    }


def read(path: Path) -> pd.DataFrame:
    # Only an empty cell is missing, so that no name is swallowed as "NA" or "null".
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def months(raw: pd.DataFrame) -> pd.DataFrame:
    counts = raw[["closed_tokens", "open_tokens", "unknown_tokens", "other_tokens"]]
    shares = raw[["open_share_low", "open_share_high"]]
    return pd.concat([pd.to_datetime(raw["month"] + "-01"), counts, shares], axis="columns")


def by_lab(raw: pd.DataFrame) -> pd.DataFrame:
    table = raw.assign(date=pd.to_datetime(raw["date"]), maker=raw["lab"].map(maker_of()))
    return table.rename(columns={"lab": "author", "tokens": "tokens_of_day"})[
        ["date", "author", "maker", "tokens_of_day"]
    ]


def by_model(raw: pd.DataFrame, count: str) -> pd.DataFrame:
    """A row a model and variant, with its place among those listed."""
    parts = raw["model"].str.split(":", n=1, expand=True).reindex(columns=[0, 1])
    author = parts[0].str.split("/").str[0]
    named = author != OTHER
    table = pd.DataFrame(
        {
            "date": pd.to_datetime(raw["date"]).to_numpy(),
            "model": parts[0],
            "variant": parts[1].fillna("standard"),
            "author": author,
            "maker": author.map(maker_of()),
            count: raw["tokens"],
        }
    )
    place = table[named].groupby("date")[count].rank(ascending=False, method="first")
    table.insert(1, "rank", place.reindex(table.index).astype("Int64"))
    return table.sort_values(["date", count], ascending=[True, False], ignore_index=True)


def whole_weeks(raw: pd.DataFrame) -> pd.DataFrame:
    day = pd.to_datetime(raw["date"])
    table = pd.DataFrame(
        {
            "date": day,
            "author": raw["author"],
            "maker": raw["author"].map(maker_of()),
            "tokens_of_week": raw["tokens"],
            "share_of_all": raw["share_pct"] / 100,
        }
    )
    return table[day.dt.day_of_week == SATURDAY].reset_index(drop=True)


def maker_of() -> dict[str, str]:
    return {text: maker for maker, (_, spelled) in MAKERS.items() for text in spelled}


def makers() -> pd.DataFrame:
    """A row a spelling: the maker, its account on the Hub, and its country."""
    coded = reading.read(
        read_descriptor(Path(__file__).parents[1] / ORIGINS), "publisher_origins"
    ).set_index("author")["candidates"]
    rows = pd.DataFrame(
        [
            {"author": text, "maker": maker, "hub_account": account}
            for maker, (account, spelled) in MAKERS.items()
            for text in spelled
        ]
    )
    country = rows["hub_account"].map(coded).fillna(rows["maker"].map(HOMES)).fillna("ZZ")
    return rows.assign(candidates=country).astype({"hub_account": "str"})


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
