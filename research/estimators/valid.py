"""What the estimators accept and give back: through here passes every public function.

:func:`estimator` marks a public function; the readers below return an argument checked, or say what
is wrong with it.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, wraps
from types import GenericAlias
from typing import Any, ParamSpec, TypeVar, get_type_hints

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from research.plain import is_number, misfit, shortened
from research.results import CannotEstimate, ResearchError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.intp]
Labels = NDArray[np.object_]
P = ParamSpec("P")
R = TypeVar("R")

ARRAYS = (ArrayLike, ArrayLike | None)
LARGEST = 1e75  # its fourth power is still a number
SMALLEST_EFFECT = 1e-9
MOST_REPETITIONS = 1_000_000
TOO_LARGE = f"goes beyond {LARGEST:g}, where arithmetic fails: give it in a larger unit"


# Every public function ----------------------------------------------------------------------------


def estimator(function: Callable[P, R]) -> Callable[P, R]:
    """Marks a public function of the estimators and holds what all of them promise.

    Arguments are what their annotations say. Series are paired by position only where their
    labels agree. Arithmetic without an answer is a reason not to estimate: no warning, no NaN.
    """

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        given = _read(function, *args, **kwargs)
        try:
            with np.errstate(over="raise", divide="raise", invalid="raise"):
                estimate = function(*given.args, **given.kwargs)
        except (ArithmeticError, np.linalg.LinAlgError) as error:
            raise _no_number(function, str(error)) from error
        if _holds_nan(estimate):
            raise _no_number(function, "a part of the result is undefined")
        return estimate

    return checked


def _read(function: Callable[..., Any], *args: object, **kwargs: object) -> inspect.BoundArguments:
    signature, kinds = _declared(function)
    given = signature.bind(*args, **kwargs)
    for name, value in given.arguments.items():
        if kinds[name] in ARRAYS:
            continue
        several = signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
        kind = GenericAlias(tuple, (kinds[name], ...)) if several else kinds[name]
        given.arguments[name] = _as_annotated(value, kind, f"{function.__name__}: '{name}'")
    _refuse_other_labels({n: v for n, v in given.arguments.items() if kinds[n] in ARRAYS})
    return given


def _as_annotated(value: Any, kind: Any, name: str) -> Any:
    if expected := misfit(kind, value):
        raise ResearchError(f"{name} should be {expected}, found {shortened(value)}.")
    if isinstance(value, np.generic):
        value = value.item()
    if is_number(value) and LARGEST < abs(value) < math.inf:
        raise ResearchError(f"{name} {TOO_LARGE}, not {shortened(value)}.")
    return int(value) if kind in (int, int | None) and value is not None else value


@cache
def _declared(function: Callable[..., Any]) -> tuple[inspect.Signature, dict[str, Any]]:
    return inspect.signature(function), get_type_hints(function)


def _refuse_other_labels(arrays: Mapping[str, Any]) -> None:
    """Series that hold the same labels in another order would be paired wrongly."""
    indexed = {n: v.index for n, v in arrays.items() if isinstance(v, pd.Series | pd.DataFrame)}
    for name, index in indexed.items():
        first = next(iter(indexed))
        if len(index) == len(indexed[first]) and not index.equals(indexed[first]):
            raise ResearchError(
                f"'{first}' and '{name}' have different labels, so that their rows would be paired "
                "by position. Give one the index of the other (reindex), or both as arrays "
                "(to_numpy) if their order is right."
            )


def _no_number(function: Callable[..., Any], why: str) -> CannotEstimate:
    return CannotEstimate(
        f"{function.__name__} has no answer in floating-point numbers for these values ({why}). "
        "Are some far too large or too small, or all alike?"
    )


def _holds_nan(estimate: object) -> bool:
    if isinstance(estimate, float):
        return math.isnan(estimate)
    if isinstance(estimate, np.ndarray):
        return estimate.dtype.kind == "f" and bool(np.isnan(estimate).any())
    if is_dataclass(estimate):
        return any(_holds_nan(getattr(estimate, field.name)) for field in fields(estimate))
    if isinstance(estimate, Mapping):
        return any(map(_holds_nan, estimate.values()))
    return isinstance(estimate, tuple | list) and any(map(_holds_nan, estimate))


# Readers of arguments -----------------------------------------------------------------------------


def floats(values: ArrayLike, name: str) -> Floats:
    """A non-empty vector of finite numbers."""
    return numbers(values, name, "a vector")


def numbers(values: ArrayLike, name: str, *sides: str) -> Floats:
    """Finite numbers in an array that has as many sides as are named, none of them empty."""
    array = _numeric(values, name)
    if array.ndim != len(sides) or array.size == 0:
        raise ResearchError(
            f"'{name}' should hold at least one number in {' by '.join(sides)}, found shape "
            f"{array.shape}."
        )
    return _finite(array, name)


def counts(values: ArrayLike, name: str) -> Floats:
    """A vector of counts or weights: finite, none negative, not all zero."""
    array = floats(values, name)
    if (array < 0).any():
        raise ResearchError(f"'{name}' holds counts, which cannot be negative: {array.min():g}.")
    if array.sum() == 0:
        raise CannotEstimate(f"All counts of '{name}' are zero, so that no share is defined.")
    return array


def flags(values: ArrayLike, name: str, size: int) -> Flags:
    """A vector of ``size`` truth values."""
    array = _numeric(values, name)
    if array.shape != (size,):
        raise ResearchError(f"'{name}' should hold {size} truth values, found shape {array.shape}.")
    if not np.isin(array, (0, 1)).all():
        raise ResearchError(f"'{name}' should hold true and false only (or 1 and 0).")
    return array.astype(bool)


def labelled(labels: ArrayLike, name: str, size: int) -> tuple[Labels, Codes]:
    """The distinct labels in order of appearance, and the number of each unit's label.

    Labels are of one kind: whether 1 and "1" are the same is not for a function to guess.
    """
    array = as_given(labels)
    if array.shape != (size,):
        raise ResearchError(f"'{name}' should hold {size} labels, found shape {array.shape}.")
    try:
        numbers, distinct = pd.factorize(array)
    except TypeError as error:
        raise ResearchError(f"'{name}' should hold labels such as text: {error}.") from error
    missing = int((numbers < 0).sum())
    if missing:
        raise ResearchError(
            f"'{name}' has no label for {missing} of {size} units. Drop them, or give the "
            "unknown a label of their own."
        )
    kinds = {_kind_of_label(kind) for kind in set(map(type, array))}
    if len(kinds) > 1:
        raise ResearchError(
            f"'{name}' should hold labels of one kind, found {' and '.join(sorted(kinds))}. "
            "Turn all of them into text, or all into numbers."
        )
    return np.asarray(distinct).astype(object), np.asarray(numbers, dtype=np.intp)


def as_given(labels: ArrayLike) -> NDArray[Any]:
    """Labels as an array that leaves each as it is: numpy would turn 1 beside "1" into text."""
    if isinstance(labels, list | tuple):
        return np.fromiter(labels, dtype=object, count=len(labels))
    return np.asarray(labels)


def _kind_of_label(kind: type) -> str:
    if issubclass(kind, bool | np.bool_):
        return "truth values"
    if issubclass(kind, int | float | np.number):
        return "numbers"
    return "text" if issubclass(kind, str) else kind.__name__


def index(which: int, size: int) -> int:
    """The position of a class among ``size`` classes."""
    if not 0 <= which < size:
        raise ResearchError(
            f"There is no class {which}: classes are numbered from 0 to {size - 1}."
        )
    return int(which)


def number(value: float, name: str, low: float = -math.inf, high: float = math.inf) -> float:
    """A finite number in ``[low, high]``."""
    if not is_number(value) or not low <= value <= high or math.isinf(value):
        raise ResearchError(f"'{name}' should be a number in [{low:g}, {high:g}], found {value}.")
    return float(value)


def level(value: float) -> float:
    """A confidence level above one half and below one.

    Below one half a two-sided interval need not contain its own estimate.
    """
    if not 0.5 < value < 1 or (1 + value) / 2 == 1:
        raise ResearchError(
            f"A confidence level lies between 0.5 and 1 (0.95, not 95), found {value}."
        )
    return float(value)


def design_effect(value: float) -> float:
    """A design effect: positive and finite, and no number so small that it stands for none."""
    if not SMALLEST_EFFECT <= value < math.inf:
        raise ResearchError(f"A design effect is a positive number, found {value}.")
    return float(value)


def repetitions(value: int, name: str) -> int:
    """How often something is repeated: at least once, and not for hours."""
    if not 1 <= value <= MOST_REPETITIONS:
        raise ResearchError(
            f"'{name}' should lie between one and {MOST_REPETITIONS:,}, found {shortened(value)}."
        )
    return int(value)


def successes(count: float, size: float, group: str = "the sample") -> tuple[float, float]:
    """``count`` of ``size`` units, with ``0 <= count <= size`` and ``size > 0``."""
    if not (is_number(count) and is_number(size)) or not 0 <= size <= LARGEST:
        raise ResearchError(f"Counts of {group} should be finite, found {count} of {size}.")
    if size == 0:
        raise CannotEstimate(f"There is no unit in {group}, so that it has no proportion.")
    if not 0 <= count <= size:
        raise ResearchError(f"The count of {group} should lie in [0, {size:g}], found {count}.")
    return float(count), float(size)


def _numeric(values: ArrayLike, name: str) -> Floats:
    try:
        if isinstance(values, np.ma.MaskedArray):
            values = np.ma.filled(values.astype(float), np.nan)
        array = np.asarray(values)
        text = array.dtype.kind == "O" and any(isinstance(v, str | bytes) for v in array.flat)
        if text or array.dtype.kind not in "biufO":
            raise TypeError(f"found {'text' if text else array.dtype}")
        return array.astype(float, copy=False)
    except (TypeError, ValueError, OverflowError) as error:
        raise ResearchError(f"'{name}' should hold numbers only: {error}.") from error


def _finite(array: Floats, name: str) -> Floats:
    largest = np.abs(array).max()  # missing where anything is: one look at each number will do
    if largest <= LARGEST:
        return array
    bad = int((~np.isfinite(array)).sum())
    if bad:
        raise ResearchError(
            f"'{name}' holds {bad} missing or infinite values; drop or bound them beforehand."
        )
    raise ResearchError(f"'{name}' {TOO_LARGE}, found {largest:g}.")
