"""The verdict rule, the guards of an estimate, and the stored form of a result."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from research import Assumption, Bounds, Curve, Estimate, Hypothesis, Interval, Test, TippingPoint
from research.plain import changes, from_plain, keep_agreeing, to_plain
from research.results import ResearchError, judge
from research.wording import number, one_line, typeset

finite = st.floats(-1e6, 1e6, allow_nan=False)


def hypothesis_about(alternative: str, null: float = 0.0, **options: object) -> Hypothesis:
    return Hypothesis(
        estimand="x", null=null, alternative=alternative, role="reanalysis", **options
    )


@pytest.mark.parametrize(
    ("alternative", "bounds", "interval", "word"),
    [
        ("greater", (0.1, 0.6), (0.05, 0.7), "supported"),
        ("greater", (-0.6, -0.1), (-0.7, -0.05), "contradicted"),
        ("greater", (0.1, 0.6), (-0.05, 0.7), "inconclusive"),
        ("greater", (-0.1, 0.6), (-0.2, 0.7), "not identified"),
        ("greater", (-0.1, 0.6), None, "not identified"),
        ("greater", (0.0, 0.0), None, "contradicted"),  # the null itself is not greater
        ("less", (-0.6, -0.1), (-0.7, -0.05), "supported"),
        ("less", (0.1, 0.6), None, "contradicted"),
        ("different", (0.2, 0.3), (0.15, 0.4), "supported"),
        ("different", (0.0, 0.05), (-0.05, 0.08), "contradicted"),
        ("equivalent", (0.0, 0.05), (-0.05, 0.08), "supported"),
        ("equivalent", (0.2, 0.3), (0.15, 0.4), "contradicted"),
        ("equivalent", (0.0, 0.05), (-0.05, 0.15), "inconclusive"),
        ("equivalent", (0.0, 0.2), (-0.05, 0.25), "not identified"),
    ],
)
def test_verdict_rule(alternative, bounds, interval, word):
    margin = 0.1 if alternative in ("different", "equivalent") else 0.0
    found = judge(
        hypothesis_about(alternative, margin=margin),
        Bounds(*bounds),
        Interval(*interval) if interval else None,
    )
    assert found.word == word


@pytest.mark.parametrize("alternative", ["greater", "less", "different", "equivalent"])
@pytest.mark.parametrize("border", [0.0, 0.7])
@pytest.mark.parametrize("reach", [-0.4, 0.0, 0.4])
def test_a_rounding_error_at_the_border_of_the_region_decides_nothing(alternative, border, reach):
    margin = 0.1 if alternative in ("different", "equivalent") else 0.0
    hypothesis = hypothesis_about(alternative, border - margin, margin=margin)

    def word(end):
        return judge(hypothesis, Bounds(min(end, border + reach), max(end, border + reach)), None)

    assert word(border - 1e-14) == word(border) == word(border + 1e-14)


def test_ends_that_rounding_has_swapped_are_a_point():
    assert Bounds(0.1 + 0.2, 0.3) == Bounds(0.3, 0.3)
    with pytest.raises(ResearchError, match="low should not"):
        Bounds(0.3001, 0.3)


@given(finite, finite, finite)
def test_opposite_hypotheses_never_share_a_verdict(a, b, null):
    bounds = Bounds(min(a, b), max(a, b))
    greater = judge(hypothesis_about("greater", null), bounds, None).word
    less = judge(hypothesis_about("less", null), bounds, None).word
    assert not (greater == less == "supported")
    room = 1e-9 * max(1, abs(null))  # within which rounding may decide
    assert (greater == "not identified") == (bounds.low <= null + room < bounds.high)


@given(finite, st.floats(0, 10), finite, st.floats(0, 10))
def test_equivalent_is_the_complement_of_different(center, halfwidth, null, margin):
    bounds = Bounds(center - halfwidth, center + halfwidth)
    opposite = {
        "supported": "contradicted",
        "contradicted": "supported",
        "not identified": "not identified",
    }
    different = judge(hypothesis_about("different", null, margin=margin), bounds, None).word
    equivalent = judge(hypothesis_about("equivalent", null, margin=margin), bounds, None).word
    assert equivalent == opposite[different]


def test_only_the_claims_own_scope_says_supported():
    other = hypothesis_about("greater", scope="later date")
    verdict = judge(other, Bounds(1, 2), None, where="as of 2026-06-11 in the top 1,000")
    assert verdict.word == "holds"
    assert verdict.phrase == "holds as of 2026-06-11 in the top 1,000"
    assert judge(other, Bounds(-2, -1), None).word == "does not hold"


def test_the_finite_reading_has_no_interval_and_no_p_value():
    for extra in ({"interval": Interval(0, 1)}, {"test": Test(name="z", statistic=1, p=0.3)}):
        with pytest.raises(ResearchError, match="give bounds and tipping points"):
            Estimate(label="share", unit="share", reading="finite population", value=0.5, **extra)


@pytest.mark.parametrize("bad", [{"value": math.nan}, {}])
def test_an_estimate_needs_a_number(bad):
    with pytest.raises(ResearchError, match=r"a number, found nan|needs a value"):
        Estimate(label="share", unit="share", reading="finite population", **bad)


def estimate() -> Estimate:
    return Estimate(
        label="difference in share",
        unit="share of hosts",
        reading="superpopulation",
        bounds=Bounds(0.1337, 0.5910),
        interval=Interval(0.1222, 0.6034, method="Imbens-Manski", design_effect=1),
        n=18844,
        n_unit="class-host pairs",
        tipping_points=(
            TippingPoint(what="design effect", threshold=135.0, sentence="lost at deff 135"),
        ),
        curves=(Curve(over="ratio", grid=(0.5, 1.0), low=(0.1, 0.2), high=(math.inf, math.inf)),),
    )


def test_an_estimate_prints_as_one_line():
    verdict = judge(hypothesis_about("greater"), estimate().identified, estimate().interval)
    assert one_line(estimate(), verdict) == (
        typeset(
            "difference in share = 13.4 to 59.1 %, 95 % interval 12.2 to 60.3 % "
            "at design effect 1, "
            "n = 18 844 class-host pairs: supported (lost at a design effect of 135)"
        )
    )


def test_stored_and_read_back_is_the_same_estimate():
    stored = json.loads(json.dumps(to_plain(estimate()), allow_nan=False))
    assert from_plain(Estimate, stored) == estimate()


def test_stored_numbers_have_twelve_significant_digits():
    assert to_plain(1 / 3) == 0.333333333333
    assert to_plain(-0.0) == 0.0
    assert to_plain(math.inf) == "inf"
    with pytest.raises(ValueError, match="cannot hold NaN"):
        to_plain({"a": [math.nan]})


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ({"a": 1.0}, {"a": 1.0 + 1e-12}, []),
        ({"a": 1.0}, {"a": 1.1}, ["/a: 1.0 -> 1.1 (by 0.1)"]),
        ({"a": "x"}, {"a": "y"}, ["/a: 'x' -> 'y'"]),
        ({"a": 1}, {"b": 1}, ["/a: is gone", "/b: is new"]),
        ([1, 2], [1], [": a list of 2 -> a list of 1"]),
        ({"n": 5}, {"n": 5.0}, ["/n: 5 -> 5.0 (by 0)"]),  # a count that became a measure
        ({"n": 1}, {"n": True}, ["/n: 1 -> True"]),
    ],
)
def test_changes_say_what_moved_and_by_how_much(old, new, sentence):
    assert list(changes(old, new)) == sentence


def test_numbers_that_agree_keep_their_stored_digits_and_the_others_are_written_anew():
    stored = {"a": 0.848566722422, "b": [1.0, 2.0], "n": 5, "text": "old", "gone": 1.0}
    fresh = {"a": 0.848566722423, "b": [1.0 + 1e-12, 2.1], "n": 5.0, "text": "new", "new": "inf"}
    kept = keep_agreeing(stored, fresh)
    assert kept == {"a": 0.848566722422, "b": [1.0, 2.1], "n": 5.0, "text": "new", "new": "inf"}
    assert isinstance(kept["n"], float)
    assert list(kept) == list(fresh)
    assert keep_agreeing([1.0], fresh["b"]) == fresh["b"]  # another number of rows
    assert keep_agreeing(None, fresh) == fresh


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.13369, "0.13"), (18844, "18 844"), (247, "247"), (0.00452, "0.0045"), (0.0, "0.00"),
     (math.inf, "infinity"),
     (-0.0214, "-0.021"), (2.5e-6, "2.5e-06"), (None, "none")],
)  # fmt: skip
def test_numbers_for_people(value, text):
    assert number(value) == text


@pytest.mark.parametrize(("one", "other"), [((1, 4), (2, 3)), ((-2, 5), (1, 1)), ((0, 0), (-3, 7))])
def test_a_difference_of_sets_holds_every_pair_of_their_values(one, other):
    pairs = [a - b for a in range(one[0], one[1] + 1) for b in range(other[0], other[1] + 1)]
    assert tuple(Bounds(*one) - Bounds(*other)) == (min(pairs), max(pairs))
    assert Bounds(*one) - other[0] == Bounds(one[0] - other[0], one[1] - other[0])
    assert tuple(10 - Bounds(*one)) == (10 - one[1], 10 - one[0])
    assert tuple(Bounds(*one) / 4) == (one[0] / 4, one[1] / 4)


def test_a_set_of_one_value_has_a_point_and_others_have_none():
    assert Bounds.at(0.25).point == 0.25
    assert Bounds.at(0.25, 0.05).point is None
    assert tuple(Bounds.at(0.25, 0.05)) == pytest.approx((0.2, 0.3))


def test_a_curve_runs_through_its_sets_and_intervals():
    sets = [Bounds(0.0, 1.0), Bounds(0.5, 0.75)]
    curve = Curve.of("hosts", [1, 2], sets, unit="share")
    assert (curve.low, curve.high, curve.interval_low) == ((0.0, 0.5), (1.0, 0.75), ())
    drawn = Curve.of("hosts", [1, 2], sets, [Interval(-1.0, 2.0), Interval(0.0, 1.0)])
    assert (drawn.interval_low, drawn.interval_high) == ((-1.0, 0.0), (2.0, 1.0))
    with pytest.raises(ResearchError, match="each point of the grid"):
        Curve.of("hosts", [1], sets)


@pytest.mark.parametrize(
    ("high", "given", "told"),
    [
        (1.0, None, "sharp"), (1.0, "outer", "sharp"),
        (2.0, None, None), (2.0, "outer", "outer"),
    ],
)  # fmt: skip
def test_a_valid_set_of_one_value_is_sharp_and_what_a_search_found_is_not(high, given, told):
    found = Estimate(label="x", unit="y", bounds=Bounds(1.0, high), sharpness=given)
    assert found.sharpness == told


def test_an_assumption_says_whether_it_holds():
    """One whose author forgot is refused: silence is no judgement."""
    with pytest.raises(ResearchError, match="'holds' is missing"):
        Assumption(name="models are independent", evidence="Nobody looked.")
    said = Assumption.untestable(name="models are independent", evidence="No list says.")
    assert said.holds == "not testable"
