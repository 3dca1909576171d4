"""What the cells of a column are and how they are written: decided for the whole column, or asked.

``1.932`` is a number below two in one country and nearly two thousand in the next. Where all cells
of a column leave both open, nothing is chosen: the person who has the table is asked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any

from research.results import ResearchError

MOST = 0.75  # of the filled cells decide what a column holds
CODE = re.compile(r"[+-]?0\d")  # 007 is a code: as a number it would lose its zeros
WHOLE = re.compile(r"[+-]?\d{1,18}")  # 18 digits fit 64 bits
TRUTH = re.compile("true|false", re.IGNORECASE)
OTHER_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./]\d{1,2}[./]\d{1,2}")
NUMERIC = re.compile(r"\W*\d[\d\s.,'’]*\W*")  # 1,200 and 12.5 % and <10: a number to people
LONGEST_NUMBER = 60  # characters; the pattern is slow on long cells
MISSING_WORDS = {"na", "n/a", "n.a.", "nan", "null", "none", "-", "–", "—", ".", "..", ":", "#n/a"}
# What a column of text is counted in.
TEXT_UNITS = (
    "text", "name", "identifier", "identifiers", "category", "code", "label", "version", "URL",
    "place name", "section number", "regular expression", "see the column unit",
)  # fmt: skip
SPACES = " \u00a0\u202f"
GROUPS = {".": ".", ",": ",", "'": "'’", "’": "'’", **dict.fromkeys(SPACES, SPACES)}


@dataclass(frozen=True, slots=True)
class Signs:
    """How numbers are written: their decimal sign, and what stands between groups of three."""

    decimal: str = "."
    groups: str = ""

    def read(self, cell: str) -> str | None:
        """The number as ``1234.5``, or none where the cell is not written so.

        >>> Signs(",", ".").read("1.234,5"), Signs().read("1.234"), Signs().read("1,234")
        ('1234.5', '1.234', None)
        """
        match = _pattern(self).fullmatch(cell)
        if match is None:
            return None
        sign, whole, decimals, power = (part or "" for part in match.groups())
        digits = re.sub(r"\D", "", whole) or "0"
        fraction = f".{decimals[1:]}" if len(decimals) > 1 else ""
        text = f"{sign.replace('−', '-')}{digits}{fraction}{power}"
        return text if math.isfinite(float(text)) else None

    @property
    def options(self) -> tuple[str, str]:
        """How one says so: as an option and in a draft."""
        if self.groups:
            return f"--thousands '{self.groups}'", f'"groupChar": "{self.groups}"'
        return f"--decimal '{self.decimal}'", f'"decimalChar": "{self.decimal}"'


@cache
def _pattern(signs: Signs) -> re.Pattern[str]:
    point = re.escape(signs.decimal)
    between = re.escape(GROUPS.get(signs.groups, ""))
    grouped = rf"|[1-9]\d{{0,2}}(?:[{between}]\d{{3}}){{1,5}}"
    whole = r"\d{1,18}" + (grouped if signs.groups else "")
    return re.compile(rf"([+−-]?)(?=\d|{point}\d)({whole})?({point}\d*)?([eE][+-]?\d{{1,3}})?")


KNOWN = tuple(
    Signs(decimal, groups)
    for groups in ("", ",", ".", " ", "'")
    for decimal in (".", ",")
    if decimal != groups
)


@dataclass(frozen=True, slots=True)
class Given:
    """What a person says of how a file is written; empty where nothing is said.

    Parameters
    ----------
    thousands, decimal
        The sign between groups of three, and the decimal sign, of all numbers.
    missing
        Words that mean a missing number, date or truth value; in texts they stay what they are.
    dates
        The form of all dates, such as ``%d.%m.%Y``.
    """

    thousands: str = ""
    decimal: str = ""
    missing: tuple[str, ...] = ()
    dates: str = ""

    def __post_init__(self) -> None:
        if self.thousands and self.thousands not in GROUPS:
            raise ResearchError(
                f"--thousands is one of . , ' and a blank, found '{self.thousands}'."
            )
        if self.decimal not in ("", ".", ",") or (self.decimal and self.decimal == self.thousands):
            raise ResearchError(
                f"--decimal is . or , and not the sign of --thousands, found '{self.decimal}'."
            )
        if problem := date_form_problem(self.dates):
            raise ResearchError(f"--date-format: {problem}.")

    @property
    def signs(self) -> tuple[Signs, ...]:
        """The ways of writing numbers that are left."""
        groups = GROUPS.get(self.thousands, "")
        return tuple(
            signs
            for signs in KNOWN
            if self.decimal in ("", signs.decimal)
            and signs.decimal not in groups
            and (not groups or not signs.groups or signs.groups in groups)
        )


# What a column is ---------------------------------------------------------------------------------


def described(cells: Sequence[str], given: Given) -> dict[str, Any]:
    """The type of a column and how its cells are written, as far as they tell.

    Parameters
    ----------
    cells
        All cells, from the top; empty ones are missing.
    given
        What is said of the file.

    Returns
    -------
    dict
        In the words of Table Schema: ``type`` and, where they are needed, ``decimalChar``,
        ``groupChar``, ``format`` and ``missingValues``. The type is what three in four filled cells
        are: a few wrong ones do not turn a column of numbers into text, the check names them.

    Examples
    --------
    >>> described(["1", "", "20"], Given()), described(["007"], Given())
    ({'type': 'integer'}, {'type': 'string'})
    >>> described(["1.234,5", "3,1"], Given())
    {'type': 'number', 'decimalChar': ',', 'groupChar': '.'}
    """
    filled = [cell for cell in cells if cell and cell not in given.missing]
    meant = [cell for cell in filled if cell.lower() not in MISSING_WORDS]
    field = _dates(meant, given) or _numbers(meant, given) or _truth(meant) or {"type": "string"}
    if field["type"] != "string" and set(given.missing) & set(cells):
        field["missingValues"] = ["", *given.missing]
    return field


def ways(cells: Iterable[str], known: Sequence[Signs] = KNOWN) -> list[Signs]:
    """The ways of writing under which most cells are numbers, one for each reading of the column.

    >>> [signs.options[0] for signs in ways(["1.932", "397"])], len(ways(["1.932", "0.5"]))
    (["--decimal '.'", "--thousands '.'"], 1)
    """
    distinct = list(dict.fromkeys(cells))
    readings = {signs: tuple(map(signs.read, distinct)) for signs in known}
    fitting = {signs: len(distinct) - read.count(None) for signs, read in readings.items()}
    most = max(fitting.values(), default=0)
    best = [signs for signs in known if fitting[signs] == most and most]
    first: dict[tuple[str | None, ...], Signs] = {}
    for signs in best:
        first.setdefault(readings[signs], signs)
    return list(first.values())


def decimal_sign(columns: Iterable[Sequence[str]], given: Given) -> str:
    """The decimal sign of a file, where a column shows it; empty where none does, or two differ."""
    decimals = set()
    for cells in columns:
        numbers = [cell for cell in cells if any(signs.read(cell) for signs in given.signs)]
        (*others, signs) = ways(numbers, given.signs) or [Signs()]
        if not others and any("." in (signs.read(cell) or "") for cell in numbers):
            decimals.add(signs.decimal)
    return decimals.pop() if len(decimals) == 1 else ""


def _numbers(cells: list[str], given: Given) -> dict[str, Any]:
    possible = ways(cells, given.signs)
    first = possible[0] if possible else Signs()
    read = [first.read(cell) for cell in cells]
    if any(map(CODE.match, cells)) or not _most(text is not None for text in read):
        return {}
    whole = all(WHOLE.fullmatch(text) for text in read if text)
    field = {"type": "integer" if whole and len(possible) == 1 else "number"}
    if len(possible) == 1:
        field |= _stated(first, any("." in (text or "") for text in read), len(ways(cells)) > 1)
    return field


def _stated(signs: Signs, fractions: bool, ambiguous: bool) -> dict[str, str]:
    """The signs that a draft must state: those without which the column would be read otherwise."""
    comma = fractions and signs.decimal == ","
    point = {"decimalChar": signs.decimal} if comma or (ambiguous and not signs.groups) else {}
    return point | ({"groupChar": signs.groups} if signs.groups else {})


def _dates(cells: list[str], given: Given) -> dict[str, Any]:
    form = {"type": "date"} | ({"format": given.dates} if given.dates else {})
    if _most(reader(form)(cell) is not None for cell in cells):
        return form
    return {"type": "date"} if _most(_iso(cell) is not None for cell in cells) else {}


def _truth(cells: list[str]) -> dict[str, Any]:
    return {"type": "boolean"} if _most(TRUTH.fullmatch(cell) for cell in cells) else {}


def _most(held: Iterable[object]) -> bool:
    kept = list(map(bool, held))
    return bool(kept) and sum(kept) >= MOST * len(kept)


# Reading cells ------------------------------------------------------------------------------------


def reader(field: Mapping[str, Any]) -> Callable[[str], str | None]:
    """How a filled cell of this column is written in a frozen table; none where it is no such cell.

    >>> reader({"type": "date", "format": "%d.%m.%Y"})("1.11.2026")
    '2026-11-01'
    """
    signs = signs_of(field)

    def whole(cell: str) -> str | None:
        text = signs.read(cell)
        return text if text and WHOLE.fullmatch(text) else None

    def dated(cell: str) -> str | None:
        return _day(cell, str(field["format"])) if field.get("format") else _iso(cell)

    def true(cell: str) -> str | None:
        return cell.lower() if TRUTH.fullmatch(cell) else None

    kinds = {"integer": whole, "number": signs.read, "boolean": true, "date": dated}
    return kinds.get(str(field.get("type")), lambda cell: cell)


def plain(cells: Iterable[str], field: Mapping[str, Any]) -> list[str | None]:
    """All cells as they will be frozen: empty where missing, none where they do not fit.

    >>> plain(["1,5", "", "NA", "x"], {"type": "number", "decimalChar": ",",
    ...     "missingValues": ["NA"]})
    ['1.5', '', '', None]
    """
    read, known = reader(field), dict.fromkeys(["", *field.get("missingValues", [])], "")
    texts: dict[str, str | None] = dict(known)
    return [texts[c] if c in texts else texts.setdefault(c, read(c)) for c in cells]


def signs_of(field: Mapping[str, Any]) -> Signs:
    """How the numbers of a described column are written."""
    groups = str(field.get("groupChar") or "")
    return Signs(str(field.get("decimalChar") or ("," if groups == "." else ".")), groups)


def field_problems(field: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with how a draft says that a column is written."""
    where, signs = f"column '{field['name']}'", signs_of(field)
    if signs.decimal not in (".", ",") or signs.groups not in ("", *GROUPS):
        yield f"{where}: decimalChar is . or , and groupChar one of . , ' and a blank"
    elif signs.groups and signs.decimal in GROUPS[signs.groups]:
        yield f"{where}: decimalChar and groupChar are both '{signs.groups}'"
    if field.get("type") == "date" and (problem := date_form_problem(str(field.get("format", "")))):
        yield f"{where}: {problem}"


