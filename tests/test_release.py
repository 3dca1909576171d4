"""One version and one day of release, wherever they are written; what a release must carry."""

import re
import subprocess
import sys
import tomllib

import yaml

import research
from research import places

ROOT = places.bundled()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CITED = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_the_version_and_its_day_are_the_same_everywhere():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version, day = re.search(r"^## (\S+) \((\d{4}-\d\d-\d\d)\)$", changes, re.MULTILINE).groups()
    assert re.findall(r"^## .*", changes, re.MULTILINE)[0] == f"## {version} ({day})"
    assert research.__version__ == version
    assert PROJECT["project"]["version"] == version
    assert str(CITED["version"]) == version
    assert str(CITED["date-released"]) == day


def test_no_frozen_table_is_younger_than_the_release():
    released = str(CITED["date-released"])
    assert [d.name for d in research.datasets.datasets().values() if d.version > released] == []


def test_types_are_shipped():
    assert (ROOT / "research" / "py.typed").is_file()
    assert "Typing :: Typed" in PROJECT["project"]["classifiers"]


def test_it_runs_as_a_module(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "research"], cwd=tmp_path, capture_output=True, text=True,
        check=False, env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"modelometrics {research.__version__} ")
