"""Counts: Poisson regression with errors by cluster."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg, optimize
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from research.estimators.association.regression import sandwich_fit
from research.estimators.clustered.few_clusters import (
    ClusteredDesign,
    Fit,
    clustered_design,
    outcome_of,
)
from research.estimators.valid import Floats, estimator
from research.results import CannotEstimate, ResearchError

STEPS = 200
STILL = 1e-10  # change of the coefficients of regressors that reach one
CONVERGED = 1e-9  # largest score, relative to the sum of what it adds up
SEPARATED = 1e-6  # of the sum over zeros of a combination that reaches one; rounding is far below


@estimator
def poisson_regression(
    y: ArrayLike, x: ArrayLike, cluster: ArrayLike | None = None, *, level: float = 0.95
) -> Fit:
    """How does the mean of a count vary with the regressors, on the log scale, zeros included?

    Parameters
    ----------
    y : array of shape (n,)
        Non-negative values; they need not be counts (Poisson pseudo-maximum likelihood).
    x, cluster
        Regressors (n, k) with a column of ones, and the label of the cluster of each unit (n,).

    Returns
    -------
    Fit
        Consistent where the logarithm of the mean is linear, whatever the variance.

    Raises
    ------
    CannotEstimate
        All values are zero, collinear regressors, no finite maximum (a combination of regressors
        separates zeros from the rest), or no convergence.

    References
    ----------
    Santos Silva and Tenreyro (2006), Review of Economics and Statistics 88:641-658,
    doi:10.1162/rest.88.4.641; on the existence of a maximum the same (2010), Economics Letters
    107:310-312, doi:10.1016/j.econlet.2010.02.020. Agrees with R's ``glm`` and sandwich.

    Examples
    --------
    >>> from statsmodels.tools import add_constant
    >>> fit = poisson_regression([2, 3, 6, 7, 8, 9], add_constant([0, 0, 0, 1, 1, 1]))
    >>> round(float(np.exp(fit.coefficients[1])), 3)
    2.182
    """
    design = clustered_design(x, cluster)
    outcome = _counts(y, design)
    coefficients, means = _log_linear(outcome, design.x)
    return sandwich_fit(design, coefficients, design.x * means[:, None], outcome - means, level)


def _counts(y: ArrayLike, design: ClusteredDesign) -> Floats:
    outcome = outcome_of(y, design)
    if outcome.min() < 0:
        raise ResearchError(f"'y' should hold no negative value, found {outcome.min():g}.")
    if not outcome.any():
        raise CannotEstimate(
            "All values of 'y' are zero: the logarithm of their mean is not finite."
        )
    return outcome


def _log_linear(outcome: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Coefficients and fitted means of a model with a logarithmic link.

    The step by which the deviance changes is no criterion: of large values it is lost in rounding.
    """
    if _separated(outcome, x):
        raise CannotEstimate(
            "The mean has no finite estimate on the log scale: a regressor separates the zeros "
            "from the rest. Drop it, or leave out the group that has zeros only."
        )
    unit = np.abs(x).max(axis=0)
    family = Poisson()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they warn of is refused below
        fit = GLM(outcome, x / unit, family=family).fit(
            maxiter=STEPS, tol_criterion="params", tol=STILL, rtol=STILL
        )
    coefficients, means = np.asarray(fit.params) / unit, np.asarray(fit.mu)
    score, size = np.abs(x.T @ (outcome - means)), np.abs(x).T @ (outcome + means)
    if not (np.isfinite(coefficients).all() and (score <= CONVERGED * size).all()):
        raise CannotEstimate(f"The regression did not converge in {STEPS} steps.")
    return coefficients, means


def _separated(outcome: Floats, x: Floats) -> bool:
    """Whether a combination of regressors is zero at all positive values, and of one sign at zeros.

    Along it the likelihood rises without end; where there is none, the maximum is finite.
    """
    zeros = outcome == 0
    # Those of a triangle of as many columns: of all rows the decomposition has n * n numbers.
    directions = linalg.null_space(np.linalg.qr(x[~zeros] / np.abs(x).max(axis=0), mode="r"))
    if not directions.size:
        return False
    moved = (x[zeros] / np.abs(x).max(axis=0)) @ directions
    optimum = optimize.linprog(
        moved.sum(axis=0),
        A_ub=np.vstack((moved, -moved)),
        b_ub=np.repeat((0.0, 1.0), len(moved)),
        bounds=(None, None),
    )
    return (optimum.fun or 0.0) < -SEPARATED
