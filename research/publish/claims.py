"""Every published claim with its answer: which estimate, which verdict, why, and how robust."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from research import datasets, figures
from research.places import write_beside
from research.publish.judged import (
    JudgedEstimate,
    differ,
    judged,
    quotable_settled,
    towards_claim,
)
from research.results import Bounds, ResearchError, Result, Settled
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
class ClaimAnswer:
    """A claim with the estimates that answer it, nearest to the claim first, or what settles it.

    ``claim`` and ``source`` are the rows of ``published_claims`` and ``claim_sources`` as texts.
    """

    claim: Mapping[str, str]
    source: Mapping[str, str]
    judged: tuple[JudgedEstimate, ...] = ()
    settled: Settled | None = None

    @property
    def id(self) -> str:
        return self.claim["claim_id"]

    @property
    def nearest(self) -> JudgedEstimate | None:
        """The estimate that answers it; nothing where no estimate does."""
        return self.judged[0] if self.judged else None

    @property
    def word(self) -> str:
        if self.nearest:
            return self.nearest.word
        return self.settled.word if self.settled else ""

    @property
    def why(self) -> str:
        """One line: the estimate and what would overturn it, or the reason that settles it."""
        if not self.nearest:
            return self.settled.reason if self.settled else ""
        line, lost = one_line(self.nearest.estimate), self.nearest.overturned_by
        return f"{line}; {lost}" if lost else line

    @property
    def quotable(self) -> str:
        """The answer in sentences to quote."""
        if self.nearest:
            return self.nearest.quotable(as_near(self.nearest, self.judged))
        return quotable_settled(self.settled) if self.settled else ""

    @property
    def scope(self) -> str:
        return self.nearest.hypothesis.scope if self.nearest else ""

    @property
    def agreement(self) -> str:
        return self.nearest.agreement if self.nearest else ""

    @property
    def differs(self) -> bool:
        """Whether answers as near to the claim have another verdict."""
        return differ(as_near(self.nearest, self.judged)) if self.nearest else False

    @property
    def analyses(self) -> list[str]:
        """The analyses whose estimates answer it."""
        return sorted({each.result.analysis for each in self.judged})

    @property
    def cited(self) -> str:
        """Publisher and year, as a reader would cite the claim."""
        name = self.source.get("publisher") or self.claim.get("source", "")
        dates = f"{self.source.get('published', '')} {self.source.get('data_as_of', '')}"
        year = re.search(r"\d{4}", dates)
        return f"{name}, {year[0]}" if year else name


def as_near(item: JudgedEstimate, answers: Sequence[JudgedEstimate]) -> list[JudgedEstimate]:
    """The answers that are as near to the claim as this one."""
    return [other for other in answers if _nearness(other) == _nearness(item)]


def answer_claims(results: Iterable[Result]) -> list[ClaimAnswer]:
    """Every row of ``published_claims`` with its answer, in the order of the table.

    Raises
    ------
    ResearchError
        If a claim has no answer, or an answer names no claim of the table.
    """
    rows = datasets.load("published_claims")["claim_id"]
    answers = {answer.id: answer for answer in answered(results)}
    if unknown := sorted(answers.keys() - set(rows)):
        raise ResearchError(f"No such claim in published_claims: {', '.join(unknown)}.")
    if missing := sorted(set(rows) - answers.keys()):
        raise ResearchError(
            f"No analysis answers: {', '.join(missing)}. Name the claim in a Hypothesis, or "
            "say in SETTLED which document settles it or why it is not testable."
        )
    return [answers[claim] for claim in rows]


def answered(results: Iterable[Result]) -> list[ClaimAnswer]:
    """The claims that these results answer, also such as the table lacks, by name."""
    claims, sources = _texts("published_claims", "claim_id"), _texts("claim_sources", "source")
    found: dict[str, list[JudgedEstimate]] = {}
    settled: dict[str, Settled] = {}
    for result in results:
        for item in judged(result):
            for claim in item.hypothesis.claims:
                found.setdefault(claim, []).append(item)
        settled |= {answer.claim: answer for answer in result.settled}
    rows = {claim: claims.get(claim, {"claim_id": claim}) for claim in {**found, **settled}}
    return [
        ClaimAnswer(
            claim=row,
            source=sources.get(row.get("source", ""), {}),
            judged=tuple(sorted(found.get(claim, ()), key=_nearness)),
            settled=settled.get(claim),
        )
        for claim, row in sorted(rows.items())
    ]


def _texts(table: str, key: str) -> dict[str, dict[str, str]]:
    """The rows of a table as texts, by its key; nothing where a cell is empty."""
    rows = datasets.load(table).astype(object)
    records = rows.where(rows.notna(), "").to_dict("records")
    return {str(row[key]): {str(k): str(v) for k, v in row.items()} for row in records}


def _nearness(item: JudgedEstimate) -> int:
    return SCOPES.index(item.hypothesis.scope)


def list_claims(answers: Sequence[ClaimAnswer], build: Path) -> None:
    """Write the table claim -> verdict -> why for the paper, as ``claims.json``."""
    rows = [
        {
            "id": answer.id,
            "claim": answer.claim["claim"],
            "source": answer.claim["source"],
            "verdict": answer.word,
            "differ": answer.differs,
            "scope": answer.scope,
            "why": answer.why,
            "agree": answer.agreement,
            "analyses": answer.analyses,
        }
        for answer in answers
    ]
    text = json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
    write_beside(build / "claims.json", text.encode())


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
        if answer.nearest:
            _draw_row(axes, -row, answer.nearest)
        axes.annotate(answer.word, (1.10, -row), va="center", fontsize=7.5, annotation_clip=False)
        axes.annotate(
            answer.agreement, (1.98, -row), va="center", ha="right", fontsize=7.5,
            color=figures.MUTED, annotation_clip=False,
        )  # fmt: skip
    _draw_frame(axes, answers)
    return canvas


def _draw_row(axes: Axes, y: float, item: JudgedEstimate) -> None:
    """The set (bar), the interval (line with caps) and the range over all specifications (thin)."""
    found, everything = item.estimate, towards_claim(item.hypothesis, item.everything)
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


def _draw_frame(axes: Axes, answers: Sequence[ClaimAnswer]) -> None:
    names = [answer.id.replace("/", ": ") for answer in answers]
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
