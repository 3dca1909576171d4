"""The form size-variant-quantisation, read by grammar."""

import re

import pytest

from research.analysis import find

WHOLE = "library tags of the form size-variant-quantisation"


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("tag_names")


@pytest.mark.parametrize(
    ("tag", "whole"),
    [
        ("8b-instruct-q4_K_M", True), ("8x7b-instruct-v0.1-fp16", True), ("8b-text-q4_K_S", True),
        ("135m-instruct-v0.2-q8_0", True), ("e4b-it-q4_K_M", True), ("27b-it-bf16", True),
        ("latest", False), ("7b", False), ("7b-q5_K_M", False), ("7b-instruct", False),
        ("instruct-q4_0", False),
    ],
)  # fmt: skip
def test_the_form_needs_all_three_parts(tag, whole):
    form = find("tag_names").module.FORM
    assert bool(re.fullmatch(form, tag, re.IGNORECASE)) is whole


def test_the_library_has_the_form_more_often_than_what_is_run(result):
    found = result.answer(day="2025-04-24").estimates
    assert found[WHOLE].value > 0.5 > found["leading tags of the scan of that form"].value
    assert found["leading tags of the scan of that form"].value == 0.1


def test_no_verdict_without_a_threshold(result):
    assert [settled.word for settled in result.settled] == ["not testable"]
    assert all(not answer.verdicts for answer in result.answers.values())
