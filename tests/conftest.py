"""What many tests share: each analysis, run once, the paper of all of them, and a browser."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

import hypothesis
import pytest
from filelock import FileLock

from research import places
from research.analysis import find, record, recorded, run
from research.places import write_beside
from research.publish import study

# No test depends on how fast the machine is, or on how much else it does.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")

# Where this very code has just run the study, STUDY names its folder: nothing is run twice.
STUDY = Path(os.environ["STUDY"]).absolute() if os.environ.get("STUDY") else None

# What tests run as a program of its own is no module to be read.
collect_ignore = ["scripts"]

QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip


def pytest_collection_modifyitems(items):
    """Files that take minutes first, so that no process is left alone with one in the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """A folder that all processes of this run of the tests have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def analysed(shared):
    """The result of an analysis by its name: run by the first who asks, read back by all.

    Without its multiverse it takes a fraction of the time; estimates and verdicts are the same.
    """

    @cache
    def result(name, *, multiverse=True):
        if STUDY:
            return recorded(name, STUDY / "results")
        folder = shared / ("multiverse" if multiverse else "primary")
        with FileLock(shared / f"{folder.name}-{name}.lock"):
            if not (folder / f"{name}.json").exists():
                record(run(find(name), multiverse=multiverse), folder)
        return recorded(name, folder)

    return result


def committed_copy(result, folder):
    """The committed file itself: read and written again, whole numbers would become fractions."""
    name = f"{result.analysis}.json"
    write_beside(folder / name, (places.bundled() / "paper" / "results" / name).read_bytes())


@pytest.fixture(scope="session")
def paper(shared):
    """The folder that a run of the study leaves; its analyses find the committed results."""
    if STUDY:
        return STUDY
    folder = shared / "study" / "paper"
    committed = places.bundled() / "paper" / "results"
    with FileLock(shared / "study.lock"), pytest.MonkeyPatch.context() as patch:
        if not (folder / "build" / "manifest.json").exists():  # the last that is written
            patch.setattr(study, "run", lambda analysis: recorded(analysis.name, committed))
            patch.setattr(study, "record", lambda found, into, **_: committed_copy(found, into))
            study.reproduce(folder, jobs=1)
    return folder


@pytest.fixture(scope="session")
def chromium():
    """The system's Chromium, one for all tests: there can be only one driver in a process.

    Where it is missing the tests are left out, except in CI.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            "Pages are tested in Chromium: install it (Debian: apt install chromium)."
        )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()
