"""A mean from a sample of whole clusters, and what the clustering costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from research.estimators import valid
from research.estimators.cluster_totals import cluster_codes, totals_by
from research.estimators.clustered.tails import kish_effective_size
from research.estimators.valid import estimator
from research.results import CannotEstimate, Interval

LEAST_FREEDOM = 0.1  # below it the quantile of t has no meaning: 1e12 and more


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSampleMean:
    """A mean, its standard error, and its design effect.

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
    values: ArrayLike, cluster: ArrayLike, *, level: float = 0.95
) -> ClusterSampleMean:
    """What is the mean of a population of which whole clusters were drawn at random?

    Parameters
    ----------
    values, cluster : arrays of shape (n,)
        Value of each unit, and the label of its cluster.

    Returns
    -------
    ClusterSampleMean
        Linearised variance between clusters; the interval is t with Kish's effective number of
        clusters less one as degrees of freedom: of clusters of unequal sizes the number itself is
        too many. Assumes one stage, every unit of a drawn cluster being in the sample, and a
        population of many more clusters.

    Raises
    ------
    CannotEstimate
        One cluster only, one that holds all but a few of the units, or all values equal.

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
    labels, codes = cluster_codes(cluster, len(y))
    n, groups = len(y), len(labels)
    if groups < 2 or np.ptp(y) == 0:
        raise CannotEstimate(
            "A clustered variance needs at least two clusters and values that differ, found "
            f"{groups} clusters and values from {y.min():g} to {y.max():g}."
        )
    mean = float(y.sum() / n)
    contributions = totals_by(codes, y - mean) / n
    simple = float(np.square(y - mean).sum() / n) / (n - 1)
    variance = groups / (groups - 1) * float(np.square(contributions).sum())
    se = math.sqrt(variance)
    freedom = kish_effective_size(totals_by(codes, np.ones(n))) - 1
    if freedom < LEAST_FREEDOM:
        raise CannotEstimate(
            "One cluster holds all but a few of the units: nothing varies between clusters."
        )
    half = float(stats.t.ppf((1 + valid.level(level)) / 2, freedom)) * se
    return ClusterSampleMean(
        value=mean,
        se=se,
        design_effect=variance / simple,
        interval=Interval(
            mean - half,
            mean + half,
            level,
            f"linearised between clusters, t with {freedom:.3g} degrees of freedom",
        ),
        n=n,
        n_clusters=groups,
    )
