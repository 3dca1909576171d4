"""The folder that an author takes home: complete, the same bytes every time, nobody's file lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from research.analysis import recorded
from research.datasets import unknown
from research.publish.claims import ClaimAnswer, answered
from research.publish.datasets_read import datasets_read
from research.publish.judged import JudgedEstimate, reported
from research.publish.outputs import Outputs
from research.publish.tables import archive, claims_answered, drawings
from research.publish.tables.latex import Latex, fill
from research.publish.tables.macros import command, entries, numbers
from research.publish.tables.methods_text import methods_text
from research.publish.tables.references import SOFTWARE, bibliography
from research.publish.tables.tidy import tidy
from research.publish.tables.typeset import table
from research.results import ResearchError, Result
from research.wording import trimmed

Progress = Callable[[str], None]  # told the name of each analysis when it is done


def publish_tables(
    results: Path, names: Sequence[str], into: Path, *, done: Progress = lambda _: None
) -> list[Path]:
    """Write what the author of a paper takes home: tables, figures, numbers, methods, references.

    Parameters
    ----------
    results
        The folder of recorded results, ``NAME.json`` each.
    names
        Which analyses; all of the folder where none are named.
    into
        The folder to fill. What an earlier call wrote there is replaced, or removed where it is not
        made any more; files of others stay.
    done
        Called with the name of each finished analysis.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    ResearchError
        If a name has no result, nothing was estimated, or a file in ``into`` that would be replaced
        is not as it was written (an author's own, or changed by hand). Nothing is written then.
    """
    known = [recorded(path.stem, results) for path in sorted(results.glob("*.json"))]
    chosen = _chosen(known, names, results)
    material = Outputs(into, "research publish tables", archive.SUMS)
    with material.alone() as fresh:
        _write(fresh, chosen, known, done)
        made = material.put(fresh)
        material.keep_only(made)
    return [into / name for name in (*made, archive.SUMS)]


def _chosen(known: Sequence[Result], names: Sequence[str], folder: Path) -> list[Result]:
    by_name = {result.analysis: result for result in known}
    if not by_name:
        raise ResearchError(f"There are no results in {folder}. Run: research reproduce.")
    for name in names:
        if name not in by_name:
            raise ResearchError(unknown("result", name, by_name))
    chosen = [result for name, result in by_name.items() if not names or name in names]
    for result in chosen:
        _refuse_odd_name(result.analysis)
    if not any(map(reported, chosen)):
        raise ResearchError(f"Nothing was estimated in: {', '.join(r.analysis for r in chosen)}.")
    return chosen


def _refuse_odd_name(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise ResearchError(
            f"The analysis '{name}' cannot be the name of a LaTeX file: rename its file with "
            "letters, digits, hyphens and underscores only, and run it again."
        )


def _write(folder: Path, chosen: Sequence[Result], known: Sequence[Result], done: Progress) -> None:
    for kind in ("tables", "figures", "methods"):
        (folder / kind).mkdir(parents=True)
    for result in chosen:
        _write_analysis(folder, result)
        done(result.analysis)
    answers = _claims(chosen, known)
    _put(folder / "numbers.tex", numbers(chosen, answers))
    if answers:
        _write_claims(folder / "tables", answers)
    _put(folder / "references.bib", bibliography(chosen))
    _put(folder / "example.tex", example(folder, chosen))
    _put(folder / "README.txt", readme(folder, chosen))
    archive.describe(folder, chosen, datasets_read(chosen))


def _claims(chosen: Sequence[Result], known: Sequence[Result]) -> list[ClaimAnswer]:
    """The claims that the chosen analyses answer best of all: not by which others were chosen."""
    names = {result.analysis for result in chosen}
    documents = [settled for result in chosen for settled in result.settled]
    return [
        answer
        for answer in answered(known)
        if (
            {item.result.analysis for item in answer.deciding} <= names
            if answer.deciding
            else answer.settled in documents
        )
    ]


def _write_claims(folder: Path, answers: Sequence[ClaimAnswer]) -> None:
    """The claims in one table."""
    _put(folder / f"{claims_answered.NAME}.csv", claims_answered.as_csv(answers))
    _put(folder / f"{claims_answered.NAME}.tex", claims_answered.as_latex(answers))


def _write_analysis(folder: Path, result: Result) -> None:
    """Its tables, figures and methods."""
    name, rows = result.analysis, reported(result)
    judged = [row for row in rows if isinstance(row, JudgedEstimate)]
    _put(folder / "tables" / f"{name}.csv", tidy(rows))
    _put(folder / "tables" / f"{name}.tex", table(result, judged or rows, name=name))
    _put(folder / "tables" / f"{name}-all.tex", table(result, rows, name=f"{name}-all"))
    _put(folder / "methods" / f"{name}.tex", methods_text(result, latex=True))
    _put(folder / "methods" / f"{name}.txt", methods_text(result, latex=False))
    drawings.draw(result, folder / "figures")


def _put(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def example(folder: Path, results: Sequence[Result]) -> str:
    """A complete paper with a table, a figure, two numbers and citations of the first analysis."""
    result = next(result for result in results if reported(result))
    listed = entries([result], [])
    entry = next((entry for entry in listed if entry.is_named), listed[0])
    return fill(
        "example.tex",
        {
            "name": Latex(result.analysis),
            "title": result.title,
            "narrow": drawings.NARROW,
            "smallest": trimmed(drawings.SMALLEST),
            "single": drawings.leaves_room(folder / "figures" / f"{result.analysis}-single.svg"),
            "path": Latex(entry.path),
            "command": command(f"{entry.path}/found") if entry.is_named else "",
            "cited": Latex(
                ",".join([SOFTWARE, *(source.key for source in datasets_read([result]))])
            ),
        },
    )


def readme(folder: Path, results: Sequence[Result]) -> str:
    """What each file is, and how to begin."""
    names = [result.analysis for result in results]
    drawn = folder / "figures"
    values = {
        "names": names,
        "claims": (folder / "tables" / f"{claims_answered.NAME}.csv").exists(),
        "wide": drawings.WIDE,
        "narrow": drawings.NARROW,
        "wide_only": [name for name in names if not (drawn / f"{name}-single.pdf").exists()],
    }
    return fill("README.txt", values, latex=False)
