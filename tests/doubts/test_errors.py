"""Errors of counts, which open no set; units that are several things in part; what a chance is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import research
from research.doubts import Beliefs, Coarse, Doubt, Share, Sum, Within, Worlds, where
from research.doubts.simulating import end_error, parts, simulated
from research.measures.cells import hub_cells
from research.measures.hub import hub_downloads
from research.measures.publishers import CHINA_MINUS_US, library_publishers
from research.measures.pulls import ollama_pulls
from research.measures.top_lists import on_day
from research.publish.likelihood import by_chance, decisive, restated
from research.results import Bounds, Estimate, Hypothesis

ORIGIN, SIZE = Doubt("origin", "any country"), Doubt("size", "any size")
CHINA, SMALL = where(origin="CN"), where(size="S")
BASE = {"kind": "", "shifted": "", "basis": "measured", "source": "s", "sentence": "t"}
CODES = BASE | {"doubt": "coded wrong", "family": "miscoded", "together": "unit",
                "stated": "alpha=1|beta=9|CN=1|US=1"}  # fmt: skip
SCRIPTS = BASE | {"doubt": "scripts", "family": "range", "together": "all",
                  "stated": "alpha=2|beta=3"}  # fmt: skip
SPIKES = BASE | {"doubt": "spikes", "family": "peaks", "together": "unit",
                 "stated": "alpha=20|beta=60|part_alpha=2|part_beta=1"}  # fmt: skip
SPLIT = BASE | {"doubt": "size", "family": "split", "together": "unit",
                "stated": "concentration=2"}  # fmt: skip
COUNTRY = BASE | {"doubt": "origin", "family": "categories", "together": "organisation",
                  "stated": "CN=1|US=1|other=1", "shifted": "CN=8.5|US=1.5|other=3"}  # fmt: skip


def worlds(*rows: dict[str, str], with_errors: bool = True) -> Worlds:
    beliefs = Beliefs.of(pd.DataFrame([*rows, CODES]))
    return Worlds(beliefs, with_errors=with_errors)


def units(doubt: Doubt, weights: list[float], **columns: object) -> Coarse:
    rows = pd.DataFrame({**dict.fromkeys(["low", "value", "high"], weights), **columns})
    return Coarse(rows.assign(confirmed=True, **{f"{doubt.name}_doubt": doubt.name}), [doubt])


# Errors of counts ---------------------------------------------------------------------------------


def test_scripts_take_the_same_part_of_what_they_may_have_made_of_every_name():
    names = units(ORIGIN, [10.0, 6.0], origin="CN", excess=[4.0, 2.0], error="scripts")
    drawn = Sum(names, CHINA).in_worlds(worlds(SCRIPTS))
    assert stats.kstest((16 - drawn) / 6, stats.beta(2, 3).cdf).pvalue > 1e-4
    without = Sum(names, CHINA).in_worlds(worlds(SCRIPTS, with_errors=False))
    assert set(without) == {16.0}
    assert Sum(names, CHINA).bounds() == Bounds(16.0, 16.0)  # an error opens no set


def test_a_spike_is_had_at_a_rate_and_takes_a_part_of_the_excess():
    models = units(ORIGIN, [10.0] * 200, origin="CN", excess=10.0, error="spikes")
    drawn = Sum(models, CHINA).in_worlds(worlds(SPIKES))
    assert drawn.mean() == pytest.approx(2000 * (1 - 20 / 80 * 2 / 3), rel=0.01)
    one = units(ORIGIN, [10.0], origin="CN", excess=10.0, error="spikes")
    alone = Sum(one, CHINA).in_worlds(worlds(SPIKES))
    assert (alone < 10).mean() == pytest.approx(20 / 80, abs=0.02)
    assert stats.kstest(1 - alone[alone < 10] / 10, stats.beta(2, 1).cdf).pvalue > 1e-4


def test_no_more_is_taken_than_there_is():
    models = units(ORIGIN, [3.0], origin="CN", excess=9.0, error="scripts")
    drawn = Sum(models, CHINA).in_worlds(worlds(SCRIPTS))
    assert drawn.min() == 0
    assert drawn.max() <= 3


def test_units_that_are_counted_have_no_excess():
    counted = units(ORIGIN, [3.0, 5.0], origin="CN", excess=3.0, error="scripts").counted()
    assert set(Sum(counted, CHINA).in_worlds(worlds(SCRIPTS))) == {2.0}


def test_models_and_cells_of_them_have_the_same_errors():
    listed, origins = on_day(research.load("hub_top_models"), "2026-04-28"), "publisher_origins"
    tables = listed, research.load(origins)
    models = hub_downloads(*tables)
    cells = hub_cells(*tables, by=["origin", "organisation", "kind", "confirmed"])
    assert cells.rows["excess"].sum() == models.rows["excess"].sum() > 0
    marked = listed.loc[listed["traffic_spike"], "model_id"]
    assert (models.rows.loc[marked, "excess"] == 0).all()  # counted or not by a choice
    drawn = Worlds(Beliefs.of(research.load("stated_beliefs")), 300, with_errors=True)
    one, other = (CHINA_MINUS_US.in_(each).in_worlds(drawn) for each in (models, cells))
    assert one == pytest.approx(other)
    right = Worlds(drawn.beliefs, 300)
    assert (CHINA_MINUS_US.in_(models).in_worlds(right) != one).mean() > 0.9


def test_pulls_have_an_excess_that_nine_of_ten_names_exceed():
    tables = map(research.load, ["model_crosswalk_names", "publisher_origins"])
    library, day = library_publishers(*tables), pd.Timestamp("2026-06-11")
    rows = ollama_pulls(research.load("ollama_library_pulls"), library, day, 30).rows
    floor, fine = rows["excess"].max(), rows[rows["high"] - rows["low"] < 1_000]
    assert floor > 1_000
    assert (fine["value"] >= floor).mean() == pytest.approx(0.9, abs=0.01)
    assert (rows["excess"] <= rows["value"]).all()


# What is measured of them -------------------------------------------------------------------------


def stated(doubt: str) -> dict[str, float]:
    return dict(Beliefs.of(research.load("stated_beliefs")).stated[doubt, ""].parameters)


def beta(values: np.ndarray) -> tuple[float, float]:
    """By moments: scipy does the same for a beta distribution on 0 to 1."""
    mean, variance = values.mean(), values.var(ddof=1)
    return mean * (mean * (1 - mean) / variance - 1), (1 - mean) * (
        mean * (1 - mean) / variance - 1
    )


def test_pulls_by_scripts_are_those_of_names_whose_pull_fetches_nothing():
    series, names = map(research.load, ["ollama_library_pulls", "model_crosswalk_names"])
    remote = names.set_index("ollama_name")["served_remotely"]
    totals = series.pivot(index="date", columns="ollama_name", values="ollama_pulls_total")
    found = []
    end = totals.index[-1]
    while (begin := end - pd.Timedelta(days=30)) >= totals.index[0]:
        gained = (totals.loc[end] - totals.loc[begin])[totals.loc[end] < 1e6].dropna()
        far = remote.reindex(gained.index, fill_value=False)
        if far.any():
            found.append(min(gained[far].min() / np.quantile(gained[~far], 0.1), 1))
        end = begin
    parameters = stated("pulls by scripts")
    assert len(found) == 9
    assert (parameters["alpha"], parameters["beta"]) == pytest.approx(beta(np.array(found)), 1e-3)


def test_traffic_spikes_are_those_over_a_months_before_and_after():
    panel, top = map(research.load, ["hub_llm_panel", "hub_top_models"])
    panel = panel[(panel["hub_downloads_30d"] > 0) & ~panel["stale_suspect"].eq(True)]
    wide = panel.pivot(index="model_id", columns="as_of", values="hub_downloads_30d")
    days = ["2026-03-04", "2026-04-08", "2026-05-09", "2026-06-24", "2026-08-24", "2026-10-05"]
    excess = []
    for before, now, after in zip(days, days[1:], days[2:], strict=False):
        heavy = wide[wide[now] >= wide[now].sum() / 1000].drop(
            top.loc[top["traffic_spike"], "model_id"], errors="ignore"
        )
        beside = np.maximum(heavy[before], heavy[after])
        excess += (1 - beside / heavy[now]).dropna().tolist()
    high = np.array([part for part in excess if part >= 0.5])
    found = stated("traffic spikes")
    assert (found["alpha"], found["beta"]) == (len(high) + 0.5, len(excess) - len(high) + 0.5)
    assert (found["part_alpha"], found["part_beta"]) == pytest.approx(beta(high), 1e-3)


# Several things in part ---------------------------------------------------------------------------


def test_a_name_of_several_sizes_is_each_in_part():
    names = units(SIZE, [8.0], size="S|M|L")
    drawn = Sum(names, SMALL).in_worlds(worlds(SPLIT))
    assert stats.kstest(drawn / 8, stats.beta(2, 4).cdf).pvalue > 1e-4
    every = sum(Sum(names, where(size=size)).in_worlds(worlds(SPLIT)) for size in ("S", "M", "L"))
    assert every == pytest.approx(np.full(10_000, 8.0))


def test_what_is_in_part_stays_in_the_set_of_what_is_whole():
    names = units(SIZE, [8.0, 5.0, 4.0], size=["S|M", "S|M|L", "M"], origin=["CN", "US", "US"])
    for question in (Share(of=CHINA, among=SMALL), Share(of=SMALL), Share(of=SMALL, among=CHINA)):
        asked = question.in_(names)
        drawn = asked.in_worlds(worlds(SPLIT))
        low, high = asked.bounds()
        assert low - 1e-12 <= np.nanmin(drawn) <= np.nanmax(drawn) <= high + 1e-12


# Candidates that evidence names -------------------------------------------------------------------


def test_candidates_are_even_as_stated_and_weighed_otherwise_in_the_other_beliefs():
    disputed = units(ORIGIN, [1.0] * 400, origin="CN|US",
                     organisation=[f"o{at}" for at in range(400)])  # fmt: skip
    asked, beliefs = Share(of=CHINA).in_(disputed), worlds(COUNTRY).beliefs
    even, flat, shifted = (
        asked.in_worlds(Worlds(beliefs.tried(how))) for how in ("stated", "flat", "shifted")
    )
    assert even.mean() == pytest.approx(0.5, abs=0.01)
    assert even.std() == pytest.approx(0.5 / 20, rel=0.1)
    assert flat.mean() == pytest.approx(0.5, abs=0.02)
    assert flat.std() == pytest.approx(1 / 12**0.5, rel=0.05)  # any chance: uniform
    assert shifted.mean() == pytest.approx(9 / 11, abs=0.02)  # with half an account more for each


# What the draws say -------------------------------------------------------------------------------


def test_the_error_of_an_end_is_that_of_other_draws():
    rng = np.random.default_rng(1)
    again = [np.quantile(rng.normal(size=2_000), 0.975) for _ in range(400)]
    told = [end_error(rng.normal(size=2_000)) for _ in range(50)]
    assert np.mean(told) == pytest.approx(np.std(again), rel=0.2)


def test_a_chance_that_one_judged_draw_decides_restates_a_belief():
    doubt = Doubt("what a table leaves out", "any part")
    claim = Hypothesis(
        estimand="x", null=0.5, alternative="greater", claims=("a/b",), role="reanalysis",
        null_source="s", scope="same",
    )  # fmt: skip
    beliefs = Beliefs.of(research.load("stated_beliefs"))
    found = simulated(Within(doubt, Bounds(0.4, 0.7)), beliefs, claim)
    told = Estimate(label="x", unit="share", value=0.5, bounds=Bounds(0.4, 0.7), simulated=found)
    assert restated(found)
    assert "restates" in decisive(told)
    assert "Monte Carlo" in by_chance(told) or found.error <= 0.001
    many = units(ORIGIN, [1.0] * 50, origin="", organisation=[f"o{at}" for at in range(50)])
    apart = Worlds(worlds(COUNTRY).beliefs, 2_000)
    asked = Share(of=CHINA).in_(many)
    assert not parts(asked, apart, asked.in_worlds(apart))[0].one_draw
