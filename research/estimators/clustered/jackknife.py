"""Leaving out one cluster at a time: the interval, and whether to believe it.

One table or many: an estimate is an array of shape (tables,), as the coverage study draws some
millions of tables.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from research.estimators import valid
from research.estimators.clustered.leave_one_out import LeaveOneOut
from research.estimators.clustered.tails import kish
from research.estimators.valid import Flags, Floats, estimator
from research.results import CannotEstimate, Interval

# Set by the coverage study (``research calibrate``). They are low on purpose: in heavy tails a
# higher threshold picks the draws in which no very large cluster turned up, and these are the ones
# that miss the truth. What guards the verdict is the allowance for larger clusters than any seen.
MINIMUM_NUMERATOR_KISH = 2.0
MINIMUM_INFLUENCE_NUMBER = 1.0  # clusters that do not differ at all show no variance
MINIMUM_CLUSTERS = 9.0  # the study starts at ten: of fewer clusters it says nothing
MINIMUM_TAIL_INDEX = 1.0  # at or below it the population of organisations has no mean total


@dataclass(frozen=True, slots=True)
class Link:
    """The scale on which an interval is symmetric, so that it stays above ``lowest``."""

    name: str
    inverse: Callable[[Floats], Any]
    lowest: float


LOGIT = Link("logit", special.expit, 0.0)
FISHER_Z = Link("Fisher z", np.tanh, -1.0)
LOG = Link("log", np.exp, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What must exceed a threshold for the interval to carry a verdict, and what was found."""

    name: str
    found: float
    threshold: float

    @property
    def holds(self) -> bool:
        return self.found > self.threshold


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClusteredEstimate:
    """A share, or a difference of shares, with all that decides whether its interval is believed.

    ``se`` is linearised; ``kish_n`` counts effective clusters of the total (of the channel with
    fewer of them where there are two).

    ``interval`` takes the clusters seen for the whole story; ``verdict_interval`` allows for larger
    ones and is the one that may carry a verdict, where ``trusted``.
    """

    value: float
    interval: Interval
    verdict_interval: Interval
    se: float
    n_clusters: int
    kish_n: float
    leave_one_out: LeaveOneOut
    conditions: tuple[Condition, ...]

    @property
    def failed(self) -> tuple[Condition, ...]:
        """The conditions that do not hold."""
        return tuple(condition for condition in self.conditions if not condition.holds)

    @property
    def trusted(self) -> bool:
        """Whether every condition holds, so that ``verdict_interval`` may carry a verdict."""
        return not self.failed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Redrawn:
    """Estimates on the scale of ``link`` with their jackknife, each of one table.

    ``linked`` and ``without`` (a column a cluster) are the estimates with all clusters and without
    each, not finite where they have no value on that scale, such as a share of 0 or 1. ``kish_n``
    less one are the degrees of freedom.
    """

    link: Link
    linked: Floats
    without: Floats
    kish_n: Floats

    @property
    def defined(self) -> Flags:
        """Whether there is an interval."""
        return np.asarray(np.isfinite(self.linked) & np.isfinite(self.without).all(axis=1))

    @property
    def squares(self) -> Floats:
        """Squared deviations of the values without each cluster.

        Equal shares in all clusters leave only rounding errors, which are no variance.
        """
        with np.errstate(invalid="ignore"):
            deviations = self.without - self.without.mean(axis=1, keepdims=True)
            rounding = 16 * np.finfo(float).eps * np.maximum(1.0, np.abs(self.linked))
            varies = self.defined & (np.abs(deviations).max(axis=1) > rounding)
        return np.square(np.where(varies[:, None], deviations, 0.0))

    def limits(self, level: float) -> tuple[Floats, Floats]:
        """Both ends of the interval that takes the clusters seen for the whole story."""
        n, df = self.without.shape[1], self.kish_n - 1
        se = np.sqrt((n - 1) / n * self.squares.sum(axis=1))
        half = _half_width(se, df, level)
        center = np.where(self.defined, self.linked, np.nan)
        with np.errstate(over="ignore"):
            return self.link.inverse(center - half), self.link.inverse(center + half)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Jackknifed(Redrawn):
    """The same of shares, which have conditions under which their intervals are believed.

    ``kish_n`` is of the total, ``sides`` of each numerator and remainder. Of an interval ``kept``
    is left, and ``below`` and ``above`` are added to it, where clusters larger than any seen may
    belong to any class (``unseen``).
    """

    sides: Mapping[str, Floats]
    least_tail_index: Floats
    kept: Floats
    below: Floats
    above: Floats

    def widened(self, level: float) -> tuple[Floats, Floats]:
        """Both ends, allowing for clusters larger than any seen."""
        low, high = self.limits(level)
        low = np.maximum(self.kept * low - self.below, self.link.lowest)
        return low, np.minimum(self.kept * high + self.above, 1.0)

    def conditions(self) -> dict[str, tuple[Floats, float]]:
        """What must exceed a threshold for an interval to carry a verdict: found, threshold."""
        clusters = np.full(len(self.linked), float(self.without.shape[1]))
        kish_of = {f"Kish n of the {name}": n for name, n in self.sides.items()}
        return {name: (n, MINIMUM_NUMERATOR_KISH) for name, n in kish_of.items()} | {
            "number of clusters": (clusters, MINIMUM_CLUSTERS),
            "influence number": (kish(self.squares), MINIMUM_INFLUENCE_NUMBER),
            "lower limit of the Hill index of the totals": (
                self.least_tail_index,
                MINIMUM_TAIL_INDEX,
            ),
        }

    def trusted(self) -> Flags:
        """Whether all of them do."""
        held = [values > least for values, least in self.conditions().values()]
        return np.asarray(np.all(held, axis=0))


