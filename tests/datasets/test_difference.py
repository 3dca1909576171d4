"""Two versions of a dataset: new, gone, renamed, and which numbers jumped."""

from __future__ import annotations

import json
import math
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import typer
from scipy.stats import median_abs_deviation
from typer.testing import CliRunner

from research.cli.own_data import diff
from research.datasets import DatasetError, freeze
from research.datasets.difference import DEVIATIONS, LEAST_FACTOR, SCALE, difference
from research.plain import to_plain

OLD, NEW = "2026-10-01", "2026-11-01"
TYPES = {"O": "string", "str": "string", "int64": "integer", "Int64": "integer",
         "float64": "number", "datetime64[us]": "date", "datetime64[s]": "date"}  # fmt: skip
# Factors are exponentials of logarithms, twice rounded.
ROUNDING = 1e-12


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def folder_of(name, version):
    return Path("datasets") / name / version


def frozen(name, version, frame, key, *, parquet=False, **others):
    """A version with the table ``name`` (and other tables)."""
    frames = {name: frame, **others}
    package = {
        "name": name, "title": "T", "description": "D.", "version": version,
        "licenses": [{"name": "CC0-1.0"}], "sources": [{"title": "S"}], "citation": "C.",
        "knownLimitations": ["L."],
        "resources": [
            {"name": table, "schema": {"primaryKey": key, "fields": [
                {"name": c, "type": TYPES[str(rows[c].dtype)], "unit": "u", "description": "d"}
                for c in rows]}}
            for table, rows in frames.items()
        ],
    }  # fmt: skip
    freeze(folder_of(name, version), _files(frames, parquet), descriptor=package)


def _files(frames, parquet):
    if not parquet:
        return frames
    for table, frame in frames.items():
        with duckdb.connect() as engine:
            engine.register("frame", frame)
            engine.execute(f"COPY (FROM frame) TO '{table}.parquet' (FORMAT parquet)")
    return {table: Path(f"{table}.parquet") for table in frames}


def models(day, rows):
    """Rows of a table of the Hub: name, identity, downloads."""
    frame = pd.DataFrame(rows, columns=["model_id", "object_id", "hub_downloads_30d"])
    frame["hub_downloads_30d"] = frame["hub_downloads_30d"].astype("Int64")
    frame.insert(0, "as_of", pd.Timestamp(day))
    return frame.astype({"model_id": "str", "object_id": "str"})


BEFORE = [("a/x", "1", 100), ("a/gone", "2", 5), ("a/old", "3", 7), ("a/again", "4", 8)]
AFTER = [("a/x", "1", 110), ("a/new", "9", 6), ("a/renamed", "3", 7), ("a/again", "5", 8)]


@pytest.mark.parametrize("parquet", [False, True])
def test_with_an_identity_a_renamed_row_is_neither_new_nor_gone(here, parquet):
    frozen("hub", OLD, models(OLD, BEFORE), ["as_of", "object_id"], parquet=parquet)
    frozen("hub", NEW, models(NEW, AFTER), ["as_of", "object_id"], parquet=parquet)
    (found,) = difference("hub", OLD, NEW).tables
    # "a/again" was deleted and made anew by another: the same name, another repository.
    assert found.new == (("a/again",), ("a/new",))
    assert found.gone == (("a/again",), ("a/gone",))
    assert [(row.old, row.new) for row in found.renamed] == [(("a/old",), ("a/renamed",))]
    assert (found.n_new, found.n_gone, found.n_renamed, found.n_matched) == (2, 2, 1, 2)
    assert found.matched_by == ("object_id",)
    assert (found.rows, found.days) == ((4, 4), (OLD, NEW))


def test_without_an_identity_on_one_side_rows_match_by_name(here):
    frozen("hub", OLD, models(OLD, BEFORE).drop(columns="object_id"), ["as_of", "model_id"])
    frozen("hub", NEW, models(NEW, AFTER), ["as_of", "object_id"])
    (found,) = difference("hub", OLD, NEW).tables
    assert found.matched_by == ("model_id",)
    assert found.new == (("a/new",), ("a/renamed",))
    assert found.gone == (("a/gone",), ("a/old",))
    assert found.n_renamed == 0


