"""What an archive wants to know: a Data Package of the tables, an RO-Crate of everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from research import __version__
from research.publish.datasets_read import ReadDataset
from research.publish.outputs import files, sha256, write_json
from research.publish.tables import claims_answered
from research.publish.tables.claims_answered import OF_CLAIM, OF_ESTIMATE
from research.publish.tables.references import citation
from research.publish.tables.tidy import schema
from research.results import Result

SUMS, PACKAGE, CRATE = "SHA256SUMS", "datapackage.json", "ro-crate-metadata.json"
SCHEMA = "tables/schema.json"
CLAIMS, CLAIMS_SCHEMA = f"tables/{claims_answered.NAME}.csv", "tables/claims-schema.json"
FORMATS = {
    ".csv": "text/csv", ".tex": "application/x-tex", ".bib": "application/x-bibtex",
    ".json": "application/json", ".txt": "text/plain", ".pdf": "application/pdf",
    ".svg": "image/svg+xml", ".png": "image/png",
}  # fmt: skip
TITLE = "Results of modelometrics: tables, figures, numbers and methods"


def describe(folder: Path, results: Sequence[Result], sources: Sequence[ReadDataset]) -> None:
    """Write the schema, the Data Package and the RO-Crate."""
    write_json(folder / SCHEMA, schema())
    if (folder / CLAIMS).exists():
        write_json(folder / CLAIMS_SCHEMA, schema((*OF_CLAIM, *OF_ESTIMATE)))
    write_json(folder / PACKAGE, _data_package(folder, results, sources))
    write_json(folder / CRATE, _crate(folder, results, sources))


# Data Package -------------------------------------------------------------------------------------


def _data_package(
    folder: Path, results: Sequence[Result], sources: Sequence[ReadDataset]
) -> dict[str, Any]:
    cited = citation()
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "modelometrics-results",
        "title": TITLE,
        "version": __version__,
        "licenses": [{"name": cited["license"]}],
        "contributors": [{"title": author, "roles": ["creator"]} for author in cited["authors"]],
        "sources": [
            {"title": source.title, "version": source.dataset.version}
            | ({"path": source.url} if source.url else {})
            for source in sources
        ],
        "resources": [*_resources(folder, results)],
    }


def _resources(folder: Path, results: Sequence[Result]) -> Iterator[dict[str, Any]]:
    for result in results:
        yield _resource(folder, result.analysis, result.title, SCHEMA)
    if (folder / CLAIMS).exists():
        yield _resource(folder, claims_answered.NAME, claims_answered.TITLE, CLAIMS_SCHEMA)


def _resource(folder: Path, name: str, title: str, schema: str) -> dict[str, Any]:
    path = f"tables/{name}.csv"
    return {
        "name": name.lower(),
        "type": "table",
        "title": title,
        "description": "One row an estimate; numbers with all stored digits.",
        "path": path,
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": (folder / path).stat().st_size,
        "hash": f"sha256:{sha256(folder / path)}",
        "schema": schema,
    }


# RO-Crate -----------------------------------------------------------------------------------------


def _crate(
    folder: Path, results: Sequence[Result], sources: Sequence[ReadDataset]
) -> dict[str, Any]:
    """RO-Crate 1.1: the descriptor, the folder, its files, and what and who made them."""
    listed = [*files(folder), SUMS]
    titles = {result.analysis: result.title for result in results}
    graph = [
        {
            "@id": CRATE,
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        _root(listed),
        *(_file(folder, name, titles) for name in listed),
        *_makers(),
        *map(_dataset, sources),
        {
            "@id": "#publish-tables",
            "@type": "CreateAction",
            "name": "research publish tables",
            "instrument": {"@id": "#modelometrics"},
            "object": _refer(f"#{source.key}" for source in sources),
            "result": {"@id": "./"},
        },
    ]
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}


def _root(listed: Iterable[str]) -> dict[str, Any]:
    cited = citation()
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": TITLE,
        "description": "Estimates with identified sets, intervals and verdicts on published claims "
        "about open AI models, ready to be put into a paper.",
        "datePublished": str(cited["date-released"]),
        "license": {"@id": _licence()},
        "author": _refer(_author_ids()),
        "hasPart": _refer(listed),
        "mentions": {"@id": "#publish-tables"},
    }


def _file(folder: Path, name: str, titles: dict[str, str]) -> dict[str, Any]:
    path = folder / name
    described = {
        "@id": name,
        "@type": "File",
        "name": titles.get(path.stem.removesuffix("-single").removesuffix("-all"), path.name),
        "encodingFormat": FORMATS.get(path.suffix, "text/plain"),
    }
    if path.is_file():  # the hashes are written when all is in place
        described["contentSize"] = str(path.stat().st_size)
    return described


def _makers() -> list[dict[str, Any]]:
    cited = citation()
    return [
        *(
            {"@id": key, "@type": "Organization", "name": name}
            for key, name in zip(_author_ids(), cited["authors"], strict=True)
        ),
        {
            "@id": "#modelometrics",
            "@type": "SoftwareApplication",
            "name": cited["title"],
            "softwareVersion": __version__,
            "license": {"@id": _licence()},
        },
        {"@id": _licence(), "@type": "CreativeWork", "name": cited["license"]},
    ]


def _dataset(source: ReadDataset) -> dict[str, Any]:
    described = {
        "@id": f"#{source.key}",
        "@type": "Dataset",
        "name": source.title,
        "identifier": source.dataset.name,
        "version": source.dataset.version,
        "license": source.licence,
        "creditText": str(source.dataset.descriptor["citation"]),
    }
    return described | ({"url": source.url} if source.url else {})


def _author_ids() -> list[str]:
    return [f"#author-{place}" for place, _ in enumerate(citation()["authors"], start=1)]


def _licence() -> str:
    return f"https://spdx.org/licenses/{citation()['license']}"


def _refer(keys: Iterable[str]) -> list[dict[str, str]]:
    return [{"@id": key} for key in keys]
