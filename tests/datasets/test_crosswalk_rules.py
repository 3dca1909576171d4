"""The rules that find a library name's repositories, and what they found."""

from __future__ import annotations

import importlib.util

import pytest

import research
from research import places


@pytest.fixture(scope="module")
def script():
    path = places.bundled() / "datasets" / "model_crosswalk" / "snapshot.py"
    spec = importlib.util.spec_from_file_location("model_crosswalk_snapshot", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rules():
    return research.load("model_crosswalk_rules")


@pytest.mark.parametrize(
    ("repository", "role", "expected"),
    [
        ("Qwen/Qwen3-8B-AWQ", "developer", ("qwen3", "own", "name")),
        ("Qwen/Qwen3-Coder-Next-FP8", "developer", ("qwen3-coder-next", "own", "name")),
        ("Qwen/Qwen3-VL-Embedding-2B", "developer", None),
        ("google/gemma-3n-E4B-it", "developer", ("gemma3n", "own", "name")),
        ("meta-llama/Meta-Llama-3-8B", "developer", ("llama3", "own", "name")),
        ("meta-llama/Llama-3.2-11B-Vision", "developer", ("llama3.2-vision", "own", "name")),
        ("unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit", "repackager", ("llama3.1", "copy", "name")),
        ("bartowski/google_gemma-3-4b-it-GGUF", "repackager", ("gemma3", "copy", "name")),
        ("somebody/Qwen3-8B-AWQ", "", ("qwen3", "copy", "name")),
        ("somebody/Qwen3-8B-AWQ", "developer", None),
        ("somebody/Qwen3-8B-abliterated", "repackager", None),
        ("zai-org/GLM-5", "developer", ("glm-5", "own", "name")),
        ("zai-org/GLM-5.3-FP8", "developer", None),  # another version, no size of glm-5
        ("deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "developer", ("deepseek-r1", "own", "name")),
    ],
)  # fmt: skip
def test_names_are_read_as_a_reader_would(script, rules, repository, role, expected):
    assert script.by_name(repository, role, rules) == expected


@pytest.mark.parametrize(
    ("tags", "role", "expected"),
    [
        (("Qwen/Qwen3-8B", "quantized"), "both", "qwen3"),
        (("Qwen/Qwen3-8B", "quantized"), "developer", None),
        (("Qwen/Qwen3-8B", "finetune"), "both", None),
        (("Qwen/Qwen3-8B", "finetune"), "repackager", "qwen3"),
        (("Qwen/Qwen3-8B|google/gemma-3-4b-it", "quantized"), "both", None),
        (("elsewhere/model", "quantized"), "repackager", None),
    ],
)
def test_tags_count_where_the_account_copies(script, tags, role, expected):
    found = {
        "Qwen/Qwen3-8B": ("qwen3", "own", "name"),
        "google/gemma-3-4b-it": ("gemma3", "own", "name"),
    }
    assert script.by_tag(tags, role, found) == expected


def test_the_frozen_repositories_are_what_the_rules_find(script, rules):
    frozen = research.load("model_crosswalk_repositories").set_index("hub_repository")
    roles = script.hub_accounts()
    for repository in roles.index[:: len(roles) // 400]:
        found = script.by_name(repository, roles[repository], rules)
        if found or repository not in frozen.index:
            kept = tuple(frozen.loc[repository]) if repository in frozen.index else None
            assert found == kept, repository
        else:
            assert frozen.loc[repository, "basis"] == "tag"


def test_own_repositories_are_under_an_account_of_the_rule(rules):
    own = research.load("model_crosswalk_repositories").query("relation == 'own'")
    accounts = rules.groupby("ollama_name")["hub_account"].agg(lambda a: set(a.str.lower()))
    for repository, name in own[["hub_repository", "ollama_name"]].to_numpy():
        assert repository.split("/")[0].lower() in accounts[name]


def test_every_name_of_the_library_is_there_once(rules):
    names = research.load("model_crosswalk_names")
    assert set(names["ollama_name"]) == set(research.load("model_crosswalk")["ollama_name"])
    assert set(rules["ollama_name"]) <= set(names["ollama_name"])
    without = names.loc[names["hub_account"].isna(), "ollama_name"]
    assert sorted(without) == ["gemini-3-flash-preview", "gemini-3-pro-preview"]
    assert names.loc[names["hub_account"].isna(), "served_remotely"].all()


def test_the_repositories_that_the_crosswalk_names_belong_to_that_name():
    """Matched one by one and found by rule: where both say something they agree."""
    matched = research.load("model_crosswalk").dropna(subset="hub_repository_2026")
    found = research.load("model_crosswalk_repositories").set_index("hub_repository")["ollama_name"]
    both = matched[matched["hub_repository_2026"].isin(found.index)]
    assert len(both) > 0.9 * len(matched)
    differing = both[both["hub_repository_2026"].map(found) != both["ollama_name"]]
    assert differing["ollama_name"].tolist() == []