def date_form_problem(form: str) -> str:
    """Why this is not the form of a date; empty where it is, or there is none."""
    example = "expected a day, a month and a year such as %d.%m.%Y"
    try:
        whole = not form or _day(datetime(2026, 11, 23).strftime(form), form) == "2026-11-23"
    except (ValueError, re.error):
        whole = False
    return "" if whole else f"the format of dates is '{form}', {example}"


def _iso(text: str) -> str | None:
    try:
        return text if date.fromisoformat(text).isoformat() == text else None
    except ValueError:
        return None


def _day(text: str, form: str) -> str | None:
    try:
        moment = datetime.strptime(text, form)
    except ValueError:
        return None
    return moment.date().isoformat() if moment.time() == time() else None


# Doubts -------------------------------------------------------------------------------------------


def doubt(cells: Sequence[str], field: Mapping[str, Any], first: int) -> tuple[int, str] | None:
    """The first cell that leaves open what a column holds, by its row, and the question.

    Parameters
    ----------
    cells
        All cells, from the top.
    field
        The column as the draft describes it. One of text whose unit says that it is text is not
        asked about, nor is one of numbers whose signs are stated.
    first
        The number of the first row.
    """
    missing = field.get("missingValues", [])
    filled = [(row, cell) for row, cell in enumerate(cells, first) if cell and cell not in missing]
    if field.get("type") in ("integer", "number"):
        stated = field.get("decimalChar") or field.get("groupChar")
        return None if stated else _two_readings(filled)
    if field.get("type") != "string" or is_text(str(field.get("unit") or "")):
        return None
    return _date_in_text(filled) or _number_in_text(filled)


