"""What is asked of the Hub, and what its rows become."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from research.collect.hub import (
    CollectError,
    Destination,
    Hub,
    authors,
    census,
    collect,
    families,
    top,
)
from research.datasets import load, verify
from research.datasets.reading import read
from research.measures.hub_states import hub_state, later_states, with_later
from research.measures.publishers import CHINA_MINUS_US
from tests.collect.loopback import Listed, Loopback, Synthetic, rows, serving
from tests.collect.taking import Seen, begin, bundled_rows, rows_of, table_bytes, take
from tests.shortened import first

pytestmark = pytest.mark.usefixtures("no_token")

PLAIN = {
    "_id": "a" * 24,
    "id": "account/model",
    "downloads": 5,
    "likes": 2,
    "createdAt": "2024-05-06T07:08:09.000Z",
    "lastModified": "2025-06-07T08:09:10.000Z",
    "tags": ["gguf", "license:mit", "license:other", "license:mit", "region:us"],
}


def listing(tmp_path, models, query=None, *, accept_fewer=False, **hub):
    with serving(Loopback(Listed(models), **hub)) as server:
        return take(query or census(), server.address, tmp_path, accept_fewer=accept_fewer)


# The queries --------------------------------------------------------------------------------------


def test_a_top_list_holds_the_most_downloaded_in_their_order(tmp_path):
    models = rows(2_500)
    made = listing(tmp_path, models, top(1_200))
    assert made.descriptor["collection"]["rowsExpected"] == 1_200
    frame = read(made, "hub_top_models")
    best = sorted(models, key=lambda row: (-row["downloads"], row["id"]))[:1_200]
    assert frame["hub_downloads_30d"].tolist() == [row["downloads"] for row in best]
    assert made.descriptor["collection"]["belowTheLastPlace"] == 800
    assert made.folder == tmp_path / "hub_top_models" / "2026-11-21"


def test_all_models_of_the_authors_asked_for_and_of_no_other(tmp_path):
    models = rows(30, author="one") + [row | {"_id": row["_id"][::-1]} for row in rows(40)]
    models += [row | {"_id": f"two{row['_id']}", "author": "two"} for row in rows(20)]
    made = listing(tmp_path, models, authors(["two", "nobody", "one", "two"]), page=7)
    assert len(read(made, "hub_author_models")) == 50
    assert made.descriptor["collection"]["withoutModels"] == ["nobody"]


def test_a_family_tells_what_was_renamed_and_what_is_gone(tmp_path):
    models = rows(3)
    there, renamed = models[0]["id"], models[1]["id"]
    made = listing(
        tmp_path, models, families(["old/name", there, "gone/model"]), renamed={"old/name": renamed}
    )
    frame = read(made, "hub_family_models").set_index("requested_id")
    assert frame["model_id"].to_dict() == {there: there, "old/name": renamed}
    how = made.descriptor["collection"]
    (found,) = how["renamed"]
    assert (found["requested"], found["found"]) == ("old/name", renamed)
    assert how["gone"] == [{"requested": "gone/model", "status": 401}]


def test_a_census_is_in_the_order_of_creation_and_stands_in_for_the_top_list(tmp_path):
    with serving(Loopback(Synthetic(2_345), page=100)) as server:
        made = take(census(), server.address, tmp_path)
    frame = read(made, "hub_models")
    assert len(frame) == 2_345
    assert frame.equals(frame.sort_values(["created_at", "object_id"], ignore_index=True))
    bundled = load("hub_top_models")
    assert frame.dtypes[list(bundled.columns)].to_dict() == bundled.dtypes.to_dict()
    assert list(frame.columns[: len(bundled.columns)]) == list(bundled.columns)
    assert made.descriptor["resources"][0]["form"] == "hub_top_models"


def test_a_large_table_is_the_same_as_parquet(tmp_path, monkeypatch):
    with serving(Loopback(Synthetic(500))) as server:
        small = take(census(), server.address, tmp_path / "small")
        monkeypatch.setattr("research.collect.hub.tables.FRAME_MOST", 400)
        large, again = (take(census(), server.address, tmp_path / name) for name in ("a", "b"))
    assert large.resources["hub_models"]["format"] == "parquet"
    pd.testing.assert_frame_equal(read(large, "hub_models"), read(small, "hub_models"))
    assert table_bytes(large) == table_bytes(again)


def test_what_is_frozen_passes_the_standard_and_the_verification(tmp_path, monkeypatch):
    from frictionless import Package

    (tmp_path / "datasets").mkdir()
    made = listing(tmp_path / "datasets", rows(50))
    assert Package(made.folder / "datapackage.json").validate().valid
    monkeypatch.chdir(tmp_path)
    assert verify("hub_models") == []


# The rows -----------------------------------------------------------------------------------------

BASE = {"relation": "quantized", "models": [{"_id": "b", "id": "base/one"}, {"id": "base/two"}]}
TAGGED = ["base_model:base/one", "base_model:finetune:base/one", "base_model:base/two"]


COLUMNS_OF = [
    ({}, {"author": "account", "licence": "mit|other", "is_gguf": True, "gated": None}),
    ({}, {"tags": "gguf|license:mit|license:other|region:us", "requested_id": "account/model"}),
    ({}, {"created_at": pd.Timestamp("2024-05-06"), "legacy_created_at": False}),
    ({"createdAt": "2022-03-02T23:29:04.000Z"}, {"legacy_created_at": True}),
    ({"createdAt": None}, {"created_at": None, "legacy_created_at": None}),
    ({"id": "bert", "author": "google"}, {"model_id": "bert", "author": "google"}),
    ({"tags": None}, {"is_gguf": False, "licence": None, "tags": None}),
    ({"tags": TAGGED}, {"base_models": "base/one|base/two", "base_relation": "finetune"}),
    ({"tags": TAGGED, "baseModels": BASE}, {"base_relation": "quantized"}),
    ({"baseModels": BASE}, {"base_models": "base/one|base/two"}),
    ({"gated": False}, {"gated": "no"}),
    ({"gated": "manual"}, {"gated": "manual"}),
    ({"downloadsAllTime": 2**40, "trendingScore": 3}, {"hub_downloads_all_time": 2**40}),
    (
        {"safetensors": {"parameters": {"F32": 2, "BF16": 7, "I8": 7}, "total": 16}},
        {"safetensors_sum": 16, "parameters_agree": True, "parameters_dtype": "BF16"},
    ),
    (
        {"safetensors": {"parameters": {"I32": 9}, "total": 4}},
        {"safetensors_total": 4, "safetensors_sum": 9, "parameters_agree": False},
    ),
    (
        {"gguf": {"total": 11, "architecture": "llama", "context_length": 1}},
        {"gguf_total": 11, "gguf_architecture": "llama"},
    ),
    ({"library_name": 'a "quoted", name'}, {"library_name": 'a "quoted", name'}),
]


def test_a_row_becomes_columns(tmp_path):
    keys = [f"{n:024x}" for n in range(len(COLUMNS_OF))]
    changed = [changes for changes, _ in COLUMNS_OF]
    found = rows_of(
        listing(tmp_path, [PLAIN | {"_id": k} | c for k, c in zip(keys, changed, strict=True)])
    )
    for key, (changes, expected) in zip(keys, COLUMNS_OF, strict=True):
        assert {name: found[key][name] for name in expected} == expected, changes


CANNOT_BE = [  # what a row says, the reason, the column that is left empty
    ({"downloads": "many"}, "downloads is not a whole number", "hub_downloads_30d"),
    ({"likes": 1.5}, "likes is not a whole number", "likes"),
    ({"tags": "gguf"}, "tags is not a list", "licence"),
    ({"createdAt": "yesterday"}, "createdAt is no day that can be", "created_at"),
    *(
        ({"createdAt": day}, "createdAt is no day that can be", "created_at")
        for day in ("infinity", "10000-01-01T00:00:00.000Z", "9999-12-31", "0001-01-01")
    ),
    ({"lastModified": "9999-12-31"}, "lastModified is no day that can be", "last_modified"),
    ({"downloads": -1}, "downloads is below 0 or above 2^63", "hub_downloads_30d"),
    ({"downloads": 2**63}, "downloads is below 0 or above 2^63", "hub_downloads_30d"),
    ({"downloads": 2**70}, "downloads is not a whole number", "hub_downloads_30d"),
    ({"downloads": 10**400}, "downloads is not a whole number", "hub_downloads_30d"),
    ({"downloads": float("inf")}, "downloads is not a whole number", "hub_downloads_30d"),
    ({"downloads": float("nan")}, "downloads is not a whole number", "hub_downloads_30d"),
    ({"gguf": {"total": -1}}, "gguf has a total that is no count", "gguf_total"),
    (
        {"safetensors": {"total": 1.5}},
        "safetensors has a total that is no count",
        "safetensors_total",
    ),
    (
        {"safetensors": {"total": 1, "parameters": {"F": -1}}},
        "safetensors has a count below 0",
        "safetensors_sum",
    ),
    ({"lastModified": 5}, "lastModified is not text", "last_modified"),
    ({"gated": True}, "gated is true or another word", "gated"),
    ({"gated": 1}, "gated is not false, auto or manual", "gated"),
    ({"safetensors": []}, "safetensors is not an object", "safetensors_total"),
    ({"safetensors": {"parameters": {"F": 2}}}, "safetensors has no total", "parameters_agree"),
    ({"baseModels": "base/one"}, "baseModels is not an object", "base_models"),
]


def test_a_field_that_cannot_be_read_is_empty_and_counted(tmp_path):
    keys = [f"{n:024x}" for n in range(len(CANNOT_BE))]
    rows = [
        PLAIN | {"_id": key} | changes for key, (changes, _, _) in zip(keys, CANNOT_BE, strict=True)
    ]
    made = listing(tmp_path, [*rows, PLAIN | {"_id": "b" * 24}])
    found = rows_of(made)
    for key, (changes, _, emptied) in zip(keys, CANNOT_BE, strict=True):
        assert found[key][emptied] is None, changes
    reasons = Counter(reason for _, reason, _ in CANNOT_BE)
    told = made.descriptor["collection"]["problems"]
    assert {(row["reason"], row["rows"]) for row in told} == set(reasons.items())
    assert {row["consequence"] for row in told} == {"field left empty"}
    limitations = " ".join(made.descriptor["knownLimitations"])
    assert all(reason in limitations for reason in reasons)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["not", "a", "row"], "row is not an object"),
        (None, "row is not an object"),
        ({"id": "account/other"}, "row has no _id"),
        ({"_id": "c" * 24}, "row has no id"),
        ({"_id": "c" * 24, "id": ""}, "row has no id"),
    ],
)
def test_a_row_without_a_name_is_left_out_and_counted(tmp_path, row, reason):
    made = listing(tmp_path, [PLAIN, row])
    assert list(rows_of(made)) == ["a" * 24]
    assert made.descriptor["collection"]["rowsLeftOut"] == 1
    assert made.descriptor["collection"]["problems"] == [
        {"reason": reason, "rows": 1, "consequence": "row left out"}
    ]


def test_the_bundled_list_taken_again_is_the_same(tmp_path):
    """Its columns were made by another script, in pandas, from another export of the Hub."""
    bundled = load("hub_top_models")
    newest = bundled[bundled["as_of"] == bundled["as_of"].max()]
    taken = read(listing(tmp_path, bundled_rows(), top(1_000)), "hub_top_models")
    same = [name for name in bundled.columns if name not in ("as_of", "traffic_spike")]
    pd.testing.assert_frame_equal(
        *(frame[same].sort_values("model_id", ignore_index=True) for frame in (taken, newest))
    )


# Moving listings ----------------------------------------------------------------------------------


def test_a_model_that_falls_under_the_cursor_comes_twice_and_is_kept_once(tmp_path):
    models = Listed(
        [PLAIN | {"_id": f"{n:024x}", "id": f"a/{n}", "downloads": n} for n in range(9)]
    )

    def fall(number):  # the first of the list falls to a place that was not taken yet
        if number == 2:
            next(row for row in models.rows if row["id"] == "a/8")["downloads"] = 3

    with serving(Loopback(models, page=4, between=fall)) as server:
        made = take(top(8), server.address, tmp_path)
    frame = read(made, "hub_top_models")
    assert frame["model_id"].is_unique
    assert frame["hub_downloads_30d"].tolist() == [8, 7, 6, 5, 4, 3, 2, 1]  # its first number
    assert made.descriptor["collection"]["duplicates"] == 1


def test_a_model_that_rises_is_missed_without_a_trace_and_the_descriptor_says_so(tmp_path):
    models = Listed(
        [PLAIN | {"_id": f"{n:024x}", "id": f"a/{n}", "downloads": n} for n in range(9)]
    )

    def rise(number):
        if number == 2:
            next(row for row in models.rows if row["id"] == "a/3")["downloads"] = 100

    with serving(Loopback(models, page=4, between=rise)) as server:
        made = take(top(8), server.address, tmp_path)
    assert "a/3" not in set(read(made, "hub_top_models")["model_id"])
    assert "may be missing" in made.descriptor["knownLimitations"][0]


def test_the_size_of_pages_may_change_on_the_way(tmp_path):
    models = rows(60)
    with serving(Loopback(Listed(models), page=25)) as server:
        whole = take(census(), server.address, tmp_path / "whole")
        server.between = lambda number: setattr(server, "page", 5 + number % 3)
        changed = take(census(), server.address, tmp_path / "changed")
    assert changed.descriptor["collection"]["pages"] > whole.descriptor["collection"]["pages"]
    assert table_bytes(changed) == table_bytes(whole)


# Versions and unfinished collections --------------------------------------------------------------


def test_a_version_that_exists_is_never_written_over(tmp_path):
    with serving(Loopback(Listed(rows(5)))) as server:
        hub = Hub(endpoint=server.address, watch=Seen())
        made = collect(census(), hub, Destination(into=tmp_path, version="mine"))
        before = table_bytes(made), (made.folder / "datapackage.json").read_bytes()
        with pytest.raises(CollectError, match=r"exists and stays as it is.*--version mineb"):
            collect(census(), hub, Destination(into=tmp_path, version="mine"))
        collect(census(), hub, Destination(into=tmp_path, version="mineb"))
    assert (table_bytes(made), (made.folder / "datapackage.json").read_bytes()) == before


def test_the_version_is_the_day_on_which_it_began(tmp_path):
    with serving(Loopback(Listed(rows(5)))) as server:
        made = collect(
            census(), Hub(endpoint=server.address, watch=Seen()), Destination(into=tmp_path)
        )
    assert made.version == made.descriptor["collection"]["began"][:10]
    assert (date.fromisoformat(made.version) - date.today()).days in (-1, 0, 1)


def test_pages_are_deleted_or_kept_as_they_came(tmp_path):
    with serving(Loopback(Listed(rows(5)))) as server:
        hub = Hub(endpoint=server.address, watch=Seen())
        collect(census(), hub, Destination(into=tmp_path, version="a"))
        assert not list(tmp_path.glob(".[cp]*/**/rows.json.gz"))
        collect(census(), hub, Destination(into=tmp_path, version="b", keep_pages=True))
    (kept,) = tmp_path.glob(".pages/hub_models/b/pages/*/rows.json.gz")
    packed = pd.read_json(kept, compression="gzip")
    assert len(packed) == 5


def test_an_unfinished_collection_of_another_query_is_not_mixed_in(tmp_path):
    with serving(Loopback(Listed(rows(20)))) as server:
        hub = Hub(endpoint=server.address, watch=Seen())
        begin(top(10), server.address, tmp_path)
        with pytest.raises(CollectError, match=r"--top 10 .*discard it with --restart"):
            collect(top(5), hub, Destination(into=tmp_path))
        made = collect(top(5), hub, Destination(into=tmp_path, restart=True))
    assert len(read(made, "hub_top_models")) == 5


def test_two_runs_at_once_do_not_disturb_each_other(tmp_path):
    from filelock import FileLock

    begin(census(), "http://127.0.0.1:9", tmp_path)
    with (
        FileLock(tmp_path / ".collecting" / ".hub_models.lock"),
        pytest.raises(CollectError, match="Another run is collecting"),
    ):
        take(census(), "http://127.0.0.1:9", tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    with serving(Loopback(Synthetic(50), page=10)) as server:
        return table_bytes(take(census(), server.address, tmp_path_factory.mktemp("whole")))


def cut(page):
    (page / "rows.json.gz").write_bytes(b"cut")


def flip_a_bit(name, place):
    def damage(page):
        content = bytearray((page / name).read_bytes())
        content[int(len(content) * place)] ^= 4
        (page / name).write_bytes(content)

    return damage


def write_anew(text):
    return lambda page: (page / "page.json").write_text(text)


DAMAGES = [
    cut, flip_a_bit("rows.json.gz", 0.3), flip_a_bit("page.json", 0.4), write_anew(""),
    write_anew("[" * 5_000), write_anew('{"number": "one"}'),
    *(flip_a_bit("rows.json.gz", place) for place in (0, 0.6, 0.99)),
    *(flip_a_bit("page.json", place) for place in (0, 0.2, 0.6, 0.8, 0.99)),
    *map(write_anew, ("[]", "{}")),
]  # fmt: skip


@pytest.mark.parametrize("damage", first(DAMAGES, 6))
def test_damaged_pages_are_asked_for_again(tmp_path, whole, damage):
    with serving(Loopback(Synthetic(50), page=10)) as server:
        with pytest.raises(CollectError):
            _break_off(server, tmp_path, after=4)
        damage(tmp_path / ".collecting" / "hub_models" / "pages" / "0000003")
        before = len(server.asked)
        made = take(census(), server.address, tmp_path)
        assert len(server.asked) - before == 3
    assert table_bytes(made) == whole


def test_a_page_may_hold_what_only_some_readers_take(tmp_path):
    """Deeply nested and infinite values and halves of signs, before and after a break."""
    deep, half = '"deep"', '"half"'
    models = [PLAIN | {"_id": f"{n:024x}", "tags": ["deep", "half"]} for n in range(6)]
    listed = Listed(models)

    def page(asked, limit):
        text, cursor = Listed.page(listed, asked, limit)
        nested = ("[" * 900 + "]" * 900).encode()
        odd = text.replace(deep.encode(), nested).replace(half.encode(), rb'"\ud800"')
        return odd.replace(b'"likes":2', b'"likes":-Infinity'), cursor

    listed.page = page
    with serving(Loopback(listed, page=2)) as server:
        with pytest.raises(CollectError):
            _break_off(server, tmp_path, after=2)
        made = take(census(), server.address, tmp_path)
    assert made.resources["hub_models"]["rows"] == 6
    assert {row["likes"] for row in rows_of(made).values()} == {None}


def test_very_many_tags_take_no_time_to_speak_of(tmp_path):
    """Compared each with each they took a minute; a minute is also the test's limit."""
    tags = [f"license:{number % 19_990}" for number in range(20_000)]
    began = time.monotonic()
    (found,) = rows_of(listing(tmp_path, [PLAIN | {"tags": tags}])).values()
    assert time.monotonic() - began < 60
    assert found["licence"].split("|") == [str(number) for number in range(19_990)]


