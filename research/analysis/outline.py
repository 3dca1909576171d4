"""What files of ``analyses/`` say of themselves, read from their text: nothing in them is run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from research import datasets, places
from research.analysis.declare import analyses, title

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
    is_shipped
        Whether it comes with the package: results on record are of no other.
    """

    name: str
    path: Path
    question: str
    claims: tuple[str, ...]

    @property
    def is_shipped(self) -> bool:
        return self.path.is_relative_to(places.bundled())


def outlines() -> list[Outline]:
    """Every analysis that :func:`research.analysis.analyses` finds, by name."""
    known = sorted(row["claim_id"] for row in datasets.texts(CLAIMS))
    return [_outline(name, path, known) for name, path in analyses().items()]


def _outline(name: str, path: Path, known: Iterable[str]) -> Outline:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are told when the file is run
            source = path.read_bytes()
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        return Outline(name=name, path=path, question=f"({path}{line}: {error})", claims=())
    return Outline(
        name=name,
        path=path,
        question=title(ast.get_docstring(tree) or name),
        claims=tuple(claim for claim in known if _quotes(source, claim)),
    )


def _quotes(source: bytes, claim: str) -> bool:
    """Whether a text of the file is this claim: sought as written, sooner than in the tree."""
    return any(f"{mark}{claim}{mark}".encode() in source for mark in "\"'")
