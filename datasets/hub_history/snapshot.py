"""Freeze what the Hub's most downloaded models were, from 2021 to 2026.

Run ``python datasets/hub_history/snapshot.py FOLDER``, where FOLDER holds the raw files of the
sources under the names of ``datapackage.json``.

What is changed, and why:

- Of every list the 1,000 most downloaded are kept one by one, and all below as sums by task, origin
  and kind: four sources name no licence, and shares among the leading models need no more.
- Ids without an account stay as they were on their day; the account that holds them today stands
  beside them.
- Days of creation are joined from other tables where a list has none, first commits first; a day
  after the list's own is no day of creation of what was listed, and goes.
- Spikes are marked where their evidence is at hand; others that rise and vanish between two states
  are found by a rule and stand in the table of spikes alone.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pandas as pd

from research.datasets import freeze, read_descriptor, reading

LISTED = 1000
ORIGINS = "publisher_origins"
RENAMES = "publisher-origins/account_renames.csv"
BY_TASK = "hub-top1000-2025-03/hub_top100_per_task_2025-03-21.csv"  # tells days of creation too
FIRST_COMMITS = "2022-10-01"
LEGACY_IMPORT = pd.Timestamp("2022-03-02")  # older repositories carry the day of their import
UNTAGGED, NOT_RECORDED, NOT_CODED = "untagged", "not recorded", "not coded"

# The first state is of a month: its middle stands for it.
WHOLE, ALL_2026 = "whole Hub", "the 1,000 most downloaded"
OLD_COUNT = (
    "requests of a repository's query file, as a rule config.json, in 30 days; repositories "
    "without it counted nothing; days were lost in 2022"
)
COUNT = "requests of a repository's query file in 30 days, repeats by one user, caches and tests in"
OLD_LABELS = "of 2022: conversational and text2text-generation apart, no image-text-to-text"
LABELS = "of 2024: image-text-to-text is new, conversational is gone, text2text-generation remains"
NEW_LABELS = "of 2026: text2text-generation is gone, text-ranking is new"
COMMITTED = "committed to a repository on that day, which is the latest that it can be"
LOG = "committed to a repository on that day, and counts equal those of an independent log"
# State: raw file, the list, how its day is known, how it counts, which task labels it has.
STATES = {
    "2021-06-15": (
        "hub-2021-06/hub_models_2021-06.csv", WHOLE,
        "inferred from what is listed and what is not: about June 2021; its source says June 2022",
        OLD_COUNT, None,
    ),
    "2022-07-02": (
        "hub-full-2022-07/hub_models_2022-07-02.csv.gz", WHOLE, COMMITTED, OLD_COUNT, OLD_LABELS,
    ),
    "2022-10-01": (
        "hub-full-2022-10/hub_models_2022-10-01.csv.gz", WHOLE,
        "newest repository of 2022-09-30, and counts between those of a weekly log; its source "
        "says 2023",
        OLD_COUNT, OLD_LABELS,
    ),
    "2024-09-20": (
        "hub-top9715-2024-09/hub_top9715_2024-09-20.csv.gz", "the 9,715 most downloaded", LOG,
        COUNT, LABELS,
    ),
    "2025-03-21": (
        "hub-top1000-2025-03/hub_top1000_2025-03-21.csv", "the 999 most downloaded", LOG,
        COUNT, LABELS,
    ),
    "2026-04-28": (
        "hub-top1000/hf_top1000_2026-04-28.csv", ALL_2026,
        "newest change listed, and counts equal those of an independent log", COUNT, NEW_LABELS,
    ),
    "2026-06-10": (
        "hub-top1000/hf_top1000_2026-06-10.csv", ALL_2026, LOG, COUNT, NEW_LABELS,
    ),
    "2026-06-11": (
        "hub-top1000/hf_top1000_2026-06-11.csv", ALL_2026, LOG, COUNT, NEW_LABELS,
    ),
}  # fmt: skip

# Day, what begins a model's id, the least count that is meant, and why it is no use.
SPIKES = [
    ("2022-07-02", "hfl/chinese-macbert-base", 0, "gone three months later"),
    ("2022-07-02", "hfl/chinese-roberta-wwm-ext", 1_000_000, "gone three months later"),
    ("2024-09-20", "MIT/ast-finetuned-audioset-10-10-0.4593", 0,
     "an audio tagger with the most downloads of the whole Hub, gone half a year later"),
    ("2024-09-20", "1231czx/", 0, "one experiment of an account that is nowhere before or after"),
    ("2024-09-20", "nesaorg/", 0, "ten repositories of one account, nowhere before or after"),
    ("2024-09-20", "sportstensor/", 0, "one repository of an account, nowhere before or after"),
    ("2024-09-20", "grabbe-gymnasium-detmold/", 0, "one repository of a school"),
    ("2025-03-21", "MaziyarPanahi/", 2_300_000,
     "17 copies of unlike models by one repackager with nearly the same count"),
    ("2026-04-28", "Qwen/Qwen3-VL-2B-Instruct", 0,
     "an independent log shows 13 million in February, 187 million in May and 22 million three "
     "weeks later"),
]  # fmt: skip
TIMES, SHARE = 10, 0.005  # by rule: so many times both neighbours, and so much of the list
BY_RULE = "at least ten times its count in the states before and after"


def snapshot(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of the dataset by name."""
    renames = read(folder / RENAMES)
    states = {day: state(folder, day, renames) for day in STATES}
    listed = {day: frame.head(LISTED) for day, frame in states.items()}
    spikes = with_neighbours(
        pd.concat([marked(listed), by_rule(states)], ignore_index=True), states
    )
    created = creation(folder, renames, states[FIRST_COMMITS], list(states.values()))
    return {
        "hub_history": history(pd.concat(listed.values(), ignore_index=True), spikes, created),
        "hub_history_below": below(states),
        "hub_history_states": described(states),
        "hub_history_spikes": spikes,
        "hub_account_renames": renames.rename(columns={"old_id": "model_id"}),
    }


