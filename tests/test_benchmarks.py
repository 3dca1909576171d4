"""The benchmark of scans runs at all, on little: its figures are taken by hand, and seldom."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from research.collect.scans import write_scan

pytestmark = pytest.mark.long

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "aggregate.py"


def figures(*words):
    done = subprocess.run(
        [sys.executable, SCRIPT, *map(str, words)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_the_step_counts_what_it_generates():
    assert figures("step", "duckdb", 3_000)["rows"] == 3_000


def test_a_scan_is_read_and_aggregated(tmp_path):
    write_scan(tmp_path, 300, form="jsonl.gz")
    for task in ("read", "aggregate"):
        assert set(figures(task, tmp_path)) == {"wall", "cpu", "memory"}


def test_a_question_is_measured_beside_the_group_by_of_its_file(tmp_path):
    script = SCRIPT.with_name("any_size.py")
    question = {"group", "share", "drawn", "memory_drawn", "accounts"}
    for task, names in (("question", question), ("bootstrap", {"bootstrap"})):
        command = [sys.executable, script, "run", task, str(tmp_path), "1000"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert set(json.loads(done.stdout)) == {*names, "memory"}
