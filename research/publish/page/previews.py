"""What a dataset's card shows of its tables: the first rows, and small tables whole as CSV."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TextIO

from research import datasets
from research.publish.datasets_read import ReadDataset
from research.wording import count

ROWS, COLUMNS, LETTERS = 5, 8, 40  # that a preview shows at most
SMALL = 20_000  # bytes: tables up to here are in the page


def tables_shown(source: ReadDataset) -> list[dict[str, Any]]:
    """The tables of a dataset: rows in all, checksum, the first rows, whether the page has all."""
    return [
        {
            "table": table,
            "rows": count(resource["rows"]),
            "hash": resource["hash"],
            "whole": is_small(source.dataset, table),
            **_preview(source.dataset, table),
        }
        for table, resource in source.dataset.resources.items()
    ]


def small_tables(sources: Sequence[ReadDataset]) -> Iterator[tuple[str, str]]:
    """Address and text of every table that the page has whole, as it is frozen."""
    for source in sources:
        for table in source.dataset.resources:
            if is_small(source.dataset, table):
                with _opened(source.dataset, table) as file:
                    yield address(source.dataset, table), file.read()


def address(dataset: datasets.Dataset, table: str) -> str:
    """The name of a table in the page."""
    return f"{dataset.name}@{dataset.version}/{table}"


def used_by(
    source: ReadDataset, cards: Sequence[Mapping[str, Any]]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every analysis that read a dataset, with the claims and questions that it answers."""
    return [
        (name, [(card["id"], card["statement"]) for card in cards if name in _analyses(card)])
        for name in source.used_by
    ]


def _analyses(card: Mapping[str, Any]) -> set[str]:
    return {item["analysis"] for item in card["questions"]}


def is_small(dataset: datasets.Dataset, table: str) -> bool:
    """Whether the page has a table whole: text, and short."""
    path = dataset.path(table)
    return path.suffix == ".csv" and path.stat().st_size <= SMALL


def _opened(dataset: datasets.Dataset, table: str) -> TextIO:
    path = dataset.path(table)
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _preview(dataset: datasets.Dataset, table: str) -> dict[str, Any]:
    """Names of the first columns and their cells in the first rows; none of what is no CSV."""
    if ".csv" not in dataset.path(table).suffixes:
        return {"columns": [], "cells": [], "further": 0}
    with _opened(dataset, table) as file:
        head, *rows = islice(csv.reader(file), ROWS + 1)
    return {
        "columns": head[:COLUMNS],
        "cells": [[_cut(cell) for cell in row[:COLUMNS]] for row in rows],
        "further": max(0, len(head) - COLUMNS),
    }


def _cut(text: str) -> str:
    """A cell as far as a preview has room for it.

    >>> _cut("x" * 99)[-3:]
    'xx…'
    """
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"
