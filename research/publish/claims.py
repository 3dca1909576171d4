"""Every published claim with its answer: which estimate, which verdict, why, and how robust."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research import datasets, figures
from research.analysis import recorded_verdicts
from research.publish.judged import (
    LEADS,
    JudgedEstimate,
    judged,
    quotable_settled,
    said,
    tally,
)
from research.publish.verdict import TIE, ClaimVerdict, PartAnswer, judge_claim
from research.results import Bounds, ResearchError, Result, Settled
from research.wording import amount, capital, one_line, typeset

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEW = 3  # amounts that a row of a table can list
SCOPES = ("same", "earlier date", "later date", "other population", "other measure")
CHANNELS = {  # what a failed assumption of every answer is: said once, with the channel
    "deployments": "Hosts and listings are counted as they were listed, where machines stand, and "
    "not by who uses them.",
    "downloads": "Downloads and pulls are requests of files, by publisher, and say nothing of who "
    "the users are. What mirrors such as ModelScope pass on, in China above all, is in no count: "
    "no set and no interval holds it.",
    "tokens": "Tokens are those of one router of requests, by maker, and say nothing of use "
    "elsewhere.",
}
ELSEWHERE = "in another setting, which neither supports nor contradicts the claim as made"
OF_SEVERAL = LEADS | {  # where parts, or answers, are told together
    "mixed": "Mixed: answers as near to the claim as each other differ",
    "holds": f"Every part holds {ELSEWHERE}",
    "does not hold": f"A part of it does not hold {ELSEWHERE}",
    "supported": "Every part is supported on the claim's own terms",
    "contradicted": "A part is contradicted on the claim's own terms",
}


@dataclass(frozen=True, kw_only=True)
class ClaimAnswer:
    """A claim with the estimates that answer it, nearest to the claim first, or what settles it.

    ``claim`` and ``source`` are rows of ``published_claims`` and of ``claim_sources`` with
    ``claim_terms``, as texts; ``parts`` says what each part of the claim states.
    """

    claim: Mapping[str, str]
    source: Mapping[str, str]
    parts: Mapping[str, str] = field(default_factory=dict)
    judged: tuple[JudgedEstimate, ...] = ()
    settled: Settled | None = None

    @property
    def id(self) -> str:
        return self.claim["claim_id"]

    @cached_property
    def verdict(self) -> ClaimVerdict | None:
        """What the estimates say together; nothing where there is none."""
        if not self.judged:
            return None
        answers = [self._part_answer(place, each) for place, each in enumerate(self.judged)]
        return judge_claim(answers, tuple(self.parts))

    def _part_answer(self, index: int, item: JudgedEstimate) -> PartAnswer:
        """Where an answer stands to the claim: scope, population and date of both say it."""
        scope, population = item.hypothesis.scope, item.answer.population
        named = self.source.get("population", "")
        own = {one.answer.population for one in self.judged if one.hypothesis.scope == "same"}
        is_own = population in own | {named} or (scope in SCOPES[:3] and not named)
        days = 0 if scope == "same" else days_between(item.answer.as_of, self.source)
        return PartAnswer(
            index=index,
            part=item.hypothesis.part,
            word=item.word,
            is_fragile=item.is_fragile,
            population="" if is_own else population,
            measure=item.hypothesis.estimand if scope == "other measure" else "",
            days=days,
        )

    @cached_property
    def deciding(self) -> tuple[JudgedEstimate, ...]:
        """The estimates off which the word is read: of the nearest settings, each part."""
        if self.verdict is None:
            return ()
        return tuple(self.judged[place] for place in sorted(self.verdict.places))

    @property
    def others(self) -> tuple[JudgedEstimate, ...]:
        """Answers that are further from the claim, or to none of its parts."""
        places = self.verdict.places if self.verdict else ()
        return tuple(each for place, each in enumerate(self.judged) if place not in places)

    @property
    def by_nearness(self) -> list[JudgedEstimate]:
        """All answers: those that decide, then the others, each group nearest in date first."""

        def distance(item: JudgedEstimate) -> tuple[bool, bool, int]:
            place = self._part_answer(0, item)
            return bool(place.measure), bool(place.population), place.days

        return [*sorted(self.deciding, key=distance), *sorted(self.others, key=distance)]

    @property
    def word(self) -> str:
        """The word of the claim as it is printed everywhere."""
        if self.verdict:
            return said(self.verdict.word, self.verdict.is_fragile)
        return self.settled.word if self.settled else ""

    @property
    def heading(self) -> str:
        """Name, claim and word in one line, with the reason where no estimate decides."""
        line = f"{self.id}: {self.claim.get('claim', '')} — {self.word}"
        return line if self.deciding or not self.settled else f"{line}: {self.settled.reason}"

    @property
    def alone(self) -> JudgedEstimate | None:
        """The estimate that decides, where it is one."""
        return self.deciding[0] if len(self.deciding) == 1 else None

    @property
    def why(self) -> str:
        """The estimate and what would overturn it, every estimate that decides, or the reason."""
        if not self.deciding:
            return self.settled.reason if self.settled else ""
        if not self.alone:
            return ". ".join(self._line(item) for item in self.deciding)
        line, lost = one_line(self.alone.estimate), self.alone.overturned_by
        return f"{line}; {lost}" if lost else line

    @property
    def counted(self) -> str:
        """What the channel of the claim counts, where that is not who uses models."""
        return CHANNELS.get(self.claim.get("level", ""), "")

    @property
    def quotable(self) -> str:
        """The answer in sentences to quote, with what the channel counts."""
        if self.alone:
            return f"{self.alone.quotable} {self.counted}".strip()
        if self.verdict:
            fragile = ", but fragile" if self.verdict.is_fragile else ""
            lines = " ".join(f"{self._line(item)}." for item in self.deciding)
            return f"{self._lead(self.verdict.word)}{fragile}. {lines} {self.counted}".strip()
        return quotable_settled(self.settled) if self.settled else ""

    def _lead(self, word: str) -> str:
        return (OF_SEVERAL if self.parts or word not in LEADS else LEADS)[word]

    def _line(self, item: JudgedEstimate) -> str:
        part = self.parts.get(item.hypothesis.part, "")
        text = f"{part}: {item.line}" if part else item.line
        return capital(text)

    @property
    def amount(self) -> str:
        """What the estimates that decide found, each once; of many, what those of a unit span."""
        amounts = self._spans() if self.is_spanned else (item.amount for item in self.deciding)
        return "; ".join(dict.fromkeys(amounts))

    @property
    def is_spanned(self) -> bool:
        """Whether there are more amounts than a row can list, and they span fewer."""
        several = len({item.amount for item in self.deciding})
        return several > FEW and len(list(self._spans())) < several

    def _spans(self) -> Iterator[str]:
        """From the least to the most that the data allow, of what has one part and one unit."""
        alike: dict[tuple[str, str], list[JudgedEstimate]] = {}
        for item in self.deciding:
            printed = amount(Bounds(0, 0), item.estimate.unit)  # units that are printed alike
            alike.setdefault((item.hypothesis.part, printed), []).append(item)
        for items in alike.values():
            ends = [end for item in items for end in item.estimate.identified]
            yield amount(Bounds(min(ends), max(ends)), items[0].estimate.unit)

    @property
    def needs(self) -> str:
        return "; ".join(dict.fromkeys(item.needs for item in self.deciding))

    @property
    def scope(self) -> str:
        """The scope of the estimates that decide; empty where they differ."""
        scopes = {item.hypothesis.scope for item in self.deciding}
        return scopes.pop() if len(scopes) == 1 else ""

    @property
    def nearness(self) -> tuple[tuple[str, int], ...]:
        """How near the answers that decide are: scope, and days from the claim's data to theirs."""
        if self.verdict is None:
            return ()
        near = {
            (self.judged[answer.index].hypothesis.scope, setting.days)
            for setting in self.verdict.nearest
            for answer in setting.answers
        }
        return tuple(sorted(near, key=lambda each: (each[1], SCOPES.index(each[0]))))

    @property
    def agreement(self) -> str:
        """How many specifications agree with the estimate that decides, or with the least sure."""
        return self.weakest.agreement if self.weakest else ""

    @property
    def weakest(self) -> JudgedEstimate | None:
        """Of the estimates that decide, the one with which the smallest share agrees."""
        return min(self.deciding, key=lambda item: item.robustness.share, default=None)

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


