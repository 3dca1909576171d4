"""How the cells of a column are written: decided for the whole column, or asked; never guessed."""

from __future__ import annotations

import pytest

from research.collect import columns
from research.collect.columns import Given, described, doubt, plain
from research.results import ResearchError


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "", "-20"], "integer"),
        (["1", "2.5", "1e3"], "number"),
        (["1", "2", "3", "x"], "integer"),  # three in four: the check names the fourth
        (["1", "2", "x"], "string"),
        (["1", "2", "NA", "NA"], "integer"),  # words that mean missing do not decide
        (["007", "123", "124", "125", "126"], "string"),  # zeros in front make it a code
        (["12345678901234567890"], "string"),  # as a number it would lose digits
        (["1e999"], "string"),
        (["true", "False"], "boolean"),
        (["2026-11-01", "2026-11-30"], "date"),
        (["2026-11-31"], "string"),
        (["", ""], "string"),
        (["NaN", "inf"], "string"),
        (["12.5 %"], "string"),
        (["1 234", "5"], "integer"),
        (["1'234.5", "5"], "number"),
        (["\u22125", "4"], "integer"),
    ],
)
def test_the_type_of_a_column(cells, kind):
    assert described(cells, Given())["type"] == kind


@pytest.mark.parametrize(
    ("cells", "given", "frozen"),
    [
        (["1.234", "950", "1.174.590"], {}, ["1234", "950", "1174590"]),
        (["1,234.5", "2"], {}, ["1234.5", "2"]),
        (["1.234,5", "2.000"], {}, ["1234.5", "2000"]),
        (["1.932", "0.5"], {}, ["1.932", "0.5"]),
        (["1.932", "12.25"], {}, ["1.932", "12.25"]),
        (["1 234", "2\u202f000", "3\u00a0500"], {}, ["1234", "2000", "3500"]),
        (["1.932", "397"], {"thousands": "."}, ["1932", "397"]),
        (["1.932", "397"], {"decimal": "."}, ["1.932", "397"]),
        (["1.932", "397"], {"decimal": ","}, ["1932", "397"]),
        (["1,200", "NA"], {"thousands": ",", "missing": ("NA",)}, ["1200", ""]),
        (["1,200", "3"], {"decimal": ","}, ["1.200", "3"]),
        (["3.11.2026", "30.11.2026"], {"dates": "%d.%m.%Y"}, ["2026-11-03", "2026-11-30"]),
        (["20261103"], {"dates": "%Y%m%d"}, ["2026-11-03"]),
        (["NA", "x"], {"missing": ("NA",)}, ["NA", "x"]),  # in texts a word is a word
    ],
)
def test_a_convention_is_decided_for_the_column(cells, given, frozen):
    field = described(cells, Given(**given)) | {"unit": "text"}
    assert plain(cells, field) == frozen
    assert doubt(cells, field, 2) is None


@pytest.mark.parametrize(
    ("cells", "row", "question"),
    [
        (["397", "1.932"], 3, "'1.932' can be 1.932 .--decimal '.'. or 1932 .--thousands '.'."),
        (["1,200", "NA"], 2, "'1,200' can be"),
        (["1,234", "5.678"], 2, "'1,234' can be"),
        (["01.11.2026"], 2, "looks like a date"),
        (["a", "1,234"], 3, "'1,234' looks like a number, but row 2 holds 'a'"),
        (["12.5 %", "3 %"], 2, "'12.5 %' looks like a number"),
        (["<10", "20", "30"], 2, "'<10' looks like a number"),
    ],
)
def test_what_leaves_two_readings_is_asked_with_row_and_cell(cells, row, question):
    import re

    field = described(cells, Given()) | {"unit": "hosts"}
    found = doubt(cells, field, 2)
    assert found is not None
    assert found[0] == row
    assert re.search(question, found[1])


@pytest.mark.parametrize("unit", ["text", "name", "identifier", "ISO 8601 date"])
def test_a_unit_of_text_settles_that_a_column_is_text(unit):
    assert doubt(["a", "7"], {"name": "c", "type": "string", "unit": unit}, 2) is None


@pytest.mark.parametrize(
    ("columns_", "sign"),
    [
        ([["1.234"], ["12,5"]], ","),
        ([["1.234"], ["12.5"]], "."),
        ([["1.234"], ["7"]], ""),
        ([["12,5"], ["12.5"]], ""),
        ([["text"], []], ""),
    ],
)
def test_the_decimal_sign_of_a_file_is_that_of_the_column_that_shows_it(columns_, sign):
    assert columns.decimal_sign(columns_, Given()) == sign


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"thousands": "x"}, "--thousands is one of"),
        ({"decimal": ";"}, "--decimal is . or ,"),
        ({"decimal": ".", "thousands": "."}, "not the sign of --thousands"),
        ({"dates": "%Y"}, "expected a day, a month and a year"),
        ({"dates": "%H:%M"}, "expected a day"),
        ({"dates": "%Q("}, "expected a day"),
    ],
)
def test_how_a_file_is_written_is_said_in_its_form(given, message):
    with pytest.raises(ResearchError, match=message):
        Given(**given)


def test_a_time_of_day_is_not_dropped_from_a_date():
    read = columns.reader({"type": "date", "format": "%Y-%m-%d %H:%M"})
    assert [read("2026-11-01 00:00"), read("2026-11-01 10:00")] == ["2026-11-01", None]
