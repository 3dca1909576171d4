"""Numbers become text in one place: nothing that prints results formats a number by itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from research import places
from research.publish.paper import printed
from research.wording import typeset

ROOT = places.bundled()
PRINTING = sorted(
    path for part in ("publish", "cli") for path in (ROOT / "research" / part).rglob("*.py")
)
NUMERIC = re.compile(r"[eEfFgGn%,]|\.\d")  # of a format: 04x and > are of texts


def formats(source: str) -> list[str]:
    """The numeric formats of a source, in f-strings and calls."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            found.append(ast.unparse(node.format_spec))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "format":
            found.append(ast.unparse(node))
    return [each for each in found if NUMERIC.search(re.sub(r"\{[^}]*\}", "", each[2:-1]))]


@pytest.mark.parametrize("path", PRINTING, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_prints_results_formats_no_number(path: Path):
    assert formats(path.read_text(encoding="utf-8")) == []


def test_the_search_for_formats_finds_them():
    assert len(formats("f'{a:.1f} {b:,} {c:.0%} {d:g}'; format(x, '.2f')")) == 5
    assert formats("f'{a:<8} {b:04x} {c:<{width}} {d}'") == []


@pytest.mark.parametrize("name", ["paper.typ", "supplement.typ", "numbers.typ"])
def test_the_paper_formats_no_number(name):
    text = (ROOT / "paper" / name).read_text(encoding="utf-8")
    assert re.findall(r"calc\.(?:round|trunc|fract)|digits:", text) == []


@pytest.mark.parametrize(
    ("form", "unit", "values", "text"),
    [
        ("amount", "difference in share", (-0.206, -0.076), "-20.6 to -7.6 percentage points"),
        ("quantity", "difference in share", (-0.206, -0.076), "-20.6 to -7.6 points"),
        ("quantity", "listings a host", (1.02, 1.02), "1.02"),
        ("found", "listings a host", (1.02, 3.0), "1.02 to 3.00"),
        ("found", "ratio", (0.5, "inf"), "0.50 to infinity"),
        ("number", "", (18844.2, 18844.2), "18 844"),
        ("text", "", ("top 1,000, -0.2",), "top 1 000, -0.2"),
        ("count", "", (56.7, 56.7), "57"),
        ("limits", "share of hosts", (0.1, 0.2, 0.95, None), "10.0 to 20.0 %"),
        ("region", "share of hosts", ("greater", 0.5, 0.0), "more than 50 %"),
    ],
)
def test_the_paper_prints_what_the_other_forms_print(form, unit, values, text):
    assert printed(form=form, unit=unit, values=values) == typeset(text)
