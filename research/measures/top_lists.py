"""The lists of the most downloaded models of the Hub, one a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, TypeVar

from research.datasets import LargeTable
from research.measures.remembering import remembered
from research.results import CannotEstimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    AnyTable = TypeVar("AnyTable", pd.DataFrame, LargeTable)

SIZES = (300, 1000)
DOWNLOADS = "hub_downloads_30d"
WITHOUT_SPIKE = "without the spike"


@dataclass(frozen=True, slots=True)
class TopList:
    """The most downloaded models of a day.

    Parameters
    ----------
    size
        Models of the list.
    day
        The day, such as ``"2026-06-11"``.
    """

    size: int
    day: str

    @property
    def name(self) -> str:
        """The list and its day, as a choice of an analysis."""
        return f"top {self.size:,}, {self.day}"

    @property
    def population(self) -> str:
        """The list in words."""
        return f"the {self.size:,} most downloaded models"


def lists_of(models: pd.DataFrame | LargeTable) -> dict[str, TopList]:
    """The lists that the table allows to make by their names, the latest and shortest first.

    Parameters
    ----------
    models
        The table ``hub_top_models``, of any size. A list shorter than the shortest size is taken
        whole.

    Examples
    --------
    >>> import research
    >>> lists = lists_of(research.load("hub_top_models"))
    >>> list(lists)[:3], lists["top 300, 2026-06-10"].size
    (['top 300, 2026-06-11', 'top 1,000, 2026-06-11', 'top 300, 2026-06-10'], 300)
    """
    rows = _days(models).sort_index(ascending=False)
    lists = [
        TopList(size, f"{day:%Y-%m-%d}")
        for day, listed in rows.items()
        for size in [n for n in SIZES if n <= listed] or [int(listed)]
    ]
    return {each.name: each for each in lists}


def apart(days: Iterable[str], between: int) -> list[str]:
    """The days in order, without those whose window of counting overlaps that of a later one.

    Parameters
    ----------
    days
        Such as ``"2026-06-11"``.
    between
        Days of which a count is.

    Examples
    --------
    >>> apart(["2026-05-20", "2026-04-11", "2026-06-10"], 30)
    ['2026-04-11', '2026-06-10']
    """
    kept: list[str] = []
    for day in sorted(days, reverse=True):
        ends = date.fromisoformat(day) + timedelta(days=between)
        if not kept or ends <= date.fromisoformat(kept[-1]):
            kept.append(day)
    return kept[::-1]


def _days(table: pd.DataFrame | LargeTable) -> pd.Series:
    """How many rows of a table were taken on each day."""
    if isinstance(table, LargeTable):
        return table.counts("as_of")
    return table["as_of"].value_counts()


@remembered
def top_lists(models: pd.DataFrame | LargeTable, size: int) -> dict[str, pd.DataFrame]:
    """The most downloaded models of each day, and without the traffic spike where there is one.

    Parameters
    ----------
    models
        The table ``hub_top_models``, of any size.
    size
        Models of a list; one without its spike has fewer, as no others move up.

    Examples
    --------
    >>> import research
    >>> lists = top_lists(research.load("hub_top_models"), 300)
    >>> {day: len(rows) for day, rows in lists.items()}
    {'2026-04-28': 300, '2026-06-10': 300, '2026-06-11': 300, '2026-04-28 without the spike': 299}
    """
    if isinstance(models, LargeTable):
        days = [f"{day:%Y-%m-%d}" for day in _days(models).index]
        lists = {day: models.on("as_of", day).largest(size, DOWNLOADS) for day in days}
    else:
        lists = {day: rows.nlargest(size, DOWNLOADS) for day, rows in by_day(models).items()}
    spikes = {day: rows["traffic_spike"].astype(bool) for day, rows in lists.items()}
    without = {f"{day} {WITHOUT_SPIKE}": lists[day][~s] for day, s in spikes.items() if s.any()}
    return lists | without


def last_day(table: pd.DataFrame | LargeTable) -> str:
    """The last day on which a table was taken, such as ``"2026-06-11"``."""
    return f"{_days(table).index.max():%Y-%m-%d}"


@remembered
def days_of(table: pd.DataFrame | LargeTable, column: str = "as_of") -> list[str]:
    """The days of which a table has rows, in their order.

    Parameters
    ----------
    table
        A table of any size.
    column
        That holds the days.

    Examples
    --------
    >>> import research
    >>> days_of(research.load("hub_top_models"))
    ['2026-04-28', '2026-06-10', '2026-06-11']
    """
    known = table.counts(column).index if isinstance(table, LargeTable) else table[column].unique()
    return [f"{day:%Y-%m-%d}" for day in sorted(known)]


def by_day(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of a table that was taken on several days, of each of them.

    Examples
    --------
    >>> import research
    >>> list(by_day(research.load("hub_top_models")))
    ['2026-04-28', '2026-06-10', '2026-06-11']
    """
    return {f"{day:%Y-%m-%d}": rows for day, rows in table.groupby("as_of")}


def chosen_list(
    lists: Mapping[str, pd.DataFrame], day: str, spike: Literal["kept", "removed"]
) -> pd.DataFrame:
    """The list of a day, without its traffic spike where that is removed and there is one."""
    without = f"{day} {WITHOUT_SPIKE}"
    return lists[without if spike == "removed" and without in lists else day]


@remembered
def on_day(table: AnyTable, day: str | pd.Timestamp) -> AnyTable:
    """The rows of a table that was taken on several days, of one of them.

    Raises
    ------
    CannotEstimate
        If it was not taken on that day, as where other data stand in for the frozen ones.

    Examples
    --------
    >>> import research
    >>> len(on_day(research.load("hub_top_models"), "2026-06-11"))
    1000
    """
    import pandas as pd

    days = _days(table)
    if pd.Timestamp(day) not in days.index:
        taken = ", ".join(f"{known:%Y-%m-%d}" for known in sorted(days.index))
        raise CannotEstimate(f"the data were taken on {taken}, and {str(day)[:10]} is needed here")
    if not isinstance(table, pd.DataFrame):
        return table.on("as_of", f"{pd.Timestamp(day):%Y-%m-%d}")
    return table if len(days) == 1 else table[table["as_of"] == day]  # nothing is copied in vain


@remembered
def newest_first(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table that was taken on several days, those of the last day first.

    Examples
    --------
    >>> import research
    >>> f"{newest_first(research.load('hub_top_models'))['as_of'].iloc[0]:%Y-%m-%d}"
    '2026-06-11'
    """
    return table.sort_values("as_of", ascending=False, kind="stable")
