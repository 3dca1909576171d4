"""Public functions and value objects under attack: an answer without NaN, or a refusal in prose.

The calls are those of the examples in the docstrings, with some arguments replaced by hostile ones,
so that a new estimator is attacked as soon as it has an example.
"""

from __future__ import annotations

import doctest
import importlib
import inspect
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import FunctionType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research import results
from research.estimators import valid
from research.estimators.proportions import wilson
from research.results import Record, ResearchError
from tests.test_methods import public_functions

PUBLIC = dict(sorted(
    (f"{f.__module__.removeprefix('research.estimators.')}.{f.__name__}", f)
    for f in public_functions()
))  # fmt: skip
RECORDS = {
    name: kind
    for name, kind in vars(results).items()
    if isinstance(kind, type) and is_dataclass(kind)
}
bounded = settings(max_examples=40, deadline=None, derandomize=True, database=None)


# Calls of the examples ----------------------------------------------------------------------------


@cache
def example_calls(name: str) -> tuple[dict[str, Any], ...]:
    """The arguments with which the examples of a public function call it."""
    function, calls = PUBLIC[name], []
    read = valid._read

    def recording(called, *args, **kwargs):
        if called is inspect.unwrap(function):
            calls.append(dict(inspect.signature(called).bind(*args, **kwargs).arguments))
        return read(called, *args, **kwargs)

    # A function that only passes its arguments on is called in the example of its module.
    module = importlib.import_module(function.__module__)
    examples = doctest.DocTestFinder(recurse=False).find(function, function.__name__, module)
    if not examples or not examples[0].examples:
        examples = doctest.DocTestFinder().find(module)
    valid._read = recording
    try:
        for example in examples:
            doctest.DocTestRunner(verbose=False).run(example, out=lambda _: None)
    finally:
        valid._read = read
    return tuple(calls[:3])


# Hostile values -----------------------------------------------------------------------------------

NUMBERS = [
    0, 1, -1, 2, 0.5, 2.5, -0.0, math.nan, math.inf, -math.inf, 1e-320, 1e-12, 1 - 1e-16, 3_000,
    1e12, 1e15, 1e74, 1e200, 1e308, -1e200, 10**30, 10**400, True, np.float32(0.3), np.int64(3),
    np.bool_(True), np.float64("nan"),
]  # fmt: skip
OTHERS = [
    None, "banana", "0.5", "", b"x", (), [], {}, set(), object, pd.NA, pd.NaT, 1j,
    np.array(1.0), np.datetime64("2025-04-24"), [None], [[1], [1, 2]], ["1", 1], iter([1, 2]),
    np.random.default_rng(1), pd.Series(dtype=float),
]  # fmt: skip
PAIRS = [(0, 0), (1, 0), (5, 3), (0.5, 1), (1,), (1, 2, 3), ("a", 2), (math.nan, 1), (1, math.inf),
         (1e12, 1e13), (1e200, 1e300), (-1, 2), (True, 2), (3.0, 9.0)]  # fmt: skip
ELEMENTS = [0, 1, -1, 0.5, math.nan, math.inf, 1e-320, 1e-160, 1e12, 1e74, 1e200, 1e308, "a", "1",
            None, True, pd.NA, (1, 2)]  # fmt: skip

scalars = st.sampled_from([*NUMBERS, *OTHERS, *PAIRS])


