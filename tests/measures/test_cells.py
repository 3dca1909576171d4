"""Cells of the Hub's models: what is asked of them is what is asked of the models one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import research
from research.datasets import LargeTable, describe
from research.doubts import Ranking, Share, Sum, where
from research.doubts.joining import BUCKETS, ONE_BY_ONE
from research.measures.cells import UNCODED, hub_cells
from research.measures.hub import hub_downloads, named_bases
from research.measures.publishers import any_of
from research.measures.top_lists import last_day, lists_of, on_day, top_lists

BY = ["organisation", "origin", "task", "licence"]
CHINESE, TEXT = where(origin="CN"), where(task="text-generation")
QUESTIONS = {
    "share": lambda units: Share(of=CHINESE).in_(units),
    "lead": lambda units: Share(of=CHINESE, minus=where(origin="US"), among=TEXT).in_(units),
    "sum": lambda units: Sum(units, where(task="fill-mask")),
    "rank": lambda units: Ranking(units, "task").rank("fill-mask"),
    "concentration": lambda units: Ranking(units, "organisation").concentration(),
}


@pytest.fixture(scope="module")
def origins():
    return research.load("publisher_origins")


@pytest.fixture(scope="module")
def models():
    return research.load("hub_top_models")


@pytest.fixture(scope="module")
def large(models, tmp_path_factory):
    """The same table in Parquet."""
    import duckdb

    path = tmp_path_factory.mktemp("it's [1]") / "models.parquet"
    duckdb.from_df(models).write_parquet(str(path))
    schema = describe("hub_top_models").resources["hub_top_models"]["schema"]["fields"]
    return LargeTable(path, tuple(schema))


@pytest.mark.parametrize("weigh", ["downloads", "models"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_has_the_answer_that_it_has_model_by_model(models, origins, name, weigh):
    listed = on_day(models, "2026-06-11")
    channels = [
        hub_downloads(listed, origins, tell=["task", "licence"]),
        hub_cells(listed, origins, by=BY),
    ]
    if weigh == "models":
        channels = [units.counted() for units in channels]
    assert len(channels[1].rows) < len(channels[0].rows)
    one, cells = (QUESTIONS[name](units) for units in channels)
    assert cells.value == one.value
    assert list(cells.bounds()) == pytest.approx(list(one.bounds()), rel=1e-12)
    for ours, other in zip(cells.budget(), one.budget(), strict=True):
        assert (ours.source, ours.detail) == (other.source, other.detail)
        assert [ours.low, ours.high] == pytest.approx([other.low, other.high], rel=1e-12)
    assert cells.without_each("organisation").values == pytest.approx(
        one.without_each("organisation").values, rel=1e-9
    )


def test_a_table_in_parquet_gives_the_cells_of_the_frame(models, large, origins):
    by = [*BY, "account", "kind", "role", "bases", "own_base", "base_relation"]
    for day in ("2026-04-28", "2026-06-11"):
        cells = [hub_cells(on_day(table, day), origins, by=by) for table in (models, large)]
        pd.testing.assert_frame_equal(cells[0].rows, cells[1].rows)
        assert cells[0].size() == 1000


def test_a_list_of_a_table_in_parquet_is_that_of_the_frame(models, large):
    assert last_day(large) == last_day(models)
    assert lists_of(large) == lists_of(models)
    found = top_lists(large, 300)
    for day, listed in top_lists(models, 300).items():
        days = {"as_of": "datetime64[us]", "created_at": "datetime64[us]"}
        expected = listed.astype(days | {"last_modified": "datetime64[us]"})
        pd.testing.assert_frame_equal(
            found[day].reset_index(drop=True), expected.reset_index(drop=True)
        )
    with pytest.raises(research.CannotEstimate, match="taken on 2026-04-28, 2026-06-10, 2026-06"):
        on_day(large, "2026-06-12")


def test_the_days_of_a_table_in_parquet_are_counted_once(large, models, monkeypatch):
    table = large.on("as_of", "2026-06-11")
    found = table.counts("as_of")
    assert found.tolist() == [(models["as_of"] == "2026-06-11").sum()]
    monkeypatch.setattr("research.datasets.large.query", lambda *_: pytest.fail("read again"))
    assert table.counts("as_of") is found


def test_bases_are_the_accounts_of_the_repositories_that_are_named(models, origins):
    listed = on_day(models, "2026-06-11").set_index("model_id")
    named = named_bases(listed["base_models"].dropna(), origins)
    named = named[named["base"].str.lower() != named.index.str.lower()]
    own = named["account"].eq(listed["author"].reindex(named.index)).groupby(level=0).all()
    cells = hub_cells(
        listed.reset_index(), origins, by=["account", "origin", "bases", "own_base"]
    ).rows
    assert cells.loc[cells["bases"].ne(""), "number"].sum() == len(own)
    assert cells.loc[cells["own_base"], "number"].sum() == own.sum()
    origin = any_of(named["origin"], named.index)
    told = cells["bases"][cells["bases"].ne("")]
    again = any_of(
        named_bases(told, origins)["origin"], told.index.repeat(told.str.count(r"\|") + 1)
    )
    shown = again.reindex(told.index).repeat(cells["number"].reindex(told.index))
    assert shown.value_counts().to_dict() == origin.value_counts().to_dict()


def test_what_no_table_has_is_no_crash(origins):
    rows = {
        "model_id": ["gpt-9", "a/b", "a/c", "x/x", "Qwen/q", "x/y"],
        "author": [None, "a", "a", "x", "Qwen", "x"],
        "hub_downloads_30d": pd.array([5, 0, None, 1, 2, 3], dtype="Int64"),
        "base_models": ["", "A/B", "|z/z||a/k", "x/k", "nobody/q", None],
        "pipeline_tag": [None, "", "telepathy", "telepathy", "alchemy", "a|b"],
        "licence": None,
    }
    frame = pd.DataFrame(rows).astype({"model_id": "str", "author": "str", "base_models": "str"})
    cells = hub_cells(frame, origins, by=["account", "bases", "own_base", "task"])
    assert cells.rows["account"].tolist() == ["gpt-9", "a", "a", "x", "Qwen", "x"]
    assert cells.rows["bases"].tolist() == ["", "", "a|z", UNCODED, UNCODED, ""]
    assert cells.rows["own_base"].tolist() == [False, False, False, True, False, False]
    assert cells.counted().weight().value.tolist() == [1.0] * 6
    with pytest.raises(research.CannotEstimate, match="downloads of 1 model are not known"):
        cells.weight()
    assert np.isnan(cells.rows["value"]).sum() == 1


def test_accounts_of_one_organisation_are_one_cell_in_the_place_of_the_first(origins):
    """Coded accounts by their parent; one that nobody coded, by its name, if it is that parent."""
    coded = origins[["author", "parent"]].dropna()
    parents = coded["parent"][~coded["parent"].isin(origins["author"])]
    (parent,) = parents[parents.duplicated()].head(1)
    one, other = coded.loc[coded["parent"] == parent, "author"].head(2)
    frame = pd.DataFrame({
        "model_id": [
            f"{one}/a", "nobody/b", f"{parent}/c", f"{other}/d", "nobody/e", f"{one}/f", "heavy/g"
        ],
        "hub_downloads_30d": pd.array([1, 2, 4, 8, 16, 32, 100_000], dtype="Int64"),
    })  # fmt: skip
    found = hub_cells(frame, origins, by=["organisation"]).rows
    assert found["organisation"].tolist() == [parent, "nobody", "heavy"]
    assert found.index.tolist() == [f"{one}/a", "nobody/b", "heavy/g"]
    assert found["number"].tolist() == [4, 2, 1]
    assert found["value"].tolist() == [45, 18, 100_000]
    gaps = frame.assign(hub_downloads_30d=frame["hub_downloads_30d"].mask(frame.index == 3))
    found = hub_cells(gaps, origins, by=["organisation"]).rows
    assert found["value"].isna().tolist() == [True, False, False]
    unknown = frame[frame["model_id"].str.startswith(("nobody", "heavy"))]
    found = hub_cells(unknown, origins, by=["organisation", "origin"]).rows
    assert found["value"].tolist() == [18, 100_000]


def test_light_accounts_that_nobody_has_coded_are_groups_where_there_are_many(origins):
    accounts = [f"nobody-{place}" for place in range(ONE_BY_ONE + 500)]
    downloads = pd.array(range(len(accounts), 0, -1), dtype="Int64")
    frame = pd.DataFrame({"model_id": [f"{one}/a" for one in accounts]})
    frame = frame.assign(hub_downloads_30d=downloads)
    found = hub_cells(frame, origins, by=["owner", "origin"]).rows
    alone = found[found["owner"].isin(accounts)]
    assert alone["owner"].tolist() == accounts[:ONE_BY_ONE]
    assert BUCKETS / 2 < len(found) - len(alone) <= BUCKETS
    assert found["number"].sum() == len(accounts)
    assert found["value"].sum() == downloads.sum()
    few = hub_cells(frame.head(ONE_BY_ONE), origins, by=["owner"]).rows
    assert few["owner"].tolist() == accounts[:ONE_BY_ONE]
