"""DuckDB and a real local Spark make the same tables, byte for byte."""

from __future__ import annotations

import json

import pytest

from research.collect.scans import write_scan
from tests.collect.scans.test_aggregation import BAD, KEPT, crowd, write

# Spark is slow with records this long: they are tried on DuckDB alone.
ODD = [line for kind, (line, _) in BAD.items() if "MB" not in kind]


@pytest.mark.long
# Spark leaves the socket to its Java process to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("spark")
def test_both_engines_make_the_same_tables(tmp_path, aggregated):
    folder = tmp_path / "scan"
    write_scan(folder, 1_200, form="jsonl.gz", seed=3)
    write_scan(folder / "tables", 300, form="parquet", seed=4)
    write(folder / "odd.jsonl", *ODD, *KEPT.values(), *crowd(30), *crowd(15, port=80))
    ours, theirs = (aggregated(folder, kind=kind) for kind in ("duckdb", "spark"))
    assert ours.reasons == theirs.reasons
    assert [d.name for d in ours.datasets] == [d.name for d in theirs.datasets]
    for one, other in zip(ours.datasets, theirs.datasets, strict=True):
        assert json.dumps(one.descriptor) == json.dumps(other.descriptor)
        for table in one.resources:
            assert one.path(table).read_bytes() == other.path(table).read_bytes(), table