def test_rows_whose_identity_is_missing_match_by_name(here):
    rows = [(name, None if name == "a/x" else identity, n) for name, identity, n in AFTER]
    frozen("hub", OLD, models(OLD, BEFORE), ["as_of", "model_id"])
    frozen("hub", NEW, models(NEW, rows), ["as_of", "model_id"])
    (found,) = difference("hub", OLD, NEW).tables
    assert found.n_matched == 2
    assert ("a/x",) not in found.new + found.gone


def test_only_the_latest_day_of_each_version_is_compared(here):
    both_days = pd.concat([models("2026-09-01", AFTER), models(OLD, BEFORE)], ignore_index=True)
    frozen("hub", OLD, both_days, ["as_of", "model_id"])
    frozen("hub", NEW, models(NEW, BEFORE), ["as_of", "model_id"])
    (found,) = difference("hub", OLD, NEW).tables
    assert (found.rows, found.n_new, found.n_gone) == ((4, 4), 0, 0)


def test_a_series_by_day_is_compared_at_its_last_days(here):
    def series(*days):
        rows = [(day, name, n) for day in days for name, n in (("a", 1), ("b", 2))]
        frame = pd.DataFrame(rows, columns=["date", "name", "hosts"]).astype({"name": "str"})
        return frame.assign(date=pd.to_datetime(frame["date"]))

    frozen("mine", OLD, series("2026-09-29", "2026-09-30"), ["date", "name"])
    frozen("mine", NEW, series("2026-10-31"), ["date", "name"])
    (found,) = difference("mine", OLD, NEW).tables
    assert (found.n_matched, found.n_new, found.n_gone) == (2, 0, 0)
    assert found.days == ("2026-09-30", "2026-10-31")


def test_a_table_of_days_is_matched_by_its_days(here):
    days = pd.DataFrame({"date": pd.to_datetime(["2026-09-29", "2026-09-30"]), "hosts": [1, 2]})
    frozen("mine", OLD, days.iloc[:1], ["date"])
    frozen("mine", NEW, days, ["date"])
    (found,) = difference("mine", OLD, NEW).tables
    assert (found.n_matched, found.new) == (1, (("2026-09-30",),))


def numbers(values, key="name"):
    values = pd.array(values, dtype="Int64")
    return pd.DataFrame({key: [f"r{i:03d}" for i in range(len(values))], "hosts": values})


def test_jumps_lie_beyond_the_stated_deviations_of_the_median_row(here):
    rng = np.random.default_rng(1)
    old = rng.integers(1_000, 100_000, 200)
    new = np.rint(old * np.exp(rng.normal(0.1, 0.2, 200))).astype(int)
    new[:3] = old[:3] * [50, 1, 20]
    new[3] = old[3] // 40
    frozen("mine", OLD, numbers(old), ["name"])
    frozen("mine", NEW, numbers(new), ["name"])
    (moved,) = difference("mine", OLD, NEW).tables[0].moves
    ratio = np.log(new / old)
    deviation = median_abs_deviation(ratio)  # by an independent implementation
    reach = max(DEVIATIONS * SCALE * deviation, math.log(LEAST_FACTOR))
    beyond = np.flatnonzero(abs(ratio - np.median(ratio)) > reach)
    assert {3, 0, 2} <= set(beyond)
    assert moved.typical == pytest.approx(math.exp(np.median(ratio)), rel=ROUNDING)
    assert moved.between == pytest.approx(
        (math.exp(np.median(ratio) - reach), math.exp(np.median(ratio) + reach)), rel=ROUNDING
    )
    assert (moved.compared, moved.jumped) == (200, len(beyond))
    order = sorted(beyond, key=lambda row: -abs(new[row] - old[row]))
    assert [jump.row for jump in moved.jumps] == [(f"r{row:03d}",) for row in order]
    assert moved.jumps[0].factor == pytest.approx(new[order[0]] / old[order[0]], rel=ROUNDING)


def test_where_most_rows_stand_still_a_small_move_is_no_jump(here):
    old = [100] * 40
    frozen("mine", OLD, numbers(old), ["name"])
    frozen("mine", NEW, numbers([140, 160, *old[2:]]), ["name"])
    (moved,) = difference("mine", OLD, NEW).tables[0].moves
    assert [jump.row for jump in moved.jumps] == [("r001",)]
    assert (moved.unchanged, moved.between) == (38, pytest.approx((2 / 3, 1.5), rel=ROUNDING))


