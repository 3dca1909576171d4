"""Do two rankings go together? Rank correlations with exact tests and intervals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from research.estimators import valid
from research.estimators.cluster_totals import same_length
from research.estimators.valid import Floats, estimator
from research.results import CannotEstimate, Interval, ResearchError

EXACT_UP_TO = 12  # pairs; the exact distribution of Spearman's rho takes seconds beyond it
FULLY_LISTED = 8  # pairs; 8! = 40,320 pairings are listed one by one
PERMUTATIONS = 9999
MINIMUM_KENDALL = 30  # pairs; with ten Fieller's interval covers 0.92 (``research calibrate``)
PERMUTED_UP_TO = 500  # pairs; beyond it the approximations are as good (scipy advises the same)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankCorrelation:
    """A rank correlation of n pairs with its permutation test.

    ``statistic`` is the sum of squared rank differences (Spearman's S), or the number of
    concordant pairs (Kendall's T). ``method`` says how ``p`` (two-sided) was found.
    """

    value: float
    n: int
    statistic: float
    p: float
    method: str


@estimator
def spearman(
    x: ArrayLike, y: ArrayLike, *, rng: np.random.Generator | None = None
) -> RankCorrelation:
    """Do larger x come with larger y (Spearman's rho), beyond what chance pairing gives?

    Parameters
    ----------
    x, y : arrays of shape (n,)
        One pair a unit, in any unit; ties get the mean of their ranks.
    rng : numpy.random.Generator, optional
        Needed for 13 to 500 pairs, where the test is by 9,999 random permutations.

    Returns
    -------
    RankCorrelation
        The two-sided p doubles the smaller tail of the permutation distribution, which is exact
        up to 12 pairs, ties included; above 500 pairs it is that of the t approximation. Assumes
        that under the null all pairings are equally likely, hence independent units.

    Raises
    ------
    CannotEstimate
        Fewer than three pairs, or x or y is constant.

    References
    ----------
    Spearman (1904), American Journal of Psychology 15:72-101, doi:10.2307/1412159. Agrees with
    the exact p of R's ``cor.test``; ``scipy.stats.spearmanr`` gives a t approximation.

    Examples
    --------
    >>> rho = spearman([1, 2, 3, 4], [1, 2, 3, 4])
    >>> rho.value, rho.p
    (1.0, 0.08333333333333333)
    """
    a, b = _pairs(x, y)
    u, v = stats.rankdata(a), stats.rankdata(b)
    rho = float(np.clip(np.corrcoef(u, v)[0, 1], -1, 1))
    if len(a) <= EXACT_UP_TO:
        p, method = _exact_spearman_p(u, v), "exact permutation"
    elif len(a) > PERMUTED_UP_TO:
        p, method = float(stats.spearmanr(a, b).pvalue), "t approximation"
    else:
        p, method = _permutation_p(lambda ranks: ranks @ u, v, rng)
    return RankCorrelation(
        value=rho, n=len(a), statistic=float(np.square(u - v).sum()), p=p, method=method
    )


@estimator
def kendall(
    x: ArrayLike, y: ArrayLike, *, rng: np.random.Generator | None = None
) -> RankCorrelation:
    """How much more often do two pairs agree in order than disagree (Kendall's tau-b)?

    Parameters
    ----------
    x, y : arrays of shape (n,)
        One pair a unit, in any unit.
    rng : numpy.random.Generator, optional
        Needed where there are ties among nine to 500 pairs: the test is then by 9,999 random
        permutations. Without ties it is exact up to 500 pairs.

    Returns
    -------
    RankCorrelation
        Two-sided p: twice the smaller tail; above 500 pairs that of the normal approximation.
        Assumes independent units.

    Raises
    ------
    CannotEstimate
        Fewer than three pairs, or x or y is constant.

    References
    ----------
    Kendall (1938), Biometrika 30:81-93, doi:10.2307/2332226. Agrees with the exact test of R's
    ``cor.test``.

    Examples
    --------
    >>> tau = kendall([1, 2, 3, 4], [2, 1, 3, 4])
    >>> round(tau.value, 3), tau.statistic, round(tau.p, 3)
    (0.667, 5.0, 0.333)
    """
    a, b = _pairs(x, y)
    approximate = stats.kendalltau(a, b, method="asymptotic")
    tau = float(approximate.statistic)
    if len(a) > PERMUTED_UP_TO:
        p, method = float(approximate.pvalue), "normal approximation"
    elif np.unique(a).size == np.unique(b).size == len(a):
        p, method = float(stats.kendalltau(a, b, method="exact").pvalue), "exact permutation"
    else:
        # Whole numbers of one byte or two: many permutations fit into the cache at once.
        places = stats.rankdata(b, method="dense").astype(np.int16)
        order = stats.rankdata(a, method="dense").astype(np.int16)
        p, method = _permutation_p(lambda permuted: _surplus(order, permuted), places, rng)
    return RankCorrelation(
        value=tau, n=len(a), statistic=_concordant(a, b, tau), p=p, method=method
    )


@estimator
def spearman_interval(rho: float, n: float, *, level: float = 0.95) -> Interval:
    """Between which values does Spearman's rho of the population lie?

    Variance ``(1 + rho**2 / 2) / (n - 3)`` on Fisher's z scale.

    Parameters
    ----------
    rho, n : float
        The correlation found, and the number of independent pairs (more than three), or the
        effective one.

    Raises
    ------
    CannotEstimate
        Fewer than four pairs, or rho is -1 or 1, where the z scale has no end.

    References
    ----------
    Bonett and Wright (2000), Psychometrika 65:23-28, doi:10.1007/BF02294183. Agrees with a closed
    form in R.

    Examples
    --------
    >>> interval = spearman_interval(0.6, 28)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.261, 0.807)
    """
    variance = (1 + rho**2 / 2) / _more_than(3, n)
    return _z_interval(rho, variance, level, "Bonett-Wright interval of Spearman's rho")


@estimator
def kendall_interval(tau: float, n: float, *, level: float = 0.95) -> Interval:
    """Between which values does Kendall's tau of the population lie?

    Variance ``0.437 / (n - 4)`` on Fisher's z scale, for n independent pairs.

    Raises
    ------
    CannotEstimate
        Fewer than 30 pairs, of which it covers too rarely, or tau is -1 or 1.

    References
    ----------
    Fieller, Hartley and Pearson (1957), Biometrika 44:470-481, doi:10.1093/biomet/44.3-4.470.
    Agrees with a closed form in R; pingouin's interval for tau is Pearson's and far too wide.

    Examples
    --------
    >>> interval = kendall_interval(0.5, 40)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.322, 0.644)
    """
    if n < MINIMUM_KENDALL:
        raise CannotEstimate(
            f"Of {n:g} pairs Fieller's interval of Kendall's tau covers too rarely: it needs "
            f"{MINIMUM_KENDALL}. Report tau with its exact test."
        )
    return fieller_tau(tau, n, level)


def fieller_tau(tau: float, n: float, level: float) -> Interval:
    """Fieller's interval of any number of pairs above four; the coverage study asks below 30."""
    variance = 0.437 / _more_than(4, n)
    return _z_interval(tau, variance, level, "Fieller interval of Kendall's tau")


def _more_than(lost: int, n: float) -> float:
    """How many of the n pairs are left after the ``lost`` ones that the variance takes off."""
    if n <= lost:
        raise CannotEstimate(f"This interval needs more than {lost} pairs, found {n:g}.")
    return n - lost


def _z_interval(value: float, variance: float, level: float, method: str) -> Interval:
    if abs(valid.number(value, "correlation", -1, 1)) == 1:
        raise CannotEstimate(
            f"The rankings agree perfectly (correlation {value:g}), where the {method} has no end."
        )
    half = float(stats.norm.ppf((1 + valid.level(level)) / 2)) * math.sqrt(variance)
    center = math.atanh(value)
    return Interval(math.tanh(center - half), math.tanh(center + half), level, method)


def _pairs(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    a, b = valid.floats(x, "x"), valid.floats(y, "y")
    same_length(x=a, y=b)
    if len(a) < 3:
        raise CannotEstimate(f"A rank correlation needs at least three pairs, found {len(a)}.")
    for values, name in ((a, "x"), (b, "y")):
        if values.min() == values.max():
            raise CannotEstimate(f"All values of '{name}' are {values[0]:g}: there is no ranking.")
    return a, b


def _concordant(a: Floats, b: Floats, tau: float) -> float:
    """Number of pairs in the same order in a and b, from tau-b and the numbers of ties."""
    pairs = math.comb(len(a), 2)
    ties_a, ties_b, ties_both = (
        int((counts * (counts - 1) // 2).sum())
        for counts in (
            np.unique(a, return_counts=True)[1],
            np.unique(b, return_counts=True)[1],
            np.unique(np.column_stack((a, b)), axis=0, return_counts=True)[1],
        )
    )
    surplus = round(tau * math.sqrt((pairs - ties_a) * (pairs - ties_b)))
    return (surplus + pairs - ties_a - ties_b + ties_both) / 2


def _surplus(first: NDArray[np.int16], second: NDArray[np.int16]) -> Floats:
    """Pairs of units in the same order in both less those in opposite orders.

    Units are the last axis of ``second``. A loop over the distance of two units compares all pairs
    at that distance at once.
    """
    surplus = np.zeros(second.shape[:-1])
    for apart in range(1, len(first)):
        later, earlier = second[..., apart:], second[..., :-apart]
        signs = np.subtract(earlier > later, earlier < later, dtype=np.int8)
        signs *= np.sign(first[:-apart] - first[apart:]).astype(np.int8)
        surplus += signs.sum(axis=-1, dtype=np.int16)
    return surplus


def _exact_spearman_p(u: Floats, v: Floats) -> float:
    """Twice the smaller tail of ``sum u * v`` over all n! pairings of the ranks.

    ``ways[m][s]``: in how many ways the ranks of v in the set m (a bit mask), paired with the
    first ranks of u, give the sum s. Sets grow by one; 2**n sets serve n! pairings.
    """
    left, right = np.rint(2 * u).astype(int), np.rint(2 * v).astype(int)  # midranks are halves
    size = int(np.sort(left) @ np.sort(right)) + 1
    ways = {0: np.eye(1, size, dtype=np.int64)[0]}
    for rank in left:
        grown: dict[int, np.ndarray] = {}
        for chosen, counts in ways.items():
            for bit, other in enumerate(right):
                if not chosen >> bit & 1:
                    target = grown.setdefault(chosen | 1 << bit, np.zeros(size, dtype=np.int64))
                    target[rank * other :] += counts[: size - rank * other]
        ways = grown
    counts = ways[2 ** len(left) - 1]
    observed = int(left @ right)
    tails = counts[: observed + 1].sum(), counts[observed:].sum()
    return min(1.0, 2 * float(min(tails)) / float(counts.sum()))


def _permutation_p(
    statistic: Callable[[NDArray[Any]], Floats],
    values: NDArray[Any],
    rng: np.random.Generator | None,
) -> tuple[float, str]:
    """Two-sided p of a statistic of permuted values, which are its argument's last axis."""
    listed = len(values) <= FULLY_LISTED
    if rng is None and not listed:
        raise ResearchError(
            f"{len(values)} pairs have too many permutations to list: give a random generator "
            "(rng) to draw them."
        )
    test = stats.permutation_test(
        (values,),
        lambda permuted, axis: statistic(np.moveaxis(permuted, axis, -1)),
        permutation_type="pairings",
        n_resamples=math.factorial(FULLY_LISTED) if listed else PERMUTATIONS,
        vectorized=True,
        batch=1000,
        rng=rng,
    )
    method = "exact permutation" if listed else f"{PERMUTATIONS:,} random permutations"
    return float(test.pvalue), method
