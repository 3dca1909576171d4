"""Dataclasses to plain JSON values, back again, and what differs between two of them."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from numbers import Integral, Real
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

SIGNIFICANT_DIGITS = 12  # more than any reader needs; another processor may change the last ones
TOLERANCE = 1e-9  # relative: above what another processor or BLAS changes, below any printed digit


def to_plain(value: Any) -> Any:
    """Dataclasses, mappings and sequences as plain JSON values; floats at 12 significant digits.

    A field that is not compared is known from elsewhere and not stored.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value) if f.compare}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if isinstance(value, Sequence):
        return [to_plain(item) for item in value]
    return _plain_number(value)


def _plain_number(value: Any) -> int | float | str:
    if hasattr(value, "item"):  # a numpy scalar
        value = value.item()
    if isinstance(value, int | bool):
        return value
    if not isinstance(value, float):
        raise TypeError(f"A result holds plain values, found {type(value).__name__}: {value!r}.")
    if math.isnan(value):
        raise ValueError("A result cannot hold NaN: give a reason instead of a number.")
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0


@cache
def annotated(kind: Any) -> dict[str, Any]:
    """The types of the fields of a dataclass."""
    return get_type_hints(kind)


@cache
def exact(kind: Any) -> frozenset[type]:
    """The classes of which every value but NaN fits an annotated type.

    >>> sorted(each.__name__ for each in exact(float | None)), exact(tuple[int, ...])
    (['NoneType', 'float'], frozenset())
    """
    kinds = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    return frozenset(each for each in kinds if isinstance(each, type))


def from_plain(kind: Any, value: Any) -> Any:
    """Inverse of :func:`to_plain` for the annotated type ``kind``."""
    if value is None or kind is Any or type(value) in exact(kind):
        return value
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return from_plain(next(a for a in arguments if a is not type(None)), value)
    if is_dataclass(kind):
        hints = annotated(kind)  # type: ignore[arg-type]
        parts = {name: from_plain(hints[name], item) for name, item in value.items()}
        return kind(**parts)  # type: ignore[operator]
    if origin is dict:
        return {key: from_plain(arguments[1], item) for key, item in value.items()}
    if origin is tuple or origin is Sequence:
        return tuple(from_plain(arguments[0], item) for item in value)
    return float(value) if kind is float else value


def unboxed(value: Any) -> Any:
    """Numbers of numpy as those of Python, alone and in sequences and mappings; all else as it is.

    >>> import numpy as np
    >>> unboxed((np.float64(0.5), "a")), unboxed(np.arange(2)), unboxed({"n": np.int64(3)})
    ((0.5, 'a'), (0, 1), {'n': 3})
    """
    kind = type(value)
    if kind in (float, str, int, bool, type(None)):
        return value
    if kind in (tuple, list):
        items = [unboxed(item) for item in value]
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else kind(items)
    if kind is dict:
        return {name: unboxed(item) for name, item in value.items()}
    if kind.__module__ != "numpy":
        return value
    plain = value.tolist()
    return tuple(plain) if isinstance(plain, list) else plain


# Two runs -----------------------------------------------------------------------------------------


def agree(one: float, other: float) -> bool:
    """Whether two numbers differ by no more than processors and libraries for linear algebra do.

    Every comparison in which a rounding error could decide asks this function.

    >>> agree(0.1 + 0.2, 0.3), agree(1e-30, 2e-30), agree(math.inf, math.inf)
    (True, False, True)
    """
    return math.isclose(one, other, rel_tol=TOLERANCE)


def keep_agreeing(stored: Any, fresh: Any) -> Any:
    """A fresh plain result, in which every number that agrees with the stored one has its digits.

    >>> keep_agreeing({"a": 0.3, "b": 1.0}, {"a": 0.1 + 0.2, "b": 1.5, "c": 2})
    {'a': 0.3, 'b': 1.5, 'c': 2}
    """
    if isinstance(stored, dict) and isinstance(fresh, dict):
        return {
            key: keep_agreeing(stored[key], item) if key in stored else item
            for key, item in fresh.items()
        }
    if isinstance(stored, list) and isinstance(fresh, list) and len(stored) == len(fresh):
        return [keep_agreeing(old, new) for old, new in zip(stored, fresh, strict=True)]
    return stored if _same_number(stored, fresh) else fresh


