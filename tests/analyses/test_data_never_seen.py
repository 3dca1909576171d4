"""Analyses run on a collection of the Hub whose publishers, tasks and licences are all new."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest

from research import places
from research.analysis import find, run
from research.datasets import describe, freeze, load

TABLES = ["hub_top_models", "hub_llm_models", "hub_llm_panel"]
DAY = pd.Timestamp("2026-07-10")  # on which pulls are known too
N = 60
KNOWN = ["Qwen/Qwen3-8B", "google/gemma-3-4b-it", "meta-llama/Llama-3.1-8B", "microsoft/phi-4",
         "mistralai/Mistral-7B-v0.1", "Qwen/Qwen2.5-7B"]  # fmt: skip
# They have an estimate for models of which nothing is known, and these for some known families.
SPEAK = {
    "chinese_origin_downloads", "likes_and_downloads", "lineage", "tasks",
    "leading_families", "over_representation", "size_by_origin",
}  # fmt: skip
OF_FAMILIES = {"licences"}
ANALYSES = sorted(
    path.stem
    for path in (places.bundled() / "analyses").glob("*.py")
    if set(find(path.stem).tables) & set(TABLES)
)


def collection(table: str, known: int) -> pd.DataFrame:
    """Models of accounts, tasks and licences that are in no table; the first are of families."""
    names = [*KNOWN[:known], *(f"someone{i % 17}/thing-{i}" for i in range(known, N))]
    tasks = np.array(["telepathy", "dowsing", "alchemy", None], dtype=object)[np.arange(N) % 4]
    licence = np.array(["my-own", "yours", None], dtype=object)[np.arange(N) % 3]
    tasks[:known], licence[:known] = "text-generation", "apache-2.0"
    told = {
        "as_of": DAY, "snapshot_id": "git:1", "model_id": names, "likes": np.arange(N) % 9,
        "author": [name.split("/")[0] for name in names], "parameters": 4_000_000_000,
        "hub_downloads_30d": (1e6 / np.arange(1, N + 1)).astype(int), "pipeline_tag": tasks,
        "licence": licence, "downloads_observed": True, "likes_observed": True,
        "base_models": [*[None] * (N - 1), "other/base"], "architecture": "odd",
        "created_at": DAY - pd.Timedelta(days=90), "last_modified": DAY, "is_moe": False,
        "legacy_created_at": False, "stale_suspect": False, "traffic_spike": False,
        "is_gguf": False, "n_gguf_sources": 0, "context_length": 4096,
    }  # fmt: skip
    form = load(table)
    frame = pd.DataFrame({column: told.get(column) for column in form}, index=range(N))
    return frame.astype(form.dtypes.to_dict())


@pytest.fixture(scope="module", params=[0, len(KNOWN)], ids=["nothing known", "some families"])
def frozen(request, tmp_path_factory):
    root = tmp_path_factory.mktemp("collection")
    for table in TABLES:
        source = describe(table)
        schema = copy.deepcopy(source.resources[table]["schema"])
        descriptor = copy.deepcopy(source.descriptor) | {
            "name": f"mine_{table}",
            "title": "A collection of one's own",
            "version": f"{DAY:%Y-%m-%d}",
            "resources": [{"name": f"mine_{table}_rows", "form": table, "schema": schema}],
        }
        frame = {f"mine_{table}_rows": collection(table, request.param)}
        freeze(root / "datasets" / descriptor["name"] / descriptor["version"], frame,
               descriptor=descriptor)  # fmt: skip
    return root, request.param


@pytest.mark.parametrize("name", ANALYSES)
def test_an_analysis_runs_on_a_collection_that_it_has_never_seen(frozen, monkeypatch, name):
    root, known = frozen
    path = places.bundled() / "analyses" / f"{name}.py"
    monkeypatch.chdir(root)
    data = {t: f"mine_{t}" for t in find(str(path)).tables if t in TABLES}
    answers = run(find(str(path), data=data), multiverse=False).answers.values()
    if name in SPEAK | (OF_FAMILIES if known else set()):
        assert any(answer.estimates for answer in answers)
    for answer in answers:  # where nothing can be said there is a reason in words
        assert answer.estimates or answer.refused
