"""The commands: an invented scan, its aggregation, and a mistake that is told."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from research.analysis import find
from research.cli.aggregate import aggregate, example_scan
from research.collect.scans import record
from research.results import ResearchError

app = typer.Typer()
app.command("aggregate")(aggregate)
app.command("example-scan")(example_scan)


@pytest.fixture
def command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*words, code=0):
        found = CliRunner().invoke(app, list(words))
        assert found.exit_code == code, found.output
        return found

    return run


def test_an_example_scan_becomes_tables_and_the_next_command_is_told(command, tmp_path):
    told = command("example-scan", "scan", "--hosts", "2000", "--seed", "3").output
    assert "Next: research aggregate scan --name example_scan" in told
    told = command("aggregate", "scan", "--name", "example_scan").output
    assert "discovered_ips" in told
    assert "duplicate observation" in told
    assert "research run parameter_scale --data tenthe=example_scan" in told
    assert {path.name for path in (tmp_path / "datasets").iterdir()} == {
        "example_scan",
        "example_scan_without_clones",
    }
    source = find("parameter_scale", data={"tenthe": "example_scan"}).sources
    assert source["tenthe_class_sets"].table == "example_scan_class_sets"


def test_a_script_reads_the_summary(command, tmp_path):
    command("example-scan", "scan", "--hosts", "2000", "--seed", "3")
    told = json.loads(command("aggregate", "scan", "--json").stdout)
    assert [each["name"] for each in told["datasets"]] == ["my_scan", "my_scan_without_clones"]
    folders = [tmp_path / each["folder"] for each in told["datasets"]]
    assert all((folder / "datapackage.json").exists() for folder in folders)
    assert told["totals"]["discovered_ips"] == 2000
    assert told["records"]["all"] == told["totals"]["discovered_records"]


def test_a_mistake_writes_nothing(command, tmp_path):
    found = command("aggregate", "absent.jsonl", code=1)
    assert isinstance(found.exception, ResearchError)
    assert "absent.jsonl" in str(found.exception)
    assert not (tmp_path / "datasets").exists()


def test_the_terminal_tells_no_more_of_few_hosts_than_the_tables(command, tmp_path):
    row = {"port": 11434, "observed_at": "2026-08-11T00:00:00Z"}
    lines = [json.dumps(row | {"address": f"198.18.0.{n}"} | ({"country": "SE"} if n > 3 else {}))
             for n in range(60)]  # fmt: skip
    (tmp_path / "scan.jsonl").write_text("\n".join(lines))
    told = command("aggregate", "scan.jsonl").output
    assert "not told" in told
    assert "4 " not in told.replace("discovered_ips_port_11434", "")
    told = json.loads(command("aggregate", "scan.jsonl", "--name", "again", "--json").stdout)
    assert told["records"][record.NO_COUNTRY] is None


@pytest.mark.parametrize("name", ["model_crosswalk", "tenthe"])
def test_a_scan_is_no_version_of_a_dataset_of_another_form(command, tmp_path, name):
    command("example-scan", "scan", "--hosts", "50")
    found = command("aggregate", "scan", "--name", name, code=1)
    assert "it is no scan" in str(found.exception)
    assert not (tmp_path / "datasets").exists()
