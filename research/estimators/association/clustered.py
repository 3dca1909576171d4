"""Correlations of units that come in clusters, such as the models of organisations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from research.estimators import valid
from research.estimators.cluster_totals import all_but_one, cluster_codes, same_length, totals_by
from research.estimators.clustered.jackknife import linearised_se
from research.estimators.clustered.leave_one_out import LeaveOneOut
from research.estimators.clustered.tails import kish_effective_size
from research.estimators.valid import Floats, estimator
from research.results import Bounds, CannotEstimate, Interval

Of = Literal["values", "ranks"]
# Coverage of the interval at 95 %: the range over the cells of the coverage study, whose values run
# from normal to long-tailed. A few giants decide the correlation of such values, and no sample of
# their size shows them all. A test holds that it is what the committed study says.
COVERAGE: dict[Of, tuple[float, float]] = {"values": (0.75, 0.94), "ranks": (0.91, 0.97)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusteredCorrelation:
    """A correlation, its error on Fisher's scale, and the clusters that were drawn.

    ``kish_n`` is their effective number, from the units that each holds.
    """

    value: float
    se_z: float
    interval: Interval
    n: int
    n_clusters: int
    kish_n: float

    @property
    def design_effect(self) -> float:
        """Variance over that of Fisher's formula for as many independent pairs."""
        return self.se_z**2 * (self.n - 3)


@estimator
def correlation(x: ArrayLike, y: ArrayLike, *, of: Of = "values") -> float:
    """Do x and y go together, by their values (Pearson) or their ranks (Spearman)?

    Raises
    ------
    CannotEstimate
        Fewer than three pairs, or x or y is constant.

    References
    ----------
    Spearman (1904), American Journal of Psychology 15:72-101, doi:10.2307/1412159. Agrees with
    scipy's ``pearsonr`` and ``spearmanr``.

    Examples
    --------
    >>> round(correlation([1, 2, 10], [1, 3, 2]), 3), correlation([1, 2, 10], [1, 3, 2], of="ranks")
    (0.101, 0.5)
    """
    return float(np.corrcoef(*_scores(x, y, of))[0, 1])


@estimator
def correlation_without_each(
    x: ArrayLike, y: ArrayLike, cluster: ArrayLike | None = None, *, of: Of = "values"
) -> LeaveOneOut:
    """What is a correlation without each cluster in turn?

    Ranks stay those of the whole list.

    Raises
    ------
    CannotEstimate
        As :func:`correlation`, also without one cluster.

    Notes
    -----
    Agrees with leaving out one cluster after the other (in the tests).

    Examples
    --------
    >>> found = correlation_without_each([1, 2, 3, 9], [2, 1, 3, 9])
    >>> found.cluster, round(found.without, 3)
    (3, 0.5)
    """
    a, b = _scores(x, y, of)
    labels, codes = cluster_codes(cluster, len(a))
    u, v = a - a.mean(), b - b.mean()
    n, su, sv, suu, svv, suv = (
        all_but_one(totals_by(codes, values))
        for values in (np.ones(len(a)), u, v, u * u, v * v, u * v)
    )
    without = (suv - su * sv / n) / np.sqrt((suu - su**2 / n) * (svv - sv**2 / n))
    return LeaveOneOut(value=correlation(x, y, of=of), labels=labels, values=without)


@estimator
def clustered_correlation(
    x: ArrayLike,
    y: ArrayLike,
    cluster: ArrayLike | None = None,
    *,
    of: Of = "values",
    level: float = 0.95,
) -> ClusteredCorrelation:
    """How would a correlation vary, had other clusters of units been drawn?

    Parameters
    ----------
    x, y : arrays of shape (n,)
        One pair a unit.
    cluster : array of shape (n,), optional
        What was drawn, e.g. the organisation of each model. By default each unit by itself.
    of : {"values", "ranks"}
        Pearson's correlation or Spearman's; a unit moves the ranks of all others too.

    Returns
    -------
    ClusteredCorrelation
        Linearised error on Fisher's scale, and a t interval whose degrees of freedom are Kish's
        effective number of clusters less one.

    Assumptions
    -----------
    Clusters are independent draws with finite fourth moments. Where a few values hold most of the
    variance, as in counts of downloads, the interval of ``"values"`` covers too rarely, which
    ``COVERAGE`` says for both kinds.

    Raises
    ------
    CannotEstimate
        As :func:`correlation`; one cluster, or one that holds nearly all units; a correlation of
        -1 or 1.

    References
    ----------
    Fisher (1921), Metron 1:3-32 (the scale). Croux and Dehon (2010), Statistical Methods and
    Applications 19:497-515, doi:10.1007/s10260-010-0142-z (influence of ranks). Agrees with a
    jackknife that leaves out clusters and ranks anew, up to the second order.

    Examples
    --------
    >>> found = clustered_correlation([1, 2, 3, 4, 5], [1, 3, 2, 5, 4], of="ranks")
    >>> round(found.value, 2), round(found.se_z, 2)
    (0.8, 0.42)
    """
    a, b = _scores(x, y, of)
    value = correlation(x, y, of=of)
    labels, codes = cluster_codes(cluster, len(a))
    effective = kish_effective_size(np.bincount(codes))
    if abs(value) == 1 or effective <= 1:
        raise CannotEstimate(
            f"A correlation of {value:g} over {effective:.3g} effective clusters has no interval: "
            "it needs more than one, and pairs that are not on one line."
        )
    se = linearised_se(totals_by(codes, _influence(a, b, value, of) / len(a))) / (1 - value**2)
    half = float(stats.t.ppf((1 + valid.level(level)) / 2, effective - 1)) * se
    method = "linearised over clusters, Fisher's scale"
    return ClusteredCorrelation(
        value=value, se_z=se, n=len(a), n_clusters=len(labels), kish_n=effective,
        interval=_on_fishers_scale(Bounds(value, value), half, level, method),
    )  # fmt: skip


