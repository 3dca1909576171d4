"""Who releases more often? Gaps between releases, the last of which is not over yet."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from research.estimators import valid
from research.estimators.cluster_totals import (
    all_but_one,
    cluster_codes,
    same_length,
    totals_by,
    weights,
)
from research.estimators.clustered.jackknife import jackknife_se
from research.estimators.valid import Flags, Floats, estimator
from research.results import CannotEstimate, Interval, ResearchError

LISTED_AT_MOST = 20_000  # assignments
DRAWS = 9999
NUMBERS_AT_ONCE = 4_000_000
ROUNDING = 1e-9  # relative; statistics closer than this are equal


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
    labels, codes = cluster_codes(cluster, len(time))
    share = np.bincount(codes, weights=member) / np.bincount(codes)
    if (mixed := (share > 0) & (share < 1)).any():
        raise ResearchError(
            f"'{labels[mixed.argmax()]}' and {int(mixed.sum()) - 1} other clusters have units both "
            "in the group and outside: a permutation test assigns whole clusters."
        )
    totals = np.column_stack((totals_by(codes, time), totals_by(codes, events.astype(float))))
    inside, method = _permuted_sums(share == 1, totals, rng)
    outside = totals.sum(axis=0) - inside
    if min(inside[0, 1], outside[0, 1]) == 0 or min(inside[0, 0], outside[0, 0]) == 0:
        raise CannotEstimate(
            "Each group needs at least one release and some time, found "
            f"{inside[0, 1]:g} and {outside[0, 1]:g} releases."
        )
    with np.errstate(divide="ignore", invalid="ignore"):  # a group may get no release by chance
        ratios = inside[:, 0] / inside[:, 1] / (outside[:, 0] / outside[:, 1])
        apart = np.abs(np.log(ratios))
    # What is undefined for an assignment counts as extreme.
    p = float(np.mean(~(apart < apart[0] - ROUNDING * apart[0])))
    return GapRatio(value=float(ratios[0]), p=p, method=method)


def _permuted_sums(
    group: Flags, totals: Floats, rng: np.random.Generator | None
) -> tuple[Floats, str]:
    """Sums of the totals of a group, as it is and as it could be assigned, and how many ways."""
    n, k = len(group), int(group.sum())
    ways = math.comb(n, k)
    if ways <= LISTED_AT_MOST and ways * k <= NUMBERS_AT_ONCE:
        chosen = np.array(list(combinations(range(n), k)), dtype=np.intp)
        is_actual = (chosen == np.flatnonzero(group)).all(axis=1)
        sums = totals[chosen[np.argsort(~is_actual, kind="stable")]].sum(axis=1)
        return sums, f"all {ways:,} assignments of {k} of {n} clusters"
    if rng is None:
        raise ResearchError(
            f"There are {ways:.3g} ways to choose {k} of {n} clusters: give a random generator "
            "(rng) to draw from them."
        )
    rows = [group[None, :], *_assigned_anew(group, rng)]
    sums = np.concatenate([block.astype(float) @ totals for block in rows])
    return sums, f"{DRAWS:,} random assignments of {k} of {n} clusters"


def _assigned_anew(group: Flags, rng: np.random.Generator) -> Iterator[Flags]:
    rows = max(1, NUMBERS_AT_ONCE // len(group))
    for start in range(0, DRAWS, rows):
        yield rng.permuted(np.tile(group, (min(rows, DRAWS - start), 1)), axis=1)


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
