"""Writing: whoever reads finds the old file or the new one, however many write."""

from __future__ import annotations

import threading

import pytest

from research.places import write_beside


def test_two_writers_do_not_meet_in_one_temporary_file(tmp_path, monkeypatch):
    """The first is held before it renames; meanwhile the second writes the same file."""
    import os

    path, held, go_on = tmp_path / "out.txt", threading.Event(), threading.Event()
    sync = os.fsync

    def wait(descriptor):
        sync(descriptor)
        if threading.current_thread() is first:
            held.set()
            go_on.wait()

    monkeypatch.setattr(os, "fsync", wait)
    first = threading.Thread(target=write_beside, args=(path, b"first" * 1000))
    first.start()
    held.wait()
    write_beside(path, b"second")
    assert path.read_bytes() == b"second"
    go_on.set()
    first.join()
    assert path.read_bytes() == b"first" * 1000
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "out.txt"
    write_beside(path, b"old")
    with pytest.raises(TypeError):
        write_beside(path, "no bytes")  # type: ignore[arg-type]
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"old", [path])


def test_a_file_gets_the_permissions_that_the_user_gives_files(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    write_beside(tmp_path / "ours", b"")
    modes = {(tmp_path / name).stat().st_mode for name in ("plain", "ours")}
    assert len(modes) == 1


def test_a_name_as_long_as_names_may_be_can_be_written(tmp_path):
    write_beside(tmp_path / ("x" * 255), b"long")
    assert (tmp_path / ("x" * 255)).read_bytes() == b"long"
