"""Analyses of hosts on a scan of one's own: tags, cities and networks that nobody has seen."""

from __future__ import annotations

import copy
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from research import figures
from research.analysis import find, run
from research.collect.scans import aggregate, scan_files, write_scan
from research.collect.scans.engines import open_engine
from research.datasets import describe, freeze, load
from research.measures.hosts import BLOCK

ABOUT_THE_REPORT = {
    # Its block of tags, its ports and its cloud: tables that no scan of one's own has.
    "clone_block": "finds its suspected clones host by host",
    "ports_and_protocols": "no total named 'discovered_ips_port_80'",
    "amazon_regions": "do not tell Amazon, the US and China apart",
}
ANSWERED = {
    "chinese_origin_deployments": 3, "city_concentration": 2, "families": 3,
    "hosting_concentration": 3, "leading_tags": 2, "parameter_scale": 2, "parameter_sizes": 2,
    "quantisation": 3, "reachability": 7, "us_against_china_hosts": 9,
}  # fmt: skip
TITLE = "Own scan, with suspected clones"


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    write_scan(folder / "scan", 20_000, seed=2, form="jsonl.gz")
    with TemporaryDirectory(dir=folder) as work, open_engine("duckdb", Path(work)) as engine:
        aggregate(engine, scan_files([folder / "scan"]), folder / "datasets")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield lambda name, scan="my_scan": run(find(name, data={"tenthe": scan}), multiverse=False)


@pytest.fixture(scope="module")
def elsewhere(own):
    """The same scan without hosts in the United States and China, and with one tag."""
    frozen = describe("my_scan")
    descriptor = copy.deepcopy(frozen.descriptor) | {"name": "other", "title": "Elsewhere"}
    frames = {}
    for resource in descriptor["resources"]:
        frame = load(resource["name"])
        if "country" in frame:
            frame = frame[~frame["country"].isin(["US", "CN"])]
        resource["name"] = resource["name"].replace("my_scan", "other")
        frames[resource["name"]] = frame.head(1) if "model_tags" in resource["name"] else frame
    freeze(Path("datasets/other/2026-08-25"), frames, descriptor=descriptor)
    return lambda name: run(find(name, data={"tenthe": "other"}), multiverse=False)


@pytest.mark.parametrize("name", ANSWERED)
def test_what_is_about_a_channel_runs_on_an_own_scan(own, name):
    result = own(name)
    answered = {key: a for key, a in result.answers.items() if not a.refused}
    assert len(answered) == ANSWERED[name]
    for answer in answered.values():
        # What another source says stays with that source.
        mine = answer.population == TITLE
        assert mine == (answer.as_of == next(iter(answered.values())).as_of)
    with figures.theme():
        assert find(name).module.figure(result).axes


@pytest.mark.parametrize("name", ANSWERED)
def test_without_its_clones_the_same_scan_has_no_guessed_block(own, name):
    for answer in own(name, "my_scan_without_clones").answers.values():
        for estimate in answer.estimates.values():
            assert BLOCK not in {row.source for row in estimate.budget}


@pytest.mark.parametrize("name", ANSWERED)
def test_a_scan_of_other_countries_gives_reasons_and_no_crash(elsewhere, name):
    for answer in elsewhere(name).answers.values():
        assert answer.refused or answer.estimates


@pytest.mark.parametrize("name", ABOUT_THE_REPORT)
def test_what_is_about_the_report_says_why_it_cannot(own, name):
    reasons = {answer.refused for answer in own(name).answers.values() if answer.refused}
    assert len(reasons) == 1
    assert ABOUT_THE_REPORT[name] in reasons.pop()
