"""Populations of organisations from which the study draws, and their true shares.

An organisation has a normal score; its size is a function of the score, so that the rank of a size
in the population is the distribution function of the score. Truths are integrals over scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from research.calibration.cells import Flags, Floats
from research.estimators.association.clustered import Of

Label = Literal["independent of size", "largest in the group", "rising with size"]

FIRST, SECOND = 0.3, 0.4  # chances of the two groups where they do not depend on size
SECOND_OF_REST = 0.6  # of those outside the first group, where its chance rises with size
CORRELATION = 0.7  # of the scores of an organisation in two channels
OF_PAIRS = 0.4  # of the logarithms of two values of a model
MOST_MODELS = 30  # of an organisation

# Trapezoids on smooth integrands that vanish at both ends are exact to rounding.
SCORES = np.linspace(-12.0, 30.0, 8401)
STEP = float(SCORES[1] - SCORES[0])
GIANTS = 3.0025  # score of the least giant: halfway between two of SCORES, where sums are right
LOG_DENSITY = -np.square(SCORES) / 2 - np.log(2 * np.pi) / 2


@dataclass(frozen=True, slots=True)
class Tail:
    """Law of the sizes: lognormal with this standard deviation, Pareto with this index, or giants.

    With giants, sizes are lognormal 1 and the largest one in 750 is so many times as large.
    """

    law: str
    parameter: float

    def log_size(self, score: Floats) -> Floats:
        if self.law == "lognormal":
            return self.parameter * score
        if self.law == "giants":
            return np.asarray(score + np.log(self.parameter) * (score > GIANTS))
        return np.asarray(-special.log_ndtr(-score) / self.parameter)

    def mean(self, weight: Floats | float = 1.0) -> float:
        """Expected size times a weight that is given at ``SCORES``."""
        return float((np.exp(LOG_DENSITY + self.log_size(SCORES)) * weight).sum() * STEP)


@dataclass(frozen=True, slots=True)
class Organisations:
    """Draws of organisations, one draw a row: sizes in two channels, and two exclusive groups."""

    size: Floats
    other_size: Floats
    first: Flags
    second: Flags


def tail(name: str) -> Tail:
    """The tail of a name such as ``"Pareto 1.2"``.

    >>> round(tail("Pareto 2.5").mean(), 6)
    1.666667
    """
    law, parameter = name.split(" ")
    return Tail(law, float(parameter))


def draw(
    rng: np.random.Generator, law: Tail, label: Label, shape: tuple[int, int], *, channels: int = 1
) -> Organisations:
    """Draw tables of organisations, of shape (draws, organisations)."""
    score = rng.standard_normal(shape)
    size = np.exp(law.log_size(score))
    other = size
    if channels == 2:
        noise = rng.standard_normal(shape)
        other = np.exp(law.log_size(CORRELATION * score + _remainder() * noise))
    in_first, in_second = _chances(label, special.ndtr(score))
    uniform = rng.random(shape)
    first = uniform < in_first
    second = ~first & (uniform < in_first + in_second)
    if label == "largest in the group":
        largest = np.arange(shape[0]), size.argmax(axis=1)
        first[largest], second[largest] = True, False
    return Organisations(size, other, first, second)


def draw_totals(
    rng: np.random.Generator, laws: tuple[Tail, Tail], shape: tuple[int, int], *, counted: bool
) -> tuple[Floats, Floats]:
    """Two totals of each organisation, whose scores go together, of shape (draws, organisations).

    Where they are ``counted`` they are Poisson counts, of two on average.
    """
    score, noise = rng.standard_normal((2, *shape))
    scores = score, CORRELATION * score + _remainder() * noise
    above, below = (np.exp(law.log_size(s)) for law, s in zip(laws, scores, strict=True))
    if counted:
        means = (2 * x / law.mean() for x, law in zip((above, below), laws, strict=True))
        above, below = (rng.poisson(mean).astype(float) for mean in means)
    return above, below


def draw_pairs(
    rng: np.random.Generator, organisations: int, alike: float, log_sd: float
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Two values of each model, from normal (0) to lognormal, and the organisation of each.

    Parameters
    ----------
    alike
        Part of the variance of the logarithms that the models of an organisation share.
    log_sd
        Standard deviation of the logarithms; 0 for normal values.
    """
    models = np.clip(np.ceil(rng.pareto(1.2, organisations)).astype(int), 1, MOST_MODELS)
    of = np.repeat(np.arange(organisations), models)
    covariance = [[1, OF_PAIRS], [OF_PAIRS, 1]]
    shared, own = (
        rng.multivariate_normal([0, 0], covariance, size) for size in (organisations, len(of))
    )
    normal = np.sqrt(alike) * shared[of] + np.sqrt(1 - alike) * own
    x, y = np.exp(log_sd * normal).T if log_sd else normal.T
    return x, y, of


