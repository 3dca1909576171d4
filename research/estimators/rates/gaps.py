"""Who releases more often? Gaps between releases, the last of which is not over yet."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from research.estimators import valid
from research.estimators.cluster_totals import all_but_one, same_length, totals_by, weights
from research.estimators.clustered.jackknife import jackknife_se
from research.estimators.permutation import group_by_cluster, permuted_sums, share_as_extreme
from research.estimators.valid import estimator
from research.results import CannotEstimate, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRatio:
    """Mean gap of the first group over that of the second, with a permutation test.

    ``p`` is two-sided on the logarithm of the ratio. ``method`` says over which assignments.
    """

    value: float
    p: float
    method: str


@estimator
def gap_ratio(
    gaps: ArrayLike,
    ended: ArrayLike,
    first: ArrayLike,
    cluster: ArrayLike,
    *,
    rng: np.random.Generator | None = None,
) -> GapRatio:
    """Does one group of organisations wait longer between releases than another?

    Parameters
    ----------
    gaps : array of shape (n,)
        Time between releases of one organisation, e.g. in days, with the time since its last
        release as one more, unfinished gap. Leaving that one out would make idle organisations
        look busy.
    ended : boolean array of shape (n,)
        Whether the gap ended with a release.
    first : boolean array of shape (n,)
        Whether the organisation belongs to the first group.
    cluster : array of shape (n,)
        The organisation.
    rng : numpy.random.Generator, optional
        Needed where the groups can be assigned in more than 20,000 ways.

    Returns
    -------
    GapRatio
        Mean gaps are time over releases (the maximum-likelihood mean under a constant rate). The
        test assigns the group to organisations anew: it assumes that under the null they are
        exchangeable, and nothing about bursts within one.

    Raises
    ------
    CannotEstimate
        A group is empty or has no release.

    References
    ----------
    Good (2005), Permutation, Parametric and Bootstrap Tests of Hypotheses, doi:10.1007/b138696.
    The test agrees with ``scipy.stats.permutation_test`` over organisations.

    Examples
    --------
    >>> gap_ratio([10, 20, 5, 5, 40], [1, 0, 1, 1, 0], [1, 1, 0, 0, 1], list("aabbc")).value
    14.0
    """
    time = weights(gaps, "gaps")
    events = valid.flags(ended, "ended", len(time))
    member = valid.flags(first, "first", len(time))
    group, codes = group_by_cluster(member, cluster)
    totals = np.column_stack((totals_by(codes, time), totals_by(codes, events.astype(float))))
    inside, method = permuted_sums(group, totals, rng)
    outside = totals.sum(axis=0) - inside
    if min(inside[0, 1], outside[0, 1]) == 0 or min(inside[0, 0], outside[0, 0]) == 0:
        raise CannotEstimate(
            "Each group needs at least one release and some time, found "
            f"{inside[0, 1]:g} and {outside[0, 1]:g} releases."
        )
    with np.errstate(divide="ignore", invalid="ignore"):  # a group may get no release by chance
        ratios = inside[:, 0] / inside[:, 1] / (outside[:, 0] / outside[:, 1])
        logs = np.log(ratios)
    return GapRatio(
        value=float(ratios[0]),
        p=share_as_extreme(np.abs(logs)),
        method=method,
    )


@estimator
def gap_ratio_interval(
    time: ArrayLike, releases: ArrayLike, first: ArrayLike, *, level: float = 0.95
) -> Interval:
    """How would a ratio of mean gaps vary, had other organisations been drawn?

    Parameters
    ----------
    time, releases : arrays of shape (organisations,)
        Time that each organisation was observed for, and its releases in it.
    first : boolean array of shape (organisations,)
        Whether it belongs to the first group, whose mean gap is divided by that of the second.

    Returns
    -------
    Interval
        Jackknife over organisations on the log scale, with as many degrees of freedom as the
        smaller group has organisations, less one.

    Raises
    ------
    CannotEstimate
        A group has fewer than two organisations, or no release without one of them.

    References
    ----------
    Efron and Stein (1981), Annals of Statistics 9:586-596, doi:10.1214/aos/1176345462. Agrees with
    deleting organisation by organisation; covers at its level in simulated releases (in the tests).

    Examples
    --------
    >>> found = gap_ratio_interval([70, 50, 20, 40], [1, 1, 2, 3], [1, 1, 0, 0])
    >>> round(found.low, 2), round(found.high, 1)
    (0.3, 83.3)
    """
    days, events = weights(time, "time"), weights(releases, "releases")
    same_length(time=days, releases=events)
    member = valid.flags(first, "first", len(days))
    logs, errors = [], []
    for group in (member, ~member):
        if group.sum() < 2 or (all_but_one(events[group]) == 0).any():
            raise CannotEstimate(
                "Each group needs two organisations, and a release without any one of them."
            )
        without = np.log(all_but_one(days[group]) / all_but_one(events[group]))
        logs.append(math.log(days[group].sum() / events[group].sum()))
        errors.append(jackknife_se(without))
    fewest = int(min(member.sum(), (~member).sum()))
    half = float(stats.t.ppf((1 + valid.level(level)) / 2, fewest - 1)) * math.hypot(*errors)
    low, high = (math.exp(logs[0] - logs[1] + side * half) for side in (-1, 1))
    return Interval(low, high, level, "jackknife over companies, log scale")
