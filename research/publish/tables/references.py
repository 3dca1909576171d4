"""What a paper has to cite: the datasets with their versions, the methods, the project itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from research import places
from research.publish.sources import sources
from research.publish.tables.latex import TEMPLATES, Latex, fill
from research.results import Estimate, Result

# What a method or test is called -> where it is from; nothing where any textbook has it.
METHODS = {
    "Imbens-Manski": ("imbens2004",),
    "Clopper-Pearson": ("clopper1934",),
    "exact conditional": ("przyborowski1940",),
    "exact hypergeometric": ("buonaccorsi1987",),
    "Goodman": ("goodman1965",),
    "rank confidence set": ("mogstad2024",),
    "rank sets": ("mogstad2024",),
    "McNemar": ("mcnemar1947",),
    "Bonett-Wright": ("bonett2000",),
    "Fieller": ("fieller1957",),
    "Lin, ": ("lin1989",),
    "noncentral t": ("carkeet2015",),
    "of logarithms": ("bland1999",),
    "CR1 ": ("pustejovsky2018",),
    "CR2 ": ("pustejovsky2018",),
    "jackknife": ("shao1989",),
    "as clusters": ("kish1965",),
    "random permutations": ("good2005",),
    "random assignments": ("good2005",),
    "delta method": (),
    "Fisher's z": (),
    "least squares": (),
    "Pearson chi-square": (),
    "t of the correlation": (),
}
SOFTWARE = "modelometrics"  # the key of the project's own entry


def method_keys(estimates: Iterable[Estimate]) -> list[str]:
    """Keys of the references of all methods and tests, in the order in which they appear."""
    named = [
        text
        for estimate in estimates
        for text in (
            estimate.interval.method if estimate.interval else "",
            estimate.test.name if estimate.test else "",
        )
    ]
    keys = [key for text in named for name in METHODS if name in text for key in METHODS[name]]
    return list(dict.fromkeys(keys))


def keys(result: Result) -> list[str]:
    """Every reference of one analysis: bounds, intervals and tests, the multiverse."""
    estimates = [e for answer in result.answers.values() for e in answer.estimates.values()]
    cited = method_keys(estimates)
    if any(estimate.identified.width > 0 for estimate in estimates):
        cited.append("manski2003")
    if any(len(answer.specifications) > len(answer.verdicts) for answer in result.answers.values()):
        cited += ["simonsohn2020", "steegen2016"]
    if any(e.interval and e.interval.design_effect for e in estimates):
        cited.append("kish1965")
    return list(dict.fromkeys(cited))


# The file -----------------------------------------------------------------------------------------


def bibliography(results: Sequence[Result]) -> str:
    """The file ``references.bib``: the project, the datasets, then the methods."""
    known = _entries(TEMPLATES / "methods.bib")
    known |= _entries(places.bundled() / "paper" / "references.bib")
    cited = sorted({key for result in results for key in keys(result)})
    return fill(
        "references.bib",
        {
            "software": citation(),
            "sources": sources(results),
            "methods": [Latex(known[key]) for key in cited],
            "raw": Latex,
        },
    )


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
