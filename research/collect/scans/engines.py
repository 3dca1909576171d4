"""Opening the engine that was asked for, and closing it whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from research.collect.scans.engine import Engine


@contextmanager
def open_engine(
    kind: Literal["duckdb", "spark"],
    folder: Path,
    *,
    master: str | None = None,
    memory: str | None = None,
) -> Iterator[Engine]:
    """An engine whose files lie below ``folder``, which the caller removes.

    Parameters
    ----------
    kind
        ``"duckdb"`` within this process, or ``"spark"`` (the extra ``spark`` and Java 17).
    folder
        For what memory cannot hold; nothing in it tells an address.
    master
        Address of a Spark cluster; without it the environment's SPARK_REMOTE, or this machine.
    memory
        What DuckDB may take, such as ``"2GB"``; without it what 10 million records need.
    """
    if kind == "duckdb":
        from research.collect.scans.embedded import Embedded

        with closing(Embedded(folder, memory)) as embedded:
            yield embedded
        return
    from research.collect.scans.cluster import Cluster

    with closing(Cluster(folder, master)) as cluster:
        yield cluster
