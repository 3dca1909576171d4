"""Freezing, loading and the messages of what can go wrong with a dataset."""

from __future__ import annotations

import copy
import json
import shutil

import pandas as pd
import pytest

import research
from research.datasets import DatasetError, freeze, freezing, load, verify, versions
from research.results import ResearchError

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
    shutil.rmtree(path.parent)
    assert frozen(here, large).path("toy_countries").read_bytes() == first


def test_a_version_that_is_there_is_not_replaced(here):
    path = frozen(here).path("toy_countries")
    before = path.read_bytes()
    with pytest.raises(DatasetError, match="versions never change"):
        frozen(here, frame().iloc[:1])
    assert path.read_bytes() == before


def test_of_two_runs_that_write_one_version_the_slower_is_refused(here, monkeypatch):
    put = freezing._put

    def overtaken(made, folder, **options):
        monkeypatch.setattr(freezing, "_put", put)
        frozen(here, frame().iloc[:1])
        put(made, folder, **options)

    monkeypatch.setattr(freezing, "_put", overtaken)
    with pytest.raises(DatasetError, match="versions never change"):
        frozen(here)
    assert len(load("toy_countries")) == 1
    assert verify("toy") == []
    assert [path.name for path in here.parent.iterdir()] == [here.name]


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
    with pytest.raises(ResearchError, match=r"not valid JSON \(line 2"):
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
def test_an_unknown_name_is_guessed(ask):
    with pytest.raises(DatasetError, match=r"Did you mean 'tenthe_countries'"):
        ask("tenthe_country")


def test_a_local_dataset_overlays_the_bundled_one(here):
    freeze(
        here.parent / "tenthe",
        {"toy_countries": frame()},
        descriptor=copy.deepcopy(DESCRIPTOR) | {"name": "tenthe"},
    )
    assert research.describe("tenthe").version == "2026-01-01"


# Names and paths ----------------------------------------------------------------------------------


def changed(**changes):
    return copy.deepcopy(DESCRIPTOR) | changes


@pytest.mark.parametrize("name", ["../out", "a/b", "/tmp/x", "..", "", "a b", "x\\y", "c:x", "é"])
@pytest.mark.parametrize("kind", ["name", "version", "table", "path"])
def test_a_name_is_no_path_and_nothing_is_written(here, kind, name):
    package = changed()
    target = package if kind in ("name", "version") else package["resources"][0]
    target["name" if kind == "table" else kind] = name
    frames = {name if kind == "table" else "toy_countries": frame()}
    with pytest.raises(DatasetError, match=r"cannot name a|its name is|has no '"):
        freeze(here, frames, descriptor=package)
    assert list(here.parent.parent.iterdir()) == []


@pytest.mark.parametrize("path", ["../secret.csv", "sub/secret.csv", "/etc/passwd"])
def test_a_descriptor_that_points_elsewhere_is_refused_although_the_hash_is_right(here, path):
    from research.datasets.files import sha256

    frozen(here)
    secret = here.parent / "secret.csv"
    secret.write_bytes((here / "toy_countries.csv").read_bytes())
    package = json.loads((here / "datapackage.json").read_text())
    package["resources"][0] |= {"path": path, "hash": sha256(secret)}
    (here / "datapackage.json").write_text(json.dumps(package))
    with pytest.raises(DatasetError, match="cannot name a file"):
        load("toy_countries")


def test_a_link_out_of_the_dataset_is_refused_although_the_hash_is_right(here):
    path = frozen(here).path("toy_countries")
    path.rename(here.parent / "elsewhere.csv")
    path.symlink_to(here.parent / "elsewhere.csv")
    with pytest.raises(DatasetError, match="is a link out of its dataset"):
        load("toy_countries")


