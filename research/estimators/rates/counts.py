"""Counts: Poisson regression with errors by cluster, and over-dispersion."""

from __future__ import annotations

import warnings

import numpy as np
import statsmodels.api as sm
from numpy.typing import ArrayLike

from research.estimators.association.regression import Fit, fit_of, sandwich_se
from research.estimators.clustered.few_clusters import ClusteredDesign, clustered_design, outcome_of
from research.estimators.valid import Floats
from research.results import CannotEstimate, ResearchError

STEPS = 200
CONVERGED = 1e-12
NO_MEAN = 1e-9  # relative to the largest mean


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
        Consistent where the logarithm of the mean is linear, whatever the variance. ``scale`` is
        the Pearson dispersion: 1 for a true Poisson count. ``se_cr0`` with each unit its own
        cluster is HC0.

    Raises
    ------
    CannotEstimate
        All values are zero, collinear regressors, or no finite maximum (a regressor separates
        the zeros).

    References
    ----------
    Santos Silva and Tenreyro (2006), Review of Economics and Statistics 88:641-658,
    doi:10.1162/rest.88.4.641. Agrees with R's ``glm`` and sandwich.

    Examples
    --------
    >>> fit = poisson_regression([2, 3, 6, 7, 8, 9], sm.add_constant([0, 0, 0, 1, 1, 1]))
    >>> round(math.exp(fit.coefficients[1]), 3)
    2.182
    """
    design = clustered_design(x, cluster)
    outcome = _counts(y, design)
    coefficients, means = _log_linear(outcome, design.x, sm.families.Poisson())
    se = sandwich_se(design, design.x * means[:, None], outcome - means)
    return fit_of(design, coefficients, se, _dispersion(outcome, means, design.x), level)


def _counts(y: ArrayLike, design: ClusteredDesign) -> Floats:
    outcome = outcome_of(y, design)
    if outcome.min() < 0:
        raise ResearchError(f"'y' should hold no negative value, found {outcome.min():g}.")
    if not outcome.any():
        raise CannotEstimate(
            "All values of 'y' are zero: the logarithm of their mean is not finite."
        )
    return outcome


def _log_linear(outcome: Floats, x: Floats, family: sm.families.Family) -> tuple[Floats, Floats]:
    """Coefficients and fitted means of a model with a logarithmic link."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they warn of is refused below
        fit = sm.GLM(outcome, x, family=family).fit(maxiter=STEPS, tol=CONVERGED)
    coefficients, means = np.asarray(fit.params), np.asarray(fit.mu)
    if (
        not fit.converged
        or not np.isfinite(coefficients).all()
        or means.min() <= NO_MEAN * means.max()
    ):
        raise CannotEstimate(
            "The mean has no finite estimate on the log scale: a regressor separates the zeros "
            "from the rest. Drop it, or leave out the group that has zeros only."
        )
    return coefficients, means


def _dispersion(outcome: Floats, means: Floats, x: Floats) -> float:
    return float((np.square(outcome - means) / means).sum() / (len(x) - x.shape[1]))
