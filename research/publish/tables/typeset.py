"""A result as a LaTeX table: booktabs, caption, label, and a note that makes it stand alone."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from string import ascii_lowercase
from typing import NamedTuple

from research import figures
from research.publish.judged import JudgedEstimate, ReportedEstimate
from research.publish.tables.latex import Latex, escape, fill
from research.results import Interval, Result, Settled
from research.wording import count, level, trimmed

LONGEST = 42  # lines of small type that fit on a page; a longer table breaks over pages
LINE = 75  # characters of small type in the text width of an article
DIGIT = 0.012  # of the text width: a figure of small type, or the space after three of them
_MARKUP = re.compile(r"\\[a-z]+|[\\{}$]")
READINGS = {
    "finite population": "Finite population: the table is all there is, so that there is neither "
    "an interval nor a p-value.",
    "superpopulation": "Superpopulation: units are draws, and an interval covers what the data "
    "leave open as well as sampling.",
}


class Column(NamedTuple):
    """A column: its head, its part of the text width, how it is set, and the text of a cell."""

    head: str
    width: float
    aligned: str
    cell: Callable[[ReportedEstimate], str]


def table(result: Result, rows: Sequence[ReportedEstimate], *, name: str) -> str:
    """A LaTeX table of these estimates; ``name`` is its file and the end of its label.

    A unit or design effect that rows share is said once, above them or in the note.
    """
    columns, notes = _columns(rows), list(_notes(result, rows))
    groups = list(_groups(rows))
    lines = sum(_lines(row, columns) for row in rows) + 2 * len(groups)
    return fill(
        "table.tex",
        {
            "result": result,
            "name": name,
            "columns": columns,
            "groups": groups,
            "notes": notes,
            "long": lines + len(" ".join(notes)) / LINE > LONGEST,
            "raw": Latex,
        },
    )


def _columns(rows: Sequence[ReportedEstimate]) -> list[Column]:
    judged = any(isinstance(row, JudgedEstimate) for row in rows)
    has_interval = any(row.estimate.interval for row in rows)
    columns = [Column("found", 0.13, "raggedleft", lambda row: row.quantity)]
    if has_interval:
        columns.append(Column("interval", 0.13, "raggedleft", _interval_cell(rows)))
    digits = max((len(count(row.estimate.n or 0)) for row in rows), default=0)
    wide = 0.10 if digits < 10 else max(0.16, round(DIGIT * digits, 2))
    columns.append(Column("n", wide, "raggedleft", _sample_cell(rows)))
    if judged:
        columns += [
            Column("needed", 0.11, "raggedright", _of_judged("needs")),
            Column("verdict", 0.13, "raggedright", _of_judged("said")),
            Column("agree", 0.08, "raggedleft", _of_judged("agreement")),
        ]
    left = 0.88 - sum(column.width for column in columns)  # the rest is space between the columns
    return [Column("estimate", round(left, 2), "raggedright", _label_cell(rows)), *columns]


def _lines(row: ReportedEstimate, columns: Sequence[Column]) -> int:
    """How many lines its fullest cell takes, or about so many."""
    lengths = ((len(_MARKUP.sub("", column.cell(row))), column.width) for column in columns)
    return max(math.ceil(length / (LINE * width)) for length, width in lengths)


def _of_judged(text: str) -> Callable[[ReportedEstimate], str]:
    """A text that only judged estimates have."""
    return lambda row: getattr(row, text, "")


def _interval_cell(rows: Sequence[ReportedEstimate]) -> Callable[[ReportedEstimate], str]:
    shared = len(_design_effects(rows)) == 1

    def cell(row: ReportedEstimate) -> str:
        interval = row.estimate.interval
        if interval is None:
            return ""
        text = escape(row.limits) + _mark(_method(interval), _methods(rows), "a")
        if interval.design_effect is not None and not shared:
            text += escape(f", deff {trimmed(interval.design_effect)}")
        return Latex(text)

    return cell


def _sample_cell(rows: Sequence[ReportedEstimate]) -> Callable[[ReportedEstimate], str]:
    units = _sample_units(rows)

    def cell(row: ReportedEstimate) -> str:
        if row.estimate.n is None:
            return ""
        return Latex(escape(count(row.estimate.n)) + _mark(row.estimate.n_unit, units, "1"))

    return cell


def _sample_units(rows: Sequence[ReportedEstimate]) -> list[str]:
    """What samples count, each once."""
    return list(dict.fromkeys(row.estimate.n_unit for row in rows if row.estimate.n is not None))


def _label_cell(rows: Sequence[ReportedEstimate]) -> Callable[[ReportedEstimate], str]:
    unit_of_group = {heading.key: heading.unit for heading in _groups(rows)}

    def cell(row: ReportedEstimate) -> str:
        label, unit = escape(row.label), escape(row.estimate.unit)
        return label if unit_of_group[row.key] else Latex(rf"{label} (\emph{{{unit}}})")

    return cell


class Group(NamedTuple):
    """The rows of one answer; their unit where they share it."""

    key: str
    unit: str
    rows: list[ReportedEstimate]

    @property
    def heading(self) -> str:
        """What stands above the rows; nothing where one answer is all there is."""
        key = "" if self.key == "answer" else self.key
        return ", ".join(part for part in (key, self.unit) if part)


def _groups(rows: Sequence[ReportedEstimate]) -> Iterator[Group]:
    for key in dict.fromkeys(row.key for row in rows):
        group = [row for row in rows if row.key == key]
        yield Group(key, _shared(row.estimate.unit for row in group), group)


def _shared(texts: Iterable[str]) -> str:
    """The text that all have in common, or nothing."""
    different = set(texts)
    return different.pop() if len(different) == 1 else ""


# The note -----------------------------------------------------------------------------------------


def _notes(result: Result, rows: Sequence[ReportedEstimate]) -> Iterator[str]:
    """Population and date, reading, intervals, what the columns mean, what has no row, source."""
    yield _populations(rows)
    for reading in dict.fromkeys(row.estimate.reading for row in rows):
        yield READINGS[reading]
    yield from _interval_notes(rows)
    units = [unit for unit in _sample_units(rows) if unit]
    marked = (_mark(unit, _sample_units(rows), "1") + escape(unit) for unit in units)
    if units:
        yield Latex(f"n counts {', '.join(marked)}.")
    if any(isinstance(row, JudgedEstimate) for row in rows):
        yield "needed: the values that would support the claim; agree: specifications with the "\
            "same verdict, of all."  # fmt: skip
    for key, answer in result.answers.items():
        if answer.refused:
            yield f"{key}: not estimated, as {answer.refused}."
    yield from map(_settled, result.settled)
    yield figures.credits(result)


def _populations(rows: Sequence[ReportedEstimate]) -> str:
    described = {row.key: f"{row.answer.population} ({row.answer.as_of})" for row in rows}
    if len(set(described.values())) == 1:
        return f"Population: {next(iter(described.values()))}."
    return f"Populations: {'; '.join(f'{key}: {text}' for key, text in described.items())}."


def _settled(settled: Settled) -> str:
    reference = f" ({settled.reference})" if settled.reference else ""
    return f"{settled.claim}: {settled.word}: {settled.reason.rstrip('.')}{reference}."


def _interval_notes(rows: Sequence[ReportedEstimate]) -> Iterator[str]:
    methods, effects = _methods(rows), _design_effects(rows)
    for method in methods:
        yield Latex(_mark(method, methods, "a") + escape(f"{method}."))
    if len(effects) == 1:
        yield f"Intervals with a design effect assume {trimmed(effects.pop())}."


def _design_effects(rows: Sequence[ReportedEstimate]) -> set[float]:
    intervals = [row.estimate.interval for row in rows if row.estimate.interval]
    return {i.design_effect for i in intervals if i.design_effect is not None}


def _methods(rows: Sequence[ReportedEstimate]) -> list[str]:
    """Level and method of the intervals, each once."""
    intervals = [row.estimate.interval for row in rows if row.estimate.interval]
    return list(dict.fromkeys(map(_method, intervals)))


def _method(interval: Interval) -> str:
    return f"{level(interval.level)} interval: {interval.method}"


def _mark(text: str, texts: Sequence[str], first: str) -> str:
    """The letter or figure that ties a cell to the note; none where all cells share the text."""
    if len(texts) < 2:
        return ""
    place = texts.index(text)
    mark = str(place + 1) if first == "1" else ascii_lowercase[place % 26] * (1 + place // 26)
    return rf"\textsuperscript{{{mark}}}"
