"""Regressions on few unequal clusters: intervals of a slope, and tests that it is zero."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from research.calibration.cells import (
    Cell,
    Floats,
    Method,
    Role,
    Row,
    Target,
    covered,
    limits_of,
    rejected,
)
from research.estimators.association import log_log, median_regression, robust_regression
from research.estimators.cluster_totals import Codes
from research.estimators.clustered import cluster_robust
from research.estimators.rates import poisson_regression
from research.results import Interval

BETWEEN = 0.5  # share of the variance of regressor and errors that clusters have in common


@dataclass(frozen=True, slots=True)
class Sample:
    """Outcome, regressors with a column of ones, and the cluster of each unit."""

    y: Floats
    x: Floats
    codes: Codes


def study_slope(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """The slope of a linear model by four estimators, with clusters of 2 to 20 units."""
    slope = 0.5
    samples = [_sample(cell, rng, slope) for _ in range(cell.repetitions)]
    target = Target(parameter="slope", truth=slope)
    fits: dict[str, tuple[Role, Callable[[Sample], Interval]]] = {
        "least squares, CR2 with Satterthwaite t": ("verdict", _least_squares),
        "log-log slope, CR2 with Satterthwaite t": ("verdict", _elasticity),
        "Huber regression, CR1, t": ("no verdict", _huber),
        "median regression, CR1, t": ("no verdict", _median),
    }
    for name, (role, fit) in fits.items():
        yield covered(Method(name=name, role=role), target, limits_of(fit, samples))


def study_count_slope(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """The slope of the log mean of counts, where clusters differ by a factor of their own."""
    slope = 0.5
    samples = [_counts(cell, rng, slope) for _ in range(cell.repetitions)]
    target = Target(parameter="slope of the log mean", truth=slope)
    method = Method(name="Poisson regression, CR1, t", role="no verdict")
    yield covered(method, target, limits_of(_poisson, samples))


def study_zero_slope(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """How often does the interval of a slope exclude zero?"""
    slope = float(cell.setting["slope"])
    samples = [_sample(cell, rng, slope) for _ in range(cell.repetitions)]
    low, high = limits_of(_least_squares, samples)
    excluded = np.where((low > 0) | (high < 0), 0.0, 1.0)
    method = Method(name="CR2 interval excludes zero")
    yield rejected(method, "the slope is zero", excluded, null_is_true=slope == 0)


def _least_squares(sample: Sample) -> Interval:
    return cluster_robust(sample.y, sample.x, sample.codes).intervals[1]


def _elasticity(sample: Sample) -> Interval:
    return log_log(np.exp(sample.y), np.exp(sample.x[:, 1]), sample.codes).intervals[1]


def _huber(sample: Sample) -> Interval:
    return robust_regression(sample.y, sample.x, sample.codes).intervals[1]


def _median(sample: Sample) -> Interval:
    return median_regression(sample.y, sample.x, sample.codes).intervals[1]


def _poisson(sample: Sample) -> Interval:
    return poisson_regression(sample.y, sample.x, sample.codes).intervals[1]


def _sample(cell: Cell, rng: np.random.Generator, slope: float) -> Sample:
    codes, x = _regressor(cell, rng)
    draws: dict[str, Callable[..., Floats]] = {
        "normal": rng.standard_normal,
        "t, 3 df": lambda size: np.asarray(rng.standard_t(3, size)),
    }
    draw = draws[str(cell.setting["errors"])]
    noise = np.sqrt(BETWEEN) * draw(size=int(cell.setting["clusters"]))[codes]
    noise += np.sqrt(1 - BETWEEN) * draw(size=len(codes))
    return Sample(1 + slope * x + noise, np.column_stack((np.ones(len(x)), x)), codes)


def _counts(cell: Cell, rng: np.random.Generator, slope: float) -> Sample:
    codes, x = _regressor(cell, rng)
    factors = rng.gamma(2, 1 / 2, int(cell.setting["clusters"]))[codes]
    y = rng.poisson(np.exp(1 + slope * x) * factors).astype(float)
    return Sample(y, np.column_stack((np.ones(len(x)), x)), codes)


def _regressor(cell: Cell, rng: np.random.Generator) -> tuple[Codes, Floats]:
    """Clusters of 2 to 20 units, most of them small, and a regressor that they share in part."""
    groups = int(cell.setting["clusters"])
    sizes = np.round(2 + 18 * np.linspace(0, 1, groups) ** 3).astype(int)
    codes = np.repeat(np.arange(groups), sizes)
    shared = np.sqrt(BETWEEN) * rng.standard_normal(groups)[codes]
    return codes, shared + np.sqrt(1 - BETWEEN) * rng.standard_normal(len(codes))
