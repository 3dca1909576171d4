"""How the commands print: lines, tables, progress; nothing here decides anything.

All that they print passes :func:`say`, :func:`write` or :func:`print_json`: titles, labels and
cells are texts of others, in which nothing steers the terminal. Lines have the width of the
terminal, or COLUMNS.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from research.publish.screen import side_by_side, wide, wrapped
from research.wording import percent, readable, shown, width_here

if TYPE_CHECKING:
    from research.publish.explanation import Explanation, Section
    from research.results import Result

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
GAP = "  "


def say(text: object, *, error: bool = False) -> None:
    """A sentence for people, on standard output or beside it."""
    print(readable(str(text)), file=sys.stderr if error else sys.stdout, flush=error)


def write(text: str = "", *, first: str = "", later: str = "", bold: bool = False) -> None:
    """A paragraph at the width of the terminal, with what begins its first and its later lines."""
    for line in paragraph(text, first=first, later=later):
        print(f"\x1b[1m{line}\x1b[0m" if bold and _is_styled() else line)


def paragraph(text: str, *, first: str = "", later: str = "") -> list[str]:
    """The lines of :func:`write`."""
    lines = wrapped(text, width_here() - wide(later)) or [""]
    return [(later if at else first) + line for at, line in enumerate(lines)]


def _is_styled() -> bool:
    """Whether standard output is a terminal that shows bold type, and nobody objects."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain


def print_json(value: Any) -> None:
    """JSON for a script."""
    print(readable(json.dumps(value, indent=1, ensure_ascii=False)))


def print_terms(rows: Iterable[tuple[str, str]]) -> None:
    """Texts beside their terms."""
    rows = list(rows)
    room = max((wide(term) for term, _ in rows), default=0) + len(GAP)
    for term, text in rows:
        write(text, first=term + " " * (room - wide(term)), later=" " * room)


# Rows ---------------------------------------------------------------------------------------------


def print_rows(rows: Iterable[dict[str, Any]], as_json: bool) -> None:
    """Rows as a table for people, or as JSON."""
    rows = list(rows)
    if as_json:
        print_json(rows)
        return
    for line in table(rows, width_here()):
        print(line)


def table(rows: Sequence[dict[str, Any]], width: int) -> list[str]:
    """Rows in columns below their names, or one below the other where columns have no room.

    No word is cut: a cell goes on in the next line.
    """
    if not rows:
        return []
    texts = [{name: _cell(value) for name, value in row.items()} for row in rows]
    names = [name for name in texts[0] if any(row[name] for row in texts)]
    sizes = _sizes([[name, *(row[name] for row in texts)] for name in names], width)
    if sizes is None:
        return [line for row in texts for line in [*_stacked(row, names, width), ""]][:-1]
    lines = [side_by_side([[name] for name in names], sizes)]
    lines += [side_by_side([wrapped(row[n], s) for n, s in zip(names, sizes, strict=True)], sizes)
              for row in texts]  # fmt: skip
    return [line for block in lines for line in block]


def _cell(value: Any) -> str:
    return shown(", ".join(map(str, value)) if isinstance(value, list) else str(value))


