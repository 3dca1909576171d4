"""Results as a notebook takes them: as HTML, a frame, sentences, a figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from research import figures, wording
from research.publish.drawing import drawn_or_default
from research.publish.judged import JudgedEstimate, quotable_settled, reported
from research.publish.screen import Group, Text, View, alone, heading, names
from research.publish.screen import wrapped as lines_of
from research.publish.tables import tidy
from research.results import Answer, Bounds, Estimate, Readable, Result
from research.wording import shown, width_here

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

OF_A_RESULT = ("analysis", "question", "answer")  # columns that an answer by itself cannot fill ...
OF_AN_ANSWER = (
    "population", "as_of", "needed", "verdict", "fragile", "scope", "scope_phrase", "same_verdict",
    "against", "specifications", "range_low", "range_high", "overturned_by",
)  # fmt: skip
DTYPES = {"string": "str", "number": "float64", "integer": "Int64", "boolean": "boolean"}
CELL = "text-align:left;vertical-align:top"


# HTML ---------------------------------------------------------------------------------------------


def html(value: Readable) -> str:
    """The rows that :func:`research.publish.screen.screen` shows, as a table."""
    view = View.of(value)
    places = [
        at
        for at in range(len(names(view.level)))
        if any(row.cells[at] for group in view.groups for row in group.rows)
    ]
    head = _tr("th", ["", *(names(view.level)[at] for at in places)])
    body = "".join(_body(group, places) for group in view.groups)
    above, below = ("<br>".join(map(_safe, lines)) for lines in (view.head, view.foot))
    return (
        f"<div><p>{above}</p><table><thead>{head}</thead>{body}</table>"
        f"<p><small>{below}</small></p></div>"
    )


def _body(group: Group, places: list[int]) -> str:
    rows = "".join(_tr("td", [row.label, *(row.cells[at] for at in places)]) for row in group.rows)
    if not group.heading:
        return f"<tbody>{rows}</tbody>"
    over = f"<tr><th colspan='{len(places) + 1}' style='{CELL}'>{_safe(group.heading)}</th></tr>"
    return f"<tbody>{over}{rows}</tbody>"


def _tr(cell: str, texts: list[str]) -> str:
    cells = (f"<{cell} style='{CELL}'>{_safe(text)}</{cell}>" for text in texts)
    return f"<tr>{''.join(cells)}</tr>"


def _safe(text: str) -> str:
    """A text of others as HTML shows it."""
    return escape(shown(text))


# A frame ------------------------------------------------------------------------------------------


def frame(value: Readable) -> pd.DataFrame:
    """One row an estimate, with the columns of the tidy table and one of each choice."""
    import pandas as pd

    result = alone(value)
    rows = reported(result)
    fields = [field for field in tidy.FIELDS if field.name not in _lacking(value)]
    columns = {
        field.name: pd.Series(
            [tidy.held(row, field.path) for row in rows], dtype=DTYPES[field.type]
        )
        for field in fields
    }
    table = pd.DataFrame(columns)
    for name in dict.fromkeys(name for row in rows for name in _choices(row.answer)):
        table[f"choice_{name}"] = [_choices(row.answer).get(name) for row in rows]
    descriptions = {field.name: field.description for field in fields}
    table.attrs["columns"] = descriptions | {"choice_NAME": "Value of the choice NAME."}
    return table


def _lacking(value: Readable) -> tuple[str, ...]:
    if isinstance(value, Result):
        return ()
    return OF_A_RESULT + OF_AN_ANSWER * isinstance(value, Estimate)


def _choices(answer: Answer) -> dict[str, Any]:
    return answer.estimand | answer.choices


# Sentences ----------------------------------------------------------------------------------------


def summary(value: Readable) -> str:
    """All that a reader should know of it, in sentences that can be quoted."""
    lines = _of_estimate(value) if isinstance(value, Estimate) else _of_result(alone(value))
    width = width_here()
    return Text("\n".join(part for line in lines for part in _filled(line, width)))


def _filled(line: str, width: int) -> list[str]:
    start = " " * (len(line) - len(line.lstrip()))
    return [start + part for part in lines_of(line.strip(), width - len(start))] or [""]


def _of_result(result: Result) -> Iterator[str]:
    yield from View.of(result).head
    for key, answer in result.answers.items():
        yield from ("", heading(result, key) or "This answer")
        if answer.refused:
            yield f"  Cannot be estimated: {answer.refused}"
        for each in (each for each in reported(result) if each.key == key):
            if isinstance(each, JudgedEstimate):
                yield from ("", f"  {each.label}: {each.said}", f"    {each.quotable}")
        yield from _unjudged(answer)
    for settled in result.settled:
        yield from ("", settled.claim, f"  {quotable_settled(settled)}")


def _unjudged(answer: Answer) -> Iterator[str]:
    others = [each for label, each in answer.estimates.items() if label not in answer.verdicts]
    if others:
        yield ""
    for each in others:
        yield f"  {wording.one_line(each)}"


def _of_estimate(estimate: Estimate) -> Iterator[str]:
    """One after another what is known of an estimate; what is not there is not named."""
    yield wording.one_line(estimate)
    yield f"Reading: {estimate.reading}" + (
        f"; the set is {estimate.sharpness}" if estimate.sharpness else ""
    )
    if estimate.interval and estimate.interval.method:
        yield f"Interval: {estimate.interval.method}"
    if estimate.test:
        yield f"Test: {estimate.test.name}, p = {wording.number(estimate.test.p, 3)}"
    budget = (
        f"{row.source}: {wording.entry(Bounds(row.low, row.high), estimate.unit)}"
        for row in estimate.budget
    )
    yield from _listed("What each source of uncertainty alone gives", budget)
    yield from _listed("What would overturn it", map(wording.sensitivity, estimate.tipping_points))
    assumed = (f"{each.name}: {each.holds}. {each.evidence}" for each in estimate.assumptions)
    yield from _listed("Assumptions", assumed)


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    distinct = list(dict.fromkeys(lines))
    if distinct:
        yield f"{title}:"
    yield from (f"  {line}" for line in distinct)


# A figure -----------------------------------------------------------------------------------------


def figure(value: Readable) -> Figure:
    """A result as its analysis draws it, the estimates of an answer, the budget of an estimate."""
    with figures.theme():
        if isinstance(value, Result):
            return drawn_or_default(value)
        if isinstance(value, Estimate):
            return figures.of_estimate(value)
        return figures.default(alone(value))
