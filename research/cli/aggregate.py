"""One's own scans on the command line: aggregate tables, and an invented scan to try it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from research.cli.analyses import pairs
from research.cli.printing import AsJson, print_json, print_rows, say
from research.wording import count, number, typeset

if TYPE_CHECKING:
    from research.collect.scans import Aggregated

WHOLE = 1_000  # steps of the progress bar


def aggregate(
    paths: Annotated[
        list[Path], typer.Argument(help="Files of records, or folders of them.", show_default=False)
    ],
    name: Annotated[str, typer.Option(help="Name of the dataset to be made.")] = "my_scan",
    threshold: Annotated[int, typer.Option(help="Fewest hosts of a published cell.")] = 10,
    clone_hosts: Annotated[
        int, typer.Option(help="So many hosts with the same models are suspected clones ...")
    ] = 20,
    clone_models: Annotated[int, typer.Option(help="... if they list so many models.")] = 5,
    engine: Annotated[
        Literal["duckdb", "spark"], typer.Option(help="What counts; the tables are the same.")
    ] = "duckdb",
    spark_master: Annotated[
        str | None,
        typer.Option(help="Address of a Spark cluster (else SPARK_REMOTE, else this machine)."),
    ] = None,
    memory: Annotated[
        str | None, typer.Option(help="What DuckDB may take, such as 2GB, for large scans.")
    ] = None,
    names: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=NAME",
            help="What the files call a field: address=ip_str, country=location.country_code; "
            "port==11434 gives a value to all.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder of datasets.")] = Path("datasets"),
    as_json: AsJson = False,
) -> None:
    """Turn record-level scans into aggregate tables without addresses.

    Each line of a file is one record: address, port, observed_at, and where known country, city,
    as_organisation, version and tags, the body of /api/tags. Nothing is contacted.
    """
    from tempfile import gettempdir

    from research.collect.scans import CloneRules, Options, scan_files
    from research.collect.scans import aggregate as make
    from research.collect.scans.engines import open_engine
    from research.places import workshop

    options = Options(
        name=name,
        threshold=threshold,
        rules=CloneRules(hosts=clone_hosts, models=clone_models),
        names=pairs("--map", names),
    )
    files = scan_files(paths)
    with (
        workshop(Path(gettempdir()), "modelometrics-scan-") as folder,
        open_engine(engine, folder, master=spark_master, memory=memory) as opened,
        _progress() as step,
    ):
        made = make(opened, files, out, options=options, announce=step)
    _tell_script(made) if as_json else _tell(made)


@contextmanager
def _progress() -> Iterator[Callable[[str, float], None]]:
    """A bar with the time left on a terminal; silence where output is piped."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    columns = (
        TextColumn("{task.description:<26}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeLeft(),
    )
    stream = Console(stderr=True)
    with Progress(*columns, console=stream, transient=True, disable=not stream.is_terminal) as bar:
        task = bar.add_task("", total=WHOLE)
        yield lambda stage, done: bar.update(task, description=stage, completed=done * WHOLE)


def _tell_script(made: Aggregated) -> None:
    datasets = [
        {"name": each.name, "version": each.version, "folder": str(each.folder)}
        for each in made.datasets
    ]
    print_json(
        {
            "datasets": datasets,
            "totals": made.totals,
            "records": made.records,
            "masked_texts": made.masked,
        }
    )


def _tell(made: Aggregated) -> None:
    """What was written, what did not count, and what to do next."""
    records = [
        {"records": "not told" if n is None else count(n), "of them": reason}
        for reason, n in made.records.items()
        if n != 0
    ]
    totals = [
        {"total": name, "value": typeset(number(value))} for name, value in made.totals.items()
    ]
    print_rows(totals, False)
    say("")
    print_rows(records, False)
    say("")
    for reason, texts in made.masked.items():
        say(f"Published nowhere: {texts} texts with a {reason}")
    for dataset in made.datasets:
        say(f"Written: {dataset.folder}")
    say(f"Next: research run parameter_scale --data tenthe={made.datasets[0].name}")


def example_scan(
    folder: Annotated[Path, typer.Argument(help="Where the files go.", show_default=False)],
    hosts: Annotated[int, typer.Option(help="How many hosts to invent.")] = 10_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same scan.")] = 1,
    form: Annotated[
        Literal["jsonl", "jsonl.gz", "jsonl.zst", "parquet"], typer.Option(help="Kind of file.")
    ] = "jsonl.gz",
) -> None:
    """Write an invented scan, with addresses reserved for documentation, to try aggregate on."""
    from research.collect.scans import write_scan

    truth = write_scan(folder, hosts, seed=seed, form=form)
    say(
        f"Written: {count(truth.records)} records of {count(truth.hosts)} invented hosts to "
        f"{folder}\n"
        f"Next: research aggregate {folder} --name example_scan"
    )
