"""The command line. Exit codes: 0 done, 1 a check found differences, 2 a request to mend."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from research.results import ResearchError, Result

app = typer.Typer(
    name="research",
    help="Test published claims about who runs and who downloads open AI models.",
    epilog="Start with: research list, then research run parameter_scale.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
data = typer.Typer(
    help="The frozen datasets: what there is, what is in them, whether they are whole."
)
app.add_typer(data, name="data", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
Jobs = Annotated[int | None, typer.Option(help="Processes; by default one per processor.")]
PAPER = Path("paper")
STOPPED = 130  # by the user, as shells count it


def main() -> None:
    """Run the command; a user's mistake is one message, never a traceback."""
    try:
        app(standalone_mode=True)
    except (ResearchError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except (KeyboardInterrupt, SystemExit) as stop:
        if isinstance(stop, SystemExit) and stop.code != STOPPED:
            raise
        print("Stopped. What the last finished run wrote is as it was.", file=sys.stderr)
        raise SystemExit(STOPPED) from None


# Analyses -----------------------------------------------------------------------------------------


@app.command("list")
def list_analyses(as_json: AsJson = False) -> None:
    """List the analyses: their question and the claims they answer."""
    from research.analysis import analyses, find

    found = [find(name) for name in analyses()]
    rows = [
        {
            "name": analysis.name,
            "question": analysis.title,
            "claims": analysis.claims,
        }
        for analysis in found
    ]
    _print_rows(rows, as_json)


@app.command()
def show(name: str, as_json: AsJson = False) -> None:
    """Show what an analysis asks, which tables it reads and which choices it varies."""
    from research.analysis import find
    from research.plain import to_plain

    analysis = find(name)
    shown = {
        "name": analysis.name,
        "question": analysis.title,
        "about": analysis.about,
        "file": str(analysis.path),
        "tables": list(analysis.tables),
        "choices": {
            choice.name: {
                "values": list(choice.values),
                "kind": "estimand" if choice.is_estimand else "analytic",
            }
            for choice in analysis.choices
        },
        "hypotheses": to_plain(analysis.hypotheses),
        "settled": to_plain(analysis.settled),
    }
    if as_json:
        _print_json(shown)
    else:
        _print_analysis(shown)


@app.command()
def run(
    names: Annotated[
        list[str], typer.Argument(help="Analyses by name, or files such as ./mine.py.")
    ],
    choose: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="CHOICE=VALUE", help="Change a default choice."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write result and figure into this folder.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run analyses and print their verdicts."""
    from research.analysis import find, record
    from research.analysis import run as run_analysis
    from research.publish.study import draw

    fixed, results = dict(_pair(text) for text in choose or []), []
    with _progress("Analyses", len(names)) as done:
        for name in names:
            results.append(run_analysis(find(name), fixed=fixed))
            if out is not None:
                record(results[-1], out)
                draw(results[-1], name, out)
            done(name)
    if as_json:
        _print_json([json.loads(result.to_json()) for result in results])
    else:
        _print_verdicts(results)


@app.command()
def reproduce(
    check: Annotated[
        bool,
        typer.Option("--check", help="Change nothing; fail if a committed result would change."),
    ] = False,
    folder: Annotated[Path, typer.Option(help="The paper's folder.")] = PAPER,
    jobs: Jobs = None,
) -> None:
    """Rerun the whole study: results, figures, paper."""
    from research.analysis import analyses
    from research.publish import study

    total = len(analyses())
    if check:
        with _progress("Checking", total) as done:
            moved = study.check(folder, jobs=jobs, done=done)
        for change in moved:
            print(change)
        print(f"{len(moved)} differences." if moved else f"All {total} results reproduce.")
        raise typer.Exit(1 if moved else 0)
    with _progress("Study", total + 1) as done:
        results = study.reproduce(folder, jobs=jobs, done=done)
    _print_verdicts(results)
    print(
        f"Results in {folder}/results, figures in {folder}/build/figures, {folder}/build/paper.pdf."
    )


# Coverage study -----------------------------------------------------------------------------------


@app.command()
def calibrate(
    full: Annotated[
        bool, typer.Option("--full", help="All cells and draws (ten minutes), and record them.")
    ] = False,
    folder: Annotated[Path, typer.Option(help="The paper's folder.")] = PAPER,
    jobs: Jobs = None,
    as_json: AsJson = False,
) -> None:
    """Simulate how often every interval covers and every test rejects."""
    from research import calibration

    with _progress("Cells", len(calibration.cells(full=full))) as done:
        found = calibration.run(full=full, jobs=jobs, done=done)
    if full:
        calibration.record(found, folder)
        calibration.write_page(found, folder)
    _print_rows(_least_coverage(found["verdicts"]), as_json)
    missed = calibration.shortfalls(found) if full else []  # a few draws would miss by chance
    for sentence in missed:
        print(sentence)
    raise typer.Exit(1 if missed else 0)


# Data ---------------------------------------------------------------------------------------------


@data.command("list")
def list_data(as_json: AsJson = False) -> None:
    """List the datasets and their tables."""
    from research.datasets import datasets

    rows = [
        {
            "dataset": dataset.name,
            "table": table,
            "version": dataset.version,
            "rows": resource["rows"],
            "title": resource.get("title", dataset.descriptor["title"]),
        }
        for dataset in datasets().values()
        for table, resource in dataset.resources.items()
    ]
    _print_rows(rows, as_json)


@data.command("show")
def show_data(name: str, as_json: AsJson = False) -> None:
    """Show a dataset or table: fields, source, licence, known limitations."""
    from research.datasets import describe

    dataset = describe(name)
    if as_json:
        _print_json(dataset.descriptor)
    else:
        _print_dataset(dataset.descriptor, name)


@data.command("verify")
def verify_data(names: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Check hashes, types and keys of datasets (all, where none is named)."""
    from research.datasets import datasets, describe, verify

    chosen = [describe(name).name for name in names] if names else list(datasets())
    with _progress("Verifying", len(chosen)) as done:
        problems = []
        for name in chosen:
            problems += [f"{name}: {problem}" for problem in verify(name)]
            done(name)
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems." if problems else f"{len(chosen)} datasets are as frozen.")
    raise typer.Exit(1 if problems else 0)


# Printing -----------------------------------------------------------------------------------------


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ResearchError(
            f"--set wants CHOICE=VALUE, found '{text}'. Example: --set clones=removed."
        )
    return name.strip(), value.strip()


def _console() -> Any:
    from rich.console import Console

    # Piped output is read by programs and logs: one width for all of them, and no colour.
    return Console() if sys.stdout.isatty() else Console(width=150, no_color=True)


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=1, ensure_ascii=False))


