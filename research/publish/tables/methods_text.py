"""How an analysis was done, as a text to adapt: all of it from what the analysis declares."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from research import __version__
from research.analysis.family import DECLARED, FAMILY, LEVEL, level_of
from research.publish.datasets_read import datasets_read
from research.publish.judged import JudgedEstimate, ReportedEstimate, judged, reported
from research.publish.methods import cited
from research.publish.tables.latex import Latex, fill
from research.publish.tables.references import SOFTWARE
from research.results import Assumption, Interval, Result
from research.wording import level, trimmed

Cite = Callable[..., str]  # the keys of references -> how they are cited in the text


def cite_latex(*keys: str) -> str:
    """A citation in LaTeX; nothing where there is nothing to cite."""
    return Latex(rf"~\cite{{{','.join(keys)}}}" if keys else "")


def cite_plain(*keys: str) -> str:
    """The keys in brackets, to be looked up in ``references.bib``."""
    return f" [{', '.join(keys)}]" if keys else ""


def methods_text(result: Result, *, latex: bool) -> str:
    """Question, data, population, estimands, inference, multiverse, assumptions: in that order."""
    rows = reported(result)
    values: dict[str, Any] = {
        "result": result,
        "cite": cite_latex if latex else cite_plain,
        "sources": datasets_read([result]),
        "software": SOFTWARE,
        "version": __version__,
        "populations": _populations(result),
        "readings": {row.estimate.reading for row in rows},
        "has_sets": any(row.estimate.identified.width > 0 for row in rows),
        "intervals": _intervals(rows),
        "tests": _tests(rows),
        "judged": {item.label: item for item in judged(result)},
        "assumptions": _assumptions(rows),
        "family": _family(result),
        **_multiverse(result),
    }
    text = fill("methods.txt", values, latex=latex)
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    wrapped = "\n\n".join(map(_wrapped, paragraphs))
    # names of tables and keys are long words: let TeX stretch the lines around them
    return f"{{\\emergencystretch=3em\n{wrapped}\n\\par}}\n" if latex else f"{wrapped}\n"


def _wrapped(paragraph: str) -> str:
    """In lines of a readable length, broken at spaces only: a hyphen may belong to a key."""
    return textwrap.fill(paragraph, 100, break_long_words=False, break_on_hyphens=False)


def _populations(result: Result) -> list[tuple[str, list[str]]]:
    """Every population with its date, and the answers that speak of it."""
    answers: dict[str, list[str]] = {}
    for key, answer in result.answers.items():
        answers.setdefault(f"{answer.population}, as of {answer.as_of}", []).append(key)
    return list(answers.items())


def _intervals(rows: Sequence[ReportedEstimate]) -> list[dict[str, Any]]:
    """Level and method of the intervals with the design effects assumed and the reference."""
    grouped: dict[tuple[str, str], list[ReportedEstimate]] = {}
    for row in rows:
        interval = row.estimate.interval
        if interval is not None:
            grouped.setdefault((level(interval.level), interval.method), []).append(row)
    return [
        {
            "level": at,
            "method": method,
            "effects": _effects([row.estimate.interval for row in group]),
            "keys": cited([group[0].estimate]),
        }
        for (at, method), group in grouped.items()
    ]


def _effects(intervals: Sequence[Interval | None]) -> str:
    """The design effects that intervals assume: one, or the least and the largest."""
    effects = [i.design_effect for i in intervals if i and i.design_effect is not None]
    if not effects:
        return ""
    ends = dict.fromkeys(map(trimmed, (min(effects), max(effects))))
    return " to ".join(ends)


def _tests(rows: Sequence[ReportedEstimate]) -> list[str]:
    """The names of the tests, each once."""
    return list(dict.fromkeys(row.estimate.test.name for row in rows if row.estimate.test))


def _assumptions(rows: Sequence[ReportedEstimate]) -> list[Assumption]:
    """The assumptions of the judged estimates, of all where none is judged; each once."""
    shown = [row for row in rows if isinstance(row, JudgedEstimate)] or rows
    return list(dict.fromkeys(a for row in shown for a in row.estimate.assumptions))


def _family(result: Result) -> Mapping[str, Any]:
    """What the confirmatory family says of this analysis; empty where it has no member."""
    members = [member for member in FAMILY if member.analysis == result.analysis]
    if not members:
        return {}
    return {
        "labels": [f"{member.label} ({member.answer})" for member in members],
        "size": len(FAMILY),
        "declared": DECLARED,
        "together": level(LEVEL),
        "each": level(level_of(*members[0][:2])),
    }


def _multiverse(result: Result) -> dict[str, Any]:
    """The choices of either kind, and how many specifications they gave."""
    questions = {name for answer in result.answers.values() for name in answer.estimand}
    counts = [r.specifications for a in result.answers.values() for r in a.robustness.values()]
    return {
        "questions": {n: v for n, v in result.choices.items() if n in questions},
        "choices": {n: v for n, v in result.choices.items() if n not in questions},
        "fewest": min(counts, default=0),
        "most": max(counts, default=0),
        "skipped": sum(len(answer.skipped) for answer in result.answers.values()),
    }
