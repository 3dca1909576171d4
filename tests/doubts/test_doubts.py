"""Questions asked of coarse units, against the enumeration of all that their doubts allow."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research.doubts import (
    EVERY,
    Coarse,
    Doubt,
    Gap,
    Quotient,
    Share,
    Sum,
    Thinned,
    overturned,
    where,
)
from research.estimators.budget import ratio_row
from research.estimators.clustered import clustered_ratio, clustered_share, share_difference
from research.results import Bounds, CannotEstimate, ResearchError

EXACT = 1e-12
COUNTRIES = ["CN", "US", "DE"]
ORIGIN, TASK, ROUNDING, LISTED = (
    Doubt("origin", "any that is not ruled out"),
    Doubt("task", "named or not"),
    Doubt("rounding", "every total at its worst"),
    Doubt("listed", "counted or not"),
)
DOUBTS = [ORIGIN, TASK, ROUNDING, LISTED]
OPEN = [doubt.name for doubt in DOUBTS]
CHINA, US = where(origin="CN"), where(origin="US")
TEXT = where(task="text")
LEAD = Share(of=CHINA, minus=US)
QUESTIONS = [
    Share(of=CHINA), Share(of=CHINA, minus=US), Share(of=where(origin=["CN", "DE"]), among=TEXT),
    Share(of=CHINA, minus=US, among=TEXT),
]  # fmt: skip


def coarse(units) -> Coarse:
    columns = ["low", "value", "high", "origin", "task", "member", "organisation"]
    rows = pd.DataFrame(units, columns=columns)
    opened = {f"{doubt.name}_doubt": doubt.name for doubt in (ORIGIN, TASK)}
    return Coarse(
        rows.assign(**opened, weight_doubt=ROUNDING.name, member_doubt=LISTED.name), DOUBTS
    )


@st.composite
def channels(draw):
    """Up to four units, of which anything may be open."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        low, more, most = (draw(st.integers(0, 4)) for _ in range(3))
        origin = "|".join(sorted(draw(st.sets(st.sampled_from(COUNTRIES), max_size=2))))
        task = draw(st.sampled_from(["text", "image", ""]))
        member, organisation = draw(st.booleans()), draw(st.sampled_from("ab"))
        found.append((low, low + more, low + more + most, origin, task, member, organisation))
    return found


def worlds(unit, doubts):
    """What a unit may be: weight, origin and task, of each doubt that is open."""
    low, value, high, origin, task, member, _ = unit
    weights = {low, high} if "rounding" in doubts else {value}
    weights = weights if member else weights | {0} if "listed" in doubts else {0}
    origins = origin.split("|") if origin else [*COUNTRIES, "elsewhere"]
    # Of a closed doubt a unit with several candidates is none of them.
    origins = origins if len(origins) == 1 or "origin" in doubts else ["none"]
    tasks = [task] if task else ["text", "other"] if "task" in doubts else ["none"]
    return product(weights, origins, tasks)


def shares(question, units, doubts):
    """The share in every world in which there is a whole."""
    for world in product(*(worlds(unit, doubts) for unit in units)):
        whole = ahead = 0.0
        for weight, origin, task in world:
            if question.among is EVERY or task in question.among.values["task"]:
                whole += weight
                ahead += weight * (origin in question.of.values["origin"])
                if question.minus is not None:
                    ahead -= weight * (origin in question.minus.values["origin"])
        if whole > 0:
            yield ahead / whole


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    units=channels(),
    question=st.sampled_from(QUESTIONS),
    doubts=st.sets(st.sampled_from(OPEN)),
)
def test_the_set_is_that_of_all_worlds(units, question, doubts):
    asked = question.in_(coarse(units))
    every = list(shares(question, units, doubts))
    if not every:
        with pytest.raises(CannotEstimate):
            asked.bounds(doubts)
        return
    assert asked.sharp(doubts)
    assert tuple(asked.bounds(doubts)) == pytest.approx((min(every), max(every)), abs=EXACT)