def read(path: Path) -> pd.DataFrame:
    # Only an empty cell is missing, so that no name is swallowed as "NA" or "null".
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def frozen(folder: str, table: str) -> pd.DataFrame:
    """A table of another dataset, which is there before this one is."""
    return reading.read(read_descriptor(Path(__file__).parents[1] / folder), table)


# One form for all sources -------------------------------------------------------------------------

NAMES = {
    "downloads": "hub_downloads_30d", "downloads_30d": "hub_downloads_30d",
    "task_category": "task", "pipeline_tag": "task", "tasks": "task",
    "license": "licence", "base_model": "base", "creation_time": "created_at",
}  # fmt: skip


def state(folder: Path, day: str, renames: pd.DataFrame) -> pd.DataFrame:
    """A whole source in one form, most downloaded first; models without a count go."""
    raw = read(folder / STATES[day][0])
    if "tags" in raw:
        raw = raw.drop(columns="license", errors="ignore").join(from_tags(raw["tags"]))
    raw = raw.rename(columns=NAMES).dropna(subset="hub_downloads_30d")
    raw = raw.sort_values("hub_downloads_30d", ascending=False, kind="stable", ignore_index=True)
    columns = ["task", "licence", "base", "is_gguf", "parameters", "created_at"]
    frame = raw.reindex(columns=["model_id", "hub_downloads_30d", *columns])
    base = frame["base"].map(bases, na_action="ignore")
    return frame.assign(
        as_of=pd.Timestamp(day),
        rank=range(1, len(frame) + 1),
        account=accounts(frame["model_id"], renames),
        task=frame["task"].mask(frame["task"] == "unknown"),
        licence=frame["licence"].map(several, na_action="ignore"),
        base_models=base.map("|".join, na_action="ignore"),
        base_relation=frame["base"].map(relation, na_action="ignore"),
        created_at=days(frame["created_at"]),
        id_today=ids_today(frame["model_id"], renames),
    )


def from_tags(tags: pd.Series) -> pd.DataFrame:
    """Licence, bases and file format as the Hub's tags of a model say them."""
    split = tags.str.split(",")
    return pd.DataFrame(
        {
            "licence": [joined(row, "license:") for row in split],
            "base": [joined(row, "base_model:") for row in split],
            "is_gguf": ["gguf" in row for row in split],
        }
    )


def joined(tags: list[str], prefix: str) -> str | None:
    found = dict.fromkeys(t.removeprefix(prefix) for t in tags if t.startswith(prefix))
    return "|".join(found) or None


