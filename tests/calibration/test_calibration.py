"""The coverage study: reproducible, true to the estimators, and what was committed holds."""

from __future__ import annotations

import itertools
import json
import math
import subprocess
import sys

import numpy as np
import pytest
from scipy import special

from research import calibration, figures, places
from research.calibration import clustered, populations, settings, study
from research.calibration.cells import Cell, Method, Target, covered
from research.estimators.association import correlation
from research.estimators.association.clustered import COVERAGE
from research.estimators.budget import COVERAGE_WITHOUT_VERDICT
from research.estimators.clustered import (
    clustered_share,
    paired_share_difference,
    share_difference,
)
from research.estimators.clustered.jackknife import Jackknifed
from research.estimators.clustered.ratios import COVERAGE as RATIO_COVERAGE
from research.estimators.clustered.shares import (
    jackknifed_difference,
    jackknifed_paired_difference,
    jackknifed_share,
)
from research.plain import changes, to_plain
from research.results import CannotEstimate, ResearchError

# Sums of the same floating-point numbers in another order.
ROUNDING = 1e-9
# Standard errors of a simulated rate or quantile that a right one hardly ever exceeds.
FAR = 5.0
SHARE = Cell(
    study="share",
    setting={"tail": "Pareto 1.2", "label": "rising with size", "organisations": 300},
    repetitions=300,
)


@pytest.fixture(scope="module")
def committed():
    return calibration.recorded()


def row_of(measured, method):
    return next(row for row in measured.coverage if row.method == method)


# Reproducible -------------------------------------------------------------------------------------


def test_a_cell_has_numbers_of_its_own():
    other = Cell(study="two tags", setting={"hosts": 500, "both": 0.3, "lead": 0.0}, repetitions=50)
    first = study.measure(SHARE)
    study.measure(other)
    assert study.measure(SHARE) == first
    assert study.measure(SHARE, seed=1) != first


@pytest.mark.long
def test_parallel_and_serial_runs_are_equal(monkeypatch, tmp_path):
    few = [cell.shorter(50) for cell in settings.cells(full=False)]
    few = few[::5]
    monkeypatch.setattr(study, "cells", lambda **_: few)
    told = []
    serial = study.run(full=False, jobs=1, done=told.append)
    assert serial == study.run(full=False, jobs=2)
    assert len(told) == len(few) == len(serial["cells"])
    written = [
        calibration.record(found, tmp_path / name) for name, found in (("a", serial), ("b", serial))
    ]
    assert written[0].read_bytes() == written[1].read_bytes()
    assert calibration.recorded(tmp_path / "a") == json.loads(json.dumps(serial))


