"""How fast are the estimators beside what one would use otherwise, for equal work and answers?

``make bench`` prints the tables and writes them to ``benchmarks/RESULTS.md``. It takes six
minutes, most of them for the alternatives.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import process_time
from typing import NamedTuple

import numpy as np
from arch.bootstrap import IIDBootstrap
from scipy import stats

from research.estimators.clustered import clustered_share
from research.results import CannotEstimate, Interval

SEED = 20250424
LEVEL = 0.95
ORGANISATIONS = 100_000
RESAMPLES = 10_000
BATCH = 100  # resamples at once where samples are small
ROUNDING = 1e-12  # sums of the same numbers in another order

Table = list[tuple[str, ...]]


class Timed(NamedTuple):
    """Processor seconds of each run, and the answer, which is the same in all runs."""

    seconds: list[float]
    answer: np.ndarray

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def shown(self) -> str:
        return f"{self.median:.3g} s ({min(self.seconds):.3g} to {max(self.seconds):.3g})"


def timed(runs: int, **methods: Callable[[], Iterable[float]]) -> dict[str, Timed]:
    """Each method so many times, in turns, so that a slow minute of the machine hits them all."""
    found = {name: Timed([], np.array([])) for name in methods}
    for _ in range(runs):
        for name, method in methods.items():
            start = process_time()
            answer = np.array(list(method()))
            seconds = [*found[name].seconds, process_time() - start]
            found[name] = Timed(seconds, answer)
    return found


def agreement(one: Timed, other: Timed) -> str:
    """The largest difference of two answers, which must be no more than rounding."""
    np.testing.assert_allclose(one.answer, other.answer, rtol=ROUNDING)
    return f"{np.abs(one.answer - other.answer).max():.1g}"


# A share with its interval ------------------------------------------------------------------------


def organisations(n: int, rng: np.random.Generator, sigma: float = 1.5) -> tuple[np.ndarray, ...]:
    """Lognormal totals of n organisations, and what of them has a property that 30 % have."""
    whole = rng.lognormal(sigma=sigma, size=n)
    return whole * (rng.random(n) < 0.3), whole


def closed_form(part: np.ndarray, whole: np.ndarray) -> Interval:
    return clustered_share(part, whole, level=LEVEL).interval


def scipy_bootstrap(
    part: np.ndarray, whole: np.ndarray, resamples: int = RESAMPLES, batch: int = 1
) -> Interval:
    """Scipy's, with the batch that was fastest; all resamples at once would need 8 GB a vector."""
    limits = stats.bootstrap(
        (part, whole),
        lambda a, w, axis: a.sum(axis=axis) / w.sum(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=resamples,
        batch=batch,
        method="percentile",
        confidence_level=LEVEL,
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return Interval(float(limits.low), float(limits.high), LEVEL, "percentile bootstrap")


def arch_bootstrap(part: np.ndarray, whole: np.ndarray) -> Iterable[float]:
    boot = IIDBootstrap(part, whole, seed=np.random.default_rng(SEED))
    limits = boot.conf_int(
        lambda a, w: a.sum() / w.sum(), reps=RESAMPLES, method="percentile", size=LEVEL
    )
    return limits.ravel()


def shares() -> Table:
    part, whole = organisations(ORGANISATIONS, np.random.default_rng(SEED))
    found = timed(
        5,
        closed=lambda: closed_form(part, whole),
        scipy=lambda: scipy_bootstrap(part, whole),
        arch=lambda: arch_bootstrap(part, whole),
    )
    names = {
        "closed": "`clustered_share`: jackknife in closed form",
        "scipy": "`scipy.stats.bootstrap`: percentile",
        "arch": "`arch.bootstrap.IIDBootstrap`: percentile",
    }
    return [
        ("method", "resamples", "median (range)", "times the closed form", "interval",
         "difference from scipy"),
        *(
            (
                label,
                "none" if name == "closed" else f"{RESAMPLES:,}",
                found[name].shown,
                f"{found[name].median / found['closed'].median:,.0f}",
                "{:.6f} to {:.6f}".format(*found[name].answer),
                "another method" if name == "closed" else agreement(found["scipy"], found[name]),
            )
            for name, label in names.items()
        ),
    ]  # fmt: skip


def coverage(n: int, sigma: float, samples: int, resamples: int) -> tuple[str, ...]:
    """How often both intervals hold the share of 30 %, how wide they are, and how often refused."""
    rng = np.random.default_rng([SEED, n, int(10 * sigma)])
    held, widths, refused = np.zeros(2), np.zeros(2), 0
    for _ in range(samples):
        part, whole = organisations(n, rng, sigma)
        try:
            intervals = (
                closed_form(part, whole),
                scipy_bootstrap(part, whole, resamples, batch=BATCH),
            )
        except CannotEstimate:
            refused += 1
            continue
        held += [0.3 in interval for interval in intervals]
        widths += [interval.width for interval in intervals]
    defined = samples - refused
    error = (0.05 * 0.95 / defined) ** 0.5
    return (
        f"{n:,}",
        f"{sigma:g}",
        f"{samples:,}",
        f"{refused / samples:.3f}",
        *(f"{h / defined:.3f} ({w / defined:.3g})" for h, w in zip(held, widths, strict=True)),
        f"{error:.3f}",
    )


def coverages() -> Table:
    return [
        ("organisations", "sigma of log size", "samples", "refused",
         "closed form: coverage (width)", "percentile bootstrap: coverage (width)",
         "simulation error"),
        *(coverage(n, sigma, 2_000, 999) for n in (25, 50, 300) for sigma in (1.0, 2.0)),
        coverage(ORGANISATIONS, 1.5, 400, 399),
    ]  # fmt: skip


# The report ---------------------------------------------------------------------------------------


def machine() -> str:
    """Processor, cores, memory and versions; no name of the machine and no path."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "pandas", "arch"))
    return (
        f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()}; "
        f"Python {platform.python_version()}, {packages}."
    )


def processor() -> str:
    """Its name where the system tells it."""
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def markdown(table: Table) -> str:
    head, *rows = ("| " + " | ".join(row) + " |" for row in table)
    return "\n".join([head, "|" + " --- |" * len(table[0]), *rows])


def report() -> str:
    return f"""# Speed, with the alternatives in the same run

Written by `make bench`. {machine()}

Times are processor seconds, summed over cores: other work on the machine hardly lengthens them, and
an idle machine takes no longer than that. They are medians of several runs in turns. Answers of the
same method are compared in the run and differ by rounding only.

## A share of {ORGANISATIONS:,} organisations with its {100 * LEVEL:g} % interval

Both bootstraps start from the same generator and draw the same resamples.

{markdown(shares())}

The closed form is another method of the same task, so its coverage belongs beside its speed: in how
many samples each interval holds the share of the population (nominally {100 * LEVEL:g} %), and how
wide it is on average. Sizes are lognormal; 30 % of the organisations have the property, whatever
their size; no sample is left out for failing the conditions of METHODS.md. Heavier tails and
properties tied to size are studied by `research calibrate`.

{markdown(coverages())}
"""


if __name__ == "__main__":
    text = report()
    print(text)
    Path(__file__).with_name("RESULTS.md").write_text(text, encoding="utf-8")
