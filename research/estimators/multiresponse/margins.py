"""What published margins say about questions that take several answers at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2

from research.estimators import valid
from research.estimators.valid import Floats, estimator
from research.results import CannotEstimate, ResearchError


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginalTest:
    """Tests from the number of units that choose each item, and the sizes of the groups.

    ``positive_only`` is the chi-square of the chosen answers alone; over ``delta`` it is
    ``corrected`` (Decady-Thomas) with p-value ``p``. ``statistic`` is the sum of Pearson's
    statistics per item, with ``p_first_order`` as if its terms were independent and
    ``p_worst_dependence`` as if they were one. All on ``df`` degrees of freedom but the last.
    """

    positive_only: float
    delta: float
    corrected: float
    df: int
    p: float
    statistic: float
    p_first_order: float
    p_worst_dependence: float


@estimator
def item_statistics(positives: ArrayLike, group_sizes: ArrayLike) -> Floats:
    """How unequally do groups choose each item? Pearson's chi-square, item by item.

    Parameters
    ----------
    positives : array_like of shape (groups, items)
        Units of each group that choose each item.
    group_sizes : array_like of shape (groups,)
        Units of each group.

    Returns
    -------
    array of shape (items,)
        Chi-square of the table of groups by chosen or not, on groups - 1 degrees of freedom.

    Raises
    ------
    CannotEstimate
        A group without units, or an item chosen by all units or by none.
    ResearchError
        Fewer than two groups, or more choices than units.

    References
    ----------
    Agresti and Liu (1999), Biometrics 55:936-943, doi:10.1111/j.0006-341X.1999.00936.x.

    Notes
    -----
    Agrees with MRCV in R. A cell without units stays zero, as in Pearson's statistic; MRCV adds
    0.5 to such cells by default, and so gives another value where there are some.

    Examples
    --------
    >>> item_statistics([[2, 1], [0, 1]], [2, 2])
    array([4., 0.])
    """
    chosen, sizes = _margins(positives, group_sizes)
    total = chosen.sum(axis=0)
    if (total == 0).any() or (total == sizes.sum()).any():
        raise CannotEstimate("An item is chosen by no unit or by every one. Leave it out.")
    return group_statistics(chosen, sizes)


@estimator
def decady_thomas(positives: ArrayLike, group_sizes: ArrayLike) -> MarginalTest:
    """Do groups choose several items equally often, judged from published margins alone?

    Parameters
    ----------
    positives : array_like of shape (groups, items)
        Units of each group that choose each item.
    group_sizes : array_like of shape (groups,)
        Units of each group.

    Returns
    -------
    MarginalTest
        First-order tests, which hold on average over the dependence of the items, and the p-value
        under the worst dependence.

    Assumptions
    -----------
    Independent units. The worst dependence is proved for two groups and ``statistic / items``
    above 1.54; with more groups it is a conjecture that held in a search.

    Raises
    ------
    CannotEstimate
        A group without units, or an item chosen by all units or by none.
    ResearchError
        Fewer than two groups, or more choices than units.

    References
    ----------
    Decady and Thomas (2000), Biometrics 56:893-896, doi:10.1111/j.0006-341X.2000.00893.x;
    Székely and Bakirov (2003), Probability Theory and Related Fields 126:184-202,
    doi:10.1007/s00440-003-0262-6.

    Notes
    -----
    Agrees with the closed form in R; ``statistic`` with MRCV.

    Examples
    --------
    >>> found = decady_thomas([[30, 12], [20, 18]], [50, 50])
    >>> round(found.corrected, 3), found.df, round(found.p, 3)
    (5.333, 2, 0.069)
    """
    statistic = float(item_statistics(positives, group_sizes).sum())
    chosen, sizes = _margins(positives, group_sizes)
    expected = np.outer(sizes, chosen.sum(axis=0)) / sizes.sum()
    positive_only = float(((chosen - expected) ** 2 / expected).sum())
    groups, items = chosen.shape
    delta = 1 - float(chosen.sum() / (sizes.sum() * items))
    df = (groups - 1) * items
    return MarginalTest(
        positive_only=positive_only,
        delta=delta,
        corrected=positive_only / delta,
        df=df,
        p=float(chi2.sf(positive_only / delta, df)),
        statistic=statistic,
        p_first_order=float(chi2.sf(statistic, df)),
        p_worst_dependence=float(chi2.sf(statistic / items, groups - 1)),
    )


def group_statistics(positives: Floats, group_sizes: Floats) -> Floats:
    """Pearson's chi-square per item of tables ``(..., groups, items)``; zero for constant items."""
    total = group_sizes.sum()
    overall = positives.sum(axis=-2) / total
    shares = positives / group_sizes[:, None]
    squared = (group_sizes[:, None] * (shares - overall[..., None, :]) ** 2).sum(axis=-2)
    variance = overall * (1 - overall)
    statistics: Floats = np.divide(
        squared, variance, out=np.zeros_like(squared), where=variance > 0
    )
    return statistics


def _margins(positives: ArrayLike, group_sizes: ArrayLike) -> tuple[Floats, Floats]:
    sizes = valid.counts(group_sizes, "group_sizes")
    chosen = valid.numbers(positives, "positives", "groups", "items")
    if len(chosen) != sizes.size or sizes.size < 2:
        raise ResearchError(
            "'positives' should be a table of at least two groups by items, one row per group "
            f"size, found shape {chosen.shape} and {sizes.size} sizes."
        )
    if not sizes.all():
        raise CannotEstimate("A group has no unit. Leave it out.")
    if not ((chosen >= 0) & (chosen <= sizes[:, None])).all():
        raise ResearchError("An item is chosen by fewer than no unit, or by more than its group.")
    return chosen, sizes
