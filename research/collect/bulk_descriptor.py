"""The descriptor of a dataset read from a downloaded table of Hub models."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from research.collect.hub.columns import COLUMNS
from research.collect.hub.describing import FORM, LIMITATIONS
from research.datasets.files import sha256

TITLES = {"hub_models": "All models of the Hugging Face Hub",
          "hub_top_models": "The {top} most downloaded models of the Hugging Face Hub"}  # fmt: skip
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
FACTS = {
    "name": "LicenseRef-facts",
    "title": "Facts of the public Hub API; the licence of the file's publisher applies to the "
    "compilation, and the models' own licences are in the column licence",
    "path": "https://huggingface.co/terms-of-service",
}


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What came of the rows of the file, and which of its columns are absent.

    ``problems`` has by reason how many models have an empty cell where the file has something else.
    """

    received: int
    unnamed: int
    repeated: int
    kept: int
    absent: tuple[str, ...]
    problems: dict[str, int]


def described(path: Path, name: str, day: str, counts: Counts) -> dict[str, Any]:
    """The whole descriptor but for what freezing adds: path, hash, bytes and rows."""
    title = f"{TITLES[name].format(top=counts.kept)}, {day}"
    return {
        "$schema": PROFILE,
        "name": name,
        "title": title,
        "description": f"{title}, read from a downloaded Parquet file of the Hub's models.",
        "version": day,
        "licenses": [FACTS],
        "sources": [
            {"title": "Parquet file of the Hub's models", "asOf": day, "file": path.name,
             "hash": sha256(path)}
        ],
        "citation": f"{title} (dataset {name}, version {day}), read with modelometrics from "
        f"{path.name}; cite the publisher of that file as well.",
        "knownLimitations": [*_of_this_file(counts), *LIMITATIONS],
        "collection": {
            "file": path.name,
            "rowsReceived": counts.received,
            "rowsKept": counts.kept,
            "rowsWithoutName": counts.unnamed,
            "duplicates": counts.repeated,
            "absentColumns": list(counts.absent),
            "problems": counts.problems,
        },
        "resources": [_resource(name, counts)],
    }  # fmt: skip


def _of_this_file(counts: Counts) -> list[str]:
    absent = (
        f"The file has no {', '.join(counts.absent)}: what follows from these fields is missing "
        "throughout." if counts.absent else ""
    )  # fmt: skip
    left_out = (
        f"{counts.unnamed} rows without a name and {counts.repeated} repeated rows were left out; "
        "of a model that stands twice, the row changed last stays."
        if counts.unnamed or counts.repeated else ""
    )  # fmt: skip
    unreadable = (
        "Cells left empty because the file holds what cannot be: "
        f"{'; '.join(f'{reason} ({rows:,})' for reason, rows in counts.problems.items())}."
        if counts.problems else ""
    )  # fmt: skip
    moment = (
        "The file states one day; its rows were asked for one after the other, and some may be "
        "a day older."
    )
    return [text for text in (absent, left_out, unreadable, moment) if text]


def _resource(name: str, counts: Counts) -> dict[str, Any]:
    fields = [column.described for column in COLUMNS]
    if "_id" in counts.absent:
        (identity,) = (field for field in fields if field["name"] == "object_id")
        del identity["constraints"]
    return {
        "name": name,
        "type": "table",
        "title": TITLES[name].format(top=counts.kept),
        "description": "One row a model; "
        + ("most downloaded first." if name == FORM else "oldest first."),
        **({} if name == FORM else {"form": FORM}),
        "schema": {
            "fields": fields,
            "primaryKey": ["as_of", "model_id"],
            "missingValues": [""],
        },
    }
