"""Analyses on the command line: list, show, run, new, reproduce, calibrate."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from research.cli.data import complete_dataset
from research.cli.printing import (
    AsJson,
    least_coverage,
    print_analysis,
    print_findings,
    print_headlines,
    print_json,
    print_outlines,
    print_results,
    print_rows,
    print_written,
    progress,
    progress_of_each,
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
Kept = Annotated[Path | None, typer.Option(help="Write result and figure into this folder.")]
Choose = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="CHOICE=VALUE",
        help="Another value of a choice; research show NAME lists both.",
    ),
]
PAPER = Path("paper")
MADE = ("figures", "paper.pdf", "supplement.pdf", "page.html")  # of a study


def complete_analysis(typed: str) -> list[str]:
    """Names of analyses for the shell; none is imported."""
    from research.analysis import analyses

    return [name for name in analyses() if name.startswith(typed)]


def complete_claim(typed: str) -> list[str]:
    """Names of claims for the shell."""
    return [name for name in known_claims() if name.startswith(typed)]


def complete_name(typed: str) -> list[str]:
    """Names of analyses, then of claims."""
    return [*complete_analysis(typed), *(complete_claim(typed) if typed else ())]


def results_folder(chosen: Path | None) -> Path:
    """The folder of results that is read."""
    from research.places import bundled

    here = PAPER / "results"
    return chosen or (here if here.is_dir() else bundled() / here)


# Claims -------------------------------------------------------------------------------------------


def is_claim(name: str) -> bool:
    """Whether a name is that of a claim (``source/claim``) and of no file."""
    return "/" in name and not name.endswith(".py")


def known_claims() -> list[str]:
    """The ids of all claims."""
    from research.datasets import texts

    return [row["claim_id"] for row in texts("published_claims")]


def known_claim(name: str) -> str:
    """The claim of this id; an unknown one is refused with the one that is meant."""
    from research.datasets import unknown

    claims = known_claims()
    if name not in claims:
        raise ResearchError(unknown("claim", name, dict.fromkeys(claims)))
    return name


def analyses_of(name: str, *, read_only: bool = False) -> list[str]:
    """The analyses that answer a claim; any other name as it is.

    Where results are only read, files of the user's that name the claim are left alone.
    """
    from research.analysis import outlines

    if not is_claim(name):
        return [name]
    claim = known_claim(name)
    answering = [outline for outline in outlines() if claim in outline.claims]
    shipped = [outline for outline in answering if outline.is_shipped]
    if not answering:
        raise ResearchError(f"No analysis answers {claim}. Name it in a Hypothesis of one.")
    return [outline.name for outline in (read_only and shipped) or answering]


AnalysisName = Annotated[
    str,
    typer.Argument(help="An analysis by name, or a file.", autocompletion=complete_analysis),
]


def list_analyses(as_json: AsJson = False) -> None:
    """List the analyses: their question, the claims that they answer, the verdicts on record.

    No file is run.
    """
    from research.analysis import outlines
    from research.publish.claims import verdicts_on_record

    words, judged = verdicts_on_record(results_folder(None))
    rows = [
        {
            "name": known.name,
            "question": known.question,
            "claims": {claim: words.get(claim, "") for claim in known.claims},
            "answers": judged.get(known.name, {}) if known.is_shipped else {},
        }
        for known in outlines()
    ]
    if as_json:
        print_json(rows)
    else:
        print_outlines(rows)


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
            help="Analyses or claims by name, or files such as ./mine.py.",
            autocompletion=complete_name,
        ),
    ],
    choose: Choose = None,
    data: Data = None,
    out: Kept = None,
    as_json: AsJson = False,
) -> None:
    """Run analyses, or those that answer a claim, and print their verdicts."""
    fixed, chosen = pairs("--set", choose), pairs("--data", data)
    wanted = [analysis for name in names for analysis in analyses_of(name)]
    with written_to(out, "research run") as write:
        results = list(run_each(list(dict.fromkeys(wanted)), fixed, chosen, write))
    if as_json:
        print_json([json.loads(result.to_json()) for result in results])
    else:
        print_results(results)
        print_headlines(results, [name for name in names if is_claim(name)])
        print_written(out, results)


Write = Callable[[Result], None]


def run_each(
    names: Sequence[str], fixed: Mapping[str, str], data: Mapping[str, str], write: Write
) -> Iterator[Result]:
    """Run one analysis after the other; the bar moves with each specification."""
    from research.analysis import find, n_specifications
    from research.analysis import run as run_analysis

    with progress_of_each() as begin:
        for name in names:
            begin(f"{name}: reading", None)
            analysis = find(name, data=data)
            done = begin(analysis.name, n_specifications(analysis, fixed))
            result = run_analysis(analysis, fixed=fixed, done=partial(done, analysis.name))
            write(result)
            yield result


@contextmanager
def written_to(out: Path | None, command: str) -> Iterator[Write]:
    """Puts a result and its figure into a folder, if one is named."""
    if out is None:
        yield lambda _: None
        return

    from research.analysis import record
    from research.publish.outputs import Outputs
    from research.publish.study import draw

    folder = Outputs(out, command)
    with folder.alone() as fresh:

        def write(result: Result) -> None:
            record(result, fresh)
            draw(result, fresh)
            folder.put(fresh)

        yield write


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
        results = study.reproduce(folder, jobs=jobs, done=done, notify=partial(say, error=True))
    made = {name: str(folder / "build" / name) for name in MADE}
    if as_json:
        print_json({"results": str(folder / "results"), **made})
        return
    print_findings(results, folder, made)


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
        calibrated = calibration.run(full=full, jobs=jobs, done=done, only=studies, kept=kept)
    if full:
        with out.alone() as fresh:
            calibration.record(calibrated, fresh)
            calibration.write_page(calibrated, fresh)
            out.put(fresh, adopts=adopts)
    print_rows(least_coverage(calibrated["verdicts"]), as_json)
    missed = calibration.shortfalls(calibrated) if full else []  # a few draws would miss by chance
    for sentence in missed:
        say(sentence)
    raise typer.Exit(1 if missed else 0)


EXAMPLES = {  # accepted when typed (a test types them)
    "--set": "research run parameter_scale --set quantity=counts",
    "--data": "research show quantisation --data tenthe=2025-04-24",
    "--share": "research ask downloads --share origin=CN",
    "--minus": "research ask downloads --share origin=CN --minus origin=US",
    "--among": "research ask downloads --share origin=CN --among task=text-generation",
    "--sum": "research ask downloads --sum origin=CN",
    "--country": "research data new hosts.csv --country Korea=KR",
    "--unit": "research data new hosts.csv --unit hosts=addresses",
    "--describe": "research data new hosts.csv --describe hosts='Addresses that answered'",
    "--map": "research aggregate scan --map address=ip_str",
}


def pairs(option: str, texts: list[str] | None) -> dict[str, str]:
    """NAME=VALUE options as a dictionary."""
    return dict(pair(option, text) for text in texts or [])


def pair(option: str, text: str, form: str = "NAME=VALUE") -> tuple[str, str]:
    """One such option: what is named and its value, which is no empty text."""
    name, _, value = (part.strip() for part in text.partition("="))
    if not (name and value):
        raise ResearchError(f"{option} wants {form}, found '{text}'. Example: {EXAMPLES[option]}")
    return name, value