UNITS = [
    (4, 5, 6, "CN", "text", True, "a"), (1, 3, 3, "US", "text", True, "b"),
    (2, 2, 4, "CN|US", "text", True, "b"), (1, 1, 1, "", "", True, "c"),
    (3, 3, 3, "US", "image", False, "c"), (2, 2, 2, "DE", "text", True, "d"),
]  # fmt: skip


def test_a_budget_has_a_row_a_doubt_each_from_the_value_and_within_the_set():
    asked = LEAD.in_(coarse(UNITS))
    whole, value = asked.bounds(), asked.value
    assert value == pytest.approx((5 - 3) / 13)
    rows = asked.budget()
    opens = [ORIGIN, ROUNDING, LISTED]  # no task is asked for
    assert [row.source for row in rows] == [doubt.name for doubt in opens]
    assert [row.detail for row in rows] == [asked.detail(doubt) for doubt in opens]
    assert asked.detail(ORIGIN) == f"2 units with 23.1 % of the weight: {ORIGIN.detail}"
    for row, doubt in zip(rows, [doubt.name for doubt in opens], strict=True):
        assert (row.low, row.high) == tuple(asked.bounds([doubt]))
        assert whole.low <= row.low <= value <= row.high <= whole.high
    assert asked.bounds(OPEN) == whole


@settings(max_examples=40, deadline=None, derandomize=True)
@given(units=channels(), doubts=st.sets(st.sampled_from(OPEN)))
def test_the_least_world_is_the_end_of_the_set(units, doubts):
    asked = LEAD.in_(coarse(units))
    if asked.whole(doubts).low.sum() == 0:
        return
    world = asked.least(doubts)
    assert world.lead / world.weight.sum() == pytest.approx(asked.bounds(doubts).low, abs=EXACT)
    other = LEAD.reversed().in_(asked.units)
    assert other.bounds(doubts).low == pytest.approx(-asked.bounds(doubts).high, abs=EXACT)


def resolved(units, doubt, part):
    """The share where a part of what a doubt leaves open is against it, unit by unit."""
    asked = LEAD.in_(coarse(units))
    shown, world = asked.least(()), asked.least([doubt.name])
    return shown.lead + part * (world.lead - shown.lead)


@pytest.mark.parametrize("doubt", [ORIGIN, LISTED])
def test_the_part_that_turns_a_lead_leaves_nothing_of_it(doubt):
    units = [*UNITS, (9, 9, 9, "US", "text", False, "e"), (6, 6, 6, "", "text", True, "e")]
    part = LEAD.in_(coarse(units)).turning(doubt)
    assert 0 < part < 1
    assert resolved(units, doubt, part) == pytest.approx(0, abs=EXACT)
    # Seen from the other country the same part of the same units turns it.
    assert LEAD.reversed().in_(coarse(units)).turning(doubt) == pytest.approx(part)


def test_no_part_turns_a_lead_larger_than_what_is_open():
    assert LEAD.in_(coarse([(9, 9, 9, "CN", "", True, "a"), *UNITS])).turning(ORIGIN) is None
    assert LEAD.in_(coarse(UNITS)).turning(TASK) is None  # it opens nothing
    share = Share(of=CHINA).in_(coarse(UNITS))  # 5 of 13, and 3 of unknown origin
    assert share.turning(ORIGIN, null=0.5) == pytest.approx(1.5 / 3)


def test_the_fewest_clusters_and_the_least_weight_undo_a_lead():
    held = [(9, "CN", "a"), (7, "CN", "b"), (7, "CN", "b"), (1, "CN", "c"), (12, "US", "d")]
    units = [(weight, weight, weight, code, "", True, who) for weight, code, who in held]
    world = LEAD.in_(coarse(units)).least(())
    assert world.lead == 12
    assert world.fewest("organisation") == ["b"]
    assert world.miscoding().exchanged == pytest.approx(6 / 36)
    assert world.miscoding().units == 1


