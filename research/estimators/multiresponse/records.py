"""Tests of independence for questions that take several answers at once, from unit records."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2

from research.estimators import valid
from research.estimators.multiresponse.margins import item_statistics
from research.estimators.valid import Floats, estimator
from research.results import CannotEstimate, ResearchError


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTest:
    """A sum of Pearson chi-squares of dependent 2x2 or 2xr tables, and what it shows.

    ``parts`` are its terms (per item, or per pair of items row by row), ``adjusted`` on ``df``
    degrees of freedom its Rao-Scott second-order form with p-value ``p``; ``parts_p`` are
    Bonferroni-adjusted p-values per term and ``p_bonferroni`` the least of them.
    """

    statistic: float
    parts: tuple[float, ...]
    adjusted: float
    df: float
    p: float
    parts_p: tuple[float, ...]
    p_bonferroni: float


@estimator
def marginal_independence(
    groups: ArrayLike, items: ArrayLike, *, counts: ArrayLike | None = None
) -> ResponseTest:
    """Do groups choose each of several items, which are not exclusive, equally often?

    Parameters
    ----------
    groups : array_like of shape (records,)
        Label of the group, of any type.
    items : array_like of bool, shape (records, items)
        Which items are chosen.
    counts : array_like of shape (records,), optional
        Units with this record; one each by default.

    Returns
    -------
    ResponseTest
        The modified Pearson statistic, a sum over items, with the second-order adjustment
        ``k X2 / sum(lambda^2)`` on ``k^2 / sum(lambda^2)`` degrees of freedom; ``k`` is (groups -
        1) x items, and ``lambda`` are eigenvalues from the items' covariances within groups.

    Assumptions
    -----------
    Independent units; expected counts large enough for chi-square.

    Raises
    ------
    CannotEstimate
        Fewer than two groups, an item chosen by all units or by none, or no variation within
        groups.
    ResearchError
        Arrays that do not match, or bad counts.

    References
    ----------
    Bilder, Loughin and Nettleton (2000), Communications in Statistics - Simulation and
    Computation 29:1285-1303, doi:10.1080/03610910008813665.

    Notes
    -----
    Agrees with MRCV in R.

    Examples
    --------
    >>> found = marginal_independence([0, 0, 1, 1], [[1, 0], [1, 1], [0, 1], [0, 0]])
    >>> found.statistic, found.parts
    (4.0, (4.0, 0.0))
    """
    membership, chosen, units = group_records(groups, items, counts)
    sizes = membership.T @ units
    positives = (membership * units[:, None]).T @ chosen
    parts = item_statistics(positives, sizes)
    roots = np.sqrt(sizes / sizes.sum())
    overall = positives.sum(axis=0) / sizes.sum()
    deviation = np.sqrt(overall * (1 - overall))
    within = [_covariance(chosen, units * member) for member in membership.T]
    scaled = [covariance / np.outer(deviation, deviation) for covariance in within]
    # Deviations of the groups' shares from the common ones: block i, j of their covariance.
    project = np.eye(sizes.size) - np.outer(roots, roots)
    blocks = np.einsum("ig,gkl,jg->ikjl", project, np.array(scaled), project)
    k = sizes.size * overall.size
    return _adjusted(parts, blocks.reshape(k, k), sizes.size - 1)


@estimator
def pairwise_independence(
    first: ArrayLike, second: ArrayLike, *, counts: ArrayLike | None = None
) -> ResponseTest:
    """Is each item of one question chosen independently of each item of another one?

    Parameters
    ----------
    first, second : array_like of bool, shape (records, items)
        Which items of each question are chosen; the questions may have different numbers.
    counts : array_like of shape (records,), optional
        Units with this record; one each by default.

    Returns
    -------
    ResponseTest
        The sum of the Pearson statistics of all pairs, adjusted to second order; ``parts`` row by
        row of the first question's items.

    Assumptions
    -----------
    Independent units; expected counts large enough for chi-square.

    Raises
    ------
    CannotEstimate
        An item chosen by all units or by none, or perfect dependence.
    ResearchError
        Arrays that do not match, or bad counts.

    References
    ----------
    Bilder and Loughin (2004), Biometrics 60:241-248, doi:10.1111/j.0006-341X.2004.00147.x.

    Notes
    -----
    With a single item each the statistic is Pearson's; rejection rates under independence are
    checked by simulation (in the tests).

    Examples
    --------
    >>> found = pairwise_independence([[1], [1], [0], [0]], [[1, 0], [1, 1], [0, 1], [0, 0]])
    >>> found.parts
    (4.0, 0.0)
    """
    rows, columns, units = answer_records(first, second, counts)
    p, q = units @ rows / units.sum(), units @ columns / units.sum()
    products = (rows - p)[:, :, None] * (columns - q)[:, None, :]
    products = products.reshape(units.size, -1)
    # The sampling deviation of a product moment is the mean of these products, less its value.
    scale = np.sqrt(np.outer(p * (1 - p), q * (1 - q))).ravel()
    parts = (units @ products / scale) ** 2 / units.sum()
    return _adjusted(parts, _covariance(products / scale, units), 1)


def group_records(
    groups: ArrayLike, items: ArrayLike, counts: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    """Membership of each record in each group, its items, and its units; groups with units only."""
    chosen = _answers(items, "items")
    units = _units(counts, len(chosen))
    kept = units > 0  # a group of records without units is no group: number those that are left
    named = valid.codes(groups, "groups", units.size)[kept]
    codes = valid.codes(named, "groups", named.size)
    number = int(codes.max()) + 1
    if number < 2:
        raise CannotEstimate("A comparison of groups needs at least two groups with units.")
    return np.eye(number)[codes], chosen[kept], units[kept]


def answer_records(
    first: ArrayLike, second: ArrayLike, counts: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    """The answers to two questions and the units of each record; items that vary only."""
    rows, columns = _answers(first, "first"), _answers(second, "second")
    if len(rows) != len(columns):
        raise ResearchError(
            f"Both questions should have the same records, found {len(rows)} and {len(columns)}."
        )
    units = _units(counts, len(rows))
    for name, answers in (("first", rows), ("second", columns)):
        chosen = units @ answers
        if (chosen == 0).any() or (chosen == units.sum()).any():
            raise CannotEstimate(
                f"An item of the {name} question is chosen by no unit or by every one. "
                "Leave it out."
            )
    return rows, columns, units


def _answers(items: ArrayLike, name: str) -> Floats:
    answers = valid.numbers(items, name, "records", "items")
    if not np.isin(answers, (0, 1)).all():
        raise ResearchError(f"'{name}' should be a matrix of 0 and 1, records by items.")
    return answers


def _units(counts: ArrayLike | None, records: int) -> Floats:
    units = np.ones(records) if counts is None else valid.counts(counts, "counts")
    if units.size != records:
        raise ResearchError(f"'counts' should hold {records} numbers, found {units.size}.")
    return units


def _covariance(answers: Floats, units: Floats) -> Floats:
    """Covariance of the answers among the units (divisor: the number of units)."""
    centred = answers - units @ answers / units.sum()
    covariance: Floats = (centred * units[:, None]).T @ centred / units.sum()
    return covariance


def _adjusted(parts: Floats, covariance: Floats, df_each: int) -> ResponseTest:
    """The second-order adjustment; the sum of squared eigenvalues is that of the entries."""
    k, statistic, squares = df_each * parts.size, float(parts.sum()), float((covariance**2).sum())
    if squares == 0:
        raise CannotEstimate(
            "The answers are determined without exception, so that the adjustment is 0/0. "
            "Use the bootstrap test."
        )
    adjusted, df = k * statistic / squares, k**2 / squares
    parts_p = np.minimum(1.0, parts.size * chi2.sf(parts, df_each))
    return ResponseTest(
        statistic=statistic,
        parts=tuple(parts.tolist()),
        adjusted=adjusted,
        df=df,
        p=float(chi2.sf(adjusted, df)),
        parts_p=tuple(parts_p.tolist()),
        p_bonferroni=float(parts_p.min()),
    )
