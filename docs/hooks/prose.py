"""Text for pages: escaped, put into tables, cut out of the repository's own documents."""

from __future__ import annotations

import html
import importlib
import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from research import places

ROOT = places.bundled()
NARROW = "\u202f"  # between the thousands of a number, where no line may break
SPECIAL = {ord(mark): f"&#{ord(mark)};" for mark in "*_[]|$\\#~"}
PAGES = {
    "METHODS.md": "methods.md",
    "paper/coverage.md": "coverage.md",
    "CONTRIBUTING.md": "guides/add-an-analysis.md",
}  # documents of the repository that have a page of their own
RELATIVE = re.compile(r"(!?\[[^\]]+\])\(([\w./-]+)(#[^)]*)?\)")


def plain(text: Any) -> str:
    """Text that Markdown and HTML leave as it is; what stands in backticks becomes code."""
    whole = re.sub(r"(?<=\d)\s(?=\d{3}(?!\d))", NARROW, html.escape(str(text), quote=False))
    parts = whole.split("`")
    if len(parts) % 2 == 0:  # a backtick without its partner
        return "&#96;".join(part.translate(SPECIAL) for part in parts)
    return "".join(
        f"<code>{part.translate(SPECIAL)}</code>" if place % 2 else part.translate(SPECIAL)
        for place, part in enumerate(parts)
    )


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; its cells are Markdown already."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(" ".join(c.split()) for c in line) + " |" for line in lines)


def bullets(items: Iterable[Any]) -> str:
    """A list of plain texts."""
    return "\n".join(f"- {plain(item)}" for item in items)


def link(source: Mapping[str, Any]) -> str:
    """The title of a source, linked where it has an address."""
    title = plain(source.get("title") or source.get("name"))
    return f"[{title}](<{source['path']}>)" if "path" in source else title


def document(name: str, up: str = "") -> str:
    """A document of the repository, its links led to the pages of the site.

    ``up`` leads from the page to the top of the site. A link to what has no page loses its link.
    """

    def led(found: re.Match[str]) -> str:
        text, target, place = found[1], found[2].removeprefix("../"), found[3] or ""
        if target.startswith("docs/"):
            return f"{text}({up}{target.removeprefix('docs/')}{place})"
        if target in PAGES:
            return f"{text}({up}{PAGES[target]}{place})"
        return found[0] if text.startswith("!") else text[1:-1]

    return RELATIVE.sub(led, (ROOT / name).read_text(encoding="utf-8"))


def docstring(module: str, *, after: str) -> str:
    """The docstring of a module from the paragraph that begins with these words."""
    text = inspect.getdoc(importlib.import_module(module)) or ""
    if after not in text:
        raise LookupError(f"The docstring of {module} has no '{after}'.")
    return text[text.index(after) :].replace("``", "`").replace("::\n", ":\n")


def section(name: str, heading: str, up: str = "") -> str:
    """One section of a document, without its heading; refused where there is none."""
    pattern = rf"^(#+) {re.escape(heading)}\n(.*?)(?=^#{{1,2}} |\Z)"
    text = _without_comments_in_code(document(name, up))
    found = re.search(pattern, text, re.DOTALL | re.MULTILINE)
    if not found:
        raise LookupError(f"{name} has no section '{heading}'.")
    return found[2].replace(HASH, "#").strip()


HASH = "\x00"  # stands for a hash sign that begins a line of code, and no heading


def _without_comments_in_code(text: str) -> str:
    fenced = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
    return fenced.sub(lambda code: code[0].replace("\n#", f"\n{HASH}"), text)
