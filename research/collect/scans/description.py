"""The descriptor of an aggregated scan: what every column means, and what to beware of."""

from __future__ import annotations

from typing import Any

from research.collect.beside import PROFILE, beside, fields
from research.collect.scans.protection import Frames, Part
from research.collect.scans.rules import CloneRules
from research.datasets import Dataset

FORM = "tenthe"  # a table of the same form as a bundled one is named like it in ``form``


def table_names() -> list[str]:
    """The tables of a scan, without the name of its dataset."""
    return list(beside(__file__)["tables"])


def describe_scan(
    name: str,
    version: str,
    part: Part,
    frames: Frames,
    *,
    files: int,
    records: int,
    threshold: int,
    rules: CloneRules,
) -> dict[str, Any]:
    """The Data Package descriptor of an aggregated scan, ready to be frozen with its frames.

    Parameters
    ----------
    name, version
        Of the dataset.
    part
        Whether suspected clones count.
    frames
        The tables by their names without that of the dataset.
    files, records
        How many were read.
    threshold, rules
        The choices of the aggregation.
    """
    stated = beside(__file__)
    return {
        "$schema": PROFILE,
        "name": name,
        "title": f"Own scan, {'with' if part == 'hosts' else 'without'} suspected clones",
        "description": f"Aggregate tables of {records} records in {files} files. "
        "A host is an address; several ports of one address are one host and several endpoints. Of "
        "several records of an endpoint the newest valid one counts. Aggregates only.",
        "version": version,
        "licenses": [{"name": "notspecified", "title": "To be stated by whoever measured"}],
        "sources": [{"title": "Record-level exports of one's own measurements, not published"}],
        "citation": f"Own scan '{name}', state of {version}, aggregated with modelometrics.",
        "knownLimitations": [
            text.format(threshold=threshold, hosts=rules.hosts, models=rules.models)
            for text in stated["limitations"]
        ],
        "resources": [
            {
                "name": f"{name}_{table}",
                "type": "table",
                "title": stated["tables"][table]["title"],
                "form": f"{FORM}_{table}",
                "schema": {
                    "fields": fields(stated, map(str, frame)),
                    "primaryKey": stated["tables"][table]["key"],
                },
            }
            for table, frame in frames.items()
        ],
    }


def is_scan(dataset: Dataset) -> bool:
    """Whether a dataset was made here: all its tables take the place of one of the form."""
    forms = [str(resource.get("form", "")) for resource in dataset.resources.values()]
    return all(form.startswith(f"{FORM}_") for form in forms)
