"""Is a person's table what its draft says? And then: make a dataset of it.

The cells are validated by frictionless, the countries by :mod:`research.collect.countries`. Every
problem names row and column as a spreadsheet does (the header is row 1), what was found and what
was expected.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research.collect import countries, drafts, tables
from research.collect.vacancy import vacant
from research.datasets import Dataset, describe, freeze, unknown, verify
from research.datasets import tables as known_tables
from research.results import ResearchError

if TYPE_CHECKING:
    import pandas as pd

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
LISTED = 20  # problems that a refusal names one by one
ERRORS = 1000  # after so many wrong cells the check stops
EXPECTED = {
    "integer": "a whole number such as 1200",
    "number": "a number such as 12.5",
    "boolean": "true or false",
    "date": "a date such as 2026-11-01",
    "string": "text",
}
ONLY_IN_DRAFTS = ("decimalChar",)  # said of the person's file, not of the frozen one


def check(path: Path, *, country: Mapping[str, str] | None = None) -> list[str]:
    """What is wrong with a draft and its table, as sentences; empty where all is well.

    Parameters
    ----------
    path
        The draft; its table lies beside it.
    country
        Further answers to questions about countries: text to code.

    Raises
    ------
    ResearchError
        If the draft itself cannot be read.
    """
    package = drafts.load(path)
    drafts.answer(package, {"country": country or {}})
    problems = [str(question) for question in drafts.unanswered(package)]
    if package["version"] and not DATE.fullmatch(str(package["version"])):
        problems.append(
            f"the draft's version is '{package['version']}', expected the day on which the data "
            "were taken, such as 2026-11-01"
        )
    try:
        table = tables.read(path.with_name(package["resources"][0]["path"]))
    except ResearchError as error:
        return [*problems, str(error)]
    resource = package["resources"][0]
    problems += _column_problems(table, resource) or _cell_problems(table, resource)
    return problems


def check_dataset(name: str) -> list[str]:
    """What is wrong with an installed dataset: with its files, and by the Data Package standard."""
    dataset = describe(name)
    return verify(name) or _violations(dataset)


def add(path: Path, *, country: Mapping[str, str] | None = None) -> Dataset:
    """Freeze a checked draft as ``./datasets/NAME/VERSION``.

    Raises
    ------
    ResearchError
        If the check finds anything, or the version exists; nothing is written then.
    """
    problems = check(path, country=country)
    if problems:
        more = f"\n  and {len(problems) - LISTED} more" if len(problems) > LISTED else ""
        listed = "\n".join(f"  - {problem}" for problem in problems[:LISTED])
        raise ResearchError(f"{path} cannot be added yet:\n{listed}{more}")
    package = drafts.load(path)
    drafts.answer(package, {"country": country or {}})
    folder = vacant(Path("datasets"), package["name"], package["version"])
    source = path.with_name(package["resources"][0]["path"])
    frame = _frame(tables.read(source), package["resources"][0])
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    package["sources"] = [
        {**given, "file": source.name, "hash": f"sha256:{digest}"} for given in package["sources"]
    ]
    for field in package["resources"][0]["schema"]["fields"]:
        for key in ONLY_IN_DRAFTS:
            field.pop(key, None)
    return freeze(folder, {package["resources"][0]["name"]: frame}, descriptor=package)


# Columns ------------------------------------------------------------------------------------------


def _column_problems(table: tables.TextTable, resource: Mapping[str, Any]) -> list[str]:
    fields = resource["schema"]["fields"]
    described = [field["name"] for field in fields]
    problems = [
        f"column '{field['name']}' has the type '{field.get('type')}', expected one of "
        f"{', '.join(EXPECTED)}"
        for field in fields
        if field.get("type") not in EXPECTED
    ]
    problems += [
        f"column '{field['name']}' holds countries, so its type is string: found {field['type']}"
        for field in fields
        if field.get("unit") == countries.UNIT and field.get("type") not in (None, "string")
    ]
    if list(table.header) != described:
        problems.append(
            f"{table.path} has the columns {', '.join(table.header)}; the draft describes "
            f"{', '.join(described)}. Make them agree, in the same order."
        )
    problems += [
        unknown("column (for the primary key)", name, dict.fromkeys(described))
        for name in resource["schema"].get("primaryKey", [])
        if name not in described
    ]
    return problems + _form_problems(resource)


def _form_problems(resource: Mapping[str, Any]) -> list[str]:
    """A table in the form of another has all of its columns, of the same types."""
    form, known = resource.get("form"), known_tables()
    if not form:
        return []
    if form not in known:
        return [unknown("table", form, known)]
    mine = {field["name"]: field.get("type") for field in resource["schema"]["fields"]}
    return [
        f"the table is to have the form of '{form}', which has a column '{field['name']}' "
        f"({field['type']}): " + (f"found {mine[name]}" if name in mine else "there is none")
        for field in known[form].resources[form]["schema"]["fields"]
        if mine.get(name := field["name"]) != field["type"]
    ]


# Cells --------------------------------------------------------------------------------------------


def _cell_problems(table: tables.TextTable, resource: Mapping[str, Any]) -> list[str]:
    from frictionless import Resource, Schema

    schema = resource["schema"]
    columns, questions = _columns(table, schema["fields"])
    # The very cells that would be frozen: frictionless counts the header as row 1 as well.
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    cells = Resource(data=[list(columns), *rows], schema=Schema.from_descriptor(schema))
    errors = [
        error.to_descriptor() for error in cells.validate(limit_errors=ERRORS).tasks[0].errors
    ]
    kinds = {field["name"]: field["type"] for field in schema["fields"]}
    key = ", ".join(schema.get("primaryKey", []))
    found = [
        *((error.get("rowNumber", 0), _sentence(error, kinds, key)) for error in errors),
        *((question.row, str(question)) for question in questions),
    ]
    told = {(error.get("rowNumber"), error.get("fieldName")) for error in errors}
    found += _oddly_written(columns, schema["fields"], told)
    return [sentence for _, sentence in sorted(found, key=lambda problem: problem[0])]


def _oddly_written(
    columns: Mapping[str, list[str]], fields: list[dict[str, Any]], told: set[Any]
) -> Iterator[tuple[int, str]]:
    """Cells that pass as numbers and are none that a table should hold: NaN, 1_000, 2026-1-5."""
    for field in fields:
        name, kind = field["name"], field["type"]
        fits = tables.fits(kind, decimal_comma=field.get("decimalChar") == ",")
        for row, cell in enumerate(columns[name], start=2):
            if cell and not fits(cell) and (row, name) not in told:
                yield row, _mismatch(row, name, cell, kind)


def _columns(
    table: tables.TextTable, fields: list[dict[str, Any]]
) -> tuple[dict[str, list[str]], list[countries.Question]]:
    """The cells by column, countries as codes where they are clear, and what is to be asked."""
    columns = {name: table.column(name) for name in table.header}
    asked: list[countries.Question] = []
    for field in fields:
        if field.get("unit") == countries.UNIT:
            name = field["name"]
            found, questions = countries.codes(
                columns[name], column=name, spellings=field.get("spellings")
            )
            unclear = {question.text for question in questions}
            columns[name] = [
                text if text in unclear else code or ""
                for text, code in zip(columns[name], found, strict=True)
            ]
            asked += questions
    return columns, asked


def _mismatch(row: int, column: str, cell: str, kind: str) -> str:
    return f"row {row}, column '{column}': found '{cell}', expected {EXPECTED[kind]}"


def _sentence(error: Mapping[str, Any], kinds: Mapping[str, str], key: str) -> str:
    """An error of frictionless as a sentence with row, column, found and expected."""
    row, column, cell = f"row {error.get('rowNumber')}", error.get("fieldName"), error.get("cell")
    match error["type"]:
        case "type-error":
            return _mismatch(error["rowNumber"], str(column), str(cell), kinds[str(column)])
        case "constraint-error":
            rule = re.sub(r'constraint "(\w+)" is "(.*)"', r"\1 \2", error["note"])
            found, expected = (f"'{cell}'", rule) if cell else ("an empty cell", "a value")
            return f"{row}, column '{column}': found {found}, expected {expected}"
        case "primary-key":
            same = re.search(r"position (\d+)", error["note"])
            wrong = f"repeats that of row {same[1]}" if same else "is empty"
            return f"{row}: the key ({key}) {wrong}, expected one of its own"
        case "blank-row":
            return f"{row}: found no value in any cell, expected a filled row; delete it"
    return f"{row}: {error['message']}"


def _violations(dataset: Dataset) -> list[str]:
    """By the Data Package standard; frictionless reads no Parquet here, ``verify`` does."""
    import gc
    import warnings

    from frictionless import Package, system

    package = json.loads(json.dumps(dataset.descriptor))
    package["resources"] = [r for r in package["resources"] if r.get("format") != "parquet"]
    if not package["resources"]:
        return []
    with warnings.catch_warnings(), system.use_context(trusted=True):
        # frictionless leaves compressed files open until they are collected.
        warnings.simplefilter("ignore", ResourceWarning)
        report = Package.from_descriptor(package, basepath=str(dataset.folder)).validate()
        gc.collect()
    return [
        f"{resource}, row {row}, column '{column}': {message}"
        for resource, row, column, message in report.flatten(
            ["name", "rowNumber", "fieldName", "message"]
        )
    ]


# The frame ----------------------------------------------------------------------------------------


def _frame(table: tables.TextTable, resource: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    fields = resource["schema"]["fields"]
    return pd.DataFrame({field["name"]: _typed(table, field) for field in fields})


def _typed(table: tables.TextTable, field: Mapping[str, Any]) -> pd.Series:
    import pandas as pd

    cells = table.column(field["name"])
    if field.get("unit") == countries.UNIT:
        found, _ = countries.codes(cells, column=field["name"], spellings=field.get("spellings"))
        return pd.Series(found, dtype="str")
    filled = [cell.replace(field.get("decimalChar", "."), ".") or None for cell in cells]
    match field["type"]:
        case "integer":
            whole = [None if cell is None else int(cell) for cell in filled]
            return pd.Series(whole, dtype="Int64")
        case "number":
            return pd.Series(filled, dtype="str").astype("float64")
        case "boolean":
            truth = [None if cell is None else cell.lower() == "true" for cell in filled]
            return pd.Series(truth, dtype="boolean")
        case "date":
            return pd.Series(pd.to_datetime(pd.Series(filled, dtype="str")))
    return pd.Series([cell or None for cell in cells], dtype="str")
