"""A first analysis of one's own on the command line: new."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from research.cli.data import complete_dataset
from research.cli.printing import say


def new(
    file: Annotated[Path, typer.Argument(help="The file to write, such as mine.py.")],
    table: Annotated[
        str,
        typer.Option(
            help="The table that it reads; research data list shows all.",
            autocompletion=complete_dataset,
        ),
    ],
) -> None:
    """Write an analysis of your own that runs at once, to be changed."""
    from research.analysis.scaffold import scaffold

    scaffold(file, table)
    say(f"{file} reads {table} and can be run: research run {file}")
