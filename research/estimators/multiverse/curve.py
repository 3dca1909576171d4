"""All specifications of one question, tested together by assigning the group anew."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from research.estimators import valid
from research.estimators.cluster_totals import totals_by
from research.estimators.permutation import group_by_cluster, permuted_sums, share_as_extreme
from research.estimators.valid import Flags, Floats, estimator
from research.results import CannotEstimate

NULL = (
    "the group is unrelated to the outcomes: any other clusters might as well have belonged to it"
)
NO_ZERO_P = 1e-300  # a perfect fit has p = 0, and a normal quantile that is not finite


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecificationCurve:
    """Estimates and p-values of all specifications, and three tests of all of them together.

    ``significant`` counts positive estimates with p below alpha. ``p_median`` and ``p_stouffer``
    are two-sided, ``p_significant`` is one-sided. ``null`` is what is tested: it is not that one
    group is larger in some specification.
    """

    estimates: tuple[float, ...]
    p_values: tuple[float, ...]
    median: float
    significant: int
    stouffer: float
    p_median: float
    p_significant: float
    p_stouffer: float
    method: str
    null: str = NULL

    @property
    def share_significant(self) -> float:
        return self.significant / len(self.estimates)


@estimator
def specification_curve(
    outcomes: ArrayLike,
    group: ArrayLike,
    cluster: ArrayLike | None = None,
    *,
    alpha: float = 0.05,
    rng: np.random.Generator | None = None,
) -> SpecificationCurve:
    """Would so many specifications agree so strongly, if the group had no meaning?

    Parameters
    ----------
    outcomes : array of shape (specifications, n)
        Outcome of each unit under each specification; NaN where one leaves the unit out.
    group : boolean array of shape (n,)
        The one label vector that all specifications share, e.g. a Chinese publisher.
    cluster : array of shape (n,), optional
        The organisation, to which the group is assigned. Default: each unit.
    alpha : float
        Below which p-value a specification counts as significant.
    rng : numpy.random.Generator, optional
        Needed where the group can be assigned in more than 20,000 ways.

    Returns
    -------
    SpecificationCurve
        Each estimate is the difference of means, group minus rest, its p-value that of least
        squares. Within clusters units depend on each other, so that single p-values are too small;
        the joint tests are not, as they assign whole clusters.

    Raises
    ------
    CannotEstimate
        A specification has nobody inside or outside the group, or fewer than three units.

    References
    ----------
    Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4:1208-1214,
    doi:10.1038/s41562-020-0912-z. Agrees with complete enumeration in R.

    Examples
    --------
    >>> curve = specification_curve([[5, 6, 7, 1, 2, 3], [5, 9, 6, 2, 4, 1]], [1, 1, 1, 0, 0, 0])
    >>> round(curve.median, 3), curve.p_median, curve.significant
    (4.167, 0.1, 2)
    """
    values = valid.numbers(outcomes, "outcomes", "specifications", "units", gaps=True)
    member = valid.flags(group, "group", values.shape[1])
    inside, codes = group_by_cluster(member, cluster)
    included = ~np.isnan(values)
    _refuse_empty(values, included, member)
    columns = np.vstack((included, _centered(values, included)))
    totals = np.column_stack([totals_by(codes, column) for column in columns])
    sums, method = permuted_sums(inside, totals, rng)
    estimates, p = _mean_differences(sums, columns)
    signed = np.sign(estimates) * stats.norm.isf(np.maximum(p, NO_ZERO_P) / 2)
    median = np.median(estimates, axis=1)
    stouffer = signed.sum(axis=1) / math.sqrt(len(values))
    significant = ((estimates > 0) & (p < valid.number(alpha, "alpha", 0, 1))).sum(axis=1)
    return SpecificationCurve(
        estimates=tuple(estimates[0].tolist()),
        p_values=tuple(p[0].tolist()),
        median=float(median[0]),
        significant=int(significant[0]),
        stouffer=float(stouffer[0]),
        p_median=share_as_extreme(np.abs(median)),
        p_significant=share_as_extreme(significant.astype(float)),
        p_stouffer=share_as_extreme(np.abs(stouffer)),
        method=method,
    )


def _refuse_empty(values: Floats, included: Flags, member: Flags) -> None:
    for row, (kept, outcome) in enumerate(zip(included, values, strict=True)):
        in_group = int((kept & member).sum())
        if min(in_group, int(kept.sum()) - in_group) == 0 or kept.sum() < 3:
            raise CannotEstimate(
                f"Specification {row} keeps {int(kept.sum())} units, {in_group} of them in the "
                "group: it needs three, with both kinds among them. Leave it out and say so."
            )
        if np.ptp(outcome[kept]) == 0:
            raise CannotEstimate(f"All outcomes of specification {row} are {outcome[kept][0]:g}.")


def _centered(values: Floats, included: Flags) -> Floats:
    """Outcomes less the mean of each specification, 0 where it leaves the unit out."""
    filled = np.where(included, values, 0)
    means = filled.sum(axis=1) / included.sum(axis=1)
    return np.where(included, filled - means[:, None], 0)


def _mean_differences(sums: Floats, columns: Floats) -> tuple[Floats, Floats]:
    """Differences of means and their least-squares p-values, a row an assignment.

    The sums over the group hold all that is needed: how many units, and their outcomes. An
    assignment that leaves one side of a specification empty shows no difference in it.
    """
    n, n_inside = columns[: len(columns) // 2].sum(axis=1), sums[:, : len(columns) // 2]
    outcomes, inside = columns[len(columns) // 2 :], sums[:, len(columns) // 2 :]
    n_outside, outside = n - n_inside, outcomes.sum(axis=1) - inside
    empty = (n_inside == 0) | (n_outside == 0)
    n_inside, n_outside = np.where(empty, 1, n_inside), np.where(empty, 1, n_outside)
    estimates = np.where(empty, 0, inside / n_inside - outside / n_outside)
    between = inside**2 / n_inside + outside**2 / n_outside
    within = np.maximum(np.square(outcomes).sum(axis=1) - between, 0)
    with np.errstate(divide="ignore", invalid="ignore"):  # a perfect fit, or no difference at all
        t = np.abs(estimates) / np.sqrt(within / (n - 2) * (1 / n_inside + 1 / n_outside))
    return estimates, 2 * stats.t.sf(np.where(estimates == 0, 0, t), n - 2)