def is_text(unit: str) -> bool:
    """Whether a unit says that a column holds text: it counts nothing."""
    return unit in TEXT_UNITS or unit.startswith("ISO ")


def _two_readings(filled: list[tuple[int, str]]) -> tuple[int, str] | None:
    possible = ways(cell for _, cell in filled if cell.lower() not in MISSING_WORDS)
    for row, cell in filled if len(possible) > 1 else ():
        readings = [signs.read(cell) for signs in possible]
        if len(set(readings)) > 1 and None not in readings:
            said = [signs.options for signs in possible]
            can = " or ".join(f"{r} ({way})" for r, (way, _) in zip(readings, said, strict=True))
            return row, (
                f"'{cell}' can be {can}. Make the draft anew with the one that is meant, or write "
                f"{' or '.join(key for _, key in said)} into the column of the draft"
            )
    return None


def _date_in_text(filled: list[tuple[int, str]]) -> tuple[int, str] | None:
    if not _most(OTHER_DATE.fullmatch(cell) for _, cell in filled):
        return None
    row, cell = next((row, cell) for row, cell in filled if OTHER_DATE.fullmatch(cell))
    return row, (
        f"'{cell}' looks like a date: write dates as 2026-11-01, or make the draft anew with their "
        "form, such as --date-format '%d.%m.%Y'"
    )


def _number_in_text(filled: list[tuple[int, str]]) -> tuple[int, str] | None:
    like = [(row, cell) for row, cell in filled if _looks_numeric(cell)]
    if not like:
        return None
    others = [(row, cell) for row, cell in filled if not any(signs.read(cell) for signs in KNOWN)]
    beside = f", but row {others[0][0]} holds '{others[0][1][:40]}'" if others else ""
    return like[0][0], (
        f"'{like[0][1]}' looks like a number{beside}. Write all cells as numbers such as 1200 and "
        "give words that mean missing by --missing; or, if the column is text, give it one of the "
        f"units {', '.join(TEXT_UNITS[:5])}"
    )


def _looks_numeric(cell: str) -> bool:
    return len(cell) < LONGEST_NUMBER and NUMERIC.fullmatch(cell) is not None
