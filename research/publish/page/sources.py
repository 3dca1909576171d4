"""Where an answer comes from, and how to cite it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from research import __version__, datasets
from research.results import Result
from research.wording import number

TITLE = "modelometrics: testing published claims about who runs and who downloads open AI models"
AUTHOR = "The modelometrics authors"


def safe_link(address: Any) -> str:
    """The address if a browser may follow it, else nothing.

    >>> safe_link("https://example.org/a"), safe_link("javascript:alert(1)"), safe_link(None)
    ('https://example.org/a', '', '')
    """
    text = str(address).strip() if address else ""
    parts = urlsplit(text)
    return text if parts.scheme in ("http", "https") and parts.netloc else ""


def tables_behind(result: Result) -> list[dict[str, Any]]:
    """Every table that the analysis read, with its dataset, version, licence and checksum."""
    rows = []
    for table, origin in result.provenance.tables.items():
        descriptor = datasets.describe(origin["dataset"], origin["version"]).descriptor
        described = {"title": descriptor["title"], "licences": _licences(descriptor)}
        rows.append({"table": table, **described, **origin})
    return rows


def datasets_behind(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Every dataset that some analysis read: licence, sources, tables, known limitations."""
    readers: dict[tuple[str, str], set[str]] = {}
    for result in results:
        for origin in result.provenance.tables.values():
            read = readers.setdefault((origin["dataset"], origin["version"]), set())
            read.add(result.analysis)
    return [_dataset(*each) | {"used_by": sorted(readers[each])} for each in sorted(readers)]


def _dataset(name: str, version: str) -> dict[str, Any]:
    described = datasets.describe(name, version)
    descriptor = described.descriptor
    return {
        "dataset": name,
        "version": version,
        "title": descriptor["title"],
        "description": descriptor["description"],
        "licences": _licences(descriptor),
        "sources": _sources(descriptor),
        "flaws": descriptor["knownLimitations"],
        "citation": descriptor["citation"],
        "tables": [
            {"table": table, "rows": number(resource["rows"], 0), "hash": resource["hash"]}
            for table, resource in described.resources.items()
        ],
    }


def _licences(descriptor: Mapping[str, Any]) -> str:
    return ", ".join(each.get("title") or each["name"] for each in descriptor["licenses"])


def _sources(descriptor: Mapping[str, Any]) -> list[dict[str, str]]:
    named = {
        (source["title"], safe_link(source.get("path"))): None for source in descriptor["sources"]
    }
    return [{"title": title, "link": link} for title, link in named]


def bibtex(identity: str, statement: str, as_of: str) -> str:
    """A BibTeX entry for the answer to one claim; what BibTeX would read as a command is removed.

    >>> r"claim: 50 \\% of x" in bibtex("a/b", "50 % of {x}", "2026-01-01")
    True
    """
    return "\n".join(
        [
            f"@misc{{modelometrics-{re.sub(r'[^A-Za-z0-9]+', '-', identity)},",
            f"  author = {{{{{AUTHOR}}}}},",
            f"  title = {{{{Answer to the claim: {_plain(statement)}}}}},",
            f"  howpublished = {{{TITLE}, version {__version__}, claim {_plain(identity)}}},",
            f"  year = {{{as_of[:4]}}},",
            "}",
            "",
        ]
    )


def _plain(text: str) -> str:
    text = re.sub(r"[\\{}]", "", text)
    return re.sub(r"([%&#_$])", r"\\\1", text)


def csl(identity: str, statement: str, as_of: str) -> str:
    """The same as CSL-JSON."""
    entry = {
        "id": f"modelometrics-{identity}",
        "type": "document",
        "author": [{"literal": AUTHOR}],
        "title": f"Answer to the claim: {statement}",
        "container-title": TITLE,
        "version": __version__,
        "issued": {"date-parts": [[int(as_of[:4])]]},
    }
    return json.dumps([entry], indent=1, ensure_ascii=False) + "\n"
