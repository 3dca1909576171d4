"""One question of a card: an estimate against its hypothesis, as plain data for the page."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from research.collect.beside import beside
from research.publish.datasets_read import ReadDataset
from research.publish.in_short import compared
from research.publish.judged import JudgedEstimate
from research.publish.methods import INTERVALS
from research.publish.page.scales import Axis, axis, claimed
from research.results import (
    Bounds,
    BudgetRow,
    Estimate,
    Hypothesis,
    Interval,
    Result,
)
from research.wording import amount, counted, interval_text, number, region, typeset

WIDEST, ROOM = 9, 420  # pixels of a column, and of all of them


def question(item: JudgedEstimate) -> dict[str, Any]:
    """Everything that the page shows of one estimate in words and figures."""
    estimate, hypothesis = item.estimate, item.hypothesis
    return {
        "analysis": item.result.analysis,
        "title": item.result.title,
        "about": item.result.about.strip(),
        "label": estimate.label,
        "setting": item.question,
        "estimand": hypothesis.estimand,
        "population": item.answer.population,
        "as_of": item.answer.as_of,
        "claimed": bool(hypothesis.claims),
        "role": hypothesis.role,
        "scope": hypothesis.scope,
        "needs": item.needs,
        "null_source": hypothesis.null_source,
        "word": item.said,
        "short": compared(item),
        "under": item.ways if len(item.specifications) > 1 else "",
        "quote": item.quotable,
        "numbers": _numbers(item),
        "plot": plot(item),
        "agree": item.agreement,
        "range": item.range,
        "assumptions": estimate.assumptions,
        "tipping": item.overturned,
        "budget": _budget(estimate.budget, estimate),
        "method": INTERVALS.get(estimate.interval.method if estimate.interval else ""),
        "method_name": estimate.interval.method if estimate.interval else "",
        "rows": {name: list(table.columns) for name, table in item.answer.tables.items()},
        "key": item.key,
    }


def tables_of(result: Result, read: Sequence[ReadDataset]) -> list[dict[str, Any]]:
    """Every table that the analysis read, with its dataset, version, licence and checksum.

    ``read`` holds the datasets behind it, among others.
    """
    behind = {(each.dataset.name, each.dataset.version): each for each in read}
    return [
        {"table": table, "title": source.title, "licence": source.licence, **origin}
        for table, origin in result.provenance.tables.items()
        for source in [behind[origin["dataset"], origin["version"]]]
    ]


def _numbers(item: JudgedEstimate) -> list[tuple[str, str]]:
    """The figures of the estimate, a name and a text each."""
    estimate = item.estimate
    low, high = estimate.identified
    rows = [("Estimate" if low == high else "Identified set", item.amount)]
    if low != high and estimate.value is not None:
        rows.append(("Best guess", amount(Bounds(estimate.value, estimate.value), estimate.unit)))
    if item.ends:
        rows.append(("Set", item.ends))
    rows.append(("Unit", estimate.unit))
    if estimate.interval is not None:
        name, _, value = item.interval.partition(" interval ")
        rows.append((f"{name} interval", value))
    else:
        rows.append(("Interval", "none (finite population: the table is all there is)"))
    if estimate.n is not None:
        rows.append(("Sample size", typeset(counted(estimate.n, estimate.n_unit)).strip()))
    if estimate.n_effective is not None:
        rows.append(("Effective size", number(estimate.n_effective, 1)))
    if estimate.test is not None:
        test = estimate.test
        text = f"{test.name}: statistic {number(test.statistic)}, p = {number(test.p, 3)}"
        rows.append(("Test (no verdict is read off it)", text))
    return rows


def plot(item: JudgedEstimate) -> dict[str, Any]:
    """The estimate against what the claim needs, on the scale of the estimate."""
    estimate, hypothesis = item.estimate, item.hypothesis
    sets = [estimate.identified, item.everything, claimed(hypothesis)]
    scale = axis(sets, estimate.unit)
    return {
        "set": scale.span(estimate.identified),
        "drawn": scale.span(estimate.simulated.interval if estimate.simulated else None),
        "value": None if estimate.value is None else scale.at(estimate.value),
        "interval": scale.span(estimate.interval),
        "range": scale.span(item.everything),
        **frame(scale, hypothesis),
    }


def frame(scale: Axis, hypothesis: Hypothesis) -> dict[str, Any]:
    """What a drawing stands on: ticks, the threshold, the region that the claim needs."""
    return {
        "ticks": scale.ticks(),
        "null": sorted({scale.at(end) for end in claimed(hypothesis)}),
        "region": scale.region(hypothesis),
        "needs": region(hypothesis, scale.unit),
    }


def _budget(rows: Sequence[BudgetRow], estimate: Estimate) -> list[dict[str, Any]]:
    if not rows:
        return []
    scale = axis([estimate.identified, *(Bounds(row.low, row.high) for row in rows)], estimate.unit)
    return [
        {
            "source": row.source,
            "range": amount(Bounds(row.low, row.high), estimate.unit),
            "detail": row.detail,
            "at": scale.span(Bounds(row.low, row.high)),
        }
        for row in sorted(rows, key=lambda row: row.width, reverse=True)
    ]


# The multiverse explorer --------------------------------------------------------------------------


def explorer(item: JudgedEstimate) -> dict[str, Any]:
    """The switches, and for every combination of them the specification that it is."""
    rows = item.specifications
    rows.sort(key=lambda row: (row.bounds.low + row.bounds.high, row.bounds.low))
    names = list(item.answer.choices)
    options = {name: item.result.choices[name] for name in names}
    unit = item.estimate.unit
    scale = axis([claimed(item.hypothesis), *(row.interval or row.bounds for row in rows)], unit)
    return {
        "command": command(item),
        "choices": [
            _switch(name, values, item.answer.choices[name]) for name, values in options.items()
        ],
        "specifications": [
            {
                "at": [_place(choices, options) for choices in row.combinations],
                **point(row.bounds, row.interval, row.verdict.word, unit),
            }
            for row in rows
        ],
        "skipped": [
            {"at": _place(skipped.choices, options), "reason": typeset(skipped.reason)}
            for skipped in item.answer.skipped
        ],
        "still": still(item),
        "agree": item.agreement,
        "drawn": columns([(row.bounds, row.interval) for row in rows], scale, item.hypothesis),
    }


def still(item: JudgedEstimate) -> dict[str, str]:
    """Switches that no specification of this answer moves, each with the reason."""
    reasons = {}
    for name, chosen in item.answer.choices.items():
        moved = any(choices[name] != chosen for row in item.specifications
                    for choices in row.combinations)  # fmt: skip
        why = [skipped.reason for skipped in item.answer.skipped if skipped.choices[name] != chosen]
        if why and not moved:
            reasons[name.replace("_", " ")] = typeset(why[0])
    return reasons


def command(item: JudgedEstimate) -> str:
    """The command that computes this answer anew."""
    fixed = [_argument(name, value) for name, value in item.answer.estimand.items()]
    return " ".join(["research run", item.result.analysis, *fixed])


def _argument(name: str, value: Any) -> str:
    return f"--set {shlex.quote(f'{name}={value}')}"


def _switch(name: str, values: Sequence[Any], chosen: Any) -> dict[str, Any]:
    return {
        "name": name.replace("_", " "),
        "about": beside(__file__).get(name, ""),
        "values": [typeset(str(value)) for value in values],
        "arguments": [_argument(name, value) for value in values],
        "primary": list(values).index(chosen),
    }


def _place(choices: Mapping[str, Any], options: Mapping[str, Sequence[Any]]) -> list[int]:
    return [list(values).index(choices[name]) for name, values in options.items()]


def point(bounds: Bounds, interval: Interval | None, word: str, unit: str) -> dict[str, Any]:
    """One column of a drawing in words."""
    return {"text": amount(bounds, unit), "interval": interval_text(interval, unit), "word": word}


Column = tuple[Bounds, Interval | None]


def columns(sets: Sequence[Column], scale: Axis, hypothesis: Hypothesis) -> dict[str, Any]:
    """The data and parameters of :func:`research.publish.page.specs.columns`, in place."""
    wide = round(min(WIDEST, ROOM / len(sets)), 1)
    rows = []
    for n, (bounds, limits) in enumerate(sets):
        low, high = scale.at(bounds.low), scale.at(bounds.high)
        row = {"n": n, "wide": wide, "low": low, "high": high}
        ends = {"from": scale.at(limits.low), "to": scale.at(limits.high)} if limits else {}
        rows.append(row | ends)
    at = frame(scale, hypothesis)
    places, labels = zip(*at["ticks"], strict=True)
    return {
        "params": {"ticks": places, "labels": labels},
        "datasets": {
            "rows": rows,
            "region": [{"low": low, "high": high} for low, high in at["region"]],
            "null": [{"low": place} for place in at["null"]],
        },
    }
