"""A ratio of two totals over clusters, such as days over releases of companies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from research.estimators import valid
from research.estimators.cluster_totals import all_but_one, same_length, weights
from research.estimators.clustered.jackknife import LOG, Redrawn, linearised_se, method_of
from research.estimators.clustered.leave_one_out import LeaveOneOut, totals_of
from research.estimators.clustered.tails import kish
from research.estimators.valid import Floats, estimator
from research.results import CannotEstimate, Interval

LEAST_KISH = 2  # effective clusters: with fewer the limits lie powers of ten away
# Coverage of the interval at 95 %: the range over the cells of the coverage study, by whether the
# totals above and below have tails alike. A few giants above (or below) alone decide a ratio, and
# no table of its size shows them all. A test holds that it is what the committed study says.
COVERAGE = {"alike": (0.95, 0.99), "unlike": (0.46, 0.98)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusteredRatio:
    """A ratio, its linearised error, its interval, and what it is without each cluster.

    ``kish_n`` counts effective clusters, of the totals above or below that have fewer.
    """

    value: float
    se: float
    interval: Interval
    n_clusters: int
    kish_n: float
    leave_one_out: LeaveOneOut


@estimator
def clustered_ratio(
    above: ArrayLike, below: ArrayLike, cluster: ArrayLike | None = None, *, level: float = 0.95
) -> ClusteredRatio:
    """How would a ratio of two totals vary, had other clusters been drawn?

    Parameters
    ----------
    above, below : arrays of shape (n,)
        What each unit adds to either total, none of it negative. Unlike a part and its whole, one
        may be more than the other, and they need not be of the same units.
    cluster
        What was drawn, e.g. the organisation. It is drawn in both totals at once.

    Returns
    -------
    ClusteredRatio
        Linearised standard error (Taylor) with the factor ``n / (n - 1)``; interval of the
        jackknife over clusters on the log scale, with Kish n - 1 degrees of freedom.

    Assumptions
    -----------
    Clusters are independent draws. Where one total has a much heavier tail than the other, the
    interval covers far too rarely, which ``COVERAGE`` says.

    Raises
    ------
    CannotEstimate
        Either total is zero, also without one cluster, or lies in two effective clusters or fewer.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., chapter 6; Shao and Wu (1989), Annals of
    Statistics 17:1176-1197, doi:10.1214/aos/1176347263. Agrees with ``svyratio`` of R's survey, in
    its linearised and its replicated form (``as.svrepdesign``).

    Examples
    --------
    >>> ratio = clustered_ratio([70, 50, 20, 40], [1, 2, 2, 3], ["a", "b", "c", "d"])
    >>> ratio.value, round(ratio.se, 2), round(ratio.interval.low, 1)
    (22.5, 8.74, 5.4)
    """
    a, b = weights(above, "above"), weights(below, "below")
    same_length(above=a, below=b)
    labels, (a, b) = totals_of(cluster, a, b)
    _refuse_nothing(a, b, labels)
    value, others = float(a.sum() / b.sum()), all_but_one(a) / all_but_one(b)
    jackknifed = log_ratios(a[None, :], b[None, :])
    (low,), (high,) = jackknifed.limits(valid.level(level))
    kish_n = float(jackknifed.kish_n[0])
    if kish_n <= LEAST_KISH:
        raise CannotEstimate(
            f"A total lies in {kish_n:.3g} effective clusters: its ratio has an interval only with "
            f"more than {LEAST_KISH}."
        )
    return ClusteredRatio(
        value=value,
        se=linearised_se((a - value * b) / b.sum()),
        interval=Interval(float(low), float(high), level, method_of(LOG, kish_n - 1)),
        n_clusters=len(labels),
        kish_n=kish_n,
        leave_one_out=LeaveOneOut(value=value, labels=labels, values=others),
    )


def log_ratios(above: Floats, below: Floats) -> Redrawn:
    """Ratios on the log scale, from arrays of shape (tables, clusters)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return Redrawn(
            link=LOG,
            linked=np.log(above.sum(axis=1) / below.sum(axis=1)),
            without=np.log(all_but_one(above) / all_but_one(below)),
            kish_n=np.minimum(kish(above), kish(below)),
        )


def _refuse_nothing(above: Floats, below: Floats, labels: ArrayLike) -> None:
    for name, totals in (("above", above), ("below", below)):
        if not totals.any():
            raise CannotEstimate(f"The total of '{name}' is zero: there is no ratio to estimate.")
        if not (others := all_but_one(totals)).all():
            raise CannotEstimate(
                f"Without '{np.asarray(labels)[others.argmin()]}' the total of '{name}' is zero: "
                "one cluster holds all of it and shows no variation."
            )
