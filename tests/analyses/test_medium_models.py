"""Medium models against the next class, with and without the block."""

import pytest

import research

US = "US: hosts with medium models over those of the next class"
CHINA = "China: hosts with medium models minus those of the next class"


@pytest.fixture(scope="module")
def answer(analysed):
    return analysed("medium_models").answer()


@pytest.fixture(scope="module")
def hosts():
    scale = research.load("tenthe_parameter_scale")
    return scale.set_index(["country", "parameter_class"])["answering_hosts"]


def test_both_claims_are_read_off_the_counts(answer, hosts):
    us, china = hosts["US"], hosts["CN"]
    assert answer.estimates[US].value == pytest.approx(us["M"] / us.drop("M").max())
    assert answer.estimates[CHINA].value == china["M"] - china.drop("M").max()
    assert {verdict.word for verdict in answer.verdicts.values()} == {"supported"}


def test_the_tipping_points_are_the_clones_that_undo_it(answer, hosts):
    (us,), (china,) = (answer.estimates[label].tipping_points for label in (US, CHINA))
    assert (hosts["US", "M"] - us.threshold) / hosts["US"].drop("M").max() == pytest.approx(2)
    assert hosts["CN", "M"] - china.threshold == hosts["CN"].drop("M").max()


def test_without_the_block_medium_models_no_longer_lead_in_china(answer):
    words = {s.choices["clones"]: s.verdict.word for s in answer.specifications if s.label == CHINA}
    assert words.pop("kept") == "supported"
    assert set(words.values()) == {"contradicted"}
