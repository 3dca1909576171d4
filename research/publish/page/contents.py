"""All that the page shows, as plain data: the claims, their cards, the findings. Reads results."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pycountry

from research import __version__
from research.collect.beside import beside
from research.publish.claims import ClaimAnswer, answer_claims
from research.publish.datasets_read import ReadDataset, datasets_read, safe_link
from research.publish.headlines import headlines
from research.publish.in_short import compared, in_short, settling
from research.publish.judged import (
    JudgedEstimate,
    judged,
    quotable_settled,
    tally,
)
from research.publish.page.citing import TITLE, bibtex, bibtex_of_project, csl
from research.publish.page.embedding import drawing, inline
from research.publish.page.explore import explore
from research.publish.page.first_screen import COLUMNS, Chart, first_screen
from research.publish.page.previews import small_tables, tables_shown, used_by
from research.publish.page.questions import command, explorer, question, tables_of
from research.publish.page.scales import Axis
from research.publish.page.sliders import sliders
from research.publish.page.specs import placed
from research.results import Result, Settled
from research.wording import typeset

STRIP = Axis(-1.05, 1.05, "")
OWN = "own"  # the source of questions that nobody claimed an answer to


def contents(
    results: Sequence[Result], drawings: Mapping[str, bytes] = MappingProxyType({})
) -> dict[str, Any]:
    """The whole page, without markup; ``drawings`` by name, where they are made already."""
    claims = sorted(map(_claim_card, answer_claims(results)), key=asked_first)
    own = [_own_card(result) for result in results if _is_own(result)]
    as_of = max(o["version"] for r in results for o in r.provenance.tables.values())
    read = datasets_read(results)
    _complete([*claims, *own], as_of, {each.analysis: tables_of(each, read) for each in results})
    return {
        "title": TITLE,
        "version": __version__,
        "claims": claims,
        "own": own,
        "verdicts": list(Counter(card["word"] for card in claims).items()),
        "sources": {card["source"]["id"]: card["source"]["name"] for card in claims},
        "channels": sorted({card["channel"] for card in claims}),
        "charts": [_chart(each) for each in first_screen(results)],
        "explore": explore({result.analysis: result for result in results}),
        "headlines": headlines(results),
        "datasets": [_dataset(source, [*claims, *own]) for source in read],
        "tables": dict(small_tables(read)),
        "as_of": as_of,
        "cite": bibtex_of_project(as_of),
        "found_by": {card["id"]: found_by(card, results) for card in claims},
        "figures": {
            name: inline(drawings[name]) if name in drawings else drawing(result)
            for name, result in ((result.analysis, result) for result in results)
        },
    }


COUNTRIES = re.compile(r"\b(Chin|US\b|United States|Qwen|DeepSeek|Western)")


def asked_first(card: Mapping[str, Any]) -> tuple[bool, bool, bool]:
    """What readers ask first: of countries, of downloads before hosts, with an answer.

    >>> asked_first({"statement": "China leads", "channel": "downloads", "word": "holds"})
    (False, False, False)
    """
    of_countries = COUNTRIES.search(card["statement"]) is not None
    return not of_countries, card["channel"] == "deployments", card["word"] == "not testable"


def _is_own(result: Result) -> bool:
    claimed = any(hypothesis.claims for hypothesis in result.hypotheses.values())
    return bool(result.hypotheses) and not claimed and not result.settled


def found_by(card: Mapping[str, Any], results: Iterable[Result]) -> str:
    """The words by which a claim is found: all its texts, and the rows that its answers read."""
    by_name = {result.analysis: result for result in results}
    texts = [*_texts(card)]
    for name in {item["analysis"] for item in card["questions"]}:
        answers = by_name[name].answers.values()
        tables = (table for answer in answers for table in answer.tables.values())
        texts += [cell for table in tables for row in table.rows for cell in row
                  if isinstance(cell, str)]  # fmt: skip
    words = {word for text in texts for word in re.findall(r"[\w.:-]{2,}", text)}
    countries = (pycountry.countries.get(alpha_2=word) for word in sorted(words) if word.isupper())
    words |= {country.name for country in countries if country}
    return " ".join(sorted({word.lower() for word in words}))


UNSOUGHT = {"cite", "tables", "explorer", "sliders", "method", "source"}  # in all claims alike


def _texts(value: Any) -> Iterator[str]:
    """All texts within a card."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            if name not in UNSOUGHT:
                yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _complete(
    cards: Iterable[dict[str, Any]], as_of: str, tables: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    """Give every question its name in the page and its tables, and every card its citation."""
    numbers = itertools.count(1)
    for card in cards:
        card["cite"] = {
            "bibtex": bibtex(card["id"], card["statement"], as_of, card["source"]["link"]),
            "csl": csl(card["id"], card["statement"], as_of, card["source"]["link"]),
        }
        for item in card["questions"]:
            item |= {"id": f"q{next(numbers)}", "tables": tables[item["analysis"]]}


# Cards --------------------------------------------------------------------------------------------


def _chart(chart: Chart) -> dict[str, Any]:
    """A chart of the first screen: its rows as they are placed, its views, what it is drawn by."""
    rows = placed(chart)
    views = {name: {"sentence": typeset(view.sentence), "under": typeset(view.under),
                    "note": f"{chart.note} {view.note}".strip()}
             for name, view in chart.views.items()}  # fmt: skip
    first = next(iter(views))
    return {
        "name": chart.name,
        "title": chart.title,
        "together": chart.together,
        "switches": [vars(switch) for switch in chart.switches],
        "without": {"/".join(at): why for switch in chart.switches
                    for at, why in switch.without.items()},
        "columns": [{"name": name, "unit": unit, "about": about}
                    for name, (unit, about) in COLUMNS.items()],
        "views": views,
        "first": views[first] | {"rows": [row for row in rows if row["view"] == first]},
        "rows": rows,
    }  # fmt: skip


def _dataset(source: ReadDataset, cards: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A dataset that some analysis read: licence, sources, tables, known limitations."""
    return {
        "dataset": source.dataset.name,
        "version": source.dataset.version,
        "title": source.title,
        "description": source.descriptor["description"],
        "licence": source.licence,
        "sources": [{"title": title, "link": link} for title, link in source.origins],
        "flaws": source.descriptor["knownLimitations"],
        "citation": source.descriptor["citation"],
        "tables": tables_shown(source),
        "used_by": used_by(source, cards),
    }


def _claim_card(answer: ClaimAnswer) -> dict[str, Any]:
    claim, source, name = answer.claim, answer.source, answer.cited
    card = {
        "id": answer.id,
        "statement": claim["claim"],
        "source": {
            "id": claim["source"],
            "name": name,
            "title": source["title"],
            "gloss": beside(__file__).get(claim["source"], ""),
            "author": source["author"],
            "link": safe_link(source["url"]),
            "location": claim["location"],
        },
        "channel": claim["level"],
        "threshold": claim["threshold"],
        "note": claim["note"],
        **_answered(answer),
    }
    for said in (*card["questions"], *([card["settled"]] if card["settled"] else [])):
        said["of"] = f"{name}: “{claim['claim']}”."
    return card


def _own_card(result: Result) -> dict[str, Any]:
    """A question of this project: its first answer for the table, all of them for the card."""
    items = judged(result)
    item, unknown = items[0], ("title", "gloss", "author", "link", "location")
    return {
        "id": result.analysis,
        "statement": result.title,
        "source": {"id": OWN, "name": "A question of this project"} | dict.fromkeys(unknown, ""),
        **dict.fromkeys(("channel", "threshold", "note"), ""),
        **_questions(items),
        "settled": None,
        "word": item.said,
        "short": compared(item),
        "quote": item.quotable,
        "scope": item.hypothesis.scope,
        "label": item.label,
        "amount": item.amount,
        "needs": item.needs,
        "agree": item.agreement,
        "agreeing": round(item.robustness.share, 4),
        "deciding": 1,
        "strips": [_strip(item)],
    }


def _answered(answer: ClaimAnswer) -> dict[str, Any]:
    """The word of a claim for the table, and all answers for the card, those that decide first."""
    items = answer.by_nearness
    short = in_short(answer)
    shown = {
        **_questions(items),
        "settled": answer.settled and _settled(answer.settled),
        "word": answer.word,
        "short": short,
        "quote": answer.quotable,
        "scope": answer.scope,
        "agree": answer.agreement,
        "deciding": len(answer.deciding),
        "strips": [_strip(item) for item in answer.deciding],
    }
    if not items:
        return shown
    if answer.alone:
        shown["questions"][0] |= {"short": short, "quote": answer.quotable}
    together = f"{len(answer.deciding)} answers{' together' * answer.is_spanned}"
    label = answer.alone.label if answer.alone else together
    return {
        **shown,
        "label": label,
        "amount": answer.amount,
        "needs": answer.needs,
        "agreeing": round(answer.weakest.robustness.share, 4) if answer.weakest else 0,
    }


def _settled(settled: Settled) -> dict[str, str]:
    return {
        "of": "",
        "word": settled.word,
        "short": settling(settled),
        "quote": quotable_settled(settled),
        "reference": settled.reference,
    }


def _questions(items: Sequence[JudgedEstimate]) -> dict[str, Any]:
    return {"questions": [_question(item) for item in items], "tally": tally(items)}


def _question(item: JudgedEstimate) -> dict[str, Any]:
    return {
        "of": "",
        **question(item),
        "explorer": explorer(item),
        "sliders": sliders(item),
        "command": command(item),
    }


def _strip(item: JudgedEstimate) -> dict[str, list[float] | None]:
    """The answer on the scale that all claims share: right of the middle is what a claim needs."""
    return {name: STRIP.span(bounds) for name, bounds in item.on_scale._asdict().items()}
