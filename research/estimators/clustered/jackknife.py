"""Leaving out one cluster at a time: the interval, who matters most, and whether to believe it."""

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
from research.estimators.clustered.tails import influence_number, kish_effective_size
from research.estimators.clustered.unseen import UnseenTail, least_tail_index
from research.estimators.valid import Floats, estimator
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
    """The scale on which an interval is symmetric, so that it stays within ``[lowest, 1]``."""

    name: str
    inverse: Callable[[float], Any]
    lowest: float


LOGIT = Link("logit", special.expit, 0.0)
FISHER_Z = Link("Fisher z", math.tanh, -1.0)


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

    ``se`` is linearised, ``se_link`` is the jackknife's on the scale of the interval. ``kish_n``
    counts effective clusters of the total and ``numerator_kish_n`` those of the numerator (both
    the smallest where there are several); ``least_tail_index`` is the lower confidence limit of the
    Hill index of the totals, at the level of the interval.

    ``interval`` takes the clusters seen for the whole story; ``verdict_interval`` allows for larger
    ones (``unseen``) and is the one that may carry a verdict, where ``trusted``.
    """

    value: float
    interval: Interval
    se: float
    se_link: float
    n_clusters: int
    kish_n: float
    numerator_kish_n: float
    influence_number: float
    least_tail_index: float
    leave_one_out: LeaveOneOut
    conditions: tuple[Condition, ...]
    link: Link
    unseen: UnseenTail

    @property
    def verdict_interval(self) -> Interval:
        """The interval, allowing for clusters larger than any seen."""
        return self.unseen.widened(self.interval, self.link.lowest)

    @property
    def failed(self) -> tuple[Condition, ...]:
        """The conditions that do not hold."""
        return tuple(condition for condition in self.conditions if not condition.holds)

    @property
    def trusted(self) -> bool:
        """Whether every condition holds, so that ``verdict_interval`` may carry a verdict."""
        return not self.failed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deletions:
    """A statistic of cluster totals, and what it becomes without each cluster.

    ``linked`` and ``linked_without`` are on the scale of ``link``, ``influence`` holds the
    linearised contribution of each cluster, and ``shares_without`` every share that enters.
    """

    leave_one_out: LeaveOneOut
    link: Link
    linked: float
    linked_without: Floats
    influence: Floats
    numerators: Mapping[str, Floats]
    remainders: Mapping[str, Floats]
    totals: tuple[Floats, ...]
    shares_without: tuple[Floats, ...]
    unseen: UnseenTail


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
    plain = Link("plain", lambda found: np.clip(found, *within), within[0])
    se = jackknife_se(left_out.values)
    return _interval(plain, left_out.value, se, effective - 1, level)


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


def jackknife_estimate(deletions: Deletions, level: float) -> ClusteredEstimate:
    """The estimate, its interval, and the conditions under which the interval is believed."""
    deviations = deletions.linked_without - deletions.linked_without.mean()
    spread = influence_number(_negligible_as_zero(deviations, deletions.linked))
    sizes = {
        name: _kish_or_zero(totals)
        for name, totals in {**deletions.numerators, **deletions.remainders}.items()
    }
    total = min(kish_effective_size(totals) for totals in deletions.totals)
    tail = min(least_tail_index(totals, level) for totals in deletions.totals)
    se_link = jackknife_se(deletions.linked_without) if spread > 0 else 0.0
    return ClusteredEstimate(
        value=deletions.leave_one_out.value,
        interval=_interval(deletions.link, deletions.linked, se_link, total - 1, level),
        se=linearised_se(deletions.influence),
        se_link=se_link,
        n_clusters=len(deviations),
        kish_n=total,
        numerator_kish_n=min(sizes[name] for name in deletions.numerators),
        influence_number=spread,
        least_tail_index=tail,
        leave_one_out=deletions.leave_one_out,
        conditions=_conditions(sizes, spread, tail, deletions.shares_without),
        link=deletions.link,
        unseen=deletions.unseen,
    )


def _interval(link: Link, linked: float, se: float, df: float, level: float) -> Interval:
    # One cluster that holds all but nothing leaves no degrees of freedom: the interval is the
    # whole range of the link, unless the clusters do not differ at all.
    quantile = float(stats.t.ppf((1 + level) / 2, df)) if df > 0 else math.inf
    half = quantile * se if se > 0 else 0.0
    return Interval(
        float(link.inverse(linked - half)),
        float(link.inverse(linked + half)),
        level,
        f"delete-one-cluster jackknife, {link.name} scale, t with {df:.3g} degrees of freedom",
    )


def _conditions(
    numerators: Mapping[str, float], spread: float, tail: float, shares: tuple[Floats, ...]
) -> tuple[Condition, ...]:
    margin = min(float(np.minimum(share, 1 - share).min()) for share in shares)
    return (
        *(
            Condition(name=f"Kish n of the {name}", found=n, threshold=MINIMUM_NUMERATOR_KISH)
            for name, n in numerators.items()
        ),
        Condition(name="number of clusters", found=len(shares[0]), threshold=MINIMUM_CLUSTERS),
        Condition(name="influence number", found=spread, threshold=MINIMUM_INFLUENCE_NUMBER),
        Condition(
            name="lower limit of the Hill index of the totals",
            found=tail,
            threshold=MINIMUM_TAIL_INDEX,
        ),
        Condition(name="distance from 0 and 1 of shares after deletion", found=margin, threshold=0),
    )


def _kish_or_zero(totals: Floats) -> float:
    return kish_effective_size(totals) if totals.any() else 0.0


def _negligible_as_zero(deviations: Floats, scale: float) -> Floats:
    """Equal shares in all clusters leave only rounding errors, which are no variance."""
    rounding = 16 * np.finfo(float).eps * max(1.0, abs(scale))
    return np.where(np.abs(deviations).max() > rounding, deviations, 0.0)