def estimate_of(
    jackknifed: Jackknifed, left_out: LeaveOneOut, se: float, level: float
) -> ClusteredEstimate:
    """The estimate of a single table."""
    (low,), (high,) = jackknifed.limits(level)
    (lowest,), (highest,) = jackknifed.widened(level)
    kish_n = float(jackknifed.kish_n[0])
    method = method_of(jackknifed.link, kish_n - 1)
    wide = f"{method}, allowing for larger clusters than any seen"
    return ClusteredEstimate(
        value=left_out.value,
        interval=Interval(float(low), float(high), level, method),
        verdict_interval=Interval(float(lowest), float(highest), level, wide),
        se=se,
        n_clusters=len(left_out.values),
        kish_n=kish_n,
        leave_one_out=left_out,
        conditions=tuple(
            Condition(name=name, found=float(values[0]), threshold=least)
            for name, (values, least) in jackknifed.conditions().items()
        ),
    )


def method_of(link: Link, freedom: float) -> str:
    """What an interval is called."""
    return (
        f"delete-one-cluster jackknife, {link.name} scale, t with {freedom:.3g} degrees of freedom"
    )


@estimator
def jackknife_se(without: ArrayLike) -> float:
    """Standard error from delete-one values of shape (n,), centred at their mean.

    >>> round(jackknife_se([0.4, 0.5, 0.6, 0.5]), 4)
    0.1225
    """
    values = valid.floats(without, "without")
    n = len(values)
    return math.sqrt((n - 1) / n * float(np.square(values - values.mean()).sum()))


@estimator
def jackknife_interval(
    left_out: LeaveOneOut,
    effective: float,
    *,
    within: tuple[float, float] = (-1, 1),
    level: float = 0.95,
) -> Interval:
    """Which values are compatible with an estimate, had other clusters been drawn?

    The plain one, on the scale of the estimate itself: no coverage study backs it, so that it
    carries no verdict.

    Parameters
    ----------
    left_out : LeaveOneOut
        The estimate without each cluster.
    effective : float
        Effective number of clusters: the degrees of freedom of t are one less.
    within : tuple of float
        The values that are possible at all.

    References
    ----------
    Shao and Wu (1989), Annals of Statistics 17:1176-1197, doi:10.1214/aos/1176347263. Agrees with
    the t interval of a mean.

    Examples
    --------
    >>> left_out = LeaveOneOut(value=0.5, labels=np.array(["a", "b", "c"]),
    ...                        values=np.array([0.4, 0.5, 0.6]))
    >>> round(jackknife_interval(left_out, 3).high, 2)
    1.0
    """
    df, value, se = effective - 1, left_out.value, jackknife_se(left_out.values)
    half = float(_half_width(se, df, level))
    low, high = np.clip((value - half, value + half), *within)
    method = f"delete-one-cluster jackknife, plain scale, t with {df:.3g} degrees of freedom"
    return Interval(float(low), float(high), level, method)


@estimator
def linearised_se(influence: ArrayLike) -> float:
    """Standard error from the linearised contributions of n clusters, which sum to zero.

    >>> linearised_se([-0.1, 0.1])
    0.2
    """
    values = valid.floats(influence, "influence")
    n = len(values)
    if n < 2:
        raise CannotEstimate("One cluster alone has no standard error.")
    return math.sqrt(n / (n - 1) * float(np.square(values).sum()))


def _half_width(se: Floats | float, df: Floats | float, level: float) -> Floats:
    # One cluster that holds all but nothing leaves no degrees of freedom: the interval is then the
    # whole range of the link, unless the clusters do not differ at all.
    with np.errstate(over="ignore", invalid="ignore"):
        quantile = np.where(np.greater(df, 0), stats.t.ppf((1 + level) / 2, df), np.inf)
        return np.where(np.greater(se, 0), quantile * se, 0.0)
