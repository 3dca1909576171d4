"""The command line. Exit codes: 0 done, 1 a check found differences, 2 a request to mend.

130 where the user stopped it, 141 where nobody reads the output any more. A command is a function
in one of the modules beside this one; it imports what is heavy when it is called, so that
``research --help`` is quick.
"""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import sys
from contextlib import suppress
from typing import Any

import typer

from research.cli import (
    aggregate,
    analyses,
    asking,
    collect,
    collect_files,
    data,
    explaining,
    own_data,
    publish,
)
from research.cli.printing import say
from research.results import ResearchError

STOPPED, UNREAD = 130, 141  # by the user; by whoever reads the output: as shells count them
REMEDIES = {
    errno.ENOSPC: "Make room on that disk.",
    errno.EDQUOT: "Make room on that disk.",
    errno.EFBIG: "Raise the limit of the size of files (ulimit -f).",
    errno.EACCES: "Change its permissions, or name another place.",
    errno.EPERM: "Change its permissions, or name another place.",
    errno.EROFS: "Name another place.",
    errno.EMFILE: "Raise the limit of open files (ulimit -n).",
}

app = typer.Typer(
    name="research",
    help="Test published claims about whose open AI models are deployed and downloaded.",
    epilog="Exit codes: 0 done, 1 a check found differences or problems, 2 a request to mend, "
    "130 stopped. Colours are off where output is piped or NO_COLOR is set.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # drawing the help with rich takes longer than all else
    context_settings={"max_content_width": 100},
)


@app.callback()
def start(context: typer.Context) -> None:
    """Test published claims about whose open AI models are deployed and downloaded."""
    if context.invoked_subcommand is None:
        explaining.next_steps()


app.command("list")(analyses.list_analyses)
app.command()(analyses.show)
app.command()(explaining.explain)
app.command()(analyses.run)
app.command()(asking.ask)
app.command()(analyses.new)
app.command()(analyses.reproduce)
app.command("open")(explaining.open_page)
app.command()(analyses.calibrate)

of_data = typer.Typer(
    help="Frozen datasets: what there is, what is in them; tables of one's own; differences.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
of_data.command("list")(data.list_data)
of_data.command("show")(data.show_data)
of_data.command("verify")(data.verify_data)
of_data.command("new")(own_data.new)
of_data.command("check")(own_data.check)
of_data.command("add")(own_data.add)
of_data.command("diff")(own_data.diff)
of_data.command("example-scan")(aggregate.example_scan)
app.add_typer(of_data, name="data")

of_collecting = typer.Typer(
    help="Take new data into a frozen version: from the Hub, or from files of others.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
of_collecting.command("hub")(collect.hub)
of_collecting.command("hub-file")(collect_files.hub_file)
of_collecting.command("ollama-library")(collect_files.ollama_library)
of_collecting.command("evolution")(collect_files.evolution)
app.add_typer(of_collecting, name="collect")
app.command()(aggregate.aggregate)

of_publishing = typer.Typer(
    help="What leaves the project: the page, and tables for a paper of one's own.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
of_publishing.command("page")(publish.page)
of_publishing.command("tables")(publish.tables)
app.add_typer(of_publishing, name="publish")


def main() -> None:
    """Run the command; a user's mistake is one message, never a traceback."""
    os.environ["MPLBACKEND"] = "agg"  # figures go to files: another choice could only stop a run
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what its encoding lacks is shown by number
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what is half done is cleared away
    out = sys.stdout
    try:
        try:
            app(standalone_mode=True)
        finally:
            sys.stdout.flush()
            if sys.stdout is not out:  # typer puts another one in place of one that nobody reads
                raise SystemExit(UNREAD)
    except BrokenPipeError:
        sys.stdout = None  # nothing is left to be written when the interpreter ends
        raise SystemExit(UNREAD) from None
    except Exception as error:
        if not isinstance(error, ResearchError | OSError | _of_the_engine()):
            raise
        say(f"Error: {_told(error)}", error=True)
        raise SystemExit(2) from None
    except (KeyboardInterrupt, SystemExit) as stop:
        if isinstance(stop, SystemExit) and stop.code != STOPPED:
            raise
        say("Stopped. What the last finished run wrote is as it was.", error=True)
        raise SystemExit(STOPPED) from None


def _of_the_engine() -> Any:
    """What DuckDB raises where a disk or the memory ends; nothing where it is not in use."""
    duckdb = sys.modules.get("duckdb")
    return duckdb.IOException | duckdb.OutOfMemoryException if duckdb else OSError


def _told(error: Exception) -> str:
    """What the system refuses, as a sentence: which file, why, what to do."""
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename is not None else ""
        return f"{where}{error.strerror}. {REMEDIES.get(error.errno or 0, 'Check the path.')}"
    with suppress(ValueError, KeyError, TypeError):  # DuckDB packs some of its messages
        return str(json.loads(str(error))["exception_message"])
    return str(error)
