"""Where writing fails: a sentence, exit code 2, and what was there is as it was."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from research import places
from tests.shortened import first

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits and pipes of Unix")

LIMITED = (  # a file may have so many bytes: the disk is full for all that is larger
    "import os, resource, sys; sys.argv[0] = 'research'\n"
    "sys.dont_write_bytecode = True\n"  # a compiled module would be cut, and be kept
    "os.environ['PYTHONDONTWRITEBYTECODE'] = '1'\n"
    "import research.cli, matplotlib.font_manager\n"  # writes a cache of its own
    "resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))\n"
    "research.cli.main()\n"
)


def research(*arguments, cwd, code="from research.cli import main; main()", **how):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output="stdout" not in how, text=True, cwd=cwd, check=False, **how,
    )  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    first(
        [
            ("run", "us_against_china_hosts", "--out", "out"),
            ("data", "add", "hosts"),
            ("publish", "page", "--out", "out/page.html", "--results", "results"),
            (
                "publish",
                "tables",
                "us_against_china_hosts",
                "--out",
                "out",
                "--results",
                "results",
            ),
            ("data", "example-scan", "scan", "--hosts", "500"),
        ],
        2,
    ),
    ids=" ".join,
)
def test_a_full_disk_is_told_and_leaves_nothing_half_done(tmp_path, arguments):
    (tmp_path / "results").symlink_to(places.bundled() / "paper" / "results")
    (tmp_path / "hosts.csv").write_text(
        "place,hosts\n" + "".join(f"place {row},{row}\n" for row in range(500))
    )
    if arguments[0:2] == ("data", "add"):
        drafted = research(
            "data", "new", "hosts.csv", "--title", "T", "--description", "D", "--version",
            "2026-11-01", "--licence", "CC0-1.0", "--source", "S", "--citation", "C",
            "--limitation", "L", "--unit", "hosts=addresses", "--describe", "place=Place",
            "--describe", "hosts=Addresses", cwd=tmp_path,
        )  # fmt: skip
        assert drafted.returncode == 0, drafted.stderr
    done = research(*arguments, cwd=tmp_path, code=LIMITED)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: ")
    assert "File too large" in done.stderr
    assert done.stdout == ""
    for folder in ("out", "datasets", "scan"):
        assert not [path for path in (tmp_path / folder).rglob("*") if path.is_file()]


@pytest.mark.parametrize("arguments", [("list",), ("list", "--json"), ("--help",)])
def test_output_that_cannot_be_written_is_an_error(tmp_path, arguments):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = research(*arguments, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr == "Error: No space left on device. Make room on that disk.\n"


@pytest.mark.parametrize("arguments", [("list",), ("list", "--json"), ("explain", "tasks")])
def test_a_reader_who_has_gone_is_no_error_to_tell(tmp_path, arguments):
    ours, theirs = os.pipe()
    os.close(ours)
    done = research(*arguments, cwd=tmp_path, stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize(
    "arguments", [("run", "us_against_china_hosts", "--out", "shut/out"), ("reproduce",)]
)
def test_a_folder_that_is_shut_is_named(tmp_path, arguments):
    (tmp_path / "shut").mkdir(mode=0o500)
    cwd = tmp_path if "run" in arguments else tmp_path / "shut"
    done = research(*arguments, cwd=cwd)
    assert done.returncode == 2
    assert "Permission denied. Change its permissions" in done.stderr
