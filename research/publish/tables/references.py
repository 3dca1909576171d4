"""What a paper has to cite: the datasets with their versions, the methods, the project itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from research import places
from research.publish.datasets_read import datasets_read
from research.publish.methods import cited
from research.publish.tables.latex import TEMPLATES, Latex, fill
from research.results import Result

SOFTWARE = "modelometrics"  # the key of the project's own entry


def references(result: Result) -> list[str]:
    """Every reference of one analysis: bounds, intervals and tests, the multiverse."""
    estimates = [e for answer in result.answers.values() for e in answer.estimates.values()]
    keys = cited(estimates)
    if any(estimate.identified.width > 0 for estimate in estimates):
        keys.append("manski2003")
    if any(len(answer.specifications) > len(answer.verdicts) for answer in result.answers.values()):
        keys += ["simonsohn2020", "steegen2016"]
    if any(e.interval and e.interval.design_effect for e in estimates):
        keys.append("kish1965")
    return list(dict.fromkeys(keys))


# The file -----------------------------------------------------------------------------------------


def bibliography(results: Sequence[Result]) -> str:
    """The file ``references.bib``: the project, the datasets, then the methods."""
    known = _entries(TEMPLATES / "methods.bib")
    known |= _entries(places.bundled() / "paper" / "references.bib")
    cited_keys = sorted({key for result in results for key in references(result)})
    return fill(
        "references.bib",
        {
            "software": citation(),
            "sources": datasets_read(results),
            "methods": [Latex(known[key]) for key in cited_keys],
            "by_the_project": lambda source: beside(source.dataset.descriptor["citation"])[0],
            "beside": lambda source: beside(source.dataset.descriptor["citation"])[1],
            "raw": Latex,
        },
    )


def beside(citation: str) -> tuple[bool, str]:
    """Whether a dataset is the project's own, and what its citation says that an entry does not.

    Author, title, name and version stand in fields of their own.

    >>> beside("The modelometrics authors. A table (dataset a_table, version 1). From b (MIT).")
    (True, 'From b (MIT).')
    >>> beside("Ryan (Tenthe AI). A report.")
    (False, 'Cite as: Ryan (Tenthe AI). A report.')
    """
    rest = OWN.sub("", citation)
    return (False, f"Cite as: {citation}") if rest == citation else (True, rest)


OWN = re.compile(r"^The modelometrics authors\. .*?\(dataset \w+, version [\d-]+\)[.,]?\s*")


def _entries(path: Path) -> dict[str, str]:
    """The entries of a BibTeX file by their keys."""
    text = path.read_text(encoding="utf-8")
    return {
        match[1]: match[0].strip()
        for match in re.finditer(r"^@\w+\{([^,]+),.*?^\}", text, re.MULTILINE | re.DOTALL)
    }


@cache
def citation() -> Mapping[str, Any]:
    """How the project wants to be cited: the fields of CITATION.cff."""
    import yaml  # type: ignore[import-untyped]

    text = (places.bundled() / "CITATION.cff").read_text(encoding="utf-8")
    fields: dict[str, Any] = yaml.safe_load(text)
    return fields | {"authors": list(_authors(fields["authors"]))}


def _authors(listed: Iterable[Mapping[str, str]]) -> Iterator[str]:
    for author in listed:
        yield author.get("name") or f"{author['given-names']} {author['family-names']}"
