"""Values one after the other in time, of which neighbours are alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from research.estimators import valid
from research.estimators.cluster_totals import same_length
from research.estimators.valid import Floats, estimator
from research.results import CannotEstimate, Interval


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SerialTrend:
    """The slope of values over time.

    ``likeness`` is the first autocorrelation of the residuals, ``n_effective`` the length of a
    series of independent values that would tell as much, and ``without`` the slope without each
    value in turn.
    """

    slope: float
    interval: Interval
    likeness: float
    n_effective: float
    without: Floats


@estimator
def effective_length(n: int, likeness: float) -> float:
    """How many independent values would tell as much about the mean as a series?

    Parameters
    ----------
    n : int
        Values one after the other, at equal distances.
    likeness : float
        Correlation of neighbours, which fades geometrically (a first-order autoregression).

    Returns
    -------
    float
        ``n (1 - likeness) / (1 + likeness)``, at most ``n``.

    Raises
    ------
    CannotEstimate
        Neighbours are equal, or opposite.

    References
    ----------
    Bayley and Hammersley (1946), Supplement to the Journal of the Royal Statistical Society
    8:184-197, doi:10.2307/2983560 (for long series). Agrees with the variance of means of simulated
    series (in the tests).

    Examples
    --------
    >>> effective_length(100, 0.25), effective_length(100, -0.5)
    (60.0, 100.0)
    """
    if abs(valid.number(likeness, "likeness", -1, 1)) == 1:
        raise CannotEstimate(f"Neighbours that correlate by {likeness:g} tell of one value alone.")
    return valid.number(n, "n", 1) * min(1.0, (1 - likeness) / (1 + likeness))


@estimator
def serial_trend(times: ArrayLike, values: ArrayLike, *, level: float = 0.95) -> SerialTrend:
    """How fast does a series rise, allowing for neighbours that are alike?

    Parameters
    ----------
    times, values : arrays of shape (n,)
        In the order of time, at equal distances.
    level : float
        Confidence level.

    Returns
    -------
    SerialTrend
        The least-squares slope; its standard error and degrees of freedom are those of the
        effective length. Neighbours that go apart do not narrow it.

    Raises
    ------
    CannotEstimate
        An effective length of two or less, or values on one line.

    References
    ----------
    Santer et al. (2000), Journal of Geophysical Research 105:7337-7356,
    doi:10.1029/1999JD901105 (adjusted error and degrees of freedom).

    Notes
    -----
    Agrees with scipy's ``linregress`` where residuals are not alike; covers at its level in
    simulated series where the textbook's interval does not (in the tests).

    Examples
    --------
    >>> trend = serial_trend([0, 1, 2, 3, 4], [0, 2, 1, 3, 4])
    >>> round(trend.slope, 2), trend.n_effective
    (0.9, 5.0)
    """
    x, y = valid.floats(times, "times"), valid.floats(values, "values")
    same_length(times=x, values=y)
    if len(x) < 4:
        raise CannotEstimate(f"A trend with an error needs at least four values, found {len(x)}.")
    fit = stats.linregress(x, y)
    residual = y - fit.intercept - fit.slope * x
    alike = float((residual[1:] @ residual[:-1]) / (residual @ residual))
    effective = effective_length(len(x), alike)
    if effective <= 2:
        raise CannotEstimate(
            f"{len(x)} values of which neighbours correlate by {alike:.2f} count as "
            f"{effective:.2g} independent ones; a trend with an error needs more than two."
        )
    wider = math.sqrt((len(x) - 2) / (effective - 2))
    half = float(stats.t.ppf((1 + valid.level(level)) / 2, effective - 2) * fit.stderr * wider)
    slope = float(fit.slope)
    method = "least squares, windows less their likeness"
    return SerialTrend(
        slope=slope, interval=Interval(slope - half, slope + half, level, method),
        likeness=alike, n_effective=effective, without=_slopes_without_each(x, y),
    )  # fmt: skip


def _slopes_without_each(x: Floats, y: Floats) -> Floats:
    kept = ~np.eye(len(x), dtype=bool)
    return np.array([np.polyfit(x[others], y[others], 1)[0] for others in kept])
