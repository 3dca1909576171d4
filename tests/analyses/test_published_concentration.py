"""Sizes and concentration of downloads, computed again with plain sums."""

from __future__ import annotations

import pytest

import research

SMALL = "share of downloads below one billion parameters, where the size is known"
SMALL_OF_ALL = "share of downloads below one billion parameters, of all models"
FIFTY = "share of downloads that the fifty leading publishers hold"
INDEX = "concentration index (HHI) of publishers"
TEN = "share of downloads that the ten leading publishers hold"
DAYS = ["2025-03-21", "2026-04-28", "2026-06-11"]


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("published_concentration")


@pytest.fixture(scope="module")
def listed():
    rows = research.load("hub_history")
    return {day: rows[rows["as_of"] == day] for day in DAYS}


def test_small_models_have_nine_tenths_where_the_size_is_known(result, listed):
    rows = listed["2025-03-21"]
    downloads, size = rows["hub_downloads_30d"], rows["parameters"]
    small, known = downloads[size < 1e9].sum(), downloads[size.notna()].sum()
    found = result.answer(day="2025-03-21").estimates
    assert found[SMALL].value == pytest.approx(small / known)
    everything = downloads.sum()
    bounds = small / everything, 1 - (known - small) / everything
    assert tuple(found[SMALL_OF_ALL].bounds) == pytest.approx(bounds)
    assert SMALL not in result.answer(day="2026-06-11").estimates  # no size is known


@pytest.mark.parametrize("day", DAYS)
def test_concentration_is_that_of_the_accounts(result, listed, day):
    rows = listed[day]
    held = rows.groupby("account")["hub_downloads_30d"].sum().sort_values(ascending=False)
    shares = held / held.sum()
    found = result.answer(day=day).estimates
    missing = rows["account"].isna()  # models without an account: at most one publisher each
    slack = float(rows.loc[missing, "hub_downloads_30d"].sum() / rows["hub_downloads_30d"].sum())
    assert found[TEN].value == pytest.approx(shares.head(10).sum(), abs=slack + 1e-12)
    assert found[FIFTY].value == pytest.approx(shares.head(50).sum(), abs=slack + 1e-12)
    assert found[INDEX].value == pytest.approx((shares**2).sum(), abs=2 * slack + 1e-12)


def test_nine_tenths_hold_and_ten_hold_more_than_was_published(result):
    first = result.answer(day="2025-03-21").verdicts
    assert (first[SMALL].word, first[TEN].word) == ("holds", "does not hold")
    assert {result.answer(day=day).verdicts[TEN].word for day in DAYS} == {"does not hold"}
