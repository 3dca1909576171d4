"""What many tests share: the whole study, run once, and a browser."""

from __future__ import annotations

import os
import shutil

import pytest

from research.publish import study

QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip


@pytest.fixture(scope="session")
def paper(tmp_path_factory):
    """A paper folder with results, figures and PDF of the whole study."""
    folder = tmp_path_factory.mktemp("study") / "paper"
    study.reproduce(folder)
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
