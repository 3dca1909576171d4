"""How the commands print: tables, results, progress; nothing here decides anything.

All that they print passes :func:`say`, :func:`print_json` or :func:`console`: titles, labels and
cells are texts of others, in which nothing is markup and nothing steers the terminal.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from research.results import Result
from research.wording import percent, readable, typeset

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


def console() -> Any:
    """The console of standard output."""
    from rich.console import Console
    from rich.text import Text

    class Screen(Console):
        def render_str(self, text: str, **how: Any) -> Text:
            return super().render_str(printed(text), **how)

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # one place decides what that means: research.cli.main

    # Piped output is read by programs and logs: one width for all of them, and no colour.
    form: dict[str, Any] = {} if sys.stdout.isatty() else {"width": 150, "no_color": True}
    return Screen(markup=False, emoji=False, **form)


def bold(text: str, rest: str = "") -> Any:
    """A text that stands out, and what follows it."""
    from rich.text import Text

    return Text.assemble((printed(text), "bold"), printed(rest))


def printed(text: str) -> str:
    """A text as a terminal shows it: numbers in their one form, and nothing that steers."""
    return readable(typeset(text))


def say(text: object, *, error: bool = False) -> None:
    """A sentence for people, on standard output or beside it."""
    print(readable(str(text)), file=sys.stderr if error else sys.stdout, flush=error)


def print_json(value: Any) -> None:
    """JSON for a script."""
    print(readable(json.dumps(value, indent=1, ensure_ascii=False)))


def print_rows(rows: Iterable[dict[str, Any]], as_json: bool) -> None:
    """Rows as a table for people, or as JSON."""
    from rich.table import Table

    rows = list(rows)
    if as_json:
        print_json(rows)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in rows[0] if rows else ():
        table.add_column(column)
    for row in rows:
        table.add_row(*(", ".join(v) if isinstance(v, list) else str(v) for v in row.values()))
    console().print(table)


def print_analysis(shown: dict[str, Any]) -> None:
    """What an analysis asks, reads and varies."""
    screen = console()
    screen.print(bold(shown["name"], f": {shown['question']}\n"))
    if shown["about"]:
        screen.print(shown["about"] + "\n")
    screen.print(f"File    {shown['file']}\nTables  {', '.join(shown['tables'])}")
    for name, choice in shown["choices"].items():
        values = " | ".join(map(str, choice["values"]))
        screen.print(f"Choice  {name} ({choice['kind']}): {values}")
    for label, hypothesis in shown["hypotheses"].items():
        text = f"Tests   {label}: {hypothesis['alternative']} than {hypothesis['null']}"
        screen.print(f"{text} ({hypothesis['role']}; {hypothesis['estimand']})")
    for answer in shown["settled"]:
        screen.print(f"Settled {answer['claim']}: {answer['word']}. {answer['reason']}")


def print_dataset(descriptor: dict[str, Any], name: str) -> None:
    """What a dataset, or one of its tables, holds."""
    screen = console()
    screen.print(bold(descriptor["name"], f" {descriptor['version']}: {descriptor['title']}\n"))
    screen.print(descriptor["description"] + "\n")
    licences = ", ".join(licence["name"] for licence in descriptor["licenses"])
    sources = "; ".join(
        " ".join(str(source[key]) for key in ("title", "path") if source.get(key))
        for source in descriptor["sources"]
    )
    screen.print(f"Source    {sources}\nLicence   {licences}\nCitation  {descriptor['citation']}\n")
    for resource in descriptor["resources"]:
        if name in (descriptor["name"], resource["name"]):
            screen.print(bold(resource["name"], f" ({resource['rows']} rows)"))
            print_rows(
                [
                    {k: field.get(k, "") for k in ("name", "type", "unit", "description")}
                    for field in resource["schema"]["fields"]
                ],
                as_json=False,
            )
            screen.print()
    screen.print(bold("Known limitations"))
    for limitation in descriptor["knownLimitations"]:
        screen.print(f"- {limitation}")


def print_verdicts(results: Iterable[Result]) -> None:
    """Every estimate with its verdict and how many specifications agree."""
    from rich.table import Table

    screen = console()
    for result in results:
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        for column, ratio in (("estimate", 5), ("verdict", 4), ("agree", 1)):
            table.add_column(column, ratio=ratio, overflow="fold")
        for row in _verdict_rows(result):
            table.add_row(*row)
        screen.print(bold(result.analysis, f": {result.title}"))
        screen.print(table)
        screen.print()
    screen.print("agree: specifications with the same verdict, of all that could be estimated")


def _verdict_rows(result: Result) -> Iterator[tuple[str, ...]]:
    from research.publish.judged import judged
    from research.wording import one_line

    for key, answer in result.answers.items():
        if answer.refused:
            yield key, f"cannot be estimated: {answer.refused}", ""
    for item in judged(result):
        question = f"{item.question}: " if item.question else ""
        yield question + one_line(item.estimate), item.phrase, item.agreement
    for settled in result.settled:
        yield f"{settled.claim}: {settled.reason}", settled.word, ""


def least_coverage(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Per method the cells in which it carries a verdict, and where it covers least."""
    for row in rows:
        where = ", ".join(map(str, row.get("where", {}).values()))
        yield {
            "study": row["study"],
            "interval": row["method"],
            "cells": row["cells"],
            "no verdict": row["refused"],
            "covers at least": "" if row["least"] is None else percent(row["least"]),
            "in": where,
            "misled": percent(row["misled"]),
        }


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """A progress bar with the time left on a terminal; silence where output is piped."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:<32}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    stream = Console(stderr=True)
    with Progress(*columns, console=stream, transient=True, disable=not stream.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda step: bar.update(task, advance=1, description=readable(f"{what}: {step}"))
