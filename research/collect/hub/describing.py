"""The descriptor of a dataset taken from the Hub: what was asked, when, and what came of it.

What holds of every table of Hub models stands beside this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version as version_of
from typing import Any

from research.collect.beside import PROFILE, beside
from research.collect.hub.columns import COLUMNS
from research.collect.hub.expecting import Expected
from research.collect.hub.pages import Page
from research.collect.hub.queries import EXPAND, Query, Wanted

Package = dict[str, Any]
FORM = "hub_top_models"  # whose columns come first in every table, so that it may stand in for it


def described(
    query: Query,
    noted: dict[str, Any],
    pages: Sequence[Page],
    came: dict[str, Any],
    hoped: Expected,
) -> dict[str, Any]:
    """The whole descriptor but for what freezing adds: path, hash, bytes and rows."""
    version, endpoint = noted["version"], noted["query"]["endpoint"]
    began, title = noted["began"], query.title.format(rows=came["rowsKept"])
    package = package_of(query, came, version=version, day=began[:10])
    kind = "by_id" if query.by_id else "top" if query.count else "created"
    early = (
        f"The Hub's listing ended early: {came['rowsKept']:,} models came of {hoped.rows or 0:,} "
        f"expected ({hoped.why})."
    )
    return package | {
        "description": f"{title} as the public Hub API listed them when this version was "
        f"taken (research collect hub {query.option.split()[0]}).",
        "sources": [{"title": "Hugging Face Hub, public API, list of models", "path": endpoint}],
        "citation": f"Hugging Face Hub, public API ({endpoint}). {title}, taken from "
        f"{began} to {pages[-1].taken_at} with modelometrics "
        f"{version_of('modelometrics')} (dataset {query.dataset}, version {version}).",
        "knownLimitations": [
            beside(__file__)["of_the_query"][kind],
            *([early] if came["rowsKept"] < hoped.least else []),
            *package["knownLimitations"],
        ],
        "collection": _collection(noted, pages, hoped) | package["collection"],
    }


def package_of(wanted: Wanted, came: dict[str, Any], *, version: str, day: str) -> dict[str, Any]:
    """What of a descriptor holds wherever the rows came from."""
    title = f"{wanted.title.format(rows=came['rowsKept'])}, {day}"
    stated = beside(__file__)
    return {
        "$schema": PROFILE,
        "name": wanted.dataset,
        "title": title,
        "version": version,
        "licenses": [stated["licence"]],
        "knownLimitations": [*_of_the_rows(came), *stated["limitations"]],
        "collection": came,
        "resources": [_resource(wanted, title)],
    }


def _of_the_rows(came: dict[str, Any]) -> list[str]:
    """What of the rows is not in the table, or only in part, in numbers."""
    problems = "; ".join(
        f"{problem['reason']} ({problem['rows']:,}, {problem['consequence']})"
        for problem in came["problems"]
    )
    missing = "; ".join(f"{name} {rows:,}" for name, rows in came["missing"].items())
    sentences = {
        f"Rows that could not be read as they should: {problems}.": problems,
        f"Empty cells of {came['rowsKept']:,} rows: {missing}.": missing,
    }
    return [sentence for sentence, rows in sentences.items() if rows]


def _collection(noted: dict[str, Any], pages: Sequence[Page], hoped: Expected) -> dict[str, Any]:
    """How it was taken. Requests of a run that was killed count up to its last kept page."""
    gone = {page.start: page.status for page in pages if page.status >= 400}  # asked one by one
    answered = gone.keys() | {page.start for page in pages if page.rows}
    return {
        "query": noted["query"] | {"expand": list(EXPAND)},
        "client": f"huggingface-hub {version_of('huggingface-hub')}",
        "collector": f"modelometrics {version_of('modelometrics')}",
        "began": noted["began"],
        "ended": pages[-1].taken_at,
        "pages": len(pages),
        "requests": sum(page.requests for page in pages),
        "repeatedRequests": sum(page.requests - 1 for page in pages),
        "rowsExpected": hoped.rows,
        "gone": [{"requested": start, "status": status} for start, status in gone.items()],
        "withoutModels": [
            start for start in noted["query"]["starts"] if start and start not in answered
        ],
    }


def _resource(wanted: Wanted, title: str) -> dict[str, Any]:
    fields = [column.described for column in COLUMNS]
    if not wanted.identified:
        (identity,) = (field for field in fields if field["name"] == "object_id")
        del identity["constraints"]
    return {
        "name": wanted.dataset,
        "type": "table",
        "title": title,
        "description": f"One row a model; in the order of {wanted.order}.",
        **({} if wanted.dataset == FORM else {"form": FORM}),
        "schema": {
            "fields": fields,
            "primaryKey": ["as_of", wanted.key],
            "missingValues": [""],
        },
    }
