"""Taking data from the loopback Hub within the process of a test."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from research.collect.hub import Destination, Hub, Query, collect
from research.collect.hub.pages import Pages
from research.datasets import Dataset, load
from research.datasets.reading import read

BEGAN = "2026-11-21T08:00:00Z"  # so that two tables are of the same day on either side of midnight
PATIENCE = 60.0  # seconds; on a busy machine too an honest answer is there by then


@dataclass
class Seen:
    """What a person would have been shown."""

    rows: list[int] = field(default_factory=list)
    waits: list[tuple[float, str]] = field(default_factory=list)

    def page(self, rows: int) -> None:
        self.rows.append(rows)

    def waiting(self, seconds: float, reason: str) -> None:
        self.waits.append((seconds, reason))


def begin(query: Query, address: str, into: Path, version: str = "2026-11-21") -> None:
    """Begin a collection on a given day."""
    asked = {"option": query.option, "starts": list(query.starts), "endpoint": address}
    pages = Pages(into / ".collecting" / query.dataset)
    pages.begin({"query": asked, "version": version, "began": BEGAN})


def unslept(seconds: float) -> None:
    """A wait that a test does not wait for."""


def take(
    query: Query, address: str, into: Path, *, accept_fewer: bool = False, **hub: Any
) -> Dataset:
    """A whole collection, begun on the given day unless one lies there."""
    if not (into / ".collecting" / query.dataset).exists():
        begin(query, address, into)
    asked = {"watch": Seen(), "timeout": PATIENCE, "sleep": unslept} | hub
    return collect(
        query,
        Hub(endpoint=address, **asked),
        Destination(into=into, accept_fewer=accept_fewer),
    )


def bundled_rows() -> list[dict[str, Any]]:
    """The newest day of the bundled top list, as the Hub would send it."""
    frame = load("hub_top_models")
    return [_as_sent(row) for row in _records(frame[frame["as_of"] == frame["as_of"].max()])]


def _as_sent(row: dict[str, Any]) -> dict[str, Any]:
    bases = (row["base_models"] or "").split("|") if row["base_models"] else []
    relation = row["base_relation"]
    licences = (row["licence"] or "").split("|") if row["licence"] else []
    sent = {
        "_id": hashlib.sha256(row["model_id"].encode()).hexdigest()[:24],
        "id": row["model_id"],
        "downloads": row["hub_downloads_30d"],
        "likes": row["likes"],
        "pipeline_tag": row["pipeline_tag"],
        "library_name": row["library_name"],
        "createdAt": f"{row['created_at']:%Y-%m-%d}T10:20:30.000Z",
        "lastModified": f"{row['last_modified']:%Y-%m-%d}T10:20:30.000Z",
        "tags": [
            *(["gguf"] if row["is_gguf"] else []),
            *(f"base_model:{base}" for base in bases),
            *(f"base_model:{relation}:{base}" for base in bases if relation),
            *(f"license:{licence}" for licence in licences),
        ],
    }
    return {field: value for field, value in sent.items() if value is not None}


def table_bytes(made: Dataset) -> bytes:
    """The frozen file of a dataset with one table."""
    return made.path(made.name).read_bytes()


def rows_of(made: Dataset) -> dict[str, dict[str, Any]]:
    """The rows of a dataset by object_id; a missing value is None."""
    return {record["object_id"]: record for record in _records(read(made, made.name))}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    values = frame.astype(object)
    return values.where(values.notna(), None).to_dict("records")
