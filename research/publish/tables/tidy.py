"""Estimates as a tidy table: one row each, every column with its type and meaning."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, NamedTuple

from research.publish.judged import ReportedEstimate
from research.wording import exact

FORMULA = "=+-@\t\r"  # with which a formula begins in one spreadsheet or another


class Field(NamedTuple):
    """A column: its name, where an estimate holds it, its type, and what it means."""

    name: str
    path: str
    type: str
    description: str


FIELDS = (
    Field("analysis", "result.analysis", "string", "Name of the analysis."),
    Field("question", "result.title", "string", "The question that it asks."),
    Field("answer", "key", "string", "Which answer: the values of the choices that change the "
          "question; 'answer' where there is only one."),
    Field("population", "answer.population", "string", "Of whom the answer speaks."),
    Field("as_of", "answer.as_of", "string", "The date of the data."),
    Field("label", "label", "string", "What is estimated."),
    Field("unit", "estimate.unit", "string", "The unit of all values of the row."),
    Field("reading", "estimate.reading", "string", "Finite population: the table is all there is. "
          "Superpopulation: units are draws."),
    Field("value", "estimate.value", "number", "Point estimate; empty where only a set is known."),
    Field("set_low", "estimate.identified.low", "number", "Lower end of the identified set."),
    Field("set_high", "estimate.identified.high", "number", "Upper end of the identified set."),
    Field("interval_low", "estimate.interval.low", "number", "Lower confidence limit; empty under "
          "the finite reading."),
    Field("interval_high", "estimate.interval.high", "number", "Upper confidence limit."),
    Field("level", "estimate.interval.level", "number", "Confidence level of the interval."),
    Field("method", "estimate.interval.method", "string", "Method of the interval."),
    Field("design_effect", "estimate.interval.design_effect", "number", "Design effect that the "
          "interval assumes; empty where the method itself handles clustering."),
    Field("simulation_low", "estimate.simulated.low", "number", "Lower end of the simulation "
          "interval: the doubts that open the set drawn as stated, 2.5 % point of 10,000 worlds."),
    Field("simulation_high", "estimate.simulated.high", "number", "Its upper end, the 97.5 % "
          "point."),
    Field("simulation_error", "estimate.simulated.error", "number", "Monte Carlo standard error of "
          "these ends, the greater one."),
    Field("with_errors_low", "estimate.simulated.with_errors.low", "number", "The same where codes "
          "and counts that open no set may be wrong too."),
    Field("with_errors_high", "estimate.simulated.with_errors.high", "number", "Its upper end."),
    Field("with_errors_error", "estimate.simulated.error_with_errors", "number", "Monte Carlo "
          "standard error of these ends, the greater one."),
    Field("restates_belief", "restates", "boolean", "Whether the chance is a judged belief told "
          "anew: one draw of it explains all but a tenth of the variance."),
    Field("chance_stated", "chances.stated", "number", "The likelihood of the claim's region under "
          "the stated beliefs; empty where the set decides or nothing is claimed."),
    Field("chance_flat", "chances.flat", "number", "The same under flat beliefs."),
    Field("chance_shifted", "chances.shifted", "number", "The same under shifted beliefs."),
    Field("chance_apart", "chances.apart", "number", "The same as stated, each unit by itself."),
    Field("chance_as_one", "chances.as one", "number", "The same as stated, all that a doubt "
          "leaves open resolving alike."),
    Field("matters_most", "matters_most", "string", "The doubt that explains most of the variance "
          "over the worlds."),
    Field("matters_most_basis", "matters_most_basis", "string", "What the belief about it rests "
          "on: measured, published or judgement."),
    Field("not_drawn", "estimate.undrawn", "string", "Why there is no simulation interval."),
    Field("test", "estimate.test.name", "string", "Name of the test."),
    Field("statistic", "estimate.test.statistic", "number", "Statistic of the test."),
    Field("p", "estimate.test.p", "number", "Its p-value; no verdict is read off it."),
    Field("n", "estimate.n", "number", "Sample size."),
    Field("n_unit", "estimate.n_unit", "string", "What the sample size counts."),
    Field("n_effective", "estimate.n_effective", "number", "Effective sample size."),
    Field("needed", "needs", "string", "The values that would support the claim; empty where "
          "no claim is judged."),
    Field("verdict", "word", "string", "The verdict in one word."),
    Field("fragile", "is_fragile", "boolean", "Whether at most half of the specifications agree or "
          "any says the opposite."),
    Field("scope", "hypothesis.scope", "string", "Whether data, definition, population and date "
          "are those of the claim."),
    Field("scope_phrase", "phrase", "string", "The verdict as it may be printed."),
    Field("same_verdict", "robustness.same_verdict", "integer", "Specifications with the same "
          "verdict."),
    Field("against", "robustness.against", "integer", "Specifications that say the opposite."),
    Field("specifications", "robustness.specifications", "integer", "All specifications."),
    Field("range_low", "robustness.low", "number", "Lowest end over all specifications."),
    Field("range_high", "robustness.high", "number", "Highest end over all specifications."),
    Field("overturned_by", "overturned_by", "string", "What would overturn the verdict."),
)  # fmt: skip


def tidy(rows: Iterable[ReportedEstimate]) -> str:
    """The rows as CSV: one row an estimate, numbers as the result stores them."""
    return written(FIELDS, ([held(row, field.path) for field in FIELDS] for row in rows))


def written(fields: Iterable[Field], rows: Iterable[Iterable[Any]]) -> str:
    """Rows of values as CSV, below the names of their columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields)
    writer.writerows(map(raw, row) for row in rows)
    return text.getvalue()


def held(part: Any, path: str) -> Any:
    """What stands at a path of attributes; ``None`` where a part of it is missing."""
    for name in path.split("."):
        part = part.get(name) if isinstance(part, dict) else getattr(part, name, None)
    return part


def raw(value: str | float | bool | None) -> str:
    """A number with all stored digits, infinity as a Data Package writes it; text as text.

    A text that a spreadsheet would take for a formula is marked by an apostrophe, as the page does.

    Examples
    --------
    >>> raw(0.1), raw(-2), raw(-float("inf")), raw(None), raw("hosts"), raw("-hosts")
    ('0.1', '-2', '-INF', '', 'hosts', "'-hosts")
    """
    if isinstance(value, bool):
        return str(value).lower()
    if not value and value != 0:
        return ""
    if isinstance(value, str):
        # csv leaves a lone carriage return unquoted, where it would end the row
        text = value.replace("\r\n", "\n").replace("\r", "\n")
        return f"'{text}" if value[0] in FORMULA else text
    return exact(value).replace("inf", "INF")


def schema(fields: Iterable[Field] = FIELDS) -> dict[str, Any]:
    """The Table Schema of the tidy table, or of other columns."""
    columns = [{"name": f.name, "type": f.type, "description": f.description} for f in fields]
    return {"fields": columns, "missingValues": [""]}
