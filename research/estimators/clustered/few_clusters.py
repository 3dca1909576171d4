"""Least squares with few clusters: standard errors that do not flatter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from research.estimators import valid
from research.estimators.cluster_totals import Codes, cluster_codes, same_length
from research.estimators.valid import Floats, estimator
from research.results import CannotEstimate, Interval

ROUNDING = 1e-10  # relative; eigenvalues and statistics closer than this are equal


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """Coefficients with standard errors that let units of one cluster depend on each other.

    ``intervals`` are t with ``df`` degrees of freedom.
    """

    coefficients: Floats
    se: Floats
    df: Floats
    intervals: tuple[Interval, ...]
    n: int
    n_clusters: int


@dataclass(frozen=True, slots=True, eq=False)
class ClusteredDesign:
    """Regressors of shape (n, k), the cluster of each row, and the inverse of ``x.T @ x``."""

    x: Floats
    codes: Codes
    inverse: Floats
    n_clusters: int

    def sums(self, rows: Floats) -> Floats:
        """Sum of the rows of each cluster."""
        totals = np.zeros((self.n_clusters, rows.shape[1]))
        np.add.at(totals, self.codes, rows)
        return totals


@estimator
def cluster_robust(
    y: ArrayLike, x: ArrayLike, cluster: ArrayLike | None = None, *, level: float = 0.95
) -> Fit:
    """How does an outcome vary with regressors, when units come in a few unequal clusters?

    Parameters
    ----------
    y : array of shape (n,)
        The outcome.
    x : array of shape (n, k)
        The regressors, with a column of ones for the intercept.
    cluster : array of shape (n,), optional
        Label of the cluster of each unit. Default: each unit is a cluster (then CR2 is HC2).

    Returns
    -------
    Fit
        Bell and McCaffrey's standard errors (CR2) with Satterthwaite's degrees of freedom. Assumes
        independent clusters; the degrees of freedom take equal, uncorrelated errors as the working
        model.

    Raises
    ------
    CannotEstimate
        Regressors are collinear, there are fewer than two clusters or no spare observation, or a
        coefficient is fixed by single clusters so that it has no variance.

    References
    ----------
    Bell and McCaffrey (2002), Survey Methodology 28:169-181; Pustejovsky and Tipton (2018),
    JBES 36:672-683, doi:10.1080/07350015.2016.1247004. Agrees with R's clubSandwich, and for
    single units (HC2) with statsmodels.

    Examples
    --------
    >>> x = np.column_stack((np.ones(6), [0, 1, 2, 3, 4, 5]))
    >>> fit = cluster_robust([1, 2, 2, 4, 4, 6], x, ["a", "a", "b", "b", "c", "c"])
    >>> fit.coefficients.round(3).tolist(), float(fit.df[1].round(3))
    ([0.81, 0.943], 1.238)
    """
    design = clustered_design(x, cluster)
    outcome = outcome_of(y, design)
    coefficients = design.inverse @ design.x.T @ outcome
    residuals = (outcome - design.x @ coefficients)[:, None]
    adjusted = _bell_mccaffrey(design)
    se = np.linalg.norm(design.sums(adjusted * residuals) @ design.inverse, axis=0)
    df = np.array([_satterthwaite(design, adjusted @ row) for row in design.inverse])
    return fit_of(design, coefficients, se, df, level, "CR2 with Satterthwaite t")


def fit_of(
    design: ClusteredDesign, coefficients: Floats, se: Floats, df: Floats, level: float, method: str
) -> Fit:
    """Coefficients with their errors, degrees of freedom and intervals."""
    half = stats.t.ppf((1 + valid.level(level)) / 2, df) * se
    return Fit(
        coefficients=coefficients,
        se=se,
        df=df,
        intervals=tuple(
            Interval(float(b - h), float(b + h), level, method)
            for b, h in zip(coefficients, half, strict=True)
        ),
        n=len(design.x),
        n_clusters=design.n_clusters,
    )


def clustered_design(x: ArrayLike, cluster: ArrayLike | None) -> ClusteredDesign:
    """Regressors that are finite, not collinear, and spread over at least two clusters."""
    regressors = valid.numbers(x, "x", "units", "regressors")
    n, k = regressors.shape
    labels, codes = cluster_codes(cluster, n)
    if len(labels) < 2 or n <= k:
        raise CannotEstimate(
            f"A regression on {k} columns needs at least two clusters and {k + 1} units, found "
            f"{len(labels)} and {n}."
        )
    if np.linalg.matrix_rank(regressors) < k:
        raise CannotEstimate("The columns of 'x' are collinear: drop one of them.")
    inverse = np.asarray(np.linalg.inv(regressors.T @ regressors), dtype=float)
    return ClusteredDesign(regressors, codes, inverse, len(labels))


def outcome_of(y: ArrayLike, design: ClusteredDesign) -> Floats:
    """The outcome of each row of the design."""
    outcome = valid.floats(y, "y")
    same_length(y=outcome, x=design.x)
    return outcome


def _bell_mccaffrey(design: ClusteredDesign) -> Floats:
    """Each cluster's regressors times ``(I - H)**(-1/2)``, H being its block of the hat matrix.

    H has rank k at most, so that its thin singular vectors serve clusters of any size. Directions
    that a cluster alone determines leave no residual and are dropped (a generalised inverse).
    """
    adjusted = design.x.copy()
    whitened = design.x @ np.linalg.cholesky(design.inverse)
    for rows in np.split(
        np.argsort(design.codes, kind="stable"), np.cumsum(np.bincount(design.codes))[:-1]
    ):
        left, singular, _ = np.linalg.svd(whitened[rows], full_matrices=False)
        kept = np.clip(1 - singular**2, 0, 1)
        factor = np.where(kept > ROUNDING, 1 / np.sqrt(np.maximum(kept, ROUNDING)), 0) - 1
        adjusted[rows] += left @ (factor[:, None] * (left.T @ design.x[rows]))
    return adjusted


def _satterthwaite(design: ClusteredDesign, weights: Floats) -> float:
    """``tr(B)**2 / tr(B @ B)`` of the quadratic form B in the errors that is a CR2 variance.

    Between clusters g and h, ``B[g, h]`` is ``[g == h] w_g.w_g - u_g' inverse u_h`` with u the
    sums of x times w: neither trace needs the whole matrix.
    """
    own = design.sums(np.square(weights)[:, None])[:, 0]
    u = design.sums(design.x * weights[:, None])
    shared = np.einsum("gi,ij,gj->g", u, design.inverse, u)
    crossed = u.T @ u @ design.inverse
    trace = float((own - shared).sum())
    square = float((own**2 - 2 * own * shared).sum() + np.trace(crossed @ crossed))
    if trace <= ROUNDING * float(own.sum()) or square <= 0:
        raise CannotEstimate(
            "A coefficient is determined by single clusters: its clustered variance is undefined."
        )
    return trace**2 / square
