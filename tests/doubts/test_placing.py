"""Numbers in their ranges, divisions and what follows from them: closed forms and plain numpy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from research.doubts import (
    Beliefs,
    Coarse,
    Computed,
    Distinct,
    Divided,
    Doubt,
    Within,
    Worlds,
    if_open,
    where,
    with_draws,
)
from research.doubts.simulating import parts, simulated
from research.results import Bounds, Estimate, Hypothesis

PLACE, SHARED = Doubt("place", "anywhere"), Doubt("shared", "anywhere")
COUNTRY, LICENCE = Doubt("country", "any"), Doubt("licence", "either")
ROW = {
    "doubt": "place", "kind": "", "family": "range", "stated": "alpha=1|beta=1", "shifted": "",
    "together": "unit", "basis": "judgement", "source": "s", "sentence": "t",
}  # fmt: skip
ROWS = [
    ROW,
    ROW | {"doubt": "shared", "together": "all", "stated": "alpha=2|beta=4"},
    ROW | {"doubt": "country", "family": "categories", "stated": "CN=1|US=2|other=5"},
    ROW | {"doubt": "licence", "family": "alike", "stated": ""},
]


@pytest.fixture(scope="module")
def worlds() -> Worlds:
    return Worlds(Beliefs.of(pd.DataFrame(ROWS)))


def test_a_number_lies_anywhere_in_its_range(worlds):
    drawn = Within(PLACE, Bounds(8, 12), "a").in_worlds(worlds)
    assert stats.kstest(drawn, stats.uniform(8, 4).cdf).pvalue > 1e-4


def test_a_number_lies_where_its_beta_distribution_has_it(worlds):
    drawn = Within(SHARED, Bounds(8, 12), "a").in_worlds(worlds)
    assert stats.kstest(drawn, stats.beta(2, 4, 8, 4).cdf).pvalue > 1e-4


def test_every_whole_number_of_a_range_is_as_likely(worlds):
    drawn = Within(PLACE, Bounds(2, 6), "a", whole=True).in_worlds(worlds)
    counts = pd.Series(drawn).value_counts()
    assert sorted(counts.index) == [2, 3, 4, 5, 6]
    assert stats.chisquare(counts).pvalue > 1e-4


def test_numbers_of_one_name_lie_alike_and_others_by_themselves(worlds):
    first, again = (Within(PLACE, Bounds(0, high), "a").in_worlds(worlds) for high in (1, 5))
    other = Within(PLACE, Bounds(0, 1), "b").in_worlds(worlds)
    assert again == pytest.approx(5 * first)
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.05
    one, two = (Within(SHARED, Bounds(0, 1), name).in_worlds(worlds) for name in "ab")
    assert (one == two).all()  # all that this doubt leaves open moves together


def test_a_number_that_is_known_needs_no_belief():
    known = Within(Doubt("of which nobody believes anything", ""), Bounds(3, 3))
    assert (known.in_worlds(Worlds(Beliefs({}))) == 3).all()
    assert if_open(known) is None
    assert if_open(Within(PLACE, Bounds(3, 4))) is not None


def test_parts_of_a_division_add_up_and_have_beta_distributions(worlds):
    drawn = {to: Divided(COUNTRY, to).in_worlds(worlds) for to in ("CN", "US", "other")}
    assert sum(drawn.values()) == pytest.approx(1)
    assert stats.kstest(drawn["CN"], stats.beta(1, 7).cdf).pvalue > 1e-4
    assert stats.kstest(drawn["US"], stats.beta(2, 6).cdf).pvalue > 1e-4


def test_the_difference_of_two_rounded_figures_is_triangular(worlds):
    first, second = Within(PLACE, Bounds(0.3, 0.4), "a"), Within(PLACE, Bounds(0.1, 0.2), "b")
    drawn = Computed(np.subtract, first, second).in_worlds(worlds)
    assert stats.kstest(drawn, stats.triang(0.5, loc=0.1, scale=0.2).cdf).pvalue > 1e-4


def test_each_doubt_of_what_is_computed_explains_its_part(worlds):
    first, second = Within(PLACE, Bounds(0, 1), "a"), Within(SHARED, Bounds(0, 1))
    asked = Computed(lambda one, two: one + 2 * two, first, second)
    found = {each.doubt: each.part for each in parts(asked, worlds, asked.in_worlds(worlds))}
    of_place, of_shared = 1 / 12, 4 * stats.beta(2, 4).var()
    assert found["shared"] == pytest.approx(of_shared / (of_place + of_shared), abs=0.04)
    assert found["place"] == pytest.approx(of_place / (of_place + of_shared), abs=0.04)


def test_a_belief_of_another_family_is_refused_with_what_it_should_be():
    swapped = Beliefs.of(pd.DataFrame([
        ROW | {"doubt": "country"}, ROW | {"doubt": "place", "family": "categories",
                                           "stated": "CN=1|US=1"},
    ]))  # fmt: skip
    for asked in (Within(PLACE, Bounds(0, 1)), Divided(COUNTRY, "CN")):
        estimate = Estimate(label="a", unit="share", bounds=Bounds(0, 1), drawn=asked)
        found = with_draws({"a": estimate}, {}, swapped)["a"]
        assert "of which a belief of the family" in found.undrawn


def test_why_a_set_is_not_drawn_is_kept(worlds):
    estimate = Estimate(label="a", unit="hosts", bounds=Bounds(0, 1), undrawn="It spans values.")
    assert with_draws({"a": estimate}, {}, worlds.beliefs)["a"].undrawn == "It spans values."


def test_the_chance_of_a_claim_is_read_off_the_worlds(worlds):
    claim = Hypothesis(
        estimand="share", null=0.25, alternative="greater", role="own question", scope="own"
    )
    found = simulated(Within(PLACE, Bounds(0, 1), "a"), worlds.beliefs, claim)
    assert found.chances[0].probability == pytest.approx(0.75, abs=0.02)
    assert found.as_one is not None


# How many there are of what several units stand for -----------------------------------------------


def companies() -> Distinct:
    one = dict.fromkeys(["low", "value", "high"], 1.0)
    rows = pd.DataFrame({
        "organisation": ["a", "a", "b", "b", "c", "d"],
        "licence": ["mit", "mit|none", "mit|none", "mit|none", "mit|none", "none"],
    })  # fmt: skip
    units = Coarse(rows.assign(**one, licence_doubt=LICENCE.name), [LICENCE])
    return Distinct(units, where(licence="mit"), by="organisation")


def test_companies_count_if_any_of_their_models_does(worlds):
    drawn = companies().in_worlds(worlds)
    assert companies().bounds() == Bounds(1, 3)
    assert (companies().value, companies().sharpness()) == (1, "sharp")
    # One certainly, one with two models and one with a single one, each of which may count.
    expected = {1: 0.25 * 0.5, 2: 0.75 * 0.5 + 0.25 * 0.5, 3: 0.75 * 0.5}
    for number, share in expected.items():
        assert (drawn == number).mean() == pytest.approx(share, abs=0.02)


def test_companies_are_counted_over_fewer_models_too():
    assert companies().without("organisation", "b").bounds() == Bounds(1, 2)
    assert companies().opens(LICENCE)
    assert not companies().opens(PLACE)
