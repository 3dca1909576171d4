"""What analyses leave to the package: rows of budgets, origins, families, texts of numbers, bounds.

An analysis states a hypothesis, takes a sample and estimates, and does none of this.
"""

from __future__ import annotations

import ast

import pytest

from research import places

ANALYSES = sorted((places.bundled() / "analyses").glob("*.py"))
ORIGINS = {"candidates", "publisher_candidates", "country_coder_a", "country_coder_b"}
BOUNDS = (
    "research.estimators.ranged", "research.estimators.ranged_indices",
    "research.estimators.identification", "research.estimators.partial_ranks",
)  # fmt: skip


def calls(tree, names) -> bool:
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(isinstance(name, ast.Name) and name.id in names for name in called)


def texts(tree) -> set[str]:
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {text for text in constants if isinstance(text, str)}


def formats(tree) -> bool:
    """A number of an f-string has a format such as .0%; that of a date begins with %."""
    specs = (
        ast.unparse(node.format_spec)
        for node in ast.walk(tree)
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None
    )
    return any("%Y" not in spec and "%-d" not in spec for spec in specs)


def imports(tree, modules) -> bool:
    found = (node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return any(name.startswith(modules) for name in found)


RULES = {
    "builds a budget row": lambda tree: calls(tree, {"BudgetRow"}),
    "codes an origin": lambda tree: bool(texts(tree) & ORIGINS),
    "joins families": lambda tree: "hub_repository" in texts(tree),
    "formats a number": lambda tree: calls(tree, {"number", "percent", "span"}) or formats(tree),
    "calls a bounds routine": lambda tree: imports(tree, BOUNDS),
}


@pytest.mark.parametrize("rule", RULES)
def test_no_analysis_does_what_the_package_does(rule):
    found = [path.stem for path in ANALYSES if RULES[rule](ast.parse(path.read_text()))]
    assert found == [], f"{rule}: leave it to the package, as CONTRIBUTING says"


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("builds a budget row", "BudgetRow(source='x', low=0, high=1)"),
        ("codes an origin", "origins['candidates']"),
        ("joins families", "models.merge(repositories, right_on='hub_repository')"),
        ("formats a number", "f'{share:.0%} of {what}'"),
        ("formats a number", "number(3)"),
        ("calls a bounds routine", "from research.estimators.ranged import ranged_mean"),
    ],
)
def test_each_rule_sees_what_it_forbids(rule, text):
    assert RULES[rule](ast.parse(text))
    assert not RULES[rule](ast.parse("f'{day:%Y-%m-%d}: {what}'; row(DOUBT); lead.bounds()"))
