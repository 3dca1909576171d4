"""Independence in a two-way table of a sample drawn in clusters."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, f

from research.estimators import valid
from research.estimators.valid import Floats, estimator
from research.results import CannotEstimate, ResearchError


@dataclass(frozen=True, slots=True, kw_only=True)
class RaoScott:
    """Pearson's statistic of the weighted table, and its p-values corrected for the design.

    ``f`` on ``df_numerator`` and ``df_denominator`` degrees of freedom is the second-order form
    with p-value ``p``; ``p_first_order`` refers ``pearson`` over the mean design effect to
    chi-square on ``df`` degrees of freedom.
    """

    pearson: float
    df: int
    p_first_order: float
    f: float
    df_numerator: float
    df_denominator: float
    p: float


@estimator
def cluster_chi_square(
    rows: ArrayLike,
    columns: ArrayLike,
    clusters: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    clusters_in_population: float = math.inf,
) -> RaoScott:
    """Are two classifications independent, in a sample of whole clusters?

    Parameters
    ----------
    rows, columns, clusters : array_like of shape (units,)
        Labels of the two classes and of the cluster of each unit, of any type.
    weights : array_like of shape (units,), optional
        Units of the population that each stands for; equal by default.
    clusters_in_population : float
        Number of clusters from which the sample was drawn, for the finite population correction.

    Returns
    -------
    RaoScott
        The corrections of Rao and Scott with linearised variances.

    Assumptions
    -----------
    Clusters drawn independently, or as a simple random sample without replacement.

    Raises
    ------
    CannotEstimate
        Fewer than two clusters, rows or columns, or a table whose log-odds have no variance.
    ResearchError
        Vectors of different lengths, bad weights, or more clusters than the population has.

    References
    ----------
    Rao and Scott (1984), Annals of Statistics 12:46-60, doi:10.1214/aos/1176346391.

    Notes
    -----
    Agrees with ``svychisq`` of the survey package in R.

    Examples
    --------
    >>> clusters = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    >>> answers = [1, 1, 0, 1, 0, 0, 1, 0, 1, 0]
    >>> found = cluster_chi_square([0, 1, 0, 1, 0, 1, 0, 1, 0, 1], answers, clusters)
    >>> round(found.pearson, 3), found.df, found.df_denominator
    (0.4, 1, 4.0)
    """
    units = valid.as_given(rows).size
    cells, shape = _cells(valid.codes(rows, "rows", units), valid.codes(columns, "columns", units))
    codes = valid.codes(clusters, "clusters", units)
    weight = np.ones(units) if weights is None else valid.counts(weights, "weights")
    if weight.size != units:
        raise ResearchError(f"'weights' should hold {units} numbers, found {weight.size}.")
    shares = weight @ cells / weight.sum()
    deviations = (cells - shares) * weight[:, None] / weight.sum()
    variance = _between(deviations, codes, clusters_in_population)
    effects = _design_effects(shares, variance, shape, units)
    pearson = units * _phi_square(shares.reshape(shape))
    return _corrected(pearson, effects, int(codes.max()))


def _cells(row: valid.Codes, column: valid.Codes) -> tuple[Floats, tuple[int, int]]:
    """Membership of each unit in the cells of the table, row by row, and the table's shape."""
    shape = int(row.max(initial=-1)) + 1, int(column.max(initial=-1)) + 1
    if min(shape) < 2:
        raise CannotEstimate("A test of independence needs at least two rows and two columns.")
    return np.eye(math.prod(shape))[row * shape[1] + column], shape


def _between(deviations: Floats, codes: valid.Codes, population: float) -> Floats:
    """Linearised covariance of the shares: that of the totals of the clusters' deviations."""
    drawn = int(codes.max()) + 1
    if drawn < 2:
        raise CannotEstimate("One cluster shows no variation between clusters.")
    if not population >= drawn:
        raise ResearchError(f"{drawn} clusters cannot come from a population of {population:g}.")
    totals = np.zeros((drawn, deviations.shape[1]))
    np.add.at(totals, codes, deviations)
    centred = totals - totals.mean(axis=0)
    variance: Floats = (1 - drawn / population) * drawn / (drawn - 1) * centred.T @ centred
    return variance


def _design_effects(shares: Floats, variance: Floats, shape: tuple[int, int], units: int) -> Floats:
    """Generalised design effects of the interaction contrasts of the log shares."""
    contrasts = _interactions(shape)
    inverse = np.divide(1.0, shares, out=np.zeros_like(shares), where=shares > 0)
    weighted = contrasts * inverse[:, None]
    independent = contrasts.T @ weighted / units
    try:
        effects = np.linalg.solve(independent, weighted.T @ variance @ weighted)
    except np.linalg.LinAlgError as error:
        raise CannotEstimate("Too many cells of the table are empty for this test.") from error
    return np.asarray(effects, dtype=float)


def _interactions(shape: tuple[int, int]) -> Floats:
    """Interaction columns of the saturated model, orthogonal to rows and columns."""
    rows, columns = (np.eye(k)[:, 1:] - 1 / k for k in shape)
    return np.asarray(np.kron(rows, columns), dtype=float)


def _phi_square(shares: Floats) -> float:
    expected = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    return float(((shares - expected) ** 2 / expected).sum())


def _corrected(pearson: float, effects: Floats, df_clusters: int) -> RaoScott:
    trace, squares = float(np.trace(effects)), float(np.trace(effects @ effects))
    if not trace > 0:
        raise CannotEstimate("The clusters do not vary, so that the statistic has no scale.")
    numerator, df = trace**2 / squares, len(effects)
    return RaoScott(
        pearson=pearson,
        df=df,
        p_first_order=float(chi2.sf(pearson * df / trace, df)),
        f=pearson / trace,
        df_numerator=numerator,
        df_denominator=numerator * df_clusters,
        p=float(f.sf(pearson / trace, numerator, numerator * df_clusters)),
    )