@st.composite
def distorted(draw, given) -> Any:
    """An array-like argument changed in a way that a careless caller might."""
    array = np.asarray(given)
    if array.dtype.kind not in "biufOU" or array.ndim == 0:
        return draw(scalars)
    values = array.astype(object)
    n = len(values)
    change = draw(st.integers(0, 15))
    if change == 0:
        return draw(scalars)
    if change <= 4:
        for _ in range(draw(st.integers(1, 3))):
            values.flat[draw(st.integers(0, values.size - 1))] = draw(st.sampled_from(ELEMENTS))
        return values.tolist() if change < 4 else values
    if change == 5:
        return values[: draw(st.integers(0, max(n - 1, 0)))]
    if change == 6:
        return np.concatenate((values, values[:1]))
    if change == 7:
        return np.full_like(values, values.flat[0]).tolist()
    if change == 8:
        return values[::-1].tolist()
    if change == 9:
        return [values.tolist()] if values.ndim == 1 else values.ravel().tolist()
    if change == 10:
        return np.repeat(values, draw(st.integers(2, 4)), axis=0).tolist()
    if change == 11:
        return pd.Series(list(values), index=draw(st.permutations(range(n))))
    if change == 12:
        return values.astype(str).tolist()
    if change == 13 and array.dtype.kind in "biuf":
        return array * draw(st.sampled_from([1e-300, 1e-160, 1e-9, 1e12, 1e60, 1e74, 1e200, -1]))
    if change == 14 and array.dtype.kind in "biuf":
        return np.ma.masked_array(array, mask=np.arange(array.size).reshape(array.shape) % 2 == 0)
    return draw(st.lists(st.sampled_from([0, 1, 2, 1e-8, 1e12, 1e70]), min_size=n, max_size=n))


def hostile(value: Any) -> st.SearchStrategy[Any]:
    """What may be given in place of a value."""
    if callable(value):
        return st.just(value)
    if isinstance(value, str):
        return st.sampled_from(["banana", "", value.upper(), *OTHERS])
    if isinstance(value, valid.np.ndarray | list | tuple | pd.Series | range):
        return distorted(value) | scalars
    if is_dataclass(value):
        return scalars | st.just(value)
    return scalars


@st.composite
def attacked(draw, call: dict[str, Any], function: FunctionType) -> dict[str, Any]:
    """A call of an example with one to three arguments replaced, also those it left out."""
    parameters = inspect.signature(function).parameters
    named = {n: p for n, p in parameters.items() if p.kind is not p.VAR_POSITIONAL}
    everything = {n: p.default for n, p in named.items() if p.default is not p.empty} | call
    names = draw(st.lists(st.sampled_from(sorted(everything)), min_size=1, max_size=3))
    return call | {name: draw(hostile(everything[name])) for name in names}


# What must hold -----------------------------------------------------------------------------------


def numbers_in(found: Any) -> list[float]:
    if isinstance(found, float):
        return [found]
    if isinstance(found, np.ndarray):
        return found.ravel().tolist() if found.dtype.kind == "f" else []
    if is_dataclass(found):
        return numbers_in([getattr(found, field.name) for field in fields(found)])
    if isinstance(found, Mapping):
        return numbers_in(list(found.values()))
    if isinstance(found, tuple | list):
        return [number for item in found for number in numbers_in(item)]
    return []


def kinds_in(found: Any) -> set[type]:
    if is_dataclass(found):
        parts = [getattr(found, field.name) for field in fields(found)]
        return {type(found)}.union(*map(kinds_in, parts))
    return set().union(*map(kinds_in, found)) if isinstance(found, tuple | list) else set()


def assert_sentence(error: ResearchError) -> None:
    assert len(str(error).split()) >= 4


def answer_or_refusal(function: Any, arguments: dict[str, Any]) -> None:
    try:
        rows = arguments.pop("rows", ()) if function is PUBLIC["budget.budget"] else ()
        found = function(*(rows if isinstance(rows, tuple) else (rows,)), **arguments)
    except ResearchError as error:
        assert_sentence(error)
        return
    shown = numbers_in(found)
    assert not any(map(math.isnan, shown))
    if any(map(math.isinf, shown)):
        texts = [function.__doc__ or "", *(kind.__doc__ or "" for kind in kinds_in(found))]
        assert "infinite" in " ".join(texts), "an infinite answer is announced"


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_function_is_marked_and_has_an_example(name):
    assert PUBLIC[name].__code__ is wilson.__code__, f"decorate {name} with @estimator"
    assert example_calls(name), f"{name} needs an example that calls it"


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_function_answers_or_refuses(name):
    @bounded
    @given(st.data())
    def attack(data):
        call = data.draw(st.sampled_from(example_calls(name)))
        call = {n: v for n, v in call.items() if not isinstance(v, np.random.Generator)}
        generators = {
            n: np.random.default_rng(3)
            for n in inspect.signature(PUBLIC[name]).parameters
            if n == "rng"
        }
        arguments = data.draw(attacked(call, PUBLIC[name]))
        answer_or_refusal(PUBLIC[name], generators | arguments)

    attack()


