r"""Every number as a LaTeX command: looked up by its path, or by a name of its own.

The path is ANALYSIS/ANSWER/ESTIMATE/FIELD (CLAIM/ID/FIELD for claims), each part in lower case with
hyphens, e.g. ``\modelometrics{parameter-scale/shares/small-share-of-hosts-china-minus-us/found}``.
Claims and judged estimates have a command besides, whose name is the path with capitals, without
the part *answer* and with digits as words: ``\ClaimTentheChinaMoreSmallVerdict``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from research.publish.tables.findings import (
    Finding,
    agreeing,
    findings,
    found,
    level,
    limits,
)
from research.publish.tables.latex import Latex, fill, slug
from research.publish.tables.tidy import raw
from research.results import ResearchError, Result, Settled
from research.wording import number, span

DIGITS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


class Entry(NamedTuple):
    """One thing that has numbers: its path, what to call it, its fields, its own command if any."""

    path: str
    title: str
    fields: dict[str, str]
    is_named: bool

    @property
    def commands(self) -> list[str]:
        """The commands of its fields."""
        return [command(f"{self.path}/{field}") for field in self.fields if self.is_named]


def numbers(results: Sequence[Result], claims: Mapping[str, Finding | Settled]) -> str:
    """The file ``numbers.tex`` for these results and claims.

    Raises
    ------
    ResearchError
        If two of them would be the same command.
    """
    listed = entries(results, claims)
    _refuse_same_command(listed)
    return fill("numbers.tex", {"entries": listed, "command": command, "raw": Latex})


def entries(results: Sequence[Result], claims: Mapping[str, Finding | Settled]) -> list[Entry]:
    """All claims, then all estimates, in the order of the results."""
    listed = [
        Entry(f"claim/{path}", claim, _fields_of_claim(claims[claim]), True)
        for claim, path in _claim_paths(claims).items()
    ]
    for result in results:
        rows = findings(result)
        for row, path in zip(rows, paths(rows), strict=True):
            title = f"{result.analysis} / {row.key} / {row.label}"
            listed.append(Entry(path, title, fields(row), row.verdict is not None))
    return listed


def _claim_paths(claims: Iterable[str]) -> dict[str, str]:
    return {claim: "/".join(map(slug, claim.split("/"))) for claim in claims}


def paths(rows: Sequence[Finding]) -> list[str]:
    """The path of every estimate; where two would be the same, the later one gets a number."""
    used: dict[str, int] = {}
    found_paths = []
    for row in rows:
        path = "/".join(map(slug, (row.result.analysis, row.key, row.label)))
        used[path] = used.get(path, 0) + 1
        found_paths.append(path if used[path] == 1 else f"{path}-{used[path]}")
    return found_paths


def command(path: str) -> str:
    r"""The name of a command made of letters only.

    Examples
    --------
    >>> command("creators/top-300/meta-rank/raw-low")
    'CreatorsTopThreeZeroZeroMetaRankRawLow'
    """
    words = re.findall(r"[a-z]+|\d", path.replace("/answer/", "/", 1))
    return "".join(DIGITS[int(word)] if word.isdigit() else word.capitalize() for word in words)


def _refuse_same_command(listed: Sequence[Entry]) -> None:
    first: dict[str, Entry] = {}
    for entry in listed:
        for name in entry.commands:
            other = first.setdefault(name, entry)
            if other is not entry:
                raise ResearchError(
                    f"'{other.title}' and '{entry.title}' would both be the LaTeX command \\{name}."
                    " Rename one of the two labels so that their words differ."
                )


# Fields -------------------------------------------------------------------------------------------


def fields(row: Finding) -> dict[str, str]:
    """What can be printed of an estimate; a field that it lacks is left out."""
    estimate, robustness = row.estimate, row.robustness
    texts = {
        "found": found(estimate),
        **_ends("", estimate.identified.low, estimate.identified.high),
        "value": "" if estimate.value is None else number(estimate.value),
        "raw-value": Latex(raw(estimate.value)),
        "unit": estimate.unit,
        **_fields_of_interval(row),
        "n": "" if estimate.n is None else number(estimate.n, 0),
        "n-unit": estimate.n_unit,
        "as-of": row.answer.as_of,
        "claimed": row.claimed,
        "verdict": row.verdict.phrase if row.verdict else "",
        "agree": agreeing(robustness),
        "range": span(robustness.low, robustness.high, " to ") if robustness else "",
        "overturned-by": row.overturned_by,
    }
    return {name: text for name, text in texts.items() if text}


def _fields_of_interval(row: Finding) -> dict[str, str]:
    interval = row.estimate.interval
    if interval is None:
        return {}
    effect = interval.design_effect
    return {
        "interval": limits(interval),
        **_ends("interval-", interval.low, interval.high),
        "level": level(interval),
        "method": interval.method,
        "design-effect": "" if effect is None else number(effect, 1),
    }


def _ends(prefix: str, low: float, high: float) -> dict[str, str]:
    """Both ends as people read them, with the decimals of the pair, and with all stored digits."""
    shown = span(low, high, "|").split("|")
    return {
        f"{prefix}low": shown[0],
        f"{prefix}high": shown[1],
        f"raw-{prefix}low": Latex(raw(low)),
        f"raw-{prefix}high": Latex(raw(high)),
    }


def _fields_of_claim(answer: Finding | Settled) -> dict[str, str]:
    if isinstance(answer, Finding):
        return {"analysis": answer.result.analysis, "label": answer.label, **fields(answer)}
    texts = {"verdict": answer.word, "reason": answer.reason, "reference": answer.reference}
    return {name: text for name, text in texts.items() if text}
