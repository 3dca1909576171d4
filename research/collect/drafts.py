"""From a person's table to a dataset: a draft of its descriptor, what is still asked, the check.

A draft is ``NAME.draft.json`` beside the table: a descriptor like any other whose empty fields are
what only a person knows. Nothing but the functions here reads it; ``add`` makes a dataset of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from research.collect import countries, tables
from research.datasets import DatasetError, datasets, describe, unknown
from research.datasets import tables as known_tables
from research.places import write_beside
from research.results import ResearchError

SUFFIX = ".draft.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
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


# The order is that of the prompts.
ASKED = {
    "title": ("Title of the dataset", "Ollama hosts by country, November 2026"),
    "description": ("What it holds, in a sentence", "Hosts that answered a scan, by country."),
    "version": ("Day on which the data were taken (YYYY-MM-DD)", "2026-11-01"),
    "licence": ("Licence under which others may use it", "CC-BY-4.0"),
    "source": ("Where the data come from (a title or an address)", "Own scan of November 2026"),
    "citation": ("How to cite it", "A. Author (2026). Title of the dataset."),
    "limitation": ("What it cannot show (a known limitation)", "Hosts behind a proxy are missing."),
}
ASKED_OF_COLUMNS = {
    "unit": ("Unit of column '{}'", "hosts"),
    "description": ("What column '{}' holds", "Hosts that answered, counted once per address."),
}
ANSWERS = (*ASKED, "unit", "describe", "key", "country", "form")  # also the command's options


def draft(table: tables.TextTable, name: str | None = None) -> dict[str, Any]:
    """A descriptor of a table: all that its file tells, the rest empty.

    Raises
    ------
    ResearchError
        If the name (by default that of the file) is no name or belongs to another dataset.
    """
    name = name or re.sub(r"[^a-z0-9]+", "_", table.path.stem.lower()).strip("_")
    _refuse_name(name)
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
                "schema": {
                    "fields": [_field(table, column) for column in table.header],
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
        If there is no field, column or table of a given name; the message lists what there is.
    """
    for field in given:
        if field not in ANSWERS:
            raise ResearchError(unknown("field of a draft", field, dict.fromkeys(ANSWERS)))
    if given.get("form"):
        _take_form(package, str(given["form"]))
    for field in ("title", "description", "version", "citation"):
        package[field] = given.get(field) or package[field]
    for field, key in (("licence", "licenses"), ("source", "sources")):
        package[key] = [_named(field, given[field])] if given.get(field) else package[key]
    package["knownLimitations"] += _texts(given.get("limitation"))
    schema = package["resources"][0]["schema"]
    schema["primaryKey"] += [_column(schema, name)["name"] for name in _texts(given.get("key"))]
    for field, key in (("unit", "unit"), ("describe", "description")):
        for name, text in given.get(field, {}).items():
            _column(schema, name)[key] = text
            if text == countries.UNIT:
                _column(schema, name)["type"] = "string"
    _spell(schema, given.get("country", {}))


def unanswered(package: Mapping[str, Any]) -> list[Unanswered]:
    """What a draft still lacks, in the order in which a person is asked."""
    keys = {"licence": "licenses", "source": "sources", "limitation": "knownLimitations"}
    missing = [
        Unanswered(field, "", question, example)
        for field, (question, example) in ASKED.items()
        if not package.get(keys.get(field, field))
    ]
    for column in package["resources"][0]["schema"]["fields"]:
        for field, (question, example) in ASKED_OF_COLUMNS.items():
            if not column.get(field):
                name = column["name"]
                missing.append(Unanswered(field, name, question.format(name), example))
    return missing


def save(package: Mapping[str, Any], folder: Path) -> Path:
    """Write a draft beside its table; one that is there already is left alone."""
    path = folder / f"{package['name']}{SUFFIX}"
    if path.exists():
        raise ResearchError(
            f"There is a draft already: {path}. Mend that one and check it, or delete it first."
        )
    write_beside(path, (json.dumps(package, indent=2, ensure_ascii=False) + "\n").encode())
    return path


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
        package = json.loads(path.read_text(encoding="utf-8"))
        path.with_name(package["resources"][0]["path"])
        named = [package["name"], *(f["name"] for f in package["resources"][0]["schema"]["fields"])]
    except FileNotFoundError:
        raise ResearchError(
            f"There is no draft {path}. Make one with: research data new FILE.csv"
        ) from None
    except json.JSONDecodeError as error:
        raise ResearchError(
            f"{path}, line {error.lineno}, column {error.colno}: not valid JSON ({error.msg}). "
            "Most often a comma or a quotation mark is missing before that place."
        ) from None
    except (KeyError, IndexError, TypeError, ValueError):
        named = []
    if len(named) < 2 or not all(isinstance(name, str) and name for name in named):
        raise ResearchError(
            f"{path} is no draft: it needs a 'name' and one resource with a 'path' and a 'schema' "
            "whose 'fields' have names. Make one anew with: research data new FILE.csv"
        )
    return dict(package)


# What the file tells ------------------------------------------------------------------------------


def _field(table: tables.TextTable, column: str) -> dict[str, Any]:
    cells = table.column(column)
    field: dict[str, Any] = {"name": column}
    if COUNTRY_HEADER.fullmatch(column.lower()) or countries.names_countries(cells):
        return field | {"type": "string", "unit": countries.UNIT, "description": ""}
    comma = tables.has_decimal_comma(table, column)
    field["type"] = tables.kind(cells, decimal_comma=comma)
    if comma:
        field["decimalChar"] = ","
    return field | {"unit": UNITS.get(field["type"], ""), "description": ""}


def _refuse_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ResearchError(
            f"'{name}' cannot name a dataset: begin with a letter and use a to z, 0 to 9 and _. "
            "Give --name, for example --name my_hosts."
        )
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


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


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
