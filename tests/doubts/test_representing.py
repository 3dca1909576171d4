"""Representation in two channels, against the enumeration of all that their doubts allow."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research.doubts import EVERY, Asked, Coarse, Doubt, Representation, Share, where
from research.results import CannotEstimate

EXACT = 1e-9
ORIGIN, ROUNDING = Doubt("origin", "any"), Doubt("rounding", "at its worst", is_rounding=True)
CHINA, US = where(origin="CN"), where(origin="US")


def paired(units) -> tuple[Coarse, Coarse]:
    """Two channels of units: weight in the first, in the second, origin."""

    def channel(weights) -> Coarse:
        rows = pd.DataFrame(weights, columns=["low", "value", "high"], dtype=float)
        rows["origin"] = [origin for *_, origin in units]
        rows["organisation"] = [f"maker {at // 2}" for at in range(len(units))]
        opened = {"origin_doubt": ORIGIN.name, "weight_doubt": ROUNDING.name}
        return Coarse(rows.assign(**opened), (ORIGIN, ROUNDING), "families", "pulls")

    return channel([one for one, _, _ in units]), channel([two for _, two, _ in units])


@st.composite
def weighed(draw):
    low = draw(st.integers(1, 6))
    more = draw(st.integers(0, 3))
    return low, low + more, low + more + draw(st.integers(0, 3))


@st.composite
def channels(draw):
    origins = draw(st.lists(st.sampled_from(["CN", "US", "DE", "CN|US", ""]), max_size=2))
    known = ["CN", "US", *origins]  # of either country one is certain
    return [(draw(weighed()), draw(weighed()), origin) for origin in known]


def answers(units, than):
    """The ratio in every world."""
    choices = [
        product(
            {one[0], one[2]}, {two[0], two[2]}, origin.split("|") if origin else ["CN", "US", "DE"]
        )
        for one, two, origin in units
    ]
    for world in product(*choices):
        held = {
            code: [sum(unit[side] for unit in world if code in ("all", unit[2])) for side in (0, 1)]
            for code in ("US", "CN", "all")
        }
        yield (held["US"][0] / held["US"][1]) / (held[than][0] / held[than][1])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(units=channels(), than=st.sampled_from(["CN", "all"]))
def test_the_set_holds_every_world_and_ends_where_the_worlds_end_if_it_says_so(units, than):
    asked = Representation(*paired(units), US, CHINA if than == "CN" else EVERY)
    every, found = list(answers(units, than)), asked.bounds()
    assert found.low <= min(every) * (1 + EXACT)
    assert found.high >= max(every) * (1 - EXACT)
    if asked.sharp():
        assert tuple(found) == pytest.approx((min(every), max(every)))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(units=channels())
def test_known_weights_leave_the_share_ratio_sharp(units):
    known = [((one[1],) * 3, (two[1],) * 3, origin) for one, two, origin in units]
    asked, every = Representation(*paired(known), US), list(answers(known, "all"))
    assert asked.sharp()
    assert tuple(asked.bounds()) == pytest.approx((min(every), max(every)))


UNITS = [
    ((8, 9, 10), (2, 2, 2), "US"), ((3, 4, 5), (2, 2, 2), "US"), ((5, 6, 7), (8, 8, 8), "CN"),
    ((1, 2, 3), (3, 3, 3), "CN"), ((4, 4, 4), (5, 5, 5), "CN|US"), ((2, 2, 2), (1, 1, 1), "DE"),
]  # fmt: skip


def test_the_value_is_that_of_the_certain_units_as_shown():
    odds = Representation(*paired(UNITS), US, CHINA)
    assert odds.value == pytest.approx((13 / 4) / (8 / 11))
    share = Representation(*paired(UNITS), US)
    assert share.value == pytest.approx((13 / 27) / (4 / 21))
    assert odds.share(US).value == share.value


def test_each_doubt_has_its_row_and_leaving_out_is_asking_anew():
    odds = Representation(*paired(UNITS), US, CHINA)
    rows = {row.source: row for row in odds.budget()}
    assert list(rows) == [ORIGIN.name, ROUNDING.name]
    assert rows["rounding"].low == pytest.approx((11 / 4) / (10 / 11))
    assert rows["origin"].detail == "1 of 6 families: any"
    left_out = odds.without_each("organisation")
    for name, value in zip(left_out.labels, left_out.values, strict=True):
        assert value == pytest.approx(odds.without("organisation", name).value)
    # Without both of its families there is nothing of the US, and no answer.
    assert list(left_out.labels) == ["maker 2"]


def test_as_many_as_are_missing_level_both_channels():
    odds = Representation(*paired(UNITS), US, CHINA)
    point = odds.missing(1, "downloads")
    more = [
        (one, tuple(np.array(two) * (1 + point.threshold / 4)), origin)
        if origin == "US" else (one, two, origin)
        for one, two, origin in UNITS
    ]  # fmt: skip
    closed = Representation(*paired(more), US, CHINA)
    assert odds.bounds().low > 1
    assert closed.bounds(["rounding"]).low == pytest.approx(
        odds.bounds(["rounding"]).low / odds.bounds().low
    )
    assert odds.missing(9, "downloads").threshold is None


def test_a_class_that_nobody_certainly_is_in_has_no_ratio():
    with pytest.raises(CannotEstimate, match="may weigh nothing"):
        Representation(*paired(UNITS[2:]), US).bounds()


# Units of the US and of China that pulls may lack altogether.
NOTHING = [((8, 9, 10), (2, 2, 2), "US"), ((0, 1, 2), (3, 3, 3), "CN")]


def test_odds_against_what_may_weigh_nothing_are_refused():
    with pytest.raises(CannotEstimate, match="set against may have no pulls"):
        Representation(*paired(NOTHING), US, CHINA).bounds()
    assert Representation(*paired(NOTHING), CHINA, US).bounds().low == 0


def partly(units, part):
    """Units of which that part is open, and the rest as it is shown."""
    rows = []
    for one, two, origin in units:
        for of, weights in ((part, lambda w: w), (1 - part, lambda w: (w[1],) * 3)):
            scaled = [tuple(of * np.array(weights(side), dtype=float)) for side in (one, two)]
            rows.append((*scaled, origin))
    return rows


def test_the_part_of_the_rounding_that_reaches_a_null_is_that_of_worlds():
    odds = Representation(*paired(UNITS), US, CHINA)
    null = (odds.row(ROUNDING).low + odds.value) / 2
    part = odds.turning(ROUNDING, null)
    reached = Representation(*paired(partly(UNITS, part)), US, CHINA)
    assert 0 < part < 1
    assert reached.bounds([ROUNDING.name]).low == pytest.approx(null)
    assert odds.turning(ROUNDING, odds.row(ROUNDING).high) == pytest.approx(1)
    assert odds.turning(ROUNDING, 100) is None
    assert odds.turning(ROUNDING, odds.value) is None
    closed = [(one, two, origin.split("|")[0]) for one, two, origin in UNITS]
    assert Representation(*paired(closed), US, CHINA).turning(ORIGIN, 4) is None


def test_the_part_of_an_origin_that_reaches_a_null_moves_its_unit_by_that_part():
    odds = Representation(*paired(UNITS), US, CHINA)
    # The unit of either country lowers the odds the most as one of the US in part.
    part = odds.turning(ORIGIN, 3.5)
    us, china = np.array([13, 4]) + part * np.array([4, 5]), np.array([8, 11])
    assert (us[0] / us[1]) / (china[0] / china[1]) >= 3.5
    both = odds.over(lambda units: units.partly(ORIGIN, part))
    assert both.bounds([ORIGIN.name]).low == pytest.approx(3.5)
    share = Representation(*paired([(o[1:2] * 3, t, c) for o, t, c in UNITS]), US)
    part = share.turning(ORIGIN, 2.0)
    more = np.array([13 + 4 * part, 27, 4 + 5 * part, 21])
    assert more[0] / more[1] / (more[2] / more[3]) == pytest.approx(2.0)


@pytest.mark.parametrize("null", [0.0, 0.1, 0.2, 0.3, 0.35])
@pytest.mark.parametrize("doubt", [ORIGIN, ROUNDING])
def test_in_one_channel_the_search_finds_what_the_share_finds_by_itself(doubt, null):
    lead = Share(of=US, minus=CHINA).in_(paired(UNITS)[0])
    assert Asked.turning(lead, doubt, null) == pytest.approx(lead.turning(doubt, null))
