"""What changed between two versions of a dataset: new, gone, renamed, and which numbers jumped.

It describes and judges nothing. Rows are matched and counted by DuckDB within a fixed memory, so
that tables of millions of rows compare as well as small ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from research.datasets.descriptors import DatasetError
from research.datasets.files import identifier
from research.datasets.matching import IDENTITY, Rows, common_key, matched, quoted
from research.datasets.reading import describe

LISTED = 20  # of each kind are shown to a person
DEVIATIONS = 6.0  # median absolute deviations, scaled to a standard deviation, that make a jump
SCALE = 1.4826  # from a median absolute deviation to the standard deviation of a normal variable
FEW = 10  # the deviations of fewer rows say nothing
LEAST_FACTOR = 1.5  # relative to the median row: where most rows stand still, any move is far out

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Renamed:
    """A row that is the same under another name."""

    old: Key
    new: Key


@dataclass(frozen=True, slots=True)
class Jump:
    """A number that moved much farther than those of the other rows; ``factor`` is new over old."""

    row: Key
    old: float
    new: float
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """How one column moved in the rows of both versions.

    ``compared`` rows are positive in both, and ``typical`` is their median factor. ``jumped`` of
    them lie outside the factors ``between``; ``jumps`` lists them, largest absolute move first.
    ``appeared`` rows went from zero or missing to positive, ``vanished`` the other way.
    """

    column: str
    unit: str
    compared: int
    unchanged: int
    typical: float
    between: tuple[float, float]
    jumped: int
    jumps: tuple[Jump, ...]
    appeared: int
    vanished: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDifference:
    """What changed in one table: counts of all rows, and the rows themselves or the first of them.

    ``rows`` and ``days`` are those of the old and the new version; ``days`` are empty where the
    rows have no day. A row is named by the columns ``named_by``.
    """

    table: str
    matched_by: tuple[str, ...]
    named_by: tuple[str, ...]
    rows: tuple[int, int]
    days: tuple[str, str]
    n_matched: int
    n_new: int
    n_gone: int
    n_renamed: int
    new: tuple[Key, ...]
    gone: tuple[Key, ...]
    renamed: tuple[Renamed, ...]
    moves: tuple[Moves, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What changed between two versions of a dataset; ``notes`` say what was not compared."""

    dataset: str
    old: str
    new: str
    tables: tuple[TableDifference, ...]
    notes: tuple[str, ...]


def difference(name: str, old: str, new: str, *, most: int | None = LISTED) -> Difference:
    """What is new, gone, renamed, and which numbers jumped?

    Parameters
    ----------
    name
        A dataset.
    old, new
        Two of its versions.
    most
        Rows of each kind that are listed; ``None`` lists all. Counts are always whole.

    Returns
    -------
    Difference
        Per table. Rows are matched by the primary key; where both versions have ``object_id``, by
        that, so that a renamed row is *renamed* and neither new nor gone. A table whose key has a
        day (``as_of``, ``date``) is compared at the latest day of each version. A number *jumped*
        where the logarithm of new over old lies more than :data:`DEVIATIONS` scaled median absolute
        deviations, and a factor of :data:`LEAST_FACTOR`, away from the median of all rows.

    Raises
    ------
    DatasetError
        If a version is unknown, a file is not the one frozen, or they share no table with a key.

    References
    ----------
    Leys C., Ley C., Klein O., Bernard P., Licata L. (2013). Detecting outliers: do not use standard
    deviation around the mean, use absolute deviation around the median.
    doi:10.1016/j.jesp.2013.03.013

    Examples
    --------
    >>> same = difference("tenthe", "2025-04-24", "2025-04-24").tables[0]
    >>> same.n_new, same.n_gone, [moved.jumped for moved in same.moves]
    (0, 0, [0, 0])
    """
    before, after = describe(name, old), describe(name, new)
    shared = [table for table in after.resources if table in before.resources]
    notes = [
        f"Table '{table}' is in version {having.version} only."
        for having, other in ((before, after), (after, before))
        for table in having.resources
        if table not in other.resources
    ]
    tables = []
    for table in shared:
        key = common_key(before, after, table)
        if key:
            with matched(before, after, table, key) as rows:
                tables.append(_compared(rows, most))
        else:
            notes.append(f"Table '{table}' has no key common to both versions: not compared.")
    if not tables:
        raise DatasetError(
            f"Versions {old} and {new} of '{name}' share no table whose rows a common key tells "
            f"apart. {' '.join(notes)} Compare versions of the same form, and give tables a key."
        )
    return Difference(
        dataset=after.name, old=old, new=new, tables=tuple(tables), notes=tuple(notes)
    )


