"""The descriptor of a dataset, and what a reader must find in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from research.results import ResearchError

DESCRIPTOR = "datapackage.json"
REQUIRED = (
    "name", "title", "description", "version", "licenses", "sources", "citation",
    "knownLimitations", "resources",
)  # fmt: skip


class DatasetError(ResearchError):
    """A dataset is unknown, incomplete or not what its descriptor says."""


@dataclass(frozen=True)
class Dataset:
    """A dataset's descriptor and where it lies."""

    folder: Path
    descriptor: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.descriptor["name"])

    @property
    def version(self) -> str:
        return str(self.descriptor["version"])

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """The tables by name."""
        return {resource["name"]: resource for resource in self.descriptor["resources"]}

    def path(self, table: str) -> Path:
        return self.folder / str(self.resources[table]["path"])


def read_descriptor(folder: Path) -> Dataset:
    """The dataset in ``folder``, refused when its descriptor lacks what a reader must know."""
    path = folder / DESCRIPTOR
    try:
        descriptor = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DatasetError(f"There is no {DESCRIPTOR} in {folder}: a dataset needs one.") from None
    except UnicodeDecodeError:
        raise DatasetError(f"{path} is not UTF-8 text. Save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise DatasetError(
            f"{path} is not valid JSON (line {error.lineno}, column {error.colno}: {error.msg}). "
            "Mend that line; nothing was loaded."
        ) from None
    if not isinstance(descriptor, dict):
        raise DatasetError(f"{path} holds no JSON object, so it describes no dataset.")
    problems = descriptor_problems(descriptor) + _misplaced(descriptor, folder)
    if problems:
        raise DatasetError(f"The descriptor {path} is not complete:\n" + bullets(problems))
    return Dataset(folder, descriptor)


def _misplaced(descriptor: Mapping[str, Any], folder: Path) -> list[str]:
    """A dataset lies in NAME, a version taken anew in NAME/VERSION."""
    name, version = descriptor.get("name"), descriptor.get("version")
    if name == folder.name or (name, version) == (folder.parent.name, folder.name):
        return []
    return [f"its name is '{name}', its folder '{folder.name}'"]


def descriptor_problems(descriptor: Mapping[str, Any]) -> list[str]:
    """What a descriptor lacks, as sentences; empty where it is complete."""
    problems = [
        f"it has no '{key}'; add it (a reader must know it before using the data)"
        for key in REQUIRED
        if not descriptor.get(key)
    ]
    for resource in descriptor.get("resources", []):
        name = resource.get("name", "a resource without a name")
        missing = [key for key in ("path", "hash", "bytes", "schema") if not resource.get(key)]
        problems += [f"table '{name}' has no '{key}'" for key in missing]
        for column in resource.get("schema", {}).get("fields", []):
            lacks = [key for key in ("type", "unit", "description") if not column.get(key)]
            problems += [f"field '{name}.{column.get('name')}' has no '{key}'" for key in lacks]
    return problems


def unknown(kind: str, name: str, known: Mapping[str, Any]) -> str:
    """The message for a name that does not exist: a guess, and all that do."""
    guess = get_close_matches(name, known, n=1)
    hint = f" Did you mean '{guess[0]}'?" if guess else ""
    return f"There is no {kind} named '{name}'.{hint} Known: {', '.join(sorted(known))}."


def bullets(problems: list[str]) -> str:
    """Problems as a list for people."""
    return "\n".join(f"  - {problem}" for problem in problems)
