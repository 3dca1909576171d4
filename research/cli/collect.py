"""Taking new data on the command line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from research.cli.printing import AsJson, print_json, print_rows, say
from research.results import ResearchError
from research.wording import count, readable

if TYPE_CHECKING:
    from research.collect.hub import Query, Watch
    from research.datasets import Dataset

STOPPED = 130  # by the user, as shells count it


def hub(
    top: Annotated[
        int | None, typer.Option(metavar="N", help="The N models with most downloads in 30 days.")
    ] = None,
    authors: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="All models of these accounts.")
    ] = None,
    families: Annotated[
        bool, typer.Option("--families", help="The repositories of the crosswalk's families.")
    ] = False,
    census: Annotated[
        bool, typer.Option("--census", help="All public models: 3 million, 3,100 requests.")
    ] = False,
    out: Annotated[Path, typer.Option(help="The folder of datasets.")] = Path("datasets"),
    version: Annotated[
        str | None, typer.Option(help="Name of the version; by default today's date (UTC).")
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Discard an unfinished collection and begin anew.")
    ] = False,
    keep_pages: Annotated[
        bool, typer.Option("--keep-pages", help="Keep the pages as they came, in OUT/.pages.")
    ] = False,
    accept_fewer: Annotated[
        bool, typer.Option("--accept-fewer", help="Freeze also a listing that ended early.")
    ] = False,
    timeout: Annotated[
        float, typer.Option(min=0.1, help="Longest silence of the Hub, in seconds.")
    ] = 30.0,
    as_json: AsJson = False,
) -> None:
    """Take new data from the Hugging Face Hub: one of --top, --authors, --families, --census.

    A run that was stopped or killed goes on where it was: run the same command again.
    """
    from huggingface_hub import HfApi

    from research.collect.hub import Destination, Hub, standing
    from research.collect.hub import collect as collect_hub

    query = _query(top, authors, families, census)
    where = Destination(
        into=out, version=version, restart=restart, keep_pages=keep_pages,
        accept_fewer=accept_fewer,
    )  # fmt: skip
    with _watch(query, out) as watch:
        try:
            asked = Hub(endpoint=HfApi().endpoint, watch=watch, timeout=timeout)
            made = collect_hub(query, asked, where)
        except KeyboardInterrupt:
            say(standing(query, where), error=True)
            raise SystemExit(STOPPED) from None
    if as_json:
        print_json(_summary(made))
    else:
        _print_made(made)


def _query(top: int | None, authors: str | None, families: bool, census: bool) -> Query:
    """The one query that is asked for."""
    from research.collect import hub as queries

    given = [top is not None, authors is not None, families, census]
    if sum(given) != 1:
        raise ResearchError(
            f"Name exactly one of --top, --authors, --families and --census, found {sum(given)}. "
            "Example: research collect hub --top 1000."
        )
    if top is not None:
        return queries.top(top)
    if authors is not None:
        return queries.authors(authors.split(","))
    return queries.census() if census else queries.families(_of_the_crosswalk())


def _of_the_crosswalk() -> list[str]:
    from research.datasets import load

    named = load("model_crosswalk")["hub_repository"].dropna()
    return sorted(set(named))


# Watching -----------------------------------------------------------------------------------------


@contextmanager
def _watch(query: Query, into: Path) -> Iterator[Watch]:
    """Rows, rate and time on a terminal; elsewhere a line for every wait and nothing more."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("rows, {task.fields[pages]} pages, {task.fields[rate]} rows/s"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    stream = Console(stderr=True)
    with Progress(*columns, console=stream, transient=True, disable=not stream.is_terminal) as bar:
        yield _Watch(bar, query, into)


class _Watch:
    """What a collection shows while it runs."""

    def __init__(self, bar: Any, query: Query, into: Path) -> None:
        from research.collect.hub import expected

        hoped = expected(query, into)
        note = f", {hoped.why}" if hoped.why.startswith("about") else ""
        self._bar, self._asking = bar, f"Asking the Hub ({query.option.split()[0]}{note})"
        self._task = bar.add_task(self._asking, total=hoped.rows, pages=0, rate="")
        self._began, self._rows, self._pages = time.monotonic(), 0, -1

    def page(self, rows: int) -> None:
        """Count a page; the first call brings what an earlier run has kept."""
        self._pages += 1
        kept_before = self._pages == 0
        self._rows += 0 if kept_before else rows
        rate = self._rows / max(time.monotonic() - self._began, 1e-9)
        self._bar.update(
            self._task,
            advance=rows,
            description=self._asking,
            pages=self._pages,
            rate=count(rate),
        )

    def waiting(self, seconds: float, reason: str) -> None:
        """Say that nothing happens for a while, why, and until when."""
        until = time.strftime("%H:%M:%S", time.localtime(time.time() + seconds))
        self._bar.update(self._task, description=f"Waiting until {until}: {readable(reason)}")
        if not self._bar.console.is_terminal:
            say(f"Waiting {count(seconds)} s until {until}: {reason}.", error=True)


# Printing -----------------------------------------------------------------------------------------


def _summary(made: Dataset) -> dict[str, Any]:
    return {
        "dataset": made.name,
        "version": made.version,
        "folder": str(made.folder),
        "tables": {name: resource["rows"] for name, resource in made.resources.items()},
        "collection": made.descriptor["collection"],
    }


def _print_made(made: Dataset) -> None:
    """What was made, what of it is less than whole, and what to do with it."""
    how, rows = made.descriptor["collection"], made.resources[made.name]["rows"]
    say(f"{made.name} {made.version}: {count(rows)} models in {made.folder}.")
    say(
        f"Taken from {how['began']} to {how['ended']}: {count(how['pages'])} pages, "
        f"{count(how['requests'])} requests, {count(how['rowsReceived'])} rows (of them "
        f"{count(how['duplicates'])} repeated, {count(how['rowsLeftOut'])} unreadable, "
        f"{count(how['belowTheLastPlace'])} below the last place)."
    )
    if how["problems"]:
        print_rows(how["problems"], as_json=False)
    for entry in how["renamed"]:
        say(f"Renamed: {entry['requested']} is now {entry['found']}.")
    for entry in how["gone"]:
        say(f"Gone or private: {entry['requested']} (status {entry['status']}).")
    for author in how["withoutModels"]:
        say(f"Without models: {author}.")
    stands_for = made.version if made.name == "hub_top_models" else f"{made.name}@{made.version}"
    say(f"Next: research run creators --data hub_top_models={stands_for}")
