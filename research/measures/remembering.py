"""What was made of a table once, as long as the table is there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from weakref import finalize

import pandas as pd

from research.datasets import LargeTable

Given = ParamSpec("Given")
Made = TypeVar("Made")
TABLES = (pd.DataFrame, LargeTable)


def remembered(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """Marks a function whose result for the same tables is made once.

    The specifications of an analysis ask the same of the same tables many times. Tables are the
    same if they are one object, and what was made of one is let go with it. All are handed one
    object, so that what is made of that is remembered too: nobody may write into it (a test).

    Examples
    --------
    >>> @remembered
    ... def total(table, column):
    ...     print("made")
    ...     return table[column].sum()
    >>> table = pd.DataFrame({"hosts": [1, 2]})
    >>> int(total(table, "hosts")), int(total(table, "hosts"))
    made
    (3, 3)
    """
    known: dict[Any, Made] = {}

    @wraps(make)
    def asked(*args: Given.args, **options: Given.kwargs) -> Made:
        given = [*args, *(part for item in sorted(options.items()) for part in item)]
        key = tuple(map(_identity, given))
        if key not in known:
            known[key] = make(*args, **options)
            for table in given:
                if isinstance(table, TABLES):
                    finalize(table, known.pop, key, None)
        return known[key]

    return asked


def _identity(value: Any) -> Any:
    """Tables by what object they are, anything else by what it says."""
    if isinstance(value, TABLES):
        return "table", id(value)
    return tuple(value) if isinstance(value, list) else value
