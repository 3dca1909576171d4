"""Correlations, ranks, and means of clusters."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any, get_args

import numpy as np
from scipy import stats

from research.calibration.cells import (
    Cell,
    Flags,
    Floats,
    Method,
    Row,
    Target,
    covered,
    jointly,
    limits_of,
)
from research.calibration.populations import draw_pairs, true_correlation
from research.estimators.association import (
    clustered_correlation,
    spearman_interval,
)
from research.estimators.association.clustered import Of
from research.estimators.association.ranks import MINIMUM_KENDALL, fieller_tau
from research.estimators.cluster_totals import totals_by
from research.estimators.clustered import (
    ClusterSampleMean,
    cluster_sample_mean,
)
from research.estimators.multiverse import rank_confidence_sets
from research.results import Bounds, Interval

RESAMPLES = 399


def study_rank_correlation(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """Rank correlations of a bivariate normal population (any increasing scale is the same)."""
    n, r = int(cell.setting["units"]), float(cell.setting["normal correlation"])
    pairs = _normal_pairs(rng, r, (cell.repetitions, n))
    rho = [float(stats.spearmanr(x, y).statistic) for x, y in pairs]
    tau = [float(stats.kendalltau(x, y).statistic) for x, y in pairs]
    target = Target(parameter="Spearman's rho", truth=6 / math.pi * math.asin(r / 2))
    limits = limits_of(lambda value: spearman_interval(value, n), rho)
    yield covered(Method(name="Bonett-Wright"), target, limits)
    target = Target(parameter="Kendall's tau", truth=2 / math.pi * math.asin(r))
    limits = limits_of(lambda value: fieller_tau(value, n, 0.95), tau)
    yield covered(Method(name="Fieller"), target, limits, holds=_enough(cell, MINIMUM_KENDALL))


def study_clustered_correlation(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """Correlations of models that come in organisations, of values and of ranks."""
    n, alike, log_sd = (cell.setting[name] for name in ("organisations", "alike", "log sd"))
    samples = [
        draw_pairs(rng, int(n), float(alike), float(log_sd)) for _ in range(cell.repetitions)
    ]
    for of in get_args(Of):
        target = Target(parameter=f"correlation of {of}", truth=true_correlation(of, float(log_sd)))
        limits = limits_of(partial(_of_pairs, of), samples)
        method = Method(name=f"jackknife over clusters, {of}", role="no verdict")
        yield covered(method, target, limits)
        if of == "values":
            method = Method(name="bootstrap of clusters, values", role="comparison")
            yield covered(method, target, limits_of(partial(_bootstrapped, rng), samples))


def study_ranks(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """Ranks of six tags, two of them nearly tied, all at once."""
    n = int(cell.setting["hosts"])
    shares = np.array([0.30, 0.22, 0.215, 0.15, 0.075, 0.04])
    drawn = rng.multinomial(n, shares, cell.repetitions)
    ends = np.array([[(s.low, s.high) for s in _rank_sets(row, rng)] for row in drawn], dtype=float)
    target = Target(parameter="ranks of six tags at once", truth=0.0)
    limits = jointly(ends[:, :, 0], ends[:, :, 1], np.arange(1, 7))
    yield covered(Method(name="stepwise confidence sets"), target, limits)


def study_cluster_mean(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """Mean per unit, from whole clusters of equal or unequal sizes."""
    groups, sizes = int(cell.setting["clusters"]), str(cell.setting["cluster sizes"])
    target = Target(parameter="mean per unit", truth=1.0)

    def sample(_: int) -> ClusterSampleMean:
        size = np.full(groups, 5)
        if sizes == "lognormal 1":
            size = np.ceil(5 * np.exp(rng.standard_normal(groups))).astype(int)
        effects = rng.standard_normal(groups) / 2
        values = 1 + np.repeat(effects, size) + rng.standard_normal(size.sum())
        return cluster_sample_mean(values, np.repeat(np.arange(groups), size))

    def with_more(drawn: ClusterSampleMean) -> Bounds:
        half = float(stats.t.ppf(0.975, groups - 1)) * drawn.se
        return Bounds(drawn.value - half, drawn.value + half)

    samples = [sample(i) for i in range(cell.repetitions)]
    fewer = Method(name="between clusters, t with Kish degrees of freedom")
    more = Method(name="between clusters, t with clusters - 1", role="no verdict")
    yield covered(fewer, target, limits_of(lambda drawn: drawn.interval, samples))
    yield covered(more, target, limits_of(with_more, samples))


def _of_pairs(of: Of, pairs: tuple[Floats, Floats, Any]) -> Interval:
    x, y, cluster = pairs
    return clustered_correlation(x, y, cluster, of=of).interval


def _bootstrapped(rng: np.random.Generator, pairs: tuple[Floats, Floats, Any]) -> Bounds:
    """Percentiles of the correlation of values over clusters drawn with replacement."""
    x, y, codes = pairs
    u, v, groups = x - x.mean(), y - y.mean(), codes.max() + 1
    sums = [totals_by(codes, part) for part in (np.ones(len(x)), u, v, u * u, v * v, u * v)]
    drawn = rng.multinomial(groups, np.full(groups, 1 / groups), RESAMPLES) @ np.array(sums).T
    n, su, sv, suu, svv, suv = drawn.T
    correlations = (suv - su * sv / n) / np.sqrt((suu - su**2 / n) * (svv - sv**2 / n))
    return Bounds(*np.quantile(correlations, [0.025, 0.975]).tolist())


def _enough(cell: Cell, least: int) -> Flags:
    """Whether there are enough units for an interval to carry a verdict."""
    return np.full(cell.repetitions, int(cell.setting["units"]) >= least)


def _rank_sets(row: Floats, rng: np.random.Generator) -> Any:
    shares = row / row.sum()
    covariance = (np.diag(shares) - np.outer(shares, shares)) * (1 / row.sum())
    return rank_confidence_sets(shares, covariance, rng=rng)


def _normal_pairs(rng: np.random.Generator, r: float, shape: tuple[int, int]) -> Floats:
    """Correlated standard normal pairs, of shape (draws, 2, units)."""
    x, noise = rng.standard_normal((2, *shape))
    return np.stack((x, r * x + math.sqrt(1 - r**2) * noise), axis=1)
