"""The page: every claim with its verdict, in one HTML file that needs nothing else.

``contents`` reads results into plain data; the templates turn these into markup, with everything
escaped; what a browser needs later travels compressed inside the file. The page computes nothing:
its script shows texts and positions that were made here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from research.analysis import recorded
from research.places import write_beside
from research.publish.judged import said
from research.publish.outputs import Outputs
from research.publish.page.contents import contents
from research.publish.page.embedding import font, library, packed, script_hash, script_json
from research.publish.page.specs import columns, spec
from research.publish.verdict import FIRM
from research.results import ResearchError, Result
from research.wording import typeset

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
FACES = {"Regular": ("400", "normal"), "Semibold": ("600", "normal"), "It": ("400", "italic")}
SCRIPTS = ("page.js", "cards.js", "files.js", "charts.js", "explore.js")
DRAWN = ("title", "together", "without", "columns", "views", "rows")  # what the script reads
FIRST = "document.documentElement.classList.add('live')"  # before anything is drawn
FRAGILE = "fragile"
MARKS = {
    "supported": "yes",
    "supported by documentation": "yes",
    "holds": "elsewhere-yes",
    "contradicted": "no",
    "contradicted by documentation": "no",
    "does not hold": "elsewhere-no",
    **{said(word, True): FRAGILE for word in FIRM},
    "mixed": "mixed",
    "not identified": "open",
    "inconclusive": "few",
    "not testable": "none",
}
MEANINGS = {
    "supported": "All that the data allow lies in the region that the claim needs, for the claim's "
    "own data, definition, population and date.",
    "contradicted": "All that the data allow lies outside that region, on the same terms.",
    "holds": "The same as supported, for another population, measure or date, which is "
    "named: it does not settle the claim as it was made.",
    "does not hold": "The same as contradicted, for another population, measure or date.",
    said("holds", True): "It depends on how it is computed: at most half of the defensible ways "
    "agree, or one says the opposite. In the same way with every other word.",
    "mixed": "Answers as near to the claim as each other differ, in population, measure and date "
    "(30 days tie); all of them are shown.",
    "not identified": "The data allow values on both sides, even without any sampling error: more "
    "of the same data would not help.",
    "inconclusive": "Only the sampling error reaches to the other side.",
    "contradicted by documentation": "A document settles it, not an estimate. In the same way: "
    "supported by documentation.",
    "not testable": "No threshold was named beforehand, or no data can speak to it.",
}


def page(results_folder: Path, out: Path) -> Path:
    """Write the page about all results of a folder to ``out``: the same bytes every time.

    Parameters
    ----------
    results_folder
        Holds one recorded result an analysis, such as ``paper/results``.
    out
        The HTML file; one that is there is replaced if it was written so and nobody changed it.

    Returns
    -------
    pathlib.Path
        ``out``.

    Raises
    ------
    ResearchError
        If the folder holds no result, a claim has no answer, a finding no longer fits, or ``out``
        is a file of somebody else.
    """
    beside = Outputs(out.parent, "research publish page")
    with beside.alone() as fresh:
        beside.refuse_others([out.name])  # before the drawing, which takes a while
        paths = sorted(results_folder.glob("*.json"))
        if not paths:
            raise ResearchError(
                f"No results in {results_folder}. Make them with: research reproduce."
            )
        results = [recorded(path.stem, results_folder) for path in paths]
        write_beside(fresh / out.name, rendered(results, results_folder).encode())
        beside.put(fresh)
    return out


def rendered(
    results: Sequence[Result], folder: Path, drawings: Mapping[str, bytes] = MappingProxyType({})
) -> str:
    """The page about results, which lie recorded in a folder.

    ``drawings`` are their figures by name, where they are made already.
    """
    paths = {result.analysis: folder / f"{result.analysis}.json" for result in results}
    recordings = {name: path.read_text(encoding="utf-8") for name, path in paths.items()}
    return render(contents(results, drawings), recordings)


def render(shown: Mapping[str, Any], recordings: Mapping[str, str]) -> str:
    """The contents as one HTML document, which carries the recorded results as they are."""
    style, script = _template_text("page.css"), _script()
    return (
        _templates()
        .get_template("page.html")
        .render(
            shown,
            verdicts=sorted(shown["verdicts"], key=lambda each: list(MARKS).index(each[0])),
            meanings=MEANINGS,
            titles={card["id"]: card["statement"] for card in shown["claims"] + shown["own"]},
            fonts={
                name: {"weight": weight, "style": slant, "data": font(name)}
                for name, (weight, slant) in FACES.items()
            },
            style=Markup(style),
            first=Markup(FIRST),
            script=Markup(script),
            hashes=[script_hash(each) for each in (FIRST, script, library())],
            data=Markup(script_json(_data(shown, recordings))),
        )
    )


def _data(shown: Mapping[str, Any], recordings: Mapping[str, str]) -> dict[str, Any]:
    """What the script reads: a row a claim, and the compressed cards, figures and results."""
    cards = [*shown["claims"], *shown["own"]]
    return {
        "claims": [_row(card) for card in shown["claims"]],
        "marks": MARKS,
        "charts": {
            chart["name"]: {name: chart[name] for name in DRAWN}
            | {"spec": spec(chart["name"], chart["rows"])}
            for chart in shown["charts"]
        },
        "columns": columns(),
        "explore": packed(script_json(shown["explore"])),
        "found_by": packed(script_json(shown["found_by"])),
        "library": packed(library()),
        "cards": {card["id"]: packed(script_json(list(_questions(card)))) for card in cards},
        "figures": {name: packed(text) for name, text in shown["figures"].items()},
        "tables": {name: packed(text) for name, text in shown["tables"].items()},
        "results": {name: packed(text) for name, text in recordings.items()},
    }


def _script() -> str:
    """The script of the page: one scope, so that its parts know each other and nobody else does."""
    parts = "".join(_template_text(name) for name in SCRIPTS)
    return f'(() => {{\n  "use strict";\n{parts}}})();\n'


def _row(card: Mapping[str, Any]) -> dict[str, str]:
    """One claim as it stands in the table of all claims that can be downloaded."""
    row = {
        "id": card["id"],
        "claim": card["statement"],
        "source": card["source"]["name"],
        "channel": card["channel"],
        "verdict": card["word"],
        "scope": card["scope"],
        "estimate": card.get("amount", ""),
        "needs": card.get("needs", ""),
        "agree": card["agree"],
        "sentence": card["short"],
        "sentences": card["quote"],
    }
    return {name: typeset(text) for name, text in row.items()}


def _questions(card: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Each question of a card: its markup (the first stands in the page), switches, sliders."""
    macro = _templates().get_template("parts.html").module.question  # type: ignore[attr-defined]
    for position, item in enumerate(card["questions"]):
        yield {
            "html": "" if position == 0 else str(macro(item)),
            "explorer": item["explorer"],
            "sliders": item["sliders"],
        }


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=_typeset,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals["marks"] = MARKS
    return templates


def _typeset(value: Any) -> Any:
    """A text as it is printed. Markup stays as it is, and so does what a template escapes itself:
    commands, addresses and the names by which the script finds things."""
    return typeset(value) if type(value) is str else value


def _template_text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
