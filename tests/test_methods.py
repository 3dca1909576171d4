"""METHODS.md names every estimator, nothing that does not exist, and no reference of its own."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import pytest

from research import doubts, estimators, places

TEXT = (places.bundled() / "METHODS.md").read_text(encoding="utf-8")
MODULES = {
    found.name.removeprefix("research.estimators."): importlib.import_module(found.name)
    for found in pkgutil.walk_packages(estimators.__path__, "research.estimators.")
}
DRAWING = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(doubts.__path__, "research.doubts.")
]
NAMES = sorted(
    name
    for name in set(re.findall(r"`([a-z_]+(?:\.\w+)+)`", TEXT))
    if name.split(".")[0] in {"research", *MODULES}
)


def resolved(name: str) -> Any:
    return pkgutil.resolve_name(
        name if name.startswith("research.") else f"research.estimators.{name}"
    )


def public_functions() -> Iterator[FunctionType]:
    """What a package exports, and every function whose docstring starts with a question."""
    for module in MODULES.values():
        exported = [getattr(module, name) for name in getattr(module, "__all__", ())]
        own = [f for f in vars(module).values() if inspect.isfunction(f)]
        asking = [
            f for f in own if f.__name__[0] != "_" and "?" in (f.__doc__ or "").split("\n\n")[0]
        ]
        yield from (f for f in {*exported, *asking} if inspect.isfunction(f))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_named_exists(name):
    assert callable(resolved(name)) or inspect.ismodule(resolved(name))


def test_every_estimator_is_named():
    named = {resolved(name) for name in NAMES}
    unnamed = {f"{f.__module__}.{f.__name__}" for f in public_functions() if f not in named}
    assert not unnamed, f"METHODS.md says nothing about {', '.join(sorted(unnamed))}"


def test_every_reference_is_one_of_the_code():
    cited = re.findall(r"doi:(10\.[^\s`]+)", TEXT)
    docstrings = "".join(inspect.getsource(module) for module in (*MODULES.values(), *DRAWING))
    assert len(cited) > 30
    assert [doi for doi in cited if doi not in docstrings] == []


def test_every_citation_is_in_the_list_of_references():
    body, listed = TEXT.split("## References")
    cited = re.findall(
        r"([A-ZÉ][\w-]+)(?:,[\w\s,-]+| et al\.| and [\w\s-]+)? \(?(1[89]\d\d|20\d\d)", body
    )
    missing = {
        f"{name} {year}"
        for name, year in cited
        if not re.search(rf"\b{name}\b.* \({year}\)", listed)
    }
    assert not missing
