"""Places of llama tags, with and without the block."""

import pytest

import research


@pytest.fixture(scope="module")
def answer(analysed):
    return analysed("llama_tags").answer()


def test_the_places_are_those_that_the_claim_names(answer):
    tags = research.load("tenthe_model_tags")
    claim = research.load("published_claims").set_index("claim_id").loc["tenthe/llama-places"]
    ranks = [int(word) for word in claim["stated_value"].split() if word.isdigit()]
    assert tags.loc[tags["ollama_tag"].str.startswith("llama"), "rank"].tolist() == ranks
    assert next(iter(answer.estimates.values())).value == len(ranks)


def test_without_the_block_one_place_is_lost_and_the_claim_stands(answer):
    rows = {tuple(s.choices.values()): (s.value, s.verdict.word) for s in answer.specifications}
    assert rows["in the name", "kept"] == (4, "supported")
    assert rows["in the name", "removed"] == (3, "supported")


def test_hermes_is_built_on_llama(answer):
    table = answer.tables["tags"]
    rows = table.records()
    assert [row["ollama_tag"] for row in rows if row["built_on_llama"]] == ["hermes3:8b"]