@pytest.mark.parametrize("into", ["x[1]", "one*", "it's"])
def test_the_folders_name_is_no_pattern(tmp_path, into):
    others = rows(30)
    for other in ("x1", "one-and-two"):  # what the patterns would find
        with serving(Loopback(Listed(others), page=10)) as server, pytest.raises(CollectError):
            _break_off(server, tmp_path / other, after=2)
    made = listing(tmp_path / into, [PLAIN])
    assert list(rows_of(made)) == ["a" * 24]


def test_a_folder_in_which_the_database_cannot_work_is_refused_at_once(tmp_path):
    with serving(Loopback(Listed(rows(5)))) as server:
        with pytest.raises(CollectError, match="a question mark"):
            take(census(), server.address, tmp_path / "a?b")
        assert server.asked == []


def test_a_top_list_that_ends_early_is_refused_unless_accepted(tmp_path):
    said = r"ended after 25 models; expected were 1,000 \(as many as were asked for\)"
    with serving(Loopback(Listed(rows(25)), page=10)) as server:
        for _ in range(2):  # asking again does not make it whole
            with pytest.raises(CollectError, match=said):
                take(top(1_000), server.address, tmp_path)
        assert not (tmp_path / "hub_top_models").exists()
        made = take(top(1_000), server.address, tmp_path, accept_fewer=True)
        assert len(server.asked) == 3
    assert made.descriptor["title"].startswith("The 25 most downloaded")
    how = made.descriptor["collection"]
    assert (how["rowsExpected"], how["rowsReceived"], how["rowsKept"]) == (1_000, 25, 25)
    assert "ended early: 25 models came of 1,000" in made.descriptor["knownLimitations"][1]


