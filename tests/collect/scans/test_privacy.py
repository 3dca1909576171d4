"""No address, and no secret, in anything that is written, printed, logged or raised."""

from __future__ import annotations

import re
from multiprocessing import get_context
from pathlib import Path

import duckdb
import pytest

from research.collect.scans import aggregate, aggregation, embedded, scan_files, write_scan
from research.collect.scans.engines import open_engine
from research.results import ResearchError

HOSTS = 2_500
TOO_LONG = "n" * 40_000_000
SECRET = "5ec4e7" * 6 + "abcd"


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "input"
    write_scan(folder, HOSTS, form="jsonl")
    odd = [
        b'{"address": "198.18.200.1", "port": 1, "observed_at": "x", "tags": \xff}',
        b'{"address": "198.18.200.2", "port": "198.18.200.2", "tags": "{"}',
        b'{"address": "198.18.200.3", broken',
    ]
    (folder / "odd.jsonl").write_bytes(b"\n".join(odd))
    return scan_files([folder])


@pytest.fixture
def addresses(files):
    text = b"\n".join(path.read_bytes() for path in files).decode(errors="replace")
    return sorted(set(re.findall(r'"address": ?"([^"]+)"', text)))


@pytest.fixture
def known_secret(monkeypatch):
    monkeypatch.setattr(aggregation.secrets, "token_hex", lambda _bytes: SECRET)


class Watched:
    """An engine that looks at all its files after each of its steps."""

    def __init__(self, engine, folder: Path, seen: list[bytes]) -> None:
        self.engine, self.folder, self.seen, self.words = engine, folder, seen, engine.words

    def read(self, *given):
        self.engine.read(*given)
        self._look()

    def forget(self):
        """Not here: what is kept can be looked at."""

    def keep(self, *given):
        self.engine.keep(*given)
        self._look()

    def frame(self, query):
        found = self.engine.frame(query)
        self.seen.append(found.to_csv().encode())
        return found

    def _look(self):
        for path in self.folder.rglob("*"):
            if path.is_file():
                self.seen.append(path.read_bytes())
            if path.suffix == ".observations":  # compressed: its columns as text too
                rows = duckdb.read_parquet(str(path)).fetchall()
                self.seen.append(repr(rows).encode())


def found_in(addresses, seen):
    """The addresses that occur, as whole numbers of dots and colons, in any of the texts."""
    whole = {address.encode() for address in addresses} | {SECRET.encode()}
    token = re.compile(rb"[0-9a-f.:]*[0-9a-f][0-9a-f.:]*")
    return {hit for text in seen for hit in token.findall(text) if hit in whole}


def run(kind, work, files, out, seen):
    with open_engine(kind, work) as engine:
        aggregate(Watched(engine, work, seen), files, out)
    seen += [path.read_bytes() for path in out.rglob("*") if path.is_file()]
    seen += [path.read_bytes() for path in work.rglob("*") if path.is_file()]


@pytest.mark.usefixtures("known_secret")
def test_duckdb_writes_no_address_even_when_it_spills(
    tmp_path, files, addresses, monkeypatch, capfd, caplog
):
    assert len(addresses) > HOSTS
    assert found_in(
        addresses, [path.read_bytes() for path in files]
    )  # the search finds what is there
    seen: list[bytes] = []
    line = '{"address": "198.18.200.%s", "port": 1, "observed_at": "2026-08-11T00:00:00Z"%s}\n'
    refused = tmp_path / "refused.jsonl"  # and read again, line by line
    refused.write_text(line % (7, "") + line % (8, ', "city": "' + TOO_LONG + '"'))
    files, addresses = [*files, refused], [*addresses, "198.18.200.7", "198.18.200.8"]
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setattr(embedded, "MEMORY", "150MB")
    run("duckdb", work, files, tmp_path / "datasets", seen)
    assert len(seen) > 100
    printed = capfd.readouterr()
    seen += [printed.out.encode(), printed.err.encode(), caplog.text.encode()]
    assert not found_in(addresses, seen)


def run_spark(work, files, out, found):
    """In a process of its own, so that Spark's Java reads the settings of this test."""
    seen: list[bytes] = []
    aggregation.secrets.token_hex = lambda _bytes: SECRET
    run("spark", work, files, out, seen)
    found.write_bytes(b"\n".join(seen))


@pytest.mark.long
@pytest.mark.usefixtures("spark")
def test_spark_writes_no_address_nor_the_secret(tmp_path, files, addresses, monkeypatch, capfd):
    work, events, found = tmp_path / "work", tmp_path / "events", tmp_path / "seen"
    work.mkdir()
    events.mkdir()
    monkeypatch.setenv(
        "PYSPARK_SUBMIT_ARGS",
        f"--conf spark.eventLog.enabled=true --conf spark.eventLog.dir={events} "
        "--conf spark.eventLog.compress=false pyspark-shell",
    )
    process = get_context("spawn").Process(
        target=run_spark, args=(work, files, tmp_path / "datasets", found)
    )
    process.start()
    process.join()
    assert process.exitcode == 0
    logs = [path.read_bytes() for path in events.rglob("*") if path.is_file()]
    assert any(b"SparkListenerSQLExecutionStart" in log for log in logs)
    printed = capfd.readouterr()
    texts = [found.read_bytes(), *logs, printed.out.encode(), printed.err.encode()]
    assert not found_in(addresses, texts)


@pytest.mark.parametrize("name", ["cut.jsonl.gz", "no.parquet"])
def test_a_file_that_cannot_be_read_is_told_without_its_content(tmp_path, name):
    content = b'{"address": "198.18.200.9", "port": 1}\n' * 50
    (tmp_path / name).write_bytes(b"\x1f\x8b\x08" + content if name.endswith("gz") else content)
    with pytest.raises(ResearchError) as told, open_engine("duckdb", tmp_path) as engine:
        aggregate(engine, scan_files([tmp_path / name]), tmp_path / "datasets")
    cause = [str(told.value), repr(told.value.__cause__), repr(told.value.__context__)]
    assert "198.18.200.9" not in "".join(cause)
    assert "Check that every file is whole" in cause[0]


def test_the_secret_of_each_run_is_new(tmp_path, files):
    keys = []

    class Reader:
        def read(self, _files, _names, secret, _watch):
            keys.append(secret)
            raise ResearchError("seen enough")

    for _ in range(2):
        with pytest.raises(ResearchError, match="seen enough"):
            aggregate(Reader(), files, tmp_path)
    assert len({*keys}) == 2
    assert all(len(key) == 40 for key in keys)
