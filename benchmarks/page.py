"""How soon the page can be used: from opening the file to charts, cards, families that answer.

Run ``python benchmarks/page.py`` after ``research publish page``; it writes ``PAGE.md``. Chromium
opens the page from disk, each time in a new window without a cache.
"""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from research.places import write_beside

PAGE = Path("paper/build/page.html")
TIMES = 15
DRAWN = "".join(f":has([data-chart={name}] [data-shown])" for name in ("time", "pair", "size"))
SEEN = {  # an address, and what is there once it can be used
    "the table of claims": ("", "#table"),
    "the three charts": ("", f"body{DRAWN}"),
    "families that sort and filter": ("", "#families[data-ready]"),
    "a claim with its switches": ("#tenthe/china-more-small", ".card.open fieldset"),
    "a family with its course": ("#family/llama3.2", "#family [data-shown]"),
}
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")


def opened(browser: Browser, address: str, ready: str) -> tuple[float, float]:
    """Milliseconds until the element is there: by the clock, and of work of the page's thread."""
    tab = browser.new_page()
    watch = tab.context.new_cdp_session(tab)
    watch.send("Performance.enable", {"timeDomain": "threadTicks"})  # whatever else runs
    tab.goto(address)
    tab.wait_for_selector(ready, state="attached")
    took = float(tab.evaluate("performance.now()"))
    told = watch.send("Performance.getMetrics")["metrics"]
    worked = next(1000 * each["value"] for each in told if each["name"] == "TaskDuration")
    tab.close()
    return took, worked


def measured() -> dict[str, list[tuple[float, float]]]:
    """The times of opening the overview, a claim's card and a family's."""
    address = PAGE.resolve().as_uri()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=[*QUIET])
        found = {
            what: [opened(browser, f"{address}{place}", ready) for _ in range(TIMES)]
            for what, (place, ready) in SEEN.items()
        }
        browser.close()
    return found


def main() -> None:
    """Measure and write the page."""
    load = os.getloadavg()[0]
    rows = "\n".join(
        f"| {what} | {min(took):.0f} | {median(took):.0f} | {max(took):.0f} "
        f"| {median(worked):.0f} |"
        for what, times in measured().items()
        for took, worked in [tuple(zip(*times, strict=True))]
    )
    size = PAGE.stat().st_size / 1e6
    text = f"""# How soon the page can be used

Written by `python benchmarks/page.py`. {platform.system()}, Chromium without a screen, opened from
disk {TIMES} times each: {size:.2f} MB. Milliseconds from the start of navigation until the element
is there, on {os.cpu_count()} processors; when it began, {load:.1f} programs wanted one. The work is
that of the page's thread, which depends little on what else runs.

| what | least | median | most | work, median |
| --- | --- | --- | --- | --- |
{rows}
"""
    write_beside(Path(__file__).with_name("PAGE.md"), text.encode())
    print(text)


if __name__ == "__main__":
    main()
