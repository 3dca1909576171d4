"""The tail index of totals: does its interval cover where the tail is a power only further out?"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from research.calibration.cells import Cell, Floats, Method, Role, Row, Target, covered, limits_of
from research.estimators.clustered.tails import hill
from research.estimators.tail_index import tail_index
from research.results import Bounds

# From the chance to be exceeded to the value: an exact power, and two that come near it slowly.
LAWS: dict[str, Callable[[Floats, float], Floats]] = {
    "Pareto": lambda u, index: u ** (-1 / index),
    "Burr": lambda u, index: (u**-0.5 - 1) ** (2 / index),
    "Fréchet": lambda u, index: (-np.log1p(-u)) ** (-1 / index),
}


def study_tail_index(cell: Cell, rng: np.random.Generator) -> Iterator[Row]:
    """By rank minus one half, of two numbers of values, and Hill's."""
    n, index = int(cell.setting["organisations"]), float(cell.setting["index"])
    samples = LAWS[str(cell.setting["law"])](rng.random((cell.repetitions, n)), index)
    target, more = Target(parameter="tail index", truth=index), round(n ** (2 / 3))
    methods: tuple[tuple[str, Role, Callable[[Floats], Bounds]], ...] = (
        ("rank minus one half, square root of n", "no verdict", _interval),
        ("rank minus one half, n to two thirds", "comparison", partial(_interval, kept=more)),
        ("Hill, n to two thirds", "comparison", partial(_of_hill, kept=more)),
    )
    for name, role, interval in methods:
        yield covered(Method(name=name, role=role), target, limits_of(interval, list(samples)))


def _interval(values: Floats, kept: int | None = None) -> Bounds:
    return tail_index(values, kept).interval


def _of_hill(values: Floats, kept: int) -> Bounds:
    index, half = float(hill(values[None, :], kept)[0]), 1.96 / math.sqrt(kept)
    return Bounds(index * math.exp(-half), index * math.exp(half))
