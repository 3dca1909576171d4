"""Who releases more often? Gaps between releases, the last of which is not over yet."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from research.estimators import valid
from research.estimators.cluster_totals import (
    all_but_one,
    cluster_codes,
    same_length,
    totals_by,
    weights,
)
from research.estimators.valid import Flags, Floats, estimator
from research.results import CannotEstimate, Interval, ResearchError

LISTED_AT_MOST = 20_000  # assignments
DRAWS = 9999
NUMBERS_AT_ONCE = 4_000_000
ROUNDING = 1e-6  # relative; p-values closer than this are equal
SMALLEST = 1e-18  # variance of a logarithm


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRatio:
    """Mean gap of the first group over that of the second, with a permutation test.

    ``p`` is two-sided, ``t`` the logarithm of the ratio over its standard error. ``method`` says
    over which assignments.
    """

    value: float
    t: float
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
        test assigns the group to organisations anew and compares Welch's p-values of the
        logarithms, whose errors are those of a jackknife. It is exact where organisations are
        exchangeable, and nearly so with many of them where the groups have the same mean gap alone
        and one varies more; it assumes nothing about bursts within an organisation.

    Raises
    ------
    CannotEstimate
        A group has fewer than two organisations, or no release or time without one of them.

    References
    ----------
    Janssen (1997), Statistics and Probability Letters 36:9-21, doi:10.1016/S0167-7152(97)00043-6.
    Chung and Romano (2013), Annals of Statistics 41:484-507, doi:10.1214/13-AOS1090. The test
    agrees with ``scipy.stats.permutation_test`` over organisations.

    Examples
    --------
    >>> ratio = gap_ratio([10, 20, 5, 5, 40], [1, 1, 1, 1, 1], [1, 1, 0, 0, 1], list("abcde"))
    >>> round(ratio.value, 2), round(ratio.t, 2), ratio.p
    (4.67, 3.71, 0.1)
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
    days, releases = totals_by(codes, time), totals_by(codes, events.astype(float))
    group = share == 1
    _refuse_few(group, days, releases)
    ratio = (
        days[group].sum() / releases[group].sum() / (days[~group].sum() / releases[~group].sum())
    )
    blocks, method = _assignments(group, rng)
    tests = [_welch(inside, days, releases) for inside in blocks]
    p = np.concatenate([each for _, each in tests])
    # What is undefined for an assignment counts as extreme.
    extreme = float(np.mean(~(p > p[0] * (1 + ROUNDING))))
    return GapRatio(value=float(ratio), t=float(tests[0][0][0]), p=extreme, method=method)


def _refuse_few(group: Flags, days: Floats, releases: Floats) -> None:
    for side in (group, ~group):
        if side.sum() < 2 or (all_but_one(days[side]) * all_but_one(releases[side]) == 0).any():
            raise CannotEstimate(
                "Each group needs two organisations, and a release and some time without any one "
                "of them."
            )


def _assignments(group: Flags, rng: np.random.Generator | None) -> tuple[Iterator[Flags], str]:
    """Blocks of rows that say who is in the group, the actual one first; and how many ways."""
    n, k = len(group), int(group.sum())
    ways = math.comb(n, k)
    if ways <= LISTED_AT_MOST:
        return iter([_listed(group)]), f"all {ways:,} assignments of {k} of {n} clusters"
    if rng is None:
        raise ResearchError(
            f"There are {ways:.3g} ways to choose {k} of {n} clusters: give a random generator "
            "(rng) to draw from them."
        )
    return _assigned_anew(group, rng), f"{DRAWS:,} random assignments of {k} of {n} clusters"


def _listed(group: Flags) -> Flags:
    chosen = np.array(list(combinations(range(len(group)), int(group.sum()))), dtype=np.intp)
    inside = np.zeros((len(chosen), len(group)), dtype=bool)
    np.put_along_axis(inside, chosen, True, axis=1)
    return inside[np.argsort(~(inside == group).all(axis=1), kind="stable")]


def _assigned_anew(group: Flags, rng: np.random.Generator) -> Iterator[Flags]:
    yield group[None, :]
    rows = max(1, NUMBERS_AT_ONCE // len(group))
    for start in range(0, DRAWS, rows):
        yield rng.permuted(np.tile(group, (min(rows, DRAWS - start), 1)), axis=1)


def _welch(inside: Flags, days: Floats, releases: Floats) -> tuple[Floats, Floats]:
    """Welch's t of the logarithms of both mean gaps and its p-value, of each assignment."""
    with np.errstate(divide="ignore", invalid="ignore"):  # a group may get no release by chance
        first, second = (_jackknifed(rows, days, releases) for rows in (inside, ~inside))
        variance = first.variance + second.variance
        t = (first.value - second.value) / np.sqrt(variance)
        df = variance**2 / (first.variance**2 / first.df + second.variance**2 / second.df)
        return t, 2 * special.stdtr(df, -np.abs(t))


@dataclass(frozen=True, slots=True, eq=False)
class _LogGaps:
    """Logarithms of mean gaps, one an assignment, with variances and degrees of freedom."""

    value: Floats
    variance: Floats
    df: Floats


def _jackknifed(inside: Flags, days: Floats, releases: Floats) -> _LogGaps:
    time, events = (inside @ days)[:, None], (inside @ releases)[:, None]
    left, fewer = (
        np.where(inside, whole - totals, 1.0)
        for whole, totals in ((time, days), (events, releases))
    )
    without = np.log(left / fewer)
    n = inside.sum(axis=1)
    middle = without.sum(axis=1) / n
    squares = np.where(inside, without - middle[:, None], 0.0) ** 2
    # Where all are alike the error is zero but for rounding.
    variance = np.maximum((n - 1) / n * squares.sum(axis=1), SMALLEST)
    return _LogGaps(np.log(time / events)[:, 0], variance, n - 1.0)


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
        A group has fewer than two organisations, or no release or time without one of them.

    References
    ----------
    Efron and Stein (1981), Annals of Statistics 9:586-596, doi:10.1214/aos/1176345462. Agrees with
    deleting organisation by organisation; covers at its level in simulated releases (in the tests).

    Examples
    --------
    >>> ratio = gap_ratio_interval([70, 50, 20, 40], [1, 1, 2, 3], [1, 1, 0, 0])
    >>> round(ratio.low, 2), round(ratio.high, 1)
    (0.3, 83.3)
    """
    days, events = weights(time, "time"), weights(releases, "releases")
    same_length(time=days, releases=events)
    member = valid.flags(first, "first", len(days))
    _refuse_few(member, days, events)
    one, other = (_jackknifed(group[None, :], days, events) for group in (member, ~member))
    fewest, se = min(one.df[0], other.df[0]), math.sqrt(one.variance[0] + other.variance[0])
    half = float(stats.t.ppf((1 + valid.level(level)) / 2, fewest)) * se
    low, high = (math.exp(one.value[0] - other.value[0] + side * half) for side in (-1, 1))
    return Interval(low, high, level, "jackknife over companies, log scale")
