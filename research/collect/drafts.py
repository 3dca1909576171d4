"""From a person's table to a dataset: a draft of its descriptor, what is still asked, the check.

A draft is ``NAME.draft.json`` beside the table: a descriptor like any other whose empty fields are
what only a person knows. Nothing but the functions here reads it; ``add`` makes a dataset of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from research.collect import columns, countries, tables
from research.collect.beside import PROFILE, beside
from research.datasets import DatasetError, datasets, describe, refuse_name, unknown
from research.datasets import tables as known_tables
from research.datasets.names import name_problem
from research.datasets.shapes import FIELD, PACKAGE, RESOURCE, SCHEMA, misshapen, read_json
from research.places import write_beside
from research.results import ResearchError

SUFFIX = ".draft.json"
LISTED = 5  # problems of a draft that a refusal names
UNITS = {"date": "date", "boolean": "true or false", "string": "text"}
COUNTRY_HEADER = re.compile(r"(.*[ _-])?(country|nation|land|pays|pais|iso2|iso3)([ _-].*)?")


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A field of a draft that only a person can fill; ``column`` is empty for the whole dataset."""

    field: str
    column: str
    question: str
    example: str

    def __str__(self) -> str:
        where = f"column '{self.column}'" if self.column else "the draft"
        return f'{where} has no {self.field}: add e.g. "{self.example}"'


ASKED: dict[str, dict[str, str]] = beside(__file__)["asked"]
ASKED_OF_COLUMNS: dict[str, dict[str, str]] = beside(__file__)["asked_of_columns"]
# Also the command's options; a list may be given as its only item.
ANSWERS: dict[str, Any] = {
    **dict.fromkeys(ASKED, str), "limitation": [str], "key": [str], "form": str,
    "unit": {...: str}, "describe": {...: str}, "country": {...: str},
}  # fmt: skip
WRITTEN: dict[str, Any] = {
    "thousands": str, "decimal": str, "missing": [str], "date-format": str, "sheet": str,
}  # fmt: skip
# What a draft says of the person's file, beside what a descriptor says of the frozen one.
OF_THE_FILE = {
    "decimalChar": str, "groupChar": str, "format": str, "missingValues": [str],
}  # fmt: skip
DIALECT = {"sheetName": str}
DRAFT = PACKAGE | {
    "resources": [RESOURCE | {
        "dialect": DIALECT,
        "schema": SCHEMA | {"fields": [FIELD | OF_THE_FILE | {"spellings": {...: str}}]},
    }]
}  # fmt: skip


def draft(
    table: tables.TextTable, name: str | None = None, given: columns.Given | None = None
) -> dict[str, Any]:
    """A descriptor of a table: all that its file tells, the rest empty.

    Parameters
    ----------
    table
        The person's table.
    name
        Of the dataset; by default that of the file.
    given
        What the person says of how the file is written.

    Raises
    ------
    ResearchError
        If the name is no name or belongs to another dataset.
    """
    name = name or re.sub(r"[^a-z0-9]+", "_", table.path.stem.lower()).strip("_")
    _refuse_name(name)
    said = given or columns.Given()
    if not said.decimal:  # where one column shows the decimal sign, it is that of the file
        sign = columns.decimal_sign(map(table.column, table.header), said)
        said = replace(said, decimal=sign)
    return {
        "$schema": PROFILE,
        "name": name,
        "title": "",
        "description": "",
        "version": "",
        "licenses": [],
        "sources": [],
        "citation": "",
        "knownLimitations": [],
        "resources": [
            {
                "name": name,
                "type": "table",
                "path": table.path.name,
                **({"dialect": {"sheetName": table.sheet}} if table.sheet else {}),
                "schema": {
                    "fields": [_field(table.column(c), c, said) for c in table.header],
                    "primaryKey": [],
                    "missingValues": [""],
                },
            }
        ],
    }


