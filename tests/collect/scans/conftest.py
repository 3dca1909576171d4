"""An invented scan whose truth is known, aggregated once."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

import pytest

from research.collect.scans import aggregate, scan_files, write_scan
from research.collect.scans.engines import open_engine

HOSTS = 12_000


@pytest.fixture(scope="session")
def scan(tmp_path_factory):
    """The files of the scan, and the truth about it."""
    folder = tmp_path_factory.mktemp("scan")
    return folder, write_scan(folder, HOSTS, seed=5, form="jsonl.gz", per_file=7_000)


@pytest.fixture
def aggregated(tmp_path):
    """Aggregates files with an engine and gives what was written."""

    def make(*paths, kind="duckdb", **options):
        with open_engine(kind, Path(mkdtemp(dir=tmp_path))) as engine:
            return aggregate(engine, scan_files(paths), tmp_path / f"datasets-{kind}", **options)

    return make


@pytest.fixture(scope="session")
def made(scan, tmp_path_factory):
    """The scan aggregated with all defaults, and the folder of datasets."""
    folder = tmp_path_factory.mktemp("made")
    work = tmp_path_factory.mktemp("work")
    with open_engine("duckdb", work) as engine:
        return aggregate(engine, scan_files([scan[0]]), folder / "datasets"), folder


@pytest.fixture(scope="session")
def spark():
    """Nothing, where Spark can run; a reason to skip where it cannot."""
    if find_spec("pyspark") and shutil.which("java"):
        return
    told = "install the extra 'spark' and Java 17 to compare Spark with DuckDB"
    if os.environ.get("CI") == "true":
        pytest.fail(told)
    pytest.skip(told)


@pytest.fixture
def table():
    """Reads one table of a dataset that is anywhere."""
    import pandas as pd

    def read(dataset, name):
        return pd.read_csv(
            dataset.path(f"{dataset.name}_{name}"), keep_default_na=False, na_values=[""]
        )

    return read
