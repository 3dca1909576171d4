"""Concentration over time: plain sums of squares, and nothing compared that counts otherwise."""

from __future__ import annotations

import numpy as np
import pytest

import research
from research import figures
from research.analysis import find

HUB, PULLS = "Hub downloads", "Ollama pulls"
INDEX, TEN = "concentration index (HHI)", "share of the ten largest"
TAIL = "tail index of publishers at the last date"
CHANGE = "{}: change since the first date"
EXACT = 1e-9


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("concentration_over_time")


def course(result, channel):
    table = result.answer(channel=channel).tables["course"]
    return table.to_frame().set_index("date")


def plain(day):
    """Shares of publishers among the 999 most downloaded of a day, in plain pandas."""
    parents = research.load("publisher_origins").set_index("author")["parent"]
    coded = research.load("publisher_origins")["author"]
    rows = research.load("hub_history").query("rank <= 999")
    rows = rows[rows["as_of"] == day]
    account = rows["model_id"].where(rows["model_id"].isin(coded), rows["account"])
    account = account.fillna(rows["model_id"])
    held = rows["hub_downloads_30d"].groupby(account.map(parents).fillna(account)).sum()
    return (held / held.sum()).sort_values(ascending=False)


@pytest.mark.parametrize("day", ["2021-06-15", "2022-10-01", "2024-09-20", "2026-06-11"])
def test_index_and_share_of_ten_are_plain_sums(result, day):
    row, share = course(result, HUB).loc[day], plain(day)
    assert row[f"{INDEX} value"] == pytest.approx((share**2).sum(), abs=EXACT)
    assert row[f"{TEN} value"] == pytest.approx(share.iloc[:10].sum(), abs=EXACT)
    assert row["publishers"] == len(share)


def test_the_change_is_from_the_first_state_that_counts_alike(result):
    found = result.answer(channel=HUB).estimates
    for name, value in ((INDEX, lambda s: (s**2).sum()), (TEN, lambda s: s.iloc[:10].sum())):
        expected = value(plain("2026-06-11")) - value(plain("2024-09-20"))
        assert found[CHANGE.format(name)].value == pytest.approx(expected, abs=EXACT)


def test_pulls_within_their_rounding_stay_within_the_sets(result):
    rows = course(result, PULLS)
    for name in (INDEX, TEN):
        assert (rows[f"{name} low"] <= rows[f"{name} value"]).all()
        assert (rows[f"{name} value"] <= rows[f"{name} high"]).all()
    change = result.answer(channel=PULLS).estimates[CHANGE.format(INDEX)]
    ends = rows.iloc[[0, -1]]
    low = ends[f"{INDEX} low"].iloc[1] - ends[f"{INDEX} high"].iloc[0]
    high = ends[f"{INDEX} high"].iloc[1] - ends[f"{INDEX} low"].iloc[0]
    assert tuple(change.bounds) == pytest.approx((low, high), abs=EXACT)


def test_neither_channel_has_become_significantly_less_concentrated(result):
    words = {
        channel: result.answer(channel=channel).verdicts[CHANGE.format(INDEX)].word
        for channel in (HUB, PULLS)
    }
    assert words == {HUB: "does not hold", PULLS: "not identified"}


def test_the_figure_draws_every_date_and_no_line_between_them(result):
    with figures.theme():
        panels = find("concentration_over_time").module.figure(result).axes
    for panel, name in zip(panels[:2], (INDEX, TEN), strict=True):
        drawn = [line for line in panel.lines if len(line.get_xdata())]
        heights = [line.get_ydata()[0] for line in drawn]
        for channel in (HUB, PULLS):
            for value in course(result, channel)[f"{name} value"]:
                assert any(np.isclose(value, height, atol=EXACT) for height in heights)
        assert all(len(set(line.get_xdata())) == 1 for line in drawn)


def test_so_much_of_the_rounding_leaves_no_significant_fall(analysed):
    found = analysed("concentration_over_time").answer(channel="Ollama pulls")
    change = found.estimates["concentration index (HHI): change since the first date"]
    (point,) = change.tipping_points
    row = next(row for row in change.budget if row.source == "rounding of the pulls")
    assert row.low < -0.01 < row.high
    # The further the null is from what is shown, the more must be otherwise.
    assert point.threshold == pytest.approx(
        (change.value + 0.01) / (change.value - row.high), abs=0.1
    )


def test_the_tail_of_publishers_is_a_regression_on_ranks(result):
    share, estimate = plain("2026-06-11"), result.answer(channel=HUB).estimates[TAIL]
    k = round(len(share) ** 0.5)
    slope = np.polyfit(np.log(share.iloc[:k]), np.log(np.arange(1, k + 1) - 0.5), 1)[0]
    assert estimate.value == pytest.approx(-slope)
    assert estimate.n_effective == k
    (curve,) = estimate.curves
    assert curve.low == curve.high
    assert all(
        a < b < c
        for a, b, c in zip(curve.interval_low, curve.low, curve.interval_high, strict=True)
    )


def test_neither_channel_has_a_variance_over_publishers(result):
    for channel in (HUB, PULLS):
        estimate = result.answer(channel=channel).estimates[TAIL]
        (moments,) = (each for each in estimate.assumptions if "variance" in each.name)
        assert moments.holds == ("no" if estimate.interval.high < 2 else "not testable")
