"""What the files of other tools call the fields of a record."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from research.collect.scans.record import FIELDS
from research.results import ResearchError

STEP = "[A-Za-z_][A-Za-z0-9_-]*"
PATH = re.compile(rf"{STEP}([.]({STEP}|[0-9]+))*")
VALUE = re.compile(r"=[A-Za-z0-9 .:+_/-]+")


def field_names(given: Mapping[str, str]) -> dict[str, str]:
    """The name of each field in the files: its own, or the one that was given.

    Parameters
    ----------
    given
        Field to name; the name can lead into objects and lists (``location.country_code``,
        ``services.0.port``), or be a value for all records (``=11434``).

    Raises
    ------
    ResearchError
        If there is no such field, or a name is none.

    Examples
    --------
    >>> field_names({"address": "ip_str"})["address"], field_names({})["port"]
    ('ip_str', 'port')
    """
    for field, name in given.items():
        if field not in FIELDS:
            raise ResearchError(
                f"--map {field}={name}: a record has no field '{field}'. Its fields are "
                f"{', '.join(FIELDS)}; write --map FIELD=NAME."
            )
        if not (PATH.fullmatch(name) or VALUE.fullmatch(name)):
            raise ResearchError(
                f"--map {field}={name}: a name is letters, digits and underscores, with a dot "
                "before each part within (location.country_code, services.0.port), or a value for "
                f"all records after a second sign (--map {field}==VALUE)."
            )
    return {field: given.get(field, field) for field in FIELDS}


def json_path(name: str) -> str:
    """The path of a name within a JSON object, as both engines read it.

    Examples
    --------
    >>> json_path("services.0.port")
    '$.services[0].port'
    """
    return "$" + "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in name.split("."))


def value_for_all(name: str) -> str | None:
    """SQL of the value that stands for all records, where the name is one."""
    return f"'{name[1:]}'" if name.startswith("=") else None


def column(name: str, held: Collection[str], quote: str) -> str:
    """SQL: the column of a table, or a part of it; null where the table has none."""
    steps = name.split(".")
    if steps[0] in held:
        return ".".join(f"{quote}{step}{quote}" for step in steps)
    return value_for_all(name) or "CAST(NULL AS VARCHAR(1))"


def empty(names: Mapping[str, str] | None = None) -> str:
    """SQL: whether a record holds no field at all; what is given to all is in none."""
    held = [field for field in FIELDS if not (names and value_for_all(names[field]))]
    return " AND ".join(f"{field} IS NULL" for field in held)
