"""The datasets behind results: which version, which tables, under which licence, read by whom."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from research import datasets
from research.results import ResearchError, Result


@dataclass(frozen=True)
class ReadDataset:
    """A dataset behind results in the version that was read, its tables, and who read them."""

    dataset: datasets.Dataset
    tables: tuple[str, ...]
    used_by: tuple[str, ...]

    @property
    def key(self) -> str:
        """Its key in a bibliography."""
        named = f"{self.dataset.name} {self.dataset.version}".lower()
        return re.sub(r"[^a-z0-9]+", "-", named)

    @property
    def descriptor(self) -> dict[str, Any]:
        return self.dataset.descriptor

    @property
    def title(self) -> str:
        return str(self.descriptor["title"])

    @property
    def licence(self) -> str:
        """The titles of its licences, or their names."""
        names = (one.get("title") or one["name"] for one in self.descriptor["licenses"])
        return "; ".join(map(str, names))

    @property
    def origins(self) -> list[tuple[str, str]]:
        """Title and address of everything that it was made from; each once."""
        rows = ((one["title"], safe_link(one.get("path"))) for one in self.descriptor["sources"])
        return list(dict.fromkeys(rows))

    @property
    def url(self) -> str:
        """Address of the first source that has one; empty where none has."""
        paths = (one.get("path", "") for one in self.descriptor["sources"])
        return quote(next(filter(None, paths), ""), safe=":/?=&.,-_~+@()%")


def datasets_read(results: Iterable[Result]) -> list[ReadDataset]:
    """Every dataset behind the results, by name and version.

    Raises
    ------
    ResearchError
        If a version that was read is not here any more.
    """
    tables: dict[tuple[str, str], set[str]] = {}
    readers: dict[tuple[str, str], set[str]] = {}
    for result in results:
        for table, origin in result.provenance.tables.items():
            version = origin["dataset"], origin["version"]
            tables.setdefault(version, set()).add(table)
            readers.setdefault(version, set()).add(result.analysis)
    return [
        ReadDataset(_dataset(*each), tuple(sorted(tables[each])), tuple(sorted(readers[each])))
        for each in sorted(tables)
    ]


def _dataset(name: str, version: str) -> datasets.Dataset:
    known = datasets.versions(name)
    if version not in known:
        raise ResearchError(
            f"A result was made from version {version} of the dataset '{name}', which is not here "
            f"(found: {', '.join(known) or 'none'}). Run the analysis anew, or put the version "
            "back into ./datasets."
        )
    return known[version]


def safe_link(address: Any) -> str:
    """The address if a browser may follow it, else nothing.

    >>> safe_link("https://example.org/a"), safe_link("javascript:alert(1)"), safe_link(None)
    ('https://example.org/a', '', '')
    """
    text = str(address).strip() if address else ""
    parts = urlsplit(text)
    return text if parts.scheme in ("http", "https") and parts.netloc else ""
