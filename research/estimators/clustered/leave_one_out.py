"""A share of cluster totals, and what it is without each cluster."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from research.estimators.cluster_totals import (
    Labels,
    all_but_one,
    cluster_codes,
    same_length,
    totals_by,
    weights,
)
from research.estimators.valid import Flags, Floats, estimator
from research.results import CannotEstimate, ResearchError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeaveOneOut:
    """The estimate without each cluster in turn: ``values[i]`` is the one without ``labels[i]``."""

    value: float
    labels: Labels
    values: Floats

    @property
    def cluster(self) -> Any:
        """Label of the cluster that moves the estimate most."""
        return self.labels[self._largest]

    @property
    def without(self) -> float:
        """The estimate without that cluster."""
        return float(self.values[self._largest])

    @property
    def low(self) -> float:
        return float(self.values.min())

    @property
    def high(self) -> float:
        return float(self.values.max())

    @property
    def _largest(self) -> int:
        return int(np.abs(self.values - self.value).argmax())


@estimator
def leave_one_out(
    part: ArrayLike, whole: ArrayLike, cluster: ArrayLike | None = None
) -> LeaveOneOut:
    """Which cluster does a share hang on, and what is it without each one?

    Unlike the interval this needs no superpopulation: it also serves where the table is all
    there is, and where a deletion gives a share of 0 or 1.

    Parameters
    ----------
    part, whole, cluster
        As for :func:`research.estimators.clustered.clustered_share`.

    Raises
    ------
    CannotEstimate
        The total is zero, or is so without one cluster.

    Examples
    --------
    >>> left_out = leave_one_out([9, 0, 3], [9, 6, 4], ["Qwen", "Meta", "Mistral"])
    >>> left_out.cluster, left_out.without, left_out.high
    ('Qwen', 0.3, 0.9230769230769231)
    """
    labels, totals = totals_of(cluster, *part_of(part, whole, "part"))
    return share_of_totals(labels, *totals)


@estimator
def recomputed_without_each(statistic: Callable[[Flags], float], cluster: ArrayLike) -> LeaveOneOut:
    """What is any statistic without each cluster in turn, computed anew each time?

    Parameters
    ----------
    statistic : callable
        From the units that are left, as flags of shape (n,), to the statistic.
    cluster : array of shape (n,)
        Labels.

    Examples
    --------
    >>> recomputed_without_each(lambda left: left.sum(), ["a", "b", "a"]).values.tolist()
    [1.0, 2.0]
    """
    labels, codes = cluster_codes(cluster, np.size(cluster))
    without = [float(statistic(codes != left_out)) for left_out in range(len(labels))]
    everyone = float(statistic(np.ones(len(codes), dtype=bool)))
    return LeaveOneOut(value=everyone, labels=labels, values=np.array(without))


def share_of_totals(labels: Labels, part: Floats, whole: Floats) -> LeaveOneOut:
    """The share, if there is a positive total with and without each cluster."""
    if not 0 < whole.sum() < math.inf:
        raise CannotEstimate(
            f"The total is {whole.sum():g}, so no share of it is defined. A share needs a "
            "positive total that a floating-point number can hold."
        )
    others = all_but_one(whole)
    if not others.all():
        raise CannotEstimate(
            f"Without '{labels[others.argmin()]}' the total is zero: one cluster holds all "
            "of it and shows no variation. Use finer clusters, or the finite reading."
        )
    value = float(part.sum() / whole.sum())
    return LeaveOneOut(value=value, labels=labels, values=all_but_one(part) / others)


def part_of(part: ArrayLike, whole: ArrayLike, name: str) -> tuple[Floats, Floats]:
    """Weights of a part of each unit, and its whole weight."""
    held, total = weights(part, name), weights(whole, "whole")
    same_length(**{name: held, "whole": total})
    if (held > total).any():
        at = int((held > total).argmax())
        raise ResearchError(
            f"'{name}' of unit {at} exceeds its whole weight ({held[at]:g} of {total[at]:g})."
        )
    return held, total


def totals_of(cluster: ArrayLike | None, *per_unit: Floats) -> tuple[Labels, tuple[Floats, ...]]:
    """The labels of the clusters, and the totals of each kind of weight."""
    labels, codes = cluster_codes(cluster, len(per_unit[0]))
    return labels, tuple(totals_by(codes, values) for values in per_unit)
