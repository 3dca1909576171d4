"""What the two sizes in millions consist of."""

import pytest

import research

NAMED = "listings of both sizes: of the models named"
EMBEDDING = "listings of both sizes: embedding models"


@pytest.fixture(scope="module")
def answer(analysed):
    return analysed("million_parameter_models").answer()


def test_what_is_not_smollm_may_be_embedding_models(answer):
    sizes = research.load("tenthe_parameter_sizes").set_index("parameter_size")["tag_occurrences"]
    tags = research.load("tenthe_model_tags").set_index("ollama_tag")["tag_occurrences"]
    smollm, both = tags["smollm2:135m"], sizes["134.52M"] + sizes["137M"]
    assert answer.estimates[NAMED].bounds.low == pytest.approx(smollm / both)
    assert answer.estimates[EMBEDDING].bounds.high == pytest.approx(1 - smollm / both)
    alone = answer.estimates["listings of 134.52M: embedding models"]
    assert alone.bounds.high == pytest.approx(1 - smollm / sizes["134.52M"])


def test_embedding_models_alone_do_not_explain_the_sizes(answer):
    assert answer.verdicts[NAMED].word == "supported"
    assert answer.verdicts[EMBEDDING].word == "does not hold"  # which the report does not claim


def test_the_threshold_turns_the_verdict(answer):
    (point,) = answer.estimates[EMBEDDING].tipping_points
    share = answer.estimates[EMBEDDING]
    assert share.bounds.high + point.threshold / share.n == pytest.approx(0.5)