def days_between(as_of: str, source: Mapping[str, str]) -> int:
    """Days between the data of an answer and those of the claim; many where one is not known.

    >>> days_between("2025-09", {"last_day": "2025-08-31 00:00:00"})
    30
    """
    ends = last_day(as_of), last_day(source.get("last_day", ""))
    return 10**6 if None in ends else abs((ends[0] - ends[1]).days)  # type: ignore[operator]


def last_day(text: str) -> date | None:
    """The last day of a date that may lack its day or month.

    >>> str(last_day("2025-02")), str(last_day("2025 (March to December)")), last_day("soon")
    ('2025-02-28', '2025-12-31', None)
    """
    match = re.search(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text)
    if match is None:
        return None
    year, month = int(match[1]), int(match[2] or 12)
    return date(year, month, int(match[3] or monthrange(year, month)[1]))


def answer_claims(results: Iterable[Result]) -> list[ClaimAnswer]:
    """Every row of ``published_claims`` with its answer, in the order of the table.

    Raises
    ------
    ResearchError
        If a claim has no answer, or an answer names no claim of the table.
    """
    rows = [row["claim_id"] for row in datasets.texts("published_claims")]
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
    terms, parts = _texts("claim_terms", "source"), _parts()
    estimates: dict[str, list[JudgedEstimate]] = {}
    settled: dict[str, Settled] = {}
    for result in results:
        for item in judged(result):
            for claim in item.hypothesis.claims:
                estimates.setdefault(claim, []).append(item)
        settled |= {answer.claim: answer for answer in result.settled}
    rows = {claim: claims.get(claim, {"claim_id": claim}) for claim in {**estimates, **settled}}
    return [
        ClaimAnswer(
            claim=row,
            source=sources.get(name := row.get("source", ""), {}) | terms.get(name, {}),
            parts=parts.get(claim, {}),
            judged=tuple(sorted(estimates.get(claim, ()), key=_place)),
            settled=settled.get(claim),
        )
        for claim, row in sorted(rows.items())
    ]


