"""All that the page shows, as plain data: the claims, their cards, the findings. Reads results."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from research import __version__, datasets
from research.publish.claims import (
    ClaimAnswer,
    Tested,
    answer_claims,
    as_near,
    differ,
    towards_claim,
)
from research.publish.page.embedding import drawing
from research.publish.page.findings import findings
from research.publish.page.questions import command, explorer, question
from research.publish.page.scales import Axis
from research.publish.page.sliders import sliders
from research.publish.page.sources import TITLE, bibtex, csl, datasets_behind, safe_link
from research.publish.phrases import (
    agreement,
    amount,
    quotable,
    quotable_settled,
    region,
    source_name,
    tally,
)
from research.results import Bounds, Result, Settled

OWN = "own"  # the source of questions that nobody claimed an answer to


def contents(results: Sequence[Result]) -> dict[str, Any]:
    """The whole page, without markup."""
    sources = datasets.load("claim_sources").set_index("source", drop=False)
    claims = [
        _claim_card(answer, sources.loc[answer.claim["source"]].to_dict())
        for answer in answer_claims(results)
    ]
    own = [_own_card(result) for result in results if _is_own(result)]
    as_of = max(o["version"] for r in results for o in r.provenance.tables.values())
    _complete([*claims, *own], as_of)
    return {
        "title": TITLE,
        "version": __version__,
        "claims": claims,
        "own": own,
        "verdicts": list(Counter(card["word"] for card in claims).items()),
        "sources": {card["source"]["id"]: card["source"]["name"] for card in claims},
        "channels": sorted({card["channel"] for card in claims}),
        "findings": findings(results),
        "datasets": datasets_behind(results),
        "as_of": as_of,
        "figures": {result.analysis: drawing(result) for result in results},
    }


def _is_own(result: Result) -> bool:
    claimed = any(hypothesis.claims for hypothesis in result.hypotheses.values())
    return bool(result.hypotheses) and not claimed and not result.settled


def _complete(cards: Iterable[dict[str, Any]], as_of: str) -> None:
    """Give every question its name in the page, and every card its citation."""
    numbers = itertools.count(1)
    for card in cards:
        card["cite"] = {
            "bibtex": bibtex(card["id"], card["statement"], as_of),
            "csl": csl(card["id"], card["statement"], as_of),
        }
        for item in card["questions"]:
            item["id"] = f"q{next(numbers)}"


# Cards --------------------------------------------------------------------------------------------


def _claim_card(answer: ClaimAnswer, source: Mapping[str, Any]) -> dict[str, Any]:
    claim = {name: _shown(value) for name, value in answer.claim.items()}
    identity, name = claim["claim_id"], source_name(claim, source)
    card = {
        "id": identity,
        "statement": claim["claim"],
        "source": _source(
            claim["source"],
            name,
            title=_shown(source["title"]),
            author=_shown(source["author"]),
            link=safe_link(_shown(source["url"])),
            location=claim["location"],
        ),
        "channel": claim["level"],
        "threshold": claim["threshold"],
        "note": claim["note"],
        **_verdict(answer.tested, answer.settled),
    }
    for said in (*card["questions"], *([card["settled"]] if card["settled"] else [])):
        said["of"] = f"{name}: “{claim['claim']}”."
    return card


def _source(identity: str, name: str, **more: str) -> dict[str, str]:
    """Who asked; what is not known of it is empty."""
    return {
        "id": identity,
        "name": name,
        "title": "",
        "author": "",
        "link": "",
        "location": "",
    } | more


def _own_card(result: Result) -> dict[str, Any]:
    tested = tuple(
        Tested(result=result, key=key, label=label)
        for key, answer in result.answers.items()
        for label in answer.verdicts
    )
    return {
        "id": result.analysis,
        "statement": result.title,
        "source": _source(OWN, "A question of this project"),
        "channel": "",
        "threshold": "",
        "note": "",
        **_verdict(tested, None),
    }


def _shown(value: Any) -> str:
    """A cell of a table; nothing where it is missing."""
    return "" if value is None or value != value else str(value)


def _verdict(tested: Sequence[Tested], settled: Settled | None) -> dict[str, Any]:
    """The first answer, nearest to the claim, for the table; all of them for the card."""
    shown: dict[str, Any] = {
        "settled": settled and {
            "of": "",
            "word": settled.word,
            "quote": quotable_settled(settled),
            "reference": settled.reference,
        },
        "questions": [_question(item, as_near(item, tested)) for item in tested],
        "tally": tally(tested),
    }  # fmt: skip
    if not tested:
        word, quote = (settled.word, quotable_settled(settled)) if settled else ("", "")
        return {**shown, "word": word, "quote": quote, "scope": "", "agree": "",
                "differ": False, "strip": None}  # fmt: skip
    return {**shown, **_first(tested[0], as_near(tested[0], tested))}


def _first(item: Tested, near: Sequence[Tested]) -> dict[str, Any]:
    found, robustness = item.estimate, item.robustness
    return {
        "word": item.answer.verdicts[item.label].word,
        "quote": quotable(item, near),
        "differ": differ(near),
        "scope": item.hypothesis.scope,
        "label": found.label,
        "amount": amount(found.identified, found.unit),
        "needs": region(item.hypothesis, found.unit),
        "agree": agreement(robustness),
        "agreeing": round(robustness.same_verdict / robustness.specifications, 4),
        "strip": strip(item),
    }


def _question(item: Tested, near: Sequence[Tested]) -> dict[str, Any]:
    return {
        "of": "",
        **question(item, near),
        "explorer": explorer(item),
        "sliders": sliders(item),
        "command": command(item),
    }


def strip(item: Tested) -> dict[str, Any]:
    """The answer on the scale that all claims share: right of the middle is what the claim needs.

    Scaled by the furthest specification, so that rows compare in direction and in doubt, not in
    size.
    """
    robustness, found = item.robustness, item.estimate
    everything = towards_claim(item.hypothesis, Bounds(robustness.low, robustness.high))
    furthest = max(abs(everything.low), abs(everything.high), 1e-12)
    scale = Axis(-1.05 * furthest, 1.05 * furthest, "")
    shown = towards_claim(item.hypothesis, found.identified)
    limits = found.interval and towards_claim(item.hypothesis, found.interval)
    return {
        "range": scale.span(everything),
        "set": scale.span(shown),
        "interval": scale.span(limits),
    }
