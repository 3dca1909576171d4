"""Lower limits of Miettinen and Nurminen's score intervals.

A lower limit is the root, below the estimate, of the squared distance of the estimate from a
contrast, less ``z^2`` times its variance if that contrast were true. The upper limit of a contrast
is the lower one with the samples swapped. Written so that nothing cancels: counts may be zero, all
units, or a few of a thousand million.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.optimize import brentq

from research.results import CannotEstimate

TINY = 1e-300  # so that only the relative accuracy counts
REACHES = (1, 10, 100, 1_000)  # how far below the estimate a log limit is sought; e^-745 is zero
SMALLEST_STEP = 1e-15  # a few units in the last place of numbers near one

Sample = tuple[float, float]
Shares = tuple[float, float]
Excess = Callable[[float, Sample, Sample, float], float]


def low_difference(first: Sample, second: Sample, z: float) -> float:
    """Lower limit of first share minus second, at the normal quantile ``z``."""
    estimate = first[0] / first[1] - second[0] / second[1]
    factor = z**2 * _correction(first, second)

    def excess(delta: float) -> float:
        p, q = _difference_shares(first, second, delta)
        return (estimate - delta) ** 2 - factor * (_variance(p, first) + _variance(q, second))

    if estimate <= -1:
        return -1.0
    return _root(excess, -1.0, estimate, _step(first, second))


def low_ratio(first: Sample, second: Sample, z: float) -> float:
    """Lower limit of first share over second, at the normal quantile ``z``."""
    parts = first[0] / first[1], second[0] / second[1]
    return _low_quotient(_ratio_excess, parts, (first, second), z)


def low_odds_ratio(first: Sample, second: Sample, z: float) -> float:
    """Lower limit of first odds over second, at the normal quantile ``z``."""
    p, q = first[0] / first[1], second[0] / second[1]
    return _low_quotient(_odds_excess, (p * (1 - q), q * (1 - p)), (first, second), z)


def _low_quotient(excess: Excess, parts: Shares, samples: tuple[Sample, Sample], z: float) -> float:
    """The lower limit of a quotient of two parts, sought on the log scale."""
    if parts[0] == 0:
        return 0.0
    factor = z**2 * _correction(*samples)

    def on_log_scale(log: float) -> float:
        return excess(math.exp(log), *samples, factor)

    # An infinite estimate: a quotient beyond any that such counts can give is as good.
    beyond = max(0.0, math.log(samples[0][1] * samples[1][1])) + 10
    start = math.log(parts[0] / parts[1]) if parts[1] else beyond
    low = next((start - r for r in REACHES if on_log_scale(start - r) > 0), None)
    if low is None:
        return 0.0
    step = _step(*samples) * max(1.0, abs(start))
    return math.exp(_root(on_log_scale, low, start, step))


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


def _correction(first: Sample, second: Sample) -> float:
    """The variance factor N / (N - 1)."""
    total = first[1] + second[1]
    if total <= 1:
        raise CannotEstimate(f"An effective total of {total:g} units is too small for a variance.")
    return total / (total - 1)


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
    """The shares with the observed total: roots of two quadratics with one discriminant."""
    n, m = first[1], second[1]
    total = first[0] + second[0]
    flat = (n - total) * ratio + m - total
    root = math.sqrt(flat**2 + 4 * total * (n + m - total) * ratio)
    p = _smaller_root(flat + 2 * total * ratio, root, total * ratio, n * (1 - ratio))
    q = _smaller_root(flat + 2 * total, root, total, m * (ratio - 1))
    return p, q


def _smaller_root(b: float, root: float, c: float, a: float) -> float:
    """The share ``(root - b) / 2a``, in whichever of its two forms nothing cancels."""
    return min(1.0, 2 * c / (b + root) if b > 0 else (root - b) / (2 * a))