@pytest.mark.long
def test_the_command_draws_the_quick_version_and_prints_what_carries_a_verdict(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "research", "calibrate", "--json"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    rows = json.loads(done.stdout)
    assert {row["study"] for row in rows} | {"slope is zero", "two tags"} == set(
        settings.QUICK_PART
    )
    found = [row for row in rows if row["interval"] == clustered.WIDENED]
    assert len(found) == 4
    least = [row["covers at least"] for row in found if row["cells"]]  # such as "97.1 %"
    assert least
    assert all(float(share.removesuffix("%")) > 90 for share in least)
    assert not list(tmp_path.iterdir())  # only the whole study is recorded


def test_a_broken_interval_is_caught(monkeypatch):
    good = study.summarised([study.measure(SHARE)])
    assert calibration.shortfalls(good) == []
    monkeypatch.setattr(Jackknifed, "widened", Jackknifed.limits)
    found = study.summarised([study.measure(SHARE)])
    (sentence,) = calibration.shortfalls(found)
    assert sentence.startswith("share (Pareto 1.2, rising with size, 300): jackknife")
    assert "more than 0.07" in sentence


def test_no_study_and_an_unknown_folder_are_refused_with_what_to_do(tmp_path):
    with pytest.raises(ResearchError, match="research calibrate --full"):
        calibration.recorded(tmp_path)


# True to the estimators ---------------------------------------------------------------------------


def tables(label, channels=1, shape=(40, 30), tail="lognormal 1"):
    rng = np.random.default_rng(5)
    return populations.draw(rng, populations.tail(tail), label, shape, channels=channels)


@pytest.mark.parametrize("label", settings.LABELS)
@pytest.mark.parametrize("shape", [(40, 30), (60, 10)])
@pytest.mark.parametrize("kind", ["share", "difference", "paired"])
def test_each_of_many_tables_is_what_the_estimator_gives_alone(kind, shape, label):
    drawn = tables(label, channels=2, shape=shape)
    size, other, first, second = drawn.size, drawn.other_size, drawn.first, drawn.second
    found = {
        "share": lambda: jackknifed_share(size * first, size * ~first, size, 0.95),
        "difference": lambda: jackknifed_difference(size * first, size * second, size, 0.95),
        "paired": lambda: jackknifed_paired_difference(
            size * first, size * ~first, other * first, other * ~first, 0.95
        ),
    }[kind]()
    alone = {
        "share": lambda i: clustered_share(size[i] * first[i], size[i]),
        "difference": lambda i: share_difference(size[i] * first[i], size[i] * second[i], size[i]),
        "paired": lambda i: paired_share_difference(size[i], other[i], first[i]),
    }[kind]
    plain, wide = (np.column_stack(ends) for ends in (found.limits(0.95), found.widened(0.95)))
    for i in range(shape[0]):
        try:
            one = alone(i)
        except CannotEstimate:
            assert not found.defined[i]
            assert np.isnan(plain[i]).all()
            continue
        assert found.defined[i]
        assert plain[i] == pytest.approx(tuple(one.interval), rel=ROUNDING, abs=ROUNDING)
        assert wide[i] == pytest.approx(tuple(one.verdict_interval), rel=ROUNDING, abs=ROUNDING)
        assert found.trusted()[i] == one.trusted


# True values --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", settings.TAILS)
def test_true_shares_are_their_closed_forms(name):
    law = populations.tail(name)
    rising = populations.true_shares(law, "rising with size", 10)
    if law.law == "Pareto":
        s = 1 / law.parameter
        assert law.mean() == pytest.approx(law.parameter / (law.parameter - 1), rel=1e-9)
        assert rising[0] == pytest.approx(2 / ((3 - s) * (2 - s)), rel=1e-9)
        n = 300
        largest = math.exp(
            special.gammaln(n + 1) + special.gammaln(1 - s) - special.gammaln(n + 1 - s)
        )
        assert populations.largest_weight(law, n) == pytest.approx(
            largest / n / law.mean(), rel=1e-9
        )
    else:
        assert law.mean() == pytest.approx(math.exp(law.parameter**2 / 2), rel=1e-9)
        # E[Phi(z)**2] at the shifted normal: both of two independent scores are smaller.
        z = np.random.default_rng(3).standard_normal((3, 400_000))
        inside = (z[:2] < z[2] + law.parameter).all(axis=0).mean()
        assert rising[0] == pytest.approx(inside, abs=FAR * 0.5 / math.sqrt(400_000))
    assert rising[1] == pytest.approx(0.6 * (1 - rising[0]), rel=1e-9)


@pytest.mark.parametrize("label", settings.LABELS)
def test_true_values_are_those_of_many_draws(label):
    law, n, rows = populations.tail("lognormal 1"), 25, 40_000
    drawn = tables(label, channels=2, shape=(rows, n))
    mean, other_mean = law.mean(), (drawn.other_size * drawn.first).sum(axis=1)
    first = (drawn.size * drawn.first).sum(axis=1)
    second = (drawn.size * drawn.second).sum(axis=1)
    expected = populations.true_shares(law, label, n)
    for sums, value in zip((first, second), expected, strict=True):
        error = sums.std() / math.sqrt(rows) / n / mean
        assert sums.mean() / n / mean == pytest.approx(value, abs=FAR * error)
    gaps = (first - other_mean) / n / mean
    error = gaps.std() / math.sqrt(rows)
    assert gaps.mean() == pytest.approx(populations.true_gap(law, label, n), abs=FAR * error)


# Counting -----------------------------------------------------------------------------------------


def test_coverage_is_counted_with_and_without_conditions():
    low = np.array([0.0, 0.2, 0.4, np.nan])
    holds = np.array([True, True, False, True])
    target = Target(parameter="share", truth=0.3)
    found = covered(Method(name="toy"), target, (low, low + 0.2), holds=holds)
    assert (found.undefined, found.coverage) == (0.25, pytest.approx(1 / 3))
    assert found.mean_width == pytest.approx(0.2)
    conditions = found.conditions
    assert (conditions.rate, conditions.draws) == (0.5, 2)
    assert (conditions.coverage, conditions.coverage_elsewhere) == (0.5, 0.0)
    assert found.error == pytest.approx(math.sqrt(1 / 3 * 2 / 3 / 3))


# What was committed -------------------------------------------------------------------------------


def test_the_committed_study_is_the_one_that_the_code_describes(committed):
    described = [to_plain(cell) for cell in settings.cells(full=True)]
    assert [item["cell"] for item in committed["cells"]] == described
    assert committed["seed"] == settings.SEED
    assert committed["goal"] == settings.GOAL
    assert {cell["study"] for cell in described} == set(study.STUDIES)
    named = [(cell["study"], str(cell["setting"])) for cell in described]
    assert len(set(named)) == len(named)


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("proportion", {"units": 50, "share": 0.1}),
        ("two proportions", {"first units": 10, "first share": 0.1}),
        ("difference", {"tail": "Pareto 1.2", "label": settings.LABELS[2], "organisations": 10}),
        ("table", {"table": "hub_top_models", "parameter": "China"}),
        ("ratio of ratios", {"hosts": 200}),
        ("correlation of clusters", {"alike": 0.0, "log sd": 0.0}),
        ("ratio of totals", {"above": "Pareto 1.2", "of": "counts", "organisations": 25}),
        ("proportion of clusters", {"clusters": 10, "cluster sizes": "Pareto 1.2"}),
    ],
)
def test_a_committed_cell_comes_out_again(committed, name, setting):
    wanted, stored = next(
        (cell, item)
        for cell, item in zip(settings.cells(full=True), committed["cells"], strict=True)
        if cell.study == name and setting.items() <= cell.setting.items()
    )
    assert list(changes(stored, to_plain(study.measure(wanted)))) == []


