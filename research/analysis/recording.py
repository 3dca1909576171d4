"""Results on disk: the only writer, and the reader."""

from __future__ import annotations

from pathlib import Path

from research.places import write_beside
from research.results import ResearchError, Result


def record(result: Result, folder: Path) -> Path:
    """Write the result as ``folder/NAME.json``, whole or not at all."""
    path = folder / f"{result.analysis}.json"
    write_beside(path, result.to_json().encode())
    return path


def recorded(name: str, folder: Path) -> Result:
    """The result that was recorded for an analysis.

    Raises
    ------
    ResearchError
        If there is none.
    """
    path = folder / f"{name}.json"
    if not path.is_file():
        raise ResearchError(f"No result of '{name}' in {folder}. Run: research reproduce.")
    return Result.from_json(path.read_text(encoding="utf-8"))
