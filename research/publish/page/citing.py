"""How to cite the answer to a claim."""

from __future__ import annotations

import json
import re

from research import __version__

TITLE = (
    "modelometrics: testing published claims about whose open AI models are deployed and downloaded"
)
AUTHOR = "The modelometrics authors"


def bibtex(identity: str, statement: str, as_of: str, link: str = "") -> str:
    """A BibTeX entry for the answer to one claim, with the address of the claim.

    What BibTeX would read as a command is removed.

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
            *([f"  note = {{The claim: \\url{{{_plain_link(link)}}}}},"] if link else []),
            "}",
            "",
        ]
    )


def bibtex_of_project(as_of: str) -> str:
    """A BibTeX entry for the project.

    >>> bibtex_of_project("2026-01-01").splitlines()[0]
    '@misc{modelometrics,'
    """
    lines = ["@misc{modelometrics,", f"  author = {{{{{AUTHOR}}}}},", f"  title = {{{{{TITLE}}}}},"]
    return "\n".join(
        [*lines, f"  note = {{Version {__version__}}},", f"  year = {{{as_of[:4]}}},", "}"]
    )


def _plain_link(link: str) -> str:
    return re.sub(r"[\\{}\s]", "", link)


def _plain(text: str) -> str:
    text = re.sub(r"[\\{}]", "", text)
    return re.sub(r"([%&#_$])", r"\\\1", text)


def csl(identity: str, statement: str, as_of: str, link: str = "") -> str:
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
    if link:
        entry["note"] = f"The claim: {link}"
    return json.dumps([entry], indent=1, ensure_ascii=False) + "\n"
