"""Published figures of a year, read to their last digit."""

import numpy as np
import pytest

import research
from research.measures.published_totals import _printed, downloads_of_a_year, share_of_a_year


@pytest.fixture(scope="module")
def anchors():
    return research.load("hub_published_anchors")


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("1.15e9", [1.145e9, 1.15e9, 1.155e9]),
        ("97", [96.5, 97, 97.5]),
        ("4.1", [4.05, 4.1, 4.15]),
    ],
)
def test_a_printed_figure_is_off_by_half_its_last_digit(text, ends):
    assert _printed(text) == pytest.approx(ends)


def test_ends_are_in_order_and_no_group_may_be_negative(anchors):
    for units in (downloads_of_a_year(anchors), share_of_a_year(anchors)):
        ends = units.rows[["low", "value", "high"]].to_numpy(float)
        assert (np.diff(ends) >= 0).all()
        assert (ends >= 0).all()


def test_shares_of_a_year_sum_to_one(anchors):
    assert share_of_a_year(anchors).rows["value"].sum() == pytest.approx(1)
