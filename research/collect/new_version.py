"""Where a new version of a dataset goes: a place that is free, for versions never change."""

from __future__ import annotations

from pathlib import Path

from research.datasets import refuse_name, versions
from research.results import ResearchError


def new_version_folder(into: Path, name: str, version: str) -> Path:
    """The folder of a version that does not exist yet.

    Raises
    ------
    ResearchError
        If there is such a version already, or a name is no name.
    """
    refuse_name("dataset", name)
    refuse_name("version", version)
    folder = into / name / version
    if folder.exists() or version in versions(name):
        raise ResearchError(
            f"There is a version {version} of '{name}' already, and versions never change. To take "
            f"its place delete {folder} first (where it lies there), or give another day."
        )
    return folder
