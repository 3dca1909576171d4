"""Bootstrap tests of independence for questions that take several answers at once."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from research.estimators import valid
from research.estimators.multiresponse.margins import group_statistics, item_statistics
from research.estimators.multiresponse.records import (
    answer_records,
    group_records,
)
from research.estimators.valid import Floats, estimator
from research.results import ResearchError, Test

ROUNDING = 1e-9  # relative: resampled statistics this close below the observed one are ties


@estimator
def marginal_independence_bootstrap(
    groups: ArrayLike,
    items: ArrayLike,
    *,
    rng: Generator,
    counts: ArrayLike | None = None,
    resamples: int = 4_999,
) -> Test:
    """As :func:`marginal_independence`, how likely is the statistic in samples like this one?

    Parameters
    ----------
    groups, items, counts
        As for :func:`marginal_independence`; counts are whole numbers.
    rng : Generator
        Source of random numbers.
    resamples : int
        Number of resamples.

    Returns
    -------
    Test
        The modified Pearson statistic and the share of resamples, the sample itself included,
        that reach it. Groups keep their sizes and draw whole records from all groups together,
        so that the dependence between items is that of the data.

    Assumptions
    -----------
    Independent units; under the null hypothesis the groups have the same joint distribution.

    Raises
    ------
    CannotEstimate, ResearchError
        As :func:`marginal_independence`; also counts that are not whole or no resample.

    References
    ----------
    Loughin and Scherer (1998), Biometrics 54:630-637, doi:10.2307/3109769.

    Notes
    -----
    Agrees with the second-order p-value in large samples (in the tests).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> found = marginal_independence_bootstrap([0, 0, 1, 1], [[1], [1], [0], [0]], rng=rng)
    >>> found.statistic, 0.05 < found.p < 0.2
    (4.0, True)
    """
    membership, chosen, units = group_records(groups, items, counts)
    _whole(units, resamples)
    sizes = membership.T @ units
    observed = item_statistics((membership * units[:, None]).T @ chosen, sizes).sum()
    patterns, share = _patterns(chosen, units)
    drawn = [rng.multinomial(int(size), share, resamples) @ patterns for size in sizes]
    return _bootstrap_test(
        "marginal", float(observed), group_statistics(np.stack(drawn, axis=1), sizes)
    )


@estimator
def pairwise_independence_bootstrap(
    first: ArrayLike,
    second: ArrayLike,
    *,
    rng: Generator,
    counts: ArrayLike | None = None,
    resamples: int = 4_999,
) -> Test:
    """As :func:`pairwise_independence`, how likely is the statistic in samples like this one?

    Parameters
    ----------
    first, second, counts
        As for :func:`pairwise_independence`; counts are whole numbers.
    rng : Generator
        Source of random numbers.
    resamples : int
        Number of resamples.

    Returns
    -------
    Test
        The statistic and the share of resamples, the sample itself included, that reach it. The
        answers to each question are drawn whole, and independently of the other question.

    Assumptions
    -----------
    Independent units; under the null hypothesis the two questions are jointly independent.

    Raises
    ------
    CannotEstimate, ResearchError
        As :func:`pairwise_independence`; also counts that are not whole or no resample.

    References
    ----------
    Bilder and Loughin (2004), Biometrics 60:241-248, doi:10.1111/j.0006-341X.2004.00147.x.

    Notes
    -----
    Agrees with the second-order p-value in large samples (in the tests).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = [[1], [1], [0], [0]]
    >>> pairwise_independence_bootstrap(answers, answers, rng=rng).statistic
    4.0
    """
    rows, columns, units = answer_records(first, second, counts)
    _whole(units, resamples)
    total = units.sum()
    observed = _pair_statistics(
        (rows * units[:, None]).T @ columns, units @ rows, units @ columns, total
    ).sum()
    (one, one_share), (other, other_share) = _patterns(rows, units), _patterns(columns, units)
    share = np.outer(one_share, other_share)
    drawn = rng.multinomial(int(total), share.ravel(), resamples)
    cells = drawn.reshape(resamples, *share.shape)
    together = np.einsum("bst,si,tj->bij", cells, one, other)
    margins = cells.sum(axis=2) @ one, cells.sum(axis=1) @ other
    resampled = _pair_statistics(together, *margins, total)
    return _bootstrap_test("pairwise", float(observed), resampled)


def _whole(units: Floats, resamples: int) -> None:
    if (units != np.floor(units)).any():
        raise ResearchError("A bootstrap draws whole units: 'counts' should be whole numbers.")
    valid.repetitions(resamples, "resamples")


def _patterns(answers: Floats, units: Floats) -> tuple[Floats, Floats]:
    """The distinct records and the share of the units with each."""
    patterns, codes = np.unique(answers, axis=0, return_inverse=True)
    return patterns, np.bincount(codes.ravel(), weights=units) / units.sum()


def _pair_statistics(together: Floats, first: Floats, second: Floats, total: float) -> Floats:
    """Pearson statistics of all pairs of items ``(..., i, j)``; zero where an item is constant."""
    p, q = first[..., :, None] / total, second[..., None, :] / total
    variance = p * (1 - p) * q * (1 - q)
    squared = total * (together / total - p * q) ** 2
    statistics: Floats = np.divide(
        squared, variance, out=np.zeros_like(squared), where=variance > 0
    )
    return statistics


def _bootstrap_test(name: str, observed: float, resampled: Floats) -> Test:
    """The share of samples, the observed one included, whose sum of statistics reaches it."""
    sums = resampled.reshape(len(resampled), -1).sum(axis=1)
    reached = int((sums >= observed * (1 - ROUNDING)).sum())
    return Test(
        name=f"{name} independence, bootstrap",
        statistic=float(observed),
        p=(1 + reached) / (1 + len(sums)),
    )
