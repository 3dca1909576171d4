"""Publishing on the command line: the page, and what the author of a paper takes home."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from research.cli.analyses import PAPER, complete_analysis, results_folder
from research.cli.printing import AsJson, print_json, progress, say

Results = Annotated[
    Path | None,
    typer.Option(help="Folder of results; by default the last run's, else those that ship."),
]


def page(
    out: Annotated[Path, typer.Option(help="The file to write.")] = PAPER / "build" / "page.html",
    results: Results = None,
    as_json: AsJson = False,
) -> None:
    """Write the page: one HTML file with every claim, which needs no network."""
    from research.publish import page as built

    with progress("Page", 1) as done:
        written = built.page(results_folder(results), out)
        done("written")
    if as_json:
        print_json({"page": str(written)})
    else:
        say(f"{written} is complete: open it with a browser, or put it on any web server.")


def tables(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Analyses; all by default.", autocompletion=complete_analysis),
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder to fill.")] = Path("paper-material"),
    results: Results = None,
    as_json: AsJson = False,
) -> None:
    """Write LaTeX and CSV tables, figures, numbers, methods and references for a paper."""
    from research.publish.tables.folder import publish_tables

    folder = results_folder(results)
    with progress("Tables", len(names or list(folder.glob("*.json")))) as done:
        written = publish_tables(folder, names or [], out, done=done)
    if as_json:
        print_json([str(path) for path in written])
    else:
        say(
            f"{len(written)} files in {out}. {out}/README.txt says what is what; "
            f"{out}/example.tex is a paper that uses them: pdflatex example, bibtex example."
        )
