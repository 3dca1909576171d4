"""Slopes that a few huge values do not decide: log-log, robust and median regression."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats
from statsmodels.robust import norms
from statsmodels.tools import add_constant

from research.estimators import valid
from research.estimators.clustered.few_clusters import (
    ClusteredDesign,
    Fit,
    cluster_robust,
    clustered_design,
    fit_of,
    outcome_of,
)
from research.estimators.valid import Floats, estimator
from research.results import CannotEstimate

MAD_OF_NORMAL = 0.6745  # to four digits as in MASS; a later digit would move the fit by 1e-5
HUBER = norms.HuberT(1.345)  # 95 % efficient for normal errors
STEPS = 5000
CONVERGED = 1e-12


@estimator
def log_log(
    y: ArrayLike, x: ArrayLike, cluster: ArrayLike | None = None, *, level: float = 0.95
) -> Fit:
    """By how many per cent does y change with one per cent of x (the second coefficient)?

    Least squares of log y on log x, CR2 standard errors by cluster.

    Parameters
    ----------
    y, x : arrays of shape (n,)
        Positive values, e.g. likes and downloads of each model.
    cluster, level
        As for :func:`research.estimators.clustered.few_clusters.cluster_robust`.

    Raises
    ------
    CannotEstimate
        A value is zero or less: use :func:`research.estimators.rates.counts.poisson_regression`.

    References
    ----------
    See :func:`research.estimators.clustered.few_clusters.cluster_robust`, which fits it.

    Examples
    --------
    >>> fit = log_log([1, 4, 10, 15, 26], [1, 2, 3, 4, 5])
    >>> round(float(fit.coefficients[1]), 3)
    2.008
    """
    a, b = valid.floats(y, "y"), valid.floats(x, "x")
    if min(a.min(), b.min()) <= 0:
        raise CannotEstimate(
            f"Logarithms need positive values, found {min(a.min(), b.min()):g}. Use "
            "poisson_regression, where y may be zero."
        )
    return cluster_robust(np.log(a), add_constant(np.log(b)), cluster, level=level)


@estimator
def robust_regression(
    y: ArrayLike, x: ArrayLike, cluster: ArrayLike | None = None, *, level: float = 0.95
) -> Fit:
    """What is the slope of the bulk of the units, when some are far off?

    Parameters
    ----------
    y, x, cluster
        Outcome (n,), regressors (n, k) with a column of ones, and labels (n,).

    Returns
    -------
    Fit
        Huber's M-estimate (k = 1.345), which limits the pull of a far unit, its scale being the
        median absolute residual over 0.6745. Assumes independent clusters and errors that are
        symmetric in the bulk.

    Raises
    ------
    CannotEstimate
        More than half of the units are fitted exactly (no scale), collinear regressors, or no
        convergence.

    References
    ----------
    Huber (1981), Robust Statistics, doi:10.1002/0471725250; Venables and Ripley (2002), Modern
    Applied Statistics with S. Agrees with ``rlm`` of R's MASS, and with statsmodels' RLM.

    Examples
    --------
    >>> x = add_constant(np.arange(6.0))
    >>> fit = robust_regression([0, 1.1, 1.9, 3.1, 3.9, 50], x)
    >>> round(float(fit.coefficients[1]), 2)
    1.06
    """
    design = clustered_design(x, cluster)
    outcome = outcome_of(y, design)
    coefficients = np.linalg.lstsq(design.x, outcome, rcond=None)[0]
    for _ in range(STEPS):
        residuals = outcome - design.x @ coefficients
        scale = _scale(residuals, outcome)
        root = np.sqrt(HUBER.weights(residuals / scale))
        coefficients = np.linalg.lstsq(root[:, None] * design.x, root * outcome, rcond=None)[0]
        change = np.linalg.norm(outcome - design.x @ coefficients - residuals)
        if change <= CONVERGED * np.linalg.norm(residuals):
            break
    else:
        raise CannotEstimate(f"The regression did not settle within {STEPS} steps.")
    scaled = residuals / scale
    curvature = design.x * HUBER.psi_deriv(scaled)[:, None] / scale
    return sandwich_fit(design, coefficients, curvature, HUBER.psi(scaled), level)


@estimator
def median_regression(
    y: ArrayLike, x: ArrayLike, cluster: ArrayLike | None = None, *, level: float = 0.95
) -> Fit:
    """How does the median of the outcome vary with the regressors?

    Parameters
    ----------
    y, x, cluster
        As for :func:`robust_regression`.

    Returns
    -------
    Fit
        Standard errors allow for dependence within clusters and for errors whose spread varies
        (uniform kernel with the bandwidth of Hall and Sheather).

    Raises
    ------
    CannotEstimate
        Collinear regressors, or too few residuals near zero to estimate their density.

    References
    ----------
    Parente and Santos Silva (2016), Journal of Econometric Methods 5:1-15,
    doi:10.1515/jem-2014-0011; Koenker (2005), Quantile Regression,
    doi:10.1017/CBO9780511754098. Coefficients agree with statsmodels' QuantReg.

    Examples
    --------
    >>> x = add_constant(np.arange(9.0))
    >>> fit = median_regression([0, 1.1, 2, 2.9, 4, 5.2, 6, 7.1, 80], x)
    >>> round(float(fit.coefficients[1]), 1)
    1.0
    """
    design = clustered_design(x, cluster)
    outcome = outcome_of(y, design)
    coefficients, pull = _least_deviations(outcome, design.x)
    residuals = outcome - design.x @ coefficients
    width = _density_bandwidth(residuals)
    near = (np.abs(residuals) <= width) / (2 * width)
    return sandwich_fit(design, coefficients, design.x * near[:, None], pull, level)


def sandwich_fit(
    design: ClusteredDesign, coefficients: Floats, curvature: Floats, pull: Floats, level: float
) -> Fit:
    """Coefficients that solve ``sum x * pull = 0``, with the sandwich by cluster.

    ``curvature`` of shape (n, k) holds minus the derivative of each unit's pull. The errors have
    Stata's small-sample factor, and one degree of freedom a cluster less one.
    """
    bread = design.x.T @ curvature
    if np.linalg.matrix_rank(bread) < len(bread):
        raise CannotEstimate(
            "Too few units lie near the fitted line to tell how sharp the estimate is."
        )
    scores = design.sums(design.x * pull[:, None])
    (n, k), clusters = design.x.shape, design.n_clusters
    small_sample = np.sqrt(clusters / (clusters - 1) * (n - 1) / (n - k))
    se = np.linalg.norm(np.linalg.solve(bread, scores.T), axis=1) * small_sample
    df = np.full(k, clusters - 1.0)
    return fit_of(design, coefficients, se, df, level, "CR1 by cluster, t")


def _scale(residuals: Floats, outcome: Floats) -> float:
    scale = float(np.median(np.abs(residuals))) / MAD_OF_NORMAL
    if scale <= CONVERGED * float(np.abs(outcome).max()):
        raise CannotEstimate("At least half of the units are fitted exactly: there is no scale.")
    return scale


def _least_deviations(outcome: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Exact coefficients, and each unit's pull: 1/2 above the line, -1/2 below, between on it.

    They are the prices and the solution of the dual linear programme, which has no more
    constraints than there are coefficients. (statsmodels reweights down to an absolute tolerance,
    so that its answer depends on the unit of the outcome.)
    """
    largest = float(np.abs(outcome).max()) or 1.0
    solved = optimize.linprog(
        -outcome / largest,
        A_eq=x.T,
        b_eq=x.sum(axis=0) / 2,
        bounds=(0, 1),
        method="highs-ipm",  # and crossover to a corner; the steps of "highs" grow with n * n
    )
    if solved.status != 0:
        raise CannotEstimate(f"The median regression has no solution: {solved.message}")
    return np.asarray(-solved.eqlin.marginals * largest), np.asarray(solved.x, dtype=float) - 0.5


def _density_bandwidth(residuals: Floats) -> float:
    """Hall and Sheather's width in probability, carried to the scale of the residuals."""
    share = len(residuals) ** (-1 / 3) * stats.norm.ppf(0.975) ** (2 / 3)
    share = min(float(share * (1.5 * stats.norm.pdf(0) ** 2) ** (1 / 3)), 0.495)
    spread = min(float(residuals.std(ddof=1)), float(stats.iqr(residuals)) / 1.34)
    width = 2 * float(stats.norm.ppf(0.5 + share)) * spread
    if width <= CONVERGED * float(np.abs(residuals).max()):
        raise CannotEstimate("Most units are fitted exactly: their spread cannot be estimated.")
    return width
