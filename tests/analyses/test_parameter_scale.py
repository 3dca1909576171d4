"""Table 6.6 of the Tenthe report: what follows from it, and what does not."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import research
from research import figures
from research.analysis import find, run
from research.collect.scans import aggregate, scan_files, write_scan
from research.collect.scans.engines import open_engine
from research.estimators.identification import contrast_interval

NAMES = {"S": "small", "M": "medium", "L": "large", "XL": "extra-large"}
EXACT = 1e-9
NEARLY_A_POINT = 0.008  # in share: what suppressed hosts leave open


@pytest.fixture(scope="module")
def result(analysed):
    return analysed("parameter_scale", multiverse=False)


@pytest.fixture(scope="module")
def counts():
    table = research.load("tenthe_parameter_scale").set_index(["country", "parameter_class"])
    return table["answering_hosts"]


def share(result, k):
    return result.answer(quantity="shares").estimates[f"{NAMES[k]}: share of hosts, China minus US"]


def extremes(counts, k, *, china_less=0, us_medium_less=0):
    """Smallest and largest difference in share over every admissible pair of denominators."""
    china, us = counts["CN"].astype(float).copy(), counts["US"].astype(float).copy()
    china[k] -= china_less
    us["M"] -= us_medium_less
    pairs = product((china.max(), china.sum()), (us.max(), us.sum()))
    differences = [china[k] / n_china - us[k] / n_us for n_china, n_us in pairs]
    return min(differences), max(differences)


@pytest.mark.parametrize("k", NAMES)
def test_the_set_spans_every_admissible_denominator(result, counts, k):
    low, high = extremes(counts, k)
    assert share(result, k).bounds.low == pytest.approx(low, abs=EXACT)
    assert share(result, k).bounds.high == pytest.approx(high, abs=EXACT)


def test_counts_support_all_four_claims_and_shares_only_two(result):
    words = {
        quantity: [v.word for v in result.answer(quantity=quantity).verdicts.values()]
        for quantity in ("counts", "shares")
    }
    assert words["counts"] == ["supported"] * 4
    assert words["shares"] == ["holds", "not identified", "not identified", "holds"]


@pytest.mark.parametrize("k", ["S", "XL"])
def test_tipping_points_bring_the_interval_to_zero(result, counts, k):
    points = {point.what: point.threshold for point in share(result, k).tipping_points}
    position = list(NAMES).index(k)

    def low(china_less=0.0, us_medium_less=0.0, deff=1.0):
        china, us = counts["CN"].to_numpy(float).copy(), counts["US"].to_numpy(float).copy()
        china[position] -= china_less
        us[1] -= us_medium_less
        return contrast_interval(china, us, position, design_effect=deff).low

    assert low(china_less=points["Chinese hosts of the class that were fake"]) == pytest.approx(
        0, abs=1e-6
    )
    assert low(deff=points["design effect"]) == pytest.approx(0, abs=1e-6)
    clones = points["medium US hosts that were clones"]
    if clones is None:  # XL: not even without any medium host
        assert low(us_medium_less=counts["US"]["M"] - 1) > 0
    else:
        assert low(us_medium_less=clones) == pytest.approx(0, abs=1e-6)


def test_the_intraclass_correlation_is_one_that_the_sample_can_have(result):
    point = next(p for p in share(result, "S").tipping_points if p.what == "design effect")
    hosting = research.load("tenthe_hosting")["discovered_ips"]
    index = ((hosting / 99_412) ** 2).sum()
    extremes = [(point.threshold - 1) / (index * n - 1) for n in (9_622, 4_481)]
    assert f"{extremes[0]:.3f} to {extremes[1]:.3f}" in point.sentence


def test_among_all_answering_hosts_small_models_lose_their_sign(result):
    every = result.answer(quantity="shares").estimates
    small = every["small: share difference among all answering hosts"].bounds
    low = 3313 / (24_038 - 6_495) - 1368 / 6_495
    assert small.low == pytest.approx(low, abs=EXACT)
    assert small.low < 0 < small.high
    assert every["extra-large: share difference among all answering hosts"].bounds.low > 0


@pytest.fixture(scope="module")
def without_block():
    chosen = {"clones": "removed, wherever it stands"}
    return run(find("parameter_scale"), fixed=chosen, multiverse=False)


@pytest.mark.parametrize("k", NAMES)
def test_the_block_may_stand_in_either_country(without_block, counts, k):
    """Corners: the block in one country alone, as far as its medium hosts reach, or in neither."""
    found = share(without_block, k)
    shares = {}
    for country in ("CN", "US"):
        hosts, medium = counts[country].astype(float), counts[country]["M"]
        sizes = []
        for block in (0, medium):
            left = hosts - [block if name == "M" else 0 for name in hosts.index]
            sizes += [left[k] / left.max(), left[k] / left.sum()]
        shares[country] = min(sizes), max(sizes)
    assert medium <= 9_845  # the block is large enough for either
    expected = shares["CN"][0] - shares["US"][1], shares["CN"][1] - shares["US"][0]
    assert tuple(found.bounds) == pytest.approx(expected, abs=1e-5)
    assert found.sharpness == "sharp up to rounding"


@pytest.mark.long
def test_a_count_has_no_design_effect(analysed):
    skipped = analysed("parameter_scale").answer(quantity="counts").skipped
    assert {s.choices["design_effect"] for s in skipped} == {10, 50}
    assert all("no sampling error" in s.reason for s in skipped)


def test_the_figure_draws_the_intervals_that_the_result_holds(result):
    with figures.theme():
        sets, ratios = find("parameter_scale").module.figure(result).axes
    spans = [
        (segment[0][0], segment[1][0])
        for collection in sets.collections
        for segment in collection.get_segments()
    ]
    for k in NAMES:
        interval = share(result, k).interval
        assert any(span == pytest.approx((interval.low, interval.high)) for span in spans)
    assert [line.get_xdata()[0] for line in sets.lines if line.get_linestyle() == "--"] == [0]
    crossings = [line for line in ratios.lines if line.get_marker() == "o"]
    assert len(crossings) == 2  # large and medium turn within the admissible range
    assert all(line.get_ydata()[0] == 1 for line in crossings)


# A scan of one's own, whose truth is known --------------------------------------------------------


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The analysis of an invented scan, and the truth about it."""
    folder = tmp_path_factory.mktemp("own")
    truth = write_scan(folder / "scan", 60_000, seed=2, form="jsonl.gz")
    with TemporaryDirectory(dir=folder) as work, open_engine("duckdb", Path(work)) as engine:
        aggregate(engine, scan_files([folder / "scan"]), folder / "datasets")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        found = {
            part: run(
                find("parameter_scale", data={"tenthe": name}), multiverse=part == "class_sets"
            )
            for part, name in (("class_sets", "my_scan"), ("genuine", "my_scan_without_clones"))
        }
    return found, truth