def test_a_row_without_a_name_is_replaced_by_the_next_in_a_top_list(tmp_path):
    models = [PLAIN | {"_id": f"{n:024x}", "id": f"a/{n}", "downloads": n} for n in range(30)]
    models[29].pop("id")
    made = listing(tmp_path, models, top(10), page=5)
    assert made.resources["hub_top_models"]["rows"] == 10


def test_a_census_of_far_fewer_models_than_the_last_one_is_refused_unless_accepted(tmp_path):
    listing(tmp_path, rows(40))
    with serving(Loopback(Listed(rows(30)))) as server:
        begin(census(), server.address, tmp_path, version="2026-11-22")
        with pytest.raises(CollectError, match=r"expected were 40 \(about as many as 2026-11-21"):
            take(census(), server.address, tmp_path)
        made = take(census(), server.address, tmp_path, accept_fewer=True)
    assert made.descriptor["collection"]["rowsExpected"] == 40


def test_rows_without_any_name_are_no_table(tmp_path):
    with pytest.raises(CollectError, match="None of the 3 rows names a model"):
        listing(tmp_path, [{"downloads": 1}] * 3, accept_fewer=True)


def _break_off(server, into: Path, *, after: int):
    from tests.collect.loopback import status

    first = len(server.asked) + after + 1
    server.faults = {number: status(500) for number in range(first, first + 2)}
    take(census(), server.address, into, attempts=2)


