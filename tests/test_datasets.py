"""Freezing, loading and the messages of what can go wrong with a dataset."""

from __future__ import annotations

import copy
import json

import pandas as pd
import pytest

import research
from research.datasets import DatasetError, freeze, load, verify

FIELDS = [
    {"name": "country", "type": "string", "unit": "ISO 3166-1 alpha-2", "description": "Country",
     "constraints": {"required": True}},
    {"name": "discovered_ips", "type": "integer", "unit": "addresses", "description": "Addresses"},
    {"name": "share", "type": "number", "unit": "share", "description": "Share"},
    {"name": "taken", "type": "date", "unit": "date", "description": "Date"},
]  # fmt: skip
DESCRIPTOR = {
    "name": "toy",
    "title": "A toy",
    "description": "Three countries.",
    "version": "2026-01-01",
    "licenses": [{"name": "CC0-1.0"}],
    "sources": [{"title": "Made up"}],
    "citation": "Nobody (2026).",
    "knownLimitations": ["It is made up."],
    "resources": [
        {"name": "toy_countries", "schema": {"fields": FIELDS, "primaryKey": ["country"]}}
    ],
}


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / "datasets" / "toy"


def frame(**columns) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "country": ["NA", "CN", "US"],  # Namibia is a country, not a missing value
            "discovered_ips": pd.array([1, None, 3], dtype="Int64"),
            "share": [0.1, 0.25, 1 / 3],
            "taken": pd.to_datetime(["2026-01-01"] * 3),
        }
        | columns
    )


def frozen(folder, table=None):
    return freeze(
        folder, {"toy_countries": frame() if table is None else table},
        descriptor=copy.deepcopy(DESCRIPTOR),
    )  # fmt: skip


def test_frozen_then_loaded_is_the_same_table(here):
    frozen(here)
    loaded = load("toy_countries")
    pd.testing.assert_frame_equal(loaded, frame(), check_dtype=False)
    assert loaded["country"].tolist() == ["NA", "CN", "US"]
    assert loaded["discovered_ips"].dtype == "Int64"
    assert verify("toy") == []


def test_freezing_twice_gives_the_same_bytes_even_compressed(here):
    large = pd.concat([frame()] * 20_000, ignore_index=True)
    large["country"] = [f"{i:06d}" for i in range(len(large))]
    path = frozen(here, large).path("toy_countries")
    first = path.read_bytes()
    assert path.name == "toy_countries.csv.gz"
    assert frozen(here, large).path("toy_countries").read_bytes() == first


def test_a_tampered_file_is_refused_with_the_remedy(here):
    path = frozen(here).path("toy_countries")
    path.write_text(path.read_text().replace("US,3", "US,4"))
    with pytest.raises(DatasetError) as caught:
        load("toy_countries")
    message = str(caught.value)
    assert str(path) in message
    assert "expected sha256:" in message
    assert "Restore it (git checkout)" in message
    assert verify("toy") == [message]


def test_a_missing_file_says_how_to_get_it_back(here):
    frozen(here).path("toy_countries").unlink()
    with pytest.raises(DatasetError, match=r"is not there: .*Restore it"):
        load("toy_countries")


@pytest.mark.parametrize("lacking", ["licenses", "citation", "knownLimitations", "version"])
def test_a_descriptor_that_lacks_something_is_refused(here, lacking):
    frozen(here)
    path = here / "datapackage.json"
    descriptor = json.loads(path.read_text())
    del descriptor[lacking]
    path.write_text(json.dumps(descriptor))
    with pytest.raises(DatasetError, match=f"it has no '{lacking}'; add it"):
        load("toy_countries")


def test_a_field_without_unit_is_refused(here):
    descriptor = copy.deepcopy(DESCRIPTOR)
    del descriptor["resources"][0]["schema"]["fields"][1]["unit"]
    with pytest.raises(DatasetError, match=r"field 'toy_countries.discovered_ips' has no 'unit'"):
        freeze(here, {"toy_countries": frame()}, descriptor=descriptor)
    assert not here.exists()


def test_a_broken_descriptor_names_the_line(here):
    frozen(here)
    (here / "datapackage.json").write_text('{\n "name": "toy",,\n}')
    with pytest.raises(DatasetError, match=r"not valid JSON \(line 2"):
        load("toy_countries")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"country": ["CN", "CN", "US"]}, "the primary key .* repeats, first at .*CN"),
        ({"country": ["CN", None, "US"]}, "'country' is required but empty in line 3"),
        ({"discovered_ips": ["1", "2", "x"]}, "'discovered_ips' is .*, described as integer"),
    ],
)
def test_what_does_not_fit_the_descriptor_is_not_frozen(here, change, message):
    with pytest.raises(DatasetError, match=message):
        frozen(here, frame(**change))
    assert not here.exists()


def test_an_undescribed_column_is_not_frozen(here):
    with pytest.raises(DatasetError, match="the columns are"):
        frozen(here, frame().assign(surprise=1))


@pytest.mark.parametrize("ask", [research.load, research.describe])
def test_an_unknown_name_lists_and_guesses(ask):
    with pytest.raises(DatasetError, match=r"Did you mean 'tenthe_countries'\?.*hub_top_models"):
        ask("tenthe_country")


def test_a_local_dataset_overlays_the_bundled_one(here):
    freeze(
        here.parent / "tenthe",
        {"toy_countries": frame()},
        descriptor=copy.deepcopy(DESCRIPTOR) | {"name": "tenthe"},
    )
    assert research.describe("tenthe").version == "2026-01-01"
