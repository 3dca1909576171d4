"""A downloaded Parquet table of Hub models in the form of a collection from the Hub."""

from __future__ import annotations

import json
import re

import duckdb
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

import research
from research.cli.collect_files import hub_file
from research.collect import bulk
from research.collect.hub.columns import COLUMNS
from research.datasets import describe, read_descriptor, sources, verify
from research.datasets.files import frame_problems
from research.datasets.reading import read
from research.results import ResearchError

DAY = "2026-11-01"
# Three models in the types of a daily snapshot: structures, lists, JSON text, moments.
MODELS = """
    SELECT * FROM (VALUES
    ('b/quant', TIMESTAMP '2026-10-02 23:59:00', TIMESTAMP '2026-10-20 01:00:00',
     '{"license":"mit"}', 900, 5000,
     {'relation': 'quantized', 'models': [{'_id': '1', 'id': 'a/x'}]},
     {'parameters': {'BF16': NULL::BIGINT, 'I64': 8::BIGINT, 'U8': 40::BIGINT}, 'total': 50},
     {'total': 77, 'architecture': 'llama'}, 'b', 'text-generation', 'transformers', 3, 7,
     ['gguf', 'license:mit', 'base_model:a/x', 'base_model:quantized:a/x']),
    ('a/x', TIMESTAMP '2022-03-02 23:29:04', TIMESTAMP '2026-01-05 10:00:00',
     NULL, 1000, NULL, NULL, NULL, NULL, 'a', NULL, NULL, NULL, 9,
     ['license:apache-2.0', 'license:other']),
    ('c/tagged', TIMESTAMP '2026-05-05 00:00:00', TIMESTAMP '2026-05-06 00:00:00',
     NULL, NULL, NULL, NULL, NULL, NULL, 'c', NULL, NULL, NULL, 0,
     ['base_model:a/x', 'base_model:finetune:a/x'])
    ) t(id, createdAt, lastModified, cardData, downloads, downloadsAllTime, baseModels, safetensors,
        gguf, author, pipeline_tag, library_name, trendingScore, likes, tags)
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def parquet(here, sql=MODELS, name="models.parquet", options=""):
    path = here / name
    duckdb.sql(f"COPY ({sql}) TO '{path}' (FORMAT parquet {options})")
    return path


def came_of(dataset):
    """Rows received, kept, left out for want of a name, and repeated."""
    how = dataset.descriptor["collection"]
    return how["rowsReceived"], how["rowsKept"], how["rowsLeftOut"], how["duplicates"]


def problems(dataset):
    return {
        found["reason"]: found["rows"] for found in dataset.descriptor["collection"]["problems"]
    }


def by_name(table):
    return research.load(table).set_index("model_id")


def test_rows_have_the_form_of_a_collection_from_the_hub(here):
    dataset = bulk.freeze_file(parquet(here), as_of=DAY)
    assert came_of(dataset) == (3, 3, 0, 0)
    frame = by_name("hub_models")
    assert [*frame.reset_index().columns.sort_values()] == sorted(c.name for c in COLUMNS)
    quant, original, tagged = frame.loc["b/quant"], frame.loc["a/x"], frame.loc["c/tagged"]
    assert dict(quant.dropna()) == {
        "as_of": pd.Timestamp(DAY), "author": "b", "hub_downloads_30d": 900, "likes": 7,
        "pipeline_tag": "text-generation", "library_name": "transformers", "licence": "mit",
        "base_models": "a/x", "base_relation": "quantized", "is_gguf": True,
        "created_at": pd.Timestamp("2026-10-02"), "legacy_created_at": False,
        "last_modified": pd.Timestamp("2026-10-20"), "traffic_spike": False,
        "requested_id": "b/quant", "hub_downloads_all_time": 5000, "trending_score": 3,
        "safetensors_total": 50, "safetensors_sum": 48, "parameters_agree": False,
        "parameters_dtype": "U8", "gguf_total": 77, "gguf_architecture": "llama",
        "tags": "gguf|license:mit|base_model:a/x|base_model:quantized:a/x",
    }  # fmt: skip
    assert original["legacy_created_at"]
    assert original["licence"] == "apache-2.0|other"
    assert (tagged["base_models"], tagged["base_relation"]) == ("a/x", "finetune")
    assert pd.isna(tagged["hub_downloads_30d"])
    assert frame["object_id"].isna().all()  # the file has no _id
    assert verify("hub_models") == []
    assert dataset.version == DAY


def test_the_order_is_that_of_creation_and_not_that_of_the_file(here, monkeypatch):
    first = parquet(here)
    turned = parquet(here, f"SELECT * FROM ({MODELS}) ORDER BY id DESC", "turned.parquet")
    one = bulk.freeze_file(first, as_of=DAY)
    assert list(research.load("hub_models")["model_id"]) == ["a/x", "c/tagged", "b/quant"]
    written = (here / one.path("hub_models")).read_bytes()
    (here / "other").mkdir()
    monkeypatch.chdir(here / "other")
    two = bulk.freeze_file(turned, as_of=DAY)
    assert written == two.path("hub_models").read_bytes()


def test_a_top_list_stands_in_for_the_bundled_one(here):
    bulk.freeze_file(parquet(here), as_of=DAY, most=2)
    (source,) = sources(["hub_top_models"], {"hub_top_models": DAY}).values()
    assert list(source.load()["model_id"]) == ["a/x", "b/quant"]
    assert describe("hub_top_models", DAY).resources["hub_top_models"]["format"] == "csv"


def test_all_models_stand_in_for_the_top_list(here):
    bulk.freeze_file(parquet(here), as_of=DAY)
    (source,) = sources(["hub_top_models"], {"hub_top_models": f"hub_models@{DAY}"}).values()
    assert len(source.load()) == 3


def test_what_the_file_lacks_is_missing_and_said(here):
    few = parquet(here, f"SELECT id, tags, downloads, pipeline_tag, likes FROM ({MODELS})")
    dataset = bulk.freeze_file(few, as_of=DAY)
    assert set(dataset.descriptor["collection"]["absentColumns"]) >= {
        "_id",
        "gated",
        "safetensors",
        "createdAt",
    }
    frame = by_name("hub_models")
    assert frame["created_at"].isna().all()
    assert frame.loc["b/quant", "base_models"] == "a/x"  # from the tags
    assert "safetensors" in dataset.descriptor["knownLimitations"][0]


def test_texts_in_the_place_of_structures_are_read(here):
    as_text = parquet(
        here,
        "SELECT id, createdAt::TIMESTAMPTZ AS createdAt, lastModified::VARCHAR AS lastModified, "
        "to_json(tags)::VARCHAR AS tags, to_json(baseModels)::VARCHAR AS baseModels, "
        "to_json(safetensors)::VARCHAR AS safetensors, downloads::DOUBLE AS downloads, "
        "pipeline_tag, likes, md5(id) AS _id, id = 'a/x' AS gated FROM "
        f"({MODELS})",
    )
    bulk.freeze_file(as_text, as_of=DAY)
    frame = by_name("hub_models")
    assert frame.loc["b/quant", "safetensors_sum"] == 48
    assert frame.loc["b/quant", "base_relation"] == "quantized"
    assert frame["hub_downloads_30d"].max() == 1000
    assert frame.loc["b/quant", "created_at"] == pd.Timestamp("2026-10-02")
    assert frame["object_id"].notna().all()
    assert frame.loc["b/quant", "gated"] == "no"


def test_repeated_and_nameless_rows_are_counted_and_the_latest_stays(here):
    again = f"""
        SELECT * FROM ({MODELS}) UNION ALL
        SELECT * REPLACE (TIMESTAMP '2026-10-25 00:00:00' AS lastModified, 901 AS downloads)
        FROM ({MODELS}) WHERE id = 'b/quant' UNION ALL
        SELECT * REPLACE (NULL AS id) FROM ({MODELS}) WHERE id = 'a/x'"""
    dataset = bulk.freeze_file(parquet(here, again), as_of=DAY)
    assert came_of(dataset) == (5, 3, 1, 1)
    assert by_name("hub_models").loc["b/quant", "hub_downloads_30d"] == 901


def test_the_day_may_stand_in_the_files_own_metadata(here):
    path = parquet(here, options=f", KV_METADATA {{as_of: '{DAY}'}}")
    assert bulk.freeze_file(path).version == DAY


@pytest.mark.parametrize(
    ("as_of", "message"),
    [
        (None, "does not say of which day it is. Give --as-of"),
        ("November", "--as-of wants a day such as 2026-11-01, found 'November'"),
        (
            "2026-10-01",
            "1 of 3 models that were changed after --as-of 2026-10-01, the last on 2026-10-20",
        ),
    ],
)
def test_the_day_is_never_guessed(here, as_of, message):
    with pytest.raises(ResearchError, match=message):
        bulk.freeze_file(parquet(here), as_of=as_of)
    assert not (here / "datasets").exists()


def test_a_day_in_the_path_is_a_hint_and_no_more(here):
    (here / "2026-10-30").mkdir()
    with pytest.raises(ResearchError, match="Its path names 2026-10-30: give --as-of 2026-10-30"):
        bulk.freeze_file(parquet(here / "2026-10-30"))


def replaced(here, sql, name="models.parquet"):
    return parquet(here, f"SELECT * REPLACE ({sql}) FROM ({MODELS})", name)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
def test_the_days_are_those_of_utc_wherever_the_machine_stands(here, time_zone, zone):
    moment = "TIMESTAMPTZ '2022-03-02 23:29:04+00'"
    path = replaced(
        here, f"{moment} AS createdAt, TIMESTAMPTZ '2026-02-01 00:10:00+00' AS lastModified"
    )
    time_zone(zone)
    bulk.freeze_file(path, as_of="2026-02-01")
    frame = by_name("hub_models")
    assert set(frame["created_at"]) == {pd.Timestamp("2022-03-02")}
    assert frame["legacy_created_at"].all()
    assert set(frame["last_modified"]) == {pd.Timestamp("2026-02-01")}


@pytest.mark.parametrize(
    ("sql", "reason", "column"),
    [
        ("-5 AS downloads", "downloads is below 0 or above 2^63", "hub_downloads_30d"),
        (
            "9223372036854775808 AS downloads",
            "downloads is not a whole number",
            "hub_downloads_30d",
        ),
        ("'inf'::DOUBLE AS likes", "likes is not a whole number", "likes"),
        ("1.5 AS likes", "likes is not a whole number", "likes"),
        ("'many' AS likes", "likes is not a whole number", "likes"),
        ("TIMESTAMP '9999-12-31' AS createdAt", "createdAt is no day that can be", "created_at"),
        ("TIMESTAMP '12026-01-01' AS createdAt", "createdAt is no day that can be", "created_at"),
        ("TIMESTAMP 'infinity' AS createdAt", "createdAt is no day that can be", "created_at"),
        ("5 AS createdAt", "createdAt is no day that can be", "created_at"),
        ("'no JSON' AS gguf", "gguf is not an object", "gguf_total"),
        ("{'total': -1} AS gguf", "gguf has a total that is no count", "gguf_total"),
    ],
)
def test_what_cannot_be_is_empty_and_counted_by_reason(here, sql, reason, column):
    one = f"SELECT * REPLACE ({sql}) FROM ({MODELS}) WHERE id = 'b/quant'"
    rest = f"SELECT * FROM ({MODELS}) WHERE id <> 'b/quant'"
    # No column of downloads is refused, and a structure and a text cannot be united.
    path = parquet(here, f"{one} UNION ALL {rest}" if "downloads" in sql else one)
    dataset = bulk.freeze_file(path, as_of=DAY)
    assert problems(dataset) == {reason: 1}
    assert reason in dataset.descriptor["knownLimitations"][1]
    assert pd.isna(by_name("hub_models").loc["b/quant", column])


def test_a_score_is_rounded_and_not_a_number_is_missing(here):
    path = replaced(here, "2.6::DOUBLE AS trendingScore, 'nan'::DOUBLE AS likes")
    dataset = bulk.freeze_file(path, as_of=DAY)
    frame = by_name("hub_models")
    assert set(frame["trending_score"]) == {3}
    assert frame["likes"].isna().all()
    assert problems(dataset) == {}


def test_one_change_in_the_far_future_names_no_day_and_stops_nothing(here):
    many = f"""
        SELECT * REPLACE (n || id AS id, CASE WHEN n = 7 AND id = 'a/x'
            THEN TIMESTAMP '9999-12-31' ELSE lastModified END AS lastModified)
        FROM ({MODELS}), range(1000) r(n)"""
    dataset = bulk.freeze_file(parquet(here, many), as_of=DAY)
    assert dataset.version == DAY
    assert problems(dataset) == {"lastModified is no day that can be": 1}


@pytest.mark.parametrize("name", ["x[1].parquet", "one*.parquet", "a?b.parquet", "day=1/it's"])
def test_the_files_name_is_no_pattern(here, name):
    (here / "day=1").mkdir()
    for other in ("x1.parquet", "one-and-two.parquet", "acb.parquet"):
        parquet(here, f"SELECT * FROM ({MODELS}) LIMIT 1", other)
    parquet(here).rename(here / name)
    dataset = bulk.freeze_file(here / name, as_of=DAY, into=here / "in[to]*")
    assert came_of(dataset)[0] == 3
    assert verify_in(here / "in[to]*") == []


def verify_in(into):
    made = read_descriptor(into / "hub_models" / DAY)
    return frame_problems(read(made, "hub_models"), made.resources["hub_models"])


def damaged(here, how):
    whole = parquet(here).read_bytes()
    path = here / "damaged.parquet"
    match how:
        case "empty":
            path.write_bytes(b"")
        case "pointer":
            path.write_text("version https://example.org/spec\noid sha256:0\n")
        case "cut off":
            path.write_bytes(whole[: len(whole) // 2])
        case "cut out":
            path.write_bytes(whole[: len(whole) // 2] + b"PAR1")
        case "scrambled":
            path.write_bytes(whole[:4] + bytes(255 - b for b in whole[4:-8]) + whole[-8:])
        case "no rows":
            parquet(here, f"SELECT * FROM ({MODELS}) LIMIT 0", path.name)
        case "tags as words":
            replaced(here, "'gguf, license:mit' AS tags", path.name)
        case "tags as numbers":
            replaced(here, "5 AS tags", path.name)
        case "downloads as lists":
            replaced(here, "[1] AS downloads", path.name)
        case "datasets":
            parquet(here, "SELECT 'a/x' AS id, ['t'] AS tags, 1 AS downloads", path.name)
    return path


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("empty", "expected a Parquet file, found an empty file"),
        ("pointer", "expected a Parquet file, found a file that begins with b'vers'"),
        ("cut off", "is cut off after [0-9,]+ bytes"),
        ("cut out", "could not be read as a table of Hub models .*Download it again"),
        ("scrambled", "could not be read as a table of Hub models .*Download it again"),
        ("no rows", "holds 0 rows"),
        ("tags as words", r"the column tags holds 'gguf, license:mit' .*expected a list of texts"),
        ("tags as numbers", r"the column tags holds '5' .*expected a list of texts"),
        ("downloads as lists", r"the column downloads holds '\[1\]' .*expected whole numbers"),
        (
            "datasets",
            "is not a table of Hub models: it has no column pipeline_tag. Found downloads",
        ),
        ("missing", "There is no file"),
    ],
)
def test_a_bad_file_is_refused_and_nothing_is_written(here, how, message):
    with pytest.raises(ResearchError, match=message):
        bulk.freeze_file(damaged(here, how), as_of=DAY)
    assert not (here / "datasets").exists()


def test_a_version_is_never_overwritten(here):
    bulk.freeze_file(parquet(here), as_of=DAY)
    with pytest.raises(ResearchError, match=f"There is a version {DAY} of 'hub_models' already"):
        bulk.freeze_file(parquet(here), as_of=DAY)


def test_the_command_says_what_was_made_and_what_is_next(here):
    app = typer.Typer()
    app.command()(hub_file)
    said = CliRunner().invoke(app, [str(parquet(here)), "--as-of", DAY]).output
    assert "3 models of 3 rows" in said
    assert "The file lacks _id, gated: missing throughout." in said
    assert f"research run ANALYSIS --data hub_top_models=hub_models@{DAY}" in said
    arguments = [str(parquet(here)), "--as-of", DAY, "--top", "1", "--json"]
    told = json.loads(CliRunner().invoke(app, arguments).output)
    assert told["rowsKept"] == 1
    assert re.search(rf"hub_top_models.{DAY}$", told["folder"])
