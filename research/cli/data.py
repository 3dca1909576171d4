"""Datasets on the command line: list, show, verify."""

from __future__ import annotations

from typing import Annotated

import typer

from research.cli.printing import AsJson, print_dataset, print_datasets, print_json, progress, say


def complete_dataset(typed: str) -> list[str]:
    """Names of datasets and tables for the shell."""
    from research.datasets import datasets, tables

    return [name for name in sorted({*datasets(), *tables()}) if name.startswith(typed)]


DatasetName = Annotated[
    str, typer.Argument(help="A dataset or a table.", autocompletion=complete_dataset)
]


def list_data(as_json: AsJson = False) -> None:
    """List the datasets and their tables."""
    from research.datasets import datasets, versions

    rows = [
        {
            "dataset": dataset.name,
            "table": table,
            "version": dataset.version,
            "further versions": [v for v in versions(dataset.name) if v != dataset.version],
            "rows": resource["rows"],
            "title": resource.get("title", dataset.descriptor["title"]),
        }
        for dataset in datasets().values()
        for table, resource in dataset.resources.items()
    ]
    if as_json:
        print_json(rows)
    else:
        print_datasets(rows)


def show_data(
    name: DatasetName,
    version: Annotated[str | None, typer.Option(help="Another version than the one read.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a dataset or table: fields, source, licence, known limitations."""
    from research.datasets import describe

    dataset = describe(name, version)
    if as_json:
        print_json(dataset.descriptor)
    else:
        print_dataset(dataset.descriptor, name)


def verify_data(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Datasets; all where none is named.", autocompletion=complete_dataset),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check every version of datasets (of all, where none is named).

    Hash, size and number of rows of each table's file, and its columns, types and key.
    """
    from research.datasets import datasets, describe, verify

    chosen = [describe(name).name for name in names] if names else list(datasets())
    with progress("Verifying", len(chosen)) as done:
        problems = []
        for name in chosen:
            problems += [f"{name}: {problem}" for problem in verify(name)]
            done(name)
    if as_json:
        print_json({"verified": chosen, "problems": problems})
    else:
        for problem in problems:
            say(problem)
        say(f"{len(problems)} problems." if problems else f"{len(chosen)} datasets are as frozen.")
    raise typer.Exit(1 if problems else 0)
