"""Nothing that decides a result leaves the order of equals to the machine."""

from __future__ import annotations

import ast

import pytest

from research import places

FOLDERS = ("research", "analyses", "datasets", "docs", "benchmarks")
SORTS = ("sort_values", "argsort")


def unstable(text: str) -> list[int]:
    """Lines of sorts by one key that do not ask for the stable kind.

    The quick one orders equals in a way that differs between processors; pandas sorts by several
    columns stably.
    """
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return [
        call.lineno
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in SORTS
        and not any(isinstance(key, ast.List) and len(key.elts) > 1 for key in call.args)
        and not any(ast.unparse(option) == "kind='stable'" for option in call.keywords)
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_sort_keeps_the_order_of_equals(folder):
    paths = sorted((places.bundled() / folder).rglob("*.py"))
    found = [f"{path}:{line}" for path in paths for line in unstable(path.read_text("utf-8"))]
    assert paths
    assert found == []


def test_a_sort_that_leaves_the_order_open_is_found():
    assert unstable('rows.sort_values("n")\nrows.sort_values(["n", "name"])') == [1]
    assert unstable('np.argsort(x)\nnp.argsort(x, kind="stable")\nx.sort_values()') == [1, 3]