def true_share(cells, country, k):
    held = [(name.split("+"), n) for (where, name), n in cells.items()
            if where == country and name not in ("none", "no answer")]  # fmt: skip
    return sum(n for names, n in held if k in names) / sum(n for _, n in held)


@pytest.mark.parametrize("part", ["class_sets", "genuine"])
@pytest.mark.parametrize("k", NAMES)
def test_counted_overlaps_give_the_true_difference_and_margins_only_contain_it(own, part, k):
    result, cells = own[0][part], getattr(own[1], part)
    truth = true_share(cells, "CN", k) - true_share(cells, "US", k)
    found = share(result, k)
    assert found.bounds.width < NEARLY_A_POINT
    assert found.bounds.low - EXACT <= truth <= found.bounds.high + EXACT
    assert found.interval.low < truth < found.interval.high
    label = f"{NAMES[k]}: share difference, from the counts of the classes alone"
    margins = result.answer(quantity="shares").estimates[label].bounds
    assert margins.low <= truth <= margins.high
    assert margins.width > 0.05 > 5 * found.bounds.width


def test_a_known_multiplicity_is_no_tipping_point(own):
    result = own[0]["class_sets"]
    points = {p.what for e in result.answer(quantity="shares").estimates.values()
              for p in e.tipping_points}  # fmt: skip
    assert points == {"design effect"}
    skipped = result.answer(quantity="shares").skipped
    assert any("dataset of its own" in row.reason for row in skipped)


def test_the_figure_of_an_own_scan_shows_the_sets_alone(own):
    with figures.theme():
        canvas = find("parameter_scale").module.figure(own[0]["class_sets"])
    assert len(canvas.axes) == 1
