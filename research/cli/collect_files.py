"""Taking data from files that were downloaded or saved: a table of Hub models, Ollama pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from research.cli.printing import AsJson, print_json, print_rows, say
from research.results import ResearchError
from research.wording import count

Day = Annotated[
    str | None,
    typer.Option("--as-of", metavar="YYYY-MM-DD", help="Day on which the file was made or saved."),
]
Out = Annotated[Path, typer.Option(help="The folder of datasets.")]
DATASETS = Path("datasets")


def hub_file(
    file: Annotated[Path, typer.Argument(help="A Parquet file of Hub models (models.parquet).")],
    as_of: Day = None,
    top: Annotated[
        int | None, typer.Option(min=1, help="Only so many, those most downloaded.")
    ] = None,
    out: Out = DATASETS,
    as_json: AsJson = False,
) -> None:
    """Read a downloaded table of Hub models as a version of hub_models or hub_top_models.

    Fetch it with the Hub's own client, for example: hf download cfahlgren1/hub-stats models.parquet
    --repo-type dataset --revision COMMIT
    """
    from research.collect.bulk import freeze_file

    dataset = freeze_file(file, as_of=as_of, most=top, into=out)
    how = dataset.descriptor["collection"]
    if as_json:
        print_json({"folder": str(dataset.folder), **how})
        return
    say(f"{dataset.folder}: {count(how['rowsKept'])} models of {count(how['rowsReceived'])} rows.")
    if how["duplicates"]:
        say(f"Repeated: {count(how['duplicates'])}, of which the row changed last stays.")
    if how["problems"]:
        print_rows(how["problems"], as_json=False)
    if how["absentColumns"]:
        say(f"The file lacks {', '.join(how['absentColumns'])}: missing throughout.")
    stand_in = dataset.version if top else f"{dataset.name}@{dataset.version}"
    say(f"Next: research run ANALYSIS --data hub_top_models={stand_in}")


def ollama_library(
    files: Annotated[
        list[Path], typer.Argument(help="Saved pages (HTML), registry dumps (JSON), series (CSV).")
    ],
    as_of: Day = None,
    out: Out = DATASETS,
    as_json: AsJson = False,
) -> None:
    """Read saved files of the public Ollama library as a version of ollama_library."""
    from research.collect.ollama_library import freeze_files

    dataset = freeze_files(files, as_of=as_of, into=out)
    rows = {table: resource["rows"] for table, resource in dataset.resources.items()}
    if as_json:
        problems = dataset.descriptor["collection"]["problems"]
        print_json({"folder": str(dataset.folder), "rows": rows, "problems": problems})
        return
    for reason, n in dataset.descriptor["collection"]["problems"].items():
        say(f"Left out: {reason} ({count(n)}).")
    for table, n in rows.items():
        say(f"{dataset.path(table)}: {count(n)} rows")
    say(f"Next: research run ANALYSIS --data ollama_library={dataset.version}")


def evolution(
    file: Annotated[
        Path | None, typer.Argument(help="The study's Parquet file; without it the Hub is asked.")
    ] = None,
    revision: Annotated[
        str | None, typer.Option(metavar="COMMIT", help="The revision to take from the Hub.")
    ] = None,
    out: Out = DATASETS,
    as_json: AsJson = False,
) -> None:
    """Read the weekly downloads of Longpre et al. (2025) as a version of hub_evolution.

    With it published_past_year answers the claim on its own data, if the file has the form that
    is assumed; a file of another form is refused.
    """
    from tempfile import TemporaryDirectory

    from research.collect.evolution import REVISION, downloaded, freeze_evolution

    if file is not None and revision is not None:
        raise ResearchError("Give a file or --revision, not both: a file is read as it is.")
    with TemporaryDirectory() as folder:
        path = file or downloaded(revision or REVISION, to=Path(folder))
        dataset = freeze_evolution(path, into=out)
    if as_json:
        print_json({"folder": str(dataset.folder), **dataset.descriptor["collection"]})
        return
    say(f"{dataset.folder}: {dataset.descriptor['title']}.")
    for reason, rows in dataset.descriptor["collection"]["problems"].items():
        say(f"Left out: {reason} ({count(rows)}).")
    say("Next: research run published_past_year")