def several(text: str) -> str:
    """Several values joined by ``|``; cards write some as a list: ``['mit']``."""
    return "|".join(ast.literal_eval(text)) if text.startswith("[") else text


def bases(text: str) -> list[str]:
    """The repositories named; the Hub tags each twice, bare and after the relation and a colon."""
    named = [name.strip() for name in several(text).split("|")]
    return list(dict.fromkeys(name.rpartition(":")[2] for name in named))


def relation(text: str) -> str | None:
    relations = {name.partition(":")[0] for name in text.split("|") if ":" in name}
    return relations.pop() if len(relations) == 1 else None


def days(times: pd.Series) -> pd.Series:
    # The time of day says nothing about a model; whole days in UTC compare across tables.
    return pd.to_datetime(times, utc=True, format="ISO8601").dt.tz_localize(None).dt.normalize()


def accounts(ids: pd.Series, renames: pd.DataFrame) -> pd.Series:
    """The account before the slash, or the one that holds an old id today, where that is known."""
    present = renames.set_index("old_id")["present_account"]
    return ids.str.extract("^([^/]+)/", expand=False).fillna(ids.map(present))


def ids_today(ids: pd.Series, renames: pd.DataFrame) -> pd.Series:
    present = ids.map(renames.set_index("old_id")["present_account"])
    return ids.mask(present.notna(), present + "/" + ids)


# Days of creation ---------------------------------------------------------------------------------


def creation(
    folder: Path, renames: pd.DataFrame, first_commits: pd.DataFrame, states: list[pd.DataFrame]
) -> pd.DataFrame:
    """Day of creation by today's id and what it is; the first table that tells one is believed."""
    told = [first_commits.assign(created_basis="first commit")]
    for table in [*states, read(folder / BY_TASK), frozen("hub_llm_models", "hub_llm_models")]:
        known = table.assign(created_at=days(table["created_at"]), created_basis="Hub's record")
        told.append(known.assign(id_today=ids_today(known["model_id"], renames)))
    every = pd.concat([t[["id_today", "created_at", "created_basis"]] for t in told])
    return every.dropna().drop_duplicates("id_today").set_index("id_today")


def history(listed: pd.DataFrame, spikes: pd.DataFrame, created: pd.DataFrame) -> pd.DataFrame:
    """The table of the leading models of all days."""
    known = created.reindex(listed["id_today"]).set_index(listed.index)
    known = known.mask(known["created_at"] > listed["as_of"])
    legacy = known["created_at"].eq(LEGACY_IMPORT) & known["created_basis"].eq("Hub's record")
    key = ["as_of", "model_id"]
    marks = pd.MultiIndex.from_frame(spikes.loc[spikes["standing"] == "marked", key])
    texts = dict.fromkeys(["task", "licence", "base_models", "base_relation"], "str")
    rows = listed.astype(texts).assign(
        hub_downloads_30d=listed["hub_downloads_30d"].astype("int64"),
        parameters=listed["parameters"].astype("Int64").replace(0, pd.NA),  # 0: no file says
        is_gguf=listed["is_gguf"].astype("boolean"),
        created_at=known["created_at"],
        created_basis=known["created_basis"],
        legacy_created_at=legacy.astype("boolean").mask(known["created_at"].isna()),
        traffic_spike=pd.MultiIndex.from_frame(listed[key]).isin(marks),
    )
    return rows[
        [
            "as_of", "rank", "model_id", "account", "hub_downloads_30d", "task", "licence",
            "base_models", "base_relation", "is_gguf", "parameters", "created_at", "created_basis",
            "legacy_created_at", "traffic_spike",
        ]
    ]  # fmt: skip


# Spikes -------------------------------------------------------------------------------------------


