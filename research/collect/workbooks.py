"""Read a sheet of an Excel workbook as text: numbers as numbers are written, days as 2026-11-01."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, time
from pathlib import Path
from typing import Any

from research.results import ResearchError

LARGEST = 500_000_000  # bytes unpacked
MOST_CELLS = 20_000_000
Records = list[tuple[str, ...]]


def read(path: Path, payload: bytes, sheet: str = "") -> tuple[Records, str]:
    """The cells of a sheet, and its name.

    Parameters
    ----------
    path
        For the messages.
    payload
        The bytes of a workbook (.xlsx, .xlsm).
    sheet
        A sheet by name; may be empty where only one has cells.

    Raises
    ------
    ResearchError
        If the workbook is damaged, too large or of another kind, the sheet is not clear, or a
        formula was saved without its value.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > LARGEST:
            raise ResearchError(f"{path} unpacks to {unpacked:,} bytes. Save the sheet as CSV.")
        values, formulas = (_sheets(payload, values=values) for values in (True, False))
    except ResearchError:
        raise
    except Exception as error:  # damage shows in many ways
        raise ResearchError(
            f"{path} could not be read as an Excel workbook ({type(error).__name__}: {error}). "
            "Open it where it was made and save it as .xlsx or CSV."
        ) from None
    chosen = _chosen(path, values, sheet)
    _refuse_unsaved(path, chosen, values[chosen], formulas[chosen])
    texts = [tuple(map(_text, row)) for row in values[chosen]]
    width = max(map(len, texts), default=0)
    return [row + ("",) * (width - len(row)) for row in texts], chosen


def _sheets(payload: bytes, *, values: bool) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of all sheets, with the values that were saved or the formulas."""
    import warnings

    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions, which are not read
        book = load_workbook(io.BytesIO(payload), read_only=True, data_only=values)
        sheets = {}
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a sheet says of its size need not be true
            sheets[sheet.title] = list(sheet.iter_rows(values_only=True))
        book.close()
    if sum(len(row) for rows in sheets.values() for row in rows) > MOST_CELLS:
        raise ResearchError(f"A workbook of more than {MOST_CELLS:,} cells: save it as CSV.")
    return sheets


def _chosen(path: Path, sheets: dict[str, list[tuple[Any, ...]]], wanted: str) -> str:
    filled = [
        name for name, rows in sheets.items() if any(c is not None for row in rows for c in row)
    ]
    if wanted in filled or (not wanted and len(filled) == 1):
        return wanted or filled[0]
    if not filled:
        raise ResearchError(f"{path} is empty: expected a sheet with a header and rows below it.")
    raise ResearchError(
        f"{path} has the sheets {', '.join(filled)}"
        + (f", and no '{wanted}'" if wanted else "")
        + f". Name one, for example --sheet '{filled[0]}'."
    )


def _refuse_unsaved(
    path: Path, sheet: str, values: list[tuple[Any, ...]], formulas: list[tuple[Any, ...]]
) -> None:
    for row, (shown, meant) in enumerate(zip(values, formulas, strict=True), start=1):
        for column, (value, formula) in enumerate(zip(shown, meant, strict=True), start=1):
            if value is None and formula is not None:
                raise ResearchError(
                    f"{path}, sheet '{sheet}', row {row}, column {column}: found a formula without "
                    "its value. Open the file in a spreadsheet and save it there."
                )


def _text(value: Any) -> str:
    """A cell as a person would write it; a fraction is written so that no dot groups thousands."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value)
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        text = repr(value)
        return f"{text}0" if len(text.partition(".")[2]) == 3 else text
    return str(value).strip()
