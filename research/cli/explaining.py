"""What people read: an analysis explained, the page opened."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from research.cli.analyses import (
    PAPER,
    Choose,
    Data,
    Kept,
    Write,
    analyses_of,
    complete_claim,
    complete_name,
    is_claim,
    known_claim,
    pairs,
    results_folder,
    run_each,
    written_to,
)
from research.cli.printing import (
    AsJson,
    print_explanation,
    print_json,
    print_terms,
    say,
    write,
)
from research.results import ResearchError

if TYPE_CHECKING:
    from research.publish.explanation import Explanation
    from research.results import Result


def explain(
    name: Annotated[
        str,
        typer.Argument(
            help="An analysis or a claim by name, or a file.", autocompletion=complete_name
        ),
    ],
    choose: Choose = None,
    data: Data = None,
    out: Kept = None,
    as_json: AsJson = False,
) -> None:
    """Tell in plain words what is known of a claim, or what an analysis found, and why."""
    fixed, chosen = pairs("--set", choose), pairs("--data", data)
    asked = _one_of(name, {**fixed, **chosen})
    with written_to(out, "research explain") as kept:
        results = [_result(each, fixed, chosen, kept) for each in asked]
    if is_claim(name):
        explanation, plain = _of_claim(name, results)
    else:
        explanation, plain = _of_analysis(results[0], {**fixed, **chosen})
    if as_json:
        print_json(plain)
    else:
        print_explanation(explanation)


def _one_of(name: str, changed: Mapping[str, str]) -> list[str]:
    """The analyses that answer a claim, of which one alone where a choice of it is changed."""
    asked = analyses_of(name, read_only=not changed)
    if changed and len(asked) > 1:
        raise ResearchError(
            f"{name} is answered by {', '.join(asked)}, and choices and data are those of one. "
            f"Name it, with the same options: research explain {asked[0]}."
        )
    return asked


def _of_claim(name: str, results: list[Result]) -> tuple[Explanation, dict[str, Any]]:
    """A claim explained, for people and for a script."""
    from research.publish.claims import answered
    from research.publish.explanation import of_claim, plain

    matches = [answer for answer in answered(results) if answer.id == name]
    if not matches:
        raise ResearchError(f"With these choices no estimate answers {name}. Choose others.")
    answers = [
        {"analysis": result.analysis, **item}
        for result in results
        for item in plain(result)
        if any(claim.startswith(f"{name}:") for claim in item["claims"])
    ]
    explanation = of_claim(matches[0])
    return explanation, {
        "id": name,
        "claim": matches[0].claim.get("claim", name),
        "verdict": matches[0].word,
        "headline": explanation.headline,
        "answer": matches[0].quotable,
        "answers": answers,
    }


def _of_analysis(result: Result, changed: Mapping[str, str]) -> tuple[Explanation, dict[str, Any]]:
    """An analysis explained, for people and for a script; claims have a word as it is on record."""
    from research.publish.claims import verdicts_on_record
    from research.publish.explanation import of_result, plain

    words = {} if changed else verdicts_on_record(results_folder(None))[0]
    explanation = of_result(result, words)
    return explanation, {
        "analysis": result.analysis, "headline": explanation.headline, "answers": plain(result),
    }  # fmt: skip


def _result(name: str, fixed: dict[str, str], data: dict[str, str], kept: Write) -> Result:
    """The recorded result where one is asked for as it ships: then no file is run."""
    from research.analysis import analyses, recorded
    from research.places import bundled

    path = analyses().get(name)
    if path is not None and path.is_relative_to(bundled()) and not fixed and not data:
        for folder in (PAPER / "results", bundled() / "paper" / "results"):
            if (folder / f"{name}.json").is_file():
                result = recorded(name, folder)
                kept(result)
                return result
    return next(run_each([name], fixed, data, kept))


def open_page(
    claim: Annotated[
        str | None,
        typer.Argument(
            help="A claim, such as tenthe/china-more-small.", autocompletion=complete_claim
        ),
    ] = None,
    folder: Annotated[Path, typer.Option(help="The paper's folder.")] = PAPER,
) -> None:
    """Show the page in the browser; build it first where there is none."""
    place = "" if claim is None else f"#{known_claim(claim)}"  # before a minute of work
    path = folder / "build" / "page.html"
    if not path.is_file():
        from research.publish.page import page

        path = page(results_folder(None), path)
    address = path.resolve().as_uri() + place
    say(address)
    if sys.stdout.isatty():
        typer.launch(address)


NEXT = (
    ("research list", "every analysis and the claims that it answers"),
    ("research explain parameter_scale", "what one did, and why its verdicts are what they are"),
    ("research run parameter_scale", "run it; --set CHOICE=VALUE changes a choice"),
    ("research ask", "what can be asked in one line, without an analysis"),
    ("research open", "the page with all claims, in the browser"),
    ("research reproduce", "every result, figure, the paper and the page, anew"),
    ("research publish tables", "LaTeX, CSV and figures for a paper of one's own"),
    ("research collect hub --top 1000", "take today's numbers from the Hub"),
    ("research data new FILE.csv", "bring a table of one's own"),
)


def next_steps() -> None:
    """What one can do, for whoever types the bare command."""
    from research import __version__

    write(f"modelometrics {__version__} tests published claims about whose open AI models are "
          "deployed and downloaded.")  # fmt: skip
    write()
    print_terms((f"  {command}", purpose) for command, purpose in NEXT)
    write()
    write("All commands: research --help")
