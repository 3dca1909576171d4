"""Results on disk: the only writer, and the reader."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from research.places import write_beside
from research.plain import from_plain
from research.results import ResearchError, Result


def record(result: Result, folder: Path, *, stored: str = "") -> Path:
    """Write the result as ``folder/NAME.json``, whole or not at all.

    Numbers that agree with those of a ``stored`` result, its text, keep the digits they have there.
    """
    path = folder / f"{result.analysis}.json"
    write_beside(path, result.to_json(stored=stored).encode())
    return path


def recorded(name: str, folder: Path) -> Result:
    """The result that was recorded for an analysis.

    Raises
    ------
    ResearchError
        If there is none, or the file holds something else.
    """
    return _read(name, folder)


def recorded_verdicts(name: str, folder: Path) -> Result:
    """The same without its numbers, sooner: what was asked, how it was judged, how robust that is.

    Raises
    ------
    ResearchError
        As :func:`recorded` does.
    """
    return _read(name, folder, _without_numbers)


def _without_numbers(stored: Any) -> Any:
    for answer in stored["answers"].values():
        answer |= {"estimates": {}, "specifications": [], "skipped": [], "tables": {}}
    return stored


def _read(name: str, folder: Path, taken: Callable[[Any], Any] = lambda stored: stored) -> Result:
    path = folder / f"{name}.json"
    if not path.is_file():
        raise ResearchError(f"No result of '{name}' in {folder}. Run: research reproduce.")
    try:
        result: Result = from_plain(Result, taken(json.loads(path.read_bytes())))
        return result
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ResearchError(
            f"{path} is not a result as research records it ({type(error).__name__}: {error}). "
            "Restore it, or move it away and run: research reproduce."
        ) from error


def is_result(path: Path) -> bool:
    """Whether the file holds the result of the analysis that it is named after."""
    try:
        held = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(held, dict) and held.get("analysis") == path.stem
