"""What frictionless is asked: whether cells have their types, and keep constraints and key.

A descriptor of others is never handed on. From its schema goes what is listed here; a profile, a
dialect or an address that it names is not followed, and patterns are matched in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from research.collect import columns
from research.datasets import Dataset
from research.datasets.files import damage_named
from research.datasets.reading import checked_path

ERRORS = 1000  # after so many wrong cells the check stops
# The version of the standard by which frictionless judges; neither address is fetched.
PROFILE = "https://datapackage.org/profiles/2.0/dataresource.json"
VERSION = {"$schema": "https://datapackage.org/profiles/2.0/tableschema.json"}
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
RULES = ("required", "unique", *BOUNDS, "minLength", "maxLength", "enum")
EXPECTED = {
    "integer": "a whole number such as 1200",
    "number": "a number such as 12.5",
    "boolean": "true or false",
    "date": "a date such as 2026-11-01",
    "string": "text",
}


def cell_problems(
    cells: Mapping[str, Sequence[str]], schema: Mapping[str, Any], first: int = 2
) -> list[tuple[int, str, str]]:
    """Cells that are not what their schema says: row, column (empty for a whole row), sentence.

    Parameters
    ----------
    cells
        As text, by column, in the order of the schema; only an empty one is missing.
    schema
        Fields with names and types, and perhaps constraints; a primary key. It has none of
        :func:`schema_problems`.
    first
        The number of the first row.
    """
    from frictionless import Resource, Schema

    rows = [list(row) for row in zip(*cells.values(), strict=True)]
    asked = Schema.from_descriptor(
        VERSION
        | {
            "fields": [_field(field) for field in schema["fields"]],
            "primaryKey": list(schema.get("primaryKey", [])),
            "missingValues": [""],
        }
    )
    resource = Resource(data=[list(cells), *rows], schema=asked, schema_profile=PROFILE)
    report = resource.validate(limit_errors=ERRORS)
    kinds = {field["name"]: field["type"] for field in schema["fields"]}
    key = ", ".join(schema.get("primaryKey", []))
    errors = [error.to_descriptor() for error in report.tasks[0].errors]
    problems = [_told(error, kinds, key, first - 2) for error in errors]
    for field in schema["fields"]:
        problems += _unlike_pattern(cells[field["name"]], field, first)
    return sorted(problems)


def dataset_problems(dataset: Dataset) -> list[str]:
    """Which cells of a frozen dataset break the constraints of its descriptor, as sentences.

    Parquet files are left out: their types and keys are checked by ``verify``.
    """
    sentences = []
    for table, resource in dataset.resources.items():
        where, schema = f"table '{table}' of version {dataset.version}", resource["schema"]
        if resource.get("format") == "parquet":
            continue
        problems = list(schema_problems(schema)) or [
            sentence for _, _, sentence in cell_problems(_cells(dataset, table), schema)
        ]
        sentences += [f"{where}: {problem}" for problem in problems]
    return sentences


def schema_problems(schema: Mapping[str, Any]) -> Iterator[str]:
    """What of a schema cannot be checked, as sentences."""
    from frictionless import FrictionlessException, Schema

    for field in schema["fields"]:
        where, rules = f"column '{field['name']}'", field.get("constraints", {})
        if field.get("type") not in EXPECTED:
            yield f"{where} has the type '{field.get('type')}', expected one of {_listed(EXPECTED)}"
            continue
        if unknown := rules.keys() - {*RULES, "pattern"}:
            yield f"{where} has the constraint '{min(unknown)}', expected one of {_listed(RULES)}"
        try:
            Schema.from_descriptor(VERSION | {"fields": [_field(field)]})
        except FrictionlessException as error:
            note = (error.reasons or [error.error])[-1].note
            yield f"{where}: its constraints are not those of Table Schema ({note})"
        for rule in BOUNDS:
            if rule in rules and columns.reader(field)(str(rules[rule])) is None:
                yield f"{where}: {rule} is {rules[rule]!r}, expected {EXPECTED[field['type']]}"
        if problem := _pattern_problem(rules.get("pattern")):
            yield f"{where}: {problem}"


def mismatch(row: int, column: str, cell: str, kind: str) -> str:
    """The sentence about a cell of another type than its column."""
    hint = "; give --missing if the word means missing" * (cell.lower() in columns.MISSING_WORDS)
    return f"row {row}, column '{column}': found '{cell}', expected {EXPECTED[kind]}{hint}"


# What goes to frictionless, and what comes back ---------------------------------------------------


def _field(field: Mapping[str, Any]) -> dict[str, Any]:
    rules = field.get("constraints", {})
    kept = {rule: rules[rule] for rule in RULES if rule in rules}
    return {"name": field["name"], "type": field["type"], "constraints": kept}


def _cells(dataset: Dataset, table: str) -> dict[str, list[str]]:
    import pandas as pd

    path = checked_path(dataset, table)
    with damage_named(path):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, na_filter=False)
    return {str(column): frame[column].tolist() for column in frame}


def _told(
    error: Mapping[str, Any], kinds: Mapping[str, str], key: str, offset: int
) -> tuple[int, str, str]:
    """An error of frictionless, which counts the header as row 1, in our words."""
    row, column = int(error.get("rowNumber") or 0) + offset, str(error.get("fieldName") or "")
    cell, note, where = str(error.get("cell") or ""), str(error["note"]), f"row {row}"
    match error["type"]:
        case "type-error":
            return row, column, mismatch(row, column, cell, kinds[column])
        case "constraint-error":
            rule = re.sub(r'constraint "(\w+)" is "(.*)"', r"\1 \2", note)
            found, expected = (f"'{cell}'", rule) if cell else ("an empty cell", "a value")
            sentence = f"{where}, column '{column}': found {found}, expected {expected}"
            return row, column, sentence
        case "primary-key":
            same = re.search(r"position (\d+)", note)
            wrong = f"repeats that of row {int(same[1]) + offset}" if same else "is empty"
            return row, "", f"{where}: the key ({key}) {wrong}, expected one of its own"
        case "blank-row":
            sentence = "found no value in any cell, expected a filled row; delete it"
            return row, "", f"{where}: {sentence}"
    return row, column, f"{where}: {note}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


# Patterns -----------------------------------------------------------------------------------------

UNLIKE = (
    "SELECT cell FROM (SELECT unnest(?::VARCHAR[]) AS cell) WHERE NOT regexp_full_match(cell, ?)"
)


def _pattern_problem(pattern: str | None) -> str:
    import duckdb

    try:
        _unlike([""], pattern or "")
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        return f"its pattern '{pattern}' is no regular expression that is matched here ({reason})"
    return ""


def _unlike(cells: list[str], pattern: str) -> set[str]:
    """The cells that do not match, by an engine that needs linear time for every pattern."""
    import duckdb

    with duckdb.connect(config={"threads": 1}) as engine:
        return {cell for (cell,) in engine.execute(UNLIKE, [cells, pattern]).fetchall()}


def _unlike_pattern(
    cells: Sequence[str], field: Mapping[str, Any], first: int
) -> Iterator[tuple[int, str, str]]:
    pattern, name = field.get("constraints", {}).get("pattern"), field["name"]
    if pattern is None:
        return
    unlike = _unlike([cell for cell in dict.fromkeys(cells) if cell], pattern)
    for row, cell in enumerate(cells, first):
        if cell in unlike:
            sentence = f"row {row}, column '{name}': found '{cell}', expected pattern {pattern}"
            yield row, name, sentence
