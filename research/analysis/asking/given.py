"""What may be given as each part of a question: another kind of value gets a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from numbers import Integral, Real
from typing import Any

from research.results import ResearchError

TEXT = "a text such as '{}'"
NUMBER = "a number such as 0.41"
DATA = "a table or dataset with what stands in for it, such as {'hub_top_models': '2026-06-11'}"


def mistyped(asked: Any) -> str:
    """The first attribute of a question that is no value of its kind; empty where all are.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> parts = {"channels": ["pulls"], "rank": 3}
    >>> mistyped(SimpleNamespace(**parts))
    "'rank' wants a text such as 'organisation'; found 3."
    """
    for name, value in _parts(asked):
        wanted, fits = WANTED[name]
        if not fits(value):
            return f"'{name}' wants {wanted}; found {value!r}."
    return ""


def _parts(asked: Any) -> Iterator[tuple[str, Any]]:
    """The parts of a question that must be of one kind: of several channels each by itself."""
    for name in WANTED:
        if hasattr(asked, name):
            values = asked.channels if name == "channels" else [getattr(asked, name)]
            yield from ((name, value) for value in values)


def refuse_other_data(data: object) -> None:
    """Stop where data are given in another way than by the names of tables.

    Raises
    ------
    ResearchError
        It is no mapping from names.
    """
    named = isinstance(data, Mapping) and all(isinstance(name, str) for name in data)
    if data is not None and not named:
        raise ResearchError(f"'data' wants {DATA}; found {data!r}.")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_window(value: object) -> bool:
    return value is None or value == "all" or _is_whole(value)


def _is_threshold(value: object) -> bool:
    if value is None:
        return True
    return not isinstance(value, bool) and isinstance(value, Real) and isfinite(value)


def _is_answer(value: object) -> bool:
    return isinstance(value, bool)


WANTED: dict[str, tuple[str, Callable[[object], bool]]] = {
    "channels": ("the names of channels, one after the other, such as 'downloads'", _is_text),
    "rank": (TEXT.format("organisation"), _is_text),
    "on": (TEXT.format("2026-06"), _is_text),
    "top": ("a whole number such as 10", _is_whole),
    "window": ("a whole number of days, or 'all'", _is_window),
    "ratio": ("True or False", _is_answer),
    "more_than": (NUMBER, _is_threshold),
    "less_than": (NUMBER, _is_threshold),
}
