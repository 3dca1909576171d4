"""Worlds: closed forms, plain recomputation, and what must hold of every result."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import research
from research.doubts import Beliefs, Coarse, Difference, Doubt, Ranking, Share, Sum, Worlds, where
from research.doubts.drawing import AT_ONCE
from research.doubts.simulating import in_worlds, parts, simulated, with_draws
from research.publish.likelihood import calibrated, turned
from research.results import (
    Bounds,
    Chance,
    Estimate,
    Hypothesis,
    Part,
    ResearchError,
    Simulated,
    Tried,
)

ORIGIN, ROUNDED = Doubt("origin", "any country"), Doubt("rounding", "its range", is_rounding=True)
CHINA, US = where(origin="CN"), where(origin="US")
ROW = {
    "doubt": "origin", "kind": "", "family": "categories", "stated": "CN=2|US=3|other=5",
    "shifted": "", "together": "organisation", "basis": "measured", "source": "s", "sentence": "t",
}  # fmt: skip
RANGE = ROW | {"doubt": "rounding", "family": "range", "stated": "alpha=1|beta=1",
               "together": "unit", "basis": "judgement"}  # fmt: skip
ERRORS = ROW | {
    "doubt": "coded wrong",
    "family": "miscoded",
    "stated": "alpha=1|beta=9|CN=1|US=1|other=2",
}


def beliefs(*rows: dict[str, str]) -> Beliefs:
    return Beliefs.of(pd.DataFrame([*rows, ERRORS]))


def units(origins, weights=None, *, organisations=None, ranges=None) -> Coarse:
    weights = weights or [1.0] * len(origins)
    low, high = ranges or (weights, weights)
    rows = pd.DataFrame({
        "origin": origins, "low": low, "value": weights, "high": high,
        "organisation": organisations or [f"o{at}" for at in range(len(origins))],
        "origin_doubt": ORIGIN.name, "weight_doubt": ROUNDED.name, "confirmed": True,
    })  # fmt: skip
    return Coarse(rows, [ORIGIN, ROUNDED])


# Closed forms -------------------------------------------------------------------------------------


def test_one_open_unit_is_of_a_country_as_often_as_its_belief_says():
    drawn = Sum(units([""]), CHINA).in_worlds(Worlds(beliefs(ROW, RANGE)))
    assert set(drawn) == {0.0, 1.0}
    assert drawn.mean() == pytest.approx(0.2, abs=4 * np.sqrt(0.16 / 10_000))


def test_many_open_units_have_the_share_of_a_beta_distribution():
    drawn = Share(of=CHINA).in_(units([""] * 200)).in_worlds(Worlds(beliefs(ROW, RANGE)))
    expected = stats.betabinom(200, 2, 8).ppf([0.025, 0.5, 0.975]) / 200
    assert np.quantile(drawn, [0.025, 0.5, 0.975]) == pytest.approx(expected, abs=0.02)


def test_a_rounded_total_lies_anywhere_in_its_range():
    rounded = units(["CN"], [10.0], ranges=([8.0], [12.0]))
    drawn = Sum(rounded, CHINA).in_worlds(Worlds(beliefs(ROW, RANGE)))
    assert stats.kstest(drawn, stats.uniform(8, 4).cdf).pvalue > 1e-4


def test_a_place_in_a_range_has_its_beta_distribution():
    skewed = RANGE | {"stated": "alpha=2|beta=1"}
    rounded = units(["CN"], [10.0], ranges=([8.0], [12.0]))
    drawn = Sum(rounded, CHINA).in_worlds(Worlds(beliefs(ROW, skewed)))
    assert stats.kstest(drawn, stats.beta(2, 1, 8, 4).cdf).pvalue > 1e-4


def test_candidates_named_by_evidence_are_alike():
    drawn = Sum(units(["CN|US"]), CHINA).in_worlds(Worlds(beliefs(ROW, RANGE)))
    assert drawn.mean() == pytest.approx(0.5, abs=0.02)


def test_wrong_codes_are_of_any_other_country_as_often_as_is_believed():
    coded = units(["CN"])
    coded = Coarse(coded.rows.assign(confirmed=False), coded.doubts)
    worlds = Worlds(beliefs(ROW, RANGE), with_errors=True)
    assert Sum(coded, CHINA).in_worlds(worlds).mean() == pytest.approx(0.9, abs=0.02)
    in_the_us = Sum(coded, US).in_worlds(worlds).mean()  # with weight 1 of the 3 that are not its
    assert in_the_us == pytest.approx(0.1 / 3, abs=0.01)
    confirmed = units(["CN"])
    assert Sum(confirmed, CHINA).in_worlds(worlds).min() == 1


def test_wrong_codes_give_the_law_of_a_share_that_their_rate_gives():
    """As in probabilistic bias analysis by predictive values: linear in a rate that is beta."""
    coded = units(["CN"] * 100 + ["US"] * 300)
    coded = Coarse(coded.rows.assign(confirmed=False), coded.doubts)
    two = ERRORS | {"stated": "alpha=6|beta=14|CN=1|US=1"}
    worlds = Worlds(Beliefs.of(pd.DataFrame([ROW, RANGE, two])), with_errors=True)
    drawn = Share(of=CHINA).in_(coded).in_worlds(worlds)
    rate = stats.beta(6, 14)
    at = [0.025, 0.5, 0.975]
    expected = 0.25 + 0.5 * rate.ppf(at)  # 1/4 are coded China: (1 - r) / 4 + 3 r / 4
    assert np.quantile(drawn, at) == pytest.approx(expected, abs=0.02)
    assert drawn.mean() == pytest.approx(0.25 + 0.5 * rate.mean(), abs=0.005)


def test_parts_of_the_variance_of_a_sum_are_those_of_its_doubts():
    asked = Sum(units(["", "CN"], [2.0, 10.0], ranges=([2.0, 8.0], [2.0, 12.0])), CHINA)
    worlds = Worlds(beliefs(ROW, RANGE))
    found = {each.doubt: each.part for each in parts(asked, worlds, asked.in_worlds(worlds))}
    of_origin, of_rounding = 4 * 0.2 * 0.8, 16 / 12
    whole = of_origin + of_rounding
    assert found["origin"] == pytest.approx(of_origin / whole, abs=0.04)
    assert found["rounding"] == pytest.approx(of_rounding / whole, abs=0.04)


def test_kinds_lose_no_weight_and_wrong_codes_move_ranks():
    coded = units(["CN", "US", "DE", ""], [5.0, 4.0, 2.0, 3.0])
    coded = Coarse(coded.rows.assign(confirmed=False), coded.doubts)
    for with_errors in (False, True):
        worlds = Worlds(beliefs(ROW, RANGE), with_errors=with_errors)
        kinds = Ranking(coded, "origin").in_worlds(worlds)
        assert kinds.total() == pytest.approx(np.full(worlds.count, 14.0))
        of_china = Sum(coded, CHINA).in_worlds(worlds)
        assert (kinds.weight("CN") == of_china).all()
    behind = (kinds.ahead_of("CN") > 0).mean()
    right = Worlds(beliefs(ROW, RANGE))
    assert behind > (Ranking(coded, "origin").in_worlds(right).ahead_of("CN") > 0).mean()


def test_a_wrong_code_needs_another_country():
    with pytest.raises(ResearchError, match="miscoded need two values"):
        Beliefs.of(pd.DataFrame([ERRORS | {"stated": "alpha=1|beta=9|CN=1"}]))


def test_the_order_of_many_organisations_moves_nothing():
    many = [f"o{at}" for at in range(300)]
    weights = [float(1 + at % 7) for at in range(300)]
    one = Share(of=CHINA).in_(units([""] * 300, weights, organisations=many))
    turned = Share(of=CHINA).in_(units([""] * 300, weights[::-1], organisations=many[::-1]))
    worlds = Worlds(beliefs(ROW, RANGE))
    assert one.in_worlds(worlds) == pytest.approx(turned.in_worlds(worlds))


# One family of worlds -----------------------------------------------------------------------------


def test_an_organisation_is_of_one_country_in_every_question_and_channel():
    first = units(["", "CN"], organisations=["a", "b"])
    other = units(["", "US", "US"], [5.0, 1.0, 1.0], organisations=["a", "c", "d"])
    worlds = Worlds(beliefs(ROW, RANGE))
    one, two = Sum(first, CHINA).in_worlds(worlds) - 1, Sum(other, CHINA).in_worlds(worlds) / 5
    assert (one == two).all()
    assert 0 < one.mean() < 1
    both = Sum(first, US).in_worlds(worlds) + one
    assert both.max() == 1  # never Chinese and American at once


def test_the_difference_of_a_thing_and_itself_is_nothing():
    asked = Share(of=CHINA).in_(units(["", "", "CN", "US"]))
    assert not Difference(asked, asked).in_worlds(Worlds(beliefs(ROW, RANGE))).any()


def test_a_further_organisation_moves_nobody_elses_draws():
    worlds = Worlds(beliefs(ROW, RANGE))
    few = Sum(units(["", ""]), CHINA).in_worlds(worlds)
    more = units(["", "", ""])
    third = Sum(more.among(np.array([False, False, True])), CHINA).in_worlds(worlds)
    assert (Sum(more, CHINA).in_worlds(worlds) == few + third).all()


def test_fewer_worlds_are_the_first_of_more():
    believed = beliefs(ROW, RANGE)
    asked = Share(of=CHINA).in_(
        units(["", "CN", "US"], [1.0, 3.0, 3.0], ranges=([1.0, 2.0, 3.0], [2.0, 4.0, 3.0]))
    )
    more, fewer = asked.in_worlds(Worlds(believed)), asked.in_worlds(Worlds(believed, 2_000))
    assert (more[:2_000] == fewer).all()


def test_draws_are_those_of_one_philox_generator_for_each_stream():
    worlds = Worlds(beliefs(ROW, RANGE), 2 * AT_ONCE + 1)

    def stream(name: str) -> np.random.Generator:
        digest = hashlib.blake2b(name.encode(), digest_size=16).digest()
        return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "big")))

    drawn = worlds.uniforms("origin", ["a", "b"], "what")
    for row, key in zip(drawn, "ab", strict=True):
        assert (row == stream(f"0/origin/what/{key}").random(worlds.count)).all()
    weights = {"CN": 0.3, "US": 4.0}
    amounts = [
        stream(f"0/origin/what/{name}").standard_gamma(weight, worlds.count)
        for name, weight in weights.items()
    ]
    shares = amounts[0] / (amounts[0] + amounts[1])
    assert worlds.shares("origin", weights, "what")[0] == pytest.approx(shares, abs=1e-14)


def test_questions_asked_part_by_part_find_what_each_finds_at_once():
    believed, many = beliefs(ROW, RANGE), units(["", "CN", "CN|US", ""], [1.0, 2.0, 3.0, 4.0])
    asked = {"lead": Share(of=CHINA, minus=US).in_(many), "sum": Sum(many, CHINA)}
    other = Doubt("else", "any")
    unknown = Sum(Coarse(many.rows.assign(origin_doubt="else"), [other, ROUNDED]), CHINA)
    for with_errors in (False, True):
        worlds = Worlds(believed, 3 * AT_ONCE - 5, with_errors=with_errors)
        found = in_worlds(asked | {"no belief": unknown}, worlds)
        assert found.keys() == asked.keys()
        for label, question in asked.items():
            assert found[label] == pytest.approx(question.in_worlds(worlds), abs=1e-14)


def test_doubts_that_are_drawn_anew_are_others():
    asked, worlds = Sum(units(["", ""]), CHINA), Worlds(beliefs(ROW, RANGE))
    again = Worlds(beliefs(ROW, RANGE), anew=frozenset({"origin"}))
    correlation = np.corrcoef(asked.in_worlds(worlds), asked.in_worlds(again))[0, 1]
    assert abs(correlation) < 0.05


def test_the_lighter_ones_of_many_move_in_buckets_which_widens_the_interval_a_little():
    weights = [float(1 + at % 7) for at in range(3000)]
    asked = Share(of=CHINA).in_(units([""] * 3000, weights))
    found = simulated(asked, beliefs(ROW, RANGE))
    alone = stats.beta(2, 8).ppf([0.025, 0.975])
    assert found.low <= alone[0] + 0.01
    assert found.high >= alone[1] - 0.01
    assert found.high - found.low < 1.15 * (alone[1] - alone[0])


@pytest.mark.parametrize("wide", [0.0, 0.001])
def test_what_is_light_of_an_organisation_is_of_the_country_of_what_is_heavy(wide):
    """Rounded weights, each open by itself, make cells of units: 400 where 128 are drawn apart."""
    organisations = [f"o{at % 4}" for at in range(400)]
    ranges = ([1.0 - wide] * 400, [1.0 + wide] * 400)
    open_to_all = units([""] * 400, [1.0] * 400, organisations=organisations, ranges=ranges)
    drawn = 4 * Share(of=CHINA).in_(open_to_all).in_worlds(Worlds(beliefs(ROW, RANGE)))
    assert np.abs(drawn - drawn.round()).max() < 0.01
    assert set(drawn.round()) == {0, 1, 2, 3, 4}


# Against plain Python -----------------------------------------------------------------------------


def test_the_lead_in_the_1000_most_downloaded_is_that_of_plain_python():
    from research.measures.hub import hub_downloads
    from research.measures.publishers import CHINA_MINUS_US
    from research.measures.top_lists import on_day

    listed = on_day(research.load("hub_top_models"), "2026-06-11")
    channel = hub_downloads(listed, research.load("publisher_origins"))
    stated = research.load("stated_beliefs")
    found = simulated(CHINA_MINUS_US.in_(channel), Beliefs.of(stated))

    rng = np.random.default_rng(1)
    rows = channel.rows
    weights = {
        row.kind if isinstance(row.kind, str) else "": {
            part.split("=")[0]: float(part.split("=")[1]) for part in row.stated.split("|")
        }
        for row in stated[stated["doubt"] == "origin unknown or disputed"].itertuples()
        if row.family == "categories"
    }
    names = rows["organisation"].unique()
    told = [rows[name] for name in ("origin", "kind", "organisation", "value")]
    units_of = list(zip(*told, strict=True))
    leads = []
    for _ in range(4000):
        shares = {kind: (list(w), rng.dirichlet(list(w.values()))) for kind, w in weights.items()}
        place = dict(zip(names, rng.random(len(names)), strict=True))
        lead = 0.0
        for origin, kind, organisation, value in units_of:
            named, parts_of = shares.get(kind, shares[""])
            if origin:
                named = origin.split("|")
                parts_of = np.ones(len(named)) / len(named)
            at = int(np.searchsorted(np.cumsum(parts_of)[:-1], place[organisation], "right"))
            lead += value * ((named[at] == "CN") - (named[at] == "US"))
        leads.append(lead / rows["value"].sum())
    low, high = np.quantile(leads, [0.025, 0.975])
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.0015)


# Of every result ----------------------------------------------------------------------------------


def recorded():
    for path in sorted(Path("paper/results").glob("*.json")):
        for key, answer in json.loads(path.read_text())["answers"].items():
            for label, estimate in answer["estimates"].items():
                yield f"{path.stem}: {key}: {label}", estimate


def test_every_interval_under_bounded_doubts_lies_in_its_set():
    outside = []
    for name, estimate in recorded():
        found, bounds = estimate["simulated"], estimate["bounds"]
        if not found:
            continue
        ends = bounds or {"low": estimate["value"], "high": estimate["value"]}
        low, high = float(ends["low"]), float(ends["high"])
        room = 1e-9 * max(1.0, abs(low), abs(high))
        if found["low"] < low - room or found["high"] > high + room:
            outside.append(name)
    assert not outside


def test_every_estimate_has_an_interval_or_says_why_not():
    silent = [
        name for name, e in recorded() if not (e["simulated"] or e["interval"] or e["undrawn"])
    ]
    assert not silent


def test_no_chance_is_told_where_the_set_decides():
    asked = Share(of=CHINA).in_(units(["CN", "CN", ""]))
    claim = Hypothesis(estimand="e", null=0.5, alternative="greater", role="own question")
    shares = {"a": asked.estimate(label="a", unit="share")}
    estimate = with_draws(shares, {"a": claim}, beliefs(ROW, RANGE))["a"]
    assert estimate.simulated is not None
    assert not estimate.simulated.chances
    open_claim = Hypothesis(estimand="e", null=0.8, alternative="greater", role="own question")
    found = with_draws(shares, {"a": open_claim}, beliefs(ROW, RANGE))["a"]
    assert [each.beliefs for each in found.simulated.chances] == list(get_args(Tried))
    assert found.simulated.chances[0].probability == pytest.approx(0.2, abs=0.02)
    assert found.simulated.chances[1].probability == pytest.approx(1 / 3, abs=0.04)


# What is refused ----------------------------------------------------------------------------------


def test_a_doubt_of_which_nothing_is_believed_gives_a_reason_and_no_interval():
    asked = Share(of=CHINA).in_(units(["CN", ""]))
    found = with_draws({"a": asked.estimate(label="a", unit="share")}, {}, beliefs(RANGE))["a"]
    assert found.simulated is None
    assert "Nothing is believed of the doubt" in found.undrawn
    assert "origin" in found.undrawn


def test_an_exact_estimate_says_that_nothing_is_open():
    found = with_draws({"a": Estimate(label="a", unit="hosts", value=3.0)}, {}, beliefs(ROW))["a"]
    assert found.undrawn.startswith("Nothing is left open")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"family": "normal"}, "'family' should be one of"),
        ({"stated": "CN:2"}, "written like CN=1.5"),
        ({"stated": "CN=-1|US=2"}, "'CN' should be a positive number"),
        ({"stated": "CN=1"}, "two values at least"),
        ({"family": "range"}, "needs alpha and beta"),
        ({"together": "kind"}, "'together' should be one of"),
    ],
)
def test_a_belief_that_makes_no_sense_is_refused(changed, told):
    with pytest.raises(ResearchError, match=told):
        beliefs(ROW | changed)


def test_a_belief_that_does_not_fit_what_its_doubt_opens_is_refused():
    asked = Sum(units(["CN"], [10.0], ranges=([8.0], [12.0])), CHINA)
    wrong = beliefs(ROW, ROW | {"doubt": "rounding"})
    with pytest.raises(ResearchError, match="it opens a weight"):
        asked.in_worlds(Worlds(wrong))


def test_a_belief_stated_twice_is_refused():
    with pytest.raises(ResearchError, match="twice"):
        beliefs(ROW, ROW)


# Kinds --------------------------------------------------------------------------------------------


def test_ranks_leads_and_concentration_in_worlds_are_those_of_each_world_by_itself():
    weights = [5.0, 4.0, 3.0, 2.0]
    rows = pd.DataFrame({
        "task": ["text", "audio", "audio|image", "image"], "low": weights, "value": weights,
        "high": weights, "task_doubt": "task", "organisation": [*"abcd"],
    })  # fmt: skip
    ranking = Ranking(Coarse(rows, [Doubt("task", "either")]), "task")
    known = beliefs(ROW | {"doubt": "task", "family": "alike", "stated": ""})
    worlds = Worlds(known)
    audio = Sum(ranking.units, where(task="audio")).in_worlds(worlds)
    image = 9.0 - audio
    assert set(audio) == {4.0, 7.0}
    assert (ranking.rank("text").in_worlds(worlds) == np.where(audio == 7, 2, 1)).all()
    lead = (5 - np.maximum(audio, image)) / 14
    assert ranking.lead("text").in_worlds(worlds) == pytest.approx(lead)
    squares = (25 + audio**2 + image**2) / 14**2
    assert ranking.concentration().in_worlds(worlds) == pytest.approx(squares)
    first = np.maximum(5, np.maximum(audio, image)) / 14
    assert ranking.concentration(1).in_worlds(worlds) == pytest.approx(first)


@pytest.mark.parametrize(("of", "known"), [("_rho", stats.spearmanr), ("_tau", stats.kendalltau)])
def test_correlations_of_many_worlds_are_those_of_scipy(of, known):
    from research.doubts import correlating

    rng = np.random.default_rng(3)
    first, second = rng.integers(0, 6, (2, 12, 5)).astype(float)  # with ties
    found = getattr(correlating, of)(first, second)
    expected = [known(one, two).statistic for one, two in zip(first.T, second.T, strict=True)]
    assert found == pytest.approx(expected)


def test_a_question_about_organisations_finds_them_in_buckets_too():
    many = units([""] * 500, organisations=[f"o{at // 2}" for at in range(500)])
    many = Coarse(many.rows.assign(organisation_doubt=""), many.doubts)
    asked = Sum(many, where(organisation="o7", origin=["CN", "US", "other"]))
    drawn = asked.in_worlds(Worlds(beliefs(ROW, RANGE)))
    assert set(drawn) == {0.0, 2.0} or set(drawn) == {2.0}


# Words --------------------------------------------------------------------------------------------


def likelihood(probabilities, parts, error=0.001) -> str:
    chances = tuple(
        Chance(beliefs=tried, probability=probability, error=error)
        for tried, probability in zip(get_args(Tried), probabilities, strict=True)
    )
    told = tuple(Part(doubt=basis, basis=basis, part=part) for basis, part in parts.items())
    return calibrated(Simulated(low=0, high=1, worlds=9, chances=chances, parts=told))


@pytest.mark.parametrize(
    ("probabilities", "parts", "word"),
    [
        ([0.95] * 5, {"measured": 1.0}, "very likely"),
        ([0.95, 0.95, 0.95, 0.95, 0.6], {"measured": 1.0}, ""),  # as one it is another word
        ([0.901] * 5, {"measured": 1.0}, ""),  # within two errors of the border
        ([0.95] * 5, {"measured": 0.85, "judgement": 0.08}, ""),  # together they decide the rest
        ([0.95] * 5, {"measured": 0.92, "judgement": 0.08}, "very likely"),
        ([0.95] * 5, {"published": 0.5, "measured": 0.45}, "very likely"),
        ([0.95] * 5, {"judgement": 1.0}, ""),
    ],
)
def test_a_word_of_likelihood_is_earned(probabilities, parts, word):
    assert likelihood(probabilities, parts) == word


def test_a_value_within_a_rounding_error_of_the_border_lies_on_it():
    claim = Hypothesis(estimand="e", null=0.5, alternative="greater", role="own question")
    values = np.array([0.5 - 1e-12, 0.5, 0.5 + 1e-12, 0.5001])
    assert claim.is_met_by(values).tolist() == [False, False, False, True]


def test_the_basis_of_a_doubt_is_the_weakest_of_its_beliefs():
    rows = [ROW, ROW | {"kind": "company", "basis": "judgement"}]
    assert beliefs(*rows).basis("origin") == "judgement"


def test_of_what_any_value_may_be_each_value_that_is_named_is_as_likely():
    alike = ROW | {"doubt": "task", "family": "alike", "stated": ""}
    rows = pd.DataFrame({
        "task": ["x", "y", "y", ""], "low": 1.0, "value": 1.0, "high": 1.0, "task_doubt": "task",
        "organisation": ["a", "b", "c", "d"],
    })  # fmt: skip
    asked = Sum(Coarse(rows, [Doubt("task", "any")]), where(task="x"))
    assert asked.in_worlds(Worlds(beliefs(alike))).mean() == pytest.approx(1.5, abs=0.03)


def test_a_word_that_errors_could_turn_says_so():
    claim = Hypothesis(estimand="e", null=0.5, alternative="greater", role="own question")
    decided = Estimate(
        label="a", unit="share", bounds=Bounds(0.6, 0.7), sharpness="sharp",
        simulated=Simulated(low=0.61, high=0.69, worlds=9, with_errors=Bounds(0.45, 0.69)),
    )  # fmt: skip
    assert "could turn it: with them it is 45.0 to 69.0" in " ".join(turned(decided, claim))
    firm = replace(decided, simulated=replace(decided.simulated, with_errors=Bounds(0.55, 0.69)))
    assert not list(turned(firm, claim))
    is_open = replace(decided, bounds=Bounds(0.4, 0.7))
    assert not list(turned(is_open, claim))
