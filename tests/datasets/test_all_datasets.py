"""What holds for every frozen dataset: intact, described, valid by the standard, and private."""

import gc
import gzip
import json
import re
from pathlib import Path

import pandas as pd
import pytest

import research
from research import datasets, places

FOLDERS = sorted(path.parent for path in places.bundled().glob("datasets/*/snapshot.py"))
NAMES = [folder.name for folder in FOLDERS]

# The same quantity has the same name everywhere; these say too little to be one.
BARE_NAMES = {"downloads", "pulls", "hosts", "ips", "instances", "count"}
# A word of four numbers; "oMLX-0.6.3.2RC" in a model's name is a version.
ADDRESS = re.compile(r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w.-])")
MACHINE_PATH = re.compile(r"[\"'`](?:/\w+/|~/|[A-Z]:\\)")


def descriptor(folder: Path) -> dict:
    return json.loads((folder / datasets.DESCRIPTOR).read_text(encoding="utf-8"))


def text(path: Path) -> str:
    payload = path.read_bytes()
    return (gzip.decompress(payload) if path.suffix == ".gz" else payload).decode()


def test_there_are_datasets():
    assert {"tenthe", "published_claims", "model_crosswalk", "publisher_origins"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_files_are_what_was_frozen(name):
    assert datasets.verify(name) == []


# frictionless leaves compressed files open until they are collected.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.long
@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_valid_by_the_data_package_standard(folder):
    from frictionless import Package  # a development tool: half a second to import

    report = Package(str(folder / datasets.DESCRIPTOR)).validate()
    problems = report.flatten(["type", "message"])[:5]
    gc.collect()
    assert problems == []


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_folder_holds_descriptor_script_and_tables_only(folder):
    tables = {resource["path"] for resource in descriptor(folder)["resources"]}
    found = {path.name for path in folder.iterdir() if path.is_file()}
    assert found == {datasets.DESCRIPTOR, "snapshot.py"} | tables


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_descriptor_says_who_when_and_under_which_licence(folder):
    package = descriptor(folder)
    assert package["name"] == folder.name
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", package["version"])
    assert all(licence.get("name") or licence.get("path") for licence in package["licenses"])
    assert all(source.get("title") for source in package["sources"])
    assert all(resource["schema"].get("primaryKey") for resource in package["resources"])


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_columns_name_their_quantity(folder):
    resources = descriptor(folder)["resources"]
    columns = {field["name"] for r in resources for field in r["schema"]["fields"]}
    assert not columns & BARE_NAMES
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", column) for column in columns)


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_no_address_of_a_host(folder):
    tables = [folder / resource["path"] for resource in descriptor(folder)["resources"]]
    assert {path.name: ADDRESS.findall(text(path))[:3] for path in tables} == {
        path.name: [] for path in tables
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_snapshot_names_no_place_on_a_machine(folder):
    script = (folder / "snapshot.py").read_text(encoding="utf-8")
    assert MACHINE_PATH.findall(script) == []
    assert f"python datasets/{folder.name}/snapshot.py" in script


def test_table_names_are_unique():
    named = [resource["name"] for folder in FOLDERS for resource in descriptor(folder)["resources"]]
    assert sorted(named) == sorted(set(named))


STATED = {"asOf", "known", "table", "rows", "list", "counted", "shows", "silentOn"}
WITHOUT_DAYS = {"stated_beliefs", "model_crosswalk", "published_claims", "publisher_origins"}


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_states_say_how_they_are_known_and_make_up_their_tables(folder):
    package = descriptor(folder)
    states = package.get("states", [])
    assert bool(states) == (folder.name not in WITHOUT_DAYS)
    rows: dict[str, int] = {}
    for state in states:
        assert set(state) == STATED
        assert all(state.values())
        rows[state["table"]] = rows.get(state["table"], 0) + state["rows"]
    frozen = {resource["name"]: resource["rows"] for resource in package["resources"]}
    assert rows == {table: frozen[table] for table in rows}


# What a day is: how it is known and how it counts, day by day; no list of its own.
OF_STATES = {
    "hub_history_states", "hub_history_spikes", "hub_llm_panel_snapshots",
    "ollama_pull_state_index",
}  # fmt: skip
TIMES = {"as_of", "date", "week", "month", "quarter", "year"}


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_every_table_with_days_is_among_the_dated_states(folder):
    package = descriptor(folder)
    stated = {state["table"] for state in package.get("states", [])}
    dated = {
        resource["name"]
        for resource in package["resources"]
        if TIMES & {field["name"] for field in resource["schema"]["fields"]}
    }
    assert dated - OF_STATES <= stated
    # What the report counted is of one day, which stands in no column.
    whole = folder.name in ("tenthe", "country_controls")
    assert not whole or stated == {resource["name"] for resource in package["resources"]}


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_days_of_states_are_those_of_the_rows(folder):
    """Where a state is of single days, the table has so many rows of them."""
    for state in descriptor(folder).get("states", []):
        days = re.findall(r"\d{4}-\d{2}-\d{2}", state["asOf"])
        table = research.load(state["table"])
        time = next((column for column in ("as_of", "date") if column in table), None)
        if time is None or not days or re.search("to|about", state["asOf"]):
            continue
        assert table[time].isin(pd.to_datetime(days)).sum() == state["rows"], state["asOf"]