def misfit(kind: Any, value: Any) -> str:
    """What the annotated type ``kind`` asks for and the value is not; empty where it fits.

    >>> misfit(float, "12"), misfit(int, 2.0), misfit(tuple[float, float], (1, math.nan))
    ('a number', '', 'a number (as item 1)')
    """
    if isinstance(kind, type) and kind in _SCALARS:
        expected, fits = _SCALARS[kind]
        return "" if fits(value) else expected
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        misfits = (misfit(each, value) for each in arguments)
        first = next(misfits)
        return first if first and all(misfits) else ""
    if origin is Literal:
        known = any(type(value) is type(each) and value == each for each in arguments)
        return "" if known else f"one of {', '.join(map(repr, arguments))}"
    if origin is not None and issubclass(origin, Sequence):
        return _misfit_of_items(arguments, value)
    if origin is not None and issubclass(origin, Mapping) and isinstance(value, Mapping):
        return next(filter(None, (misfit(arguments[1], item) for item in value.values())), "")
    plain = origin or kind
    fits_class = not isinstance(plain, type) or isinstance(value, plain)
    return "" if fits_class else f"of the type {plain.__name__}"


def _misfit_of_items(kinds: tuple[Any, ...], value: Any) -> str:
    """The same for a sequence, which one text is not, nor anything without an order."""
    if isinstance(value, str | bytes | Set | Mapping) or not isinstance(value, Collection):
        return "a sequence"
    try:
        items = list(value)
    except TypeError:  # an array without dimensions
        return "a sequence"
    open_ended = len(kinds) == 1 or kinds[1] is ...
    if not open_ended and len(items) != len(kinds):
        return f"a sequence of {len(kinds)}"
    wanted = kinds[:1] * len(items) if open_ended else kinds
    misfits = (misfit(kind, item) for kind, item in zip(wanted, items, strict=True))
    return next((f"{text} (as item {at})" for at, text in enumerate(misfits) if text), "")


def is_number(value: Any) -> bool:
    """Whether it is a real number: neither a truth value, nor text, nor NaN."""
    return type(value) is not bool and isinstance(value, Real) and bool(value == value)


def is_whole(value: Any) -> bool:
    """Whether it is a whole number, of whatever type."""
    return is_number(value) and (isinstance(value, Integral) or float(value).is_integer())


_SCALARS: dict[Any, tuple[str, Callable[[Any], bool]]] = {
    float: ("a number", is_number),
    int: ("a whole number", is_whole),
    str: ("text", lambda value: isinstance(value, str)),
    bool: ("true or false", lambda value: isinstance(value, bool)),
    Any: ("", lambda _: True),
}


def changes(old: Any, new: Any, at: str = "") -> Iterator[str]:
    """What differs between two plain results, a sentence each; numbers may move by 1e-9."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(k for k in new if k not in old)]:
            if key not in old or key not in new:
                yield f"{at}/{key}: {'is new' if key in new else 'is gone'}"
            else:
                yield from changes(old[key], new[key], f"{at}/{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for position, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from changes(before, after, f"{at}/{position}")
    elif _number(old) and _number(new):
        if not _same_number(old, new):
            yield f"{at}: {old!r} -> {new!r} (by {new - old:.3g})"
    elif type(old) is not type(new) or old != new:
        yield f"{at}: {shortened(old)} -> {shortened(new)}"


def _same_number(one: Any, other: Any) -> bool:
    """Numbers of one kind that agree: a count that became a measure is another number."""
    return _number(one) and type(one) is type(other) and agree(one, other)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


FEW = 12  # names that a message lists; of more it gives those that are near
NEAR = 3


def unknown(kind: str, name: str, known: Collection[str]) -> str:
    """The message for a name that does not exist: what may be meant, or the few that do exist.

    >>> unknown("choice", "clone", ["clones", "weight"])
    "There is no choice named 'clone'. Did you mean 'clones'? Known: clones, weight."
    """
    near = [f"'{each}'" for each in _nearest(name, known)]
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    names = sorted(known)
    comma = "; " if any("," in each for each in names) else ", "
    some = f"{comma.join(names[:NEAR])} and {len(names) - NEAR} more"
    listed = f" Known: {comma.join(names) if len(names) <= FEW else some}."
    return f"There is no {kind} named '{name}'.{hint}{'' if near and len(names) > FEW else listed}"


def _nearest(name: str, known: Collection[str]) -> list[str]:
    """Names that are written nearly so; else those that hold it, or that it holds."""
    close = get_close_matches(name, known, n=NEAR)
    within = (each for each in known if name and (name in each or each in name))
    return (close or list(within))[:NEAR]


def shortened(value: Any) -> str:
    """A value as a message shows it."""
    text = f"a list of {len(value)}" if isinstance(value, list) else " ".join(repr(value).split())
    return text if len(text) < 90 else text[:87] + "..."