def test_clusters_are_drawn_of_the_units_as_shown():
    units = coarse([*UNITS, (1, 1, 1, "CN", "", True, "d"), (1, 1, 1, "US", "", True, "a")])
    value, organisation = units.rows["value"] * units.rows["member"], units.rows["organisation"]
    of = {code: units.rows["origin"].eq(code) for code in ("CN", "US")}
    share, lead = Share(of=CHINA).in_(units), LEAD.in_(units)
    china, us = value * of["CN"], value * of["US"]
    for found, expected in (
        (share.redrawn("organisation"), clustered_share(china, value, organisation)),
        (lead.redrawn("organisation"), share_difference(china, us, value, organisation)),
    ):
        assert found.value == expected.value
        assert found.interval == expected.interval
        assert (found.leave_one_out.values == expected.leave_one_out.values).all()
    assert [row.source for row in share.drawn("organisation")] == [
        "one organisation left out", "other organisations drawn",
    ]  # fmt: skip


def test_clusters_of_a_gap_are_drawn_of_the_units_that_are_asked_about():
    """Two shares of different wholes in the same units: what neither asks about weighs nothing."""
    held = [(9, "CN", "text", "a"), (3, "US", "text", "b"), (7, "US", "image", "c")]
    held += [(5, "DE", "text", "d"), (2, "CN", "image", "e")]
    units = coarse([(w, w, w, code, task, True, who) for w, code, task, who in held])
    chinese, american = (Share(of=TEXT, among=country).in_(units) for country in (CHINA, US))
    gap = chinese - american
    assert gap.value == pytest.approx(9 / 11 - 3 / 10)
    found = gap.redrawn("organisation")
    assert found.value == pytest.approx(gap.value)
    assert 1 - 3 / 10 in found.leave_one_out.values  # without e


def test_the_change_of_a_lead_is_the_one_without_each_organisation():
    held = [(9, 3, "CN", "a"), (3, 8, "US", "b"), (5, 5, "DE", "c"), (2, 4, "CN", "b")]

    def change(rows) -> Gap:
        channels = ([(u[at], u[at], u[at], u[2], "", True, u[3]) for u in rows] for at in (1, 0))
        return Gap(*(LEAD.in_(coarse(channel)) for channel in channels), paired=True)

    without = [change([unit for unit in held if unit[3] != who]).value for who in "abc"]
    left_out, drawn = change(held).drawn("organisation")
    assert (left_out.low, left_out.high) == pytest.approx((min(without), max(without)))
    assert drawn.source == "other organisations drawn"
    assert -2 <= drawn.low < change(held).value < drawn.high <= 2


def test_a_gap_is_open_at_both_ends():
    pulls, downloads = coarse(UNITS[:3]), coarse(UNITS[2:])
    share = Share(of=CHINA)
    gap = share.in_(downloads) - share.in_(pulls)
    one, other = share.in_(downloads).bounds(), share.in_(pulls).bounds()
    assert gap.bounds() == Bounds(one.low - other.high, one.high - other.low)
    assert [doubt.name for doubt in gap.doubts] == OPEN
    assert gap.value == share.in_(downloads).value - share.in_(pulls).value


def test_what_a_unit_is_it_is_in_both_of_two_paired_channels():
    units = coarse([(*unit[:5], True, "a") for unit in UNITS])
    share = Share(of=CHINA).in_(units)
    assert Gap(share, share).bounds(["origin"]).width > 0
    assert Gap(share, share, paired=True).bounds(["origin"]) == Bounds(0.0, 0.0)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(units=channels(), later=st.lists(st.integers(1, 9), min_size=4, max_size=4))
def test_a_lead_in_two_channels_is_bounded_as_by_trying_every_origin(units, later):
    origins = [unit[3] for unit in units]
    held = [(w + 1, w + 1, w + 1, o, "", True, "a") for w, o in zip(later, origins, strict=False)]
    first = coarse([(3, 3, 3, o, "", True, "a") for o in origins])
    gap = Gap(LEAD.in_(first), LEAD.in_(coarse(held)), paired=True)
    tried = []
    for world in product(*(o.split("|") if o else [*COUNTRIES, "none"] for o in origins)):
        signs = [{"CN": 1, "US": -1}.get(country, 0) for country in world]
        one = sum(signs) / len(signs)
        weights = [unit[0] for unit in held]
        tried.append(one - sum(s * w for s, w in zip(signs, weights, strict=True)) / sum(weights))
    assert tuple(gap.bounds()) == pytest.approx((min(tried), max(tried)), abs=EXACT)
    rounded = coarse([(1, 2, 3, o, "", True, "a") for o in origins])
    with pytest.raises(CannotEstimate, match="where all weights are known"):
        Gap(LEAD.in_(first), LEAD.in_(rounded), paired=True).bounds()


