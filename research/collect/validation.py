"""Is a person's table what its draft says? And then: make a dataset of it.

How cells are written is read by :mod:`research.collect.columns`, countries by
:mod:`research.collect.countries`; constraints and keys are checked by frictionless. Every problem
names row and column as a spreadsheet does, what was found and what was expected.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research.collect import columns, countries, drafts, tables
from research.collect.new_version import new_version_folder
from research.collect.standard import cell_problems, dataset_problems, mismatch, schema_problems
from research.datasets import Dataset, describe, freeze, unknown, verify, versions
from research.datasets import tables as known_tables
from research.datasets.descriptors import descriptor_problems
from research.results import ResearchError

if TYPE_CHECKING:
    import pandas as pd

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
LISTED = 20  # problems that a refusal names one by one
SHOWN = 3  # rows of a preview


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
    if package["version"] and not DATE.fullmatch(package["version"]):
        problems.append(
            f"the draft's version is '{package['version']}', expected the day on which the data "
            "were taken, such as 2026-11-01"
        )
    try:
        table = drafts.table_of(path, package)
    except ResearchError as error:
        return [*problems, str(error)]
    resource = package["resources"][0]
    problems += _column_problems(table, resource) or _cell_problems(table, resource)
    return problems or _package_problems(package)


def check_dataset(name: str) -> list[str]:
    """What is wrong with an installed dataset: with its files, and by the Data Package standard."""
    dataset = describe(name)
    return verify(name) or [
        problem for each in versions(dataset.name).values() for problem in dataset_problems(each)
    ]


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
    folder = new_version_folder(Path("datasets"), package["name"], package["version"])
    table = drafts.table_of(path, package)
    resource = package["resources"][0]
    digest = hashlib.sha256(table.path.read_bytes()).hexdigest()
    package["sources"] = [
        {**given, "file": table.path.name, "hash": f"sha256:{digest}"}
        for given in package["sources"]
    ]
    frame = _frame(table, resource)
    _as_frozen(resource)
    return freeze(folder, {resource["name"]: frame}, descriptor=package)


def preview(table: tables.TextTable, package: Mapping[str, Any]) -> list[dict[str, str]]:
    """The first rows as they will be frozen; a cell that is not clear stands as it was found."""
    top = replace(table, rows=table.rows[:SHOWN])
    cells, _ = _as_read(top, package["resources"][0]["schema"])
    return [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]


def _package_problems(package: dict[str, Any]) -> list[str]:
    """What else a frozen dataset must have: a draft may have been written by hand."""
    frozen = copy.deepcopy(package)
    _as_frozen(frozen["resources"][0])
    folder = Path(frozen["name"]) / frozen["version"]
    return descriptor_problems(frozen, folder, frozen=False)


def _as_frozen(resource: dict[str, Any]) -> None:
    """What a draft says of the person's file is not true of the frozen one."""
    for key in ("path", "dialect"):
        resource.pop(key, None)
    resource["schema"]["missingValues"] = [""]
    for field in resource["schema"]["fields"]:
        for key in drafts.OF_THE_FILE:
            field.pop(key, None)


# Columns ------------------------------------------------------------------------------------------


def _column_problems(table: tables.TextTable, resource: Mapping[str, Any]) -> list[str]:
    schema = resource["schema"]
    described = [field["name"] for field in schema["fields"]]
    problems = list(schema_problems(schema))
    for field in schema["fields"]:
        problems += columns.field_problems(field)
        if field.get("unit") == countries.UNIT and field.get("type") not in (None, "string"):
            problems.append(
                f"column '{field['name']}' holds countries, so its type is string: found "
                f"{field['type']}"
            )
    if list(table.header) != described:
        problems.append(
            f"{table.path} has the columns {', '.join(table.header)}; the draft describes "
            f"{', '.join(described)}. Make them agree, in the same order."
        )
    problems += [
        unknown("column (for the primary key)", name, dict.fromkeys(described))
        for name in schema["primaryKey"]
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
        f"the table is to have the form of '{form}', which has a column '{name}' ({kind}): "
        + (f"found {mine[name]}" if name in mine else "there is none")
        for name, kind in known[form].types(form).items()
        if mine.get(name) != kind
    ]


