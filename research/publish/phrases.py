"""Amounts, regions and verdicts as the page says them: every number goes through ``wording``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from research.publish.claims import Tested, differ
from research.results import Bounds, Hypothesis, Interval, Robustness, Settled, TippingPoint
from research.wording import number

MINUS = "\u2212"
SHARES = ("share",)  # how the units begin that are said in percent ...
DIFFERENCES = ("difference in share", "change of a difference in share")  # ... and in points
ABSTRACT = ("ratio", "sum of", "rank", "index", "correlation", "elasticity", "concordance", "")

UNCLAIMED = {"holds": "It holds", "does not hold": "It does not hold"}  # where nobody claimed it
LEADS = {
    "supported": "Supported on the claim's own terms",
    "contradicted": "Contradicted on the claim's own terms",
    "holds": "Holds in another setting, which neither supports nor contradicts the claim as made",
    "does not hold": (
        "Does not hold in another setting, which neither supports nor contradicts the claim as made"
    ),
    "not identified": "Cannot be told from these data, and more of the same would not help",
    "inconclusive": "Open: the data are too few to tell",
}


OUTRIGHT = ("supported", "contradicted")  # words that are read without what follows them


def amount(found: Bounds, unit: str) -> str:
    """A set in its unit: shares in percent, their differences in points, counts without decimals.

    >>> amount(Bounds(0.1337, 0.591), "difference in share of hosts")
    '13.4 to 59.1 percentage points'
    >>> amount(Bounds(0.2418, 0.2418), "share of addresses"), amount(Bounds(30, 30), "rank")
    ('24.2\\xa0%', '30')
    >>> amount(Bounds(-2014, -2014), "hosts").startswith(MINUS)
    True
    """
    if unit.startswith(DIFFERENCES):
        return f"{_ends(found, 100, 1)} percentage points"
    if unit.startswith(SHARES):
        return f"{_ends(found, 100, 1)}\u00a0%"
    plain = _ends(found, 1, 2)
    return plain if is_abstract(unit) else f"{plain} {unit}"


def is_abstract(unit: str) -> bool:
    """Whether the unit names a kind of number, such as a ratio, and not what is counted."""
    return not unit or unit.startswith(ABSTRACT[:-1])


def _ends(found: Bounds, scale: float, digits: int) -> str:
    ends = [scale * end for end in found]
    whole = scale == 1 and all(float(end).is_integer() for end in ends)
    texts = [number(end, 0 if whole else digits) for end in ends]
    if texts[0] == texts[1] and found.width > 1e-9 * max(map(abs, found)):
        texts = [number(end, digits + 1) for end in ends]
    return held_together(" to ".join(dict.fromkeys(texts)).replace("-", MINUS))


def held_together(text: str) -> str:
    """No line breaks within a number, or before its per cent sign.

    >>> held_together("1 514 of 24 038, or 6.3 %")
    '1\\xa0514 of 24\\xa0038, or 6.3\\xa0%'
    """
    return re.sub(r"(?<=\d) (?=\d{3}(?!\d)|%)", "\u00a0", text)


def sensitivity(point: TippingPoint) -> str:
    """The sentence of a tipping point, without the abbreviation of the design effect."""
    return held_together(re.sub(r"\bdeff (?=\d)", "a design effect of ", point.sentence))


def interval_text(interval: Interval | None, unit: str) -> str:
    """The interval with its level and the design effect it assumes; empty where there is none."""
    if interval is None:
        return ""
    text = f"{100 * interval.level:.4g}\u00a0% interval {amount(interval, unit)}"
    if interval.design_effect is None:
        return text
    return f"{text} at design effect {number(interval.design_effect, 1).removesuffix('.0')}"


def region(hypothesis: Hypothesis, unit: str) -> str:
    """The values that the claim needs.

    >>> share = Hypothesis(estimand="", null=0.25, margin=0.025, alternative="equivalent",
    ...                    role="reanalysis")
    >>> region(share, "share of addresses")
    '22.5 to 27.5\\xa0%'
    """
    null, margin = hypothesis.null, hypothesis.margin
    at, around = _threshold(Bounds(null, null), unit), Bounds(null - margin, null + margin)
    match hypothesis.alternative:
        case "greater":
            return f"more than {at}"
        case "less":
            return f"less than {at}"
        case "different":
            return f"anything but {_threshold(around, unit)}"
        case "equivalent":
            return _threshold(around, unit) if margin else f"exactly {at}"


def _threshold(found: Bounds, unit: str) -> str:
    """A threshold is a round number that somebody set: its decimals are not a precision."""
    return re.sub(r"(\.\d*?)0+(?!\d)", lambda zeros: zeros[1].rstrip("."), amount(found, unit))


def agreement(robustness: Robustness) -> str:
    """How many of the defensible specifications give the same verdict."""
    return f"{robustness.same_verdict} of {robustness.specifications}"


def source_name(claim: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    """Publisher and year, as a reader would cite the claim."""
    year = re.search(r"\d{4}", " ".join(_text(source[k]) for k in ("published", "data_as_of")))
    name = _text(source["publisher"]) or _text(claim["source"])
    return f"{name}, {year[0]}" if year else name


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)


def quotable(item: Tested, near: Sequence[Tested] = ()) -> str:
    """The verdict of one estimate in sentences that are right when quoted without the page.

    Says the scope, the measure, the value beside what the claim needs, population and date, how
    many other specifications agree, whether answers as near to the claim (``near``) differ, and
    what the verdict is sensitive to.
    """
    found, judged = item.estimate, item.hypothesis
    word = item.answer.verdicts[item.label].word
    value = amount(found.identified, found.unit)
    if found.interval is not None:
        value += f" ({interval_text(found.interval, found.unit)})"
    claimed = bool(judged.claims)
    sentences = [
        f"{LEADS[word] if claimed else UNCLAIMED.get(word, LEADS[word])}.",
        f"Measured as {judged.estimand}: {value}; {'the claim' if claimed else 'it'} needs "
        f"{region(judged, found.unit)} ({item.answer.population}, {item.answer.as_of}).",
        _robust(item),
    ]
    if differ(near):
        sentences.append(
            _beside(near, "equally near to the claim" if claimed else "to the question")
        )
    failed = [assumption.name for assumption in found.assumptions if assumption.holds == "no"]
    if failed and word in OUTRIGHT:
        sentences.append(f"It assumes, against the evidence: {'; '.join(failed)}.")
    if found.tipping_points:
        sentences.append(f"What would overturn it: {sensitivity(found.tipping_points[0])}.")
    return " ".join(sentences)


def _robust(item: Tested) -> str:
    rows = [row for row in item.answer.specifications if row.label == item.label]
    if len(rows) == 1:
        return "There is one defensible way to compute it."
    words = Counter(row.verdict.word for row in rows)
    own = item.answer.verdicts[item.label].word
    told = [f"{words[own]} {'says' if words[own] == 1 else 'say'} “{own}”"]
    told += [f"{n} “{word}”" for word, n in words.most_common() if word != own]
    fragile = "It is fragile: of" if 2 * words[own] < len(rows) else "Of"
    return f"{fragile} {len(rows)} defensible ways to compute it, {', '.join(told)}."


def tally(answers: Sequence[Tested]) -> Sequence[tuple[str, int]]:
    """How many answers have which verdict, the most frequent first."""
    return Counter(each.answer.verdicts[each.label].word for each in answers).most_common()


def _beside(near: Sequence[Tested], how: str) -> str:
    told = ", ".join(f"{n} “{word}”" for word, n in tally(near))
    return f"It is one of {len(near)} answers {how}, which differ: {told}."


def quotable_settled(settled: Settled) -> str:
    """The same for a claim that no estimate answers."""
    if settled.word == "not testable":
        return f"Not testable. {_sentence(settled.reason)}"
    return f"{settled.word.capitalize()}. {_sentence(settled.reason)}"


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith(".") else f"{text}."