def verdicts_on_record(folder: Path) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
    """The word of every claim, and how many answers of every analysis have which word.

    What the results of a folder say, read without their numbers: nothing is run, and a file that
    is no result says nothing.
    """
    results = []
    for path in sorted(folder.glob("*.json")):
        with suppress(ResearchError):
            results.append(recorded_verdicts(path.stem, folder))
    words = {answer.id: answer.word for answer in answered(results)}
    return words, {result.analysis: dict(tally(judged(result))) for result in results}


def _texts(table: str, key: str) -> dict[str, dict[str, str]]:
    """The rows of a table as texts, by its key; nothing where a cell is empty."""
    return {row[key]: row for row in datasets.texts(table)}


def _parts() -> dict[str, dict[str, str]]:
    """What each part of a claim states."""
    parts: dict[str, dict[str, str]] = {}
    for row in datasets.texts("claim_parts"):
        parts.setdefault(row["claim_id"], {})[row["part"]] = row["statement"]
    return parts


def _place(item: JudgedEstimate) -> tuple[int, str, str, str]:
    """An order of answers that no order of files decides."""
    answer = item.answer
    return SCOPES.index(item.hypothesis.scope), answer.as_of, answer.population, item.label


def told_of_claims(answers: Sequence[ClaimAnswer]) -> list[dict[str, Any]]:
    """What the paper says of every claim: verdict, why, and the estimates that answer it."""
    return [
        {
            "id": answer.id,
            "claim": typeset(answer.claim["claim"]),
            "source": answer.claim["source"],
            "verdict": answer.word,
            "scope": answer.scope,
            "why": typeset(answer.why.replace("no threshold:", "No threshold:", 1)),
            "lost": typeset(capital(answer.alone.overturned_by)) if answer.alone else "",
            "agree": answer.agreement,
            "analyses": answer.analyses,
            "estimates": [_row(answer, item) for item in answer.deciding],
            "further": [_row(answer, item) for item in [*_told_once(answer)][::-1]],
        }
        for answer in answers
    ]


