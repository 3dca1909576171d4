"""How soon the page can be used: from opening the file to a card with its switches.

Run ``python benchmarks/page.py`` after ``research publish page``; it writes ``PAGE.md``. Chromium
opens the page from disk, each time in a new window without a cache.
"""

from __future__ import annotations

import platform
import shutil
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from research.places import write_beside

PAGE = Path("paper/build/page.html")
TIMES = 15
DRAWN = "".join(f":has([data-chart={name}] [data-shown])" for name in ("time", "pair", "size"))
CLAIM = "tenthe/china-more-small"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")


def opened(browser: Browser, address: str, ready: str) -> float:
    """Milliseconds from the start of navigation until the element is there."""
    tab = browser.new_page()
    tab.goto(address)
    tab.wait_for_selector(ready)
    took = float(tab.evaluate("performance.now()"))
    tab.close()
    return took


def measured() -> dict[str, list[float]]:
    """The times of opening the overview and a claim's card."""
    address = PAGE.resolve().as_uri()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=[*QUIET])
        found = {
            "the table of claims": [opened(browser, address, "#table") for _ in range(TIMES)],
            "the three charts": [opened(browser, address, f"body{DRAWN}") for _ in range(TIMES)],
            "a claim with its switches": [
                opened(browser, f"{address}#{CLAIM}", ".card.open fieldset") for _ in range(TIMES)
            ],
        }
        browser.close()
    return found


def main() -> None:
    """Measure and write the page."""
    rows = "\n".join(
        f"| {what} | {min(took):.0f} | {median(took):.0f} | {max(took):.0f} |"
        for what, took in measured().items()
    )
    size = PAGE.stat().st_size / 1e6
    text = f"""# How soon the page can be used

Written by `python benchmarks/page.py`. {platform.system()}, Chromium without a screen, opened from
disk {TIMES} times each: {size:.2f} MB. Milliseconds from the start of navigation until the element
is drawn.

| what | least | median | most |
| --- | --- | --- | --- |
{rows}
"""
    write_beside(Path(__file__).with_name("PAGE.md"), text.encode())
    print(text)


if __name__ == "__main__":
    main()
