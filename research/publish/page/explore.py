"""Families of models in both channels, for readers to explore: read off results, nothing computed.

A table, a scatter of pulls against downloads, and what is known of each family.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from research.publish.headlines import CLASSES
from research.publish.page.first_screen import CHINA, LIMITS, UNITED_STATES, level, month, source
from research.publish.page.scatter import OTHER, course, placed, scatter
from research.results import Answer, Bounds, Result
from research.wording import count, counted, quantity, typeset, written

ANALYSIS, ANSWER = "over_representation", "pulls, catalogue"
TIMES = "{}: share of pulls over share of downloads"
SIZE = dict(zip(("S", "M", "L", "XL"), CLASSES, strict=True))
UNSIZED = "no size listed"
PLACES = {"": "not known", "no country": "no country", "XI": "international"}
TIMES_AS_LARGE = " as large a share of pulls as of downloads"
COUNTED = "share of {} in families that both hold"
HEADS = {"family": "Family", "organisation": "Publisher", "origin": "Origin", "sizes": "Sizes",
         "pulls": "Pulls", "downloads": "Downloads", "ratio": "Ratio of shares"}  # fmt: skip
COURSES = {
    "pulls": {
        "title": "Pulls over time",
        "note": "From Ollama's library, in windows of 30 days: all that its rounded totals allow.",
    },
    "downloads": {
        "title": "Downloads over time",
        "note": "Of the 30 days before each date, of those models of the family that a list held: "
        "at least so many. Filled: LLM catalogue, which grows; hollow: 1,000 most downloaded. Days "
        "on which more than a tenth was not counted anew are left out.",
    },
}
Rows = list[dict[str, Any]]

COLUMNS = {
    "family": ("", "Name in the Ollama library"),
    "organisation": ("", "Publisher of the family"),
    "origin": ("", "Country of the publisher; several where sources differ"),
    "sizes": ("", "Classes of size that the name lists, in parameters: " + "; ".join(
        f"{name}: {limit}" for name, limit in LIMITS.items())),
    "begin": ("date", "The pulls and downloads are those after this day ..."),
    "end": ("date", "... until this one"),
    "pulls_low": ("pulls", "Least pulls that round to the totals shown"),
    "pulls": ("pulls", "Pulls as shown"),
    "pulls_high": ("pulls", "Most pulls that round to the totals shown"),
    "downloads": ("downloads", "Downloads of the models of the family that the catalogue lists"),
    "pulls_share_low": ("share", "Lower end of the share of the pulls of all these families"),
    "pulls_share": ("share", "Best guess of that share"),
    "pulls_share_high": ("share", "Upper end of that share"),
    "downloads_share": ("share", "Share of the downloads of all these families"),
    "ratio_low": ("ratio", "Lower end of share of pulls over share of downloads; empty where the "
                  "family has no downloads"),
    "ratio": ("ratio", "Best guess of that ratio"),
    "ratio_high": ("ratio", "Upper end of that ratio"),
    "interval_low": ("ratio", "Lower end of its simulation interval, for the largest families"),
    "interval_high": ("ratio", "Upper end of its simulation interval"),
    "models": ("models", "Models of the family that the catalogue lists"),
    "copies": ("share", "Share of the downloads that is of copies under other accounts"),
    "caveats": ("", "What else a reader has to know"),
    "population": ("", "Which families"),
    "source": ("", "Project, version and analysis that the numbers come from, and its datasets"),
}  # fmt: skip


def explore(results: Mapping[str, Result]) -> dict[str, Any]:
    """All that the page shows of families: rows for table and scatter, and their courses."""
    result = results[ANALYSIS]
    answer = result.answers[ANSWER]
    families, pulls, downloads = (
        answer.tables[name].records() for name in ("families", "pulls", "downloads")
    )
    common = {
        "begin": next(row["begin"] for row in pulls if row["end"] == answer.as_of),
        "end": answer.as_of, "population": answer.population,
        "series": f"{answer.population}, {month(answer.as_of)}", "source": source(result),
    }  # fmt: skip
    rows = [_family(row, answer, common) for row in families]
    rows.sort(key=lambda row: (-row["pulls"], row["family"]))
    spikes, days = _spikes(downloads), _days(pulls, downloads)
    for number, row in enumerate(rows):
        texts = [*_caveats(row), *spikes.get(row["family"], ())]
        row |= {"row": number, "caveats": " ".join(texts), "told": texts}
    return {
        "title": "Families of models in both channels",
        "note": _note(answer, len(rows)),
        "origins": [CHINA, UNITED_STATES, OTHER],
        "sizes": {name: f"{name} ({LIMITS[name]})" for name in CLASSES} | {UNSIZED: UNSIZED},
        "columns": [{"name": name, "unit": unit, "about": about}
                    for name, (unit, about) in COLUMNS.items()],
        "heads": HEADS,
        "together": True,
        "spec": scatter(rows),
        "rows": placed(rows),
        "courses": courses(pulls, downloads),
        "told": {counted: texts | {"spec": course(counted, days)}
                 for counted, texts in COURSES.items()},
    }  # fmt: skip


def _note(answer: Answer, families: int) -> str:
    """What is set side by side, of how many, and which part of each channel that is."""
    shares = [level(answer.estimates[COUNTED.format(counted)].identified)
              for counted in ("pulls", "downloads")]  # fmt: skip
    template = (
        "The {:0} families that Ollama's library and the LLM catalogue of the Hugging Face Hub "
        "both hold ({}): {} of the pulls and {} of the downloads of these 30 days. Names that are "
        "only served remotely are left out. A family is a name of Ollama's library; its downloads "
        "are those of its repositories."
    )
    return typeset(written(template, families, month(answer.as_of), *shares))


# Families -----------------------------------------------------------------------------------------


def _family(row: Mapping[str, Any], answer: Answer, common: Mapping[str, Any]) -> dict[str, Any]:
    """A family as it is listed, drawn, downloaded and opened."""
    sizes = [SIZE[key] for key in (row["sizes"] or "").split("|") if key]
    known = {
        "family": row["family"],
        "organisation": row["organisation"],
        "origin": place(row["origin"]),
        "group": {"CN": CHINA, "US": UNITED_STATES}.get(row["origin"], OTHER),
        "sizes": ", ".join(sizes) or UNSIZED,
        "classes": sizes or [UNSIZED],
        "embedding": row["embedding"],
        "sudden": row["sudden"],
        "models": row["models"],
        "copies": row["copies"],
    }
    weights, texts = _weights(row), _texts(row)
    family = {**known, **common, **weights, **texts, **_interval(row["family"], answer)}
    return family | {"facts": [(name, typeset(text)) for name, text in _facts(family) if text]}


def _facts(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the card of a family says first, a name and a text each."""
    yield "Publisher", row["organisation"]
    yield "Origin", row["origin"]
    yield "Sizes", row["sizes"]
    yield "Counted", f"{row['begin']} to {row['end']}, of {row['population']}"
    yield "Pulls", f"{row['pulls_text']} ({row['pulls_share_text']} of all these families)"
    models, share = counted(row["models"], "models"), row["downloads_share_text"]
    yield "Downloads", f"{row['downloads_text']} of {models} ({share} of all these families)"
    yield "Ratio of shares", row["ratio_text"] + TIMES_AS_LARGE * (row["ratio"] is not None)
    yield "Simulation interval", row["interval_text"]


