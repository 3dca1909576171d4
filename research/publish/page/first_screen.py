"""The three charts of the first screen: their rows and the sentences to quote, read off results.

Each chart has views, one for every setting of its switches. A sentence names levels, publishers,
population and date; a convention that moves a number by more than its set is wide is part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from research import __version__
from research.publish.headlines import CLASSES, ODDS, stated
from research.publish.judged import moves, one_changed
from research.results import Answer, Bounds, Estimate, Result
from research.wording import CONVENTIONS, amount, count, listed, named, percent, quantity, typeset

CHINA, UNITED_STATES = "China", "United States"
ORIGINS = (CHINA, UNITED_STATES)
COLUMNS = {
    "series": ("", "Which channel, and which part of it"),
    "begin": ("date", "First day of what is counted"),
    "end": ("date", "Last day of what is counted"),
    "kind": ("", "state: a count of one day; until: all that was counted until then; window: what "
             "was counted between both days; size or ratio: as the chart says"),
    "origin": ("", "Country of the publisher; of hosts, where they stand"),
    "size": ("", "Class of size, in parameters of the model; empty where all count"),
    "low": ("see unit", "Lower end of the set that the data allow"),
    "value": ("see unit", "Best guess; empty where the set has none"),
    "high": ("see unit", "Upper end of the set that the data allow"),
    "unit": ("", "What low, value and high are: a share is between 0 and 1"),
    "population": ("", "Of whom or of what"),
    "source": ("", "Project, version and analysis that the numbers come from, and its datasets"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Row:
    """One set of a chart, as it is drawn, listed and downloaded."""

    series: str
    begin: str
    end: str
    kind: str
    origin: str
    low: float
    value: float | None
    high: float
    unit: str
    population: str
    source: str
    size: str = ""
    view: str = ""

    @property
    def amount(self) -> str:
        """The set in its unit, for people."""
        return quantity(Bounds(self.low, self.high), self.unit)

    @property
    def level(self) -> str:
        """The same for a sentence, of a share."""
        return level(Bounds(self.low, self.high))

    @property
    def words(self) -> str:
        """What a reader hears or reads when the mark is chosen."""
        days = self.end if self.begin == self.end else f"{self.begin} to {self.end}"
        until = f"until {self.end}" if self.kind == "until" else days
        about = ", ".join(filter(None, (self.origin, self.size and f"{self.size} models")))
        text = amount(Bounds(self.low, self.high), self.unit)
        return f"{about}: {text} ({self.series}, {until})"

    def record(self) -> dict[str, Any]:
        """The row for the script: numbers as numbers, and the texts that are shown of it."""
        return {name: getattr(self, name) for name in COLUMNS} | {
            "series": typeset(self.series),
            "population": typeset(self.population),
            "view": self.view,
            "amount": self.amount,
            "words": typeset(self.words),
        }


@dataclass(frozen=True, kw_only=True)
class View:
    """A chart under one setting of its switches."""

    name: str
    sentence: str
    under: str  # what other conventions say; empty where none moves a number far
    rows: tuple[Row, ...]
    note: str = ""  # how to read what only this view shows

    @property
    def quote(self) -> str:
        """All that is to be quoted."""
        return " ".join(filter(None, (self.sentence, self.under)))


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A choice of a reader: what it asks, its values, and why some of them go nowhere."""

    name: str
    label: str
    values: Mapping[str, str]
    without: Mapping[tuple[str, ...], str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart: title, how to read it, switches, views by the values of the switches.

    ``together`` where the rows of all views are drawn, and those of one stand out.
    """

    name: str
    title: str
    note: str
    switches: tuple[Switch, ...]
    views: Mapping[str, View]
    together: bool = False


def first_screen(results: Iterable[Result]) -> list[Chart]:
    """The three charts.

    Raises
    ------
    ResearchError
        If a result lacks what a chart shows.
    """
    by_name = {result.analysis: result for result in results}
    return [
        over_time(by_name["origin_over_time"]),
        represented(by_name["over_representation"]),
        sizes(by_name["size_by_origin"]),
    ]


# Shares over time ---------------------------------------------------------------------------------

MODELS = {
    "all": ("all models", "Hub, all models"),
    "text": ("text generation", "Hub, text generation"),
    "new": ("created within a year", "Hub, created within a year"),
}
PULLS = "Ollama pulls"
SHARE, LEVEL = "share of {}", "{}: share at the last date"
LEAST = 0.005  # below it a whole per cent is none
CODES = {CHINA: "China", UNITED_STATES: "US"}  # as the analysis names its columns


def over_time(result: Result) -> Chart:
    """Share of downloads and of pulls by origin on all dated days."""
    views = {f"downloads/{key}": _course(result, name, f"downloads/{key}")
             for key, (_, name) in MODELS.items()}  # fmt: skip
    views["pulls/all"] = _course(result, PULLS, "pulls/all")
    untold = "The pulls are not told apart by task or by age."
    return Chart(
        name="time",
        title="Share of downloads by origin of the publisher",
        note="Shading: all that the data allow. Lines only join dated days; between them nothing "
        "is known.",
        switches=(
            Switch(
                name="channel",
                label="Counted",
                values={"downloads": "downloads (Hub)", "pulls": "pulls (Ollama)"},
            ),
            Switch(
                name="models",
                label="Models",
                values={key: label for key, (label, _) in MODELS.items()},
                without={("pulls", key): untold for key in MODELS if key != "all"},
            ),
        ),
        views=views,
    )


def _course(result: Result, name: str, view: str) -> View:
    answer = result.answers[name]
    counted = "pulls" if name == PULLS else "downloads"
    table = answer.tables["leads"].to_frame()
    table = table[table["kind"] != "after"]  # a span that a claim is about, inside the others
    rows = tuple(
        Row(
            series=name, view=view, begin=row["begin"], end=row["end"], kind=row["kind"],
            origin=origin, low=row[f"{code} low"], value=row[f"{code} value"],
            high=row[f"{code} high"], unit=SHARE.format(counted), population=answer.population,
            source=source(result),
        )
        for origin, code in CODES.items()
        for row in table.to_dict("records")
    )  # fmt: skip
    levels = {origin: answer.estimates[LEVEL.format(code)] for origin, code in CODES.items()}
    return View(
        name=view,
        sentence=_last_in_words({row.origin: row for row in rows}),
        under=_conventions(levels),
        rows=rows,
        note="Hollow marks: cumulative pulls up to that day." if name == PULLS else "",
    )


def _last_in_words(last: Mapping[str, Row]) -> str:
    """The levels of both countries at the last date."""
    china, us = (last[origin] for origin in ORIGINS)
    when = f"In {month(china.end)}"
    of = f"the 30-day downloads of {named(china.population)}"
    if china.kind == "window":
        when, of = f"From {china.begin} to {china.end}", china.population
    return (
        f"{when} publishers in China had {china.level} of {of}, publishers in the United States "
        f"{us.level}."
    )


def _conventions(levels: Mapping[str, Estimate]) -> str:
    """The levels under each convention that moves one by more than its set is wide."""
    by_convention: dict[str, list[str]] = {}
    for origin, estimate in levels.items():
        for row in estimate.budget:
            other = Bounds(row.low, row.high)
            if moves(estimate.identified, other):
                by_convention.setdefault(row.source, []).append(f"{origin} {level(other)}")
    return _under((convention, ", ".join(parts)) for convention, parts in by_convention.items())


def _under(conventions: Iterable[tuple[str, str]]) -> str:
    """The conventions as sentences.

    >>> _under([("private persons of any country", "China 24 to 34 %")])
    'With private persons of any country: China 24 to 34 %.'
    """
    return " ".join(f"With {convention}: {levels}." for convention, levels in conventions)


# Over-representation ------------------------------------------------------------------------------

PAIRS = {
    "pulls, catalogue": "LLM catalogue and pulls",
    "pulls, top 1,000": "1,000 most downloaded and pulls",
    "pulls, top 1,000 of 2025": "1,000 most downloaded and pulls",
    "pulls, hosts of 2025": "hosts and pulls",
    "hosts of 2025, top 1,000": "1,000 most downloaded and hosts",
    "hosts of 2026, catalogue": "LLM catalogue and hosts",
    "pulls, hosts of 2026": "hosts and pulls",
    "tokens, catalogue": "LLM catalogue and tokens of one router",
    "tokens, pulls": "pulls and tokens of one router",
}


def represented(result: Result) -> Chart:
    """How many times as large a share each country has in one channel as in the other."""
    pairs = [key for key in PAIRS if key in result.answers and _ratio_of(result.answers[key])]
    views = {
        f"pair-{at}": _pair(result, key, f"pair-{at}") for at, key in enumerate(pairs, start=1)
    }
    return Chart(
        name="pair",
        together=True,
        title="Pulls and hosts against downloads",
        note="Right of 1×: a larger share of the second channel than of the first. A pull is a "
        "download from Ollama's library.",
        switches=(
            Switch(
                name="channels",
                label="Compared",
                values={name: view.rows[0].series for name, view in views.items()},
            ),
        ),
        views=views,
    )  # fmt: skip


def _pair(result: Result, key: str, view: str) -> View:
    answer = result.answers[key]
    times = _ratio_of(answer)
    first, second = (each.removeprefix("share of ") for each in times.split(" over "))
    ratios = {origin: answer.estimates[f"{origin}: {times}"] for origin in ORIGINS}
    labels = {"series": f"{PAIRS[key]}, {month(answer.as_of)}", "view": view, "kind": "ratio"}
    rows = tuple(
        _row(result, answer, ratio, origin=origin, **labels) for origin, ratio in ratios.items()
    )
    return View(
        name=view, sentence=_pair_in_words(answer, ratios, first, second),
        under=_odds_under(answer), rows=rows,
    )  # fmt: skip


def _ratio_of(answer: Answer) -> str:
    """How the answer names the ratio of shares; empty where it has none by country."""
    names = (label.removeprefix(f"{CHINA}: ") for label in answer.estimates if label[:5] == CHINA)
    return next((name for name in names if " over " in name), "")


def _pair_in_words(answer: Answer, ratios: Mapping[str, Estimate], first: str, second: str) -> str:
    """Both levels of both countries, and how many times the one is the other."""
    n = count(answer.estimates[ODDS].n or 0)
    whole = f"the {n} model families in both {_both(answer.population)} ({month(answer.as_of)})"
    held = {
        origin: [_level(answer, origin, each) for each in (second, first)] for origin in ORIGINS
    }
    china, us = (_times(ratios[origin]) for origin in ORIGINS)
    bounds = ratios[CHINA].identified
    joined = "and" if bounds.low <= 1 <= bounds.high else "but"
    return (
        f"Of {whole}, publishers in China had {held[CHINA][0]} of {second} {joined} "
        f"{held[CHINA][1]} of {first} ({china} the share); US publishers "
        f"{' and '.join(held[UNITED_STATES])} ({us})."
    )


def _both(population: str) -> str:
    """Both channels of the families of a pair, the one that is compared with first.

    >>> _both("the families that both the Ollama pulls of 30 days and the LLM catalogue hold")
    'the LLM catalogue and the Ollama library'
    """
    lead, _, whole = population.partition(" that both ")
    stated(lead == "the families", "pairs of channels share families")
    last, first = whole.removesuffix(" hold").split(" and ")
    return f"{first} and {last.replace('Ollama pulls of 30 days', 'Ollama library')}"


def _level(answer: Answer, origin: str, counted: str) -> str:
    estimate = answer.estimates[f"{origin}: share of {counted}"]
    return level(estimate.identified)


def _times(estimate: Estimate) -> str:
    return f"{quantity(estimate.identified, estimate.unit)} times"


def _the(origin: str) -> str:
    return f"the {origin}" if origin == UNITED_STATES else origin


def _odds_under(answer: Answer) -> str:
    """The odds ratio, where a convention or the company of most weight moves it far."""
    odds = answer.estimates[ODDS]
    changes = [(name, quantity(ratio, odds.unit)) for name, ratio in _moved(answer, ODDS)]
    rows = (row for row in odds.budget if row.source == "one organisation left out")
    for row in rows:
        without = row.detail.partition("without ")[2]
        end = max((row.low, row.high), key=lambda end: abs(end - (odds.value or 1)))
        if without and not odds.identified.low <= end <= odds.identified.high:
            changes.append((f"{without} left out", quantity(Bounds(end, end), odds.unit)))
    if not changes:
        return ""
    lead = f"The odds ratio, US to China, is {quantity(odds.identified, odds.unit)}"
    return f"{lead}; {'; '.join(f'with {name} {ratio}' for name, ratio in changes)}."


# Sizes --------------------------------------------------------------------------------------------

CHANNELS = {
    "catalogue, 2026-10": "downloads, LLM catalogue",
    "top 1,000, 2026-06": "downloads, 1,000 most downloaded",
    "top 1,000, 2025-03": "downloads, 1,000 most downloaded",
    "top 1,000, 2024-09": "downloads, 1,000 most downloaded",
    "pulls, 2026-06": "pulls, Ollama",
    "hosts, 2025-04": "hosts, Tenthe scan",
}
LIMITS = {"small": "below 1 billion", "medium": "1 to 10 billion", "large": "10 to 50 billion",
          "extra-large": "from 50 billion"}  # fmt: skip
HELD, LEAD = "{}: share of {}", "{}: share, China minus US"


def sizes(result: Result) -> Chart:
    """Shares of both countries in each class of size, in every channel."""
    views = {
        f"in-{at}": _classes(result, key, f"in-{at}") for at, key in enumerate(CHANNELS, start=1)
    }
    return Chart(
        name="size",
        title="Share by origin and size of the model",
        note="Bars hold all that the data allow. Billions are parameters of the model.",
        switches=(
            Switch(
                name="channel",
                label="Counted",
                values={name: view.rows[0].series for name, view in views.items()},
            ),
        ),
        views=views,
    )  # fmt: skip


def _classes(result: Result, key: str, view: str) -> View:
    answer = result.answers[key]
    labels = {"series": f"{CHANNELS[key]}, {month(answer.as_of)}", "view": view, "kind": "size"}
    rows = tuple(
        _row(result, answer, answer.estimates[HELD.format(size, _the(origin))],
             origin=origin, size=size, **labels)
        for size in CLASSES
        for origin in ORIGINS
    )  # fmt: skip
    return View(name=view, sentence=_sizes_in_words(answer, rows), under=_leads(answer), rows=rows)


def _sizes_in_words(answer: Answer, rows: Sequence[Row]) -> str:
    """Which classes each country is ahead in, with the levels of both; and which are open."""
    held = {(row.size, row.origin): row for row in rows}
    ahead: dict[str, list[str]] = {CHINA: [], UNITED_STATES: [], "": []}
    for size in CLASSES:
        lead = answer.estimates[LEAD.format(size)].identified
        first = CHINA if lead.low > 0 else UNITED_STATES if lead.high < 0 else ""
        other = UNITED_STATES if first == CHINA else CHINA
        order = (first, other) if first else ORIGINS
        levels = [held[size, origin].level for origin in order]
        ahead[first].append(f"{size} ({' against '.join(levels)})")
    unit = rows[0].unit.removeprefix("share of ")
    actors = "hosts in {}" if unit == "hosts" else "publishers in {}"
    clauses = [
        f"{actors.format(_the(origin))} were ahead in {listed(classes)} models"
        for origin, classes in ahead.items()
        if origin and classes
    ]
    if ahead[""]:
        clauses.append(f"open is who was ahead in {listed(ahead[''])} models (China named first)")
    of = "" if unit in answer.population else f"the {unit} of "
    whole = f"{of}{named(answer.population)}"
    return f"In {month(answer.as_of)}, of {whole}, {'; '.join(clauses)}."


def _leads(answer: Answer) -> str:
    """China minus US of each size under each convention that moves it far."""
    by_convention: dict[str, list[str]] = {}
    for size in CLASSES:
        lead = answer.estimates[LEAD.format(size)]
        for name, bounds in _moved(answer, lead.label):
            by_convention.setdefault(name, []).append(f"{size} {quantity(bounds, lead.unit)}")
    return _under(
        (name, f"China minus US {listed(parts)}") for name, parts in by_convention.items()
    )


# Of all charts ------------------------------------------------------------------------------------


def _moved(answer: Answer, label: str) -> Iterator[tuple[str, Bounds]]:
    """Every convention, one at a time, that moves a set far, and the set under it."""
    for other, row in one_changed(answer, label):
        stated(other in CONVENTIONS, f"the choice {other} has words")
        if moves(answer.estimates[label].identified, row.bounds):
            yield CONVENTIONS[other], row.bounds


def _row(result: Result, answer: Answer, estimate: Estimate, **labels: str) -> Row:
    """The set of an estimate on the day of its answer."""
    return Row(
        begin=answer.as_of, end=answer.as_of, low=estimate.identified.low, value=estimate.value,
        high=estimate.identified.high, unit=estimate.unit, population=answer.population,
        source=source(result), **labels,
    )  # fmt: skip


def level(bounds: Bounds) -> str:
    """A set of shares in whole per cent; with decimals where a whole number would say zero.

    >>> level(Bounds(0.242, 0.2497)), level(Bounds(0.6715, 0.6716)), level(Bounds(0.0006, 0.95))
    ('24 to 25\\xa0%', '67\\xa0%', '0.06 to 95.0\\xa0%')
    """
    if bounds.low < LEAST:
        return quantity(bounds, "share")
    ends = dict.fromkeys(percent(end, 0).removesuffix(" %") for end in bounds)
    return typeset(f"{' to '.join(ends)} %")


def month(day: str) -> str:
    """The month of a day in words.

    >>> month("2026-06-11")
    'June 2026'
    """
    from babel.dates import format_date

    return str(format_date(date.fromisoformat(day), "MMMM yyyy", locale="en"))


def source(result: Result) -> str:
    """Where a row comes from: project, analysis, and the datasets with their versions."""
    read = {f"{each['dataset']} {each['version']}" for each in result.provenance.tables.values()}
    return f"modelometrics {__version__}, {result.analysis}: {', '.join(sorted(read))}"
