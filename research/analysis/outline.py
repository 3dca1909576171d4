"""What files of ``analyses/`` say of themselves, read from their text: nothing in them is run."""

from __future__ import annotations

import ast
import csv
import warnings
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from research import datasets
from research.analysis.declare import analyses, title
from research.datasets.reading import checked_path

CLAIMS = "published_claims"


@dataclass(frozen=True, kw_only=True)
class Outline:
    """An analysis file as a reader sees it who does not run it.

    Parameters
    ----------
    question
        First line of its docstring; where the file is no Python, what is wrong with it.
    claims
        The published claims that it names.
    """

    name: str
    path: Path
    question: str
    claims: tuple[str, ...]


def outlines() -> list[Outline]:
    """Every analysis that :func:`research.analysis.analyses` finds, by name."""
    known = _known_claims()
    return [_outline(name, path, known) for name, path in analyses().items()]


def _outline(name: str, path: Path, known: Container[str]) -> Outline:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are told when the file is run
            tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        return Outline(name=name, path=path, question=f"({path}{line}: {error})", claims=())
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return Outline(
        name=name,
        path=path,
        question=title(ast.get_docstring(tree) or name),
        claims=tuple(sorted(text for text in texts if isinstance(text, str) and text in known)),
    )


def _known_claims() -> frozenset[str]:
    """The claims of the table, without the library that reads tables: listing must be quick."""
    dataset = datasets.describe(CLAIMS)
    path = checked_path(dataset, CLAIMS)
    if path.suffix != ".csv":
        return frozenset(datasets.load(CLAIMS)["claim_id"])
    with path.open(encoding="utf-8", newline="") as file:
        return frozenset(row["claim_id"] for row in csv.DictReader(file))
