"""The page of the committed results, and tabs that look at it."""

from __future__ import annotations

import pytest
from filelock import FileLock

from research import places
from research.analysis import recorded
from research.publish.page import contents, page

RESULTS = places.bundled() / "paper" / "results"
PATIENCE = 300_000  # milliseconds


@pytest.fixture(scope="session")
def results():
    return {path.stem: recorded(path.stem, RESULTS) for path in sorted(RESULTS.glob("*.json"))}


@pytest.fixture(scope="session")
def shown(results):
    return contents(list(results.values()))


@pytest.fixture(scope="session")
def written(shared):
    path = shared / "page" / "page.html"
    with FileLock(shared / "page.lock"):
        return path if path.exists() else page(RESULTS, path)


@pytest.fixture
def visit(chromium):
    """Open a file at an address within it; fails on a console message or a request that leaves."""
    opened, said = [], []

    def open_page(file, address="", *, width=1280, **settings):
        context = chromium.new_context(viewport={"width": width, "height": 900}, **settings)
        context.set_default_timeout(PATIENCE)  # a busy machine is no failure
        opened.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        tab.on("request", lambda request: said.append(request.url) if leaves(request) else None)
        tab.goto(f"{file.as_uri()}{address}")
        return tab

    yield open_page
    for context in opened:
        context.close()
    assert said == []


@pytest.fixture
def screen(visit, written):
    """Open the page at an address; it is ready once what its script draws and sorts can be used."""

    def open_page(address="", **settings):
        tab = visit(written, address, **settings)
        ready(tab)
        return tab

    return open_page


def ready(tab):
    """Wait for the families, and for the charts where the window is near them."""
    tab.wait_for_selector("#families[data-ready]", state="attached")
    tab.wait_for_function("""() => document.querySelector("#overview").hidden
        || scrollY > 2000 || document.querySelectorAll("[data-draw][data-shown]").length === 3""")


def leaves(request) -> bool:
    return not request.url.startswith(("file:", "data:", "blob:"))
