"""Compositions, where only ratios of parts have a meaning: log-ratios, distances and zeros."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from research.estimators import valid
from research.estimators.cluster_totals import same_length
from research.estimators.valid import Floats, estimator
from research.results import Bounds, CannotEstimate, ResearchError


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroSensitivity:
    """Aitchison distance of two compositions for each value put in place of their zeros."""

    replacements: tuple[float, ...]
    distances: tuple[float, ...]

    @property
    def bounds(self) -> Bounds:
        """Smallest and largest distance over the replacements."""
        return Bounds(min(self.distances), max(self.distances))


@estimator
def clr(parts: ArrayLike) -> Floats:
    """How large is each part relative to the typical part (centred log-ratio)?

    Parameters
    ----------
    parts : array of shape (D,)
        Positive parts in any unit, e.g. shares of families in one channel.

    Returns
    -------
    array of shape (D,)
        Logarithm of each part over the geometric mean; sums to zero.

    Raises
    ------
    CannotEstimate
        A part is zero: replace it with :func:`replace_zeros` and show how much that matters.

    References
    ----------
    Aitchison (1982), Journal of the Royal Statistical Society B 44:139-177,
    doi:10.1111/j.2517-6161.1982.tb01195.x. Agrees with scikit-bio.

    Examples
    --------
    >>> clr([0.1, 0.3, 0.4, 0.2]).round(4).tolist()
    [-0.7945, 0.3041, 0.5918, -0.1014]
    """
    logs = np.log(_positive(parts, "parts"))
    return np.asarray(logs - logs.mean())


@estimator
def aitchison_distance(first: ArrayLike, second: ArrayLike) -> float:
    """How far apart are two compositions, whatever their totals?

    Raises
    ------
    CannotEstimate
        A part is zero.

    References
    ----------
    Aitchison et al. (2000), Mathematical Geology 32:271-275, doi:10.1023/A:1007529726302.

    Examples
    --------
    >>> round(aitchison_distance([0.1, 0.3, 0.4, 0.2], [2, 2, 3, 3]), 4)
    0.9225
    """
    a, b = _positive(first, "first"), _positive(second, "second")
    same_length(first=a, second=b)
    return float(np.linalg.norm(clr(a) - clr(b)))


@estimator
def replace_zeros(parts: ArrayLike, delta: float) -> Floats:
    """What would the composition be if its zeros were small values that escaped counting?

    Parameters
    ----------
    parts : array of shape (D,)
        Non-negative parts; closed to sum 1 first.
    delta : float
        Share put in place of each zero, e.g. half the smallest share that can be counted.

    Returns
    -------
    array of shape (D,)
        Parts that sum to 1. Ratios between parts that were not zero stay as they are.

    Raises
    ------
    CannotEstimate
        All parts are zero.
    ResearchError
        The replacements would leave nothing for the other parts.

    References
    ----------
    Martin-Fernandez, Barcelo-Vidal and Pawlowsky-Glahn (2003), Mathematical Geology 35:253-278,
    doi:10.1023/A:1023866030544. Agrees with scikit-bio's ``multi_replace``.

    Examples
    --------
    >>> replace_zeros([0.2, 0.4, 0.4, 0], 0.0625).tolist()
    [0.1875, 0.375, 0.375, 0.0625]
    """
    shares = valid.counts(parts, "parts")
    shares = shares / shares.sum()
    zeros = shares == 0
    replaced = valid.number(delta, "delta", 0) * int(zeros.sum())
    if delta <= 0 or replaced >= 1:
        raise ResearchError(
            f"delta should be positive and below one over the {int(zeros.sum())} zeros, found "
            f"{delta:g}."
        )
    return np.where(zeros, delta, shares * (1 - replaced))


@estimator
def zero_sensitivity(
    first: ArrayLike, second: ArrayLike, deltas: Sequence[float]
) -> ZeroSensitivity:
    """How much does the distance of two compositions depend on what stands in for zeros?

    Parameters
    ----------
    first, second : arrays of shape (D,)
        Non-negative parts.
    deltas : sequence of float
        Shares to put in place of each zero.

    Returns
    -------
    ZeroSensitivity
        Where the distances differ much, the comparison is one of zeros: lead with bounds.

    Raises
    ------
    CannotEstimate
        All parts of a composition are zero.

    References
    ----------
    As :func:`replace_zeros`.

    Examples
    --------
    >>> zero_sensitivity([5, 5, 0], [4, 4, 2], [0.01, 0.001]).distances[0] < 3
    True
    """
    if len(deltas) == 0:
        raise ResearchError("Give at least one value to put in place of zeros.")
    distances = tuple(
        aitchison_distance(replace_zeros(first, delta), replace_zeros(second, delta))
        for delta in deltas
    )
    return ZeroSensitivity(replacements=tuple(deltas), distances=distances)


def _positive(parts: ArrayLike, name: str) -> Floats:
    values = valid.floats(parts, name)
    if len(values) < 2:
        raise CannotEstimate("A composition has at least two parts, found one.")
    if values.min() <= 0:
        raise CannotEstimate(
            f"'{name}' has {int((values <= 0).sum())} parts that are not positive, and log-ratios "
            "need positive ones. Replace zeros with replace_zeros and show the sensitivity."
        )
    return values