# Value objects ------------------------------------------------------------------------------------


@cache
def example(kind: Any) -> Any:
    """A value that fits an annotated type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in RECORDS.values():
        return baseline(kind)
    if origin in (Union, UnionType):
        return example(arguments[0])
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        return () if arguments[1:] == (...,) else tuple(map(example, arguments))
    if origin is dict:
        return {}
    known = {float: 0.5, int: 1, str: "x", bool: True, Any: "x"}
    return known.get(kind, ())


@cache
def baseline(kind: Any) -> Any:
    """A valid value object, with a value for every field that has no default."""
    needed = [field for field in fields(kind) if field.default is field.default_factory]
    hints = get_type_hints(kind)
    values = {field.name: example(hints[field.name]) for field in needed}
    return kind(**values, **({"value": 0.5} if kind is results.Estimate else {}))


def test_every_value_object_is_checked():
    assert [name for name, kind in RECORDS.items() if not issubclass(kind, Record)] == []


@pytest.mark.parametrize("name", RECORDS)
def test_a_value_object_holds_what_it_says_or_refuses(name):
    valid_one = baseline(RECORDS[name])
    given_fields = {field.name: getattr(valid_one, field.name) for field in fields(valid_one)}

    @bounded
    @given(st.data())
    def attack(data):
        names = data.draw(st.lists(st.sampled_from(sorted(given_fields)), min_size=1, max_size=3))
        changed = {n: data.draw(scalars | st.just(valid_one)) for n in names}
        try:
            made = RECORDS[name](**given_fields | changed)
        except ResearchError as error:
            assert_sentence(error)
            return
        shown = numbers_in(made)
        assert not any(map(math.isnan, shown))
        assert not math.isnan(getattr(made, "width", 0))

    attack()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: results.Bounds(2, 1), "low should not exceed high"),
        (lambda: results.Bounds("0", 1), "'low' should be a number, found '0'"),
        (lambda: results.Interval(0, 1, level=95), "level lies between 0 and 1"),
        (lambda: results.Interval(0, 1, design_effect=0), "design effect is positive"),
        (lambda: results.Test(name="z", statistic=1.0, p=1.5), "p-value lies between"),
        (lambda: results.BudgetRow(source="s", low=2, high=1, detail=""), "low should not exceed"),
        (
            lambda: results.Estimate(label="share", unit="", reading="banana", value=1),
            "'reading' should be one of 'finite population', 'superpopulation', found 'banana'",
        ),
        (
            lambda: results.Curve(over="x", grid=(1, 2), low=(1, 2), high=(1,)),
            "a value for each point",
        ),
    ],
)
def test_refusals_of_value_objects(make, message):
    with pytest.raises(ResearchError, match=message):
        make()


# What was reported --------------------------------------------------------------------------------


def test_labels_of_two_kinds_are_not_merged():
    for labels in ([1, "1", 2], [True, "x", "y"], np.array([1, "1", 2], dtype=object)):
        with pytest.raises(ResearchError, match="labels of one kind"):
            valid.labelled(labels, "cluster", 3)
    assert valid.labelled([1, 2.0, np.int64(1)], "cluster", 3)[1].tolist() == [0, 1, 0]
    assert valid.labelled([("a", 1), ("a", 2)], "cluster", 2)[1].tolist() == [0, 1]


def test_series_are_paired_by_label_or_not_at_all():
    x, y = pd.Series([1, 2, 3, 5], list("abcd")), pd.Series([2, 1, 4, 3], list("dcba"))
    with pytest.raises(ResearchError, match="'x' and 'y' have different labels"):
        PUBLIC["association.ranks.kendall"](x, y)
    paired = PUBLIC["association.ranks.kendall"](x, y.reindex(x.index))
    assert paired == PUBLIC["association.ranks.kendall"]([1, 2, 3, 5], [3, 4, 1, 2])
