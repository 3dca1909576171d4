"""No estimator without a user: each is reached from an analysis or from the package around it.

Names are followed through the syntax trees, so that neither a test nor a benchmark nor the coverage
study counts: what nobody uses needs no coverage.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from research import places
from tests.test_methods import TEXT, public_functions

ROOT = places.bundled()
ESTIMATORS = ROOT / "research" / "estimators"
CALIBRATION = ROOT / "research" / "calibration"
Definition = ast.FunctionDef | ast.ClassDef


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def trees(paths: Iterable[Path]) -> list[ast.Module]:
    return [tree(path) for path in sorted(paths)]


@cache
def definitions() -> dict[str, list[Definition]]:
    found: dict[str, list[Definition]] = {}
    for tree in trees(ESTIMATORS.rglob("*.py")):
        for node in tree.body:
            if isinstance(node, Definition):
                found.setdefault(node.name, []).append(node)
    return found


@cache
def names(node: ast.AST) -> set[str]:
    """Every name that a piece of code uses, by itself or from a module."""
    found = set()
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name) | ast.Attribute(value=ast.Name(), attr=name):
                found.add(name)
    return found


def reached(roots: Iterable[Path]) -> set[str]:
    """Definitions of estimators that these files use, and those that these use in turn."""
    known, seen = definitions(), set()
    waiting = {name for tree in trees(roots) for name in imported(tree)} & set(known)
    while waiting:
        name = waiting.pop()
        seen.add(name)
        used = set().union(*(names(node) for node in known[name])) & set(known)
        waiting |= used - seen
    return seen


def imported(tree: ast.Module) -> set[str]:
    """Names from the estimators, also those of a module that is imported whole."""
    found, modules = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            "research.estimators"
        ):
            found |= {alias.name for alias in node.names}
            modules |= {alias.asname or alias.name for alias in node.names}
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module in modules:
                found.add(name)
    return found


def test_no_definition_is_without_a_user():
    package = set((ROOT / "research").rglob("*.py"))
    users = package - set(CALIBRATION.rglob("*.py")) - set(ESTIMATORS.rglob("*.py"))
    assert set(definitions()) - reached([*users, *(ROOT / "analyses").glob("*.py")]) == set()


def test_methods_has_a_row_for_every_function():
    for function in public_functions():
        package = function.__module__.split(".")[2]
        rows = [
            line
            for line in TEXT.splitlines()
            if line.startswith(f"| `{package}.") and f".{function.__name__}`" in line.split("|")[1]
        ]
        assert len(rows) == 1, function.__name__