def test_paired_channels_hold_the_units_of_both():
    one, other = coarse(UNITS[:3]), coarse([UNITS[2], UNITS[5], UNITS[5]])
    pair = one.paired(other, ["organisation", "origin"])
    assert pair[0].rows[["organisation", "origin"]].equals(pair[1].rows[["organisation", "origin"]])
    assert pair[0].rows["value"].tolist() == [5, 2, 3, 0]
    assert pair[1].rows["value"].tolist() == [0, 2, 0, 4]
    for alone, together in zip((one, other), pair, strict=True):
        for doubts in ([], ["origin"], ["rounding"], OPEN):
            found = Share(of=CHINA).in_(together).bounds(doubts)
            assert tuple(found) == pytest.approx(tuple(Share(of=CHINA).in_(alone).bounds(doubts)))


def test_without_a_part_of_some_units_their_share_is_smaller():
    units = coarse(UNITS)
    lighter = units.thinned(CHINA, 0.5)
    assert lighter.rows["value"].tolist() == [2.5, 3, 2, 1, 3, 2]
    share = Share(of=CHINA)
    gap = share.in_(units) - share.in_(units)
    assert gap.thinned(CHINA, 0.5).value == share.in_(lighter).value - share.in_(units).value < 0


@pytest.mark.parametrize(
    ("margin", "threshold", "sentence"),
    [
        (lambda part: 0.5 - part, 0.5, "lost if 50 % of the pulls were not genuine"),
        (lambda part: 2 - part, None, "kept whatever part of the pulls were not genuine"),
        (lambda part: -part, None, "nothing"),
    ],
)
def test_what_overturns_a_verdict_is_told_in_one_of_three_sentences(margin, threshold, sentence):
    found = overturned(margin, things="pulls", nothing="nothing")
    assert found.threshold == (None if threshold is None else pytest.approx(threshold))
    assert found.sentence == sentence


def test_each_candidate_is_read_once_and_a_missing_one_is_any():
    units = coarse([(1, 1, 1, None, "text", True, "a"), (1, 1, 1, np.nan, "", True, "b")])
    certain, possible = units.holds(CHINA)
    assert not certain.any()
    assert possible.all()
    assert not units.holds(CHINA, ())[1].any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Coarse(pd.DataFrame({"low": [1.0]}), []), "value, high is missing"),
        (lambda: Coarse(coarse(UNITS).rows, [ORIGIN]), "not declared: '(rounding|listed|task)'"),
        (lambda: coarse(UNITS).holds(where(licence="mit")), "no attribute 'licence'.*origin"),
        (lambda: coarse([(3, 1, 2, "", "", True, "a")]).weight(), "lie in its range"),
    ],
)
def test_refusals_say_what_is_wrong(call, message):
    with pytest.raises(ResearchError, match=message):
        call()


def test_other_units_are_those_that_are_not_as_wanted():
    units = coarse(UNITS)
    for doubts in (None, [], ["origin"]):
        certain, possible = units.holds(CHINA, doubts)
        not_certain, not_possible = units.holds(~CHINA, doubts)
        assert (not_certain == ~possible).all()
        assert (not_possible == ~certain).all()
    assert ~~CHINA == CHINA


def test_a_further_doubt_opens_an_attribute_and_leaves_what_it_was():
    further = Doubt("anyone's", "any country")
    units = coarse(UNITS).opening("origin", US, further)
    share = Share(of=CHINA)
    assert share.in_(units).bounds([]) == share.in_(coarse(UNITS)).bounds([])
    # Units that may be of the US are open: all but those of China and Germany.
    assert share.in_(units).bounds([further.name]).high == pytest.approx(11 / 13)
    assert share.in_(units).row(further, ORIGIN).high == share.in_(units).bounds(
        [further.name, ORIGIN.name]
    ).high  # fmt: skip