def marked(listed: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The spikes whose evidence is at hand."""
    found = []
    for day, begins, least, evidence in SPIKES:
        frame = listed[day]
        meant = frame["model_id"].str.startswith(begins) & (frame["hub_downloads_30d"] >= least)
        whole = frame["model_id"] == begins
        rows = frame[meant & (whole | begins.endswith("/"))]
        found.append(rows.assign(standing="marked", evidence=evidence))
    return pd.concat(found)


def by_rule(states: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Models that rise and vanish between two states, by rule."""
    found = []
    for day in list(states)[1:-2]:  # the last two states are one day apart: neither is a neighbour
        frame = states[day].head(LISTED)
        before, after = neighbours(frame, day, states)
        count = frame["hub_downloads_30d"]
        high = (count >= TIMES * before.fillna(0)) & (count >= TIMES * after.fillna(0))
        large = count >= SHARE * count.sum()
        found.append(frame[high & large].assign(standing="by rule", evidence=BY_RULE))
    rows = pd.concat(found)
    return rows[~rows["model_id"].isin([spike[1] for spike in SPIKES])]


def neighbours(
    frame: pd.DataFrame, day: str, states: dict[str, pd.DataFrame]
) -> tuple[pd.Series, pd.Series]:
    """What each model counts in the states before and after; missing where it is not listed.

    Neither the first nor the last state is asked for.
    """
    order = list(states)
    place = order.index(day)
    sides = [states[order[at]].set_index("id_today") for at in (place - 1, place + 1)]
    before, after = (frame["id_today"].map(side["hub_downloads_30d"]) for side in sides)
    return before, after


def with_neighbours(spikes: pd.DataFrame, states: dict[str, pd.DataFrame]) -> pd.DataFrame:
    spikes = spikes.drop_duplicates(["as_of", "model_id"])
    told = []
    for day, rows in spikes.groupby("as_of", sort=True):
        before, after = neighbours(rows, day.strftime("%Y-%m-%d"), states)
        told.append(
            rows.assign(
                hub_downloads_30d_before=before.astype("Int64"),
                hub_downloads_30d_after=after.astype("Int64"),
            )
        )
    rows = pd.concat(told, ignore_index=True)
    rows["hub_downloads_30d"] = rows["hub_downloads_30d"].astype("int64")
    return rows[
        [
            "as_of", "model_id", "account", "hub_downloads_30d", "hub_downloads_30d_before",
            "hub_downloads_30d_after", "standing", "evidence",
        ]
    ]  # fmt: skip


# What lies below, and the states ------------------------------------------------------------------


def below(states: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Sums of what lies below the leading models, by task, origin and kind of the publisher."""
    rest = pd.concat([frame[frame["rank"] > LISTED] for frame in states.values()])
    origins = frozen(ORIGINS, "publisher_origins").set_index("author")
    # An old id is coded itself: by who made the model, not by who holds it today.
    coded = rest["model_id"].where(rest["model_id"].isin(origins.index), rest["account"])
    recorded = rest["as_of"].map({pd.Timestamp(d): STATES[d][4] is not None for d in STATES})
    task = rest["task"].fillna(UNTAGGED).where(recorded, NOT_RECORDED)
    groups = rest.assign(
        task=task,
        origin=coded.map(origins["candidates"]).fillna("ZZ"),
        kind=coded.map(origins["kind"]).fillna(NOT_CODED),
    ).groupby(["as_of", "task", "origin", "kind"])["hub_downloads_30d"]
    sums = groups.agg(n_models="size", hub_downloads_30d="sum").reset_index()
    return sums.astype({"hub_downloads_30d": "int64"})


def described(states: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """A row a state: what the list is, how its day is known, how it counts and labels."""
    rows = []
    for day, frame in states.items():
        _, name, basis, counting, labels = STATES[day]
        leading = frame.head(LISTED)
        rows.append(
            {
                "as_of": pd.Timestamp(day),
                "as_of_basis": basis,
                "as_of_known_to": "month" if "about" in basis else "day",
                "source_list": name,
                "n_models_source": len(frame),
                "hub_downloads_30d_source": int(frame["hub_downloads_30d"].sum()),
                "n_models": len(leading),
                "hub_downloads_30d_listed": int(leading["hub_downloads_30d"].sum()),
                "hub_downloads_30d_last": int(leading["hub_downloads_30d"].min()),
                "counting_rule": counting,
                "task_labels": labels,
                **{f"{c}_recorded": bool(frame[c].notna().any()) for c in ("task", "licence")},
                "bases_recorded": bool(frame["base_models"].notna().any()),
            }
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    freeze(Path(__file__).parent, snapshot(Path(sys.argv[1])))