def _print_rows(rows: Iterable[dict[str, Any]], as_json: bool) -> None:
    from rich.table import Table

    rows = list(rows)
    if as_json:
        _print_json(rows)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in rows[0] if rows else ():
        table.add_column(column)
    for row in rows:
        table.add_row(*(", ".join(v) if isinstance(v, list) else str(v) for v in row.values()))
    _console().print(table)


def _print_analysis(shown: dict[str, Any]) -> None:
    console = _console()
    console.print(f"[bold]{shown['name']}[/bold]: {shown['question']}\n")
    if shown["about"]:
        console.print(shown["about"] + "\n", markup=False)
    console.print(f"File    {shown['file']}\nTables  {', '.join(shown['tables'])}", markup=False)
    for name, choice in shown["choices"].items():
        values = " | ".join(map(str, choice["values"]))
        console.print(f"Choice  {name} ({choice['kind']}): {values}", markup=False)
    for label, hypothesis in shown["hypotheses"].items():
        text = f"Tests   {label}: {hypothesis['alternative']} than {hypothesis['null']}"
        console.print(f"{text} ({hypothesis['role']}; {hypothesis['estimand']})", markup=False)
    for answer in shown["settled"]:
        console.print(
            f"Settled {answer['claim']}: {answer['word']}. {answer['reason']}", markup=False
        )


def _print_dataset(descriptor: dict[str, Any], name: str) -> None:
    console = _console()
    console.print(
        f"[bold]{descriptor['name']}[/bold] {descriptor['version']}: {descriptor['title']}\n"
    )
    console.print(descriptor["description"] + "\n", markup=False)
    licences = ", ".join(licence["name"] for licence in descriptor["licenses"])
    console.print(f"Licence   {licences}\nCitation  {descriptor['citation']}\n", markup=False)
    for resource in descriptor["resources"]:
        if name in (descriptor["name"], resource["name"]):
            console.print(f"[bold]{resource['name']}[/bold] ({resource['rows']} rows)")
            _print_rows(
                [
                    {k: field.get(k, "") for k in ("name", "type", "unit", "description")}
                    for field in resource["schema"]["fields"]
                ],
                as_json=False,
            )
            console.print()
    console.print("[bold]Known limitations[/bold]")
    for limitation in descriptor["knownLimitations"]:
        console.print(f"- {limitation}", markup=False)


def _print_verdicts(results: Iterable[Result]) -> None:
    from rich.table import Table

    console = _console()
    for result in results:
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        for column, ratio in (("estimate", 5), ("verdict", 4), ("agree", 1)):
            table.add_column(column, ratio=ratio, overflow="fold")
        for row in _verdict_rows(result):
            table.add_row(*row)
        console.print(f"[bold]{result.analysis}[/bold]: {result.title}")
        console.print(table)
        console.print()
    console.print("agree: specifications with the same verdict, of all that could be estimated")


def _verdict_rows(result: Result) -> Iterator[tuple[str, ...]]:
    from research.wording import one_line

    for key, answer in result.answers.items():
        if answer.refused:
            yield key, f"cannot be estimated: {answer.refused}", ""
        for label, verdict in answer.verdicts.items():
            same = answer.robustness[label]
            question = "" if key == "answer" else f"{key}: "
            estimate = question + one_line(answer.estimates[label])
            yield estimate, verdict.phrase, f"{same.same_verdict} of {same.specifications}"
    for settled in result.settled:
        yield f"{settled.claim}: {settled.reason}", settled.word, ""


def _least_coverage(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Per method the cells in which it carries a verdict, and the one in which it covers least."""
    for row in rows:
        where = ", ".join(map(str, row.get("where", {}).values()))
        yield {
            "study": row["study"],
            "interval": row["method"],
            "cells": row["cells"],
            "no verdict": row["refused"],
            "covers at least": "" if row["least"] is None else f"{row['least']:.3f}",
            "in": where,
        }


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[str], None]]:
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
        TextColumn("{task.description:<32}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=total)
        yield lambda step: bar.update(task, advance=1, description=f"{what}: {step}")


if __name__ == "__main__":
    main()
