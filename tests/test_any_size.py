"""Analyses of a table of any size: in Parquet it is asked and not loaded, with the same answers."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from research.analysis import find, run
from research.datasets import AnySize, DatasetError, LargeTable, describe, freeze, large, load

ANALYSES = ["creators", "licences", "lineage", "tasks"]
DAY = "2026-11-21"
N = 400
BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "any_size.py"


def collection() -> pd.DataFrame:
    """Models of which little is told, and that oddly; a few accounts are known."""
    place = np.arange(N)
    accounts = ["Qwen", "google", "ghost", "it's", "日本", "a.b", "A.B"]
    author = [accounts[each % 7] for each in place]
    model = [f"{name}/m-{each}" for each, name in enumerate(author)]
    bases = [None, "", "Qwen/x|google/y", "ghost/z", "m", "||", model[0], "no/t|no/t"]
    told = {
        "as_of": pd.Timestamp(DAY), "model_id": model, "author": author,
        "hub_downloads_30d": (place * 7919) % 97,  # many are equal, some nothing
        "likes": 0, "pipeline_tag": [[None, "", "telepathy", "a|b"][each % 4] for each in place],
        "licence": [[None, "my own", "mit|gpl", ""][each % 4] for each in place],
        "base_models": [bases[each % 8] for each in place],
        "base_relation": [[None, "quantized", "merge|adapter"][each % 3] for each in place],
        "is_gguf": False, "traffic_spike": False, "legacy_created_at": False,
        "created_at": pd.Timestamp(DAY), "last_modified": pd.Timestamp(DAY),
    }  # fmt: skip
    form = load("hub_top_models")
    frame = pd.DataFrame({column: told.get(column) for column in form}, index=range(N))
    return frame.replace("", None).astype(form.dtypes.to_dict())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twice the same collection: as CSV and as Parquet."""
    import duckdb

    root = tmp_path_factory.mktemp("any size")
    duckdb.from_df(collection()).write_parquet(str(root / "made.parquet"))
    frozen = describe("hub_top_models")
    resource = frozen.resources["hub_top_models"]
    for name, rows in (("small", collection()), ("large", root / "made.parquet")):
        descriptor = copy.deepcopy(frozen.descriptor) | {"name": name, "title": "Odd models"}
        schema = copy.deepcopy(resource["schema"])
        table = {"name": f"{name}_rows", "form": "hub_top_models", "schema": schema}
        descriptor |= {"version": DAY, "resources": [table]}
        freeze(root / "datasets" / name / DAY, {f"{name}_rows": rows}, descriptor=descriptor)
    return root


@pytest.mark.parametrize("name", ANALYSES)
def test_a_table_in_parquet_gives_the_answers_of_the_loaded_one(folder, monkeypatch, name):
    monkeypatch.chdir(folder)
    small, large = (find(name, data={"hub_top_models": which}) for which in ("small", "large"))
    assert isinstance(large.frames["hub_top_models"], LargeTable)
    assert isinstance(small.frames["hub_top_models"], pd.DataFrame)
    one, other = (run(analysis, multiverse=False) for analysis in (small, large))
    assert one.answers == other.answers
    for answer in one.answers.values():  # where nothing can be said there is a reason in words
        assert answer.estimates or answer.refused
    assert any(answer.estimates for answer in one.answers.values())


def test_a_file_of_a_users_is_given_frames_unless_it_asks_otherwise(folder, monkeypatch):
    monkeypatch.chdir(folder)
    text = Path(find("tasks").path).read_text(encoding="utf-8")
    for name, kind in (("frames.py", pd.DataFrame), ("any.py", LargeTable)):
        plain = text.replace("hub_top_models: AnySize", "hub_top_models")
        Path(name).write_text(text if kind is LargeTable else plain, encoding="utf-8")
        given = find(f"./{name}", data={"hub_top_models": "large"}).frames["hub_top_models"]
        assert isinstance(given, kind)
    assert AnySize.__doc__


@pytest.mark.long
def test_memory_does_not_grow_with_the_census(tmp_path):
    """Peaks of processes of their own, which no load of the machine moves."""

    def peak(*words: object) -> float:
        command = [sys.executable, BENCHMARK, *map(str, words)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return json.loads(done.stdout.splitlines()[-1])["memory"]

    for name in ("lineage", "tasks"):
        little, much = (peak("run", name, tmp_path, models) for models in (10_000, 1_000_000))
        assert much < little + 250


def test_a_question_that_needs_more_memory_gets_it_or_its_reason(folder, monkeypatch):
    """What the engine cannot put on the disk is no damage of the file."""
    monkeypatch.chdir(folder)
    table = find("tasks", data={"hub_top_models": "large"}).frames["hub_top_models"]
    monkeypatch.setattr(large, "MEMORY", "12MB")
    lists = "SELECT len(list(i)) AS n FROM range(3000000) AS t(i), (SELECT count(*) FROM rows)"
    assert large.query(table, lists)["n"].tolist() == [3_000_000]
    monkeypatch.setattr(large, "MORE_MEMORY", "12MB")
    with pytest.raises(DatasetError, match="too large to be asked in 12MB"):
        large.query(table, lists)