def test_units_count_once_whatever_they_weigh():
    units = coarse(UNITS).counted()
    assert units.weight().value.tolist() == [1, 1, 1, 1, 0, 1]  # one may belong or not
    assert Share(of=CHINA).in_(units).value == pytest.approx(1 / 5)


def test_an_interval_over_the_set_holds_the_set():
    several = [*UNITS, (2, 2, 2, "CN", "text", True, "d"), (1, 1, 1, "CN", "text", True, "b")]
    units = coarse([unit for unit in several if unit[5]])
    share = Share(of=CHINA).in_(units)
    (row,) = share.drawn_and_open("organisation")
    found = share.bounds()
    assert row.low < found.low <= found.high < row.high
    alike = coarse([(1, 1, 1, "CN", "", True, "a"), (1, 1, 1, "CN", "", True, "b")])
    assert Share(of=CHINA).in_(alike).drawn_and_open("organisation") == []
    assert Share(of=CHINA).in_(alike).drawn("organisation") == []


def paired_gaps(first, second, doubts):
    """The gap of the shares in every world of units that are the same in both channels."""
    each = (
        [
            (one, other)
            for one in worlds(unit, doubts)
            for other in worlds(twin, doubts)
            if one[1] == other[1]
        ]
        for unit, twin in zip(first, second, strict=True)
    )
    for world in product(*each):
        shares = []
        for side in (0, 1):
            whole = sum(unit[side][0] for unit in world)
            if whole:
                shares.append(sum(u[side][0] * (u[side][1] == "CN") for u in world) / whole)
        if len(shares) == 2:
            yield shares[0] - shares[1]


@pytest.mark.parametrize("doubts", [[], ["origin"], ["rounding"], ["origin", "rounding"]])
def test_a_paired_gap_says_whether_a_world_reaches_its_ends(doubts):
    first = [
        (1, 2, 4, "CN", "", True, "a"),
        (1, 1, 3, "", "", True, "b"),
        (2, 2, 2, "US", "", True, "c"),
    ]
    second = [
        (2, 2, 2, "CN", "", True, "a"),
        (1, 2, 3, "", "", True, "b"),
        (1, 3, 3, "US", "", True, "c"),
    ]
    share = Share(of=CHINA)
    gap = Gap(share.in_(coarse(first)), share.in_(coarse(second)), paired=True)
    found, every = gap.bounds(doubts), list(paired_gaps(first, second, doubts))
    assert found.low <= min(every) + EXACT
    assert found.high >= max(every) - EXACT
    assert gap.sharp(doubts) == (len(doubts) < 2)
    if gap.sharp(doubts):
        assert tuple(found) == pytest.approx((min(every), max(every)), abs=EXACT)
    apart = share.in_(coarse(first)) - share.in_(coarse(second))
    assert apart.sharp(doubts)


def test_an_estimate_says_whether_its_set_is_sharp_but_for_rounding_or_not_at_all():
    weighed, open_ones = [(1, 2, 4, "CN", "", True, "a")], [(1, 1, 1, "", "", True, "b")]
    other = [(3, 3, 3, "US", "", True, "a"), (1, 1, 1, "", "", True, "b")]
    in_both = Share(of=CHINA).in_(coarse(weighed + open_ones)), Share(of=CHINA).in_(coarse(other))
    gap = Gap(*in_both, paired=True)
    rounding = replace(ROUNDING, is_rounding=True)
    rounded = gap.over(lambda units: replace(units, doubts=[ORIGIN, TASK, rounding, LISTED]))
    estimates = (
        each.estimate(label="x", unit="y", value=None) for each in (in_both[0], rounded, gap)
    )
    told = [each.sharpness for each in estimates]
    assert told == ["sharp", "sharp up to rounding", "outer"]


