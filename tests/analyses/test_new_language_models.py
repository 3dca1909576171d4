"""New language models: publishers that nobody has coded leave the share open."""

from __future__ import annotations

import pytest

import research

PUBLISHED = "Chinese share of new language models, by publisher"
NAMED = "Chinese share of new language models that name a base, by the base"
KINDS = ["text-generation", "image-text-to-text", "any-to-any"]


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("new_language_models")


@pytest.fixture(scope="module")
def origins():
    table = research.load("publisher_origins")
    person = (table[["kind", "kind_coder_a", "kind_coder_b"]] == "individual").any(axis="columns")
    person &= table["kind"].isin(["individual", "unknown"])
    codes = table["candidates"].fillna("").mask(person, "nobody's")
    return dict(zip(table["author"], codes, strict=True))


def share(codes):
    """The least and the greatest share of China, by each model's codes."""
    least = sum(code == "CN" for code in codes)
    most = sum(code == "" or "CN" in code.split("|") for code in codes)
    return least / len(codes), most / len(codes)


def test_the_catalogue_is_taken_by_month_of_creation(result, origins):
    models = research.load("hub_llm_models")
    new = models["created_at"].between("2025-09-01", "2025-11-30") & models["pipeline_tag"].isin(
        KINDS
    )
    codes = [origins.get(author, "") for author in models.loc[new, "author"]]
    found = result.answer(models="catalogue")
    assert tuple(found.estimates[PUBLISHED].bounds) == pytest.approx(share(codes))
    assert found.estimates[PUBLISHED].n == len(codes)
    assert found.verdicts[PUBLISHED].word == "not identified"


def test_by_base_a_model_is_of_any_country_of_its_bases(result, origins):
    rows = research.load("hub_lists")
    new = (rows["as_of"] == "2026-08-22") & rows["created_at"].between("2026-08-01", "2026-08-22")
    rows = rows[new & rows["task"].isin(KINDS) & rows["base_models"].notna()]
    codes = []
    for named in rows["base_models"]:
        found = {origins.get(base.split("/")[0], "") for base in named.split("|")}
        codes.append(
            "" if "" in found else "|".join(sorted({c for f in found for c in f.split("|")}))
        )
    answer = result.answer(models="radar, by named base")
    assert tuple(answer.estimates[NAMED].bounds) == pytest.approx(share(codes))


def test_no_reading_tells_whether_it_is_more_than_claimed(result):
    words = [verdict.word for a in result.answers.values() for verdict in a.verdicts.values()]
    assert words == ["not identified"] * 4
