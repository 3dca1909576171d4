"""From files of records to frozen aggregate tables."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from research.collect.scans.counting import counts
from research.collect.scans.description import describe_scan, is_scan, table_names
from research.collect.scans.engine import Engine
from research.collect.scans.files import what_it_holds
from research.collect.scans.naming import field_names
from research.collect.scans.protection import Frames, Part, Safe, protect
from research.collect.scans.rules import CloneRules
from research.collect.scans.stages import keep_stages
from research.collect.scans.tables import published
from research.collect.scans.texts import withhold
from research.datasets import (
    Dataset,
    DatasetError,
    datasets,
    freeze_together,
    refuse_name,
    tables,
)
from research.results import ResearchError

READING, READ = "reading the records", 0.65  # the part of the work that it is, as a rule
SECRET = 20  # bytes of the key: 160 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Choices of an aggregation, which its descriptor repeats.

    Parameters
    ----------
    name
        Name of the dataset; the tables without suspected clones are in ``NAME_without_clones``.
    threshold
        Fewest hosts of a published cell.
    rules
        From where on hosts with identical sets of models are suspected.
    names
        What the files call the fields of a record, where it is not their own name (see ``naming``).
    """

    name: str = "my_scan"
    threshold: int = 10
    rules: CloneRules = field(default_factory=CloneRules)
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        refuse_name("dataset", self.name)
        if self.threshold < 2:
            raise ResearchError(
                f"The threshold is at least 2 hosts, found {self.threshold}: a cell of one host "
                "tells of that host."
            )
        field_names(self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregated:
    """What was written, and what became of the records.

    ``reasons`` is for whoever holds the records; ``records`` is the part of it that may be told,
    with nothing for a reason that would tell of few hosts. ``masked`` counts the texts that are
    published nowhere, by reason.
    """

    datasets: tuple[Dataset, ...]
    reasons: dict[str, int]
    records: dict[str, int | None]
    masked: dict[str, int]
    totals: dict[str, float]


def aggregate(
    engine: Engine,
    files: Sequence[Path],
    folder: Path,
    *,
    options: Options | None = None,
    announce: Callable[[str, float], None] = lambda _stage, _done: None,
) -> Aggregated:
    """Aggregate record-level scans and freeze the tables.

    Parameters
    ----------
    engine
        DuckDB (``Embedded``) or Spark (``Cluster``).
    files
        Files of records (see ``record``).
    folder
        The folder of datasets; the version is the day (UTC) of the newest observation.
    options
        Name, threshold and rules.
    announce
        Told of each stage as it begins, and how much of all the work is done (0 to 1).

    Returns
    -------
    Aggregated
        The dataset with all hosts, and the one without suspected clones, unless these are so few
        that their number would be told.

    Raises
    ------
    ResearchError
        If no record is valid, the hosts are fewer than the threshold, the name is that of a
        dataset that is no scan, or there is such a version already that is not the same. No
        message holds an address.
    """
    chosen = options or Options()
    _refuse_other(chosen.name)
    announce(READING, 0)
    engine.read(
        files, field_names(chosen.names), secrets.token_hex(SECRET),
        lambda done: announce(READING, done * READ),
    )  # fmt: skip
    announce("counting hosts and models", READ)
    keep_stages(engine, chosen.rules)
    frames = counts(engine, chosen.threshold)
    rows = frames["reasons"]
    reasons = dict(zip(map(str, rows["reason"]), map(int, rows["records"]), strict=True))
    version = _version(frames, reasons, files)
    _refuse_few(frames, chosen.threshold)
    announce("suppressing small cells", 0.97)
    frames = withhold(frames, chosen.threshold)
    safe = protect(frames, chosen.threshold)
    announce("writing the tables", 0.98)
    made = _packages(safe, chosen, version, len(files), reasons["all"])
    written = _freeze(folder, made)
    rows = made[0][1][f"{chosen.name}_totals"]
    totals = dict(rows[["name", "value"]].itertuples(index=False, name=None))
    by_reason = safe.frames["reasons"].set_index("reason")["records"]
    records = {str(reason): None if pd.isna(n) else int(n) for reason, n in by_reason.items()}
    texts = frames["masked_texts"].groupby("reason")["texts"].sum()
    masked = {str(reason): int(n) for reason, n in texts.items()}
    return Aggregated(
        datasets=written, reasons=reasons, records=records, masked=masked, totals=totals
    )


def _version(frames: Frames, reasons: dict[str, int], files: Sequence[Path]) -> str:
    latest = frames["latest"]["latest"].dropna()
    if latest.empty:
        tally = "; ".join(f"{reason}: {records}" for reason, records in reasons.items() if records)
        raise ResearchError(f"No record of the scan is valid ({tally}). {what_it_holds(files[0])}")
    return datetime.fromtimestamp(int(latest.iloc[0]) / 1e6, UTC).strftime("%Y-%m-%d")


def _refuse_few(frames: Frames, threshold: int) -> None:
    hosts = frames["totals"].set_index("name")["hosts"]["discovered_ips"]
    if hosts < threshold:
        raise ResearchError(
            f"The scan has fewer hosts with a valid record than the threshold of {threshold}: no "
            "table of it could be published. Give more records; a lower --threshold tells of fewer "
            "hosts."
        )


def _refuse_other(name: str) -> None:
    """A scan is no version of a dataset of another form, and takes no table's name from one."""
    for each in (name, f"{name}_without_clones"):
        known = datasets().get(each)
        if known is not None and not is_scan(known):
            raise ResearchError(
                f"There is a dataset '{each}' already, and it is no scan. Choose another --name."
            )
        for table in table_names():
            holder = tables().get(f"{each}_{table}")
            if holder is not None and holder.name != each:
                raise ResearchError(
                    f"The dataset '{holder.name}' holds a table '{each}_{table}' already. Choose "
                    "another --name."
                )


def _packages(
    safe: Safe, chosen: Options, version: str, files: int, records: int
) -> list[tuple[dict[str, Any], Frames]]:
    """The descriptors with their tables: of all hosts, and without clones where these are told."""
    parts: tuple[Part, ...] = ("hosts", "genuine") if safe.clones_told else ("hosts",)
    made = []
    for part in parts:
        name = chosen.name + ("" if part == "hosts" else "_without_clones")
        frames = published(safe, part, as_of=version)
        package = describe_scan(
            name, version, part, frames, files=files, records=records,
            threshold=chosen.threshold, rules=chosen.rules,
        )  # fmt: skip
        made.append((package, {f"{name}_{table}": frame for table, frame in frames.items()}))
    return made


def _freeze(folder: Path, made: Sequence[tuple[dict[str, Any], Frames]]) -> tuple[Dataset, ...]:
    try:
        return freeze_together(folder, made)
    except DatasetError as error:
        raise ResearchError(
            f"{error} Two releases of the same records can give suppressed cells away."
        ) from None