@pytest.mark.parametrize(
    ("at", "value", "message"),
    [
        (["title"], 3, "'title' is 3, expected a text"),
        (["licenses"], [{}], "a licence has neither"),
        (["licenses"], "MIT", "'licenses' is \"MIT\", expected a list"),
        (["resources"], {}, "'resources' is {}, expected a list"),
        (["resources", 0], "x", r"'resources\[0\]' is \"x\", expected an object"),
        (["resources", 0, "bytes"], True, "bytes' is true, expected a whole number"),
        (["resources", 0, "schema"], "http://example.org/s.json", "schema' is .* an object"),
        (["resources", 0, "schema", "primaryKey"], "country", "primaryKey' is .* a list"),
        (["resources", 0, "schema", "primaryKey"], ["land"], "names 'land', which is no column"),
        (["resources", 0, "schema", "fields", 0, "type"], "any", "has the type 'any', expected"),
        (["resources", 0, "schema", "fields", 0, "name"], "share", "has two columns 'share'"),
    ],
)
def test_a_descriptor_of_another_shape_says_where(here, at, value, message):
    frozen(here)
    package = json.loads((here / "datapackage.json").read_text())
    inner = package
    for step in at[:-1]:
        inner = inner[step]
    inner[at[-1]] = value
    (here / "datapackage.json").write_text(json.dumps(package))
    with pytest.raises(DatasetError, match=message):
        research.describe("toy")


# What is written is what was given ----------------------------------------------------------------


def of_texts(*texts):
    return frame(country=list(texts), share=[0.1, 1e-300, 12345678901234567.0])


def test_a_carriage_return_stays_within_its_cell(here):
    table = of_texts("a\rb", "c\r\nd", 'e"\r')
    path = frozen(here, table).path("toy_countries")
    assert path.read_bytes().startswith(
        b'country,discovered_ips,share,taken\n"a\rb",1,0.1,2026-01-01\n"c\r\nd",,1e-300,'
    )
    assert load("toy_countries")["country"].tolist() == ["a\rb", "c\r\nd", 'e"\r']
    assert verify("toy") == []


def test_a_file_that_reads_back_otherwise_never_gets_its_name(here, monkeypatch):
    from research.datasets import files, freezing

    def unquoted(table):
        payload, packed = files.csv_payload(table)
        return payload.replace(b'"', b""), packed

    monkeypatch.setattr(freezing, "csv_payload", unquoted)
    with pytest.raises(DatasetError, match=r"cannot be frozen:\n.*read back"):
        frozen(here, of_texts("a\rb", "c", "d"))
    assert list(here.parent.iterdir()) == []


def test_a_date_with_a_time_is_not_cut_in_silence(here):
    taken = pd.to_datetime(["2026-01-01 00:00", "2026-01-02 10:00", "2026-01-03 00:00"])
    with pytest.raises(DatasetError, match=r"'taken', line 3: written as .*10:00.*, read back"):
        frozen(here, frame(taken=taken))


# Verifying ----------------------------------------------------------------------------------------


def test_every_version_is_verified_for_hash_bytes_and_rows(here):
    from research.datasets import reading

    frozen(here)
    freeze(here / "later", {"toy_countries": frame()}, descriptor=changed(version="later"))
    assert verify("toy") == []
    later = here / "later" / "datapackage.json"
    package = json.loads(later.read_text())
    package["resources"][0] |= {"rows": 4, "bytes": 9}
    later.write_text(json.dumps(package))
    size = (here / "later" / "toy_countries.csv").stat().st_size
    assert verify("toy") == [
        f"table 'toy_countries' of version later: has {size} bytes, the descriptor says 9",
        "table 'toy_countries' of version later: has 3 rows, the descriptor says 4",
    ]
    (here / "later" / "toy_countries.csv").write_text("x")
    assert "is not the file that was frozen" in verify("toy")[0]
    assert reading.verify("toy", "2026-01-01") == []


def test_a_file_of_no_format_with_the_right_hash_is_told(here):
    from research.datasets.files import sha256

    path = frozen(here).path("toy_countries")
    path.write_bytes(b"country,discovered_ips\n1,x,2\n\xff")
    later = here / "datapackage.json"
    package = json.loads(later.read_text())
    package["resources"][0]["hash"] = sha256(path)
    later.write_text(json.dumps(package))
    (problem,) = verify("toy")
    assert "cannot be read in the format of its descriptor" in problem


@pytest.mark.parametrize("name", ["tenth?", "t*", "[t]enthe"])
def test_a_name_of_a_dataset_is_no_pattern(name):
    assert versions(name) == {}
