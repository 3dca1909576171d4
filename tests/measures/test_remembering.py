"""Results that are made once for the same tables, and let go with them."""

from __future__ import annotations

import ast
import gc
import weakref

import pandas as pd
import pytest

from research import places
from research.measures.cells import hub_cells
from research.measures.hub import hub_downloads, hub_facts
from research.measures.remembering import remembered
from research.measures.top_lists import newest_first, on_day, top_lists

MADE_ONCE = [hub_cells, hub_downloads, hub_facts, newest_first, on_day, top_lists]


def test_a_result_is_made_once_a_table_and_set_of_arguments():
    calls = []

    @remembered
    def head(table, rows=1, *, columns=()):
        calls.append((rows, tuple(columns)))
        return table.head(rows)[[*columns]]

    one, same = (pd.DataFrame({"a": [1, 2], "b": [3, 4]}) for _ in range(2))
    assert head(one, 2, columns=["a"]) is head(one, 2, columns=["a"])
    assert head(one, 2, columns=["b"]) is not head(one, 2, columns=["a"])
    assert head(same, 2, columns=["a"]) is not head(one, 2, columns=["a"])
    assert calls == [(2, ("a",)), (2, ("b",)), (2, ("a",))]


def test_what_was_made_of_a_table_is_let_go_with_it():
    table = pd.DataFrame({"a": range(3)})
    made = remembered(lambda table: table.head(1))
    held = weakref.ref(made(table))
    gc.collect()
    assert held() is not None
    del table
    gc.collect()
    assert held() is None


@pytest.mark.parametrize("folder", ["analyses", "research/measures"])
def test_nobody_writes_into_what_others_are_handed_too(folder):
    made_once = {function.__name__ for function in MADE_ONCE}
    for path in sorted((places.bundled() / folder).glob("*.py")):
        for function in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(function, ast.FunctionDef):
                assert not made_once_of(function, made_once) & written(function), path.name


def made_once_of(function: ast.FunctionDef, made_once: set[str]) -> set[str]:
    """The names to which a function gives what was made once."""
    assigned = (node for node in ast.walk(function) if isinstance(node, ast.Assign))
    return {
        target.id
        for node in assigned
        if isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id in made_once
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def written(function: ast.FunctionDef) -> set[str]:
    """The names into whose values a function writes: ``name[...] = ``, ``name.rows[...] = ``."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            found |= {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
    return found


def test_the_search_for_writers_finds_one():
    (function,) = ast.parse("def f(t):\n    day = on_day(t, 1)\n    day.loc['x'] = 2\n").body
    assert made_once_of(function, {"on_day"}) & written(function) == {"day"}
