"""Tables in Excel workbooks: the cells as they were meant, or the reason why not."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from research.collect import columns, tables
from research.results import ResearchError


def workbook(tmp_path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    path = tmp_path / "mine.xlsx"
    book.save(path)
    return path


def test_cells_keep_what_they_were_meant_to_be(tmp_path):
    rows = [
        ["land", "hosts", "share", "day", "new", "note"],
        ["Germany", 12, 1.932, date(2026, 11, 1), True, "1.932"],
        ["Chad", 5.0, 0.25, datetime(2026, 11, 2), False, None],
    ]
    table = tables.read(workbook(tmp_path, Data=rows))
    assert table.written == "2 rows, 6 columns, sheet 'Data'"
    assert table.rows == (
        ("Germany", "12", "1.9320", "2026-11-01", "true", "1.932"),
        ("Chad", "5", "0.25", "2026-11-02", "false", ""),
    )


def test_a_number_of_excel_is_no_question_and_a_number_as_text_is_one(tmp_path):
    rows = [["typed", "text"], [1.932, "1.932"], [12.345, "86.464"]]
    table = tables.read(workbook(tmp_path, Data=rows))
    typed, text = map(table.column, table.header)
    assert columns.doubt(typed, columns.described(typed, columns.Given()), 2) is None
    assert columns.doubt(text, columns.described(text, columns.Given()), 2) is not None


def test_titles_and_empty_columns_are_left_out(tmp_path):
    rows = [["Hosts by country"], [], [None], ["land", "hosts"], ["Chad", 5], [None, None]]
    table = tables.read(workbook(tmp_path, Data=rows))
    assert (table.header, table.rows, table.first_row) == (("land", "hosts"), (("Chad", "5"),), 5)


def test_one_sheet_is_read_and_several_are_asked_about(tmp_path):
    path = workbook(tmp_path, Notes=[["a"], [1]], Data=[["b"], [2]], Empty=[])
    with pytest.raises(ResearchError, match=r"has the sheets Notes, Data.*--sheet 'Notes'"):
        tables.read(path)
    with pytest.raises(ResearchError, match="and no 'data'"):
        tables.read(path, "data")
    assert tables.read(path, "Data").header == ("b",)


def test_a_formula_without_its_value_is_refused(tmp_path):
    path = workbook(tmp_path, Data=[["a", "b"], [1, "=A2*2"]])
    with pytest.raises(ResearchError, match="sheet 'Data', row 2, column 2: found a formula"):
        tables.read(path)


def test_what_is_no_workbook_or_an_empty_one_says_so(tmp_path):
    path = tmp_path / "mine.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    with pytest.raises(ResearchError, match="could not be read as an Excel workbook"):
        tables.read(path)
    with pytest.raises(ResearchError, match="is empty"):
        tables.read(workbook(tmp_path, Data=[]))


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    from research.collect import workbooks

    monkeypatch.setattr(workbooks, "LARGEST", 1_000)
    with pytest.raises(ResearchError, match="unpacks to"):
        tables.read(workbook(tmp_path, Data=[["a"], [1]]))


def test_a_false_size_of_a_sheet_does_no_harm(tmp_path):
    path = workbook(tmp_path, Data=[["a"], [1]])
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(packed, "w") as new:
        for part in old.infolist():
            text = old.read(part)
            new.writestr(part, text.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"'))
    path.write_bytes(packed.getvalue())
    assert tables.read(path).rows == (("1",),)
