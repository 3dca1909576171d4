"""How many rows a collection should bring, as far as anybody can know."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from research.collect.hub.queries import Query

NEARLY = 0.9  # of the last version: the Hub grows, and never lost a tenth of its models between two


@dataclass(frozen=True)
class Expected:
    """So many ``rows``, or nobody knows; ``why`` says how that is known.

    With fewer than ``least`` rows the listing ended early.
    """

    rows: int | None = None
    why: str = ""
    least: int = 0


def expected(query: Query, into: Path) -> Expected:
    """How many rows will come: as many as were asked for, or about as many as last time.

    Nobody can ask the Hub how many models it has.
    """
    from research.datasets import DESCRIPTOR, read_descriptor

    if query.by_id:  # a repository that is gone is an answer too
        return Expected(len(query.starts), "as many as were asked for")
    if query.count:
        return Expected(query.count, "as many as were asked for", query.count)
    for path in sorted((into / query.dataset).glob(f"[!.]*/{DESCRIPTOR}"), reverse=True):
        made = read_descriptor(path.parent)
        how = made.descriptor.get("collection", {}).get("query", {})  # a file of others has none
        if how.get("option") == query.option:
            rows = made.resources[query.dataset]["rows"]
            return Expected(rows, f"about as many as {made.version}", math.ceil(NEARLY * rows))
    return Expected()