def widened(committed, role):
    rows = committed["verdicts"]
    return [row for row in rows if (row["method"], row["role"]) == (clustered.WIDENED, role)]


def test_the_table_says_where_the_interval_behind_verdicts_gives_out(committed):
    """Beyond the grid its conditions hold, and of the draws in which they do it covers far less."""
    beyond = {row["study"]: row for row in widened(committed, "assumption violated")}
    assert set(beyond) == {"share, mean nearly infinite", "share, rare giants"}
    assert all(row["cells"] and row["least"] < settings.GOAL for row in beyond.values())
    assert beyond["share, rare giants"]["misled"] > 1 - settings.GOAL
    tails = {
        item["cell"]["setting"]["tail"]
        for item in committed["cells"]
        if item["cell"]["study"] in beyond
    }
    assert tails == {*settings.EXTREME_TAILS, *settings.GIANTS}
    page = calibration.as_page(committed)
    for study_name, row in beyond.items():
        assert f"| *{study_name}* | {clustered.WIDENED} |" in page
        assert f"| {row['least']:.3f} |" in page


def test_the_mean_of_a_population_with_giants_is_its_closed_form():
    """Of lognormal sizes the part above a score z is the normal tail of z - 1."""
    above = special.ndtr(1 - populations.GIANTS)
    for name in settings.GIANTS:
        law = populations.tail(name)
        expected = math.exp(0.5) * (1 - above + law.parameter * above)
        assert law.mean() == pytest.approx(expected, rel=1e-5)
    assert special.ndtr(-populations.GIANTS) == pytest.approx(1 / 750, rel=0.01)


