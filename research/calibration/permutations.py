"""Type I error and power of tests that shuffle: pairs, organisations."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from research.calibration.cells import (
    Cell,
    Flags,
    Floats,
    Method,
    Row,
    rejected,
    values_of,
)
from research.estimators.association import kendall, spearman
from research.estimators.rates import gap_ratio, rate_ratio


def study_rank_tests(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """Do two heavy-tailed measures of a few units go together?"""
    n, r = int(cell.setting["units"]), float(cell.setting["normal correlation"])
    x, noise = rng.standard_normal((2, cell.repetitions, n))
    pairs = list(np.exp(np.stack((x, r * x + math.sqrt(1 - r**2) * noise), axis=1)))
    for name, test in (
        ("Spearman, permutation", lambda pair: spearman(*pair, rng=rng).p),
        ("Kendall, exact", lambda pair: kendall(*pair, rng=rng).p),
    ):
        p = values_of(test, pairs)
        yield rejected(Method(name=name), "the measures are unrelated", p, null_is_true=r == 0)


def study_gaps(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """Does one group of organisations wait longer? Releases come in bursts."""
    groups, ratio = int(cell.setting["organisations"]), float(cell.setting["ratio of gaps"])
    codes = np.repeat(np.arange(groups), 5)
    ended = np.tile([True] * 4 + [False], groups)  # the last gap of each is still open
    inside = codes < groups // 2
    pace = rng.gamma(2, 1 / 2, (cell.repetitions, groups))[:, codes]
    waits = rng.exponential(size=(cell.repetitions, len(codes))) / pace
    gaps = list(waits * np.where(inside, ratio, 1.0))
    null = "the groups wait equally long"
    p = values_of(lambda row: gap_ratio(row, ended, inside, codes, rng=rng).p, gaps)
    yield rejected(Method(name="gap permutation"), null, p, null_is_true=ratio == 1)
    events = int(ended[inside].sum()), int(ended[~inside].sum())
    poisson = values_of(
        lambda row: rate_ratio(events, (float(row[inside].sum()), float(row[~inside].sum()))).p,
        gaps,
    )
    method = Method(name="Poisson rate ratio, bursts ignored", role="assumption violated")
    yield rejected(method, null, poisson, null_is_true=ratio == 1)


def study_uneven_gaps(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """The same mean gap in both groups, and one varies more: does the test take it for longer?"""
    first, second = (int(cell.setting[name]) for name in ("first", "second"))
    n, inside = first + second, np.arange(first + second) < first
    spread = np.where(inside, *(float(cell.setting[f"{w} spread"]) for w in ("first", "second")))
    means = rng.gamma(spread**-2, spread**2, (cell.repetitions, n))  # of mean one
    waits = [rng.gamma(4, 1, n) * row for row in means]  # time of four releases of each
    null, four = "the groups wait equally long", np.full(4 * n, True)
    codes, member = np.repeat(np.arange(n), 4), np.repeat(inside, 4)
    p = values_of(
        lambda row: gap_ratio(np.repeat(row / 4, 4), four, member, codes, rng=rng).p, waits
    )
    shuffled = Method(name="gap permutation", role="assumption violated")  # not exchangeable
    yield rejected(shuffled, null, p, null_is_true=True)
    plain = values_of(lambda row: _p_of_difference(row, inside, rng), waits)
    method = Method(name="gap permutation, not studentised", role="comparison")
    yield rejected(method, null, plain, null_is_true=True)


def _p_of_difference(waits: Floats, inside: Flags, rng: np.random.Generator) -> float:
    """The share of 999 assignments whose logarithms of mean waits differ by as much."""
    drawn = rng.permuted(np.tile(inside, (1000, 1)), axis=1)
    drawn[0] = inside
    means = ((rows @ waits) / rows.sum(axis=1) for rows in (drawn, ~drawn))
    apart = np.abs(np.log(next(means) / next(means)))
    return float(np.mean(apart >= apart[0] * (1 - 1e-9)))