def _weights(row: Mapping[str, Any]) -> dict[str, float | None]:
    """The numbers of a family, under the names of the columns."""
    numbers = {
        f"{name}{suffix}": row[f"{column} {end}"]
        for name, column in {"pulls": "pulls", "pulls_share": "share of pulls",
                             "ratio": "ratio"}.items()
        for end, suffix in {"low": "_low", "value": "", "high": "_high"}.items()
    }  # fmt: skip
    return numbers | {
        "downloads": row["downloads value"],
        "downloads_share": row["share of downloads value"],
    }


def _texts(row: Mapping[str, Any]) -> dict[str, str]:
    """The same as people read them."""
    pulls = quantity(_set(row, "pulls"), "pulls")
    downloads = count(row["downloads value"])
    ratio = _set(row, "ratio") if row["ratio low"] is not None else None
    times = f"{quantity(ratio, 'ratio')}×" if ratio else "no downloads"
    words = f"{row['family']} ({row['organisation']}): {pulls} pulls, {downloads} downloads"
    shares = f"; {times} as large a share of pulls as of downloads" if ratio else ""
    return {
        "pulls_text": pulls,
        "downloads_text": downloads,
        "ratio_text": times,
        "pulls_share_text": quantity(_set(row, "share of pulls"), "share"),
        "downloads_share_text": quantity(_set(row, "share of downloads"), "share"),
        "words": typeset(words + shares),
    }


