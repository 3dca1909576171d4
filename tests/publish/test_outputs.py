"""Folders that commands fill: nobody's file is lost, whatever happened before."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

import pytest

from research.publish import outputs
from research.publish.outputs import UNFINISHED, WRITTEN, Outputs, files, sha256
from research.results import ResearchError


@pytest.fixture
def folder(tmp_path):
    """A folder into which an earlier run wrote two files."""
    made = Outputs(tmp_path / "made", "research try")
    write(made, {"first.txt": "1", "deep/second.txt": "2"})
    return made


def write(into: Outputs, texts: dict[str, str]) -> None:
    """What a run does: make everything, put it in place, remove what it makes no more."""
    with into.alone() as fresh:
        for name, text in texts.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_text(text)
        into.keep_only(into.put(fresh))


def texts(into: Outputs) -> dict[str, str]:
    return {n: (into.folder / n).read_text() for n in files(into.folder) if n != WRITTEN}


def test_what_was_written_is_replaced_and_what_is_not_made_any_more_goes(folder):
    write(folder, {"first.txt": "one"})
    assert texts(folder) == {"first.txt": "one"}
    assert folder.written() == {"first.txt": {sha256(folder.folder / "first.txt")}}


def test_files_of_others_stay_whatever_they_are_called(folder):
    theirs = {"my_thesis.txt": "a", ".hidden": "b", "deep/notes.json": "c", ".unfinished-x/d": "d"}
    for name, text in theirs.items():
        (folder.folder / name).parent.mkdir(exist_ok=True)
        (folder.folder / name).write_text(text)
    write(folder, {"first.txt": "one"})
    assert texts(folder) == {"first.txt": "one", **theirs}


def test_a_file_changed_by_hand_is_not_removed(folder):
    (folder.folder / "deep/second.txt").write_text("my own")
    write(folder, {"first.txt": "one"})
    assert texts(folder) == {"first.txt": "one", "deep/second.txt": "my own"}


@pytest.mark.parametrize("name", ["first.txt", "third.txt"])
def test_a_file_of_others_is_not_replaced_and_then_nothing_is(folder, name):
    (folder.folder / name).write_text("my own")
    before = texts(folder)
    with pytest.raises(ResearchError, match=rf"not written by research try, .*\n  - {name}\nMove"):
        write(folder, {"deep/second.txt": "new", name: "new"})
    assert texts(folder) == before


def test_a_link_or_a_folder_in_the_place_of_a_file_is_not_replaced(folder, tmp_path):
    (folder.folder / "a").mkdir()
    (folder.folder / "b").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ResearchError, match=r"\n  - a\n  - b\n"):
        write(folder, {"a": "new", "b": "new"})
    assert (folder.folder / "b").is_symlink()


def test_a_list_that_names_files_elsewhere_removes_none(folder, tmp_path):
    (tmp_path / "precious.txt").write_text("mine")
    line = f"{sha256(tmp_path / 'precious.txt')}  {{}}\n"
    for name in ("../precious.txt", str(tmp_path / "precious.txt"), "deep/../../precious.txt"):
        with (folder.folder / WRITTEN).open("a") as file:
            file.write(line.format(name))
    write(folder, {"first.txt": "one"})
    assert (tmp_path / "precious.txt").read_text() == "mine"


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("moment", range(6))
def test_a_run_that_was_killed_at_any_moment_can_be_repeated(folder, monkeypatch, moment):
    """Killed before any renaming, of a file or of the list: no file is taken for another's."""
    left, rename = iter(range(moment)), Path.replace

    def until_then(path, target):
        if next(left, None) is None:
            raise Killed
        return rename(path, target)

    new = {"first.txt": "one", "deep/third.txt": "three"}
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", until_then)
        with contextlib.suppress(Killed):
            write(folder, new)
    write(folder, new)
    assert texts(folder) == new


def test_what_a_killed_run_left_goes_and_is_told(folder):
    (folder.folder / UNFINISHED / "run").mkdir(parents=True)
    told: list[str] = []
    with folder.alone(told.append) as fresh:
        assert list((folder.folder / UNFINISHED).iterdir()) == [fresh]
    assert told == [f"Removed {folder.folder / UNFINISHED}: a run that was killed had left it."]
    assert not (folder.folder / UNFINISHED).exists()


def test_two_at_once_are_one_too_many(folder):
    with (
        folder.alone(),
        pytest.raises(ResearchError, match=r"Another run is writing into .*Wait until it is done"),
        folder.alone(),
    ):
        pytest.fail("two runs hold the folder")
    with folder.alone():
        pass


def test_where_nothing_was_written_nothing_is_left(tmp_path):
    with pytest.raises(ZeroDivisionError), Outputs(tmp_path / "new", "research try").alone():
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_names_few_of_many(folder):
    names = [f"{number:02}.txt" for number in range(13)]
    for name in names:
        (folder.folder / name).write_text("mine")
    with pytest.raises(ResearchError, match=rf"- {names[outputs.SHOWN - 1]}\n  and 3 more\nMove"):
        folder.refuse_others(names)


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "made").write_text("mine")
    with (
        pytest.raises(ResearchError, match=r"is a file. Name a folder"),
        Outputs(tmp_path / "made", "research try").alone(),
    ):
        pytest.fail("there is no folder")


@pytest.mark.skipif(os.name != "posix", reason="sha256sum is a program of Unix")
def test_the_list_is_what_sha256sum_reads(folder):
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", WRITTEN], cwd=folder.folder, capture_output=True
    )
    assert checked.returncode == 0, checked.stderr
