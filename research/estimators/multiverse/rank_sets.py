"""Which ranks are compatible with the data, for all units at once?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from research.estimators import valid
from research.estimators.cluster_totals import same_length
from research.estimators.valid import Flags, Floats, estimator
from research.results import CannotEstimate, ResearchError

DRAWS = 9999
DRAWN_UP_TO = 100  # units; each draw has a difference for every pair of them
ROUNDING = 1e-9  # relative; variances closer to zero than this are zero

Critical = Callable[[Flags], float]


@dataclass(frozen=True, slots=True)
class RankSet:
    """The rank found (1 is the largest), and the lowest and highest one not excluded."""

    rank: int
    low: int
    high: int


@estimator
def rank_confidence_sets(
    estimates: ArrayLike,
    covariance: ArrayLike,
    *,
    rng: np.random.Generator,
    level: float = 0.95,
) -> tuple[RankSet, ...]:
    """Between which ranks does each unit lie, all units together?

    Parameters
    ----------
    estimates : array of shape (k,)
        The quantities that are ranked, e.g. shares of hosts.
    covariance : array of shape (k, k)
        Of the estimates, design effect included, e.g. from :func:`multinomial_covariance`.
    rng : numpy.random.Generator
        Draws the normal errors behind the critical value.

    Returns
    -------
    tuple of RankSet
        With probability ``level`` all true ranks lie in their sets at once. "A and B are the two
        largest" is supported where both sets end at 2 or before.

    Notes
    -----
    Tests of all ordered pairs, stepping down from the largest studentised difference. Assumes
    that the estimates are roughly jointly normal, so that counts should not be small. Above 100
    units the critical values are Holm's, which hold under any dependence and are a little larger.

    Raises
    ------
    CannotEstimate
        Fewer than two units, or two whose difference has no variance.
    ResearchError
        A covariance of another shape, or one that no estimates can have.

    References
    ----------
    Mogstad, Romano, Shaikh and Wilhelm (2024), Review of Economic Studies 91:476-518,
    doi:10.1093/restud/rdad006; Romano and Wolf (2005), JASA 100:94-108,
    doi:10.1198/016214504000000539.

    Examples
    --------
    >>> sets = rank_confidence_sets([9, 5, 4.9], np.eye(3) * 0.5, rng=np.random.default_rng(1))
    >>> [(each.low, each.high) for each in sets]
    [(1, 1), (2, 3), (2, 3)]
    """
    values, errors = _estimates(estimates, covariance)
    spread = np.diag(errors)
    se = np.sqrt(np.maximum(spread[:, None] + spread - 2 * errors, 0))
    pairs = ~np.eye(len(values), dtype=bool)
    if (se[pairs] <= np.finfo(float).eps * np.sqrt(spread.max())).any():
        raise CannotEstimate("The difference of two units has no variance: they have no rank.")
    np.fill_diagonal(se, 1)  # no unit is compared with itself
    differences = (values[:, None] - values) / se
    valid.level(level)
    critical = _holm(level) if len(values) > DRAWN_UP_TO else _drawn(level, errors, se, rng)
    open_pairs = pairs
    while open_pairs.any():
        fallen = open_pairs & (differences > critical(open_pairs))
        if not fallen.any():
            break
        open_pairs = open_pairs & ~fallen
    larger = pairs & ~open_pairs  # larger[j, k]: j is shown to exceed k
    return tuple(
        RankSet(int(1 + (values > value).sum()), int(1 + above), int(len(values) - below))
        for value, above, below in zip(values, larger.sum(axis=0), larger.sum(axis=1), strict=True)
    )


@estimator
def clustered_covariance(part: ArrayLike, whole: ArrayLike) -> Floats:
    """Covariance of the shares of several parts of a total that comes in clusters.

    Parameters
    ----------
    part : array of shape (n, k)
        What each of n clusters holds of each part.
    whole : array of shape (n,)
        What it holds of all, parts that are not asked about included.

    Returns
    -------
    array of shape (k, k)
        Linearised, with clusters as independent draws.

    Raises
    ------
    CannotEstimate
        Fewer than two clusters, or they hold nothing.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., section 2.11. With clusters of one element each it
    is the multinomial one times n over n - 1.

    Examples
    --------
    >>> clustered_covariance([[1, 0], [1, 0], [0, 1]], [1, 1, 1]).round(4).tolist()
    [[0.1111, -0.1111], [-0.1111, 0.1111]]
    """
    total = valid.counts(whole, "whole")
    held = valid.numbers(part, "part", "clusters", "parts")
    same_length(part=held, whole=total)
    if len(total) < 2:
        raise CannotEstimate("Of one cluster nobody knows what others would have held.")
    errors = (held - np.outer(total, held.sum(axis=0) / total.sum())) / total.sum()
    return np.asarray(errors.T @ errors * len(total) / (len(total) - 1))


def _estimates(estimates: ArrayLike, covariance: ArrayLike) -> tuple[Floats, Floats]:
    values = valid.floats(estimates, "estimates")
    errors, k = valid.numbers(covariance, "covariance", "units", "units"), len(values)
    if errors.shape != (k, k):
        raise ResearchError(f"'covariance' should be a {k} by {k} table, found {errors.shape}.")
    if k < 2:
        raise CannotEstimate("One unit alone has no rank.")
    _refuse_indefinite(errors)
    return values, errors


def _refuse_indefinite(errors: Floats) -> None:
    rounding = ROUNDING * float(np.abs(errors).max())
    if (np.abs(errors - errors.T) > rounding).any() or np.linalg.eigvalsh(errors)[0] < -rounding:
        raise ResearchError(
            "'covariance' should be symmetric, and give no combination of the estimates a negative "
            "variance: no estimates have this one."
        )


def _drawn(level: float, errors: Floats, se: Floats, rng: np.random.Generator) -> Critical:
    """What the largest studentised error over some pairs stays below with probability ``level``."""
    draws = rng.multivariate_normal(np.zeros(len(errors)), errors, DRAWS, method="eigh")
    return lambda pairs: float(np.quantile(_largest(draws, se, pairs), level))


def _holm(level: float) -> Critical:
    """The same for any dependence: what one error exceeds once in so many pairs."""
    return lambda pairs: float(stats.norm.isf((1 - level) / pairs.sum()))


def _largest(draws: Floats, se: Floats, pairs: Flags) -> Floats:
    """Largest studentised difference over the pairs, for each draw."""
    units, largest = np.ascontiguousarray(draws.T), np.full(len(draws), -np.inf)
    for first, second in np.argwhere(pairs):  # a pair at a time: its draws stay in the cache
        np.maximum(largest, (units[first] - units[second]) / se[first, second], out=largest)
    return largest
