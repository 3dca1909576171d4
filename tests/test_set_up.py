"""The set-up tells what it does, and stops where a step fails or Python is too old."""

import ast
import sys

import pytest

from research import places

ROOT = places.bundled()
sys.path.insert(0, str(ROOT))

import set_up  # noqa: E402


def printing(text, code=0):
    """A command that prints this and ends so."""
    return [sys.executable, "-c", f"print({text!r}); raise SystemExit({code})"]


def test_an_old_python_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match=r"3\.11 or newer, found 3\.9\. Name one: make PYTHON="):
        set_up.main("nowhere")


def test_a_python_of_long_ago_can_read_it():
    ast.parse((ROOT / "set_up.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_a_step_tells_how_far_it_is_and_how_long_it_took(capsys):
    names = [f"Collecting package{n}==1" for n in range(1, 31)]
    names += [f"Processing /an/index/package{n}-1-py3-none-any.whl" for n in range(31, 46)]
    names += ["  Downloading package45-1-py3-none-any.whl", "Ignoring other: for other systems"]
    set_up.step("2 of 3: packages", printing("\n".join(names[::-1][:2] + names[:45])), total=46)
    begun, *told, took = capsys.readouterr().out.splitlines()
    assert begun == "Set-up, step 2 of 3: packages"
    assert told == ["  20 of 45: package20", "  40 of 45: package40"]
    assert took.strip().endswith(" s")


def test_a_step_that_fails_stops_the_set_up_with_its_last_words():
    with pytest.raises(SystemExit) as stopped:
        set_up.step("2 of 3: packages", printing("ERROR: no room on the disk", 1))
    assert "ERROR: no room on the disk" in str(stopped.value)
    assert str(stopped.value).endswith("The set-up stopped at step 2 of 3: packages.")


def test_it_counts_the_packages_of_the_lock(monkeypatch):
    asked = []
    monkeypatch.setattr(set_up, "step", lambda *given: asked.append(given[2:]))
    monkeypatch.chdir(ROOT)
    set_up.main("nowhere")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert asked[1] == (sum("==" in line and line[0].isalnum() for line in lock.splitlines()),)
