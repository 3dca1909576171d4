"""What a coverage study counts: cells of its grid, and what each method did in each of them."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from research.results import Bounds, CannotEstimate

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Limits = tuple[Floats, Floats]  # low and high ends, one a draw; NaN where the method is undefined
Setting = dict[str, str | int | float]
AT_ONCE = 1_000_000  # numbers that are drawn in one block

# Only an interval that may carry a verdict has to reach the goal. An interval of ours that may not
# is shown with its coverage; others stand here to be compared with, and a violated assumption
# shows how far a method bends.
Role = Literal["verdict", "no verdict", "comparison", "assumption violated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One setting of one study and how often it is drawn (0: all outcomes are enumerated).

    ``held_out`` cells had no part in the choice of conditions and thresholds.
    """

    study: str
    setting: Setting
    repetitions: int
    held_out: bool = False

    @property
    def name(self) -> str:
        return ", ".join(str(value) for value in self.setting.values())

    def shorter(self, repetitions: int) -> Cell:
        """The same cell with at most so many repetitions."""
        return replace(self, repetitions=min(repetitions, self.repetitions))

    def generator(self, seed: int) -> np.random.Generator:
        """A generator of the cell's own, so that no other cell can move its numbers."""
        text = json.dumps([seed, self.study, self.setting], sort_keys=True)
        return np.random.default_rng(int(hashlib.sha256(text.encode()).hexdigest()[:32], 16))


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """An interval or test, and in which role it stands in the study."""

    name: str
    role: Role = "verdict"
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The parameter that an interval should cover, and its true value."""

    parameter: str
    truth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """How often the conditions of an interval hold, and its coverage where they do."""

    rate: float
    draws: float
    coverage: float | None
    error: float | None
    coverage_elsewhere: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How often an interval covers, with its Monte-Carlo error, and how wide it is.

    ``undefined`` is the share of draws without an interval; the rest is among the other draws.
    """

    method: str
    role: Role
    level: float
    target: Target
    undefined: float
    coverage: float
    error: float
    mean_width: float
    conditions: Conditions | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """How often a test rejects at ``alpha``: type I error where its null is true, else power."""

    method: str
    role: Role
    alpha: float
    null: str
    null_is_true: bool
    undefined: float
    rate: float
    error: float


