"""The descriptor of a dataset taken from the Hub: what was asked, when, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version as version_of
from typing import Any

from research.collect.hub.columns import COLUMNS
from research.collect.hub.expecting import Expected
from research.collect.hub.pages import Page
from research.collect.hub.queries import EXPAND, Query
from research.collect.hub.tables import Counts

FORM = "hub_top_models"  # whose columns come first in every table, so that it may stand in for it

LIMITATIONS = (
    "The Hub counts requests for a repository's query file (by default config.json and a few "
    "others; every GGUF file counts). The same user, caches, automated tests and crawlers all "
    "count, and counts judged to be spam are taken out afterwards: a download is not a user and "
    "not a deployment, and hub_downloads_all_time can fall.",
    "Rules of counting change, also for the past. From client 1.32.0 (2026) on a header marks "
    "calls that download: a break in the series in autumn 2026 is possible.",
    "Pulls from Ollama's own registry never touch the Hub and are not counted here.",
    "2022-03-02 is the day on which older repositories were imported, not the day they were made; "
    "they are marked legacy_created_at.",
    "The table holds survivors: a repository deleted or made private before it was asked for is "
    "not in it, so releases counted by created_at are a lower bound.",
    "safetensors_total is not a clean count of parameters: 4-bit weights are packed, and some "
    "numbers were set by hand. The sum by type of number stands beside it, and parameters_agree "
    "says where they differ. Where whole numbers are the largest type, the base model's count is "
    "the better one.",
    "Tags, licence, task, library and base models are what the publisher or the Hub set; empty "
    "means not said. An empty base_models does not mean an original model.",
    "No row was examined for automated traffic: traffic_spike is false throughout.",
)
_TOP = (
    "These are the most downloaded models and not the Hub: whatever lies below the last place is "
    "absent. The order moves while pages are taken, so a model that rose or fell meanwhile may be "
    "missing, which the listing does not show; one that came twice stands with its first numbers."
)
_CREATED = (
    "Listed by day of creation, newest first, which does not move while pages are taken. What was "
    "created after the beginning is absent. Counts are those of the moment at which the page was "
    "taken, between the beginning and the end stated under 'collection'."
)
_BY_ID = (
    "One row a repository of the crosswalk that the Hub still shows. One that was renamed stands "
    "under its new name (model_id) beside the one asked for (requested_id); a name can by now lead "
    "to another repository, and two names to the same one: compare object_id before adding up."
)


def described(
    query: Query, noted: dict[str, Any], pages: Sequence[Page], counts: Counts, hoped: Expected
) -> dict[str, Any]:
    """The whole descriptor but for what freezing adds: path, hash, bytes and rows."""
    version, endpoint = noted["version"], noted["query"]["endpoint"]
    title = query.title.format(rows=counts.kept)
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": query.dataset,
        "title": f"{title}, {noted['began'][:10]}",
        "description": f"{title} as the public Hub API listed them when this version was "
        f"taken (research collect hub {query.option.split()[0]}).",
        "version": version,
        "licenses": [
            {
                "name": "LicenseRef-facts",
                "title": "Facts as the public Hub API returns them; the models' own licences are "
                "in the column licence",
                "path": "https://huggingface.co/terms-of-service",
            }
        ],
        "sources": [{"title": "Hugging Face Hub, public API, list of models", "path": endpoint}],
        "citation": f"Hugging Face Hub, public API ({endpoint}). {title}, taken from "
        f"{noted['began']} to {pages[-1].taken_at} with modelometrics "
        f"{version_of('modelometrics')} (dataset {query.dataset}, version {version}).",
        "knownLimitations": [_of_the_query(query), *_of_this_version(counts, hoped), *LIMITATIONS],
        "collection": _collection(noted, pages, counts, hoped),
        "resources": [_resource(query, title)],
    }


def _of_the_query(query: Query) -> str:
    if query.by_id:
        return _BY_ID
    return _TOP if query.wanted else _CREATED


def _of_this_version(counts: Counts, hoped: Expected) -> list[str]:
    """What of the rows is not in the table, or only in part, in numbers."""
    problems = "; ".join(
        f"{found['reason']} ({found['rows']:,}, {found['consequence']})"
        for found in counts.problems
    )
    missing = "; ".join(f"{name} {rows:,}" for name, rows in counts.missing.items())
    early = counts.kept < hoped.least
    sentences = {
        f"The Hub's listing ended early: {counts.kept:,} models came of {hoped.rows or 0:,} "
        f"expected ({hoped.why}).": early,
        f"Rows of the Hub that could not be read as they should: {problems}.": problems,
        f"Empty cells of {counts.kept:,} rows: {missing}.": missing,
    }
    return [sentence for sentence, found in sentences.items() if found]


def _collection(
    noted: dict[str, Any], pages: Sequence[Page], counts: Counts, hoped: Expected
) -> dict[str, Any]:
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
        "rowsReceived": counts.received,
        "rowsKept": counts.kept,
        "rowsLeftOut": counts.left_out,
        "duplicates": counts.duplicates,
        "belowTheLastPlace": counts.beyond,
        "problems": counts.problems,
        "missing": counts.missing,
        "renamed": counts.renamed,
        "gone": [{"requested": start, "status": status} for start, status in gone.items()],
        "withoutModels": [
            start for start in noted["query"]["starts"] if start and start not in answered
        ],
    }


def _resource(query: Query, title: str) -> dict[str, Any]:
    form = {} if query.dataset == FORM else {"form": FORM}
    key = "requested_id" if query.by_id else "object_id"
    return {
        "name": query.dataset,
        "type": "table",
        "title": title,
        "description": f"One row a model; in the order of {query.order}.",
        **form,
        "schema": {
            "fields": [column.described for column in COLUMNS],
            "primaryKey": ["as_of", key],
            "missingValues": [""],
        },
    }
