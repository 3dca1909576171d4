"""Proportions of units in clusters, whose design effect is estimated from these clusters."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from research.estimators import valid
from research.estimators.cluster_totals import cluster_codes
from research.estimators.clustered.tails import kish
from research.estimators.proportions.single import clopper_pearson
from research.estimators.valid import estimator
from research.results import CannotEstimate, Interval

Scale = Literal["beta", "logit"]
LEAST_KISH = 2  # effective clusters: with fewer nearly every share is compatible


@estimator
def shares_of_kinds(
    kind: ArrayLike, cluster: ArrayLike, *, scale: Scale = "beta", level: float = 0.95
) -> dict[Any, Interval]:
    """Which shares of all kinds together are compatible with the kinds of units in clusters?

    Parameters
    ----------
    kind, cluster : arrays of shape (n,)
        Labels, e.g. the licence of each model and its organisation.
    scale : {"beta", "logit"}
        The interval of Korn and Graubard, or that on the scale of log odds.

    Returns
    -------
    dict
        For each kind, in order of appearance, its interval at Bonferroni's level: all hold
        together. Each has the design effect that its own clustering shows, one at least; the
        degrees of freedom are Kish's effective number of clusters less one.

    Assumptions
    -----------
    Clusters are independent draws.

    Raises
    ------
    CannotEstimate
        All units are of one kind, or lie in two effective clusters or fewer.

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24:193-201; Kish (1965), Survey Sampling. Agrees
    with ``svymean`` and ``svyciprop`` of R's survey, kind by kind.

    Examples
    --------
    >>> shares = shares_of_kinds(["mit", "mit", "gpl", "mit", "gpl"], ["a", "a", "b", "c", "d"])
    >>> {name: [round(end, 2) for end in interval] for name, interval in shares.items()}
    {'mit': [0.01, 1.0], 'gpl': [0.0, 0.99]}
    """
    names, kinds = valid.labelled(kind, "kind", np.size(kind))
    labels, codes = cluster_codes(cluster, len(kinds))
    held = np.zeros((len(labels), len(names)))
    np.add.at(held, (codes, kinds), 1.0)
    sizes, counts, n = held.sum(axis=1), held.sum(axis=0), float(len(kinds))
    freedom = float(kish(sizes)) - 1
    if len(names) < 2 or freedom <= LEAST_KISH - 1:
        raise CannotEstimate(
            f"Shares of {len(names)} kinds in {freedom + 1:.3g} effective clusters have no "
            f"intervals: they need two kinds, and more than {LEAST_KISH} clusters."
        )
    squares = np.square(held - sizes[:, None] * counts / n).sum(axis=0)
    effects = len(labels) / (len(labels) - 1) * squares / (counts * (1 - counts / n))
    of, name = (korn_graubard, "Korn-Graubard") if scale == "beta" else (logit, "logit")
    each = 1 - (1 - valid.level(level)) / len(names)
    intervals = [
        of(count, n, design_effect=max(1.0, effect), freedom=freedom, level=each)
        for count, effect in zip(counts.tolist(), effects.tolist(), strict=True)
    ]
    return {
        label: Interval(low, high, level, f"{name}, all kinds together", one.design_effect)
        for label, one in zip(names.tolist(), intervals, strict=True)
        for low, high in [one]
    }


@estimator
def korn_graubard(
    count: float, size: float, *, design_effect: float, freedom: float, level: float = 0.95
) -> Interval:
    """Which proportions are compatible with a count of units in clusters?

    Parameters
    ----------
    count, size : float
        Units with the property, and all units.
    design_effect : float
        Variance of the proportion p over ``p (1 - p) / size``, from the clusters.
    freedom : float
        Its degrees of freedom: clusters less one; where they are unequal, Kish's effective number
        of clusters less one covers better (``research calibrate``).

    Returns
    -------
    Interval
        That of Clopper and Pearson for the effective sample, which is smaller by the squared ratio
        of two t quantiles as its variance is an estimate.

    Raises
    ------
    CannotEstimate
        There are fewer than two units.

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24:193-201. Agrees with ``svyciprop(method =
    "beta")`` of R's survey.

    Examples
    --------
    >>> interval = korn_graubard(30, 100, design_effect=2.0, freedom=19)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.173, 0.455)
    """
    units, effect = valid.successes(count, size)[1], valid.design_effect(design_effect)
    if units < 2:
        raise CannotEstimate("One unit has no design effect.")
    spread = _quantile(freedom, level) / _quantile(units - 1, level)
    interval = clopper_pearson(count, size, level=level, design_effect=effect * spread**2)
    return Interval(interval.low, interval.high, level, "Korn-Graubard", design_effect)


@estimator
def logit(
    count: float, size: float, *, design_effect: float, freedom: float, level: float = 0.95
) -> Interval:
    """Which proportions are compatible with it, judged on the scale of log odds?

    Parameters
    ----------
    count, size, design_effect, freedom
        As for :func:`korn_graubard`.

    Returns
    -------
    Interval
        Narrower than that of Korn and Graubard for most counts, and not defined for all of them.

    Raises
    ------
    CannotEstimate
        No unit has the property, or all have.

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24:193-201. Agrees with ``svyciprop(method =
    "logit")`` of R's survey.

    Examples
    --------
    >>> interval = logit(30, 100, design_effect=2.0, freedom=19)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.183, 0.45)
    """
    held, units = valid.successes(count, size)
    if not 0 < held < units:
        raise CannotEstimate("Log odds need units with the property and units without it.")
    odds = math.log(held / (units - held))
    error = math.sqrt(valid.design_effect(design_effect) * units / held / (units - held))
    half = _quantile(freedom, level) * error
    low, high = (float(special.expit(odds + side * half)) for side in (-1, 1))
    return Interval(low, high, level, "logit", design_effect)


def _quantile(freedom: float, level: float) -> float:
    """Of t: how many standard errors of an estimated variance a limit lies away."""
    valid.number(freedom, "freedom", valid.SMALLEST_EFFECT)
    return float(stats.t.ppf((1 + valid.level(level)) / 2, freedom))
