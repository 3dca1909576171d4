"""Every figure of the study with the lines that make it, and those that one line asks for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import asked_pages
import results_pages
from prose import plain

from research.results import Result

FENCE = "```"


def page(questions: str) -> str:
    """The gallery in Markdown: figures of questions that are asked, then one of each analysis.

    ``questions`` is the page whose commands are asked; their figures stand beside that page.
    """
    parts = [
        "---\ntitle: Gallery\nhide: [navigation]\n---",
        "# Gallery",
        "Every figure, with the lines that make it. `--out FOLDER` writes it as PDF, SVG and PNG, "
        "with the result. In Python `.plot()` gives a figure of matplotlib, whose size, titles and "
        "axes are yours to change. Bars are identified sets; red is China, blue the United States.",
        "## Asked in one line",
        *_asked(questions),
        "## Of the analyses",
        *(part for result in results_pages.results().values() for part in _analysis(result)),
    ]
    return "\n\n".join(parts)


def _asked(questions: str) -> Iterator[str]:
    number = count(1)
    for asked in asked_pages.questions(questions):
        if asked.kind == "figure":
            yield _lines("sh", f"{asked.command} --out mine")
            yield _picture(f"The answer to {asked.command}", f"asked-{next(number)}.svg")


def _analysis(result: Result) -> Iterator[str]:
    name = result.analysis
    yield f"### [{plain(result.title)}](analyses/{name}.md)"
    yield _picture(f"Figure of the analysis {name}", f"analyses/{name}.svg")
    yield _lines("python", f'research.run("{name}").plot()')
    yield _lines("sh", f"research run {name} --out mine")


def _picture(text: str, place: str) -> str:
    return f"![{text}]({place}){{ loading=lazy }}"


def _lines(language: str, text: str) -> str:
    return f"{FENCE}{language}\n{text}\n{FENCE}"
