"""Which columns of a table an analysis can use: those that its text names."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from research import measures

MEASURES = Path(measures.__file__).parent


def named(path: Path) -> frozenset[str]:
    """Every word of an analysis and of the measures that it may use: no other column is read.

    A census has millions of rows. What the Hub tells of a model is named by what a channel calls
    it, so that ``tell=["licence"]`` names the column of licences and leaves all others out.
    """
    from research.measures.hub import FACTS  # measures need pandas, and a list of analyses does not

    mine = _words(path)
    columns = {column for column, name in FACTS.items() if name in mine}
    of_its_own = _words(MEASURES / "leaderboards.py") if "leaderboards" in mine else frozenset()
    return mine | columns | of_its_own | _words_of_measures()


@cache
def _words_of_measures() -> frozenset[str]:
    """Without those of cells, which the engine makes of the file itself, and of leaderboards.

    These read a table of their own, and none of the Hub's models: they are named by who uses them.
    """
    paths = (path for path in MEASURES.glob("*.py") if path.stem not in ("cells", "leaderboards"))
    return frozenset[str]().union(*map(_words, paths))


def _words(path: Path) -> frozenset[str]:
    """The words of a file's code, without docstrings and without the table of all facts."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            node.body = [part for part in body if not _is_told(part)] or [ast.Pass()]  # type: ignore[attr-defined]
    return frozenset(re.findall(r"\w+", ast.unparse(tree)))


def _is_told(part: ast.stmt) -> bool:
    if isinstance(part, ast.Assign):
        return ast.unparse(part.targets[0]) == "FACTS"
    return isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)
