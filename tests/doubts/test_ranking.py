"""Ranks, leads, sums and quotients of coarse units, against the enumeration of all worlds."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research.doubts import Difference, Quotient, Ranking, Sum
from research.doubts.coarse import Coarse
from research.results import Bounds, CannotEstimate
from tests.doubts.test_doubts import (
    CHINA,
    COUNTRIES,
    DOUBTS,
    EXACT,
    OPEN,
    UNITS,
    US,
    channels,
    coarse,
    worlds,
)

ALL = st.sets(st.sampled_from(OPEN))


def totals(world) -> dict[str, float]:
    """What each country has in one world."""
    held = dict.fromkeys(COUNTRIES, 0.0)
    for weight, origin, _ in world:
        held[origin] = held.get(origin, 0.0) + weight
    held.pop("none", None)  # a unit that names several is of none while its doubt is closed
    return held


def rank(held, *kinds) -> int:
    behind = [sum(other > held[kind] for other in held.values()) for kind in kinds]
    return max(len(kinds), 1 + max(behind))


def every(units, doubts):
    return [totals(world) for world in product(*(worlds(unit, doubts) for unit in units))]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(units=channels(), doubts=ALL, kind=st.sampled_from(COUNTRIES))
def test_a_rank_holds_in_every_world_and_is_reached_where_the_set_is_sharp(units, doubts, kind):
    asked = Ranking(coarse(units), "origin").rank(kind)
    named = {kind}.union(*(unit[3].split("|") for unit in units))
    possible = [held for held in every(units, doubts) if not {k for k in held if held[k]} - named]
    found, ranks = asked.bounds(doubts), [rank(held, kind) for held in possible]
    assert found.low <= min(ranks)
    assert max(ranks) <= found.high
    if asked.sharp(doubts):
        assert tuple(found) == (min(ranks), max(ranks))
    assert asked.value == asked.bounds(()).low == rank(every(units, ())[0], kind)


def test_the_lower_of_two_is_at_least_second():
    both = Ranking(coarse(UNITS), "origin").rank("CN", "US")
    ranks = [rank(held, "CN", "US") for held in every(UNITS, OPEN)]
    assert both.value == 2
    assert (both.without_each("organisation").values >= 2).all()
    assert both.bounds().low == 2 <= min(ranks)
    assert max(ranks) <= both.bounds().high


@settings(max_examples=40, deadline=None, derandomize=True)
@given(units=channels(), doubts=ALL, kind=st.sampled_from(COUNTRIES))
def test_a_lead_holds_in_every_world_and_its_low_end_is_reached(units, doubts, kind):
    units = [(value + 1, value + 1, value + 1, *rest) for _, value, _, *rest in units]
    asked = Ranking(coarse([(*unit[:5], True, unit[6]) for unit in units]), "origin").lead(kind)
    units = [(*unit[:5], True, unit[6]) for unit in units]
    leads = [
        (held[kind] - max(other for name, other in held.items() if name != kind))
        / sum(unit[1] for unit in units)
        for held in every(units, doubts)
    ]
    found = asked.bounds(doubts)
    assert found.low == pytest.approx(min(leads), abs=EXACT)
    assert found.high >= max(leads) - EXACT
    if asked.sharp(doubts):
        assert tuple(found) == pytest.approx((min(leads), max(leads)), abs=EXACT)


def test_no_lead_is_told_of_weights_that_are_not_known():
    with pytest.raises(CannotEstimate, match="where all weights are known"):
        Ranking(coarse(UNITS), "origin").lead("CN").bounds()


def test_without_each_cluster_the_ranks_are_those_of_plain_sums():
    rng = np.random.default_rng(5)
    weight = rng.integers(0, 9, 60).astype(float)
    rows = pd.DataFrame({"low": weight, "value": weight, "high": weight})
    rows["kind"] = rng.choice([*"abcdefg", ""], 60)
    rows["who"] = rng.choice([*"xyz"], 60)
    for kind in "abcdefgh":
        asked = Ranking(Coarse(rows, []), "kind").rank(kind)
        left_out = asked.without_each("who")
        for who, value in zip(left_out.labels, left_out.values, strict=True):
            rest = rows[(rows["who"] != who) & (rows["kind"] != "")]
            held = rest.groupby("kind")["value"].sum().to_dict()
            assert value == rank({kind: 0.0} | held, kind)
        again = super(type(asked), asked).without_each("who")
        assert dict(zip(again.labels, again.values, strict=True)) == dict(
            zip(left_out.labels, left_out.values, strict=True)
        )


@pytest.mark.parametrize(
    ("held", "ranks", "threshold", "sentence"),
    [
        ((3, 9, 5), (1, 1), 6, "rank 1 only with 6 more downloads, against 3 now"),
        ((9, 3, 5), (2, 2), 4, "rank 2 only with more than 4 fewer downloads, against 9 now"),
        ((9, 3, 5), (1, 2), 6, "rank 1 to 2 is lost with more than 6 fewer downloads, against 9"),
        ((9, 3, 5), (3, 3), None, "too few other kinds are named for rank 3 to be lost"),
    ],
)
def test_what_moves_a_kind_into_its_ranks_or_out_of_them(held, ranks, threshold, sentence):
    rows = pd.DataFrame({**dict.fromkeys(["low", "value", "high"], held), "kind": list("abc")})
    point = Ranking(Coarse(rows.astype({"value": float}), [], "models", "downloads"), "kind").rank(
        "a"
    )
    found = point.moved(*ranks)
    assert found.threshold == threshold
    assert found.sentence.startswith(sentence)


def test_ranks_if_others_were_drawn_are_those_of_a_multinomial_where_each_counts_once():
    names = [*"a" * 60, *"b" * 30, *"c" * 10]
    rows = pd.DataFrame({"kind": names, "low": 1.0, "value": 1.0, "high": 1.0, "who": range(100)})
    rng = np.random.default_rng(1)
    found = Ranking(Coarse(rows, []), "kind").drawn(["a", "b", "c"], "who", rng=rng)
    assert [(row.low, row.high) for row in found.values()] == [(1, 1), (2, 2), (3, 3)]
    assert found["a"].detail.startswith("100 whos drawn, 100 effective; 95 % confidence set")


@settings(max_examples=40, deadline=None, derandomize=True)
@given(units=channels(), doubts=ALL)
def test_a_sum_and_what_two_of_them_give_are_those_of_all_worlds(units, doubts):
    china, us = (Sum(coarse(units), wanted) for wanted in (CHINA, US))
    held = every(units, doubts)
    sums = [each["CN"] for each in held]
    assert tuple(china.bounds(doubts)) == pytest.approx((min(sums), max(sums)), abs=EXACT)
    if us.bounds(doubts).low <= 0:
        with pytest.raises(CannotEstimate, match="nothing to divide by"):
            Quotient(china, us).bounds(doubts)
        return
    found = Quotient(china, us).bounds(doubts)
    ratios = [each["CN"] / each["US"] for each in held]
    assert found.low == pytest.approx(min(ratios), abs=EXACT)
    assert found.high == pytest.approx(max(ratios), abs=EXACT)
    assert china.opens(DOUBTS[0]) == (china.bounds(["origin"]).width > 0)


def test_two_questions_have_the_doubts_of_both_and_lose_a_cluster_on_both_sides():
    china, us = (Sum(coarse(UNITS), wanted) for wanted in (CHINA, US))
    apart = Difference(china, us)
    assert apart.bounds(()) == Bounds(2.0, 2.0)
    assert apart.detail(DOUBTS[0]) == china.detail(DOUBTS[0])
    left_out = apart.without_each("organisation")
    assert dict(zip(left_out.labels, left_out.values, strict=True)) == {
        "a": 0 - 3, "b": 5 - 0, "c": 5 - 3, "d": 5 - 3,
    }  # fmt: skip


@pytest.mark.parametrize("largest", [None, 1, 2])
def test_concentration_is_that_of_the_totals_of_kinds_and_without_each_of_them(largest):
    rng = np.random.default_rng(3)
    low = rng.integers(1, 9, 30).astype(float)
    rows = pd.DataFrame({"low": low, "value": low + 1, "high": low + 2, "kind": [*"abcdef"] * 5})
    rounded = Coarse(rows.assign(weight_doubt="rounding"), [DOUBTS[2]])
    asked = Ranking(rounded, "kind").concentration(largest)

    def index(held):
        shares = np.sort(held / held.sum())[::-1]
        return (shares**2).sum() if largest is None else shares[:largest].sum()

    shown = rows.groupby("kind")["value"].sum()
    assert asked.value == pytest.approx(index(shown))
    assert tuple(asked.bounds(())) == pytest.approx((asked.value, asked.value))
    assert asked.bounds().low <= index(rows.groupby("kind")["high"].sum()) <= asked.bounds().high
    left_out = asked.without_each("kind")
    for kind, value in zip(left_out.labels, left_out.values, strict=True):
        assert value == pytest.approx(index(shown.drop(kind)))
        assert value == pytest.approx(asked.without("kind", kind).value)
    unknown = Ranking(Coarse(rows.assign(kind=""), []), "kind").concentration(largest)
    with pytest.raises(CannotEstimate, match="where the kind of each unit is known"):
        unknown.bounds()
