"""Score-based intervals for two independent proportions: difference, ratio and odds ratio.

Miettinen and Nurminen's intervals are written here: those of statsmodels 0.15 are wrong for the
difference (its issue 10269) and fail on tables with an empty or a full cell.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import get_args

from scipy.optimize import brentq
from scipy.stats import norm

from research.estimators import valid
from research.estimators.identification import Measure
from research.estimators.proportions.single import wilson
from research.results import CannotEstimate, Interval, ResearchError

TINY = 1e-300  # so that only the relative accuracy counts
SMALLEST_STEP = 1e-15  # a few units in the last place of numbers near one

Sample = tuple[float, float]
Shares = tuple[float, float]
Excess = Callable[[float, Sample, Sample, float], float]


def newcombe(
    first: Sample, second: Sample, *, level: float = 0.95, design_effect: float = 1.0
) -> Interval:
    """By how much may two independent proportions differ?

    Parameters
    ----------
    first, second : tuple of float
        Units with the property and all units, per sample.
    level : float
        Confidence level.
    design_effect : float
        Variance relative to independent units.

    Returns
    -------
    Interval
        Newcombe's hybrid of two Wilson intervals (his method 10) for first minus second.

    Assumptions
    -----------
    Independent binomial counts; one design effect for both.

    Raises
    ------
    CannotEstimate
        A sample without units.
    ResearchError
        A count outside its sample, or a bad level or design effect.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873-890,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.

    Notes
    -----
    Agrees with ratesci in R, with Newcombe's table and with statsmodels.

    Examples
    --------
    >>> found = newcombe((56, 70), (48, 80))
    >>> round(found.low, 4), round(found.high, 4)
    (0.0524, 0.3339)
    """
    p, q = _proportion(first, "the first sample"), _proportion(second, "the second sample")
    one = wilson(*first, level=level, design_effect=design_effect)
    other = wilson(*second, level=level, design_effect=design_effect)
    return Interval(
        p - q - math.hypot(p - one.low, other.high - q),
        p - q + math.hypot(one.high - p, q - other.low),
        level,
        "Newcombe hybrid score",
        design_effect,
    )


def miettinen_nurminen(
    first: Sample,
    second: Sample,
    *,
    measure: Measure = "difference",
    level: float = 0.95,
    design_effect: float = 1.0,
) -> Interval:
    """Which contrasts of two independent proportions does the score test not reject?

    Parameters
    ----------
    first, second : tuple of float
        Units with the property and all units, per sample.
    measure : {"difference", "ratio", "odds ratio"}
        First minus second, or first over second.
    level : float
        Confidence level.
    design_effect : float
        Variance relative to independent units.

    Returns
    -------
    Interval
        Asymptotic score interval with the variance factor N / (N - 1). Limits of a ratio may be
        infinite.

    Assumptions
    -----------
    Independent binomial counts; one design effect for both.

    Raises
    ------
    CannotEstimate
        A sample without units, an effective total of one unit or less, or a ratio of 0/0.
    ResearchError
        A count outside its sample, a bad level or design effect, or an unknown measure.

    References
    ----------
    Miettinen and Nurminen (1985), Statistics in Medicine 4:213-226, doi:10.1002/sim.4780040211.

    Notes
    -----
    Agrees with ratesci in R (difference) and, where it can compute them, with statsmodels (ratio
    and odds ratio).

    Examples
    --------
    >>> found = miettinen_nurminen((56, 70), (48, 80))
    >>> round(found.low, 4), round(found.high, 4)
    (0.0528, 0.3382)
    """
    effect = valid.design_effect(design_effect)
    one, other = (_effective(sample, effect) for sample in (first, second))
    z = float(norm.ppf((1 + valid.level(level)) / 2))
    match measure:
        case "difference":
            low, high = _low_difference(one, other, z), -_low_difference(other, one, z)
        case "ratio":
            _refuse_undefined(one[0] == other[0] == 0)
            low, high = _low_ratio(one, other, z), _inverse(_low_ratio(other, one, z))
        case "odds ratio":
            _refuse_undefined(one[0] + other[0] in (0, one[1] + other[1]))
            low, high = _low_odds_ratio(one, other, z), _inverse(_low_odds_ratio(other, one, z))
        case _:
            raise ResearchError(
                f"Unknown measure '{measure}'. Known: {', '.join(get_args(Measure))}."
            )
    return Interval(low, high, level, "Miettinen-Nurminen score", design_effect)


def _proportion(sample: Sample, group: str) -> float:
    count, size = valid.successes(*sample, group)
    return count / size


def _effective(sample: Sample, design_effect: float) -> Sample:
    count, size = valid.successes(*sample)
    return count / design_effect, size / design_effect


def _refuse_undefined(undefined: bool) -> None:
    if undefined:
        raise CannotEstimate("The ratio is 0/0: the property is found in no unit, or in every one.")


def _inverse(value: float) -> float:
    return 1 / value if value else math.inf


def _correction(first: Sample, second: Sample) -> float:
    """The variance factor N / (N - 1)."""
    total = first[1] + second[1]
    if total <= 1:
        raise CannotEstimate(f"An effective total of {total:g} units is too small for a variance.")
    return total / (total - 1)


# The lower limit is the root below the estimate of: squared distance of the estimate from the
# contrast, less z^2 times its variance if the contrast were true. The upper limit is the lower
# one with the samples swapped.


def _low_difference(first: Sample, second: Sample, z: float) -> float:
    estimate = first[0] / first[1] - second[0] / second[1]
    factor = z**2 * _correction(first, second)

    def excess(delta: float) -> float:
        p, q = _difference_shares(first, second, delta)
        return (estimate - delta) ** 2 - factor * (_variance(p, first) + _variance(q, second))

    if estimate <= -1:
        return -1.0
    return _root(excess, -1.0, estimate, _step(first, second))


def _low_ratio(first: Sample, second: Sample, z: float) -> float:
    parts = first[0] / first[1], second[0] / second[1]
    return _low_quotient(_ratio_excess, parts, (first, second), z)


def _low_odds_ratio(first: Sample, second: Sample, z: float) -> float:
    p, q = first[0] / first[1], second[0] / second[1]
    return _low_quotient(_odds_excess, (p * (1 - q), q * (1 - p)), (first, second), z)


def _low_quotient(excess: Excess, parts: Shares, samples: tuple[Sample, Sample], z: float) -> float:
    """The lower limit of a quotient of two parts, sought on the log scale."""
    if parts[0] == 0:
        return 0.0
    factor = z**2 * _correction(*samples)
    # An infinite estimate: a quotient beyond any that such counts can give is as good.
    beyond = max(0.0, math.log(samples[0][1] * samples[1][1])) + 10
    start = math.log(parts[0] / parts[1]) if parts[1] else beyond
    reach = 1.0
    while excess(math.exp(start - reach), *samples, factor) <= 0:
        reach *= 2
    step = _step(*samples) * max(1.0, abs(start))
    return math.exp(
        _root(lambda u: excess(math.exp(u), *samples, factor), start - reach, start, step)
    )


def _ratio_excess(ratio: float, first: Sample, second: Sample, factor: float) -> float:
    """Divided by ``(1 + ratio)^2``, so that neither end of the scale dwarfs the other."""
    (x, n), (y, m) = first, second
    one, other = 1 / (1 + ratio), ratio / (1 + ratio)
    q = _ratio_share(first, second, ratio)
    variance = one**2 * _variance(q * ratio, first) + other**2 * _variance(q, second)
    return (one * x / n - other * y / m) ** 2 - factor * variance


def _odds_excess(ratio: float, first: Sample, second: Sample, factor: float) -> float:
    p, q = _odds_shares(first, second, ratio)
    one, other = _variance(p, first) * first[1] ** 2, _variance(q, second) * second[1] ** 2
    together = one * other / (one + other) if one + other else 0.0
    return (first[0] - first[1] * p) ** 2 - factor * together


def _variance(share: float, sample: Sample) -> float:
    return share * max(0.0, 1 - share) / sample[1]


def _step(first: Sample, second: Sample) -> float:
    """A step so short that a variance linear in it outweighs its square, if not a rounding error.

    Where the variance vanishes at the estimate, the estimate is a root as well, though no limit.
    """
    return max(1e-6 / max(1.0, first[1] + second[1]), SMALLEST_STEP)


def _root(excess: Callable[[float], float], low: float, estimate: float, step: float) -> float:
    """The root between ``low``, where the excess is positive, and a step below the estimate."""
    if excess(estimate - step) >= 0:
        return estimate
    return float(brentq(excess, low, estimate - step, xtol=1e-15))


# Shares of largest likelihood among those with a given contrast -----------------------------------


def _difference_shares(first: Sample, second: Sample, delta: float) -> Shares:
    """Where the slope of the likelihood, which falls along the line p - q = delta, is zero.

    The cubic's closed form loses all digits for a few events among very many units.
    """
    (x, n), (y, m) = first, second
    room, up, down = 1 - abs(delta), max(delta, 0.0), max(-delta, 0.0)

    def slope(s: float) -> float:
        gain = _per(x, s + up) + _per(y, s + down)
        return gain - _per(n - x, room - s + down) - _per(m - y, room - s + up)

    if room == 0:
        return up, down
    at_left = x * (up == 0) + y * (down == 0)  # events whose share vanishes at the left end
    at_right = (n - x) * (down == 0) + (m - y) * (up == 0)
    left = room * at_left / (at_left + n + m - x - y) / 2 if at_left else 0.0
    right = room - (room * at_right / (at_right + x + y) / 2 if at_right else 0.0)
    if slope(left) <= 0:
        share = left
    elif slope(right) >= 0:
        share = right
    else:
        share = float(brentq(slope, left, right, xtol=TINY, rtol=1e-13))
    return share + up, share + down


def _per(count: float, share: float) -> float:
    return count / share if count else 0.0


def _ratio_share(first: Sample, second: Sample, ratio: float) -> float:
    """The share of the second sample: a root of a quadratic, free of cancellation."""
    (x, n), (y, m) = first, second
    b = n * ratio + x + m + y * ratio
    root = math.sqrt(max(0.0, b**2 - 4 * (n + m) * ratio * (x + y)))
    return min(1.0, 2 * (x + y) / (b + root), 1 / ratio if ratio else 1.0)


def _odds_shares(first: Sample, second: Sample, ratio: float) -> Shares:
    """The shares with the observed total: a root of a quadratic, free of cancellation."""
    (x, n), (y, m) = first, second
    a = m * (ratio - 1)
    b = n * ratio + m - (x + y) * (ratio - 1)
    root = math.sqrt(max(0.0, b**2 + 4 * a * (x + y)))
    q = min(1.0, 2 * (x + y) / (b + root) if b > 0 else (root - b) / (2 * a))
    return min(1.0, max(0.0, (x + y - m * q) / n)), q
