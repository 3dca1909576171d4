"""Bootstraps over clusters for many tables at once, to be compared with the jackknife.

Tables of one block share their resamples: counts of clusters are drawn once, and a matrix product
gives all resampled totals. Each table still has a bootstrap of its own; only the Monte-Carlo error
of the study grows a little. There are fewer resamples than for one table.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from research.calibration.cells import Floats, Limits
from research.calibration.jackknife import all_but_one

RESAMPLES = 399
TABLES_AT_ONCE = 250  # tables that share their resamples


@dataclass(frozen=True, slots=True)
class Resampled:
    """Share of each table, and shares and standard errors in its resamples (a column each)."""

    value: Floats
    se: Floats
    shares: Floats
    errors: Floats


def all_bootstraps(
    part: Floats, whole: Floats, rng: np.random.Generator, level: float = 0.95
) -> dict[str, Limits]:
    """Intervals of shares by four bootstraps, from arrays of shape (tables, clusters)."""
    n = whole.shape[1]
    m = max(2, round(n ** (2 / 3)))
    full, smaller = resampled(part, whole, n, rng), resampled(part, whole, m, rng)
    without = all_but_one(part) / all_but_one(whole)
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    return {
        "percentile bootstrap": percentile(full, tails),
        "BCa bootstrap": bca(full, without, tails),
        "studentised bootstrap, logit": studentised(full, tails),
        "m-out-of-n bootstrap": subsampled(smaller, math.sqrt(m / n), tails),
    }


def resampled(part: Floats, whole: Floats, size: int, rng: np.random.Generator) -> Resampled:
    """Resample ``size`` clusters of each table."""
    n = whole.shape[1]
    counts = rng.multinomial(size, np.full(n, 1 / n), size=RESAMPLES).T.astype(float)
    value = part.sum(axis=1) / whole.sum(axis=1)
    total = whole @ counts
    shares = (part @ counts) / total
    squares = np.square(part) @ counts - 2 * shares * ((part * whole) @ counts)
    squares += np.square(shares) * (np.square(whole) @ counts)
    errors = np.sqrt(np.maximum(squares, 0) * size / (size - 1)) / total
    residuals = np.square(part - value[:, None] * whole).sum(axis=1)
    return Resampled(value, np.sqrt(residuals * n / (n - 1)) / whole.sum(axis=1), shares, errors)


def percentile(found: Resampled, tails: Floats) -> Limits:
    """Quantiles of the shares in the resamples."""
    low, high = np.quantile(found.shares, tails, axis=1)
    return low, high


def bca(found: Resampled, without: Floats, tails: Floats) -> Limits:
    """Quantiles at levels corrected for bias and for a standard error that varies."""
    deviations = without.mean(axis=1, keepdims=True) - without
    squares = np.square(deviations).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        acceleration = (deviations**3).sum(axis=1) / (6 * squares**1.5)
        bias = special.ndtri((found.shares < found.value[:, None]).mean(axis=1))
        z = bias[:, None] + special.ndtri(tails)
        levels = special.ndtr(bias[:, None] + z / (1 - acceleration[:, None] * z))
    low, high = (
        np.array([np.quantile(row, at) if np.isfinite(at) else np.nan for row, at in pairs])
        for pairs in (zip(found.shares, levels[:, side], strict=True) for side in (0, 1))
    )
    undefined = ~np.isfinite(bias)
    return np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)


def studentised(found: Resampled, tails: Floats) -> Limits:
    """The bootstrap-t interval on the logit scale; resamples without an error are left out."""
    slope, value = found.value * (1 - found.value), found.value[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = special.logit(found.shares) - special.logit(value)
        t = moved * found.shares * (1 - found.shares) / found.errors
        t = np.where((found.errors > 1e-12) & np.isfinite(t), t, np.nan)
        some = np.isfinite(t).any(axis=1) & (found.se > 1e-12) & (slope > 0)
        high, low = np.nanquantile(np.where(some[:, None], t, 0.0), tails, axis=1)
        scale = found.se / slope
        ends = [special.expit(special.logit(found.value) - q * scale) for q in (low, high)]
    return np.where(some, ends[0], np.nan), np.where(some, ends[1], np.nan)


def subsampled(found: Resampled, rate: float, tails: Floats) -> Limits:
    """The m-out-of-n interval at the rate of a square root."""
    low, high = np.quantile(found.shares - found.value[:, None], tails, axis=1)
    return found.value - rate * high, found.value - rate * low
