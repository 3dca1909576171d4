"""The descriptor of a dataset, and what a reader must find in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from research.datasets.names import name_problem
from research.datasets.shapes import PACKAGE, misshapen, parsed
from research.results import ResearchError

DESCRIPTOR = "datapackage.json"
REQUIRED = (
    "name", "title", "description", "version", "licenses", "sources", "citation",
    "knownLimitations", "resources",
)  # fmt: skip
TYPES = ("string", "integer", "number", "boolean", "date")


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

    def types(self, table: str) -> dict[str, str]:
        """The type of each column of a table."""
        return {c["name"]: c["type"] for c in self.resources[table]["schema"]["fields"]}

    def path(self, table: str) -> Path:
        return self.folder / str(self.resources[table]["path"])


def read_descriptor(folder: Path) -> Dataset:
    """The dataset in ``folder``, refused when its descriptor lacks what a reader must know."""
    try:
        return _described(folder, (folder / DESCRIPTOR).read_bytes())
    except FileNotFoundError:
        raise DatasetError(f"There is no {DESCRIPTOR} in {folder}: a dataset needs one.") from None


@lru_cache(maxsize=256)
def _described(folder: Path, content: bytes) -> Dataset:
    """Read and checked once for each content: the same few are asked for thousands of times."""
    path = folder / DESCRIPTOR
    descriptor = parsed(content, path)
    problems = descriptor_problems(descriptor, folder)
    if problems:
        raise DatasetError(f"The descriptor {path} is not complete:\n" + bullets(problems))
    return Dataset(folder, descriptor)


def descriptor_problems(descriptor: Any, folder: Path, *, frozen: bool = True) -> list[str]:
    """What a descriptor lacks or holds in another form, as sentences; empty where it is complete.

    Parameters
    ----------
    descriptor
        Whatever a descriptor's file holds.
    folder
        Where the dataset lies, or is to lie.
    frozen
        Whether the tables are written: only then are their path, hash, size and row count known.
    """
    problems = list(misshapen(descriptor, PACKAGE))
    if problems:
        return problems
    problems = [
        f"it has no '{key}'; add it (a reader must know it before using the data)"
        for key in REQUIRED
        if not descriptor.get(key)
    ]
    problems += _misplaced(descriptor, folder)
    resources = descriptor.get("resources", [])
    for resource in resources:
        problems += _resource_problems(resource, frozen=frozen)
    problems += [f"two tables are named '{name}'" for name in _twice(resources)]
    for licence in descriptor.get("licenses", []):
        if not (licence.get("name") or licence.get("path")):
            problems.append("a licence has neither 'name' nor 'path'")
    return problems


def _misplaced(descriptor: Mapping[str, Any], folder: Path) -> list[str]:
    """A dataset lies in NAME, a version taken anew in NAME/VERSION; both are names."""
    name, version = descriptor.get("name"), descriptor.get("version")
    problems = [name_problem("dataset", name), name_problem("version", version)]
    if name != folder.name and (name, version) != (folder.parent.name, folder.name):
        problems.append(f"its name is '{name}', its folder '{folder.name}'")
    return [problem for problem in problems if problem]


def _resource_problems(resource: Mapping[str, Any], *, frozen: bool) -> list[str]:
    name = resource.get("name", "a resource without a name")
    problems = [name_problem("table", resource.get("name"))]
    if "path" in resource:
        problems.append(name_problem("file", resource["path"]))
    wanted = ("path", "hash", "bytes", "rows", "schema") if frozen else ("schema",)
    problems += [
        f"table '{name}' has no '{key}'" for key in wanted if resource.get(key) in (None, "")
    ]
    schema = resource.get("schema", {})
    columns = [column.get("name") for column in schema.get("fields", [])]
    for column in schema.get("fields", []):
        lacks = [key for key in ("name", "type", "unit", "description") if not column.get(key)]
        problems += [f"field '{name}.{column.get('name')}' has no '{key}'" for key in lacks]
        if column.get("type") and column["type"] not in TYPES:
            problems.append(
                f"field '{name}.{column.get('name')}' has the type '{column['type']}', expected "
                f"one of {', '.join(TYPES)}"
            )
    problems += [f"table '{name}' has two columns '{c}'" for c in _twice(schema.get("fields", []))]
    for column in schema.get("primaryKey", []):
        if column not in columns:
            problems.append(
                f"the primary key of table '{name}' names '{column}', which is no column"
            )
    return [problem for problem in problems if problem]


def _twice(named: list[dict[str, Any]]) -> list[str]:
    """The names that more than one resource or field has."""
    times = Counter(each["name"] for each in named if "name" in each)
    return [name for name, count in times.items() if count > 1]


def bullets(problems: list[str]) -> str:
    """Problems as a list for people."""
    return "\n".join(f"  - {problem}" for problem in problems)
