"""Proportions and counts: all outcomes are enumerated where they can be listed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike
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
from research.calibration.populations import MOST_MODELS
from research.estimators.multiverse import mcnemar_bounds
from research.estimators.proportions import (
    clopper_pearson,
    korn_graubard,
    logit,
    newcombe,
    shares_of_kinds,
)
from research.estimators.proportions.clusters import Scale
from research.estimators.proportions.single import MINIMUM_WILSON, score_interval
from research.estimators.rates import rate_ratio
from research.results import Bounds, CannotEstimate

# Of a sample in clusters: count, units, design effect, clusters less one, Kish's number less one.
INTERVALS: dict[str, Callable[..., Bounds]] = {
    "Wilson": lambda k, n, effect, *_: score_interval((k, n), design_effect=effect),
    "Korn-Graubard, clusters less one": lambda k, n, effect, groups, _: korn_graubard(
        k, n, design_effect=effect, freedom=groups
    ),
    "Korn-Graubard, Kish's number less one": lambda k, n, effect, _, kish: korn_graubard(
        k, n, design_effect=effect, freedom=kish
    ),
    "logit, Kish's number less one": lambda k, n, effect, _, kish: logit(
        k, n, design_effect=effect, freedom=kish
    ),
}
KINDS = (0.4, 0.25, 0.2, 0.1, 0.05)
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


def study_clustered_proportion(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """One proportion of units in clusters, with the design effect that the clusters show."""
    target = Target(parameter="proportion", truth=float(cell.setting["share"]))
    samples = [_in_clusters(cell, rng) for _ in range(cell.repetitions)]
    known = [sample for sample in samples if sample is not None]
    for name, interval in INTERVALS.items():
        limits = limits_of(partial(_in_sample, interval), known)
        undefined = np.full(len(samples) - len(known), np.nan)
        ends = tuple(np.concatenate([end, undefined]) for end in limits)
        yield covered(Method(name=name, role="no verdict"), target, (ends[0], ends[1]))


def _in_sample(interval: Callable[..., Bounds], sample: tuple[float, ...]) -> Bounds:
    return interval(*sample)


def _in_clusters(cell: Cell, rng: np.random.Generator) -> tuple[float, ...] | None:
    """Count, units, design effect and both degrees of freedom of a sample; none if nothing varies.

    Chances of clusters are beta variables, correlated within as the cell says.
    """
    groups, p, alike = (float(cell.setting[name]) for name in ("clusters", "share", "alike"))
    sizes = np.full(int(groups), 5)
    if cell.setting["cluster sizes"] == "Pareto 1.2":
        sizes = np.clip(np.ceil(rng.pareto(1.2, int(groups))).astype(int), 1, MOST_MODELS)
    chances = rng.beta(p * (1 / alike - 1), (1 - p) * (1 / alike - 1), len(sizes))
    drawn = rng.binomial(sizes, chances)
    n, count = float(sizes.sum()), float(drawn.sum())
    squares = float(np.square(drawn - count / n * sizes).sum())
    if squares < 1e-9:
        return None
    effect = groups / (groups - 1) * squares / (count * (1 - count / n))
    return count, n, effect, groups - 1, n**2 / float(np.square(sizes).sum()) - 1


def study_two_proportions(cell: Cell, _: np.random.Generator) -> Iterator[Row]:
    """The difference of two proportions of independent samples."""
    (n, m), (p, q), block = _sizes(cell), _shares(cell), _block(cell)
    rows, weights = _tables(cell)
    gap = Target(parameter="difference of two proportions", truth=p - q)
    limits = limits_of(lambda r: newcombe((r[0], n), (r[1], m), design_effect=block), rows)
    yield covered(Method(name="Newcombe"), gap, limits, weights=weights)


def study_kinds(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """All shares of several exclusive kinds at once, of units in unequal clusters."""
    groups, alike = int(cell.setting["clusters"]), float(cell.setting["alike"])
    samples = [_kinds(rng, groups, alike) for _ in range(cell.repetitions)]
    target = Target(parameter="shares of five kinds at once", truth=0.0)
    for scale in get_args(Scale):
        ends = np.array([_of_kinds(scale, sample) for sample in samples])
        limits = jointly(ends[:, :, 0], ends[:, :, 1], KINDS)
        yield covered(
            Method(name=f"all kinds together, {scale}", role="no verdict"), target, limits
        )


def _kinds(rng: np.random.Generator, groups: int, alike: float) -> tuple[ArrayLike, ArrayLike]:
    """The kind of each unit, and its cluster: within one kinds are as alike as the cell says."""
    sizes = np.clip(np.ceil(rng.pareto(1.2, groups)).astype(int), 1, MOST_MODELS)
    chances = rng.dirichlet(np.array(KINDS) * (1 / alike - 1), groups)
    clusters = np.repeat(np.arange(groups), sizes)
    ends = chances.cumsum(axis=1)[clusters]
    kinds = (rng.random((len(clusters), 1)) > ends).sum(axis=1)
    return np.minimum(kinds, len(KINDS) - 1), clusters


def _of_kinds(scale: Scale, sample: tuple[ArrayLike, ArrayLike]) -> list[tuple[float, ...]]:
    """Both limits of each kind; of one that was not drawn from nothing to all."""
    try:
        limits = shares_of_kinds(*sample, scale=scale)
    except CannotEstimate:
        return [(math.nan, math.nan)] * len(KINDS)
    return [tuple(limits[kind]) if kind in limits else (0.0, 1.0) for kind in range(len(KINDS))]


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
