"""Simulation intervals of published numbers against plain numpy, and what no result may lack."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import research
from research.analysis import analyses
from research.doubts.simulating import BY_HAND
from research.publish.likelihood import calibrated

METHODS = Path(__file__).parents[2] / "METHODS.md"
DRAWS = 400_000
ENDS = (0.025, 0.975)


@pytest.fixture(scope="module")
def rng() -> np.random.Generator:
    return np.random.default_rng(20261130)


def recorded(analysis: str, answer: str, label: str) -> tuple[float, float]:
    stored = json.loads((Path("paper/results") / f"{analysis}.json").read_text())
    found = stored["answers"][answer]["estimates"][label]["simulated"]
    return found["low"], found["high"]


def quantiles(drawn: np.ndarray) -> list[float]:
    return np.quantile(drawn, ENDS).tolist()


def answering(rng) -> tuple[np.ndarray, np.ndarray]:
    """Hosts of China and of the US that answered: the largest class, and a part of the rest."""
    listed = research.load("tenthe_countries").set_index("country")["discovered_ips"]
    scale = research.load("tenthe_parameter_scale")
    least = scale.groupby("country")["answering_hosts"].max()[["CN", "US"]]
    ours, theirs = listed["CN"], listed["US"]
    weights = 4 * np.array([ours, theirs, listed.sum() - ours - theirs]) / listed.sum()
    rest = 24_038 - least.sum()
    parts = rng.dirichlet(weights, DRAWS)[:, :2] * rest + least.to_numpy()
    return np.minimum(parts[:, 0], ours), np.minimum(parts[:, 1], theirs)


def test_the_hosts_that_no_class_counts_are_divided_as_plain_numpy_does(rng):
    china, us = answering(rng)
    gap = recorded(
        "us_against_china_hosts", "Tenthe", "share of the answering hosts, US minus China"
    )
    assert gap == pytest.approx(quantiles((us - china) / 24_038), abs=0.02)
    both = recorded(
        "us_and_china_share", "answer", "share of the answering hosts in the US and China"
    )
    assert both == pytest.approx(quantiles((us + china) / 24_038), abs=0.02)
    found = recorded("reachability", "Tenthe by address", "share that answers: China")
    assert found == pytest.approx(quantiles(china / 16_464), abs=0.02)


@pytest.mark.parametrize(
    ("name", "letter"), [("small", "S"), ("medium", "M"), ("extra-large", "XL")]
)
def test_classes_per_host_are_drawn_as_plain_numpy_does(rng, name, letter):
    scale = research.load("tenthe_parameter_scale")
    table = scale.pivot(index="country", columns="parameter_class", values="answering_hosts")
    shares = []
    for country in ("CN", "US"):
        hosts = table.loc[country].to_numpy(float)
        place = rng.beta(2, 2, DRAWS)
        serving = hosts.max() + place * (hosts.sum() - hosts.max())
        shares.append(table.loc[country, letter] / serving)
    found = recorded("parameter_scale", "shares", f"{name}: share of hosts, China minus US")
    assert found == pytest.approx(quantiles(shares[0] - shares[1]), abs=0.006)


def test_hosts_on_http_alone_are_all_on_http_but_the_overlap(rng):
    http, https, everyone = (
        float(research.load("tenthe_totals").set_index("name").at[f"discovered_ips{name}", "value"])
        for name in ("_http", "_https", "")
    )
    low, high = max(http + https - everyone, 0.0), min(http, https)
    both = low + (high - low) * rng.beta(2, 2, DRAWS)
    found = recorded("ports_and_protocols", "all listed", "addresses on HTTP alone")
    assert found == pytest.approx(quantiles((http - both) / everyone), abs=0.006)


def test_the_third_country_of_a_press_report_has_a_part_of_what_is_left(rng):
    us, china = rng.uniform(0.19, 0.21, DRAWS), rng.uniform(0.29, 0.31, DRAWS)
    # No other country exceeds the smallest one that is told.
    gap = china - 0.21 * rng.beta(1, 2, DRAWS)
    scan = "SentinelLABS"
    template = "share of the hosts of another scan, {}"
    first = recorded("us_against_china_hosts", scan, template.format("US minus China"))
    assert first == pytest.approx(quantiles(us - china), abs=0.001)
    second = recorded(
        "us_against_china_hosts", scan, template.format("China minus the next country")
    )
    assert second == pytest.approx(quantiles(gap), abs=0.004)


def test_a_gap_between_releases_shrinks_by_what_is_undated_and_by_what_is_not_listed(rng):
    table = json.loads(Path("paper/results/release_cadence.json").read_text())
    told = table["answers"]["before the claim, all"]["tables"]["companies"]
    rows = [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]
    mine = [row for row in rows if row["country"] == "CN"]
    days, releases = (sum(row[name] for row in mine) for name in ("days", "releases"))
    undated = sum(row["undated"] for row in mine)
    found = days / (releases + undated * rng.random(DRAWS)) * rng.beta(4, 1, DRAWS)
    label = "China: days between releases of a company"
    assert recorded("release_cadence", "before the claim, all", label) == pytest.approx(
        quantiles(found), rel=0.03
    )


def test_a_rank_between_two_days_is_any_whole_number_from_one_to_the_other():
    # Second on one day and third on the other, whatever is open: as often the one as the other.
    found = json.loads(Path("paper/results/january_2024.json").read_text())["answers"]
    estimates = found["tasks and creators"]["estimates"]
    openai = estimates["OpenAI: rank of the creator by downloads"]["simulated"]
    assert (openai["low"], openai["high"]) == (3, 4)
    assert openai["chances"][0]["probability"] == pytest.approx(0.5, abs=0.02)
    meta = estimates["Meta: share of downloads"]
    low, high = meta["bounds"]["low"], meta["bounds"]["high"]
    anywhere = [low + end * (high - low) for end in ENDS]
    assert [meta["simulated"]["low"], meta["simulated"]["high"]] == pytest.approx(
        anywhere, abs=0.001
    )


def test_no_set_is_left_undrawn_without_a_reason_of_its_own():
    lacking = [
        f"{path.stem}: {key}: {label}"
        for path in sorted(Path("paper/results").glob("*.json"))
        for key, answer in json.loads(path.read_text())["answers"].items()
        for label, estimate in answer["estimates"].items()
        if estimate["undrawn"] == BY_HAND
    ]
    assert not lacking


def test_no_word_of_likelihood_is_earned_as_methods_says():
    told = [
        found
        for analysis in analyses()
        for answer in research.recorded(analysis).answers.values()
        for estimate in answer.estimates.values()
        if (found := estimate.simulated) is not None and found.chances
    ]
    earned = [found for found in told if calibrated(found)]
    assert told
    assert bool(earned) == ("no word is earned" not in METHODS.read_text())
