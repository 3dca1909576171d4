"""Units in clusters: labels, totals, and what remains without each cluster."""

from __future__ import annotations

from collections.abc import Sized

import numpy as np
from numpy.typing import ArrayLike, NDArray

from research.estimators import valid
from research.estimators.valid import Floats
from research.results import ResearchError

Labels = NDArray[np.object_]
Codes = NDArray[np.intp]


def weights(values: ArrayLike, name: str) -> Floats:
    """One non-negative number a unit; all may be zero.

    >>> weights([1, 0], "downloads")
    array([1., 0.])
    """
    array = valid.floats(values, name)
    if array.min() < 0:
        raise ResearchError(
            f"'{name}' should hold no negative number, found {array.min():g} for unit "
            f"{int(array.argmin())}."
        )
    return array


def same_length(**arrays: Sized) -> None:
    """Refuse arrays of different lengths, naming each."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        stated = ", ".join(f"'{name}' has {length}" for name, length in lengths.items())
        raise ResearchError(f"The arrays should describe the same units, but {stated}.")


def cluster_codes(cluster: ArrayLike | None, n: int) -> tuple[Labels, Codes]:
    """Distinct labels in order of appearance, and for each of n units the position of its label.

    Without labels every unit is a cluster of its own.

    >>> labels, codes = cluster_codes(["Qwen", "Meta", "Qwen"], 3)
    >>> labels.tolist(), codes.tolist()
    (['Qwen', 'Meta'], [0, 1, 0])
    """
    if cluster is None:
        return np.arange(n).astype(object), np.arange(n)
    return valid.labelled(cluster, "cluster", n)


def totals_by(codes: Codes, values: Floats) -> Floats:
    """Sum of the values in each cluster.

    >>> totals_by(np.array([0, 1, 0]), np.array([1.0, 2.0, 4.0]))
    array([5., 2.])
    """
    return np.bincount(codes, weights=values).astype(float)


def all_but_one(totals: Floats) -> Floats:
    """Sum of all totals of a table except each one, without subtracting: a zero is exactly zero.

    Clusters are the last axis.

    >>> all_but_one(np.array([3.0, 0.0, 4.0])).tolist()
    [4.0, 7.0, 3.0]
    """
    others = np.zeros_like(totals)
    others[..., 1:] = totals.cumsum(axis=-1)[..., :-1]
    others[..., :-1] += totals[..., ::-1].cumsum(axis=-1)[..., ::-1][..., 1:]
    return others
