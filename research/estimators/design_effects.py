"""Clusters and the variance of a share: from sizes and similarity to design effects and back."""

from __future__ import annotations

from numpy.typing import ArrayLike

from research.estimators import valid
from research.estimators.valid import estimator
from research.results import CannotEstimate


@estimator
def weighted_cluster_size(cluster_sizes: ArrayLike) -> float:
    """How large is the cluster of a randomly chosen unit?

    Parameters
    ----------
    cluster_sizes : array_like of shape (clusters,)
        Units per cluster.

    Returns
    -------
    float
        Sum of squared sizes over the sum of sizes.

    Raises
    ------
    CannotEstimate
        There is no unit.

    References
    ----------
    Kish (1965), Survey Sampling, section 8.2. Agrees with the closed form in R.

    Examples
    --------
    >>> weighted_cluster_size([3, 1])
    2.5
    """
    sizes = valid.counts(cluster_sizes, "cluster_sizes")
    return float((sizes**2).sum() / sizes.sum())


@estimator
def design_effect(cluster_sizes: ArrayLike, icc: float) -> float:
    """By how much does similarity within clusters inflate the variance of a share?

    Parameters
    ----------
    cluster_sizes : array_like of shape (clusters,)
        Units per cluster.
    icc : float
        Intraclass correlation, from 0 to 1.

    Returns
    -------
    float
        ``1 + (m - 1) icc`` with ``m`` the size of the cluster of a random unit.

    Raises
    ------
    CannotEstimate
        There is no unit.

    References
    ----------
    Kish (1965), Survey Sampling, section 8.2. Agrees with the closed form in R; the sample size
    over it is, at ``icc = 1``, Kish's effective number of clusters.

    Examples
    --------
    >>> design_effect([3, 1], 0.5)
    1.75
    """
    valid.number(icc, "icc", 0, 1)
    return 1 + (weighted_cluster_size(cluster_sizes) - 1) * icc


@estimator
def intraclass_correlation(design_effect: float, mean_cluster_size: float) -> float:
    """Which similarity within clusters would produce a given design effect?

    Parameters
    ----------
    design_effect : float
        Variance relative to independent units, at least 1.
    mean_cluster_size : float
        Size of the cluster of a random unit (:func:`weighted_cluster_size`).

    Returns
    -------
    float
        Intraclass correlation ``(design_effect - 1) / (mean_cluster_size - 1)``.

    Raises
    ------
    CannotEstimate
        Clusters of this size cannot produce such a design effect.

    References
    ----------
    Kish (1965), Survey Sampling, section 8.2. Inverse of :func:`design_effect`.

    Examples
    --------
    >>> round(intraclass_correlation(135, 29_700), 4)
    0.0045
    """
    valid.number(design_effect, "design_effect", 1)
    valid.number(mean_cluster_size, "mean_cluster_size", 1)
    if design_effect > mean_cluster_size:
        raise CannotEstimate(
            f"Clusters of {mean_cluster_size:g} units give a design effect of at most "
            f"{mean_cluster_size:g}, not {design_effect:g}, whatever their similarity."
        )
    if mean_cluster_size == 1:
        raise CannotEstimate("Clusters of one unit have no intraclass correlation.")
    return (design_effect - 1) / (mean_cluster_size - 1)
