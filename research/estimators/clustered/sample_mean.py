"""A mean from a sample of whole clusters, and what the clustering costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from research.estimators import valid
from research.estimators.cluster_totals import cluster_codes, same_length, totals_by
from research.estimators.clustered.tails import kish_effective_size
from research.estimators.valid import estimator
from research.results import CannotEstimate, Interval, ResearchError

LEAST_FREEDOM = 0.1  # below it the quantile of t has no meaning: 1e12 and more


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSampleMean:
    """A weighted mean, its standard error, and its design effect.

    ``design_effect`` is the variance over that of a simple random sample of as many units.
    """

    value: float
    se: float
    design_effect: float
    interval: Interval
    n: int
    n_clusters: int


@estimator
def cluster_sample_mean(
    values: ArrayLike,
    cluster: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    population_clusters: float | None = None,
    level: float = 0.95,
) -> ClusterSampleMean:
    """What is the mean of a population of which whole clusters were drawn at random?

    Parameters
    ----------
    values, cluster : arrays of shape (n,)
        Value of each unit, and the label of its cluster.
    weights : array of shape (n,), optional
        Units of the population that each one stands for. Default: one.
    population_clusters : float, optional
        Clusters in the population, at least as many as were drawn; without it the population
        counts as infinite.

    Returns
    -------
    ClusterSampleMean
        Linearised variance between clusters; the interval is t with Kish's effective number of
        clusters less one as degrees of freedom: of clusters of unequal sizes the number itself is
        too many. Assumes one stage: every unit of a drawn cluster is in the sample.

    Raises
    ------
    CannotEstimate
        One cluster only, no weight at all, one cluster that holds all but nothing of it, or all
        values equal.

    References
    ----------
    Lohr (2021), Sampling: Design and Analysis, chapter 5; Kish (1965), Survey Sampling. Agrees
    with ``svymean(deff = TRUE)`` of R's survey.

    Examples
    --------
    >>> mean = cluster_sample_mean([1, 1, 2, 5, 5, 6], ["a", "a", "a", "b", "b", "b"])
    >>> round(mean.value, 3), round(mean.se, 3), round(mean.design_effect, 2)
    (3.333, 2.0, 4.74)
    """
    y = valid.floats(values, "values")
    w = np.ones_like(y) if weights is None else valid.counts(weights, "weights")
    same_length(values=y, weights=w)
    labels, codes = cluster_codes(cluster, len(y))
    n, groups = len(y), len(labels)
    if groups < 2 or np.ptp(y[w > 0]) == 0:
        raise CannotEstimate(
            "A clustered variance needs at least two clusters and values that differ, found "
            f"{groups} clusters and values from {y.min():g} to {y.max():g}."
        )
    mean = float((w * y).sum() / w.sum())
    contributions = totals_by(codes, w * (y - mean)) / w.sum()
    simple = float((w * np.square(y - mean)).sum() / w.sum()) / (n - 1)
    left_out, left_out_units = _not_drawn(groups, population_clusters, n, float(w.sum()))
    variance = left_out * groups / (groups - 1) * float(np.square(contributions).sum())
    se = math.sqrt(variance)
    freedom = kish_effective_size(totals_by(codes, w)) - 1
    if freedom < LEAST_FREEDOM:
        raise CannotEstimate(
            "One cluster holds all but nothing of the weight: nothing varies between clusters."
        )
    half = float(stats.t.ppf((1 + valid.level(level)) / 2, freedom)) * se
    return ClusterSampleMean(
        value=mean,
        se=se,
        design_effect=variance / (simple * left_out_units),
        interval=Interval(
            mean - half,
            mean + half,
            level,
            f"linearised between clusters, t with {freedom:.3g} degrees of freedom",
        ),
        n=n,
        n_clusters=groups,
    )


def _not_drawn(
    groups: int, population_clusters: float | None, n: int, population: float
) -> tuple[float, float]:
    """Shares of clusters and of units that were not drawn (finite population corrections)."""
    if population_clusters is None:
        return 1.0, 1.0
    if population_clusters <= groups or population <= n:
        raise ResearchError(
            "The population should hold more clusters and units than were drawn, found "
            f"{population_clusters:g} clusters of which {groups} were drawn, and weights that sum "
            f"to {population:g} for {n} units."
        )
    return 1 - groups / population_clusters, 1 - n / population
