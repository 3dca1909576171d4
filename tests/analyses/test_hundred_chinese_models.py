"""How many Chinese language models of August 2024 the tables hold."""

import re

import pandas as pd
import pytest

import research
from research.analysis import find

COUNT = "Chinese language models until August 2024"


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("hundred_chinese_models")


def test_the_count_is_that_of_coded_publishers(result):
    models, origins = research.load("hub_llm_models"), research.load("publisher_origins")
    own = origins[(origins["candidates"] == "CN") & (origins["role"] != "repackager")]
    kinds = ["text-generation", "image-text-to-text", "any-to-any"]
    kept = models[
        models["author"].isin(own["author"])
        & models["pipeline_tag"].isin(kinds)
        & (models["created_at"] <= pd.Timestamp("2024-08-19"))
        & (models["parameters"] > 1e9)
    ]
    found = result.answer(tokens="parameters meant").estimates[COUNT]
    assert found.value == found.bounds.low == kept["model_id"].str.lower().nunique()


def test_training_tokens_count_smaller_models_too(result):
    by_parameters, by_tokens = (
        result.answer(tokens=reading).estimates[COUNT].value
        for reading in ("parameters meant", "training tokens meant")
    )
    assert by_tokens > by_parameters > 100


def test_counting_a_models_variants_once_leaves_it_open(result):
    for answer in result.answers.values():
        words = {s.choices["counted"]: s.verdict.word for s in answer.specifications}
        assert words == {"repositories": "holds", "variants of a model once": "not identified"}


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("qwen/qwen2-7b-instruct-gptq-int4", "qwen/qwen2-7b"), ("01-ai/yi-6b-200k", "01-ai/yi-6b"),
        ("deepseek-ai/deepseek-coder-6.7b-base", "deepseek-ai/deepseek-coder-6.7b"),
        ("internlm/internlm2-base-7b", "internlm/internlm2"),
        ("opengvlab/internvl2-2b", "opengvlab/internvl2-2b"),
    ],
)  # fmt: skip
def test_a_variant_is_read_off_the_name(name, model):
    assert re.sub(find("hundred_chinese_models").module.VARIANT, "", name) == model
