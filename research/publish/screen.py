"""A result, an answer or an estimate as text of one screen, as a terminal and a notebook show it.

:func:`screen` is all of it. :func:`tabulated` lays out rows at a width; no name is ever cut.
Standard library alone: a short answer should not wait for a library that draws tables.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from unicodedata import east_asian_width

from research import wording
from research.analysis.asking.labels import is_asked
from research.publish.judged import JudgedEstimate, ReportedEstimate, quotable_settled, reported
from research.results import Answer, Estimate, Interval, Provenance, Readable, Result
from research.wording import shown, width_here

LINES = 36  # of a screen, with room for a prompt
GAP = 2  # between columns
LEAST = 28  # what a label needs beside numbers; where less is left, numbers stand below it
WIDEST = 30  # a column other than the label; longer texts go on in the next line
DRAWN = "*"  # after an interval that is drawn from beliefs
BELIEFS = "stated_beliefs"
LEVEL = 0.95  # of intervals, where it is not said


class Text(str):
    """Text that a prompt shows as it is, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One estimate in columns."""

    label: str
    found: str
    interval: str = ""
    verdict: str = ""
    agree: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        return self.found, self.interval, self.verdict, self.agree


@dataclass(frozen=True, kw_only=True)
class Group:
    """The rows of one answer below its heading."""

    heading: str
    rows: tuple[Row, ...]


def screen(
    value: Readable, *, width: int | None = None, lines: int | None = LINES,
    more: str = ".to_frame() has all estimates",
) -> Text:  # fmt: skip
    """A result, an answer or an estimate as text of at most so many lines.

    Parameters
    ----------
    value
        Of a result the judged estimates are shown, or all where none is judged; of an answer by
        itself all.
    width
        In characters; by default that of the terminal.
    lines
        At most; ``None`` for all.
    more
        Where the rest is, if something is left out.

    Examples
    --------
    >>> print(screen(Estimate(label="tags of the library", unit="tags", value=240), width=60))
    tags of the library = 240 tags
    """
    width = width or width_here()
    if isinstance(value, Estimate):
        return Text("\n".join(wrapped(wording.one_line(value), width, later="  ")))
    view = View.of(value, more)
    head, foot = ([part for line in lines for part in wrapped(line, width, later="  ")]
                  for lines in (view.head, view.foot))  # fmt: skip
    room = None if lines is None else max(lines - len(head) - len(foot) - 1, 4)
    body = tabulated(view.groups, width, level=view.level, lines=room, more=more)
    return Text("\n".join([*head, "", *body, *foot]).strip("\n"))


def alone(shown: Readable) -> Result:
    """An answer or an estimate by itself, as the result of no analysis."""
    if isinstance(shown, Result):
        return shown
    if isinstance(shown, Estimate):
        shown = Answer(
            estimand={}, choices={}, population="", as_of="", estimates={shown.label: shown},
            verdicts={}, robustness={}, specifications=(),
        )  # fmt: skip
    assert isinstance(shown, Answer)
    return Result(
        analysis="", title="", about="", choices={}, hypotheses=dict(shown.hypotheses), settled=(),
        answers={"answer": shown}, provenance=Provenance(seed=0, tables={}),
    )  # fmt: skip


# What is said -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class View:
    """What is shown of a result: lines above, rows by answer, lines below.

    ``level`` is that of intervals of which none is said.
    """

    head: tuple[str, ...]
    groups: tuple[Group, ...]
    level: float
    foot: tuple[str, ...]

    @classmethod
    def of(cls, value: Readable, more: str = "") -> View:
        result = alone(value)
        wanted = _wanted(result, everything=value is not result)
        form, notes = _common(each.estimate.interval for each in wanted), _notes(wanted)
        rows = [(each, row_of(each, form, notes)) for each in wanted]
        groups = [
            Group(
                heading=heading(result, key),
                rows=tuple(row for each, row in rows if each.key == key),
            )
            for key in result.answers
        ]
        if _is_series(wanted):
            groups = [_series(rows)]
        return cls(
            head=tuple(_head(result)), groups=tuple(group for group in groups if group.rows),
            level=form.level if form else LEVEL, foot=tuple(_foot(result, wanted, more)),
        )  # fmt: skip


def _head(result: Result) -> Iterator[str]:
    if result.analysis:
        tables = result.provenance.tables.values()
        yield result.title if is_asked(result) else f"{result.analysis}: {result.title}"
        read = sorted({f"{table['dataset']} {table['version']}".strip() for table in tables})
        yield f"Data: {', '.join(read)}"


def _wanted(result: Result, *, everything: bool) -> list[ReportedEstimate]:
    """The judged estimates, or all where none is judged."""
    rows = reported(result)
    return [row for row in rows if everything or isinstance(row, JudgedEstimate)] or rows


def _is_series(wanted: Sequence[ReportedEstimate]) -> bool:
    """Whether one estimate is told of several days, by which its answers are called."""
    by_day = all(each.key == each.answer.as_of for each in wanted)
    return len(wanted) > 1 and by_day and len({each.label for each in wanted}) == 1


def _series(rows: Sequence[tuple[ReportedEstimate, Row]]) -> Group:
    """One line a day, with the population where that is not always the same."""
    whom = {each.answer.population for each, _ in rows}
    label, same = rows[0][0].label, len(whom) == 1
    named = (
        replace(row, label=each.key if same else f"{each.key}: {each.answer.population}")
        for each, row in rows
    )
    return Group(heading=f"{label}: {whom.pop()}" if same else label, rows=tuple(named))


def _notes(shown: Iterable[ReportedEstimate]) -> list[str]:
    """The conditions under which words are said, each once."""
    judged = (each for each in shown if isinstance(each, JudgedEstimate))
    return list(dict.fromkeys(condition for each in judged for condition in each.conditions))


def heading(result: Result, key: str) -> str:
    """Which question, of whom and when, and the choices that are not the defaults."""
    answer = result.answers[key]
    name = "" if key in ("answer", answer.as_of) else f"{key}: "
    where = ", ".join(filter(None, (answer.population, answer.as_of)))
    changed = [
        f"{choice} = {value}"
        for choice, value in answer.choices.items()
        if choice in result.choices and value != result.choices[choice][0]
    ]
    return f"{name}{where}" + (f" (with {', '.join(changed)})" if changed else "")


def row_of(
    reported: ReportedEstimate, form: Interval | None = None, notes: Sequence[str] = ()
) -> Row:
    """An estimate as a row.

    Parameters
    ----------
    form
        An interval whose level and design effect need not be said.
    notes
        Conditions that are said below, and referred to by their number here.
    """
    estimate, interval = reported.estimate, reported.estimate.interval
    formatter = wording.quantity if _form(interval) == _form(form) else wording.limits
    row = Row(
        label=reported.label,
        found=wording.entry(estimate.identified, estimate.unit),
        interval=formatter(interval, estimate.unit) if interval else _drawn(reported),
    )
    return _judged(row, reported, notes) if isinstance(reported, JudgedEstimate) else row


def _drawn(reported: ReportedEstimate) -> str:
    """The simulation interval, marked, where it says more than the value does."""
    simulated = reported.estimate.simulated
    return f"{reported.simulation} {DRAWN}" if simulated and simulated.interval.width else ""


def _judged(row: Row, reported: JudgedEstimate, notes: Sequence[str]) -> Row:
    conditions = [
        f"[{notes.index(each) + 1}]" if each in notes else each for each in reported.conditions
    ]
    condition = f", if {' and '.join(conditions)}" if conditions else ""
    return replace(row, verdict=reported.said + condition, agree=reported.agreement)


def _common(intervals: Iterable[Interval | None]) -> Interval | None:
    """An interval whose level and design effect all others share; ``None`` where they differ."""
    given = [interval for interval in intervals if interval is not None]
    return given[0] if len({_form(interval) for interval in given}) == 1 else None


def _form(interval: Interval | None) -> tuple[float | None, float | None]:
    return (interval.level, interval.design_effect) if interval else (None, None)


def _beliefs(result: Result) -> str:
    """The table from which doubts were drawn: that of the project, or the one in its place."""
    name = result.provenance.tables.get(BELIEFS, {}).get("dataset", BELIEFS)
    return f"`research data show {BELIEFS}`" if name == BELIEFS else f"‘{name}’"


def _foot(result: Result, shown: Sequence[ReportedEstimate], more: str) -> Iterator[str]:
    for at, note in enumerate(_notes(shown), 1):
        yield f"[{at}] {note}"
    for key, answer in result.answers.items():
        if answer.refused:
            yield f"{key}: cannot be estimated: {answer.refused}"
    for each in result.settled:
        yield f"{each.claim}: {quotable_settled(each)}"
    form = _common(each.estimate.interval for each in shown)
    if form and form.design_effect:
        yield f"Intervals assume a design effect of {wording.trimmed(form.design_effect)}."
    if any(_drawn(each) and not each.estimate.interval for each in shown):
        yield f"{DRAWN} doubts drawn as {_beliefs(result)} says, not sampled."
    if any(isinstance(each, JudgedEstimate) for each in shown):
        yield "agree: specifications with the same verdict, of all"
    if unseen := len(reported(result)) - len(shown):
        yield f"{unseen} more without a verdict{': ' * bool(more)}{more}."
    if is_asked(result):
        yield f"Name: {result.analysis}"


# How it is laid out -------------------------------------------------------------------------------


def tabulated(
    groups: Sequence[Group], width: int, *, level: float = LEVEL, lines: int | None = None,
    more: str = "",
) -> list[str]:  # fmt: skip
    """Rows in columns below the heading of their group.

    Parameters
    ----------
    level
        Of the intervals, for the head of their column.
    lines
        At most; where they are few the first rows are shown. By default all.
    more
        Where the other rows are.
    """
    rows = [row for group in groups for row in group.rows]
    if not rows:
        return []
    layout = Layout.of(rows, names(level), width, indent=2 * any(group.heading for group in groups))
    blocks = [block for group in groups for block in layout.blocks(group)]
    made = layout.head()
    for at, block in enumerate(blocks):
        if lines is not None and len(made) + len(block) + (at + 1 < len(blocks)) > lines:
            return [*made, f"... {len(blocks) - at} more rows: {more}"]
        made += block
    return made


def names(level: float) -> tuple[str, ...]:
    """The heads of the columns, in the order of the cells of a row."""
    return "found", f"{wording.level(level)} interval", "verdict", "agree"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How wide the label and the other columns are, and whether these stand below the label.

    ``columns`` are the places of those that hold something, with their widths.
    """

    names: tuple[str, ...]
    width: int
    indent: int
    label: int
    columns: dict[int, int]
    below: bool

    @classmethod
    def of(cls, rows: Sequence[Row], names: tuple[str, ...], width: int, indent: int) -> Layout:
        widths = {
            at: max(wide(name), *(min(wide(shown(row.cells[at])), WIDEST) for row in rows))
            for at, name in enumerate(names)
            if any(row.cells[at] for row in rows)
        }
        longest = max(wide(shown(row.label)) for row in rows)
        room = width - indent - GAP * len(widths)
        left = room - sum(widths.values())
        below = left < min(longest, LEAST)
        return cls(
            names=names, width=width, indent=indent, below=below,
            label=0 if below else min(longest, left),
            columns=_fitting(widths, room) if below else widths,
        )  # fmt: skip

    def head(self) -> list[str]:
        """The names of the columns; a value alone needs none."""
        if len(self.columns) == 1:
            return []
        return self._side_by_side([], [[self.names[at]] for at in self.columns])

    def blocks(self, group: Group) -> list[list[str]]:
        """The lines of each row, the heading above those of the first."""
        heading = wrapped(group.heading, self.width, later=" " * 2 * self.indent)
        first, *others = [self._lines(row) for row in group.rows]
        return [heading + first, *others]

    def _lines(self, row: Row) -> list[str]:
        cells = [wrapped(row.cells[at], size) for at, size in self.columns.items()]
        if not self.below:
            return self._side_by_side(wrapped(row.label, self.label), cells)
        start = " " * self.indent
        label = wrapped(start + row.label, self.width, later=start)
        return label + self._side_by_side([], cells)

    def _side_by_side(self, label: list[str], cells: list[list[str]]) -> list[str]:
        blocks, sizes = [label, *cells], [self.label, *self.columns.values()]
        return [" " * self.indent + line for line in side_by_side(blocks, sizes)]


def side_by_side(blocks: Sequence[Sequence[str]], sizes: Sequence[int]) -> list[str]:
    """Blocks of lines as columns of these widths, with a gap between them."""
    padded = (
        [text + " " * (size - wide(text)) for text, size in zip(line, sizes, strict=True)]
        for line in zip_longest(*blocks, fillvalue="")
    )
    return [(" " * GAP).join(line).rstrip() for line in padded]


def _fitting(sizes: dict[int, int], room: int) -> dict[int, int]:
    """Sizes of columns that fit side by side: the widest gives way first."""
    sizes = dict(sizes)
    while sum(sizes.values()) > room and max(sizes.values()) > 8:
        widest = max(sizes, key=lambda at: sizes[at])
        sizes[widest] -= 1
    return sizes


def wrapped(text: str, width: int, *, later: str = "") -> list[str]:
    """Lines of a text, broken between words alone."""
    return textwrap.wrap(
        shown(text), width, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )


def wide(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
