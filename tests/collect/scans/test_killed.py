"""Killed at a known point, or beside another run: nothing half made, nothing readable remains."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from research.collect.scans import write_scan
from research.datasets import read_descriptor
from research.datasets.files import sha256
from tests.shortened import first

HOSTS = 1_500
NAMES = ("mine", "mine_without_clones")

# The command in a process that stops at a point, says so, and goes on when it reads a line.
HELD = """
import sys
from research.cli import main
from research.collect.scans import embedded
from research.datasets import freezing

def hold():
    print("held", flush=True)
    sys.stdin.readline()

def counting(self, name, query, keep=embedded.Embedded.keep):
    keep(self, name, query)
    if name == "endpoints":
        hold()

def naming(whole, folder, name=freezing._name):
    if folder.parent.parent.name == "datasets" and folder.parent.name == POINT:
        hold()
    name(whole, folder)

if POINT == "counting":
    embedded.Embedded.keep = counting
freezing._name = naming
sys.argv = ["research", "aggregate", "scan", "--name", "mine", *OPTIONS]
main()
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_scan(Path("scan"), HOSTS, form="jsonl")
    Path("temporary").mkdir()
    return tmp_path


def command(point, *options):
    text = HELD.replace("POINT", repr(point)).replace("OPTIONS", repr(list(options)))
    package = str(Path(__file__).parents[3])
    paths = os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, "-c", text], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=os.environ | {"TMPDIR": "temporary", "PYTHONPATH": paths},
    )  # fmt: skip


@contextmanager
def held(point, *options):
    """A run that has come to a point and waits there; it is gone afterwards."""
    with command(point, *options) as process:
        try:
            assert process.stdout.readline() == "held\n", process.stderr.read()
            yield process
        finally:
            process.kill()


def finished(point="nowhere", *options):
    """A run to its end: exit code and what it says to people."""
    with command(point, *options) as process:
        _, told = process.communicate()
    return process.returncode, told


def stopped_by(kind, process):
    process.send_signal(kind)
    _, told = process.communicate()
    return told


def left(folder):
    """What lies in a folder beside datasets with a name of their own."""
    return sorted(path.name for path in Path(folder).iterdir() if path.name not in NAMES)


def whole(name):
    """The one version of a dataset, every file as its descriptor says."""
    (folder,) = Path("datasets", name).iterdir()
    dataset = read_descriptor(folder)
    for table, resource in dataset.resources.items():
        assert sha256(dataset.path(table)) == resource["hash"]
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.long
def test_what_a_killed_run_leaves_of_records_nobody_else_can_read_and_the_next_run_removes(here):
    with held("counting") as process:
        process.kill()
    (folder,) = (path for path in (here / "temporary").iterdir() if path.is_dir())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.glob("*.observations"))
    code, told = finished()
    assert code == 0
    assert f"Removed {folder}" in told
    assert left("temporary") == []
    assert all(whole(name) for name in NAMES)


def test_a_run_that_is_asked_to_end_leaves_nothing(here):
    with held("counting") as process:
        told = stopped_by(signal.SIGTERM, process)
    assert process.returncode == 130
    assert "Stopped" in told
    assert left("temporary") == []
    assert not Path("datasets").exists()


@pytest.mark.parametrize("kind", first([signal.SIGKILL, signal.SIGTERM]))
def test_between_the_two_datasets_the_next_run_mends_it(here, kind):
    with held(NAMES[1]) as process:
        stopped_by(kind, process)
    assert whole(NAMES[0])
    assert not list(Path("datasets").glob(f"{NAMES[1]}/*"))
    code, told = finished()
    assert code == 0
    assert ("Removed datasets" in told) == (kind == signal.SIGKILL)
    assert left("datasets") == []
    assert all(whole(name) for name in NAMES)


@pytest.mark.long
def test_of_two_runs_at_once_one_is_refused_and_neither_touches_the_other(here):
    with held(NAMES[0]) as first:
        code, told = finished("nowhere", "--threshold", "20")
        assert code == 0
        assert "Removed" not in told
        assert len([path for path in Path("temporary").iterdir() if path.is_dir()]) == 1
        written = {name: whole(name) for name in NAMES}
        _, told = first.communicate("go on\n")
    assert first.returncode == 2
    assert "versions never change" in told
    assert {name: whole(name) for name in NAMES} == written
    assert left("datasets") == left("temporary") == []
