"""What the estimators accept: each function returns its argument checked, or says what is wrong."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from research.results import CannotEstimate, ResearchError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.intp]


def floats(values: ArrayLike, name: str) -> Floats:
    """A non-empty vector of finite numbers."""
    array = _numeric(values, name)
    if array.ndim != 1 or array.size == 0:
        raise ResearchError(
            f"'{name}' should be a vector with at least one number, found shape {array.shape}."
        )
    return _finite(array, name)


def counts(values: ArrayLike, name: str) -> Floats:
    """A vector of counts or weights: finite, none negative, not all zero."""
    array = floats(values, name)
    return _some(_not_negative(array, name), name)


def table(values: ArrayLike, name: str) -> Floats:
    """A two-way table of counts with at least two rows and two columns and a positive total."""
    array = _numeric(values, name)
    if array.ndim != 2 or min(array.shape) < 2:
        raise ResearchError(
            f"'{name}' should be a table of at least two rows and two columns, "
            f"found shape {array.shape}."
        )
    return _some(_not_negative(_finite(array, name), name), name)


def flags(values: ArrayLike, name: str, size: int) -> Flags:
    """A vector of ``size`` truth values."""
    array = np.asarray(values)
    if array.shape != (size,):
        raise ResearchError(f"'{name}' should hold {size} truth values, found shape {array.shape}.")
    if array.dtype != bool and not np.isin(array, (0, 1)).all():
        raise ResearchError(f"'{name}' should hold true and false only (or 1 and 0).")
    return array.astype(bool)


def codes(labels: ArrayLike, name: str, size: int) -> Codes:
    """The number of each label's class, in order of appearance, for ``size`` labels of any type."""
    array = np.asarray(labels)
    if array.shape != (size,):
        raise ResearchError(f"'{name}' should hold {size} labels, found shape {array.shape}.")
    numbers = pd.factorize(array)[0]
    missing = int((numbers < 0).sum())
    if missing:
        raise ResearchError(
            f"'{name}' has no label for {missing} of {size} units. Drop them, or give the "
            "unknown a label of their own."
        )
    return np.asarray(numbers, dtype=np.intp)


def index(which: int, size: int) -> int:
    """The position of a class among ``size`` classes."""
    if not 0 <= which < size:
        raise ResearchError(
            f"There is no class {which}: classes are numbered from 0 to {size - 1}."
        )
    return int(which)


def number(value: float, name: str, low: float = -math.inf, high: float = math.inf) -> float:
    """A finite number in ``[low, high]``."""
    if not math.isfinite(value) or not low <= value <= high:
        raise ResearchError(f"'{name}' should be a number in [{low:g}, {high:g}], found {value}.")
    return float(value)


def level(value: float) -> float:
    """A confidence level above one half and below one.

    Below one half a two-sided interval need not contain its own estimate.
    """
    if not 0.5 < value < 1:
        raise ResearchError(
            f"A confidence level lies between 0.5 and 1 (0.95, not 95), found {value}."
        )
    return float(value)


def design_effect(value: float) -> float:
    """A design effect: positive and finite."""
    if not 0 < value < math.inf:
        raise ResearchError(f"A design effect is a positive number, found {value}.")
    return float(value)


def successes(count: float, size: float, group: str = "the sample") -> tuple[float, float]:
    """``count`` of ``size`` units, with ``0 <= count <= size`` and ``size > 0``."""
    if not (math.isfinite(count) and math.isfinite(size)) or size < 0:
        raise ResearchError(f"Counts of {group} should be finite, found {count} of {size}.")
    if size == 0:
        raise CannotEstimate(f"There is no unit in {group}, so that it has no proportion.")
    if not 0 <= count <= size:
        raise ResearchError(f"The count of {group} should lie in [0, {size:g}], found {count}.")
    return float(count), float(size)


def _numeric(values: ArrayLike, name: str) -> Floats:
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise ResearchError(f"'{name}' should hold numbers only: {error}.") from error


def _finite(array: Floats, name: str) -> Floats:
    bad = int((~np.isfinite(array)).sum())
    if bad:
        raise ResearchError(
            f"'{name}' holds {bad} missing or infinite values; drop or bound them beforehand."
        )
    return array


def _not_negative(array: Floats, name: str) -> Floats:
    if (array < 0).any():
        raise ResearchError(f"'{name}' holds counts, which cannot be negative: {array.min():g}.")
    return array


def _some(array: Floats, name: str) -> Floats:
    if array.sum() == 0:
        raise CannotEstimate(f"All counts of '{name}' are zero, so that no share is defined.")
    return array
