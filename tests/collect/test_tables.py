"""Reading a person's CSV file: how it is written is found out; what is damaged is refused."""

from __future__ import annotations

import pytest

from research.collect import tables
from research.results import ResearchError


def written(tmp_path, payload):
    path = tmp_path / "mine.csv"
    path.write_bytes(payload)
    return path


@pytest.mark.parametrize(
    ("payload", "encoding", "delimiter", "first"),
    [
        (b"a,b\n1,2\n", "utf-8", ",", ("1", "2")),
        (b"a, b\r\n 1, 2 \r\n\r\n\r\n", "utf-8", ",", ("1", "2")),
        (b"a;b\n1,5;x, y\n2,5;z\n", "utf-8", ";", ("1,5", "x, y")),
        (b"a|b\n1|2\n", "utf-8", "|", ("1", "2")),
        ("a\tb\nö\t2\n".encode("utf-16"), "utf-16", "\t", ("ö", "2")),
        ("\ufeffa,b\nö,2\n".encode(), "utf-8-sig", ",", ("ö", "2")),
        ("a;b\nGrün;1\n".encode("cp1252"), "cp1252", ";", ("Grün", "1")),
        (b'a,b\n"x, y\nz",""""\n', "utf-8", ",", ("x, y\nz", '"')),
        (b"a\n1\n2\n", "utf-8", ",", ("1",)),
    ],
)
def test_how_a_file_is_written_is_found_out(tmp_path, payload, encoding, delimiter, first):
    table = tables.read(written(tmp_path, payload))
    form = f"encoding {encoding}, cells separated by {tables.DELIMITERS[delimiter]}"
    assert (table.form, table.rows[0]) == (form, first)


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"", "is empty: expected a header row"),
        (b"\n\n", "is empty"),
        (b"a,b\n", r"has a header \(a, b\) and no rows"),
        (b"a,b\n1,2\n3\n\n4,5,6\n", "header has 2 cells, but row 3 has 1, row 4 is blank, row 5"),
        (b"a,a,b\n1,2,3\n", "row 1: the header names 'a' more than once"),
        (b"a,,b\n1,2,3\n", "row 1: column 2 has no name"),
        (b"a,b\n1,\x00\n", "line 2: found a NUL byte, expected text"),
        (b"a,b\n1,\x81\n", "neither UTF-8, UTF-16 nor Windows-1252"),
        (b'a,b\n"x,1\n2,3\n', "row 2 .*end of the file within a quoted cell"),
        (b'a,b\n"x"y,2\n', "row 2 .*quotation marks are not those of CSV"),
        (b"a\n" + b"x" * 200_000 + b"\n", "row 2 .*more than 131,072 characters"),
        (b"PK\x03\x04rest", "could not be read as an Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "is an old or protected spreadsheet, not CSV or Excel"),
        (b"PAR1rest", "is a Parquet file, not CSV or Excel"),
    ],
)
def test_what_is_damaged_is_refused_with_its_place(tmp_path, payload, message):
    path = written(tmp_path, payload)
    with pytest.raises(ResearchError, match=message) as caught:
        tables.read(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ResearchError, match=r"There is no file .*mine.csv"):
        tables.read(tmp_path / "mine.csv")


@pytest.mark.parametrize(
    ("payload", "header", "first_row", "note"),
    [
        (b"sep=;\r\na;b\r\n1;2\r\n", ("a", "b"), 2, "after Excel's line 'sep=;'"),
        (b'"sep=|"\na|b\n1|2\n', ("a", "b"), 2, "after Excel's line"),
        (b"sep=\t\na\tb\n1\t2\n", ("a", "b"), 2, "after Excel's line"),
        (b"Source,S,\n\nDay,d,\n\na,b,c,\n1,2,3,\n4,5,6,\n", ("a", "b", "c"), 6, "is row 5"),
        (b"My hosts\na,b\n1,2\n", ("a", "b"), 3, "the header is row 2"),
        (b"My hosts,,\n,,\na,b,c\n1,2,3\n", ("a", "b", "c"), 4, "the header is row 3"),
        (b"\n\na,b\n1,2\n", ("a", "b"), 4, "the header is row 3"),
        (b"a,b,,\n1,2,,\n", ("a", "b"), 2, ""),
        (b"a,b,c\n1,2,\n3,4,\n", ("a", "b", "c"), 2, ""),
    ],
)  # fmt: skip
def test_what_stands_around_the_table_is_told(tmp_path, payload, header, first_row, note):
    table = tables.read(written(tmp_path, payload))
    assert (table.header, table.first_row) == (header, first_row)
    assert table.rows[0][:2] == ("1", "2")
    assert note in "; ".join(table.notes)
    assert bool(table.notes) == bool(note)


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"a,b\n1,2,3\n4,5,6\n", "header has 2 cells, but row 2 has 3"),
        (b"land,1\n\nDay,d\na,b,c\n1,2,3\n4,5,6\n", "seems to begin at row 4 .a, b, c."),
        (b"name\n1,2\n3,4\n", "header has 1 cells"),
        (b"Title\n\na,b\n1,2\n5,6\n3\n", "row 6 has 1"),
    ],
)
def test_a_table_whose_beginning_is_not_clear_is_refused(tmp_path, payload, message):
    with pytest.raises(ResearchError, match=message):
        tables.read(written(tmp_path, payload))
