"""Intervals for the proportion of one sample."""

from __future__ import annotations

from statsmodels.stats.proportion import proportion_confint

from research.estimators import valid
from research.estimators.valid import estimator
from research.results import CannotEstimate, Interval

# Effective units below which Wilson's interval is refused: at a proportion of 0.02 of 50 units it
# covers 0.92 (``research calibrate``). A least count instead of a least sample would make it worse,
# as it selects the samples that miss a small proportion.
MINIMUM_WILSON = 200


@estimator
def wilson(
    count: float, size: float, *, level: float = 0.95, design_effect: float = 1.0
) -> Interval:
    """Which proportions are compatible with a count, judged by the score test?

    Parameters
    ----------
    count, size : float
        Units with the property, and all units.

    Returns
    -------
    Interval
        Wilson's score interval of the effective sample.

    Assumptions
    -----------
    Binomial count; a design effect that is the same for every proportion.

    Raises
    ------
    CannotEstimate
        Fewer than 200 effective units, of which it covers too rarely.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22:209-212,
    doi:10.1080/01621459.1927.10502953. The interval of statsmodels; agrees with ``prop.test`` in R
    and with Newcombe (1998).

    Examples
    --------
    >>> interval = wilson(81, 263)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.2553, 0.3662)
    """
    interval = score_interval((count, size), level=level, design_effect=design_effect)
    if size / design_effect < MINIMUM_WILSON:
        raise CannotEstimate(
            f"Of {size / design_effect:.4g} effective units Wilson's interval covers too rarely: "
            f"it needs {MINIMUM_WILSON}. Use clopper_pearson, which holds in samples of any size."
        )
    return interval


def score_interval(
    sample: tuple[float, float], *, level: float = 0.95, design_effect: float = 1.0
) -> Interval:
    """Wilson's interval of a sample of any size, as a part of intervals for two samples."""
    return _interval(sample, level, design_effect, ("wilson", "Wilson score"))


@estimator
def clopper_pearson(
    count: float, size: float, *, level: float = 0.95, design_effect: float = 1.0
) -> Interval:
    """Which proportions are compatible with a count, whatever the size of the sample?

    Parameters
    ----------
    count, size : float
        Units with the property, and all units.
    level : float
        Least probability of covering the proportion.

    Returns
    -------
    Interval
        The exact interval of Clopper and Pearson; with a design effect that of the effective
        sample. Where the design effect is itself an estimate: :func:`korn_graubard`.

    Assumptions
    -----------
    Binomial count.

    Raises
    ------
    CannotEstimate
        There is no unit.

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26:404-413, doi:10.1093/biomet/26.4.404. The interval of
    statsmodels; agrees with ``binom.test`` in R.

    Examples
    --------
    >>> interval = clopper_pearson(8, 10)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.4439, 0.9748)
    """
    return _interval((count, size), level, design_effect, ("beta", "Clopper-Pearson"))


def _interval(
    sample: tuple[float, float], level: float, design_effect: float, method: tuple[str, str]
) -> Interval:
    """The interval that statsmodels knows by the first name, labelled with the second."""
    count, size = valid.successes(*sample)
    effect = valid.design_effect(design_effect)
    low, high = proportion_confint(
        count / effect, size / effect, alpha=1 - valid.level(level), method=method[0]
    )
    # At 0 and at all units the limit is exact; arithmetic leaves it a rounding error away.
    low = 0.0 if count == 0 else float(low)
    high = 1.0 if count == size else float(high)
    return Interval(low, high, level, method[1], design_effect)
