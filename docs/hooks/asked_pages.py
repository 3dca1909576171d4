"""A page of questions: each command in it is run, and what it printed stands below it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from unittest.mock import patch

from research import figures
from research.analysis.asking.drawing import figure
from research.cli import app
from research.results import ResearchError, Result

BLOCK = re.compile(r"^```ask ?(\w*)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
FENCE = "```"
COLUMNS = "88"  # of the terminal that the page shows


@dataclass(frozen=True)
class Asked:
    """A command of the page; ``kind`` is ``"figure"``, ``"refused"`` or empty."""

    kind: str
    command: str

    @property
    def printed(self) -> str:
        """What it prints; of one that is refused the reason.

        Raises
        ------
        ResearchError
            It was to be answered and is refused, or the other way round.
        """
        try:
            text = _typed(self.command)
        except ResearchError as error:
            if self.kind != "refused":
                raise
            return f"Error: {error}"
        if self.kind == "refused":
            raise ResearchError(f"The page says that this is refused: {self.command}")
        return text.rstrip()

    @property
    def drawn(self) -> bytes:
        """Its figure."""
        (result,) = [Result.from_json(_typed(f"{self.command} --json"))]
        with figures.theme():
            return figures.printed(figure(result), "svg")[0]


@dataclass
class Page:
    """The page in Markdown, and its figures by their file names."""

    markdown: str
    images: dict[str, bytes] = field(default_factory=dict)


def questions(text: str) -> list[Asked]:
    """The commands of a page."""
    return [Asked(kind, command) for kind, command in BLOCK.findall(text)]


def answered(text: str, stem: str) -> Page:
    """The page with its answers."""
    page = Page("")
    parts = iter(BLOCK.split(text))
    page.markdown = next(parts)
    for kind, command, between in zip(parts, parts, parts, strict=True):
        page.markdown += "\n\n".join(_shown(Asked(kind, command), page, stem)) + between
    return page


def _shown(asked: Asked, page: Page, stem: str) -> Iterator[str]:
    yield f"{FENCE}sh\n{asked.command}\n{FENCE}"
    yield f"{FENCE}{{.text .output}}\n{asked.printed}\n{FENCE}"
    if asked.kind == "figure":
        name = f"{stem}-{len(page.images) + 1}.svg"
        page.images[name] = asked.drawn
        yield f"![The answer, drawn]({name})"


def _typed(command: str) -> str:
    name, *words = shlex.split(command)
    shown = StringIO()
    with patch.dict(os.environ, {"COLUMNS": COLUMNS}), redirect_stdout(shown):
        app(words, prog_name=name, standalone_mode=False)
    return shown.getvalue()