# Comparing ----------------------------------------------------------------------------------------


def _compared(rows: Rows, most: int | None) -> TableDifference:
    limit = "" if most is None else f"LIMIT {most}"
    name = quoted(rows.named_by)
    gone = "old WHERE rowid NOT IN (SELECT o FROM pairs)"
    new = "new WHERE rowid NOT IN (SELECT n FROM pairs)"
    unlike = " OR ".join(
        f"old.{c} IS DISTINCT FROM new.{c}" for c in map(identifier, rows.named_by)
    )
    pairs = "pairs JOIN old ON old.rowid = o JOIN new ON new.rowid = n"
    names = f"{quoted(rows.named_by, 'old')}, {quoted(rows.named_by, 'new')}"
    renamed = rows.ask(f"SELECT {names} FROM {pairs} WHERE {unlike} ORDER BY ALL {limit}")
    width = len(rows.named_by)
    return TableDifference(
        table=rows.table,
        matched_by=(IDENTITY,) if rows.by_identity else rows.key,
        named_by=rows.named_by,
        rows=(rows.count("old"), rows.count("new")),
        days=_days(rows),
        n_matched=rows.count("pairs"),
        n_new=rows.count(new),
        n_gone=rows.count(gone),
        n_renamed=rows.count(f"{pairs} WHERE {unlike}"),
        new=tuple(map(_plain, rows.ask(f"SELECT {name} FROM {new} ORDER BY ALL {limit}"))),
        gone=tuple(map(_plain, rows.ask(f"SELECT {name} FROM {gone} ORDER BY ALL {limit}"))),
        renamed=tuple(Renamed(_plain(row[:width]), _plain(row[width:])) for row in renamed),
        moves=tuple(
            moved
            for column in rows.measures
            if (moved := _moves(rows, column, pairs, limit)) is not None
        ),
    )


def _moves(rows: Rows, column: str, pairs: str, limit: str) -> Moves | None:
    """How a column moved; none where no row is positive in both versions."""
    before, after = f"old.{identifier(column)}", f"new.{identifier(column)}"
    rows.ask(
        f"CREATE OR REPLACE VIEW moved AS SELECT {quoted(rows.named_by, 'new')}, "
        f"{before}::DOUBLE AS before, {after}::DOUBLE AS after, ln({after} / {before}) AS ratio "
        f"FROM {pairs} WHERE {before} > 0 AND {after} > 0"
    )
    compared, unchanged, middle, deviation = rows.ask(
        "SELECT count(*), count(*) FILTER (before = after), median(ratio), mad(ratio) FROM moved"
    )[0]
    if not compared:
        return None
    usual = DEVIATIONS * SCALE * deviation if compared >= FEW else 0.0
    reach = max(usual, math.log(LEAST_FACTOR))
    beyond = f"moved WHERE abs(ratio - ({middle!r})) > {reach!r}"
    appeared, vanished = rows.ask(
        f"SELECT count(*) FILTER (coalesce({before}, 0) = 0 AND {after} > 0), "
        f"count(*) FILTER ({before} > 0 AND coalesce({after}, 0) = 0) FROM {pairs}"
    )[0]
    return Moves(
        column=column,
        unit=rows.measures[column],
        compared=compared,
        unchanged=unchanged,
        typical=math.exp(middle),
        between=(math.exp(middle - reach), math.exp(middle + reach)),
        jumped=rows.count(beyond),
        jumps=_jumps(rows, beyond, limit),
        appeared=appeared,
        vanished=vanished,
    )


def _jumps(rows: Rows, beyond: str, limit: str) -> tuple[Jump, ...]:
    """The largest absolute moves first: they matter most."""
    name = quoted(rows.named_by)
    jumps = rows.ask(
        f"SELECT before, after, {name} FROM {beyond} "
        f"ORDER BY abs(after - before) DESC, {name} {limit}"
    )
    return tuple(Jump(_plain(row), old, new, new / old) for old, new, *row in jumps)


def _days(rows: Rows) -> tuple[str, str]:
    if not rows.day:
        return "", ""
    old, new = (rows.ask(f"SELECT max({rows.day}) FROM {side}")[0][0] for side in ("old", "new"))
    return str(old), str(new)


def _plain(row: Iterable[Any]) -> Key:
    """Dates as text, so that a key prints and travels as JSON."""
    return tuple(str(cell) if isinstance(cell, date) else cell for cell in row)
