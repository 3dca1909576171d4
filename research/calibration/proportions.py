"""Proportions and counts: all outcomes are enumerated where they can be listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
from scipy import stats

from research.calibration.cells import (
    Cell,
    Floats,
    Method,
    Row,
    Target,
    covered,
    jointly,
    limits_of,
    rejected,
    values_of,
)
from research.estimators.multiverse import mcnemar_bounds
from research.estimators.proportions import (
    clopper_pearson,
    goodman,
    newcombe,
)
from research.estimators.proportions.single import MINIMUM_WILSON, score_interval
from research.estimators.rates import rate_ratio
from research.results import Bounds

NEGLIGIBLE = 1e-8  # outcomes less likely than this are not enumerated


def study_proportion(cell: Cell, _: np.random.Generator) -> Iterator[Row]:
    """One proportion of independent units, or of units in blocks of equal ones."""
    n, p, block = int(cell.setting["units"]), float(cell.setting["share"]), _block(cell)
    counts = np.arange(n // block + 1.0)[:, None] * block
    weights = stats.binom.pmf(counts[:, 0] / block, n // block, p)
    target = Target(parameter="proportion", truth=p)
    enough = np.full(len(counts), n // block >= MINIMUM_WILSON)
    for name, interval, holds in (
        ("Wilson", _wilson, enough), ("Clopper-Pearson", clopper_pearson, None)
    ):  # fmt: skip
        limits = limits_of(_one_sample(interval, n, block), counts)
        yield covered(Method(name=name), target, limits, weights=weights, holds=holds)
        if block > 1:
            limits = limits_of(_one_sample(interval, n, 1), counts)
            ignored = Method(name=f"{name}, design effect ignored", role="assumption violated")
            yield covered(ignored, target, limits, weights=weights)


def study_two_proportions(cell: Cell, _: np.random.Generator) -> Iterator[Row]:
    """The difference of two proportions of independent samples."""
    (n, m), (p, q), block = _sizes(cell), _shares(cell), _block(cell)
    rows, weights = _tables(cell)
    gap = Target(parameter="difference of two proportions", truth=p - q)
    limits = limits_of(lambda r: newcombe((r[0], n), (r[1], m), design_effect=block), rows)
    yield covered(Method(name="Newcombe"), gap, limits, weights=weights)


def study_licences(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """All shares of several exclusive classes at once."""
    n, shares = int(cell.setting["units"]), np.array([0.4, 0.25, 0.2, 0.1, 0.05])
    drawn = rng.multinomial(n, shares, size=cell.repetitions).astype(float)
    ends = np.array([[tuple(interval) for interval in goodman(row)] for row in drawn])
    target = Target(parameter="shares of five classes at once", truth=0.0)
    yield covered(Method(name="Goodman"), target, jointly(ends[:, :, 0], ends[:, :, 1], shares))


def study_rates(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """Two Poisson counts, and counts whose rates vary more than Poisson's (bursts)."""
    means = np.array([float(cell.setting["first"]), float(cell.setting["second"])])
    bursts = str(cell.setting["releases"]) == "in bursts"
    rates = means * rng.gamma(2, 1 / 2, (cell.repetitions, 2)) if bursts else means
    drawn = rng.poisson(rates, (cell.repetitions, 2)).astype(float)
    role: Any = "assumption violated" if bursts else "verdict"
    method = Method(name="exact conditional", role=role)
    target = Target(parameter="ratio of two rates", truth=float(means[0] / means[1]))

    def ratio(row: Floats) -> Any:
        return rate_ratio((int(row[0]), int(row[1])), (1.0, 1.0))

    yield covered(method, target, limits_of(lambda row: ratio(row).interval, drawn))
    p = values_of(lambda row: float(ratio(row).p), drawn)
    yield rejected(method, "equal rates", p, null_is_true=bool(means[0] == means[1]))


def study_two_tags(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """Is one tag on more hosts than another, when only the margins are known (McNemar)?"""
    hosts, gap = int(cell.setting["hosts"]), float(cell.setting["lead"])
    both, only = float(cell.setting["both"]), 0.2
    drawn = rng.multinomial(hosts, [both, only + gap, only, 1 - both - 2 * only - gap],
                            size=cell.repetitions)  # fmt: skip
    margins = np.column_stack((drawn[:, 0] + drawn[:, 1], drawn[:, 0] + drawn[:, 2])).astype(float)
    p = values_of(
        lambda row: mcnemar_bounds(row[0], row[1], hosts, design_effect=1).p.high, margins
    )
    method = Method(name="McNemar, worst overlap")
    yield rejected(method, "both tags are on equally many hosts", p, null_is_true=gap == 0)


def _wilson(count: float, size: float, *, design_effect: float) -> Bounds:
    """Of samples of any size, also of those for which the estimator refuses it."""
    return score_interval((count, size), design_effect=design_effect)


def _one_sample(interval: Any, n: int, block: int) -> Callable[[Floats], Bounds]:
    return lambda row: interval(row[0], n, design_effect=block)


def _tables(cell: Cell) -> tuple[Floats, Floats]:
    """All pairs of counts that are not negligible, and their probabilities."""
    (n, m), (p, q), block = _sizes(cell), _shares(cell), _block(cell)
    laws = stats.binom(n // block, p), stats.binom(m // block, q)
    rows = np.array(list(product(range(n // block + 1), range(m // block + 1))), dtype=float)
    weights = laws[0].pmf(rows[:, 0]) * laws[1].pmf(rows[:, 1])
    kept = weights > NEGLIGIBLE
    return rows[kept] * block, weights[kept]


def _sizes(cell: Cell) -> tuple[int, int]:
    return int(cell.setting["first units"]), int(cell.setting["second units"])


def _shares(cell: Cell) -> tuple[float, float]:
    return float(cell.setting["first share"]), float(cell.setting["second share"])


def _block(cell: Cell) -> int:
    return int(cell.setting.get("design effect", 1))
