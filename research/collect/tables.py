"""Read a person's CSV file: how it is written is found out and said; no cell is guessed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from research.results import ResearchError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
LONGEST_CELL = 131_072  # characters
LOOKED_AT = 50  # records from which the delimiter is read
LISTED = 10  # rows that a message names one by one
# The first bytes of files that are sent in the place of a CSV file.
OTHER_FORMATS = {
    b"PK\x03\x04": "a spreadsheet or zip archive",
    b"\xd0\xcf\x11\xe0": "a spreadsheet",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF",
}
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
MOST = 0.75  # of the filled cells decide what a column holds
WHOLE = re.compile(r"[+-]?\d{1,18}")  # 18 digits fit 64 bits
CODE = re.compile(r"[+-]?0\d")  # 007 is a code: as a number it would lose its zeros
DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
DECIMAL_COMMA = re.compile(r"[+-]?\d+(,\d+)?")
TRUTH = re.compile("true|false", re.IGNORECASE)
OTHER_DATE = re.compile(r"\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}/\d{1,2}/\d{1,2}")
GROUPED = re.compile(r"[+-]?\d{1,3}([ ,.'’\u00a0]\d{3})+")  # 1,234,567


@dataclass(frozen=True, slots=True)
class TextTable:
    """The cells of a CSV file as text, and how the file is written."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> list[str]:
        """The cells of one column, from the top."""
        at = self.header.index(name)
        return [row[at] for row in self.rows]

    @property
    def written(self) -> str:
        """How the file is written, as a phrase."""
        return (
            f"{len(self.rows)} rows, {len(self.header)} columns, encoding {self.encoding}, "
            f"cells separated by {DELIMITERS[self.delimiter]}"
        )


def read(path: Path) -> TextTable:
    """Which cells does this CSV file hold?

    Parameters
    ----------
    path
        Text in UTF-8, UTF-16 (with its mark) or Windows-1252, with a header row; cells separated by
        comma, semicolon, tab or vertical bar.

    Returns
    -------
    TextTable
        Cells without the blanks around them.

    Raises
    ------
    ResearchError
        If the file is missing, empty, not a text table, cut off, or ragged; the message names rows
        as a spreadsheet does: the header is row 1.
    """
    text, encoding = _decoded(path)
    delimiter = _delimiter(text)
    records = [tuple(cell.strip() for cell in record) for record in _records(text, delimiter, path)]
    while records and not any(records[-1]):
        records.pop()  # blank lines at the end
    if not records:
        raise ResearchError(f"{path} is empty: expected a header row and rows below it.")
    header, *rows = records
    _refuse_header(header, path)
    _refuse_ragged(header, rows, path)
    if not rows:
        raise ResearchError(
            f"{path} has a header ({', '.join(header)}) and no rows: expected at least one."
        )
    return TextTable(path, encoding, delimiter, header, tuple(rows))


def kind(cells: list[str], *, decimal_comma: bool = False) -> str:
    """The type of a column: what all filled cells are, or three in four of them.

    A few wrong cells do not turn a column of numbers into text: the check names them.

    Examples
    --------
    >>> kind(["1", "", "20"]), kind(["1", "2.5"]), kind(["2026-11-01"]), kind(["007", "123"])
    ('integer', 'number', 'date', 'string')
    """
    filled = [cell for cell in cells if cell]
    if any(map(CODE.match, filled)):
        return "string"
    share = {
        kind: sum(map(fits(kind, decimal_comma=decimal_comma), filled))
        for kind in ("integer", "number", "boolean", "date")
    }
    best = max(share, key=lambda kind: share[kind])  # the first of equals: whole numbers first
    return best if filled and share[best] >= MOST * len(filled) else "string"


def fits(kind: str, *, decimal_comma: bool = False) -> Callable[[str], bool]:
    """Whether a filled cell is written as this type is written here."""
    patterns = {
        "integer": WHOLE,
        "number": DECIMAL_COMMA if decimal_comma else DECIMAL,
        "boolean": TRUTH,
    }
    if kind in patterns:
        return lambda cell: patterns[kind].fullmatch(cell) is not None
    return _is_date if kind == "date" else lambda _: True


