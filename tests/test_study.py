"""Running the whole study: same bytes serial and parallel, and a check that notices what moved."""

from __future__ import annotations

import json

import pytest

from research import places
from research.analysis import analyses
from research.publish import study

TOY = '''"""How many countries are listed?"""
from typing import Literal
from research import Estimate, Hypothesis, Sample

HYPOTHESES = {
    "n": Hypothesis(estimand="countries", null=10, alternative="greater", role="reanalysis")
}

def sample(tenthe_countries, *, top: Literal[20, 5] = 20):
    frame = tenthe_countries.head(top)
    return Sample(population="the list", as_of="2025-04-24", data={"frame": frame})

def estimate(sample, *, rng):
    value = len(sample["frame"]) + rng.uniform()
    return Estimate(label="n", unit="countries", reading="finite population", value=value)
'''


@pytest.fixture
def toys(tmp_path, monkeypatch):
    """Two small analyses in place of the study's."""
    paths = {name: tmp_path / f"{name}.py" for name in ("first", "second")}
    for path in paths.values():
        path.write_text(TOY)
    monkeypatch.setattr(study, "analyses", lambda: paths)
    return tmp_path


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_parallel_and_serial_runs_give_the_same_bytes(toys):
    told = []
    for jobs in (1, 2):
        out = toys / str(jobs)
        list(study.run_all(out / "results", out / "figures", jobs=jobs, done=told.append))
    assert told == ["first", "second"] * 2
    assert contents(toys / "1" / "results") == contents(toys / "2" / "results")
    assert contents(toys / "1" / "figures") == contents(toys / "2" / "figures")
    assert len(contents(toys / "1" / "figures")) == 2 * 4  # the fourth is the page's


def test_check_says_which_number_moved_and_by_how_much(toys):
    list(study.run_all(toys / "results", None, jobs=1))
    assert study.check(toys, jobs=1) == []
    path = toys / "results" / "first.json"
    stored = json.loads(path.read_text())
    value = stored["answers"]["answer"]["estimates"]["n"]["value"]
    stored["answers"]["answer"]["estimates"]["n"]["value"] = value + 0.5
    path.write_text(json.dumps(stored))
    moved = study.check(toys, jobs=1)
    assert len(moved) == 1
    assert moved[0].startswith("first/answers/answer/estimates/n/value: ")
    assert moved[0].endswith("(by -0.5)")


def nudged(text, by):
    """The text of a result with its value moved; the value before and after."""
    stored = json.loads(text)
    found = stored["answers"]["answer"]["estimates"]["n"]
    before, found["value"] = found["value"], found["value"] + by
    return json.dumps(stored, indent=1) + "\n", before, found["value"]


def value_in(path):
    return json.loads(path.read_text())["answers"]["answer"]["estimates"]["n"]["value"]


def test_a_number_that_another_processor_rounds_otherwise_stays_as_it_is_stored(toys):
    list(study.run_all(toys / "results", None, jobs=1))
    texts = {path.stem: path.read_text() for path in (toys / "results").iterdir()}
    last_digit, _, stored = nudged(texts["first"], 1e-11)
    moved, fresh, _ = nudged(texts["second"], 1e-3)
    stored_texts = {"first": last_digit, "second": moved}
    list(study.run_all(toys / "again", None, stored=stored_texts, jobs=1))
    assert value_in(toys / "again" / "first.json") == stored
    assert value_in(toys / "again" / "second.json") == fresh


def test_the_stored_result_is_that_of_the_folder_or_else_the_one_that_ships(tmp_path):
    shipped = places.bundled() / "paper" / "results" / "families.json"
    assert study._stored(tmp_path)["families"] == shipped.read_text(encoding="utf-8")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "families.json").write_text("its own")
    assert study._stored(tmp_path)["families"] == "its own"


def test_a_stored_result_that_cannot_be_read_is_written_anew(toys):
    list(study.run_all(toys / "results", None, jobs=1))
    list(study.run_all(toys / "again", None, stored={"first": '{"cut'}, jobs=1))
    assert contents(toys / "again") == contents(toys / "results")


def test_check_notices_a_missing_and_an_orphaned_result(toys):
    list(study.run_all(toys / "results", None, jobs=1))
    (toys / "results" / "second.json").rename(toys / "results" / "third.json")
    assert study.check(toys, jobs=1) == [
        "third: has no analysis any more",
        "second: has no committed result",
    ]


def test_each_analysis_has_a_committed_result():
    committed = places.bundled() / "paper" / "results"
    assert {path.stem for path in committed.glob("*.json")} == set(analyses())


@pytest.mark.long
def test_the_study_leaves_figures_paper_and_manifest(paper):
    for name in analyses():
        assert all((paper / "build" / "figures" / f"{name}.{kind}").stat().st_size > 1000
                   for kind in ("svg", "pdf", "png"))  # fmt: skip
    for name in ("paper.pdf", "supplement.pdf"):
        assert (paper / "build" / name).read_bytes().startswith(b"%PDF")
    manifest = json.loads((paper / "build" / "manifest.json").read_text())
    assert {"build/paper.pdf", "build/supplement.pdf"} <= manifest["outputs"].keys()
    assert len(manifest["lock"]) == 64
