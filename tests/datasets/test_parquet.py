"""Tables of millions of rows: read as a CSV file is, and in little memory."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from research.datasets.files import read_csv, read_parquet

SCHEMA = [
    {"name": "model", "type": "string"},
    {"name": "task", "type": "string"},
    {"name": "downloads", "type": "integer"},
    {"name": "likes", "type": "integer"},
    {"name": "share", "type": "number"},
    {"name": "spike", "type": "boolean"},
    {"name": "day", "type": "date"},
]
ROWS = pd.DataFrame(
    {
        "model": [f"a/{position}" for position in range(200)],
        "task": ["text-generation", None, "n/a", "text-generation"] * 50,
        "downloads": range(200),
        "likes": pd.array([1, None] * 100, dtype="Int64"),
        "share": [0.5, None] * 100,
        "spike": pd.array([True, None] * 100, dtype="boolean"),
        "day": pd.Timestamp("2026-11-21"),
    }
)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "rows[1].parquet"
    duckdb.from_df(ROWS).write_parquet(str(path))
    return path


def test_both_formats_give_the_same_frame(path, tmp_path):
    ROWS.to_csv(tmp_path / "rows.csv", index=False)
    expected = read_csv(tmp_path / "rows.csv", SCHEMA)
    pd.testing.assert_frame_equal(
        read_parquet(path, SCHEMA), expected.astype({"day": "datetime64[us]"})
    )


def test_a_text_that_repeats_is_held_once(path):
    found = read_parquet(path, SCHEMA)
    assert len({id(text) for text in found["task"].dropna()}) == 2
    assert found["task"].isna().sum() == 50
