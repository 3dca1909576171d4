"""Every estimate of a result with what is said of it: the rows of all tables and numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from research.publish.claims import SCOPES
from research.results import (
    Answer,
    Estimate,
    Hypothesis,
    Interval,
    Result,
    Robustness,
    Settled,
    Verdict,
)
from research.wording import number, span


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One estimate of one answer; with hypothesis, verdict and robustness where it is judged."""

    result: Result
    key: str
    label: str

    @property
    def answer(self) -> Answer:
        return self.result.answers[self.key]

    @property
    def estimate(self) -> Estimate:
        return self.answer.estimates[self.label]

    @property
    def verdict(self) -> Verdict | None:
        return self.answer.verdicts.get(self.label)

    @property
    def robustness(self) -> Robustness | None:
        return self.answer.robustness.get(self.label)

    @property
    def hypothesis(self) -> Hypothesis | None:
        return self.result.hypotheses[self.label] if self.verdict else None

    @property
    def claimed(self) -> str:
        """The values that would support the claim; empty where none is judged."""
        return region(self.hypothesis) if self.hypothesis else ""

    @property
    def overturned_by(self) -> str:
        """The first tipping point as a sentence; empty where there is none."""
        points = self.estimate.tipping_points
        return points[0].sentence if points else ""


def findings(result: Result) -> list[Finding]:
    """All estimates of a result in its own order."""
    return [
        Finding(result=result, key=key, label=label)
        for key, answer in result.answers.items()
        for label in answer.estimates
    ]


def answers_to_claims(results: Iterable[Result]) -> dict[str, Finding | Settled]:
    """By claim the estimate nearest to it, or the document that settles it.

    Other than :func:`research.publish.claims.answer_claims` this takes the results that there are:
    a claim without an answer among them is left out.
    """
    answers: dict[str, Finding | Settled] = {}
    nearness: dict[str, int] = {}
    for result in results:
        for settled in result.settled:
            answers.setdefault(settled.claim, settled)
        for finding in findings(result):
            if finding.hypothesis is None:
                continue
            distance = SCOPES.index(finding.hypothesis.scope)
            for claim in finding.hypothesis.claims:
                if distance < nearness.get(claim, len(SCOPES)):
                    answers[claim], nearness[claim] = finding, distance
    return answers


# Wording ------------------------------------------------------------------------------------------


def found(estimate: Estimate) -> str:
    """The point, or both ends of the identified set."""
    low, high = estimate.identified
    return number(low) if low == high else span(low, high, " to ")


def limits(interval: Interval | None) -> str:
    """Both limits of an interval in brackets; empty where there is none."""
    return f"[{span(interval.low, interval.high)}]" if interval else ""


def level(interval: Interval) -> str:
    """The confidence level in percent."""
    return f"{100 * interval.level:g} %"


def region(hypothesis: Hypothesis) -> str:
    """The values that would support the claim.

    Examples
    --------
    >>> region(Hypothesis(estimand="share", null=0.5, alternative="greater", role="reanalysis"))
    '> 0.50'
    """
    null = number(hypothesis.null)
    match hypothesis.alternative:
        case "greater":
            return f"> {null}"
        case "less":
            return f"< {null}"
    inside = f"{null} ± {number(hypothesis.margin)}"
    return inside if hypothesis.alternative == "equivalent" else f"outside {inside}"


def agreeing(robustness: Robustness | None) -> str:
    """How many specifications share the verdict."""
    return f"{robustness.same_verdict} of {robustness.specifications}" if robustness else ""
