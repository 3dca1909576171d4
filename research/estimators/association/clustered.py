"""Correlations of units that come in clusters, such as the models of organisations."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from research.estimators import valid
from research.estimators.budget import drawn_row
from research.estimators.cluster_totals import (
    Codes,
    all_but_one,
    cluster_codes,
    same_length,
    totals_by,
)
from research.estimators.clustered.jackknife import jackknife_se
from research.estimators.clustered.leave_one_out import LeaveOneOut
from research.estimators.clustered.tails import kish_effective_size
from research.estimators.valid import Floats, estimator
from research.results import Bounds, BudgetRow, CannotEstimate, Interval
from research.wording import level as in_words
from research.wording import written

Of = Literal["values", "ranks"]
GROUPS = 1_000  # of clusters that are left out together, at most
# Coverage of the interval at 95 %: the range over the cells of the coverage study, whose values run
# from normal to long-tailed. A few giants decide the correlation of such values, and no sample of
# their size shows them all. A test holds that it is what the committed study says.
COVERAGE: dict[Of, tuple[float, float]] = {"values": (0.91, 0.95), "ranks": (0.94, 0.97)}


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
        """Variance over that of Fisher's formula for as many independent pairs of normal values."""
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
    >>> without = correlation_without_each([1, 2, 3, 9], [2, 1, 3, 9])
    >>> without.cluster, round(without.without, 3)
    (3, 0.5)
    """
    a, b = _scores(x, y, of)
    labels, codes = cluster_codes(cluster, len(a))
    return LeaveOneOut(value=correlation(x, y, of=of), labels=labels, values=_left_out(a, b, codes))


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
        Jackknife error on Fisher's scale, leaving out each cluster (units are ranked anew), and a
        t interval whose degrees of freedom are Kish's effective number of clusters less one.

    Assumptions
    -----------
    Clusters are independent draws with finite fourth moments. Where a few values hold most of the
    variance, as in counts of downloads, that of ``"values"`` covers a little too rarely, which
    ``COVERAGE`` says for both kinds. To rank anew, more than 1,000 clusters are left out in 1,000
    groups of them.

    Raises
    ------
    CannotEstimate
        As :func:`correlation`; one cluster, or one that holds nearly all units; a correlation of
        -1 or 1.

    References
    ----------
    Fisher (1921), Metron 1:3-32 (the scale). Efron and Stein (1981), Annals of Statistics
    9:586-596, doi:10.1214/aos/1176345462 (the jackknife). Kott (2001), Journal of Official
    Statistics 17:521-526 (groups of clusters). Agrees with leaving out cluster by
    cluster, and with ``scipy.stats.bootstrap`` over clusters where values are not extreme.

    Examples
    --------
    >>> estimate = clustered_correlation([1, 2, 3, 4, 9, 7], [1, 3, 2, 5, 4, 4], of="ranks")
    >>> round(estimate.value, 2), round(estimate.se_z, 2)
    (0.75, 0.53)
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
    without = _ranked_anew(a, b, codes) if of == "ranks" else _left_out(a, b, codes)
    if not (np.abs(without) < 1).all():  # also undefined: without one cluster a constant
        raise CannotEstimate("Without one cluster no correlation, or one of -1 or 1, is left.")
    se = float(jackknife_se(np.arctanh(without)))
    half = float(stats.t.ppf((1 + valid.level(level)) / 2, effective - 1)) * se
    method = "jackknife over clusters, Fisher's scale"
    return ClusteredCorrelation(
        value=value, se_z=se, n=len(a), n_clusters=len(labels), kish_n=effective,
        interval=_on_fishers_scale(Bounds(value, value), half, level, method),
    )  # fmt: skip


@estimator
def correlation_row(estimate: ClusteredCorrelation, of: Of) -> BudgetRow:
    """What range do other organisations give a correlation, and how often does it cover?

    Examples
    --------
    >>> estimate = clustered_correlation([1, 2, 3, 4, 9, 7], [1, 3, 2, 5, 4, 4], of="ranks")
    >>> correlation_row(estimate, "ranks").detail.partition(";")[0]
    '6 organisations drawn, 6.0 effective'
    """
    least, most = COVERAGE[of]
    caution = "simulated coverage {:0} to {:%0}, not {}"
    caution = written(caution, 100 * least, most, in_words(estimate.interval.level))
    return drawn_row(estimate.interval, estimate.n_clusters, estimate.kish_n, caution)


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
    >>> interval = pearson_interval(Bounds(0.3, 0.3), 100, design_effect=1)
    >>> round(interval.low, 3), round(interval.high, 3)
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
    bounds: Bounds, half: float, level: float, method: str, design_effect: float | None = None
) -> Interval:
    low, high = math.atanh(bounds.low) - half, math.atanh(bounds.high) + half
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


def _left_out(a: Floats, b: Floats, codes: Codes) -> Floats:
    """The correlation of two scores without each cluster."""
    u, v = a - a.mean(), b - b.mean()
    n, su, sv, suu, svv, suv = (
        all_but_one(totals_by(codes, values))
        for values in (np.ones(len(a)), u, v, u * u, v * v, u * v)
    )
    return np.asarray((suv - su * sv / n) / np.sqrt((suu - su**2 / n) * (svv - sv**2 / n)))


def _ranked_anew(a: Floats, b: Floats, codes: Codes) -> Floats:
    """The correlation of ranks without each cluster or group of them; the others ranked anew."""
    codes = codes % GROUPS
    order = np.argsort(codes, kind="stable")
    ends = np.bincount(codes).cumsum()[:-1]
    first, second = (_ranks_without(ranks) for ranks in (a, b))
    correlations = []
    for members in np.split(order, ends):
        x, y = (np.delete(ranks(members), members) for ranks in (first, second))
        x, y = x - x.mean(), y - y.mean()
        correlations.append((x @ y) / math.sqrt((x @ x) * (y @ y)))
    return np.array(correlations)


def _ranks_without(ranks: Floats) -> Callable[[Codes], Floats]:
    """The ranks of all units, had some of them not been there."""
    _, tied = np.unique(ranks, return_inverse=True)

    def without(members: Codes) -> Floats:
        gone = np.bincount(tied[members], minlength=tied.max() + 1)
        return np.asarray(ranks - (gone.cumsum() - gone / 2)[tied])

    return without
