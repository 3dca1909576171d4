"""The commands: an invented scan, its aggregation, and a mistake that is told."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from research.analysis import find
from research.cli.aggregate import aggregate, example_scan
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