def true_correlation(of: Of, log_sd: float) -> float:
    """The correlation of such values, or of their ranks, in the population.

    >>> true_correlation("values", 0), round(true_correlation("ranks", 2.0), 3)
    (0.4, 0.385)
    """
    if of == "ranks":
        return float(6 / np.pi * np.arcsin(OF_PAIRS / 2))
    if not log_sd:
        return OF_PAIRS
    return float(np.expm1(OF_PAIRS * log_sd**2) / np.expm1(log_sd**2))


def true_shares(law: Tail, label: Label, organisations: int) -> tuple[float, float]:
    """Expected size in either group over expected size, in tables of so many organisations.

    Closed forms where the chance rises with size (Pareto, index a, chance u**2: with ``s = 1 / a``
    the share is ``2 / ((3 - s) * (2 - s))``); the largest of n adds ``E[max] / (n E[size])``.

    >>> round(true_shares(tail("Pareto 2.5"), "rising with size", 10)[0], 6)  # 2 / (2.6 * 1.6)
    0.480769
    """
    in_first, in_second = _chances(label, special.ndtr(SCORES))
    first, second = (law.mean(chance) / law.mean() for chance in (in_first, in_second))
    if label != "largest in the group":
        return first, second
    weight = largest_weight(law, organisations)
    return first + weight * (1 - FIRST), second - weight * SECOND


def largest_weight(law: Tail, organisations: int) -> float:
    """Expected size of the largest of so many organisations, over that of all of them."""
    return law.mean(_is_largest(organisations)) / law.mean()


def true_gap(law: Tail, label: Label, organisations: int) -> float:
    """Expected share of the first group in the first channel minus that in the second channel."""
    here = true_shares(law, label, organisations)[0]
    if label == "independent of size":
        return 0.0
    if label == "largest in the group":
        weight = _across(law, _is_largest(organisations)) / law.mean()
        return here - FIRST - weight * (1 - FIRST)
    return here - _across(law, np.square(special.ndtr(SCORES))) / law.mean()


def _chances(label: Label, rank: Floats) -> tuple[Floats | float, Floats | float]:
    if label != "rising with size":
        return FIRST, SECOND
    return np.square(rank), SECOND_OF_REST * (1 - np.square(rank))


def _is_largest(organisations: int) -> Floats:
    """Chance that an organisation of each score is the largest of so many."""
    return np.asarray(np.exp((organisations - 1) * special.log_ndtr(SCORES)))


def _remainder() -> float:
    return float(np.sqrt(1 - CORRELATION**2))


def _across(law: Tail, weight: Floats) -> float:
    """Expected size in the second channel times a weight of the score in the first one."""
    every = 4  # scores in the first channel: still far finer than the integrand
    first, weights = SCORES[::every], (np.exp(LOG_DENSITY) * weight)[::every]
    sizes = law.log_size(SCORES) - np.log(_remainder()) - np.log(2 * np.pi) / 2
    distance = (SCORES - CORRELATION * first[:, None]) / _remainder()
    expected = np.exp(sizes - np.square(distance) / 2).sum(axis=1) * STEP
    return float(weights @ expected * STEP * every)
