"""Every published claim with its answer: which estimate, which verdict, why, and how robust."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research import datasets, figures
from research.places import write_beside
from research.results import (
    Answer,
    Bounds,
    Estimate,
    Hypothesis,
    ResearchError,
    Result,
    Robustness,
    Settled,
)
from research.wording import one_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SCOPES = (
    "same",
    "later date",
    "other population",
    "other measure",
)  # the nearest to the claim first


@dataclass(frozen=True, kw_only=True)
class Tested:
    """One estimate that answers a claim."""

    result: Result
    key: str
    label: str

    @property
    def answer(self) -> Answer:
        return self.result.answers[self.key]

    @property
    def hypothesis(self) -> Hypothesis:
        return self.result.hypotheses[self.label]

    @property
    def estimate(self) -> Estimate:
        return self.answer.estimates[self.label]

    @property
    def robustness(self) -> Robustness:
        return self.answer.robustness[self.label]


@dataclass(frozen=True, kw_only=True)
class ClaimAnswer:
    """A claim with the estimates that answer it, nearest to the claim first, or what settles it."""

    claim: Mapping[str, Any]
    tested: tuple[Tested, ...] = ()
    settled: Settled | None = None

    @property
    def word(self) -> str:
        if self.tested:
            return self.tested[0].answer.verdicts[self.tested[0].label].word
        return self.settled.word if self.settled else ""

    @property
    def why(self) -> str:
        """One line: the estimate and what would overturn it, or the reason that settles it."""
        if not self.tested:
            return self.settled.reason if self.settled else ""
        found = self.tested[0].estimate
        lost = found.tipping_points[0].sentence if found.tipping_points else ""
        return one_line(found) + (f"; {lost}" if lost else "")


def as_near(item: Tested, tested: Sequence[Tested]) -> list[Tested]:
    """The answers that are as near to the claim as this one."""
    return [other for other in tested if _nearness(other) == _nearness(item)]


def differ(near: Sequence[Tested]) -> bool:
    """Whether answers have different verdicts."""
    return len({item.answer.verdicts[item.label].word for item in near}) > 1


def answer_claims(results: Iterable[Result]) -> list[ClaimAnswer]:
    """Every row of ``published_claims`` with its answer, in the order of the table.

    Raises
    ------
    ResearchError
        If a claim has no answer, or an answer names no claim of the table.
    """
    claims = datasets.load("published_claims").set_index("claim_id", drop=False)
    tested: dict[str, list[Tested]] = {claim: [] for claim in claims.index}
    settled: dict[str, Settled] = {}
    for result in results:
        for item in _tested(result):
            for claim in item.hypothesis.claims:
                tested.setdefault(claim, []).append(item)
        settled |= {answer.claim: answer for answer in result.settled}
    _refuse_gaps(set(claims.index), tested, settled)
    return [
        ClaimAnswer(
            claim=claims.loc[claim].to_dict(),
            tested=tuple(sorted(tested[claim], key=_nearness)),
            settled=settled.get(claim),
        )
        for claim in claims.index
    ]


def _tested(result: Result) -> Iterator[Tested]:
    for key, answer in result.answers.items():
        for label in answer.verdicts:
            yield Tested(result=result, key=key, label=label)


def _nearness(item: Tested) -> int:
    return SCOPES.index(item.hypothesis.scope)


def _refuse_gaps(
    claims: set[str], tested: Mapping[str, Sequence[Tested]], settled: Mapping[str, Settled]
) -> None:
    unknown = sorted((tested.keys() | settled.keys()) - claims)
    if unknown:
        raise ResearchError(f"No such claim in published_claims: {', '.join(unknown)}.")
    open_claims = sorted(c for c in claims if not tested[c] and c not in settled)
    if open_claims:
        raise ResearchError(
            f"No analysis answers: {', '.join(open_claims)}. Name the claim in a Hypothesis, or "
            "say in SETTLED which document settles it or why it is not testable."
        )


def list_claims(answers: Sequence[ClaimAnswer], build: Path) -> None:
    """Write the table claim -> verdict -> why for the paper, as ``claims.json``."""
    rows = [
        {
            "id": answer.claim["claim_id"],
            "claim": answer.claim["claim"],
            "source": answer.claim["source"],
            "verdict": answer.word,
            "differ": bool(answer.tested) and differ(as_near(answer.tested[0], answer.tested)),
            "scope": answer.tested[0].hypothesis.scope if answer.tested else "",
            "why": answer.why,
            "agree": _agreeing(answer),
            "analyses": sorted({item.result.analysis for item in answer.tested}),
        }
        for answer in answers
    ]
    text = json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
    write_beside(build / "claims.json", text.encode())


def _agreeing(answer: ClaimAnswer) -> str:
    if not answer.tested:
        return ""
    robustness = answer.tested[0].robustness
    return f"{robustness.same_verdict} of {robustness.specifications}"


# The summary figure -------------------------------------------------------------------------------


def figure(answers: Sequence[ClaimAnswer]) -> Figure:
    """All claims on one scale: to the right of the line is the region that a claim needs.

    Each row is scaled by its own furthest specification, so that rows compare in direction and in
    doubt, not in size.
    """
    canvas, axes = figures.canvas(height=0.9 + 0.205 * len(answers))
    axes.axvline(0, color=figures.MUTED, lw=0.8)
    axes.axvspan(0, 1.06, color=figures.FAINT, alpha=0.35, lw=0, zorder=-2)
    for row, answer in enumerate(answers):
        if answer.tested:
            _draw_row(axes, -row, answer.tested[0])
        axes.annotate(answer.word, (1.10, -row), va="center", fontsize=7.5, annotation_clip=False)
        axes.annotate(
            _agreeing(answer), (1.98, -row), va="center", ha="right", fontsize=7.5,
            color=figures.MUTED, annotation_clip=False,
        )  # fmt: skip
    _draw_frame(axes, answers)
    return canvas


def _draw_row(axes: Axes, y: float, item: Tested) -> None:
    """The set (bar), the interval (line with caps) and the range over all specifications (thin)."""
    robustness, found = item.robustness, item.estimate
    everything = towards_claim(item.hypothesis, Bounds(robustness.low, robustness.high))
    furthest = max(abs(everything.low), abs(everything.high), 1e-12)
    axes.plot(
        [everything.low / furthest, everything.high / furthest], [y, y], color=figures.OTHER, lw=0.7
    )
    shown = towards_claim(item.hypothesis, found.identified)
    inner = Bounds(shown.low / furthest, shown.high / furthest)
    figures.draw_set(axes, y, inner, value=None if inner.width > 0 else inner.low)
    if found.interval is not None:
        limits = towards_claim(item.hypothesis, found.interval)
        for end in limits:
            axes.plot([end / furthest] * 2, [y - 0.28, y + 0.28], color=figures.INK, lw=0.9)


def towards_claim(hypothesis: Hypothesis, found: Bounds) -> Bounds:
    """How far a set lies on the claim's side of its null: positive where it supports the claim."""
    low, high = found.low - hypothesis.null, found.high - hypothesis.null
    match hypothesis.alternative:
        case "greater":
            return Bounds(low, high)
        case "less":
            return Bounds(-high, -low)
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    furthest = max(abs(low), abs(high))
    if hypothesis.alternative == "different":
        return Bounds(nearest - hypothesis.margin, furthest - hypothesis.margin)
    return Bounds(hypothesis.margin - furthest, hypothesis.margin - nearest)


def _draw_frame(axes: Axes, answers: Sequence[ClaimAnswer]) -> None:
    names = [answer.claim["claim_id"].replace("/", ": ") for answer in answers]
    figures.label_rows(axes, names, width=60)
    axes.tick_params(axis="y", labelsize=7.5)
    axes.set_xlim(-1.06, 2.0)
    axes.set_xticks([-0.5, 0.5], ["against the claim", "for the claim"])
    axes.tick_params(axis="x", length=0)
    axes.spines["bottom"].set_visible(False)
    for x, text in ((1.10, "verdict"), (1.98, "agree")):
        axes.annotate(
            text, (x, 0.75), ha="left" if x < 1.5 else "right", fontsize=7.5,
            fontweight="semibold", annotation_clip=False,
        )  # fmt: skip