# Cells --------------------------------------------------------------------------------------------


def _cell_problems(table: tables.TextTable, resource: Mapping[str, Any]) -> list[str]:
    """Questions, doubts and wrong cells, by row."""
    schema, first = resource["schema"], table.first_row
    cells, questions = _as_read(table, schema)
    problems = [(question.row, str(question)) for question in questions]
    doubtful = set()
    for field in _fields(schema):
        name = field["name"]
        doubt = columns.doubt(table.column(name), field, first)
        if doubt:
            doubtful.add(name)
            problems.append((doubt[0], f"row {doubt[0]}, column '{name}': {doubt[1]}"))
        elif field.get("unit") != countries.UNIT:
            problems += _unfit(table, field)
    seen = {(row, sentence) for row, sentence in problems}
    for row, column, sentence in cell_problems(cells, schema, first):
        if column not in doubtful and (row, sentence) not in seen:
            problems.append((row, sentence))
    return [sentence for _, sentence in sorted(problems, key=lambda problem: problem[0])]


def _unfit(table: tables.TextTable, field: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Cells that are not written as their column is, although a library may take them: 1_000."""
    name = field["name"]
    cells = table.column(name)
    for row, (cell, text) in enumerate(
        zip(cells, columns.plain(cells, field), strict=True), table.first_row
    ):
        if text is None:
            yield row, mismatch(row, name, cell, field["type"])


def _fields(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fields, each with the words that mean missing in it."""
    common = schema["missingValues"]
    return [{**field, "missingValues": [*field.get("missingValues", common)]}
            for field in schema["fields"]]  # fmt: skip


def _as_read(
    table: tables.TextTable, schema: Mapping[str, Any]
) -> tuple[dict[str, list[str]], list[countries.Question]]:
    """Cells by column as they will be frozen, or as found where that is not clear; questions."""
    read: dict[str, list[str]] = {}
    asked: list[countries.Question] = []
    for field in _fields(schema):
        name = field["name"]
        cells = table.column(name)
        texts = columns.plain(cells, field)
        if field.get("unit") == countries.UNIT:
            codes, questions = countries.codes(
                texts, column=name, spellings=field.get("spellings"), first=table.first_row
            )
            unclear = {text for question in questions for text in question.texts}
            texts = [
                None if cell in unclear else code or ""
                for cell, code in zip(texts, codes, strict=True)
            ]
            asked += questions
        read[name] = [
            cell if text is None else text for cell, text in zip(cells, texts, strict=True)
        ]
    return read, asked


# The frame ----------------------------------------------------------------------------------------


def _frame(table: tables.TextTable, resource: Mapping[str, Any]) -> pd.DataFrame:
    """The cells as typed; nothing is left that is not clear."""
    import pandas as pd

    cells, _ = _as_read(table, resource["schema"])
    return pd.DataFrame(
        {f["name"]: _typed(cells[f["name"]], f["type"]) for f in resource["schema"]["fields"]}
    )


def _typed(cells: list[str], kind: str) -> pd.Series:
    import pandas as pd

    filled = [cell or None for cell in cells]
    match kind:
        case "integer":
            whole = [None if cell is None else int(cell) for cell in filled]
            return pd.Series(whole, dtype="Int64")
        case "number":
            return pd.Series(filled, dtype="str").astype("float64")
        case "boolean":
            truth = [None if cell is None else cell == "true" for cell in filled]
            return pd.Series(truth, dtype="boolean")
        case "date":
            return pd.Series(pd.to_datetime(pd.Series(filled, dtype="str")))
    return pd.Series(filled, dtype="str")