def test_nothing_found_is_said_and_leaves_nothing_behind(tmp_path):
    with (
        serving(Loopback(Listed([]))) as server,
        pytest.raises(CollectError, match=r"no model at all for --authors nobody"),
    ):
        take(authors(["nobody"]), server.address, tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.suffix == ".json"]


def test_the_descriptor_tells_how_the_table_was_taken(tmp_path):
    made = listing(tmp_path, rows(25), page=10)
    how = made.descriptor["collection"]
    assert (how["pages"], how["requests"], how["rowsReceived"], how["rowsKept"]) == (3, 3, 25, 25)
    assert how["client"].startswith("huggingface-hub 2.")
    assert how["began"] == "2026-11-21T08:00:00Z"
    assert how["query"]["option"] == "--census"
    assert json.dumps(made.descriptor["resources"]).count('"unit"') == len(
        made.descriptor["resources"][0]["schema"]["fields"]
    )


def test_next_months_list_is_a_dated_state_behind_the_others(tmp_path):
    with serving(Loopback(Listed(bundled_rows()))) as server:
        made = take(top(1000), server.address, tmp_path)
    taken = read(made, made.name)
    states = later_states(load("hub_history_states"), taken)
    assert list(states)[-1] == "2026-11-21"
    tables = with_later(load("hub_history"), taken), load("publisher_origins")
    now, then = (hub_state(*tables, day, 999) for day in ("2026-11-21", "2026-06-11"))
    assert CHINA_MINUS_US.in_(now).value == pytest.approx(CHINA_MINUS_US.in_(then).value)
    assert now.rows["task"].tolist() == then.rows["task"].tolist()