def answer(package: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Put answers into a draft, in place.

    Parameters
    ----------
    package
        A draft.
    given
        By the names of :data:`ANSWERS`; ``unit``, ``describe`` and ``country`` are mappings (from
        column or text), ``limitation`` and ``key`` texts or lists of texts.

    Raises
    ------
    ResearchError
        If there is no field, column or table of a given name, or an answer has another form; the
        message says what there is.
    """
    given = _listed(given, ANSWERS)
    if given.get("form"):
        _take_form(package, str(given["form"]))
    for field in ("title", "description", "version", "citation"):
        package[field] = given.get(field) or package[field]
    for field, key in (("licence", "licenses"), ("source", "sources")):
        package[key] = [_named(field, given[field])] if given.get(field) else package[key]
    package["knownLimitations"] += given.get("limitation", [])
    schema = package["resources"][0]["schema"]
    schema["primaryKey"] += [_column(schema, name)["name"] for name in given.get("key", [])]
    for field, key in (("unit", "unit"), ("describe", "description")):
        for name, text in given.get(field, {}).items():
            _column(schema, name)[key] = text
            if text == countries.UNIT:
                _column(schema, name)["type"] = "string"
    _spell(schema, given.get("country", {}))


def how_written(given: Mapping[str, Any]) -> columns.Given:
    """What answers say of how the file is written, by the names of :data:`WRITTEN`."""
    given = _listed(given, WRITTEN)
    return columns.Given(
        given.get("thousands", ""), given.get("decimal", ""),
        tuple(given.get("missing", [])), given.get("date-format", ""),
    )  # fmt: skip


def _listed(given: Mapping[str, Any], forms: Mapping[str, Any]) -> dict[str, Any]:
    """Answers in the form in which they are taken: one text may stand for a list of texts."""
    for field in given:
        if field not in forms:
            raise ResearchError(unknown("field of a draft", field, {**ANSWERS, **WRITTEN}))
    listed = {
        field: [value] if isinstance(forms[field], list) and isinstance(value, str) else value
        for field, value in given.items()
        if value is not None
    }
    if problems := list(misshapen(listed, forms)):
        raise ResearchError(f"The answers are not in their form: {'; '.join(problems)}.")
    return listed


def unanswered(package: Mapping[str, Any]) -> list[Unanswered]:
    """What a draft still lacks, in the order in which a person is asked."""
    keys = {"licence": "licenses", "source": "sources", "limitation": "knownLimitations"}
    missing = [
        Unanswered(field, "", **asked)
        for field, asked in ASKED.items()
        if not package.get(keys.get(field, field))
    ]
    for column in package["resources"][0]["schema"]["fields"]:
        for field, asked in ASKED_OF_COLUMNS.items():
            if not column.get(field):
                said = asked | {"question": asked["question"].format(column["name"])}
                missing.append(Unanswered(field, column["name"], **said))
    return missing


def save(package: Mapping[str, Any], folder: Path) -> Path:
    """Write a draft beside its table; one in which something was answered is left alone."""
    path = folder / f"{package['name']}{SUFFIX}"
    if path.exists() and not _empty(path):
        raise ResearchError(
            f"There is a draft already: {path}. Mend that one and check it, or delete it first."
        )
    write_beside(path, (json.dumps(package, indent=2, ensure_ascii=False) + "\n").encode())
    return path


def _empty(path: Path) -> bool:
    """Whether a draft holds nothing that only a person knows."""
    if not path.read_bytes().strip():
        return True
    try:
        package = load(path)
    except ResearchError:
        return False
    described = any(
        field.get("description") for field in package["resources"][0]["schema"]["fields"]
    )
    return not described and {*ASKED} <= {question.field for question in unanswered(package)}


def find(name: str) -> Path | None:
    """The draft that ``name`` stands for: a path, or ``NAME.draft.json`` where one works."""
    given = Path(name)
    if given.name.endswith(SUFFIX):
        return given
    beside = Path(f"{name}{SUFFIX}")
    return beside if beside.is_file() else None


def load(path: Path) -> dict[str, Any]:
    """A draft as it stands in its file.

    Raises
    ------
    ResearchError
        If there is no such file, or it is no draft; the message says where.
    """
    try:
        package = read_json(path)
    except FileNotFoundError:
        raise ResearchError(
            f"There is no draft {path}. Make one with: research data new FILE.csv"
        ) from None
    problems = list(misshapen(package, DRAFT)) or list(_lacks(package))
    if problems:
        raise ResearchError(
            f"{path} is no draft: {'; '.join(problems[:LISTED])}. Mend it, or make one anew with: "
            "research data new FILE.csv"
        )
    empty: dict[str, Any] = {"licenses": [], "sources": [], "knownLimitations": []}
    for key, value in (("primaryKey", []), ("missingValues", [""])):
        package["resources"][0]["schema"].setdefault(key, value)
    texts = dict.fromkeys(("title", "description", "version", "citation"), "")
    return texts | empty | dict(package)


def table_of(path: Path, package: Mapping[str, Any]) -> tables.TextTable:
    """The person's table, which lies beside its draft."""
    resource = package["resources"][0]
    sheet = resource.get("dialect", {}).get("sheetName", "")
    return tables.read(path.parent / resource["path"], sheet)


def _lacks(package: Mapping[str, Any]) -> Iterator[str]:
    """What a draft must have before anything can be asked of it; names are names and not paths."""
    yield from filter(None, [name_problem("dataset", package.get("name"))])
    resources = package.get("resources", [])
    if len(resources) != 1:
        yield f"it has {len(resources)} tables, expected one resource with a 'path' and a 'schema'"
        return
    (resource,) = resources
    yield from filter(None, [name_problem("table", resource.get("name"))])
    path = resource.get("path", "")
    if path in ("", ".", "..") or re.search(r"[/\\:\0]", path):
        yield f"its table is to lie beside it: 'path' is '{path}', expected the name of a file"
    fields = resource.get("schema", {}).get("fields", [])
    if not fields or not all(field.get("name") for field in fields):
        yield "its 'schema' needs 'fields' that have names"
    names = [field.get("name") for field in fields]
    if len({*names}) < len(names):
        yield "two of its columns have the same name"


# What the file tells ------------------------------------------------------------------------------


def _field(cells: Sequence[str], column: str, given: columns.Given) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column}
    if COUNTRY_HEADER.fullmatch(column.lower()) or countries.names_countries(cells):
        return field | {"type": "string", "unit": countries.UNIT, "description": ""}
    field |= columns.described(cells, given)
    # Whether a column in which numbers stand is text, its author says by the unit.
    known = "" if columns.doubt(cells, field, 0) else UNITS.get(field["type"], "")
    return field | {"unit": known, "description": ""}