def _sizes(columns: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """Widths of columns that fit: the widest gives way first; none where a word has no room."""
    least = [
        max(wide(word) for text in column for word in text.split() or [""]) for column in columns
    ]
    sizes = [max(map(wide, column)) for column in columns]
    room = width - len(GAP) * (len(columns) - 1)
    while sum(sizes) > room:
        spare = [size - need for size, need in zip(sizes, least, strict=True)]
        if max(spare) <= 0:
            return None
        widest = max(range(len(sizes)), key=lambda at: (spare[at] > 0) * sizes[at])
        sizes[widest] -= 1
    return sizes


def _stacked(row: dict[str, str], names: Sequence[str], width: int) -> Iterator[str]:
    """A row below its first cell, each of the others after its name."""
    yield from wrapped(row[names[0]], width)
    for name in names[1:]:
        if row[name]:
            yield from (f"{GAP}{line}" for line in wrapped(f"{name}: {row[name]}", width - 2))


# Analyses -----------------------------------------------------------------------------------------


def print_outlines(rows: Iterable[dict[str, Any]]) -> None:
    """Every analysis with its question, and the verdicts on the claims that it answers."""
    for row in rows:
        write(row["name"], bold=True)
        write(row["question"], first=GAP, later=GAP)
        for line in _verdict_lines(row["claims"], row["answers"]):
            write(line, first=GAP + "- ", later=GAP * 2)
    write()
    write("The words are those on record. Why: research explain NAME, of an analysis or a claim.")


def _verdict_lines(claims: dict[str, str], answers: dict[str, int]) -> Iterator[str]:
    """The word of each claim; where there is none, how many answers have which word."""
    if not claims:
        counts = [f"{word} ({n} of {sum(answers.values())})" for word, n in answers.items()]
        yield f"no claim; its answers: {', '.join(counts) or 'none on record'}"
    for claim, word in claims.items():
        yield f"{claim}: {word or 'no result on record'}"


def print_results(results: Iterable[Result]) -> None:
    """Every estimate in columns, with its verdict and how many specifications agree."""
    from research.publish.screen import screen

    for result in results:
        print(screen(result, width=width_here(), lines=None, more="--json has all"))
        write()


def print_findings(results: Sequence[Result], folder: Path, made: Mapping[str, str]) -> None:
    """What the whole study found, in words, and where it lies."""
    from research.publish.claims import answered
    from research.publish.headlines import headlines

    for finding in headlines(results):
        write(finding.headline, first="- ", later="  ", bold=True)
    words = Counter(answer.word for answer in answered(results))
    counted = "; ".join(f"{times} {word}" for word, times in words.most_common())
    write(f"{words.total()} claims: {counted}.")
    pdfs = f"{made['paper.pdf']} and {made['supplement.pdf']}"
    places = {"Paper": pdfs, "Page": f"{made['page.html']}, or: research open"}
    places["Results"] = f"{folder / 'results'}, figures in {made['figures']}"
    print_terms({**places, "Verdicts": "research list"}.items())


def print_quotable(result: Result) -> None:
    """The answer to a question that was asked, as sentences that may be quoted."""
    from research.publish.judged import answer_to_quote, reported

    write("To quote", bold=True)
    write(answer_to_quote(reported(result)[0]))
    write()


def print_written(out: Path | None, results: Sequence[Result]) -> None:
    """Where results and figures were written, if anywhere."""
    if out is not None:
        names = ", ".join(result.analysis for result in results)
        write(f"Written into {out}: {names} (result .json; figure .pdf, .svg, .png).")


def print_headlines(results: Sequence[Result], claims: Sequence[str]) -> None:
    """The answers that these results give to claims, a sentence each."""
    from research.publish.claims import answered
    from research.publish.in_short import headline

    for answer in answered(results):
        if answer.id in claims:
            write(f"{answer.id}: {headline(answer)}", bold=True)


def print_explanation(explanation: Explanation) -> None:
    """The answer in one sentence, and what it rests on: two screens at most."""
    write(explanation.title)
    write()
    write(explanation.headline, bold=True)
    for section in explanation.sections:
        lines = _section_lines(section)
        if lines:
            write()
            if section.heading:
                write(section.heading, bold=True)
            print("\n".join(lines))


def _section_lines(section: Section) -> list[str]:
    """The lines of a section within the room that it has; what is left out is counted."""
    from research.publish.screen import tabulated

    if section.groups:
        return tabulated(section.groups, width_here(), lines=section.lines, more=section.more)
    bullets = ("- ", "  ") if section.heading else ("", "")
    blocks = [paragraph(item, first=bullets[0], later=bullets[1]) for item in section.items]
    made: list[str] = []
    for at, block in enumerate(blocks):
        if made and len(made) + len(block) > section.lines:
            return [*made, f"... {len(blocks) - at} more: {section.more}"]
        made += block
    return made


def print_analysis(shown: dict[str, Any]) -> None:
    """What an analysis asks, reads and varies."""
    write(f"{shown['name']}: {shown['question']}", bold=True)
    for part in shown["about"].split("\n\n"):
        if part:
            write()
            write(part)
    write()
    print_terms(_facts(shown))


def _near(path: Path) -> str:
    """A path as one would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _facts(shown: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "File", _near(Path(shown["file"]))
    yield "Tables", ", ".join(shown["tables"])
    for name, choice in shown["choices"].items():
        yield "Choice", f"{name} ({choice['kind']}): {' | '.join(map(str, choice['values']))}"
    for label, tested in shown["hypotheses"].items():
        region = f"{tested['alternative']} than {tested['null']}"
        yield "Tests", f"{label}: {region} ({tested['role']}; {tested['estimand']})"
    for answer in shown["settled"]:
        yield "Settled", f"{answer['claim']}: {answer['word']}. {answer['reason']}"


# Datasets -----------------------------------------------------------------------------------------


def print_datasets(rows: Iterable[dict[str, Any]]) -> None:
    """The tables of every dataset below its name, version and further versions."""
    for (name, version), mine in groupby(rows, key=lambda row: (row["dataset"], row["version"])):
        tables = list(mine)
        others = tables[0]["further versions"]
        write(f"{name} {version}" + (f" (also {', '.join(others)})" if others else ""), bold=True)
        print_rows([{k: row[k] for k in ("table", "rows", "title")} for row in tables], False)
        write()
    write("What is in one: research data show NAME, of a dataset or a table.")


def print_dataset(descriptor: dict[str, Any], name: str) -> None:
    """What a dataset, or one of its tables, holds."""
    write(f"{descriptor['name']} {descriptor['version']}: {descriptor['title']}", bold=True)
    write()
    write(descriptor["description"])
    write()
    print_terms(_sources(descriptor))
    for resource in descriptor["resources"]:
        if name in (descriptor["name"], resource["name"]):
            write()
            write(f"{resource['name']} ({resource['rows']} rows)", bold=True)
            fields = resource["schema"]["fields"]
            kept = ("name", "type", "unit", "description")
            print_rows([{k: field.get(k, "") for k in kept} for field in fields], as_json=False)
    write()
    write("Known limitations", bold=True)
    for limitation in descriptor["knownLimitations"]:
        write(limitation, first="- ", later="  ")


def _sources(descriptor: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for source in descriptor["sources"]:
        yield "Source", " ".join(source[key] for key in ("title", "path") if source.get(key))
    yield "Licence", ", ".join(licence["name"] for licence in descriptor["licenses"])
    yield "Citation", descriptor["citation"]


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


Done = Callable[[str], None]


@contextmanager
def progress(what: str, total: int) -> Iterator[Done]:
    """A progress bar with the time left on a terminal; silence where output is piped."""
    with progress_of_each() as begin:
        done = begin(what, total)
        yield lambda step: done(f"{what}: {step}")


@contextmanager
def progress_of_each() -> Iterator[Callable[[str, int | None], Done]]:
    """The same for one piece of work after the other: each begins anew with its own steps.

    How many may not be known yet.
    """
    from rich import progress as parts
    from rich.console import Console

    stream = Console(stderr=True)
    columns = (
        parts.SpinnerColumn(),  # moves within a long step too
        parts.TextColumn("{task.description:<32}", markup=False),
        parts.BarColumn(),
        parts.MofNCompleteColumn(),
        parts.TimeRemainingColumn(elapsed_when_finished=True),
    )
    hidden = not stream.is_terminal
    with parts.Progress(*columns, console=stream, transient=True, disable=hidden) as bar:
        task = bar.add_task("", total=None)

        def begin(what: str, total: int | None) -> Done:
            bar.reset(task, total=total, description=readable(what))
            return lambda step: bar.update(task, advance=1, description=readable(step))

        yield begin
