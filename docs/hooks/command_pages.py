"""The command line, as its own help has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from prose import plain, table

from research.cli import app


def page() -> str:
    """Every command with its arguments and options."""
    root = typer.main.get_command(app)
    parts = [
        "# Commands",
        "`research COMMAND --help` prints the same. With `--json` a command prints what a script "
        "can read. Exit codes: 0 done; 1 a check found differences; 2 the request needs mending, "
        "and the message says how; 130 stopped by the user or by SIGTERM; 141 nobody reads the "
        "output any more. What is piped has no colours and no progress bars; `NO_COLOR` turns "
        "colours off elsewhere, and `research --install-completion` completes names in your shell.",
        *_described(root, typer.Context(root, info_name="research")),
    ]
    return "\n\n".join(parts)


def _described(command: Any, context: Any) -> Iterator[str]:
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        below = typer.Context(found, info_name=name, parent=context)
        if found.hidden:
            continue
        if hasattr(found, "list_commands"):
            yield f"## research {name}" if context.parent is None else f"### {name}"
            yield plain(_sentences(found.help))
            yield from _described(found, below)
        else:
            yield from _command(found, below)


def _command(command: Any, context: Any) -> Iterator[str]:
    depth = "###" if context.parent.parent else "##"
    yield f"{depth} {context.command_path}"
    yield plain(_sentences(command.help))
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"```\n{context.command_path} {usage}\n```"
    records = [one.get_help_record(context) for one in command.get_params(context)]
    rows = [(f"`{name}`", plain(does)) for name, does in filter(None, records)]
    yield table(
        ("argument or option", "what it does"), [row for row in rows if row[0] != "`--help`"]
    )


def _sentences(text: str | None) -> str:
    return " ".join((text or "").split())
