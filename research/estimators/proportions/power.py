"""What two samples can detect."""

from __future__ import annotations

import math
from typing import Literal

from scipy.stats import norm

from research.estimators import valid
from research.results import CannotEstimate, ResearchError

Sizes = tuple[float, float]


def power_h(
    h: float,
    sizes: Sizes,
    *,
    alpha: float = 0.05,
    alternative: Literal["two-sided", "greater"] = "two-sided",
    design_effect: float = 1.0,
) -> float:
    """How likely is a difference of size ``h`` to be detected?

    Parameters
    ----------
    h : float
        Cohen's h.
    sizes : tuple of float
        Units in both samples.
    alpha : float
        Size of the test.
    alternative : {"two-sided", "greater"}
        Direction tested.
    design_effect : float
        Variance relative to independent units.

    Returns
    -------
    float
        Power of the test of two angles.

    Raises
    ------
    ResearchError
        Sizes that are not positive, or a bad ``alpha`` or design effect.

    References
    ----------
    Cohen (1988), Statistical Power Analysis, 2nd ed., doi:10.4324/9780203771587, chapter 6.

    Notes
    -----
    Agrees with pwr in R.

    Examples
    --------
    >>> round(power_h(0.3, (80, 245), alternative="greater"), 4)
    0.7533
    """
    shift = valid.number(h, "h", -math.pi, math.pi) / _angle_error(sizes, design_effect)
    valid.number(alpha, "alpha", 0, 1)
    if alternative == "greater":
        return float(norm.sf(norm.isf(alpha) - shift))
    if alternative != "two-sided":
        raise ResearchError(f"Unknown alternative '{alternative}'. Known: two-sided, greater.")
    z = norm.isf(alpha / 2)
    return float(norm.sf(z - shift) + norm.cdf(-z - shift))


def power_proportions(
    first: float,
    second: float,
    sizes: Sizes,
    *,
    alpha: float = 0.05,
    design_effect: float = 1.0,
) -> float:
    """How likely is the two-sided z test to detect the difference of two proportions?

    Parameters
    ----------
    first, second : float
        True proportions.
    sizes : tuple of float
        Units in both samples.
    alpha : float
        Size of the test.
    design_effect : float
        Variance relative to independent units.

    Returns
    -------
    float
        Power with pooled variance under the null; the chance of rejecting in the wrong direction
        is left out.

    Raises
    ------
    CannotEstimate
        Both proportions are 0 or 1: no sample then varies.
    ResearchError
        Proportions outside [0, 1], sizes that are not positive, or a bad ``alpha``.

    References
    ----------
    Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, 3rd ed.,
    doi:10.1002/0471445428, chapter 4.

    Notes
    -----
    Agrees with ``power.prop.test`` in R.

    Examples
    --------
    >>> round(power_proportions(0.5, 0.75, (50, 50)), 3)
    0.74
    """
    p, q = valid.number(first, "first", 0, 1), valid.number(second, "second", 0, 1)
    n, m = (size / valid.design_effect(design_effect) for size in _sizes(sizes))
    pooled = (p * n + q * m) / (n + m)
    spread = p * (1 - p) / n + q * (1 - q) / m
    if spread == 0:
        raise CannotEstimate("Proportions of 0 and 1 leave nothing to chance: power is undefined.")
    z = norm.isf(valid.number(alpha, "alpha", 0, 1) / 2)
    critical = z * math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return float(norm.cdf((abs(p - q) - critical) / math.sqrt(spread)))


def minimum_detectable_h(
    sizes: Sizes, *, power: float = 0.8, alpha: float = 0.05, design_effect: float = 1.0
) -> float:
    """How large must a difference be for these samples to detect it?

    Parameters
    ----------
    sizes : tuple of float
        Units in both samples.
    power : float
        Probability of detection.
    alpha : float
        Size of the two-sided test.
    design_effect : float
        Variance relative to independent units.

    Returns
    -------
    float
        Cohen's h.

    Raises
    ------
    CannotEstimate
        Even proportions of 0 and 1 would not be told apart with this power.
    ResearchError
        Sizes that are not positive, or a bad ``power``, ``alpha`` or design effect.

    References
    ----------
    Cohen (1988), Statistical Power Analysis, 2nd ed., doi:10.4324/9780203771587, chapter 6.

    Notes
    -----
    Agrees with the closed form in R.

    Examples
    --------
    >>> round(minimum_detectable_h((4481, 6495), design_effect=50), 3)
    0.385
    """
    valid.number(alpha, "alpha", 0, 1)
    valid.number(power, "power", 0.5, 1)
    z = norm.isf(alpha / 2) + norm.ppf(power)
    h = float(z * _angle_error(sizes, design_effect))
    if not h <= math.pi:
        raise CannotEstimate(
            f"Samples of {sizes[0]:g} and {sizes[1]:g} units at a design effect of "
            f"{design_effect:g} cannot tell even 0 % from 100 % with a power of {power:g}."
        )
    return h


def _angle_error(sizes: Sizes, design_effect: float) -> float:
    effect = valid.design_effect(design_effect)
    return math.sqrt(effect * sum(1 / size for size in _sizes(sizes)))


def _sizes(sizes: Sizes) -> Sizes:
    n, m = (valid.number(size, "size", 0) for size in sizes)
    if not n * m:
        raise CannotEstimate("A sample has no unit.")
    return n, m