Row = Coverage | Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A cell with everything that was counted in it."""

    cell: Cell
    coverage: tuple[Coverage, ...]
    rejection: tuple[Rejection, ...]


def covered(
    method: Method,
    target: Target,
    limits: Limits,
    *,
    holds: Flags | None = None,
    weights: Floats | None = None,
) -> Coverage:
    """How often do these intervals cover the truth?

    Parameters
    ----------
    method, target
        What is judged, and what it should cover.
    limits
        Low and high ends of shape (draws,); NaN where the interval is undefined.
    holds
        Whether the conditions of the interval hold in each draw.
    weights
        Probability of each draw where all outcomes are enumerated.

    Examples
    --------
    >>> limits = np.array([0.1, 0.4, np.nan]), np.array([0.5, 0.6, np.nan])
    >>> coverage = covered(Method(name="toy"), Target(parameter="share", truth=0.3), limits)
    >>> coverage.coverage, round(coverage.undefined, 2), round(coverage.mean_width, 2)
    (0.5, 0.33, 0.3)
    """
    low, high = limits
    share = np.full(len(low), 1 / len(low)) if weights is None else weights / weights.sum()
    defined = ~np.isnan(low)
    draws = 0 if weights is not None else len(low)
    hit = (low <= target.truth) & (target.truth <= high)
    rate, error = _rate(hit, defined, share, draws)
    if rate is None or error is None:
        raise ValueError(f"{method.name} is undefined in every draw: leave the cell out.")
    width = (high - low)[defined]
    return Coverage(
        method=method.name,
        role=method.role,
        level=method.level,
        target=target,
        undefined=float(share[~defined].sum()),
        coverage=rate,
        error=error,
        mean_width=float(width @ share[defined] / share[defined].sum()),
        conditions=None if holds is None else _conditions(hit, defined, holds, share, draws),
    )


def rejected(method: Method, null: str, p_values: ArrayLike, *, null_is_true: bool) -> Rejection:
    """How often does a test reject at one less its level? NaN counts as undefined, not as kept.

    >>> rejections = rejected(Method(name="toy"), "equal", [0.01, 0.5, np.nan], null_is_true=True)
    >>> rejections.rate, round(rejections.alpha, 2)
    (0.5, 0.05)
    """
    p = np.asarray(p_values, dtype=float)
    share = np.full(p.size, 1 / p.size)
    defined, alpha = ~np.isnan(p), 1 - method.level
    # Permutation p-values are multiples of one over the permutations: alpha itself rejects.
    reject = p <= alpha + 1e-12
    rate, error = _rate(reject, defined, share, p.size)
    if rate is None or error is None:
        raise ValueError(f"{method.name} is undefined in every draw: leave the cell out.")
    return Rejection(
        method=method.name,
        role=method.role,
        alpha=alpha,
        null=null,
        null_is_true=null_is_true,
        undefined=float(share[~defined].sum()),
        rate=rate,
        error=error,
    )


def limits_of(interval: Callable[[Any], Bounds], samples: Any) -> Limits:
    """Low and high ends of an interval of each sample; equal rows of an array are computed once."""
    if not isinstance(samples, np.ndarray):
        ends = np.array([_ends(interval, sample) for sample in samples])
        return ends[:, 0], ends[:, 1]
    rows, place = np.unique(samples, axis=0, return_inverse=True)
    ends = np.array([_ends(interval, row) for row in rows])[place.reshape(-1)]
    return ends[:, 0], ends[:, 1]


def jointly(lows: Floats, highs: Floats, truths: ArrayLike) -> Limits:
    """Several intervals a draw as one that covers zero where all of them cover their truths.

    Arrays of shape (draws, intervals); the one interval has their mean width.

    >>> low, high = jointly(np.array([[0.0, 2.0]]), np.array([[1.0, 5.0]]), [0.5, 1.0])
    >>> low.tolist(), high.tolist()
    ([1.0], [3.0])
    """
    true = np.asarray(truths, dtype=float)
    all_cover = ((lows <= true) & (true <= highs)).all(axis=1)
    half = (highs - lows).mean(axis=1) / 2
    low = np.where(all_cover, -half, half)
    return np.where(np.isnan(half), np.nan, low), low + 2 * half


def values_of(statistic: Callable[[Any], float], samples: Any) -> Floats:
    """A statistic of each sample, NaN where it is undefined."""
    if not isinstance(samples, np.ndarray):
        return np.array([_value(statistic, sample) for sample in samples])
    rows, place = np.unique(samples, axis=0, return_inverse=True)
    values: Floats = np.array([_value(statistic, row) for row in rows])[place.reshape(-1)]
    return values


def blocks(repetitions: int, numbers: int) -> Iterator[int]:
    """Sizes of blocks of draws of so many numbers each, to bound the memory of a cell."""
    size = max(1, min(repetitions, AT_ONCE // numbers))
    for start in range(0, repetitions, size):
        yield min(size, repetitions - start)


def _ends(interval: Callable[[Any], Bounds], sample: Any) -> tuple[float, float]:
    try:
        bounds = interval(sample)
    except CannotEstimate:
        return math.nan, math.nan
    return bounds.low, bounds.high


def _value(statistic: Callable[[Any], float], sample: Any) -> float:
    try:
        return statistic(sample)
    except CannotEstimate:
        return math.nan


def _rate(hit: Flags, among: Flags, share: Floats, draws: int) -> tuple[float | None, float | None]:
    """Rate of hits among some draws and its Monte-Carlo error (zero for an enumeration)."""
    base = float(share[among].sum())
    if base <= 0:
        return None, None
    rate = min(1.0, float(share[hit & among].sum()) / base)
    return rate, math.sqrt(rate * (1 - rate) / (draws * base)) if draws else 0.0


def _conditions(hit: Flags, defined: Flags, holds: Flags, share: Floats, draws: int) -> Conditions:
    among = defined & holds
    rate, error = _rate(hit, among, share, draws)
    return Conditions(
        rate=float(share[among].sum()),
        draws=float(among.sum()),
        coverage=rate,
        error=error,
        coverage_elsewhere=_rate(hit, defined & ~holds, share, draws)[0],
    )