@estimator
def pearson_interval(
    correlation: Bounds, n: float, *, design_effect: float, level: float = 0.95
) -> Interval:
    """Which correlations are compatible with one that was published with few digits?

    Parameters
    ----------
    correlation : Bounds
        All values that round to the published one.
    n : float
        Pairs.
    design_effect : float
        Variance over that of independent pairs. It has no default, as models share organisations.

    Returns
    -------
    Interval
        Fisher's, from below the lowest correlation to above the highest.

    Raises
    ------
    CannotEstimate
        Three pairs or fewer, or a correlation of -1 or 1.

    References
    ----------
    Fisher (1921), Metron 1:3-32. Agrees with scipy's ``pearsonr`` at a design effect of 1.

    Examples
    --------
    >>> found = pearson_interval(Bounds(0.3, 0.3), 100, design_effect=1)
    >>> round(found.low, 3), round(found.high, 3)
    (0.11, 0.469)
    """
    if n <= 3 or not -1 < correlation.low <= correlation.high < 1:
        raise CannotEstimate(
            "Fisher's interval needs more than three pairs and correlations strictly between -1 "
            f"and 1, found {n:g} pairs and {correlation.low:g} to {correlation.high:g}."
        )
    normal = float(stats.norm.ppf((1 + valid.level(level)) / 2))
    half = normal * math.sqrt(valid.design_effect(design_effect) / (n - 3))
    rounded = "Fisher's z" + (", over the rounding" if correlation.width else "")
    return _on_fishers_scale(correlation, half, level, rounded, design_effect)


def _on_fishers_scale(
    found: Bounds, half: float, level: float, method: str, design_effect: float | None = None
) -> Interval:
    low, high = math.atanh(found.low) - half, math.atanh(found.high) + half
    return Interval(math.tanh(low), math.tanh(high), level, method, design_effect)


def _scores(x: ArrayLike, y: ArrayLike, of: Of) -> tuple[Floats, Floats]:
    a, b = valid.floats(x, "x"), valid.floats(y, "y")
    same_length(x=a, y=b)
    if len(a) < 3 or a.min() == a.max() or b.min() == b.max():
        raise CannotEstimate(
            f"A correlation needs at least three pairs, and values that differ; found {len(a)} "
            f"pairs, x from {a.min():g} to {a.max():g}, y from {b.min():g} to {b.max():g}."
        )
    return (stats.rankdata(a), stats.rankdata(b)) if of == "ranks" else (a, b)


def _influence(x: Floats, y: Floats, r: float, of: Of) -> Floats:
    """What each unit adds to the error of the correlation."""
    u, v = x - x.mean(), y - y.mean()
    cross, first, second = u * v, u * u, v * v
    if of == "ranks":  # a unit also moves the ranks of all others
        cross = cross + _ahead(x, v) + _ahead(y, u)
        first, second = first + 2 * _ahead(x, u), second + 2 * _ahead(y, v)
    a, b = np.mean(u * u), np.mean(v * v)
    influence = (cross - cross.mean()) / math.sqrt(a * b)
    return np.asarray(
        influence - r / 2 * ((first - first.mean()) / a + (second - second.mean()) / b)
    )


def _ahead(x: Floats, v: Floats) -> Floats:
    """Sum of v over the units ranked above each one; of its equals, half."""
    _, tied = np.unique(x, return_inverse=True)
    sums = np.bincount(tied, weights=v)
    return np.asarray((sums[::-1].cumsum()[::-1] - sums / 2)[tied])
