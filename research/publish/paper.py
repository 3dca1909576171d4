"""Paper and supplement: Typst reads the results by path; a missing number stops the build."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from research import datasets, figures, places, wording
from research.analysis.family import DECLARED, FAMILY
from research.places import write_beside
from research.publish.claims import answer_claims, told_of_claims
from research.publish.claims import figure as claims_figure
from research.publish.datasets_read import datasets_read
from research.publish.judged import judged
from research.publish.outputs import write_json
from research.results import (
    Alternative,
    Bounds,
    Hypothesis,
    Interval,
    ResearchError,
    Result,
)

MANUSCRIPTS = ("paper", "supplement")
SOURCES = (
    *(f"{name}.typ" for name in MANUSCRIPTS),
    "numbers.typ",
    "style.typ",
    "references.bib",
    "calibration.json",
)


def working_copy(folder: Path) -> None:
    """Put the manuscript's sources into ``folder`` where they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SOURCES:
        shipped = places.bundled() / "paper" / name
        if shipped.is_file() and not (folder / name).is_file():
            write_beside(folder / name, shipped.read_bytes())


def told_of_datasets(results: Iterable[Result]) -> list[dict[str, Any]]:
    """What the paper says of every dataset behind the results: origin, size, flaws."""
    return [
        {
            "name": source.dataset.name,
            "version": source.dataset.version,
            "title": wording.typeset(source.title),
            "citation": wording.typeset(source.descriptor["citation"]),
            "licence": source.licence,
            "flaws": [*map(wording.typeset, source.descriptor["knownLimitations"])],
            "rows": sum(resource["rows"] for resource in source.dataset.resources.values()),
        }
        for source in datasets_read(results)
    ]


def sources() -> dict[str, dict[str, Any]]:
    """Who published the claims and the scans, as entries of a bibliography by their keys."""
    rows = [*datasets.texts("aggregate_sources"), *datasets.texts("claim_sources")]
    return {row["source"]: dict(_entry(row)) for row in rows}


def _entry(row: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    dates = (YEAR.search(row.get(name, "")) for name in ("published", "data_as_of", "time_window"))
    yield "type", "web"
    yield "title", {"value": f"{{{wording.typeset(row['title'])}}}", "verbatim": True}
    yield "author", [*_authors(row)]
    if match := next(filter(None, dates), None):
        yield "date", int(match[0])
    if row["url"]:
        yield "url", row["url"]


def _authors(row: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Who publishes; of what others write on a platform, the persons."""
    publisher = BRACKETS.sub("", row["publisher"])
    if not any(platform in row["publisher"] for platform in PLATFORMS):
        yield {"name": publisher}
        return
    for person in row.get("author", publisher).split(", "):
        given, _, family = person.rpartition(" ")
        yield {"name": family} | ({"given-name": given} if given else {})


PLATFORMS = ("arXiv", "GitHub", "Hugging Face community")  # which publish what others write
YEAR, BRACKETS = re.compile(r"20\d\d"), re.compile(r" \(.*")


def prepare_paper(results: Sequence[Result], folder: Path, build: Path) -> None:
    """Write into ``build`` what the text reads besides results.

    These are datasets, analyses, claims and the coverage study, which ``folder`` holds.
    """
    from research import calibration  # every estimator, which drawing one result does not need

    answers = answer_claims(results)
    files = {
        "datasets.json": told_of_datasets(results),
        "sources.yml": sources(),  # JSON is YAML, which Typst reads
        "analyses.json": [result.analysis for result in results],
        "family.json": {"declared": DECLARED, "members": [each._asdict() for each in FAMILY]},
        "words.json": words_of(results),
        "claims.json": told_of_claims(answers),
    }
    for name, value in files.items():
        write_json(build / name, value)
    with figures.theme():
        figures.save(claims_figure(answers), build / "figures" / "claims")
    calibration.draw(calibration.recorded(folder), build / "figures")


def words_of(results: Iterable[Result]) -> dict[str, Any]:
    """The printed verdicts of all judged estimates, by analysis, question and label."""
    words: dict[str, Any] = {}
    for item in (item for result in results for item in judged(result)):
        of_answer = words.setdefault(item.result.analysis, {}).setdefault(item.key, {})
        of_answer[item.label] = {"word": item.said, "phrase": wording.typeset(item.phrase)}
    return words


def compile_paper(folder: Path) -> dict[str, bytes]:
    """The PDF of the paper and of its supplement, by name: offline, the same bytes always.

    Each is read twice: once for the numbers that it asks for, and once with their texts.

    Raises
    ------
    ResearchError
        With file and line, if a text asks for a number, figure or reference that does not exist.
    """
    return {f"{name}.pdf": _compiled(folder, name) for name in MANUSCRIPTS}


def _compiled(folder: Path, name: str) -> bytes:
    import typst

    source = folder / f"{name}.typ"
    how: dict[str, Any] = {
        "root": folder,
        "font_paths": [figures.font_folder()],
        "ignore_system_fonts": True,
    }
    try:
        asked = typst.query(source, "<asked>", field="value", **how)
        texts = {each.pop("key"): printed(**each) for each in json.loads(asked)}
        inputs = {"texts": json.dumps(texts, sort_keys=True)}
        pdf: bytes = typst.compile(source, sys_inputs=inputs, **how)
    except (typst.TypstError, RuntimeError) as error:  # a query raises the latter
        raise ResearchError(f"The {name} does not compile: {error}") from error
    return pdf


def printed(form: str, unit: str, values: Sequence[Any]) -> str:
    """The text of a number that the paper asks for.

    Parameters
    ----------
    form
        ``amount`` in its unit, ``quantity`` without what is counted, ``found`` the same in running
        text, ``number``, ``count``, a range of a ``chance``, ``limits`` of an interval, the
        ``region`` of a hypothesis, or a ``text`` that holds numbers.
    unit
        Of the estimate; decides whether a share is said in per cent.
    values
        Both ends, and for an interval its level and design effect; of a region the alternative,
        null and margin.
    """
    if form == "text":
        return wording.typeset(values[0])
    if form == "region":
        alternative, null, margin = values
        return wording.region(_claimed(alternative, float(null), float(margin)), unit)
    low, high, *rest = values
    ends = float(low), float(high)  # infinity is a text in JSON
    match form:
        case "number":
            return wording.typeset(wording.number(ends[0]))
        case "count":
            return wording.count(ends[0])
        case "chance":
            return wording.typeset(wording.chance(*ends))
        case "quantity":
            return wording.quantity(Bounds(*ends), unit)
        case "limits":
            return wording.limits(Interval(*ends, level=rest[0], design_effect=rest[1]), unit)
        case "found" if not unit.startswith(wording.SHARES + wording.DIFFERENCES):
            return wording.quantity(Bounds(*ends), unit)
    return wording.amount(Bounds(*ends), unit)


def _claimed(alternative: Alternative, null: float, margin: float) -> Hypothesis:
    return Hypothesis(
        estimand="", null=null, margin=margin, alternative=alternative, role="reanalysis"
    )
