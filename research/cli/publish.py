"""Publishing on the command line: the page, and what the author of a paper takes home."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from research.cli.analyses import PAPER, complete_analysis
from research.cli.printing import AsJson, print_json

Results = Annotated[
    Path | None,
    typer.Option(help="Folder of results; by default those of the last run, else the committed."),
]


def page(
    into: Annotated[Path, typer.Option(help="The file to write.")] = PAPER / "build" / "page.html",
    results: Results = None,
    as_json: AsJson = False,
) -> None:
    """Write the page: one HTML file with every claim, which needs no network."""
    from research.publish import page as built

    written = built.page(_results(results), into)
    print_json({"page": str(written)}) if as_json else print(written)


def _results(chosen: Path | None) -> Path:
    from research.places import bundled

    here = PAPER / "results"
    return chosen or (here if here.is_dir() else bundled() / here)
