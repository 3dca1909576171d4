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
        + "\n\n## Dated states\n\nWhen each list was taken, how that is known, and what it can say "
        "and cannot. Volumes of two states compare only where they count alike; shares of lists of "
        "unlike length, or chosen by something else, do not compare at all.\n\n"
        + table(
            (
                "day",
                "dataset",
                "how the day is known",
                "what is listed",
                "rows",
                "what is counted",
                "what it shows",
                "what it cannot say",
            ),
            sorted(_states()),
        )
    )


def _states() -> Iterator[tuple[str, ...]]:
    """The dated states of all datasets, as their descriptors have them."""
    told = ("known", "list", "rows", "counted", "shows", "silentOn")
    for dataset in datasets().values():
        for state in dataset.descriptor.get("states", ()):
            rows = dict(state, rows=f"{state['rows']:,}")
            name = f"[{dataset.name}]({dataset.name}.md)"
            yield plain(state["asOf"]), name, *(plain(rows[key]) for key in told)


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
