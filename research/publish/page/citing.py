"""How to cite the answer to a claim."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

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
    fields = {
        "author": f"{{{AUTHOR}}}",
        "title": f"{{Answer to the claim: {_plain(statement)}}}",
        "howpublished": f"{TITLE}, version {__version__}, claim {_plain(identity)}",
        "year": as_of[:4],
        "note": link and f"The claim: \\url{{{_plain_link(link)}}}",
    }
    return _entry(f"modelometrics-{re.sub(r'[^A-Za-z0-9]+', '-', identity)}", fields) + "\n"


def bibtex_of_project(as_of: str) -> str:
    """A BibTeX entry for the project.

    >>> bibtex_of_project("2026-01-01").splitlines()[0]
    '@misc{modelometrics,'
    """
    fields = {"author": f"{{{AUTHOR}}}", "title": f"{{{TITLE}}}"}
    fields |= {"note": f"Version {__version__}", "year": as_of[:4]}
    return _entry("modelometrics", fields)


def _entry(key: str, fields: Mapping[str, str]) -> str:
    lines = [f"  {name} = {{{text}}}," for name, text in fields.items() if text]
    return "\n".join([f"@misc{{{key},", *lines, "}"])


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
