"""What people read: an analysis explained, the page opened."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from research.cli.analyses import PAPER, AnalysisName, Choose, Data, pairs
from research.cli.printing import AsJson, bold, console, print_json, printed, say
from research.cli.publish import results_folder
from research.datasets import unknown
from research.results import ResearchError

if TYPE_CHECKING:
    from rich.table import Table

    from research.publish.explain import Explained
    from research.results import Result


def explain(
    name: AnalysisName, choose: Choose = None, data: Data = None, as_json: AsJson = False
) -> None:
    """Tell in plain words what an analysis did and why each verdict is what it is."""
    from research.publish.explain import explain as explained

    result = _result(_of_claim(name), pairs("--set", choose), pairs("--data", data))
    found, claim = explained(result), _claim(name)
    if as_json:
        answers = [asdict(item) for item in found]
        print_json({"analysis": result.analysis, **claim, "answers": answers})
        return
    if claim:
        console().print(bold(claim["verdict"], f": {claim['claim']}\n{claim['answer']}\n"))
    _print_explained(result, found)


def _claim(name: str) -> dict[str, str]:
    """A claim with its one word and the sentences to quote, from all recorded results."""
    if not _is_claim(name):
        return {}
    from research.analysis import recorded
    from research.publish.claims import answered

    folder = results_folder(None)
    results = (recorded(path.stem, folder) for path in sorted(folder.glob("*.json")))
    return {
        key: text
        for answer in answered(results)
        if answer.id == name
        for key, text in (
            ("claim", answer.claim.get("claim", name)),
            ("verdict", answer.word),
            ("answer", answer.quotable),
        )
    }


def _is_claim(name: str) -> bool:
    return "/" in name and not name.endswith(".py")


def _of_claim(name: str) -> str:
    """The analysis of a claim (``source/claim``); any other name as it is."""
    from research.analysis import outlines

    if not _is_claim(name):
        return name
    known = outlines()
    answering = [outline.name for outline in known if name in outline.claims]
    if not answering:
        claims = {claim: None for outline in known for claim in outline.claims}
        raise ResearchError(unknown("claim", name, claims))
    if len(answering) > 1:
        say(f"{name} is also answered by: {', '.join(answering[1:])}.", error=True)
    return answering[0]


def _result(name: str, fixed: dict[str, str], data: dict[str, str]) -> Result:
    """The recorded result where one is asked for as it ships: then no file is run."""
    from research.analysis import analyses, find, recorded, run
    from research.places import bundled

    path = analyses().get(name)
    if path is not None and path.is_relative_to(bundled()) and not fixed and not data:
        for folder in (PAPER / "results", bundled() / "paper" / "results"):
            if (folder / f"{name}.json").is_file():
                return recorded(name, folder)
    return run(find(name, data=data), fixed=fixed)


def _print_explained(result: Result, found: list[Explained]) -> None:
    screen = console()
    screen.print(bold(result.analysis, f": {result.title}\n"))
    if result.about:
        screen.print(result.about + "\n")
    tables = [f"{t} ({o['dataset']} {o['version']})" for t, o in result.provenance.tables.items()]
    varied = [f"{name} ({len(values)} values)" for name, values in result.choices.items()]
    read = (("read", ", ".join(tables)), ("varied", ", ".join(varied) or "nothing"))
    screen.print(_described(read))
    for item in found:
        question = f"{item.question}: " if item.question else ""
        screen.print(bold(f"\n{question}{item.label}"))
        screen.print(_described(_told(item)))
    refused = [(key, a.refused) for key, a in result.answers.items() if a.refused]
    settled = [(s.claim, f"{s.word}. {s.reason}") for s in result.settled]
    for term, text in (*refused, *settled):
        screen.print(bold(f"\n{term}", f"\n{text}"))


def _described(rows: Iterable[tuple[str, str]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for term, text in rows:
        grid.add_row("  " + term, Text(printed(text)))
    return grid


def _told(item: Explained) -> list[tuple[str, str]]:
    return [
        *(("claim", text) for text in item.claims),
        ("claim needs", item.needs),
        ("found", item.amount),
        ("verdict", item.verdict),
        ("because", item.why),
        ("robustness", item.robustness),
        *(("depends on", text) for text in item.depends_on),
        *(("only if", text) for text in item.only_if),
        *(("overturned", text) for text in item.overturned),
        *(("assumes", text) for text in item.assumptions),
    ]


def open_page(
    claim: Annotated[
        str | None, typer.Argument(help="A claim, such as tenthe/china-more-small.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="The paper's folder.")] = PAPER,
) -> None:
    """Show the page in the browser; build it first where there is none."""
    from research import datasets
    from research.publish.page import page

    if claim is not None:
        known = dict.fromkeys(datasets.load("published_claims")["claim_id"])
        if claim not in known:
            raise ResearchError(datasets.unknown("claim", claim, known))
    path = folder / "build" / "page.html"
    if not path.is_file():
        path = page(results_folder(None), path)
    address = path.resolve().as_uri() + (f"#{claim}" if claim else "")
    say(address)
    if sys.stdout.isatty():
        typer.launch(address)


NEXT = (
    ("research list", "every analysis and the claims that it answers"),
    ("research explain parameter_scale", "what one did, and why its verdicts are what they are"),
    ("research run parameter_scale", "run it; --set CHOICE=VALUE changes a choice"),
    ("research open", "the page with all claims, in the browser"),
    ("research reproduce", "every result, figure, the paper and the page, anew"),
    ("research publish tables", "LaTeX, CSV and figures for a paper of one's own"),
    ("research collect hub --top 1000", "take today's numbers from the Hub"),
    ("research data new FILE.csv", "bring a table of one's own"),
)


def next_steps() -> None:
    """What one can do, for whoever types the bare command."""
    from research import __version__

    screen = console()
    about = " tests published claims about who runs and who downloads open AI models.\n"
    screen.print(bold(f"modelometrics {__version__}", about))
    width = max(len(command) for command, _ in NEXT) + 3
    for command, purpose in NEXT:
        screen.print(bold(f"  {command:<{width}}", purpose))
    screen.print("\nAll commands: research --help", highlight=False)
