"""``research calibrate --full`` replaces a coverage study, and no file of anybody else."""

from __future__ import annotations

import shutil

import pytest
import typer

from research import calibration, places
from research.cli.analyses import calibrate
from research.results import ResearchError

SHIPPED = places.bundled() / "paper"


@pytest.fixture
def measured(monkeypatch):
    """The recorded study in place of the ten minutes of measuring it."""
    monkeypatch.setattr(calibration, "run", lambda **_: calibration.recorded())
    monkeypatch.setattr("research.calibration.page.draw", lambda *_: [])


def full(folder):
    with pytest.raises(typer.Exit):
        calibrate(full=True, folder=folder)


@pytest.mark.usefixtures("measured")
def test_the_study_of_a_paper_is_replaced_again_and_again(tmp_path):
    shutil.copyfile(SHIPPED / "calibration.json", tmp_path / "calibration.json")
    (tmp_path / "coverage.md").write_text("as it came with the paper")
    for _ in range(2):
        full(tmp_path)
        assert (tmp_path / "coverage.md").read_text() == calibration.as_page(calibration.recorded())


@pytest.mark.usefixtures("measured")
def test_a_file_of_others_is_refused_before_the_work(tmp_path, monkeypatch):
    (tmp_path / "coverage.md").write_text("my insurance")
    monkeypatch.setattr(calibration, "run", lambda **_: pytest.fail("it began to work"))
    with pytest.raises(ResearchError, match=r"research calibrate --full.*\n  - coverage\.md"):
        calibrate(full=True, folder=tmp_path)
    assert (tmp_path / "coverage.md").read_text() == "my insurance"


@pytest.mark.usefixtures("measured")
def test_what_was_changed_by_hand_is_refused(tmp_path):
    full(tmp_path)
    (tmp_path / "coverage.md").write_text("my own words")
    with pytest.raises(ResearchError, match=r"coverage\.md"):
        calibrate(full=True, folder=tmp_path)
