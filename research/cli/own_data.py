"""One's own data on the command line: new, check, add; and what changed between two versions."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from research.cli.analyses import pairs
from research.cli.printing import AsJson, print_json, print_rows, say
from research.results import ResearchError

if TYPE_CHECKING:
    from research.collect.tables import TextTable
    from research.datasets.difference import Moves, TableDifference

Countries = Annotated[
    list[str] | None,
    typer.Option(
        "--country",
        metavar="TEXT=CODE",
        help="How a country is spelled in the table; TEXT= where it means unknown.",
    ),
]
Drafted = Annotated[str, typer.Argument(help="NAME, or the draft's path NAME.draft.json.")]


def new(
    file: Annotated[Path, typer.Argument(help="A CSV or Excel file with a header row.")],
    name: Annotated[str | None, typer.Option(help="By default the file's name.")] = None,
    title: Annotated[str, typer.Option(help="Title of the dataset.")] = "",
    description: Annotated[str, typer.Option(help="What it holds, in a sentence.")] = "",
    version: Annotated[str, typer.Option(help="Day on which it was taken: 2026-11-01.")] = "",
    licence: Annotated[str, typer.Option(help="For example CC-BY-4.0.")] = "",
    source: Annotated[str, typer.Option(help="Where it comes from: title or address.")] = "",
    citation: Annotated[str, typer.Option(help="How to cite it.")] = "",
    limitation: Annotated[list[str] | None, typer.Option(help="What it cannot show.")] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=UNIT", help="What a column counts: hosts, downloads, share."),
    ] = None,
    describe: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=TEXT", help="What a column holds, in a sentence."),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(help="A column that, with others so named, tells rows apart."),
    ] = None,
    country: Countries = None,
    form: Annotated[
        str,
        typer.Option(
            help="The table that this one is to stand in for, for example tenthe_countries."
        ),
    ] = "",
    thousands: Annotated[
        str, typer.Option(metavar="SIGN", help="Between groups of three: 1.234 with a dot.")
    ] = "",
    decimal: Annotated[
        str, typer.Option(metavar="SIGN", help="The decimal sign of all numbers: . or ,")
    ] = "",
    missing: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="A word for a missing number or date, such as NA."),
    ] = None,
    date_format: Annotated[
        str, typer.Option(metavar="FORM", help="How dates are written, such as %d.%m.%Y.")
    ] = "",
    sheet: Annotated[str, typer.Option(help="Which sheet of a workbook.")] = "",
    answers: Annotated[
        Path | None,
        typer.Option(help="A JSON file with these answers, by the names of the options."),
    ] = None,
) -> None:
    """Make a draft of a dataset from a table; on a terminal, ask for what only you know.

    Shows the first rows as they will be frozen, and every doubt about how the file is written.
    """
    from research.collect import drafts, tables

    given = {"title": title, "description": description, "version": version, "licence": licence,
             "source": source, "citation": citation, "limitation": limitation, "key": key,
             "unit": pairs("--unit", unit), "describe": pairs("--describe", describe),
             "country": pairs("--country", country), "form": form,
             "thousands": thousands, "decimal": decimal, "missing": missing,
             "date-format": date_format, "sheet": sheet}  # fmt: skip
    given = _read_answers(answers) | {name: value for name, value in given.items() if value}
    written = {name: given.pop(name) for name in drafts.WRITTEN if name in given}
    said = drafts.how_written(written)
    table = tables.read(file, str(written.get("sheet", "")))
    package = drafts.draft(table, name, said)
    drafts.answer(package, given)
    _print_draft(file, table, package)
    if _on_a_terminal():
        _ask(package)
    path = drafts.save(package, file.parent)
    left = len(drafts.unanswered(package))
    say(f"Draft: {path}" + (f" ({left} fields are still empty)." if left else "."))
    say(f"Next: research data check {path}")


def check(
    name: Annotated[str, typer.Argument(help="A draft (NAME or NAME.draft.json) or a dataset.")],
    country: Countries = None,
    as_json: AsJson = False,
) -> None:
    """Check a draft and its table, or a dataset: every problem with row and column."""
    from research.collect import drafts, validation

    draft = drafts.find(name)
    if draft is None and name.endswith((".csv", ".xlsx")):
        raise ResearchError(
            f"{name} is a table and no draft. Make its draft with: research data new {name}"
        )
    if draft is None:
        problems, checked = validation.check_dataset(name), f"dataset {name}"
    else:
        problems = validation.check(draft, country=pairs("--country", country))
        checked = str(draft)
    if as_json:
        print_json({"checked": checked, "problems": problems})
    else:
        for problem in problems:
            say(problem)
        say(_verdict(problems, checked, draft))
    raise typer.Exit(1 if problems else 0)


def add(name: Drafted, country: Countries = None) -> None:
    """Freeze a checked draft as ./datasets/NAME/VERSION."""
    from research.collect import drafts, validation

    draft = drafts.find(name)
    if draft is None:
        raise ResearchError(
            f"There is no draft {name}{drafts.SUFFIX} here. Make one with: research data new "
            "FILE.csv, or give the path of a draft."
        )
    dataset = validation.add(draft, country=pairs("--country", country))
    for table, resource in dataset.resources.items():
        say(f"{dataset.path(table)}: {resource['rows']} rows, {resource['hash']}")
        if "form" in resource:
            stand_in = f"{resource['form']}={dataset.name}@{dataset.version}"
            say(f"Next: research run ANALYSIS --data {stand_in}")
    say(f"Next: research data show {dataset.name}")


def diff(
    name: Annotated[str, typer.Argument(help="A dataset.")],
    old: Annotated[str, typer.Argument(help="The earlier version.")],
    new: Annotated[str, typer.Argument(help="The later version.")],
    as_json: AsJson = False,
) -> None:
    """Show what is new, gone, renamed and jumped between two versions of a dataset."""
    from research.datasets.difference import LISTED, difference
    from research.plain import to_plain

    changes = difference(name, old, new, most=None if as_json else LISTED)
    if as_json:
        print_json(to_plain(changes))
        return
    for table in changes.tables:
        _print_table(table)
    for sentence in changes.notes:
        say(sentence)


# Answers ------------------------------------------------------------------------------------------


def _read_answers(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    from research.datasets.shapes import read_json

    try:
        answers = read_json(path)
    except FileNotFoundError:
        raise ResearchError(f"There is no file {path} with answers.") from None
    if not isinstance(answers, dict):
        raise ResearchError(
            f'{path} holds no JSON object: expected {{"title": "...", "unit": {{"hosts": "..."}}}}.'
        )
    return answers


def _on_a_terminal() -> bool:
    return sys.stdin.isatty()


def _ask(package: dict[str, Any]) -> None:
    """Ask for what is still empty; an empty answer leaves it so."""
    from research.collect import drafts

    for asked in drafts.unanswered(package):
        text = _prompt(f"{asked.question} [e.g. {asked.example}]")
        if text and asked.column:
            option = "describe" if asked.field == "description" else asked.field
            drafts.answer(package, {option: {asked.column: text}})
        elif text:
            drafts.answer(package, {asked.field: text})


def _prompt(text: str) -> str:
    try:
        return str(typer.prompt(text, default="", show_default=False))
    except typer.Abort:  # Ctrl-C at a prompt is Ctrl-C
        raise KeyboardInterrupt from None


# Printing -----------------------------------------------------------------------------------------


def _print_draft(file: Path, table: TextTable, package: dict[str, Any]) -> None:
    from research.collect import validation

    say(f"{file}: {table.written}.")
    for field in package["resources"][0]["schema"]["fields"]:
        say(f"  {field['name']}: {_told(field, table)}")
    say("The first rows as they will be frozen:")
    print_rows(validation.preview(table, package), as_json=False)


def _told(field: dict[str, Any], table: TextTable) -> str:
    """What was found out about a column, so that a person can object."""
    from research.collect import columns, countries

    cells = table.column(field["name"])
    if field.get("unit") == countries.UNIT:
        return "countries, to be written as ISO codes"
    doubt = columns.doubt(cells, field, table.first_row)
    if doubt:
        return f"{field['type']}? Row {doubt[0]}: {doubt[1]}"
    wrong = columns.plain(cells, field).count(None)
    said = str(field["type"]) + _signs(field)
    return said + (
        f", although {wrong} of {len(cells)} cells are not: the check names them" if wrong else ""
    )


def _signs(field: dict[str, Any]) -> str:
    """How the cells of a column are written, where that is not plain."""
    point = {",": " with a decimal comma", ".": " with a decimal point"}
    said = point.get(field.get("decimalChar", ""), "")
    said += f", groups of three set off by '{field['groupChar']}'" if "groupChar" in field else ""
    said += f", written {field['format']}" if "format" in field else ""
    words = [word for word in field.get("missingValues", []) if word]
    return said + (f", missing where {' or '.join(words)}" if words else "")


def _print_table(changes: TableDifference) -> None:
    from research.wording import count

    days = [f" on {day}" if day else "" for day in changes.days]
    say(
        f"{changes.table}: {count(changes.rows[0])} rows{days[0]}, {count(changes.rows[1])} "
        f"rows{days[1]}; {count(changes.n_matched)} in both, matched by "
        f"{', '.join(changes.matched_by)}"
    )
    renamed = [f"{_name(row.old)} -> {_name(row.new)}" for row in changes.renamed]
    _print_some("new", changes.n_new, map(_name, changes.new))
    _print_some("gone", changes.n_gone, map(_name, changes.gone))
    _print_some("renamed", changes.n_renamed, renamed)
    for moved in changes.moves:
        _print_moves(moved)


def _print_moves(moved: Moves) -> None:
    from research.datasets.difference import DEVIATIONS, LEAST_FACTOR
    from research.wording import count, number, trimmed

    say(
        f"  {moved.column} ({moved.unit}): the median row moved by a factor of "
        f"{number(moved.typical)} ({count(moved.compared)} compared, "
        f"{count(moved.unchanged)} unchanged, {moved.appeared} from nothing, "
        f"{moved.vanished} to nothing)"
    )
    jumps = (
        f"{_name(jump.row)}: {number(jump.old)} -> {number(jump.new)} (x {number(jump.factor)})"
        for jump in moved.jumps
    )
    low, high = (number(factor) for factor in moved.between)
    what = (
        f"jumps: a factor outside {low} to {high} ({trimmed(DEVIATIONS)} median absolute "
        f"deviations around the median row, {trimmed(LEAST_FACTOR)} at least)"
    )
    _print_some(what, moved.jumped, jumps, indent=4)


def _print_some(what: str, count: int, shown: Iterable[str], *, indent: int = 2) -> None:
    rows = list(shown)
    more = f", the first {len(rows)}" if 0 < len(rows) < count else ""
    say(f"{' ' * indent}{count} {what}{more}" + (":" if rows else ""))
    for row in rows:
        say(f"{' ' * (indent + 2)}{row}")


def _name(key: tuple[Any, ...]) -> str:
    return " ".join(map(str, key))


def _verdict(problems: list[str], checked: str, draft: Path | None) -> str:
    if problems:
        return f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in {checked}."
    return f"{checked} is in order." + (f" Next: research data add {draft}" if draft else "")
