"""Analyses on the command line: list, show, run, reproduce, calibrate."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from research.cli.printing import (
    AsJson,
    least_coverage,
    print_analysis,
    print_json,
    print_rows,
    print_verdicts,
    progress,
    say,
)
from research.results import ResearchError, Result

Jobs = Annotated[int | None, typer.Option(help="Processes; by default one per processor.")]
Data = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=VERSION",
        help="Read another version of a dataset, or another dataset in its place.",
    ),
]
Choose = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="CHOICE=VALUE",
        help="Another value of a choice; research show NAME lists both.",
    ),
]
PAPER = Path("paper")


def complete_analysis(typed: str) -> list[str]:
    """Names of analyses for the shell; none is imported."""
    from research.analysis import analyses

    return [name for name in analyses() if name.startswith(typed)]


AnalysisName = Annotated[
    str,
    typer.Argument(help="An analysis by name, or a file.", autocompletion=complete_analysis),
]


def list_analyses(as_json: AsJson = False) -> None:
    """List the analyses: their question and the claims they answer. No file is run."""
    from research.analysis import outlines

    rows = [
        {"name": known.name, "question": known.question, "claims": list(known.claims)}
        for known in outlines()
    ]
    print_rows(rows, as_json)


def show(name: AnalysisName, data: Data = None, as_json: AsJson = False) -> None:
    """Show what an analysis asks, which tables it reads and which choices it varies."""
    from research.analysis import find
    from research.plain import to_plain

    analysis = find(name, data=pairs("--data", data))
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
        print_json(shown)
    else:
        print_analysis(shown)


def run(
    names: Annotated[
        list[str],
        typer.Argument(
            help="Analyses by name, or files such as ./mine.py.", autocompletion=complete_analysis
        ),
    ],
    choose: Choose = None,
    data: Data = None,
    out: Annotated[
        Path | None, typer.Option(help="Write result and figure into this folder.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run analyses and print their verdicts."""
    from research.analysis import find
    from research.analysis import run as run_analysis

    fixed, chosen, results = pairs("--set", choose), pairs("--data", data), []
    with progress("Analyses", len(names)) as done, _written_to(out) as write:
        for name in names:
            results.append(run_analysis(find(name, data=chosen), fixed=fixed))
            write(results[-1], name, bool(chosen))
            done(name)
    if as_json:
        print_json([json.loads(result.to_json()) for result in results])
    else:
        print_verdicts(results)


@contextmanager
def _written_to(out: Path | None) -> Iterator[Callable[[Result, str, bool], None]]:
    """Puts a result and its figure into a folder, if one is named."""
    if out is None:
        yield lambda *_: None
        return

    from research.analysis import record
    from research.publish.outputs import Outputs
    from research.publish.study import draw

    folder = Outputs(out, "research run")
    with folder.alone() as fresh:

        def write(result: Result, name: str, other_data: bool) -> None:
            record(result, fresh)
            draw(result, name, fresh, other_data=other_data)
            folder.put(fresh)

        yield write


def reproduce(
    check: Annotated[
        bool,
        typer.Option("--check", help="Change nothing; fail if a committed result would change."),
    ] = False,
    folder: Annotated[Path, typer.Option(help="The paper's folder.")] = PAPER,
    jobs: Jobs = None,
    as_json: AsJson = False,
) -> None:
    """Rerun the whole study: results, figures, paper and page."""
    from research.analysis import analyses
    from research.publish import study

    total = len(analyses())
    if check:
        with progress("Checking", total) as done:
            moved = study.check(folder, jobs=jobs, done=done)
        if as_json:
            print_json({"results": total, "differences": moved})
        else:
            for change in moved:
                say(change)
            say(f"{len(moved)} differences." if moved else f"All {total} results reproduce.")
        raise typer.Exit(1 if moved else 0)
    with progress("Study", total + 2) as done:
        results = study.reproduce(folder, jobs=jobs, done=done, told=partial(say, error=True))
    made = {name: str(folder / "build" / name) for name in ("figures", "paper.pdf", "page.html")}
    if as_json:
        print_json({"results": str(folder / "results"), **made})
        return
    print_verdicts(results)
    say(f"Results in {folder}/results; also {', '.join(made.values())}. See: research open.")


def calibrate(
    full: Annotated[
        bool, typer.Option("--full", help="All cells and draws (ten minutes), and record them.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(help="This study alone; with --full the others stay as recorded. Repeatable."),
    ] = None,
    folder: Annotated[Path, typer.Option(help="The paper's folder.")] = PAPER,
    jobs: Jobs = None,
    as_json: AsJson = False,
) -> None:
    """Simulate how often every interval covers and every test rejects."""
    from research import calibration
    from research.publish.outputs import Outputs

    out, studies = Outputs(folder, "research calibrate --full"), only or []

    def adopts(_: Path) -> bool:  # a study that came with the paper, without a list
        return not out.written() and calibration.is_recorded(folder)

    if full:  # before minutes of work
        out.refuse_others(["calibration.json", "coverage.md"], adopts=adopts)
    kept = calibration.recorded(folder) if full and studies else None
    with progress("Cells", len(calibration.chosen(full=full, only=studies))) as done:
        found = calibration.run(full=full, jobs=jobs, done=done, only=studies, kept=kept)
    if full:
        with out.alone() as fresh:
            calibration.record(found, fresh)
            calibration.write_page(found, fresh)
            out.put(fresh, adopts=adopts)
    print_rows(least_coverage(found["verdicts"]), as_json)
    missed = calibration.shortfalls(found) if full else []  # a few draws would miss by chance
    for sentence in missed:
        say(sentence)
    raise typer.Exit(1 if missed else 0)


EXAMPLES = {
    "--set": "clones=removed",
    "--data": "hub_top_models=2026-11-21",
    "--country": "'Korea=KR'",
    "--unit": "'hosts=addresses'",
    "--describe": "'hosts=Addresses that answered'",
    "--map": "address=ip_str",
}


def pairs(option: str, texts: list[str] | None) -> dict[str, str]:
    """NAME=VALUE options as a dictionary."""
    found = {}
    for text in texts or []:
        name, equals, value = text.partition("=")
        if not (equals and name.strip()):
            raise ResearchError(
                f"{option} wants NAME=VALUE, found '{text}'. Example: {option} {EXAMPLES[option]}."
            )
        found[name.strip()] = value.strip()
    return found
