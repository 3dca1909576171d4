"""The jackknife of ``research.estimators.clustered`` for many tables at once, one table a row.

The study draws some millions of tables; a test holds that rows agree with the estimators.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from scipy import special, stats

from research.calibration.cells import Flags, Floats, Limits
from research.estimators.clustered.jackknife import (
    MINIMUM_INFLUENCE_NUMBER,
    MINIMUM_NUMERATOR_KISH,
    MINIMUM_TAIL_INDEX,
)
from research.estimators.clustered.unseen import (
    expected_beyond,
    lower_limit,
    tail_size,
)

ABSENT = math.nan


@dataclass(frozen=True, slots=True)
class Tables:
    """Estimates from many tables: arrays of shape (tables,).

    ``linked`` and ``se_link`` are on the scale of the interval;
    ``below`` and ``above`` are what clusters larger than any seen could take off or add, after
    the interval was shrunk to ``kept`` of itself.
    """

    value: Floats
    linked: Floats
    se_link: Floats
    kish: Floats
    side_kish: Floats
    influence: Floats
    tail_index: Floats
    kept: Floats
    below: Floats
    above: Floats
    defined: Flags


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale of an interval and the natural limits of its parameter."""

    link: Callable[[Any], Any]
    inverse: Callable[[Any], Any]
    lowest: float


LOGIT = Scale(special.logit, special.expit, 0.0)
FISHER_Z = Scale(np.arctanh, np.tanh, -1.0)


def together(parts: list[Tables]) -> Tables:
    """Blocks of tables as one."""
    return Tables(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Tables)))


def share(part: Floats, whole: Floats, level: float = 0.95) -> Tables:
    """Shares of the part in the whole, from arrays of shape (tables, clusters)."""
    rest = whole - part
    parts, rests = all_but_one(part), all_but_one(rest)
    defined: Flags = np.all(parts > 0, axis=1) & np.all(rests > 0, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        linked = np.log(part.sum(axis=1)) - np.log(rest.sum(axis=1))
        without = np.log(parts) - np.log(rests)
    value = part.sum(axis=1) / whole.sum(axis=1)
    unseen, index = unseen_share(whole, level)
    return Tables(
        value=value,
        linked=linked,
        **_spread(without),
        kish=kish(whole),
        side_kish=np.minimum(kish(part), kish(rest)),
        tail_index=index,
        kept=1 - unseen,
        below=np.zeros(len(value)),
        above=unseen,
        defined=defined,
    )


def difference(first: Floats, second: Floats, whole: Floats, level: float = 0.95) -> Tables:
    """Differences of two shares of one whole."""
    total = whole.sum(axis=1)
    gap = (first - second).sum(axis=1) / total
    without = (all_but_one(first) - all_but_one(second)) / all_but_one(whole)
    unseen, index = unseen_share(whole, level)
    return Tables(
        value=gap,
        kish=kish(whole),
        side_kish=np.minimum(kish(first), kish(second)),
        tail_index=index,
        kept=1 - unseen,
        below=unseen,
        above=unseen,
        **_on_z_scale(gap, without),
    )


def paired_difference(first: Floats, second: Floats, member: Flags, level: float = 0.95) -> Tables:
    """Differences of the shares of the members in two channels."""
    parts = first * member, second * member
    one, other = (
        p.sum(axis=1) / w.sum(axis=1) for p, w in zip(parts, (first, second), strict=True)
    )
    without = all_but_one(parts[0]) / all_but_one(first) - all_but_one(parts[1]) / all_but_one(
        second
    )
    (u, index), (v, other_index) = unseen_share(first, level), unseen_share(second, level)
    sides = *parts, first - parts[0], second - parts[1]
    return Tables(
        value=one - other,
        kish=np.minimum(kish(first), kish(second)),
        side_kish=np.minimum.reduce([kish(side) for side in sides]),
        tail_index=np.minimum(index, other_index),
        kept=np.ones(len(one)),
        below=u * one + v * (1 - other),
        above=u * (1 - one) + v * other,
        **_on_z_scale(one - other, without),
    )


def jackknife_limits(tables: Tables, scale: Scale, *, level: float = 0.95) -> Limits:
    """The interval with Kish's degrees of freedom."""
    freedom = tables.kish - 1
    with np.errstate(over="ignore", invalid="ignore"):
        half = np.where(freedom > 0, stats.t.ppf((1 + level) / 2, freedom), np.inf) * tables.se_link
        half = np.where(tables.se_link > 0, half, 0.0)
        low, high = scale.inverse(tables.linked - half), scale.inverse(tables.linked + half)
    return np.where(tables.defined, low, ABSENT), np.where(tables.defined, high, ABSENT)


def widened_limits(tables: Tables, scale: Scale, *, level: float = 0.95) -> Limits:
    """The jackknife's interval, allowing for clusters larger than any seen."""
    low, high = jackknife_limits(tables, scale, level=level)
    low = np.maximum(tables.kept * low - tables.below, scale.lowest)
    return low, np.minimum(tables.kept * high + tables.above, 1.0)


def trusted(tables: Tables) -> Flags:
    """Whether the conditions hold under which an interval may carry a verdict."""
    sides, carriers = MINIMUM_NUMERATOR_KISH, MINIMUM_INFLUENCE_NUMBER
    return holding(tables, sides=sides, carriers=carriers)


def holding(tables: Tables, *, sides: float, carriers: float) -> Flags:
    """Whether Kish n of every side, the influence number and the tail index are large enough."""
    heavy = tables.tail_index <= MINIMUM_TAIL_INDEX
    return ~heavy & (tables.side_kish > sides) & (tables.influence > carriers)


def unseen_share(totals: Floats, level: float) -> tuple[Floats, Floats]:
    """At most which share lies beyond the largest cluster, and the least tail index."""
    k = tail_size(totals.shape[1])
    top = np.sort(np.partition(totals, -k - 1, axis=1)[:, -k - 1 :], axis=1)
    hill = 1 / (np.log(top[:, 1:]).mean(axis=1) - np.log(top[:, 0]))
    index = lower_limit(hill, k, level)
    beyond = np.ones(len(totals))
    light = index > 1
    largest = totals.max(axis=1) / totals.sum(axis=1)
    beyond[light] = expected_beyond(largest[light], index[light], level)
    return beyond, index


def kish(totals: Floats) -> Floats:
    """Effective clusters of each table; zero where all totals are."""
    largest = totals.max(axis=1, keepdims=True)
    scaled = totals / np.where(largest > 0, largest, 1.0)
    squares = np.square(scaled).sum(axis=1)
    return np.asarray(np.square(scaled.sum(axis=1)) / np.where(squares > 0, squares, 1.0))


def all_but_one(totals: Floats) -> Floats:
    """Sum of all totals of a table except each one, without subtracting."""
    others = np.zeros_like(totals)
    others[:, 1:] = totals.cumsum(axis=1)[:, :-1]
    others[:, :-1] += totals[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    return others


def _on_z_scale(value: Floats, without: Floats) -> dict[str, Any]:
    defined = (np.abs(without) < 1).all(axis=1) & (np.abs(value) < 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {"linked": np.arctanh(value), "defined": defined, **_spread(np.arctanh(without))}


def _spread(without: Floats) -> dict[str, Floats]:
    """The jackknife's standard error, and how many clusters carry it."""
    n = without.shape[1]
    with np.errstate(invalid="ignore"):
        squares = np.square(without - without.mean(axis=1, keepdims=True))
    influence = kish(np.where(np.isfinite(squares), squares, 0.0))
    return {"se_link": np.sqrt((n - 1) / n * squares.sum(axis=1)), "influence": influence}
