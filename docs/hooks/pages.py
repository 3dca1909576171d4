"""What the site is built from: pages that repeat, at every build, what the repository says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import asked_pages
import command_pages
import dataset_pages
import gallery_page
import mathml
import notebook
import reference_pages
import results_pages
from jinja2 import Environment, StrictUndefined
from mkdocs.structure.files import File, Files
from prose import ROOT, docstring, document, plain, section

from research import __version__, figures
from research.publish.claims import answer_claims
from research.results import Result
from research.wording import one_line

DOCS = ROOT / "docs"
FACES = ("Regular", "Semibold", "It")
ALONE = "---\ntitle: {}\nhide: [navigation]\n---\n\n"
TAKE_AWAY = """
## Take it with you

[The notebook]({}.ipynb){}, not yet run. Any program that opens notebooks will do, with the Python
in which modelometrics is installed.
"""
NOTEBOOKS = {
    "in-ten-minutes": ("In ten minutes", ""),
    "tutorial": (
        "Tutorial",
        ", with its solutions folded; lay [exercises.py](exercises.py) beside it",
    ),
}
_formulas: dict[str, dict[str, str]] = {}


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are written here, and put them into the navigation."""
    made = dict(_made())
    for place, content in made.items():
        if known := files.get_file_from_path(place):
            files.remove(known)
        files.append(File.generated(config, place, content=content))
    config.nav = _with_made(config.nav, made)
    return files


def _made() -> Iterator[tuple[str, str | bytes]]:
    yield from results_pages.pages()
    yield from dataset_pages.pages()
    yield from reference_pages.pages()
    yield "commands.md", command_pages.page()
    yield "methods.md", document("METHODS.md")
    yield "coverage.md", document("paper/coverage.md")
    for drawing in ("calibration.svg", "calibration_methods.svg"):
        yield drawing, (ROOT / "paper" / drawing).read_bytes()
    for name in NOTEBOOKS:
        yield from _notebook(name)
    asked = asked_pages.answered(
        (DOCS / "twenty-questions.md").read_text(encoding="utf-8"), "asked"
    )
    yield "twenty-questions.md", asked.markdown
    yield from asked.images.items()
    yield "gallery.md", gallery_page.page((DOCS / "twenty-questions.md").read_text("utf-8"))
    for face in FACES:
        name = f"SourceSansPro-{face}.ttf"
        yield f"assets/{name}", (figures.font_folder() / name).read_bytes()


def _notebook(name: str) -> Iterator[tuple[str, str | bytes]]:
    """A page that was run, its images, and the notebook to take home."""
    title, more = NOTEBOOKS[name]
    source = DOCS / f"{name}.md"
    page = notebook.render(notebook.executed(source), name)
    yield f"{name}.md", ALONE.format(title) + page.markdown + TAKE_AWAY.format(name, more)
    yield f"{name}.ipynb", notebook.download(source)
    yield from page.images.items()


def _with_made(entry: Any, made: dict[str, Any]) -> Any:
    """The navigation, where a section that begins with an index takes all pages beside it."""
    if isinstance(entry, dict):
        return {name: _with_made(below, made) for name, below in entry.items()}
    if not isinstance(entry, list):
        return entry
    pages = [_with_made(page, made) for page in entry]
    if not isinstance(pages[0], str) or not pages[0].endswith("/index.md"):
        return pages
    folder = pages[0].removesuffix("index.md")
    beside = [name for name in made if name.startswith(folder) and name.endswith(".md")]
    return [*pages, *(name for name in beside if name not in pages)]


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Fill in what a page takes from the repository, and set formulas aside."""
    if page.file.generated_by is None:
        up = "../" * page.file.src_uri.count("/")
        markdown = _templates(up).from_string(markdown).render()
    if page.file.src_uri == "methods.md":
        markdown, _formulas[page.file.src_uri] = mathml.set_aside(reference_pages.linked(markdown))
    return markdown


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Put the formulas in, and let wide tables scroll by themselves, also from the keyboard."""
    html = mathml.put_back(html, _formulas.pop(page.file.src_uri, {}))
    tables = count(1)

    def framed(table: re.Match[str]) -> str:
        name = f'tabindex="0" role="region" aria-label="Table {next(tables)}"'
        return f'<div class="wide" {name}>{table[0]}</div>'

    return re.sub(r"<table.*?</table>", framed, html, flags=re.DOTALL)


def on_post_page(output: str, **_: Any) -> str:
    """Name the dialogue of the search for those who hear the page: the theme does not."""
    return output.replace('role="dialog"', 'role="dialog" aria-label="Search"')


def _templates(up: str) -> Environment:
    environment = Environment(undefined=StrictUndefined, comment_start_string="{##")
    environment.globals |= {
        "section": lambda name, heading: section(name, heading, up),
        "whole": lambda name: document(name).strip(),
        "docstring": docstring,
        "drawing": lambda name: (DOCS / name).read_text(encoding="utf-8").strip(),
        "line": line,
        "version": __version__,
        "claims": len(answer_claims(results_pages.results().values())),
        "analyses": len(results_pages.results()),
        "layers": layers(),
    }
    return environment


def line(analysis: str, question: str, label: str) -> str:
    """An estimate of a committed result as one line, with its verdict."""
    answer = _result(analysis).answers[question]
    return plain(one_line(answer.estimates[label], answer.verdicts.get(label)))


def _result(analysis: str) -> Result:
    return results_pages.results()[analysis]


def layers() -> list[str]:
    """The layers of the package from top to bottom, as the import contract names them."""
    import tomllib

    project = tomllib.loads(Path(ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[str] = project["tool"]["importlinter"]["contracts"][0]["layers"]
    return found
