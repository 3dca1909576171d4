"""Read a person's table, CSV or Excel: how it is written is found out and said, never guessed."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from research.collect import workbooks
from research.results import ResearchError

Records = list[tuple[str, ...]]
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
LONGEST_CELL = 131_072  # characters
LOOKED_AT = 50  # records from which the delimiter is read
LISTED = 10  # rows that a message names one by one
# The first bytes of files that are sent in the place of a CSV file.
OTHER_FORMATS = {
    b"\xd0\xcf\x11\xe0": "an old or protected spreadsheet",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF",
}
WORKBOOK = b"PK\x03\x04"
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
NUMBER = re.compile(r"[+-]?\d")  # as no name of a column begins
HINT = re.compile(r'"?sep=(.)"?', re.IGNORECASE)  # a first line that Excel writes for itself


@dataclass(frozen=True, slots=True)
class TextTable:
    """The cells of a file as text, and how the file is written.

    ``first_row`` is the number of the first row below the header, as a spreadsheet counts it;
    ``notes`` say what of the file is no part of the table.
    """

    path: Path
    form: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first_row: int = 2
    notes: tuple[str, ...] = ()
    sheet: str = ""

    def column(self, name: str) -> list[str]:
        """The cells of one column, from the top."""
        at = self.header.index(name)
        return [row[at] for row in self.rows]

    @property
    def written(self) -> str:
        """How the file is written, as a phrase."""
        said = (f"{len(self.rows)} rows, {len(self.header)} columns", self.form, *self.notes)
        return ", ".join(said)


def read(path: Path, sheet: str = "") -> TextTable:
    """Which cells does this file hold?

    Parameters
    ----------
    path
        An Excel workbook, or text in UTF-8, UTF-16 (with its mark) or Windows-1252 whose cells are
        separated by comma, semicolon, tab or vertical bar; with a header row. Titles above the
        header are left out where a blank row sets them off, or each is a single cell.
    sheet
        Of a workbook; needed where it has more than one with cells.

    Returns
    -------
    TextTable
        Cells without the blanks around them.

    Raises
    ------
    ResearchError
        If the file is missing, empty, no table, cut off, or ragged; the message names rows as a
        spreadsheet does.
    """
    payload = _payload(path)
    if payload.startswith(WORKBOOK):
        records, sheet = workbooks.read(path, payload, sheet)
        return _table(path, f"sheet '{sheet}'", records, sheet=sheet)
    text, encoding = _decoded(path, payload)
    notes: tuple[str, ...] = ()
    hint = HINT.fullmatch(text.partition("\n")[0].rstrip("\r"))
    if hint:
        text, notes = text.partition("\n")[2], (f"after Excel's line '{hint[0]}'",)
    delimiter = hint[1] if hint and hint[1] in DELIMITERS else _delimiter(text)
    form = f"encoding {encoding}, cells separated by {DELIMITERS[delimiter]}"
    cells = [tuple(cell.strip() for cell in row) for row in _records(text, delimiter, path)]
    return _table(path, form, cells, notes)


def _table(
    path: Path, form: str, records: Records, notes: tuple[str, ...] = (), sheet: str = ""
) -> TextTable:
    while records and not any(records[-1]):
        records.pop()  # blank lines at the end
    if not records:
        raise ResearchError(f"{path} is empty: expected a header row and rows below it.")
    above = _above_the_header(records, path)
    header, *rows = _without_empty_columns(records[above:])
    _refuse_header(header, path, above + 1)
    _refuse_ragged(header, rows, path, above + 2)
    if not rows:
        raise ResearchError(
            f"{path} has a header ({', '.join(header)}) and no rows: expected at least one."
        )
    if above:
        notes += (f"the header is row {above + 1}: what stands above it is left out",)
    return TextTable(path, form, header, tuple(rows), above + 2, notes, sheet)


def _above_the_header(records: Records, path: Path) -> int:
    """How many rows stand before the header, which is the first as wide as most rows are."""
    widths = [_width(record) for record in records]
    usual = Counter(width for width in widths if width).most_common(1)[0][0]
    above = next(at for at, width in enumerate(widths) if width >= usual)
    before = widths[:above]
    title = above and max(before) <= 1 < usual and not any(map(NUMBER.match, records[above]))
    if not above or before[-1] == 0 or title:
        return above
    if any(not width for width in before):
        begin = ", ".join(records[above])[:60]
        raise ResearchError(
            f"{path}: the table seems to begin at row {above + 1} ({begin}), for the rows above it "
            "have fewer cells. Delete them, or leave one blank row above the header."
        )
    return 0  # ragged, as will be told


def _width(record: Sequence[str]) -> int:
    """The number of cells up to the last filled one."""
    return max((at for at, cell in enumerate(record, start=1) if cell), default=0)


def _without_empty_columns(records: Records) -> Records:
    """Columns at the end without name and cells come from a separator at the end of each line."""
    width = max(map(_width, records))
    return [record[:width] for record in records]


# The file -----------------------------------------------------------------------------------------


def _payload(path: Path) -> bytes:
    try:
        payload = path.read_bytes()
    except FileNotFoundError:
        raise ResearchError(f"There is no file {path}. Give the path of a table.") from None
    for start, other in OTHER_FORMATS.items():
        if payload.startswith(start):
            raise ResearchError(
                f"{path} is {other}, not CSV or Excel (.xlsx). Open it where it was made and save "
                "it as CSV."
            )
    return payload


def _decoded(path: Path, payload: bytes) -> tuple[str, str]:
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


def _refuse_header(header: tuple[str, ...], path: Path, row: int) -> None:
    blank = [str(at) for at, name in enumerate(header, start=1) if not name]
    twice = sorted(name for name, times in Counter(header).items() if name and times > 1)
    if blank:
        raise ResearchError(
            f"{path}, row {row}: column {', '.join(blank)} has no name. Name every column."
        )
    if twice:
        raise ResearchError(
            f"{path}, row {row}: the header names {', '.join(map(repr, twice))} more than once. "
            "Give every column a name of its own."
        )


def _refuse_ragged(header: tuple[str, ...], rows: Records, path: Path, first: int) -> None:
    uneven = [
        f"row {at} has {len(row)}" if any(row) else f"row {at} is blank"
        for at, row in enumerate(rows, start=first)
        if len(row) != len(header)
    ]
    if uneven:
        more = f" and {len(uneven) - LISTED} more" if len(uneven) > LISTED else ""
        raise ResearchError(
            f"{path}: the header has {len(header)} cells, but {', '.join(uneven[:LISTED])}{more}. "
            "Give every row as many cells as the header; quote a cell that holds the separator."
        )
