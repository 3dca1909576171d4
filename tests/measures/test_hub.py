"""The downloads of the Hub as coarse units, against the tables."""

from __future__ import annotations

import pandas as pd
import pytest

import research
from research.measures.hub import BASE, LICENCE, TASK, hub_downloads, hub_facts, made_from
from research.measures.publishers import ORIGIN
from research.measures.top_lists import on_day
from tests.origins import coded_origins


@pytest.fixture(scope="module")
def origins():
    return research.load("publisher_origins")


@pytest.fixture(scope="module")
def listed():
    return on_day(research.load("hub_top_models"), "2026-06-11")


def test_every_model_has_a_row_with_what_the_table_tells(listed, origins):
    families = research.load("model_crosswalk_repositories")
    units = hub_downloads(listed, origins, tell=["task", "licence", "created"], families=families)
    rows, table = units.rows, listed.set_index("model_id")
    assert rows.index.tolist() == table.index.tolist()
    for end in ("low", "value", "high"):
        assert rows[end].tolist() == table["hub_downloads_30d"].tolist()
    assert rows["task"].tolist() == table["pipeline_tag"].fillna("").tolist()
    assert rows["created"].dropna().equals(table["created_at"].dropna().rename("created"))
    candidates = coded_origins().set_index("author")["candidates"]
    assert rows["origin"].tolist() == table["author"].map(candidates).fillna("").tolist()
    known = families.set_index("hub_repository")["ollama_name"]
    assert rows["family"].dropna().to_dict() == {
        model: known[model] for model in rows.index if model in known.index
    }
    assert [doubt.name for doubt in units.doubts] == [ORIGIN.name, TASK.name, LICENCE.name]


def test_a_fact_that_the_list_lacks_is_another_tables(origins):
    catalogue = research.load("hub_llm_models")
    panel = on_day(research.load("hub_llm_panel"), "2026-06-19")
    units = hub_downloads(panel, origins, tell=["task", "parameters"], facts=hub_facts(catalogue))
    told = catalogue.set_index("model_id")["pipeline_tag"]
    assert units.rows["task"].tolist() == panel["model_id"].map(told).fillna("").tolist()
    assert units.rows["account"].tolist() == [m.split("/")[0] for m in panel["model_id"]]


def test_the_first_table_that_tells_a_fact_is_believed():
    first = pd.DataFrame({"model_id": ["a", "b", "b"], "licence": [None, "mit", "other"]})
    second = pd.DataFrame({"model_id": ["a", "b"], "licence": ["apache-2.0", "gpl"]})
    facts = hub_facts(first, second.assign(pipeline_tag=["text-generation", None]))
    assert facts["licence"].to_dict() == {"a": "apache-2.0", "b": "mit"}
    assert facts["pipeline_tag"].dropna().to_dict() == {"a": "text-generation"}


def test_a_repackaged_model_may_be_of_any_of_its_bases(listed, origins):
    units = hub_downloads(listed, origins, tell=["base"])
    moved, rows = made_from(units, origins), units.rows
    packed = rows["role"].eq("repackager")
    assert (
        moved.rows[~packed]
        .drop(columns="origin_doubt")
        .equals(rows[~packed].drop(columns="origin_doubt"))
    )
    homes = coded_origins().set_index("author")["candidates"].fillna("")
    for model, row in moved.rows[packed].iterrows():
        named = row["base"].split("|") if isinstance(row["base"], str) else ["nobody/knows"]
        codes = [homes.get(base.split("/")[0], "") for base in named]
        union = "" if "" in codes else "|".join(sorted({c for k in codes for c in k.split("|")}))
        assert row["origin"] == union, model
    assert (moved.rows["origin_doubt"] == BASE.name).tolist() == packed.tolist()


def test_publishers_and_models_never_seen_are_of_any_country(origins):
    listed = pd.DataFrame({"model_id": ["new/one", "plain"], "hub_downloads_30d": [3, 0]})
    rows = hub_downloads(listed, origins, tell=["task", "base", "spike"]).rows
    assert rows["origin"].tolist() == ["", ""]
    assert rows["organisation"].tolist() == ["new", "plain"]
    assert {"task", "base", "spike"}.isdisjoint(rows)
