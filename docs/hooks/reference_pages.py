"""The reference: which public names stand on which page; their docstrings do the rest."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType

from prose import document, plain, table

from research import collect, estimators, measures, publish

MODULES = ("research", "research.results", "research.analysis", "research.datasets",
           "research.doubts", "research.figures", "research.wording")  # fmt: skip
PUBLISHED = ("screen", "notebook", "explanation", "judged", "verdict", "page", "tables")


def pages() -> Iterator[tuple[str, str]]:
    """A page for each module whose names others may import."""
    modules = [
        *MODULES,
        *described_estimators(),
        *_below(measures),
        *(f"{publish.__name__}.{name}" for name in PUBLISHED),
        *_exporting(collect),
    ]
    shown = {name: _public(importlib.import_module(name)) for name in modules}
    yield "reference/index.md", _index(list(shown))
    for name, names in shown.items():
        yield f"reference/{name}.md", _page(name, names)


def described_estimators() -> list[str]:
    """The modules of estimators whose functions METHODS.md describes."""
    methods = document("METHODS.md")
    return [name for name in _below(estimators) if f"`{_short(name)}." in methods]


def _exporting(package: ModuleType) -> list[str]:
    below = _below(package)
    return [name for name in below if hasattr(importlib.import_module(name), "__all__")]


def _below(package: ModuleType) -> list[str]:
    prefix = f"{package.__name__}."
    return [found.name for found in pkgutil.iter_modules(package.__path__, prefix)]


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def linked(methods: str) -> str:
    """The tables of METHODS.md with each function led to its place in the reference."""
    shown = {
        _short(name): _public(importlib.import_module(name)) for name in described_estimators()
    }

    def led(found: re.Match[str]) -> str:
        module, name = found[1], found[2]
        if name not in shown.get(module, ()):
            return found[0]
        return f"| [`{module}.{name}`][research.estimators.{module}.{name}] |"

    return re.sub(r"^\| `(\w+)\.(\w+)` \|", led, methods, flags=re.MULTILINE)


def _public(module: ModuleType) -> list[str]:
    """What a module exports: its ``__all__``, or what it defines without an underscore."""
    if hasattr(module, "__all__"):
        return [
            name
            for name in module.__all__
            if not name.startswith("__") and not inspect.ismodule(getattr(module, name))
        ]
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
        and value.__doc__
    ]


def _index(modules: list[str]) -> str:
    rows = [(f"[{name}]({name}.md)", plain(_first_line(name))) for name in modules]
    return (
        "# Reference\n\nWritten from the docstrings. An analysis imports public names of "
        "`research`, never another analysis. The same texts are at hand in "
        "Python: `help(research.load)`.\n\n" + table(("module", "what it is for"), rows)
    )


def _first_line(name: str) -> str:
    return (inspect.getdoc(importlib.import_module(name)) or "").split("\n\n")[0]


def _page(name: str, names: list[str]) -> str:
    members = "".join(f"        - {member}\n" for member in names)
    title = name.removeprefix("research.")
    options = f"    options:\n      members:\n{members}"
    return f"---\ntitle: {title}\n---\n\n::: {name}\n{options}"