def _row(answer: ClaimAnswer, item: JudgedEstimate) -> dict[str, str]:
    """One estimate that answers a claim, as a table of the paper shows it."""
    texts = {
        "name": item.name,
        "set": item.quantity,
        "interval": item.drawn_or_sampled,
        "likelihood": item.likelihood,
        "matters": item.matters,
        "needs": item.needs.replace("percentage points", "points"),
        "verdict": item.said,
        "agree": item.agreement,
        "part": answer.parts.get(item.hypothesis.part, ""),
    }
    return {"analysis": item.result.analysis, **{key: typeset(text) for key, text in texts.items()}}


def _told_once(answer: ClaimAnswer) -> Iterator[JudgedEstimate]:
    """The answers that do not decide, but those of a day that others of the same list are near."""
    settings: dict[tuple[str, str, str], list[date]] = {}
    for item in answer.deciding:
        settings.setdefault(_setting(item), []).extend(filter(None, [last_day(item.answer.as_of)]))
    for item in reversed(answer.others):
        day, days = last_day(item.answer.as_of), settings.setdefault(_setting(item), [])
        if day is None or all(abs((day - other).days) > TIE for other in days):
            days.extend(filter(None, [day]))
            yield item


def _setting(item: JudgedEstimate) -> tuple[str, str, str]:
    return item.result.analysis, item.label, item.answer.population


ROW = 0.125  # inches a claim: all of them and a caption fit on a page

# The summary figure -------------------------------------------------------------------------------


def figure(answers: Sequence[ClaimAnswer]) -> Figure:
    """All claims on one scale: to the right of the line is the region that a claim needs.

    Each row is scaled by its own furthest specification, so that rows compare in direction and in
    doubt, not in size.
    """
    canvas, axes = figures.canvas(height=0.9 + ROW * len(answers))
    axes.axvline(0, color=figures.MUTED, lw=0.8)
    axes.axvspan(0, 1.06, color=figures.FAINT, alpha=0.35, lw=0, zorder=-2)
    for row, answer in enumerate(answers):
        for item in answer.deciding:
            _draw_row(axes, -row, item)
        axes.annotate(answer.word, (1.10, -row), va="center", fontsize=7.5, annotation_clip=False)
        axes.annotate(
            answer.agreement, (1.98, -row), va="center", ha="right", fontsize=7.5,
            color=figures.MUTED, annotation_clip=False,
        )  # fmt: skip
    _draw_frame(axes, answers)
    return canvas


def _draw_row(axes: Axes, y: float, item: JudgedEstimate) -> None:
    """The set (bar), intervals (of draws within it, of sampling with caps), all specifications."""
    estimate = item.on_scale
    axes.plot([*estimate.range], [y, y], color=figures.OTHER, lw=0.7)
    value = None if estimate.set.width > 0 else estimate.set.low
    figures.draw_set(axes, y, estimate.set, value=value, drawn=estimate.drawn)
    for end in estimate.interval or ():
        axes.plot([end, end], [y - 0.28, y + 0.28], color=figures.INK, lw=0.9)


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
