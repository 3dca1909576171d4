"""The paper: Typst reads the results by path; a missing number stops the build."""

from __future__ import annotations

import shutil
from pathlib import Path

from research import figures, places
from research.places import write_beside
from research.results import ResearchError

SOURCES = ("paper.typ", "references.bib")


def working_copy(folder: Path) -> None:
    """Put the manuscript's sources into ``folder`` where they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SOURCES:
        shipped = places.bundled() / "paper" / name
        if shipped.is_file() and not (folder / name).is_file():
            shutil.copyfile(shipped, folder / name)


def compile_paper(folder: Path) -> Path:
    """Compile ``folder/paper.typ`` to ``folder/build/paper.pdf``: offline, the same bytes always.

    Raises
    ------
    ResearchError
        With file and line, if the text asks for a number, figure or reference that does not exist.
    """
    import typst

    source, target = folder / "paper.typ", folder / "build" / "paper.pdf"
    try:
        pdf = typst.compile(
            source, root=folder, font_paths=[figures.font_folder()], ignore_system_fonts=True
        )
    except typst.TypstError as error:
        raise ResearchError(f"The paper does not compile: {error}") from error
    write_beside(target, pdf)
    return target
