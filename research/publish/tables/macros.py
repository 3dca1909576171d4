r"""Every number as a LaTeX command: looked up by its path, or by a name of its own.

The path is ANALYSIS/ANSWER/ESTIMATE/FIELD (CLAIM/ID/FIELD for claims), each part in lower case with
hyphens, e.g. ``\modelometrics{parameter-scale/shares/small-share-of-hosts-china-minus-us/found}``.
Claims and judged estimates have a command besides, whose name is the path with capitals, without
the part *answer* and with digits as words: ``\ClaimTentheChinaMoreSmallVerdict``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from research.publish.claims import ClaimAnswer
from research.publish.judged import JudgedEstimate, ReportedEstimate, reported
from research.publish.tables.latex import Latex, fill, slug
from research.publish.tables.tidy import raw
from research.results import Bounds, ResearchError, Result
from research.wording import count, level, quantity, trimmed

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


def numbers(results: Sequence[Result], claims: Sequence[ClaimAnswer]) -> str:
    """The file ``numbers.tex`` for these results and claims.

    Raises
    ------
    ResearchError
        If two of them would be the same command.
    """
    listed = entries(results, claims)
    _refuse_same_command(listed)
    return fill("numbers.tex", {"entries": listed, "command": command, "raw": Latex})


def entries(results: Sequence[Result], claims: Sequence[ClaimAnswer]) -> list[Entry]:
    """All claims, then all estimates, in the order of the results."""
    listed = [
        Entry(f"claim/{_claim_path(claim.id)}", claim.id, _fields_of_claim(claim), True)
        for claim in claims
    ]
    for result in results:
        rows = reported(result)
        for row, path in zip(rows, paths(rows), strict=True):
            title = f"{result.analysis} / {row.key} / {row.label}"
            listed.append(Entry(path, title, fields(row), isinstance(row, JudgedEstimate)))
    return listed


def _claim_path(claim: str) -> str:
    return "/".join(map(slug, claim.split("/")))


def paths(rows: Sequence[ReportedEstimate]) -> list[str]:
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


def fields(row: ReportedEstimate) -> dict[str, str]:
    """What can be printed of an estimate; a field that it lacks is left out."""
    estimate = row.estimate
    texts = {
        "found": row.quantity,
        **_ends("", estimate.identified, estimate.unit),
        "value": _one(estimate.value, estimate.unit),
        "raw-value": Latex(raw(estimate.value)),
        "unit": estimate.unit,
        **_fields_of_interval(row),
        "n": "" if estimate.n is None else count(estimate.n),
        "n-unit": estimate.n_unit,
        "as-of": row.answer.as_of,
        **(_fields_of_verdict(row) if isinstance(row, JudgedEstimate) else {}),
        "overturned-by": row.overturned_by,
    }
    return {name: text for name, text in texts.items() if text}


def _fields_of_verdict(row: JudgedEstimate) -> dict[str, str]:
    return {
        "needed": row.needs,
        "verdict": row.phrase,
        "agree": row.agreement,
        "range": row.range,
    }


def _fields_of_interval(row: ReportedEstimate) -> dict[str, str]:
    interval = row.estimate.interval
    if interval is None:
        return {}
    return {
        "interval": row.limits,
        **_ends("interval-", interval, row.estimate.unit),
        "level": level(interval.level),
        "method": interval.method,
        "design-effect": trimmed(interval.design_effect) if interval.design_effect else "",
    }


def _ends(prefix: str, bounds: Bounds, unit: str) -> dict[str, str]:
    """Both ends as people read them, and with all stored digits."""
    return {
        f"{prefix}low": _one(bounds.low, unit),
        f"{prefix}high": _one(bounds.high, unit),
        f"raw-{prefix}low": Latex(raw(bounds.low)),
        f"raw-{prefix}high": Latex(raw(bounds.high)),
    }


def _one(value: float | None, unit: str) -> str:
    return "" if value is None else quantity(Bounds(value, value), unit)


def _fields_of_claim(answer: ClaimAnswer) -> dict[str, str]:
    settled = answer.settled if not answer.judged else None
    texts = {
        **(fields(answer.alone) if answer.alone else {}),
        "analysis": answer.alone.result.analysis if answer.alone else "",
        "label": answer.alone.label if answer.alone else "",
        "verdict": answer.word,
        "scope": answer.scope,
        "agree": answer.agreement,
        "reason": answer.why if not answer.alone else "",
        "reference": settled.reference if settled else "",
    }
    return {name: text for name, text in texts.items() if text}