def test_what_decides_both_the_part_and_the_whole_is_not_sharp():
    asked = Share(of=CHINA, among=where(origin=["CN", "US"])).in_(coarse(UNITS))
    assert asked.sharp([])
    assert not asked.sharp(["origin"])


@pytest.mark.parametrize(
    ("null", "threshold", "sentence"),
    [
        (0.5, 20, "lost if 20 of the 60 hosts with it are no deployments"),
        (-0.1, None, "kept even if all 60 hosts with it are no deployments"),
    ],
)
def test_what_is_taken_out_of_a_set_is_told_as_point_row_and_curve(null, threshold, sentence):
    """Sixty of a hundred hosts: without n of them the share is (60 - n) / (100 - n)."""
    thinned = Thinned.share(60, 100, things="hosts with it")
    point = thinned.lost(null)
    assert point.threshold == (threshold and pytest.approx(threshold))
    assert point.sentence == sentence
    row = thinned.row("fakes", {"none": 0, "half": 30})
    assert (row.low, row.high) == pytest.approx((30 / 70, 0.6))
    assert row.detail == "lowest under half, highest under none"
    curve = thinned.curve("fakes", 3)
    assert curve.grid == (0, 30, 60)
    assert curve.low == pytest.approx((0.6, 30 / 70, 0))


def test_a_part_is_taken_out_up_to_one_and_an_interval_by_its_upper_end():
    thinned = Thinned(without=lambda part: Bounds(-1.0, part - 0.25), of=40, things="hosts", most=1)
    assert (
        thinned.lost(0, end="high").sentence == "lost if 25.0 % of the 40 hosts are no deployments"
    )


def test_a_whole_that_is_all_of_one_kind_is_so_until_nothing_is_left():
    everything = Thinned.share(40, 40, things="hosts", are="are fake")
    assert everything.without(39) == Bounds.at(1.0)
    assert everything.lost(0.5).sentence == "lost if 40 of the 40 hosts are fake"
    nothing = Thinned.share(0, 40, things="hosts", are="are fake")
    assert nothing.lost(-1).sentence == "kept even if all 0 hosts are fake"


def test_what_is_read_off_the_units_once_cannot_be_changed_by_whoever_reads_it():
    rows = pd.DataFrame({"low": 1.0, "value": 2.0, "high": 3.0, "origin": ["CN", "", "US"]})
    units = Coarse(rows.assign(origin_doubt=ORIGIN.name), DOUBTS)
    for flags in units.holds(CHINA):
        flags |= True
    with pytest.raises(ValueError, match="read-only"):
        units.is_open("origin", [ORIGIN.name])[:] = False
    assert [list(end) for end in units.holds(CHINA)] == [[True, False, False], [True, True, False]]
    fewer = units.among(np.array([False, True, True]))
    assert [list(end) for end in fewer.holds(CHINA)] == [[False, False], [True, False]]
    assert units.thinned(CHINA, 0.5).holds(CHINA)[1].tolist() == [True, True, False]


def test_a_ratio_of_sums_is_drawn_over_the_clusters_that_have_any_of_either() -> None:
    held = {("CN", "a"): 2, ("US", "a"): 1, ("CN", "b"): 3, ("US", "c"): 2, ("US", "d"): 4}
    held |= {("CN", "d"): 5, ("DE", "e"): 9}
    units = coarse([(w, w, w, of, "text", True, cluster) for (of, cluster), w in held.items()])
    ratio = Quotient(Sum(units, CHINA), Sum(units, US))
    left_out, drawn = ratio.drawn("organisation")
    assert left_out == ratio.left_out("organisation")
    expected = clustered_ratio([2, 3, 0, 5], [1, 0, 2, 4], list("abcd"))
    assert drawn.detail == ratio_row(expected).detail
    assert (drawn.low, drawn.high) == pytest.approx(tuple(expected.interval), rel=EXACT)
    shares = Quotient(Share(of=CHINA).in_(units), Share(of=US).in_(units))
    assert [row.source for row in shares.drawn("organisation")] == ["one organisation left out"]
