"""The study killed or stopped in the middle of its work: real processes, held at a known point."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from research.publish.outputs import UNFINISHED
from tests.shortened import first

pytestmark = pytest.mark.skipif(os.name != "posix", reason="named pipes and signals of Unix")

LONGEST = 900.0  # seconds until a test gives up, however busy the machine: nothing takes so long

HELD = '''"""Does it wait?"""
import os
from research import Estimate, Hypothesis, Sample

HYPOTHESES = {"n": Hypothesis(estimand="n", null=0, alternative="greater", role="reanalysis")}

def sample(tenthe_countries):
    if os.path.exists("hold"):
        reached = open("reached", "w")  # stays open as long as this process lives
        reached.write("here\\n")
        reached.flush()
        open("hold").read()  # a pipe that nobody writes to
    return Sample(population="the list", as_of="2025-04-24", data={})

def estimate(sample):
    return Estimate(label="n", unit="n", reading="finite population", value=1.0)
'''
STUDY = """
import sys
from pathlib import Path
from research import analysis, cli
from research.publish import page, study
from tests.shortened import first

known = {name: Path(name + ".py").resolve() for name in ("first", "second")}
analysis.analyses = study.analyses = lambda: known
study.prepare_paper = lambda results, folder, build: None
page.rendered = lambda results, folder, drawings: "<html>"
study.compile_paper = lambda folder: {"paper.pdf": b"%PDF", "supplement.pdf": b"%PDF"}

if __name__ == "__main__":
    sys.argv[1:] = ["reproduce", "--folder", "mine", "--jobs", "2", "--json"]
    cli.main()
"""


@pytest.fixture
def place(tmp_path):
    """A folder with a study of two analyses, which wait while the pipe ``hold`` is there."""
    for name in ("first", "second"):
        (tmp_path / f"{name}.py").write_text(HELD)
    (tmp_path / "study.py").write_text(STUDY)
    os.mkfifo(tmp_path / "hold")
    os.mkfifo(tmp_path / "reached")
    return tmp_path


def begin(place: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "study.py"],
        cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # In the background tests are deaf to the keyboard, and so would be what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip


@contextmanager
def held(place: Path):
    """A running study, both of whose workers wait; and the pipe that ends when both have ended."""
    reached = os.open(place / "reached", os.O_RDONLY | os.O_NONBLOCK)
    process = begin(place)
    try:
        said = b""
        while said.count(b"here") < 2:
            said += read(reached, process)
        yield process, reached
    finally:
        process.kill()
        process.communicate()
        os.close(reached)


def read(pipe: int, process: subprocess.Popen[str] | None = None) -> bytes:
    """What a pipe holds; nothing when all who could write to it are gone.

    A ``process`` that has ended before it said anything fails the test at once.
    """
    waiting = select.poll()
    waiting.register(pipe, select.POLLIN)
    for _ in range(int(LONGEST)):
        if waiting.poll(1000):
            return os.read(pipe, 1000)
        if process is not None and process.poll() is not None:
            pytest.fail(f"it ended before: {process.communicate()[1]}")
    pytest.fail("nothing was said, and somebody lives who could")


def finish(place: Path) -> subprocess.CompletedProcess[str]:
    """The same command where nothing holds it."""
    (place / "hold").unlink(missing_ok=True)
    process = begin(place)
    out, err = process.communicate(timeout=LONGEST)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def listing(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.long
def test_killed_its_workers_end_and_the_next_run_clears_away(place):
    with held(place) as (process, reached):
        process.kill()
        assert read(reached) == b""  # both workers are gone
    assert (place / "mine/build" / UNFINISHED).is_dir()
    again = finish(place)
    assert (again.returncode, again.stderr) == (
        0, f"Removed mine/build/{UNFINISHED}: a run that was killed had left it.\n",
    )  # fmt: skip
    assert not [name for name in listing(place / "mine") if UNFINISHED in name or "lock" in name]
    assert UNFINISHED not in (place / "mine/build/manifest.json").read_text()


@pytest.mark.long
def test_stopped_its_workers_end_and_nothing_is_left(place):
    with held(place) as (process, reached):
        process.terminate()
        _, err = process.communicate(timeout=LONGEST)
        assert read(reached) == b""
    assert process.returncode == 130
    assert err == "Stopped. What the last finished run wrote is as it was.\n"
    assert listing(place / "mine/build") == set()
    assert finish(place).stderr == ""


@pytest.mark.long
def test_interrupted_at_the_keyboard_it_stops_quietly(place):
    with held(place) as (process, reached):
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LONGEST)
        assert read(reached) == b""
    assert (process.returncode, "Traceback" in err) == (130, False)


@pytest.mark.long
def test_two_at_once_on_one_folder_are_refused(place):
    with held(place):
        second = begin(place)
        _, err = second.communicate(timeout=LONGEST)
    assert second.returncode == 2
    assert err == "Error: Another run is writing into mine/build. Wait until it is done.\n"


@pytest.mark.long
def test_a_folder_with_files_of_its_own_keeps_them(place):
    (place / "hold").unlink()
    theirs = {"results/my_thesis.txt": "years", "results/notes.json": "{}", "build/app.pdf": "app"}
    for name, text in theirs.items():
        (place / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        (place / "mine" / name).write_text(text)
    for _ in range(2):
        assert finish(place).returncode == 0
        assert {name: (place / "mine" / name).read_text() for name in theirs} == theirs
    assert "my_thesis" not in (place / "mine/build/manifest.json").read_text()


@pytest.mark.parametrize(
    "name", first(["results/first.json", "build/paper.pdf", "build/supplement.pdf"])
)
def test_a_file_that_is_not_the_studys_stops_it_before_the_work(place, name):
    (place / "mine" / name).parent.mkdir(parents=True)
    (place / "mine" / name).write_text('{"mine": true}')
    process = begin(place)  # the analyses would wait for ever
    _, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 2
    assert f"  - {Path(name).name}\n" in err
    assert (place / "mine" / name).read_text() == '{"mine": true}'
