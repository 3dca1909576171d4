"""A regression on a list that was cut: units below the last place are not there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_ndtr

from research.estimators import valid
from research.estimators.clustered.few_clusters import (
    ClusteredDesign,
    Fit,
    clustered_design,
    fit_of,
    outcome_of,
)
from research.estimators.valid import Flags, Floats, estimator
from research.results import CannotEstimate, ResearchError

STEPS, HALVINGS = 200, 40
CONVERGED = 1e-10  # of the gain in log likelihood that a step promises
FLATTEST = 0.05  # spread of the outcomes over that of the errors: a cut some twenty spreads out


@dataclass(frozen=True, slots=True, eq=False)
class Truncated:
    """Outcomes above a cut, with their regressors, in units in which the outcomes spread by one."""

    y: Floats
    x: Floats
    cut: float

    def among(self, kept: Flags) -> Truncated:
        return Truncated(self.y[kept], self.x[kept], self.cut)


@estimator
def truncated_regression(
    y: ArrayLike, x: ArrayLike, cut: float, cluster: ArrayLike | None = None, *, level: float = 0.95
) -> Fit:
    """How would an outcome vary with regressors, had the list of units not been cut?

    Parameters
    ----------
    y : array of shape (n,)
        The outcome of the listed units, e.g. logarithms of downloads.
    x : array of shape (n, k)
        The regressors, with a column of ones for the intercept.
    cut : float
        The outcome of the last place: no unit below it is listed.
    cluster : array of shape (n,), optional
        Label of the cluster of each unit. Default: each unit is a cluster.

    Returns
    -------
    Fit
        Maximum likelihood for normal errors of one spread, of which those are seen that lift the
        unit above the cut. Standard errors by the jackknife over clusters, which do not flatter
        where they are few; t with clusters less one. What least squares gives for the listed units
        is another estimand: the difference among units that are listed.

    Raises
    ------
    CannotEstimate
        The outcomes fall off above the cut as an exponential tail does (log downloads of a Pareto
        list), so that any normal law far below the cut fits alike; collinear regressors, too few
        units, or a cluster without which one of these holds.
    ResearchError
        An outcome below the cut.

    References
    ----------
    Hausman and Wise (1977), Econometrica 45:919-938, doi:10.2307/1911682; Olsen (1978),
    Econometrica 46:1211-1215, doi:10.2307/1911445, for the parameters in which it is solved;
    MacKinnon, Nielsen and Webb (2023), Journal of Econometrics 232:272-299,
    doi:10.1016/j.jeconom.2022.04.001, on the jackknife with few clusters. Agrees with a search over
    the density of scipy's truncated normal, and with the truth in a simulation (in the tests).

    Examples
    --------
    >>> y = [1.1, 1.2, 1.4, 1.9, 2.4, 1.1, 1.5, 2.2, 2.6, 2.7, 3.1, 1.3]
    >>> x = np.column_stack((np.ones(12), [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]))
    >>> fit = truncated_regression(y, x, 1.0, list("abcdabcdabcd"))
    >>> fit.coefficients.round(2).tolist()  # among listed units the difference is 0.72
    [0.6, 1.49]
    """
    design = clustered_design(x, cluster)
    outcome = outcome_of(y, design)
    least = valid.number(cut, "cut")
    if outcome.min() < least:
        raise ResearchError(
            f"The list was cut at {least:g}, but holds an outcome of {outcome.min():g}. Give the "
            "outcome of the last place as 'cut'."
        )
    spread = float(outcome.std())
    if spread == 0:
        raise CannotEstimate("All outcomes are equal: there is nothing to explain.")
    listed = Truncated(outcome / spread, design.x, least / spread)
    coefficients = _most_likely(listed) * spread
    se = _jackknifed(listed, design) * spread
    df = np.full(len(coefficients), design.n_clusters - 1.0)
    method = "truncated regression, jackknife over clusters, t"
    return fit_of(design, coefficients, se, df, level, method)


def _jackknifed(listed: Truncated, design: ClusteredDesign) -> Floats:
    """Standard errors from the coefficients without each cluster."""
    n = design.n_clusters
    without = np.array([_most_likely(listed.among(design.codes != g)) for g in range(n)])
    around = without - without.mean(axis=0)
    return np.asarray(np.sqrt((n - 1) / n * np.square(around).sum(axis=0)), dtype=float)


def _most_likely(listed: Truncated) -> Floats:
    """Newton's method in the coefficients over the spread and one over the spread (Olsen 1978)."""
    if np.linalg.matrix_rank(listed.x) < listed.x.shape[1]:
        raise CannotEstimate("Without one of the clusters the regressors are collinear.")
    start = np.linalg.lstsq(listed.x, listed.y, rcond=None)[0]
    spread = max(float((listed.y - listed.x @ start).std()), FLATTEST)
    parameters = np.append(start / spread, 1 / spread)
    value, score, curvature = _likelihood(listed, parameters)
    for _ in range(STEPS):
        step = np.asarray(np.linalg.lstsq(curvature, score, rcond=None)[0], dtype=float)
        if score @ step < CONVERGED * len(listed.y):
            return np.asarray(parameters[:-1] / parameters[-1], dtype=float)
        parameters, value, score, curvature = _uphill(listed, parameters, step, value)
        if parameters[-1] < FLATTEST:
            break
    raise CannotEstimate(
        "The outcomes fall off above the cut as an exponential tail does: a normal law of any "
        "spread far below the cut fits them alike. Report the difference among listed units."
    )


def _uphill(
    listed: Truncated, start: Floats, step: Floats, value: float
) -> tuple[Floats, float, Floats, Floats]:
    """The step, halved until it raises the likelihood."""
    for halving in range(HALVINGS):
        there = start + step / 2**halving
        if there[-1] > 0:
            likelihood = _likelihood(listed, there)
            if likelihood[0] >= value:
                return there, *likelihood
    return start, *_likelihood(listed, np.append(start[:-1], FLATTEST / 2))


def _likelihood(listed: Truncated, at: Floats) -> tuple[float, Floats, Floats]:
    """Log likelihood but for a constant, its slope, and minus its curvature.

    With ``z`` the standardised error and ``a`` the standardised cut, the hazard is that of a normal
    variable above ``a``.
    """
    b, h = at[:-1], at[-1]
    fitted = listed.x @ b
    z, a = h * listed.y - fitted, h * listed.cut - fitted
    above = log_ndtr(-a)
    hazard = np.exp(-0.5 * a * a - 0.5 * np.log(2 * np.pi) - above)
    bend = hazard * (hazard - a)  # slope of the hazard, between 0 and 1
    value = len(z) * np.log(h) - 0.5 * z @ z - above.sum()
    score = np.append(
        listed.x.T @ (z - hazard), len(z) / h - z @ listed.y + hazard.sum() * listed.cut
    )
    # Each unit's error and hazard move with b and h as these two rows say.
    of_z = np.column_stack((-listed.x, listed.y))
    of_a = np.column_stack((-listed.x, np.full(len(z), listed.cut)))
    curvature = of_z.T @ of_z - (of_a * bend[:, None]).T @ of_a
    curvature[-1, -1] += len(z) / h**2
    return float(value), score, curvature