def test_one_study_is_drawn_and_the_others_are_kept(monkeypatch):
    few = [cell.shorter(50) for cell in settings.cells(full=False)][::5]
    monkeypatch.setattr(study, "cells", lambda **_: few)
    whole, drawn = study.run(full=True, jobs=1), []
    assert study.run(full=True, jobs=1, only=["proportion"], kept=whole, done=drawn.append) == whole
    assert {name.split(",")[0] for name in drawn} == {"proportion"}
    others = whole["cells"][1:]
    with pytest.raises(ResearchError, match="never recorded"):
        study.run(full=True, jobs=1, only=["proportion"], kept=whole | {"cells": others[:1]})
    with pytest.raises(ResearchError, match="No study 'proportions'"):
        study.run(full=True, only=["proportions"])


def test_wherever_an_interval_carries_a_verdict_it_covers(committed):
    assert calibration.shortfalls(committed) == []
    of_shares = widened(committed, "verdict")
    assert len(of_shares) == 4
    assert all(row["misled"] <= 1 - settings.GOAL for row in of_shares)
    carried = {row["study"] for row in of_shares if row["cells"]}
    assert carried == {"share", "difference", "paired difference"}  # no table of ours passes


def test_the_thresholds_are_low_because_stricter_ones_cover_less(committed):
    rows = widened(committed, "verdict")
    kept = min(row["least"] for row in rows if row["cells"])
    assert committed["stricter"][clustered.STRICTER[clustered.WIDENED]] < kept
    assert committed["stricter"][clustered.STRICTER[clustered.JACKKNIFE]] < 0.5


def test_the_label_in_the_budget_is_the_coverage_that_was_found(committed):
    ranges = committed["without_verdict"].values()
    low, high = min(r["low"] for r in ranges), max(r["high"] for r in ranges)
    assert (round(low, 2), round(high, 2)) == COVERAGE_WITHOUT_VERDICT


@pytest.mark.parametrize("of", COVERAGE)
def test_the_coverage_of_a_clustered_correlation_is_what_was_found(committed, of):
    found = [
        row["coverage"]
        for item in committed["cells"] if item["cell"]["study"] == "correlation of clusters"
        for row in item["coverage"] if row["method"] == f"jackknife over clusters, {of}"
    ]  # fmt: skip
    assert (round(min(found), 2), round(max(found), 2)) == COVERAGE[of]


def of_study(committed, name):
    """The setting of each cell of a study, and the coverage of each method."""
    return [
        (item["cell"]["setting"], {row["method"]: row for row in item["coverage"]})
        for item in committed["cells"]
        if item["cell"]["study"] == name
    ]


@pytest.mark.parametrize("tails", RATIO_COVERAGE)
def test_the_coverage_of_a_ratio_is_what_was_found(committed, tails):
    found = [
        methods[clustered.RATIO]["coverage"]
        for setting, methods in of_study(committed, "ratio of totals")
        if (setting["above"] == setting["below"]) == (tails == "alike")
    ]
    assert (round(min(found), 2), round(max(found), 2)) == RATIO_COVERAGE[tails]


def test_korn_and_graubard_cover_more_often_than_wilson_where_the_design_effect_is_estimated(
    committed,
):
    """What METHODS.md says, which decided what the project uses."""
    least = {}
    for _, methods in of_study(committed, "proportion of clusters"):
        covers = {name: row["coverage"] for name, row in methods.items()}
        kish, fewer = (f"Korn-Graubard, {name} less one" for name in ("Kish's number", "clusters"))
        assert covers["Wilson"] < covers[fewer] <= covers[kish]
        for name, coverage in covers.items():
            least[name] = min(coverage, least.get(name, 1.0))
    assert least["Wilson"] < 0.85 < 0.90 < least[kish]


def test_kinds_hold_together_more_often_than_their_level_where_clusters_are_alike(committed):
    for setting, methods in of_study(committed, "kinds"):
        for row in methods.values():
            assert row["coverage"] > (0.93 if setting["alike"] < 0.1 else 0.85), setting


@pytest.mark.parametrize("log_sd", [0, 1])
def test_pairs_of_organisations_have_the_correlation_that_is_said(log_sd):
    x, y, of = populations.draw_pairs(np.random.default_rng(3), 20_000, 0.5, log_sd)
    for kind in COVERAGE:
        truth = populations.true_correlation(kind, log_sd)
        assert correlation(x, y, of=kind) == pytest.approx(truth, abs=0.03)
    sizes = np.bincount(of)
    assert (sizes.min(), sizes.max()) == (1, populations.MOST_MODELS)


