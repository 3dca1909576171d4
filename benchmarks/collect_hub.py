"""How fast, and with how much memory, is a census of the Hub taken into a frozen table?

``python benchmarks/collect_hub.py`` serves synthetic models from a process of its own, takes all of
them, lists the same ones with ``HfApi.list_models`` for comparison, and writes the figures into its
section of ``benchmarks/COLLECT.md``. It takes about four minutes and 3 GB of disk.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

from research.collect.hub import Destination, Hub, census, collect
from research.collect.hub.queries import EXPAND
from tests.collect.loopback import synthetic

MODELS = 3_100_000  # about as many as the Hub held in autumn 2026
PAGE = Path(__file__).with_name("COLLECT.md")
HEADING = "## A census of the Hugging Face Hub"
ASKED, KEPT = 20_000, 500  # rows a second, megabytes: what the collecting must keep to


class Timed(NamedTuple):
    """One way of taking all models, in a process of its own."""

    name: str
    rows: int
    seconds: float
    processor: float  # seconds
    peak: float  # MB
    made: int  # bytes of the table

    @property
    def rate(self) -> float:
        return self.rows / self.seconds

    @property
    def cells(self) -> tuple[str, ...]:
        table = f"{self.made / 1e6:.0f} MB" if self.made else "none"
        times = f"{self.seconds:.1f} s", f"{self.rate:,.0f}", f"{self.processor:.1f} s"
        return self.name, f"{self.rows:,}", *times, f"{self.peak:.0f} MB", table


class Silent:
    """Nobody watches."""

    def page(self, rows: int) -> None:
        """Show nothing."""

    def waiting(self, seconds: float, reason: str) -> None:
        """A wait would spoil the figures."""
        raise RuntimeError(f"The server let one wait {seconds:.0f} s: {reason}.")


def taken(address: str) -> tuple[int, int]:
    """Rows and bytes of the frozen table."""
    with TemporaryDirectory() as folder:
        made = collect(
            census(), Hub(endpoint=address, watch=Silent()), Destination(into=Path(folder))
        )
        resources = made.resources["hub_models"]
        return resources["rows"], resources["bytes"]


def listed(address: str) -> tuple[int, int]:
    """Rows that the client's own listing yields; it keeps none of them."""
    from huggingface_hub import HfApi

    models = HfApi(endpoint=address).list_models(sort="created_at", expand=list(EXPAND))
    return sum(1 for _ in models), 0


def timed(name: str, method: Callable[[str], tuple[int, int]], models: int) -> Timed:
    """The method against a server of so many models, both in new processes."""
    serve = [sys.executable, "-m", "tests.collect.loopback", "--models", str(models)]
    with (
        subprocess.Popen(serve, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process,
    ):
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        (rows, made), *measured = process.submit(_measured, method, address).result()
        server.communicate()  # closes its input, which ends it
    assert rows == models
    return Timed(name, rows, *measured, made)


def _measured(
    method: Callable[[str], tuple[int, int]], address: str
) -> tuple[tuple[int, int], float, float, float]:
    start = perf_counter()
    found = method(address)
    seconds = perf_counter() - start
    unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kilobytes elsewhere
    used = resource.getrusage(resource.RUSAGE_SELF)
    return found, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / unit


def section(models: int) -> str:
    """The figures, with the machine and the command that repeats them."""
    small = max(models // 10, 1_000)
    runs = [
        timed("`research collect hub --census`, a tenth", taken, small),
        timed("`research collect hub --census`", taken, models),
        timed("`HfApi.list_models`, same fields", listed, models),
    ]
    length = sum(len(synthetic(number)) for number in range(1, 10_001)) / 10_000
    ours = runs[1]
    kept = ours.rate >= ASKED and ours.peak <= KEPT
    head = ("way", "models", "time", "rows a second", "processor", "peak memory", "table")
    lines = [head, ("---",) * len(head), *(run.cells for run in runs)]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"""{HEADING}

Written by `python benchmarks/collect_hub.py --models {models}`. {machine()}

Models are synthetic, {length:.0f} bytes of JSON each on average, 1,000 a page, served over http
from a process of its own on the same machine. Taking them means: ask, check, keep every page on the
disk (written through, so that a power cut loses nothing), read all pages into typed rows without
repeats, order them, write and hash the Parquet file, check it, describe it. `HfApi.list_models`
yields the same models as objects and keeps nothing. Time is that of the clock, from the first
request to the frozen version, and rows a second are by it; processor time is that of the collecting
process over both cores, and memory is its peak.

{table}

{"Kept" if kept else "MISSED"}: at least {ASKED:,} rows a second and at most {KEPT} MB. Ten times
the models take {ours.peak / runs[0].peak:.2f} times the memory.
"""


def machine() -> str:
    """Cores, memory and versions; no name of the machine and no path."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    named = ("huggingface-hub", "duckdb", "orjson")
    packages = ", ".join(f"{name} {version(name)}" for name in named)
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()}; "
        f"Python {platform.python_version()}, {packages}. {os.getloadavg()[2]:.1f} processes "
        "wanted these cores in the last quarter of an hour (this benchmark is two or three): where "
        "that is more than there are cores, times are too long."
    )


def write(text: str) -> None:
    """Put the section in place of the last one; the page's others stay."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Taking new data\n"
    before, found, rest = page.partition(HEADING)
    _, heading, after = rest.partition("\n## ")
    kept = heading.lstrip("\n") + after if found else ""
    parts = [before.strip(), text.strip(), kept.strip()]
    PAGE.write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=MODELS)
    text = section(parser.parse_args().models)
    print(text)
    write(text)
