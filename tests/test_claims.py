"""Every published claim has an answer: an estimate, a document, or the reason why there is none."""

from __future__ import annotations

import json

import pytest

import research
from research import Bounds, Hypothesis, figures, places
from research.analysis import analyses, find, recorded
from research.publish.claims import answer_claims, figure
from research.publish.judged import towards_claim
from research.results import ResearchError


@pytest.fixture(scope="module")
def answers():
    folder = places.bundled() / "paper" / "results"
    return answer_claims([recorded(name, folder) for name in analyses()])


def test_every_claim_has_a_verdict_or_a_reason(answers):
    claims = research.load("published_claims")["claim_id"].tolist()
    assert [answer.claim["claim_id"] for answer in answers] == claims
    for answer in answers:
        assert answer.word
        assert answer.why


def test_supported_and_contradicted_are_kept_for_the_claims_own_scope(answers):
    for answer in answers:
        for item in answer.judged:
            word = item.word
            if word in ("supported", "contradicted"):
                assert item.hypothesis.scope == "same"
            if word in ("holds", "does not hold"):
                assert item.hypothesis.scope != "same"


def test_a_settled_claim_says_why_and_by_what(answers):
    settled = [answer.settled for answer in answers if answer.settled]
    assert settled
    for answer in settled:
        assert len(answer.reason) > 20
        assert answer.word == "not testable" or answer.reference


def test_every_claim_says_how_near_its_answers_are(answers):
    """None is at an unknown distance, and only the claim's own data are at none by definition."""
    for answer in answers:
        assert bool(answer.nearness) == bool(answer.judged)
        for scope, days in answer.nearness:
            assert days < 10_000, answer.id
            assert days == 0 or scope != "same"


def test_dated_states_bring_the_answers_nearer(answers):
    """The claims that had data of 2026 alone: how many days lie between them and their answers."""
    nearest = {answer.id: answer.nearness for answer in answers}
    assert nearest["china-oss/five-of-ten"] == (("same", 0),)
    for claim in ("permissive-by-count", "creators-by-count", "fill-mask-first"):
        assert nearest[f"patterns/{claim}"] == (("later date", 233),)


def test_claims_without_a_threshold_are_not_given_one_silently(answers):
    for answer in answers:
        for item in answer.judged:
            assert item.hypothesis.null_source


def test_an_unanswered_claim_and_an_unknown_one_are_named():
    folder = places.bundled() / "paper" / "results"
    results = [recorded(name, folder) for name in analyses()]
    with pytest.raises(ResearchError, match=r"No analysis answers: .*tenthe/china-more-small"):
        answer_claims([r for r in results if r.analysis != "parameter_scale"])


@pytest.mark.parametrize(
    ("alternative", "found", "towards"),
    [
        ("greater", (0.1, 0.5), (-0.2, 0.2)),
        ("less", (0.1, 0.5), (-0.2, 0.2)),
        ("different", (0.1, 0.5), (-0.1, 0.1)),
        ("equivalent", (0.1, 0.5), (-0.1, 0.1)),
        ("equivalent", (0.5, 0.6), (-0.2, -0.1)),
    ],
)
def test_towards_the_claim_is_positive_where_the_claim_is_supported(alternative, found, towards):
    hypothesis = Hypothesis(
        estimand="x", null=0.3, margin=0.1, alternative=alternative, role="reanalysis"
    )
    assert tuple(towards_claim(hypothesis, Bounds(*found))) == pytest.approx(towards)


def test_the_summary_figure_names_every_claim_and_its_verdict(answers):
    with figures.theme():
        axes = figure(answers).axes[0]
    drawn = [text.get_text() for text in axes.texts]
    assert len(axes.get_yticklabels()) == len(answers)
    for answer in answers:
        assert answer.word in drawn


@pytest.mark.long
def test_the_paper_gets_one_row_a_claim(paper):
    rows = json.loads((paper / "build" / "claims.json").read_text())
    assert [row["id"] for row in rows] == research.load("published_claims")["claim_id"].tolist()
    for row in rows:
        assert all(find(name) for name in row["analyses"])
