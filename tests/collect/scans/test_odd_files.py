"""Odd files invented from a seed: a table or an error in prose, and nothing half-written."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from research.collect.scans import Options, aggregate, scan_files
from research.collect.scans.engines import open_engine
from research.datasets.files import frame_problems, read_csv
from research.results import ResearchError
from tests.collect.scans.test_aggregation import BAD, GOOD, KEPT, crowd

SEEDS = range(40)
VALUES = (
    None, True, 0, -1, 1e300, "", " ", "unknown", "NA", "\x1f", "a\rb\nc", "\ufeff", "é" * 300,
    "=1+1", "'", '"', [], {}, [[]], {"models": None}, {"models": [None]}, {"models": [[]]},
    {"models": [{"name": "m", "details": []}]}, "9" * 400, "2026-08-11T00:00:00Z",
)  # fmt: skip
LINES = [line for kind, (line, _) in BAD.items() if "MB" not in kind]


def record(rng):
    """A good record of which a few fields have become something else."""
    made = GOOD | {"address": f"198.18.0.{rng.integers(0, 40)}"}
    for name in rng.choice(list(GOOD), rng.integers(0, 3), replace=False):
        made[str(name)] = VALUES[rng.integers(0, len(VALUES))]
    return made


def odd_file(folder, rng, number):
    """Good, changed and broken lines, some bytes of which are then changed; plain or packed."""
    rows = [*crowd(15), *KEPT.values(), *(record(rng) for _ in range(30)), *LINES]
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    rng.shuffle(lines)
    text = bytearray(rng.choice([b"", b"\xef\xbb\xbf"]) + b"\n".join(lines))
    for place in rng.integers(0, len(text), rng.integers(0, 20)):
        text[place] = rng.integers(0, 256)
    text = text[: rng.integers(1, len(text))] if rng.random() < 0.3 else text
    if rng.random() < 0.5:
        packed = gzip.compress(bytes(text))
        cut = rng.integers(1, len(packed)) if rng.random() < 0.2 else len(packed)
        path = folder / f"odd[{number}]*.jsonl.gz"
        path.write_bytes(packed[:cut])
        return path
    path = folder / f"odd {number}.jsonl"
    path.write_bytes(bytes(text))
    return path


def attempt(files, work, out):
    """The datasets, or the error's text."""
    try:
        with open_engine("duckdb", work) as engine:
            return aggregate(engine, files, out, options=Options(threshold=2)).datasets, ""
    except ResearchError as error:
        return (), str(error)


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
def test_an_odd_file_becomes_a_table_or_an_error_in_prose(tmp_path, seed):
    rng = np.random.default_rng(seed)
    (tmp_path / "work").mkdir()
    files = scan_files([odd_file(tmp_path, rng, number) for number in range(rng.integers(1, 4))])
    datasets, told = attempt(files, tmp_path / "work", tmp_path / "out")
    written = {path.parent for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert written == {dataset.folder for dataset in datasets}
    assert bool(datasets) != bool(told)
    assert "198.18" not in told
    for dataset in datasets:
        for table, resource in dataset.resources.items():
            frame = read_csv(dataset.path(table), resource["schema"]["fields"])
            assert frame_problems(frame, resource) == []
            assert len(frame) == resource["rows"]
