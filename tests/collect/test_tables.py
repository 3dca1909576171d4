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
    assert (table.encoding, table.delimiter, table.rows[0]) == (encoding, delimiter, first)


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
        (b"PK\x03\x04rest", "is a spreadsheet or zip archive, not CSV text"),
        (b"PAR1rest", "is a Parquet file, not CSV text"),
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
    ("cells", "kind"),
    [
        (["1", "", "-20"], "integer"),
        (["1", "2.5", "1e3"], "number"),
        (["1", "2", "3", "x"], "integer"),  # three in four: the check names the fourth
        (["1", "2", "x"], "string"),
        (["007", "123", "124", "125", "126"], "string"),  # zeros in front make it a code
        (["true", "False"], "boolean"),
        (["2026-11-01", "2026-11-30"], "date"),
        (["2026-11-31"], "string"),
        (["", ""], "string"),
        (["NaN", "inf"], "string"),
    ],
)
def test_the_type_of_a_column(cells, kind):
    assert tables.kind(cells) == kind


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["01.11.2026"], "looks like a date"),
        (["1,234", "5"], "'1,234' looks like a number in groups of three"),
        (["abc", "1,234"], "^$"),
        (["1", "2"], "^$"),
    ],
)
def test_what_stays_text_says_why(cells, reason):
    import re

    assert re.search(reason, tables.stays_text(cells))


def test_a_decimal_comma_is_seen_only_where_the_comma_separates_nothing(tmp_path):
    with_comma = tables.read(written(tmp_path, b"a;b\n1,5;1\n2;2\n"))
    assert [tables.has_decimal_comma(with_comma, name) for name in "ab"] == [True, False]
    quoted = tables.read(written(tmp_path, b'a,b\n"1,5",1\n'))
    assert not tables.has_decimal_comma(quoted, "a")