def test_zero_and_missing_are_counted_apart(here):
    frozen("mine", OLD, numbers([0, None, 5, 5, 0, 7]), ["name"])
    frozen("mine", NEW, numbers([3, 3, 0, None, None, 7]), ["name"])
    (moved,) = difference("mine", OLD, NEW).tables[0].moves
    assert (moved.compared, moved.appeared, moved.vanished, moved.jumped) == (1, 2, 2, 0)


def test_a_column_without_positive_values_is_left_out(here):
    frozen("mine", OLD, numbers([0, 0]), ["name"])
    frozen("mine", NEW, numbers([1, 2]), ["name"])
    assert difference("mine", OLD, NEW).tables[0].moves == ()


def test_the_first_rows_are_listed_and_all_are_counted(here):
    frozen("mine", OLD, numbers(range(1, 2)), ["name"])
    frozen("mine", NEW, numbers(range(1, 51)), ["name"])
    assert len(difference("mine", OLD, NEW).tables[0].new) == 20
    whole = difference("mine", OLD, NEW, most=None).tables[0]
    assert (len(whole.new), whole.n_new) == (49, 49)


def test_quotes_commas_and_the_text_na_survive(here):
    odd = pd.DataFrame({"name": ['a,"b"\nc', "NA", "x"], "hosts": [1, 2, 3]})
    frozen("mine", OLD, odd, ["name"])
    frozen("mine", NEW, odd.iloc[:2], ["name"])
    (found,) = difference("mine", OLD, NEW).tables
    assert (found.n_matched, found.gone) == (2, (("x",),))


def test_tables_of_one_version_only_and_without_key_are_said(here):
    frozen("mine", OLD, numbers([1]), ["name"], was=numbers([1]))
    frozen("mine", NEW, numbers([1]), ["name"], added=numbers([1]))
    notes = difference("mine", OLD, NEW).notes
    assert notes == (
        f"Table 'was' is in version {OLD} only.", f"Table 'added' is in version {NEW} only.",
    )  # fmt: skip
    frozen("other", OLD, numbers([1]), [])
    frozen("other", NEW, numbers([1]), [])
    with pytest.raises(DatasetError, match="share no table whose rows a common key tells apart"):
        difference("other", OLD, NEW)


def test_an_unknown_version_and_a_tampered_file_are_refused(here):
    frozen("mine", OLD, numbers([1]), ["name"])
    with pytest.raises(DatasetError, match="no version of 'mine' named '2026-11-01'"):
        difference("mine", OLD, NEW)
    frozen("mine", NEW, numbers([1]), ["name"])
    (folder_of("mine", NEW) / "mine.csv").write_text("name,hosts\nr000,2\n")
    with pytest.raises(DatasetError, match="is not the file that was frozen"):
        difference("mine", OLD, NEW)


def test_the_command_prints_counts_and_rows_and_json_holds_all(here):
    frozen("hub", OLD, models(OLD, BEFORE), ["as_of", "object_id"])
    frozen("hub", NEW, models(NEW, [*AFTER, *[(f"n/{i:02d}", f"n{i}", 1) for i in range(30)]]),
           ["as_of", "object_id"])  # fmt: skip
    app = typer.Typer()
    app.command()(diff)
    said = CliRunner().invoke(app, ["hub", OLD, NEW]).output
    assert f"hub: 4 rows on {OLD}, 34 rows on {NEW}; 2 in both, matched by object_id" in said
    assert "  32 new, the first 20:" in said
    assert "    a/old -> a/renamed" in said
    assert "hub_downloads_30d (u): the median row moved by a factor of 1.05 (2 compared" in said
    told = json.loads(CliRunner().invoke(app, ["hub", OLD, NEW, "--json"]).output)
    assert told == to_plain(difference("hub", OLD, NEW, most=None))
    assert len(told["tables"][0]["new"]) == 32


def test_odd_names_of_columns_and_cells_with_line_ends_compare_as_others(here):
    odd = 'it\'s "x"'
    for version, count in ((OLD, 1), (NEW, 3)):
        frame = pd.DataFrame({odd: ["a\rb", "c\nd", 'e"f'], "n'": [count, 2, 2]})
        frozen("odd", version, frame, [odd])
    (table,) = difference("odd", OLD, NEW).tables
    assert (table.n_matched, table.n_new, table.n_gone) == (3, 0, 0)
    (moved,) = table.moves
    assert [(jump.row, jump.old, jump.new) for jump in moved.jumps] == [(("a\rb",), 1.0, 3.0)]