def has_decimal_comma(table: TextTable, column: str) -> bool:
    """Whether the column's numbers are written 3,5; never where the comma separates cells."""
    cells = [cell for cell in table.column(column) if cell]
    return (
        table.delimiter != ","
        and any("," in cell for cell in cells)
        and kind(cells, decimal_comma=True) == "number"
    )


def stays_text(cells: list[str]) -> str:
    """Why a column that looks like numbers or dates is read as text; empty where it does not."""
    filled = [cell for cell in cells if cell]
    if filled and all(map(OTHER_DATE.fullmatch, filled)):
        return f"'{filled[0]}' looks like a date: write dates as 2026-11-01"
    grouped = [cell for cell in filled if GROUPED.fullmatch(cell)]
    if grouped and all(GROUPED.fullmatch(cell) or WHOLE.fullmatch(cell) for cell in filled):
        return f"'{grouped[0]}' looks like a number in groups of three: write 1234567"
    return ""


# The file -----------------------------------------------------------------------------------------


def _decoded(path: Path) -> tuple[str, str]:
    try:
        payload = path.read_bytes()
    except FileNotFoundError:
        raise ResearchError(f"There is no file {path}. Give the path of a CSV file.") from None
    for start, other in OTHER_FORMATS.items():
        if payload.startswith(start):
            raise ResearchError(
                f"{path} is {other}, not CSV text. Open it where it was made and save it as CSV."
            )
    mark = next((mark for mark in BYTE_ORDER_MARKS if payload.startswith(mark)), None)
    if mark is None and b"\0" in payload:
        line = payload[: payload.index(b"\0")].count(b"\n") + 1
        raise ResearchError(
            f"{path}, line {line}: found a NUL byte, expected text. The file is damaged or is not "
            "CSV; save it anew as CSV in UTF-8."
        )
    for encoding in [BYTE_ORDER_MARKS[mark]] if mark else ["utf-8", "cp1252"]:
        try:
            return payload.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise ResearchError(
        f"{path} is neither UTF-8, UTF-16 nor Windows-1252 text. Save it as CSV in UTF-8."
    )


def _delimiter(text: str) -> str:
    """The sign that cuts the first records into most, and equally many, cells."""

    def score(delimiter: str) -> tuple[bool, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            widths = [len(record) for record in islice(reader, LOOKED_AT) if record]
        except csv.Error:
            return False, 0
        return len(set(widths)) == 1 and widths[0] > 1, max(widths, default=0)

    return max(DELIMITERS, key=score)


def _records(text: str, delimiter: str, path: Path) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    row = 0
    while True:
        # Of the whole process, and others change it: frictionless lifts it when it reads.
        others = csv.field_size_limit(LONGEST_CELL)
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ResearchError(
                f"{path}, row {row + 1} (line {reader.line_num}): {_reason(error)}"
            ) from None
        finally:
            csv.field_size_limit(others)
        row += 1
        yield record


def _reason(error: csv.Error) -> str:
    if "field larger" in str(error):
        return (
            f"found a cell of more than {LONGEST_CELL:,} characters. Most often a "
            "quotation mark is not closed; close it, or shorten the cell."
        )
    if "unexpected end" in str(error):
        return "found the end of the file within a quoted cell. Close the quotation mark."
    return f"the quotation marks are not those of CSV ({error}). Double those within a cell."


def _refuse_header(header: tuple[str, ...], path: Path) -> None:
    blank = [str(at) for at, name in enumerate(header, start=1) if not name]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if blank:
        raise ResearchError(
            f"{path}, row 1: column {', '.join(blank)} has no name. Name every column."
        )
    if twice:
        raise ResearchError(
            f"{path}, row 1: the header names {', '.join(map(repr, twice))} more than once. Give "
            "every column a name of its own."
        )


def _refuse_ragged(header: tuple[str, ...], rows: list[tuple[str, ...]], path: Path) -> None:
    uneven = [
        f"row {at} has {len(row)}" if any(row) else f"row {at} is blank"
        for at, row in enumerate(rows, start=2)
        if len(row) != len(header)
    ]
    if uneven:
        more = f" and {len(uneven) - LISTED} more" if len(uneven) > LISTED else ""
        raise ResearchError(
            f"{path}: the header has {len(header)} cells, but {', '.join(uneven[:LISTED])}{more}. "
            "Give every row as many cells as the header; quote a cell that holds the separator."
        )


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