def test_tests_hold_their_size(committed):
    true = [
        row
        for item in committed["cells"]
        for row in item["rejection"]
        if row["null_is_true"] and row["role"] == "verdict"
    ]
    assert len(true) > 15
    worst = max(true, key=lambda row: row["rate"] - FAR * row["error"])
    assert worst["rate"] - FAR * worst["error"] <= worst["alpha"], worst


def test_groups_that_differ_in_spread_alone_are_rarely_told_apart(committed):
    rates = {"gap permutation": [], "gap permutation, not studentised": []}
    for item in committed["cells"]:
        if item["cell"]["study"] == "gaps, unequal spread":
            for row in item["rejection"]:
                rates[row["method"]].append(row["rate"])
    studentised, plain = rates.values()
    assert max(studentised) < 0.1
    assert max(plain) > 0.25


def test_every_truth_and_width_is_recorded(committed):
    for item in committed["cells"]:
        assert item["coverage"] or item["rejection"]
        for row in item["coverage"]:
            assert row["target"]["parameter"]
            assert 0 <= row["undefined"] < 1
            assert row["mean_width"] == "inf" or row["mean_width"] >= 0
            assert (row["error"] == 0) == (
                item["cell"]["repetitions"] == 0 or row["coverage"] in (0, 1)
            )


# Figures ------------------------------------------------------------------------------------------


def test_the_figure_draws_every_cell(committed):
    with figures.theme():
        panels = calibration.figure(committed).axes
    by_row = [panels[i : i + 4] for i in range(0, 24, 4)]
    for (row, name), (column, tail) in itertools.product(
        enumerate(("share", "difference", "paired difference")), enumerate(settings.TAILS)
    ):
        drawn = {
            round(float(y), 9)
            for line in by_row[2 * row][column].lines
            for y in line.get_ydata()
            if not math.isnan(y)
        }
        rates = {
            round(float(y), 9)
            for line in by_row[2 * row + 1][column].lines
            for y in line.get_ydata()
        }
        assert settings.GOAL in drawn
        for item in committed["cells"]:
            cell = item["cell"]
            if cell["study"] != name or cell["setting"]["tail"] != tail:
                continue
            rows = {found["method"]: found for found in item["coverage"]}
            assert round(rows[clustered.JACKKNIFE]["coverage"], 9) in drawn
            assert round(rows[clustered.WIDENED]["conditions"]["rate"], 9) in rates
            believed = study.behind_verdict(rows[clustered.WIDENED])
            assert believed is None or round(believed, 9) in drawn


def test_the_figure_of_methods_has_a_row_each_and_open_dots_without_verdict(committed):
    with figures.theme():
        axes = calibration.figure_of_methods(committed).axes[0]
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert len(set(labels)) == len(labels) > 15
    assert "difference of two proportions: Newcombe" in labels
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert len(dots) == len(labels)
    assert [line.get_markerfacecolor() for line in dots].count("white") == 2


@pytest.mark.long
def test_both_figures_are_written_in_every_format(committed, tmp_path):
    written = calibration.draw(committed, tmp_path)
    assert [path.name for path in written] == [
        f"{name}.{kind}"
        for name in ("calibration", "calibration_methods")
        for kind in figures.FORMATS
    ]
    assert all(path.stat().st_size > 1000 for path in written)


def test_the_study_ships_with_the_paper():
    assert (places.bundled() / "paper" / "calibration.json").is_file()


def test_the_page_of_the_documentation_is_that_of_the_committed_study():
    page = places.bundled() / "paper" / "coverage.md"
    assert page.read_text(encoding="utf-8") == calibration.as_page(calibration.recorded())
    for figure in ("calibration.svg", "calibration_methods.svg"):
        assert figure in page.read_text(encoding="utf-8")
        assert (page.parent / figure).stat().st_size > 10_000


@pytest.mark.parametrize("table", settings.TABLES)
def test_a_table_is_drawn_with_as_many_organisations_as_it_holds(table):
    whole, _ = clustered.organisations(table)
    assert settings.TABLES[table] == len(whole)