def _set(row: Mapping[str, Any], column: str) -> Bounds:
    return Bounds(row[f"{column} low"], row[f"{column} high"])


def _interval(family: str, answer: Answer) -> dict[str, Any]:
    """The simulation interval of the ratio, where the result has one."""
    label = TIMES.format(family)
    drawn = answer.estimates[label].simulated if label in answer.estimates else None
    bounds = drawn.interval if drawn else None
    return {
        "interval_low": bounds.low if bounds else None,
        "interval_high": bounds.high if bounds else None,
        "interval_text": quantity(bounds, "ratio") if bounds else "",
    }


@cache
def _places() -> Mapping[str, str]:
    from babel import Locale

    return dict(Locale("en").territories)


def place(code: str) -> str:
    """Where a publisher is at home, in words.

    >>> place("KR"), place("CN|US"), place(""), place("no country")
    ('South Korea', 'China or United States', 'not known', 'no country')
    """
    return " or ".join(str(PLACES.get(each) or _places()[each]) for each in code.split("|"))


def _caveats(row: Mapping[str, Any]) -> Iterator[str]:
    """What a reader has to know of a family beside its numbers."""
    if row["embedding"]:
        yield "Embedding models: they serve search, and no answers are generated with them."
    if row["sudden"]:
        yield (
            "More than half of all its pulls were made within these 30 days, though it is older: "
            "scripts may have made them."
        )
    if row["pulls_low"] <= 0:
        yield "Its total of pulls is rounded so coarsely that it may have none of these 30 days."
    if row["copies"]:
        yield written("{:%} of its downloads are of copies under other accounts.", row["copies"])


def _spikes(downloads: Rows) -> dict[str, list[str]]:
    """Days on which automated traffic is marked in the downloads of a family."""
    marked: dict[str, list[str]] = {}
    for row in downloads:
        if row["spike"]:
            marked.setdefault(row["family"], []).append(row["end"])
    return {
        name: [f"A spike of automated traffic is marked in its downloads of {', '.join(days)}."]
        for name, days in marked.items()
    }


# Over time ----------------------------------------------------------------------------------------


def _days(pulls: Rows, downloads: Rows) -> tuple[str, str]:
    """The first and the last day of all courses."""
    first = min(*(row["begin"] for row in pulls), *(row["end"] for row in downloads))
    return first, max(row["end"] for row in downloads)


def courses(pulls: Rows, downloads: Rows) -> dict[str, dict[str, Rows]]:
    """Pulls and downloads of each family over time, as they are drawn and listed."""
    by_family: dict[str, dict[str, Rows]] = {}
    for row in pulls:
        pulled = {"begin": row["begin"], "end": row["end"], "low": row["low"],
                  "value": row["value"], "high": row["high"],
                  "amount": quantity(Bounds(row["low"], row["high"]), "pulls"),
                  "of": "Ollama's library"}  # fmt: skip
        by_family.setdefault(row["family"], {"pulls": [], "downloads": []})["pulls"].append(pulled)
    for row in downloads:
        listed = {"end": row["end"], "value": row["downloads"],
                "amount": f"at least {count(row['downloads'])}",
                "of": f"{row['listed']}, {counted(row['models'], 'models')}",
                "listed": row["listed"]}  # fmt: skip
        by_family.setdefault(row["family"], {"pulls": [], "downloads": []})["downloads"].append(
            listed
        )
    for each in by_family.values():
        each["downloads"].sort(key=lambda row: row["end"])
    return by_family