def _refuse_name(name: str) -> None:
    refuse_name("dataset", name)
    if name in datasets() and set(describe(name).resources) != {name}:
        holds = ", ".join(describe(name).resources)
        raise ResearchError(
            f"There is a dataset '{name}' already, with other tables ({holds}). Give --name."
        )
    holder = known_tables().get(name)
    if holder and holder.name != name:
        raise ResearchError(
            f"The dataset '{holder.name}' holds a table '{name}' already. Give --name."
        )


# Answers ------------------------------------------------------------------------------------------


def _take_form(package: dict[str, Any], form: str) -> None:
    """Columns of the same name mean what they mean in the table ``form``."""
    known = known_tables()
    if form not in known:
        raise DatasetError(unknown("table", form, known))
    resource = package["resources"][0]
    resource["form"] = form
    meant = {field["name"]: field for field in known[form].resources[form]["schema"]["fields"]}
    for field in resource["schema"]["fields"]:
        field |= {**meant.get(field["name"], {}), "name": field["name"]}


def _named(field: str, text: str) -> dict[str, str]:
    key = "name" if field == "licence" else "title"
    address = {"path": text} if re.match(r"https?://", text) else {}
    return {key: text} | address


def _column(schema: Mapping[str, Any], name: str) -> dict[str, Any]:
    by_name: dict[str, dict[str, Any]] = {field["name"]: field for field in schema["fields"]}
    if name not in by_name:
        raise ResearchError(unknown("column", name, by_name))
    return by_name[name]


def _spell(schema: Mapping[str, Any], spellings: Mapping[str, str]) -> None:
    columns = [field for field in schema["fields"] if field.get("unit") == countries.UNIT]
    if spellings and not columns:
        raise ResearchError(
            f"--country is given, but no column holds countries. Mark one with --unit "
            f"'COLUMN={countries.UNIT}'."
        )
    for field in columns if spellings else ():
        field["spellings"] = field.get("spellings", {}) | dict(spellings)
