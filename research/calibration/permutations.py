"""Type I error and power of tests that shuffle: pairs, organisations."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from research.calibration.cells import (
    Cell,
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
