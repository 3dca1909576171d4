"""The datasets with their flaws, as their descriptors have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prose import bullets, link, plain, table

from research.datasets import Dataset, datasets


def pages() -> Iterator[tuple[str, str]]:
    """The pages, each with its place in the site."""
    yield "datasets/index.md", _index()
    for dataset in datasets().values():
        yield f"datasets/{dataset.name}.md", _dataset(dataset)


def _index() -> str:
    rows = [
        (
            f"[{dataset.name}]({dataset.name}.md)",
            plain(dataset.descriptor["title"]),
            plain(dataset.version),
            f"{sum(r['rows'] for r in dataset.resources.values()):,}",
            str(len(dataset.descriptor["knownLimitations"])),
        )
        for dataset in datasets().values()
    ]
    return (
        "# Datasets and their flaws\n\nEvery dataset is frozen: a table whose hash differs is not "
        "loaded. They hold aggregates and catalogues of public models only. Nothing identifies a "
        "host or a private person. Read the flaws before the numbers.\n\n"
        + table(("dataset", "what it is", "version", "rows", "known flaws"), rows)
    )


def _dataset(dataset: Dataset) -> str:
    package = dataset.descriptor
    licences = ", ".join(link(one | {"title": one.get("title")}) for one in package["licenses"])
    facts = (("Name", f"`{dataset.name}`"), ("Version", plain(dataset.version)),
             ("Licence", licences), ("Cite as", plain(package["citation"])))  # fmt: skip
    return "\n\n".join(
        (
            f"---\ntitle: {dataset.name}\n---",
            f"# {plain(package['title'])}",
            plain(package["description"]),
            table(("", ""), [(f"**{name}**", text) for name, text in facts]),
            "## Known flaws",
            bullets(package["knownLimitations"]),
            "## Sources",
            "\n".join(f"- {_source(source)}" for source in package["sources"]),
            "## Tables",
            *(_table(resource) for resource in dataset.resources.values()),
        )
    )


def _source(source: dict[str, Any]) -> str:
    more = [plain(source[key]) for key in ("asOf", "licence") if key in source]
    return link(source) + (f" ({'; '.join(more)})" if more else "")


def _table(resource: dict[str, Any]) -> str:
    rows = [
        (f"`{column['name']}`", plain(column["type"]), plain(column["unit"]),
         plain(column["description"]))
        for column in resource["schema"]["fields"]
    ]  # fmt: skip
    return "\n\n".join(
        (
            f"### {resource['name']}",
            plain(resource.get("description", "")),
            f'{resource["rows"]:,} rows. `research.load("{resource["name"]}")`',
            table(("column", "type", "unit", "what it is"), rows),
        )
    )
